import logging
from dataclasses import dataclass

import pytz

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import usage
from ...tools.turns import take_turn

_logger = logging.getLogger(__name__)

#: What of an object, of an order decides on what is due.
ASSET_FACTS = {
    "active",
    "company_id",
    "delivery_date",
    "kind_id",
    "product_id",
    "purchase_date",
    "state",
}
ORDER_FACTS = {"active", "asset_id", "closed_at", "type_id"}
#: The same of orders that are closed already.
CLOSED_FACTS = {"handed_over_at", "usage_in", "usage_out"}


@dataclass
class Facts:
    """What is known about some objects, read at once.

    :param dict done: ``(asset id, type id)`` to the moment of the last closed order and the use then, or None
    :param set ordered: ``(asset id, type id)`` of open orders
    :param dict readings: asset id to ``(date, value)``
    :param dict settled: due to the distances of its cycle that need no reminder any more
    """

    done: dict
    ordered: set
    readings: dict
    settled: dict


class ComplaintAssetDue(models.Model):
    """Counting anew what is due, for many objects at once."""

    _inherit = "complaint.asset.due"

    def _read_facts(self):
        """Return what is known about the objects of these."""
        asset_ids, type_ids = tuple(self.asset_id.ids), tuple(self.type_id.ids)
        Order = self.env["complaint.service.order"].with_context(active_test=False)
        done, ordered, readings = {}, set(), {}
        if asset_ids and type_ids:
            Order.flush_model(["asset_id", "type_id", "step", "closed_at", *CLOSED_FACTS])
            rows = self.env.execute_query(
                SQL(
                    """SELECT DISTINCT ON (asset_id, type_id) asset_id, type_id,
                              COALESCE(handed_over_at, closed_at),
                              COALESCE(NULLIF(usage_out, 0), NULLIF(usage_in, 0))
                         FROM complaint_service_order
                        WHERE step = 'closed' AND asset_id IN %s AND type_id IN %s
                        ORDER BY asset_id, type_id, COALESCE(handed_over_at, closed_at) DESC, id DESC""",
                    asset_ids,
                    type_ids,
                )
            )
            done = {(asset_id, type_id): (moment, shown) for asset_id, type_id, moment, shown in rows}
            ordered = {
                (asset.id, kind.id)
                for asset, kind in self.env["complaint.service.order"]._read_group(
                    [
                        ("asset_id", "in", asset_ids),
                        ("type_id", "in", type_ids),
                        ("closed_at", "=", False),
                        ("active", "=", True),
                    ],
                    ["asset_id", "type_id"],
                )
            }
        counted = self.filtered(lambda due: due.plan_id.every_usage or due.plan_id.first_usage).asset_id
        if counted:
            zones = {due.asset_id: due._get_zone() for due in self}
            Reading = self.env["complaint.asset.reading"]
            found = Reading.search_fetch(
                [("asset_id", "in", counted.ids), ("active", "=", True)],
                ["asset_id", "date", "value"],
                order="date, id",
            )
            for reading in found:
                day = _local_date(zones[reading.asset_id], reading.date)
                readings.setdefault(reading.asset_id.id, []).append((day, reading.value))
        return Facts(done, ordered, readings, self._get_distances())

    def _prepare_times(self, facts):
        """Return the values of one record that follow from what is known."""
        self.ensure_one()
        asset, plan, key = self.asset_id, self.plan_id, (self.asset_id.id, self.type_id.id)
        readings = facts.readings.get(asset.id, [])
        bought = asset.purchase_date or asset.delivery_date or None
        done, shown = self.entered_date or None, self.entered_usage or None
        if key in facts.done:
            moment, ordered_usage = facts.done[key]
            day = _local_date(self._get_zone(), moment)
            if not done or day >= done:
                done, shown = day, ordered_usage
        if done and shown is None:
            shown = usage.value_on(readings, done)
        next_date = plan._get_next_date(bought, done, self.known_since)
        next_usage = plan._get_next_usage(readings, bought, done, shown, self.known_since)
        forecast = None
        if next_usage is not None:
            # Without a reading it was new when it was bought.
            known = readings or ([(bought, 0)] if bought else [])
            rate = usage.daily_rate(readings, plan._get_assumed_rate())
            forecast = usage.day_reached(known, next_usage, rate)
        return {
            "last_date": done or False,
            "last_usage": shown or 0.0,
            "next_date": next_date or False,
            "next_usage": next_usage or 0.0,
            "forecast_date": forecast or False,
            "due_date": min((day for day in (next_date, forecast) if day), default=False),
            "state": "ordered" if key in facts.ordered else "open",
        }

    def _refresh(self):
        """Count these anew, and keep reminders and activities in line."""
        facts = self._read_facts()
        over = self.browse()
        for due in self:
            former = due.state
            vals = due._prepare_times(facts)
            if vals["last_date"] and (not due.cycle_date or vals["last_date"] > due.cycle_date):
                if due.cycle_date or facts.settled[due]:
                    vals["cycle"] = due.cycle + 1
                    facts.settled[due] = set()
                    over |= due
                vals["cycle_date"] = vals["last_date"]
            due._update(vals)
            if due.state == "ordered":
                over |= due
            elif former == "ordered":
                facts.settled[due] |= due._skip_passed(facts.settled[due], "ordered")
            due._update({"next_event_at": due._get_next_event(facts.settled[due]), "fault_count": 0})
        over._forget_activities()

    def _update(self, vals):
        """Write what differs."""
        self.ensure_one()
        changed = {
            fname: value
            for fname, value in vals.items()
            if self._fields[fname].convert_to_cache(value, self)
            != self._fields[fname].convert_to_cache(self[fname], self)
        }
        if changed:
            self.write(changed)

    def _end(self):
        """Nothing is due by these any more."""
        for due in self:
            due._update({"state": "off", "due_date": False, "next_event_at": False})
        self._forget_activities()


