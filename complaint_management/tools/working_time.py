"""Limits in time: by the clock, or by the hours and days that somebody works.

Plain Python, no records: the callers bring the working intervals, year by year. Every moment that goes
in or comes out is a naive datetime in UTC, as Odoo stores them, in whole seconds.

How a limit is counted follows the Civil Code of the People's Republic of China, which agrees with most
others: article 201 (a limit in hours runs from its start; of a limit in days the first day is not
counted) and article 203 (a last day that is a day off moves to the next working day; the last day ends
with it, and where there are business hours, with them).
"""

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from math import inf

import pytz

UNITS = ("minutes", "hours", "days")

_SECONDS = {"minutes": 60, "hours": 3600}
_EPOCH = datetime(1970, 1, 1)
_DAY = timedelta(days=1)


class NoWorkingTime(ValueError):
    """The calendar has no working time within the horizon."""


class ClockTime:
    """Time as the clock has it, for limits such as "within 24 hours".

    Minutes and hours are absolute: 24 hours are 24 hours, also in the night in which clocks change.
    A day leads to the same time of the clock in the time zone: a time that is skipped by daylight saving
    moves forward by what was skipped, of a time that comes twice it is the first.
    """

    def __init__(self, tz):
        """
        :param str tz: name of the time zone in which days are counted
        """
        self._zone = pytz.timezone(tz)

    def add(self, start, amount, unit):
        """Return the moment a limit that begins at ``start`` ends."""
        return self._move(_cut(start), _amount(amount), unit)

    def subtract(self, stop, amount, unit):
        """Return the moment that is so much before ``stop``."""
        return self._move(_cut(stop), -_amount(amount), unit)

    def elapsed(self, start, stop):
        """Return the time between two moments, none where ``stop`` is not after ``start``."""
        return max(_cut(stop) - _cut(start), timedelta())

    def advance(self, start, delta):
        """Return the moment a duration after ``start``."""
        return _cut(start) + timedelta(seconds=_duration(delta))

    def retreat(self, stop, delta):
        """Return the moment a duration before ``stop``."""
        return _cut(stop) - timedelta(seconds=_duration(delta))

    def _move(self, moment, amount, unit):
        if _unit(unit) != "days":
            return moment + timedelta(seconds=amount * _SECONDS[unit])
        return _to_utc(self._zone, _to_local(self._zone, moment) + amount * _DAY)


