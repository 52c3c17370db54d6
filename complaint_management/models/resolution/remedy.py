from odoo import fields, models


class ComplaintRemedy(models.Model):
    """One thing that a solution promises: who does it until when, what it costs (SO-2)."""

    _name = "complaint.remedy"
    _description = "Remedy"
    _inherit = ["complaint.part", "complaint.thread", "mail.activity.mixin"]
    _order = "solution_id, sequence, id"
    _check_company_auto = True

    solution_id = fields.Many2one("complaint.solution", required=True, index=True, ondelete="cascade")
    complaint_id = fields.Many2one(related="solution_id.complaint_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="solution_id.company_id", store=True, precompute=True)
    sequence = fields.Integer(default=10)
    type_id = fields.Many2one("complaint.remedy.type", required=True, ondelete="restrict", index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary()
    user_id = fields.Many2one("res.users", string="Owner", index="btree_not_null")
    date_due = fields.Date()
    state = fields.Selection(
        [("planned", "Planned"), ("open", "To do"), ("done", "Done"), ("cancelled", "Cancelled")],
        string="Status",
        required=True,
        default="planned",
        readonly=True,
        copy=False,
        index=True,
    )
    excluded_user_ids = fields.Many2many(related="complaint_id.excluded_user_ids")

    def _get_excluded_partners(self):
        return self.sudo().complaint_id._get_excluded_partners()
