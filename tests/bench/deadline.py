# Part of the complaint management suite. See LICENSE file for full licensing details.
"""What time limits cost: among a million running clocks, and among ten thousand.

Both databases are filled once and kept (``--fresh`` makes them anew). The present of everything is the
moment for which they were filled. Everything is done in transactions that leave nothing behind, in
turns. The exit status tells whether all targets but those of time are met: times depend on the machine.
"""

import argparse
import gc
import json
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from unittest.mock import patch

import _database
from _fill_deadline import DUE, LIMITS, MOMENT
from _harness import Bench, Figures, load, print_table
from _plans import explain, nodes, recorded, shown

from odoo import fields
from odoo.api import SUPERUSER_ID

from devkit import databases, ui
from devkit.environment import Session

SMALL = 10_000
ALONE = 100  # so few events, for so many people, that each is told by itself
USER, MANAGER = "handler0", "manager"


@contextmanager
def present():
    """Let it be the moment for which the databases were filled."""
    with patch.object(fields.Datetime, "now", staticmethod(lambda *_args: MOMENT)):
        yield


def without(bench, model, method, answer):
    """A block in which a method of a model does nothing."""
    return patch.object(bench.registry[model], method, lambda *_args, **_kwargs: answer)


class Report:
    """Collects the lines of the table and what was missed."""

    def __init__(self):
        self.rows, self.missed, self.slow = [], [], []

    def add(self, label, value, unit, target=None, detail="", timed=False):
        """Add a figure; ``target`` is the most that it may be."""
        verdict = ""
        if target is not None:
            verdict = "reached" if value <= target else "slow" if timed else "MISSED"
            if value > target:
                (self.slow if timed else self.missed).append(label)
        limit = f"≤ {target:g} {unit}".rstrip() if target is not None else ""
        self.rows.append([label, f"{value:,.4g} {unit}".rstrip(), limit, verdict, detail])
        print(f"  {label}: {value:,.4g} {unit}", flush=True)

    def print(self):
        """Print the table and what was missed."""
        print()
        print_table(["work", "measured", "target", "", ""], self.rows)
        print(f"Too slow here: {', '.join(self.slow) or 'nothing'}")
        print(f"Missed: {', '.join(self.missed) or 'nothing'}", flush=True)


# events


def run_events(env, limit=DUE):
    """Find, mark and plan due events, and tell people; return the events."""
    last = env["complaint.deadline.event"].search([], limit=1).id or 0
    deadlines = env["complaint.deadline"]._take_due(limit)._filter_free()
    if len(deadlines) != limit:
        raise ui.DevError(
            f"{len(deadlines)} clocks are due instead of {limit}.", "Make the database anew: --fresh"
        )
    deadlines._run_events()
    env.flush_all()
    return env["complaint.deadline.event"].search([("id", ">", last)])


def measure_planning(report, benches, rounds):
    """Find, mark and plan: in turns in both databases."""
    taken = {name: [] for name in benches}
    with present(), ExitStack() as stack:
        for bench in benches.values():
            stack.enter_context(without(bench, "complaint.deadline.event", "_tell", None))
        for number in range(rounds + 2):
            for name, bench in benches.items():
                figures = bench.once(SUPERUSER_ID, _plan)
                if number >= 2:
                    taken[name].append(figures)
    large, small = (Figures(taken[name]) for name in ("large", "small"))
    detail = f"{large.milliseconds:.0f} ms, {small.milliseconds:.0f} ms among {SMALL:,}"
    report.add("find, mark and plan 1,000 events: queries", large.queries, "", 40, detail)
    report.add("  time × that among 10,000 clocks", large.times(small), "", 1.3, timed=True)
    with present(), benches["large"].transaction(SUPERUSER_ID) as env:
        with recorded() as queries:
            env["complaint.deadline"]._take_due(DUE)
        plan = explain(env.cr, queries[-1])
    print("  " + " <- ".join(shown(node) for _depth, node in nodes(plan["Plan"])), flush=True)
    return large


def _plan(env):
    env["complaint.deadline"]._take_due(DUE)._filter_free()._run_events()


def measure_telling(report, bench):
    """Tell people: many events at once, and few enough for each to be told by itself."""
    for label, limit in (("many at once", DUE), ("one by one", ALONE)):
        with present():
            with without(bench, "complaint.deadline.event", "_tell", None):
                planning = _events_of(bench, limit)
            whole = _events_of(bench, limit)
        queries = (whole["queries"] - planning["queries"]) / whole["events"]
        detail = (
            f"{whole['events']} events, {whole['people']} people, {whole['messages']} messages, "
            f"{whole['activities']} activities, {whole['seconds'] / whole['events'] * 1000:.1f} ms an event"
        )
        report.add(f"tell people, {label}: queries an event", queries, "", 15, detail)
        report.add("  messages for one person at most", whole["most"], "", whole["limit"])


