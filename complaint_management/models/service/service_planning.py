from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from .booking import BUSY_STEPS
from .booking_conflict import Appointment


class ComplaintServiceOrder(models.Model):
    """When and by whom an order is worked on: what stands against it, delays, putting it off (SV-5)."""

    _inherit = "complaint.service.order"

    plan_warning = fields.Text(string="Mind", compute="_compute_plan_warning")
    delay = fields.Selection(
        [("waiting", "Not begun in time"), ("overrun", "Takes longer than planned")],
        compute="_compute_delay",
        search="_search_delay",
    )

    # what stands against it

    @api.depends(
        "technician_ids", "scheduled_start", "scheduled_end", "type_id", "complaint_id", "step", "active"
    )
    @api.depends_context("lang")
    def _compute_plan_warning(self):
        """Say it before the order is saved: whoever plans it may know better, but has to know."""
        Booking, now = self.env["complaint.service.booking"], fields.Datetime.now()
        appointments = [
            Appointment(
                (order.id, one.name),
                order,
                one._origin,
                order.scheduled_start,
                order.scheduled_end,
                order.type_id,
            )
            for order in self.sudo()
            if order.step in BUSY_STEPS and order.active and order.scheduled_start and order.scheduled_end
            for one in order.technician_ids
            if order.scheduled_end > max(order.scheduled_start, now)
        ]
        by_order = {}
        for (order_id, name), codes in Booking._find_conflicts(appointments).items():
            by_order.setdefault(order_id, []).append(f"{name}: {Booking._describe_conflicts(codes)}")
        for order in self:
            order.plan_warning = "\n".join(by_order.get(order.id, ())) or False

    def _get_barred_users(self):
        """Return who must not work on these orders, also before that is stored."""
        return self.excluded_user_ids | self.complaint_id.excluded_user_ids

    def _get_barred_employees(self):
        """Return who is never proposed: the employees concerned by the complaint behind it (OR-2)."""
        order_sudo = self.sudo()
        Employee = self.env["hr.employee"].sudo().with_context(active_test=False)
        users = order_sudo._get_barred_users()
        barred = Employee.search([("user_id", "in", users.ids)]) if users else Employee
        return barred | order_sudo.complaint_id.employee_ids

    # delays show at once

    @api.depends("step", "closed_at", "active", "scheduled_start", "scheduled_end")
    def _compute_delay(self):
        self.delay = False
        for delay in ("waiting", "overrun"):
            self.filtered_domain(self._get_delay_domain(delay)).delay = delay

    def _search_delay(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = {delay: self._get_delay_domain(delay) for delay in ("waiting", "overrun")}
        domain = Domain.OR(late[delay] for delay in value if delay)
        return domain | ~Domain.OR(late.values()) if False in value else domain

    @api.model
    def _get_delay_domain(self, delay):
        """Return which orders are late against their appointment, in one of two ways."""
        now = fields.Datetime.now()
        if delay == "waiting":
            late = Domain("step", "=", "appointment") & Domain("scheduled_start", "<", now)
        else:
            late = Domain("step", "in", BUSY_STEPS[1:]) & Domain("scheduled_end", "<", now)
        return Domain("closed_at", "=", False) & Domain("active", "=", True) & late

    # planning and putting off

    def write(self, vals):
        if "scheduled_start" not in vals:
            return super().write(vals)
        before = {order.id: order.scheduled_start for order in self}
        result = super().write(vals)
        moved = self.filtered(
            lambda order: (
                before[order.id] not in (False, order.scheduled_start)
                and order.scheduled_start
                and not order.closed_at
            )
        )
        if moved:
            moved._tell_rescheduled(before)
        return result

    def _tell_rescheduled(self, old_starts):
        """Hook: the appointment of these open orders is at another time than it was.

        :param dict old_starts: when it was, by id
        """

    def _check_plannable(self):
        """Check that there is something to plan.

        :raises UserError: one of the orders has ended
        """
        self._refuse_together(
            lambda order: (
                order.closed_at
                and self.env._("%(order)s has ended. Reopen it first.", order=order.display_name)
            )
        )

    def _book(self, start, stop, employees=None):
        """Plan one order at a time.

        :param datetime start: naive UTC
        :param datetime stop: naive UTC
        :param hr.employee employees: who does it instead of who was named before; nobody: that stays
        :raises UserError: somebody is booked for another order then
        """
        self.ensure_one()
        self._check_plannable()
        vals = {"scheduled_start": start, "scheduled_end": stop}
        if employees:
            vals["technician_ids"] = [Command.set(employees.ids)]
        self.write(vals)

    def _reschedule(self, start, stop, reason, employees=None):
        """Put one order off or forward, and keep why.

        :param str reason: is kept on the record; the customer does not read it
        """
        self.ensure_one()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the appointment is moved: the customer will ask."))
        self._book(start, stop, employees)
        self._message_log(body=self.env._("Appointment moved: %(reason)s", reason=reason.strip()))

    def action_find_time(self):
        """Show when somebody who can do it is free."""
        self.ensure_one()
        self.check_access("write")
        self._check_plannable()
        wizard = self.env["complaint.service.find.time"].create({"order_id": self.id})
        wizard._find()
        return wizard._open()
