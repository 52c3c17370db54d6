"""Warranty periods by date and by use (requirement SV-3).

A period that an event begins, such as the delivery, is counted from the day after it and ends with the day of
the last month that bears the same number, or with that month's last day where it has none: Art. 201 and 202
of the Civil Code of China, Art. 3 of Regulation (EEC, Euratom) 1182/71. One that follows another begins
with the day after that one's last.

Plain Python without the ORM.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

STATUTORY, MAKER, EXTENDED = KINDS = ("statutory", "maker", "extended")


def get_last_day(event, months):
    """Return the last day of a period that an event begins.

    :param date event: the day of the event; it is covered too
    :param int months: how long it lasts
    """
    return event + relativedelta(months=months)


def get_following(last, months):
    """Return the first and the last day of the period that follows one which ends with a day.

    :param date last: last day of the former period
    :param int months: how long this one lasts
    """
    first = last + timedelta(days=1)
    return first, first + relativedelta(months=months) - timedelta(days=1)


def plan(terms, start):
    """Return the first and last day of the warranty of each term.

    Extended ones begin where the maker's ends: the first of the maker's terms that ends by time. Where there
    is none, they begin as the others do.

    :param terms: records or objects with ``kind`` and ``months`` (0: no end by time), in their order
    :param date start: the purchase or the delivery
    :return: list of (first day, last day or None), one per term
    """
    maker = next((term for term in terms if term.kind == MAKER and term.months), None)
    periods = []
    for term in terms:
        if term.kind == EXTENDED and maker:
            first, last = get_following(get_last_day(start, maker.months), term.months)
        else:
            first, last = start, get_last_day(start, term.months)
        periods.append((first, last if term.months else None))
    return periods


def is_in_force(first, last, usage_limit, day, usage):
    """Tell whether a warranty covers a day and a reading: both ends belong to it.

    :param date first: first day
    :param last: last day, nothing where it has no end by time
    :param float usage_limit: the reading up to which it goes, 0 where use does not matter
    :param date day: the day asked about
    :param usage: the reading then; None where nobody knows, which is held against nobody
    """
    if day < first or (last and day > last):
        return False
    return not usage_limit or usage is None or usage <= usage_limit
