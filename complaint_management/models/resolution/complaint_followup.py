from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models

from ...tools.working_time import NoWorkingTime
from ..case.roles import STAFF
from .followup import FINAL_RESULTS, PLANNED_STEPS
from .followup_rule import COPIED


class ComplaintComplaint(models.Model):
    """The customer is called after the work is done; the moves of the complaint plan the call (CL-2).

    Nothing waits for a cron: what has to be planned is planned with the move, for many complaints at once.
    """

    _inherit = "complaint.complaint"

    followup_ids = fields.One2many(
        "complaint.followup", "complaint_id", string="Follow-up Calls", copy=False, groups=STAFF
    )

    # what the gate and others ask

    def _get_round_followups(self):
        """Return the calls of the round the complaint is in, without those that were taken back."""
        self.ensure_one()
        return self.sudo().followup_ids.filtered(
            lambda followup: (
                followup.round == self.reopen_count
                and followup.state != "cancelled"
                and not followup.from_number
            )
        )

    def _get_open_followup(self):
        """Return the call that is planned in this round, or none."""
        self.ensure_one()
        planned = self._get_round_followups().filtered(lambda followup: followup.state == "planned")
        return planned.with_env(self.env)

    def _awaits_followup(self):
        """Tell whether a call has to be made before the complaint may be closed.

        One that was given up after the last try is not waited for any more.
        """
        self.ensure_one()
        return self._get_open_followup().sudo().moment == "before"

    # planning

    def _record_move(self, old_steps):
        # What had ended before it was recorded here is history; nobody is called about it.
        histories = self.filtered("closed_at")
        super()._record_move(old_steps)
        left, entered = self.browse(), self.browse()
        for complaint in self:
            old, new = old_steps[complaint.id], complaint.step
            if old == new:
                continue
            if old in PLANNED_STEPS and new not in PLANNED_STEPS:
                left |= complaint
            elif new in PLANNED_STEPS:
                entered |= complaint
        if left:
            left._cancel_followups()
        (entered - histories)._plan_followups()

    def _cancel_followups(self):
        planned = self.env["complaint.followup"].sudo()
        planned.search([("complaint_id", "in", self.ids), ("state", "=", "planned")])._cancel()

    def _plan_followups(self):
        """Plan the calls of complaints that came to a step after which the rules want one."""
        rules = {}
        for complaint_sudo in self.sudo():
            rule = complaint_sudo._match_followup_rule()
            # A call that was to be made before closing and was jumped over is made afterwards.
            if rule and (rule.moment == "before" or complaint_sudo.step == "closed"):
                rules[complaint_sudo] = rule
        if not rules:
            return
        callers = self._get_followup_callers(rules)
        vals_list, days = [], {}
        for complaint_sudo, rule in rules.items():
            calls = complaint_sudo._get_round_followups()
            if any(call.state in ("planned", "given_up") or call.result in FINAL_RESULTS for call in calls):
                continue
            vals_list.append(
                {
                    "complaint_id": complaint_sudo.id,
                    "round": complaint_sudo.reopen_count,
                    # What was tried before the complaint went back a step counts.
                    "attempt": len(calls.filtered("tries")) + 1,
                    "planned_date": complaint_sudo._get_followup_day(rule.delay, days),
                    "user_id": callers[complaint_sudo].id,
                    "rule_id": rule.id,
                    **{fname: getattr(rule, fname) for fname in COPIED},
                }
            )
        if vals_list:
            self.env["complaint.followup"]._create_planned(vals_list)

    def _match_followup_rule(self):
        """Return the rule by which the complainant is called; None where nobody can be called."""
        self.ensure_one()
        reachable = self.partner_id or self.partner_phone or self.partner_email
        if not reachable or not self.active or self.duplicate_of_id:
            return None
        return self.env["complaint.followup.rule"]._match(self)

    def _get_followup_day(self, days, known=None):
        """Return the date so many working days from now; 0 is today, or the next day that is worked.

        :param int days: working days of the team's calendar
        :param dict known: dates that were found for others of the same calendar, to be added to
        """
        self.ensure_one()
        known = {} if known is None else known
        calendar_sudo = self._get_deadline_calendar().sudo()
        key = (calendar_sudo, self.company_id, days)
        if key not in known:
            known[key] = self._count_followup_day(calendar_sudo, days)
        return known[key]

    def _count_followup_day(self, calendar_sudo, days):
        zone, now = pytz.timezone(calendar_sudo.tz or "UTC"), fields.Datetime.now()
        today = pytz.utc.localize(now).astimezone(zone).date()
        if days:
            # A day that is worked until midnight is not the next one.
            moment = self._after_working_days(now, days) - timedelta(seconds=1)
        else:
            begun = zone.localize(datetime.combine(today, time(second=1))).astimezone(pytz.utc)
            try:
                working_time = calendar_sudo and calendar_sudo._get_working_time(self.company_id)
                if not working_time:
                    raise NoWorkingTime
                moment = working_time.advance(begun.replace(tzinfo=None), timedelta())
            except NoWorkingTime:
                # Closing does not fail because nobody has entered working hours.
                moment = now
        return pytz.utc.localize(moment).astimezone(zone).date()

    # who calls

    def _get_followup_callers(self, rules):
        """Return ``{complaint: res.users}``.

        :param dict rules: the Rule of each complaint
        """
        Users, named, callers = self.env["res.users"].sudo(), {}, {}
        for complaint, rule in rules.items():
            if rule.caller == "person":
                named[rule.user_id] = named.get(rule.user_id, self.browse().sudo()) | complaint
        writable = {
            user_id: complaints._filter_writable_by(Users.browse(user_id))
            for user_id, complaints in named.items()
        }
        for complaint, rule in rules.items():
            person = Users.browse(rule.user_id or [])
            if complaint not in writable.get(rule.user_id, ()):
                person = Users
            callers[complaint] = complaint._choose_followup_caller(rule.caller, person)
        return callers

    def _get_followup_caller(self, caller, person=None):
        """Return who calls about one complaint, as superuser.

        :param str caller: who is meant to, see the rule
        :param person: res.users, the person who is named
        """
        self.ensure_one()
        person = person or self.env["res.users"]
        if person and not self._filter_writable_by(person):
            person = person.browse()
        return self._choose_followup_caller(caller, person)

    def _choose_followup_caller(self, caller, person):
        barred, chosen = self.excluded_user_ids, person.browse()
        if caller == "person":
            chosen = (person - barred).filtered("active")
        elif caller == "leader":
            team = self.team_id
            while team and not chosen:
                chosen = (team.leader_id - barred).filtered("active")
                team = team.parent_id
        if not chosen:
            chosen = self._get_heir(barred)
            # Who does this just now is no archived user, and need not be read.
            while chosen and chosen != self.env.user and not chosen.active:
                barred |= chosen
                chosen = self._get_heir(barred)
        return chosen

    def _filter_writable_by(self, user):
        """Return those of the complaints that a user may change in any of their companies."""
        theirs = self.with_user(user).with_context(allowed_company_ids=user._get_company_ids())
        return theirs._filtered_access("write").with_env(self.env)

    def write(self, vals):
        former = {}
        if "user_id" in vals:
            former = {
                complaint.id: complaint.user_id.id for complaint in self if complaint.step in PLANNED_STEPS
            }
        result = super().write(vals)
        if former:
            planned = self.env["complaint.followup"].sudo()
            planned.search(
                [
                    ("complaint_id", "in", list(former)),
                    ("state", "=", "planned"),
                    ("caller", "=", "responsible"),
                ]
            ).filtered(
                lambda followup: followup.user_id.id in (former[followup.complaint_id.id], False)
            )._pass_on()
        if "active" in vals and not vals["active"]:
            stopped = self.filtered(lambda complaint: complaint.step in PLANNED_STEPS)
            if stopped:
                stopped._cancel_followups()
        return result

    def _apply_exclusion(self):
        super()._apply_exclusion()
        for complaint_sudo in self.sudo().filtered(lambda complaint: complaint.step in PLANNED_STEPS):
            complaint_sudo.followup_ids.filtered(
                lambda followup, complaint=complaint_sudo: followup.user_id in complaint.excluded_user_ids
            )._pass_on()

    # merging

    def _merge_records(self):
        return [*super()._merge_records(), ("complaint.followup", "complaint_id")]

    def _move_thread(self, target):
        # The calls that were made move along as history; the target plans its own.
        calls_sudo = self.env["complaint.followup"].sudo().search([("complaint_id", "in", self.ids)])
        calls_sudo._cancel()
        own = calls_sudo.filtered(lambda followup: not followup.from_number)
        for complaint_sudo, calls in own.grouped("complaint_id").items():
            calls.write({"from_number": complaint_sudo.number})
        super()._move_thread(target)

    # logging

    def action_log_followup(self):
        """Open the dialog that asks for the result of a call, planned or not."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log Follow-up Call"),
            "res_model": "complaint.followup.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_complaint_id": self.id,
                "default_followup_id": self._get_open_followup().id,
                "dialog_size": "medium",
            },
        }
