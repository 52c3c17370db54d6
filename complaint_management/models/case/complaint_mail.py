from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import email_normalize
from odoo.tools.mail import email_split_tuples, formataddr

from ...tools.automatic_mail import AUTO_REPLY
from ...tools.mail_text import forwarded_senders, plain_text

#: Longest subject taken over from a mail; the whole of it stays in the message.
MAX_SUBJECT = 250
#: Longest text taken over; beyond it lie attached novels and attacks, kept in the message as well.
MAX_TEXT = 50_000
#: Longest text of an automatic reply that its note keeps.
MAX_NOTE = 2_000
#: Longest address there is (RFC 5321, 4.5.3.1).
MAX_ADDRESS = 254


class ComplaintMail(models.Model):
    """Complaints by mail: what a mail becomes."""

    _inherit = "complaint.complaint"

    mail_loop_at = fields.Datetime(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)

    # gateway

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a complaint of a mail to a team's address; the company is that of the address.

        Nobody is responsible and nobody has received it, whoever the gateway runs as: the first
        person who takes it becomes the first receiver (IN-5).
        """
        custom_values = custom_values or {}
        team = self.env["complaint.team"].sudo().browse(custom_values.get("team_id"))
        company = (
            team.company_id
            or self.env["res.company"].browse(custom_values.get("company_id"))
            or self.env.company
        )
        self = self.with_company(company)
        subject = " ".join((msg_dict.get("subject") or "").split())
        text = plain_text(msg_dict.get("body"))
        name, address, partner = self._get_complainant(msg_dict, subject, text, company)
        values = {
            "name": (subject or text.partition("\n")[0] or self.env._("(no subject)"))[:MAX_SUBJECT],
            "description": text[:MAX_TEXT] or subject,
            "channel_id": self._get_mail_channel_id(),
            "user_id": False,
            "received_by_id": False,
            "partner_id": partner.id,
            "partner_name": partner.name or name or address or False,
            **custom_values,
            "company_id": company.id,
        }
        # What it answers is no matter of the new complaint.
        msg_dict.pop("is_internal", None)
        msg_values = {
            **msg_dict,
            "email_from": address,
            "cc": msg_dict.get("cc_filtered", msg_dict.get("cc")),
        }
        return super().message_new(msg_values, values)

    @api.model
    def _get_mail_channel_id(self):
        return self.env["ir.model.data"]._xmlid_to_res_id(
            "complaint_management.complaint_channel_email", raise_if_not_found=False
        )

    @api.model
    def _get_complainant(self, msg_dict, subject, text, company):
        """Return name, address and contact of who complains in a mail; each may be false.

        A colleague who passes a customer's mail on is not the complainant: the customer is looked
        for in what is passed on.
        """
        author = self.env["res.partner"].browse(msg_dict.get("author_id"))
        if not self._is_own_user(author):
            name, address = self._split_sender(msg_dict.get("email_from"))
            if author.company_id and author.company_id != company:
                author = self._find_sender(address, company)
            return name, address, author
        for sender in forwarded_senders(subject, text):
            name, address = self._split_sender(sender)
            partner = self._find_sender(address, company)
            if email_normalize(address) and not self._is_own_user(partner):
                return name, address, partner
        return False, False, self.env["res.partner"]

    @api.model
    def _split_sender(self, sender):
        sender = (sender or "").strip()
        name, address = next(iter(email_split_tuples(sender)), ("", sender))
        return name[:MAX_SUBJECT], address[:MAX_ADDRESS]

    @api.model
    def _find_sender(self, address, company):
        """Return the contact with an address that the company may know, its own before a shared one."""
        normalized = email_normalize(address or "", strict=False)
        if not normalized:
            return self.env["res.partner"]
        domain = [("email_normalized", "=", normalized), ("company_id", "in", (False, company.id))]
        return self.env["res.partner"].search(domain, order="company_id, id", limit=1)

    @api.model
    def _is_own_user(self, partner):
        return any(not user.share for user in partner.sudo().user_ids)

    @api.model
    def _detect_loop_sender_domain(self, email_from_normalized):
        """Count what a sender sent by the indexed column; the core's ``ilike`` would read the whole table."""
        if not email_from_normalized:
            # Without an address every complaint without an address would count.
            return []
        return [
            ("email_normalized", "=", email_from_normalized),
            ("channel_id", "=", self._get_mail_channel_id()),
        ]

    def _note_loop(self, sender):
        """Note that so many mails came from one sender that further ones are not taken for a while.

        :param str sender: as the mail names them
        :return: False where that is noted already; whoever it is was told then
        """
        self.ensure_one()
        complaint_sudo = self.sudo()
        if complaint_sudo.mail_loop_at and complaint_sudo.mail_loop_at > self._get_loop_begin():
            return False
        complaint_sudo.with_context(tracking_disable=True).mail_loop_at = fields.Datetime.now()
        complaint_sudo._message_log(
            body=self.env._(
                "Too many mails from %(sender)s in a short time: for a while, no more are taken.",
                sender=sender,
            )
        )
        return True

    @api.model
    def _get_loop_begin(self):
        """Return since when the gateway counts the mails of a sender."""
        minutes = int(self.env["ir.config_parameter"].sudo().get_param("mail.gateway.loop.minutes", 120))
        return fields.Datetime.now() - timedelta(minutes=minutes)

    def _log_automatic_mail(self, msg_dict, kind):
        """Keep a note of a participant's automatic reply or of a delivery report.

        Nobody is told and nothing answers.
        """
        for complaint in self:
            if kind != AUTO_REPLY or complaint._is_participant(msg_dict.get("email_from")):
                complaint._note_automatic_mail(msg_dict, kind)

    def _note_automatic_mail(self, msg_dict, kind):
        self.ensure_one()
        sender, subject = msg_dict.get("email_from") or "?", msg_dict.get("subject") or ""
        if kind == AUTO_REPLY:
            title = self.env._("Automatic reply from %(sender)s: %(subject)s", sender=sender, subject=subject)
        else:
            title = self.env._("Delivery report from %(sender)s: %(subject)s", sender=sender, subject=subject)
        text = plain_text(msg_dict.get("body"))[:MAX_NOTE]
        self._message_log(body=Markup("<p>%s</p><pre>%s</pre>") % (title, text))

    def _prepare_reply_route(self, msg_dict, route):
        """Return the route by which the gateway takes the reply of a participant; areas may change it.

        :param dict msg_dict: the reply as the gateway reads it
        :param tuple route: model, id, values for a new record, user id and alias
        """
        self.ensure_one()
        return route[0], self.id, *route[2:]

    def message_update(self, msg_dict, update_vals=None):
        """Take over who is in copy, but neither our own addresses nor the employee concerned."""
        excluded = self._get_excluded_addresses()
        cc = [
            formataddr((name, address))
            for name, address in email_split_tuples(msg_dict.get("cc_filtered") or "")
            if email_normalize(address) not in excluded
        ]
        return super().message_update({**msg_dict, "cc": ", ".join(cc)}, update_vals)

    def _create_attachments_for_post(self, values_list, extra_list):
        """Keep files as they came: they may be evidence (IN-11), and broken pictures would raise."""
        keeping = self.with_context(image_no_postprocess=True)
        return super(ComplaintMail, keeping)._create_attachments_for_post(values_list, extra_list)
