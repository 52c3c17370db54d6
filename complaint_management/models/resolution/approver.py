from odoo import models
from odoo.exceptions import UserError


class ComplaintSolution(models.Model):
    """Who agrees to a solution: whom a rule names, or the next one who can (SO-3, OR-2).

    Nobody agrees to their own proposal, nobody concerned by the complaint is asked, nor who has left. Then it
    is the next level's turn: of the person responsible's managers, of the departments, of the teams; and
    at last any leader above the team.
    """

    _inherit = "complaint.solution"

    def _get_proposers(self):
        """Return everybody whose proposal it is: who wrote on it or on its remedies, and who submitted it."""
        self.ensure_one()
        solution_sudo = self.sudo()
        return (solution_sudo.author_ids | solution_sudo.create_uid | solution_sudo.proposed_by_id).sudo(
            False
        )

    def _get_fit(self, users):
        """Return those of some users who may agree to the solution at all."""
        barred = self._get_proposers() | self.complaint_id.sudo().excluded_user_ids
        company_id = self.company_id.id
        return users.filtered(
            lambda user: (
                user not in barred
                and user.active
                and not user.share
                and company_id in user._get_company_ids()
            )
        )

    def _get_levels(self, kind, user, group, level):
        """Yield the res.users who come into question, the next level after each.

        :param str kind: as the field ``approver`` of a rule
        :param user: the person named by the rule, or found for it when it was submitted
        :param group: the group named
        :param int level: how far above the team the leader stands
        """
        complaint_sudo = self.complaint_id.sudo()
        if kind == "group":
            yield group.sudo().all_user_ids
        elif user:
            yield user.sudo()
        if kind == "department":
            department = complaint_sudo.department_id
            while department:
                yield department.manager_id.user_id
                department = department.parent_id
        elif kind in ("user", "manager"):
            employee = (user if kind == "user" else complaint_sudo.user_id).sudo()
            employee = employee.with_company(self.company_id).employee_id
            seen = employee
            while employee.parent_id and employee.parent_id not in seen:
                employee = employee.parent_id
                seen |= employee
                yield employee.user_id
        team = complaint_sudo.team_id
        for _step in range(level if kind == "leader" else 0):
            # A small company has fewer levels than its rules: its highest leader agrees.
            team = team.parent_id or team
        while team:
            yield team.leader_id
            team = team.parent_id

    def _choose_approvers(self, kind, user, group, level):
        """Return who is asked now: the first level where somebody is fit and there.

        :return: tuple (res.users who may agree, each of them alone; res.users in whose place they stand)
        """
        away = self.env["res.users"]
        by_substitute = self.company_id.complaint_absent_approver == "substitute"
        for people in self._get_levels(kind, user, group, level):
            fit = self._get_fit(people)
            present = fit - fit._get_absent(self.company_id)
            if fit and not present and by_substitute:
                substitutes = self._get_fit(fit.sudo().complaint_substitute_id)
                present = substitutes - substitutes._get_absent(self.company_id)
                away |= fit if present else away
            if present:
                return present.sudo(False), away.sudo(False)
            away |= fit
        # Nobody is there: it waits for the first who comes back.
        return (away if kind == "group" else away[:1]).sudo(False), self.env["res.users"]

    def _get_named(self, kind, user, group, level):
        """Return who agrees, absent or not; empty where nobody can."""
        for people in self._get_levels(kind, user, group, level):
            fit = self._get_fit(people)
            if fit:
                return fit.sudo(False)
        return self.env["res.users"]

    def _prepare_approvals(self):
        """Return the values of the agreements that the solution needs, in their order.

        :raises UserError: nobody can give one of them
        """
        self.ensure_one()
        vals_list, asked, missing = [], self.env["res.users"], []
        for rule in self.env["complaint.approval.rule"]._match(self):
            people = self._get_named(rule.approver, rule.user_id, rule.group_id, rule.level)
            if not people:
                missing.append(rule.name)
                continue
            if len(people) == 1 and people in asked:
                # Who is asked already need not agree twice.
                continue
            asked |= people if len(people) == 1 else asked.browse()
            vals_list.append(
                {
                    "solution_id": self.id,
                    "request": self.request_count,
                    "sequence": len(vals_list) + 1,
                    "name": rule.name,
                    "kind": rule.approver,
                    "named_user_id": people.id if len(people) == 1 else False,
                    "group_id": rule.group_id.id if rule.approver == "group" else False,
                    "level": rule.level,
                    "amount": self.amount_total,
                }
            )
        if missing:
            raise UserError(
                self.env._(
                    "Nobody can agree to it for: %(rules)s. Whoever is named there proposed it, is concerned "
                    "by the complaint, or has left. Let a colleague write the proposal, or have the approval "
                    "rules name somebody else.",
                    rules=", ".join(missing),
                )
            )
        return vals_list
