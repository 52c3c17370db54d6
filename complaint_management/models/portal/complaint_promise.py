from odoo import models

#: Milestones that the complainant notices; the others are a matter of ours.
TOLD_MILESTONES = ("respond", "propose", "execute", "report", "follow_up")


class ComplaintPromise(models.Model):
    """The dates that a complainant is told: by when they hear next, and by when there is a result (TL-7)."""

    _inherit = "complaint.complaint"

    def _get_promises(self):
        """Return what is promised of one complaint.

        :return: ``{"next": (milestone, datetime) or None, "result": datetime or False}``, in UTC; limits that
            stand still, because the complainant owes an answer, promise nothing
        """
        self.ensure_one()
        running = self._get_current_deadlines().filtered(
            lambda deadline: (
                deadline.state in ("running", "breached") and deadline.milestone in TOLD_MILESTONES
            )
        )
        nearest = min(running, key=lambda deadline: (deadline.due, deadline.id), default=None)
        report = running.filtered(lambda deadline: deadline.milestone == "report")[:1]
        return {
            "next": (nearest.milestone, nearest.due) if nearest else None,
            "result": report.due,
        }

    def _get_customer_tz(self):
        """Return the name of the time zone in which dates are told to the complainant."""
        self.ensure_one()
        complaint_sudo = self.sudo()
        return complaint_sudo.partner_id.tz or complaint_sudo._get_deadline_calendar().tz or "UTC"
