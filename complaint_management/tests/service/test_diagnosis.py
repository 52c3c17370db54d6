from datetime import datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.service.reception_common import ReceptionCommon

NOW = datetime(2026, 3, 2, 8, 0)
REFUSALS = "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestDiagnosis(ReceptionCommon):
    """SV-2: before anything is offered or done, somebody finds out what is wrong."""

    def new_received(self, **vals):
        order = self.receive(self.new_order(**vals))
        order.move_to("diagnosis")
        return order

    def test_gate(self):
        """SV-2: a repair is not offered before its diagnosis; a regular service needs none."""
        order = self.new_received()
        self.assertRefuses("what is wrong", order.move_to, "quotation")
        self.assertIn("what is wrong", order.missing)
        order.diagnosis = " \n"
        self.assertRefuses("what is wrong", order.move_to, "quotation")
        order.diagnosis = "The pads are worn."
        order.move_to("quotation")
        self.assertEqual(order.step, "quotation")
        regular = self.new_received(type_id=self.regular.id)
        regular.move_to("quotation")
        self.assertEqual(regular.step, "quotation")

    def test_who_and_when(self):
        """SV-2: who found it out, and when, is kept by itself; corrections do not change it."""
        order = self.new_received()
        order.with_user(self.technician_user).write({"diagnosis": "Worn", "fault_id": self.brakes.id})
        self.assertRecordValues(
            order,
            [{"diagnosed_at": NOW, "diagnosed_by_id": self.technician_user.id, "fault_id": self.brakes.id}],
        )
        with freeze_time("2026-03-02 10:00:00"):
            order.diagnosis = "Worn down to the steel"
        self.assertRecordValues(order, [{"diagnosed_at": NOW, "diagnosed_by_id": self.technician_user.id}])
        order.diagnosis = False
        self.assertFalse(order.diagnosed_at or order.diagnosed_by_id)

    def test_limit(self):
        """TL-3: the diagnosis is made when it is written down, whenever the order moves on."""
        order = self.new_received()
        with freeze_time("2026-03-02 09:30:00"):
            order.diagnosis = "Worn"
        self.assertEqual(self.limits(order)["diagnose"], datetime(2026, 3, 2, 9, 30))
        other = self.new_received()
        other.write({"diagnosis": "Worn", "diagnosed_at": "2026-03-02 07:45:00"})
        with freeze_time("2026-03-02 12:00:00"):
            other.move_to("quotation")
        self.assertEqual(self.limits(other)["diagnose"], datetime(2026, 3, 2, 7, 45))

    def test_reopened(self):
        """SV-2: an order that is taken up again gets a diagnosis of that time."""
        order = self.new_received()
        order.diagnosis = "Worn"
        order.action_cancel("She takes it elsewhere.")
        with freeze_time("2026-03-04 08:00:00"):
            order.action_reopen("She is back.", "diagnosis")
            order.diagnosis = "Worn, and the disc is cracked"
            self.assertEqual(order.diagnosed_at, datetime(2026, 3, 4, 8, 0))
            clock = order.deadline_ids.filtered(
                lambda clock: clock.milestone == "diagnose" and clock.round == 1
            )
            self.assertFalse(
                clock.filtered(lambda clock: clock.reached_at and clock.reached_at < clock.start)
            )

    def test_future(self):
        """Bad input: nothing was found out tomorrow."""
        order = self.new_received()
        with self.assertRaisesRegex(ValidationError, "lies in the future"):
            order.write({"diagnosis": "Worn", "diagnosed_at": "2026-03-03 08:00:00"})

    @mute_logger(*REFUSALS)
    def test_who_writes(self):
        """OR-1, OR-3: the technicians of the order and the advisors of its team write the diagnosis."""
        order = self.new_received()
        values = {
            "diagnosis": "Worn",
            "fault_id": self.brakes.id,
            "recommendation": "New discs before winter",
        }
        for user in (self.technician_user, self.advisor, self.workshop_manager):
            with self.subTest(user.login):
                order.with_user(user).write(values)
        for user in (self.other_technician_user, self.other_advisor, self.foreign_manager, self.auditor):
            with self.subTest(user.login), self.assertRaises(AccessError):
                order.with_user(user).write(values)
        with self.assertRaises(AccessError):
            order.with_user(self.technician_user).diagnosed_at = "2026-03-02 07:00:00"

    @mute_logger(*REFUSALS)
    def test_excluded(self):
        """OR-2: the employee concerned by the complaint behind it neither reads nor writes the diagnosis."""
        order = self.receive(self.excluded_from(self.workshop_manager))
        for act in (
            lambda: order.with_user(self.workshop_manager).read(["diagnosis"]),
            lambda: order.with_user(self.workshop_manager).write({"diagnosis": "Nothing at all"}),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_fault_of_another_company(self):
        """OR-3: a fault that another company has named is not ours to choose."""
        foreign = self.env["complaint.service.fault"].create(
            {"name": "Theirs", "company_id": self.company_2.id}
        )
        with self.assertRaises(UserError):
            self.new_received().write({"fault_id": foreign.id})
