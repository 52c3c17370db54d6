from odoo import fields, models


class ComplaintPause(models.Model):
    _inherit = "complaint.pause"

    solution_id = fields.Many2one(
        "complaint.solution", string="Waits for the Answer to", index="btree_not_null", ondelete="cascade"
    )
