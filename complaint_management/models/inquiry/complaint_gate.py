from odoo import models


class ComplaintComplaint(models.Model):
    """What the gate asks of the inquiry before a step may be left."""

    _inherit = "complaint.complaint"
