# Part of the complaint management suite. See LICENSE file for full licensing details.
"""The same pieces of work on a complaint, on a bare record and on a task of Odoo's own.

Each of them asks for what the web client, a program or the mail gateway would ask for.
"""

import importlib.util
from dataclasses import dataclass, field

from _fill import ALIASES, DOMAIN, RARE_CHINESE, RARE_SUBJECT, RARE_TEXT
from lxml import etree

from odoo.tools.safe_eval import safe_eval

from devkit.paths import ROOT

#: The user everything is measured as: an ordinary handler, a member of the first team.
USER = "handler0"
MANAGER = "manager"
PAGE = 80
#: Up to how many records the client counts, where a view does not say less.
COUNT_LIMIT = 10000

MAIL = """\
From: "A Customer" <customer{number}@example.com>
To: {alias}@{domain}
Subject: {subject}
Date: Mon, 02 Mar 2026 10:00:00 +0800
Message-ID: <{subject}.{number}@example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"

Hello,

since Friday the heating in our flat is cold. Please send somebody.

A customer
"""


def _web_client():
    path = ROOT / "complaint_management" / "tests" / "web_client.py"
    spec = importlib.util.spec_from_file_location("web_client", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


web_client = _web_client()


@dataclass
class Subject:
    """A model and what its screens ask of it."""

    model: str
    values: dict
    list_domain: list
    board_domain: list
    moving: list
    move: dict
    many_moving: list
    many_move: dict
    form: int
    specifications: dict = field(default_factory=dict)
    search_domains: dict = field(default_factory=dict)
    count_limit: int = COUNT_LIMIT

    def __str__(self):
        return self.model

    def learn(self, env):
        """Read the views once: what they ask for does not belong to what is measured."""
        for view_type in ("list", "kanban", "form"):
            arch, self.specifications[view_type] = web_client.open_view(env, self.model, view_type)
            if view_type == "list":
                self.count_limit = int(arch.get("count_limit", COUNT_LIMIT))
        search = etree.fromstring(env[self.model].get_views([(False, "search")])["views"]["search"]["arch"])
        expression = next(
            (node.get("filter_domain") for node in search.iter("field") if node.get("filter_domain")),
            "['|', ('name', 'ilike', self), ('description', 'ilike', self)]",
        )
        for word in (RARE_SUBJECT, RARE_TEXT, RARE_CHINESE, RARE_CHINESE[:2]):
            self.search_domains[word] = safe_eval(expression, {"self": word})

    # the works; each takes an environment

    def create(self, env, count=1):
        """Create records, as a form or a program does."""
        return env[self.model].create([dict(self.values) for _number in range(count)])

    def receive_mail(self, env):
        """Take in a mail of a known customer."""
        raw = MAIL.format(alias=ALIASES[self.model], domain=DOMAIN, subject="Cold-heating", number=7)
        if not env["mail.thread"].message_process(False, raw):
            raise RuntimeError(f"The mail made no {self.model}.")

    def move_one(self, env):
        """Move one record to the next stage."""
        self.moving.append(self.moving.pop(0))
        env[self.model].browse(self.moving[0]).write(dict(self.move))

    def move_many(self, env):
        """Move 200 records at once."""
        env[self.model].browse(self.many_moving).write(dict(self.many_move))

    def list_arguments(self, domain=None):
        """Arguments of the client's call for a list page."""
        return {
            "domain": self.list_domain if domain is None else domain,
            "specification": self.specifications["list"],
            "limit": PAGE,
            "count_limit": self.count_limit + 1,
            "order": "",
        }

    def open_list(self, env):
        """Open the list: its first page and the count."""
        return env[self.model].web_search_read(**self.list_arguments())

    def search_word(self, word):
        """Return the work of searching a word in the list."""
        return lambda env: env[self.model].web_search_read(**self.list_arguments(self.search_domains[word]))

    def open_board(self, env):
        """Open one's own board: the first page of each column."""
        return (
            env[self.model]
            .with_context(read_group_expand=True)
            .web_read_group(
                self.board_domain,
                ["stage_id"],
                [],
                auto_unfold=True,
                unfold_read_specification=self.specifications["kanban"],
                unfold_read_default_limit=40,
            )
        )

    def open_form(self, env):
        """Open the form of one record."""
        return env[self.model].browse(self.form).web_read(self.specifications["form"])


class Complaint(Subject):
    """What only complaints have."""

    def read_progress_bar(self, env):
        """Fill the bars above the board's columns."""
        bar = {"field": "severity", "colors": {"normal": "200", "important": "warning", "urgent": "danger"}}
        return env[self.model].read_progress_bar(self.board_domain, "stage_id", bar)

    def open_teams(self, env):
        """Open the team overview with its counters."""
        return env["complaint.team"].web_search_read([], self.specifications["teams"], limit=40)

    def count_of_partners(self, env, count=1):
        """Read the counters that the contact's button shows."""
        return (
            env["res.partner"]
            .browse(self.partners[:count])
            .web_read({"complaint_count": {}, "complaint_open_count": {}})
        )

    def open_late_form(self, env):
        """Open the form of a complaint that is past triage: it looks for no repeats."""
        return env[self.model].browse(self.late_form).web_read(self.specifications["form"])


def subjects(env, uid):
    """Return the three subjects, by a short name.

    :param env: environment that sees all
    :param uid: id of the user who will do the work
    """
    cr = env.cr

    def ids(query, *values):
        cr.execute(query, values)
        return [row[0] for row in cr.fetchall()]

    user = env["res.users"].browse(uid)
    team = env["complaint.team"].search([("member_ids", "in", uid)], limit=1)
    project = env["project.project"].search([("name", "=", team.name)], limit=1)
    Stage = env["complaint.stage"]
    stage = {step: Stage._first_of_step(step, team.id) for step, _label in Stage._fields["step"].selection}
    types = {kind.name: kind.id for kind in project.type_ids}
    labels = dict(Stage._fields["step"].selection)
    open_stages = [stage[step] for step in stage if step not in ("closed", "rejected", "cancelled")]
    in_work = """
        SELECT id FROM complaint_complaint c
         WHERE closed_at IS NULL AND team_id = %s AND step = ANY(%s)
           AND user_id IS NOT NULL AND NOT confidential
           AND NOT EXISTS (SELECT FROM complaint_complaint_excluded_rel x WHERE x.complaint_id = c.id)
         ORDER BY received_at DESC LIMIT %s
    """
    before = ["dispatch", "investigation", "solution", "execution"]
    one = ids(in_work, team.id, ["dispatch"], 30)
    many = ids(in_work, team.id, before, 200)
    own = """
        SELECT id FROM complaint_complaint
         WHERE user_id = %s AND step = %s AND partner_id IS NOT NULL ORDER BY id DESC LIMIT 1
    """
    new, late = ids(own, uid, "new")[0], ids(own, uid, "investigation")[0]
    partners = ids(
        "SELECT DISTINCT partner_id FROM complaint_complaint WHERE partner_id IS NOT NULL LIMIT 20"
    )
    channel = env["complaint.channel"].search([], limit=1)
    category = env["complaint.category"].search([("parent_id", "!=", False)], limit=1)
    text = {"name": "Heating does not work", "description": "It has been cold for three days."}
    complaint = Complaint(
        "complaint.complaint",
        {**text, "partner_id": partners[0], "channel_id": channel.id, "category_id": category.id},
        [("closed_at", "=", False)],
        [("user_id", "=", uid), ("closed_at", "=", False)],
        one,
        {"stage_id": stage["investigation"]},
        many,
        {"stage_id": stage["feedback"]},
        new,
    )
    complaint.late_form, complaint.partners = late, partners
    bare = Subject(
        "complaint.bench.bare",
        text,
        [],
        [("user_id", "=", uid), ("stage_id", "in", open_stages)],
        list(one),
        {"stage_id": stage["investigation"]},
        many,
        {"stage_id": stage["feedback"]},
        new,
    )
    task = Subject(
        "project.task",
        {**text, "project_id": project.id, "partner_id": partners[0], "user_ids": [(6, 0, [uid])]},
        [("has_template_ancestor", "=", False), ("is_closed", "=", False)],
        [("user_ids", "in", uid), ("has_template_ancestor", "=", False), ("is_closed", "=", False)],
        list(one),
        {"stage_id": types[labels["investigation"]]},
        many,
        {"stage_id": types[labels["feedback"]]},
        new,
    )
    found = {"complaint": complaint, "bare": bare, "task": task}
    user_env = env(user=user, context={**env.context, "lang": "en_US"})
    for subject in found.values():
        subject.learn(user_env)
    complaint.specifications["teams"] = web_client.read_specification(user_env, "complaint.team", "kanban")
    return found
