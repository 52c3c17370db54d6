import os
import random
import re
from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import date, datetime, timedelta

import pytz

from odoo.tests import BaseCase, tagged

from odoo.addons.complaint_management.tools.working_time import ClockTime, NoWorkingTime, WorkingTime, due

#: How many limits are compared in all, with one calendar, and with what one engine has loaded.
CASES = int(os.environ.get("COMPLAINT_WORKING_TIME_CASES") or 20_000)
CASES_PER_CALENDAR = 200
CASES_PER_ENGINE = 50
SEED = int(os.environ.get("COMPLAINT_WORKING_TIME_SEED") or 20250303)

#: What is counted minute by minute: three years, with some days around them.
FIRST_DAY = date(2023, 12, 25)
ZERO = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day)
DAY = 1440
DAYS = (date(2027, 1, 8) - FIRST_DAY).days
MINUTES = DAYS * DAY
EVERY_MINUTE = b"\x01" * MINUTES

#: Standard offset in minutes and what summer adds; when summer begins and ends: month, which Sunday of it,
#: and the minute of UTC on that day. Written from the published rules, since the engine asks the library.
ZONES = {
    "Asia/Shanghai": (480, 0),
    "Asia/Kolkata": (330, 0),
    "Pacific/Honolulu": (-600, 0),
    "Pacific/Kiritimati": (840, 0),
    "America/New_York": (-300, 60, (3, 2, 420), (11, 1, 360)),
    "Europe/Berlin": (60, 60, (3, -1, 60), (10, -1, 60)),
    "Australia/Sydney": (600, 60, (10, 1, -480), (4, 1, -480)),
    # a summer of half an hour
    "Australia/Lord_Howe": (630, 30, (10, 1, -510), (4, 1, -540)),
    # spring skips midnight, autumn has the first hour of a day twice
    "Atlantic/Azores": (-60, 60, (3, -1, 60), (10, -1, 60)),
    # spring skips midnight, autumn has the last hour of a day twice
    "Asia/Beirut": (120, 60, (3, -1, -120), (10, -1, -180)),
}


def stretches_of_offset(tz):
    """Return ``(first minute, minute after the last, offset)`` of each stretch without a change."""
    standard, summer, *changes = ZONES[tz]
    moments = []
    for year in range(FIRST_DAY.year, FIRST_DAY.year + 5):
        for (month, nth, minute), offset in zip(changes, (standard + summer, standard), strict=False):
            sundays = [
                day
                for day in range(1, monthrange(year, month)[1] + 1)
                if date(year, month, day).weekday() == 6
            ]
            sunday = date(year, month, sundays[nth - 1 if nth > 0 else nth])
            moments.append(((sunday - FIRST_DAY).days * DAY + minute, offset))
    moments.sort()
    offset = [standard, *(offset for minute, offset in moments if minute <= 0)][-1]
    begin, stretches = 0, []
    for minute, next_offset in [*(moment for moment in moments if 0 < moment[0] < MINUTES), (MINUTES, None)]:
        stretches.append((begin, minute, offset))
        begin, offset = minute, next_offset
    return stretches


