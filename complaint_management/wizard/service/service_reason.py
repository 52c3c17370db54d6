from odoo import api, fields, models
from odoo.exceptions import UserError


class ComplaintServiceReason(models.TransientModel):
    """Asks for the reason without which a service order is neither cancelled nor opened again."""

    _name = "complaint.service.reason"
    _description = "Reason for Cancelling or Reopening a Service Order"

    order_ids = fields.Many2many(
        "complaint.service.order", required=True, default=lambda self: self.env.context.get("active_ids")
    )
    kind = fields.Selection([("cancel", "Cancel"), ("reopen", "Reopen")], required=True, default="cancel")
    reason = fields.Text(required=True)
    step = fields.Selection(
        [
            ("appointment", "Appointment"),
            ("diagnosis", "Diagnosis"),
            ("work", "Work"),
            ("quality", "Quality check"),
        ],
        string="Go on with",
        default="work",
        required=True,
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "kind" in fields and values.get("kind") != "reopen":
            # Said when the dialog opens, before anybody thinks of a reason.
            for order in self.env["complaint.service.order"].browse(self.env.context.get("active_ids")):
                if order.closed_at:
                    raise UserError(self.env._("%(order)s has ended already.", order=order.display_name))
        return values

    def action_apply(self):
        """Do it."""
        if self.kind == "reopen":
            self.order_ids.action_reopen(self.reason, self.step)
        else:
            self.order_ids.action_cancel(self.reason)
