from odoo import models


class ComplaintSolution(models.Model):
    _inherit = "complaint.solution"

    def _proposal_changed(self):
        pass
