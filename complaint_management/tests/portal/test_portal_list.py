from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PortalCommon

LIST = "/my/complaints"


@tagged("post_install", "-at_install")
class TestPortalList(PortalCommon):
    """IN-1, CP-5: the customer's list of complaints and the way to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        now = fields.Datetime.now().replace(microsecond=0)
        cls.bill, cls.heater, cls.parcel = (
            cls.new_case_of(cls.owner, name=name, description=text, received_at=now - timedelta(days=days))
            for name, text, days in (
                ("Bill", "Twice the amount", 3),
                ("heater", "It is cold", 2),
                ("Parcel", "Never came", 1),
            )
        )
        cls.foreign = cls.new_case_of(cls.other, name="Foreign")

    def subjects(self, query="", user=None):
        response = self.get(f"{LIST}{query}", user or self.owner_user)
        self.assertEqual(response.status_code, 200)
        tree = html.fromstring(response.text)
        return [" ".join(link.text_content().split()) for link in tree.xpath("//li//h2/a")]

    def test_own(self):
        """IN-1: a customer sees their own complaints, the newest first."""
        self.assertEqual(self.subjects(), ["Parcel", "heater", "Bill"])
        self.assertEqual(self.subjects(user=self.other_user), ["Foreign"])
        self.assertEqual(self.subjects(user=self.mate_user), [])

    def test_public(self):
        """IN-1: the list needs an account."""
        response = self.get(LIST)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])

    def test_colleagues(self):
        """IN-1: complaints of colleagues are there where they are shared, and said to be theirs."""
        self.company.complaint_colleagues_see = True
        self.heater.sudo().confidential = True
        self.assertEqual(self.subjects(user=self.mate_user), ["Parcel", "Bill"])
        self.assertIn("Customer Owner", self.get(LIST, self.mate_user).text)
        self.assertEqual(self.subjects(user=self.other_user), ["Foreign"])

    def test_excluded(self):
        """OR-2: an employee who complains does not see there what is about them."""
        case = self.new_case_of(self.colleague.partner_id, name="Mine")
        self.assertEqual(self.subjects(user=self.colleague), ["Mine"])
        self.new_employee(self.colleague)
        case.sudo().employee_ids = self.colleague.employee_id
        self.assertEqual(self.subjects(user=self.colleague), [])

    def test_search(self):
        """CP-5: numbers, subjects and texts are found, odd input finds nothing and breaks nothing."""
        self.assertEqual(self.subjects("?search=HEAT"), ["heater"])
        self.assertEqual(self.subjects("?search=never"), ["Parcel"])
        self.assertEqual(self.subjects(f"?search={self.bill.number}"), ["Bill"])
        self.assertEqual(self.subjects("?search=Foreign"), [])
        for odd in ("%00", "%25", "'; DROP TABLE x", "%5C", "x" * 3000, "%F0%9F%98%80"):
            with self.subTest(odd=odd[:12]):
                self.assertEqual(self.get(f"{LIST}?search={odd}", self.owner_user).status_code, 200)
        text = self.get(f"{LIST}?search=<script>alert(1)</script>", self.owner_user).text
        self.assertNotIn("<script>alert(1)", text)
        self.assertIn("Nothing was found", text)

    def test_sort(self):
        """CP-5: by receipt, last step and subject; what is unknown sorts as usual."""
        self.bill.sudo().date_last_stage_update = fields.Datetime.now() + timedelta(hours=1)
        self.assertEqual(self.subjects("?sortby=step")[0], "Bill")
        self.assertEqual(sorted(self.subjects("?sortby=subject")), ["Bill", "Parcel", "heater"])
        self.assertEqual(self.subjects("?sortby=subject")[0], "Bill")
        self.assertEqual(self.subjects("?sortby=password"), ["Parcel", "heater", "Bill"])

    def test_filters(self):
        """CP-5: open ones, ended ones, and those that wait for the customer's answer."""
        self.bill.sudo().action_cancel("Settled")
        self.heater.with_user(self.handler).action_pause("A photo")
        self.assertEqual(self.subjects("?filterby=open"), ["Parcel", "heater"])
        self.assertEqual(self.subjects("?filterby=ended"), ["Bill"])
        self.assertEqual(self.subjects("?filterby=waiting"), ["heater"])
        self.assertEqual(self.subjects("?filterby=nonsense"), ["Parcel", "heater", "Bill"])
        waiting = self.get(f"{LIST}?filterby=waiting", self.owner_user).text
        self.assertNotIn("We promised", waiting)
        self.assertNotIn("You get", waiting)
        self.heater.with_user(self.handler).action_resume()
        self.assertEqual(self.subjects("?filterby=waiting"), [])
        solution = self.env["complaint.solution"].create(
            {"complaint_id": self.parcel.id, "offer": "A new one"}
        )
        self.assertEqual(self.subjects("?filterby=waiting"), [])
        solution.state = "offered"
        self.assertEqual(self.subjects("?filterby=waiting"), ["Parcel"])
        self.assertIn("Waits for your answer", self.get(f"{LIST}?filterby=waiting", self.owner_user).text)
        solution.state = "accepted"
        self.assertEqual(self.subjects("?filterby=waiting"), [])
        # Past the gates, which do not matter here.
        self.env.cr.execute(
            """UPDATE complaint_complaint SET step = 'feedback', result_reported_at = received_at
                WHERE id = %s""",
            [self.parcel.id],
        )
        self.parcel.invalidate_recordset()
        self.assertEqual(self.subjects("?filterby=waiting"), ["Parcel"])
        self.parcel.sudo().confirmation = "signed"
        self.assertEqual(self.subjects("?filterby=waiting"), [])

    def test_rows(self):
        """CP-5, TL-7: a row says where it stands, when it came and by when the customer hears next."""
        self.plant_markers(self.parcel)
        response = self.get(LIST, self.owner_user)
        self.assertNothingInternal(response)
        text = " ".join(html.fromstring(response.text).xpath("//main")[0].text_content().split())
        self.assertIn("We have received your complaint", text)
        self.assertIn("You get our proposal by", text)
        self.assertIn(self.parcel.number, text)

    def test_pages(self):
        """CP-5: many complaints are shown page by page; a page that is not there is the nearest one."""
        self.env["complaint.complaint"].with_context(tracking_disable=True).create(
            [
                {"name": f"Case {number:03}", "partner_id": self.owner.id, "team_id": self.centre.id}
                for number in range(90)
            ]
        )
        first, second = self.subjects(), self.subjects("/page/2")
        self.assertEqual((len(first), len(second)), (80, 13))
        self.assertEqual(len({*first, *second}), 93)
        self.assertEqual(self.subjects("/page/99"), second)
        tree = html.fromstring(self.get(f"{LIST}?sortby=subject&search=Case", self.owner_user).text)
        (following,) = set(tree.xpath("//nav[@aria-label='Pages']//a[text()='2']/@href"))
        self.assertIn("sortby=subject", following)
        self.assertIn("search=Case", following)

    def test_first_day(self):
        """CP-5: who has never complained finds the way to the list and to the first complaint."""
        home = self.get("/my", self.mate_user)
        (card,) = html.fromstring(home.text).xpath("//a[@href='/my/complaints']")
        for box in card.iterancestors():
            self.assertNotIn("d-none", (box.get("class") or "").split())
        page = self.get(LIST, self.mate_user)
        self.assertIn('href="/my/complaints/new"', page.text)
        self.assertIn("You have not complained yet", page.text)

    def test_counter(self):
        """CP-5: the home page counts when it is asked to."""
        self.log_in(self.owner_user)
        counts = self.make_jsonrpc_request("/my/counters", {"counters": ["complaint_count"]})
        self.assertEqual(counts["complaint_count"], 3)
        self.assertNotIn("complaint_count", self.make_jsonrpc_request("/my/counters", {"counters": []}))
        self.log_in(self.mate_user)
        counts = self.make_jsonrpc_request("/my/counters", {"counters": ["complaint_count"]})
        self.assertEqual(counts["complaint_count"], 0)

    def test_stores_nothing(self):
        """IN-1: looking at the list changes nothing."""
        self.log_in(self.owner_user)
        with self.assertNothingStored():
            for path in ("", "?filterby=waiting&search=a&sortby=step", "/page/2"):
                self.get(f"{LIST}{path}", self.owner_user)
                self.get(f"{LIST}{path}", self.owner_user, method="HEAD")

    def test_query_count(self):
        """CP-5: the list costs as much with 80 complaints as with three."""

        def count():
            self.get(LIST, self.owner_user)
            with self.statements() as statements:
                self.get(LIST, self.owner_user)
            return len(statements)

        few = count()
        self.env["complaint.complaint"].create(
            [
                {"name": f"Case {number}", "partner_id": self.owner.id, "team_id": self.centre.id}
                for number in range(77)
            ]
        )
        self.assertEqual(len(self.subjects()), 80)
        self.assertEqual(count(), few)

    def test_form(self):
        """CP-5: one main heading, and every field has a name."""
        tree = html.fromstring(self.get(LIST, self.owner_user).text)
        self.assertEqual([heading.text for heading in tree.xpath("//h1")], ["Your complaints"])
        for field in tree.xpath("//main//input[not(@type='hidden')] | //main//select"):
            self.assertTrue(tree.xpath(f"//label[@for='{field.get('id')}']"))
        for button in tree.xpath("//main//button"):
            self.assertTrue(button.text_content().strip() or button.get("aria-label"))

    # the same by calls from outside

    def test_orm(self):
        """IN-1: what the list shows is what the rules let through; a customer changes nothing there."""
        cases = self.env["complaint.portal"].with_user(self.owner_user)
        self.assertEqual(cases.search([]).ids, (self.parcel | self.heater | self.bill).ids)
        self.assertEqual(cases.browse(self.bill.id).status, "We have received your complaint")
        with self.assertRaises(AccessError):
            cases.browse(self.foreign.id).read(["name"])
        for fname in ("confidential", "excluded_user_ids"):
            with self.assertRaises(AccessError), mute_logger("odoo.orm"):
                cases.browse(self.bill.id).read([fname])
        with self.assertRaises(AccessError):
            cases.browse(self.bill.id).write({"name": "x"})
        with self.assertRaises(AccessError):
            self.env["complaint.complaint"].with_user(self.owner_user).search([])

    def test_archived(self):
        """IN-1: an archived complaint is not in the list."""
        self.bill.sudo().active = False
        self.assertEqual(self.subjects(), ["Parcel", "heater"])
