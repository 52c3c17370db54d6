from odoo import api, models


class ComplaintServiceOrder(models.Model):
    """Steps in which there is nothing to do for an order are passed at once (SV-2).

    The button for the next step and the end of the work lead beyond them. Whoever wants to stop there all the
    same moves the order there; limits are reached by the move, as if it had stood in each of the steps.
    """

    _inherit = "complaint.service.order"

    def _gate_fields(self):
        return [
            *super()._gate_fields(),
            "quotation_state",
            "received_at",
            "settlement_state",
            "type_id.asks_diagnosis",
            "type_id.asks_quotation",
            "type_id.asks_reception",
            "type_id.asks_signature",
        ]

    @api.depends_context("uid")
    def _compute_missing(self):
        # Technicians go less far, see below.
        super()._compute_missing()

    def _is_idle_in(self, step):
        kind = self.type_id
        idle = {
            "reception": not kind.asks_reception,
            "diagnosis": not kind.asks_diagnosis,
            # Who was asked is waited for, who said no is asked again, however little it costs.
            "quotation": self.quotation_state in ("none", "agreed"),
            "quality": not kind.asks_quality,
            "settlement": self.settlement_state != "open",
            # What was handed in is fetched, whether somebody signs for it or not.
            "handover": not (kind.asks_signature or kind.asks_reception or self.received_at),
        }
        return bool(kind) and idle.get(step, super()._is_idle_in(step))

    def _get_next_step(self, requirements=None):
        step = super()._get_next_step(requirements)
        if not step or not self._is_technician_only():
            return step
        # The advisor goes on where technicians stop.
        steps = self._process.steps
        passed = steps[steps.index(self.step) + 1 : steps.index(step) + 1]
        allowed = [one for one in passed if (self.step, one) in self._technician_moves]
        return allowed[-1] if allowed else step
