from odoo.fields import Command, Date
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.resolution.followup_common import MONDAY, FollowupCommon


@tagged("post_install", "-at_install")
class TestFollowupPlanning(FollowupCommon):
    """CL-2, TL-1: the call is planned with the move, for a working day, for somebody who may make it."""

    def test_planned_at_closing(self):
        """Closing plans one call with one activity for the same person and day, and copies the rule."""
        rule = self.new_rule(tries=3, days_between=4)
        complaint = self.new_told()
        self.assertFalse(self.calls(complaint), "not before it is closed")
        call = self.close(complaint)
        self.assertRecordValues(
            call,
            [
                {
                    "state": "planned",
                    "round": 0,
                    "attempt": 1,
                    "tries": 3,
                    "days_between": 4,
                    "moment": "after",
                    "rule_id": rule.id,
                    "user_id": self.handler.id,
                    "planned_date": Date.to_date("2026-03-04"),
                }
            ],
        )
        self.assertRecordValues(
            self.activities(complaint),
            [{"user_id": self.handler.id, "date_deadline": Date.to_date("2026-03-04")}],
        )
        self.assertEqual(complaint._get_open_followup(), call)
        self.assertFalse(complaint._awaits_followup(), "nothing waits for a call after closing")

    def test_planned_dates(self):
        """TL-5: working days of the team's calendar, without weekends and holidays; 0 is the same day."""
        self.new_holiday("2026-03-10")
        rule = self.new_rule()
        for moment, delay, expected in (
            ("2026-03-02 09:00", 0, "2026-03-02"),
            ("2026-03-02 23:30", 0, "2026-03-02"),
            ("2026-03-02 00:10", 0, "2026-03-02"),
            ("2026-03-02 09:00", 1, "2026-03-03"),
            ("2026-03-02 23:30", 1, "2026-03-03"),
            ("2026-03-05 16:59", 2, "2026-03-09"),
            ("2026-03-06 12:00", 1, "2026-03-09"),
            ("2026-03-06 12:00", 2, "2026-03-11"),
            # Nobody works on Saturdays and Sundays: what is closed then is asked about on Monday.
            ("2026-03-07 12:00", 0, "2026-03-09"),
            ("2026-03-08 12:00", 1, "2026-03-09"),
            ("2026-03-09 12:00", 1, "2026-03-11"),
        ):
            with self.subTest(moment, delay=delay):
                rule.delay = delay
                self.assertEqual(str(self.calls(self.new_closed(moment)).planned_date), expected)

    def test_midnight(self):
        """A calendar that is worked round the clock ends its day at midnight, and not on the next one."""
        self.calendar.attendance_ids = [
            Command.clear(),
            *(
                Command.create({"name": str(day), "dayofweek": str(day), "hour_from": 0, "hour_to": 24})
                for day in range(6)
            ),
        ]
        rule = self.new_rule(delay=1)
        self.assertEqual(str(self.calls(self.new_closed()).planned_date), "2026-03-03")
        rule.delay = 0
        self.assertEqual(str(self.calls(self.new_closed("2026-03-08 12:00")).planned_date), "2026-03-09")

    def test_calendar_of_the_team(self):
        """The other team works on Saturdays, too."""
        self.other_team.calendar_id = self.calendar.copy({"name": "Six days"})
        self.other_team.calendar_id.attendance_ids = [
            Command.create({"name": "Saturday", "dayofweek": "5", "hour_from": 8, "hour_to": 12})
        ]
        self.new_rule(delay=1)
        friday = "2026-03-06 10:00"
        self.assertEqual(str(self.calls(self.new_closed(friday)).planned_date), "2026-03-09")
        other = self.new_closed(friday, team_id=self.other_team.id)
        self.assertEqual(str(self.calls(other).planned_date), "2026-03-07")

    def test_calendar_without_hours(self):
        """Nobody entered working hours: closing works all the same, and days count by the clock."""
        self.new_rule(delay=3)
        self.calendar.attendance_ids = [Command.clear()]
        self.assertEqual(str(self.calls(self.new_closed()).planned_date), "2026-03-05")

    def test_nobody_to_call(self):
        """Merged, rejected and cancelled cases, histories, and complainants whom nobody knows."""
        self.new_rule()
        anonymous = self.channel.copy({"name": "Box", "anonymous": True})
        nobody = {"partner_id": False, "partner_name": False, "channel_id": anonymous.id}
        for reached, vals in (
            (False, nobody),
            (False, {**nobody, "partner_name": "Li Si"}),
            (True, {**nobody, "partner_phone": "010-62345678"}),
            (True, {**nobody, "partner_email": "li.si@example.com"}),
            (True, {}),
        ):
            with self.subTest(**vals):
                self.assertEqual(bool(self.calls(self.new_closed(**vals))), reached)
        with self.at(MONDAY):
            rejected = self.new_complaint(nature="complaint", founded="founded")
            rejected.move_to("triage")
            rejected.action_reject("Not ours.")
            cancelled = self.new_told("2026-03-02 08:00")
            cancelled.action_cancel("Withdrawn.")
            history = self.new_complaint(
                self.manager,
                received_at=self.local("2026-02-02 09:00"),
                closed_at=self.local("2026-02-09 09:00"),
                outcome="Done.",
                stage_id=self.stage("closed").id,
            )
        for complaint in (rejected, cancelled, history):
            with self.subTest(complaint.step):
                self.assertTrue(complaint.closed_at)
                self.assertFalse(self.calls(complaint))

    def test_created_as_closed(self):
        """What is entered as closed just now is no history: its customer is called."""
        self.new_rule()
        with self.at(MONDAY):
            complaint = self.new_complaint(outcome="Done.", stage_id=self.stage("closed").id)
        self.assertEqual(self.calls(complaint).state, "planned")

    def test_answered_on_the_spot(self):
        """IN-6: who was answered at once is asked where a rule says so for this nature."""
        rule = self.new_rule(nature="complaint")
        with self.at(MONDAY):
            question = self.new_complaint()
            complaint = self.new_complaint(nature="complaint")
            (question | complaint).action_answer_on_the_spot("Switch it on.")
        self.assertFalse(self.calls(question))
        self.assertEqual(self.calls(complaint).rule_id, rule)

    def test_before_closing(self):
        """The call is planned in the step follow-up, and waited for until it was made."""
        self.new_rule(moment="before")
        complaint = self.new_told()
        self.assertFalse(complaint._awaits_followup())
        with self.at(MONDAY):
            complaint.move_to("follow_up")
        call = self.calls(complaint)
        self.assertEqual((call.moment, call.state), ("before", "planned"))
        self.assertTrue(complaint._awaits_followup())
        self.log(complaint)
        self.assertFalse(complaint._awaits_followup())
        self.close(complaint, "2026-03-04 11:00")
        self.assertEqual(self.calls(complaint), call, "one call a round")

    def test_before_closing_jumped_over(self):
        """A complaint that is closed without a stop in follow-up is asked about afterwards."""
        self.new_rule(moment="before")
        complaint = self.new_closed()
        self.assertEqual(self.calls(complaint).state, "planned")

    def test_back_a_step(self):
        """Before the call was made the work goes on: nobody calls, and the next time somebody does."""
        self.new_rule(moment="before")
        complaint = self.new_told()
        with self.at(MONDAY):
            complaint.move_to("follow_up")
            self.log(complaint, "not_reached")
            complaint.move_to("execution")
            self.assertFalse(self.activities(complaint))
            complaint.move_to("follow_up")
        self.assertEqual(self.calls(complaint).mapped("state"), ["done", "cancelled", "planned"])
        self.assertEqual(self.planned(complaint).attempt, 2, "the first try counts")
        self.assertEqual(len(self.activities(complaint)), 1)

    def test_rounds(self):
        """Opened again: the planned call is taken back, and the next closing plans the next one."""
        self.new_rule()
        complaint = self.new_closed()
        with self.at(MONDAY):
            complaint.action_reopen("The customer called us.", "solution")
        self.assertEqual(self.calls(complaint).state, "cancelled")
        self.assertFalse(self.activities(complaint))
        self.close(complaint)
        self.assertEqual(
            self.calls(complaint).mapped(lambda call: (call.round, call.state)),
            [(0, "cancelled"), (1, "planned")],
        )
        self.assertEqual(len(self.activities(complaint)), 1)

    def test_taken_back(self):
        """Cancelling, merging, archiving: nobody calls about it any more."""
        self.new_rule(moment="before")
        target = self.new_told()
        for name, stop in (
            ("cancel", lambda complaint: complaint.action_cancel("Withdrawn.")),
            ("merge", lambda complaint: complaint.merge_into(target)),
            ("archive", lambda complaint: complaint.with_user(self.manager).action_archive()),
        ):
            with self.subTest(name), self.at(MONDAY):
                complaint = self.new_told()
                complaint.move_to("follow_up")
                call = self.planned(complaint)
                activity = self.activities(complaint)
                self.assertEqual(len(activity), 1)
                stop(complaint)
                self.assertEqual(call.state, "cancelled")
                self.assertFalse(activity.exists())

    def test_merge(self):
        """Nothing is lost in a merge, and what the other customer said answers nothing here."""
        self.new_rule()
        source, target = self.new_closed(), self.new_told()
        call = self.log(source, note="All is fine.")
        number = source.number
        with self.at("2026-03-05 09:00"):
            source.merge_into(target)
        self.assertRecordValues(
            call, [{"complaint_id": target.id, "from_number": number, "result": "satisfied"}]
        )
        self.assertFalse(target._get_round_followups())
        self.close(target)
        self.assertEqual(self.planned(target).round, 0, "the target has a call of its own")

    def test_exclusion(self):
        """OR-2: who turns out to be concerned does not call; the leader takes over, activity and all."""
        self.new_rule(caller="person", user_id=self.colleague.id)
        complaint = self.new_closed()
        call = self.calls(complaint)
        self.assertEqual(call.user_id, self.colleague)
        complaint.with_user(self.leader).employee_ids = self.new_employee(self.colleague)
        self.assertEqual(call.user_id, self.handler)
        self.assertEqual(self.activities(complaint).user_id, self.handler)
        self.assertFalse(self.Followup.with_user(self.colleague).search([("id", "=", call.id)]))

    def test_caller_archived(self):
        """Who leaves the company passes the calls on; there is still one activity each."""
        self.new_rule()
        complaints = self.new_closed() | self.new_closed()
        complaints.sudo().user_id = self.colleague
        self.assertEqual(self.calls(complaints).user_id, self.colleague)
        self.colleague.action_archive()
        self.assertEqual(self.calls(complaints).user_id, self.leader)
        for complaint in complaints:
            self.assertEqual(self.activities(complaint).user_id, self.leader)

    def test_new_responsible(self):
        """Whoever becomes responsible makes the call that the former one was to make."""
        rule = self.new_rule()
        complaint = self.new_closed()
        complaint.with_user(self.leader).user_id = self.colleague
        self.assertEqual(self.calls(complaint).user_id, self.colleague)
        self.assertEqual(self.activities(complaint).user_id, self.colleague)
        rule.caller = "leader"
        complaint = self.new_closed()
        complaint.with_user(self.leader).user_id = self.colleague
        self.assertEqual(self.calls(complaint).user_id, self.leader, "the leader calls all the same")

    def test_nobody_left(self):
        """Nobody can call: the call stays in the list, for whoever looks at it."""
        self.new_rule(caller="leader")
        complaint = self.new_closed(team_id=self.other_team.id, user_id=self.stranger.id)
        self.assertEqual(self.calls(complaint).user_id, self.stranger, "the team has no leader")
        complaint.sudo().user_id = False
        complaint.sudo().employee_ids = self.new_employee(self.stranger)
        self.assertFalse(self.calls(complaint).user_id)
        self.assertEqual(self.calls(complaint).state, "planned")

    def test_rule_changes_meanwhile(self):
        """Running calls are copies: a rule that changes, or is deleted, does not touch them."""
        rule = self.new_rule(tries=2)
        complaint = self.new_closed()
        rule.write({"tries": 9, "delay": 30, "caller": "leader"})
        self.assertRecordValues(
            self.calls(complaint),
            [{"tries": 2, "planned_date": Date.to_date("2026-03-04"), "user_id": self.handler.id}],
        )
        rule.unlink()
        self.log(complaint, "not_reached")
        self.assertEqual(self.planned(complaint).attempt, 2)
        self.log(complaint, "not_reached", moment="2026-03-05 10:00")
        self.assertEqual(self.calls(complaint).mapped("state"), ["done", "given_up"])
