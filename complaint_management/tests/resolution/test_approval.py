from datetime import datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ResolutionCommon


class ApprovalCommon(ResolutionCommon):
    """The centre stands under headquarters, which the chief leads; the handler's manager is the boss.

    The boss of the boss is the owner; the centre's department is the workshop under the works.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chief = cls._new_user("handler", "chief")
        cls.boss, cls.owner, cls.treasurer, cls.cashier = (
            new_test_user(cls.env, login, groups="base.group_user", name=login.title())
            for login in ("boss", "owner", "treasurer", "cashier")
        )
        cls.headquarters = cls.env["complaint.team"].create(
            {"name": "Headquarters", "leader_id": cls.chief.id}
        )
        cls.centre.parent_id = cls.headquarters
        top = cls.new_employee(cls.owner)
        middle = cls.new_employee(cls.boss, parent_id=top.id)
        cls.handler_employee = cls.new_employee(cls.handler, parent_id=middle.id)
        cls.finance = cls.env["res.groups"].create(
            {"name": "Finance", "user_ids": [(6, 0, (cls.treasurer | cls.cashier).ids)]}
        )

    def route(self, amounts=(300,), user=None, case=None, submit=True, **vals):
        """Submit a solution and return who agrees, one list of logins per agreement."""
        solution = self.new_solution(self.new_solved_case(**(case or {})), amounts, user=user, **vals)
        if submit:
            solution.action_submit()
        return self.asked(solution)

    def absent(self, user):
        employee = user.employee_id or self.new_employee(user)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "resource_id": employee.resource_id.id,
                "date_from": datetime(2020, 1, 1),
                "date_to": datetime(2050, 1, 1),
                "time_type": "leave",
            }
        )


@tagged("post_install", "-at_install")
class TestApprovers(ApprovalCommon):
    """SO-3: rule sets × proposals, and who has to agree."""

    def test_kinds(self):
        """Each kind of approver, found where the case stands."""
        table = [
            ({"approver": "user", "user_id": self.treasurer.id}, [["treasurer"]]),
            ({"approver": "group", "group_id": self.finance.id}, [["treasurer", "cashier"]]),
            ({"approver": "manager"}, [["boss"]]),
            ({"approver": "department"}, [["foreman"]]),
            ({"approver": "leader"}, [["leader"]]),
            ({"approver": "leader", "level": 1}, [["chief"]]),
            ({"approver": "leader", "level": 7}, [["chief"]]),
        ]
        for vals, expected in table:
            rule = self.new_rule(**vals)
            found = self.route(case={"department_id": self.workshop.id})
            self.assertEqual([set(names) for names in found], [set(names) for names in expected], vals)
            rule.active = False

    def test_amounts(self):
        """An amount exactly at the threshold counts; one cent less does not; rules stand in their order."""
        self.new_rule("Leader", min_amount=0.01, sequence=1)
        self.new_rule("Boss", min_amount=500, sequence=2, approver="manager")
        self.new_rule("Chief", min_amount=5000, sequence=3, level=1)
        for amounts, expected in (
            ((), []),
            ((0.01,), [["leader"]]),
            ((499.99,), [["leader"]]),
            ((250, 250), [["leader"], ["boss"]]),
            ((499.995,), [["leader"], ["boss"]]),
            ((4999.99,), [["leader"], ["boss"]]),
            ((5000,), [["leader"], ["boss"], ["chief"]]),
        ):
            self.assertEqual(self.route(amounts), expected, amounts)

    def test_conditions(self):
        """Severity is a minimum, a team stands for those below it, one of the remedies is enough."""
        self.new_rule("Urgent", min_severity="urgent", sequence=1)
        self.new_rule(
            "Compensation", remedy_type_ids=[(6, 0, self.compensation.ids)], approver="manager", sequence=2
        )
        self.new_rule("Other team", team_id=self.other_team.id, approver="user", user_id=self.owner.id)
        self.new_rule("All below", team_id=self.headquarters.id, approver="user", user_id=self.treasurer.id)
        self.assertEqual(self.route(), [["boss"], ["treasurer"]])
        self.assertEqual(self.route(()), [["treasurer"]])
        self.assertEqual(
            self.route((), case={"severity": "urgent", "team_id": self.centre.id}),
            [["leader"], ["treasurer"]],
        )

    def test_companies(self):
        """OR-3: rules of another company ask for nothing here; those of all companies do."""
        self.new_rule(
            "Theirs", company_id=self.company_2.id, approver="user", user_id=self.foreign_manager.id
        )
        self.assertEqual(self.route(), [])
        self.new_rule("Everybody's")
        self.assertEqual(self.route(), [["leader"]])
        self.new_rule("Not here", approver="user", user_id=self.foreign_manager.id, sequence=1)
        # Whoever does not work in the company is passed over: the leader stands in, who is asked anyway.
        self.assertEqual(self.route(), [["leader"]])

    def test_person_of_another_company(self):
        with self.assertRaisesRegex(ValidationError, "could never be asked"):
            self.new_rule(company_id=self.company.id, approver="user", user_id=self.foreign_manager.id)

    def test_currencies(self):
        """The amount counts in the currency of the rule, at today's rate."""
        foreign = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .create({"name": "TSC", "symbol": "T", "rounding": 0.01})
        )
        self.env["res.currency.rate"].create(
            {"currency_id": foreign.id, "rate": 8.0, "name": "2020-01-01", "company_id": self.company.id}
        )
        self.new_rule("Foreign", min_amount=2400, currency_id=foreign.id, sequence=1)
        self.new_rule("Ours", min_amount=301, approver="manager", sequence=2)
        self.assertEqual(self.route((299.99,)), [])
        self.assertEqual(self.route((300,)), [["leader"]])
        self.assertEqual(self.route((301,)), [["leader"], ["boss"]])

    def test_own_proposal(self):
        """Nobody agrees to their own proposal: whoever wrote it, entered a remedy, or submitted it."""
        self.new_rule("Leader")
        self.assertEqual(self.route(user=self.leader), [["chief"]])
        helped = self.new_solution()
        helped.with_user(self.leader).write({"remedy_ids": [(0, 0, {"type_id": self.apology.id})]})
        helped.action_submit()
        self.assertEqual(self.asked(helped), [["chief"]])
        changed = self.new_solution()
        changed.with_user(self.leader).remedy_ids.filtered("amount").amount = 299
        changed.action_submit()
        self.assertEqual(self.asked(changed), [["chief"]])
        sent = self.new_solution()
        sent.with_user(self.leader).action_submit()
        self.assertEqual(self.asked(sent), [["chief"]])

    def test_own_proposal_at_each_kind(self):
        self.handler_employee.user_id = False
        self.new_employee(self.colleague, parent_id=self.handler_employee.parent_id.id)
        for vals, proposer, expected in (
            ({"approver": "manager"}, self.handler, "leader"),
            ({"approver": "user", "user_id": self.leader.id}, self.leader, "chief"),
        ):
            rule = self.new_rule(**vals)
            self.assertEqual(self.route(user=proposer), [[expected]], vals)
            rule.active = False
        self.finance.user_ids = self.leader | self.cashier
        self.new_rule(approver="group", group_id=self.finance.id)
        self.assertEqual(self.route(user=self.leader), [["cashier"]])

    def test_concerned(self):
        """OR-2: whoever is concerned by the complaint is not asked; the next level is."""
        self.new_rule("Leader")
        solution = self.new_solution()
        solution.complaint_id.employee_ids = self.new_employee(self.leader)
        solution.action_submit()
        self.assertEqual(self.asked(solution), [["chief"]])

    def test_archived(self):
        self.new_rule("Person", approver="user", user_id=self.treasurer.id)
        self.treasurer.active = False
        self.assertEqual(self.route(), [["leader"]])

    def test_nobody(self):
        """Where nobody can agree, the proposal stays a draft and the message says what to do."""
        self.new_rule("Leader", sequence=1)
        self.new_rule("Again", sequence=2)
        (self.centre | self.headquarters).leader_id = False
        solution = self.new_solution()
        with self.assertRaisesRegex(UserError, "Nobody can agree to it for: Leader, Again"):
            solution.action_submit()
        self.env.invalidate_all()
        self.assertEqual((solution.state, len(solution.approval_ids)), ("draft", 0))

    def test_once(self):
        """Who is named by several rules is asked once; who agreed for a group is not asked again."""
        self.new_rule("One", sequence=1)
        self.new_rule("Two", sequence=2, approver="user", user_id=self.leader.id)
        self.assertEqual(self.route(), [["leader"]])
        self.ApprovalRule.search([]).active = False
        self.new_rule("Finance", sequence=1, approver="group", group_id=self.finance.id)
        self.new_rule("Treasurer", sequence=2, approver="user", user_id=self.treasurer.id)
        solution = self.new_solution()
        solution.action_submit()
        self.approve(solution, self.treasurer)
        self.assertEqual(solution.state, "approved")
        other = self.new_solution()
        other.action_submit()
        self.approve(other, self.cashier)
        self.assertEqual(self.waiting(other), self.treasurer)

    def test_absent(self):
        """Absent approvers: their substitute, or the next level, as the company says."""
        self.new_rule("Leader")
        self.absent(self.leader)
        self.assertEqual(self.route(), [["chief"]], "no substitute named")
        self.leader.complaint_substitute_id = self.cashier
        self.assertEqual(self.route(), [["cashier"]])
        solution = self.new_solution()
        solution.action_submit()
        self.assertEqual(solution.approval_ids.absent_ids, self.leader)
        self.assertIn("in place of Leader", solution.message_ids[0].body)
        self.company.complaint_absent_approver = "next_level"
        self.assertEqual(self.route(), [["chief"]])
        self.company.complaint_absent_approver = "substitute"
        self.absent(self.cashier)
        self.assertEqual(self.route(), [["chief"]], "the substitute is away as well")
        self.absent(self.chief)
        self.assertEqual(self.route(), [["leader"]], "everybody is away: it waits")

    def test_substitute_is_the_proposer(self):
        self.new_rule("Leader")
        self.absent(self.leader)
        self.leader.complaint_substitute_id = self.handler
        self.assertEqual(self.route(), [["chief"]])

    def test_absent_member_of_a_group(self):
        self.new_rule(approver="group", group_id=self.finance.id)
        self.absent(self.cashier)
        self.assertEqual(self.route(), [["treasurer"]])

    def test_absent_when_it_is_their_turn(self):
        self.new_rule("Leader", sequence=1)
        self.new_rule("Treasurer", sequence=2, approver="user", user_id=self.treasurer.id)
        self.treasurer.complaint_substitute_id = self.cashier
        solution = self.new_solution()
        solution.action_submit()
        self.absent(self.treasurer)
        self.approve(solution, self.leader)
        self.assertEqual(self.waiting(solution), self.cashier)