def _events_of(bench, limit):
    for _warm_up in (True, False):
        with bench.transaction(SUPERUSER_ID) as env:
            last = {model: env[model].search([], order="id desc", limit=1).id or 0 for model in TOLD}
            queries, start = env.cr.sql_log_count, time.perf_counter()
            events = run_events(env, limit)
            found = {"queries": env.cr.sql_log_count - queries, "seconds": time.perf_counter() - start}
            messages, activities = (env[model].search([("id", ">", last[model])]) for model in TOLD)
            notices = messages.filtered(lambda message: message.message_type == "user_notification")
            told = [partner for message in notices for partner in message.partner_ids]
            found |= {
                "events": len(events),
                "people": len(set(told)),
                "messages": len(notices),
                "activities": len(activities),
                "most": max((told.count(partner) for partner in set(told)), default=0),
                "limit": env.company.complaint_digest_from,
            }
    return found


TOLD = ("mail.message", "mail.activity")


# memory


def measure_memory(report, database):
    """Run 1,000 events in a process of its own and see how far its memory rises above idle."""
    result = subprocess.run(
        [sys.executable, __file__, "--memory-of", database], check=True, stdout=subprocess.PIPE, text=True
    )
    found = json.loads(result.stdout.splitlines()[-1])
    detail = f"idle {found['idle']:.0f} MiB, 1,000 events at once with all who are told"
    report.add("peak memory above idle", found["peak"] - found["idle"], "MiB", 60, detail)


def memory_of(database):
    """Print idle and peak memory of this process as it runs 1,000 events."""
    bench = Bench(database)
    with present():
        # An idle worker has served something before.
        with bench.transaction(SUPERUSER_ID) as env:
            run_events(env, 5)
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
        idle = _status("VmRSS")
        with bench.transaction(SUPERUSER_ID) as env:
            run_events(env)
        print(json.dumps({"idle": idle, "peak": _status("VmHWM")}))


def _status(name):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise ui.DevError("This system does not tell how much memory a process takes.")


# registration


def measure_creation(report, bench, rounds):
    """Create complaints with their clocks and without any policy."""
    with bench.transaction(SUPERUSER_ID) as env:
        vals = {
            "name": "Heating does not work",
            "description": "It has been cold for three days.",
            "partner_name": "A customer",
            "partner_phone": "010-62345678",
            "channel_id": env["complaint.channel"].search([], limit=1).id,
            "category_id": env["complaint.category"].search([], limit=1).id,
        }
    for count, label, target in ((1, "one alone", 8), (1000, "a record, of 1,000 at once", 0.5)):

        def create(env, count=count):
            made = env["complaint.complaint"].create([dict(vals) for _number in range(count)])
            env.flush_all()
            return made

        taken = {"with": [], "without": []}
        for number in range((rounds if count == 1 else 3) + 1):
            for name, figures in taken.items():
                with ExitStack() as stack:
                    if name == "without":
                        stack.enter_context(without(bench, "complaint.deadline.policy", "_match", {}))
                    if not number:
                        with bench.transaction(USER) as env:
                            clocks = len(create(env)[0].sudo().deadline_ids)
                        if clocks != (len(LIMITS) if name == "with" else 0):
                            raise ui.DevError(
                                f"A complaint was created with {clocks} clocks ({name} a policy)."
                            )
                        continue
                    figures.append(bench.once(USER, create))
        ours, bare = Figures(taken["with"]), Figures(taken["without"])
        more = (ours.queries - bare.queries) / count
        times = f"{ours.milliseconds:.0f} and {bare.milliseconds:.0f} ms"
        detail = f"{ours.queries:g} and {bare.queries:g} queries, {times}"
        report.add(f"8 clocks, {label}: more queries", more, "", target, detail)


# a holiday


