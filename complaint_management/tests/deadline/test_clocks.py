from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon


@tagged("post_install", "-at_install")
class TestClocks(DeadlineCommon):
    """TL-1: each milestone of a complaint has its clock, stopped by its event or by the move."""

    def test_started_at_creation(self):
        """TL-1, TL-2: one clock per limit, counted from receipt in the team's working time."""
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_whole(received_at=self.local("2026-03-02 08:30"))
        self.assertEqual(
            {clock.milestone: clock.due for clock in complaint.deadline_ids},
            {
                "respond": self.local("2026-03-02 09:30"),
                "triage": self.local("2026-03-02 10:30"),
                "investigate": self.local("2026-03-11 17:00"),
                "report": self.local("2026-03-30 17:00"),
            },
        )
        self.assertEqual(set(complaint.deadline_ids.mapped("state")), {"running"})
        self.assertEqual(self.clock(complaint, "respond").next_event_at, self.local("2026-03-02 09:10"))
        self.assertEqual(complaint.next_due, self.local("2026-03-02 09:30"))
        self.assertEqual((complaint.next_milestone, complaint.deadline_state), ("respond", "running"))

    def test_reached_by_the_move(self):
        """TL-1: leaving a step reaches its milestone; the verdict stays."""
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_whole(received_at=self.local("2026-03-02 08:30"))
        with self.mock_datetime_and_now(self.local("2026-03-02 09:00")):
            complaint.move_to("triage")
        self.assertRecordValues(
            self.clock(complaint, "respond"),
            [{"state": "met", "reached_at": self.local("2026-03-02 09:00"), "next_event_at": False}],
        )
        self.assertEqual(complaint.next_milestone, "triage")
        with self.mock_datetime_and_now(self.local("2026-03-02 10:31")):
            complaint.move_to("dispatch")
        self.assertEqual(self.clock(complaint, "triage").state, "late")
        self.assertEqual((complaint.next_milestone, complaint.deadline_state), ("investigate", "running"))
        with self.mock_datetime_and_now(self.local("2026-03-03 09:00")):
            complaint.move_to("closed")
        self.assertEqual(self.clock(complaint, "investigate").state, "met")
        self.assertEqual((complaint.next_due, complaint.deadline_state), (False, "late"))

    def test_exactly_at_the_limit_is_in_time(self):
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_whole(received_at=self.local("2026-03-02 08:30"))
        with self.mock_datetime_and_now(self.local("2026-03-02 09:30")):
            complaint.move_to("triage")
        self.assertEqual(self.clock(complaint, "respond").state, "met")

    def test_back_and_forth_keeps_what_is_reached(self):
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_whole("triage", received_at=self.local("2026-03-02 08:30"))
            complaint.move_to("dispatch")
        reached = self.clock(complaint, "triage").reached_at
        with self.mock_datetime_and_now(self.local("2026-03-03 09:00")):
            complaint.move_to("triage")
            complaint.move_to("dispatch")
        self.assertEqual(self.clock(complaint, "triage").reached_at, reached)

    def test_imported_further_on(self):
        """What came in further down the way has clocks only for what is still to come."""
        complaint = self.new_whole("investigation")
        self.assertEqual(
            complaint.deadline_ids.filtered(lambda clock: clock.state == "running").mapped("milestone"),
            ["investigate", "report"],
        )
        closed = self.Complaint.create(
            {
                **{
                    key: complaint[key]
                    for key in ("name", "description", "partner_phone", "nature", "severity", "outcome")
                },
                "partner_name": "Li Si",
                "channel_id": self.channel.id,
                "category_id": self.category.id,
                "team_id": self.centre.id,
                "user_id": self.handler.id,
                "received_by_id": self.handler.id,
                "stage_id": self.stage("closed").id,
            }
        )
        self.assertFalse(closed.deadline_ids)

    def test_rejected_and_cancelled(self):
        """What ends without being reached is neither met nor late."""
        for end in ("action_reject", "action_cancel"):
            complaint = self.new_whole("triage")
            getattr(complaint, end)("Not ours.")
            with self.subTest(end):
                self.assertEqual(self.clock(complaint, "investigate").state, "cancelled")
                self.assertFalse(complaint.next_due)

    def test_reopened(self):
        """CL-2, TL-1: a reopened case gets new limits from its reopening; the old verdicts stay."""
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_whole(received_at=self.local("2026-03-02 08:30"))
            complaint.move_to("closed")
        with self.mock_datetime_and_now(self.local("2026-04-01 10:00")):
            complaint.action_reopen("Again.")
        self.assertEqual(complaint.reopened_at, self.local("2026-04-01 10:00"))
        self.assertEqual(
            {clock.milestone for clock in complaint.deadline_ids if clock.round == 1},
            {"investigate", "report"},
        )
        self.assertEqual(self.clock(complaint, "investigate", 0).state, "met")
        self.assertRecordValues(
            self.clock(complaint, "investigate"),
            [
                {
                    "state": "running",
                    "start": self.local("2026-04-01 10:00"),
                    "due": self.local("2026-04-10 17:00"),
                }
            ],
        )

    # counted from

    def test_from_the_milestone_before(self):
        """TL-1: the clock starts when the milestone before is reached."""
        self.policy.rule_ids.filtered(lambda rule: rule.milestone == "investigate").count_from = "previous"
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_whole(received_at=self.local("2026-03-02 08:30"))
        self.assertFalse(self.clock(complaint, "investigate"))
        with self.mock_datetime_and_now(self.local("2026-03-04 09:00")):
            complaint.move_to("dispatch")
        self.assertRecordValues(
            self.clock(complaint, "investigate"),
            [{"start": self.local("2026-03-04 09:00"), "due": self.local("2026-03-13 17:00")}],
        )

    def test_from_an_event(self):
        rule = self.policy.rule_ids.filtered(lambda rule: rule.milestone == "report")
        rule.write({"count_from": "event", "start_event": "investigate", "duration": 3})
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_whole(received_at=self.local("2026-03-02 08:30"))
        self.assertFalse(self.clock(complaint, "report"))
        with self.mock_datetime_and_now(self.local("2026-03-04 09:00")):
            complaint.move_to("solution")
        self.assertEqual(self.clock(complaint, "report").due, self.local("2026-03-09 17:00"))

    # the event counts, not when it is written down

    def test_first_answer_to_the_complainant(self):
        """TL-1: a colleague's message to the complainant is the first answer; a note is not."""
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_complaint(self.handler, received_at=self.local("2026-03-02 08:30"))
        mine = complaint.with_user(self.handler)
        with self.mock_datetime_and_now(self.local("2026-03-02 08:40")):
            mine.message_post(
                body="Called the plumber.", message_type="comment", subtype_xmlid="mail.mt_note"
            )
            mine.message_post(
                body="Colleagues, look.", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
            complaint.message_post(
                body="From the customer",
                author_id=self.customer.id,
                message_type="email",
                subtype_xmlid="mail.mt_comment",
                partner_ids=self.customer.ids,
            )
        self.assertEqual(self.clock(complaint, "respond").state, "running")
        with self.mock_datetime_and_now(self.local("2026-03-02 09:00")):
            mine.message_post(
                body="We are on it.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=self.customer.ids,
            )
        self.assertRecordValues(
            self.clock(complaint, "respond"), [{"state": "met", "reached_at": self.local("2026-03-02 09:00")}]
        )
        with self.mock_datetime_and_now(self.local("2026-03-02 11:00")):
            complaint.move_to("triage")
        self.assertEqual(self.clock(complaint, "respond").reached_at, self.local("2026-03-02 09:00"))

    def test_message_to_colleagues_is_no_answer(self):
        """Nor where neither the complainant nor a colleague who reads it has an address."""
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_whole(received_at=self.local("2026-03-02 08:30"), partner_email=False)
            self.colleague.partner_id.email = False
            complaint.with_user(self.handler).message_post(
                body="Please look.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=self.colleague.partner_id.ids,
            )
        self.assertFalse(complaint.email_normalized)
        self.assertEqual(self.clock(complaint, "respond").state, "running")

    def test_answer_by_mail(self):
        """A colleague who answers from their own mail program has answered."""
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_complaint(self.handler, received_at=self.local("2026-03-02 08:30"))
        with self.mock_datetime_and_now(self.local("2026-03-02 09:00")):
            complaint.message_post(
                body="We are on it.",
                author_id=self.handler.partner_id.id,
                message_type="email",
                subtype_xmlid="mail.mt_comment",
                partner_ids=self.customer.ids,
            )
        self.assertEqual(self.clock(complaint, "respond").state, "met")

    def test_event_written_down_later(self):
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_whole(received_at=self.local("2026-03-02 08:30"))
        with self.mock_datetime_and_now(self.local("2026-03-05 08:30")):
            complaint._reach_milestones(["respond"], self.local("2026-03-02 09:29"))
        self.assertEqual(self.clock(complaint, "respond").state, "met")

    # changes

    def test_change_of_a_fact(self):
        """TL-1: another severity brings other limits; what is reached, paused or extended stays."""
        self.new_policy(
            vals={"sequence": 1, "severity": "urgent"}, investigate=(1, "days", {}), execute=(2, "days", {})
        )
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_whole(received_at=self.local("2026-03-02 08:30"))
            complaint.move_to("triage")
        before = self.clock(complaint, "respond").read(["state", "reached_at", "due"])
        with self.mock_datetime_and_now(self.local("2026-03-02 09:00")):
            complaint.severity = "urgent"
        self.assertEqual(self.clock(complaint, "respond").read(["state", "reached_at", "due"]), before)
        self.assertEqual(self.clock(complaint, "investigate").due, self.local("2026-03-03 17:00"))
        self.assertEqual(self.clock(complaint, "execute").due, self.local("2026-03-04 17:00"))
        self.assertEqual(self.clock(complaint, "triage").due, self.local("2026-03-02 10:30"))
        with self.mock_datetime_and_now(self.local("2026-03-02 09:10")):
            complaint.severity = "normal"
        self.assertEqual(self.clock(complaint, "investigate").due, self.local("2026-03-11 17:00"))
        self.assertEqual(self.clock(complaint, "execute").state, "cancelled")
        with self.mock_datetime_and_now(self.local("2026-03-02 09:20")):
            complaint.severity = "urgent"
        self.assertEqual(self.clock(complaint, "execute").state, "running")

    def test_policies(self):
        """TL-1: the first policy that matches and knows the milestone counts."""
        below = self.env["complaint.category"].create({"name": "Rude", "parent_id": self.category.id})
        cases = (
            ({"category_id": self.category.id}, {"category_id": below.id}, True),
            ({"category_id": below.id}, {"category_id": self.category.id}, False),
            ({"team_id": self.other_team.id}, {"team_id": self.other_team.id}, True),
            ({"team_id": self.other_team.id}, {}, False),
            ({"nature": "inquiry"}, {"nature": "inquiry"}, True),
            ({"nature": "inquiry"}, {"nature": "complaint"}, False),
            ({"channel_id": self.channel.id}, {"channel_id": self.channel.id}, True),
            ({"channel_id": self.channel.id}, {"channel_id": self.oral_channel.id}, False),
            ({"company_id": self.company.id}, {}, True),
            ({"company_id": self.company_2.id}, {}, False),
            ({"date_from": "2026-03-02"}, {"received_at": self.local("2026-03-02 00:01")}, True),
            ({"date_from": "2026-03-02"}, {"received_at": self.local("2026-03-01 23:59")}, False),
            ({"date_to": "2026-03-02"}, {"received_at": self.local("2026-03-02 23:59")}, True),
            ({"date_to": "2026-03-02"}, {"received_at": self.local("2026-03-03 00:01")}, False),
            ({"active": False}, {}, False),
        )
        with self.mock_datetime_and_now(self.local("2026-03-10 08:30")):
            for asked, given, matches in cases:
                with self.subTest(asked=asked, given=given):
                    special = self.new_policy(vals={"sequence": 1, **asked}, triage=(5, "hours", {}))
                    complaint = self.new_whole(**given)
                    self.assertEqual(
                        self.clock(complaint, "triage").rule_id.policy_id, special if matches else self.policy
                    )
                    self.assertEqual(self.clock(complaint, "respond").rule_id.policy_id, self.policy)
                    special.unlink()

    def test_clock_time(self):
        """TL-3: urgent complaints within 24 hours, nights and days off included."""
        self.policy.rule_ids.filtered(lambda rule: rule.milestone == "respond").write(
            {"duration": 24, "time_kind": "clock"}
        )
        with self.mock_datetime_and_now(self.local("2026-03-06 16:00")):
            complaint = self.new_whole(received_at=self.local("2026-03-06 16:00"))
        self.assertEqual(self.clock(complaint, "respond").due, self.local("2026-03-07 16:00"))

    def test_no_policy(self):
        """Without a policy nothing runs and nothing fails."""
        self.policy.active = False
        complaint = self.new_whole()
        self.assertFalse(complaint.deadline_ids)
        complaint.move_to("closed")
        self.assertFalse(complaint.deadline_state)

    def test_general_pack(self):
        """TL-2: a fresh database has the general limits."""
        general = self.env.ref("complaint_management.complaint_deadline_policy_general")
        self.assertEqual(
            [(rule.milestone, rule.duration, rule.unit) for rule in general.rule_ids],
            [
                ("respond", 1, "hours"),
                ("triage", 2, "hours"),
                ("dispatch", 4, "hours"),
                ("investigate", 7, "days"),
                ("propose", 10, "days"),
                ("execute", 15, "days"),
                ("report", 20, "days"),
                ("follow_up", 30, "days"),
            ],
        )
        self.assertEqual(set(general.rule_ids.mapped("count_from")), {"receipt"})
        self.assertEqual(set(general.rule_ids.mapped("time_kind")), {"working"})
        self.assertTrue(all(rule.escalation_ids for rule in general.rule_ids))

    def test_team_change_counts_by_its_calendar(self):
        around = self.calendar.copy({"name": "Early", "tz": "Asia/Shanghai"})
        around.attendance_ids.filtered(lambda line: line.day_period == "morning").hour_from = 6
        self.other_team.calendar_id = around
        with self.mock_datetime_and_now(self.local("2026-03-02 05:00")):
            complaint = self.new_whole(received_at=self.local("2026-03-02 05:00"))
            self.assertEqual(self.clock(complaint, "respond").due, self.local("2026-03-02 09:00"))
            complaint.team_id = self.other_team
        self.assertEqual(self.clock(complaint, "respond").due, self.local("2026-03-02 07:00"))

    def test_company_change(self):
        """OR-3: in another company the case has that company's clocks."""
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_whole(received_at=self.local("2026-03-02 08:30"))
            complaint.sudo().write(
                {
                    "company_id": self.company_2.id,
                    "team_id": self.foreign_team.id,
                    "user_id": False,
                    "category_id": False,
                }
            )
        self.assertEqual(complaint.sudo().deadline_ids.company_id, self.company_2)
        self.assertEqual(self.clock(complaint, "respond").calendar_id, self.company_2.resource_calendar_id)

    def test_copy(self):
        """A copy is a case of its own."""
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_whole(received_at=self.local("2026-03-02 08:30"))
        with self.mock_datetime_and_now(self.local("2026-03-03 08:30")):
            copy = complaint.copy()
        self.assertEqual(self.clock(copy, "respond").start, self.local("2026-03-03 08:30"))
        self.assertEqual(copy.next_due - complaint.next_due, timedelta(days=1))
