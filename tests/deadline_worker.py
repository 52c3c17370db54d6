# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Works off time limits in processes of their own, which may be killed at any moment.

Started by test_deadline_cron.py as ``deadline_worker.py DATABASE BATCH``. It loads Odoo once and says
``ready SECONDS``, the time one batch took in a transaction that left nothing behind. For each line
``MOMENT SECONDS`` on its input it starts a process that works off what is due at that moment; after so
many seconds it kills it. It answers ``STATUS CLOCKS``: the exit status (-9 when killed) and how many
clocks were worked off in whole batches.
"""

import os
import select
import signal
import sys
import time
import traceback
from datetime import datetime

from odoo_inside import Inside

from odoo import fields
from odoo.api import SUPERUSER_ID, Environment
from odoo.sql_db import close_all


def work_off(inside, batch, moment, told):
    """Be the cron, at a moment; tell the number of clocks as each batch is committed."""
    fields.Datetime.now = staticmethod(lambda *_args: moment)
    with inside.env() as env:
        commit = type(env["ir.cron"])._commit_progress

        def commit_and_tell(self, processed=0, **kwargs):
            result = commit(self, processed, **kwargs)
            os.write(told, b"%d\n" % processed)
            return result

        env.registry["ir.cron"]._commit_progress = commit_and_tell
        env["complaint.deadline"]._cron_run_events(batch)


def run(inside, batch, moment, seconds):
    """Work off in a process that is killed after so many seconds; return (status, clocks)."""
    close_all()  # a connection cannot be shared with the child
    out, told = os.pipe()
    begun = time.monotonic()
    child = os.fork()
    if not child:
        os.close(out)
        status = 1
        try:
            work_off(inside, batch, moment, told)
            status = 0
        except BaseException:  # noqa: BLE001 - told by the process that waits for this one
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(told)
    numbers = b""
    while True:
        left = None if seconds is None else max(begun + seconds - time.monotonic(), 0)
        ready, _, _ = select.select([out], [], [], left)
        if not ready:
            os.kill(child, signal.SIGKILL)
            seconds = None
            continue
        piece = os.read(out, 4096)
        if not piece:
            break
        numbers += piece
    os.close(out)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), sum(map(int, numbers.split()))


def warm_up(inside, batch):
    """Have everything loaded that a worker has after its first batch; return what one takes."""
    seconds = 0.0
    for _round in range(2):
        with inside.registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            deadlines = env["complaint.deadline"].search([("level", "=", 0)], order="due desc", limit=batch)
            begun = time.monotonic()
            deadlines._run_events()
            env.flush_all()
            seconds = time.monotonic() - begun
            env.transaction.clear()
            cr.rollback()
    return seconds


def main(database, batch):
    inside = Inside(database)
    print("ready", warm_up(inside, int(batch)), flush=True)
    for line in sys.stdin:
        moment, seconds = line.split()
        answer = run(
            inside, int(batch), datetime.fromisoformat(moment), None if seconds == "inf" else float(seconds)
        )
        print(*answer, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
