from ast import literal_eval
from datetime import datetime, timedelta

from lxml import etree

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.complaint_management.tests.service.common import APPOINTMENT, ServiceCommon

HOUR = timedelta(hours=1)


class PlanningCommon(ServiceCommon):
    """Technicians in UTC by the standard calendar of the company: 8-12 and 13-17, Monday to Friday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Booking = cls.env["complaint.service.booking"]
        cls.calendar = cls.env["resource.calendar"].create(
            {"name": "Workshop hours", "tz": "UTC", "company_id": cls.company.id}
        )
        cls.company.resource_calendar_id = cls.calendar
        cls.company.complaint_service_slot_minutes = 60
        ours = cls.technician | cls.other_technician
        others = cls.env["hr.employee"].search([("complaint_technician", "=", True)]) - ours
        others.complaint_technician = False
        for employee in ours:
            employee.write({"tz": "UTC", "resource_calendar_id": cls.calendar.id})
        (cls.advisor | cls.other_advisor | cls.workshop_manager).tz = "UTC"

    @classmethod
    def new_booked(cls, start=APPOINTMENT, hours=2, technicians=None, **vals):
        """Create an order that does not share its technicians with others."""
        technicians = cls.technician if technicians is None else technicians
        return cls.new_order(
            **{
                "allow_overlap": False,
                "scheduled_start": start,
                "scheduled_end": start + hours * HOUR,
                "technician_ids": [Command.set(technicians.ids)],
                **vals,
            }
        )

    @classmethod
    def new_absence(cls, employee, start, stop, **vals):
        return cls.env["resource.calendar.leaves"].create(
            {
                "name": "Away",
                "resource_id": employee.resource_id.id,
                "date_from": start,
                "date_to": stop,
                **vals,
            }
        )

    def bookings_of(self, orders):
        return self.Booking.with_context(active_test=False).search([("order_id", "in", orders.ids)])

    def count(self, act, *args, **kwargs):
        """Return how many queries an act takes from a cold cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        act(*args, **kwargs)
        self.env.flush_all()
        return self.cr.sql_log_count - before


