import base64
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.complaint_management.models.portal.customer_acts import CustomerRefusal
from odoo.addons.complaint_management.tests.portal.action_common import SIGNATURE, ActionCommon


@tagged("post_install", "-at_install")
class TestCustomerAnswer(ActionCommon):
    """The customer answers the proposal on the page."""

    def setUp(self):
        super().setUp()
        self.complaint = self.new_solved_case()
        self.solution = self.new_offered(self.complaint)
        self.case = self.as_customer(self.complaint)

    def accept(self, solution=None, name="Zhang San", signature=SIGNATURE):
        return self.case._accept_as_customer((solution or self.solution).id, name, signature)

    def test_shown_as_the_customer_may_see_it(self):
        """The page shows our words and the remedies for the customer, and nothing of ours (SO-4)."""
        shown = self.case._get_portal_actions("link")["proposal"]
        self.assertEqual(shown["state"], "offered")
        self.assertEqual(shown["offer"], "We make it good.")
        self.assertEqual(len(shown["lines"]), 2)
        self.assertIn("300", shown["lines"][1])
        words = repr(shown)
        for internal in (self.solution.assessment, self.solution.ground_contract, self.training.name):
            self.assertNotIn(internal, words)

    def test_nothing_shown_before_it_is_offered(self):
        complaint = self.new_solved_case()
        solution = self.new_solution(complaint)
        solution.action_submit()
        self.assertFalse(self.as_customer(complaint)._get_portal_actions("link")["proposal"])

    def test_accepted_with_a_signature(self):
        """Accepting with a signature begins the remedies, and the clock goes on (SO-4, SO-6)."""
        self.assertTrue(self.complaint._get_open_pauses())
        self.assertEqual(self.accept(), "accepted")
        self.assertEqual(self.solution.state, "accepted")
        self.assertEqual(self.solution.signed_by, "Zhang San")
        self.assertTrue(self.solution.signature)
        self.assertFalse(self.solution.answer_by_id)
        self.assertEqual(set(self.solution.sudo().remedy_ids.mapped("state")), {"open"})
        self.assertFalse(self.complaint._get_open_pauses())
        self.assertIn("on the customer's page", self.notes(self.complaint))
        told = self.told_people(self.complaint, "the solution was accepted")
        self.assertEqual(told, self.handler.partner_id)
        shown = self.case._get_portal_actions("link")["proposal"]
        self.assertEqual(shown["state"], "accepted")

    def test_answer_taken_by_a_colleague_is_theirs(self):
        self.solution.with_user(self.handler).action_accept("Yes", kind="call")
        self.assertEqual(self.solution.answer_by_id, self.handler)

    def test_first_answer_stands(self):
        """The customer's first answer stands, and so does its moment (SO-4)."""
        self.accept()
        answered = self.solution.answered_at
        for act in (
            lambda: self.accept(name="Somebody Else"),
            lambda: self.case._decline_as_customer(self.solution.id, "No"),
            lambda: self.case._ask_for_call(self.solution.id, "010-62345678"),
        ):
            with self.assertRaisesRegex(CustomerRefusal, "You have answered it already on"):
                act()
        self.assertEqual(self.solution.signed_by, "Zhang San")
        self.assertEqual(self.solution.answered_at, answered)

    def test_another_version(self):
        """An answer is bound to the version that was shown (SO-4)."""
        self.solution.with_user(self.handler).action_withdraw("We found a better one.")
        with self.assertRaisesRegex(CustomerRefusal, "This proposal has changed"):
            self.accept()
        self.assertEqual(self.case._get_portal_actions("link")["proposal"]["state"], "withdrawn")
        self.solution.with_user(self.handler).action_new_version()
        second = self.complaint.sudo().solution_ids.sorted("version")[-1]
        second.with_user(self.handler).action_submit()
        # It is not offered yet: neither of them can be answered.
        for solution in (self.solution, second):
            with self.assertRaisesRegex(CustomerRefusal, "This proposal has changed"):
                self.accept(solution)
        self.offer(second.with_user(self.handler))
        with self.assertRaisesRegex(CustomerRefusal, "This proposal has changed"):
            self.accept(self.solution)
        self.assertEqual(second.state, "offered")
        self.accept(second)
        self.assertEqual(second.state, "accepted")

    def test_of_another_complaint(self):
        other = self.new_offered(self.new_solved_case())
        for solution_id in (other.id, str(other.id), "x", None, "", -1):
            with self.subTest(solution=solution_id), self.assertRaisesRegex(CustomerRefusal, "has changed"):
                self.case._accept_as_customer(solution_id, "Zhang San", SIGNATURE)
        self.assertEqual(other.state, "offered")

    def test_stood_by_meanwhile(self):
        self.solution.with_user(self.leader).action_stand_by("It is fair.")
        with self.assertRaisesRegex(CustomerRefusal, "has changed"):
            self.accept()

    def test_bad_signatures(self):
        """A signature is a small picture, and has a name (SO-6)."""
        html = base64.b64encode(b"<svg onload='alert(1)'/>").decode()
        for signature in (
            "",
            None,
            "x",
            "data:image/png;base64,",
            "data:image/png;base64,!!!",
            f"data:image/svg+xml;base64,{html}",
            f"data:image/png;base64,{html}",
            SIGNATURE.replace("image/png", "text/html"),
            "data:image/png;base64," + "A" * 800_000,
            SIGNATURE[:70],
            self.picture(3000, 3000),
        ):
            with self.subTest(signature=(signature or "")[:40]), self.assertRaises(CustomerRefusal):
                self.accept(signature=signature)
        for name in ("", "  ", "\u202e", None, "x" * 201):
            with self.subTest(name=name), self.assertRaises(CustomerRefusal):
                self.accept(name=name)
        self.assertEqual(self.solution.state, "offered")
        self.assertFalse(self.solution.signed_by)

    def test_declined_with_the_reason(self):
        """Refused it is negotiated and revised: who handles it is asked to (SO-4)."""
        with self.assertRaisesRegex(CustomerRefusal, "Tell us why"):
            self.case._decline_as_customer(self.solution.id, " \n")
        self.assertEqual(self.case._decline_as_customer(self.solution.id, "I want\na new one."), "declined")
        self.assertEqual(self.solution.state, "declined")
        self.assertEqual(self.solution.answer_reason, "I want\na new one.")
        self.assertFalse(self.solution.answer_by_id)
        self.assertFalse(self.complaint._get_open_pauses())
        activity = self.solution.sudo().activity_ids
        self.assertEqual(activity.user_id, self.handler)
        self.assertIn("Declined", activity.summary)

    def test_call_asked_for_once(self):
        """A call is planned once with number and time, and the clock goes on (TL-5)."""
        self.complaint.sudo().partner_phone = False
        with self.assertRaisesRegex(CustomerRefusal, "phone number"):
            self.case._ask_for_call(self.solution.id, "")
        with self.assertRaisesRegex(CustomerRefusal, "does not look like"):
            self.case._ask_for_call(self.solution.id, "call me")
        self.assertTrue(self.complaint._get_open_pauses())
        for _time in range(2):
            self.assertEqual(self.case._ask_for_call(self.solution.id, "010-62345678", "After six"), "call")
        calls = self.tasks(self.complaint, "010-62345678")
        self.assertEqual(len(calls), 1)
        self.assertEqual(calls.user_id, self.handler)
        self.assertIn("After six", calls.note)
        self.assertFalse(self.complaint._get_open_pauses())
        self.assertEqual(self.solution.state, "offered")
        self.assertTrue(self.case._get_portal_actions("link")["proposal"]["call_on"])
        self.accept()
        self.assertFalse(self.tasks(self.complaint, "010-62345678"), "Nobody has to call any more")

    def test_call_at_the_known_number(self):
        """CP-5: the page shows no more of a number than its owner needs, and calls need no other."""
        self.complaint.sudo().partner_phone = "138 0013 8000"
        self.assertEqual(self.case._get_portal_actions("link")["proposal"]["phone"], "138 **** 8000")
        self.case._ask_for_call(self.solution.id, " ")
        self.assertTrue(self.tasks(self.complaint, "138 0013 8000"))

    def test_call_after_a_call(self):
        """Who was called can ask again."""
        self.case._ask_for_call(self.solution.id, "010-62345678")
        self.tasks(self.complaint, "010-62345678").action_feedback(feedback="Nobody there")
        self.assertFalse(self.case._get_portal_actions("link")["proposal"]["call_on"])
        self.case._ask_for_call(self.solution.id, "010-62345678")
        self.assertEqual(len(self.tasks(self.complaint, "010-62345678")), 1)

    def test_call_goes_to_the_leader(self):
        """Where nobody is responsible, or they left, a leader calls."""
        self.complaint.sudo().user_id = False
        self.case._ask_for_call(self.solution.id, "010-62345678")
        self.assertEqual(self.tasks(self.complaint, "010-62345678").user_id, self.leader)

    def test_notes_are_in_our_language(self):
        """What the customer reads is in their language, what we read in ours."""
        self.env["res.lang"]._activate_lang("zh_CN")
        case = self.case.with_context(lang="zh_CN")
        begun = case._begin_customer_act()
        self.assertEqual(begun.env.lang, self.handler.lang)
        self.assertEqual(case.env.lang, "zh_CN")

    def test_ended_meanwhile(self):
        self.complaint.with_user(self.handler).action_cancel("Entered by mistake")
        with self.assertRaises(CustomerRefusal):
            self.accept()
        self.assertFalse(self.case._get_portal_actions("link")["proposal"])

    def test_two_companies(self):
        """The remedies begin in the company of the complaint."""
        self.assertEqual(self.case._begin_customer_act().env.company, self.complaint.company_id)
        foreign = self.new_complaint(
            user=self.foreign_manager,
            company_id=self.company_2.id,
            team_id=self.foreign_team.id,
            user_id=False,
        )
        begun = self.as_customer(foreign)._begin_customer_act()
        self.assertEqual(begun.env.company, self.company_2)

    def test_remembered_for_minutes_only(self):
        """The same words count as one form for some minutes, later they are meant."""
        with self.freeze(fields.Datetime.now()):
            self.case._reply_as_customer("Hello?")
            self.case._reply_as_customer("Hello?")
        self.assertEqual(len(self.customer_messages(self.complaint)), 1)
        with self.freeze(fields.Datetime.now() + timedelta(minutes=30)):
            self.case._reply_as_customer("Hello?")
        self.assertEqual(len(self.customer_messages(self.complaint)), 2)
