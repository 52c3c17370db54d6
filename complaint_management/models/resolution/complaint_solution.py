from odoo import api, fields, models


class ComplaintComplaint(models.Model):
    """The solutions that were proposed for a complaint, and which of them counts."""

    _inherit = "complaint.complaint"

    solution_ids = fields.One2many("complaint.solution", "complaint_id", string="Solutions", copy=False)
    solution_count = fields.Integer(
        string="Versions so Far", readonly=True, copy=False, export_string_translation=False
    )
    remedy_ids = fields.One2many("complaint.remedy", "complaint_id", string="Remedies", copy=False)

    def _needs_solution(self):
        """Tell whether a solution is to be found; what needs no inquiry needs none."""
        return self._needs_inquiry()

    def _get_round_solutions(self):
        """Return the versions of the round the complaint is in; those of earlier rounds are history."""
        self.ensure_one()
        return self.solution_ids.filtered(lambda solution: solution.round == self.reopen_count)
