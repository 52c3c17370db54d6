# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Odoo inside the benchmark's process, what is measured on it, and the tables that are printed."""

import os
import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass
from unicodedata import east_asian_width

from _database import ADDONS_PATH

import odoo
from odoo import api
from odoo.modules.registry import Registry

#: The context that the web client sends along.
CONTEXT = {"lang": "en_US", "tz": "Asia/Shanghai"}


def start(database):
    """Load Odoo with the benchmark's add-ons on a database; return its registry."""
    options = ["-d", database, f"--addons-path={ADDONS_PATH}", "--log-level=warn", "--max-cron-threads=0"]
    odoo.tools.config.parse_config(options, setup_logging=True)
    return Registry(database)


@dataclass
class Figures:
    """What one kind of work cost, round by round."""

    rounds: list

    @property
    def queries(self):
        """Median number of queries."""
        return statistics.median(queries for queries, _seconds in self.rounds)

    @property
    def milliseconds(self):
        """Median time."""
        return statistics.median(seconds for _queries, seconds in self.rounds) * 1000

    def times(self, other):
        """How many times the other's time this took: the median of the rounds, which share their weather."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return statistics.median(ours / theirs for (_, ours), (_, theirs) in pairs)


def load():
    """Tell how busy the machine is with other things, where it says."""
    try:
        return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    except OSError:
        return "load unknown"


class Bench:
    """Runs work in transactions of its own and measures it."""

    def __init__(self, database):
        self.database = database
        self.registry = start(database)
        self.users = {}

    def uid(self, login):
        """Return the id of a user."""
        if login not in self.users:
            with self.transaction(api.SUPERUSER_ID) as env:
                self.users[login] = env["res.users"].search([("login", "=", login)]).id
        return self.users[login]

    @contextmanager
    def transaction(self, user):
        """Yield an environment of a user (login or id) in a transaction that leaves nothing behind."""
        uid = user if isinstance(user, int) else self.uid(user)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, uid, CONTEXT)
            try:
                yield env
            finally:
                env.transaction.clear()
                cr.rollback()

    def once(self, user, work):
        """Do work in a new transaction, up to its commit; return queries and seconds.

        It is rolled back in the end, so that the database stays as it is and nothing is mailed.
        """
        with self.transaction(user) as env:
            queries, start = env.cr.sql_log_count, time.perf_counter()
            work(env)
            env.cr.flush()
            return env.cr.sql_log_count - queries, time.perf_counter() - start

    def measure(self, works, rounds=15, budget=30.0):
        """Measure works against each other, in turns, so that what else the machine does hits all.

        :param dict works: name to (user, work), work takes an environment
        :param int rounds: how often each is done after two warm-ups
        :param float budget: seconds after which it is enough, once three rounds are done
        :return: dict of :class:`Figures`
        """
        for _warm_up in range(2):
            for user, work in works.values():
                self.once(user, work)
        taken = {name: [] for name in works}
        order, start = list(works), time.perf_counter()
        for number in range(rounds):
            if number >= 3 and time.perf_counter() - start > budget:
                break
            for name in order:
                taken[name].append(self.once(*works[name]))
            order.append(order.pop(0))
        return {name: Figures(rounds) for name, rounds in taken.items()}


def _width(text):
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def print_table(head, rows):
    """Print rows of texts in columns; the first column is flush left, the others right."""
    rows = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(head))]
    for number, row in enumerate(rows):
        cells = [
            cell + " " * (width - _width(cell)) if column == 0 else " " * (width - _width(cell)) + cell
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    print(flush=True)
