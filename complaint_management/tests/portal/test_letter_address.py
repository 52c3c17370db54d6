from email.message import EmailMessage

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.case.mail_common import MailGatewayCommon
from odoo.addons.complaint_management.tests.portal.notice_common import TEMPLATE, NoticeCommon


@tagged("post_install", "-at_install")
class TestLetterAddress(MailGatewayCommon, NoticeCommon):
    """IN-10: robots, bounces, no-reply addresses and excluded people never get a letter."""

    def refused(self, complaint):
        """Return why the acknowledgement of a complaint was not sent; False where it was."""
        mails = self.send()
        notice = self.notices(complaint, "received")
        self.assertEqual(bool(mails), notice.state == "sent")
        return notice.reason

    def test_refused(self):
        """Each kind of address that nobody writes to, and why, for whoever looks at the complaint."""
        self.env["mail.blacklist"]._add("enough@example.com")
        employee = self.new_employee(self.stranger, work_email="stranger@work.example.com")
        concerned = {"employee_ids": [Command.set(employee.ids)]}
        for address, reason, vals in (
            ("mailer-daemon@example.com", "robot", {}),
            ("No-Reply@example.com", "robot", {}),
            ("donotreply+123@example.com", "robot", {}),
            ("postmaster@example.com", "robot", {}),
            (self.address, "own", {}),
            (self.foreign_address, "own", {}),
            (self.catchall, "own", {}),
            (f"{self.alias_bounce}@{self.alias_domain}", "robot", {}),
            ("service@company.example.com", "own", {}),
            ("enough@example.com", "blacklisted", {}),
            ("stranger@work.example.com", "excluded", concerned),
            ("noreplyanna@example.com", False, {}),
            ("stranger@work.example.com", False, {}),
        ):
            with self.subTest(address, reason=reason):
                self.assertEqual(self.refused(self.new_written(partner_email=address, **vals)), reason)

    def test_limit_moved(self):
        """TL-7: what a leader grants is told as everything else is, by the same rules."""
        complaint = self.new_written(partner_email="no-reply@example.com")
        complaint._notify_customer("limit:1", f"{TEMPLATE}limit_moved")
        self.assertFalse(self.send())
        self.assertEqual(self.notices(complaint, "limit").reason, "robot")

    def test_by_people_too(self):
        """What machines do not write to, people do not mail either: the same place decides."""
        complaint = self.new_written()
        self.assertEqual(complaint._get_letter_address(), "li.si@example.com")
        self.env["mail.blacklist"]._add("li.si@example.com")
        self.assertFalse(complaint._get_letter_address())
        self.assertIn("li.si@example.com", complaint._get_no_letter_reason())

    # delivery reports

    def report(self, message, address="zhang.san@example.com", action="failed", to=None, **headers):
        """Return a report about a message of ours, as a mail server sends it."""
        mail = EmailMessage()
        mail["From"] = "MAILER-DAEMON@mail.example.com"
        mail["To"] = to or f"{self.alias_bounce}@{self.alias_domain}"
        mail["Subject"] = headers.pop("subject", "Undelivered Mail Returned to Sender")
        type(self).serial += 1
        mail["Message-Id"] = f"<report-{self.serial}@mail.example.com>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(f"<{address}>: host mx.example.com said: 550 no such user")
        status = EmailMessage()
        status["Content-Type"] = "message/delivery-status"
        status.set_payload(
            [
                self.part(Reporting_MTA="dns; mail.example.com"),
                self.part(Final_Recipient=f"rfc822; {address}", Action=action, Status="5.1.1"),
            ]
        )
        original = EmailMessage()
        original["Message-Id"] = message.message_id
        original.set_content("We have received your complaint")
        mail.make_mixed()
        mail.attach(status)
        mail.add_attachment(original)
        mail.set_type("multipart/report")
        mail.set_param("report-type", "delivery-status")
        return mail.as_bytes()

    @staticmethod
    def part(**headers):
        part = EmailMessage()
        for name, value in headers.items():
            part[name.replace("_", "-")] = value
        return part

    def calls(self, complaint):
        return complaint.sudo().activity_ids.filtered(
            lambda activity: "call the customer" in activity.summary
        )

    def new_told(self, **vals):
        """A complaint that was acknowledged, and the letter."""
        complaint = self.new_complaint(**vals)
        self.send()
        return complaint, self.notices(complaint, "received").message_id

    def test_bounced(self):
        """A letter that comes back: nothing more is sent, somebody calls, once, and another address works."""
        complaint, message = self.new_told()
        for _number in range(2):
            self.receive(self.report(message))
        self.assertTrue(complaint.address_bounced)
        self.assertEqual(self.calls(complaint).user_id, self.handler)
        self.assertFalse(complaint._get_letter_address())
        complaint._notify_customer("link:1", f"{TEMPLATE}link")
        self.assertFalse(self.send())
        self.assertEqual(self.notices(complaint, "link").reason, "bounced")
        self.customer.email = "zhang@new.example.com"
        self.assertFalse(complaint.address_bounced)
        complaint._notify_customer("link:2", f"{TEMPLATE}link")
        self.assertEqual(len(self.send()), 1)

    def test_bounced_without_contact(self):
        complaint = self.new_written()
        self.send()
        self.receive(self.report(self.notices(complaint, "received").message_id, "li.si@example.com"))
        self.assertTrue(complaint.address_bounced)
        self.assertEqual(len(self.calls(complaint)), 1)

    def test_bounced_to_the_team(self):
        """Servers that answer the sender instead of the return path say the same."""
        complaint, message = self.new_told()
        self.receive(
            self.compose(
                "MAILER-DAEMON@mail.example.com",
                subject="Undelivered Mail",
                body="<zhang.san@example.com>: no such user",
                In_Reply_To=message.message_id,
                X_Failed_Recipients="zhang.san@example.com",
            )
        )
        self.assertTrue(complaint.address_bounced)
        self.assertEqual(len(self.calls(complaint)), 1)

    def test_no_failure(self):
        """What takes longer, arrived, was read or bounced from somebody else is no failure of theirs."""
        complaint, message = self.new_told()
        for action in ("delayed", "delivered", "relayed"):
            self.receive(self.report(message, action=action))
        with self.mock_mail_gateway():
            to_both = complaint.message_post(
                body="Good news",
                subtype_xmlid="mail.mt_comment",
                partner_ids=(self.customer | self.manager.partner_id).ids,
            )
        self.receive(self.report(to_both, self.manager.partner_id.email))
        self.receive(
            self.report(message).replace(b"message/delivery-status", b"message/disposition-notification")
        )
        self.receive(
            self.compose(
                "MAILER-DAEMON@mail.example.com",
                subject="Warning: message delayed 4 hours",
                body="<zhang.san@example.com>: will keep trying",
                In_Reply_To=message.message_id,
                X_Failed_Recipients="zhang.san@example.com",
            )
        )
        self.assertFalse(complaint.bounced_email)
        self.assertFalse(self.calls(complaint))

    def test_mail_from_it(self):
        """Who writes from the address reads it again."""
        complaint, message = self.new_told()
        self.receive(self.report(message))
        self.receive_reply(complaint, message)
        self.assertFalse(complaint.bounced_email)

    def test_nobody_responsible(self):
        """OR-2: the leader is to call where nobody answers for it; never the employee concerned."""
        complaint, message = self.new_told(user_id=False)
        complaint.employee_ids = self.new_employee(self.leader)
        self.receive(self.report(message))
        self.assertTrue(complaint.bounced_email)
        self.assertFalse(self.calls(complaint))
        other, message = self.new_told(user_id=False)
        self.receive(self.report(message))
        self.assertEqual(self.calls(other).user_id, self.leader)

    # loops

    def test_out_of_office(self):
        """A robot that answers the acknowledgement is not answered, and makes nothing."""
        complaint, message = self.new_told()
        for number in range(5):
            made, _added = self.receive_reply(
                complaint, message, subject=f"Out of office {number}", Auto_Submitted="auto-replied"
            )
            self.assertFalse(made)
        self.assertFalse(self.send())
        self.assertEqual(len(self.notices(complaint, "received")), 1)

    def test_two_machines(self):
        """peers.md 1.2: the acknowledgement that comes to another address of ours makes no complaint."""
        complaint = self.receive(self.compose())
        mail = self.send()
        back = self.compose(
            mail.email_from,
            to=self.other_address,
            subject=mail.subject,
            Auto_Submitted="auto-generated",
            References=mail.references,
        )
        for _round in range(3):
            self.assertFalse(self.receive(back))
        self.assertFalse(self.send())
        self.assertEqual(self.notices(complaint, "received").state, "sent")
