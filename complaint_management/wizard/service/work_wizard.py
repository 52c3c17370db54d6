from odoo import api, fields, models


class ComplaintServiceReason(models.TransientModel):
    """Asks as well why work goes back that did not pass its check."""

    _inherit = "complaint.service.reason"

    kind = fields.Selection(
        selection_add=[("send_back", "Send back to the work")], ondelete={"send_back": "cascade"}
    )
    failed = fields.Text(compute="_compute_failed", string="What Failed")

    @api.depends("order_ids", "kind")
    def _compute_failed(self):
        for dialog in self:
            checks = (
                dialog.order_ids.check_ids
                if dialog.kind == "send_back"
                else self.env["complaint.service.check"]
            )
            dialog.failed = "\n".join(
                f"{check.name}: {check.remark}" for check in checks if check.passed == "no"
            )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if values.get("kind") == "send_back":
            self.env["complaint.service.order"].browse(self.env.context.get("active_ids"))._check_sent_back()
        return values

    def action_apply(self):
        if self.kind == "send_back":
            self.order_ids.action_send_back(self.reason)
            return None
        return super().action_apply()
