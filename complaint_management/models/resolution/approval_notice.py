from odoo import fields, models

APPROVAL_ACTIVITY = "complaint_management.mail_activity_type_approval"
GO_ON_ACTIVITY = "complaint_management.mail_activity_type_solution"


class ComplaintSolution(models.Model):
    """Who is told of a solution: whoever has to act next has one activity on it, nobody else has any."""

    _inherit = "complaint.solution"

    def _get_actors(self):
        """Return the res.users who have to act now: any of the approvers, or who handles the case."""
        self.ensure_one()
        if self.state == "submitted":
            return self.approval_ids.filtered(lambda approval: approval.state == "waiting").approver_ids
        waits = (
            self.state == "approved"
            or (self.state == "draft" and self.refusal)
            # Once there is a later version, or the case has ended, nobody has to revise it.
            or (
                self.state == "declined"
                and not self.final
                and self.is_latest
                and not self.complaint_id.closed_at
            )
        )
        return self._get_centre_actor() if waits else self.env["res.users"]

    def _sync_activities(self):
        """Bring the planned activities in line with who has to act."""
        if not self:
            return
        Activity, data = self.env["mail.activity"].sudo(), self.env["ir.model.data"]
        kinds = {
            True: data._xmlid_to_res_id(APPROVAL_ACTIVITY),
            False: data._xmlid_to_res_id(GO_ON_ACTIVITY),
        }
        planned = Activity.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "in", list(kinds.values())),
            ]
        ).grouped("res_id")
        vals_list, done = [], Activity
        for solution in self.sudo():
            free = planned.get(solution.id, Activity)
            kind = kinds[solution.state == "submitted"]
            for user in solution._get_actors():
                vals = solution._prepare_activity(kind, user)
                own = free.filtered(lambda activity, user=user: activity.user_id == user)[:1] or free[:1]
                free -= own
                if own:
                    own._update_plan(vals)
                else:
                    vals_list.append(vals)
            done |= free
        # What was decided stands in the chatter.
        done.unlink()
        if vals_list:
            # Approvers are told by mail (approval_mail.py); the others find it in their activities.
            Activity.with_context(mail_activity_quick_update=True, complaint_nobody_follows=True).create(
                vals_list
            )

    def _prepare_activity(self, kind, user):
        self.ensure_one()
        translated = self.with_context(lang=user.lang)
        if self.state == "submitted":
            summary = translated.env._(
                "Approve: %(amount)s",
                amount=self.currency_id.with_context(lang=user.lang).format(self.amount_total),
            )
        elif self.state == "approved":
            summary = translated.env._("Approved: offer it to the complainant")
        elif self.state == "declined":
            summary = translated.env._("Declined: revise it, or have a leader decide")
        else:
            summary = translated.env._("Sent back: revise it and submit it again")
        return {
            "activity_type_id": kind,
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "res_name": self.display_name,
            "user_id": user.id,
            "date_deadline": fields.Date.context_today(self),
            "summary": summary,
        }


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _update_plan(self, vals):
        """Let an activity say what is to be done now, and by whom; write only what differs.

        :param dict vals: field name to value, ids for records
        """
        self.ensure_one()
        changed = {
            fname: value
            for fname, value in vals.items()
            if self._fields[fname].convert_to_write(self[fname], self) != value
        }
        if changed:
            self.with_context(mail_activity_quick_update=True, complaint_nobody_follows=True).write(changed)
