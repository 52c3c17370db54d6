# Part of the complaint management suite. See LICENSE file for full licensing details.
"""One of two browsers, as sheet_worker.py is, which may be the background job that tells approvers, too.

Started by test_solution_concurrent.py as ``solution_worker.py DATABASE``. A line ``{"tell": N, "kill": …}``
is the job with batches of N: where it is killed, that happens when all is written and nothing committed.
"""

import sys

from job_worker import run_job
from sheet_worker import call, serve


def answer(inside, **values):
    """Be the job where a line says so, else a browser."""
    if "tell" in values:
        return {"told": run_job(inside, "complaint.approval", "_cron_tell", values["tell"], values["kill"])}
    return call(inside, **values)


if __name__ == "__main__":
    serve(sys.argv[1], answer)
