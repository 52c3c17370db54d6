# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Fills a database with service orders, and twice as many objects of customers.

People, plans and one order and one object of each kind are made through the ORM; the masses are copies of
those, INSERT … SELECT, with what differs derived from row numbers and from :data:`MOMENT`, which is the
present of everything that is measured. Orders come at the same rate whatever their number, so that a week
ahead is as full in a small database as in a large one: what differs is how much lies behind it.
"""

import sys
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import api, fields
from odoo.fields import Command

#: A Monday, 10:00 in China.
MOMENT = datetime(2026, 3, 2, 2)
TEAMS, TECHNICIANS = 5, 8
ADVISOR, TECHNICIAN, MANAGER = "advisor0", "technician0", "workshop"
#: Appointments of a technician on a working day, two hours each; the last two hours are free.
A_DAY = 3
#: So many orders are open at the most: those of the last days and of the weeks ahead.
OPEN = 3_000
#: So many objects are to be reminded of now, of so many limits of repairs are reached, and letters wait.
DUE, WATCHED, LETTERS = 300, 40, 60
STEPS = ("appointment", "reception", "diagnosis", "quotation", "work", "quality", "settlement", "handover")
GROUP = "complaint_management.group_service_"

FUNCTIONS = """
    CREATE FUNCTION pg_temp.part(i bigint, salt bigint) RETURNS float8 IMMUTABLE LANGUAGE sql AS
        $$ SELECT (hashint8extended(i, salt) & 9007199254740991) / 9007199254740992.0::float8 $$;
"""
PARTNERS = """
    INSERT INTO res_partner (id, name, complete_name, email, email_normalized, phone, lang, active, type,
                             is_company, commercial_partner_id, partner_share, autopost_bills, color,
                             customer_rank, create_uid, write_uid, create_date, write_date)
    SELECT %(first_partner)s + i, 'Customer ' || i, 'Customer ' || i, 'customer' || i || '@example.com',
           'customer' || i || '@example.com', '+86 138 ' || lpad(i::text, 8, '0'), 'en_US', TRUE, 'contact',
           FALSE, %(first_partner)s + i, TRUE, 'ask', 0, 1, 1, 1, %(now)s, %(now)s
      FROM generate_series(0, %(partners)s - 1) i
"""
# Most objects are due in the months ahead, some now; those whose turn it was before had their reminder.
ASSETS = """
    CREATE TEMP TABLE bench_asset AS
    SELECT i, %(first_complaint_asset)s + i AS id, (%(assets)s::int[])[1 + i %% %(asset_count)s] AS source,
           %(first_partner)s + i / 4 AS partner_id,
           (%(now)s - interval '1 day' * (30 + floor(pg_temp.part(i, 1) * 2500)::int))::date AS bought,
           CASE WHEN d.now THEN %(now)s::date + 30
                ELSE %(now)s::date + 31 + floor(pg_temp.part(i, 2) * 330)::int END AS due_date,
           CASE WHEN d.now THEN %(now)s - interval '1 minute' * (1 + i %% 50)
                ELSE %(now)s + interval '1 day' * (1 + floor(pg_temp.part(i, 2) * 330)::int)
           END AS next_event_at,
           round((pg_temp.part(i, 3) * 90000)::numeric, 1) AS usage
      FROM generate_series(0, %(asset_rows)s - 1) i
     CROSS JOIN LATERAL (SELECT i %% (%(asset_rows)s / %(due)s) = 5
                                AND i / (%(asset_rows)s / %(due)s) < %(due)s AS now) d
