from odoo import fields, models

from ...tools.contact_key import masked_phone
from .customer_acts import MAX_LINE, CustomerRefusal

MIN_PHONE_DIGITS = 5


class ComplaintSolution(models.Model):
    _inherit = "complaint.solution"

    call_asked_at = fields.Datetime(
        string="Call Asked for on",
        readonly=True,
        copy=False,
        help="The complainant wants to be called before answering.",
    )
    call_activity_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )

    def _finish_call(self):
        """Nobody has to call about a proposal that was answered."""
        self.call_activity_id.filtered("active").unlink()


class ComplaintCustomerAnswer(models.Model):
    """The customer answers the proposal on their page (SO-4, SO-6).

    An answer is bound to the version that was shown: what is not in the customer's hands any more is not
    answered, and the first answer stands.
    """

    _inherit = "complaint.complaint"

    def _get_shown_solution(self):
        """Return the version that the page shows: the latest of this round that was offered."""
        self.ensure_one()
        offered = self._get_round_solutions().filtered("offered_at")
        return offered.sorted("version")[-1:]

    def _get_shown_proposal(self):
        """Return the proposal as the customer may see it, or False: our words, the remedies, the answer."""
        solution = self._get_shown_solution()
        if not solution or self.duplicate_of_id or (self.closed_at and solution.state != "accepted"):
            return False
        call = solution.call_activity_id.filtered("active")
        return {
            "id": solution.id,
            "state": solution.state,
            "offer": solution.offer or "",
            "lines": solution._get_offer_lines(self.env.lang),
            "offered_on": self._tell_date(solution.offered_at),
            "answered_on": self._tell_date(solution.answered_at),
            "reason": solution.answer_reason or "" if solution.answer == "declined" else "",
            "signed_by": solution.signed_by or "",
            "call_on": self._tell_moment(solution.call_asked_at) if call else False,
            # A link may come into wrong hands: its owner knows the number again, nobody else can call it.
            "phone": masked_phone(self.partner_phone),
        }

    def _get_answerable_solution(self, solution_id):
        """Return the version that the customer's form was about, if it waits for an answer.

        :param solution_id: as it came with the form
        :raises CustomerRefusal: it was answered, replaced or withdrawn meanwhile
        """
        shown = self._get_shown_solution()
        if not shown or str(shown.id) != str(solution_id):
            raise CustomerRefusal(
                self.env._("This proposal has changed. Please look at it again before you answer.")
            )
        if shown.answer in ("accepted", "declined"):
            raise CustomerRefusal(
                self.env._(
                    "You have answered it already on %(moment)s.",
                    moment=self._tell_moment(shown.answered_at),
                )
            )
        if shown.state != "offered" or self.closed_at:
            raise CustomerRefusal(
                self.env._("This proposal has changed. Please look at it again before you answer.")
            )
        return shown

    def _accept_as_customer(self, solution_id, name, signature):
        """Accept a proposal with a signature: the remedies begin.

        :param solution_id: the version that the page showed
        :param str name: who signs
        :param str signature: picture, as a data URL
        """
        ours = self._begin_customer_act()
        solution = ours._answering(self._get_answerable_solution(solution_id))
        name, picture = self._read_signature(name, signature)
        solution.action_accept(name=name, signature=picture)
        solution._finish_call()
        said = ours.env._(
            "Accepted and signed by %(name)s, on the customer's page: version %(version)s.",
            name=name,
            version=solution.version,
        )
        ours._note_customer_act(said)
        ours._tell_responsible(ours.env._("the solution was accepted"), said)
        return "accepted"

    def _decline_as_customer(self, solution_id, reason):
        """Decline a proposal; it is negotiated and revised.

        :param solution_id: the version that the page showed
        :param str reason: why, and what would put it right
        """
        ours = self._begin_customer_act()
        solution = ours._answering(self._get_answerable_solution(solution_id))
        reason = self._clean_customer_text(
            reason, self.env._("Tell us why, and what would put it right for you.")
        )
        # The activity tells who is responsible.
        solution.action_decline(reason)
        solution._finish_call()
        ours._note_customer_act(
            ours.env._(
                "Declined by the complainant, on the customer's page: version %(version)s. %(reason)s",
                version=solution.version,
                reason=reason,
            )
        )
        return "declined"

    def _ask_for_call(self, solution_id, phone, wished=""):
        """Ask for a call about a proposal before answering it; now it is our turn.

        :param solution_id: the version that the page showed
        :param str phone: where to call, if not at the number that we have
        :param str wished: when it suits
        """
        ours = self._begin_customer_act()
        solution = ours._answering(self._get_answerable_solution(solution_id))
        if solution.call_activity_id.active:
            return "call"
        known = (
            self.partner_phone if sum(map(str.isdigit, self.partner_phone or "")) >= MIN_PHONE_DIGITS else ""
        )
        phone = self._clean_customer_text(
            (phone or "").strip() or known,
            self.env._("Enter the phone number at which we can reach you."),
            MAX_LINE,
        )
        if sum(character.isdigit() for character in phone) < MIN_PHONE_DIGITS:
            raise CustomerRefusal(self.env._("This does not look like a phone number: please check it."))
        wished = self._clean_customer_text(wished, limit=MAX_LINE)
        summary = ours.env._("Call about the proposal: %(phone)s", phone=phone)
        note = ours.env._("The complainant wants to be called before answering.")
        if wished:
            note = f"{note}\n{ours.env._('When it suits: %(wished)s', wished=wished)}"
        activity = ours._plan_customer_task(summary, note, "mail.mail_activity_data_call")
        solution.write({"call_asked_at": fields.Datetime.now(), "call_activity_id": activity.id})
        solution._end_waiting()
        ours._note_customer_act(f"{summary}. {note}")
        return "call"

    def _answering(self, solution):
        """Return a version as it is worked on by us: in our language, in the company of the complaint."""
        return solution.with_env(self.env)
