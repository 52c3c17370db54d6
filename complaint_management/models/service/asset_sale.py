from odoo import api, fields, models
from odoo.tools import float_compare

from .asset import ASSET_READERS

#: Key of the lines that wait for the end of the transaction.
WAITING = "complaint_management.sold_assets"


class ComplaintAsset(models.Model):
    """Objects that come from sales know the line that they were sold by (SV-3)."""

    _inherit = "complaint.asset"

    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Sold by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    sale_order_id = fields.Many2one(
        "sale.order",
        string="Sales Order",
        compute="_compute_sale_order_id",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="The order by which it was sold.",
    )

    @api.depends("sale_line_id")
    def _compute_sale_order_id(self):
        for asset in self:
            asset.sale_order_id = asset.sale_line_id.order_id or asset.sale_order_id


class SaleOrder(models.Model):
    _inherit = "sale.order"

    complaint_asset_ids = fields.One2many(
        "complaint.asset",
        "sale_order_id",
        string="Customers' Objects",
        groups=ASSET_READERS,
    )
    complaint_asset_count = fields.Integer(
        string="Objects", compute="_compute_complaint_asset_count", groups=ASSET_READERS
    )

    @api.depends("complaint_asset_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_complaint_asset_count(self):
        groups = self.env["complaint.asset"]._read_group(
            [("sale_order_id", "in", self.ids)], ["sale_order_id"], ["__count"]
        )
        counts = {order.id: count for order, count in groups}
        for order in self:
            order.complaint_asset_count = counts.get(order._origin.id, 0)

    def action_open_assets(self):
        """Open the objects that came of the order."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("complaint_management.complaint_asset_action")
        action["domain"] = [("sale_order_id", "=", self.id)]
        action["context"] = {"default_sale_order_id": self.id, "default_partner_id": self.partner_id.id}
        return action


class SaleOrderLine(models.Model):
    """What is delivered becomes the customer's object, where the company wants it and the product is one.

    Other add-ons compute what was delivered: from stock moves, time sheets. Then the objects are made at the
    end of the transaction, as nothing may be written while fields are computed.
    """

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered("qty_delivered")._enter_sold_assets({})
        return lines

    def write(self, vals):
        former = {line.id: line.qty_delivered for line in self} if "qty_delivered" in vals else {}
        result = super().write(vals)
        if former:
            self._enter_sold_assets(former)
        return result

    def _compute_qty_delivered(self):
        former = {line.id: line.qty_delivered for line in self._origin}
        super()._compute_qty_delivered()
        changed = {
            line.id: former[line.id]
            for line in self
            if line.id in former and line.qty_delivered != former[line.id]
        }
        if changed:
            precommit = self.env.cr.precommit
            if WAITING not in precommit.data:
                precommit.data[WAITING] = {}
                precommit.add(self._enter_waiting_assets)
            # What it was before the first of several changes.
            precommit.data[WAITING] = changed | precommit.data[WAITING]

    def _enter_waiting_assets(self):
        former = self.env.cr.precommit.data.pop(WAITING, {})
        # Saved by whoever may; some of the lines may have been taken back meanwhile.
        lines = self.env[self._name].sudo().browse(former).exists()
        lines._enter_sold_assets(former)
        self.env.flush_all()

    def _enter_sold_assets(self, former):
        """Enter an object for each whole unit that was delivered and has none yet.

        :param dict former: id of a line to what was delivered before
        """
        # Who delivers need not be one who keeps the objects.
        lines_sudo = self.sudo().filtered(
            lambda line: line.product_id.complaint_asset_kind_id and line.company_id.complaint_asset_from_sale
        )
        if not lines_sudo:
            return
        Asset_sudo = self.env["complaint.asset"].sudo().with_context(active_test=False)
        present = dict(
            Asset_sudo._read_group([("sale_line_id", "in", lines_sudo.ids)], ["sale_line_id"], ["__count"])
        )
        vals_list = []
        for line in lines_sudo:
            delivered, there = line._get_delivered_units(), present.get(line, 0)
            digits = self.env["decimal.precision"].precision_get("Product Unit")
            change = float_compare(line.qty_delivered, former.get(line.id, 0), precision_digits=digits)
            if change > 0 and delivered > there:
                vals_list += [line._prepare_asset_vals()] * (delivered - there)
            elif change < 0 and delivered < there:
                line._tell_too_many_assets(delivered, there)
        Asset_sudo.create(vals_list)

    def _get_delivered_units(self):
        """Return how many whole units of the product were delivered."""
        self.ensure_one()
        product_unit = self.product_id.uom_id
        quantity = self.product_uom_id._compute_quantity(self.qty_delivered, product_unit, round=False)
        # Six delivered halves of a dozen may come as 5.9999999.
        return max(int(quantity + 1e-6), 0)

    def _prepare_asset_vals(self):
        self.ensure_one()
        order = self.order_id
        company = self.company_id
        bought = fields.Datetime.context_timestamp(order, order.date_order).date()
        return {
            "company_id": company.id,
            "product_id": self.product_id.id,
            "kind_id": self.product_id.complaint_asset_kind_id.id,
            "partner_id": order.partner_id.id,
            "purchase_date": bought,
            "delivery_date": fields.Date.context_today(self),
            "sale_line_id": self.id,
        }

    def _tell_too_many_assets(self, delivered, there):
        self.ensure_one()
        self.order_id._message_log(
            body=self.env._(
                "%(product)s: %(delivered)s delivered now, and %(there)s customer's objects were entered. "
                "Nothing was deleted: look whether one came back, and mark or delete it.",
                product=self.product_id.display_name,
                delivered=delivered,
                there=there,
            )
        )
