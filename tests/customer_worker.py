# Part of the complaint management suite. See LICENSE file for full licensing details.
"""One of two browsers, as sheet_worker.py is, in which a customer acts on the page of a complaint.

Started by test_customer_concurrent.py as ``customer_worker.py DATABASE``. What a line calls is called as the
page calls it: on the complaint as the superuser, within Odoo's own repetition.
"""

import json
import sys
import time
from functools import partial
from types import SimpleNamespace

from odoo_inside import Inside
from sheet_worker import tell

from odoo.api import SUPERUSER_ID, Environment
from odoo.service import model as service


def act(inside, uid, model, method, args):
    """Do one thing as the customer, or as a colleague where another user is named."""
    registry = inside.registry.check_signaling()
    complaint_id, *rest = args
    tries = 0

    def attempt(records):
        nonlocal tries
        tries += 1
        return getattr(records.browse(complaint_id), method)(*rest)

    with registry.cursor() as cr:
        env = Environment(cr, uid or SUPERUSER_ID, {})
        env.transaction.default_env = env
        # From here on it sees nothing of what others commit, until it is done again.
        cr.execute("SELECT 1 FROM complaint_complaint LIMIT 1")
        tell(begun=True)
        sys.stdin.readline()
        try:
            result = service.retrying(partial(attempt, env[model]), env)
        except Exception as error:  # noqa: BLE001 - told by the process that waits for this one
            cr.rollback()
            return {"error": type(error).__name__, "message": str(error), "tries": tries}
    return {"result": result if isinstance(result, str) else None, "tries": tries}


def main(database):
    # Odoo waits for seconds before it tries again; the order is what counts here.
    service.time = SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 200))
    inside = Inside(database)
    tell(ready=True)
    for line in sys.stdin:
        tell(**act(inside, **json.loads(line)))


if __name__ == "__main__":
    main(*sys.argv[1:])
