from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from unittest.mock import patch

import pytz

from odoo.fields import Command

from odoo.addons.complaint_management.tests.common import ComplaintCommon

OFFICE = ((8, 12), (13, 17))


class CalendarCommon(ComplaintCommon):
    """Calendars of one's own: nothing depends on the company's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = cls.new_calendar("Office")

    @classmethod
    def new_calendar(cls, name, hours=OFFICE, weekdays=range(5), tz="Asia/Shanghai", company=None, **vals):
        """Create a calendar with the same hours on some weekdays, of both companies unless one is given."""
        lines = [
            {"name": "Work", "dayofweek": str(weekday), "hour_from": begin, "hour_to": end}
            for weekday in weekdays
            for begin, end in hours
        ]
        return cls.env["resource.calendar"].create(
            {
                "name": name,
                "tz": tz,
                "company_id": company.id if company else False,
                "attendance_ids": [Command.clear(), *map(Command.create, lines)],
                **vals,
            }
        )

    @classmethod
    def utc(cls, day, hour=0, tz="Asia/Shanghai"):
        """Return a moment on a date of a time zone in naive UTC."""
        local = datetime.combine(date.fromisoformat(day), time.min) + timedelta(hours=hour)
        return pytz.timezone(tz).localize(local).astimezone(pytz.utc).replace(tzinfo=None)

    @classmethod
    def new_holiday(cls, day, last=None, tz="Asia/Shanghai", company=None, **vals):
        """Create a holiday of whole days, as Odoo writes them: until 23:59:59, and by whose company."""
        return (
            cls.env["resource.calendar.leaves"]
            .with_company(company or cls.company)
            .create(
                {
                    "name": "Holiday",
                    "date_from": cls.utc(day, tz=tz),
                    "date_to": cls.utc(last or day, 24, tz) - timedelta(seconds=1),
                    **vals,
                }
            )
        )

    @classmethod
    def new_working_day(cls, day, company=None, **vals):
        return cls.env["complaint.working.day"].create(
            {"date": day, "company_id": (company or cls.company).id, **vals}
        )

    @classmethod
    def hours_on(cls, calendar, day, company=None):
        """Return what is worked on a date, as local hours: ``[(8, 12), (13, 17)]``."""
        zone = pytz.timezone(calendar.tz)
        day = date.fromisoformat(day) if isinstance(day, str) else day
        found = []
        intervals = calendar.sudo()._load_working_year((company or cls.company).id, day.year)
        for moments in intervals:
            start, stop = (pytz.utc.localize(moment).astimezone(zone) for moment in moments)
            if start.date() == day:
                days = (stop.date() - start.date()).days
                found.append((_hour(start), _hour(stop) + 24 * days))
        return found

    @classmethod
    def worked_dates(cls, calendar, year, company=None):
        """Return the dates of a year that have working time."""
        zone = pytz.timezone(calendar.tz)
        return {
            pytz.utc.localize(start).astimezone(zone).date()
            for start, _stop in calendar._load_working_year((company or cls.company).id, year)
        }

    @contextmanager
    def told(self):
        """Collect what is told of changed working time: ``(calendars, date_from, date_to, company)``."""
        calls = []

        def changed(calendars, date_from, date_to, company=None):
            calls.append((calendars, date_from, date_to, company))

        with patch.object(self.env.registry["resource.calendar"], "_complaint_time_changed", changed):
            yield calls


def _hour(moment):
    return moment.hour + moment.minute / 60 + moment.second / 3600
