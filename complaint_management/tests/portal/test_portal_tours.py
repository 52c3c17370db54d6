import base64
import re
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo.tests import tagged

from odoo.addons.complaint_management.tests.portal.action_common import ActionHttpCommon
from odoo.addons.complaint_management.tests.portal.form_common import FormCommon
from odoo.addons.complaint_management.tests.resolution.test_resolution_tours import round_the_clock

GUARD = "odoo.addons.complaint_management.models.portal.form_guard"


class PortalTourCommon(ActionHttpCommon, FormCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.company.resource_calendar_id
        cls.calendar.attendance_ids = round_the_clock()
        cls.handler.odoobot_state = "disabled"

    def enter(self, path, tour, login=None):
        """Walk through the form; return the complaint. A tour types faster than people do."""
        before = self.Complaint.search([], order="id desc", limit=1)
        with patch(f"{GUARD}.SECONDS_TO_FILL", 0):
            self.start_tour(path, tour, login=login)
        self.env.invalidate_all()
        complaint = self.Complaint.search([("id", ">", before.id or 0)])
        self.assertEqual(len(complaint), 1)
        return complaint.sudo()

    def find_link(self, complaint):
        """Return the path in the letter to the complainant."""
        with self.mock_mail_gateway():
            self.send_notices()
        letters = self._new_mails.filtered(lambda mail: mail.res_id == complaint.id)
        self.assertEqual(len(letters), 1)
        found = re.search(r'href="([^"]*/my/complaints/[^"]*)"', letters.body_html)
        link = urlsplit(found[1].replace("&amp;", "&"))
        self.assertIn("access_token", link.query)
        return f"{link.path}?{link.query}"

    def propose(self, complaint):
        """Find out and propose, as the handler; return the solution.

        Who gets money back is entered as a contact, which is no account.
        """
        if not complaint.partner_id:
            person = {"name": complaint.partner_name, "email": complaint.partner_email, "lang": "en_US"}
            complaint.partner_id = self.env["res.partner"].create(person)
        complaint.write({"user_id": self.handler.id, "team_id": self.centre.id, "nature": "complaint"})
        complaint.write({"severity": "normal", "founded": "founded", "category_id": self.category.id})
        self.move(complaint, "solution")
        self.find_out(complaint)
        return self.new_offered(complaint)

    def report(self, complaint):
        """Tell the result, as the handler."""
        self.move(complaint, "feedback")
        complaint.with_user(self.handler).action_report_result(
            "The valve was replaced.", "upheld", "It was stuck.", kind="call"
        )

    def go_on(self, complaint, path, login=None):
        """Walk from the first page to the last signature, and check what came of it."""
        self.start_tour(path, "complaint_portal_reply", login=login)
        self.env.invalidate_all()
        replies = complaint.message_ids.filtered(lambda message: "It is colder now." in message.body)
        self.assertEqual(replies.attachment_ids.mapped("raw"), [b"It is nine degrees."])

        solution = self.propose(complaint).sudo()
        self.start_tour(path, "complaint_portal_accept", login=login)
        self.env.invalidate_all()
        self.assertEqual((solution.state, solution.signed_by), ("accepted", "欧阳娜娜"))
        self.assertPicture(solution.signature)

        self.report(complaint)
        self.start_tour(path, "complaint_portal_confirm", login=login)
        self.env.invalidate_all()
        self.assertEqual((complaint.confirmation, complaint.confirmed_by), ("signed", "欧阳娜娜"))
        self.assertPicture(complaint.confirmation_signature)

    def assertPicture(self, content):
        # A name that was drawn, not an empty field.
        self.assertGreater(len(base64.b64decode(content or b"")), 500)


@tagged("post_install", "-at_install")
class TestPortalToursPhone(PortalTourCommon):
    """From the form to the signature on a window as small as a phone's."""

    browser_size = "375x812"
    touch_enabled = True

    def test_by_link(self):
        """IN-1, CO-3, SO-4, SO-6: without any account, by the link in the letter."""
        complaint = self.enter("/complaint/centre", "complaint_portal_form")
        self.assertFalse(complaint.partner_id)
        self.assertEqual(complaint.partner_name, "欧阳娜娜")
        self.assertEqual(complaint.wanted_outcome, "That it gets warm.")
        self.go_on(complaint, self.find_link(complaint))

    def test_by_account(self):
        """IN-1, CO-3, SO-4, SO-6: with an account, and no link in any address."""
        complaint = self.enter("/my/complaints", "complaint_portal_form_account", login="portal_owner")
        self.assertEqual(complaint.partner_id, self.owner)
        self.go_on(complaint, f"/my/complaints/{complaint.id}", login="portal_owner")


@tagged("post_install", "-at_install")
class TestPortalTours(PortalTourCommon):
    """What customers with an account and those who work here do about the customer's page."""

    def test_account(self):
        """IN-1, CO-3: list and search."""
        for name in ("The heating does not work", "The lift stands still"):
            self.new_case_of(self.owner, name=name)
        self.start_tour("/my/home", "complaint_portal_account", login="portal_owner")

    def test_order(self):
        """IN-1: about an own order, and withdrawn."""
        order = self.env["sale.order"].create({"partner_id": self.owner.id})
        order.action_confirm()
        complaint = self.enter(f"/my/orders/{order.id}", "complaint_portal_order", login="portal_owner")
        self.assertRecordValues(
            complaint, [{"partner_id": self.owner.id, "sale_order_id": order.id, "step": "cancelled"}]
        )
        self.assertIn("I have found the missing part.", complaint.end_reason)

    def test_staff(self):
        """CO-3: the handler hands out the link, renews it, and looks at the page."""
        complaint = self.new_solved_case(partner_id=self.owner.id, user_id=self.handler.id)
        self.new_offered(complaint)
        token = self.token(complaint)
        self.start_tour(f"/odoo/complaints/{complaint.id}", "complaint_portal_link", login="handler")
        self.env.invalidate_all()
        self.assertNotEqual(self.token(complaint), token)
        self.assertIn("The customer's link was renewed", self.notes(complaint))
        path = complaint.action_preview_customer()["url"]
        self.start_tour(path, "complaint_portal_preview", login="handler")

    def test_team_and_settings(self):
        """IN-1: the manager gives a team its page; who sets the system up says how long links last."""
        action = self.env.ref("complaint_management.complaint_team_action")
        self.start_tour(
            f"/odoo/action-{action.id}/{self.centre.id}", "complaint_portal_team", login="manager"
        )
        self.env.invalidate_all()
        self.assertEqual(self.centre.web_key, "counter-one")
        self.start_tour("/odoo/settings", "complaint_portal_settings", login="admin")
        self.env.invalidate_all()
        self.assertRecordValues(
            self.company,
            [{"complaint_link_days": 60, "complaint_form_confirm": True, "complaint_progress_days": 3}],
        )
