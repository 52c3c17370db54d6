"""What the gate asks of the inquiry: all of it at once, and in whatever order it is supplied."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.case.common import GateOrders
from odoo.addons.complaint_management.tests.inquiry.common import InquiryCommon

FOUNDED = "Say whether the complaint is founded."
DOUBTFUL = "It is doubtful whether it is founded: the team's leader has to decide."
UNFOUNDED = "It is unfounded: reject it, and tell the complainant the reason."
HANDED = "It was handed over: wait until that is accepted, or withdraw it."
DRAFT = "Send the sheets that were written, or delete them."
RETURNED = "Decide about the sheets that departments returned."
WAITING = "Wait until the departments have answered and signed their sheets."
SIGNED = "Confirm the departments' answers, or send them back."
EVIDENCE = "Enter what proves the facts: a piece of evidence, or a department's answer."
STATEMENT = "Enter the statement of each employee concerned."
CAUSE = "Choose the root cause."
LIABILITY = "Say who is liable for what share; the shares make 100 %."


@tagged("post_install", "-at_install")
class TestInquiryGate(GateOrders, InquiryCommon):
    every = (HANDED, DRAFT, RETURNED, WAITING, SIGNED, EVIDENCE, STATEMENT, CAUSE, LIABILITY)

    def test_triage(self):
        """TR-4: judged, and neither doubtful nor unfounded."""
        complaint = self.new_complaint(nature="complaint")
        complaint.move_to("triage")
        self.assertMissing(complaint, "dispatch", [FOUNDED])
        complaint.founded = "doubtful"
        self.assertMissing(complaint, "dispatch", [DOUBTFUL])
        complaint.with_user(self.leader).founded = "unfounded"
        self.assertMissing(complaint, "dispatch", [UNFOUNDED])
        complaint.with_user(self.leader).founded = "founded"
        self.assertMissing(complaint, "dispatch", [])
        complaint.move_to("dispatch")

    def test_triage_with_all_else(self):
        """TR-4: the judgement is named together with what receipt and triage lack."""
        complaint = self.new_bare(nature="complaint")
        with self.assertRaises(UserError) as caught:
            complaint.move_to("dispatch")
        (lines,) = self.refused(caught.exception).values()
        self.assertIn(FOUNDED, lines)
        self.assertIn("Write down what happened.", lines)
        self.assertIn("Choose the category.", lines)

    def test_only_complaints_are_judged(self):
        """TR-1: nobody has to judge or investigate a question or praise."""
        for nature in ("inquiry", "suggestion", "criticism", "praise"):
            with self.subTest(nature=nature):
                complaint = self.new_complaint(nature=nature)
                complaint.move_to("solution")
                self.assertEqual(complaint.step, "solution")

    def test_dispatch(self):
        """IN-5, DI-2: no hand-over is pending, no sheet was written and not sent."""

        def build():
            complaint = self.new_case()
            self.new_sheet(complaint, send=False)
            complaint._hand_over("person", "Ask her.", user=self.colleague)
            return complaint

        self._in_any_order(
            build,
            "investigation",
            {
                "hand-over": (
                    (HANDED,),
                    lambda complaint: complaint._get_pending_handover().action_withdraw(),
                ),
                "sheet": ((DRAFT,), lambda complaint: complaint.dispatch_ids.action_send()),
            },
        )

    def test_investigation(self):
        """DI-2 to DI-6: every sheet settled, facts proven, both sides heard, cause and liability known."""
        cause = self.env["complaint.cause"].search([], limit=1)
        witness = self.new_employee(self.plain_user)

        def build():
            complaint = self.new_case(employee_ids=[Command.set(witness.ids)])
            complaint.move_to("investigation")
            self.waiting, returned, self.signed = (self.new_sheet(complaint) for _number in range(3))
            returned.with_user(self.foreman).action_return("It is not ours.")
            self.returned = returned
            self.answer(self.signed)
            return complaint

        def wait(complaint):
            self.answer(self.waiting)
            self.waiting.action_confirm()

        def state(complaint):
            complaint.evidence_ids = [
                Command.create(
                    {
                        "name": "Statement",
                        "kind": "statement",
                        "party": "employee",
                        "employee_id": witness.id,
                        "description": "I was polite.",
                    }
                )
            ]

        def blame(complaint):
            complaint.liability_ids = [
                Command.create(
                    {
                        "party_kind": "department",
                        "department_id": self.workshop.id,
                        "share": share,
                        "finding": "our_fault",
                    }
                )
                for share in (60, 40)
            ]

        self._in_any_order(
            build,
            "solution",
            {
                "returned": ((RETURNED,), lambda complaint: self.returned.action_withdraw("Asked others.")),
                "waiting": ((WAITING, EVIDENCE), wait),
                "signed": ((SIGNED, EVIDENCE), lambda complaint: self.signed.action_confirm()),
                "statement": ((STATEMENT, EVIDENCE), state),
                "cause": ((CAUSE,), lambda complaint: complaint.write({"cause_id": cause.id})),
                "liability": ((LIABILITY,), blame),
            },
        )

    def test_without_sheets(self):
        """DI-3: who asks nobody needs a piece of evidence."""
        complaint = self.new_case()
        complaint.move_to("investigation")
        self.assertMissing(complaint, "solution", [EVIDENCE, CAUSE, LIABILITY])

    def test_milestones_by_their_events(self):
        """DESIGN 3: milestones are reached by what happens, not by the move that follows."""
        local, at = self.local, {}
        self.new_policy(vals={"sequence": 1}, name="All", dispatch=(4, "hours", {}), respond=(8, "hours", {}))
        with self.mock_datetime_and_now(local("2026-03-02 08:30")):
            complaint = self.new_complaint(nature="complaint")
        with self.mock_datetime_and_now(local("2026-03-02 09:00")):
            complaint._log_contact("call", "out", "listening", "We look into it.")
            at["respond"] = "2026-03-02 09:00"
        with self.mock_datetime_and_now(local("2026-03-02 09:30")):
            complaint.founded = "founded"
            at["triage"] = "2026-03-02 09:30"
        with self.mock_datetime_and_now(local("2026-03-02 10:00")):
            sheet = self.new_sheet(complaint)
            at["dispatch"] = "2026-03-02 10:00"
        with self.mock_datetime_and_now(local("2026-03-02 14:00")):
            complaint.move_to("investigation")
            complaint.cause_id = self.env["complaint.cause"].search([], limit=1)
        with self.mock_datetime_and_now(local("2026-03-03 10:00")):
            self.answer(sheet)
        with self.mock_datetime_and_now(local("2026-03-03 11:00")):
            sheet.action_confirm()
        self.assertFalse(self.clock(complaint, "investigate").reached_at)
        with self.mock_datetime_and_now(local("2026-03-04 09:00")):
            complaint.liability_ids = [
                Command.create(
                    {
                        "party_kind": "department",
                        "department_id": self.workshop.id,
                        "share": 100,
                        "finding": "our_fault",
                    }
                )
            ]
            at["investigate"] = "2026-03-04 09:00"
        with self.mock_datetime_and_now(local("2026-03-05 09:00")):
            complaint.move_to("solution")
        for milestone, moment in at.items():
            self.assertEqual(self.clock(complaint, milestone).reached_at, local(moment), milestone)

    def test_import_and_api(self):
        """DESIGN 4.2: a complaint created further down the way shows all that the inquiry asks for."""
        with self.assertRaises(UserError) as caught:
            self.new_complaint(nature="complaint", stage_id=self.stage("solution").id)
        (lines,) = self.refused(caught.exception).values()
        self.assertEqual(lines, [FOUNDED, EVIDENCE, CAUSE, LIABILITY])
