# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Remembering what is done: stamps, locks, hashes, and folders that appear all at once."""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from .paths import DEV, STAMPS
from .ui import say


class Stamp:
    """What one finished step was made from. No stamp means the step is to be done (again)."""

    def __init__(self, name):
        self.path = STAMPS / f"{name}.json"

    def read(self):
        """Return what was written, or None."""
        try:
            return json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def write(self, value):
        """Declare the step done. The file appears whole or not at all."""
        write_whole(self.path, json.dumps(value, indent=1, sort_keys=True))

    def clear(self):
        """Declare the step undone, before touching what it made."""
        self.path.unlink(missing_ok=True)


def write_whole(path, text):
    """Write a file so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


@contextmanager
def draft_folder(target):
    """Yield an empty folder beside ``target`` that takes its place when all went well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f".{target.name}.*.draft"):  # of an interrupted set-up
        remove(left)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".draft", dir=target.parent))
    draft.chmod(0o755)
    try:
        yield draft
        remove(target)
        draft.rename(target)
    finally:
        remove(draft)


def remove(path):
    """Remove a file or folder tree, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def lock(name, waiting=None):
    """Hold the checkout's lock ``name``; say ``waiting`` when another command has it."""
    DEV.mkdir(parents=True, exist_ok=True)
    with (DEV / f"{name}.lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if waiting:
                say(waiting)
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def digest(*parts, length=16):
    """Short stable hash of texts."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:length]


def tree_digest(folders, leave_out=lambda relative: False, length=16):
    """Hash of the names and contents of all files below ``folders``."""
    total = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder.parent)
            if "__pycache__" in relative.parts or not path.is_file() or leave_out(relative):
                continue
            total.update(f"{relative}\0{path.stat().st_size}\0".encode())
            total.update(path.read_bytes())
    return total.hexdigest()[:length]
