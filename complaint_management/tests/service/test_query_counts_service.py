"""What service orders cost, in queries: the same with one record as with many, and never more than today.

A bound is what is needed now. Whoever needs more raises it here, and says why.
"""

from datetime import datetime, timedelta
from functools import partial

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.complaint_management.tests.service.care_common import CareCommon
from odoo.addons.complaint_management.tests.web_client import read_specification

ORDER, ASSET, BOOKING = "complaint.service.order", "complaint.asset", "complaint.service.booking"
MANY = 60
#: A Monday in working hours.
NOW = datetime(2026, 3, 2, 8)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestQueryCountsService(CareCommon):
    """Everything is done by ordinary users, on a server that has been running for a while."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.new_plan(every_months=12)
        cls.partners = cls.env["res.partner"].create(
            [
                {
                    "name": f"Owner {number}",
                    "email": f"owner{number}@example.com",
                    "phone": f"+86 138 {number}",
                }
                for number in range(1000, 1000 + MANY)
            ]
        )
        cls.assets = cls.env[ASSET].create(
            [
                {
                    "model": "Van",
                    "serial": f"V-{number}",
                    "kind_id": cls.vehicles.id,
                    "partner_id": partner.id,
                    "purchase_date": "2025-03-08",
                }
                for number, partner in enumerate(cls.partners)
            ]
        )
        cls.technicians = cls.env["hr.employee"].create(
            [{"name": f"Fitter {number}", "complaint_technician": True} for number in range(10)]
        )
        cls.repair.check_ids = [Command.create({"name": name}) for name in ("Nuts tightened", "Test drive")]
        cls.orders = cls.create_orders(cls.env(user=cls.advisor), MANY)
        cls.full = cls.orders[0]
        cls.full.sudo().write({"line_ids": [Command.create(cls.line_values(n)) for n in range(20)]})

    @classmethod
    def line_values(cls, number):
        """Return the values of a labour or a part line."""
        product = cls.part if number % 2 else cls.labour
        return {"kind": "part" if number % 2 else "labour", "product_id": product.id, "quantity": 1 + number}

    @classmethod
    def create_orders(cls, env, count=1):
        """Create orders for as many customers, a technician of ten for each."""
        return env[ORDER].create(
            [
                {
                    "name": f"Brakes {number}",
                    "partner_id": cls.partners[number].id,
                    "asset_id": cls.assets[number].id,
                    "type_id": cls.repair.id,
                    "team_id": cls.workshop.id,
                    "user_id": env.uid,
                    "scheduled_start": NOW + timedelta(days=number % 5, hours=1),
                    "technician_ids": [Command.set(cls.technicians[number % 10].ids)],
                    "allow_overlap": True,
                    "nothing_charged": True,
                    "line_ids": [Command.create(cls.line_values(number)) for number in range(2)],
                }
                for number in range(count)
            ]
        )

    def cost(self, user, work):
        """Return how many queries work costs in a transaction of its own, up to its commit.

        :param user: who does it
        :param work: takes an environment
        """
        cr, costs = self.env.cr, []
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

    def assertSame(self, bound, user, few, many):
        """Fail where many cost more queries than few, or more than is needed."""
        costs = self.cost(user, few), self.cost(user, many)
        self.assertEqual(*costs, "many cost more queries than few")
        self.assertLessEqual(costs[1], bound, f"{costs[1]} queries instead of {bound}")

    def assertGrows(self, base, each, user, work):
        """Fail where one costs more than ``base`` queries, or each further one more than ``each``."""
        one, many = self.cost(user, partial(work, count=1)), self.cost(user, partial(work, count=50))
        self.assertLessEqual(one, base, f"{one} queries instead of {base}")
        self.assertLessEqual((many - one) / 49, each, f"{many} queries for 50, {one} for one")

    def spec(self, model, kind):
        return read_specification(self.env(user=self.advisor), model, kind)

    # what is looked at

    def test_list(self):
        """SV-5, DESIGN 4.3: a page of orders costs the same with 2 as with 50."""
        spec = self.spec(ORDER, "list")

        def open_list(env, limit):
            env[ORDER].web_search_read([], spec, limit=limit, count_limit=1001)

        self.assertSame(12, self.advisor, partial(open_list, limit=2), partial(open_list, limit=50))

    def test_board(self):
        """SV-5: a board costs the same with 2 cards in a column as with 40."""
        spec = self.spec(ORDER, "kanban")

        def open_board(env, limit):
            env[ORDER].with_context(read_group_expand=True).web_read_group(
                [("closed_at", "=", False)],
                ["stage_id"],
                [],
                auto_unfold=True,
                unfold_read_specification=spec,
                unfold_read_default_limit=limit,
            )

        self.assertSame(11, self.advisor, partial(open_board, limit=2), partial(open_board, limit=40))

    def test_form(self):
        """SV-4: an order costs the same with 22 lines as with 2."""
        spec = self.spec(ORDER, "form")

        def open_form(env, order):
            env[ORDER].browse(order.id).web_read(spec)

        self.assertSame(
            56, self.advisor, partial(open_form, order=self.orders[1]), partial(open_form, order=self.full)
        )

    def test_calendar(self):
        """SV-5: a week of ten technicians costs what a day of two does, conflicts looked up included."""
        names = [*read_specification(self.env(user=self.advisor), BOOKING, "calendar"), "display_name"]
        self.assertIn("conflict", names)

        def open_calendar(env, domain):
            bookings = env[BOOKING].with_context(active_test=False)
            return bookings.search_read([("state", "in", ["planned", "done"]), *domain], names)

        two = [("employee_id", "in", self.technicians[:2].ids), ("start", "<", NOW + timedelta(days=2))]
        self.assertSame(
            16, self.advisor, partial(open_calendar, domain=two), partial(open_calendar, domain=[])
        )

    def test_objects(self):
        """SV-3: a page of objects costs the same with 2 as with 50."""
        spec = self.spec(ASSET, "list")

        def open_list(env, limit):
            env[ASSET].web_search_read([], spec, limit=limit, count_limit=1001)

        self.assertSame(4, self.advisor, partial(open_list, limit=2), partial(open_list, limit=50))

    def test_deadlines(self):
        """TL-3, OR-1: whose limits somebody reads is looked up for these, not among all cases there are."""
        env = self.env(user=self.advisor)
        clocks = env["complaint.deadline"].search([("service_order_id", "in", self.orders.ids)])
        self.assertTrue(clocks)
        query = env["complaint.deadline"]._search([("id", "in", clocks.ids)])
        self.assertNotIn('FROM "complaint_service_order"', query.select().code)

    # what is done

    def test_create(self):
        """SV-2: of many orders each costs little more than its number."""
        self.assertGrows(72, 1.25, self.advisor, self.create_orders)

    def test_move(self):
        """SV-2: of many orders moved each costs its two lines in the chatter."""

        def move(env, count):
            env[ORDER].browse(self.orders[:count].ids).move_to("reception")

        self.assertGrows(38, 2.1, self.advisor, move)

    # what works by itself

    def remind(self, env, count):
        """Have so many services be due now, and run the cron once."""
        dues = self.Due.search([("asset_id", "in", self.assets.ids)])
        for due in dues[:count]:
            self.assertTrue(due.next_event_at)
        env.cr.execute(
            "UPDATE complaint_asset_due SET next_event_at = CASE WHEN id = ANY(%s) THEN %s END",
            [dues[:count].ids, NOW - timedelta(hours=1)],
        )
        env.invalidate_all()
        before = env.cr.sql_log_count
        done, left = env["complaint.asset.due"]._run_due(100)
        env.flush_all()
        spent = env.cr.sql_log_count - before
        self.assertEqual((done, left), (count, 0))
        sent = self.Reminder.search([("asset_id", "in", self.assets.ids), ("state", "=", "sent")])
        self.assertEqual(len(sent), count)
        return spent

    def test_due_services(self):
        """SV-7: each due service costs its letter; where nothing is due, nothing is done."""
        self.orders.sudo().write({"active": False})
        self.assets._refresh_dues()
        self.env.flush_all()
        costs = {}
        for count in (1, 1, 0, 20):
            savepoint = self.env.cr.savepoint()
            costs[count] = self.remind(self.env, count)
            if count:
                self.assertEqual(self.Due._run_due(100), (0, 0))
            savepoint.close(rollback=True)
            self.env.clear()
        self.assertLessEqual(costs[0], 3)
        self.assertLessEqual(costs[1], 52)
        # A letter each, and what is kept of it.
        self.assertLessEqual((costs[20] - costs[1]) / 19, 27)
