import base64

from odoo import fields, models
from odoo.tools.mail import formataddr

from ...tools import process
from .notice import EVENT_RECORDS

LAYOUT = "complaint_management.mail_layout_customer"
#: These go out whether or not the address was confirmed: they ask for it.
ASKING = {"confirm"}
#: What is written about a complaint that has ended: its end, and what belongs to it.
AFTER_END = {"closed", "handover", "link", "missed", "result"}
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


class ComplaintNotice(models.Model):
    """Writing one letter: whether it still makes sense, to whom, by whom, and in which language."""

    _inherit = "complaint.notice"

    def _send(self):
        """Write the letter, or note why it is not written."""
        self.ensure_one()
        complaint = self.complaint_id
        reason = self._get_skip_reason()
        if reason:
            self._skip(reason)
        else:
            if self._get_kind() == "link" and complaint._is_link_over():
                # Only now: whoever asks for a link cannot make that of the complainant useless.
                complaint._renew_access_token()
            address = complaint._get_letter_address()
            message = complaint._post_notice(self.template_id.with_context(**self._get_template_context()))
            self.write(
                {
                    "state": "sent",
                    "sent_at": fields.Datetime.now(),
                    "address": address,
                    "message_id": message.id,
                }
            )
        if self._get_kind() == "progress" and not complaint.closed_at:
            complaint._plan_progress(self._get_event_id() + 1)

    def _get_template_context(self):
        """Return what the template takes from its context: the record that the event is about."""
        name = EVENT_RECORDS.get(self._get_kind())
        return {name: self._get_event_id()} if name else {}

    # whether it still makes sense

    def _get_skip_reason(self):
        """Return why nothing is written any more, or False."""
        self.ensure_one()
        complaint, kind = self.complaint_id, self._get_kind()
        if not self.template_id:
            return "no_template"
        if complaint.duplicate_of_id:
            return "merged"
        if not complaint.email_confirmed and kind not in ASKING:
            return "unconfirmed"
        refusal = complaint._get_letter_refusal()
        if refusal:
            return refusal
        if not complaint.active or (complaint.closed_at and not self._is_for_ended()):
            return "ended"
        check = getattr(self, f"_get_skip_reason_of_{kind}", None)
        return check(complaint) if check else False

    def _is_for_ended(self):
        kind = self._get_kind()
        if kind == "stage":
            stage = self.env["complaint.stage"].browse(self._get_event_id()).exists()
            return stage.step in process.ENDS
        return kind in AFTER_END

    def _get_skip_reason_of_received(self, complaint):
        silent = self.env["complaint.channel"]._get_ids_without("acknowledge")
        return complaint.channel_id.id in silent and "off"

    def _get_skip_reason_of_stage(self, complaint):
        # On the board a card is dropped into the wrong column in a moment, and taken back in the next.
        there = complaint.stage_id.id == self._get_event_id()
        return (not there or complaint.reopen_count != self._get_event_round()) and "over"

    def _get_skip_reason_of_closed(self, complaint):
        same = complaint.step == "closed" and complaint.reopen_count == self._get_event_id()
        return not same and "over"

    def _get_skip_reason_of_progress(self, complaint):
        return not complaint.company_id.complaint_progress_days and "off"

    def _get_skip_reason_of_missed(self, complaint):
        followup = self.env["complaint.followup"].browse(self._get_event_id()).exists()
        reached = complaint._get_round_followups().filtered(
            lambda call: call.id > followup.id and call.result and call.result != "not_reached"
        )
        return (not followup or reached or complaint.reopen_count != followup.round) and "over"

    def _get_skip_reason_of_proposal(self, complaint):
        solution = self.env["complaint.solution"].browse(self._get_event_id()).exists()
        return solution.state != "offered" and "over"

    def _get_skip_reason_of_result(self, complaint):
        told = complaint.result_reported_at and complaint.reopen_count == self._get_event_id()
        return (not told or complaint.confirmation in ("signed", "paper")) and "over"


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    def _post_notice(self, template):
        """Write a letter by machine to the complainant of one complaint, and to nobody else.

        It stands in the chatter, comes from the company and not from whoever works here, and is answered to
        the team's address.

        :param template: mail.template
        :return: mail.message
        """
        self.ensure_one()
        lang = self._get_notice_language(template)
        complaint = self.with_company(self.company_id).with_context(lang=lang, mail_post_autofollow=False)
        template = template.with_env(complaint.env(context={**template.env.context, "lang": lang}))
        values = template.with_context(template_preview_lang=lang)._generate_template(
            self.ids, TEMPLATE_FIELDS
        )[self.id]
        subject = " ".join((values.get("subject") or "").split())
        if self.number not in subject:
            subject = f"{self.number}: {subject}" if subject else self.number
        customer = self.partner_id
        # An address without a contact stays one.
        to = (
            {"partner_ids": customer.ids}
            if customer.email
            else {"outgoing_email_to": self._get_letter_address()}
        )
        more = {fname: values[fname] for fname in ("mail_server_id", "reply_to") if values.get(fname)}
        return complaint.message_post(
            subject=subject,
            body=values.get("body_html") or "",
            message_type="auto_comment",
            subtype_xmlid="mail.mt_comment",
            author_id=self.company_id.partner_id.id,
            email_from=values.get("email_from") or self._get_notice_sender(),
            email_layout_xmlid=LAYOUT,
            email_add_signature=False,
            attachments=[(name, base64.b64decode(data)) for name, data in values.get("attachments") or ()],
            attachment_ids=values.get("attachment_ids"),
            force_email_company=self.company_id,
            force_email_lang=lang,
            force_send=False,
            mail_headers=dict(HEADERS),
            notify_skip_followers=True,
            **to,
            **more,
        )

    def _send_letter(self, subject, body, lang, **message):
        """Who wrote a letter stands in the chatter; to the complainant it comes from us, no person."""
        self.ensure_one()
        complaint_sudo = self.sudo()
        company = complaint_sudo.company_id
        ours = {
            "author_id": self.env.user.partner_id.id,
            "email_from": complaint_sudo._get_notice_sender(),
            "reply_to": complaint_sudo._notify_get_reply_to(author_id=company.partner_id.id)[self.id],
        }
        return super()._send_letter(subject, body, lang, **{**ours, **message})

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """An answer to a letter by machine is read in the case: the gateway would send it on to its author,
        which is the company.
        """
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if message.message_type != "email":
            return recipients
        ours = self.sudo().company_id.partner_id.ids
        return [recipient for recipient in recipients if recipient["id"] not in ours]

    def _get_notice_language(self, template):
        """Return the language of a letter: what the template says, else that of the complainant."""
        self.ensure_one()
        lang = template.lang and template._render_lang(self.ids)[self.id]
        known = lang and lang in dict(self.env["res.lang"].get_installed())
        return lang if known else self._get_customer_language()

    def _get_notice_sender(self):
        """Return the sender of letters by machine: the company, at the address of the team or its own."""
        self.ensure_one()
        company = self.company_id
        address = (
            self.team_id.alias_email
            or company.partner_id.email_normalized
            or company.alias_domain_id.default_from_email
            or company.catchall_email
        )
        return formataddr((company.name, address)) if address else company.partner_id.email_formatted
