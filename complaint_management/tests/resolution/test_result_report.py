from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.resolution.result_common import (
    OUTCOME,
    REASON,
    SIGNATURE,
    ResultCommon,
)


@tagged("post_install", "-at_install")
class TestResultReport(ResultCommon):
    """CL-1, X-5: the complainant is told the result, by a letter or in another way that is logged."""

    def test_letter(self):
        """X-5: one mail with the decision, the reasons and what came of it; logged, its limit reached."""
        complaint = self.new_done()
        mail = self.mails_to(self.report(complaint), self.customer.email)
        self.assertEqual(len(mail), 1)
        self.assertIn(complaint.number, mail.subject)
        for words in ("Dear Zhang San", "we uphold your complaint", "A valve was stuck.<br", OUTCOME):
            self.assertIn(words, mail.body_html)
        self.assertEqual(mail.author_id, self.handler.partner_id)
        self.assertRecordValues(
            complaint,
            [
                {
                    "decision": "upheld",
                    "decision_reason": REASON,
                    "outcome": OUTCOME,
                    "result_reported_by_id": self.handler.id,
                    "decided_by_id": self.handler.id,
                }
            ],
        )
        self.assertRecordValues(
            self.result_contacts(complaint), [{"kind": "message", "direction": "out", "purpose": "closing"}]
        )
        self.assertIn(OUTCOME, complaint.contact_ids.summary)
        self.assertEqual(self.clock(complaint, "report").reached_at, complaint.result_reported_at)

    def test_decision_letter(self):
        """X-5: the decision letter goes along, as far as it is wanted."""
        complaint = self.new_done()
        report = complaint._get_decision_letter()
        if not report:
            self.skipTest("there is no decision letter yet")
        mail = self.mails_to(self.report(complaint), self.customer.email)
        self.assertEqual(len(mail.attachment_ids), 1)
        self.assertIn(complaint.number, mail.attachment_ids.name)
        content = mail.attachment_ids.raw.decode()
        self.assertIn("We came too late.", content)
        mail = self.mails_to(self.report(self.new_done(), attach_letter=False), self.customer.email)
        self.assertFalse(mail.attachment_ids)
        # On paper it is printed.
        form = self.open(self.new_done())
        form.decision_reason, form.outcome, form.send_letter, form.kind = REASON, OUTCOME, False, "letter"
        self.assertEqual(form.save().action_apply()["type"], "ir.actions.report")

    def test_explanation(self):
        """DI-6: where it was not our fault, the report is the explanation, however it is told."""
        complaint = self.new_done(fault=False)
        self.report(complaint, decision="not_upheld")
        self.assertEqual(self.result_contacts(complaint).purpose, "explanation")
        self.assertTrue(complaint._was_told("explanation"))
        complaint = self.new_done(fault=False)
        complaint.action_report_result(OUTCOME, "not_upheld", REASON, kind="visit")
        self.assertRecordValues(
            self.result_contacts(complaint), [{"kind": "visit", "purpose": "explanation"}]
        )

    def test_told_otherwise(self):
        """What was told in a call counts from the moment of the call."""
        received = self.local("2026-03-02 08:30")
        with self.mock_datetime_and_now(received):
            complaint = self.new_done(received_at=received)
        moment = self.local("2026-03-03 10:00")
        with self.mock_datetime_and_now(self.local("2026-03-03 15:00")):
            mails = self.report(
                complaint, send_letter=False, kind="call", date=moment, summary="She was content."
            )
        self.assertFalse(self.mails_to(mails, self.customer.email))
        self.assertEqual(complaint.result_reported_at, moment)
        self.assertEqual(self.clock(complaint, "report").reached_at, moment)
        contact = self.result_contacts(complaint)
        self.assertRecordValues(contact, [{"kind": "call", "date": moment, "purpose": "closing"}])
        self.assertIn("She was content.", contact.summary)

    def test_moments(self):
        """TL-6: nobody keeps a limit by a date that cannot be."""
        complaint = self.new_done(received_at=fields.Datetime.now() - timedelta(days=3))
        for days in (-4, 1):
            with self.subTest(days), self.assertRaisesRegex(UserError, "check the date"):
                complaint.action_report_result(
                    OUTCOME, "upheld", REASON, kind="call", date=fields.Datetime.now() + timedelta(days=days)
                )
        self.assertFalse(complaint.result_reported_at or complaint.contact_ids or complaint.decision)

    def test_language(self):
        """The letter and what it proposes are in the customer's language, whatever the writer's is."""
        self.env["res.lang"]._activate_lang("zh_CN")
        template = self.env.ref("complaint_management.mail_template_result")
        template.with_context(lang="zh_CN").write(
            {"subject": "{{ object.number }} 处理结果", "body_html": "<p>尊敬的客户</p>"}
        )
        remedy_type = self.env["complaint.remedy.type"].create({"name": "A voucher"})
        remedy_type.with_context(lang="zh_CN").name = "代金券"
        self.customer.lang = "zh_CN"
        complaint = self.new_done()
        self.new_solution(complaint, [(remedy_type, 0, "done")])
        form = self.open(complaint)
        self.assertIn("尊敬的客户", form.letter_body)
        self.assertEqual(form.outcome, "代金券")
        mail = self.mails_to(self.report(complaint), self.customer.email)
        self.assertIn("处理结果", mail.subject)
        self.handler.lang = "zh_CN"
        self.customer.lang = "en_US"
        mail = self.mails_to(self.report(self.new_done()), self.customer.email)
        self.assertIn("Dear Zhang San", mail.body_html)

    def test_proposed(self):
        """What was agreed and done is filled in; what is ours alone or was not done is not told."""
        Type = self.env["complaint.remedy.type"]
        refund, training, gift = Type.create(
            [
                {"name": "Money back", "has_amount": True},
                {"name": "Training", "for_customer": False},
                {"name": "Flowers"},
            ]
        )
        complaint = self.new_done()
        self.new_solution(complaint, [(refund, 200, "done"), (training, 0, "done"), (gift, 0, "cancelled")])
        form = self.open(complaint)
        self.assertEqual((form.decision, form.decision_reason), ("partly", "Half of it."))
        self.assertIn("Money back: ", form.outcome)
        self.assertIn("200.00", form.outcome)
        self.assertNotIn("Training", form.outcome)
        self.assertNotIn("Flowers", form.outcome)
        for fault, founded, decision in (
            (True, "founded", "upheld"),
            (False, "founded", "not_upheld"),
            (None, "founded", "upheld"),
            (None, False, False),
        ):
            complaint = self.new_done(fault=fault, founded=founded, outcome="Typed before.")
            form = self.open(complaint)
            with self.subTest(fault=fault, founded=founded):
                self.assertEqual((form.decision, form.outcome), (decision, "Typed before."))

    def test_letter_follows(self):
        """The letter follows what is typed, until it is edited itself; then that is sent."""
        complaint = self.new_done()
        form = self.open(complaint)
        form.decision, form.decision_reason, form.outcome = "partly", "First.", OUTCOME
        self.assertIn("uphold your complaint partly", form.letter_body)
        form.decision_reason = "Second."
        self.assertIn("Second.", form.letter_body)
        self.assertNotIn("First.", form.letter_body)
        form.letter_body, form.letter_subject = "<p>Dear neighbour!</p>", "The heating"
        form.outcome = "Other."
        self.assertEqual(form.letter_body, "<p>Dear neighbour!</p>")
        wizard = form.save()
        with self.mock_mail_gateway():
            wizard.action_apply()
        mail = self.mails_to(self._new_mails, self.customer.email)
        self.assertEqual(mail.subject, "The heating")
        self.assertIn("Dear neighbour!", mail.body_html)
        self.assertEqual(complaint.outcome, "Other.")

    def test_no_address(self):
        """Who cannot be written to is told otherwise; the dialog says why."""
        complaint = self.new_done(
            partner_id=False, partner_name="Li Si", partner_phone="010-62345678", partner_email=False
        )
        form = self.open(complaint)
        self.assertFalse(form.send_letter or form.has_address)
        self.assertIn("no e-mail address", form.no_letter_reason)
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            complaint.action_report_result(OUTCOME, "upheld", REASON)
        self.assertFalse(complaint.decision or complaint.result_reported_at)
        mails = self.report(complaint, kind="call")
        self.assertFalse(mails.filtered(lambda mail: OUTCOME in (mail.body_html or "")))
        self.assertTrue(complaint.result_reported_at)

    def test_never_to(self):
        """Nothing is mailed to machines, to ourselves or to the employee concerned."""
        self.centre.alias_name = "centre.of.complaints"
        employee = self.new_employee(self.stranger, work_email="stranger@work.example.com")
        cases = [
            {"partner_email": "MAILER-DAEMON@example.com"},
            {"partner_email": "no-reply@example.com"},
            {"partner_email": self.centre.alias_email},
            {"partner_email": "stranger@work.example.com", "employee_ids": [Command.set(employee.ids)]},
        ]
        for vals in cases:
            complaint = self.new_done(partner_id=False, partner_name="Li Si", **vals)
            with self.subTest(vals["partner_email"]):
                form = self.open(complaint)
                self.assertFalse(form.send_letter)
                self.assertIn("Nothing is sent to", form.no_letter_reason)
                with self.mock_mail_gateway(), self.assertRaises(UserError):
                    complaint.action_report_result(OUTCOME, "upheld", REASON)
                self.assertFalse(self._new_mails)

    def test_address_without_contact(self):
        """An address stays one: no contact is made of it."""
        complaint = self.new_done(partner_id=False, partner_name="Li Si", partner_email="li.si@example.com")
        partners = self.env["res.partner"].search_count([])
        self.assertEqual(len(self.mails_to(self.report(complaint), "li.si@example.com")), 1)
        self.assertEqual(self.env["res.partner"].search_count([]), partners)

    def test_missing(self):
        """CL-1: all that is missing in one message; nothing is told or kept then."""
        complaint = self.new_done()
        with self.mock_mail_gateway(), self.assertRaises(UserError) as caught:
            complaint.action_report_result(outcome=" \n", reason="  ")
        for words in ("Decide whether", "Give the reasons", "Write down what came of it"):
            self.assertIn(words, str(caught.exception))
        with self.assertRaisesRegex(UserError, "Say how"):
            complaint.action_report_result(OUTCOME, "upheld", REASON, kind="pigeon")
        self.assertFalse(self._new_mails)
        self.assertFalse(complaint.contact_ids or complaint.outcome or complaint.decision)
        # Once it is there, the same call works.
        complaint.action_report_result(OUTCOME, "upheld", REASON)
        self.assertTrue(complaint.result_reported_at)

    def test_steps(self):
        """Reported from execution on; not before, and not what has ended."""
        for step in ("triage", "investigation", "solution"):
            complaint = self.new_done(step)
            with self.subTest(step), self.assertRaisesRegex(UserError, "not that far yet"):
                self.open(complaint)
        for step in ("execution", "follow_up"):
            self.assertTrue(self.new_reported(step).result_reported_at)
        for step in ("closed", "cancelled"):
            complaint = self.new_done(step)
            with self.subTest(step), self.assertRaisesRegex(UserError, "has ended"):
                self.open(complaint)

    def test_question(self):
        """IN-6: of a question nothing is decided; its answer may be reported all the same."""
        complaint = self.new_done(nature="inquiry", founded=False, fault=None)
        form = self.open(complaint)
        self.assertFalse(form.needs_decision or form.decision)
        form.outcome = "At nine o'clock."
        wizard = form.save()
        with self.mock_mail_gateway():
            wizard.action_apply()
        mail = self.mails_to(self._new_mails, self.customer.email)
        self.assertIn("At nine", mail.body_html)
        self.assertNotIn("uphold", mail.body_html)
        self.assertFalse(mail.attachment_ids)
        self.assertTrue(complaint.result_reported_at)

    def test_again(self):
        """Told again as often as needed; what was confirmed holds as long as nothing has changed."""
        complaint = self.new_done()
        self.report(complaint)
        complaint.action_confirm_result("signed", "Zhang San", SIGNATURE)
        first = complaint.result_reported_at
        with self.mock_datetime_and_now(first + timedelta(hours=1)):
            self.report(complaint)
        self.assertEqual(complaint.result_reported_at, first + timedelta(hours=1))
        self.assertEqual(complaint.confirmation, "signed")
        self.assertEqual(len(complaint.contact_ids), 2)
        self.report(complaint, outcome="Another one came.", decision="partly")
        self.assertFalse(complaint.confirmation)
        self.assertTrue(complaint.result_reported_at)
        note = complaint.message_ids.filtered(lambda message: "reported anew" in message.body)
        self.assertEqual(len(note), 1)
        self.assertIn(OUTCOME, note.body)
        self.assertIn("Decision: Upheld", note.body)

    def test_two_at_once(self):
        """A colleague reported while the dialog was open: no second letter, and who it was is said."""
        complaint = self.new_done()
        forms = [self.open(complaint, user) for user in (self.handler, self.colleague)]
        for form in forms:
            form.decision_reason, form.outcome = REASON, OUTCOME
        first, second = (form.save() for form in forms)
        with self.mock_mail_gateway():
            first.action_apply()
            self.assertEqual(len(self.mails_to(self._new_mails, self.customer.email)), 1)
            with self.assertRaisesRegex(UserError, "Handler has reported"):
                second.action_apply()
            # The same button pressed twice.
            with self.assertRaisesRegex(UserError, "Handler has reported"):
                first.action_apply()
        self.assertEqual(len(self.mails_to(self._new_mails, self.customer.email)), 1)
        self.assertEqual(len(complaint.contact_ids), 1)

    def test_confirmed_at_once(self):
        """SO-6: told in person, signed at once; where the signature is missing nothing is reported either."""
        complaint = self.new_done()
        form = self.open(complaint)
        form.decision_reason, form.outcome = REASON, OUTCOME
        form.send_letter, form.kind, form.confirmation = False, "visit", "signed"
        wizard = form.save()
        with self.assertRaisesRegex(UserError, "sign on the screen"), self.env.cr.savepoint():
            wizard.action_apply()
        self.env.invalidate_all()
        self.assertFalse(complaint.result_reported_at)
        wizard.signature = SIGNATURE
        wizard.action_apply()
        self.assertEqual(
            (complaint.confirmation, complaint.confirmed_by, complaint.confirmation_signature),
            ("signed", "Zhang San", SIGNATURE),
        )

    def test_template_removed(self):
        """Without the template a letter is written by hand."""
        self.env.ref("complaint_management.mail_template_result").unlink()
        complaint = self.new_done()
        with self.assertRaisesRegex(UserError, "Write the letter"), self.env.cr.savepoint():
            complaint.action_report_result(OUTCOME, "upheld", REASON)
        self.report(complaint, letter_subject="x", letter_body="<p>Dear neighbour!</p>")
        self.assertTrue(complaint.result_reported_at)

    def test_second_company(self):
        """Each company writes under its own name."""
        complaint = self.new_complaint(
            user=self.foreign_manager,
            team_id=self.foreign_team.id,
            company_id=self.company_2.id,
            nature="complaint",
            founded="founded",
        )
        self.move(complaint, "feedback", self.foreign_manager)
        mail = self.mails_to(self.report(complaint, self.foreign_manager), self.customer.email)
        self.assertIn(self.company_2.name, mail.body_html)

    def test_nothing_of_others(self):
        """OR-1: the dialog shows nobody the result of what they may not change."""
        complaint = self.new_done()
        for user in (self.stranger, self.auditor):
            wizard = self.env["complaint.result"].sudo().create({"complaint_id": complaint.id})
            theirs = wizard.with_user(user).sudo()
            theirs._compute_letter()
            theirs._compute_result()
            with self.subTest(user.login):
                self.assertFalse(theirs.letter_body or theirs.decision_reason or theirs.outcome)
