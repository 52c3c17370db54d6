from odoo import models
from odoo.tools import float_compare, formatLang


class ComplaintServiceOrder(models.Model):
    """The quotation as the customer reads it (SV-2, SV-4)."""

    _inherit = "complaint.service.order"

    def _get_quotation(self, lang=None):
        """Return the quotation as plain values in the customer's language, with nothing of our costs.

        :param str lang: of the page that shows it, where that is another one
        :return: dict; ``lines`` is a list of dict, amounts are formatted
        """
        self.ensure_one()
        order = self.sudo().with_context(lang=lang or self.sudo().partner_id.lang or self.env.lang)
        currency, env = order.currency_id, order.env
        borne = {
            "charged": env._("You"),
            "warranty": env._("Covered by the warranty"),
            "goodwill": env._("On the house"),
            "remedy": env._("We make up for it: you pay nothing"),
        }
        lines = []
        for line in order.line_ids:
            charged = line.covered == "charged"
            quantity = order._format_quantity(line.quantity_billed)
            lines.append(
                {
                    "kind": line.kind,
                    "name": line.name or "",
                    "quantity": f"{quantity} {line.uom_id.name or ''}".strip(),
                    "price": currency.format(line.price_unit),
                    "discount": line.discount,
                    "subtotal": currency.format(line.price_subtotal if charged else 0),
                    "total": currency.format(line.price_total if charged else 0),
                    "value": currency.format(line.price_total),
                    "covered": line.covered,
                    "borne": borne[line.covered],
                }
            )
        return {
            "version": order._get_quotation_token(),
            "number": order.number,
            "state": order.quotation_state,
            "currency": currency.name,
            "lines": lines,
            "amount_untaxed": currency.format(order.amount_untaxed_charged),
            "amount_tax": currency.format(order.amount_tax_charged),
            "amount_total": currency.format(order.amount_charged),
            "is_free": currency.is_zero(order.amount_charged),
            "can_answer": order.quotation_state == "offered" and not order.closed_at,
            "offered_at": order.offered_at or False,
            "agreed_at": order.agreed_at or False,
            "agreed_by": order.agreed_by or "",
            "agreed_amount": currency.format(order.agreed_amount)
            if order.quotation_answer == "agreed"
            else "",
            "decline_reason": order.decline_reason or "",
        }

    def _format_quantity(self, quantity):
        """Return a quantity in the language of the environment, without zeros that say nothing."""
        most = self.env["decimal.precision"].precision_get("Product Unit")
        digits = next(
            (
                digits
                for digits in range(most)
                if not float_compare(quantity, round(quantity, digits), precision_digits=most)
            ),
            most,
        )
        return formatLang(self.env, quantity, digits=digits)
