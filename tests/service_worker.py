# Part of the complaint management suite. See LICENSE file for full licensing details.
"""One of two browsers, as sheet_worker.py is, which may be a customer or a background job, too.

Started by test_service_concurrent.py as ``service_worker.py DATABASE``. Who calls without a user acts as a
customer on their page. A line ``{"job": [model, method], "size", "kill"}`` is a background job with batches
of that size: where it is killed, that happens when a batch is written and nothing of it committed.
"""

import os
import signal
import sys

from customer_worker import act
from sheet_worker import call, call_from_client, serve, tell

from odoo.api import SUPERUSER_ID, Environment


def run_job(inside, job, size, kill):
    """Be the job, from a view of the data that is taken before it begins."""
    registry = inside.registry.check_signaling()
    model, method = job
    done = []
    with registry.cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        commit = type(env["ir.cron"])._commit_progress

        def commit_and_count(self, processed=0, **kwargs):
            self.env.flush_all()
            if kill:
                os.kill(os.getpid(), signal.SIGKILL)
            result = commit(self, processed, **kwargs)
            done.append(processed)
            return result

        registry["ir.cron"]._commit_progress = commit_and_count
        try:
            cr.execute("SELECT 1 FROM complaint_asset LIMIT 1")
            tell(begun=True)
            sys.stdin.readline()
            getattr(env[model], method)(size)
        finally:
            del registry["ir.cron"]._commit_progress
    return {"done": sum(done)}


def answer(inside, **values):
    """Be the job where a line says so, else somebody with a browser."""
    if "job" in values:
        return run_job(inside, **values)
    return call(inside, **values, how=call_from_client if values["uid"] else act)


if __name__ == "__main__":
    serve(sys.argv[1], answer)
