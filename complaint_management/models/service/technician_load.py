from datetime import date, datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import slots

#: How many weeks are shown, from today on.
WEEKS = 4
_DAY = timedelta(days=1)


class ComplaintServiceLoad(models.TransientModel):
    """How much of a day's working time a technician is booked for (SV-5).

    Counted when somebody opens the list: working time comes from calendars and absences, which no table has.
    """

    _name = "complaint.service.load"
    _description = "Load of a Technician on a Day"
    _order = "date, employee_id"
    _transient_max_hours = 2.0

    employee_id = fields.Many2one("hr.employee", string="Technician", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    date = fields.Date(string="Day", required=True)
    working_hours = fields.Float(aggregator="sum")
    booked_hours = fields.Float(aggregator="sum")
    free_hours = fields.Float(aggregator="sum")
    over_hours = fields.Float(string="Hours Too Many", aggregator="sum")
    load = fields.Float(string="Load (%)", aggregator="avg", digits=(16, 1))
    overload = fields.Boolean(string="Too Much")
    absent = fields.Boolean(help="Absent on that day, or for a part of it.")

    @api.model
    def action_open(self):
        """Count the load of all technicians for the weeks ahead and show it."""
        self._count(self.env.companies)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "complaint_management.complaint_service_load_action"
        )

    @api.model
    def _count(self, companies, day_from=None, days=7 * WEEKS):
        """Make the user's list anew.

        :param res.company companies: whose technicians
        :param date day_from: first day; today where it is left out
        :param int days: how many
        """
        # It is as readable as bookings are: for people of the service.
        self.env["complaint.service.booking"].check_access("read")
        day_from = day_from or fields.Date.context_today(self)
        Load = self.sudo()
        Load.search(Domain("create_uid", "=", self.env.uid)).unlink()
        employees = self.env["hr.employee"]._get_complaint_technicians(companies)
        return Load.create(
            [
                {"employee_id": employee.id, "company_id": employee.company_id.id, **vals}
                for employee, lines in employees._get_complaint_load(day_from, days).items()
                for vals in lines
            ]
        ).sudo(False)


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def _get_complaint_load(self, day_from, days):
        """Return how much employees work and are booked for, day by day in their own time zone.

        Of an appointment counts what is work: all of it but the breaks and nights within.

        :return: ``{employee: [values of complaint.service.load]}``
        """
        if not self:
            return {}
        # The day is another one elsewhere in the world.
        first = datetime.combine(day_from, time.min) - _DAY
        last = first + (days + 2) * _DAY
        absent = self._get_complaint_absences(first, last)
        hours_of = self._get_complaint_working(first, last)
        Booking = self.env["complaint.service.booking"].sudo()
        bookings = Booking.with_context(active_test=False).search_fetch(
            Domain("employee_id", "in", self.ids)
            & Domain("state", "in", ["planned", "done"])
            & Domain("start", "<", last)
            & Domain("stop", ">", first),
            ["employee_id", "start", "stop"],
        )
        booked_by = bookings.grouped("employee_id")
        dates = [day_from + number * _DAY for number in range(days)]
        load = {}
        for employee in self:
            zone = pytz.timezone(employee.resource_id.tz)
            usual = hours_of[employee.id]
            away = slots.intersect(absent[employee.id], usual)
            working = slots.hours_by_day(slots.subtract(usual, away), zone)
            off = slots.hours_by_day(away, zone)
            booked = {}
            for one in booked_by.get(employee, ()):
                pieces = slots.get_worked(max(one.start, first), min(one.stop, last), usual)
                # Two at the same time are two.
                for day, hours in slots.hours_by_day(pieces, zone).items():
                    booked[day] = booked.get(day, 0.0) + hours
            load[employee] = [
                _get_line(day, working.get(day, 0.0), booked.get(day, 0.0), day in off)
                for day in dates
                if day in working or day in booked or day in off
            ]
        return load


def _get_line(day: date, working, booked, absent):
    working, booked = round(working, 2), round(booked, 2)
    return {
        "date": day,
        "working_hours": working,
        "booked_hours": booked,
        "free_hours": max(working - booked, 0.0),
        "over_hours": max(booked - working, 0.0),
        # Work on a day off is too much, however little it is.
        "load": round(100 * booked / working, 1) if working else 100.0 * bool(booked),
        "overload": booked > working,
        "absent": absent,
    }
