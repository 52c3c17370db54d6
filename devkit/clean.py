# Part of the complaint management suite. See LICENSE file for full licensing details.
"""``./dev clean``: take away what the tool made."""

from . import postgres, ui
from .paths import DEV, cache_dir
from .stamps import lock, remove


def run(cache=False):
    """Remove the work folder, and with ``cache`` the downloads; return the exit status."""
    if DEV.exists():
        with lock("setup", "Another ./dev command is setting up; waiting for it."):
            postgres.clean()
            with ui.step(f"Removing {DEV}"):
                remove(DEV)
    if cache:
        with ui.step(f"Removing {cache_dir()}"):
            remove(cache_dir())
    return 0
