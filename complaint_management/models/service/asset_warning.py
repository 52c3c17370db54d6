from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import NO_ACCESS

from ..case.roles import STAFF

#: What people write; all else is counted.
ENTERED = {"note"}
ACTIVITY = "complaint_management.mail_activity_type_watch"
MANAGER = "complaint_management.group_service_manager"


class MailActivity(models.Model):
    _inherit = "mail.activity"

    complaint_warning_id = fields.Many2one(
        "complaint.asset.warning", string="Warning", index="btree_not_null", ondelete="set null"
    )


class ComplaintAssetWarning(models.Model):
    """A legal limit of repairs is near or passed for an object (SV-7).

    There is one open warning for each limit, and each fault where it counts by fault. Somebody handles it and
    writes down what was done; a further repair beyond the limit raises a new one.
    """

    _name = "complaint.asset.warning"
    _description = "Warning of a Legal Limit"
    _order = "state desc, level desc, since desc, id desc"

    asset_id = fields.Many2one(
        "complaint.asset", string="Object", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="asset_id.company_id", store=True, index=True, precompute=True)
    partner_id = fields.Many2one(related="asset_id.partner_id", string="Owned by")
    rule_id = fields.Many2one(
        "complaint.service.watch",
        string="Legal Limit",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    legal_basis = fields.Text(related="rule_id.legal_basis")
    fault_id = fields.Many2one(
        "complaint.service.fault", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    value = fields.Integer(string="Counted", readonly=True)
    limit = fields.Integer(
        string="Most Allowed", readonly=True, help="The limit as it was when the warning was raised."
    )
    level = fields.Selection(
        [("near", "Near the limit"), ("passed", "Limit passed")],
        string="How Far",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("handled", "Handled"), ("open", "Open")],
        string="Status",
        required=True,
        readonly=True,
        default="open",
    )
    since = fields.Datetime(readonly=True, default=fields.Datetime.now)
    passed_at = fields.Datetime(string="Passed since", readonly=True)
    # Who reads the object need not read its orders and complaints, not even their names (OR-2).
    order_id = fields.Many2one(
        "complaint.service.order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups=NO_ACCESS,
    )
    complaint_id = fields.Many2one(
        "complaint.complaint", readonly=True, index="btree_not_null", ondelete="set null", groups=NO_ACCESS
    )
    source = fields.Char(
        string="Because of", compute="_compute_source", help="The service order and the complaint."
    )
    note = fields.Text(string="What Was Done")
    handled_at = fields.Datetime(string="Handled on", readonly=True)
    handled_by_id = fields.Many2one("res.users", string="Handled by", readonly=True)

    _open_uniq = models.UniqueIndex(
        "(asset_id, rule_id, COALESCE(fault_id, 0)) WHERE state = 'open'", "There is such a warning already."
    )

    @api.depends("rule_id", "fault_id", "value", "asset_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for warning in self:
            warning.display_name = " · ".join(
                part for part in (warning._get_text(), warning.asset_id.display_name) if part
            )

    @api.depends("order_id", "complaint_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_source(self):
        warnings_sudo = self.sudo()
        readable = set()
        for records in (warnings_sudo.order_id.sudo(False), warnings_sudo.complaint_id.sudo(False)):
            if records and records.has_access("read"):
                readable |= set(records._filtered_access("read"))
        for warning, warning_sudo in zip(self, warnings_sudo, strict=True):
            warning.source = " · ".join(
                record.number
                for record in (warning_sudo.order_id, warning_sudo.complaint_id)
                if record.sudo(False) in readable
            )

    def _get_text(self):
        """Return in a few words what is counted and how far it is."""
        self.ensure_one()
        text = self.env._(
            "%(rule)s: %(value)s of %(limit)s",
            rule=self.rule_id.sudo().name,
            value=self.value,
            limit=self.limit,
        )
        return f"{text} ({self.fault_id.display_name})" if self.fault_id else text

    def write(self, vals):
        if not self.env.su and vals.keys() - ENTERED:
            raise UserError(
                self.env._("Warnings are counted by themselves. Write down what was done, and press Handled.")
            )
        return super().write(vals)

    def action_handle(self):
        """Whoever answers for the workshop has dealt with it.

        :raises UserError: nobody wrote down what was done
        """
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Workshop managers handle warnings of legal limits."))
        self.check_access("write")
        for warning in self:
            if warning.state != "open":
                raise UserError(self.env._("%(warning)s was handled already.", warning=warning.display_name))
            if not (warning.note or "").strip():
                raise UserError(
                    self.env._("Write down what was done, for instance what was offered to the customer.")
                )
        self._handle(self.env.user)

    def _handle(self, user):
        self.sudo().write({"state": "handled", "handled_at": fields.Datetime.now(), "handled_by_id": user.id})
        self.env["mail.activity"].sudo().search([("complaint_warning_id", "in", self.ids)]).unlink()

    def _lapse(self):
        """What was counted is less now: an order was cancelled, or about something else."""
        for warning in self:
            note = self.env._("The count fell below the limit by itself.")
            warning.write({"note": f"{warning.note}\n{note}" if warning.note else note})
        self._handle(self.env["res.users"])

    def action_open_asset(self):
        """Open the object."""
        return self._open(self.asset_id)

    def action_open_order(self):
        """Open the service order that brought the object to the limit."""
        return self._open(self.sudo().order_id.sudo(False))

    def action_open_complaint(self):
        """Open the complaint about the object."""
        return self._open(self.sudo().complaint_id.sudo(False))

    def _open(self, record):
        self.ensure_one()
        if not record:
            raise UserError(self.env._("There is none."))
        record.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    # telling

    def _plan_activities(self):
        """Have the workshop manager look into each, and say so once for each level."""
        there = {
            activity.complaint_warning_id: activity
            for activity in self.env["mail.activity"].search([("complaint_warning_id", "in", self.ids)])
        }
        for warning in self:
            user = warning._get_person()
            if not user:
                continue
            translated = warning.with_context(lang=user.lang)
            vals = {
                "summary": translated._get_text(),
                "note": translated.rule_id.legal_basis or "",
                "date_deadline": fields.Date.context_today(self),
                "user_id": user.id,
            }
            if warning in there:
                there[warning].write(vals)
            else:
                warning.asset_id.activity_schedule(ACTIVITY, complaint_warning_id=warning.id, **vals)

    def _get_person(self):
        """Return who is told: the leader of the order's team, else a workshop manager; nobody excluded."""
        self.ensure_one()
        barred = (self.order_id.excluded_user_ids | self.complaint_id.excluded_user_ids).ids
        team, candidates = self.order_id.team_id, []
        while team:
            candidates += team.leader_id
            team = team.parent_id
        candidates += self.env.ref(MANAGER).all_user_ids.sorted("id")
        return next(
            (
                user
                for user in candidates
                if user.id not in barred
                and user.active
                and not user.share
                and not user._is_superuser()
                and self.company_id in user.company_ids
                and user.has_group("complaint_management.group_service_technician")
            ),
            self.env["res.users"],
        )

    @api.model
    def _get_notes(self, assets):
        """Return ``{asset id: open warnings as a list}`` for an alert, of those that the user may read.

        :param assets: complaint.asset
        """
        notes = {}
        if assets.ids and self.has_access("read"):
            for warning in self.search([("asset_id", "in", assets.ids), ("state", "=", "open")]):
                line = Markup("<li><b>%s</b> %s</li>") % (
                    dict(self._fields["level"]._description_selection(self.env))[warning.level],
                    warning._get_text(),
                )
                notes[warning.asset_id.id] = notes.get(warning.asset_id.id, Markup()) + line
        return {
            asset_id: Markup("<ul class='mb-0 ps-3'>%s</ul>") % lines for asset_id, lines in notes.items()
        }


class ComplaintAsset(models.Model):
    _inherit = "complaint.asset"

    warning_ids = fields.One2many("complaint.asset.warning", "asset_id", string="Warnings")
    warning_note = fields.Html(string="Legal Limits", compute="_compute_warning_note", sanitize=False)

    @api.depends("warning_ids.state", "warning_ids.value")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_warning_note(self):
        notes = self.env["complaint.asset.warning"]._get_notes(self._origin)
        for asset in self:
            asset.warning_note = notes.get(asset._origin.id, False)


class ComplaintServiceOrder(models.Model):
    _inherit = "complaint.service.order"

    warning_note = fields.Html(string="Legal Limits", compute="_compute_warning_note", sanitize=False)

    @api.depends("asset_id")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_warning_note(self):
        notes = self.env["complaint.asset.warning"]._get_notes(self.asset_id._origin)
        for order in self:
            order.warning_note = notes.get(order.asset_id._origin.id, False)


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    asset_warning_note = fields.Html(
        string="Legal Limits", compute="_compute_asset_warning_note", sanitize=False, groups=STAFF
    )

    @api.depends("asset_id")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_asset_warning_note(self):
        notes = self.env["complaint.asset.warning"]._get_notes(self.asset_id._origin)
        for complaint in self:
            complaint.asset_warning_note = notes.get(complaint.asset_id._origin.id, False)

    def _merge_records(self):
        return [*super()._merge_records(), ("complaint.asset.warning", "complaint_id")]
