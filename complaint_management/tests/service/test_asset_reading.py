from datetime import date, datetime

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.complaint_management.tests.service.common import ServiceCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestAssetReading(ServiceCommon):
    """What meters show: up with time, or with a reason; never changed, struck out instead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Reading = cls.env["complaint.asset.reading"]
        cls.vehicle = cls.env.ref("complaint_management.complaint_asset_kind_vehicle")
        cls.device = cls.env.ref("complaint_management.complaint_asset_kind_device")
        cls.taxi = cls.new_asset(kind_id=cls.vehicle.id, serial="1M8GDM9AXKP042788")
        cls.first = cls.log(20000, "2026-01-10 08:00:00")
        cls.last = cls.log(25000, "2026-02-10 08:00:00")

    @classmethod
    def log(cls, value, moment, **vals):
        return cls.Reading.create({"asset_id": cls.taxi.id, "value": value, "date": moment, **vals})

    def test_usage(self):
        """SV-3: the latest reading is the use, shown with its unit."""
        self.assertRecordValues(
            self.taxi,
            [{"usage": 25000, "usage_date": datetime(2026, 2, 10, 8, 0), "usage_text": "25,000 km"}],
        )
        self.log(22000, "2026-01-20 08:00:00")
        self.assertEqual(self.taxi.usage, 25000, "an older one entered later")
        self.log(25000.5, "2026-02-10 08:00:00")
        self.assertEqual(self.taxi.usage_text, "25,000.5 km", "of two at one moment the later one")
        self.assertRecordValues(self.new_asset(), [{"usage": 0, "usage_date": False, "usage_text": False}])

    def test_backwards(self):
        """SV-3: lower than before, or higher than after, only with a reason."""
        self.assertRefuses("showed 25,000 km", self.log, 24999, "2026-02-11 08:00:00")
        self.assertRefuses("showed 25,000 km", self.log, 25001, "2026-02-09 08:00:00")
        self.assertRefuses("showed 20,000 km", self.log, 19999, "2026-02-09 08:00:00")
        self.log(25000, "2026-02-11 08:00:00")
        new_meter = self.log(10, "2026-02-12 08:00:00", reason="New meter")
        self.assertEqual(self.taxi.usage, 10)
        self.log(26000, "2026-02-11 09:00:00")
        self.log(500, "2026-02-20 08:00:00")
        self.assertRefuses("showed", self.log, 499, "2026-02-21 08:00:00", reason="   ")
        self.assertEqual(self.taxi.usage, 500)
        self.assertEqual(new_meter.reason, "New meter")

    def test_first_before_all(self):
        """SV-3: one before all others may be lower only."""
        self.assertRefuses("showed 20,000 km", self.log, 20001, "2025-01-01 08:00:00")
        self.log(1, "2025-01-01 08:00:00")
        self.assertEqual(self.taxi.usage, 25000)

    def test_many_at_once(self):
        """SV-3: readings entered together are held against each other too."""
        with self.assertRaises(ValidationError):
            self.Reading.create(
                [
                    {"asset_id": self.taxi.id, "date": "2026-02-13", "value": 27000},
                    {"asset_id": self.taxi.id, "date": "2026-02-12", "value": 28000},
                ]
            )
        self.Reading.create(
            [
                {"asset_id": self.taxi.id, "date": "2026-02-13", "value": 28000},
                {"asset_id": self.taxi.id, "date": "2026-02-12", "value": 27000},
            ]
        )
        self.assertEqual(self.taxi.usage, 28000)

    def test_bad_input(self):
        """SV-3: what cannot be a reading is refused with advice."""
        for value in (-1, 10_000_000, float("nan"), float("inf")):
            with self.subTest(value=value):
                self.assertRefuses("cannot be a reading", self.log, value, "2026-03-01 08:00:00")
        self.assertRefuses("still to come", self.log, 26000, "2026-03-02 09:00:00")
        lamp = self.new_asset(kind_id=self.device.id)
        self.assertRefuses("Nothing is counted", self.Reading.create, {"asset_id": lamp.id, "value": 1})
        self.assertRefuses("Nothing is counted", self.Reading.create, {"asset_id": self.car.id, "value": 1})

    def test_unit_stays(self):
        """SV-3: km do not become hours, neither by another kind nor by another unit of the kind."""
        hours = self.env.ref("complaint_management.complaint_asset_kind_installation")
        self.assertRefuses("the same is counted", self.taxi.write, {"kind_id": hours.id})
        self.assertRefuses("Make a new kind", self.vehicle.write, {"usage_unit": "mi"})
        self.assertRefuses("Make a new kind", self.vehicle.write, {"serial_kind": "serial"})
        self.vehicle.write({"usage_unit": "km", "serial_kind": "vin", "name": "Car"})
        hours.usage_unit = "cycles"

    def test_struck_out(self):
        """SV-3: a wrong reading stays with the reason, counts no more and is in nobody's way."""
        typo = self.log(260000, "2026-02-20 08:00:00")
        self.assertRefuses("showed", self.log, 26000, "2026-02-21 08:00:00")
        for act, vals in (
            ("changed", {"value": 26000}),
            ("changed", {"date": "2026-01-01"}),
            ("Say why", {"active": False}),
        ):
            self.assertRefuses(act, typo.write, vals)
        typo.write({"value": 260000})
        wizard = self.env["complaint.asset.reading.strike"].with_user(self.advisor)
        wizard.with_context(active_ids=typo.ids).create({"reason": "One digit too many"}).action_apply()
        self.assertRecordValues(typo, [{"active": False, "struck_reason": "One digit too many"}])
        self.assertEqual(self.taxi.usage, 25000)
        self.log(26000, "2026-02-21 08:00:00")
        with self.assertRaises(ValidationError):
            # It would be in the way again.
            typo.active = True

    def test_log(self):
        """SV-3: an order's reading is entered once, by whoever works on it; a second one takes its place."""
        order = self.new_order(asset_id=self.taxi.id)
        taxi = self.taxi.with_user(self.technician_user)
        moment = datetime(2026, 3, 1, 9, 0)
        reading = taxi._log_reading(30000, moment, "reception", order=order)
        self.assertFalse(reading.env.su)
        self.assertRecordValues(
            reading.sudo(),
            [{"user_id": self.technician_user.id, "source": "reception", "order_id": order.id}],
        )
        self.assertEqual(taxi._log_reading(30000, moment, "reception", order=order), reading)
        other = taxi._log_reading(29000, moment, "reception", order=order)
        self.assertEqual((reading.active, other.active, self.taxi.usage), (False, True, 29000))
        taxi._log_reading(29001, moment, "handover", order=order)
        self.assertEqual(len(self.taxi.reading_ids), 4)
        self.assertRefuses("showed 29,001 km", taxi._log_reading, 5, moment, "manual")

    def test_order_kept_back(self):
        """OR-2: whoever reads the object need not know the order in which a reading was taken."""
        order = self.new_order(asset_id=self.taxi.id)
        reading = self.taxi._log_reading(30000, datetime(2026, 3, 1, 9, 0), "reception", order=order)
        for user in (self.advisor, self.workshop_manager):
            mine = reading.with_user(user)
            self.assertEqual(mine.value, 30000)
            with self.assertRaises(AccessError):
                mine.read(["order_id"])
            with self.assertRaises(AccessError):
                self.Reading.with_user(user).search([("order_id", "=", order.id)])

    def test_usage_on_day(self):
        """SV-3: the reading of a day is the last one until its end, in the user's time zone."""
        for day, value in (
            (date(2026, 1, 9), None),
            (date(2026, 1, 10), 20000),
            (date(2026, 2, 9), 20000),
            (date(2026, 3, 1), 25000),
        ):
            with self.subTest(day=day):
                self.assertEqual(self.taxi._get_usage_on(day), value)
        self.log(26000, "2026-02-14 20:00:00")
        shanghai = self.taxi.with_context(tz="Asia/Shanghai")
        self.assertEqual(shanghai._get_usage_on(date(2026, 2, 14)), 25000, "it is the 15th there")
        self.assertEqual(shanghai._get_usage_on(date(2026, 2, 15)), 26000)

    def test_form(self):
        """SV-3: readings are entered on the object's page."""
        with Form(self.taxi.with_user(self.advisor)) as form, form.reading_ids.new() as line:
            line.value = 26500
        self.assertEqual(self.taxi.usage, 26500)
        action = self.taxi.action_open_readings()
        self.assertEqual(self.Reading.search(action["domain"]), self.taxi.reading_ids)

    def test_access(self):
        """OR-1: advisors and first contact enter readings, technicians and auditors read, others nothing."""
        vals = {"asset_id": self.taxi.id, "value": 26000}
        for user in (self.advisor, self.first_contact):
            reading = self.Reading.with_user(user).create(vals)
            with self.assertRaises(AccessError):
                reading.unlink()
        for user in (self.technician_user, self.auditor, self.quality):
            with self.subTest(user=user.login):
                self.assertEqual(self.first.with_user(user).value, 20000)
                with self.assertRaises(AccessError):
                    self.Reading.with_user(user).create(vals)
        foreign = self.new_service_user("manager", "foreign_workshop")
        foreign.write({"company_id": self.company_2.id, "company_ids": [Command.set(self.company_2.ids)]})
        for user in (self.plain_user, foreign):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.first.with_user(user).read(["value"])

    def test_cost(self):
        """SV-3: readings of many objects are entered with as many queries as those of one."""
        cars = self.Asset.create([{"model": f"Car {i}", "kind_id": self.vehicle.id} for i in range(21)])
        self.env.flush_all()

        def enter(assets, value):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Reading.create([{"asset_id": car.id, "value": value} for car in assets])
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        enter(cars[0], 1)
        self.assertEqual(enter(cars[1], 2), enter(cars[2:], 2))
