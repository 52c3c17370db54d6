import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FACTS, ResolutionCommon


@tagged("post_install", "-at_install")
class TestSolution(ResolutionCommon):
    """The way of a solution, from the first line to the answer (SO-1 to SO-4)."""

    def test_whole_way(self):
        """SO-3, SO-4: nothing is offered before it is approved; accepted, its remedies begin."""
        self.new_rule()
        solution = self.new_solution(amounts=(300, 200))
        self.assertEqual((solution.version, solution.amount_total), (1, 500))
        with self.assertRaisesRegex(UserError, "stands at “Draft”"):
            self.offer(solution)
        solution.action_submit()
        self.assertEqual((solution.state, self.waiting(solution)), ("submitted", self.leader))
        with self.assertRaisesRegex(UserError, "Waits for approval"):
            self.offer(solution)
        self.approve(solution, self.leader)
        self.assertEqual(solution.state, "approved")
        self.assertTrue(solution.approved_at)
        self.offer(solution)
        self.assertEqual(solution.state, "offered")
        self.assertTrue(solution.complaint_id.pause_ids.filtered(lambda pause: not pause.stop))
        self.assertEqual(solution.complaint_id.contact_ids[0].purpose, "agreement")
        solution.action_accept("That is fine.", kind="call")
        self.assertEqual((solution.state, solution.answer), ("accepted", "accepted"))
        self.assertFalse(solution.complaint_id.pause_ids.filtered(lambda pause: not pause.stop))
        self.assertEqual(set(solution.remedy_ids.mapped("state")), {"open"})

    def test_without_rule(self):
        """SO-3: where no rule asks for an approval, it is approved at once, and the chatter says so."""
        solution = self.new_solution()
        solution.action_submit()
        self.assertEqual(solution.state, "approved")
        self.assertIn("No rule asks", solution.message_ids[0].body)

    def test_incomplete(self):
        """SO-1: everything that is missing is named in one message."""
        solution = self.Solution.with_user(self.handler).create({"complaint_id": self.new_solved_case().id})
        with self.assertRaises(UserError) as refusal:
            solution.action_submit()
        self.assertEqual(
            str(refusal.exception).splitlines()[1:],
            [
                "- Say whether the demand is reasonable.",
                "- Write down why you judge the demand so.",
                "- Name at least one ground: facts, contract, trade rules or law.",
            ],
        )
        solution.write(FACTS)
        with self.assertRaisesRegex(UserError, "at least one remedy"):
            solution.action_submit()
        solution.reasonable = "no"
        solution.action_submit()
        self.assertEqual(solution.state, "approved")

    def test_blank_words_are_none(self):
        solution = self.new_solution(assessment="   ", ground_contract="\n")
        with self.assertRaisesRegex(UserError, "(?s)why you judge.*at least one ground"):
            solution.action_submit()

    def test_declined_twice(self):
        """SO-4: every version and answer is kept; the third one is accepted."""
        solution = self.new_solution(amounts=(100,))
        complaint = solution.complaint_id
        for number, amount in ((1, 200), (2, 400)):
            self.assertEqual(solution.version, number)
            solution.action_submit()
            self.offer(solution)
            solution.action_decline("That is too little.", kind="call")
            with self.assertRaisesRegex(UserError, "Declined"):
                solution.write({"assessment": "Anything"})
            action = solution.action_new_version()
            solution = self.Solution.with_user(self.handler).browse(action["res_id"])
            solution.remedy_ids.filtered("amount").amount = amount
        solution.action_submit()
        self.offer(solution)
        solution.action_accept()
        self.assertEqual(
            [(version.version, version.state, version.amount_total) for version in complaint.solution_ids],
            [(3, "accepted", 400), (2, "declined", 200), (1, "declined", 100)],
        )
        self.assertEqual(
            complaint.solution_ids.mapped("answer_reason"),
            [False, "That is too little.", "That is too little."],
        )

    def test_one_at_a_time(self):
        solution = self.new_solution()
        with self.assertRaisesRegex(UserError, "still being worked on"):
            self.new_solution(solution.complaint_id)

    def test_revise_only_the_latest(self):
        solution = self.new_solution()
        solution.action_submit()
        self.offer(solution)
        solution.action_decline("No.")
        solution.action_new_version()
        with self.assertRaisesRegex(UserError, "later version"):
            solution.action_new_version()

    def test_change_after_approval(self):
        """SO-3: a change of the amount after approval starts it again; so does one while it waits."""
        self.new_rule()
        solution = self.new_solution()
        for approve in (False, True):
            solution.action_submit()
            if approve:
                self.approve(solution, self.leader)
            solution.remedy_ids.filtered("amount").write({"amount": 301 + approve})
            self.assertEqual(solution.state, "draft", "a change of the amount")
            self.assertIn("approved again", solution.refusal)
            self.assertFalse(self.waiting(solution))
            with self.assertRaises(UserError):
                self.offer(solution)
        # Beside the amount: another remedy, one less, other words.
        for vals in (
            {"remedy_ids": [(0, 0, {"type_id": self.apology.id})]},
            {"remedy_ids": [(2, solution.remedy_ids[0].id)]},
            {"offer": "Much more than was approved"},
        ):
            solution.action_submit()
            self.approve(solution, self.leader)
            solution.write(vals)
            self.assertEqual(solution.state, "draft", vals)
        # Whose work it is and until when is no other promise.
        solution.action_submit()
        self.approve(solution, self.leader)
        solution.remedy_ids[0].user_id = self.colleague
        self.assertEqual(solution.state, "approved")

    def test_offered_stays(self):
        solution = self.new_solution()
        solution.action_submit()
        self.offer(solution)
        with self.assertRaises(UserError):
            solution.remedy_ids[0].amount = 1
        with self.assertRaises(UserError):
            solution.remedy_ids[0].unlink()
        with self.assertRaises(UserError):
            solution.write({"remedy_ids": [(0, 0, {"type_id": self.apology.id})]})
        self.assertEqual(solution.amount_total, 300)

    def test_refused(self):
        """SO-3: a refusal needs a reason and sends the proposal back."""
        self.new_rule()
        solution = self.new_solution()
        solution.action_submit()
        approval = solution.approval_ids.with_user(self.leader)
        for reason in ("", "  ", False):
            with self.assertRaisesRegex(UserError, "reason"):
                approval.action_refuse(reason)
        approval.action_refuse("Too much for a scratch.")
        self.assertEqual((solution.state, approval.state), ("draft", "refused"))
        self.assertIn("Too much", solution.refusal)
        self.assertEqual(solution.activity_ids.user_id, self.handler)
        solution.action_submit()
        self.assertFalse(solution.refusal)
        self.assertEqual(self.waiting(solution), self.leader)

    def test_taken_back(self):
        self.new_rule()
        solution = self.new_solution()
        solution.action_submit()
        solution.action_withdraw_request("I forgot the invoice.")
        self.assertEqual(solution.state, "draft")
        with self.assertRaisesRegex(UserError, "not needed any more"):
            solution.approval_ids.with_user(self.leader).action_approve()

    def test_withdrawn(self):
        """SO-4: what was offered is withdrawn with a reason; the answer comes too late and is told why."""
        solution = self.new_solution()
        solution.action_submit()
        self.offer(solution)
        solution.action_withdraw("The part is not made any more.")
        self.assertEqual(
            (solution.state, solution.withdraw_reason), ("withdrawn", "The part is not made any more.")
        )
        self.assertEqual(set(solution.remedy_ids.mapped("state")), {"cancelled"})
        self.assertFalse(solution.complaint_id.pause_ids.filtered(lambda pause: not pause.stop))
        with self.assertRaisesRegex(UserError, "Withdrawn"):
            solution.action_accept()

    def test_stand_by(self):
        """SO-4: a leader decides that the work goes on; what is ours alone is done all the same."""
        complaint = self.new_solved_case()
        solution = self.new_solution(complaint)
        solution.write({"remedy_ids": [(0, 0, {"type_id": self.training.id, "description": "How to pack"})]})
        solution.action_submit()
        self.offer(solution)
        solution.action_decline("Never.")
        with self.assertRaisesRegex(AccessError, "Leader"):
            solution.action_stand_by("It is more than the law asks for.")
        with self.assertRaisesRegex(UserError, "reason"):
            solution.with_user(self.leader).action_stand_by(" ")
        solution.with_user(self.leader).action_stand_by("It is more than the law asks for.")
        self.assertTrue(solution.final)
        states = {remedy.type_id: remedy.state for remedy in solution.remedy_ids}
        self.assertEqual(states[self.training], "open")
        self.assertEqual(states[self.taking_back], "cancelled")

    def test_no_answer(self):
        solution = self.new_solution()
        solution.action_submit()
        self.offer(solution)
        solution.with_user(self.manager).action_stand_by("We called five times.")
        self.assertEqual((solution.state, solution.answer), ("declined", "none"))

    def test_by_hand(self):
        """SO-3: nobody goes round the approval by writing the fields that it sets."""
        solution = self.new_solution()
        for vals in (
            {"state": "approved"},
            {"approved_at": "2026-01-01 00:00:00"},
            {"answer": "accepted"},
            {"final": True},
            {"version": 9},
            {"complaint_id": self.new_solved_case().id},
        ):
            with self.assertRaises(UserError, msg=vals):
                solution.write(vals)
        with self.assertRaises(UserError):
            self.Solution.with_user(self.handler).create(
                {"complaint_id": self.new_solved_case().id, **FACTS, "state": "approved"}
            )
        with self.assertRaises(AccessError):
            self.env["complaint.approval"].with_user(self.handler).create(
                {"solution_id": solution.id, "state": "approved"}
            )
        defaulted = (
            self.Solution.with_user(self.handler)
            .with_context(default_state="approved")
            .create({"complaint_id": self.new_solved_case().id, **FACTS})
        )
        self.assertEqual(defaulted.state, "draft")

    def test_signature(self):
        """SO-6: who signed and when is kept with the version."""
        solution = self.new_solution()
        solution.action_submit()
        self.offer(solution)
        solution.action_accept(name="Zhang San", signature=base64.b64encode(b"a drawing"))
        self.assertTrue(solution.signature)
        self.assertEqual(solution.signed_by, "Zhang San")
        self.assertTrue(solution.signed_on)

    def test_submitted_is_record(self):
        solution = self.new_solution()
        solution.action_submit()
        with self.assertRaisesRegex(UserError, "part of the record"):
            solution.unlink()
        draft = self.new_solution()
        draft.unlink()
        self.assertFalse(draft.exists())

    def test_end_of_the_case(self):
        """A cancelled complaint takes its proposals along, with the reason."""
        self.new_rule()
        solution = self.new_solution()
        solution.action_submit()
        complaint = solution.complaint_id
        complaint.action_cancel("Withdrawn by the customer.")
        self.assertEqual(
            (solution.state, solution.withdraw_reason), ("withdrawn", "Withdrawn by the customer.")
        )
        self.assertEqual(solution.approval_ids.state, "cancelled")
        self.assertFalse(solution.activity_ids)
        with self.assertRaisesRegex(UserError, "has ended"):
            self.new_solution(complaint)

    def test_new_round(self):
        """CL-2: opened again, the complaint needs another solution; the former stays as it was."""
        solution = self.new_solution()
        solution.action_submit()
        self.offer(solution)
        solution.action_accept()
        complaint = solution.complaint_id
        complaint.sudo().remedy_ids.write({"state": "done"})
        complaint.action_cancel("Entered twice.")
        complaint.action_reopen("It was not twice.", "solution")
        self.assertFalse(complaint._has_solution("judged"))
        second = self.new_solution(complaint)
        self.assertEqual((second.version, second.round, solution.state), (2, 1, "accepted"))

    def test_merge(self):
        """IN-9: versions of both are kept, in one row; only one of them goes on."""
        kept, merged = self.new_solution(), self.new_solution(amounts=(50,))
        merged.action_submit()
        target = kept.complaint_id
        merged.complaint_id.merge_into(target)
        self.assertEqual(target.solution_ids.mapped("version"), [2, 1])
        self.assertEqual((kept.state, merged.state), ("draft", "withdrawn"))
        self.assertEqual(merged.complaint_id, target)
        self.assertEqual(merged.remedy_ids.complaint_id, target)

    def test_merge_brings_the_only_one(self):
        merged = self.new_solution()
        merged.action_submit()
        target = self.new_solved_case()
        merged.complaint_id.merge_into(target)
        self.assertEqual((merged.complaint_id, merged.state), (target, "approved"))

    def test_customer_currency(self):
        """SO-2: the amount counts in ours, the customer sees theirs, at the rate of the day of the offer."""
        euro = self.env.ref("base.EUR")
        if euro == self.company.currency_id:
            euro = self.env.ref("base.USD")
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        rate = self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "rate": 2.0, "name": "2020-01-01", "company_id": self.company.id}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "pricelist_id": self.env["product.pricelist"]
                .create({"name": "Theirs", "currency_id": euro.id})
                .id,
            }
        )
        solution = self.new_solution(self.new_solved_case(sale_order_id=order.id))
        self.assertEqual((solution.amount_total, solution.customer_currency_id), (300, euro))
        self.assertEqual(solution.customer_amount, 600)
        solution.action_submit()
        self.offer(solution)
        rate.rate = 3.0
        self.env.invalidate_all()
        self.assertEqual(solution.customer_amount, 600)
        self.assertEqual(solution.remedy_ids.mapped("customer_amount"), [0, 600])
