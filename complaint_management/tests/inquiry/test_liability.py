from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.complaint_management.tests.inquiry.facts_common import FactsCommon
from odoo.addons.complaint_management.tests.web_client import read_specification


@tagged("post_install", "-at_install")
class TestLiability(FactsCommon):
    """Who answers for what share, and what follows from it (DI-6, TR-1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Liability = cls.env["complaint.liability"]
        cls.concerned = cls._new_user("handler", "concerned")
        cls.centre.member_ids += cls.concerned
        cls.department, cls.works = cls.env["hr.department"].create([{"name": "Stores"}, {"name": "Works"}])
        cls.employee = cls.new_employee(cls.concerned, department_id=cls.works.id)

    def setUp(self):
        super().setUp()
        self.complaint = self.new_complaint()

    def line(self, share=100, kind="department", **vals):
        party = {
            "department": {"department_id": self.department.id},
            "employee": {"employee_id": self.employee.id},
        }
        return {"share": share, "party_kind": kind, **party.get(kind, {}), **vals}

    def add(self, complaint, *lines, user=None):
        return self.Liability.with_user(user or self.handler).create(
            [{"complaint_id": complaint.id, **line} for line in lines]
        )

    def test_what_is_proposed(self):
        """The finding and the party follow from who it is."""
        for kind, finding, fname, value in (
            ("department", "our_fault", "department_id", self.department),
            ("employee", "our_fault", "department_id", self.works),
            ("customer", "misunderstanding", "partner_id", self.customer),
        ):
            with self.subTest(kind):
                liability = self.add(self.complaint, self.line(10, kind))
                self.assertEqual(liability.finding, finding)
                self.assertEqual(liability[fname], value)
        supplier = self.env["res.partner"].create({"name": "Supplier"})
        third = self.add(self.complaint, self.line(10, "third_party", partner_id=supplier.id))
        self.assertEqual((third.finding, third.display_name), ("third_party", "Supplier"))

    def test_form(self):
        """What does not go with another kind of party is emptied; what is left is proposed."""
        self.complaint.department_id = self.works
        with Form(
            self.Liability.with_user(self.handler).with_context(
                default_complaint_id=self.complaint.id, default_share=self.complaint.liability_left
            )
        ) as form:
            self.assertEqual(form.share, 100)
            self.assertEqual(form.department_id, self.works)
            form.party_kind = "customer"
            self.assertFalse(form.department_id)
            self.assertEqual((form.partner_id, form.finding), (self.customer, "misunderstanding"))
            form.party_kind = "department"
            self.assertFalse(form.partner_id)
            self.assertEqual(form.finding, "our_fault")
            form.finding = "misunderstanding"
            form.share = 70
        self.assertEqual(self.complaint.liability_left, 30)
        self.assertEqual(self.complaint.liability_ids.finding, "misunderstanding")

    def test_bad_input(self):
        """Each refusal says what to do."""
        customer = self.customer.id
        for line, message in (
            (self.line(0), "more than 0"),
            (self.line(-5), "more than 0"),
            (self.line(100.01), "at most 100"),
            (self.line(0.001), "more than 0"),
            (self.line(department_id=False), "Choose the department"),
            (self.line(kind="employee", employee_id=False), "Choose the employee"),
            (self.line(kind="third_party"), "Choose the third party"),
            (self.line(partner_id=customer), "One line says one party"),
            (self.line(employee_id=self.employee.id), "One line says one party"),
            (self.line(kind="customer", department_id=self.department.id), "One line says one party"),
            (self.line(finding="third_party"), "does not go with Stores"),
            (self.line(kind="customer", finding="our_fault"), "does not go with Zhang San"),
            (self.line(kind="third_party", note="The carrier", finding="our_fault"), "does not go with"),
        ):
            with self.subTest(line=line), self.refused(ValidationError, message):
                self.add(self.complaint, line)

    def test_never_more_than_all(self):
        """DI-6: the message says what is left; several complaints are checked at once."""
        self.add(self.complaint, self.line(60))
        with self.refused(ValidationError, r"come to 110 %.*\n?.*40 % is left"):
            self.add(self.complaint, self.line(50, "customer"))
        other = self.new_complaint()
        values = [
            {"complaint_id": complaint.id, **self.line(share)}
            for complaint, share in ((self.complaint, 40), (other, 70), (other, 40))
        ]
        with self.refused(ValidationError, f"{other.number}.*come to 110 %"):
            self.Liability.with_user(self.handler).create(values)
        lines = self.Liability.with_user(self.handler).create(values[:2])
        with self.refused(ValidationError, self.complaint.number):
            lines.write({"share": 50})
        lines.write({"share": 40})

    def test_complete(self):
        """Thirds and sixths are complete, ninety-nine is not, and one hundredth too much is refused."""
        for shares, complete in (
            ((), False),
            ((100,), True),
            ((99.99,), False),
            ((50, 49), False),
            ((33.33, 33.33, 33.33), True),
            ((33.34, 33.33, 33.33), True),
            ((33, 33, 33), False),
            ((16.67,) * 6, True),
            ((14.29,) * 7, True),
            ((14.28,) * 7, False),
        ):
            with self.subTest(shares=shares):
                complaint = self.new_complaint()
                self.add(complaint, *(self.line(share) for share in shares))
                self.assertEqual(complaint.liability_complete, complete)
                self.assertEqual(complaint.liability_total, round(sum(shares), 2))
                left = 0 if complete else round(100 - sum(shares), 2)
                self.assertAlmostEqual(complaint.liability_left, left)
        complaint = self.new_complaint()
        with self.assertRaises(ValidationError):
            self.add(complaint, *(self.line(share) for share in (33.34, 33.34, 33.34)))

    def test_shares_change_place(self):
        """On the form two shares change at once; what is too much in between is not too much."""
        first, second = self.add(self.complaint, self.line(50), self.line(50, "customer"))
        mine = self.complaint.with_user(self.handler)
        mine.write(
            {
                "liability_ids": [
                    Command.update(first.id, {"share": 80}),
                    Command.update(second.id, {"share": 20}),
                ]
            }
        )
        self.assertEqual((first.share, second.share), (80, 20))
        mine.write(
            {
                "liability_ids": [
                    Command.create(self.line(70)),
                    Command.update(second.id, {"share": 30}),
                    Command.delete(first.id),
                ]
            }
        )
        self.assertEqual(sorted(mine.liability_ids.mapped("share")), [30, 70])
        with self.assertRaises(ValidationError):
            mine.write({"liability_ids": [Command.update(second.id, {"share": 31})]})

    # what follows

    def test_our_fault(self):
        """DI-6, TR-1: our fault makes a complaint valid; that it is gone makes it nothing by itself."""
        for validity in (False, "help", "information", "venting"):
            with self.subTest(validity=validity):
                complaint = self.new_complaint(validity=validity)
                line = self.add(complaint, self.line(100, "customer"))
                self.assertEqual((complaint.our_fault, complaint.validity), (False, validity))
                line.write({"party_kind": "department", "department_id": self.department.id})
                self.assertEqual((complaint.our_fault, complaint.validity), (True, "valid"))
                line.write({"party_kind": "customer"})
                self.assertEqual((complaint.our_fault, complaint.validity), (False, "valid"))
                line.unlink()
                self.assertFalse(complaint.our_fault)
        at_once = self.new_complaint(validity="help", liability_ids=[Command.create(self.line())])
        self.assertEqual((at_once.our_fault, at_once.validity), (True, "valid"))
        self.assertIn(at_once, self.Complaint.with_user(self.handler).search([("our_fault", "=", True)]))

    def test_liable_employee_is_excluded(self):
        """OR-2: who is found liable loses sight of the complaint at once, by every way."""
        theirs = self.complaint.with_user(self.concerned)
        evidence = self.env["complaint.evidence"].create(
            {"complaint_id": self.complaint.id, "name": "x", "description": "x"}
        )
        self.assertTrue(theirs.read(["name"]))
        self.complaint.message_subscribe(self.concerned.partner_id.ids)
        line = self.add(self.complaint, self.line(40), self.line(60, "employee"))[1]
        self.assertEqual(self.complaint.employee_ids, self.employee)
        self.assertEqual(self.complaint.excluded_user_ids, self.concerned)
        self.assertNotIn(self.concerned.partner_id, self.complaint.sudo().message_partner_ids)
        for record in (self.complaint, line, evidence):
            with self.subTest(record._name):
                hidden = record.with_user(self.concerned)
                self.assertFalse(hidden.search([("id", "=", record.id)]))
                with self.assertRaises(AccessError):
                    hidden.read(["id", "display_name"])
        line.unlink()
        self.assertEqual(self.complaint.employee_ids, self.employee)

    def test_who_may_not_be_liable(self):
        """Nobody finds themselves liable, and the person responsible gives the case away first."""
        with self.refused(ValidationError, "let a colleague"):
            self.add(self.complaint, self.line(kind="employee"), user=self.concerned)
        self.complaint.user_id = self.concerned
        with self.refused(ValidationError, "cannot be responsible"):
            self.add(self.complaint, self.line(kind="employee"), user=self.colleague)

    def test_several_complaints(self):
        other = self.new_complaint()
        self.Liability.with_user(self.handler).create(
            [
                {"complaint_id": complaint.id, **self.line(kind="employee")}
                for complaint in (self.complaint, other)
            ]
        )
        for complaint in (self.complaint, other):
            self.assertEqual((complaint.employee_ids, complaint.validity), (self.employee, "valid"))

    def test_traced(self):
        line = self.add(self.complaint, self.line())
        line.write({"share": 80})
        self.assertIn("Share (%): 100.0 → 80.0", self.complaint.sudo().message_ids[0].body)
        line.unlink()
        note = self.complaint.sudo().message_ids[0].body
        self.assertIn("Stores · 80 % · Our fault", note)

    # access

    def test_roles(self):
        line = self.add(self.complaint, self.line(50))
        for user in (self.colleague, self.leader, self.manager):
            with self.subTest(user.login):
                self.add(self.complaint, self.line(1), user=user)
        for user in (self.first_contact, self.quality, self.auditor):
            with self.subTest(user.login):
                self.assertEqual(line.with_user(user).read(["share"])[0]["share"], 50)
                for change in (
                    lambda user=user: self.add(self.complaint, self.line(1), user=user),
                    lambda user=user: line.with_user(user).write({"share": 1}),
                    line.with_user(user).unlink,
                ):
                    with self.assertRaises(AccessError):
                        change()
        for user in (self.stranger, self.plain_user, self.foreign_manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                line.with_user(user).read(["share"])

    def test_two_companies(self):
        department = self.env["hr.department"].create({"name": "Abroad", "company_id": self.company_2.id})
        with self.refused(UserError, "compan"):
            self.add(self.complaint, self.line(department_id=department.id))

    def test_archived_employee(self):
        """Somebody who has left meanwhile stays liable."""
        line = self.add(self.complaint, self.line(kind="employee"))
        self.employee.active = False
        self.env.invalidate_all()
        self.assertEqual(line.with_user(self.handler).display_name, "Concerned")
        line.with_user(self.handler).share = 50

    # merging

    def merge(self, sources, target):
        sources.with_user(self.handler).merge_into(target.with_user(self.handler))

    def test_merge_two_wholes(self):
        """The target's shares stay, the others stay with their complaint and stand in the trace."""
        source = self.new_complaint()
        kept = self.add(self.complaint, self.line())
        other = self.add(source, self.line(60, "customer"), self.line(40, "employee"))
        self.merge(source, self.complaint)
        self.assertEqual(self.complaint.liability_ids, kept)
        self.assertEqual(source.liability_ids, other)
        trace = " ".join(self.complaint.sudo().message_ids.mapped("body"))
        self.assertIn(f"{source.number}: Liability", trace)
        self.assertIn("Zhang San · 60 % · Misunderstanding", trace)
        self.assertIn("Concerned · 40 % · Our fault", trace)
        self.assertEqual(self.complaint.employee_ids, self.employee)

    def test_merge_into_one_without(self):
        """The first that has shares brings them, with what follows from them."""
        bare, first, second = self.new_complaint(), self.new_complaint(), self.new_complaint()
        lines = self.add(first, self.line(60, "customer"), self.line(40))
        stays = self.add(second, self.line())
        self.merge(bare | first | second, self.complaint)
        self.assertEqual(self.complaint.liability_ids, lines)
        self.assertEqual(second.liability_ids, stays)
        self.assertEqual((self.complaint.our_fault, self.complaint.validity), (True, "valid"))
        self.assertFalse(first.our_fault)
        self.assertTrue(self.complaint.liability_complete)

    def test_import(self):
        number = self.complaint.number
        load = self.Liability.with_user(self.handler).load
        columns = ["complaint_id", "party_kind", "department_id", "share"]
        good = load(columns, [[number, "Department", "Stores", "60"], [number, "Customer", "", "40"]])
        self.assertFalse(good["messages"])
        self.assertTrue(self.complaint.liability_complete)
        self.assertTrue(self.complaint.our_fault)
        bad = load(columns, [[number, "Department", "Stores", "10"]])
        self.assertIn("more than the whole", bad["messages"][0]["message"])

    # cost

    def test_cost_of_the_page(self):
        many = self.new_complaint()
        self.add(self.complaint, self.line(10))
        self.add(
            many,
            *(self.line(1) for _number in range(8)),
            *(self.line(1, "employee") for _number in range(8)),
            *(self.line(1, "customer") for _number in range(8)),
        )
        spec = read_specification(self.env(user=self.handler), "complaint.complaint", "form")
        spec = {fname: spec[fname] for fname in ("liability_ids", "liability_left", "liability_complete")}
        costs = [
            self.cost(lambda complaint=complaint: complaint.with_user(self.handler).web_read(spec))
            for complaint in (self.complaint, many)
        ]
        # The names of employees and of customers are read apart from those of departments.
        self.assertLessEqual(costs[1], costs[0] + 4)

    def test_cost_of_entering(self):
        """Shares of 20 complaints are entered at the cost of those of one."""
        complaints = self.Complaint.with_user(self.handler).create(
            [{"name": "x", "team_id": self.centre.id, "validity": "valid"} for _number in range(20)]
        )

        def enter(count):
            lines = self.Liability.with_user(self.handler).create(
                [{"complaint_id": complaint.id, **self.line(1)} for complaint in complaints[:count]]
            )
            self.env.flush_all()
            return lines

        self.assertEqual(self.cost(lambda: enter(1)), self.cost(lambda: enter(20)))

    def test_new_complaint_pays_nothing(self):
        """Who registers a complaint is not asked for shares."""
        with self.assertLogs("odoo.sql_db", "DEBUG") as logs:
            self.new_complaint()
            self.env.flush_all()
        asked = [line for line in logs.output if 'FROM "complaint_liability"' in line]
        self.assertFalse(asked)
