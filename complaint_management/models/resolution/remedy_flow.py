from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class ComplaintRemedy(models.Model):
    """How a remedy is agreed on, carried out and ticked off (SO-5).

    The solution calls :meth:`_agree` and :meth:`_drop`; the rest is done by the owner and by those who
    handle the complaint. Documents that carry a remedy out tick it off themselves (``account_move.py``).
    """

    _inherit = "complaint.remedy"

    # the solution

    def _agree(self, moment):
        """These remedies are carried out from now on; whatever fails on the way, the agreement stands.

        :param datetime moment: when it was agreed
        """
        agreed_sudo = self.sudo().filtered(lambda remedy: remedy.state == "planned")
        if not agreed_sudo:
            return
        agreed_sudo._replace_owners()
        agreed_sudo._change("open", {"agreed_at": moment})
        agreed_sudo._start_work()

    def _start_work(self):
        """Start clocks, make documents, and give the work to its owners."""
        self._start_clocks()
        for behaviour, remedies in self.grouped("behaviour").items():
            if behaviour == "repair":
                remedies._start_repair()
            else:
                remedies._make_documents()
        self._sync_activities()

    def _start_repair(self):
        """Begin the repair: for now the owner has it among the activities, as with every other remedy."""
        self._sync_activities()

    def _drop(self, reason):
        """These remedies are not carried out.

        :param str reason: why
        """
        dropped_sudo = self.sudo().filtered(lambda remedy: remedy.state in ("planned", "open"))
        if not dropped_sudo:
            return
        dropped_sudo._change("cancelled", {"cancel_reason": reason, "blocked_reason": False})
        dropped_sudo._cancel_deadlines()
        dropped_sudo._drop_documents()
        dropped_sudo._sync_activities()

    # the owner, and those who handle the complaint

    def action_done(self, note=None):
        """Tick the remedies off.

        :param str note: how it was done
        :raises AccessError: the user is neither the owner nor handles the complaint
        """
        self._check_may_act(("open",))
        self._check_documents(note)
        self._tick_off(fields.Datetime.now(), note)
        return True

    def action_cancel(self, reason):
        """These remedies are not carried out after all.

        :param str reason: why; kept on the record
        """
        self._check_may_act(("open",))
        self._check_reason(reason)
        self._drop(reason)
        for remedy in self.sudo():
            remedy._log_on_case(
                self.env._("Not carried out: %(remedy)s.", remedy=remedy.type_id.name), reason
            )
        self._tell_responsible(self.env._("A remedy is not carried out"), reason)
        self._check_executed()
        return True

    def action_take_up(self):
        """A remedy that was cancelled is carried out all the same."""
        self._check_may_act(("cancelled",), centre=True)
        for remedy in self:
            if remedy.complaint_id.closed_at:
                raise UserError(
                    self.env._(
                        "%(complaint)s has ended. Reopen it before you take up its remedies.",
                        complaint=remedy.complaint_id.display_name,
                    )
                )
            if not remedy.agreed_at:
                raise UserError(
                    self.env._(
                        "%(remedy)s was never agreed on. Propose it in another version of the solution.",
                        remedy=remedy.display_name,
                    )
                )
        remedies_sudo = self.sudo()
        remedies_sudo._replace_owners()
        remedies_sudo._change("open", {"agreed_at": fields.Datetime.now(), "cancel_reason": False})
        remedies_sudo._start_work()
        for remedy in remedies_sudo:
            remedy._log_on_case(self.env._("Taken up again: %(remedy)s.", remedy=remedy.type_id.name))
        return True

    def _check_may_act(self, states, centre=False):
        """Check who acts and where the remedies stand.

        :param states: where a remedy may come from
        :param bool centre: only those who handle the complaint may
        :raises AccessError: it is nothing for the user to do
        :raises UserError: the remedy has gone on meanwhile; says where, by whom and when
        """
        for remedy_sudo in (self - self._filtered_access("read")).sudo():
            # Nobody reads for long what is not theirs to do; but they are told what became of it.
            if (
                remedy_sudo.user_id == self.env.user
                and remedy_sudo.state == "cancelled"
                and self.env.user not in remedy_sudo.excluded_user_ids
                and remedy_sudo.company_id in self.env.companies
            ):
                raise UserError(
                    self.env._("%(status)s Look at it again.", status=remedy_sudo._get_status_line())
                )
        self.check_access("read")
        for remedy in self:
            if not (remedy.for_centre or (remedy.for_owner and not centre)):
                raise AccessError(
                    self.env._("This is for those who handle the complaint.")
                    if centre
                    else self.env._(
                        "This is for the owner of the remedy to do (%(name)s), or for those who handle the "
                        "complaint.",
                        name=remedy.sudo().user_id.name or self.env._("nobody"),
                    )
                )
            if remedy.state not in states:
                raise UserError(self.env._("%(status)s Look at it again.", status=remedy._get_status_line()))

    # what all of them share

    def _tick_off(self, moment, note=None, user=None):
        """Who may was checked before, or a document says it.

        :param datetime moment: when it was done
        :param str note: how
        :param user: res.users who did it; the current one where it is left out
        """
        done_sudo = self.sudo()
        vals = {"done_at": moment, "done_by_id": (user or self.env.user).id, "blocked_reason": False}
        if note:
            vals["done_note"] = note
        done_sudo._change("done", vals)
        done_sudo._reach_milestones(["remedy"], moment)
        done_sudo._sync_activities()
        for remedy in done_sudo:
            remedy._log_on_case(self.env._("Done: %(remedy)s.", remedy=remedy.type_id.name), note or "")
        done_sudo._check_executed()

    def _take_back(self, reason):
        """What ticked these remedies off is not true any more.

        :param str reason: what happened
        """
        open_sudo = self.sudo()
        open_sudo._replace_owners()
        open_sudo._change("open", {"done_at": False, "done_by_id": False, "done_note": False})
        open_sudo._start_clocks()
        open_sudo._sync_activities()
        for remedy in open_sudo:
            remedy._log_on_case(self.env._("To do again: %(remedy)s.", remedy=remedy.type_id.name), reason)

    def _check_executed(self):
        """Reach the milestone when nothing is left to do of what was agreed in this round."""
        for complaint in self.sudo().complaint_id:
            remedies = complaint.remedy_ids.filtered(
                lambda remedy, complaint=complaint: remedy.solution_id.round == complaint.reopen_count
            )
            done = remedies.filtered(lambda remedy: remedy.state == "done")
            if not done or any(remedy.state == "open" for remedy in remedies):
                continue
            complaint._reach_milestones(["execute"], max(done.mapped("done_at")))
            complaint._message_log(
                body=self.env._("All that was agreed on is carried out."),
                author_id=self.env.user.partner_id.id,
            )

    def _change(self, state, vals):
        """Bring the remedies into a state; who may was checked before."""
        again = {"open"} & {state}
        now = fields.Datetime.now()
        for former, remedies in self.sudo().grouped("state").items():
            values = {"state": state, "changed_at": now, "changed_by_id": self.env.uid, **vals}
            for number, same in remedies.grouped("round").items():
                # A limit that was reached or given up is history; what is to do again gets another one.
                if again and former in ("done", "cancelled"):
                    values = {**values, "round": number + 1}
                same.write(values)
        # Now, not at the end: whoever was faster is found before anybody is told.
        self.flush_recordset(["state"])

    def _log_on_case(self, body, details=""):
        """Write a line into the chatter of the remedy, and of the complaint, where its handlers look."""
        self.ensure_one()
        author_id = self.env.user.partner_id.id
        text = f"{body} {details}".strip()
        self.sudo()._message_log(body=text, author_id=author_id)
        self.complaint_id.sudo()._message_log(body=text, author_id=author_id)
