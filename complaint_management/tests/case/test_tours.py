from odoo.tests import HttpCase, tagged

from ..common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestTours(ComplaintCommon, HttpCase):
    """One way through the screens per role, in a real browser."""

    def test_first_contact(self):
        """IN-2, IN-4, IN-9: intake by phone with the repeat shown beside."""
        self.new_complaint(self.first_contact)
        self.start_tour("/odoo", "complaint_first_contact", login="first_contact")
        complaint = self.Complaint.search([("name", "=", "The heating is cold again")])
        self.assertEqual(complaint.partner_id, self.customer)
        self.assertEqual(complaint.step, "triage")
        self.assertEqual(complaint.read_back_by_id, self.first_contact)
        self.assertEqual(complaint.received_by_id, self.first_contact)

    def test_on_the_spot(self):
        """IN-6: answered and closed in one action."""
        complaint = self.new_complaint(self.first_contact)
        self.start_tour(f"/odoo/complaints/{complaint.id}", "complaint_on_the_spot", login="first_contact")
        self.assertEqual(complaint.step, "closed")
        self.assertIn("restarts at noon", complaint.outcome)

    def test_handler(self):
        """From receipt to closing and back, one click a step."""
        complaint = self.new_complaint(self.first_contact, user_id=False)
        self.start_tour("/odoo/complaints?view_type=kanban", "complaint_handler", login="handler")
        self.assertEqual(complaint.user_id, self.handler)
        self.assertEqual((complaint.step, complaint.reopen_count), ("investigation", 1))

    def test_merge(self):
        """IN-9: two records of one case become one."""
        first = self.new_complaint(received_at="2026-01-05 08:00:00")
        second = self.new_complaint(name="Second call")
        self.start_tour(f"/odoo/complaints/{second.id}", "complaint_merge", login="handler")
        self.assertEqual(second.duplicate_of_id, first)

    def test_manager(self):
        """EW-2: figures by team and the analysis."""
        self.new_complaint()
        self.start_tour("/odoo", "complaint_manager", login="manager")

    def test_auditor(self):
        """OR-1: reads all, writes nothing."""
        self.new_complaint()
        self.start_tour("/odoo", "complaint_auditor", login="auditor")
