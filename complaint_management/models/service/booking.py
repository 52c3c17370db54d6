from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, format_datetime

from ...tools.service_process import SERVICE
from ...tools.turns import take_turn

#: What of a booking is the order's, and is written there.
ORDER_FIELDS = {"start": "scheduled_start", "stop": "scheduled_end"}
#: In these steps an appointment takes the technician's time; later the work is done.
BUSY_STEPS = SERVICE.steps[: SERVICE.steps.index("settlement")]
#: How many overlaps one message lists.
SHOWN = 5


class ComplaintServiceBooking(models.Model):
    """The time of one technician that is taken for a service order (SV-5).

    Bookings follow from the order: one for each of its technicians, as long as its appointment. They are what
    calendars, boards and the search for free times look at; what is entered here is entered on the order.
    """

    _name = "complaint.service.booking"
    _description = "Booking of a Technician"
    _inherit = ["complaint.service.part"]
    _order = "start, id"
    _check_company_auto = True

    employee_id = fields.Many2one(
        "hr.employee",
        string="Technician",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        group_expand="_read_group_employee_id",
    )
    start = fields.Datetime(
        related="order_id.scheduled_start", store=True, readonly=False, precompute=True, index=True
    )
    stop = fields.Datetime(
        related="order_id.scheduled_end",
        string="End",
        store=True,
        readonly=False,
        precompute=True,
        # Of what touches a week, it leaves out the past, which is nearly all.
        index=True,
    )
    state = fields.Selection(
        [
            ("waiting", "Without an appointment"),
            ("planned", "Planned"),
            ("done", "Work done"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        compute="_compute_state",
        store=True,
        precompute=True,
        index=True,
    )
    active = fields.Boolean(
        string="Takes Time",
        compute="_compute_state",
        store=True,
        precompute=True,
        help="Only what is planned and not done yet keeps the technician from other work.",
    )
    team_id = fields.Many2one(related="order_id.team_id", store=True, precompute=True, index="btree_not_null")
    # what calendars and boards show of the order
    number = fields.Char(related="order_id.number")
    order_name = fields.Char(related="order_id.name", string="What Is to Be Done")
    partner_id = fields.Many2one(related="order_id.partner_id")
    asset_id = fields.Many2one(related="order_id.asset_id")
    type_id = fields.Many2one(related="order_id.type_id")
    stage_id = fields.Many2one(related="order_id.stage_id")
    priority = fields.Selection(related="order_id.priority")

    _order_employee_uniq = models.UniqueIndex(
        "(order_id, employee_id)", "This technician is booked for this order already."
    )
    _busy_idx = models.Index("(employee_id, start, stop) WHERE active IS TRUE")

    @api.depends("order_id.step", "order_id.active", "order_id.scheduled_start")
    def _compute_state(self):
        for booking in self:
            order = booking.order_id
            if order.step in SERVICE.refused or not order.active:
                booking.state = "cancelled"
            elif order.step in BUSY_STEPS:
                booking.state = "planned" if order.scheduled_start else "waiting"
            else:
                booking.state = "done"
            booking.active = booking.state == "planned"

    @api.depends("order_id.name", "order_id.number", "order_id.partner_id.display_name", "has_conflict")
    @api.depends_context("complaint_mark_conflicts")
    def _compute_display_name(self):
        """What is done first: a calendar has room for a word or two. What needs attention shows there."""
        marks = self.env.context.get("complaint_mark_conflicts")
        for booking in self:
            order = booking.order_id
            words = [part for part in (order.name, order.partner_id.display_name, order.number) if part]
            booking.display_name = ("⚠ " if marks and booking.has_conflict else "") + " · ".join(words)

    @api.model
    def _read_group_employee_id(self, employees, domain):
        """Show all technicians on the board: who has nothing to do is who can take something."""
        found = self.env["hr.employee"]._get_complaint_technicians(self.env.companies)
        return (employees | found.with_env(self.env)).sorted("name")

    # what is entered here is entered on the order

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Book technicians for orders, as if it were entered there: the order makes its bookings."""
        created = []
        for vals in vals_list:
            vals = {**self.default_get(["order_id", "employee_id", *ORDER_FIELDS]), **vals}
            order = self.env["complaint.service.order"].browse(vals.get("order_id"))
            if not order or not vals.get("employee_id"):
                raise UserError(self.env._("Say which order is planned, and for which technician."))
            times = {theirs: vals[ours] for ours, theirs in ORDER_FIELDS.items() if vals.get(ours)}
            order.write({"technician_ids": [Command.link(vals["employee_id"])], **times})
            created.append((order.id, vals["employee_id"]))
        bookings = self.with_context(active_test=False).search(
            [("order_id", "in", [order_id for order_id, _employee_id in created])]
        )
        of_pair = {(one.order_id.id, one.employee_id.id): one.id for one in bookings}
        return self.browse([of_pair[pair] for pair in created])

    def write(self, vals):
        if "order_id" in vals:
            raise UserError(self.env._("A booking stays with its order. Book the technician for the other."))
        if not vals.keys() & {"employee_id", *ORDER_FIELDS}:
            return super().write(vals)
        self._check_order_access()
        if vals.get("employee_id"):
            self._pass_on(self.env["hr.employee"].browse(vals["employee_id"]))
        times = {theirs: vals[ours] for ours, theirs in ORDER_FIELDS.items() if ours in vals}
        if times:
            self.order_id.write(times)
        return True

    def unlink(self):  # pylint: disable=method-required-super
        # The order takes its bookings away.
        self._check_order_access()
        for order, bookings in self.grouped("order_id").items():
            order.write({"technician_ids": [Command.unlink(one.id) for one in bookings.employee_id]})
        return True

    def _pass_on(self, employee):
        """Let another technician do it; the booking stays the same record."""
        passed = self.filtered(lambda booking: booking.employee_id != employee)
        for booking in passed:
            order, former = booking.order_id, booking.employee_id
            if employee in order.technician_ids:
                raise UserError(
                    self.env._(
                        "%(name)s is booked for %(order)s already.",
                        name=employee.display_name,
                        order=order.display_name,
                    )
                )
            booking._set_employee(employee)
            order.write({"technician_ids": [Command.unlink(former.id), Command.link(employee.id)]})
        passed.sudo()._take()

    def _set_employee(self, employee):
        return super().write({"employee_id": employee.id})

    def _enter(self, vals_list):
        """Create the records themselves, for technicians who stand on the orders."""
        return super().create(vals_list)

    def _discard(self):
        """Delete the records themselves, of technicians who do not stand on the orders any more."""
        return super().unlink()

    # nobody is in two places

    def _get_taken(self):
        """Return what of whose time these bookings take, by id, to compare it with later."""
        return {
            booking.id: (
                booking.employee_id.id,
                booking.active and (booking.start, booking.stop),
                booking.order_id.allow_overlap,
            )
            for booking in self
        }

    def _take(self):
        """Take the time of the technicians, who are arranged by that; as superuser, whoever asks.

        :raises UserError: somebody is booked for another order then
        """
        now = fields.Datetime.now()
        # What has passed cannot be planned twice; orders of former times are entered as they were.
        coming = self.filtered(lambda booking: booking.active and booking.stop > now)
        if coming:
            # Two bookings of one technician follow each other: the second one sees what the first one took.
            take_turn(coming.employee_id)
            coming._check_overlap(now)
        self.filtered("active").order_id._reach_milestones(["arrange"])

    def _check_overlap(self, now):
        overlaps = self._find_overlaps(now, allowed=False)
        if not overlaps:
            return
        lines = [self._get_overlap_message(*pair) for pair in overlaps[:SHOWN]]
        if len(overlaps) > SHOWN:
            lines.append(self.env._("And %(number)s more.", number=len(overlaps) - SHOWN))
        lines.append(
            self.env._(
                "Choose another time or technician, or allow on the order that it is done at the same time "
                "as another one."
            )
        )
        raise UserError("\n".join(lines))

    def _find_overlaps(self, now, allowed=True):
        """Return pairs of these bookings and others of the same technician at the same time.

        :param datetime now: what has passed by then is left out
        :param bool allowed: also where one of the orders allows it
        """
        Order = self.env["complaint.service.order"]
        self.flush_model(["order_id", "employee_id", "start", "stop", "active"])
        Order.flush_model(["allow_overlap"])
        refused = SQL(
            "AND mine.allow_overlap IS NOT TRUE AND theirs.allow_overlap IS NOT TRUE" if not allowed else ""
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT booking.id, other.id
                  FROM complaint_service_booking booking
                  JOIN complaint_service_booking other
                    ON other.employee_id = booking.employee_id
                   AND other.order_id != booking.order_id
                   AND other.active IS TRUE
                   AND other.start < booking.stop
                   AND other.stop > booking.start
                  JOIN complaint_service_order mine ON mine.id = booking.order_id
                  JOIN complaint_service_order theirs ON theirs.id = other.order_id
                 WHERE booking.id = ANY(%(ids)s)
                   AND booking.active IS TRUE
                   AND other.stop > %(now)s
                   %(refused)s
              ORDER BY booking.start, booking.id, other.start, other.id
                """,
                ids=self.ids,
                now=now,
                refused=refused,
            )
        )
        return [(self.browse(booking_id), self.browse(other_id)) for booking_id, other_id in rows]

    def _get_overlap_message(self, booking, other):
        """Say for what somebody is booked already, and when they are free next."""
        # Whoever plans need not be allowed to see that order; somebody excluded must not (OR-2).
        order = other.sudo().order_id.with_user(self.env.uid)._filtered_access("read")
        booking_sudo, other_sudo = booking.sudo(), other.sudo()
        free = booking_sudo.order_id._propose_slots(
            duration=(booking_sudo.stop - booking_sudo.start).total_seconds() / 3600,
            limit=1,
            day_from=booking_sudo.start,
            employees=booking_sudo.employee_id,
        )
        values = {
            "name": booking_sudo.employee_id.name,
            "order": order.display_name or self.env._("another order"),
            "start": format_datetime(self.env, other_sudo.start, dt_format="short"),
            "stop": format_datetime(self.env, other_sudo.stop, dt_format="short"),
        }
        if not free:
            return self.env._(
                "%(name)s is booked for %(order)s from %(start)s to %(stop)s and has no free time for it in "
                "the weeks ahead.",
                **values,
            )
        return self.env._(
            "%(name)s is booked for %(order)s from %(start)s to %(stop)s. Next free: %(free)s.",
            free=format_datetime(self.env, free[0][0], dt_format="short"),
            **values,
        )
