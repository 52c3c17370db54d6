from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from .inspection import GOOD_MARKS

SENT_BACK_ACTIVITY = "complaint_management.mail_activity_type_sent_back"


class ComplaintInspection(models.Model):
    """Carrying out a spot check: the case passes, passes with remarks, or goes back to be taken up again."""

    _inherit = "complaint.inspection"

    def action_pass(self):
        """The cases were handled as they should be."""
        self._conclude("passed")

    def action_pass_with_remarks(self):
        """The cases may stay closed, but something was found."""
        self._conclude("remarks")

    def action_send_back(self, reason, step="investigation"):
        """Open the cases again and tell those responsible what was found.

        :param str reason: why; kept with the spot check and on the case
        :param str step: where the work goes on
        :raises UserError: no reason, a case that somebody opened already, or one that cannot be opened
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Give the reason for sending it back."))
        # Whoever calls this among other things finds nothing half done where one of them is refused.
        with self.env.cr.savepoint():
            self._check_open()
            self._check_eligible()
            self._check_still_closed()
            for inspection in self.filtered(lambda inspection: not (inspection.findings or "").strip()):
                inspection.findings = reason
            self._check_judged("sent_back")
            # Quality changes no case, but for this: the check above stands for the right to.
            self.sudo().complaint_id.action_reopen(reason, step)
            self._conclude("sent_back", sent_back_reason=reason)
            self._tell_responsible()

    def _check_still_closed(self):
        reopened = self.filtered("reopened")
        if reopened:
            raise UserError(
                self.env._(
                    "Opened again meanwhile: %(complaints)s. It cannot be sent back once more. Write down "
                    "what you found and let it pass with remarks.",
                    complaints=", ".join(reopened.mapped("number")),
                )
            )

    def _check_judged(self, state):
        """Refuse a result without the judgement behind it; all that is missing is said at once."""
        refusals = []
        for inspection in self:
            lines = []
            if not inspection.mark:
                lines.append(self.env._("Give a mark from 1 to 5."))
            silent = state == "passed" and inspection.mark in GOOD_MARKS
            if not silent and not (inspection.findings or "").strip():
                lines.append(self.env._("Write down what you found."))
            if lines:
                refusals.append("\n".join([f"{inspection.number}:", *(f"- {line}" for line in lines)]))
        if refusals:
            raise UserError("\n\n".join(refusals))

    def _conclude(self, state, **vals):
        self._check_open()
        self._check_eligible()
        self._check_judged(state)
        # The rules let nobody write the result; whoever may decide was checked.
        inspections_sudo = self.sudo()
        inspections_sudo.write(
            {
                "state": state,
                "checked_by_id": self.env.uid,
                "checked_at": fields.Datetime.now(),
                **vals,
            }
        )
        inspections_sudo.filtered(lambda inspection: not inspection.user_id).write({"user_id": self.env.uid})
        inspections_sudo._log_on_cases()

    def _log_on_cases(self):
        """Write the result, not the findings, into the chatter: heads of departments read that too."""
        states = dict(self._fields["state"]._description_selection(self.env))
        marks = dict(self._fields["mark"]._description_selection(self.env))
        lines = {}
        for inspection in self:
            line = self.env._(
                "Spot check: %(result)s. Mark: %(mark)s.",
                result=states[inspection.state],
                mark=marks[inspection.mark],
            )
            # Several closings of one case may be judged together.
            lines.setdefault(inspection.complaint_id.id, []).append(line)
        bodies = {complaint_id: Markup("<br/>").join(texts) for complaint_id, texts in lines.items()}
        self.complaint_id._message_log_batch(bodies=bodies, author_id=self.env.user.partner_id.id)

    def _tell_responsible(self):
        """Plan the work for whoever answers for the case now, with what was found."""
        for inspection_sudo in self.sudo():
            complaint_sudo = inspection_sudo.complaint_id
            gone = complaint_sudo.user_id.filtered(lambda user: not user.active)
            user = complaint_sudo._get_heir(complaint_sudo.excluded_user_ids | gone)
            if not user:
                continue
            translated = self.with_context(lang=user.lang)
            note = Markup("<p>%s</p>") % inspection_sudo.sent_back_reason
            if inspection_sudo.findings != inspection_sudo.sent_back_reason:
                note += Markup("<p>%s</p>") % inspection_sudo.findings
            complaint_sudo.activity_schedule(
                SENT_BACK_ACTIVITY,
                user_id=user.id,
                summary=translated.env._("Sent back by the spot check"),
                note=note,
            )
