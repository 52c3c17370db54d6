import time
from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.tests import tagged

from odoo.addons.complaint_management.models.portal.form_guard import SECONDS_TO_FILL, TRAP
from odoo.addons.complaint_management.tests.service.service_portal_common import ServicePortalCommon

SLOTS = "odoo.addons.complaint_management.models.service.service_slots.ComplaintServiceOrder._get_free_slots"


@tagged("post_install", "-at_install")
class TestServiceRequest(ServicePortalCommon):
    """SV-7: a customer with an account asks for an appointment."""

    def setUp(self):
        super().setUp()
        self.slot = self.soon.replace(minute=0, second=0)
        patcher = patch(SLOTS, lambda *args: [self.slot, self.slot + timedelta(days=1)])
        patcher.start()
        self.addCleanup(patcher.stop)

    def form_token(self):
        """Return the token of a form that was opened a while ago."""
        guard = self.env["complaint.complaint"]
        nonce = guard._get_form_token().split(".")[0]
        moment = str(int(time.time()) - SECONDS_TO_FILL - 1)
        return f"{nonce}.{moment}.{guard._sign_form(nonce, moment)}"

    def filled(self, **values):
        return {
            "type": str(self.repair.id),
            "object": str(self.van.id),
            "words": "It squeals.",
            "slot": fields.Datetime.to_string(self.slot),
            "form_token": self.form_token(),
            **values,
        }

    def ask(self, user=None, **values):
        return self.post("/my/service/new", self.filled(**values), user or self.owner_user)

    def asked(self, **values):
        """Ask, and return the order."""
        before = self.Order.search([], order="id desc", limit=1)
        response = self.ask(**values)
        self.assertEqual(response.status_code, 303, self.errors(response))
        self.env.invalidate_all()
        order = self.Order.search([("id", ">", before.id or 0)])
        self.assertEqual(len(order), 1)
        self.assertIn(f"/my/service/{order.id}?done=asked", response.headers["Location"])
        return order.sudo()

    @staticmethod
    def errors(response):
        nodes = html.fromstring(response.content.decode()).xpath("//*[@id='complaint_errors']")
        return " ".join(nodes[0].text_content().split()) if nodes else ""

    def refused(self, reason, status=422, **values):
        before = self.Order.search_count([])
        response = self.ask(**values)
        self.assertEqual(response.status_code, status)
        self.assertIn(reason, self.errors(response))
        self.assertEqual(self.Order.search_count([]), before)
        return response

    def test_page(self):
        """What can be asked for, then the free times for it; looking stores nothing."""
        self.consultation.customer_bookable = False
        self.log_in(self.owner_user)
        with self.assertNothingStored():
            text = self.get("/my/service/new", self.owner_user).text
            chosen = self.get(f"/my/service/new?type={self.repair.id}", self.owner_user).text
        self.assertIn(self.repair.name, text)
        self.assertNotIn(self.consultation.name, text)
        self.assertNotIn("form_token", text)
        self.assertIn("Delivery van", chosen)
        self.assertIn(f'value="{fields.Datetime.to_string(self.slot)}"', chosen)
        self.assertEqual(self.get("/my/service/new").status_code, 303)
        self.assertEqual(self.get("/my/service/new", self.advisor).status_code, 303)
        for odd in ("type=x&day=2026-99-99&object=-1", "type=999999999&slot=x&words=%00"):
            self.assertEqual(self.get(f"/my/service/new?{odd}", self.owner_user).status_code, 200)

    def groups(self, **typed):
        """Return what is offered, as ``{name of the group: names}``."""
        orders = self.Order.with_user(self.owner_user)
        typed = self.Order._get_request_typed({key: str(value) for key, value in typed.items()})
        page = orders._get_request_page(self.company, typed)
        return page, {group["name"]: [kind["name"] for kind in group["types"]] for group in page["groups"]}

    def test_trades(self):
        """SV-7: the owner of a car is not offered a facial."""
        self.env["complaint.service.type"].search([]).customer_bookable = False
        salon = self.workshop.copy({"name": "Salon"})
        Type = self.env["complaint.service.type"]
        common = {"company_id": self.company.id}
        facial = Type.create({"name": "Facial", "team_id": salon.id, "asks_asset": False, **common})
        laser = Type.create({"name": "Laser check", "team_id": salon.id, **common})
        brakes = Type.create({"name": "Brakes", "team_id": self.workshop.id, **common})
        advice = Type.create({"name": "Advice", "asks_asset": False, **common})
        everything = {
            "Salon": [facial.name, laser.name],
            self.workshop.name: [brakes.name],
            "Other services": [advice.name],
        }
        page, groups = self.groups()
        self.assertEqual(groups, everything)
        self.assertFalse(page["about"] or page["more"])
        # Nobody has had it here: what is about no object does not fit, and no team is known.
        page, groups = self.groups(object=self.van.id)
        self.assertEqual(
            groups, {"Salon": ["Laser check"], self.workshop.name: ["Brakes"], "Other services": ["Advice"]}
        )
        # Whoever has had it looks after it.
        self.new_order_of(self.owner, team_id=self.workshop.id)
        page, groups = self.groups(object=self.van.id)
        self.assertEqual(groups, {self.workshop.name: ["Brakes"], "Other services": ["Advice"]})
        self.assertIn("Delivery van", page["about"])
        self.assertTrue(page["more"])
        # What was chosen nevertheless is shown.
        _page, groups = self.groups(object=self.van.id, type=facial.id)
        self.assertEqual(groups["Salon"], ["Facial"])
        # An object of somebody else, or none: everything.
        _page, groups = self.groups(object=self.car.id)
        self.assertEqual(groups, everything)
        text = self.get(f"/my/service/new?object={self.van.id}", self.owner_user).text
        self.assertIn("Show all services", text)
        self.assertNotIn("Facial", text)

    def test_one_trade(self):
        """Where there is nothing to tell apart there are no headings."""
        self.env["complaint.service.type"].search([]).customer_bookable = False
        self.repair.write(
            {"customer_bookable": True, "company_id": self.company.id, "team_id": self.workshop}
        )
        self.assertEqual(self.groups()[1], {False: [self.repair.name]})

    def test_ask(self):
        """SV-7: an order of the customer's own object at the chosen time, and somebody has to confirm it."""
        self.bookable()
        order = self.asked()
        self.assertRecordValues(
            order,
            [
                {
                    "name": "It squeals.",
                    "partner_id": self.owner.id,
                    "asset_id": self.van.id,
                    "type_id": self.repair.id,
                    "team_id": self.workshop.id,
                    "scheduled_start": self.slot,
                    "step": "appointment",
                    "asked_online": True,
                    "appointment_asked": True,
                    "user_id": False,
                }
            ],
        )
        self.assertEqual(order.create_uid, self.env.ref("base.user_root"))
        self.assertEqual(self.tasks(order, "Confirm").user_id, self.workshop_manager)
        self.assertEqual(self.events(order), ["received"])
        page = self.get(f"/my/service/{order.id}", self.owner_user).text
        self.assertIn("We check the time that you chose", page)
        self.send()
        order.with_user(self.advisor).action_confirm_appointment()
        self.assertFalse(order.appointment_asked)
        self.assertIn("your appointment", self.send().subject)
        self.assertRefuses(
            "no appointment to confirm", order.with_user(self.advisor).action_confirm_appointment
        )

    def test_moved_instead(self):
        """Another time than the chosen one is a confirmation, told once."""
        order = self.asked()
        self.send()
        order.with_user(self.workshop_manager).scheduled_start = self.slot + timedelta(hours=3)
        self.assertEqual(self.events(order), ["received", "confirmed:0"])
        mail = self.send()
        self.assertEqual(len(mail), 1)
        self.assertIn(order._tell_moment(self.slot + timedelta(hours=3)), mail.body_html)

    def test_without_a_time(self):
        """Who finds no time is called; the customer is not told of an appointment."""
        order = self.asked(slot="")
        self.assertFalse(order.scheduled_start or order.appointment_asked)
        self.assertTrue(self.tasks(order, "Agree on an appointment"))
        self.assertEqual(self.kinds(order), ["received"])

    def test_new_object(self):
        """Something that is not known yet becomes an object of the customer."""
        order = self.asked(object="", object_name="Family tent")
        self.assertRecordValues(
            order.asset_id,
            [{"name": "Family tent", "partner_id": self.owner.id, "company_id": self.company.id}],
        )

    def test_refused(self):
        """What is missing or not the customer's is refused, with what was typed."""
        self.refused("Choose what is to be done", type="")
        self.refused("Say what it is about", object="")
        self.refused("Choose one of your objects", object=str(self.car.id))
        self.refused("Write what is wrong", words=" ")
        self.refused("not free any more", slot="2020-01-01 08:00:00")
        self.refused("not free any more", slot="nonsense")
        self.refused("too long", words="x" * 5001)
        self.refused("open for too long", form_token="x")
        self.refused("people do not see", **{TRAP: "x"})
        response = self.refused("Say what it is about", object="", words="It squeals loudly.")
        self.assertIn("It squeals loudly.", response.text)
        self.repair.customer_bookable = False
        self.refused("Choose what is to be done")

    def test_forged(self):
        response = self.post("/my/service/new", self.filled(), self.owner_user, csrf=False)
        self.assertEqual(response.status_code, 400)

    def test_twice(self):
        """The same form sent again, after a double click or a reload, is one order."""
        token = self.form_token()
        order = self.asked(form_token=token)
        before = self.Order.search_count([])
        response = self.ask(form_token=token)
        self.assertIn(f"/my/service/{order.id}", response.headers["Location"])
        self.assertEqual(self.Order.search_count([]), before)

    def test_limit(self):
        """Who asks again and again is asked to wait; complaints are counted by themselves."""
        self.company.complaint_form_per_contact = 1
        self.asked()
        response = self.refused("Many requests", status=429)
        self.assertTrue(response.headers["Retry-After"])

    def test_shut(self):
        """Where the company does not want it there is no form and no button."""
        self.company.complaint_service_request_open = False
        self.env.flush_all()
        self.assertEqual(self.get("/my/service/new", self.owner_user).status_code, 404)
        before = self.Order.search_count([])
        self.assertEqual(self.ask().status_code, 404)
        self.assertEqual(self.Order.search_count([]), before)
        self.assertNotIn("/my/service/new", self.get("/my/service", self.owner_user).text)

    def test_only_the_page(self):
        """Nobody says in the customer's name that a time was asked for."""
        order = self.new_order_of(self.owner)
        self.assertRefuses(
            "Confirm the appointment", order.with_user(self.advisor).write, {"appointment_asked": True}
        )


@tagged("post_install", "-at_install")
class TestServiceSlots(ServicePortalCommon):
    """SV-7: the free times are those of the technicians."""

    def test_free_times(self):
        """A time is free until somebody has asked for it."""
        self.bookable()
        self.other_technician.complaint_technician = False
        self.company.complaint_service_lead_hours = 0
        page = self.Order.sudo()._get_request_page(
            self.company, self.Order._get_request_typed({"type": str(self.repair.id)})
        )
        times = [time["value"] for day in page["days"] for time in day["times"]]
        self.assertTrue(times)
        self.Order.sudo().create(
            {
                "name": "Taken",
                "partner_id": self.other.id,
                "type_id": self.repair.id,
                "team_id": self.workshop.id,
                "scheduled_start": times[0],
                "appointment_asked": True,
            }
        )
        page = self.Order.sudo()._get_request_page(
            self.company, self.Order._get_request_typed({"type": str(self.repair.id)})
        )
        left = [time["value"] for day in page["days"] for time in day["times"]]
        self.assertNotIn(times[0], left)
