from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_inspection_share = fields.Float(
        string="Share of Spot Checks",
        default=5.0,
        help="How many of a hundred closed cases are drawn for a spot check, in every team that has no share "
        "of its own.",
    )

    _complaint_inspection_share_range = models.Constraint(
        "CHECK (complaint_inspection_share BETWEEN 0 AND 100)",
        "The share of spot checks lies between 0 and 100 percent.",
    )
