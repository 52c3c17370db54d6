# Part of the complaint management suite. See LICENSE file for full licensing details.
"""What service orders cost: among 100,000 of them with 200,000 objects, and among three thousand.

Both databases are filled once and kept (``--fresh`` makes them anew). They hold the same weeks ahead and
the same work to be done now; what differs is how much lies behind. Queries are also compared with those for
few records in the large one. Everything is done in transactions that leave nothing behind, in turns. The
exit status tells whether all targets but those of time are met: times depend on the machine.
"""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import _database
from _fill_service import ADVISOR, DUE, LETTERS, MANAGER, MOMENT, TECHNICIAN, WATCHED, order_values, present
from _harness import Bench, Figures, load
from _plans import explain, nodes, recorded, scans, shown
from _works import COUNT_LIMIT, PAGE, web_client
from deadline import Report

from odoo.api import SUPERUSER_ID

from devkit import databases, ui

SMALL = 3_000
FEW = 10
WHAT = "service orders"
#: Records of a column that the board opens with.
COLUMN = 40
ORDER, ASSET, BOOKING = "complaint.service.order", "complaint.asset", "complaint.service.booking"
OPEN = [("closed_at", "=", False)]
#: What the planning action shows, see views/service/planning_views.xml.
SHOWN = [("state", "in", ["planned", "done"])]
MEASURES = (
    *("__count", "open_count:sum", "closed_count:sum", "fixed_first_time:avg"),
    *("completed_in_time:avg", "handed_over_in_time:avg", "hours_spent:sum", "amount_warranty:sum"),
)
#: Tables that nothing reads as a whole, but for figures of all that there is.
TABLES = (
    "complaint_asset",
    "complaint_asset_due",
    "complaint_asset_owner",
    "complaint_asset_reading",
    "complaint_asset_reminder",
    "complaint_asset_warranty",
    "complaint_deadline",
    "complaint_service_booking",
    "complaint_service_check",
    "complaint_service_line",
    "complaint_service_notice",
    "complaint_service_order",
    "complaint_service_order_technician_rel",
    "complaint_service_order_technician_user_rel",
    "complaint_service_worklog",
)
#: Reads so many rows at the most for each thing that is due, whatever there is beside it.
ROWS_EACH = 40


# what screens ask for


@dataclass
class Screen:
    """One thing that somebody opens, and the same with few records."""

    user: str
    work: object
    few: object = None
    #: It looks at all there is: its time grows with that, and it may read whole tables.
    of_all: bool = False


def _list(model, domain, specification, count_limit, limit, env):
    return env[model].web_search_read(domain, specification, limit=limit, count_limit=count_limit + 1)


def _board(model, domain, group, specification, order, limit, env):
    return (
        env[model]
        .with_context(read_group_expand=True)
        .web_read_group(
            domain,
            [group],
            [],
            auto_unfold=True,
            unfold_read_specification=specification,
            unfold_read_default_limit=limit,
            order=order,
        )
    )


def _form(model, record_id, specification, env):
    return env[model].browse(record_id).web_read(specification)


def _calendar(names, domain, days, env):
    first = MOMENT.replace(hour=0) - timedelta(hours=8)
    return (
        env[BOOKING]
        .with_context(active_test=False)
        .search_read([*domain, ("start", "<=", first + timedelta(days=days)), ("stop", ">=", first)], names)
    )


def _slots(team_id, type_id, days, env):
    found = env[ORDER]._get_free_slots(
        env.company,
        env["complaint.service.type"].browse(type_id),
        env["complaint.team"].browse(team_id),
        MOMENT.date(),
        MOMENT.date() + timedelta(days=days),
    )
    if not found:
        raise ui.DevError("Nobody is free.", "Make the databases anew: --fresh")
    return found


def _pivot(domain, env):
    return env["complaint.service.report"].formatted_read_grouping_sets(
        domain, [[], ["requested_at:month"], ["type_id"], ["requested_at:month", "type_id"]], MEASURES
    )


