import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from ...tools.contact_key import phone_key
from .roles import STAFF


class ResPartner(models.Model):
    _inherit = "res.partner"

    complaint_count = fields.Integer(
        string="Complaints",
        compute="_compute_complaint_count",
        groups=STAFF,
    )
    complaint_open_count = fields.Integer(
        string="Open Complaints",
        compute="_compute_complaint_count",
        groups=STAFF,
    )

    # Every inbound mail and every caller's address is looked up here.
    _complaint_email_idx = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")

    def _compute_complaint_count(self):
        """Count for a company also what its people complained about."""
        groups = self.env["complaint.complaint"]._read_group(
            self._get_complaint_domain(), ["partner_id"], ["__count", "closed_at:count"]
        )
        self.complaint_count = self.complaint_open_count = 0
        for partner, count, closed in groups:
            # The contact and everybody above it up to the company.
            while partner:
                if partner in self:
                    partner.complaint_count += count
                    partner.complaint_open_count += count - closed
                partner = partner.parent_id

    def _get_complaint_domain(self):
        """Return the domain of the complaints of these contacts and of everybody below them.

        Like ``child_of``, but within the query that uses it instead of one query a level before it.
        """
        if not self.ids:
            return Domain.FALSE
        # An array, so that the index is used beside other conditions too.
        family = SQL(
            """ARRAY(WITH RECURSIVE family AS (
                SELECT id FROM res_partner WHERE id IN %s
                 UNION
                SELECT p.id FROM res_partner p JOIN family f ON p.parent_id = f.id
            ) SELECT id FROM family)""",
            tuple(self.ids),
            to_flush=self._fields["parent_id"],
        )
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = ANY(%s)", model._field_to_sql(alias, "partner_id", query), family
            )
        )

    def action_open_complaints(self):
        """Open the complaints of this contact and of everybody below it."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("complaint_management.complaint_action_all")
        action["domain"] = [("partner_id", "child_of", self.ids)]
        action["context"] = {"default_partner_id": self.id}
        return action

    @api.model
    def _normalize_complaint_email(self, email):
        """Return the address alone, in lower case; False where there is none."""
        return email_normalize(email, strict=False) if email else False

    # a caller is found by phone number or address while the clerk is typing

    @api.model
    def _search_display_name(self, operator, value):
        domain = super()._search_display_name(operator, value)
        if (
            self.env.context.get("complaint_partner_search")
            and operator in ("ilike", "like")
            and isinstance(value, str)
            and len(re.sub(r"\D", "", value)) >= 4
            and not re.search(r"[^\W\d_]", value)
        ):
            domain = Domain(domain) | self._get_complaint_phone_domain(value)
        return domain

    @api.model
    def _get_complaint_phone_domain(self, number):
        """Contacts whose number holds the digits, however either of them was typed."""
        digits = phone_key(number) or re.sub(r"\D", "", number)
        # A leading 00 would be read as an international prefix.
        return Domain("phone_mobile_search", "ilike", digits.lstrip("0") or digits)

    @api.model
    def name_create(self, name):
        """Typing a number or an address where the customer is asked for fills the right field."""
        if self.env.context.get("complaint_partner_search"):
            if "@" in name and self._normalize_complaint_email(name):
                partner = self.create({"name": name.split("@")[0].split("<")[0].strip(' "'), "email": name})
                return partner.id, partner.display_name
            if phone_key(name) and not re.search(r"[^\W\d_]", name):
                partner = self.create({"name": name, "phone": name})
                return partner.id, partner.display_name
        return super().name_create(name)
