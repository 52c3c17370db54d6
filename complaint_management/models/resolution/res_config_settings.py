from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_absent_approver = fields.Selection(
        related="company_id.complaint_absent_approver", readonly=False
    )
    complaint_next_instance = fields.Text(related="company_id.complaint_next_instance", readonly=False)
    complaint_sign_off = fields.Selection(related="company_id.complaint_sign_off", readonly=False)
