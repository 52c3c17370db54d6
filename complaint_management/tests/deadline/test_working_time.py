from datetime import date, datetime, timedelta
from itertools import pairwise

import pytz

from odoo.tests import BaseCase, tagged

from odoo.addons.complaint_management.tools.working_time import (
    ClockTime,
    NoWorkingTime,
    WorkingTime,
    due,
    merge,
    warn_at,
)

OFFICE = "08:00-12:00 13:00-17:00"
MONDAY_TO_FRIDAY = range(5)
EVERY_DAY = range(7)


def days(first, last=None):
    """Return the dates from the first to the last, both with them."""
    day, last = date.fromisoformat(first), date.fromisoformat(last or first)
    return {day + timedelta(days=count) for count in range((last - day).days + 1)}


class Calendar:
    """A working calendar that hands on its intervals as Odoo's does.

    Odoo ends an attendance until 24:00 at 23:59:59.999999, and a day off ends at 23:59:59: on a day off of
    a calendar that works until midnight, the rest of a second is left.

    :param week: the hours of each weekday that works, Monday is 0; hours above 24 are of the next day
    :param off: dates that do not work
    :param makeup: dates that work the hours of Monday
    :param short: the weekdays that work in every other week, the one after that of 3 March 2025
    """

    def __init__(self, tz, week, off=(), makeup=(), short=None):
        self.zone = pytz.timezone(tz)
        self.week, self.off, self.makeup, self.short = week, set(off), set(makeup), short
        self.loaded, self.years = [], {}
        self.time = WorkingTime(tz, self.load)
        self.clock = ClockTime(tz)

    def load(self, year):
        self.loaded.append(year)
        return self.of_year(year)

    def of_year(self, year):
        if year not in self.years:
            dates = sorted(days(f"{year}-01-01", f"{year}-12-31"))
            self.years[year] = [interval for day in dates for interval in self.intervals(day)]
        return self.years[year]

    def intervals(self, day):
        weekday = 0 if day in self.makeup else day.weekday()
        if self.short is not None and (day - date(2025, 3, 3)).days // 7 % 2 and weekday not in self.short:
            return
        for span in self.week.get(weekday, "").split():
            start, stop = (self.moment(day, clock) for clock in span.split("-"))
            if day not in self.off:
                yield start, stop
            elif span.endswith("-24:00"):
                yield self.moment(day, "23:59") + timedelta(seconds=59), stop

    def moment(self, day, clock):
        if clock == "24:00":
            return self.moment(day, "23:59") + timedelta(seconds=59, microseconds=999999)
        hour, minute = map(int, clock.split(":"))
        local = datetime(day.year, day.month, day.day, hour % 24, minute) + timedelta(days=hour // 24)
        return self.zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)

    def utc(self, text):
        """Return a local time in UTC. A time that comes twice or never needs its offset: ``01:30-05:00``."""
        moment = datetime.fromisoformat(text)
        if not moment.tzinfo:
            moment = self.zone.localize(moment, is_dst=None)
        return moment.astimezone(pytz.utc).replace(tzinfo=None)

    def local(self, moment):
        return pytz.utc.localize(moment).astimezone(self.zone).strftime("%a %Y-%m-%d %H:%M:%S%z")


#: Days off and make-up working days as the State Council announced them.
CHINA_OFF = (
    days("2025-01-01")
    | days("2025-01-28", "2025-02-04")
    | days("2025-04-04", "2025-04-06")
    | days("2025-10-01", "2025-10-08")
    | days("2026-01-01", "2026-01-03")
)
CHINA_MAKEUP = (
    days("2025-01-26") | days("2025-02-08") | days("2025-09-28") | days("2025-10-11") | days("2026-01-04")
)

CALENDARS = {
    "China": ("Asia/Shanghai", dict.fromkeys(MONDAY_TO_FRIDAY, OFFICE), CHINA_OFF, CHINA_MAKEUP),
    "Hong Kong": (
        "Asia/Hong_Kong",
        dict.fromkeys(MONDAY_TO_FRIDAY, OFFICE),
        days("2025-10-01") | days("2025-10-07"),
    ),
    "New York": ("America/New_York", dict.fromkeys(MONDAY_TO_FRIDAY, OFFICE)),
    "Berlin": ("Europe/Berlin", dict.fromkeys(MONDAY_TO_FRIDAY, OFFICE)),
    "Saturday": ("Asia/Shanghai", dict.fromkeys(MONDAY_TO_FRIDAY, OFFICE) | {5: "08:00-12:00"}),
    "two weeks": ("Asia/Shanghai", dict.fromkeys(MONDAY_TO_FRIDAY, OFFICE), (), (), (0, 1, 2)),
    "24/7": ("Asia/Shanghai", dict.fromkeys(EVERY_DAY, "00:00-24:00")),
    "24/5 China": (
        "Asia/Shanghai",
        dict.fromkeys(MONDAY_TO_FRIDAY, "00:00-24:00"),
        CHINA_OFF,
        CHINA_MAKEUP,
    ),
    "24/7 New York": ("America/New_York", dict.fromkeys(EVERY_DAY, "00:00-24:00")),
    # nights of Monday to Friday, as Odoo has them: cut at midnight
    "nights": (
        "Asia/Shanghai",
        {0: "22:00-24:00"} | dict.fromkeys((1, 2, 3, 4), "00:00-06:00 22:00-24:00") | {5: "00:00-06:00"},
    ),
    # every night in one interval
    "nights Berlin": ("Europe/Berlin", dict.fromkeys(EVERY_DAY, "22:00-30:00")),
}

