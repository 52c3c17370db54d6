from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ...tools import process

#: States from which a version can be taken back, and from which another one can be made.
WITHDRAWABLE = ("offered", "accepted")
REVISABLE = ("declined", "withdrawn")


class ComplaintSolution(models.Model):
    """What the complainant is offered and what they answer (SO-4, SO-6).

    A version that was offered stays as it is, whatever is answered; negotiating makes the next version.
    """

    _inherit = "complaint.solution"

    def _get_customer_remedies(self):
        """Return the remedies that the complainant is told of; what is ours alone is not promised to them."""
        return self.remedy_ids.filtered(
            lambda remedy: remedy.type_id.for_customer and remedy.state != "cancelled"
        )

    def _get_offer_lines(self, lang=None):
        """Return the remedies as the complainant reads them, one line each.

        :param str lang: their language; that of the environment where it is left out
        """
        self.ensure_one()
        solution = self.with_context(lang=lang) if lang else self
        lines = []
        for remedy in solution._get_customer_remedies():
            amount = remedy.amount and solution.customer_currency_id.format(
                solution._to_customer_currency(remedy.amount)
            )
            due = remedy.date_due and format_date(solution.env, remedy.date_due, date_format="long")
            what = ": ".join(part for part in (remedy.type_id.name, remedy.description) if part)
            lines.append(
                ", ".join(
                    part
                    for part in (what, amount, due and solution.env._("until %(date)s", date=due))
                    if part
                )
            )
        return lines

    def _get_offer_text(self):
        """Return what is told to the complainant where nobody writes to them: our words and the remedies."""
        if not self:
            return ""
        lang = self.complaint_id.sudo().partner_id.lang
        return "\n".join(
            part for part in (self.offer, *(f"- {line}" for line in self._get_offer_lines(lang))) if part
        )

    def action_offer(self, kind, summary):
        """The complainant has been told of the solution; from now on the answer is theirs.

        :param str kind: how: call, message, visit or letter (as of complaint.contact)
        :param str summary: what was said, kept with the contact
        :raises UserError: not approved yet, or not any more
        """
        self._check_state("approved")
        if not (summary or "").strip():
            raise UserError(self.env._("Write down what the complainant was told."))
        for solution in self:
            now = fields.Datetime.now()
            solution._change(
                "offered",
                {
                    "offered_at": now,
                    "offered_by_id": self.env.uid,
                    # What was offered in the customer's money does not move with the rates.
                    "customer_rate": solution._get_customer_rate(),
                },
            )
            complaint = solution.complaint_id
            complaint._reach_milestones(["propose"], now)
            complaint._log_contact(kind, "out", "agreement", summary)
            if not complaint._get_open_pauses():
                # The customer owes an answer (TL-5).
                complaint._pause_deadlines(
                    self.env._("The complainant has to answer to the solution"), solution_id=solution.id
                )
            solution._log_on_case(
                self.env._("Solution offered: version %(version)s.", version=solution.version)
            )

    def action_accept(self, words=False, name=False, signature=False, kind=False):
        """The complainant agrees; the remedies begin.

        :param str words: what they said
        :param str name: who signed
        :param signature: picture of the signature, base64
        :param str kind: how they said it, as of complaint.contact; no contact is logged without it
        :raises UserError: it is not in the complainant's hands any more; says what became of it
        """
        self._check_state("offered")
        self._accept(words, name, signature)
        self._log_answer(words or self.env._("Accepted."), kind)

    def _accept(self, words=False, name=False, signature=False):
        for solution in self:
            now = fields.Datetime.now()
            vals = {
                "answer": "accepted",
                "answered_at": now,
                "answer_by_id": self._get_answer_taker(),
                "answer_reason": words,
            }
            if signature:
                vals |= {"signature": signature, "signed_by": name, "signed_on": now}
            solution._change("accepted", vals)
            solution._end_waiting()
            solution.sudo().remedy_ids.filtered(lambda remedy: remedy.state == "planned")._agree(now)
            solution._log_on_case(
                self.env._("Solution accepted: version %(version)s.", version=solution.version)
            )

    def action_decline(self, reason, kind=False):
        """The complainant does not agree; it is negotiated and revised.

        :param str reason: why, and what they want instead
        :param str kind: how they said it, as of complaint.contact; no contact is logged without it
        """
        self._check_state("offered")
        self._check_reason(reason)
        self._decline(reason)
        self._log_answer(reason, kind)

    def _decline(self, reason):
        for solution in self:
            solution._change(
                "declined",
                {
                    "answer": "declined",
                    "answered_at": fields.Datetime.now(),
                    "answer_by_id": self._get_answer_taker(),
                    "answer_reason": reason,
                },
            )
            solution._end_waiting()
            solution._log_on_case(
                self.env._("Solution declined: version %(version)s.", version=solution.version)
            )

    def action_stand_by(self, reason):
        """It was declined, or nobody answered: a leader decides that the work goes on all the same.

        What the complainant had to agree to is dropped; what is ours alone, like a training, is done.

        :param str reason: why no better offer is made
        """
        self._check_state("offered", "declined")
        self._check_reason(reason)
        for solution in self:
            if not solution.complaint_id._is_judge(self.env.user):
                leaders = solution.team_id.sudo().supervisor_ids - solution.sudo().excluded_user_ids
                raise AccessError(
                    self.env._(
                        "Whether we stand by a solution that was not accepted is decided by a leader of the "
                        "team or a manager: %(names)s.",
                        names=", ".join(leaders.mapped("name")) or self.env._("a manager of complaints"),
                    )
                )
            vals = {"final": True, "final_reason": reason}
            if solution.state == "offered":
                vals |= {
                    "answer": "none",
                    "answered_at": fields.Datetime.now(),
                    "answer_by_id": self.env.uid,
                }
                solution._end_waiting()
            solution._change("declined", vals)
            planned = solution.sudo().remedy_ids.filtered(lambda remedy: remedy.state == "planned")
            for_customer = planned.filtered("type_id.for_customer")
            for_customer._drop(self.env._("The complainant did not accept the solution."))
            (planned - for_customer)._agree(fields.Datetime.now())
            solution._log_on_case(
                self.env._(
                    "We stand by version %(version)s: %(reason)s", version=solution.version, reason=reason
                )
            )

    def action_withdraw(self, reason):
        """Take back what was offered or accepted, to propose something else.

        :param str reason: why; kept with the version
        """
        self._check_state(*WITHDRAWABLE)
        self._check_reason(reason)
        self._withdraw(reason)

    def _withdraw(self, reason):
        for solution in self:
            solution._change("withdrawn", {"withdraw_reason": reason})
            solution._end_waiting()
            solution.sudo().remedy_ids.filtered(lambda remedy: remedy.state in ("planned", "open"))._drop(
                reason
            )
            solution._log_on_case(
                self.env._(
                    "Solution withdrawn: version %(version)s. %(reason)s",
                    version=solution.version,
                    reason=reason,
                )
            )

    def action_new_version(self):
        """Make the next version of a declined or withdrawn one, with everything that was in it.

        :return: action that opens it
        """
        self.ensure_one()
        self._check_state(*REVISABLE)
        latest = self.complaint_id.sudo().solution_ids.sorted("version")[-1:]
        if self != latest:
            raise UserError(
                self.env._("There is a later version already: %(solution)s.", solution=latest.display_name)
            )
        version = self.copy()
        self._sync_activities()
        # They go on in the next version.
        self.sudo().remedy_ids.filtered(lambda remedy: remedy.state == "planned")._drop(
            self.env._("Proposed again in version %(version)s.", version=version.version)
        )
        return version.action_open()

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for solution, vals in zip(self, vals_list, strict=True):
            # What was done already is not promised again.
            kept = solution.remedy_ids.filtered(lambda remedy: remedy.state != "done")
            vals["remedy_ids"] = [fields.Command.create(remedy_vals) for remedy_vals in kept.copy_data()]
        return vals_list

    def _get_answer_taker(self):
        """Return the id of who takes the answer; what the complainant answers on their page nobody took."""
        return not self.env.user._is_superuser() and self.env.uid

    # the case

    def _end_waiting(self):
        """The complainant owes no answer any more: the clock goes on."""
        self.complaint_id._resume_deadlines([("solution_id", "in", self.ids)])

    def _log_answer(self, words, kind):
        if kind:
            self.complaint_id._log_contact(kind, "in", "agreement", words)

    def _log_on_case(self, body):
        """Write a line into the chatter of the solution, and of the complaint, where its handlers look.

        Heads of departments read the complaint too: no amounts there.
        """
        self.ensure_one()
        self._log(body)
        self.complaint_id.sudo()._message_log(body=body)

    def _close_open_ones(self, reason):
        """The complaint has ended: nothing of it is proposed any more.

        :param str reason: why
        """
        for solution in self.filtered(lambda solution: solution.state not in ("accepted", *REVISABLE)):
            if solution.state == "draft" and not solution.approval_ids:
                solution.sudo().unlink()
                continue
            solution.sudo().approval_ids.filtered(
                lambda approval: approval.state in ("pending", "waiting")
            ).state = "cancelled"
            solution._withdraw(reason)


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        for complaint in self.filtered(lambda complaint: complaint.step in process.ENDS):
            complaint.sudo().solution_ids._close_open_ones(
                complaint.end_reason or self.env._("%(complaint)s has ended.", complaint=complaint.number)
            )
            complaint.sudo().solution_ids._sync_activities()
