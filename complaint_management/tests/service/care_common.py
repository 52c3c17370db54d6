"""What the tests of care and watch share: a plan, readings, orders that were received and handed over."""

from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from odoo.tests import freeze_time

from odoo.addons.complaint_management.tests.service.common import ServiceCommon


class CareCommon(ServiceCommon):
    """The car counts kilometres; no plan and no legal limit of the database interferes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Plan = cls.env["complaint.service.plan"]
        cls.Due = cls.env["complaint.asset.due"]
        cls.Reminder = cls.env["complaint.asset.reminder"]
        cls.Request = cls.env["complaint.asset.due.request"]
        cls.Watch = cls.env["complaint.service.watch"]
        cls.Warning = cls.env["complaint.asset.warning"]
        cls.company.resource_calendar_id.tz = "UTC"
        cls.vehicles = cls.env["complaint.asset.kind"].create({"name": "Test vehicle", "usage_unit": "km"})
        cls.car.write({"kind_id": cls.vehicles.id})
        cls.Plan.search([]).active = False
        cls.Watch.search([]).active = False
        cls.Request.search([]).unlink()
        cls.Due.search([]).unlink()

    @classmethod
    def new_plan(cls, **vals):
        """Create a plan: every twelve months, reminders 30 and 7 days before and on the day."""
        return cls.Plan.create(
            {
                "name": "Yearly service",
                "type_id": cls.regular.id,
                "kind_id": cls.vehicles.id,
                "every_months": 12,
                **vals,
            }
        )

    def refresh(self, batch=500):
        """Count anew what plans have asked for, as the cron does."""
        while self.Request._run_next(batch)[1]:
            continue

    def due(self, asset=None, plan=None):
        """Return what is due to an object (the car)."""
        domain = [("asset_id", "=", (asset or self.car).id), ("state", "!=", "off")]
        return self.Due.search(domain + ([("plan_id", "=", plan.id)] if plan else []))

    def read_off(self, day, value, asset=None, **vals):
        """Enter a reading."""
        return self.env["complaint.asset.reading"].create(
            {"asset_id": (asset or self.car).id, "date": f"{day} 10:00:00", "value": value, **vals}
        )

    def new_received(self, moment, **vals):
        """Create an order that was received at a moment."""
        with freeze_time(f"{moment}:00"):
            order = self.new_order(
                user=self.env.user, user_id=self.advisor.id, scheduled_start=moment + ":00", **vals
            )
            order.received_at = f"{moment}:00"
        self.assertEqual(order.received_at, datetime.fromisoformat(moment))
        return order.with_user(self.env.user)

    @contextmanager
    def no_gate(self):
        """What the steps ask for is no subject here."""
        Order = self.env.registry["complaint.service.order"]
        with patch.object(Order, "_get_missing", lambda *_args, **_kwargs: []):
            yield

    def advance(self, order, step):
        """Bring an order to a step, whatever it lacks."""
        with self.no_gate():
            order.sudo().move_to(step)

    def reopen(self, order):
        """Take up an ended order again."""
        with self.no_gate():
            order.sudo().action_reopen("Once more.")

    def finish(self, order):
        """Hand an order over, now, and close it."""
        self.advance(order, "handover")
        order.sudo()._hand_over("Zhang San", False, unsigned_reason="By post.")
        self.advance(order, "closed")
