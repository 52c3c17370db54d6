# Part of the complaint management suite. See LICENSE file for full licensing details.
"""What the tool says: plain lines, progress of long steps, and faults with their remedy."""

import subprocess
import sys
import threading
import time
from contextlib import contextmanager

from .paths import LOGS, shown

HEARTBEAT = 30  # seconds between two signs of life where the output is no terminal


class DevError(Exception):
    """An expected fault: ``what`` happened and, one line each, what to do about it."""

    def __init__(self, what, *remedies):
        super().__init__(what)
        self.what = what
        self.remedies = remedies


def say(text=""):
    """Print one line at once."""
    print(text, flush=True)


def warn(text):
    """Print one line to standard error."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title, measure=None):
    """Show ``title`` and the time it takes; ``measure()`` may tell how far it is, as text."""
    start = time.monotonic()
    done = threading.Event()
    terminal = sys.stdout.isatty()

    def state():
        extra = measure() if measure else ""
        return f"{time.monotonic() - start:.0f} s" + (f", {extra}" if extra else "")

    def tick():
        while not done.wait(0.5 if terminal else HEARTBEAT):
            if terminal:
                print(f"\r\033[K  {title} ... {state()}", end="", flush=True)
            else:
                say(f"  {title} ... {state()}")

    print(f"  {title} ...", end="" if terminal else "\n", flush=True)
    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    word = "stopped"
    try:
        yield
        word = "done"
    finally:
        done.set()
        ticker.join()
        lead = "\r\033[K" if terminal else ""
        say(f"{lead}  {title}: {word} ({time.monotonic() - start:.0f} s)")


def megabytes(*folders):
    """Return a ``measure`` for :func:`step`: what lies in ``folders``, in MB."""

    def measure():
        total = 0
        for folder in folders:
            for path in folder.rglob("*"):
                try:
                    total += path.lstat().st_size
                except OSError:  # moved away while we look
                    continue
        return f"{total / 1e6:.0f} MB"

    return measure


def tell(fault):
    """Print a :class:`DevError`."""
    warn(f"\n{fault.what}")
    for remedy in fault.remedies:
        warn(f"  {remedy}")


def run_logged(command, log_name, **kwargs):
    """Run ``command`` with its output in a log file; return (exit status, log path)."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / log_name
    with log.open("w", encoding="utf-8", errors="replace") as stream:
        stream.write("+ " + " ".join(map(str, command)) + "\n")
        stream.flush()
        result = subprocess.run(
            list(map(str, command)),
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
            **kwargs,
        )
    return result.returncode, log


def explain(log, what, *remedies):
    """Build the :class:`DevError` for a command that failed, from what its log tells."""
    text = log.read_text(encoding="utf-8", errors="replace")
    low = text.lower()
    if "no space left on device" in low:
        return no_room(what)
    if any(sign in low for sign in NO_NETWORK):
        return DevError(
            f"{what}: there is no network, or the server did not answer.",
            "Check the connection (and proxy settings) and run the same command again:",
            "what was fetched so far is kept.",
            f"Details: {shown(log)}",
        )
    told = any(remedy.startswith("  | ") for remedy in remedies)
    tail = [] if told else [line for line in text.splitlines() if line.strip()][-8:]
    return DevError(
        f"{what}.", *remedies, *(f"  | {line[:200]}" for line in tail), f"The whole output: {shown(log)}"
    )


NO_NETWORK = (
    "temporary failure",
    "name or service not known",
    "could not resolve",
    "nodename nor servname",
    "network is unreachable",
    "no route to host",
    "(from versions: none)",  # pip, where no index answers
    "connection refused",
    "connection timed out",
    "failed to establish a new connection",
    "cannot connect to proxy",
    "unable to connect to proxy",
    "max retries exceeded",
    "could not connect to",
    "unable to connect",
    "proxyerror",
    "newconnectionerror",
)


def no_room(what):
    """Build the :class:`DevError` for a full disk."""
    return DevError(
        f"{what}: no room left on the disk.",
        "Free some space (a complete set-up takes about 4 GB, the shared cache 0.3 GB);",
        "'./dev clean' removes this checkout's share. Then run the same command again.",
    )
