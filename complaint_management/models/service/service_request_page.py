from datetime import datetime, timedelta

import pytz

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import format_date, format_time

#: So many days with free times a page shows.
DAYS_SHOWN = 5


class ComplaintServiceRequestPage(models.Model):
    """What the page shows on which customers ask for an appointment: services, objects, free times (SV-7)."""

    _inherit = "complaint.service.order"

    @api.model
    def _get_bookable_types(self, company):
        """Return the kinds of service that customers of a company can ask for."""
        types = self.env["complaint.service.type"].sudo()
        return types.search([("customer_bookable", "=", True), ("company_id", "in", [False, company.id])])

    @api.model
    def _get_own_objects(self, company):
        """Return the objects of the user who asks, as rows that customers may read."""
        assets = self.env["complaint.asset.portal"]
        if not assets.has_access("read"):
            return assets
        return assets.search([("company_id", "=", company.id)])

    @api.model
    def _get_request_page(self, company, typed):
        """Return what the page for asking shows, as plain values in the language of the page.

        :param res.company company: whom the customer asks
        :param dict typed: what was chosen and typed so far, as ``_get_request_typed`` returns it
        """
        types = self._get_bookable_types(company)
        chosen = types.filtered(lambda kind: kind.id == typed["type"])
        return {
            "company": company.name,
            "types": [
                {
                    "id": kind.id,
                    "name": kind.name,
                    "description": kind.description or False,
                    "length": self._tell_length(timedelta(hours=kind.duration or 1)),
                }
                for kind in types
            ],
            "objects": [
                (asset.id, " · ".join(part for part in (asset.name, asset.serial) if part))
                for asset in self._get_own_objects(company)
            ],
            "chosen": chosen.name or False,
            "asks_object": chosen.asks_asset,
            "asks_words": self._asks_words(chosen),
            **(
                self._get_request_days(company, chosen, typed["day"])
                if chosen
                else {"days": [], "later": False, "first": True}
            ),
        }

    @api.model
    def _asks_words(self, kind):
        """Tell whether it has to be said what is wrong; for what is done regularly nothing is."""
        return kind.kind not in ("basic", "preventive")

    @api.model
    def _get_request_zone(self, company, kind):
        """Return the time zone in which free times of one kind of service are told."""
        calendar = kind.team_id.calendar_id or company.resource_calendar_id
        return calendar.tz or "UTC"

    @api.model
    def _get_request_team(self, company, kind):
        team = kind.team_id.sudo()
        if team and team.company_id == company:
            return team
        return team._get_service_team(company, self.env.user).sudo()

    @api.model
    def _find_free_times(self, company, kind, day):
        """Return the free times from a day on, as far as customers may choose.

        :param date day: the first one
        :return: list of datetimes, naive UTC
        """
        last = fields.Date.today() + timedelta(days=company.complaint_service_book_days + 1)
        team = self._get_request_team(company, kind)
        orders = self.with_user(SUPERUSER_ID)
        return orders._get_free_slots(company, kind, team, day, last) if day <= last else []

    @api.model
    def _get_request_days(self, company, kind, day):
        """Return the days with their free times, and the day to go on from.

        :param date day: the first one that is shown; False: today
        :return: ``{"days": list of dicts, "later": day as text or False, "first": whether it is the begin}``
        """
        if not kind:
            return {"days": [], "later": False, "first": True}
        name = self._get_request_zone(company, kind)
        zone = pytz.timezone(name)
        today = datetime.now(zone).date()
        by_day = {}
        for start in self._find_free_times(company, kind, max(day or today, today)):
            local = pytz.utc.localize(start).astimezone(zone).date()
            by_day.setdefault(local, []).append(start)
        days = sorted(by_day)
        return {
            "days": [
                {
                    "label": format_date(self.env, shown, date_format="full"),
                    "times": [
                        {
                            "value": fields.Datetime.to_string(start),
                            "label": format_time(self.env, start, tz=name, time_format="short"),
                        }
                        for start in by_day[shown]
                    ],
                }
                for shown in days[:DAYS_SHOWN]
            ],
            "later": fields.Date.to_string(days[DAYS_SHOWN]) if len(days) > DAYS_SHOWN else False,
            "first": not day or day <= today,
        }
