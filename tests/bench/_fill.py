# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Fills a database with complaints, bare records and tasks of the same shape, set by set.

People, teams and vocabularies are made through the ORM, the masses by INSERT … SELECT. All is
derived from row numbers: the same number of rows gives the same data again.
"""

import json
import sys

from odoo import api
from odoo.fields import Command

TEAMS = 20
USERS = 200
PASSWORD = "bench-only"
DOMAIN = "bench.example.com"
ALIASES = {"complaint.complaint": "complaints", "complaint.bench.bare": "bare", "project.task": "tasks"}
#: Words that stand in ten records each, whatever the number of rows.
RARE_SUBJECT, RARE_TEXT, RARE_CHINESE = "Zwirbelknopf", "Kaulquappe", "蝌蚪旋钮"

SUBJECTS = (
    "Heating does not work|Lift out of order|Invoice is wrong|Delivery came late|Parcel was damaged|"
    "Staff were rude|Nobody answers the phone|Refund has not arrived|Water leaks from the ceiling|"
    "Noise from the neighbours|Engine makes a strange sound|Air conditioning fails|Card was charged twice|"
    "Appointment was cancelled|Product is not as described|Warranty was refused|Wrong part was fitted|"
    "Parking space is blocked|Contract was changed|Service was too slow|电梯故障|暖气不热|收费不合理|"
    "客服态度恶劣|快递破损|维修迟迟不来|产品质量问题|退款没有到账|楼上漏水|发动机异响|停车位被占|合同条款不清"
).split("|")
WORDS = (
    "the a customer has called again about order delivery which should have been here on monday but "
    "nobody came and after three weeks of waiting there is still no answer from your office please "
    "send somebody to look at this machine because it makes noise every night when we start engine "
    "water runs out under door floor is wet technician said that part must be replaced under "
    "warranty however invoice shows full price we paid already manager promised refund within ten "
    "days money never arrived bank statement attached photo of damage box was open screen broken "
    "cable missing manual only in foreign language phone number does not work website shows error "
    "page appointment moved twice without notice old mother lives alone cannot climb stairs lift "
    "stands still since friday heating cold radiator kitchen window street parking noise neighbour "
    "dog garden light key card account fee contract signed changed clause insurance claim refused "
    "letter lawyer apology expected "
).split()
CHINESE = (
    "电梯|暖气|发票|快递|客服|维修|退款|漏水|发动机|停车|合同|物业|噪音|更换|零件|保修|"
    "拖延|态度|解释|道歉|赔偿|承诺|没有|已经|三天|一周|多次|联系|投诉|处理"
).split("|")

FUNCTIONS = """
    CREATE FUNCTION pg_temp.part(i bigint, salt bigint) RETURNS float8 IMMUTABLE LANGUAGE sql AS
        $$ SELECT (hashint8extended(i, salt) & 9007199254740991) / 9007199254740992.0::float8 $$;
    CREATE FUNCTION pg_temp.pick(things int[], share float8) RETURNS int IMMUTABLE LANGUAGE sql AS
        $$ SELECT things[1 + floor(share * cardinality(things))::int] $$;
    CREATE FUNCTION pg_temp.pick(things text[], share float8) RETURNS text IMMUTABLE LANGUAGE sql AS
        $$ SELECT things[1 + floor(share * cardinality(things))::int] $$;
"""

SENTENCES = """
    CREATE TEMP TABLE sentence AS
    SELECT s AS id,
           CASE WHEN s %% 4 = 0
                THEN (SELECT string_agg(pg_temp.pick(%(chinese)s::text[], pg_temp.part(s * 100 + w, 1)), '')
                        FROM generate_series(1, 9) w) || '。'
                ELSE initcap(pg_temp.pick(%(words)s::text[], pg_temp.part(s, 2))) || ' ' ||
                     (SELECT string_agg(pg_temp.pick(%(words)s::text[], pg_temp.part(s * 100 + w, 3)), ' ')
                        FROM generate_series(1, 11) w) || '.'
           END AS text
      FROM generate_series(0, 4999) s
"""

PARTNERS = """
    INSERT INTO res_partner (id, name, complete_name, email, email_normalized, phone, lang, active, type,
                             is_company, parent_id, commercial_partner_id, partner_share, autopost_bills,
                             color, customer_rank, create_uid, write_uid, create_date, write_date)
    SELECT %(first_partner)s + i,
           CASE WHEN i %% 10 = 0 THEN 'Company ' ELSE 'Customer ' END || i,
           CASE WHEN i %% 10 = 0 THEN 'Company ' ELSE 'Customer ' END || i,
           'customer' || i || '@example.com',
           'customer' || i || '@example.com',
           '+86 138 ' || lpad(i::text, 8, '0'),
           'en_US', TRUE, 'contact', i %% 10 = 0,
           CASE WHEN i %% 10 = 1 THEN %(first_partner)s + i - 1 END,
           %(first_partner)s + CASE WHEN i %% 10 = 1 THEN i - 1 ELSE i END,
           TRUE, 'ask', 0, 1, 1, 1, %(now)s, %(now)s
      FROM generate_series(0, %(partners)s - 1) i