def known_zones():
    """Return the zones whose installed data agree with this file: countries change their rules."""
    return [
        tz
        for tz in ZONES
        if all(
            pytz.timezone(tz).fromutc(moment_of(minute)).utcoffset() == timedelta(minutes=offset)
            for begin, end, offset in stretches_of_offset(tz)
            for minute in (begin, (begin + end) // 2, end - 1)
        )
    ]


def moment_of(minute):
    return ZERO + timedelta(minutes=minute)


def nth_set(minutes, start, count):
    """Return the end of the n-th minute from ``start`` that is set, or None where there are less."""
    step = 960
    while start < len(minutes):
        found = minutes.count(1, start, start + step)
        if found < count:
            count -= found
            start += step
        elif step == 1:
            return start + 1
        else:
            step = max(step // 4, 1)
    return None


class MinuteCalendar:
    """A random calendar as one byte for each minute of UTC, worked or not: all is found by counting."""

    def __init__(self, rng, zones):
        self.rng = rng
        self.tz = rng.choice(zones)
        self.stretches = stretches_of_offset(self.tz)
        wall = self.on_the_wall()
        self.work = bytearray()
        for begin, end, offset in self.stretches:
            self.work += wall[begin + offset + DAY : end + offset + DAY]
        self.count_days()
        self.edges = [edge for found in re.finditer(b"\x01+", self.work) for edge in found.span()]
        self.changes = [begin for begin, _end, _offset in self.stretches[1:]]
        self.years = self.intervals()
        self.clock = ClockTime(self.tz)

    def on_the_wall(self):
        """Return the minutes of work by the clock on the wall, with one day more before and after."""
        rng, days = self.rng, DAYS + 2
        kinds = [self.shifts() for _kind in range(rng.choice((1, 1, 2, 3)))]
        workdays = rng.choice([range(5), range(5), range(6), range(7), (5, 6), (1,), (0, 2, 4, 6)])
        weeks = [{day: rng.choice(kinds) for day in workdays}]
        if rng.random() < 0.2:
            weeks.append({day: rng.choice(kinds) for day in workdays if rng.random() < 0.6})
        makeup = rng.choice((0, 0, 0.02, 0.1))
        wall = bytearray()
        for day in range(days):
            shifts = weeks[day // 7 % len(weeks)].get(day % 7)
            if shifts is None:
                shifts = rng.choice(kinds) if rng.random() < makeup else bytes(DAY)
            wall += shifts
        for _leave in range(rng.choice((0, 5, 30, 60))):
            begin, length = rng.randrange(days) * DAY, rng.choice((1, 1, 1, 2, 3, 8, 14)) * DAY
            if rng.random() < 0.3:
                begin, length = begin + rng.randrange(DAY), rng.randrange(1, 3000)
            end = min(begin + length, len(wall))
            wall[begin:end] = bytes(end - begin)
        return wall

    def shifts(self):
        rng = self.rng
        spans = rng.choice(
            [
                [(480, 720), (780, 1020)],
                [(0, DAY)],
                [(0, 360), (1320, DAY)],
                [(rng.randrange(0, 240), rng.randrange(240, DAY) + 1)],
                None,
                None,
            ]
        )
        if spans is None:
            edges = sorted(rng.sample(range(DAY + 1), 2 * rng.randrange(1, 5)))
            spans = zip(edges[::2], edges[1::2], strict=True)
        day = bytearray(DAY)
        for begin, end in spans:
            day[begin:end] = b"\x01" * (end - begin)
        return day

    def count_days(self):
        """Find when each date begins, and the first and the last minute of work on it."""
        self.midnights, first, last = [], {}, {}
        seen = None
        for begin, end, offset in self.stretches:
            minute = begin
            while minute < end:
                day = (minute + offset) // DAY
                over = min(end, (day + 1) * DAY - offset)
                if day != seen:
                    self.midnights.append(minute)
                    seen = day
                if self.work.count(1, minute, over):
                    first.setdefault(day, self.work.find(1, minute, over))
                    last[day] = self.work.rfind(1, minute, over)
                minute = over
        self.days = sorted(first)
        self.first = [first[day] for day in self.days]
        self.last = [last[day] for day in self.days]

    def local(self, minute):
        offset = self.stretches[bisect_right(self.stretches, (minute, MINUTES + 1, 0)) - 1][2]
        return minute + offset

    def day(self, minute):
        return self.local(minute) // DAY

    def intervals(self):
        """Return by year what the engine is given: half of the calendars cut work at midnight, as Odoo."""
        odoo = self.rng.random() < 0.5
        years, midnights = {}, set(self.midnights)
        for start, stop in zip(self.edges[::2], self.edges[1::2], strict=True):
            while start < stop:
                over = stop
                if odoo or stop - start > 300 * DAY:  # an interval is shorter than a year
                    following = bisect_right(self.midnights, start)
                    over = min([stop, *self.midnights[following : following + 1]])
                end = moment_of(over) - timedelta(microseconds=1 if odoo and over in midnights else 0)
                year = (FIRST_DAY + timedelta(days=self.day(start))).year
                years.setdefault(year, []).append((moment_of(start), end))
                start = over
        return years

    def engine(self):
        return WorkingTime(self.tz, lambda year: self.years.get(year, []))

    # The limits, counted

    def count_due(self, start, amount, unit, clock, pauses):
        """Return the minute at which a limit ends, or None if the calendar ends before.

        However a limit is given, it is a number of minutes that run. One after the other, each minute of the
        limit's own time that is not paused uses one up.
        """
        minutes = EVERY_MINUTE if clock else self.work
        if unit != "days":
            left = amount * {"minutes": 1, "hours": 60}[unit]
        elif clock:
            left = self.same_time_after(start, amount) - start
        else:
            day = self.day(start)
            following = [index for index, other in enumerate(self.days) if other > day][amount - 1 : amount]
            if not following:
                return None
            left = minutes.count(1, start, self.last[following[0]] + 1)
        running = bytearray(minutes)
        for pause_start, pause_stop in pauses:
            pause_stop = min(pause_stop, MINUTES)
            if pause_start < pause_stop:
                running[pause_start:pause_stop] = bytes(pause_stop - pause_start)
        return nth_set(running, start, left)

    def same_time_after(self, start, days):
        """Return the first minute of which the clocks show what they show at ``start``, days later."""
        wanted = self.local(start) + days * DAY
        for minute in range(start + days * DAY - 90, start + days * DAY + 90):
            if self.local(minute) == wanted:
                return minute
        for minute in range(start + days * DAY - 90, start + days * DAY + 90):
            if self.local(minute) > wanted:  # the clocks were put forward at this minute
                return minute + wanted - (self.local(minute - 1) + 1)
        raise AssertionError("clocks that change by more than an hour")

    # What is asked

    def random_minute(self):
        rng = self.rng
        around = rng.random()
        if around < 0.3 and self.edges:
            minute = rng.choice(self.edges) + rng.choice((-1, 0, 0, 1))
        elif around < 0.4:
            minute = rng.choice(self.midnights) + rng.choice((-1, 0, 0, 1))
        elif around < 0.5 and self.changes:
            minute = rng.choice(self.changes) + rng.randrange(-2 * DAY, 2 * DAY)
        elif around < 0.6:
            minute = self.midnights[(date(rng.choice((2025, 2026)), 1, 1) - FIRST_DAY).days]
            minute += rng.randrange(-2 * DAY, 2 * DAY)
        else:
            minute = rng.randrange(MINUTES)
        return min(max(minute, 8 * DAY), MINUTES - 380 * DAY)

    def random_limit(self):
        rng = self.rng
        unit, clock = rng.choice(("minutes", "hours", "days")), rng.random() < 0.25
        most = {
            "minutes": rng.choice((5, 60, 5000)),
            "hours": rng.choice((4, 24, 160)),
            "days": rng.choice((2, 40)),
        }
        amount = rng.randrange(most[unit]) + 1
        start = self.random_minute()
        extension = rng.choice((0, 0, 0, rng.randrange(most[unit]) + 1))
        pauses = []
        for _pause in range(rng.choice((0, 1, 1, 2, 5))):
            begin = start + rng.randrange(-DAY, rng.choice((1, 3, 30)) * DAY)
            if rng.random() < 0.2 and self.edges:
                begin = self.edges[min(bisect_left(self.edges, begin), len(self.edges) - 1)]
            pauses.append((begin, begin + rng.randrange(-10, rng.choice((60, DAY, 8 * DAY)))))
        return start, amount, unit, clock, pauses, extension


@tagged("post_install", "-at_install")
class TestWorkingTimeProperty(BaseCase):
    """The engine agrees with a count of minutes that shares nothing with it, whatever the calendar."""

    def check_due(self, calendar, engine, message):
        start, amount, unit, clock, pauses, extension = limit = calendar.random_limit()
        expected = calendar.count_due(start, amount + extension, unit, clock, pauses)
        try:
            found = due(
                calendar.clock if clock else engine,
                moment_of(start),
                amount,
                unit,
                [(moment_of(begin), moment_of(end)) for begin, end in pauses],
                extension,
            )
        except NoWorkingTime:
            found = None
        counted = None if expected is None else moment_of(expected)
        self.assertEqual(found, counted, f"{message}: {limit} from {moment_of(start)}")
        return expected is not None

    def check_elapsed(self, calendar, engine, message):
        start, stop = calendar.random_minute(), calendar.random_minute()
        if calendar.rng.random() < 0.9:
            stop = start + calendar.rng.randrange(-DAY, 30 * DAY)
        expected = timedelta(minutes=calendar.work.count(1, start, max(start, stop)))
        found = engine.elapsed(moment_of(start), moment_of(stop))
        self.assertEqual(found, expected, f"{message}: from {moment_of(start)} to {moment_of(stop)}")

    def check_subtract(self, calendar, engine, message):
        stop, amount = calendar.random_minute(), calendar.rng.randrange(calendar.rng.choice((60, 2000))) + 1
        message = f"{message}: {amount} minutes before {moment_of(stop)}"
        try:
            found = (engine.subtract(moment_of(stop), amount, "minutes") - ZERO) // timedelta(minutes=1)
        except NoWorkingTime:
            self.assertLess(calendar.work.count(1, 0, stop), amount, message)
        else:
            self.assertEqual(calendar.work.count(1, found, stop), amount, message)
            self.assertEqual(calendar.work[found], 1, message)

    def check_subtract_days(self, calendar, engine, message):
        stop, amount = calendar.random_minute(), calendar.rng.randrange(10) + 1
        before = [index for index, day in enumerate(calendar.days) if day < calendar.day(stop - 1)][-amount:]
        expected = moment_of(calendar.first[before[0]]) if len(before) == amount else None
        try:
            found = engine.subtract(moment_of(stop), amount, "days")
        except NoWorkingTime:
            found = None
        self.assertEqual(found, expected, f"{message}: {amount} days before {moment_of(stop)}")

    def test_random_calendars(self):
        """TL-1, TL-5: no difference in as many random limits as :data:`CASES`."""
        found, zones = 0, known_zones()
        self.assertGreaterEqual(len(zones), 8, "hardly any zone has the rules of this test")
        for number in range(-(-CASES // CASES_PER_CALENDAR)):
            calendar = MinuteCalendar(random.Random(SEED + number), zones)
            for case in range(min(CASES_PER_CALENDAR, CASES - number * CASES_PER_CALENDAR)):
                if case % CASES_PER_ENGINE == 0:
                    engine = calendar.engine()
                message = f"calendar {SEED + number} in {calendar.tz}, case {case}"
                found += self.check_due(calendar, engine, message)
                (self.check_elapsed, self.check_subtract, self.check_subtract_days)[case % 3](
                    calendar, engine, message
                )
        self.assertGreater(found, CASES * 0.9, "hardly any limit ended within the calendar")
