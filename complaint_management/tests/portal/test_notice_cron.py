from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.models.portal.notice_cron import MAX_FAULTS
from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon
from odoo.addons.complaint_management.tests.portal.notice_common import TEMPLATE, NoticeCommon

CRON = "odoo.addons.complaint_management.models.portal.notice_cron"


@tagged("post_install", "-at_install")
class TestNoticeCron(NoticeCommon):
    """What is due is written once; a faulty letter stops no other."""

    def run_cron(self, moment=None):
        """Run it as Odoo does; return the mails."""
        self.env.flush_all()
        with (
            self.mock_datetime_and_now(moment or fields.Datetime.now()),
            self.mock_mail_gateway(),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("complaint_management.ir_cron_notice").method_direct_trigger()
        self.env.invalidate_all()
        return self._new_mails

    def test_twice(self):
        complaints = self.new_complaint() | self.new_complaint() | self.new_written()
        self.assertEqual(len(self.run_cron()), 3)
        self.assertFalse(self.run_cron())
        for complaint in complaints:
            self.assertEqual(self.notices(complaint, "received").state, "sent")

    def test_batches(self):
        """More than a batch is worked off in one run, and nothing that is not due yet."""
        complaints = self.Complaint.create(
            [{"name": f"Case {number}", "partner_id": self.customer.id} for number in range(7)]
        )
        with patch(f"{CRON}.BATCH", 2):
            self.assertEqual(len(self.run_cron()), 7)
        later = self.Notice.search([("complaint_id", "in", complaints.ids), ("state", "=", "planned")])
        self.assertEqual(set(later.mapped("event")), {"progress:1"})

    def test_wakes_the_mail_queue(self):
        """The mails leave at once, not when the queue comes by some time."""
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", queue.id)])
        self.new_complaint()
        mail = self.run_cron()
        self.assertEqual(mail.state, "outgoing")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", queue.id)]) - triggers)

    def test_faulty_one(self):
        """A template with a fault is tried again later, then given up; the others are written."""
        template = self.env.ref(f"{TEMPLATE}received")
        faulty, whole = self.new_complaint(name="Faulty"), self.new_complaint()
        template.body_html = "<p><t t-out=\"1 / (0 if object.name == 'Faulty' else 1)\"/></p>"
        notice, moment = self.notices(faulty, "received"), fields.Datetime.now()
        for number in range(MAX_FAULTS):
            self.assertEqual((notice.state, notice.fault_count), ("planned", number))
            with mute_logger(CRON):
                mails = self.run_cron(moment)
            self.assertEqual(mails.mapped("res_id"), [] if number else whole.ids)
            self.assertFalse(
                faulty.message_ids.filtered(lambda message: message.message_type == "auto_comment")
            )
            if number < MAX_FAULTS - 1:
                self.assertGreater(notice.planned_at, moment)
                moment = notice.planned_at
        self.assertRecordValues(notice, [{"state": "failed", "reason": "fault"}])
        self.assertEqual(self.notices(whole, "received").state, "sent")

    def test_killed(self):
        """The mail and what is noted about it come together: killed before the commit, neither is there."""
        complaint = self.new_complaint()
        savepoint = self.env.cr.savepoint(flush=True)
        self.assertEqual(len(self.send()), 1)
        savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)
        self.assertEqual(self.notices(complaint, "received").state, "planned")
        self.assertEqual(len(self.send()), 1)


