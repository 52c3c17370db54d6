import base64
from unittest.mock import patch

from odoo.tests import Form

from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon

REASON = "A valve was stuck.\nWe came too late."
OUTCOME = "The valve was replaced."
SIGNATURE = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
)


class ResultCommon(DeadlineCommon):
    """Complaints of which the result is to be reported; how they came there is another matter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.lang = "en_US"
        cls.company.complaint_sign_off = "urgent"

    @classmethod
    def move(cls, complaint, step, user=None):
        """Move without a look at what the gate asks for."""
        with cls.gates_open():
            complaint.with_user(user or cls.handler).move_to(step)

    @classmethod
    def gates_open(cls):
        return patch.object(type(cls.Complaint), "_check_gates", lambda *args, **kwargs: None)

    @classmethod
    def new_done(cls, step="feedback", fault=True, user=None, **vals):
        """Return a complaint of which all was done, with who was liable.

        :param fault: whether it was our fault; None where nobody has said so
        """
        complaint = cls.new_complaint(
            user=user, **{"nature": "complaint", "founded": "founded", "severity": "normal", **vals}
        )
        if fault is not None:
            party = {
                "party_kind": "department",
                "department_id": cls.env["hr.department"].create({"name": "W"}).id,
            }
            cls.env["complaint.liability"].create(
                {"complaint_id": complaint.id, **(party if fault else {"party_kind": "customer"})}
            )
        cls.move(complaint, step, user)
        return complaint

    def new_reported(self, step="feedback", **vals):
        """Return a complaint whose result was told in a call."""
        complaint = self.new_done(step, **vals)
        complaint.action_report_result(OUTCOME, "upheld", REASON, kind="call")
        return complaint

    def new_solution(self, complaint, remedies=(), **vals):
        """Return an accepted solution; remedies are (type, amount, state)."""
        Solution = self.env["complaint.solution"].sudo().with_context(complaint_solution_writing=True)
        solution = Solution.create(
            {"complaint_id": complaint.id, "reasonable": "partly", "assessment": "Half of it.", **vals}
        )
        for remedy_type, amount, state in remedies:
            remedy = (
                self.env["complaint.remedy"]
                .sudo()
                .with_context(complaint_solution_writing=True)
                .create({"solution_id": solution.id, "type_id": remedy_type.id, "amount": amount})
            )
            self.env.cr.execute("UPDATE complaint_remedy SET state = %s WHERE id = %s", (state, remedy.id))
        self.env.flush_all()
        self.env.cr.execute("UPDATE complaint_solution SET state = 'accepted' WHERE id = %s", (solution.id,))
        self.env.invalidate_all()
        return solution

    def open(self, complaint, user=None, model="complaint.result"):
        return Form(
            self.env[model].with_user(user or self.handler).with_context(active_id=complaint.id),
        )

    def report(self, complaint, user=None, **vals):
        """Report by the dialog; values are typed by hand. Return the mails."""
        form = self.open(complaint, user)
        for fname, value in {
            "decision": "upheld",
            "decision_reason": REASON,
            "outcome": OUTCOME,
            **vals,
        }.items():
            form[fname] = value
        wizard = form.save()
        with self.mock_mail_gateway():
            wizard.action_apply()
        return self._new_mails

    def mails_to(self, mails, address):
        return mails.filtered(
            lambda mail: address in (mail.email_to or "") or address in mail.recipient_ids.mapped("email")
        )

    def result_contacts(self, complaint):
        return complaint.sudo().contact_ids.sorted("id")

    def sign_offs(self, complaint):
        """Return the open activities that ask for the sign-off."""
        return complaint.sudo()._search_sign_offs()

    def tasks(self, complaint, words):
        return complaint.sudo().activity_ids.filtered(lambda activity: words in (activity.summary or ""))

    def told(self, complaint, words):
        """Return the messages that told people of something about a complaint."""
        of_complaint = [("model", "=", complaint._name), ("res_id", "=", complaint.id)]
        return self.env["mail.message"].sudo().search([*of_complaint, ("subject", "ilike", words)])
