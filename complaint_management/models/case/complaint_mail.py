from odoo import api, models
from odoo.tools import email_normalize, email_normalize_all, email_split, html2plaintext

#: Longest subject taken over from a mail; the whole of it stays in the message.
MAX_SUBJECT = 250


class ComplaintMail(models.Model):
    """Complaints by mail, and who is told what about a complaint."""

    _inherit = "complaint.complaint"

    # gateway

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a complaint of a mail to a team's address; the company is that of the address."""
        values = dict(custom_values or {})
        team = self.env["complaint.team"].sudo().browse(values.get("team_id")).exists()
        company = team.company_id or self.env.company
        subject = " ".join((msg_dict.get("subject") or "").split())
        channel = self.env.ref("complaint_management.complaint_channel_email", raise_if_not_found=False)
        sender = email_split(msg_dict.get("email_from") or "")
        name = (msg_dict.get("email_from") or "").split("<")[0].strip(' "')
        author = self.env["res.partner"].browse(msg_dict.get("author_id"))
        values.update(
            {
                "name": subject[:MAX_SUBJECT] or self.env._("(no subject)"),
                "company_id": company.id,
                "description": html2plaintext(msg_dict.get("body") or "").strip() or subject,
                "channel_id": channel.id if channel else False,
                "user_id": False,
                "received_by_id": False,
                # A colleague who forwards a customer's mail is not the complainant.
                "partner_id": author.id if author and not self._is_own_user(author) else False,
                "partner_name": author.name or name or (sender[0] if sender else False),
            }
        )
        self = self.with_company(company).with_context(default_user_id=False, default_received_by_id=False)
        return super(ComplaintMail, self).message_new(msg_dict, values)

    @api.model
    def _is_own_user(self, partner):
        return any(not user.share for user in partner.sudo().user_ids)

    @api.model
    def _detect_loop_sender_domain(self, email_from_normalized):
        # The indexed column: the core's ``ilike`` would read the whole table.
        return [("email_normalized", "=", email_from_normalized)]

    def _is_participant(self, msg_dict):
        """Tell whether the sender of a mail takes part in this complaint.

        Participants are the complainant, their company's people and whoever they speak for, the
        followers, colleagues who may read the case, and everybody to whom a mail on it was sent.

        :param dict msg_dict: a mail as the gateway parsed it
        :return: bool
        """
        self.ensure_one()
        address = email_normalize(msg_dict.get("email_from") or "", strict=False)
        if not address:
            return False
        known = {self.email_normalized}
        known.update(email_normalize_all(self.email_cc or ""))
        family = (self.partner_id | self.on_behalf_of_id).commercial_partner_id
        people = self.partner_id | self.on_behalf_of_id | self.message_partner_ids
        known.update(people.mapped("email_normalized"))
        if address in known:
            return True
        senders = self.env["res.partner"].search([("email_normalized", "=", address)])
        if any(sender.commercial_partner_id in family for sender in senders if sender.commercial_partner_id.is_company):
            return True
        if any(self.with_user(user).has_access("read") for user in senders.user_ids if not user.share):
            return True
        messages = self.message_ids.filtered(lambda message: message.message_type in ("email", "comment"))
        addressed = {
            *email_normalize_all(", ".join(message.incoming_email_to or "" for message in messages)),
            *email_normalize_all(", ".join(message.incoming_email_cc or "" for message in messages)),
            *messages.partner_ids.mapped("email_normalized"),
        }
        return address in addressed

    def _log_automatic_reply(self, msg_dict):
        """Keep a note of an automatic reply, which nobody is told of and nothing answers."""
        for complaint in self:
            complaint._message_log(
                body=self.env._(
                    "Automatic reply from %(sender)s: %(subject)s",
                    sender=msg_dict.get("email_from") or "?",
                    subject=msg_dict.get("subject") or "",
                )
            )

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
        for user, complaints in self.grouped("user_id").items():
            if user and not self.env.context.get("tracking_disable"):
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
        listing = self.with_context(lang=user.lang)
        self.env["mail.thread"].with_context(lang=user.lang).message_notify(
            subject=listing.env._("%(count)s complaints were assigned to you", count=len(self)),
            body=self.env["ir.qweb"]._render(
                "complaint_management.message_many_assigned", {"complaints": listing, "shown": 50}
            ),
            partner_ids=user.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _track_template(self, changes):
        """A stage may send the complainant a mail that the company wrote."""
        templates = super()._track_template(changes)
        complaint = self[:1]
        if "stage_id" in changes and complaint.stage_id.mail_template_id:
            templates["stage_id"] = (
                complaint.stage_id.mail_template_id,
                {"auto_delete_keep_log": False, "email_layout_xmlid": "mail.mail_notification_light"},
            )
        return templates
