from odoo.fields import Command

from odoo.addons.complaint_management.tests.inquiry.common import InquiryCommon

FACTS = {
    "reasonable": "yes",
    "assessment": "We sold it as new, and it was not.",
    "ground_contract": "Clause 7 of the order",
}


class ResolutionCommon(InquiryCommon):
    """Adds remedies and an empty list of approval rules: every test makes its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Solution = cls.env["complaint.solution"]
        cls.ApprovalRule = cls.env["complaint.approval.rule"]
        cls.ApprovalRule.search([]).active = False
        cls.env["complaint.followup.rule"].search([]).active = False
        cls.company.complaint_sign_off = "nobody"
        ref = cls.env.ref
        cls.apology, cls.taking_back, cls.compensation, cls.training = (
            ref(f"complaint_management.complaint_remedy_type_{name}")
            for name in ("apology", "return", "compensation", "training")
        )

    @classmethod
    def new_rule(cls, name="Leader", **vals):
        return cls.ApprovalRule.create({"name": name, "approver": "leader", **vals})

    @classmethod
    def new_solved_case(cls, **vals):
        """Create a complaint that has been inquired into and stands in the step of the solution."""
        complaint = cls.new_case(**vals)
        cls.find_out(complaint)
        complaint.move_to("solution")
        return complaint

    @classmethod
    def find_out(cls, complaint, finding="our_fault"):
        """Enter evidence, cause and liability as the handler."""
        own = {"complaint_id": complaint.id}
        env = complaint.with_user(cls.handler).env
        env["complaint.evidence"].create(
            {**own, "name": "Photo", "kind": "photo", "source": "The customer", "description": "A scratch"}
        )
        complaint.with_user(cls.handler).cause_id = cls.env["complaint.cause"].search([], limit=1)
        party = (
            {"party_kind": "department", "department_id": cls.workshop.id}
            if finding == "our_fault"
            else {"party_kind": "customer"}
        )
        env["complaint.liability"].create({**own, **party, "share": 100, "finding": finding})

    @classmethod
    def new_solution(cls, complaint=None, amounts=(300,), user=None, **vals):
        """Write a solution as the handler: a return, and compensations of some amounts."""
        complaint = complaint or cls.new_solved_case()
        return cls.Solution.with_user(user or cls.handler).create(
            {
                "complaint_id": complaint.id,
                **FACTS,
                "remedy_ids": [
                    Command.create({"type_id": cls.taking_back.id, "description": "A new one"}),
                    *(
                        Command.create({"type_id": cls.compensation.id, "amount": amount})
                        for amount in amounts
                    ),
                ],
                **vals,
            }
        )

    def approve(self, solution, *users):
        """Agree to a solution as these users, one after the other."""
        for user in users:
            solution.with_user(user).action_approve_mine()

    def offer(self, solution):
        solution.action_offer("call", "We told her what we propose.")

    def waiting(self, solution):
        """Return who has to agree now."""
        return (
            solution.sudo().approval_ids.filtered(lambda approval: approval.state == "waiting").approver_ids
        )

    def asked(self, solution):
        """Return the names of those who agree, in their order, as far as each of them is known."""
        return [
            (approval.approver_ids or approval.named_user_id).mapped("login")
            for approval in solution.sudo().approval_ids.filtered(
                lambda approval: approval.state != "cancelled"
            )
        ]
