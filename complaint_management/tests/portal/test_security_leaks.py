import inspect
import json
import re
from urllib.parse import quote_plus, urlsplit

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.portal.planted import MARKER, find_words
from odoo.addons.complaint_management.tests.portal.security_common import QUIET, SecurityCommon
from odoo.addons.complaint_management.tests.portal.security_table import FOREIGN_FIELDS, PRINTED

OURS = "odoo.addons.complaint_"
COMPLAINT = "complaint.complaint"
#: What customers read by calls from outside: rows with their own, and no other fields than these need.
WHITELISTS = {"complaint.portal", "complaint.service.portal", "complaint.asset.portal"}


@tagged("post_install", "-at_install")
class TestSecurityLeaks(SecurityCommon):
    """CP-5, OR-2: what is ours alone comes to customers by no other way either."""

    def call(self, model, method, args=(), **kwargs):
        """Call a method from outside as whoever is logged in; return the answer."""
        payload = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        return self.jsonrpc(f"/web/dataset/call_kw/{model}/{method}", payload)

    def jsonrpc(self, path, params):
        with mute_logger(*QUIET, "odoo.orm", "odoo.sql_db"):
            response = self.url_open(path, json={"jsonrpc": "2.0", "method": "call", "params": params})
        self.assertNoMarker(response, self.env["res.users"].browse(self._client or []), path)
        return response

    def assertRefused(self, response):
        error = response.json().get("error")
        self.assertTrue(error, response.text[:500])

    @property
    def portal_users(self):
        return self.owner_user, self.mate_user, self.other_user

    def our_models(self):
        for name, model in self.env.registry.items():
            if name.startswith("complaint.") and not model._abstract:
                yield name

    # the control: there is something to be found

    def test_markers_are_found(self):
        """Whoever handles a case reads what customers do not: so the search finds what is there."""
        self.log_in(self.handler)
        case = self.cases["open"]
        fields = ["cause_note", "complainant_kind", "user_id", "tag_ids", "message_ids", "reference"]
        with self.assertRaisesRegex(AssertionError, MARKER):
            self.call(COMPLAINT, "read", [case.ids, fields])
        with self.assertRaisesRegex(AssertionError, MARKER):
            self.jsonrpc("/mail/thread/messages", {"thread_model": COMPLAINT, "thread_id": case.id})
        self.assertGreater(len(self.marked), 40)
        for model in (
            "solution",
            "evidence",
            "liability",
            "dispatch",
            "contact",
            "why",
            "handover",
            "approval",
        ):
            self.assertTrue([name for name in self.marked if name.startswith(f"complaint.{model}.")], model)
        self.assertEqual(find_words("<b>Habitual</b> 48,151,623.42"), ["habitual", "48,151,623"])

    # by calls to the models

    def test_models_are_shut(self):
        """CP-5: no model of ours but one answers a customer or the public."""
        case = self.cases["open"]
        for user in (self.owner_user, self.env.ref("base.public_user")):
            env = self.env(user=user)
            for name in self.our_models():
                readable = env[name].has_access("read")
                with self.subTest(user=user.login, model=name):
                    self.assertEqual(readable, name in WHITELISTS and user == self.owner_user)
                    for operation in ("create", "write", "unlink"):
                        self.assertFalse(env[name].has_access(operation))
        self.log_in(self.owner_user)
        for name in self.our_models():
            if name in WHITELISTS:
                continue
            ids = self.env[name].sudo().with_context(active_test=False).search([], limit=3).ids or [1]
            for method, args in (
                ("read", [ids]),
                ("search", [[]]),
                ("search_read", [[]]),
                ("search_count", [[("id", "in", ids)]]),
                ("name_search", [MARKER]),
                ("web_search_read", [[], {"id": {}}]),
                ("web_read", [ids, {"display_name": {}}]),
                ("read_group", [[], ["id"], []]),
                ("web_read_group", [[], []]),
                ("formatted_read_group", [[]]),
                ("export_data", [ids, ["id"]]),
                ("copy", [ids]),
                ("write", [ids, {"display_name": "Mine"}]),
                ("create", [{}]),
                ("unlink", [ids]),
                ("get_views", [[[False, "form"]]]),
            ):
                with self.subTest(model=name, method=method):
                    answer = self.call(name, method, args).json()
                    if name in self.transient_models and method in ("get_views",):
                        continue
                    self.assertIn("error", answer)
        self.assertEqual(case.sudo().exists(), case.sudo())

    @property
    def transient_models(self):
        return {name for name, model in self.env.registry.items() if model._transient}

    def test_public_methods(self):
        """CP-5: no method that can be called from outside does anything for a customer."""
        calls = []
        for name, model in self.env.registry.items():
            for base in model.__mro__:
                if not base.__module__.startswith(OURS):
                    continue
                for method, function in vars(base).items():
                    if inspect.isfunction(function) and not method.startswith("_"):
                        calls.append((name, method, function))
        calls = sorted({(name, method): function for name, method, function in calls}.items(), key=str)
        self.assertGreater(len(calls), 100)
        case = self.cases["offered"]
        self.log_in(self.other_user)
        for (name, method), function in calls:
            if method in ("create", "write", "unlink", "read", "default_get", "copy"):
                continue
            parameters = list(inspect.signature(function).parameters.values())[1:]
            given = [
                case.id
                for one in parameters
                if one.default is one.empty and one.kind == one.POSITIONAL_OR_KEYWORD
            ]
            before = self.fingerprint()
            with self.subTest(model=name, method=method):
                answer = self.call(name, method, [case.ids, *given]).json()
                self.assertEqual(self.fingerprint(), before, answer)
                # Some only say which dialog is to be opened.
                for word in (case.sudo().number, case.sudo().name, self.token(case)):
                    self.assertNotIn(word, str(answer.get("result")))

    def test_fields_elsewhere(self):
        """CP-5: what we added to models that customers read is not among what they read."""
        found = set()
        for user in (self.owner_user, self.env.ref("base.public_user")):
            env = self.env(user=user)
            for name, model in self.env.registry.items():
                if name.startswith("complaint.") or model._abstract or not env[name].has_access("read"):
                    continue
                added = {
                    fname
                    for fname, field in model._fields.items()
                    if any(module.startswith("complaint_") for module in field._modules)
                }
                readable = set(env[name].fields_get(attributes=[])) & added
                found |= {f"{name}.{fname}" for fname in readable}
        self.assertEqual(found, set(FOREIGN_FIELDS))

    def test_customers_model(self):
        """CP-5: the one model that customers read shows their own complaints, and answers nothing else."""
        own = {case.id for state, case in self.cases.items() if state != "archived"}
        for user, expected in (
            (self.owner_user, own),
            (self.mate_user, set()),
            (self.other_user, {self.foreign.id}),
        ):
            self.log_in(user)
            rows = self.call("complaint.portal", "search_read", [[]]).json()["result"]
            self.assertEqual({row["id"] for row in rows}, expected)
        self.log_in(self.owner_user)
        names = self.call("complaint.portal", "fields_get").json()["result"]
        archived = self.call("complaint.portal", "read", [self.cases["archived"].ids])
        self.assertEqual(archived.json()["result"], [])
        self.assertFalse({"confidential", "excluded_user_ids", "user_id", "cause_note"} & set(names))
        for method, args in (
            ("read", [list(own), list(names)]),
            ("web_search_read", [[], {name: {} for name in names}]),
            ("export_data", [list(own), list(names)]),
            ("name_search", ["CP"]),
            ("read_group", [[], ["id"], ["partner_id"]]),
            # Odoo itself groups by it, without a name or an id of anybody.
            ("read_group", [[], ["id"], ["excluded_user_ids"]]),
            ("web_read_group", [[], ["partner_id"]]),
            ("formatted_read_group", [[], ["partner_id"], ["__count"]]),
        ):
            self.call("complaint.portal", method, args)
        ids = self.cases["open"].ids
        for method, args in (
            ("read", [self.foreign.ids]),
            ("read", [ids, ["excluded_user_ids"]]),
            ("read", [ids, ["confidential"]]),
            ("search", [[("confidential", "=", False)]]),
            ("search", [[("excluded_user_ids.name", "ilike", "x")]]),
            ("search", [[("excluded_user_ids", "in", self.plain_user.ids)]]),
            ("search", [[], 0, None, "confidential"]),
            ("search", [[("partner_id.complaint_ids.cause_note", "ilike", "x")]]),
            ("search", [[("id.cause_note", "ilike", "x")]]),
            ("formatted_read_group", [[], ["confidential"], ["__count"]]),
            ("formatted_read_group", [[], [], ["confidential:bool_or"]]),
            ("search_read", [[], ["user_id"]]),
            ("write", [ids, {"name": "Mine"}]),
            ("create", [{"name": "Mine"}]),
            ("unlink", [ids]),
            ("message_post", [ids]),
        ):
            with self.subTest(method=method, args=args):
                self.assertRefused(self.call("complaint.portal", method, args))

    # no search is an oracle

    def test_list_is_no_oracle(self):
        """CP-5: looking for what is ours finds nothing, in whichever order and filter."""
        words = (
            MARKER,
            MARKER.lower(),
            "habitual",
            "48151623",
            self.handler.email,
            self.handler.name,
        )
        for user in self.portal_users:
            for filterby in ("all", "open", "waiting", "ended", "user_id"):
                for search in words:
                    path = "/my/complaints"
                    self.log_in(user)
                    response = self.url_open(
                        path, params={"search": search, "filterby": filterby, "sortby": "user_id"}
                    )
                    self.assertEqual(response.status_code, 200)
                    self.assertNotIn(self.cases["open"]._get_customer_path(), response.text)
                    shown = response.text.replace(search, "").replace(quote_plus(search), "")
                    self.assertFalse(find_words(shown), search)

    def test_refusals_are_alike(self):
        """IN-1, OR-2: what is not there, not theirs, archived or kept from them answers alike."""
        ids = {
            "not there": 99999999,
            "not theirs": self.foreign.id,
            "archived": self.cases["archived"].id,
        }
        concerned = {**ids, "not theirs": self.cases["open"].id, "merged": self.cases["merged"].id}
        for user, token, numbers in (
            (self.owner_user, None, ids),
            (None, "00000000-0000-4000-8000-000000000000", concerned),
            (self.other_user, None, {**concerned}),
            (self.plain_user, None, concerned),
            (self.colleague, self.token(self.cases["open"]), concerned),
        ):
            for path, method in (
                ("", "GET"),
                ("/file/1", "GET"),
                ("/reply", "POST"),
                ("/renew", "POST"),
                ("/accept", "POST"),
            ):
                bodies = {}
                for name, number in numbers.items():
                    if method == "POST":
                        data = {"message": "x", "reason": "x"}
                        response = self.post(f"/my/complaints/{number}{path}", data, user, token)
                    else:
                        response = self.get(f"/my/complaints/{number}{path}", user, token)
                    text = re.sub(rf"(complaints(?:/|%2F)){number}\b", "NUMBER", response.text)
                    text = re.sub(r"[0-9a-f]{40}o\d+", "CSRF", text)
                    headers = {
                        key: value
                        for key, value in response.headers.items()
                        if key not in ("Date", "Set-Cookie", "Content-Length")
                    }
                    bodies[name] = (response.status_code, text, headers)
                with self.subTest(user=user and user.login, path=path):
                    first = bodies["not there"]
                    for name, answer in bodies.items():
                        self.assertEqual(answer, first, name)

    # by Odoo's own pages

    def test_other_pages(self):
        """CP-5: no page of Odoo's shows anything of it."""
        case = self.cases["offered"]
        sudo = case.sudo()
        solution = sudo._get_shown_solution()
        thread = {"thread_model": COMPLAINT, "thread_id": case.id}
        key = {"access_token": self.token(case), "token": self.token(case)}
        files = self.files["offered"]
        gets = [
            "/my",
            "/my/home",
            "/my/account",
            "/my/orders",
            "/my/invoices",
            f"/odoo/complaints/{case.id}",
            "/odoo/complaints",
            f"/mail/view?model={COMPLAINT}&res_id={case.id}",
            f"/mail/view?model={COMPLAINT}&res_id={case.id}&access_token={key['token']}",
            f"/mail/unfollow?model={COMPLAINT}&res_id={case.id}&pid={self.owner.id}&token=x",
            f"/web/image/{COMPLAINT}/{case.id}/image_128",
            f"/web/image?model=res.users&id={self.handler.id}&field=name",
            f"/json/1/{COMPLAINT}/{case.id}",
            f"/json/1/complaints/{case.id}",
        ]
        gets += [f"/web/content/{file_id}?access_token={key['token']}" for file_id in files.values()]
        gets += [f"/web/image/{file_id}" for file_id in files.values()]
        gets += [f"/web/content/{COMPLAINT}/{case.id}/{name}" for name in ("cause_note", "access_token")]
        reports = self.env["ir.actions.report"].search([("report_name", "like", "complaint_%")])
        self.assertGreater(len(reports), 3)
        for report in reports:
            record = {COMPLAINT: case, "complaint.solution": solution}.get(report.model, case)
            for kind in ("html", "text", "pdf"):
                gets.append(f"/report/{kind}/{report.report_name}/{record.id}")
        posts = [
            ("/mail/thread/messages", thread),
            ("/mail/chatter_fetch", {**thread, **key}),
            ("/portal/chatter_init", {**thread, **key}),
            (
                "/mail/thread/data",
                {**thread, "request_list": ["activities", "attachments", "followers"], **key},
            ),
            (
                "/mail/data",
                {"fetch_params": [["mail.thread", {**thread, "request_list": ["followers", "activities"]}]]},
            ),
            ("/mail/data", {"fetch_params": ["init_messaging", "systray_get_activities"]}),
            ("/mail/message/post", {**thread, "post_data": {"body": "x", "message_type": "comment"}, **key}),
            ("/mail/thread/recipients", {**thread, "message_id": 1}),
            ("/mail/thread/recipients/fields", {"thread_model": COMPLAINT}),
            (
                "/mail/thread/subscribe",
                {"res_model": COMPLAINT, "res_id": case.id, "partner_ids": self.owner.ids},
            ),
            ("/mail/read_subscription_data", {"follower_id": sudo.message_follower_ids[:1].id}),
            ("/mail/partner/from_email", {**thread, "emails": [self.handler.email]}),
            ("/mail/inbox/messages", {}),
            ("/mail/history/messages", {}),
            (
                "/websocket/peek_notifications",
                {"channels": [f"{COMPLAINT}_{case.id}"], "last": 0, "is_first_poll": True},
            ),
            ("/web/action/load", {"action_id": "complaint_management.action_complaint"}),
            ("/web/model/get_definitions", {"model_names": [COMPLAINT]}),
        ]
        for user in (self.owner_user, self.other_user, None):
            self.log_in(user)
            before = self.fingerprint()
            for path in gets:
                with mute_logger(*QUIET, "odoo.addons.base.models.ir_actions_report"):
                    response = self.url_open(path, allow_redirects=True)
                with self.subTest(user=user and user.login, path=path):
                    self.assertNoMarker(response, message=path)
                    if path.startswith("/report"):
                        self.assertNotIn(sudo.number, response.text)
            for path, params in posts:
                with self.subTest(user=user and user.login, path=path):
                    self.jsonrpc(path, params)
            with mute_logger(*QUIET):
                data = {"thread_model": COMPLAINT, "thread_id": case.id, **key}
                response = self.post("/mail/attachment/upload", data, user, files={"ufile": ("x.txt", b"x")})
                self.assertNoMarker(response)
                self.assertFalse(
                    self.env["ir.attachment"].search([("name", "=", "x.txt"), ("res_id", "=", case.id)])
                )
                response = self.url_open(f"/json/2/{COMPLAINT}/search_read", json={"domain": []})
                self.assertNoMarker(response)
                self.assertNotEqual(response.status_code, 200)
                data = {
                    "model": COMPLAINT,
                    "fields": [],
                    "ids": case.ids,
                    "domain": [],
                    "import_compat": False,
                }
                response = self.post("/web/export/csv", {"data": json.dumps(data)}, user)
                self.assertNoMarker(response)
            self.assertEqual(self.fingerprint(), before)

    # letters

    def test_letters(self):
        """CP-5, CO-3: nothing internal, and nobody who works here, is in a letter to a customer."""
        prefix = "complaint_management.mail_template_"
        planned = (
            ("open", "received", "received"),
            ("open", "link:1", "link"),
            ("offered", f"proposal:{self.cases['offered'].sudo()._get_shown_solution().id}", "told_proposal"),
            ("offered", "progress:1", "progress"),
            ("reported", "result:0", "told_result"),
            ("asked", f"missed:{self.cases['asked'].sudo()._get_open_followup().id}", "missed"),
            ("closed", "closed:0", "closed"),
        )
        self.env["complaint.notice"].search([]).unlink()
        for state, event, template in planned:
            self.cases[state].sudo()._notify_customer(event, f"{prefix}{template}")
        self.unconfirmed.sudo()._notify_customer("confirm", f"{prefix}confirm")
        notices = self.env["complaint.notice"].search([])
        self.assertEqual(len(notices), len(planned) + 1)
        notices.planned_at = "2020-01-01"
        with self.mock_mail_gateway():
            # Some wait, where the customer has just heard from us.
            for notice in notices:
                notice._send()
            self._new_mails.filtered(lambda mail: mail.state == "outgoing").send()
        self.assertFalse(
            notices.filtered(lambda notice: notice.state != "sent").mapped(
                lambda notice: (notice.event, notice.reason)
            )
        )
        self.assertEqual(len(self._mails), len(planned) + 1)
        self.check_mails()
        # On the page they are ours, as they are in the mailbox.
        shown = self.cases["open"].sudo()._get_portal_page("owner")["messages"]
        self.assertEqual({message["author"] for message in shown}, {"You", self.centre.name})

    def test_letters_by_people(self):
        """CP-5, CO-3: nor in those that somebody sends: proposal, result, limit moved, refusal."""
        offered = self.cases["offered"].with_user(self.handler)
        solution = offered.sudo()._get_shown_solution()
        limit = self.env["complaint.deadline"].search([("complaint_id", "=", self.cases["open"].id)], limit=1)
        extension = (
            self.env["complaint.deadline.extension"]
            .sudo()
            .create({"deadline_id": limit.id, "amount": 1, "reason": "A part is late."})
            if limit.rule_id.max_extension
            else None
        )
        with self.mock_mail_gateway():
            proposal = offered._render_letter_template(
                "complaint_management.mail_template_proposal", complaint_solution=solution.sudo()
            )
            offered._send_letter(*proposal[offered.id])
            reported = self.cases["reported"].with_user(self.handler)
            reported._send_result("upheld", "It was stuck.", "The valve was replaced.", False, False, False)
            self.cases["open"].with_user(self.handler)._tell_unfounded(
                "We do not sell that.",
                *self.cases["open"]
                .with_user(self.handler)
                ._render_letter("We do not sell that.")[self.cases["open"].id],
            )
            if extension:
                self.cases["open"].sudo()._tell_limit_moved(extension)
                self.env["complaint.notice"].search([("event", "=like", "limit:%")]).planned_at = "2020-01-01"
                self.send_notices()
            self._new_mails.filtered(lambda mail: mail.state == "outgoing").send()
        self.assertGreaterEqual(len(self._mails), 3)
        self.check_mails()

    def check_mails(self):
        customers = {self.owner.email, "li.si@example.com"}
        for mail in self._mails:
            if not customers & {
                address.lower().rpartition("<")[2].rstrip(">") for address in mail["email_to"]
            }:
                continue
            parts = [str(value) for value in mail.values()]
            with self.subTest(subject=mail["subject"]):
                found = find_words(*parts)
                if found:
                    self.fail({key: value for key, value in mail.items() if find_words(str(value))})

    def test_prints(self):
        """CP-5: nor on the paper that goes with a letter."""
        for name, record in (
            ("action_report_decision_letter", self.cases["reported"]),
            ("action_report_solution_agreement", self.cases["offered"].sudo()._get_shown_solution()),
        ):
            report = self.env.ref(f"complaint_management.{name}").sudo()
            content, _kind = report._render_qweb_html(report.report_name, record.ids)
            with self.subTest(name=name):
                text = content.decode()
                if name == "action_report_solution_agreement":
                    # Both sides sign it, at one table.
                    text = text.replace(self.handler.name, "")
                for column in PRINTED:
                    text = re.sub(rf"{MARKER} {re.escape(column)} \d+", "", text)
                found = find_words(text)
                place = found and text.lower().index(found[0])
                self.assertFalse(found, found and text[max(place - 300, 0) : place + 100])

    # sessions

    def test_sessions(self):
        """IN-1: a browser shows what whoever is logged in there may see, and nothing of who was before."""
        case, foreign = self.cases["open"], self.foreign
        path = case._get_customer_path()
        self.assertEqual(self.get(path, self.owner_user).status_code, 200)
        self.assertEqual(self.get(path, self.owner_user, self.token(case)).status_code, 200)
        self.url_open("/web/session/logout", allow_redirects=False)
        # The same browser, without a session of somebody.
        ask = lambda target: self.url_open(target, allow_redirects=False)  # noqa: E731
        response = ask(path)
        self.assertIn("/web/login", response.headers["Location"])
        response = ask(self.link(case))
        self.assertEqual(response.status_code, 200)
        self.assertEqual(ask(path).status_code, 303, "the token opens one page, no session")
        self.assertEqual(ask("/my/complaints").status_code, 303)
        for login, status, other in ((self.other_user, 404, 200), (self.owner_user, 200, 404)):
            page = ask("/web/login").text
            csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
            data = {"login": login.login, "password": login.login, "csrf_token": csrf, "redirect": path}
            answer = self.url_open("/web/login", data=data, allow_redirects=False)
            self.assertEqual(urlsplit(answer.headers["Location"]).path, path)
            self.assertEqual(ask(path).status_code, status)
            self.assertEqual(ask(foreign._get_customer_path()).status_code, other)
            text = ask("/my/complaints").text
            self.assertEqual("Matter open" in text, login == self.owner_user)
            self.assertEqual("Another Customer" in text, login == self.other_user)
            self.url_open("/web/session/logout", allow_redirects=False)

    def test_redirect_stays_here(self):
        """IN-1: after the login one is on our pages, whatever the address said."""
        for target in (
            "https://evil.example.com/",
            "//evil.example.com/",
            "/\\evil.example.com",
            "https:evil.example.com",
            "///evil.example.com",
            "\\\\evil.example.com",
        ):
            self._client = None
            self.log_in(None)
            page = self.url_open("/web/login", params={"redirect": target}).text
            csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
            data = {
                "login": self.owner_user.login,
                "password": self.owner_user.login,
                "csrf_token": csrf,
                "redirect": target,
            }
            answer = self.url_open("/web/login", data=data, allow_redirects=False)
            with self.subTest(target=target):
                location = answer.headers["Location"]
                self.assertIn(urlsplit(location).netloc, ("", urlsplit(self.base_url()).netloc))
                self.assertFalse(location.startswith(("//", "/\\", "\\")), location)
        # Nor does ours say anything but its own path.
        self._client = None
        response = self.get(f"{self.cases['open']._get_customer_path()}?redirect=https://evil.example.com")
        self.assertNotIn("evil", response.headers["Location"])
