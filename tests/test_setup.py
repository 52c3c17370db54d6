# Part of the complaint management suite. See LICENSE file for full licensing details.
"""The tool as its users meet it: help, faults in plain words, set-ups that were broken off."""

import ast
import io
import os
import signal
import socket
import subprocess
import tarfile
import textwrap
import time
import zipfile

import pytest

from devkit import odoo_source
from devkit.paths import ADDONS, ROOT, VENV, cache_dir

COMMANDS = ("setup", "run", "test", "odoo", "lint", "i18n", "bench", "clean")
# A package index and mirrors that nobody serves: as without a network, at once.
NO_NETWORK = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_FIND_LINKS": "",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_RETRIES": "0",
    "PIP_NO_CACHE_DIR": "1",
}


def fails_plainly(outcome, *said):
    """The command failed and said what and why, not where in our code."""
    assert outcome.returncode == 1, outcome.stdout
    assert "Traceback" not in outcome.stdout, outcome.stdout
    for text in said:
        assert text in outcome.stdout, outcome.stdout


class TestCommandLine:
    def test_alone_it_prints_its_help(self, checkout):
        outcome = checkout.dev()
        assert outcome.returncode == 0
        assert all(f"    {name} " in outcome.stdout for name in COMMANDS), outcome.stdout
        assert not (checkout.root / ".dev").exists(), "help needs no set-up"

    def test_every_command_has_help(self, checkout):
        for name in COMMANDS:
            if name not in ("odoo", "bench"):
                assert "usage: ./dev" in checkout.dev(name, "--help").stdout

    def test_unknown_command(self, checkout):
        outcome = checkout.dev("fly")
        assert outcome.returncode == 2
        assert "invalid choice: 'fly'" in outcome.stdout

    def test_bench_lists_what_there_is(self, checkout):
        folder = checkout.root / "tests" / "bench"
        folder.mkdir(parents=True)
        (folder / "case.py").touch()
        (folder / "_helper.py").touch()
        assert checkout.dev("bench").stdout.splitlines()[-1] == "Benchmarks: case"
        fails_plainly(checkout.dev("bench", "none"), "There is no benchmark 'none'", "There are: case")

    def test_unknown_check(self, checkout):
        fails_plainly(checkout.dev("lint", "--only", "none"), "No such check: none", "ruff")

    def test_an_old_python_can_read_the_entry(self):
        ast.parse((ROOT / "dev").read_text(encoding="utf-8"), feature_version=(3, 6))


