from odoo import api, fields, models
from odoo.exceptions import UserError

#: Who may be given a complaint: this group, and those above it.
TAKING_GROUP = "complaint_management.group_complaint_first_contact"


class ComplaintComplaint(models.Model):
    """Handing a complaint over: who may be asked, and where a chain goes round (IN-5, DI-7)."""

    _inherit = "complaint.complaint"

    # the chain

    def _get_chain(self):
        """Return the steps by which the complaint came to its holder since it was opened, oldest first."""
        self.ensure_one()
        return (
            self.sudo()
            .handover_ids.filtered(
                lambda step: (
                    step.state in ("accepted", "assigned")
                    and step.kind != "outside"
                    and step.round == self.reopen_count
                    and not step.merged
                )
            )
            .sorted("id")
        )

    def _get_handover_received(self):
        """Return the hand-over by which the holder got the complaint and may give it back, or none."""
        last = self._get_chain()[-1:]
        received = last.state == "accepted" and last.kind != "back" and last.to_user_id == self.user_id
        # A colleague who only passed it on takes nothing back.
        takers = last.from_team_id or last.from_user_id.filtered(lambda user: user.has_group(TAKING_GROUP))
        return last if received and takers else last.browse()

    def _check_not_round(self, user=None, team=None):
        """Stop a chain that goes round: nobody is handed what they or their team had before.

        :raises UserError: they had it; the way out is named
        """
        self.ensure_one()
        chain = self._get_chain()
        left = chain.filtered(lambda step: step.to_team_id and step.from_team_id != step.to_team_id)
        if (user and user in chain.from_user_id) or (team and team in left.from_team_id):
            holders = [step.from_user_id.name or step.from_team_id.display_name or "?" for step in chain]
            holders.append(self.sudo().user_id.name or self.sudo().team_id.display_name or "?")
            raise UserError(
                self.env._(
                    "%(complaint)s went round: %(chain)s. %(name)s had it before. Ask a leader above both, "
                    "or a manager, to decide and to name the person responsible.",
                    complaint=self.display_name,
                    chain=" → ".join(holders),
                    name=(user or team).sudo().display_name,
                )
            )

    # handing over

    def _hand_over(self, kind, reason, user=None, team=None, partner=None, out_of_scope=False, result=None):
        """Offer responsibility for these complaints to somebody; nothing changes until they accept.

        :param str kind: of the target, as in ``complaint.handover``
        :param str reason: why
        :param user: res.users, for ``person``
        :param team: complaint.team, for ``team``
        :param partner: res.partner, for ``outside``
        :param bool out_of_scope: it is no matter of ours; the customer is told who helps
        :param str result: what was decided, for ``back``
        :return: complaint.handover
        :raises UserError: something is missing or the target cannot take it
        """
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why it is handed over."))
        if kind == "back" and not (result or "").strip():
            raise UserError(self.env._("Write down the result that goes back with it."))
        vals_list = []
        for complaint in self.sudo():
            complaint._check_can_hand_over()
            target = complaint._get_handover_target(kind, user, team, partner)
            complaint._check_handover_target(kind, *target)
            vals_list.append(
                {
                    **complaint._prepare_handover_vals(*target),
                    "kind": kind,
                    "reason": reason.strip(),
                    "out_of_scope": out_of_scope,
                    "result": kind == "back" and result.strip(),
                }
            )
        handovers = self.env["complaint.handover"].sudo().create(vals_list)
        handovers._offer()
        return handovers.with_env(self.env)

    def _pass_on_to_centre(self):
        """Offer a complaint that a colleague received to the team it was registered with (IN-8)."""
        self.ensure_one()
        vals = {
            **self._prepare_handover_vals(team=self.team_id),
            "kind": "team",
            "from_team_id": False,
            "reason": self.env._("Received by %(name)s and passed on.", name=self.received_by_id.name),
        }
        self.env["complaint.handover"].sudo().create([vals])._offer()

    def _prepare_handover_vals(self, user=None, team=None, partner=None):
        self.ensure_one()
        return {
            "complaint_id": self.id,
            "round": self.reopen_count,
            "from_user_id": (self.user_id or self.received_by_id or self.env.user).id,
            "from_team_id": self.team_id.id,
            "to_user_id": user and user.id,
            "to_team_id": team and team.id,
            "to_partner_id": partner and partner.id,
            "requested_by_id": self.env.uid,
            "requested_at": fields.Datetime.now(),
        }

    def _check_can_hand_over(self):
        self.ensure_one()
        if self.closed_at:
            raise UserError(self.env._("%(complaint)s has ended.", complaint=self.display_name))
        waiting = self.pending_handover_id
        if waiting:
            raise UserError(
                self.env._(
                    "%(complaint)s is handed over to %(target)s already and waits to be accepted. Withdraw "
                    "that first.",
                    complaint=self.display_name,
                    target=waiting.target,
                )
            )

    def _get_handover_target(self, kind, user=None, team=None, partner=None):
        """Return ``(user, team, partner)`` that a kind of target means for this complaint."""
        self.ensure_one()
        if kind == "back":
            received = self._get_handover_received()
            former = received.from_user_id
            if not former or self._get_heir_problem(former):
                former = former.browse()
            return former, received.from_team_id, None
        if kind in ("parent", "head"):
            above = [step for step in self.team_id._get_teams_above() if step.active]
            return None, (above[0] if kind == "parent" else above[-1]) if above else None, None
        return (
            user if kind == "person" else None,
            team if kind == "team" else None,
            partner if kind == "outside" else None,
        )

    def _check_handover_target(self, kind, user, team, partner):
        self.ensure_one()
        problem = False
        if not (user or team or partner):
            problem = {
                "person": self.env._("Choose the person who is to take it over."),
                "team": self.env._("Choose the team that is to take it over."),
                "outside": self.env._("Choose the outside unit that is to take it over."),
                "back": self.env._(
                    "It did not come by a hand-over, so there is nobody to give it back to. Hand it over to "
                    "a person or a team."
                ),
            }.get(kind, self.env._("No team stands above this one. Choose a person or a team."))
        elif partner:
            company = partner.company_id
            if company and company != self.company_id:
                problem = self.env._("%(name)s belongs to another company.", name=partner.display_name)
        elif user and user == self.user_id:
            problem = self.env._("%(name)s answers for it already.", name=user.name)
        elif user and kind == "person":
            problem = self._get_heir_problem(user)
        elif team and kind != "back" and team == self.team_id and self.user_id:
            problem = self.env._(
                "It is in the hands of %(team)s already. Choose a person, or a team above.",
                team=team.display_name,
            )
        problem = problem or self._get_team_problem(team)
        if problem:
            raise UserError(
                self.env._(
                    "%(complaint)s cannot be handed over: %(problem)s",
                    complaint=self.display_name,
                    problem=problem,
                )
            )
        if kind in ("person", "team", "parent", "head"):
            self._check_not_round(user, team)

    def _get_heir_problem(self, user):
        """Return why somebody cannot answer for this complaint, or False."""
        self.ensure_one()
        complaint, user = self.sudo(), user.sudo()
        if user in complaint.excluded_user_ids:
            return self.env._("%(name)s is concerned by this complaint.", name=user.name)
        if not user.active or user.share or not user.has_group(TAKING_GROUP):
            return self.env._("%(name)s does not handle complaints (any more).", name=user.name)
        if complaint.company_id not in user.company_ids:
            return self.env._("%(name)s has no access to the company of this complaint.", name=user.name)
        return False

    def _get_team_problem(self, team):
        if team and (not team.active or team.company_id != self.company_id):
            return self.env._(
                "%(name)s does not handle complaints of this company (any more).", name=team.name
            )
        return False


class ComplaintTeam(models.Model):
    _inherit = "complaint.team"

    def _get_teams_above(self):
        """Return the teams above this one, the nearest first."""
        self.ensure_one()
        teams, team = self.browse(), self.parent_id
        while team:
            teams |= team
            team = team.parent_id
        return teams

    @api.model
    def _is_assigning(self):
        # What a department passes on is theirs until somebody accepts it.
        return not self.env.context.get("complaint_passed_on") and super()._is_assigning()
