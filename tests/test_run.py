# Part of the complaint management suite. See LICENSE file for full licensing details.
"""How a test run is counted, what it fails for, and how arguments choose a part of it."""

import json
import shutil
import subprocess
import sys
import textwrap

import pytest

from devkit import ui
from devkit.log_guard import complaints_in, serious, without_variables
from devkit.parts import NOTHING_COLLECTED, RESULT, Part, run_all
from devkit.paths import ADDONS, ROOT
from devkit.python_env import PYTHON
from devkit.test import Selection, Totals, _addon_parts


class TestTotals:
    def test_sum_of_all_parts(self):
        totals = Totals()
        totals.add({"passed": 3, "failed": 0, "skipped": 0})
        assert (totals.line(), totals.status()) == ("3 passed, 0 failed", 0)
        totals.add({"passed": 2, "failed": 1, "skipped": 4})
        assert (totals.line(), totals.status()) == ("5 passed, 1 failed, 4 skipped", 1)

    @pytest.mark.parametrize("skipped", [0, 7])
    def test_nothing_ran(self, skipped):
        assert Totals(skipped=skipped).status() == 1


class TestSelection:
    def test_all(self):
        chosen = Selection.of([])
        assert (chosen.addons, chosen.repository, chosen.options()) == (list(ADDONS), ["tests"], [])

    def test_paths(self):
        chosen = Selection.of([f"{ADDONS[0]}/models", "tests/test_run.py::TestTotals"])
        assert chosen.addons == [f"{ADDONS[0]}/models"]
        assert chosen.repository == ["tests/test_run.py::TestTotals"]

    def test_one_part_leaves_the_other_out(self):
        assert Selection.of(["tests"]).addons == []
        assert Selection.of([ADDONS[1]]).repository == []

    def test_names_are_looked_for_everywhere(self):
        chosen = Selection.of(["merge", "TestTotals"])
        assert chosen.options() == ["-k", "merge or TestTotals"]
        assert (chosen.addons, chosen.repository) == (list(ADDONS), ["tests"])

    def test_wrong_path(self):
        with pytest.raises(ui.DevError, match="There is no file or folder tests/none.py"):
            Selection.of(["tests/none.py"])
        with pytest.raises(ui.DevError, match="outside"):
            Selection.of(["/"])


class TestPart:
    """A run of pytest, beside another one or alone."""

    class Project:
        """Starts a small program where pytest is asked for."""

        def __init__(self, program):
            self.program = program

        def start(self, command, **kwargs):
            return subprocess.Popen([sys.executable, "-c", self.program], **kwargs)

    def run(self, program, hidden=True):
        totals = Totals()
        Part(self.Project(program), "Some tests", [], hidden=hidden).finish(totals)
        return totals

    def test_counts_are_added_and_what_it_said_is_shown(self, capfd):
        program = (
            "import json, os; print('what it said');"
            f"open(os.environ['{RESULT}'], 'w').write(json.dumps(dict(passed=3, failed=1, skipped=2)))"
        )
        totals = self.run(program)
        assert (totals.passed, totals.failed, totals.skipped) == (3, 1, 2)
        assert "what it said" in capfd.readouterr().out

    @pytest.mark.parametrize("program", ["raise SystemExit(3)", "import os; os.kill(os.getpid(), 9)"])
    def test_broken_off_is_a_failure(self, program):
        assert self.run(program).status() == 1
        assert self.run(program).failed == 1

    def test_stopped_with_the_other_part(self):
        part = Part(self.Project("import time; time.sleep(600)"), "Some tests", [], hidden=True)
        part.stop()
        assert part.process.returncode != 0


