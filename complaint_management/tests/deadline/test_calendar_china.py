import csv
import sys
from collections import Counter
from datetime import date, time, timedelta
from unittest import skipIf
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.complaint_management.tests.common import shared_data
from odoo.addons.complaint_management.tests.deadline.calendar_common import OFFICE, CalendarCommon

try:
    import holidays
except ImportError:  # an optional extra
    holidays = None

FILE = shared_data("calendar", "cn_workdays_2023_2026.csv")
YEARS = range(2023, 2027)

needs_package = skipIf(holidays is None, "the package holidays is not installed")


def read_file():
    """Return ``{date: row}`` of the official arrangement of the State Council."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["date"]): row for row in csv.DictReader(file)}


@tagged("post_install", "-at_install")
class TestChina(CalendarCommon):
    """TL-5: every working day of China as the State Council arranged them."""

    def compare(self, rows):
        """Compare every date with the file."""
        expected = {day for day, row in rows.items() if row["is_working"] == "1"}
        worked = set().union(*(self.worked_dates(self.office, year) for year in YEARS))
        self.assertEqual(sorted(worked ^ expected), [])
        self.assertEqual({tuple(self.hours_on(self.office, day)) for day in sorted(expected)[::50]}, {OFFICE})

    @skipIf(FILE is None, "the calendar of the State Council's arrangements is not there")
    def test_from_the_arrangement(self):
        """Every day of 2023 to 2026, from leaves and extra days entered by hand."""
        rows = read_file()
        self.assertEqual(Counter(day.year for day in rows), {2023: 365, 2024: 366, 2025: 365, 2026: 365})
        made_up = [day for day, row in rows.items() if day.weekday() >= 5 and row["is_working"] == "1"]
        off = [day for day, row in rows.items() if day.weekday() < 5 and row["is_working"] == "0"]
        self.assertTrue(made_up and off)
        for day in off:
            self.new_holiday(day.isoformat(), calendar_id=self.office.id)
        self.env["complaint.working.day"].create([{"date": day} for day in made_up])
        self.compare(rows)

    @needs_package
    @skipIf(FILE is None, "the calendar of the State Council's arrangements is not there")
    def test_from_the_package(self):
        """The same days from the package, added by a manager."""
        wizard = (
            self.env["complaint.holiday"]
            .with_user(self.manager)
            .create({"country_id": self.env.ref("base.cn").id, "year_from": 2023, "year_to": 2026})
        )
        self.assertFalse(wizard.note)
        wizard.action_apply()
        self.compare(read_file())


@needs_package
@tagged("post_install", "-at_install")
class TestHolidayWizard(CalendarCommon):
    """TL-5: public holidays of a country and years, shown before they are added."""

    def new_wizard(self, country="cn", year_from=2026, year_to=None, **vals):
        return (
            self.env["complaint.holiday"]
            .with_user(self.manager)
            .create(
                {
                    "country_id": self.env.ref(f"base.{country}").id,
                    "year_from": year_from,
                    "year_to": year_to or year_from,
                    **vals,
                }
            )
        )

    def new_leaves(self):
        return self.env["resource.calendar.leaves"].search([("resource_id", "=", False)]) - self.leaves_before

    def new_days(self):
        return self.env["complaint.working.day"].search([])

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leaves_before = cls.env["resource.calendar.leaves"].search([])
        cls.company.resource_calendar_id.tz = "Asia/Shanghai"

    def test_preview_then_add(self):
        """Nothing is written before the button, then exactly what was shown."""
        form = Form(self.env["complaint.holiday"].with_user(self.manager))
        form.country_id = self.env.ref("base.cn")
        form.year_from = form.year_to = 2026
        wizard = form.save()
        shown = {(line.kind, line.date): line for line in wizard.line_ids}
        self.assertEqual(len(shown), len(wizard.line_ids))
        self.assertEqual(shown["working_day", date(2026, 10, 10)].weekday, "Saturday")
        self.assertEqual(shown["holiday", date(2026, 10, 1)].name, "National Day")
        self.assertEqual(set(wizard.line_ids.mapped("state")), {"new"})
        self.assertTrue(all(wizard.line_ids.mapped("add")))
        self.assertFalse(self.new_leaves() or self.new_days())

        left_out = shown["holiday", date(2026, 10, 1)]
        left_out.add = False
        with self.told() as calls:
            wizard.action_apply()
        self.assertEqual(len(calls), 1)
        added = {("working_day", day.date) for day in self.new_days()}
        for leave in self.new_leaves():
            begin, end = leave.date_from + timedelta(hours=8), leave.date_to + timedelta(hours=8)
            self.assertEqual((begin.time(), end - begin), (time.min, timedelta(seconds=86399)))
            added.add(("holiday", begin.date()))
        self.assertEqual(added, shown.keys() - {("holiday", left_out.date)})
        self.assertEqual(set(self.new_leaves().mapped("company_id.id")), {self.company.id})
        self.assertFalse(self.new_leaves().calendar_id or self.new_days().calendar_id)
        self.assertEqual(self.hours_on(self.office, "2026-10-02"), [])
        self.assertEqual(self.hours_on(self.office, "2026-10-01"), list(OFFICE))
        self.assertEqual(self.hours_on(self.office, "2026-10-10"), list(OFFICE))

    def test_twice_adds_nothing(self):
        self.new_wizard().action_apply()
        counts = len(self.new_leaves()), len(self.new_days())
        wizard = self.new_wizard()
        self.assertEqual(set(wizard.line_ids.mapped("state")), {"there"})
        self.assertFalse(any(wizard.line_ids.mapped("add")))
        with self.assertRaisesRegex(UserError, "nothing to add"):
            wizard.action_apply()
        wizard.line_ids.add = True
        wizard.action_apply()
        self.new_wizard(calendar_ids=self.office.ids).line_ids.write({"add": True})
        self.assertEqual((len(self.new_leaves()), len(self.new_days())), counts)
        # The neighbouring year is added beside what is there.
        wizard = self.new_wizard(year_from=2025, year_to=2026)
        self.assertEqual({line.date.year for line in wizard.line_ids if line.state == "new"}, {2025})

    def test_own_leaves_are_kept(self):
        """What was entered by hand stays; of a day that is half off, the other half is added."""
        whole = self.new_holiday("2026-10-01", name="Our holiday")
        hours = self.new_holiday("2026-10-02")
        hours.write({"date_from": self.utc("2026-10-02", 8), "date_to": self.utc("2026-10-02", 17)})
        half = self.new_holiday("2026-10-05")
        half.write({"date_from": self.utc("2026-10-05", 8), "date_to": self.utc("2026-10-05", 12)})
        for calendar in (self.company.resource_calendar_id, self.company_2.resource_calendar_id):
            calendar.attendance_ids.unlink()  # no hours of another calendar are to be left
        self.env["resource.calendar"].search([("id", "!=", self.office.id)]).attendance_ids.unlink()
        wizard = self.new_wizard()
        states = {line.date: line.state for line in wizard.line_ids if line.date.month == 10}
        self.assertEqual(
            [states[date(2026, 10, day)] for day in (1, 2, 3, 5)], ["there", "there", "new", "new"]
        )
        wizard.action_apply()
        self.assertEqual(whole.name, "Our holiday")
        self.assertEqual(self.hours_on(self.office, "2026-10-05"), [])
        on_the_fifth = self.new_leaves().filtered(lambda leave: leave.date_to.date() == date(2026, 10, 5))
        self.assertEqual(
            sorted(on_the_fifth.mapped("date_from")), [self.utc("2026-10-05", hour) for hour in (8, 12)]
        )

    def test_some_calendars(self):
        """Days of chosen calendars, in the days of each calendar's time zone."""
        lisbon = self.new_calendar("Lisbon", tz="Europe/Lisbon")
        wizard = self.new_wizard("de", calendar_ids=(self.office | lisbon).ids)
        wizard.action_apply()
        leaves = self.new_leaves().sorted("date_from")
        self.assertEqual(leaves.calendar_id, self.office | lisbon)
        first = {leave.calendar_id: leave for leave in leaves.sorted("date_from", reverse=True)}
        self.assertEqual(first[self.office].date_from, self.utc("2026-01-01"))
        self.assertEqual(first[lisbon].date_from, self.utc("2026-01-01", tz="Europe/Lisbon"))
        self.assertEqual(self.hours_on(self.office, "2026-05-01"), [])
        self.assertEqual(self.hours_on(self.new_calendar("Third"), "2026-05-01"), list(OFFICE))

    def test_another_company(self):
        """Days of the company that was chosen, also on a calendar that others share."""
        self.manager.company_ids |= self.company_2
        wizard = self.new_wizard(company_id=self.company_2.id, calendar_ids=self.office.ids)
        wizard.with_context(allowed_company_ids=(self.company | self.company_2).ids).action_apply()
        self.assertEqual(self.new_leaves().company_id | self.new_days().company_id, self.company_2)
        self.assertEqual(self.hours_on(self.office, "2026-10-01", self.company_2), [])
        self.assertEqual(self.hours_on(self.office, "2026-10-01"), list(OFFICE))

    def test_from_the_calendar_form(self):
        """The button of a calendar fills that calendar."""
        own = self.new_calendar("Own", company=self.company)
        own_country = self.env.ref("base.de")
        self.company.country_id = own_country
        action = self.env.ref("complaint_management.complaint_holiday_action")
        form = Form(
            self.env[action.res_model]
            .with_user(self.manager)
            .with_context(active_model="resource.calendar", active_id=own.id, active_ids=own.ids)
        )
        wizard = form.save()
        self.assertEqual(wizard.calendar_ids, own)
        self.assertEqual(wizard.country_id, own_country)
        view = self.env["resource.calendar"].with_user(self.manager).get_view(view_type="form")
        self.assertIn(f'name="{action.id}"', view["arch"])
        view = self.env["resource.calendar"].with_user(self.handler).get_view(view_type="form")
        self.assertNotIn(f'name="{action.id}"', view["arch"])

    def test_holidays_of_a_state(self):
        """Epiphany is off in Bavaria, not in the whole of Germany."""
        epiphany = date(2026, 1, 6)
        self.assertNotIn(epiphany, self.new_wizard("de").line_ids.mapped("date"))
        bavaria = self.env.ref("base.state_de_by")
        wizard = self.new_wizard("de", state_id=bavaria.id)
        self.assertIn(epiphany, wizard.line_ids.mapped("date"))
        self.assertFalse(wizard.note)
        # A canton that Odoo has once for each of its languages; and one of no holidays of its own.
        canton = self.env.ref("base.state_ch_zh_fr")
        self.assertIn(date(2026, 12, 26), self.new_wizard("ch", state_id=canton.id).line_ids.mapped("date"))
        wizard = self.new_wizard(state_id=self.env.ref("base.cn").state_ids[0].id)
        self.assertIn("knows no holidays of this state", wizard.note)
        self.assertTrue(wizard.line_ids)

    def test_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.manager.lang = "zh_CN"
        wizard = self.new_wizard()
        wizard = wizard.with_context(lang="zh_CN")
        wizard._compute_line_ids()
        names = {line.date: line.name for line in wizard.line_ids}
        self.assertEqual(names[date(2026, 10, 1)], "国庆节")
        self.env["res.lang"]._activate_lang("pt_BR")
        self.env["res.lang"]._activate_lang("de_DE")
        german = self.new_wizard("de")
        self.assertEqual(german.with_context(lang="pt_BR")._get_language(("de", "en_US")), "en_US")
        self.assertEqual(german.with_context(lang="de_DE")._get_language(("de", "en_US")), "de")
        self.assertIsNone(german.with_context(lang="pt_BR")._get_language(("de",)))

    def test_year_that_is_not_announced(self):
        """Without its make-up days, a year is left out until they are known or the user insists."""
        wizard = self.new_wizard(year_from=2026, year_to=2040)
        self.assertIn("2040", wizard.note)
        self.assertNotIn("2026", wizard.note)
        self.assertEqual({line.date.year for line in wizard.line_ids if line.add} & {2026, 2040}, {2026})
        self.assertIn("2040", self.new_wizard(year_from=2040).note)
        wizard.include_unannounced = True
        self.assertTrue(all(wizard.line_ids.mapped("add")))
        self.assertFalse(self.new_wizard("de", year_from=2040).note)

    def test_what_cannot_be(self):
        with self.assertRaisesRegex(UserError, "up to 20 years"):
            self.new_wizard(year_from=2026, year_to=2025).action_apply()
        with self.assertRaisesRegex(UserError, "up to 20 years"):
            self.new_wizard(year_from=2000, year_to=2100).action_apply()
        with self.assertRaisesRegex(UserError, "no holidays of these years"):
            self.new_wizard("bv").action_apply()
        with (
            patch("holidays.country_holidays", side_effect=NotImplementedError),
            self.assertRaisesRegex(UserError, "does not know this country"),
        ):
            self.new_wizard().action_apply()

    def test_managers_only(self):
        for user in (self.handler, self.auditor, self.quality, self.plain_user):
            with self.assertRaises(AccessError):
                self.env["complaint.holiday"].with_user(user).create({})
        with self.assertRaises(UserError):
            self.new_wizard(calendar_ids=self.new_calendar("Foreign", company=self.company_2).ids)
        with self.assertRaises(AccessError):
            self.new_wizard(company_id=self.company_2.id).action_apply()


@tagged("post_install", "-at_install")
class TestHolidayPackageAbsent(CalendarCommon):
    """The package is an optional extra."""

    def test_message(self):
        with (
            patch.dict(sys.modules, {"holidays": None}),
            self.assertRaisesRegex(UserError, "pip install holidays"),
        ):
            Form(self.env["complaint.holiday"].with_user(self.manager))
