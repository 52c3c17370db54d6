from odoo import fields, models


class ComplaintPauseWizard(models.TransientModel):
    """Asks why the clock is to stand still."""

    _name = "complaint.pause.wizard"
    _description = "Stop the Clock"

    reason = fields.Char(required=True)

    def action_pause(self):
        """Stop the clocks of the complaints that the dialog was opened on."""
        complaints = self.env["complaint.complaint"].browse(self.env.context.get("active_ids"))
        complaints.action_pause(self.reason)
