from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.complaint_management.models.portal.customer_acts import CustomerRefusal
from odoo.addons.complaint_management.tests.portal.action_common import ActionCommon


@tagged("post_install", "-at_install")
class TestWithdrawal(ActionCommon):
    """The customer withdraws the complaint."""

    def shown(self, case):
        return case._get_portal_actions("link")["withdrawal"]

    def test_withdrawn_at_once(self):
        """A customer ends the complaint by their own word (CO-3)."""
        complaint = self.new_complaint()
        case = self.as_customer(complaint)
        with self.assertRaisesRegex(CustomerRefusal, "Tick the box"):
            case._withdraw_as_customer(None, "It works again.")
        self.assertEqual(complaint.step, "new")
        self.assertEqual(self.shown(case), {"asked_on": False})
        self.assertEqual(case._withdraw_as_customer("1", "It works again."), "withdrawn")
        self.assertEqual(complaint.step, "cancelled")
        self.assertIn("It works again.", complaint.end_reason)
        self.assertEqual(self.told_people(complaint, "withdrawn by the complainant"), self.handler.partner_id)
        self.assertFalse(self.shown(case))

    def test_without_a_reason(self):
        complaint = self.new_complaint()
        self.as_customer(complaint)._withdraw_as_customer("1")
        self.assertEqual(complaint.step, "cancelled")
        self.assertTrue(complaint.end_reason)

    def test_once(self):
        """What has ended is not withdrawn."""
        for end in ("action_cancel", "action_reject"):
            complaint = self.new_complaint()
            if end == "action_reject":
                complaint.move_to("triage")
            getattr(complaint, end)("Our reason")
            with self.subTest(end=end), self.assertRaisesRegex(CustomerRefusal, "has ended already"):
                self.as_customer(complaint)._withdraw_as_customer("1", "Mine")
            self.assertEqual(complaint.end_reason, "Our reason")

    def test_an_offer_is_withdrawn_with_it(self):
        complaint = self.new_solved_case()
        solution = self.new_offered(complaint)
        self.as_customer(complaint)._withdraw_as_customer("1")
        self.assertEqual(complaint.step, "cancelled")
        self.assertEqual(solution.state, "withdrawn")

    def test_remedies_in_work(self):
        """What is under way does not stop by itself: somebody decides, and the customer reads that."""
        complaint = self.new_solved_case()
        solution = self.new_offered(complaint)
        solution.with_user(self.handler).action_accept("Yes", kind="call")
        case = self.as_customer(complaint)
        for _time in range(2):
            self.assertEqual(case._withdraw_as_customer("1", "Too late now."), "withdrawal_asked")
        self.assertEqual(complaint.step, "solution")
        tasks = self.tasks(complaint, "wants to withdraw")
        self.assertEqual((len(tasks), tasks.user_id), (1, self.handler))
        self.assertEqual(len(self.customer_messages(complaint)), 1)
        self.assertTrue(self.shown(case)["asked_on"])
        # Ended by a colleague, nothing of it is left.
        complaint.with_user(self.handler).action_cancel("As she wished")
        self.assertFalse(complaint.withdrawal_asked_at)

    def test_a_gate_that_refuses(self):
        """Whatever the gate asks for does not strand the customer."""
        complaint = self.new_complaint()
        case = self.as_customer(complaint)
        with patch.object(type(complaint), "_check_gates", side_effect=UserError("INTERNAL")):
            self.assertEqual(case._withdraw_as_customer("1", "Never mind"), "withdrawal_asked")
        self.assertEqual(complaint.step, "new")
        self.assertFalse(complaint.end_reason)
        self.assertTrue(self.tasks(complaint, "wants to withdraw"))

    def test_kept(self):
        """Nobody here writes what the customer does."""
        complaint = self.new_complaint()
        with self.assertRaises(UserError):
            complaint.with_user(self.manager).withdrawal_asked_at = "2026-01-01"
        created = self.new_complaint(withdrawal_asked_at="2026-01-01")
        self.assertFalse(created.withdrawal_asked_at)

    def test_merged(self):
        target, source = self.new_complaint(), self.new_complaint()
        source.with_user(self.handler).merge_into(target)
        case = self.as_customer(source)
        self.assertFalse(self.shown(case))
        with self.assertRaises(CustomerRefusal):
            case._withdraw_as_customer("1")
        self.assertEqual(target.step, "new")


