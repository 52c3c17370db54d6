"""What complaints cost, in queries: the same with one record as with many, and never more than today.

A bound is what is needed now. Whoever needs more raises it here, and says why.
"""

from functools import partial

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.common import ComplaintCommon
from odoo.addons.complaint_management.tests.web_client import read_specification

PAGE = 80
STAGE = "complaint_management.complaint_stage_triage"


@tagged("post_install", "-at_install")
class TestQueryCounts(ComplaintCommon):
    """Everything is done by ordinary users, on a server that has been running for a while."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._init_mail_gateway()
        cls.below = cls.env["complaint.category"].create(
            {"name": "Of a fitter", "parent_id": cls.category.id}
        )
        cls.tag = cls.env["complaint.tag"].create({"name": "Twice"})
        cls.employee = cls.new_employee(cls.plain_user)
        cls.partners = cls.env["res.partner"].create(
            [
                {
                    "name": f"Customer {number}",
                    "email": f"c{number}@example.com",
                    "phone": f"+86 138 0000 {number}",
                }
                for number in range(1000, 1020)
            ]
        )
        cls.values = {
            "name": "The heating does not work",
            "partner_id": cls.partners[0].id,
            "description": "It has been cold for three days.",
            "channel_id": cls.channel.id,
            "category_id": cls.below.id,
            "founded": "founded",
        }
        many = [
            {
                **cls.values,
                "partner_id": cls.partners[number % 20].id,
                "user_id": (cls.handler if number % 2 else cls.colleague).id,
                "received_by_id": cls.first_contact.id,
                "tag_ids": [Command.set(cls.tag.ids)],
                "employee_ids": [Command.set(cls.employee.ids)],
            }
            for number in range(3 * PAGE)
        ]
        quietly = cls.Complaint.with_user(cls.handler).with_context(mail_auto_subscribe_no_notify=True)
        cls.complaints = quietly.create(many)
        cls.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "res_model_id": cls.env["ir.model"]._get_id("complaint.complaint"),
                    "res_id": complaint.id,
                    "activity_type_id": cls.env.ref("mail.mail_activity_data_todo").id,
                    "user_id": complaint.user_id.id,
                }
                for complaint in cls.complaints
            ]
        )

    def cost(self, user, work):
        """Return how many queries work costs in a transaction of its own, up to its commit.

        :param user: who does it
        :param work: takes an environment
        """
        cr = self.env.cr
        costs = []
        for _warm_up_first in range(3):
            savepoint = cr.savepoint()
            self.env.invalidate_all()
            cr._now = None  # asked for once in each transaction, and a test is one
            env = self.env(user=user, context={"lang": "en_US", "tz": "UTC"})
            before = cr.sql_log_count
            work(env)
            env.flush_all()
            cr.precommit.run()
            costs.append(cr.sql_log_count - before)
            savepoint.close(rollback=True)
            self.env.clear()
        return costs[-1]

    def assertCost(self, bound, user, work):
        """Fail where work costs more queries than it needs."""
        cost = self.cost(user, work)
        self.assertLessEqual(cost, bound, f"{cost} queries instead of {bound}")

    def create(self, env, count=1, **values):
        return env["complaint.complaint"].create([{**self.values, **values} for _number in range(count)])

    def test_create_one(self):
        """A complaint with number, followers, chatter, rules and gate (IN-3, IN-5).

        Its eight clocks cost four of these queries, and twenty for 200 complaints; what the complainant is
        told by machine costs three: planning it all, and waking the cron.
        """
        self.assertCost(25, self.handler, self.create)
        self.assertCost(25, self.first_contact, self.create)

    def test_create_many(self):
        """Less than a query for each of many."""
        self.assertCost(44, self.handler, partial(self.create, count=200))

    def test_create_for_a_colleague(self):
        """Somebody else is told once, of one as of many."""
        self.assertCost(45, self.handler, partial(self.create, user_id=self.colleague.id))
        self.assertCost(63, self.handler, partial(self.create, count=200, user_id=self.colleague.id))

    def test_inbound_mail(self):
        """A mail of a known customer to a team's address."""
        self.centre.write({"alias_name": "counted", "alias_contact": "everyone"})
        mail = (
            f"From: {self.partners[0].email}\nTo: {self.centre.alias_email}\nSubject: Cold\n"
            "Message-ID: <counted@example.com>\nContent-Type: text/plain\n\nIt is cold."
        )
        self.assertCost(
            51, self.env.ref("base.user_root"), lambda env: env["mail.thread"].message_process(False, mail)
        )

    def _open_page(self, env, specification, limit):
        return env["complaint.complaint"].web_search_read(
            [("closed_at", "=", False)], specification, limit=limit, count_limit=10001
        )

    def test_list(self):
        """A page costs the same whatever stands on it."""
        for user, bound in ((self.handler, 17), (self.manager, 17), (self.auditor, 17)):
            specification = read_specification(self.env(user=user), "complaint.complaint", "list")
            for limit in (2, PAGE):
                with self.subTest(user=user.login, limit=limit):
                    self.assertCost(
                        bound, user, partial(self._open_page, specification=specification, limit=limit)
                    )

    def _open_board(self, env, specification, limit=40):
        return (
            env["complaint.complaint"]
            .with_context(read_group_expand=True)
            .web_read_group(
                [("user_id", "=", env.uid), ("closed_at", "=", False)],
                ["stage_id"],
                auto_unfold=True,
                unfold_read_specification=specification,
                unfold_read_default_limit=limit,
            )
        )

    def test_board(self):
        """One query more for each column that holds complaints, none more for each complaint."""
        specification = read_specification(self.env(user=self.handler), "complaint.complaint", "kanban")
        for limit in (1, 40):
            with self.subTest(columns=1, limit=limit):
                self.assertCost(
                    13, self.handler, partial(self._open_board, specification=specification, limit=limit)
                )
        own = self.complaints.filtered(lambda complaint: complaint.user_id == self.handler)
        own[:20].move_to("triage")
        own[:10].move_to("dispatch")
        with self.subTest(columns=3):
            self.assertCost(15, self.handler, partial(self._open_board, specification=specification))

    def test_progress_bar(self):
        """The bars of all columns come in one query."""
        self.assertCost(
            1,
            self.handler,
            lambda env: env["complaint.complaint"].read_progress_bar(
                [("closed_at", "=", False)], "stage_id", {"field": "severity", "colors": {"urgent": "danger"}}
            ),
        )

    def test_form(self):
        """The whole form: what is missing, repeats, the customer's count, the time in the stage.

        Contacts, hand-overs, sheets, evidence, whys and liability cost a query each; so do solutions,
        remedies, follow-up calls, letters by machine and appeals.
        """
        specification = read_specification(self.env(user=self.handler), "complaint.complaint", "form")
        complaint = self.complaints[1]
        bounds = (("new", 34), ("triage", 34), ("dispatch", 32))
        for step, bound in bounds:
            complaint.move_to(step)
            with self.subTest(step=step):
                self.assertCost(
                    bound,
                    self.handler,
                    lambda env: env["complaint.complaint"].browse(complaint.id).web_read(specification),
                )

    def test_team_overview(self):
        """The counters of all teams come in one query, what waits for one's approval in another."""
        specification = read_specification(self.env(user=self.manager), "complaint.team", "kanban")

        def overview(env):
            return env["complaint.team"].web_search_read([], specification, limit=PAGE)

        self.assertCost(6, self.handler, overview)
        self.assertCost(6, self.manager, overview)
        self.env["complaint.team"].create([{"name": f"Branch {number}"} for number in range(20)])
        self.assertCost(6, self.manager, overview)

    def test_contact_counters(self):
        """The button of 20 contacts costs what that of one does."""
        for count in (1, 20):
            with self.subTest(contacts=count):
                self.assertCost(
                    2,
                    self.handler,
                    lambda env, count=count: (
                        env["res.partner"]
                        .browse(self.partners[:count].ids)
                        .read(["complaint_count", "complaint_open_count"])
                    ),
                )

    def test_move(self):
        """One move, through the gate, tracked."""
        complaint = self.complaints[1]
        stage_id = self.env["complaint.stage"]._first_of_step("triage", self.centre.id)
        self.assertCost(
            15,
            self.handler,
            lambda env: env["complaint.complaint"].browse(complaint.id).write({"stage_id": stage_id}),
        )

    def test_move_many(self):
        """200 moves in one write."""
        stage_id = self.env["complaint.stage"]._first_of_step("dispatch", self.centre.id)
        self.assertCost(
            418,
            self.handler,
            lambda env: (
                env["complaint.complaint"].browse(self.complaints[:200].ids).write({"stage_id": stage_id})
            ),
        )

    def test_merge(self):
        """Merging ten costs little more than merging one."""
        target, *sources = self.complaints[:11]
        for count, bound in ((1, 85), (10, 123)):
            with self.subTest(sources=count):
                self.assertCost(
                    bound,
                    self.handler,
                    lambda env, count=count: (
                        env["complaint.complaint"]
                        .browse([source.id for source in sources[:count]])
                        .merge_into(env["complaint.complaint"].browse(target.id))
                    ),
                )

    def test_search(self):
        """What the record rules name is looked up once, not with every search."""
        self.assertCost(1, self.handler, lambda env: env["complaint.complaint"].search([], limit=PAGE))


