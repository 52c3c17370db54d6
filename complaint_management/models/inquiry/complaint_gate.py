from odoo import api, models

from ...tools.process import Requirement


class ComplaintComplaint(models.Model):
    """What the gate asks of the inquiry before a step may be left (TR-4, DI-2 to DI-6)."""

    _inherit = "complaint.complaint"

    @api.model
    def _gate_fields(self):
        return [
            *super()._gate_fields(),
            "inquiry_waived",
            "founded",
            "handover_ids.state",
            "dispatch_ids.state",
            "employee_ids",
            "evidence_ids.kind",
            "evidence_ids.employee_id",
            "cause_id",
            "liability_ids.share",
            "liability_ids.finding",
            "contact_ids.purpose",
            "contact_ids.direction",
            "contact_ids.result",
        ]

    @api.model
    def _gate_requirements(self):
        return [
            *super()._gate_requirements(),
            # triage
            Requirement(
                "triage",
                self.env._("Say whether the complaint is founded."),
                lambda c: c.founded or not c._needs_inquiry(),
            ),
            Requirement(
                "triage",
                self.env._("It is doubtful whether it is founded: the team's leader has to decide."),
                lambda c: c.founded != "doubtful" or not c._needs_inquiry(),
            ),
            Requirement(
                "triage",
                self.env._("It is unfounded: reject it, and tell the complainant the reason."),
                lambda c: c.founded != "unfounded" or not c._needs_inquiry(),
            ),
            # dispatch
            Requirement(
                "dispatch",
                self.env._("It was handed over: wait until that is accepted, or withdraw it."),
                lambda c: not c._get_pending_handover(),
            ),
            Requirement(
                "dispatch",
                self.env._("Send the sheets that were written, or delete them."),
                lambda c: "draft" not in c.dispatch_ids.mapped("state"),
            ),
            # investigation
            Requirement(
                "investigation",
                self.env._("Decide about the sheets that departments returned."),
                lambda c: "returned" not in c.dispatch_ids.mapped("state"),
            ),
            Requirement(
                "investigation",
                self.env._("Wait until the departments have answered and signed their sheets."),
                lambda c: "department" not in c.dispatch_ids.mapped("turn"),
            ),
            Requirement(
                "investigation",
                self.env._("Confirm the departments' answers, or send them back."),
                lambda c: "signed" not in c.dispatch_ids.mapped("state"),
            ),
            Requirement(
                "investigation",
                self.env._("Enter what proves the facts: a piece of evidence, or a department's answer."),
                lambda c: (
                    c.evidence_ids or "confirmed" in c.dispatch_ids.mapped("state") or not c._needs_inquiry()
                ),
            ),
            Requirement(
                "investigation",
                self.env._("Enter the statement of each employee concerned."),
                lambda c: not c._needs_inquiry() or not c._get_missing_statements()[0],
            ),
            Requirement(
                "investigation",
                self.env._("Choose the root cause."),
                lambda c: c.cause_id or not c._needs_inquiry(),
            ),
            Requirement(
                "investigation",
                self.env._("Say who is liable for what share; the shares make 100 %."),
                lambda c: c.liability_complete or not c._needs_inquiry(),
            ),
            # What liability demands of us (DI-6).
            Requirement(
                "feedback",
                self.env._("It was our fault: apologise, and log it as a contact."),
                lambda c: (
                    not c._needs_inquiry() or not c.liability_ids or not c.our_fault or c._was_told("apology")
                ),
            ),
            Requirement(
                "feedback",
                self.env._("It was not our fault: explain it patiently, and log it as a contact."),
                lambda c: (
                    not c._needs_inquiry() or not c.liability_ids or c.our_fault or c._was_told("explanation")
                ),
            ),
        ]

    def _was_told(self, purpose):
        """Tell whether a contact with this purpose reached the complainant."""
        return any(contact.purpose == purpose and contact._is_answer() for contact in self.contact_ids)