@tagged("post_install", "-at_install")
class TestProgress(DeadlineCommon, NoticeCommon):
    """CO-3: after so many working days without a word from us, the complainant is told how it stands."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.complaint_progress_days = 3

    def new_received(self, moment="2026-03-02 09:00", **vals):  # a Monday
        with self.mock_datetime_and_now(self.local(moment)):
            complaint = self.new_complaint(received_at=self.local(moment), **vals)
            self.send_notices()
        return complaint

    def at(self, moment):
        """Be the cron at a moment of the centre; return the mails."""
        with self.mock_datetime_and_now(self.local(moment)), self.mock_mail_gateway():
            self.send_notices()
        return self._new_mails

    def due(self, complaint):
        return (
            self.notices(complaint, "progress").filtered(lambda notice: notice.state == "planned").planned_at
        )

    def test_working_days(self):
        """TL-1: working days of the team's calendar, without the weekend; then again and again."""
        complaint = self.new_received()
        self.assertEqual(self.due(complaint), self.local("2026-03-05 17:00"))
        self.assertFalse(self.at("2026-03-05 16:59"))
        mail = self.at("2026-03-05 17:00")
        self.assertEqual(len(mail), 1)
        self.assertIn("We have received your complaint", mail.body_html)
        self.assertEqual(self.due(complaint), self.local("2026-03-10 17:00"), "the weekend does not count")
        self.assertEqual(len(self.at("2026-03-10 17:00")), 1)
        self.assertEqual(
            self.notices(complaint, "progress").mapped("event"), ["progress:1", "progress:2", "progress:3"]
        )

    def test_word_meanwhile(self):
        """A call that reached them, a mail, a letter by machine: it waits on from there."""
        for word, kind in (("reached", "call"), ("not_reached", "call"), ("letter", None), ("machine", None)):
            with self.subTest(word):
                complaint = self.new_received()
                with self.mock_datetime_and_now(self.local("2026-03-04 10:00")), self.mock_mail_gateway():
                    if kind:
                        complaint._log_contact(kind, "out", "progress", "Said", result=word)
                    elif word == "letter":
                        complaint.with_user(self.handler).message_post(
                            body="We come tomorrow.",
                            message_type="comment",
                            subtype_xmlid="mail.mt_comment",
                            partner_ids=self.customer.ids,
                        )
                    else:
                        complaint._notify_customer("link:1", f"{TEMPLATE}link")
                        self.send_notices()
                mails = self.at("2026-03-05 17:00")
                if word == "not_reached":
                    self.assertEqual(len(mails), 1)
                    continue
                self.assertFalse(mails)
                self.assertEqual(self.due(complaint), self.local("2026-03-09 17:00"))
                self.assertEqual(len(self.at("2026-03-09 17:00")), 1)

    def test_notes_are_no_word(self):
        """What colleagues write to each other is not heard by the complainant."""
        complaint = self.new_received()
        with self.mock_datetime_and_now(self.local("2026-03-04 10:00")):
            complaint.message_post(body="Who knows?", subtype_xmlid="mail.mt_note")
            complaint.message_post(
                body="Dear colleagues",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=self.manager.partner_id.ids,
            )
        self.assertEqual(len(self.at("2026-03-05 17:00")), 1)

    def test_switched_off(self):
        """0: never; who switches it off is not written for any more."""
        complaint = self.new_received()
        self.company.complaint_progress_days = 0
        self.assertFalse(self.notices(self.new_received(), "progress"))
        self.assertFalse(self.at("2026-03-05 17:00"))
        self.assertEqual(self.notices(complaint, "progress").mapped("reason"), ["off"])

    def test_ended(self):
        """With the end there is nothing to tell of; opened again, it goes on."""
        complaint = self.new_received()
        with self.mock_datetime_and_now(self.local("2026-03-03 09:00")):
            complaint.action_cancel("Withdrawn")
        self.assertEqual(self.notices(complaint, "progress").mapped("reason"), ["ended"])
        with self.mock_datetime_and_now(self.local("2026-03-04 09:00")):
            complaint.action_reopen("Again", "triage")
        self.assertEqual(self.due(complaint), self.local("2026-03-09 17:00"))
        self.assertFalse(self.at("2026-03-05 17:00"))
        self.assertEqual(len(self.at("2026-03-09 17:00")), 1)

    def test_nothing_with_others(self):
        """DESIGN 4.3: the cron looks at what is due, however many complaints are open."""
        self.new_received()
        queries = []
        for count in (1, 30):
            self.Complaint.create(
                [{"name": f"Case {number}", "partner_id": self.customer.id} for number in range(count)]
            )
            self.Notice.search([("event", "=", "received")]).unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.at("2026-03-03 09:00")
            queries.append(self.env.cr.sql_log_count - before)
        self.assertEqual(queries[0], queries[1])
        self.assertLess(queries[0], 10)

    def test_offer_waits(self):
        """Whose answer is waited for reads that, not that we are at work."""
        complaint = self.new_received()
        solution = self.env["complaint.solution"].create({"complaint_id": complaint.id})
        solution.sudo().write({"state": "offered"})
        mail = self.at("2026-03-05 17:00")
        self.assertIn("wait for your answer", mail.body_html)
        self.assertEqual(timedelta(days=5), self.due(complaint) - self.local("2026-03-05 17:00"))