@tagged("post_install", "-at_install")
@freeze_time("2026-03-01 08:00:00")
class TestBooking(PlanningCommon):
    """SV-5: what an order says about technicians and times takes their time, of nobody twice."""

    def test_in_line(self):
        """SV-5: bookings follow the order: its people, its times, its way, its end."""
        order = self.new_booked(technicians=self.technician | self.other_technician)
        bookings = self.bookings_of(order)
        self.assertRecordValues(
            bookings.sorted("employee_id"),
            [
                {
                    "employee_id": employee.id,
                    "start": APPOINTMENT,
                    "stop": APPOINTMENT + 2 * HOUR,
                    "state": "planned",
                    "active": True,
                    "team_id": self.workshop.id,
                    "company_id": self.company.id,
                }
                for employee in (self.technician | self.other_technician).sorted()
            ],
        )
        kept = bookings.filtered(lambda booking: booking.employee_id == self.technician)
        order.technician_ids = self.technician
        self.assertEqual(self.bookings_of(order), kept)
        order.scheduled_start = APPOINTMENT + 24 * HOUR
        booking = self.bookings_of(order)
        self.assertRecordValues(
            booking, [{"start": APPOINTMENT + 24 * HOUR, "stop": APPOINTMENT + 26 * HOUR, "active": True}]
        )
        order.scheduled_start = False
        self.assertRecordValues(booking, [{"start": False, "state": "waiting", "active": False}])
        order.write({"scheduled_start": APPOINTMENT, "scheduled_end": APPOINTMENT + HOUR})
        order.action_cancel("Called off.")
        self.assertRecordValues(booking, [{"state": "cancelled", "active": False}])
        order.action_reopen("Called again.", "appointment")
        self.assertRecordValues(booking, [{"state": "planned", "active": True}])
        order.sudo().active = False
        self.assertRecordValues(booking, [{"state": "cancelled", "active": False}])

    def test_work_done(self):
        """SV-5: who has done the work is free, though the customer has not come yet."""
        order = self.new_booked()
        booking = self.bookings_of(order)
        # The way there is the subject of others.
        stage = self.env["complaint.service.stage"].search([("step", "=", "settlement")], limit=1)
        self.env.cr.execute(
            "UPDATE complaint_service_order SET stage_id = %s, step = 'settlement' WHERE id = %s",
            [stage.id, order.id],
        )
        self.env.invalidate_all()
        self.env.add_to_compute(booking._fields["state"], booking)
        self.assertRecordValues(booking, [{"state": "done", "active": False}])
        self.new_booked()

    def test_overlap(self):
        """SV-5: nobody is booked twice at one time; the message says for what, and when they are free."""
        first = self.new_booked()
        with self.assertRaises(UserError) as caught:
            self.new_booked(APPOINTMENT + HOUR)
        message = str(caught.exception)
        self.assertIn(first.number, message)
        self.assertIn(self.technician.name, message)
        self.assertIn("Next free: 3/2/26, 10:00", message.replace("\u202f", " "))
        # From the end of the one on, and by somebody else, it is no overlap.
        second = self.new_booked(APPOINTMENT + 2 * HOUR)
        self.new_booked(technicians=self.other_technician)
        self.assertRefuses(first.number, second.write, {"scheduled_start": APPOINTMENT + HOUR})
        self.assertRefuses(second.number, first.write, {"scheduled_end": APPOINTMENT + 3 * HOUR})
        third = self.new_booked(APPOINTMENT + HOUR, technicians=self.technician.browse())
        self.assertRefuses(first.number, third.write, {"technician_ids": [Command.link(self.technician.id)]})
        self.assertFalse(third.technician_ids)

    def test_overlap_in_one_batch(self):
        """SV-5: an import is told, too, and nothing of it stays."""
        vals = {"name": "Twice", "partner_id": self.customer.id, "type_id": self.repair.id}
        vals |= {"scheduled_start": APPOINTMENT, "technician_ids": [Command.set(self.technician.ids)]}
        count = self.Order.search_count([])
        self.assertRefuses("booked for", self.Order.with_user(self.advisor).create, [vals, dict(vals)])
        self.assertEqual(self.Order.search_count([]), count)

    def test_planning_opens_with_what_is_ahead(self):
        """SV-5: planning opens with this week and later; who takes the filter away sees what was before."""
        past = self.bookings_of(self.new_booked(datetime(2026, 2, 2, 8)))
        ahead = self.bookings_of(self.new_booked())
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "complaint_management.complaint_service_booking_action"
        )
        context = literal_eval(action["context"])
        [name] = [key.removeprefix("search_default_") for key in context if key.startswith("search_default_")]
        view = etree.fromstring(self.Booking.get_view(view_type="search")["arch"])
        domain = literal_eval(view.xpath(f"//filter[@name='{name}']")[0].get("domain"))
        found = self.Booking.with_context(active_test=False).search(domain)
        self.assertIn(ahead, found)
        self.assertNotIn(past, found)

    def test_overlap_with_what_is_over(self):
        """SV-5: cancelled work takes no time, and what has passed is entered as it was."""
        first = self.new_booked()
        first.action_cancel("Called off.")
        second = self.new_booked()
        self.assertRefuses(second.number, first.action_reopen, "Called again.", "appointment")
        self.new_booked(datetime(2026, 2, 2, 8))
        self.new_booked(datetime(2026, 2, 2, 8))

    def test_overlap_allowed(self):
        """SV-5: an advisor allows it knowingly, of either order; taken back, it is refused again."""
        first = self.new_booked()
        second = self.new_booked(allow_overlap=True)
        first.scheduled_end = APPOINTMENT + 3 * HOUR
        for order in first | second:
            self.assertIn("another order", order.plan_warning)
        self.assertRefuses(first.number, second.write, {"allow_overlap": False})

    def test_overlap_is_discreet(self):
        """OR-2: who may not see the other order is told that there is one, not which."""
        secret = self.new_booked(user=self.other_advisor, team_id=self.other_workshop.id)
        with self.assertRaises(UserError) as caught:
            self.new_booked()
        self.assertIn("another order", str(caught.exception))
        self.assertNotIn(secret.number, str(caught.exception))

    def test_move_on_calendar(self):
        """SV-5: what is dragged on the calendar or the board is the order's."""
        order, other = self.new_booked(), self.new_booked(APPOINTMENT + 24 * HOUR)
        booking = self.bookings_of(order).with_user(self.advisor)
        booking.write({"start": APPOINTMENT + HOUR, "stop": APPOINTMENT + 4 * HOUR})
        self.assertRecordValues(
            order, [{"scheduled_start": APPOINTMENT + HOUR, "scheduled_end": APPOINTMENT + 4 * HOUR}]
        )
        booking.employee_id = self.other_technician
        self.assertEqual(order.technician_ids, self.other_technician)
        self.assertEqual(self.bookings_of(order), booking)
        self.assertRefuses("stays with its order", booking.write, {"order_id": other.id})
        self.assertRefuses(
            other.number, booking.write, {"start": APPOINTMENT + 25 * HOUR, "employee_id": self.technician.id}
        )
        order.technician_ids |= self.technician
        self.assertRefuses("booked for", booking.write, {"employee_id": self.technician.id})
        booking.unlink()
        self.assertEqual(order.technician_ids, self.technician)

    def test_pass_on_to_somebody_busy(self):
        """SV-5: work is not passed on to who is booked for other work then."""
        order = self.new_booked()
        self.new_booked(technicians=self.other_technician)
        booking = self.bookings_of(order).with_user(self.advisor)
        self.assertRefuses("Next free", booking.write, {"employee_id": self.other_technician.id})
        self.assertEqual(order.technician_ids, self.technician)

    def test_book_on_calendar(self):
        """SV-5: an empty place on the calendar takes an order that waits for one."""
        order = self.new_booked(
            technicians=self.technician.browse(), scheduled_start=False, scheduled_end=False
        )
        form = Form(self.Booking.with_user(self.advisor))
        form.order_id = order
        form.employee_id = self.other_technician
        form.start, form.stop = APPOINTMENT, APPOINTMENT + HOUR
        booking = form.save()
        self.assertRecordValues(
            order, [{"scheduled_start": APPOINTMENT, "scheduled_end": APPOINTMENT + HOUR}]
        )
        self.assertEqual(order.technician_ids, self.other_technician)
        self.assertEqual(booking, self.bookings_of(order))
        self.assertRefuses("which order", self.Booking.create, {"employee_id": self.technician.id})

    def test_arranged(self):
        """TL-3: a technician is arranged when one is booked, not when one is thought of."""
        order = self.new_booked(technicians=self.technician.browse())
        arranged = order.deadline_ids.filtered(lambda line: line.milestone == "arrange")
        self.assertEqual(arranged.state, "running")
        order.scheduled_start = False
        order.technician_ids = self.technician
        self.assertEqual(arranged.state, "running")
        order.scheduled_start = APPOINTMENT
        self.assertEqual(arranged.state, "met")

    def test_queries(self):
        """SV-5: many orders are booked with as many queries as one, but for what each row writes."""

        def create(number, first):
            self.Order.with_user(self.advisor).create(
                [
                    {
                        "name": f"Order {index}",
                        "partner_id": self.customer.id,
                        "type_id": self.repair.id,
                        "scheduled_start": APPOINTMENT + (first + index) * 3 * HOUR,
                        "technician_ids": [Command.set(self.technician.ids)],
                    }
                    for index in range(number)
                ]
            )

        create(2, 0)
        one = self.count(create, 2, 10)
        many = self.count(create, 12, 20)
        # A number from the sequence, a row of technicians and a tracked message for each.
        self.assertLessEqual(many - one, 10 * 5, (one, many))

    def test_calendar_queries(self):
        """SV-5: a week of the calendar takes the same number of queries with one booking and with many."""
        spec = {
            name: {}
            for name in (
                "display_name",
                "start",
                "stop",
                "number",
                "order_name",
                "conflict",
                "has_conflict",
                "state",
            )
        }
        for name in ("employee_id", "partner_id", "asset_id", "type_id", "stage_id", "team_id"):
            spec[name] = {"fields": {"display_name": {}}}
        bookings = self.Booking.with_user(self.advisor).with_context(active_test=False)

        def week(domain):
            return bookings.web_search_read(domain, spec)["length"]

        first = self.new_booked()
        domain = [
            ("start", "<", "2026-03-08"),
            ("stop", ">", "2026-03-01"),
            ("state", "in", ["planned", "done"]),
        ]
        week(domain)
        one = self.count(week, domain)
        self.new_absence(self.technician, APPOINTMENT, APPOINTMENT + HOUR)
        for index in range(8):
            asset = self.new_asset()
            self.new_booked(
                APPOINTMENT + (24 * (index // 2) + 3 * (index % 2)) * HOUR,
                technicians=self.other_technician,
                asset_id=asset.id,
                type_id=(self.repair if index % 2 else self.regular).id,
            )
        self.assertEqual(week(domain), 9)
        self.assertLessEqual(self.count(week, domain), one + 1)
        self.assertTrue(self.bookings_of(first).has_conflict)
