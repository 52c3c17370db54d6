import re
from datetime import datetime

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from odoo.addons.complaint_management.models.portal.customer_mail import without_tokens
from odoo.addons.complaint_management.tests.case.mail_common import MailGatewayCommon
from odoo.addons.complaint_management.tests.portal.notice_common import TEMPLATE, NoticeCommon

#: Sent by machine, with what has to be there for each.
BY_MACHINE = ("received", "progress", "closed", "missed", "told_proposal", "told_result", "link", "confirm")
OTHERS = ("limit_moved", "out_of_scope", "unfounded", "proposal", "result")


@tagged("post_install", "-at_install")
class TestLetters(NoticeCommon):
    """IN-10, TL-7: what a letter says, in which language, by whom and to whom."""

    def test_acknowledgement(self):
        """IN-10: the number, what happens next, the promised time in the customer's zone, and the link."""
        self.env["complaint.deadline.policy"].search([]).active = False
        self.env["complaint.deadline.policy"].create(
            {
                "name": "Round the clock",
                "sequence": -1,
                "rule_ids": [
                    Command.create(
                        {"milestone": name, "duration": hours, "unit": "hours", "time_kind": "clock"}
                    )
                    for name, hours in (("respond", 2), ("report", 48))
                ],
            }
        )
        self.customer.tz = "Asia/Shanghai"
        with self.mock_datetime_and_now(datetime(2026, 3, 2, 1, 0)):
            complaint = self.new_complaint(received_at=datetime(2026, 3, 2, 1, 0))
            with self.mock_mail_gateway():
                self.send_notices()
        mail = self._new_mails
        text = " ".join(html2plaintext(mail.body_html).split())
        self.assertEqual(mail.subject, f"{complaint.number}: we have received your complaint")
        self.assertIn("Dear Zhang San", text)
        self.assertIn(complaint.number, text)
        self.assertRegex(
            text, r"hear from us by March 2, 2026, 11:00\sAM\. You get the result by March 4, 2026\."
        )
        self.assertIn(complaint._get_customer_link(), mail.body_html)
        self.assertIn(self.company.name, text)
        for name in (self.handler.name, "OdooBot"):
            self.assertNotIn(name, mail.body_html)

    def test_to_the_complainant_alone(self):
        """Followers get nothing, and nobody begins to follow; the chatter keeps it for the page."""
        complaint = self.new_complaint()
        complaint.message_subscribe((self.manager.partner_id | self.quality.partner_id).ids)
        followers = complaint.message_partner_ids
        mail = self.send()
        self.assertEqual((mail.recipient_ids, mail.email_to), (self.customer, False))
        self.assertEqual(complaint.message_partner_ids, followers)
        message = self.notices(complaint, "received").message_id
        self.assertRecordValues(
            message,
            [
                {
                    "message_type": "auto_comment",
                    "subtype_id": self.env.ref("mail.mt_comment").id,
                    "partner_ids": self.customer.ids,
                    "author_id": self.company.partner_id.id,
                    "is_internal": False,
                    "res_id": complaint.id,
                }
            ],
        )
        self.assertEqual(self.notices(complaint, "received").address, "zhang.san@example.com")

    def test_no_contact(self):
        """An address without a contact is written to and stays one."""
        count = self.env["res.partner"].search_count([])
        complaint = self.new_written()
        mail = self.send()
        self.assertEqual((mail.email_to, mail.recipient_ids.ids), ("li.si@example.com", []))
        self.assertEqual(
            self.notices(complaint, "received").message_id.outgoing_email_to, "li.si@example.com"
        )
        self.assertEqual(self.env["res.partner"].search_count([]), count)
        self.assertIn(complaint._get_customer_link(), mail.body_html)

    def test_language(self):
        """In the customer's language, also where the template says nothing about it."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env.ref(f"{TEMPLATE}received").with_context(lang="fr_FR").write(
            {"subject": "{{ object.number }} : votre plainte", "body_html": "<p>Nous l'avons reçue.</p>"}
        )
        template = self.new_stage_mail()
        template.with_context(lang="fr_FR").body_html = "<p>Nous examinons.</p>"
        self.customer.lang = "fr_FR"
        complaint = self.new_complaint()
        mail = self.send()
        self.assertEqual(mail.subject, f"{complaint.number} : votre plainte")
        self.assertIn("reçue", mail.body_html)
        self.assertIn('lang="fr-FR"', mail.body_html)
        complaint.move_to("triage")
        self.assertIn("Nous examinons", self.send().body_html)
        stranger = self.new_written(customer_lang="fr_FR")
        self.assertIn("reçue", self.send().body_html)
        self.assertEqual(self.notices(stranger, "received").state, "sent")

    def test_subject_has_the_number(self):
        """Whatever a company writes, the number stands in front."""
        self.new_stage_mail(subject="News\nfor you")
        complaint = self.new_complaint()
        self.send()
        complaint.move_to("triage")
        self.assertEqual(self.send().subject, f"{complaint.number}: News for you")

    def test_attachments_of_the_template(self):
        """What a company attaches to its mail goes along."""
        template = self.new_stage_mail()
        template.attachment_ids = [Command.create({"name": "rights.txt", "raw": b"Your rights"})]
        complaint = self.new_complaint()
        self.send()
        complaint.move_to("triage")
        self.assertEqual(self.send().attachment_ids.mapped("name"), ["rights.txt"])

    def test_every_template(self):
        """Each letter has the number in front, ends with the company, names nobody, and has one button."""
        complaint = self.new_complaint()
        for name in (*BY_MACHINE, *OTHERS):
            template = self.env.ref(f"{TEMPLATE}{name}")
            with self.subTest(name):
                subject, body, _lang = complaint._render_letter_template(f"{TEMPLATE}{name}")[complaint.id]
                self.assertTrue(subject.startswith(f"{complaint.number}: "), subject)
                self.assertEqual(len(re.findall(r"<a [^>]*display: inline-block", body)), 1)
                self.assertIn(self.company.name, body)
                self.assertNotIn(self.env.user.name, body)
                self.assertNotIn("user.name", template.body_html)
                page = complaint._get_customer_path()
                if name == "confirm":
                    page = f"/complaint/confirm/{complaint.id}"
                self.assertIn(f'{page}"', body)
                self.assertNotIn("access_token", body, "who writes a letter reads no token")
                self.assertEqual(template.lang, "{{ object._get_customer_language() }}")

    def test_token_is_the_complainants(self):
        """CP-5: the link with the token stands in the mail to the complainant, and nowhere else."""
        complaint = self.new_complaint()
        token = complaint._ensure_access_token()
        mail = self.send()
        self.assertIn(token, mail.body_html)
        self.assertIn(f"/my/complaints/{complaint.id}", complaint.message_ids.mapped("body")[0])
        # Quoted in an answer, pasted by a colleague, addressed to somebody else as well.
        link = complaint._get_customer_link("messages")
        for recipients in (self.env["res.partner"], self.customer, self.customer | self.manager.partner_id):
            with self.mock_mail_gateway():
                complaint.message_post(
                    body=f"See {link}, please.",
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                    partner_ids=recipients.ids,
                    force_send=False,
                )
            for made in self._new_mails:
                alone = made.recipient_ids == self.customer
                self.assertEqual(token in made.body_html, alone)
                self.assertEqual(link in made.body_html, alone)
        self.assertNotIn(token, "".join(complaint.message_ids.mapped("body")))
        other = f"{complaint.get_base_url()}/my/complaints/{complaint.id}0"
        self.assertEqual(without_tokens(f"{other}/x"), f"{other}/x")

    def test_sender(self):
        """By the company, at the team's address or its own; answers go to the team."""
        self.assertEqual(
            self.new_complaint()._get_notice_sender(), f'"{self.company.name}" <service@company.example.com>'
        )
        self.centre.alias_name = "letters.centre"
        complaint = self.new_complaint()
        mail = self.send().filtered(lambda mail: mail.res_id == complaint.id)
        self.assertEqual(mail.email_from, f'"{self.company.name}" <{self.centre.alias_email}>')
        self.assertIn(self.centre.alias_email, mail.reply_to)
        self.assertEqual(mail.author_id, self.company.partner_id)

    def test_second_company(self):
        """Each company writes with its own name, address and alias domain."""
        self.company_2.email = "service@second.example.com"
        with self.mock_mail_gateway():
            complaint = (
                self.Complaint.with_user(self.foreign_manager)
                .with_company(self.company_2)
                .create({"name": "Cold", "partner_email": "li.si@example.com"})
            )
        self.assertEqual(complaint.company_id, self.company_2)
        mail = self.send()
        self.assertEqual(mail.email_from, f'"{self.company_2.name}" <service@second.example.com>')
        self.assertEqual(mail.author_id, self.company_2.partner_id)
        self.assertEqual(mail.record_company_id, self.company_2)
        self.assertEqual(mail.record_alias_domain_id, self.company_2.alias_domain_id)
        self.assertIn(self.company_2.name, mail.body_html)
        self.assertNotIn(self.company.name, mail.body_html)

    def test_sender_of_the_template(self):
        """A company may name another sender, as for a mail server of its own."""
        self.new_stage_mail(email_from="Quality <quality@company.example.com>")
        complaint = self.new_complaint()
        self.send()
        complaint.move_to("triage")
        self.assertEqual(self.send().email_from, "Quality <quality@company.example.com>")


