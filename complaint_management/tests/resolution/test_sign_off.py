from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.resolution.result_common import SIGNATURE, ResultCommon


@tagged("post_install", "-at_install")
class TestSignOff(ResultCommon):
    """CL-3: a leader signs grave cases off, or sends them back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head = cls._new_user("handler", "head")
        cls.top = cls.env["complaint.team"].create({"name": "Head office", "leader_id": cls.head.id})
        cls.centre.parent_id = cls.top

    def new_waiting(self, **vals):
        return self.new_reported("follow_up", **{"severity": "urgent", **vals})

    def test_needed(self):
        """The company says which ones; questions and what was answered on the spot never need it."""
        severities = ("normal", "important", "urgent")
        complaints = [self.new_done(severity=severity) for severity in severities]
        question = self.new_done(severity="urgent", nature="inquiry", founded=False, fault=None)
        praise = self.new_done(severity="urgent", nature="praise", founded=False, fault=None)
        on_the_spot = self.new_complaint(nature="complaint", founded="founded", severity="urgent")
        on_the_spot.action_answer_on_the_spot("At nine o'clock.")
        for choice, expected in (
            ("nobody", [False, False, False]),
            ("urgent", [False, False, True]),
            ("important", [False, True, True]),
            ("all", [True, True, True]),
        ):
            self.company.complaint_sign_off = choice
            with self.subTest(choice):
                self.assertEqual([complaint._needs_sign_off() for complaint in complaints], expected)
                self.assertFalse(
                    question._needs_sign_off() or praise._needs_sign_off() or on_the_spot._needs_sign_off()
                )

    def test_sign(self):
        """The leader is asked once, signs, and the person responsible is told."""
        complaint = self.new_waiting()
        self.assertRecordValues(self.sign_offs(complaint), [{"user_id": self.leader.id}])
        theirs = complaint.with_user(self.leader)
        self.assertTrue(theirs.waits_for_sign_off and theirs.may_sign_off)
        with self.mock_mail_gateway():
            theirs.action_sign_off()
        self.assertEqual(complaint.signed_off_by_id, self.leader)
        self.assertTrue(complaint.signed_off_at)
        self.assertFalse(self.sign_offs(complaint) or theirs.waits_for_sign_off)
        told = self.told(complaint, "Signed off")
        self.assertEqual(told.notified_partner_ids, self.handler.partner_id)
        with self.assertRaisesRegex(UserError, "Leader has signed it off"):
            complaint.with_user(self.head).action_sign_off()

    def test_who(self):
        """Leaders up to the top and managers; not who is responsible, concerned or has no part in it."""
        complaint = self.new_waiting()
        for user in (self.handler, self.colleague, self.first_contact):
            with self.subTest(user.login):
                self.assertFalse(complaint.with_user(user).may_sign_off)
                for act in ("action_sign_off", lambda case: case.action_send_back("Again.")):
                    with self.assertRaises(UserError) as caught:
                        theirs = complaint.with_user(user)
                        getattr(theirs, act)() if isinstance(act, str) else act(theirs)
                    if user != self.first_contact:
                        for name in ("Leader", "Head", "manager"):
                            self.assertIn(name, str(caught.exception))
        for user in (self.auditor, self.quality, self.stranger, self.plain_user, self.foreign_manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                complaint.with_user(user).action_sign_off()
        for user in (self.leader, self.head, self.manager):
            complaint = self.new_waiting()
            with self.subTest(user.login):
                complaint.with_user(user).action_sign_off()
                self.assertEqual(complaint.signed_off_by_id, user)

    def test_own_case(self):
        """Nobody signs off what they are responsible for, whatever they lead."""
        for user, signer in ((self.leader, self.head), (self.manager, self.leader)):
            complaint = self.new_waiting(user_id=user.id)
            with self.subTest(user.login):
                self.assertEqual(self.sign_offs(complaint).user_id, signer)
                self.assertFalse(complaint.with_user(user).may_sign_off)
                with self.assertRaises(UserError) as caught:
                    complaint.with_user(user).action_sign_off()
                self.assertIn(signer.name, str(caught.exception))

    def test_refused(self):
        """Not before the follow-up, and the message names who can where nobody leads."""
        with self.assertRaisesRegex(UserError, "stands at"):
            self.new_reported("feedback", severity="urgent").with_user(self.leader).action_sign_off()
        (self.centre | self.top).leader_id = False
        with self.assertRaisesRegex(UserError, "by a manager of complaints"):
            self.new_waiting().action_sign_off()

    def test_one_activity(self):
        """It follows whoever has to sign now, and there is never a second one."""
        complaint = self.new_waiting()
        only = self.sign_offs(complaint)
        self.centre.leader_id = self.colleague
        self.assertEqual(self.sign_offs(complaint), only)
        self.assertEqual(only.user_id, self.colleague)
        complaint.user_id = self.colleague
        self.assertEqual((self.sign_offs(complaint), only.user_id), (only, self.head))
        complaint.user_id = self.handler
        self.assertEqual((self.sign_offs(complaint), only.user_id), (only, self.colleague))
        self.colleague.active = False
        self.assertEqual((self.sign_offs(complaint), only.user_id), (only, self.head))
        self.centre.parent_id = False
        self.assertFalse(self.sign_offs(complaint))
        self.centre.leader_id = self.leader
        self.assertEqual(self.sign_offs(complaint).user_id, self.leader)
        complaint.severity = "normal"
        self.assertFalse(self.sign_offs(complaint))
        complaint.severity = "urgent"
        self.assertEqual(len(self.sign_offs(complaint)), 1)
        self.company.complaint_sign_off = "nobody"
        self.assertFalse(self.sign_offs(complaint))

    def test_excluded_leader(self):
        """OR-2: the sign-off passes on, and who is concerned signs nothing."""
        complaint = self.new_waiting()
        complaint.with_user(self.manager).employee_ids = [Command.link(self.new_employee(self.leader).id)]
        self.assertEqual(self.sign_offs(complaint).user_id, self.head)
        with self.assertRaises(AccessError):
            complaint.with_user(self.leader).action_sign_off()
        self.assertFalse(
            self.Complaint.with_user(self.leader).search([("waits_for_sign_off", "=", True)]) & complaint
        )

    def test_no_leader(self):
        """Without a leader the managers are told, once, and it does not stand still silently."""
        (self.centre | self.top).leader_id = False
        complaint = self.new_waiting()
        self.assertFalse(self.sign_offs(complaint))
        told = self.told(complaint, "Waits for sign-off")
        self.assertEqual(len(told), 1)
        self.assertIn(self.manager.partner_id, told.notified_partner_ids)
        self.assertNotIn(self.foreign_manager.partner_id, told.notified_partner_ids)
        complaint.severity = "important"
        complaint.severity = "urgent"
        complaint.with_user(self.manager).action_sign_off()

    def test_removed(self):
        """What goes back or ends is not to be signed off; forward again it is asked for again."""
        for step in ("feedback", "cancelled", "closed"):
            complaint = self.new_waiting()
            self.move(complaint, step)
            with self.subTest(step):
                self.assertFalse(self.sign_offs(complaint))
        complaint = self.new_waiting()
        self.move(complaint, "feedback")
        self.move(complaint, "follow_up")
        self.assertEqual(len(self.sign_offs(complaint)), 1)

    def test_signed_then_back(self):
        """What is worked on again is signed off again; closing keeps the signature."""
        complaint = self.new_waiting()
        complaint.with_user(self.leader).action_sign_off()
        self.move(complaint, "feedback")
        self.assertFalse(complaint.signed_off_by_id)
        self.move(complaint, "follow_up")
        self.assertTrue(self.sign_offs(complaint))
        complaint.with_user(self.leader).action_sign_off()
        complaint.action_report_result("Another result.", kind="call")
        self.assertFalse(complaint.signed_off_by_id, "it was signed for another result")
        self.assertTrue(self.sign_offs(complaint))
        complaint.with_user(self.leader).action_sign_off()
        self.move(complaint, "closed")
        self.assertEqual(complaint.signed_off_by_id, self.leader)

    def test_send_back(self):
        """CL-3: with a reason, to the step chosen, as a task for the person responsible."""
        for step in ("investigation", "solution", "execution", "feedback"):
            complaint = self.new_waiting()
            complaint.action_confirm_result("signed", "Zhang San", SIGNATURE)
            form = self.open(complaint, self.leader, "complaint.send.back")
            form.reason, form.step = "The meter was not read.", step
            form.save().action_apply()
            with self.subTest(step):
                self.assertEqual((complaint.step, complaint.reopen_count), (step, 0))
                self.assertEqual(bool(complaint.result_reported_at), step == "feedback")
                self.assertEqual(bool(complaint.confirmation), step == "feedback")
                self.assertFalse(self.sign_offs(complaint))
                task = self.tasks(complaint, "Sent back by Leader")
                self.assertEqual(task.user_id, self.handler)
                self.assertIn("The meter was not read.", task.note)
                self.assertTrue(
                    complaint.message_ids.filtered(lambda message: "The meter was not" in message.body)
                )

    def test_send_back_refused(self):
        complaint = self.new_waiting().with_user(self.leader)
        with self.assertRaisesRegex(UserError, "Say why"):
            complaint.action_send_back(" \n")
        for step in ("closed", "follow_up", "new", "nowhere"):
            with self.subTest(step), self.assertRaisesRegex(UserError, "Choose the step"):
                complaint.action_send_back("Again.", step)
        self.assertEqual(complaint.step, "follow_up")
        complaint.action_send_back("Again.")
        with self.assertRaisesRegex(UserError, "stands at"):
            complaint.action_send_back("Again.")

    def test_search(self):
        """The list of those that wait says what the cases say."""
        waiting = self.new_waiting()
        signed, normal = self.new_waiting(), self.new_waiting(severity="normal")
        question = self.new_done("follow_up", severity="urgent", nature="inquiry", founded=False, fault=None)
        signed.with_user(self.leader).action_sign_off()
        every = waiting | signed | normal | question
        Complaint = self.Complaint.with_user(self.leader)
        of_ours = [("id", "in", every.ids)]
        for choice, expected in (
            ("urgent", waiting),
            ("all", waiting | normal),
            ("nobody", waiting - waiting),
        ):
            self.company.complaint_sign_off = choice
            with self.subTest(choice):
                self.assertEqual(
                    Complaint.search([*of_ours, ("waits_for_sign_off", "=", True)], order="id"), expected
                )
                self.assertEqual(
                    Complaint.search([*of_ours, ("waits_for_sign_off", "=", False)], order="id"),
                    every - expected,
                )
                self.assertEqual(every.filtered("waits_for_sign_off"), expected)

    def test_two_companies(self):
        """Each company decides for itself what is signed off."""
        self.company.complaint_sign_off = "nobody"
        self.company_2.complaint_sign_off = "all"
        theirs = self.new_complaint(
            user=self.foreign_manager,
            team_id=self.foreign_team.id,
            company_id=self.company_2.id,
            nature="complaint",
            founded="founded",
        )
        self.assertTrue(theirs._needs_sign_off())
        self.assertFalse(self.new_done(severity="urgent")._needs_sign_off())

    def test_merge(self):
        """What goes on is signed off once."""
        source, target = self.new_waiting(), self.new_waiting()
        source.merge_into(target)
        self.assertEqual(len(self.sign_offs(source | target)), 1)
        source, target = self.new_waiting(), self.new_done("solution", fault=None)
        source.merge_into(target)
        self.assertFalse(self.sign_offs(source | target))

    def test_many_at_once(self):
        """Asking for many at once costs little more for each than their move."""

        def enter(choice, count):
            self.company.complaint_sign_off = choice
            complaints = self.Complaint.union(
                *(self.new_done(severity="urgent", fault=None) for _number in range(count))
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.move(complaints, "follow_up")
            self.env.flush_all()
            cost = self.env.cr.sql_log_count - before
            self.assertEqual(len(self.sign_offs(complaints)), 0 if choice == "nobody" else count)
            return cost

        enter("urgent", 1)
        one, many = (enter("urgent", count) - enter("nobody", count) for count in (1, 11))
        # An activity each, of which the leader is notified.
        self.assertLess(many - one, 10 * 14)
