"""What the tests of work and quality share: services that ask for the work and its check alone."""

from datetime import datetime
from io import BytesIO

from PIL import Image

from odoo.fields import Command

from .common import ServiceCommon

#: A Monday, in working hours.
NOW = "2026-03-02 08:00:00"


def moment(hour, minute=0, day=2):
    """Return a moment of March 2026, in UTC."""
    return datetime(2026, 3, day, hour, minute)


def picture():
    """Return the content of a small picture."""
    content = BytesIO()
    Image.new("RGB", (4, 4), "red").save(content, "PNG")
    return content.getvalue()


class WorkCommon(ServiceCommon):
    """``job`` asks for the work and a check of two points, ``quick`` for the work alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        asks_nothing = dict.fromkeys(
            ("asks_asset", "asks_reception", "asks_diagnosis", "asks_signature", "asks_quotation"), False
        )
        cls.job, cls.quick = cls.env["complaint.service.type"].create(
            [
                {
                    **asks_nothing,
                    "name": "Wheels",
                    "duration": 2,
                    "check_ids": [
                        Command.create({"name": "Wheel nuts tightened", "sequence": 1}),
                        Command.create({"name": "Tyres looked at", "sequence": 2}),
                    ],
                },
                {**asks_nothing, "name": "Wash", "kind": "care", "asks_quality": False, "duration": 1},
            ]
        )
        # Nothing here is about the customer's agreement to what it costs.
        cls.company.complaint_service_agree_limit = 100_000
        cls.nuts, cls.tyres = cls.job.check_ids
        cls.Worklog = cls.env["complaint.service.worklog"]

    @classmethod
    def new_job(cls, user=None, **vals):
        """Create an order of the job that lacks nothing for the work."""
        return cls.new_order(user, **{"type_id": cls.job.id, "asset_id": False, **vals})

    @classmethod
    def new_job_in(cls, step, **vals):
        """Create an order of the job that stands in the work, or in its check."""
        order = cls.new_job(**{"work_note": "New wheels.", **vals})
        order.move_to(step)
        return order

    @classmethod
    def log(cls, order, start, stop, employee=None, user=None, **vals):
        """Enter work on an order, as a user (the advisor by default)."""
        return cls.Worklog.with_user(user or cls.advisor).create(
            {
                "order_id": order.id,
                "employee_id": (employee or cls.technician).id,
                "start": start,
                "stop": stop,
                **vals,
            }
        )

    def as_technician(self, records):
        return records.with_user(self.technician_user)
