from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MARKER, PortalCommon

OPEN, LOGIN, NOT_THERE, OVER = 200, 303, 404, 410


class PortalAccessCommon(PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.new_case_of(cls.owner)
        message = cls.case.sudo().message_post(
            body="The meter shows 12.",
            author_id=cls.owner.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("meter.txt", b"Twelve")],
        )
        cls.file = message.attachment_ids
        cls.plant_markers(cls.case)
        # Somebody of another of our companies who complains about this one.
        cls.abroad_user = cls.new_portal_user("abroad", company=cls.company_2)

    def answers(self, user=None, token=None, case=None):
        """Return what the page, a look at its head only and its file answer; nothing internal is in it."""
        case = case or self.case
        path = case._get_customer_path()
        found = []
        self.log_in(user)
        with self.assertNothingStored():
            for method in ("GET", "HEAD"):
                response = self.get(path, user, token, method=method)
                self.assertNothingInternal(response)
                found.append(response.status_code)
            response = self.get(f"{path}/file/{self.file.id}", user, token)
            found.append(response.status_code)
        self.assertNothingInternal(response)
        self.assertEqual(response.status_code == OPEN, response.content == b"Twelve")
        self.assertEqual(len(set(found)), 1, f"page, head and file answer differently: {found}")
        return found[0]


