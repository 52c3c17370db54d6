from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

#: How many years at once; and how far back is looked for make-up days, to know whether there could be some.
_MOST_YEARS = 20
_YEARS_BACK = 3


class ComplaintHoliday(models.TransientModel):
    """Fills public holidays and make-up working days of a country into the working hours (TL-5)."""

    _name = "complaint.holiday"
    _description = "Public Holidays"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    country_id = fields.Many2one(
        "res.country",
        required=True,
        compute="_compute_country_id",
        store=True,
        readonly=False,
    )
    state_id = fields.Many2one(
        "res.country.state",
        compute="_compute_state_id",
        store=True,
        readonly=False,
        domain="[('country_id', '=', country_id)]",
        help="Where its holidays differ from those of the country.",
    )
    year_from = fields.Integer(
        string="From Year", required=True, default=lambda self: fields.Date.context_today(self).year
    )
    year_to = fields.Integer(
        string="To Year", required=True, default=lambda self: fields.Date.context_today(self).year + 1
    )
    calendar_ids = fields.Many2many(
        "resource.calendar",
        string="Working Hours",
        check_company=True,
        help="Empty: the days are those of the whole company. Their hours are those of its time zone.",
    )
    dayofweek = fields.Selection(
        selection=lambda self: self.env["complaint.working.day"]._fields["dayofweek"].selection,
        string="Make-up Days: Hours as on",
        required=True,
        default="0",
        help="Make-up working days have the hours of this weekday.",
    )
    include_unannounced = fields.Boolean(
        string="Add These Years All the Same",
        help="Holidays of a year whose make-up working days are not known yet will change once more.",
    )
    line_ids = fields.One2many(
        "complaint.holiday.line", "wizard_id", compute="_compute_line_ids", store=True, readonly=False
    )
    note = fields.Text(compute="_compute_line_ids", store=True)
    has_unannounced = fields.Boolean(compute="_compute_line_ids", store=True)
    has_working_days = fields.Boolean(compute="_compute_line_ids", store=True)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "resource.calendar":
            calendars = self.env["resource.calendar"].browse(self.env.context.get("active_ids", []))
            values["calendar_ids"] = [Command.set(calendars.ids)]
            if calendars.company_id and "company_id" in fields:
                values["company_id"] = calendars.company_id[0].id
        return values

    @api.depends("company_id")
    def _compute_country_id(self):
        for wizard in self:
            wizard.country_id = wizard.company_id.country_id

    @api.depends("country_id")
    def _compute_state_id(self):
        for wizard in self:
            state = wizard.company_id.state_id
            wizard.state_id = state if state.country_id == wizard.country_id else False

    @api.depends(
        "company_id", "country_id", "state_id", "year_from", "year_to", "calendar_ids", "include_unannounced"
    )
    def _compute_line_ids(self):
        for wizard in self:
            days, unannounced, note = wizard._get_days()
            left_out = () if wizard.include_unannounced else unannounced
            wizard.note = note
            wizard.has_unannounced = bool(unannounced)
            wizard.has_working_days = any(kind == "working_day" for _day, kind, _name in days)
            commands = [Command.clear()]
            for day, kind, name in days:
                missing = any(wizard._get_vals_list(day, kind, name))
                commands.append(
                    Command.create(
                        {
                            "add": missing and day.year not in left_out,
                            "date": day,
                            "weekday": format_date(self.env, day, date_format="EEEE"),
                            "name": name,
                            "kind": kind,
                            "state": "new" if missing else "there",
                        }
                    )
                )
            wizard.line_ids = commands

    # What the package knows

    @api.model
    def _get_package(self):
        """Return the module ``holidays``, which not every server has."""
        try:
            import holidays  # noqa: PLC0415 - an optional extra
        except ImportError:
            raise UserError(
                self.env._(
                    "Public holidays come from the Python package “holidays”, which is not installed on this "
                    "server. Whoever runs the server installs it with: pip install holidays"
                )
            ) from None
        return holidays

    def _get_days(self):
        """Return what the package says of the chosen country and years.

        :return: list of ``(date, "holiday" or "working_day", name)``, the years whose make-up days are not
            known yet, and what the user should know
        """
        package = self._get_package()
        if not self.country_id:
            return [], set(), False
        if not 0 <= self.year_to - self.year_from < _MOST_YEARS or not 1900 < self.year_from < 2200:
            return [], set(), self.env._("Choose up to %(count)s years.", count=_MOST_YEARS)
        years = range(self.year_from, self.year_to + 1)
        oldest = min(self.year_from, fields.Date.context_today(self).year) - _YEARS_BACK
        found = self._get_country_holidays(package, range(oldest, self.year_to + 1))
        if found is None:
            return [], set(), self.env._("The package “holidays” does not know this country.")

        days = [(day, "holiday", name) for day, name in found.items() if day.year in years]
        made_up = set(found.weekend_workdays)
        reason = self.env._("Make-up working day")
        days += [(day, "working_day", reason) for day in made_up if day.year in years]
        if not days:
            return [], set(), self.env._("The package “holidays” knows no holidays of these years.")
        with_made_up = {day.year for day in made_up}
        # They are decided year by year, mostly a few weeks before the year begins.
        today = fields.Date.context_today(self)
        unannounced = {
            year
            for year in years
            if year not in with_made_up
            and with_made_up & set(range(min(year, today.year) - _YEARS_BACK, year))
        }
        notes = []
        if self.state_id and not found.subdiv:
            notes.append(
                self.env._("The package “holidays” knows no holidays of this state: these are the country's.")
            )
        if unannounced:
            note = self.env._(
                "Version %(version)s of the package “holidays” knows no make-up working days of %(years)s. "
                "Mostly they have not been announced yet, and the holidays will change, too: add these years "
                "when they have been, after: pip install --upgrade holidays",
                version=package.__version__,
                years=", ".join(map(str, sorted(unannounced))),
            )
            notes.append(note)
        return sorted(days), unannounced, "\n".join(notes)

    def _get_country_holidays(self, package, years):
        """Return the package's days of the country in the user's language, None where it has none."""
        code = self.country_id.code
        try:
            known = package.country_holidays(code)
        except NotImplementedError:
            return None
        return package.country_holidays(
            code,
            subdiv=self._get_subdivision(known),
            years=years,
            language=self._get_language(known.supported_languages or ()),
        )

    def _get_subdivision(self, known):
        """Return the package's code of the state, None where it has none.

        Odoo's codes mostly are those of ISO 3166-2, some with the country before or a language behind.
        """
        code = (self.state_id.code or "").removeprefix(f"{self.country_id.code}-")
        return next((part for part in (code, code.split("-")[0]) if part in known.subdivisions), None)

    def _get_language(self, supported):
        """Return the nearest to the user's language, None for the country's own."""
        wanted = self.env.lang or "en_US"
        same = [language for language in supported if language.split("_")[0] == wanted.split("_")[0]]
        return next((language for language in (wanted, *same, "en_US") if language in supported), None)

    # What is missing

    def _get_scopes(self):
        """Return the calendars to fill; an empty one stands for the whole company."""
        return list(self.calendar_ids._origin) or [self.env["resource.calendar"]]

    def _get_vals_list(self, day, kind, name):
        """Return what would be created for a day, nothing where all of it is there."""
        get_vals = self._get_holiday_vals if kind == "holiday" else self._get_working_day_vals
        return [vals for calendar in self._get_scopes() for vals in get_vals(calendar, day, name)]

    def _get_holiday_vals(self, calendar, day, name):
        company = self.company_id._origin or self.company_id
        tz = calendar.tz or company.resource_calendar_id.tz or self.env.user.tz or "UTC"
        start, stop = (
            pytz.timezone(tz).localize(moment).astimezone(pytz.utc).replace(tzinfo=None)
            for moment in (
                datetime.combine(day, time.min),
                datetime.combine(day + timedelta(days=1), time.min),
            )
        )
        there = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("time_type", "=", "leave"),
                    ("company_id", "in", [False, company.id]),
                    ("calendar_id", "in", [False, calendar.id]),
                    ("date_from", "<", stop),
                    ("date_to", ">", start),
                ],
                order="date_from",
            )
        )
        pieces, begin = [], start
        for leave in there:
            pieces.append((begin, leave.date_from))
            begin = max(begin, leave.date_to + timedelta(seconds=leave.date_to.second == 59))
        pieces.append((begin, stop))
        if there:
            # What was entered by hand stays: only what it leaves of the day's work is added.
            times = [
                each._get_working_time(company)
                for each in self.env["resource.calendar"]._get_calendars_of(calendar, company)
            ]
            pieces = [piece for piece in pieces if any(each.elapsed(*piece) for each in times)]
        return [
            {
                "name": name,
                "calendar_id": calendar.id,
                "date_from": begin,
                "date_to": end - timedelta(seconds=1),
            }
            for begin, end in pieces
        ]

    def _get_working_day_vals(self, calendar, day, name):
        company = self.company_id._origin or self.company_id
        there = self.env["complaint.working.day"].search_count(
            [
                ("company_id", "=", company.id),
                ("calendar_id", "in", [False, calendar.id]),
                ("date", "=", day),
            ],
            limit=1,
        )
        if there:
            return []
        return [
            {
                "name": name,
                "company_id": company.id,
                "calendar_id": calendar.id,
                "date": day,
                "dayofweek": self.dayofweek,
            }
        ]

    def action_apply(self):
        """Add the chosen days and say how many they were."""
        self.ensure_one()
        chosen = self.line_ids.filtered("add")
        if not chosen:
            raise UserError(
                self.note or self.env._("There is nothing to add: all these days are there already.")
            )
        vals_lists = {"holiday": [], "working_day": []}
        for line in chosen:
            vals_lists[line.kind] += self._get_vals_list(line.date, line.kind, line.name)
        # Complaint managers keep the calendars that limits count by, without being administrators.
        # Odoo takes a leave's company from the calendar, else from who creates it.
        Leaves = self.env["resource.calendar.leaves"].sudo().with_company(self.company_id)
        with self.env["resource.calendar"]._watch_working_time():
            leaves = Leaves.create(vals_lists["holiday"])
            days = self.env["complaint.working.day"].create(vals_lists["working_day"])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Added: public holidays: %(holidays)s, make-up working days: %(days)s.",
                    holidays=len(leaves),
                    days=len(days),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class ComplaintHolidayLine(models.TransientModel):
    """A day that would be added."""

    _name = "complaint.holiday.line"
    _description = "Public Holiday to Add"
    _order = "date, id"

    wizard_id = fields.Many2one("complaint.holiday", required=True, ondelete="cascade", index=True)
    add = fields.Boolean()
    date = fields.Date(required=True)
    weekday = fields.Char()
    name = fields.Char(required=True)
    kind = fields.Selection(
        [("holiday", "Public holiday"), ("working_day", "Make-up working day")], required=True
    )
    state = fields.Selection([("new", "New"), ("there", "There already")], string="Status", required=True)
