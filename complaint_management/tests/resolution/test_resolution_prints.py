from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from odoo.addons.complaint_management.tests.inquiry.test_prints import REFUSALS, PrintsCommon

AGREEMENT = "complaint_management.report_solution_agreement"
LETTER = "complaint_management.report_decision_letter"
PROPOSAL = {"reasonable", "assessment", "offer"}
# The smallest picture there is.
SIGNATURE = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class ResolutionPrintsCommon(PrintsCommon):
    """States are set here, not walked through: how they come about is tested with the solution."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write(
            {"street": "Harbour Road 14", "city": "Bristol", "country_id": cls.env.ref("base.uk").id}
        )
        cls.due = fields.Date.today() + timedelta(days=10)
        cls.refund, cls.repair, cls.training = cls.env["complaint.remedy.type"].create(
            [
                {"name": "Money back", "for_customer": True, "has_amount": True},
                {"name": "Repair anew", "for_customer": True, "has_amount": True},
                {"name": "Lesson for the workshop", "for_customer": False, "has_amount": True},
            ]
        )
        cls.owner = new_test_user(cls.env, "owner", groups="base.group_user", name="Otto Owner")
        cls.approver = new_test_user(cls.env, "approver", groups="base.group_user", name="Ann Approver")

    @classmethod
    def new_solution(cls, case=None, state="offered", **vals):
        """Create a solution with two remedies for the customer and one that is ours alone."""
        case = case or cls.new_case(wanted_outcome="A repair that lasts", name="刹车异响 The brakes squeal")
        Solution = cls.env["complaint.solution"].sudo()
        solution = Solution.create(
            {
                "complaint_id": case.id,
                "reasonable": "partly",
                "assessment": "The repair was done badly.\nThe parts were good.",
                "ground_facts": "Measured on 16 November",
                "ground_law": "Article 37",
                "offer": "We are sorry & mend it <for free>.",
                **{fname: vals.pop(fname) for fname in PROPOSAL & vals.keys()},
                "remedy_ids": [
                    Command.create(
                        {
                            "type_id": kind.id,
                            "amount": amount,
                            "description": f"What exactly: {kind.name}",
                            "user_id": cls.owner.id,
                            "date_due": due,
                            "expected_effect": "Internal effect",
                            "sequence": sequence,
                        }
                    )
                    for sequence, (kind, amount, due) in enumerate(
                        (
                            (cls.refund, 480.10, cls.due),
                            (cls.repair, 19.90, False),
                            (cls.training, 777, cls.due),
                        )
                    )
                ],
            }
        )
        solution.write({"state": state, **vals})
        return solution

    @classmethod
    def decide(cls, case, decision="upheld"):
        case.sudo().write(
            {
                "decision": decision,
                "decision_reason": "The disc was warped.\n\nNobody measured it <at all>.",
                "decided_by_id": cls.handler.id,
                "decided_at": datetime(2024, 3, 5, 10),
                "outcome": "New discs, free of charge",
            }
        )
        return case

    def cells(self, page, table):
        """Return the texts of a table, row by row."""
        return [
            [" ".join(cell.text_content().split()) for cell in row.xpath("./th | ./td")]
            for row in page.xpath(f"//table[@name='{table}']//tr")
        ]

    def money(self, amount, currency):
        return currency.format(amount).replace("\xa0", " ").replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")


@tagged("post_install", "-at_install")
class TestSolutionAgreement(ResolutionPrintsCommon):
    def test_agreement_is_complete(self):
        """SO-4, SO-6: what the complainant agrees to is on the agreement, with a place to sign."""
        solution = self.new_solution(offered_at=datetime(2024, 3, 4, 9), offered_by_id=self.handler.id)
        case = solution.complaint_id
        page = self.render(AGREEMENT, solution, self.handler)
        text = self.text(AGREEMENT, solution, self.handler)
        for part in (
            "Pujiang Cars 浦江汽车",
            case.number,
            "Version: 1",
            "Date: 03/04/2024",
            "Zhang San",
            "刹车异响 The brakes squeal",
            "It has been cold for three days.",
            "A repair that lasts",
            "We find it justified in part.",
            "The repair was done badly. The parts were good.",
            "Facts Measured on 16 November",
            "Law Article 37",
            "We are sorry & mend it <for free>.",
            "I accept this solution.",
            "I do not accept this solution, because:",
        ):
            self.assertIn(part, text)
        currency = self.company.currency_id
        self.assertEqual(
            self.cells(page, "promises"),
            [
                ["What We Do for You"],
                ["What", "Amount", "Until"],
                ["Money back What exactly: Money back", self.money(480.1, currency), f"{self.due:%m/%d/%Y}"],
                ["Repair anew What exactly: Repair anew", self.money(19.9, currency), ""],
                ["Total", self.money(500, currency), ""],
            ],
        )
        signatures = self.cells(page, "signatures")
        self.assertEqual(signatures[0], ["Complainant", "Pujiang Cars 浦江汽车"])
        self.assertEqual(signatures[1:], [["Zhang San", "Handler"], ["Date:", "Date:"]])
        for absent in ("Contract", "Trade Rules", "Accepted", "Declined", "False", "None", "Status:"):
            self.assertNotIn(absent, text)

    def test_agreement_keeps_what_is_internal(self):
        """SO-4: what is ours alone is not on the paper: own remedies, owners, causes, costs, approvers."""
        case = self.new_full()
        solution = self.new_solution(case, proposed_by_id=self.leader.id, refusal="Too dear")
        self.decide(case, "partly").sudo().write({"confidential": True, "complainant_kind": "habitual"})
        solution.remedy_ids.write({"done_note": "By the nephew"})
        for text in (
            self.text(AGREEMENT, solution, self.handler),
            self.text(LETTER, case, self.handler),
        ):
            for absent in (
                "Lesson for the workshop",
                "777",
                "1,277",
                "Otto Owner",
                "Internal effect",
                "No checklist",
                "Nobody measured the disc",
                "62.5",
                "Foreman",
                "Workshop",
                "Andy Adviser",
                "Habitual",
                "Confidential",
                "Too dear",
                "Lena Leader",
                "By the nephew",
                "Talk 11",
            ):
                self.assertNotIn(absent, text)

    def test_demand_without_remedies(self):
        """SO-1: a demand that is refused is answered with reasons, and without an empty table."""
        solution = self.new_solution(state="approved", reasonable="no", offer=False)
        solution.remedy_ids.filtered("for_customer").sudo().unlink()
        solution.state = "approved"
        page = self.render(AGREEMENT, solution, self.handler)
        self.assertFalse(page.xpath("//table[@name='promises' or @name='offer']"))
        self.assertIn("We do not find it justified.", self.text(AGREEMENT, solution, self.handler))

    def test_only_what_was_approved(self):
        """SO-3: nothing is printed for a customer before it is approved; all that is not is named at once."""
        approved = self.new_solution(state="approved")
        self.assertIn("I accept this solution.", self.text(AGREEMENT, approved, self.handler))
        draft, submitted, taken_back = (
            self.new_solution(state=state) for state in ("draft", "submitted", "withdrawn")
        )
        with self.assertRaises(UserError) as caught:
            self.render(AGREEMENT, approved | draft | submitted | taken_back, self.handler)
        message = str(caught.exception)
        for solution, status in (
            (draft, "Draft"),
            (submitted, "Waits for approval"),
            # It never came to the complainant's knowledge.
            (taken_back, "Withdrawn"),
        ):
            self.assertIn(f"- {solution.display_name}: {status}\n", message)
        self.assertNotIn(approved.display_name, message)
        self.assertIn("Submit the solution for approval", message)

    def test_answers(self):
        """SO-4, SO-6: what became of the offer is on the paper, and what is over says so at its head."""
        answered = {"offered_at": datetime(2024, 3, 4, 9), "answered_at": datetime(2024, 3, 6, 9)}
        for state, vals, line, over in (
            ("accepted", {"answer": "accepted"}, "Accepted on 03/06/2024", False),
            ("declined", {"answer": "declined"}, "Declined on 03/06/2024", True),
            ("declined", {"answer": "none"}, "We received no answer.", True),
            (
                "withdrawn",
                {"answer": "accepted", "changed_at": datetime(2024, 3, 9, 9)},
                "This proposal was withdrawn on 03/09/2024",
                True,
            ),
        ):
            with self.subTest(state=state, **vals):
                solution = self.new_solution(state=state, **answered, **vals)
                solution.remedy_ids.sudo().write({"state": "cancelled"} if over else {})
                page = self.render(AGREEMENT, solution, self.handler)
                self.assertEqual(self.cells(page, "answer"), [["Your Answer"], [line]])
                label = dict(solution._fields["state"].selection)[state]
                title = page.xpath("//div[hasclass('o_title')]")[0].text_content().split()
                self.assertEqual(title, ["Solution", "Agreement", *([label] if over else [])])
                # What was offered stays on the paper; there is nothing to sign any more.
                self.assertEqual(len(self.cells(page, "promises")), 5)
                self.assertEqual(bool(page.xpath("//table[@name='signatures']")), not over)

    def test_signature(self):
        """SO-6: a signature given on the screen is printed, with who gave it and when."""
        solution = self.new_solution(
            state="accepted",
            answer="accepted",
            answered_at=datetime(2024, 3, 6, 9),
            signature=SIGNATURE,
            signed_by="Zhang Wei",
            signed_on=datetime(2024, 3, 6, 9, 30),
        )
        page = self.render(AGREEMENT, solution, self.handler)
        (picture,) = page.xpath("//table[@name='signatures']//img/@src")
        self.assertEqual(picture, f"data:image/png;base64,{SIGNATURE.decode()}")
        signed = self.cells(page, "signatures")
        self.assertEqual(signed[1][0], "Zhang Wei")
        self.assertEqual(signed[2][0], "Date: 03/06/2024 09:30 AM")

    def test_two_currencies(self):
        """SO-2: money is shown as the customer counts it, beside ours; what stands there adds up."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "pricelist_id": self.env["product.pricelist"]
                .create({"name": "Euro", "currency_id": euro.id})
                .id,
            }
        )
        solution = self.new_solution(self.new_case(sale_order_id=order.id), customer_rate=0.3)
        own = self.company.currency_id
        rows = self.cells(self.render(AGREEMENT, solution, self.handler), "promises")
        self.assertEqual(
            [row[1] for row in rows[2:]],
            [
                f"{self.money(theirs, euro)} {self.money(ours, own)}"
                for theirs, ours in ((144.03, 480.1), (5.97, 19.9), (150, 500))
            ],
        )

    def test_short_texts(self):
        """SO-4: of a long story as much is printed as tells which case it is; our own words are all there."""
        case = self.new_case(description="word " * 300 + "END", wanted_outcome="字" * 900)
        solution = self.new_solution(case, assessment="because " * 400 + "END")
        page = self.render(AGREEMENT, solution, self.handler)
        rows = {row[0]: row[-1] for row in self.cells(page, "complaint")}
        self.assertEqual(rows["What Happened"], "word " * 119 + "word …")
        self.assertEqual(rows["What You Asked for"], "字" * 600 + " …")
        self.assertIn("because END", dict(row for row in self.cells(page, "judgement")[1:])["Reasons"])

    def test_who_prints_agreements(self):
        """OR-2, SO-3: those who work on complaints and read the case, and who was asked to approve."""
        solution = self.new_solution(state="approved")
        case = solution.complaint_id
        self.new_sheet(case)
        approval = self.env["complaint.approval"].sudo().create({"solution_id": solution.id})
        approval._ask(self.approver)
        approval.state = "approved"
        solution.remedy_ids.state = "open"
        for user in (
            self.handler,
            self.colleague,
            self.manager,
            self.quality,
            self.auditor,
            self.approver,
        ):
            with self.subTest(user.login):
                self.assertIn(case.number, self.text(AGREEMENT, solution, user))
        refused = (self.foreman, self.owner, self.plain_user, self.stranger, self.foreign_manager)
        with mute_logger(*REFUSALS):
            for user in refused:
                with self.subTest(user.login), self.assertRaises(AccessError):
                    self.render(AGREEMENT, solution, user)
            other = self.new_solution(state="approved")
            with self.assertRaises(AccessError):
                self.render(AGREEMENT, solution | other, self.approver)
            case.sudo().confidential = True
            with self.assertRaises(AccessError):
                self.render(AGREEMENT, solution, self.colleague)
            self.adviser.user_id = self.quality
            case.sudo().employee_ids = self.adviser
            with self.assertRaises(AccessError):
                self.render(AGREEMENT, solution, self.quality)