def _order_by(arch):
    """Return the order of a view as the client asks for it."""
    parts = [part.strip() for part in (arch.get("default_order") or "").split(",")]
    return ", ".join(part if " " in part else f"{part} ASC" for part in parts if part)


def _team(env):
    """Return the team of the user."""
    return env["complaint.team"].search([("service", "=", True), ("member_ids", "in", env.uid)], limit=1)


def _screens(bench):
    """Return what is opened, by name."""
    with bench.transaction(ADVISOR) as env:
        views = {
            (model, kind): web_client.open_view(env, model, kind)
            for model in (ORDER, ASSET, BOOKING)
            for kind in ("list", "kanban", "form")
            if (model, kind) not in ((ASSET, "kanban"), (BOOKING, "form"), (BOOKING, "list"))
        }
        names = [*web_client.read_specification(env, BOOKING, "calendar"), "start", "stop", "display_name"]
        team = _team(env)
        kind = env.ref("complaint_management.complaint_service_type_repair")
        # Of the weeks ahead, which are the same in both: what is to be looked up depends on the order.
        order = env[ORDER].search(
            [("type_id", "=", kind.id), ("team_id", "=", team.id), ("scheduled_start", ">=", MOMENT)],
            order="scheduled_start desc, id desc",
            limit=1,
        )
        asset = order.asset_id
    spec = {key: specification for key, (_arch, specification) in views.items()}
    counts = {model: int(views[model, "list"][0].get("count_limit", COUNT_LIMIT)) for model in (ORDER, ASSET)}
    orders_list = partial(_list, ORDER, OPEN, spec[ORDER, "list"], counts[ORDER])
    all_list = partial(_list, ORDER, [], spec[ORDER, "list"], counts[ORDER])
    assets_list = partial(_list, ASSET, [], spec[ASSET, "list"], counts[ASSET])
    board_order = _order_by(views[ORDER, "kanban"][0])
    board = partial(_board, ORDER, OPEN, "stage_id", spec[ORDER, "kanban"], board_order)
    midnight = MOMENT.replace(hour=0) - timedelta(hours=8)
    today = [*SHOWN, ("start", "<", midnight + timedelta(days=1)), ("stop", ">=", midnight)]
    of_team = [*SHOWN, ("team_id", "=", team.id)]
    bookings = partial(
        _board, BOOKING, today, "employee_id", spec[BOOKING, "kanban"], _order_by(views[BOOKING, "kanban"][0])
    )
    slots = partial(_slots, team.id, kind.id)
    return {
        "list of open orders": Screen(ADVISOR, partial(orders_list, PAGE), partial(orders_list, FEW)),
        "list of all orders": Screen(ADVISOR, partial(all_list, PAGE), partial(all_list, FEW)),
        # Half a page: in the small database each of them has fewer than a whole one.
        "list of all orders, technician": Screen(
            TECHNICIAN, partial(all_list, PAGE // 2), partial(all_list, FEW)
        ),
        "board by stage": Screen(ADVISOR, partial(board, COLUMN), partial(board, FEW)),
        "form of an order": Screen(ADVISOR, partial(_form, ORDER, order.id, spec[ORDER, "form"])),
        "calendar, a week of a team": Screen(
            ADVISOR, partial(_calendar, names, of_team, 7), partial(_calendar, names, of_team, 2)
        ),
        "calendar, a week of everybody": Screen(
            MANAGER, partial(_calendar, names, SHOWN, 7), partial(_calendar, names, SHOWN, 2)
        ),
        "board of today by technician": Screen(MANAGER, partial(bookings, COLUMN), partial(bookings, 2)),
        "list of objects": Screen(ADVISOR, partial(assets_list, PAGE), partial(assets_list, FEW)),
        "form of an object": Screen(ADVISOR, partial(_form, ASSET, asset.id, spec[ASSET, "form"])),
        "free times of a month, team of 8": Screen(ADVISOR, partial(slots, 30), partial(slots, 10)),
        "figures by month and service": Screen(MANAGER, partial(_pivot, []), of_all=True),
    }


def _compare(report, benches, works, rounds, of_all=(), budget=20.0):
    """Measure works in both databases, in turns.

    :param dict works: name of the database to ``{label: (user, work)}``
    """
    found = {}
    for label in works["large"]:
        taken, start = {name: [] for name in benches}, time.perf_counter()
        for number in range(rounds + 2):
            if number >= 5 and time.perf_counter() - start > budget:
                break
            for name, bench in benches.items():
                with present():
                    figures = bench.once(*works[name][label])
                if number >= 2:
                    taken[name].append(figures)
        large, small = found[label] = tuple(Figures(taken[name]) for name in ("large", "small"))
        detail = f"{large.milliseconds:.1f} ms, {small.milliseconds:.1f} ms in the small database"
        report.add(f"{label}: queries", large.queries, "", None, detail)
        report.add("  more than in the small database", large.queries - small.queries, "", 0)
        target = None if label in of_all else 1.5
        report.add("  time × that in the small database", large.times(small), "", target, timed=True)
    return found


def measure_screens(report, benches, rounds):
    """Open each screen among many and among few, and with few records on it."""
    with present():
        screens = {name: _screens(bench) for name, bench in benches.items()}
    works = {
        name: {label: (one.user, one.work) for label, one in opened.items()}
        for name, opened in screens.items()
    }
    of_all = [label for label, one in screens["large"].items() if one.of_all]
    found = _compare(report, benches, works, rounds, of_all)
    for label, one in screens["large"].items():
        if one.few:
            with present():
                few = Figures([benches["large"].once(one.user, one.few) for _time in range(3)])
            report.add(
                f"{label}: queries more than with few records", found[label][0].queries - few.queries, "", 0
            )


def measure_plans(report, bench):
    """Look for plans that read a whole table."""
    found = 0
    with present():
        for label, one in _screens(bench).items():
            if not one.of_all:
                print(f"{label}:")
                found += _print_plans(bench, one.user, one.work)
        for label, (_count, work) in CRONS.items():
            print(f"{label}:")
            found += _print_plans(bench, SUPERUSER_ID, work)
    report.add("plans that read a whole table", found, "", 0)


def _reads_much(node, size):
    """Tell whether a scan reads a third of a large table: not where a count ends early."""
    loops = node.get("Actual Loops", 1)
    rows = (node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)) * loops
    return rows > max(size / 3, 1000)


