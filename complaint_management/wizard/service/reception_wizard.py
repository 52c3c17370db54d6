from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.service.asset_kind import USAGE_UNITS


class ComplaintServiceSigning(models.TransientModel):
    """Has the customer sign: on the reception sheet, or for what is handed over (SV-2, SV-6)."""

    _name = "complaint.service.signing"
    _description = "Signature of the Customer"

    order_id = fields.Many2one(
        "complaint.service.order",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
        ondelete="cascade",
    )
    kind = fields.Selection(
        [("reception", "Reception sheet"), ("handover", "Hand-over to the customer")],
        required=True,
        default="handover",
    )
    name = fields.Char(string="Who Signs", compute="_compute_name", store=True, readonly=False)
    way = fields.Selection(
        [("signed", "They sign here"), ("none", "There is no signature")],
        string="Confirmed by",
        required=True,
        default="signed",
    )
    signature = fields.Binary(attachment=False)
    unsigned_reason = fields.Char(
        string="Why There Is No Signature", help="For example: the key was left in the letter box as agreed."
    )
    note = fields.Text(help="What was said, or what the customer finds fault with.")
    usage_out = fields.Float(string="Reading", help="What the object shows now.")
    # Not related: what is related is read as superuser, whoever names the order.
    usage_unit = fields.Selection(USAGE_UNITS, string="Unit of the Reading", compute="_compute_shown")
    condition = fields.Text(compute="_compute_shown")
    belongings = fields.Text(compute="_compute_shown")
    recommendation = fields.Text(compute="_compute_shown")
    loaner_out = fields.Boolean(compute="_compute_shown", export_string_translation=False)

    @api.depends("order_id")
    def _compute_name(self):
        for wizard in self:
            wizard.name = wizard._get_order().partner_id.name

    @api.depends("order_id")
    def _compute_shown(self):
        for wizard in self:
            order = wizard._get_order()
            for fname in ("usage_unit", "condition", "belongings", "recommendation"):
                wizard[fname] = order[fname]
            wizard.loaner_out = not all(order.loaner_ids.mapped("returned_at"))

    def _get_order(self):
        """Return the order, as far as the user may change it."""
        self.ensure_one()
        return self.order_id._origin.sudo(False)._filtered_access("write")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        order = self.env["complaint.service.order"].browse(values.get("order_id"))
        if order:
            # Said when the dialog opens, before the customer has taken the pen.
            order._check_advisor()
            if values.get("kind") == "handover":
                order._check_can_hand_over()
        return values

    def action_apply(self):
        """Keep what was signed."""
        self.ensure_one()
        order = self.order_id
        order._check_advisor()
        if self.kind == "reception":
            order._sign_reception(self.name, self.signature)
            return
        unsigned = self.way == "none"
        if unsigned and not (self.unsigned_reason or "").strip():
            raise UserError(self.env._("Write down why there is no signature."))
        order._hand_over(
            self.name,
            False if unsigned else self.signature,
            note=self.note,
            usage=self.usage_out,
            unsigned_reason=unsigned and self.unsigned_reason,
        )
