from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import deadline as tools
from ...tools import working_time


def _until(pauses, moment):
    """Return the pauses up to a moment, where an open one ends."""
    return [(start, min(stop or moment, moment)) for start, stop in pauses if start < moment]


def _is_open(pauses, moment, due):
    """Tell whether a clock stands still: a pause that began before its limit lasts."""
    return any(start <= moment and start < due and (not stop or stop > moment) for start, stop in pauses)


class ComplaintDeadline(models.Model):
    """One running clock: until when one milestone of one complaint is to be reached (TL-1).

    Who has a clock, and what happens to it, is said by its host (:class:`.deadline_mixin`). What it
    tells people when it comes near its limit or passes it is in ``deadline_events.py``.
    """

    _name = "complaint.deadline"
    _description = "Time Limit of a Case"
    _inherit = ["complaint.deadline.part"]
    _order = "due, id"
    _rec_name = "milestone"

    complaint_id = fields.Many2one("complaint.complaint", index="btree_not_null", ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True)
    rule_id = fields.Many2one(
        "complaint.deadline.rule", string="Limit", index="btree_not_null", ondelete="set null"
    )
    calendar_id = fields.Many2one(
        "resource.calendar", string="Working Hours", index="btree_not_null", ondelete="set null"
    )
    milestone = fields.Selection(
        selection=lambda self: self.env["complaint.deadline.rule"]._selection_milestone(), required=True
    )
    round = fields.Integer(default=0, help="How often the case had been reopened when the clock started.")
    start = fields.Datetime(string="Counted from", required=True)
    due = fields.Datetime(string="Due on", required=True)
    warn_at = fields.Datetime(string="Warning on")
    reached_at = fields.Datetime(string="Reached on")
    state = fields.Selection(
        [
            ("running", "Running"),
            ("paused", "Paused"),
            ("met", "In time"),
            ("late", "Late"),
            ("breached", "Overdue"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        default="running",
        help="Overdue: the limit has passed and the milestone is still to be reached. Late: it was reached "
        "after the limit.",
    )
    duration = fields.Integer(
        string="Own Limit",
        help="In the unit of its rule, where the case was given another limit than the rule's.",
    )
    fixed_day = fields.Date(
        string="Promised for",
        help="The day that was promised. It is the limit, whatever the rule says, and no pause moves it.",
    )
    extension = fields.Integer(
        string="Moved by", help="By how much the limit was moved, in the unit of its rule."
    )
    level = fields.Integer(help="How many of its warnings and escalations have been given.")
    next_event_at = fields.Datetime(help="When the next warning or escalation is to be given.")
    fault_count = fields.Integer(help="How often giving it has failed.")
    extension_ids = fields.One2many("complaint.deadline.extension", "deadline_id", string="Extensions")
    event_ids = fields.One2many("complaint.deadline.event", "deadline_id", string="Warnings and Escalations")
    case_name = fields.Char(string="Case", compute="_compute_case_name")
    responsible_id = fields.Many2one("res.users", compute="_compute_responsible_id")
    team_id = fields.Many2one(related="complaint_id.team_id")
    unit = fields.Selection(related="rule_id.unit")
    request_waits = fields.Boolean(compute="_compute_request_waits")
    can_extend = fields.Boolean(compute="_compute_can_extend")

    _complaint_uniq = models.UniqueIndex(
        "(complaint_id, milestone, round) WHERE complaint_id IS NOT NULL",
        "A case has one clock per milestone.",
    )
    _next_event_idx = models.Index("(next_event_at, id) WHERE next_event_at IS NOT NULL")
    _open_due_idx = models.Index("(due, id) WHERE state IN ('running', 'paused', 'breached')")
    _open_calendar_idx = models.Index("(calendar_id, id) WHERE state IN ('running', 'paused', 'breached')")

    @api.depends("milestone", "complaint_id.display_name")
    @api.depends_context("lang", "uid")
    def _compute_display_name(self):
        labels = self.env["complaint.deadline.rule"]._get_milestone_labels()
        for deadline in self:
            # A name is shown without a look at the rules; the host's own name knows them.
            host_name = deadline._get_host().display_name if deadline._get_host_id() else ""
            deadline.display_name = " · ".join(
                part for part in (labels.get(deadline.milestone), host_name) if part
            )

    @api.depends(lambda self: [f"{fname}.display_name" for fname in self._host_fields])
    @api.depends_context("uid")
    def _compute_case_name(self):
        for deadline in self:
            deadline.case_name = deadline._get_host().display_name if deadline._get_host_id() else False

    @api.depends(lambda self: list(self._host_fields))
    def _compute_responsible_id(self):
        for deadline in self:
            deadline.responsible_id = (
                deadline._get_host()._get_deadline_responsible() if deadline._get_host_id() else False
            )

    def _get_milestone_label(self):
        self.ensure_one()
        return self.env["complaint.deadline.rule"]._get_milestone_labels()[self.milestone]

    def _get_host_id(self):
        self.ensure_one()
        return next((self[fname].id for fname in self._host_fields if self[fname]), False)

    @api.depends("extension_ids.state")
    def _compute_request_waits(self):
        """Who works on the case sees that more time was asked for, whoever asked."""
        for deadline in self:
            states = deadline.sudo().extension_ids.mapped("state")
            deadline.request_waits = "requested" in states

    @api.depends("state", "due", "rule_id.max_extension", "extension", "request_waits")
    def _compute_can_extend(self):
        now = fields.Datetime.now()
        for deadline in self:
            deadline.can_extend = (
                deadline.state in ("running", "paused")
                and (deadline.state == "paused" or deadline.due > now)
                and not deadline.request_waits
                and deadline.rule_id.max_extension > deadline.extension
            )

    # when it ends

    @api.model
    def _get_time_of(self, rule, calendar, company):
        """Return the engine that counts: of the clock, or of a working calendar."""
        calendar_sudo = calendar.sudo()
        if rule.time_kind == "clock" or not calendar:
            return working_time.ClockTime(calendar_sudo.tz or company.partner_id.tz or "UTC")
        return calendar_sudo._get_working_time(company)

    def _get_time(self):
        self.ensure_one()
        return self._get_time_of(self.rule_id, self.calendar_id, self.company_id)

    @api.model
    def _get_limits(
        self, rule, calendar, company, start, pauses=(), extension=0, duration=0, fixed_day=False
    ):
        """Return when a clock is due and when it warns.

        :param pauses: (start, stop) pairs of datetimes
        :param int extension: in the unit of the rule
        :param int duration: in the unit of the rule; 0 for the rule's own
        :param date fixed_day: the day that was promised, where one was
        :return: tuple (due, warn_at); warn_at is False where nobody is warned
        :raises UserError: the calendar has no working time
        """
        engine = self._get_time_of(rule, calendar, company)
        try:
            if fixed_day:
                due = self._get_end_of_day(engine, calendar, company, start, fixed_day)
                due = engine.add(due, extension, rule.unit) if extension else due
            else:
                due = working_time.due(engine, start, duration or rule.duration, rule.unit, pauses, extension)
            if not rule.warn_before:
                return due, False
            return due, working_time.warn_at(engine, start, due, rule.warn_before, rule.warn_unit)
        except working_time.NoWorkingTime as fault:
            raise UserError(
                self.env._(
                    "“%(calendar)s” has no working time in the coming years, so “%(rule)s” would never end. "
                    "Enter working hours in the calendar, or choose another one for the team.",
                    calendar=calendar.sudo().display_name,
                    rule=rule.display_name,
                )
            ) from fault

    @api.model
    def _get_end_of_day(self, engine, calendar, company, start, day):
        """Return when the work of a day ends; of a day off, when the last work before it does.

        :param engine: what counts, see :meth:`_get_time_of`
        :param datetime start: what is promised for the day is promised from here on
        """
        zone = pytz.timezone(calendar.sudo().tz or company.partner_id.tz or "UTC")
        midnight = zone.localize(datetime.combine(day + timedelta(days=1), time.min))
        midnight = midnight.astimezone(pytz.utc).replace(tzinfo=None)
        due = engine.retreat(midnight, timedelta())
        # Nobody works between the promise and its day.
        return due if due > start else midnight

    @api.model
    def _prepare_vals(self, rule, calendar, company, start, pauses=(), duration=0, fixed_day=False):
        """Return the values of a clock that starts.

        :param pauses: (start, stop) pairs; an open pause has no stop
        :param int duration: in the unit of the rule, where it is not to be the rule's own
        :param date fixed_day: the day that was promised, where one was
        """
        now = fields.Datetime.now()
        pauses = () if fixed_day else pauses
        due, warn_at = self._get_limits(
            rule, calendar, company, start, _until(pauses, now), duration=duration, fixed_day=fixed_day
        )
        paused = _is_open(pauses, now, due)
        return {
            "company_id": company.id,
            "rule_id": rule.id,
            "calendar_id": calendar.id,
            "milestone": rule.milestone,
            "start": start,
            "duration": duration,
            "fixed_day": fixed_day,
            "due": due,
            "warn_at": warn_at,
            "state": "paused" if paused else "running",
            "next_event_at": False if paused else warn_at or due,
        }

    def _update_times(self):
        """Find limit, warning and next event anew, of the clocks that are still open.

        :raises UserError: the calendar has no working time
        """
        now = fields.Datetime.now()
        open_deadlines = self.filtered(
            lambda deadline: deadline.state in tools.OPEN_STATES and deadline.rule_id
        )
        for hosts, deadlines in open_deadlines._get_hosts():
            pauses = hosts._get_pauses()
            for deadline in deadlines:
                deadline.update(deadline._get_times(pauses[deadline._get_host()], now))

    def _get_times(self, pauses, now):
        self.ensure_one()
        pauses = () if self.fixed_day else pauses
        due, warn_at = self._get_own_limits(_until(pauses, now), self.extension)
        # What had passed before the pause began stays overdue while it lasts.
        paused = _is_open(pauses, now, due)
        level = self.level
        if due > now and due != self.due:
            # It has time again: what was said about the former limit does not count for the new one.
            level = 1 if level and warn_at and warn_at <= now else 0
        vals = {
            "due": due,
            "warn_at": warn_at,
            "level": level,
            "state": "paused" if paused else "breached" if level > 1 else "running",
            "next_event_at": False if paused else self._get_event_time(level, due, warn_at),
        }
        return {fname: value for fname, value in vals.items() if self[fname] != value}

    def _get_event_time(self, level, due, warn_at):
        """Return when the event of a level is: 0 the warning, 1 the limit, from 2 on the escalations."""
        if level == 0:
            return warn_at or due
        if level == 1:
            return due
        rungs = self.rule_id.escalation_ids
        if level - 2 >= len(rungs):
            return False
        rung = rungs[level - 2]
        if not rung.after:
            return due
        return self._get_time().add(due, rung.after, rung.unit)

    def _get_extended(self, amount):
        """Return when the clock would be due with so much more time, in the unit of its rule."""
        self.ensure_one()
        host = self._get_host()
        pauses = _until(host._get_pauses()[host], fields.Datetime.now())
        return self._get_own_limits(pauses, self.extension + amount)[0]

    def _get_own_limits(self, pauses, extension):
        """Return when this clock is due and when it warns, see :meth:`_get_limits`."""
        return self._get_limits(
            self.rule_id,
            self.calendar_id,
            self.company_id,
            self.start,
            pauses,
            extension,
            self.duration,
            self.fixed_day,
        )

    # reaching it

    def _reach(self, reached_at):
        """The milestones were reached; the verdict is final.

        :param datetime reached_at: when the event was, not when somebody wrote it down
        """
        in_time = self.filtered(lambda deadline: deadline._is_in_time(reached_at))
        self._forget_activities(self.env._("Reached."))
        for deadlines, state in ((in_time, "met"), (self - in_time, "late")):
            deadlines.write({"state": state, "reached_at": reached_at, "next_event_at": False})

    def _forget_activities(self, feedback):
        """Close what was planned because the limits came near or passed."""
        # Most clocks are reached before anything was planned.
        told = self.filtered("level")
        if told:
            self.env["mail.activity"].sudo().search([("complaint_deadline_id", "in", told.ids)]).with_context(
                mail_activity_quick_update=True
            ).action_feedback(feedback=feedback)

    def _is_in_time(self, reached_at):
        self.ensure_one()
        if self.state != "paused":
            return reached_at <= self.due
        # The limit has gone on moving since the pause began.
        host = self._get_host()
        pauses = _until(host._get_pauses()[host], reached_at)
        return reached_at <= self._get_own_limits(pauses, self.extension)[0]

    def _cancel(self):
        self._forget_activities(self.env._("Not needed any more."))
        self.write({"state": "cancelled", "next_event_at": False})

    def action_open_host(self):
        """Open the case that the clock belongs to."""
        self.ensure_one()
        host = self._get_host()
        return {
            "type": "ir.actions.act_window",
            "res_model": host._name,
            "res_id": host.id,
            "views": [(False, "form")],
        }

    def action_request_extension(self):
        """Open the dialog that asks for more time."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for More Time"),
            "res_model": "complaint.deadline.extension",
            "views": [
                (
                    self.env.ref("complaint_management.complaint_deadline_extension_view_form_request").id,
                    "form",
                )
            ],
            "target": "new",
            "context": {"default_deadline_id": self.id},
        }
