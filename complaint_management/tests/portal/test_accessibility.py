from functools import partial
from urllib.parse import urlsplit

from odoo.tests import tagged

from odoo.addons.complaint_management.tests.portal.page_common import PageCommon

#: Pages of Odoo's on which something of ours stands.
ODOOS = ("home", "order")
#: The smallest window of the guidelines, and a usual one.
SIZES = ("320x700", "1280x900")


@tagged("post_install", "-at_install")
class TestAccessibility(PageCommon):
    """No page of the customer's side breaks a rule of WCAG 2.2 at level A or AA."""

    def assertAccessible(self, browser, name):
        """Check the page as it is now: with axe-core, in its outline and in its width."""
        with self.subTest(page=name):
            violations = browser.find_violations(self.axe)
            self.assertFalse(violations, "\n".join([name, *violations]))
            if name not in ODOOS:
                self.assertEqual(browser.run("document.querySelectorAll('h1').length"), 1, "one title")
            self.assertFalse(
                browser.run("document.documentElement.scrollWidth > innerWidth"),
                "nothing is cut off at the side",
            )
            self.assertTrue(browser.run("document.documentElement.lang"), "screen readers know the language")

    def look(self, pages, size):
        """Open pages one after the other and check each.

        :param pages: tuples of a name, a path, whoever opens it, and what else is done there
        """
        with self.browsing(size) as browser:
            for name, path, user, *more in pages:
                browser.open(path, user)
                for act in more:
                    act(browser)
                self.assertAccessible(browser, name)

    def test_form(self):
        """The public form, before and after, and its refusals (IN-1)."""
        self.company.complaint_form_confirm = True
        unconfirmed = self.sent(email="wang@example.com").sudo()
        confirmed = self.sent(email="zhao@example.com").sudo()
        paths = [urlsplit(case._get_confirm_link()).path for case in (unconfirmed, confirmed)]
        confirmed._confirm_address()

        def send(values, browser):
            browser.send("/complaint", values)

        filled = {"description": "It is cold.", "name": "Li Si", "phone": "010 6234 5678", "consent": True}
        # The form waits a little before it is sent.
        token = self.form_token()
        pages = [
            ("form", "/complaint", None),
            (
                "form, all of it",
                "/complaint",
                None,
                lambda browser: browser.run("document.querySelector('details').open = true"),
            ),
            ("form of a team", "/complaint/centre", None),
            ("form refused", "/complaint", None, partial(send, {"email": "no address"})),
            ("not to be read", "/complaint", None, partial(send, {**filled, "csrf_token": "wrong"})),
            ("form sent", "/complaint", None, partial(send, {**filled, "form_token": token})),
            (
                "form sent, to confirm",
                "/complaint",
                None,
                partial(send, {**filled, "email": "li.si@example.com", "form_token": self.form_token()}),
            ),
            ("confirm", paths[0], None),
            ("confirmed", paths[1], None),
            ("no such form", "/complaint/no-such-team", None),
        ]
        self.look(pages, SIZES[0])

    def test_form_refused_altogether(self):
        """Too many and too much (429, 413)."""
        self.company.write(
            {"complaint_form_per_contact": 1, "complaint_file_size": 1, "complaint_file_count": 1}
        )
        self.sent(email="li.si@example.com")
        filled = {
            "description": "It is cold.",
            "name": "Li Si",
            "email": "li.si@example.com",
            "consent": True,
        }

        def send_too_often(browser):
            browser.send("/complaint", {**filled, "form_token": token})

        def send_too_much(browser):
            browser.leave("""
                const form = document.querySelector("form.o_complaint_public_form");
                const files = new DataTransfer();
                files.items.add(new File([new Uint8Array(15 * 1024 * 1024)], "large.pdf"));
                form.elements.files.files = files.files;
                form.submit();
            """)

        token = self.form_token()
        self.look(
            [
                ("too often", "/complaint", None, send_too_often),
                ("too much", "/complaint", None, send_too_much),
            ],
            SIZES[1],
        )

    def test_account(self):
        """The pages of a customer with an account: home, list, form, order."""
        for count in range(85):
            self.new_case_of(self.owner, name=f"Complaint {count}")
        pages = [
            ("home", "/my/home", self.owner_user),
            ("list", "/my/complaints", self.owner_user),
            ("second page", "/my/complaints/page/2", self.owner_user),
            ("nothing found", "/my/complaints?search=nothing+of+that", self.owner_user),
            ("empty list", "/my/complaints", self.other_user),
            ("new complaint", f"/my/complaints/new?order={self.order.id}", self.owner_user),
            ("order", f"/my/orders/{self.order.id}", self.owner_user),
        ]
        # A name that is as long as names are.
        self.owner.name = "Margaret Attwood-Fitzgerald"
        for size in SIZES:
            self.look(pages, size)

    def test_case_by_account(self):
        """The page of a complaint in all its states."""
        cases = self.new_cases()
        pages = [(name, f"/my/complaints/{case.id}", self.owner_user) for name, case in cases.items()]
        first = cases["offered"]
        pages += [
            ("colleague", f"/my/complaints/{first.id}", self.mate_user),
            ("staff", f"/my/complaints/{first.id}", self.handler),
            ("nothing there", f"/my/complaints/{first.id}", self.other_user),
        ]
        self.look(pages, SIZES[1])

    def test_case_by_link(self):
        """The same without an account, in the smallest window, all unfolded, and all that goes wrong."""
        cases = self.new_cases()
        over = self.open_anew(self.new_case_of(self.customer))

        def unfold(browser):
            browser.run("document.querySelectorAll('details').forEach((el) => { el.open = true; })")

        def act(action, browser, values=None):
            browser.send(f"/{action}", values)
            self.assertTrue(browser.run("document.querySelector('[role=alert], [role=status]') !== null"))

        pages = [
            (f"{name}, unfolded", self.link(case), None, unfold)
            for name, case in cases.items()
            if name in ("talk", "offered", "reported", "followup")
        ]
        acts = [("accept", "offered"), ("call", "offered"), ("decline", "offered"), ("confirm", "reported")]
        acts += [("followup", "followup"), ("appeal", "followup"), ("reply", "new"), ("withdraw", "new")]
        pages += [
            (f"refused: {act_}", self.link(cases[name]), None, partial(act, act_)) for act_, name in acts
        ]
        pages += [
            ("replied", self.link(cases["new"]), None, partial(act, "reply", values={"message": "Hello"})),
            ("link ended", over, None),
            ("new link", over, None, lambda browser: browser.send("/renew")),
            ("wrong link", f"/my/complaints/{cases['new'].id}?access_token=wrong", None),
        ]
        self.look(pages, SIZES[0])

    def test_chinese(self):
        """Form and page say that they are Chinese, and keep the rules."""
        path = self.link(self.new_cases()["offered"])
        with self.browsing(SIZES[0]) as browser:
            for name in ("/complaint", path):
                browser.open(name, lang="zh_CN")
                self.assertEqual(browser.run("document.documentElement.lang"), "zh-CN")
                self.assertAccessible(browser, name)
