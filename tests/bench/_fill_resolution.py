# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Gives a database of complaints solutions with three approvals each, decided ones and waiting ones.

People and rules are made through the ORM, the masses by INSERT … SELECT. All is derived from row numbers.
"""

import sys

from odoo import api
from odoo.fields import Command

#: So many agreements a solution needs.
LEVELS = 3
#: Who agrees to the request that is measured, in this order: somebody without any complaint group, a handler
#: who agrees to much, a manager.
APPROVER, HANDLER, MANAGER = "approver0", "handler0", "manager"
#: Handlers of the same team: who proposes and was never asked for anything, and who was once.
PROPOSER, ONCE_ASKED = "handler40", "handler60"
OTHERS = 8

# Those that wait belong to open complaints. Complaints in the step of the solution stay free for what is
# measured.
REQUESTS = """
    CREATE TEMP TABLE bench_request AS
    SELECT row_number() OVER (ORDER BY waits, complaint_id) - 1 AS number, r.*
      FROM ((SELECT FALSE AS waits, id AS complaint_id, company_id, team_id, user_id, received_at
               FROM complaint_complaint
              WHERE closed_at IS NOT NULL OR step IN ('execution', 'feedback', 'follow_up')
              ORDER BY hashint8extended(id, 51) LIMIT %(decided_solutions)s)
             UNION ALL
            (SELECT TRUE, id, company_id, team_id, user_id, received_at
               FROM complaint_complaint c
              WHERE closed_at IS NULL AND step IN ('new', 'triage', 'dispatch',
              'investigation') AND NOT confidential
                AND NOT EXISTS (SELECT FROM complaint_complaint_excluded_rel x WHERE x.complaint_id = c.id)
              ORDER BY hashint8extended(id, 52) LIMIT %(waiting)s)) r
"""
SOLUTIONS = """
    INSERT INTO complaint_solution (
           id, complaint_id, company_id, team_id, version, round, state, reasonable, assessment,
           ground_contract,
           offer, amount_total, customer_currency_id, request_count, proposed_by_id, submitted_at,
           approved_at,
           offered_at, answered_at, answer, final, changed_at, changed_by_id,
           create_uid, write_uid, create_date, write_date)
    SELECT %(first_solution)s + number, complaint_id, company_id, team_id, 1, 0,
           CASE WHEN waits THEN 'submitted' ELSE 'accepted' END, 'yes',
           'We sold it as new, and it was not.', 'Clause 7 of the order', 'We take it back.',
           100 + number %% 900, %(currency)s, 1, %(proposer)s, received_at,
           CASE WHEN NOT waits THEN received_at + interval '2 days' END,
           CASE WHEN NOT waits THEN received_at + interval '3 days' END,
           CASE WHEN NOT waits THEN received_at + interval '4 days' END,
           CASE WHEN NOT waits THEN 'accepted' END, FALSE, received_at, %(proposer)s,
           %(proposer)s, %(proposer)s, received_at, received_at
      FROM bench_request
"""
COUNTS = """
    UPDATE complaint_complaint SET solution_count = 1 WHERE id IN (SELECT complaint_id FROM bench_request)
"""
REMEDIES = """
    INSERT INTO complaint_remedy (
           solution_id, complaint_id, company_id, team_id, sequence, type_id, description, amount, state,
           user_id,
           agreed_at, done_at, done_by_id, round, create_uid, write_uid, create_date, write_date)
    SELECT %(first_solution)s + number, complaint_id, company_id, team_id, n, (%(types)s::int[])[n],
           'As agreed', CASE n WHEN 2 THEN 100 + number %% 900 ELSE 0 END,
           CASE WHEN waits THEN 'planned' ELSE 'done' END, o.id,
           CASE WHEN NOT waits THEN received_at + interval '4 days' END,
           CASE WHEN NOT waits THEN received_at + interval '9 days' END, CASE WHEN NOT waits THEN o.id END,
           0, %(proposer)s, %(proposer)s, received_at, received_at
      FROM bench_request
     CROSS JOIN generate_series(1, 2) n
     CROSS JOIN LATERAL (SELECT (%(owners)s::int[])[1 + number %% cardinality(%(owners)s)] AS id) o
"""
# One request in five may be decided by anybody of them, as where a rule names a group.
APPROVALS = """
    INSERT INTO complaint_approval (
           id, solution_id, complaint_id, company_id, team_id, request, sequence, name, state, kind,
           named_user_id,
           level, amount, approver_id, asked_at, told_at, decided_at,
           create_uid, write_uid, create_date, write_date)
    SELECT %(first_approval)s + number * %(levels)s + n, %(first_solution)s + number, complaint_id,
    company_id,
           team_id, 1, n + 1, 'Level ' || n + 1,
           CASE WHEN NOT waits THEN 'approved' WHEN n = 0 THEN 'waiting' ELSE 'pending' END, 'user', p.id, 0,
           100 + number %% 900, CASE WHEN NOT waits THEN p.id END, asked_at, asked_at,
           CASE WHEN NOT waits THEN asked_at + interval '5 hours' END,
           %(proposer)s, %(proposer)s, received_at, received_at
      FROM bench_request
     CROSS JOIN generate_series(0, %(levels)s - 1) n
     CROSS JOIN LATERAL (SELECT (%(approvers)s::int[])[1 + (number + n) %% cardinality(%(approvers)s)] AS
     id) p
     CROSS JOIN LATERAL (SELECT CASE WHEN NOT waits OR n = 0
                                     THEN received_at + n * interval '8 hours' END AS asked_at) a
     WHERE waits OR number * %(levels)s + n < %(decided)s
