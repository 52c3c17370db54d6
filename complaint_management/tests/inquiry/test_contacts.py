from contextlib import contextmanager
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon
from odoo.addons.complaint_management.tests.web_client import read_specification

LOG = "complaint_management.complaint_contact_view_form_log"


class ContactCommon(DeadlineCommon):
    """A complaint of Monday, half past eight, to be responded to within an hour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Contact = cls.env["complaint.contact"]
        cls.promise_type = cls.env.ref("complaint_management.mail_activity_type_promised_contact")

    def new_received(self, user=None, **vals):
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            return self.new_complaint(user, received_at=self.local("2026-03-02 08:30"), **vals)

    def log(self, complaints, user=None, moment="2026-03-02 09:00", **vals):
        """Log a contact on each of the complaints at a local moment, as a user (handler by default)."""
        with self.mock_datetime_and_now(self.local(moment)):
            return self.Contact.with_user(user or self.handler).create(
                [{"complaint_id": complaint.id, "summary": "We talked.", **vals} for complaint in complaints]
            )

    @contextmanager
    def refused(self, exception, pattern=""):
        """Something is refused with a message, and undone."""
        with self.assertRaisesRegex(exception, pattern), self.env.cr.savepoint():
            yield

    def promises(self, complaint, done=False):
        activities = complaint.sudo().with_context(active_test=False).activity_ids
        return activities.filtered(
            lambda activity: activity.activity_type_id == self.promise_type and activity.active != done
        )


@tagged("post_install", "-at_install")
class TestContacts(ContactCommon):
    """CO-1: every contact is on the record with direction, channel, who, when and what was said."""

    def test_defaults(self):
        """CO-1: the dialog knows how, with whom, by what and when; what was said is all that is typed."""
        complaint = self.new_received()
        context = {"default_complaint_id": complaint.id}
        moment = self.local("2026-03-02 09:00")
        with (
            self.mock_datetime_and_now(moment),
            Form(self.Contact.with_user(self.handler).with_context(**context), LOG) as form,
        ):
            form.summary = "We talked."
        contact = form.record
        self.assertRecordValues(
            contact,
            [
                {
                    "complaint_id": complaint.id,
                    "company_id": self.company.id,
                    "kind": "call",
                    "direction": "out",
                    "result": "reached",
                    "channel_id": self.env.ref("complaint_management.complaint_channel_phone").id,
                    "partner_name": "Zhang San",
                    "date": moment,
                    "user_id": self.handler.id,
                    "summary": "We talked.",
                    "purpose": False,
                }
            ],
        )

    def test_channel_by_kind(self):
        complaint = self.new_received()

        def channel(name):
            return self.env.ref(f"complaint_management.complaint_channel_{name}")

        visit, letter, message, call = (
            self.log(complaint, kind=kind) for kind in ("visit", "letter", "message", "call")
        )
        self.assertEqual(
            [contact.channel_id for contact in (visit, letter, message, call)],
            [channel("walk_in"), channel("letter"), channel("email"), channel("phone")],
        )
        complaint.channel_id = channel("chat")
        self.assertEqual(self.log(complaint, kind="message").channel_id, channel("chat"))
        chosen = self.log(complaint, channel_id=self.channel.id)
        self.assertEqual(chosen.channel_id, self.channel)
        # A company may do without one that comes with the add-on.
        channel("walk_in").active = False
        channel("letter").unlink()
        self.assertFalse(self.log(complaint, kind="visit").channel_id)
        self.assertFalse(self.log(complaint, kind="letter").channel_id)

    def test_bad_input(self):
        complaint = self.new_received()
        with self.refused(ValidationError, "once it has been"):
            self.log(complaint, date=self.local("2026-03-02 09:06"))
        self.assertTrue(self.log(complaint, date=self.local("2026-03-02 09:05")))
        with self.refused(ValidationError, "before this one"):
            self.log(complaint, promised_date="2026-02-28")
        with self.refused(ValidationError, "what was said"):
            self.log(complaint, summary=" \n")

    # who may

    def test_who_logs(self):
        """CO-1: whoever reads a complaint logs a contact on it, also one that is not theirs to change."""
        complaint = self.new_received(received_by_id=self.handler.id)
        with self.assertRaises(AccessError):
            complaint.with_user(self.first_contact).check_access("write")
        for user in (self.handler, self.first_contact, self.colleague, self.leader, self.manager):
            with self.subTest(user.login):
                contact = self.log(complaint, user)
                self.assertEqual(contact.user_id, user)
                self.assertEqual(contact.sudo().message_id.author_id, user.partner_id)
        portal = new_test_user(self.env, "portal_customer", groups="base.group_portal")
        for user in (
            self.stranger,
            self.quality,
            self.auditor,
            self.plain_user,
            self.foreign_manager,
            portal,
        ):
            with self.subTest(user.login), self.refused(AccessError):
                self.log(complaint, user)

    def test_who_reads(self):
        """Who reads the complaint; nobody without a group, of another company or outside."""
        contact = self.log(self.new_received())
        portal = new_test_user(self.env, "portal_customer", groups="base.group_portal")
        for user in (self.first_contact, self.colleague, self.manager, self.quality, self.auditor):
            with self.subTest(user.login):
                self.assertEqual(self.Contact.with_user(user).search([]), contact)
                self.assertEqual(contact.with_user(user).read(["summary"])[0]["summary"], "We talked.")
                self.assertFalse(contact.with_user(user).has_access("unlink"))
        for user in (self.stranger, self.foreign_manager):
            with self.subTest(user.login):
                self.assertFalse(self.Contact.with_user(user).search([]))
        for user in (self.stranger, self.foreign_manager, self.plain_user, portal):
            with self.subTest(user.login), self.refused(AccessError):
                contact.with_user(user).read(["summary"])
        for user in (self.plain_user, portal):
            with self.subTest(user.login), self.refused(AccessError):
                self.Contact.with_user(user).search([])

    def test_who_changes(self):
        """Only whose contact it was, and managers; nobody deletes it."""
        contact = self.log(self.new_received(), self.colleague)
        for user in (self.colleague, self.manager):
            with self.subTest(user.login):
                self.assertTrue(contact.with_user(user).may_change)
                contact.with_user(user).summary = f"Corrected by {user.name}."
        for user in (self.handler, self.first_contact, self.leader, self.quality, self.auditor):
            with self.subTest(user.login), self.refused(AccessError):
                self.assertFalse(contact.with_user(user).may_change)
                contact.with_user(user).summary = "Something else."
        for user in (self.colleague, self.manager):
            with self.subTest(user.login), self.refused(AccessError):
                contact.with_user(user).unlink()
        self.assertEqual(contact.summary, "Corrected by Manager.")

    def test_nobody_speaks_for_a_colleague(self):
        """Whose contact it was never changes, and is somebody else's only where a manager enters it."""
        complaint = self.new_received()
        with self.refused(AccessError, "had themselves"):
            self.log(complaint, self.handler, user_id=self.colleague.id)
        with self.refused(AccessError, "had themselves"):
            forged = self.Contact.with_user(self.handler).with_context(default_user_id=self.colleague.id)
            forged.create({"complaint_id": complaint.id, "summary": "x"})
        contact = self.log(complaint, self.manager, user_id=self.colleague.id)
        message = contact.sudo().message_id
        self.assertEqual(message.author_id, self.colleague.partner_id)
        self.assertRegex(message.preview, "Entered by.*Manager")
        other = self.new_received()
        for vals in (
            {"user_id": self.handler.id},
            {"complaint_id": other.id},
            {"message_id": False},
            {"activity_id": False},
            {"history": False},
        ):
            with self.subTest(vals=vals), self.refused(UserError, "never changes"):
                contact.with_user(self.manager).write(vals)

    def test_nothing_is_forged_at_creation(self):
        complaint = self.new_received()
        foreign = self.env["mail.message"].search([("model", "!=", "complaint.complaint")], limit=1)
        forged = self.Contact.with_user(self.handler).with_context(
            default_message_id=foreign.id, default_history="<p>Never said.</p>"
        )
        contact = forged.create({"complaint_id": complaint.id, "summary": "x", "history": "<p>Nor this.</p>"})
        self.assertEqual(contact.sudo().message_id.res_id, complaint.id)
        self.assertNotEqual(contact.sudo().message_id, foreign)
        self.assertFalse(contact.history)

    def test_excluded(self):
        """OR-2: the employee concerned sees no contact, not even one of their own."""
        complaint = self.new_received()
        contact = self.log(complaint, self.colleague, promised_date="2026-03-04")
        employee = self.new_employee(self.colleague)
        complaint.with_user(self.manager).employee_ids = employee
        self.assertEqual(self.promises(complaint).user_id, self.handler)
        self.env.invalidate_all()
        self.assertFalse(self.Contact.with_user(self.colleague).search([]))
        for field in ("summary", "may_change", "wording", "display_name"):
            with self.subTest(field), self.refused(AccessError):
                contact.with_user(self.colleague).read([field])
        with self.refused(AccessError):
            contact.with_user(self.colleague).summary = "It was the customer's fault."
        with self.refused(AccessError):
            self.log(complaint, self.colleague)
        with self.refused(AccessError):
            contact.sudo().message_id.with_user(self.colleague).read(["body"])

    def test_confidential(self):
        """Who must not know of a complaint knows of no contact either."""
        complaint = self.new_received()
        contact = self.log(complaint)
        complaint.confidential = True
        self.assertFalse(self.Contact.with_user(self.colleague).search([]))
        self.assertEqual(self.Contact.with_user(self.leader).search([]), contact)

    def test_defaults_tell_nothing(self):
        """The dialog opened for a complaint out of sight is refused, and so tells nothing about it."""
        complaint = self.new_received()
        values = {"complaint_id": complaint.id, "kind": "call", "purpose": "opening"}
        self.env.invalidate_all()
        spec = dict.fromkeys((*values, "partner_name", "channel_id", "wording"), {})
        for changed in ([], ["complaint_id"], ["purpose"]):
            with self.subTest(changed=changed), self.assertRaises(AccessError):
                self.Contact.with_user(self.stranger).onchange(values, changed, spec)

    def test_two_companies(self):
        """Each company sees its own contacts, a user of both those of the companies switched on."""
        both = new_test_user(
            self.env,
            "both",
            groups="complaint_management.group_complaint_manager",
            company_ids=[Command.set((self.company | self.company_2).ids)],
        )
        here = self.log(self.new_received())
        foreign = self.Complaint.with_user(self.foreign_manager).create({"name": "Foreign"})
        there = self.Contact.with_user(self.foreign_manager).create(
            {"complaint_id": foreign.id, "summary": "There."}
        )
        self.assertEqual(there.company_id, self.company_2)
        own = self.Contact.with_user(both)
        self.assertEqual(own.with_context(allowed_company_ids=self.company.ids).search([]), here)
        self.assertEqual(own.with_context(allowed_company_ids=self.company_2.ids).search([]), there)
        self.assertEqual(self.Contact.with_user(self.foreign_manager).search([]), there)

    # the line in the chatter

    def test_note(self):
        """CO-1: the time line shows the contact with its own moment and author; nobody is told by mail."""
        complaint = self.new_received()
        complaint.message_subscribe((self.customer | self.colleague.partner_id).ids)
        with self.mock_mail_gateway(), self.mock_mail_app():
            contact = self.log(
                complaint,
                date=self.local("2026-03-02 08:45"),
                purpose="apology",
                result="message_left",
                summary="It is <cold>.\nWe apologized.",
                promised_date="2026-03-04",
                promised_note="To call again",
            )
        self.assertFalse(self._new_mails)
        message = self._new_msgs
        self.assertEqual(message, contact.sudo().message_id)
        self.assertRecordValues(
            message,
            [
                {
                    "model": "complaint.complaint",
                    "res_id": complaint.id,
                    "date": self.local("2026-03-02 08:45"),
                    "author_id": self.handler.partner_id.id,
                    "message_type": "notification",
                    "subtype_id": self.env.ref("mail.mt_note").id,
                    "is_internal": True,
                    "partner_ids": [],
                    "notified_partner_ids": [],
                }
            ],
        )
        for part in (
            "fa-phone",
            "Call · Outgoing · Apology · Message left",
            "Zhang San",
            "Phone",
            "It is &lt;cold&gt;.<br>We apologized.",
            "2026-03-04",
            "To call again",
        ):
            self.assertIn(part, message.body)
        self.assertNotIn("Entered by", message.body)

    def test_change_keeps_the_old_wording(self):
        """CO-1: a changed contact says that it was changed, by whom and when, and what it said before."""
        contact = self.log(self.new_received(), self.colleague, summary="They were angry.")
        message = contact.sudo().message_id
        with self.mock_datetime_and_now(self.local("2026-03-03 10:00")), self.mock_mail_app():
            contact.with_user(self.colleague).with_context(tz="Asia/Shanghai").summary = "They were upset."
        self.assertFalse(self._new_msgs)
        with self.mock_datetime_and_now(self.local("2026-03-04 11:00")):
            contact.with_user(self.manager).with_context(tz="Asia/Shanghai").write(
                {"summary": "They were worried.", "date": self.local("2026-03-02 08:50")}
            )
        self.assertEqual(contact.sudo().message_id, message)
        self.assertEqual(message.date, self.local("2026-03-02 08:50"))
        body = message.body
        parts = (
            "They were worried.",
            "Manager",
            "2026-03-04 11:00",
            "They were upset.",
            "Colleague",
            "2026-03-03 10:00",
            "They were angry.",
        )
        places = [body.find(part) for part in parts]
        self.assertNotIn(-1, places, body)
        self.assertEqual(places, sorted(places), body)
        self.assertEqual(body.count("Changed by"), 2)
        self.assertIn("They were angry.", contact.history)

    def test_written_again_unchanged(self):
        contact = self.log(self.new_received())
        body = contact.sudo().message_id.body
        contact.with_user(self.handler).write({"summary": "We talked.", "result": "reached"})
        self.assertEqual(contact.sudo().message_id.body, body)
        self.assertFalse(contact.history)

    def test_removed_note_comes_back(self):
        complaint = self.new_received()
        contact = self.log(complaint)
        contact.sudo().message_id.unlink()
        contact.with_user(self.handler).summary = "We talked long."
        message = contact.sudo().message_id
        self.assertEqual(message.res_id, complaint.id)
        self.assertIn("We talked long.", message.body)
        self.assertIn("We talked.", message.body)

    # the response

    def reached(self, complaint):
        return self.clock(complaint, "respond").reached_at

    def test_first_outward_contact_responds(self):
        """TL-3: reached or left a message, the clock stops at the contact's moment; the first one counts."""
        for result in ("reached", "message_left"):
            with self.subTest(result):
                complaint = self.new_received()
                self.log(complaint, result="not_reached")
                self.log(complaint, direction="in")
                self.assertFalse(self.reached(complaint))
                self.log(
                    complaint, moment="2026-03-02 11:00", date=self.local("2026-03-02 09:20"), result=result
                )
                self.assertEqual(self.reached(complaint), self.local("2026-03-02 09:20"))
                self.assertEqual(self.clock(complaint, "respond").state, "met")
                self.log(complaint, moment="2026-03-02 11:30")
                self.assertEqual(self.reached(complaint), self.local("2026-03-02 09:20"))

    def test_earliest_of_many_responds(self):
        complaint = self.new_received()
        with self.mock_datetime_and_now(self.local("2026-03-02 15:00")):
            self.Contact.with_user(self.handler).create(
                [
                    {"complaint_id": complaint.id, "summary": "x", "date": self.local(f"2026-03-02 {hour}")}
                    for hour in ("11:00", "10:00", "12:00")
                ]
            )
        self.assertEqual(self.reached(complaint), self.local("2026-03-02 10:00"))
        self.assertEqual(self.clock(complaint, "respond").state, "late")

    def test_before_receipt_answers_nothing(self):
        complaint = self.new_received()
        self.log(complaint, date=self.local("2026-03-02 08:00"))
        self.assertFalse(self.reached(complaint))
        # What is said while the complaint is received answers at once.
        self.log(complaint, date=self.local("2026-03-02 08:28"))
        self.assertEqual(self.reached(complaint), self.local("2026-03-02 08:30"))

    def test_corrected_result_responds(self):
        complaint = self.new_received()
        contact = self.log(complaint, result="not_reached")
        contact.with_user(self.handler).result = "message_left"
        self.assertEqual(self.reached(complaint), self.local("2026-03-02 09:00"))

    def test_contact_of_a_reader_responds(self):
        """A colleague who may not change the complaint takes the call back."""
        complaint = self.new_received(received_by_id=self.handler.id)
        self.log(complaint, self.first_contact)
        self.assertEqual(self.reached(complaint), self.local("2026-03-02 09:00"))

    # the promise

    def test_promise_is_planned_and_done(self):
        """CO-1: what was promised is planned for who promised it, and done with the next contact of ours."""
        complaint = self.new_received()
        with self.mock_mail_gateway():
            contact = self.log(
                complaint, self.colleague, promised_date="2026-03-04", promised_note="To call again"
            )
        self.assertFalse(self._new_mails)
        activity = self.promises(complaint)
        self.assertRecordValues(
            activity,
            [
                {
                    "user_id": self.colleague.id,
                    "date_deadline": fields.Date.to_date("2026-03-04"),
                    "summary": "To call again",
                    "res_id": complaint.id,
                }
            ],
        )
        self.assertEqual(contact.sudo().activity_id, activity)
        self.assertNotIn(self.colleague.partner_id, complaint.sudo().message_partner_ids)
        self.log(complaint, moment="2026-03-04 09:00", direction="in")
        self.log(complaint, moment="2026-03-04 09:05", result="not_reached")
        self.assertEqual(self.promises(complaint), activity, "the customer has not heard from us")
        self.log(complaint, moment="2026-03-04 09:30", result="message_left")
        self.assertFalse(self.promises(complaint))
        self.assertEqual(self.promises(complaint, done=True), activity)
        self.assertEqual(activity.feedback, "The customer was contacted.")

    def test_new_promise_follows_the_old(self):
        complaint = self.new_received()
        self.log(complaint, promised_date="2026-03-04")
        old = self.promises(complaint)
        self.log(complaint, moment="2026-03-03 09:00", promised_date="2026-03-06")
        self.assertEqual(self.promises(complaint, done=True), old)
        self.assertEqual(self.promises(complaint).date_deadline, fields.Date.to_date("2026-03-06"))

    def test_order_of_what_happened_counts(self):
        """A contact that is written down late neither keeps nor makes a promise that is of the past."""
        complaint = self.new_received()
        self.log(complaint, moment="2026-03-03 09:00", promised_date="2026-03-06")
        activity = self.promises(complaint)
        late = self.log(
            complaint,
            moment="2026-03-03 10:00",
            date=self.local("2026-03-02 10:00"),
            promised_date="2026-03-03",
        )
        self.assertEqual(self.promises(complaint), activity)
        self.assertFalse(late.sudo().activity_id)

    def test_promise_in_a_call_that_came_in(self):
        complaint = self.new_received()
        self.log(complaint, direction="in", promised_date="2026-03-03")
        self.assertEqual(self.promises(complaint).user_id, self.handler)

    def test_promise_is_changed(self):
        complaint = self.new_received()
        contact = self.log(complaint, promised_date="2026-03-04")
        activity = self.promises(complaint)
        contact.write({"promised_date": "2026-03-05", "promised_note": "To write"})
        self.assertEqual(self.promises(complaint), activity)
        self.assertEqual(
            (activity.date_deadline, activity.summary), (fields.Date.to_date("2026-03-05"), "To write")
        )
        contact.promised_date = False
        self.assertFalse(self.promises(complaint))
        self.assertFalse(activity.exists())
        contact.promised_date = "2026-03-06"
        self.assertEqual(self.promises(complaint).date_deadline, fields.Date.to_date("2026-03-06"))

    def test_promise_of_somebody_concerned_or_gone(self):
        """OR-2: what nobody may or can keep any more is the responsible person's."""
        gone = new_test_user(self.env, "gone", groups="complaint_management.group_complaint_handler")
        gone.active = False
        employee = self.new_employee(self.colleague)
        complaint = self.new_received(employee_ids=employee.ids)
        for user in (gone, self.colleague):
            with self.subTest(user.login):
                self.log(complaint, self.manager, user_id=user.id, promised_date="2026-03-04")
                self.assertEqual(self.promises(complaint).user_id, self.handler)

    def test_planned_by_hand(self):
        """A promised contact that somebody planned themselves is done as well."""
        complaint = self.new_received()
        with self.mock_datetime_and_now(self.local("2026-03-02 08:40")):
            activity = complaint.activity_schedule(
                "complaint_management.mail_activity_type_promised_contact", user_id=self.colleague.id
            )
        other = complaint.activity_schedule("mail.mail_activity_data_call", user_id=self.colleague.id)
        self.log(complaint)
        self.assertEqual(self.promises(complaint, done=True), activity)
        self.assertTrue(other.active)

    # many, ended, merged

    def test_log_contact(self):
        """What other parts log, on many at once and as superuser, is the contact of who did it."""
        complaints = self.new_received() | self.new_received()
        with self.mock_datetime_and_now(self.local("2026-03-02 09:00")):
            contacts = (
                complaints.with_user(self.handler)
                .sudo()
                ._log_contact("letter", "out", "closing", "We wrote why.", partner_name="Li Si")
            )
        self.assertEqual(contacts.complaint_id, complaints)
        self.assertEqual(contacts.user_id, self.handler)
        self.assertEqual(set(contacts.mapped("partner_name")), {"Li Si"})
        self.assertEqual(
            [self.reached(complaint) for complaint in complaints], [self.local("2026-03-02 09:00")] * 2
        )

    def test_ended(self):
        """A customer also calls about a case that has ended."""
        complaint = self.new_received()
        complaint.move_to("triage")
        complaint.action_cancel("Withdrawn.")
        self.assertTrue(self.log(complaint, direction="in").sudo().message_id)

    def test_merged(self):
        """IN-9: contacts move along with their lines and promises, and are logged on the target from then."""
        target, source = self.new_received(), self.new_received()
        contact = self.log(source, self.colleague, promised_date="2026-03-04", channel_id=self.channel.id)
        source.partner_name = "Somebody else"
        message, activity = contact.sudo().message_id, self.promises(source)
        body = message.body
        self.assertFalse(self.reached(target))
        with self.mock_datetime_and_now(self.local("2026-03-02 15:00")):
            source.merge_into(target)
        self.assertRecordValues(
            contact,
            [
                {
                    "complaint_id": target.id,
                    "partner_name": "Zhang San",
                    "channel_id": self.channel.id,
                    "user_id": self.colleague.id,
                    "history": False,
                }
            ],
        )
        self.assertEqual(
            (contact.sudo().message_id, message.res_id, message.body), (message, target.id, body)
        )
        self.assertEqual((contact.sudo().activity_id, activity.res_id), (activity, target.id))
        self.assertEqual(self.reached(target), self.local("2026-03-02 09:00"))
        with self.refused(UserError, f"merged into {target.number}"):
            self.log(source)
        self.log(target, moment="2026-03-03 09:00")
        self.assertFalse(activity.active)

    # what it costs

    def cost(self, work):
        """Return how many queries work costs on a warm server, up to its commit."""
        costs = []
        for _warm_up_first in range(2):
            savepoint = self.env.cr.savepoint()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            work()
            self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - before)
            savepoint.close(rollback=True)
            self.env.clear()
        return costs[-1]

    def test_cost_of_many(self):
        """Fifty contacts cost what two cost, on one complaint or on many."""
        complaints = self.Complaint.union(*(self.new_received() for _number in range(5)))
        self.env.flush_all()
        vals = {"promised_date": "2026-03-06"}

        def log(count, complaints):
            return self.cost(
                lambda: self.log([complaints[number % len(complaints)] for number in range(count)], **vals)
            )

        one, many = log(2, complaints[0]), log(50, complaints[0])
        self.assertLessEqual(many, one, f"{many} queries for 50 contacts, {one} for 2")
        one, many = log(10, complaints), log(50, complaints)
        self.assertLessEqual(many, one, f"{many} queries for 50 contacts, {one} for 10")
        few, more = log(2, complaints[:2]), log(5, complaints)
        self.assertLessEqual(more, few, f"{more} queries for 5 complaints, {few} for 2")

    def test_cost_of_the_page(self):
        """The page of a case opens with as many queries with 40 contacts as with one."""
        few, many = self.new_received(), self.new_received()
        self.log(few, self.first_contact, promised_date="2026-03-04")
        users = (self.handler, self.colleague, self.first_contact, self.manager)
        for number in range(40):
            moment = f"2026-03-03 09:{number:02}"
            self.log(many, users[number % 4], moment=moment, promised_date="2026-03-04")
        self.env.flush_all()
        for user in (self.handler, self.manager, self.auditor):
            specification = read_specification(self.env(user=user), "complaint.complaint", "form")
            self.assertIn("summary", specification["contact_ids"]["fields"])

            def open_page(complaint, user=user, specification=specification):
                page = complaint.with_env(self.env(user=user)).web_read(specification)
                self.assertTrue(page[0]["contact_ids"])

            costs = [self.cost(lambda case=case: open_page(case)) for case in (few, many)]
            with self.subTest(user.login):
                self.assertLessEqual(costs[1], costs[0])

    def test_cost_of_the_list(self):
        complaints = [self.new_received() for _number in range(4)]
        contacts = self.log(complaints * 10)
        specification = read_specification(self.env(user=self.handler), "complaint.contact", "list")

        def open_list(limit):
            model = self.env(user=self.handler)["complaint.contact"]
            page = model.web_search_read([("id", "in", contacts.ids)], specification, limit=limit)
            self.assertEqual(len(page["records"]), limit)

        costs = [self.cost(lambda limit=limit: open_list(limit)) for limit in (4, 40)]
        self.assertLessEqual(costs[1], costs[0])

    def test_views(self):
        """Every role that reads contacts opens them, newest first."""
        complaint = self.new_received()
        old = self.log(complaint)
        new = self.log(complaint, moment="2026-03-02 10:00", summary="The last one.")
        oldest = self.log(complaint, moment="2026-03-02 11:00", date=old.date - timedelta(minutes=10))
        for user in (self.first_contact, self.handler, self.manager, self.quality, self.auditor):
            with self.subTest(user.login):
                model = self.Contact.with_user(user)
                views = [(False, kind) for kind in ("list", "kanban", "form", "graph", "search")]
                self.assertTrue(model.get_views(views))
                self.assertEqual(complaint.with_user(user).contact_ids, new + old + oldest)
                arch = complaint.with_user(user).get_view(view_type="form")["arch"]
                self.assertIn('name="contacts"', arch)
                self.assertEqual('string="Log Contact"' in arch, user not in (self.quality, self.auditor))
        self.env.invalidate_all()
        with Form(complaint.with_user(self.handler)) as form:
            with form.contact_ids.edit(0) as line:
                self.assertEqual(line.summary, "The last one.")
                line.promised_date = "2026-03-04"
        self.assertEqual(self.promises(complaint).date_deadline, fields.Date.to_date("2026-03-04"))
        action = new.with_user(self.handler).action_open()
        self.assertEqual((action["res_id"], action["target"]), (new.id, "new"))
