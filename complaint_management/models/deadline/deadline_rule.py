from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...tools import deadline as tools

#: Fields whose change moves clocks that run already.
TIMING = {
    "active",
    "milestone",
    "count_from",
    "start_event",
    "duration",
    "unit",
    "time_kind",
    "warn_before",
    "warn_unit",
    "policy_id",
    "escalation_ids",
}


class ComplaintDeadlineRule(models.Model):
    """One limit of a policy: how long until a milestone, when to warn, and whom to tell if it passes."""

    _name = "complaint.deadline.rule"
    _description = "Time Limit"
    _order = "policy_id, sequence, id"

    policy_id = fields.Many2one("complaint.deadline.policy", required=True, index=True, ondelete="cascade")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    milestone = fields.Selection("_selection_milestone", required=True)
    count_from = fields.Selection(
        [
            ("receipt", "Receipt"),
            ("previous", "The milestone before"),
            ("event", "Another event"),
        ],
        string="Counted from",
        required=True,
        default="receipt",
    )
    start_event = fields.Selection(
        "_selection_start_event", string="Event", help="The clock starts when this has happened."
    )
    duration = fields.Integer(string="Limit", required=True, default=1)
    unit = fields.Selection(
        [("minutes", "minutes"), ("hours", "hours"), ("days", "days")], required=True, default="days"
    )
    time_kind = fields.Selection(
        [("working", "working time"), ("clock", "around the clock")],
        string="Of",
        required=True,
        default="working",
        help="Working time: of the team's calendar; the day on which the clock starts does not count as one "
        "of the days. Around the clock: nights and days off count.",
    )
    warn_before = fields.Integer(help="How long before the limit the person responsible is warned. 0: never.")
    warn_unit = fields.Selection(
        [
            ("minutes", "minutes"),
            ("hours", "hours"),
            ("days", "days"),
            ("percent", "% of the limit"),
        ],
        required=True,
        default="percent",
    )
    max_extension = fields.Integer(
        string="Longest Extension", help="In the unit of the limit. 0: it cannot be extended."
    )
    escalation_ids = fields.One2many("complaint.deadline.escalation", "rule_id", copy=True)

    _milestone_uniq = models.Constraint(
        "UNIQUE (policy_id, milestone)", "A policy has one limit per milestone."
    )
    _duration_positive = models.Constraint("CHECK (duration > 0)", "A limit must be longer than nothing.")
    _warning_positive = models.Constraint(
        "CHECK (warn_before >= 0 AND (warn_unit != 'percent' OR warn_before < 100))",
        "A warning comes before the limit and after the start: less than 100 %.",
    )
    _extension_positive = models.Constraint(
        "CHECK (max_extension >= 0)", "An extension cannot be shorter than nothing."
    )

    @api.model
    def _selection_milestone(self):
        labels = self._get_milestone_labels()
        kinds = self.env["complaint.deadline.policy"]._fields["applies_to"].get_values(self.env)
        # Several kinds of case may have the same milestone.
        names = dict.fromkeys(name for kind in kinds for name in self._get_milestones_of(kind))
        return [(milestone, labels[milestone]) for milestone in names]

    @api.model
    def _get_milestones_of(self, applies_to):
        """Return the milestones of a kind of case in their order; areas with hosts of their own extend it."""
        return tools.MILESTONES

    @api.model
    def _get_milestone_labels(self):
        """Return ``{milestone: label}``; areas with milestones of their own add them."""
        return {
            "respond": self.env._("First answer"),
            "triage": self.env._("Triage"),
            "dispatch": self.env._("Dispatch"),
            "investigate": self.env._("Investigation"),
            "propose": self.env._("Solution proposed"),
            "execute": self.env._("Execution"),
            "report": self.env._("Result told"),
            "follow_up": self.env._("Follow-up"),
        }

    @api.model
    def _selection_start_event(self):
        return [*self._selection_milestone(), ("reopen", self.env._("Reopening"))]

    @api.model
    @ormcache("applies_to")
    def _get_waiting_ids(self, applies_to):
        """Return the ids of the rules of a kind of case whose clocks start when something has happened."""
        waiting = [("count_from", "!=", "receipt"), ("policy_id.applies_to", "=", applies_to)]
        return frozenset(self.sudo().search(waiting).ids)

    @api.constrains("milestone", "policy_id")
    def _check_milestone(self):
        labels = self._get_milestone_labels()
        for rule in self:
            if rule.milestone not in self._get_milestones_of(rule.policy_id.applies_to):
                kinds = dict(rule.policy_id._fields["applies_to"]._description_selection(self.env))
                raise ValidationError(
                    self.env._(
                        "“%(milestone)s” is no milestone here: the policy applies to “%(kind)s”.",
                        milestone=labels[rule.milestone],
                        kind=kinds[rule.policy_id.applies_to],
                    )
                )

    @api.constrains("count_from", "start_event", "milestone")
    def _check_start_event(self):
        for rule in self:
            if rule.count_from == "event" and not rule.start_event:
                raise ValidationError(
                    self.env._(
                        "Choose the event that the limit is counted from: %(rule)s", rule=rule.display_name
                    )
                )
            if rule.count_from == "event" and rule.start_event == rule.milestone:
                raise ValidationError(
                    self.env._("A limit cannot be counted from its own end: %(rule)s", rule=rule.display_name)
                )

    @api.depends("milestone", "duration", "unit", "time_kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = self._get_milestone_labels()
        units = dict(self._fields["unit"]._description_selection(self.env))
        kinds = dict(self._fields["time_kind"]._description_selection(self.env))
        for rule in self:
            rule.display_name = self.env._(
                "%(milestone)s: %(duration)s %(unit)s, %(kind)s",
                milestone=labels.get(rule.milestone, ""),
                duration=rule.duration,
                unit=units.get(rule.unit, ""),
                kind=kinds.get(rule.time_kind, ""),
            )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        rules.policy_id._recompute_running()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if TIMING & vals.keys():
            self.env.registry.clear_cache()
            self.policy_id._recompute_running()
        return result

    def unlink(self):
        policies = self.policy_id
        result = super().unlink()
        self.env.registry.clear_cache()
        policies.exists()._recompute_running()
        return result


class ComplaintDeadlineEscalation(models.Model):
    """One rung of the ladder: whom to tell how long after a limit has passed (TL-6)."""

    _name = "complaint.deadline.escalation"
    _description = "Escalation"
    _order = "rule_id, minutes, sequence, id"

    rule_id = fields.Many2one("complaint.deadline.rule", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    after = fields.Integer(help="How long after the limit has passed, in the same kind of time. 0: at once.")
    unit = fields.Selection(
        [("minutes", "minutes"), ("hours", "hours"), ("days", "days")], required=True, default="hours"
    )
    minutes = fields.Integer(compute="_compute_minutes", store=True, export_string_translation=False)
    whom = fields.Selection(
        [
            ("responsible", "The person responsible"),
            ("leader", "The team's leader"),
            ("parent_leader", "The leader of the team above"),
            ("department", "The manager of the department concerned"),
            ("group", "Everybody of a group"),
            ("user", "A person"),
        ],
        required=True,
        default="leader",
    )
    group_id = fields.Many2one("res.groups", ondelete="cascade")
    user_id = fields.Many2one(
        "res.users", string="Person", ondelete="cascade", domain="[('share', '=', False)]"
    )
    note = fields.Char(
        string="What to Do Now",
        translate=True,
        default=lambda self: self.env._("Find out why it is late and see that it goes on today."),
    )

    _after_positive = models.Constraint("CHECK (after >= 0)", "Nobody is told before the limit has passed.")

    @api.depends("after", "unit")
    def _compute_minutes(self):
        """Only puts the rungs in order: a day of any calendar is longer than an hour."""
        for rung in self:
            rung.minutes = rung.after * {"minutes": 1, "hours": 60, "days": 1440}[rung.unit or "hours"]

    @api.constrains("whom", "group_id", "user_id")
    def _check_whom(self):
        for rung in self:
            if (rung.whom == "group" and not rung.group_id) or (rung.whom == "user" and not rung.user_id):
                raise ValidationError(self.env._("Choose the group or the person who is told."))
