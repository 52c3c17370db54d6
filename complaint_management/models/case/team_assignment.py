from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import ormcache

#: Who may be given complaints: this group, and those above it.
HANDLING_GROUP = "complaint_management.group_complaint_first_contact"
#: What an open complaint adds to the load of the person responsible. Each severity weighs twice the one
#: below: an urgent case keeps a person as busy as four ordinary ones.
LOAD_WEIGHTS = {"normal": 1, "important": 2, "urgent": 4}
#: Most complaints that the button of a team distributes at once; what is left takes another press.
DISTRIBUTE_LIMIT = 1000


class Method(NamedTuple):
    """How a team assigns, as it is kept in memory."""

    name: str
    member_ids: tuple


class Roster:
    """Who of a team is next.

    It counts along what it hands out, so that the loads and turns are read once for a whole batch.

    :param str method: ``turn`` or ``load``
    :param user_ids: the members who may be chosen
    :param loads: load by user id; teams that share members share it, too
    :param turns: by user id, a number that is the higher the later they had their last turn
    """

    def __init__(self, method, user_ids, loads, turns):
        self.method = method
        self.user_ids = sorted(user_ids)
        self.loads = loads
        self.turns = turns
        self.last = max(turns.values(), default=0)
        self.served = {}

    def take(self, excluded):
        """Return the id of the next member who is not excluded, or False where nobody is left."""
        free = [user_id for user_id in self.user_ids if user_id not in excluded]
        if not free:
            return False
        user_id = min(free, key=self._rank)
        self.last += 1
        self.turns[user_id] = self.last
        # The latest turn of each in this batch, the earlier ones first.
        self.served.pop(user_id, None)
        self.served[user_id] = True
        return user_id

    def _rank(self, user_id):
        load = self.loads[user_id] if self.method == "load" else 0
        return load, self.turns.get(user_id, 0), user_id


class ComplaintTeam(models.Model):
    """How a team finds the person responsible for a complaint that has none (DI-1)."""

    _inherit = "complaint.team"

    assign_method = fields.Selection(
        [("manual", "By hand"), ("turn", "In turn"), ("load", "By load")],
        string="Assignment",
        required=True,
        default="manual",
        help="By hand: somebody takes each complaint or is given it.\n"
        "In turn: one member after the other.\n"
        "By load: the member with the least open work; an important complaint counts as two, an urgent one "
        "as four.\n"
        "Whoever is absent or excluded from a complaint is passed over.",
    )

    @api.model
    def _cached_fields(self):
        return super()._cached_fields() | {"assign_method"}

    @api.model
    @ormcache("distribute")
    def _get_methods(self, distribute=False):
        """Return the teams that choose somebody by themselves.

        :param bool distribute: those that assign by hand choose as well, by load
        :return: ``{team id: Method}`` of active teams; not to be changed
        """
        teams = self.sudo().search([("active", "=", True)])
        return {
            team.id: Method(
                "load" if team.assign_method == "manual" else team.assign_method, tuple(team.member_ids.ids)
            )
            for team in teams
            if distribute or team.assign_method != "manual"
        }

    @api.model
    def _is_assigning(self):
        """Tell whether any complaint finds its person by itself, by a team or by a rule."""
        return bool(self._get_methods() or self.env["complaint.assignment.rule"]._get_rules())

    @api.model
    def _filter_available(self, user_ids, company_id):
        """Return those of some users who may be given complaints of a company now.

        These are its active employees with access to complaints who are not absent.

        :param user_ids: ids of res.users
        :param int company_id: id of the company
        :return: set of ids
        """
        if not user_ids:
            return set()
        users = (
            self.env["res.users"]
            .sudo()
            .with_context(active_test=True)
            .search(
                [
                    ("id", "in", list(user_ids)),
                    ("share", "=", False),
                    ("company_ids", "in", [company_id]),
                    ("all_group_ids", "in", [self.env["ir.model.data"]._xmlid_to_res_id(HANDLING_GROUP)]),
                ]
            )
        )
        company = self.env["res.company"].browse(company_id)
        return set((users - users._get_absent(company)).ids)

    @api.model
    def _get_rosters(self, free, methods):
        """Return the Roster of teams, with one query for the loads and one for the turns of all.

        :param dict free: by team id, the ids of users who may be chosen now, members or not
        :param dict methods: by team id, its Method
        :return: ``{team id: Roster}``, and the loads that they share
        """
        members = {team_id: set(methods[team_id].member_ids) & user_ids for team_id, user_ids in free.items()}
        weighed = {
            user_id
            for team_id, user_ids in members.items()
            if methods[team_id].name == "load"
            for user_id in user_ids
        }
        loads = self._get_loads(weighed)
        turns = self.env["complaint.team.turn"]._get_latest(members)
        return {
            team_id: Roster(methods[team_id].name, user_ids, loads, turns[team_id])
            for team_id, user_ids in members.items()
        }, loads

    @api.model
    def _get_loads(self, user_ids):
        """Return what each user has to do in all teams and companies together, by their ids."""
        loads = defaultdict(int)
        if user_ids:
            Complaint = self.env["complaint.complaint"].sudo().with_context(active_test=True)
            groups = Complaint._read_group(
                [("user_id", "in", list(user_ids)), ("closed_at", "=", False)],
                ["user_id", "severity"],
                ["__count"],
            )
            for user, severity, count in groups:
                loads[user.id] += count * LOAD_WEIGHTS.get(severity, 1)
        return loads

    def action_distribute(self):
        """Assign the open complaints of the team that nobody answers for, the oldest first."""
        domain = [("team_id", "in", self.ids), ("user_id", "=", False), ("closed_at", "=", False)]
        waiting = self.env["complaint.complaint"].search(
            domain, order="received_at, id", limit=DISTRIBUTE_LIMIT
        )
        return waiting.action_distribute()
