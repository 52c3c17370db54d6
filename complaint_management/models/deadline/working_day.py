from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models


class ComplaintWorkingDay(models.Model):
    """A day that is worked although the calendar has none or a holiday then (TL-5).

    As the Saturdays and Sundays on which China makes up for its long holidays: attendances of Odoo's
    calendars repeat every week or every other, and cannot say that of one day.
    """

    _name = "complaint.working.day"
    _description = "Extra Working Day"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Reason")
    date = fields.Date(required=True, index=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="Empty: the day is worked in all working hours of the company.",
    )
    dayofweek = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        string="Hours as on",
        required=True,
        default="0",
        help="The day has the hours of this weekday.",
    )

    hours = fields.Float(
        compute="_compute_hours",
        help="How long is worked then; none if the calendar has no hours on that weekday.",
    )

    _date_uniq = models.UniqueIndex(
        "(company_id, date, COALESCE(calendar_id, 0))", "This day is an extra working day already."
    )

    @api.depends("name", "date")
    def _compute_display_name(self):
        for day in self:
            shown = fields.Date.to_string(day.date) or ""
            day.display_name = f"{shown} {day.name}" if day.name else shown

    @api.depends("date", "dayofweek", "calendar_id", "company_id")
    def _compute_hours(self):
        for day in self:
            calendar = day.calendar_id._origin or day.company_id.resource_calendar_id
            intervals = []
            if day.date and day.dayofweek and calendar:
                intervals = calendar.sudo()._get_hours_like({day.date: int(day.dayofweek)})[day.date]
            day.hours = sum(stop - start for start, stop in intervals) / 3600

    @api.model
    def _get_weekdays(self, calendar, company_id, first, last):
        """Return ``{date: weekday}`` of a calendar's extra days in a company, Monday being 0."""
        days_sudo = self.sudo().search_fetch(
            [
                ("company_id", "=", company_id),
                ("calendar_id", "in", [False, calendar.id]),
                ("date", ">=", first),
                ("date", "<=", last),
            ],
            ["date", "dayofweek", "calendar_id"],
        )
        # What is said of the calendar itself counts more than what is said of all.
        return {day.date: int(day.dayofweek) for day in days_sudo.sorted(lambda day: bool(day.calendar_id))}

    def _get_spans(self):
        """Return ``{day: (calendar id, company id, start, stop, weekday)}``, naive UTC."""
        spans, zones_of = {}, {}
        for day in self.sudo():
            concerned = (day.calendar_id, day.company_id)
            if concerned not in zones_of:
                calendars = self.env["resource.calendar"]._get_calendars_of(*concerned)
                zones_of[concerned] = [pytz.timezone(tz) for tz in set(calendars.mapped("tz"))]
            zones = zones_of[concerned] or [pytz.utc]
            midnight = datetime.combine(day.date, time.min)
            starts = [_to_utc(zone, midnight) for zone in zones]
            stops = [_to_utc(zone, midnight + timedelta(days=1)) for zone in zones]
            spans[day] = (day.calendar_id.id, day.company_id.id, min(starts), max(stops), day.dayofweek)
        return spans

    @api.model_create_multi
    def create(self, vals_list):
        Calendar = self.env["resource.calendar"]
        with Calendar._watch_working_time() as changes:
            days = super().create(vals_list)
            Calendar._note_spans(changes, {}, days._get_spans())
        return days

    def write(self, vals):
        Calendar = self.env["resource.calendar"]
        with Calendar._watch_working_time() as changes:
            before = self._get_spans()
            result = super().write(vals)
            Calendar._note_spans(changes, before, self._get_spans())
        return result

    def unlink(self):
        Calendar = self.env["resource.calendar"]
        with Calendar._watch_working_time() as changes:
            before = self._get_spans()
            result = super().unlink()
            Calendar._note_spans(changes, before, {})
        return result


def _to_utc(zone, moment):
    return zone.localize(moment).astimezone(pytz.utc).replace(tzinfo=None)
