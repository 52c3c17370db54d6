import base64
import io
import logging
from unittest.mock import patch

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.portal.action_common import SIGNATURE, ActionHttpCommon

ROUTES = ("reply", "accept", "decline", "call", "confirm", "followup", "withdraw", "appeal")
LOGGER = "odoo.addons.complaint_management.controllers.portal.page"


@tagged("post_install", "-at_install")
class TestActionsHttp(ActionHttpCommon):
    """The forms of the customer's page: who may send them, and what comes back."""

    def path(self, complaint, act):
        return f"/my/complaints/{complaint.id}/{act}"

    def state(self, complaint):
        """Return all that an act could change of a complaint."""
        self.env.flush_all()
        self.env.invalidate_all()
        sudo = complaint.sudo()
        return (
            sudo.step,
            sudo.reopen_count,
            sudo.solution_ids.mapped("state"),
            sudo.confirmation,
            len(sudo.message_ids),
            len(sudo.activity_ids),
            sudo.withdrawal_asked_at,
            sudo.write_date,
        )

    def form(self, complaint):
        """Return the fields of all forms together, filled in."""
        sudo = complaint.sudo()
        return {
            "message": "Hello",
            "solution": str(sudo.solution_ids[:1].id or ""),
            "signer": "Zhang San",
            "signature": SIGNATURE,
            "reason": "Because",
            "phone": "010-62345678",
            "told": self.as_customer(complaint)._get_report_mark(),
            "words": "It leaks.",
            "satisfied": "yes",
            "followup": str(sudo._get_open_followup().id or ""),
            "sure": "1",
            "round": str(sudo.reopen_count),
        }

    @mute_logger("odoo.http")
    def test_too_much_at_once(self):
        """IN-1: what is larger than any form may be is not read at all, and nothing of it stays."""
        complaint = self.new_case_of(self.owner)
        before = self.state(complaint)
        self.env["res.company"].search([("active", "=", True)]).write(
            {"complaint_file_count": 1, "complaint_file_size": 1}
        )
        files = [("files", ("large.txt", b"x" * (14 * 1024 * 1024), "text/plain"))]
        response = self.post(
            self.path(complaint, "reply"), {"message": "Hello"}, user=self.owner_user, files=files
        )
        self.assertEqual(response.status_code, 413)
        self.assertEqual(self.state(complaint), before)

    def new_case_with_offer(self, partner=None):
        complaint = self.new_solved_case(partner_id=(partner or self.owner).id)
        self.new_offered(complaint)
        return complaint

    # who

    def test_who_may_act(self):
        """Only the complainant acts, by account or by link (DESIGN 4.1, 4.7)."""
        self.company.complaint_colleagues_see = True
        for act in ROUTES:
            complaint = self.new_case_with_offer()
            path, form, before = self.path(complaint, act), self.form(complaint), self.state(complaint)
            expected = [
                ({"user": self.mate_user}, 403),
                ({"user": self.other_user}, 404),
                ({"user": self.handler}, 403),
                ({"user": self.stranger}, 404),
                ({"user": self.plain_user}, 404),
                ({"user": self.foreign_manager}, 404),
                ({"token": "wrong"}, 404),
                ({"token": "错"}, 404),
                ({"user": self.handler, "token": self.token(complaint)}, 403),
                ({"user": self.owner_user, "csrf": False}, 400),
                ({"token": self.token(complaint), "csrf": False}, 400),
            ]
            before = self.state(complaint)
            for who, status in expected:
                with self.subTest(act=act, **{key: str(value) for key, value in who.items()}):
                    with mute_logger("odoo.http"):
                        response = self.post(path, form, **who)
                    self.assertEqual(response.status_code, status)
            # Nobody at all is sent to log in.
            self.assertIn("/web/login", self.post(path, form).headers["Location"])
            self.assertEqual(self.state(complaint), before)
            with mute_logger("odoo.http"):
                for method in ("GET", "HEAD"):
                    response = self.get(path, user=self.owner_user, method=method)
                    self.assertIn(response.status_code, (404, 405))
            self.assertEqual(self.state(complaint), before)

    def test_excluded_employee(self):
        """The employee concerned does nothing here, not even with the link (OR-2)."""
        complaint = self.new_case_with_offer()
        complaint.sudo().employee_ids = self.new_employee(self.colleague)
        before = self.state(complaint)
        for act in ROUTES:
            response = self.post(
                self.path(complaint, act),
                self.form(complaint),
                user=self.colleague,
                token=self.token(complaint),
            )
            self.assertEqual(response.status_code, 404)
        self.assertEqual(self.state(complaint), before)

    def test_link_that_is_over(self):
        complaint = self.new_case_of(self.owner)
        complaint.action_cancel("A mistake")
        token = self.token(complaint)
        self.company.complaint_link_days = 1
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE complaint_complaint SET closed_at = closed_at - interval '10 days',"
            " access_token_date = access_token_date - interval '10 days' WHERE id = %s",
            [complaint.id],
        )
        self.env.invalidate_all()
        response = self.post(self.path(complaint, "reply"), {"message": "Hello"}, token=token)
        self.assertEqual(response.status_code, 410)
        self.assertFalse(self.customer_messages(complaint))

    # what comes back

    def test_accepted_by_link(self):
        """A customer accepts and signs without an account (SO-4, SO-6)."""
        complaint = self.new_case_with_offer(self.customer)
        token = self.token(complaint)
        page = self.get(f"/my/complaints/{complaint.id}", token=token)
        self.assertEqual(page.status_code, 200)
        self.assertIn("We make it good.", page.text)
        self.assertIn('name="solution"', page.text)
        response = self.post(self.path(complaint, "accept"), self.form(complaint), token=token)
        self.assertEqual(response.status_code, 303)
        self.assertIn("done=accepted", response.headers["Location"])
        self.assertIn(token, response.headers["Location"])
        self.assertEqual(complaint.sudo().solution_ids.state, "accepted")
        page = self.get(response.headers["Location"])
        self.assertIn("you accepted our proposal", page.text)
        self.assertNotIn('name="solution"', page.text)
        # Sent once more, by reloading or the button back, it says so.
        response = self.post(self.path(complaint, "accept"), self.form(complaint), token=token)
        self.assertEqual(response.status_code, 422)
        self.assertIn("You have answered it already on", response.text)
        self.assertIn('role="alert"', response.text)

    def test_by_account(self):
        """No link is needed with an account, and none is shown (CO-3)."""
        complaint = self.new_case_with_offer()
        response = self.post(self.path(complaint, "decline"), self.form(complaint), user=self.owner_user)
        self.assertEqual(response.status_code, 303)
        self.assertNotIn("token", response.headers["Location"])
        self.assertEqual(complaint.sudo().solution_ids.answer_reason, "Because")

    def test_refused_keeps_what_was_typed(self):
        """Nothing typed is lost, and the reason stands beside the form."""
        complaint = self.new_case_with_offer()
        form = {**self.form(complaint), "phone": "none <b>", "wished": "After six"}
        response = self.post(self.path(complaint, "call"), form, user=self.owner_user)
        self.assertEqual(response.status_code, 422)
        self.assertIn("does not look like a phone number", response.text)
        self.assertIn('value="After six"', response.text)
        self.assertIn("none &lt;b&gt;", response.text)
        self.assertIn('aria-describedby="complaint_error_call"', response.text)
        self.assertEqual(response.text.count("does not look like a phone number"), 1)
        long = "x" * 20001
        response = self.post(self.path(complaint, "reply"), {"message": long}, user=self.owner_user)
        self.assertEqual(response.status_code, 422)
        self.assertIn(long, response.text)
        response = self.post(
            self.path(complaint, "reply"),
            {"message": "Look at this"},
            files=[("files", ("page.html", b"<html><script>alert(1)</script></html>", "image/png"))],
            user=self.owner_user,
        )
        self.assertEqual(response.status_code, 422)
        self.assertIn("Look at this", response.text)
        self.assertIn("page", response.text)
        self.assertFalse(self.customer_messages(complaint))

    def test_reply_with_files(self):
        complaint = self.new_case_of(self.owner)
        response = self.post(
            self.path(complaint, "reply"),
            {"message": "Look"},
            files=[
                ("files", ("note.txt", b"It leaks.", "text/plain")),
                ("files", ("", b"", "application/octet-stream")),
            ],
            user=self.owner_user,
        )
        self.assertEqual(response.status_code, 303)
        message = self.customer_messages(complaint)
        self.assertEqual(message.attachment_ids.mapped("raw"), [b"It leaks."])

    def test_every_act_twice(self):
        """Sent twice, nothing is done twice."""
        self.env["complaint.followup.rule"].create({"name": "Call", "nature": False, "delay": 2})
        cases = {
            "reply": self.new_case_of(self.owner),
            "accept": self.new_case_with_offer(),
            "decline": self.new_case_with_offer(),
            "call": self.new_case_with_offer(),
            "confirm": self.new_reported(partner_id=self.owner.id),
            "followup": self.new_reported("closed", partner_id=self.owner.id),
            "withdraw": self.new_case_of(self.owner),
            "appeal": self.new_reported("closed", partner_id=self.owner.id),
        }
        for act, complaint in cases.items():
            with self.subTest(act=act):
                path, form = self.path(complaint, act), self.form(complaint)
                before = self.state(complaint)
                first = self.post(path, form, user=self.owner_user)
                self.assertEqual(first.status_code, 303, first.text[:500])
                after = self.state(complaint)
                self.assertNotEqual(after[:7], before[:7])
                second = self.post(path, form, user=self.owner_user)
                self.assertIn(second.status_code, (303, 422))
                self.assertEqual(self.state(complaint)[:7], after[:7])
                page = self.get(first.headers["Location"], user=self.owner_user)
                self.assertEqual(page.status_code, 200)
                self.assertIn('role="status"', page.text)

    def test_our_words_stay_ours(self):
        """What the gate says is meant for us: the customer reads that it is not possible."""
        complaint = self.new_case_with_offer()
        before = self.state(complaint)
        with (
            patch.object(
                type(complaint.sudo().solution_ids), "_accept", side_effect=UserError("INTERNALMARK")
            ),
            self.assertLogs(LOGGER, logging.WARNING),
        ):
            response = self.post(self.path(complaint, "accept"), self.form(complaint), user=self.owner_user)
        self.assertEqual(response.status_code, 422)
        self.assertNotIn("INTERNALMARK", response.text)
        self.assertIn("not possible at the moment", response.text)
        self.assertEqual(self.state(complaint), before)

    def test_nothing_stays_of_what_failed_half_way(self):
        complaint = self.new_case_with_offer()
        before = self.state(complaint)
        with (
            patch.object(type(complaint), "_note_customer_act", side_effect=UserError("Too late")),
            self.assertLogs(LOGGER, logging.WARNING),
        ):
            response = self.post(self.path(complaint, "accept"), self.form(complaint), user=self.owner_user)
        self.assertEqual(response.status_code, 422)
        self.assertEqual(self.state(complaint), before)

    def test_bad_input(self):
        """Whatever comes, there is a page with a reason."""
        complaint = self.new_case_with_offer()
        before = self.state(complaint)
        for act in set(ROUTES) - {"reply"}:
            for form in ({}, {"solution": "x", "followup": "\x00", "round": "9" * 50, "told": "<script>"}):
                with self.subTest(act=act, form=len(form)):
                    response = self.post(self.path(complaint, act), form, user=self.owner_user)
                    self.assertEqual(response.status_code, 422)
                    self.assertNotIn("<script>alert", response.text)
        self.assertEqual(self.state(complaint), before)

    def test_onlookers_see_no_forms(self):
        """Colleagues and staff read the same without forms."""
        self.company.complaint_colleagues_see = True
        complaint = self.new_case_with_offer()
        for user, acts in ((self.owner_user, True), (self.mate_user, False), (self.handler, False)):
            page = self.get(f"/my/complaints/{complaint.id}", user=user).text
            self.assertIn("We make it good.", page)
            self.assertEqual(f"/my/complaints/{complaint.id}/accept" in page, acts, user.login)
            self.assertEqual(f"/my/complaints/{complaint.id}/reply" in page, acts, user.login)

    def test_internals_on_no_page(self):
        """Nothing internal comes along with proposal, result or refusal (DESIGN 4.1)."""
        complaint = self.new_case_with_offer()
        solution = complaint.sudo().solution_ids
        self.env.cr.execute(
            "UPDATE complaint_solution SET assessment = 'INTERNALMARK', ground_facts = 'INTERNALMARK',"
            " ground_law = 'INTERNALMARK', refusal = 'INTERNALMARK' WHERE id = %s",
            [solution.id],
        )
        self.env.invalidate_all()
        for act in ("accept", "decline", "call"):
            response = self.post(self.path(complaint, act), {}, user=self.owner_user)
            self.assertNotIn("INTERNALMARK", response.text)
            self.assertNotIn(self.handler.name, response.text)
            self.assertNotIn(self.training.name, response.text)

    # in a browser

    def test_sign_in_a_browser(self):
        """A customer accepts on a phone by the link alone, the name typed for a signature (SO-6)."""
        complaint = self.new_case_with_offer(self.customer)
        self.browser_size = "375x667"
        self.start_tour(self.link(complaint), "complaint_portal_sign")
        self.env.invalidate_all()
        solution = complaint.sudo().solution_ids
        self.assertEqual((solution.state, solution.signed_by), ("accepted", "张三"))
        picture = Image.open(io.BytesIO(base64.b64decode(solution.signature)))
        self.assertEqual(picture.format, "PNG")
        # Something is drawn on it.
        self.assertTrue(picture.getbbox())
