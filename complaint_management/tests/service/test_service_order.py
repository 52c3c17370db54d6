from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.service.common import APPOINTMENT, ServiceCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestServiceOrder(ServiceCommon):
    """What every service order has: number, defaults, the appointment's gate, ends, limits."""

    def test_number(self):
        """SV-2: each order has a number of its own, which nobody hands in or changes."""
        one, other = self.new_order(number="mine"), self.new_order()
        self.assertRegex(one.number, r"^SV-2026-\d{5}$")
        self.assertNotEqual(one.number, other.number)
        self.assertRefuses("never changes", one.write, {"number": "SV-1"})

    def test_defaults(self):
        """SV-2: who takes it in answers for it; contact, product, team and end follow from what is chosen."""
        product = self.env["product.product"].create({"name": "Family car 2"})
        order = self.Order.with_user(self.advisor).create(
            {
                "name": "Squeals",
                "partner_id": self.customer.id,
                "asset_id": self.new_asset(product_id=product.id, serial="B-1").id,
                "type_id": self.regular.id,
                "scheduled_start": APPOINTMENT,
            }
        )
        self.assertRecordValues(
            order,
            [
                {
                    "user_id": self.advisor.id,
                    "team_id": self.workshop.id,
                    "partner_phone": self.customer.phone,
                    "partner_email": self.customer.email,
                    "product_id": product.id,
                    "step": "appointment",
                    "kind": "preventive",
                    "scheduled_end": datetime(2026, 3, 2, 10, 0),
                    "requested_at": datetime(2026, 3, 2, 8, 0),
                }
            ],
        )
        order.scheduled_end = datetime(2026, 3, 2, 13, 0)
        order.scheduled_start = datetime(2026, 3, 3, 9, 0)
        self.assertEqual(order.scheduled_end, datetime(2026, 3, 3, 14, 0), "moved, not made shorter")

    def test_appointment_gate(self):
        """SV-2: what the appointment lacks is said in one message, and shown before."""
        order = self.new_order(
            type_id=False,
            team_id=False,
            scheduled_start=False,
            partner_id=self.env["res.partner"].create({"name": "Nobody"}).id,
        )
        order.sudo().user_id = False
        order.sudo().team_id = False
        with self.assertRaises(UserError) as caught:
            order.sudo().move_to("reception")
        lines = [line for line in str(caught.exception).split("\n") if line.startswith("- ")]
        self.assertEqual(len(lines), 5, lines)
        for line in lines:
            self.assertIn(line[2:], order.sudo().missing.replace("&amp;", "&"))

    def test_cancel_and_reopen(self):
        """SV-2: an order ends early with a reason, and is opened again with one."""
        order = self.new_order()
        self.assertRefuses("reason for cancelling", order.move_to, "cancelled")
        order.action_cancel("The customer called it off.")
        self.assertRecordValues(
            order, [{"step": "cancelled", "closed_at": datetime(2026, 3, 2, 8, 0), "reopen_count": 0}]
        )
        # A technician had been arranged; all else is not waited for any more.
        states = {clock.milestone: clock.state for clock in order.deadline_ids}
        self.assertEqual(states.pop("arrange"), "met")
        self.assertEqual(set(states.values()), {"cancelled"})
        self.assertRefuses("opening it again", order.move_to, "appointment")
        order.action_reopen("She comes after all.", "appointment")
        self.assertRecordValues(
            order, [{"step": "appointment", "closed_at": False, "reopen_count": 1, "end_reason": False}]
        )
        self.assertRefuses("Only moves of the order", order.write, {"closed_at": "2026-03-02"})

    def test_limits(self):
        """TL-3: answered within 48 h, a technician arranged within 24 h; consultations in minutes."""
        order = self.new_order()
        due = {clock.milestone: clock.due for clock in order.deadline_ids}
        self.assertEqual(due["respond"], datetime(2026, 3, 4, 8, 0))
        self.assertEqual(due["arrange"], datetime(2026, 3, 3, 8, 0))
        order.move_to("reception")
        states = {clock.milestone: clock.state for clock in order.deadline_ids}
        self.assertEqual((states["respond"], states["arrange"]), ("met", "met"))
        question = self.new_order(type_id=self.consultation.id, asset_id=False, priority="1")
        clock = question.deadline_ids.filtered(lambda clock: clock.milestone == "respond")
        self.assertEqual(clock.due, datetime(2026, 3, 2, 8, 15))
        question = self.new_order(type_id=self.consultation.id, asset_id=False)
        due = {clock.milestone: clock.due for clock in question.deadline_ids}
        self.assertEqual(due["respond"], datetime(2026, 3, 2, 8, 10))
        self.assertEqual(due["complete"], datetime(2026, 3, 2, 8, 30))

    def test_who_reads(self):
        """OR-1, OR-3: advisors have their team's, technicians their own, managers all; others none."""
        order = self.new_order()
        for user in (self.advisor, self.technician_user, self.workshop_manager, self.manager, self.auditor):
            with self.subTest(user=user.login):
                self.assertEqual(self.Order.with_user(user).search([("id", "=", order.id)]), order)
        for user in (self.other_advisor, self.other_technician_user, self.handler, self.foreign_manager):
            with self.subTest(user=user.login):
                self.assertFalse(self.Order.with_user(user).search([("id", "=", order.id)]))
                with self.assertRaises(AccessError):
                    order.with_user(user).read(["name"])
        with self.assertRaises(AccessError):
            order.with_user(self.plain_user).read(["name"])

    def test_excluded(self):
        """OR-2: the employee concerned by the complaint neither sees its order nor works on it."""
        employee = self.new_employee(self.workshop_manager)
        complaint = self.new_complaint(employee_ids=[Command.set(employee.ids)])
        order = self.new_order(complaint_id=complaint.id)
        self.assertEqual(order.sudo().excluded_user_ids, self.workshop_manager)
        self.assertFalse(self.Order.with_user(self.workshop_manager).search([("id", "=", order.id)]))
        self.assertRefuses("cannot work on it", order.sudo().write, {"user_id": self.workshop_manager.id})
        with self.assertRaises(AccessError):
            order.line_ids.with_user(self.workshop_manager).create(
                {"order_id": order.id, "product_id": self.part.id}
            )

    def test_of_complaint(self):
        """SV-8: whoever reads the complaint reads its order, and changes nothing."""
        order = self.new_order(complaint_id=self.new_complaint().id)
        self.assertEqual(order.with_user(self.handler).name, order.name)
        self.assertEqual(order.with_user(self.handler).complaint_number, order.sudo().complaint_id.number)
        with self.assertRaises(AccessError):
            order.with_user(self.handler).name = "Mine"
        with self.assertRaises(AccessError):
            order.with_user(self.stranger).read(["name"])

    def test_import_bad(self):
        """SV-2: rows that cannot be are told with their reason, also in lines, and nothing is written."""
        Order = self.Order.with_user(self.advisor).with_context(import_file=True)
        fields = ["name", "partner_id", "asset_id", "type_id", "scheduled_start"]
        fields += ["line_ids/product_id", "line_ids/quantity"]
        good = ["Good", "Zhang San", self.car.display_name, self.repair.name]
        good += ["2026-03-05 08:00:00", "Brake pad", "1"]
        before = Order.search_count([])
        for words, position, value in (
            ("Nobody", 1, "Nobody"),
            ("Spaceship", 2, "Spaceship"),
            ("valid datetime", 4, "tomorrow"),
            ("A quantity cannot be less than nothing.", 6, "-3"),
        ):
            bad = [*good[:position], value, *good[position + 1 :]]
            with self.subTest(words=words), mute_logger("odoo.sql_db"):
                result = Order.load(fields, [good, bad])
                self.assertFalse(result["ids"])
                told = " ".join(message["message"] for message in result["messages"])
                self.assertIn(words, told)
                self.assertNotIn("DETAIL", told)
                self.assertEqual(Order.search_count([]), before)
        result = Order.load(fields, [good])
        self.assertFalse(result["messages"])
        self.assertEqual(Order.browse(result["ids"]).asset_id, self.car)