class TestFaults:
    def test_port_taken(self, checkout):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            fails_plainly(checkout.dev("run", "--port", port), f"Port {port} is taken", "./dev run --port ")
        assert not (checkout.root / ".dev").exists(), "known before the minutes of a set-up"

    def test_no_port(self, checkout):
        fails_plainly(checkout.dev("run", "--port", 70000), "70000 is no port")

    def test_no_network(self, checkout):
        fails_plainly(
            checkout.dev("setup", "--odoo", odoo_source.source_folder(), **NO_NETWORK),
            "The Python packages could not be fetched: there is no network",
            "run the same command again",
        )

    def test_no_network_for_the_source_archive(self, checkout):
        fails_plainly(
            checkout.python(
                textwrap.dedent("""
                from pathlib import Path
                from devkit import archive, cli, ui
                try:
                    archive.download("http://127.0.0.1:9/odoo.tar.gz", Path("odoo.tar.gz"), "Odoo")
                except ui.DevError as fault:
                    raise SystemExit(cli._tell(fault))
                """)
            ),
            "Odoo: [Errno",
            "Check the network",
        )
        assert not (checkout.root / "odoo.tar.gz").exists()

    def test_no_venv_module(self, checkout):
        python = checkout.root / "python3"
        python.write_text("#!/bin/sh\necho 'No module named venv' >&2\nexit 1\n", encoding="utf-8")
        python.chmod(0o755)
        code = f"""
            import sys
            sys._base_executable = {str(python)!r}
            from devkit.cli import main
            sys.exit(main(["setup"]))
        """
        fails_plainly(
            checkout.python(textwrap.dedent(code)),
            "Python's 'venv' module is missing",
            "-venv",
            "No module named venv",
        )

    def test_wrong_python(self, checkout):
        code = """
            import sys
            sys.version_info = (3, 99, 0)
            from devkit.cli import main
            sys.exit(main(["setup"]))
        """
        outcome = checkout.python(textwrap.dedent(code), PATH="/nowhere")
        fails_plainly(outcome, "Odoo 19.0 runs on Python 3.10 to 3.13; this is 3.99", "Install python3.12")

    def test_no_room(self, checkout):
        code = """
            import shutil, sys, types
            shutil.disk_usage = lambda path: types.SimpleNamespace(free=1_000_000_000)
            from devkit.cli import main
            sys.exit(main(["setup"]))
        """
        fails_plainly(
            checkout.python(textwrap.dedent(code)), "no room left", "1.0 GB are free", "./dev clean"
        )

    def test_disk_full_half_way(self, checkout):
        code = """
            import errno, sys
            from devkit import cli, environment
            def full(odoo): raise OSError(errno.ENOSPC, "No space left on device")
            environment.ensure = full
            sys.exit(cli.main(["setup"]))
        """
        fails_plainly(checkout.python(textwrap.dedent(code)), "./dev setup: no room left on the disk")

    def test_no_browser(self, checkout):
        outcome = checkout.python(
            "from devkit import cli, system, ui\n"
            "try:\n    system.require_browser()\n"
            "except ui.DevError as fault:\n    raise SystemExit(cli._tell(fault))",
            PATH="/nowhere",
        )
        fails_plainly(outcome, "The browser tests need Chromium", "./dev test --no-browser")

    def test_named_postgresql_does_not_answer(self, checkout):
        code = """
            import sys
            from devkit import cli, environment
            environment.ensure = lambda odoo=None: environment.DEV.mkdir()
            sys.exit(cli.main(["odoo", "--version"]))
        """
        pg_isready = checkout.root / "pg_isready"
        pg_isready.write_text("#!/bin/sh\nexit 2\n", encoding="utf-8")
        pg_isready.chmod(0o755)
        outcome = checkout.python(
            textwrap.dedent(code).replace(
                "sys.exit",
                "from devkit import postgres; postgres.bin_folder = lambda: environment.ROOT\nsys.exit",
            ),
            PGHOST="127.0.0.1",
            PGPORT="9",
        )
        fails_plainly(outcome, "The PostgreSQL server that PGHOST names does not answer", "without PGHOST")


def odoo_tree(version="19, 0"):
    """Files of a source archive with nothing in it but its version."""
    return {
        "odoo_19.0/odoo/release.py": f"version_info = ({version}, 0, FINAL, 0, '')\n",
        "odoo_19.0/odoo/addons/base/__manifest__.py": "{}",
    }


def write_tree(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


def tar_bytes(files, mode="w:gz"):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content.encode())
            archive.addfile(member, io.BytesIO(content.encode()))
    return data.getvalue()


def deb_bytes(files):
    """A Debian package by hand: an 'ar' file with three members."""
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.xz": tar_bytes({}, "w:xz"),
        "data.tar.xz": tar_bytes(files, "w:xz"),
    }
    data = b"!<arch>\n"
    for name, content in members.items():
        data += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode() + content
        data += b"\n" * (len(content) % 2)
    return data


