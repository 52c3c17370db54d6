"""Days in repair, as laws count them (requirements SV-7, X-12).

Plain Python without the ORM. A repair is a span ``(start, stop)`` of local moments (naive datetimes in the
time zone of the workshop); one that still lasts has the present moment as its stop. Spans that overlap count
once.

Three ways of counting:

``period``
    Every 24 hours that have begun: a repair of less than a day is one day, one of 49 hours is three. So the
    People's Republic of China counts the repair of cars (SAMR order 43 of 2021): from the moment at which the
    repair was agreed to that at which the customer was told to fetch the car; waiting for parts counts, what
    the customer lets pass after that does not.
``calendar``
    Every date on which it was in repair, the first and the last one included.
``working``
    The same, but only dates that are working days of a calendar.
"""

from datetime import datetime, time, timedelta

from .working_time import merge

METHODS = ("period", "calendar", "working")
#: Nobody looks further ahead for the day on which a limit is passed.
HORIZON = 1000

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def _always(_day):
    return True


def count(spans, method="period", is_working=_always, excluded=0):
    """Return the number of days in repair.

    :param spans: iterable of ``(start, stop)``, local moments
    :param str method: one of :data:`METHODS`
    :param is_working: takes a date, tells whether it is a working day; for ``working``
    :param int excluded: days that the law does not count, such as the way of a part made to order
    """
    # A repair that is done within the minute is one, too.
    union = merge((start, max(stop, start + _MINUTE)) for start, stop in spans)
    if method == "period":
        days = sum(-((start - stop) // _DAY) for start, stop in union)
    else:
        dates = {
            start.date() + number * _DAY
            for start, stop in union
            for number in range((stop.date() - start.date()).days + 1)
        }
        days = len(dates) if method == "calendar" else sum(1 for day in dates if is_working(day))
    return max(days - excluded, 0)


def moment_of(spans, since, number, method="period", is_working=_always, excluded=0):
    """Return when the count reaches a number, for a repair that goes on.

    :param spans: the repairs that are over
    :param datetime since: start of the one that goes on, a local moment
    :param int number: of days
    :return: the first local moment at which :func:`count` gives that many; None beyond :data:`HORIZON` days
    """
    spans = list(spans)
    for moment in _changes(since, method):
        if count([*spans, (since, moment)], method, is_working, excluded) >= number:
            return moment
    return None


def _changes(since, method):
    """Yield the moments at which the count of a repair may rise, from its start on."""
    yield since
    for number in range(1, HORIZON + 1):
        if method == "period":
            # The next 24 hours have begun with the minute after.
            yield since + number * _DAY + _MINUTE
        else:
            yield datetime.combine(since.date() + number * _DAY, time.min)
