import re
import unicodedata
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: What stands in the address of the public form in the place of a team.
RESERVED = {"sent", "confirm", "new", "page"}
MAX_KEY = 40
_KEY = re.compile(rf"[a-z0-9](?:[a-z0-9-]{{0,{MAX_KEY - 2}}}[a-z0-9])?")


class ComplaintTeam(models.Model):
    """The public form of a team, for its page or as a code on its counter (IN-1)."""

    _inherit = "complaint.team"

    web_key = fields.Char(
        string="Address of the Form",
        copy=False,
        help="The last part of the address of this team's public form. Empty: the team has none of its own.",
    )
    form_url = fields.Char(string="Public Form", compute="_compute_form_url")
    form_qr_url = fields.Char(string="Code of the Form", compute="_compute_form_url")

    _web_key_uniq = models.UniqueIndex(
        "(web_key) WHERE web_key IS NOT NULL",
        "Another team has this address for its form: choose another one.",
    )

    @api.depends("web_key", "active", "company_id.complaint_form_open")
    def _compute_form_url(self):
        for team in self:
            is_open = team.web_key and team.active and team.company_id.sudo().complaint_form_open
            team.form_url = f"{team.get_base_url()}/complaint/{team.web_key}" if is_open else False
            query = urlencode(
                {"barcode_type": "QR", "value": team.form_url or "", "width": 240, "height": 240, "quiet": 0}
            )
            team.form_qr_url = f"/report/barcode/?{query}" if is_open else False

    @api.constrains("web_key")
    def _check_web_key(self):
        for team in self.filtered("web_key"):
            if not _KEY.fullmatch(team.web_key):
                raise ValidationError(
                    self.env._(
                        "“%(key)s” cannot be the address of a form. Use small letters, digits and hyphens, "
                        "at most %(limit)s, as in front-desk.",
                        key=team.web_key,
                        limit=MAX_KEY,
                    )
                )
            if team.web_key in RESERVED:
                raise ValidationError(
                    self.env._(
                        "The address “%(key)s” is needed for a page: choose another.", key=team.web_key
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create([self._tidy_web_key(vals) for vals in vals_list])
        for team, vals in zip(teams, vals_list, strict=True):
            if "web_key" not in vals:
                team.web_key = team._propose_web_key()
        return teams

    def write(self, vals):
        return super().write(self._tidy_web_key(vals))

    @staticmethod
    def _tidy_web_key(vals):
        if "web_key" not in vals:
            return vals
        return {**vals, "web_key": (vals["web_key"] or "").strip().lower() or False}

    def _propose_web_key(self):
        """Return a free address made of the name; of names in other scripts, of the id."""
        self.ensure_one()
        ascii_name = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode().lower()
        key = re.sub(r"[^a-z0-9]+", "-", ascii_name)[: MAX_KEY - 12].strip("-")
        if not key or key in RESERVED or not re.search("[a-z]", key):
            return f"team-{self.id}"
        taken = self.sudo().with_context(active_test=False).search_count([("web_key", "=", key)], limit=1)
        return f"{key}-{self.id}" if taken else key

    @api.model
    def _get_by_web_key(self, key):
        """Return the team whose form an address leads to, as the superuser; none where there is no open one.

        :param str key: as it came in the address
        """
        key = key.lower() if key.isascii() else ""
        team = (
            self.sudo().search([("web_key", "=", key)], limit=1) if _KEY.fullmatch(key) else self.sudo()[:0]
        )
        return team if team.company_id.complaint_form_open else team[:0]

    def action_print_poster(self):
        """Print the code of the form, for a counter or a shelf."""
        self.check_access("read")
        if not all(team.form_url for team in self):
            raise ValidationError(
                self.env._(
                    "The public form of this team is closed: give it an address, and open it in the settings."
                )
            )
        return self.env.ref("complaint_management.team_poster_report").report_action(self)
