from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import InquiryCommon


class InquiryTourCommon(InquiryCommon, HttpCase):
    """A calendar worked around the clock, since the browser has the time of the machine."""

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
        cls.customer.lang = "en_US"
        # The robot's first chat would fill the page of a phone.
        (cls.foreman | cls.plain_user).odoobot_state = "disabled"

    def in_triage(self, **vals):
        complaint = self.new_complaint(**{"nature": "complaint", "user_id": self.handler.id, **vals})
        complaint.move_to("triage")
        return complaint

    def tour(self, record, name, login):
        path = {"complaint.complaint": "complaints", "complaint.dispatch": "complaint-sheets"}[record._name]
        self.start_tour(f"/odoo/{path}/{record.id}", name, login=login)
        self.env.invalidate_all()

    def answer_and_return(self):
        """Walk a head through a sheet to answer and one to return; check what came of both."""
        answered = self.new_sheet(self.new_case())
        returned = self.new_sheet(self.new_case(name="The lift stands still"))
        self.start_tour("/odoo", "complaint_inquiry_head", login="foreman")
        self.env.invalidate_all()
        self.assertRecordValues(
            answered | returned,
            [
                {
                    "state": "signed",
                    "findings": "The valve was stuck.",
                    "measures": "A new one comes on Thursday.",
                    "signed_by_id": self.foreman.id,
                    "answered_by_id": self.foreman.id,
                    "return_reason": False,
                    "return_count": 0,
                    "turn": "centre",
                },
                {
                    "state": "returned",
                    "findings": False,
                    "measures": False,
                    "signed_by_id": False,
                    "answered_by_id": False,
                    "return_reason": "Lifts are with the front office.",
                    "return_count": 1,
                    "turn": "centre",
                },
            ],
        )
        self.assertLess(fields.Datetime.now() - answered.signed_at, timedelta(minutes=5))
        (clock,) = answered.sudo().deadline_ids
        self.assertEqual((clock.milestone, clock.state), ("answer", "met"))
        self.assertFalse(returned.sudo().deadline_ids.reached_at, "a return does not answer")


