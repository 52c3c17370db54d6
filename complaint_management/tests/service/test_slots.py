from datetime import date, datetime, timedelta

import pytz

from odoo.tests import BaseCase, tagged

from odoo.addons.complaint_management.tools import slots

UTC = pytz.utc
BERLIN = pytz.timezone("Europe/Berlin")
SHANGHAI = pytz.timezone("Asia/Shanghai")


def at(text):
    """Return a moment of March 2026 from ``"2 08:30"``, day and time."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return datetime(2026, 3, int(day), int(hour), int(minute))


def spans(*texts):
    """Return intervals from ``"2 08:00-12:00"`` or ``"2 22:00-3 06:00"``."""
    found = []
    for text in texts:
        begin, end = text.split("-")
        day = begin.split()[0]
        found.append((at(begin), at(end if " " in end else f"{day} {end}")))
    return found


@tagged("post_install", "-at_install")
class TestSlots(BaseCase):
    """SV-5: free times, against tables."""

    def test_intervals(self):
        """SV-5: intervals are joined, taken away from each other and compared."""
        day = spans("2 08:00-12:00", "2 13:00-17:00")
        self.assertEqual(
            slots.merge(spans("2 13:00-15:00", "2 08:00-12:00", "2 15:00-17:00", "2 14:00-14:30")), day
        )
        self.assertEqual(slots.merge(spans("2 09:00-09:00")), [])
        table = [
            # taken away, what is left
            ((), ("2 08:00-12:00", "2 13:00-17:00")),
            (("2 07:00-08:00", "2 12:00-13:00", "2 17:00-18:00"), ("2 08:00-12:00", "2 13:00-17:00")),
            (("2 09:00-10:00",), ("2 08:00-09:00", "2 10:00-12:00", "2 13:00-17:00")),
            (("2 11:00-14:00",), ("2 08:00-11:00", "2 14:00-17:00")),
            (("2 08:30-09:00", "2 09:00-09:30"), ("2 08:00-08:30", "2 09:30-12:00", "2 13:00-17:00")),
            (("2 06:00-20:00",), ()),
        ]
        for others, left in table:
            with self.subTest(others=others):
                self.assertEqual(slots.subtract(day, spans(*others)), spans(*left))
        self.assertEqual(
            slots.intersect(day, spans("2 11:00-14:00", "2 16:00-20:00")),
            spans("2 11:00-12:00", "2 13:00-14:00", "2 16:00-17:00"),
        )
        for text, hit in (
            ("2 12:00-13:00", False),
            ("2 11:59-13:00", True),
            ("2 12:00-13:01", True),
            ("2 17:00-18:00", False),
            ("2 07:00-08:00", False),
            ("2 07:00-20:00", True),
        ):
            with self.subTest(text=text):
                self.assertIs(slots.hits(day, *spans(text)[0]), hit)

    def starts(self, working, busy, hours, minutes=60, zone=UTC, earliest="1 00:00", latest="31 00:00"):
        found = slots.find_starts(
            spans(*working),
            spans(*busy),
            timedelta(hours=hours),
            timedelta(minutes=minutes),
            zone,
            at(earliest),
            at(latest),
        )
        return list(found)

    def test_starts(self):
        """SV-5: work is proposed where it fits, across a break or a night only if it must be."""
        day = ("2 08:00-12:00", "2 13:00-17:00")
        table = [
            # hours, minutes between, booked, proposed
            (
                2,
                60,
                (),
                ("08:00-10:00", "09:00-11:00", "10:00-12:00", "13:00-15:00", "14:00-16:00", "15:00-17:00"),
            ),
            (2, 60, ("2 09:30-10:00",), ("10:00-12:00", "13:00-15:00", "14:00-16:00", "15:00-17:00")),
            (2, 60, ("2 08:00-16:00",), ()),
            (
                1,
                90,
                ("2 13:00-14:00",),
                ("08:00-09:00", "09:30-10:30", "11:00-12:00", "14:30-15:30", "16:00-17:00"),
            ),
            (4, 60, (), ("08:00-12:00", "13:00-17:00")),
            # Longer than from one break to the next: across it, never over a booking.
            (5, 60, (), ("08:00-14:00", "09:00-15:00", "10:00-16:00", "11:00-17:00")),
            (5, 60, ("2 14:30-15:00",), ("08:00-14:00",)),
            (8, 60, (), ("08:00-17:00",)),
        ]
        for hours, minutes, busy, proposed in table:
            with self.subTest(hours=hours, minutes=minutes, busy=busy):
                self.assertEqual(
                    self.starts(day, busy, hours, minutes), spans(*(f"2 {text}" for text in proposed))
                )

    def test_starts_over_days(self):
        """SV-5: only what is longer than a day goes on on the next one, and ends when it is worked."""
        week = ("2 08:00-12:00", "2 13:00-17:00", "3 08:00-12:00", "3 13:00-17:00", "5 08:00-12:00")
        self.assertEqual(
            self.starts(week, (), 10, 240),
            spans("2 08:00-3 10:00", "2 13:00-3 15:00", "3 08:00-5 10:00"),
        )
        self.assertEqual(self.starts(week, ("2 15:00-3 09:00",), 10, 240), spans("3 13:00-5 14:00")[:0])
        self.assertEqual(self.starts(week, (), 40), [])

    def test_starts_within(self):
        """SV-5: proposals keep to their steps, and begin between the first moment and the last."""
        day = ("2 07:45-12:00",)
        self.assertEqual(
            self.starts(day, (), 1, 30, earliest="2 08:50", latest="2 10:15"),
            spans("2 09:15-10:15", "2 09:45-10:45"),
        )
        self.assertEqual(
            self.starts(day, (), 1, 30, earliest="2 09:15", latest="2 09:16"), spans("2 09:15-10:15")
        )

    def test_move_zone(self):
        """SV-5: who works by a calendar elsewhere keeps it by the own clock, when clocks change as well."""
        table = [
            # In Berlin clocks are put forward on 29 March 2026.
            (BERLIN, SHANGHAI, "27 07:00-11:00", "27 00:00-04:00"),
            (BERLIN, SHANGHAI, "30 06:00-10:00", "30 00:00-04:00"),
            (SHANGHAI, BERLIN, "27 00:00-04:00", "27 07:00-11:00"),
            (SHANGHAI, BERLIN, "30 00:00-04:00", "30 06:00-10:00"),
            # A night shift from 22 to 6 is an hour shorter in that night.
            (SHANGHAI, BERLIN, "28 14:00-22:00", "28 21:00-29 04:00"),
        ]
        for zone, other, before, after in table:
            with self.subTest(before=before):
                self.assertEqual(slots.move_zone(spans(before), zone, other), spans(after))

    def test_worked(self):
        """SV-5: of an appointment counts what is work: no break or night within, but what goes beyond."""
        working = spans("2 08:00-12:00", "2 13:00-17:00", "3 08:00-12:00")
        table = [
            ("2 08:00-10:00", ("2 08:00-10:00",)),
            ("2 11:00-14:00", ("2 11:00-12:00", "2 13:00-14:00")),
            ("2 15:00-20:00", ("2 15:00-20:00",)),
            ("2 15:00-3 09:00", ("2 15:00-17:00", "3 08:00-09:00")),
            ("2 12:15-12:45", ("2 12:15-12:45",)),
            ("7 10:00-11:00", ("7 10:00-11:00",)),
            ("2 06:00-3 13:00", ("2 06:00-12:00", "2 13:00-17:00", "3 08:00-13:00")),
        ]
        for appointment, worked in table:
            with self.subTest(appointment=appointment):
                start, stop = spans(appointment)[0]
                self.assertEqual(slots.get_worked(start, stop, working), spans(*worked))

    def test_hours_by_day(self):
        """SV-5: a day is that of the technician's time zone, and one of 23 hours where clocks change."""
        self.assertEqual(
            slots.hours_by_day(spans("2 14:00-17:00"), SHANGHAI),
            {date(2026, 3, 2): 2.0, date(2026, 3, 3): 1.0},
        )
        self.assertEqual(
            slots.hours_by_day(spans("28 23:00-29 23:00"), BERLIN),
            {date(2026, 3, 29): 23.0, date(2026, 3, 30): 1.0},
        )
