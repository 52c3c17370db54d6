from contextlib import contextmanager

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon


class RemedyCommon(DeadlineCommon):
    """A complaint of the centre with a solution, and an owner who has no complaint group."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Remedy = cls.env["complaint.remedy"]
        cls.owner = new_test_user(cls.env, "fitter", groups="base.group_user", name="Fitter")
        cls.task, cls.apology, cls.repair, cls.refund, cls.compensation = (
            cls.env["complaint.remedy.type"].create(vals)
            for vals in (
                {"name": "Replace", "has_amount": True, "expected_effect": "It is warm again."},
                {"name": "Apologise", "behaviour": "apology"},
                {"name": "Mend", "behaviour": "repair", "user_id": cls.owner.id},
                {"name": "Money back", "behaviour": "refund"},
                {"name": "Damages", "behaviour": "compensation"},
            )
        )
        cls.remedy_policy = cls.Policy.create(
            {
                "name": "Remedies",
                "applies_to": "remedy",
                "rule_ids": [
                    Command.create(
                        {
                            "milestone": "remedy",
                            "duration": 5,
                            "unit": "days",
                            "warn_before": 1,
                            "warn_unit": "days",
                            "max_extension": 5,
                            "escalation_ids": [
                                Command.create({"after": 0, "unit": "hours", "whom": "responsible"}),
                                Command.create({"after": 1, "unit": "days", "whom": "leader"}),
                            ],
                        }
                    )
                ],
            }
        )
        cls.rule = cls.remedy_policy.rule_ids

    def at(self, text):
        """Freeze a local moment."""
        return self.mock_datetime_and_now(self.local(text))

    def new_solution(self, complaint=None, **vals):
        complaint = complaint or self.new_complaint(nature="complaint", user_id=self.handler.id)
        return self.env["complaint.solution"].create(
            {"complaint_id": complaint.id, "reasonable": "yes", **vals}
        )

    def new_remedy(self, kind=None, solution=None, count=None, **vals):
        solution = solution or self.new_solution()
        values = {"solution_id": solution.id, "type_id": (kind or self.task).id, **vals}
        return self.Remedy.create([values] * (count or 1))

    def agree(self, remedies, moment="2026-03-02 09:00"):
        """The customer accepts on a Monday in March."""
        with self.at(moment):
            remedies.solution_id.sudo().write({"state": "accepted"})
            remedies._agree(self.local(moment))
        return remedies

    def activity_of(self, remedies):
        return remedies.sudo().activity_ids

    @contextmanager
    def refused(self, error, pattern):
        """Something is refused with a message, and undone."""
        with self.assertRaisesRegex(error, pattern), self.env.cr.savepoint():
            yield

    def cost(self, work):
        """Return how many queries work costs, the second time it is done."""
        costs = []
        for number in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            work(number)
            self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - before)
        return costs[-1]