#: Worked out by hand. A heading names the calendar; start | limit | due | pauses if any | what it shows.
#: All in local time; "clock" makes it a limit of the clock. Pauses leave out what they share with the start.
#: March 2025 has no days off; 3, 10, 17, 24 and 31 March are Mondays.
LIMITS = """
[China] TL-2, from receipt, in an ordinary month (4 to 6 April are off)
2025-03-03 09:30 | 1 hours | 2025-03-03 10:30 | respond
2025-03-03 09:30 | 2 hours | 2025-03-03 11:30 | triage
2025-03-03 09:30 | 4 hours | 2025-03-03 14:30 | dispatch
2025-03-03 09:30 | 7 days  | 2025-03-12 17:00 | investigation
2025-03-03 09:30 | 10 days | 2025-03-17 17:00 | solution
2025-03-03 09:30 | 15 days | 2025-03-24 17:00 | execution
2025-03-03 09:30 | 20 days | 2025-03-31 17:00 | feedback
2025-03-03 09:30 | 30 days | 2025-04-15 17:00 | follow-up

[China] TL-2 over the Spring Festival: off 28 January to 4 February, 26 January and 8 February work
2025-01-24 16:30 | 1 hours | 2025-01-26 08:30 | respond
2025-01-24 16:30 | 2 hours | 2025-01-26 09:30 | triage
2025-01-24 16:30 | 4 hours | 2025-01-26 11:30 | dispatch
2025-01-24 16:30 | 7 days  | 2025-02-10 17:00 | investigation
2025-01-24 16:30 | 10 days | 2025-02-13 17:00 | solution
2025-01-24 16:30 | 15 days | 2025-02-20 17:00 | execution
2025-01-24 16:30 | 20 days | 2025-02-27 17:00 | feedback
2025-01-24 16:30 | 30 days | 2025-03-13 17:00 | follow-up

[China] TL-3
2025-10-03 22:15 | 24 clock hours   | 2025-10-04 22:15 | urgent complaint, in the holidays
2025-03-08 23:50 | 15 clock minutes | 2025-03-09 00:05 | urgent consultation
2025-03-03 12:10 | 10 clock minutes | 2025-03-03 12:20 | regular consultation
2025-03-03 16:45 | 30 clock minutes | 2025-03-03 17:15 | consultation confirmed
2025-03-07 16:00 | 48 clock hours   | 2025-03-09 16:00 | special consultation
2025-03-03 23:58 | 3 clock minutes  | 2025-03-04 00:01 | basic data
2025-12-31 18:00 | 24 clock hours   | 2026-01-01 18:00 | contact logged
2024-02-28 09:00 | 48 clock hours   | 2024-03-01 09:00 | first follow-up
2025-02-27 09:00 | 48 clock hours   | 2025-03-01 09:00 | service request answered
2025-01-27 09:00 | 24 clock hours   | 2025-01-28 09:00 | technician arranged

[China] TL-3 by the working calendar, for those who answer in office hours only
2025-03-07 16:50 | 15 minutes | 2025-03-10 08:05 | urgent consultation
2025-03-03 11:55 | 10 minutes | 2025-03-03 13:05 | regular consultation
2025-03-03 11:30 | 30 minutes | 2025-03-03 12:00 | consultation confirmed
2025-03-03 17:00 | 3 minutes  | 2025-03-04 08:03 | basic data
2025-03-06 09:00 | 24 hours   | 2025-03-11 09:00 | urgent complaint
2025-03-03 08:00 | 48 hours   | 2025-03-10 17:00 | special consultation

[China] TL-4
2025-03-07 15:20 | 3 clock days   | 2025-03-10 15:20 | answer
2025-04-29 15:20 | 3 clock days   | 2025-05-02 15:20 | answer, at the end of the month
2025-03-07 15:20 | 24 clock hours | 2025-03-08 15:20 | inquiry
2025-03-06 15:20 | 3 days         | 2025-03-11 17:00 | complaint
2025-03-06 15:20 | 7 days         | 2025-03-17 17:00 | special case
2025-09-30 15:20 | 3 days         | 2025-10-11 17:00 | complaint before National Day
2025-09-30 15:20 | 7 days         | 2025-10-16 17:00 | special case before National Day

[China] where in the day it begins
2025-03-03 06:00 | 1 hours     | 2025-03-03 09:00 | before work
2025-03-03 08:00 | 1 hours     | 2025-03-03 09:00 | when work begins
2025-03-03 11:59 | 2 minutes   | 2025-03-03 13:01 | one minute before lunch
2025-03-03 12:00 | 1 hours     | 2025-03-03 14:00 | when lunch begins
2025-03-03 12:30 | 1 hours     | 2025-03-03 14:00 | in the lunch break
2025-03-03 11:00 | 1 hours     | 2025-03-03 12:00 | used up when lunch begins
2025-03-03 08:00 | 8 hours     | 2025-03-03 17:00 | used up when work ends
2025-03-03 08:00 | 481 minutes | 2025-03-04 08:01 | one minute more than that
2025-03-03 17:00 | 1 hours     | 2025-03-04 09:00 | when work ends
2025-03-03 19:45 | 30 minutes  | 2025-03-04 08:30 | after work
2025-03-04 00:00 | 30 minutes  | 2025-03-04 08:30 | at midnight
2025-03-04 00:00 | 1 days      | 2025-03-05 17:00 | a day from midnight
2025-03-03 23:59 | 1 days      | 2025-03-04 17:00 | a day from a minute before midnight
2025-03-03 07:00 | 1 days      | 2025-03-04 17:00 | a day from before work
2025-03-03 18:00 | 1 days      | 2025-03-04 17:00 | a day from after work
2025-03-03 12:30 | 1 days      | 2025-03-04 17:00 | a day from the lunch break

[China] weekends, days off, make-up days
2025-03-07 17:30 | 1 hours      | 2025-03-10 09:00 | on Friday after work
2025-03-07 17:30 | 1 days       | 2025-03-10 17:00 | a day from Friday after work
2025-03-08 10:00 | 1 hours      | 2025-03-10 09:00 | on Saturday
2025-03-08 10:00 | 1 days       | 2025-03-10 17:00 | a day from Saturday
2025-03-09 23:00 | 2 days       | 2025-03-11 17:00 | two days from Sunday
2025-10-01 10:00 | 1 hours      | 2025-10-09 09:00 | on a holiday
2025-10-01 10:00 | 1 days       | 2025-10-09 17:00 | a day from a holiday
2025-10-01 10:00 | 3 days       | 2025-10-11 17:00 | three days from a holiday
2025-10-01 10:00 | 4 days       | 2025-10-13 17:00 | four days from a holiday
2025-09-30 16:00 | 2 hours      | 2025-10-09 09:00 | into a holiday
2025-09-26 16:00 | 2 hours      | 2025-09-28 09:00 | into a make-up Sunday
2025-09-26 16:00 | 1 days       | 2025-09-28 17:00 | a day into a make-up Sunday
2025-10-11 11:30 | 1 hours      | 2025-10-11 13:30 | on a make-up Saturday
2025-10-11 11:30 | 1 days       | 2025-10-13 17:00 | a day from a make-up Saturday
2025-09-30 16:00 | 1 clock days | 2025-10-01 16:00 | a clock day into a holiday

[China] two companies with days off of their own: one
2025-09-30 10:00 | 3 days | 2025-10-11 17:00 | three days in Shanghai

[Hong Kong] and the other
2025-09-30 10:00 | 3 days  | 2025-10-06 17:00 | three days in Hong Kong
2025-09-30 10:00 | 5 days  | 2025-10-09 17:00 | five days in Hong Kong
2025-10-06 16:00 | 2 hours | 2025-10-08 09:00 | into its holiday in Hong Kong

[China] the turn of a year, 29 February
2024-12-31 16:00 | 2 hours        | 2025-01-02 09:00 | over New Year 2025
2024-12-31 16:00 | 1 days         | 2025-01-02 17:00 | a day over New Year 2025
2025-12-31 16:00 | 1 days         | 2026-01-04 17:00 | a day over New Year 2026
2025-12-31 16:00 | 3 days         | 2026-01-06 17:00 | three days over New Year 2026
2026-01-01 00:30 | 1 hours        | 2026-01-04 09:00 | on New Year, in UTC the year before
2026-01-01 00:30 | 1 days         | 2026-01-04 17:00 | a day from then
2024-02-28 10:00 | 1 days         | 2024-02-29 17:00 | a day to 29 February
2024-02-29 10:00 | 1 days         | 2024-03-01 17:00 | a day from 29 February
2025-02-28 10:00 | 1 clock days   | 2025-03-01 10:00 | no 29 February
2024-02-28 10:00 | 1 clock days   | 2024-02-29 10:00 | a clock day to 29 February
2024-02-29 10:00 | 365 clock days | 2025-02-28 10:00 | 365 clock days from 29 February

[New York] the turn of a year, 29 February
2025-12-31 20:00 | 1 days | 2026-01-01 17:00 | on its eve, in UTC the year after

[New York] daylight saving begins on 9 March at 02:00
2025-03-08 12:00-05:00 | 24 clock hours | 2025-03-09 13:00-04:00 | hours
2025-03-08 12:00-05:00 | 1 clock days   | 2025-03-09 12:00-04:00 | days
2025-03-08 02:30-05:00 | 1 clock days   | 2025-03-09 03:30-04:00 | skipped
2025-03-07 16:00       | 2 hours        | 2025-03-10 09:00-04:00 | working hours
2025-03-07 16:00       | 1 days         | 2025-03-10 17:00-04:00 | working days

[Berlin] daylight saving begins on 30 March at 02:00
2025-03-29 18:00+01:00 | 24 clock hours | 2025-03-30 19:00+02:00 | hours
2025-03-29 18:00+01:00 | 1 clock days   | 2025-03-30 18:00+02:00 | days
2025-03-29 02:30+01:00 | 1 clock days   | 2025-03-30 03:30+02:00 | skipped
2025-03-28 16:30       | 1 hours        | 2025-03-31 08:30+02:00 | working hours
2025-03-28 16:30       | 2 days         | 2025-04-01 17:00+02:00 | working days

[24/7 New York] daylight saving begins on 9 March at 02:00
2025-03-08 12:00 | 24 hours | 2025-03-09 13:00 | hours
2025-03-08 12:00 | 1 days   | 2025-03-10 00:00 | a day of 23 hours

[nights Berlin] daylight saving begins on 30 March at 02:00
2025-03-29 22:00 | 8 hours | 2025-03-30 23:00 | a night of 7 hours

[New York] daylight saving ends on 2 November at 02:00
2025-11-01 12:00-04:00 | 24 clock hours | 2025-11-02 11:00-05:00 | hours
2025-11-01 12:00-04:00 | 1 clock days   | 2025-11-02 12:00-05:00 | days
2025-11-01 01:30-04:00 | 1 clock days   | 2025-11-02 01:30-04:00 | twice
2025-11-02 01:30-05:00 | 1 clock days   | 2025-11-03 01:30-05:00 | from the second
2025-10-31 16:00       | 2 hours        | 2025-11-03 09:00-05:00 | working hours
2025-10-31 16:00       | 1 days         | 2025-11-03 17:00-05:00 | working days

[Berlin] daylight saving ends on 26 October at 03:00
2025-10-25 18:00+02:00 | 24 clock hours | 2025-10-26 17:00+01:00 | hours
2025-10-25 18:00+02:00 | 1 clock days   | 2025-10-26 18:00+01:00 | days
2025-10-25 02:30+02:00 | 1 clock days   | 2025-10-26 02:30+02:00 | twice
2025-10-24 16:30       | 1 hours        | 2025-10-27 08:30+01:00 | working hours
2025-10-24 16:30       | 1 days         | 2025-10-27 17:00+01:00 | working days

[24/7 New York] daylight saving ends on 2 November at 02:00
2025-11-01 12:00 | 24 hours | 2025-11-02 11:00 | hours
2025-11-01 12:00 | 1 days   | 2025-11-03 00:00 | a day of 25 hours

[nights Berlin] daylight saving ends on 26 October at 03:00
2025-10-25 22:00 | 9 hours | 2025-10-26 06:00 | a night of 9 hours

[24/7] round the clock
2025-03-07 22:00 | 4 hours   | 2025-03-08 02:00 | hours
2025-03-07 22:00 | 2 hours   | 2025-03-08 00:00 | until midnight
2025-03-07 22:00 | 170 hours | 2025-03-15 00:00 | over a week
2025-03-07 22:00 | 1 days    | 2025-03-09 00:00 | a day
2025-03-08 00:00 | 1 days    | 2025-03-10 00:00 | a day from midnight
2025-03-07 00:01 | 3 days    | 2025-03-11 00:00 | three days
2025-12-31 23:30 | 1 hours   | 2026-01-01 00:30 | over New Year
2025-12-31 23:30 | 1 days    | 2026-01-02 00:00 | a day over New Year

[24/5 China] round the clock
2025-09-30 22:00 | 4 hours | 2025-10-09 02:00 | into a holiday
2025-09-30 22:00 | 1 days  | 2025-10-10 00:00 | a day into a holiday
2025-10-03 10:00 | 1 hours | 2025-10-09 01:00 | from a holiday
2025-10-09 00:00 | 1 days  | 2025-10-11 00:00 | from the end of a holiday

[nights] night shifts
2025-03-03 23:00 | 2 hours | 2025-03-04 01:00 | night
2025-03-03 22:00 | 8 hours | 2025-03-04 06:00 | the whole night
2025-03-03 23:00 | 8 hours | 2025-03-04 23:00 | into the next night
2025-03-04 12:00 | 1 hours | 2025-03-04 23:00 | by day
2025-03-03 23:00 | 1 days  | 2025-03-05 00:00 | a day
2025-03-07 23:00 | 1 days  | 2025-03-08 06:00 | a day to Saturday morning
2025-03-08 03:00 | 1 days  | 2025-03-11 00:00 | a day from Saturday morning

[nights Berlin] night shifts
2025-12-31 23:00 | 2 hours | 2026-01-01 01:00 | over New Year
2026-01-01 02:00 | 1 hours | 2026-01-01 03:00 | on New Year
2025-12-31 23:00 | 1 days  | 2026-01-02 00:00 | a day over New Year

[Saturday] Saturdays until noon
2025-03-07 16:00 | 2 hours | 2025-03-08 09:00 | into Saturday
2025-03-07 16:00 | 1 days  | 2025-03-08 12:00 | a day to Saturday
2025-03-08 13:00 | 1 hours | 2025-03-10 09:00 | on Saturday afternoon
2025-03-08 09:00 | 8 hours | 2025-03-10 14:00 | over Saturday

[two weeks] every other week ends on Wednesday
2025-03-07 10:00 | 3 days  | 2025-03-12 17:00 | into the short week
2025-03-07 10:00 | 4 days  | 2025-03-17 17:00 | over the short week
2025-03-12 16:00 | 2 hours | 2025-03-17 09:00 | hours over the short week

[China] pauses
2025-03-03 08:00 | 8 hours        | 2025-03-04 09:00 | 10:00/11:00              | within working time
2025-03-07 15:00 | 4 hours        | 2025-03-10 12:00 | 16:00/03-10 09:00        | over a weekend
2025-03-05 10:00 | 3 days         | 2025-03-11 10:00 | 03-07 16:00/03-10 09:00  | days, over a weekend
2025-03-07 15:00 | 24 clock hours | 2025-03-11 08:00 | 16:00/03-10 09:00        | clock, over a weekend
2025-03-03 08:00 | 8 hours        | 2025-03-04 11:00 | 09:00/11:00, 10:00/12:00 | two that overlap
2025-03-03 08:00 | 8 hours        | 2025-03-04 11:00 | 10:00/11:00, 09:00/12:00 | within another
2025-03-03 08:00 | 8 hours        | 2025-03-04 09:00 | 09:00/10:00, 09:00/10:00 | the same pause twice
2025-03-03 08:00 | 8 hours        | 2025-03-04 10:00 | 09:00/10:00, 10:00/11:00 | two that touch
2025-03-03 08:00 | 10 hours       | 2025-03-04 10:00 | 17:00/03-04 08:00        | outside working time
2025-03-03 08:00 | 8 hours        | 2025-03-03 17:00 | 12:00/13:00              | in the lunch break
2025-03-03 09:00 | 2 hours        | 2025-03-03 11:00 | 08:00/09:00              | before the start
2025-03-03 09:00 | 2 hours        | 2025-03-03 12:00 | 08:00/10:00              | over the start
2025-03-03 08:00 | 2 hours        | 2025-03-03 10:00 | 10:30/12:00              | after the end
2025-03-03 08:00 | 2 hours        | 2025-03-03 10:00 | 10:00/11:00              | at the end
2025-03-03 08:00 | 2 hours        | 2025-03-03 11:01 | 09:59/11:00              | in the last minute
2025-03-03 08:00 | 2 hours        | 2025-03-03 12:00 | 10:30/11:30, 09:00/10:00 | before an end that moved
2025-03-03 08:00 | 2 hours        | 2025-03-03 10:30 | 09:00/09:30, 10:30/11:00 | at an end that moved
2025-03-03 08:00 | 2 hours        | 2025-03-05 10:00 | 09:00/03-05 09:00        | far beyond the end
2025-03-03 08:00 | 2 hours        | 2025-03-03 12:00 | 08:00/10:00              | from start to end
2025-03-03 08:00 | 2 hours        | 2025-03-03 10:00 | 09:00/09:00              | of no length
2025-03-03 10:00 | 3 days         | 2025-03-07 17:00 | 03-04 00:00/03-05 00:00  | of a whole day
2025-09-30 10:00 | 1 days         | 2025-10-09 17:00 | 10-01 00:00/10-09 00:00  | of the holidays
2025-09-30 10:00 | 1 clock days   | 2025-10-02 10:00 | 12:00/10-01 12:00        | clock, in the holidays
2025-10-09 09:00 | 2 days         | 2025-10-13 12:00 | 10-11 08:00/12:00        | on a make-up Saturday
2025-12-31 15:00 | 4 hours        | 2026-01-04 12:00 | 16:00/2026-01-04 09:00   | over New Year

[New York] pauses
2025-03-08 12:00 | 24 clock hours | 2025-03-09 18:00 | 03-09 00:00/06:00 | daylight saving begins

[nights Berlin] pauses
2025-03-29 21:00 | 1 hours | 2025-03-30 23:00 | 22:00/03-30 06:00 | of a night of 7 hours

[China] extensions
2025-03-03 10:00 | 3 + 2 days          | 2025-03-10 17:00 |             | three days and two
2025-03-03 08:00 | 4 + 4 hours         | 2025-03-03 17:00 |             | four hours and four
2025-03-07 08:00 | 24 + 24 clock hours | 2025-03-09 08:00 |             | 24 hours and 24
2025-03-03 08:00 | 4 + 1 hours         | 2025-03-03 15:00 | 09:00/10:00 | extension and pause
2025-03-03 08:00 | 4 + 2 hours         | 2025-03-03 16:00 | 13:30/14:30 | pause in the time of the extension
"""

