import base64
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.service.service_portal_common import ServicePortalCommon

GUARD = "odoo.addons.complaint_management.models.portal.form_guard"


@tagged("post_install", "-at_install")
class TestServicePortalTour(ServicePortalCommon):
    """SV-2, SV-5, SV-6, SV-7: a customer on a window as small as a phone's, from asking to signing."""

    browser_size = "375x812"
    touch_enabled = True

    def setUp(self):
        super().setUp()
        self.bookable()
        self.other_technician.complaint_technician = False
        self.van.next_service_date = fields.Date.today() + timedelta(days=10)

    def ask(self):
        """Ask for an appointment as the owner; return the order."""
        before = self.Order.search([], order="id desc", limit=1)
        # A tour types faster than people do.
        with patch(f"{GUARD}.SECONDS_TO_FILL", 0):
            self.start_tour("/my/service", "complaint_service_ask", login="portal_owner")
        self.env.invalidate_all()
        order = self.Order.search([("id", ">", before.id or 0)]).sudo()
        self.assertRecordValues(
            order, [{"partner_id": self.owner.id, "asset_id": self.van.id, "appointment_asked": True}]
        )
        return order

    def go_on(self, order, path, login=None):
        """Walk from the quotation to the signature at the hand-over, and check what came of it."""
        self.offer(order)
        self.start_tour(path, "complaint_service_agree", login=login)
        self.env.invalidate_all()
        self.assertRecordValues(order, [{"quotation_state": "agreed", "agreed_by": "欧阳娜娜"}])
        self.assertPicture(order.agreement_signature)

        self.move(order, "work")
        self.start_tour(path, "complaint_service_progress", login=login)
        self.env.invalidate_all()
        self.assertTrue(self.tasks(order, "When can I fetch it?"))

        self.env["complaint.service.check"].create(
            {"order_id": order.id, "name": "Brakes tested", "passed": "yes"}
        )
        self.move(order, "handover")
        self.start_tour(path, "complaint_service_sign", login=login)
        self.env.invalidate_all()
        self.assertRecordValues(order, [{"handover_name": "欧阳娜娜", "handover_note": "All is well."}])
        self.assertPicture(order.handover_signature)

    def assertPicture(self, content):
        # A name that was drawn, not an empty field.
        self.assertGreater(len(base64.b64decode(content or b"")), 500)

    def test_by_account(self):
        """SV-2, SV-6, SV-7: with an account, from the appointment on."""
        order = self.ask()
        order.with_user(self.workshop_manager).action_confirm_appointment()
        self.go_on(order, f"/my/service/{order.id}", login="portal_owner")

    def test_by_link(self):
        """SV-2, SV-6: without an account, by the link in the letter."""
        order = self.new_order(scheduled_start=self.soon).sudo()
        self.go_on(order, self.letter_link(order))
