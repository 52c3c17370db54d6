from odoo import models

from ...tools import process

#: These go out whether or not the address was confirmed: they ask for it.
ASKING = {"confirm"}
#: What is written about a complaint that has ended: its end, and what belongs to it.
AFTER_END = {"closed", "handover", "link", "missed", "result"}


class ComplaintNotice(models.Model):
    """Which letters to a complainant still make sense when they are due."""

    _inherit = "complaint.notice"

    _event_records = {
        "limit": "complaint_extension_id",
        "handover": "complaint_handover_id",
        "missed": "complaint_followup_id",
        "proposal": "complaint_solution_id",
    }

    def _after_try(self):
        super()._after_try()
        complaint = self.complaint_id
        if self._get_kind() == "progress" and not complaint.closed_at:
            complaint._plan_progress(self._get_event_id() + 1)

    def _get_early_refusal(self):
        complaint = self.complaint_id
        if complaint.duplicate_of_id:
            return "merged"
        if not complaint.email_confirmed and self._get_kind() not in ASKING:
            return "unconfirmed"
        return super()._get_early_refusal()

    def _is_for_ended(self):
        kind = self._get_kind()
        if kind == "stage":
            stage = self.env["complaint.stage"].browse(self._get_event_id()).exists()
            return stage.step in process.ENDS
        return kind in AFTER_END

    def _get_skip_reason_of_received(self, complaint):
        silent = self.env["complaint.channel"]._get_ids_without("acknowledge")
        return complaint.channel_id.id in silent and "off"

    def _get_skip_reason_of_stage(self, complaint):
        # On the board a card is dropped into the wrong column in a moment, and taken back in the next.
        there = complaint.stage_id.id == self._get_event_id()
        return (not there or complaint.reopen_count != self._get_event_round()) and "over"

    def _get_skip_reason_of_closed(self, complaint):
        same = complaint.step == "closed" and complaint.reopen_count == self._get_event_id()
        return not same and "over"

    def _get_skip_reason_of_progress(self, complaint):
        return not complaint.company_id.complaint_progress_days and "off"

    def _get_skip_reason_of_missed(self, complaint):
        followup = self.env["complaint.followup"].browse(self._get_event_id()).exists()
        reached = complaint._get_round_followups().filtered(
            lambda call: call.id > followup.id and call.result and call.result != "not_reached"
        )
        return (not followup or reached or complaint.reopen_count != followup.round) and "over"

    def _get_skip_reason_of_proposal(self, complaint):
        solution = self.env["complaint.solution"].browse(self._get_event_id()).exists()
        return solution.state != "offered" and "over"

    def _get_skip_reason_of_result(self, complaint):
        told = complaint.result_reported_at and complaint.reopen_count == self._get_event_id()
        return (not told or complaint.confirmation in ("signed", "paper")) and "over"