@tagged("post_install", "-at_install")
class TestPortalAccess(PortalAccessCommon):
    """IN-1, CP-5: who comes to the page of a complaint, whoever asks and however."""

    def test_table(self):
        """IN-1, OR-2: each role with each kind of link, by page, head and file."""
        right = self.token(self.case)
        wrong = self.token(self.new_case_of(self.other))
        table = (
            # who, without a token, with the wrong one, with the right one
            ("the public", None, (LOGIN, NOT_THERE, OPEN)),
            ("the owner", self.owner_user, (OPEN, OPEN, OPEN)),
            ("a colleague, not shared", self.mate_user, (NOT_THERE, NOT_THERE, OPEN)),
            ("another customer", self.other_user, (NOT_THERE, NOT_THERE, OPEN)),
            ("a customer of another company", self.abroad_user, (NOT_THERE, NOT_THERE, OPEN)),
            ("an employee without a right", self.stranger, (NOT_THERE, NOT_THERE, OPEN)),
            ("the handler", self.handler, (OPEN, OPEN, OPEN)),
            ("the manager", self.manager, (OPEN, OPEN, OPEN)),
            ("a manager of another company", self.foreign_manager, (NOT_THERE, NOT_THERE, OPEN)),
            ("the employee concerned", self.plain_user, (NOT_THERE, NOT_THERE, NOT_THERE)),
        )
        for name, user, expected in table:
            for token, status in zip((None, wrong, right), expected, strict=True):
                with self.subTest(who=name, token={None: "none", wrong: "wrong", right: "right"}[token]):
                    self.assertEqual(self.answers(user, token), status)

    def test_odd_tokens(self):
        """IN-1: what is no token opens nothing and breaks nothing."""
        for token in ("", "x" * 5000, "ключ", "%00", "' OR 1=1", "None", "False"):
            with self.subTest(token=token[:10]):
                self.assertEqual(self.answers(token=token), NOT_THERE if token else LOGIN)

    def test_never_shared_token(self):
        """IN-1: a complaint whose link nobody was given is not open to an empty token."""
        case = self.new_case_of(self.owner)
        self.assertFalse(case.sudo().access_token)
        response = self.get(f"{case._get_customer_path()}?access_token=False")
        self.assertEqual(response.status_code, NOT_THERE)
        self.assertFalse(case.sudo().access_token, "looking gives out no link")

    def test_odd_ids(self):
        """IN-1: what is not there looks like what is not theirs."""
        theirs = self.get(self.case._get_customer_path(), self.other_user)
        for number in (0, 10**7, 2**31, 2**63, 10**30):
            with self.subTest(number=number):
                response = self.get(f"/my/complaints/{number}", self.other_user)
                self.assertEqual(response.status_code, NOT_THERE)
                response_text = response.text.replace(str(number), str(self.case.id))
                self.assertEqual(self.main(response_text), self.main(theirs.text))
        self.assertEqual(
            self.get(f"{self.case._get_customer_path()}/file/{2**40}", self.owner_user).status_code, 404
        )

    @staticmethod
    def main(text):
        return text.partition('id="wrap"')[2].partition("<footer")[0]

    def test_login_and_back(self):
        """IN-1: who comes without a link logs in and is led to the page."""
        response = self.get(self.case._get_customer_path())
        self.assertEqual(response.status_code, LOGIN)
        self.assertTrue(
            response.headers["Location"].endswith(f"/web/login?redirect=%2Fmy%2Fcomplaints%2F{self.case.id}")
        )

    def test_colleagues(self):
        """IN-1: colleagues see each other's complaints where the company shares, but nothing confidential."""
        self.company.complaint_colleagues_see = True
        self.assertEqual(self.answers(self.mate_user), OPEN)
        self.assertEqual(self.answers(self.other_user), NOT_THERE)
        page = self.get(self.case._get_customer_path(), self.mate_user)
        self.assertIn("This is a complaint of Customer Owner", " ".join(page.text.split()))
        self.case.sudo().confidential = True
        self.assertEqual(self.answers(self.mate_user), NOT_THERE)
        self.assertEqual(self.answers(self.owner_user), OPEN)
        self.case.sudo().confidential = False
        self.company.complaint_colleagues_see = False
        self.assertEqual(self.answers(self.mate_user), NOT_THERE)

    def test_colleague_gets_no_key(self):
        """IN-1: letters with the link, which colleagues may read, do not let them act."""
        self.company.complaint_colleagues_see = True
        token = self.token(self.case)
        message = self.case.sudo().message_post(
            body="Look here",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.owner.ids,
        )
        # As it stood in the letters of other programs.
        message.body = f"Look here: {self.case.sudo()._get_customer_link()}"
        self.assertIn(token, self.get(self.case._get_customer_path(), self.owner_user).text)
        for user in (self.mate_user, self.handler):
            page = self.get(self.case._get_customer_path(), user)
            self.assertEqual(page.status_code, OPEN)
            self.assertIn("Look here", page.text)
            self.assertNotIn(token, page.text)

    def test_renewed(self):
        """IN-1: a renewed link makes the former useless."""
        former = self.token(self.case)
        self.case.with_user(self.handler).action_renew_link()
        self.assertEqual(self.answers(token=former), NOT_THERE)
        self.assertEqual(self.answers(token=self.token(self.case)), OPEN)

    def test_other_customer(self):
        """IN-1: after a change of customer neither the former account nor the former link opens it."""
        former = self.token(self.case)
        self.case.sudo().partner_id = self.other
        path = self.case._get_customer_path()
        self.assertEqual(self.get(path, self.owner_user).status_code, NOT_THERE)
        self.assertEqual(self.get(path, token=former).status_code, NOT_THERE)
        page = self.get(path, self.other_user)
        self.assertEqual(page.status_code, OPEN)
        self.assertNotIn("The meter shows 12.", page.text)
        file = self.get(f"{path}/file/{self.file.id}", self.other_user)
        self.assertEqual(file.status_code, NOT_THERE)

    def test_expired(self):
        """IN-1: links end some days after the complaint, accounts do not."""
        self.company.complaint_link_days = 30
        token = self.token(self.case)
        self.case.sudo().action_cancel("Entered twice")
        self.assertEqual(self.answers(token=token), OPEN)
        with freeze_time(datetime.now() + timedelta(days=31)):
            self._client = None
            self.assertEqual(self.answers(token=token), OVER)
            self.assertEqual(self.answers(token="wrong"), NOT_THERE)
            self.assertEqual(self.answers(self.owner_user), OPEN)
            self.assertEqual(self.answers(self.other_user, token), OVER)
            self.company.complaint_link_days = 0
            self.assertEqual(self.answers(token=token), OPEN)

    def test_archived(self):
        """IN-1: an archived complaint has no page, for anybody."""
        token = self.token(self.case)
        self.case.sudo().active = False
        for user in (None, self.owner_user, self.handler, self.manager):
            with self.subTest(user=user and user.login):
                self.assertEqual(self.answers(user, token), NOT_THERE)

    def test_excluded_customer(self):
        """OR-2: an employee who complains and is concerned by it does not see it, even as the customer."""
        case = self.new_case_of(self.colleague.partner_id)
        self.assertEqual(self.get(case._get_customer_path(), self.colleague).status_code, OPEN)
        self.new_employee(self.colleague)
        case.sudo().employee_ids = self.colleague.employee_id
        for token in (None, self.token(case)):
            response = self.get(case._get_customer_path(), self.colleague, token)
            self.assertEqual(response.status_code, NOT_THERE)

    def test_staff_looks_only(self):
        """IN-1: an employee sees what the customer sees, and the way back to the work."""
        page = self.get(self.case._get_customer_path(), self.handler)
        self.assertIn("You see this page as the customer does", page.text)
        self.assertIn(f"/odoo/complaints/{self.case.id}", page.text)
        self.assertNotIn("<textarea", page.text)
        page = self.get(self.case._get_customer_path(), self.stranger, self.token(self.case))
        self.assertIn("You see this page as the customer does", page.text)
        self.assertNotIn("/odoo/complaints/", page.text)
        self.assertNotIn("<textarea", page.text)

    def test_headers(self):
        """IN-1: the key in the address stays between us and the customer."""
        for path in (self.link(self.case), self.link(self.case, f"/file/{self.file.id}")):
            headers = self.get(path).headers
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(headers["Cache-Control"], "private, no-store")
            self.assertEqual(headers["X-Frame-Options"], "DENY")
            self.assertEqual(headers["X-Robots-Tag"], "noindex, nofollow")

    # a new link

    def renewal(self, token, **kwargs):
        response = self.post(f"{self.case._get_customer_path()}/renew", token=token, **kwargs)
        self.assertNothingInternal(response)
        return response

    @mute_logger("odoo.http")
    def test_renew(self):
        """IN-1, CO-3: an ended link is renewed by mail, to the address on file."""
        notices = self.env["complaint.notice"].search([("complaint_id", "=", self.case.id)])
        asked = lambda: self.env["complaint.notice"].search(  # noqa: E731
            [("complaint_id", "=", self.case.id), ("event", "=like", "link:%"), ("id", "not in", notices.ids)]
        )
        token = self.token(self.case)
        self.case.sudo().action_cancel("Entered twice")
        with freeze_time(fields.Datetime.now() + timedelta(days=400)):
            self._client = None
            page = self.get(self.link(self.case))
            self.assertEqual(page.status_code, OVER)
            self.assertIn(f'action="/my/complaints/{self.case.id}/renew"', page.text)
            self.assertEqual(self.renewal(token, csrf=False).status_code, 400)
            self.assertFalse(asked())
            wrong = self.renewal("wrong")
            self.assertFalse(asked())
            right = self.renewal(token)
            self.assertEqual(len(asked()), 1)
            self.assertEqual(wrong.status_code, right.status_code)
            self.assertEqual(self.main(wrong.text), self.main(right.text))
            # The former link leads nowhere now; asking by the new one leaves that as it is.
            new = self.token(self.case)
            self.assertNotEqual(new, token)
            self.renewal(new)
            self.assertEqual(self.token(self.case), new)
            self.assertEqual(self.get(self.link(self.case)).status_code, OPEN)
            self.assertEqual(self.get(self.case._get_customer_path(), token=token).status_code, NOT_THERE)

    def test_renew_get(self):
        """IN-1: opening the address of the button changes nothing."""
        token = self.token(self.case)
        response = self.get(self.link(self.case, "/renew"))
        self.assertIn(response.status_code, (404, 405))
        self.assertEqual(self.token(self.case), token)

    def test_renew_without_address(self):
        """IN-1: without an address there is nobody to mail to, so the link stays as it is."""
        case = self.new_complaint(partner_id=False, partner_name="Li Si", partner_phone="010 62345678")
        token = self.token(case)
        case.sudo().action_cancel("Entered twice")
        with freeze_time(fields.Datetime.now() + timedelta(days=400)):
            self._client = None
            self.assertEqual(self.get(self.link(case)).status_code, OVER)
            self.post(f"{case._get_customer_path()}/renew", token=token)
            self.assertEqual(self.token(case), token)

    def test_markers_are_planted(self):
        """The table looks for something: whoever works on the case finds it in the chatter."""
        bodies = self.case.with_user(self.handler).message_ids.mapped("body")
        self.assertTrue([body for body in bodies if MARKER in body])
