from odoo import fields, models


class ComplaintEmergency(models.TransientModel):
    """Asks what was done at once, when an emergency is handled before its record is complete."""

    _name = "complaint.emergency"
    _description = "Handle an Emergency First"

    complaint_ids = fields.Many2many(
        "complaint.complaint", required=True, default=lambda self: self.env.context.get("active_ids")
    )
    action_taken = fields.Text(string="What Was Done at Once", required=True)
    handled_at = fields.Datetime(string="Handled at", required=True, default=fields.Datetime.now)

    def action_apply(self):
        self.complaint_ids.action_handle_emergency(self.action_taken, self.handled_at)
