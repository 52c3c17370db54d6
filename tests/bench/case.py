# Part of the complaint management suite. See LICENSE file for full licensing details.
"""What complaints cost: queries and time, beside a bare ``mail.thread`` model and Odoo's tasks.

The database is filled once and kept (``--fresh`` makes it anew). Everything is done as an ordinary
handler, in transactions of its own, in turns with the two neighbours. The exit status tells whether
all numbers of queries are within their targets; times depend on the machine and are only flagged.
"""

import argparse
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

import _database
from _fill import PASSWORD
from _harness import Bench, load, print_table
from _http import Client, requests_per_second, server
from _plans import print_plans
from _works import MANAGER, RARE_CHINESE, RARE_SUBJECT, RARE_TEXT, USER, subjects

from odoo.api import SUPERUSER_ID

from devkit import ui

TABLE = "complaint_complaint"
NEIGHBOURS = ("bare", "task")


@dataclass
class Target:
    """What one kind of work may cost."""

    queries: float | None = None
    per_record: int = 1
    strictly_less: bool = False
    ratio: float | None = None
    milliseconds: float | None = None

    def judge(self, ours, bare):
        """Return (text of the target, met in queries, met in time)."""
        texts, queries_met, time_met = [], True, True
        if self.queries is not None:
            cost = ours.queries / self.per_record
            queries_met = cost < self.queries if self.strictly_less else cost <= self.queries
            sign = "<" if self.strictly_less else "≤"
            texts.append(f"{sign} {self.queries:g} queries{' a record' if self.per_record > 1 else ''}")
        if self.ratio is not None and bare:
            time_met = ours.times(bare) <= self.ratio
            texts.append(f"≤ {self.ratio:g} × bare")
        if self.milliseconds is not None:
            time_met = time_met and ours.milliseconds <= self.milliseconds
            texts.append(f"≤ {self.milliseconds:g} ms")
        return ", ".join(texts), queries_met, time_met


class Report:
    """Collects the lines of the table and what was missed."""

    def __init__(self):
        self.rows, self.missed, self.slow, self.reached = [], [], [], []

    def add(self, label, figures, target=None):
        """Add what was measured for one kind of work."""
        ours, bare, task = (figures.get(name) for name in ("complaint", *NEIGHBOURS))
        text, queries_met, time_met = target.judge(ours, bare) if target else ("", True, True)
        verdict = ""
        if target:
            verdict = "reached" if queries_met and time_met else "QUERIES MISSED" if time_met else "slow"
            if not queries_met:
                self.missed.append(label)
            if not time_met:
                self.slow.append(label)
            if queries_met and time_met:
                self.reached.append(label)
        self.rows.append(
            [
                label,
                *(f"{one.queries:g}" if one else "-" for one in (ours, bare, task)),
                *(f"{one.milliseconds:.1f}" if one else "-" for one in (ours, bare, task)),
                f"{ours.times(bare):.2f}" if bare else "-",
                f"{task.times(bare):.2f}" if bare and task else "-",
                text,
                verdict,
            ]
        )

    def print(self):
        """Print the table and what was reached."""
        head = ["work", "queries", "bare", "task", "ms", "bare", "task", "×", "task ×", "target", ""]
        print_table(head, self.rows)
        print(f"Reached: {', '.join(self.reached) or 'nothing'}")
        print(f"Too slow here: {', '.join(self.slow) or 'nothing'}")
        print(f"Too many queries: {', '.join(self.missed) or 'nothing'}", flush=True)


def measure(bench, found, rounds, quick):
    """Measure everything that has a target, and what else a screen asks; return the :class:`Report`."""
    report = Report()

    def compare(label, method, target=None, user=USER, repeat=rounds, names=("complaint", *NEIGHBOURS)):
        works = {name: (user, method(found[name])) for name in names}
        report.add(label, bench.measure(works, repeat), target)

    def alone(label, work, target=None, user=USER):
        report.add(label, bench.measure({"complaint": (user, work)}, rounds), target)

    complaint = found["complaint"]
    compare("create one", lambda subject: subject.create, Target(queries=18))
    compare(
        "create 1,000 in one call",
        lambda subject: partial(subject.create, count=1000),
        Target(queries=1, per_record=1000, strictly_less=True, ratio=2.5),
        repeat=3 if quick else 5,
    )
    compare("one inbound mail", lambda subject: subject.receive_mail, Target(queries=42), SUPERUSER_ID)
    compare("one stage move", lambda subject: subject.move_one, Target(queries=14))
    compare(
        "200 stage moves in one write",
        lambda subject: subject.move_many,
        Target(queries=2.5, per_record=200),
        repeat=5,
    )
    compare("list page of 80", lambda subject: subject.open_list, Target(ratio=2))
    compare("  the manager's", lambda subject: subject.open_list, None, MANAGER)
    compare("board, first page of each column", lambda subject: subject.open_board, Target(ratio=1.5))
    alone("  its progress bar", complaint.read_progress_bar)
    compare("form", lambda subject: subject.open_form, Target(queries=16))
    alone("  past triage", complaint.open_late_form, Target(queries=16))
    for label, word in (
        ("a rare word in the subject", RARE_SUBJECT),
        ("a rare word in the description", RARE_TEXT),
        ("a rare Chinese word", RARE_CHINESE),
    ):
        search = partial(_search, word)
        compare(label, search, Target(milliseconds=30), repeat=5)
        alone("  the manager's", search(complaint), Target(milliseconds=30), MANAGER)
    alone("  of two characters", complaint.search_word(RARE_CHINESE[:2]))
    alone("team overview", complaint.open_teams)
    alone("  the manager's", complaint.open_teams, None, MANAGER)
    alone("counters of one contact", complaint.count_of_partners)
    alone("counters of 20 contacts", partial(complaint.count_of_partners, count=20))
    return report


