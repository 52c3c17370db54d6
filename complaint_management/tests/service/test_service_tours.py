import base64
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.complaint_management.tests.resolution.test_resolution_tours import round_the_clock

from .care_common import CareCommon
from .money import MoneyCommon


class ServiceTourCommon(HttpCase):
    def prepare(self, *users):
        """The browser has the machine's time: somebody works whenever this runs."""
        calendar = self.company.resource_calendar_id
        calendar.attendance_ids = round_the_clock()
        self.technician.resource_calendar_id = calendar
        self.other_technician.complaint_technician = False
        for user in users:
            # The robot's first chat would lie over the page.
            user.odoobot_state = "disabled"
        self.customer.lang = "en_US"

    def walk(self, path, name, login):
        self.start_tour(path, name, login=login)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestAdvisorTours(MoneyCommon, ServiceTourCommon):
    """An advisor's way through an order at a desk, each step by the button that the page offers for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_accounts()

    def assertPicture(self, content):
        # A name that was drawn, not an empty field.
        self.assertGreater(len(base64.b64decode(content or b"")), 500)

    def work(self, order):
        """The technician works on it, checks it and passes it on."""
        order = order.with_user(self.technician_user)
        order.action_start_work()
        order.write({"work_note": "New pads.", "check_ids": [Command.create({"name": "Brakes tested"})]})
        order.check_ids.action_pass()
        order.action_finish_work()
        order.action_next_step()

    def test_advisor(self):
        """SV-2, SV-3, SV-4, SV-5, SV-6: from the telephone to the signature at the hand-over."""
        self.prepare(self.advisor)
        before = self.Order.search([], order="id desc", limit=1)
        self.walk("/odoo", "complaint_service_take_in", "advisor")
        order = self.Order.search([("id", ">", before.id or 0)])
        self.assertRecordValues(
            order,
            [
                {
                    "name": "The brakes squeal",
                    "step": "diagnosis",
                    "partner_id": self.customer.id,
                    "user_id": self.advisor.id,
                    "technician_ids": self.technician.ids,
                    "received_by_id": self.advisor.id,
                    "condition": "A scratch on the left door.",
                    "belongings": "Two keys",
                    "usage_in": 12000,
                    "reception_signed_by": "Zhang San",
                }
            ],
        )
        self.assertPicture(order.reception_signature)
        van = order.asset_id
        self.assertRecordValues(
            van, [{"name": "Delivery van", "partner_id": self.customer.id, "usage": 12000}]
        )
        self.assertEqual(order.booking_ids.employee_id, self.technician)

        order.with_user(self.technician_user).diagnosis = "The pads are worn."
        order.with_user(self.technician_user).action_next_step()
        self.walk(f"/odoo/service-orders/{order.id}", "complaint_service_agree_by_phone", "advisor")
        self.assertRecordValues(
            order,
            [
                {
                    "step": "work",
                    "quotation_state": "agreed",
                    "agreement_kind": "phone",
                    "agreed_amount": 160,
                    "agreed_by": "Zhang San",
                }
            ],
        )

        self.work(order)
        self.walk(f"/odoo/service-orders/{order.id}", "complaint_service_hand_over", "advisor")
        self.assertRecordValues(
            order,
            [
                {
                    "step": "closed",
                    "settlement_state": "draft",
                    "invoice_count": 1,
                    "handover_name": "Zhang San",
                    "handover_note": "Tested together.",
                    "handed_over_by_id": self.advisor.id,
                    "usage_out": 12004,
                }
            ],
        )
        self.assertPicture(order.handover_signature)
        self.assertEqual(van.usage, 12004)


@tagged("post_install", "-at_install")
class TestWorkshopManagerTour(CareCommon, ServiceTourCommon):
    def test_manager(self):
        """SV-5, SV-6, SV-7: plan and load, what is due, what the law watches, figures, and a new service."""
        self.prepare(self.workshop_manager)
        noon = fields.Datetime.now().replace(hour=12, minute=0, second=0)
        self.new_order(scheduled_start=noon, scheduled_end=noon + timedelta(hours=2))
        self.new_plan(name="Yearly check")
        self.car.write({"model": "Family car", "purchase_date": fields.Date.today() - timedelta(days=360)})
        self.refresh()
        self.assertTrue(self.due())
        self.Watch.create(
            {
                "name": "Repeated faults",
                "kind_id": self.vehicles.id,
                "measure": "same_fault_count",
                "limit": 2,
                "warn_share": 50,
                "months": 24,
            }
        )
        received = fields.Datetime.to_string(noon - timedelta(days=3))[:16]
        self.new_received(received, fault_id=self.brakes.id, name="Brakes again")
        self.assertEqual(self.Warning.search([("asset_id", "=", self.car.id)]).level, "near")
        Type = self.env["complaint.service.type"]
        before = Type.search([])
        self.walk("/odoo", "complaint_service_manager", "workshop_manager")
        self.assertRecordValues(Type.search([]) - before, [{"name": "Tyre change", "kind": "repair"}])
        self.assertEqual((Type.search([]) - before).check_ids.mapped("name"), ["Wheel nuts tightened"])
