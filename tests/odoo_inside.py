# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Odoo inside the test's own process: for what has to look into it while much is going on."""

import itertools
import os
from contextlib import contextmanager

from devkit import databases

_numbers = itertools.count(1)


@contextmanager
def inside_copy(project):
    """:class:`Inside` on a fresh database with our add-ons, dropped at the end.

    :param project: the fixture of this name
    """
    name = f"{databases.COPY}{os.getpid()}_inside{next(_numbers)}"
    databases.copy(databases.level_two(project), name)
    try:
        inside = Inside(name)
        yield inside
        inside.close()
    finally:
        databases.drop(name)


class Inside:
    """A registry of a database, and environments on it whose work is committed."""

    def __init__(self, database):
        from odoo.modules.registry import Registry
        from odoo.tools import config

        # Files the importer holds are few and small; nothing here serves requests.
        config.parse_config(["--database", database, "--log-level", "warn"], setup_logging=True)
        self.database = database
        self.registry = Registry(database)

    @contextmanager
    def env(self, user=None, **context):
        """An environment in a transaction of its own, committed at the end unless it fails.

        :param user: login or id of who works; the superuser where it is left out
        """
        from odoo.api import SUPERUSER_ID, Environment

        with self.registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, context)
            if user:
                uid = user if isinstance(user, int) else env["res.users"].search([("login", "=", user)]).id
                env = env(user=uid)
            yield env
            env.flush_all()

    def close(self):
        """Let go of the database, so that it can be dropped."""
        from odoo.modules.registry import Registry
        from odoo.sql_db import close_db

        Registry.delete(self.database)
        close_db(self.database)


def import_file(env, model, content, options=None, dry_run=False):
    """Import a file as the web client does: upload, preview, then batch after batch.

    :param bytes content: the file, with a title line of field names
    :param dict options: what the side panel of the import page would set
    :param bool dry_run: the button Test: nothing stays
    :return: dict with ``ids``, ``messages`` and ``fields``, the columns as the importer understood them
    """
    options = {
        "encoding": "utf-8",
        "separator": ",",
        "quoting": '"',
        "has_headers": True,
        "advanced": True,
        "keep_matches": False,
        "name_create_enabled_fields": {},
        "import_set_empty_fields": [],
        "import_skip_records": [],
        "fallback_values": {},
        "skip": 0,
        "limit": 2000,
        **{name: _strftime(value) for name, value in (options or {}).items()},
    }
    wizard = env["base_import.import"].create({"res_model": model})
    wizard.write({"file": content, "file_name": f"{model}.csv", "file_type": "text/csv"})
    preview = wizard.parse_preview(dict(options))
    assert not preview.get("error"), preview["error"]
    fields = [
        "/".join(preview["matches"].get(index, ())) or False for index in range(len(preview["headers"]))
    ]
    wizard = wizard.with_context(tracking_disable=True)
    ids, messages = [], []
    while True:
        result = wizard.execute_import(fields, preview["headers"], dict(options), dryrun=dry_run)
        ids += result.get("ids") or []
        messages += result["messages"]
        if not result.get("nextrow") or any(message["type"] == "error" for message in result["messages"]):
            return {"ids": ids, "messages": messages, "fields": fields}
        options["skip"] = result["nextrow"]


def _strftime(value):
    """The client writes date formats as people do, the server reads them as Python does."""
    if not isinstance(value, str):
        return value
    formats = ("YYYY", "%Y"), ("YY", "%y"), ("MM", "%m"), ("DD", "%d"), ("HH", "%H"), ("mm", "%M")
    for shown, meant in formats:
        value = value.replace(shown, meant)
    return value
