# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Each add-on comes and goes: installed with and without demo data, upgraded, uninstalled.

The log: an entry of level WARNING or above fails the test, unless Odoo's own add-ons, installed
without ours into the same database before, logged the same (or the uninstallation of one of
Odoo's add-ons logs it: ``UNINSTALLING``). So what Odoo says against itself does not count, and
everything that appears only with us does, whoever logs it.

What is left: after both are gone the database has the tables, columns, indexes, constraints and
sequences it had before, and as many rows in every table, but for the few tables named in
``MOVING`` (and Odoo's ``orm_signaling_…``, which only count).
"""

import pytest

from devkit import databases
from devkit.paths import ADDONS

MANAGEMENT, SURVEY = ADDONS
STOP = ("--stop-after-init", "--no-http")

# Rows that come and go with any installation of anything, by what they are.
MOVING = {
    "bus_bus": "messages to browsers, collected later",
    "ir_attachment": "style and script bundles, made anew after each change of modules",
    "ir_cron_progress": "how crons went",
    "ir_cron_trigger": "crons that were asked to run",
    "ir_model_constraint": "compared by name, below",
    "ir_model_data": "compared by name, below",
    "ir_profile": "measurements",
    "res_users_log": "when people logged in; some of the demo's have, see demo/service/service_demo.xml",
}

SCHEMA = {
    "table": "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
    "column": """
        SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
          FROM information_schema.columns WHERE table_schema = 'public'""",
    "index": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraint": """
        SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "sequence": "SELECT sequence_name FROM information_schema.sequences WHERE sequence_schema = 'public'",
    "function": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    # Odoo leaves names of what is gone with any add-on, its own included: those of inheritances and
    # selection values that its own add-ons brought to the model, and of foreign keys.
    "external id": """
        SELECT module || '.' || name FROM ir_model_data d
         WHERE (model <> 'ir.model.inherit' OR EXISTS (SELECT FROM ir_model_inherit WHERE id = d.res_id))
           AND (model <> 'ir.model.fields.selection'
                OR EXISTS (SELECT FROM ir_model_fields_selection WHERE id = d.res_id))""",
    "noted constraint": """
        SELECT name FROM ir_model_constraint
         WHERE type <> 'f' OR name IN (SELECT conname FROM pg_constraint)""",
    "setting": "SELECT 'ir_config_parameter ' || key FROM ir_config_parameter",
    "scheduled action": "SELECT 'ir_cron ' || cron_name FROM ir_cron",
    "group": "SELECT 'res_groups ' || (name ->> 'en_US') FROM res_groups",
    "selection value": """
        SELECT f.model || '.' || f.name || ' ' || s.value
          FROM ir_model_fields_selection s JOIN ir_model_fields f ON f.id = s.field_id""",
}


def state(database):
    """Everything about a database that a guest could leave behind."""
    found = {kind: {row[0] for row in databases.psql(query, database)} for kind, query in SCHEMA.items()}
    tables = sorted(name for name in found["table"] - set(MOVING) if not name.startswith("orm_signaling_"))
    counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables)
    found["rows"] = {f"{table}: {count}" for table, count in databases.psql(counts, database)}
    return found


def assert_same(before, after):
    """Fail with all that is there after and was not there before, and the other way round."""
    lines = []
    for kind, known in before.items():
        lines += [f"left: {kind} {name}" for name in sorted(after[kind] - known)]
        lines += [f"lost: {kind} {name}" for name in sorted(known - after[kind])]
    assert not lines, "\n".join(lines)


