from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from .repair_days import Counting

#: What of a rule decides on warnings.
FACTS = {
    "active",
    "company_id",
    "country_id",
    "customer_delay",
    "kind_id",
    "limit",
    "measure",
    "method",
    "months",
    "usage_limit",
    "vehicles",
    "warn_share",
}


class ComplaintServiceWatch(models.Model):
    """A limit that a law sets for repairs; beyond it, the customer may ask for more than a repair (SV-7).

    For example for cars in the People's Republic of China: more than 30 days in repair, or more than 4
    repairs of the same fault, and the customer may have the car replaced or give it back.
    """

    _name = "complaint.service.watch"
    _description = "Legal Limit of Repairs"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    country_id = fields.Many2one(
        "res.country", string="Companies in", help="Only for companies in this country. Empty: everywhere."
    )
    kind_id = fields.Many2one(
        "complaint.asset.kind",
        string="Kind of Object",
        index="btree_not_null",
        check_company=True,
        help="Empty: all kinds.",
    )
    vehicles = fields.Boolean(
        string="Vehicles Only", help="Only for kinds whose number is a vehicle identification number."
    )
    measure = fields.Selection(
        [
            ("days_in_repair", "Days in repair, all together"),
            ("same_fault_count", "Repairs of the same fault"),
            ("safety_fault_count", "Repairs of safety faults"),
        ],
        string="What Is Counted",
        required=True,
        default="days_in_repair",
    )
    limit = fields.Integer(
        string="No More than", required=True, default=30, help="The limit is passed by the next one."
    )
    warn_share = fields.Integer(
        string="Warn at (%)",
        default=80,
        help="A warning from this share of the limit on. 100: when it is reached.",
    )
    method = fields.Selection(
        [
            ("period", "Every 24 hours begun"),
            ("calendar", "Calendar days, first and last included"),
            ("working", "Working days of the company's calendar"),
        ],
        string="How Days Are Counted",
        required=True,
        default="period",
    )
    customer_delay = fields.Boolean(
        string="Until It Is Fetched",
        help="Days that the customer lets pass after being told that it is ready count too.",
    )
    months = fields.Integer(
        string="Within Months", help="Of the purchase: repairs that began later do not count. 0: always."
    )
    usage_limit = fields.Float(
        string="Within Use",
        digits=(16, 1),
        help="Repairs that began with a higher reading do not count, in the unit of the object. 0: always.",
    )
    legal_basis = fields.Text(translate=True, help="The law, and what the customer may ask for.")

    _limit_positive = models.Constraint('CHECK ("limit" > 0)', "A limit is more than 0.")
    _share = models.Constraint(
        "CHECK (warn_share BETWEEN 1 AND 100)", "Warn at 1 to 100 percent of the limit."
    )
    _not_negative = models.Constraint(
        "CHECK (months >= 0 AND usage_limit >= 0)", "Months and use are not less than 0."
    )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env["complaint.asset"]._watch_all_in_repair()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if FACTS & vals.keys():
            self.env["complaint.asset"]._watch_all_in_repair()
        return result

    def unlink(self):
        result = super().unlink()
        self.env["complaint.asset"]._watch_all_in_repair()
        return result

    @api.model
    def _get_all(self):
        """Return all rules, whatever companies they are for."""
        return self.sudo().search([("active", "=", True)])

    def _is_for(self, asset):
        """Tell whether a rule is for an object."""
        self.ensure_one()
        company = asset.company_id
        return bool(
            (not self.company_id or self.company_id == company)
            and (not self.country_id or self.country_id == company.country_id)
            and (not self.kind_id or self.kind_id == asset.kind_id)
            and (not self.vehicles or asset.kind_id.serial_kind == "vin")
        )

    def _filter_repairs(self, asset, orders):
        """Return the repairs of one object that count for a rule."""
        self.ensure_one()
        bought = asset.purchase_date or asset.delivery_date
        over = bought + relativedelta(months=self.months) if bought and self.months else None

        def counts(order):
            if order.watch_ignore or (self.usage_limit and order.usage_in > self.usage_limit):
                return False
            # Without the day of the purchase, better a warning too many.
            return not over or (order.received_at or order.requested_at).date() <= over

        return orders.filtered(counts)

    def _measure(self, asset, orders):
        """Return what is counted of one object.

        :param orders: its repairs, the earliest first
        :return: ``{fault: (value, orders that make it up)}``; the fault is empty but for repairs of the same
        """
        self.ensure_one()
        repairs, none = self._filter_repairs(asset, orders), self.env["complaint.service.fault"]
        if self.measure == "same_fault_count":
            groups = repairs.filtered("fault_id").grouped("fault_id")
            return {fault: (len(same), same) for fault, same in groups.items()}
        if self.measure == "safety_fault_count":
            repairs = repairs.filtered("fault_id.safety")
            return {none: (len(repairs), repairs)}
        repairs = repairs.filtered("received_at")
        counting = Counting(asset.company_id, self.method)
        value = counting.count(self._get_spans(repairs), sum(repairs.mapped("days_excluded")))
        return {none: (value if repairs else 0, repairs)}

    def _get_spans(self, orders):
        """Return when some orders were in repair, as this rule counts it."""
        spans = []
        for order in orders:
            of_order = order._get_repair_spans()
            if self.customer_delay and of_order and order._get_repair_start():
                stop = order.handed_over_at or order.closed_at or fields.Datetime.now()
                of_order[-1] = (of_order[-1][0], max(of_order[-1][0], stop))
            spans += of_order
        return spans

    def _get_level(self, value):
        """Return how far a value is: ``near``, ``passed``, or False."""
        self.ensure_one()
        if value > self.limit:
            return "passed"
        return "near" if value and 100 * value >= self.warn_share * self.limit else False

    def _get_next_moment(self, asset, orders):
        """Return when days in repair bring one object to its next level; None where no time does."""
        self.ensure_one()
        if self.measure != "days_in_repair":
            return None
        repairs = self._filter_repairs(asset, orders).filtered("received_at")
        going_on = repairs.filtered(
            lambda order: (
                order._is_in_repair()
                or (self.customer_delay and not order.closed_at and not order.handed_over_at)
            )
        )
        level = self._get_level(self._measure(asset, orders)[self.env["complaint.service.fault"]][0])
        if not going_on or level == "passed":
            return None
        number = self.limit + 1 if level else -(-self.warn_share * self.limit // 100)
        since = min(order._get_repair_start() for order in going_on)
        over = self._get_spans(repairs - going_on)
        over += [span for order in going_on for span in self._get_spans(order)[:-1]]
        counting = Counting(asset.company_id, self.method)
        return counting.moment_of(over, since, number, sum(repairs.mapped("days_excluded")))


class ComplaintAsset(models.Model):
    _inherit = "complaint.asset"

    def _get_repair_methods(self):
        """Return ``{asset: how its days in repair are counted}``, of those to which a legal limit applies."""
        if not self.ids:
            return {}
        rules = self.env["complaint.service.watch"]._get_all()
        rules = rules.filtered(lambda rule: rule.measure == "days_in_repair")
        methods = {}
        for asset in self._origin:
            rule = rules.filtered(lambda rule, asset=asset: rule._is_for(asset))[:1]
            if rule:
                methods[asset] = rule.method
        return methods
