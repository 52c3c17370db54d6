# Part of the complaint management suite. See LICENSE file for full licensing details.
"""One of two browsers, as sheet_worker.py is, which may be the background job that tells approvers, too.

Started by test_solution_concurrent.py as ``solution_worker.py DATABASE``. A line ``{"tell": N, "kill": …}``
is the job with batches of N: where it is killed, that happens when all is written and nothing committed.
"""

import json
import os
import signal
import sys
import time
from types import SimpleNamespace

from odoo_inside import Inside
from sheet_worker import call, tell

from odoo.api import SUPERUSER_ID, Environment
from odoo.service import model as service


def tell_approvers(inside, size, kill):
    """Be the job, from a view of the data that is taken before it begins."""
    registry = inside.registry.check_signaling()
    told = []
    with registry.cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        commit = type(env["ir.cron"])._commit_progress

        def commit_and_count(self, processed=0, **kwargs):
            self.env.flush_all()
            if kill:
                os.kill(os.getpid(), signal.SIGKILL)
            result = commit(self, processed, **kwargs)
            told.append(processed)
            return result

        registry["ir.cron"]._commit_progress = commit_and_count
        try:
            cr.execute("SELECT 1 FROM complaint_approval LIMIT 1")
            tell(begun=True)
            sys.stdin.readline()
            env["complaint.approval"]._cron_tell(size)
        finally:
            del registry["ir.cron"]._commit_progress
    return {"told": told}


def main(database):
    # Odoo waits for seconds before it tries again; the order is what counts here.
    service.time = SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 200))
    inside = Inside(database)
    tell(ready=True)
    for line in sys.stdin:
        values = json.loads(line)
        if "tell" in values:
            tell(**tell_approvers(inside, values["tell"], values["kill"]))
        else:
            tell(**call(inside, **values))


if __name__ == "__main__":
    main(*sys.argv[1:])