@tagged("post_install", "-at_install")
class TestInquiryTours(InquiryTourCommon):
    """The ways through the inquiry's screens, in a real browser."""

    def test_handler(self):
        """TR-4, CO-1, DI-2 to DI-6, IN-5: from triage to the solution, everything that is missing named."""
        cause = self.env["complaint.cause"].create({"name": "No spare valve in stock"})
        complaint = self.in_triage()
        self.tour(complaint, "complaint_inquiry_handler", "handler")
        self.assertEqual((complaint.step, complaint.founded), ("investigation", "founded"))
        self.assertRecordValues(
            complaint.contact_ids,
            [
                {
                    "summary": "She has been cold since Monday.",
                    "kind": "call",
                    "direction": "out",
                    "user_id": self.handler.id,
                }
            ],
        )
        self.assertRecordValues(
            complaint.dispatch_ids.sorted(lambda sheet: sheet.department_id != self.workshop),
            [
                {
                    "department_id": department.id,
                    "head_id": head.id,
                    "state": "sent",
                    "question": "Who promised to come on Monday?",
                    "sent_by_id": self.handler.id,
                }
                for department, head in ((self.workshop, self.foreman), (self.office, self.usher))
            ],
        )
        self.assertRecordValues(
            complaint.handover_ids,
            [
                {
                    "to_user_id": self.colleague.id,
                    "state": "withdrawn",
                    "reason": "She knows the building.",
                }
            ],
        )
        self.assertEqual(complaint.user_id, self.handler)
        self.assertRecordValues(
            complaint.evidence_ids,
            [
                {
                    "name": "Photo of the thermometer",
                    "kind": "photo",
                    "description": "Eleven degrees in the living room.",
                    "collected_by_id": self.handler.id,
                }
            ],
        )
        self.assertEqual(complaint.cause_id, cause)
        self.assertEqual(
            complaint.why_ids.mapped("name"), ["No valve was in stock.", "Nobody counts the valves."]
        )
        self.assertRecordValues(
            complaint.liability_ids,
            [{"department_id": self.workshop.id, "share": 100, "finding": "our_fault"}],
        )

        for sheet in complaint.dispatch_ids:
            self.answer(sheet, sheet.head_id)
        self.env.invalidate_all()
        self.tour(complaint, "complaint_inquiry_confirm", "handler")
        self.assertEqual(complaint.step, "solution")
        self.assertEqual(set(complaint.dispatch_ids.mapped("state")), {"confirmed"})
        self.assertEqual(complaint.dispatch_ids.confirmed_by_id, self.handler)

    def test_head(self):
        """DI-2: the head of a department answers, signs and returns without any complaint group."""
        self.answer_and_return()

    def hand_over(self):
        complaint = self.new_case()
        complaint._hand_over("person", "She knows the building.", user=self.colleague)
        return complaint

    def assertTakenOver(self, complaint):
        self.env.invalidate_all()
        self.assertEqual(complaint.user_id, self.colleague)
        self.assertEqual(complaint.received_by_id, self.handler, "who received it stays (IN-5)")
        self.assertRecordValues(
            complaint.handover_ids, [{"state": "accepted", "decided_by_id": self.colleague.id}]
        )

    def test_accept_in_list(self):
        """IN-5: accepted where everything that waits stands."""
        complaint = self.hand_over()
        self.start_tour("/odoo/complaints", "complaint_inquiry_accept_list", login="colleague")
        self.assertTakenOver(complaint)

    def test_accept_on_case(self):
        """IN-5: accepted on the case."""
        complaint = self.hand_over()
        self.tour(complaint, "complaint_inquiry_accept_banner", "colleague")
        self.assertTakenOver(complaint)

    def test_judge(self):
        """TR-4: the leader decides about what is doubtful."""
        complaint = self.in_triage(founded="doubtful")
        self.tour(complaint, "complaint_inquiry_judge", "leader")
        self.assertEqual((complaint.founded, complaint.step), ("founded", "triage"))

    def test_reject(self):
        """TR-4: unfounded, rejected, and the complainant reads why."""
        complaint = self.in_triage()
        self.tour(complaint, "complaint_inquiry_reject", "handler")
        self.assertEqual((complaint.founded, complaint.step), ("unfounded", "rejected"))
        self.assertIn("we paid one back on Friday", complaint.end_reason)
        mails = self.env["mail.mail"].search(
            [
                ("model", "=", "complaint.complaint"),
                ("res_id", "=", complaint.id),
                ("recipient_ids", "in", self.customer.ids),
            ]
        )
        self.assertIn("we paid one back on Friday", "".join(mails.mapped("body_html")))

    def test_pass_on(self):
        """IN-8: an employee without complaint group passes on what they were told."""
        self.start_tour("/odoo", "complaint_inquiry_pass_on", login="plain_user")
        complaint = self.Complaint.search([("name", "=", "The door was locked")])
        self.assertRecordValues(
            complaint,
            [
                {
                    "partner_name": "Li Si",
                    "partner_phone": "13800138111",
                    "description": "He stood before it at ten in the morning.",
                    "received_by_id": self.plain_user.id,
                    "user_id": False,
                }
            ],
        )
        self.assertTrue(complaint._get_pending_handover(), "it waits for the centre to take it")


@tagged("post_install", "-at_install")
class TestInquiryToursPhone(InquiryTourCommon):
    """What heads and employees do on their feet, on a page as small as a phone's."""

    browser_size = "375x812"
    touch_enabled = True

    def test_head(self):
        """DI-2: answered and signed on a phone."""
        self.answer_and_return()

    def test_pass_on(self):
        """IN-8: passed on from a phone."""
        self.start_tour("/odoo", "complaint_inquiry_pass_on", login="plain_user")
        self.assertEqual(
            self.Complaint.search([("name", "=", "The door was locked")]).received_by_id, self.plain_user
        )
