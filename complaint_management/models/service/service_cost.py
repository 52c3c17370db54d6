from odoo import api, fields, models

from ..case.roles import STAFF

#: Who sees what work and parts cost us.
COST_GROUPS = ",".join(
    (
        "complaint_management.group_service_manager",
        "complaint_management.group_complaint_handler",
        "complaint_management.group_complaint_auditor",
        "complaint_management.group_complaint_quality",
    )
)
#: What amounts of our cost have in common.
COST = {"store": True, "compute_sudo": True, "currency_field": "company_currency_id", "groups": COST_GROUPS}


class ComplaintServiceLine(models.Model):
    """What a line costs us: parts as they were bought, labour as it was worked (SV-8).

    Costs are kept as they were when the line was entered; a cost that is changed later does not rewrite what
    was done. They are never shown to customers, nor to technicians, who would read each other's wages.
    """

    _inherit = "complaint.service.line"

    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency", export_string_translation=False
    )
    unit_cost = fields.Monetary(
        compute="_compute_unit_cost",
        help="Of one part, or of one hour of somebody whose hours have no cost of their own.",
        **COST,
    )
    cost = fields.Monetary(
        compute="_compute_cost",
        help="What parts and labour cost us, in the company's currency.",
        **COST,
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # As it is now: what is computed later would take the cost of then.
        lines.sudo().mapped("unit_cost")
        return lines

    @api.depends("product_id", "uom_id", "company_id")
    def _compute_unit_cost(self):
        for line in self:
            product_sudo = line.product_id.sudo().with_company(line.company_id)
            cost = product_sudo.standard_price
            unit = product_sudo.uom_id
            if unit and line.uom_id and unit != line.uom_id:
                cost = unit._compute_price(cost, line.uom_id)
            line.unit_cost = cost

    @api.depends("kind", "quantity", "unit_cost", "order_id.step", "worklog_ids.cost")
    def _compute_cost(self):
        for line in self:
            if line.kind == "labour":
                line.cost = sum(log.cost for log in line.worklog_ids)
            else:
                # The parts of an order that was called off are still on the shelf.
                line.cost = 0 if line.order_id.step == "cancelled" else line.quantity * line.unit_cost


class ComplaintServiceWorklog(models.Model):
    _inherit = "complaint.service.worklog"

    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency", export_string_translation=False
    )
    hourly_cost = fields.Monetary(
        compute="_compute_hourly_cost",
        export_string_translation=False,
        **COST,
    )
    cost = fields.Monetary(
        compute="_compute_cost",
        export_string_translation=False,
        **COST,
    )

    @api.depends("employee_id", "line_id.unit_cost")
    def _compute_hourly_cost(self):
        """What an hour of the employee costs where that is known, else what the labour product says."""
        for log in self:
            employee = log.employee_id
            own = employee.hourly_cost if "hourly_cost" in employee._fields else 0
            log.hourly_cost = own or log.line_id.unit_cost

    @api.depends("hours", "hourly_cost")
    def _compute_cost(self):
        for log in self:
            log.cost = log.hours * log.hourly_cost


class ComplaintServiceOrder(models.Model):
    """What an order costs us, in the company's currency.

    Costs are what was spent; what was given away (``amount_given``) is what was not earned. They are two
    views of the same work, not to be added up.
    """

    _inherit = "complaint.service.order"

    cost_parts = fields.Monetary(
        string="Cost of Parts",
        compute="_compute_cost",
        **COST,
    )
    cost_labour = fields.Monetary(
        string="Cost of Labour",
        compute="_compute_cost",
        **COST,
    )
    cost_total = fields.Monetary(
        string="Cost",
        compute="_compute_cost",
        aggregator="sum",
        help="Parts and hours worked, whoever bears them.",
        **COST,
    )
    cost_warranty = fields.Monetary(
        string="Cost under Warranty",
        compute="_compute_cost",
        aggregator="sum",
        **COST,
    )
    cost_goodwill = fields.Monetary(
        string="Cost of Goodwill",
        compute="_compute_cost",
        aggregator="sum",
        **COST,
    )
    cost_remedy = fields.Monetary(
        string="Cost as Remedy",
        compute="_compute_cost",
        aggregator="sum",
        **COST,
    )

    @api.depends(
        "line_ids.cost", "line_ids.kind", "line_ids.covered", "worklog_ids.cost", "worklog_ids.line_id"
    )
    def _compute_cost(self):
        for order in self:
            sums = dict.fromkeys(("part", "labour", "charged", "warranty", "goodwill", "remedy"), 0.0)
            for line in order.line_ids:
                sums[line.kind] += line.cost
                sums[line.covered] += line.cost
            # Work that was logged on no line is paid for all the same.
            sums["labour"] += sum(log.cost for log in order.worklog_ids if not log.line_id)
            order.cost_parts = sums["part"]
            order.cost_labour = sums["labour"]
            order.cost_total = sums["part"] + sums["labour"]
            order.cost_warranty = sums["warranty"]
            order.cost_goodwill = sums["goodwill"]
            order.cost_remedy = sums["remedy"]


class ComplaintComplaint(models.Model):
    """What the service orders of a complaint cost flows back to it (SV-8)."""

    _inherit = "complaint.complaint"

    service_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency", export_string_translation=False
    )
    service_cost = fields.Monetary(
        string="Cost of Service",
        compute="_compute_service_cost",
        compute_sudo=True,
        currency_field="service_currency_id",
        groups=STAFF,
        help="What parts and labour of its service orders cost us.",
    )
    service_given = fields.Monetary(
        string="Service Given Away",
        compute="_compute_service_cost",
        compute_sudo=True,
        currency_field="service_currency_id",
        groups=STAFF,
        help="What warranty, goodwill and remedies in its service orders would have cost the customer, "
        "without taxes.",
    )

    @api.depends("service_order_ids.cost_total", "service_order_ids.amount_given", "service_order_ids.active")
    def _compute_service_cost(self):
        # Added up when it is looked at, so that what comes in pays nothing for it. What is archived was spent
        # all the same.
        Order = self.env["complaint.service.order"].with_context(active_test=False)
        sums = {
            complaint: amounts
            for complaint, *amounts in Order._read_group(
                [("complaint_id", "in", self.ids)], ["complaint_id"], ["cost_total:sum", "amount_given:sum"]
            )
        }
        for complaint in self:
            cost, given = sums.get(complaint._origin, (0, 0))
            complaint.service_cost, complaint.service_given = cost or 0, given or 0