class WorkingTime:
    """Time as a working calendar has it, for limits such as "within 3 working days".

    *Minutes and hours* run in working time only. A start outside of it begins at the next working moment;
    a limit that is used up exactly at the end of an interval ends there: at 17:00, not at 08:00 of the
    next morning.

    *Days* are the dates of the calendar's time zone that have working time. The day of the start does not
    count, at whatever time of it the limit begins; the limit ends with the last working interval of the
    n-th of the following ones. Intervals that cross midnight are work on both dates, and a calendar that
    works round the clock ends its day at midnight.

    So a limit never ends outside working time: always within an interval or at the end of one.
    """

    def __init__(self, tz, load, horizon_years=5):
        """
        :param str tz: name of the calendar's time zone
        :param load: function that takes a year and returns the ``(start, stop)`` pairs of the working
            intervals that begin in this year of the time zone, sorted and disjoint, each shorter than a
            year. It is called when a year is needed, once for each.
        :param int horizon_years: how many years after the one it begins in a limit is looked for
        """
        self._zone = pytz.timezone(tz)
        self._load = load
        self._horizon = horizon_years
        self._years = {}
        self._midnights = {}

    def add(self, start, amount, unit):
        """Return the moment a limit that begins at ``start`` ends.

        :raise NoWorkingTime: if the calendar does not have that much within the horizon
        """
        second, year = self._place(start)
        if _unit(unit) == "days":
            return _moment(self._day_after(second, year, _amount(amount)))
        return _moment(self._forward(second, year, _amount(amount) * _SECONDS[unit]))

    def subtract(self, stop, amount, unit):
        """Return the latest moment that is so much before ``stop``: the mirror of :meth:`add`.

        Of days, the day of ``stop`` does not count (midnight is of the day that it ends), and it is the first
        working moment of the n-th working day before: what begins on that day ends on the day of ``stop``.

        :raise NoWorkingTime: if the calendar does not have that much within the horizon
        """
        if _unit(unit) == "days":
            second, year = self._place(stop - _SECOND)
            return _moment(self._day_before(second, year, _amount(amount)))
        second, year = self._place(stop)
        return _moment(self._backward(second, year, _amount(amount) * _SECONDS[unit]))

    def elapsed(self, start, stop):
        """Return the working time between two moments, none where ``stop`` is not after ``start``."""
        first, year = self._place(start)
        last, last_year = self._place(stop)
        if last <= first:
            return timedelta()
        block = self._year_from(year, first)
        seconds = -block.worked(first)
        while year < last_year:
            seconds += block.total
            year += 1
            block = self._whole_year(year)
        return timedelta(seconds=seconds + block.worked(last))

    def advance(self, start, delta):
        """Return the moment by which ``delta`` was worked since ``start``.

        Nothing to work leads to ``start`` itself if that is working time or the end of it, else to the next
        working moment.

        :raise NoWorkingTime: if the calendar does not have that much within the horizon
        """
        second, year = self._place(start)
        seconds = _duration(delta)
        if seconds:
            return _moment(self._forward(second, year, seconds))
        return _moment(self._at_or_after(second, year))

    def retreat(self, stop, delta):
        """Return the latest moment since which ``delta`` was worked until ``stop``.

        Nothing to work leads to ``stop`` itself if that is working time or the end of it, else to the end of
        the working time before.

        :raise NoWorkingTime: if the calendar does not have that much within the horizon
        """
        second, year = self._place(stop)
        seconds = _duration(delta)
        if seconds:
            return _moment(self._backward(second, year, seconds))
        return _moment(self._at_or_before(second, year))

    # Moving, in seconds since 1970

    def _forward(self, second, year, seconds):
        begun = second
        for block in self._onwards(year, second):
            target = block.worked(begun) + seconds
            if target <= block.total:
                index = bisect_left(block.before, target) - 1
                return block.starts[index] + target - block.before[index]
            seconds, begun = target - block.total, -inf
        raise self._nothing("after", second)

    def _backward(self, second, year, seconds):
        ended = second
        for earlier in self._preceding(year):
            block = self._year(earlier)
            if block.worked(ended) < seconds:
                block = self._whole_year(earlier)
            target = block.worked(ended) - seconds
            if target >= 0:
                index = bisect_right(block.before, target) - 1
                return block.starts[index] + target - block.before[index]
            seconds, ended = -target, inf
        raise self._nothing("before", second)

    def _day_after(self, second, year, count):
        day = self._day(year, second)
        for block in self._onwards(year, second):
            index = bisect_right(block.days, day) + count - 1
            if index < len(block.days):
                return block.day_stops[index]
            count, day = index - len(block.days) + 1, -inf
        raise self._nothing("after", second)

    def _day_before(self, second, year, count):
        day = self._day(year, second)
        for earlier in self._preceding(year):
            block = self._year(earlier)
            index = bisect_left(block.days, day) - count
            if index <= 0:  # the first day may have begun in the year before
                block = self._whole_year(earlier)
                index = bisect_left(block.days, day) - count
            if index >= 0:
                return block.day_starts[index]
            count, day = -index, inf
        raise self._nothing("before", second)

    def _at_or_after(self, second, year):
        block = self._year_from(year, second)
        index = bisect_right(block.starts, second) - 1
        stop = block.stops[index : index + 1] if index >= 0 else self._year(year - 1).stops[-1:]
        if stop and second <= stop[0]:
            return second
        for block in self._onwards(year, second):
            index = bisect_left(block.starts, second)
            if index < len(block.starts):
                return block.starts[index]
        raise self._nothing("after", second)

    def _at_or_before(self, second, year):
        for earlier in self._preceding(year):
            block = self._year(earlier)
            if not block.starts or second < block.starts[0]:
                block = self._whole_year(earlier)
            index = bisect_right(block.starts, second) - 1
            if index >= 0:
                return min(second, block.stops[index])
        raise self._nothing("before", second)

    def _onwards(self, year, second):
        yield self._year_from(year, second)
        for following in range(year + 1, year + self._horizon + 1):
            yield self._whole_year(following)

    def _preceding(self, year):
        return range(year, year - self._horizon - 1, -1)

    def _nothing(self, side, second):
        return NoWorkingTime(f"Not enough working time in {self._horizon} years {side} {_moment(second)} UTC")

    # The calendar

    def _place(self, moment):
        """Return the moment in seconds and the year of the time zone in which it lies."""
        second, year = _second(moment), moment.year
        midnights = self._midnights_of(year)
        if second < midnights[0]:
            year -= 1
        elif second >= midnights[-1]:
            year += 1
        return second, year

    def _day(self, year, second):
        return bisect_right(self._midnights_of(year), second) - 1

    def _midnights_of(self, year):
        """Return when each day of the year begins, and at the end, when the year is over."""
        midnights = self._midnights.get(year)
        if midnights is None:
            day, over = datetime(year, 1, 1), datetime(year + 1, 1, 1)
            midnights = self._midnights[year] = []
            while day <= over:
                midnights.append(_second(_to_utc(self._zone, day)))
                day += _DAY
        return midnights

    def _year(self, year):
        """Return what begins in the year. What the year before left over may be missing at its front."""
        block = self._years.get(year)
        if block is None:
            pieces, rest = self._pieces(year)
            block = self._years[year] = _Year(pieces, rest)
        return block

    def _whole_year(self, year):
        """Return the year with what the year before left over, such as the morning after a night shift."""
        block = self._year(year)
        if not block.whole:
            block.complete(self._year(year - 1).rest)
        return block

    def _year_from(self, year, second):
        """Return a year that has everything from a second on.

        The year before is loaded only if this second comes before all that begins in the year: it costs
        its caller queries, and intervals that cross the turn of a year are rare.
        """
        block = self._year(year)
        if not block.starts or second < block.starts[0]:
            block = self._whole_year(year)
        return block

    def _pieces(self, year):
        """Return what is worked on each day of a year, and what its intervals leave for the next year.

        Odoo ends a day at 23:59:59.999999 and a leave of some days at 23:59:59. So moments are rounded, a
        gap of one second is none, and one second of work on a date is none either: otherwise a public
        holiday of a calendar that works round the clock were a working day.
        """
        joined = []
        for start, stop in self._load(year):
            start, stop = _second(start, rounded=True), _second(stop, rounded=True)
            if stop <= start:
                continue
            if joined and start - joined[-1][1] <= 1:
                joined[-1][1] = max(joined[-1][1], stop)
            else:
                joined.append([start, stop])
        midnights = self._midnights_of(year)
        if joined and not midnights[0] <= joined[0][0] <= joined[-1][0] < midnights[-1]:
            raise ValueError(f"Working intervals that do not begin in {year} of {self._zone}")
        pieces, rest = [], []
        for start, stop in joined:
            within = pieces
            while start < stop:
                if start >= midnights[-1]:
                    within, midnights = rest, self._midnights_of(year + 1)
                day = bisect_right(midnights, start) - 1
                over = midnights[day + 1]
                end = over if stop >= over - 1 else stop
                if end - start > 1:
                    within.append((day, start, end))
                start = end
        return pieces, rest


