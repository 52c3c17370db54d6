import base64

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.complaint_management.tests.service.money import MoneyCommon

PICTURE = base64.b64encode(b"drawn")
NOW = "2026-03-02 08:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestServiceBypass(MoneyCommon):
    """DESIGN 4.2: no call from outside goes round the gate, nor writes what buttons and rules write."""

    def values(self, **vals):
        return {
            "name": "The brakes squeal",
            "partner_id": self.customer.id,
            "asset_id": self.car.id,
            "type_id": self.repair.id,
            "team_id": self.workshop.id,
            **vals,
        }

    def test_new_order_brings_nothing_along(self):
        """SV-2: a new order is not closed, agreed to, signed or invoiced, whatever a call says of it."""
        sale = self.env["sale.order"].create({"partner_id": self.customer.id})
        manager = self.Order.with_user(self.workshop_manager)
        for vals in (
            {"step": "closed"},
            {"closed_at": NOW},
            {"reopened_at": NOW},
            {"date_last_stage_update": NOW},
            {"quotation_answer": "agreed", "agreed_amount": 900},
            {"agreement_kind": "portal", "agreement_signature": PICTURE},
            {"sale_order_id": sale.id},
            {"reception_signature": PICTURE, "reception_signed_by": "Zhang San"},
            {"handover_signature": PICTURE},
            {"rework_count": 3},
            {"invoiced_at": NOW},
            {"amount_charged": -5},
            {"excluded_user_ids": [Command.set(self.advisor.ids)]},
            {"technician_user_ids": [Command.set(self.other_technician_user.ids)]},
        ):
            with self.subTest(vals=list(vals)):
                self.assertRefuses("not entered by hand", manager.create, self.values(**vals))
                # What the context says of it, as those of dialogs do by chance, is not heard.
                defaults = {f"default_{fname}": value for fname, value in vals.items()}
                order = manager.with_context(**defaults).create(self.values())
                plain = manager.create(self.values())
                for fname in vals:
                    self.assertEqual(order[fname], plain[fname], fname)
        # An import has columns that are empty.
        self.assertEqual(manager.create(self.values(closed_at=False, step=False)).step, "appointment")

    def test_order_is_not_rewritten(self):
        """SV-2, SV-4, OR-2: what follows from other entries is written by nobody, in no way."""
        order = self.new_order().with_user(self.workshop_manager)
        for vals in (
            {"amount_charged": 0},
            {"quotation_state": "agreed"},
            {"cost_total": 0},
            {"invoiced_at": NOW},
            {"excluded_user_ids": [Command.clear()]},
            {"technician_user_ids": [Command.link(self.other_technician_user.id)]},
            {"next_due": False},
        ):
            with self.subTest(vals=list(vals)):
                self.assertRefuses("not entered by hand", order.write, vals)
        for vals in ({"reopened_at": NOW}, {"date_last_stage_update": NOW}):
            with self.subTest(vals=list(vals)):
                self.assertRefuses("Only moves", order.write, vals)

    def test_import(self):
        """SV-2: an import is a call like others."""
        Order = self.Order.with_user(self.workshop_manager)
        names = ["name", "partner_id/.id", "type_id/.id", "step"]
        result = Order.load(names, [["Squeals", str(self.customer.id), str(self.repair.id), "closed"]])
        self.assertFalse(result["ids"])
        self.assertIn("not entered by hand", str(result["messages"]))

    def test_lines(self):
        """SV-4, OR-1: technicians say what was done, and by no way what it costs."""
        order = self.new_order()
        line = self.add(order, self.part)
        mine = line.with_user(self.technician_user)
        for vals in ({"quantity_billed": 0}, {"price_total": 0}, {"hours_spent": 9}, {"cost": 0}):
            with self.subTest(vals=vals):
                self.assertRefuses("not entered by hand", mine.write, vals)
        with self.assertRaises(AccessError):
            mine.proposed_price = 1
        entered = {"order_id": order.id, "product_id": self.part.id, "kind": "part"}
        for vals in (
            {"default_covered": "goodwill"},
            {"default_discount": 100},
            {"default_price_unit": 1},
            {"default_tax_ids": self.new_tax(10).ids},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                mine.with_context(**vals).create(dict(entered))
        with self.assertRaises(AccessError):
            mine.create({**entered, "proposed_price": 1})
        self.assertEqual(mine.create(dict(entered)).price_unit, 50)

    def test_logged_hours(self):
        """SV-5: hours follow from when somebody worked."""
        order = self.new_order()
        entry = self.env["complaint.service.worklog"].with_user(self.technician_user)
        entry = entry.create({"order_id": order.id, "employee_id": self.technician.id})
        self.assertRefuses("not entered by hand", entry.write, {"hours": 40})

    def test_booking(self):
        """SV-5: what a booking says follows from its order."""
        booking = self.new_order().booking_ids.with_user(self.advisor)
        self.assertRefuses("not entered by hand", booking.write, {"active": False})
        self.assertRefuses("not entered by hand", booking.write, {"state": "cancelled"})

    def test_checklist(self):
        """SV-6: whoever answers a point changes neither what it asks for nor whose it is."""
        self.repair.check_ids = [Command.create({"name": "Brakes tested", "asks_photo": True})]
        order, other = self.new_order(), self.new_order()
        check = order.check_ids.with_user(self.technician_user)
        for vals in ({"asks_photo": False}, {"name": "Looked at"}, {"type_check_id": False}):
            with self.subTest(vals=vals):
                self.assertRefuses("on the checklist", check.write, vals)
        # A form sends what it shows.
        check.write({"name": "Brakes tested", "asks_photo": True, "passed": "yes"})
        own = check.create({"order_id": order.id, "name": "Horn"})
        own.name = "Horn and lights"
        check.with_user(self.advisor).asks_photo = False
        for user in (self.technician_user, self.advisor):
            self.assertRefuses("stays with its order", check.with_user(user).write, {"order_id": other.id})

    def test_complaint_that_is_not_read(self):
        """SV-8, OR-1: nobody makes an order that of a complaint that they do not read."""
        complaint, order = self.new_complaint(), self.new_order()
        with self.assertRaises(AccessError):
            order.complaint_id = complaint
        with self.assertRaises(AccessError):
            self.Order.with_user(self.advisor).create(self.values(complaint_id=complaint.id))
        with self.assertRaises(AccessError):
            self.Order.with_user(self.advisor).with_context(default_complaint_id=complaint.id).create(
                self.values()
            )
        self.advisor.group_ids += self.env.ref("complaint_management.group_complaint_manager")
        order.complaint_id = complaint
        self.assertEqual(order.complaint_id, complaint)

    def test_object_changes_company(self):
        """OR-3: what was serviced stays with the company that did it."""
        order, car = self.new_order(), self.new_asset()
        car.company_id = self.company_2
        order.sudo().active = False
        self.assertRefuses("it stays there", self.car.write, {"company_id": self.company_2.id})
        foreign = self.new_asset()
        self.new_complaint(asset_id=foreign.id)
        self.assertRefuses("it stays there", foreign.write, {"company_id": self.company_2.id})
