"""Programs that open every link of a mail before its reader does (CP-5, SO-4, IN-10).

Whatever they open, and however often, changes nothing; and a person can still answer afterwards.
"""

from urllib.parse import urlsplit

from lxml import html
from markupsafe import Markup

from odoo.tests import tagged

from odoo.addons.complaint_management.tests.portal.action_common import SIGNATURE, ActionHttpCommon

#: How such programs call themselves, and what else they send.
SCANNERS = (
    {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) SafeLinks", "Purpose": "prefetch"},
    {"User-Agent": "BarracudaCentral/1.0 (bot; link protection)", "Sec-Purpose": "prefetch;prerender"},
    {"User-Agent": "curl/8.5.0", "X-Forwarded-For": "10.0.0.9", "Accept": "*/*", "Range": "bytes=0-1023"},
)
#: Tables that must not change: ours, and what our records are made of.
PREFIXES = (
    "complaint",
    "mail",
    "ir_attachment",
    "ir_cron_trigger",
    "ir_sequence",
    "rating",
    "res_partner",
    "res_users",
)
SHORT = "complaint_management.mail_template_"


@tagged("post_install", "-at_install")
class TestScanners(ActionHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["complaint.followup.rule"].create({"name": "Call", "nature": False, "delay": 2})
        cls.company.email = "service@company.example.com"
        cls.env.cr.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename ~ %s ORDER BY 1",
            [f"^({'|'.join(PREFIXES)})"],
        )
        cls.tables = [row[0] for row in cls.env.cr.fetchall()]

    def setUp(self):
        super().setUp()
        # What belongs to every page, such as bundles of styles, is made by the first one.
        for path in ("/complaint", "/web/login"):
            self.opener.get(self.base_url() + path)

    # looking

    def digest(self):
        """Return for each table what changes with any row that is written, even with the same values."""
        self.env.flush_all()
        self.env.cr.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', count(*), md5(string_agg(ctid::text || xmin::text, ',' ORDER BY ctid))"
                f' FROM "{table}"'
                for table in self.tables
            )
        )
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    def assertNothingChanged(self, before):
        after = self.digest()
        self.assertFalse([table for table in self.tables if before[table] != after[table]])

    def links(self, mails):
        """Return every address of ours in mails: where links lead, and what is loaded."""
        ours, found = self.Complaint.get_base_url(), set()
        for mail in mails:
            page = html.fromstring(mail.body_html)
            for address in page.xpath("//@href | //@src | //@background | //@action"):
                if address.startswith(ours):
                    found.add(address.removeprefix(ours))
                else:
                    self.assertTrue(urlsplit(address).netloc.endswith(("odoo.com", "")), address)
                    if address.startswith("/"):
                        found.add(address)
        return sorted(found)

    def scan(self, links):
        """Open every link as such programs do, without a session, and follow where it leads."""
        before = self.digest()
        for link in links:
            for headers in SCANNERS:
                for method in ("GET", "HEAD"):
                    self.opener.cookies.clear()
                    response = self.opener.request(
                        method, self.base_url() + link, headers=headers, allow_redirects=True
                    )
                    self.assertLess(response.status_code, 400, f"{method} {link}")
            self.assertNothingChanged(before)

    # the person who comes after them

    def open(self, path):
        """Open a link as a browser that was never here; return the page."""
        self.opener.cookies.clear()
        response = self.opener.get(self.base_url() + path)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.content)

    def fill_in(self, page, act, **values):
        """Send a form of a page with what is hidden in it; return the page that follows."""
        form = page.xpath(f"//form[contains(@action, '{act}')]")[0]
        hidden = {
            node.get("name"): node.get("value") or "" for node in form.xpath(".//input[@type='hidden']")
        }
        response = self.opener.post(self.base_url() + form.get("action"), data={**hidden, **values})
        self.assertEqual(response.status_code, 200, response.text[:2000])
        self.assertEqual([step.status_code for step in response.history], [303])
        self.env.invalidate_all()
        return html.fromstring(response.content)

    # letters

    def by_machine(self, complaint, name, **context):
        """Write a letter as the cron does; return the mail."""
        template = self.env.ref(f"{SHORT}{name}").with_context(**context)
        with self.mock_mail_gateway():
            complaint.sudo()._post_notice(template)
        return self._new_mails

    def by_person(self, complaint, name, **context):
        """Write a letter as a colleague does from a dialog; return the mail."""
        subject, body, _lang = complaint._render_letter_template(f"{SHORT}{name}", **context)[complaint.id]
        with self.mock_mail_gateway():
            complaint.with_user(self.handler).message_post(
                subject=subject,
                body=Markup(body),
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=complaint.partner_id.ids,
                force_send=False,
            )
        return self._new_mails.filtered(lambda mail: complaint.partner_id in mail.recipient_ids)

    def new_offer(self):
        complaint = self.new_solved_case()
        self.new_offered(complaint)
        return complaint

    def new_ended(self):
        return self.new_reported("closed")

    def new_unconfirmed(self):
        vals = {"partner_id": False, "partner_name": "Li Si", "partner_email": "li.si@example.com"}
        complaint = self.new_complaint(**vals)
        complaint.sudo().email_confirmed = False
        return complaint

    def reply(self, complaint, page):
        self.fill_in(page, "/reply", message="Thank you.")
        self.assertIn("Thank you.", self.customer_messages(complaint)[-1].body)

    def accept(self, complaint, page):
        # The pad of the page needs scripts; what it sends does not.
        self.fill_in(page, "/accept", signer="Zhang San", signature=SIGNATURE)
        self.assertEqual(complaint.sudo().solution_ids.state, "accepted")

    def sign(self, complaint, page):
        self.fill_in(page, "/confirm", signer="Zhang San", signature=SIGNATURE)
        self.assertEqual(complaint.sudo().confirmation, "signed")

    def be_content(self, complaint, page):
        self.fill_in(page, "/followup", satisfied="yes")
        self.assertFalse(complaint.sudo()._get_open_followup())

    def confirm_address(self, complaint, page):
        self.fill_in(page, "/complaint/confirm/")
        self.assertTrue(complaint.sudo().email_confirmed)

    def test_every_letter(self):
        """IN-10, TL-7, SO-4, SO-6, CL-2: no link of any letter does anything by being opened."""
        machine, person = self.by_machine, self.by_person
        letters = {
            "received": (machine, self.new_complaint, self.reply),
            "progress": (machine, self.new_complaint, self.reply),
            "link": (machine, self.new_complaint, self.reply),
            "limit_moved": (machine, self.new_complaint, self.reply),
            "out_of_scope": (machine, self.new_complaint, self.reply),
            "unfounded": (person, self.new_complaint, self.reply),
            "proposal": (person, self.new_offer, self.accept),
            "told_proposal": (machine, self.new_offer, self.accept),
            "result": (person, self.new_reported, self.sign),
            "told_result": (machine, self.new_reported, self.sign),
            "closed": (machine, self.new_ended, self.be_content),
            "missed": (machine, self.new_ended, self.be_content),
            "confirm": (machine, self.new_unconfirmed, self.confirm_address),
        }
        ours = self.env["mail.template"].search([("model", "=", self.Complaint._name)])
        names = {
            xmlid.removeprefix(SHORT) for xmlid in ours.get_external_id().values() if xmlid.startswith(SHORT)
        }
        # Pieces that are put into letters by hand are no letters; nobody forgets a new letter here.
        self.assertEqual({name for name in names if not name.startswith("wording_")}, set(letters))
        for name, (write, make, act) in letters.items():
            with self.subTest(name):
                complaint = make()
                mails = write(complaint, name)
                self.assertEqual(len(mails), 1)
                links = self.links(mails)
                way = (
                    "/complaint/confirm/"
                    if name == "confirm"
                    else f"/my/complaints/{complaint.id}?access_token="
                )
                page = [link for link in links if link.startswith(way)]
                self.assertEqual(len(page), 1, links)
                self.assertFalse([link for link in links if "unfollow" in link or "unsubscribe" in link])
                self.scan(links)
                act(complaint, self.open(page[0]))

    def test_wordings(self):
        """The pieces for letters hold no links."""
        wordings = (
            self.env["mail.template"]
            .search([("model", "=", self.Complaint._name)])
            .filtered(lambda template: f"{SHORT}wording_" in template.get_external_id()[template.id])
        )
        self.assertTrue(wordings)
        complaint = self.new_complaint()
        for wording in wordings:
            body = wording._render_field("body_html", complaint.ids)[complaint.id]
            self.assertNotIn("href", body)

    def test_link_that_is_over(self):
        """Opening a link that has ended mails no new one; who wants one presses the button."""
        complaint = self.new_complaint()
        link = self.link(complaint)
        complaint.action_cancel("A mistake")
        self.company.complaint_link_days = 1
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE complaint_complaint SET closed_at = closed_at - interval '10 days',"
            " access_token_date = access_token_date - interval '10 days' WHERE id = %s",
            [complaint.id],
        )
        self.env.invalidate_all()
        before = self.digest()
        for headers in SCANNERS:
            for method in ("GET", "HEAD"):
                self.opener.cookies.clear()
                response = self.opener.request(method, self.base_url() + link, headers=headers)
                self.assertEqual(response.status_code, 410)
        self.assertNothingChanged(before)
        self.opener.cookies.clear()
        page = html.fromstring(self.opener.get(self.base_url() + link).content)
        form = page.xpath("//form[contains(@action, '/renew')]")[0]
        data = {node.get("name"): node.get("value") for node in form.xpath(".//input")}
        self.assertEqual(self.opener.post(self.base_url() + form.get("action"), data=data).status_code, 200)
        self.assertEqual(
            len(complaint.sudo().notice_ids.filtered(lambda notice: notice._get_kind() == "link")), 1
        )

    def test_mails_to_colleagues(self):
        """What colleagues get by mail about what a customer does leads to the login, and does nothing."""
        complaint = self.new_offer()
        self.handler.notification_type = "email"
        with self.mock_mail_gateway():
            self.as_customer(complaint)._reply_as_customer("Is there news?")
            self.as_customer(complaint)._decline_as_customer(complaint.sudo().solution_ids.id, "Too little")
            complaint.sudo()._tell_responsible("the customer called")
        mails = self._new_mails.filtered(lambda mail: self.handler.partner_id in mail.recipient_ids)
        self.assertTrue(mails)
        # Odoo's own offer to colleagues to follow no longer; customers get none (see test_every_letter).
        links = [link for link in self.links(mails) if not link.startswith("/mail/unfollow")]
        self.assertTrue(links)
        self.assertFalse([link for link in links if "access_token=" in link and "/my/complaints" in link])
        self.scan(links)
