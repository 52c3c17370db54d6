from odoo import api, fields, models

from ...tools.service_process import SERVICE


class ComplaintServiceLine(models.Model):
    """What a line is worth to the customer (SV-4).

    Prices, discounts and taxes are what a sale order of the same customer on the same day would say: by the
    pricelist, the fiscal position and Odoo's own computation of taxes. They are kept for every line, also for
    one that the customer does not bear: that is what is given away.
    """

    _inherit = "complaint.service.line"

    currency_id = fields.Many2one(related="order_id.currency_id", store=True, precompute=True)
    price_unit = fields.Float(
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        min_display_digits="Product Price",
    )
    # The price as it was proposed: one that differs was entered by hand, and stays.
    proposed_price = fields.Float(export_string_translation=False)
    discount = fields.Float(
        string="Discount (%)",
        compute="_compute_discount",
        store=True,
        readonly=False,
        precompute=True,
        digits="Discount",
    )
    tax_ids = fields.Many2many(
        "account.tax",
        "complaint_service_line_tax_rel",
        "line_id",
        "tax_id",
        string="Taxes",
        compute="_compute_tax_ids",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        context={"active_test": False},
        domain="[('type_tax_use', '=', 'sale')]",
    )
    quantity_billed = fields.Float(
        string="Counted Quantity",
        compute="_compute_quantity_billed",
        store=True,
        digits="Product Unit",
        help="What is charged or given away: the quantity planned, or the hours spent where the "
        "service says so.",
    )
    price_subtotal = fields.Monetary(string="Without Taxes", compute="_compute_amounts", store=True)
    price_tax = fields.Monetary(string="Taxes Amount", compute="_compute_amounts", store=True)
    price_total = fields.Monetary(string="With Taxes", compute="_compute_amounts", store=True)

    def _add_precomputed_values(self, vals_list):
        super()._add_precomputed_values(vals_list)
        for vals in vals_list:
            if "price_unit" in vals:
                vals.setdefault("proposed_price", vals["price_unit"])

    def write(self, vals):
        if "product_id" in vals and "price_unit" not in vals:
            # Another product has another price, whatever was agreed for the former one.
            for line in self:
                if line.product_id.id != vals["product_id"] and line.price_unit != line.proposed_price:
                    line.sudo().proposed_price = line.price_unit
        return super().write(vals)

    @api.onchange("product_id")
    def _onchange_product_id(self):
        self.price_unit, self.discount = self._get_proposed_price()
        self.proposed_price = self.price_unit

    @api.depends("product_id", "quantity", "uom_id", "order_id.pricelist_id", "order_id.fiscal_position_id")
    def _compute_price_unit(self):
        by_pricelist = self.filtered(lambda line: line.price_unit == line.proposed_price)
        prices = by_pricelist._get_proposed_prices()
        for line in by_pricelist:
            line.price_unit = line.proposed_price = prices[line][0]
        for line in self - by_pricelist:
            line.price_unit = line.price_unit

    @api.depends("product_id", "quantity", "uom_id", "order_id.pricelist_id")
    def _compute_discount(self):
        prices = self._get_proposed_prices()
        shown = self.env["product.pricelist.item"]._is_discount_feature_enabled()
        for line in self:
            # As on sale orders: where discounts are not by pricelist, those entered by hand stay.
            by_pricelist = shown and line.order_id.pricelist_id
            line.discount = prices[line][1] if by_pricelist else line.discount

    @api.depends("product_id", "company_id", "order_id.fiscal_position_id")
    def _compute_tax_ids(self):
        for line in self:
            line.tax_ids = line._get_proposed_taxes()

    def _get_proposed_price(self):
        self.ensure_one()
        return self._get_proposed_prices()[self]

    def _get_proposed_prices(self):
        """Return the price and the discount that the customer's pricelist gives, by line.

        Lines that ask the same of a pricelist are looked up together.
        """
        prices = dict.fromkeys(self, (0.0, 0.0))
        groups = self.filtered("product_id").grouped(
            lambda line: (
                line.order_id.pricelist_id,
                line.order_id.currency_id or line.env.company.currency_id,
                line.order_id.company_id or line.env.company,
                line.order_id.fiscal_position_id,
                line.uom_id or line.product_id.uom_id,
                line.quantity or 1.0,
                line.order_id.requested_at or fields.Datetime.now(),
            )
        )
        for (pricelist, currency, company, position, uom, quantity, moment), lines in groups.items():
            asked = {"quantity": quantity, "uom": uom, "date": moment, "currency": currency}
            # Pricelists and taxes are read by whoever enters a line; they change none of them.
            products_sudo = lines.product_id.sudo().with_company(company)
            found = pricelist.sudo().with_company(company)._compute_price_rule(products_sudo, **asked)
            for line in lines:
                product_sudo = line.product_id.sudo().with_company(company)
                price, rule_id = found[product_sudo._origin.id or product_sudo.id]
                rule_sudo = product_sudo.env["product.pricelist.item"].browse(rule_id)
                discount = 0.0
                if rule_sudo._show_discount():
                    base = rule_sudo._compute_price_before_discount(product_sudo, **asked)
                    if base > 0 and base > price:
                        discount = (base - price) / base * 100
                        price = base
                prices[line] = (
                    product_sudo._get_tax_included_unit_price_from_price(
                        price,
                        product_taxes=product_sudo.taxes_id._filter_taxes_by_company(company),
                        fiscal_position=position.sudo(),
                    ),
                    discount,
                )
        return prices

    def _get_proposed_taxes(self):
        """Return the taxes of the product as the fiscal position of the customer maps them."""
        self.ensure_one()
        company = self.order_id.company_id or self.env.company
        taxes = self.product_id.sudo().taxes_id._filter_taxes_by_company(company)
        return self.order_id.fiscal_position_id.sudo().map_tax(taxes).sudo(False)

    # amounts

    def _bills_spent(self):
        """Tell whether it is the hours spent that count, not those planned."""
        self.ensure_one()
        return self.kind == "labour" and self.order_id.type_id.billed_hours == "spent"

    @api.depends("kind", "quantity", "hours_spent", "order_id.step", "order_id.type_id.billed_hours")
    def _compute_quantity_billed(self):
        for line in self:
            line.quantity_billed = line.quantity
            if line._bills_spent():
                # Until the work is done the plan stands; more than that shows at once.
                under_way = SERVICE.is_before(line.order_id.step, "quality")
                spent = max(line.hours_spent, line.quantity) if under_way else line.hours_spent
                line.quantity_billed = spent

    def _prepare_base_line(self, **values):
        """Return the line as the computation of taxes wants it, in the currency of the order."""
        self.ensure_one()
        order = self.order_id
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            self,
            **{
                "tax_ids": self.tax_ids,
                "quantity": self.quantity_billed,
                "partner_id": order.partner_id,
                "currency_id": order.currency_id
                or order.company_id.currency_id
                or self.env.company.currency_id,
                **values,
            },
        )

    @api.depends("quantity_billed", "discount", "price_unit", "tax_ids", "currency_id")
    def _compute_amounts(self):
        # Taxes and their accounts are the accountants'; what comes out of them is everybody's.
        Tax = self.env["account.tax"]
        for line in self:
            company = line.company_id or self.env.company
            base = line._prepare_base_line()
            Tax._add_tax_details_in_base_line(base, company)
            Tax._round_base_lines_tax_details([base], company)
            line.price_subtotal = base["tax_details"]["total_excluded_currency"]
            line.price_total = base["tax_details"]["total_included_currency"]
            line.price_tax = line.price_total - line.price_subtotal


