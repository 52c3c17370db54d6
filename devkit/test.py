# Part of the complaint management suite. See LICENSE file for full licensing details.
"""``./dev test``: the add-ons' tests on a copied database, then those of the repository."""

import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from . import databases, system, ui
from .environment import session, variables, wait
from .paths import ADDONS, ROOT
from .python_env import PYTHON

# How this file and devkit/pytest_plugin.py speak to each other
RESULT = "COMPLAINT_TEST_RESULT"
NO_BROWSER = "COMPLAINT_TEST_NO_BROWSER"

NOTHING_COLLECTED = 5  # pytest's status when a part holds no test


@dataclass
class Selection:
    """What the user asked for: paths of each part, and names to look for in what is run."""

    addons: list = field(default_factory=list)
    repository: list = field(default_factory=list)
    names: list = field(default_factory=list)

    @classmethod
    def of(cls, arguments):
        """Sort arguments: what exists is a path, anything else a name."""
        chosen = cls()
        for argument in arguments:
            path = Path(argument.split("::")[0])
            found = next((base / path for base in (Path.cwd(), ROOT) if (base / path).exists()), None)
            if found is None:
                if "/" in argument or argument.endswith(".py"):
                    raise ui.DevError(f"There is no file or folder {argument}.")
                chosen.names.append(argument)
                continue
            chosen._add(found.resolve(), argument)
        if not (chosen.addons or chosen.repository):
            chosen.addons, chosen.repository = list(ADDONS), ["tests"]
        return chosen

    def _add(self, path, argument):
        if not path.is_relative_to(ROOT):
            raise ui.DevError(f"{argument} is outside of this checkout.")
        relative = path.relative_to(ROOT)
        node = "".join(argument.partition("::")[1:])
        if relative == Path("."):
            self.addons += ADDONS
            self.repository.append("tests")
        elif relative.parts[0] in ADDONS:
            self.addons.append(f"{relative}{node}")
        else:
            self.repository.append(f"{relative}{node}")

    def options(self):
        """pytest options for the names."""
        return ["-k", " or ".join(self.names)] if self.names else []


@dataclass
class Totals:
    """Sum over all parts of a run."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, counts):
        """Add one part's counts."""
        self.passed += counts["passed"]
        self.failed += counts["failed"]
        self.skipped += counts["skipped"]

    def line(self):
        """The closing line, alone on its line, that says how the run went."""
        text = f"{self.passed} passed, {self.failed} failed"
        return f"{text}, {self.skipped} skipped" if self.skipped else text

    def status(self):
        """Exit status: a run in which nothing ran is no success."""
        return 0 if self.passed and not self.failed else 1


def run(arguments, passed_on=()):
    """Run the tests; return the exit status."""
    selection = Selection.of(arguments.what)
    options = [*selection.options(), *(["-x"] if arguments.first else []), *passed_on]
    totals = Totals()
    with session() as project:
        if selection.addons and not arguments.no_browser:
            system.require_browser()
        if arguments.rebuild:
            databases.drop_templates()
        try:
            if selection.addons:
                _run_addons(project, selection, options, totals, arguments)
            elif selection.repository:
                _start_repository(project, selection, options).finish(totals)
        except ui.DevError as fault:  # add-ons that cannot be installed are a failure like others
            ui.tell(fault)
            totals.failed += 1
    if not totals.passed and not totals.failed:
        ui.say("No test ran.")
    ui.say(totals.line())
    return totals.status()


def _run_addons(project, selection, options, totals, arguments):
    """Run the add-ons' tests, and those of the repository beside them: each keeps one processor busy."""
    database, template = databases.test_copy(project)
    beside = None
    try:
        if selection.repository and not arguments.first:
            beside = _start_repository(project, selection, options, hidden=True)
        ui.say("\nTests of the add-ons")
        complaints = databases.installation_complaints(template)
        for entry in complaints:
            ui.say(f"FAILED installation: {entry}")
        totals.failed += len(complaints)
        command = [
            f"--odoo-database={database}",
            "--odoo-http",
            "--odoo-log-level=warn",
            *selection.addons,
            *options,
        ]
        Part(project, command, {NO_BROWSER: "1"} if arguments.no_browser else {}).finish(totals)
        if selection.repository and not (arguments.first and totals.failed):
            beside = beside or _start_repository(project, selection, options)
            beside.finish(totals)
    finally:
        if beside:
            beside.stop()
        if arguments.keep:
            ui.say(f"Kept the database {database}; './dev odoo shell -d {database}' looks into it.")
        else:
            databases.drop(database)


def _start_repository(project, selection, options, hidden=False):
    if not hidden:
        ui.say("\nTests of the repository")
    return Part(project, ["-p", "no:odoo", *selection.repository, *options], hidden=hidden)


class Part:
    """One run of pytest, started at once.

    :param arguments: of pytest
    :param dict extra: environment variables
    :param bool hidden: what it says is shown when it has ended
    """

    def __init__(self, project, arguments, extra=None, hidden=False):
        self.folder = tempfile.TemporaryDirectory()
        self.result = Path(self.folder.name) / "result.json"
        self.output = Path(self.folder.name) / "output" if hidden else None
        told = {RESULT: str(self.result), "PYTHONPATH": str(ROOT), **(extra or {})}
        command = [PYTHON, "-m", "pytest", "-p", "devkit.pytest_plugin", *arguments]
        with self.output.open("wb") if hidden else nullcontext() as stream:
            self.process = project.start(
                command,
                env={**variables(), **told},
                stdout=stream,
                stderr=subprocess.STDOUT if hidden else None,
                cwd=ROOT,
            )

    def finish(self, totals):
        """Wait for its end and add what it counted; a run that broke off counts as one failure."""
        status = wait(self.process)
        if self.output:
            ui.say("\nTests of the repository")
            with self.output.open(encoding="utf-8", errors="replace") as told:
                shutil.copyfileobj(told, sys.stdout)
        counts = json.loads(self.result.read_text(encoding="utf-8")) if self.result.exists() else None
        if counts is None or (status not in (0, NOTHING_COLLECTED) and not counts["failed"]):
            ui.say(f"pytest broke off with status {status}; this counts as a failure.")
            counts = counts or {"passed": 0, "failed": 0, "skipped": 0}
            counts["failed"] += 1
        totals.add(counts)
        self.folder.cleanup()

    def stop(self):
        """End it where it still runs, because the other part was broken off."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
