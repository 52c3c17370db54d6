# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Fills a database with running clocks: open complaints, each with one clock for each of its milestones.

People, teams and the policy are made through the ORM, the masses by INSERT … SELECT. All is derived
from row numbers and from :data:`MOMENT`, which is the present of everything that is measured: the
same number of clocks gives the same data again, whenever it is measured.
"""

import sys
from datetime import datetime, timedelta

from odoo import api
from odoo.fields import Command

#: A Monday, 10:00 in China.
MOMENT = datetime(2026, 3, 2, 2)
TEAMS = 20
USERS = 200
#: Days of each milestone's limit. All are long enough for a holiday of the coming week to move them.
LIMITS = {
    "respond": 10,
    "triage": 12,
    "dispatch": 15,
    "investigate": 20,
    "propose": 25,
    "execute": 30,
    "report": 35,
    "follow_up": 40,
}
#: So many clocks are due, of as many complaints, and so many complaints are of the calendar that changes.
DUE = 1000
MOVED = 10_000 // len(LIMITS)

COMPLAINTS = """
    INSERT INTO complaint_complaint (
           id, number, name, description, active, company_id, partner_name, partner_phone, phone_key,
           category_id, channel_id, received_at, received_by_id, nature, severity, team_id, origin_team_id,
           user_id, stage_id, step, date_last_stage_update, reopen_count, emergency, confidential,
           next_due, next_milestone, deadline_state, create_uid, write_uid, create_date, write_date)
    SELECT %(first)s + i, 'CP-' || lpad(i::text, 8, '0'), 'Heating does not work ' || i,
           'It has been cold for three days.', TRUE, %(company)s, 'Caller ' || i,
           '+86 139 ' || lpad(i::text, 8, '0'), '9' || lpad(i::text, 8, '0'),
           (%(categories)s::int[])[1 + i %% %(category_count)s], %(channel)s, r.start,
           (%(users)s::int[])[1 + (i * 7) %% %(user_count)s], 'complaint',
           CASE WHEN i %% 10 < 7 THEN 'normal' WHEN i %% 10 < 9 THEN 'important' ELSE 'urgent' END,
           t.id, t.id, (%(users)s::int[])[1 + (i / %(stride)s) %% %(user_count)s],
           %(stage)s, 'new', r.start, 0, FALSE, FALSE,
           r.due, 'respond', 'running', 1, 1, r.start, r.start
      FROM generate_series(0, %(complaints)s - 1) i
      JOIN bench_limit r ON r.milestone = 'respond' AND r.number = i %% %(starts)s
     CROSS JOIN LATERAL (
           SELECT CASE WHEN i %% %(stride)s = %(stride)s - 1 THEN %(moved_team)s
                       ELSE (%(teams)s::int[])[1 + (i + i / %(stride)s) %% %(team_count)s] END AS id) t
"""

CLOCKS = """
    INSERT INTO complaint_deadline (
           complaint_id, company_id, rule_id, calendar_id, milestone, round, start, due, warn_at, state,
           extension, level, next_event_at, fault_count, create_uid, write_uid, create_date, write_date)
    SELECT c.id, c.company_id, r.rule_id,
           CASE WHEN c.team_id = %(moved_team)s THEN %(moved_calendar)s ELSE %(calendar)s END,
           r.milestone, 0, r.start, r.due, r.warn_at, 'running', 0, 0, r.warn_at, 0, 1, 1, r.start, r.start
      FROM complaint_complaint c
      JOIN bench_limit r ON r.number = (c.id - %(first)s) %% %(starts)s
     WHERE c.id >= %(first)s
     ORDER BY c.id, r.sequence
"""

# One clock of each of so many complaints, all over the table: warnings, limits, both rungs.
DUE_CLOCKS = """
    UPDATE complaint_deadline d
       SET due = %(now)s + e.due, warn_at = %(now)s - interval '1 hour' * e.warned, level = e.level,
           state = CASE WHEN e.level > 1 THEN 'breached' ELSE 'running' END,
           next_event_at = %(now)s - interval '1 minute' * (1 + k.number * 50 / %(due)s)
      FROM (SELECT i AS number, %(first)s + i * %(stride)s AS complaint_id,
                   (%(milestones)s::text[])[1 + i %% %(milestone_count)s] AS milestone
              FROM generate_series(0, %(due)s - 1) i) k
      JOIN (VALUES (0, 0, interval '1 day', 1), (1, 1, interval '-50 minutes', 26),
                   (2, 2, interval '-6 days', 200), (3, 3, interval '-10 days', 300))
           AS e (kind, level, due, warned) ON e.kind = k.number %% 4
     WHERE d.complaint_id = k.complaint_id AND d.milestone = k.milestone AND d.round = 0
"""

NEXT_LIMITS = """
    UPDATE complaint_complaint c
       SET next_due = d.due, next_milestone = d.milestone,
           deadline_state = CASE WHEN d.state = 'breached' THEN 'breached' ELSE 'running' END
      FROM (SELECT DISTINCT ON (complaint_id) complaint_id, due, milestone, state
              FROM complaint_deadline ORDER BY complaint_id, due, id) d
     WHERE d.complaint_id = c.id AND d.due <> c.next_due AND c.id >= %(first)s
