from datetime import timedelta

from odoo import fields

from odoo.addons.complaint_management.tests.common import ComplaintCommon

TEMPLATE = "complaint_management.mail_template_"


class NoticeCommon(ComplaintCommon):
    """Complaints whose complainants are written to by machine, and what they get."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Notice = cls.env["complaint.notice"]
        cls.customer.lang = "en_US"
        cls.company.email = "service@company.example.com"
        # What other tests' data planned is none of ours.
        cls.Notice.search([]).unlink()

    def notices(self, complaint, kind=None):
        """Return what was planned for a complaint, the oldest first."""
        found = self.Notice.search([("complaint_id", "=", complaint.id)], order="id")
        return found.filtered(lambda notice: kind in (None, notice._get_kind()))

    def send(self, after=None):
        """Be the cron, so much later; return the mails that were made."""
        moment = fields.Datetime.now() + (after or timedelta())
        with self.mock_datetime_and_now(moment), self.mock_mail_gateway():
            self.send_notices()
        return self._new_mails

    def new_written(self, **vals):
        """A complaint of somebody who is no contact and has an e-mail address."""
        values = {"partner_id": False, "partner_name": "Li Si", "partner_email": "li.si@example.com"}
        return self.new_complaint(**{**values, **vals})

    def new_stage_mail(self, step="triage", **vals):
        """Let the stage of a step write to complainants; return the template."""
        template = self.env["mail.template"].create(
            {
                "name": "Stage",
                "model_id": self.env["ir.model"]._get_id("complaint.complaint"),
                "subject": "{{ object.number }}: we look at it",
                "body_html": "<p>We look at it.</p>",
                **vals,
            }
        )
        Stage = self.env["complaint.stage"]
        Stage.browse(Stage._first_of_step(step, False)).mail_template_id = template
        return template
