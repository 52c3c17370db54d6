from odoo import fields, models
from odoo.tools import SQL


class ComplaintReport(models.Model):
    """How complaints were decided, as one more thing to group the figures by."""

    _inherit = "complaint.report"
    _depends = {"complaint.complaint": ["decision"]}

    decision = fields.Selection(
        selection=lambda self: (
            self.env["complaint.complaint"]._fields["decision"]._description_selection(self.env)
        ),
        readonly=True,
    )

    def _select(self):
        return SQL("%s, c.decision", super()._select())
