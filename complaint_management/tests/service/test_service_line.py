from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.complaint_management.tests.service.money import MoneyCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestServiceLine(MoneyCommon):
    """Labour and parts of an order: where they come from, what they are worth, who bears them (SV-4)."""

    def test_from_type(self):
        """SV-1, SV-4: an order begins with the lines of its type, once."""
        self.repair.line_ids = [
            Command.create({"product_id": self.labour.id, "quantity": 2, "name": "Look for the fault"}),
            Command.create({"kind": "part", "product_id": self.part.id}),
        ]
        order = self.new_order()
        self.assertRecordValues(
            order.line_ids,
            [
                {"kind": "labour", "name": "Look for the fault", "quantity": 2, "price_total": 160},
                {"kind": "part", "name": "Brake pad", "quantity": 1, "price_total": 50},
            ],
        )
        order.type_id = self.repair
        self.assertEqual(len(order.line_ids), 2)
        own = self.add(order, self.part, kind="part", name="Disc")
        self.regular.line_ids = [Command.create({"product_id": self.labour.id, "quantity": 3})]
        order.type_id = self.regular
        self.assertEqual(order.line_ids - own, order.line_ids.filtered(lambda line: line.quantity == 3))
        self.assertIn(own, order.line_ids)
        typed = self.new_order(line_ids=[Command.create({"product_id": self.part.id, "kind": "part"})])
        self.assertEqual(typed.line_ids.product_id, self.part, "lines handed in are all of them")

    def test_words(self):
        """SV-4: the customer reads the product in their own language."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.part.with_context(lang="zh_CN").name = "刹车片"
        self.customer.lang = "zh_CN"
        self.assertEqual(self.add(self.new_order(), self.part, kind="part").name, "刹车片")

    def test_price_by_pricelist(self):
        """SV-4: price and discount are the pricelist's, those a sale order would have."""
        self.use_pricelist(percent_price=15)
        order = self.new_order()
        line = self.add(order, self.labour, quantity=3)
        self.assertRecordValues(
            line, [{"price_unit": 80, "discount": 15, "price_total": 204, "uom_id": self.labour.uom_id.id}]
        )
        self.assertEqual(order.amount_charged, 204)
        line.price_unit = 70
        line.quantity = 4
        self.assertEqual(line.price_unit, 70, "what was typed stays")
        line.product_id = self.part
        self.assertEqual(line.price_unit, 50, "another product has its own price")

    def test_hours_of_a_day_rate(self):
        """SV-4: labour that is sold by the day is planned by the hour."""
        self.labour.uom_id = self.env.ref("uom.product_uom_day")
        line = self.add(self.new_order(), self.labour, quantity=4)
        self.assertEqual(line.uom_id, self.env.ref("uom.product_uom_hour"))
        self.assertAlmostEqual(line.price_total, 40)
        self.assertAlmostEqual(line.sudo().unit_cost, 35 / 8, 2)

    def test_taxes(self):
        """SV-4: taxes are those of the product as the customer's fiscal position maps them."""
        tax = self.new_tax(20)
        self.part.taxes_id = tax
        line = self.add(self.new_order(), self.part, kind="part", quantity=3)
        self.assertRecordValues(line, [{"price_subtotal": 150, "price_tax": 30, "price_total": 180}])
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        self.new_tax(0, fiscal_position_ids=position.ids, original_tax_ids=tax.ids)
        self.customer.property_account_position_id = position
        order = self.new_order()
        line = self.add(order, self.part, kind="part", quantity=3)
        self.assertEqual(order.fiscal_position_id, position)
        self.assertRecordValues(line, [{"price_subtotal": 150, "price_tax": 0, "price_total": 150}])

    def test_split_to_the_cent(self):
        """SV-4: what is charged is what the sale order says, however taxes are rounded and included."""
        for included in ("tax_excluded", "tax_included"):
            for method in ("round_per_line", "round_globally"):
                with self.subTest(included=included, method=method):
                    self.company.tax_calculation_rounding_method = method
                    tax = self.new_tax(21, price_include_override=included)
                    order = self.new_order(nothing_charged=False)
                    for number, price in enumerate((0.33, 13.37, 7.77, 99.99, 0.05)):
                        self.add(order, self.part, kind="part", price_unit=price, tax_ids=tax.ids, quantity=3)
                        self.add(
                            order,
                            self.part,
                            kind="part",
                            price_unit=price,
                            tax_ids=tax.ids,
                            covered=("warranty", "goodwill")[number % 2],
                        )
                    order.action_offer_quotation()
                    sale = order.sudo().sale_order_id
                    self.assertEqual(order.amount_charged, sale.amount_total)
                    self.assertEqual(order.amount_untaxed_charged, sale.amount_untaxed)
                    self.assertEqual(order.amount_tax_charged, sale.amount_tax)
                    kinds = order.line_ids.grouped("covered")
                    for cover in ("warranty", "goodwill"):
                        self.assertAlmostEqual(
                            order[f"amount_{cover}"], sum(kinds[cover].mapped("price_subtotal")), 2
                        )
                    self.assertAlmostEqual(
                        order.amount_given,
                        order.amount_warranty + order.amount_goodwill + order.amount_remedy,
                        2,
                    )

    def test_other_currency(self):
        """SV-4: the amounts are in the currency of the pricelist; what is given away is in ours."""
        self.use_pricelist(currency=self.foreign_currency)
        order = self.new_order()
        self.add(order, self.part, kind="part", quantity=2)
        self.add(order, self.part, kind="part", covered="goodwill")
        self.assertEqual(order.currency_id, self.foreign_currency)
        self.assertRecordValues(
            order, [{"amount_charged": 200, "amount_goodwill": 50, "amount_given": 50, "amount_warranty": 0}]
        )

    def test_cover_proposed(self):
        """SV-3, SV-4: the warranty of the object says who bears a line, until somebody decides otherwise."""
        self.cover(labour=True)
        order = self.new_order()
        labour, part = self.add(order, self.labour), self.add(order, self.part, kind="part")
        self.assertEqual((labour.covered, part.covered), ("warranty", "charged"))
        self.assertTrue(order.warranty)
        part.covered = "goodwill"
        order.asset_id = self.new_asset(serial="X-2")
        self.assertEqual((labour.covered, part.covered), ("charged", "goodwill"))
        self.assertFalse(order.warranty)

    def test_advisor_decides(self):
        """OR-1: technicians enter what was done; who bears it and the price are the advisor's."""
        order = self.new_order()
        line = self.add(order, self.part, user=self.technician_user, kind="part", quantity=2)
        self.assertEqual((line.covered, line.price_unit), ("charged", 50))
        line.quantity = 1
        for vals in ({"covered": "goodwill"}, {"price_unit": 1}, {"discount": 50}):
            with self.subTest(vals=vals):
                with self.assertRaises(AccessError):
                    line.write(vals)
                with self.assertRaises(AccessError):
                    self.add(order, self.part, user=self.technician_user, kind="part", **vals)
        with self.assertRaises(AccessError):
            line.with_user(self.advisor).write({"unit_cost": 1})
        line.with_user(self.advisor).covered = "goodwill"

    def test_remedy_needs_complaint(self):
        """SV-8: only for a complaint something is a remedy."""
        order = self.new_order()
        self.assertRefuses("no complaint stands behind", self.add, order, self.part, covered="remedy")
        order = self.new_order(complaint_id=self.new_complaint().id)
        self.add(order, self.part, kind="part", covered="remedy")
        self.assertEqual(order.amount_remedy, 50)

    def test_copied(self):
        """SV-4: who bears what is said anew for a copy: it has no complaint, and goodwill is given once."""
        order = self.new_order(complaint_id=self.new_complaint().id)
        for cover in ("remedy", "goodwill", "charged"):
            self.add(order, self.part, kind="part", covered=cover)
        copied = order.copy()
        self.assertEqual(copied.line_ids.mapped("covered"), ["charged"] * 3)
        self.assertFalse(any(copied.line_ids.mapped("covered_chosen")))

    def test_stays_with_its_order(self):
        """SV-4: what was offered or sold with one order is not moved to another one."""
        order, other = self.new_order(), self.new_order()
        line = self.add(order, self.part, kind="part")
        self.assertRefuses("stays with its order", line.write, {"order_id": other.id})
        line.write({"order_id": order.id, "quantity": 2})
        self.assertEqual(order.amount_charged, 100)

    def test_goodwill_limit(self):
        """OR-1: goodwill above the company's limit is the workshop manager's."""
        self.company.complaint_service_goodwill_limit = 100
        order = self.new_order()
        line = self.add(order, self.part, kind="part", covered="goodwill", quantity=2)
        self.assertRefuses("workshop manager", line.write, {"quantity": 3})
        self.assertRefuses("workshop manager", self.add, order, self.part, covered="goodwill")
        line.with_user(self.workshop_manager).quantity = 5
        line.name = "Brake pads"
        line.quantity = 4
        self.company.complaint_service_goodwill_limit = 0
        line.quantity = 50

    def test_ended(self):
        """SV-2: nothing is added to what has ended."""
        order = self.new_order()
        line = self.add(order, self.part, kind="part")
        order.action_cancel("Called off.")
        self.assertRefuses("has ended", self.add, order, self.part)
        self.assertRefuses("has ended", line.write, {"quantity": 2})
        self.assertRefuses("has ended", line.unlink)

    def test_companies(self):
        """OR-3: another company's people see none of it."""
        line = self.add(self.new_order(), self.part, kind="part")
        for user in (self.foreign_manager, self.other_advisor, self.plain_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                line.with_user(user).read(["name"])
        with self.assertRaises(AccessError):
            line.with_user(self.advisor).read(["cost"])
        self.assertEqual(line.with_user(self.workshop_manager).cost, 20)

    def test_queries(self):
        """SV-4: many lines cost as many queries as a few."""
        order, other = self.new_order(), self.new_order()
        few = self.count(lambda: self.add_many(order, 2))
        many = self.count(lambda: self.add_many(other, 22))
        self.assertLessEqual(many, few + 2)
        orders = self.new_order() | self.new_order()
        for one in orders:
            self.add_many(one, 2)
        self.env.flush_all()

        def read(records):
            self.env.invalidate_all()
            records.with_user(self.workshop_manager).read(
                ["amount_charged", "amount_given", "cost_total", "quotation_state", "sale_order_number"]
            )

        read(orders)
        one = self.count(lambda: read(orders[:1]))
        self.assertEqual(self.count(lambda: read(orders)), one)
