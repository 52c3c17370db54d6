from odoo import models

from .complaint_result import SIGN_OFF_FIELDS

SIGN_OFF_ACTIVITY = "complaint_management.mail_activity_type_sign_off"
#: What a change of may bring the sign-off into other hands, or make it needless.
SIGN_OFF_FACTS = {"team_id", "user_id", "severity", "category_id", "nature", "employee_ids", "active"}


class ComplaintSignOffRequest(models.Model):
    """One activity asks the nearest leader for the sign-off, as long as the case waits for it (CL-3)."""

    _inherit = "complaint.complaint"

    def _search_sign_offs(self):
        """Return the open activities that ask for the sign-off of these complaints."""
        # They are other people's.
        Activity = self.env["mail.activity"].sudo()
        type_id = self and self.env["ir.model.data"]._xmlid_to_res_id(
            SIGN_OFF_ACTIVITY, raise_if_not_found=False
        )
        if not type_id:
            return Activity
        return Activity.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", type_id),
            ],
            order="id",
        )

    def _refresh_sign_offs(self):
        """Bring the activities in line with who has to sign off now: one for each case that waits."""
        if not self:
            return
        by_complaint = self._search_sign_offs().grouped("res_id")
        needless = self.env["mail.activity"].sudo()
        unasked = {}
        for complaint in self:
            activities = by_complaint.get(complaint.id, needless.browse())
            waits = complaint.active and complaint._waits_for_sign_off()
            signer = complaint._get_signer() if waits else self.env["res.users"]
            if not signer:
                needless |= activities
                if waits and (activities or complaint.id in self.env.context.get("complaint_entered", ())):
                    complaint._tell_nobody_signs_off()
                continue
            kept = activities[:1]
            needless |= activities - kept
            if not kept:
                unasked[signer] = unasked.get(signer, self.browse()) | complaint
            elif kept.user_id != signer:
                kept.user_id = signer
        needless.unlink()
        for signer, complaints in unasked.items():
            translated = complaints.sudo().with_context(lang=signer.lang)
            translated.activity_schedule(
                SIGN_OFF_ACTIVITY,
                user_id=signer.id,
                summary=translated.env._("Sign the case off, or send it back"),
                note=translated.env._("Open the complaint and press Sign Off or Send Back above it."),
            )

    def _tell_nobody_signs_off(self):
        """No leader is there to sign off: the managers are told, and it stands in the chatter."""
        complaint_sudo = self.sudo()
        group = self.env.ref("complaint_management.group_complaint_manager").sudo()
        managers = (group.all_user_ids - complaint_sudo.excluded_user_ids - complaint_sudo.user_id).filtered(
            lambda user: user.active and not user.share and complaint_sudo.company_id in user.company_ids
        )
        note = self.env._(
            "No leader is there to sign this case off. A manager of complaints signs it off, and may name a "
            "leader for the team."
        )
        if managers:
            complaint_sudo.message_notify(
                subject=self.env._("Waits for sign-off: %(number)s", number=self.number),
                body=note,
                partner_ids=managers.partner_id.ids,
                email_layout_xmlid="mail.mail_notification_light",
            )
        complaint_sudo._message_log(body=note)

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        # Signed off was what is worked on again now.
        self.filtered(
            lambda complaint: (
                complaint.signed_off_by_id and complaint.step != "follow_up" and not complaint.closed_at
            )
        )._forget_result(self.env._("It went back, so it has to be signed off again:"), SIGN_OFF_FIELDS)
        entered = self.filtered(lambda complaint: complaint.step == "follow_up")
        left = self.filtered(lambda complaint: old_steps[complaint.id] == "follow_up")
        (entered | left).sudo().with_context(complaint_entered=entered.ids)._refresh_sign_offs()

    def write(self, vals):
        result = super().write(vals)
        if SIGN_OFF_FACTS & vals.keys():
            # Whoever passed it on may not see it any more.
            self.sudo().filtered(lambda complaint: complaint.step == "follow_up")._refresh_sign_offs()
        return result

    def _forget_report(self, title):
        super()._forget_report(title)
        self.sudo().filtered(lambda complaint: complaint.step == "follow_up")._refresh_sign_offs()

    def _pass_activities_on(self, users, complaint=None):
        """The sign-off passes to the next leader, not to the person responsible."""
        waiting = self.filtered(lambda case: case.step == "follow_up")
        if complaint:
            # What is merged is signed off as the case that goes on.
            waiting._search_sign_offs().unlink()
        else:
            waiting._refresh_sign_offs()
        super()._pass_activities_on(users, complaint)

    def merge_into(self, target, keep=None):
        result = super().merge_into(target, keep)
        target.sudo().filtered(lambda complaint: complaint.step == "follow_up")._refresh_sign_offs()
        return result


class ComplaintTeam(models.Model):
    _inherit = "complaint.team"

    def write(self, vals):
        result = super().write(vals)
        if {"leader_id", "parent_id"} & vals.keys():
            self.env["complaint.complaint"].sudo().search(
                [("step", "=", "follow_up"), ("closed_at", "=", False), ("team_id", "child_of", self.ids)]
            )._refresh_sign_offs()
        return result


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"active", "group_ids"}:
            type_id = self.env["ir.model.data"]._xmlid_to_res_id(SIGN_OFF_ACTIVITY, raise_if_not_found=False)
            activities = self.env["mail.activity"].sudo()
            if type_id:
                activities = activities.search(
                    [
                        ("res_model", "=", "complaint.complaint"),
                        ("activity_type_id", "=", type_id),
                        ("user_id", "in", self.ids),
                    ]
                )
            self.env["complaint.complaint"].sudo().browse(activities.mapped("res_id"))._refresh_sign_offs()
        return result


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        if "complaint_sign_off" in vals:
            self.env["complaint.complaint"].sudo().search(
                [("step", "=", "follow_up"), ("closed_at", "=", False), ("company_id", "in", self.ids)]
            )._refresh_sign_offs()
        return result