@tagged("post_install", "-at_install")
class TestReply(ActionCommon):
    """The customer writes on the page."""

    def setUp(self):
        super().setUp()
        self.complaint = self.new_complaint()
        self.case = self.as_customer(self.complaint)

    def test_words_and_files(self):
        """Messages and files of the customer reach the case (IN-11, CO-3)."""
        self.case._reply_as_customer("Look <b>here</b>\nplease", [("note.txt", b"It leaks.")])
        message = self.customer_messages(self.complaint)
        self.assertEqual(len(message), 1)
        self.assertIn("&lt;b&gt;here&lt;/b&gt;<br", message.body)
        self.assertEqual(message.attachment_ids.name, "note.txt")
        self.assertEqual(message.attachment_ids.raw, b"It leaks.")
        self.assertEqual(message.email_from, '"Zhang San" <zhang.san@example.com>')
        self.assertFalse(message.is_internal)

    def test_nothing_and_too_much(self):
        for text, files in (
            ("", ()),
            (" \n\u200b", ()),
            ("x" * 20001, ()),
            ("Look", [("page.html", b"<html><script>alert(1)</script></html>")]),
            ("Look", [(f"{number}.txt", b"x") for number in range(6)]),
        ):
            with self.subTest(text=text[:5], files=len(files)), self.assertRaises(CustomerRefusal):
                self.case._reply_as_customer(text, files)
        self.assertFalse(self.customer_messages(self.complaint))

    def test_a_file_alone(self):
        self.case._reply_as_customer("", [("note.txt", b"It leaks.")])
        self.assertEqual(self.customer_messages(self.complaint).attachment_ids.name, "note.txt")

    def test_sent_twice(self):
        for _time in range(2):
            self.case._reply_as_customer("Hello", [("note.txt", b"It leaks.")])
        self.assertEqual(len(self.customer_messages(self.complaint)), 1)
        # Another file is another message.
        self.case._reply_as_customer("Hello", [("other.txt", b"It leaks.")])
        self.assertEqual(len(self.customer_messages(self.complaint)), 2)

    def test_without_a_contact(self):
        """Who has no contact here writes under the name and address that they gave."""
        complaint = self.new_complaint(
            partner_id=False, partner_name="Li Si", partner_email="li.si@example.com"
        )
        self.as_customer(complaint)._reply_as_customer("Hello")
        message = complaint.sudo().message_ids.filtered(lambda message: message.message_type == "comment")
        self.assertFalse(message.author_id)
        self.assertEqual(message.email_from, '"Li Si" <li.si@example.com>')
        nameless = self.new_complaint(partner_id=False, partner_name="王五", partner_phone="13800138000")
        for _time in range(2):
            self.as_customer(nameless)._reply_as_customer("Hello")
        message = nameless.sudo().message_ids.filtered(lambda message: message.message_type == "comment")
        self.assertEqual(message.mapped("email_from"), ["王五"])

    def test_ended(self):
        """Within the period a message opens it again, later it is refused with advice."""
        self.complaint.action_cancel("A mistake")
        self.company.complaint_reopen_days = 0
        self.case.invalidate_recordset()
        ended = self.complaint.closed_at
        with self.freeze(ended.replace(year=ended.year + 1)):
            self.assertFalse(self.case._get_portal_actions("link")["reply"]["possible"])
            with self.assertRaisesRegex(CustomerRefusal, "enter a new one"):
                self.case._reply_as_customer("Hello")
        self.assertFalse(self.customer_messages(self.complaint))

    def test_merged(self):
        target = self.new_complaint()
        self.complaint.with_user(self.handler).merge_into(target)
        with self.assertRaisesRegex(CustomerRefusal, "write there"):
            self.case._reply_as_customer("Hello")
