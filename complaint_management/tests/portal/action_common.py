"""What the tests of the customer's acts share: cases in which something is expected of the customer."""

import base64
import io
from unittest.mock import patch

from PIL import Image

from odoo import SUPERUSER_ID

from odoo.addons.complaint_management.tests.portal.common import PortalCommon
from odoo.addons.complaint_management.tests.resolution.common import ResolutionCommon


def picture(width, height):
    """Return a PNG of a size as a data URL."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


SIGNATURE = picture(30, 10)


class ActionCommon(ResolutionCommon):
    """Cases with a proposal or a result, and the complaint as the page opens it for the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.lang = "en_US"
        cls.picture = staticmethod(picture)

    @classmethod
    def as_customer(cls, complaint):
        """Return a complaint as ``_open_for_customer`` hands it to what the customer does."""
        return complaint.with_user(SUPERUSER_ID).with_context(lang="en_US")

    def freeze(self, moment):
        return self.mock_datetime_and_now(moment)

    def new_offered(self, complaint, **vals):
        """Return a solution that the customer was told of, with something that is ours alone."""
        solution = self.new_solution(complaint, **{"offer": "We make it good.", **vals})
        self.env["complaint.remedy"].with_user(self.handler).create(
            {"solution_id": solution.id, "type_id": self.training.id, "description": "Handle with care"}
        )
        solution.action_submit()
        self.offer(solution)
        return solution

    def move(self, complaint, step):
        """Move without a look at what the gate asks for."""
        with self.gates_open():
            complaint.with_user(self.handler).move_to(step)

    def gates_open(self):
        return patch.object(type(self.Complaint), "_check_gates", lambda *args, **kwargs: None)

    def new_reported(self, step="feedback", **vals):
        """Return a complaint whose result was told in a call, in a step."""
        complaint = self.new_complaint(
            **{"nature": "complaint", "founded": "founded", "severity": "normal", **vals}
        )
        self.move(complaint, "feedback")
        complaint.action_report_result("The valve was replaced.", "upheld", "It was stuck.", kind="call")
        if step != "feedback":
            self.move(complaint, step)
        return complaint

    # looking

    def notes(self, complaint):
        return "\n".join(str(message.body) for message in complaint.sudo().message_ids)

    def customer_messages(self, complaint):
        """Return what the customer wrote, the oldest first."""
        return (
            complaint.sudo()
            .message_ids.filtered(
                lambda message: (
                    message.message_type == "comment" and message.author_id == complaint.sudo().partner_id
                )
            )
            .sorted("id")
        )

    def tasks(self, complaint, words):
        return complaint.sudo().activity_ids.filtered(lambda activity: words in (activity.summary or ""))

    def told_people(self, complaint, words):
        """Return who was told of something about a complaint."""
        of_complaint = [("model", "=", complaint._name), ("res_id", "=", complaint.id)]
        messages = self.env["mail.message"].sudo().search([*of_complaint, ("subject", "ilike", words)])
        return messages.notified_partner_ids | messages.partner_ids


class ActionHttpCommon(PortalCommon, ActionCommon):
    """The same, and requests as any customer."""