"""

COMPLAINTS = """
    INSERT INTO complaint_complaint (
           id, number, name, description, active, company_id, partner_id, partner_name, partner_email,
           partner_phone, email_normalized, phone_key, category_id, product_id, channel_id, received_at,
           received_by_id, read_back_by_id, read_back_at, nature, severity, team_id, origin_team_id, user_id,
           stage_id, step, date_last_stage_update, closed_at, outcome, end_reason, reopen_count, emergency,
           confidential, create_uid, write_uid, create_date, write_date)
    SELECT %(first)s + i,
           'CP-' || extract(year FROM c.received_at) || '-' || lpad(i::text, 8, '0'),
           pg_temp.pick(%(subjects)s::text[], pg_temp.part(i, 11))
               || CASE WHEN pg_temp.part(i, 12) < 0.25
                       THEN ', order SO' || lpad((i * 7 %% 100003)::text, 6, '0')
                       WHEN pg_temp.part(i, 12) < 0.85
                       THEN ': ' || pg_temp.pick(%(words)s::text[], pg_temp.part(i, 23))
                         || ' ' || pg_temp.pick(%(words)s::text[], pg_temp.part(i, 24))
                         || ' ' || pg_temp.pick(%(words)s::text[], pg_temp.part(i, 25))
                       ELSE '' END
               || CASE WHEN i %% (%(rows)s / 10) = 7 THEN ' ' || %(rare_subject)s ELSE '' END,
           s1.text || ' ' || s2.text || ' ' || s3.text
               || CASE WHEN i %% (%(rows)s / 10) = 11 THEN ' ' || %(rare_text)s
                       WHEN i %% (%(rows)s / 10) = 13 THEN %(rare_chinese)s ELSE '' END,
           TRUE, %(company)s, p.id, coalesce(p.name, 'Caller ' || i), p.email,
           coalesce(p.phone, '+86 139 ' || lpad(i::text, 8, '0')), p.email_normalized,
           coalesce('8' || right(p.phone, 8), '9' || lpad(i::text, 8, '0')),
           pg_temp.pick(%(categories)s::int[], power(pg_temp.part(i, 14), 2)),
           CASE WHEN pg_temp.part(i, 15) < 0.3
                THEN pg_temp.pick(%(products)s::int[], pg_temp.part(i, 16)) END,
           pg_temp.pick(%(channels)s::int[], power(pg_temp.part(i, 17), 2)),
           c.received_at, c.receiver,
           CASE WHEN c.step <> 'new' THEN c.receiver END, CASE WHEN c.step <> 'new' THEN c.received_at END,
           CASE WHEN pg_temp.part(i, 18) < 0.85 THEN 'complaint' ELSE 'inquiry' END,
           CASE WHEN pg_temp.part(i, 19) < 0.70 THEN 'normal'
                WHEN pg_temp.part(i, 19) < 0.92 THEN 'important' ELSE 'urgent' END,
           c.team, c.team,
           CASE WHEN c.step IN ('new', 'triage') AND pg_temp.part(i, 20) < 0.15
                THEN NULL ELSE c.responsible END,
           (%(stages)s::jsonb->>c.step)::int, c.step, c.moved_at, CASE WHEN NOT c.is_open THEN c.moved_at END,
           CASE WHEN c.step IN ('follow_up', 'closed') THEN s2.text END,
           CASE WHEN c.step IN ('rejected', 'cancelled') THEN s3.text END,
           CASE WHEN pg_temp.part(i, 21) < 0.03 THEN 1 ELSE 0 END, FALSE, pg_temp.part(i, 22) < 0.01,
           c.receiver, c.receiver, c.received_at, c.received_at
      FROM generate_series(0, %(rows)s - 1) i
     CROSS JOIN LATERAL (
           SELECT %(now)s - (1 - i::float8 / %(rows)s) * interval '1095 days' AS received_at,
                  pg_temp.part(i, 1) < CASE WHEN i < %(rows)s * 0.80 THEN 0.015
                                            WHEN i < %(rows)s * 0.92 THEN 0.30 ELSE 0.90 END AS is_open,
                  floor(pg_temp.part(i, 2) * %(users)s)::int AS number) a
     CROSS JOIN LATERAL (
           SELECT a.is_open,
                  a.received_at,
                  least(%(now)s, a.received_at + pg_temp.part(i, 3) * interval '40 days') AS moved_at,
                  (%(user_ids)s::int[])[1 + a.number] AS responsible,
                  (%(team_ids)s::int[])[1 + a.number %% %(teams)s] AS team,
                  (%(user_ids)s::int[])[1 + (a.number + %(teams)s) %% %(users)s] AS receiver,
                  CASE WHEN a.is_open THEN pg_temp.pick(%(open_steps)s::text[], pg_temp.part(i, 4))
                       WHEN pg_temp.part(i, 4) < 0.85 THEN 'closed'
                       WHEN pg_temp.part(i, 4) < 0.93 THEN 'rejected' ELSE 'cancelled' END AS step) c
      LEFT JOIN res_partner p
        ON pg_temp.part(i, 5) < 0.9
       AND p.id = %(first_partner)s + floor(pg_temp.part(i, 6) * %(partners)s)::int
      JOIN sentence s1 ON s1.id = floor(pg_temp.part(i, 7) * 5000)
      JOIN sentence s2 ON s2.id = floor(pg_temp.part(i, 8) * 5000)
      JOIN sentence s3 ON s3.id = floor(pg_temp.part(i, 9) * 5000)
