from odoo import fields, models

from .dispatch_flow import DEFAULT_RETURN_LIMIT


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_return_limit = fields.Integer(
        string="Returns of a Sheet",
        default=DEFAULT_RETURN_LIMIT,
        help="How often departments may return a sheet. The next ruling of the centre is final.",
    )

    _complaint_return_limit_positive = models.Constraint(
        "CHECK (complaint_return_limit >= 0)", "A sheet cannot be returned less than never."
    )
