import csv
from datetime import date, datetime, timedelta
from unittest import skipIf

from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, freeze_time, tagged

from odoo.addons.complaint_management.models.service.repair_days import Counting
from odoo.addons.complaint_management.tests.common import shared_data
from odoo.addons.complaint_management.tests.service.care_common import CareCommon
from odoo.addons.complaint_management.tools import repair_days

FILE = shared_data("calendar", "cn_workdays_2023_2026.csv")


def at(text):
    return datetime.fromisoformat(text)


def spans(*pairs):
    return [(at(start), at(stop)) for start, stop in pairs]


@tagged("post_install", "-at_install")
class TestCounting(BaseCase):
    """SV-7: days in repair against tables worked out by hand."""

    def test_count(self):
        two_repairs = (("2026-03-02 08:00", "2026-03-02 17:00"), ("2026-03-10 08:00", "2026-03-12 09:00"))
        table = (
            # spans, every 24 hours begun, calendar days
            ("nothing", (), 0, 0),
            ("an hour", (("2026-03-02 08:00", "2026-03-02 09:00"),), 1, 1),
            ("no time at all", (("2026-03-02 08:00", "2026-03-02 08:00"),), 1, 1),
            ("over midnight", (("2026-03-02 23:00", "2026-03-03 01:00"),), 1, 2),
            ("24 hours", (("2026-03-02 08:00", "2026-03-03 08:00"),), 1, 2),
            ("24 hours and a minute", (("2026-03-02 08:00", "2026-03-03 08:01"),), 2, 2),
            ("two repairs", two_repairs, 1 + 3, 1 + 3),
            (
                "at once",
                (("2026-03-02 08:00", "2026-03-05 08:00"), ("2026-03-04 08:00", "2026-03-06 08:00")),
                4,
                5,
            ),
            ("leap year", (("2028-02-28 08:00", "2028-03-01 08:00"),), 2, 3),
        )
        for name, given, period, calendar in table:
            with self.subTest(name):
                self.assertEqual(repair_days.count(spans(*given)), period)
                self.assertEqual(repair_days.count(spans(*given), "calendar"), calendar)
        self.assertEqual(repair_days.count(spans(*two_repairs), excluded=3), 1)
        self.assertEqual(repair_days.count(spans(*two_repairs), excluded=9), 0)

    def test_working(self):
        week = spans(("2026-03-06 15:00", "2026-03-10 09:00"))  # Friday to Tuesday
        self.assertEqual(repair_days.count(week, "working", lambda day: day.weekday() < 5), 3)
        self.assertEqual(repair_days.count(week, "working", lambda day: False), 0)

    def test_moment_of(self):
        """The moment is the first at which the count says so."""
        over, since = spans(("2026-03-02 08:00", "2026-03-04 09:00")), at("2026-03-10 10:30")
        for method in repair_days.METHODS:
            for number in (4, 5, 12, 31):
                with self.subTest(method=method, number=number):
                    args = method, lambda day: day.weekday() < 5
                    moment = repair_days.moment_of(over, since, number, *args, 1)
                    self.assertGreaterEqual(repair_days.count([*over, (since, moment)], *args, 1), number)
                    before = moment - timedelta(minutes=1)
                    self.assertLess(repair_days.count([*over, (since, before)], *args, 1), number)
        self.assertIsNone(repair_days.moment_of((), since, 5, "working", lambda day: False))

    @skipIf(FILE is None, "the calendar of the State Council's arrangements is not there")
    def test_over_holidays(self):
        """Over the spring festival and the national holidays of China, day by day as they were arranged."""
        with FILE.open(encoding="utf-8", newline="") as file:
            working = {
                date.fromisoformat(row["date"]): row["is_working"] == "1" for row in csv.DictReader(file)
            }
        for first, last in (
            ("2025-01-24", "2025-02-14"),
            ("2025-09-26", "2025-10-13"),
            ("2026-02-10", "2026-03-02"),
        ):
            with self.subTest(first):
                given = [(at(f"{first} 10:00"), at(f"{last} 16:00"))]
                dates = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
                off = sum(
                    not working[date.fromisoformat(first) + timedelta(days=number)] for number in range(dates)
                )
                self.assertGreater(off, 6)
                self.assertEqual(repair_days.count(given, "calendar"), dates)
                self.assertEqual(repair_days.count(given, "period"), dates)
                self.assertEqual(repair_days.count(given, "working", working.__getitem__), dates - off)
        # Spring festival of 2025, by hand: 24, 26, 27 January, 5 to 8 and 10 to 14 February.
        given = [(at("2025-01-24 10:00"), at("2025-02-14 16:00"))]
        self.assertEqual(repair_days.count(given, "working", working.__getitem__), 12)


