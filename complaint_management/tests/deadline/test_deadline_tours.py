from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import format_date

from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon


@tagged("post_install", "-at_install")
class TestDeadlineTours(DeadlineCommon, HttpCase):
    """One way through the screens of time limits per role, in a real browser.

    The browser has the time of the machine, so nothing is frozen here: a calendar that is worked around
    the clock keeps the limits at the same distance on every day.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar.attendance_ids = [Command.clear()] + [
            Command.create(
                {
                    "name": str(day),
                    "dayofweek": str(day),
                    "hour_from": 0,
                    "hour_to": 24,
                    "day_period": "morning",
                }
            )
            for day in range(7)
        ]

    def received(self, hours=0, **vals):
        return self.new_complaint(
            self.handler, received_at=fields.Datetime.now() - timedelta(hours=hours), **vals
        )

    def ask_and_approve(self, lang, approve):
        """Ask for more time in the browser and approve it there; return the clock and the customer's mail.

        :param approve: tour of the leader, called with the complaint
        """
        self.customer.lang = lang
        complaint = self.received(user_id=self.handler.id)
        clock = self.clock(complaint, "investigate")
        old_due = clock.due
        self.start_tour(f"/odoo/complaints/{complaint.id}", "complaint_deadline_ask", login="handler")
        self.assertEqual(clock.due, old_due, "nothing moves before it is decided")
        self.send_notices()
        before = self.mails_to_customer(complaint)
        approve(complaint)
        self.env.invalidate_all()
        self.send_notices()
        self.assertEqual(clock.due, old_due + timedelta(days=3))
        self.assertEqual(clock.extension, 3)
        self.assertEqual(clock.extension_ids.decided_by_id, self.leader)
        mail = self.mails_to_customer(complaint) - before
        self.assertEqual(len(mail), 1)
        self.assertIn(complaint.number, mail.subject)
        self.assertIn("The boiler part comes from abroad.", mail.body_html)
        return clock, mail

    def mails_to_customer(self, complaint):
        return self.env["mail.mail"].search(
            [
                ("model", "=", "complaint.complaint"),
                ("res_id", "=", complaint.id),
                ("recipient_ids", "in", self.customer.ids),
            ]
        )

    def day_of(self, clock, lang):
        """Return the day on which a clock is due, as people read it in a language."""
        local = fields.Datetime.context_timestamp(clock.with_context(tz=self.calendar.tz), clock.due)
        return format_date(self.env, local.date(), lang_code=lang, date_format="long")

    def test_extension_by_activity(self):
        """TL-7: the handler asks, the leader approves, the customer reads the new date and the reason."""
        clock, mail = self.ask_and_approve(
            "en_US",
            lambda complaint: self.start_tour(
                f"/odoo/complaints/{complaint.id}", "complaint_deadline_approve_activity", login="leader"
            ),
        )
        self.assertIn(self.day_of(clock, "en_US"), mail.body_html)
        self.assertIn("new date for your complaint", mail.subject)

    def test_extension_by_list(self):
        """TL-7: a Chinese customer reads it in Chinese."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["complaint_management"], ["zh_CN"])
        clock, mail = self.ask_and_approve(
            "zh_CN",
            lambda complaint: self.start_tour(
                "/odoo/complaints", "complaint_deadline_approve_list", login="leader"
            ),
        )
        self.assertIn(self.day_of(clock, "zh_CN"), mail.body_html)
        for text in (mail.subject, mail.body_html):
            self.assertRegex(text, "[\u4e00-\u9fff]")
        self.assertNotIn("new date for your complaint", mail.subject)
        self.assertNotIn("The reason", mail.body_html)

    def test_pause(self):
        """TL-5: the clock stops with a reason and goes on."""
        complaint = self.received(user_id=self.handler.id)
        self.start_tour(f"/odoo/complaints/{complaint.id}", "complaint_deadline_pause", login="handler")
        pause = complaint.sudo().pause_ids
        self.assertEqual((pause.reason, pause.user_id), ("Photo of the boiler's plate", self.handler))
        self.assertTrue(pause.stop)
        self.assertNotIn("paused", complaint.sudo().deadline_ids.mapped("state"))

    def new_late_and_soon(self):
        self.received(hours=3, name="Late one", user_id=self.handler.id)
        self.received(name="Somebody else", user_id=self.colleague.id)

    def test_mine(self):
        """The handler's first question: what is next?"""
        self.new_late_and_soon()
        self.env["complaint.deadline"].search([("due", "<", fields.Datetime.now())]).state = "breached"
        self.start_tour("/odoo/complaints", "complaint_deadline_mine", login="handler")

    def test_late(self):
        """TL-6: the manager's question: what is late, and what will be?"""
        self.new_late_and_soon()
        self.start_tour("/odoo/complaints", "complaint_deadline_late", login="manager")

    def test_policy(self):
        """TL-1, TL-6: a manager sets a limit with its warning and escalation, no administrator needed."""
        self.start_tour("/odoo/complaints", "complaint_deadline_policy", login="manager")
        policy = self.Policy.search([("name", "=", "Hotline promise")])
        self.assertRecordValues(
            policy.rule_ids,
            [
                {
                    "milestone": "respond",
                    "duration": 4,
                    "unit": "hours",
                    "warn_before": 25,
                    "warn_unit": "percent",
                }
            ],
        )
        self.assertRecordValues(
            policy.rule_ids.escalation_ids, [{"after": 2, "unit": "hours", "whom": "leader"}]
        )
