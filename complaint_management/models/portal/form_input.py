from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.tools import email_normalize

from ...tools.clean_text import TooLong, clean_line, clean_text
from ...tools.contact_key import phone_key
from ..case.complaint_mail import MAX_ADDRESS

#: Fields of one line and of several, with the most characters that they take.
LINES = {
    "subject": 200,
    "about": 200,
    "happened_on": 10,
    "place": 200,
    "name": 100,
    "email": MAX_ADDRESS,
    "phone": 40,
}
TEXTS = {"description": 20_000, "wanted": 2_000}
LIMITS = {**LINES, **TEXTS}
#: So much of what was typed is shown again where it was not taken.
_SHOWN = 50_000
_OLDEST_YEARS = 30


class FormInput(models.Model):
    """What was entered on the public form: made harmless, checked, and turned into values (IN-2)."""

    _inherit = "complaint.complaint"

    @api.model
    def _get_typed(self, post):
        """Return what to show again of what was entered, where it is not taken.

        :param dict post: what the form brought
        """
        typed = {}
        for fname in LIMITS:
            value = post.get(fname)
            value = value[:_SHOWN] if isinstance(value, str) else ""
            typed[fname] = clean_text(value, 4 * _SHOWN) if fname in TEXTS else clean_line(value, 4 * _SHOWN)
        for fname in ("category", "order"):
            typed[fname] = self._read_id(post.get(fname))
        typed["consent"] = post.get("consent") == "1"
        return typed

    @staticmethod
    def _read_id(value):
        is_id = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10
        return int(value) if is_id else False

    @api.model
    def _read_form(self, post, company, partner):
        """Read and check the fields of the form.

        :param dict post: what the form brought
        :param res.company company: whose form it is
        :param res.partner partner: the customer with an account who sends it, if any
        :return: ``(input, errors)``: the entered values, and by field what is wrong
        """
        errors, given = {}, {}
        for fname, limit in LIMITS.items():
            try:
                clean = clean_text if fname in TEXTS else clean_line
                given[fname] = clean(post.get(fname), limit)
            except TooLong:
                given[fname] = ""
                errors[fname] = self.env._("This is too long: at most %(limit)s characters.", limit=limit)
        if not given["description"] and "description" not in errors:
            errors["description"] = self.env._("Write what happened.")
        given["category_id"] = self._read_category(post, company, errors)
        given["occurred_at"] = self._read_day(given.pop("happened_on"), company, errors)
        self._check_contact(given, company, partner, errors)
        if post.get("consent") != "1":
            errors["consent"] = self.env._("We may only store your complaint if you agree.")
        return given, errors

    @api.model
    def _read_category(self, post, company, errors):
        chosen = self._read_id(post.get("category"))
        offered = {category_id for category_id, _name in company._get_form_categories()}
        if post.get("category") and chosen not in offered:
            errors["category"] = self.env._("Choose one of the list, or leave it open.")
            return False
        return chosen

    @api.model
    def _read_day(self, text, company, errors):
        """Return the begin of a day, where the company is."""
        if not text:
            return False
        today = fields.Datetime.context_timestamp(
            self.with_context(tz=company.partner_id.tz or "UTC"), fields.Datetime.now()
        ).date()
        try:
            day = datetime.strptime(text, "%Y-%m-%d").date()
        except ValueError:
            errors["happened_on"] = self.env._("This is no day. Write it as 2026-05-31.")
            return False
        # East of us it is tomorrow already.
        if (day - today).days > 1 or day.year < today.year - _OLDEST_YEARS:
            errors["happened_on"] = self.env._("Check the day: it cannot be in the future or so long ago.")
            return False
        local = pytz.timezone(company.partner_id.tz or "UTC").localize(
            datetime.combine(min(day, today), time())
        )
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _check_contact(self, given, company, partner, errors):
        """Check who complains and how they can be reached; who has an account said so before."""
        if given["email"]:
            given["email"] = email_normalize(given["email"]) or ""
            if not given["email"]:
                errors["email"] = self.env._("This is no e-mail address. An example: name@example.com")
        if given["phone"] and not phone_key(given["phone"]):
            errors["phone"] = self.env._("This is no phone number.")
        if partner:
            if not (partner.email or partner.phone or given["email"] or given["phone"]) and not (
                {"email", "phone"} & errors.keys()
            ):
                errors["email"] = self.env._(
                    "Enter an e-mail address or a phone number, so that we can answer."
                )
            return
        if self._is_form_anonymous():
            return
        if not given["name"] and "name" not in errors:
            errors["name"] = self.env._("Enter your name.")
        if not (given["email"] or given["phone"]) and not ({"email", "phone"} & errors.keys()):
            errors["email"] = self.env._("Enter an e-mail address or a phone number, so that we can answer.")

    @api.model
    def _is_form_anonymous(self):
        """Tell whether a complaint may come by the public form without a name."""
        return self._get_form_channel("web")._asks("anonymous")

    @api.model
    def _get_form_channel(self, name):
        """Return the channel ``web`` or ``portal``, where the company still has it."""
        return self.env["complaint.channel"].browse(
            self.env["ir.model.data"]._xmlid_to_res_id(
                f"complaint_management.complaint_channel_{name}", raise_if_not_found=False
            )
            or ()
        )
