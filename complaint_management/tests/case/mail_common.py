import hashlib
from email.message import EmailMessage

from odoo.tests import RecordCapturer

from ..common import ComplaintCommon

UNSET = object()


class MailGatewayCommon(ComplaintCommon):
    """Three teams with addresses, one of them in the second company, and mail to send to them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in cls.env["res.users"].search([("share", "=", False), ("login", "not like", "@")]):
            user.partner_id.email = f"{user.login}@staff.example.com"
        cls.centre.alias_name = "complaints"
        cls.other_team.alias_name = "branch"
        cls.foreign_team.with_company(cls.company_2).alias_name = "reklamation"
        cls.address = cls.centre.alias_email
        cls.other_address = cls.other_team.alias_email
        cls.foreign_address = cls.foreign_team.alias_email
        cls.catchall = f"{cls.alias_catchall}@{cls.alias_domain}"
        cls.serial = 0

    def compose(
        self, sender=UNSET, to=None, subject="No heating", body="It has been cold for days.", **headers
    ):
        """Return a mail as bytes.

        :param sender: the From header; the customer by default, None for none
        :param to: the To header; the centre's address by default
        :param headers: more headers, with ``_`` for ``-``; a false value leaves a standard one out
        """
        type(self).serial += 1
        message = EmailMessage()
        values = {
            "From": "Zhang San <zhang.san@example.com>" if sender is UNSET else sender,
            "To": to or self.address,
            "Subject": subject,
            "Date": "Fri, 02 Jan 2026 10:00:00 +0000",
            "Message-Id": f"<test-{self.serial}@customer.example.com>",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        for name, value in values.items():
            if value:
                message[name] = value
        message.set_content(body)
        return message.as_bytes()

    @staticmethod
    def incompressible():
        """Return a word of 12,800 characters that no index takes."""
        return "".join(hashlib.sha256(str(number).encode()).hexdigest() for number in range(200))

    def receive(self, raw, user=None, model=None):
        """Hand a mail to the gateway, as the fetching cron does; return the complaints it made.

        What was sent on it is in ``self._new_mails``.
        """
        gateway = self.env["mail.thread"].with_user(user or self.user_root).sudo()
        with self.mock_mail_gateway(), RecordCapturer(self.env["complaint.complaint"].sudo(), []) as capture:
            gateway.message_process(model, raw)
            self.flush_tracking()
        return capture.records

    def receive_reply(self, complaint, message=None, **values):
        """Hand over a reply to a message of a complaint; return what it made and what it added there."""
        message = message or complaint.message_ids[:1]
        known = complaint.message_ids
        made = self.receive(
            self.compose(**{"In_Reply_To": message.message_id, "subject": "Re: heating", **values})
        )
        complaint.invalidate_recordset(["message_ids"])
        return made, complaint.message_ids - known

    def new_case(self, **vals):
        """A complaint of the customer on which the handler has written to them."""
        complaint = self.new_complaint(**vals)
        with self.mock_mail_gateway():
            self.answer = complaint.message_post(
                body="We look into it.", partner_ids=complaint.partner_id.ids, subtype_xmlid="mail.mt_comment"
            )
        return complaint.with_user(self.user_root).sudo()
