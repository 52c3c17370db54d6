from odoo import models

#: By this activity a leader learns that a complaint found nobody.
ASSIGN_ACTIVITY = "complaint_management.mail_activity_type_assign"


class ComplaintUnserved(models.Model):
    """A complaint that found nobody is not lost: a leader is asked to name somebody (DI-1)."""

    _inherit = "complaint.complaint"

    def _get_unserved(self):
        """Return those for whom somebody was looked for in vain."""
        methods = self.env["complaint.team"]._get_methods()
        plans = self._plan_choices(self._get_cases(), keep_team=True)
        return self.browse(
            [
                complaint.id
                for complaint, (persons, team_id) in zip(self, plans, strict=True)
                if persons or team_id in methods
            ]
        )

    def _ask_leaders(self):
        """Ask the leader of the team, or the next one above, to name somebody.

        It is asked once for each complaint; many at a time are one message.
        """
        if not self or self.env.context.get("tracking_disable"):
            return
        complaints = self.sudo()
        asked = set(complaints._get_requests().mapped("res_id"))
        open_ones = complaints.filtered(lambda complaint: complaint.id not in asked)
        for leader, group in open_ones.grouped(lambda complaint: complaint._get_leader()).items():
            if not leader:
                continue
            several = len(group) > 1
            group.with_context(mail_activity_quick_update=several, lang=leader.lang).activity_schedule(
                ASSIGN_ACTIVITY, user_id=leader.id
            )
            if several and leader != self.env.user:
                group._notify_many_unassigned(leader)

    def _notify_many_unassigned(self, leader):
        env = self.with_context(lang=leader.lang).env
        env["mail.thread"].message_notify(
            subject=env._("%(count)s complaints have nobody responsible", count=len(self)),
            body=env._("Nobody in the team can take them now. You find them among your activities."),
            partner_ids=leader.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _get_leader(self):
        """Return who is to name somebody: the nearest leader from the team upwards who may see it."""
        self.ensure_one()
        team = self.team_id
        while team:
            leader = team.leader_id
            if leader.active and leader not in self.excluded_user_ids:
                return leader
            team = team.parent_id
        return self.env["res.users"]

    def _get_requests(self):
        """Return the activities that ask for somebody."""
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(ASSIGN_ACTIVITY, raise_if_not_found=False)
        domain = [
            ("res_model", "=", self._name),
            ("res_id", "in", self.ids),
            ("activity_type_id", "=", type_id),
        ]
        return self.env["mail.activity"].sudo().search(domain) if type_id else self.env["mail.activity"]

    def _withdraw_requests(self):
        """There is somebody now, or the complaint ended: nobody needs to be named any more."""
        if self:
            self._get_requests().unlink()

    def _move_thread(self, target):
        self.filtered(lambda complaint: not complaint.user_id)._withdraw_requests()
        return super()._move_thread(target)
