from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.models.deadline import deadline_recompute
from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon

DEADLINE_LOGGER = "odoo.addons.complaint_management.models.deadline.deadline_recompute"


@tagged("post_install", "-at_install")
class TestRecompute(DeadlineCommon):
    """TL-1, TL-5: running clocks follow calendars, policies and rules, in the background."""

    def setUp(self):
        super().setUp()
        self.Request = self.env["complaint.deadline.recompute"]
        self.Request.search([]).unlink()

    def new_received(self, moment="2026-03-02 08:30", **vals):
        with self.mock_datetime_and_now(self.local(moment)):
            return self.new_whole("triage", received_at=self.local(moment), **vals)

    def add_leave(self, start, stop, **vals):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Day off",
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "date_from": self.local(start),
                "date_to": self.local(stop),
                **vals,
            }
        )

    def recompute(self, moment="2026-03-03 09:00"):
        self.run_cron(moment, "ir_cron_deadline_recompute")

    def test_leave_added_after_the_fact(self):
        """TL-5: a holiday that is entered later moves what runs; what is reached stays."""
        complaint = self.new_received()
        before = self.clock(complaint, "respond").read(["due", "state", "reached_at"])
        with self.mock_datetime_and_now(self.local("2026-03-03 09:00")):
            self.add_leave("2026-03-05 00:00", "2026-03-05 23:59")
        self.assertEqual(self.clock(complaint, "investigate").due, self.local("2026-03-11 17:00"))
        self.recompute()
        self.assertEqual(self.clock(complaint, "investigate").due, self.local("2026-03-12 17:00"))
        self.assertEqual(self.clock(complaint, "respond").read(["due", "state", "reached_at"]), before)
        self.assertEqual(complaint.next_due, self.local("2026-03-02 10:30"))
        self.assertEqual(self.Request.search([]).state, "done")

    def test_only_what_is_concerned(self):
        """A holiday long after the limits is looked at by nobody."""
        self.new_received()
        with self.mock_datetime_and_now(self.local("2026-03-03 09:00")):
            self.add_leave("2026-10-01 00:00", "2026-10-07 23:59")
        self.recompute()
        self.assertEqual(self.Request.search([]).done_count, 0)

    def test_rule_changed(self):
        complaint = self.new_received()
        with self.mock_datetime_and_now(self.local("2026-03-03 09:00")):
            self.policy.rule_ids.filtered(lambda rule: rule.milestone == "investigate").duration = 3
        self.recompute()
        self.assertEqual(self.clock(complaint, "investigate").due, self.local("2026-03-05 17:00"))

    def test_rule_taken_away_and_added(self):
        complaint = self.new_received()
        with self.mock_datetime_and_now(self.local("2026-03-03 09:00")):
            self.policy.rule_ids.filtered(lambda rule: rule.milestone == "investigate").unlink()
            self.policy.rule_ids = [
                Command.create({"milestone": "propose", "duration": 9, "unit": "days"}),
            ]
        self.recompute()
        self.assertEqual(self.clock(complaint, "investigate").state, "cancelled")
        self.assertEqual(self.clock(complaint, "propose").due, self.local("2026-03-13 17:00"))

    def test_another_policy_on_top(self):
        complaint = self.new_received()
        with self.mock_datetime_and_now(self.local("2026-03-03 09:00")):
            self.new_policy(vals={"sequence": 1, "team_id": self.centre.id}, investigate=(2, "days", {}))
        self.recompute()
        self.assertEqual(self.clock(complaint, "investigate").due, self.local("2026-03-04 17:00"))

    def test_keeps_extension_and_pause(self):
        """peers 1.3 nr. 16: what was granted and what was waited for is not forgotten."""
        complaint = self.new_received()
        clock = self.clock(complaint, "investigate")
        with self.mock_datetime_and_now(self.local("2026-03-03 09:00")):
            clock.extension = 1
            clock._update_times()
            complaint.action_pause("Photos")
        with self.mock_datetime_and_now(self.local("2026-03-04 09:00")):
            complaint.action_resume()
        # Eight days, and eight hours of pause.
        self.assertEqual(clock.due, self.local("2026-03-13 17:00"))
        with self.mock_datetime_and_now(self.local("2026-03-04 10:00")):
            self.policy.rule_ids.filtered(lambda rule: rule.milestone == "investigate").duration = 8
        self.recompute("2026-03-04 10:05")
        self.assertEqual(clock.due, self.local("2026-03-16 17:00"))

    def test_team_gets_another_calendar(self):
        complaint = self.new_received()
        early = self.calendar.copy({"name": "Half days"})
        early.attendance_ids.filtered(lambda line: line.day_period == "afternoon").unlink()
        with self.mock_datetime_and_now(self.local("2026-03-02 09:00")):
            self.centre.calendar_id = early
        self.recompute("2026-03-02 09:05")
        clock = self.clock(complaint, "investigate")
        self.assertEqual((clock.calendar_id, clock.due), (early, self.local("2026-03-11 12:00")))

    def test_in_batches_with_progress(self):
        complaints = [self.new_received() for _number in range(5)]
        with self.mock_datetime_and_now(self.local("2026-03-03 09:00")):
            self.add_leave("2026-03-05 00:00", "2026-03-05 23:59")
        with patch.object(deadline_recompute, "BATCH", 3):
            self.recompute()
        request = self.Request.search([])
        self.assertEqual((request.state, request.total_count, request.done_count), ("done", 10, 10))
        for complaint in complaints:
            self.assertEqual(self.clock(complaint, "investigate").due, self.local("2026-03-12 17:00"))

    def test_save_does_no_work(self):
        """Who enters a holiday does not wait: the same queries for one running clock and for many."""

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.add_leave("2026-03-05 00:00", "2026-03-05 23:59")
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        self.new_received()
        queries()
        few = queries()
        for _number in range(20):
            self.new_received()
        self.assertLessEqual(queries(), few + 1)

    def test_asked_once(self):
        """Many changes of policies ask for the same work once."""
        for duration in (3, 4, 5):
            self.policy.rule_ids.filtered(lambda rule: rule.milestone == "report").duration = duration
        self.assertEqual(len(self.Request.search([("state", "=", "waiting")])), 1)

    def test_calendar_without_working_time(self):
        """TL-5: a clear message where somebody creates; in the background the rest goes on."""
        complaint = self.new_received()
        empty = self.env["resource.calendar"].create(
            {
                "name": "Nothing",
                "company_id": self.company.id,
                "attendance_ids": [Command.clear()],
                "tz": "UTC",
            }
        )
        empty.attendance_ids.unlink()
        other = self.new_received(team_id=self.other_team.id)
        self.centre.calendar_id = empty
        with self.assertRaisesRegex(UserError, "“Nothing” has no working time"):
            self.new_received()
        with mute_logger(DEADLINE_LOGGER):
            self.recompute("2026-03-02 09:05")
        self.assertEqual(self.clock(complaint, "investigate").due, self.local("2026-03-11 17:00"))
        self.assertEqual(self.clock(other, "investigate").due, self.local("2026-03-11 17:00"))
        self.assertTrue(self.Request.search([]).fault_count)

    def test_changed_meanwhile(self):
        """TL-5: a case that somebody changes at the same moment is counted anew later, not given up."""
        clocks = self.new_received().sudo().deadline_ids
        with patch.object(type(clocks), "_recount", side_effect=SerializationFailure):
            with self.assertRaises(SerializationFailure):
                clocks._recount_safely(whole=False)
