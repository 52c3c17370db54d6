from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import sql

from ...tools import deadline as tools


class ComplaintDeadlineMixin(models.AbstractModel):
    """A record whose work is held to time limits.

    The host sets the class attributes, defines ``deadline_ids`` and ``pause_ids`` (One2many over its own
    field of the clock and the pause) and says the rest by overriding:

    * :meth:`_get_deadline_facts`: what policies are matched with;
    * :meth:`_get_deadline_receipt`: when it was received;
    * :meth:`_get_deadline_calendar`: whose working time counts;
    * :meth:`_get_milestones_behind`: which milestones its place in the process leaves behind.

    Who is told is found by its ``user_id``, ``team_id``, ``department_id`` and ``excluded_user_ids``, and by
    its methods ``_get_heir`` and ``_filter_readable_by`` (``complaint_exclusion.py``).

    It calls :meth:`_start_deadlines` after creation, :meth:`_reach_milestones` when something has
    happened, :meth:`_refresh_deadlines` when a fact has changed, and :meth:`_cancel_deadlines` at an end
    that leaves nothing to reach.
    """

    _name = "complaint.deadline.mixin"
    _description = "Held to Time Limits"

    #: Kind of record in the policies, and the field of the clock that leads here.
    _deadline_applies_to = None
    _deadline_inverse = None

    next_due = fields.Datetime(
        string="Next Limit", compute="_compute_next_due", store=True, readonly=True, copy=False
    )
    next_milestone = fields.Selection(
        selection=lambda self: self.env["complaint.deadline.rule"]._selection_milestone(),
        compute="_compute_next_due",
        store=True,
        readonly=True,
        copy=False,
    )
    deadline_state = fields.Selection(
        [
            ("breached", "Overdue"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("late", "Was late"),
            ("met", "In time"),
        ],
        string="Limits",
        compute="_compute_next_due",
        store=True,
        readonly=True,
        copy=False,
        help="Overdue: a limit has passed. Was late: nothing is overdue any more, but something was.",
    )

    def _auto_init(self):
        # Records from before time limits have none: their columns need not be computed row by row.
        cr, table = self.env.cr, self._table
        if not self._abstract and sql.table_exists(cr, table):
            for fname in ("next_due", "next_milestone", "deadline_state"):
                if not sql.column_exists(cr, table, fname):
                    sql.create_column(cr, table, fname, self._fields[fname].column_type[1])
        return super()._auto_init()

    @api.depends("deadline_ids.state", "deadline_ids.due")
    def _compute_next_due(self):
        # All clocks at once, and no more of them than is looked at: thousands of records come here together.
        self.sudo().deadline_ids.fetch(["state", "due", "milestone"])
        for record in self:
            by_state = defaultdict(list)
            for deadline in record.sudo().deadline_ids:
                by_state[deadline.state].append(deadline)
            waiting = by_state["breached"] + by_state["running"]
            nearest = min(waiting, key=lambda deadline: (deadline.due, deadline.id), default=None)
            record.next_due = nearest.due if nearest else False
            record.next_milestone = nearest.milestone if nearest else False
            record.deadline_state = next(
                (state for state in ("breached", "running", "paused", "late", "met") if by_state[state]),
                False,
            )

    # what the host says

    def _get_deadline_facts(self):
        """Return ``{field name: value}`` of what policies can ask for, ids for records."""
        self.ensure_one()
        return {"company_id": self.company_id.id}

    def _get_deadline_receipt(self):
        """Return when the clocks that count from receipt start; after a reopening that is its moment."""
        raise NotImplementedError

    def _get_deadline_round(self):
        return 0

    def _get_deadline_calendar(self):
        """Return the resource.calendar whose working time counts."""
        return self.company_id.resource_calendar_id

    def _get_deadline_duration(self, rule):
        """Return how long this one case has, in the unit of the rule; 0 for as long as the rule says."""
        return 0

    def _get_deadline_fixed_day(self, rule):
        """Return the day that was promised, which is the limit then; False where the rule says it."""
        return False

    def _get_milestones_behind(self):
        """Return the milestones that need no clock any more, in the order of the process."""
        raise NotImplementedError

    def _get_milestone_order(self):
        return tools.MILESTONES

    # clocks

    def _match_rules(self):
        """Return ``{milestone: complaint.deadline.rule}`` of the limits that apply to the record now."""
        self.ensure_one()
        rule_ids = self.env["complaint.deadline.policy"]._match(
            self._deadline_applies_to, self._get_deadline_facts(), self._get_deadline_day
        )
        Rule = self.env["complaint.deadline.rule"].sudo()
        return dict(zip(rule_ids, Rule.browse(rule_ids.values()), strict=True))

    def _get_deadline_day(self):
        """Return the day of the receipt where the case is worked on."""
        calendar = self._get_deadline_calendar().sudo()
        return fields.Datetime.context_timestamp(
            self.with_context(tz=calendar.tz or "UTC"), self._get_deadline_receipt()
        ).date()

    def _start_deadlines(self):
        """Start the clocks that can start; those that run or have ended already stay."""
        # Who creates a case need not be allowed to look at calendars and rules.
        Deadline = self.env["complaint.deadline"].sudo()
        vals_list = [
            vals
            for record_sudo in self.sudo()
            for vals in record_sudo._prepare_deadlines(record_sudo._match_rules())
        ]
        return Deadline.create(vals_list)

    def _prepare_deadlines(self, rules):
        """Return the values of the clocks that start now.

        :param dict rules: milestone to complaint.deadline.rule
        """
        self.ensure_one()
        behind, number = set(self._get_milestones_behind()), self._get_deadline_round()
        existing = {deadline.milestone: deadline for deadline in self._get_current_deadlines()}
        calendar, vals_list = self._get_deadline_calendar(), []
        for milestone, rule in rules.items():
            if milestone in behind or milestone in existing:
                continue
            start = self._get_deadline_start(rule, existing, rules.keys() - behind)
            if start:
                vals = self.env["complaint.deadline"]._prepare_vals(
                    rule,
                    calendar,
                    self.company_id,
                    start,
                    self._get_pauses()[self],
                    self._get_deadline_duration(rule),
                    self._get_deadline_fixed_day(rule),
                )
                vals_list.append({**vals, self._deadline_inverse: self.id, "round": number})
        return vals_list

    def _get_current_deadlines(self):
        """Return the clocks of this round, those of earlier rounds are history."""
        number = self._get_deadline_round()
        return self.sudo().deadline_ids.filtered(lambda deadline: deadline.round == number)

    def _get_deadline_start(self, rule, existing, asked):
        """Return when the clock of a rule starts; False while what it is counted from is still to come.

        :param dict existing: milestone to clock
        :param asked: milestones that have or will have a clock
        """
        if rule.count_from == "receipt":
            return self._get_deadline_receipt()
        if rule.count_from == "event":
            if rule.start_event == "reopen":
                return self._get_deadline_round() and self._get_deadline_receipt()
            return existing[rule.start_event].reached_at if rule.start_event in existing else False
        order = self._get_milestone_order()
        before = next(
            (name for name in tools.previous(rule.milestone, order) if name in existing or name in asked),
            None,
        )
        if not before:
            # Nothing before it has a limit: it is the first.
            return self._get_deadline_receipt()
        return existing[before].reached_at if before in existing else False

    def _reach_milestones(self, milestones, reached_at=None):
        """Something has happened: stop the clocks of these milestones and start those that wait for it.

        :param milestones: names; what has been reached already keeps its moment
        :param datetime reached_at: when it happened; now where it is left out
        """
        reached_at = reached_at or fields.Datetime.now()
        names = set(milestones)
        open_deadlines = self.sudo().deadline_ids.filtered(
            lambda deadline: deadline.milestone in names and deadline.state in tools.OPEN_STATES
        )
        if open_deadlines:
            open_deadlines._reach(reached_at)
            if self.env["complaint.deadline.rule"]._get_waiting_ids(self._deadline_applies_to):
                self.browse({deadline._get_host_id() for deadline in open_deadlines})._start_deadlines()

    def _enter_reached(self, moments):
        """Enter milestones that were reached before the case was recorded here, with their verdict.

        :param dict moments: milestone to the datetime at which it was reached; what no limit asks for is
            left out
        """
        self.ensure_one()
        Deadline, rules = self.env["complaint.deadline"].sudo(), self.sudo()._match_rules()
        known, vals_list = self._get_current_deadlines().mapped("milestone"), []
        for milestone in moments.keys() & rules.keys() - set(known):
            vals = Deadline._prepare_vals(
                rules[milestone], self._get_deadline_calendar(), self.company_id, self._get_deadline_receipt()
            )
            reached_at = moments[milestone]
            vals |= {
                self._deadline_inverse: self.id,
                "round": self._get_deadline_round(),
                "reached_at": reached_at,
                "state": "met" if reached_at <= vals["due"] else "late",
                "next_event_at": False,
            }
            vals_list.append(vals)
        return Deadline.create(vals_list)

    def _refresh_deadlines(self):
        """What limits depend on has changed: open clocks follow, what is reached stays.

        Pauses and extensions are kept. A milestone that no rule asks for any more is cancelled, one that
        a rule asks for now gets its clock.
        """
        for record in self.sudo():
            rules, calendar = record._match_rules(), record._get_deadline_calendar()
            deadlines = record._get_current_deadlines()
            # A limit that was taken away and is back again goes on.
            asked = deadlines.filtered(
                lambda deadline, rules=rules: deadline.milestone in rules and not deadline.reached_at
            )
            open_deadlines = deadlines.filtered(lambda deadline: deadline.state in tools.OPEN_STATES)
            (open_deadlines - asked)._cancel()
            if record._has_ended_for_deadlines():
                continue
            for deadline in asked:
                rule = rules[deadline.milestone]
                vals = {
                    "rule_id": rule.id,
                    "calendar_id": calendar.id,
                    "company_id": record.company_id.id,
                }
                if deadline.state == "cancelled":
                    vals["state"] = "running"
                if rule.count_from == "receipt":
                    vals["start"] = record._get_deadline_receipt()
                # What stays as it is is not written: others work on the same clocks at the same moment.
                deadline.update(
                    {
                        fname: value
                        for fname, value in vals.items()
                        if deadline._fields[fname].convert_to_write(deadline[fname], deadline) != value
                    }
                )
            asked._update_times()
        self._start_deadlines()

    def _has_ended_for_deadlines(self):
        return False

    def _cancel_deadlines(self):
        """The work has ended without reaching them."""
        self.sudo().deadline_ids.filtered(lambda deadline: deadline.state in tools.OPEN_STATES)._cancel()

    # people

    def _get_deadline_responsible(self):
        """Return the res.users who has to reach the next milestone."""
        return self.user_id

    def _get_deadline_people(self, rung):
        """Return who is told of an event: nobody excluded, and a leader where nobody else is left.

        :param rung: complaint.deadline.escalation; empty for a warning and the limit itself
        :return: res.users
        """
        self.ensure_one()
        # Who is told may be nobody that the current user sees.
        host_sudo, excluded = self.sudo(), self.sudo().excluded_user_ids
        company = host_sudo.company_id
        # One by one, which reads them together with those of other cases; a difference would not.
        users = excluded.browse(
            user.id
            for user in host_sudo._get_rung_users(rung)
            if user not in excluded and user.active and not user.share and company in user.company_ids
        )
        if not users and rung:
            # An escalation goes upwards, not back to where it came from.
            users = host_sudo._get_heir(excluded | host_sudo.user_id)
        return users or host_sudo._get_heir(excluded)

    def _get_rung_users(self, rung):
        """Return the users whom a rung of the escalation means, excluded or not."""
        self.ensure_one()
        if rung.whom == "leader":
            return self.team_id.leader_id
        if rung.whom == "parent_leader":
            return self.team_id.parent_id.leader_id or self.team_id.leader_id
        if rung.whom == "department":
            return self.department_id.manager_id.user_id
        if rung.whom == "group":
            return rung.group_id.all_user_ids
        if rung.whom == "user":
            return rung.user_id
        return self.user_id

    def _has_own_activity(self, user):
        """Tell whether what is due stands in an activity of the user already, without that of the limit."""
        return False

    def _tell_limit_moved(self, extension):
        """The customer is told the new date and why; hosts say how."""

    # pauses

    def _get_pauses(self):
        """Return ``{record: [(start, stop)]}``; an open pause has no stop."""
        return {
            record: [(pause.start, pause.stop or None) for pause in record_sudo.pause_ids]
            for record, record_sudo in zip(self, self.sudo(), strict=True)
        }

    def _pause_deadlines(self, reason, **vals):
        """Let the clocks stand from now on.

        :param str reason: why, kept with the pause
        :param vals: more values of the pause
        """
        self.env["complaint.pause"].sudo().create(
            [{self._deadline_inverse: record.id, "reason": reason, **vals} for record in self]
        )

    def _resume_deadlines(self, domain=()):
        """Let the clocks go on: end the open pauses.

        :param domain: which of the pauses; all where it is left out
        """
        # Whoever may change the case may let its clock go on, whoever stopped it.
        open_pauses = (
            self.env["complaint.pause"]
            .sudo()
            .search([(self._deadline_inverse, "in", self.ids), ("stop", "=", False), *domain])
        )
        open_pauses.write({"stop": fields.Datetime.now()})
