from collections import defaultdict
from datetime import timedelta
from math import isfinite

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_datetime, formatLang

from ...tools.turns import take_turn

#: More than any meter shows.
HIGHEST = 10_000_000
#: Clocks of two computers never quite agree.
TOLERANCE = timedelta(minutes=5)
#: What a reading is never changed in.
FIXED_FIELDS = {"asset_id", "date", "value"}


class ComplaintAssetReading(models.Model):
    """What the meter of an object showed at a moment (SV-3).

    Readings go up with time; one that does not needs a reason. None is changed or deleted: one that is wrong
    is struck out with a reason and entered anew.
    """

    _name = "complaint.asset.reading"
    _description = "Meter Reading"
    _order = "date desc, id desc"
    _check_company_auto = True

    asset_id = fields.Many2one(
        "complaint.asset", string="Object", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="asset_id.company_id", store=True, precompute=True, index=True)
    active = fields.Boolean(string="Counts", default=True, readonly=True)
    date = fields.Datetime(string="Read on", required=True, default=fields.Datetime.now)
    value = fields.Float(
        string="Reading", required=True, digits=(16, 1), aggregator="max", help="What the meter shows."
    )
    usage_unit = fields.Selection(related="asset_id.usage_unit")
    source = fields.Selection(
        [
            ("manual", "Entered by us"),
            ("reception", "At the reception"),
            ("work", "During the work"),
            ("handover", "At the hand-over"),
            ("customer", "Told by the customer"),
            ("import", "Imported"),
            ("device", "Sent by the device"),
        ],
        required=True,
        default=lambda self: "import" if self.env.context.get("import_file") else "manual",
    )
    reason = fields.Char(help="Why it is lower than before, such as a new meter.")
    struck_reason = fields.Char(string="Struck out Because", readonly=True, copy=False)
    user_id = fields.Many2one(
        "res.users", string="Entered by", readonly=True, default=lambda self: self.env.user, copy=False
    )
    # Who reads the object need not read all of its orders, not even their names (OR-2).
    order_id = fields.Many2one(
        "complaint.service.order",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
        groups=fields.NO_ACCESS,
    )

    _asset_date_idx = models.Index("(asset_id, date, id) WHERE active IS TRUE")
    _one_per_order = models.UniqueIndex(
        "(order_id, asset_id, source) WHERE order_id IS NOT NULL AND active IS TRUE",
        "This reading of the service order is there already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # No number at all, and no field holds it.
            if isinstance(vals.get("value"), float) and not isfinite(vals["value"]):
                asset = self.asset_id.browse(vals.get("asset_id"))
                raise ValidationError(self._get_impossible_text(vals["value"], asset))
        # Two readings at once: the second one is checked against the first, too.
        take_turn(self.asset_id.browse({vals["asset_id"] for vals in vals_list if vals.get("asset_id")}))
        return super().create(vals_list)

    @api.depends("value", "date", "asset_id")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for reading in self:
            moment = reading.date and format_datetime(self.env, reading.date, dt_format="short")
            shown = reading.asset_id._format_usage(reading.value)
            reading.display_name = " · ".join(part for part in (shown, moment) if part)

    @api.constrains("value", "date", "asset_id", "active")
    def _check_reading(self):
        latest = fields.Datetime.now() + TOLERANCE
        for reading in self:
            if reading.asset_id.usage_unit in (False, "none"):
                raise ValidationError(
                    self.env._(
                        "Nothing is counted on %(asset)s. Choose its kind first, one that counts km, hours "
                        "or cycles.",
                        asset=reading.asset_id.display_name,
                    )
                )
            if not 0 <= reading.value < HIGHEST:
                raise ValidationError(self._get_impossible_text(reading.value, reading.asset_id))
            if reading.date > latest:
                raise ValidationError(
                    self.env._(
                        "A reading is of the past: %(date)s is still to come. Enter when it was read.",
                        date=format_datetime(self.env, reading.date),
                    )
                )
        self._check_series()

    def _get_impossible_text(self, value, asset):
        return self.env._(
            "%(value)s cannot be a reading of %(asset)s: enter what the meter shows, a number from 0 to "
            "%(highest)s.",
            value=value,
            asset=asset.display_name,
            highest=formatLang(self.env, HIGHEST - 1, digits=0),
        )

    def _check_series(self):
        """Check that readings go up with time, but where a reason says why one does not.

        :raises ValidationError: these readings do not fit between the others
        """
        by_asset = defaultdict(lambda: self.browse())
        # All of them count, also those that the user does not see.
        readings = self.sudo().search([("asset_id", "in", self.asset_id.ids)], order="date, id")
        for reading in readings:
            by_asset[reading.asset_id] += reading
        for series in by_asset.values():
            before = self.browse()
            for former, latter in zip(series, series[1:], strict=False):
                if latter.value < former.value:
                    if latter in self and not (latter.reason or "").strip():
                        raise ValidationError(latter._get_backward_text(former))
                    # Before a lower one that has its reason anything goes: the meter was new by then.
                    explained = before and latter.value < before.value
                    if latter not in self and not explained and not (former.reason or "").strip():
                        raise ValidationError(former._get_backward_text(latter))
                before = former

    def _get_backward_text(self, other):
        self.ensure_one()
        asset = self.asset_id
        return self.env._(
            "%(asset)s showed %(other)s on %(date)s: %(value)s on %(own_date)s does not go with it. Correct "
            "the reading or its date, or give the reason, such as a new meter. Where the other one is wrong, "
            "strike it out first.",
            asset=asset.display_name,
            other=asset._format_usage(other.value),
            date=format_datetime(self.env, other.date, dt_format="short"),
            value=asset._format_usage(self.value),
            own_date=format_datetime(self.env, self.date, dt_format="short"),
        )

    def write(self, vals):
        for reading in self:
            changed = [
                fname
                for fname in FIXED_FIELDS & vals.keys()
                if reading[fname]
                != reading._fields[fname].convert_to_record(
                    reading._fields[fname].convert_to_cache(vals[fname], reading), reading
                )
            ]
            if changed:
                raise UserError(
                    self.env._("A reading is not changed. Strike out the wrong one and enter the right one.")
                )
        if vals.get("active") is False and not (vals.get("struck_reason") or "").strip():
            raise UserError(self.env._("Say why the reading is struck out."))
        struck = self.filtered("struck_reason")[:1] if vals.get("struck_reason") else False
        if struck:
            raise UserError(
                self.env._(
                    "%(reading)s was struck out already: %(reason)s",
                    reading=struck.display_name,
                    reason=struck.struck_reason,
                )
            )
        return super().write(vals)

    def _strike_out(self, reason):
        """Let readings count no more. They stay, with the reason.

        :param str reason: why they are wrong
        """
        self.write({"active": False, "struck_reason": (reason or "").strip()})


class ComplaintAsset(models.Model):
    _inherit = "complaint.asset"

    usage_unit = fields.Selection(related="kind_id.usage_unit")
    reading_ids = fields.One2many("complaint.asset.reading", "asset_id", string="Readings", copy=False)
    usage = fields.Float(
        string="Latest Reading",
        digits=(16, 1),
        compute="_compute_usage",
        store=True,
        copy=False,
        aggregator=None,
    )
    usage_date = fields.Datetime(
        string="Read on", compute="_compute_usage", store=True, copy=False, help="When it was read last."
    )
    usage_text = fields.Char(string="Use", compute="_compute_usage_text")

    @api.depends("reading_ids.value", "reading_ids.date", "reading_ids.active")
    def _compute_usage(self):
        for asset in self:
            valid = asset.reading_ids.filtered("active")
            latest = max(
                valid, key=lambda reading: (reading.date, reading._origin.id or HIGHEST), default=None
            )
            asset.usage = latest.value if latest else 0
            asset.usage_date = latest and latest.date

    @api.depends("usage", "usage_date", "usage_unit")
    @api.depends_context("lang")
    def _compute_usage_text(self):
        for asset in self:
            asset.usage_text = asset.usage_date and asset._format_usage(asset.usage)

    def write(self, vals):
        units = (
            {asset: asset.usage_unit for asset in self.sudo() if asset.reading_ids}
            if {"kind_id", "product_id"} & vals.keys()
            else {}
        )
        result = super().write(vals)
        for asset, unit in units.items():
            if asset.usage_unit != unit:
                raise UserError(
                    self.env._(
                        "There are readings of %(asset)s: choose a kind on which the same is counted.",
                        asset=asset.display_name,
                    )
                )
        return result

    def _format_usage(self, value):
        """Return a reading as people read it: with its unit, and decimals only where there are any."""
        unit = self.usage_unit
        number = formatLang(self.env, value, digits=0 if float(value).is_integer() else 1)
        if unit in (False, "none"):
            return number
        return f"{number} {dict(self._fields['usage_unit']._description_selection(self.env))[unit]}"

    def _log_reading(self, value, moment, source, order=None, reason=None):
        """Enter what the meter showed, once per order and source: a second one takes the first one's place.

        Whoever calls it has seen to it that the user may; it is entered whatever their access lists say.

        :param float value: what the meter shows
        :param datetime moment: when it was read
        :param str source: where it comes from, see ``complaint.asset.reading``
        :param order: complaint.service.order in which it was read
        :param str reason: why it is lower than before
        :return: complaint.asset.reading
        :raises UserError: it does not go with the other readings, or cannot be one
        """
        self.ensure_one()
        # Who takes an object in may not be one who changes objects otherwise.
        Reading_sudo = self.env["complaint.asset.reading"].sudo()
        if order:
            former = Reading_sudo.search(
                [("asset_id", "=", self.id), ("order_id", "=", order.id), ("source", "=", source)]
            )
            if former and former.value == value and former.date == moment:
                return former.sudo(False)
            former._strike_out(
                self.env._("Entered anew in the same order: %(value)s", value=self._format_usage(value))
            )
        return Reading_sudo.create(
            {
                "asset_id": self.id,
                "value": value,
                "date": moment,
                "source": source,
                "order_id": order and order.id,
                "reason": reason,
            }
        ).sudo(False)

    def _get_usage_on(self, day):
        """Return what the meter showed at the end of a day, by the last reading until then.

        :param date day: the day, in the time zone of the user
        :return: float, None where there was no reading yet
        """
        self.ensure_one()
        midnight = self.env.tz.localize(fields.Datetime.to_datetime(day) + timedelta(days=1))
        until = midnight.astimezone(pytz.utc).replace(tzinfo=None)
        latest = (
            self.env["complaint.asset.reading"]
            .sudo()
            .search([("asset_id", "=", self.id), ("date", "<", until)], order="date desc, id desc", limit=1)
        )
        return latest.value if latest else None

    def action_open_readings(self):
        """Show the readings as a curve, those struck out left aside."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "complaint_management.complaint_asset_reading_action"
        )
        action["domain"] = [("asset_id", "=", self.id)]
        action["context"] = {"default_asset_id": self.id}
        return action
