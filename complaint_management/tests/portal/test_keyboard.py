from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.complaint_management.tests.portal.accessibility import READY
from odoo.addons.complaint_management.tests.portal.page_common import PageCommon

GUARD = "odoo.addons.complaint_management.models.portal.form_guard"
DRAWN = """
    [...document.querySelector("canvas").getContext("2d").getImageData(0, 0, 400, 100).data].some(Boolean)
"""


@tagged("post_install", "-at_install")
class TestKeyboard(PageCommon):
    """All can be done without a mouse."""

    def assertWalkable(self, browser, name, expected):
        """Walk through the page with Tab and check the way.

        :param expected: what has to be among the stops, in this order
        """
        stops = browser.walk()
        with self.subTest(page=name):
            self.assertFalse(browser.find_unreached(), "out of reach of the keyboard")
            ours = [stop for stop in stops if stop["ours"] and not stop["column"]]
            self.assertEqual([stop["what"] for stop in ours if stop["what"] in expected], expected)
            self.assertFalse([stop["what"] for stop in ours if not stop["shows"]], "the focus does not show")
            self.assertFalse(
                [stop["what"] for stop in ours if not stop["inView"]], "the focus is out of sight"
            )
            places = [(round(stop["top"] / 12), stop["left"]) for stop in ours]
            self.assertEqual(places, sorted(places), [stop["what"] for stop in ours])
            self.assertNotIn("input:homepage", [stop["what"] for stop in stops], "a trap for machines alone")

    def focused(self, browser):
        return (browser.focus() or {}).get("what")

    def tab_to(self, browser, what):
        for _press in range(60):
            browser.press("Tab")
            if self.focused(browser) == what:
                return
        self.fail(f"{what} is out of reach")

    def test_form(self):
        """The public form is filled in, refused, mended and sent by the keyboard (IN-1)."""
        with self.browsing() as browser, patch(f"{GUARD}.SECONDS_TO_FILL", 0):
            browser.open("/complaint")
            top = ["textarea:description", "input:files", "summary:Tell us more, if you like"]
            end = ["input:name", "input:email", "input:phone", "input:consent", "button:Send complaint"]
            self.assertWalkable(browser, "form", top + end)
            browser.begin()
            self.tab_to(browser, "summary:Tell us more, if you like")
            browser.press("Enter")
            self.assertTrue(browser.run("document.querySelector('details').open"))
            more = ["textarea:wanted", "input:about", "input:happened_on", "input:place", "input:subject"]
            browser.run("document.querySelector('#complaint_description').removeAttribute('required')")
            more = [
                what
                for what in more
                if browser.run(f"Boolean(document.querySelector('[name={what.partition(':')[2]}]'))")
            ]
            self.assertWalkable(
                browser, "form unfolded", top + sorted(more, key=self.order_of(browser)) + end
            )

            # Sent with Enter, as far as the browser lets it go.
            browser.open("/complaint")
            browser.run("document.querySelector('form.o_complaint_form').noValidate = true")
            self.tab_to(browser, "input:name")
            browser.type("Li Si")
            browser.run("window.complaintLeft = true")
            browser.press("Enter")
            browser.wait_until(READY)
            self.assertEqual(browser.focus()["what"], "div:complaint_errors")
            self.assertEqual(browser.run("document.activeElement.getAttribute('role')"), "alert")
            told = browser.run("""
                [...document.querySelectorAll("[aria-invalid=true]")].map((el) => [el.name, ...el
                    .getAttribute("aria-describedby").split(" ")
                    .map((id) => document.getElementById(id).textContent.trim())])
            """)
            self.assertEqual([line[0] for line in told], ["description", "email", "consent"])
            self.assertTrue(all(line[-1] for line in told), told)
            # From the list of what is wrong to the field.
            browser.press("Tab")
            browser.press("Enter")
            self.assertEqual(self.focused(browser), "textarea:description")
            browser.type("It is cold.")
            self.tab_to(browser, "input:email")
            browser.type("li.si@example.com")
            self.tab_to(browser, "input:consent")
            browser.press("Space")
            self.tab_to(browser, "button:Send complaint")
            browser.run("window.complaintLeft = true")
            browser.press("Enter")
            browser.wait_until(READY)
            self.assertTrue(browser.run("location.pathname").endswith("/complaint/sent"))
        complaint = self.Complaint.search([], order="id desc", limit=1)
        self.assertEqual((complaint.partner_name, complaint.description), ("Li Si", "It is cold."))

    def order_of(self, browser):
        names = browser.run(
            "[...document.querySelector('form.o_complaint_form').elements].map((el) => el.name)"
        )
        return lambda what: names.index(what.partition(":")[2])

    def test_case(self):
        """A proposal is read, signed and accepted by the keyboard (SO-4, SO-6)."""
        complaint = self.new_solved_case(partner_id=self.customer.id)
        solution = self.new_offered(complaint).sudo()
        reported = self.new_reported("closed", partner_id=self.customer.id)
        self.env["complaint.followup.rule"].create({"name": "Call", "nature": False, "delay": 2})
        asked = self.new_reported("closed", partner_id=self.customer.id)
        with self.browsing("375x812") as browser:
            for name, case, expected in (
                ("closed", reported, ["summary:Ask for another look", "textarea:message", "input:files"]),
                ("asked", asked, ["input:satisfied", "textarea:words", "button:Send Answer"]),
            ):
                browser.open(self.link(case))
                self.assertWalkable(browser, name, expected)
            browser.open(self.link(complaint))
            self.assertIsNone(browser.focus(), "the page begins at its top")
            expected = ["a:Please answer our proposal", "input:signer", "button:Typed", "button:Drawn"]
            expected += [
                "button:Accept and Sign",
                "summary:I do not agree",
                "textarea:message",
                "input:files",
            ]
            self.assertWalkable(browser, "offered", expected)
            browser.begin()
            self.tab_to(browser, "input:signer")
            browser.press("Escape")
            self.assertEqual(self.focused(browser), "input:signer", "nothing goes away")
            self.tab_to(browser, "button:Drawn")
            browser.press("Space")
            self.tab_to(browser, "button:Accept and Sign")
            browser.press("Enter")
            alert = "document.querySelector('.o_complaint_signature [role=alert]') !== null"
            browser.wait_until(alert)
            browser.press("Tab", shift=True)
            while self.focused(browser) != "button:Typed":
                browser.press("Tab", shift=True)
            browser.press("Enter")
            browser.wait_until(DRAWN)
            self.tab_to(browser, "button:Accept and Sign")
            browser.run("window.complaintLeft = true")
            browser.press("Enter")
            browser.wait_until(READY)
            self.assertIn(
                "you accepted our proposal", browser.run("document.querySelector('#done').textContent")
            )
        self.env.invalidate_all()
        self.assertEqual((solution.state, solution.signed_by), ("accepted", "Zhang San"))
