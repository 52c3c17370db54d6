from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon


@tagged("post_install", "-at_install")
class TestPauses(DeadlineCommon):
    """TL-5: the clock stops while the customer owes an answer."""

    def new_received(self, moment="2026-03-02 08:30", **vals):
        with self.mock_datetime_and_now(self.local(moment)):
            return self.new_whole("triage", received_at=self.local(moment), **vals)

    def pause(self, complaint, start, stop=None):
        with self.mock_datetime_and_now(self.local(start)):
            complaint.with_user(self.handler).action_pause("Photos of the damage")
        if stop:
            with self.mock_datetime_and_now(self.local(stop)):
                complaint.with_user(self.handler).action_resume()

    def test_stands_still(self):
        complaint = self.new_received()
        self.pause(complaint, "2026-03-02 09:00")
        self.assertEqual(set(self.open_clocks(complaint).mapped("state")), {"paused"})
        self.assertFalse(any(self.open_clocks(complaint).mapped("next_event_at")))
        self.assertEqual((complaint.next_due, complaint.deadline_state), (False, "paused"))
        self.assertTrue(complaint.clock_stopped)
        self.assertIn("Photos of the damage", complaint.message_ids[0].body)

    def test_moves_by_the_working_time(self):
        """Two hours before the weekend and one after it: three hours, not three days."""
        complaint = self.new_received("2026-03-06 14:00")
        self.pause(complaint, "2026-03-06 15:00", "2026-03-09 09:00")
        self.assertEqual(self.clock(complaint, "triage").due, self.local("2026-03-09 10:00"))
        # 17 March 17:00 and three hours of working time.
        self.assertEqual(self.clock(complaint, "investigate").due, self.local("2026-03-18 11:00"))
        self.assertEqual(set(self.open_clocks(complaint).mapped("state")), {"running"})
        self.assertEqual(complaint.next_due, self.local("2026-03-09 10:00"))

    def test_clock_limits_move_by_the_clock(self):
        self.policy.rule_ids.filtered(lambda rule: rule.milestone == "triage").write(
            {"duration": 24, "time_kind": "clock"}
        )
        complaint = self.new_received("2026-03-06 14:00")
        self.pause(complaint, "2026-03-06 15:00", "2026-03-09 09:00")
        self.assertEqual(self.clock(complaint, "triage").due, self.local("2026-03-10 08:00"))

    def test_by_stage(self):
        """A stage that waits for the customer stops the clock, by itself and without a reason typed."""
        waiting = self.Stage.create(
            {"name": "Waits for the customer", "step": "triage", "sequence": 25, "pauses_clock": True}
        )
        complaint = self.new_received("2026-03-02 08:30")
        with self.mock_datetime_and_now(self.local("2026-03-02 09:00")):
            complaint.stage_id = waiting
        self.assertEqual(complaint.deadline_state, "paused")
        self.assertEqual(complaint.pause_ids.reason, "Waits for the customer")
        self.assertFalse(complaint.clock_stopped)
        with self.assertRaisesRegex(UserError, "Move the complaint"):
            complaint.action_resume()
        with self.mock_datetime_and_now(self.local("2026-03-02 11:00")):
            complaint.stage_id = self.stage("triage")
        self.assertEqual(complaint.pause_ids.stop, self.local("2026-03-02 11:00"))
        self.assertEqual(self.clock(complaint, "triage").due, self.local("2026-03-02 13:30"))

    def test_created_in_a_waiting_stage(self):
        waiting = self.Stage.create({"name": "Waits", "step": "new", "sequence": 1, "pauses_clock": True})
        complaint = self.new_whole(stage_id=waiting.id)
        self.assertEqual(complaint.deadline_state, "paused")

    def test_overlapping_count_once(self):
        """By stage and by hand at the same time."""
        waiting = self.Stage.create({"name": "Waits", "step": "triage", "sequence": 25, "pauses_clock": True})
        complaint = self.new_received("2026-03-02 08:30")
        with self.mock_datetime_and_now(self.local("2026-03-02 09:00")):
            complaint.action_pause("Photos")
        with self.mock_datetime_and_now(self.local("2026-03-02 10:00")):
            complaint.stage_id = waiting
        with self.mock_datetime_and_now(self.local("2026-03-02 11:00")):
            complaint.stage_id = self.stage("triage")
        self.assertEqual(complaint.deadline_state, "paused", "stopped by hand, it still stands")
        with self.mock_datetime_and_now(self.local("2026-03-02 11:30")):
            complaint.action_resume()
        # Two hours from 8:30 with two and a half hours of pause: 13:00 and the lunch hour.
        self.assertEqual(self.clock(complaint, "triage").due, self.local("2026-03-02 14:00"))

    def test_what_was_overdue_stays_overdue(self):
        complaint = self.new_received("2026-03-02 08:30")
        self.run_cron("2026-03-02 14:00")
        self.assertEqual(self.clock(complaint, "triage").state, "breached")
        self.pause(complaint, "2026-03-02 15:00")
        self.assertEqual(self.clock(complaint, "triage").state, "breached")
        self.assertEqual(self.clock(complaint, "investigate").state, "paused")
        self.assertEqual(complaint.deadline_state, "breached")
        with self.mock_datetime_and_now(self.local("2026-03-02 16:00")):
            complaint.action_resume()
        self.assertEqual(self.clock(complaint, "triage").due, self.local("2026-03-02 10:30"))

    def test_reached_while_it_stands(self):
        """What happens during the pause is measured by the limit as it has moved by then."""
        complaint = self.new_received("2026-03-02 08:30")
        self.pause(complaint, "2026-03-02 09:00")
        with self.mock_datetime_and_now(self.local("2026-03-02 15:00")):
            complaint.move_to("dispatch")
        self.assertEqual(self.clock(complaint, "triage").state, "met")

    def test_policy_changed_during_the_pause(self):
        """peers 1.3 nr. 16: another limit does not forget the pause."""
        self.new_policy(vals={"sequence": 1, "severity": "urgent"}, triage=(4, "hours", {}))
        # Of a question, a corrected severity would be its triage.
        complaint = self.new_received("2026-03-02 08:30", nature="complaint")
        self.pause(complaint, "2026-03-02 09:00")
        with self.mock_datetime_and_now(self.local("2026-03-02 10:00")):
            complaint.severity = "urgent"
        self.assertEqual(self.clock(complaint, "triage").state, "paused")
        with self.mock_datetime_and_now(self.local("2026-03-02 11:00")):
            complaint.action_resume()
        self.assertEqual(self.clock(complaint, "triage").due, self.local("2026-03-02 15:30"))

    def test_refused(self):
        complaint = self.new_received()
        self.pause(complaint, "2026-03-02 09:00")
        with self.assertRaisesRegex(UserError, "stands still already"):
            complaint.action_pause("Once more")
        closed = self.new_whole("closed")
        with self.assertRaisesRegex(UserError, "has ended"):
            closed.action_pause("Waiting")
        with self.assertRaises(ValidationError):
            self.env["complaint.pause"].create(
                {"complaint_id": complaint.id, "reason": "x", "start": "2999-01-01 00:00:00"}
            )

    def test_ends_with_the_case(self):
        """Who closes a case waits for nothing any more; opened again its clock runs."""
        complaint = self.new_received()
        self.pause(complaint, "2026-03-02 09:00")
        with self.mock_datetime_and_now(self.local("2026-03-02 10:00")):
            complaint.move_to("closed")
        self.assertEqual(complaint.pause_ids.stop, self.local("2026-03-02 10:00"))
        with self.mock_datetime_and_now(self.local("2026-03-03 10:00")):
            complaint.action_reopen("Again.")
        self.assertEqual(self.clock(complaint, "investigate").state, "running")

    def test_not_twice_where_something_is_overdue(self):
        complaint = self.new_received()
        self.run_cron("2026-03-02 14:00")
        self.pause(complaint, "2026-03-02 15:00")
        self.assertEqual(complaint.deadline_state, "breached")
        with self.assertRaisesRegex(UserError, "stands still already"):
            complaint.action_pause("Once more")

    def test_who_may(self):
        """Only who may change the complaint; pauses are not written past the buttons."""
        complaint = self.new_received()
        for user in (self.auditor, self.stranger):
            with self.subTest(user.login), self.assertRaises(UserError):
                complaint.with_user(user).action_pause("Waiting")
        with self.assertRaises(UserError):
            self.env["complaint.pause"].with_user(self.handler).create(
                {"complaint_id": complaint.id, "reason": "x"}
            )
