# Part of the complaint management suite. See LICENSE file for full licensing details.
"""One of two browsers that act at the same moment, as a worker of the web server would serve it.

Started by test_dispatch_concurrent.py as ``sheet_worker.py DATABASE``. It loads Odoo and says ``{"ready":
true}``. For each line ``{"uid", "model", "method", "args"}`` on its input it begins a transaction, says
``{"begun": true}`` once its view of the data is taken, and waits for another line; then it calls the method
with Odoo's own repetition and says what came of it: ``result``, or ``error`` and ``message``, and how many
``tries`` it took.
"""

import json
import sys
import time
from functools import partial
from types import SimpleNamespace

from odoo_inside import Inside

from odoo.api import SUPERUSER_ID, Environment
from odoo.service import model as service


def call_from_client(recs, method, args):
    """Call a method as a web client does."""
    return service.call_kw(recs, method, args, {})


def call(inside, uid, model, method, args, how=call_from_client):
    """Call a method as the web server does, and tell how it ended.

    :param int uid: who calls it; nobody: the superuser
    :param how: takes the model, the name of the method and its arguments
    """
    registry = inside.registry.check_signaling()
    tries = 0

    def attempt(recs):
        nonlocal tries
        tries += 1
        return how(recs, method, args)

    with registry.cursor() as cr:
        env = Environment(cr, uid or SUPERUSER_ID, {})
        env.transaction.default_env = env
        # From here on it sees nothing of what others commit, until it is done again.
        cr.execute("SELECT 1 FROM complaint_dispatch LIMIT 1")
        tell(begun=True)
        sys.stdin.readline()
        try:
            result = service.retrying(partial(attempt, env[model]), env)
        except Exception as error:  # noqa: BLE001 - told by the process that waits for this one
            # Leaving the cursor without an error would keep what was done before it.
            cr.rollback()
            return {"error": type(error).__name__, "message": str(error), "tries": tries}
    return {"result": result, "tries": tries}


def tell(**values):
    print(json.dumps(values, default=str), flush=True)


def serve(database, answer):
    """Be up, and answer each line.

    :param answer: takes Odoo and the values of a line; returns what is told of it
    """
    # Odoo waits for seconds before it tries again; the order is what counts here.
    service.time = SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 200))
    inside = Inside(database)
    tell(ready=True)
    for line in sys.stdin:
        tell(**answer(inside, **json.loads(line)))


if __name__ == "__main__":
    serve(sys.argv[1], call)
