from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import warranty


class ComplaintAssetWarranty(models.Model):
    """A warranty of one object: a copy of a term of its kind, or one sold or granted later (SV-3)."""

    _name = "complaint.asset.warranty"
    _description = "Warranty of an Object"
    _order = "date_start, id"
    _check_company_auto = True

    asset_id = fields.Many2one(
        "complaint.asset", string="Object", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="asset_id.company_id", store=True, precompute=True, index=True)
    term_id = fields.Many2one(
        "complaint.asset.warranty.term",
        string="Term of the Kind",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Where it was copied from; it follows the purchase date as long as nobody changes it here.",
    )
    name = fields.Char(required=True)
    kind = fields.Selection(
        [("statutory", "By law"), ("maker", "Maker's"), ("extended", "Extended warranty")],
        string="Given by",
        required=True,
        default="extended",
    )
    date_start = fields.Date(
        string="Begins on",
        compute="_compute_date_start",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    date_end = fields.Date(string="Ends on", help="The last day. Empty: no end by time.")
    usage_limit = fields.Float(
        string="Up to a Reading of",
        digits=(16, 1),
        help="It ends sooner when this is reached. 0: use does not matter.",
    )
    usage_unit = fields.Selection(related="asset_id.usage_unit")
    covers_labour = fields.Boolean(string="Labour", default=True)
    covers_parts = fields.Boolean(string="Parts", default=True)

    _period_in_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)", "A warranty ends after it begins."
    )
    _usage_positive = models.Constraint(
        "CHECK (usage_limit >= 0)",
        "A warranty ends at a reading above 0; 0 is for one that use does not end.",
    )
    _covers = models.Constraint(
        "CHECK (covers_labour OR covers_parts)", "A warranty covers labour, parts or both."
    )

    @api.depends("kind", "asset_id")
    def _compute_date_start(self):
        """Propose that an extended one begins after the maker's, others with the purchase or delivery."""
        for line in self:
            if line.date_start:
                continue
            asset = line.asset_id
            ends = asset.warranty_ids.filtered(lambda other: other.kind == "maker").mapped("date_end")
            if line.kind == "extended" and any(ends):
                line.date_start = fields.Date.add(min(filter(None, ends)), days=1)
            else:
                line.date_start = asset._get_warranty_start() or fields.Date.context_today(self)

    @api.constrains("usage_limit", "asset_id")
    def _check_unit(self):
        for line in self:
            if line.usage_limit and line.asset_id.usage_unit in (False, "none"):
                raise ValidationError(
                    self.env._(
                        "Nothing is counted on %(asset)s, so no reading can end its warranty. Enter the last "
                        "day instead.",
                        asset=line.asset_id.display_name,
                    )
                )

    def _is_in_force(self, day, usage):
        """Tell whether the warranty covers a day and a reading (None: unknown)."""
        self.ensure_one()
        return warranty.is_in_force(self.date_start, self.date_end, self.usage_limit, day, usage)


class ComplaintAsset(models.Model):
    _inherit = "complaint.asset"

    warranty_ids = fields.One2many("complaint.asset.warranty", "asset_id", copy=False)
    warranty_end = fields.Date(
        string="Warranty until",
        compute="_compute_warranty_end",
        store=True,
        copy=False,
        index="btree_not_null",
        help="The last day of the longest warranty; use may end it sooner.",
    )

    @api.depends("warranty_ids.date_end")
    def _compute_warranty_end(self):
        for asset in self:
            asset.warranty_end = max(filter(None, asset.warranty_ids.mapped("date_end")), default=False)

    @api.model_create_multi
    def create(self, vals_list):
        assets = super().create(vals_list)
        assets._copy_warranty_terms({asset: (asset.kind_id.browse(), False) for asset in assets})
        return assets

    def write(self, vals):
        former = {}
        if {"kind_id", "product_id", "purchase_date", "delivery_date"} & vals.keys():
            former = {asset: (asset.kind_id, asset._get_warranty_start()) for asset in self}
        result = super().write(vals)
        changed = [
            asset.id
            for asset, facts in former.items()
            if facts != (asset.kind_id, asset._get_warranty_start())
        ]
        if changed:
            self.browse(changed)._copy_warranty_terms(former)
        return result

    def _get_warranty_start(self):
        """Return the day with which the warranty of the object begins, False where it is not known yet."""
        self.ensure_one()
        return self.purchase_date or self.delivery_date

    def _copy_warranty_terms(self, former):
        """Give the objects the warranties of their kinds, or move those that nobody changed.

        :param dict former: asset to its kind and its start before
        """
        # The warranty follows from the object: who may change the one need not be let into the other.
        vals_list, lapsed = [], self.env["complaint.asset.warranty"].sudo()
        for asset in self.sudo():
            old_kind, old_start = former[asset]
            start = asset._get_warranty_start()
            before = old_kind.sudo()._plan_warranties(old_start)
            after = asset.kind_id._plan_warranties(start)
            untouched = asset.warranty_ids.filtered(
                lambda line, before=before: before.get(line.term_id) == (line.date_start, line.date_end)
            )
            for line in untouched:
                if line.term_id in after:
                    line.date_start, line.date_end = after[line.term_id]
                else:
                    lapsed |= line
            if old_kind != asset.kind_id or not asset.warranty_ids:
                present = asset.warranty_ids.term_id
                vals_list += [
                    asset._prepare_warranty_vals(term, *period)
                    for term, period in after.items()
                    if term not in present
                ]
        lapsed.unlink()
        lapsed.create(vals_list)

    def _prepare_warranty_vals(self, term, first, last):
        self.ensure_one()
        return {
            "asset_id": self.id,
            "term_id": term.id,
            "name": term.name,
            "kind": term.kind,
            "date_start": first,
            "date_end": last,
            # Where nothing is counted, no reading ends it.
            "usage_limit": term.usage_limit if self.usage_unit not in (False, "none") else 0,
            "covers_labour": term.covers_labour,
            "covers_parts": term.covers_parts,
        }

    def _get_warranties(self, day, usage=None):
        """Return the warranties in force on a day.

        :param date day: the day of the fault or of the order
        :param usage: the reading then; None: the last one that was entered until that day
        :return: complaint.asset.warranty
        """
        self.ensure_one()
        lines = self.warranty_ids
        if usage is None and any(lines.mapped("usage_limit")):
            usage = self._get_usage_on(day)
        return lines.filtered(lambda line: line._is_in_force(day, usage))

    def _is_covered(self, kind, day, usage=None):
        """Tell whether a warranty pays for labour or for parts on a day.

        :param str kind: ``labour`` or ``part``
        :param date day: the day of the fault or of the order
        :param usage: the reading then; None: the last one that was entered until that day
        """
        fname = {"labour": "covers_labour", "part": "covers_parts"}[kind]
        return any(self._get_warranties(day, usage).mapped(fname))


class ComplaintAssetKind(models.Model):
    _inherit = "complaint.asset.kind"

    def _plan_warranties(self, start):
        """Return the periods of the kind's terms for an object, by term.

        :param start: date of the purchase or delivery; nothing where it is not known
        :return: dict of complaint.asset.warranty.term to (first day, last day or False)
        """
        terms = self.warranty_template_ids
        if not start or not terms:
            return {}
        periods = warranty.plan(terms, start)
        return {term: (first, last or False) for term, (first, last) in zip(terms, periods, strict=True)}
