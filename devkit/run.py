# Part of the complaint management suite. See LICENSE file for full licensing details.
"""``./dev run``: Odoo with both add-ons and demo data on this machine's loopback."""

import errno
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from . import databases, postgres, ui
from .environment import odoo_command, session, wait
from .log_guard import ENTRY
from .paths import ADDONS, LOGS, shown
from .stamps import Stamp

DATABASE = "complaint_demo"
STAMP = Stamp("demo")
# Who can log in to the demo: login, password, who that is.
LOGINS = (
    ("clerk", "clerk", "first contact: receives complaints"),
    ("handler", "handler", "handles the cases of two teams"),
    ("leader", "leader", "leads the teams and decides what is in doubt"),
    ("manager", "manager", "sees and configures all of complaints"),
    ("quality", "quality", "reads all, to improve"),
    ("auditor", "auditor", "reads all, writes nothing"),
    ("finance", "finance", "head of a department: answers sheets, no role in complaints"),
    ("workshop", "workshop", "head of the workshop: answers sheets, plans and configures service"),
    ("advisor", "advisor", "service advisor: takes orders in, quotes, hands over"),
    ("technician", "technician", "works on service orders, on a phone"),
    ("admin", "admin", "administrator"),
    ("portal", "portal", "customer, on the portal"),
)
LOUD = ("WARNING", "ERROR", "CRITICAL")


def run(arguments, passed_on):
    """Install or upgrade what is needed, serve until Ctrl-C; return the exit status."""
    check_port(arguments.port)  # before the minutes that a first set-up takes
    gevent_port = check_port(arguments.port + 3) if arguments.workers else None
    with session(arguments.odoo) as project:
        _prepare(project, arguments)
        check_port(arguments.port)
        options = ["-d", DATABASE, "--db-filter", f"^{DATABASE}$", "--http-port", arguments.port]
        options += ["--http-interface", "127.0.0.1"]
        if arguments.workers:
            options += ["--workers", arguments.workers, "--gevent-port", gevent_port]
        return _serve(project, [*options, *passed_on], arguments)


def check_port(port):
    """Return ``port`` if it is free on the loopback; raise otherwise."""
    if not 0 < port < 65536:
        raise ui.DevError(f"{port} is no port.", "Ports go from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as fault:
            if fault.errno == errno.EACCES:
                raise ui.DevError(
                    f"Port {port} is for root alone.", "Choose another: ./dev run --port 8069"
                ) from None
            if fault.errno != errno.EADDRINUSE:
                raise
            raise ui.DevError(
                f"Port {port} is taken by another program.",
                f"Stop that program, or choose another port: ./dev run --port {_free_port(port)}",
            ) from None
    return port


def _free_port(port):
    """A port near ``port`` that is free now."""
    for candidate in range(port + 10, min(port + 1000, 65000), 10):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return candidate
    return 0


def _prepare(project, arguments):
    """Have the demo database hold the add-ons as they are now."""
    wanted = {"addons": databases.addons_digest(), "odoo": databases.level_one_name()}
    known = STAMP.read()
    exists = DATABASE in databases.names()
    if exists and known is None and postgres.is_external() and not arguments.fresh:
        raise ui.DevError(
            f"The PostgreSQL server has a database {DATABASE} that this checkout did not make.",
            "./dev run --fresh replaces it.",
        )
    # An installation that was broken off has no stamp: it begins anew.
    if arguments.fresh or not exists or known is None or known["odoo"] != wanted["odoo"]:
        STAMP.clear()
        databases.copy(databases.level_one(project, demo=True), DATABASE)
        _change(project, "Demo database, made new", "-i", "--with-demo")
    elif known != wanted:
        _change(project, "Demo database, brought up to the add-ons' sources", "-u")
    missing = [code for code in arguments.lang if not _has_language(code)]
    if missing:
        with ui.step(f"Languages: {', '.join(missing)}"):
            status, log = project.odoo(
                "i18n", "loadlang", "-d", DATABASE, "-l", *missing, log_name="run-lang.log"
            )
        if status or not all(map(_has_language, missing)):
            raise ui.explain(
                log, f"Loading {', '.join(missing)} failed", "Codes look like zh_CN, de_DE, fr_FR."
            )
    STAMP.write(wanted)


def _change(project, title, option, *more):
    with ui.step(title):
        status, log = project.odoo(
            "-d",
            DATABASE,
            option,
            ",".join(ADDONS),
            *more,
            "--stop-after-init",
            "--no-http",
            log_name="run-install.log",
        )
    # Odoo may end well without having installed an add-on: the database tells.
    if status or not databases.has_addons(DATABASE) or not databases.has_demo(DATABASE):
        raise ui.explain(
            log,
            "The add-ons and their demo data could not be put into the demo database",
            *databases.first_errors(log),
            "With the cause removed, run the same command again; --fresh begins with a new database.",
        )


def _has_language(code):
    return bool(databases.psql(f"SELECT 1 FROM res_lang WHERE code = '{code}' AND active", DATABASE))


def _serve(project, options, arguments):
    address = f"http://127.0.0.1:{arguments.port}"
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / "run.log"
    # In a group of its own, Odoo gets one Ctrl-C, from us: a second one would cut it off.
    process = project.start(
        odoo_command(*options),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    reader = threading.Thread(target=_show, args=(process.stdout, log, arguments.verbose), daemon=True)
    reader.start()
    threading.Thread(target=_announce, args=(process, address, log), daemon=True).start()
    status = wait(process)
    reader.join(timeout=5)
    if status and status < 128:  # not by a signal of ours
        raise ui.explain(log, "Odoo ended by itself")
    ui.say("Odoo has stopped.")
    return 0


def _show(stream, log, verbose):
    """Copy Odoo's output to the log; show all of it, or what is a warning and worse."""
    loud = False
    with log.open("w", encoding="utf-8") as kept:
        for line in stream:
            kept.write(line)
            kept.flush()
            entry = ENTRY.match(line)
            loud = entry["level"] in LOUD if entry else loud
            if verbose or loud:
                sys.stdout.write(line)
                sys.stdout.flush()


def _announce(process, address, log):
    """Say where Odoo is as soon as it answers."""
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/web/health", timeout=5):
                break
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    else:
        return
    width = max(len(login) for login, _password, _who in LOGINS)
    lines = [f"  {login:<{width}} / {password:<{width}}  {who}" for login, password, who in LOGINS]
    ui.say(f"\nOdoo is running: {address}\nLog in as (name / password)")
    ui.say("\n".join(lines))
    ui.say(f"Log: {shown(log)}. Ctrl-C stops it (process {os.getpid()}).\n")
