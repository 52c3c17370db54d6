from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.complaint_management.tests.service.money import MoneyCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestServiceSale(MoneyCommon):
    """One sale order for a service order, kept in line with it (SV-4)."""

    def offered(self, **vals):
        order = self.new_order(nothing_charged=False, **vals)
        self.add(order, self.labour, quantity=2)
        self.add(order, self.part, kind="part", covered="goodwill", lot="L-7")
        order.action_offer_quotation()
        return order

    def test_quotation(self):
        """SV-4: what is charged and what is not stand on one quotation, with the reason."""
        self.assertFalse(self.advisor.has_group("sales_team.group_sale_salesman"))
        order = self.offered()
        sale = order.sudo().sale_order_id
        self.assertRecordValues(
            sale,
            [
                {
                    "state": "draft",
                    "partner_id": self.customer.id,
                    "origin": order.number,
                    "amount_total": 160,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertRecordValues(
            sale.order_line,
            [
                {"product_id": self.labour.id, "product_uom_qty": 2, "discount": 0, "price_total": 160},
                {"product_id": self.part.id, "product_uom_qty": 1, "discount": 100, "price_total": 0},
            ],
        )
        self.assertIn("Goodwill", sale.order_line[1].name)
        self.assertIn("L-7", sale.order_line[1].name)
        self.assertEqual(order.sale_order_number, sale.name)
        with self.assertRaises(AccessError):
            sale.with_user(self.advisor).read(["name"])

    def test_kept_in_line(self):
        """SV-4: the quotation follows the lines; there is never a second one."""
        order = self.offered()
        sale = order.sudo().sale_order_id
        order.line_ids[0].write({"quantity": 3, "price_unit": 70})
        order.line_ids[1].covered = "charged"
        self.add(order, self.part, kind="part", name="Disc")
        self.assertEqual(sale.amount_total, 310)
        self.assertEqual(sale.order_line.mapped("discount"), [0, 0, 0])
        order.line_ids[2].unlink()
        self.assertEqual(len(sale.order_line), 2)
        order.action_offer_quotation()
        self.assertEqual(order.sudo().sale_order_id, sale)
        order.partner_id = self.env["res.partner"].create({"name": "Li Si", "phone": "1"})
        self.assertEqual(sale.partner_id, order.partner_id)

    def test_confirmed_by_agreement(self):
        """SV-4: with the customer's agreement the quotation is an order; later lines are added to it."""
        order = self.offered()
        order._agree("phone", "Zhang San")
        sale = order.sudo().sale_order_id
        self.assertEqual(sale.state, "sale")
        line = self.add(order, self.part, kind="part", name="Disc")
        self.assertEqual(sale.amount_total, 210)
        sale.action_lock()
        line.quantity = 2
        self.assertEqual((sale.amount_total, sale.locked), (260, True))
        line.unlink()
        self.assertEqual((sale.amount_total, len(sale.order_line)), (160, 3))

    def test_signed_in_sales(self):
        """SV-4: a customer who signs the quotation on the page of the sale order has agreed."""
        order = self.offered()
        sale = order.sudo().sale_order_id
        sale.write(
            {"signed_by": "Zhang San", "signature": b"R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs="}
        )
        sale.action_confirm()
        self.assertRecordValues(
            order, [{"quotation_state": "agreed", "agreed_by": "Zhang San", "agreed_amount": 160}]
        )

    def test_confirmed_in_sales(self):
        """SV-4: what a salesperson confirms was not agreed by the customer for that."""
        order = self.offered()
        order.sudo().sale_order_id.action_confirm()
        self.assertEqual(order.quotation_state, "offered")

    def test_cancelled(self):
        """SV-4: an order that is called off takes its sale along; reopened it has the same one."""
        order = self.offered()
        sale = order.sudo().sale_order_id
        order._agree("phone", "Zhang San")
        order.action_cancel("Called off")
        self.assertEqual(sale.state, "cancel")
        order.action_reopen("After all", "appointment")
        self.add(order, self.part, kind="part")
        order.action_offer_quotation()
        self.assertEqual(order.sudo().sale_order_id, sale)
        self.assertEqual((sale.state, sale.amount_total), ("draft", 210))

    def test_gone_in_sales(self):
        """SV-4: a quotation that was deleted in sales is made anew."""
        order = self.offered()
        order.sudo().sale_order_id.action_cancel()
        order.sudo().sale_order_id.unlink()
        order.invalidate_recordset()
        self.assertFalse(order.sudo().sale_order_id)
        order.action_offer_quotation()
        self.assertEqual(order.sudo().sale_order_id.amount_total, 160)

    def test_free(self):
        """SV-4: what is free altogether needs no sale order, unless a stock has to be taken from."""
        order = self.new_order()
        self.add(order, self.labour, covered="goodwill")
        order._confirm_sale_order()
        self.assertFalse(order.sudo().sale_order_id)

    def test_other_company(self):
        """OR-3: the sale order is the service order's company's, whichever its advisor works in."""
        order = self.new_order(nothing_charged=False)
        self.add(order, self.part, kind="part")
        self.advisor.company_ids += self.company_2
        there = order.with_user(self.advisor).with_context(
            allowed_company_ids=[self.company_2.id, self.company.id], default_name="X", default_partner_id=1
        )
        there.action_offer_quotation()
        self.assertEqual(there.sudo().sale_order_id.company_id, self.company)
        self.assertEqual(there.sudo().sale_order_id.partner_id, self.customer)

    def test_other_customer(self):
        """SV-4: what was confirmed for one customer is a quotation again for another, with their prices."""
        order = self.offered()
        sale = order.sudo().sale_order_id
        order._agree("phone", "Zhang San")
        sale.action_lock()
        other = self.env["res.partner"].create({"name": "Li Si", "phone": "1"})
        order.partner_id = other
        self.assertRecordValues(
            sale, [{"state": "draft", "partner_id": other.id, "amount_total": 160, "locked": False}]
        )
        order._agree("phone", "Li Si")
        self.assertEqual((order.sudo().sale_order_id, sale.state), (sale, "sale"))
        order.partner_id = other
        self.assertEqual(sale.state, "sale", "nothing has changed")

    def test_other_currency(self):
        """SV-4: in another currency nothing is sold yet; another pricelist in the same one changes no more
        than prices."""
        order = self.offered()
        sale = order.sudo().sale_order_id
        order._agree("phone", "Zhang San")
        order.pricelist_id = self.use_pricelist(percent_price=50)
        self.assertEqual((sale.state, sale.amount_total, order.amount_charged), ("sale", 80, 80))
        order.pricelist_id = self.use_pricelist(self.foreign_currency)
        self.assertEqual(order.quotation_state, "none")
        self.assertRecordValues(
            sale, [{"state": "draft", "currency_id": self.foreign_currency.id, "amount_total": 320}]
        )
        self.assertEqual(order.amount_charged, 320)

    def test_taxes_taken_away(self):
        """SV-4: a line without its taxes is sold without them."""
        order = self.new_order(nothing_charged=False)
        taxes = self.new_tax(10) + self.new_tax(5)
        line = self.add(order, self.part, kind="part", tax_ids=[Command.set(taxes.ids)])
        order.action_offer_quotation()
        sale = order.sudo().sale_order_id
        self.assertEqual(sale.amount_total, 57.5)
        line.tax_ids = taxes[0]
        self.assertEqual(sale.amount_total, 55)
        line.tax_ids = False
        self.assertEqual((order.amount_charged, sale.amount_total), (50, 50))

    def test_deleting(self):
        """SV-4: what was sold is not deleted with the service order; what was only offered is called off."""
        order = self.offered()
        sale = order.sudo().sale_order_id
        order.with_user(self.workshop_manager).unlink()
        self.assertEqual(sale.state, "cancel")
        order = self.offered()
        order._agree("phone", "Zhang San")
        self.assertRefuses("part of the record", order.with_user(self.workshop_manager).unlink)
