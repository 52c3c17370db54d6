# Part of the complaint management suite. See LICENSE file for full licensing details.
"""One of two browsers, as sheet_worker.py is, which may be the background job that tells approvers, too.

Started by test_solution_concurrent.py as ``solution_worker.py DATABASE``. A line ``{"tell": N, "kill": …}``
is the job with batches of N: where it is killed, that happens when all is written and nothing committed.
"""

import os
import signal
import sys

from sheet_worker import call, serve, tell

from odoo.api import SUPERUSER_ID, Environment


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


def answer(inside, **values):
    """Be the job where a line says so, else a browser."""
    if "tell" in values:
        return tell_approvers(inside, values["tell"], values["kill"])
    return call(inside, **values)


if __name__ == "__main__":
    serve(sys.argv[1], answer)