@tagged("post_install", "-at_install")
class TestRunningApproval(ApprovalCommon):
    """DESIGN 4.5: running approvals are copies, and each next approver is told once."""

    def setUp(self):
        super().setUp()
        self.first = self.new_rule("Leader", sequence=1)
        self.second = self.new_rule("Boss", sequence=2, approver="manager")
        self.solution = self.new_solution()
        self.solution.action_submit()

    def approval(self, user):
        return self.solution.approval_ids.filtered(lambda approval: approval.state == "waiting").with_user(
            user
        )

    def test_edited_rules(self):
        """SO-3: a rule edited, archived or deleted while a request runs changes nothing of it."""
        self.first.write({"approver": "user", "user_id": self.owner.id, "name": "Owner"})
        self.second.unlink()
        self.new_rule("Third", sequence=3, approver="user", user_id=self.treasurer.id)
        self.assertEqual(self.asked(self.solution), [["leader"], ["boss"]])
        self.approve(self.solution, self.leader)
        self.assertEqual(self.waiting(self.solution), self.boss)
        self.approve(self.solution, self.boss)
        self.assertEqual(self.solution.state, "approved")
        self.assertEqual(self.solution.approval_ids.mapped("name"), ["Leader", "Boss"])

    def test_changed_people(self):
        """Whoever was the manager when it was submitted agrees, also where there is another one since."""
        self.handler_employee.parent_id = self.new_employee(self.treasurer)
        self.approve(self.solution, self.leader)
        self.assertEqual(self.waiting(self.solution), self.boss)

    def test_one_after_the_other(self):
        with self.assertRaisesRegex(UserError, "others have to agree first"):
            self.solution.approval_ids[1].sudo().with_user(self.manager).action_approve()
        with self.assertRaisesRegex(AccessError, "Leader to decide"):
            self.approval(self.manager).action_approve()
        with self.assertRaises(UserError):
            self.solution.with_user(self.handler).action_approve_mine()

    def test_nobody_else(self):
        """The boss, who has no complaint group, reads nothing of it before it is his turn."""
        self.assertFalse(self.solution.with_user(self.boss).has_access("read"))
        self.approve(self.solution, self.leader)
        self.assertTrue(self.solution.with_user(self.boss).has_access("read"))
        self.assertTrue(self.solution.complaint_id.with_user(self.boss).has_access("read"))
        self.assertFalse(self.solution.complaint_id.with_user(self.boss).has_access("write"))
        self.approve(self.solution, self.boss)
        self.assertTrue(
            self.solution.with_user(self.boss).has_access("read"), "what one decided stays readable"
        )

    def test_told_once(self):
        """Each approver has one activity while it is their turn, and nobody else has any."""
        self.assertEqual(self.solution.activity_ids.user_id, self.leader)
        self.assertEqual(len(self.solution.activity_ids), 1)
        self.assertIn("300", self.solution.activity_ids.summary)
        self.approve(self.solution, self.leader)
        self.assertEqual(self.solution.activity_ids.user_id, self.boss)
        self.approve(self.solution, self.boss)
        self.assertEqual(self.solution.activity_ids.user_id, self.handler)
        self.offer(self.solution)
        self.assertFalse(self.solution.activity_ids)

    def tell(self):
        """Run the background job; return whom each mail went to."""
        with self.mock_mail_gateway(), self.enter_registry_test_mode():
            self.env.ref("complaint_management.ir_cron_approval").method_direct_trigger()
            self.env.invalidate_all()
            return [mail.recipient_ids.mapped("name") for mail in self._new_mails]

    def test_told_by_mail(self):
        """DESIGN 4.5: each next approver is told once, all of a person's requests in one message."""
        (self.leader | self.boss).notification_type = "email"
        second = self.new_solution()
        second.action_submit()
        self.assertEqual(self.tell(), [["Leader"]])
        self.assertEqual(self.tell(), [], "once")
        self.approve(second, self.leader)
        self.assertEqual(self.tell(), [["Boss"]])
        self.approve(second, self.boss)
        self.assertEqual(self.tell(), [])

    def test_not_told_any_more(self):
        """What was decided, taken back or passed on before the mail left is not told of."""
        (self.leader | self.treasurer).notification_type = "email"
        self.approve(self.solution, self.leader)
        taken_back = self.new_solution()
        taken_back.action_submit()
        taken_back.action_withdraw_request("A mistake.")
        self.boss.notification_type = "inbox"
        self.assertEqual(self.tell(), [])
        passed_on = self.new_solution()
        passed_on.action_submit()
        passed_on.approval_ids[0].with_user(self.leader).action_pass_on(self.treasurer, "I leave today.")
        self.assertEqual(self.tell(), [["Treasurer"]])

    def test_message_says_no_more_than_numbers(self):
        """OR-2: who turns out to be concerned later may have read the number, and nothing else."""
        self.leader.notification_type = "email"
        for _number in range(2):
            self.new_solution().action_submit()
        with self.mock_mail_gateway(), self.enter_registry_test_mode():
            self.env.ref("complaint_management.ir_cron_approval").method_direct_trigger()
            self.env.invalidate_all()
            mail = self._new_mails
        self.assertEqual(len(mail), 1)
        self.assertIn("3 solutions", mail.subject)
        self.assertIn(self.solution.complaint_id.number, mail.body_html)
        for secret in ("heating", "Zhang San", "300"):
            self.assertNotIn(secret, mail.body_html + mail.subject)

    def test_chatter(self):
        """SO-3: everything stands in the chatter of the solution; amounts not in that of the case."""
        self.approval(self.leader).action_approve("Agreed by phone.")
        self.approval(self.boss).action_refuse("Half of it is enough.")
        text = " ".join(self.solution.message_ids.mapped("body"))
        for words in (
            "Submitted by Handler",
            "Waits for Leader",
            "Approved by Leader",
            "Agreed by phone",
            "Waits for Boss",
            "Refused by Boss: Half of it",
        ):
            self.assertIn(words, text)
        self.assertNotIn("300", " ".join(self.solution.complaint_id.message_ids.mapped("body")))

    def test_too_late(self):
        """The second of two who may decide is told what became of it, by whom and when."""
        approval = self.approval(self.leader)
        approval.action_approve()
        with self.assertRaisesRegex(UserError, "Approved by Leader on"):
            approval.action_refuse("No")

    def test_archived_meanwhile(self):
        """Who leaves while it is their turn is replaced by the next level."""
        self.leader.active = False
        self.assertEqual(self.waiting(self.solution), self.chief)
        self.assertEqual(self.solution.activity_ids.user_id, self.chief)

    def test_portal_user_meanwhile(self):
        """Who is made a portal user decides nothing any more."""
        self.leader.group_ids = self.env.ref("base.group_portal")
        self.assertEqual(self.waiting(self.solution), self.chief)

    def test_stale_page(self):
        """Who approves on a page that shows an earlier request is told to look again."""
        page = self.solution.with_user(self.leader).with_context(complaint_request_seen=1)
        self.solution.remedy_ids.filtered("amount").amount = 9000
        self.solution.action_submit()
        with self.assertRaisesRegex(UserError, "submitted again meanwhile"):
            page.action_approve_mine()
        page.with_context(complaint_request_seen=2).action_approve_mine()
        self.assertEqual(self.waiting(self.solution), self.boss)

    def test_archived_before_their_turn(self):
        self.boss.active = False
        self.approve(self.solution, self.leader)
        self.assertEqual(self.waiting(self.solution), self.owner)

    def test_concerned_meanwhile(self):
        """OR-2: who turns out to be concerned decides nothing, nor sees it."""
        employee = self.new_employee(self.leader)
        self.solution.complaint_id.employee_ids = employee
        self.assertEqual(self.waiting(self.solution), self.chief)
        self.assertFalse(self.solution.with_user(self.leader).has_access("read"))
        with self.assertRaises(AccessError):
            self.approval(self.leader).action_approve()

    def test_nobody_left(self):
        """Where nobody is left, the proposal comes back instead of waiting for ever."""
        (self.centre | self.headquarters).leader_id = False
        self.leader.active = False
        self.assertEqual(self.solution.state, "draft")
        self.assertIn("Nobody is left", self.solution.refusal)

    def test_passed_on(self):
        """A leader asks somebody else for who is away longer than thought, with a reason."""
        approval = self.approval(self.manager)
        with self.assertRaisesRegex(UserError, "reason"):
            approval.action_pass_on(self.treasurer, " ")
        with self.assertRaisesRegex(UserError, "cannot agree"):
            approval.action_pass_on(self.handler, "He knows it best.")
        with self.assertRaises(AccessError):
            self.approval(self.colleague).action_pass_on(self.treasurer, "I think so.")
        approval.action_pass_on(self.treasurer, "She is ill.")
        self.assertEqual(self.waiting(self.solution), self.treasurer)
        self.approve(self.solution, self.treasurer)
        self.assertEqual(self.waiting(self.solution), self.boss)

    def test_refused_by_the_second(self):
        """Submitted again, everybody is asked again."""
        self.approve(self.solution, self.leader)
        self.approval(self.boss).action_refuse("No.")
        self.solution.action_submit()
        self.assertEqual(self.waiting(self.solution), self.leader)
        self.approve(self.solution, self.leader, self.boss)
        self.assertEqual(self.solution.state, "approved")

    def test_list(self):
        """The list of what waits for me: mine alone, and only while it is my turn."""
        Approval = self.env["complaint.approval"]
        mine = [("can_decide", "=", True)]
        self.assertEqual(Approval.with_user(self.leader).search(mine).solution_id, self.solution)
        self.assertFalse(Approval.with_user(self.boss).search(mine))
        self.assertFalse(Approval.with_user(self.manager).search(mine))
        Approval.with_user(self.leader).search(mine).action_approve()
        self.assertFalse(Approval.with_user(self.leader).search(mine))
        self.assertEqual(Approval.with_user(self.boss).search(mine).solution_id, self.solution)
        self.assertEqual(
            Approval.with_user(self.manager).search(
                [("can_decide", "=", False), ("solution_id", "=", self.solution.id)]
            ),
            self.solution.approval_ids,
        )

    def test_counter(self):
        """Each team's card counts what waits for me there, with one query for all teams."""
        teams = (self.centre | self.headquarters | self.other_team).with_user(self.leader)
        teams.mapped("approval_count")
        self.new_solution().action_submit()
        teams.invalidate_recordset(["approval_count"])
        self.assertEqual(teams.mapped("approval_count"), [2, 0, 0])
        self.assertEqual(self.centre.with_user(self.manager).approval_count, 0)
        action = self.centre.with_user(self.leader).action_open_approvals()
        self.assertEqual(
            action["context"], {"search_default_mine": 1, "search_default_team_id": self.centre.id}
        )
