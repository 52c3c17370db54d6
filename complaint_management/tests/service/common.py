"""What the tests of service orders share: a workshop with its people, a vehicle, services and products."""

from datetime import datetime

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.common import ComplaintCommon, new_users

SERVICE_GROUP = "complaint_management.group_service_"
#: A Monday in working hours of the standard calendar.
APPOINTMENT = datetime(2026, 3, 2, 8, 0)


def _of_role(role, login=None):
    login = login or role
    return {"login": login, "name": login.replace("_", " ").title(), "groups": f"{SERVICE_GROUP}{role}"}


class ServiceCommon(ComplaintCommon):
    """A workshop: ``advisor`` takes orders in, ``technician`` works on them, ``workshop_manager`` sees all.

    ``other_advisor`` and ``other_technician`` belong to another team of the same company.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Order = cls.env["complaint.service.order"]
        cls.Asset = cls.env["complaint.asset"]
        (
            cls.advisor,
            cls.other_advisor,
            cls.workshop_manager,
            cls.technician_user,
            cls.other_technician_user,
        ) = new_users(
            cls.env,
            _of_role("advisor"),
            _of_role("advisor", "other_advisor"),
            _of_role("manager", "workshop_manager"),
            _of_role("technician"),
            _of_role("technician", "other_technician"),
        )
        cls.technician, cls.other_technician = (
            cls.new_employee(user, complaint_technician=True)
            for user in (cls.technician_user, cls.other_technician_user)
        )
        cls.workshop, cls.other_workshop = cls.env["complaint.team"].create(
            [
                {
                    "name": "Workshop",
                    "service": True,
                    "leader_id": cls.workshop_manager.id,
                    "member_ids": [Command.set((cls.advisor | cls.technician_user).ids)],
                },
                {
                    "name": "Other workshop",
                    "service": True,
                    "sequence": 20,
                    "member_ids": [Command.set((cls.other_advisor | cls.other_technician_user).ids)],
                },
            ]
        )
        ref = cls.env.ref
        cls.repair, cls.regular, cls.consultation, cls.rescue = (
            ref(f"complaint_management.complaint_service_type_{name}")
            for name in ("repair", "preventive", "consultation", "roadside")
        )
        cls.brakes, cls.engine = cls.env["complaint.service.fault"].create(
            [{"name": "Brakes squeal", "safety": True}, {"name": "Engine stalls"}]
        )
        cls.labour, cls.part = cls.env["product.product"].create(
            [
                {
                    "name": "Mechanic's hour",
                    "type": "service",
                    "list_price": 80,
                    "standard_price": 35,
                    "uom_id": ref("uom.product_uom_hour").id,
                    "taxes_id": [Command.clear()],
                },
                {
                    "name": "Brake pad",
                    "type": "consu",
                    "list_price": 50,
                    "standard_price": 20,
                    "taxes_id": [Command.clear()],
                },
            ]
        )
        cls.car = cls.new_asset()

    @classmethod
    def new_service_user(cls, role, login=None):
        """Create a user of the service: technician, advisor or manager."""
        return new_users(cls.env, _of_role(role, login))

    @classmethod
    def new_asset(cls, **vals):
        """Create an object of the customer; the first one bears the number SN-4711, the next SN-4712."""
        family = cls.Asset.with_context(active_test=False).search_count([("model", "=", "Family car")])
        serial = f"SN-{4711 + family}"
        return cls.Asset.create(
            {"model": "Family car", "serial": serial, "partner_id": cls.customer.id, **vals}
        )

    @classmethod
    def new_order(cls, user=None, **vals):
        """Create an order that has all that the appointment asks for, as a user (the advisor by default)."""
        values = {
            "name": "The brakes squeal",
            "partner_id": cls.customer.id,
            "description": "They squeal in the morning.",
            "asset_id": cls.car.id,
            "type_id": cls.repair.id,
            "team_id": cls.workshop.id,
            "scheduled_start": APPOINTMENT,
            "technician_ids": [Command.set(cls.technician.ids)],
            # Most tests do not mind that their orders are all planned for the same hour.
            "allow_overlap": True,
            # What is charged is the subject of few tests.
            "nothing_charged": True,
            **vals,
        }
        # Advisors do not read complaints: others make an order of one.
        complaint_id = values.pop("complaint_id", False)
        order = cls.Order.with_user(user or cls.advisor).create(values)
        if complaint_id:
            order.sudo().complaint_id = complaint_id
        return order

    def assertRefuses(self, words, act, *args, **kwargs):
        """Check that an act is refused with a message that holds some words; nothing of it stays."""
        # Not assertRaisesRegex: only this one takes back what was written before the refusal.
        with self.assertRaises(UserError) as caught:
            act(*args, **kwargs)
        self.assertIn(words, str(caught.exception))

    def assertBreaks(self, words, records, method, *args):
        """Check that an act breaks a constraint of the database whose message holds some words."""
        with self.assertRaises(IntegrityError) as caught, mute_logger("odoo.sql_db"):
            getattr(records, method)(*args)
            self.env.flush_all()
        # What people read instead.
        self.assertIn(words, records._sql_error_to_message(caught.exception))
