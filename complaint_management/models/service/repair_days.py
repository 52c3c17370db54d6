from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import NO_ACCESS

from ...tools import repair_days
from ...tools.service_process import SERVICE

#: Kinds of service that put something right.
REPAIRS = ("repair", "roadside")


class Counting:
    """How days in repair are counted for a company: the method, and the time zone and days it counts by.

    :param company: res.company
    :param str method: one of :data:`~odoo.addons.complaint_management.tools.repair_days.METHODS`
    """

    def __init__(self, company, method):
        self.method = method
        calendar = company.resource_calendar_id
        self.zone = pytz.timezone(calendar.tz or "UTC")
        self._time = calendar._get_working_time(company) if calendar else None

    def local(self, moment):
        """Return a moment (naive UTC) as the clocks of the workshop show it."""
        return pytz.utc.localize(moment).astimezone(self.zone).replace(tzinfo=None)

    def utc(self, moment):
        """Return a local moment in naive UTC."""
        return self.zone.localize(moment).astimezone(pytz.utc).replace(tzinfo=None)

    def is_working(self, day):
        """Tell whether a date is a working day."""
        if not self._time:
            return True
        midnights = (datetime.combine(day + timedelta(days=number), time.min) for number in (0, 1))
        return bool(self._time.elapsed(*map(self.utc, midnights)))

    def count(self, spans, excluded=0):
        """Return the days of some spans of time in UTC."""
        return repair_days.count(
            [(self.local(start), self.local(stop)) for start, stop in spans],
            self.method,
            self.is_working,
            excluded,
        )

    def moment_of(self, spans, since, number, excluded=0):
        """Return when the count reaches a number, for a repair that goes on; in UTC, or None."""
        found = repair_days.moment_of(
            [(self.local(start), self.local(stop)) for start, stop in spans],
            self.local(since),
            number,
            self.method,
            self.is_working,
            excluded,
        )
        return found and self.utc(found)


