from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.complaint_management.tests.inquiry.test_triage import TriageCommon

REASON = "The water company had announced it.\nWe could not heat."


@tagged("post_install", "-at_install")
class TestLetter(TriageCommon):
    """TR-4: an unfounded complaint is answered politely with the reason and closed as rejected."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Wizard = cls.env["complaint.reason"]
        cls.customer.lang = "en_US"
        cls.template = cls.env.ref("complaint_management.mail_template_unfounded")

    def new_written(self, **vals):
        """Return a complaint in triage of somebody who is no contact and has an e-mail address."""
        values = {"partner_id": False, "partner_name": "Li Si", "partner_email": "li.si@example.com"}
        return self.new_triaged(**{**values, **vals})

    def open(self, complaints, user=None):
        action = self.env["ir.actions.act_window"]._for_xml_id("complaint_management.complaint_reason_action")
        context = {"active_ids": complaints.ids, "default_kind": "reject"}
        return Form(self.env[action["res_model"]].with_user(user or self.handler).with_context(**context))

    def reject(self, complaints, reason=REASON, user=None, **vals):
        """Reject by the dialog; values are typed by hand after the reason. Return the mails."""
        form = self.open(complaints, user)
        form.reason = reason
        for fname, value in vals.items():
            form[fname] = value
        wizard = form.save()
        with self.mock_mail_gateway():
            wizard.action_apply()
        return self._new_mails

    def mails_to(self, mails, address):
        return mails.filtered(
            lambda mail: address in (mail.email_to or "") or address in mail.recipient_ids.mapped("email")
        )

    def tasks(self, complaint):
        return complaint.sudo().activity_ids.filtered(lambda activity: "phone or post" in activity.summary)

    def test_letter(self):
        """TR-4, CO-1: one mail to the customer with the reason and the number; rejected, logged, answered."""
        complaint = self.new_triaged()
        mails = self.reject(complaint)
        mail = self.mails_to(mails, self.customer.email)
        self.assertEqual(len(mail), 1)
        self.assertIn(complaint.number, mail.subject)
        self.assertIn("Dear Zhang San", mail.body_html)
        self.assertIn("The water company had announced it.<br", mail.body_html)
        self.assertIn("We could not heat.", mail.body_html)
        self.assertRecordValues(
            complaint, [{"step": "rejected", "founded": "unfounded", "end_reason": REASON}]
        )
        self.assertEqual(mail.author_id, self.handler.partner_id)
        message = complaint.message_ids.filtered(lambda message: self.customer in message.partner_ids)
        self.assertEqual(
            (len(message), message.message_type, message.subtype_id),
            (1, "comment", self.env.ref("mail.mt_comment")),
        )
        self.assertRecordValues(
            complaint.contact_ids, [{"kind": "message", "direction": "out", "purpose": "explanation"}]
        )
        self.assertIn("The water company", complaint.contact_ids.summary)
        self.assertFalse(self.tasks(complaint))

    def test_respond_is_reached(self):
        """TL-3: the letter is the first answer, before the limits are given up."""
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_complaint(received_at=self.local("2026-03-02 08:30"))
        moment = self.local("2026-03-02 09:10")
        with self.mock_datetime_and_now(moment):
            self.reject(complaint)
        self.assertEqual(self.clock(complaint, "respond").reached_at, moment)
        self.assertEqual(self.clock(complaint, "investigate").state, "cancelled")

    def test_language(self):
        """TR-4: in the customer's language, whatever the writer's is."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.template.with_context(lang="zh_CN").write(
            {
                "subject": "{{ object.number }} 的答复",
                "body_html": "<p>尊敬的<t t-out='object.partner_name'/>，</p>",
            }
        )
        self.customer.lang = "zh_CN"
        complaint = self.new_triaged()
        form = self.open(complaint)
        self.assertIn("尊敬的Zhang San", form.letter_body)
        mail = self.mails_to(self.reject(complaint), self.customer.email)
        self.assertIn("的答复", mail.subject)
        self.assertIn("尊敬的Zhang San", mail.body_html)
        self.handler.lang = "zh_CN"
        self.customer.lang = "en_US"
        mail = self.mails_to(self.reject(self.new_triaged()), self.customer.email)
        self.assertIn("Dear Zhang San", mail.body_html)

    def test_reason_changes(self):
        """The letter follows the reason until somebody edits it."""
        form = self.open(self.new_triaged())
        self.assertTrue(form.send_letter)
        form.reason = "The first reason."
        self.assertIn("The first reason.", form.letter_body)
        form.reason = "The second reason."
        self.assertIn("The second reason.", form.letter_body)
        self.assertNotIn("The first reason.", form.letter_body)
        form.letter_body = "<p>By hand.</p>"
        form.reason = "The third reason."
        self.assertEqual(form.letter_body, "<p>By hand.</p>")

    def test_edited_by_hand(self):
        """What was written by hand is sent, and nothing else; the reason stays on the record."""
        complaint = self.new_triaged()
        mail = self.mails_to(
            self.reject(complaint, letter_subject="About the heating", letter_body="<p>Dear neighbour!</p>"),
            self.customer.email,
        )
        self.assertEqual(mail.subject, "About the heating")
        self.assertIn("Dear neighbour!", mail.body_html)
        self.assertNotIn("water company", mail.body_html)
        self.assertEqual(complaint.end_reason, REASON)

    def test_without_the_form(self):
        """A program that gives the reason alone sends the proposed letter."""
        complaint = self.new_triaged()
        wizard = self.Wizard.with_user(self.handler).create(
            {"complaint_ids": complaint.ids, "kind": "reject", "reason": "As announced."}
        )
        with self.mock_mail_gateway():
            wizard.action_apply()
        self.assertIn("As announced.", self.mails_to(self._new_mails, self.customer.email).body_html)

    def test_unticked(self):
        """Who does not want to write rejects as before."""
        complaint = self.new_triaged()
        mails = self.reject(complaint, send_letter=False)
        self.assertFalse(self.mails_to(mails, self.customer.email))
        self.assertEqual(complaint.step, "rejected")
        self.assertFalse(complaint.contact_ids)

    def test_address_without_contact(self):
        """An address stays one: no contact is made of it."""
        complaint = self.new_written()
        partners = self.env["res.partner"].search_count([])
        mail = self.mails_to(self.reject(complaint), "li.si@example.com")
        self.assertEqual(len(mail), 1)
        self.assertIn("Dear Li Si", mail.body_html)
        self.assertEqual(self.env["res.partner"].search_count([]), partners)
        self.assertFalse(complaint.partner_id)
        self.assertEqual(len(complaint.contact_ids), 1)

    def test_without_address(self):
        """Whoever is responsible tells by phone or post, and has the letter at hand."""
        complaint = self.new_written(
            partner_email=False, partner_phone="010-62345678", user_id=self.colleague.id
        )
        form = self.open(complaint)
        self.assertFalse(form.has_address)
        self.assertEqual(form.without_address, complaint.number)
        mails = self.reject(complaint)
        self.assertFalse(mails.filtered(lambda mail: "water company" in (mail.body_html or "")))
        task = self.tasks(complaint)
        self.assertEqual(task.user_id, self.colleague)
        self.assertIn("The water company had announced it.", task.note)
        self.assertFalse(complaint.contact_ids, "nobody was told yet")
        self.assertEqual(complaint.step, "rejected")

    def test_nobody_to_tell(self):
        """TR-4: from a comment book without a name nobody is written to, called or waited for."""
        book = self.env.ref("complaint_management.complaint_channel_book")
        complaint = self.new_written(partner_name=False, partner_email=False, channel_id=book.id)
        self.reject(complaint)
        self.assertEqual(complaint.step, "rejected")
        self.assertFalse(self.tasks(complaint))

    def test_never_to(self):
        """Neither machines nor our own addresses nor the employee concerned get a letter."""
        self.centre.alias_name = "centre.of.complaints"
        addresses = ["MAILER-DAEMON@example.com", "no-reply@example.com", "postmaster@example.com"]
        addresses.append(self.centre.alias_email)
        for address in addresses:
            complaint = self.new_written(partner_email=address)
            with self.subTest(address):
                self.assertFalse(complaint._get_letter_address())
                self.assertFalse(self.mails_to(self.reject(complaint), address))
        employee = self.new_employee(self.stranger, work_email="stranger@work.example.com")
        complaint = self.new_written(
            employee_ids=[Command.set(employee.ids)], partner_email="stranger@work.example.com"
        )
        self.assertFalse(complaint._get_letter_address())
        self.reject(complaint)
        self.assertFalse(self.tasks(complaint))
        # Names that only look like it are people.
        self.assertTrue(self.new_written(partner_email="abuseless@example.com")._get_letter_address())

    def test_merged(self):
        """A merged complaint goes on in another one: it is neither rejected nor written about."""
        source, target = self.new_triaged(), self.new_triaged()
        source.merge_into(target)
        self.assertFalse(source._get_letter_address())
        with self.assertRaises(UserError):
            self.reject(source)

    def test_several(self):
        """Each complainant gets a letter of their own, each has one task or one mail."""
        complaints = self.new_triaged() | self.new_written()
        form = self.open(complaints)
        self.assertTrue(form.send_letter and form.several)
        self.assertFalse(form.letter_body)
        mails = self.reject(complaints)
        for complaint, address in zip(complaints, (self.customer.email, "li.si@example.com"), strict=True):
            mail = self.mails_to(mails, address)
            self.assertEqual(len(mail), 1)
            self.assertIn(complaint.number, mail.body_html)
            self.assertIn("The water company", mail.body_html)
            self.assertEqual(len(complaint.contact_ids), 1)
        self.assertEqual(complaints.mapped("step"), ["rejected"] * 2)

    def test_several_with_and_without_address(self):
        complaints = self.new_triaged() | self.new_written(partner_email=False, partner_phone="010-62345678")
        self.assertFalse(self.open(complaints).send_letter, "not each of them can be written to")
        mails = self.reject(complaints, send_letter=True)
        self.assertEqual(len(self.mails_to(mails, self.customer.email)), 1)
        self.assertEqual(len(self.tasks(complaints[1])), 1)

    def test_refused(self):
        """A refusal leaves nothing half-sent: no mail, no contact, no task, for none of them."""
        doubtful = self.new_triaged()
        doubtful.founded = "doubtful"
        ended = self.new_triaged()
        for refused in (doubtful, ended):
            other = self.new_triaged()
            form = self.open(other | refused)
            form.reason = REASON
            form.send_letter = True
            wizard = form.save()
            if refused == ended:
                # By a colleague, while the dialog was open; before that it would not have opened.
                refused.action_cancel("Entered twice.")
            with self.subTest(refused.step), self.mock_mail_gateway(), self.assertRaises(UserError):
                wizard.action_apply()
            self.assertFalse(self._new_mails)
            self.assertFalse(self._mails)
            self.assertRecordValues(other, [{"step": "triage", "founded": False, "end_reason": False}])
            self.assertFalse(other.contact_ids)

    def test_leader_rejects_a_doubtful_one(self):
        """TR-4: the decision, the letter and the end in one go."""
        complaint = self.new_triaged()
        complaint.founded = "doubtful"
        mails = self.reject(complaint, user=self.leader)
        self.assertEqual(len(self.mails_to(mails, self.customer.email)), 1)
        self.assertEqual(complaint.step, "rejected")
        self.assertFalse(self.questions(complaint))
        self.assertEqual(len(self.told(self.handler, complaint)), 1)

    def test_stage_writes_by_itself(self):
        """One letter is enough where the company's stage writes already."""
        self.stage("rejected").mail_template_id = self.template
        self.assertFalse(self.open(self.new_triaged()).send_letter)

    def test_other_kinds(self):
        """Cancelling and reopening write to nobody."""
        complaint = self.new_triaged()
        for kind in ("cancel", "reopen"):
            wizard = self.Wizard.with_user(self.handler).create(
                {"complaint_ids": complaint.ids, "kind": kind, "reason": "x", "step": "triage"}
            )
            self.assertFalse(wizard.send_letter or wizard.letter_body)
            with self.mock_mail_gateway():
                wizard.action_apply()
            self.assertFalse(self.mails_to(self._new_mails, self.customer.email))

    def test_nothing_of_others(self):
        """OR-1: the dialog shows nobody a letter about what they may not change."""
        complaint = self.new_triaged()
        for user in (self.stranger, self.auditor):
            with self.subTest(user.login):
                wizard = self.Wizard.sudo().create(
                    {"complaint_ids": complaint.ids, "kind": "reject", "reason": "x"}
                )
                theirs = wizard.with_user(user).sudo()
                theirs._compute_letter_body()
                self.assertFalse(theirs._get_rejected())

    def test_template_removed(self):
        """Without the template a letter written by hand still goes out."""
        self.template.unlink()
        mails = self.reject(
            self.new_triaged(), letter_subject="About the heating", letter_body="<p>Dear neighbour!</p>"
        )
        self.assertIn("Dear neighbour!", self.mails_to(mails, self.customer.email).body_html)
