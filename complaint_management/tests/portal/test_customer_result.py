from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.complaint_management.models.portal.customer_acts import CustomerRefusal
from odoo.addons.complaint_management.tests.portal.action_common import SIGNATURE, ActionCommon


@tagged("post_install", "-at_install")
class TestCustomerResult(ActionCommon):
    """The customer confirms the result, or says that it is not in order."""

    def shown(self, case):
        return case._get_portal_actions("link")["result"]

    def confirm(self, case, told=None, **vals):
        values = {"name": "Zhang San", "signature": SIGNATURE, **vals}
        return case._confirm_as_customer(case._get_report_mark() if told is None else told, **values)

    def object(self, case, words="It leaks again.", told=None):
        return case._object_as_customer(case._get_report_mark() if told is None else told, words)

    def test_not_before_it_was_reported(self):
        complaint = self.new_complaint()
        case = self.as_customer(complaint)
        self.assertFalse(self.shown(case))
        with self.assertRaises(CustomerRefusal):
            self.confirm(case)
        with self.assertRaises(CustomerRefusal):
            self.object(case)
        self.assertFalse(complaint.confirmation)

    def test_confirmed_with_a_signature(self):
        """The customer confirms the result with a signature, on line (SO-6)."""
        for step in ("execution", "feedback", "follow_up"):
            with self.subTest(step=step):
                complaint = self.new_reported()
                with self.gates_open():
                    if step == "follow_up":
                        complaint.with_user(self.handler).move_to(step)
                case = self.as_customer(complaint)
                self.assertTrue(self.shown(case)["can_confirm"])
                self.assertEqual(self.confirm(case), "confirmed")
                self.assertEqual(complaint.confirmation, "signed")
                self.assertEqual(complaint.confirmed_by, "Zhang San")
                self.assertTrue(complaint.sudo().confirmation_signature)
                self.assertEqual(
                    self.told_people(complaint, "the result was confirmed"), self.handler.partner_id
                )
                self.assertIn("on the customer's page", self.notes(complaint))
                self.assertFalse(self.shown(case)["can_confirm"])

    def test_confirmed_once(self):
        """The first confirmation stands (SO-6)."""
        complaint = self.new_reported()
        case = self.as_customer(complaint)
        self.confirm(case)
        with self.assertRaisesRegex(CustomerRefusal, "You have confirmed it already on"):
            self.confirm(case, name="Somebody Else")
        self.assertEqual(complaint.confirmed_by, "Zhang San")

    def test_signs_though_we_noted_that_there_is_no_signature(self):
        complaint = self.new_reported()
        complaint.with_user(self.handler).action_confirm_result("none", note="She is away.")
        self.confirm(self.as_customer(complaint))
        self.assertEqual(complaint.confirmation, "signed")

    def test_told_anew_meanwhile(self):
        """What is confirmed is what was shown."""
        now = fields.Datetime.now()
        complaint = self.new_reported()
        case = self.as_customer(complaint)
        told = case._get_report_mark()
        with self.freeze(now + timedelta(minutes=5)):
            complaint.action_report_result("Half of it.", "partly", "The rest was hers.", kind="call")
            for act in (self.confirm, self.object):
                with self.assertRaisesRegex(CustomerRefusal, "The result has changed"):
                    act(case, told=told)
            self.assertFalse(complaint.confirmation)
            self.confirm(case)
        self.assertEqual(complaint.confirmation, "signed")

    def test_bad_signature(self):
        complaint = self.new_reported()
        case = self.as_customer(complaint)
        for vals in ({"name": ""}, {"signature": ""}, {"signature": "data:image/png;base64,AAAA"}):
            with self.subTest(**vals), self.assertRaises(CustomerRefusal):
                self.confirm(case, **vals)
        self.assertFalse(complaint.confirmation)

    # not in order

    def test_words_are_required(self):
        case = self.as_customer(self.new_reported("follow_up"))
        for words in ("", " \n", None, "x" * 20001):
            with self.subTest(words=(words or "")[:5]), self.assertRaises(CustomerRefusal):
                self.object(case, words)
        self.assertEqual(case.step, "follow_up")

    def test_not_in_order_in_feedback(self):
        """While we are still at it, it is a message and something to do (CL-2)."""
        complaint = self.new_reported()
        case = self.as_customer(complaint)
        for _time in range(2):
            self.assertEqual(self.object(case), "objected")
        self.assertEqual(complaint.step, "feedback")
        tasks = self.tasks(complaint, "not in order")
        self.assertEqual((len(tasks), tasks.user_id), (1, self.handler))
        self.assertIn("It leaks again.", tasks.note)
        messages = self.customer_messages(complaint)
        self.assertEqual(len(messages), 1)
        self.assertIn("It leaks again.", messages.body)

    def test_not_in_order_in_follow_up(self):
        """Dissatisfaction starts another round, which is counted (CL-2)."""
        complaint = self.new_reported("follow_up")
        case = self.as_customer(complaint)
        for _time in range(2):
            self.assertEqual(self.object(case), "objected")
        self.assertEqual(complaint.step, "investigation")
        self.assertEqual(complaint.reopen_count, 1)
        self.assertEqual(complaint.reopen_reason, "It leaks again.")
        self.assertEqual(len(self.tasks(complaint, "not in order")), 1)
        with self.assertRaisesRegex(CustomerRefusal, "has changed"):
            self.object(case, "And something else.", told="2026-01-01 00:00:00")

    def test_not_in_order_after_closing(self):
        """Within the period it opens again, later it does not (CL-2)."""
        complaint = self.new_reported("closed")
        self.company.complaint_reopen_days = 10
        case = self.as_customer(complaint)
        ended = complaint.closed_at
        with self.freeze(ended + timedelta(days=11)):
            self.assertFalse(self.shown(case)["can_object"])
            with self.assertRaisesRegex(CustomerRefusal, "This is over"):
                self.object(case)
        self.assertEqual(complaint.step, "closed")
        with self.freeze(ended + timedelta(days=9)):
            self.assertTrue(self.shown(case)["can_object"])
            self.object(case)
        self.assertFalse(complaint.closed_at)
        self.assertEqual(complaint.reopen_count, 1)

    def test_a_record_that_lacks_facts_goes_further_back(self):
        complaint = self.new_reported("closed")
        complaint.sudo().write({"category_id": False})
        self.object(self.as_customer(complaint))
        self.assertEqual(complaint.step, "triage")

    def test_excluded_responsible(self):
        """Nobody excluded is told or gets the work (OR-2)."""
        complaint = self.new_reported("follow_up")
        employee = self.new_employee(self.leader)
        complaint.sudo().employee_ids = employee
        complaint.sudo().user_id = False
        self.object(self.as_customer(complaint))
        self.assertNotIn(self.leader, complaint.sudo().activity_ids.user_id)
        self.assertNotIn(self.leader.partner_id, self.told_people(complaint, ""))


