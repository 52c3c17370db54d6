from odoo import api, fields, models
from odoo.fields import Domain


class ComplaintIntake(models.Model):
    """What receiving a complaint does beside the record itself."""

    _inherit = "complaint.complaint"

    must_read_back = fields.Boolean(compute="_compute_must_read_back")
    partner_complaint_count = fields.Integer(related="partner_id.complaint_count", related_sudo=False)

    @api.depends("channel_id.read_back", "read_back_at")
    def _compute_must_read_back(self):
        for complaint in self:
            complaint.must_read_back = not complaint.read_back_at and complaint.channel_id._asks("read_back")

    def action_read_back(self):
        """The record was read back to the complainant and confirmed (IN-4)."""
        self.filtered(lambda complaint: not complaint.read_back_at).write(
            {"read_back_by_id": self.env.uid, "read_back_at": fields.Datetime.now()}
        )

    def action_open_partner_complaints(self):
        """Open all complaints of the customer's company or family."""
        self.ensure_one()
        return self.partner_id.action_open_complaints()

    def _fill_partner(self):
        """Contact data that was typed on the complaint completes a contact that lacks it."""
        for complaint in self:
            partner = complaint.partner_id
            vals = {
                fname: complaint[f"partner_{fname}"]
                for fname in ("email", "phone")
                # What is somebody else's may have stayed on the form from a customer who was chosen first.
                if partner
                and not partner[fname]
                and complaint[f"partner_{fname}"]
                and not complaint._find_partner([fname])
            }
            if vals and not self._is_own_contact(partner) and partner.has_access("write"):
                partner.write(vals)

    @api.model
    def _is_own_contact(self, partner):
        """A company's contact or a user's, also a former one's, is nobody's to change from a complaint."""
        # Who asks may not see the users of other companies.
        partner_sudo = partner.sudo().with_context(active_test=False)
        return bool(partner_sudo.user_ids or partner_sudo.ref_company_ids)

    def write(self, vals):
        if vals.get("user_id") and "received_by_id" not in vals:
            # Mail and forms are received by nobody: whoever takes the case first is its first receiver,
            # also for the gate of a move in the same write.
            unreceived = self.filtered(lambda complaint: not complaint.received_by_id)
            if unreceived:
                unreceived.write({"received_by_id": vals["user_id"]})
        former = {}
        if "partner_id" in vals:
            former = {complaint: complaint.partner_id for complaint in self}
            if all(partner.id == vals["partner_id"] for partner in former.values()):
                # No change, so what was entered beside the contact's data stays (an import run again).
                vals = {fname: value for fname, value in vals.items() if fname != "partner_id"}
        result = super().write(vals)
        for complaint, partner in former.items():
            if complaint.partner_id != partner:
                complaint._copy_partner_data(partner, vals)
        if {"partner_id", "partner_email", "partner_phone"} & vals.keys():
            self._fill_partner()
        return result

    def _copy_partner_data(self, former, given):
        """Take over the contact data of the customer just set, save what was given along with it.

        Nothing of a former customer stays, least of all to complete the contact of the new one.

        :param res.partner former: the customer before, possibly empty
        :param given: names of the fields that were set by hand
        """
        self.ensure_one()
        vals = {}
        for fname in ("name", "email", "phone"):
            typed = False if former else self[f"partner_{fname}"]
            value = self.partner_id[fname] or typed
            if f"partner_{fname}" not in given and self[f"partner_{fname}"] != value:
                vals[f"partner_{fname}"] = value
        if vals:
            super().write(vals)

    def action_create_partner(self):
        """Make contacts of complainants who are not customers yet, or find those who are.

        Contacts are found by e-mail address or phone number, else created.
        """
        for complaint in self.filtered(lambda complaint: not complaint.partner_id):
            complaint.partner_id = complaint._find_partner() or self.env["res.partner"].create(
                complaint._prepare_partner_vals()
            )

    def _find_partner(self, fnames=("email", "phone")):
        """Return the contact with the complainant's e-mail address or phone number, or none.

        :param fnames: which of the two to look for, the better one first
        """
        self.ensure_one()
        Partner = partner = self.env["res.partner"]
        companies = Domain("company_id", "in", [False, self.company_id.id])
        for fname in fnames:
            if fname == "email" and self.email_normalized:
                partner = Partner.search(
                    Domain("email_normalized", "=", self.email_normalized) & companies, limit=1
                )
            elif fname == "phone" and self.phone_key:
                numbers = Partner._get_complaint_phone_domain(self.partner_phone)
                partner = Partner.search(Domain(numbers) & companies, limit=1)
            if partner:
                break
        return partner

    def _prepare_partner_vals(self):
        self.ensure_one()
        several = self.env["res.company"].sudo().search_count([], limit=2) > 1
        return {
            "name": self.partner_name or self.partner_email or self.partner_phone or self.number,
            "email": self.partner_email,
            "phone": self.partner_phone,
            "company_id": self.company_id.id if several else False,
        }

    @api.onchange("partner_phone", "partner_email")
    def _onchange_contact_data(self):
        """A known phone number or address brings the customer up while the clerk is typing."""
        if not self.partner_id and (self.partner_phone or self.partner_email):
            partner = self._find_partner()
            if partner:
                self.partner_id = partner

    @api.onchange("sale_order_id")
    def _onchange_sale_order_id(self):
        if self.sale_order_id and not self.partner_id:
            self.partner_id = self.sale_order_id.partner_id