@tagged("post_install", "-at_install")
class TestDecisionLetter(ResolutionPrintsCommon):
    def test_letter_is_complete(self):
        """X-5: decision, reasons, remedies, date and where to turn next are in the letter."""
        solution = self.new_solution(self.new_full(), state="accepted")
        case = self.decide(solution.complaint_id)
        refund, repair, training = solution.remedy_ids
        (repair | training).write({"state": "open", "agreed_at": fields.Datetime.now()})
        refund.write({"state": "done", "done_at": datetime(2024, 3, 18, 9)})
        page = self.render(LETTER, case, self.handler)
        text = self.text(LETTER, case, self.handler)
        address = [line.text_content() for line in page.xpath("//div[@name='address']/div")]
        self.assertEqual(address, ["Zhang San", "Harbour Road 14", "Bristol", "United Kingdom"])
        for part in (
            "Pujiang Cars 浦江汽车",
            case.number,
            "Date: 03/05/2024",
            "Your Reference: HOTLINE-12345",
            "刹车异响 The brakes squeal again",
            "On Behalf of: Zhang Senior",
            "Dear Zhang San,",
            f"Thank you for your complaint of {case.received_at:%m/%d/%Y}.",
            "Your complaint is upheld.",
            "Reasons The disc was warped. Nobody measured it <at all>.",
            "Outcome New discs, free of charge",
            "If You Do Not Agree You can ask us to look at your complaint once more",
            "consumer association",
            "We are sorry for the trouble you had",
            f"Yours sincerely, {case.team_id.name} Pujiang Cars 浦江汽车",
        ):
            self.assertIn(part, text)
        self.assertEqual(
            [(row[0], row[2]) for row in self.cells(page, "promises")[1:]],
            [
                ("What", "Status"),
                ("Money back What exactly: Money back", "Done on 03/18/2024"),
                ("Repair anew What exactly: Repair anew", "To be done"),
                ("Total", ""),
            ],
        )
        repair.date_due = self.due
        self.assertIn(f"To be done by {self.due:%m/%d/%Y}", self.text(LETTER, case, self.handler))
        for absent in ("False", "None", "Status:"):
            self.assertNotIn(absent, text)

    def test_decisions(self):
        """X-5: each decision has words of its own, and no regret is shown where none is due."""
        case = self.new_case()
        for decision, line, closing in (
            ("upheld", "Your complaint is upheld.", "We are sorry"),
            ("partly", "Your complaint is upheld in part.", "We are sorry"),
            ("not_upheld", "Your complaint is not upheld.", "ask for your understanding"),
        ):
            with self.subTest(decision):
                page = self.render(LETTER, self.decide(case, decision), self.handler)
                (box,) = page.xpath("//p[@name='decision']")
                self.assertEqual(box.text_content().strip(), line)
                text = self.text(LETTER, case, self.handler)
                self.assertEqual("We are sorry" in text, closing == "We are sorry")
                self.assertIn(closing, text)

    def test_letter_needs_a_decision(self):
        """X-5: without a decision there is no letter, and it is said what to do."""
        decided, case, other = self.decide(self.new_case()), self.new_case(), self.new_case()
        with self.assertRaises(UserError) as caught:
            self.render(LETTER, decided | case | other, self.handler)
        message = str(caught.exception)
        for complaint, named in ((decided, False), (case, True), (other, True)):
            self.assertEqual(f"- {complaint.display_name}\n" in message, named)
        self.assertIn("Record whether the complaint is upheld", message)

    def test_remedies_in_the_letter(self):
        """X-5, CL-2: of the remedies those are told that were agreed on in this round and not given up."""
        solution = self.new_solution(self.new_full(), state="offered")
        case, (refund, repair, _training) = self.decide(solution.complaint_id), solution.remedy_ids
        self.assertFalse(self.cells(self.render(LETTER, case, self.handler), "promises"))
        repair.state, refund.state = "open", "cancelled"
        text = self.text(LETTER, case, self.handler)
        self.assertIn("Repair anew", text)
        self.assertNotIn("Money back", text)
        case.sudo().reopen_count = 1
        self.assertNotIn("Repair anew", self.text(LETTER, case, self.handler))

    def test_where_to_turn_next(self):
        """X-5: a company writes in its own words, in each language, where to turn next."""
        self.env["res.lang"]._activate_lang("zh_CN")
        case = self.decide(self.new_case())
        self.company.complaint_next_instance = "Ask our ombudsman <by phone>.\nOr the city & its court."
        self.company.with_context(lang="zh_CN").complaint_next_instance = "请联系监察员。"
        text = self.text(LETTER, case, self.handler)
        self.assertIn("If You Do Not Agree Ask our ombudsman <by phone>. Or the city & its court.", text)
        self.assertNotIn("consumer association", text)
        self.customer.lang = "zh_CN"
        self.assertIn("请联系监察员。", self.text(LETTER, case, self.handler))
        form = self.env["res.config.settings"].create({"complaint_next_instance": "Somewhere else"})
        form.execute()
        self.assertEqual(self.company.complaint_next_instance, "Somewhere else")

    def test_without_a_contact(self):
        """X-5: a complainant of whom only a name is known gets a letter, and one without a name, too."""
        case = self.decide(self.new_case(partner_id=False, partner_name="Mr. Long", partner_phone="1"))
        self.assertIn("Dear Mr. Long,", self.text(LETTER, case, self.handler))
        case.partner_name = False
        text = self.text(LETTER, case, self.handler)
        self.assertIn("Dear Customer,", text)
        self.assertNotIn("False", text)

    def test_company_of_the_complainant(self):
        """X-5: somebody at a company gets the letter there."""
        works = self.env["res.partner"].create({"name": "Steel Works", "is_company": True})
        self.customer.parent_id = works
        page = self.render(LETTER, self.decide(self.new_case()), self.handler)
        lines = [line.text_content() for line in page.xpath("//div[@name='address']/div")]
        self.assertEqual(lines[:2], ["Steel Works", "Zhang San"])

    @mute_logger(*REFUSALS)
    def test_who_prints_letters(self):
        """OR-2: letters are for those who work on complaints and read the case."""
        case = self.decide(self.new_full())
        self.new_sheet(case)
        for user in (self.first_contact, self.handler, self.manager, self.quality, self.auditor):
            with self.subTest(user.login):
                self.assertIn(case.number, self.text(LETTER, case, user))
        for user in (self.foreman, self.plain_user, self.stranger, self.foreign_manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.render(LETTER, case, user)
        case.with_user(self.manager).confidential = True
        with self.assertRaises(AccessError):
            self.render(LETTER, case, self.colleague)


@tagged("post_install", "-at_install")
class TestResolutionPrints(ResolutionPrintsCommon):
    def test_language_of_the_customer(self):
        """X-5, SO-4: each page is in the language of its reader, whoever prints; else in the printer's."""
        for code in ("zh_CN", "ar_001"):
            self.env["res.lang"]._activate_lang(code)
        for name, source, target in (
            ("solution_agreement", "Solution Agreement", "协议测试"),
            ("decision_letter", "Your complaint is upheld.", "成立测试"),
        ):
            view = self.env.ref(f"complaint_management.{name}")
            view.update_field_translations("arch_db", {"zh_CN": {source: target}})
        self.refund.with_context(lang="zh_CN").name = "退款测试"
        chinese, arab = (
            self.env["res.partner"].create({"name": name, "lang": code, "email": "x@example.com"})
            for name, code in (("张丽华", "zh_CN"), ("ليلى", "ar_001"))
        )
        solutions = self.env["complaint.solution"].union(
            *(
                self.new_solution(self.new_case(partner_id=partner.id), state="accepted")
                for partner in (chinese, arab, self.customer)
            )
        )
        solutions.remedy_ids.state = "open"
        self.decide(solutions.complaint_id)
        reader = new_test_user(
            self.env, "reader", groups="complaint_management.group_complaint_manager", lang="zh_CN"
        )
        for report, records, words in (
            (AGREEMENT, solutions, ("协议测试", "Solution Agreement")),
            (LETTER, solutions.complaint_id, ("成立测试", "Your complaint is upheld.")),
        ):
            # The customer has no language of their own: that of who prints.
            self.customer.lang = False
            for user, last in ((self.handler, 1), (reader, 0)):
                page = self.render(report, records, user)
                pages = {
                    part.xpath(".//td[hasclass('o_number')]//strong")[0].text_content(): part
                    for part in page.xpath("//div[hasclass('o_complaint_print')]")
                }
                parts = [pages[number] for number in solutions.complaint_id.mapped("number")]
                langs = ["zh-CN", "ar-001", ("zh-CN", "en-US")[last]]
                self.assertEqual([part.get("lang") for part in parts], langs)
                self.assertEqual([part.get("dir") for part in parts], ["ltr", "rtl", "ltr"])
                for part, word in zip(parts, (words[0], words[1], words[last]), strict=True):
                    self.assertIn(word, part.text_content())
                self.assertIn("退款测试", parts[0].text_content())
                self.assertIn("Money back", parts[1].text_content())

    def test_language_that_was_left(self):
        """X-5: of a language that the company has given up, the printer's is taken."""
        lang = self.env["res.lang"]._activate_lang("zh_CN")
        self.customer.lang = "zh_CN"
        case = self.decide(self.new_case())
        self.env.cr.execute("UPDATE res_lang SET active = FALSE WHERE id = %s", [lang.id])
        self.env.registry.clear_cache("stable")
        self.assertIn("Your complaint is upheld.", self.text(LETTER, case, self.handler))

    def test_print_menu(self):
        """OR-2: each user is offered the prints they may make."""
        for user, letters in (
            (self.first_contact, 1),
            (self.auditor, 1),
            (self.quality, 1),
            (self.approver, 0),
        ):
            Actions = self.env["ir.actions.actions"].with_user(user)
            for model, report, number in (
                ("complaint.complaint", LETTER, letters),
                ("complaint.solution", AGREEMENT, 1),
            ):
                offered = Actions.get_bindings(model).get("report", ())
                names = self.Report.sudo().browse(action["id"] for action in offered).mapped("report_name")
                self.assertEqual(names.count(report), number, (user.login, report))

    def test_file_names(self):
        """X-5: files are named after the complaint, without signs that no file may have."""
        solution = self.new_solution()
        case = solution.complaint_id
        self.env.flush_all()
        self.env.cr.execute("UPDATE complaint_complaint SET number = %s WHERE id = %s", ["A/2024/7", case.id])
        self.env.invalidate_all()
        for name, record, expected in (
            ("action_report_decision_letter", case, "A-2024-7"),
            ("action_report_solution_agreement", solution, "A-2024-7-1"),
        ):
            action = self.env.ref(f"complaint_management.{name}")
            self.assertEqual(safe_eval(action.print_report_name, {"object": record}), expected)

    def count(self, report, records, user):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.Report.with_user(user)._render_qweb_html(report, records.ids)
        return self.env.cr.sql_log_count - before

    def test_query_counts(self):
        """X-5, SO-4: twenty prints cost the queries of one."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        partners = self.env["res.partner"].create(
            [
                {
                    "name": f"Customer {number}",
                    "email": f"{number}@example.com",
                    "city": "Bristol",
                    "country_id": self.env.ref("base.uk").id,
                    "parent_id": self.env["res.partner"].create({"name": f"Works {number}"}).id,
                }
                for number in range(20)
            ]
        )
        partners.property_product_pricelist = pricelist
        solutions = self.env["complaint.solution"].union(
            *(
                self.new_solution(self.new_case(partner_id=partner.id), signature=SIGNATURE)
                for partner in partners
            )
        )
        solutions.remedy_ids.state = "open"
        approvals = self.env["complaint.approval"].sudo()
        for solution in solutions:
            approvals.create({"solution_id": solution.id})._ask(self.approver)
        cases = self.decide(solutions.complaint_id)
        for report, records, user in (
            (AGREEMENT, solutions, self.handler),
            (AGREEMENT, solutions, self.approver),
            (LETTER, cases, self.handler),
        ):
            with self.subTest(report=report, user=user.login):
                self.count(report, records[:1], user)
                one, many = self.count(report, records[:1], user), self.count(report, records, user)
                self.assertEqual(one, many)
                self.assertLessEqual(one, 45)


@tagged("post_install", "-at_install")
class TestResolutionFiles(ResolutionPrintsCommon, HttpCase):
    """The files themselves, by the program that makes them."""

    def test_files(self):
        """X-5, SO-4: several records are one file, each on pages of its own, with Chinese characters."""
        solutions = self.new_solution() | self.new_solution()
        cases = self.decide(solutions.complaint_id)
        for report, records in ((AGREEMENT, solutions), (LETTER, cases)):
            pages = self.pdf(report, records, self.handler)
            self.assertEqual(len(pages), 2)
            for page, case in zip(pages, cases, strict=True):
                self.assertIn(case.number, page)
                self.assertIn("刹车异响", page)
                self.assertIn("What exactly: Repair anew" if report == AGREEMENT else "Yours sincerely", page)

    def test_what_stays_together(self):
        """SO-4, X-5: wherever a page ends, no remedy is torn, and no heading, sum or signature is left."""
        solution = self.new_solution(state="draft")
        case = self.decide(solution.complaint_id)
        remedies_sudo = solution.remedy_ids.sudo()
        remedies_sudo.write({"state": "open", "description": "Begins here\nin between\nends here"})
        places = set()
        for lines in range(14, 62, 6):
            text = "\n".join(f"Line {number}" for number in range(lines))
            solution.write({"state": "draft"})
            solution.write({"assessment": text})
            solution.write({"state": "offered"})
            case.sudo().decision_reason = text
            for report, record, together in (
                (AGREEMENT, solution, ("Your Answer", "Complainant", "Printed on")),
                (LETTER, case, ("Yours sincerely", case.team_id.name)),
            ):
                pages = self.pdf(report, record, self.handler)
                for page in pages:
                    self.assertEqual(page.count("Begins here"), page.count("ends here"))
                for words in (
                    ("What We Do for You", "Money back"),
                    ("Repair anew", "Total"),
                    together,
                ):
                    found = [index for index, page in enumerate(pages) if all(word in page for word in words)]
                    self.assertTrue(found, (report, lines, words, pages))
                    places.add((report, words[0], found[-1]))
        # It has been at the end of a page, and behind it.
        for report, words in (
            (AGREEMENT, ("What We Do for You", "Repair anew", "Your Answer")),
            (LETTER, ("What We Do for You", "Repair anew", "Yours sincerely")),
        ):
            for word in words:
                self.assertLessEqual({(report, word, 0), (report, word, 1)}, places)

    @mute_logger("odoo.http", *REFUSALS)
    def test_address(self):
        """OR-2: the address of a print gives nobody what they may not read."""
        solution = self.new_solution(state="approved")
        case = self.decide(solution.complaint_id)
        draft = self.new_solution(state="draft")
        self.new_sheet(case)
        for user, report, record, readable in (
            (self.handler, AGREEMENT, solution, True),
            (self.handler, AGREEMENT, draft, False),
            (self.foreman, AGREEMENT, solution, False),
            (self.stranger, AGREEMENT, solution, False),
            (self.handler, LETTER, case, True),
            (self.handler, LETTER, draft.complaint_id, False),
            (self.foreman, LETTER, case, False),
        ):
            for kind in ("html", "text", "pdf"):
                with self.subTest(user=user.login, report=report, kind=kind):
                    self.authenticate(user.login, user.login)
                    response = self.url_open(f"/report/{kind}/{report}/{record.id}")
                    self.assertEqual(response.status_code == 200, readable)
                    self.assertEqual(case.number.encode() in response.content, readable)
