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
        objects = self._get_own_objects(company)
        about = objects.filtered(lambda asset: asset.id == typed["object"])
        shown = self._get_types_for(about, types, company) | chosen
        labels = {
            asset.id: " · ".join(part for part in (asset.name, asset.serial) if part) for asset in objects
        }
        return {
            "company": company.name,
            "groups": self._get_request_groups(types & shown, company),
            "about": labels.get(about.id, False),
            "more": len(shown) < len(types),
            "objects": list(labels.items()),
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
    def _get_team_of_type(self, kind, company):
        team = kind.team_id
        return team if team.company_id == company else team.browse()

    @api.model
    def _get_types_for(self, asset, types, company):
        """Return which kinds of service fit an object: those of the teams that look after it, and what no
        team alone does. Of an object that nobody has had here yet: all that are about an object.

        :param asset: complaint.asset.portal, one row or none
        """
        if not asset:
            return types
        asset_sudo = self.env["complaint.asset"].sudo().browse(asset.id)
        orders_sudo = self.sudo()
        groups = orders_sudo._read_group(
            [("asset_id", "=", asset.id), ("company_id", "=", company.id), ("team_id", "!=", False)],
            ["team_id"],
        )
        known = {team.id for (team,) in groups} | set(asset_sudo.due_ids.type_id.team_id.ids)

        def fits(kind):
            team = self._get_team_of_type(kind, company)
            return not team or (team.id in known if known else kind.asks_asset)

        return types.filtered(fits)

    @api.model
    def _get_request_groups(self, types, company):
        """Return the kinds of service by the team that does them, what any team does at the end.

        :return: list of ``{"name": of the team, False where there is nothing to tell apart, "types"}``
        """
        by_team = {}
        for kind in types:
            by_team.setdefault(self._get_team_of_type(kind, company), []).append(kind)
        last = [by_team.pop(team) for team in list(by_team) if not team]
        groups = [(team.name, kinds) for team, kinds in by_team.items()]
        groups += [(self.env._("Other services"), kinds) for kinds in last]
        return [
            {
                "name": len(groups) > 1 and name,
                "types": [
                    {
                        "id": kind.id,
                        "name": kind.name,
                        "description": kind.description or False,
                        "length": self._tell_length(timedelta(hours=kind.duration or 1)),
                    }
                    for kind in kinds
                ],
            }
            for name, kinds in groups
        ]

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
