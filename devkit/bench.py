# Part of the complaint management suite. See LICENSE file for full licensing details.
"""``./dev bench``: the benchmarks in ``tests/bench``; each file brings its own Odoo to work."""

from . import ui
from .environment import session
from .paths import ROOT
from .python_env import PYTHON

FOLDER = ROOT / "tests" / "bench"


def available():
    """Names of the benchmarks."""
    return sorted(path.stem for path in FOLDER.glob("[!_]*.py"))


def run(arguments):
    """Run the benchmark that the first argument names, or list them; return the exit status."""
    name, arguments = (arguments[0], arguments[1:]) if arguments else (None, [])
    if not name or name in ("-h", "--help"):
        ui.say("Usage: ./dev bench NAME [ARGS]\nBenchmarks: " + (", ".join(available()) or "none yet"))
        return 0
    if name not in available():
        raise ui.DevError(
            f"There is no benchmark '{name}'.", "There are: " + (", ".join(available()) or "none yet")
        )
    with session() as project:
        return project.run([PYTHON, FOLDER / f"{name}.py", *arguments], extra={"PYTHONPATH": str(ROOT)})
