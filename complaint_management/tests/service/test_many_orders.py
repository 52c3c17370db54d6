from datetime import timedelta
from functools import partial

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from odoo.addons.complaint_management.tests.service.common import APPOINTMENT
from odoo.addons.complaint_management.tests.service.money import MoneyCommon

#: Orders in a sitting.
MANY = 30


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestManyOrders(MoneyCommon):
    """What is done with many orders at once costs little more than with one (SV-2, SV-4, SV-5)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_accounts()

    def new_orders(self, count, step, lines=True):
        """Return orders in a step, of 210 each where they have lines, as the advisor sees them."""
        orders = self.Order.with_user(self.advisor).create(
            [
                {
                    "name": f"Job {number}",
                    "partner_id": self.customer.id,
                    "asset_id": self.car.id,
                    "type_id": self.repair.id,
                    "team_id": self.workshop.id,
                    "scheduled_start": APPOINTMENT + timedelta(hours=2 * number),
                    "technician_ids": self.technician.ids,
                    "allow_overlap": True,
                    "nothing_charged": not lines,
                }
                for number in range(count)
            ]
        )
        if lines:
            self.env["complaint.service.line"].with_user(self.advisor).create(
                [
                    {"order_id": order.id, "product_id": product.id, "kind": kind, "quantity": quantity}
                    for order in orders
                    for product, kind, quantity in ((self.labour, "labour", 2), (self.part, "part", 1))
                ]
            )
        return self.advance(orders, step)

    def assertSteady(self, make, act, more=0):
        """Check that an act on many orders takes no more queries than on one, but for some each.

        :param make: function of a number, returns so many orders
        :param act: function of orders
        :param more: queries for each further order that Odoo's own part takes
        """
        act(make(1))  # what is looked up once
        one, many = (self.count(partial(act, make(count))) for count in (1, MANY))
        self.assertLessEqual(many, one + more * (MANY - 1) + 5)

    def test_receive(self):
        """SV-2: orders are received together."""

        def make(count):
            orders = self.new_orders(count, "appointment", lines=False)
            orders.write({"condition": "Clean", "no_usage_reason": "No counter"})
            return orders

        self.assertSteady(make, lambda orders: orders.action_receive_now())

    def test_offer(self):
        """SV-2: quotations are offered together; the sale orders are made in one go."""
        self.assertSteady(
            lambda count: self.new_orders(count, "quotation"),
            lambda orders: orders.action_offer_quotation(),
            more=8,
        )

    def test_finish(self):
        """SV-5: work on many orders is passed on together."""

        def make(count):
            orders = self.new_orders(count, "work", lines=False)
            orders.write({"work_note": "Done"})
            return orders.with_user(self.technician_user)

        self.assertSteady(make, lambda orders: orders.action_finish_work())

    def test_invoice(self):
        """SV-4: many orders are invoiced together; each invoice costs what it costs Odoo."""
        self.company.complaint_service_agree_limit = 1000
        self.assertSteady(
            lambda count: self.new_orders(count, "settlement"),
            lambda orders: orders.action_invoice(),
            more=24,
        )

    def test_settle(self):
        """SV-4: what stands on invoices goes on to the hand-over together."""
        self.company.complaint_service_agree_limit = 1000

        def make(count):
            orders = self.new_orders(count, "settlement")
            orders.action_invoice()
            return orders

        self.assertSteady(make, lambda orders: orders.move_to("handover"))

    def test_plan(self):
        """SV-5: many orders are put on another day, or given to somebody else, together."""
        make = lambda count: self.new_orders(count, "appointment", lines=False)  # noqa: E731
        later = APPOINTMENT + timedelta(days=40)
        self.assertSteady(make, lambda orders: orders.write({"scheduled_start": later}))
        others = self.other_technician.ids
        self.assertSteady(make, lambda orders: orders.write({"technician_ids": others}))

    def test_invoices_are_apart(self):
        """SV-4: one customer with many orders gets an invoice for each, and each says what it is for."""
        self.company.complaint_service_agree_limit = 1000
        orders = self.new_orders(3, "settlement")
        orders[1].line_ids[0].quantity = 5
        orders.action_invoice()
        for order, amount in zip(orders, (210, 450, 210), strict=True):
            invoice = order._get_invoices()
            self.assertRecordValues(
                invoice, [{"amount_total": amount, "invoice_origin": order.sale_order_id.sudo().name}]
            )
            self.assertIn(order.number, " ".join(invoice.message_ids.mapped("body")))
            said = " ".join(order.message_ids.mapped("body"))
            self.assertIn(invoice.currency_id.format(invoice.amount_total), said.replace("&nbsp;", "\xa0"))
            self.assertEqual(order.settlement_state, "draft")
        self.assertEqual(orders.sudo().sale_order_id.order_line.mapped("qty_delivered"), [2, 1, 5, 1, 2, 1])

    def test_two_companies(self):
        """SV-4: orders of two companies at once are sold by the company of each."""
        other = self.env["complaint.service.order"].create(
            {"name": "Elsewhere", "partner_id": self.customer.id, "company_id": self.company_2.id}
        )
        self.add(other, self.part, user=self.env.user, kind="part")
        orders = self.new_orders(1, "quotation").sudo() | other
        orders.action_offer_quotation()
        self.assertEqual(orders.sale_order_id.company_id, self.company | self.company_2)
        self.assertEqual([order.sale_order_id.client_order_ref for order in orders], orders.mapped("number"))

    def test_all_that_is_missing(self):
        """SV-4, SV-5: what is missing for some of many orders stands in one message; nothing is done."""
        self.company.complaint_service_agree_limit = 1000
        orders = self.new_orders(3, "settlement")
        self.advance(orders[0], "work")
        orders[2].action_invoice()
        with self.assertRaises(UserError) as caught:
            orders.action_invoice()
        self.assertEqual(
            str(caught.exception).splitlines(),
            [
                f"{orders[0].display_name} is invoiced when its work is done.",
                f"{orders[2].display_name}: nothing is left to be invoiced.",
            ],
        )
        self.assertFalse(orders[1]._get_invoices())
        with self.assertRaises(UserError) as caught:
            orders.action_finish_work()
        self.assertEqual(str(caught.exception).count("is not in work"), 2)

    def test_two_ways_on(self):
        """SV-2: orders that go on to different steps are refused in one message as well."""
        self.consultation.asks_quality = False
        orders = self.new_orders(2, "work", lines=False)
        orders[1].type_id = self.consultation
        with self.assertRaises(UserError) as caught:
            orders.action_finish_work()
        for order in orders:
            self.assertIn(f"{order.display_name} cannot move to", str(caught.exception))
        orders.write({"work_note": "Done"})
        orders.action_finish_work()
        self.assertEqual(orders.mapped("step"), ["quality", "settlement"])
