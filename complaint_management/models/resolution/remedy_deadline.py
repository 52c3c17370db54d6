from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import deadline as tools
from ...tools.mark import Mark

#: The one milestone of a remedy.
CARRIED_OUT = "remedy"


class ComplaintRemedy(models.Model):
    """A remedy is held to a time limit, from the agreement until it is done (DESIGN 4.4).

    The day that was promised is the limit, whatever the policies for remedies say; where none was promised
    they give it, and from then on it is the promise. A promise does not move while a clock stands still.
    """

    _name = "complaint.remedy"
    _inherit = ["complaint.remedy", "complaint.deadline.mixin"]

    _deadline_applies_to = "remedy"
    _deadline_inverse = "remedy_id"

    deadline_ids = fields.One2many("complaint.deadline", "remedy_id", string="Time Limits", copy=False)
    pause_ids = fields.One2many("complaint.pause", "remedy_id", string="Pauses", copy=False)

    _next_due_idx = models.Index("(next_due, id) WHERE next_due IS NOT NULL")

    def _get_deadline_facts(self):
        return self.complaint_id._get_deadline_facts()

    def _get_deadline_receipt(self):
        return self.agreed_at

    def _get_deadline_round(self):
        return self.round

    def _get_deadline_calendar(self):
        return self.complaint_id._get_deadline_calendar()

    def _get_deadline_fixed_day(self, rule):
        return self.date_due

    def _get_milestones_behind(self):
        return () if self.state == "open" else (CARRIED_OUT,)

    def _get_milestone_order(self):
        return (CARRIED_OUT,)

    def _has_ended_for_deadlines(self):
        return self.state != "open"

    def _get_deadline_responsible(self):
        return self.user_id or self._get_heir(self.excluded_user_ids)

    def _has_own_activity(self, user):
        return self.state == "open" and user == self.user_id

    def _get_rung_users(self, rung):
        """Warn the owner; the first to be told that it is late is who answers for the case."""
        if rung and rung.whom == "responsible":
            return self.complaint_id.user_id
        return super()._get_rung_users(rung)

    def _start_clocks(self):
        """Start the clocks of remedies that are to be carried out, and write down until when that is."""
        remedies_sudo = self.sudo()
        for remedy in remedies_sudo.filtered(
            lambda remedy: remedy.date_due and remedy.date_due < remedy._get_local_day(remedy.agreed_at)
        ):
            # It was agreed on later than planned: such a day was never promised.
            remedy._set_day(False)
        for clock in remedies_sudo._start_deadlines():
            remedy = clock.remedy_id
            if not remedy.date_due:
                remedy._set_day(remedy._get_local_day(clock.due))

    def _set_day(self, day):
        """Write down a day that the clock knows already."""
        self.with_context(complaint_clock_moved=Mark(self.ids)).date_due = day

    def _get_local_day(self, moment):
        """Return the day of a limit where the case is worked on; midnight is of the day that it ends."""
        zone = pytz.timezone(self._get_deadline_calendar().sudo().tz or "UTC")
        return pytz.utc.localize(moment - timedelta(seconds=1)).astimezone(zone).date()

    def _move_clocks(self):
        """Another day was promised: it is the limit now, and what was said about the former one is over."""
        for remedy in self.sudo():
            clocks = remedy._get_current_deadlines().filtered(lambda clock: clock.state in tools.OPEN_STATES)
            if clocks:
                clocks._forget_activities(self.env._("Another day was promised."))
                clocks.write({"fixed_day": remedy.date_due, "extension": 0})
                clocks._update_times()
                if not remedy.date_due:
                    remedy._set_day(remedy._get_local_day(clocks[0].due))
            else:
                remedy._start_clocks()

    def _tell_limit_moved(self, extension):
        """More time was granted: the day follows."""
        day = self._get_local_day(extension.deadline_id.sudo().due)
        if self.date_due != day:
            self.sudo()._set_day(day)
            self._sync_activities()


class ComplaintDeadlinePart(models.AbstractModel):
    _inherit = "complaint.deadline.part"

    _host_fields = ("complaint_id", "dispatch_id", "remedy_id")


class ComplaintDeadline(models.Model):
    _inherit = "complaint.deadline"

    remedy_id = fields.Many2one("complaint.remedy", index="btree_not_null", ondelete="cascade")

    _remedy_uniq = models.UniqueIndex(
        "(remedy_id, milestone, round) WHERE remedy_id IS NOT NULL",
        "A remedy has one clock per round.",
    )

    @api.model
    def _get_kind_domain(self, applies_to):
        if applies_to == "remedy":
            return Domain("remedy_id", "!=", False)
        return super()._get_kind_domain(applies_to)

    @api.model
    def _get_team_domain(self, teams):
        return super()._get_team_domain(teams) | Domain("remedy_id.team_id", "in", teams.ids)


class ComplaintDeadlineEvent(models.Model):
    _inherit = "complaint.deadline.event"

    remedy_id = fields.Many2one("complaint.remedy", index="btree_not_null", ondelete="cascade")


class ComplaintDeadlineExtension(models.Model):
    _inherit = "complaint.deadline.extension"

    remedy_id = fields.Many2one("complaint.remedy", index="btree_not_null", ondelete="cascade", readonly=True)


class ComplaintPause(models.Model):
    _inherit = "complaint.pause"

    remedy_id = fields.Many2one("complaint.remedy", index="btree_not_null", ondelete="cascade")


class ComplaintDeadlinePolicy(models.Model):
    _inherit = "complaint.deadline.policy"

    applies_to = fields.Selection(selection_add=[("remedy", "Remedies")], ondelete={"remedy": "cascade"})


class ComplaintDeadlineRule(models.Model):
    _inherit = "complaint.deadline.rule"

    @api.model
    def _get_milestones_of(self, applies_to):
        return (CARRIED_OUT,) if applies_to == "remedy" else super()._get_milestones_of(applies_to)

    @api.model
    def _get_milestone_labels(self):
        return super()._get_milestone_labels() | {CARRIED_OUT: self.env._("Remedy carried out")}
