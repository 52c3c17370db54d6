# Part of the complaint management suite. See LICENSE file for full licensing details.
"""TL-6: whatever happens to the processes that tell of limits, each event is told once, none is forgotten."""

import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from odoo_inside import inside_copy

from devkit.environment import variables
from devkit.paths import ROOT

WORKER = Path(__file__).with_name("deadline_worker.py")
BATCH = 7  # so that kills fall between batches and inside of them
KILLS = 50
PATIENCE = 300  # seconds that any one thing may take here on a busy machine
COMPLAINTS = 60
RECEIVED = datetime(2026, 3, 2, 8)
#: milestone: minutes of the limit, minutes of the warning before it, rungs as (hours after it, whom)
LIMITS = {
    "respond": (60, 20, [(0, "leader"), (1, "parent_leader"), (2, "user")]),
    "triage": (60, 0, [(0, "leader"), (1, "responsible")]),
    "investigate": (90, 45, [(1, "leader")]),
    "execute": (240, 60, [(1, "leader"), (2, "user")]),
    "report": (75, 30, []),
}
#: When the cron comes by: in between, events of several kinds and clocks become due.
VISITS = [RECEIVED + timedelta(minutes=minutes) for minutes in (50, 65, 95, 130, 190, 250, 310, 370)]


@pytest.fixture
def inside(project):
    """Odoo on a database with complaints of two teams; everybody gets a notice for each event."""
    with inside_copy(project) as inside:
        with inside.env() as env:
            env["complaint.deadline.policy"].search([]).active = False
            env.company.complaint_digest_from = 1_000_000
            group = env.ref("complaint_management.group_complaint_handler")
            users = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    [
                        {
                            "name": login,
                            "login": login,
                            "email": f"{login}@example.com",
                            "group_ids": [(6, 0, group.ids)],
                        }
                        for login in ("head", "boss", "leader0", "leader1", *(f"member{n}" for n in range(6)))
                    ]
                )
            )
            inside.users = {user.login: user.id for user in users}
            head, boss, *leaders = users[:4]
            parent = env["complaint.team"].create({"name": "Office", "leader_id": head.id})
            teams = env["complaint.team"].create(
                [
                    {
                        "name": f"Team {number}",
                        "parent_id": parent.id,
                        "leader_id": leader.id,
                        "member_ids": [(6, 0, users[4 + number :: 2].ids)],
                    }
                    for number, leader in enumerate(leaders)
                ]
            )
            env["complaint.deadline.policy"].create(
                {
                    "name": "Round the clock",
                    "rule_ids": [(0, 0, _rule(*limit, boss)) for limit in LIMITS.items()],
                }
            )
            # What came in before the first visit by hours has several events at once.
            env["complaint.complaint"].with_context(tracking_disable=True).create(
                [
                    {
                        "name": f"Complaint {number}",
                        "team_id": teams[number % 2].id,
                        "user_id": users[4 + number % 6].id,
                        "received_at": RECEIVED - timedelta(minutes=200 * (number % 10 == 9)),
                    }
                    for number in range(COMPLAINTS)
                ]
            )
        yield inside


def _rule(milestone, limit, boss):
    minutes, warning, rungs = limit
    return {
        "milestone": milestone,
        "duration": minutes,
        "unit": "minutes",
        "time_kind": "clock",
        "warn_before": warning,
        "warn_unit": "minutes",
        "escalation_ids": [
            (
                0,
                0,
                {
                    "after": hours,
                    "unit": "hours",
                    "whom": whom,
                    "user_id": boss.id if whom == "user" else False,
                },
            )
            for hours, whom in rungs
        ],
    }


