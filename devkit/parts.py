# Part of the complaint management suite. See LICENSE file for full licensing details.
"""The parts of a test run: each a pytest of its own, as many at once as there are processors."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from contextlib import nullcontext
from pathlib import Path

from . import ui
from .environment import handing_on, variables
from .paths import ROOT
from .python_env import PYTHON

# How this file and devkit/pytest_plugin.py speak to each other
RESULT = "COMPLAINT_TEST_RESULT"

NOTHING_COLLECTED = 5  # pytest's status when a part holds no test

#: How long is waited between two looks at what runs, in seconds.
_PULSE = 0.2


class Part:
    """One run of pytest, started at once.

    :param str title: what is shown above its output
    :param arguments: of pytest
    :param dict extra: environment variables
    :param bool hidden: what it says is shown when it has ended
    """

    def __init__(self, project, title, arguments, extra=None, hidden=False):
        self.title = title
        self.folder = tempfile.TemporaryDirectory()
        self.result = Path(self.folder.name) / "result.json"
        self.output = Path(self.folder.name) / "output" if hidden else None
        told = {RESULT: str(self.result), "PYTHONPATH": str(ROOT), **(extra or {})}
        command = [PYTHON, "-m", "pytest", "-p", "devkit.pytest_plugin", *arguments]
        if not hidden:
            ui.say(f"\n{title}")
        with self.output.open("wb") if hidden else nullcontext() as stream:
            self.process = project.start(
                command,
                env={**variables(), **told},
                stdout=stream,
                stderr=subprocess.STDOUT if hidden else None,
                cwd=ROOT,
            )

    def has_ended(self):
        """Tell whether it runs no more."""
        return self.process.poll() is not None

    def finish(self, totals):
        """Wait for its end and add what it counted; a run that broke off counts as one failure."""
        status = self.process.wait()
        if self.output:
            ui.say(f"\n{self.title}")
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
        """End it where it still runs, because the run was broken off."""
        if not self.has_ended():
            self.process.terminate()
            self.process.wait()


def run_all(starters, totals, until_failure=False):
    """Run parts, as many at once as there are processors; a lone one shows its progress.

    :param starters: functions that take ``hidden`` and start a :class:`Part`; the longest first
    :param totals: what the parts counted is added to it
    :param bool until_failure: one after the other, and none after a failure
    """
    waiting, running = deque(starters), []
    at_once = 1 if until_failure else max(2, os.cpu_count() or 1)
    hidden = len(waiting) > 1 and at_once > 1
    with handing_on(lambda: [part.process for part in running], begin_nothing=waiting.clear):
        try:
            while waiting or running:
                while waiting and len(running) < at_once:
                    running.append(waiting.popleft()(hidden))
                ended = next((part for part in running if part.has_ended()), None)
                if not ended:
                    time.sleep(_PULSE)
                    continue
                running.remove(ended)
                ended.finish(totals)
                if until_failure and totals.failed:
                    waiting.clear()
        finally:
            for part in running:
                part.stop()
