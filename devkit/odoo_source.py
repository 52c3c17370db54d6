# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Odoo 19.0 itself: named by the user, Debian's package, or the official source archive."""

import os
import re
from pathlib import Path

from . import debian, ui
from .archive import download, unpack
from .paths import ODOO_UNPACKED, ROOT, cache_dir
from .stamps import Stamp, draft_folder

STAMP = Stamp("odoo")
SERIES = (19, 0)
OFFICIAL_ARCHIVE = "https://nightly.odoo.com/19.0/nightly/src/odoo_19.0.latest.tar.gz"
VARIABLE = "COMPLAINT_ODOO"
WAYS = (
    f"Name one with --odoo PATH or {VARIABLE}=PATH: a checkout, a source archive (packed or not), a .deb.",
)


def named_by_user(option=None):
    """The Odoo that the user names now, or named when setting up; None for the usual search."""
    named = option or os.environ.get(VARIABLE)
    if named:
        return str(Path(named).expanduser().resolve())
    return (STAMP.read() or {}).get("named")


def is_ready(option=None):
    """Tell whether Odoo is in place and is the one that is wanted."""
    stamp = STAMP.read()
    return (
        bool(stamp)
        and stamp["named"] == named_by_user(option)
        and stamp["archive"] == _fingerprint(stamp["named"])
        and (source_folder() / "odoo/release.py").exists()
    )


def _fingerprint(named):
    """What tells one archive from a later one of the same name; None for a folder."""
    path = Path(named) if named else None
    if path and path.is_file():
        return f"{path.stat().st_size} {path.stat().st_mtime_ns}"
    return None


def source_folder():
    """The folder that holds the package ``odoo``."""
    source = Path((STAMP.read() or {}).get("source") or ".")
    return source if source.is_absolute() else ROOT / source


def install(option=None):
    """Put Odoo in place."""
    named = named_by_user(option)
    STAMP.clear()
    if named:
        source = _install_named(Path(named))
    else:
        source = _install_found()
    if source.is_relative_to(ROOT):
        source = source.relative_to(ROOT)  # stays right when the checkout is moved
    STAMP.write({"named": named, "archive": _fingerprint(named), "source": str(source)})


def _install_named(path):
    if not path.exists():
        raise ui.DevError(f"There is no Odoo at {path}: no such file or folder.", *WAYS)
    if path.is_dir():
        return _checked(path)
    with ui.step(f"Odoo, unpacking {path.name}"):
        with draft_folder(ODOO_UNPACKED) as draft:
            unpack(path, draft)
            inside = _checked(draft).relative_to(draft)
    return ODOO_UNPACKED / inside


def _install_found():
    if debian.is_possible():
        try:
            packages = debian.fetch()
        except ui.DevError as fault:
            # Another way may still be open; what went wrong is told either way.
            ui.say(f"  {fault.what}")
            packages = None
        if packages:
            with ui.step("Odoo 19.0, unpacking"), draft_folder(ODOO_UNPACKED) as draft:
                debian.unpack_into(draft)
                inside = _checked(draft).relative_to(draft)
            return ODOO_UNPACKED / inside
    archive = cache_dir() / "odoo" / OFFICIAL_ARCHIVE.rsplit("/", 1)[1]
    if not archive.exists():
        try:
            download(OFFICIAL_ARCHIVE, archive, "Odoo 19.0, fetching the official source archive")
        except ui.DevError as fault:
            raise ui.DevError(fault.what, *fault.remedies, "Or bring Odoo along.", *WAYS) from fault
    return _install_named(archive)


def _checked(folder):
    """Find the package ``odoo`` at or below ``folder`` and make sure that it is 19.0."""
    places = [folder, folder / debian.SITE, *sorted(path for path in folder.iterdir() if path.is_dir())]
    source = next((place for place in places if (place / "odoo/release.py").exists()), None)
    if source is None:
        raise ui.DevError(f"There is no Odoo in {folder}: no odoo/release.py.", *WAYS)
    version = version_of(source)
    if version != SERIES:
        found = ".".join(map(str, version)) if version else "of unknown version"
        raise ui.DevError(f"The Odoo in {folder} is {found}; this project is for 19.0.", *WAYS)
    return source


def version_of(source):
    """(major, minor) of an Odoo tree, read without running it; None when it does not say."""
    text = (source / "odoo/release.py").read_text(encoding="utf-8")
    found = re.search(r"^version_info\s*=\s*\(\s*'?(?:saas~)?(\d+)'?,\s*(\d+)", text, re.MULTILINE)
    return (int(found[1]), int(found[2])) if found else None


def identity():
    """Text that changes when another Odoo comes into use; databases built on it depend on it."""
    release = source_folder() / "odoo/release.py"
    return f"{source_folder()} {release.stat().st_mtime_ns} {(STAMP.read() or {}).get('archive')}"