class Worker:
    """deadline_worker.py in a process of its own."""

    def __init__(self, inside):
        self.process = subprocess.Popen(
            [sys.executable, str(WORKER), inside.database, str(BATCH)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**variables(), "PYTHONPATH": str(ROOT)},
        )
        self.errors = []
        self.drain = threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True)
        self.drain.start()

    def wait_ready(self):
        """Return how long one batch takes."""
        words = self.process.stdout.readline().split()
        assert words and words[0] == "ready", self.trouble()
        return float(words[1])

    def start(self, moment, seconds="inf"):
        """Let it be the cron at a moment, killed after so many seconds."""
        self.process.stdin.write(f"{moment.isoformat()} {seconds}\n")
        self.process.stdin.flush()

    def finish(self):
        """Wait for the end; return the exit status and how many clocks were worked off."""
        words = self.process.stdout.readline().split()
        assert len(words) == 2, self.trouble()
        return int(words[0]), int(words[1])

    def trouble(self):
        self.process.kill()
        self.drain.join(PATIENCE)
        return "".join(self.errors)


@pytest.fixture
def workers(inside):
    """Start workers, all up and waiting."""
    started = []

    def start(count):
        started.extend(Worker(inside) for _number in range(count))
        return started, [worker.wait_ready() for worker in started]

    yield start
    for worker in started:
        worker.process.kill()
        worker.process.communicate()


def count_due(inside, moment):
    with inside.env() as env:
        return env["complaint.deadline"].search_count([("next_event_at", "<=", moment)])


def expected_events():
    """Return ``{(complaint's number in the test, milestone, level): (moment, role)}``, counted by hand."""
    found = {}
    for number in range(COMPLAINTS):
        received = RECEIVED - timedelta(minutes=200 * (number % 10 == 9))
        for milestone, (minutes, warning, rungs) in LIMITS.items():
            due = received + timedelta(minutes=minutes)
            if warning:
                found[number, milestone, 0] = (due - timedelta(minutes=warning), "responsible")
            found[number, milestone, 1] = (due, "responsible")
            for level, (hours, whom) in enumerate(rungs, start=2):
                found[number, milestone, level] = (due + timedelta(hours=hours), whom)
    return {key: event for key, event in found.items() if event[0] <= VISITS[-1]}


def assert_each_once(inside):
    """Each event is there once, told once to the one it is for; nothing is left due, nothing has failed."""
    assert count_due(inside, VISITS[-1]) == 0
    expected = expected_events()
    who = {"parent_leader": lambda _number: "head", "user": lambda _number: "boss"}
    who["leader"] = lambda number: f"leader{number % 2}"
    who["responsible"] = lambda number: f"member{number % 6}"
    with inside.env() as env:
        env.cr.execute(
            """SELECT substring(c.name FROM '[0-9]+')::int, d.milestone, e.level,
                      e.planned_at, e.done_at, u.login
                 FROM complaint_deadline_event e
                 JOIN complaint_deadline d ON d.id = e.deadline_id
                 JOIN complaint_complaint c ON c.id = d.complaint_id
                 LEFT JOIN complaint_deadline_event_user_rel r ON r.event_id = e.id
                 LEFT JOIN res_users u ON u.id = r.user_id"""
        )
        events = env.cr.fetchall()
        assert Counter(row[:3] for row in events) == Counter(expected.keys())
        assert {row[:3]: (row[3], row[5]) for row in events} == {
            key: (moment, who[whom](key[0])) for key, (moment, whom) in expected.items()
        }
        # Told at the first visit after its moment; what became due of a clock by then is told in one notice.
        first_visit = {
            moment: min(visit for visit in VISITS if visit >= moment) for moment, _whom in expected.values()
        }
        assert {row[3]: row[4] for row in events} == first_visit
        notices = Counter({(row[0], row[1], row[4], row[5]): 1 for row in events})
        assert _notices(env) == Counter(
            (number, milestone, login) for number, milestone, _at, login in notices
        )
        env.cr.execute(
            """SELECT substring(c.name FROM '[0-9]+')::int, d.milestone, u.login
                 FROM mail_activity a
                 JOIN complaint_deadline d ON d.id = a.complaint_deadline_id
                 JOIN complaint_complaint c ON c.id = d.complaint_id
                 JOIN res_users u ON u.id = a.user_id"""
        )
        # Who is of no team may not look into the case, and is only told.
        assert Counter(env.cr.fetchall()) == Counter(
            {(row[0], row[1], row[5]): 1 for row in events if row[5] != "boss"}
        )
        # Whoever is told of a limit is not told of everything else from then on.
        leaders = [inside.users[login] for login in ("head", "leader0", "leader1")]
        assert not env["mail.followers"].search(
            [("res_model", "=", "complaint.complaint"), ("partner_id.user_ids", "in", leaders)]
        )
        deadlines = env["complaint.deadline"].search([])
        assert set(deadlines.mapped("fault_count")) == {0}
        assert set(deadlines.mapped("state")) == {"breached"}
        assert set(deadlines.complaint_id.mapped("deadline_state")) == {"breached"}
    return len(expected), sum(notices.values())


