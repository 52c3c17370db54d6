# Part of the complaint management suite. See LICENSE file for full licensing details.
"""``./dev test``: the add-ons' tests on copied databases, and beside them those of the repository."""

from dataclasses import dataclass, field
from pathlib import Path

from . import databases, system, ui
from .environment import session
from .parts import Part, run_all
from .paths import ADDONS, ROOT

# How this file and devkit/pytest_plugin.py speak to each other
NO_BROWSER = "COMPLAINT_TEST_NO_BROWSER"


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
            _run_parts(project, selection, options, totals, arguments)
        except ui.DevError as fault:  # add-ons that cannot be installed are a failure like others
            ui.tell(fault)
            totals.failed += 1
    if not totals.passed and not totals.failed:
        ui.say("No test ran.")
    ui.say(totals.line())
    return totals.status()


def _addon_parts(paths):
    """Return the paths of the add-ons' tests by part: each area is one, so that several run at once."""
    parts = []
    for path in paths:
        tests = ROOT / path / "tests"
        if path not in ADDONS or not tests.is_dir():
            parts.append(path)
            continue
        areas = [folder for folder in tests.iterdir() if any(folder.glob("test_*.py"))]
        # The larger ones first: the last one to end is a small one then.
        areas.sort(key=lambda folder: -sum(file.stat().st_size for file in folder.glob("test_*.py")))
        parts += [str(area.relative_to(ROOT)) for area in areas]
        parts += [str(file.relative_to(ROOT)) for file in sorted(tests.glob("test_*.py"))]
    return parts


class _AddonTests:
    """Starts parts of the add-ons' tests, each on a database of its own."""

    def __init__(self, project, options, arguments):
        self.project, self.options, self.arguments = project, options, arguments
        self.databases = []

    def starter(self, title, paths):
        def start(hidden):
            database, _template = databases.test_copy(self.project, len(self.databases))
            self.databases.append(database)
            command = [
                f"--odoo-database={database}",
                "--odoo-http",
                "--odoo-log-level=warn",
                *paths,
                *self.options,
            ]
            extra = {NO_BROWSER: "1"} if self.arguments.no_browser else {}
            return Part(self.project, title, command, extra, hidden)

        return start

    def clean(self):
        for database in self.databases:
            if self.arguments.keep:
                ui.say(f"Kept the database {database}; './dev odoo shell -d {database}' looks into it.")
            else:
                databases.drop(database)


def _run_parts(project, selection, options, totals, arguments):
    addons, starters = _AddonTests(project, options, arguments), []
    if selection.addons:
        template = databases.level_two(project)
        for entry in databases.installation_complaints(template):
            ui.say(f"FAILED installation: {entry}")
            totals.failed += 1
        parts = _addon_parts(selection.addons)
        # What was chosen piece by piece is one run, with one registry to load.
        apart = set(selection.addons) & set(ADDONS) and not selection.names and not arguments.first
        for paths in [[part] for part in parts] if apart else [parts]:
            starters.append(addons.starter(f"Tests of the add-ons: {', '.join(paths)}", paths))
    if selection.repository:
        command = ["-p", "no:odoo", *selection.repository, *options]
        # The longest one.
        starters.insert(
            len(starters) if arguments.first else 0,
            lambda hidden: Part(project, "Tests of the repository", command, hidden=hidden),
        )
    try:
        run_all(starters, totals, until_failure=arguments.first)
    finally:
        addons.clean()
