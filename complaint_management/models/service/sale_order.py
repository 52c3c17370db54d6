from contextlib import contextmanager

from odoo import api, fields, models

from .service_coverage import COVERS


class SaleOrder(models.Model):
    """The sale order of a service order; who confirms it in sales has the customer's agreement."""

    _inherit = "sale.order"

    complaint_service_order_ids = fields.One2many(
        "complaint.service.order",
        "sale_order_id",
        string="Service Orders",
        groups="complaint_management.group_service_technician",
    )

    def _action_confirm(self):
        result = super()._action_confirm()
        if not self.env.context.get("complaint_agreed"):
            self._tell_service_orders()
        return result

    @contextmanager
    def _unlocked_for_service(self):
        """Let locked sale orders follow their service orders; afterwards they are locked again."""
        locked = self.filtered("locked")
        locked.action_unlock()
        yield
        locked.action_lock()

    def _tell_service_orders(self):
        """Customers may sign the quotation on the page of the sale order, too."""
        for sale_sudo in self.sudo():
            if not sale_sudo.signature or not sale_sudo.signed_by:
                continue
            for order in sale_sudo.complaint_service_order_ids:
                if not order.closed_at and order.agreement_needed:
                    order._offer()
                    order._agree("portal", sale_sudo.signed_by, sale_sudo.signature)

    def _get_invoiceable_lines(self, final=False):
        lines = super()._get_invoiceable_lines(final)
        if not any(line.complaint_cover == "charged" for line in lines):
            return lines
        given = self.order_line.filtered(
            lambda line: line._is_given_away() and line.qty_invoiced < line.product_uom_qty
        )
        return (
            (lines | given).sorted(lambda line: (line.is_downpayment, line.sequence, line.id))
            if given
            else lines
        )

    def action_view_service_order(self):
        """Open the service order behind it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "complaint.service.order",
            "res_id": self.complaint_service_order_ids[:1].id,
            "views": [(False, "form")],
        }


class SaleOrderLine(models.Model):
    """What the customer does not bear is never waiting to be invoiced; it goes with what is."""

    _inherit = "sale.order.line"

    complaint_cover = fields.Selection(
        COVERS, string="Borne by", readonly=True, copy=False, export_string_translation=False
    )

    def _is_given_away(self):
        self.ensure_one()
        return bool(self.complaint_cover) and self.complaint_cover != "charged"

    @api.depends("complaint_cover")
    def _compute_qty_to_invoice(self):
        super()._compute_qty_to_invoice()
        for line in self:
            if line._is_given_away():
                line.qty_to_invoice = 0

    @api.depends("complaint_cover")
    def _compute_invoice_status(self):
        super()._compute_invoice_status()
        for line in self:
            if line._is_given_away() and line.state == "sale":
                line.invoice_status = "invoiced"

    def _prepare_invoice_line(self, **optional_values):
        if self._is_given_away():
            optional_values.setdefault("quantity", self.product_uom_qty - self.qty_invoiced)
        return super()._prepare_invoice_line(**optional_values)