def _print_plans(bench, login, work):
    """Print the plans of the queries of some work; return how many read a whole table."""
    with bench.transaction(login) as env:
        with recorded() as queries:
            work(env)
    found, told = 0, set()
    with bench.transaction(login) as env:
        env.cr.execute("SELECT relname, reltuples FROM pg_class WHERE relname = ANY(%s)", [list(TABLES)])
        sizes = dict(env.cr.fetchall())
        for query in queries:
            short = " ".join(query.split())
            asks = short.lstrip("( ").startswith(("SELECT", "WITH"))
            if not asks or not any(table in query for table in TABLES):
                continue
            answer = explain(env.cr, query)
            scanned = [
                table
                for table in TABLES
                if any(_reads_much(node, sizes[table]) for node in scans(answer["Plan"], table))
            ]
            shape = tuple((depth, shown(node, rows=False)) for depth, node in nodes(answer["Plan"]))
            found += bool(scanned)
            if not scanned and (shape in told or answer["Execution Time"] < 2):
                continue
            told.add(shape)
            mark = f"  <-- SEQUENTIAL SCAN OF {', '.join(scanned).upper()}" if scanned else ""
            print(f"  {short[:100]} …: {answer['Execution Time']:.1f} ms{mark}")
            for depth, node in nodes(answer["Plan"]):
                print("     " + "  " * depth + shown(node))
    print(flush=True)
    return found


# what people do


