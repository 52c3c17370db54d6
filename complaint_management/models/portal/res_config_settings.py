from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_link_days = fields.Integer(related="company_id.complaint_link_days", readonly=False)
    complaint_colleagues_see = fields.Boolean(related="company_id.complaint_colleagues_see", readonly=False)
    complaint_reopen_days = fields.Integer(related="company_id.complaint_reopen_days", readonly=False)
    complaint_appeal_days = fields.Integer(related="company_id.complaint_appeal_days", readonly=False)
    complaint_progress_days = fields.Integer(related="company_id.complaint_progress_days", readonly=False)
    complaint_form_open = fields.Boolean(related="company_id.complaint_form_open", readonly=False)
    complaint_form_confirm = fields.Boolean(related="company_id.complaint_form_confirm", readonly=False)
    complaint_form_consent = fields.Text(related="company_id.complaint_form_consent", readonly=False)
    complaint_form_per_address = fields.Integer(
        related="company_id.complaint_form_per_address", readonly=False
    )
    complaint_form_per_contact = fields.Integer(
        related="company_id.complaint_form_per_contact", readonly=False
    )
    complaint_file_count = fields.Integer(related="company_id.complaint_file_count", readonly=False)
    complaint_file_size = fields.Integer(related="company_id.complaint_file_size", readonly=False)
