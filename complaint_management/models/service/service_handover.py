from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.service_process import SERVICE, Requirement

#: What comes by the button and from the customer's page, all of it together.
HANDOVER_FIELDS = {
    "handed_over_at",
    "handed_over_by_id",
    "handover_name",
    "handover_signature",
    "handover_note",
    "unsigned_reason",
    "usage_out",
}
MAX_NOTE = 20000


class ComplaintServiceOrder(models.Model):
    """The hand-over: the customer signs for what they get back, or it says why not (SV-2, SV-6)."""

    _inherit = "complaint.service.order"

    handed_over_at = fields.Datetime(
        string="Handed over on", readonly=True, copy=False, tracking=True, index="btree_not_null"
    )
    handed_over_by_id = fields.Many2one("res.users", string="Handed over by", readonly=True, copy=False)
    handover_name = fields.Char(
        string="Handed over to", readonly=True, copy=False, tracking=True, help="Who took it over."
    )
    handover_signature = fields.Binary(
        string="Signature at Hand-over", readonly=True, copy=False, attachment=True
    )
    handover_note = fields.Text(
        string="Note at Hand-over", readonly=True, copy=False, help="What was said when it was handed over."
    )
    unsigned_reason = fields.Char(
        string="Without a Signature, because", readonly=True, copy=False, tracking=True
    )
    usage_out = fields.Float(string="Reading at Hand-over", readonly=True, copy=False, tracking=True)

    @api.model
    def _get_signature_fields(self):
        return super()._get_signature_fields() | {"handover_signature"}

    @api.model
    def _get_kept_fields(self):
        # What was handed over elsewhere is brought along; a signature is drawn here.
        return super()._get_kept_fields() | {"handover_signature"}

    def write(self, vals):
        if not self.env.su and HANDOVER_FIELDS & vals.keys():
            raise UserError(
                self.env._("What is handed over is entered with the button Hand Over, all of it at once.")
            )
        return super().write(vals)

    def _record_move(self, old_steps):
        self._reach_at("hand_over", "handed_over_at")
        super()._record_move(old_steps)
        again = self.filtered(
            lambda order: (
                order.handed_over_at
                and old_steps[order.id] in SERVICE.ends
                and order.step not in SERVICE.ends
            )
        )
        again._forget_handover()

    def _forget_handover(self):
        """What is opened again is handed over again; what was signed before is kept."""
        for order in self:
            body = self.env._(
                "It had been handed over to %(name)s on %(date)s.",
                name=order.handover_name,
                date=order._get_shown_moment("handed_over_at"),
            )
            order._keep_signature("handover_signature", "handover_name", "handed_over_at")
            order._message_log(body=body)
        self.sudo().with_context(tracking_disable=True).write(dict.fromkeys(HANDOVER_FIELDS, False))

    def _gate_fields(self):
        return [*super()._gate_fields(), "handed_over_at"]

    def _gate_requirements(self):
        return super()._gate_requirements() + [
            Requirement(
                "handover",
                self.env._(
                    "Hand it over: the customer signs, or you write down why there is no signature (button "
                    "Hand Over)."
                ),
                lambda o: o.handed_over_at or not o.type_id.asks_signature,
            ),
        ]

    def _check_can_hand_over(self):
        """Check that it is time to hand this order over.

        :raises UserError: says what to do first
        """
        self.ensure_one()
        if self.handed_over_at:
            raise UserError(
                self.env._(
                    "%(order)s was handed over to %(name)s on %(date)s already.",
                    order=self.display_name,
                    name=self.handover_name,
                    date=self._get_shown_moment("handed_over_at"),
                )
            )
        if self.step != "handover":
            raise UserError(
                self.env._(
                    "%(order)s is not ready for the hand-over. It stands in the step “%(step)s”: bring it to "
                    "the hand-over first.",
                    order=self.display_name,
                    step=dict(self._selection_step()).get(self.step, ""),
                )
            )

    def _hand_over(self, name, signature, note=None, usage=None, unsigned_reason=None):
        """The customer takes it over.

        Who may do it is asked by the callers: the dialog of the advisor, and the customer's page.

        :param str name: who takes it over
        :param signature: picture of the signature, in base64
        :param str note: what was said
        :param float usage: reading of the object
        :param str unsigned_reason: why there is no signature; advisors say so
        :raises UserError: something is missing, it is not the time, or it was handed over already
        """
        self._check_can_hand_over()
        unsigned_reason, picture = (unsigned_reason or "").strip(), False
        if signature or not unsigned_reason:
            name, picture = self._take_signature(name, signature)
            unsigned_reason = False
        self.sudo().write(
            {
                "handed_over_at": fields.Datetime.now(),
                "handed_over_by_id": self._get_writer().id,
                "handover_name": " ".join((name or "").split())[:200] or self.partner_id.name,
                "handover_signature": picture,
                "handover_note": (note or "").strip()[:MAX_NOTE] or False,
                "unsigned_reason": unsigned_reason,
                "usage_out": usage or 0,
            }
        )
        # Now, before anything else: whoever does the same at the same moment is found here.
        self.flush_recordset(["handed_over_at"])
        self._log_usage("usage_out")
        self._reach_at("hand_over", "handed_over_at")

    def action_hand_over(self):
        """Ask for the signature."""
        self._check_advisor()
        self._check_can_hand_over()
        return self._open_signing("handover")

    def action_sign_reception(self):
        """Ask for the signature on the reception sheet."""
        self.ensure_one()
        self._check_advisor()
        return self._open_signing("reception")

    def _open_signing(self, kind):
        labels = {
            "handover": self.env._("Hand Over to the Customer"),
            "reception": self.env._("Sign the Reception Sheet"),
        }
        return {
            "name": labels[kind],
            "type": "ir.actions.act_window",
            "res_model": "complaint.service.signing",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_id": self.id, "default_kind": kind},
        }
