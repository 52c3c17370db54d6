from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.complaint_management.tests.service.money import MoneyCommon

#: A picture of one pixel.
SIGNATURE = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestAgreement(MoneyCommon):
    """The quotation, the customer's answer, and the gates that wait for it (SV-2, SV-4)."""

    def quoted(self, step="quotation", **vals):
        """Return an order of 50 for a part, in a step."""
        order = self.new_order(nothing_charged=False, **vals)
        self.add(order, self.part, kind="part")
        return self.advance(order, step)

    def test_something_to_do(self):
        """SV-2: the quotation says what is done, or that nothing is charged."""
        order = self.advance(self.new_order(nothing_charged=False), "quotation")
        self.assertRefuses("Nothing Is Charged", order.move_to, "work")
        self.assertIn("Nothing Is Charged", order.missing)
        order.nothing_charged = True
        order.move_to("work")
        question = self.advance(
            self.new_order(nothing_charged=False, type_id=self.consultation.id), "quotation"
        )
        question.move_to("work")

    def test_agreement_before_work(self):
        """SV-2: work that costs something begins when the customer has agreed."""
        order = self.quoted()
        self.assertRefuses("customer's agreement", order.move_to, "work")
        order.action_offer_quotation()
        self.assertRecordValues(
            order,
            [
                {
                    "quotation_state": "offered",
                    "quotation_version": 1,
                    "offered_at": datetime(2026, 3, 2, 8, 0),
                }
            ],
        )
        self.assertRefuses("customer's agreement", order.move_to, "work")
        order.sudo()._agree("portal", "Zhang San", SIGNATURE, order._get_quotation()["version"])
        self.assertRecordValues(
            order,
            [
                {
                    "quotation_state": "agreed",
                    "agreed_amount": 50,
                    "agreed_by": "Zhang San",
                    "agreement_kind": "portal",
                    "agreed_at": datetime(2026, 3, 2, 8, 0),
                }
            ],
        )
        self.assertTrue(order.agreement_signature)
        order.move_to("work")

    def test_free_or_small(self):
        """SV-2: what is small by the company's rule, taxes included, or free needs no agreement."""
        self.part.taxes_id = self.new_tax(10)
        order = self.quoted()
        self.company.complaint_service_agree_limit = 54.99
        self.assertRefuses("customer's agreement", order.move_to, "work")
        self.company.complaint_service_agree_limit = 55
        order.move_to("work")
        self.company.complaint_service_agree_limit = 0
        free = self.quoted()
        free.line_ids.covered = "goodwill"
        free.move_to("work")
        self.assertRefuses("nothing to agree on", free.action_offer_quotation)

    def test_limit_is_in_our_money(self):
        """SV-2: the limit is the company's money, whatever the quotation is in."""
        self.use_pricelist(currency=self.foreign_currency)
        order = self.quoted()
        self.assertEqual(order.amount_charged, 100)
        self.company.complaint_service_agree_limit = 50
        order.move_to("work")

    def test_more_during_work(self):
        """SV-2: what comes up during the work is agreed before the work is left."""
        order = self.quoted()
        order._agree("phone", "Zhang San")
        order.move_to("work")
        more = self.add(order, self.labour, quantity=1)
        self.assertEqual(order.quotation_state, "changed")
        self.assertRefuses("More is charged", order.move_to, "quality")
        more.covered = "goodwill"
        self.assertEqual(order.quotation_state, "agreed", "the customer does not bear it")
        more.covered = "charged"
        order.action_offer_quotation()
        self.assertEqual(order.quotation_version, 2)
        order._agree("paper", "Zhang San", SIGNATURE)
        self.assertEqual(order.agreed_amount, 130)
        order.line_ids[:1].quantity = 0
        self.assertEqual(order.quotation_state, "agreed", "less needs no other agreement")

    def test_page_out_of_date(self):
        """SV-2: nobody agrees to what they were not shown."""
        order = self.quoted()
        order.action_offer_quotation()
        seen = order._get_quotation()["version"]
        line = order.line_ids
        line.quantity = 2
        self.assertEqual(order.quotation_state, "changed")
        for answer in (
            lambda: order.sudo()._agree("portal", "Zhang San", version=seen),
            lambda: order.sudo()._decline("Too much", version=seen),
            lambda: order.sudo()._agree("portal", "Zhang San", version=1),
        ):
            self.assertRefuses("has changed", answer)
        now = order._get_quotation()["version"]
        self.assertRefuses("no quotation that waits", order.sudo()._agree, "portal", "Zhang San", version=now)
        line.quantity = 1
        order.sudo()._agree("portal", "Zhang San", version=seen)
        self.assertRefuses("agreed already", order.sudo()._decline, "Too much", version=seen)

    def test_same_amount_other_work(self):
        """SV-2: another piece of work at the same price is another quotation."""
        order = self.quoted()
        order.action_offer_quotation()
        seen = order._get_quotation()["version"]
        order.line_ids.name = "Something else"
        self.assertRefuses("has changed", order.sudo()._agree, "portal", "Zhang San", version=seen)

    def test_declined(self):
        """SV-2: who said no is not served, however little it costs; the reason is kept."""
        order = self.quoted()
        order.action_offer_quotation()
        self.assertRefuses("Write down why", order._decline, " ")
        order._decline("Too expensive", version=order._get_quotation()["version"])
        self.assertRecordValues(order, [{"quotation_state": "declined", "decline_reason": "Too expensive"}])
        self.company.complaint_service_agree_limit = 1000
        self.assertRefuses("customer's agreement", order.move_to, "work")
        order.line_ids.discount = 50
        order.action_offer_quotation()
        self.assertFalse(order.decline_reason)
        order._agree("phone", "Zhang San")
        order.move_to("work")

    def test_kept(self):
        """SV-2: nobody writes an agreement by hand, and each one stays in the history."""
        order = self.quoted()
        for vals in ({"agreed_amount": 900}, {"quotation_answer": "agreed"}, {"sale_order_id": 1}):
            self.assertRefuses("Only an offer", order.write, vals)
        self.assertRefuses("Enter who agrees", order._agree, "phone", "")
        order._agree("paper", "Zhang San", SIGNATURE)
        message = order.sudo().message_ids.filtered(lambda message: "Agreed by" in message.body)
        self.assertIn("Brake pad", message.body)
        self.assertNotIn("You", message.body, "colleagues read it, not the customer")
        self.assertEqual(len(message.attachment_ids), 1)
        copied = order.copy()
        self.assertEqual((copied.quotation_state, copied.sudo().sale_order_id.id), ("none", False))
        self.assertEqual(copied.amount_charged, 50)

    def test_other_customer(self):
        """SV-2: what one customer has agreed to binds no other."""
        order = self.quoted()
        order._agree("phone", "Zhang San")
        order.partner_id = self.env["res.partner"].create({"name": "Li Si", "phone": "1"})
        self.assertEqual(order.quotation_state, "none")
        self.assertEqual(order.sudo().sale_order_id.state, "draft", "nobody has bought it yet")

    def test_for_the_customer(self):
        """SV-2, SV-6: the customer reads plain words in their language and nothing of our costs."""
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.lang = "de_DE"
        self.cover(labour=True)
        order = self.quoted()
        self.add(order, self.labour, quantity=1.5)
        order.line_ids.filtered(lambda line: line.kind == "part").write({"quantity": 30})
        quotation = order._get_quotation()
        self.assertIn("1.500,00", quotation["amount_total"])
        self.assertEqual([line["covered"] for line in quotation["lines"]], ["charged", "warranty"])
        self.assertEqual(quotation["lines"][0]["quantity"].split()[0], "30")
        self.assertEqual(quotation["lines"][1]["quantity"].split()[0], "1,5")
        self.assertEqual(quotation["lines"][1]["borne"], "Covered by the warranty")
        self.assertIn("0,00", quotation["lines"][1]["total"])
        self.assertFalse({"cost", "unit_cost"} & set(quotation["lines"][0]))
        self.assertFalse(quotation["can_answer"])
        order.action_offer_quotation()
        self.assertTrue(order._get_quotation()["can_answer"])

    def test_who_may(self):
        """OR-1: advisors offer; technicians and readers of the complaint do not."""
        order = self.quoted(complaint_id=self.new_complaint().id)
        for user in (self.technician_user, self.handler, self.other_advisor, self.foreign_manager):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                order.with_user(user).action_offer_quotation()
        order.with_user(self.workshop_manager).action_offer_quotation()

    def test_dialog(self):
        """SV-2: the advisor notes what was said by phone, about what the dialog showed."""
        order = self.quoted()
        Answer = self.env["complaint.service.answer"].with_user(self.advisor)
        with Form(Answer.with_context(default_order_id=order.id)) as form:
            self.assertEqual(form.name, "Zhang San")
            self.assertEqual(form.amount, 50)
        dialog = form.record
        self.add(order, self.part, kind="part")
        self.assertRefuses("changed meanwhile", dialog.action_apply)
        dialog = Answer.create({"order_id": order.id, "name": "Mrs Zhang"})
        dialog.action_apply()
        self.assertRecordValues(
            order, [{"quotation_state": "agreed", "agreed_by": "Mrs Zhang", "agreement_kind": "phone"}]
        )
        other = self.quoted()
        Answer.create({"order_id": other.id, "answer": "declined", "reason": "No"}).action_apply()
        self.assertEqual(other.quotation_state, "declined")
        with self.assertRaises(AccessError):
            Answer.with_user(self.other_advisor).create({"order_id": other.id, "name": "X"}).action_apply()

    def test_ended(self):
        """SV-2: an order that has ended is neither offered nor agreed."""
        order = self.quoted()
        order.action_offer_quotation()
        version = order._get_quotation()["version"]
        order.action_cancel("Called off")
        self.assertRefuses("has ended", order.action_offer_quotation)
        self.assertRefuses("has ended", order.sudo()._agree, "portal", "Zhang San", version=version)
        self.assertFalse(order._get_quotation()["can_answer"])

    def test_import_obeys(self):
        """SV-2: an order that is imported in the middle of the work shows an agreement, too."""
        stage = self.env["complaint.service.stage"].search([("step", "=", "work")], limit=1)
        line = Command.create({"product_id": self.part.id, "kind": "part"})
        with self.assertRaises(UserError) as caught:
            self.new_order(nothing_charged=False, stage_id=stage.id, line_ids=[line])
        self.assertIn("customer's agreement", str(caught.exception))
