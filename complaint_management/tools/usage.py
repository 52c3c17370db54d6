"""How fast a thing is used, and when its use reaches a value: mileage, hours, cycles (SV-7).

Plain Python without the ORM. A reading is ``(date, value)``; readings come in any order, those of one day in
the order in which they were taken.

A counter that shows less than before was replaced: the readings fall into *segments*, each of which only
rises. Between the last reading of one counter and the first of the next, nothing is known, nothing counted.

The rate is what was used per day::

    rate = sum of (last value - first value) of the segments / sum of (last date - first date) of them

of the last :data:`WINDOW` days before the last reading, since habits change; where these readings lie less
than :data:`MIN_SPAN` days apart, of all readings; where all of them do, there is no rate, but that which the
caller assumes. The day on which a value is reached is::

    day = date of the last reading + (value - last value) / rate, rounded up to whole days

None where there is no reading or no rate, where nothing is used, or where it would take longer than
:data:`HORIZON` days. A value that was reached already was reached on the day of the first reading of the
current counter that shows it.
"""

from datetime import timedelta
from math import ceil
from operator import itemgetter

#: Readings of so many days say how it is used now.
WINDOW = 365
#: Readings that lie nearer together say nothing about a rate.
MIN_SPAN = 14
#: What lies further ahead is no forecast.
HORIZON = 3650

#: What a sum of decimal fractions may be off without anything having been used.
_TINY = 1e-9


def segments(readings):
    """Return the readings by date, one list for each counter there was.

    Of several readings of one day the last one counts.

    :param readings: iterable of ``(date, value)``
    :return: list of lists of ``(date, value)``, each rising
    """
    found = []
    for day, value in sorted(readings, key=itemgetter(0)):
        if not found or value < found[-1][-1][1]:
            found.append([(day, value)])
        elif found[-1][-1][0] == day:
            found[-1][-1] = (day, value)
        else:
            found[-1].append((day, value))
    return found


def daily_rate(readings, assumed=None):
    """Return what is used per day, by the formula above.

    :param readings: iterable of ``(date, value)``
    :param float assumed: what to assume where the readings say nothing
    :return: float; None where nothing is known or assumed
    """
    counters = segments(readings)
    if counters:
        since = counters[-1][-1][0] - timedelta(days=WINDOW)
        recent = [[reading for reading in counter if reading[0] >= since] for counter in counters]
        for chosen in (recent, counters):
            used, days = _use(chosen)
            if days >= MIN_SPAN:
                return used / days
    return assumed or None


def _use(counters):
    """Return what was used, and in how many days."""
    spans = [(counter[0], counter[-1]) for counter in counters if counter]
    used = sum(last[1] - first[1] for first, last in spans)
    return used, sum((last[0] - first[0]).days for first, last in spans)


def value_on(readings, day):
    """Return what the counter showed by the end of a day at least: the last reading up to it.

    :return: float; None where the first reading is later
    """
    shown = [value for counter in segments(readings) for read_on, value in counter if read_on <= day]
    return shown[-1] if shown else None


def next_value(readings, day, value, every):
    """Return what the counter shows when so much was used since a service.

    Ordinarily that is ``value + every``. Where the counter was replaced since, what was used by the old one
    and by those after it counts, and the value is that of the present one.

    :param readings: iterable of ``(date, value)``
    :param date day: of the service
    :param float value: that the counter showed then
    :param float every: after how much use the next service is due
    """
    counters = segments(readings)
    # The counter of the service is the last one that was there on its day and had not shown more before.
    index = max(
        (
            number
            for number, counter in enumerate(counters)
            if counter[0][0] <= day and counter[0][1] <= value
        ),
        default=0,
    )
    later = counters[index + 1 :]
    if not later:
        return value + every
    used = max(counters[index][-1][1] - value, 0) + sum(counter[-1][1] - counter[0][1] for counter in later)
    return later[-1][-1][1] + every - used


def next_step(first, every, shown):
    """Return the first of the values ``first``, ``first + every`` … that is above what is shown.

    :param float first: value of the first service
    :param float every: use between two services; 0: there is only the first one
    :param float shown: what the counter shows, None where it is not known
    :return: float; None where there is none any more
    """
    if shown is None or shown < first:
        return first
    if not every:
        return None
    return first + (int((shown - first) / every + _TINY) + 1) * every


def day_reached(readings, value, rate):
    """Return the day on which the counter shows a value, by the formula above.

    :param readings: iterable of ``(date, value)``
    :param float value: as the present counter shows it
    :param float rate: use per day
    :return: date, or None
    """
    counters = segments(readings)
    if not counters:
        return None
    for day, shown in counters[-1]:
        if shown >= value:
            return day
    if not rate or rate <= 0:
        return None
    day, shown = counters[-1][-1]
    days = ceil((value - shown) / rate - _TINY)
    return day + timedelta(days=days) if days <= HORIZON else None
