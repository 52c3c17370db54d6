"""Real mail through the gateway: delivery reports, replies of many programs, broken and hostile messages."""

from email import message_from_bytes
from unittest import SkipTest

from odoo.tests import tagged
from odoo.tools import email_normalize

from odoo.addons.complaint_management.tools.automatic_mail import is_unread_address

from ..common import shared_data
from .mail_common import MailGatewayCommon

#: Messages among the samples that machines wrote.
AUTOMATIC = {
    "mime_emails__raw_email_with_mimepart_without_content_type.eml",
    "multipart_report_emails__multi_address_bounce1.eml",
    "multipart_report_emails__multi_address_bounce2.eml",
    "multipart_report_emails__multipart_report_multiple_status.eml",
    "multipart_report_emails__report_422.eml",
    "multipart_report_emails__report_530.eml",
}
#: What the messages say: (subject, beginning or part of the text), taken from the files with iconv.
READS = {
    "multi_charset__japanese.eml": ("まみむめも", "かきくえこ"),
    "multi_charset__japanese_iso_2022.eml": ("まみむめも", "すみません。"),
    "multi_charset__japanese_shift_jis.eml": ("test", "このメールはテスト用のメールです。"),
    "multi_charset__ks_c_5601-1987.eml": ("test", "스티해"),
    "plain_emails__raw_email.eml": ("NOTE: 한국말로 하는 것", "제 이름은 Jamis입니다."),
    "plain_emails__raw_email_with_partially_quoted_subject.eml": (
        'Re: Test: "漢字" mid "漢字" tail',
        "대부분의",
    ),
    "plain_emails__raw_email5.eml": ("Test test. Hi. Waving. m", "Envoyé par le service de messagerie"),
    "plain_emails__raw_email10.eml": ("Test test. Hi. Waving. m", "texte de Bell Mobilité."),
    "plain_emails__raw_email_bad_time.eml": ("[0]: XXXXXXX XXXXX XXXXX !", "MailScanner"),
    "plain_emails__raw_email_incorrect_header.eml": (
        "Stop adware/spyware once and for all.",
        "You are infected with",
    ),
    "error_emails__invalid_subject_characters.eml": (
        "Formação FrenetikPolis: Mega Campanha Final Verão | Cursos de Setembro",
        "TEST",
    ),
    "error_emails__content_transfer_encoding_with_semi_colon.eml": ("Attention", "at a 3.45% Fixed Rate."),
    "error_emails__content_transfer_encoding_7-bit.eml": (
        "Discover(R) Card News Online - January 2002",
        "DISCOVERÆ CARD",
    ),
    "mime_emails__raw_email_with_illegal_boundary.eml": ("Testing outlook", "This is an outlook test"),
    "attachment_emails__attachment_with_quoted_filename.eml": ("Eelanalüüsi päring", ""),
    "rfc6532__utf8_headers.eml": ("Säying Hello", "body"),
    "rfc2822__example13.eml": ("Saying Hello", 'So, "Hello".'),
    "rfc2822__example14.eml": ("Re: TEST テストテスト", "Hello"),
    "test_files__all-special-chars.eml": ("Testovácí email", "íářčšáíéřášč"),
    "test_files__quoted_printable.eml": ("Český test", "Tohle je test českých písmen odeslaných z gmailu."),
    "test_files__utf-nondecodable.eml": ("Fwd: Cyklozaměstnavatel - změna vyhodnocení", "prosazuje lepší"),
    "android.eml": ("Re: Test", "02.04.2012 14:20 пользователь"),
}
#: Who wrote them: (name, address).
SENDERS = {
    "plain_emails__raw_email_bad_time.eml": ("Атиковa", "yusuf75thu@auracom.net"),
    "plain_emails__raw_email_incorrect_header.eml": ("xxx xxx", "xxx@xxx.xxx"),
    "error_emails__header_fields_with_empty_values.eml": ("Jørn Støylen", "jorn@prikkprikkprikk.no"),
    "error_emails__invalid_subject_characters.eml": ("Formação Frenetikpolis", "info@formacaofrenetik.info"),
    "rfc2822__example10.eml": ("Pete", "pete@silly.test"),
    "rfc2822__example13.eml": ("John Doe", "jdoe@machine.example"),
    "rfc6532__utf8_headers.eml": ("Jöhn Doe", "jdöe@mächine.example"),
    "error_emails__bad_encoded_subject.eml": (False, False),
}
#: Names of their files.
FILES = {
    "multi_charset__japanese_attachment.eml": ["てすと.txt"],
    "multi_charset__japanese_attachment_long_name.eml": ["かきくけこ" * 5 + ".txt"],
    "attachment_emails__attachment_with_base64_encoded_name.eml": ["This is a test.pdf"],
    "attachment_emails__attachment_with_quoted_filename.eml": ["Eelanalüüsi päring.jpg"],
    "attachment_emails__attachment_nonascii_filename.eml": ["ciële.txt"],
    "mime_emails__raw_email_with_binary_encoded.eml": ["2013-08-13_19-08-28-1.jpg"],
    "test_files__blank-body-with-attachment.eml": ["baf"],
}
#: What the authors of the sample texts made of them is information only; these are not messages.
NO_MESSAGES = ("after__", "before__", "elided__", "embedded__", "trimmed__", "matchers__")


class Rollback(Exception):
    pass


