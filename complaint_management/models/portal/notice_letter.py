import base64

from odoo import fields, models
from odoo.tools.mail import formataddr

LAYOUT = "complaint_management.mail_layout_customer"
#: No robot answers these, as far as it keeps to rules (RFC 3834, and Exchange's own).
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
TEMPLATE_FIELDS = {
    "attachment_ids",
    "body_html",
    "email_from",
    "mail_server_id",
    "reply_to",
    "report_template_ids",
    "subject",
}


def generate_letter(template, record, lang):
    """Return what a template makes of one record, as ``_generate_template`` does.

    :param str lang: language of whoever reads it
    """
    template = template.with_context(template_preview_lang=lang)
    return template._generate_template(record.ids, TEMPLATE_FIELDS)[record.id]


def letter_values(values, company, sender, lang):
    """Return the values with which ``message_post`` sends a letter by machine, but for whom it goes to.

    It comes from the company and not from whoever works here.

    :param dict values: as :func:`generate_letter` returns them
    :param str sender: where the template names none
    :param str lang: language of whoever reads it
    """
    more = {fname: values[fname] for fname in ("mail_server_id", "reply_to") if values.get(fname)}
    return {
        "body": values.get("body_html") or "",
        "message_type": "auto_comment",
        "subtype_xmlid": "mail.mt_comment",
        "author_id": company.partner_id.id,
        "email_from": values.get("email_from") or sender,
        "email_layout_xmlid": LAYOUT,
        "email_add_signature": False,
        "attachments": [(name, base64.b64decode(data)) for name, data in values.get("attachments") or ()],
        "attachment_ids": values.get("attachment_ids"),
        "force_email_company": company,
        "force_email_lang": lang,
        "force_send": False,
        "mail_headers": dict(HEADERS),
        "notify_skip_followers": True,
        **more,
    }


def company_sender(company, address=None):
    """Return the sender of letters by machine: the company, at an address or at its own."""
    address = (
        address
        or company.partner_id.email_normalized
        or company.alias_domain_id.default_from_email
        or company.catchall_email
    )
    return formataddr((company.name, address)) if address else company.partner_id.email_formatted


class ComplaintNoticeQueue(models.AbstractModel):
    """Writing one letter: whether it still makes sense, to whom, by whom, and in which language."""

    _inherit = "complaint.notice.queue"

    #: What the template of a kind of event takes from its context: the id that ends the event's name.
    _event_records = {}

    def _send(self):
        """Write the letter, or note why it is not written."""
        self.ensure_one()
        host = self._get_host()
        reason = self._get_skip_reason()
        if reason:
            self._skip(reason)
        else:
            if self._get_kind() == "link" and host._is_link_over():
                # Only now: whoever asks for a link cannot make that of the customer useless.
                host._renew_access_token()
            address = host._get_letter_address()
            message = host._post_notice(self.template_id.with_context(**self._get_template_context()))
            self.write(
                {
                    "state": "sent",
                    "sent_at": fields.Datetime.now(),
                    "address": address,
                    "message_id": message.id,
                }
            )
            self._was_sent(message)
        self._after_try()

    def _get_template_context(self):
        """Return what the template takes from its context: the record that the event is about."""
        name = self._event_records.get(self._get_kind())
        return {name: self._get_event_id()} if name else {}

    def _was_sent(self, message):
        """Do what follows from a letter that goes out.

        :param message: mail.message
        """

    def _after_try(self):
        """Do what follows whether it went out or not."""

    # whether it still makes sense

    def _get_skip_reason(self):
        """Return why nothing is written any more, or False."""
        self.ensure_one()
        host = self._get_host()
        if not self.template_id:
            return "no_template"
        refusal = self._get_early_refusal() or host._get_letter_refusal()
        if refusal:
            return refusal
        if not host.active or (host._is_over_for_letters() and not self._is_for_ended()):
            return "ended"
        check = getattr(self, f"_get_skip_reason_of_{self._get_kind()}", None)
        return check(host) if check else False

    def _get_early_refusal(self):
        """Return why nothing is written whatever the address is, or False."""
        return False

    def _is_for_ended(self):
        """Tell whether it goes out although the record has ended."""
        return False


class ComplaintCustomerSide(models.AbstractModel):
    _inherit = "complaint.customer.side"

    def _post_notice(self, template):
        """Write a letter by machine to the customer of one record, and to nobody else.

        It stands in the chatter, comes from the company and not from whoever works here, and is answered to
        the team's address.

        :param template: mail.template
        :return: mail.message
        """
        self.ensure_one()
        lang = self._get_notice_language(template)
        record = self.with_company(self.company_id).with_context(lang=lang, mail_post_autofollow=False)
        template = template.with_env(record.env(context={**template.env.context, "lang": lang}))
        values = generate_letter(template, self, lang)
        subject = " ".join((values.get("subject") or "").split())
        number = self._get_letter_number()
        if number not in subject:
            subject = f"{number}: {subject}" if subject else number
        customer = self.partner_id
        # An address without a contact stays one.
        to = (
            {"partner_ids": customer.ids}
            if customer.email
            else {"outgoing_email_to": self._get_letter_address()}
        )
        letter = letter_values(values, self.company_id, self._get_notice_sender(), lang)
        return record.message_post(subject=subject, **to, **letter)

    def _send_letter(self, subject, body, lang, **message):
        """Who wrote a letter stands in the chatter; to the customer it comes from us, no person."""
        self.ensure_one()
        record_sudo = self.sudo()
        company = record_sudo.company_id
        ours = {
            "author_id": self.env.user.partner_id.id,
            "email_from": record_sudo._get_notice_sender(),
            "reply_to": record_sudo._notify_get_reply_to(author_id=company.partner_id.id)[self.id],
        }
        return super()._send_letter(subject, body, lang, **{**ours, **message})

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """An answer to a letter by machine is read in the record: the gateway would send it on to its author,
        which is the company.
        """
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if message.message_type != "email":
            return recipients
        ours = self.sudo().company_id.partner_id.ids
        return [recipient for recipient in recipients if recipient["id"] not in ours]

    def _get_letter_number(self):
        """Return the number by which a letter is known again; it stands in the subject."""
        return self.number or ""

    def _is_over_for_letters(self):
        """Tell whether only what belongs to the end is still written."""
        return bool(self.closed_at)

    def _get_notice_language(self, template):
        """Return the language of a letter: what the template says, else that of the customer."""
        self.ensure_one()
        lang = template.lang and template._render_lang(self.ids)[self.id]
        known = lang and lang in dict(self.env["res.lang"].get_installed())
        return lang if known else self._get_customer_language()

    def _get_team_address(self):
        """Return the address of the team that takes answers to letters, if it has one."""
        return self.team_id.alias_email

    def _get_notice_sender(self):
        """Return the sender of letters by machine: the company, at the address of the team or its own."""
        self.ensure_one()
        return company_sender(self.company_id, self._get_team_address())
