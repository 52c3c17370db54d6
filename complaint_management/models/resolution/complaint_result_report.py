from odoo import fields, models
from odoo.exceptions import UserError

from ..inquiry.contact import TOLERANCE
from .complaint_result import REPORT_STEPS

TEMPLATE = "complaint_management.mail_template_result"
LETTER = "complaint_management.action_report_decision_letter"
#: How a complainant is told; all but the first are written down by who did it.
REPORT_KINDS = ("email", "call", "visit", "letter", "message")
#: What the judgement of the demand says about the complaint.
DECISION_OF = {"yes": "upheld", "partly": "partly", "no": "not_upheld"}


class ComplaintResultReport(models.Model):
    """Telling the complainant the result: by a letter, or in another way that is logged (CL-1, X-5)."""

    _inherit = "complaint.complaint"

    # what is proposed

    def _get_round_judgement(self):
        """Return the solution that the round ended with, or none."""
        self.ensure_one()
        return (
            self._get_round_solutions()
            .filtered(lambda solution: solution.state == "accepted" or solution.final)
            .sorted("version")[-1:]
        )

    def _propose_decision(self):
        """Return ``(decision, reasons)`` as they follow from what was found and proposed."""
        self.ensure_one()
        solution = self.sudo()._get_round_judgement()
        decision = self.decision or DECISION_OF.get(solution.reasonable)
        if not decision and self.liability_ids:
            decision = "upheld" if self.our_fault else "not_upheld"
        elif not decision and self._needs_solution():
            decision = {"founded": "upheld", "unfounded": "not_upheld"}.get(self.founded)
        return decision or False, self.decision_reason or solution.assessment or False

    def _propose_outcome(self):
        """Return what came of it: as written down, else what was done, in the complainant's language."""
        self.ensure_one()
        if (self.outcome or "").strip():
            return self.outcome
        lang = self.sudo()._get_customer_language()
        lines = []
        remedies = self.sudo().with_context(lang=lang)._get_round_solutions().remedy_ids
        # What is ours alone, such as training, is no matter of theirs.
        for remedy in remedies.filtered(lambda remedy: remedy.state == "done" and remedy.for_customer):
            line = remedy.type_id.name
            solution = remedy.solution_id
            if remedy.amount:
                currency = solution.customer_currency_id or remedy.currency_id
                line = f"{line}: {currency.format(solution._to_customer_currency(remedy.amount))}"
            lines.append(line)
        return "\n".join(lines) or False

    def _get_customer_language(self):
        self.ensure_one()
        lang = self.partner_id.lang or self.company_id.partner_id.lang
        return lang if lang in dict(self.env["res.lang"].get_installed()) else self.env.lang

    def _get_no_letter_reason(self):
        """Return why the complainant cannot be written to by e-mail, or False."""
        self.ensure_one()
        if self._get_letter_address():
            return False
        address = self.sudo().partner_id.email or self.partner_email
        if not address:
            return self.env._(
                "There is no e-mail address of the complainant: tell them by phone, in person or by post."
            )
        return self.env._(
            "Nothing is sent to %(address)s: nobody reads it there, or it is not the complainant's. Tell "
            "them by phone, in person or by post.",
            address=address,
        )

    def _render_result_letter(self, decision, reason, outcome):
        """Return ``(subject, body, language)`` of the letter that tells the result of one complaint."""
        self.ensure_one()
        told = {"decision": decision, "reason": reason, "outcome": outcome}
        return self._render_letter_template(TEMPLATE, complaint_result=told)[self.id]

    def _get_decision_letter(self):
        """Return the print that goes with the result, as superuser, or None."""
        report = self.env.ref(LETTER, raise_if_not_found=False)
        return report and report.sudo()

    # telling

    def _check_can_report(self):
        """Check that the result can be reported now.

        :raises UserError: says what is in the way
        """
        self._check_result_step(REPORT_STEPS)

    def action_report_result(
        self,
        outcome=False,
        decision=False,
        reason=False,
        kind="email",
        date=False,
        summary=False,
        subject=False,
        body=False,
        attach_letter=True,
    ):
        """Report the result to the complainant; again, as often as it is needed.

        What is left out of the result is as it stands on the record.

        :param str outcome: what came of it
        :param str decision: upheld, partly or not_upheld
        :param str reason: why it was decided so
        :param str kind: email (a letter is sent), call, visit, letter or message
        :param date: when they were told otherwise than by e-mail; now, where it is left out
        :param str summary: what was said then
        :param str subject: of the e-mail, where it was edited
        :param body: text of the e-mail, where it was edited
        :param bool attach_letter: the decision letter goes with the e-mail
        :raises UserError: something is missing (all of it in one message), it is not the time to report, or
            nobody can be written to
        """
        self.ensure_one()
        self._check_can_report()
        decision = decision or self.decision
        reason = (reason or self.decision_reason or "").strip()
        outcome = (outcome or self.outcome or "").strip()
        self._check_result_complete(decision, reason, outcome)
        moment = self._get_report_moment(kind, date)
        if self._is_decided_otherwise(decision, reason) or outcome != (self.outcome or "").strip():
            self._forget_report(self.env._("The result was reported anew. Before that it said:"))
        self._decide(decision, reason)
        self.sudo().write(
            {
                "outcome": outcome,
                "result_reported_at": moment,
                "result_reported_by_id": self.env.uid,
            }
        )
        if kind == "email":
            self._send_result(decision, reason, outcome, subject, body, attach_letter)
        self._log_result_contact(kind, moment, outcome, summary)
        self._reach_milestones(["report"], moment)
        return True

    def _get_report_moment(self, kind, date):
        """Check how and when the complainant was told; return the moment."""
        now = fields.Datetime.now()
        if kind not in REPORT_KINDS:
            raise UserError(self.env._("Say how the complainant was told the result."))
        if kind == "email":
            problem = self._get_no_letter_reason()
            if problem:
                raise UserError(problem)
            return now
        moment = fields.Datetime.to_datetime(date) or now
        receipt = self._get_deadline_receipt()
        if not receipt - TOLERANCE <= moment <= now + TOLERANCE:
            raise UserError(
                self.env._(
                    "The result cannot have been told before the complaint was received or opened again, or "
                    "in the future: check the date."
                )
            )
        return min(max(receipt, moment), now)

    def _send_result(self, decision, reason, outcome, subject, body, attach_letter):
        proposed_subject, proposed_body, lang = self._render_result_letter(decision, reason, outcome)
        subject, body = subject or proposed_subject, body or proposed_body
        if not body:
            raise UserError(self.env._("Write the letter: its template was removed."))
        lang = lang or self.sudo()._get_customer_language()
        message = {}
        report_sudo = self._get_decision_letter() if attach_letter and decision else None
        if report_sudo:
            content, extension = report_sudo.with_context(lang=lang)._render_qweb_pdf(
                report_sudo.report_name, res_ids=self.ids
            )
            name = f"{report_sudo.with_context(lang=lang).name} {self.number}.{extension}"
            message["attachments"] = [(name, content)]
        self._send_letter(subject, body, lang, **message)

    def _log_result_contact(self, kind, moment, outcome, summary):
        """Log that the complainant was told; where it was not our fault, this is the explanation (DI-6)."""
        explained = self.liability_ids and not self.our_fault
        if kind == "email":
            told = self.env._("Letter with the result sent: %(outcome)s", outcome=outcome)
        else:
            told = self.env._("The result was told: %(outcome)s", outcome=outcome)
        self._log_contact(
            "message" if kind == "email" else kind,
            "out",
            "explanation" if explained else "closing",
            "\n".join(part for part in (told, (summary or "").strip()) if part),
            date=moment,
        )
