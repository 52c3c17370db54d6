from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.service.care_common import CareCommon

TODAY = "2026-03-02"


def day(text):
    return date.fromisoformat(text)


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 08:00:00")
class TestServicePlan(CareCommon):
    """SV-7: what is due to which object, by time and by use."""

    def test_by_time(self):
        """Without a known service, so many months after the purchase; after one, after that."""
        self.car.purchase_date = "2025-06-30"
        plan = self.new_plan(every_months=8, first_months=20)
        self.refresh()
        due = self.due()
        self.assertEqual((due.plan_id, due.due_date), (plan, day("2027-02-28")))
        self.assertEqual(self.car.next_service_date, day("2027-02-28"))
        due.with_user(self.advisor).entered_date = "2025-12-31"
        self.assertEqual((due.last_date, due.due_date), (day("2025-12-31"), day("2026-08-31")))
        plan.every_months = 6
        self.assertEqual(due.due_date, day("2026-08-31"), "not before the background has worked it off")
        self.refresh()
        self.assertEqual(due.due_date, day("2026-06-30"))
        self.assertEqual(self.car.next_service_date, day("2026-06-30"))

    def test_of_the_past_nothing_is_known(self):
        """An object that is entered when it is old is not years late: the next anniversary counts."""
        for bought, expected in (
            ("2015-05-10", "2026-05-10"),
            # Two months late is late, longer ago is unknown.
            ("2025-01-10", "2026-01-10"),
            ("2024-12-10", "2026-12-10"),
            (False, False),
        ):
            with self.subTest(bought):
                self.new_plan() if not self.Plan.search_count([]) else None
                asset = self.new_asset(kind_id=self.vehicles.id, purchase_date=bought)
                self.assertEqual(self.due(asset).due_date, expected and day(expected))

    def test_by_use(self):
        """The day on which it is likely to reach the value, from its readings."""
        self.car.purchase_date = "2026-01-01"
        plan = self.new_plan(every_months=0, every_usage=10_000, yearly_usage=18_250)
        self.refresh()
        due = self.due()
        # Nothing read off yet: 50 km a day are assumed since the purchase, 200 days.
        self.assertRecordValues(
            due, [{"next_usage": 10_000, "forecast_date": day("2026-07-20"), "due_date": day("2026-07-20")}]
        )
        self.read_off("2026-01-11", 1_000)
        # One reading says nothing of a rate: 9,000 km at 50 a day, 180 days.
        self.assertEqual(due.due_date, day("2026-07-10"))
        self.read_off("2026-01-31", 3_000)
        # 100 km a day by now: 70 days.
        self.assertEqual(due.due_date, day("2026-04-11"))
        reading = self.read_off("2026-03-01", 5_900)
        self.assertEqual(due.due_date, day("2026-04-11"))
        reading._strike_out("Read wrong.")
        self.read_off("2026-03-01", 3_000)
        # 2,000 km in 49 days: 40.8 a day, 171.5 days for the other 7,000.
        self.assertEqual(due.due_date, day("2026-08-20"))
        plan.yearly_usage = 0
        self.refresh()
        other = self.new_asset(kind_id=self.vehicles.id)
        self.read_off("2026-03-01", 80_000, other)
        self.assertRecordValues(self.due(other), [{"next_usage": 90_000, "due_date": False}])

    def test_earlier_of_both(self):
        self.car.purchase_date = "2026-01-01"
        self.new_plan(every_months=12, every_usage=10_000)
        self.refresh()
        due = self.due()
        self.assertEqual(due.due_date, day("2027-01-01"))
        self.read_off("2026-01-11", 1_000)
        self.read_off("2026-01-31", 3_000)
        self.assertRecordValues(
            due,
            [
                {
                    "next_date": day("2027-01-01"),
                    "forecast_date": day("2026-04-11"),
                    "due_date": day("2026-04-11"),
                }
            ],
        )

    def test_after_an_order(self):
        """SV-7: a closed order of that service begins the next cycle, at the reading of its hand-over."""
        self.car.purchase_date = "2025-06-01"
        self.new_plan(every_months=12, every_usage=10_000)
        self.read_off("2026-01-01", 7_000)
        self.read_off("2026-02-20", 9_000)
        self.refresh()
        due = self.due()
        self.assertEqual((due.cycle, due.state), (1, "open"))
        repair = self.new_order(type_id=self.repair.id)
        self.assertEqual(due.state, "open", "a repair is no regular service")
        order = self.new_order(type_id=self.regular.id)
        self.assertEqual(due.state, "ordered")
        order.sudo().action_cancel("She goes elsewhere.")
        self.assertEqual(due.state, "open")
        order = self.new_order(type_id=self.regular.id)
        self.advance(order, "handover")
        order.sudo()._hand_over("Zhang San", False, usage=9_500, unsigned_reason="By post.")
        self.assertEqual((due.state, due.last_date), ("ordered", False))
        self.advance(order, "closed")
        self.assertRecordValues(
            due,
            [
                {
                    "state": "open",
                    "last_date": day(TODAY),
                    "last_usage": 9_500,
                    "next_date": day("2027-03-02"),
                    "next_usage": 19_500,
                }
            ],
        )
        self.reopen(order)
        self.assertEqual((due.state, due.last_date), ("ordered", False))
        repair.sudo().action_cancel("No.")

    def test_counter_replaced(self):
        """What was used before the counter was replaced counts as well."""
        self.new_plan(every_months=0, every_usage=10_000)
        self.refresh()
        due = self.due()
        due.write({"entered_date": "2025-11-01", "entered_usage": 40_000})
        self.read_off("2025-11-01", 40_000)
        self.read_off("2026-01-10", 44_000)
        self.read_off("2026-01-20", 0, reason="New meter.")
        self.read_off("2026-02-20", 2_000)
        self.assertEqual(due.next_usage, 6_000)

    def test_nearest_plan(self):
        """Of several plans for one service the nearest to the object applies; other services stand beside."""
        category = self.env["product.category"].create({"name": "Cars"})
        sporty = self.env["product.category"].create({"name": "Sporty", "parent_id": category.id})
        product = self.env["product.product"].create({"name": "Roadster", "categ_id": sporty.id})
        of_kind = self.new_plan(name="Kind")
        other_service = self.new_plan(name="Check", type_id=self.consultation.id)
        asset = self.new_asset(kind_id=self.vehicles.id)
        self.assertEqual(self.due(asset).plan_id, of_kind | other_service)
        asset.product_id = product
        self.assertEqual(self.due(asset).plan_id, of_kind | other_service)
        of_category = self.new_plan(name="Category", kind_id=False, categ_id=category.id)
        self.refresh()
        self.assertEqual(self.due(asset).plan_id, of_category | other_service)
        of_product = self.new_plan(name="Product", kind_id=False, product_id=product.id)
        self.refresh()
        self.assertEqual(self.due(asset).plan_id, of_product | other_service)
        of_product.active = False
        self.refresh()
        self.assertEqual(self.due(asset).plan_id, of_category | other_service)
        product.categ_id = self.env["product.category"].create({"name": "Boats"})
        self.refresh()
        self.assertEqual(self.due(asset).plan_id, of_kind | other_service)

    def test_gone(self):
        """Nothing is due to what was sold, scrapped or archived; it is again when it comes back."""
        self.car.purchase_date = "2025-06-01"
        self.new_plan()
        self.refresh()
        due = self.due()
        for vals, back in (
            ({"state": "sold"}, {"state": "in_use"}),
            ({"state": "scrapped"}, {"state": "in_use"}),
            ({"active": False}, {"active": True}),
        ):
            with self.subTest(vals):
                self.assertTrue(due.next_event_at)
                self.car.write(vals)
                self.assertRecordValues(due, [{"state": "off", "due_date": False, "next_event_at": False}])
                self.assertFalse(self.car.next_service_date)
                self.car.write(back)
                self.assertEqual((due.state, due.due_date), ("open", day("2026-06-01")))

    def test_companies(self):
        """OR-3: a plan of one company is for its objects; one of all companies for all."""
        foreign = self.Asset.create(
            {"model": "Truck", "company_id": self.company_2.id, "kind_id": self.vehicles.id}
        )
        self.new_plan(company_id=self.company.id)
        self.refresh()
        self.assertFalse(self.due(foreign))
        shared = self.new_plan(name="Everybody's")
        self.refresh()
        self.assertEqual(self.due(foreign).plan_id, shared)
        self.assertNotEqual(self.due().plan_id, shared, "that of the company goes before")
        foreign_user = self.new_service_user("manager", "foreign_service")
        foreign_user.write(
            {"company_ids": [Command.set(self.company_2.ids)], "company_id": self.company_2.id}
        )
        self.assertEqual(self.Due.with_user(foreign_user).search([]), self.due(foreign))

    def test_one_click(self):
        """SV-7: one click makes the order; a second one opens it."""
        self.car.purchase_date = "2025-06-01"
        self.new_plan()
        self.refresh()
        due = self.due()
        action = due.with_user(self.advisor).action_create_order()
        order = self.Order.browse(action["res_id"])
        self.assertRecordValues(
            order,
            [
                {
                    "asset_id": self.car.id,
                    "partner_id": self.customer.id,
                    "type_id": self.regular.id,
                    "name": "Yearly service",
                    "user_id": self.advisor.id,
                }
            ],
        )
        self.assertEqual((due.state, due.next_event_at), ("ordered", False))
        self.assertEqual(due.with_user(self.advisor).action_create_order()["res_id"], order.id)
        order.team_id = self.other_workshop
        order.user_id = self.other_advisor
        self.assertRefuses("Another team", due.with_user(self.advisor).action_create_order)
        order.sudo().action_cancel("No.")
        action = self.car.with_user(self.advisor).action_create_order()
        self.assertEqual(self.Order.browse(action["res_id"]).type_id, self.regular)
        self.Order.browse(action["res_id"]).sudo().action_cancel("No.")
        self.car.partner_id = False
        self.assertRefuses("owner", due.with_user(self.advisor).action_create_order)
        self.car.state = "scrapped"
        self.assertRefuses("not for this object", due.with_user(self.advisor).action_create_order)
        with self.assertRaises(AccessError):
            due.with_user(self.plain_user).action_create_order()

    def test_who_may(self):
        """OR-1: advisors enter what was done elsewhere, nothing else; managers set plans up."""
        self.new_plan()
        self.refresh()
        due = self.due()
        due.with_user(self.advisor).entered_date = "2026-01-01"
        for user in (self.technician_user, self.first_contact, self.auditor, self.quality):
            with self.subTest(user.login):
                self.assertTrue(due.with_user(user).read(["due_date"]))
                with self.assertRaises(AccessError):
                    due.with_user(user).entered_date = "2026-01-02"
                with self.assertRaises(AccessError):
                    self.Plan.with_user(user).create({"name": "Mine", "type_id": self.regular.id})
        for vals in ({"due_date": "2026-01-01"}, {"state": "off"}, {"next_event_at": False}):
            self.assertRefuses("follows from", due.with_user(self.workshop_manager).write, vals)
        plan = self.Plan.with_user(self.workshop_manager).create(
            {"name": "Mine", "type_id": self.regular.id, "every_months": 6, "kind_id": self.vehicles.id}
        )
        self.assertEqual(plan.reminder_ids.mapped("days"), [30, 7, 0])

    def test_bad_input(self):
        for vals in (
            {"every_months": -1},
            {"every_months": 0},
            {"reminder_ids": [Command.create({"days": 7}), Command.create({"days": 7})]},
        ):
            with self.subTest(vals), self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                self.new_plan(**vals)
        nothing_counted = self.env["complaint.asset.kind"].create({"name": "Chair"})
        with self.assertRaises(ValidationError):
            self.new_plan(kind_id=nothing_counted.id, every_usage=5)
        plan = self.new_plan()
        self.refresh()
        self.assertRefuses("Archive it", plan.unlink)
        self.assertRefuses("in the past", self.due().write, {"entered_date": "2026-03-03"})

    def test_background(self):
        """DESIGN 4.3: a change of a plan is worked off in batches, each asked for once."""
        assets = self.Asset.create(
            [
                {"model": f"Taxi {number}", "kind_id": self.vehicles.id, "purchase_date": "2025-06-01"}
                for number in range(7)
            ]
        )
        plan = self.new_plan()
        self.assertEqual(len(self.Request.search([])), 1)
        self.assertFalse(self.Due.search([]))
        done, left = self.Request._run_next(3)
        self.assertEqual((done, bool(left), len(self.Due.search([]))), (3, True, 3))
        with self.enter_registry_test_mode():
            self.env.ref("complaint_management.ir_cron_asset_due_refresh").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(len(self.Due.search([("asset_id", "in", assets.ids)])), 7)
        self.assertEqual(self.Request.search([]).mapped("state"), ["done"])
        plan.every_months = 6
        plan.late_days = 10
        waiting = self.Request.search([("state", "=", "waiting")])
        self.assertEqual(len(waiting), 1)
        plan.name = "Other words"
        self.assertEqual(self.Request.search([("state", "=", "waiting")]), waiting)

    def test_cost(self):
        """DESIGN 4.3: the queries of counting anew do not grow with the number of objects."""
        self.new_plan(every_usage=10_000)
        costs = []
        for number in (1, 20):
            assets = self.Asset.create(
                [
                    {"model": f"Taxi {number}", "kind_id": self.vehicles.id, "purchase_date": "2025-06-01"}
                    for _taxi in range(number)
                ]
            )
            self.env["complaint.asset.reading"].create(
                [{"asset_id": asset.id, "date": "2026-02-01 10:00:00", "value": 500} for asset in assets]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            assets._refresh_dues()
            assets.write({"purchase_date": "2025-07-01"})
            self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*costs)
        self.assertEqual(set(assets.mapped("next_service_date")), {day("2026-07-01")})

    def test_list_cost(self):
        """A page of due services costs the same with one as with many."""
        self.new_plan()
        self.new_asset(kind_id=self.vehicles.id, purchase_date="2025-06-01")
        costs = []
        for turn in range(3):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Due.with_user(self.advisor).web_search_read(
                [], {name: {} for name in ("display_name", "days_left", "due_date", "partner_id", "state")}
            )
            costs.append(self.env.cr.sql_log_count - before)
            for number in range(15):
                self.new_asset(
                    kind_id=self.vehicles.id, purchase_date="2025-06-01", serial=f"SN-9{turn}{number:02}"
                )
        # The first one also reads what stays in memory.
        self.assertEqual(*costs[1:])


@tagged("post_install", "-at_install")
class TestUserErrors(CareCommon):
    def test_request_needs_a_plan(self):
        """A plan that is used cannot go away, one that is not can."""
        plan = self.new_plan()
        plan.unlink()
        self.assertFalse(plan.exists())
        with self.assertRaises(UserError):
            used = self.new_plan()
            self.refresh()
            used.unlink()
