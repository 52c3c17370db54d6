# Part of the complaint management suite. See LICENSE file for full licensing details.
"""What approvals cost: among 100,000 decided and 3,000 that wait, and among ten.

Both databases hold 100,000 complaints; they are filled once and kept (``--fresh`` makes them anew).
Everything is done in transactions that leave nothing behind, in turns. The exit status tells whether all
targets but those of time are met: times depend on the machine.
"""

import argparse
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import _database
from _fill_resolution import APPROVER, HANDLER, MANAGER, ONCE_ASKED, PROPOSER
from _harness import Bench, Figures, load
from _plans import explain, nodes, recorded, scans, shown
from _works import COUNT_LIMIT, PAGE, web_client
from deadline import Report

from odoo.api import SUPERUSER_ID, Environment
from odoo.fields import Command

from devkit import databases, ui

APPROVERS = (APPROVER, HANDLER, MANAGER)
FEW = 10
ROLES = {
    APPROVER: "an approver without any complaint group",
    HANDLER: "a handler who approves",
    MANAGER: "a manager who approves",
}
#: Tables that nothing reads as a whole.
TABLES = ("complaint_approval", "complaint_approval_user_rel", "complaint_remedy", "complaint_solution")
MINE = [("can_decide", "=", True)]
CLICKS = ("submission", "first approver", "second approver", "third approver")


# a request


def _new_proposal(bench, env):
    """Write a solution as a handler, on a complaint of their team that has none."""
    env.cr.execute(
        """
        SELECT c.id FROM complaint_complaint c
          JOIN complaint_team_member_rel m ON m.team_id = c.team_id AND m.user_id = %(user)s
         WHERE c.step = 'solution' AND c.user_id IS NOT NULL AND coalesce(c.solution_count, 0) = 0
           AND NOT c.confidential
           AND NOT EXISTS (SELECT FROM complaint_complaint_excluded_rel x WHERE x.complaint_id = c.id)
         ORDER BY c.user_id = %(user)s DESC, c.id DESC LIMIT 1
        """,
        {"user": bench.uid(PROPOSER)},
    )
    complaint_id = env.cr.fetchone()[0]
    types = [
        env.ref(f"complaint_management.complaint_remedy_type_{name}").id
        for name in ("return", "compensation")
    ]
    solution = env["complaint.solution"].create(
        {
            "complaint_id": complaint_id,
            "reasonable": "yes",
            "assessment": "We sold it as new, and it was not.",
            "ground_contract": "Clause 7 of the order",
            "offer": "We take it back.",
            "remedy_ids": [
                Command.create({"type_id": types[0], "description": "A new one"}),
                Command.create({"type_id": types[1], "amount": 300}),
            ],
        }
    )
    env.cr.flush()
    return solution


def in_one_environment(bench):
    """Bring a request from its submission to the last decision; what was read once stays in memory."""
    with bench.transaction(PROPOSER) as env:
        solution = _new_proposal(bench, env)
        people = [bench.uid(login) for login in APPROVERS]
        queries, start = env.cr.sql_log_count, time.perf_counter()
        solution.action_submit()
        for uid in people:
            solution.with_user(uid).action_approve_mine()
        env.cr.flush()
        figures = env.cr.sql_log_count - queries, time.perf_counter() - start
        _check_approved(solution)
    return figures


def as_separate_clicks(bench):
    """Bring a request to its last decision, each click by its user with nothing in memory."""
    figures = []
    with bench.transaction(PROPOSER) as env:
        solution = _new_proposal(bench, env)
        cr, people = env.cr, [bench.uid(login) for login in (PROPOSER, *APPROVERS)]
        for uid in people:
            waiting = solution.sudo().approval_ids.filtered(lambda approval: approval.state == "waiting")
            record = (waiting or solution).browse((waiting or solution).ids)
            env.transaction.clear()
            record = Environment(cr, uid, env.context)[record._name].browse(record.ids)
            queries, start = cr.sql_log_count, time.perf_counter()
            if record._name == "complaint.solution":
                record.action_submit()
            else:
                record.action_approve()
            cr.flush()
            figures.append((cr.sql_log_count - queries, time.perf_counter() - start))
        _check_approved(solution)
    return figures


def _check_approved(solution):
    if solution.state != "approved" or len(solution.sudo().approval_ids) != len(APPROVERS):
        raise ui.DevError("The request was not approved by the three.", "Make the databases anew: --fresh")