"""
ORDERS = """
    CREATE TEMP TABLE bench_order AS
    SELECT i, %(first_complaint_service_order)s + i AS id, o.*, s.*,
           %(first_partner)s + o.asset / 4 AS partner_id, %(first_complaint_asset)s + o.asset AS asset_id,
           (%(stages)s::jsonb->>s.step)::int AS stage_id,
           s.start - interval '5 days' AS requested_at,
           s.start + interval '2 hours' AS stop,
           CASE WHEN s.rank > 0 THEN s.start END AS received_at,
           CASE WHEN s.step = 'closed' THEN s.start + interval '6 hours' END AS handed_over_at,
           CASE WHEN NOT s.open THEN s.start + interval '7 hours' END AS closed_at
      FROM generate_series(0, %(rows)s - 1) i
     CROSS JOIN LATERAL (
           SELECT (%(orders)s::int[])[1 + i %% %(order_count)s] AS source,
                  i %% %(technician_count)s AS worker,
                  floor(pg_temp.part(i, 11) * %(asset_rows)s)::int AS asset,
                  i / (%(technician_count)s * %(a_day)s) AS day,
                  i / %(technician_count)s %% %(a_day)s AS slot) a
     CROSS JOIN LATERAL (
           SELECT a.source, a.asset,
                  (%(technician_ids)s::int[])[1 + a.worker] AS technician_id,
                  (%(technician_users)s::int[])[1 + a.worker] AS technician_user_id,
                  (%(teams)s::int[])[1 + a.worker %% %(team_count)s] AS team_id,
                  (%(advisors)s::int[])[1 + a.worker %% %(team_count)s + %(team_count)s * (i / 7 %% 2)]
                      AS user_id,
                  -- working days, counted from the one that is today
                  a.day - %(today)s AS days, a.slot) o
     CROSS JOIN LATERAL (
           SELECT %(now)s::date + o.days + 2 * floor(o.days / 5.0)::int
                  + interval '1 hour' * (2 * o.slot + o.slot / 2) AS start,
                  i >= %(rows)s - %(open)s AS open,
                  CASE WHEN i >= %(rows)s - %(open)s
                       THEN floor(pg_temp.part(i, 12) * 8)::int ELSE 8 END AS rank
           ) r
     CROSS JOIN LATERAL (
           SELECT r.start, r.open, CASE WHEN o.days > 0 AND r.open THEN 0 ELSE r.rank END AS rank,
                  CASE WHEN NOT r.open AND pg_temp.part(i, 13) < 0.04 THEN 'cancelled'
                       WHEN NOT r.open THEN 'closed'
                       WHEN o.days > 0 THEN 'appointment'
                       ELSE (%(steps)s::text[])[1 + r.rank] END AS step) s
"""
REMINDERS = """
    INSERT INTO complaint_asset_reminder (
           due_id, asset_id, company_id, cycle, days, due_date, planned_at, state, sent_at, address,
           create_uid, write_uid, create_date, write_date)
    SELECT d.id, d.asset_id, d.company_id, 1, 30, d.due_date - 365, d.next_event_at - interval '365 days',
           'sent', d.next_event_at - interval '365 days', 'customer@example.com', 1, 1, %(now)s, %(now)s
      FROM complaint_asset_due d JOIN bench_asset m ON m.id = d.asset_id WHERE d.cycle = 2
"""
NOTICES = """
    INSERT INTO complaint_service_notice (
           order_id, company_id, event, template_id, planned_at, state, sent_at, address, fault_count,
           create_uid, write_uid, create_date, write_date)
    SELECT m.id, %(company)s, 'confirmed:0', %(confirmed)s, least(m.requested_at, %(now)s),
           CASE WHEN w.waits THEN 'planned' ELSE 'sent' END,
           CASE WHEN NOT w.waits THEN m.requested_at END,
           CASE WHEN NOT w.waits THEN 'customer@example.com' END, 0, 1, 1, m.requested_at, m.requested_at
      FROM bench_order m
     CROSS JOIN LATERAL (SELECT m.i >= %(rows)s - %(letters)s AS waits) w
"""
WATCH = """
    UPDATE complaint_asset a
       SET watch_next_at = CASE WHEN m.number <= %(watched)s THEN %(now)s - interval '1 minute' * m.number
                                ELSE %(now)s + interval '1 day' * (1 + m.number %% 20) END
      FROM (SELECT asset_id, row_number() OVER (ORDER BY asset_id) AS number
              FROM bench_order WHERE open AND received_at IS NOT NULL GROUP BY asset_id) m
     WHERE a.id = m.asset_id
