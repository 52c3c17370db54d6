from datetime import datetime, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.deadline.calendar_common import OFFICE, CalendarCommon
from odoo.addons.complaint_management.tools.working_time import NoWorkingTime


@tagged("post_install", "-at_install")
class TestWorkingTime(CalendarCommon):
    """TL-5: what is working time, by calendar, holiday and extra day. 2026-03-02 is a Monday."""

    def test_hours_of_the_week(self):
        self.assertEqual(self.hours_on(self.office, "2026-03-02"), list(OFFICE))
        self.assertEqual(self.hours_on(self.office, "2026-03-07"), [])
        self.assertEqual(len(self.worked_dates(self.office, 2026)), 261)
        years = [self.worked_dates(self.office, year) for year in (2025, 2026, 2027)]
        self.assertEqual([{day.year for day in year} for year in years], [{2025}, {2026}, {2027}])

    def test_breaks_and_headings_are_no_work(self):
        calendar = self.new_calendar("Breaks", hours=[(8, 17)], weekdays=[0])
        calendar.attendance_ids = [
            Command.create(
                {"name": "Lunch", "dayofweek": "1", "hour_from": 12, "hour_to": 13, "day_period": "lunch"}
            )
        ]
        self.assertEqual(self.hours_on(calendar, "2026-03-02"), [(8, 17)])
        self.assertEqual(self.hours_on(calendar, "2026-03-03"), [])

    def test_limit_over_a_holiday(self):
        """A limit of working days skips the holiday of the company (TL-5)."""
        self.new_holiday("2026-03-03", "2026-03-04")
        due = self.office._get_working_time(self.company).add(self.utc("2026-03-02", 10), 2, "days")
        self.assertEqual(due, self.utc("2026-03-06", 17))

    def test_part_of_a_day_off(self):
        leave = self.new_holiday("2026-03-03")
        leave.write({"date_from": self.utc("2026-03-03", 10), "date_to": self.utc("2026-03-03", 14.5)})
        self.assertEqual(self.hours_on(self.office, "2026-03-03"), [(8, 10), (14.5, 17)])

    def test_holiday_of_one_calendar(self):
        other = self.new_calendar("Other")
        self.new_holiday("2026-03-03", calendar_id=other.id)
        self.assertEqual(self.hours_on(other, "2026-03-03"), [])
        self.assertEqual(self.hours_on(self.office, "2026-03-03"), list(OFFICE))

    def test_two_companies_on_one_calendar(self):
        """Each company has its own holidays, also on a calendar both share."""
        self.new_holiday("2026-03-03")
        self.new_holiday("2026-03-04", company=self.company_2, calendar_id=self.office.id)
        self.new_working_day("2026-03-07", company=self.company_2)
        worked = {
            company: [
                bool(self.hours_on(self.office, day, company))
                for day in ("2026-03-03", "2026-03-04", "2026-03-07")
            ]
            for company in (self.company, self.company_2)
        }
        self.assertEqual(worked, {self.company: [False, True, False], self.company_2: [True, False, True]})
        start = self.utc("2026-03-02", 10)
        due = [
            self.office._get_working_time(company).add(start, 4, "days")
            for company in (self.company, self.company_2)
        ]
        self.assertEqual(due, [self.utc("2026-03-09", 17), self.utc("2026-03-07", 17)])

    def test_what_is_no_time_off(self):
        """Time off of one employee, or what Odoo calls "other", moves no limit."""
        employee = self.new_employee(self.handler, resource_calendar_id=self.office.id)
        self.new_holiday("2026-03-03", resource_id=employee.resource_id.id, calendar_id=self.office.id)
        self.new_holiday("2026-03-04", time_type="other")
        self.assertEqual(self.hours_on(self.office, "2026-03-03"), list(OFFICE))
        self.assertEqual(self.hours_on(self.office, "2026-03-04"), list(OFFICE))

    def test_time_off_of_a_deleted_employee(self):
        """Odoo would leave it behind without its resource: as a holiday of all."""
        resource = self.env["resource.resource"].create({"name": "Gone", "calendar_id": self.office.id})
        leave = self.new_holiday("2026-03-03", resource_id=resource.id, calendar_id=self.office.id)
        with self.told() as calls:
            resource.unlink()
        self.assertFalse(leave.exists())
        self.assertEqual(self.hours_on(self.office, "2026-03-03"), list(OFFICE))
        self.assertEqual(calls, [])

    def test_holidays_of_a_deleted_calendar(self):
        """Odoo would leave them behind without their calendar: as holidays of the whole company."""
        other = self.new_calendar("Other")
        leave = self.new_holiday("2026-03-03", calendar_id=other.id)
        day = self.new_working_day("2026-03-07", calendar_id=other.id)
        with self.told() as calls:
            other.unlink()
        self.assertFalse(leave.exists() or day.exists())
        self.assertEqual(self.hours_on(self.office, "2026-03-03"), list(OFFICE))
        self.assertEqual(calls, [], "nothing counts with it any more")

    def test_two_weeks(self):
        calendar = self.new_calendar("Two weeks", weekdays=[])
        calendar.two_weeks_calendar = True
        lines = [("0", 0, 8, 12), ("1", 0, 13, 17), ("1", 2, 9, 10)]
        calendar.attendance_ids = [
            Command.create(
                {
                    "name": "Work",
                    "week_type": week,
                    "dayofweek": str(day),
                    "hour_from": begin,
                    "hour_to": end,
                }
            )
            for week, day, begin, end in lines
        ]
        first = self.env["resource.calendar.attendance"].get_week_type(datetime(2026, 3, 2))
        even, odd = ("2026-03-02", "2026-03-09") if first == 0 else ("2026-03-09", "2026-03-02")
        self.assertEqual(self.hours_on(calendar, even), [(8, 12)])
        self.assertEqual(self.hours_on(calendar, odd), [(13, 17)])
        # The extra day has the Monday hours of its own week.
        for monday, hours in ((even, [(8, 12)]), (odd, [(13, 17)])):
            saturday = (datetime.fromisoformat(monday) + timedelta(days=5)).date()
            self.new_working_day(saturday)
            self.assertEqual(self.hours_on(calendar, saturday), hours)

    def test_flexible_hours(self):
        """As Odoo deals them out, in weeks that begin on Monday whatever day the year begins on."""
        calendar = self.new_calendar("Flexible", company=self.company)
        calendar.write({"flexible_hours": True, "hours_per_day": 8, "hours_per_week": 24})
        calendar.full_time_required_hours = 24
        week = [f"2026-03-{day:02}" for day in range(2, 9)]
        self.assertEqual([self.hours_on(calendar, day) for day in week], [[(8, 16)]] * 3 + [[]] * 4)
        calendar.full_time_required_hours = 40
        self.assertEqual([bool(self.hours_on(calendar, day)) for day in week], [True] * 5 + [False] * 2)

    def test_round_the_clock(self):
        """Midnight ends a day, no second is lost, and a holiday leaves none."""
        calendar = self.new_calendar("Always", hours=[(0, 24)], weekdays=range(7))
        self.new_holiday("2026-03-04")
        self.assertEqual(self.hours_on(calendar, "2026-03-03"), [(0, 24)])
        self.assertEqual(self.hours_on(calendar, "2026-03-04"), [])
        time = calendar._get_working_time(self.company)
        self.assertEqual(time.elapsed(self.utc("2026-03-03"), self.utc("2026-03-06")), timedelta(days=2))
        self.assertEqual(time.add(self.utc("2026-03-03", 20), 8, "hours"), self.utc("2026-03-05", 4))
        self.assertEqual(len(self.worked_dates(calendar, 2026)), 364)

    def test_daylight_saving(self):
        """Working hours are those on the wall: 9 to 17 lasts 8 hours in winter, in summer and between."""
        calendar = self.new_calendar("Berlin", hours=[(9, 17)], weekdays=range(7), tz="Europe/Berlin")
        intervals = calendar._load_working_year(self.company.id, 2026)
        by_day = {start.date().isoformat(): (start, stop) for start, stop in intervals}
        for day, hour in (("2026-03-28", 8), ("2026-03-29", 7), ("2026-10-24", 7), ("2026-10-25", 8)):
            start = datetime.fromisoformat(day) + timedelta(hours=hour)
            self.assertEqual(by_day[day], (start, start + timedelta(hours=8)))
        night = self.new_calendar("Night", hours=[(0, 8)], weekdays=range(7), tz="Europe/Berlin")
        time = night._get_working_time(self.company)
        worked = [
            time.elapsed(self.utc(day, 0, "Europe/Berlin"), self.utc(day, 24, "Europe/Berlin"))
            for day in ("2026-03-28", "2026-03-29", "2026-10-25")
        ]
        self.assertEqual(worked, [timedelta(hours=hours) for hours in (8, 7, 9)])

    def test_extra_day_across_daylight_saving(self):
        """The hours of Monday, on a Sunday on which clocks change after that Monday."""
        calendar = self.new_calendar("Berlin", hours=[(9, 17)], tz="Europe/Berlin")
        self.new_working_day("2026-03-29")
        self.assertEqual(self.hours_on(calendar, "2026-03-29"), [(9, 17)])

    def test_days_of_the_time_zone(self):
        """The year and the day are those of the calendar, far from Greenwich as well."""
        for tz in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            calendar = self.new_calendar(tz, hours=[(0, 24)], weekdays=range(7), tz=tz)
            self.assertEqual(len(self.worked_dates(calendar, 2026)), 365)
            self.assertEqual(len(calendar._load_working_year(self.company.id, 2026)), 365)
            due = calendar._get_working_time(self.company).add(self.utc("2025-12-30", 12, tz), 3, "days")
            self.assertEqual(due, self.utc("2026-01-02", 24, tz))

    def test_no_working_time(self):
        """A calendar without hours is an error, not an endless search; an extra day without hours too."""
        empty = self.new_calendar("Empty", weekdays=[])
        start = self.utc("2026-03-02", 9)
        with self.assertRaises(NoWorkingTime):
            empty._get_working_time(self.company).add(start, 1, "hours")
        self.new_working_day("2026-03-07", calendar_id=empty.id)
        with self.assertRaises(NoWorkingTime):
            empty._get_working_time(self.company).add(start, 1, "days")
        self.new_holiday("2020-01-01", "2040-12-31", calendar_id=self.office.id)
        with self.assertRaises(NoWorkingTime):
            self.office._get_working_time(self.company).add(start, 1, "hours")

    def test_clerk_needs_no_rights_on_calendars(self):
        """Whoever handles a complaint gets the same limit, in whatever company and language they work."""
        self.new_holiday("2026-03-03", company=self.company_2)
        self.new_working_day("2026-03-07", company=self.company_2)
        calendar = self.office.with_user(self.first_contact)
        self.env["ir.model.access"].search(
            [("model_id.model", "like", "resource.calendar")]
        ).perm_read = False
        with self.assertRaises(AccessError):
            calendar.read(["name"])
        time = calendar._get_working_time(self.company_2)
        self.assertEqual(time.add(self.utc("2026-03-02", 10), 5, "days"), self.utc("2026-03-09", 17))


