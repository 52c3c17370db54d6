# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Databases: made, copied, dropped; and the two templates that make tests start quickly.

Level one holds the Odoo add-ons that ours depend on. Level two is a copy of it with ours
installed; it is made anew when a file of ours changes that installation can see.
"""

import ast
import os
import re
import shutil
import subprocess

from . import odoo_source, ui
from .environment import variables
from .log_guard import complaints_in, serious, without_variables
from .paths import ADDONS, DATA_DIR, ROOT
from .postgres import bin_folder
from .stamps import Stamp, digest, lock, remove, tree_digest

# Names that no add-on, model or table of ours begins with: the log is searched for those.
LEVEL_ONE, LEVEL_TWO, COPY = "complaintdev_odoo_", "complaintdev_addons_", "complaintdev_test_"

# The line of a traceback that names the exception
FAULT = re.compile(r"[\w.]+: |DETAIL: ")
WAITING = "Another ./dev command is making a template database; waiting for it."


def psql(statement, database="postgres"):
    """Run one SQL statement; return its rows as lists of texts."""
    result = subprocess.run(
        [
            str(bin_folder() / "psql"),
            "-XAtq",
            "-F",
            "\t",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            database,
            "-c",
            statement,
        ],
        env=variables(),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise ui.DevError(f"PostgreSQL refused: {result.stderr.strip()}", f"The statement was: {statement}")
    return [line.split("\t") for line in result.stdout.splitlines()]


def names():
    """Names of all databases on the server."""
    return [row[0] for row in psql("SELECT datname FROM pg_database WHERE NOT datistemplate")]


def filestore(name):
    """Folder of a database's files."""
    return DATA_DIR / "filestore" / name


def drop(name):
    """Drop a database and its files; no fault if there is none."""
    psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    remove(filestore(name))


def copy(source, target):
    """Copy a database that nobody uses, files included."""
    drop(target)
    psql(f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY FILE_COPY')
    if filestore(source).is_dir():
        # Files of the store are never written to, only added and removed: links will do.
        shutil.copytree(filestore(source), filestore(target), copy_function=os.link)


def rename(source, target):
    """Give a database its final name, files included."""
    drop(target)
    psql(f'ALTER DATABASE "{source}" RENAME TO "{target}"')
    if filestore(source).is_dir():
        filestore(source).rename(filestore(target))


def manifest(addon):
    """An add-on's manifest."""
    return ast.literal_eval((ROOT / addon / "__manifest__.py").read_text(encoding="utf-8"))


def dependencies():
    """What our add-ons need of Odoo."""
    needed = {name for addon in ADDONS for name in manifest(addon)["depends"]}
    return sorted(needed - set(ADDONS))


def _unseen_by_installation(relative):
    return relative.parts[1:2] == ("tests",) or relative.parts[1:3] == ("static", "tests")


def addons_digest():
    """Changes with every file of ours that an installation can see."""
    return tree_digest([ROOT / addon for addon in ADDONS], _unseen_by_installation)


def level_one_name(demo=False):
    """Name of the template without our add-ons."""
    return LEVEL_ONE + digest(odoo_source.identity(), *dependencies(), length=12) + ("_demo" if demo else "")


def level_two_name():
    """Name of the template with our add-ons."""
    return LEVEL_TWO + digest(level_one_name(), addons_digest(), length=12)


def level_one(session, demo=False):
    """Have the template without our add-ons, with or without demo data; return its name."""
    with lock("templates", WAITING):
        return _level_one(session, demo)


def _level_one(session, demo=False):
    name = level_one_name(demo)
    if name in names() and Stamp(f"installation-{name}").read() is not None:
        return name
    _drop_older(LEVEL_ONE, keep=(level_one_name(), level_one_name(demo=True)))
    draft = f"{name}_draft"
    drop(draft)
    modules = dependencies()
    with ui.step(f"Template database with {', '.join(modules)}{', demo data' if demo else ''}"):
        log = _install(session, draft, modules, "template-odoo.log", *(["--with-demo"] if demo else []))
        # What Odoo says against itself is known from here, and not held against our add-ons.
        entries = {
            without_variables(entry) for entry in serious(log.read_text(encoding="utf-8", errors="replace"))
        }
        Stamp(f"installation-{name}").write(sorted(entries))
        rename(draft, name)
    return name


def level_two(session):
    """Have the template with our add-ons; return its name."""
    name = level_two_name()
    with lock("templates", WAITING):
        _level_two(session, name)
    return name


def _level_two(session, name):
    if name in names():
        return
    base = _level_one(session)
    _drop_older(LEVEL_TWO)
    draft = f"{name}_draft"
    with ui.step(f"Template database with {', '.join(ADDONS)}"):
        copy(base, draft)
        log = _install(session, draft, ADDONS, "template-addons.log")
        guard = Stamp(f"installation-{name}")
        guard.write(complaints_in(log.read_text(encoding="utf-8", errors="replace")))
        rename(draft, name)


def installation_complaints(name):
    """What the log said while template ``name`` was made: against us, or at level one at all."""
    return Stamp(f"installation-{name}").read() or []


def _install(session, database, modules, log_name, *options):
    arguments = ["-d", database, "-i", ",".join(modules), *options, "--stop-after-init", "--no-http"]
    status, log = session.odoo(*arguments, log_name=log_name)
    if status or not has_addons(database, modules):
        raise ui.explain(log, f"Installing {', '.join(modules)} failed", *first_errors(log))
    psql("VACUUM ANALYZE", database)
    return log


def has_addons(database, addons=ADDONS):
    """Tell whether all of ``addons`` are installed in a database."""
    rows = psql("SELECT name FROM ir_module_module WHERE state = 'installed'", database)
    return set(addons) <= {row[0] for row in rows}


def first_errors(log):
    """What the first serious entries of a log begin and end with: the fault, most often."""
    found = []
    for entry in serious(log.read_text(encoding="utf-8", errors="replace")):
        first, *rest = without_variables(entry).splitlines()
        found += [f"  | {line[:300]}" for line in [first, *[line for line in rest if FAULT.match(line)][-2:]]]
    return found[:6]


def has_demo(database):
    """Tell whether our add-ons' demo data is in a database."""
    rows = psql("SELECT name FROM ir_module_module WHERE demo AND state = 'installed'", database)
    return set(ADDONS) <= {row[0] for row in rows}


def _drop_older(prefix, keep=()):
    for name in names():
        if name.startswith(prefix) and name not in keep:
            drop(name)
            Stamp(f"installation-{name}").clear()


def drop_templates():
    """Drop both templates, to make them anew."""
    with lock("templates", WAITING):
        _drop_older(LEVEL_TWO)
        _drop_older(LEVEL_ONE)


def test_copy(session, number=0):
    """A fresh database with our add-ons, named after this process; others' leavings are dropped.

    :param int number: of the database among those of this process
    """
    name = level_two_name()
    with lock("templates", WAITING):
        for left in names():
            if left.startswith(COPY) and not _is_alive(left.removeprefix(COPY).split("_")[0]):
                drop(left)
        _level_two(session, name)
        target = f"{COPY}{os.getpid()}_p{number}"
        copy(name, target)
    return target, name


def _is_alive(pid):
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
