from psycopg2 import IntegrityError
from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.case.common import CaseCommon
from odoo.addons.complaint_management.tools.process import REFUSED, STEPS


@tagged("post_install", "-at_install")
class TestStages(CaseCommon):
    """Stages are a company's own, but every step keeps one that all teams use."""

    def test_last_stage_of_a_step(self):
        """It is neither deleted, nor archived, nor given to one team, nor turned into another step's."""
        for step in (*STEPS, *REFUSED):
            stage = self.stage(step)
            label = dict(stage._fields["step"].selection)[step]
            other = "triage" if step != "triage" else "new"
            for way, change in (
                ("delete", stage.unlink),
                ("archive", stage.action_archive),
                ("team", lambda stage=stage: stage.write({"team_ids": self.centre.ids})),
                ("step", lambda stage=stage, other=other: stage.write({"step": other})),
            ):
                with self.subTest(step=step, way=way), self.assertRaises(ValidationError) as caught:
                    change()
                self.assertIn(label, str(caught.exception))
            # Also where archived stages are listed, which do not help anybody.
            archived = self.Stage.create({"name": "Old", "step": step, "active": False})
            with self.subTest(step=step, way="archived"), self.assertRaises(ValidationError):
                stage.with_context(active_test=False).unlink()
            with self.subTest(step=step, way="archived"), self.assertRaises(ValidationError):
                stage.with_context(active_test=False).action_archive()
            archived.unlink()

    def test_replacing_a_stage(self):
        """With another stage for the step, the old one may go."""
        old = self.stage("dispatch")
        new = self.Stage.create({"name": "To the departments", "step": "dispatch", "sequence": 99})
        self.assertEqual(self.stage("dispatch"), old)
        old.unlink()
        self.assertEqual(self.stage("dispatch"), new)

    def test_stage_in_use(self):
        """The step of a stage where complaints stand is fixed, and the stage stays."""
        stage = self.Stage.create({"name": "Waiting", "step": "investigation", "sequence": 99})
        complaint = self.new_whole("triage")
        complaint.stage_id = stage
        for archived in (False, True):
            complaint.active = not archived
            with self.subTest(archived=archived), self.assertRaises(ValidationError) as caught:
                stage.step = "solution"
            self.assertIn("is in use", str(caught.exception))
            with self.subTest(archived=archived), self.assertRaises(ValidationError) as caught:
                stage.unlink()
            self.assertIn("Archive it instead", str(caught.exception))
        stage.write({"step": "investigation", "name": "Still waiting"})
        complaint.active = True
        complaint.stage_id = self.stage("investigation")
        stage.step = "solution"
        stage.unlink()

    def test_cache_follows(self):
        """The stage through which a step is entered changes with every change of the stages."""

        def first(team=False):
            return self.Stage.browse(self.Stage._first_of_step("solution", team and team.id))

        shared = self.stage("solution")
        self.assertEqual(first(), shared)
        early = self.Stage.create({"name": "Early", "step": "solution", "sequence": 1})
        self.assertEqual(first(), early)
        early.sequence = 99
        self.assertEqual(first(), shared)
        early.sequence = 1
        early.active = False
        self.assertEqual(first(), shared)
        early.active = True
        self.assertEqual(first(self.centre), early)
        early.team_ids = self.other_team
        self.assertEqual(first(self.centre), shared)
        self.assertEqual(first(self.other_team), early)
        self.assertEqual(first(), shared)
        early.step = "feedback"
        self.assertEqual(first(self.other_team), shared)
        early.step = "solution"
        self.assertEqual(first(self.other_team), early)
        early.unlink()
        self.assertEqual(first(self.other_team), shared)

    def test_cache_is_not_that_of_a_list(self):
        """Who lists archived stages does not make others enter them."""
        self.Stage.create({"name": "Old", "step": "solution", "sequence": 1, "active": False})
        stage_id = self.Stage.with_context(active_test=False)._first_of_step("solution", False)
        self.assertEqual(stage_id, self.stage("solution").id)

    def test_stage_of_an_archived_team(self):
        """A stage does not become everybody's because its team is archived."""
        own = self.Stage.create(
            {"name": "Theirs", "step": "solution", "sequence": 1, "team_ids": self.other_team.ids}
        )
        self.other_team.active = False
        self.env.registry.clear_cache()
        self.assertNotEqual(self.stage("solution"), own)
        self.assertFalse(self.Stage._is_open_to(own.id, self.centre.id))

    def test_columns_of_the_board(self):
        """Everybody's columns, and those of the team looked at or of one's own teams."""
        shared = self.Stage.search([("team_ids", "=", False)])
        ours = self.Stage.create({"name": "Ours", "step": "solution", "team_ids": self.centre.ids})
        theirs = self.Stage.create({"name": "Theirs", "step": "solution", "team_ids": self.other_team.ids})
        for user, context, own in (
            (self.handler, {}, ours),
            (self.leader, {}, ours),
            (self.stranger, {}, theirs),
            (self.manager, {}, self.Stage),
            (self.manager, {"default_team_id": self.other_team.id}, theirs),
            (self.handler, {"default_team_id": self.centre.id}, ours),
        ):
            with self.subTest(user=user.login, context=context):
                groups = (
                    self.Complaint.with_user(user)
                    .with_context(read_group_expand=True, **context)
                    .formatted_read_group([], ["stage_id"], ["__count"])
                )
                columns = self.Stage.browse(group["stage_id"][0] for group in groups)
                self.assertEqual(set(columns.ids), set((shared | own).ids))
        # In the order of the process.
        self.assertEqual(columns.mapped("sequence"), sorted(columns.mapped("sequence")))


