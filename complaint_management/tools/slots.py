"""Free times of somebody who works by a calendar and is booked for part of it (SV-5).

Plain Python, no records. Every moment is a naive datetime in UTC, as Odoo stores them; intervals are
``(start, stop)`` pairs, of which ``stop`` is no part any more.
"""

from bisect import bisect_right
from datetime import timedelta
from itertools import pairwise

from .working_time import _to_local, _to_utc


def merge(intervals):
    """Return intervals sorted, those that touch or overlap as one, empty ones left out."""
    merged = []
    for start, stop in sorted(intervals):
        if stop <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], stop)
        else:
            merged.append([start, stop])
    return [tuple(interval) for interval in merged]


def subtract(intervals, others):
    """Return what of some intervals no other one takes."""
    free, others = [], merge(others)
    for start, stop in merge(intervals):
        for begin, end in others[_first_after(others, start) :]:
            if begin >= stop:
                break
            if begin > start:
                free.append((start, begin))
            start = max(start, end)
        if start < stop:
            free.append((start, stop))
    return free


def intersect(intervals, others):
    """Return what is in both."""
    found, others = [], merge(others)
    for start, stop in merge(intervals):
        for begin, end in others[_first_after(others, start) :]:
            if begin >= stop:
                break
            found.append((max(start, begin), min(stop, end)))
    return found


def hits(intervals, start, stop):
    """Tell whether merged intervals have something between two moments."""
    index = _first_after(intervals, start)
    return index < len(intervals) and intervals[index][0] < stop


def to_utc(zone, local):
    """Return the first moment at which the clocks of a pytz time zone show a time, naive UTC."""
    return _to_utc(zone, local)


def move_zone(intervals, zone, other):
    """Return intervals at the same times of the clock in another time zone.

    A calendar says from 8 to 17; somebody elsewhere keeps it by the clock on the own wall, in the nights in
    which clocks change as well.

    :param zone: pytz time zone in which the intervals were meant
    :param other: pytz time zone of who keeps to them
    """
    return merge(
        (to_utc(other, _to_local(zone, start)), to_utc(other, _to_local(zone, stop)))
        for start, stop in intervals
    )


def find_starts(working, busy, duration, step, zone, earliest, latest):
    """Yield the times at which work of a length can begin, with its end: ``(start, stop)``.

    Beginnings are proposed every ``step`` since work begins in the interval, not on the hour: somebody who
    starts at 7:45 is free at 7:45. The length is working time: what does not fit before the next break is
    planned across it, but only if it is longer than what lies between two breaks; and across a night only
    if it is longer than a day's work.

    :param working: intervals in which somebody works
    :param busy: intervals in which they are booked or absent; nothing goes across one
    :param timedelta duration: how long the work takes, more than nothing
    :param timedelta step: between two proposed beginnings, more than nothing
    :param zone: pytz time zone in which a day is a day
    :param datetime earliest: nothing begins before
    :param datetime latest: nothing begins at or after it
    """
    working, busy = merge(working), merge(busy)
    ends_of_day, hours_of_day = {}, {}
    for begin, end in working:
        day = _to_local(zone, begin).date()
        ends_of_day[day] = end
        hours_of_day[day] = hours_of_day.get(day, timedelta()) + (end - begin)
    for index, (begin, end) in enumerate(working):
        if begin >= latest:
            break
        day = _to_local(zone, begin).date()
        limit = None
        if end - begin >= duration:
            limit = end
        elif hours_of_day[day] >= duration:
            limit = ends_of_day[day]
        start = begin
        if start < earliest:
            start += -((start - earliest) // step) * step
        while start < min(end, latest):
            stop = _advance(working, index, start, duration)
            if stop is None or (limit and stop > limit):
                break
            if not hits(busy, start, stop):
                yield start, stop
            start += step


def get_worked(start, stop, working):
    """Return the parts of an appointment that are work: all of it but the breaks and nights within.

    What goes beyond the working time at either end is work, too: somebody stays longer for it.

    :param working: merged intervals in which somebody works
    """
    gaps = []
    index = max(_first_after(working, start) - 1, 0)
    for (_begin, gap_start), (gap_stop, _end) in pairwise(working[index:]):
        if gap_start >= stop:
            break
        if start <= gap_start and gap_stop <= stop:
            gaps.append((gap_start, gap_stop))
    return subtract([(start, stop)], gaps)


def hours_by_day(intervals, zone):
    """Return ``{date: hours}`` of intervals, by the days of a pytz time zone."""
    hours = {}
    for start, stop in intervals:
        while start < stop:
            local = _to_local(zone, start)
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            end = min(stop, to_utc(zone, midnight))
            day = local.date()
            hours[day] = hours.get(day, 0.0) + (end - start).total_seconds() / 3600
            start = end
    return hours


def _advance(working, index, start, duration):
    """Return when work that begins in the interval of an index has taken its length; None: never."""
    for begin, end in working[index:]:
        start = max(start, begin)
        if end - start >= duration:
            return start + duration
        duration -= end - start
    return None


def _first_after(intervals, moment):
    """Return the index of the first of merged intervals that ends after a moment."""
    index = bisect_right(intervals, moment, key=lambda interval: interval[0])
    if index and intervals[index - 1][1] > moment:
        index -= 1
    return index
