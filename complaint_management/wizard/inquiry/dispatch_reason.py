from odoo import api, fields, models


class ComplaintDispatchReason(models.TransientModel):
    """Asks for the reason without which a sheet neither comes back nor goes out again."""

    _name = "complaint.dispatch.reason"
    _description = "Reason on a Sheet"

    dispatch_id = fields.Many2one("complaint.dispatch", required=True, ondelete="cascade")
    # All that it shows of the sheet is read in the name of the user: any sheet can be named here.
    company_id = fields.Many2one(related="dispatch_id.company_id", related_sudo=False)
    kind = fields.Selection(
        [
            ("return", "Return"),
            ("send_again", "Send again"),
            ("send_back", "Send back"),
            ("withdraw", "Withdraw"),
        ],
        required=True,
        default="return",
    )
    reason = fields.Text(required=True)
    return_reason = fields.Text(related="dispatch_id.return_reason", related_sudo=False)
    return_count = fields.Integer(related="dispatch_id.return_count", related_sudo=False)
    department_id = fields.Many2one(
        "hr.department",
        compute="_compute_question",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    question = fields.Text(compute="_compute_question", compute_sudo=False, store=True, readonly=False)
    must_rule = fields.Boolean(compute="_compute_must_rule")
    final = fields.Boolean(
        string="This Is Final", compute="_compute_final", compute_sudo=False, store=True, readonly=False
    )

    @api.depends("dispatch_id")
    def _compute_question(self):
        for wizard in self:
            wizard.department_id = wizard.dispatch_id.department_id
            wizard.question = wizard.dispatch_id.question

    @api.depends("dispatch_id", "kind")
    def _compute_must_rule(self):
        for wizard in self:
            sheet = wizard.dispatch_id
            wizard.must_rule = wizard.kind == "send_again" and (
                sheet.return_count >= sheet.sudo()._get_return_limit()
            )

    @api.depends("must_rule")
    def _compute_final(self):
        for wizard in self:
            wizard.final = wizard.must_rule

    @api.constrains("dispatch_id")
    def _check_dispatch_readable(self):
        # Constraints are checked as superuser.
        self.dispatch_id.sudo(False).check_access("read")

    def action_apply(self):
        self.ensure_one()
        sheet = self.dispatch_id
        if self.kind == "return":
            sheet.action_return(self.reason)
        elif self.kind == "send_back":
            sheet.action_send_back(self.reason)
        elif self.kind == "withdraw":
            sheet.action_withdraw(self.reason)
        else:
            question = self.question if self.question != sheet.question else None
            sheet.action_send_again(self.reason, self.department_id, question, self.final)
        return {"type": "ir.actions.act_window_close"}
