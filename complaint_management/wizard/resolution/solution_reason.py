from odoo import api, fields, models


class ComplaintSolutionReason(models.TransientModel):
    """Asks for the reason without which a solution is neither sent back nor withdrawn nor stood by."""

    _name = "complaint.solution.reason"
    _description = "Reason on a Solution"

    kind = fields.Selection(
        [
            ("approve", "Approve with a comment"),
            ("refuse", "Refuse"),
            ("pass_on", "Ask somebody else"),
            ("take_back", "Take back the request"),
            ("withdraw", "Withdraw"),
            ("stand_by", "Stand by it"),
        ],
        required=True,
        default="refuse",
    )
    solution_id = fields.Many2one("complaint.solution", ondelete="cascade")
    approval_id = fields.Many2one("complaint.approval", ondelete="cascade")
    # Where it stood when the dialog was opened: what happened meanwhile is not overruled unseen.
    seen_state = fields.Char(
        compute="_compute_seen_state", store=True, readonly=False, export_string_translation=False
    )
    reason = fields.Text()
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    user_id = fields.Many2one(
        "res.users",
        string="Who Decides",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )

    @api.depends("solution_id")
    def _compute_seen_state(self):
        for wizard in self:
            solution = wizard.solution_id._origin.sudo(False)._filtered_access("read")
            wizard.seen_state = solution.state

    @api.depends("approval_id")
    def _compute_company_id(self):
        for wizard in self:
            # A dialog may name any approval: only what its user may read is shown.
            approval = wizard.approval_id._origin.sudo(False)._filtered_access("read")
            wizard.company_id = approval.company_id

    def action_apply(self):
        self.ensure_one()
        approval, solution = self.approval_id.sudo(False), self.solution_id.sudo(False)
        if self.kind == "approve":
            approval.action_approve(self.reason)
        elif self.kind == "refuse":
            approval.action_refuse(self.reason)
        elif self.kind == "pass_on":
            approval.action_pass_on(self.user_id.sudo(False), self.reason)
        else:
            self._apply_to_solution(solution)
        return {"type": "ir.actions.act_window_close"}

    def _apply_to_solution(self, solution):
        solution._check_seen(self.seen_state)
        if self.kind == "take_back":
            solution.action_withdraw_request(self.reason)
        elif self.kind == "withdraw":
            solution.action_withdraw(self.reason)
        else:
            solution.action_stand_by(self.reason)
