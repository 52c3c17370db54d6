# Part of the complaint management suite. See LICENSE file for full licensing details.
"""pytest plugin of ``./dev test``: counts for the closing line, and a guard over our log lines.

A test fails when one of our add-ons logs a warning or an error that the test does not expect
(``assertLogs`` and Odoo's ``mute_logger`` keep expected ones away from here).
"""

import json
import logging
import os
from pathlib import Path

import pytest

from .parts import RESULT
from .paths import ADDONS
from .test import NO_BROWSER


class _Guard(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        if ".tests." in record.name:  # Odoo logs the browser's console under the test's own name
            return
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    def take(self):
        lines, self.lines = self.lines, []
        return lines


class _Counter:
    """Outcome per test; the worst phase (or subtest) of a test counts."""

    def __init__(self):
        self.outcomes = {}

    def add(self, name, outcome):
        order = ("passed", "skipped", "failed")
        known = self.outcomes.get(name, "passed")
        self.outcomes[name] = max(known, outcome, key=order.index)

    def totals(self):
        values = list(self.outcomes.values())
        return {outcome: values.count(outcome) for outcome in ("passed", "failed", "skipped")}


guard = _Guard()
counter = _Counter()


def pytest_configure(config):
    """Listen to our add-ons' loggers."""
    for addon in ADDONS:
        logging.getLogger(f"odoo.addons.{addon}").addHandler(guard)


def pytest_collection_modifyitems(items):
    """Keep browsers out where the user said so."""
    if not os.environ.get(NO_BROWSER):
        return
    from odoo.tests.common import HttpCase  # noqa: PLC0415 - where no browser may start, Odoo is loaded

    def browser_js(self, *args, **kwargs):
        self.skipTest("left out by --no-browser")

    HttpCase.browser_js = browser_js


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn unexpected log lines of ours into a failure of the phase they fell into."""
    report = yield
    lines = guard.take()
    if lines and report.outcome == "passed":
        report.outcome = "failed"
        report.longrepr = "Logged, and no test expects it (see assertLogs, mute_logger):\n" + "\n".join(lines)
    return report


def pytest_runtest_logreport(report):
    """Count; an expected failure is a pass."""
    outcome = "passed" if getattr(report, "wasxfail", None) is not None else report.outcome
    if report.when == "call" or outcome != "passed":
        counter.add(report.nodeid, outcome)


def pytest_collectreport(report):
    """Count files that could not be read, and files that skip themselves."""
    if report.outcome != "passed":
        counter.add(report.nodeid, report.outcome)


def pytest_sessionfinish(session):
    """Leave the counts for the closing line."""
    if os.environ.get(RESULT):
        Path(os.environ[RESULT]).write_text(json.dumps(counter.totals()), encoding="utf-8")
