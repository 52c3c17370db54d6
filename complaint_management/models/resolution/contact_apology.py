from odoo import api, models


class ComplaintContact(models.Model):
    """An apology that was promised is made by making it (SO-5)."""

    _inherit = "complaint.contact"

    @api.model_create_multi
    def create(self, vals_list):
        contacts = super().create(vals_list)
        contacts._tick_apologies_off()
        return contacts

    def write(self, vals):
        result = super().write(vals)
        if {"purpose", "direction", "result"} & vals.keys():
            self._tick_apologies_off()
        return result

    def _tick_apologies_off(self):
        apologies = self.sudo().filtered(
            lambda contact: contact.purpose == "apology" and contact._is_answer()
        )
        if not apologies:
            return
        open_sudo = apologies.complaint_id._search_remedies(["open"]).filtered(
            lambda remedy: remedy.behaviour == "apology"
        )
        by_complaint = open_sudo.grouped("complaint_id")
        for contact in apologies.sorted("date"):
            # The first one does it; what was said before the agreement cannot be later than it.
            remedies = by_complaint.pop(contact.complaint_id, open_sudo.browse())
            for remedy in remedies:
                remedy.with_user(self.env.user).sudo()._tick_off(
                    max(contact.date, remedy.agreed_at), user=contact.user_id
                )