#: start | due | how long before | when to warn | what it shows
WARNINGS = """
[China] of working time and of the clock
2025-03-07 15:00 | 2025-03-10 10:00 | 2 hours          | 2025-03-10 08:00 | hours of the morning
2025-03-07 15:00 | 2025-03-10 10:00 | 3 hours          | 2025-03-07 16:00 | hours over a weekend
2025-03-03 08:00 | 2025-03-03 13:10 | 20 minutes       | 2025-03-03 11:50 | minutes over lunch
2025-03-03 09:30 | 2025-03-06 17:00 | 1 days           | 2025-03-05 08:00 | a day
2025-03-03 09:30 | 2025-03-10 17:00 | 1 days           | 2025-03-07 08:00 | a day over a weekend
2025-09-26 09:30 | 2025-10-10 17:00 | 2 days           | 2025-09-30 08:00 | two days over the holidays
2025-12-29 09:30 | 2026-01-04 17:00 | 1 days           | 2025-12-31 08:00 | a day before a day off
2025-03-07 15:00 | 2025-03-09 15:00 | 12 clock hours   | 2025-03-09 03:00 | hours of the clock
2025-03-03 08:00 | 2025-03-14 17:00 | 25 percent       | 2025-03-12 13:00 | a quarter of ten days
2025-03-03 09:30 | 2025-03-03 10:30 | 50 percent       | 2025-03-03 10:00 | half an hour
2025-03-07 09:00 | 2025-03-10 12:00 | 50 percent       | 2025-03-07 15:30 | half over a weekend
2025-03-07 15:00 | 2025-03-08 15:00 | 25 clock percent | 2025-03-08 09:00 | a quarter of a day
2025-03-03 09:30 | 2025-03-04 17:00 | 100 percent      | 2025-03-03 09:30 | all of it
2025-03-03 09:30 | 2025-03-03 11:30 | 4 hours          | 2025-03-03 09:30 | more than all of it
2025-03-03 09:30 | 2025-03-04 17:00 | 1 days           | 2025-03-03 09:30 | more than a day
2025-03-08 10:00 | 2025-03-10 09:00 | 2 hours          | 2025-03-10 08:00 | more than all of it, weekend
2025-03-03 09:30 | 2025-03-03 11:30 | 4 clock hours    | 2025-03-03 09:30 | more of the clock
2025-03-03 09:30 | 2025-03-03 11:30 | 2 clock days     | 2025-03-03 09:30 | days of the clock

[nights] a day that ends at midnight
2025-03-03 23:00 | 2025-03-06 00:00 | 1 days | 2025-03-04 00:00 | a night

[New York] daylight saving begins on 9 March
2025-03-07 15:00 | 2025-03-09 15:00 | 1 clock days   | 2025-03-08 15:00 | a day of the clock
2025-03-07 15:00 | 2025-03-09 15:00 | 24 clock hours | 2025-03-08 14:00 | 24 hours of the clock
"""


