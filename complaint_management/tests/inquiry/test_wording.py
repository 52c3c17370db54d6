from odoo.tests import Form, tagged
from odoo.tools import html2plaintext, mute_logger

from odoo.addons.complaint_management.models.inquiry.wording import PURPOSES
from odoo.addons.complaint_management.tests.common import GROUP
from odoo.addons.complaint_management.tests.inquiry.test_contacts import LOG, ContactCommon


@tagged("post_install", "-at_install")
class TestWording(ContactCommon):
    """CO-2: ready-made wording for each purpose, in the customer's language, ready to edit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.customer.lang = "en_US"
        cls.chinese = cls.env["res.partner"].create(
            {"name": "王五", "email": "wang.wu@example.com", "lang": "zh_CN"}
        )
        cls.apology = cls.template("apology")
        cls.apology.with_context(lang="zh_CN").write(
            {"body_html": "<p>非常抱歉。</p>", "subject": "{{ object.number }}：致歉"}
        )

    @classmethod
    def template(cls, purpose):
        return cls.env.ref(f"complaint_management.mail_template_wording_{purpose}")

    def wording(self, complaint, purpose, user=None, **context):
        """Return what the dialog shows for a purpose."""
        contact = (
            self.Contact.with_user(user or self.handler)
            .with_context(**context)
            .new({"complaint_id": complaint.id, "purpose": purpose})
        )
        return html2plaintext(contact.wording or "")

    def test_every_purpose_has_wording(self):
        """CO-2: opening, listening, apology, explanation, agreement and closing; each loads as a mail."""
        complaint = self.new_received()
        said = set()
        for purpose in PURPOSES:
            with self.subTest(purpose):
                text = self.wording(complaint, purpose)
                self.assertTrue(text)
                said.add(text)
                composer = Form(
                    self.env["mail.compose.message"]
                    .with_user(self.handler)
                    .with_context(
                        default_model="complaint.complaint",
                        default_res_ids=complaint.ids,
                        default_template_id=self.template(purpose).id,
                    )
                )
                self.assertTrue(composer.subject.startswith(f"{complaint.number}: "), composer.subject)
                self.assertIn("Dear Zhang San", html2plaintext(composer.body))
                self.assertIn("Handler", composer.body)
                self.assertEqual(composer.partner_ids[:], self.customer)
        self.assertEqual(len(said), 6)
        for purpose in ("progress", "other", False):
            self.assertFalse(self.wording(complaint, purpose))

    def test_language_of_the_customer(self):
        """CO-2: in the customer's language, whatever the user's is."""
        english, chinese = self.new_received(), self.new_received(partner_id=self.chinese.id)
        for language in ("en_US", "zh_CN"):
            with self.subTest(language):
                self.assertIn("I am sorry", self.wording(english, "apology", lang=language))
                self.assertEqual(self.wording(chinese, "apology", lang=language), "非常抱歉。")
        nobody = self.new_received(partner_id=False, partner_name="Li Si", partner_phone="010-1")
        self.company.partner_id.lang = "zh_CN"
        self.assertEqual(self.wording(nobody, "apology"), "非常抱歉。")
        contacts = self.log(english | chinese, purpose="apology")
        self.assertEqual(
            [("sorry" in (contact.wording or ""), "抱歉" in (contact.wording or "")) for contact in contacts],
            [(True, False), (False, True)],
        )

    def test_spoken_without_a_letters_frame(self):
        """One does not say "Dear" on the phone; who one is, and the number, are said."""
        complaint = self.new_received()
        text = self.wording(complaint, "opening")
        self.assertNotIn("Dear", text)
        self.assertNotIn("Kind regards", text)
        self.assertIn("Handler", text)
        self.assertIn(complaint.number, text)

    def test_dialog(self):
        complaint = self.new_received()
        form = Form(self.Contact.with_user(self.handler).with_context(default_complaint_id=complaint.id), LOG)
        self.assertFalse(form.wording)
        form.purpose = "apology"
        self.assertIn("I am sorry", form.wording)
        form.purpose = "other"
        self.assertFalse(form.wording)

    def test_company_words_it_anew(self):
        """CO-2: ready to edit; what the company writes is what its people see."""
        complaint = self.new_received()
        self.apology.body_html = "<p>We are sorry, <t t-out='object.partner_name'/>.</p>"
        self.assertEqual(self.wording(complaint, "apology"), "We are sorry, Zhang San.")
        self.apology.body_html = "<p><br></p>"
        self.assertFalse(self.wording(complaint, "apology"))
        self.apology.unlink()
        self.assertFalse(self.wording(complaint, "apology"))

    def test_broken_template(self):
        """A slip in a template keeps nobody from logging a call."""
        complaint = self.new_received()
        self.new_received()
        # What fails for every complaint cannot be saved; this is not noticed before it is used.
        self.apology.body_html = f"<p><t t-out='1 / (object.id - {complaint.id})'/></p>"
        with mute_logger(
            "odoo.addons.mail.models.mail_render_mixin",
            "odoo.addons.complaint_management.models.inquiry.wording",
        ):
            self.assertFalse(self.wording(complaint, "apology"))
            self.assertTrue(self.log(complaint, purpose="apology"))

    def test_out_of_sight(self):
        """Nothing is worded about a complaint that one does not read."""
        complaint = self.new_received()
        for user in (self.stranger, self.foreign_manager):
            with self.subTest(user.login):
                contact = self.Contact.with_user(user).new({"purpose": "opening"})
                contact.complaint_id = complaint
                self.assertFalse(contact.wording)

    def test_costs_nothing_where_it_is_not_shown(self):
        for name in ("list", "kanban", "graph"):
            self.assertNotIn("wording", self.Contact.get_view(view_type=name)["arch"])
        self.assertFalse(self.Contact._fields["wording"].store)

    def test_canned_responses(self):
        """CO-2: an English and a Chinese set for those who handle complaints, and for nobody else."""
        Canned = self.env["mail.canned.response"]
        records = {
            (purpose, language): self.env.ref(f"complaint_management.canned_response_{purpose}_{language}")
            for purpose in PURPOSES
            for language in ("en", "zh")
        }
        group = self.env.ref(f"{GROUP}first_contact")
        for (purpose, language), record in records.items():
            with self.subTest(purpose=purpose, language=language):
                self.assertEqual(record.group_ids, group)
                self.assertEqual(record.source.isascii(), language == "en")
                self.assertEqual(record.substitution.isascii(), language == "en")
                self.assertLessEqual(len(record.source), 8)
        ours = Canned.union(*records.values())
        for user in (self.first_contact, self.handler, self.manager):
            self.assertLessEqual(ours, Canned.with_user(user).search([]))
        for user in (self.plain_user, self.auditor, self.quality):
            self.assertFalse(Canned.with_user(user).search([("id", "in", ours.ids)]))
        self.assertEqual(len(set(ours.mapped("source"))), 12)