"""
TABLES = ("complaint_complaint", "complaint_deadline")


def fill(env, clocks):
    """Fill an installed database with so many running clocks."""
    from _fill import _drop_indexes, _spare_foreign_keys

    complaints = clocks // len(LIMITS)
    values = {**_people(env), "complaints": complaints, "stride": max(complaints // MOVED, 1), "due": DUE}
    values |= _limits(env, values)
    env.flush_all()
    cr = env.cr
    cr.execute("SELECT coalesce(max(id), 0) + 1 FROM complaint_complaint")
    values |= {
        "first": cr.fetchone()[0],
        "now": MOMENT,
        "company": env.company.id,
        "stage": env["complaint.stage"]._first_of_step("new", False),
        "channel": env["complaint.channel"].search([], limit=1).id,
        "milestones": list(LIMITS),
        "milestone_count": len(LIMITS),
    }
    _spare_foreign_keys(cr)
    indexing = _drop_indexes(cr, TABLES)
    cr.execute(COMPLAINTS, values)
    cr.execute(CLOCKS, values)
    for statement in indexing:
        cr.execute(statement)
    cr.execute(DUE_CLOCKS, values)
    cr.execute(NEXT_LIMITS, values)
    for table in TABLES:
        cr.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
    # The first number of a year opens its counter; the works to be measured are not the first.
    for year in (MOMENT.year, datetime.now().year, datetime.now().year + 1):
        env["ir.sequence"]._next_complaint_numbers(env.company, year, 1)


def _people(env):
    """Handlers, teams below a head office, and one team that works by a calendar of its own."""
    company = env.company
    company.resource_calendar_id.tz = "Asia/Shanghai"
    group = env.ref("complaint_management.group_complaint_handler")
    users = (
        env["res.users"]
        .with_context(no_reset_password=True, mail_create_nolog=True, mail_create_nosubscribe=True)
        .create(
            [
                {
                    "name": f"Handler {number}",
                    "login": f"handler{number}",
                    "email": f"handler{number}@bench.example.com",
                    "group_ids": [Command.set(group.ids)],
                    "tz": "Asia/Shanghai",
                }
                for number in range(USERS)
            ]
        )
    )
    manager = users[-1].copy({"name": "Manager", "login": "manager", "email": "manager@bench.example.com"})
    manager.group_ids += env.ref("complaint_management.group_complaint_manager")
    manager.group_ids += env.ref("base.group_system")
    Team = env["complaint.team"]
    head_office = Team.create({"name": "Head Office", "leader_id": manager.id, "sequence": 90})
    calendar = company.resource_calendar_id.copy({"name": "Hours that change"})
    teams = Team.create(
        [
            {
                "name": f"Team {number}",
                "sequence": 100 + number,
                "parent_id": head_office.id,
                "leader_id": users[number].id,
                "member_ids": [Command.set(users[number::TEAMS].ids)],
            }
            for number in range(TEAMS)
        ]
    )
    moved_team = Team.create(
        {"name": "Team that moves", "calendar_id": calendar.id, "member_ids": [Command.set(users.ids)]}
    )
    categories = env["complaint.category"].create([{"name": f"Category {number}"} for number in range(10)])
    return {
        "users": users.ids,
        "user_count": USERS,
        "teams": teams.ids,
        "team_count": TEAMS,
        "moved_team": moved_team.id,
        "moved_calendar": calendar.id,
        "calendar": company.resource_calendar_id.id,
        "categories": categories.ids,
        "category_count": len(categories),
    }


def _limits(env, values):
    """A policy with a limit for each milestone, and when each ends that started on one of so many moments."""
    policy = env["complaint.deadline.policy"].create(
        {
            "name": "Benchmark",
            "sequence": 0,
            "rule_ids": [
                Command.create(
                    {
                        "sequence": number,
                        "milestone": milestone,
                        "duration": days,
                        "unit": "days",
                        "warn_before": 1,
                        "warn_unit": "days",
                        "escalation_ids": [
                            Command.create(
                                {"after": after, "unit": "days", "whom": whom, "note": "See to it."}
                            )
                            for after, whom in ((2, "leader"), (4, "parent_leader"))
                        ],
                    }
                )
                for number, (milestone, days) in enumerate(LIMITS.items())
            ],
        }
    )
    env["complaint.deadline.recompute"].search([]).unlink()
    calendar, Deadline = env.company.resource_calendar_id, env["complaint.deadline"]
    starts = [MOMENT - timedelta(minutes=7 * number) for number in range(1, 700)]
    rows = []
    for number, start in enumerate(starts):
        for rule in policy.rule_ids:
            due, warn_at = Deadline._get_limits(rule, calendar, env.company, start)
            rows.append((number, rule.sequence, rule.id, rule.milestone, start, due, warn_at))
    cr = env.cr
    cr.execute(
        """CREATE TEMP TABLE bench_limit (number int, sequence int, rule_id int, milestone text,
                                          start timestamp, due timestamp, warn_at timestamp)"""
    )
    cr.execute_values("INSERT INTO bench_limit VALUES %s", rows)
    return {"starts": len(starts)}


def main(database, clocks):
    """Fill a database in a process of its own."""
    from _harness import start

    with start(database).cursor() as cr:
        fill(api.Environment(cr, api.SUPERUSER_ID, {"lang": "en_US"}), int(clocks))


if __name__ == "__main__":
    main(*sys.argv[1:])