@tagged("post_install", "-at_install")
class TestExtraWorkingDay(CalendarCommon):
    """TL-5: days that are worked although the calendar has them off."""

    def test_make_up_saturday(self):
        self.new_working_day("2026-03-07")
        self.assertEqual(self.hours_on(self.office, "2026-03-07"), list(OFFICE))
        due = self.office._get_working_time(self.company).add(self.utc("2026-03-06", 9), 1, "days")
        self.assertEqual(due, self.utc("2026-03-07", 17))

    def test_hours_of_another_weekday(self):
        calendar = self.new_calendar("Short Friday")
        calendar.attendance_ids.filtered(lambda line: line.dayofweek == "4" and line.hour_from == 13).unlink()
        day = self.new_working_day("2026-03-07", dayofweek="4")
        self.assertEqual(self.hours_on(calendar, "2026-03-07"), [(8, 12)])
        day.dayofweek = "3"
        self.assertEqual(self.hours_on(calendar, "2026-03-07"), list(OFFICE))

    def test_wins_over_a_holiday(self):
        self.new_holiday("2026-03-02", "2026-03-08")
        self.new_working_day("2026-03-04")
        self.assertEqual([day.day for day in sorted(self.worked_dates(self.office, 2026))][41:44], [27, 4, 9])

    def test_replaces_the_hours_of_the_day(self):
        self.new_working_day("2026-03-04", dayofweek="5")
        self.assertEqual(self.hours_on(self.office, "2026-03-04"), [])

    def test_own_calendar_before_company(self):
        calendar = self.new_calendar("Early")
        calendar.attendance_ids.filtered(lambda line: line.dayofweek == "1" and line.hour_from == 13).unlink()
        self.new_working_day("2026-03-07", calendar_id=calendar.id, dayofweek="1")
        self.new_working_day("2026-03-07")
        self.assertEqual(self.hours_on(calendar, "2026-03-07"), [(8, 12)])
        self.assertEqual(self.hours_on(self.office, "2026-03-07"), list(OFFICE))

    def test_once_per_day(self):
        self.new_working_day("2026-03-07", calendar_id=self.office.id)
        self.new_working_day("2026-03-07")
        self.new_working_day("2026-03-07", company=self.company_2)
        for calendar in (self.office, self.env["resource.calendar"]):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.new_working_day("2026-03-07", calendar_id=calendar.id)

    def test_calendar_of_another_company(self):
        foreign = self.new_calendar("Foreign", company=self.company_2)
        with self.assertRaises(UserError):
            self.new_working_day("2026-03-07", calendar_id=foreign.id)

    def test_hours_shown(self):
        """Who enters a day sees at once whether anything is worked then."""
        day = self.new_working_day("2026-03-07", calendar_id=self.office.id)
        self.assertEqual(day.hours, 8)
        day.dayofweek = "6"
        self.assertEqual(day.hours, 0)
        self.assertEqual(self.new_working_day("2026-03-08").display_name, "2026-03-08")
        self.assertEqual(
            self.new_working_day("2026-03-14", name="Makes up").display_name, "2026-03-14 Makes up"
        )

    def test_who_may(self):
        """OR-2: everybody who works with complaints reads them, managers of the company change them."""
        day = self.new_working_day("2026-03-07")
        for user in (self.first_contact, self.handler, self.quality, self.auditor):
            self.assertEqual(day.with_user(user).search([("id", "=", day.id)]), day)
            with self.assertRaises(AccessError):
                day.with_user(user).dayofweek = "1"
        with self.assertRaises(AccessError):
            day.with_user(self.plain_user).read(["date"])
        with self.assertRaises(AccessError):
            day.with_user(self.foreign_manager).read(["date"])
        day.with_user(self.manager).dayofweek = "1"
        day.with_user(self.manager).copy({"date": "2026-03-08"})
        day.with_user(self.manager).unlink()
        self.assertFalse(day.exists())


