# Part of the complaint management suite. See LICENSE file for full licensing details.
"""IN-10: a complainant gets one letter about one event, whatever happens to the processes that write them."""

import threading
from collections import Counter
from contextlib import contextmanager

import pytest
from odoo_inside import inside_copy

from odoo import fields
from odoo.api import SUPERUSER_ID, Environment

COMPLAINTS = 20
TEMPLATE = "complaint_management.mail_template_received"
PATIENCE = 60  # seconds that a thread may take on a busy machine


@pytest.fixture
def inside(project):
    """Odoo with complaints that were taken over silently: nothing of them is planned."""
    with inside_copy(project) as inside:
        with inside.env(tracking_disable=True) as env:
            complaints = env["complaint.complaint"].create(
                [
                    {"name": f"Complaint {number}", "partner_email": f"customer{number}@example.com"}
                    for number in range(COMPLAINTS)
                ]
            )
            assert not env["complaint.notice"].search([("complaint_id", "in", complaints.ids)])
            inside.complaint_ids = complaints.ids
        yield inside


@contextmanager
def transaction(inside):
    """An environment whose transaction ends as the test says."""
    with inside.registry.cursor() as cr:
        yield Environment(cr, SUPERUSER_ID, {})


def plan(env, inside):
    return env["complaint.complaint"].browse(inside.complaint_ids)._notify_customer("received", TEMPLATE)


def letters(inside):
    """Return how many letters each complainant was written, by the messages and by the mails."""
    with inside.env() as env:
        messages = env["mail.message"].search(
            [("message_type", "=", "auto_comment"), ("res_id", "in", inside.complaint_ids)]
        )
        mails = env["mail.mail"].search([("mail_message_id", "in", messages.ids)])
        assert len(messages) == len(mails)
        states = set(env["complaint.notice"].search([("event", "=", "received")]).mapped("state"))
        return Counter(mails.mapped("email_to")), states


def each_once():
    return {f"customer{number}@example.com": 1 for number in range(COMPLAINTS)}


def test_two_plan_at_once(inside):
    """Two who plan the same from the same view of the data plan it once, and the second one is done again."""
    from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

    planned, tries = [], []

    def plan_too(begun):
        while True:
            try:
                with transaction(inside) as env:
                    env.cr.execute("SELECT 1 FROM complaint_notice LIMIT 1")
                    begun.set()
                    tries.append(1)
                    planned.append(len(plan(env, inside)))
                    env.cr.commit()
                return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                continue

    with transaction(inside) as env:
        planned.append(len(plan(env, inside)))
        begun = threading.Event()
        other = threading.Thread(target=plan_too, args=(begun,))
        other.start()
        assert begun.wait(PATIENCE)
        env.cr.commit()
    other.join(PATIENCE)
    assert planned == [COMPLAINTS, 0]
    assert sum(tries) in (1, 2)
    with inside.env() as env:
        assert env["complaint.notice"].search_count([("event", "=", "received")]) == COMPLAINTS


def test_two_crons_at_once(inside):
    """What one of them works on the other leaves alone; between them each letter is written once."""
    with inside.env() as env:
        plan(env, inside)
    with transaction(inside) as env:
        Notice = env["complaint.notice"]
        taken = Notice._take_due(COMPLAINTS // 2)
        assert len(taken) == COMPLAINTS // 2
        taken._send_due()
        env.flush_all()
        with transaction(inside) as other:
            assert not other["complaint.notice"]._take_due(COMPLAINTS) & taken.with_env(other)
            other["complaint.notice"]._cron_send()
        assert letters(inside)[0].total() == COMPLAINTS - len(taken)
        env.cr.commit()
    assert letters(inside) == (each_once(), {"sent"})


def test_killed(inside):
    """Killed when all is written and nothing committed, in each batch anew, it loses and repeats nothing."""
    with inside.env() as env:
        plan(env, inside)
        due = env["complaint.notice"].search_count([("state", "=", "planned")])
    assert due == COMPLAINTS
    for done in range(0, COMPLAINTS, 5):
        with inside.registry.cursor() as cr:
            notice = Environment(cr, SUPERUSER_ID, {})["complaint.notice"]
            assert notice._run_due(5) == (5, min(5, COMPLAINTS - done - 5))
            notice.env.flush_all()
            # What the database does when the process is gone.
            cr.rollback()
        assert letters(inside)[0].total() == done
        with inside.env() as env:
            env["complaint.notice"]._run_due(5)
    assert letters(inside) == (each_once(), {"sent"})


def test_case_that_is_changed(inside):
    """A complaint that somebody is just changing waits, and holds up no other."""
    with inside.env() as env:
        plan(env, inside)
    with transaction(inside) as busy:
        busy["complaint.complaint"].browse(inside.complaint_ids[0]).name = "Changed"
        busy.flush_all()
        with transaction(inside) as env:
            env["complaint.notice"]._cron_send()
        assert letters(inside)[0].total() == COMPLAINTS - 1
        busy.cr.commit()
    with transaction(inside) as env:
        env["complaint.notice"]._cron_send()
        assert not env["complaint.notice"]._count_due(1)
        assert env["complaint.notice"].search_count([("sent_at", "<=", fields.Datetime.now())]) == COMPLAINTS
    assert letters(inside) == (each_once(), {"sent"})
