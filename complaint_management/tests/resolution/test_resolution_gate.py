"""What the gate asks of solution, execution, result and follow-up: all at once, supplied in any order."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.case.common import GateOrders

from .common import ResolutionCommon

JUDGED = "Propose a solution: say whether the demand is reasonable, and on what ground."
APPROVED = "Get the solution approved."
SETTLED = (
    "Offer it to the complainant and enter the answer. "
    "What was declined is revised, or a leader stands by it."
)
REMEDIES = "Carry out the remedies that were promised, or cancel them with the reason."
OUTCOME = "Write down the result that was told to the complainant."
APOLOGY = "It was our fault: apologise, and log it as a contact."
EXPLANATION = "It was not our fault: explain it patiently, and log it as a contact."
DECISION = "Decide whether the complaint is upheld, and give the reasons."
REPORT = "Report the result to the complainant."
CONFIRMATION = "Have the complainant confirm the result, or note why there is no signature."
SIGN_OFF = "A leader of the team has to sign it off."
CALL = "Make the follow-up call."


@tagged("post_install", "-at_install")
class TestResolutionGate(GateOrders, ResolutionCommon):
    every = (
        JUDGED,
        APPROVED,
        SETTLED,
        REMEDIES,
        OUTCOME,
        APOLOGY,
        EXPLANATION,
        DECISION,
        REPORT,
        CONFIRMATION,
        SIGN_OFF,
        CALL,
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.new_rule()
        cls.kinds = cls.taking_back | cls.training

    # supplying

    def judge(self, complaint):
        if not complaint.solution_ids:
            self.new_solution(complaint, (), remedy_ids=[(0, 0, {"type_id": kind.id}) for kind in self.kinds])

    def get_approved(self, complaint):
        self.judge(complaint)
        solution = complaint.solution_ids[0]
        if solution.state == "draft":
            solution.action_submit()
        if solution.state == "submitted":
            self.approve(solution, self.leader)

    def settle(self, complaint):
        self.get_approved(complaint)
        self.offer(complaint.solution_ids[0])
        complaint.solution_ids[0].action_accept()

    def carry_out(self, complaint):
        for remedy in complaint.remedy_ids:
            remedy.action_done()

    def report(self, complaint):
        complaint.action_report_result(
            outcome=complaint.outcome or "A new one was delivered.",
            decision=complaint.decision or "upheld",
            reason=complaint.decision_reason or "It was broken.",
            kind="call",
            summary="We told her.",
        )

    def new_executed_case(self, finding="our_fault", **vals):
        complaint = self.new_case(**vals)
        self.find_out(complaint, finding)
        complaint.move_to("solution")
        self.settle(complaint)
        complaint.move_to("execution")
        return complaint

    def new_reported_case(self, **vals):
        complaint = self.new_executed_case(**vals)
        self.carry_out(complaint)
        complaint.move_to("feedback")
        self.report(complaint)
        complaint._log_contact("call", "out", "apology", "We are sorry.")
        complaint.move_to("follow_up")
        return complaint

    # the steps

    def test_solution(self):
        """SO-1, SO-3, SO-4: judged, approved, offered and answered."""
        self._in_any_order(
            self.new_solved_case,
            "execution",
            {
                "judged": ((JUDGED,), self.judge),
                "approved": ((JUDGED, APPROVED), self.get_approved),
                "settled": ((JUDGED, APPROVED, SETTLED), lambda complaint: self._settle_once(complaint)),
            },
        )

    def _settle_once(self, complaint):
        if complaint.solution_ids[:1].state != "accepted":
            self.settle(complaint)

    def test_declined_is_not_settled(self):
        """SO-4: a declined solution opens nothing before it is revised or a leader stands by it."""
        complaint = self.new_solved_case()
        self.get_approved(complaint)
        solution = complaint.solution_ids
        self.assertMissing(complaint, "execution", [SETTLED])
        self.offer(solution)
        self.assertMissing(complaint, "execution", [SETTLED])
        solution.action_decline("No.")
        self.assertMissing(complaint, "execution", [SETTLED])
        solution.with_user(self.leader).action_stand_by("It is fair.")
        self.assertMissing(complaint, "execution", [])

    def test_withdrawn_counts_for_nothing(self):
        complaint = self.new_solved_case()
        self.settle(complaint)
        complaint.solution_ids.action_withdraw("We cannot deliver it.")
        self.assertMissing(complaint, "execution", [JUDGED, APPROVED, SETTLED])

    def test_execution(self):
        """SO-5: every remedy that was promised is done, or cancelled with its reason."""
        complaint = self.new_executed_case()
        complaint.remedy_ids[0].action_done()
        self.assertMissing(complaint, "feedback", [REMEDIES])
        complaint.remedy_ids[1].action_cancel("Not wanted any more.")
        self.assertMissing(complaint, "feedback", [])

    def test_feedback(self):
        """CL-1, X-5, DI-6: decided with reasons, reported, and apologised for where it was our fault."""

        def build():
            complaint = self.new_executed_case()
            self.carry_out(complaint)
            complaint.move_to("feedback")
            return complaint

        self._in_any_order(
            build,
            "follow_up",
            {
                "outcome": ((OUTCOME,), self._write_outcome),
                "apology": (
                    (APOLOGY,),
                    lambda complaint: complaint._log_contact("call", "out", "apology", "We are sorry."),
                ),
                "decision": (
                    (DECISION,),
                    lambda complaint: complaint.decision or complaint.action_decide("partly", "So it was."),
                ),
                "report": ((OUTCOME, DECISION, REPORT), self.report),
            },
        )

    def _write_outcome(self, complaint):
        if not complaint.outcome:
            complaint.outcome = "A new one was delivered."

    def test_what_our_fault_demands(self):
        """DI-6: our fault demands an apology, anything else an explanation, and that it reached them."""
        for finding, message, purpose in (
            ("our_fault", APOLOGY, "apology"),
            ("misunderstanding", EXPLANATION, "explanation"),
        ):
            with self.subTest(finding=finding):
                complaint = self.new_executed_case(finding)
                self.carry_out(complaint)
                complaint.move_to("feedback")
                self.assertMissing(complaint, "follow_up", [OUTCOME, message, DECISION, REPORT])
                complaint._log_contact("call", "out", purpose, "Nobody there.", result="not_reached")
                self.assertMissing(complaint, "follow_up", [OUTCOME, message, DECISION, REPORT])
                complaint._log_contact("call", "out", purpose, "They were content.")
                self.assertMissing(complaint, "follow_up", [OUTCOME, DECISION, REPORT])

    def test_report_is_the_explanation(self):
        """DI-6: where it was not our fault, the result that is reported with its reasons explains it."""
        complaint = self.new_executed_case("misunderstanding")
        self.carry_out(complaint)
        complaint.move_to("feedback")
        self.report(complaint)
        self.assertMissing(complaint, "follow_up", [])

    def test_apology_as_remedy(self):
        """DI-6: an apology that was promised and made satisfies the demand for one."""
        complaint = self.new_solved_case()
        solution = self.new_solution(complaint, remedy_ids=[(0, 0, {"type_id": self.apology.id})])
        solution.action_submit()
        self.approve(solution, self.leader)
        self.offer(solution)
        solution.action_accept()
        complaint.move_to("execution")
        self.carry_out(complaint)
        complaint.move_to("feedback")
        self.report(complaint)
        self.assertMissing(complaint, "follow_up", [])

    def test_follow_up(self):
        """CL-1 to CL-3, SO-6: confirmed or noted why not, signed off, called where that comes first."""
        self.company.complaint_sign_off = "urgent"
        self.env["complaint.followup.rule"].create({"name": "Before", "moment": "before", "tries": 1})

        def call(complaint):
            self.env["complaint.followup"].with_user(self.handler)._log(
                complaint, "satisfied", "All is well."
            )

        self._in_any_order(
            lambda: self.new_reported_case(severity="urgent"),
            "closed",
            {
                "confirmation": (
                    (CONFIRMATION,),
                    lambda complaint: complaint.action_confirm_result("none", note="By phone."),
                ),
                "sign-off": (
                    (SIGN_OFF,),
                    lambda complaint: complaint.with_user(self.leader).action_sign_off(),
                ),
                "call": ((CALL,), call),
            },
        )

    def test_no_sign_off_needed(self):
        self.company.complaint_sign_off = "urgent"
        complaint = self.new_reported_case(severity="important")
        self.assertMissing(complaint, "closed", [CONFIRMATION])

    def test_the_whole_way_at_once(self):
        """CL-1: closing in one leap names everything that all the steps ask for, in their order."""
        complaint = self.new_case()
        with self.assertRaises(UserError) as refusal:
            complaint.move_to("closed")
        message = str(refusal.exception)
        positions = [
            message.index(line)
            for line in (JUDGED, APPROVED, SETTLED, OUTCOME, DECISION, REPORT, CONFIRMATION)
        ]
        self.assertEqual(positions, sorted(positions))
        self.assertNotIn(REMEDIES, message)

    def test_questions_need_none_of_it(self):
        """TR-1: a question, praise, or what was answered on the spot needs no solution."""
        for nature in ("inquiry", "suggestion", "criticism", "praise"):
            complaint = self.new_complaint(nature=nature)
            complaint.outcome = "Answered."
            complaint.move_to("closed")
            self.assertEqual(complaint.step, "closed")
        complaint = self.new_complaint(nature="complaint")
        complaint.action_answer_on_the_spot("Explained at once.")
        self.assertEqual(complaint.step, "closed")
