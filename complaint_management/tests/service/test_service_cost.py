from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.complaint_management.tests.service.money import MoneyCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 18:00:00")
class TestServiceCost(MoneyCommon):
    """What orders cost us, and what of it flows back to the complaint (SV-8)."""

    def log(self, order, line=None, employee=None, hours=2, begin=8):
        return (
            self.env["complaint.service.worklog"]
            .sudo()
            .create(
                {
                    "order_id": order.id,
                    "line_id": line and line.id,
                    "employee_id": (employee or self.technician).id,
                    "start": f"2026-03-02 {begin:02}:00:00",
                    "stop": f"2026-03-02 {begin + hours:02}:00:00",
                }
            )
        )

    def test_cost(self):
        """SV-8: parts as they were bought, hours as they were worked, by who bears them."""
        order = self.new_order()
        labour = self.add(order, self.labour, quantity=1)
        self.add(order, self.part, kind="part", quantity=3, covered="goodwill")
        self.assertEqual(order.sudo().cost_total, 60, "nobody has worked yet")
        self.log(order, labour)
        self.assertRecordValues(
            order.sudo(),
            [
                {
                    "cost_parts": 60,
                    "cost_labour": 70,
                    "cost_total": 130,
                    "cost_goodwill": 60,
                    "cost_warranty": 0,
                    "amount_goodwill": 150,
                    "amount_given": 150,
                }
            ],
        )

    def test_kept(self):
        """SV-8: a cost that changes later does not rewrite what was done."""
        order = self.new_order()
        line = self.add(order, self.part, kind="part")
        self.part.standard_price = 99
        self.env.flush_all()
        line.quantity = 2
        self.assertEqual(order.sudo().cost_total, 40)

    def test_work_without_line(self):
        """SV-8: work that was logged on no line is counted where an hour of the employee has a cost."""
        if "hourly_cost" not in self.env["hr.employee"]._fields:
            self.skipTest("Employees have no hourly cost where hr_hourly_cost is not installed.")
        self.technician.hourly_cost = 30
        order = self.new_order()
        self.log(order)
        self.assertEqual(order.sudo().cost_labour, 60)

    def test_to_complaint(self):
        """SV-8: a complaint knows what its orders cost and gave away, to the cent."""
        complaint = self.new_complaint()
        for price, cover in ((33.33, "remedy"), (66.67, "goodwill"), (10, "charged")):
            order = self.new_order(complaint_id=complaint.id)
            self.add(order, self.part, kind="part", price_unit=price, covered=cover)
        self.assertRecordValues(complaint, [{"service_cost": 60, "service_given": 100}])
        order.sudo().active = False
        self.assertEqual(complaint.service_cost, 60, "what is archived was spent all the same")
        order.sudo().active = True
        other = complaint.service_order_ids.sudo()[:1]
        other.with_user(self.advisor).action_cancel("Called off")
        self.assertEqual(complaint.service_cost, 40)
        with self.assertRaises(AccessError):
            complaint.with_user(self.technician_user).read(["service_cost"])

    def test_who_sees(self):
        """OR-1: neither technicians nor advisors read wages off an order."""
        order = self.new_order(complaint_id=self.new_complaint().id)
        self.add(order, self.part, kind="part")
        for user in (self.technician_user, self.advisor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                order.with_user(user).read(["cost_total"])
        for user in (self.workshop_manager, self.handler, self.auditor, self.quality):
            with self.subTest(user=user.login):
                self.assertEqual(order.with_user(user).cost_total, 20)

    def test_other_currency(self):
        """SV-8: costs are in the company's money, whatever the customer pays in."""
        self.use_pricelist(currency=self.foreign_currency)
        order = self.new_order(
            line_ids=[Command.create({"kind": "part", "product_id": self.part.id, "covered": "goodwill"})]
        )
        self.assertRecordValues(
            order.sudo(),
            [{"cost_total": 20, "amount_given": 50, "company_currency_id": self.company.currency_id.id}],
        )