@tagged("post_install", "-at_install")
class TestTeams(CaseCommon):
    """Teams and the levels above them."""

    def test_no_circle(self):
        """A team cannot stand above itself, directly or round about."""
        top = self.env["complaint.team"].create({"name": "Top"})
        low = self.env["complaint.team"].create({"name": "Low", "parent_id": top.id})
        for parent in (top, low):
            with self.subTest(parent=parent.name), self.assertRaises(UserError):
                top.parent_id = parent

    def test_parent_of_another_company(self):
        with self.assertRaises(UserError):
            self.centre.parent_id = self.foreign_team

    def test_team_in_use(self):
        """A team with complaints is archived, not deleted; also where all of them are archived."""
        team = self.env["complaint.team"].create({"name": "Short-lived"})
        complaint = self.new_whole(user=self.manager, team_id=team.id)
        for change in ({}, {"active": False}, {"team_id": self.centre.id}):
            complaint.write(change)
            # It took the complaint in, whoever has it now.
            with self.subTest(change=change), self.assertRaises(ValidationError) as caught:
                team.unlink()
            self.assertIn("Archive the team", str(caught.exception))
        self.env["complaint.team"].create({"name": "Never used"}).unlink()

    def test_team_with_stages_of_its_own(self):
        """Its stages would become everybody's."""
        team = self.env["complaint.team"].create({"name": "Short-lived"})
        alone = self.Stage.create({"name": "Theirs", "step": "solution", "team_ids": team.ids})
        both = self.Stage.create({"name": "Both", "step": "solution", "team_ids": (team | self.centre).ids})
        with self.assertRaises(ValidationError) as caught:
            team.unlink()
        self.assertIn("stages", str(caught.exception))
        alone.unlink()
        team.unlink()
        self.assertEqual(both.team_ids, self.centre)

    def test_supervisors(self):
        """OR-1: the leaders up to the top see what the teams below them see."""
        top = self.env["complaint.team"].create({"name": "Top", "leader_id": self.manager.id})
        self.centre.parent_id = top
        self.assertEqual(self.centre.supervisor_ids, self.leader | self.manager)
        self.assertEqual(
            self.centre.access_user_ids,
            self.first_contact | self.handler | self.colleague | self.leader | self.manager,
        )
        top.leader_id = self.stranger
        self.assertEqual(self.centre.supervisor_ids, self.leader | self.stranger)

    def test_archived_team_takes_nothing(self):
        """Neither as the company's default, nor as the team of a category."""
        gone = self.env["complaint.team"].create({"name": "Gone"})
        self.company.complaint_team_id = gone
        category = self.env["complaint.category"].create({"name": "Theirs", "team_id": gone.id})
        gone.active = False
        complaint = self.Complaint.with_user(self.handler).create({"name": "x", "category_id": category.id})
        self.assertEqual(complaint.team_id, self.centre)
        self.assertNotEqual(self.Complaint.with_user(self.manager).create({"name": "x"}).team_id, gone)

    def test_figures(self):
        """The overview counts open complaints only, as the one who looks sees them."""
        self.new_whole(severity="urgent")
        self.new_whole(user_id=False)
        self.new_whole(severity="urgent", user_id=False)
        self.new_whole("closed", severity="urgent")
        self.new_whole(user=self.manager, team_id=self.other_team.id)
        teams = (self.centre | self.other_team).with_user(self.manager)
        self.assertEqual(
            [(team.open_count, team.unassigned_count, team.urgent_count) for team in teams],
            [(3, 2, 2), (1, 0, 0)],
        )
        self.assertEqual(self.centre.with_user(self.handler).open_count, 3)
        action = teams[0].action_open_complaints()
        self.assertEqual(action["context"]["search_default_team_id"], self.centre.id)
        self.assertEqual(action["display_name"], "Centre")


