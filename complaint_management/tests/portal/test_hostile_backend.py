"""What strangers and customers wrote, as colleagues and customers see it (IN-1, IN-3, IN-10, CP-5)."""

from lxml import html
from markupsafe import Markup

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.case.mail_common import MailGatewayCommon
from odoo.addons.complaint_management.tests.common import shared_data
from odoo.addons.complaint_management.tests.portal.hostile import CONTENTS, FLAG, MARKUP, RESULT, TEMPLATES
from odoo.addons.complaint_management.tests.portal.hostile_common import HostileCommon


@tagged("post_install", "-at_install")
class TestHostileBackend(HostileCommon, MailGatewayCommon):
    """What strangers and customers wrote, as colleagues and customers see it in a real browser."""

    #: Waits until a place is drawn and what is in it had its time to run; tells what did.
    WATCH = """
        const pause = (time) => new Promise((done) => setTimeout(done, time));
        const drawn = async (selector) => {
            for (let tries = 0; !document.querySelector(selector); tries++) {
                if (tries > 200) throw new Error(`${selector} was not drawn`);
                await pause(50);
            }
            await pause(300);
        };
        const opened = [];
        for (const name of ["alert", "confirm", "prompt", "open"]) {
            window[name] = (...args) => void opened.push(name);
        }
        const calm = (place) => {
            if (window.FLAG || opened.length) throw new Error(`something ran: ${place} ${opened}`);
            const text = document.body.textContent;
            if (!text.includes("onerror")) throw new Error(`nothing of theirs is shown: ${place}`);
            if (text.includes("RESULT")) throw new Error(`a template was worked out: ${place}`);
        };
        // Were it drawn as it was written, it would run: else this proves nothing.
        const prove = async () => {
            const node = document.createElement("div");
            node.innerHTML = "<img src=x onerror=top.FLAG=1>";
            document.body.append(node);
            for (let tries = 0; !window.FLAG && tries < 100; tries++) await pause(50);
            if (!window.FLAG) throw new Error("scripts of theirs cannot run here anyway");
        };
    """.replace("FLAG", FLAG).replace("RESULT", RESULT)

    def run_in_browser(self, path, steps, login, ready=""):
        code = f"""(async () => {{
            try {{ {self.WATCH} {steps}
                await prove(); console.log("test successful");
            }} catch (error) {{ console.error(error.message || error); }}
        }})();"""
        self.browser_js(path, code, ready, login=login, timeout=120)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payloads = [*MARKUP, *TEMPLATES]

    def new_poisoned(self):
        """Return a complaint in which all that a customer writes and does is hostile."""
        whole = "\n".join(self.payloads)
        self.owner.write(
            {"name": MARKUP[1], "phone": "13800138000", "street": MARKUP[2], "comment": MARKUP[3]}
        )
        complaint = self.new_solved_case(partner_id=self.owner.id)
        complaint.sudo().write(
            {
                "name": f"{MARKUP[1]} {MARKUP[0]}",
                "description": whole,
                "about_stated": MARKUP[2],
                "occurred_place": MARKUP[4],
                "wanted_outcome": whole,
                "partner_name": MARKUP[1],
                "partner_phone": MARKUP[5],
                "customer_lang": MARKUP[6],
                "reference": MARKUP[1],
            }
        )
        self.new_offered(complaint)
        case = self.as_customer(complaint)
        case._reply_as_customer(whole, [(f"{MARKUP[1]}.png", CONTENTS["picture"][0])])
        case.message_post(
            body=Markup("<div>%s</div>") % Markup(whole),
            subject=MARKUP[1],
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=self.owner.id,
            email_from=f'"{MARKUP[1]}" <a@example.com>',
            attachments=[(MARKUP[1], b"x"), ("page.html", MARKUP[0].encode()), ("x.svg", CONTENTS["svg"][0])],
        )
        solution = complaint.sudo().solution_ids
        case._ask_for_call(solution.id, f"13800138000 {MARKUP[1]}", MARKUP[2])
        case._decline_as_customer(solution.id, whole)
        complaint.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.handler.id, summary=MARKUP[1], note=Markup(whole)
        )
        self.env.flush_all()
        return complaint

    def test_backend(self):
        """No script of a customer runs in the list, the board, the form, the chatter or the activities."""
        complaint = self.new_poisoned()
        self.run_in_browser(
            "/odoo/complaints?view_type=list",
            f"""
            const doAction = (action) => odoo.__WOWL_DEBUG__.root.env.services.action.doAction(action);
            const show = async (type, selector, resId) => {{
                await doAction({{
                    type: "ir.actions.act_window", res_model: "complaint.complaint", name: "Complaints",
                    views: [[false, type]], target: "current", res_id: resId,
                    domain: [["id", "=", {complaint.id}]],
                }});
                await drawn(selector);
                calm(type);
            }};
            await show("list", ".o_list_view .o_data_row");
            await show("kanban", ".o_kanban_view .o_kanban_record:not(.o_kanban_ghost)");
            await show("activity", ".o_activity_view .o_activity_view_table");
            await show("form", ".o-mail-Chatter .o-mail-Message", {complaint.id});
            for (const tab of [...document.querySelectorAll(".o_notebook .nav-link")]) {{
                tab.click();
                await pause(150);
                calm(`form, ${{tab.textContent}}`);
            }}
            await doAction({{
                type: "ir.actions.act_window", res_model: "res.partner", views: [[false, "form"]],
                res_id: {self.owner.id},
            }});
            await drawn(".o_form_view .o-mail-Chatter");
            calm("contact");
            """,
            "handler",
            ready="odoo.isReady === true",
        )

    def test_record_card(self):
        """The printed record holds their words and nothing else of theirs."""
        complaint = self.new_poisoned()
        card = (
            self.env["ir.actions.report"]
            .with_user(self.handler)
            ._render_qweb_html("complaint_management.report_record_card", complaint.ids)[0]
        )
        page = html.document_fromstring(card)
        self.assertNothingRuns(page)
        self.assertIn(MARKUP[1], page.text_content())
        self.assertNotIn(RESULT, page.text_content())
        self.run_in_browser(
            f"/report/html/complaint_management.report_record_card/{complaint.id}",
            'await drawn("body"); calm("record card");',
            "handler",
        )

    def test_customer_pages(self):
        """Neither runs it for themselves, or for a colleague of theirs who reads along (CO-3)."""
        self.company.complaint_colleagues_see = True
        complaint = self.new_poisoned()
        for login, path in (
            ("portal_owner", f"/my/complaints/{complaint.id}"),
            ("portal_mate", f"/my/complaints/{complaint.id}"),
            ("portal_mate", "/my/complaints"),
        ):
            with self.subTest(login=login, path=path):
                self.run_in_browser(path, f'await drawn("#wrap"); calm("{path}");', login)

    def test_letters(self):
        """IN-10: what they wrote comes back in letters as a text, and no template of theirs is worked out."""
        complaint = self.new_poisoned()
        written = {}
        for name in ("received", "progress", "closed", "told_proposal", "told_result", "link"):
            written[name] = complaint._render_letter_template(f"complaint_management.mail_template_{name}")[
                complaint.id
            ]
        for name, (subject, body, _lang) in written.items():
            with self.subTest(name):
                self.assertNothingRuns(html.fromstring(f"<div>{body}</div>"))
                self.assertNotIn(RESULT, subject + body)
                self.assertIn("onerror", body)

    def test_broken_mails(self):
        """IN-3: whatever came of a broken mail can be read by its customer and by us."""
        if not shared_data("mail"):
            self.skipTest("needs ../shared/data/mail")
        made = self.Complaint.sudo()
        for folder in ("ruby_mail", "django_helpdesk", "talon", "bounces"):
            for file in sorted(shared_data("mail", folder).glob("*.eml")):
                with mute_logger("odoo.addons.mail.models.mail_thread"):
                    made |= self.receive(f"Delivered-To: {self.address}\n".encode() + file.read_bytes())
        self.assertGreater(len(made), 50)
        self.env.flush_all()
        self.log_in(None)
        for complaint in made:
            with self.subTest(complaint=complaint.name), self.nothing_logged():
                response = self.opener.get(self.base_url() + self.link(complaint))
                self.assertEqual(response.status_code, 200)
                self.assertHarmless(response)
                self.assertIn(complaint.number, response.text)
        made.write({"partner_id": self.owner.id})
        found = set()
        for number in range(1, len(made) // 20 + 5):
            with self.nothing_logged():
                response = self.get(f"/my/complaints/page/{number}", user=self.owner_user)
            self.assertEqual(response.status_code, 200)
            self.assertHarmless(response)
            found |= {complaint.id for complaint in made if complaint.number in response.text}
        self.assertEqual(found, set(made.ids))
        for view in ("list", "kanban"):
            arch = self.Complaint.with_user(self.handler).get_view(view_type=view)
            fields = html.fromstring(arch["arch"]).xpath("//field/@name")
            specification = {name: {} for name in fields if name in self.Complaint._fields}
            rows = self.Complaint.with_user(self.leader).web_search_read(
                [("id", "in", made.ids)], specification
            )
            self.assertEqual(rows["length"], len(made))