"""
ACTIVITIES = """
    INSERT INTO mail_activity (
           res_model_id, res_model, res_id, res_name, activity_type_id, user_id, active, automated, summary,
           date_deadline, create_uid, write_uid, create_date, write_date)
    SELECT %(model_id)s, 'complaint.service.order', m.id, 'Order', %(todo)s, m.user_id, TRUE, FALSE, 'Call',
           m.start::date, 1, 1, m.start, m.start
      FROM bench_order m WHERE m.open AND m.i %% 3 = 0
"""
FOLLOWERS = """
    INSERT INTO mail_followers (res_model, res_id, partner_id)
    SELECT 'complaint.service.order', m.id, u.partner_id
      FROM bench_order m JOIN res_users u ON u.id = m.user_id
"""
TABLES = (
    "complaint_asset",
    "complaint_asset_due",
    "complaint_asset_owner",
    "complaint_asset_reading",
    "complaint_asset_reminder",
    "complaint_asset_warranty",
    "complaint_deadline",
    "complaint_service_booking",
    "complaint_service_check",
    "complaint_service_line",
    "complaint_service_notice",
    "complaint_service_order",
    "complaint_service_order_technician_rel",
    "complaint_service_order_technician_user_rel",
    "complaint_service_worklog",
    "mail_followers",
)


@contextmanager
def present():
    """Let it be the moment for which the databases are filled."""
    today = fields.Date.context_today

    def context_today(record, timestamp=None):
        return today(record, timestamp or MOMENT)

    with (
        patch.object(fields.Datetime, "now", staticmethod(lambda *_args: MOMENT)),
        patch.object(fields.Date, "today", staticmethod(lambda *_args: MOMENT.date())),
        patch.object(fields.Date, "context_today", staticmethod(context_today)),
    ):
        yield


def copy_rows(cr, table, source, values, params):
    """Copy rows of a table, ``t``, as many times as a FROM clause that names it says.

    :param dict values: column to the expression that it has in the copies; the others stay as they are
    """
    cr.execute(
        """SELECT column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'""",
        [table],
    )
    columns = [row[0] for row in cr.fetchall()]
    unknown = values.keys() - set(columns)
    if unknown:
        raise ValueError(f"{table} has no {', '.join(sorted(unknown))}")
    if "id" in columns:
        values = {"id": f"nextval('{table}_id_seq')", **values}
    names = ", ".join(f'"{column}"' for column in columns)
    shown = ", ".join(values.get(column, f't."{column}"') for column in columns)
    cr.execute(f'INSERT INTO "{table}" ({names}) SELECT {shown} FROM {source}', params)


