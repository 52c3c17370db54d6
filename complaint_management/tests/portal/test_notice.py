from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.portal.notice_common import TEMPLATE, NoticeCommon


@tagged("post_install", "-at_install")
class TestPlanning(NoticeCommon):
    """IN-10, TL-7, CO-3: what is told by machine, once each, and when nothing is."""

    def test_received(self):
        """IN-10: a new complaint is acknowledged once, whoever plans it how often."""
        complaint = self.new_complaint()
        self.assertEqual(self.notices(complaint).mapped("event"), ["received", "progress:1"])
        planned = self.notices(complaint, "received")
        self.assertFalse(complaint._notify_customer("received", f"{TEMPLATE}received"))
        self.assertEqual(self.notices(complaint, "received"), planned)
        self.assertEqual(len(self.send()), 1)
        self.assertEqual(planned.state, "sent")
        self.assertFalse(self.send(), "sent twice")
        self.assertFalse(complaint._notify_customer("received", f"{TEMPLATE}received"))
        self.assertFalse(self.send(), "planned again after it was sent")

    def test_wakes_the_cron(self):
        """What is due wakes the cron at once; a notice of some other day does not."""
        triggers = self.env["ir.cron.trigger"]
        own = [("cron_id", "=", self.env.ref("complaint_management.ir_cron_notice").id)]
        before = triggers.search_count(own)
        silent = self.env["complaint.channel"].create({"name": "Silent", "acknowledge": False})
        self.new_complaint(channel_id=silent.id)
        self.assertEqual(triggers.search_count(own), before)
        self.new_complaint()
        self.assertEqual(triggers.search_count(own), before + 1)

    def test_channel(self):
        """A company chooses by channel; without a channel a complaint is acknowledged."""
        silent = self.env["complaint.channel"].create({"name": "Silent", "acknowledge": False})
        self.assertFalse(self.notices(self.new_complaint(channel_id=silent.id), "received"))
        self.assertTrue(self.notices(self.new_complaint(channel_id=False), "received"))
        silent.acknowledge = True
        complaint = self.new_complaint(channel_id=silent.id)
        self.assertTrue(self.notices(complaint, "received"))
        silent.acknowledge = False
        self.assertFalse(self.send().filtered(lambda mail: mail.res_id == complaint.id))
        self.assertEqual(self.notices(complaint, "received").reason, "off")

    def test_emergency(self):
        """IN-7: what is taken in a hurry is acknowledged as well."""
        complaint = self.Complaint.with_user(self.handler).create(
            {"name": "Gas", "emergency": True, "partner_email": "li.si@example.com"}
        )
        self.assertTrue(self.notices(complaint, "received"))

    def test_silence(self):
        """Imports, histories and what is taken over write to nobody, nor do their moves."""
        for context in ({"tracking_disable": True}, {"import_file": True}, {"install_mode": True}):
            with self.subTest(context):
                self.new_stage_mail()
                whole = self.new_complaint()
                complaint = self.Complaint.with_context(**context).create(
                    whole.copy_data({"received_by_id": self.handler.id})
                )
                complaint.move_to("triage")
                complaint.action_cancel("Old")
                self.assertFalse(self.notices(complaint))
        cancelled = self.Complaint.stage_id._first_of_step("cancelled", False)
        ended = self.new_complaint(stage_id=cancelled, end_reason="Old")
        self.assertFalse(self.notices(ended))

    def test_nobody_to_write_to(self):
        """Without an address nothing is planned, and nothing is shown as failed."""
        complaint = self.new_complaint(partner_id=False, partner_name="Li Si", partner_phone="010 1234567")
        self.assertFalse(self.notices(complaint))

    def test_no_template(self):
        """A company that removes a template is not written for; nothing breaks."""
        complaint = self.new_complaint()
        self.env.ref(f"{TEMPLATE}received").unlink()
        self.assertFalse(self.notices(self.new_complaint(), "received"))
        self.assertFalse(self.send())
        self.assertEqual(self.notices(complaint, "received").reason, "no_template")

    def test_stage(self):
        """CO-3: at each step a company chooses, once in each round."""
        self.new_stage_mail()
        complaint = self.new_complaint()
        self.send()
        complaint.move_to("triage")
        self.assertEqual(len(self.send()), 1)
        complaint.move_to("dispatch")
        complaint.move_to("triage")
        self.assertFalse(self.send(), "told already in this round")
        complaint.action_cancel("Withdrawn")
        complaint.action_reopen("Again", "triage")
        self.assertEqual(self.send().mapped("subject"), [f"{complaint.number}: we look at it"])
        self.assertEqual(
            self.notices(complaint, "stage").mapped("about"), [complaint.stage_id.display_name] * 2
        )

    def test_stage_template_removed(self):
        """A template that is deleted is not sent any more, and no move fails."""
        template = self.new_stage_mail()
        self.new_complaint().move_to("triage")
        template.unlink()
        complaint = self.new_complaint()
        complaint.move_to("triage")
        self.assertFalse(self.notices(complaint, "stage"))

    def test_stage_left_at_once(self):
        """A card that was dropped into the wrong column and taken back tells nobody."""
        self.new_stage_mail()
        complaint = self.new_complaint()
        complaint.move_to("triage")
        complaint.move_to("dispatch")
        self.send()
        self.assertRecordValues(
            self.notices(complaint, "stage"), [{"state": "skipped", "reason": "over", "message_id": False}]
        )

    def test_closed(self):
        """CL-1, X-2: the closing tells the result, the call that follows and until when to ask for more."""
        self.assertEqual(
            self.env.ref("complaint_management.complaint_stage_closed").mail_template_id,
            self.env.ref(f"{TEMPLATE}closed"),
        )
        complaint = self.new_complaint()
        self.send()
        complaint.action_answer_on_the_spot("We came and mended it.")
        mail = self.send()
        self.assertEqual(len(mail), 1)
        self.assertIn("We came and mended it.", mail.body_html)
        self.assertIn("ask for another look", mail.body_html)
        self.assertEqual(self.notices(complaint, "closed").event, "closed:0")
        self.assertEqual(self.notices(complaint, "progress").reason, "ended")
        self.company.complaint_appeal_days = 0
        other = self.new_complaint()
        other.action_answer_on_the_spot("Done.")
        mail = self.send()
        self.assertNotIn("ask for another look", "".join(mail.mapped("body_html")))
        self.assertEqual(self.notices(other, "received").reason, "ended", "closed before it was acknowledged")

    def test_closed_and_reopened(self):
        """Who takes the end back in time has not told of it."""
        complaint = self.new_complaint()
        complaint.action_answer_on_the_spot("Done.")
        complaint.action_reopen("Not done at all", "triage")
        self.send()
        self.assertEqual(self.notices(complaint, "closed").reason, "over")
        self.assertEqual(self.notices(complaint, "progress").mapped("event"), ["progress:1", "progress:2"])

    def test_new_link(self):
        """Three new links a day, at the address on file; one that ended is another one then."""
        complaint = self.new_complaint()
        self.send()
        token = complaint._ensure_access_token()
        for _number in range(3):
            self.assertTrue(complaint._send_new_link())
        self.assertFalse(complaint._send_new_link())
        mails = self.send()
        self.assertEqual(len(mails), 3)
        self.assertEqual(complaint._ensure_access_token(), token, "the one that works stays")
        self.assertIn(token, mails[0].body_html)
        complaint.action_cancel("Withdrawn")
        self.send()
        with self.mock_datetime_and_now(self.env.cr.now() + timedelta(days=100)):
            self.assertTrue(complaint._send_new_link())
            with self.mock_mail_gateway():
                self.send_notices()
        self.assertNotEqual(complaint._ensure_access_token(), token)
        self.assertIn(complaint._ensure_access_token(), self._new_mails.body_html)

    def test_unconfirmed(self):
        """Until the address is confirmed, nothing but the question goes there; then all begins."""
        complaint = self.new_written(email_confirmed=False)
        self.assertFalse(self.notices(complaint))
        complaint._notify_customer("confirm", f"{TEMPLATE}confirm")
        complaint._notify_customer("received", f"{TEMPLATE}received")
        mail = self.send()
        self.assertEqual(len(mail), 1)
        self.assertIn(complaint._get_confirm_link(), mail.body_html)
        self.assertNotIn("access_token", mail.body_html)
        # Who reads the chatter cannot confirm in the complainant's place.
        self.assertNotIn(complaint._get_confirm_token(), "".join(complaint.message_ids.mapped("body")))
        self.assertEqual(self.notices(complaint, "received").reason, "unconfirmed")
        other = self.new_written(email_confirmed=False)
        other._confirm_address()
        self.assertEqual(len(self.send()), 1)
        self.assertEqual(self.notices(other, "received").state, "sent")

    def test_merged(self):
        """IN-9: what was planned for a merged complaint is dropped, what was sent moves as history."""
        target, source = self.new_complaint(), self.new_complaint()
        self.send()
        late = self.new_complaint()
        (source | late).with_user(self.manager).merge_into(target.with_user(self.manager))
        self.assertFalse(self.send())
        self.assertFalse(self.notices(source) | self.notices(late))
        moved = self.notices(target).filtered(lambda notice: notice._get_former_number())
        self.assertEqual(
            {(notice.event, notice.state, notice.reason) for notice in moved},
            {
                (f"{source.number}/received", "sent", False),
                (f"{source.number}/progress:1", "skipped", "merged"),
                (f"{late.number}/received", "skipped", "merged"),
                (f"{late.number}/progress:1", "skipped", "merged"),
            },
        )
        self.assertIn(source.number, moved.filtered(lambda notice: notice.state == "sent").about)

    def test_excluded_meanwhile(self):
        """OR-2: who turns out to be the employee complained about is not written to."""
        employee = self.new_employee(self.stranger, work_email="li.si@example.com")
        complaint = self.new_written()
        complaint.employee_ids = [Command.set(employee.ids)]
        self.assertFalse(self.send())
        self.assertEqual(self.notices(complaint, "received").reason, "excluded")

    def test_access(self):
        """OR-1, OR-2: who reads the complaint reads what was sent; nobody writes it by hand."""
        complaint = self.new_complaint()
        notice = self.notices(complaint, "received")
        for user in (self.handler, self.manager, self.quality, self.auditor):
            with self.subTest(user.login):
                theirs = notice.with_user(user)
                self.assertEqual(theirs.state, "planned")
                with self.assertRaises(AccessError):
                    theirs.write({"state": "sent"})
                with self.assertRaises(AccessError):
                    theirs.unlink()
                with self.assertRaises(AccessError):
                    theirs.create({"complaint_id": complaint.id, "event": "x", "planned_at": "2026-01-01"})
        for user in (self.stranger, self.foreign_manager, self.plain_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                notice.with_user(user).read(["state"])
        complaint.employee_ids = self.new_employee(self.colleague)
        with self.assertRaises(AccessError):
            notice.with_user(self.colleague).read(["state"])

    def test_told_otherwise(self):
        """SO-4, SO-6: what was told by phone can be read on the page; what was mailed is not told twice."""
        complaint = self.new_complaint()
        complaint.sudo().result_reported_at = self.env.cr.now()
        complaint._notify_customer("result:0", f"{TEMPLATE}told_result")
        self.send()
        self.assertEqual(self.notices(complaint, "result").state, "sent")
        signed = self.new_complaint()
        signed.sudo().write({"result_reported_at": self.env.cr.now(), "confirmation": "signed"})
        signed._notify_customer("result:0", f"{TEMPLATE}told_result")
        self.send()
        self.assertEqual(self.notices(signed, "result").reason, "over")


@tagged("post_install", "-at_install")
class TestPlanningCost(NoticeCommon):
    """Planning costs the same for one complaint as for many."""

    def test_one_statement(self):
        complaints = self.Complaint.create(
            [{"name": f"Case {number}", "partner_id": self.customer.id} for number in range(50)]
        )
        self.env.flush_all()
        for number, records in enumerate((complaints[:1], complaints)):
            records.company_id.complaint_progress_days  # noqa: B018 - read before it is counted
            with self.subTest(len(records)), self.assertQueryCount(3):
                planned = records._notify_customer(f"test:{number}", f"{TEMPLATE}received")
                self.env.flush_all()
            self.assertEqual(len(planned), len(records))
