# Part of the complaint management suite. See LICENSE file for full licensing details.
"""``./dev lint``: every check of style and structure, each by its own tool."""

import re
import time

from . import databases, ui
from .environment import ensure, session, variables
from .i18n import stale_files
from .paths import ADDONS, ROOT, VENV, shown

# Odoo's own checks; half of them run while test_lint is installed, so it is installed each time.
TEST_LINT = (
    "checkers",
    "docstring",
    "dunderinit",
    "i18n",
    "index",
    "manifests",
    "naming",
    "onchange_domains",
    "orm_import",
    "override_signatures",
    "routes",
)
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
MARKER = re.compile(rb"^(<{7}|>{7}) ", re.MULTILINE)
PYTHON_SOURCES = (".", "dev")  # ruff does not see that 'dev' is Python
ODOOLINT_LEFT_OUT = (
    "consider-merging-classes-inherited",  # an area extends the complaint in a file of its own
    "missing-return",  # also asks it of methods that give nothing back
    "super-method-mismatch",  # a method may write past the gate of its own class on purpose
    "missing-readme",  # one README for both add-ons, at the top of the repository
)
# po-pretty-format wants a translation that equals its source cleared; a complete one keeps it.
PO_LEFT_OUT = "po-pretty-format"


def _tool(name, *arguments):
    """Run a tool of the environment over the checkout; return whether it found nothing."""
    status, log = ui.run_logged(
        [VENV / "bin" / name, *arguments], f"lint-{name}.log", env=variables(), cwd=ROOT
    )
    if status:
        ui.say(
            "".join(log.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)[1:]).rstrip()
        )
    return not status


def _ruff():
    return _tool("ruff", "check", *PYTHON_SOURCES)


def _ruff_format():
    return _tool("ruff", "format", "--check", *PYTHON_SOURCES)


def _pylint_odoo():
    return _tool("pylint", "--rcfile", ".pylintrc", "--disable", ",".join(ODOOLINT_LEFT_OUT), *ADDONS)


def _oca_module():
    return _tool("oca-checks-odoo-module", *ADDONS)


def _oca_po():
    files = [
        str(path.relative_to(ROOT))
        for addon in ADDONS
        for path in sorted((ROOT / addon / "i18n").glob("*.po*"))
    ]
    return not files or _tool("oca-checks-po", "--disable", PO_LEFT_OUT, *files)


def _markers():
    """No merge was left half done. (Odoo's own check of this walks through .dev as well.)"""
    found = []
    for top in sorted(ROOT.iterdir()):
        if top.name in (".git", ".dev", "build", "dist"):
            continue
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and MARKER.search(path.read_bytes()):
                found.append(f"{path.relative_to(ROOT)}: conflict marker")
    if found:
        ui.say("\n".join(found))
    return not found


FAST = {
    "markers": _markers,
    "ruff": _ruff,
    "ruff-format": _ruff_format,
    "pylint-odoo": _pylint_odoo,
    "oca-checks-odoo-module": _oca_module,
    "oca-checks-po": _oca_po,
}


def _test_lint(project):
    """Odoo's checks, on a copy of the template with our add-ons."""
    database, _template = databases.test_copy(project)
    try:
        tags = ",".join(f"/test_lint/tests/test_{name}.py" for name in TEST_LINT)
        arguments = ["-d", database, "-i", "test_lint", "--test-tags", tags, "--no-http"]
        status, log = project.odoo(*arguments, "--stop-after-init", log_name="lint-test_lint.log")
    finally:
        databases.drop(database)
    text = log.read_text(encoding="utf-8", errors="replace")
    found = RESULT.findall(text)
    # Odoo ends with status 0 when not one test was found.
    if not status and found and found[-1][:2] == ("0", "0") and int(found[-1][2]):
        return True
    signs = (" ERROR ", "FAIL", "Error")
    ui.say("\n".join(line for line in text.splitlines() if any(sign in line for sign in signs)))
    counts = "{} failed, {} errors of {}".format(*found[-1]) if found else "ran no test"
    ui.say(f"  test_lint: {counts}; {shown(log)}")
    return False


def _i18n(project):
    """The exported terms are those of the sources."""
    stale = stale_files(project)
    if stale:
        ui.say(f"  Not up to date: {', '.join(stale)}; run ./dev i18n")
    return not stale


SLOW = {"test_lint": _test_lint, "i18n": _i18n}


def run(fast=False, fix=False, only=()):
    """Run the checks; return the exit status."""
    unknown = set(only) - set(FAST) - set(SLOW)
    if unknown:
        raise ui.DevError(f"No such check: {', '.join(unknown)}.", f"There are: {', '.join((*FAST, *SLOW))}")
    ensure()
    if fix:
        _tool("ruff", "check", "--fix", *PYTHON_SOURCES)
        _tool("ruff", "format", *PYTHON_SOURCES)
    failed = [name for name, check in FAST.items() if name in (only or FAST) and not _told(name, check)]
    slow = [name for name in SLOW if name in (only or ([] if fast else SLOW))]
    if slow:
        with session() as project:
            failed += [name for name in slow if not _told(name, SLOW[name], project)]
    ui.say(f"Not clean: {', '.join(failed)}" if failed else "All checks are clean.")
    return 1 if failed else 0


def _told(name, check, *arguments):
    start = time.monotonic()
    fine = check(*arguments)
    ui.say(f"{name}: {'clean' if fine else 'FAULTS FOUND'} ({time.monotonic() - start:.0f} s)")
    return fine