class TestOdoo:
    """Odoo from wherever the user has it."""

    INSTALL = "from devkit import odoo_source as o; o.install({!r}); print('at', o.source_folder())"

    def install(self, checkout, path, **environment):
        return checkout.python(
            "from devkit import cli, ui\ntry:\n    "
            + self.INSTALL.format(str(path) if path else None)
            + "\nexcept ui.DevError as fault:\n    raise SystemExit(cli._tell(fault))",
            **environment,
        )

    def test_folder_is_used_where_it_is(self, checkout, tmp_path):
        write_tree(tmp_path, odoo_tree())
        outcome = self.install(checkout, tmp_path / "odoo_19.0")
        assert outcome.stdout.splitlines()[-1] == f"at {tmp_path / 'odoo_19.0'}"

    def test_environment_variable(self, checkout, tmp_path):
        write_tree(tmp_path, odoo_tree())
        outcome = self.install(checkout, None, COMPLAINT_ODOO=str(tmp_path / "odoo_19.0"))
        assert outcome.stdout.splitlines()[-1] == f"at {tmp_path / 'odoo_19.0'}"

    @pytest.mark.parametrize("kind", ["tar.gz", "zip", "deb", "deb without dpkg"])
    def test_archive_is_unpacked(self, checkout, tmp_path, kind):
        path = tmp_path / f"odoo.{kind.split()[0]}"
        if kind == "tar.gz":
            path.write_bytes(tar_bytes(odoo_tree()))
        elif kind == "zip":
            with zipfile.ZipFile(path, "w") as archive:
                for name, content in odoo_tree().items():
                    archive.writestr(name, content)
        else:
            site = "usr/lib/python3/dist-packages/"
            path.write_bytes(
                deb_bytes({name.replace("odoo_19.0/", site): text for name, text in odoo_tree().items()})
            )
        outcome = self.install(checkout, path, **({"PATH": "/nowhere"} if "without" in kind else {}))
        last = outcome.stdout.splitlines()[-1]
        assert last.startswith(f"at {checkout.root / '.dev' / 'odoo'}"), outcome.stdout
        assert os.path.exists(last.removeprefix("at ") + "/odoo/release.py")

    def test_wrong_version(self, checkout, tmp_path):
        write_tree(tmp_path, odoo_tree("18, 0"))
        fails_plainly(
            self.install(checkout, tmp_path / "odoo_19.0"), "is 18.0; this project is for 19.0", "--odoo"
        )

    def test_wrong_version_in_an_archive_leaves_nothing(self, checkout, tmp_path):
        (tmp_path / "odoo.tar.gz").write_bytes(tar_bytes(odoo_tree("20, 0")))
        fails_plainly(self.install(checkout, tmp_path / "odoo.tar.gz"), "20.0")
        assert not list((checkout.root / ".dev").glob("*odoo*"))

    def test_no_odoo_there(self, checkout, tmp_path):
        fails_plainly(self.install(checkout, tmp_path / "missing"), "no such file or folder")
        (tmp_path / "empty").mkdir()
        fails_plainly(self.install(checkout, tmp_path / "empty"), "no odoo/release.py")

    def test_damaged_archive(self, checkout, tmp_path):
        (tmp_path / "odoo.tar.gz").write_bytes(tar_bytes(odoo_tree())[:60])
        fails_plainly(self.install(checkout, tmp_path / "odoo.tar.gz"), "is damaged", "Fetch it again")

    def test_another_archive_of_the_same_name_is_noticed(self, checkout, tmp_path):
        path = tmp_path / "odoo.tar.gz"
        path.write_bytes(tar_bytes(odoo_tree()))
        self.install(checkout, path)
        ready = "from devkit import odoo_source as o; print(o.is_ready())"
        assert checkout.python(ready).stdout.strip() == "True", "named once, it stays"
        path.write_bytes(tar_bytes({**odoo_tree(), "odoo_19.0/new": "x"}))
        assert checkout.python(ready).stdout.strip() == "False"

    def test_source_tree_satisfies_the_requirement(self, checkout, tmp_path):
        write_tree(tmp_path, odoo_tree())
        code = f"""
            from devkit import python_env
            python_env.site_packages().mkdir(parents=True)
            python_env.link_odoo({str(tmp_path / "odoo_19.0")!r})
            import importlib.metadata as m
            print([(d.name, d.version) for d in m.distributions(path=[str(python_env.site_packages())])])
        """
        assert checkout.python(textwrap.dedent(code)).stdout.strip() == "[('odoo', '19.0')]"


