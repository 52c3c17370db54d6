from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools import deadline as tools

#: The one milestone of a sheet.
ANSWER = "answer"


class ComplaintDispatch(models.Model):
    """A sheet is held to a time limit of its own, from sending to signing (DESIGN 4.4).

    How long is said by the policies for sheets; whoever sends one may ask for another number of the same
    unit. The clock does not stop while a sheet is returned: bouncing it wins nobody time.
    """

    _name = "complaint.dispatch"
    _inherit = ["complaint.dispatch", "complaint.deadline.mixin"]

    _deadline_applies_to = "dispatch"
    _deadline_inverse = "dispatch_id"

    deadline_ids = fields.One2many("complaint.deadline", "dispatch_id", string="Time Limits", copy=False)
    duration = fields.Integer(
        string="Answer within",
        copy=False,
        help="How long the department has. Empty: as long as the time limits for sheets say.",
    )
    duration_unit = fields.Selection(
        selection=lambda self: (
            self.env["complaint.deadline.rule"]._fields["unit"]._description_selection(self.env)
        ),
        compute="_compute_duration_unit",
    )
    usual_duration = fields.Integer(compute="_compute_duration_unit")
    has_limit = fields.Boolean(compute="_compute_duration_unit", export_string_translation=False)

    @api.depends("complaint_id")
    def _compute_duration_unit(self):
        for sheet in self:
            rule = sheet.complaint_id and sheet._match_rules().get(ANSWER)
            sheet.has_limit = bool(rule)
            sheet.duration_unit = rule.unit if rule else False
            sheet.usual_duration = rule.duration if rule else 0

    def _get_deadline_facts(self):
        return self.complaint_id._get_deadline_facts()

    def _get_deadline_receipt(self):
        return self.sent_at

    def _get_deadline_round(self):
        return self.round

    def _get_deadline_calendar(self):
        return self.complaint_id._get_deadline_calendar()

    def _get_deadline_duration(self, rule):
        return self.duration

    def _get_milestones_behind(self):
        return () if self.turn == "department" else (ANSWER,)

    def _get_milestone_order(self):
        return (ANSWER,)

    def _has_ended_for_deadlines(self):
        return self.state in ("draft", "signed", "confirmed", "withdrawn")

    def _get_pauses(self):
        # What the customer owes does not keep a department from answering.
        return {sheet: [] for sheet in self}

    def _get_deadline_responsible(self):
        return self.head_id or self._get_centre_actor()

    def _has_own_activity(self, user):
        return user == self._get_actor()

    def _get_rung_users(self, rung):
        """Warn and tell the head, and who waits for the answer; the next level is the department above."""
        if rung.whom == "department":
            return self.department_id.parent_id._get_acting_head(self.company_id, self.excluded_user_ids)
        if rung.whom in ("leader", "parent_leader", "group", "user"):
            return super()._get_rung_users(rung)
        return self.head_id | self._get_centre_actor()

    def _get_activity_day(self):
        """Return the day on which something is to be done: the limit's, or today."""
        self.ensure_one()
        if self.turn == "department" and self.next_due:
            return self.next_due.date()
        return fields.Date.context_today(self)

    def _change_duration(self):
        """The centre gave more or less time for sheets that were sent already."""
        for sheet in self.sudo():
            clock = sheet._get_current_deadlines().filtered(lambda clock: clock.state in tools.OPEN_STATES)
            if clock:
                if clock.state == "breached":
                    raise UserError(
                        self.env._("The limit has passed already. Ask the department when it will answer.")
                    )
                clock.duration = sheet.duration
                clock._update_times()


class ComplaintDeadlinePart(models.AbstractModel):
    _inherit = "complaint.deadline.part"

    _host_fields = ("complaint_id", "dispatch_id")


class ComplaintDeadline(models.Model):
    _inherit = "complaint.deadline"

    dispatch_id = fields.Many2one(
        "complaint.dispatch", string="Sheet", index="btree_not_null", ondelete="cascade"
    )

    _dispatch_uniq = models.UniqueIndex(
        "(dispatch_id, milestone, round) WHERE dispatch_id IS NOT NULL",
        "A sheet has one clock per round.",
    )

    @api.model
    def _get_kind_domain(self, applies_to):
        if applies_to == "dispatch":
            return Domain("dispatch_id", "!=", False)
        return super()._get_kind_domain(applies_to)

    @api.model
    def _get_team_domain(self, teams):
        return super()._get_team_domain(teams) | Domain("dispatch_id.complaint_id.team_id", "in", teams.ids)


class ComplaintDeadlineEvent(models.Model):
    _inherit = "complaint.deadline.event"

    dispatch_id = fields.Many2one(
        "complaint.dispatch", string="Sheet", index="btree_not_null", ondelete="cascade"
    )


class ComplaintDeadlineExtension(models.Model):
    _inherit = "complaint.deadline.extension"

    dispatch_id = fields.Many2one(
        "complaint.dispatch", string="Sheet", index="btree_not_null", ondelete="cascade", readonly=True
    )


class ComplaintPause(models.Model):
    _inherit = "complaint.pause"

    dispatch_id = fields.Many2one(
        "complaint.dispatch", string="Sheet", index="btree_not_null", ondelete="cascade"
    )


class ComplaintDeadlinePolicy(models.Model):
    _inherit = "complaint.deadline.policy"

    applies_to = fields.Selection(
        selection_add=[("dispatch", "Sheets to departments")], ondelete={"dispatch": "cascade"}
    )


class ComplaintDeadlineRule(models.Model):
    _inherit = "complaint.deadline.rule"

    @api.model
    def _get_milestones_of(self, applies_to):
        return (ANSWER,) if applies_to == "dispatch" else super()._get_milestones_of(applies_to)

    @api.model
    def _get_milestone_labels(self):
        return super()._get_milestone_labels() | {ANSWER: self.env._("Sheet answered")}
