from odoo import fields, models


class ComplaintComplaint(models.Model):
    """Which complaints are inquired into at all."""

    _inherit = "complaint.complaint"

    inquiry_waived = fields.Boolean(
        string="No Inquiry Needed",
        readonly=True,
        copy=False,
        help="It was answered on the spot or came from elsewhere as ended. Nobody has to find its cause.",
    )

    def _needs_inquiry(self):
        """Tell whether facts, cause and liability are to be found; praise and questions need none."""
        self.ensure_one()
        return self.nature == "complaint" and not self.inquiry_waived
