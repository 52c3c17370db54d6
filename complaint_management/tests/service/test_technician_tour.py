from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .work_common import WorkCommon


@tagged("post_install", "-at_install")
class TestTechnicianTour(WorkCommon, HttpCase):
    """What technicians do on their feet, on a page as small as a phone's."""

    browser_size = "375x812"
    touch_enabled = True

    def test_technician(self):
        """SV-5, SV-6, OR-1: a job is begun, interrupted, checked, written down and passed on by phone."""
        # The robot's first chat would fill the page of a phone.
        self.technician_user.odoobot_state = "disabled"
        self.customer.write({"street": "1 Long Street", "city": "Springfield"})
        now = fields.Datetime.now()
        coming = self.new_job(name="Winter wheels", scheduled_start=now + timedelta(days=2))
        order = self.new_job(scheduled_start=now)
        self.start_tour("/odoo", "complaint_service_technician", login="technician")
        self.env.invalidate_all()
        self.assertRecordValues(
            order,
            [
                {
                    "step": "quality",
                    "work_state": "done",
                    "work_note": "New pads and tyres.",
                    "interruption": False,
                    "interruption_note": False,
                }
            ],
        )
        self.assertEqual(order.worklog_ids.employee_id, self.technician)
        self.assertEqual(len(order.worklog_ids), 2, "before the part came, and after")
        self.assertTrue(all(order.worklog_ids.mapped("stop")))
        self.assertRecordValues(
            order.check_ids,
            [
                {"passed": "yes", "remark": False, "checked_by_id": self.technician_user.id},
                {"passed": "yes", "remark": "Worn on the left", "checked_by_id": self.technician_user.id},
            ],
        )
        self.assertEqual(coming.step, "appointment")
