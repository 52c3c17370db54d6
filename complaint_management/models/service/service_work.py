from datetime import datetime, time, timedelta

from pytz import utc

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime, format_duration

from ...tools.service_process import SERVICE, Requirement

#: Steps in which work can wait for something.
WAITING_STEPS = ("diagnosis", "quotation", "work")


class ComplaintServiceOrder(models.Model):
    """Work on an order: begun, interrupted, taken up and done, with the clock of whoever does it (SV-5)."""

    _inherit = "complaint.service.order"

    work_note = fields.Text(
        string="Work Carried Out",
        tracking=True,
        copy=False,
        help="For the record and for the customer's papers.",
    )
    work_state = fields.Selection(
        [
            ("none", "Not begun"),
            ("running", "In work"),
            ("interrupted", "Interrupted"),
            ("done", "Work done"),
        ],
        string="Work",
        compute="_compute_work_state",
        store=True,
        index=True,
    )
    interruption = fields.Selection(
        [
            ("part", "A part"),
            ("customer", "The customer"),
            ("colleague", "A colleague or supplier"),
            ("later", "Break or next day"),
        ],
        string="Waits for",
        copy=False,
        tracking=True,
        help="Why the work is interrupted. Emptied by itself when somebody goes on.",
    )
    interruption_note = fields.Char(
        string="What Exactly", copy=False, help="Which part, since when, until when."
    )
    running_since = fields.Datetime(string="My Clock Runs since", compute="_compute_running_since")
    has_clock = fields.Boolean(compute="_compute_has_clock", export_string_translation=False)
    partner_address = fields.Char(string="Address", compute="_compute_partner_address", compute_sudo=True)
    work_rank = fields.Integer(
        compute="_compute_work_rank",
        export_string_translation=False,
        help="What somebody who works has to look at first; lists can be put in this order.",
    )

    @api.depends("worklog_ids.stop", "step")
    def _compute_work_state(self):
        done = SERVICE.steps[SERVICE.steps.index("quality") :]
        for order in self:
            logged = order.worklog_ids
            if any(not entry.stop for entry in logged):
                order.work_state = "running"
            elif order.step in done:
                order.work_state = "done"
            else:
                order.work_state = "interrupted" if logged else "none"

    @api.depends_context("uid")
    @api.depends("worklog_ids.stop")
    def _compute_running_since(self):
        running_sudo = (
            self.env["complaint.service.worklog"]
            .sudo()
            .search(
                [
                    ("order_id", "in", self.ids),
                    ("employee_id.user_id", "=", self.env.uid),
                    ("stop", "=", False),
                ]
            )
        )
        since = {entry.order_id.id: entry.start for entry in running_sudo}
        for order in self:
            order.running_since = since.get(order._origin.id)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_has_clock(self):
        """Whoever only answers for orders is not asked to start a clock on each of them."""
        self.has_clock = self.env.user.sudo().employee_id.complaint_technician

    @api.depends("partner_id")
    def _compute_partner_address(self):
        for order in self:
            lines = (
                order.partner_id._display_address(without_company=True).splitlines()
                if order.partner_id
                else ()
            )
            order.partner_address = ", ".join(line.strip() for line in lines if line.strip())

    # what comes first

    def _get_today(self):
        """Return the first moment of the user's day, and of the next one, in UTC."""
        today = fields.Date.context_today(self)
        return tuple(
            self.env.tz.localize(datetime.combine(day, time.min)).astimezone(utc).replace(tzinfo=None)
            for day in (today, today + timedelta(days=1))
        )

    @api.depends("scheduled_start", "work_state")
    @api.depends_context("tz")
    def _compute_work_rank(self):
        today, tomorrow = self._get_today()
        for order in self:
            start = order.scheduled_start
            if order.work_state == "running":
                order.work_rank = 0
            elif not start:
                order.work_rank = 4
            else:
                order.work_rank = 1 if today <= start < tomorrow else 2 if start < today else 3

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name != "work_rank":
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        start = self._field_to_sql(alias, "scheduled_start", query)
        today, tomorrow = self._get_today()
        return SQL(
            "CASE WHEN %(state)s = 'running' THEN 0 WHEN %(start)s IS NULL THEN 4"
            " WHEN %(start)s >= %(tomorrow)s THEN 3 WHEN %(start)s >= %(today)s THEN 1 ELSE 2 END"
            " %(direction)s",
            state=self._field_to_sql(alias, "work_state", query),
            start=start,
            today=today,
            tomorrow=tomorrow,
            direction=direction,
        )

    # the gate

    def _gate_fields(self):
        return [*super()._gate_fields(), "technician_ids", "work_note", "worklog_ids.stop"]

    def _gate_requirements(self):
        return super()._gate_requirements() + [
            Requirement("work", self.env._("Name the technician."), lambda o: o.technician_ids),
            Requirement(
                "work",
                self.env._("Stop the clocks that run on it."),
                lambda o: all(entry.stop for entry in o.worklog_ids),
            ),
            Requirement(
                "work", self.env._("Write down what was done."), lambda o: (o.work_note or "").strip()
            ),
            Requirement(
                "cancel",
                self.env._("Stop the clocks that run on it."),
                lambda o: all(entry.stop for entry in o.worklog_ids),
            ),
        ]

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        waited = self.filtered(lambda order: order.interruption and order.step not in WAITING_STEPS)
        if waited:
            # Not tracked: the move itself is.
            waited.sudo().with_context(tracking_disable=True).write(
                {"interruption": False, "interruption_note": False}
            )

    # the clock

    def _get_own_employee(self):
        """Return the employee that the user is in the order's company.

        :raises UserError: there is none
        """
        self.ensure_one()
        company = self.sudo().company_id
        employee = self.env.user.with_company(company).employee_id
        if not employee:
            raise UserError(
                self.env._(
                    "You are no employee of %(company)s yet, so nobody knows whose work it is. Ask for your "
                    "user to be linked with your employee record.",
                    company=company.name,
                )
            )
        return employee

    def action_start_work(self):
        """Start the clock of the user on one order; a clock on another order is stopped.

        The order moves on to the work as far as its gates let it. As long as nobody has found out what is
        wrong, the clock counts for the diagnosis.

        :raises UserError: something is missing before anybody may work on it
        """
        self.ensure_one()
        self.check_access("write")
        employee = self._get_own_employee()
        Worklog = self.env["complaint.service.worklog"]
        # The other order may be one that the user does not read any more.
        running_sudo = Worklog.sudo().search([("employee_id", "=", employee.id), ("stop", "=", False)])
        if running_sudo.order_id == self:
            return self._get_clock_notice(self.env._("Your clock on this order runs already."), "info")
        self._enter_work()
        if not self.technician_ids:
            self.technician_ids = employee
        stopped_sudo = running_sudo._stop_clocks()
        Worklog.create(
            {"order_id": self.id, "employee_id": employee.id, "line_id": self._get_own_line(employee).id}
        )
        if self.interruption or self.interruption_note:
            self.write({"interruption": False, "interruption_note": False})
        if stopped_sudo:
            return self._get_clock_notice(
                self.env._(
                    "Your clock on %(order)s was stopped after %(hours)s h.",
                    order=stopped_sudo.order_id._get_name_for(self.env),
                    hours=format_duration(stopped_sudo.hours),
                ),
                "warning",
                sticky=True,
            )

    def action_stop_work(self):
        """Stop the clock of the user on the order; why it is interrupted can be said afterwards."""
        self.ensure_one()
        self.check_access("write")
        stopped_sudo = self._get_own_clocks()._stop_clocks()
        if not stopped_sudo:
            return self._get_clock_notice(self.env._("No clock of yours runs on this order."), "info")
        start = stopped_sudo.start
        begun, today = (
            fields.Datetime.context_timestamp(self, moment).date()
            for moment in (start, fields.Datetime.now())
        )
        if begun != today:
            return self._get_clock_notice(
                self.env._(
                    "The clock ran since %(start)s. If you forgot to stop it, tell the service advisor when "
                    "you really ended.",
                    start=format_datetime(self.env, start, dt_format="short"),
                ),
                "warning",
                sticky=True,
            )

    def action_finish_work(self):
        """Stop the clock of the user and pass the work on: to the check, or to settlement without one.

        :raises UserError: something is missing, or the work has not begun
        """
        self._refuse_together(
            lambda order: (
                order.step != "work"
                and self.env._("%(order)s is not in work. Start the work first.", order=order.display_name)
            )
        )
        self._get_own_clocks()._stop_clocks()
        self._move_each(lambda order: "quality" if order.type_id.asks_quality else "settlement")

    def _enter_work(self):
        """Move one order to where the clock may run, as far as its gates let it.

        :raises UserError: what is missing, or that it is too late
        """
        order_sudo = self.sudo()  # technicians begin what advisors have planned; the gate decides
        step = order_sudo.step
        if step in ("work", "quality"):
            return
        if not SERVICE.is_before(step, "work"):
            raise UserError(
                self.env._(
                    "The work on %(order)s is done. Whoever finds more to do asks the service advisor "
                    "to send it back.",
                    order=order_sudo.display_name,
                )
            )
        requirements = order_sudo._gate_requirements()
        undiagnosed = not SERVICE.is_before("diagnosis", step) and order_sudo._get_missing(
            "diagnosis", "quotation", requirements
        )
        if not undiagnosed:
            order_sudo.move_to("work")
        elif step != "diagnosis":
            order_sudo.move_to("diagnosis")

    def _get_own_clocks(self):
        """Return the clocks of the user that run on these orders, as superuser."""
        return (
            self.env["complaint.service.worklog"]
            .sudo()
            .search(
                [
                    ("order_id", "in", self.ids),
                    ("employee_id.user_id", "=", self.env.uid),
                    ("stop", "=", False),
                ]
            )
        )

    def _get_own_line(self, employee):
        """Return the labour line that work of an employee is logged on, where it is clear which."""
        labour = self.line_ids.filtered(lambda line: line.kind == "labour")
        own = labour.filtered(lambda line: line.employee_id == employee) or labour
        return own if len(own) == 1 else labour.browse()

    def _get_clock_notice(self, message, kind, sticky=False):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": kind,
                "sticky": sticky,
                # Without it the page would go on showing how it was.
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
