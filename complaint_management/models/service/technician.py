from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ...tools import slots

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)

#: Who knows what technicians can do; everybody else sees that somebody is one.
READERS = "complaint_management.group_service_technician"
#: What the workshop manager, who needs no rights on employees, says of them.
TECHNICIAN_FIELDS = ("complaint_technician", "complaint_skill_ids", "complaint_service_team_ids")


class ComplaintTechnician(models.AbstractModel):
    """What makes an employee a technician, for the employee and for what everybody sees of one (SV-5)."""

    _name = "complaint.technician"
    _description = "Technician"

    complaint_technician = fields.Boolean(
        string="Technician", help="Carries out service orders and is proposed for appointments."
    )
    complaint_skill_ids = fields.Many2many(
        "complaint.service.skill",
        "complaint_technician_skill_rel",
        "employee_id",
        "skill_id",
        string="Skills for Service",
        groups=f"{READERS},hr.group_hr_user",
    )
    complaint_service_team_ids = fields.Many2many(
        "complaint.team",
        "complaint_technician_team_rel",
        "employee_id",
        "team_id",
        string="Works for",
        domain="[('service', '=', True)]",
        groups=READERS,
        help="The teams whose orders they carry out. Empty: those of all teams.",
    )
    complaint_suits_type_ids = fields.Many2many(
        "complaint.service.type",
        string="Can Do",
        compute="_compute_complaint_suits_type_ids",
        search="_search_complaint_suits_type_ids",
        groups=READERS,
        export_string_translation=False,
    )

    @api.depends("complaint_technician", "complaint_skill_ids")
    def _compute_complaint_suits_type_ids(self):
        """All services whose skills somebody has."""
        types = self.env["complaint.service.type"].search([("active", "=", True)])
        for technician in self:
            technician.complaint_suits_type_ids = technician.complaint_technician and types.filtered(
                lambda kind, skills=technician.complaint_skill_ids: kind.skill_ids <= skills
            )

    def _search_complaint_suits_type_ids(self, operator, value):
        """Who has all skills of one of the services; of no service it is every technician."""
        if operator != "in":
            return NotImplemented
        domain = Domain.FALSE
        types_sudo = self.env["complaint.service.type"].sudo().browse([one for one in value if one])
        for kind_sudo in types_sudo:
            domain |= Domain.AND([("complaint_skill_ids", "in", [skill.id])] for skill in kind_sudo.skill_ids)
        if False in value:
            domain = Domain.TRUE
        return Domain("complaint_technician", "=", True) & domain


