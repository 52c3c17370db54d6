from odoo import api, models
from odoo.exceptions import UserError

from ...tools import process

#: How the complainant was most probably told, by the channel of the complaint; otherwise by a call.
KINDS = {
    "complaint_channel_walk_in": "visit",
    "complaint_channel_email": "message",
    "complaint_channel_web": "message",
    "complaint_channel_portal": "message",
    "complaint_channel_chat": "message",
    "complaint_channel_social": "message",
    "complaint_channel_letter": "letter",
}


class ComplaintOnTheSpot(models.Model):
    """What was answered on the spot, or had ended elsewhere, is not inquired into (IN-6)."""

    _inherit = "complaint.complaint"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [
                {fname: value for fname, value in vals.items() if fname != "inquiry_waived"}
                for vals in vals_list
            ]
            if "default_inquiry_waived" in self.env.context:
                self = self.with_context(default_inquiry_waived=False)
        return super().create(vals_list)

    def write(self, vals):
        if "inquiry_waived" in vals and not self.env.su:
            # The gate would be passed without the facts.
            raise UserError(
                self.env._(
                    "Only answering on the spot spares the inquiry. "
                    "Use the button “Answered on the Spot” while the complaint is in receipt or triage."
                )
            )
        return super().write(vals)

    def _waive_inquiry(self, waived=True):
        changed = self.filtered(lambda complaint: complaint.inquiry_waived != waived)
        if changed:
            super(ComplaintOnTheSpot, changed.with_context(tracking_disable=True)).write(
                {"inquiry_waived": waived}
            )

    def action_answer_on_the_spot(self, answer):
        # What a leader has been asked is not answered over their head.
        self._check_judges(False)
        self._waive_inquiry()
        result = super().action_answer_on_the_spot(answer)
        kinds = self._get_contact_kinds()
        for channel, complaints in self.grouped("channel_id").items():
            complaints._log_contact(
                kinds.get(channel.id, "call"), "out", "explanation", answer, channel_id=channel.id
            )
        return result

    @api.model
    def _get_contact_kinds(self):
        data = self.env["ir.model.data"]
        return {
            data._xmlid_to_res_id(f"complaint_management.{name}", raise_if_not_found=False): kind
            for name, kind in KINDS.items()
        }

    def _check_gates_at_creation(self):
        """What had ended before it was recorded here cannot be inquired into any more."""
        self.filtered(
            lambda complaint: complaint.closed_at and complaint.step in process.ENDS
        )._waive_inquiry()
        return super()._check_gates_at_creation()

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        # The reopening has passed its gates; from here on it is inquired into.
        self.filtered(
            lambda complaint: complaint._is_new_round(old_steps[complaint.id], complaint.step)
        )._waive_inquiry(False)
