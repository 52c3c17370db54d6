from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from odoo.addons.complaint_management.tests.service.money import MoneyCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestServiceInvoice(MoneyCommon):
    """What is charged is invoiced, once (SV-4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_accounts()

    def settled(self, **vals):
        """Return an order of 210 (labour 160, part 50; another part as goodwill) that waits for its "
        "invoice."""
        order = self.new_order(nothing_charged=False, **vals)
        self.add(order, self.labour, quantity=2)
        self.add(order, self.part, kind="part")
        self.add(order, self.part, kind="part", covered="goodwill")
        order._agree("phone", "Zhang San")
        return self.advance(order, "settlement")

    def test_invoice(self):
        """SV-4: an advisor without rights to accounts makes the draft; what was given shows on it."""
        self.assertFalse(self.advisor.has_group("account.group_account_invoice"))
        order = self.settled()
        self.assertEqual(order.settlement_state, "open")
        self.assertRefuses("Invoice what is charged", order.move_to, "handover")
        order.action_invoice()
        invoice = order._get_invoices()
        self.assertRecordValues(
            invoice, [{"state": "draft", "amount_total": 210, "move_type": "out_invoice"}]
        )
        self.assertEqual(invoice.partner_id, self.customer)
        self.assertEqual(len(invoice.invoice_line_ids), 3)
        self.assertEqual(invoice.invoice_line_ids.mapped("discount"), [0, 0, 100])
        self.assertEqual((order.settlement_state, order.invoice_count), ("draft", 1))
        order.move_to("handover")
        with self.assertRaises(AccessError):
            invoice.with_user(self.advisor).read(["name"])

    def test_never_twice(self):
        """SV-4: a second click, a second advisor and a reopened order find nothing to invoice."""
        order = self.settled()
        order.action_invoice()
        self.assertRefuses("nothing is left", order.action_invoice)
        self.assertRefuses("nothing is left", order.with_user(self.workshop_manager).action_invoice)
        self.advance(order, "closed")
        order.sudo().closed_at = "2026-03-02 09:00:00"
        order.action_reopen("It squeals again.", "appointment")
        self.advance(order, "settlement")
        self.assertRefuses("nothing is left", order.action_invoice)
        order.sudo().sale_order_id.invalidate_recordset()
        self.assertEqual(len(order._get_invoices()), 1)

    def test_other_customer(self):
        """SV-4: whoever agreed last is invoiced; who was invoiced stays the customer."""
        order = self.settled()
        other = self.env["res.partner"].create(
            {"name": "Li Si", "phone": "1", "property_account_receivable_id": self.receivable.id}
        )
        order.partner_id = other
        order._agree("phone", "Li Si")
        order.action_invoice()
        invoice = order._get_invoices()
        self.assertEqual((invoice.partner_id, invoice.amount_total), (other, 210))
        self.assertRefuses("invoice to Li Si", order.write, {"partner_id": self.customer.id})
        foreign = self.use_pricelist(self.foreign_currency)
        self.assertRefuses("invoice to Li Si", order.write, {"pricelist_id": foreign.id})
        invoice.button_cancel()
        order.partner_id = self.customer
        self.assertEqual(order.sudo().sale_order_id.partner_id, self.customer)

    def test_only_the_difference(self):
        """SV-4: what is added after the invoice makes another one of the difference."""
        order = self.settled()
        order.action_invoice()
        first = order._get_invoices()
        self.add(order, self.part, kind="part", quantity=3, name="Disc")
        self.assertEqual(order.settlement_state, "open")
        self.assertRefuses("more is charged than was agreed", order.action_invoice)
        order._agree("phone", "Zhang San")
        order.action_invoice()
        second = order._get_invoices() - first
        self.assertEqual(second.amount_total, 150)
        self.assertEqual(len(second.invoice_line_ids), 1)
        self.assertEqual(sum(order._get_invoices().mapped("amount_total")), order.amount_charged)
        order.line_ids[0].quantity = 3
        order._agree("phone", "Zhang San")
        order.action_invoice()
        self.assertEqual((order._get_invoices() - first - second).amount_total, 80)
        free = self.add(order, self.part, kind="part", covered="goodwill")
        self.assertNotEqual(order.settlement_state, "open", "what is free alone makes no invoice")
        self.assertEqual(free.sudo().sale_line_id.invoice_status, "invoiced")

    def test_stays_as_invoiced(self):
        """SV-4: a line stays as it was invoiced until a credit note frees it."""
        order = self.settled()
        order.action_invoice()
        line = order.line_ids[0]
        for vals in ({"quantity": 1}, {"price_unit": 1}, {"covered": "goodwill"}, {"discount": 10}):
            with self.subTest(vals=vals):
                self.assertRefuses("stands on an invoice", line.write, vals)
        self.assertRefuses("stands on an invoice", line.unlink)
        line.write({"price_unit": 80, "name": "Hours"})
        self.assertRefuses("stands on an invoice", order.action_cancel, "Called off")
        invoice = order._get_invoices()
        invoice.action_post()
        self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"journal_id": invoice.journal_id.id}).refund_moves()
        order._get_invoices().filtered(lambda move: move.state == "draft").action_post()
        self.assertEqual(order.settlement_state, "open")
        line.covered = "goodwill"
        order.action_invoice()
        self.assertEqual(sum(-move.direction_sign * move.amount_total for move in order._get_invoices()), 50)

    def test_cancelled_draft(self):
        """SV-4: a draft that the accountants cancel is made again."""
        order = self.settled()
        order.action_invoice()
        order._get_invoices().button_cancel()
        self.assertEqual(order.settlement_state, "open")
        order.action_invoice()
        self.assertEqual(order._get_invoices().amount_total, 210)

    def test_posted_by_setting(self):
        """SV-4: a company may want the invoice posted before the hand-over."""
        self.company.complaint_service_invoice_gate = "posted"
        order = self.settled()
        order.action_invoice()
        self.assertRefuses("post the draft", order.move_to, "handover")
        order._get_invoices().action_post()
        self.assertEqual(order.settlement_state, "invoiced")
        order.move_to("handover")

    def test_when(self):
        """SV-4: work is invoiced when it is done."""
        order = self.settled()
        self.advance(order, "work")
        self.assertFalse(order.can_invoice)
        self.assertRefuses("when its work is done", order.action_invoice)
        free = self.advance(self.new_order(), "settlement")
        self.assertRefuses("nothing is charged", free.action_invoice)
        free.move_to("handover")

    def test_delivered(self):
        """SV-4: what is invoiced by delivery was delivered; it is the settlement that says so."""
        self.part.invoice_policy = "delivery"
        order = self.settled()
        order.action_invoice()
        self.assertEqual(order._get_invoices().amount_total, 210)
        self.assertEqual(order.sudo().sale_order_id.order_line.mapped("qty_delivered"), [2, 1, 1])
        self.assertEqual(order.sudo().sale_order_id.invoice_status, "invoiced")

    def test_delivered_without_stock(self):
        """SV-4: what was sold while there was a stock, which is gone since, is invoiced all the same."""
        self.part.invoice_policy = "delivery"
        order = self.settled()
        order.sudo().sale_order_id.order_line.qty_delivered_method = False
        order.action_invoice()
        self.assertEqual(order._get_invoices().amount_total, 210)

    def test_not_delivered(self):
        """SV-4: where a stock says what was delivered, it has to be."""
        self.labour.invoice_policy = self.part.invoice_policy = "delivery"
        order = self.settled()
        order.sudo().sale_order_id.order_line.qty_delivered_method = "analytic"
        self.assertRefuses("not delivered", order.action_invoice)

    def test_hours_spent(self):
        """SV-4: hours spent are charged where the service says so: as planned until the work is done."""
        self.repair.billed_hours = "spent"
        order = self.new_order(nothing_charged=False)
        line = self.add(order, self.labour, quantity=2)
        order._agree("phone", "Zhang San")
        self.advance(order, "work")
        self.spend(line, 1.5)
        self.assertEqual(order.amount_charged, 160)
        self.advance(order, "settlement")
        line.sudo()._compute_quantity_billed()
        self.assertEqual((line.quantity_billed, order.amount_charged), (1.5, 120))
        order.action_invoice()
        self.assertEqual(order._get_invoices().amount_total, 120)
        self.spend(line, 3)
        self.assertEqual(order.amount_charged, 240)
        self.assertEqual(order.quotation_state, "changed", "more than was agreed")

    def spend(self, line, hours):
        line.sudo().worklog_ids.unlink()
        self.env["complaint.service.worklog"].sudo().create(
            {
                "order_id": line.order_id.id,
                "line_id": line.id,
                "employee_id": self.technician.id,
                "start": "2026-03-02 00:00:00",
                "stop": f"2026-03-02 0{int(hours)}:{int(hours % 1 * 60):02}:00",
            }
        )

    def test_to_the_cent(self):
        """SV-4: invoices come to what the order says, taxes included or not, rounded either way."""
        for included in ("tax_excluded", "tax_included"):
            for method in ("round_per_line", "round_globally"):
                with self.subTest(included=included, method=method):
                    self.company.tax_calculation_rounding_method = method
                    tax = self.new_tax(21, price_include_override=included)
                    order = self.new_order(nothing_charged=False)
                    for price in (0.33, 13.37, 7.77, 99.99, 0.05):
                        for cover in ("charged", "warranty"):
                            self.add(
                                order,
                                self.part,
                                kind="part",
                                price_unit=price,
                                tax_ids=tax.ids,
                                quantity=3,
                                discount=7,
                                covered=cover,
                            )
                    order._agree("phone", "Zhang San")
                    self.advance(order, "settlement")
                    order.action_invoice()
                    invoice = order._get_invoices()
                    self.assertEqual(
                        (invoice.amount_untaxed, invoice.amount_tax, invoice.amount_total),
                        (order.amount_untaxed_charged, order.amount_tax_charged, order.amount_charged),
                    )

    def test_roles(self):
        """OR-1: technicians and readers of the complaint invoice nothing."""
        order = self.settled()
        for user in (self.technician_user, self.handler, self.foreign_manager):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                order.with_user(user).action_invoice()
        self.assertFalse(order._get_invoices())

    def test_queries(self):
        """SV-4: the settlement of many orders is looked at with as many queries as that of one."""
        orders = self.settled() | self.settled() | self.settled()
        orders.action_invoice()

        def read(records):
            self.env.invalidate_all()
            records.read(["settlement_state", "invoice_count", "can_invoice", "agreement_needed"])

        read(orders)
        one = self.count(lambda: read(orders[:1]))
        self.assertLessEqual(self.count(lambda: read(orders)), one + 1)
