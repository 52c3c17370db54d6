from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_digest_from = fields.Integer(related="company_id.complaint_digest_from", readonly=False)
