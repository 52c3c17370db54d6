from odoo import api, fields, models
from odoo.exceptions import UserError


class ComplaintReason(models.TransientModel):
    """Asks for the reason without which a complaint is neither ended early nor opened again."""

    _name = "complaint.reason"
    _description = "Reason for Ending or Reopening a Complaint"

    complaint_ids = fields.Many2many(
        "complaint.complaint", required=True, default=lambda self: self.env.context.get("active_ids")
    )
    kind = fields.Selection(
        [("reject", "Reject"), ("cancel", "Cancel"), ("reopen", "Reopen")], required=True, default="reject"
    )
    reason = fields.Text(required=True)
    step = fields.Selection(
        [
            ("triage", "Triage"),
            ("dispatch", "Dispatch"),
            ("investigation", "Investigation"),
            ("solution", "Solution"),
            ("execution", "Execution"),
            ("feedback", "Result feedback"),
        ],
        string="Go on with",
        default="investigation",
        required=True,
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "kind" in fields and values.get("kind") != "reopen":
            # Said when the dialog opens, before anybody thinks of a reason.
            complaints = self.env["complaint.complaint"].browse(self.env.context.get("active_ids"))
            for complaint in complaints:
                if complaint.closed_at:
                    raise UserError(
                        self.env._("%(complaint)s has ended already.", complaint=complaint.display_name)
                    )
        return values

    def action_apply(self):
        complaints = self.complaint_ids
        if self.kind == "reopen":
            complaints.action_reopen(self.reason, self.step)
        elif self.kind == "cancel":
            complaints.action_cancel(self.reason)
        else:
            complaints.action_reject(self.reason)