@tagged("post_install", "-at_install")
class TestCustomerFollowup(ActionCommon):
    """The customer answers what a follow-up call would ask."""

    def setUp(self):
        super().setUp()
        self.env["complaint.followup.rule"].create({"name": "Call", "nature": False, "delay": 2})
        self.complaint = self.new_reported("closed")
        self.case = self.as_customer(self.complaint)
        self.call = self.complaint._get_open_followup()
        self.assertTrue(self.call)

    def calls(self):
        return self.env["complaint.followup"].search([("complaint_id", "=", self.complaint.id)])

    def test_all_is_well(self):
        """The planned call is done by the customer's word; nobody calls any more (CL-2)."""
        activity = self.call.sudo().activity_id
        self.assertTrue(activity.active)
        self.assertEqual(self.case._get_portal_actions("link")["followup"], {"id": self.call.id})
        self.assertEqual(self.case._answer_followup(str(self.call.id), True), "followup_well")
        self.assertEqual(
            (self.call.state, self.call.result, self.call.by_customer), ("done", "satisfied", True)
        )
        self.assertFalse(self.call.done_by_id)
        self.assertFalse(self.call.contact_id)
        self.assertFalse(activity.active)
        self.assertEqual(self.complaint.step, "closed")
        self.assertEqual(self.calls(), self.call)
        self.assertFalse(self.case._get_portal_actions("link")["followup"])
        self.assertIn(self.complaint.partner_name, self.call._get_status_line())

    def test_it_is_not(self):
        """Dissatisfaction reopens the case, as the call would (CL-2)."""
        with self.assertRaisesRegex(CustomerRefusal, "Tell us what"):
            self.case._answer_followup(self.call.id, False, "  ")
        self.assertEqual(self.call.state, "planned")
        self.assertEqual(self.case._answer_followup(self.call.id, False, "It leaks."), "followup_not")
        self.assertEqual((self.call.state, self.call.result), ("done", "not_satisfied"))
        self.assertTrue(self.call.taken_up)
        self.assertEqual(self.call.note, "It leaks.")
        self.assertFalse(self.complaint.closed_at)
        self.assertEqual(self.complaint.reopen_count, 1)
        self.assertEqual(self.tasks(self.complaint, "not in order").user_id, self.handler)
        self.assertEqual(len(self.customer_messages(self.complaint)), 1)

    def test_answered_once(self):
        self.case._answer_followup(self.call.id, True)
        with self.assertRaisesRegex(CustomerRefusal, "answered this already"):
            self.case._answer_followup(self.call.id, False, "It leaks.")
        self.assertEqual(self.complaint.reopen_count, 0)

    def test_called_meanwhile(self):
        """What a colleague has logged stands."""
        self.env["complaint.followup"].with_user(self.handler)._log(self.complaint, "satisfied")
        with self.assertRaisesRegex(CustomerRefusal, "answered this already"):
            self.case._answer_followup(self.call.id, False, "It leaks.")
        self.assertEqual(self.call.result, "satisfied")
        self.assertEqual(self.call.done_by_id, self.handler)

    def test_bad_answers(self):
        for followup_id, satisfied in (
            (None, True),
            ("x", True),
            (self.call.id + 1, True),
            (self.call.id, None),
        ):
            with self.subTest(followup=followup_id), self.assertRaises(CustomerRefusal):
                self.case._answer_followup(followup_id, satisfied)
        self.assertEqual(self.call.state, "planned")

    def test_after_the_period_of_replies(self):
        """We asked, so an answer counts whenever it comes."""
        self.company.complaint_reopen_days = 1
        with self.freeze(fields.Datetime.now() + timedelta(days=5)):
            self.case._answer_followup(self.call.id, False, "It leaks.")
        self.assertFalse(self.complaint.closed_at)
