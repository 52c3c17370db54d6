from odoo import fields, models


class ComplaintServiceLine(models.Model):
    """Labour or a part of a service order, and who bears it (SV-4)."""

    _name = "complaint.service.line"
    _description = "Line of a Service Order"
    _inherit = ["complaint.service.part"]
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    kind = fields.Selection([("labour", "Labour"), ("part", "Part")], required=True, default="labour")
    product_id = fields.Many2one(
        "product.product", required=True, index="btree_not_null", check_company=True, ondelete="restrict"
    )
    name = fields.Char(string="Description")
    quantity = fields.Float(default=1.0, digits="Product Unit", help="Hours planned, or how many of the part.")
    covered = fields.Selection(
        [
            ("charged", "Charged to the customer"),
            ("warranty", "Warranty"),
            ("goodwill", "Goodwill"),
            ("remedy", "Remedy of a complaint"),
        ],
        string="Borne by",
        required=True,
        default="charged",
    )


class ComplaintServiceOrder(models.Model):
    _inherit = "complaint.service.order"

    line_ids = fields.One2many("complaint.service.line", "order_id", string="Labour and Parts", copy=True)
