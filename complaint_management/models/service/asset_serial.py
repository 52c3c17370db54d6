from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import vin


class ComplaintAsset(models.Model):
    """The number that an object is known by: no two alike, and a vehicle's as the standards say (SV-3)."""

    _inherit = "complaint.asset"

    serial = fields.Char(string="Serial Number or VIN", index="trigram", copy=False, tracking=True)
    serial_kind = fields.Selection(related="kind_id.serial_kind", store=True, precompute=True)
    serial_complete = fields.Boolean(
        compute="_compute_serial_complete",
        store=True,
        precompute=True,
        export_string_translation=False,
        help="No two objects may bear it: a part of a vehicle number says nothing about one vehicle.",
    )
    serial_unchecked = fields.Boolean(
        string="No Check Digit",
        copy=False,
        help="Tick it when the number was compared with the vehicle and is right all the same: most vehicles "
        "that were made for Europe have no check digit.",
    )

    # A vehicle number is one vehicle's in the whole world; a serial number is one of a product or model.
    _serial_uniq = models.UniqueIndex(
        "(company_id, serial, (CASE WHEN serial_kind = 'vin' THEN ''"
        " WHEN product_id IS NOT NULL THEN '#' || product_id::text"
        " ELSE COALESCE(lower(model), '') END)) WHERE serial IS NOT NULL AND serial_complete",
        "There is an object with this number already; it may be archived, sold or scrapped. Look it up "
        "by the number and change its owner there, or correct the number.",
    )

    @api.depends("serial", "serial_kind")
    def _compute_serial_complete(self):
        for asset in self:
            asset.serial_complete = bool(asset.serial) and (
                asset.serial_kind != "vin" or len(vin.normalize(asset.serial)) >= vin.LENGTH
            )

    @api.constrains("serial", "kind_id", "serial_unchecked")
    def _check_vin(self):
        for asset in self:
            mode = asset.company_id.complaint_vin_check
            if asset.serial_kind == "vin" and asset.serial and mode != "off":
                message = asset._get_vin_fault(vin.normalize(asset.serial), strict=mode == "strict")
                if message:
                    raise ValidationError(message)

    def _get_vin_fault(self, number, strict):
        """Return what is wrong with a vehicle number and what to do about it; nothing where it is right."""
        self.ensure_one()
        foreign = vin.get_foreign(number)
        if foreign:
            return self.env._(
                "“%(number)s” is no vehicle number: it holds %(chars)s. Only digits and capital letters "
                "without I, O and Q are used: look whether it is a 1 or a 0.",
                number=number,
                chars=" ".join(foreign),
            )
        if len(number) > vin.LENGTH:
            return self.env._(
                "“%(number)s” is no vehicle number: it has %(count)s characters instead of 17. Look for one "
                "that was typed twice.",
                number=number,
                count=len(number),
            )
        if len(number) < vin.LENGTH:
            return strict and self.env._(
                "“%(number)s” has %(count)s of the 17 characters of a vehicle number. Enter all of them: "
                "they stand in the registration papers and behind the windscreen.",
                number=number,
                count=len(number),
            )
        if vin.has_check_digit(number) or (self.serial_unchecked and not strict):
            return False
        if strict:
            return self.env._(
                "“%(number)s” is not right: by the other characters, the ninth one should be %(expected)s. "
                "Compare it with the vehicle or its papers. Vehicles without a check digit can be entered "
                "when the check of vehicle numbers is set to “When all 17 characters are there” in the "
                "settings.",
                number=number,
                expected=vin.get_check_digit(number),
            )
        return self.env._(
            "“%(number)s” may not be right: by the other characters, the ninth one should be %(expected)s. "
            "Compare it with the vehicle or its papers. If it stands there like this, tick “No Check Digit”: "
            "most vehicles made for Europe have none.",
            number=number,
            expected=vin.get_check_digit(number),
        )

    @api.model_create_multi
    def create(self, vals_list):
        assets = super().create([self._tidy_serial(vals) for vals in vals_list])
        assets._normalize_serials()
        return assets

    def write(self, vals):
        result = super().write(self._tidy_serial(vals))
        if {"serial", "kind_id", "product_id"} & vals.keys():
            self._normalize_serials()
        return result

    @api.model
    def _tidy_serial(self, vals):
        if "serial" not in vals:
            return vals
        return {**vals, "serial": vin.tidy(vals["serial"]) or False}

    def _normalize_serials(self):
        """Take out of vehicle numbers what separates their parts on paper."""
        for asset in self:
            number = asset.serial_kind == "vin" and vin.normalize(asset.serial)
            if number and number != asset.serial:
                asset.serial = number
