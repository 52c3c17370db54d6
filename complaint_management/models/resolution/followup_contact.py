from odoo import api, fields, models


class ComplaintContact(models.Model):
    """A follow-up call is a contact of its own purpose, with ready wording as the others have (CO-2)."""

    _inherit = "complaint.contact"

    purpose = fields.Selection(selection_add=[("follow_up", "Follow-up"), ("other",)])

    @api.model
    def _get_wording_template(self, purpose):
        if purpose != "follow_up":
            return super()._get_wording_template(purpose)
        template_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "complaint_management.mail_template_wording_follow_up", raise_if_not_found=False
        )
        return self.env["mail.template"].browse(template_id or [])
