from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_digest_from = fields.Integer(
        string="Time Limit Notices in One Message",
        default=5,
        help="Who would get more notices than this at the same moment gets one that lists them all.",
    )
