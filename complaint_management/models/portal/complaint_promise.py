from odoo import fields, models

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
        return self._get_promises_by_case()[self]

    def _get_promises_by_case(self):
        """Return ``{complaint: what is promised of it}``, each as ``_get_promises`` says it."""
        promises = {complaint: {"next": None, "result": False} for complaint in self}
        running = (
            self.env["complaint.deadline"]
            .sudo()
            .search_fetch(
                [
                    ("complaint_id", "in", self.ids),
                    ("state", "in", ("running", "breached")),
                    ("milestone", "in", TOLD_MILESTONES),
                ],
                ["complaint_id", "milestone", "due", "round"],
                order="due, id",
            )
        )
        complaint_of = {complaint.id: complaint for complaint in self}
        for deadline in running:
            complaint = complaint_of[deadline.complaint_id.id]
            # Those of earlier rounds are history.
            if deadline.round != complaint._get_deadline_round():
                continue
            # As long as nothing is agreed, there is nothing to be put right by a day.
            if deadline.milestone == "execute" and complaint.step != "execution":
                continue
            promise = promises[complaint]
            promise["next"] = promise["next"] or (deadline.milestone, deadline.due)
            if deadline.milestone == "report":
                promise["result"] = promise["result"] or deadline.due
        return promises

    def _tell_promise(self, milestone, due):
        """Return a sentence on one promised date, and whether it has passed.

        :param str milestone: one of those that complainants are told of
        :param due: datetime in UTC
        :return: ``(text, overdue)``
        """
        self.ensure_one()
        if due >= fields.Datetime.now():
            texts = {
                "respond": self.env._("You hear from us by %(date)s.", date=self._tell_moment(due)),
                "propose": self.env._("You get our proposal by %(date)s.", date=self._tell_date(due)),
                "execute": self.env._("It is put right by %(date)s.", date=self._tell_date(due)),
                "report": self.env._("You get the result by %(date)s.", date=self._tell_date(due)),
                "follow_up": self.env._(
                    "By %(date)s we ask you whether all is well.", date=self._tell_date(due)
                ),
            }
            return texts[milestone], False
        date = self._tell_date(due)
        texts = {
            "respond": self.env._(
                "We promised that you hear from us by %(date)s, and did not keep it.", date=date
            ),
            "propose": self.env._("We promised you a proposal by %(date)s, and did not keep it.", date=date),
            "execute": self.env._(
                "We promised that it is put right by %(date)s, and did not keep it.", date=date
            ),
            "report": self.env._("We promised you the result by %(date)s, and did not keep it.", date=date),
            "follow_up": self.env._(
                "We promised to ask you by %(date)s whether all is well, and did not keep it.", date=date
            ),
        }
        return texts[milestone], True
