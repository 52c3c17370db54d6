from odoo import fields, models


class ComplaintApproval(models.Model):
    """One agreement that a solution needs, copied from its rule when it was submitted (SO-3)."""

    _name = "complaint.approval"
    _description = "Approval"
    _inherit = ["complaint.part"]
    _order = "solution_id desc, sequence, id"

    solution_id = fields.Many2one("complaint.solution", required=True, index=True, ondelete="cascade")
    complaint_id = fields.Many2one(related="solution_id.complaint_id", store=True, precompute=True, index=True)