@tagged("post_install", "-at_install")
class TestRepairDays(CareCommon):
    """SV-7: days in repair of orders and objects."""

    def test_until_told(self):
        """What the customer lets pass after being told that it is ready does not count."""
        order = self.new_received("2026-03-02 08:00")
        with freeze_time("2026-03-05 09:00:00"):
            self.assertEqual(order.repair_days, 4)
            order.invalidate_recordset()
            self.advance(order, "handover")
            self.assertEqual(order.ready_told_at, at("2026-03-05 09:00"))
        with freeze_time("2026-03-20 09:00:00"):
            order.invalidate_recordset()
            self.assertEqual(order.repair_days, 4)
            self.assertEqual(self.car.repair_days, 4)

    def test_taken_back(self):
        """Back at work from the hand-over, the days go on."""
        order = self.new_received("2026-03-02 08:00")
        with freeze_time("2026-03-05 09:00:00"):
            self.advance(order, "handover")
            order.sudo().move_to("work")
        self.assertFalse(order.ready_told_at)
        with freeze_time("2026-03-06 09:00:00"):
            order.invalidate_recordset()
            self.assertEqual(order.repair_days, 5)

    def test_reopened(self):
        """Between the hand-over and the reopening it was not in repair; both rounds count."""
        order = self.new_received("2026-03-02 08:00")
        with freeze_time("2026-03-03 09:00:00"):
            self.finish(order)
        with freeze_time("2026-03-20 09:00:00"):
            self.reopen(order)
            order.invalidate_recordset()
            self.assertEqual(order.repair_days, 3)
        with freeze_time("2026-03-21 10:00:00"):
            self.finish(order)
        order.invalidate_recordset()
        self.assertEqual(order.repair_days, 2 + 2)

    def test_not_counted(self):
        """Days that the law leaves out are entered with a reason; cancelled orders are no repairs."""
        order = self.new_received("2026-03-02 08:00")
        with freeze_time("2026-03-12 09:00:00"):
            with self.assertRaises(ValidationError):
                order.days_excluded = 5
            order.write({"days_excluded": 5, "days_excluded_reason": "Wiring harness made for this car."})
            self.assertEqual((order.repair_days, self.car.repair_days), (6, 6))
            order.sudo().action_cancel("Called off.")
            order.invalidate_recordset()
            self.assertEqual((order.repair_days, self.car.repair_days), (0, 0))

    def test_refused(self):
        order = self.new_received("2026-03-02 08:00")
        with self.assertRaises(ValidationError):
            order.ready_told_at = "2036-03-02 09:00:00"
        with self.assertRaises(ValidationError):
            order.ready_told_at = "2026-03-01 09:00:00"

    def test_calendar_of_the_company(self):
        """Working days are those of the company's calendar, with its holidays, in its time zone."""
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        self.env["resource.calendar.leaves"].create(
            {"name": "Holiday", "date_from": "2026-03-03 16:00:00", "date_to": "2026-03-04 15:59:59"}
        )
        counting = Counting(self.company, "working")
        # Monday 2 to Monday 9 March in Shanghai, without the weekend and Wednesday.
        self.assertEqual(counting.count([(at("2026-03-01 16:30"), at("2026-03-09 10:00"))]), 5)
        self.assertEqual(
            Counting(self.company, "calendar").count([(at("2026-03-01 16:30"), at("2026-03-09 10:00"))]), 8
        )
