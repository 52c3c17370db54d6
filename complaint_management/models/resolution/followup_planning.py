from odoo import models

ACTIVITY = "complaint_management.mail_activity_type_followup"


class ComplaintFollowup(models.Model):
    """Who makes a planned call: each has one activity on the complaint, its caller's and of its day."""

    _inherit = "complaint.followup"

    def _create_planned(self, vals_list):
        """Create planned calls with their activities, many at once.

        :param vals_list: values of the calls, with caller and day
        :return: complaint.followup
        """
        activities_sudo = self._create_activities(vals_list, mail_activity_quick_update=True)
        if activities_sudo:
            vals_list = [
                {**vals, "activity_id": activity.id}
                for vals, activity in zip(vals_list, activities_sudo, strict=True)
            ]
        # Whoever moves a complaint plans the call, without being asked about it.
        return self.sudo().create(vals_list).with_env(self.env)

    def _create_activities(self, vals_list, **context):
        """Create the activities of planned calls.

        :param vals_list: values of the calls
        """
        # Who calls is reminded of that, and not told of everything else in the case.
        activities_sudo = self.env["mail.activity"].sudo()
        activities_sudo = activities_sudo.with_context(complaint_nobody_follows=True, **context)
        if self.env.context.get("mail_activity_automation_skip"):
            return activities_sudo
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(ACTIVITY)
        type_id = type_id or self.env["complaint.complaint"]._default_activity_type().id
        model_id = self.env["ir.model"]._get_id("complaint.complaint")
        return activities_sudo.create(
            [
                {
                    "activity_type_id": type_id,
                    "automated": True,
                    "res_model_id": model_id,
                    "res_id": vals["complaint_id"],
                    "user_id": vals["user_id"],
                    "date_deadline": vals["planned_date"],
                    "summary": self._prepare_summary(vals),
                }
                for vals in vals_list
            ]
        )

    def _prepare_summary(self, vals):
        user = self.env["res.users"].sudo().browse(vals["user_id"])
        lang = self.env.lang if user == self.env.user else user.lang
        env = self.with_context(lang=lang or self.env.lang).env
        if vals["attempt"] == 1:
            return env._("Ask whether it is solved and the customer is satisfied")
        return env._(
            "Ask whether it is solved: try %(attempt)s of %(tries)s",
            attempt=vals["attempt"],
            tries=vals["tries"],
        )

    def _sync_activities(self):
        """Bring the activities in line with caller and day of the planned calls."""
        for followup_sudo in self.sudo().filtered(lambda followup: followup.state == "planned"):
            activity = followup_sudo.activity_id.filtered("active")
            vals = {}
            if activity.user_id != followup_sudo.user_id:
                vals["user_id"] = followup_sudo.user_id.id
            if activity.date_deadline != followup_sudo.planned_date:
                vals["date_deadline"] = followup_sudo.planned_date
            if activity and vals:
                activity.with_context(complaint_nobody_follows=True).write(vals)

    def _pass_on(self):
        """Give planned calls to who may make them now: their caller is gone, excluded or not responsible."""
        for followup_sudo in self.sudo().filtered(lambda followup: followup.state == "planned"):
            complaint_sudo = followup_sudo.complaint_id
            person = followup_sudo.rule_id.user_id if followup_sudo.caller == "person" else None
            caller = complaint_sudo._get_followup_caller(followup_sudo.caller, person)
            followup_sudo.user_id = caller
            if caller and not followup_sudo.activity_id.active:
                # It went with the user who was archived.
                vals = {
                    fname: followup_sudo._fields[fname].convert_to_write(followup_sudo[fname], followup_sudo)
                    for fname in ("complaint_id", "user_id", "planned_date", "attempt", "tries")
                }
                followup_sudo.activity_id = self._create_activities([vals])

    def _cancel(self):
        """Take planned calls back: the case goes on, so there is nothing to ask yet."""
        planned_sudo = self.sudo().filtered(lambda followup: followup.state == "planned")
        if planned_sudo:
            activities_sudo = planned_sudo.activity_id.filtered("active")
            planned_sudo.write({"state": "cancelled"})
            # Now, not at the end: the next round may plan another one.
            planned_sudo.flush_recordset(["state"])
            activities_sudo.unlink()
