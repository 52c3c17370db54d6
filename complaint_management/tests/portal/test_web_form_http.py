"""The public form as a browser meets it (IN-1, IN-3, IN-11, CP-5)."""

import json
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.portal.form_common import FormCommon
from odoo.addons.complaint_management.tests.portal.test_upload import REFUSED, picture

PNG = ("files", ("cold.png", picture(), "image/png"))


@tagged("post_install", "-at_install")
class TestWebFormPages(FormCommon):
    def test_form_opens_and_stores_nothing(self):
        """IN-1: without login; opening it, also by a machine that follows links, changes nothing."""
        before = self.counts()
        for path in ("/complaint", "/complaint/centre", "/complaint/Centre"):
            for method in ("GET", "HEAD"):
                with self.subTest(path=path, method=method):
                    response = self.get(path, method=method)
                    self.assertEqual(response.status_code, 200)
                    self.assertEqual(response.headers["Cache-Control"], "no-store")
        page = self.page(self.get("/complaint/centre"))
        self.assertEqual(len(page.xpath("//h1")), 1)
        self.assertEqual(page.xpath("//form[@data-captcha]/@action"), ["/complaint/centre"])
        self.assertEqual(page.xpath("//form[@data-captcha]/@data-captcha"), ["complaint_form"])
        self.assertEqual(page.xpath("//details/@open"), [])
        self.assertEqual(self.counts(), before)

    def test_every_field_has_a_label(self):
        page = self.page(self.get("/complaint/centre"))
        fields = page.xpath(
            "//form[@data-captcha]//*[self::input or self::textarea or self::select]"
            "[@type != 'hidden' or not(@type)]"
        )
        self.assertGreater(len(fields), 10)
        labels = set(page.xpath("//label/@for"))
        for field in fields:
            self.assertIn(field.get("id"), labels)
        self.assertEqual(page.xpath("//*[@name='email']/@autocomplete"), ["email"])
        self.assertEqual(page.xpath("//*[@name='phone']/@inputmode"), ["tel"])
        self.assertIn(".jpg", page.xpath("//*[@name='files']/@accept")[0])

    def test_no_such_form(self):
        """An unknown, archived or closed form is the same page: there is none."""
        self.other_team.write({"web_key": "gone", "active": False})
        self.foreign_team.web_key = "shut"
        self.company_2.complaint_form_open = False
        for key in ("nowhere", "gone", "shut", "%00", "%0d%0a", "a" * 3000, "<script>"):
            for send in (False, True):
                with self.subTest(key=key, send=send):
                    before = self.counts()
                    path = f"/complaint/{key}"
                    response = self.send(path) if send else self.get(path)
                    self.assertEqual(response.status_code, 404)
                    self.assertEqual(self.counts(), before)
        self.env["res.company"].search([]).complaint_form_open = False
        self.assertEqual(self.get("/complaint").status_code, 404)
        self.assertEqual(self.get("/complaint/centre").status_code, 404)

    def test_closed_company_leaves_the_page_to_the_next(self):
        self.company.complaint_form_open = False
        self.foreign_team.web_key = "foreign"
        complaint = self.sent("/complaint")
        self.assertTrue(complaint.company_id.complaint_form_open)
        self.assertEqual(self.sent("/complaint/foreign").company_id, self.company_2)

    def test_sending(self):
        """IN-1, IN-11: number and date are shown, and the files hang on the message."""
        complaint = self.sent(files=[PNG, PNG])
        self.assertEqual(complaint.team_id, self.centre)
        self.assertEqual(
            sorted(complaint.message_ids.attachment_ids.mapped("name")), ["cold (2).png", "cold.png"]
        )
        self.assertEqual(complaint.message_ids.attachment_ids[0].raw, picture())
        page = self.get("/complaint/sent")
        self.assertEqual(page.status_code, 200)
        self.assertIn(complaint.number, page.text)
        promise = complaint._get_promises()["next"]
        self.assertTrue(promise)
        self.assertIn(complaint._tell_promise(*promise)[0], page.text)
        self.assertIn("li.si@example.com", page.text)
        self.assertNotIn(self.token(complaint), page.text)

    def test_page_after_is_nobody_elses(self):
        """What was sent is shown to who sent it, for a while; nobody else comes to it by guessing."""
        complaint = self.sent(email="", phone="13800000000")
        page = self.get("/complaint/sent")
        self.assertIn(self.token(complaint), page.text)
        for query in ("", f"?id={complaint.id}", f"?complaint_id={complaint.id}"):
            self._client = None
            response = self.get(f"/complaint/sent{query}", user=self.other_user)
            self.assertEqual(response.status_code, 303)
            self.assertNotIn(complaint.number, response.text)
        complaint = self.sent()
        module = "odoo.addons.complaint_management.controllers.portal.form.datetime"
        with patch(module, wraps=__import__("datetime").datetime) as clock:
            from datetime import datetime, timedelta

            clock.now.return_value = datetime.now() + timedelta(minutes=16)
            self.assertEqual(self.get("/complaint/sent").status_code, 303)

    def test_again(self):
        """IN-3: a double click, a reload and the button back make one complaint, and show the same page."""
        values = self.filled()
        first = self.post("/complaint/centre", values)
        before = self.counts()
        for _index in range(3):
            again = self.post("/complaint/centre", values)
            self.assertEqual((again.status_code, again.headers["Location"]), (303, first.headers["Location"]))
        self.assertEqual(self.counts(), before)
        complaint = self.Complaint.search([], order="id desc", limit=1)
        self.assertIn(complaint.number, self.get("/complaint/sent").text)

    @mute_logger("odoo.http")
    def test_forged_request(self):
        """Without the token against forged requests nothing is taken."""
        before = self.counts()
        for token in (None, "", "x", "é", "0o9", "x" * 10000):
            with self.subTest(token=token):
                values = self.filled() if token is None else self.filled(csrf_token=token)
                self.assertEqual(self.post("/complaint/centre", values, csrf=False).status_code, 400)
        self.assertEqual(self.counts(), before)

    def test_refusal_keeps_what_was_typed(self):
        """What was typed comes back, the error stands at its field, and the way leads there."""
        response = self.refused(
            description="",
            wanted="A <b>refund</b>",
            place="At home",
            name='Li "Si"',
            consent=None,
            happened_on="2999-01-01",
        )
        self.assertEqual(self.errors(response).keys(), {"description", "happened_on", "consent"})
        self.assertEqual(self.value(response, "wanted"), "A <b>refund</b>")
        self.assertEqual(self.value(response, "place"), "At home")
        self.assertEqual(self.value(response, "name"), 'Li "Si"')
        page = self.page(response)
        self.assertEqual(page.xpath("//details/@open"), ["open"])
        field = page.xpath("//*[@name='description']")[0]
        self.assertEqual(field.get("aria-invalid"), "true")
        self.assertEqual(field.get("aria-describedby"), "complaint_description_error")
        self.assertIn("#complaint_description", page.xpath("//*[@role='alert']//a/@href"))
        # The form that is shown again is the same one.
        token = self.value(response, "form_token")
        self.assertTrue(self.Complaint._check_form_token(token)[0])
        self.assertTrue(self.sent(form_token=token))

    def test_too_quick_and_hidden_field(self):
        """A person who is taken for a machine presses Send once more, and all is still there."""
        response = self.refused(form_token=self.form_token(0))
        self.assertIn("quick", self.alert(response))
        self.assertIn("It has been cold", self.value(response, "description"))
        response = self.refused(homepage="http://spam.example.com")
        self.assertIn("people do not see", self.alert(response))
        self.assertEqual(self.value(response, "homepage"), "")
        response = self.refused(form_token="forged")
        token = self.value(response, "form_token")
        with patch("odoo.addons.complaint_management.models.portal.form_guard.SECONDS_TO_FILL", 0):
            self.sent(form_token=token)

    def test_captcha(self):
        """A captcha that is installed is asked; where it refuses, what was typed is still there."""
        asked = []

        def refuse(_self, action):
            asked.append(action)
            raise ValidationError("The captcha does not believe you.")

        with patch.object(self.registry["ir.http"], "_verify_request_recaptcha_token", refuse):
            response = self.refused()
        self.assertEqual(asked, ["complaint_form"])
        self.assertIn("does not believe", self.alert(response))
        self.assertIn("It has been cold", self.value(response, "description"))

    def test_bad_files(self):
        """IN-11: a file that is not taken is named, nothing is stored, and the rest is still there."""
        for kind, content in REFUSED.items():
            with self.subTest(kind=kind):
                response = self.refused(files=[PNG, ("files", ("evil.png", content, "image/png"))])
                self.assertIn("evil.png", self.errors(response)["files"])
                self.assertIn("It has been cold", self.value(response, "description"))
        self.company.write({"complaint_file_count": 2, "complaint_file_size": 1})
        response = self.refused(files=[("files", ("a.txt", b"a" * (1024 * 1024 + 1), "text/plain"))])
        self.assertIn("1 MB", self.errors(response)["files"])
        self.assertIn("3 files", self.errors(self.refused(files=[PNG] * 3))["files"])
        # A field of a form without a file chosen.
        self.sent(files=[("files", ("", b"", "application/octet-stream"))])
        response = self.refused(files=[PNG], name="")
        self.assertIn("choose your files again", self.alert(response))

    @mute_logger("odoo.http")
    def test_what_cannot_be_read(self):
        """Too large, too many or broken: a page that says what to do, never an error, and nothing stored."""
        before = self.counts()
        huge = "x" * (11 * 1024 * 1024)
        for fname in ("description", "name", "unknown"):
            response = self.send(**{fname: huge}, files=[PNG])
            self.assertEqual(response.status_code, 413, fname)
            self.assertIn("too much at once", response.text)
            response = self.send(**{fname: huge})
            self.assertEqual(response.status_code, 413, fname)
        response = self.send(files=[("files", (f"{index}.txt", b"x", "text/plain")) for index in range(1200)])
        self.assertEqual(response.status_code, 413)
        self.log_in()
        for content_type, body in (
            ("multipart/form-data; boundary=x", b"--x\r\ngarbage\x00\xff"),
            ("multipart/form-data", b"x" * 1000),
            ("multipart/form-data; boundary=" + "y" * 5000, b"--y"),
            ("application/json", json.dumps({"params": {}}).encode()),
            ("application/x-www-form-urlencoded", b"%ff%fe=%00&csrf_token=%ff"),
            ("text/plain", b"\x00" * 1000),
            ("", b"x"),
        ):
            with self.subTest(content_type=content_type[:40]):
                response = self.url_open(
                    "/complaint/centre",
                    data=body,
                    headers={"Content-Type": content_type},
                    method="POST",
                    allow_redirects=False,
                )
                self.assertIn(response.status_code, (400, 413, 415))
                self.assertTrue(response.text)
        self.assertEqual(self.counts(), before)

    def test_body_larger_than_all_files(self):
        """The most that is read depends on the settings; beyond it the page says so."""
        with patch.object(self.registry["res.company"], "_get_form_upload_limit", lambda self: 1000):
            with mute_logger("odoo.http"):
                before = self.counts()
                response = self.send(description="x" * 2000)
        self.assertEqual(response.status_code, 413)
        self.assertIn("too much at once", response.text)
        self.assertEqual(self.counts(), before)
        limit = self.env["res.company"]._get_form_upload_limit()
        self.company.write({"complaint_file_count": 100, "complaint_file_size": 10})
        self.assertGreater(self.env["res.company"]._get_form_upload_limit(), limit)

    def test_odd_values(self):
        """Fields twice, files for texts, texts for files, lists and nothing: no error of the server."""
        self.refused(files=[("description", ("a.txt", b"text", "text/plain"))])
        response = self.post("/complaint/centre", {**self.filled(), "name": ["A", "B"]})
        self.assertEqual(response.status_code, 303)
        complaint = self.Complaint.search([], order="id desc", limit=1)
        self.assertEqual(complaint.partner_name, "A")
        values = {"files": "no file", "unknown": "x", "partner_id": str(self.customer.id), "team_id": "1"}
        response = self.post("/complaint/centre", {**self.filled(), **values})
        self.assertEqual(response.status_code, 303)
        complaint = self.Complaint.search([("id", ">", complaint.id)])
        self.assertFalse(complaint.partner_id)
        self.assertEqual(complaint.team_id, self.centre)

    def test_language_of_the_visitor(self):
        """IN-1: in the language that the browser asks for, without the Website app."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["res.lang"]._activate_lang("fr_FR")
        view = self.env.ref("complaint_management.form_body")
        view.with_context(lang="en_US").arch_db  # noqa: B018
        view.update_field_translations(
            "arch_db", {"zh_CN": {"Tell us what went wrong": "请告诉我们出了什么问题"}}
        )
        response = self._open_in("zh-CN,zh;q=0.9")
        self.assertIn("请告诉我们出了什么问题", response.text)
        self.assertEqual(self.page(response).get("lang"), "zh-CN")
        self.assertIn("/zh", response.url)
        self.assertEqual(self.page(self._open_in("en-US")).get("lang"), "en-US")

    def _open_in(self, languages):
        """Open the form as somebody who was never here and whose browser asks for these languages."""
        self.log_in()
        for name in ("session_id", "frontend_lang"):
            if name in self.opener.cookies:
                self.opener.cookies.pop(name)
        self._client = None
        return self.url_open("/complaint/centre", headers={"Accept-Language": languages})

    def test_consent_in_the_words_of_the_company(self):
        """CP-5: what the complainant agreed to is kept with the moment."""
        self.company.complaint_form_consent = "Yes, I <b>want</b> this."
        self.assertIn("Yes, I &lt;b&gt;want&lt;/b&gt; this.", self.get("/complaint/centre").text)
        complaint = self.sent()
        self.assertTrue(complaint.consent_at)
        self.assertIn("Yes, I &lt;b&gt;want&lt;/b&gt; this.", complaint.message_ids.body)

    def test_employees_are_strangers_to_the_form(self):
        """Who works here enters a complaint there for somebody else, not as a customer."""
        complaint = self.sent(user=self.handler)
        self.assertFalse(complaint.partner_id)
        self.assertFalse(complaint.received_by_id)
        self.assertEqual(self.get("/my/complaints/new", self.handler).status_code, 303)


@tagged("post_install", "-at_install")
class TestConfirmation(FormCommon):
    def test_link_asks_and_button_confirms(self):
        """CP-5, DESIGN 4.7: opening the link confirms nothing."""
        self.company.complaint_form_confirm = True
        complaint = self.sent(email=self.customer.email)
        self.assertIn("confirm that it is your address", self.get("/complaint/sent").text)
        path = complaint._get_confirm_link().removeprefix(complaint.get_base_url())
        before = self.counts()
        for method in ("GET", "HEAD") * 3:
            self.assertEqual(self.get(path, method=method).status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(self.counts(), before)
        self.assertFalse(complaint.email_confirmed)
        with mute_logger("odoo.http"):
            self.assertEqual(self.post(path, csrf=False).status_code, 400)
        for wrong in (
            path[:-1] + "x",
            path + "x",
            path.replace(str(complaint.id), str(complaint.id + 1)),
            path + "%C3%A9",
        ):
            with self.subTest(path=wrong):
                self.assertEqual(self.get(wrong).status_code, 404)
                self.assertEqual(self.post(wrong).status_code, 404)
        self.env.invalidate_all()
        self.assertFalse(complaint.email_confirmed)
        response = self.post(path)
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        self.assertTrue(complaint.email_confirmed)
        self.assertEqual(complaint.partner_id, self.customer)
        self.assertIn("Your address is confirmed", self.get(path).text)
        self.assertEqual(self.post(path).status_code, 303)
        self.assertNotIn(self.token(complaint), self.get(path).text)


@tagged("post_install", "-at_install")
class TestOwnForm(FormCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order, cls.foreign_order = cls.env["sale.order"].create(
            [{"partner_id": cls.owner.id, "state": "sale"}, {"partner_id": cls.other.id, "state": "sale"}]
        )

    def test_own_order(self):
        """IN-1: a customer complains about an own order, and is known."""
        page = self.page(self.get(f"/my/complaints/new?order={self.order.id}", self.owner_user))
        self.assertEqual(page.xpath("//select[@name='order']/option[@selected]/@value"), [str(self.order.id)])
        self.assertNotIn(str(self.foreign_order.id), page.xpath("//select[@name='order']/option/@value"))
        self.assertEqual(page.xpath("//*[@name='email']"), [])
        complaint = self.sent(
            "/my/complaints/new", self.owner_user, name=None, email=None, order=str(self.order.id)
        )
        self.assertEqual((complaint.partner_id, complaint.sale_order_id), (self.owner, self.order))
        self.assertEqual(complaint.channel_id, self.env.ref("complaint_management.complaint_channel_portal"))
        self.assertIn(complaint._get_customer_path(), self.get("/complaint/sent", self.owner_user).text)

    def test_orders_of_others(self):
        for order in (str(self.foreign_order.id), "0", "999999999", "x", "1 OR 1=1"):
            with self.subTest(order=order):
                response = self.refused(
                    path="/my/complaints/new", user=self.owner_user, name=None, email=None, order=order
                )
                self.assertIn("order", self.errors(response))
        # A stranger has no orders to choose from.
        self.refused(order=str(self.order.id))

    def test_public_is_sent_to_the_login(self):
        before = self.counts()
        self.assertIn("/web/login", self.get("/my/complaints/new").headers["Location"])
        self.assertIn(self.send("/my/complaints/new").status_code, (303, 400))
        self.assertEqual(self.counts(), before)

    def test_button_on_the_order(self):
        link = f"/my/complaints/new?order={self.order.id}"
        self.assertIn(link, self.get(f"/my/orders/{self.order.id}", self.owner_user).text)
        self.order._portal_ensure_token()
        self.assertNotIn(link, self.get(self.order.get_portal_url()).text)