"""

TAGS = """
    INSERT INTO complaint_complaint_tag_rel (complaint_id, tag_id)
    SELECT id, pg_temp.pick(%(tags)s::int[], pg_temp.part(id, 31))
      FROM complaint_complaint
     WHERE id >= %(first)s AND pg_temp.part(id, 30) < 0.2
"""
EMPLOYEES = """
    INSERT INTO complaint_complaint_employee_rel (complaint_id, employee_id)
    SELECT id, pg_temp.pick(%(employees)s::int[], pg_temp.part(id, 33))
      FROM complaint_complaint
     WHERE id >= %(first)s AND pg_temp.part(id, 32) < 0.02
"""
EXCLUDED = """
    INSERT INTO complaint_complaint_excluded_rel (complaint_id, user_id)
    SELECT r.complaint_id, e.user_id
      FROM complaint_complaint_employee_rel r
      JOIN hr_employee e ON e.id = r.employee_id
     WHERE e.user_id IS NOT NULL
"""

# The two others take their people, texts and stages from the complaints.
BARE = """
    INSERT INTO complaint_bench_bare (id, name, description, user_id, stage_id,
                                      create_uid, write_uid, create_date, write_date)
    SELECT id, name, description, user_id, stage_id, create_uid, write_uid, create_date, write_date
      FROM complaint_complaint
     WHERE id >= %(first)s
"""
TASKS = """
    INSERT INTO project_task (id, name, description, priority, sequence, stage_id, state, project_id,
                              display_in_project, partner_id, partner_phone, email_from, active, company_id,
                              has_template_ancestor, is_template, recurring_task, date_last_stage_update,
                              create_uid, write_uid, create_date, write_date)
    SELECT id, name, '<p>' || description || '</p>', CASE severity WHEN 'urgent' THEN '1' ELSE '0' END, 10,
           (%(types)s::jsonb->>step)::int,
           CASE WHEN closed_at IS NULL THEN '01_in_progress' WHEN step = 'closed' THEN '1_done'
                ELSE '1_canceled' END,
           (%(projects)s::jsonb->>team_id::text)::int, TRUE, partner_id, partner_phone, partner_email, TRUE,
           company_id, FALSE, FALSE, FALSE, date_last_stage_update,
           create_uid, write_uid, create_date, write_date
      FROM complaint_complaint
     WHERE id >= %(first)s
"""
ASSIGNEES = """
    INSERT INTO project_task_user_rel (task_id, user_id)
    SELECT id, user_id FROM complaint_complaint WHERE id >= %(first)s AND user_id IS NOT NULL
"""

# The person responsible follows, and one customer in three.
FOLLOWERS = """
    INSERT INTO mail_followers (res_model, res_id, partner_id)
    SELECT %(model)s, c.id, u.partner_id
      FROM complaint_complaint c JOIN res_users u ON u.id = c.user_id
     WHERE c.id >= %(first)s
     UNION ALL
    SELECT %(model)s, id, partner_id
      FROM complaint_complaint
     WHERE id >= %(first)s AND partner_id IS NOT NULL AND pg_temp.part(id, 40) < 0.33
