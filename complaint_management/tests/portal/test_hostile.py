"""Hostile input on every page on which customers enter something (IN-1, IN-2, SO-4, CP-5).

Whatever comes: the server answers with a page, nothing is half-stored, and what is taken is a text and
nothing that runs. The input is made up in ``hostile.py``, the same at every run.
"""

from lxml import html

from odoo import http
from odoo.tests import tagged
from odoo.tools import html2plaintext

from odoo.addons.complaint_management.tests.portal.action_common import SIGNATURE
from odoo.addons.complaint_management.tests.portal.hostile import Hostile, queries
from odoo.addons.complaint_management.tests.portal.hostile_common import UNSEEN, HostileCommon, legible

FORM_TEXTS = ["description", "wanted", "subject", "about", "place", "name", "email", "phone"]
TEXTS_STORED = {
    "description": "description",
    "wanted": "wanted_outcome",
    "subject": "name",
    "about": "about_stated",
    "place": "occurred_place",
    "name": "partner_name",
    "phone": "partner_phone",
}


@tagged("post_install", "-at_install")
class TestHostileForm(HostileCommon):
    """The public form, and that of customers with an account."""

    def send_all(self, path, user, attacks, base):
        for number, attack in enumerate(attacks):
            with self.subTest(path=path, number=number, attack=attack.name), self.forgotten():
                self.log_in(user)
                values = {**base, "form_token": self.form_token()}
                before = self.counts()
                response = self.attack(path, attack, values)
                made = {
                    table: count - before[table]
                    for table, count in self.counts().items()
                    if count != before[table]
                }
                if response.status_code == 303:
                    self.assertTrue(response.headers["Location"].endswith("/complaint/sent"))
                    self.check_taken(attack, values, made)
                else:
                    self.assertEqual(made, {}, response.status_code)

    def check_taken(self, attack, values, made):
        """Check that all of it was stored, as the text that it was, and is shown as such."""
        self.assertEqual(made["complaint_complaint"], 1)
        self.assertNotIn("res_partner", made)
        self.assertNotIn("res_users", made)
        complaint = self.Complaint.search([], order="id desc", limit=1).sudo()
        self.assertFalse(complaint.user_id)
        self.assertEqual((complaint.step, complaint.company_id), ("new", self.company))
        messages = complaint.message_ids.filtered(lambda message: message.message_type == "comment")
        self.assertEqual(len(messages), 1)
        self.assertEqual(made.get("ir_attachment", 0), len(messages.attachment_ids))
        self.assertNothingRuns(html.fromstring(f"<div>{messages.body}</div>"))
        for stored in (*TEXTS_STORED.values(), "partner_email"):
            self.assertNotRegex(complaint[stored] or "", UNSEEN)
        said = html.fromstring(f"<div>{messages.body}</div>").text_content()
        self.assertNotRegex(said, UNSEEN)
        self.assertIn(legible(complaint.description), legible(said))
        texts = {**values, **attack.fields} if attack.body is None else {}
        if attack.legible and attack.body is None:
            for fname, stored in TEXTS_STORED.items():
                given = texts.get(fname)
                given = given[0] if isinstance(given, list) else given
                # What an account says already, and a subject left out, is ours.
                if (
                    isinstance(given, str)
                    and legible(given)
                    and not (complaint.partner_id and "partner" in stored)
                ):
                    self.assertEqual(legible(complaint[stored] or ""), legible(given), fname)
        self.check_files(messages.attachment_ids)
        self.check_pages(complaint, texts if attack.legible else {})

    def check_files(self, files):
        for file in files:
            self.assertNotRegex(file.name, r'[/\\<>:"\x00-\x1f\u202e]|^\.')
            self.assertLess(len(file.name), 100)
            self.assertNotIn(file.mimetype, ("image/svg+xml", "text/html", "application/octet-stream"))

    def check_pages(self, complaint, texts):
        """Look at the pages on which it stands now: after sending, its own, and that of the file."""
        for path in ("/complaint/sent", self.link(complaint)):
            response = self.opener.get(self.base_url() + path)
            self.assertEqual(response.status_code, 200)
            self.assertHarmless(response)
        page = html.document_fromstring(response.content)
        shown = legible(page.text_content())
        if isinstance(texts.get("description"), str):
            self.assertIn(legible(complaint.description), shown)
            self.assertIn(legible(complaint.name), shown)
        for link in page.xpath("//*[@id='messages']//a/@href"):
            if "/file/" in link:
                response = self.opener.get(self.base_url() + link)
                self.assertEqual(response.status_code, 200)
                self.assertTrue(response.headers["Content-Disposition"].startswith("attachment"))
                self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")

    def test_public_form(self):
        """IN-1, IN-2, CP-5: without login, by anybody."""
        attacks = Hostile(61).attacks(
            FORM_TEXTS, ["category"], ["csrf_token", "form_token"], ["happened_on"], files=True, count=170
        )
        self.send_all("/complaint/centre", None, attacks, self.filled())
        # Both ways are taken often enough to say something.
        self.assertGreater(self.answers[303], 40, self.answers)
        self.assertGreater(self.answers[422], 40, self.answers)

    def test_account_form(self):
        """IN-1: a customer with an account is no better."""
        attacks = Hostile(62).attacks(
            FORM_TEXTS,
            ["category", "order"],
            ["csrf_token", "form_token"],
            ["happened_on"],
            files=True,
            count=60,
        )
        self.send_all("/my/complaints/new", self.owner_user, attacks, self.filled())
        self.assertGreater(self.answers[303], 15, self.answers)
        self.assertGreater(self.answers[422], 15, self.answers)


