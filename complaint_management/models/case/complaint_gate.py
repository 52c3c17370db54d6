from odoo import api, models

from ...tools import process
from ...tools.process import Requirement


class ComplaintGate(models.Model):
    """What the gate between the steps asks for (``staged.py``).

    An area that demands something before a step may be left extends
    :meth:`_gate_requirements`; nothing else decides about a move.
    """

    _inherit = "complaint.complaint"

    def _entries_changed(self):
        """Something was entered about the complaints, which may complete what the gate asks for."""

    @api.model
    def _gate_fields(self):
        return [
            *super()._gate_fields(),
            "emergency",
            "backfilled_at",
            "partner_id",
            "partner_name",
            "partner_email",
            "partner_phone",
            "channel_id",
            "description",
            "received_by_id",
            "read_back_at",
            "nature",
            "category_id",
            "severity",
            "team_id",
            "user_id",
            "outcome",
            "emergency_action",
            "emergency_handled_at",
        ]

    @api.model
    def _gate_requirements(self):
        return super()._gate_requirements() + [
            Requirement(
                "new",
                self.env._("Say who complains: choose a customer or enter a name."),
                lambda c: c.partner_id or c.partner_name or c.channel_id._asks("anonymous"),
            ),
            Requirement(
                "new",
                self.env._("Enter a phone number or an e-mail address of the complainant."),
                lambda c: c.partner_phone or c.partner_email or c.channel_id._asks("anonymous"),
            ),
            Requirement("new", self.env._("Choose the channel it came in by."), lambda c: c.channel_id),
            Requirement(
                "new", self.env._("Write down what happened."), lambda c: (c.description or "").strip()
            ),
            Requirement("new", self.env._("Enter who received the complaint."), lambda c: c.received_by_id),
            Requirement(
                "new",
                self.env._("Read the record back to the complainant and press Read Back."),
                lambda c: c.read_back_at or not c.channel_id._asks("read_back"),
            ),
            Requirement(
                "triage", self.env._("Choose the nature: complaint, inquiry, praise …"), lambda c: c.nature
            ),
            Requirement("triage", self.env._("Choose the category."), lambda c: c.category_id),
            Requirement("triage", self.env._("Choose the severity."), lambda c: c.severity),
            Requirement("dispatch", self.env._("Choose the team that handles it."), lambda c: c.team_id),
            Requirement("dispatch", self.env._("Name the person responsible."), lambda c: c.user_id),
            Requirement(
                "feedback",
                self.env._("Write down the result that was told to the complainant."),
                lambda c: (c.outcome or "").strip(),
            ),
            Requirement(
                "emergency",
                self.env._("Write down what was done at once."),
                lambda c: (c.emergency_action or "").strip(),
            ),
            Requirement(
                "emergency", self.env._("Enter when it was handled."), lambda c: c.emergency_handled_at
            ),
            Requirement(
                "reject",
                self.env._("Give the reason for rejecting it."),
                lambda c: (c.end_reason or "").strip(),
            ),
            Requirement(
                "cancel",
                self.env._("Give the reason for cancelling it."),
                lambda c: (c.end_reason or "").strip() or c.duplicate_of_id,
            ),
            Requirement(
                "reopen",
                self.env._("Give the reason for opening it again (button Reopen)."),
                lambda c: (c.reopen_reason or "").strip(),
            ),
            Requirement(
                "reopen",
                self.env._("It was merged into another complaint: reopen that one."),
                lambda c: not c.duplicate_of_id,
            ),
        ]

    def _get_gates(self, old, new):
        return process.gates_between(old, new, self.emergency and not self.backfilled_at)