def _notices(env):
    """Return how often who was notified of which clock, by what the subjects say."""
    labels = {label: name for name, label in env["complaint.deadline.rule"]._get_milestone_labels().items()}
    numbers = {one.number: int(one.name.split()[-1]) for one in env["complaint.complaint"].search([])}
    found = Counter()
    for message in env["mail.message"].search([("message_type", "=", "user_notification")]):
        assert len(message.partner_ids) == 1
        assert len(message.notification_ids) == 1
        if " · " not in (message.subject or ""):
            continue  # told of something else, such as being made responsible
        number, summary = message.subject.split(" · ")
        found[numbers[number], labels[summary.split(":")[0]], message.partner_ids.user_ids.login] += 1
    return found


@pytest.mark.slow
def test_killed_at_fifty_moments(inside, workers, capsys):
    """TL-6: the cron is killed again and again, in batches and between them; every event is told once."""
    begun = time.monotonic()
    (worker,), (batch_seconds,) = workers(1)
    draw, kills, early = Random(50), 0, 0
    for number, visit in enumerate(VISITS, start=1):
        # Within the first batches of a run. Later visits have less to do, and make up for what is missing.
        while kills < min(KILLS * number // 6, KILLS) and count_due(inside, visit):
            worker.start(visit, draw.uniform(0.0, 1.5 * batch_seconds))
            status, clocks = worker.finish()
            assert status in (0, -9), worker.trouble()
            if status == 0:
                batch_seconds /= 2  # it was quicker than the kill
            else:
                kills += 1
                early += not clocks
        while count_due(inside, visit):
            worker.start(visit)
            assert worker.finish()[0] == 0, worker.trouble()
    assert kills == KILLS
    assert 0 < early < kills
    events, notices = assert_each_once(inside)
    assert worker.errors == []
    with capsys.disabled():
        print(
            f"\n{kills} kills ({early} before a first batch was whole), {events} events, "
            f"{notices} notices: {time.monotonic() - begun:.0f} s"
        )


@pytest.mark.slow
def test_two_processes_at_once(inside, workers, capsys):
    """TL-6: two that work off the same clocks at once tell of each event once, and neither fails."""
    begun = time.monotonic()
    team, _seconds = workers(2)
    clocks = Counter()
    for visit in VISITS:
        for worker in team:
            worker.start(visit)
        for number, worker in enumerate(team):
            status, done = worker.finish()
            assert status == 0, worker.trouble()
            clocks[number] += done
    events, notices = assert_each_once(inside)
    assert [worker.errors for worker in team] == [[], []]
    assert min(clocks.values()) > 20, "one of them did it all; this proves nothing"
    with capsys.disabled():
        print(
            f"\ntwo processes ({clocks[0]} and {clocks[1]} clocks), {events} events, {notices} notices: "
            f"{time.monotonic() - begun:.0f} s"
        )