def measure_holiday(report, benches, rounds):
    """Add a holiday to a calendar: what the save costs, and how long the background works on it."""
    taken = {name: [] for name in benches}
    for _number in range(min(rounds, 5) + 1):
        for name, bench in benches.items():
            with present():
                taken[name].append(bench.once(MANAGER, _add_holiday))
    large, small = (Figures(taken[name][1:]) for name in ("large", "small"))
    detail = f"{large.milliseconds:.1f} ms, {small.milliseconds:.1f} ms among {SMALL:,}"
    report.add("save a holiday: queries", large.queries, "", None, detail)
    # Of a few milliseconds the machine's other work is a part.
    report.add("  time × that among 10,000 clocks", large.times(small), "", 1.5, timed=True)

    bench = benches["large"]
    with present(), bench.transaction(SUPERUSER_ID) as env:
        Request = env["complaint.deadline.recompute"]
        calendar = _add_holiday(env(user=bench.uid(MANAGER)))
        env.flush_all()
        requests = Request.search([("state", "=", "waiting"), ("calendar_ids", "in", calendar.ids)])
        report.add("  requests it makes", abs(len(requests) - 1) + 1, "", 1)
        if not requests:
            Request._request(calendars=calendar)
            requests = Request.search([("state", "=", "waiting"), ("calendar_ids", "in", calendar.ids)])
        before = _due_of(env, calendar)
        queries, start, batches = env.cr.sql_log_count, time.perf_counter(), []
        while requests[0].state == "waiting":
            begun = time.perf_counter()
            requests[0]._work_off(500)
            env.flush_all()
            env.transaction.clear()  # as the commit does
            batches.append(time.perf_counter() - begun)
        seconds, queries = time.perf_counter() - start, env.cr.sql_log_count - queries
        after = _due_of(env, calendar)
        moved = sum(after[key] != due for key, due in before.items())
    detail = f"{queries / moved if moved else 0:.2f} queries a clock, {median(batches):.1f} s a batch"
    report.add(f"  {moved:,} clocks moved in the background", seconds, "s", 60, detail, timed=True)


def _add_holiday(env):
    calendar = env["complaint.team"].search([("name", "=", "Team that moves")]).calendar_id
    day = MOMENT.replace(hour=0) + timedelta(days=2)
    env["resource.calendar.leaves"].create(
        {
            "name": "Holiday",
            "calendar_id": calendar.id,
            "company_id": calendar.company_id.id,
            "date_from": day - timedelta(hours=8),
            "date_to": day + timedelta(hours=16, seconds=-1),
        }
    )
    return calendar


def _due_of(env, calendar):
    env.cr.execute("SELECT id, due FROM complaint_deadline WHERE calendar_id = %s", [calendar.id])
    return dict(env.cr.fetchall())


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench deadline", description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many clocks (default: 1,000,000)")
    parser.add_argument("--fresh", action="store_true", help="make the databases anew")
    parser.add_argument("--as-they-are", action="store_true", help="do not load changed add-ons anew")
    parser.add_argument("--rounds", type=int, default=7, help="how often each work is done (default: 7)")
    parser.add_argument("--only", help="events, telling, memory, creation or holiday")
    parser.add_argument("--memory-of", metavar="DATABASE", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def main(arguments):
    """Run the benchmark; return the exit status."""
    options = _parse(arguments)
    if options.memory_of:
        memory_of(options.memory_of)
        return 0
    filler = Path(__file__).with_name("_fill_deadline.py")

    def have(rows):
        if options.as_they_are:
            return _database.name_of(rows, "clocks")

        def fill(database):
            subprocess.run([sys.executable, filler, database, str(rows)], check=True)

        return _database.have(rows, fill, options.fresh, "clocks", databases.level_two(Session(None)))

    names = {"large": have(options.rows), "small": have(SMALL)}
    benches = {name: Bench(database) for name, database in names.items()}
    large = benches["large"]
    with large.transaction(SUPERUSER_ID) as env:
        clocks = env["complaint.deadline"].search_count([("state", "in", ("running", "breached"))])
        complaints = env["complaint.complaint"].search_count([("closed_at", "=", False)])
    print(
        f"{clocks:,} running clocks of {complaints:,} open complaints; times are medians; {load()}.",
        flush=True,
    )
    report = Report()
    works = {
        "events": lambda: measure_planning(report, benches, options.rounds),
        "telling": lambda: measure_telling(report, large),
        "memory": lambda: measure_memory(report, names["large"]),
        "creation": lambda: measure_creation(report, large, options.rounds),
        "holiday": lambda: measure_holiday(report, benches, options.rounds),
    }
    for name, work in works.items():
        if options.only in (None, name):
            work()
    report.print()
    print(f"At the end: {load()}.", flush=True)
    return int(bool(report.missed))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ui.DevError as fault:
        sys.exit("\n".join((fault.what, *fault.remedies)))
