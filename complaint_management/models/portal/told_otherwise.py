from odoo import models

#: Ways of telling after which the complainant has nothing to read.
SPOKEN = ("call", "visit", "letter")


class ComplaintSolution(models.Model):
    _inherit = "complaint.solution"

    def action_offer(self, kind, summary):
        """What was offered by word of mouth can be read, and signed, on the complainant's page (SO-4)."""
        result = super().action_offer(kind, summary)
        if kind in SPOKEN:
            for solution in self:
                solution.complaint_id._notify_customer(
                    f"proposal:{solution.id}", "complaint_management.mail_template_told_proposal"
                )
        return result


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    def action_report_result(
        self, outcome=False, decision=False, reason=False, kind="email", *args, **kwargs
    ):
        """A result that was told by word of mouth can be read, and confirmed, on the page (SO-6)."""
        result = super().action_report_result(outcome, decision, reason, kind, *args, **kwargs)
        if kind in SPOKEN:
            self._notify_customer(
                f"result:{self.reopen_count}", "complaint_management.mail_template_told_result"
            )
        return result


class ComplaintFollowup(models.Model):
    _inherit = "complaint.followup"

    def _follow_result(self, step):
        """Who was not reached can answer in writing (CL-2)."""
        super()._follow_result(step)
        if self.result == "not_reached":
            self.complaint_id._notify_customer(
                f"missed:{self.id}", "complaint_management.mail_template_missed"
            )
