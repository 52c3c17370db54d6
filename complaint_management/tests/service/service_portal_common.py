"""What the tests of the customer's side of service orders share: orders of portal users in each state."""

import re
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo import SUPERUSER_ID, fields
from odoo.fields import Command

from odoo.addons.complaint_management.tests.portal.action_common import SIGNATURE
from odoo.addons.complaint_management.tests.portal.common import PortalCommon
from odoo.addons.complaint_management.tests.service.common import ServiceCommon

TEMPLATE = "complaint_management.mail_template_service_"


class NoticesCommon(ServiceCommon):
    """Orders whose customers are written to by machine, and what they get."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Notice = cls.env["complaint.service.notice"]
        cls.customer.lang = "en_US"
        cls.company.email = "service@company.example.com"
        cls.now = fields.Datetime.now().replace(microsecond=0)
        cls.soon = cls.now + timedelta(days=3)

    def events(self, order, state=None):
        """Return the events of the letters that were planned for an order, the oldest first."""
        found = self.Notice.search([("order_id", "=", order.id)], order="id")
        return found.filtered(lambda notice: state in (None, notice.state)).mapped("event")

    def kinds(self, order):
        return [event.partition(":")[0] for event in self.events(order)]

    def send(self, after=None):
        """Be the cron, so much later; return the mails that were made."""
        moment = fields.Datetime.now() + (after or timedelta())
        with self.mock_datetime_and_now(moment), self.mock_mail_gateway():
            self.Notice._run_due(1000)
        return self._new_mails

    @contextmanager
    def gates_open(self):
        """Move without a look at what the gates ask for."""
        with patch.object(type(self.Order), "_check_gates", lambda *args, **kwargs: None):
            yield

    def move(self, order, step):
        with self.gates_open():
            order.sudo().move_to(step)

    def offer(self, order):
        """Offer a quotation of one part and one hour, as the advisor."""
        order.with_user(self.advisor).write({"nothing_charged": False})
        lines = self.env["complaint.service.line"].with_user(self.advisor)
        lines.create({"order_id": order.id, "kind": "part", "product_id": self.part.id, "quantity": 2})
        lines.create({"order_id": order.id, "kind": "labour", "product_id": self.labour.id, "quantity": 1})
        self.move(order, "quotation")
        order.with_user(self.advisor).action_offer_quotation()

    @staticmethod
    def milestone(order, name):
        return order.sudo().deadline_ids.filtered(lambda deadline: deadline.milestone == name)


class ServicePortalCommon(NoticesCommon, PortalCommon):
    """Orders of ``owner``, who has an account, and requests as any of the users of the base class."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signature = SIGNATURE
        cls.van = cls.new_asset(partner_id=cls.owner.id, model="Delivery van")
        cls.company.write({"complaint_form_per_address": 0, "complaint_form_per_contact": 0})

    @classmethod
    def new_order_of(cls, partner, **vals):
        """Create an order of a customer, with an appointment to come."""
        own = {"partner_id": partner.id, "asset_id": cls.van.id, "scheduled_start": cls.soon, **vals}
        return cls.new_order(**own).sudo()

    @classmethod
    def as_customer(cls, order):
        """Return an order as ``_open_for_customer`` hands it to what the customer does."""
        return order.with_user(SUPERUSER_ID).with_context(lang="en_US")

    def new_offered(self, partner, **vals):
        order = self.new_order_of(partner, **vals)
        self.offer(order)
        return order.sudo()

    def new_ready(self, partner, **vals):
        """Return an order whose quotation was agreed to, and that waits for the hand-over."""
        order = self.new_offered(partner, **vals)
        order._agree("phone", "Customer Owner")
        self.env["complaint.service.check"].create(
            {"order_id": order.id, "name": "Brakes tested", "passed": "yes"}
        )
        self.move(order, "handover")
        return order

    def version(self, order):
        return order._get_quotation()["version"]

    def tasks(self, order, words=""):
        return order.sudo().activity_ids.filtered(lambda activity: words in (activity.summary or ""))

    def letter_link(self, order):
        """Return the path in the letter to the customer, with its token."""
        mails = self.send().filtered(lambda mail: mail.res_id == order.id)
        found = re.search(r'href="([^"]*/my/service/[^"]*)"', mails[-1:].body_html)
        link = urlsplit(found[1].replace("&amp;", "&"))
        self.assertIn("access_token", link.query)
        return f"{link.path}?{link.query}"

    def bookable(self):
        """Let customers of this test ask for anything the workshop does."""
        (self.repair | self.regular).company_id = self.company
        (self.repair | self.regular).team_id = self.workshop
        self.workshop.member_ids = [Command.link(self.technician_user.id)]
