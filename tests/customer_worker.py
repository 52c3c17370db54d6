# Part of the complaint management suite. See LICENSE file for full licensing details.
"""One of two browsers, as sheet_worker.py is, in which a customer acts on the page of a complaint.

Started by test_customer_concurrent.py as ``customer_worker.py DATABASE``. What a line calls is called as the
page calls it: on the complaint as the superuser, within Odoo's own repetition.
"""

import sys
from functools import partial

from sheet_worker import call, serve


def act(complaints, method, args):
    """Do one thing as the customer does it on the page, or as a colleague where another user is named."""
    complaint_id, *rest = args
    result = getattr(complaints.browse(complaint_id), method)(*rest)
    return result if isinstance(result, str) else None


if __name__ == "__main__":
    serve(sys.argv[1], partial(call, how=act))
