from contextlib import contextmanager

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon


@tagged("post_install", "-at_install")
class TestExtension(DeadlineCommon):
    """TL-7: more time is asked for in time, decided by a leader, and told to the complainant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Extension = cls.env["complaint.deadline.extension"]
        cls.customer.lang = "en_US"

    def new_received(self, user=None, **vals):
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            return self.new_complaint(
                user or self.handler, received_at=self.local("2026-03-02 08:30"), **vals
            )

    def ask(self, complaint, amount=2, user=None, moment="2026-03-03 09:00", milestone="investigate"):
        with self.mock_datetime_and_now(self.local(moment)):
            return self.Extension.with_user(user or self.handler).create(
                {
                    "deadline_id": self.clock(complaint, milestone).id,
                    "amount": amount,
                    "reason": "The spare part comes from abroad.",
                }
            )

    @contextmanager
    def refused(self, exception, pattern):
        """Something is refused with a message, and undone."""
        with self.assertRaisesRegex(exception, pattern), self.env.cr.savepoint():
            yield

    def approve(self, extension, user=None, moment="2026-03-03 10:00"):
        with self.mock_datetime_and_now(self.local(moment)):
            self.send_notices()
            with self.mock_mail_gateway():
                extension.with_user(user or self.leader).action_approve()
                self.send_notices()

    def test_approved(self):
        complaint = self.new_received()
        extension = self.ask(complaint)
        clock = self.clock(complaint, "investigate")
        self.assertEqual((extension.old_due, extension.new_due), (clock.due, self.local("2026-03-13 17:00")))
        self.assertEqual(clock.due, self.local("2026-03-11 17:00"), "nothing moves before the decision")
        activity = complaint.sudo().activity_ids
        self.assertEqual(activity.user_id, self.leader)
        self.assertIn("spare part", activity.note)
        self.approve(extension)
        self.assertRecordValues(
            clock, [{"due": self.local("2026-03-13 17:00"), "extension": 2, "state": "running"}]
        )
        self.assertEqual(clock.next_event_at, self.local("2026-03-12 08:00"))
        self.assertRecordValues(
            extension,
            [
                {
                    "state": "approved",
                    "decided_by_id": self.leader.id,
                    "decided_at": self.local("2026-03-03 10:00"),
                    "old_due": self.local("2026-03-11 17:00"),
                    "new_due": self.local("2026-03-13 17:00"),
                }
            ],
        )
        self.assertFalse(complaint.sudo().activity_ids)

    def test_customer_is_told(self):
        """TL-7: the complainant reads the new date and the reason, in their language, with the number."""
        complaint = self.new_received()
        self.approve(self.ask(complaint))
        mail = self._new_mails.filtered(lambda mail: self.customer in mail.recipient_ids)
        self.assertEqual(len(mail), 1)
        self.assertIn(complaint.number, mail.subject)
        self.assertIn("The spare part comes from abroad.", mail.body_html)
        self.assertRegex(mail.body_html, r"March 13, 2026, 5:00\sPM")

    def test_complainant_without_contact_is_told(self):
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_complaint(
                self.handler,
                partner_id=False,
                partner_name="Li Si",
                partner_email="li.si@example.com",
                received_at=self.local("2026-03-02 08:30"),
            )
        partners = self.env["res.partner"].search_count([])
        self.approve(self.ask(complaint))
        mail = self._new_mails.filtered(lambda mail: "li.si@example.com" in (mail.email_to or ""))
        self.assertEqual(len(mail), 1)
        self.assertIn("spare part", mail.body_html)
        self.assertEqual(self.env["res.partner"].search_count([]), partners)

    def test_asker_is_told(self):
        complaint = self.new_received()
        self.approve(self.ask(complaint))
        told = self.env["mail.message"].search(
            [("message_type", "=", "user_notification"), ("partner_ids", "in", self.handler.partner_id.ids)]
        )
        self.assertEqual(told[:1].subject, "More time granted: Investigation")

    def test_refused(self):
        complaint = self.new_received()
        extension = self.ask(complaint)
        with self.assertRaisesRegex(UserError, "reason of the refusal"):
            extension.with_user(self.leader).action_refuse()
        extension.with_user(self.leader).refusal = "Ask the other supplier."
        with self.mock_mail_gateway():
            extension.with_user(self.leader).action_refuse()
        self.assertEqual(extension.state, "refused")
        self.assertEqual(self.clock(complaint, "investigate").due, self.local("2026-03-11 17:00"))
        self.assertFalse(self._new_mails.filtered(lambda mail: self.customer in mail.recipient_ids))
        told = self.env["mail.message"].search([("partner_ids", "in", self.handler.partner_id.ids)], limit=1)
        self.assertIn("Ask the other supplier.", told.body)
        # And may be asked again.
        self.assertTrue(self.ask(complaint, amount=1))

    def test_ceiling(self):
        """TL-7: in all no longer than the rule allows."""
        complaint = self.new_received()
        with self.refused(ValidationError, "by 5 days at most"):
            self.ask(complaint, amount=6)
        self.approve(self.ask(complaint, amount=3))
        with self.refused(ValidationError, "by 2 days at most"):
            self.ask(complaint, amount=3)
        with self.refused(ValidationError, "by 0 hours at most"):
            self.ask(complaint, amount=1, milestone="triage", moment="2026-03-02 09:00")
        with self.refused(ValidationError, "by how much"):
            self.ask(complaint, amount=0)

    def test_only_before_it_has_passed(self):
        """TL-7: asked for before the limit passes."""
        complaint = self.new_received()
        self.run_cron("2026-03-12 09:00")
        with self.refused(UserError, "before the limit has passed"):
            self.ask(complaint, moment="2026-03-12 09:30")
        unnoticed = self.new_received()
        with self.refused(UserError, "before the limit has passed"):
            self.ask(unnoticed, moment="2026-03-12 09:30")

    def test_decided_after_it_has_passed(self):
        """Asked in time, decided late: the new limit counts, and a case that was overdue has time again."""
        complaint = self.new_received()
        extension = self.ask(complaint)
        self.run_cron("2026-03-12 09:00")
        clock = self.clock(complaint, "investigate")
        self.assertEqual(clock.state, "breached")
        self.approve(extension, moment="2026-03-12 10:00")
        self.assertEqual((clock.state, clock.due), ("running", self.local("2026-03-13 17:00")))
        self.assertTrue(clock.next_event_at)

    def test_reached_meanwhile(self):
        complaint = self.new_received()
        extension = self.ask(complaint)
        with self.mock_datetime_and_now(self.local("2026-03-03 09:30")):
            self.clock(complaint, "investigate")._reach(self.local("2026-03-03 09:30"))
        with self.assertRaisesRegex(UserError, "reached or given up"):
            extension.with_user(self.leader).action_approve()

    def test_one_request_at_a_time(self):
        complaint = self.new_received()
        self.ask(complaint)
        with self.refused(UserError, "waits for a decision already"):
            self.ask(complaint)

    def test_who_asks(self):
        complaint = self.new_received()
        for user in (self.auditor, self.quality, self.stranger, self.foreign_manager, self.plain_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.ask(complaint, user=user)

    def test_who_decides(self):
        """The team's leader or one above, or a manager; never who asked, never somebody excluded."""
        complaint = self.new_received()
        extension = self.ask(complaint)
        for user in (self.handler, self.colleague, self.auditor, self.stranger):
            with self.subTest(user.login), self.assertRaises(AccessError):
                extension.with_user(user).action_approve()
            self.assertFalse(extension.with_user(user).may_decide if user != self.stranger else False)
        self.assertTrue(extension.with_user(self.leader).may_decide)
        self.approve(extension, user=self.manager)
        own = self.ask(self.new_received(), user=self.leader)
        with self.assertRaises(AccessError):
            own.with_user(self.leader).action_approve()
        self.approve(own, user=self.manager)

    def test_leader_who_is_concerned(self):
        """OR-2: the leader complained about neither reads nor decides, nor is asked."""
        employee = self.new_employee(self.leader)
        complaint = self.new_received(employee_ids=employee.ids)
        extension = self.ask(complaint)
        self.assertNotIn(self.leader, complaint.sudo().activity_ids.user_id)
        with self.assertRaises(AccessError):
            extension.with_user(self.leader).action_approve()

    def test_request_is_not_rewritten(self):
        complaint = self.new_received()
        extension = self.ask(complaint)
        for vals in (
            {"amount": 5},
            {"state": "approved"},
            {"reason": "x"},
            {"requested_by_id": self.leader.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                extension.with_user(self.handler).write(vals)
        forged = self.Extension.with_user(self.handler)
        other = self.new_received()
        values = {
            "deadline_id": self.clock(other, "investigate").id,
            "amount": 1,
            "reason": "x",
            "state": "approved",
            "requested_by_id": self.leader.id,
        }
        with self.mock_datetime_and_now(self.local("2026-03-03 09:00")):
            created = forged.create(values)
        self.assertEqual((created.state, created.requested_by_id), ("requested", self.handler))

    def test_refusal_is_the_deciders(self):
        """Neither who asked nor anybody afterwards writes or rewrites why it was refused."""
        extension = self.ask(self.new_received())
        with self.assertRaises(UserError):
            extension.with_user(self.handler).refusal = "They were right."
        extension.with_user(self.leader).refusal = "Ask the other supplier."
        extension.with_user(self.leader).action_refuse()
        for user in (self.handler, self.leader):
            with self.subTest(user.login), self.assertRaises(UserError):
                extension.with_user(user).refusal = "Something else."
        self.assertEqual(extension.refusal, "Ask the other supplier.")

    def test_form(self):
        """The dialog shows what the new limit would be."""
        complaint = self.new_received()
        with self.mock_datetime_and_now(self.local("2026-03-03 09:00")):
            action = self.clock(complaint, "investigate").with_user(self.handler).action_request_extension()
            with Form(
                self.Extension.with_user(self.handler).with_context(**action["context"]),
                "complaint_management.complaint_deadline_extension_view_form_request",
            ) as form:
                self.assertEqual(form.longest, 5)
                form.amount = 3
                self.assertEqual(form.new_due, self.local("2026-03-16 17:00"))
                form.reason = "Waiting for the part."
        self.assertEqual(complaint.sudo().deadline_ids.extension_ids.amount, 3)
