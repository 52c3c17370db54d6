from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.service.care_common import CareCommon

CRON = "odoo.addons.complaint_management.models.service.watch_check"


class WatchCommon(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.car.purchase_date = "2026-01-05"
        cls.env["mail.activity"].search([("res_model", "=", "complaint.asset")]).unlink()

    @classmethod
    def new_rule(cls, **vals):
        """Create a limit of 30 days in repair within two years of the purchase."""
        return cls.Watch.create(
            {"name": "Days", "kind_id": cls.vehicles.id, "limit": 30, "months": 24, **vals}
        )

    def run_cron(self, moment):
        self.env.flush_all()
        with (
            self.mock_datetime_and_now(fields.Datetime.to_datetime(f"{moment}:00")),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("complaint_management.ir_cron_asset_watch").method_direct_trigger()
        self.env.invalidate_all()
        return self.warnings()

    def warnings(self, **vals):
        domain = [(fname, "=", value) for fname, value in {"state": "open", **vals}.items()]
        return self.Warning.search([("asset_id", "=", self.car.id), *domain])


@tagged("post_install", "-at_install")
class TestWatch(WatchCommon):
    """SV-7, X-12: legal limits of repairs raise warnings before they are passed."""

    def test_days(self):
        """The cron raises it at 80 percent, and again when it is passed; twice it does nothing."""
        self.new_rule()
        order = self.new_received("2026-03-02 08:00")
        # The 24th day begins 23 days later.
        self.assertEqual(self.car.watch_next_at, datetime(2026, 3, 25, 8, 1))
        self.assertFalse(self.run_cron("2026-03-25 08:00"))
        warning = self.run_cron("2026-03-25 08:01")
        self.assertRecordValues(
            warning, [{"level": "near", "value": 24, "limit": 30, "passed_at": False, "order_id": order.id}]
        )
        self.assertEqual(self.car.activity_ids.user_id, self.workshop_manager)
        self.assertEqual(self.car.watch_next_at, datetime(2026, 4, 1, 8, 1))
        self.assertEqual(self.run_cron("2026-03-25 09:00"), warning)
        self.assertEqual(self.run_cron("2026-04-01 08:00"), warning)
        self.assertEqual(warning.level, "near")
        self.assertEqual(self.run_cron("2026-04-01 08:01"), warning)
        self.assertRecordValues(
            warning, [{"level": "passed", "value": 31, "passed_at": datetime(2026, 4, 1, 8, 1)}]
        )
        self.assertFalse(self.car.watch_next_at)
        self.assertEqual(len(self.car.activity_ids), 1)
        self.assertIn("31", self.car.activity_ids.summary)
        self.assertEqual(self.run_cron("2026-05-01 08:01"), warning)

    def test_all_together(self):
        """All repairs count together, without what the customer let pass."""
        self.new_rule(limit=5, warn_share=100)
        first = self.new_received("2026-03-02 08:00")
        with freeze_time("2026-03-04 09:00:00"):
            self.advance(first, "handover")
        with freeze_time("2026-03-09 08:00:00"):
            self.finish(first)
        self.assertFalse(self.warnings())
        second = self.new_received("2026-03-10 08:00")
        # 3 days are over: the second day of this one is the fifth.
        self.assertEqual(self.car.watch_next_at, datetime(2026, 3, 11, 8, 1))
        with freeze_time("2026-03-13 09:00:00"):
            self.advance(second, "handover")
        self.assertRecordValues(self.warnings(), [{"level": "passed", "value": 7, "order_id": second.id}])
        self.assertFalse(self.car.watch_next_at)

    def test_customer_delay(self):
        """Where the law wants it so, the days count until it is fetched."""
        rule = self.new_rule(limit=3, warn_share=100)
        order = self.new_received("2026-03-02 08:00")
        with freeze_time("2026-03-03 07:00:00"):
            self.advance(order, "handover")
        with freeze_time("2026-03-10 08:00:00"):
            self.finish(order)
        self.assertFalse(self.warnings())
        rule.customer_delay = True
        self.car._check_watch()
        self.assertEqual(self.warnings().value, 8)

    def test_same_fault(self):
        """More than four repairs of the same fault: warned at the fourth, passed with the fifth."""
        self.new_rule(measure="same_fault_count", limit=4, warn_share=75)
        levels = []
        for number in range(5):
            order = self.new_received(f"2026-03-{2 + 3 * number:02} 08:00", fault_id=self.brakes.id)
            with freeze_time(f"2026-03-{3 + 3 * number:02} 08:00:00"):
                self.finish(order)
            levels.append(self.warnings().level)
        self.assertEqual(levels, [False, False, "near", "near", "passed"])
        self.assertRecordValues(self.warnings(), [{"value": 5, "fault_id": self.brakes.id}])
        self.new_received("2026-04-20 08:00", fault_id=self.engine.id)
        self.assertEqual(len(self.warnings()), 1)

    def test_safety(self):
        """Two repairs of safety faults, whichever: the third one passes the limit."""
        self.new_rule(measure="safety_fault_count", limit=2, warn_share=100)
        steering = self.env["complaint.service.fault"].create({"name": "Steering fails", "safety": True})
        levels = []
        for number, fault in enumerate((self.brakes, self.engine, steering, self.brakes)):
            self.new_received(f"2026-03-{2 + number:02} 08:00", fault_id=fault.id)
            levels.append(self.warnings().level)
        self.assertEqual(levels, [False, False, "near", "passed"])

    def test_what_counts(self):
        """Within so many months and so much use, repairs alone, no accidents, none cancelled."""
        self.new_rule(measure="same_fault_count", limit=1, warn_share=100, usage_limit=50_000)
        self.new_received("2026-02-01 08:00", fault_id=self.brakes.id, usage_in=20_000)
        cases = (
            ({"type_id": self.regular.id}, False),
            ({"watch_ignore": True}, False),
            ({"usage_in": 50_001}, False),
            ({"usage_in": 50_000}, True),
        )
        for vals, counts in cases:
            with self.subTest(vals), self.env.cr.savepoint() as savepoint:
                order = self.new_received("2026-03-02 08:00", fault_id=self.brakes.id, **vals)
                self.assertEqual(self.warnings().level, "passed" if counts else "near")
                with freeze_time("2026-03-03 08:00:00"):
                    order.sudo().action_cancel("No.")
                self.assertEqual(self.warnings().value, 1)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)
        self.car.purchase_date = "2024-01-31"
        self.assertFalse(self.warnings())
        self.car.purchase_date = "2024-02-01"
        self.assertTrue(self.warnings())
        self.car.purchase_date = False
        self.assertTrue(self.warnings(), "better one too many")

    def test_lapsed(self):
        """What counted too much is settled by itself, and says so."""
        self.new_rule(measure="same_fault_count", limit=1, warn_share=100)
        order = self.new_received("2026-03-02 08:00", fault_id=self.brakes.id)
        warning = self.warnings()
        self.assertTrue(self.car.activity_ids)
        order.sudo().watch_ignore = True
        self.assertEqual(warning.state, "handled")
        self.assertIn("by itself", warning.note)
        self.assertFalse(self.car.activity_ids)

    def test_handled(self):
        """Handled with words by a manager; a further repair raises it anew, the same one does not."""
        self.new_rule(measure="same_fault_count", limit=1, warn_share=100)
        self.new_received("2026-03-02 08:00", fault_id=self.brakes.id)
        warning = self.warnings()
        with self.assertRaises(AccessError):
            warning.with_user(self.advisor).action_handle()
        as_manager = warning.with_user(self.workshop_manager)
        self.assertRefuses("Write down", as_manager.action_handle)
        self.assertRefuses("counted by themselves", as_manager.write, {"value": 0})
        as_manager.note = "We lend her a car."
        as_manager.action_handle()
        self.assertRecordValues(warning, [{"state": "handled", "handled_by_id": self.workshop_manager.id}])
        self.assertFalse(self.car.activity_ids)
        self.assertRefuses("already", as_manager.action_handle)
        self.car._check_watch()
        self.assertFalse(self.warnings())
        self.new_received("2026-03-12 08:00", fault_id=self.brakes.id)
        self.assertEqual(self.warnings().level, "passed")

    def test_for_whom(self):
        """By company, country, kind and vehicles alone."""
        for vals, applies in (
            ({}, True),
            ({"company_id": self.company_2.id, "kind_id": False}, False),
            ({"country_id": self.env.ref("base.aq").id}, False),
            ({"kind_id": self.env["complaint.asset.kind"].create({"name": "Boat"}).id}, False),
            ({"kind_id": False}, True),
            ({"vehicles": True}, False),
        ):
            with self.subTest(vals):
                self.assertEqual(self.new_rule(**vals)._is_for(self.car), applies)
        self.company.country_id = self.env.ref("base.cn")
        self.vehicles.sudo().write({"usage_unit": "km"})
        car = self.new_asset(
            serial="LSVAU2181C2184847",
            kind_id=self.env["complaint.asset.kind"].create({"name": "Car", "serial_kind": "vin"}).id,
        )
        rules = self.Watch.with_context(active_test=False).search([("name", "ilike", "Cars in China")])
        self.assertEqual(len(rules), 3)
        self.assertTrue(all(rule._is_for(car) for rule in rules))
        self.assertFalse(any(rule._is_for(self.car) for rule in rules))

    def test_shown(self):
        """On the object, its orders and its complaints."""
        self.new_rule(measure="same_fault_count", limit=1, warn_share=100)
        complaint = self.new_complaint(asset_id=self.car.id)
        self.assertFalse(complaint.asset_warning_note)
        order = self.new_received("2026-03-02 08:00", fault_id=self.brakes.id)
        self.assertEqual(self.warnings().sudo().complaint_id, complaint)
        complaint.invalidate_recordset()
        for record, fname in ((self.car, "warning_note"), (order, "warning_note")):
            self.assertIn("1 of 1", record.with_user(self.advisor)[fname])
        self.assertIn("1 of 1", complaint.with_user(self.handler).asset_warning_note)
        form = Form(order.with_user(self.advisor))
        self.assertIn("1 of 1", str(form.warning_note))

    def test_excluded(self):
        """OR-2: the employee concerned by the complaint is not told and sees no warning of its order."""
        self.new_rule(measure="same_fault_count", limit=1, warn_share=100)
        employee = self.new_employee(self.workshop_manager)
        complaint = self.new_complaint(employee_ids=[Command.set(employee.ids)])
        self.new_received("2026-03-02 08:00", fault_id=self.brakes.id, complaint_id=complaint.id)
        warning = self.warnings()
        self.assertNotIn(self.workshop_manager, self.car.activity_ids.user_id)
        self.assertFalse(self.Warning.with_user(self.workshop_manager).search([("id", "=", warning.id)]))
        self.assertFalse(self.car.with_user(self.workshop_manager).warning_note)
        self.assertTrue(self.car.with_user(self.advisor).warning_note)
        with self.assertRaises(AccessError):
            warning.with_user(self.advisor).read(["complaint_id"])
        self.assertNotIn(complaint.number, warning.with_user(self.advisor).source)
        self.assertIn(complaint.number, warning.with_user(self.manager).source)

    def test_companies(self):
        """OR-3: a warning is read in its company alone."""
        self.new_rule(measure="same_fault_count", limit=1, warn_share=100)
        self.new_received("2026-03-02 08:00", fault_id=self.brakes.id)
        self.assertTrue(self.Warning.with_user(self.auditor).search([]))
        self.assertFalse(self.Warning.with_user(self.foreign_manager).search([]))
        with self.assertRaises(AccessError):
            self.Warning.with_user(self.plain_user).search([])

    def test_merge(self):
        """A warning goes on in the complaint into which its own was merged."""
        self.new_rule(measure="same_fault_count", limit=1, warn_share=100)
        complaint, target = self.new_complaint(asset_id=self.car.id), self.new_complaint()
        self.new_received("2026-03-02 08:00", fault_id=self.brakes.id)
        (complaint | target).merge_into(target)
        self.assertEqual(self.warnings().sudo().complaint_id, target)

    def test_new_rule(self):
        """A limit that is set while something is in repair counts for it, by the cron."""
        order = self.new_received("2026-03-02 08:00")
        self.new_received("2026-03-02 08:00", asset_id=self.new_asset(serial="X-3").id)
        with self.mock_datetime_and_now(fields.Datetime.to_datetime("2026-03-20 08:00:00")):
            self.new_rule(limit=10)
        warning = self.run_cron("2026-03-20 08:10")
        self.assertRecordValues(warning, [{"level": "passed", "value": 19, "order_id": order.id}])

    def test_batches_and_what_is_due(self):
        """DESIGN 4.3: batch by batch, and nothing but what is due is read."""
        self.new_rule(limit=10, warn_share=100)
        assets = [self.new_asset(serial=f"W-{number}", kind_id=self.vehicles.id) for number in range(5)]
        for asset in assets:
            self.new_received("2026-03-02 08:00", asset_id=asset.id)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        with self.mock_datetime_and_now(fields.Datetime.to_datetime("2026-03-05 08:00:00")):
            self.assertEqual(self.Asset._run_watch(100), (0, 0))
        self.assertLessEqual(self.env.cr.sql_log_count - before, 3)
        with patch(f"{CRON}.BATCH", 2):
            self.run_cron("2026-03-12 08:01")
        self.assertEqual(len(self.Warning.search([("asset_id", "in", [asset.id for asset in assets])])), 5)

    def test_cost(self):
        """The queries do not grow with the number of objects, as long as nobody has to be told."""
        self.new_rule(limit=300)
        costs = []
        for number in (1, 10):
            assets = self.Asset.browse()
            for index in range(number):
                asset = self.new_asset(serial=f"C-{number}-{index}", kind_id=self.vehicles.id)
                self.new_received("2026-03-02 08:00", asset_id=asset.id)
                assets |= asset
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with freeze_time("2026-03-12 08:00:00"):
                assets._check_watch()
                self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*costs)

    def test_bad_input(self):
        for vals in ({"limit": 0}, {"warn_share": 0}, {"warn_share": 101}, {"months": -1}):
            with self.subTest(vals), self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                self.new_rule(**vals)

    def test_moment_agrees(self):
        """What the object waits for is the moment at which the count says so, by every method."""
        for method in ("period", "calendar", "working"):
            with self.subTest(method):
                self.Watch.search([]).active = False
                rule = self.new_rule(limit=5, warn_share=100, method=method)
                order = self.new_received("2026-03-06 15:00")
                moment = self.car.watch_next_at
                for at, expected in ((moment, True), (moment - timedelta(minutes=2), False)):
                    with freeze_time(at):
                        value = rule._measure(self.car, order)[self.brakes.browse()][0]
                    self.assertEqual(value >= 5, expected, (at, value))
                self.advance(order, "cancelled")