def rows(table):
    for section in table.strip().split("\n\n"):
        heading, *lines = section.split("\n")
        name, topic = heading[1:].split("] ")
        calendar = Calendar(*CALENDARS[name])
        for line in lines:
            cells = [cell.strip() for cell in line.split("|")]
            yield calendar, cells, f"{topic}: {cells[-1]} ({line})"


@tagged("post_install", "-at_install")
class TestWorkingTime(BaseCase):
    """Limits end when a person with a calendar on the wall says they do."""

    def assertMoment(self, calendar, moment, expected):
        self.assertEqual(calendar.local(moment), calendar.local(calendar.utc(expected)))

    def pauses(self, calendar, start, cells):
        for pause in filter(None, cells.split(", ")):
            pause_start, pause_stop = pause.split("/")
            begins = start[: 16 - len(pause_start)] + pause_start
            yield calendar.utc(begins), calendar.utc(begins[: 16 - len(pause_stop)] + pause_stop)

    def test_limits(self):
        """TL-1 to TL-5: the figures of the packs, and every hour and day that is easily counted wrong."""
        count = 0
        for calendar, (start, limit, expected, *pauses, _what), message in rows(LIMITS):
            amount, *extension, unit = limit.replace("clock ", "").replace("+ ", "").split()
            time = calendar.clock if "clock" in limit else calendar.time
            with self.subTest(message):
                count += 1
                end = due(
                    time,
                    calendar.utc(start),
                    int(amount),
                    unit,
                    list(self.pauses(calendar, start, "".join(pauses))),
                    *map(int, extension),
                )
                self.assertMoment(calendar, end, expected)
                if time is calendar.time:
                    year = calendar.zone.fromutc(end).year
                    self.assertTrue(
                        any(
                            begin <= end <= stop + timedelta(seconds=1)
                            for which in (year - 1, year)
                            for begin, stop in calendar.of_year(which)
                        ),
                        "ends outside working time",
                    )
        self.assertGreaterEqual(count, 70)

    def test_pauses_without_working_time(self):
        """TL-5: a pause in which nobody works changes nothing, wherever it lies."""
        for calendar, (start, limit, expected, *pauses, _what), message in rows(LIMITS):
            if "clock" in limit or "+" in limit or "".join(pauses):
                continue
            amount, unit = limit.split()
            begin, end = calendar.utc(start), calendar.utc(expected)
            second = timedelta(seconds=1)
            free = [
                (stop.replace(microsecond=0) + (second if stop.microsecond else second * 0), next_start)
                for (_start, stop), (next_start, _stop) in pairwise(calendar.of_year(begin.year))
                if begin <= stop and next_start <= end
            ]
            with self.subTest(message):
                self.assertMoment(calendar, due(calendar.time, begin, int(amount), unit, free), expected)

    def test_warnings(self):
        """TL-6: the warning comes in the limit's own time and never before its start."""
        for calendar, (start, end, before, expected, _what), message in rows(WARNINGS):
            amount, unit = before.replace("clock ", "").split()
            time = calendar.clock if "clock" in before else calendar.time
            with self.subTest(message):
                moment = warn_at(time, calendar.utc(start), calendar.utc(end), int(amount), unit)
                self.assertMoment(calendar, moment, expected)

    def test_share_in_whole_seconds(self):
        start = datetime(2025, 3, 3, 1)
        for seconds, percent, left in ((10, 33, 3), (10, 35, 4), (3, 50, 2), (1, 1, 0)):
            end = start + timedelta(seconds=seconds)
            for time in (ClockTime("Asia/Shanghai"), Calendar(*CALENDARS["China"]).time):
                with self.subTest(seconds=seconds, percent=percent, time=time):
                    self.assertEqual(
                        warn_at(time, start, end, percent, "percent"), end - timedelta(seconds=left)
                    )

    def test_merge(self):
        """Pauses that overlap count once."""
        one, two, three, four, five = (datetime(2025, 3, day) for day in range(1, 6))
        self.assertEqual(merge([]), [])
        self.assertEqual(merge([(three, four), (one, two)]), [(one, two), (three, four)])
        self.assertEqual(merge([(two, three), (one, two)]), [(one, three)])
        self.assertEqual(merge([(one, five), (two, three), (three, four)]), [(one, five)])
        self.assertEqual(merge([(one, three), (two, four), (five, five), (four, two)]), [(one, four)])

    def test_elapsed(self):
        calendar = Calendar(*CALENDARS["China"])
        for start, stop, hours in (
            ("2025-03-03 00:00", "2025-03-04 00:00", 8),
            ("2025-03-03 11:00", "2025-03-03 13:30", 1.5),
            ("2025-03-07 16:00", "2025-03-10 09:00", 2),
            ("2025-03-08 00:00", "2025-03-09 12:00", 0),
            ("2025-03-04 00:00", "2025-03-03 00:00", 0),
            ("2025-12-31 16:00", "2026-01-04 09:00", 2),
            ("2025-01-01 00:00", "2026-01-01 00:00", 8 * (261 - 14 + 4)),
        ):
            with self.subTest(start=start, stop=stop):
                elapsed = calendar.time.elapsed(calendar.utc(start), calendar.utc(stop))
                self.assertEqual(elapsed, timedelta(hours=hours))
        clock = calendar.clock
        one, two = calendar.utc("2025-03-03 00:00"), calendar.utc("2025-03-03 00:01")
        self.assertEqual(clock.elapsed(one, two), timedelta(minutes=1))
        self.assertEqual(clock.elapsed(two, one), timedelta())

    def test_elapsed_of_three_years(self):
        calendar = Calendar(*CALENDARS["24/7"])
        start, stop = calendar.utc("2024-02-01 00:00"), calendar.utc("2027-02-01 00:00")
        self.assertEqual(calendar.time.elapsed(start, stop), stop - start)

    def test_subtract_mirrors_add(self):
        calendar = Calendar(*CALENDARS["China"])
        for start in ("2025-03-03 08:00", "2025-03-03 11:59", "2025-09-30 13:00", "2025-12-31 16:59"):
            for amount, unit in ((1, "minutes"), (480, "minutes"), (4, "hours"), (100, "hours")):
                with self.subTest(start=start, amount=amount, unit=unit):
                    end = calendar.time.add(calendar.utc(start), amount, unit)
                    self.assertMoment(calendar, calendar.time.subtract(end, amount, unit), start)
            for amount in (1, 5, 30):
                with self.subTest(start=start, days=amount):
                    end = calendar.time.add(calendar.utc(start), amount, "days")
                    day = calendar.time.subtract(end, amount, "days")
                    self.assertMoment(calendar, day, start[:11] + "08:00")
        for amount, unit in ((1, "minutes"), (36, "hours"), (12, "days")):
            start = calendar.utc("2025-12-25 10:00")
            self.assertEqual(
                calendar.clock.subtract(calendar.clock.add(start, amount, unit), amount, unit), start
            )

    def test_subtract_over_new_year(self):
        """What the night before left for the first day of a year belongs to this day."""
        for stop, amount, unit, expected in (
            ("2026-01-01 03:00", 1, "hours", "2026-01-01 02:00"),
            ("2026-01-01 22:30", 1, "hours", "2026-01-01 05:30"),
            ("2026-01-01 01:00", 2, "hours", "2025-12-31 23:00"),
            ("2026-01-02 10:00", 1, "days", "2026-01-01 00:00"),
            ("2026-01-03 10:00", 3, "days", "2025-12-31 00:00"),
            ("2026-01-01 00:00", 1, "days", "2025-12-30 00:00"),
        ):
            with self.subTest(stop=stop, amount=amount, unit=unit):
                calendar = Calendar(*CALENDARS["nights Berlin"])
                self.assertMoment(
                    calendar, calendar.time.subtract(calendar.utc(stop), amount, unit), expected
                )

    def test_nothing_to_advance(self):
        for name, moment, after, before in (
            ("China", "2025-03-03 09:00", "2025-03-03 09:00", "2025-03-03 09:00"),
            ("China", "2025-03-03 08:00", "2025-03-03 08:00", "2025-03-03 08:00"),
            ("China", "2025-03-03 12:00", "2025-03-03 12:00", "2025-03-03 12:00"),
            ("China", "2025-03-03 12:30", "2025-03-03 13:00", "2025-03-03 12:00"),
            ("China", "2025-03-08 12:30", "2025-03-10 08:00", "2025-03-07 17:00"),
            ("China", "2026-01-01 00:00", "2026-01-04 08:00", "2025-12-31 17:00"),
            ("China", "2025-12-31 18:00", "2026-01-04 08:00", "2025-12-31 17:00"),
            ("24/5 China", "2026-01-01 00:00", "2026-01-01 00:00", "2026-01-01 00:00"),
            ("24/5 China", "2026-01-01 00:01", "2026-01-04 00:00", "2026-01-01 00:00"),
            ("nights Berlin", "2026-01-01 06:00", "2026-01-01 06:00", "2026-01-01 06:00"),
            ("nights Berlin", "2026-01-01 06:01", "2026-01-01 22:00", "2026-01-01 06:00"),
        ):
            with self.subTest(calendar=name, moment=moment):
                calendar = Calendar(*CALENDARS[name])
                start = calendar.utc(moment)
                self.assertMoment(calendar, calendar.time.advance(start, timedelta()), after)
                self.assertMoment(calendar, calendar.time.retreat(start, timedelta()), before)
                self.assertEqual(calendar.clock.advance(start, timedelta()), start)
                self.assertEqual(calendar.clock.retreat(start, timedelta()), start)

    def test_used_up_at_an_edge(self):
        calendar = Calendar(*CALENDARS["China"])
        hours = timedelta(hours=4)
        start, stop = calendar.utc("2025-03-03 12:30"), calendar.utc("2025-03-03 13:00")
        self.assertMoment(calendar, calendar.time.advance(start, hours), "2025-03-03 17:00")
        self.assertMoment(calendar, calendar.time.retreat(stop, hours), "2025-03-03 08:00")

    def test_no_working_time(self):
        """A calendar in which nobody works gives an error, and gives it soon."""
        moment = datetime(2025, 3, 3, 1)
        asked = []
        time = WorkingTime("Asia/Shanghai", lambda year: asked.append(year) or [], horizon_years=2)
        for call in (
            lambda: time.add(moment, 1, "minutes"),
            lambda: time.add(moment, 1, "days"),
            lambda: time.subtract(moment, 1, "hours"),
            lambda: time.subtract(moment, 1, "days"),
            lambda: time.advance(moment, timedelta()),
            lambda: time.advance(moment, timedelta(hours=1)),
            lambda: time.retreat(moment, timedelta()),
            lambda: time.retreat(moment, timedelta(hours=1)),
            lambda: due(time, moment, 3, "days"),
        ):
            with self.assertRaises(NoWorkingTime):
                call()
        self.assertEqual(time.elapsed(moment, moment + timedelta(days=1)), timedelta())
        self.assertEqual(sorted(asked), [2022, 2023, 2024, 2025, 2026, 2027])
        self.assertTrue(issubclass(NoWorkingTime, ValueError))

    def test_closed_for_years(self):
        """A calendar that opens again within the horizon, and one that opens after it."""
        closed = days("2025-01-01", "2027-12-31")
        for horizon, opens in ((3, True), (2, False)):
            calendar = Calendar("Asia/Shanghai", dict.fromkeys(MONDAY_TO_FRIDAY, OFFICE), closed)
            time = WorkingTime("Asia/Shanghai", calendar.load, horizon)
            with self.subTest(horizon=horizon):
                if opens:
                    end = time.add(calendar.utc("2025-03-03 09:00"), 2, "days")
                    self.assertMoment(calendar, end, "2028-01-04 17:00")  # 3 January 2028 is a Monday
                else:
                    with self.assertRaises(NoWorkingTime):
                        time.add(calendar.utc("2025-03-03 09:00"), 2, "days")

    def test_years_are_loaded_once_and_when_needed(self):
        calendar = Calendar(*CALENDARS["China"])
        calendar.time.add(calendar.utc("2025-03-03 09:00"), 10, "days")
        self.assertEqual(calendar.loaded, [2025])
        calendar.time.add(calendar.utc("2025-12-31 09:00"), 10, "days")
        self.assertEqual(calendar.loaded, [2025, 2026])
        calendar.time.elapsed(calendar.utc("2025-06-01 00:00"), calendar.utc("2026-06-01 00:00"))
        calendar.time.subtract(calendar.utc("2026-06-01 00:00"), 200, "days")
        self.assertEqual(calendar.loaded, [2025, 2026])

    def test_whole_seconds(self):
        """No moment ends between seconds, though Odoo's days end at 23:59:59.999999."""
        calendar = Calendar(*CALENDARS["24/7"])
        start = calendar.utc("2025-03-03 10:00") + timedelta(microseconds=999999)
        for time in (calendar.time, calendar.clock):
            for amount, unit in ((90, "minutes"), (30, "hours"), (2, "days")):
                for moment in (time.add(start, amount, unit), time.subtract(start, amount, unit)):
                    self.assertEqual((moment.second, moment.microsecond), (0, 0), (time, amount, unit))
            moved = time.advance(start, timedelta(hours=20, microseconds=499999))
            self.assertMoment(calendar, moved, "2025-03-04 06:00")
            moved = time.retreat(start, timedelta(hours=20, microseconds=500001))
            self.assertMoment(calendar, moved, "2025-03-02 13:59:59")
            self.assertEqual(time.elapsed(start, start + timedelta(days=3)), timedelta(days=3))

    def test_rest_of_a_second(self):
        """The second that a day off leaves of a day round the clock is no working day, however it comes."""
        zone = pytz.timezone("Asia/Shanghai")

        def moment(text):
            return zone.localize(datetime.fromisoformat(text)).astimezone(pytz.utc).replace(tzinfo=None)

        for saturday, sunday in (
            ("2025-03-08 23:59:59.999999", "2025-03-09 00:00:00"),  # as Odoo has it
            ("2025-03-08 23:59:59", "2025-03-09 00:00:00"),  # without its microseconds
            ("2025-03-09 00:00:00", "2025-03-09 00:00:00"),  # up to the full second
        ):
            intervals = [
                (moment("2025-03-07 00:00:00"), moment("2025-03-07 23:59:59.999999")),
                (moment("2025-03-08 23:59:59"), moment(saturday)),
                (moment(sunday), moment("2025-03-10 00:00:00")),
            ]
            time = WorkingTime("Asia/Shanghai", lambda year, found=intervals: found if year == 2025 else [])
            with self.subTest(saturday=saturday):
                start = moment("2025-03-07 10:00:00")
                self.assertEqual(time.add(start, 1, "days"), moment("2025-03-10 00:00:00"))
                self.assertEqual(time.add(start, 15, "hours"), moment("2025-03-09 01:00:00"))
                self.assertEqual(time.elapsed(start, moment("2025-03-11 00:00:00")), timedelta(hours=38))

    def test_intervals_that_lack_a_second(self):
        """What lacks a second or less of a full hour, or of midnight, lacks nothing."""
        for ends in ("11:59:59.999999", "11:59:59", "12:00:00"):
            for midnight in ("23:59:59.999999", "23:59:59"):
                intervals = [
                    tuple(datetime.fromisoformat(f"2025-03-03 {clock}") for clock in span)
                    for span in (("08:00:00", ends), ("12:00:00", "14:59:59.999999"), ("20:00:00", midnight))
                ]
                time = WorkingTime("UTC", lambda year, found=intervals: found if year == 2025 else [])
                start = datetime(2025, 3, 3, 8)
                with self.subTest(ends=ends, midnight=midnight):
                    self.assertEqual(time.add(start, 7, "hours"), datetime(2025, 3, 3, 15))
                    self.assertEqual(time.add(start, 11, "hours"), datetime(2025, 3, 4))
                    self.assertEqual(time.add(datetime(2025, 3, 2), 1, "days"), datetime(2025, 3, 4))
                    self.assertEqual(time.elapsed(start, datetime(2025, 3, 5)), timedelta(hours=11))

    def test_intervals_of_another_year(self):
        """A loader that goes by the years of UTC is caught, it would lose the morning of New Year."""
        start = datetime(2024, 12, 31, 17)
        time = WorkingTime("Asia/Shanghai", lambda year: [(start, start + timedelta(hours=1))])
        with self.assertRaises(ValueError):
            time.add(datetime(2024, 6, 1), 1, "hours")

    def test_wrong_values(self):
        moment = datetime(2025, 3, 3)
        for time in (Calendar(*CALENDARS["China"]).time, ClockTime("Asia/Shanghai")):
            for amount in (0, -1, 1.5, 2.0, True, None, "3"):
                for call in (time.add, time.subtract):
                    with self.subTest(amount=amount, call=call), self.assertRaises(ValueError):
                        call(moment, amount, "hours")
                    with self.subTest(amount=amount, call=call), self.assertRaises(ValueError):
                        call(moment, amount, "days")
                with self.subTest(percent=amount), self.assertRaises(ValueError):
                    warn_at(time, moment, moment + timedelta(days=1), amount, "percent")
            for unit in ("weeks", "percent", "", None):
                with self.subTest(unit=unit), self.assertRaises(ValueError):
                    time.add(moment, 1, unit)
                with self.subTest(unit=unit), self.assertRaises(ValueError):
                    time.subtract(moment, 1, unit)
            for extension in (-1, 0.5, "1"):
                with self.subTest(extension=extension), self.assertRaises(ValueError):
                    due(time, moment, 3, "days", extension=extension)
            with self.assertRaises(ValueError):
                time.advance(moment, timedelta(seconds=-1))
            with self.assertRaises(ValueError):
                time.retreat(moment, timedelta(seconds=-1))
            with self.assertRaises(ValueError):
                warn_at(time, moment, moment, 1, "weeks")
