"""What the tests of reception, diagnosis, loaners and hand-over share."""

import base64
import io

from PIL import Image

from odoo.fields import Command

from odoo.addons.complaint_management.tests.service.common import ServiceCommon


def picture(kind="PNG", size=(8, 8), colour=(200, 30, 30)):
    """Return a picture as bytes."""
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, kind)
    return content.getvalue()


SIGNATURE = base64.b64encode(picture())


class ReceptionCommon(ServiceCommon):
    """A car on which kilometres are counted, and the ways of an order up to some step."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vehicle_kind = cls.env["complaint.asset.kind"].create(
            {"name": "Test vehicle", "usage_unit": "km"}
        )
        cls.car.kind_id = cls.vehicle_kind

    @classmethod
    def receive(cls, order, **vals):
        """Fill the reception sheet in and receive the order."""
        order.action_receive_now()
        order.write({"condition": "A scratch on the left door", "usage_in": 12000, **vals})
        return order

    @classmethod
    def bring_to(cls, order, step):
        """Put an order into a step without going the way there; gates are tested elsewhere."""
        stage = cls.env["complaint.service.stage"].sudo().search([("step", "=", step)], limit=1)
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE complaint_service_order SET stage_id = %s, step = %s WHERE id = %s",
            [stage.id, step, order.id],
        )
        cls.env.invalidate_all()
        return order

    @classmethod
    def new_photo(cls, user=None, name="front.png", content=None, **vals):
        values = {"name": name, "raw": picture() if content is None else content, **vals}
        return cls.env["ir.attachment"].with_user(user or cls.advisor).create(values)

    def limits(self, order):
        """Return the clocks of an order that were reached, with their moments, by milestone."""
        clocks = order.sudo().deadline_ids.filtered(lambda clock: clock.reached_at)
        return {clock.milestone: clock.reached_at for clock in clocks}

    def excluded_from(self, user):
        """Return an order of a complaint about the employee of a user."""
        complaint = self.new_complaint(employee_ids=[Command.set(self.new_employee(user).ids)])
        return self.new_order(complaint_id=complaint.id)
