from odoo import api, fields, models
from odoo.tools import float_compare

from ...tools.service_process import SERVICE, Requirement
from ...tools.turns import take_turn


class ComplaintServiceLine(models.Model):
    _inherit = "complaint.service.line"

    quantity_invoiced = fields.Float(
        string="Invoiced", related="sale_line_id.qty_invoiced", digits="Product Unit", related_sudo=True
    )

    def _is_invoiced(self):
        """Tell whether all of the line stands on an invoice."""
        self.ensure_one()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return (
            float_compare(
                self.sudo().sale_line_id.qty_invoiced, self.quantity_billed, precision_digits=digits
            )
            >= 0
        )


class ComplaintServiceOrder(models.Model):
    """What is charged is invoiced, once (SV-4).

    Invoices are made from the sale order, which knows what of it was invoiced: twice the same is not
    possible, what is added later makes another invoice of the difference, and a credit note frees what it
    takes back.
    Advisors make drafts without any right to accounts; accountants post them.
    """

    _inherit = "complaint.service.order"

    settlement_state = fields.Selection(
        [
            ("nothing", "Nothing to invoice"),
            ("open", "To invoice"),
            ("draft", "Draft invoice"),
            ("invoiced", "Invoiced"),
        ],
        string="Invoicing",
        compute="_compute_settlement_state",
        compute_sudo=True,
    )
    invoice_count = fields.Integer(
        string="Invoices",
        compute="_compute_settlement_state",
        compute_sudo=True,
        export_string_translation=False,
    )
    invoice_status = fields.Selection(related="sale_order_id.invoice_status", string="Status in Sales")
    invoiced_at = fields.Datetime(string="Invoiced on", readonly=True, copy=False)
    can_invoice = fields.Boolean(compute="_compute_settlement_state", compute_sudo=True)

    @api.depends(
        "amount_charged",
        "step",
        "line_ids.quantity_billed",
        "line_ids.covered",
        "sale_order_id.order_line.qty_invoiced",
        "sale_order_id.order_line.invoice_lines.parent_state",
    )
    def _compute_settlement_state(self):
        # All of them at once, not one order after the other.
        self._get_invoices()
        self.line_ids.sale_line_id.mapped("qty_invoiced")
        for order in self:
            invoices = order._get_invoices()
            charged = order._get_charged_lines()
            order.invoice_count = len(invoices)
            if not all(line._is_invoiced() for line in charged):
                order.settlement_state = "open"
            elif not invoices:
                order.settlement_state = "nothing"
            else:
                drafts = any(invoice.state == "draft" for invoice in invoices)
                order.settlement_state = "draft" if drafts else "invoiced"
            done = order.step in SERVICE.steps and not SERVICE.is_before(order.step, "quality")
            order.can_invoice = order.settlement_state == "open" and done

    def _get_invoices(self):
        """Return the invoices and credit notes of the orders that were not cancelled."""
        return self.sudo().sale_order_id.order_line.invoice_lines.move_id.filtered(
            lambda move: move.state != "cancel"
        )

    @api.model
    def _get_kept_fields(self):
        return super()._get_kept_fields() | {"invoiced_at"}

    def _gate_fields(self):
        return [*super()._gate_fields(), "settlement_state"]

    def _gate_requirements(self):
        return super()._gate_requirements() + [
            Requirement(
                "settlement",
                self.env._("Invoice what is charged (button Invoice)."),
                lambda o: o.settlement_state != "open",
            ),
            Requirement(
                "settlement",
                self.env._("Have the accountants post the draft invoice."),
                lambda o: (
                    o.settlement_state != "draft"
                    or o.company_id.sudo().complaint_service_invoice_gate != "posted"
                ),
            ),
        ]

    def action_invoice(self):
        """Make the invoices of what is charged and not invoiced yet, as drafts.

        :raises UserError: the work is not done, more is charged than agreed, or there is nothing to invoice
        """
        self.check_access("write")
        self._check_quotation_advisor()
        # Two at once: the second one waits, and finds nothing left of what the first has made.
        take_turn(self)
        self._refuse_together(self._get_invoice_refusal)
        self._invoice()

    @api.model
    def _get_invoice_refusal(self, order):
        """Return why an order cannot be invoiced now, or nothing."""
        name = order.display_name
        if SERVICE.is_before(order.step, "quality") or order.step in SERVICE.refused:
            return self.env._("%(order)s is invoiced when its work is done.", order=name)
        if order.agreement_needed:
            return self.env._(
                "%(order)s: more is charged than was agreed. Get the customer's agreement to it first.",
                order=name,
            )
        if order.settlement_state == "open":
            return None
        if order.amount_charged:
            return self.env._("%(order)s: nothing is left to be invoiced.", order=name)
        return self.env._("%(order)s: nothing is charged to the customer.", order=name)

    def _invoice(self):
        """Make one draft invoice each of what is left, by the sale orders and their own rules."""
        self._confirm_sale_order()
        self._set_delivered()
        self._refuse_together(self._get_sale_refusal)
        for orders_sudo in self._grouped_for_sale():
            # Grouped by sale order, that is: customers with two orders get two invoices.
            invoices = orders_sudo.sale_order_id._create_invoices(grouped=True, final=True)
            orders_sudo.invoiced_at = fields.Datetime.now()
            orders_sudo._log_invoices(invoices)

    @api.model
    def _get_sale_refusal(self, order):
        """Return why the sale order of an order lets nothing be invoiced, or nothing."""
        sale_sudo = order.sudo().sale_order_id
        if any(line.qty_to_invoice > 0 for line in sale_sudo.order_line if line.complaint_cover == "charged"):
            return None
        return self.env._(
            "The sales order of %(order)s lets nothing be invoiced yet: its parts were not "
            "delivered, or it "
            "was changed in sales. Ask the sales team about %(sale)s.",
            order=order.display_name,
            sale=sale_sudo.name,
        )

    def _log_invoices(self, invoices):
        """Say on the invoices what they are for, and on the orders what they come to."""
        by_sale = invoices.grouped(lambda invoice: invoice.line_ids.sale_line_ids.order_id)
        words, amounts = {}, {}
        for order in self:
            made = by_sale.get(order.sale_order_id, invoices.browse())
            words |= dict.fromkeys(
                made.ids, self.env._("Made for service order %(order)s.", order=order.number)
            )
            amounts[order.id] = self.env._(
                "Draft invoice made: %(amount)s",
                amount=", ".join(invoice.currency_id.format(invoice.amount_total) for invoice in made),
            )
        invoices._message_log_batch(bodies=words)
        self._message_log_batch(bodies=amounts)

    def _set_delivered(self):
        """What was worked and built in was delivered.

        Deliveries of a stock, and hours from timesheets, say so themselves.
        """
        for orders_sudo in self._grouped_for_sale():
            changed = orders_sudo.line_ids.sale_line_id.filtered(
                # Lines from before a stock was uninstalled have no method any more.
                lambda line: (
                    line.qty_delivered_method in (False, "manual")
                    and line.qty_delivered != line.product_uom_qty
                )
            )
            for quantity, sale_lines in changed.grouped("product_uom_qty").items():
                sale_lines.qty_delivered = quantity

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        # Also where nothing is charged: what was built in leaves the stock by the sale order.
        settled = self.filtered(
            lambda order: (
                order.step in SERVICE.steps
                and SERVICE.is_before(old_steps[order.id], "handover")
                and not SERVICE.is_before(order.step, "handover")
            )
        )
        with_lines = settled.filtered("line_ids")
        with_lines._confirm_sale_order()
        with_lines._set_delivered()

    def action_view_invoices(self):
        """Open the invoices."""
        return self._get_invoices().sudo(False)._get_records_action(name=self.env._("Invoices"))