class ComplaintAsset(models.Model):
    _inherit = "complaint.asset"

    def _refresh_dues(self):
        """Count anew what is due to these objects: after a reading, a closed order, a change of the object.

        The cost does not grow with the number of objects, as far as queries go.
        """
        assets_sudo = self.sudo().with_context(active_test=False)
        Due = assets_sudo.env["complaint.asset.due"]
        plans = assets_sudo.env["complaint.service.plan"].search([("active", "=", True)])
        dues = Due.search([("asset_id", "in", assets_sudo.ids)])
        if not plans and not dues:
            return
        there = {(due.asset_id, due.plan_id): due for due in dues}
        wanted, chosen = [], {}
        for asset in assets_sudo:
            if not asset.active or asset.state != "in_use":
                continue
            key = (asset.company_id, asset.kind_id, asset.product_id)
            if key not in chosen:
                chosen[key] = plans._choose_for(asset)
            wanted += [(asset, plan) for plan in chosen[key]]
        today = fields.Date.context_today(assets_sudo)
        new = [key for key in wanted if key not in there]
        # Somebody else may be about to enter the same.
        take_turn(assets_sudo.browse({asset.id for asset, _plan in new}))
        missing = Due.create(
            [{"asset_id": asset.id, "plan_id": plan.id, "known_since": today} for asset, plan in new]
        )
        kept = Due.browse(there[key].id for key in wanted if key in there)
        (dues - kept).filtered(lambda due: due.state != "off")._end()
        (kept | missing)._refresh()
        nearest = {}
        for due in kept | missing:
            if due.due_date:
                nearest[due.asset_id] = min(due.due_date, nearest.get(due.asset_id, due.due_date))
        for asset in assets_sudo:
            if asset.next_service_date != nearest.get(asset, False):
                asset.next_service_date = nearest.get(asset, False)

    @api.model_create_multi
    def create(self, vals_list):
        assets = super().create(vals_list)
        assets._refresh_dues()
        return assets

    def write(self, vals):
        result = super().write(vals)
        if ASSET_FACTS & vals.keys():
            self._refresh_dues()
        return result


class ComplaintAssetReading(models.Model):
    _inherit = "complaint.asset.reading"

    @api.model_create_multi
    def create(self, vals_list):
        readings = super().create(vals_list)
        readings.asset_id._refresh_dues()
        return readings

    def write(self, vals):
        assets = self.asset_id
        result = super().write(vals)
        if {"active", "asset_id", "date", "value"} & vals.keys():
            (assets | self.asset_id)._refresh_dues()
        return result

    def unlink(self):
        assets = self.asset_id
        result = super().unlink()
        assets.exists()._refresh_dues()
        return result


class ComplaintServiceOrder(models.Model):
    """A closed order is a service done; an open one needs no reminder."""

    _inherit = "complaint.service.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.sudo().asset_id._refresh_dues()
        return orders

    def write(self, vals):
        concerned = bool(ORDER_FACTS & vals.keys())
        orders_sudo = self.sudo()
        assets = orders_sudo.asset_id if concerned else False
        result = super().write(vals)
        if concerned:
            (assets | orders_sudo.asset_id)._refresh_dues()
        elif CLOSED_FACTS & vals.keys():
            orders_sudo.filtered("closed_at").asset_id._refresh_dues()
        return result

    def unlink(self):
        assets = self.sudo().asset_id
        result = super().unlink()
        assets.exists()._refresh_dues()
        return result


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def write(self, vals):
        result = super().write(vals)
        if "categ_id" in vals:
            plans = self.env["complaint.service.plan"].sudo().search([("categ_id", "!=", False)])
            # Any of them may apply now, or no more.
            plans._request_refresh()
        return result


def _local_date(zone, moment):
    """Return the date of a moment (naive UTC) in a time zone."""
    return pytz.utc.localize(moment).astimezone(zone).date()
