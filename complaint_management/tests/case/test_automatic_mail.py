from email import message_from_bytes, policy

from odoo.tests import BaseCase, tagged

from odoo.addons.complaint_management.tools.automatic_mail import AUTO_REPLY, BOUNCE, automatic_kind

from ..common import shared_data


def parse(text):
    return message_from_bytes(text.encode(), policy=policy.SMTP)


@tagged("post_install", "-at_install")
class TestAutomaticMail(BaseCase):
    def kind(self, *headers, sender="Ann <ann@example.com>", subject="Broken"):
        lines = [*headers, f"Subject: {subject}"]
        if sender is not None:
            lines.append(f"From: {sender}")
        return automatic_kind(parse("\n".join(lines) + "\n\nText\n"))

    def test_person(self):
        """Nothing that a person's mail may carry makes it automatic."""
        for headers in (
            [],
            ["Return-Path: <ann@example.com>"],
            ["Auto-Submitted: no"],
            ["X-Autoreply: no"],
            ["Precedence: bulk"],
            ["Original-Recipient: rfc822;complaints@example.com"],
            ["X-Auto-Response-Suppress: OOF"],
            ["Auto-Submitted: auto-generated"],
        ):
            with self.subTest(headers=headers):
                self.assertIsNone(self.kind(*headers))
        for sender in ("Post Master <p.master@example.com>", "Daniel Postmaster <d@example.com>", "", None):
            with self.subTest(sender=sender):
                self.assertIsNone(self.kind(sender=sender))
        for subject in (
            "Your automatic reply is wrong",
            "Re: Out of office",
            "Antwort: Rechnung",
            "自动扣款",
        ):
            with self.subTest(subject=subject):
                self.assertIsNone(self.kind("In-Reply-To: <a@example.com>", subject=subject))

    def test_subject_alone(self):
        """A complaint about out-of-office notices is a complaint."""
        self.assertIsNone(self.kind(subject="Out of office all day, every day"))

    def test_robots(self):
        for sender in (
            "MAILER-DAEMON@example.com (Mail Delivery System)",
            "Mail Delivery Subsystem <mailer-daemon@example.com>",
            "MAILER-DAEMON <>",
            "post_master@example.com",
            "<Postmaster@example.com>",
            "Somebody <>",
        ):
            with self.subTest(sender=sender):
                self.assertEqual(self.kind(sender=sender), BOUNCE)

    def test_bounces(self):
        self.assertEqual(self.kind("Return-Path: <>"), BOUNCE)
        self.assertEqual(self.kind("X-Failed-Recipients: bob@example.com"), BOUNCE)
        for content_type in ("multipart/report; boundary=x", "message/delivery-status"):
            self.assertEqual(self.kind(f"Content-Type: {content_type}"), BOUNCE, content_type)

    def test_auto_replies(self):
        """Vacation notices by standard headers, by those of common programs, and by their subject."""
        for headers in (
            ["Auto-Submitted: auto-replied (vacation)"],
            ["Return-Path: <>", "Auto-Submitted: auto-generated"],
            ["X-Autoreply: yes"],
            ["X-Autorespond: Broken"],
            ["Precedence: auto_reply"],
        ):
            with self.subTest(headers=headers):
                self.assertEqual(self.kind(*headers), AUTO_REPLY)
        for subject in (
            "Automatic reply: Case",
            "Out of Office: Case",
            "Abwesenheitsnotiz: Fall",
            "自动回复: 投诉",
        ):
            with self.subTest(subject=subject):
                self.assertEqual(self.kind("References: <a@example.com>", subject=subject), AUTO_REPLY)
                self.assertEqual(self.kind("Return-Path: <>", subject=subject), AUTO_REPLY)

    def test_forwarded_report(self):
        """Who forwards a delivery report as an attachment complains about it."""
        report = (
            "Content-Type: multipart/report; boundary=r\n\n"
            "--r\nContent-Type: message/delivery-status\n\n--r--\n"
        )
        mail = (
            "From: ann@example.com\nContent-Type: multipart/mixed; boundary=m\n\n--m\n\nIt came back!\n"
            f"--m\nContent-Type: message/rfc822\n\n{report}\n--m--\n"
        )
        self.assertIsNone(automatic_kind(parse(mail)))

    def test_broken_headers(self):
        broken = ["Auto-Submitted: \xff\xfe", "Precedence:", "References: <<>>", "Content-Type: /;;"]
        self.assertIsNone(self.kind(*broken, sender='"=?x?b?///?= a@b', subject="=?gb2312?b?////?="))

    def test_samples(self):
        """Each of 160 delivery reports and automatic replies of real systems is recognised."""
        folder = shared_data("mail", "bounces")
        if not folder:
            self.skipTest("needs ../shared/data/mail/bounces")
        files = sorted(folder.glob("*.eml"))
        self.assertEqual(len(files), 160)
        for file in files:
            with self.subTest(file.name):
                self.assertIn(
                    automatic_kind(message_from_bytes(file.read_bytes(), policy=policy.SMTP)),
                    (BOUNCE, AUTO_REPLY),
                )