def mentions(database, addons):
    """Records that still point at an add-on, its models or its records."""
    names = ", ".join(f"'{addon}'" for addon in addons)
    queries = {
        "ir_model_data": f"SELECT module || '.' || name FROM ir_model_data WHERE module IN ({names})",
        "column": """
            SELECT table_name || '.' || column_name FROM information_schema.columns
             WHERE table_schema = 'public'
               AND (table_name LIKE 'complaint%' OR column_name LIKE 'complaint%')""",
    }
    if MANAGEMENT in addons:
        queries |= {
            "ir_model": "SELECT model FROM ir_model WHERE model LIKE 'complaint%'",
            "ir_model_fields": "SELECT name FROM ir_model_fields WHERE relation LIKE 'complaint%'",
            "mail_message": "SELECT subject FROM mail_message WHERE model LIKE 'complaint%'",
            "mail_followers": "SELECT res_model FROM mail_followers WHERE res_model LIKE 'complaint%'",
            "mail_activity": "SELECT res_model FROM mail_activity WHERE res_model LIKE 'complaint%'",
            "ir_attachment": "SELECT name FROM ir_attachment WHERE res_model LIKE 'complaint%'",
            "ir_filters": "SELECT name FROM ir_filters WHERE model_id LIKE 'complaint%'",
            "ir_config_parameter": "SELECT key FROM ir_config_parameter WHERE key LIKE 'complaint%'",
            "ir_sequence": "SELECT code FROM ir_sequence WHERE code LIKE 'complaint%'",
            "mail_alias": """
                SELECT alias_name FROM mail_alias
                 WHERE alias_model_id NOT IN (SELECT id FROM ir_model)""",
        }
    else:
        queries.pop("column")
    found = []
    for table, query in queries.items():
        found += [f"{table}: {row[0]}" for row in databases.psql(query, database)]
    return found


@pytest.fixture(scope="module")
def known(project, odoo):
    """What Odoo logs without us: while its add-ons are installed, upgraded and uninstalled."""
    entries = set()
    for demo in (False, True):
        entries.update(databases.installation_complaints(databases.level_one(project, demo=demo)))
    database = f"{databases.level_one_name()}_known"
    databases.copy(databases.level_one_name(), database)
    try:
        outcomes = [
            odoo("-d", database, "-u", "portal", *STOP),
            odoo("module", "uninstall", "-d", database, "survey"),
        ]
    finally:
        databases.drop(database)
    for outcome in outcomes:
        assert outcome.status == 0, outcome.log
        entries.update(outcome.serious())
    return entries


@pytest.fixture
def step(odoo, known):
    """Run one step of Odoo and insist on a clean log."""

    def run(*arguments):
        outcome = odoo(*arguments)
        assert outcome.status == 0, outcome.log[-3000:]
        assert outcome.serious(known) == []

    return run


def impossible_moments(database):
    """Service orders whose moments cannot be, and technicians whose hours a first login would move."""
    queries = {
        "asked for after the appointment": """
            SELECT number FROM complaint_service_order WHERE requested_at > scheduled_start""",
        "handed over before the work was completed": """
            SELECT service.number FROM complaint_service_order service
              JOIN complaint_deadline deadline ON deadline.service_order_id = service.id
             WHERE deadline.milestone = 'complete' AND deadline.reached_at > service.handed_over_at""",
        "hours of somebody whom the browser of the first login would move to its time zone": """
            SELECT employee.name FROM hr_employee employee
             WHERE employee.complaint_technician AND employee.user_id IS NOT NULL
               AND NOT EXISTS (SELECT FROM res_users_log log WHERE log.create_uid = employee.user_id)""",
    }
    return [f"{row[0]}: {what}" for what, query in queries.items() for row in databases.psql(query, database)]


def check_life(step, database, *install_options, stories=False):
    """Install, upgrade and uninstall both add-ons; nothing may be left."""
    before = state(database)
    step("-d", database, "-i", MANAGEMENT, *install_options, *STOP)
    alone = state(database)
    if stories:
        assert impossible_moments(database) == []
    step("-d", database, "-i", SURVEY, *install_options, *STOP)
    assert databases.has_addons(database)
    step("-d", database, "-u", ",".join(ADDONS), *STOP)
    step("module", "uninstall", "-d", database, SURVEY)
    assert mentions(database, [SURVEY]) == []
    assert_same(alone, state(database))
    step("module", "uninstall", "-d", database, MANAGEMENT)
    assert mentions(database, ADDONS) == []
    assert_same(before, state(database))


def test_without_demo_data(step, new_database):
    check_life(step, new_database("odoo"))


def test_with_demo_data(step, new_database):
    database = new_database("demo")
    check_life(step, database, "--with-demo", stories=True)


def test_in_one_go_and_again(step, new_database):
    """Installed again after it was uninstalled, as people do who try things out."""
    database = new_database("odoo")
    step("-d", database, "-i", ",".join(ADDONS), *STOP)
    step("module", "uninstall", "-d", database, *reversed(ADDONS))
    step("-d", database, "-i", ",".join(ADDONS), *STOP)
    assert databases.has_addons(database)
