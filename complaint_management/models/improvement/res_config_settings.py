from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_inspection_share = fields.Float(related="company_id.complaint_inspection_share", readonly=False)