class _Year:
    """The working time of one year, ready to be searched.

    :ivar starts: when each piece of work begins; a piece lies within one date
    :ivar stops: when it ends
    :ivar before: the seconds worked in this year before it; at the end, the seconds of all
    :ivar days: the days of the year that have work, counted from 0
    :ivar day_starts: when work begins on each of them
    :ivar day_stops: when it ends
    :ivar rest: what its intervals leave for the next year
    :ivar whole: whether it has what the year before left for it
    """

    __slots__ = ("before", "day_starts", "day_stops", "days", "pieces", "rest", "starts", "stops", "whole")

    def __init__(self, pieces, rest):
        self.rest = rest
        self.whole = False
        self._fill(pieces)

    def _fill(self, pieces):
        self.pieces = pieces
        self.starts = [start for _day, start, _stop in pieces]
        self.stops = [stop for _day, _start, stop in pieces]
        self.before = before = [0]
        self.days, self.day_starts, self.day_stops = [], [], []
        for day, start, stop in pieces:
            before.append(before[-1] + stop - start)
            if self.days and self.days[-1] == day:
                self.day_stops[-1] = stop
            else:
                self.days.append(day)
                self.day_starts.append(start)
                self.day_stops.append(stop)

    def complete(self, rest_of_the_year_before):
        self.whole = True
        if rest_of_the_year_before:
            self._fill(rest_of_the_year_before + self.pieces)

    @property
    def total(self):
        return self.before[-1]

    def worked(self, second):
        """Return the seconds of work in this year before a second."""
        index = bisect_right(self.starts, second) - 1
        if index < 0:
            return 0
        return self.before[index] + min(second, self.stops[index]) - self.starts[index]


