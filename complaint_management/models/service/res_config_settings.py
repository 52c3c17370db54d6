from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    complaint_vin_check = fields.Selection(related="company_id.complaint_vin_check", readonly=False)
    complaint_asset_from_sale = fields.Boolean(related="company_id.complaint_asset_from_sale", readonly=False)
    complaint_service_agree_limit = fields.Monetary(
        related="company_id.complaint_service_agree_limit",
        currency_field="company_currency_id",
        readonly=False,
    )
    complaint_service_repeat_days = fields.Integer(
        related="company_id.complaint_service_repeat_days", readonly=False
    )
    complaint_service_request_open = fields.Boolean(
        related="company_id.complaint_service_request_open", readonly=False
    )
    complaint_service_slot_minutes = fields.Integer(
        related="company_id.complaint_service_slot_minutes", readonly=False
    )
    complaint_service_lead_hours = fields.Integer(
        related="company_id.complaint_service_lead_hours", readonly=False
    )
    complaint_service_book_days = fields.Integer(
        related="company_id.complaint_service_book_days", readonly=False
    )
