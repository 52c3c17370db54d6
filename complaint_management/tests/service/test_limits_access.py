from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.complaint_management.tests.service.common import ServiceCommon

#: What belongs to an order that is held to time limits, and to other cases too.
PARTS = (
    "complaint.deadline",
    "complaint.deadline.event",
    "complaint.deadline.extension",
    "complaint.pause",
)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestLimitsAccess(ServiceCommon):
    """DESIGN 4.1: the limits of an order are read by who reads the order, and by nobody else in any way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.new_order(complaint_id=cls.new_complaint().id)
        clock = cls.order.deadline_ids[0]
        clock.sudo().rule_id.max_extension = 5
        of_order = {"service_order_id": cls.order.id}
        cls.env["complaint.deadline.event"].create(
            {
                "deadline_id": clock.id,
                "company_id": cls.company.id,
                "kind": "warning",
                "planned_at": clock.due,
                "done_at": clock.due,
                **of_order,
            }
        )
        cls.env["complaint.deadline.extension"].create(
            {"deadline_id": clock.id, "amount": 1, "reason": "A part.", **of_order}
        )
        cls.order._pause_deadlines("A part.")
        cls.order._resume_deadlines()

    def seen(self, user, **context):
        """Return which of the parts a user finds: by searching, counting, grouping and by their ids."""
        found = {}
        for name in PARTS:
            own = [("service_order_id", "=", self.order.id)]
            everything = self.env[name].search(own)
            self.assertTrue(everything, name)
            self.env.invalidate_all()
            records = self.env[name].with_user(user).with_context(**context)
            if not records.has_access("read"):
                found[name] = False
                continue
            found[name] = bool(records.search(own))
            same = (
                bool(records.search_count(own)),
                bool(sum(count for (count,) in records._read_group(own, [], ["__count"]))),
                bool(records.browse(everything.ids)._filtered_access("read")),
                bool(records.search([("service_order_id.name", "=", self.order.name)])),
            )
            self.assertEqual(set(same), {found[name]}, (name, same))
        return found

    def assertSees(self, user, sees, **context):
        with self.subTest(user=user.login, **context):
            self.assertEqual(set(self.seen(user, **context).values()), {sees})

    def test_readers(self):
        """OR-1, OR-3: who reads the order reads its limits; another team, company or colleague does not."""
        for user in (self.advisor, self.workshop_manager, self.manager, self.auditor):
            self.assertSees(user, True)
        for user in (self.other_advisor, self.other_technician_user, self.foreign_manager, self.plain_user):
            self.assertSees(user, False)

    def test_archived(self):
        """OR-1: an order that was put away keeps its limits, for the same people."""
        self.order.sudo().active = False
        self.assertSees(self.advisor, True)
        self.assertSees(self.other_advisor, False)

    def test_concerned(self):
        """OR-2: the employee concerned by the complaint behind it sees none of its limits."""
        for user in (self.workshop_manager, self.manager, self.auditor):
            self.order.sudo().complaint_id.employee_ids = [Command.set(self.new_employee(user).ids)]
            self.assertSees(user, False)

    def test_other_company(self):
        """OR-3: whoever belongs to two companies sees the limits of the one that they have chosen."""
        self.workshop_manager.company_ids += self.company_2
        self.assertSees(self.workshop_manager, False, allowed_company_ids=self.company_2.ids)
        self.assertSees(self.workshop_manager, True, allowed_company_ids=(self.company_2 | self.company).ids)
