from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Command

from ...tools import process
from .team_assignment import LOAD_WEIGHTS

#: What the rules and the routing look at: a change of it is a new chance for a complaint nobody answers for.
ASSIGNING_FIELDS = {"team_id", "category_id", "severity", "company_id", "product_id", "stage_id"}


class Case(NamedTuple):
    """What decides who answers for a complaint, before it is created or after."""

    company_id: int
    team_id: int
    category_id: int
    severity: str
    product_id: int
    excluded: frozenset = frozenset()


class Choice(NamedTuple):
    """Where a complaint goes. ``sought``: somebody was looked for, found or not."""

    team_id: int
    user_id: int
    sought: bool


class ComplaintAssignment(models.Model):
    """A named person answers for every complaint (DI-1).

    Rules (``assignment_rule.py``) and the team's method (``team_assignment.py``) find a person for a
    complaint that has none: when it is created, when what the rules look at changes, and when it is
    reopened. Nobody is ever replaced by them. Who registers a complaint by hand answers for it until it is
    taken over (IN-5), so these find nothing to do.
    """

    _inherit = "complaint.complaint"

    # creation

    def _prepare_create_values(self, vals_list):
        """Choose before the rows are written: what is created assigned needs no second write."""
        vals_list = super()._prepare_create_values(vals_list)
        if not self.env["complaint.team"]._is_assigning():
            return vals_list
        waiting = [
            vals
            for vals in vals_list
            if not vals.get("user_id") and vals.get("active", True) and vals.get("step") not in process.ENDS
        ]
        choices = self._choose_responsibles(self._prepare_cases(waiting)) if waiting else ()
        for vals, choice in zip(waiting, choices, strict=True):
            if choice.team_id != vals.get("team_id"):
                self._reroute_vals(vals, choice.team_id)
            if choice.user_id:
                vals["user_id"] = choice.user_id
                # What nobody received yet is received by the first person who gets it, as by hand.
                vals["received_by_id"] = vals.get("received_by_id") or choice.user_id
        return vals_list

    def _reroute_vals(self, vals, team_id):
        Stage = self.env["complaint.stage"]
        vals["team_id"] = team_id
        if not Stage._is_open_to(vals["stage_id"], team_id):
            vals["stage_id"] = Stage._first_of_step(vals["step"], team_id)

    @api.model
    def _prepare_cases(self, vals_list):
        """Return the cases of complaints that are about to be created."""
        employee_ids = [self._get_linked_ids(vals.get("employee_ids")) for vals in vals_list]
        employees = (
            self.env["hr.employee"]
            .sudo()
            .with_context(active_test=False)
            .browse({employee_id for found in employee_ids for employee_id in found})
        )
        user_ids = {employee.id: employee.user_id.id for employee in employees}
        return [
            Case(
                company_id=vals.get("company_id"),
                team_id=vals.get("team_id") or False,
                category_id=vals.get("category_id") or False,
                severity=vals.get("severity") or "normal",
                product_id=vals.get("product_id") or False,
                excluded=frozenset(user_ids[employee_id] for employee_id in found),
            )
            for vals, found in zip(vals_list, employee_ids, strict=True)
        ]

    @staticmethod
    def _get_linked_ids(commands):
        """Return the ids that the commands of a many2many field link at creation."""
        linked = set()
        for command in commands or ():
            if isinstance(command, int):
                linked.add(command)
            elif command[0] == Command.LINK:
                linked.add(command[1])
            elif command[0] == Command.SET:
                linked.update(command[2])
        return linked

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        if self.env["complaint.team"]._is_assigning():
            waiting = complaints.filtered(lambda complaint: complaint._is_waiting())
            waiting._get_unserved()._ask_leaders()
        return complaints

    # later

    def write(self, vals):
        waiting, former = self.browse(), {}
        assigning = (
            ASSIGNING_FIELDS & vals.keys()
            and not vals.get("user_id")
            and not self.env.context.get("complaint_assigning")
            and self.env["complaint.team"]._is_assigning()
        )
        if assigning:
            # Whoever passes a complaint on may not see it any more afterwards.
            former = {
                complaint.id: (complaint._get_case(), complaint._is_waiting()) for complaint in self.sudo()
            }
        if vals.get("user_id"):
            waiting = self.filtered(lambda complaint: not complaint.user_id)
        result = super().write(vals)
        if waiting:
            waiting._withdraw_requests()
        if "stage_id" in vals:
            self.sudo().filtered(
                lambda complaint: complaint.closed_at and not complaint.user_id
            )._withdraw_requests()
        if assigning:
            self.sudo()._assign_changed(former)
        return result

    def _assign_changed(self, former):
        """Look again for somebody, where what decides about it changed.

        :param dict former: by id, the Case before, and whether the complaint waited for somebody
        """
        passed_on = changed = self.browse()
        for complaint in self.filtered(lambda complaint: complaint._is_waiting()):
            case, (former_case, waited) = complaint._get_case(), former[complaint.id]
            if case != former_case and case._replace(team_id=former_case.team_id) == former_case:
                # Somebody chose the team, which no rule exchanges for another one.
                passed_on |= complaint
            elif case != former_case or not waited:
                changed |= complaint
        passed_on._assign(keep_team=True)
        changed._assign()

    def _is_waiting(self):
        """Tell whether the complaint needs somebody who answers for it."""
        self.ensure_one()
        return self.active and not self.user_id and not self.closed_at

    def _get_case(self):
        self.ensure_one()
        return Case(
            company_id=self.company_id.id,
            team_id=self.team_id.id,
            category_id=self.category_id.id,
            severity=self.severity or "normal",
            product_id=self.product_id.id,
        )

    def _get_cases(self):
        """Return the cases of the complaints, with those who may never be chosen."""
        complaints_sudo = self.sudo()
        return [
            complaint._get_case()._replace(excluded=frozenset(complaint.excluded_user_ids.ids))
            for complaint in complaints_sudo
        ]

    def _assign(self, keep_team=False, distribute=False):
        """Give the complaints to those whom the rules and the teams choose.

        :param bool keep_team: no rule passes them on to another team
        :param bool distribute: also teams that assign by hand choose, by load
        :return: those that found somebody
        """
        if not self:
            return self
        # The person chosen may be one that whoever caused this does not see.
        complaints = self.sudo().with_context(complaint_assigning=True)
        choices = self._choose_responsibles(self._get_cases(), keep_team, distribute)
        chosen = dict(zip(complaints, choices, strict=True))
        for team_id, group in complaints.grouped(lambda complaint: chosen[complaint].team_id).items():
            group.filtered(lambda complaint, team_id=team_id: complaint.team_id.id != team_id).write(
                {"team_id": team_id}
            )
        # One write a person: each of them is told once.
        for user_id, group in complaints.grouped(lambda complaint: chosen[complaint].user_id).items():
            if user_id:
                group.write({"user_id": user_id})
        complaints.filtered(
            lambda complaint: chosen[complaint].sought and not chosen[complaint].user_id
        )._ask_leaders()
        return self.browse([complaint.id for complaint, choice in chosen.items() if choice.user_id])

    # the choice

    @api.model
    def _choose_responsibles(self, cases, keep_team=False, distribute=False):
        """Choose for many complaints at once, with a number of queries that does not grow with them.

        :param cases: list of Case
        :param bool keep_team: no rule passes them on to another team
        :param bool distribute: also teams that assign by hand choose, by load
        :return: list of Choice
        """
        Team = self.env["complaint.team"]
        plans = self._plan_choices(cases, keep_team)
        methods = Team._get_methods(distribute)
        if not any(persons or team_id in methods for persons, team_id in plans):
            return [Choice(team_id, False, False) for _persons, team_id in plans]
        candidates, members = defaultdict(set), {}
        for case, (persons, team_id) in zip(cases, plans, strict=True):
            candidates[case.company_id].update(persons)
            if team_id in methods:
                members[team_id] = case.company_id
                candidates[case.company_id].update(methods[team_id].member_ids)
        free = {
            company_id: Team._filter_available(user_ids, company_id)
            for company_id, user_ids in candidates.items()
        }
        rosters, loads = Team._get_rosters(
            {team_id: free[company_id] for team_id, company_id in members.items()}, methods
        )
        choices = []
        for case, (persons, team_id) in zip(cases, plans, strict=True):
            takers = free[case.company_id] - case.excluded
            user_id = next((person for person in persons if person in takers), False)
            if not user_id and team_id in rosters:
                user_id = rosters[team_id].take(case.excluded)
            loads[user_id] += LOAD_WEIGHTS[case.severity]
            choices.append(Choice(team_id, user_id, bool(persons) or team_id in rosters))
        self.env["complaint.team.turn"]._record(rosters)
        return choices

    @api.model
    def _plan_choices(self, cases, keep_team=False):
        """Say who comes into question: for each case the ids of persons, and that of the team it goes to.

        A rule passes nothing to a team that may not handle it: it goes further up, as in routing (TR-3).
        """
        plans = self.env["complaint.assignment.rule"]._plan(cases, keep_team)
        Team = self.env["complaint.team"].sudo()
        return [
            (persons, team_id)
            if team_id == case.team_id
            else (persons, Team.browse(team_id)._for_severity(case.severity).id)
            for case, (persons, team_id) in zip(cases, plans, strict=True)
        ]

    # buttons

    def action_distribute(self):
        """Assign those of the complaints that nobody answers for yet, at once."""
        waiting = self.filtered(lambda complaint: complaint._is_waiting())
        waiting.check_access("write")
        assigned = waiting._assign(distribute=True)
        left = len(waiting) - len(assigned)
        message = self.env._("Assigned: %(count)s.", count=len(assigned))
        if left:
            message += " " + self.env._(
                "Left: %(count)s. Nobody in their team can take them now.", count=left
            )
        elif not waiting:
            message = self.env._("Somebody answers for each of these already.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "warning" if left else "info",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
