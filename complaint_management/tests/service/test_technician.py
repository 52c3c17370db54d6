from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .work_common import NOW, WorkCommon, moment


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTechnician(WorkCommon):
    """What a technician who is no service advisor may do with an order (OR-1, SV-5)."""

    def test_writes(self):
        """OR-1: technicians write what they find out and what they did."""
        order = self.as_technician(self.new_job_in("work"))
        order.write(
            {
                "diagnosis": "The bearing is worn.",
                "fault_id": self.brakes.id,
                "work_note": "A new bearing.",
                "interruption": "part",
                "interruption_note": "On Friday",
                "line_ids": [
                    Command.create({"kind": "part", "product_id": self.part.id, "quantity": 2}),
                    Command.create({"kind": "labour", "product_id": self.labour.id, "quantity": 1}),
                ],
                "check_ids": [Command.update(order.check_ids[0].id, {"passed": "na"})],
            }
        )
        self.assertEqual(order.line_ids.mapped("quantity"), [2, 1])
        order.message_post(body="The customer called.")

    def test_writes_nothing_else(self):
        """OR-1: customer, time, people and kind of service are the advisor's; the message says which."""
        order = self.as_technician(self.new_job())
        for vals, label in (
            ({"partner_id": self.env["res.partner"].create({"name": "Li Si"}).id}, "Customer"),
            ({"scheduled_start": moment(12)}, "Appointment"),
            ({"technician_ids": [Command.set(self.other_technician.ids)]}, "Technicians"),
            ({"type_id": self.quick.id}, "Service"),
            ({"user_id": self.technician_user.id}, "Service Advisor"),
            ({"description": "Nothing."}, "What the Customer Says"),
            ({"end_reason": "Mine."}, "Reason for Cancelling"),
            ({"active": False}, "Active"),
            ({"work_note": "Done.", "priority": "1"}, "Priority"),
        ):
            with self.subTest(label=label):
                self.assertRefuses(label, order.write, vals)
        with self.assertRaises(AccessError):
            self.as_technician(self.Order).create({"name": "Mine", "partner_id": self.customer.id})
        with self.assertRaises(AccessError):
            order.unlink()

    def test_others_orders(self):
        """OR-1: what is planned for somebody else is out of reach, not only out of the form."""
        order = self.new_job()
        with self.assertRaises(AccessError):
            order.with_user(self.other_technician_user).write({"work_note": "Mine"})
        order.technician_ids = self.other_technician
        with self.assertRaises(AccessError):
            self.as_technician(order).write({"work_note": "Mine"})

    def test_moves(self):
        """OR-1, SV-2: a diagnosis goes to the quotation, finished work to its check, and no further."""
        self.job.write({"asks_diagnosis": True, "asks_quotation": True})
        order = self.as_technician(self.new_job(work_note="New wheels.", nothing_charged=False))
        for step in ("reception", "diagnosis", "work", "cancelled", "closed"):
            with self.subTest(step=step):
                self.assertRefuses("service advisor", order.move_to, step)
        order.with_user(self.advisor).move_to("diagnosis")
        self.assertRefuses("what is wrong", order.action_next_step)
        order.diagnosis = "Worn."
        order.action_next_step()
        self.assertEqual(order.step, "quotation")
        for step in ("work", "diagnosis"):
            self.assertRefuses("service advisor", order.move_to, step)
        order.with_user(self.advisor).nothing_charged = True
        order.with_user(self.advisor).move_to("work")
        self.assertRefuses("service advisor", order.move_to, "handover")
        self.assertRefuses("Answer every point", order.move_to, "settlement")
        order.move_to("quality")
        self.assertRefuses("service advisor", order.action_send_back, "Loose")
        self.assertRefuses("service advisor", order.move_to, "work")
        order.check_ids.write({"passed": "yes"})
        order.action_next_step()
        self.assertEqual(order.step, "settlement")
        self.assertRefuses("service advisor", order.action_next_step)

    def test_stage_of_same_step(self):
        """SV-2: between columns of one step, such as work and waiting for a part, technicians move freely."""
        waiting = self.env["complaint.service.stage"].create({"name": "Waits for a part", "step": "work"})
        order = self.as_technician(self.new_job_in("work"))
        order.stage_id = waiting
        self.assertEqual(order.stage_id, waiting)

    def test_many_moves_name_all(self):
        """SV-2: a move of several orders says which of them is refused."""
        orders = self.as_technician(self.new_job() | self.new_job_in("work"))
        with self.assertRaises(UserError) as caught:
            orders.move_to("quality")
        self.assertIn(orders[0].number, str(caught.exception))

    def test_advisors_and_superuser(self):
        """OR-1: advisors, who work as well now and then, are not held back."""
        order = self.new_job()
        order.write({"priority": "1", "work_note": "New wheels."})
        order.move_to("quality")
        self.assertEqual(order.step, "quality")
        self.as_technician(order).sudo().priority = "0"

    def test_my_work(self):
        """SV-5: the technician's own page shows what is planned for them, with the views for a phone."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "complaint_management.complaint_service_order_action_work"
        )
        self.assertEqual(action["path"], "my-work")
        views = {mode: view for view, mode in action["views"]}
        self.assertEqual(
            views["form"], self.env.ref("complaint_management.complaint_service_order_work_view_form").id
        )
        mine, other = self.new_job(), self.new_job(technician_ids=[Command.set(self.other_technician.ids)])
        domain = [("technician_user_ids", "in", self.technician_user.id), ("id", "in", (mine | other).ids)]
        self.assertEqual(self.as_technician(self.Order).search(domain), mine)
        for view in views.values():
            arch = self.as_technician(self.Order).get_view(view)["arch"]
            self.assertIn("action_start_work", arch)
        self.assertNotEqual(
            self.as_technician(self.Order).get_view(view_type="form")["id"],
            views["form"],
            "only on this page",
        )
