"""Work off what is due in batches, so that a cron may be killed at any moment and run twice at once, and so
that a faulty record stops no other.
"""

import random
import time

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

#: After how many tries in vain what others are changing is left to the next run.
MAX_CONFLICTS = 6


def run_batches(env, run, size):
    """Work off batches, with a commit after each; a batch that came too late is done again, smaller.

    :param env: environment of the cron
    :param run: takes the size of a batch; returns how many were done, and how many are left at least
    :param int size: of the largest batch
    """
    cron, conflicts, batch = env["ir.cron"], 0, size
    while conflicts < MAX_CONFLICTS:
        try:
            done, left = run(batch)
            time_left = cron._commit_progress(done, remaining=left)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # Somebody has changed one of the cases meanwhile; nobody has been told anything yet.
            env.cr.rollback()
            batch, done = max(batch // 4, 1), 0
        else:
            if not left or not time_left:
                return
            batch = min(2 * batch, size)
        conflicts = 0 if done else conflicts + 1
        if conflicts:
            # What is left is being worked on by others.
            time.sleep(random.uniform(0.02, 0.04) * 2**conflicts)


def one_by_one(records, act):
    """Do something about records, together if that works, else one by one; nothing stays of what failed.

    :param act: function of records
    :return: those with which it failed, as list of (record, exception)
    """
    if not records:
        return []
    env = records.env
    try:
        with env.cr.savepoint():
            act(records)
            env.flush_all()
        return []
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as fault:  # whatever it is, the others go on
        env.invalidate_all(flush=False)
        if len(records) == 1:
            return [(records, fault)]
    return [failed for record in records for failed in one_by_one(record, act)]
