from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import deadline as tools
from ...tools import process
from ...tools.working_time import ClockTime, NoWorkingTime

#: A change of these may bring another limit about.
FACTS = {"company_id", "team_id", "category_id", "nature", "severity", "channel_id", "received_at"}


class ComplaintComplaint(models.Model):
    """A complaint is held to the limits of its milestones (TL-1)."""

    _name = "complaint.complaint"
    _inherit = ["complaint.complaint", "complaint.deadline.mixin"]

    _deadline_applies_to = "complaint"
    _deadline_inverse = "complaint_id"

    deadline_ids = fields.One2many("complaint.deadline", "complaint_id", string="Time Limits", copy=False)
    pause_ids = fields.One2many("complaint.pause", "complaint_id", string="Pauses", copy=False)
    clock_stopped = fields.Boolean(
        compute="_compute_clock_stopped", help="Somebody stopped the clock by hand."
    )
    pause_reason = fields.Char(string="Waits for", compute="_compute_clock_stopped")
    reopened_at = fields.Datetime(string="Reopened on", readonly=True, copy=False)

    _next_due_idx = models.Index("(next_due, id) WHERE next_due IS NOT NULL AND active IS TRUE")

    @api.depends("pause_ids.stop", "pause_ids.stage_id", "pause_ids.reason")
    def _compute_clock_stopped(self):
        for complaint in self:
            open_pauses = complaint.pause_ids.filtered(lambda pause: not pause.stop)
            by_hand = open_pauses.filtered(lambda pause: not pause.stage_id)
            complaint.clock_stopped = bool(by_hand)
            complaint.pause_reason = (by_hand or open_pauses)[:1].reason

    def _get_deadline_facts(self):
        return super()._get_deadline_facts() | {
            "team_id": self.team_id.id,
            "category_id": self.category_id.id,
            "nature": self.nature,
            "severity": self.severity,
            "channel_id": self.channel_id.id,
        }

    def _get_deadline_receipt(self):
        return (self.reopen_count and self.reopened_at) or self.received_at

    def _get_deadline_round(self):
        return self.reopen_count

    def _get_deadline_calendar(self):
        return self.team_id.calendar_id or super()._get_deadline_calendar()

    def _get_milestones_behind(self):
        if self.step in process.REFUSED:
            return tools.MILESTONES
        return tools.left_by(self.step)

    def _has_ended_for_deadlines(self):
        return self.step in process.ENDS

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        complaints._start_deadlines()
        waiting = complaints.filtered(lambda complaint: complaint._waits_in_stage())
        waiting._pause_in_stage()
        return complaints

    def write(self, vals):
        before = (
            {complaint: complaint._get_deadline_facts() for complaint in self} if FACTS & vals.keys() else {}
        )
        result = super().write(vals)
        changed = [
            complaint.id
            for complaint, facts in before.items()
            if "received_at" in vals or complaint._get_deadline_facts() != facts
        ]
        if changed:
            self.browse(changed)._refresh_deadlines()
        return result

    def _record_move(self, old_steps):
        reopened = self.filtered(
            lambda complaint: complaint._is_new_round(old_steps[complaint.id], complaint.step)
        )
        super()._record_move(old_steps)
        moved = self.filtered(lambda complaint: old_steps[complaint.id] != complaint.step)
        if reopened:
            # Not tracked: the move itself is.
            reopened.with_context(tracking_disable=True).sudo().write({"reopened_at": fields.Datetime.now()})
            reopened._start_deadlines()
        for step, complaints in (moved - reopened).grouped("step").items():
            if step in process.REFUSED:
                complaints._cancel_deadlines()
            else:
                complaints._reach_milestones(tools.left_by(step))
            if step in process.ENDS:
                # Nothing is waited for any more; opened again, the clock runs.
                complaints.filtered(lambda complaint: complaint._get_open_pauses())._resume_deadlines()

    def _tell_limit_moved(self, extension):
        """Tell the complainant in their language when the limit moved to, and why (TL-7)."""
        self.ensure_one()
        self._notify_customer(f"limit:{extension.id}", "complaint_management.mail_template_limit_moved")

    # days for others to count

    def _after_working_days(self, moment, days, known=None):
        """Return the moment at which so many working days after another one are over (DESIGN 4.4).

        :param moment: datetime in UTC
        :param int days: working days of the team's calendar; by the clock, where nobody has entered any
        :param dict known: what was found for others, to be added to
        """
        self.ensure_one()
        known = {} if known is None else known
        calendar_sudo = self._get_deadline_calendar().sudo()
        key = (calendar_sudo, self.company_id, moment, days)
        if key not in known:
            working_time = calendar_sudo and calendar_sudo._get_working_time(self.company_id)
            try:
                if not working_time:
                    raise NoWorkingTime
                known[key] = working_time.add(moment, days, "days")
            except NoWorkingTime:
                known[key] = ClockTime(calendar_sudo.tz or "UTC").add(moment, days, "days")
        return known[key]

    # pauses by stage

    def _waits_in_stage(self):
        self.ensure_one()
        return self.stage_id.id in self.env["complaint.stage"]._get_pausing_ids()

    def _run_stage_actions(self):
        # Where the clock stands is known before anything else happens in the new stage.
        if self.env["complaint.stage"]._get_pausing_ids():
            self._resume_deadlines([("stage_id", "!=", False)])
            self.filtered(lambda complaint: complaint._waits_in_stage())._pause_in_stage()
        return super()._run_stage_actions()

    def _pause_in_stage(self):
        for stage, complaints in self.grouped("stage_id").items():
            complaints._pause_deadlines(stage.display_name, stage_id=stage.id)

    def _get_open_pauses(self):
        # Whoever stopped the clock, it stands.
        return self.sudo().pause_ids.filtered(lambda pause: not pause.stop)

    def action_pause(self, reason):
        """Let the clock stand, because the complainant owes an answer.

        :param str reason: what is waited for; kept with the pause
        :raises UserError: the case has ended, or its clock stands still already
        """
        self.check_access("write")
        for complaint in self:
            if complaint.closed_at:
                raise UserError(self.env._("%(complaint)s has ended.", complaint=complaint.display_name))
            if complaint._get_open_pauses():
                raise UserError(
                    self.env._(
                        "The clock of %(complaint)s stands still already.", complaint=complaint.display_name
                    )
                )
        self._pause_deadlines(reason)
        self._message_log_batch(
            bodies=dict.fromkeys(self.ids, self.env._("Clock stopped: %(reason)s", reason=reason))
        )

    def action_resume(self):
        """Let the clock go on that somebody stopped by hand."""
        self.check_access("write")
        if any(complaint._waits_in_stage() for complaint in self):
            raise UserError(
                self.env._("The clock stands still in this stage. Move the complaint to another one.")
            )
        self._resume_deadlines()
        self._message_log_batch(bodies=dict.fromkeys(self.ids, self.env._("The clock goes on.")))

    # events that reach a milestone

    def _message_post_after_hook(self, message, msg_vals):
        """An answer that a colleague writes to the complainant is the first outward contact."""
        result = super()._message_post_after_hook(message, msg_vals)
        if self and self._is_outward_contact(message):
            self._reach_milestones(["respond"], message.date)
        return result

    def _is_outward_contact(self, message):
        """Tell whether a message is a person's answer to the complainant."""
        if message.message_type not in ("comment", "email", "email_outgoing") or message.subtype_id.internal:
            return False
        author = message.author_id.user_ids[:1]
        if not author or author.share:
            return False
        addressed = message.partner_ids | self.message_partner_ids
        return self.partner_id in addressed or (
            self.email_normalized and self.email_normalized in addressed.mapped("email_normalized")
        )
