import json

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import PortalCommon

#: Stands in each message and file of the complaint, that of the customer and that of us.
SECRET = "SECRETWORD"
COMPLAINT = "complaint.complaint"


@tagged("post_install", "-at_install")
class TestPortalFiles(PortalCommon):
    """IN-1, CO-3: files and messages come to the customer by the page alone, and only theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.new_case_of(cls.owner)
        cls.mine = cls.tell(author_id=cls.owner.id, name="mine.html", mimetype="text/html")
        cls.ours = cls.tell(author_id=cls.handler.partner_id.id, partner_ids=cls.owner.ids, name="ours.txt")
        # Whoever is mentioned in a note is one of its recipients.
        cls.note = cls.tell(
            author_id=cls.handler.partner_id.id,
            partner_ids=cls.owner.ids,
            subtype_xmlid="mail.mt_note",
            name="note.txt",
        )
        cls.talk = cls.tell(author_id=cls.handler.partner_id.id, name="talk.txt")
        cls.theirs, cls.hidden = cls.mine | cls.ours, cls.note | cls.talk

    @classmethod
    def tell(cls, name, **kwargs):
        """Post a message with a file; return it."""
        kwargs.pop("mimetype", None)
        values = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment", **kwargs}
        case = cls.case.sudo().with_context(mail_post_autofollow_author_skip=True, mail_post_autofollow=False)
        return case.message_post(body=SECRET, attachments=[(name, f"<p>{SECRET}</p>".encode())], **values)

    def path(self, message):
        return f"{self.case._get_customer_path()}/file/{message.attachment_ids.id}"

    # by the page

    def test_download(self):
        """IN-1: what the customer sent and was sent is handed out as a file to keep, and never shown."""
        for user, token in ((self.owner_user, None), (None, self.token(self.case)), (self.handler, None)):
            for message in self.theirs:
                response = self.get(self.path(message), user, token)
                self.assertEqual(response.status_code, 200)
                self.assertIn(SECRET, response.text)
                self.assertTrue(response.headers["Content-Disposition"].startswith("attachment"))
                self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(response.headers["Content-Security-Policy"], "default-src 'none'")
            for message in self.hidden:
                response = self.get(self.path(message), user, token)
                self.assertEqual(response.status_code, 404)
                self.assertNotIn(SECRET, response.text)

    def test_listed(self):
        """IN-1: the page lists them with their size, the customer's own once more."""
        page = self.case.sudo()._get_portal_page("owner")
        self.assertEqual([file["name"] for file in page["own_files"]], ["mine.html"])
        self.assertTrue(page["own_files"][0]["size"])
        names = [file["name"] for message in page["messages"] for file in message["files"]]
        self.assertEqual(names, ["mine.html", "ours.txt"])
        text = self.get(self.link(self.case)).text
        self.assertIn(f"/file/{self.mine.attachment_ids.id}?access_token={self.token(self.case)}", text)
        self.assertNotIn("note.txt", text)
        self.assertFalse((self.theirs | self.hidden).attachment_ids.filtered("access_token"))

    def test_of_another_complaint(self):
        """IN-1: a file is reached by the page of its own complaint, and by no other."""
        other = self.new_case_of(self.owner)
        file_id = self.mine.attachment_ids.id
        response = self.get(f"{other._get_customer_path()}/file/{file_id}", self.owner_user)
        self.assertEqual(response.status_code, 404)

    def test_foreign_files(self):
        """IN-1: files of pictures, letters and records of ours are none of the customer's."""
        evidence = self.env["complaint.evidence"].create(
            {
                "complaint_id": self.case.id,
                "name": "Photo",
                "kind": "photo",
                "attachment_ids": [Command.create({"name": "e.txt", "raw": SECRET.encode()})],
            }
        )
        loose = self.env["ir.attachment"].create(
            {"name": "l.txt", "raw": SECRET.encode(), "res_model": COMPLAINT, "res_id": self.case.id}
        )
        away = self.env["ir.attachment"].create({"name": "u", "type": "url", "url": "https://e.example/x"})
        self.ours.attachment_ids |= away
        for file in evidence.attachment_ids | loose | away:
            response = self.get(f"{self.case._get_customer_path()}/file/{file.id}", self.owner_user)
            self.assertEqual(response.status_code, 404)

    def test_moved(self):
        """IN-1: a file that is the customer's no more is not handed out any more."""
        path = self.path(self.ours)
        self.assertEqual(self.get(path, self.owner_user).status_code, 200)
        self.ours.is_internal = True
        self.assertEqual(self.get(path, self.owner_user).status_code, 404)

    def test_merged(self):
        """IN-9: messages and files of a merged complaint are found where it goes on."""
        target = self.new_case_of(self.owner)
        foreign = self.new_case_of(self.other)
        self.case.with_user(self.manager).merge_into(target)
        path = f"{target._get_customer_path()}/file/{self.mine.attachment_ids.id}"
        self.assertEqual(self.get(path, self.owner_user).status_code, 200)
        self.assertEqual(self.get(self.path(self.mine), self.owner_user).status_code, 404)
        target.with_user(self.manager).merge_into(foreign)
        path = f"{foreign._get_customer_path()}/file/{self.mine.attachment_ids.id}"
        self.assertEqual(self.get(path, self.other_user).status_code, 404)
        self.assertNotIn(SECRET, self.get(foreign._get_customer_path(), self.other_user).text)

    # by Odoo's own ways

    def routes(self):
        """Yield the name of each route that shows messages or files elsewhere, and its answer."""
        thread = {"thread_model": COMPLAINT, "thread_id": self.case.id}
        key = {"access_token": self.token(self.case), "token": self.token(self.case)}
        for message in self.theirs | self.hidden:
            file = message.attachment_ids
            for path in (
                f"/web/content/{file.id}",
                f"/web/content/{file.id}?download=1",
                f"/web/content/ir.attachment/{file.id}/raw",
                f"/web/content?model=ir.attachment&id={file.id}&access_token={self.token(self.case)}",
                f"/web/image/{file.id}",
                f"/mail/message/{message.id}",
                f"/web/content/complaint.complaint/{self.case.id}/description",
            ):
                yield path, self.url_open(path)
        calls = (
            ("/mail/thread/messages", thread),
            ("/mail/chatter_fetch", {**thread, **key}),
            ("/portal/chatter_init", {**thread, **key}),
            ("/mail/thread/data", {**thread, "request_list": ["attachments", "followers"], **key}),
            ("/mail/data", {"fetch_params": [["mail.thread", {**thread, "request_list": ["attachments"]}]]}),
            ("/mail/inbox/messages", {}),
            ("/mail/history/messages", {}),
            ("/mail/starred/messages", {}),
            (
                "/mail/message/update_content",
                {"message_id": self.mine.id, "update_data": {"body": "x", "attachment_ids": []}, **key},
            ),
            (
                "/mail/message/post",
                {**thread, "post_data": {"body": "x", "message_type": "comment"}, **key},
            ),
        )
        for route, params in calls:
            yield route, self.call(route, params)

    def call(self, route, params):
        try:
            return json.dumps(self.make_jsonrpc_request(route, params))
        except JsonRpcException:
            return ""
        except Exception as error:  # noqa: BLE001 - a route that is not there shows nothing either
            if "404" in str(error):
                return ""
            raise

    @mute_logger(
        "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.http", "odoo.orm"
    )
    def test_other_routes(self):
        """IN-1, OR-2: no route of Odoo's shows or changes anything of it, to any customer or the public."""
        bodies = (self.theirs | self.hidden).mapped("body")
        count = self.env["mail.message"].search_count([("model", "=", COMPLAINT)])
        for user in (self.owner_user, self.mate_user, self.other_user, None):
            self.log_in(user)
            for name, answer in self.routes():
                with self.subTest(user=user and user.login, route=name):
                    shown = answer if isinstance(answer, str) else answer.text
                    self.assertNotIn(SECRET, shown)
                    self.assertNotIn("Handler", shown)
        self.env.invalidate_all()
        self.assertEqual((self.theirs | self.hidden).mapped("body"), bodies)
        self.assertEqual(self.env["mail.message"].search_count([("model", "=", COMPLAINT)]), count)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_orm(self):
        """IN-1: nor do calls to the models."""
        messages, files = self.theirs | self.hidden, (self.theirs | self.hidden).attachment_ids
        for user in (self.owner_user, self.mate_user, self.other_user, self.env.ref("base.public_user")):
            env = self.env(user=user)
            with self.subTest(user=user.login):
                self.assertFalse(env["mail.message"].search([("id", "in", messages.ids)]))
                self.assertFalse(env["mail.message"].search([("body", "ilike", SECRET)]))
                for message in messages:
                    with self.assertRaises(AccessError):
                        message.with_env(env).read(["body", "author_id"])
                    with self.assertRaises(AccessError):
                        message.with_env(env).write({"body": "changed"})
                    with self.assertRaises(AccessError):
                        message.with_env(env).unlink()
                with self.assertRaises(AccessError):
                    env["mail.message"].create({"model": COMPLAINT, "res_id": self.case.id, "body": "x"})
                self.assertFalse(env["ir.attachment"].search([("id", "in", files.ids)]))
                for file in files:
                    with self.assertRaises(AccessError):
                        file.with_env(env).read(["raw"])

    def test_rule(self):
        """IN-1: it is the rule that shuts them: Odoo shows to customers what they wrote and were sent."""
        self.env.ref("complaint_management.complaint_portal_rule_message").active = False
        found = self.env["mail.message"].with_user(self.owner_user).search([("body", "ilike", SECRET)])
        self.assertEqual(found, self.theirs.sorted("id", reverse=True))

    def test_other_messages(self):
        """IN-1: what customers discuss elsewhere is not touched by it."""
        order = self.env["sale.order"].create({"partner_id": self.owner.id})
        message = order.message_post(
            body="Hello",
            partner_ids=self.owner.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        found = self.env["mail.message"].with_user(self.owner_user).search([("id", "=", message.id)])
        self.assertEqual(found.read(["body"])[0]["body"], "<p>Hello</p>")
