# Part of the complaint management suite. See LICENSE file for full licensing details.
"""What a process of the concurrency tests does as a background job; see service_worker.py."""

import os
import signal
import sys

from sheet_worker import tell

from odoo.api import SUPERUSER_ID, Environment


def run_job(inside, model, method, size, kill):
    """Be a background job, from a view of the data that is taken before it begins.

    :param str model: whose method is called with ``size``, how many make a batch
    :param bool kill: die when the first batch is written and nothing of it committed
    :return: list of how many were done in each batch
    """
    registry = inside.registry.check_signaling()
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
            cr.execute(f'SELECT 1 FROM "{env[model]._table}" LIMIT 1')
            tell(begun=True)
            sys.stdin.readline()
            getattr(env[model], method)(size)
        finally:
            del registry["ir.cron"]._commit_progress
    return done
