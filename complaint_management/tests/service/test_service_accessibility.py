from functools import partial

from odoo import fields
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.portal.accessibility import AccessibilityCommon, axe_source
from odoo.addons.complaint_management.tests.service.service_portal_common import ServicePortalCommon

#: The smallest window of the guidelines, and a usual one.
SIZES = ("320x700", "1280x900")


@tagged("post_install", "-at_install")
class TestServiceAccessibility(AccessibilityCommon, ServicePortalCommon):
    """No page of the customers of service orders breaks a rule of WCAG 2.2 at level A or AA."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.axe = axe_source()
        # With a second language, pages have a button for it.
        cls.env["res.lang"]._activate_lang("zh_CN")

    def assertAccessible(self, browser, name):
        with self.subTest(page=name):
            violations = browser.find_violations(self.axe)
            self.assertFalse(violations, "\n".join([name, *violations]))
            self.assertEqual(browser.run("document.querySelectorAll('h1').length"), 1, "one title")
            self.assertFalse(
                browser.run("document.documentElement.scrollWidth > innerWidth"),
                "nothing is cut off at the side",
            )
            self.assertTrue(browser.run("document.documentElement.lang"), "screen readers know the language")

    def test_pages(self):
        self.bookable()
        self.van.next_service_date = fields.Date.today()
        orders = {
            "open": self.new_order_of(self.owner),
            "offered": self.new_offered(self.owner),
            "ready": self.new_ready(self.owner),
            "declined": self.new_offered(self.owner),
            "cancelled": self.new_order_of(self.owner),
        }
        self.as_customer(orders["open"])._reply_as_customer("Here is a photo.", [("note.txt", b"It leaks.")])
        self.as_customer(orders["declined"])._decline_as_customer(
            self.version(orders["declined"]), "Too dear"
        )
        orders["cancelled"].with_user(self.advisor).action_cancel("Not needed")

        def send(path, values, browser):
            browser.send(path, values)

        ask = f"/my/service/new?type={self.repair.id}"
        pages = [
            ("list", "/my/service", self.owner_user),
            ("nothing found", "/my/service?search=nothing", self.owner_user),
            ("ask", "/my/service/new", self.owner_user),
            ("ask, with times", ask, self.owner_user),
            (
                "ask, refused",
                ask,
                self.owner_user,
                partial(send, "/my/service/new", {"words": "", "object_name": ""}),
            ),
            ("missing", "/my/service/2147483000", self.owner_user),
            ("staff", f"/my/service/{orders['open'].id}", self.advisor),
            *((name, f"/my/service/{order.id}", self.owner_user) for name, order in orders.items()),
            (
                "refused",
                f"/my/service/{orders['offered'].id}",
                self.owner_user,
                partial(send, f"/my/service/{orders['offered'].id}/decline", {"reason": ""}),
            ),
        ]
        for size in SIZES:
            with self.browsing(size) as browser:
                for name, path, user, *more in pages:
                    browser.open(path, user)
                    for act in more:
                        act(browser)
                    self.assertAccessible(browser, f"{name} {size}")
