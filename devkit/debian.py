# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Debian's own package of Odoo 19.0, without root and without touching the machine's apt.

Only Debian's unstable suite has it. The mirror is the one this machine's apt uses anyway; apt
works in a private folder.
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import ui
from .archive import unpack_deb
from .paths import cache_dir
from .stamps import remove, write_whole

PACKAGE = "odoo-19"
# Fonts and scripts that Odoo's package links to; the tests run without them, pages look poorer.
COMPANIONS = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
)
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SITE = Path("usr/lib/python3/dist-packages")
# Removed from the package for its licence; assets that name it would log an error each time.
REMOVED_SCRIPT = Path("odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js")


def _folder():
    return cache_dir() / "debs"


def cached():
    """Paths of the packages if the cache has all of them whole, else an empty list."""
    try:
        sizes = json.loads((_folder() / "complete.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    paths = [_folder() / name for name in sizes]
    whole = all(path.exists() and path.stat().st_size == sizes[path.name] for path in paths)
    return paths if whole else []


def is_possible():
    """Tell whether this machine can have Debian's package: it is in the cache, or apt gets it."""
    return bool(cached()) or bool(shutil.which("apt-get") and _mirror())


def _mirror():
    """Address of the Debian mirror that this machine's apt is set up with, or None."""
    try:
        lines = subprocess.run(
            [
                "apt-get",
                "indextargets",
                "--format",
                "$(ORIGIN)|$(RELEASE)|$(REPO_URI)",
                "Created-By: Packages",
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        ).stdout.splitlines()
    except (OSError, subprocess.TimeoutExpired):
        return None
    for line in lines:
        origin, release, address = line.split("|", 2)
        # Without fetched lists apt knows no origin; then the machine has to be a Debian.
        is_debian = origin == "Debian" if not origin.startswith("$") and origin else _os_id() == "debian"
        if is_debian and "-" not in release and address.startswith(("http", "mirror", "file", "copy")):
            return address
    return None


def _os_id():
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line[3:].strip('"') for line in lines if line.startswith("ID=")), "")


def fetch():
    """Return the packages' paths in the cache, fetched if need be."""
    packages = cached()
    if packages:
        return packages
    _folder().mkdir(parents=True, exist_ok=True)
    private = Path(tempfile.mkdtemp(prefix=".apt-", dir=cache_dir()))
    try:
        environment = _private_apt(private)
        with ui.step("Odoo 19.0, looking for Debian's package", ui.megabytes(private)):
            status, log = ui.run_logged(["apt-get", "update"], "apt-update.log", env=environment)
        # apt-get update ends well even when nothing could be fetched: what counts is the download.
        found = private / "found"
        found.mkdir()
        with ui.step("Odoo 19.0, fetching Debian's package (130 MB)", ui.megabytes(found)):
            for package in (PACKAGE, *COMPANIONS):
                status, download = ui.run_logged(
                    ["apt-get", "download", package], f"apt-{package}.log", env=environment, cwd=found
                )
                if status and package == PACKAGE:
                    raise ui.explain(
                        _joined(log, download), "Debian's package of Odoo 19.0 could not be fetched"
                    )
        names = sorted(path.name for path in found.iterdir())
        for name in names:
            (found / name).replace(_folder() / name)
        sizes = {name: (_folder() / name).stat().st_size for name in names}
        write_whole(_folder() / "complete.json", json.dumps(sizes, indent=1))
    finally:
        remove(private)
    return cached()


def _joined(first, second):
    """Append the first log to the second, so that one file tells the whole story."""
    with second.open("a", encoding="utf-8") as stream:
        stream.write(first.read_text(encoding="utf-8", errors="replace"))
    return second


def _private_apt(folder):
    """Prepare an apt of our own in ``folder`` and return the environment that selects it."""
    for name in ("lists/partial", "archives/partial", "etc"):
        (folder / name).mkdir(parents=True)
    signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    (folder / "etc/sources.list").write_text(f"deb {signed}{_mirror()} unstable main\n", encoding="utf-8")
    settings = {
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder,
        "Dir::Cache::archives": folder / "archives",
        "Dir::Etc::sourcelist": folder / "etc/sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "APT::Sandbox::User": "root",
        "APT::Get::List-Cleanup": "false",
    }
    # Hooks of the machine's own apt (after an update) are for its own lists, not for these.
    hooks = "".join(
        f"#clear APT::Update::{name};\n" for name in ("Pre-Invoke", "Post-Invoke", "Post-Invoke-Success")
    )
    config = folder / "apt.conf"
    config.write_text(
        "".join(f'{key} "{value}";\n' for key, value in settings.items()) + hooks, encoding="utf-8"
    )
    return {**os.environ, "APT_CONFIG": str(config), "LC_ALL": "C"}


def unpack_into(folder):
    """Unpack Odoo and its companions, and close the one gap that matters."""
    for package in fetch():
        unpack_deb(package, folder)
    script = folder / SITE / REMOVED_SCRIPT
    if script.parent.parent.is_dir() and not script.exists():
        script.parent.mkdir(exist_ok=True)
        script.unlink(missing_ok=True)  # a dangling link, in some versions
        script.touch()
