from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

#: Hour of the company's day at which reminders go out.
REMINDER_HOUR = 9
#: What people enter; all else follows from the readings, the orders and the plan.
ENTERED = {"entered_date", "entered_usage"}


class ComplaintAssetDue(models.Model):
    """When a service is due to an object, by one plan (SV-7).

    There is one record for each object and plan, kept up to date by ``asset_due_refresh.py``. What is due
    comes round: a new *cycle* begins with each service done, and reminders are counted by cycle.
    """

    _name = "complaint.asset.due"
    _description = "Due Service"
    _order = "due_date, id"
    _rec_names_search = ["asset_id.name", "asset_id.serial", "partner_id.name", "plan_id.name"]

    asset_id = fields.Many2one(
        "complaint.asset", string="Object", required=True, readonly=True, index=True, ondelete="cascade"
    )
    plan_id = fields.Many2one(
        "complaint.service.plan", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="asset_id.company_id", store=True, index=True, precompute=True)
    partner_id = fields.Many2one(
        related="asset_id.partner_id", string="Owned by", store=True, index="btree_not_null", precompute=True
    )
    type_id = fields.Many2one(related="plan_id.type_id", store=True, index=True, precompute=True)
    state = fields.Selection(
        [("open", "Planned"), ("ordered", "Order Open"), ("off", "No Longer")],
        string="Status",
        required=True,
        readonly=True,
        default="open",
    )
    known_since = fields.Date(readonly=True, help="The day since which the plan has looked at the object.")
    # the last one
    entered_date = fields.Date(
        string="Done Elsewhere on",
        help="The last service that no order here tells of, for instance at another workshop.",
    )
    entered_usage = fields.Float(string="Use at That Time", digits=(16, 1), help="0: as the readings say.")
    last_date = fields.Date(string="Last Done on", readonly=True)
    last_usage = fields.Float(string="Last Done at", readonly=True, digits=(16, 1))
    # the next one
    next_date = fields.Date(string="Next by Time", readonly=True)
    next_usage = fields.Float(string="Next by Use", readonly=True, digits=(16, 1))
    usage_unit = fields.Selection(related="asset_id.usage_unit")
    forecast_date = fields.Date(
        string="Reached About", readonly=True, help="The day on which its use is likely to reach that value."
    )
    due_date = fields.Date(
        string="Due on", readonly=True, index="btree_not_null", help="The earlier of both days."
    )
    days_left = fields.Integer(compute="_compute_days_left")
    # reminding
    cycle = fields.Integer(readonly=True, default=1, export_string_translation=False)
    cycle_date = fields.Date(readonly=True, export_string_translation=False)
    next_event_at = fields.Datetime(string="Next Reminder", readonly=True)
    fault_count = fields.Integer(readonly=True, export_string_translation=False)
    reminder_ids = fields.One2many("complaint.asset.reminder", "due_id", string="Reminders", readonly=True)

    _asset_plan_uniq = models.UniqueIndex("(asset_id, plan_id)", "The plan applies to this object already.")
    _next_event_idx = models.Index("(next_event_at, id) WHERE next_event_at IS NOT NULL")
    _open_idx = models.Index("(company_id, due_date, id) WHERE state = 'open'")

    @api.depends("plan_id.name", "asset_id.display_name")
    def _compute_display_name(self):
        for due in self:
            due.display_name = " · ".join(
                part for part in (due.plan_id.name, due.asset_id.display_name) if part
            )

    @api.depends("due_date")
    def _compute_days_left(self):
        today = fields.Date.context_today(self)
        for due in self:
            due.days_left = (due.due_date - today).days if due.due_date else 0

    def write(self, vals):
        if not self.env.su and vals.keys() - ENTERED:
            raise UserError(
                self.env._(
                    "This follows from the plan, the readings and the orders. Enter what was done elsewhere, "
                    "or change those."
                )
            )
        result = super().write(vals)
        if ENTERED & vals.keys():
            self.asset_id._refresh_dues()
        return result

    @api.constrains("entered_date", "entered_usage")
    def _check_entered(self):
        today = fields.Date.context_today(self)
        for due in self:
            if due.entered_date and due.entered_date > today:
                raise UserError(self.env._("What was done elsewhere was done in the past: check the date."))
            if due.entered_usage < 0:
                raise UserError(self.env._("A counter shows no less than 0: check the use at that time."))

    # reminding

    def _get_zone(self):
        """Return the time zone of the company whose object it is."""
        self.ensure_one()
        return pytz.timezone(self.company_id.resource_calendar_id.tz or "UTC")

    def _get_reminder_time(self, days):
        """Return when a reminder goes out, naive UTC.

        :param int days: before it is due
        """
        self.ensure_one()
        local = datetime.combine(self.due_date - timedelta(days=days), time(REMINDER_HOUR))
        return self._get_zone().localize(local).astimezone(pytz.utc).replace(tzinfo=None)

    def _get_distances(self):
        """Return ``{due: set of the distances that are settled in its cycle}``, read at once."""
        settled = {due: set() for due in self}
        Reminder = self.env["complaint.asset.reminder"].sudo()
        for reminder in Reminder.search_fetch([("due_id", "in", self.ids)], ["due_id", "cycle", "days"]):
            if reminder.cycle == reminder.due_id.cycle:
                settled[reminder.due_id].add(reminder.days)
        return settled

    def _get_next_event(self, settled):
        """Return when the next reminder goes out, or False.

        :param settled: distances of this cycle that need none any more
        """
        self.ensure_one()
        if self.state != "open" or not self.due_date:
            return False
        times = [
            self._get_reminder_time(line.days)
            for line in self.plan_id.reminder_ids
            if line.days not in settled
        ]
        return min(times, default=False)

    # an order of it

    def action_create_order(self):
        """Make an order of it, or open the one that there is; nobody is reminded any more then."""
        self.ensure_one()
        Order = self.env["complaint.service.order"]
        order = Order.search(
            [
                ("asset_id", "=", self.asset_id.id),
                ("type_id", "=", self.type_id.id),
                ("closed_at", "=", False),
            ],
            limit=1,
        )
        if not order:
            self._check_can_order()
            order = Order.create(self._prepare_order_vals())
        return {
            "type": "ir.actions.act_window",
            "res_model": order._name,
            "res_id": order.id,
            "views": [(False, "form")],
        }

    def _check_can_order(self):
        self.ensure_one()
        if self.state == "off":
            raise UserError(
                self.env._(
                    "The plan is not for this object any more: it was sold, scrapped or archived, or the "
                    "plan was changed."
                )
            )
        if self.state == "ordered":
            raise UserError(self.env._("Another team has an open order of this service already."))
        if not self.partner_id:
            raise UserError(self.env._("Enter the owner of the object first: an order is for a customer."))

    def _prepare_order_vals(self):
        self.ensure_one()
        return {
            "name": self.plan_id.name,
            "partner_id": self.partner_id.id,
            "asset_id": self.asset_id.id,
            "type_id": self.type_id.id,
            "company_id": self.company_id.id,
        }

    def action_open_asset(self):
        """Open the object."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "complaint.asset",
            "res_id": self.asset_id.id,
            "views": [(False, "form")],
        }


class ComplaintAsset(models.Model):
    _inherit = "complaint.asset"

    due_ids = fields.One2many("complaint.asset.due", "asset_id", string="Due Services")
    next_service_date = fields.Date(
        string="Next Service",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The nearest of those that are due.",
    )

    def action_create_order(self):
        """Make an order of the service that is due next."""
        self.ensure_one()
        due = self.due_ids.filtered(lambda due: due.state == "open" and due.due_date)[:1]
        if due:
            return due.action_create_order()
        return {
            "type": "ir.actions.act_window",
            "res_model": "complaint.service.order",
            "views": [(False, "form")],
            "context": {
                "default_asset_id": self.id,
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
            },
        }
