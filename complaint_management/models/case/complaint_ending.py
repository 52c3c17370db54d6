from odoo import fields, models
from odoo.exceptions import UserError

from ...tools import process


class ComplaintEnding(models.Model):
    """How a complaint ends: with its result, answered at once, rejected or cancelled; and begins again."""

    _inherit = "complaint.complaint"

    outcome = fields.Text(
        string="Result", tracking=True, copy=False, help="What came of it, as it was told to the complainant."
    )
    end_reason = fields.Text(
        string="Reason for Ending",
        tracking=True,
        copy=False,
        help="Why the complaint was rejected or cancelled. Of an unfounded one the complainant reads it.",
    )
    reopen_reason = fields.Text(copy=False, readonly=True)
    reopen_count = fields.Integer(string="Times Reopened", readonly=True, copy=False)

    def action_answer_on_the_spot(self, answer):
        """Answer at once: from receipt to closed, still logged (IN-6).

        :param str answer: what the complainant was told
        :raises UserError: the record lacks something that closing asks for
        """
        for complaint in self:
            if complaint.step not in ("new", "triage"):
                raise UserError(
                    self.env._("%(complaint)s is in work already.", complaint=complaint.display_name)
                )
        self.write({"outcome": answer})
        self.move_to("closed")

    def action_reject(self, reason):
        """End the complaint as unfounded.

        :param str reason: why; kept on the record
        """
        self.write({"end_reason": reason})
        self.move_to("rejected")

    def action_cancel(self, reason):
        """End the complaint because it was withdrawn, entered by mistake or merged.

        :param str reason: why; kept on the record
        """
        self.write({"end_reason": reason})
        self.move_to("cancelled")

    def action_reopen(self, reason, step="investigation"):
        """Take up an ended complaint again. The number of times is kept.

        :param str reason: why; kept on the record
        :param str step: where the work goes on
        :raises UserError: one of them is still in work, or would not be by then
        """
        if step in process.ENDS or any(
            complaint.step not in (*process.ENDS, "follow_up") for complaint in self
        ):
            raise UserError(self.env._("Only ended complaints can be reopened."))
        self.write({"reopen_reason": reason})
        # One that waited for its follow-up has not ended yet, but begins another round as well.
        self.with_context(complaint_new_round=True).move_to(step)
        self._message_log_batch(
            bodies={complaint.id: self.env._("Opened again: %(reason)s", reason=reason) for complaint in self}
        )
