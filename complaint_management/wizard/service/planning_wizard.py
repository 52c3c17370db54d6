from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

#: How many times one search proposes.
PROPOSED = 12


class ComplaintServiceFindTime(models.TransientModel):
    """Finds a time at which somebody who can do it is free; one click books it (SV-5)."""

    _name = "complaint.service.find.time"
    _description = "Find a Time"

    order_id = fields.Many2one("complaint.service.order", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id")
    type_id = fields.Many2one(related="order_id.type_id")
    day_from = fields.Date(string="Not Before", help="Empty: as soon as possible.")
    duration = fields.Float(
        string="Hours of Work",
        compute="_compute_duration",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    employee_id = fields.Many2one(
        "hr.employee",
        string="Only by",
        domain="[('complaint_technician', '=', True), ('company_id', '=', company_id)]",
    )
    unskilled = fields.Boolean(
        string="Skills Do Not Matter", help="Also propose people who lack a skill that the service needs."
    )
    reason = fields.Char(
        string="Why It Is Moved", help="Asked for only where there is an appointment already."
    )
    scheduled_start = fields.Datetime(related="order_id.scheduled_start", string="Appointment Now")
    line_ids = fields.One2many("complaint.service.find.time.line", "wizard_id", string="Free Times")

    @api.depends("order_id")
    def _compute_duration(self):
        for wizard in self:
            length = wizard.order_id._get_scheduled_length()
            wizard.duration = length.total_seconds() / 3600 if length else wizard.type_id.duration or 1

    def action_search(self):
        """Search again with what was entered."""
        self.ensure_one()
        self._find()
        return self._open()

    def _find(self):
        self.order_id.check_access("write")
        if self.duration <= 0:
            raise UserError(self.env._("Say how long the work takes: more than nothing."))
        proposals = self.order_id._propose_slots(
            duration=self.duration,
            limit=PROPOSED,
            day_from=self.day_from,
            employees=self.employee_id or None,
            unskilled=self.unskilled,
        )
        self.line_ids.unlink()
        self.env["complaint.service.find.time.line"].create(
            [
                {
                    "wizard_id": self.id,
                    "start": start,
                    "stop": stop,
                    "employee_ids": [fields.Command.set(employees.ids)],
                }
                for start, stop, employees in proposals
            ]
        )

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Find a Time"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }


class ComplaintServiceFindTimeLine(models.TransientModel):
    """One time at which somebody is free."""

    _name = "complaint.service.find.time.line"
    _description = "Free Time"
    _inherit = ["hr.mixin"]
    _order = "start, id"

    wizard_id = fields.Many2one("complaint.service.find.time", required=True, index=True, ondelete="cascade")
    start = fields.Datetime(required=True)
    stop = fields.Datetime(string="End", required=True)
    day = fields.Char(compute="_compute_day")
    employee_ids = fields.Many2many(
        "hr.employee", "complaint_find_time_line_employee_rel", "line_id", "employee_id", string="Technician"
    )

    @api.depends("start")
    @api.depends_context("lang", "tz")
    def _compute_day(self):
        for line in self:
            local = fields.Datetime.context_timestamp(line, line.start)
            line.day = format_date(self.env, local.date(), date_format="EEE")

    def action_book(self):
        """Take this time."""
        self.ensure_one()
        wizard = self.wizard_id
        order = wizard.order_id
        if order.scheduled_start and order.scheduled_start != self.start and (wizard.reason or "").strip():
            order._reschedule(self.start, self.stop, wizard.reason, self.employee_ids)
        else:
            order._book(self.start, self.stop, self.employee_ids)
        return {"type": "ir.actions.act_window_close"}


class ComplaintServiceReschedule(models.TransientModel):
    """Moves an appointment and keeps why; the customer is told (SV-5)."""

    _name = "complaint.service.reschedule"
    _description = "Move an Appointment"
    _inherit = ["hr.mixin"]

    order_id = fields.Many2one("complaint.service.order", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id")
    type_id = fields.Many2one(related="order_id.type_id")
    start = fields.Datetime(
        string="New Appointment",
        compute="_compute_times",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    stop = fields.Datetime(
        string="End",
        compute="_compute_times",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    employee_ids = fields.Many2many(
        "hr.employee",
        "complaint_reschedule_employee_rel",
        "wizard_id",
        "employee_id",
        string="Technicians",
        compute="_compute_plan",
        store=True,
        readonly=False,
        domain="[('complaint_suits_type_ids', 'in', type_id), ('company_id', '=', company_id)]",
    )
    reason = fields.Text(required=True)
    allow_overlap = fields.Boolean(
        string="At the Same Time as Others",
        compute="_compute_plan",
        store=True,
        readonly=False,
        help="The technicians may be booked for other orders at this time.",
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        self.env["complaint.service.order"].browse(values.get("order_id"))._check_plannable()
        return values

    @api.depends("order_id")
    def _compute_times(self):
        for wizard in self:
            wizard.start, wizard.stop = wizard.order_id.scheduled_start, wizard.order_id.scheduled_end

    @api.depends("order_id")
    def _compute_plan(self):
        for wizard in self:
            order = wizard.order_id
            wizard.employee_ids = order.technician_ids
            wizard.allow_overlap = order.allow_overlap

    def action_apply(self):
        """Move it."""
        self.ensure_one()
        order = self.order_id
        if self.allow_overlap != order.allow_overlap:
            order.allow_overlap = self.allow_overlap
        order._reschedule(self.start, self.stop, self.reason, self.employee_ids)
