from datetime import date
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.complaint_management.tests.improvement.common import InspectionCommon
from odoo.addons.complaint_management.tools import sampling


@tagged("post_install", "-at_install")
class TestInspectionDraw(InspectionCommon):
    """CL-3: a sample of the cases closed in a month, so many of a hundred in each team."""

    def lines(self, draw):
        return {
            line.team_id: (line.closed_count, line.drawn_count, line.draw_count) for line in draw.line_ids
        }

    def test_draw(self):
        cases = self.new_closed(5) | self.new_closed(2, team_id=self.other_team.id)
        with self.mock_datetime_and_now("2026-03-02 08:00:00"):
            draw = self.new_draw()
            self.assertEqual(self.lines(draw), {self.centre: (5, 0, 3), self.other_team: (2, 0, 1)})
            self.assertEqual(draw.draw_count, 4)
            action = draw.action_draw()
        drawn = self.Inspection.search(action["domain"])
        expected = sampling.draw(cases[:5].ids, 50, 7, f"{self.centre.id}/2026-02") + sampling.draw(
            cases[5:].ids, 50, 7, f"{self.other_team.id}/2026-02"
        )
        self.assertEqual(sorted(drawn.complaint_id.ids), sorted(expected))
        self.assertRecordValues(
            drawn.filtered(lambda inspection: inspection.team_id == self.other_team),
            [
                {
                    "state": "to_check",
                    "period": date(2026, 2, 1),
                    "seed": 7,
                    "share": 50.0,
                    "population": 2,
                    "round": 0,
                    "handler_id": self.handler.id,
                    "user_id": self.quality.id,
                    "drawn_by_id": self.quality.id,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(str(self.centre.inspection_drawn_at), "2026-03-02 08:00:00")

    def test_defaults(self):
        """Last month in the time zone of the company, a seed of its own, oneself as inspector."""
        # In China it is the first of March already.
        with self.mock_datetime_and_now("2026-02-28 17:00:00"):
            draw = self.Draw.with_user(self.quality).create({})
            self.assertEqual(draw.month, "2026-02")
            self.company.partner_id.tz = False
            self.quality.tz = "Europe/Brussels"
            other = self.Draw.with_user(self.quality).create({})
            self.assertEqual((other.month, other.tz), ("2026-01", "Europe/Brussels"))
        self.assertEqual(draw.user_ids, self.quality)
        self.assertTrue(0 < draw.seed < 1_000_000)
        self.assertNotEqual(draw.seed, other.seed)

    def test_whose_cases(self):
        """Closed in this month and still; nothing rejected, cancelled, merged, open, or of another month."""
        closed = self.new_closed()
        self.new_closed(closed_at="2026-01-31 15:59:59")  # the month before, in China
        self.new_closed(closed_at="2026-02-28 16:00:00")  # March
        first, last = (
            self.new_closed(closed_at="2026-01-31 16:00:00"),
            self.new_closed(closed_at="2026-02-28 15:59:59"),
        )
        archived = self.new_closed()
        archived.active = False
        for end in ("action_reject", "action_cancel"):
            case = self.new_complaint(received_at="2026-01-05 04:00:00")
            getattr(case, end)("Not ours")
            case.sudo().closed_at = "2026-02-10 04:00:00"
        self.new_complaint(received_at="2026-02-10 04:00:00")
        reopened, merged = self.new_closed(2)
        target = reopened.with_user(self.handler)
        target.action_reopen("They called again")
        merged.with_user(self.handler).merge_into(target)
        self.assertEqual(merged.step, "closed")
        self.company.complaint_inspection_share = 100
        self.assertEqual(self.draw().complaint_id, closed | first | last | archived)

    def test_zone_of_user(self):
        """Where the company's contact has no time zone, the months are those of whoever draws."""
        self.company.complaint_inspection_share = 100
        self.company.partner_id.tz = False
        case = self.new_closed(closed_at="2026-01-31 23:30:00")
        self.quality.tz = "UTC"
        self.assertFalse(self.new_draw(month="2026-02").line_ids)
        self.quality.tz = "Europe/Brussels"
        self.assertEqual(self.draw(month="2026-02").complaint_id, case)

    def test_zone_changed(self):
        """A closing that another time zone moves into another month is not drawn once more."""
        self.new_closed(closed_at="2026-01-31 17:00:00")
        self.assertEqual(len(self.draw(month="2026-02")), 1)
        self.company.partner_id.tz = "UTC"
        self.assertEqual(self.lines(self.new_draw(month="2026-01")), {self.centre: (1, 1, 0)})
        with self.refused(UserError, "nothing to draw"):
            self.draw(month="2026-01")

    def test_draw_twice(self):
        """Drawing again adds what the share lacks, never a case twice."""
        self.new_closed(4)
        first = self.draw()
        self.assertEqual(len(first), 2)
        with self.refused(UserError, "nothing to draw"):
            self.draw()
        with self.refused(UserError, "nothing to draw"):
            self.draw(seed=8)
        later = self.new_closed(3)
        self.assertEqual(self.lines(self.new_draw()), {self.centre: (7, 2, 2)})
        second = self.draw(seed=8)
        self.assertEqual(len(second), 2)
        self.assertFalse(second.complaint_id & first.complaint_id)
        self.assertEqual(set(second.mapped("population")), {7})
        self.assertLessEqual(second.complaint_id, later | self.Complaint.search([("closed_at", "!=", False)]))

    def test_same_seed_same_sample(self):
        """What was drawn can be proven: drawn anew with its seed and share it is the same."""
        self.new_closed(9)
        savepoint = self.env.cr.savepoint()
        first = self.draw().complaint_id
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        savepoint = self.env.cr.savepoint()
        self.assertEqual(self.draw(self.manager).complaint_id.ids, first.ids)
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        others = {tuple(sampling.draw(range(9), 50, seed)) for seed in range(20)}
        self.assertGreater(len(others), 10, "another seed, another sample")

    def test_teams_and_shares(self):
        """Some teams only; a share of the team's own; a share changed for this draw; none at all."""
        self.new_closed(4)
        self.new_closed(4, team_id=self.other_team.id)
        self.other_team.inspection_share = 100
        draw = self.new_draw(team_ids=self.other_team.ids)
        self.assertEqual(self.lines(draw), {self.other_team: (4, 0, 4)})
        draw = self.new_draw()
        self.assertEqual(self.lines(draw), {self.centre: (4, 0, 2), self.other_team: (4, 0, 4)})
        self.assertEqual(
            self.lines(self.new_draw(team_ids=self.centre.ids, month="2026-01")), {self.centre: (0, 0, 0)}
        )
        with Form(draw) as form:
            with form.line_ids.edit(0) as line:
                line.share = 75
                self.assertEqual(line.draw_count, 3)
            with form.line_ids.edit(1) as line:
                line.share = 0
                self.assertEqual(line.draw_count, 0)
        drawn = self.Inspection.search(draw.action_draw()["domain"])
        self.assertEqual(drawn.mapped("team_id"), self.centre)
        self.assertEqual(len(drawn), 3)

    def test_share_of_team(self):
        """A team follows the company until it has a share of its own, and follows again with the same."""
        self.assertEqual(self.centre.inspection_share, 50)
        self.centre.inspection_share = 20
        self.company.complaint_inspection_share = 10
        self.assertEqual((self.centre.inspection_share, self.other_team.inspection_share), (20, 10))
        self.centre.inspection_share = 0
        self.company.complaint_inspection_share = 15
        self.assertEqual((self.centre.inspection_share, self.other_team.inspection_share), (0, 15))
        self.centre.inspection_share = 15
        self.company.complaint_inspection_share = 25
        self.assertEqual(self.centre.inspection_share, 25)
        team = self.env["complaint.team"].create({"name": "New", "inspection_share": 3})
        self.company.complaint_inspection_share = 30
        self.assertEqual(team.inspection_share, 3)
        with mute_logger("odoo.sql_db"), self.refused(IntegrityError, "inspection_share_range"):
            team.inspection_share = 101
            team.flush_recordset()

    def test_without_team(self):
        """A case that lost its team is drawn all the same, by the company's share."""
        case = self.new_closed()
        case.sudo().team_id = False
        draw = self.new_draw()
        self.assertEqual(self.lines(draw), {self.centre.browse(): (1, 0, 1)})
        self.assertEqual(self.draw().complaint_id, case)

    def test_two_companies(self):
        """Each company draws its own, by its own share."""
        self.new_closed(2)
        foreign = self.Complaint.with_user(self.foreign_manager).create(
            {
                "name": "Cold",
                "partner_name": "Li Si",
                "partner_phone": "010-62345678",
                "description": "Cold.",
                "channel_id": self.channel.id,
                "category_id": self.category.id,
                "team_id": self.foreign_team.id,
                "nature": "inquiry",
                "received_at": "2026-01-05 04:00:00",
            }
        )
        foreign.action_answer_on_the_spot("Done.")
        foreign.sudo().closed_at = "2026-02-10 04:00:00"
        self.company_2.complaint_inspection_share = 100
        drawn = self.draw(self.foreign_quality)
        self.assertEqual(drawn.complaint_id.ids, foreign.ids)
        self.assertEqual(drawn.company_id, self.company_2)
        ours = self.draw()
        self.assertEqual(ours.company_id, self.company)
        self.assertFalse(self.Inspection.with_user(self.quality).search([("id", "in", drawn.ids)]))
        with self.assertRaises(AccessError):
            drawn.with_user(self.quality).read(["mark"])
        # Naming the other company shows nothing of it.
        self.assertFalse(self.new_draw(company_id=self.company_2.id).line_ids)
        with self.refused(ValidationError, "one company"):
            self.new_draw(self.env.user, team_ids=self.foreign_team.ids)

    def test_inspectors(self):
        """Spread evenly; nobody gets a case that they answered for, received or are excluded from."""
        self.company.complaint_inspection_share = 100
        own = self.new_closed(user=self.manager)
        plain = self.new_closed(6)
        handed_over = self.new_closed()
        with self.env.cr.savepoint():
            handed_over.sudo().user_id = self.manager
            handed_over.sudo().user_id = self.handler
        drawn = self.draw(user_ids=[Command.set((self.quality | self.manager).ids)])
        by_case = {inspection.complaint_id: inspection.user_id for inspection in drawn}
        self.assertEqual(by_case[own], self.quality)
        self.assertEqual(by_case[handed_over], self.quality, "who answered for it once")
        self.assertEqual(len([1 for user in by_case.values() if user == self.manager]), 4)
        self.assertEqual(len(plain), 6)
        again = self.new_closed(user=self.manager)
        drawn = self.draw(self.manager)
        self.assertRecordValues(drawn, [{"complaint_id": again.id, "user_id": False}])

    def test_excluded_drawer(self):
        """OR-2: whoever is concerned by a case neither draws nor counts it; a colleague adds it."""
        self.company.complaint_inspection_share = 100
        employee = self.new_employee(self.quality)
        secret = self.new_closed(employee_ids=employee.ids)
        self.assertFalse(self.new_draw().line_ids)
        plain = self.new_closed()
        self.assertEqual(self.lines(self.new_draw()), {self.centre: (1, 0, 1)})
        self.assertEqual(self.draw().complaint_id, plain)
        drawn = self.draw(self.second_quality, user_ids=[Command.set(self.quality.ids)])
        self.assertRecordValues(drawn, [{"complaint_id": secret.id, "user_id": False}])
        self.assertEqual(self.lines(self.new_draw()), {self.centre: (1, 1, 0)})
        with self.assertRaises(AccessError):
            drawn.with_user(self.quality).read(["mark"])

    def test_who_may_draw(self):
        for user, may in (
            (self.first_contact, False),
            (self.handler, False),
            (self.leader, False),
            (self.auditor, False),
            (self.plain_user, False),
            (self.manager, True),
            (self.quality, True),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self.Draw.with_user(user).has_access("create"), may)
        theirs = self.new_draw(self.manager)
        with self.assertRaises(AccessError):
            theirs.with_user(self.quality).read(["seed"])

    def test_killed_half_way(self):
        """A draw is one piece: what breaks in the middle leaves nothing behind."""
        self.new_closed(6)
        draw = self.new_draw()
        original = type(self.Inspection).create

        def break_after_some(records, vals_list):
            original(records, vals_list[:2])
            self.assertEqual(records.search_count([]), 2)
            raise RuntimeError("the lights went out")

        with (
            self.assertRaises(RuntimeError),
            self.env.cr.savepoint(),
            patch.object(type(self.Inspection), "create", break_after_some),
        ):
            draw.action_draw()
        self.assertFalse(self.Inspection.search([]))
        self.assertFalse(self.centre.inspection_drawn_at)
        self.assertEqual(len(self.draw()), 3)

    def test_drawn_at_the_same_moment(self):
        """A case drawn twice is refused by the database, whatever the dialog knew."""
        case = self.new_closed()
        self.draw()
        draw = self.new_draw()
        with (
            mute_logger("odoo.sql_db"),
            patch.object(type(draw), "_get_drawn_ids", lambda self, complaints: set()),
            self.refused(IntegrityError, "complaint_inspection_closing_uniq"),
        ):
            draw.action_draw()
            self.env.flush_all()
        self.assertEqual(len(case.inspection_ids), 1)

    def test_nothing_is_told(self):
        """Those who handled a case do not learn that it was drawn."""
        case = self.new_closed()
        messages, activities = case.message_ids, case.sudo().activity_ids
        with self.mock_mail_gateway():
            self.draw()
        self.assertEqual(case.message_ids, messages)
        self.assertEqual(case.sudo().activity_ids, activities)
        self.assertNotSentEmail()

    # cost

    def fill(self, teams, cases):
        """Copy a closed case into so many teams, so many each, past the ORM."""
        case = self.new_closed(team_id=teams[0].id)
        self.env.flush_all()
        columns = [
            field.name
            for field in case._fields.values()
            if field.store and field.column_type and field.name not in ("id", "number", "team_id")
        ]
        names = SQL(", ").join(map(SQL.identifier, columns))
        self.env.cr.execute(
            SQL(
                "INSERT INTO complaint_complaint (number, team_id, %s)"
                " SELECT 'X-' || team || '-' || n, team, %s"
                " FROM complaint_complaint, unnest(%s) team, generate_series(1, %s) n WHERE id = %s",
                names,
                names,
                teams.ids,
                cases,
                case.id,
            )
        )
        self.env.invalidate_all()

    def cost(self, user, work):
        """Return how many queries work costs, the second time it is done."""
        costs = []
        for _warm_up_first in range(2):
            savepoint = self.env.cr.savepoint()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            work(self.env(user=user))
            self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - before)
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        return costs[-1]

    def test_cost(self):
        """One team or thirty, ten closed cases or ten thousand: the same number of queries."""
        teams = self.env["complaint.team"].create([{"name": f"Team {number}"} for number in range(30)])
        self.env["complaint.team"].search([]).inspection_share = 0
        teams.inspection_share = 0.1

        def preview(env):
            env["complaint.inspection.draw"].create({"month": "2026-02", "seed": 1}).line_ids.read()

        def draw(env):
            env["complaint.inspection.draw"].create({"month": "2026-02", "seed": 1}).action_draw()

        self.fill(teams[:1], 10)
        few = self.cost(self.quality, preview), self.cost(self.quality, draw)
        self.fill(teams[1:], 345)
        self.assertEqual(
            self.Complaint.search_count([("team_id", "in", teams.ids), ("step", "=", "closed")]), 10017
        )
        many = self.cost(self.quality, preview), self.cost(self.quality, draw)
        self.assertEqual(many, few)
        self.assertLessEqual(few[0], 11)
        self.assertLessEqual(few[1], 25)
