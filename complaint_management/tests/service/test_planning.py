from datetime import date, datetime

from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.complaint_management.tests.service.common import APPOINTMENT
from odoo.addons.complaint_management.tests.service.test_booking import HOUR, PlanningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-01 08:00:00")
class TestPlanning(PlanningCommon):
    """SV-5: times and people are proposed, conflicts, delays and load are shown, customers are told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.voltage, cls.paint = cls.env["complaint.service.skill"].create(
            [{"name": "High voltage"}, {"name": "Painting"}]
        )
        cls.unplanned = {
            "technicians": cls.technician.browse(),
            "scheduled_start": False,
            "scheduled_end": False,
        }

    def proposals(self, order, **options):
        return [(start, stop, employees.ids) for start, stop, employees in order._propose_slots(**options)]

    # proposals

    def test_propose(self):
        """SV-5: the next free times in working hours, each with who has least to do."""
        self.new_booked(hours=4)
        order = self.new_booked(**self.unplanned)
        one, other = self.technician.ids, self.other_technician.ids
        self.assertEqual(
            self.proposals(order, duration=2, limit=6),
            [
                (APPOINTMENT + begin * HOUR, APPOINTMENT + (begin + 2) * HOUR, who)
                for begin, who in ((0, other), (1, other), (2, other), (5, other), (6, other), (7, other))
            ],
        )
        # The next morning nobody has anything to do: the first one.
        self.assertEqual(
            self.proposals(order, duration=2, limit=1, day_from=date(2026, 3, 3)),
            [(datetime(2026, 3, 3, 8), datetime(2026, 3, 3, 10), min(one, other))],
        )
        self.assertEqual(
            self.proposals(order, duration=2, limit=1, employees=self.technician),
            [(APPOINTMENT + 5 * HOUR, APPOINTMENT + 7 * HOUR, one)],
        )
        # As long as it usually takes, and never in the past.
        with freeze_time("2026-03-02 09:30:00"):
            self.assertEqual(
                self.proposals(order, limit=1),
                [(APPOINTMENT + 2 * HOUR, APPOINTMENT + (2 + self.repair.duration) * HOUR, other)],
            )

    def test_propose_for_named(self):
        """SV-5: who is named on the order is asked first; several named are free together."""
        order = self.new_booked(technicians=self.other_technician)
        # What is booked for the order itself does not stand against it.
        self.assertEqual(
            self.proposals(order, limit=1),
            [(APPOINTMENT, APPOINTMENT + 2 * HOUR, self.other_technician.ids)],
        )
        both = self.technician | self.other_technician
        self.new_booked(APPOINTMENT + 2 * HOUR)
        together = self.new_booked(APPOINTMENT + 24 * HOUR, technicians=both)
        self.assertEqual(
            self.proposals(together, limit=1, duration=1),
            [(APPOINTMENT + 5 * HOUR, APPOINTMENT + 6 * HOUR, both.ids)],
        )

    def test_propose_skilled(self):
        """SV-5: only technicians of the company and the team who have all skills are proposed."""
        self.repair.skill_ids = self.voltage | self.paint
        order = self.new_booked(**self.unplanned)
        self.assertEqual(self.proposals(order), [])
        self.technician.complaint_skill_ids = self.voltage
        self.assertEqual(self.proposals(order), [])
        self.technician.complaint_skill_ids |= self.paint
        self.assertEqual(self.proposals(order, limit=1)[0][2], self.technician.ids)
        self.assertEqual(len({str(one[2]) for one in self.proposals(order, limit=None)}), 1)
        self.assertTrue(self.proposals(order, unskilled=True))
        self.technician.complaint_service_team_ids = self.other_workshop
        self.assertEqual(self.proposals(order), [])
        self.technician.complaint_service_team_ids |= self.workshop
        self.assertTrue(self.proposals(order))
        self.technician.complaint_technician = False
        self.assertEqual(self.proposals(order), [])

    def test_technicians_offered(self):
        """SV-5: the field of technicians offers who can do the service; of no service, every technician."""
        self.repair.skill_ids = self.voltage
        self.technician.complaint_skill_ids = self.voltage
        foreigner = self.env["hr.employee"].create(
            {"name": "Foreigner", "company_id": self.company_2.id, "complaint_technician": True}
        )
        clerk = self.env["hr.employee"].create({"name": "Clerk"})
        ours = self.technician | self.other_technician
        for model in ("hr.employee", "hr.employee.public"):
            everybody = self.env[model].with_user(self.advisor)

            def offered(kind, everybody=everybody):
                domain = [
                    ("complaint_suits_type_ids", "=", kind),
                    ("id", "in", (ours | foreigner | clerk).ids),
                ]
                return everybody.sudo().search(domain).ids

            self.assertEqual(offered(self.repair.id), self.technician.ids)
            self.assertCountEqual(offered(False), (ours | foreigner).ids)
            self.assertCountEqual(offered(self.regular.id), (ours | foreigner).ids)
            found = everybody.search([("complaint_suits_type_ids", "=", self.repair.id)])
            self.assertEqual(found.ids, self.technician.ids)
        self.assertIn(self.repair, self.technician.complaint_suits_type_ids)
        self.assertNotIn(self.repair, self.other_technician.complaint_suits_type_ids)

    def test_never_the_concerned(self):
        """OR-2: the employee concerned by the complaint is never proposed, with a user or without one."""
        nobody = self.env["hr.employee"].create(
            {"name": "Without a user", "complaint_technician": True, "tz": "UTC"}
        )
        complaint = self.new_complaint(
            employee_ids=[Command.set((self.technician | nobody).ids)], team_id=self.centre.id
        )
        order = self.new_booked(
            technicians=self.technician.browse(), complaint_id=complaint.id, user=self.env.user
        )
        for options in ({}, {"unskilled": True}, {"employees": self.technician | nobody}):
            names = {str(one[2]) for one in self.proposals(order, limit=None, **options)}
            self.assertEqual(names, set() if "employees" in options else {str(self.other_technician.ids)})

    def test_absences_and_holidays(self):
        """SV-5: no time is proposed in an absence or on a holiday or day off; extra days count."""
        self.other_technician.complaint_technician = False
        self.new_absence(self.technician, APPOINTMENT, APPOINTMENT + 3 * HOUR)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.company.id,
                "date_from": datetime(2026, 3, 3),
                "date_to": datetime(2026, 3, 3, 23, 59, 59),
            }
        )
        order = self.new_booked(**self.unplanned)
        found = [start for start, _stop, _who in order._propose_slots(duration=4, limit=4)]
        self.assertEqual(
            found,
            [
                datetime(2026, 3, 2, 13),
                datetime(2026, 3, 4, 8),
                datetime(2026, 3, 4, 13),
                datetime(2026, 3, 5, 8),
            ],
        )
        # Friday evening to Monday, but for a Saturday that is worked.
        next_one = order._propose_slots(duration=1, limit=1, day_from=datetime(2026, 3, 6, 17))[0][0]
        self.assertEqual(next_one, datetime(2026, 3, 9, 8))
        self.env["complaint.working.day"].create({"date": date(2026, 3, 7), "company_id": self.company.id})
        next_one = order._propose_slots(duration=1, limit=1, day_from=datetime(2026, 3, 6, 17))[0][0]
        self.assertEqual(next_one, datetime(2026, 3, 7, 8))

    def test_time_zones(self):
        """SV-5: each works by the own clock; in Berlin it is put forward on 29 March 2026."""
        self.technician.tz = "Europe/Berlin"
        self.other_technician.tz = "Asia/Shanghai"
        order = self.new_booked(**self.unplanned)
        for day, berlin, shanghai in ((27, 7, 0), (30, 6, 0)):
            for employee, hour in ((self.technician, berlin), (self.other_technician, shanghai)):
                start = order._propose_slots(
                    duration=1, limit=1, day_from=datetime(2026, 3, day), employees=employee
                )[0][0]
                self.assertEqual(start, datetime(2026, 3, day, hour), employee.tz)

    def test_contract(self):
        """SV-5: where a contract says other hours for a time, those hold."""
        late = self.calendar.copy({"name": "Late"})
        for line in late.attendance_ids:
            line.write({"hour_from": line.hour_from + 1, "hour_to": line.hour_to + 1})
        self.technician.write(
            {"contract_date_start": date(2026, 1, 1), "contract_date_end": date(2026, 3, 3)}
        )
        working = self.technician._get_complaint_working(datetime(2026, 3, 2), datetime(2026, 3, 6))
        self.assertEqual(
            {start.day for start, _stop in working[self.technician.id]}, {2, 3}, "nothing after the contract"
        )
        self.technician.write({"contract_date_end": False, "resource_calendar_id": late.id})
        working = self.technician._get_complaint_working(datetime(2026, 3, 2), datetime(2026, 3, 3))
        self.assertEqual(working[self.technician.id][0][0], datetime(2026, 3, 2, 9))

    def test_two_companies(self):
        """OR-3: technicians of another company are neither proposed nor taken."""
        foreigner = self.env["hr.employee"].create(
            {"name": "Foreigner", "company_id": self.company_2.id, "complaint_technician": True}
        )
        order = self.new_booked(**self.unplanned)
        self.assertNotIn(foreigner.ids, [one[2] for one in self.proposals(order, limit=None)])
        self.assertRefuses("company", order.sudo().write, {"technician_ids": [Command.set(foreigner.ids)]})
        self.assertEqual(
            self.Order._get_free_slots(
                self.company_2, self.repair, self.foreign_team, date(2026, 3, 3), date(2026, 3, 3)
            )[:1],
            [start for start, _stop, _who in self._propose_foreign(foreigner)],
        )

    def _propose_foreign(self, foreigner):
        order = self.Order.create(
            {
                "name": "There",
                "company_id": self.company_2.id,
                "team_id": self.foreign_team.id,
                "partner_id": self.customer.id,
                "type_id": self.repair.id,
            }
        )
        return order._propose_slots(limit=1, day_from=date(2026, 3, 3), employees=foreigner)

    def test_queries(self):
        """SV-5: proposals for a month take as many queries for a large team as for a small one."""
        order = self.new_booked(**self.unplanned)
        order._propose_slots(limit=None)
        few = self.count(order._propose_slots, limit=None)
        self.env["hr.employee"].create(
            [
                {
                    "name": f"Technician {index}",
                    "complaint_technician": True,
                    "tz": "UTC",
                    "resource_calendar_id": self.calendar.id,
                }
                for index in range(20)
            ]
        )
        order._propose_slots(limit=None)
        self.assertLessEqual(self.count(order._propose_slots, limit=None), few)
        args = (self.company, self.repair, self.workshop, date(2026, 3, 2), date(2026, 3, 30))
        self.assertLessEqual(self.count(self.Order._get_free_slots, *args), few + 2)

    # what customers choose from

    def test_free_slots(self):
        """SV-7: customers are offered free times, not too near and not too far."""
        self.company.write({"complaint_service_lead_hours": 24, "complaint_service_book_days": 10})
        self.repair.duration = 4

        def free(day_from=2, day_to=3, team=self.workshop):
            return self.Order._get_free_slots(
                self.company, self.repair, team, date(2026, 3, day_from), date(2026, 3, day_to)
            )

        monday, tuesday = datetime(2026, 3, 2), datetime(2026, 3, 3)
        whole = [monday + 8 * HOUR, monday + 13 * HOUR, tuesday + 8 * HOUR, tuesday + 13 * HOUR]
        self.assertEqual(free(), whole)
        with freeze_time("2026-03-01 10:00:00"):
            self.assertEqual(free(), whole[1:], "too near")
        self.assertEqual(free(10, 30)[-1], datetime(2026, 3, 10, 13), "too far")
        self.assertEqual(free(8, 7), [])
        # One of two is booked; then an order waits for the other one, though nobody is named.
        self.new_booked(whole[0], hours=4)
        self.assertEqual(free(), whole)
        self.new_booked(whole[0], hours=4, technicians=self.technician.browse())
        self.assertEqual(free(), whole[1:])
        self.technician.complaint_service_team_ids = self.workshop
        self.other_technician.complaint_service_team_ids = self.other_workshop
        self.new_booked(whole[2], hours=4)
        self.assertEqual(free(), [whole[1], whole[3]])

    def test_free_slots_without_technicians(self):
        """SV-7: where no technicians are entered, working time is offered; where none can do it, nothing."""
        (self.technician | self.other_technician).complaint_technician = False
        self.repair.write({"duration": 4, "skill_ids": [Command.set(self.voltage.ids)]})
        args = (self.company, self.repair, self.workshop, date(2026, 3, 3), date(2026, 3, 3))
        self.assertEqual(
            self.Order._get_free_slots(*args), [datetime(2026, 3, 3, 8), datetime(2026, 3, 3, 13)]
        )
        self.technician.complaint_technician = True
        self.assertEqual(self.Order._get_free_slots(*args), [])

    # conflicts

    def conflict(self, order):
        self.env.invalidate_all()
        return self.bookings_of(order).conflict or ""

    def test_conflicts(self):
        """SV-5: what stands against an appointment is shown, not refused."""
        self.assertEqual(self.conflict(self.new_booked()), "")
        self.assertEqual(self.conflict(self.new_booked(APPOINTMENT + 3 * HOUR, hours=6)), "", "over lunch")
        self.assertEqual(self.conflict(self.new_booked(APPOINTMENT + 31 * HOUR, hours=18)), "", "over night")
        early = self.new_booked(APPOINTMENT + 72 * HOUR - HOUR)
        self.assertEqual(self.conflict(early), "Outside working time")
        late = self.new_booked(APPOINTMENT + 78 * HOUR, hours=4)
        self.assertEqual(self.conflict(late), "Outside working time")
        self.repair.skill_ids = self.voltage
        self.assertEqual(self.conflict(late), "Outside working time · Lacks a skill that the service needs")
        self.assertIn(f"{self.technician.name}: Outside working time", late.plan_warning)
        found = self.Booking.search([("has_conflict", "=", True)])
        self.assertIn(self.bookings_of(late), found)
        self.technician.complaint_skill_ids = self.voltage
        self.env.invalidate_all()
        found = self.Booking.search([("has_conflict", "=", True), ("employee_id", "=", self.technician.id)])
        self.assertEqual(found, self.bookings_of(early | late))
        self.assertNotIn(self.bookings_of(late), self.Booking.search([("has_conflict", "=", False)]))
        self.technician.complaint_technician = False
        self.assertIn("Not entered as a technician", self.conflict(early))
        self.technician.active = False
        self.assertIn("No longer works here", self.conflict(early))

    def test_warning_in_form(self):
        """SV-5: it is shown while the order is typed in."""
        self.repair.skill_ids = self.voltage
        form = Form(self.Order.with_user(self.advisor))
        form.name, form.partner_id, form.type_id = "Squeals", self.customer, self.repair
        form.scheduled_start = APPOINTMENT
        self.assertFalse(form.plan_warning)
        form.technician_ids.add(self.technician)
        self.assertEqual(form.plan_warning, f"{self.technician.name}: Lacks a skill that the service needs")
        form.type_id = self.regular
        self.assertFalse(form.plan_warning)

    def test_later_absence(self):
        """SV-5: an absence that is entered later marks what it hits and asks the advisor, once."""
        hit, missed = self.new_booked(), self.new_booked(APPOINTMENT + 24 * HOUR)
        kind = self.env.ref("complaint_management.mail_activity_type_service_absence")
        self.assertFalse((hit | missed).activity_ids)
        leave = self.new_absence(self.technician, APPOINTMENT + HOUR, APPOINTMENT + 3 * HOUR)
        self.assertEqual(self.conflict(hit), "Absent at this time")
        self.assertEqual(self.conflict(missed), "")
        self.assertRecordValues(hit.activity_ids, [{"activity_type_id": kind.id, "user_id": self.advisor.id}])
        self.assertIn(self.technician.name, hit.activity_ids.summary)
        leave.date_to = APPOINTMENT + 24.5 * HOUR
        self.assertEqual(len(hit.activity_ids), 1)
        self.assertTrue(missed.activity_ids)
        hit.with_user(self.advisor).technician_ids = self.other_technician
        self.assertFalse(hit.activity_ids)
        missed.with_user(self.advisor).scheduled_start = APPOINTMENT + 24 * HOUR + 0.25 * HOUR
        self.assertTrue(missed.activity_ids, "still absent then")
        leave.date_to = APPOINTMENT + 12 * HOUR
        self.assertFalse(missed.activity_ids, "back by then")
        leave.date_to = APPOINTMENT + 30 * HOUR
        self.assertTrue(missed.activity_ids)
        leave.unlink()
        self.assertFalse(missed.activity_ids, "not absent at all")

    # delays, putting off

    def test_delays(self):
        """SV-5: an appointment that nobody has kept, and work that takes longer, show at once."""
        order = self.new_booked()
        self.assertFalse(order.delay)
        delayed = [("id", "=", order.id), ("delay", "!=", False)]
        self.assertFalse(self.Order.search(delayed))
        with freeze_time(APPOINTMENT + HOUR):
            self.env.invalidate_all()
            self.assertEqual(order.delay, "waiting")
            self.assertEqual(self.Order.search(delayed), order)
            self.assertFalse(self.Order.search([("id", "=", order.id), ("delay", "=", "overrun")]))
        self.env.cr.execute("UPDATE complaint_service_order SET step = 'work' WHERE id = %s", [order.id])
        for moment, delay in ((APPOINTMENT + HOUR, False), (APPOINTMENT + 3 * HOUR, "overrun")):
            with freeze_time(moment):
                self.env.invalidate_all()
                self.assertEqual(order.delay, delay)
                self.assertEqual(self.Order.search(delayed), order if delay else self.Order)
                self.assertEqual(
                    self.Order.search([("id", "=", order.id), ("delay", "=", False)]),
                    self.Order if delay else order,
                )

    def test_find_time(self):
        """SV-5: the dialog proposes times; one click books."""
        self.new_booked(hours=4)
        order = self.new_booked(**self.unplanned)
        action = order.with_user(self.advisor).action_find_time()
        wizard = self.env[action["res_model"]].with_user(self.advisor).browse(action["res_id"])
        self.assertEqual(wizard.duration, self.repair.duration)
        self.assertEqual(wizard.line_ids[0].employee_ids, self.other_technician)
        wizard.write({"employee_id": self.technician.id, "duration": 3})
        wizard.action_search()
        self.assertRecordValues(
            wizard.line_ids[0],
            [{"start": APPOINTMENT + 5 * HOUR, "stop": APPOINTMENT + 8 * HOUR, "day": "Mon"}],
        )
        wizard.line_ids[0].action_book()
        self.assertRecordValues(
            order,
            [{"scheduled_start": APPOINTMENT + 5 * HOUR, "scheduled_end": APPOINTMENT + 8 * HOUR}],
        )
        self.assertEqual(order.technician_ids, self.technician)
        wizard.duration = 0
        self.assertRefuses("how long", wizard.action_search)
        order.action_cancel("Called off.")
        self.assertRefuses("has ended", order.action_find_time)
        self.assertRefuses("has ended", order._book, APPOINTMENT, APPOINTMENT + HOUR)

    def test_reschedule(self):
        """SV-5: whoever moves an appointment says why; it is kept, and what tells the customer is called."""
        order, told = self.new_booked(), []
        self.patch(
            type(self.Order), "_tell_rescheduled", lambda order, old: told.append((order, old[order.id]))
        )
        Wizard = self.env["complaint.service.reschedule"].with_user(self.advisor)
        form = Form(Wizard.with_context(default_order_id=order.id))
        self.assertEqual(form.start, APPOINTMENT)
        form.start, form.stop = APPOINTMENT + 24 * HOUR, APPOINTMENT + 26 * HOUR
        form.reason = "The part is late."
        form.save().action_apply()
        self.assertEqual(order.scheduled_start, APPOINTMENT + 24 * HOUR)
        self.assertEqual(order.technician_ids, self.technician)
        self.assertIn("The part is late.", order.message_ids[0].body)
        self.assertEqual(told, [(order, APPOINTMENT)])
        # The same by any other way; nothing is told of what did not move or was not planned.
        order.with_user(self.advisor).write({"scheduled_start": APPOINTMENT})
        self.assertEqual(told[1:], [(order, APPOINTMENT + 24 * HOUR)])
        order.write({"scheduled_start": APPOINTMENT, "scheduled_end": APPOINTMENT + HOUR})
        order.scheduled_start = False
        order.scheduled_start = APPOINTMENT
        self.assertEqual(len(told), 2)
        self.assertRefuses("Say why", order._reschedule, APPOINTMENT, APPOINTMENT + HOUR, " ")
        order.action_cancel("Called off.")
        self.assertRefuses(
            "has ended", Wizard.with_context(default_order_id=order.id).default_get, ["order_id"]
        )

    def test_reschedule_to_taken_time(self):
        """SV-5: the dialog refuses a time that is taken, unless it is allowed there."""
        taken = self.new_booked()
        order = self.new_booked(APPOINTMENT + 24 * HOUR)
        vals = {"order_id": order.id, "start": APPOINTMENT, "stop": APPOINTMENT + HOUR, "reason": "Sooner."}
        wizard = self.env["complaint.service.reschedule"].with_user(self.advisor).create(vals)
        self.assertRefuses(taken.number, wizard.action_apply)
        wizard.allow_overlap = True
        wizard.action_apply()
        self.assertEqual(order.scheduled_start, APPOINTMENT)

    # load

    def load_of(self, employee):
        lines = (
            self.env["complaint.service.load"].with_user(self.advisor).search([("date", "<", "2026-03-09")])
        )
        return {
            line.date.day: (line.working_hours, line.booked_hours, line.load, line.overload, line.absent)
            for line in lines
            if line.employee_id == employee
        }

    def test_load(self):
        """SV-5: load is what is booked of a day's working time; more than all of it shows."""
        self.new_booked(hours=9)
        self.new_booked(APPOINTMENT + 24 * HOUR, hours=2)
        self.new_booked(APPOINTMENT + 24 * HOUR, hours=9, allow_overlap=True)
        self.new_booked(APPOINTMENT + 55 * HOUR, hours=18)
        self.new_absence(self.technician, datetime(2026, 3, 6), datetime(2026, 3, 6, 12))
        self.new_booked(datetime(2026, 3, 7, 10), hours=1)
        cancelled = self.new_booked(datetime(2026, 3, 6, 13), hours=4)
        cancelled.action_cancel("Called off.")
        self.assertEqual(
            self.load_of(self.technician),
            {
                2: (8.0, 8.0, 100.0, False, False),
                3: (8.0, 10.0, 125.0, True, False),
                4: (8.0, 2.0, 25.0, False, False),
                5: (8.0, 1.0, 12.5, False, False),
                6: (4.0, 0.0, 0.0, False, True),
                7: (0.0, 1.0, 100.0, True, False),
            },
        )
        self.assertEqual(self.load_of(self.other_technician)[2], (8.0, 0.0, 0.0, False, False))

    def test_load_on_dst_day(self):
        """SV-5: a shift in the night in which clocks are put forward has an hour less."""
        night = self.env["resource.calendar"].create(
            {
                "name": "Nights",
                "tz": "Europe/Berlin",
                "company_id": self.company.id,
                "attendance_ids": [
                    Command.create({"name": "Night", "dayofweek": "6", "hour_from": 0, "hour_to": 6})
                ],
            }
        )
        self.technician.write({"tz": "Europe/Berlin", "resource_calendar_id": night.id})
        load = self.technician._get_complaint_load(date(2026, 3, 22), 8)[self.technician]
        self.assertEqual([(line["date"].day, line["working_hours"]) for line in load], [(22, 6.0), (29, 5.0)])

    def test_load_queries(self):
        """SV-5: the load of many costs as many queries as that of one, and nothing is written."""
        Load = self.env["complaint.service.load"].with_user(self.advisor)
        wanted = {"date": {}, "employee_id": {"fields": {"display_name": {}}}, "load": {}, "absent": {}}

        def look():
            Load.web_search_read([], wanted)
            Load.formatted_read_group([], ["employee_id"], ["booked_hours:sum", "load:avg"])

        look()
        few = self.count(look)
        self.env["hr.employee"].create(
            [
                {
                    "name": f"Technician {index}",
                    "complaint_technician": True,
                    "tz": "UTC",
                    "resource_calendar_id": self.calendar.id,
                }
                for index in range(15)
            ]
        )
        self.assertLessEqual(self.count(look), few)
        self.assertEqual(len(Load.search([]).employee_id), 17)
        # Today is a Sunday: four weeks end with a Saturday.
        self.assertEqual(max(Load.search([]).mapped("date")), date(2026, 3, 27))

    def test_load_on_replica(self):
        """SV-5: the list, its groups, its figures and a row that is opened again are read, never written."""
        self.new_booked(hours=9)
        Load = self.env["complaint.service.load"].with_user(self.advisor)
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.cr.execute("SAVEPOINT reading")
        # As on a replica: whatever writes is refused from here on.
        self.env.cr.execute("SET LOCAL transaction_read_only = on")
        line = Load.search([("booked_hours", ">", 0)])
        self.assertEqual(line.employee_id, self.technician)
        self.assertEqual((line.date, line.booked_hours), (date(2026, 3, 2), 8))
        self.assertEqual(Load.browse(line.id).read(["load"])[0]["load"], 100)
        hours = Load._read_group([], ["employee_id"], ["booked_hours:sum"], [("booked_hours:sum", ">", 0)])
        self.assertEqual(hours, [(self.technician, 8)])
        self.env.cr.execute("ROLLBACK TO SAVEPOINT reading")
