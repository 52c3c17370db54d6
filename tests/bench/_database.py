# Part of the complaint management suite. See LICENSE file for full licensing details.
"""The benchmarks' databases: one per number of rows, kept from run to run."""

import subprocess
import time
from pathlib import Path

from devkit import databases, ui
from devkit.environment import odoo_command, variables
from devkit.paths import ROOT
from devkit.stamps import tree_digest

ADDONS = Path(__file__).parent / "addons"
ADDONS_PATH = f"{ROOT},{ADDONS}"
MODULES = ("complaint_management", "project", "complaint_bench")
PREFIX = "complaintdev_bench_"


def name_of(rows, what="complaints"):
    """Name of the database with so many complaints, or so many of something else."""
    return f"{PREFIX}{rows}" if what == "complaints" else f"{PREFIX}{what.replace(' ', '_')}_{rows}"


def have(rows, fill, fresh=False, what="complaints", template=None):
    """Have a database with ``rows`` complaints; return its name.

    :param fill: takes the name of an installed database and fills it
    :param bool fresh: make it anew even if there is one
    :param str what: what it holds so many of
    :param str template: database with our add-ons to copy; without it they are installed, with what is
        measured beside them
    """
    name, sources = name_of(rows, what), _digest()
    if fresh:
        databases.drop(name)
    if name not in databases.names():
        # Under another name until it is whole: a run that was broken off leaves nothing behind.
        draft = f"{name}_draft"
        databases.drop(draft)
        start = time.monotonic()
        if template:
            ui.say(f"Making the database {name}")
            databases.copy(template, draft)
        else:
            ui.say(f"Making the database {name}: installing {', '.join(MODULES)}")
            _odoo(draft, "-i", ",".join(MODULES))
        ui.say(f"  installed after {time.monotonic() - start:.0f} s; filling it with {rows:,} {what}")
        fill(draft)
        databases.psql("VACUUM ANALYZE", draft)
        _remember(draft, sources)
        databases.rename(draft, name)
        ui.say(f"  ready after {time.monotonic() - start:.0f} s")
    elif _remembered(name) != sources:
        ui.say(f"The add-ons have changed: loading them anew into {name} (--fresh makes it anew)")
        _odoo(name, f"--reinit=complaint_management{'' if template else ',complaint_bench'}")
        databases.psql("VACUUM ANALYZE", name)
        _remember(name, sources)
    return name


def _digest():
    return f"{databases.addons_digest()} {tree_digest([ADDONS])}"


def _remember(name, sources):
    databases.psql(f"COMMENT ON DATABASE \"{name}\" IS '{sources}'")


def _remembered(name):
    rows = databases.psql(
        f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{name}'"
    )
    return rows[0][0] if rows else None


def _odoo(database, *arguments):
    command = odoo_command(
        "-d", database, *arguments, f"--addons-path={ADDONS_PATH}", "--stop-after-init", "--no-http"
    )
    result = subprocess.run(
        command,
        env=variables(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        raise ui.DevError("Odoo could not prepare the database:", *result.stdout.splitlines()[-15:])
