from odoo import api, fields, models


class ComplaintSolutionAnswer(models.TransientModel):
    """Notes what the complainant answered to an offer, with the signature where there is one (SO-4, SO-6)."""

    _name = "complaint.solution.answer"
    _description = "Answer to a Solution"

    solution_id = fields.Many2one("complaint.solution", required=True, ondelete="cascade")
    answer = fields.Selection(
        [("accepted", "Accepts"), ("declined", "Declines")],
        string="The Complainant",
        required=True,
        default="accepted",
    )
    kind = fields.Selection(
        selection=lambda self: self.env["complaint.contact"]._fields["kind"]._description_selection(self.env),
        string="How",
        required=True,
        default="call",
    )
    words = fields.Text(string="What They Said")
    signed_by = fields.Char(
        string="Name", compute="_compute_signed_by", store=True, readonly=False, help="Who signs."
    )
    signature = fields.Binary(attachment=False)

    @api.depends("solution_id")
    def _compute_signed_by(self):
        for wizard in self:
            # A dialog may name any solution: only what its user may read is shown.
            solution = wizard.solution_id._origin.sudo(False)._filtered_access("read")
            wizard.signed_by = solution.partner_name

    def action_apply(self):
        self.ensure_one()
        solution = self.solution_id.sudo(False)
        if self.answer == "accepted":
            solution.action_accept(self.words, name=self.signed_by, signature=self.signature, kind=self.kind)
        else:
            solution.action_decline(self.words, kind=self.kind)
        return {"type": "ir.actions.act_window_close"}
