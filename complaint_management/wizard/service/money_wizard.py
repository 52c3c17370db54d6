from odoo import api, fields, models
from odoo.exceptions import UserError


class ComplaintServiceAnswer(models.TransientModel):
    """Notes what the customer said to a quotation by phone or on paper (SV-2)."""

    _name = "complaint.service.answer"
    _description = "Answer to a Quotation"

    order_id = fields.Many2one("complaint.service.order", required=True, ondelete="cascade")
    answer = fields.Selection(
        [("agreed", "Agrees"), ("declined", "Does not agree")],
        string="The Customer",
        required=True,
        default="agreed",
    )
    kind = fields.Selection(
        [("phone", "By phone"), ("paper", "On paper")], string="How", required=True, default="phone"
    )
    name = fields.Char(
        string="Agreed By",
        compute="_compute_name",
        store=True,
        readonly=False,
        help="The person who said so.",
    )
    amount = fields.Monetary(related="order_id.amount_charged", string="Charged")
    currency_id = fields.Many2one(related="order_id.currency_id")
    version = fields.Char(compute="_compute_version", store=True)
    signature = fields.Binary(attachment=False)
    reason = fields.Text(help="Why they do not agree, and what they want instead.")

    def _get_order(self):
        # A dialog may name any order: only what its user may read is looked at.
        return self.order_id._origin.sudo(False)._filtered_access("read")

    @api.depends("order_id")
    def _compute_name(self):
        for wizard in self:
            wizard.name = wizard._get_order().partner_id.sudo().name

    @api.depends("order_id")
    def _compute_version(self):
        for wizard in self:
            order = wizard._get_order()
            wizard.version = order and wizard._get_shown_state()

    def _get_shown_state(self):
        """Return what tells whether the quotation is still what the dialog showed, and as unanswered."""
        order = self.order_id._origin
        return f"{order._get_quotation_token()}-{order.quotation_answer}-{order.agreed_at}"

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        order = self.env["complaint.service.order"].browse(values.get("order_id"))
        if order:
            # Said when the dialog opens, before anybody types.
            order._check_quotable()
        return values

    def action_apply(self):
        """Note it."""
        self.ensure_one()
        order = self.order_id.sudo(False)
        order.check_access("write")
        order._check_quotation_advisor()
        if self.version != self._get_shown_state():
            raise UserError(
                self.env._(
                    "The quotation was changed meanwhile, or the customer has answered it. Close this and "
                    "look at it again."
                )
            )
        if self.answer == "declined":
            order._decline(self.reason)
        else:
            signature = self.signature if self.kind == "paper" else None
            order._agree(self.kind, self.name, signature)
        return {"type": "ir.actions.act_window_close"}
