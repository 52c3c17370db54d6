from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.complaint_management.tests.service.care_common import CareCommon


@tagged("post_install", "-at_install")
class TestRepeat(CareCommon):
    """SV-5, SV-7: the same fault of the same object soon after its repair is a repeat repair."""

    def new_repaired(self, moment, **vals):
        """Create an order that was received and handed over on a day."""
        order = self.new_received(moment, **{"fault_id": self.brakes.id, **vals})
        with freeze_time(f"{moment}:00"):
            self.finish(order)
        return order

    def setUp(self):
        super().setUp()
        self.former = self.new_repaired("2026-03-02 08:00")

    def origin(self, order):
        self.env.flush_all()
        order.invalidate_recordset()
        return order.sudo().repeat_of_id

    def test_within_days(self):
        """90 days after the hand-over by default; on the 91st it is another matter."""
        self.assertFalse(self.former.is_repeat, "it repeats not itself")
        for moment, vals, repeats in (
            ("2026-03-02 08:30", {}, True),
            ("2026-05-31 07:59", {}, True),
            ("2026-05-31 08:01", {}, False),
            ("2026-03-10 08:00", {"fault_id": self.engine.id}, False),
            ("2026-03-10 08:00", {"fault_id": False}, False),
            ("2026-03-10 08:00", {"asset_id": self.new_asset(serial="X-1").id}, False),
            ("2026-03-01 08:00", {}, False),
        ):
            with self.subTest(moment=moment, **vals):
                order = self.new_received(moment, **{"fault_id": self.brakes.id, **vals})
                self.assertEqual((order.is_repeat, self.origin(order) == self.former), (repeats, repeats))
                self.advance(order, "cancelled")
        self.company.complaint_service_repeat_days = 0
        self.assertFalse(self.new_received("2026-03-10 08:00", fault_id=self.brakes.id).is_repeat)

    def test_when_the_fault_is_chosen(self):
        """It is said while the fault is chosen, and found by a filter."""
        with freeze_time("2026-03-10 08:00:00"):
            order = self.new_order(fault_id=False)
            order.received_at = "2026-03-10 08:00:00"
            form = Form(order.with_user(self.advisor))
            self.assertFalse(form.repeat_note)
            form.fault_id = self.brakes
            self.assertIn(self.former.number, form.repeat_note)
            form.save()
        self.assertIn(order, self.Order.with_user(self.advisor).search([("is_repeat", "=", True)]))

    def test_latest_counts(self):
        second = self.new_repaired("2026-03-10 08:00")
        third = self.new_received("2026-03-20 08:00", fault_id=self.brakes.id)
        self.assertEqual((self.origin(second), self.origin(third)), (self.former, second))

    def test_cancelled_does_not_count(self):
        cancelled = self.new_received("2026-04-01 08:00", fault_id=self.engine.id)
        with freeze_time("2026-04-02 08:00:00"):
            cancelled.sudo().action_cancel("No.")
        order = self.new_received("2026-04-10 08:00", fault_id=self.engine.id)
        self.assertFalse(order.is_repeat)

    def test_former_is_about_something_else(self):
        """When the fault of the earlier one is corrected, the later one repeats nothing."""
        order = self.new_received("2026-03-10 08:00", fault_id=self.brakes.id)
        self.assertTrue(order.is_repeat)
        self.former.sudo().fault_id = self.engine
        self.assertFalse(self.origin(order))
        self.assertFalse(order.is_repeat)

    def test_former_is_reopened(self):
        """That the earlier one is opened again makes the later one no first repair."""
        order = self.new_received("2026-03-10 08:00", fault_id=self.brakes.id)
        self.assertTrue(order.is_repeat)
        with freeze_time("2026-03-11 08:00:00"):
            self.reopen(self.former)
        self.assertEqual(self.origin(order), self.former)

    def test_imported_later(self):
        """The order of entering does not matter."""
        other = self.new_asset(serial="X-2")
        later = self.new_received("2026-04-10 08:00", fault_id=self.engine.id, asset_id=other.id)
        self.assertFalse(later.is_repeat)
        earlier = self.new_repaired("2026-04-01 08:00", fault_id=self.engine.id, asset_id=other.id)
        self.assertEqual(self.origin(later), earlier)

    def test_who_reads_it(self):
        """OR-2: whoever may not read the earlier order learns no more than that there was one."""
        employee = self.new_employee(self.workshop_manager)
        complaint = self.new_complaint(employee_ids=[Command.set(employee.ids)])
        self.former.sudo().complaint_id = complaint
        order = self.new_received("2026-03-10 08:00", fault_id=self.brakes.id)
        self.assertIn(self.former.number, order.with_user(self.advisor).repeat_note)
        excluded = order.with_user(self.workshop_manager)
        self.assertTrue(excluded.is_repeat)
        self.assertNotIn(self.former.number, excluded.repeat_note)
        for act in (excluded.action_open_repeat_of, lambda: excluded.read(["repeat_of_id"])):
            with self.assertRaises(AccessError):
                act()
        action = order.with_user(self.advisor).action_open_repeat_of()
        self.assertEqual(action["res_id"], self.former.id)

    def test_cost(self):
        """Found for many as for one."""
        costs = []
        for number in (1, 15):
            orders = self.Order.create(
                [
                    {
                        "name": "Squeals",
                        "partner_id": self.customer.id,
                        "asset_id": self.car.id,
                        "requested_at": "2026-03-10 08:00:00",
                        "type_id": self.repair.id,
                    }
                    for _order in range(number)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            orders.mapped("company_id.complaint_service_repeat_days")
            before = self.env.cr.sql_log_count
            self.env.add_to_compute(orders._fields["is_repeat"], orders)
            orders.mapped("is_repeat")
            costs.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*costs)
