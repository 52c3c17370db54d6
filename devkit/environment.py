# Part of the complaint management suite. See LICENSE file for full licensing details.
"""The whole set-up, and the environment that programs of the project run in."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

from . import odoo_source, postgres, python_env, system, ui
from .paths import CONFIG, DATA_DIR, DEV, LAUNCHER, ROOT, SCREENSHOTS, cache_dir
from .stamps import Stamp, lock, write_whole

SYSTEM_STAMP = Stamp("system")
NEEDED_BYTES = 3_500_000_000
CONFIG_TEXT = """\
[options]
addons_path = {root}
data_dir = {data}
http_interface = 127.0.0.1
screenshots = {screenshots}
"""


def is_ready(odoo=None):
    """Tell at once whether there is nothing to set up."""
    return (
        python_env.is_ready()
        and odoo_source.is_ready(odoo)
        and postgres.is_ready()
        and SYSTEM_STAMP.read() is not None
        and CONFIG.exists()
        and CONFIG.read_text(encoding="utf-8") == _config()
    )


def ensure(odoo=None):
    """Set up what is missing. Every step is whole or undone, so a broken-off run is taken up."""
    if is_ready(odoo):
        return
    _write_ignore()
    with lock("setup", "Another ./dev command is setting up; waiting for it."):
        if is_ready(odoo):
            return
        ui.say(f"Setting up in {DEV} (downloads are kept in {cache_dir()})")
        _check_room()
        if not python_env.is_ready():
            python_env.build()
        if not odoo_source.is_ready(odoo):
            odoo_source.install(odoo)
        python_env.link_odoo(odoo_source.source_folder())
        if not postgres.is_ready():
            postgres.install()
        if SYSTEM_STAMP.read() is None or system.missing():
            system.install()
            SYSTEM_STAMP.write(True)
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        write_whole(CONFIG, _config())
        ui.say("Set up.")


def _config():
    return CONFIG_TEXT.format(root=ROOT, data=DATA_DIR, screenshots=SCREENSHOTS)


def _write_ignore():
    """Keep the work folder out of git even where the checkout's own list does not name it."""
    DEV.mkdir(parents=True, exist_ok=True)
    if not (DEV / ".gitignore").exists():
        write_whole(DEV / ".gitignore", "*\n")


def _check_room():
    """Refuse to begin what cannot end well."""
    if odoo_source.is_ready():
        return
    free = shutil.disk_usage(DEV).free
    if free < NEEDED_BYTES:
        fault = ui.no_room("Setting up")
        raise ui.DevError(f"{fault.what} {free / 1e9:.1f} GB are free.", *fault.remedies)


def variables():
    """The environment variables of every program the project starts."""
    ours = postgres.client_environment()
    for name in [name for name in ours if name.startswith(("ODOO_", "PYTHON"))]:
        del ours[name]  # settings for another Odoo or another Python
    ours["ODOO_RC"] = str(CONFIG)
    ours["PYTHONUTF8"] = "1"
    ours["PATH"] = f"{python_env.VENV / 'bin'}{os.pathsep}{ours['PATH']}"
    ours["VIRTUAL_ENV"] = str(python_env.VENV)
    return ours


def odoo_command(*args):
    """The command line that runs Odoo's own command line."""
    return [str(python_env.PYTHON), str(LAUNCHER), *map(str, args)]


class Session:
    """A set-up project with its database server up; starts the programs that need both."""

    def __init__(self, keep_up):
        # Children hold the server's lock as well, so that it outlives a killed ./dev with them.
        self.pass_fds = () if keep_up is None else (keep_up,)

    def run(self, command, log_name=None, extra=None, **kwargs):
        """Run ``command`` to its end; return its status, or (status, log) with ``log_name``."""
        kwargs.setdefault("cwd", ROOT)
        kwargs.update(env={**variables(), **(extra or {})}, pass_fds=self.pass_fds)
        if log_name:
            return ui.run_logged(command, log_name, **kwargs)
        return wait(self.start(command, **kwargs))

    def start(self, command, **kwargs):
        """Start ``command`` and return its process."""
        kwargs.setdefault("cwd", ROOT)
        kwargs.setdefault("env", variables())
        kwargs["pass_fds"] = self.pass_fds
        sys.stdout.flush()
        return subprocess.Popen(list(map(str, command)), **kwargs)

    def odoo(self, *args, **kwargs):
        """Run Odoo's command line to its end."""
        return self.run(odoo_command(*args), **kwargs)


@contextmanager
def handing_on(processes, begin_nothing=lambda: None):
    """Hand on to children what should end us, and leave it to them how they end.

    :param processes: function that returns those that run at the moment
    :param begin_nothing: called then, before they are told
    """

    def hand_on(number, _frame):
        begin_nothing()
        for process in processes():
            if process.poll() is not None:
                continue
            # A terminal sends Ctrl-C to a child of our group as well.
            if number != signal.SIGINT or os.getpgid(process.pid) != os.getpgrp():
                process.send_signal(number)

    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    previous = {number: signal.signal(number, hand_on) for number in numbers}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def wait(process):
    """Wait for a child; hand on what should end it, and leave Ctrl-C to it."""
    with handing_on(lambda: [process]):
        status = process.wait()
    return status if status >= 0 else 128 - status  # ended by a signal: as shells count it


@contextmanager
def session(odoo=None):
    """Set up if need be, have the database server up, and yield the :class:`Session`."""
    ensure(odoo)
    with postgres.running() as keep_up:
        yield Session(keep_up)
