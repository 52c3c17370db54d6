from odoo import api, fields, models


class ComplaintAsset(models.Model):
    """A thing that a customer owns and that is serviced: a vehicle, an appliance, an installation (SV-3)."""

    _name = "complaint.asset"
    _description = "Customer's Object"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _rec_names_search = ["name", "serial", "partner_id.name"]
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index="trigram",
        tracking=True,
        help="As people call it: the model, a plate number, the place where it stands.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner", string="Owner", index="btree_not_null", check_company=True, tracking=True
    )
    product_id = fields.Many2one(
        "product.product", string="Product", index="btree_not_null", check_company=True, tracking=True
    )
    model = fields.Char(help="Make and model, where it is none of our products.")
    serial = fields.Char(string="Serial Number or VIN", index="trigram", copy=False, tracking=True)
    purchase_date = fields.Date()
    order_ids = fields.One2many("complaint.service.order", "asset_id", string="Service Orders")
    complaint_ids = fields.One2many("complaint.complaint", "asset_id", string="Complaints")

    @api.depends("product_id", "model")
    def _compute_name(self):
        for asset in self:
            asset.name = asset.name or asset.product_id.display_name or asset.model

    @api.depends("name", "serial")
    def _compute_display_name(self):
        for asset in self:
            asset.display_name = " · ".join(part for part in (asset.name, asset.serial) if part)


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    asset_id = fields.Many2one(
        "complaint.asset",
        string="Object",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        help="The vehicle, appliance or installation that the complaint is about.",
    )
