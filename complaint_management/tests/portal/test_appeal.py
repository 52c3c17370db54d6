from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.models.portal.customer_acts import CustomerRefusal
from odoo.addons.complaint_management.tests.portal.action_common import ActionCommon

REASON = "Nobody listened to the witness."


@tagged("post_install", "-at_install")
class TestAppeal(ActionCommon):
    """Another look: somebody else decides (X-2)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chief = cls._new_user("handler", "chief")
        cls.head_office = cls.env["complaint.team"].create(
            {"name": "Head office", "leader_id": cls.chief.id, "sequence": 9}
        )
        cls.centre.parent_id = cls.head_office

    def new_ended(self, step="closed", **vals):
        complaint = self.new_reported("follow_up", **vals)
        if step == "rejected":
            complaint.sudo().end_reason = "Not founded"
        self.move(complaint, step)
        return complaint

    def shown(self, complaint):
        return self.as_customer(complaint)._get_portal_actions("link")["appeal"]

    def appeal(self, complaint, reason=REASON, number=None):
        case = self.as_customer(complaint)
        return case._appeal_as_customer(complaint.reopen_count if number is None else number, reason)

    # when

    def test_opens_a_new_round(self):
        """Closed and rejected cases are looked at again by the team above (X-2, CL-2)."""
        for step in ("closed", "rejected"):
            with self.subTest(step=step):
                complaint = self.new_ended(step)
                self.assertTrue(self.shown(complaint)["until"])
                self.assertEqual(self.appeal(complaint), "appealed")
                self.assertEqual(complaint.step, "triage")
                self.assertEqual(complaint.reopen_count, 1)
                self.assertEqual(complaint.team_id, self.head_office)
                self.assertEqual(complaint.user_id, self.chief)
                self.assertFalse(complaint.closed_at)
                appeal = complaint.sudo().appeal_ids
                self.assertEqual(appeal.reason, REASON)
                self.assertEqual(appeal.round, 1)
                self.assertEqual((appeal.from_team_id, appeal.to_team_id), (self.centre, self.head_office))
                self.assertEqual(appeal.former_user_ids, self.handler)
                self.assertEqual(complaint.sudo().appeal_id, appeal)
                self.assertEqual(
                    self.tasks(complaint, "another look").user_id, self.chief, "Who looks again is told"
                )
                self.assertEqual(len(self.customer_messages(complaint)), 1)
                self.assertTrue(self.shown(complaint)["asked_on"])
                # The clocks of the new round run (TL-1).
                clocks = self.open_clocks(complaint).filtered(lambda clock: clock.round == 1)
                self.assertIn("report", clocks.mapped("milestone"))

    def test_within_the_period(self):
        """Only within the days that the company gives; none means never (X-2)."""
        complaint = self.new_ended()
        ended = complaint.closed_at
        self.company.complaint_appeal_days = 10
        with self.freeze(ended + timedelta(days=10, minutes=1)):
            self.assertFalse(self.shown(complaint))
            with self.assertRaisesRegex(CustomerRefusal, "any more"):
                self.appeal(complaint)
        self.company.complaint_appeal_days = 0
        with self.assertRaises(CustomerRefusal):
            self.appeal(complaint)
        self.company.complaint_appeal_days = 10
        with self.freeze(ended + timedelta(days=9, hours=23)):
            self.assertEqual(self.appeal(complaint), "appealed")

    def test_not_of_what_is_open_withdrawn_or_merged(self):
        """Nothing to look at again (X-2)."""
        still_open, cancelled, target, merged = (self.new_complaint() for _number in range(4))
        cancelled.action_cancel("Withdrawn")
        merged.with_user(self.handler).merge_into(target)
        archived = self.new_ended()
        archived.sudo().active = False
        ended_and_merged = self.new_ended()
        ended_and_merged.sudo().duplicate_of_id = target
        for complaint in (still_open, cancelled, merged, archived, ended_and_merged):
            self.assertFalse(self.shown(complaint))
            with self.assertRaises(CustomerRefusal):
                self.appeal(complaint)
            self.assertFalse(complaint.sudo().appeal_ids)

    def test_reason_required(self):
        complaint = self.new_ended()
        for reason in ("", " \n", None, "x" * 20001):
            with self.assertRaises(CustomerRefusal):
                self.appeal(complaint, reason)
        self.assertEqual(complaint.step, "closed")

    def test_once_a_round(self):
        """Asked once; when that has ended, once more (X-2)."""
        complaint = self.new_ended()
        self.appeal(complaint)
        with self.assertRaisesRegex(CustomerRefusal, "another look already on"):
            self.appeal(complaint, number=0)
        with self.assertRaisesRegex(CustomerRefusal, "another look already on"):
            self.appeal(complaint, number=1)
        self.move(complaint.with_user(self.chief), "closed")
        # A page of the round before asks for nothing.
        with self.assertRaises(CustomerRefusal):
            self.appeal(complaint, number=0)
        self.assertEqual(self.appeal(complaint), "appealed")
        self.assertEqual(len(complaint.sudo().appeal_ids), 2)
        self.assertEqual(complaint.sudo().appeal_count, 2)
        action = complaint.with_user(self.manager).action_open_appeals()
        self.assertEqual(
            self.env["complaint.appeal"].with_user(self.manager).search(action["domain"]),
            complaint.sudo().appeal_ids,
        )
        self.assertEqual(complaint.sudo().appeal_id.former_user_ids, self.handler | self.chief)

    def test_the_database_settles_it(self):
        complaint = self.new_ended()
        vals = {"complaint_id": complaint.id, "round": 1, "appealed_at": "2026-01-01", "reason": "x"}
        self.env["complaint.appeal"].create(vals)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env["complaint.appeal"].create(vals)

    def test_a_record_that_lacks_facts(self):
        """What was imported with few facts begins at receipt (X-2)."""
        complaint = self.new_ended()
        complaint.sudo().write({"description": False})
        self.appeal(complaint)
        self.assertEqual(complaint.step, "new")

    # who

    def test_without_a_team_above(self):
        self.centre.parent_id = False
        complaint = self.new_ended()
        self.appeal(complaint)
        self.assertEqual((complaint.team_id, complaint.user_id), (self.centre, self.leader))

    def test_archived_team_above(self):
        self.head_office.active = False
        complaint = self.new_ended()
        self.appeal(complaint)
        self.assertEqual(complaint.team_id, self.centre)

    def test_leader_who_handled_it(self):
        """A leader who handled it is passed over; then comes one above, then a manager (X-2)."""
        top_leader = self._new_user("handler", "top")
        top = self.env["complaint.team"].create({"name": "Top", "leader_id": top_leader.id})
        self.head_office.parent_id = top
        complaint = self.new_ended()
        # It went through the chief's hands earlier.
        complaint.sudo().user_id = self.chief
        complaint.sudo().user_id = self.handler
        self.appeal(complaint)
        self.assertEqual((complaint.team_id, complaint.user_id), (self.head_office, top_leader))
        other = self.new_ended()
        for user in (self.chief, top_leader, self.handler):
            other.sudo().user_id = user
        self.appeal(other)
        self.assertTrue(other.user_id.has_group("complaint_management.group_complaint_manager"))
        self.assertIn(self.company, other.user_id.company_ids)

    def test_who_decided_does_not_decide_again(self):
        complaint = self.new_ended()
        complaint.sudo().decided_by_id = self.chief
        self.appeal(complaint)
        self.assertNotEqual(complaint.user_id, self.chief)
        self.assertIn(self.chief, complaint.sudo().appeal_id.former_user_ids)

    def test_excluded_and_gone_leaders(self):
        """Neither the employee concerned nor who left looks again (OR-2, X-2)."""
        complaint = self.new_ended()
        complaint.sudo().employee_ids = self.new_employee(self.chief)
        self.appeal(complaint)
        self.assertNotIn(complaint.user_id, self.chief | self.handler)
        self.chief.active = False
        other = self.new_ended()
        self.appeal(other)
        self.assertNotIn(other.user_id, self.chief | self.handler)

    def test_nobody_left(self):
        """Where nobody is left, a leader is asked to name somebody."""
        self.env.ref("complaint_management.group_complaint_manager").all_user_ids.write({"active": False})
        complaint = self.new_ended()
        complaint.sudo().user_id = self.chief
        complaint.sudo().user_id = self.handler
        self.centre.assign_method = "turn"
        self.head_office.assign_method = "turn"
        self.head_office.member_ids = self.handler
        self.appeal(complaint)
        self.assertFalse(complaint.user_id)
        kind = self.env.ref("complaint_management.mail_activity_type_assign")
        asked = complaint.sudo().activity_ids.filtered(lambda activity: activity.activity_type_id == kind)
        self.assertTrue(asked)

    def test_rules_pass_over_former_handlers(self):
        """Assignment by turn obeys it (X-2, DI-1)."""
        self.env.ref("complaint_management.group_complaint_manager").all_user_ids.write({"active": False})
        self.head_office.leader_id = False
        self.head_office.member_ids = self.handler | self.colleague
        self.head_office.assign_method = "turn"
        complaint = self.new_ended()
        self.appeal(complaint)
        self.assertEqual(complaint.user_id, self.colleague)
        self.assertEqual(complaint.sudo().appeal_id.user_id, self.colleague)
        complaint.sudo().user_id = False
        complaint.sudo()._assign(distribute=True)
        self.assertEqual(complaint.user_id, self.colleague)

    def test_former_handlers_cannot_take_it(self):
        """Nobody who handled it becomes responsible, however they try (X-2)."""
        complaint = self.new_ended()
        self.appeal(complaint)
        self.assertEqual(complaint.user_id, self.chief)
        complaint.sudo().team_id = self.centre
        with self.assertRaisesRegex(ValidationError, "handled .* before"), self.env.cr.savepoint():
            complaint.with_user(self.handler).action_assign_to_me()
        refused = self.assertRaisesRegex(ValidationError, "Choose somebody who did not handle it")
        with refused, self.env.cr.savepoint():
            complaint.with_user(self.manager).write({"user_id": self.handler.id})
        with self.assertRaisesRegex(UserError, "handled it before"):
            complaint.with_user(self.chief)._hand_over("person", "You know it", user=self.handler)
        complaint.invalidate_recordset()
        self.assertEqual(complaint.user_id, self.chief)
        complaint.with_user(self.colleague).action_assign_to_me()
        self.assertEqual(complaint.user_id, self.colleague)

    def test_the_bar_ends_with_the_round(self):
        """An ordinary round later is nobody's matter but ours."""
        complaint = self.new_ended()
        self.appeal(complaint)
        self.move(complaint.with_user(self.chief), "closed")
        complaint.with_user(self.manager).action_reopen("We found more", "triage")
        self.assertFalse(complaint.sudo().appeal_id)
        complaint.with_user(self.manager).user_id = self.handler

    def test_nobody_lifts_the_bar(self):
        complaint = self.new_ended()
        self.appeal(complaint)
        appeal = complaint.sudo().appeal_id
        with self.assertRaises(UserError):
            complaint.with_user(self.manager).write({"appeal_id": False})
        with self.assertRaises(AccessError):
            appeal.with_user(self.manager).write({"former_user_ids": [Command.clear()]})
        with self.assertRaises(AccessError):
            appeal.with_user(self.manager).unlink()
        self.assertFalse(self.new_complaint(appeal_id=appeal.id).sudo().appeal_id)

    def test_a_head_who_becomes_the_users_employee(self):
        """An employee concerned gets a user: the complaint does not go back to former handlers."""
        complaint = self.new_ended()
        self.appeal(complaint)
        employee = self.env["hr.employee"].create({"name": "Fitter"})
        complaint.sudo().employee_ids = employee
        employee.user_id = self.chief
        self.assertNotIn(complaint.user_id, self.chief | self.handler)

    # what became of it

    def test_outcome(self):
        """Who decided, and what: kept with the appeal (X-2)."""
        complaint = self.new_ended()
        self.appeal(complaint)
        appeal = complaint.sudo().appeal_ids
        self.assertFalse(appeal.ended_at)
        theirs = complaint.with_user(self.chief)
        with self.gates_open():
            theirs.move_to("feedback")
            theirs.action_report_result("You were right.", "upheld", "We had not asked.", kind="call")
            theirs.move_to("closed")
        self.assertTrue(appeal.ended_at)
        self.assertEqual((appeal.decision, appeal.decided_by_id), ("upheld", self.chief))
        rejected = self.new_ended()
        self.appeal(rejected)
        rejected.with_user(self.chief).action_reject("Nothing new")
        self.assertEqual(rejected.sudo().appeal_ids.decision, "rejected")
        self.assertEqual(rejected.sudo().appeal_ids.decided_by_id, self.chief)

    def test_notice_for_staff(self):
        complaint = self.new_ended()
        self.appeal(complaint)
        notice = complaint.with_user(self.chief).appeal_notice
        self.assertIn(self.handler.name, notice)
        self.move(complaint.with_user(self.chief), "closed")
        complaint.invalidate_recordset()
        self.assertFalse(complaint.with_user(self.chief).appeal_notice)

    # access and merging

    def test_who_reads_appeals(self):
        """Who reads the complaint reads its appeals, and nobody else (OR-2)."""
        complaint = self.new_ended()
        self.appeal(complaint)
        appeal = complaint.sudo().appeal_ids
        Appeal = self.env["complaint.appeal"]
        for user in (self.chief, self.manager, self.quality, self.auditor):
            self.assertIn(appeal, Appeal.with_user(user).search([]), user.login)
        self.assertNotIn(appeal, Appeal.with_user(self.stranger).search([]))
        self.assertNotIn(appeal, Appeal.with_user(self.foreign_manager).search([]))
        for user in (self.plain_user,):
            with self.assertRaises(AccessError):
                Appeal.with_user(user).search([])
        complaint.sudo().employee_ids = self.new_employee(self.quality)
        self.assertNotIn(appeal, Appeal.with_user(self.quality).search([]))

    def test_merging_moves_appeals(self):
        """Nothing is lost in a merge (IN-9)."""
        first, second, target = self.new_ended(), self.new_ended(), self.new_ended()
        for complaint in (first, second, target):
            self.appeal(complaint)
        appeals = (first | second | target).sudo().appeal_ids
        numbers = set((first | second).mapped("number"))
        (first | second).with_user(self.manager).merge_into(target)
        self.assertEqual(target.sudo().appeal_ids, appeals)
        self.assertEqual(target.sudo().appeal_count, 3)
        self.assertEqual(set(appeals.mapped("from_number")), {*numbers, False})
        self.assertEqual(target.sudo().appeal_id.from_number, False)

    def test_second_company(self):
        """The new eyes belong to the company of the complaint."""
        team = self.env["complaint.team"].create({"name": "Far", "company_id": self.company_2.id})
        complaint = self.new_complaint(
            user=self.foreign_manager,
            company_id=self.company_2.id,
            team_id=team.id,
            channel_id=self.channel.id,
        )
        complaint.sudo().write({"user_id": self.foreign_manager.id})
        complaint.with_user(self.foreign_manager).move_to("triage")
        complaint.with_user(self.foreign_manager).action_reject("Unfounded")
        self.appeal(complaint)
        self.assertNotEqual(complaint.user_id, self.foreign_manager)
        self.assertFalse(
            complaint.user_id and self.company_2 not in complaint.user_id.company_ids,
            complaint.user_id.login,
        )

    def test_queries_do_not_grow(self):
        """A list of complaints with appeals costs the same with one and with many."""
        complaints = self.Complaint.union(*(self.new_ended() for _number in range(4)))
        for complaint in complaints:
            self.appeal(complaint)
        spec = {"number": {}, "appeal_notice": {}}

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.with_user(self.manager).web_read(spec)
            return self.env.cr.sql_log_count - before

        count(complaints)
        self.assertEqual(count(complaints), count(complaints[0]))

    def test_moment(self):
        """The page names the last moment in the customer's time."""
        complaint = self.new_ended()
        until = self.as_customer(complaint)._get_appeal_end()
        self.assertEqual(until, complaint.closed_at + timedelta(days=self.company.complaint_appeal_days))
        self.assertGreater(until, fields.Datetime.now())


