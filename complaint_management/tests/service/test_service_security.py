from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urlsplit

from psycopg2 import sql

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.controllers.service.order import ACTS
from odoo.addons.complaint_management.tests.portal.security_table import read_table
from odoo.addons.complaint_management.tests.service.service_portal_common import ServicePortalCommon

#: Compared without regard to case: addresses are lower case.
MARKER = "internalmark"
TEXTS = ("char", "text", "html")

#: Who asks for what of an order of ``owner``: by their account, or with the right or a wrong key, and what
#: they get, as ``portal/security_table.py`` writes it.
ANSWERS = """
who              | user            | token | list  | new   | send new | page  | file  | hidden | act   | renew
owner            | owner_user      |       | 200   | 200   | page+    | 200   | 200   | 404    | page+ | 200+
owner, wrong key | owner_user      | wrong | 200   | 200   | page+    | 200   | 200   | 404    | page+ | 200+
colleague        | mate_user       |       | 200   | 200   | page+    | 404   | 404   | 404    | 404   | 200
colleague, key   | mate_user       | right | 200   | 200   | page+    | 200   | 200   | 404    | page+ | 200+
other customer   | other_user      |       | 200   | 200   | page+    | 404   | 404   | 404    | 404   | 200
customer abroad  | abroad_user     |       | 200   | 200   | page+    | 404   | 404   | 404    | 404   | 200
stranger         |                 |       | login | login | login    | login | login | login  | login | 200
stranger, key    |                 | right | login | login | login    | 200   | 200   | 404    | page+ | 200+
stranger, wrong  |                 | wrong | login | login | login    | 404   | 404   | 404    | 404   | 200
employee         | stranger        |       | 200   | list  | list     | 404   | 404   | 404    | 404   | 200
employee, key    | stranger        | right | 200   | list  | list     | 200   | 200   | 404    | 403   | 200
advisor          | advisor         |       | 200   | list  | list     | 200   | 200   | 404    | 403   | 200
other advisor    | other_advisor   |       | 200   | list  | list     | 404   | 404   | 404    | 404   | 200
technician       | technician_user |       | 200   | list  | list     | 200   | 200   | 404    | 403   | 200
handler          | handler         |       | 200   | list  | list     | 200   | 200   | 404    | 403   | 200
manager abroad   | foreign_manager |       | 200   | list  | list     | 404   | 404   | 404    | 404   | 200
concerned        | plain_user      |       | 200   | list  | list     | 404   | 404   | 404    | 404   | 200
concerned, key   | plain_user      | right | 200   | list  | list     | 404   | 404   | 404    | 404   | 200
"""

#: What can be done in which state: ``+`` is done and stored, ``-`` refused (422) with a reason.
STATES = """
state    | page | reply | agree | decline | sign | move | cancel
open     | 200  | +     | -     | -       | -    | +    | +
offered  | 200  | +     | +     | +       | -    | -    | -
working  | 200  | +     | -     | -       | -    | -    | -
ready    | 200  | +     | -     | -       | +    | -    | -
closed   | 200  | +     | -     | -       | -    | -    | -
long ago | 410  | -     | -     | -       | -    | -    | -
cancelled| 200  | +     | -     | -       | -    | -    | -
"""

#: What customers read of an order and of what belongs to it. Everything else in which words can be written is
#: filled with a marker, also what is added later, and must not appear in any answer.
CUSTOMER_WORDS = {
    "complaint_service_order": {
        "number": "on every page and in every letter",
        "name": "what is to be done",
        "description": "what the customer told us",
        "partner_name": "the customer",
        "partner_email": "the customer",
        "partner_phone": "the customer",
        "access_token": "the key of this order, to whoever has it already",
        "agreed_by": "who agreed",
        "decline_reason": "what the customer told us",
        "handover_name": "who signed",
        "handover_note": "what was said at the hand-over",
        "quotation_content": "tells one quotation from another, no words",
        "offered_content": "the same",
        "request_nonce": "one for each form",
        "bounced_email": "decides to whom letters go",
    },
    "complaint_service_line": {"name": "on the quotation"},
    "complaint_service_check": {"name": "what was checked"},
    "complaint_service_notice": {"event": "what the software looks things up by", "address": "where it goes"},
}


#: What of ours stands on the sheets, as it stood on the paper that the customer signed.
SHEET_WORDS = [
    "complaint.service.order.condition",
    "complaint.service.order.belongings",
    "complaint.service.order.reception_signed_by",
]


