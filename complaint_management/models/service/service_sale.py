from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import clean_context, float_compare, frozendict

from ...tools.service_process import SERVICE, Requirement
from ...tools.turns import take_turn


class ComplaintServiceLine(models.Model):
    _inherit = "complaint.service.line"

    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Line of the Sales Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    def _prepare_sale_vals(self):
        """Return the values of the line's own line on the sale order.

        What the customer does not bear stands there with its price, 100 % discount and the reason: the
        customer sees what was done for them, the accountant why nothing is asked for it, and where ``stock``
        is installed the part is delivered like any other.
        """
        self.ensure_one()
        charged = self.covered == "charged"
        return {
            "product_id": self.product_id.id,
            "name": self._get_sale_words(),
            "product_uom_qty": self.quantity_billed,
            "product_uom_id": self.uom_id.id,
            "price_unit": self.price_unit,
            "discount": self.discount if charged else 100,
            "tax_ids": self.tax_ids.ids,
            "sequence": self.sequence,
            "complaint_cover": self.covered,
        }

    def _get_sale_words(self):
        self.ensure_one()
        order_sudo = self.order_id.sudo()
        env = self.with_context(lang=order_sudo.partner_id.lang or self.env.lang).env
        reasons = {
            "warranty": env._("Covered by the warranty"),
            "goodwill": env._("Goodwill: you pay nothing for it"),
            "remedy": env._("Remedy of your complaint: you pay nothing for it"),
        }
        lot = self.lot and env._("Lot or serial number: %(lot)s", lot=self.lot)
        return "\n".join(part for part in (self.name, lot, reasons.get(self.covered)) if part)

    def _sync_sale_lines(self):
        """Bring the lines of the sale orders in line, in as few writes as there are differences."""
        by_change = {}
        for line in self:
            changed = frozendict(line._get_sale_changes())
            if changed:
                by_change.setdefault(changed, []).append(line.sale_line_id.id)
        for changed, sale_line_ids in by_change.items():
            vals = dict(changed)
            if "tax_ids" in vals:
                # As a list, no taxes at all would change nothing.
                vals["tax_ids"] = [Command.set(vals["tax_ids"])]
            self.env["sale.order.line"].browse(sale_line_ids).write(vals)

    def _get_sale_changes(self):
        """Return what one line says otherwise than its line on the sale order, as values to write."""
        self.ensure_one()
        sale_line, vals = self.sale_line_id, self._prepare_sale_vals()
        changed = {
            fname: value for fname, value in vals.items() if self._sale_value_differs(sale_line, fname, value)
        }
        if changed and sale_line.state == "sale" and sale_line.qty_invoiced:
            # What is invoiced keeps its words and price; only more of it may come.
            changed = {fname: value for fname, value in changed.items() if fname == "product_uom_qty"}
        if "product_uom_qty" in changed:
            # Else the sale order would look its own price up.
            changed |= {fname: vals[fname] for fname in ("price_unit", "discount")}
        return changed

    @api.model
    def _sale_value_differs(self, sale_line, fname, value):
        current = sale_line._fields[fname].convert_to_write(sale_line[fname], sale_line)
        if fname == "tax_ids":
            return set(sale_line.tax_ids.ids) != set(value)
        if isinstance(value, float):
            return float_compare(current, value, precision_digits=6) != 0
        return current != value


