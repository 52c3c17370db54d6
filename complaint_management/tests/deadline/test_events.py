from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.models.deadline import deadline_cron
from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon

CRON_LOGGER = "odoo.addons.complaint_management.models.deadline.deadline_cron"


class EventsCommon(DeadlineCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head = cls._new_user("handler", "head")
        cls.head_office = cls.env["complaint.team"].create(
            {"name": "Head office", "leader_id": cls.head.id, "calendar_id": cls.calendar.id}
        )
        cls.centre.parent_id = cls.head_office
        cls.department_head = cls.env["res.users"].create(
            {
                "name": "Department head",
                "login": "department_head",
                "group_ids": [Command.set(cls.env.ref("base.group_user").ids)],
            }
        )
        cls.department = cls.env["hr.department"].create(
            {"name": "Technics", "manager_id": cls.new_employee(cls.department_head).id}
        )
        cls.rule = cls.policy.rule_ids.filtered(lambda rule: rule.milestone == "triage")
        cls.rule.write(
            {
                "warn_before": 30,
                "warn_unit": "minutes",
                "escalation_ids": [
                    Command.create({"after": 0, "unit": "hours", "whom": "leader", "note": "Look into it."}),
                    Command.create({"after": 2, "unit": "hours", "whom": "parent_leader"}),
                    Command.create({"after": 1, "unit": "days", "whom": "department"}),
                    Command.create(
                        {
                            "after": 2,
                            "unit": "days",
                            "whom": "group",
                            "group_id": cls.env.ref("complaint_management.group_complaint_quality").id,
                        }
                    ),
                    Command.create({"after": 3, "unit": "days", "whom": "user", "user_id": cls.manager.id}),
                ],
            }
        )
        (cls.policy.rule_ids - cls.rule).unlink()
        cls.quality_people = cls.env.ref(
            "complaint_management.group_complaint_quality"
        ).all_user_ids.filtered(
            lambda user: user.active and not user.share and cls.company in user.company_ids
        )

    def new_received(self, moment="2026-03-02 08:30", **vals):
        """A complaint in triage, due at 10:30."""
        with self.mock_datetime_and_now(self.local(moment)):
            return self.new_whole(
                "triage", received_at=self.local(moment), department_id=self.department.id, **vals
            )

    def told(self, user):
        """Subjects of what a user was notified of, the oldest first."""
        return (
            self.env["mail.message"]
            .search(
                [("message_type", "=", "user_notification"), ("partner_ids", "in", user.partner_id.ids)],
                order="id",
            )
            .mapped("subject")
        )


@tagged("post_install", "-at_install")
class TestEvents(EventsCommon):
    """TL-6: warned before, told level by level after; every one is kept and counted, and done once."""

    def test_ladder(self):
        """TL-6: walked rung by rung, with who is told at each."""
        complaint = self.new_received()
        clock = self.clock(complaint, "triage")
        steps = (
            ("2026-03-02 09:59", None, None),
            ("2026-03-02 10:00", "warning", self.handler),
            ("2026-03-02 10:29", None, None),
            ("2026-03-02 10:30", ("breach", "escalation"), (self.handler, self.leader)),
            ("2026-03-02 13:29", None, None),
            ("2026-03-02 13:30", "escalation", self.head),
            ("2026-03-03 16:59", None, None),
            ("2026-03-03 17:00", "escalation", self.department_head),
            ("2026-03-04 17:00", "escalation", self.quality_people),
            ("2026-03-05 17:00", "escalation", self.manager),
            ("2026-03-20 17:00", None, None),
        )
        for moment, kinds, people in steps:
            with self.subTest(moment):
                events = self.run_cron(moment)
                kinds = (kinds,) if isinstance(kinds, str) else kinds or ()
                people = people if isinstance(people, tuple) else (people,) if people else ()
                self.assertEqual(tuple(events.sorted("level").mapped("kind")), kinds)
                self.assertEqual(tuple(event.user_ids for event in events.sorted("level")), people)
        self.assertEqual((clock.state, clock.level, clock.next_event_at), ("breached", 7, False))
        self.assertEqual(complaint.deadline_state, "breached")
        self.assertEqual(len(self.told(self.leader)), 1)
        self.assertIn(complaint.number, self.told(self.leader)[0])

    def test_activities(self):
        """An activity with what to do now, one per person and clock; done when the milestone is reached."""
        complaint = self.new_received()
        self.run_cron("2026-03-02 10:00")
        activity = complaint.activity_ids
        self.assertEqual(activity.user_id, self.handler)
        self.assertIn("due", activity.summary)
        self.run_cron("2026-03-02 10:30")
        self.assertEqual(complaint.activity_ids.user_id, self.handler | self.leader)
        self.assertEqual(len(complaint.activity_ids), 2)
        self.assertIn("overdue", activity.summary)
        self.assertIn("Look into it.", (complaint.activity_ids - activity).note)
        with self.mock_datetime_and_now(self.local("2026-03-02 11:00")):
            complaint.move_to("dispatch")
        self.assertFalse(complaint.activity_ids)

    def test_who_cannot_read_gets_no_activity(self):
        """A department's manager without a group of ours is told the number and the limit, no more."""
        complaint = self.new_received(name="Rude at the counter")
        self.run_cron("2026-03-03 17:00")
        self.assertNotIn(self.department_head, complaint.activity_ids.user_id)
        message = self.env["mail.message"].search(
            [("partner_ids", "in", self.department_head.partner_id.ids)]
        )
        self.assertEqual(len(message), 1)
        self.assertIn(complaint.number, message.body)
        self.assertFalse(message.model)
        for text in (message.body, message.subject, message.record_name or ""):
            self.assertNotIn("Rude", text)

    def test_nobody_excluded_is_told(self):
        """OR-2: whoever is concerned is passed over, on every rung, and somebody else is told."""
        employees = self.new_employee(self.leader) | self.new_employee(self.head)
        complaint = self.new_received(employee_ids=employees.ids, user=self.manager)
        excluded = complaint.sudo().excluded_user_ids
        self.assertEqual(excluded, self.leader | self.head)
        events = self.run_cron("2026-03-20 17:00")
        self.assertEqual(len(events), 7)
        self.assertFalse(events.user_ids & excluded)
        self.assertFalse(self.told(self.leader) + self.told(self.head))
        self.assertFalse(complaint.sudo().activity_ids.user_id & excluded)
        self.assertTrue(all(event.user_ids for event in events if event.level != 2 and event.level != 3))

    def test_run_twice(self):
        complaint = self.new_received()
        self.assertEqual(len(self.run_cron("2026-03-02 10:30")), 3)
        self.assertFalse(self.run_cron("2026-03-02 10:30"))
        self.assertEqual(len(self.told(self.handler)), 1)
        self.assertEqual(len(complaint.activity_ids), 2)

    def test_reached_in_time_tells_nobody(self):
        complaint = self.new_received()
        with self.mock_datetime_and_now(self.local("2026-03-02 09:00")):
            complaint.move_to("dispatch")
        self.assertFalse(self.run_cron("2026-03-20 17:00"))

    def test_more_time_tells_again(self):
        """A limit that moved has its own warnings; those of the former one are not repeated for it."""
        complaint = self.new_received()
        self.run_cron("2026-03-02 10:00")
        self.rule.duration = 8
        with self.mock_datetime_and_now(self.local("2026-03-02 10:10")):
            complaint._refresh_deadlines()
        clock = self.clock(complaint, "triage")
        self.assertEqual((clock.due, clock.level), (self.local("2026-03-03 08:30"), 0))
        self.assertFalse(self.run_cron("2026-03-02 11:00"))
        self.assertEqual(self.run_cron(self.text(clock.warn_at)).kind, "warning")

    def text(self, moment):
        return (moment + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")

    def test_digest_after_an_outage(self):
        """peers 1.3: days without the server end in one message per person, not in hundreds."""
        self.company.complaint_digest_from = 5
        complaints = self.Complaint.union(*(self.new_received() for _number in range(8)))
        events = self.run_cron("2026-03-06 17:00")
        self.assertEqual(len(events), 8 * 7)
        self.assertEqual(len(self.told(self.handler)), 1)
        self.assertIn("8 time limits", self.told(self.handler)[0])
        self.assertEqual(len(self.told(self.manager)), 1)
        message = self.env["mail.message"].search(
            [("partner_ids", "in", self.manager.partner_id.ids)], limit=1
        )
        for complaint in complaints:
            self.assertIn(complaint.number, message.body)
            self.assertEqual(
                len(complaint.activity_ids.filtered(lambda done: done.user_id == self.handler)), 1
            )

    def test_few_are_told_one_by_one(self):
        self.company.complaint_digest_from = 5
        for _number in range(3):
            self.new_received()
        self.run_cron("2026-03-02 10:00")
        self.assertEqual(len(self.told(self.handler)), 3)

    def test_in_batches(self):
        complaints = [self.new_received() for _number in range(5)]
        with patch.object(deadline_cron, "BATCH", 2):
            events = self.run_cron("2026-03-02 10:00")
        self.assertEqual(len(events), 5)
        self.assertEqual(
            {event.complaint_id.id for event in events}, {complaint.id for complaint in complaints}
        )

    def test_one_that_fails_stops_no_other(self):
        """peers 1.3: the rest goes on, the faulty one is tried again later and not for ever."""
        complaints = self.Complaint.union(*(self.new_received() for _number in range(4)))
        faulty = self.clock(complaints[1], "triage")
        plan = type(self.Deadline)._plan_events

        def fail(deadline, now):
            if deadline == faulty:
                raise ZeroDivisionError("A fault in the data.")
            return plan(deadline, now)

        with patch.object(type(self.Deadline), "_plan_events", fail), mute_logger(CRON_LOGGER):
            events = self.run_cron("2026-03-02 10:00")
            self.assertEqual(events.complaint_id, complaints - complaints[1])
            self.assertEqual(faulty.fault_count, 1)
            self.assertGreater(faulty.next_event_at, self.local("2026-03-02 10:00"))
            for hour in (11, 13, 15, 19):
                self.run_cron(f"2026-03-02 {hour}:59")
            self.assertEqual((faulty.fault_count, faulty.next_event_at), (5, False))

    def test_without_a_responsible(self):
        """Nobody answers for it: the leader is told."""
        complaint = self.new_received(user_id=self.handler.id)
        complaint.sudo().with_context(tracking_disable=True).user_id = False
        events = self.run_cron("2026-03-02 10:00")
        self.assertEqual(events.user_ids, self.leader)

    def test_inactive_people_are_not_told(self):
        complaint = self.new_received()
        self.assertTrue(complaint)
        self.head.active = False
        events = self.run_cron("2026-03-02 13:30").sorted("level")
        self.assertEqual(events[-1].user_ids, self.leader)