class TestParts:
    """Several runs of pytest, some at once."""

    def starters(self, tmp_path, *failed):
        """Programs that note when they ran; each knows of all before it whether they have ended."""

        def starter(number, failed):
            program = (
                "import json, os, pathlib;"
                f"pathlib.Path({str(tmp_path)!r}, '{number}').touch();"
                f"open(os.environ['{RESULT}'], 'w').write("
                f"json.dumps(dict(passed=1, failed={failed}, skipped=0)))"
            )
            return lambda hidden: Part(TestPart.Project(program), f"Part {number}", [], hidden=hidden)

        return [starter(number, count) for number, count in enumerate(failed)]

    def test_all_are_run_and_counted(self, tmp_path, capfd):
        totals = Totals()
        run_all(self.starters(tmp_path, 0, 2, 0, 1, 0), totals)
        assert (totals.passed, totals.failed) == (5, 3)
        said = capfd.readouterr().out
        assert all(said.count(f"Part {number}\n") == 1 for number in range(5))

    def test_until_failure(self, tmp_path):
        totals = Totals()
        run_all(self.starters(tmp_path, 0, 1, 0), totals, until_failure=True)
        assert (totals.passed, totals.failed) == (2, 1)
        assert {file.name for file in tmp_path.iterdir()} == {"0", "1"}

    def test_what_cannot_be_started_ends_the_others(self, tmp_path):
        started = []

        def endless(hidden):
            started.append(
                Part(TestPart.Project("import time; time.sleep(600)"), "Endless", [], hidden=hidden)
            )
            return started[0]

        def broken(hidden):
            raise ui.DevError("There is no room.")

        with pytest.raises(ui.DevError, match="no room"):
            run_all([endless, broken], Totals())
        assert started[0].has_ended()

    def test_each_area_is_a_part(self):
        parts = _addon_parts(list(ADDONS))
        files = {file for addon in ADDONS for file in (ROOT / addon / "tests").rglob("test_*.py")}
        covered = [
            file
            for part in parts
            for file in ([ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("test_*.py"))
        ]
        assert len(parts) > 5
        assert sorted(covered) == sorted(files)
        assert _addon_parts([f"{ADDONS[0]}/tests/case"]) == [f"{ADDONS[0]}/tests/case"]


class TestContinuousIntegration:
    """.ci/run calls ./dev lint and ./dev test, both, and fails when either does."""

    @pytest.mark.parametrize("lint, test, expected", [(0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1)])
    def test_status(self, tmp_path, lint, test, expected):
        (tmp_path / ".ci").mkdir()
        shutil.copy(ROOT / ".ci/run", tmp_path / ".ci")
        (tmp_path / "dev").write_text(
            f'#!/bin/sh\necho "$*"\ncase "$*" in lint) exit {lint};; test) exit {test};; *) exit 9;; esac\n',
            encoding="utf-8",
        )
        (tmp_path / "dev").chmod(0o755)
        result = subprocess.run(
            ["bash", ".ci/run"],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == expected
        assert result.stdout.split() == ["lint", "test"]


LOG = """\
2026-01-31 10:00:00,001 7 INFO some odoo.modules.loading: loading complaint_management/views/x.xml
2026-01-31 10:00:00,002 7 WARNING some odoo.addons.base.ir_ui_view: A button of complaint.team lacks a title
 of which more is said here
2026-01-31 10:00:00,003 7 WARNING some odoo.tools.config: missing --http-interface
2026-01-31 10:00:00,004 7 ERROR some odoo.sql_db: bad query: x
Traceback (most recent call last):
  File "/x/complaint_survey/models/y.py", line 1, in z
2026-01-31 10:00:00,005 7 INFO complaint_demo odoo.http: done
2026-01-31 10:00:00,006 7 WARNING complaint_demo odoo.http: slow
"""


class TestLogGuard:
    def test_serious_entries_with_all_their_lines(self):
        entries = list(serious(LOG))
        assert [len(entry.splitlines()) for entry in entries] == [2, 1, 3, 1]

    def test_those_against_us(self):
        found = complaints_in(LOG)
        assert len(found) == 2
        assert "lacks a title" in found[0]
        assert "complaint_survey" in found[1], "a traceback through our files is ours"

    def test_date_process_and_database_do_not_matter(self):
        assert without_variables(list(serious(LOG))[-1]) == "WARNING odoo.http: slow"


class TestPlugin:
    """The pytest plugin, on a small run of its own."""

    def run(self, tmp_path, source):
        (tmp_path / "test_small.py").write_text(textwrap.dedent(source), encoding="utf-8")
        result = subprocess.run(
            [PYTHON, "-m", "pytest", "-p", "no:odoo", "-p", "devkit.pytest_plugin", "-c", ROOT / "pytest.ini"]
            + ["--rootdir", tmp_path, "-p", "no:cacheprovider", tmp_path],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), RESULT: str(tmp_path / "result.json"), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        return result, json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))

    def test_counts(self, tmp_path):
        source = """
            import unittest, pytest
            class Test(unittest.TestCase):
                def test_subtests(self):
                    for number in range(3):
                        with self.subTest(number=number):
                            self.assertTrue(number == 1)
                def test_fine(self): pass
                @unittest.expectedFailure
                def test_known(self): self.fail()
                def test_skip(self): self.skipTest("so")
            @pytest.fixture
            def broken(): raise ValueError
            def test_error(broken): pass
        """
        result, counts = self.run(tmp_path, source)
        assert counts == {"passed": 2, "failed": 2, "skipped": 1}, result.stdout

    def test_a_file_that_cannot_be_read_is_a_failure(self, tmp_path):
        _result, counts = self.run(tmp_path, "import nothing_of_that_name")
        assert counts["failed"] == 1

    def test_nothing(self, tmp_path):
        result, counts = self.run(tmp_path, "")
        assert (result.returncode, sum(counts.values())) == (NOTHING_COLLECTED, 0)

    def test_our_warnings_fail_unless_expected(self, tmp_path):
        source = """
            import logging, unittest
            ours = logging.getLogger("odoo.addons.complaint_management.models.x")
            class Test(unittest.TestCase):
                def test_unexpected(self): ours.warning("disk on fire")
                def test_after_it(self): pass
                def test_expected(self):
                    with self.assertLogs(ours): ours.warning("as planned")
                def test_information(self): ours.info("all is well")
                def test_others(self): logging.getLogger("odoo.http").warning("not ours")
        """
        result, counts = self.run(tmp_path, source)
        assert counts == {"passed": 4, "failed": 1, "skipped": 0}, result.stdout
        assert "disk on fire" in result.stdout
        assert result.returncode == 1
