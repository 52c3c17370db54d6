from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.mark import Mark
from .solution import OUR_STATES


class ComplaintSolution(models.Model):
    """The way of a solution to its approval (SO-3, DESIGN 4.5).

    Each step says from which states it may be taken. What happens at the same moment elsewhere is settled
    by the database: the second one waits for the first, is done again and finds the new state.
    """

    _inherit = "complaint.solution"

    def action_submit(self):
        """Ask for the agreements that the rules demand; where they demand none, it is approved.

        :raises UserError: something is missing (all of it in one message), or nobody can agree
        """
        self._check_state("draft")
        for solution in self:
            solution._check_complete()
            solution_sudo = solution.sudo()
            solution_sudo.write(
                {"proposed_by_id": self.env.uid, "request_count": solution_sudo.request_count + 1}
            )
            vals_list = solution_sudo._prepare_approvals()
            self.env["complaint.approval"].sudo().create(vals_list)
            solution._write_state(
                "submitted", {"submitted_at": fields.Datetime.now(), "approved_at": False, "refusal": False}
            )
            solution._ask_next()

    def _check_complete(self):
        """Check what every proposal says (SO-1, SO-2).

        :raises UserError: lists all that is missing
        """
        self.ensure_one()
        missing = []
        if not self.reasonable:
            missing.append(self.env._("Say whether the demand is reasonable."))
        if not (self.assessment or "").strip():
            missing.append(self.env._("Write down why you judge the demand so."))
        if not self.has_ground:
            missing.append(self.env._("Name at least one ground: facts, contract, trade rules or law."))
        if self.reasonable in ("yes", "partly") and not self.remedy_ids.filtered(
            lambda remedy: remedy.state != "cancelled"
        ):
            missing.append(self.env._("Propose at least one remedy: the demand is reasonable."))
        missing += self.remedy_ids._get_faults()
        if missing:
            raise UserError(
                self.env._(
                    "%(solution)s is not complete yet:\n%(missing)s",
                    solution=self.display_name,
                    missing="\n".join(f"- {line}" for line in missing),
                )
            )

    def _ask_next(self):
        """Ask the next approver in the row; after the last one it is approved."""
        self.ensure_one()
        solution_sudo = self.sudo()
        while True:
            approval = solution_sudo.approval_ids.filtered(lambda approval: approval.state == "pending")[:1]
            if not approval:
                solution_sudo._approved()
                return
            if solution_sudo._ask_for(approval):
                break
        solution_sudo._log(solution_sudo._get_progress_note())
        solution_sudo._sync_activities()

    def _get_agreements(self):
        """Return the agreements of the running request; those of earlier ones do not count."""
        return self.approval_ids.filtered(
            lambda approval: approval.state == "approved" and approval.request == self.request_count
        )

    def _ask_for(self, approval):
        """Ask for one agreement; return False where who would be asked has agreed in this request already."""
        people, absent = self._choose_approvers(
            approval.kind, approval.named_user_id, approval.group_id, approval.level
        )
        agreed = self._get_agreements().approver_id
        if people and not people - agreed:
            approval.state = "cancelled"
            return False
        if not people:
            raise UserError(
                self.env._(
                    "Nobody is left who can agree to “%(name)s”. Withdraw the request and have the approval "
                    "rules name somebody else.",
                    name=approval.name,
                )
            )
        approval._ask(people - agreed, absent)
        return True

    def _ask_again(self, approval):
        """Who was asked is not there any more: ask the next one, or give the proposal back."""
        former = approval.approver_ids
        people, absent = self._choose_approvers(
            approval.kind, approval.named_user_id, approval.group_id, approval.level
        )
        if people:
            approval._ask(people, absent | former)
            self._log(self._get_progress_note())
        else:
            self._give_back(
                self.env._("Nobody is left who can agree to “%(name)s”: submit it again.", name=approval.name)
            )

    def _get_progress_note(self):
        waiting = self.approval_ids.filtered(lambda approval: approval.state == "waiting")
        decided = self._get_agreements()
        lines = []
        if decided:
            last = decided[-1]
            lines.append(self._get_decision_note(last))
        else:
            lines.append(
                self.env._(
                    "Submitted by %(name)s: %(amount)s.",
                    name=self.proposed_by_id.name,
                    amount=self.currency_id.format(self.amount_total),
                )
            )
        if waiting.absent_ids:
            lines.append(
                self.env._(
                    "Waits for %(names)s (%(rule)s), in place of %(absent)s.",
                    names=", ".join(waiting.approver_ids.mapped("name")),
                    rule=waiting.name,
                    absent=", ".join(waiting.absent_ids.mapped("name")),
                )
            )
        elif waiting:
            lines.append(
                self.env._(
                    "Waits for %(names)s (%(rule)s).",
                    names=", ".join(waiting.approver_ids.mapped("name")),
                    rule=waiting.name,
                )
            )
        return Markup("<br/>").join(lines)

    def _get_decision_note(self, approval):
        note = self.env._(
            "Approved by %(name)s (%(rule)s).", name=approval.approver_id.name, rule=approval.name
        )
        return f"{note} {approval.comment}" if approval.comment else note

    def _approved(self):
        decided = self._get_agreements()
        note = (
            self._get_decision_note(decided[-1]) if decided else self.env._("No rule asks for an approval.")
        )
        self._change("approved", {"approved_at": fields.Datetime.now()})
        self._log(note)

    def _refused(self, approval):
        """An approver sent it back."""
        self.sudo()._give_back(
            self.env._(
                "Refused by %(name)s: %(reason)s",
                name=approval.sudo().approver_id.name,
                reason=approval.comment,
            )
        )

    def _give_back(self, reason):
        """The proposal has to be worked on again, and approved anew."""
        self.approval_ids.filtered(
            lambda approval: approval.state in ("pending", "waiting")
        ).state = "cancelled"
        self._change("draft", {"refusal": reason, "approved_at": False})
        self._log(reason)

    def action_withdraw_request(self, reason):
        """Take a request for approval back, to change the proposal.

        :param str reason: why; kept in the chatter
        """
        self._check_state("submitted", "approved")
        self._check_reason(reason)
        for solution in self:
            solution.sudo()._give_back(self.env._("Taken back: %(reason)s", reason=reason))

    def _proposal_changed(self):
        """What is proposed has changed: what was agreed to before does not count any more (DESIGN 4.5).

        :raises UserError: it has been offered already
        """
        written = Mark.of(self.env, "complaint_solution_writing")
        changed = self.filtered(lambda solution: solution.id not in written)
        changed._lock_proposals()
        for solution in changed:
            if solution.state not in OUR_STATES:
                raise UserError(
                    self.env._(
                        "%(status)s What was offered does not change any more: make another version.",
                        status=solution._get_status_line(),
                    )
                )
            solution._note_author()
            if solution.state != "draft":
                solution.sudo()._give_back(
                    self.env._("Changed after it was submitted: it has to be approved again.")
                )

    def _note_author(self):
        """Whoever had a hand in the proposal does not approve it."""
        solution_sudo, author = self.sudo(), self.env.user
        if author not in solution_sudo.author_ids and not author._is_superuser():
            solution_sudo.author_ids = [fields.Command.link(author.id)]

    def _lock_proposals(self):
        """What is submitted or decided at the same moment comes before or after the change, not beside it."""
        if self.ids:
            self.env.cr.execute(
                "UPDATE complaint_solution SET write_date = write_date WHERE id = ANY(%s)", [self.ids]
            )

    # what all of them share

    def _check_state(self, *states):
        """Check that the user may act for the centre, and where the solutions stand.

        :raises AccessError: the user may not change the complaint
        :raises UserError: the solution has gone on meanwhile; says where, by whom and when
        """
        self.check_access("read")
        for solution in self:
            if not solution.for_centre:
                raise AccessError(self.env._("This is for those who handle the complaint."))
            solution._check_seen(*states)
            solution._check_complaint_open()

    def _check_seen(self, *states):
        """Check that a solution still stands where the user saw it.

        :raises UserError: it has gone on meanwhile; says where, by whom and when
        """
        self.ensure_one()
        if self.state not in states:
            self.check_access("read")
            raise UserError(self.env._("%(status)s Look at it again.", status=self._get_status_line()))

    def _change(self, state, vals):
        """Bring a solution into a state, and what is planned in line with it; who may was checked before."""
        self._write_state(state, vals)
        self._sync_activities()

    def _write_state(self, state, vals):
        self.sudo().write(
            {"state": state, "changed_at": fields.Datetime.now(), "changed_by_id": self.env.uid, **vals}
        )
        # Now, not at the end: whoever was faster is found before anybody is told.
        self.flush_recordset(["state"])

    def _log(self, body):
        """Write a line into the chatter of the solution, which only those read who decide about it."""
        self.sudo()._message_log_batch(bodies=dict.fromkeys(self.ids, body))