@tagged("post_install", "-at_install")
class TestServiceSecurity(ServicePortalCommon):
    """IN-1, CP-5, OR-2: every page of service orders × everybody, with a marker in all that is ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad_user = cls.new_portal_user("abroad", company=cls.company_2)
        cls.stranger = new_test_user(cls.env, "employee_stranger", groups="base.group_user", name="Stranger")
        employee = cls.new_employee(cls.plain_user)
        cls.complaint = cls.new_case_of(cls.owner, employee_ids=[(6, 0, employee.ids)])
        cls.complaint.sudo().user_id = cls.handler
        cls.repair.company_id = cls.company
        cls.repair.team_id = cls.workshop

    def setUp(self):
        super().setUp()
        builders = {
            "open": lambda order: None,
            "offered": self.offer,
            "working": lambda order: self.move(order, "work"),
            "ready": self.make_ready,
            "closed": lambda order: (self.make_ready(order), self.move(order, "closed")),
            "long ago": lambda order: self.move(order, "closed"),
            "cancelled": lambda order: order.with_user(self.advisor).action_cancel("No part"),
            "signed": self.sign_reception,
        }
        self.orders, self.files = {}, {}
        for state, build in builders.items():
            order = self.new_order_of(
                self.owner, name=f"Matter {state}", user_id=self.advisor.id, complaint_id=self.complaint.id
            )
            own = self.tell(order, author_id=self.owner.id)
            hidden = self.tell(order, subtype_xmlid="mail.mt_note", body=MARKER)
            build(order)
            order.sudo()._ensure_access_token()
            self.orders[state], self.files[state] = order.sudo(), (own.id, hidden.id)
        self.env.flush_all()
        long_ago = fields.Datetime.now() - timedelta(days=4000)
        self.env.cr.execute(
            "UPDATE complaint_service_order SET closed_at = %s, access_token_date = %s WHERE id = %s",
            [long_ago, long_ago, self.orders["long ago"].id],
        )
        self.mark()
        self.env.invalidate_all()

    def make_ready(self, order):
        self.offer(order)
        order.sudo()._agree("phone", "Customer Owner")
        check = {"order_id": order.id, "name": "Brakes tested", "passed": "yes", "remark": MARKER}
        self.env["complaint.service.check"].create(check)
        self.move(order, "handover")

    def sign_reception(self, order):
        order.with_user(self.advisor).action_receive_now()
        order.with_user(self.advisor).write({"condition": "A scratch", "belongings": "Umbrella"})
        order.with_user(self.advisor)._sign_reception("Zhang San", self.signature.partition(",")[2])

    def tell(self, order, body="Shown to the customer", **vals):
        values = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment", "body": body, **vals}
        values.setdefault("author_id", self.advisor.partner_id.id)
        quiet = order.with_context(mail_post_autofollow=False, mail_post_autofollow_author_skip=True)
        return quiet.message_post(attachments=[("meter.txt", b"Meter")], **values).attachment_ids

    def mark(self):
        """Write the marker into all that is none of the customer's business."""
        env = self.env
        self.staff = env["res.users"].with_context(active_test=False).search([("share", "=", False)])
        for user in self.staff - env.ref("base.user_root"):
            user.partner_id.write(
                {"name": f"{MARKER} {user.id:06}", "email": f"{MARKER}.{user.id}@example.org"}
            )
        env["hr.employee"].search([]).write({"name": f"{MARKER} employee"})
        for stage in env["complaint.service.stage"].search([]):
            stage.name = f"{MARKER} {stage.step}"
        (self.part | self.labour).write({"standard_price": 48151623.42, "default_code": MARKER})
        for order in self.orders.values():
            order.activity_schedule(
                "mail.mail_activity_data_todo", user_id=self.advisor.id, summary=MARKER, note=MARKER
            )
        env.flush_all()
        self.marked, ids = set(), [order.id for order in self.orders.values()]
        for model, fname, link in self.columns():
            env.cr.execute(
                sql.SQL("UPDATE {} SET {} = %s || id WHERE {} = ANY(%s)").format(
                    sql.Identifier(model._table), sql.Identifier(fname), sql.Identifier(link)
                ),
                [f"{MARKER} {model._name}.{fname} ", ids],
            )
            if env.cr.rowcount:
                self.marked.add(f"{model._name}.{fname}")

    def columns(self):
        """Return ``(model, field, what leads to the order)`` of all in which words of ours can stand."""
        for name, model in self.env.registry.items():
            if not name.startswith("complaint.") or model._abstract or model._transient or not model._auto:
                continue
            link = "id" if name == "complaint.service.order" else "order_id"
            led = model._fields.get(link)
            if not led or not led.store or (link != "id" and led.comodel_name != "complaint.service.order"):
                continue
            known = CUSTOMER_WORDS.get(model._table, {})
            for fname, field in model._fields.items():
                if field.store and field.type in TEXTS and not field.translate and fname not in known:
                    yield model, fname, link

    # asking

    def ask(self, method, path, user, token=None, data=None, known=()):
        """Send a request and return the answer as the table writes it; nothing internal is in it.

        :param known: what of it is printed nevertheless, see ``SHEET_WORDS``
        """
        self.log_in(user)
        before = self.fingerprint() if method == "POST" else None
        with mute_logger("odoo.http", "odoo.addons.complaint_management.controllers.portal.page"):
            if method == "POST":
                response = self.post(path, data, user, token)
            else:
                with self.assertNothingStored():
                    response = self.get(path, user, token, method=method)
        self.assertNoMarker(response, user, known)
        self.env.invalidate_all()
        stored = method == "POST" and self.fingerprint() != before
        if response.status_code not in (302, 303):
            return f"{response.status_code}{'+' * stored}"
        target = urlsplit(response.headers["Location"]).path
        words = {"/web/login": "login", "/my/service": "list"}
        return words.get(target, "page") + "+" * stored

    def fingerprint(self):
        """Return something that is another one after anything was stored."""
        self.env.flush_all()
        tables = ["complaint_service_order", "complaint_service_notice", "mail_message", "mail_activity"]
        tables += ["complaint_asset", "ir_attachment"]
        self.cr.execute(
            " UNION ALL ".join(
                f"SELECT count(*), sum(hashtext(line::text)) FROM {table} AS line" for table in tables
            )
        )
        return self.cr.fetchall()

    def assertNoMarker(self, response, user, known=()):
        text = f"{response.text}\n{response.headers}".lower()
        for word in known:
            text = text.replace(f"{MARKER} {word}".lower(), "")
        if user and user in self.staff:
            # In the head of each page stands the name of whoever reads it.
            text = text.replace(user.name.lower(), "").replace((user.email or "").lower(), "")
        for word in (MARKER, "48151623", "48,151,623"):
            place = text.find(word)
            if place >= 0:
                self.fail(f"{response.url} shows: {text[max(place - 300, 0) : place + 200]}")

    @contextmanager
    def undone(self):
        """Take back whatever is stored meanwhile."""
        self.env.flush_all()
        savepoint = self.cr.savepoint()
        yield
        self.env.invalidate_all()
        savepoint.close(rollback=True)
        self.env.invalidate_all()

    def form_of(self, order):
        """Return the fields of all forms of the page together, filled in."""
        return {
            "message": "Hello",
            "version": self.version(order),
            "signer": "Zhang San",
            "signature": self.signature,
            "reason": "Because",
            "wished": "On Friday",
            "sure": "1",
            "note": "",
        }

    def test_answers(self):
        """What everybody gets of each page; looking stores nothing."""
        order = self.orders["open"]
        own, hidden = self.files["open"]
        path = f"/my/service/{order.id}"
        # One that all companies offer.
        asked = {"type": str(self.regular.id), "object_name": "Tent", "words": "It leaks.", "slot": ""}
        for line in read_table(ANSWERS):
            user = getattr(self, line["user"]) if line["user"] else None
            tokens = {"right": order.access_token, "wrong": "00000000-0000-4000-8000-000000000000"}
            token = tokens.get(line["token"])
            looks = {
                "list": ("/my/service", "/my/service?search=Matter&filterby=open", "/my/service/page/9"),
                "new": ("/my/service/new", f"/my/service/new?type={self.repair.id}"),
                "page": (path, f"{path}?messages=all&done=reply"),
                "file": (f"{path}/file/{own}",),
                "hidden": (f"{path}/file/{hidden}", f"{path}/file/{2**31 - 5}"),
            }
            for column, paths in looks.items():
                for one in paths:
                    for method in ("GET", "HEAD"):
                        with self.subTest(who=line["who"], how=method, path=one):
                            self.assertEqual(self.ask(method, one, user, token), line[column])
            acts = ["reply"] if line["act"] == "page+" else list(ACTS)
            sends = [(f"{path}/{act}", self.form_of(order), line["act"]) for act in acts]
            sends += [(f"{path}/renew", {}, line["renew"])]
            guard = self.env["complaint.complaint"]
            with self.freeze_guard():
                fresh = {**asked, "form_token": guard._get_form_token()}
                sends += [("/my/service/new", fresh, line["send new"])]
                for one, data, expected in sends:
                    with self.subTest(who=line["who"], how="POST", path=one), self.undone():
                        self.assertEqual(self.ask("POST", one, user, token, data), expected)
                    with self.subTest(who=line["who"], how="POST without CSRF", path=one):
                        self.log_in(user)
                        with mute_logger("odoo.http"):
                            response = self.post(one, {**data, "access_token": token or ""}, user, csrf=False)
                        login = expected == "login" and one.endswith("/new")
                        self.assertEqual(response.status_code, 303 if login else 400)

    @contextmanager
    def freeze_guard(self):
        guard = "odoo.addons.complaint_management.models.portal.form_guard.SECONDS_TO_FILL"
        with patch(guard, 0):
            yield

    def test_states(self):
        """What can be done in which state of an order."""
        for line in read_table(STATES):
            order = self.orders[line["state"]]
            token, path = order.access_token, f"/my/service/{order.id}"
            with self.subTest(state=line["state"]):
                self.assertEqual(self.ask("GET", path, None, token), line["page"])
                self.assertEqual(self.ask("GET", path, self.owner_user), "200")
            for act in ACTS:
                with self.subTest(state=line["state"], act=act), self.undone():
                    expected = "page+" if line[act] == "+" else "422"
                    answer = self.ask("POST", f"{path}/{act}", self.owner_user, None, self.form_of(order))
                    self.assertEqual(answer, expected)
                if line["page"] == "410":
                    with self.subTest(state=line["state"], act=act, by="link"), self.undone():
                        answer = self.ask("POST", f"{path}/{act}", None, token, self.form_of(order))
                        self.assertEqual(answer, "410")

    def test_archived(self):
        """What is archived is nobody's page."""
        order = self.orders["open"]
        order.active = False
        self.env.flush_all()
        for user, token in ((self.owner_user, None), (None, order.access_token), (self.advisor, None)):
            self.assertEqual(self.ask("GET", f"/my/service/{order.id}", user, token), "404")

    def test_sheets(self):
        """SV-2, SV-6: who reads the page gets the sheet that was signed, and nothing of ours beyond it."""
        signed, plain = self.orders["signed"], self.orders["open"]
        staff = [f"{user.id:06}" for user in self.staff]
        for line in read_table(ANSWERS):
            user = getattr(self, line["user"]) if line["user"] else None
            for order in (signed, plain):
                for sheet in ("reception", "handover"):
                    wrong = "00000000-0000-4000-8000-000000000000"
                    token = {"right": order.access_token, "wrong": wrong}.get(line["token"])
                    there = order == signed and sheet == "reception"
                    expected = "404" if line["page"] == "200" and not there else line["page"]
                    path = f"/my/service/{order.id}/sheet/{sheet}"
                    for method in ("GET", "HEAD"):
                        with self.subTest(who=line["who"], how=method, path=path):
                            answer = self.ask(method, path, user, token, known=(*SHEET_WORDS, *staff))
                            self.assertEqual(answer, expected)
        with mute_logger("odoo.http"):
            path = f"/my/service/{signed.id}/sheet/"
            self.assertEqual(self.post(f"{path}reception", {}, self.owner_user).status_code, 405)
            self.assertEqual(self.get(f"{path}work_order", self.owner_user).status_code, 404)

    def test_wrong_methods(self):
        """What is only sent shows nothing, and what is only shown takes nothing."""
        path = f"/my/service/{self.orders['open'].id}"
        with mute_logger("odoo.http"):
            for one in (f"{path}/renew", f"{path}/agree"):
                self.assertEqual(self.get(one, self.owner_user).status_code, 405)
            for one in ("/my/service", path):
                self.assertEqual(self.post(one, {}, self.owner_user).status_code, 405)

    def test_markers_are_there(self):
        """The search would find what it looks for."""
        marked = {name.partition(".")[2] for name in self.marked}
        for name in ("service.order.end_reason", "service.check.remark", "service.order.condition"):
            self.assertIn(name, marked)

    def test_letters(self):
        """Letters by machine show nothing internal either."""
        template = "complaint_management.mail_template_service_"
        order = self.orders["ready"]
        self.Notice.search([]).unlink()
        order._notify_customer("link:1", f"{template}link")
        order._notify_customer("delay:x", f"{template}ready")
        mails = self.send()
        self.assertTrue(mails)
        for mail in mails:
            self.assertNotIn(MARKER, f"{mail.subject} {mail.body_html} {mail.email_from}".lower())

    def test_scanners(self):
        """DESIGN 4.7: programs that open every link of a letter change nothing, and the person still can."""
        order = self.orders["offered"]
        self.Notice.search([]).unlink()
        order._notify_customer("link:1", "complaint_management.mail_template_service_link")
        link = self.letter_link(order)
        for method in ("GET", "HEAD", "GET"):
            self.log_in(None)
            with self.assertNothingStored():
                self.assertEqual(self.get(link, method=method).status_code, 200)
        token = link.partition("access_token=")[2].partition("#")[0]
        with mute_logger("odoo.http"):
            answer = self.post(f"/my/service/{order.id}/agree", self.form_of(order), token=token)
        self.assertEqual(answer.status_code, 303)
