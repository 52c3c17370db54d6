# Part of the complaint management suite. See LICENSE file for full licensing details.
"""TL-1, TL-2: a month of real complaints, replayed day by day against a limit of 15 working days."""

import csv
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time
from odoo_inside import inside_copy

WORKING_DAYS = 15
ZONE = ZoneInfo("America/New_York")
CLOSING = time(17)
#: Federal holidays of the United States around the complaints: Columbus Day, Veterans Day, Thanksgiving.
HOLIDAYS = (date(2014, 10, 13), date(2014, 11, 11), date(2014, 11, 27))


def utc(local):
    """Return a moment of New York as Odoo stores it."""
    return local.replace(tzinfo=ZONE).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def last_moment(received):
    """Return until when a complaint is in time: counted day by day, without the engine."""
    day, left = received.date(), WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in HOLIDAYS
    return datetime.combine(day, CLOSING)


@pytest.fixture(scope="module")
def complaints(shared):
    """``[(number, received, sent)]`` in the time of New York; the file knows days, hours are drawn."""
    path = shared / "complaints" / "cfpb_workflow_2014.csv"
    if not path.exists():
        pytest.skip(f"{path.name} is not among the sample data")
    draw = Random(15)
    # On the hour: some are sent exactly when the limit ends.
    hour = timedelta(hours=1)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    def moment(text, earliest):
        day = datetime.strptime(text, "%m/%d/%Y")
        first = max((earliest - day) // hour, 0) if earliest else 0
        return day + draw.randrange(first, 24) * hour

    found = []
    for row in rows:
        received = moment(row["Date received"], None)
        found.append((row["Complaint ID"], received, moment(row["Date sent to company"], received)))
    return found


@pytest.fixture(scope="module")
def inside(project, complaints):
    """Odoo with a team in New York that has one limit, and none of the policies that come along."""
    with inside_copy(project) as inside:
        with inside.env() as env:
            env["complaint.deadline.policy"].search([]).active = False
            calendar = env["resource.calendar"].create(
                {
                    "name": "Bureau",
                    "tz": str(ZONE),
                    "attendance_ids": [(5, 0, 0)]
                    + [
                        (
                            0,
                            0,
                            {
                                "name": f"Day {day}",
                                "dayofweek": str(day),
                                "hour_from": 8,
                                "hour_to": 17,
                                "day_period": "full_day",
                            },
                        )
                        for day in range(5)
                    ],
                }
            )
            env["resource.calendar.leaves"].create(
                [
                    {
                        "name": f"Holiday {day}",
                        "calendar_id": calendar.id,
                        "date_from": utc(datetime.combine(day, time.min)),
                        "date_to": utc(datetime.combine(day, time(23, 59, 59))),
                    }
                    for day in HOLIDAYS
                ]
            )
            team = env["complaint.team"].create({"name": "Bureau", "calendar_id": calendar.id})
            env["complaint.deadline.policy"].create(
                {
                    "name": "To the company within 15 working days",
                    "rule_ids": [
                        (
                            0,
                            0,
                            {
                                "milestone": "dispatch",
                                "duration": WORKING_DAYS,
                                "unit": "days",
                                "warn_before": 0,
                            },
                        )
                    ],
                }
            )
            inside.team_id = team.id
        yield inside


@pytest.mark.slow
def test_verdicts_on_real_complaints(inside, complaints, capsys):
    """TL-1: who received what when is known of 8,339 complaints; each verdict is the right one."""
    arriving, leaving, ids = defaultdict(list), defaultdict(list), {}
    for number, received, sent in complaints:
        arriving[received.date()].append((number, received))
        leaving[sent.date()].append((number, sent))
    for day in sorted({*arriving, *leaving}):
        night = utc(datetime.combine(day, time(23, 59, 59)))
        with freeze_time(night), inside.env(tracking_disable=True) as env:
            Complaint = env["complaint.complaint"]
            made = Complaint.create(
                [
                    {"name": number, "team_id": inside.team_id, "received_at": utc(received)}
                    for number, received in arriving[day]
                ]
            )
            ids |= {number: one.id for (number, _received), one in zip(arriving[day], made, strict=True)}
            at_once = defaultdict(list)
            for number, sent in leaving[day]:
                at_once[sent].append(ids[number])
            for sent, sent_ids in at_once.items():
                Complaint.browse(sent_ids)._reach_milestones(["dispatch"], utc(sent))
            # What is late by now is overdue before it is reached.
            env["complaint.deadline"]._cron_run_events()

    expected = {
        number: "met" if sent <= last_moment(received) else "late" for number, received, sent in complaints
    }
    with inside.env() as env:
        deadlines = env["complaint.deadline"].search([("complaint_id", "in", list(ids.values()))])
        verdicts = {deadline.complaint_id.name: deadline.state for deadline in deadlines}
        limits = {deadline.complaint_id.name: deadline.due for deadline in deadlines}
        overdue = env["complaint.deadline.event"].search([("kind", "=", "breach")]).deadline_id
    assert len(deadlines) == len(complaints)
    assert {number for number in expected if verdicts[number] != expected[number]} == set()
    assert limits == {number: utc(last_moment(received)) for number, received, _sent in complaints}
    counts = Counter(expected.values())
    assert counts["late"] > 0
    assert counts["met"] > 0
    with capsys.disabled():
        print(
            f"\n{len(complaints):,} complaints: {counts['met']:,} in time, {counts['late']} late, "
            f"{len(overdue)} of these were told to be overdue before"
        )
