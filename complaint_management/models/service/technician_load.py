from datetime import date, datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import slots

#: How many weeks are shown, from today on.
WEEKS = 4
#: More than there are days in the calendar.
DAYS = 10_000_000
#: What a row has, and as what it is handed to the database.
COLUMNS = {
    "id": "bigint",
    "employee_id": "integer",
    "company_id": "integer",
    "date": "date",
    "working_hours": "float8",
    "booked_hours": "float8",
    "free_hours": "float8",
    "over_hours": "float8",
    "load": "float8",
    "overload": "boolean",
    "absent": "boolean",
}
_DAY = timedelta(days=1)


class ComplaintServiceLoad(models.Model):
    """How much of a day's working time a technician is booked for, from today on (SV-5).

    Working time comes from calendars and absences, which no table has: it is counted by each query, and
    nothing is written. Rows have an id by technician and day, so what is opened is found again.
    """

    _name = "complaint.service.load"
    _description = "Load of a Technician on a Day"
    _auto = False
    _order = "date, employee_id, id"
    _rec_name = "date"

    employee_id = fields.Many2one("hr.employee", string="Technician", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date = fields.Date(string="Day", readonly=True)
    working_hours = fields.Float(aggregator="sum", readonly=True)
    booked_hours = fields.Float(aggregator="sum", readonly=True)
    free_hours = fields.Float(aggregator="sum", readonly=True)
    over_hours = fields.Float(string="Hours Too Many", aggregator="sum", readonly=True)
    load = fields.Float(string="Load (%)", aggregator="avg", digits=(16, 1), readonly=True)
    overload = fields.Boolean(string="Too Much", readonly=True)
    absent = fields.Boolean(help="Absent on that day, or for a part of it.", readonly=True)

    @property
    def _table_query(self):
        rows = self._count_rows()
        values = [SQL("%s::%s[]", [row[name] for row in rows], SQL(kind)) for name, kind in COLUMNS.items()]
        return SQL(
            "SELECT * FROM unnest(%s) AS load (%s)",
            SQL(", ").join(values),
            SQL(", ").join(SQL.identifier(name) for name in COLUMNS),
        )

    @api.model
    def _count_rows(self):
        """Return the rows as values, of the technicians of the companies that the user has chosen."""
        employees = self.env["hr.employee"]._get_complaint_technicians(self.env.companies)
        load = employees._get_complaint_load(fields.Date.context_today(self), 7 * WEEKS)
        return [
            {
                "id": employee.id * DAYS + line["date"].toordinal(),
                "employee_id": employee.id,
                "company_id": employee.company_id.id,
                **line,
            }
            for employee, lines in load.items()
            for line in lines
        ]


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