def merge(intervals):
    """Return the union of ``(start, stop)`` pairs: sorted, with overlapping and touching ones joined.

    Pairs that end before or when they begin are left out.
    """
    union = []
    for start, stop in sorted(pair for pair in intervals if pair[0] < pair[1]):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], stop))
        else:
            union.append((start, stop))
    return union


def due(time, start, amount, unit, pauses=(), extension=0):
    """Return when a limit ends that stood still for a while.

    A pause moves the end by what it had of the limit's own time: working time for a limit of the working
    calendar, any time for one of the clock. Pauses that overlap count once. What lies before the start does
    not count, nor a pause that begins when the limit has already ended: it was late by then.

    :param time: :class:`ClockTime` or :class:`WorkingTime`
    :param pauses: ``(start, stop)`` pairs; one that still lasts has the present moment as its stop
    :param int extension: what was granted on top, in the same unit
    :raise NoWorkingTime: if the calendar does not have that much within the horizon
    """
    if extension:
        amount = _amount(amount) + _amount(extension)
    end = time.add(start, amount, unit)
    for pause_start, pause_stop in merge((max(pair[0], start), pair[1]) for pair in pauses):
        if pause_start >= end:
            break
        stood_still = time.elapsed(pause_start, pause_stop)
        if stood_still:
            end = time.advance(end, stood_still)
    return end


def warn_at(time, start, due, amount, unit):
    """Return when to warn that a limit is about to end.

    :param time: :class:`ClockTime` or :class:`WorkingTime`
    :param amount: how much before the end
    :param unit: one of :data:`UNITS`, or ``"percent"``: the share of the time from start to end that is left
    :return: a moment in the limit's own time, at the earliest its first one
    """
    whole = time.elapsed(start, due)
    if unit == "percent":
        left = timedelta(seconds=(whole // _SECOND * _amount(amount) + 50) // 100)
    elif _unit(unit) == "days":
        left = time.elapsed(time.subtract(due, amount, unit), due)
    else:
        left = timedelta(seconds=_amount(amount) * _SECONDS[unit])
    return time.retreat(due, min(left, whole))


_SECOND = timedelta(seconds=1)


def _amount(amount):
    if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
        raise ValueError(f"Not a whole number above zero: {amount!r}")
    return amount


def _unit(unit):
    if unit not in UNITS:
        raise ValueError(f"Not a unit of time: {unit!r}")
    return unit


def _duration(delta):
    seconds = (delta + _SECOND / 2) // _SECOND
    if seconds < 0:
        raise ValueError(f"Not a duration: {delta!r}")
    return seconds


def _cut(moment):
    return moment.replace(microsecond=0)


def _second(moment, rounded=False):
    delta = moment - _EPOCH
    seconds = delta.days * 86400 + delta.seconds
    return seconds + 1 if rounded and delta.microseconds >= 500000 else seconds


def _moment(second):
    return _EPOCH + timedelta(seconds=second)


def _to_local(zone, moment):
    return zone.fromutc(moment).replace(tzinfo=None)


def _to_utc(zone, local):
    """Return the first moment at which the clocks of a zone show ``local``.

    If they never do, since they are put forward, it is as much later as they are put forward.
    """
    before = local - zone.fromutc(local - _DAY).utcoffset()
    after = local - zone.fromutc(local + _DAY).utcoffset()
    if after != before and _to_local(zone, before) != local and _to_local(zone, after) == local:
        return after
    return before
