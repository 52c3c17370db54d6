from odoo import fields, models
from odoo.exceptions import UserError

#: What is counted on a thing as it is used.
USAGE_UNITS = [
    ("none", "Nothing"),
    ("km", "km"),
    ("mi", "mi"),
    ("h", "hours"),
    ("cycles", "Cycles"),
]


class ComplaintAssetKind(models.Model):
    """A kind of thing that customers own: its number, what is counted on it, its warranty (SV-3)."""

    _name = "complaint.asset.kind"
    _description = "Kind of Object"
    _inherit = ["complaint.cached.name.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    serial_kind = fields.Selection(
        [("serial", "Serial number"), ("vin", "Vehicle identification number (VIN)")],
        string="Number",
        required=True,
        default="serial",
        help="A VIN has 17 characters and is the only one of its kind in the world; a serial number is the "
        "only one of its product.",
    )
    usage_unit = fields.Selection(
        USAGE_UNITS,
        string="Use Is Counted in",
        required=True,
        default="none",
        help="What is read off when it comes in: warranties and regular services may depend on it.",
    )
    warranty_template_ids = fields.One2many(
        "complaint.asset.warranty.term", "kind_id", string="Warranty Terms", copy=True
    )

    def write(self, vals):
        for fname, used in (
            ("serial_kind", [("serial", "!=", False)]),
            ("usage_unit", [("reading_ids", "!=", False)]),
        ):
            changed = self.filtered(lambda kind, fname=fname: fname in vals and kind[fname] != vals[fname])
            changed._check_unused(used)
        return super().write(vals)

    def _check_unused(self, domain):
        """Check that no object of these kinds would change its meaning.

        :raises UserError: there is one
        """
        # Whatever company it belongs to.
        Asset = self.env["complaint.asset"].sudo().with_context(active_test=False)
        asset = self and Asset.search([("kind_id", "in", self.ids), *domain], limit=1)
        if asset:
            raise UserError(
                self.env._(
                    "There are objects of the kind %(kind)s already, with numbers or readings of the other "
                    "sort. Make a new kind for the next ones.",
                    kind=asset.kind_id.display_name,
                )
            )


class ComplaintAssetWarrantyTerm(models.Model):
    """A warranty that comes with every object of a kind."""

    _name = "complaint.asset.warranty.term"
    _description = "Warranty Term"
    _order = "sequence, id"
    _check_company_auto = True

    kind_id = fields.Many2one("complaint.asset.kind", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="kind_id.company_id", store=True, precompute=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [("statutory", "By law"), ("maker", "Maker's"), ("extended", "Extended warranty")],
        string="Given by",
        required=True,
        default="maker",
        help="Extended ones begin where the first of the maker's ends; the others with the purchase, else "
        "with the delivery.",
    )
    months = fields.Integer(required=True, default=24, help="0: no end by time.")
    usage_limit = fields.Float(
        string="Up to a Reading of",
        digits=(16, 1),
        help="It ends sooner when this is reached. 0: use does not matter.",
    )
    covers_labour = fields.Boolean(string="Labour", default=True)
    covers_parts = fields.Boolean(string="Parts", default=True)

    _months_positive = models.Constraint(
        "CHECK (months >= 0)", "A warranty lasts some months: enter how many."
    )
    _usage_positive = models.Constraint(
        "CHECK (usage_limit >= 0)",
        "A warranty ends at a reading above 0; 0 is for one that use does not end.",
    )
    _ends = models.Constraint(
        "CHECK (months > 0 OR COALESCE(usage_limit, 0) > 0)",
        "Say when the warranty ends: after how many months, at which reading, or both.",
    )
    _covers = models.Constraint(
        "CHECK (covers_labour OR covers_parts)", "A warranty covers labour, parts or both."
    )