@tagged("post_install", "-at_install")
class TestCategories(CaseCommon):
    """The tree of subjects (TR-2)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Category = cls.env["complaint.category"]
        cls.product = Category.create({"name": "Test product"})
        cls.defect = Category.create({"name": "Test defect", "parent_id": cls.product.id})
        cls.scratch = Category.create({"name": "Test scratch", "parent_id": cls.defect.id})
        cls.service = Category.create({"name": "Test service"})
        cls.service_defect = Category.create({"name": "Test defect", "parent_id": cls.service.id})

    def _found(self, text, operator="ilike"):
        return {found[0] for found in self.env["complaint.category"].name_search(text, operator=operator)}

    def test_no_circle(self):
        for parent in (self.product, self.scratch):
            with self.subTest(parent=parent.name), self.assertRaises(UserError):
                self.product.parent_id = parent

    def test_complete_name(self):
        """TR-2: a category is shown with those above it, and follows their names and place."""
        self.assertEqual(self.scratch.complete_name, "Test product / Test defect / Test scratch")
        self.assertEqual(self.scratch.display_name, "Test product / Test defect / Test scratch")
        self.product.name = "Goods"
        self.env.invalidate_all()
        self.assertEqual(self.scratch.complete_name, "Goods / Test defect / Test scratch")
        self.scratch.parent_id = self.service
        self.assertEqual(self.scratch.display_name, "Test service / Test scratch")

    def test_two_languages(self):
        """Each reader's own language, part by part."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.product.update_field_translations("name", {"zh_CN": "产品"})
        self.defect.update_field_translations("name", {"zh_CN": "缺陷"})
        chinese = self.scratch.with_context(lang="zh_CN")
        self.assertEqual(chinese.complete_name, "产品 / 缺陷 / Test scratch")
        self.assertEqual(chinese.display_name, "产品 / 缺陷 / Test scratch")
        self.assertEqual(self.scratch.complete_name, "Test product / Test defect / Test scratch")
        found = chinese.name_search("产品")
        self.assertEqual(
            {found_id for found_id, _name in found}, {self.product.id, self.defect.id, self.scratch.id}
        )
        self.assertIn("产品 / 缺陷 / Test scratch", [name for _id, name in found])
        self.assertEqual(chinese.name_search("产品 / 缺陷", operator="=")[0][0], self.defect.id)

    def test_found_by_the_name_above(self):
        """TR-2: typing a subject shows all that belongs to it."""
        tree = {self.product.id, self.defect.id, self.scratch.id}
        self.assertEqual(self._found("test prod"), tree)
        self.assertEqual(
            self._found("test defect"), {self.defect.id, self.scratch.id, self.service_defect.id}
        )
        self.assertEqual(self._found("test prod / test def"), {self.defect.id, self.scratch.id})
        self.assertEqual(self._found("test service/test defect"), {self.service_defect.id})
        self.assertEqual(self._found("test service / test scratch"), set())
        self.assertEqual(self._found("no such thing"), set())

    def test_found_exactly(self):
        """As an import names it: by the whole path or by its own name, and nothing below it."""
        self.assertEqual(self._found("Test product / Test defect", "="), {self.defect.id})
        self.assertEqual(self._found("Test product", "="), {self.product.id})
        self.assertEqual(self._found("Test defect", "="), {self.defect.id, self.service_defect.id})
        self.assertEqual(self._found("Test defect / Test scratch", "="), set())
        slashed = self.env["complaint.category"].create(
            {"name": "Noise / Smell", "parent_id": self.service.id}
        )
        self.assertEqual(self._found("Noise / Smell", "="), {slashed.id})
        self.assertIn(slashed.id, self._found("noise / sm"))
        for category in (self.product, self.defect, self.scratch, slashed):
            self.assertIn(category.id, self._found(category.display_name, "="))

    def test_filter_by_complete_name(self):
        Category = self.env["complaint.category"]
        domain = [("id", "in", (self.product | self.defect | self.service).ids)]
        self.assertEqual(
            Category.search([*domain, ("complete_name", "not ilike", "test product")]), self.service
        )
        self.assertEqual(
            Category.search([*domain, ("complete_name", "in", ["Test service", "Test product"])]),
            self.product | self.service,
        )

    def test_category_in_use(self):
        """A category with complaints, in it or below it, is archived, not deleted."""
        complaint = self.new_whole(category_id=self.scratch.id)
        for active in (True, False):
            complaint.active = active
            for category in (self.scratch, self.product):
                with self.subTest(category=category.name, active=active), self.assertRaises(ValidationError):
                    category.unlink()
        self.product.action_archive()
        self.assertEqual(complaint.category_id, self.scratch)
        self.service_defect.unlink()

    @mute_logger("odoo.sql_db")
    def test_parent_with_children(self):
        with self.assertRaises(IntegrityError):
            self.service.unlink()
        self.assertTrue(self.service.exists())

    def test_count(self):
        """A subject counts what belongs to the ones below it, as the one who looks sees it."""
        self.new_whole(category_id=self.scratch.id)
        self.new_whole(category_id=self.defect.id)
        self.new_whole(category_id=self.service_defect.id)
        out_of_sight = {"user_id": self.manager.id, "received_by_id": self.manager.id}
        self.new_whole(
            user=self.manager, category_id=self.defect.id, team_id=self.other_team.id, **out_of_sight
        )
        tree = self.product | self.defect | self.scratch | self.service
        self.assertEqual(tree.with_user(self.manager).mapped("complaint_count"), [3, 3, 1, 1])
        self.env.invalidate_all()
        self.assertEqual(tree.with_user(self.handler).mapped("complaint_count"), [2, 2, 1, 1])

    def test_companies(self):
        """OR-3: a company's own category is no other's, a shared one routes in each company for itself."""
        own = self.env["complaint.category"].create({"name": "Ours", "company_id": self.company.id})
        with self.assertRaises(UserError):
            self.Complaint.with_user(self.foreign_manager).create({"name": "x", "category_id": own.id})
        self.service.with_company(self.company).team_id = self.other_team
        ours = self.Complaint.with_user(self.handler).create({"name": "x", "category_id": self.service.id})
        theirs = self.Complaint.with_user(self.foreign_manager).create(
            {"name": "x", "category_id": self.service_defect.id}
        )
        self.assertEqual(ours.team_id, self.other_team)
        self.assertEqual(theirs.team_id, self.foreign_team)


