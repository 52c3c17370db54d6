from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools import usage

#: A change of these makes other things due, or due on another day.
FACTS = {
    "active",
    "categ_id",
    "company_id",
    "every_months",
    "every_usage",
    "first_months",
    "first_usage",
    "kind_id",
    "late_days",
    "product_id",
    "reminder_ids",
    "sequence",
    "type_id",
    "yearly_usage",
}


class ComplaintServicePlan(models.Model):
    """When which service is due to which objects, and when their owners are reminded of it (SV-7, CP-4)."""

    _name = "complaint.service.plan"
    _description = "Service Plan"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    type_id = fields.Many2one(
        "complaint.service.type", string="Service", required=True, index=True, check_company=True
    )
    # to which objects
    kind_id = fields.Many2one(
        "complaint.asset.kind",
        string="Kind of Object",
        index="btree_not_null",
        check_company=True,
        help="Empty: all kinds.",
    )
    categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        index="btree_not_null",
        help="With all categories below it. Empty: all.",
    )
    product_id = fields.Many2one(
        "product.product",
        index="btree_not_null",
        check_company=True,
        help="A plan for one product goes before one for its category, and that before one for a kind.",
    )
    # when
    every_months = fields.Integer(string="Every so Many Months", help="0: not by time.")
    every_usage = fields.Float(
        string="After so Much Use", digits=(16, 1), help="Kilometres, hours, cycles. 0: not by use."
    )
    first_months = fields.Integer(
        string="First after Months", help="Counted from the purchase. 0: as the others."
    )
    first_usage = fields.Float(
        string="First after Use", digits=(16, 1), help="Counted from 0. 0: as the others."
    )
    yearly_usage = fields.Float(
        string="Usual Use per Year",
        digits=(16, 1),
        help="Assumed as long as the readings of an object do not say how much it is used. 0: nothing is "
        "assumed.",
    )
    late_days = fields.Integer(
        string="Longest Delay",
        default=60,
        help="Nobody is reminded of what was due longer ago, in days: of what was due before the object or "
        "the plan was entered, nothing is known.",
    )
    reminder_ids = fields.One2many(
        "complaint.service.plan.reminder",
        "plan_id",
        string="Reminders",
        copy=True,
        default=lambda self: [(0, 0, {"days": days}) for days in (30, 7, 0)],
    )
    due_count = fields.Integer(string="Objects", compute="_compute_due_count")

    _not_negative = models.Constraint(
        "CHECK (every_months >= 0 AND first_months >= 0 AND every_usage >= 0 AND first_usage >= 0"
        " AND yearly_usage >= 0 AND late_days >= 0)",
        "Months, use and days are not less than 0.",
    )
    _some_rhythm = models.Constraint(
        "CHECK (COALESCE(every_months, 0) + COALESCE(every_usage, 0) + COALESCE(first_months, 0)"
        " + COALESCE(first_usage, 0) > 0)",
        "Say when the service is due: after how many months, after how much use, or both.",
    )

    @api.constrains("every_months", "every_usage", "kind_id")
    def _check_usage_counted(self):
        for plan in self:
            counted = not plan.kind_id or plan.kind_id.usage_unit not in (False, "none")
            if not counted and (plan.every_usage or plan.first_usage):
                raise ValidationError(
                    self.env._(
                        "The use of “%(kind)s” is not counted: plan its service by time, or give the kind a "
                        "unit.",
                        kind=plan.kind_id.display_name,
                    )
                )

    def _compute_due_count(self):
        counts = dict(
            self.env["complaint.asset.due"]._read_group(
                [("plan_id", "in", self.ids), ("state", "!=", "off")], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.due_count = counts.get(plan, 0)

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        plans._request_refresh()
        return plans

    def write(self, vals):
        result = super().write(vals)
        if FACTS & vals.keys():
            self._request_refresh()
        return result

    def _request_refresh(self):
        """Have what is due by these plans counted anew in the background: it may be that of many objects."""
        for plan in self:
            self.env["complaint.asset.due.request"]._request(plan=plan)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env["complaint.asset.due"].sudo().search_count([("plan_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "Objects are serviced by this plan. Archive it: nobody is reminded of it any more then."
                )
            )

    def action_dues(self):
        """Open what is due by the plan."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "complaint_management.complaint_asset_due_action"
        )
        return {**action, "domain": [("plan_id", "=", self.id)], "context": {}}

    # to which objects

    def _get_asset_domain(self):
        """Return the domain of the objects that the plan may be for."""
        self.ensure_one()
        domain = Domain("company_id", "=", self.company_id.id) if self.company_id else Domain.TRUE
        if self.kind_id:
            domain &= Domain("kind_id", "=", self.kind_id.id)
        if self.product_id:
            domain &= Domain("product_id", "=", self.product_id.id)
        if self.categ_id:
            domain &= Domain("product_id.categ_id", "child_of", self.categ_id.id)
        return domain

    def _is_for(self, asset):
        """Tell whether the plan is for an object."""
        self.ensure_one()
        path = asset.product_id.categ_id.parent_path or ""
        return bool(
            (not self.company_id or self.company_id == asset.company_id)
            and (not self.kind_id or self.kind_id == asset.kind_id)
            and (not self.product_id or self.product_id == asset.product_id)
            and (not self.categ_id or f"/{self.categ_id.id}/" in f"/{path}")
        )

    def _get_rank(self):
        """Return how near the plan is to one object: of several for the same service the nearest applies."""
        self.ensure_one()
        return (
            bool(self.product_id),
            bool(self.categ_id) and len(self.categ_id.parent_path or ""),
            bool(self.kind_id),
            bool(self.company_id),
            -self.sequence,
            -self.id,
        )

    def _choose_for(self, asset):
        """Return those of the plans that apply to an object: one for each service."""
        chosen = {}
        for plan in self:
            best = chosen.get(plan.type_id)
            if plan._is_for(asset) and (not best or plan._get_rank() > best._get_rank()):
                chosen[plan.type_id] = plan
        return self.browse(plan.id for plan in chosen.values())

    # when

    def _get_next_date(self, purchased, done, known):
        """Return the day on which the service is due by time.

        After a service it is so many months later. Where none is known, it is the first of the days counted
        from the purchase that was not yet long past when the object became known: what was done before,
        nobody knows.

        :param date purchased: day of the purchase, or None
        :param date done: day of the last service, or None
        :param date known: day since which the plan has looked at the object
        :return: date, or None
        """
        self.ensure_one()
        if done:
            return done + relativedelta(months=self.every_months) if self.every_months else None
        first = self.first_months or self.every_months
        if not purchased or not first:
            return None
        earliest = known - timedelta(days=self.late_days)
        months = first
        while purchased + relativedelta(months=months) < earliest:
            if not self.every_months:
                return None
            months += self.every_months
        return purchased + relativedelta(months=months)

    def _get_next_usage(self, readings, purchased, done, done_usage, known):
        """Return the use at which the service is due, as the present counter shows it.

        :param list readings: ``(date, value)``
        :param date purchased: day of the purchase, or None
        :param date done: day of the last service, or None
        :param float done_usage: what the counter showed then, or None
        :param date known: day since which the plan has looked at the object
        :return: float, or None
        """
        self.ensure_one()
        if done:
            shown = usage.value_on(readings, done) if done_usage is None else done_usage
            if shown is None or not self.every_usage:
                return None
            return usage.next_value(readings, done, shown, self.every_usage)
        first = self.first_usage or self.every_usage
        if not first:
            return None
        if purchased and purchased >= known - timedelta(days=self.late_days):
            # Known since it was new.
            return first
        shown = usage.value_on(readings, known)
        if shown is None and readings:
            shown = min(readings)[1]
        return usage.next_step(first, self.every_usage, shown)

    def _get_assumed_rate(self):
        self.ensure_one()
        return self.yearly_usage / 365 if self.yearly_usage else None


class ComplaintServicePlanReminder(models.Model):
    """How long before a service is due its owner is reminded, and with which words."""

    _name = "complaint.service.plan.reminder"
    _description = "Reminder of a Service Plan"
    _order = "days desc, id"

    plan_id = fields.Many2one("complaint.service.plan", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    days = fields.Integer(string="Days Before", required=True)
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('model', '=', 'complaint.asset.due')]",
        help="Empty: the usual reminder.",
    )

    _days_uniq = models.Constraint(
        "UNIQUE (plan_id, days)", "Two reminders of a plan go out on the same day: change or remove one."
    )
    _days_not_negative = models.Constraint(
        "CHECK (days >= 0)", "A reminder goes out before the service is due, or on the day itself (0)."
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.plan_id._request_refresh()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if {"days", "plan_id"} & vals.keys():
            self.plan_id._request_refresh()
        return result

    def unlink(self):
        plans = self.plan_id
        result = super().unlink()
        plans.exists()._request_refresh()
        return result

    def _get_template(self):
        """Return the letter, empty where the usual one was removed."""
        self.ensure_one()
        usual = self.env.ref("complaint_management.mail_template_service_due", raise_if_not_found=False)
        return self.mail_template_id or usual or self.env["mail.template"]