class ComplaintServiceOrder(models.Model):
    """A service order is sold by one sale order (SV-4).

    It is made as superuser: advisors need no sales rights, and nothing of it is theirs to choose; it says
    what the lines say. It is kept in line with them, confirmed when the customer agrees or at the
    settlement, and invoiced from there (``service_settlement.py``).
    """

    _inherit = "complaint.service.order"

    sale_order_id = fields.Many2one(
        "sale.order",
        string="Sales Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        tracking=True,
    )
    # Shown to people who may not open it.
    sale_order_number = fields.Char(related="sale_order_id.name", string="Number of the Sales Order")

    def _has_confirmed_sale(self):
        self.ensure_one()
        return self.sudo().sale_order_id.state == "sale"

    def _wants_sale_order(self):
        """Tell whether there is anything to sell, or to take from a stock."""
        self.ensure_one()
        delivers = "move_ids" in self.env["sale.order.line"]._fields
        return bool(self._get_charged_lines()) or (
            delivers and any(line.product_id.type == "consu" for line in self.line_ids)
        )

    def _grouped_for_sale(self):
        """Return the orders by company, as superuser and in the company: sales are made by us, see above."""
        # Neither defaults of the page somebody is on nor the companies they have chosen count, and nobody is
        # told that a sale is theirs.
        orders_sudo = self.sudo().with_context(clean_context(self.env.context))
        orders_sudo = orders_sudo.with_context(mail_auto_subscribe_no_notify=True)
        return [
            of_company.with_company(company)
            for company, of_company in orders_sudo.grouped("company_id").items()
        ]

    def _make_sale_order(self):
        """Make the sale orders that are wanted and not there yet, and bring all of them in line."""
        for orders_sudo in self._grouped_for_sale():
            # Reopened: one order of ours has one sale order.
            orders_sudo.sale_order_id.filtered(lambda sale: sale.state == "cancel").action_draft()
            wanted = orders_sudo.filtered(lambda order: not order.sale_order_id and order._wants_sale_order())
            if wanted:
                # Two at once: the second one waits, and finds the sale order of the first.
                take_turn(wanted)
                wanted._create_sale_orders()
            orders_sudo._sync_sale_order()

    def _create_sale_orders(self):
        sales = self.env["sale.order"].create([order._prepare_sale_order_vals() for order in self])
        for order, sale in zip(self, sales, strict=True):
            order.sale_order_id = sale
        sales._message_log_batch(
            bodies={
                order.sale_order_id.id: self.env._("Made for service order %(order)s.", order=order.number)
                for order in self
            }
        )

    def _prepare_sale_order_vals(self):
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "pricelist_id": self.pricelist_id.id,
            "fiscal_position_id": self.fiscal_position_id.id,
            "origin": self.number,
            "client_order_ref": self.number,
            "user_id": self.user_id.id,
        }

    def _sync_sale_order(self):
        """Bring the sale orders in line with the lines, in as few writes as there are differences."""
        for orders_sudo in self._grouped_for_sale():
            sold = orders_sudo.filtered(lambda order: order.sale_order_id.state not in (False, "cancel"))
            with sold.sale_order_id._unlocked_for_service():
                sold.filtered(lambda order: not order._has_confirmed_sale())._sync_sale_headers()
                new_lines = sold.line_ids.filtered(lambda line: not line.sale_line_id)
                (sold.line_ids - new_lines)._sync_sale_lines()
                made = (
                    new_lines.env["sale.order.line"]
                    .with_context(sale_no_log_for_new_lines=True)
                    .create(
                        [
                            {**line._prepare_sale_vals(), "order_id": line.order_id.sale_order_id.id}
                            for line in new_lines
                        ]
                    )
                )
                for line, sale_line in zip(new_lines, made, strict=True):
                    line.sale_line_id = sale_line

    def _sync_sale_headers(self):
        by_change = {}
        for order in self:
            sale, vals = order.sale_order_id, order._prepare_sale_order_vals()
            changed = frozendict(
                {
                    fname: value
                    for fname, value in vals.items()
                    if sale._fields[fname].convert_to_write(sale[fname], sale) != value
                }
            )
            if changed:
                by_change.setdefault(changed, []).append(sale.id)
        for changed, sale_ids in by_change.items():
            self.env["sale.order"].browse(sale_ids).write(dict(changed))

    def _lines_changed(self):
        super()._lines_changed()
        self._sync_sale_order()

    def write(self, vals):
        if {"partner_id", "pricelist_id"} & vals.keys():
            self._take_sale_back(vals)
        result = super().write(vals)
        if {"partner_id", "pricelist_id", "user_id", "type_id"} & vals.keys():
            self._sync_sale_order()
        return result

    def _take_sale_back(self, vals):
        """What was sold to somebody else, or in other money, is a quotation again: nobody has agreed to it.

        :param dict vals: what is to be written
        :raises UserError: it stands on an invoice already
        """
        sold = self.filtered(lambda order: order._has_confirmed_sale() and order._is_sold_otherwise(vals))
        sold._refuse_together(
            lambda order: (
                order._is_invoiced_at_all()
                and self.env._(
                    "%(order)s stands on an invoice to %(customer)s: neither the customer nor the currency "
                    "can be changed any more. Have a credit note made first.",
                    order=order.display_name,
                    customer=order.sudo().sale_order_id.partner_id.display_name,
                )
            )
        )
        for orders_sudo in sold._grouped_for_sale():
            sales = orders_sudo.sale_order_id
            sales.filtered("locked").action_unlock()
            sales._action_cancel()
            sales.action_draft()

    def _is_sold_otherwise(self, vals):
        """Tell whether a change gives one order another customer or another currency."""
        self.ensure_one()
        if "partner_id" in vals and vals["partner_id"] != self.partner_id.id:
            return True
        pricelist_sudo = self.env["product.pricelist"].sudo().browse(vals.get("pricelist_id") or ())
        currency = pricelist_sudo.currency_id or self.company_id.sudo().currency_id
        return "pricelist_id" in vals and currency != self.currency_id

    def _drop_sale_lines(self, sale_lines):
        """Lines are gone: so are those of a quotation; a confirmed sale order delivers nothing of it."""
        open_lines = sale_lines.filtered(lambda line: line.state in ("draft", "sent"))
        open_lines.unlink()
        confirmed = sale_lines - open_lines
        with confirmed.order_id._unlocked_for_service():
            confirmed.write({"product_uom_qty": 0})

    def _confirm_sale_order(self):
        """The customers have agreed, or the work is settled: the quotations become orders."""
        self._make_sale_order()
        for orders_sudo in self._grouped_for_sale():
            drafts = orders_sudo.sale_order_id.filtered(lambda sale: sale.state in ("draft", "sent"))
            if drafts:
                drafts.with_context(complaint_agreed=True).action_confirm()

    # ends

    def _is_invoiced_at_all(self):
        self.ensure_one()
        return any(line.qty_invoiced for line in self.sudo().sale_order_id.order_line)

    def _gate_requirements(self):
        return super()._gate_requirements() + [
            Requirement(
                "cancel",
                self.env._("It stands on an invoice: have a credit note made first, or the draft cancelled."),
                lambda o: not o._is_invoiced_at_all(),
            )
        ]

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        refused = self.filtered(lambda order: order.step in SERVICE.refused)
        for orders_sudo in refused._grouped_for_sale():
            sales = orders_sudo.sale_order_id.filtered(lambda sale: sale.state != "cancel")
            if sales:
                sales.filtered("locked").action_unlock()
                sales._action_cancel()

    def action_view_sale_order(self):
        """Open the sale order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.sale_order_id.id,
            "views": [(False, "form")],
        }

    def unlink(self):
        quotations = [
            orders_sudo.sale_order_id.filtered(lambda sale: sale.state in ("draft", "sent"))
            for orders_sudo in self._grouped_for_sale()
        ]
        result = super().unlink()
        for sales in quotations:
            # Else somebody in sales might confirm what nobody is going to do.
            sales._action_cancel()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        if any(order._has_confirmed_sale() for order in self):
            raise UserError(
                self.env._("What was sold is part of the record. Cancel the service order instead.")
            )
