# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Which lines of Odoo's log speak against our add-ons."""

import re

from .paths import ADDONS

LEVELS = ("WARNING", "ERROR", "CRITICAL")
# 2026-01-31 10:00:00,000 4711 INFO database odoo.modules.loading: text
ENTRY = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ "
    r"(?P<level>[A-Z]+) (?P<database>\S+) (?P<logger>[^:]+): ?(?P<text>.*)"
)
OURS = re.compile("|".join(ADDONS) + r"|\bcomplaint[._]")


def entries(text):
    """Split a log into entries: lists of lines that begin with a dated one."""
    current = []
    for line in text.splitlines():
        if ENTRY.match(line):
            if current:
                yield current
            current = [line]
        elif current:
            current.append(line)
    if current:
        yield current


def serious(text):
    """Entries of level WARNING and above, each as one text."""
    for lines in entries(text):
        if ENTRY.match(lines[0])["level"] in LEVELS:
            yield "\n".join(lines)


def without_variables(entry):
    """An entry without date, process and database, to compare runs."""
    first, *rest = entry.splitlines()
    found = ENTRY.match(first)
    return "\n".join([f"{found['level']} {found['logger']}: {found['text']}", *rest])


def complaints_in(text):
    """Serious entries that mention our add-ons, their models or their tables."""
    return [entry for entry in serious(text) if OURS.search(without_variables(entry))]