class HrEmployee(models.Model):
    _name = "hr.employee"
    _inherit = ["hr.employee", "complaint.technician"]

    @api.model
    def _get_complaint_technicians(self, companies, kind=None, team=None, barred=None):
        """Return the technicians of companies who can be proposed, whoever asks.

        :param complaint.service.type kind: only those who have all skills that it asks for
        :param complaint.team team: only those who work for it, or for all teams
        :param hr.employee barred: never these, such as who is concerned by the complaint behind an order
        :return: hr.employee, as superuser
        """
        domain = Domain("complaint_technician", "=", True) & Domain("company_id", "in", companies.ids)
        if kind:
            domain &= Domain("complaint_suits_type_ids", "in", kind.ids)
        if team:
            domain &= Domain("complaint_service_team_ids", "=", False) | Domain(
                "complaint_service_team_ids", "in", team.ids
            )
        if barred:
            domain &= Domain("id", "not in", barred.ids)
        return self.sudo().search(domain)

    def _get_complaint_working(self, start, stop):
        """Return when employees work between two moments, their own absences not considered.

        Their hours are those of their working calendar by the clock of their own time zone, and where a
        contract says another one, of that. Public holidays and extra working days of the company count, as
        for time limits. Who has no calendar at all is asked to work in the hours of the company.

        :param datetime start: naive UTC
        :param datetime stop: naive UTC
        :return: ``{employee id: [(start, stop)]}``, merged
        """
        employees_sudo = self.sudo().with_context(active_test=False)
        resources_sudo = employees_sudo.resource_id
        validity = resources_sudo._get_calendars_validity_within_period(
            pytz.utc.localize(start), pytz.utc.localize(stop)
        )
        calendars, working = {}, {}
        for employee in employees_sudo:
            company, tz = employee.company_id, employee.resource_id.tz
            found = []
            for calendar, periods in validity[employee.resource_id.id].items():
                calendar = calendar or company.resource_calendar_id
                if not calendar:
                    continue
                key = (calendar, company, tz)
                if key not in calendars:
                    calendars[key] = calendar._get_complaint_hours(company, tz, start, stop)
                found += slots.intersect(calendars[key], [_to_naive(*period[:2]) for period in periods])
            working[employee.id] = slots.merge(found)
        return working

    def _get_complaint_absences(self, start, stop):
        """Return when employees are absent between two moments: ``{employee id: [(start, stop)]}``."""
        employees_sudo = self.sudo().with_context(active_test=False)
        leaves_sudo = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search_fetch(
                [
                    ("resource_id", "in", employees_sudo.resource_id.ids),
                    ("time_type", "=", "leave"),
                    ("date_from", "<", stop),
                    ("date_to", ">", start),
                ],
                ["resource_id", "date_from", "date_to"],
            )
        )
        of_resource = leaves_sudo.grouped("resource_id")
        return {
            employee.id: slots.merge(
                (leave.date_from, _whole_minute(leave.date_to))
                for leave in of_resource.get(employee.resource_id, ())
            )
            for employee in employees_sudo
        }

    def _get_complaint_bookings(self, start, stop, orders=None):
        """Return when employees are booked between two moments: ``{employee id: [(start, stop)]}``.

        :param complaint.service.order orders: what is booked for these does not count
        """
        domain = (
            Domain("employee_id", "in", self.ids) & Domain("start", "<", stop) & Domain("stop", ">", start)
        )
        if orders:
            domain &= Domain("order_id", "not in", orders.ids)
        Booking = self.env["complaint.service.booking"].sudo()
        bookings = Booking.search_fetch(domain, ["employee_id", "start", "stop"], order="start")
        busy = {employee_id: [] for employee_id in self.ids}
        for booking in bookings:
            busy[booking.employee_id.id].append((booking.start, booking.stop))
        return {employee_id: slots.merge(intervals) for employee_id, intervals in busy.items()}


class HrEmployeePublic(models.Model):
    """Workshop managers say who their technicians are and what they can do; nothing else about employees."""

    _name = "hr.employee.public"
    _inherit = ["hr.employee.public", "complaint.technician"]

    def write(self, vals):  # pylint: disable=method-required-super
        # Nobody writes a view; these fields are the employee's.
        self.check_access("write")
        unknown = vals.keys() - set(TECHNICIAN_FIELDS)
        if unknown or self.company_id - self.env.companies:
            raise AccessError(
                self.env._(
                    "Workshop managers enter who is a technician of their company, with which skills and for "
                    "which teams. Everything else about employees is entered by the personnel department."
                )
            )
        self.employee_id.sudo().write(vals)
        self.env["hr.employee"].flush_model(TECHNICIAN_FIELDS)
        self.invalidate_recordset(TECHNICIAN_FIELDS)
        return True


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _get_complaint_hours(self, company, tz, start, stop):
        """Return the working intervals between two moments by the clock of a time zone, merged.

        :param res.company company: whose public holidays and extra working days count
        :param str tz: where the person is who works by this calendar
        """
        # The same years in memory as for time limits; see ``_get_working_time``.
        calendar_sudo = self.with_env(self.env(su=True, context={}))
        first, last = start - 2 * _DAY, stop + 2 * _DAY
        hours = [
            interval
            for year in range(first.year, last.year + 1)
            for interval in calendar_sudo._load_working_year(company.id, year)
            if interval[0] < last and interval[1] > first
        ]
        if tz and tz != calendar_sudo.tz:
            hours = slots.move_zone(hours, pytz.timezone(calendar_sudo.tz), pytz.timezone(tz))
        return slots.intersect(hours, [(start, stop)])


def _whole_minute(stop):
    """Return the end of an absence; who writes 23:59:59 means midnight."""
    return stop + _SECOND if stop.second == 59 else stop


def _to_naive(start, stop):
    """Return two moments with a time zone as naive UTC; the last instant of a day is its end."""
    start, stop = (moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in (start, stop))
    return start, stop + timedelta(microseconds=1) if stop.microsecond else stop