@tagged("post_install", "-at_install")
class TestHostileActs(HostileCommon):
    """The forms of the page of a complaint."""

    #: Their fields: for text, for numbers of records, and all filled in.
    FORMS = {
        "reply": (["message"], []),
        "accept": (["signer", "signature"], ["solution"]),
        "decline": (["reason"], ["solution"]),
        "call": (["phone", "wished"], ["solution"]),
        "confirm": (["signer", "signature", "told"], []),
        "object": (["words", "told"], []),
        "followup": (["words", "satisfied"], ["followup"]),
        "withdraw": (["reason"], ["sure"]),
        "appeal": (["reason"], ["round"]),
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["complaint.followup.rule"].create({"name": "Call", "nature": False, "delay": 2})

    def setUp(self):
        super().setUp()
        offered = self.new_solved_case(partner_id=self.owner.id)
        self.new_offered(offered)
        told = self.new_reported(partner_id=self.owner.id)
        followed = self.new_reported("closed", partner_id=self.owner.id)
        ended = self.new_reported("follow_up", partner_id=self.owner.id)
        self.move(ended, "closed")
        new = self.new_case_of(self.owner)
        self.cases = {
            "reply": new,
            "accept": offered,
            "decline": offered,
            "call": offered,
            "confirm": told,
            "object": told,
            "followup": followed,
            "withdraw": new,
            "appeal": ended,
        }
        self.env.flush_all()

    def form(self, act):
        complaint = self.cases[act].sudo()
        form = {
            "reply": {"message": "Hello"},
            "accept": {"signer": "Zhang San", "signature": SIGNATURE},
            "decline": {"reason": "Because"},
            "call": {"phone": "010-62345678", "wished": "After six"},
            "confirm": {"signer": "Zhang San", "signature": SIGNATURE},
            "object": {"words": "It leaks.", "objection": "1"},
            "followup": {
                "words": "It leaks.",
                "satisfied": "no",
                "followup": str(complaint._get_open_followup().id),
            },
            "withdraw": {"sure": "1", "reason": "Mine"},
            "appeal": {"reason": "Nobody listened", "round": str(complaint.reopen_count)},
        }[act]
        if act in ("accept", "decline", "call"):
            form["solution"] = str(complaint.solution_ids.id)
        if act in ("confirm", "object"):
            form["told"] = self.as_customer(complaint)._get_report_mark()
        return form

    def state(self, complaint):
        complaint = complaint.sudo()
        return (
            complaint.read(["step", "reopen_count", "confirmation", "end_reason", "write_date"]),
            complaint.solution_ids.mapped("state"),
        )

    def test_acts(self):
        """SO-4, SO-6, CO-3, CL-2: each form by link and by account, as it is filled in by nobody."""
        for seed, (act, (texts, numbers)) in enumerate(self.FORMS.items()):
            form = self.form(act)
            attacks = Hostile(seed).attacks(
                texts, numbers, ["csrf_token", "access_token"], files=act == "reply", count=20
            )
            taken = 0
            for number, attack in enumerate(attacks):
                with self.subTest(act=act, number=number, attack=attack.name), self.forgotten():
                    taken += self.send_act(act, attack, form, by_link=bool(number % 3))
            self.assertGreater(taken, 3, act)
            self.assertLess(taken, 18, act)

    def send_act(self, act, attack, form, by_link):
        complaint = self.cases[act]
        self.log_in(None if by_link else self.owner_user)
        before, state = self.counts(), self.state(complaint)
        token = {"access_token": self.token(complaint)} if by_link else {}
        path = f"/my/complaints/{complaint.id}/{'confirm' if act == 'object' else act}"
        response = self.attack(path, attack, {**form, **token})
        after = self.counts()
        done = response.status_code == 303 and "done=" in response.headers["Location"]
        if not done:
            self.assertEqual(after, before, response.status_code)
            self.assertEqual(self.state(complaint), state)
            if response.status_code == 303:
                self.assertIn("/web/login", response.headers["Location"])
            return 0
        self.assertEqual(
            [after[table] for table in ("complaint_complaint", "res_partner", "res_users")],
            [before[table] for table in ("complaint_complaint", "res_partner", "res_users")],
        )
        self.assertGreater(after["mail_message"], before["mail_message"])
        self.check_done(complaint, act, attack, form)
        return 1

    def check_done(self, complaint, act, attack, form):
        """Check that it stands there as a text, on the page and in the chatter."""
        complaint = complaint.sudo()
        complaint.invalidate_recordset()
        for message in complaint.message_ids[:6]:
            if message.body:
                self.assertNotRegex(message.body, UNSEEN)
                self.assertNothingRuns(html.fromstring(f"<div>{message.body}</div>"))
        for activity in complaint.activity_ids:
            self.assertNothingRuns(html.fromstring(f"<div>{activity.note} </div>"))
        response = self.opener.get(self.base_url() + self.link(complaint))
        self.assertEqual(response.status_code, 200)
        self.assertHarmless(response)
        if not attack.legible or attack.body is not None:
            return
        typed = {**form, **attack.fields}
        shown = legible(" ".join(html2plaintext(body) for body in complaint.message_ids.mapped("body")))
        shown += legible(complaint.end_reason or "")
        shown += legible(" ".join(complaint.activity_ids.mapped(lambda activity: activity.summary or "")))
        for name in ("message", "reason", "words", "phone", "wished", "signer"):
            text = typed.get(name)
            text = text[0] if isinstance(text, list) else text
            if isinstance(text, str) and name in self.FORMS[act][0]:
                self.assertIn(legible(text), shown, name)


@tagged("post_install", "-at_install")
class TestHostileQueries(HostileCommon):
    """What stands in an address: nothing is stored by opening it."""

    def test_queries(self):
        """CP-5: every page that is opened, with whatever behind the question mark."""
        complaint = self.new_case_of(self.owner)
        page, token = f"/my/complaints/{complaint.id}", self.token(complaint)
        pages = [
            ("/complaint", None, ["description", "category", "order"], ""),
            ("/complaint/centre", None, ["team_key", "email"], ""),
            ("/complaint/sent", None, ["id"], ""),
            (f"/complaint/confirm/{complaint.id}/x", None, ["token"], ""),
            (page, None, ["access_token"], ""),
            (page, None, ["done", "messages"], f"&access_token={token}"),
            (f"{page}/file/1", None, ["access_token", "download"], f"&access_token={token}"),
            (page, self.owner_user, ["done", "messages", "access_token"], ""),
            ("/my/complaints", self.owner_user, ["sortby", "filterby", "search"], ""),
            ("/my/complaints/new", self.owner_user, ["order", "description"], ""),
            ("/my/complaints/page/2", self.owner_user, ["search", "page"], ""),
        ]
        before = self.counts()
        for seed, (path, user, names, rest) in enumerate(pages):
            self.log_in(user)
            for query in queries(seed, names, 8):
                with self.subTest(path=path, query=query[:200]), self.nothing_logged():
                    response = self.opener.get(
                        f"{self.base_url()}{path}?{query}{rest}", allow_redirects=False
                    )
                    self.assertHarmless(response)
        self.assertEqual(self.counts(), before)

    def test_addresses(self):
        """Numbers and names in the path that lead nowhere, far away or out of it."""
        before = self.counts()
        self.log_in(self.owner_user)
        for number in (
            "0",
            "-1",
            "2147483648",
            "9" * 30,
            "9" * 5000,
            "1.5",
            "%00",
            "%ED%A0%80",
            "1%0d%0aX-Evil:1",
        ):
            for path in (
                "/my/complaints/{}",
                "/my/complaints/{}/file/1",
                "/my/complaints/1/file/{}",
                "/my/complaints/page/{}",
                "/complaint/confirm/{}/x",
                "/complaint/confirm/1/{}",
                "/complaint/{}",
            ):
                with self.subTest(path=path, number=number[:40]), self.nothing_logged():
                    response = self.opener.get(self.base_url() + path.format(number), allow_redirects=False)
                    self.assertHarmless(response)
            for act in ("reply", "withdraw", "renew"):
                with self.subTest(act=act, number=number[:40]), self.nothing_logged():
                    response = self.opener.post(
                        f"{self.base_url()}/my/complaints/{number}/{act}",
                        data={"csrf_token": http.Request.csrf_token(self), "message": "x", "sure": "1"},
                        allow_redirects=False,
                    )
                    self.assertHarmless(response)
        self.assertEqual(self.counts(), before)
