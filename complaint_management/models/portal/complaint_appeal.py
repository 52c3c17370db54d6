from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..case.roles import STAFF
from .customer_acts import CustomerRefusal

#: Ends after which another look can be asked for: what the customer withdrew is over.
APPEAL_STEPS = ("closed", "rejected")
#: A look at it as if it were new; an imported case that lacks facts begins with these.
NEW_LOOK_STEPS = ("triage", "new")
MANAGER_GROUP = "complaint_management.group_complaint_manager"


class ComplaintComplaint(models.Model):
    """Another look: who may ask for it, and who takes it on (X-2)."""

    _inherit = "complaint.complaint"

    appeal_ids = fields.One2many(
        "complaint.appeal", "complaint_id", string="Appeals", copy=False, readonly=True, groups=STAFF
    )
    # A plain column: where there is none, nothing more is asked about anybody.
    appeal_id = fields.Many2one(
        "complaint.appeal",
        string="Appeal Being Looked at",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=STAFF,
    )
    # Counted, so that the page of the case need not look for them.
    appeal_count = fields.Integer(string="Appeals so Far", readonly=True, copy=False, groups=STAFF)
    appeal_notice = fields.Char(compute="_compute_appeal_notice", groups=STAFF)

    @api.depends("appeal_id", "closed_at")
    @api.depends_context("lang")
    def _compute_appeal_notice(self):
        for complaint in self:
            appeal = complaint.sudo().appeal_id
            complaint.appeal_notice = (
                self.env._(
                    "The complainant asked for another look. Who handled it before cannot be responsible: "
                    "%(names)s.",
                    names=", ".join(appeal.former_user_ids.mapped("name")) or "–",
                )
                if appeal and not complaint.closed_at
                else False
            )

    # who may not take it on

    @api.constrains("user_id", "appeal_id")
    def _check_new_eyes(self):
        for complaint_sudo in self.sudo().filtered("appeal_id"):
            if complaint_sudo.user_id in complaint_sudo._get_former_handlers():
                raise ValidationError(
                    self.env._(
                        "%(name)s handled %(complaint)s before, and the complainant asked for another look. "
                        "Choose somebody who did not handle it.",
                        name=complaint_sudo.user_id.name,
                        complaint=complaint_sudo.number,
                    )
                )

    def _get_former_handlers(self):
        """Return who may not be responsible, because the complainant asked for another look, as superuser."""
        return self.sudo().appeal_id.former_user_ids

    def _get_heir_problem(self, user):
        problem = super()._get_heir_problem(user)
        if not problem and user in self._get_former_handlers():
            problem = self.env._(
                "%(name)s handled it before, and the complainant asked for another look.",
                name=user.sudo().name,
            )
        return problem

    def _get_heir(self, users):
        return super()._get_heir(users | self._get_former_handlers())

    def _get_cases(self):
        return [
            case._replace(excluded=case.excluded | frozenset(complaint._get_former_handlers().ids))
            for case, complaint in zip(super()._get_cases(), self, strict=True)
        ]

    # asking for it

    def _get_appeal_end(self):
        """Return until when another look can be asked for; False where it cannot."""
        self.ensure_one()
        days = self.company_id.complaint_appeal_days
        if (
            not days
            or self.step not in APPEAL_STEPS
            or not self.closed_at
            or not self.active
            or self.duplicate_of_id
        ):
            return False
        end = self.closed_at + timedelta(days=days)
        return end if fields.Datetime.now() <= end else False

    def _get_shown_appeal(self):
        """Return what the page says about another look, or False."""
        self.ensure_one()
        end = self._get_appeal_end()
        running = self.appeal_id if not self.closed_at and not self.duplicate_of_id else False
        if not end and not running:
            return False
        return {
            "until": self._tell_moment(end),
            "round": self.reopen_count,
            "asked_on": running and self._tell_date(running.appealed_at),
        }

    def _appeal_as_customer(self, shown_round, reason):
        """Ask for another look: the complaint begins anew, with somebody who did not handle it.

        :param shown_round: the round that the page showed as ended
        :param str reason: what the customer is not content with
        """
        ours = self._begin_customer_act()
        reason = self._clean_customer_text(reason, self.env._("Tell us what you are not content with."))
        if not self.closed_at and self.appeal_id:
            raise CustomerRefusal(
                self.env._(
                    "You have asked for another look already on %(date)s.",
                    date=self._tell_date(self.appeal_id.appealed_at),
                )
            )
        if not self._get_appeal_end() or str(shown_round) != str(self.reopen_count):
            raise CustomerRefusal(
                self.env._("Another look can not be asked for (any more). You can write to us.")
            )
        ours._appeal(reason)
        return "appealed"

    def _appeal(self, reason):
        self.ensure_one()
        former_team, former_users = self.team_id, self._find_former_handlers()
        parent = former_team.parent_id
        team = parent if parent.active and parent.company_id == self.company_id else former_team
        person = self._find_new_eyes(team, former_users)
        appeal = self.env["complaint.appeal"].create(
            {
                "complaint_id": self.id,
                "round": self.reopen_count + 1,
                "appealed_at": fields.Datetime.now(),
                "reason": reason,
                "former_user_ids": [fields.Command.set(former_users.ids)],
                "from_team_id": former_team.id,
                "to_team_id": team.id,
                "user_id": person.id,
            }
        )
        # First: from here on none of them becomes responsible, whoever chooses.
        self.write(
            {
                "appeal_id": appeal.id,
                "appeal_count": self.appeal_count + 1,
                "team_id": team.id,
                "user_id": person.id,
            }
        )
        self.action_reopen(reason, self._get_take_up_step(NEW_LOOK_STEPS))
        self._note_customer_act(
            self.env._(
                "Another look asked for by the complainant, on the customer's page: %(reason)s", reason=reason
            )
        )
        if self.user_id != person:
            # The rules found somebody, where no leader is left.
            appeal.user_id = self.user_id
        if self.user_id:
            self._plan_customer_task(self.env._("The complainant asks for another look"), reason)
        else:
            self._ask_leaders()
        self._post_as_customer(reason, silent=True)
        return appeal

    def _find_former_handlers(self):
        """Return everybody who was responsible until now, or decided; gone colleagues included."""
        self.ensure_one()
        chain = (
            self.with_context(active_test=False)
            .handover_ids.filtered(lambda step: step.state in ("accepted", "assigned") and not step.merged)
            .sorted("id")
        )
        return (
            self.user_id
            | chain.from_user_id
            | chain.to_user_id
            | self.decided_by_id
            | self.appeal_ids.former_user_ids
        )

    def _find_new_eyes(self, team, former_users):
        """Return who looks again: the leader of a team, one above, else a manager; possibly nobody.

        :param team: complaint.team
        :param former_users: res.users who handled it before
        """
        self.ensure_one()
        barred = former_users | self.excluded_user_ids
        leaders = self.env["res.users"]
        while team:
            leaders |= team.leader_id
            team = team.parent_id
        for leader in leaders - barred:
            if not self._get_heir_problem(leader):
                return leader
        managers = self.env.ref(MANAGER_GROUP).all_user_ids - barred
        for manager in managers.sorted("id"):
            if not manager._is_superuser() and not self._get_heir_problem(manager):
                return manager
        return leaders.browse()

    def action_open_appeals(self):
        """Show when another look was asked for, who took it on and what became of it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Appeals"),
            "res_model": "complaint.appeal",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": [("complaint_id", "=", self.id)],
        }

    # merging

    def _merge_records(self):
        return [*super()._merge_records(), ("complaint.appeal", "complaint_id")]

    def _move_thread(self, target):
        counts = self.sudo().mapped("appeal_count")
        if any(counts):
            appeals_sudo = self.sudo().appeal_ids.filtered(lambda appeal: not appeal.from_number)
            for complaint, appeals in appeals_sudo.grouped("complaint_id").items():
                appeals.write({"from_number": complaint.number})
            target.sudo().with_context(tracking_disable=True).appeal_count += sum(counts)
        return super()._move_thread(target)
