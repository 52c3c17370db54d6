from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import Form, tagged

from odoo.addons.complaint_management.tests.resolution.followup_common import MONDAY, FollowupCommon


@tagged("post_install", "-at_install")
class TestFollowupLog(FollowupCommon):
    """CL-2: satisfied, not satisfied, not reached, n-th try; dissatisfaction begins another round."""

    def contact(self, call):
        return call.contact_id.sudo()

    def test_satisfied(self):
        self.new_rule()
        complaint = self.new_closed()
        call = self.log(complaint, note="Warm again, thank you.")
        self.assertRecordValues(
            call,
            [
                {
                    "state": "done",
                    "result": "satisfied",
                    "note": "Warm again, thank you.",
                    "done_by_id": self.handler.id,
                    "done_at": self.local("2026-03-04 10:00"),
                }
            ],
        )
        self.assertFalse(self.activities(complaint), "the activity is done")
        self.assertFalse(complaint._get_open_followup())
        self.assertEqual((complaint.step, complaint.reopen_count), ("closed", 0))
        self.assertRecordValues(
            self.contact(call),
            [
                {
                    "purpose": "follow_up",
                    "kind": "call",
                    "direction": "out",
                    "result": "reached",
                    "user_id": self.handler.id,
                    "summary": "The customer is satisfied.\nWarm again, thank you.",
                }
            ],
        )

    def test_milestone(self):
        """TL-2: a satisfied customer reaches the milestone, at the moment of the call."""
        self.policy = self.new_policy(follow_up=(30, "days", {}))
        self.new_rule(moment="before")
        for result, more in (
            ("satisfied", {}),
            ("not_satisfied", {"note": "Too slow.", "reason": "Faster is not possible."}),
        ):
            with self.subTest(result):
                complaint = self.new_told()
                with self.at(MONDAY):
                    complaint.move_to("follow_up")
                self.log(complaint, result, **more)
                clock = self.clock(complaint, "follow_up")
                self.assertEqual(clock.reached_at, self.local("2026-03-04 10:00"))
                self.assertEqual(clock.state, "met")

    def test_tries(self):
        """Not reached: the next try is planned for a working day, the last one is given up."""
        self.new_rule(tries=3, days_between=1)
        complaint = self.new_closed()
        first = self.log(complaint, "not_reached", moment="2026-03-04 10:00")
        self.assertEqual((first.state, first.progress), ("done", "1 of 3"))
        self.assertEqual(self.contact(first).result, "not_reached")
        second = self.planned(complaint)
        self.assertEqual((second.attempt, str(second.planned_date)), (2, "2026-03-05"))
        self.assertEqual(self.activities(complaint).date_deadline, Date.to_date("2026-03-05"))
        self.log(complaint, "not_reached", moment="2026-03-06 10:00")
        third = self.planned(complaint)
        self.assertEqual((third.attempt, str(third.planned_date)), (3, "2026-03-09"))
        self.assertNotIn("not reached after", self.notes(complaint))
        self.log(complaint, "not_reached", moment="2026-03-09 10:00")
        self.assertEqual(third.state, "given_up")
        self.assertFalse(self.planned(complaint))
        self.assertFalse(self.activities(complaint))
        self.assertIn("not reached after 3 tries", self.notes(complaint))

    def test_reached_at_last(self):
        """The second try is the last one when the customer answers it."""
        self.new_rule()
        complaint = self.new_closed()
        self.log(complaint, "not_reached")
        self.log(complaint, moment="2026-03-05 10:00")
        self.assertEqual(self.calls(complaint).mapped("result"), ["not_reached", "satisfied"])

    def test_given_up_may_close(self):
        """Who cannot be reached holds nothing up: after the last try nothing is waited for."""
        self.new_rule(moment="before", tries=2, days_between=0)
        complaint = self.new_told()
        with self.at(MONDAY):
            complaint.move_to("follow_up")
        self.log(complaint, "not_reached")
        self.assertEqual(str(self.planned(complaint).planned_date), "2026-03-04", "the same day")
        self.assertTrue(complaint._awaits_followup())
        self.log(complaint, "not_reached", moment="2026-03-04 15:00")
        self.assertFalse(complaint._awaits_followup())
        self.close(complaint, "2026-03-04 16:00")
        self.assertEqual(len(self.calls(complaint)), 2, "a customer who was given up is not called again")

    def test_taken_up(self):
        """Not satisfied: a new round with what the customer said as the reason; it is asked about again."""
        self.new_rule()
        complaint = self.new_closed()
        call = self.log(complaint, "not_satisfied", "It is cold again.", taken_up=True)
        self.assertEqual((call.state, call.taken_up, call.round), ("done", True, 0))
        self.assertEqual((complaint.step, complaint.reopen_count), ("solution", 1))
        self.assertFalse(complaint.closed_at)
        self.assertEqual(complaint.reopen_reason, "It is cold again.")
        self.assertIn("It is cold again.", self.notes(complaint))
        self.assertFalse(self.planned(complaint))
        self.close(complaint, "2026-03-05 10:00")
        self.assertRecordValues(
            self.planned(complaint), [{"round": 1, "attempt": 1, "planned_date": Date.to_date("2026-03-09")}]
        )
        again = self.log(
            complaint, "not_satisfied", "Still.", taken_up=True, step="execution", moment="2026-03-09 10:00"
        )
        self.assertEqual((complaint.step, complaint.reopen_count, again.round), ("execution", 2, 1))

    def test_taken_up_from_follow_up(self):
        """CL-2: a case that waits in follow-up begins another round as well."""
        self.new_rule(moment="before")
        complaint = self.new_told()
        with self.at(MONDAY):
            complaint.move_to("follow_up")
        self.log(complaint, "not_satisfied", "It drips.", taken_up=True, step="investigation")
        self.assertEqual((complaint.step, complaint.reopen_count), ("investigation", 1))
        with self.at("2026-03-05 09:00"):
            complaint.move_to("follow_up")
        self.assertTrue(complaint._awaits_followup(), "the new round has its own call")

    def test_taken_up_in_feedback(self):
        """Asked while the result was reported: the work goes on, no round has ended."""
        complaint = self.new_told()
        call = self.log(complaint, "not_satisfied", "No.", taken_up=True)
        self.assertEqual((complaint.step, complaint.reopen_count, call.round), ("solution", 0, 0))

    def test_gate_of_reopening(self):
        """What the way to the step demands is said, with advice; nothing of the call is kept then."""
        self.new_rule(nature="complaint")
        with self.at(MONDAY):
            complaint = self.new_complaint(nature="complaint")
            complaint.action_answer_on_the_spot("Switch it on.")
        complaint.sudo().with_context(tracking_disable=True).inquiry_waived = False
        with (
            self.assertRaisesRegex(UserError, "Choose the root cause(.|\n)*Choose an earlier step"),
            self.env.cr.savepoint(),
        ):
            self.log(complaint, "not_satisfied", "No.", taken_up=True, step="execution")
        self.assertEqual(self.calls(complaint).mapped("state"), ["planned"])
        self.assertEqual(complaint.reopen_count, 0)

    def test_not_taken_up(self):
        """The case stays as it is only with a reason, which stands in the chatter."""
        self.new_rule()
        complaint = self.new_closed()
        call = self.log(complaint, "not_satisfied", "Too slow.", reason="We were as fast as promised.")
        self.assertEqual((call.taken_up, call.reason), (False, "We were as fast as promised."))
        self.assertEqual((complaint.step, complaint.reopen_count), ("closed", 0))
        self.assertIn("as fast as promised", self.notes(complaint))

    def test_bad_input(self):
        self.new_rule()
        complaint = self.new_closed()
        for message, args in (
            ("Choose what came of the call", {"result": False}),
            ("Choose what came of the call", {"result": "delighted"}),
            ("what the customer is not satisfied with", {"result": "not_satisfied", "taken_up": True}),
            ("what the customer is not satisfied with", {"result": "not_satisfied", "note": " \n"}),
            ("write down why it stays", {"result": "not_satisfied", "note": "No."}),
            (
                "Choose the step",
                {"result": "not_satisfied", "note": "No.", "taken_up": True, "step": "feedback"},
            ),
        ):
            with self.subTest(message, **args), self.assertRaisesRegex(UserError, message):
                self.log(complaint, **args)
        self.assertEqual(self.calls(complaint).state, "planned")
        with self.at("2026-03-04 10:00"):
            working = self.new_complaint()
        with self.assertRaisesRegex(UserError, "is in work"):
            self.log(working)
        target = self.new_told()
        complaint.with_user(self.manager).merge_into(target)
        with self.assertRaisesRegex(UserError, "was merged into"):
            self.log(complaint)

    def test_unplanned(self):
        """Somebody asked without a plan: it is kept, and nobody is asked twice; one not reached is no try."""
        complaint = self.new_told()
        self.log(complaint, "not_reached", moment="2026-03-02 10:00")
        self.assertFalse(self.planned(complaint))
        self.new_rule()
        self.close(complaint, "2026-03-02 11:00")
        self.assertEqual(self.planned(complaint).attempt, 1)
        told = self.new_told()
        self.log(told, moment="2026-03-02 10:00")
        self.close(told, "2026-03-02 11:00")
        self.assertEqual(self.calls(told).mapped("state"), ["done"])
        closed = self.new_told(nature="praise")
        self.Rule.search([]).active = False
        self.close(closed)
        self.assertEqual(self.log(closed).state, "done")

    def test_logged_twice(self):
        """The second of two people who log the same call is told who was faster, and when."""
        self.new_rule()
        complaint = self.new_closed()
        call = self.calls(complaint)
        self.log(complaint, "not_reached", user=self.colleague)
        with self.assertRaisesRegex(UserError, r"Not reached.*2026.*\(Colleague\)"):
            self.log(complaint, followup=call)
        self.assertEqual(self.planned(complaint).attempt, 2)
        planned = self.planned(complaint)
        with self.at("2026-03-05 10:00"):
            complaint.action_reopen("The customer called.", "solution")
        with self.at("2026-03-05 11:00"):
            self.close(complaint, "2026-03-05 11:00")
        with self.assertRaisesRegex(UserError, "Cancelled"):
            self.log(complaint, followup=planned)

    def test_who_may_log(self):
        """Who may change the complaint logs the call; who only reads it, or not even that, does not."""
        self.new_rule()
        for user, may in (
            (self.first_contact, False),
            (self.handler, True),
            (self.colleague, True),
            (self.leader, True),
            (self.manager, True),
            (self.stranger, False),
            (self.quality, False),
            (self.auditor, False),
            (self.plain_user, False),
            (self.foreign_manager, False),
        ):
            with self.subTest(user.login):
                complaint = self.new_closed()
                if may:
                    self.assertEqual(self.log(complaint, user=user).done_by_id, user)
                else:
                    with self.assertRaises(AccessError):
                        self.log(complaint, user=user)
        mine = self.new_closed(user=self.first_contact)
        self.assertEqual(self.log(mine, user=self.first_contact).state, "done")

    def test_who_reads(self):
        """OR-2, OR-3: who reads the complaint reads its calls; nobody writes results or deletes anything."""
        self.new_rule()
        complaint = self.new_closed()
        call = self.calls(complaint)
        for user in (self.first_contact, self.handler, self.manager, self.quality, self.auditor):
            with self.subTest(user.login):
                self.assertEqual(self.Followup.with_user(user).search([("id", "=", call.id)]), call)
                self.assertEqual(call.with_user(user).state, "planned")
                for vals in ({"result": "satisfied"}, {"state": "done"}, {"complaint_id": complaint.id}):
                    with self.assertRaises(UserError):
                        call.with_user(user).write(vals)
                with self.assertRaises(AccessError):
                    call.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    self.Followup.with_user(user).create({"complaint_id": complaint.id})
        for user in (self.stranger, self.foreign_manager):
            with self.subTest(user.login):
                self.assertFalse(self.Followup.with_user(user).search([("id", "=", call.id)]))
        with self.assertRaises(AccessError):
            self.Followup.with_user(self.plain_user).search([])

    def test_moved(self):
        """A planned call is moved to another day and person, as far as they may call; done is done."""
        self.new_rule()
        complaint = self.new_closed()
        call = self.calls(complaint).with_user(self.handler)
        call.write({"planned_date": "2026-03-12", "user_id": self.colleague.id})
        self.assertRecordValues(
            self.activities(complaint),
            [{"user_id": self.colleague.id, "date_deadline": Date.to_date("2026-03-12")}],
        )
        with self.assertRaisesRegex(UserError, "Choose the day"), self.env.cr.savepoint():
            call.planned_date = False
        for user in (self.stranger, self.auditor, self.plain_user):
            with (
                self.subTest(user.login),
                self.assertRaisesRegex(UserError, "may not work on this complaint"),
                self.env.cr.savepoint(),
            ):
                call.user_id = user
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            call.with_user(self.first_contact).planned_date = "2026-03-13"
        self.log(complaint)
        with self.assertRaisesRegex(UserError, "Satisfied.*not saved: Planned for"):
            call.planned_date = "2026-03-13"

    def test_dialog(self):
        """The dialog of the case and of the list: result first, then what belongs to it."""
        self.new_rule()
        complaint = self.new_closed()
        with self.at("2026-03-04 10:00"):
            action = complaint.with_user(self.handler).action_log_followup()
            self.assertEqual(action["context"], self.calls(complaint).action_log()["context"])
            form = Form(
                self.env["complaint.followup.wizard"]
                .with_user(self.handler)
                .with_context(**action["context"])
            )
            self.assertIn("are you satisfied", str(form.wording))
            self.assertEqual(form.partner_phone, complaint.partner_phone)
            form.result = "not_satisfied"
            self.assertEqual((form.take_up, form.step), ("yes", "solution"), "taking it up is the usual")
            with self.assertRaisesRegex(AssertionError, "note is a required field"):
                form.save()
            form.note = "It is cold again."
            form.save().action_apply()
        self.assertEqual((complaint.step, complaint.reopen_count), ("solution", 1))

    def test_dialog_of_the_last_try(self):
        self.new_rule(tries=1)
        complaint = self.new_closed()
        context = self.calls(complaint).action_log()["context"]
        form = Form(self.env["complaint.followup.wizard"].with_context(**context))
        self.assertTrue(form.last_try)

    def test_dialog_shows_nothing_else(self):
        """OR-2: a dialog that names somebody else's complaint tells nothing about it."""
        self.new_rule()
        complaint = self.new_closed()
        dialog = (
            self.env["complaint.followup.wizard"]
            .with_user(self.stranger)
            .create({"complaint_id": complaint.id, "followup_id": self.calls(complaint).id})
        )
        self.env.invalidate_all()
        self.assertFalse(dialog.wording)
        for fname in ("partner_name", "partner_phone", "outcome", "progress", "last_try"):
            with self.subTest(fname), self.assertRaises(AccessError):
                dialog.read([fname])
