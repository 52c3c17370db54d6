from datetime import timedelta

from odoo import fields

from ..case.common import CaseCommon
from ..case.mail_common import MailGatewayCommon


class ReplyCommon(MailGatewayCommon, CaseCommon):
    """Complaints of a customer to whom the handler has written, and what they write back."""

    def new_answered(self, step="new", **vals):
        """Create a complaint in some step; ``self.answer`` is what the handler wrote to the customer."""
        complaint = self.new_whole(partner_id=self.customer.id, team_id=self.centre.id, **vals)
        with self.mock_mail_gateway():
            self.answer = complaint.message_post(
                body="We look into it.", partner_ids=self.customer.ids, subtype_xmlid="mail.mt_comment"
            )
            if step == "cancelled":
                complaint.action_cancel("Withdrawn by the customer")
            elif step == "rejected":
                complaint.action_reject("Nothing was wrong")
            elif step != "new":
                complaint.move_to(step)
            self.flush_tracking()
        return complaint.with_user(self.user_root).sudo()

    @staticmethod
    def age(complaint, days):
        """Let the end of a complaint be so many days ago."""
        complaint.closed_at = fields.Datetime.now() - timedelta(days=days)
        complaint.flush_recordset()

    def reply(self, complaint, body="It is broken again.\nCome soon.", **values):
        """Hand over a reply of the customer; return what it made and what was added to the complaint."""
        return self.receive_reply(complaint, self.answer, body=body, **values)

    def assert_added(self, complaint, added, *lines):
        """Check that one mail was added and, beside it, exactly the notes that begin like this."""
        mails = added.filtered(lambda message: message.message_type == "email")
        self.assertEqual(len(mails), 1)
        said = [
            str(note.body)
            for note in (added - mails).sorted("id")
            if note.body and not note.tracking_value_ids
        ]
        self.assertEqual(len(said), len(lines), said)
        for body, line in zip(said, lines, strict=True):
            self.assertIn(line, body)
        return mails

    def todos(self, complaint):
        """Return the to-dos that somebody has because the complainant wrote."""
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", complaint._name),
                    ("res_id", "=", complaint.id),
                    (
                        "activity_type_id",
                        "=",
                        self.env.ref("complaint_management.mail_activity_type_customer_wrote").id,
                    ),
                ]
            )
        )