"""
SUBTYPES = """
    INSERT INTO mail_followers_mail_message_subtype_rel (mail_followers_id, mail_message_subtype_id)
    SELECT f.id, %(comment)s FROM mail_followers f WHERE f.res_model = %(model)s
        ON CONFLICT DO NOTHING
"""
MESSAGES = """
    INSERT INTO mail_message (model, res_id, message_type, subtype_id, author_id, email_from, subject, body,
                              message_id, is_internal, date, create_uid, write_uid, create_date, write_date)
    SELECT %(model)s, c.id, CASE n WHEN 1 THEN 'notification' ELSE 'comment' END,
           CASE n WHEN 1 THEN %(note)s ELSE %(comment)s END, u.partner_id, u.login, c.name,
           CASE n WHEN 1 THEN '' ELSE '<p>' || left(c.description, 120) || '</p>' END,
           '<' || %(model)s || '.' || c.id || '.' || n || '@' || %(domain)s || '>',
           n = 1, c.received_at, c.create_uid, c.create_uid, c.received_at, c.received_at
      FROM complaint_complaint c
      JOIN res_users u ON u.id = c.create_uid
     CROSS JOIN generate_series(1, 2) n
     WHERE c.id >= %(first)s AND (n = 1 OR pg_temp.part(c.id, 41) < 0.3)
"""
ACTIVITIES = """
    INSERT INTO mail_activity (res_model_id, res_model, res_id, res_name, activity_type_id, user_id,
                               active, automated, summary, date_deadline,
                               create_uid, write_uid, create_date, write_date)
    SELECT %(model_id)s, %(model)s, id, name, %(todo)s, user_id, TRUE, FALSE, 'Call back',
           (%(now)s + (pg_temp.part(id, 43) * 10 - 4) * interval '1 day')::date,
           create_uid, create_uid, received_at, received_at
      FROM complaint_complaint
     WHERE id >= %(first)s AND closed_at IS NULL AND user_id IS NOT NULL AND pg_temp.part(id, 42) < 0.3
