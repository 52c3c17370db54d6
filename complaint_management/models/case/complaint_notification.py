from odoo import models


class ComplaintNotification(models.Model):
    """Who is told what about a complaint, and where answers go."""

    _inherit = "complaint.complaint"

    def _notify_get_reply_to_batch(self, defaults=None, author_ids=None):
        """Answers come back to the team's address, so that they reach it whoever answers."""
        result = super()._notify_get_reply_to_batch(defaults=defaults, author_ids=author_ids)
        # The team may be one that the author does not see.
        for complaint_sudo in self.sudo().filtered("team_id.alias_email"):
            result[complaint_sudo.id] = self._notify_get_reply_to_formatted_email(
                complaint_sudo.team_id.alias_email, author_id=(author_ids or {}).get(complaint_sudo.id, False)
            )
        return result

    # followers and assignment, once for many

    def write(self, vals):
        former = {complaint.id: complaint.user_id for complaint in self} if vals.get("user_id") else {}
        result = super().write(vals)
        if former:
            self.filtered(lambda complaint: complaint.user_id != former[complaint.id])._notify_responsible()
        return result

    def _message_auto_subscribe(self, updated_values, followers_existing_policy="skip"):
        if self.env.context.get("complaint_subscribe_later"):
            return True
        return super()._message_auto_subscribe(updated_values, followers_existing_policy)

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        """Follow, but tell the person responsible once about all their new cases, not of each."""
        return [
            (partner_id, subtype_ids, False)
            for partner_id, subtype_ids, _template in super()._message_auto_subscribe_followers(
                updated_values, default_subtype_ids
            )
        ]

    def _subscribe_responsible(self):
        """After a creation: the persons responsible follow, and are told."""
        context = self.env.context
        # Who creates a record follows it already.
        creator = self.env["res.users"] if context.get("mail_create_nosubscribe") else self.env.user
        for user, complaints in self.grouped("user_id").items():
            if user and user != creator and not context.get("tracking_disable"):
                complaints._message_auto_subscribe({"user_id": user.id})
        self._notify_responsible()

    def _notify_responsible(self):
        """Tell each person what they became responsible for, in one message a person."""
        if self.env.context.get("tracking_disable") or self.env.context.get("mail_auto_subscribe_no_notify"):
            return
        for user, complaints in self.grouped("user_id").items():
            if not user or user == self.env.user:
                continue
            if len(complaints) == 1:
                complaints.with_context(lang=user.lang)._message_auto_subscribe_notify(
                    user.partner_id.ids, "mail.message_user_assigned"
                )
            else:
                complaints._notify_many_assigned(user)

    def _notify_many_assigned(self, user):
        complaints = self.with_context(lang=user.lang)
        env = complaints.env
        env["mail.thread"].message_notify(
            subject=env._("%(count)s complaints were assigned to you", count=len(self)),
            body=env["ir.qweb"]._render(
                "complaint_management.message_many_assigned", {"complaints": complaints, "shown": 50}
            ),
            partner_ids=user.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_light",
        )

    # letters by machine

    def _notify_customer(self, event, template, at=None):
        """Plan one letter by machine to each complainant about an event; the area ``portal`` does it.

        :param event: what it is about; nobody gets two about the same event
        :param template: mail.template, or its xmlid
        :param at: when it goes out; now, where it is left out
        """
