# Part of the complaint management suite. See LICENSE file for full licensing details.
"""The plans by which PostgreSQL serves a view, and whether one of them reads a whole table."""

import re
from contextlib import contextmanager
from unittest.mock import patch

from odoo.sql_db import Cursor


@contextmanager
def recorded():
    """Yield a list that fills with the queries of a block, as text."""
    queries = []
    execute = Cursor.execute

    def record(self, query, params=None, log_exceptions=True):
        queries.append(self._format(query, params))
        return execute(self, query, params, log_exceptions)

    with patch.object(Cursor, "execute", record):
        yield queries


def explain(cr, query):
    """Return the plan of a query that was run: the top node, with times."""
    cr.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + query.replace("%", "%%"), ())
    return cr.fetchone()[0][0]


def nodes(plan, depth=0):
    """Yield ``(depth, node)`` of a plan, from the top down."""
    yield depth, plan
    for child in plan.get("Plans", ()):
        yield from nodes(child, depth + 1)


def shown(node, rows=True):
    """One node as one line."""
    text = node["Node Type"]
    if node.get("Index Name"):
        text += f" using {node['Index Name']}"
    if node.get("Relation Name"):
        text += f" on {node['Relation Name']}"
    if node.get("Subplan Name"):
        text = f"{node['Subplan Name']}: {text}"
    if not rows:
        return text
    number = node.get("Actual Rows", 0) * node.get("Actual Loops", 1)
    removed = node.get("Rows Removed by Filter", 0) * node.get("Actual Loops", 1)
    return f"{text} (rows {number:.0f}{f', thrown away {removed:.0f}' if removed else ''})"


def scans(plan, table):
    """The sequential scans of a table in a plan."""
    return [
        node
        for _depth, node in nodes(plan)
        if node["Node Type"] == "Seq Scan" and node.get("Relation Name") == table
    ]


def print_plans(bench, title, user, work, table):
    """Run work, then print the plan of each of its queries on a table.

    :return: number of queries that scan the whole table
    """
    with bench.transaction(user) as env:
        work(env)
    asked = re.compile(rf'FROM "{table}"')
    found, plans = 0, {}
    with bench.transaction(user) as env:
        with recorded() as queries:
            work(env)
        for query in queries:
            if query.lstrip("( ").startswith("SELECT") and asked.search(query):
                answer = explain(env.cr, query)
                shape = tuple((depth, shown(node, rows=False)) for depth, node in nodes(answer["Plan"]))
                plans.setdefault(shape, []).append((answer["Execution Time"], query, answer["Plan"]))
    print(title)
    for same in plans.values():
        # Queries that differ in a value only are one line: the slowest of them.
        milliseconds, query, plan = max(same, key=lambda entry: entry[0])
        scanned = scans(plan, table)
        found += len(same) if scanned else 0
        number = f"{len(same)} × " if len(same) > 1 else ""
        mark = "  <-- SEQUENTIAL SCAN OF THE WHOLE TABLE" if scanned else ""
        print(f"  {number}{_kind(query)}: {milliseconds:.1f} ms{mark}")
        for depth, node in nodes(plan):
            print("     " + "  " * depth + shown(node))
    print(flush=True)
    return found


def _kind(query):
    text = " ".join(query.split())
    head = re.match(r'SELECT (COUNT\(\*\)|"\w+"\."id" FROM|\S+)', text)
    ending = re.search(r"(GROUP BY .{0,60}|ORDER BY .{0,80}|LIMIT \d+)", text)
    return f"{head[0] if head else text[:40]} … {ending[0] if ending else ''}".strip()
