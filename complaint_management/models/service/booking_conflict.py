from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import slots


class Appointment(NamedTuple):
    """One technician at one time, booked or thought of."""

    key: object
    order: object
    employee: object
    start: object
    stop: object
    kind: object


class ComplaintServiceBooking(models.Model):
    """Whether what is booked can be done: looked up when shown, so that a later absence counts (SV-5)."""

    _inherit = "complaint.service.booking"

    conflict = fields.Char(string="Mind", compute="_compute_conflict")
    has_conflict = fields.Boolean(
        string="Needs Attention", compute="_compute_conflict", search="_search_has_conflict"
    )

    @api.depends(
        "active", "start", "stop", "employee_id", "order_id.type_id.skill_ids", "order_id.complaint_id"
    )
    @api.depends_context("lang")
    def _compute_conflict(self):
        found = self._find_conflicts(self._get_appointments())
        for booking in self:
            codes = found.get(booking.id, ())
            booking.has_conflict = bool(codes)
            booking.conflict = self._describe_conflicts(codes)

    def _search_has_conflict(self, operator, value):
        if operator != "in":
            return NotImplemented
        # What lies ahead is as much as technicians can do in some weeks, however many orders there are.
        # Looked up as the superuser, as conflicts are computed: rules take out what the user may not read.
        ahead = self.sudo().search(Domain("active", "=", True) & Domain("stop", ">", fields.Datetime.now()))
        hit = Domain("id", "in", list(ahead._find_conflicts(ahead._get_appointments())))
        domain = hit if True in value else Domain.FALSE
        return domain | ~hit if False in value else domain

    def _get_appointments(self):
        # Who sees a booking need not be let into the order or the employee to be told that it cannot be done.
        now = fields.Datetime.now()
        return [
            Appointment(one.id, one.order_id, one.employee_id, one.start, one.stop, one.order_id.type_id)
            for one in self.sudo()
            if one.active and one.stop > now
        ]

    @api.model
    def _describe_conflicts(self, codes):
        """Return the conflicts of one appointment in words, the worst first; nothing where it has none."""
        words = {
            "concerned": self.env._("Concerned by the complaint behind it"),
            "gone": self.env._("No longer works here"),
            "absent": self.env._("Absent at this time"),
            "overlap": self.env._("Booked for another order at this time"),
            "off": self.env._("Outside working time"),
            "unskilled": self.env._("Lacks a skill that the service needs"),
            "other": self.env._("Not entered as a technician"),
        }
        return " · ".join(word for code, word in words.items() if code in codes) or False

    @api.model
    def _find_conflicts(self, appointments):
        """Tell what stands against appointments, all at once, whoever asks.

        :param appointments: list of :class:`Appointment`
        :return: ``{key: {code}}`` of those that something stands against, see ``_describe_conflicts``
        """
        if not appointments:
            return {}
        first = min(one.start for one in appointments)
        last = max(one.stop for one in appointments)
        # Absences, skills and other orders of a technician count, also those that the user may not read: said
        # is only that there is something.
        employees = self.env["hr.employee"].sudo().browse({one.employee.id for one in appointments})
        working = employees._get_complaint_working(first, last)
        absent = employees._get_complaint_absences(first, last)
        booked = self._get_other_bookings(employees, first, last)
        found = {}
        for one in appointments:
            employee = employees.browse(one.employee.id).with_prefetch(employees.ids)
            skills, order = employee.complaint_skill_ids, one.order.sudo()
            barred = order._get_barred_users() if order else self.env["res.users"]
            codes = {
                code
                for code, holds in (
                    ("concerned", employee.user_id and employee.user_id in barred),
                    ("gone", not employee.active),
                    ("absent", slots.hits(absent[employee.id], one.start, one.stop)),
                    ("off", not _begins_and_ends_in(working[employee.id], one.start, one.stop)),
                    ("unskilled", one.kind.sudo().skill_ids - skills),
                    ("other", not employee.complaint_technician),
                    (
                        "overlap",
                        any(
                            order_id != one.order._origin.id and start < one.stop and stop > one.start
                            for start, stop, order_id in booked[employee.id]
                        ),
                    ),
                )
                if holds
            }
            if codes:
                found[one.key] = codes
        return found

    @api.model
    def _get_other_bookings(self, employees, first, last):
        """Return ``{employee id: [(start, stop, order id)]}`` of what is planned between two moments."""
        domain = (
            Domain("employee_id", "in", employees.ids)
            & Domain("start", "<", last)
            & Domain("stop", ">", first)
        )
        # See there: whatever keeps a technician busy, whoever asks.
        bookings = self.sudo().search_fetch(domain, ["employee_id", "start", "stop", "order_id"])
        booked = {employee_id: [] for employee_id in employees.ids}
        for one in bookings:
            booked[one.employee_id.id].append((one.start, one.stop, one.order_id.id))
        return booked


def _begins_and_ends_in(working, start, stop):
    """Tell whether an appointment begins and ends while somebody works; breaks and nights within are none.

    :param working: merged intervals, of which ends of the outermost ones may be cut to ``start`` and ``stop``
    """
    begins = any(begin <= start < end for begin, end in working)
    return begins and any(begin < stop <= end for begin, end in working)
