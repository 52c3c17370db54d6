from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.complaint_management.tests.inquiry.facts_common import FactsCommon
from odoo.addons.complaint_management.tests.web_client import read_specification


@tagged("post_install", "-at_install")
class TestCause(FactsCommon):
    """Root cause: a tree, and the chain of whys (DI-5)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Cause = cls.env["complaint.cause"]
        cls.process = cls.env.ref("complaint_management.complaint_cause_process")
        cls.unclear = cls.env.ref("complaint_management.complaint_cause_process_unclear")

    def test_causes_of_the_rules(self):
        """DI-5: the seven branches are there, each with causes below it."""
        branches = self.Cause.search([("parent_id", "=", False), ("company_id", "=", False)])
        self.assertEqual(
            branches.mapped("name"),
            [
                "Product Defect",
                "Process Gap",
                "Staff Error",
                "Duty Not Met",
                "Management",
                "Customer Side",
                "Outside Factor",
            ],
        )
        for branch in branches:
            with self.subTest(branch.name):
                self.assertTrue(2 <= len(branch.child_ids) <= 5)

    def test_order(self):
        """A new cause stands with those of its branch."""
        new = self.Cause.create({"name": "Rule Is Secret", "parent_id": self.process.id})
        names = self.Cause.search([]).mapped("display_name")
        self.assertEqual(new.display_name, "Process Gap / Rule Is Secret")
        place = names.index("Process Gap / Rule Is Secret")
        self.assertTrue(names.index("Process Gap") < place < names.index("Staff Error"))

    def test_tree(self):
        """The same tree as that of the categories."""
        self.assertEqual(self.Cause.search([("complete_name", "ilike", "process / unclear")]), self.unclear)
        with self.refused(UserError, "Recursion|below itself"):
            self.process.parent_id = self.unclear
        self.process.name = "Rules"
        self.assertEqual(self.unclear.display_name, "Rules / Rule Is Unclear")

    def test_cause_in_use(self):
        complaint = self.new_complaint(cause_id=self.unclear.id)
        complaint.active = False
        with self.refused(ValidationError, "Archive the cause"):
            self.unclear.unlink()
        complaint.active = True
        self.assertEqual((self.process | self.unclear).mapped("complaint_count"), [1, 1])

    def test_who_edits(self):
        own = self.Cause.with_user(self.manager).create({"name": "Own", "company_id": self.company.id})
        for user in (self.first_contact, self.handler, self.quality, self.auditor):
            with self.subTest(user.login):
                self.assertEqual(own.with_user(user).display_name, "Own")
                with self.assertRaises(AccessError):
                    own.with_user(user).name = "Other"
        self.assertFalse(self.Cause.with_user(self.foreign_manager).search([("id", "=", own.id)]))
        with self.assertRaises(AccessError):
            self.Cause.with_user(self.plain_user).search([])
        theirs = self.Cause.create({"name": "Theirs", "company_id": self.company_2.id})
        with self.refused(UserError, "compan"):
            self.new_complaint(cause_id=theirs.id)

    def test_tracked(self):
        complaint = self.new_complaint()
        self.flush_tracking()
        complaint.cause_id = self.unclear
        self.flush_tracking()
        value = complaint.sudo().message_ids[0].sudo().tracking_value_ids
        self.assertEqual(value.new_value_char, "Process Gap / Rule Is Unclear")

    # whys

    def _whys(self, *names):
        return [Command.create({"name": name, "sequence": place}) for place, name in enumerate(names)]

    def test_chain(self):
        """DI-5: whys stand in their order, and on the form."""
        complaint = self.new_complaint()
        with Form(complaint.with_user(self.handler)) as form:
            for name in ("it was late", "nobody knew"):
                with form.why_ids.new() as line:
                    line.name = name
        self.assertEqual(complaint.why_ids.mapped("name"), ["it was late", "nobody knew"])
        self.assertEqual(complaint.why_ids.company_id, self.company)

    def test_at_most_ten(self):
        complaint = self.new_complaint(why_ids=self._whys(*"abcdefghij"))
        self.assertEqual(len(complaint.why_ids), 10)
        with self.refused(ValidationError, f"{complaint.number}.*ten whys"):
            complaint.why_ids = self._whys("k")

    def test_who_asks_why(self):
        complaint = self.new_complaint(why_ids=self._whys("a", "b"))
        why = complaint.why_ids[0]
        for user in (self.quality, self.auditor):
            with self.subTest(user.login):
                self.assertEqual(why.with_user(user).name, "a")
                with self.assertRaises(AccessError):
                    why.with_user(user).name = "x"
        for user in (self.stranger, self.foreign_manager, self.plain_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                why.with_user(user).read(["name"])
        why.with_user(self.handler).name = "because"
        why.with_user(self.handler).unlink()
        self.assertEqual(complaint.why_ids.name, "b")
        notes = " ".join(complaint.sudo().message_ids.mapped("body"))
        self.assertIn("a → because", notes)
        self.assertIn("Why deleted", notes)

    def test_excluded(self):
        """OR-2: the employee concerned reads no whys."""
        complaint = self.new_complaint(
            why_ids=self._whys("a"), employee_ids=[Command.set(self.new_employee(self.colleague).ids)]
        )
        self.assertFalse(
            self.env["complaint.why"].with_user(self.colleague).search([("complaint_id", "=", complaint.id)])
        )

    def test_merge(self):
        """The target's chain stays; the other stays readable, and stands in the trace."""
        target = self.new_complaint(why_ids=self._whys("t"))
        source = self.new_complaint(why_ids=self._whys("s1", "s2"), cause_id=self.unclear.id, cause_note="N")
        source.with_user(self.handler).merge_into(target.with_user(self.handler))
        self.assertEqual((target.cause_id, target.cause_note), (self.unclear, "N"))
        self.assertEqual(target.why_ids.mapped("name"), ["t"])
        self.assertEqual(source.why_ids.mapped("name"), ["s1", "s2"])
        trace = " ".join(target.sudo().message_ids.mapped("body"))
        self.assertIn("<li>s1</li><li>s2</li>", trace)
        bare = self.new_complaint()
        last = self.new_complaint(why_ids=self._whys("z"))
        last.with_user(self.handler).merge_into(bare.with_user(self.handler))
        self.assertEqual(bare.why_ids.mapped("name"), ["z"])

    def test_cost(self):
        one = self.new_complaint(why_ids=self._whys("a"), cause_id=self.process.id)
        many = self.new_complaint(why_ids=self._whys(*"abcdefghij"), cause_id=self.unclear.id)
        spec = read_specification(self.env(user=self.handler), "complaint.complaint", "form")
        spec = {fname: spec[fname] for fname in ("cause_id", "cause_note", "why_ids")}
        costs = []
        for complaint in (one, one, many):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            complaint.with_user(self.handler).web_read(spec)
            costs.append(self.env.cr.sql_log_count - before)
        self.assertEqual(costs[1], costs[2])