class TestBrokenOff:
    """A set-up that was killed is taken up again."""

    def test_draft_never_takes_the_place_half_made(self, checkout):
        kill = """
            import os
            from pathlib import Path
            from devkit.stamps import draft_folder
            target = Path("made")
            target.mkdir(); (target / "old").touch()
            with draft_folder(target) as draft:
                (draft / "new").touch()
                os.kill(os.getpid(), 9)
        """
        assert checkout.python(textwrap.dedent(kill)).returncode == -signal.SIGKILL
        assert [path.name for path in (checkout.root / "made").iterdir()] == ["old"]
        again = """
            from pathlib import Path
            from devkit.stamps import draft_folder
            with draft_folder(Path("made")) as draft:
                (draft / "new").touch()
        """
        assert checkout.python(textwrap.dedent(again)).returncode == 0
        assert [path.name for path in (checkout.root / "made").iterdir()] == ["new"]
        assert not list(checkout.root.glob(".made*")), "what the killed one left is gone"

    def test_a_stamp_is_whole_or_absent(self, checkout):
        code = """
            from devkit.stamps import Stamp
            stamp = Stamp("x")
            assert stamp.read() is None
            stamp.write({"a": 1})
            assert stamp.read() == {"a": 1}
            stamp.path.write_text('{"a"')
            assert stamp.read() is None
            stamp.clear(); stamp.clear()
        """
        assert checkout.python(textwrap.dedent(code)).returncode == 0

    def test_killed_set_up(self, project, checkout):
        """Killed twice on the way, complete in the end, and at once when there is nothing to do."""
        checkout.cache.symlink_to(cache_dir())  # all wheels are there: no network needed
        arguments = ("setup", "--odoo", odoo_source.source_folder())
        for seen in ("Python environment: done", "Python packages, from the cache ..."):
            process = subprocess.Popen(
                checkout.command(*arguments),
                cwd=checkout.root,
                env={**checkout.environment, **NO_NETWORK},
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            for line in process.stdout:
                if seen in line:
                    break
            time.sleep(0.5)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            process.stdout.close()
            assert not (checkout.root / ".dev/odoo.conf").exists()
        outcome = checkout.dev(*arguments, **NO_NETWORK)
        assert outcome.returncode == 0, outcome.stdout
        outcome = checkout.dev("odoo", "--version", **NO_NETWORK)
        assert "Odoo Server 19.0" in outcome.stdout, outcome.stdout
        start = time.monotonic()
        assert "Setting up" not in checkout.dev("setup").stdout
        assert time.monotonic() - start < 5, "with nothing to do it is done at once"
        outcome = checkout.dev("clean")
        assert outcome.returncode == 0, outcome.stdout
        assert not (checkout.root / ".dev").exists()
        assert cache_dir().exists(), "the downloads stay for other clones"


class TestDigests:
    """What makes a template database be made anew."""

    @pytest.fixture
    def addons(self, checkout):
        for addon in ADDONS:
            write_tree(checkout.root, {f"{addon}/__manifest__.py": "{'depends': ['crm']}"})
        return checkout

    def digest(self, checkout):
        return checkout.python("from devkit import databases; print(databases.addons_digest())").stdout

    def test_follows_what_installation_sees(self, addons):
        before = self.digest(addons)
        for name in ("models/case.py", "views/case.xml", "static/src/x.js", "i18n/zh_CN.po"):
            write_tree(addons.root / ADDONS[0], {name: "x"})
            after = self.digest(addons)
            assert after != before, name
            before = after

    def test_does_not_follow_tests(self, addons):
        before = self.digest(addons)
        for name in ("tests/test_x.py", "static/tests/tours/x.js", "models/__pycache__/x.pyc"):
            write_tree(addons.root / ADDONS[0], {name: "x"})
        assert self.digest(addons) == before


def test_the_environment_holds_what_is_pinned():
    """requirements.txt is complete: what is installed is named there, version and all."""
    pinned = (ROOT / "devkit/requirements.txt").read_text(encoding="utf-8").lower().replace("_", "-")
    result = subprocess.run(
        [VENV / "bin/python", "-m", "pip", "list", "--format=freeze"],
        cwd=VENV,
        capture_output=True,
        text=True,
        check=True,
    )
    own = ("pip", "odoo", "psycopg2")  # the tool's own; Odoo and its name for psycopg2-binary
    for line in result.stdout.lower().replace("_", "-").split():
        assert line.split("==")[0] in own or line in pinned, f"{line} is not pinned"


def test_nothing_local_is_written_down():
    """No address of a package registry and no folder of one machine in what is published."""
    words = ["pypi" + ".org", "deb.debian" + ".org", "/roo" + "t/", "file:///" + "opt"]
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    for name in names.splitlines():
        path = ROOT / name
        if path.is_file():
            text = path.read_bytes().decode(errors="ignore")
            assert not [word for word in words if word in text], name
