from odoo import models

from ...tools import process


class ComplaintComplaint(models.Model):
    """What happens to the remedies when something happens to their complaint."""

    _inherit = "complaint.complaint"

    def _may_own_remedy(self, user):
        """Tell whether a user can carry out what was promised to the complainant."""
        return (
            user.active
            and not user.share
            and (not self or (self.company_id in user.company_ids and user not in self.excluded_user_ids))
        )

    def _get_threads(self):
        return [*super()._get_threads(), self.remedy_ids]

    def _search_remedies(self, states):
        """Return the remedies in some of the states, asked of the database: merging moves them about."""
        return (
            self.env["complaint.remedy"]
            .sudo()
            .search([("complaint_id", "in", self.ids), ("state", "in", states)])
        )

    def _apply_exclusion(self):
        super()._apply_exclusion()
        self._search_remedies(["planned", "open"])._replace_owners()

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        refused = self.filtered(
            lambda complaint: complaint.step in process.REFUSED and old_steps[complaint.id] != complaint.step
        )
        for complaint in refused:
            complaint._search_remedies(["planned", "open"])._drop(
                complaint.end_reason or self.env._("%(complaint)s has ended.", complaint=complaint.number)
            )

    def _refresh_deadlines(self):
        super()._refresh_deadlines()
        remedies = self._search_remedies(["open"])
        if remedies:
            remedies._refresh_deadlines()

    def merge_into(self, target, keep=None):
        result = super().merge_into(target, keep)
        # Who is concerned by one of them is concerned by what was promised in the other.
        target._search_remedies(["planned", "open"])._replace_owners()
        return result
