# Part of the complaint management suite. See LICENSE file for full licensing details.
"""``./dev i18n``: export the terms of both add-ons, and bring every translation up to them."""

import tempfile
from pathlib import Path

from . import databases, ui
from .environment import session
from .paths import ADDONS, ROOT
from .python_env import PYTHON


def run(languages=()):
    """Write the .pot files and merge the .po files, new ones for ``languages`` too."""
    with session() as project, _exported(project) as exports:
        _merge(project, exports, "--write", languages)
    return 0


def stale_files(project):
    """Files that :func:`run` would change."""
    with _exported(project) as exports:
        text = _merge(project, exports, "--check", ())
    return text.split()


def _merge(project, exports, mode, languages):
    status, log = project.run(
        [PYTHON, "-m", "devkit.i18n_merge", mode, exports, *languages],
        log_name="i18n-merge.log",
        extra={"PYTHONPATH": str(ROOT)},
    )
    if status:
        raise ui.explain(log, "The translations could not be merged")
    text = "\n".join(log.read_text(encoding="utf-8").splitlines()[1:])
    if mode == "--write":
        ui.say(text)
    return text


class _exported:
    """Folder with a fresh .pot per add-on, for as long as it is needed."""

    def __init__(self, project):
        self.project = project
        self.folder = tempfile.TemporaryDirectory()

    def __enter__(self):
        database, _template = databases.test_copy(self.project)
        try:
            for addon in ADDONS:
                self._export(database, addon)
        finally:
            databases.drop(database)
        return self.folder.name

    def _export(self, database, addon):
        target = Path(self.folder.name) / f"{addon}.pot"
        status, log = self.project.odoo(
            "i18n", "export", "-d", database, "-o", target, addon, log_name=f"i18n-{addon}.log"
        )
        if status or not target.exists():
            raise ui.explain(log, f"Exporting the terms of {addon} failed")

    def __exit__(self, *_fault):
        self.folder.cleanup()
