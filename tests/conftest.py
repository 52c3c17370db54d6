# Part of the complaint management suite. See LICENSE file for full licensing details.
"""What the repository's own tests share. They run Odoo as other programs do: from outside."""

import itertools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from devkit import databases
from devkit.environment import Session, odoo_command, variables
from devkit.log_guard import serious, without_variables
from devkit.paths import DEVKIT, ROOT

_numbers = itertools.count(1)


def shared_data():
    """Folder of the sample data that is kept beside the repository, or None."""
    folder = Path(os.environ.get("COMPLAINT_SHARED_DATA") or ROOT.parent / "shared" / "data")
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def shared():
    """The folder of sample data; a test that needs it is skipped where it is missing."""
    folder = shared_data()
    if folder is None:
        pytest.skip("the sample data is not here: put it at ../shared/data or set COMPLAINT_SHARED_DATA")
    return folder


@dataclass
class Outcome:
    """How a run of Odoo's command line ended."""

    status: int
    log: str

    def serious(self, known=()):
        """Warnings and worse that are not among ``known`` ones, without date, process, database."""
        entries = (without_variables(entry) for entry in serious(self.log))
        return [entry for entry in entries if entry not in known]


@pytest.fixture(scope="session")
def project():
    """The set-up project; its database server is up while ``./dev test`` runs."""
    if "ODOO_RC" not in os.environ:
        pytest.skip("needs Odoo and PostgreSQL: run ./dev test")
    return Session(None)


@pytest.fixture(scope="session")
def odoo(project):
    """Run Odoo's command line: ``odoo("-d", database, …)`` gives an :class:`Outcome`."""

    def run(*arguments, command=odoo_command, **options):
        result = subprocess.run(
            command(*arguments),
            cwd=options.pop("cwd", ROOT),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            input=options.pop("input", ""),
            env={**variables(), **options.pop("env", {})},
            check=False,
            **options,
        )
        return Outcome(result.returncode, result.stdout)

    return run


@pytest.fixture
def new_database(project):
    """Make databases that are dropped after the test.

    ``new_database()`` holds our add-ons, ``new_database("odoo")`` only what they depend on, and
    ``new_database("demo")`` the same with demo data.
    """
    made = []

    def make(kind="addons"):
        template = {
            "addons": databases.level_two,
            "odoo": databases.level_one,
            "demo": lambda session: databases.level_one(session, demo=True),
        }[kind](project)
        name = f"{databases.COPY}{os.getpid()}_{next(_numbers)}"
        databases.copy(template, name)
        made.append(name)
        return name

    yield make
    for name in made:
        databases.drop(name)


@pytest.fixture
def checkout(tmp_path):
    """A checkout of the tool alone, in which nothing is set up yet."""
    return Checkout(tmp_path / "checkout", tmp_path / "cache")


class Checkout:
    """A copy of ``./dev`` with a work folder and a cache of its own."""

    def __init__(self, root, cache):
        self.root, self.cache = root, cache
        root.mkdir()
        shutil.copy(ROOT / "dev", root)
        shutil.copytree(DEVKIT, root / "devkit", ignore=shutil.ignore_patterns("__pycache__"))
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PG", "ODOO_", "COMPLAINT_", "PYTHON", "VIRTUAL_ENV"))
        }
        self.environment["COMPLAINT_DEV_CACHE"] = str(cache)

    def command(self, *arguments):
        """The command line that runs ``./dev`` in this checkout."""
        return [sys.executable, str(self.root / "dev"), *map(str, arguments)]

    def dev(self, *arguments, **environment):
        """Run ``./dev`` here; return the finished process, output and errors in ``stdout``."""
        return self._run(self.command(*arguments), environment)

    def python(self, code, **environment):
        """Run a piece of Python with this checkout's ``devkit``."""
        return self._run([sys.executable, "-c", code], environment)

    def _run(self, command, environment):
        return subprocess.run(
            command,
            cwd=self.root,
            env={**self.environment, **environment},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=300,
        )
