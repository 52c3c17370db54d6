from datetime import timedelta

from freezegun import freeze_time
from lxml import html
from markupsafe import Markup

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ...tools.customer_body import customer_body
from .common import INTERNAL_WORDS, PortalCommon


@tagged("post_install", "-at_install")
class TestPortalPage(PortalCommon):
    """CP-5, CO-3, TL-7: what the page of a complaint says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.new_case_of(cls.owner)

    def page(self, role="owner", case=None, lang="en_US", **kwargs):
        case = (case or self.case).sudo().with_context(lang=lang)
        case.invalidate_recordset()
        return case._get_portal_page(role, **kwargs)

    def shown(self, user=None, case=None):
        """Return the page as its elements."""
        case = case or self.case
        response = self.get(case._get_customer_path(), user or self.owner_user)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.text)

    def texts(self, tree, name):
        return [" ".join(element.text_content().split()) for element in self.of_class(tree, name)]

    @staticmethod
    def of_class(tree, name):
        return tree.xpath(f"//*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]")

    # nothing internal

    def test_plain_values(self):
        """CP-5: the page is given texts, numbers, lists and dicts, and no record."""
        self.plant_markers(self.case)

        def walk(value):
            if isinstance(value, dict):
                for key, item in value.items():
                    self.assertIs(type(key), str)
                    walk(item)
            elif isinstance(value, list):
                for item in value:
                    walk(item)
            else:
                self.assertIsInstance(value, (str, bool, int, type(None)))
                for word in INTERNAL_WORDS:
                    self.assertNotIn(word, str(value))

        for role in ("owner", "link", "colleague", "staff"):
            walk(self.page(role))

    # where it stands

    def test_steps(self):
        """CP-5: the way in plain words, with what is done, where it stands and what is to come."""
        self.case.sudo().write({"nature": "inquiry"})
        self.case.sudo().move_to("triage")
        page = self.page()
        self.assertEqual(page["status"], "We are looking at who can help you best")
        self.assertEqual([step["state"] for step in page["steps"]], ["done", "now", *["later"] * 7])
        tree = self.shown()
        self.assertEqual(
            self.texts(tree, "o_complaint_step_now"), ["We are looking at who can help you best We are here"]
        )

    def test_equal_labels(self):
        """CP-5: steps that are one to the customer stand there once."""
        stages = self.env["complaint.stage"].search([("step", "in", ("triage", "dispatch", "investigation"))])
        stages.customer_label = "We look into it"
        states = {}
        for step in ("new", "triage", "investigation", "solution"):
            case = self.new_case_of(self.owner, nature="inquiry").sudo()
            case.stage_id = self.env["complaint.stage"].search([("step", "=", step)], limit=1)
            steps = self.page(case=case)["steps"]
            labels = [item["label"] for item in steps]
            self.assertEqual(len(labels), 7)
            self.assertEqual(labels.count("We look into it"), 1)
            states[step] = steps[1]["state"]
            self.assertEqual([item["state"] for item in steps].count("now"), 1)
        self.assertEqual(
            states, {"new": "later", "triage": "now", "investigation": "now", "solution": "done"}
        )

    def test_stages_of_the_team(self):
        """CP-5: the words are those of the team's own stages; without words the name counts."""
        self.env["complaint.stage"].create(
            {"name": "Workshop", "step": "execution", "team_ids": [Command.link(self.centre.id)]}
        )
        labels = [step["label"] for step in self.page()["steps"]]
        self.assertIn("Workshop", labels)
        self.assertNotIn("We are putting it right", labels)
        elsewhere = self.new_case_of(self.owner, team_id=self.other_team.id)
        self.assertNotIn("Workshop", [step["label"] for step in self.page(case=elsewhere)["steps"]])

    def test_rejected(self):
        """CP-5, TR-4: what ended without a result is shown as such, with the reason that the letter told."""
        self.case.sudo()._reject_with_letter("The noise comes from the neighbour's machine.")
        page = self.page()
        self.assertEqual([step["state"] for step in page["steps"]], ["done", "now"])
        self.assertTrue(page["ended"])
        self.assertFalse(page["news"])
        (end,) = self.texts(self.shown(), "o_complaint_end")
        self.assertEqual(end, "Why it ended The noise comes from the neighbour's machine.")

    def test_cancelled(self):
        """CP-5: why a colleague cancelled it was written for colleagues."""
        self.case.sudo().action_cancel("Entered twice by the new colleague.")
        page = self.page()
        self.assertTrue(page["ended"])
        self.assertFalse(page["end_reason"])
        self.assertNotIn("colleague", self.shown().text_content())

    def test_answered_on_the_spot(self):
        """IN-6: what was answered at once shows its answer; a result from before shows none."""
        self.case.sudo().action_answer_on_the_spot("The lift runs again since noon.")
        self.assertEqual(self.page()["decision"]["outcome"], "The lift runs again since noon.")
        closed = self.env["complaint.stage"].search([("step", "=", "closed")], limit=1)
        old = self.new_case_of(
            self.owner,
            stage_id=closed.id,
            outcome="Paid off quietly.",
            received_at="2020-01-01 08:00:00",
            closed_at="2020-02-01 08:00:00",
        )
        self.assertFalse(self.page(case=old)["decision"])

    def test_merged(self):
        """IN-9: a merged complaint says where it goes on, and links to it for the same customer alone."""
        target, foreign = self.new_case_of(self.owner), self.new_case_of(self.other)
        second = self.new_case_of(self.owner)
        self.case.with_user(self.manager).merge_into(target)
        second.with_user(self.manager).merge_into(foreign)
        page = self.page()
        self.assertEqual(page["merged"], {"number": target.number, "url": f"/my/complaints/{target.id}"})
        self.assertFalse(page["end_reason"])
        self.assertEqual(self.page(case=second)["merged"], {"number": foreign.number, "url": False})
        # By a link, the other page is reached by its own link, if there is one; looking makes none.
        self.token(self.case)
        self.assertFalse(self.page("link")["merged"]["url"])
        self.assertFalse(target.sudo().access_token)
        token = self.token(target)
        self.assertEqual(
            self.page("link")["merged"]["url"], f"/my/complaints/{target.id}?access_token={token}"
        )
        tree = self.shown(case=second)
        self.assertIn(foreign.number, tree.text_content())
        self.assertFalse(tree.xpath(f"//a[contains(@href, '/my/complaints/{foreign.id}')]"))

    def test_taken_up_again(self):
        """CL-2: a complaint that was opened again says so."""
        self.case.sudo().action_cancel("Entered twice")
        self.case.sudo().action_reopen("It was not", step="triage")
        self.assertRegex(self.page()["round"], r"^We took it up again on \w+ \d+, \d{4}\.$")

    # dates

    def deadline(self, milestone, due, state="running"):
        self.case.sudo().deadline_ids.filtered(lambda deadline: deadline.milestone == milestone).unlink()
        return self.env["complaint.deadline"].create(
            {
                "complaint_id": self.case.id,
                "company_id": self.company.id,
                "milestone": milestone,
                "start": due - timedelta(days=2),
                "due": due,
                "state": state,
            }
        )

    @freeze_time("2026-03-03 08:00:00")
    def test_promises(self):
        """TL-7: the next date and the date of the result, each in the customer's time and language."""
        self.case.sudo().deadline_ids.unlink()
        self.assertEqual(
            self.page()["news"],
            [{"text": "You hear from us as soon as there is news.", "kind": "promise"}],
        )
        self.owner.tz = "Asia/Shanghai"
        # Ours alone: the customer is not told of it.
        self.deadline("triage", fields.Datetime.now() + timedelta(hours=1))
        # Late in the evening here is the next day there.
        self.deadline("respond", fields.Datetime.from_string("2026-03-04 20:00:00"))
        self.deadline("report", fields.Datetime.from_string("2026-03-20 09:00:00"))
        texts = [item["text"].replace("\u202f", " ") for item in self.page()["news"]]
        self.assertEqual(
            texts,
            ["You hear from us by March 5, 2026, 4:00 AM.", "You get the result by March 20, 2026."],
        )
        self.env["res.lang"]._activate_lang("zh_CN")
        self.assertIn("2026年3月5日", self.page(lang="zh_CN")["news"][0]["text"])

    @freeze_time("2026-03-03 08:00:00")
    def test_late(self):
        """TL-7: a promise that was not kept is owned up to."""
        self.case.sudo().deadline_ids.unlink()
        for milestone in ("respond", "propose", "execute", "report", "follow_up"):
            with self.subTest(milestone=milestone):
                late = self.deadline(milestone, fields.Datetime.now() - timedelta(hours=1), "breached")
                # Before it is being put right, nothing is promised about that.
                step = "execution" if milestone == "execute" else "investigation"
                self.env.cr.execute(
                    "UPDATE complaint_complaint SET step = %s WHERE id = %s", [step, self.case.id]
                )
                news = self.page()["news"]
                self.assertEqual([item["kind"] for item in news], ["late"])
                self.assertRegex(news[0]["text"], r"March 3, 2026.*, and did not keep it\. We apologise\.")
                late.unlink()

    def test_waits(self):
        """TL-5: while the clock stands, nothing is promised, and we say what we wait for."""
        self.case.with_user(self.handler).action_pause("Photo of INTERNALMARK")
        self.assertEqual(self.page()["news"], [{"text": "We are waiting for your answer.", "kind": "wait"}])
        self.assertNotIn("INTERNALMARK", self.get(self.case._get_customer_path(), self.owner_user).text)

    # what was told

    def test_result(self):
        """CL-1: decision, reasons and result are there once they have been reported."""
        case = self.case.sudo()
        case.write({"decision": "partly", "decision_reason": "The bill\nwas wrong.", "outcome": "Paid back"})
        self.assertFalse(self.page()["decision"])
        text = self.get(self.case._get_customer_path(), self.owner_user).text
        self.assertNotIn("Paid back", text)
        self.assertNotIn("was wrong", text)
        case.result_reported_at = fields.Datetime.now()
        decision = self.page()["decision"]
        self.assertEqual(decision["label"], "You are right in part.")
        self.assertEqual(decision["reason"], "The bill\nwas wrong.")
        self.assertEqual(decision["outcome"], "Paid back")
        self.assertIn("Paid back", self.shown().text_content())

    def test_told(self):
        """CP-5: the customer reads what they told us."""
        product = self.env["product.product"].create({"name": "Heater", "default_code": "X-INTERNAL"})
        order = self.env["sale.order"].create({"partner_id": self.owner.id})
        self.case.sudo().write(
            {
                "product_id": product.id,
                "sale_order_id": order.id,
                "occurred_place": "Shop 3",
                "wanted_outcome": "Repair it",
                "description": "<b>It</b> is\ncold",
            }
        )
        told = {item["label"]: item["text"] for item in self.page()["told"]}
        self.assertEqual(
            told,
            {
                "What happened": "<b>It</b> is\ncold",
                "What you want": "Repair it",
                "Product or service": "Heater",
                "Order": order.name,
                "Where it happened": "Shop 3",
            },
        )
        self.assertIn("<b>It</b> is", self.shown().text_content())

    def test_bare(self):
        """IN-1: a complaint that lacks all but the least has a page as well."""
        case = self.Complaint.sudo().create({"name": "Mail", "partner_name": "Li Si", "team_id": False})
        page = self.page("link", case=case)
        self.assertEqual(page["told"], [])
        self.assertEqual(self.get(self.link(case)).status_code, 200)

    # messages

    def post(self, *args, **kwargs):
        if args:
            return super().post(*args, **kwargs)
        values = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment", "body": "Hello", **kwargs}
        # Who follows is told of more; it is not what these tests are about.
        case = self.case.sudo().with_context(
            mail_post_autofollow_author_skip=True, mail_post_autofollow=False
        )
        return case.message_post(**values)

    def bodies(self, case=None, role="owner"):
        return [
            (message["author"], html.fromstring(message["body"]).text_content())
            for message in self.page(role, case=case)["messages"]
        ]

    def test_messages(self):
        """CO-3, IN-1: what the customer wrote and was sent, under the names You and that of the team."""
        self.post(body="I wrote", author_id=self.owner.id)
        self.post(body="To each other", author_id=self.handler.partner_id.id)
        self.post(body="We wrote", author_id=self.handler.partner_id.id, partner_ids=self.owner.ids)
        self.post(
            body="A note",
            author_id=self.handler.partner_id.id,
            partner_ids=self.owner.ids,
            subtype_xmlid="mail.mt_note",
        )
        self.post(body="By machine", message_type="auto_comment", partner_ids=self.owner.ids)
        self.post(body="Tracked", message_type="notification", partner_ids=self.owner.ids)
        self.post(body="Another wrote", author_id=self.other.id)
        hidden = self.post(
            body="For employees", author_id=self.handler.partner_id.id, partner_ids=self.owner.ids
        )
        hidden.is_internal = True
        ours = [("Centre", "We wrote"), ("Centre", "By machine")]
        self.assertEqual(self.bodies(), [("You", "I wrote"), *ours])
        self.assertEqual(self.bodies(role="colleague")[0][0], "Customer Owner")
        # Neither a third person nor somebody who has left is taken for another.
        self.post(body="In copy", author_id=self.other.id, partner_ids=self.owner.ids)
        self.handler.active = False
        self.assertEqual(self.bodies()[1:], [*ours, ("Another person", "In copy")])
        self.assertNotIn("Handler", self.get(self.case._get_customer_path(), self.owner_user).text)

    def test_letter_by_machine(self):
        """IN-10: a letter by machine stands under the name of the team, too."""
        template = self.env.ref("complaint_management.mail_template_received")
        self.case.sudo()._post_notice(template)
        self.assertEqual([author for author, _body in self.bodies()], ["Centre"])

    def test_following_customer(self):
        """CO-3: what a customer was notified of as a follower is theirs as well."""
        self.case.sudo().message_subscribe(self.owner.ids)
        self.post(body="To followers", author_id=self.handler.partner_id.id)
        self.assertEqual(self.bodies(), [("Centre", "To followers")])

    def test_without_contact(self):
        """IN-1: who is no contact is known by the address alone, by all of it."""
        self.case = self.new_complaint(
            partner_id=False, partner_name="Li Si", partner_email="li.si@example.com"
        )
        self.post(body="I wrote", author_id=False, email_from='"Li Si" <Li.Si@example.com>')
        self.post(body="Somebody else", author_id=False, email_from="xli.si@example.com")
        self.post(body="We wrote", outgoing_email_to="li.si@example.com")
        self.post(body="We wrote elsewhere", outgoing_email_to="big-li.si@example.com")
        self.post(body="To each other", author_id=self.handler.partner_id.id)
        self.assertEqual(self.bodies(), [("You", "I wrote"), ("Centre", "We wrote")])

    def test_without_address(self):
        """IN-1: who has but the link is known by the name with which the page posts."""
        self.case = self.new_complaint(partner_id=False, partner_name="Li Si", partner_phone="010 62345678")
        self.post(body="I wrote", author_id=False, email_from="Li Si")
        self.post(body="Another", author_id=False, email_from="Li Sisi")
        self.assertEqual(self.bodies(), [("You", "I wrote")])

    def test_letters(self):
        """CO-3: a letter that we send is on the page, with and without a contact."""
        self.case.sudo()._send_letter("A letter", Markup("<p>We regret it.</p>"), "en_US")
        self.assertEqual(self.bodies(), [("Centre", "We regret it.")])
        self.case = self.new_complaint(
            partner_id=False, partner_name="Li Si", partner_email="li.si@example.com"
        )
        self.case.sudo()._send_letter("A letter", Markup("<p>We regret it.</p>"), "en_US")
        self.assertEqual(self.bodies(), [("Centre", "We regret it.")])

    def test_many_messages(self):
        """CP-5: the latest messages are there at first, the others by one more click."""
        for number in range(1, 54):
            self.post(body=f"Message {number}", author_id=self.owner.id)
        self.assertEqual([body for _author, body in self.bodies()][0], "Message 4")
        tree = self.shown()
        self.assertEqual(len(self.of_class(tree, "o_complaint_message")), 50)
        (more,) = tree.xpath("//a[contains(., 'Show earlier messages')]")
        response = self.get(more.get("href"), self.owner_user)
        self.assertEqual(len(self.of_class(html.fromstring(response.text), "o_complaint_message")), 53)
        by_link = html.fromstring(self.get(self.link(self.case)).text)
        (more,) = by_link.xpath("//a[contains(., 'Show earlier messages')]")
        self.assertEqual(self.get(more.get("href")).status_code, 200)

    def test_body_on_page(self):
        """CP-5: a message brings neither pictures nor scripts of elsewhere to the page."""
        body = Markup('<p>Hello</p><img src="https://e.example/1.png"/><table><tr><td>one</td></tr></table>')
        self.post(author_id=self.owner.id, body=body)
        tree = self.shown()
        (body,) = self.of_class(tree, "o_complaint_body")
        self.assertFalse([element for element in body.iter("img", "table")])
        self.assertEqual(" ".join(body.itertext()).split(), ["Hello", "one"])

    # speed

    def queries(self, work):
        for _warm in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            work()
        return self.env.cr.sql_log_count - before

    def test_query_count(self):
        """CP-5: a page costs as much with 60 messages and files as with one."""

        def read():
            self.page("owner", limit=None)

        def read_file():
            self.case.sudo()._get_customer_file(file.id)

        def fill(count):
            for number in range(count):
                self.post(body=f"I {number}", author_id=self.owner.id, attachments=[(f"{number}.txt", b"x")])
                self.post(
                    body=f"We {number}",
                    author_id=self.handler.partner_id.id,
                    partner_ids=self.owner.ids,
                    attachments=[(f"a{number}.txt", b"x")],
                )

        fill(1)
        file = self.page()["own_files"] and self.case.sudo()._get_customer_messages().attachment_ids[:1]
        few, few_files = self.queries(read), self.queries(read_file)
        fill(30)
        self.assertEqual(len(self.page(limit=None)["messages"]), 62)
        self.assertEqual(self.queries(read), few)
        self.assertEqual(self.queries(read_file), few_files)

    # form of the page

    def test_form(self):
        """CP-5: one main heading, labelled sections, and a way through without a mouse or colours."""
        self.post(body="I wrote", author_id=self.owner.id, attachments=[("a.txt", b"x")], subject="Hi")
        for tree in (self.shown(), html.fromstring(self.get(self.link(self.case)).text)):
            self.assertEqual(len(tree.xpath("//h1")), 1)
            self.assertTrue(tree.get("lang"))
            self.assertFalse(tree.xpath("//main//table | //main//img"))
            for section in tree.xpath("//main//section"):
                (label,) = tree.xpath(f"//*[@id='{section.get('aria-labelledby')}']")
                self.assertTrue(label.text_content().strip())
            ids = tree.xpath("//@id")
            self.assertEqual(sorted(ids), sorted(set(ids)))

    def test_done_text(self):
        """CP-5: what the page says was done never comes from the address."""
        response = self.get(f"{self.case._get_customer_path()}?done=<b>You+won</b>", self.owner_user)
        self.assertEqual(response.status_code, 200)
        self.assertNotIn("You won", response.text)
        self.assertFalse(self.of_class(html.fromstring(response.text), "o_complaint_done"))

    def test_url(self):
        """CP-5: after a form the customer comes back the way they came."""
        token = self.token(self.case)
        case = self.case.sudo()
        path = f"/my/complaints/{case.id}"
        self.assertEqual(case._get_portal_url("owner"), path)
        self.assertEqual(
            case._get_portal_url("owner", done="reply", anchor="done"), f"{path}?done=reply#done"
        )
        self.assertEqual(case._get_portal_url("link", done="a&b"), f"{path}?access_token={token}&done=a%26b")


