from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: Who bears a line.
COVERS = [
    ("charged", "Customer"),
    ("warranty", "Warranty"),
    ("goodwill", "Goodwill"),
    ("remedy", "Remedy of a complaint"),
]
#: What amounts that the customer does not pay have in common.
GIVEN = {
    "compute": "_compute_given",
    "store": True,
    "aggregator": "sum",
    "currency_field": "company_currency_id",
    "help": "What it would have cost the customer, without taxes, in the company's currency.",
}


#: Kinds of service in which a fault is put right.
MENDING_KINDS = ("repair", "roadside")


class ComplaintServiceLine(models.Model):
    """Who bears a line: the customer, the warranty, or we, out of goodwill or to remedy a complaint (SV-4).

    The warranty of the object proposes it; the advisor decides, and above an amount the workshop manager.
    """

    _inherit = "complaint.service.line"

    covered = fields.Selection(
        COVERS,
        string="Borne by",
        compute="_compute_covered",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        # Each order has its own day, its own complaint, and its own goodwill.
        copy=False,
    )
    # Somebody decided otherwise than was proposed; no proposal changes it any more.
    covered_chosen = fields.Boolean(readonly=True, copy=False, export_string_translation=False)

    @api.depends(
        "kind",
        "order_id.asset_id",
        "order_id.kind",
        "order_id.received_at",
        "order_id.remedy_ids",
        "order_id.usage_in",
    )
    def _compute_covered(self):
        known = {}
        for line in self:
            if not line.covered or not line.covered_chosen:
                line.covered = line._get_proposed_cover(known)
            else:
                line.covered = line.covered

    def _get_proposed_cover(self, known=None):
        """Return who bears one line as far as facts say it.

        :param dict known: what was found out already about objects, kinds and days
        """
        self.ensure_one()
        order, kind = self.order_id, self.kind
        if not kind:
            return "charged"
        if order._is_remedy():
            return "remedy"
        asset_sudo, day, usage = order.asset_id.sudo(), order._get_warranty_day(), order._get_warranty_usage()
        known = {} if known is None else known
        key = (asset_sudo, kind, day, usage)
        if key not in known:
            known[key] = order._is_under_warranty(kind)
        return "warranty" if known[key] else "charged"

    def _keep_choices(self):
        known = {}
        chosen = self.filtered(
            lambda line: not line.covered_chosen and line.covered != line._get_proposed_cover(known)
        )
        if chosen:
            chosen.sudo().covered_chosen = True

    def write(self, vals):
        if "covered" not in vals:
            return super().write(vals)
        chosen = self.filtered(lambda line: line.covered != vals["covered"])
        result = super().write(vals)
        if chosen:
            chosen.sudo().covered_chosen = True
        return result

    @api.constrains("covered", "order_id")
    def _check_remedy_has_complaint(self):
        for line in self:
            if line.covered == "remedy" and not line.order_id.sudo().complaint_id:
                raise ValidationError(
                    self.env._(
                        "“%(line)s” cannot be a remedy: no complaint stands behind %(order)s. Choose "
                        "goodwill, or "
                        "enter the complaint.",
                        line=line.name,
                        order=line.order_id.display_name,
                    )
                )

    # goodwill

    def _get_goodwill(self):
        """Return what is given out of goodwill by order, in the company's money and without taxes."""
        return {order: order.amount_goodwill for order in self.order_id.sudo()}

    def _check_goodwill(self, before):
        """Goodwill above the company's limit is the workshop manager's to give.

        :param dict before: what was given before by order, for it is looked at only where it grew
        """
        if self.env.su or self.env.user.has_group("complaint_management.group_service_manager"):
            return
        for order_sudo in self.order_id.sudo():
            limit = order_sudo.company_id.complaint_service_goodwill_limit
            currency, given = order_sudo.company_currency_id, order_sudo.amount_goodwill
            grew = currency.compare_amounts(given, before.get(order_sudo, 0)) > 0
            if limit and grew and currency.compare_amounts(given, limit) > 0:
                raise UserError(
                    self.env._(
                        "Goodwill of %(given)s is more than the %(limit)s that a service advisor may "
                        "give. Ask "
                        "the workshop manager.",
                        given=currency.format(given),
                        limit=currency.format(limit),
                    )
                )


class ComplaintServiceOrder(models.Model):
    _inherit = "complaint.service.order"

    # Not stored: warranties end by themselves.
    warranty = fields.Boolean(
        string="Under Warranty",
        compute="_compute_warranty",
        help="Labour or parts of the object are covered on the day it was taken in; today, before that.",
    )
    amount_warranty = fields.Monetary(string="Borne by Warranty", **GIVEN)
    amount_goodwill = fields.Monetary(string="Given as Goodwill", **GIVEN)
    amount_remedy = fields.Monetary(string="Given as Remedy", **GIVEN)
    amount_given = fields.Monetary(
        string="Given Away",
        **{
            **GIVEN,
            "help": "Warranty, goodwill and remedies together, without taxes, in the company's currency.",
        },
    )

    @api.depends("asset_id")
    @api.depends_context("uid")
    def _compute_warranty(self):
        for order in self:
            order.warranty = any(order._is_under_warranty(kind) for kind in ("labour", "part"))

    def _is_remedy(self):
        """Tell whether the order itself is the remedy that a complaint was promised."""
        self.ensure_one()
        return False

    def _get_warranty_day(self):
        self.ensure_one()
        moment = self.received_at or fields.Datetime.now()
        return fields.Datetime.context_timestamp(self, moment).date()

    def _get_warranty_usage(self):
        """Return the reading on which the warranty depends, or nothing where none was taken."""
        self.ensure_one()
        return self.usage_in or None

    def _is_under_warranty(self, kind):
        """Tell whether the object is covered for labour or parts on the day that counts."""
        self.ensure_one()
        asset_sudo = self.asset_id.sudo()
        # A regular service is due whatever the warranty says; it promises that faults are put right.
        if not asset_sudo or self.kind not in MENDING_KINDS:
            return False
        return asset_sudo._is_covered(kind, self._get_warranty_day(), usage=self._get_warranty_usage())

    @api.depends(
        "line_ids.price_subtotal", "line_ids.covered", "step", "currency_id", "company_id", "requested_at"
    )
    def _compute_given(self):
        for order in self:
            given = dict.fromkeys(("warranty", "goodwill", "remedy"), 0.0)
            # What was called off was given to nobody.
            for line in order.line_ids if order.step != "cancelled" else ():
                if line.covered in given:
                    given[line.covered] += order._to_company_currency(line.price_subtotal)
            for cover, amount in given.items():
                order[f"amount_{cover}"] = order.company_id.currency_id.round(amount)
            order.amount_given = order.company_id.currency_id.round(sum(given.values()))