def measure_request(report, benches, rounds):
    """Count the queries of a request in two ways, and compare its time in both databases."""
    taken = {name: {"memory": [], "clicks": []} for name in benches}
    for number in range(rounds + 2):
        for name, bench in benches.items():
            memory, clicks = in_one_environment(bench), as_separate_clicks(bench)
            if number >= 2:
                taken[name]["memory"].append(memory)
                taken[name]["clicks"].append(clicks)
    memory = {name: Figures(figures["memory"]) for name, figures in taken.items()}
    detail = f"{memory['large'].milliseconds:.0f} ms, {memory['small'].milliseconds:.0f} ms among {FEW}"
    report.add("a request through three approvers: queries", memory["large"].queries, "", 40, detail)
    report.add("  more than among ten", memory["large"].queries - memory["small"].queries, "", 0)
    report.add("  time × that among ten", memory["large"].times(memory["small"]), "", 1.2, timed=True)
    whole = {
        name: Figures([tuple(map(sum, zip(*clicks, strict=True))) for clicks in figures["clicks"]])
        for name, figures in taken.items()
    }
    detail = f"{whole['large'].milliseconds:.0f} ms, {whole['small'].milliseconds:.0f} ms among {FEW}"
    report.add(
        "the same as four clicks, nothing in memory: queries", whole["large"].queries, "", None, detail
    )
    report.add("  more than among ten", whole["large"].queries - whole["small"].queries, "", 0)
    report.add("  time × that among ten", whole["large"].times(whole["small"]), "", 1.2, timed=True)
    for number, label in enumerate(CLICKS):
        click = {
            name: Figures([clicks[number] for clicks in figures["clicks"]]) for name, figures in taken.items()
        }
        detail = f"{click['large'].milliseconds:.1f} ms, {click['small'].milliseconds:.1f} ms among {FEW}"
        report.add(f"  {label}: queries", click["large"].queries, "", None, detail)


# the list of what waits


def _views(env):
    """Return what the client asks for when somebody opens the list or the board of approvals, and counts.

    A page holds no more than what waits, so that it is full and everybody counts what is not on it.
    """
    rows = env["complaint.approval"].search_count(MINE)
    works = {}
    for view_type, page in (("list", PAGE), ("kanban", 40)):
        arch, specification = web_client.open_view(env, "complaint.approval", view_type)
        order = ", ".join(f"{part.strip()} ASC" for part in arch.get("default_order").split(","))
        works[view_type] = partial(_open_page, specification, order, min(page, rows))
    return rows, {**works, "counter": lambda env: env["complaint.approval"].search_count(MINE)}


def _open_page(specification, order, limit, env):
    return env["complaint.approval"].web_search_read(
        MINE, specification, order=order, limit=limit, count_limit=COUNT_LIMIT + 1
    )


def measure_lists(report, benches, rounds):
    """Open the list of what waits, and count it, as each kind of approver."""
    for login, role in ROLES.items():
        rows, works = {}, {}
        for name, bench in benches.items():
            with bench.transaction(login) as env:
                rows[name], works[name] = _views(env)
        if not 0 < rows["small"] < rows["large"]:
            raise ui.DevError("The wrong number of requests waits.", "Make the databases anew: --fresh")
        for label in works["large"]:
            taken = {name: [] for name in benches}
            for number in range(rounds + 2):
                for name, bench in benches.items():
                    figures = bench.once(login, works[name][label])
                    if number >= 2:
                        taken[name].append(figures)
            large, small = (Figures(taken[name]) for name in ("large", "small"))
            report.add(f"waits for my approval, {label}, {role}: queries", large.queries, "")
            detail = (
                f"{rows['large']} wait for them: {large.milliseconds:.1f} ms; "
                f"{rows['small']} of {FEW}: {small.milliseconds:.1f} ms"
            )
            report.add("  more than among ten", large.queries - small.queries, "", 0, detail)


def measure_plans(report, bench):
    """Look for plans that read a whole table."""
    found = 0
    for login, role in ROLES.items():
        with bench.transaction(login) as env:
            _rows, works = _views(env)
        for label, work in works.items():
            print(f"Waits for my approval, {label}, {role}:")
            found += _print_plans(bench, login, work)
    report.add("plans of the list and the counter that read a whole table", found, "", 0)


def _print_plans(bench, login, work):
    with bench.transaction(login) as env:
        work(env)
    found = 0
    with bench.transaction(login) as env:
        with recorded() as queries:
            work(env)
        for query in queries:
            if not query.lstrip("( ").startswith("SELECT") or not any(table in query for table in TABLES):
                continue
            answer = explain(env.cr, query)
            scanned = [table for table in TABLES if scans(answer["Plan"], table)]
            found += bool(scanned)
            mark = f"  <-- SEQUENTIAL SCAN OF {', '.join(scanned).upper()}" if scanned else ""
            print(f"  {' '.join(query.split())[:90]} …: {answer['Execution Time']:.1f} ms{mark}")
            for depth, node in nodes(answer["Plan"]):
                print("     " + "  " * depth + shown(node))
    print(flush=True)
    return found


# complaints of those who are asked


