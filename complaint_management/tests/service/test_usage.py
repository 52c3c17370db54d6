from datetime import date

from odoo.tests import BaseCase, tagged

from odoo.addons.complaint_management.tools import usage


def day(text):
    return date.fromisoformat(text)


def readings(*pairs):
    return [(day(text), value) for text, value in pairs]


#: 100 days apart, 1,500 km: 15 km a day.
STEADY = readings(("2026-01-01", 10_000), ("2026-02-20", 10_700), ("2026-04-11", 11_500))
#: The counter was replaced in March: 600 km in 60 days, then 450 in 45.
REPLACED = readings(("2026-01-01", 9_000), ("2026-03-02", 9_600), ("2026-03-10", 0), ("2026-04-24", 450))


@tagged("post_install", "-at_install")
class TestUsage(BaseCase):
    """SV-7: rates and forecasts against tables worked out by hand."""

    def test_segments(self):
        self.assertEqual(usage.segments([]), [])
        self.assertEqual(usage.segments(STEADY[::-1]), [STEADY])
        self.assertEqual(usage.segments(REPLACED), [REPLACED[:2], REPLACED[2:]])
        same_day = readings(("2026-01-01", 5), ("2026-01-01", 7), ("2026-01-01", 0), ("2026-01-01", 1))
        self.assertEqual(usage.segments(same_day), [readings(("2026-01-01", 7)), readings(("2026-01-01", 1))])

    def test_daily_rate(self):
        table = (
            ("none", [], None, None),
            ("none, one assumed", [], 40, 40),
            ("one", STEADY[:1], None, None),
            ("one, one assumed", STEADY[:1], 40, 40),
            ("thirteen days apart", readings(("2026-01-01", 0), ("2026-01-14", 900)), 40, 40),
            ("fourteen days apart", readings(("2026-01-01", 0), ("2026-01-15", 280)), 40, 20),
            ("steady", STEADY, 40, 15),
            # (600 + 450) km in (60 + 45) days; nothing is known of the eight between them
            ("counter replaced", REPLACED, None, 10),
            # 7,300 in 730 days long ago, 3,650 in the last 365: now it is 10 a day, not 10,950 / 1,095
            (
                "habits change",
                readings(
                    ("2023-01-01", 0), ("2024-12-31", 29_200), ("2025-01-01", 29_200), ("2026-01-01", 32_850)
                ),
                None,
                10,
            ),
            # the last year holds one reading alone: all of them count
            ("rarely read", readings(("2023-01-01", 0), ("2024-12-31", 7_300)), None, 10),
            ("stands still", readings(("2026-01-01", 500), ("2026-06-01", 500)), 40, None),
        )
        for name, given, assumed, expected in table:
            with self.subTest(name):
                found = usage.daily_rate(given, assumed)
                if name == "stands still":
                    self.assertEqual(found, 0)
                elif expected is None:
                    self.assertIsNone(found)
                else:
                    self.assertAlmostEqual(found, expected)

    def test_day_reached(self):
        table = (
            # 3,500 km at 15 a day: 233.3 days, so 234
            ("ahead", STEADY, 15_000, 15, "2026-12-01"),
            # 1,500 km at 15 a day: 100 days, not a day more
            ("exactly", STEADY, 13_000, 15, "2026-07-20"),
            ("reached", STEADY, 11_500, 15, "2026-04-11"),
            ("reached before", STEADY, 10_600, 15, "2026-02-20"),
            ("no rate", STEADY, 15_000, None, None),
            ("not used", STEADY, 15_000, 0, None),
            ("no reading", [], 15_000, 15, None),
            # 450 now, 50 to go at 10 a day; that the old counter had shown 9,600 is no matter
            ("new counter", REPLACED, 500, 10, "2026-04-29"),
            ("in eleven years", STEADY, 11_500 + 4_000, 1, None),
            ("in ten years", STEADY, 11_500 + 3_650, 1, "2036-04-08"),
        )
        for name, given, value, rate, expected in table:
            with self.subTest(name):
                self.assertEqual(usage.day_reached(given, value, rate), expected and day(expected))

    def test_next_value(self):
        table = (
            ("ordinary", STEADY, "2026-02-20", 10_700, 10_000, 20_700),
            ("before the first reading", STEADY, "2025-06-01", 5_000, 10_000, 15_000),
            ("no reading", [], "2026-02-20", 10_700, 10_000, 20_700),
            # at 9,200 on the old counter: 400 on it, 450 on the new one; 9,150 to go
            ("counter replaced since", REPLACED, "2026-01-20", 9_200, 10_000, 450 + 9_150),
            ("served on the new one", REPLACED, "2026-04-01", 200, 10_000, 10_200),
            # served on the day of the exchange, the old counter still there
            ("on the old one", REPLACED, "2026-03-02", 9_600, 10_000, 450 + 9_550),
        )
        for name, given, done, value, every, expected in table:
            with self.subTest(name):
                self.assertEqual(usage.next_value(given, day(done), value, every), expected)

    def test_next_step(self):
        table = (
            (5_000, 10_000, None, 5_000),
            (5_000, 10_000, 0, 5_000),
            (5_000, 10_000, 4_999.9, 5_000),
            (5_000, 10_000, 5_000, 15_000),
            (5_000, 10_000, 80_000, 85_000),
            (5_000, 0, 4_000, 5_000),
            (5_000, 0, 6_000, None),
            (0.3, 0.1, 0.5, 0.6),
        )
        for first, every, shown, expected in table:
            with self.subTest(first=first, every=every, shown=shown):
                found = usage.next_step(first, every, shown)
                if expected is None:
                    self.assertIsNone(found)
                else:
                    self.assertAlmostEqual(found, expected)

    def test_value_on(self):
        self.assertIsNone(usage.value_on(STEADY, day("2025-12-31")))
        self.assertEqual(usage.value_on(STEADY, day("2026-01-01")), 10_000)
        self.assertEqual(usage.value_on(STEADY, day("2026-03-01")), 10_700)
        self.assertEqual(usage.value_on(REPLACED, day("2026-03-10")), 0)
