from datetime import datetime

from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.complaint_management.tests.service.common import APPOINTMENT
from odoo.addons.complaint_management.tests.service.money import MoneyCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestNextStep(MoneyCommon):
    """The button for the next step leads to the next step that means anything for the order (SV-2)."""

    def walk(self, order, *steps):
        """Check which steps the button leads through, one click after the other."""
        for step in steps:
            self.assertEqual((order.next_step, order.missing), (step, False))
            order.action_next_step()
            self.assertEqual(order.step, step)

    def test_question(self):
        """SV-2: a question asked and answered is planned, answered and closed."""
        order = self.new_order(type_id=self.consultation.id, asset_id=False)
        self.walk(order, "work")
        self.assertEqual(order.next_step, "closed")
        self.assertIn("what was done", order.missing)
        order.work_note = "By e-mail."
        order.action_finish_work()
        self.assertEqual(order.step, "settlement", "whoever closes it says so")
        self.walk(order, "closed")
        self.assertFalse(order.next_step)
        self.assertEqual(order.closed_at, datetime(2026, 3, 2, 8, 0))

    def test_all_asked(self):
        """SV-2: what asks for all of it goes through all of it."""
        self.set_up_accounts()
        self.repair.check_ids = [Command.create({"name": "Brakes tested"})]
        order = self.new_order(nothing_charged=False)
        self.walk(order, "reception")
        self.assertEqual(order.next_step, "diagnosis")
        order.write({"received_at": APPOINTMENT, "condition": "A scratch.", "no_usage_reason": "Dark."})
        self.walk(order, "diagnosis")
        order.diagnosis = "The pads are worn."
        self.walk(order, "quotation")
        self.assertIn("Enter labour and parts", order.missing)
        self.add(order, self.part)
        self.assertEqual(order.next_step, "work")
        self.assertIn("agreement", order.missing)
        order._agree("phone", "Zhang San")
        self.walk(order, "work")
        order.work_note = "New pads."
        self.walk(order, "quality")
        order.check_ids.action_pass()
        self.walk(order, "settlement")
        order.action_invoice()
        self.walk(order, "handover")
        order._hand_over("Zhang San", False, unsigned_reason="In a hurry.")
        self.walk(order, "closed")

    def test_quotation_is_left_out(self):
        """SV-2: where nobody has to be asked, the diagnosis leads to the work."""
        self.company.complaint_service_agree_limit = 50
        order = self.new_order(nothing_charged=False, received_at=APPOINTMENT, condition="Clean.")
        order.no_usage_reason = "Dark."
        order.move_to("diagnosis")
        order.diagnosis = "The pads are worn."
        self.assertEqual(order.next_step, "quotation", "nothing says yet what is done")
        line = self.add(order, self.part)
        self.assertEqual(order.next_step, "work")
        line.quantity = 2
        self.assertEqual(order.next_step, "quotation", "it is beyond the limit")
        line.quantity = 1
        order.action_offer_quotation()
        self.assertEqual(order.next_step, "quotation", "who was asked is waited for")
        order._decline("Too much.")
        self.assertEqual(order.next_step, "quotation", "who said no is asked again")
        order._agree("phone", "Zhang San")
        self.walk(order, "work")

    def test_what_lacks_stops(self):
        """SV-2: a step that its type does not ask for is entered where its gate asks for something."""
        order = self.new_order(type_id=self.rescue.id, asset_id=False)
        self.assertEqual(order.next_step, "reception")
        order.action_next_step()
        self.assertIn("which vehicle", order.missing)
        order.asset_id = self.car
        self.walk(order, "diagnosis")
        other = self.new_order(type_id=self.rescue.id)
        self.walk(other, "diagnosis")

    def test_fetched(self):
        """SV-2: what was handed in is fetched before the order is closed, though nobody signs for it."""
        self.regular.write({"asks_signature": False, "asks_quality": False})
        order = self.new_order(type_id=self.regular.id, received_at=APPOINTMENT, condition="Clean.")
        order.write({"no_usage_reason": "Dark.", "work_note": "Oil changed."})
        self.walk(order, "reception", "work", "handover", "closed")

    def test_settled(self):
        """SV-4: what is charged is settled, and what was invoiced before is not settled twice."""
        self.set_up_accounts()
        self.company.complaint_service_agree_limit = 1000
        self.regular.asks_quality = True
        order = self.new_order(
            type_id=self.regular.id, nothing_charged=False, received_at=APPOINTMENT, condition="Clean."
        )
        order.write({"no_usage_reason": "Dark.", "work_note": "Oil changed."})
        self.add(order, self.part)
        order.move_to("quality")
        self.assertEqual(order.next_step, "settlement")
        order.action_invoice()
        self.assertEqual(order.next_step, "handover")

    def test_technician(self):
        """OR-1: technicians stop where the advisor goes on, whatever the advisor could leave out."""
        order = self.new_order(type_id=self.consultation.id, asset_id=False, work_note="By e-mail.")
        order.move_to("work")
        mine = order.with_user(self.technician_user)
        self.assertEqual((mine.next_step, order.next_step), ("settlement", "closed"))
        mine.action_next_step()
        self.assertEqual(order.step, "settlement")
        repair = self.new_order(received_at=APPOINTMENT, condition="Clean.", no_usage_reason="Dark.")
        repair.move_to("diagnosis")
        mine = repair.with_user(self.technician_user)
        mine.diagnosis = "The pads are worn."
        mine.action_next_step()
        self.assertEqual(repair.step, "work", "nothing is charged, so nobody is asked")

    def test_many_at_once(self):
        """SV-2: of several orders each goes its own way."""
        question = self.new_order(type_id=self.consultation.id, asset_id=False)
        repair = self.new_order()
        (question | repair).action_next_step()
        self.assertEqual((question.step, repair.step), ("work", "reception"))

    def test_form(self):
        """SV-2: another service in the form leads another way at once."""
        with Form(self.new_order().with_user(self.advisor)) as form:
            self.assertEqual(form.next_step, "reception")
            form.type_id = self.consultation
            self.assertEqual(form.next_step, "work")

    def test_limits_of_passed_steps(self):
        """TL-3, SV-2: limits of steps that are passed at once are reached then, and the next ones begin."""
        Policy = self.env["complaint.deadline.policy"]
        Policy.search([("applies_to", "=", "service")]).active = False
        Policy.create(
            {
                "name": "Rescue",
                "applies_to": "service",
                "service_type_id": self.rescue.id,
                "sequence": 0,
                "rule_ids": [
                    Command.create({"milestone": milestone, "duration": 2, "unit": "hours", **more})
                    for milestone, more in {
                        "receive": {"count_from": "receipt"},
                        "diagnose": {"count_from": "previous"},
                        "complete": {"count_from": "event", "start_event": "arrange"},
                        "hand_over": {"count_from": "event", "start_event": "complete"},
                    }.items()
                ],
            }
        )
        order = self.new_order(type_id=self.rescue.id)
        with freeze_time("2026-03-02 09:00:00"):
            order.action_next_step()
            clocks = {clock.milestone: clock for clock in order.deadline_ids}
            self.assertEqual(order.step, "diagnosis")
            self.assertEqual(
                (clocks["receive"].state, clocks["receive"].reached_at), ("met", datetime(2026, 3, 2, 9, 0))
            )
            self.assertEqual(clocks["diagnose"].start, datetime(2026, 3, 2, 9, 0))
            # Nobody asked when a technician was arranged: the move says that it was.
            self.assertEqual(clocks["complete"].start, datetime(2026, 3, 2, 9, 0))
        self.assertNotIn("hand_over", clocks)
        order.write({"diagnosis": "Flat battery.", "work_note": "Jump-started."})
        with freeze_time("2026-03-02 10:30:00"):
            self.walk(order, "work", "handover")
        clocks = {clock.milestone: clock for clock in order.deadline_ids}
        self.assertEqual(clocks["complete"].reached_at, datetime(2026, 3, 2, 10, 30))
        self.assertEqual(clocks["hand_over"].start, datetime(2026, 3, 2, 10, 30))

    def test_time_in_stages(self):
        """SV-2: no time is counted in a stage that was passed at once."""
        order = self.new_order(type_id=self.consultation.id, asset_id=False)
        order.action_next_step()
        passed = self.env["complaint.service.stage"].search([("step", "in", ("reception", "quotation"))])
        self.env.flush_all()
        order.invalidate_recordset()
        self.assertFalse({str(one) for one in passed.ids} & {str(key) for key in order.duration_tracking})