@tagged("post_install", "-at_install")
class TestChannelsAndTags(CaseCommon):
    """Ways of arriving, and free labels."""

    @mute_logger("odoo.sql_db")
    def test_one_of_a_name(self):
        for model in ("complaint.channel", "complaint.tag"):
            self.env[model].create({"name": "Only once"})
            with self.subTest(model=model), self.assertRaises(UniqueViolation):
                self.env[model].create({"name": "Only once"})

    def test_channels_of_the_rules(self):
        """IN-1: every way of arriving that the rules name is there, spoken ones are read back."""
        channels = self.env["complaint.channel"].search(
            [("id", "not in", (self.channel | self.oral_channel).ids)]
        )
        self.assertGreaterEqual(len(channels), 12)
        self.assertEqual(set(channels.filtered("read_back").mapped("name")), {"Phone", "Walk-in"})
        self.assertEqual(channels.filtered("anonymous").mapped("name"), ["Comment Book"])

    def test_archived_channel(self):
        """An archived channel stays on the complaints that came in by it."""
        complaint = self.new_whole()
        self.channel.active = False
        complaint.move_to("triage")
        self.assertEqual(complaint.channel_id, self.channel)

    def test_deleted_tag(self):
        """A label goes without the complaint."""
        tag = self.env["complaint.tag"].create({"name": "Passing"})
        complaint = self.new_whole(tag_ids=tag.ids)
        tag.with_user(self.manager).unlink()
        self.assertFalse(complaint.tag_ids)
        self.assertTrue(1 <= self.env["complaint.tag"].create({"name": "Coloured"}).color <= 11)
