import base64
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.complaint_management.tests.improvement.common import InspectionCommon

from .common import ResolutionCommon
from .followup_common import FollowupCommon
from .result_common import ResultCommon


def round_the_clock():
    """Return the hours of a calendar that is worked day and night: the browser has the machine's time."""
    return [Command.clear()] + [
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


class ResolutionTourCommon(ResolutionCommon, HttpCase):
    """Cases that stand in the step of the solution; an employee without complaint group has to agree."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar.attendance_ids = round_the_clock()
        cls.customer.lang = "en_US"
        # The robot's first chat would fill the page of a phone.
        cls.plain_user.odoobot_state = "disabled"
        cls.new_rule("The head of service", approver="user", user_id=cls.plain_user.id)

    def tour(self, complaint, name, login):
        self.start_tour(f"/odoo/complaints/{complaint.id}", name, login=login)
        self.env.invalidate_all()

    def approve_and_refuse(self):
        """Walk somebody who is asked through an approval and a refusal; check what came of both."""
        approved, refused = (
            self.new_solution(self.new_solved_case(name=name, user_id=self.handler.id))
            for name in ("The heating does not work", "The lift stands still")
        )
        (approved | refused).action_submit()
        self.start_tour("/odoo", "complaint_resolution_approver", login="plain_user")
        self.env.invalidate_all()
        self.assertEqual((approved.state, refused.state), ("approved", "draft"))
        self.assertFalse(approved.refusal)
        self.assertIn("A lift is mended, not replaced.", refused.refusal)
        self.assertRecordValues(
            (approved | refused).sudo().approval_ids.sorted("solution_id"),
            [
                {"state": "approved", "approver_id": self.plain_user.id, "comment": False},
                {
                    "state": "refused",
                    "approver_id": self.plain_user.id,
                    "comment": "A lift is mended, not replaced.",
                },
            ],
        )


@tagged("post_install", "-at_install")
class TestResolutionTours(ResolutionTourCommon):
    """The ways through the screens of solution and result, in a real browser."""

    def test_handler(self):
        """SO-1, SO-2, SO-4, SO-5, SO-6, X-5: proposed, approved, offered, signed, done, reported, closed."""
        complaint = self.new_solved_case(user_id=self.handler.id)
        self.tour(complaint, "complaint_resolution_propose", "handler")
        solution = complaint.solution_ids
        self.assertRecordValues(
            solution,
            [
                {
                    "version": 1,
                    "state": "submitted",
                    "reasonable": "partly",
                    "assessment": "We came late, and the valve was old.",
                    "ground_facts": "Eleven degrees on the photo.",
                    "offer": "We are sorry, and look after it every month.",
                    "amount_total": 300,
                }
            ],
        )
        self.assertEqual(self.waiting(solution), self.plain_user)

        self.approve(solution, self.plain_user)
        self.env.invalidate_all()
        self.tour(complaint, "complaint_resolution_settle", "handler")
        self.assertRecordValues(
            solution,
            [
                {
                    "state": "accepted",
                    "answer": "accepted",
                    "answer_reason": "Good, then we agree.",
                    "signed_by": "Zhang San",
                    "offered_by_id": self.handler.id,
                    "answer_by_id": self.handler.id,
                }
            ],
        )
        self.assertPicture(solution.signature)
        self.assertEqual(
            complaint.contact_ids.filtered(lambda contact: contact.purpose == "agreement").mapped("kind"),
            ["call", "call"],
            "told by call, and answered by call",
        )
        self.assertRecordValues(
            complaint.remedy_ids.sorted("sequence"),
            [
                {
                    "type_id": kind.id,
                    "state": "done",
                    "done_by_id": self.handler.id,
                    "done_note": f"{kind.name}: made on Monday.",
                }
                for kind in (
                    self.apology,
                    self.env.ref("complaint_management.complaint_remedy_type_extra_service"),
                )
            ],
        )
        self.assertRecordValues(
            complaint,
            [
                {
                    "step": "closed",
                    "decision": "partly",
                    "decision_reason": "We came late.",
                    "outcome": "It is warm again.",
                    "confirmation": "signed",
                    "confirmed_by": "Zhang San",
                }
            ],
        )
        self.assertPicture(complaint.sudo().confirmation_signature)
        letters = self.env["mail.mail"].search(
            [
                ("model", "=", "complaint.complaint"),
                ("res_id", "=", complaint.id),
                ("recipient_ids", "in", self.customer.ids),
            ]
        )
        self.assertIn("It is warm again.", "".join(letters.mapped("body_html")))

    def assertPicture(self, content):
        # A stroke that was drawn, not an empty field.
        self.assertGreater(len(base64.b64decode(content or b"")), 500)

    def test_approver(self):
        """SO-5: asked to agree, without any complaint group."""
        self.approve_and_refuse()


@tagged("post_install", "-at_install")
class TestResolutionToursPhone(ResolutionTourCommon):
    """What people do on their feet, on a page as small as a phone's."""

    browser_size = "375x812"
    touch_enabled = True

    def test_approver(self):
        """SO-5: agreed to and refused on a phone."""
        self.approve_and_refuse()

    def test_remedy(self):
        """SO-2: who carries out a remedy needs no complaint group."""
        self.ApprovalRule.search([]).active = False
        solution = self.new_solution(self.new_solved_case(user_id=self.handler.id), amounts=())
        remedy = solution.remedy_ids
        remedy.user_id = self.plain_user
        solution.action_submit()
        self.offer(solution)
        solution.action_accept(kind="call")
        self.env.invalidate_all()
        self.start_tour("/odoo", "complaint_resolution_remedy", login="plain_user")
        self.env.invalidate_all()
        self.assertRecordValues(
            remedy,
            [
                {
                    "state": "done",
                    "done_by_id": self.plain_user.id,
                    "done_note": "Fetched this morning.",
                }
            ],
        )


@tagged("post_install", "-at_install")
class TestSignOffTour(ResultCommon, HttpCase):
    def test_sign_off(self):
        """CL-3: the leader signs off where the case asks for it."""
        complaint = self.new_reported(severity="urgent", user_id=self.handler.id)
        self.move(complaint, "follow_up")
        self.start_tour(f"/odoo/complaints/{complaint.id}", "complaint_resolution_sign_off", login="leader")
        self.env.invalidate_all()
        self.assertEqual(complaint.signed_off_by_id, self.leader)
        self.assertFalse(self.sign_offs(complaint), "nobody is asked any more")


@tagged("post_install", "-at_install")
class TestFollowupTour(FollowupCommon, HttpCase):
    browser_size = "375x812"
    touch_enabled = True

    def test_followup(self):
        """CL-2: tried on a phone, tried again, and taken up again."""
        self.calendar.attendance_ids = round_the_clock()
        self.first_contact.odoobot_state = "disabled"
        self.new_rule(caller="person", user_id=self.first_contact.id)
        complaint = self.new_complaint(user=self.first_contact, outcome="The valve was replaced.")
        for step in ("feedback", "closed"):
            complaint.with_user(self.handler).move_to(step)
        self.assertEqual(self.planned(complaint).user_id, self.first_contact)
        self.start_tour("/odoo", "complaint_resolution_followup", login="first_contact")
        self.env.invalidate_all()
        self.assertRecordValues(
            self.calls(complaint),
            [
                {"result": "not_reached", "state": "done", "taken_up": False, "note": ""},
                {
                    "result": "not_satisfied",
                    "state": "done",
                    "taken_up": True,
                    "note": "It is cold again.",
                },
            ],
        )
        self.assertEqual(set(self.calls(complaint).mapped("done_by_id")), {self.first_contact})
        self.assertEqual((complaint.step, complaint.reopen_count), ("solution", 1))


@tagged("post_install", "-at_install")
class TestInspectionTour(InspectionCommon, HttpCase):
    def test_quality(self):
        """CL-3: drawn, one passed, one sent back."""
        self.company.complaint_inspection_share = 100
        last_month = fields.Datetime.now() - relativedelta(months=1, day=10)
        passed, sent_back = (
            self.new_closed(name=name, closed_at=last_month, received_at=last_month - timedelta(days=3))
            for name in ("The heating does not work", "The lift stands still")
        )
        self.start_tour("/odoo/spot-checks", "complaint_resolution_quality", login="quality")
        self.env.invalidate_all()
        self.assertRecordValues(
            self.Inspection.search([("complaint_id", "in", (passed | sent_back).ids)]).sorted(
                lambda inspection: inspection.complaint_id.id
            ),
            [
                {
                    "complaint_id": passed.id,
                    "state": "passed",
                    "mark": "4",
                    "findings": False,
                    "sent_back_reason": False,
                    "checked_by_id": self.quality.id,
                },
                {
                    "complaint_id": sent_back.id,
                    "state": "sent_back",
                    "mark": "2",
                    "findings": "Nobody called the customer.",
                    "sent_back_reason": "Call and ask what is still missing.",
                    "checked_by_id": self.quality.id,
                },
            ],
        )
        self.assertEqual((passed.step, sent_back.step), ("closed", "investigation"))
