from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.resolution.followup_common import MONDAY, FollowupCommon


@tagged("post_install", "-at_install")
class TestFollowupRule(FollowupCommon):
    """CL-2: per category and severity it is said who is called, when, and how often."""

    def rule_of(self, **vals):
        """Return the name of the rule by which the complainant of a closed question is called."""
        return self.calls(self.new_closed(**vals)).rule_id.name

    def test_table(self):
        """Each condition alone; the first that matches wins."""
        below = self.env["complaint.category"].create({"name": "Tone", "parent_id": self.category.id})
        lowest = self.env["complaint.category"].create({"name": "On the phone", "parent_id": below.id})
        other = self.env["complaint.category"].create({"name": "Bill"})
        self.new_rule(name="tone", category_id=below.id, sequence=1)
        self.new_rule(name="urgent", min_severity="urgent", sequence=2)
        self.new_rule(name="other team", team_id=self.other_team.id, sequence=3)
        self.new_rule(name="praise", nature="praise", sequence=4)
        self.new_rule(name="important", min_severity="important", sequence=5)
        for expected, vals in (
            ("tone", {"category_id": below.id, "severity": "normal"}),
            ("tone", {"category_id": lowest.id, "severity": "urgent"}),
            ("urgent", {"severity": "urgent"}),
            ("urgent", {"severity": "urgent", "nature": "praise"}),
            ("other team", {"severity": "important", "team_id": self.other_team.id}),
            ("praise", {"severity": "normal", "nature": "praise"}),
            ("praise", {"severity": "important", "nature": "praise"}),
            ("important", {"severity": "important"}),
            (False, {"severity": "normal"}),
            (False, {"severity": "normal", "category_id": other.id}),
        ):
            with self.subTest(expected, **vals):
                self.assertEqual(self.rule_of(**vals), expected)

    def test_order(self):
        """The rule above another one wins, also when it is moved there later."""
        first = self.new_rule(name="first", sequence=1)
        second = self.new_rule(name="second", sequence=2)
        self.assertEqual(self.rule_of(), "first")
        second.sequence = 0
        self.assertEqual(self.rule_of(), "second")
        second.active = False
        self.assertEqual(self.rule_of(), "first")
        first.unlink()
        self.assertFalse(self.rule_of())

    def test_category_tree_changes(self):
        """A category that moves below another one falls under its rule at once."""
        other = self.env["complaint.category"].create({"name": "Bill"})
        self.new_rule(name="attitude", category_id=self.category.id)
        self.assertFalse(self.rule_of(category_id=other.id))
        other.parent_id = self.category
        self.assertEqual(self.rule_of(category_id=other.id), "attitude")

    def test_companies(self):
        """A rule of one company says nothing to another; one for all does."""
        rule = self.new_rule(name="ours", company_id=self.company.id)
        values = {
            "company_id": self.company_2.id,
            "team_id": self.foreign_team.id,
            "user": self.foreign_manager,
        }
        foreign = self.new_complaint(outcome="Done.", **values)
        foreign.move_to("closed")
        self.assertFalse(self.calls(foreign))
        rule.company_id = False
        foreign = self.new_complaint(outcome="Done.", **values)
        foreign.move_to("closed")
        self.assertEqual(self.calls(foreign).user_id, self.foreign_manager)
        self.assertEqual(self.calls(foreign).company_id, self.company_2)

    def test_foreign_condition(self):
        """A rule of one company cannot name what belongs to another."""
        with self.assertRaisesRegex(ValidationError, "belongs to another company"):
            self.new_rule(company_id=self.company.id, team_id=self.foreign_team.id)

    def test_default_rules(self):
        """The rules that come along: grave complaints after 2 working days, others after 5, 3 tries."""
        grave = self.env.ref("complaint_management.complaint_followup_rule_grave")
        other = self.env.ref("complaint_management.complaint_followup_rule_other")
        (grave | other).active = True
        common = {
            "nature": "complaint",
            "tries": 3,
            "days_between": 1,
            "moment": "after",
            "caller": "responsible",
        }
        self.assertRecordValues(grave | other, [{"delay": 2, **common}, {"delay": 5, **common}])
        complaints = self.Complaint.union(
            *(
                self.new_complaint(severity=severity, nature=nature)
                for severity in ("urgent", "important", "normal")
                for nature in ("complaint", "inquiry")
            )
        )
        with self.at(MONDAY):
            complaints.with_user(self.handler).action_answer_on_the_spot("It was switched off.")
        calls = self.calls(complaints)
        self.assertEqual(
            {call.complaint_id.severity: str(call.planned_date) for call in calls},
            {"urgent": "2026-03-04", "important": "2026-03-04", "normal": "2026-03-09"},
        )
        self.assertEqual(set(calls.complaint_id.mapped("nature")), {"complaint"})

    def test_bad_input(self):
        for vals, exception in (
            ({"tries": 0}, IntegrityError),
            ({"delay": -1}, IntegrityError),
            ({"days_between": -1}, IntegrityError),
            ({"caller": "person"}, IntegrityError),
            ({"caller": "person", "user_id": self.plain_user.id}, ValidationError),
        ):
            with (
                self.subTest(**vals),
                self.assertRaises(exception),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.new_rule(**vals).flush_recordset()

    def test_who_sets_rules_up(self):
        """Managers do, of their companies; who works on complaints reads them, others do not."""
        rule = self.new_rule(company_id=self.company.id)
        rule.with_user(self.manager).delay = 3
        for user in (self.first_contact, self.handler, self.quality, self.auditor):
            with self.subTest(user.login):
                self.assertEqual(rule.with_user(user).delay, 3)
                with self.assertRaises(AccessError):
                    rule.with_user(user).delay = 4
        for user in (self.plain_user, self.foreign_manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                rule.with_user(user).read(["delay"])

    def test_caller(self):
        """Who calls: the person responsible, a leader up the tree, or a named person who may."""
        head = self._new_user("handler", "head")
        self.centre.parent_id = self.env["complaint.team"].create(
            {"name": "Head office", "leader_id": head.id}
        )
        rule = self.new_rule()
        for vals, expected in (
            ({"caller": "responsible"}, self.handler),
            ({"caller": "leader"}, self.leader),
            ({"caller": "person", "user_id": self.colleague.id}, self.colleague),
            # May not even see it.
            ({"caller": "person", "user_id": self.stranger.id}, self.handler),
            # Sees it, but could not log the call.
            ({"caller": "person", "user_id": self.first_contact.id}, self.handler),
        ):
            with self.subTest(**vals):
                rule.write(vals)
                complaint = self.new_closed()
                self.assertEqual(self.calls(complaint).user_id, expected)
                self.assertEqual(self.activities(complaint).user_id, expected)
        rule.caller = "leader"
        self.centre.leader_id = False
        self.assertEqual(self.calls(self.new_closed()).user_id, head)
        head.active = False
        self.assertEqual(self.calls(self.new_closed()).user_id, self.handler)

    def test_excluded_never_calls(self):
        """OR-2: who is concerned by the complaint does not call, whatever the rule says."""
        rule = self.new_rule(caller="leader")
        complaint = self.new_closed(employee_ids=[(4, self.new_employee(self.leader).id)])
        self.assertEqual(self.calls(complaint).user_id, self.handler)
        rule.write({"caller": "person", "user_id": self.leader.id})
        complaint = self.new_closed(employee_ids=complaint.employee_ids.ids)
        self.assertEqual(self.calls(complaint).user_id, self.handler)
