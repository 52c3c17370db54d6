from contextlib import contextmanager
from datetime import date, datetime, time, timedelta, timezone
from functools import partial

import pytz

from odoo import api, models
from odoo.tools import ormcache
from odoo.tools.intervals import Intervals

from ...tools.working_time import WorkingTime

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)

#: Where a transaction keeps what it is about to tell, and what it has counted with.
_CHANGES = "complaint_working_time_changes"
_ENGINES = "complaint_working_time"


class ResourceCalendar(models.Model):
    """Working time as a company keeps it: attendances, less its public holidays, plus extra working days."""

    _inherit = "resource.calendar"

    # What time limits count with

    def _get_working_time(self, company):
        """Return the working time of this calendar as a company keeps it (TL-1, TL-5).

        :param res.company company: whose public holidays and extra working days count
        :return: :class:`~odoo.addons.complaint_management.tools.working_time.WorkingTime`
        """
        self.ensure_one()
        # Who handles complaints needs no rights on calendars, nor may their language or company matter.
        calendar_sudo = self.with_env(self.env(su=True, context={}))
        engines = self.env.cr.cache.setdefault(_ENGINES, {})
        key, state = (self.id, company.id), self._get_working_time_state()
        if key not in engines or engines[key][0] is not state:
            load = partial(calendar_sudo._load_working_year, company.id)
            engines[key] = (state, WorkingTime(calendar_sudo.tz, load))
        return engines[key][1]

    @api.model
    @ormcache()
    def _get_working_time_state(self):
        """Return an object that is another one as soon as anything in memory may be out of date."""
        return object()

    def _load_working_year(self, company_id, year):
        """Return the working intervals that begin in a year of the calendar's time zone.

        :return: sorted list of disjoint ``(start, stop)``, naive datetimes in UTC
        """
        # Averages that follow from other calendars, too, and change without anybody writing them here.
        flexible = (self.hours_per_day, self.full_time_required_hours) if self.flexible_hours else False
        seconds = self._get_working_year(company_id, year, flexible)
        moments = [(_EPOCH + timedelta(seconds=second)).replace(tzinfo=None) for second in seconds]
        return list(zip(moments[::2], moments[1::2], strict=True))

    @ormcache("self.id", "company_id", "year", "flexible")
    def _get_working_year(self, company_id, year, flexible=False):
        """Return the working intervals of a year as seconds: start, stop, start, stop ..."""
        zone = pytz.timezone(self.tz)
        # Whole weeks: flexible calendars deal their hours out week by week from where they are asked.
        first, last = _whole_weeks(date(year, 1, 1), date(year, 12, 31))
        start, stop = _midnight(zone, first), _midnight(zone, last + _DAY)

        attendances = self._attendance_intervals_batch(start, stop)[False]
        # Every interval carries its date: some calendars work through midnight.
        works = Intervals(
            [(*_seconds(begin, end), frozenset([begin.date()])) for begin, end, _lines in attendances],
            keep_distinct=True,
        )
        domain = [("time_type", "=", "leave"), ("company_id", "in", [False, company_id])]
        leaves = self._leave_intervals_batch(start, stop, domain=domain)[False]
        off = [(*_seconds(begin, _whole_minute(end)), frozenset()) for begin, end, _leaves in leaves]
        WorkingDay = self.env["complaint.working.day"]
        extra = self._get_hours_like(
            WorkingDay._get_weekdays(self, company_id, date(year, 1, 1), date(year, 12, 31))
        )

        found = [work for work in works - off if min(work[2]).year == year and not extra.keys() & work[2]]
        for day, hours in extra.items():
            found += [(begin, end, frozenset([day])) for begin, end in hours]
        found = Intervals(found, keep_distinct=True)
        return tuple(second for begin, end, _days in found for second in (begin, end))

    def _get_hours_like(self, weekdays):
        """Return the hours of days that are worked like another day of their week.

        In a calendar of two weeks, those are the hours of the week in which the day lies.

        :param dict weekdays: weekday by date, Monday being 0
        :return: ``{date: [(start, stop)]}`` in seconds
        """
        if not weekdays:
            return {}
        zone = pytz.timezone(self.tz)
        first, last = _whole_weeks(min(weekdays), max(weekdays))
        # Asked in UTC, Odoo answers with the hours on the wall: they hold on the other day as well, which
        # may have another offset.
        walls = {}
        start, stop = _midnight(pytz.utc, first), _midnight(pytz.utc, last + _DAY)
        for begin, end, _lines in self._attendance_intervals_batch(start, stop, tz=pytz.utc)[False]:
            midnight = _midnight(pytz.utc, begin.date())
            walls.setdefault(begin.date(), []).append((begin - midnight, end - midnight))
        hours = {}
        for day, weekday in weekdays.items():
            midnight = datetime.combine(day, time.min)
            hours[day] = [
                _seconds(zone.localize(midnight + begin), zone.localize(midnight + end))
                for begin, end in walls.get(day + (weekday - day.weekday()) * _DAY, ())
            ]
        return hours

    # What changes it

    def _complaint_time_changed(self, date_from, date_to, company=None):
        """Hook: the working time of these calendars has changed, so running clocks may end otherwise.

        Called once for each creation, change or deletion, however many records it concerns.

        :param datetime date_from: first moment whose working time may be another one, naive UTC; None: all
        :param datetime date_to: moment after the last one, or None
        :param res.company company: whose working time alone has changed; None: everybody's
        """

    @api.model
    @contextmanager
    def _watch_working_time(self):
        """Collect what changes working time, and tell of it at the end of the outermost block.

        :return: list to append ``(calendars, date_from, date_to, company)`` to
        """
        cache = self.env.cr.cache
        outermost = _CHANGES not in cache
        changes = cache.setdefault(_CHANGES, [])
        known = len(changes)
        try:
            yield changes
            if len(changes) != known:
                self._forget_working_time()
        finally:
            if outermost:
                cache.pop(_CHANGES, None)
        if outermost:
            self._tell_working_time(changes)

    @api.model
    def _tell_working_time(self, changes):
        calendars = self.browse().union(*(change[0] for change in changes)).sudo()
        if not calendars:
            return
        starts = [change[1] for change in changes]
        stops = [change[2] for change in changes]
        companies = {change[3] for change in changes}
        calendars._complaint_time_changed(
            None if None in starts else min(starts),
            None if None in stops else max(stops),
            companies.pop() if len(companies) == 1 else None,
        )

    @api.model
    def _forget_working_time(self):
        """Drop the working time in memory, for all workers."""
        registry, postcommit = self.env.registry, self.env.cr.postcommit
        registry.clear_cache()
        # Once more when it is in the database: another thread may have read the old state meanwhile, or
        # this one what a savepoint then took back.
        if not postcommit.data.get(_CHANGES):
            postcommit.data[_CHANGES] = True
            postcommit.add(registry.clear_cache)

    @api.model
    def _get_calendars_of(self, calendar, company):
        """Return the calendars that a holiday or an extra day of a calendar, or of none, concerns.

        :param resource.calendar calendar: empty for all of the company
        :param res.company company: empty for all companies
        """
        calendars_sudo = self.sudo()
        if calendar:
            return calendars_sudo.browse(calendar.id)
        domain = [("company_id", "in", [False, company.id])] if company else []
        return calendars_sudo.with_context(active_test=False).search(domain)

    @api.model
    def _note_spans(self, changes, before, after):
        """Add what holidays or extra days concern that are not what they were.

        :param dict before: ``{record: (calendar id, company id, start, stop)}``; more is only compared
        :param dict after: the same after the change
        """
        spans = {}
        for record in before.keys() | after.keys():
            if before.get(record) != after.get(record):
                for state in (before, after):
                    if record in state:
                        calendar_id, company_id, start, stop = state[record][:4]
                        spans.setdefault((calendar_id, company_id), []).append((start, stop))
        for (calendar_id, company_id), moments in spans.items():
            company = self.env["res.company"].browse(company_id)
            calendars = self._get_calendars_of(self.browse(calendar_id), company)
            starts, stops = zip(*moments, strict=True)
            changes.append((calendars, min(starts), max(stops), company or None))

    def _get_working_time_settings(self):
        """Return what besides attendances and leaves makes up the working time, by calendar."""
        return {
            calendar: (
                calendar.tz,
                calendar.two_weeks_calendar,
                calendar.flexible_hours and (calendar.hours_per_day, calendar.full_time_required_hours),
            )
            for calendar in self.sudo()
        }

    @api.model_create_multi
    def create(self, vals_list):
        with self._watch_working_time() as changes:
            calendars = super().create(vals_list)
            # Nothing counts with them yet.
            changes[:] = [(change[0] - calendars, *change[1:]) for change in changes if change[0] - calendars]
        return calendars

    def write(self, vals):
        with self._watch_working_time() as changes:
            before = self._get_working_time_settings()
            result = super().write(vals)
            after = self._get_working_time_settings()
            changed = self.browse([calendar.id for calendar in self if before[calendar] != after[calendar]])
            if changed:
                changes.append((changed, None, None, None))
        return result

    def unlink(self):
        self.check_access("unlink")
        with self._watch_working_time() as changes:
            # Without their calendar they would become holidays of the whole company.
            Leaves = self.env["resource.calendar.leaves"].sudo()
            Leaves.search([("calendar_id", "in", self.ids), ("resource_id", "=", False)]).unlink()
            result = super().unlink()
            changes[:] = [(change[0] - self, *change[1:]) for change in changes if change[0] - self]
            self._forget_working_time()
        return result


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    def _get_working_time(self):
        """Return what of each line makes up working time, and to which calendar, by line."""
        return {
            line: (line.calendar_id.id, line.dayofweek, line.week_type, line.hour_from, line.hour_to)
            for line in self.sudo()
            if line._is_work_period()
        }

    def _note_working_time(self, changes, before, after):
        """Add the calendars of the lines that are not what they were."""
        changed = {
            state.get(line, (None,))[0]
            for line in before.keys() | after.keys()
            if before.get(line) != after.get(line)
            for state in (before, after)
        }
        if changed - {None}:
            changes.append((self.env["resource.calendar"].browse(changed - {None}), None, None, None))

    @api.model_create_multi
    def create(self, vals_list):
        with self.env["resource.calendar"]._watch_working_time() as changes:
            lines = super().create(vals_list)
            self._note_working_time(changes, {}, lines._get_working_time())
        return lines

    def write(self, vals):
        with self.env["resource.calendar"]._watch_working_time() as changes:
            before = self._get_working_time()
            result = super().write(vals)
            self._note_working_time(changes, before, self._get_working_time())
        return result

    def unlink(self):
        with self.env["resource.calendar"]._watch_working_time() as changes:
            before = self._get_working_time()
            result = super().unlink()
            self._note_working_time(changes, before, {})
        return result


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    def _get_time_off(self):
        """Return ``{leave: (calendar id, company id, start, stop)}`` of those that are everybody's."""
        return {
            leave: (leave.calendar_id.id, leave.company_id.id, leave.date_from, _whole_minute(leave.date_to))
            for leave in self.sudo()
            if not leave.resource_id and leave.time_type == "leave"
        }

    @api.model_create_multi
    def create(self, vals_list):
        with self.env["resource.calendar"]._watch_working_time() as changes:
            leaves = super().create(vals_list)
            self.env["resource.calendar"]._note_spans(changes, {}, leaves._get_time_off())
        return leaves

    def write(self, vals):
        with self.env["resource.calendar"]._watch_working_time() as changes:
            before = self._get_time_off()
            result = super().write(vals)
            self.env["resource.calendar"]._note_spans(changes, before, self._get_time_off())
        return result

    def unlink(self):
        with self.env["resource.calendar"]._watch_working_time() as changes:
            before = self._get_time_off()
            result = super().unlink()
            self.env["resource.calendar"]._note_spans(changes, before, {})
        return result


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    def unlink(self):
        self.check_access("unlink")
        # Without its resource, the time off of one employee would become everybody's holiday.
        self.env["resource.calendar.leaves"].sudo().search([("resource_id", "in", self.ids)]).unlink()
        return super().unlink()


def _whole_weeks(first, last):
    """Return the Monday before a day, or itself, and the Sunday after another."""
    return first - first.weekday() * _DAY, last + (6 - last.weekday()) * _DAY


def _midnight(zone, day):
    return zone.localize(datetime.combine(day, time.min))


def _seconds(start, stop):
    """Return two moments in seconds; Odoo's end of a day is a millionth of a second too early."""
    return (start - _EPOCH) // _SECOND, -((_EPOCH - stop) // _SECOND)


def _whole_minute(stop):
    """Return the end of a leave; who writes 23:59:59 means midnight."""
    return stop + _SECOND if stop.second == 59 else stop
