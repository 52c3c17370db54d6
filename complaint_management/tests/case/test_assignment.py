import csv
import io
from collections import Counter
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.models.case.team_assignment import LOAD_WEIGHTS, Roster
from odoo.addons.complaint_management.tests.common import GROUP, ComplaintCommon
from odoo.addons.complaint_management.tests.web_client import read_specification

NOW = "2026-03-04 10:00:00"
REQUEST = "complaint_management.mail_activity_type_assign"


class AssignmentCommon(ComplaintCommon):
    """The centre has three members who may handle: first contact, handler and colleague."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["complaint.assignment.rule"]
        for user in cls.env["res.users"].search([("share", "=", False), ("login", "not like", "@")]):
            user.partner_id.email = f"{user.login}@staff.example.com"
        cls.members = cls.first_contact | cls.handler | cls.colleague
        cls.below = cls.env["complaint.category"].create({"name": "Rude", "parent_id": cls.category.id})
        cls.goods = cls.env["product.category"].create({"name": "Goods"})
        cls.heaters = cls.env["product.category"].create({"name": "Heaters", "parent_id": cls.goods.id})
        cls.heater, cls.lamp = cls.env["product.product"].create(
            [{"name": "Heater", "categ_id": cls.heaters.id}, {"name": "Lamp"}]
        )

    def come_in(self, count=1, **vals):
        """Let complaints come in that nobody registered, as from a form on a website."""
        values = {
            "name": "Cold",
            "team_id": self.centre.id,
            "category_id": self.category.id,
            "severity": "normal",
            **vals,
        }
        return self.Complaint.sudo().create([dict(values) for _number in range(count)])

    def rule(self, to_user=None, to_team=None, **vals):
        return self.Rule.create(
            {
                "name": "Rule",
                "to_user_id": to_user.id if to_user else False,
                "to_team_id": to_team.id if to_team else False,
                **vals,
            }
        )

    def leave(self, user, start, stop, company=None, **vals):
        """Give a user approved time off; hours from now."""
        company = company or self.company
        employee = self.env["hr.employee"].search(
            [("user_id", "=", user.id), ("company_id", "=", company.id)]
        ) or self.new_employee(user, company_id=company.id)
        now = datetime.fromisoformat(NOW)
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "resource_id": employee.resource_id.id,
                "calendar_id": employee.resource_calendar_id.id,
                "date_from": now + timedelta(hours=start),
                "date_to": now + timedelta(hours=stop),
                **vals,
            }
        )

    def told(self, user):
        return self.env["mail.message"].search(
            [("message_type", "=", "user_notification"), ("partner_ids", "in", user.partner_id.ids)]
        )

    def requests(self, complaints):
        return complaints.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(REQUEST)
        )


@tagged("post_install", "-at_install")
class TestRoster(AssignmentCommon):
    """DI-1: who is next, without a database."""

    def serve(self, roster, *severities, excluded=()):
        served = []
        for severity in severities:
            served.append(roster.take(frozenset(excluded)))
            roster.loads[served[-1]] += LOAD_WEIGHTS[severity]
        return served

    def test_turn(self):
        roster = Roster("turn", {3, 1, 2}, Counter(), {1: 7, 3: 5})
        self.assertEqual(self.serve(roster, *["urgent"] * 5), [2, 3, 1, 2, 3])
        self.assertEqual(list(roster.served), [1, 2, 3])

    def test_turn_of_excluded_is_kept(self):
        """Who could not take one is next when they can."""
        roster = Roster("turn", {1, 2, 3}, Counter(), {1: 1, 2: 2, 3: 3})
        self.assertEqual(self.serve(roster, "normal", "normal", excluded=[1]), [2, 3])
        self.assertEqual(self.serve(roster, "normal"), [1])

    def test_load(self):
        """An urgent one weighs as much as four; of equals, who waits longest is next, then the lowest id."""
        roster = Roster("load", {1, 2, 3}, Counter({1: 4}), {2: 9})
        self.assertEqual(
            self.serve(roster, "urgent", "normal", "important", "normal", "normal"), [3, 2, 2, 2, 1]
        )

    def test_nobody(self):
        roster = Roster("turn", {1}, Counter(), {})
        self.assertFalse(roster.take(frozenset([1])))
        self.assertFalse(roster.served)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestMethods(AssignmentCommon):
    def test_by_hand(self):
        """DI-1: by hand is the default; nobody is chosen, and nobody is asked."""
        self.assertEqual(self.env["complaint.team"].create({"name": "New"}).assign_method, "manual")
        complaint = self.come_in()
        self.assertFalse(complaint.user_id)
        self.assertFalse(self.requests(complaint))

    def test_in_turn(self):
        """DI-1: one after the other, in one batch as in several."""
        self.centre.assign_method = "turn"
        batches = [self.come_in(4), *(self.come_in() for _number in range(3)), self.come_in(2)]
        taken = [complaint.user_id.id for batch in batches for complaint in batch]
        self.assertEqual(taken, self.members.sorted("id").ids * 3)

    def test_new_member_is_next(self):
        self.centre.assign_method = "turn"
        self.come_in(3)
        self.centre.member_ids |= self.stranger
        self.assertEqual(self.come_in().user_id, self.stranger)

    def test_turns_are_each_teams_own(self):
        (self.centre | self.other_team).assign_method = "turn"
        self.other_team.member_ids = self.members
        order = self.members.sorted("id")
        self.assertEqual(self.come_in().user_id, order[0])
        self.assertEqual(self.come_in(team_id=self.other_team.id).user_id, order[0])
        self.assertEqual(self.come_in().user_id, order[1])

    def test_old_turns_are_cleared(self):
        self.centre.assign_method = "turn"
        for _number in range(5):
            self.come_in()
        Turn = self.env["complaint.team.turn"]
        following = self.members.sorted("id")[2]
        latest = Turn._get_latest({self.centre.id: set(self.members.ids)})
        Turn._gc_turns()
        self.assertEqual(Turn._get_latest({self.centre.id: set(self.members.ids)}), latest)
        self.assertEqual(Turn.search_count([("team_id", "=", self.centre.id)]), 3)
        self.assertEqual(self.come_in().user_id, following)

    def test_by_load(self):
        """DI-1: the least loaded member, severity counted, ended and archived ones not."""
        self.centre.assign_method = "load"
        keep = {"category_id": self.category.id}
        self.come_in(3, user_id=self.handler.id, severity="normal", **keep)
        self.come_in(1, user_id=self.first_contact.id, severity="urgent", **keep)
        ended = self.come_in(9, user_id=self.colleague.id, team_id=self.other_team.id)
        self.assertEqual(self.come_in().user_id, self.handler)
        ended.action_cancel("A test")
        self.assertEqual(self.come_in().user_id, self.colleague)
        self.come_in(9, user_id=self.colleague.id, active=False)
        self.assertEqual(self.come_in(3).mapped("user_id"), self.colleague)

    def test_by_load_in_a_batch(self):
        """What is handed out in a batch counts at once, so the loads end level."""
        self.centre.assign_method = "load"
        self.come_in(10, user_id=self.handler.id)
        shares = Counter(complaint.user_id for complaint in self.come_in(20))
        self.assertEqual(shares, {self.first_contact: 10, self.colleague: 10})
        shares = Counter(complaint.user_id for complaint in self.come_in(6))
        self.assertEqual(set(shares.values()), {2})

    def test_load_of_other_teams(self):
        self.centre.assign_method = "load"
        self.come_in(1, team_id=self.other_team.id, user_id=self.first_contact.id)
        self.come_in(1, team_id=self.other_team.id, user_id=self.handler.id)
        self.assertEqual(self.come_in().user_id, self.colleague)

    def test_load_equal(self):
        """Of equally loaded members, the one who got one longest ago."""
        self.centre.assign_method = "load"
        order = self.members.sorted("id")
        for member in order:
            complaint = self.come_in()
            self.assertEqual(complaint.user_id, member)
            complaint.action_cancel("A test")
        self.assertEqual(self.come_in().user_id, order[0])

    def test_two_at_once(self):
        """Two workers who do not see each other's turn: both go on, and nobody is skipped afterwards."""
        self.centre.assign_method = "turn"
        order = self.members.sorted("id")
        Turn = type(self.env["complaint.team.turn"])
        seen = self.env["complaint.team.turn"]._get_latest({self.centre.id: set(order.ids)})
        one = self.come_in()
        with patch.object(Turn, "_get_latest", lambda model, members: {self.centre.id: {}, **seen}):
            two = self.come_in()
        self.assertEqual((one | two).user_id, order[0])
        self.assertEqual([self.come_in().user_id for _number in range(3)], [*order[1:], order[0]])


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestWhoMayBeChosen(AssignmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.centre.assign_method = "turn"
        cls.centre.member_ids = cls.handler | cls.colleague

    def chosen(self, count=4, **vals):
        return self.come_in(count, **vals).user_id

    def test_absent(self):
        """DI-1: who is on leave now gets nothing; who was, or will be tomorrow, does."""
        for start, stop, chosen in (
            (-1, 1, self.colleague),
            (0, 1, self.colleague),
            (-48, -1, self.members - self.first_contact),
            (24, 48, self.members - self.first_contact),
        ):
            with self.subTest(start=start, stop=stop):
                leave = self.leave(self.handler, start, stop)
                self.assertEqual(self.chosen(), chosen)
                leave.unlink()

    def test_back_again(self):
        """Who comes back is next, and gets one, not all that were missed."""
        leave = self.leave(self.handler, -1, 1)
        self.assertEqual(self.chosen(), self.colleague)
        with freeze_time(leave.date_to + timedelta(minutes=1)):
            self.assertEqual(
                [self.come_in().user_id for _number in range(3)], [self.handler, self.colleague, self.handler]
            )

    def test_absence_takes_nothing_away(self):
        """DI-1: who becomes absent keeps what they have."""
        complaint = self.come_in(user_id=self.handler.id)
        self.leave(self.handler, -1, 1)
        complaint.write({"team_id": self.other_team.id, "severity": "urgent"})
        self.assertEqual(complaint.user_id, self.handler)

    def test_no_absence(self):
        """Neither a training, nor a holiday of everybody, nor time off in another company."""
        both = self.company | self.company_2
        self.handler.company_ids = both
        self.leave(self.handler, -1, 1, time_type="other")
        self.leave(self.handler, -1, 1, company=self.company_2)
        self.env["resource.calendar.leaves"].create(
            {"name": "Holiday", "date_from": "2026-03-04 00:00:00", "date_to": "2026-03-04 23:00:00"}
        )
        self.assertEqual(self.chosen(), self.handler | self.colleague)

    def test_two_companies(self):
        """Each company chooses among its own, by the absences in it."""
        foreign = new_test_user(
            self.env,
            "foreign_handler",
            groups=f"{GROUP}handler",
            company_id=self.company_2.id,
            company_ids=[Command.set(self.company_2.ids)],
        )
        self.handler.company_ids = self.company | self.company_2
        self.foreign_team.write(
            {
                "assign_method": "turn",
                "member_ids": [Command.set((foreign | self.handler | self.colleague).ids)],
            }
        )
        self.centre.member_ids |= foreign
        values = {"company_id": self.company_2.id, "team_id": self.foreign_team.id, "category_id": False}
        self.assertEqual(self.chosen(), self.handler | self.colleague)
        self.assertEqual(self.chosen(**values), self.handler | foreign)
        self.leave(self.handler, -1, 1, company=self.company_2)
        self.assertEqual(self.chosen(**values), foreign)
        self.assertEqual(self.chosen(), self.handler | self.colleague)
        # Both in one call.
        both = self.Complaint.sudo().create(
            [
                {"name": "Here", "team_id": self.centre.id},
                {"name": "There", "team_id": self.foreign_team.id, "company_id": self.company_2.id},
            ]
        )
        self.assertIn(both[0].user_id, self.handler | self.colleague)
        self.assertEqual(both[1].user_id, foreign)

    def test_excluded(self):
        """OR-2: the employee concerned is never chosen, whichever way they are entered."""
        employee = self.new_employee(self.handler)
        for commands in ([Command.link(employee.id)], [Command.set(employee.ids)], employee.ids):
            self.assertEqual(self.chosen(employee_ids=commands), self.colleague)
        self.centre.member_ids = self.handler
        self.assertFalse(self.chosen(employee_ids=employee.ids))
        self.assertEqual(self.chosen(), self.handler)

    def test_excluded_later(self):
        """OR-2: also where the complaint is there already."""
        employee = self.new_employee(self.handler)
        complaints = self.come_in(4, team_id=self.other_team.id, employee_ids=employee.ids)
        complaints.write({"team_id": self.centre.id})
        self.assertEqual(complaints.user_id, self.colleague)

    def test_inactive(self):
        self.handler.active = False
        self.assertEqual(self.chosen(), self.colleague)

    def test_no_complaint_group(self):
        """A member who may not handle complaints is not chosen; one who may from now on is."""
        self.centre.member_ids = self.colleague | self.plain_user
        self.assertEqual(self.chosen(), self.colleague)
        self.plain_user.group_ids |= self.env.ref(f"{GROUP}first_contact")
        self.assertEqual(self.chosen(), self.colleague | self.plain_user)

    def test_member_of_another_company(self):
        self.handler.write(
            {"company_ids": [Command.set(self.company_2.ids)], "company_id": self.company_2.id}
        )
        self.assertEqual(self.chosen(), self.colleague)

    def test_change_of_members_and_method(self):
        """What is kept in memory is never older than the last change."""
        self.assertEqual(self.chosen(), self.handler | self.colleague)
        self.centre.member_ids -= self.handler
        self.assertEqual(self.chosen(), self.colleague)
        self.centre.assign_method = "manual"
        self.assertFalse(self.chosen())


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestRules(AssignmentCommon):
    def test_order(self):
        """DI-1: the first rule that matches wins."""
        second = self.rule(self.handler, sequence=20)
        first = self.rule(self.colleague, sequence=10)
        self.assertEqual(self.come_in().user_id, self.colleague)
        second.sequence = 5
        self.assertEqual(self.come_in().user_id, self.handler)
        second.active = False
        self.assertEqual(self.come_in().user_id, self.colleague)
        first.unlink()
        self.assertFalse(self.come_in().user_id)

    def test_before_the_method(self):
        self.centre.assign_method = "turn"
        self.rule(self.stranger, category_id=self.below.id)
        self.assertEqual(self.come_in(category_id=self.below.id).user_id, self.stranger)
        self.assertIn(self.come_in().user_id, self.members)

    def test_category(self):
        """DI-1: a category with all those below it, also when the tree changes."""
        rule = self.rule(self.handler, category_id=self.category.id)
        other = self.env["complaint.category"].create({"name": "Other"})
        self.assertEqual(self.come_in(category_id=self.below.id).user_id, self.handler)
        self.assertEqual(self.come_in(category_id=self.category.id).user_id, self.handler)
        self.assertFalse(self.come_in(category_id=other.id).user_id)
        self.assertFalse(self.come_in(category_id=False).user_id)
        other.parent_id = self.below
        self.assertEqual(self.come_in(category_id=other.id).user_id, self.handler)
        rule.category_id = self.below
        self.assertFalse(self.come_in(category_id=self.category.id).user_id)

    def test_severity(self):
        """DI-1: from a severity upwards."""
        self.rule(self.handler, min_severity="important")
        chosen = [self.come_in(severity=severity).user_id for severity in ("normal", "important", "urgent")]
        self.assertEqual(chosen, [self.env["res.users"], self.handler, self.handler])

    def test_usual_severity(self):
        """The severity that the category proposes counts, where none is given."""
        self.rule(self.handler, min_severity="important")
        complaint = self.Complaint.sudo().create({"name": "Cold", "category_id": self.below.id})
        self.assertEqual(complaint.user_id, self.handler)

    def test_product(self):
        """DI-1: a product, or a product category with those below it."""
        rule = self.rule(self.handler, product_id=self.heater.id)
        self.assertEqual(self.come_in(product_id=self.heater.id).user_id, self.handler)
        self.assertFalse(self.come_in(product_id=self.lamp.id).user_id)
        self.assertFalse(self.come_in().user_id)
        rule.write({"product_id": False, "product_category_id": self.goods.id})
        self.assertEqual(self.come_in(product_id=self.heater.id).user_id, self.handler)
        self.assertFalse(self.come_in(product_id=self.lamp.id).user_id)
        self.assertFalse(self.come_in().user_id)

    def test_team(self):
        self.rule(self.handler, team_id=self.other_team.id)
        self.assertFalse(self.come_in().user_id)
        self.assertEqual(self.come_in(team_id=self.other_team.id).user_id, self.handler)

    def test_company(self):
        """DI-1: a rule speaks for its company."""
        self.rule(self.foreign_manager, company_id=self.company_2.id)
        self.assertFalse(self.come_in().user_id)
        complaint = self.come_in(
            company_id=self.company_2.id, team_id=self.foreign_team.id, category_id=False
        )
        self.assertEqual(complaint.user_id, self.foreign_manager)

    def test_all_conditions(self):
        self.rule(self.handler, category_id=self.category.id, min_severity="urgent")
        self.assertFalse(self.come_in().user_id)
        self.assertFalse(self.come_in(category_id=False, severity="urgent").user_id)
        self.assertEqual(self.come_in(severity="urgent").user_id, self.handler)

    def test_to_team(self):
        """A team that a rule names takes the complaint over and chooses; who received it still sees it."""
        self.other_team.assign_method = "turn"
        self.rule(to_team=self.other_team, product_id=self.heater.id)
        complaint = self.come_in(product_id=self.heater.id)
        self.assertEqual((complaint.team_id, complaint.user_id), (self.other_team, self.stranger))
        self.assertEqual(complaint.origin_team_id, self.centre)
        self.other_team.assign_method = "manual"
        complaint = self.come_in(product_id=self.heater.id)
        self.assertEqual((complaint.team_id, complaint.user_id), (self.other_team, self.env["res.users"]))
        self.assertFalse(self.requests(complaint))

    def test_to_team_with_own_stages(self):
        own = self.env["complaint.stage"].create(
            {"name": "Own", "step": "new", "team_ids": [Command.set(self.other_team.ids)]}
        )
        centres = self.env["complaint.stage"].create(
            {"name": "Centre's", "step": "new", "team_ids": [Command.set(self.centre.ids)]}
        )
        self.assertEqual(self.come_in().stage_id, centres)
        self.rule(to_team=self.other_team)
        self.assertEqual(self.come_in().stage_id, own)

    def test_to_team_within_its_authority(self):
        """TR-3: what exceeds the team's authority goes to the team above it."""
        self.other_team.write({"parent_id": self.centre.id, "max_severity": "important"})
        self.rule(to_team=self.other_team)
        self.assertEqual(self.come_in(severity="urgent").team_id, self.centre)
        self.assertEqual(self.come_in(severity="important").team_id, self.other_team)

    def test_to_archived_team(self):
        self.rule(to_team=self.other_team)
        self.rule(self.handler)
        self.other_team.active = False
        complaint = self.come_in()
        self.assertEqual((complaint.team_id, complaint.user_id), (self.centre, self.handler))

    def test_person_who_cannot(self):
        """Who is absent, excluded or gone is passed over: the next rule, then the team, decides."""
        self.rule(self.stranger, sequence=1)
        self.rule(self.handler, sequence=2)
        self.assertEqual(self.come_in().user_id, self.stranger)
        leave = self.leave(self.stranger, -1, 1)
        self.assertEqual(self.come_in().user_id, self.handler)
        leave.unlink()
        employee = self.env["hr.employee"].search([("user_id", "=", self.stranger.id)])
        self.assertEqual(self.come_in(employee_ids=employee.ids).user_id, self.handler)
        (self.stranger | self.handler).active = False
        self.assertFalse(self.come_in().user_id)
        self.centre.assign_method = "turn"
        self.assertIn(self.come_in().user_id, self.members - self.handler)

    def test_one_target(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.rule()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.rule(self.handler, self.centre)
        rule = self.rule(self.handler)
        rule.to_team_id = self.centre
        self.assertFalse(rule.to_user_id)
        with Form(rule) as form:
            form.to_user_id = self.handler
        self.assertFalse(rule.to_team_id)

    def test_person_without_access(self):
        with self.assertRaises(ValidationError):
            self.rule(self.plain_user)

    def test_condition_deleted(self):
        """A rule that lost its condition would match everything, so it goes with it."""
        rule = self.rule(self.handler, product_id=self.lamp.id)
        self.lamp.unlink()
        self.assertFalse(rule.exists())

    def test_access(self):
        """Managers of the company make rules; handlers, quality and auditors read them."""
        rule = self.rule(self.handler)
        for user in self.first_contact, self.handler, self.leader, self.auditor, self.quality:
            with self.subTest(user.login):
                self.assertEqual(rule.with_user(user).name, "Rule")
                for refused in (
                    lambda user=user: rule.with_user(user).write({"sequence": 3}),
                    lambda user=user: rule.with_user(user).copy(),
                    lambda user=user: rule.with_user(user).unlink(),
                ):
                    with self.assertRaises(AccessError):
                        refused()
        rule.with_user(self.manager).sequence = 3
        own = self.Rule.with_user(self.manager).create({"name": "Own", "to_team_id": self.centre.id})
        own.unlink()
        for user in self.foreign_manager, self.plain_user:
            with self.assertRaises(AccessError):
                rule.with_user(user).read(["name"])


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestWhen(AssignmentCommon):
    """When somebody is looked for, and when not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._init_mail_gateway()
        cls.centre.write({"assign_method": "turn", "member_ids": [Command.set(cls.colleague.ids)]})

    def test_registered_by_hand(self):
        """IN-5: who registers a complaint answers for it."""
        complaint = self.new_complaint()
        self.assertEqual(complaint.user_id, self.handler)
        self.assertFalse(self.told(self.colleague))

    def test_emptied_by_hand(self):
        """Who registers it and leaves the responsible empty lets the team choose, and stays its receiver."""
        complaint = self.new_complaint(user_id=False)
        self.assertEqual((complaint.user_id, complaint.received_by_id), (self.colleague, self.handler))
        self.assertEqual(complaint.with_user(self.handler).name, complaint.name)

    def test_named(self):
        """Who is named becomes responsible, whatever rules and methods say, absent or not."""
        self.rule(self.stranger)
        self.leave(self.handler, -1, 1)
        self.assertEqual(self.come_in(user_id=self.handler.id).user_id, self.handler)
        complaint = self.come_in(team_id=self.other_team.id, user_id=self.handler.id)
        complaint.write({"team_id": self.centre.id, "user_id": self.first_contact.id})
        self.assertEqual(complaint.user_id, self.first_contact)

    def test_ended(self):
        """What comes in as ended, a history of another system, is nobody's work."""
        stage = self.env["complaint.stage"]._first_of_step("cancelled", self.centre.id)
        self.assertFalse(self.come_in(stage_id=stage, end_reason="Old").user_id)

    def test_mail(self):
        """DI-1, IN-5: a mail's complaint has a responsible, its first receiver, who is told once."""
        self.centre.write({"alias_name": "assigned", "alias_contact": "everyone"})
        mail = (
            f"From: {self.customer.email}\nTo: {self.centre.alias_email}\nSubject: Cold\n"
            "Message-ID: <assigned@example.com>\nContent-Type: text/plain\n\nIt is cold."
        )
        with self.mock_mail_gateway():
            complaint = self.Complaint.browse(self.env["mail.thread"].message_process(False, mail))
        self.assertEqual((complaint.user_id, complaint.received_by_id), (self.colleague, self.colleague))
        self.assertIn(self.colleague.partner_id, complaint.message_partner_ids)
        self.assertEqual(len(self.told(self.colleague)), 1)

    def test_told_once(self):
        """Many at once are one message."""
        self.come_in(30)
        self.assertEqual(len(self.told(self.colleague)), 1)
        self.assertEqual(self.told(self.colleague).subject, "30 complaints were assigned to you")

    def test_import(self):
        """A column of responsibles with empty cells: those are assigned, the others are kept."""
        stream = io.StringIO()
        writer = csv.writer(stream)
        writer.writerows(
            [
                ["name", "team_id", "user_id", "received_by_id"],
                ["Empty", "Centre", "", ""],
                ["Named", "Centre", "Handler", "Handler"],
            ]
        )
        wizard = (
            self.env["base_import.import"]
            .with_user(self.manager)
            .create(
                {
                    "res_model": "complaint.complaint",
                    "file": stream.getvalue().encode(),
                    "file_name": "x.csv",
                    "file_type": "text/csv",
                }
            )
        )
        columns = ["name", "team_id", "user_id", "received_by_id"]
        options = {"has_headers": True, "separator": ",", "quoting": '"', "encoding": "utf-8"}
        result = wizard.with_context(tracking_disable=True).execute_import(columns, columns, options)
        self.assertEqual(result["messages"], [])
        empty, named = self.Complaint.browse(result["ids"])
        self.assertEqual((empty.user_id, empty.received_by_id), (self.colleague, self.colleague))
        self.assertEqual(named.user_id, self.handler)

    def test_team_change(self):
        """What nobody answers for is assigned when it enters the team, and the person is told."""
        complaints = self.come_in(2, team_id=self.other_team.id)
        self.assertFalse(complaints.user_id)
        complaints.with_user(self.manager).write({"team_id": self.centre.id})
        self.assertEqual(complaints.user_id, self.colleague)
        self.assertEqual(len(self.told(self.colleague)), 1)

    def test_team_change_with_responsible(self):
        complaint = self.come_in(team_id=self.other_team.id, user_id=self.stranger.id)
        complaint.team_id = self.centre
        self.assertEqual(complaint.user_id, self.stranger)
        complaint.team_id = self.other_team
        complaint.write({"team_id": self.centre.id, "user_id": False})
        self.assertEqual(complaint.user_id, self.colleague)

    def test_passed_out_of_sight(self):
        """A handler passes on what they do not see afterwards."""
        self.other_team.assign_method = "turn"
        self.centre.write({"assign_method": "manual", "member_ids": [Command.set(self.handler.ids)]})
        complaint = self.come_in()
        complaint.origin_team_id = False
        complaint.with_user(self.handler).write({"team_id": self.other_team.id})
        self.assertEqual(complaint.user_id, self.stranger)
        self.assertFalse(complaint.with_user(self.handler).has_access("read"))

    def test_by_category_later(self):
        """A rule applies once triage says what it is about."""
        self.rule(self.handler, category_id=self.below.id)
        complaint = self.come_in(team_id=self.other_team.id, category_id=False)
        self.assertFalse(complaint.user_id)
        complaint.write({"category_id": self.below.id, "team_id": self.other_team.id})
        self.assertEqual(complaint.user_id, self.handler)

    def test_by_product_later(self):
        self.rule(to_team=self.centre, product_id=self.heater.id)
        complaint = self.come_in(team_id=self.other_team.id)
        complaint.product_id = self.heater
        self.assertEqual((complaint.team_id, complaint.user_id), (self.centre, self.colleague))

    def test_chosen_team_is_kept(self):
        """Who passes a complaint on to a team decides; no rule sends it back."""
        self.rule(to_team=self.centre)
        self.centre.assign_method = "manual"
        complaint = self.come_in()
        complaint.team_id = self.other_team
        self.assertEqual(complaint.team_id, self.other_team)

    def test_nothing_changed(self):
        """Taken away by hand, it stays unassigned, also when it is saved again."""
        complaint = self.come_in()
        complaint.user_id = False
        complaint.write({"team_id": self.centre.id, "severity": "normal", "occurred_place": "Roof"})
        self.assertFalse(complaint.user_id)

    def test_reopened(self):
        complaint = self.come_in(team_id=self.other_team.id)
        complaint.action_cancel("A test")
        self.other_team.assign_method = "turn"
        complaint.action_reopen("Not settled", step="new")
        self.assertEqual(complaint.user_id, self.stranger)

    def test_distribute(self):
        """DI-1: a leader distributes a selection at once, also where the team assigns by hand."""
        self.centre.write({"assign_method": "manual", "member_ids": [Command.set(self.members.ids)]})
        complaints = self.come_in(9)
        taken = self.come_in(user_id=self.stranger.id)
        result = (complaints | taken).with_user(self.leader).action_distribute()
        self.assertEqual(set(Counter(complaint.user_id for complaint in complaints).values()), {3})
        self.assertEqual(complaints.user_id, self.members)
        self.assertEqual(taken.user_id, self.stranger)
        self.assertEqual(result["params"]["message"], "Assigned: 9.")
        for member in self.members:
            self.assertEqual(len(self.told(member)), 1)

    def test_distribute_team(self):
        self.centre.assign_method = "manual"
        complaints = self.come_in(2)
        elsewhere = self.come_in(team_id=self.other_team.id)
        self.centre.with_user(self.manager).action_distribute()
        self.assertEqual(complaints.user_id, self.colleague)
        self.assertFalse(elsewhere.user_id)

    def test_distribute_is_no_way_round_access(self):
        complaint = self.come_in(team_id=self.other_team.id)
        with self.assertRaises(AccessError):
            complaint.with_user(self.handler).action_distribute()
        with self.assertRaises(AccessError):
            self.come_in(team_id=self.other_team.id).with_user(self.auditor).action_distribute()

    def test_forms(self):
        """The views hold what they need."""
        for model in "complaint.assignment.rule", "complaint.team":
            for view in "list", "form", "kanban":
                specification = read_specification(self.env(user=self.manager), model, view)
                self.env[model].with_user(self.manager).web_search_read([], specification)
        form = Form(self.centre.with_user(self.manager))
        form.assign_method = "load"
        form.save()
        self.assertEqual(self.centre.assign_method, "load")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestNobodyLeft(AssignmentCommon):
    """An unassigned complaint is not lost: a leader is asked, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.centre.write({"assign_method": "turn", "member_ids": [Command.clear()]})

    def test_leader_is_asked(self):
        with self.mock_mail_gateway():
            complaint = self.come_in()
        self.assertFalse(complaint.user_id)
        self.assertEqual(self.requests(complaint).user_id, self.leader)
        self.assertEqual(self._new_mails.recipient_ids, self.leader.partner_id)
        self.assertIn(complaint, self.Complaint.with_user(self.leader).search([("user_id", "=", False)]))

    def test_once(self):
        complaint = self.come_in()
        complaint.severity = "urgent"
        complaint.write({"team_id": self.other_team.id})
        complaint.write({"team_id": self.centre.id})
        self.assertEqual(len(self.requests(complaint)), 1)

    def test_many(self):
        """Many at a time are one message."""
        with self.mock_mail_gateway():
            complaints = self.come_in(20)
        self.assertEqual(len(self.requests(complaints)), 20)
        self.assertEqual(self.told(self.leader).subject, "20 complaints have nobody responsible")
        self.assertEqual(len(self._new_mails), 1)

    def test_quiet(self):
        """An import that tells nobody does not ask either; the filter and the counters show them."""
        self.Complaint = self.Complaint.with_context(tracking_disable=True)
        complaint = self.come_in()
        self.assertFalse(self.requests(complaint))
        self.assertFalse(self.told(self.leader))
        self.assertEqual(self.centre.unassigned_count, 1)

    def test_leader_above(self):
        """OR-2: a complaint about the leader is asked of the leader above."""
        self.centre.parent_id = self.env["complaint.team"].create(
            {"name": "Head office", "leader_id": self.manager.id}
        )
        employee = self.new_employee(self.leader)
        complaint = self.come_in(employee_ids=employee.ids)
        self.assertEqual(self.requests(complaint).user_id, self.manager)
        self.leader.active = False
        self.assertEqual(self.requests(self.come_in()).user_id, self.manager)

    def test_no_leader(self):
        self.centre.leader_id = False
        self.assertFalse(self.requests(self.come_in()))

    def test_rule_in_vain(self):
        """A team that assigns by hand asks, too, where a rule's person cannot take it."""
        self.centre.assign_method = "manual"
        self.rule(self.handler)
        self.leave(self.handler, -1, 1)
        self.assertEqual(self.requests(self.come_in()).user_id, self.leader)

    def test_at_team_change(self):
        complaint = self.come_in(team_id=self.other_team.id)
        self.assertFalse(self.requests(complaint))
        complaint.team_id = self.centre
        self.assertEqual(self.requests(complaint).user_id, self.leader)

    def test_withdrawn(self):
        """Nobody is asked any more once somebody answers for it, or it ended."""
        complaints = self.come_in(4)
        complaints[0].with_user(self.leader).user_id = self.handler
        complaints[1].action_cancel("A test")
        complaints[2].merge_into(complaints[3])
        self.assertFalse(self.requests(complaints[:3]))
        self.assertEqual(len(self.requests(complaints)), 1)

    def test_distribute_in_vain(self):
        complaints = self.come_in(2)
        result = complaints.with_user(self.leader).action_distribute()
        self.assertIn("Left: 2.", result["params"]["message"])
        self.assertEqual(len(self.requests(complaints)), 2)


@tagged("post_install", "-at_install")
class TestCost(AssignmentCommon):
    """What choosing costs, in queries: nothing where it is not used, the same for one as for many."""

    def cost(self, count):
        cr = self.env.cr
        costs = []
        for _warm_up_first in range(3):
            savepoint = cr.savepoint()
            self.env.invalidate_all()
            cr._now = None
            env = self.env(context={"lang": "en_US", "tz": "UTC", "tracking_disable": True}, su=True)
            before = cr.sql_log_count
            complaints = env["complaint.complaint"].create(
                [
                    {
                        "name": "Cold",
                        "category_id": self.below.id,
                        "team_id": self.centre.id,
                        "product_id": self.heater.id,
                    }
                    for _number in range(count)
                ]
            )
            env.flush_all()
            cr.precommit.run()
            costs.append(cr.sql_log_count - before)
            chosen = Counter(complaint.user_id.login for complaint in complaints)
            savepoint.close(rollback=True)
            self.env.clear()
        return costs[-1], chosen

    def test_not_used(self):
        """By hand and without rules, looking for somebody is not even begun."""
        with patch.object(type(self.Complaint), "_choose_responsibles") as choose:
            self.come_in(3)
            self.come_in(team_id=self.other_team.id).team_id = self.centre
        choose.assert_not_called()
        without = self.cost(1)[0], self.cost(1000)[0]
        with patch.object(type(self.env["complaint.team"]), "_is_assigning", lambda team: False):
            self.assertEqual((self.cost(1)[0], self.cost(1000)[0]), without)

    def test_bounded(self):
        """DI-1: one and 1,000 cost the same number of queries more than without, however many members."""
        without = {count: self.cost(count)[0] for count in (1, 1000)}
        for method, bound in (("turn", 5), ("load", 6)):
            self.centre.assign_method = method
            for count in (1, 1000):
                with self.subTest(method=method, count=count):
                    cost, chosen = self.cost(count)
                    self.assertLessEqual(cost - without[count], bound)
                    self.assertEqual(sum(chosen.values()), count)
                    self.assertNotIn(False, chosen)

    def test_rules(self):
        without = {count: self.cost(count)[0] for count in (1, 1000)}
        for number in range(20):
            self.rule(self.handler, product_id=self.lamp.id, sequence=number)
        self.rule(self.colleague, category_id=self.category.id, sequence=30)
        for count in (1, 1000):
            with self.subTest(count=count):
                cost, chosen = self.cost(count)
                self.assertLessEqual(cost - without[count], 3)
                self.assertEqual(chosen, {"colleague": count})

    def test_rules_that_match_nothing(self):
        """Rules are matched from memory."""
        without = self.cost(100)[0]
        self.rule(self.handler, product_id=self.lamp.id)
        cost, chosen = self.cost(100)
        self.assertEqual((cost, chosen), (without, {False: 100}))
