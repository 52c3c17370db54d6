from odoo import fields, models
from odoo.tools import email_normalize

from ..portal.notice_letter import company_sender, generate_letter, letter_values

ACTIVITY = "complaint_management.mail_activity_type_service_due"


class MailActivity(models.Model):
    _inherit = "mail.activity"

    complaint_due_id = fields.Many2one(
        "complaint.asset.due", string="Due Service", index="btree_not_null", ondelete="set null"
    )


class ComplaintAssetDue(models.Model):
    """Writing one reminder: whether it makes sense, to whom, by whom, in which language; or a call."""

    _inherit = "complaint.asset.due"

    def _get_skip_reason(self, template):
        """Return why nothing is written, or False.

        :param template: mail.template, empty where it was removed
        """
        self.ensure_one()
        asset = self.asset_id
        if not asset.active or asset.state != "in_use":
            return "gone"
        if self.state != "open":
            return "ordered"
        if (fields.Date.context_today(self) - self.due_date).days > self.plan_id.late_days:
            return "long_past"
        if not self.partner_id:
            return "no_owner"
        if not self.partner_id.active:
            return "archived"
        return self._get_letter_refusal() or (not template and "no_template")

    def _get_letter_refusal(self):
        """Return why the owner is not written to, as a word, or False."""
        self.ensure_one()
        owner = self.partner_id
        address = email_normalize(owner.email or "", strict=False)
        refusal = self.env["complaint.customer.side"]._get_address_refusal(address, self.company_id)
        if not refusal and owner.is_blacklisted:
            refusal = "blacklisted"
        return refusal or ("bounced" if owner.message_bounce else False)

    def _get_owner_language(self):
        """Return the language in which the owner reads; for the templates."""
        self.ensure_one()
        known = dict(self.env["res.lang"].get_installed())
        languages = (self.partner_id.lang, self.company_id.partner_id.lang, self.env.lang)
        return next((lang for lang in languages if lang in known), "en_US")

    def _send_reminder(self, template):
        """Write to the owner, and to nobody else; it stands in the chatter of the object.

        It comes from the company and not from whoever works here.

        :param template: mail.template
        :return: mail.message
        """
        self.ensure_one()
        lang = self._get_owner_language()
        due = self.with_company(self.company_id).with_context(lang=lang, mail_post_autofollow=False)
        template = template.with_env(due.env)
        values = generate_letter(template, self, lang)
        return due.asset_id.message_post(
            subject=" ".join((values.get("subject") or "").split()) or due.display_name,
            partner_ids=self.partner_id.ids,
            **letter_values(values, self.company_id, self._get_sender(), lang),
        )

    def _get_team(self):
        """Return the team that does the service."""
        self.ensure_one()
        team = self.type_id.team_id
        if team and team.company_id == self.company_id:
            return team
        return self.env["complaint.team"]._get_service_team(self.company_id, self.env.user)

    def _get_sender(self):
        """Return the sender of reminders: the company, at the address of the team or its own."""
        self.ensure_one()
        return company_sender(self.company_id, self._get_team().sudo().alias_email)

    # who cannot be written to is called

    def _get_caller(self):
        """Return who of the service team calls the owner: its leader, else an advisor, else a manager."""
        self.ensure_one()
        team_sudo, group = self._get_team().sudo(), "complaint_management.group_service_"
        managers = self.env.ref(f"{group}manager").sudo().all_user_ids.sorted("id")
        candidates = [
            *team_sudo.leader_id,
            *(user for user in team_sudo.member_ids if user.has_group(f"{group}advisor")),
            *managers,
        ]
        return next(
            (
                user
                for user in candidates
                if user.active
                and not user.share
                and self.company_id in user.company_ids
                and user.has_group(f"{group}technician")
                and not user._is_superuser()
            ),
            self.env["res.users"],
        )

    def _plan_activity(self):
        """Have the owner called; what was planned for this service before is done with it."""
        self.ensure_one()
        user = self._get_caller()
        if not user:
            return
        translated = self.with_context(lang=user.lang)
        vals = {
            "summary": translated.env._("Call the owner: %(plan)s", plan=translated.plan_id.name),
            "note": translated.env._(
                "No mail reaches the owner. Offer an appointment, or make the order at once with the button "
                "Service Order."
            ),
            "date_deadline": max(self.due_date, fields.Date.context_today(self)),
            "user_id": user.id,
        }
        there = self.env["mail.activity"].search([("complaint_due_id", "=", self.id)], limit=1)
        if there:
            there.write(vals)
            return
        self.asset_id.with_context(mail_activity_quick_update=True).activity_schedule(
            ACTIVITY, complaint_due_id=self.id, **vals
        )

    def _forget_activities(self):
        """Nobody need be called about these any more."""
        if self:
            self.env["mail.activity"].sudo().search([("complaint_due_id", "in", self.ids)]).unlink()
