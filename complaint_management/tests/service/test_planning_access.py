from datetime import datetime

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.complaint_management.tests.service.common import APPOINTMENT
from odoo.addons.complaint_management.tests.service.test_booking import HOUR, PlanningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-01 08:00:00")
class TestPlanningAccess(PlanningCommon):
    """OR-1 to OR-3: who sees and changes the plan, and who says what technicians can do."""

    def seen(self, user):
        return self.Booking.with_user(user).search([("order_id", "in", self.order.ids)])

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.new_booked()
        cls.booking = cls.Booking.search([("order_id", "=", cls.order.id)])

    def test_readers(self):
        """OR-1: who reads the order reads the booking, nobody else."""
        for user in (self.advisor, self.technician_user, self.workshop_manager, self.auditor, self.quality):
            self.assertEqual(self.seen(user), self.booking, user.login)
        for user in (self.other_advisor, self.other_technician_user, self.handler):
            self.assertFalse(self.seen(user), user.login)
            with self.assertRaises(AccessError):
                self.booking.with_user(user).read(["start"])
        with self.assertRaises(AccessError):
            self.seen(self.plain_user)
        self.assertFalse(self.seen(self.foreign_manager))

    def test_excluded(self):
        """OR-2: the employee concerned by the complaint sees no booking of its order and is not booked."""
        complaint = self.new_complaint(employee_ids=[Command.set(self.other_technician.ids)])
        order = self.new_booked(
            APPOINTMENT + 24 * HOUR,
            user=self.env.user,
            complaint_id=complaint.id,
            team_id=self.other_workshop.id,
        )
        booking = self.bookings_of(order)
        self.assertTrue(booking.with_user(self.other_advisor).start)
        with self.assertRaises(AccessError):
            booking.with_user(self.other_technician_user).read(["start"])
        self.assertRefuses(
            "cannot work on it",
            booking.with_user(self.workshop_manager).write,
            {"employee_id": self.other_technician.id},
        )

    def test_concerned_later(self):
        """OR-2: who turns out to be concerned is not booked any more."""
        complaint = self.new_complaint()
        order = self.new_booked(APPOINTMENT + 24 * HOUR, user=self.env.user, complaint_id=complaint.id)
        booking = self.bookings_of(order)
        self.assertTrue(booking.with_user(self.technician_user).start)
        complaint.sudo().employee_ids = self.technician
        self.assertFalse(order.technician_ids)
        self.assertFalse(self.bookings_of(order))
        # Their time is free for other work.
        self.new_booked(APPOINTMENT + 24 * HOUR)

    def test_writers(self):
        """OR-1: advisors plan; technicians, complaint handlers and auditors do not."""
        self.booking.with_user(self.advisor).start = APPOINTMENT + HOUR
        for user in (self.technician_user, self.auditor, self.quality, self.other_advisor):
            booking = self.booking.with_user(user)
            for act in (
                lambda booking=booking: booking.write({"start": APPOINTMENT}),
                lambda booking=booking: booking.write({"employee_id": self.other_technician.id}),
                lambda booking=booking: booking.create(
                    {"order_id": self.order.id, "employee_id": self.other_technician.id}
                ),
                booking.unlink,
            ):
                with self.assertRaises(AccessError):
                    act()
        with self.assertRaises(AccessError):
            self.order.with_user(self.technician_user).action_find_time()
        self.assertEqual(self.order.scheduled_start, APPOINTMENT + HOUR)
        self.booking.with_user(self.workshop_manager).employee_id = self.other_technician
        self.assertEqual(self.order.technician_ids, self.other_technician)

    def test_dialogs_are_ones_own(self):
        """OR-1: nobody looks into the dialogs of others."""
        action = self.order.with_user(self.advisor).action_find_time()
        with self.assertRaises(AccessError):
            self.env[action["res_model"]].with_user(self.workshop_manager).browse(action["res_id"]).read(
                ["reason"]
            )

    def test_load(self):
        """OR-1, OR-3: the load of their own companies' technicians is for advisors and managers."""
        self.env["hr.employee"].create(
            {"name": "Foreigner", "company_id": self.company_2.id, "complaint_technician": True}
        )
        Load = self.env["complaint.service.load"]
        for user in (self.advisor, self.workshop_manager):
            with self.subTest(user=user.login):
                lines = Load.with_user(user).search([])
                self.assertTrue(lines)
                self.assertEqual(lines.company_id, self.company)
        both = Load.with_context(allowed_company_ids=(self.company | self.company_2).ids).search([])
        self.assertEqual(both.company_id, self.company | self.company_2)
        # Named by its id, a row of another company is none.
        foreign = both.filtered(lambda line: line.company_id == self.company_2)[:1]
        self.assertTrue(foreign.read(["booked_hours"]))
        self.env.invalidate_all()
        self.assertFalse(foreign.with_env(self.env).with_user(self.advisor).read(["booked_hours"]))
        for user in (self.technician_user, self.plain_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                Load.with_user(user).search([])

    def test_technicians_list(self):
        """OR-1: the workshop manager enters technicians and skills without rights on employees."""
        skill = (
            self.env["complaint.service.skill"].with_user(self.workshop_manager).create({"name": "Welding"})
        )
        clerk = self.env["hr.employee"].create({"name": "Clerk"})
        public = self.env["hr.employee.public"].browse(clerk.id).with_user(self.workshop_manager)
        public.web_save(
            {"complaint_technician": True, "complaint_skill_ids": [Command.link(skill.id)]},
            {"complaint_technician": {}, "complaint_skill_ids": {"fields": {"display_name": {}}}},
        )
        self.assertTrue(clerk.complaint_technician)
        self.assertEqual(clerk.complaint_skill_ids, skill)
        self.assertTrue(public.complaint_technician)
        self.assertEqual(public.complaint_skill_ids, skill)
        public.complaint_service_team_ids = self.workshop
        self.assertEqual(clerk.complaint_service_team_ids, self.workshop)
        with self.assertRaises(AccessError):
            public.write({"name": "Somebody else"})
        with self.assertRaises(AccessError):
            clerk.with_user(self.workshop_manager).write({"complaint_technician": False})
        for user in (self.advisor, self.technician_user, self.plain_user):
            with self.assertRaises(AccessError):
                public.with_user(user).write({"complaint_technician": False})
        foreigner = self.env["hr.employee"].create({"name": "Foreigner", "company_id": self.company_2.id})
        with self.assertRaises(AccessError):
            self.env["hr.employee.public"].browse(foreigner.id).with_user(self.workshop_manager).write(
                {"complaint_technician": True}
            )

    def test_public_profile(self):
        """OR-1: other colleagues see that somebody is a technician, and read the profile as before."""
        self.technician.complaint_skill_ids = self.env["complaint.service.skill"].create({"name": "Welding"})
        public = self.env["hr.employee.public"].browse(self.technician.id).with_user(self.plain_user)
        self.assertNotIn("complaint_skill_ids", public.read()[0])
        with self.assertRaises(AccessError):
            public.read(["complaint_skill_ids"])

    def test_skills(self):
        """OR-3: a skill is for all companies or for one."""
        Skill = self.env["complaint.service.skill"]
        ours, theirs = Skill.create(
            [{"name": "Welding"}, {"name": "Painting", "company_id": self.company_2.id}]
        )
        found = Skill.with_user(self.advisor).search([("id", "in", (ours | theirs).ids)])
        self.assertEqual(found, ours)
        with self.assertRaises(AccessError):
            Skill.with_user(self.advisor).create({"name": "Mine"})

    def test_past_of_archived_technician(self):
        """SV-5: who has left keeps the bookings of former times and is proposed no more."""
        self.technician.active = False
        self.assertTrue(self.booking.exists())
        self.assertEqual(self.order.with_context(active_test=False).technician_ids, self.technician)
        for _start, _stop, employees in self.order._propose_slots(limit=None, day_from=datetime(2026, 3, 4)):
            self.assertNotIn(self.technician, employees)
        self.order.with_user(self.advisor).name = "Squeals again"
        self.order.with_user(self.advisor).scheduled_start = APPOINTMENT + 2 * HOUR
        self.assertEqual(self.booking.start, APPOINTMENT + 2 * HOUR)
