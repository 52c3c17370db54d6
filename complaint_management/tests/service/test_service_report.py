from datetime import datetime, timedelta
from itertools import product
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, tagged

from odoo.addons.complaint_management.tests.service.common import SERVICE_GROUP, ServiceCommon

NOW = datetime(2026, 3, 2, 8)
SUMS = (
    "amount_warranty",
    "amount_goodwill",
    "amount_remedy",
    "cost_total",
    "cost_warranty",
    "cost_goodwill",
    "cost_remedy",
    "hours_planned",
    "hours_spent",
    "reopen_count",
)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestServiceReport(ServiceCommon):
    """The analysis says what the orders themselves say (SV-5, SV-8, OR-4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.item = cls.env["product.product"].create({"name": "Family car 2"})
        cls.orders = cls.Order
        cls.env["complaint.deadline.policy"].search([("applies_to", "=", "service")]).active = False
        cls.env["complaint.deadline.policy"].create(
            {
                "name": "Workshop",
                "applies_to": "service",
                "rule_ids": [
                    Command.create({"milestone": milestone, "duration": 60, "unit": "days"})
                    for milestone in ("complete", "hand_over")
                ],
            }
        )
        kinds = (cls.repair, cls.regular, cls.rescue)
        for number, (kind, fate) in enumerate(
            product(kinds, ("open", "closed", "late", "cancelled", "reopened"))
        ):
            cls.orders |= cls.new_whole(number, kind, fate)
        # The brakes of the first closed repair squeal again.
        first = cls.orders.filtered(lambda order: order.kind == "repair" and order.step == "closed")[0]
        again = cls.new_whole(90, cls.repair, "open", fault_id=cls.brakes.id, requested_at=NOW)
        cls.env.flush_all()
        cls.again, cls.first = again, first
        cls.orders |= again
        cls.env.flush_all()
        cls.Report = cls.env["complaint.service.report"].with_user(cls.workshop_manager)
        cls.Work = cls.env["complaint.service.work.report"].with_user(cls.workshop_manager)
        cls.own = [("order_id", "in", cls.orders.ids)]

    @classmethod
    def new_whole(cls, number, kind, fate, **vals):
        """Create an order with lines and logged work, and bring it where its fate leads."""
        technicians = (cls.technician, cls.technician | cls.other_technician, cls.other_technician)[
            number % 3
        ]
        asset = cls.car if fate in ("closed", "open") else cls.new_asset(serial=f"R-{number}")
        order = cls.new_order(
            cls.workshop_manager,
            name=f"Order {number}",
            type_id=kind.id,
            asset_id=asset.id,
            product_id=cls.item.id if number % 2 else False,
            team_id=(cls.workshop if number % 4 else cls.other_workshop).id,
            technician_ids=[Command.set(technicians.ids)],
            user_id=(cls.advisor if number % 4 else cls.other_advisor).id,
            # Of each technician only one thing at a time.
            scheduled_start=NOW + timedelta(days=number),
            **{
                "requested_at": NOW - timedelta(days=10 * number % 60, hours=number),
                "fault_id": cls.brakes.id if fate == "closed" and kind == cls.repair else False,
                **vals,
            },
        )
        order.sudo().line_ids = [
            Command.create({"kind": "labour", "product_id": cls.labour.id, "quantity": number % 4 + 1}),
            Command.create(
                {
                    "kind": "part",
                    "product_id": cls.part.id,
                    "quantity": number % 3 + 1,
                    "covered": ("charged", "warranty", "goodwill")[number % 3],
                }
            ),
        ]
        for index, technician in enumerate(technicians):
            start = NOW - timedelta(days=400 - number, hours=index)
            cls.env["complaint.service.worklog"].create(
                {
                    "order_id": order.id,
                    "line_id": order.line_ids[:1].id,
                    "employee_id": technician.id,
                    "start": start,
                    "stop": start + timedelta(minutes=30 + number),
                }
            )
        with patch.object(type(order), "_gate_requirements", lambda orders: []):
            if fate == "late":
                with freeze_time(NOW + timedelta(days=200)):
                    order.move_to("closed")
            elif fate in ("closed", "reopened"):
                order.sudo().received_at = NOW - timedelta(days=1)
                order.move_to("closed")
            if fate == "reopened":
                order.action_reopen("Once more.")
            if fate == "cancelled":
                order.action_cancel("Called off.")
        return order

    def test_one_row_each(self):
        """SV-5: a row is its order, and says what the order says."""
        rows = self.Report.search(self.own)
        self.assertEqual(rows.order_id.ids, rows.ids)
        self.assertEqual(set(rows.ids), set(self.orders.ids))
        for row in rows:
            order = row.order_id.sudo()
            for fname in (
                "number team_id user_id partner_id asset_id product_id type_id kind stage_id step "
                "requested_at closed_at company_id technician_ids fault_id"
            ).split():
                self.assertEqual(row[fname], order[fname], fname)

    def test_sums(self):
        """SV-8: hours, amounts and costs add up to those of the orders, by every grouping."""
        for groupby in (
            "team_id",
            "type_id",
            "kind",
            "product_id",
            "user_id",
            "requested_at:month",
            "closed_at:month",
            "company_id",
            "fault_id",
        ):
            rows = self.Report._read_group(self.own, [groupby], [f"{fname}:sum" for fname in SUMS])
            for position, fname in enumerate(SUMS, 1):
                with self.subTest(groupby=groupby, measure=fname):
                    self.assertAlmostEqual(
                        sum(row[position] for row in rows), sum(self.orders.sudo().mapped(fname)), 4
                    )
        self.assertTrue(sum(self.orders.sudo().mapped("amount_warranty")))
        self.assertTrue(sum(self.orders.sudo().mapped("cost_total")))
        self.assertTrue(sum(self.orders.mapped("hours_spent")))

    def test_counts(self):
        """SV-5: throughput: what is open, closed, cancelled and opened again, by kind."""
        rows = self.Report._read_group(
            self.own,
            ["kind"],
            ["open_count:sum", "closed_count:sum", "cancelled_count:sum", "reopen_count:sum", "__count"],
        )
        for kind, opened, closed, cancelled, reopened, count in rows:
            orders = self.orders.filtered(lambda order, kind=kind: order.kind == kind)
            self.assertEqual(
                (opened, closed, cancelled, reopened, count),
                (
                    len(orders.filtered(lambda order: not order.closed_at)),
                    len(orders.filtered(lambda order: order.step == "closed")),
                    len(orders.filtered(lambda order: order.step == "cancelled")),
                    sum(orders.mapped("reopen_count")),
                    len(orders),
                ),
            )
            self.assertTrue(opened and closed and cancelled and reopened)

    def test_charged(self):
        """SV-8: what is charged is shown in the company's currency, also of an order in another one."""
        other = (self.env.ref("base.EUR") | self.env.ref("base.USD")) - self.company.currency_id
        other.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", other.id)]).unlink()
        self.env["res.currency.rate"].create(
            [
                {"currency_id": other.id, "company_id": self.company.id, "name": day, "rate": rate}
                for day, rate in (("2025-01-01", 4.0), ("2026-01-01", 2.0), ("2026-04-01", 8.0))
            ]
        )
        pricelist = self.env["product.pricelist"].create({"name": "Foreign", "currency_id": other.id})
        foreign = (
            self.orders.filtered(lambda order: order.step == "work")[:1]
            or self.orders.filtered(lambda order: not order.closed_at)[:1]
        )
        foreign.sudo().pricelist_id = pricelist
        self.env.flush_all()
        rows = {row.id: row for row in self.Report.search(self.own)}
        for order in self.orders.sudo():
            charged = order._to_company_currency(order.amount_untaxed_charged)
            if order.step == "cancelled":
                charged = 0
            self.assertAlmostEqual(rows[order.id].amount_charged, charged, 2)
        self.assertEqual(foreign.currency_id, other)
        self.assertAlmostEqual(
            rows[foreign.id].amount_charged, foreign.sudo().amount_untaxed_charged / 2, 2, "the day's rate"
        )

    def test_in_time(self):
        """TL-3, SV-5: the share in time is of what is decided, by the round that the order is in."""
        expected = {"completed_in_time": [], "handed_over_in_time": []}
        for order in self.orders.sudo():
            for milestone, fname in (("complete", "completed_in_time"), ("hand_over", "handed_over_in_time")):
                clock = order.deadline_ids.filtered(
                    lambda clock, milestone=milestone, order=order: (
                        clock.milestone == milestone and clock.round == order.reopen_count
                    )
                )
                self.assertEqual(len(clock), 1, order.name)
                share = {"met": 100, "late": 0, "breached": 0}.get(clock.state)
                if share is not None:
                    expected[fname].append(share)
        for fname, shares in expected.items():
            self.assertEqual(set(shares), {0, 100})
            self.assertLess(len(shares), len(self.orders), "not all are decided")
            ((shown, count),) = self.Report._read_group(self.own, [], [f"{fname}:avg", "__count"])
            self.assertAlmostEqual(shown, sum(shares) / len(shares), 4)
            self.assertEqual(count, len(self.orders), "an order with two rounds is counted once")

    def test_first_time(self):
        """SV-5: right the first time is what nobody had to repair again; the repeat itself is not closed."""
        self.assertEqual(self.again.sudo().repeat_of_id, self.first)
        self.assertTrue(self.again.is_repeat)
        ((share, repeats),) = self.Report._read_group(
            [*self.own, ("kind", "=", "repair")], [], ["fixed_first_time:avg", "repeat_count:sum"]
        )
        closed = self.orders.filtered(lambda order: order.kind == "repair" and order.step == "closed")
        self.assertAlmostEqual(share, 100 * (len(closed) - 1) / len(closed))
        self.assertEqual(repeats, sum(self.orders.mapped("is_repeat")))
        none = self.Report._read_group([*self.own, ("kind", "=", "preventive")], [], ["fixed_first_time:avg"])
        self.assertFalse(none[0][0], "nothing was to be repaired")
        with patch.object(type(self.again), "_gate_requirements", lambda orders: []):
            self.again.action_cancel("By mistake.")
        self.env.flush_all()
        ((share,),) = self.Report._read_group(
            [*self.own, ("kind", "=", "repair")], [], ["fixed_first_time:avg"]
        )
        self.assertEqual(share, 100)

    def test_days(self):
        """SV-5: how long it took, and how long it stood in the workshop."""
        row = self.Report.browse(self.first.id)
        took = self.first.closed_at - self.first.requested_at
        self.assertAlmostEqual(row.handling_days, took.total_seconds() / 86400, 4)
        self.assertAlmostEqual(row.workshop_days, 1, 4)

    def test_by_technician(self):
        """OR-4: an order of two technicians is under each of them, and once in the total."""
        rows = self.Report._read_group(self.own, ["technician_ids"], ["__count"])
        for technician, count in rows:
            self.assertEqual(
                count,
                len(
                    self.orders.filtered(
                        lambda order, technician=technician: technician in order.technician_ids
                    )
                ),
            )
        ((total,),) = self.Report._read_group(self.own, [], ["__count"])
        self.assertEqual(total, len(self.orders))
        self.assertGreater(sum(count for _technician, count in rows), total)

    def test_work(self):
        """OR-4: hours of technicians add up to the hours of orders; nothing is counted twice."""
        rows = self.Work._read_group(self.own, ["employee_id"], ["hours_spent:sum", "hours_booked:sum"])
        logs = self.orders.sudo().worklog_ids
        bookings = (
            self.env["complaint.service.booking"]
            .with_context(active_test=False)
            .search([("order_id", "in", self.orders.ids), ("state", "in", ("planned", "done"))])
        )
        self.assertTrue(bookings)
        for employee, spent, booked in rows:
            mine = logs.filtered(lambda log, employee=employee: log.employee_id == employee)
            self.assertAlmostEqual(spent, sum(mine.mapped("hours")), 4)
            planned = bookings.filtered(lambda booking, employee=employee: booking.employee_id == employee)
            self.assertAlmostEqual(
                booked,
                sum((booking.stop - booking.start).total_seconds() for booking in planned) / 3600,
                4,
            )
        self.assertAlmostEqual(sum(row[1] for row in rows), sum(self.orders.mapped("hours_spent")), 4)
        ids = self.Work.search(self.own).ids
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(len(ids), len(logs) + len(bookings))

    # who sees them

    def test_who_reads(self):
        """OR-1, OR-3: each sees figures of the orders they see; who appraises sees people's work."""
        foreign = new_test_user(
            self.env,
            "foreign_workshop",
            groups=f"{SERVICE_GROUP}manager",
            company_id=self.company_2.id,
            company_ids=[Command.set(self.company_2.ids)],
        )
        everything = set(self.orders.ids)
        for user in (self.workshop_manager, self.manager, self.auditor, self.quality):
            for Model in (self.Report, self.Work):
                found = Model.with_user(user).search(self.own)
                self.assertEqual(set(found.order_id.ids), everything, (user.login, Model._name))
        for user in (self.advisor, self.other_advisor):
            expected = set(self.Order.with_user(user).search([("id", "in", self.orders.ids)]).ids)
            self.assertEqual(set(self.Report.with_user(user).search(self.own).ids), expected)
            self.assertTrue(expected)
            self.assertLess(expected, everything)
        for user in (self.handler, foreign, self.foreign_manager):
            self.assertFalse(self.Report.with_user(user).search(self.own), user.login)
        for user, Model in (
            (self.technician_user, self.Report),
            (self.plain_user, self.Report),
            (self.technician_user, self.Work),
            (self.advisor, self.Work),
            (self.handler, self.Work),
        ):
            with self.subTest(user=user.login, model=Model._name), self.assertRaises(AccessError):
                Model.with_user(user).search(self.own)
        row = self.Report.search(self.own, limit=1)
        for user in (self.workshop_manager, self.env.user):
            with self.assertRaises(Exception):  # noqa: B017 - a view of the database takes nothing
                row.with_user(user).sudo(False).write({"number": "X"})

    def test_costs_are_not_for_everybody(self):
        """OR-1: what work costs us is for those who may know it."""
        self.Report._read_group(self.own, [], ["cost_total:sum"])
        with self.assertRaises(AccessError):
            self.Report.with_user(self.advisor)._read_group(self.own, [], ["cost_total:sum"])

    def test_excluded(self):
        """OR-2: who is concerned by the complaint behind an order finds nothing of it in the figures."""
        complaint = self.new_complaint(
            employee_ids=[Command.set(self.new_employee(self.workshop_manager).ids)]
        )
        self.first.sudo().complaint_id = complaint
        self.env.flush_all()
        self.assertFalse(self.Report.search([("id", "=", self.first.id)]))
        self.assertFalse(self.Work.search([("order_id", "=", self.first.id)]))
        self.assertTrue(self.Report.with_user(self.auditor).search([("id", "=", self.first.id)]))
        counted = self.Report._read_group(self.own, [], ["__count"])[0][0]
        self.assertEqual(counted, len(self.orders) - 1)

    def test_views(self):
        """The views open, and their cost does not grow with the orders."""
        for model in (self.Report, self.Work):
            views = model.get_views([(False, kind) for kind in ("search", "pivot", "graph", "list")])
            self.assertEqual(len(views["views"]), 4)

        def cost(domain):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            specification = {
                fname: {"fields": {"display_name": {}}} if self.Report._fields[fname].relational else {}
                for fname in ("order_id", "technician_ids", "team_id", "hours_spent", "amount_warranty")
            }
            self.Report.web_search_read(domain, specification)
            return self.env.cr.sql_log_count - before

        cost(self.own)
        self.assertEqual(cost([("id", "in", self.orders[:2].ids)]), cost(self.own))
