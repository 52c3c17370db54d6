from datetime import datetime, time, timedelta

from pytz import utc

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.service_process import SERVICE, Requirement

#: Steps in which work can wait for something.
WAITING_STEPS = ("diagnosis", "quotation", "work")


class ComplaintServiceOrder(models.Model):
    """Work on an order: begun, interrupted, taken up and done; who does it has a clock (``service_clock.py``,
    SV-5).
    """

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
