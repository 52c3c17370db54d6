from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.resolution.remedy_common import RemedyCommon


@tagged("post_install", "-at_install")
class TestRemedyDeadline(RemedyCommon):
    """TL-1, TL-6, SO-2: a remedy is held to its day, by the same clock as everything else."""

    def clock_of(self, remedy):
        return remedy.sudo().deadline_ids.sorted("round")[-1:]

    def test_policy_gives_the_day(self):
        """Nobody promised a day: the limits for remedies do, and from then on it is the promise."""
        remedy = self.agree(self.new_remedy())
        self.assertRecordValues(
            self.clock_of(remedy),
            [
                {
                    "milestone": "remedy",
                    "state": "running",
                    "start": self.local("2026-03-02 09:00"),
                    "due": self.local("2026-03-09 17:00"),
                    "fixed_day": False,
                    "warn_at": self.local("2026-03-06 08:00"),
                }
            ],
        )
        self.assertEqual(remedy.date_due, Date.to_date("2026-03-09"))
        self.assertEqual(
            (remedy.next_due, remedy.deadline_state), (self.local("2026-03-09 17:00"), "running")
        )

    def test_promised_day(self):
        """A day that somebody entered is the limit: until the end of the work on it."""
        for day, due in (
            ("2026-03-04", "2026-03-04 17:00"),
            ("2026-03-02", "2026-03-02 17:00"),
            # On a Sunday nobody works: it is done before.
            ("2026-03-08", "2026-03-06 17:00"),
        ):
            with self.subTest(day=day):
                remedy = self.agree(self.new_remedy(date_due=day))
                clock = self.clock_of(remedy)
                self.assertEqual((clock.due, clock.fixed_day), (self.local(due), Date.to_date(day)))
                self.assertEqual(remedy.date_due, Date.to_date(day))

    def test_promised_for_the_day_off_itself(self):
        remedy = self.agree(self.new_remedy(date_due="2026-03-08"), "2026-03-07 10:00")
        self.assertEqual(self.clock_of(remedy).due, self.local("2026-03-09 00:00"))

    def test_around_the_clock(self):
        self.rule.write({"time_kind": "clock"})
        remedy = self.agree(self.new_remedy(date_due="2026-03-04"))
        self.assertEqual(self.clock_of(remedy).due, self.local("2026-03-05 00:00"))
        self.assertEqual(remedy.date_due, Date.to_date("2026-03-04"))

    def test_day_passed_before_the_agreement(self):
        """Who accepts after the planned day was never promised it."""
        remedy = self.agree(self.new_remedy(date_due="2026-02-27"))
        self.assertEqual(self.clock_of(remedy).due, self.local("2026-03-09 17:00"))
        self.assertEqual(remedy.date_due, Date.to_date("2026-03-09"))

    def test_without_policy(self):
        self.remedy_policy.active = False
        remedy = self.agree(self.new_remedy())
        self.assertFalse(self.clock_of(remedy))
        self.assertFalse(remedy.date_due)
        self.assertEqual(self.activity_of(remedy).date_deadline, Date.to_date("2026-03-02"))

    def test_warned_late_escalated(self):
        """TL-6: the owner is warned, then who answers for the case is told, then the leader."""
        remedy = self.agree(self.new_remedy(self.repair, date_due="2026-03-05"))
        warning = self.run_cron("2026-03-04 08:00")
        self.assertRecordValues(warning, [{"kind": "warning", "remedy_id": remedy.id}])
        self.assertEqual(warning.user_ids, self.owner)
        self.assertEqual(len(self.activity_of(remedy)), 1, "the owner has the activity already")
        late = self.run_cron("2026-03-05 17:00").sorted("level")
        self.assertEqual(late.mapped("kind"), ["breach", "escalation"])
        self.assertEqual([event.user_ids for event in late], [self.owner, self.handler])
        self.assertEqual(remedy.deadline_state, "breached")
        top = self.run_cron("2026-03-06 17:00")
        self.assertEqual((top.kind, top.user_ids), ("escalation", self.leader))
        with self.at("2026-03-07 10:00"):
            remedy.with_user(self.owner).action_done()
        self.assertEqual((self.clock_of(remedy).state, remedy.deadline_state), ("late", "late"))
        self.assertFalse(self.activity_of(remedy))

    def test_done_in_time(self):
        remedy = self.agree(self.new_remedy())
        with self.at("2026-03-09 16:59"):
            remedy.action_done()
        self.assertRecordValues(
            self.clock_of(remedy), [{"state": "met", "reached_at": self.local("2026-03-09 16:59")}]
        )

    def test_another_day(self):
        """Another day moves clock and activity; what passed before has time again."""
        remedy = self.agree(self.new_remedy(self.repair))
        mine = remedy.with_user(self.handler)
        with self.at("2026-03-03 09:00"):
            with self.refused(UserError, "cannot be due before today"):
                mine.date_due = "2026-03-02"
            mine.date_due = "2026-03-12"
        clock = self.clock_of(remedy)
        self.assertEqual((clock.due, clock.fixed_day), (self.local("2026-03-12 17:00"), remedy.date_due))
        self.assertEqual(self.activity_of(remedy).date_deadline, Date.to_date("2026-03-12"))
        self.run_cron("2026-03-12 17:00")
        self.assertEqual(clock.state, "breached")
        self.assertTrue(self.activity_of(remedy).filtered("complaint_deadline_id"))
        with self.at("2026-03-13 09:00"):
            mine.date_due = "2026-03-16"
        self.assertRecordValues(clock, [{"state": "running", "due": self.local("2026-03-16 17:00")}])
        self.assertFalse(self.activity_of(remedy).filtered("complaint_deadline_id"))
        with self.at("2026-03-13 09:30"):
            mine.date_due = False
        self.assertEqual(clock.due, self.local("2026-03-09 17:00"))
        self.assertEqual(remedy.date_due, Date.to_date("2026-03-09"), "the limits say it again")

    def test_pauses(self):
        """TL-5: what the policy gave moves by a pause, what was promised does not."""
        given, promised = self.agree(self.new_remedy()), self.agree(self.new_remedy(date_due="2026-03-09"))
        for remedy in (given, promised):
            with self.at("2026-03-03 08:00"):
                remedy._pause_deadlines("The customer is away.")
        self.assertEqual((self.clock_of(given).state, self.clock_of(promised).state), ("paused", "running"))
        for remedy in (given, promised):
            with self.at("2026-03-04 08:00"):
                remedy._resume_deadlines()
        self.assertEqual(self.clock_of(given).due, self.local("2026-03-10 17:00"))
        self.assertEqual(self.clock_of(promised).due, self.local("2026-03-09 17:00"))

    def test_extended(self):
        """TL-7: more time is asked for and granted as for every other limit; the day follows."""
        remedy = self.agree(self.new_remedy(date_due="2026-03-05"))
        clock = self.clock_of(remedy)
        with self.at("2026-03-03 09:00"):
            asked = (
                self.env["complaint.deadline.extension"]
                .with_user(self.handler)
                .create({"deadline_id": clock.id, "amount": 2, "reason": "The part is on its way."})
            )
            self.assertEqual(asked.new_due, self.local("2026-03-09 17:00"))
            asked.with_user(self.leader).action_approve()
        self.assertRecordValues(clock, [{"due": self.local("2026-03-09 17:00"), "extension": 2}])
        self.assertEqual(remedy.date_due, Date.to_date("2026-03-09"))
        with self.at("2026-03-04 09:00"):
            clock._update_times()
        self.assertEqual(clock.due, self.local("2026-03-09 17:00"), "counted once")

    def test_calendar_changed(self):
        """A day that becomes a holiday ends the work before it, also for a promise."""
        remedy = self.agree(self.new_remedy(date_due="2026-03-05"))
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "date_from": self.local("2026-03-05 00:00"),
                "date_to": self.local("2026-03-05 23:59"),
            }
        )
        self.run_cron("2026-03-03 09:00", "ir_cron_deadline_recompute")
        self.assertEqual(self.clock_of(remedy).due, self.local("2026-03-04 17:00"))

    def test_policy_changed(self):
        given, promised = self.agree(self.new_remedy()), self.agree(self.new_remedy(date_due="2026-03-05"))
        self.rule.duration = 7
        self.run_cron("2026-03-03 09:00", "ir_cron_deadline_recompute")
        self.assertEqual(self.clock_of(given).due, self.local("2026-03-11 17:00"))
        self.assertEqual(self.clock_of(promised).due, self.local("2026-03-05 17:00"))

    def test_severity_has_its_own_limit(self):
        """A policy for severe cases counts for their remedies, also when a case becomes severe."""
        self.Policy.create(
            {
                "name": "Severe",
                "sequence": 1,
                "applies_to": "remedy",
                "severity": "urgent",
                "rule_ids": [(0, 0, {"milestone": "remedy", "duration": 2, "unit": "days"})],
            }
        )
        remedy = self.agree(self.new_remedy())
        with self.at("2026-03-02 10:00"):
            remedy.complaint_id.sudo().severity = "urgent"
        self.assertEqual(self.clock_of(remedy).due, self.local("2026-03-04 17:00"))
