from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_return_limit = fields.Integer(related="company_id.complaint_return_limit", readonly=False)