@tagged("post_install", "-at_install")
class TestMailSamples(MailGatewayCommon):
    @classmethod
    def setUpClass(cls):
        if not shared_data("mail"):
            raise SkipTest("needs ../shared/data/mail")
        super().setUpClass()

    def deliver(self, raw):
        """Deliver a mail to the centre; return what became of it as plain values, and forget it again."""
        header = f"Delivered-To: {self.address}\n".encode()
        first, newline, rest = raw.partition(b"\n")
        is_mailbox = first.startswith(b"From ") and b":" not in first.split(b" ")[1]
        raw = first + newline + header + rest if is_mailbox else header + raw
        complaints = []
        try:
            with self.env.cr.savepoint():
                made = self.receive(raw)
                mails = self._new_mails.mapped("subject")
                letters = self.send_letters()
                for complaint in made:
                    message = complaint.message_ids.filtered(lambda message: message.message_type == "email")
                    complaints.append(
                        {
                            "subject": complaint.name,
                            "text": complaint.description,
                            "sender": (complaint.partner_name, complaint.partner_email),
                            "messages": len(message),
                            "body": message.body,
                            "files": [(file.name, file.raw or b"") for file in message.attachment_ids],
                            "letters": [to for to, complaint_id in letters if complaint_id == complaint.id],
                        }
                    )
                self.assertEqual(len(letters), sum(len(complaint["letters"]) for complaint in complaints))
                raise Rollback
        except Rollback:
            self.env.invalidate_all()
        return complaints, mails

    def send_letters(self):
        """Write the letters by machine that are due; return the address and the complaint of each."""
        Notice = self.env["complaint.notice"].sudo()
        with self.mock_mail_gateway():
            Notice._run_due(100)
            self.flush_tracking()
        self.assertFalse(Notice.search_count([("fault_count", ">", 0)]))
        return [
            (notice.address, notice.complaint_id.id) for notice in Notice.search([("state", "=", "sent")])
        ]

    def deliver_person(self, raw):
        """Deliver a mail of a person: one complaint with legible text, and nothing is sent."""
        complaints, mails = self.deliver(raw)
        self.assertFalse(mails)
        self.assertEqual(len(complaints), 1)
        complaint = complaints[0]
        self.assertEqual(complaint["messages"], 1)
        self.assertTrue(complaint["text"].strip())
        # One acknowledgement, where a person reads it.
        address = email_normalize(complaint["sender"][1] or "", strict=False)
        is_read = bool(address) and not is_unread_address(address)
        self.assertEqual(complaint["letters"], [address] if is_read else [])
        for text in (complaint["subject"], complaint["text"], complaint["body"]):
            if "\ufffd".encode() not in raw:
                self.assertNotIn("\ufffd", text)
            self.assertNotRegex(text, "[\x80-\x9f]")
        return complaint

    def samples(self, folder, pattern="*.eml"):
        """Return (name, content) of the files in a folder of samples."""
        files = sorted(shared_data("mail", folder).glob(pattern))
        self.assertTrue(files)
        return [(file.name, file.read_bytes()) for file in files]

    def test_bounces(self):
        """No delivery report, automatic reply or report of abuse makes a complaint or is answered."""
        for name, raw in self.samples("bounces"):
            with self.subTest(name):
                self.assertEqual(self.deliver(raw), ([], []))

    def check_messages(self, folder):
        for name, raw in self.samples(folder):
            with self.subTest(name):
                if name in AUTOMATIC:
                    self.assertEqual(self.deliver(raw), ([], []))
                else:
                    self.check_message(name, raw)

    def check_message(self, name, raw):
        complaint = self.deliver_person(raw)
        if name in READS:
            subject, text = READS[name]
            self.assertEqual(complaint["subject"], subject)
            self.assertIn(text, complaint["text"])
        if name in SENDERS:
            self.assertEqual(complaint["sender"], SENDERS[name])
        names = [name for name, _content in complaint["files"]]
        self.assertEqual([wanted for wanted in FILES.get(name, []) if wanted not in names], [])
        contents = [content for _name, content in complaint["files"]]
        self.assertFalse([file for file in self.attached(raw) if file not in contents])

    def attached(self, raw):
        """Return the contents of the files in a mail, read by the standard library's older parser."""
        return [
            part.get_payload(decode=True)
            for part in message_from_bytes(raw).walk()
            if part.get_content_maintype() not in ("multipart", "message")
            and (part.get_filename() or str(part.get("Content-Disposition")).startswith("attachment"))
        ]

    def test_hostile_mail(self):
        """Wrong charsets, boundaries, encodings and headers: every mail is read, with its files."""
        self.check_messages("ruby_mail")

    def test_helpdesk_mail(self):
        self.check_messages("django_helpdesk")

    def test_replies_of_programs(self):
        self.check_messages("talon")

    def test_reply_texts(self):
        """Texts of replies in many languages arrive word by word."""
        for name, raw in self.samples("email_reply_trimmer", "*.txt"):
            if name.startswith(NO_MESSAGES):
                continue
            with self.subTest(name):
                complaint = self.deliver_person(self.wrap("text/plain; charset=utf-8", raw))
                self.assertEqual(complaint["text"].split(), raw.decode().split() or ["Re:", "x"])

    def test_html_replies(self):
        """Bare HTML of many programs, whose charset only the HTML itself names."""
        for name, raw in self.samples("talon", "html_replies__*.html"):
            with self.subTest(name):
                complaint = self.deliver_person(self.wrap("text/html", raw))
                self.assertEqual(complaint["text"].split("\n")[0], "Hi. I am fine.")
                self.assertNotIn("{", complaint["text"])

    def wrap(self, content_type, body):
        head = (
            "From: a@example.com\nSubject: Re: x\nMIME-Version: 1.0\n"
            f"Content-Type: {content_type}\nContent-Transfer-Encoding: 8bit\n\n"
        )
        return head.encode() + body