@tagged("post_install", "-at_install")
class TestWorkingTimeChanges(CalendarCommon):
    """TL-5: whatever changes working time counts at once, and is told once to what counts with it."""

    def worked(self, day="2026-03-03"):
        return bool(self.hours_on(self.office, day))

    def test_holiday_after_the_fact(self):
        """A limit counted already counts anew with the holiday that was added, moved or taken back."""

        def due():
            return self.office._get_working_time(self.company).add(self.utc("2026-03-02", 10), 1, "days")

        self.assertEqual(due(), self.utc("2026-03-03", 17))
        leave = self.new_holiday("2026-03-03")
        self.assertEqual(due(), self.utc("2026-03-04", 17))
        leave.date_to = self.utc("2026-03-05") - timedelta(seconds=1)
        self.assertEqual(due(), self.utc("2026-03-05", 17))
        leave.company_id = self.company_2
        self.assertEqual(due(), self.utc("2026-03-03", 17))
        leave.company_id = self.company
        leave.time_type = "other"
        self.assertEqual(due(), self.utc("2026-03-03", 17))
        leave.time_type = "leave"
        leave.unlink()
        self.assertEqual(due(), self.utc("2026-03-03", 17))

    def test_calendar_after_the_fact(self):
        self.assertEqual(self.hours_on(self.office, "2026-03-03"), list(OFFICE))
        tuesday = self.office.attendance_ids.filtered(lambda line: line.dayofweek == "1")
        tuesday[0].hour_from = 9
        self.assertEqual(self.hours_on(self.office, "2026-03-03"), [(9, 12), (13, 17)])
        self.office.write({"attendance_ids": [Command.delete(tuesday[1].id)]})
        self.assertEqual(self.hours_on(self.office, "2026-03-03"), [(9, 12)])
        self.office.tz = "Europe/Berlin"
        self.assertEqual(
            self.office._get_working_time(self.company).add(
                self.utc("2026-03-03", 0, "Europe/Berlin"), 1, "hours"
            ),
            self.utc("2026-03-03", 10, "Europe/Berlin"),
        )

    def test_extra_day_after_the_fact(self):
        self.assertFalse(self.worked("2026-03-07"))
        day = self.new_working_day("2026-03-07")
        self.assertTrue(self.worked("2026-03-07"))
        day.date = "2026-03-08"
        self.assertFalse(self.worked("2026-03-07"))
        self.assertTrue(self.worked("2026-03-08"))
        day.unlink()
        self.assertFalse(self.worked("2026-03-08"))

    def test_counted_once_between_changes(self):
        """Years come from memory until something changes; time off of employees changes nothing."""
        resource = self.env["resource.resource"].create({"name": "Li", "calendar_id": self.office.id})
        self.office.tz, self.office.attendance_ids.ids  # noqa: B018 - read along
        self.worked()
        with self.assertQueryCount(0):
            self.worked()
        state = self.office._get_working_time_state()
        leave = self.new_holiday("2026-03-03", resource_id=resource.id, calendar_id=self.office.id)
        leave.date_to += timedelta(days=1)
        leave.unlink()
        self.office.name = "Renamed"
        holiday = self.new_holiday("2026-03-03", time_type="other")
        holiday.name = "Renamed"
        self.assertIs(self.office._get_working_time_state(), state, "memory was not cleared")
        with self.assertQueryCount(0):
            time = self.office._get_working_time(self.company)
            self.assertIs(self.office.with_user(self.handler)._get_working_time(self.company), time)
        self.new_holiday("2026-03-03")
        self.assertIsNot(self.office._get_working_time_state(), state)
        self.assertIsNot(self.office._get_working_time(self.company), time)

    def test_memory_is_cleared_again_on_commit(self):
        """What another transaction read in between is out of date as well."""
        postcommit = self.env.cr.postcommit
        postcommit.clear()
        self.new_holiday("2026-03-03")
        self.new_holiday("2026-03-04")
        state = self.office._get_working_time_state()
        # Beside what wakes the job that counts anew.
        clearing = [func for func in postcommit._funcs if func == self.env.registry.clear_cache]
        self.assertEqual(len(clearing), 1)
        clearing[0]()
        self.assertIsNot(self.office._get_working_time_state(), state)

    def test_told_of_holidays(self):
        other = self.new_calendar("Other")
        with self.told() as calls:
            leaves = self.new_holiday("2026-03-03", calendar_id=self.office.id)
        self.assertEqual(calls, [(self.office, self.utc("2026-03-03"), self.utc("2026-03-04"), self.company)])
        with self.told() as calls:
            leaves.write({"date_from": self.utc("2026-03-05", 9), "date_to": self.utc("2026-03-05", 12)})
        self.assertEqual(
            calls, [(self.office, self.utc("2026-03-03"), self.utc("2026-03-05", 12), self.company)]
        )
        with self.told() as calls:
            leaves.calendar_id = other
        self.assertEqual(
            calls,
            [(self.office | other, self.utc("2026-03-05", 9), self.utc("2026-03-05", 12), self.company)],
        )
        with self.told() as calls:
            leaves.unlink()
        self.assertEqual(
            calls, [(other, self.utc("2026-03-05", 9), self.utc("2026-03-05", 12), self.company)]
        )

    def test_told_of_holidays_of_a_company(self):
        """A holiday without a calendar concerns all calendars the company can work by, in one call."""
        own, foreign = (
            self.new_calendar("Own", company=company) for company in (self.company, self.company_2)
        )
        own.active = False
        with self.told() as calls:
            self.env["resource.calendar.leaves"].create(
                [
                    {
                        "name": "Holiday",
                        "date_from": self.utc(day),
                        "date_to": self.utc(day, 24),
                    }
                    for day in ("2026-03-03", "2026-05-05")
                ]
            )
        self.assertEqual(len(calls), 1)
        calendars, start, stop, company = calls[0]
        self.assertLessEqual(self.office | own | self.company.resource_calendar_id, calendars)
        self.assertFalse(calendars & (foreign | self.company_2.resource_calendar_id))
        self.assertEqual((start, stop), (self.utc("2026-03-03"), self.utc("2026-05-06")))
        self.assertEqual(company, self.company)

    def test_told_of_two_companies(self):
        with self.told() as calls:
            leaves = self.new_holiday("2026-03-03", calendar_id=self.office.id)
            leaves |= self.new_holiday("2026-03-04", calendar_id=self.office.id, company=self.company_2)
        self.assertEqual([call[3] for call in calls], [self.company, self.company_2])
        with self.told() as calls:
            leaves.unlink()
        self.assertEqual(calls, [(self.office, self.utc("2026-03-03"), self.utc("2026-03-05"), None)])

    def test_told_of_hours(self):
        monday = self.office.attendance_ids[0]
        everything = [(self.office, None, None, None)]
        with self.told() as calls:
            monday.hour_from = 9
        self.assertEqual(calls, everything)
        with self.told() as calls:
            self.office.write(
                {
                    "tz": "Europe/Berlin",
                    "attendance_ids": [
                        Command.update(monday.id, {"hour_from": 8}),
                        Command.create({"name": "Work", "dayofweek": "5", "hour_from": 8, "hour_to": 12}),
                    ],
                }
            )
        self.assertEqual(calls, everything)
        with self.told() as calls:
            monday.unlink()
        self.assertEqual(calls, everything)
        with self.told() as calls:
            self.office.switch_calendar_type()
        self.assertLessEqual({call[0] for call in calls}, {self.office})
        self.assertTrue(calls)

    def test_told_of_extra_days(self):
        berlin = self.new_calendar("Berlin", tz="Europe/Berlin")
        with self.told() as calls:
            day = self.new_working_day("2026-03-07", calendar_id=self.office.id)
        self.assertEqual(calls, [(self.office, self.utc("2026-03-07"), self.utc("2026-03-08"), self.company)])
        with self.told() as calls:
            day.dayofweek = "1"
        self.assertEqual(calls, [(self.office, self.utc("2026-03-07"), self.utc("2026-03-08"), self.company)])
        with self.told() as calls:
            day.write({"date": "2026-03-14", "calendar_id": berlin.id})
        self.assertEqual(
            calls,
            [
                (
                    self.office | berlin,
                    self.utc("2026-03-07"),
                    self.utc("2026-03-15", tz="Europe/Berlin"),
                    self.company,
                )
            ],
        )
        with self.told() as calls:
            day.calendar_id = False
        self.assertLessEqual(self.office | berlin, calls[0][0])
        with self.told() as calls:
            day.unlink()
        self.assertEqual(len(calls), 1)

    def test_not_told_without_change(self):
        """A save that changes nothing, what is new and what nobody counts with makes no work."""
        leave = self.new_holiday("2026-03-03")
        resource = self.env["resource.resource"].create({"name": "Li", "calendar_id": self.office.id})
        own = self.new_holiday("2026-03-03", resource_id=resource.id, calendar_id=self.office.id)
        day = self.new_working_day("2026-03-07")
        with self.told() as calls:
            leave.write({"name": "Renamed", "date_from": leave.date_from, "date_to": leave.date_to})
            own.date_to += timedelta(days=1)
            own.unlink()
            day.write({"name": "Renamed", "date": day.date})
            self.office.write({"name": "Renamed", "tz": self.office.tz, "active": False})
            self.office.attendance_ids.write({"name": "Renamed"})
            self.office.attendance_ids[0].hour_to = self.office.attendance_ids[0].hour_to
            self.office.copy().unlink()
        self.assertEqual(calls, [])
        self.new_holiday("2026-03-04", resource_id=resource.id, calendar_id=self.office.id)
        with self.told() as calls:
            leave.resource_id = resource
        self.assertEqual(len(calls), 1, "a holiday that becomes an employee's is none any more")

    def test_error_in_between(self):
        """What failed is not told, and does not keep later changes from being told."""
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.new_holiday("2026-03-03", date_to=self.utc("2026-03-01"))
        with self.told() as calls:
            self.new_holiday("2026-03-05", calendar_id=self.office.id)
        self.assertEqual([call[1] for call in calls], [self.utc("2026-03-05")])
