from odoo import fields, models


class ComplaintServiceLink(models.TransientModel):
    """Dialog with the link of a service order's page."""

    _name = "complaint.service.link"
    _description = "Link of the Customer's Page of a Service Order"
    _inherit = ["complaint.link.dialog"]

    _record_field = "order_id"

    order_id = fields.Many2one("complaint.service.order", required=True, readonly=True, ondelete="cascade")