def _types(env, *names):
    return [env.ref(f"complaint_management.complaint_service_type_{name}") for name in names]


def _create(count, ids, env):
    """Create orders as somebody at the counter does, each about another object."""
    kind = _types(env, "repair")[0]
    assets, team = env[ASSET].browse(ids[:count]), _team(env)
    return env[ORDER].create([order_values(kind, asset, team, env.user) for asset in assets])


def _move(order_ids, env):
    orders = env[ORDER].browse(order_ids)
    orders.move_to("reception")


def _put_off(order_id, env):
    env[ORDER].browse(order_id).write(
        {
            "scheduled_start": MOMENT + timedelta(days=120),
            "scheduled_end": MOMENT + timedelta(days=120, hours=2),
        }
    )


def _read(reading_asset_id, env):
    env[ASSET].browse(reading_asset_id)._log_reading(1_000_000, MOMENT, "manual")


def _deeds(bench):
    """Return what is done, by name."""
    with bench.transaction(ADVISOR) as env:
        team = _team(env)
        waiting = env[ORDER].search(
            [("step", "=", "appointment"), ("team_id", "=", team.id), ("asset_id", "!=", False)],
            order="id",
            limit=50,
        )
        ids = env[ASSET].search([("partner_id", "!=", False)], order="id desc", limit=50).ids
    return {
        "create an order": (ADVISOR, partial(_create, 1, ids)),
        "create 50 orders": (ADVISOR, partial(_create, 50, ids)),
        "move an order one step": (ADVISOR, partial(_move, waiting[:1].ids)),
        "move 50 orders one step": (ADVISOR, partial(_move, waiting.ids)),
        "put an appointment off": (ADVISOR, partial(_put_off, waiting[:1].id)),
        "enter a reading": (ADVISOR, partial(_read, ids[0])),
    }


def measure_deeds(report, benches, rounds):
    """Create and move orders."""
    with present():
        works = {name: _deeds(bench) for name, bench in benches.items()}
    found = _compare(report, benches, works, rounds)
    # Its number; its lines in the chatter.
    for kind, most in (("create", 1.1), ("move", 2.1)):
        one = next(label for label in found if label.startswith(kind) and "50" not in label)
        many = next(label for label in found if label.startswith(kind) and "50" in label)
        each = (found[many][0].queries - found[one][0].queries) / 49
        report.add(f"{kind}: queries for each further order", each, "", most)


# what works by itself


def _remind(env):
    done, _left = env["complaint.asset.due"]._run_due(DUE + 1)
    return done


def _watch(env):
    done, _left = env[ASSET]._run_watch(WATCHED + 1)
    return done


def _send(env):
    done, _left = env["complaint.service.notice"]._run_due(LETTERS + 1)
    return done


#: Name to how many are due, and the work of one batch, which returns how many it did.
CRONS = {
    "reminders of due services": (DUE, _remind),
    "limits of repairs": (WATCHED, _watch),
    "letters to customers": (LETTERS, _send),
}


def _touched(env):
    """Return how many rows this transaction has read and written so far: ``{table: (read, written)}``."""
    env.cr.execute(
        """SELECT relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0),
                  n_tup_ins + n_tup_upd + n_tup_del
             FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)""",
        [list(TABLES)],
    )
    return {table: (read, written) for table, read, written in env.cr.fetchall()}


def _run_twice(bench, work):
    """Run a cron twice in one transaction; return twice what was done, queries, seconds and rows by table."""
    figures = []
    with present(), bench.transaction(SUPERUSER_ID) as env:
        for _run in range(2):
            before, queries, start = _touched(env), env.cr.sql_log_count, time.perf_counter()
            done = work(env)
            env.cr.flush()
            seconds, queries = time.perf_counter() - start, env.cr.sql_log_count - queries
            env.transaction.clear()
            after = _touched(env)
            rows = {
                table: tuple(now - then for now, then in zip(counts, before.get(table, (0, 0)), strict=True))
                for table, counts in after.items()
            }
            figures.append((done, queries, seconds, rows))
    return figures