@tagged("post_install", "-at_install")
class TestCustomerBody(PortalCommon):
    """CP-5, IN-1: what is left of a message's text on the page."""

    def test_bodies(self):
        """CP-5: text stays, what acts or loads goes."""
        for body, expected in (
            ("", ""),
            ("  ", ""),
            ("plain & simple", "plain &amp; simple"),
            ('<p onclick="x()" style="background:url(//e)" class="c" id="done">Hi</p>', "<p>Hi</p>"),
            ("<script>alert(1)</script><p>Hi</p>", "<p>Hi</p>"),
            ('<img src="https://e/1.png" onerror="x()">', ""),
            ("<svg onload=x()><text>no</text></svg>yes", "yes"),
            ("<h1>Title</h1>", "<p>Title</p>"),
            ("<table><tr><td>1</td></tr></table>", "<div><div><div>1</div></div></div>"),
            ('<a href="javascript:x()">Go</a>', "Go"),
            ('<a href="  JaVaScRiPt:x()">Go</a>', "Go"),
            ('<a href="data:text/html,x">Go</a>', "Go"),
            ('<a href="//e.example">Go</a>', "Go"),
            ("<form action=/x><input name=a><button>Send</button></form>Hi", "Hi"),
            ("<style>p{}</style><o:p>word</o:p><font color=red>f</font>", "wordf"),
            ("<!-- note -->Hi<!--[if mso]>x<![endif]-->", "Hi"),
            ('<p dir="rtl">x</p><p dir="evil">y</p>', '<p dir="rtl">x</p><p>y</p>'),
            ("a\x00b\x08c", "abc"),
            ("<div>" * 3000 + "deep", "<p>deep</p>"),
        ):
            with self.subTest(body=body[:60]):
                self.assertEqual(customer_body(body), expected)

    def test_links(self):
        """CP-5: links lead away safely."""
        link = customer_body('<a href="https://e.example/x" onclick="y()">Go</a>')
        self.assertEqual(
            link, '<a href="https://e.example/x" rel="noopener noreferrer nofollow" target="_blank">Go</a>'
        )

    def test_onlooker(self):
        """IN-1: who only looks on finds no key to anything in a letter."""
        body = (
            '<p>Look: <a href="https://me.example/my/complaints/1?access_token=KEY">Your complaint</a> or '
            "https://me.example/complaint/confirm/1/KEY or https://e.example/s?answer_token=KEY, "
            '<a href="https://e.example/s?hash=KEY">there</a></p>'
        )
        self.assertIn("KEY", customer_body(body))
        shown = customer_body(body, "me.example")
        self.assertNotIn("KEY", shown)
        self.assertIn("Your complaint", shown)

    def test_long(self):
        """X-2: a text without end is shown as far as it helps."""
        self.assertLess(len(customer_body("<p>" + "x" * 5_000_000)), 300_000)
