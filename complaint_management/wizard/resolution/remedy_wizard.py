from odoo import api, fields, models
from odoo.fields import Command


class ComplaintRemedyFinish(models.TransientModel):
    """Asks how a remedy was done, or why it is not carried out."""

    _name = "complaint.remedy.finish"
    _description = "Done or Not Carried Out"

    remedy_ids = fields.Many2many("complaint.remedy", string="Remedies", required=True)
    kind = fields.Selection([("done", "Done"), ("cancel", "Cancel")], required=True, default="done")
    note = fields.Text()

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "remedy_ids" in fields and self.env.context.get("active_model") == "complaint.remedy":
            values["remedy_ids"] = [Command.set(self.env.context.get("active_ids") or [])]
        return values

    @api.constrains("remedy_ids")
    def _check_remedies_readable(self):
        # Constraints are checked as superuser.
        self.remedy_ids.sudo(False).check_access("read")

    def action_apply(self):
        self.ensure_one()
        if self.kind == "cancel":
            self.remedy_ids.action_cancel(self.note)
        else:
            self.remedy_ids.action_done(self.note)
        return {"type": "ir.actions.act_window_close"}