def measure_crons(report, benches):
    """Run each cron twice in both databases: it touches what is due, and the second time nothing."""
    for label, (due, work) in CRONS.items():
        for bench in benches.values():
            _run_twice(bench, work)  # warms up
        (first, second), (small, _again) = (_run_twice(benches[name], work) for name in ("large", "small"))
        if (first[0], second[0]) != (due, 0):
            raise ui.DevError(
                f"{label}: {first[0]} were due instead of {due}, then {second[0]}.",
                "Make the databases anew: --fresh",
            )
        read, written = (sum(counts[side] for counts in first[3].values()) for side in (0, 1))
        report.add(
            f"{label}: queries for {due}",
            first[1],
            "",
            None,
            f"{first[2] * 1000:.0f} ms, {small[2] * 1000:.0f} ms in the small database",
        )
        report.add("  queries for each", first[1] / due, "")
        report.add("  more queries than in the small database", first[1] - small[1], "", due / 20)
        report.add("  rows read", read, "", ROWS_EACH * due, _most(first[3], 0))
        report.add("  rows written", written, "", None, _most(first[3], 1))
        again = sum(sum(counts) for counts in second[3].values())
        report.add("  again: queries", second[1], "", 5, f"{second[2] * 1000:.1f} ms, {again} rows touched")
        report.add("  again: rows touched", again, "", due)


def _most(rows, side):
    """Say which tables that was, most first."""
    found = sorted(((counts[side], table) for table, counts in rows.items() if counts[side]), reverse=True)
    return ", ".join(f"{table.removeprefix('complaint_')} {number}" for number, table in found[:4])


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench service", description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000, help="how many orders (default: 100,000)")
    parser.add_argument("--fresh", action="store_true", help="make the databases anew")
    parser.add_argument("--as-they-are", action="store_true", help="do not load changed add-ons anew")
    parser.add_argument("--drop", action="store_true", help="drop the databases in the end")
    parser.add_argument("--rounds", type=int, default=9, help="how often each work is done (default: 9)")
    parser.add_argument("--only", help="screens, plans, deeds or crons")
    return parser.parse_args(arguments)


def _have(options):
    """Have both databases, copies of one in which our add-ons are installed; return their names."""
    found, installed = {}, _database.name_of(0, WHAT)
    for name, rows in (("large", options.rows), ("small", min(SMALL, options.rows))):
        found[name] = database = _database.name_of(rows, WHAT)
        if options.as_they_are:
            continue
        if options.fresh or database not in databases.names():
            _database.have(0, lambda _database_name: None, what=WHAT)

        def fill(draft, rows=rows):
            filler = Path(__file__).with_name("_fill_service.py")
            subprocess.run([sys.executable, filler, draft, str(rows)], check=True)

        _database.have(rows, fill, options.fresh, WHAT, installed)
    return found


def main(arguments):
    """Run the benchmark; return the exit status."""
    options = _parse(arguments)
    names = _have(options)
    benches = {name: Bench(database) for name, database in names.items()}
    print(
        f"{options.rows:,} service orders and {2 * options.rows:,} objects, beside {SMALL:,} and "
        f"{2 * SMALL:,}; times are medians; {load()}.",
        flush=True,
    )
    report = Report()
    works = {
        "screens": lambda: measure_screens(report, benches, options.rounds),
        "deeds": lambda: measure_deeds(report, benches, options.rounds),
        "crons": lambda: measure_crons(report, benches),
        "plans": lambda: measure_plans(report, benches["large"]),
    }
    for name, work in works.items():
        if options.only in (None, name):
            work()
    report.print()
    print(f"At the end: {load()}.", flush=True)
    if options.drop:
        for database in (*names.values(), _database.name_of(0, WHAT)):
            databases.drop(database)
    return int(bool(report.missed))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ui.DevError as fault:
        sys.exit("\n".join((fault.what, *fault.remedies)))
