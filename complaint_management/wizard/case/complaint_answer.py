from odoo import fields, models


class ComplaintAnswer(models.TransientModel):
    """Asks what the complainant was told, when a complaint is answered on the spot."""

    _name = "complaint.answer"
    _description = "Answer a Complaint on the Spot"

    complaint_ids = fields.Many2many(
        "complaint.complaint", required=True, default=lambda self: self.env.context.get("active_ids")
    )
    answer = fields.Text(string="What the Complainant Was Told", required=True)

    def action_apply(self):
        self.complaint_ids.action_answer_on_the_spot(self.answer)
