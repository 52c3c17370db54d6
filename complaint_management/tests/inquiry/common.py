from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon


class InquiryCommon(DeadlineCommon):
    """Adds departments with heads who have no complaint group, and a limit of three days for their answers.

    The workshop stands under the works, which the director manages; the front office stands alone.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Sheet = cls.env["complaint.dispatch"]
        cls.director, cls.foreman, cls.deputy, cls.usher = (
            new_test_user(cls.env, login, groups="base.group_user", name=login.title())
            for login in ("director", "foreman", "deputy", "usher")
        )
        cls.employee_of = {
            user: cls.new_employee(user) for user in (cls.director, cls.foreman, cls.deputy, cls.usher)
        }
        cls.works, cls.office = cls.env["hr.department"].create(
            [
                {"name": "Works", "manager_id": cls.employee_of[cls.director].id},
                {"name": "Front office", "manager_id": cls.employee_of[cls.usher].id},
            ]
        )
        cls.workshop = cls.env["hr.department"].create(
            {
                "name": "Workshop",
                "parent_id": cls.works.id,
                "manager_id": cls.employee_of[cls.foreman].id,
            }
        )
        cls.sheet_policy = cls.Policy.create(
            {
                "name": "Sheets",
                "applies_to": "dispatch",
                "rule_ids": [
                    Command.create(
                        {
                            "milestone": "answer",
                            "duration": 3,
                            "unit": "days",
                            "warn_before": 1,
                            "warn_unit": "days",
                            "escalation_ids": [
                                Command.create({"after": 1, "unit": "days", "whom": "department"}),
                                Command.create({"after": 2, "unit": "days", "whom": "leader"}),
                            ],
                        }
                    )
                ],
            }
        )

    @classmethod
    def new_case(cls, **vals):
        """Create a complaint of the centre that the handler answers for, judged founded, in dispatch."""
        complaint = cls.new_complaint(**{"nature": "complaint", "founded": "founded", **vals})
        complaint.move_to("dispatch")
        return complaint

    @classmethod
    def new_sheet(cls, complaint, department=None, user=None, send=True, **vals):
        """Create a sheet as the handler, and send it."""
        sheet = cls.Sheet.with_user(user or cls.handler).create(
            {
                "complaint_id": complaint.id,
                "department_id": (department or cls.workshop).id,
                "question": "Why was the heating not repaired?",
                **vals,
            }
        )
        if send:
            sheet.action_send()
        return sheet

    def answer(self, sheet, user=None, findings="The valve was stuck."):
        """Answer and sign a sheet as a head."""
        theirs = sheet.with_user(user or self.foreman)
        theirs.findings = findings
        theirs.action_sign()
        return theirs