def _search(word, subject):
    return subject.search_word(word)


def check_flat(bench, found):
    """Tell whether list pages of different length cost the same number of queries."""
    complaint, costs = found["complaint"], {}
    for limit in (40, 80, 160):
        arguments = {**complaint.list_arguments(), "limit": limit}
        costs[limit] = bench.once(
            USER, lambda env, arguments=arguments: env[complaint.model].web_search_read(**arguments)
        )[0]
    shown = ", ".join(f"{cost} queries for {limit} records" for limit, cost in costs.items())
    print(f"List pages of different length: {shown}.\n")
    return len(set(costs.values())) == 1


def over_http(bench, found, seconds):
    """Measure the list over HTTP, one client."""
    calls = {
        name: (subject.model, "web_search_read", subject.list_arguments()) for name, subject in found.items()
    }
    with server(bench.database) as address:
        client = Client(address, bench.database, USER, PASSWORD)
        speed = requests_per_second(client, calls, seconds)
    share = speed["complaint"] / speed["bare"]
    print("List over HTTP, one client, requests a second:")
    print_table(["", *speed], [["", *(f"{number:.1f}" for number in speed.values())]])
    verdict = "reached" if share >= 0.5 else "slow"
    print(
        f"complaint / bare = {share:.2f} (target: at least 0.5: {verdict}); "
        f"task / bare = {speed['task'] / speed['bare']:.2f}\n",
        flush=True,
    )


def plans(bench, found):
    """Print the plans of the default views; return how many queries read the whole table."""
    complaint = found["complaint"]
    views = [
        ("My Complaints: board", USER, complaint.open_board),
        ("My Complaints: progress bar", USER, complaint.read_progress_bar),
        ("All Complaints: list, a handler", USER, complaint.open_list),
        ("All Complaints: list, the manager", MANAGER, complaint.open_list),
        ("Teams: overview, a handler", USER, complaint.open_teams),
        ("Teams: overview, the manager", MANAGER, complaint.open_teams),
        ("Search by a rare word, a handler", USER, complaint.search_word(RARE_TEXT)),
        ("Search by a rare word, the manager", MANAGER, complaint.search_word(RARE_TEXT)),
        ("Form of a new complaint, with its repeats", USER, complaint.open_form),
    ]
    found_scans = sum(print_plans(bench, title, user, work, TABLE) for title, user, work in views)
    print(f"Sequential scans of {TABLE} in the default views: {found_scans}\n")
    return found_scans


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench case", description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000, help="how many complaints (default: 100,000)")
    parser.add_argument("--fresh", action="store_true", help="make the database anew")
    parser.add_argument("--rounds", type=int, default=15, help="how often each work is done (default: 15)")
    parser.add_argument("--no-http", action="store_true", help="leave the HTTP server out")
    parser.add_argument("--no-plans", action="store_true", help="leave the plans out")
    parser.add_argument("--only-plans", action="store_true", help="print the plans and measure nothing")
    return parser.parse_args(arguments)


def main(arguments):
    """Run the benchmark; return the exit status."""
    options = _parse(arguments)
    filler = Path(__file__).parent / "_fill.py"

    def fill(database):
        subprocess.run([sys.executable, filler, database, str(options.rows)], check=True)

    bench = Bench(_database.have(options.rows, fill, options.fresh))
    with bench.transaction(SUPERUSER_ID) as env:
        found = subjects(env, bench.uid(USER))
        env.cr.execute(f"SELECT count(*) FROM {TABLE}")
        rows = env.cr.fetchone()[0]
    print(f"{rows:,} complaints; as an ordinary handler; times are medians; {load()}.\n", flush=True)
    failed = False
    if not options.only_plans:
        # What time limits cost is the subject of another benchmark.
        policies = patch.object(
            bench.registry["complaint.deadline.policy"], "_get_all_matches", lambda *_arguments: ()
        )
        with policies:
            report = measure(bench, found, options.rounds, options.rows > 500_000)
        report.print()
        print(f"At the end: {load()}.\n", flush=True)
        flat = check_flat(bench, found)
        failed = bool(report.missed) or not flat
        if not options.no_http:
            over_http(bench, found, seconds=8.0)
    if not options.no_plans:
        scanned = plans(bench, found)
        # Of a few thousand rows a scan is what PostgreSQL should choose.
        failed = failed or (scanned > 0 and options.rows >= 50_000)
    return int(failed)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ui.DevError as fault:
        sys.exit("\n".join((fault.what, *fault.remedies)))