@tagged("post_install", "-at_install")
class TestCustomerLinkDialog(ActionCommon):
    """Staff look at the customer's page and hand out its link."""

    def test_preview(self):
        complaint = self.new_complaint()
        action = complaint.with_user(self.handler).action_preview_customer()
        self.assertEqual(action["url"], f"/my/complaints/{complaint.id}")
        self.assertNotIn("token", action["url"])
        with self.assertRaises(AccessError):
            complaint.with_user(self.stranger).action_preview_customer()

    def test_handed_out(self):
        """Who has the link can act: it is noted who handed it out (CP-5)."""
        complaint = self.new_complaint()
        action = complaint.with_user(self.handler).action_copy_link()
        dialog = self.env[action["res_model"]].with_user(self.handler).browse(action["res_id"])
        link = dialog.link
        self.assertIn(complaint.sudo().access_token, link)
        note = complaint.sudo().message_ids.filtered(lambda message: "handed out" in message.body)
        self.assertEqual(note.author_id, self.handler.partner_id)
        with self.assertRaises(AccessError):
            dialog.with_user(self.colleague).read(["link"])

    def test_renewed(self):
        complaint = self.new_complaint()
        complaint.with_user(self.handler).action_copy_link()
        token = complaint.sudo().access_token
        dialog = self.env["complaint.customer.link"].search([("complaint_id", "=", complaint.id)])
        dialog.with_user(self.handler).action_renew()
        self.assertNotEqual(complaint.sudo().access_token, token)

    def test_refused(self):
        """Only who may change the complaint hands its link out; of a merged one nobody does."""
        complaint, target = self.new_complaint(), self.new_complaint()
        for user in (self.auditor, self.quality, self.stranger, self.foreign_manager, self.plain_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                complaint.with_user(user).action_copy_link()
        self.assertFalse(complaint.sudo().access_token)
        complaint.with_user(self.handler).merge_into(target)
        with self.assertRaisesRegex(UserError, "merged into"):
            complaint.with_user(self.handler).action_copy_link()