def fill(env, rows):
    """Fill an installed database with so many orders."""
    from _fill import _drop_indexes, _spare_foreign_keys

    with present():
        values = {**_people(env), **_samples(env)}
        env.flush_all()
        env.cr.precommit.run()
    cr = env.cr
    open_ones = min(OPEN, rows // 2)
    values |= {
        "now": MOMENT,
        "rows": rows,
        "asset_rows": 2 * rows,
        "partners": rows // 2 + 1,
        "open": open_ones,
        # A third of the open orders is behind, the others are appointments ahead.
        "today": (rows - 2 * open_ones // 3) // (TEAMS * TECHNICIANS * A_DAY),
        "a_day": A_DAY,
        "due": DUE,
        "watched": WATCHED,
        "letters": LETTERS,
        "company": env.company.id,
    }
    for table in ("res_partner", "complaint_asset", "complaint_service_order"):
        cr.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
        values[f"first_{table.removeprefix('res_')}"] = cr.fetchone()[0]
    _spare_foreign_keys(cr)
    indexing = _drop_indexes(cr, TABLES)
    for statement in (FUNCTIONS, PARTNERS, ASSETS, ORDERS):
        cr.execute(statement, values)
    cr.execute("ANALYZE bench_asset; ANALYZE bench_order")
    _copy_assets(cr, values)
    _copy_orders(cr, values)
    for statement in indexing:
        cr.execute(statement)
    # Those of the samples.
    cr.execute("UPDATE complaint_service_notice SET state = 'sent'")
    cr.execute("UPDATE complaint_asset_due SET next_event_at = NULL WHERE asset_id = ANY(%(assets)s)", values)
    for statement in (REMINDERS, NOTICES, WATCH, ACTIVITIES, FOLLOWERS):
        cr.execute(statement, values)
    for table in ("res_partner", "complaint_asset", "complaint_service_order"):
        cr.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")


def _copy_assets(cr, values):
    source = "bench_asset m JOIN complaint_asset t ON t.id = m.source"
    cr_values = {
        "id": "m.id",
        "name": "t.name || ' ' || m.i",
        "serial": "'SN' || lpad(m.i::text, 9, '0')",
        "partner_id": "m.partner_id",
        "purchase_date": "m.bought",
        "warranty_end": "m.bought + 730",
        "next_service_date": "m.due_date",
        "usage": "m.usage",
        "usage_date": "%(now)s - interval '40 days'",
    }
    copy_rows(cr, "complaint_asset", source, cr_values, values)

    def of_asset(table, more="", **cells):
        source = f"bench_asset m JOIN {table} t ON t.asset_id = m.source {more}"
        copy_rows(cr, table, source, {"asset_id": "m.id", **cells}, values)

    of_asset("complaint_asset_owner", partner_id="m.partner_id", date_from="m.bought")
    of_asset("complaint_asset_warranty", date_start="m.bought", date_end="m.bought + 730")
    of_asset(
        "complaint_asset_reading",
        "CROSS JOIN generate_series(1, 2) n",
        date="%(now)s - interval '20 days' - n * interval '20 days'",
        value="m.usage / n",
    )
    of_asset(
        "complaint_asset_due",
        partner_id="m.partner_id",
        state="'open'",
        due_date="m.due_date",
        next_date="m.due_date",
        last_date="m.due_date - 365",
        cycle="CASE WHEN m.bought < m.due_date - 365 THEN 2 ELSE 1 END",
        cycle_date="m.due_date - 365",
        next_event_at="m.next_event_at",
    )


def _copy_orders(cr, values):
    shift = "m.requested_at - o.requested_at"
    source = "bench_order m JOIN complaint_service_order t ON t.id = m.source"
    copy_rows(
        cr,
        "complaint_service_order",
        source,
        {
            "id": "m.id",
            "number": "'SV-2026-' || lpad(m.i::text, 8, '0')",
            "name": "t.name || ' ' || m.i",
            "partner_id": "m.partner_id",
            "partner_email": "'customer' || m.asset / 4 || '@example.com'",
            "asset_id": "CASE WHEN t.asset_id IS NOT NULL THEN m.asset_id END",
            "team_id": "m.team_id",
            "user_id": "m.user_id",
            "stage_id": "m.stage_id",
            "step": "m.step",
            "date_last_stage_update": "coalesce(m.closed_at, m.start)",
            "requested_at": "m.requested_at",
            "scheduled_start": "m.start",
            "scheduled_end": "m.stop",
            "allow_overlap": "FALSE",
            "received_at": "m.received_at",
            "ready_told_at": "m.handed_over_at - interval '1 hour'",
            "handed_over_at": "m.handed_over_at",
            "closed_at": "m.closed_at",
            "access_token": "md5(m.i::text)",
            "fault_id": "CASE WHEN m.rank > 2 THEN t.fault_id END",
            "next_due": "CASE WHEN m.open THEN t.next_due + (m.requested_at - t.requested_at) END",
            "next_milestone": "CASE WHEN m.open THEN t.next_milestone END",
            "deadline_state": "CASE WHEN m.open THEN t.deadline_state END",
            "create_date": "m.requested_at",
            "write_date": "m.requested_at",
        },
        values,
    )

    def of_order(table, more="", field="order_id", **cells):
        source = f"""bench_order m JOIN {table} t ON t.{field} = m.source
                     JOIN complaint_service_order o ON o.id = m.source {more}"""
        copy_rows(cr, table, source, {field: "m.id", **cells}, values)

    of_order("complaint_service_line")
    of_order("complaint_service_check")
    of_order(
        "complaint_service_booking",
        employee_id="m.technician_id",
        team_id="m.team_id",
        start="m.start",
        stop="m.stop",
        state="CASE WHEN m.step = 'cancelled' THEN 'cancelled' "
        "WHEN m.rank >= 6 THEN 'done' ELSE 'planned' END",
        active="m.rank < 6",
    )
    of_order("complaint_service_order_technician_rel", employee_id="m.technician_id")
    of_order("complaint_service_order_technician_user_rel", user_id="m.technician_user_id")
    of_order(
        "complaint_deadline",
        field="service_order_id",
        start=f"t.start + ({shift})",
        due=f"t.due + ({shift})",
        warn_at=f"t.warn_at + ({shift})",
        state="CASE WHEN m.open THEN 'running' ELSE 'met' END",
        reached_at="m.closed_at",
        next_event_at=f"CASE WHEN m.open THEN %(now)s + interval '1 day' + 0 * ({shift}) END",
    )
    cr.execute(
        """INSERT INTO complaint_service_worklog (order_id, company_id, employee_id, start, stop, hours,
                                                  create_uid, write_uid, create_date, write_date)
           SELECT m.id, %(company)s, m.technician_id, m.start, m.stop, 2, 1, 1, m.start, m.start
             FROM bench_order m WHERE m.rank >= 5""",
        values,
    )


def _people(env):
    """Teams of advisors and technicians below one manager, and their employees."""
    company = env.company
    company.write({"country_id": env.ref("base.cn").id})
    company.resource_calendar_id.tz = "Asia/Shanghai"
    quiet = {"no_reset_password": True, "mail_create_nolog": True, "mail_create_nosubscribe": True}

    def users(role, names):
        group = env.ref(f"{GROUP}{role}")
        return (
            env["res.users"]
            .with_context(**quiet)
            .create(
                [
                    {
                        "name": name.title(),
                        "login": name,
                        "email": f"{name}@bench.example.com",
                        "group_ids": [Command.set(group.ids)],
                        "tz": "Asia/Shanghai",
                    }
                    for name in names
                ]
            )
        )

    manager = users("manager", [MANAGER])
    advisors = users("advisor", [f"advisor{number}" for number in range(2 * TEAMS)])
    technicians = users("technician", [f"technician{number}" for number in range(TEAMS * TECHNICIANS)])
    teams = env["complaint.team"].create(
        [
            {
                "name": f"Workshop {number}",
                "service": True,
                "leader_id": manager.id,
                "member_ids": [Command.set((advisors[number::TEAMS] | technicians[number::TEAMS]).ids)],
            }
            for number in range(TEAMS)
        ]
    )
    employees = env["hr.employee"].create(
        [
            {
                "name": user.name,
                "user_id": user.id,
                "complaint_technician": True,
                "complaint_service_team_ids": [Command.set(teams[number % TEAMS].ids)],
            }
            for number, user in enumerate(technicians)
        ]
    )
    employees.resource_id.write({"tz": "Asia/Shanghai"})
    return {
        "team_count": TEAMS,
        "teams": teams.ids,
        "advisors": advisors.ids,
        "technician_count": len(technicians),
        "technician_ids": employees.ids,
        "technician_users": technicians.ids,
    }


def _samples(env):
    """One object of each kind with what belongs to it, and one order of each service."""
    import json

    ref = env.ref
    env["complaint.service.plan"].search([]).active = False
    env["complaint.service.plan"].create(
        {
            "name": "Yearly service",
            "type_id": ref("complaint_management.complaint_service_type_preventive").id,
            "every_months": 12,
        }
    )
    kinds = [ref(f"complaint_management.complaint_asset_kind_{name}") for name in ("vehicle", "installation")]
    customer = env["res.partner"].create(
        {"name": "Sample", "email": "sample@example.com", "phone": "+86 138 0000 0000"}
    )
    env["complaint.asset.due.request"].search([]).unlink()
    bought = (MOMENT - timedelta(days=400)).date()
    assets = env["complaint.asset"].create(
        [
            {
                "name": name,
                "kind_id": kind.id,
                "model": name,
                "partner_id": customer.id,
                "purchase_date": bought,
                "warranty_ids": [
                    Command.create(
                        {"name": "Maker", "kind": "maker", "date_start": bought, "date_end": "2027-01-01"}
                    )
                ],
            }
            for kind, name in zip(kinds + kinds[:1], ("Family car", "Lift", "Van"), strict=True)
        ]
    )
    env["complaint.asset.reading"].create(
        [
            {"asset_id": asset.id, "date": MOMENT - timedelta(days=50), "value": 100, "source": "manual"}
            for asset in assets
        ]
    )
    labour, part = env["product.product"].create(
        [
            {
                "name": "Hour of work",
                "type": "service",
                "list_price": 80,
                "uom_id": ref("uom.product_uom_hour").id,
                "taxes_id": [Command.clear()],
            },
            {"name": "Brake pad", "type": "consu", "list_price": 50, "taxes_id": [Command.clear()]},
        ]
    )
    fault = env["complaint.service.fault"].create({"name": "Brakes squeal", "safety": True})
    types = [
        ref(f"complaint_management.complaint_service_type_{name}")
        for name in ("repair", "preventive", "basic", "consultation")
    ]
    for kind in types[:2]:
        kind.check_ids = [Command.create({"name": name}) for name in ("Nuts tightened", "Test drive")]
    team = env["complaint.team"].search([("service", "=", True)], limit=1)
    advisor = env["res.users"].search([("login", "=", ADVISOR)])
    orders = env["complaint.service.order"].create(
        [order_values(kind, assets[0], team, advisor) for kind in types]
    )
    for order, kind in zip(orders, types, strict=True):
        order.write(
            {
                "technician_ids": [Command.set(env["hr.employee"].search([], order="id desc", limit=1).ids)],
                "line_ids": [
                    Command.create({"kind": "labour", "product_id": labour.id, "quantity": 2}),
                    Command.create({"kind": "part", "product_id": part.id, "quantity": 1}),
                ],
                "fault_id": fault.id if kind.kind == "repair" else False,
            }
        )
    stages = env["complaint.service.stage"]
    return {
        "assets": assets.ids,
        "asset_count": len(assets),
        "orders": orders.ids,
        "order_count": len(orders),
        "steps": list(STEPS),
        "stages": json.dumps(
            {step: stages._first_of_step(step, False) for step in (*STEPS, "closed", "cancelled")}
        ),
        "confirmed": ref("complaint_management.mail_template_service_confirmed").id,
        "model_id": env["ir.model"]._get_id("complaint.service.order"),
        "todo": ref("mail.mail_activity_data_todo").id,
    }


def order_values(kind, asset, team, advisor):
    """Return the values of an order as somebody at the counter enters them."""
    return {
        "name": f"{kind.name}: the brakes squeal",
        "description": "They squeal in the morning.",
        "partner_id": asset.partner_id.id,
        "asset_id": asset.id if kind.asks_asset else False,
        "type_id": kind.id,
        "team_id": team.id,
        "user_id": advisor.id,
        "requested_at": MOMENT,
        "scheduled_start": MOMENT + timedelta(days=60),
        "allow_overlap": True,
    }


def main(database, rows):
    """Fill a database in a process of its own."""
    from _harness import start

    with start(database).cursor() as cr:
        fill(api.Environment(cr, api.SUPERUSER_ID, {"lang": "en_US"}), int(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
