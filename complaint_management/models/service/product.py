from odoo import fields, models


class ProductTemplate(models.Model):
    """A product whose delivery becomes a customer's object (SV-3)."""

    _inherit = "product.template"

    complaint_asset_kind_id = fields.Many2one(
        "complaint.asset.kind",
        string="Customer's Object",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="When the product is delivered, each unit is entered as an object of this kind, whose warranty, "
        "use and service history are kept. Empty: it is not.",
    )