@tagged("post_install", "-at_install")
class TestKeptInMemory(ComplaintCommon):
    """What is kept in memory to save queries is never older than the last change."""

    def shown(self, record, lang="en_US"):
        self.env.invalidate_all()
        return self.env(context={"lang": lang})[record._name].browse(record.id).display_name

    def test_names(self):
        """A new name is shown at once, in each language."""
        self.env["res.lang"]._activate_lang("zh_CN")
        for record in (self.centre, self.channel, self.category, self.env.ref(STAGE)):
            with self.subTest(model=record._name):
                self.assertEqual(self.shown(record), record.name)
                record.name = "Renamed"
                self.assertEqual(self.shown(record), "Renamed")
                record.update_field_translations("name", {"zh_CN": "新名"})
                self.assertEqual(self.shown(record, "zh_CN"), "新名")
                self.assertEqual(self.shown(record), "Renamed")

    def test_names_of_categories(self):
        """A category shows the names above it, also those that change, and one that is not saved its own."""
        below = self.env["complaint.category"].create({"name": "Below", "parent_id": self.category.id})
        self.assertEqual(self.shown(below), "Attitude / Below")
        self.category.name = "Manners"
        self.assertEqual(self.shown(below), "Manners / Below")
        below.parent_id = False
        self.assertEqual(self.shown(below), "Below")
        unsaved = self.env["complaint.category"].new({"name": "Unsaved", "parent_id": self.category.id})
        self.assertEqual(unsaved.display_name, "Manners / Unsaved")

    def test_default_team(self):
        """A complaint nobody routed goes to the team its author belongs to now."""
        values = {"name": "Cold"}
        self.assertEqual(self.Complaint.with_user(self.stranger).create(values).team_id, self.other_team)
        self.other_team.member_ids -= self.stranger
        self.centre.member_ids += self.stranger
        self.assertEqual(self.Complaint.with_user(self.stranger).create(values).team_id, self.centre)

    def test_default_team_of_company(self):
        """Who belongs to no team uses the company's choice, else its first team."""
        Team = self.env["complaint.team"]
        self.company.complaint_team_id = self.other_team
        self.assertEqual(Team._get_default_team(self.company, self.manager), self.other_team)
        self.company.complaint_team_id = False
        first = Team.search([("company_id", "=", self.company.id)], limit=1)
        self.assertEqual(Team._get_default_team(self.company, self.manager), first)
        first.active = False
        self.assertNotEqual(Team._get_default_team(self.company, self.manager), first)

    def test_stage_action(self):
        """An action that a stage gets runs with the next move."""
        complaint = self.new_complaint()
        stage = self.env.ref(STAGE)
        complaint.move_to("triage")
        stage.server_action_id = self.env["ir.actions.server"].create(
            {
                "name": "Mark",
                "model_id": self.env["ir.model"]._get_id("complaint.complaint"),
                "state": "code",
                "code": "records.write({'reference': 'marked'})",
            }
        )
        complaint.move_to("new")
        complaint.move_to("triage")
        self.assertEqual(complaint.reference, "marked")

    def test_columns(self):
        """The board shows the stage of a team from the moment its members may use it."""
        own = self.env["complaint.stage"].create(
            {"name": "Own", "step": "triage", "team_ids": [Command.set(self.other_team.ids)]}
        )

        def columns(user):
            board = self.Complaint.with_user(user).with_context(read_group_expand=True)
            groups = board.web_read_group([], ["stage_id"])["groups"]
            return [group["stage_id"][0] for group in groups]

        self.assertIn(own.id, columns(self.stranger))
        self.assertNotIn(own.id, columns(self.handler))
        self.other_team.member_ids += self.handler
        self.assertIn(own.id, columns(self.handler))
        own.team_ids = False
        self.assertIn(own.id, columns(self.colleague))