"""
TABLES = (
    "res_partner",
    "complaint_complaint",
    "complaint_bench_bare",
    "project_task",
    "mail_followers",
    "mail_message",
    "mail_activity",
)


def fill(env, rows):
    """Fill an installed database with so many complaints, bare records and tasks."""
    values = {**_people(env), **_vocabulary(env), **_constants(env, rows)}
    env.flush_all()
    cr = env.cr
    _spare_foreign_keys(cr)
    indexing = _drop_indexes(cr)
    cr.execute(FUNCTIONS)
    for statement in (SENTENCES, PARTNERS, COMPLAINTS, TAGS, EMPLOYEES, EXCLUDED, BARE, TASKS, ASSIGNEES):
        cr.execute(statement, values)
    for model in ALIASES:
        values |= {"model": model, "model_id": env["ir.model"]._get_id(model)}
        for statement in (FOLLOWERS, SUBTYPES, MESSAGES):
            cr.execute(statement, values)
        if "activity_ids" in env[model]:
            cr.execute(ACTIVITIES, values)
    for statement in indexing:
        cr.execute(statement)
    for table in TABLES:
        cr.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
    # The first number of a year opens its counter; the works to be measured are not the first.
    for year in (values["now"].year, values["now"].year + 1):
        env["ir.sequence"]._next_complaint_numbers(env.company, year, 1)


def _constants(env, rows):
    cr = env.cr
    cr.execute("SELECT now() AT TIME ZONE 'UTC'")
    now = cr.fetchone()[0]
    firsts = []
    for table in TABLES[:4]:
        cr.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
        firsts.append(cr.fetchone()[0])
    return {
        "rows": rows,
        "now": now,
        "company": env.company.id,
        "partners": max(rows // 5, 10),
        "first_partner": firsts[0],
        "first": max(firsts[1:]),
        "users": USERS,
        "teams": TEAMS,
        "subjects": list(SUBJECTS),
        "words": list(WORDS),
        "chinese": list(CHINESE),
        "rare_subject": RARE_SUBJECT,
        "rare_text": RARE_TEXT,
        "rare_chinese": RARE_CHINESE,
        "domain": DOMAIN,
        "comment": env.ref("mail.mt_comment").id,
        "note": env.ref("mail.mt_note").id,
        "todo": env.ref("mail.mail_activity_data_todo").id,
    }


def _people(env):
    """Users, twenty teams of ten, and employees of some of them."""
    groups = env.ref("complaint_management.group_complaint_handler") | env.ref("project.group_project_user")
    users = (
        env["res.users"]
        .with_context(no_reset_password=True, mail_create_nolog=True, mail_create_nosubscribe=True)
        .create(
            [
                {
                    "name": f"Handler {number}",
                    "login": f"handler{number}",
                    "email": f"handler{number}@{DOMAIN}",
                    "group_ids": [Command.set(groups.ids)],
                    "tz": "Asia/Shanghai",
                }
                for number in range(USERS)
            ]
        )
    )
    users[0].password = PASSWORD
    manager = users[-1].copy({"name": "Manager", "login": "manager", "email": f"manager@{DOMAIN}"})
    manager.group_ids += env.ref("complaint_management.group_complaint_manager")
    teams = env["complaint.team"].create(
        [
            {
                "name": f"Team {number}",
                "sequence": 100 + number,
                "leader_id": users[TEAMS + number].id,
                "member_ids": [Command.set(users[number::TEAMS].ids)],
            }
            for number in range(TEAMS)
        ]
    )
    employees = env["hr.employee"].create(
        [{"name": user.name, "user_id": user.id} for user in users[::10]]
        + [{"name": f"Fitter {number}"} for number in range(20)]
    )
    return {"user_ids": users.ids, "team_ids": teams.ids, "employees": employees.ids, **_projects(env, teams)}


def _projects(env, teams):
    """A project beside each team, task stages beside each step, and an alias for each of the three."""
    steps = dict(env["complaint.stage"]._fields["step"].selection)
    ends = ("closed", "rejected", "cancelled")
    projects = env["project.project"].create(
        [{"name": team.name, "privacy_visibility": "employees"} for team in teams]
    )
    types = env["project.task.type"].create(
        [
            {
                "name": label,
                "sequence": number,
                "fold": step in ends,
                "project_ids": [Command.set(projects.ids)],
            }
            for number, (step, label) in enumerate(steps.items())
        ]
    )
    domain = env["mail.alias.domain"].create({"name": DOMAIN})
    env["res.company"].search([]).alias_domain_id = domain
    teams[0].write({"alias_name": ALIASES["complaint.complaint"], "alias_contact": "everyone"})
    projects[0].write({"alias_name": ALIASES["project.task"], "alias_contact": "everyone"})
    env["mail.alias"].create(
        {
            "alias_name": ALIASES["complaint.bench.bare"],
            "alias_model_id": env["ir.model"]._get_id("complaint.bench.bare"),
            "alias_domain_id": domain.id,
        }
    )
    stages = {step: env["complaint.stage"]._first_of_step(step, False) for step in steps}
    return {
        "projects": json.dumps(
            {str(team.id): project.id for team, project in zip(teams, projects, strict=True)}
        ),
        "types": json.dumps(dict(zip(steps, types.ids, strict=True))),
        "stages": json.dumps(stages),
        "open_steps": [step for step in steps if step not in ends],
    }


def _vocabulary(env):
    categories = env["complaint.category"].create([{"name": f"Category {number}"} for number in range(10)])
    children = env["complaint.category"].create(
        [{"name": f"Part {number}", "parent_id": parent.id} for parent in categories for number in range(4)]
    )
    products = env["product.product"].create([{"name": f"Product {number}"} for number in range(50)])
    tags = env["complaint.tag"].create([{"name": f"Tag {number}"} for number in range(12)])
    return {
        "categories": children.ids,
        "products": products.ids,
        "tags": tags.ids,
        "channels": env["complaint.channel"].search([]).ids,
    }


def _spare_foreign_keys(cr):
    """Rows made of one another need no check of each reference; servers of others may insist on it."""
    cr.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
    if cr.fetchone()[0]:
        cr.execute("SET LOCAL session_replication_role = replica")


def _drop_indexes(cr, tables=TABLES):
    """Drop the indexes that no constraint needs and return their definitions: made at once is made faster."""
    cr.execute(
        """
        SELECT i.indexname, i.indexdef, obj_description(i.indexname::regclass)
          FROM pg_indexes i
         WHERE i.tablename = ANY(%s) AND i.schemaname = 'public'
           AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexname::regclass)
        """,
        [list(tables)],
    )
    statements = []
    for name, definition, comment in cr.fetchall():
        cr.execute(f'DROP INDEX "{name}"')
        statements.append(definition)
        if comment:
            # Odoo tells by it whether the index is still the one that is wanted.
            statements.append(cr.mogrify(f'COMMENT ON INDEX "{name}" IS %s', [comment]).decode())
    return statements


def main(database, rows):
    """Fill a database in a process of its own."""
    from _harness import start

    with start(database).cursor() as cr:
        fill(api.Environment(cr, api.SUPERUSER_ID, {"lang": "en_US"}), int(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