class ComplaintServiceOrder(models.Model):
    """The amounts of an order are in the currency of the customer's pricelist, else of the company.

    That is the currency of the sale order and the invoice it comes to. What is given away and what it costs
    us is in the company's (``service_cost.py``).
    """

    _inherit = "complaint.service.order"

    pricelist_id = fields.Many2one(
        "product.pricelist",
        compute="_compute_pricelist_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index="btree_not_null",
        domain="[('company_id', 'in', (False, company_id))]",
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_currency_id", store=True, precompute=True, ondelete="restrict"
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency", export_string_translation=False
    )
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        compute="_compute_fiscal_position_id",
        store=True,
        precompute=True,
        ondelete="restrict",
    )
    amount_untaxed_charged = fields.Monetary(
        string="Charged without Taxes", compute="_compute_charged", store=True
    )
    amount_tax_charged = fields.Monetary(string="Taxes on It", compute="_compute_charged", store=True)
    amount_charged = fields.Monetary(
        string="Charged",
        compute="_compute_charged",
        store=True,
        aggregator="sum",
        help="What the customer pays, taxes included.",
    )

    @api.depends("partner_id", "company_id")
    def _compute_pricelist_id(self):
        for order in self:
            if order._has_confirmed_sale():
                continue
            partner_sudo = order.partner_id.sudo().with_company(order.company_id)
            order.pricelist_id = partner_sudo.property_product_pricelist.sudo(False)

    @api.depends("pricelist_id", "company_id")
    def _compute_currency_id(self):
        for order in self:
            order.currency_id = order.pricelist_id.sudo().currency_id or order.company_id.sudo().currency_id

    @api.depends("partner_id", "company_id")
    def _compute_fiscal_position_id(self):
        found = {}
        for order in self:
            key = (order.partner_id, order.company_id)
            if key not in found:
                Position = self.env["account.fiscal.position"].sudo().with_company(order.company_id)
                partner_sudo = order.partner_id.sudo()
                delivery = partner_sudo.browse(partner_sudo.address_get(["delivery"])["delivery"])
                # Not read one by one: mostly it is the customer.
                delivery = delivery.with_prefetch([*delivery.ids, *self.partner_id.ids])
                found[key] = (
                    Position._get_fiscal_position(partner_sudo, delivery) if partner_sudo else Position
                )
            order.fiscal_position_id = found[key].sudo(False)

    def _get_charged_lines(self):
        """Return the lines that the customer pays for."""
        return self.line_ids.filtered(
            lambda line: line.covered == "charged" and not line.order_id.currency_id.is_zero(line.price_total)
        )

    @api.depends("line_ids.price_subtotal", "line_ids.price_total", "line_ids.covered", "currency_id")
    def _compute_charged(self):
        # All of them together: taxes may be rounded by document, as they are on the invoice.
        Tax = self.env["account.tax"]
        for order in self:
            company = order.company_id or self.env.company
            charged = order.line_ids.filtered(lambda line: line.covered == "charged")
            bases = [line._prepare_base_line() for line in charged]
            Tax._add_tax_details_in_base_lines(bases, company)
            Tax._round_base_lines_tax_details(bases, company)
            totals = Tax._get_tax_totals_summary(
                base_lines=bases, currency=order.currency_id or company.currency_id, company=company
            )
            order.amount_untaxed_charged = totals["base_amount_currency"]
            order.amount_tax_charged = totals["tax_amount_currency"]
            order.amount_charged = totals["total_amount_currency"]

    def _to_company_currency(self, amount):
        """Return an amount of the order in the company's money, by the rate of the day it was asked for."""
        self.ensure_one()
        return self.currency_id._convert(
            amount, self.company_id.currency_id, self.company_id, self.requested_at or fields.Datetime.now()
        )


class ComplaintServiceType(models.Model):
    _inherit = "complaint.service.type"

    billed_hours = fields.Selection(
        [("planned", "The hours planned"), ("spent", "The hours spent")],
        string="Charged Labour",
        required=True,
        default="planned",
        help="Planned hours are a fixed price. Hours spent are charged as they were logged; what "
        "goes beyond the "
        "agreement has to be agreed first.",
    )
