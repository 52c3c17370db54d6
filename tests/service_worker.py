# Part of the complaint management suite. See LICENSE file for full licensing details.
"""One of two browsers, as sheet_worker.py is, which may be a customer or a background job, too.

Started by test_service_concurrent.py as ``service_worker.py DATABASE``. Who calls without a user acts as a
customer on their page. A line ``{"job": [model, method], "size", "kill"}`` is a background job with batches
of that size: where it is killed, that happens when a batch is written and nothing of it committed.
"""

import sys

from customer_worker import act
from job_worker import run_job
from sheet_worker import call, call_from_client, serve


def answer(inside, **values):
    """Be the job where a line says so, else somebody with a browser."""
    if "job" in values:
        return {"done": sum(run_job(inside, *values["job"], values["size"], values["kill"]))}
    return call(inside, **values, how=call_from_client if values["uid"] else act)


if __name__ == "__main__":
    serve(sys.argv[1], answer)