def measure_asked(report, bench, rounds):
    """Open lists and boards of complaints as handlers of one team who were never, once and often asked."""
    users = {"never": PROPOSER, "once": ONCE_ASKED, "often": HANDLER}
    with bench.transaction(SUPERUSER_ID) as env:
        asked = {
            name: env["res.users"].browse(bench.uid(login)).complaint_asked for name, login in users.items()
        }
        if asked != {"never": False, "once": True, "often": True}:
            raise ui.DevError("The wrong people were asked.", "Make the databases anew: --fresh")
        env.cr.execute(
            """SELECT id FROM complaint_complaint WHERE closed_at IS NULL AND NOT confidential
                  AND team_id IN (SELECT team_id FROM complaint_team_member_rel WHERE user_id = %s)
                ORDER BY id DESC LIMIT 1""",
            [bench.uid(PROPOSER)],
        )
        page = env.cr.fetchone()[0]
    with bench.transaction(PROPOSER) as env:
        arch, as_list = web_client.open_view(env, "complaint.complaint", "list")
        as_board, as_form = (
            web_client.read_specification(env, "complaint.complaint", kind) for kind in ("kanban", "form")
        )
    count_limit = int(arch.get("count_limit", COUNT_LIMIT)) + 1

    def open_list(domain, env):
        return env["complaint.complaint"].web_search_read(
            domain, as_list, limit=PAGE, count_limit=count_limit
        )

    def open_board(env):
        return (
            env["complaint.complaint"]
            .with_context(read_group_expand=True)
            .web_read_group(
                [("user_id", "=", env.uid), ("closed_at", "=", False)],
                ["stage_id"],
                [],
                auto_unfold=True,
                unfold_read_specification=as_board,
                unfold_read_default_limit=40,
            )
        )

    works = {
        "list of open complaints": partial(open_list, [("closed_at", "=", False)]),
        "list of all": partial(open_list, []),
        "own board": open_board,
        "count of all": lambda env: env["complaint.complaint"].search_count([]),
        "page of a complaint": lambda env: env["complaint.complaint"].browse(page).web_read(as_form),
    }
    for label, work in works.items():
        found = bench.measure({name: (login, work) for name, login in users.items()}, rounds)
        never = found["never"]
        for name in ("once", "often"):
            figures = found[name]
            detail = (
                f"{figures.milliseconds:.1f} ms and {never.milliseconds:.1f} ms, "
                f"{figures.queries:g} and {never.queries:g} queries"
            )
            # Who was asked thousands of times reads so many complaints more; that is shown without a target.
            target = 1.5 if name == "once" else None
            label_of = f"{label}, {name} asked: time × that of one never asked"
            report.add(label_of, figures.times(never), "", target, detail, timed=True)


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench resolution", description=__doc__.split("\n")[0])
    parser.add_argument("--complaints", type=int, default=100_000, help="how many (default: 100,000)")
    parser.add_argument("--rows", type=int, default=100_000, help="how many were decided (default: 100,000)")
    parser.add_argument("--waiting", type=int, default=3_000, help="how many wait (default: 3,000)")
    parser.add_argument("--fresh", action="store_true", help="make the databases anew")
    parser.add_argument("--as-they-are", action="store_true", help="do not load changed add-ons anew")
    parser.add_argument("--rounds", type=int, default=15, help="how often each work is done (default: 15)")
    parser.add_argument("--only", help="request, lists, plans or asked")
    return parser.parse_args(arguments)


def _have(options):
    """Have both databases, copies of one that holds the same complaints; return their names."""
    here = Path(__file__)
    wanted = {"large": (options.rows, options.waiting), "small": (0, FEW)}
    found, complaints = {}, options.complaints

    def fill_complaints(database):
        subprocess.run([sys.executable, here.with_name("_fill.py"), database, str(complaints)], check=True)

    for name, (decided, waiting) in wanted.items():
        what = f"approvals {decided} {waiting}"
        found[name] = database = _database.name_of(complaints, what)
        if options.as_they_are:
            continue
        template = None
        if options.fresh or database not in databases.names():
            template = _database.have(complaints, fill_complaints)

        def fill(database, decided=decided, waiting=waiting):
            filler = here.with_name("_fill_resolution.py")
            subprocess.run([sys.executable, filler, database, str(decided), str(waiting)], check=True)

        _database.have(complaints, fill, options.fresh, what, template)
    return found


def main(arguments):
    """Run the benchmark; return the exit status."""
    options = _parse(arguments)
    benches = {name: Bench(database) for name, database in _have(options).items()}
    large = benches["large"]
    with large.transaction(SUPERUSER_ID) as env:
        count = env["complaint.approval"].search_count
        decided, waiting = count([("state", "=", "approved")]), count([("state", "=", "waiting")])
    print(
        f"{decided:,} decided approvals and {waiting:,} that wait, of {options.complaints:,} complaints; "
        f"times are medians; {load()}.",
        flush=True,
    )
    report = Report()
    works = {
        "request": lambda: measure_request(report, benches, options.rounds),
        "lists": lambda: measure_lists(report, benches, options.rounds),
        "plans": lambda: measure_plans(report, large),
        "asked": lambda: measure_asked(report, large, options.rounds),
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