@tagged("post_install", "-at_install")
class TestThreads(MailGatewayCommon, NoticeCommon):
    """Mail programs show one conversation, and no robot answers."""

    def headers(self, mail):
        """Return the mail as it leaves, parsed."""
        with self.mock_mail_gateway(mail_unlink_sent=False):
            mail.send()
        return self._mails[-1]

    def test_answer_to_a_mail(self):
        """The acknowledgement of a mail answers that mail, and later letters belong to it."""
        complaint = self.receive(self.compose(Message_Id="<first@customer.example.com>"))
        self.assertEqual(len(complaint), 1)
        mail = self.send()
        self.assertEqual(mail.references.split()[0], "<first@customer.example.com>")
        self.assertIn("'In-Reply-To': '<first@customer.example.com>'", mail.headers)
        self.assertIn("'Auto-Submitted': 'auto-generated'", mail.headers)
        self.assertIn("'X-Auto-Response-Suppress': 'All'", mail.headers)
        first = self.notices(complaint, "received").message_id
        complaint.message_post(body="A note of ours", subtype_xmlid="mail.mt_note", message_type="comment")
        note = complaint.message_ids[0]
        complaint._notify_customer("link:1", f"{TEMPLATE}link")
        mail = self.send()
        self.assertEqual(mail.references.split()[:2], ["<first@customer.example.com>", first.message_id])
        self.assertNotIn(note.message_id, mail.references)
        self.assertIn(f"'In-Reply-To': '{first.message_id}'", mail.headers)

    def test_long_conversation(self):
        """However many notes and messages there are, the first and the last stay connected."""
        complaint = self.receive(self.compose(Message_Id="<first@customer.example.com>"))
        self.send()
        for number in range(5):
            complaint.message_post(
                body=f"Answer {number}", subtype_xmlid="mail.mt_comment", message_type="comment"
            )
        last = complaint.message_ids[0]
        for number in range(40):
            complaint.message_post(body=f"Note {number}", subtype_xmlid="mail.mt_note")
        complaint._notify_customer("link:1", f"{TEMPLATE}link")
        mail = self.send()
        references = mail.references.split()
        self.assertEqual(len(references), 5)
        self.assertEqual(references[0], "<first@customer.example.com>")
        self.assertEqual(references[3], last.message_id)
        self.assertIn(f"'In-Reply-To': '{last.message_id}'", mail.headers)

    def test_letters_by_people(self):
        """What colleagues write refers to the same conversation, without the marks of a machine."""
        complaint = self.receive(self.compose(Message_Id="<first@customer.example.com>"))
        with self.mock_mail_gateway():
            complaint.with_user(self.handler).message_post(
                body="We come tomorrow.",
                subtype_xmlid="mail.mt_comment",
                message_type="comment",
                partner_ids=self.customer.ids,
                force_send=False,
            )
        mail = self._new_mails.filtered(lambda mail: self.customer in mail.recipient_ids)
        self.assertEqual(mail.references.split()[0], "<first@customer.example.com>")
        self.assertNotIn("Auto-Submitted", mail.headers)

    def test_reply_to_a_notice(self):
        """A reply to a letter by machine reaches the complaint."""
        complaint = self.receive(self.compose())
        self.send()
        notice = self.notices(complaint, "received").message_id
        made, added = self.receive_reply(complaint, notice)
        self.assertFalse(made)
        self.assertEqual(len(added.filtered(lambda message: message.message_type == "email")), 1)
