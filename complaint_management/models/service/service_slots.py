from datetime import datetime, time, timedelta
from heapq import merge
from itertools import groupby, islice

import pytz

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import slots
from .booking import BUSY_STEPS

#: Room before and after what is asked for: days are looked at as a whole, and long work may end later.
_BEFORE, _AFTER = timedelta(days=2), timedelta(days=14)


class ComplaintServiceOrder(models.Model):
    """When somebody is free for an order: for whoever plans it, and for customers who choose (SV-5, SV-7)."""

    _inherit = "complaint.service.order"

    def _propose_slots(self, duration=None, limit=10, day_from=None, employees=None, unskilled=False):
        """Propose times for one order, earliest first, of each time the technician who suits best.

        That is one who is named on the order, else who has least to do on that day. Where several are named,
        times are proposed at which all of them are free.

        :param float duration: hours of work; as planned, or as usual for the service, where it is left out
        :param int limit: how many; None: all
        :param day_from: date or datetime (naive UTC) before which nothing is proposed
        :param hr.employee employees: only one of these
        :param bool unskilled: also who lacks a skill that the service asks for
        :return: list of ``(start, stop, hr.employee)``, naive UTC
        """
        self.ensure_one()
        order_sudo = self.sudo()
        company, kind = order_sudo.company_id, order_sudo.type_id
        length = timedelta(hours=duration) if duration else order_sudo._get_scheduled_length()
        length = length or timedelta(hours=kind.duration or 1)
        named, barred = order_sudo.technician_ids, self._get_barred_employees()
        if employees:
            groups = [one for one in employees.sudo() - barred]
        elif len(named) > 1:
            groups = [named] if not named & barred else []
        else:
            found = self.env["hr.employee"]._get_complaint_technicians(
                company, kind=None if unskilled else kind, team=order_sudo.team_id, barred=barred
            )
            groups = list(found)
        earliest = max(fields.Datetime.now(), _to_moment(day_from, company.resource_calendar_id.tz))
        latest = earliest + timedelta(days=max(company.complaint_service_book_days, 1))
        step = timedelta(minutes=company.complaint_service_slot_minutes)
        streams, hours = _get_streams(groups, length, step, earliest, latest, self)
        proposals = (
            min(
                found,
                key=lambda one: (
                    not one[1] & named,
                    sum(hours[employee.id].get(one[3], 0.0) for employee in one[1]),
                    one[1].ids,
                ),
            )
            # One after the other: the later ones are mostly not looked at.
            for _start, found in groupby(  # pylint: disable=bad-builtin-groupby
                merge(*streams, key=lambda one: one[0]), key=lambda one: one[0]
            )
        )
        return [
            (start, stop, group.with_env(self.env)) for start, group, stop, _day in islice(proposals, limit)
        ]

    @api.model
    def _get_free_slots(self, company, kind, team, day_from, day_to):
        """Return when customers may ask for an appointment, whoever asks.

        A time is offered while more technicians are free than orders wait for one to be named. Where the team
        has no technicians at all, its working time is offered: somebody will answer.

        :param res.company company: whose settings count
        :param complaint.service.type kind: what is to be done; says how long it takes and which skills
        :param complaint.team team: whose technicians, may be empty
        :param date day_from: first day
        :param date day_to: last day
        :return: sorted list of datetimes, naive UTC
        """
        company_sudo, team_sudo, kind_sudo = company.sudo(), team.sudo(), kind.sudo()
        calendar_sudo = team_sudo.calendar_id or company_sudo.resource_calendar_id
        tz, now = calendar_sudo.tz, fields.Datetime.now()
        # What the company says for customers: how near and how far an appointment may be.
        earliest = max(
            _to_moment(day_from, tz), now + timedelta(hours=company_sudo.complaint_service_lead_hours)
        )
        latest = min(
            _to_moment(day_to + timedelta(days=1), tz),
            now + timedelta(days=company_sudo.complaint_service_book_days),
        )
        if earliest >= latest:
            return []
        length = timedelta(hours=kind_sudo.duration or 1)
        step = timedelta(minutes=company_sudo.complaint_service_slot_minutes)
        Employee = self.env["hr.employee"]
        technicians = Employee._get_complaint_technicians(company_sudo, kind_sudo, team_sudo)
        if not technicians:
            if Employee._get_complaint_technicians(company_sudo, team=team_sudo):
                return []
            working = calendar_sudo._get_complaint_hours(
                company_sudo, tz, earliest - _BEFORE, latest + _AFTER
            )
            zone = pytz.timezone(tz)
            found = slots.find_starts(working, [], length, step, zone, earliest, latest)
            return [start for start, _stop in found]
        streams, _hours = _get_streams(list(technicians), length, step, earliest, latest, self.browse())
        free = {}
        for stream in streams:
            for start, _group, stop, _day in stream:
                free.setdefault(start, []).append(stop)
        waiting = self._get_unassigned(company_sudo, team_sudo, earliest, latest + _AFTER)
        return [
            start
            for start, stops in sorted(free.items())
            if len(stops) > sum(begin < max(stops) and end > start for begin, end in waiting)
        ]

    @api.model
    def _get_unassigned(self, company, team, first, last):
        """Return ``[(start, stop)]`` of the appointments for which no technician is named yet."""
        domain = (
            Domain("company_id", "=", company.id)
            & Domain("step", "in", BUSY_STEPS)
            & Domain("technician_ids", "=", False)
            & Domain("scheduled_start", "<", last)
            & Domain("scheduled_end", ">", first)
        )
        if team:
            domain &= Domain("team_id", "in", [*team.ids, False])
        orders = self.sudo().search_fetch(domain, ["scheduled_start", "scheduled_end"])
        return [(order.scheduled_start, order.scheduled_end) for order in orders]


def _get_streams(groups, length, step, earliest, latest, orders):
    """Return the free times of groups of technicians, each group at the times when all of it is free.

    :param groups: list of hr.employee
    :param orders: what is booked for these does not count
    :return: sorted streams of ``(start, group, stop, day)``, one for each group, and the hours that each
        technician is booked for, ``{employee id: {date: hours}}``
    """
    if not groups:
        return [], {}
    employees = groups[0].union(*groups)
    first, last = earliest - _BEFORE, latest + _AFTER
    working = employees._get_complaint_working(first, last)
    absent = employees._get_complaint_absences(first, last)
    booked = employees._get_complaint_bookings(first, last, orders)
    zones = {one.id: pytz.timezone(one.resource_id.tz) for one in employees}
    hours = {
        one.id: slots.hours_by_day(slots.intersect(booked[one.id], working[one.id]), zones[one.id])
        for one in employees
    }

    def stream(group):
        together, busy = working[group[0].id], []
        for one in group:
            together = slots.intersect(together, working[one.id])
            busy += absent[one.id] + booked[one.id]
        zone = zones[group[0].id]
        for start, stop in slots.find_starts(together, busy, length, step, zone, earliest, latest):
            yield start, group, stop, zone.fromutc(start).date()

    return [stream(group) for group in groups], hours


def _to_moment(day, tz):
    """Return when a day begins in a time zone, naive UTC; a datetime is one already, nothing is long ago."""
    if not day:
        return datetime.min
    if isinstance(day, datetime):
        return day
    zone = pytz.timezone(tz or "UTC")
    return slots.to_utc(zone, datetime.combine(day, time.min))
