from odoo import fields, models
from odoo.tools import SQL

from ...models.service.service_cost import COST_GROUPS


class ComplaintServiceReport(models.Model):
    """Service orders as figures: one row each, with what they can be grouped by (SV-5, SV-8).

    A row has the id of its order, so grouping by technician reads the order's own table and counts an order
    under each of its technicians; the total counts it once. What each technician has worked adds up in
    ``complaint.service.work.report``. Money is in the currency of the company, without taxes.
    """

    _name = "complaint.service.report"
    _description = "Service Analysis"
    _inherit = ["complaint.service.part"]
    _auto = False
    _order = "requested_at desc, id desc"
    _rec_name = "number"
    _depends = {
        "complaint.service.order": [
            "active",
            "amount_goodwill",
            "amount_remedy",
            "amount_untaxed_charged",
            "amount_warranty",
            "asset_id",
            "closed_at",
            "company_id",
            "complaint_id",
            "cost_goodwill",
            "cost_remedy",
            "cost_total",
            "cost_warranty",
            "currency_id",
            "fault_id",
            "handed_over_at",
            "hours_planned",
            "hours_spent",
            "is_repeat",
            "kind",
            "number",
            "partner_id",
            "product_id",
            "ready_told_at",
            "received_at",
            "reopen_count",
            "repeat_of_id",
            "requested_at",
            "stage_id",
            "step",
            "team_id",
            "type_id",
            "user_id",
        ],
        "complaint.deadline": ["milestone", "round", "service_order_id", "state"],
    }

    order_id = fields.Many2one("complaint.service.order", readonly=True, required=False, ondelete="")
    # Not the order's: nothing is ever written here.
    company_id = fields.Many2one("res.company", related=None, precompute=False, readonly=True)
    currency_id = fields.Many2one("res.currency", related="company_id.currency_id")
    number = fields.Char(readonly=True)
    active = fields.Boolean(readonly=True)
    team_id = fields.Many2one("complaint.team", readonly=True)
    user_id = fields.Many2one("res.users", string="Service Advisor", readonly=True)
    technician_ids = fields.Many2many(
        "hr.employee",
        "complaint_service_order_technician_rel",
        "order_id",
        "employee_id",
        readonly=True,
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    asset_id = fields.Many2one("complaint.asset", string="Object", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    type_id = fields.Many2one("complaint.service.type", string="Service", readonly=True)
    kind = fields.Selection(
        selection=lambda self: (
            self.env["complaint.service.type"]._fields["kind"]._description_selection(self.env)
        ),
        string="Kind of Service",
        readonly=True,
    )
    fault_id = fields.Many2one("complaint.service.fault", readonly=True)
    stage_id = fields.Many2one("complaint.service.stage", readonly=True)
    step = fields.Selection(
        selection=lambda self: (
            self.env["complaint.service.stage"]._fields["step"]._description_selection(self.env)
        ),
        readonly=True,
    )
    of_complaint = fields.Boolean(string="From a Complaint", readonly=True)
    requested_at = fields.Datetime(string="Asked for on", readonly=True)
    closed_at = fields.Datetime(string="Closed on", readonly=True)

    # measures
    open_count = fields.Integer(string="Open Orders", readonly=True)
    closed_count = fields.Integer(string="Closed Orders", readonly=True)
    cancelled_count = fields.Integer(string="Cancelled Orders", readonly=True)
    reopen_count = fields.Integer(string="Times Reopened", readonly=True)
    repeat_count = fields.Integer(
        string="Repeat Repairs",
        readonly=True,
        help="Orders about a fault that had been repaired a short time before.",
    )
    fixed_first_time = fields.Float(
        string="Right the First Time (%)",
        readonly=True,
        aggregator="avg",
        help="Share of the closed repairs and rescues whose fault did not come again within the time for "
        "repeat repairs.",
    )
    completed_in_time = fields.Float(
        string="Completed in Time (%)",
        readonly=True,
        aggregator="avg",
        help="Share of the orders whose work was completed within its limit, among those where that is "
        "decided.",
    )
    handed_over_in_time = fields.Float(
        string="Handed Over in Time (%)",
        readonly=True,
        aggregator="avg",
        help="Share of the orders that were handed over within their limit, among those where that is "
        "decided.",
    )
    handling_days = fields.Float(
        string="Days to Close",
        readonly=True,
        aggregator="avg",
        help="Days of the calendar between the request and the end of the order.",
    )
    workshop_days = fields.Float(
        string="Days in the Workshop",
        readonly=True,
        aggregator="avg",
        help="Days of the calendar from the reception until the customer was told to fetch it, or had it "
        "back.",
    )
    hours_planned = fields.Float(readonly=True, help="Hours of the labour lines.")
    hours_spent = fields.Float(readonly=True, help="Hours that were logged.")
    amount_charged = fields.Monetary(
        string="Charged without Taxes",
        readonly=True,
        help="In the currency of the company, by the rate of the day on which it was asked for.",
    )
    amount_warranty = fields.Monetary(
        string="Borne by Warranty", readonly=True, help="What it would have cost the customer, without taxes."
    )
    amount_goodwill = fields.Monetary(
        string="Given as Goodwill", readonly=True, help="What it would have cost the customer, without taxes."
    )
    amount_remedy = fields.Monetary(
        string="Given as Remedy",
        readonly=True,
        help="What it would have cost the customer, without taxes, but was promised to a complainant.",
    )
    cost_total = fields.Monetary(
        string="Cost", readonly=True, groups=COST_GROUPS, help="Parts and hours worked, whoever bears them."
    )
    cost_warranty = fields.Monetary(string="Cost under Warranty", readonly=True, groups=COST_GROUPS)
    cost_goodwill = fields.Monetary(string="Cost of Goodwill", readonly=True, groups=COST_GROUPS)
    cost_remedy = fields.Monetary(string="Cost as Remedy", readonly=True, groups=COST_GROUPS)

    @property
    def _table_query(self):
        return SQL("SELECT %s FROM %s", self._select(), self._from())

    def _select(self):
        return SQL(
            """
            o.id, o.id AS order_id, o.number, o.active, o.company_id, o.team_id, o.user_id, o.partner_id,
            o.asset_id, o.product_id, o.type_id, o.kind, o.fault_id, o.stage_id, o.step,
            o.complaint_id IS NOT NULL AS of_complaint, o.requested_at, o.closed_at,
            COALESCE(o.reopen_count, 0) AS reopen_count,
            (o.closed_at IS NULL)::int AS open_count,
            (o.step = 'closed')::int AS closed_count,
            (o.step = 'cancelled')::int AS cancelled_count,
            %s AS completed_in_time,
            %s AS handed_over_in_time,
            CASE WHEN o.step = 'closed'
                 THEN EXTRACT(EPOCH FROM o.closed_at - o.requested_at) / 86400 END AS handling_days,
            CASE WHEN o.step != 'cancelled'
                 THEN EXTRACT(EPOCH FROM COALESCE(o.ready_told_at, o.handed_over_at, o.closed_at)
                      - o.received_at) / 86400 END AS workshop_days,
            COALESCE(o.is_repeat, FALSE)::int AS repeat_count,
            CASE WHEN o.step = 'closed' AND o.kind IN ('repair', 'roadside')
                 THEN CASE WHEN EXISTS (
                               SELECT 1 FROM complaint_service_order again
                                WHERE again.repeat_of_id = o.id AND again.step != 'cancelled'
                           ) THEN 0.0 ELSE 100.0 END END AS fixed_first_time,
            o.hours_planned, o.hours_spent, %s AS amount_charged,
            o.amount_warranty, o.amount_goodwill, o.amount_remedy,
            o.cost_total, o.cost_warranty, o.cost_goodwill, o.cost_remedy
            """,
            self._kept(SQL("completed")),
            self._kept(SQL("handed_over")),
            self._charged(),
        )

    def _from(self):
        # The clock of the round that the order is in: there is one per milestone and round at most.
        return SQL(
            """
            complaint_service_order o
            JOIN res_company company ON company.id = o.company_id
            LEFT JOIN complaint_deadline completed ON completed.service_order_id = o.id
                  AND completed.milestone = 'complete' AND completed.round = COALESCE(o.reopen_count, 0)
            LEFT JOIN complaint_deadline handed_over ON handed_over.service_order_id = o.id
                  AND handed_over.milestone = 'hand_over' AND handed_over.round = COALESCE(o.reopen_count, 0)
            """
        )

    def _kept(self, clock):
        """Return the share to which a limit was kept; NULL where that is not decided."""
        return SQL(
            "CASE WHEN %(clock)s.state = 'met' THEN 100.0 "
            "WHEN %(clock)s.state IN ('late', 'breached') THEN 0.0 END",
            clock=clock,
        )

    def _charged(self):
        """Return what is charged, in the currency of the company; nothing for what was called off.

        Nearly all orders are in the company's own: only for the others are rates looked up.
        """
        return SQL(
            """
            CASE WHEN o.step = 'cancelled' THEN 0
                 WHEN o.currency_id IS NULL OR o.currency_id = company.currency_id
                 THEN o.amount_untaxed_charged
                 ELSE o.amount_untaxed_charged * %s / %s END
            """,
            self._rate(SQL("company.currency_id")),
            self._rate(SQL("o.currency_id")),
        )

    def _rate(self, currency):
        """Return the rate of a currency on the day of the order, else the first one after it."""
        return SQL(
            """
            COALESCE((
                SELECT rate.rate FROM res_currency_rate rate
                 WHERE rate.currency_id = %s
                   AND (rate.company_id IS NULL
                        OR rate.company_id = split_part(company.parent_path, '/', 1)::int)
              ORDER BY rate.name > o.requested_at::date, rate.company_id,
                       CASE WHEN rate.name > o.requested_at::date THEN rate.name END,
                       rate.name DESC
                 LIMIT 1
            ), 1.0)
            """,
            currency,
        )


class ComplaintServiceWorkReport(models.Model):
    """The work of technicians as figures: one row per entry of the work log and per booking (SV-5, OR-4).

    An order that several of them work on is under each of them with their own hours only, so that hours of
    technicians add up to the hours of orders, and nothing is counted twice.
    """

    _name = "complaint.service.work.report"
    _description = "Work of Technicians"
    _inherit = ["complaint.service.part"]
    _auto = False
    _order = "start desc, id desc"
    _rec_name = "order_id"
    _depends = {
        "complaint.service.order": ["kind", "product_id", "step", "team_id", "type_id"],
        "complaint.service.booking": ["employee_id", "order_id", "start", "state", "stop"],
        "complaint.service.worklog": ["employee_id", "hours", "order_id", "start"],
    }

    order_id = fields.Many2one("complaint.service.order", readonly=True, required=False, ondelete="")
    company_id = fields.Many2one("res.company", related=None, precompute=False, readonly=True)
    employee_id = fields.Many2one("hr.employee", string="Technician", readonly=True)
    team_id = fields.Many2one("complaint.team", readonly=True)
    type_id = fields.Many2one("complaint.service.type", string="Service", readonly=True)
    kind = fields.Selection(
        selection=lambda self: (
            self.env["complaint.service.type"]._fields["kind"]._description_selection(self.env)
        ),
        string="Kind of Service",
        readonly=True,
    )
    product_id = fields.Many2one("product.product", readonly=True)
    step = fields.Selection(
        selection=lambda self: (
            self.env["complaint.service.stage"]._fields["step"]._description_selection(self.env)
        ),
        readonly=True,
    )
    start = fields.Datetime(readonly=True)
    hours_spent = fields.Float(string="Hours Worked", readonly=True)
    hours_booked = fields.Float(
        readonly=True, help="Hours of the appointments that were planned for the technician."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT piece.id, piece.order_id, piece.employee_id, o.company_id, o.team_id, o.type_id, o.kind,
                   o.product_id, o.step, piece.start, piece.hours_spent, piece.hours_booked
              FROM (
                    SELECT w.id * 2 AS id, w.order_id, w.employee_id, w.start,
                           w.hours AS hours_spent, 0.0 AS hours_booked
                      FROM complaint_service_worklog w
                    UNION ALL
                    SELECT b.id * 2 + 1, b.order_id, b.employee_id, b.start,
                           0.0, EXTRACT(EPOCH FROM b.stop - b.start) / 3600
                      FROM complaint_service_booking b
                     WHERE b.state IN ('planned', 'done')
                   ) piece
              JOIN complaint_service_order o ON o.id = piece.order_id
            """
        )