"""
ASKED = """
    INSERT INTO complaint_approval_user_rel (approval_id, user_id)
    SELECT id, named_user_id FROM complaint_approval WHERE id >= %(first_approval)s AND state <> 'pending'
     UNION
    SELECT a.id, p.id
      FROM complaint_approval a
     CROSS JOIN unnest(%(approvers)s::int[]) p (id)
     WHERE a.id >= %(first_approval)s AND state <> 'pending' AND a.solution_id %% 5 = 0
"""
ONCE = """
    INSERT INTO complaint_approval_user_rel (approval_id, user_id)
    SELECT max(id), %(once_asked)s FROM complaint_approval WHERE id >= %(first_approval)s AND state <>
    'pending'
"""
ACTIVITIES = """
    INSERT INTO mail_activity (res_model_id, res_model, res_id, res_name, activity_type_id, user_id, active,
                               automated, summary, date_deadline, create_uid, write_uid, create_date,
                               write_date)
    SELECT %(model_id)s, 'complaint.solution', a.solution_id, 'Solution', %(activity_type)s, r.user_id, TRUE,
           FALSE, 'Approve', a.asked_at::date, 1, 1, a.asked_at, a.asked_at
      FROM complaint_approval a JOIN complaint_approval_user_rel r ON r.approval_id = a.id
     WHERE a.id >= %(first_approval)s AND a.state = 'waiting'
"""
NOTES = """
    INSERT INTO mail_message (model, res_id, message_type, subtype_id, author_id, body, message_id,
    is_internal,
                              date, create_uid, write_uid, create_date, write_date)
    SELECT 'complaint.solution', a.solution_id, 'notification', %(note)s, u.partner_id, 'Approved.',
           '<approval.' || a.id || '@bench.example.com>', TRUE, a.decided_at, u.id, u.id, a.decided_at,
           a.decided_at
      FROM complaint_approval a JOIN res_users u ON u.id = a.approver_id
     WHERE a.id >= %(first_approval)s
"""
MEMORY = """
    UPDATE res_users SET complaint_asked = TRUE
     WHERE id = ANY(%(approvers)s) OR id = ANY(%(owners)s) OR id = %(once_asked)s
"""
TABLES = (
    "complaint_solution",
    "complaint_remedy",
    "complaint_approval",
    "complaint_approval_user_rel",
    "mail_activity",
    "mail_message",
)


def fill(env, decided, waiting):
    """Fill a database of complaints with so many decided agreements, and so many that wait."""
    from _fill import _drop_indexes, _spare_foreign_keys

    users = _people(env)
    _rules(env, users)
    env.flush_all()
    cr = env.cr
    values = {
        "decided": decided,
        "decided_solutions": -(-decided // LEVELS),
        "waiting": waiting,
        "levels": LEVELS,
        "currency": env.company.currency_id.id,
        "types": [
            env.ref(f"complaint_management.complaint_remedy_type_{name}").id
            for name in ("return", "compensation")
        ],
        "proposer": users[PROPOSER].id,
        "once_asked": users[ONCE_ASKED].id,
        "approvers": [
            users[login].id
            for login in (APPROVER, HANDLER, MANAGER, *(f"approver{n}" for n in range(1, OTHERS)))
        ],
        # Of the second team, so that nobody else of the first was ever asked.
        "owners": [users[f"handler{number}"].id for number in (0, *range(1, 200, 20))],
        "model_id": env["ir.model"]._get_id("complaint.solution"),
        "activity_type": env.ref("complaint_management.mail_activity_type_approval").id,
        "note": env.ref("mail.mt_note").id,
    }
    for table in ("complaint_solution", "complaint_approval"):
        cr.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
        values[f"first_{table.removeprefix('complaint_')}"] = cr.fetchone()[0]
    _spare_foreign_keys(cr)
    indexing = _drop_indexes(cr, TABLES)
    for statement in (
        REQUESTS,
        SOLUTIONS,
        COUNTS,
        REMEDIES,
        APPROVALS,
        ASKED,
        ONCE,
        ACTIVITIES,
        NOTES,
        MEMORY,
    ):
        cr.execute(statement, values)
    for statement in indexing:
        cr.execute(statement)
    for table in ("complaint_solution", "complaint_approval"):
        cr.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")


def _people(env):
    """Return the users by their logins; those who agree without any complaint group are made."""
    Users = env["res.users"].with_context(
        no_reset_password=True, mail_create_nolog=True, mail_create_nosubscribe=True
    )
    approvers = Users.create(
        [
            {
                "name": f"Approver {number}",
                "login": f"approver{number}",
                "email": f"approver{number}@bench.example.com",
                "group_ids": [Command.set(env.ref("base.group_user").ids)],
                "tz": "Asia/Shanghai",
            }
            for number in range(OTHERS)
        ]
    )
    manager = Users.search([("login", "=", MANAGER)])
    env["hr.employee"].create([{"name": user.name, "user_id": user.id} for user in (*approvers, manager)])
    return Users.search([]).grouped("login")


def _rules(env, users):
    """Every solution needs the agreement of the three, one after the other."""
    Rule = env["complaint.approval.rule"]
    Rule.search([]).active = False
    Rule.create(
        [
            {"name": f"Level {number}", "sequence": number, "approver": "user", "user_id": users[login].id}
            for number, login in enumerate((APPROVER, HANDLER, MANAGER), 1)
        ]
    )


def main(database, decided, waiting):
    """Fill a database in a process of its own."""
    from _harness import start

    with start(database).cursor() as cr:
        fill(api.Environment(cr, api.SUPERUSER_ID, {"lang": "en_US"}), int(decided), int(waiting))


if __name__ == "__main__":
    main(*sys.argv[1:])