class ComplaintServiceOrder(models.Model):
    """How long it is in repair: from the reception until the customer was told to fetch it, or had it back.

    What the customer lets pass after being told does not count; what laws leave out beyond that, such as the
    way of a part made to order, is entered. An order that was closed and opened again has several such spans.
    """

    _inherit = "complaint.service.order"

    ready_told_at = fields.Datetime(
        string="Customer Told It Is Ready",
        copy=False,
        tracking=True,
        help="The days in repair end with it, whenever it is fetched. Set by itself when the order gets "
        "ready for the hand-over; enter another moment where it was so.",
    )
    days_excluded = fields.Integer(
        string="Days That Do Not Count",
        copy=False,
        tracking=True,
        help="Days in repair that the law leaves out, such as the transport of a part made for this vehicle, "
        "or the way to a rescue.",
    )
    days_excluded_reason = fields.Char(string="Why They Do Not Count", copy=False, tracking=True)
    watch_ignore = fields.Boolean(
        string="Not for Legal Limits",
        copy=False,
        tracking=True,
        help="No fault of the product: an accident, wear, something that the customer did or had built in.",
    )
    former_repairs = fields.Json(copy=False, groups=NO_ACCESS, export_string_translation=False)
    repair_days = fields.Integer(
        string="Days in Repair",
        compute="_compute_repair_days",
        help="Counted as the legal limit for this object does; where there is none, all calendar days.",
    )

    _days_excluded_positive = models.Constraint(
        "CHECK (days_excluded >= 0)", "Days that do not count are 0 or more."
    )

    @api.constrains("days_excluded", "days_excluded_reason")
    def _check_days_excluded(self):
        for order in self:
            if order.days_excluded and not (order.days_excluded_reason or "").strip():
                raise ValidationError(self.env._("Say why these days in repair do not count."))

    @api.constrains("ready_told_at", "received_at")
    def _check_ready_told_at(self):
        latest = fields.Datetime.add(fields.Datetime.now(), minutes=5)
        for order in self:
            if order.ready_told_at and order.ready_told_at > latest:
                raise ValidationError(self.env._("The customer was told in the past: check the moment."))
            if order.ready_told_at and order.received_at and order.ready_told_at < order.received_at:
                raise ValidationError(
                    self.env._(
                        "It was received before the customer was told that it is ready: check both moments."
                    )
                )

    @api.depends(
        "asset_id", "closed_at", "days_excluded", "handed_over_at", "ready_told_at", "received_at", "step"
    )
    def _compute_repair_days(self):
        methods = self.asset_id.sudo()._get_repair_methods()
        countings = {}
        for order, order_sudo in zip(self, self.sudo(), strict=True):
            company = order_sudo.company_id
            method = methods.get(order_sudo.asset_id._origin, "calendar")
            if (company, method) not in countings:
                countings[company, method] = Counting(company, method)
            spans = order_sudo._get_repair_spans()
            counting = countings[company, method]
            order.repair_days = counting.count(spans, order_sudo.days_excluded) if spans else 0

    def _get_repair_start(self):
        """Return when the present round of one order began; False where it was not received yet."""
        self.ensure_one()
        return (self.former_repairs and self.reopened_at) or self.received_at

    def _get_repair_stop(self):
        """Return when the present round of one order ended; False where it goes on."""
        self.ensure_one()
        return min(
            (moment for moment in (self.ready_told_at, self.handed_over_at, self.closed_at) if moment),
            default=False,
        )

    def _get_repair_spans(self):
        """Return when one order was in repair, as ``(start, stop)`` in UTC; one that goes on ends now."""
        self.ensure_one()
        spans = [
            tuple(fields.Datetime.to_datetime(moment) for moment in span)
            for span in self.former_repairs or ()
        ]
        start = self._get_repair_start()
        if start and self.step not in SERVICE.refused:
            stop = self._get_repair_stop() or fields.Datetime.now()
            spans.append((start, max(start, stop)))
        return spans

    def _is_in_repair(self):
        """Tell whether the days of one order go on."""
        self.ensure_one()
        return bool(
            self._get_repair_start() and not self._get_repair_stop() and self.step not in SERVICE.refused
        )

    def _record_move(self, old_steps):
        # Before the moments of the ending are taken away.
        for order in self.sudo():
            if old_steps[order.id] in SERVICE.ends and order.step not in SERVICE.ends:
                order._keep_repair(old_steps[order.id])
        result = super()._record_move(old_steps)
        self._set_ready_told(old_steps)
        return result

    def _keep_repair(self, old_step):
        """An order is opened again: what it was in repair until then stays counted."""
        self.ensure_one()
        vals = {"ready_told_at": False}
        start, stop = self._get_repair_start(), self._get_repair_stop()
        if old_step == "closed" and start and stop:
            span = [fields.Datetime.to_string(start), fields.Datetime.to_string(max(start, stop))]
            vals["former_repairs"] = [*(self.former_repairs or ()), span]
        self.with_context(tracking_disable=True).write(vals)

    def _set_ready_told(self, old_steps):
        """Whoever is told that it is ready may fetch it: what they let pass from then on is not counted."""
        ready, back = self.browse(), self.browse()
        for order in self:
            old, new = old_steps[order.id], order.step
            if new == "handover" and SERVICE.is_before(old, new) and not order.ready_told_at:
                ready |= order
            elif old == "handover" and SERVICE.is_before(new, old) and order.ready_told_at:
                back |= order
        # By the move itself, whoever moves it.
        ready.sudo().with_context(tracking_disable=True).write({"ready_told_at": fields.Datetime.now()})
        back.sudo().with_context(tracking_disable=True).write({"ready_told_at": False})


class ComplaintAsset(models.Model):
    _inherit = "complaint.asset"

    repair_days = fields.Integer(
        string="Days in Repair",
        compute="_compute_repair_days",
        help="Of all its repairs together, counted as the legal limit for it does.",
    )

    @api.depends(
        "order_ids.received_at",
        "order_ids.ready_told_at",
        "order_ids.handed_over_at",
        "order_ids.closed_at",
        "order_ids.days_excluded",
        "order_ids.step",
    )
    def _compute_repair_days(self):
        """All repairs count, whoever may read them: the number says nothing of any of them."""
        assets_sudo = self.sudo()
        methods = assets_sudo._get_repair_methods()
        orders = assets_sudo._get_repairs().grouped("asset_id")
        for asset, asset_sudo in zip(self, assets_sudo, strict=True):
            repairs = orders.get(asset_sudo._origin, self.env["complaint.service.order"])
            if not repairs:
                asset.repair_days = 0
                continue
            counting = Counting(asset_sudo.company_id, methods.get(asset_sudo._origin, "calendar"))
            spans = [span for order in repairs for span in order._get_repair_spans()]
            asset.repair_days = counting.count(spans, sum(repairs.mapped("days_excluded")))

    def _get_repairs(self):
        """Return the repairs of these objects that were begun, the earliest first."""
        return self.env["complaint.service.order"].search(
            [
                ("asset_id", "in", self.ids),
                ("kind", "in", REPAIRS),
                ("step", "not in", tuple(SERVICE.refused)),
                "|",
                ("received_at", "!=", False),
                ("step", "in", SERVICE.steps[SERVICE.steps.index("work") :]),
            ],
            order="requested_at, id",
        )
