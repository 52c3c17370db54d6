from itertools import chain

from markupsafe import Markup

from odoo import api, models
from odoo.tools import email_normalize, email_normalize_all
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
    """Complaints by mail: what a mail becomes, and who may write into a complaint."""

    _inherit = "complaint.complaint"

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

    def _log_automatic_mail(self, msg_dict, kind):
        """Keep a note of a participant's automatic reply or of a delivery report.

        Nobody is told and nothing answers.
        """
        for complaint in self:
            sender, subject = msg_dict.get("email_from") or "?", msg_dict.get("subject") or ""
            if kind == AUTO_REPLY:
                if not complaint._is_participant(sender):
                    continue
                title = self.env._(
                    "Automatic reply from %(sender)s: %(subject)s", sender=sender, subject=subject
                )
            else:
                title = self.env._(
                    "Delivery report from %(sender)s: %(subject)s", sender=sender, subject=subject
                )
            text = plain_text(msg_dict.get("body"))[:MAX_NOTE]
            complaint._message_log(body=Markup("<p>%s</p><pre>%s</pre>") % (title, text))

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

    # participants

    def _is_participant(self, email_from):
        """Tell whether the sender of a mail takes part in this complaint.

        Participants are the complainant, their company's people and whoever they speak for, the
        followers, colleagues who may read the case, and everybody who wrote on it or to whom a mail
        on it was sent. The employee concerned is none, whatever else they are.

        :param str email_from: the sender as the mail names it
        :return: bool
        """
        self.ensure_one()
        address = email_normalize(email_from or "", strict=False)
        if not address or address in self._get_excluded_addresses():
            return False
        family = (self.partner_id | self.on_behalf_of_id).commercial_partner_id
        people = self.partner_id | self.on_behalf_of_id | self.message_partner_ids
        known = {
            self.email_normalized,
            *people.mapped("email_normalized"),
            *email_normalize_all(self.email_cc),
        }
        if address in known:
            return True
        senders = self.env["res.partner"].search([("email_normalized", "=", address)])
        if senders.commercial_partner_id.filtered("is_company") & family:
            return True
        colleagues = senders.user_ids.filtered(lambda user: not user.share)
        if colleagues:
            return any(self._is_readable_by(user) for user in colleagues)
        return address in self._get_correspondents()

    def _get_excluded_addresses(self):
        """Return the addresses of the employees concerned, at work and at home."""
        people, employees = self._get_excluded_partners(), self.sudo().employee_ids
        addresses = people.mapped("email"), employees.mapped("work_email"), employees.mapped("private_email")
        return set(email_normalize_all(",".join(filter(None, chain(*addresses)))))

    def _get_correspondents(self):
        """Return the addresses of everybody who wrote on this complaint or was written to."""
        fnames = ("email_from", "incoming_email_to", "incoming_email_cc", "outgoing_email_to")
        domain = [("model", "=", self._name), ("res_id", "=", self.id)]
        messages = self.env["mail.message"].sudo().search_fetch(domain, [*fnames, "author_id", "partner_ids"])
        written = [value for fname in fnames for value in messages.mapped(fname) if value]
        people = messages.author_id | messages.partner_ids
        return {*email_normalize_all(",".join(written)), *people.mapped("email_normalized")}
