# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Gives the complaints of a filled database, and the tasks beside them, to customers with an account.

Customers see the same number of both: their tasks as followers, in projects that are open to customers.
Open complaints get time limits, and all get mail of their customer and an acknowledgement.
"""

import sys

from _fill import _spare_foreign_keys

from odoo import api
from odoo.fields import Command

ACCOUNTS = 1000
PASSWORD = "bench-only"
#: Login of a customer with many complaints and of one with some, and how many of 100,000 are theirs.
MANY, SOME = "customer.many", "customer.some"
SHARES = {MANY: 50, SOME: 4000}
#: Messages of the longest complaint of the customer with some.
LONG = 60

OWNERS = """
    CREATE TEMP TABLE bench_owner AS
    SELECT c.id,
           CASE WHEN row_number() OVER (ORDER BY c.id) %% %(every_many)s = 0 THEN %(many)s
                WHEN row_number() OVER (ORDER BY c.id) %% %(every_some)s = 1 THEN %(some)s
                ELSE (%(others)s::int[])[1 + (c.id * 7919) %% cardinality(%(others)s::int[])]
           END AS partner_id
      FROM complaint_complaint c
"""
COMPLAINTS = """
    UPDATE complaint_complaint c
       SET partner_id = p.id, partner_name = p.name, partner_email = p.email, partner_phone = p.phone,
           email_normalized = p.email_normalized, phone_key = '8' || right(p.phone, 8), confidential = FALSE
      FROM bench_owner o JOIN res_partner p ON p.id = o.partner_id
     WHERE o.id = c.id
"""
TASKS = """
    UPDATE project_task t
       SET partner_id = c.partner_id, partner_phone = c.partner_phone, email_from = c.partner_email
      FROM complaint_complaint c
     WHERE c.id = t.id
"""
FORMER_FOLLOWERS = """
    DELETE FROM mail_followers f USING res_partner p
     WHERE p.id = f.partner_id AND p.partner_share
       AND f.res_model IN ('project.task', 'complaint.complaint')
"""
FOLLOWERS = """
    INSERT INTO mail_followers (res_model, res_id, partner_id)
    SELECT 'project.task', id, partner_id FROM bench_owner
"""
PROJECTS = "UPDATE project_project SET privacy_visibility = 'portal'"
CLOCKS = """
    INSERT INTO complaint_deadline (
           complaint_id, company_id, calendar_id, milestone, round, start, due, reached_at, state,
           extension, level, fault_count, create_uid, write_uid, create_date, write_date)
    SELECT c.id, c.company_id, %(calendar)s, m.milestone, 0, c.received_at, c.received_at + m.days,
           CASE WHEN m.milestone = 'respond' OR c.closed_at IS NOT NULL THEN c.received_at END,
           CASE WHEN m.milestone = 'respond' OR c.closed_at IS NOT NULL THEN 'met'
                WHEN c.received_at + m.days > %(now)s THEN 'running' ELSE 'breached' END,
           0, 0, 0, 1, 1, c.received_at, c.received_at
      FROM complaint_complaint c
     CROSS JOIN (VALUES ('respond', interval '1 day'), ('propose', interval '30 days'),
                        ('report', interval '60 days')) AS m (milestone, days)
"""
MESSAGES = """
    INSERT INTO mail_message (id, model, res_id, message_type, subtype_id, author_id, email_from, subject,
                              body, message_id, is_internal, date,
                              create_uid, write_uid, create_date, write_date)
    SELECT nextval('mail_message_id_seq'), 'complaint.complaint', c.id,
           CASE WHEN n %% 2 = 1 THEN 'email' ELSE 'auto_comment' END, %(comment)s,
           CASE WHEN n %% 2 = 1 THEN c.partner_id ELSE %(company_partner)s END, c.partner_email, c.name,
           '<p>' || left(c.description, 200) || '</p>', '<' || c.id || '.' || n || '@portal.example>', FALSE,
           c.received_at + n * interval '1 minute', 1, 1, c.received_at, c.received_at
      FROM complaint_complaint c
     CROSS JOIN generate_series(1, %(long)s) n
     WHERE n <= 2 OR c.id = (SELECT max(id) FROM bench_owner WHERE partner_id = %(some)s)
"""
RECIPIENTS = """
    INSERT INTO mail_message_res_partner_rel (mail_message_id, res_partner_id)
    SELECT m.id, c.partner_id
      FROM mail_message m JOIN complaint_complaint c ON c.id = m.res_id
     WHERE m.model = 'complaint.complaint' AND m.message_type = 'auto_comment'
"""
TOKENS = """
    UPDATE complaint_complaint
       SET access_token = gen_random_uuid()::text, access_token_date = %(now)s
     WHERE access_token IS NULL
"""


def fill(env):
    """Fill a database that holds complaints and tasks already."""
    partners = env["res.partner"].search(
        [("email", "=like", "customer%@example.com"), ("is_company", "=", False), ("parent_id", "=", False)],
        order="id",
        limit=ACCOUNTS,
    )
    users = _accounts(env, partners)
    env.cr.execute("SELECT now() AT TIME ZONE 'UTC'")
    values = {
        "now": env.cr.fetchone()[0],
        "many": users[0].partner_id.id,
        "some": users[1].partner_id.id,
        "others": users[2:].partner_id.ids,
        "every_many": SHARES[MANY],
        "every_some": SHARES[SOME],
        "calendar": env.company.resource_calendar_id.id,
        "comment": env.ref("mail.mt_comment").id,
        "company_partner": env.company.partner_id.id,
        "long": LONG,
    }
    env.flush_all()
    _spare_foreign_keys(env.cr)
    statements = (
        *(OWNERS, COMPLAINTS, TASKS, FORMER_FOLLOWERS, FOLLOWERS, PROJECTS),
        *(CLOCKS, MESSAGES, RECIPIENTS, TOKENS),
    )
    for statement in statements:
        env.cr.execute(statement, values)
    # What the rows made anew would ask for has nothing to do with customers.
    env["complaint.deadline.recompute"].search([]).unlink()
    # Everybody may send as often as they like, and needs no answer to a captcha.
    env.company.write({"complaint_form_per_address": 0, "complaint_form_per_contact": 0})


def _accounts(env, partners):
    """Make an account of each of these customers."""
    portal = env.ref("base.group_portal")
    logins = [MANY, SOME, *(f"customer.{partner.id}" for partner in partners[2:])]
    Users = env["res.users"].with_context(
        no_reset_password=True, mail_create_nolog=True, mail_create_nosubscribe=True
    )
    users = Users.create(
        [
            {
                "partner_id": partner.id,
                "login": login,
                "name": partner.name,
                "email": partner.email,
                "group_ids": [Command.set(portal.ids)],
                "tz": "Asia/Shanghai",
            }
            for partner, login in zip(partners, logins, strict=True)
        ]
    )
    users[:2].write({"password": PASSWORD})
    return users


def main(database):
    """Fill a database in a process of its own."""
    from _harness import start

    with start(database).cursor() as cr:
        fill(api.Environment(cr, api.SUPERUSER_ID, {"lang": "en_US"}))


if __name__ == "__main__":
    main(*sys.argv[1:])
