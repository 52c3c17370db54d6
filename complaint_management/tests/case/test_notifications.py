from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..common import ComplaintCommon


@tagged("post_install", "-at_install")
class NotificationCase(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in cls.env["res.users"].search([("share", "=", False), ("login", "not like", "@")]):
            user.partner_id.email = f"{user.login}@staff.example.com"

    def told(self, user):
        """Return what a user was told in messages made for them alone."""
        return self.env["mail.message"].search(
            [("message_type", "=", "user_notification"), ("partner_ids", "in", user.partner_id.ids)],
            order="id",
        )


@tagged("post_install", "-at_install")
class TestAssignment(NotificationCase):
    """Who becomes responsible is told so once, and follows; nobody else is told."""

    def test_assigned_by_other(self):
        complaint = self.new_complaint(user=self.manager, user_id=False)
        with self.mock_mail_gateway():
            complaint.with_user(self.manager).user_id = self.handler
        self.assertEqual(len(self.told(self.handler)), 1)
        self.assertIn(complaint.display_name, self.told(self.handler).subject)
        self.assertEqual(self._new_mails.recipient_ids, self.handler.partner_id)
        self.assertIn(self.handler.partner_id, complaint.message_partner_ids)
        self.assertNotIn(self.customer, complaint.message_partner_ids)

    def test_told_once(self):
        complaint = self.new_complaint(user=self.manager, user_id=False)
        complaint.user_id = self.handler
        complaint.user_id = self.handler
        complaint.write({"user_id": self.handler.id, "occurred_place": "Cellar"})
        self.assertEqual(len(self.told(self.handler)), 1)
        complaint.user_id = self.colleague
        complaint.user_id = self.handler
        self.assertEqual(len(self.told(self.handler)), 2)
        self.assertEqual(len(self.told(self.colleague)), 1)

    def test_assigned_to_oneself(self):
        complaint = self.new_complaint(user=self.manager, user_id=False)
        complaint.with_user(self.handler).action_assign_to_me()
        self.assertFalse(self.told(self.handler))
        self.assertIn(self.handler.partner_id, complaint.message_partner_ids)

    def test_assigned_at_creation(self):
        self.new_complaint(user=self.manager, user_id=self.handler.id)
        self.assertEqual(len(self.told(self.handler)), 1)
        self.new_complaint(user=self.handler)
        self.assertEqual(len(self.told(self.handler)), 1)

    def test_many_at_once(self):
        """50 complaints assigned at once are one message that lists them."""
        complaints = self.Complaint.create(
            [{"name": f"Case {number}", "user_id": False} for number in range(50)]
        )
        with self.mock_mail_gateway():
            complaints.with_user(self.manager).write({"user_id": self.handler.id})
        message = self.told(self.handler)
        self.assertEqual(len(message), 1)
        self.assertEqual(message.subject, "50 complaints were assigned to you")
        for complaint in complaints:
            self.assertIn(f"/odoo/complaints/{complaint.id}", message.body)
            self.assertIn(complaint.number, message.body)
            # Somebody may be excluded from one of them later.
            self.assertNotIn(complaint.name + "<", message.body)
        self.assertNotIn("more", html2plaintext(message.body))
        self.assertEqual(len(self._new_mails), 1)
        for complaint in complaints:
            self.assertIn(self.handler.partner_id, complaint.message_partner_ids)

    def test_many_created(self):
        """Created in one call for two persons: one message each, the list cut at 50."""
        people = [self.handler.id] * 55 + [self.colleague.id] * 3
        self.Complaint.with_user(self.manager).create(
            [{"name": "Case", "user_id": user_id} for user_id in people]
        )
        self.assertEqual(len(self.told(self.handler)), 1)
        self.assertEqual(self.told(self.handler).body.count("<li>"), 50)
        self.assertIn("and 5 more", html2plaintext(self.told(self.handler).body))
        self.assertEqual(len(self.told(self.colleague)), 1)

    def test_language(self):
        """Each person is told in their own language."""
        self.env["res.lang"]._activate_lang("fr_FR")
        view = self.env.ref("complaint_management.message_many_assigned")
        source = "These complaints were assigned to you:"
        view.update_field_translations("arch_db", {"fr_FR": {source: "Ces plaintes sont pour vous :"}})
        self.handler.lang = "fr_FR"
        complaints = self.Complaint.create([{"name": "Case", "user_id": False} for _number in range(4)])
        complaints[:2].with_user(self.manager).write({"user_id": self.handler.id})
        complaints[2:].with_user(self.manager).write({"user_id": self.colleague.id})
        self.assertIn("Ces plaintes sont pour vous :", self.told(self.handler).body)
        self.assertIn(source, self.told(self.colleague).body)

    def test_quiet(self):
        """An import that tracks nothing tells nobody."""
        quiet = self.Complaint.with_user(self.manager).with_context(tracking_disable=True)
        complaint = quiet.create({"name": "Imported", "user_id": self.handler.id})
        complaint.user_id = self.colleague
        self.assertFalse(self.told(self.handler) | self.told(self.colleague))


@tagged("post_install", "-at_install")
class TestExcluded(NotificationCase):
    """The employee concerned is told nothing, whoever names them (OR-2)."""

    def setUp(self):
        super().setUp()
        self.complaint = self.new_complaint()
        self.concerned = self.colleague.partner_id
        self.complaint.employee_ids = self.new_employee(self.colleague)

    def assert_not_told(self, message):
        self.assertNotIn(self.concerned, message.partner_ids)
        self.assertNotIn(self.concerned, message.notified_partner_ids)
        self.assertNotIn(self.concerned, self._new_mails.recipient_ids)
        for mail in self._mails:
            self.assertNotIn(self.concerned.email, str(mail["email_to"]))

    def test_recipient(self):
        others = self.customer | self.handler.partner_id
        with self.mock_mail_gateway():
            message = self.complaint.with_user(self.manager).message_post(
                body="Look",
                partner_ids=(self.concerned | others).ids,
                outgoing_email_to=self.concerned.email,
                subtype_xmlid="mail.mt_comment",
            )
        self.assert_not_told(message)
        self.assertEqual(message.partner_ids, others)
        self.assertLessEqual(others, message.notified_partner_ids)

    def test_follower(self):
        self.env["mail.followers"].create(
            {"res_model": self.complaint._name, "res_id": self.complaint.id, "partner_id": self.concerned.id}
        )
        with self.mock_mail_gateway():
            message = self.complaint.with_user(self.manager).message_post(
                body="Look", subtype_xmlid="mail.mt_comment"
            )
        self.assert_not_told(message)

    def test_notify_and_log(self):
        with self.mock_mail_gateway():
            message = self.complaint.message_notify(
                body="Look", subject="Look", partner_ids=(self.concerned | self.handler.partner_id).ids
            )
        self.assert_not_told(message)
        self.assertEqual(message.partner_ids, self.handler.partner_id)

    def test_concerned_later(self):
        """What was addressed to them before they were named is taken from them."""
        complaint = self.new_complaint()
        message = complaint.message_post(body="Look", partner_ids=self.concerned.ids)
        complaint.employee_ids = self.complaint.employee_ids
        self.assertFalse(message.partner_ids | message.notified_partner_ids)


@tagged("post_install", "-at_install")
class TestStageMail(NotificationCase):
    """A stage's mail goes to the customer, in the customer's language, when the stage is entered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.template = cls.env["mail.template"].create(
            {
                "name": "Triage",
                "model_id": cls.env["ir.model"]._get_id("complaint.complaint"),
                "subject": "Your complaint {{ object.number }}",
                "body_html": "<p>We look at it.</p>",
            }
        )
        cls.template.with_context(lang="fr_FR").write(
            {"subject": "Votre plainte {{ object.number }}", "body_html": "<p>Nous examinons.</p>"}
        )
        cls.stages = {
            step: cls.env["complaint.stage"].browse(cls.env["complaint.stage"]._first_of_step(step, False))
            for step in ("triage", "cancelled")
        }
        for stage in cls.stages.values():
            stage.mail_template_id = cls.template

    def move(self, complaint, step="triage", **context):
        # What was created in the same transaction is not tracked, and was acknowledged.
        self.flush_tracking()
        self.send_notices()
        with self.mock_mail_gateway():
            complaint.with_user(self.handler).with_context(**context).move_to(step)
            self.flush_tracking()
            self.send_notices()
        return self._new_mails

    def test_language(self):
        for lang, subject, body in (
            ("en_US", "Your complaint", "We look at it."),
            ("fr_FR", "Votre plainte", "Nous examinons."),
        ):
            with self.subTest(lang):
                self.customer.lang = lang
                complaint = self.new_complaint()
                mail = self.move(complaint)
                self.assertEqual(mail.recipient_ids, self.customer)
                self.assertEqual(mail.subject, f"{subject} {complaint.number}")
                self.assertIn(body, mail.body_html)
                self.assertIn(body, complaint.message_ids.mapped("body")[0])

    def test_once(self):
        """Other changes, and other stages, send nothing."""
        complaint = self.new_complaint()
        self.move(complaint)
        with self.mock_mail_gateway():
            complaint.write({"stage_id": self.stages["triage"].id, "name": "Still no heating"})
            self.flush_tracking()
            complaint.move_to("dispatch")
            self.flush_tracking()
            self.send_notices()
        self.assertFalse(self._new_mails)

    def test_no_contact(self):
        """A complainant who is no contact gets it at their address, and stays no contact."""
        count = self.env["res.partner"].search_count([])
        complaint = self.new_complaint(partner_id=False, partner_name="Li", partner_email="li@example.net")
        mail = self.move(complaint)
        self.assertEqual(mail.email_to, "li@example.net")
        self.assertFalse(mail.recipient_ids)
        self.assertEqual(self.env["res.partner"].search_count([]), count)
        self.assertIn("We look at it.", "".join(complaint.message_ids.mapped("body")))

    def test_reply_to(self):
        self.centre.alias_name = "complaints"
        mail = self.move(self.new_complaint())
        self.assertIn(self.centre.alias_email, mail.reply_to)

    def test_quiet(self):
        """Nothing is sent where nothing is tracked, as in an import."""
        self.assertFalse(self.move(self.new_complaint(), tracking_disable=True))

    def test_cancelled_and_merged(self):
        """The end of a merged complaint is none for the customer."""
        complaint, repeat, third = self.new_complaint(), self.new_complaint(), self.new_complaint()
        self.flush_tracking()
        self.send_notices()
        with self.mock_mail_gateway():
            repeat.with_user(self.manager).merge_into(complaint.with_user(self.manager))
            self.flush_tracking()
            self.send_notices()
        self.assertEqual(repeat.step, "cancelled")
        self.assertFalse(self._new_mails)
        with self.mock_mail_gateway():
            third.with_user(self.manager).action_cancel("withdrawn")
            self.flush_tracking()
            self.send_notices()
        self.assertEqual(self._new_mails.recipient_ids, self.customer)
