from odoo import api, fields, models
from odoo.fields import Command

from ...tools import process


class ComplaintInspectionCheck(models.TransientModel):
    """Asks for the judgement behind the result of one or several spot checks."""

    _name = "complaint.inspection.check"
    _description = "Result of a Spot Check"

    inspection_ids = fields.Many2many("complaint.inspection", string="Spot Checks", required=True)
    count = fields.Integer(compute="_compute_count")
    result = fields.Selection(
        [("passed", "Passed"), ("remarks", "Passed with remarks"), ("sent_back", "Send back")],
        required=True,
        default="passed",
    )
    mark = fields.Selection(
        selection=lambda self: (
            self.env["complaint.inspection"]._fields["mark"]._description_selection(self.env)
        ),
        help="How well the case was handled, from 1 (poor) to 5 (exemplary).",
    )
    findings = fields.Text(help="What was found. Only a good or exemplary case passes without a word.")
    reason = fields.Text(help="What has to be done once more. Who answers for the case reads it.")
    step = fields.Selection(
        selection="_selection_step", string="Goes on with", required=True, default="investigation"
    )

    @api.model
    def _selection_step(self):
        return [
            choice
            for choice in self.env["complaint.stage"]._fields["step"]._description_selection(self.env)
            if choice[0] not in (*process.ENDS, "new", "follow_up")
        ]

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "complaint.inspection":
            inspections = self.env["complaint.inspection"].browse(self.env.context.get("active_ids", []))
            inspections._check_open()
            inspections._check_eligible()
            values["inspection_ids"] = [Command.set(inspections.ids)]
            if len(inspections) == 1:
                values.update(mark=inspections.mark, findings=inspections.findings)
        return values

    @api.depends("inspection_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.inspection_ids)

    def action_apply(self):
        self.ensure_one()
        inspections = self.inspection_ids
        # Of several, what is left empty here stays as each of them says.
        vals = {fname: self[fname] for fname in ("mark", "findings") if self[fname] or len(inspections) == 1}
        if vals:
            inspections.write(vals)
        if self.result == "sent_back":
            inspections.action_send_back(self.reason, self.step)
        elif self.result == "remarks":
            inspections.action_pass_with_remarks()
        else:
            inspections.action_pass()
        return {"type": "ir.actions.act_window_close"}
