# Part of the complaint management suite. See LICENSE file for full licensing details.
"""``./dev test``: the add-ons' tests on a copied database, then those of the repository."""

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from . import databases, system, ui
from .environment import session
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
        if selection.addons:
            try:
                _run_addons(project, selection.addons, options, totals, arguments)
            except ui.DevError as fault:  # add-ons that cannot be installed are a failure like others
                ui.tell(fault)
                totals.failed += 1
        if selection.repository and not (arguments.first and totals.failed):
            ui.say("\nTests of the repository")
            command = ["-p", "no:odoo", *selection.repository, *options]
            _pytest(project, command, totals)
    if not totals.passed and not totals.failed:
        ui.say("No test ran.")
    ui.say(totals.line())
    return totals.status()


def _run_addons(project, paths, options, totals, arguments):
    database, template = databases.test_copy(project)
    try:
        ui.say("\nTests of the add-ons")
        complaints = databases.installation_complaints(template)
        for entry in complaints:
            ui.say(f"FAILED installation: {entry}")
        totals.failed += len(complaints)
        command = [f"--odoo-database={database}", "--odoo-http", "--odoo-log-level=warn", *paths, *options]
        _pytest(project, command, totals, {NO_BROWSER: "1"} if arguments.no_browser else {})
    finally:
        if arguments.keep:
            ui.say(f"Kept the database {database}; './dev odoo shell -d {database}' looks into it.")
        else:
            databases.drop(database)


def _pytest(project, arguments, totals, extra=None):
    """Run pytest and add what it counted; a run that broke off counts as one failure."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        status = project.run(
            [PYTHON, "-m", "pytest", "-p", "devkit.pytest_plugin", *arguments],
            extra={RESULT: str(result), "PYTHONPATH": str(ROOT), **(extra or {})},
        )
        counts = json.loads(result.read_text(encoding="utf-8")) if result.exists() else None
    if counts is None or (status not in (0, NOTHING_COLLECTED) and not counts["failed"]):
        ui.say(f"pytest broke off with status {status}; this counts as a failure.")
        counts = counts or {"passed": 0, "failed": 0, "skipped": 0}
        counts["failed"] += 1
    totals.add(counts)
