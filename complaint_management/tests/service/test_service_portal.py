from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.models.portal.customer_acts import CustomerRefusal
from odoo.addons.complaint_management.tests.service.service_portal_common import ServicePortalCommon


@tagged("post_install", "-at_install")
class TestServicePortal(ServicePortalCommon):
    """SV-2, SV-5, SV-6: the customer's page of a service order, by account and by link."""

    def page(self, order, user=None, token=None, path=""):
        return self.get(f"/my/service/{order.id}{path}", user, token)

    def act(self, order, act, data=None, user=None, token=None, **kwargs):
        return self.post(f"/my/service/{order.id}/{act}", data, user, token, **kwargs)

    # who comes in

    def test_who(self):
        """IN-1, CP-5: the owner, whoever has the link, and those who work on it; nobody else."""
        order = self.new_order_of(self.owner)
        token = order._ensure_access_token()
        cases = [
            (self.owner_user, None, 200),
            (self.mate_user, None, 404),
            (self.other_user, None, 404),
            (None, None, 303),
            (None, token, 200),
            (None, "wrong", 404),
            (self.other_user, token, 200),
            (self.advisor, None, 200),
            (self.technician_user, None, 200),
            (self.other_advisor, None, 404),
            (self.plain_user, None, 404),
        ]
        for user, key, status in cases:
            self.log_in(user)
            with self.subTest(user=user and user.login, token=key), self.assertNothingStored():
                self.assertEqual(self.page(order, user, key).status_code, status)
        self.company.complaint_colleagues_see = True
        self.assertIn("You can read it, but not act", self.page(order, self.mate_user).text)
        self.assertEqual(self.act(order, "reply", {"message": "Hello"}, self.mate_user).status_code, 403)
        self.assertEqual(self.act(order, "reply", {"message": "Hello"}, self.advisor).status_code, 403)
        self.assertEqual(self.act(order, "reply", user=self.owner_user, csrf=False).status_code, 400)
        self.assertEqual(self.act(order, "reply").status_code, 303)
        self.assertFalse(self.tasks(order))

    def test_link_ends(self):
        """A link ends some days after the order has, and another one is mailed to the address on file."""
        order = self.new_order_of(self.owner)
        token = order._ensure_access_token()
        self.company.complaint_link_days = 10
        self.move(order, "closed")
        long_ago = fields.Datetime.now() - timedelta(days=11)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE complaint_service_order SET closed_at = %s, access_token_date = %s WHERE id = %s",
            [long_ago, long_ago, order.id],
        )
        self.env.invalidate_all()
        self.Notice.search([]).unlink()
        self.assertEqual(self.page(order, token=token).status_code, 410)
        self.assertEqual(self.act(order, "reply", {"message": "Hi"}, token=token).status_code, 410)
        self.assertEqual(self.page(order, self.owner_user).status_code, 200)
        self.assertEqual(self.act(order, "renew", token="wrong").status_code, 200)
        self.assertFalse(self.events(order))
        self.assertEqual(self.act(order, "renew", token=token).status_code, 200)
        self.assertEqual(self.events(order), ["link:1"])
        link = self.letter_link(order)
        self.assertEqual(self.get(link).status_code, 200)
        self.assertEqual(self.page(order, token=token).status_code, 404)

    def test_other_customer(self):
        """Whose order it was before follows it no longer."""
        order = self.new_order_of(self.owner, asset_id=False)
        token = order._ensure_access_token()
        order.partner_id = self.other
        self.env.flush_all()
        self.assertEqual(self.page(order, token=token).status_code, 404)
        self.assertEqual(self.page(order, self.owner_user).status_code, 404)
        self.assertEqual(self.page(order, self.other_user).status_code, 200)

    def test_headers(self):
        """Pages with a link in their address stay out of caches, search engines and frames."""
        order = self.new_order_of(self.owner)
        response = self.page(order, token=order._ensure_access_token())
        self.assertEqual(response.headers["Cache-Control"], "private, no-store")
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(response.headers["X-Robots-Tag"], "noindex, nofollow")
        self.assertEqual(response.headers["X-Frame-Options"], "DENY")

    def test_portal_users_read_the_whitelist_alone(self):
        """DESIGN 4.1: by calls from outside customers read their rows of the whitelist, and no more."""
        order, foreign = self.new_order_of(self.owner), self.new_order_of(self.other, asset_id=False)
        rows = self.env["complaint.service.portal"].with_user(self.owner_user)
        self.assertEqual(rows.search([]).ids, order.ids)
        self.assertFalse(rows.search([("id", "=", foreign.id)]))
        for model in ("complaint.service.order", "complaint.service.line", "complaint.asset"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.owner_user).search_read([], ["id"])
        with self.assertRaises(AccessError):
            rows.search([]).read(["excluded_user_ids"])
        with self.assertRaises(AccessError):
            rows.search([("confidential", "=", False)])
        objects = self.env["complaint.asset.portal"].with_user(self.owner_user)
        self.assertEqual(objects.search([]).ids, self.van.ids)
        self.assertFalse(objects.with_user(self.other_user).search([]))
        own = {"id", "display_name", "name", "partner_id", "company_id"}
        told = {"number", "description", "object_name", "requested_at", "closed_at", "changed_at"}
        self.assertEqual(set(rows.fields_get()), own | told | {"scheduled_start", "waiting"})
        self.assertEqual(set(objects.fields_get()), own | {"serial", "next_service_date", "warranty_end"})

    # what it shows

    def test_list(self):
        """The list: search, filters, and what is due of the own objects."""
        for name in ("The brakes squeal", "New tyres"):
            self.new_order_of(self.owner, name=name)
        self.van.next_service_date = fields.Date.today() + timedelta(days=20)
        self.new_order_of(self.other, asset_id=False, name="Not mine")
        self.env.flush_all()
        text = self.get("/my/service", self.owner_user).text
        for words in ("The brakes squeal", "New tyres", "Delivery van", "Next service"):
            self.assertIn(words, text)
        self.assertNotIn("Not mine", text)
        text = self.get("/my/service?search=tyres", self.owner_user).text
        self.assertIn("New tyres", text)
        self.assertNotIn("The brakes squeal", text)
        self.assertIn("Nothing was found", self.get("/my/service?filterby=ended", self.owner_user).text)
        self.assertEqual(self.get("/my/service/page/99?sortby=x", self.owner_user).status_code, 200)
        self.assertIn("/my/service", self.get("/my/home", self.owner_user).text)

    def test_list_queries(self):
        """DESIGN 4.3: the list costs the same for one order and for many."""
        orders = [self.new_order_of(self.owner) for _number in range(8)]
        rows = self.env["complaint.service.portal"].with_user(self.owner_user)
        counts = []
        for ids in ([orders[0].id], [order.id for order in orders]):
            rows.browse(ids)._get_rows()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows.browse(ids)._get_rows()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_steps(self):
        """SV-2: the way in plain words, without what this kind of service leaves out."""
        order = self.new_order_of(self.owner)
        self.move(order, "work")
        steps = self.as_customer(order)._get_customer_steps()
        self.assertEqual(
            [step["label"] for step in steps if step["state"] == "now"], ["We are working on it"]
        )
        self.assertIn("We take it in", [step["label"] for step in steps if step["state"] == "done"])
        advice = self.new_order_of(self.owner, type_id=self.consultation.id)
        labels = [step["label"] for step in self.as_customer(advice)._get_customer_steps()]
        self.assertNotIn("We take it in", labels)
        advice.with_user(self.advisor).action_cancel("Not needed")
        steps = self.as_customer(advice)._get_customer_steps()
        self.assertEqual([step["label"] for step in steps], ["We have noted your appointment", "Cancelled"])

    def test_page(self):
        """SV-2, SV-5: appointment, object, progress and messages; nobody who works on it."""
        order = self.new_order_of(self.owner, user_id=self.advisor.id)
        order.with_user(self.advisor).message_post(
            body="Bring the papers along.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.owner.ids,
        )
        text = self.page(order, self.owner_user).text
        told = (order._tell_moment(self.soon), "Delivery van", "Bring the papers along.", order.description)
        for words in told:
            self.assertIn(words, text)
        for user in (self.advisor, self.technician_user):
            self.assertNotIn(user.name, text)
        self.assertIn("You see this page as the customer does", self.page(order, self.advisor).text)

    def test_complaint_and_order_show_each_other(self):
        """SV-8: the page of the complaint shows the work, and leads there and back."""
        complaint = self.new_case_of(self.owner)
        order = self.new_order_of(self.owner, complaint_id=complaint.id)
        other = self.new_order_of(self.other, asset_id=False, complaint_id=complaint.id)
        text = self.get(f"/my/complaints/{complaint.id}", self.owner_user).text
        self.assertIn(f'href="/my/service/{order.id}"', text)
        self.assertNotIn(other.number, text)
        self.assertIn(f'href="/my/complaints/{complaint.id}"', self.page(order, self.owner_user).text)
        # By a link, without a key of the other page that was handed out before, there is no way.
        text = self.get(self.link(complaint)).text
        self.assertIn(order.number, text)
        self.assertNotIn(f"/my/service/{order.id}", text)
        token = order._ensure_access_token()
        self.assertIn(f"/my/service/{order.id}?access_token={token}", self.get(self.link(complaint)).text)

    # the quotation

    def test_agree(self):
        """SV-2, SV-4: the customer agrees with a signature to what was shown."""
        order = self.new_offered(self.owner)
        text = self.page(order, self.owner_user).text
        self.assertIn("Brake pad", text)
        self.assertIn("180.00", text)
        self.assertIn("Please answer our quotation", text)
        signed = {"version": self.version(order), "signer": "Zhang San", "signature": self.signature}
        for missing in signed:
            with self.subTest(missing=missing):
                response = self.act(order, "agree", {**signed, missing: ""}, self.owner_user)
                self.assertEqual(response.status_code, 422)
        self.assertEqual(order.quotation_state, "offered")
        response = self.act(order, "agree", signed, self.owner_user)
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        self.assertRecordValues(
            order, [{"quotation_state": "agreed", "agreed_by": "Zhang San", "agreement_kind": "portal"}]
        )
        self.assertTrue(order.agreement_signature)
        self.assertEqual(order.agreed_amount, order.amount_charged)
        self.assertEqual(self.get(response.headers["Location"], self.owner_user).text.count("you agreed"), 1)
        again = self.act(order, "agree", signed, self.owner_user)
        self.assertEqual(again.status_code, 422)
        self.assertIn("You have answered it already", again.text)

    def test_agree_to_what_was_shown(self):
        """An answer is bound to the version on the page: what changed meanwhile is not agreed to."""
        order = self.new_offered(self.owner)
        signed = {"version": self.version(order), "signer": "Zhang San", "signature": self.signature}
        order.line_ids[:1].quantity = 20
        self.env.flush_all()
        response = self.act(order, "agree", signed, self.owner_user)
        self.assertEqual(response.status_code, 422)
        self.assertIn("has changed", response.text)
        order.with_user(self.advisor).action_offer_quotation()
        self.env.flush_all()
        self.assertEqual(self.act(order, "agree", signed, self.owner_user).status_code, 422)
        self.env.invalidate_all()
        self.assertEqual(order.quotation_state, "offered")

    def test_decline(self):
        """SV-2: the customer declines with a reason; the advisor has to talk to them."""
        order = self.new_offered(self.owner, user_id=self.advisor.id)
        token, version = order._ensure_access_token(), self.version(order)
        response = self.act(order, "decline", {"version": version, "reason": " "}, token=token)
        self.assertEqual(response.status_code, 422)
        response = self.act(order, "decline", {"version": version, "reason": "Too dear"}, token=token)
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        self.assertRecordValues(order, [{"quotation_state": "declined", "decline_reason": "Too dear"}])
        self.assertEqual(self.tasks(order, "declined").user_id, self.advisor)

    def test_not_offered_is_not_shown(self):
        """What the advisor still works on is no business of the customer's."""
        order = self.new_order_of(self.owner)
        order.with_user(self.advisor).write({"nothing_charged": False})
        self.env["complaint.service.line"].create({"order_id": order.id, "product_id": self.part.id})
        self.assertNotIn("Brake pad", self.page(order, self.owner_user).text)

    # the hand-over

    def test_sign(self):
        """SV-6: what was done and checked and what it costs, and the signature for it, once."""
        order = self.new_ready(self.owner, user_id=self.advisor.id)
        text = self.page(order, self.owner_user).text
        for words in ("What was done", "Brake pad", "Brakes tested", "In order", "180.00"):
            self.assertIn(words, text)
        self.assertEqual(self.act(order, "sign", {"signer": "Li"}, self.owner_user).status_code, 422)
        data = {"signer": "Zhang San", "signature": self.signature, "note": "The boot was dirty."}
        self.assertEqual(self.act(order, "sign", data, self.owner_user).status_code, 303)
        self.env.invalidate_all()
        self.assertRecordValues(
            order, [{"handover_name": "Zhang San", "handover_note": "The boot was dirty."}]
        )
        self.assertTrue(order.handed_over_at and order.handover_signature)
        self.assertTrue(self.tasks(order, "note"))
        self.assertEqual(self.act(order, "sign", data, self.owner_user).status_code, 422)
        self.assertIn("Handed over to", self.page(order, self.owner_user).text)

    def test_sheets(self):
        """SV-2, SV-6: what the customer signed is there to take along, and nothing else."""
        order = self.new_ready(self.owner, user_id=self.advisor.id)
        path = f"/my/service/{order.id}/sheet/"
        self.assertNotIn(path, self.page(order, self.owner_user).text)
        self.assertEqual(self.page(order, self.owner_user, path="/sheet/handover").status_code, 404)
        self.as_customer(order)._sign_as_customer("Zhang San", self.signature)
        token = order._ensure_access_token()
        self.env.flush_all()
        page = self.page(order, self.owner_user).text
        self.assertIn(f'href="{path}handover"', page)
        self.assertNotIn(f"{path}reception", page)
        self.assertIn(f"{path}handover?access_token={token}", self.page(order, token=token).text)
        self.log_in(None)
        with self.assertNothingStored():
            sheet = self.page(order, token=token, path="/sheet/handover")
        self.assertEqual(sheet.status_code, 200)
        self.assertEqual(sheet.headers["Content-Type"], "application/pdf")
        self.assertEqual(sheet.headers["Cache-Control"], "private, no-store")
        self.assertIn(f"{order.number}.pdf", sheet.headers["Content-Disposition"])
        for words in ("Hand-over Sheet", "Brake pad", "Zhang San"):
            self.assertIn(words, sheet.text)

    def test_sheet_without_a_signature(self):
        """Why there is none is our note: that sheet is not offered."""
        order = self.new_ready(self.owner, user_id=self.advisor.id)
        order.with_user(self.advisor)._hand_over("Zhang San", False, unsigned_reason="In a hurry, angry")
        self.env.flush_all()
        self.assertNotIn("/sheet/", self.page(order, self.owner_user).text)
        self.assertEqual(self.page(order, self.owner_user, path="/sheet/handover").status_code, 404)

    def test_sheet_cannot_be_printed(self):
        """Where the printing program is missing, the page says so."""
        order = self.new_ready(self.owner, user_id=self.advisor.id)
        self.as_customer(order)._sign_as_customer("Zhang San", self.signature)
        self.env.flush_all()
        logger = "odoo.addons.complaint_management.controllers.service.order"
        with (
            patch.object(type(order), "_print_sheet", side_effect=UserError("wkhtmltopdf")),
            mute_logger(logger),
        ):
            answer = self.page(order, self.owner_user, path="/sheet/handover")
        self.assertEqual(answer.status_code, 503)
        self.assertIn("cannot be printed at the moment", answer.text)
        self.assertNotIn("wkhtmltopdf", answer.text)

    def test_language_of_the_page(self):
        """Who reads the page in another language reads all of it so."""
        order = self.new_offered(self.owner)
        self.env["res.lang"]._activate_lang("fr_FR")
        self.owner.lang = "fr_FR"
        self.labour.uom_id.with_context(lang="fr_FR").name = "Heures"
        english = order.with_context(lang="en_US")
        self.assertIn("Heures", str(order.with_context(lang="fr_FR")._get_shown_quotation()["lines"]))
        self.assertNotIn("Heures", str(english._get_shown_quotation()["lines"]))
        self.assertIn("Heures", str(english._get_quotation()["lines"]))

    def test_nothing_to_give_back(self):
        """A treatment is confirmed; nobody gets anything back."""
        order = self.new_ready(self.owner, asset_id=False)
        text = self.page(order, self.owner_user).text
        self.assertIn("I confirm that it was done", text)
        self.assertNotIn("got it back", text)
        self.assertNotIn("You get it back", text)
        self.assertIn("got it back", self.page(self.new_ready(self.owner), self.owner_user).text)

    def test_ended_long_ago(self):
        """Where nothing can be written any more, it leads on to where it can."""
        order = self.new_order_of(self.owner)
        token = order._ensure_access_token()
        self.move(order, "closed")
        order.closed_at -= timedelta(days=self.company.complaint_reopen_days + 1)
        self.env.flush_all()
        page = self.page(order, self.owner_user).text
        for href in ("/my/complaints/new", "/my/service/new"):
            self.assertIn(f'href="{href}"', page)
        # Who has no account cannot follow.
        self.assertNotIn('href="/my/service/new"', self.page(order, token=token).text)

    def test_sign_too_early(self):
        """Nothing is signed for before it is ready."""
        order = self.new_offered(self.owner)
        with self.assertRaises(CustomerRefusal):
            self.as_customer(order)._sign_as_customer("Zhang San", self.signature)
        self.assertNotIn("What was done", self.page(order, self.owner_user).text)

    # another time

    def test_move(self):
        """SV-5: another time is asked for once; the advisor decides, and a move answers it."""
        order = self.new_order_of(self.owner, user_id=self.advisor.id)
        self.assertEqual(self.act(order, "move", {"wished": ""}, self.owner_user).status_code, 422)
        for _number in range(2):
            response = self.act(order, "move", {"wished": "On Friday"}, self.owner_user)
            self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        self.assertEqual(order.change_asked, "move")
        self.assertEqual(self.tasks(order, "another time").user_id, self.advisor)
        self.assertIn("You asked for another time", self.page(order, self.owner_user).text)
        order.with_user(self.advisor).scheduled_start = self.soon + timedelta(days=1)
        self.assertFalse(order.change_asked)

    def test_cancel(self):
        """SV-5: the wish to cancel reaches the advisor; nothing is cancelled by itself."""
        order = self.new_order_of(self.owner, user_id=self.advisor.id)
        self.assertEqual(self.act(order, "cancel", {"reason": "Sold"}, self.owner_user).status_code, 422)
        response = self.act(order, "cancel", {"reason": "Sold", "sure": "1"}, self.owner_user)
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        self.assertRecordValues(order, [{"change_asked": "cancel", "step": "appointment"}])
        self.assertTrue(self.tasks(order, "wants to cancel"))
        self.move(order, "reception")
        self.assertFalse(order.change_asked)
        refused = self.act(order, "move", {"wished": "On Friday"}, self.owner_user)
        self.assertEqual(refused.status_code, 422)

    def test_only_the_customer(self):
        """Nobody who works here asks in the customer's name."""
        order = self.new_order_of(self.owner)
        with self.assertRaises(UserError):
            order.with_user(self.advisor).change_asked = "cancel"

    # messages and files

    def test_reply(self):
        """The customer writes and sends a file; both are shown, and somebody is told."""
        order = self.new_order_of(self.owner, user_id=self.advisor.id)
        files = {"files": ("photo.txt", b"It squeals.", "text/plain")}
        response = self.act(order, "reply", {"message": "It squeals more."}, self.owner_user, files=files)
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        message = order.message_ids.filtered(lambda message: "It squeals more." in message.body)
        self.assertEqual(message.author_id, self.owner)
        self.assertTrue(self.tasks(order, "It squeals more."))
        path = f"/file/{message.attachment_ids.id}"
        self.assertEqual(self.page(order, self.owner_user, path=path).text, "It squeals.")
        self.assertEqual(self.page(order, self.other_user, path=path).status_code, 404)
        note = order.message_post(body="Ours", attachments=[("ours.txt", b"Ours")]).attachment_ids
        self.assertEqual(self.page(order, self.owner_user, path=f"/file/{note.id}").status_code, 404)

    # those who work here

    def test_link_dialog(self):
        """The advisor hands out the link, which is noted; technicians do not."""
        order = self.new_order_of(self.owner)
        action = order.with_user(self.advisor).action_copy_link()
        dialog = self.env[action["res_model"]].with_user(self.advisor).browse(action["res_id"])
        link, token = dialog.link, order.access_token
        self.assertIn(token, link)
        dialog.action_renew()
        self.assertNotEqual(order.access_token, token)
        self.assertIn("was handed out", "".join(str(body) for body in order.message_ids.mapped("body")))
        self.assertRefuses("advisor", order.with_user(self.technician_user).action_copy_link)
        self.assertRefuses("advisor", order.with_user(self.technician_user).action_renew_link)
        path = order.with_user(self.advisor).action_preview_customer()["url"]
        self.assertEqual(self.get(path, self.advisor).status_code, 200)
