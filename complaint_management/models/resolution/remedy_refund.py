from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class ComplaintRemedy(models.Model):
    """What stands on the credit notes: the lines of the invoice in proportion, or one line of their own."""

    _inherit = "complaint.remedy"

    def _refund_invoice(self):
        """Make a draft credit note of the invoice: its own lines where all of it is refunded.

        :return: account.move
        :raises UserError: the invoice has not that much left, or is not posted any more
        """
        self.ensure_one()
        self._lock_invoice()
        invoice = self.invoice_id
        fault = self._get_invoice_fault()
        if fault:
            raise UserError(fault)
        amount, left = self._get_invoice_amount(), self._get_left(invoice, others=False)
        if invoice.currency_id.compare_amounts(amount, left) > 0:
            raise UserError(
                self.env._(
                    "Invoice %(invoice)s has only %(left)s left to refund.",
                    invoice=invoice.name,
                    left=invoice.currency_id.format(max(left, 0)),
                )
            )
        if invoice.currency_id.compare_amounts(amount, invoice.amount_total):
            note = self.env["account.move"].create(self._prepare_refund_vals(invoice, amount))
        else:
            note = invoice._reverse_moves([self._prepare_note_vals(invoice)])
        self._check_total(note, amount)
        return note

    def _prepare_note_vals(self, invoice):
        return {
            "ref": self.env._(
                "Refund of %(invoice)s, %(complaint)s",
                invoice=invoice.name,
                complaint=self.complaint_id.number,
            ),
            "invoice_date": False,
            "invoice_payment_term_id": False,
            "invoice_user_id": invoice.invoice_user_id.id,
        }

    def _prepare_refund_vals(self, invoice, amount):
        """Return the values of a credit note of a part of the invoice."""
        lines = invoice.invoice_line_ids.browse
        base_lines, _tax_lines = invoice._get_rounded_base_and_tax_lines()
        base_lines = [line for line in base_lines if line["special_type"] != "early_payment"]
        for base_line in base_lines:
            base_line["_line_id"] = base_line["record"].id
        fallback = invoice.invoice_line_ids.account_id[:1]
        return {
            "move_type": "out_refund",
            "reversed_entry_id": invoice.id,
            "partner_id": invoice.partner_id.id,
            "partner_shipping_id": invoice.partner_shipping_id.id,
            "currency_id": invoice.currency_id.id,
            "journal_id": invoice.journal_id.id,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "invoice_origin": self.complaint_id.number,
            **self._prepare_note_vals(invoice),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": lines(base_line.get("_line_id")).name,
                        **self._prepare_line_vals(base_line),
                        "account_id": (base_line["account_id"] or fallback).id,
                    }
                )
                for base_line in self._split_amount(base_lines, invoice.company_id, amount)
            ],
        }

    def _split_amount(self, base_lines, company, amount):
        """Return lines that share an amount in the proportion of others, taxes and all, to the cent.

        :param base_lines: as ``account.tax`` computes with them
        :param float amount: with taxes, in their currency
        """
        return self.env["account.tax"]._prepare_down_payment_lines(
            base_lines,
            company,
            "fixed",
            amount,
            computation_key=f"complaint_remedy,{self.id}",
            grouping_function=lambda line: {
                "_line_id": line.get("_line_id", False),
                "account_id": line["account_id"],
            },
        )

    def _prepare_line_vals(self, base_line):
        return {
            "product_id": base_line["product_id"].id,
            "quantity": 1,
            "discount": 0,
            "price_unit": base_line["price_unit"],
            "tax_ids": [Command.set(base_line["tax_ids"].ids)],
            "analytic_distribution": base_line["analytic_distribution"],
            "extra_tax_data": self.env["account.tax"]._export_base_line_extra_tax_data(base_line),
        }

    def _prepare_compensation_vals(self):
        """Return the values of a credit note that no invoice stands behind."""
        self.ensure_one()
        complaint, product = self.complaint_id, self.type_id.product_id
        partner = complaint.partner_id
        if not partner:
            raise UserError(self.env._("The complaint has no customer whom the credit note could name."))
        translated = self.with_context(lang=partner.lang or self.env.lang)
        name = translated.env._(
            "%(remedy)s for complaint %(complaint)s",
            remedy=translated.type_id.name,
            complaint=complaint.number,
        )
        vals = {"name": name, "quantity": 1, "price_unit": self.amount, "tax_ids": [Command.clear()]}
        if product:
            vals |= self._prepare_product_vals(product, partner)
        return {
            "move_type": "out_refund",
            "company_id": self.company_id.id,
            "partner_id": partner.id,
            "currency_id": self.company_id.currency_id.id,
            "invoice_user_id": complaint.user_id.id,
            "invoice_origin": complaint.number,
            "ref": name,
            "invoice_line_ids": [Command.create(vals)],
        }

    def _prepare_product_vals(self, product, partner):
        """Return the values of the line where the type names a product: its account, its taxes within."""
        company = self.company_id
        position = self.env["account.fiscal.position"]._get_fiscal_position(partner)
        taxes = position.map_tax(product.taxes_id._filter_taxes_by_company(company))
        base_line = self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            {},
            product_id=product,
            tax_ids=taxes,
            price_unit=self.amount,
            quantity=1,
            currency_id=company.currency_id,
            partner_id=partner,
            rate=1,
            is_refund=True,
        )
        self.env["account.tax"]._add_tax_details_in_base_lines([base_line], company)
        self.env["account.tax"]._round_base_lines_tax_details([base_line], company)
        vals = self._prepare_line_vals(self._split_amount([base_line], company, self.amount)[0])
        account = product._get_product_accounts()["income"]
        if account:
            vals["account_id"] = position.map_account(account).id
        return vals
