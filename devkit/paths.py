# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Where things are: the checkout, its ignored work folder and the cache that clones share."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEVKIT = ROOT / "devkit"
DEV = ROOT / ".dev"

ADDONS = ("complaint_management", "complaint_survey")

STAMPS = DEV / "stamps"
LOGS = DEV / "log"
VENV = DEV / "venv"
ODOO_UNPACKED = DEV / "odoo"
DATA_DIR = DEV / "data"
CONFIG = DEV / "odoo.conf"
SCREENSHOTS = DEV / "screenshots"

REQUIREMENTS = DEVKIT / "requirements.txt"
# A launcher that is a real file: with --workers Odoo starts its children by running it again.
LAUNCHER = DEVKIT / "bin" / "odoo"


def cache_dir():
    """Folder for downloads, shared by all clones of one user."""
    if os.environ.get("COMPLAINT_DEV_CACHE"):
        return Path(os.environ["COMPLAINT_DEV_CACHE"]).expanduser().resolve()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser().resolve() / "complaint-dev"


def shown(path):
    """``path`` as a person would type it: relative to the checkout where that is shorter."""
    try:
        return str(Path(path).relative_to(ROOT))
    except ValueError:
        return str(path)
