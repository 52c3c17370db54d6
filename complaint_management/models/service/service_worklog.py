from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ...tools.turns import take_turn
from .service_technician import ADVISOR

#: What says when somebody worked.
PERIOD = {"employee_id", "start", "stop"}


class ComplaintServiceWorklog(models.Model):
    """Time that one employee spent on a service order; an entry without an end is a clock that runs (SV-5).

    Technicians log their own work and correct it on the same day; afterwards service advisors do. Nobody does
    two things at once, and nothing is logged ahead: the database itself refuses both, whatever two devices do
    at the same moment.
    """

    _name = "complaint.service.worklog"
    _description = "Logged Work"
    _inherit = ["complaint.service.part"]
    _order = "start desc, id desc"
    _check_company_auto = True

    line_id = fields.Many2one(
        "complaint.service.line",
        string="Labour",
        index="btree_not_null",
        ondelete="set null",
        domain="[('order_id', '=', order_id), ('kind', '=', 'labour')]",
        help="The labour line of the order that this work belongs to.",
    )
    employee_id = fields.Many2one(
        "hr.employee",
        string="Technician",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        default=lambda self: self.env.user.employee_id,
    )
    start = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    stop = fields.Datetime(help="Empty as long as the clock runs.")
    hours = fields.Float(compute="_compute_hours", store=True, precompute=True, aggregator="sum")
    note = fields.Char()

    _one_running = models.UniqueIndex(
        "(employee_id) WHERE stop IS NULL",
        "A clock of this technician runs already, started a moment ago on another device. "
        "Load the page again.",
    )
    _period_in_order = models.Constraint(
        "CHECK (stop IS NULL OR stop >= start)", "Work ends after it begins: correct the times."
    )
    # Ranges of one employee's number and of time have index operators of their own: no extension is needed.
    _one_thing_at_a_time = models.Constraint(
        "EXCLUDE USING gist"
        " (int4range(employee_id, employee_id, '[]') WITH &&, tsrange(start, stop) WITH &&)",
        "This technician worked on something else at that time: correct the times.",
    )

    @api.depends("start", "stop")
    def _compute_hours(self):
        for entry in self:
            begun = entry.start and entry.stop and entry.stop > entry.start
            entry.hours = (entry.stop - entry.start).total_seconds() / 3600 if begun else 0.0

    @api.depends("employee_id", "start")
    def _compute_display_name(self):
        for entry in self:
            entry.display_name = self.env._(
                "%(employee)s, %(start)s",
                employee=entry.employee_id.display_name or "",
                start=format_datetime(self.env, entry.start, dt_format="short") if entry.start else "",
            )

    @api.constrains("line_id", "order_id")
    def _check_line(self):
        for entry in self:
            line = entry.line_id
            if line and (line.order_id != entry.order_id or line.kind != "labour"):
                raise ValidationError(
                    self.env._("Choose a labour line of %(order)s itself.", order=entry.order_id.display_name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        defaults = self.default_get(list(PERIOD))
        self._check_periods([(False, self._get_period(vals, defaults)) for vals in vals_list])
        # Somebody may be about to stop the last clock of the order, or to pass the order on.
        take_turn(self.order_id.browse({vals["order_id"] for vals in vals_list if vals.get("order_id")}))
        return super().create(vals_list)

    def write(self, vals):
        if not PERIOD & vals.keys():
            return super().write(vals)
        before = {entry: (entry.employee_id.id, entry.start, entry.stop) for entry in self}
        periods = [
            (entry.id, self._get_period(vals, dict(zip(("employee_id", "start", "stop"), old, strict=True))))
            for entry, old in before.items()
        ]
        self._check_periods(periods)
        result = super().write(vals)
        self._check_order_access()
        self._log_corrections(before)
        return result

    @staticmethod
    def _get_period(vals, known):
        """Return employee's id, start and stop as they will be."""
        employee_id, start, stop = (
            vals.get(fname, known.get(fname)) for fname in ("employee_id", "start", "stop")
        )
        return employee_id or False, fields.Datetime.to_datetime(start), fields.Datetime.to_datetime(stop)

    def _check_periods(self, periods):
        """Refuse what lies ahead, ends before it begins, or is done while something else is.

        Asked before anything is stored, so that the answer says what is in the way.

        :param periods: list of ``(id of the entry or False, (employee's id, start, stop))``
        """
        now = fields.Datetime.now()
        for _id, (_employee_id, start, stop) in periods:
            if (start and start > now) or (stop and stop > now):
                raise ValidationError(
                    self.env._("Work is logged when it is done: choose a time that is not in the future.")
                )
            if start and stop and stop < start:
                raise ValidationError(self.env._("Work ends after it begins: correct the times."))
        spans = [
            (employee_id, start, stop or datetime.max, False)
            for _id, (employee_id, start, stop) in periods
            if employee_id and start and start != stop
        ]
        if not spans:
            return
        latest = max(span[2] for span in spans)
        others_sudo = self.sudo().search(
            Domain("employee_id", "in", [span[0] for span in spans])
            & Domain("id", "not in", [entry_id for entry_id, _period in periods if entry_id])
            & (Domain("stop", "=", False) | Domain("stop", ">", min(span[1] for span in spans)))
            & (Domain.TRUE if latest == datetime.max else Domain("start", "<", latest))
        )
        spans += [
            (other.employee_id.id, other.start, other.stop or datetime.max, other)
            for other in others_sudo
            if other.start != other.stop
        ]
        spans.sort(key=lambda span: span[:2])
        for (employee_id, _start, stop, entry), (next_id, next_start, _stop, next_entry) in zip(
            spans, spans[1:], strict=False
        ):
            if employee_id == next_id and next_start < stop:
                raise ValidationError(self._get_overlap_message(employee_id, entry or next_entry))

    def _get_overlap_message(self, employee_id, entry_sudo):
        name = self.env["hr.employee"].sudo().browse(employee_id).name
        if not entry_sudo:
            return self.env._(
                "%(employee)s cannot do two things at once: two of these entries overlap.", employee=name
            )
        start = format_datetime(self.env, entry_sudo.start, dt_format="short")
        order = entry_sudo.order_id._get_name_for(self.env)
        if not entry_sudo.stop:
            return self.env._(
                "%(employee)s has been working on %(order)s since %(start)s. Stop that clock first, or "
                "enter a time before it.",
                employee=name,
                order=order,
                start=start,
            )
        return self.env._(
            "%(employee)s worked on %(order)s from %(start)s to %(stop)s. Choose a time outside of that.",
            employee=name,
            order=order,
            start=start,
            stop=format_datetime(self.env, entry_sudo.stop, dt_format="short"),
        )

    def _check_order_access(self):
        super()._check_order_access()
        if self.env.su or self.env.user.has_group(ADVISOR):
            return
        today = fields.Date.context_today(self)
        for entry_sudo in self.sudo():
            if entry_sudo.employee_id.user_id != self.env.user:
                raise AccessError(
                    self.env._("You log your own work only. Ask the service advisor about that of others.")
                )
            if fields.Datetime.context_timestamp(self, entry_sudo.start).date() != today:
                raise AccessError(
                    self.env._(
                        "You correct your work on the same day. Afterwards the service advisor does it."
                    )
                )
            if entry_sudo.order_id.closed_at:
                raise AccessError(
                    self.env._(
                        "%(order)s has ended. Ask the service advisor to enter this work.",
                        order=entry_sudo.order_id.display_name,
                    )
                )

    def _log_corrections(self, before):
        """Write into the orders' chatters what was changed about work that was done.

        :param dict before: employee's id, start and stop, by entry
        """
        bodies = {}
        for entry in self:
            employee_id, start, stop = before[entry]
            if not stop or (employee_id, start, stop) == (entry.employee_id.id, entry.start, entry.stop):
                continue
            line = self.env._(
                "Work log corrected: %(old)s → %(new)s",
                old=self._format_period(self.env["hr.employee"].browse(employee_id), start, stop),
                new=self._format_period(entry.employee_id, entry.start, entry.stop),
            )
            bodies.setdefault(entry.order_id.id, []).append(line)
        if bodies:
            self.env["complaint.service.order"].browse(bodies)._message_log_batch(
                bodies={order_id: "\n".join(lines) for order_id, lines in bodies.items()}
            )

    def _format_period(self, employee, start, stop):
        moments = (
            format_datetime(self.env, moment, dt_format="short") if moment else "…"
            for moment in (start, stop)
        )
        return f"{employee.sudo().name} {' – '.join(moments)}"

    def _stop_clocks(self):
        """Stop clocks, whoever may do so; work of no time at all is as good as none.

        :return: what was stopped
        """
        # Called with a user's own clocks alone: those are stopped even on an order that was taken away.
        running_sudo = self.sudo().filtered(lambda entry: not entry.stop)
        running_sudo.write({"stop": fields.Datetime.now()})
        running_sudo.flush_recordset(["stop"])
        return running_sudo


class ComplaintServiceLine(models.Model):
    _inherit = "complaint.service.line"

    worklog_ids = fields.One2many("complaint.service.worklog", "line_id", string="Work Log", copy=False)


class ComplaintServiceOrder(models.Model):
    _inherit = "complaint.service.order"

    worklog_ids = fields.One2many("complaint.service.worklog", "order_id", string="Work Log", copy=False)
    hours_planned = fields.Float(
        compute="_compute_hours_planned",
        store=True,
        help="The hours of all labour lines; without any, what the service usually takes.",
    )
    hours_spent = fields.Float(compute="_compute_hours_spent", store=True, help="The hours logged so far.")

    # Not on the type's own hours: those of tomorrow do not change what was planned.
    @api.depends("line_ids.kind", "line_ids.quantity", "type_id")
    def _compute_hours_planned(self):
        for order in self:
            labour = order.line_ids.filtered(lambda line: line.kind == "labour")
            order.hours_planned = sum(labour.mapped("quantity")) if labour else order.type_id.duration

    @api.depends("worklog_ids.hours")
    def _compute_hours_spent(self):
        for order in self:
            order.hours_spent = sum(order.worklog_ids.mapped("hours"))

    def _get_name_for(self, env):
        """Return how an order is called in a message: nobody learns of one that they may not read.

        :param env: environment of who reads the message
        """
        self.ensure_one()
        order = self.with_env(env)
        return order.number if order.has_access("read") else env._("another order")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_logged(self):
        if self.sudo().worklog_ids:
            raise UserError(
                self.env._("Work was logged on this order: it is part of the record. Archive it instead.")
            )
