# Part of the complaint management suite. See LICENSE file for full licensing details.
"""The project's Python environment: a venv with pinned packages, wheels kept for other clones."""

import shutil
import sys
import tempfile
from pathlib import Path

from . import system, ui
from .paths import REQUIREMENTS, ROOT, VENV, cache_dir
from .stamps import Stamp, digest, remove, write_whole

STAMP = Stamp("python")
OLDEST, NEWEST = (3, 10), (3, 13)
PYTHON = VENV / "bin" / "python"

#: The list names everything itself; of some packages only a file is used, not what they ask for.
_AS_LISTED = ("--no-input", "--no-deps")


def base_python():
    """Return (path, (major, minor)) of the interpreter to build the environment on."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        # The system's interpreter, not a venv's that happens to be active.
        return getattr(sys, "_base_executable", None) or sys.executable, sys.version_info[:2]
    for version in ((3, 12), (3, 11), (3, 13), (3, 10)):
        found = shutil.which("python{}.{}".format(*version))
        if found:
            return found, version
    raise ui.DevError(
        "Odoo 19.0 runs on Python 3.10 to 3.13; this is {}.{} and no other was found.".format(
            *sys.version_info
        ),
        "Install python3.12 (or 3.11, 3.13, 3.10) beside it and run the command again.",
    )


def _wanted():
    """What the environment is made from; not by whose Python ``./dev`` itself happens to run."""
    return {
        "requirements": digest(REQUIREMENTS.read_text(encoding="utf-8")),
        "root": str(ROOT),  # scripts and links inside are absolute: a moved checkout is built anew
    }


def is_ready():
    """Tell whether the environment is there and current."""
    stamp = STAMP.read()
    return bool(stamp) and _wanted().items() <= stamp.items() and PYTHON.exists()


def build():
    """Make the environment, from the cache where it has everything."""
    stamp = STAMP.read()
    STAMP.clear()
    # Whole but out of date, it is only renewed: other commands may be at work in it.
    if not (stamp and stamp["root"] == str(ROOT) and PYTHON.exists()):
        _make_venv()
    wheels = cache_dir() / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    if not _install(wheels):
        _fetch(wheels)
        with ui.step("Python packages, installing"):
            status, log = _pip_install(wheels)
        if status:
            raise ui.explain(log, "The Python packages could not be installed")
    _claim_psycopg2()
    STAMP.write(_wanted())


def _make_venv():
    python, version = base_python()
    with ui.step("Python environment"):
        remove(VENV)
        status, log = ui.run_logged([python, "-m", "venv", VENV], "venv.log")
    package = "python{}.{}-venv".format(*version)
    if status and "ensurepip" in log.read_text(encoding="utf-8", errors="replace"):
        # Debian and Ubuntu keep it in a package of its own.
        if system.install_packages([package]):
            with ui.step("Python environment"):
                status, log = ui.run_logged([python, "-m", "venv", "--clear", VENV], "venv.log")
    if status:
        raise ui.explain(
            log,
            "Python's 'venv' module is missing or broken",
            "Install it and run the command again. On Debian or Ubuntu:",
            f"  apt-get install {package}",
        )


def _pip(*args):
    return [PYTHON, "-m", "pip", *args]


def _pip_install(wheels):
    return ui.run_logged(
        _pip("install", *_AS_LISTED, "--no-index", "--find-links", wheels, "-r", REQUIREMENTS),
        "pip-install.log",
    )


def _install(wheels):
    """Install from the cache alone; False when it lacks something."""
    if not any(wheels.iterdir()):
        return False
    with ui.step("Python packages, from the cache"):
        status, log = _pip_install(wheels)
    if status and "no space left" in log.read_text(encoding="utf-8", errors="replace").lower():
        raise ui.explain(log, "The Python packages could not be installed")
    return not status


def _fetch(wheels):
    """Get the wheels into the cache, one whole file at a time."""
    draft = Path(tempfile.mkdtemp(prefix=".wheels-", dir=wheels.parent))
    try:
        with ui.step("Python packages, fetching (90 MB)"):
            status, log = ui.run_logged(
                _pip("wheel", *_AS_LISTED, "--find-links", wheels, "--wheel-dir", draft, "-r", REQUIREMENTS),
                "pip-fetch.log",
            )
        if status:
            raise ui.explain(log, "The Python packages could not be fetched")
        for wheel in draft.iterdir():
            wheel.replace(wheels / wheel.name)
    finally:
        remove(draft)


def site_packages():
    """The environment's package folder."""
    found = next((VENV / "lib").glob("python3*/site-packages"), None)
    return found or VENV / "lib" / "python{}.{}".format(*base_python()[1]) / "site-packages"


def _claim_psycopg2():
    """Record ``psycopg2`` as installed.

    ``psycopg2-binary`` is the same module under another name; Odoo's own metadata asks for the
    first, so pip would try to compile it.
    """
    (installed,) = site_packages().glob("psycopg2_binary-*.dist-info")
    version = installed.name.removesuffix(".dist-info").split("-")[1]
    folder = site_packages() / f"psycopg2-{version}.dist-info"
    write_whole(folder / "METADATA", f"Metadata-Version: 2.1\nName: psycopg2\nVersion: {version}\n")
    write_whole(folder / "INSTALLER", "dev\n")
    write_whole(folder / "RECORD", "")


def link_odoo(source):
    """Make ``source`` (the folder that holds the package ``odoo``) importable and known to pip."""
    _write_if_other(site_packages() / "odoo-19.pth", f"{source}\n")
    folder = site_packages() / "odoo-19.0.dist-info"
    if any(Path(source).glob("odoo-19*-info")):  # Debian's package brings its own
        remove(folder)
        return
    _write_if_other(folder / "METADATA", "Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n")
    _write_if_other(folder / "INSTALLER", "dev\n")
    _write_if_other(folder / "RECORD", "")


def _write_if_other(path, text):
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_whole(path, text)
