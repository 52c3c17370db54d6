from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.resolution.remedy_common import RemedyCommon


@tagged("post_install", "-at_install")
class TestCreditNote(RemedyCommon):
    """SO-5: refunds and compensations are carried out by credit notes, to the cent.

    The company has a chart of accounts of its own, as far as invoices need one.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro, cls.dollar = cls.env.ref("base.EUR"), cls.env.ref("base.USD")
        (cls.euro | cls.dollar).active = True
        cls.our_currency = cls.company.currency_id
        cls.other_currency = (cls.euro | cls.dollar) - cls.our_currency
        cls._set_rate(2.0)
        cls.company.account_fiscal_country_id = cls.company.country_id = cls.env.ref("base.be")
        cls.income, cls.allowances, cls.receivable, cls.tax_account = cls.env["account.account"].create(
            [
                {"name": name, "code": code, "account_type": kind}
                for name, code, kind in (
                    ("Sales", "CM4000", "income"),
                    ("Allowances", "CM4100", "income"),
                    ("Customers", "CM1200", "asset_receivable"),
                    ("Tax", "CM2200", "liability_current"),
                )
            ]
        )
        cls.receivable.reconcile = True
        cls.customer.property_account_receivable_id = cls.receivable
        cls.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", cls.company.id)]
        ).active = False
        cls.journal = cls.env["account.journal"].create(
            {"name": "Sales", "code": "CMS", "type": "sale", "default_account_id": cls.income.id}
        )
        group = cls.env["account.tax.group"].create({"name": "VAT"})
        cls.excluded_tax, cls.included_tax, cls.odd_tax = cls.env["account.tax"].create(
            [
                {
                    "name": name,
                    "amount": amount,
                    "price_include_override": include,
                    "tax_group_id": group.id,
                    "country_id": cls.company.country_id.id,
                    "invoice_repartition_line_ids": repartition,
                    "refund_repartition_line_ids": repartition,
                }
                for name, amount, include in (
                    ("21 %", 21, "tax_excluded"),
                    ("13 % within", 13, "tax_included"),
                    ("7.7 %", 7.7, "tax_excluded"),
                )
                for repartition in (
                    [
                        Command.create({"repartition_type": "base", "factor_percent": 100}),
                        Command.create(
                            {
                                "repartition_type": "tax",
                                "factor_percent": 100,
                                "account_id": cls.tax_account.id,
                            }
                        ),
                    ],
                )
            ]
        )
        cls.product = cls.env["product.product"].create({"name": "Heating", "taxes_id": [Command.clear()]})
        cls.accountant = new_test_user(
            cls.env, "accountant", groups="base.group_user,account.group_account_invoice"
        )

    @classmethod
    def _set_rate(cls, rate, day="2020-01-01"):
        """Say how much of the other currency one of ours is."""
        cls.env["res.currency.rate"].search([("name", "=", day)]).unlink()
        cls.other_currency.rate_ids = [
            Command.create({"name": day, "rate": rate * cls.our_currency.rate, "company_id": cls.company.id})
        ]

    def new_invoice(self, *lines, post=True, **vals):
        """Create an invoice of lines (price, tax, further values)."""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "journal_id": self.journal.id,
                "invoice_date": "2026-02-02",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": f"Line {number}",
                            "product_id": self.product.id,
                            "price_unit": price,
                            "tax_ids": [Command.set(tax.ids if tax else [])],
                            **(more[0] if more else {}),
                        }
                    )
                    for number, (price, tax, *more) in enumerate(lines or [(100, None)])
                ],
                **vals,
            }
        )
        if post:
            invoice.action_post()
        return invoice

    def new_refund(self, invoice, amount, solution=None, agree=True):
        remedy = self.new_remedy(self.refund, solution, amount=amount, invoice_id=invoice.id)
        return self.agree(remedy) if agree else remedy

    def check_refund(self, invoice, amount, expected=None):
        remedy = self.new_refund(invoice, amount)
        self.assertFalse(remedy.blocked_reason)
        note = remedy.move_id
        self.assertRecordValues(
            note,
            [
                {
                    "move_type": "out_refund",
                    "state": "draft",
                    "reversed_entry_id": invoice.id,
                    "partner_id": invoice.partner_id.id,
                    "currency_id": invoice.currency_id.id,
                    "amount_total": amount if expected is None else expected,
                }
            ],
        )
        return note

    # refunds

    def test_parts_of_every_kind_of_invoice(self):
        """The total is the refund to the cent; accounts and taxes are those of the lines, in proportion."""
        ex, inc, odd, other = (
            self.excluded_tax,
            self.included_tax,
            self.odd_tax,
            {"account_id": self.allowances.id},
        )
        for lines in (
            [(100, None)],
            [(100, ex)],
            [(100, inc)],
            [(33.33, ex, {"quantity": 3}), (19.99, inc, {"quantity": 7}), (0.07, None, other)],
            [(99.99, odd, {"discount": 12.5, "quantity": 3}), (10, ex | odd), (5, inc, other)],
            [(1000, ex), (-200, ex)],
        ):
            invoice = self.new_invoice(*lines)
            for amount in (0.01, 33.33, 47.11):
                with self.subTest(lines=lines, amount=amount):
                    if amount > invoice.amount_total:
                        continue
                    note = self.check_refund(invoice, amount)
                    taxes = note.invoice_line_ids.tax_ids
                    if amount > 1:
                        self.assertEqual(taxes, invoice.invoice_line_ids.tax_ids)
                        self.assertAlmostEqual(
                            note.amount_tax / note.amount_total,
                            invoice.amount_tax / invoice.amount_total,
                            delta=0.001,
                        )
                        accounts = note.invoice_line_ids.account_id
                        self.assertEqual(accounts, invoice.invoice_line_ids.account_id)
                    note.button_cancel()

    def test_the_whole_invoice(self):
        """All of it gives the invoice's own lines."""
        invoice = self.new_invoice((33.33, self.excluded_tax, {"quantity": 3}), (19.99, self.included_tax))
        note = self.check_refund(invoice, invoice.amount_total)
        self.assertRecordValues(
            note.invoice_line_ids,
            [
                {"name": "Line 0", "quantity": 3, "price_unit": 33.33, "tax_ids": self.excluded_tax.ids},
                {"name": "Line 1", "quantity": 1, "price_unit": 19.99, "tax_ids": self.included_tax.ids},
            ],
        )

    def test_all_that_is_left(self):
        """Several refunds of one invoice never exceed it, and together can be all of it."""
        invoice = self.new_invoice((99.99, self.odd_tax, {"quantity": 3}))
        total = invoice.amount_total
        self.check_refund(invoice, 100)
        solution = self.new_solution()
        remedy = self.new_refund(invoice, total - 99.99, solution, agree=False)
        self.assertRegex(
            remedy._get_faults()[0], rf"Invoice {invoice.name} has .*{total - 100:.2f}.* left to refund"
        )
        remedy.amount = total - 100
        self.assertFalse(remedy._get_faults())
        both = remedy + self.new_refund(invoice, 0.01, solution, agree=False)
        self.assertEqual(len(both._get_faults()), 1, "counted together")
        both[1].unlink()
        self.agree(remedy)
        self.assertAlmostEqual(sum(invoice.reversal_move_ids.mapped("amount_total")), total)

    def test_spoken_for_elsewhere(self):
        """What another solution offers of an invoice is not offered twice."""
        invoice = self.new_invoice((100, None))
        other = self.new_refund(invoice, 60, agree=False)
        remedy = self.new_refund(invoice, 60, agree=False)
        self.assertFalse(remedy._get_faults(), "a draft binds nothing")
        other.solution_id.sudo().write({"state": "offered"})
        self.assertIn("left to refund", remedy._get_faults()[0])
        other.solution_id.sudo().write({"state": "withdrawn"})
        self.assertFalse(remedy._get_faults())

    def test_exceeded_meanwhile(self):
        """The accountants refunded it themselves: the agreement stands, and the reason is told."""
        invoice = self.new_invoice((100, None))
        remedy = self.new_refund(invoice, 60, agree=False)
        invoice._reverse_moves([{"invoice_date": "2026-02-20"}]).action_post()
        self.agree(remedy)
        self.assertEqual((remedy.state, bool(remedy.move_id)), ("open", False))
        self.assertIn("left to refund", remedy.blocked_reason)
        activity = self.activity_of(remedy)
        self.assertIn("could not be made", activity.summary)
        self.assertIn("left to refund", activity.note)

    def test_currency_of_the_invoice(self):
        """The amount is ours; the credit note is the invoice's, at the rate of its day."""
        invoice = self.new_invoice((100, self.excluded_tax), currency_id=self.other_currency.id)
        self._set_rate(4.0, "2026-02-20")
        self.assertEqual(invoice.amount_total, 121)
        self.check_refund(invoice, 20, 40).unlink()
        self.assertEqual(self.new_refund(invoice, 60.5, agree=False)._get_invoice_amount(), 121)
        self._set_rate(1.0, "2020-01-01")
        self._set_rate(0.333, "2026-01-01")
        odd = self.new_invoice((100, None), currency_id=self.other_currency.id)
        ours = self.our_currency.round(100 / odd.invoice_currency_rate)
        note = self.check_refund(odd, ours, 100)
        self.assertEqual(note.invoice_line_ids.quantity, 1)

    def test_faults_of_invoices(self):
        draft = self.new_invoice((100, None), post=False)
        stranger = self.env["res.partner"].create(
            {"name": "Li Si", "property_account_receivable_id": self.receivable.id}
        )
        theirs = self.new_invoice((100, None), partner_id=stranger.id)
        for invoice, pattern in ((draft, "no posted customer invoice"), (theirs, "another customer")):
            self.assertIn(pattern, self.new_refund(invoice, 5, agree=False)._get_faults()[0])
        invoice = self.new_invoice((100, None))
        remedy = self.new_refund(invoice, 5, agree=False)
        self.assertFalse(remedy._get_faults())
        invoice.button_draft()
        self.agree(remedy)
        self.assertIn("no posted customer invoice", remedy.blocked_reason)
        self.assertTrue(remedy.wants_document)
        invoice.action_post()
        remedy.with_user(self.handler).action_make_document()
        self.assertEqual((remedy.move_id.amount_total, remedy.blocked_reason), (5, False))
        self.assertNotIn("could not", self.activity_of(remedy).summary)
        with self.refused(UserError, "credit note already"):
            remedy.with_user(self.handler).action_make_document()

    def test_a_contact_of_the_same_company(self):
        """An invoice of the company is that of its people."""
        firm = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "property_account_receivable_id": self.receivable.id}
        )
        person = self.env["res.partner"].create({"name": "Person", "parent_id": firm.id})
        invoice = self.new_invoice((100, None), partner_id=firm.id)
        complaint = self.new_complaint(nature="complaint", user_id=self.handler.id, partner_id=person.id)
        remedy = self.new_refund(invoice, 5, self.new_solution(complaint), agree=False)
        self.assertFalse(remedy._get_faults())

    def test_invoice_of_the_order(self):
        """The invoice of the order that the complaint is about is proposed."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [Command.create({"product_id": self.product.id, "price_unit": 80})],
            }
        )
        self.product.invoice_policy = "order"
        order.action_confirm()
        invoice = order._create_invoices()
        complaint = self.new_complaint(nature="complaint", user_id=self.handler.id, sale_order_id=order.id)
        solution = self.new_solution(complaint)
        self.assertFalse(self.new_remedy(self.refund, solution, amount=1).invoice_id, "not posted yet")
        invoice.journal_id = self.journal
        invoice.invoice_date = "2026-02-02"
        invoice.action_post()
        remedy = (
            self.Remedy.with_user(self.handler)
            .create({"solution_id": solution.id, "type_id": self.refund.id, "amount": 1})
            .sudo()
        )
        self.assertEqual(remedy.invoice_id, invoice)
        self.assertFalse(self.new_remedy(self.task, solution).invoice_id)

    def test_invoice_named_by_its_number(self):
        """Who may not look into the accounts names the invoice by its number."""
        invoice = self.new_invoice((100, None))
        remedy = self.new_remedy(self.refund, amount=5).with_user(self.handler)
        self.assertFalse(self.env["account.move"].with_user(self.handler).has_access("read"))
        with self.refused(ValidationError, f"Known invoices: {invoice.name}"):
            remedy.invoice_number = "INV/1"
        remedy.invoice_number = f" {invoice.name.lower()} "
        self.assertEqual(remedy.sudo().invoice_id, invoice)
        self.assertEqual(remedy.invoice_number, invoice.name)
        remedy.invoice_number = ""
        self.assertFalse(remedy.sudo().invoice_id)

    # compensations

    def test_compensation(self):
        remedy = self.agree(self.new_remedy(self.compensation, amount=50))
        note = remedy.move_id
        self.assertRecordValues(
            note,
            [
                {
                    "move_type": "out_refund",
                    "state": "draft",
                    "partner_id": self.customer.id,
                    "currency_id": self.our_currency.id,
                    "journal_id": self.journal.id,
                    "amount_total": 50,
                    "amount_tax": 0,
                    "reversed_entry_id": False,
                }
            ],
        )
        self.assertIn(remedy.number, note.invoice_line_ids.name)
        self.assertEqual(note.invoice_line_ids.account_id, self.income)

    def test_compensation_by_product(self):
        """The type's product says account and tax; the customer gets what was promised, tax within."""
        self.product.write(
            {
                "property_account_income_id": self.allowances.id,
                "taxes_id": [Command.set(self.excluded_tax.ids)],
            }
        )
        self.compensation.product_id = self.product
        note = self.agree(self.new_remedy(self.compensation, amount=50)).move_id
        self.assertRecordValues(note, [{"amount_total": 50, "amount_tax": 8.68}])
        self.assertRecordValues(
            note.invoice_line_ids,
            [{"account_id": self.allowances.id, "tax_ids": self.excluded_tax.ids}],
        )

    def test_company_without_accounts(self):
        """The customer's yes is not lost because a company has no sales journal."""
        complaint = self.Complaint.create(
            {
                "name": "Cold",
                "partner_id": self.customer.id,
                "company_id": self.company_2.id,
                "team_id": self.foreign_team.id,
                "user_id": self.foreign_manager.id,
                "nature": "complaint",
            }
        )
        solution = self.new_solution(complaint)
        self.env["account.journal"].search(
            [("company_id", "=", self.company_2.id), ("type", "=", "sale")]
        ).active = False
        remedies = self.new_remedy(self.compensation, solution, amount=50, count=2)
        other = self.new_remedy(solution=solution)
        with mute_logger("odoo.addons.complaint_management.models.resolution.remedy_document"):
            self.agree(remedies + other)
        self.assertEqual(set((remedies + other).mapped("state")), {"open"})
        self.assertTrue(all(remedy.blocked_reason for remedy in remedies))
        self.assertFalse(other.blocked_reason)
        self.assertFalse(remedies.move_id)
        self.env["account.journal"].with_context(active_test=False).search(
            [("company_id", "=", self.company_2.id)]
        ).active = True
        mine = remedies[0].with_user(self.foreign_manager)
        with self.refused(UserError, "write down how"):
            mine.action_done()
        mine.action_done("Paid in cash, receipt 12.")
        self.assertEqual(remedies[0].state, "done")

    def test_two_companies_at_once(self):
        """Each credit note is of the company of its complaint, whichever the user has chosen."""
        env = self.env(context={"allowed_company_ids": self.company_2.ids, "default_move_type": "entry"})
        remedy = self.new_remedy(self.compensation, amount=50)
        self.agree(remedy.with_env(env))
        self.assertEqual(remedy.move_id.company_id, self.company)
        self.assertEqual(remedy.move_id.move_type, "out_refund")

    # what becomes of the credit note

    def test_posted_ticks_off(self):
        """SO-5: posting it ticks the remedy off, taking it back takes that back."""
        remedy = self.agree(self.new_remedy(self.compensation, amount=50))
        with self.refused(UserError, "is a draft"):
            remedy.with_user(self.handler).action_done()
        note = remedy.move_id.with_user(self.accountant)
        note.invoice_date = "2026-03-03"
        with self.at("2026-03-03 10:00"):
            note.action_post()
        self.assertRecordValues(
            remedy,
            [
                {
                    "state": "done",
                    "done_by_id": self.accountant.id,
                    "done_at": self.local("2026-03-03 10:00"),
                    "done_note": note.name,
                }
            ],
        )
        shown = remedy.with_user(self.handler)
        self.assertEqual((shown.move_number, shown.move_state), (note.name, "posted"))
        with self.at("2026-03-04 10:00"):
            note.button_draft()
        self.assertRecordValues(remedy, [{"state": "open", "done_at": False, "done_by_id": False}])
        self.assertEqual(len(self.activity_of(remedy)), 1)
        self.assertIn("not posted any more", remedy.complaint_id.sudo().message_ids[0].body)
        clocks = remedy.sudo().deadline_ids.sorted("round")
        self.assertEqual(clocks.mapped("state"), ["met", "running"])
        with self.at("2026-03-05 10:00"):
            note.action_post()
        self.assertEqual((remedy.state, clocks[1].state), ("done", "met"))
        with self.at("2026-03-06 10:00"):
            note.button_cancel()
        self.assertEqual((remedy.state, remedy.blocked_reason), ("open", "The credit note was cancelled."))
        with self.at("2026-03-06 11:00"):
            remedy.with_user(self.handler).action_make_document()
        self.assertNotEqual(remedy.move_id, note)
        self.assertFalse(remedy.blocked_reason)

    def test_deleted(self):
        """A draft that the accountants delete can be made again."""
        remedy = self.agree(self.new_remedy(self.compensation, amount=50))
        remedy.move_id.with_user(self.accountant).unlink()
        self.assertFalse(remedy.move_id)
        self.assertEqual(remedy.blocked_reason, "The credit note was deleted.")
        self.assertIn("could not be made", self.activity_of(remedy).summary)
        remedy.with_user(self.handler).action_make_document()
        self.assertEqual(remedy.move_id.amount_total, 50)

    def test_cancelled_remedy(self):
        """What is not carried out leaves no draft that somebody could post."""
        remedy = self.agree(self.new_remedy(self.compensation, amount=50))
        note = remedy.move_id
        remedy.with_user(self.handler).action_cancel("They want nothing.")
        self.assertEqual((note.state, remedy.blocked_reason), ("cancel", False))
        remedy.with_user(self.handler).action_take_up()
        self.assertNotEqual(remedy.move_id, note)
        self.assertEqual(remedy.move_id.state, "draft")

    def test_other_documents_cost_nothing_more(self):
        """Posting what belongs to no complaint looks for remedies once, however many are posted."""
        lots = [self.new_invoice((100, None), post=False) for _number in range(6)]
        moves = self.env["account.move"].union(*lots)
        asked = []
        remedy_class = self.env.registry["complaint.remedy"]
        origin = remedy_class.search
        self.patch(
            remedy_class,
            "search",
            lambda records, *args, **kwargs: (asked.append(1), origin(records, *args, **kwargs))[1],
        )
        moves.action_post()
        self.assertEqual(len(asked), 1)
