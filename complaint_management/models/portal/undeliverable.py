import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import email_normalize

from ...tools.automatic_mail import BOUNCE

#: How servers say that they go on trying.
_DELAY = re.compile(
    r"\bdelay|\bwarning\b|will (?:be retried|keep trying)|still trying|verzöger|retard|推迟|延迟|延遲",
    re.IGNORECASE,
)
_FAILED = re.compile(r"^Action:\s*(\w+)", re.IGNORECASE | re.MULTILINE)


def is_failure(message):
    """Tell whether a report says that a mail was not delivered, and will not be.

    A receipt for a mail that was read, or a notice that it takes longer, says nothing of the kind.

    :param email.message.EmailMessage message: the report
    """
    kinds = [part.get_content_type() for part in message.walk()]
    if "message/disposition-notification" in kinds or "message/feedback-report" in kinds:
        return False
    actions = [
        action.lower()
        for part in message.walk()
        if part.get_content_type() == "message/delivery-status"
        for action in _FAILED.findall(str(part))
    ]
    return "failed" in actions if actions else not _DELAY.search(str(message.get("Subject") or ""))


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """A complaint or an order is to know whether what bounced has failed for good."""
        failed = is_failure(email_message)
        marking = self.with_context(complaint_mail_failed=failed)
        result = super(MailThread, marking)._routing_handle_bounce(email_message, message_dict)
        if failed and not message_dict.get("bounced_email"):
            text = f"{email_message.get('X-Failed-Recipients') or ''} {message_dict.get('body') or ''}"
            for records in self._find_reported(message_dict):
                records._mark_if_named(text)
        return result

    @api.model
    def _find_reported(self, message_dict):
        """Return the records whose letters a report answers that does not say it as standards want.

        :return: list of recordsets, one for each model
        """
        answered = f"{message_dict.get('references') or ''} {message_dict.get('in_reply_to') or ''}"
        ids = re.findall(r"<[^<>\s]+>", answered)[-32:]
        models_told = self.env["complaint.customer.side"]._get_models_told()
        domain = [("message_id", "in", ids), ("model", "in", models_told)]
        messages = self.env["mail.message"].sudo().search(domain) if ids else self.env["mail.message"]
        return [
            self.env[model].sudo().browse(of_model.mapped("res_id")).exists()
            for model, of_model in messages.grouped("model").items()
        ]


class ComplaintCustomerSide(models.AbstractModel):
    """Where our letters come back, nobody goes on writing: somebody calls (peers.md 1.2)."""

    _inherit = "complaint.customer.side"

    bounced_email = fields.Char(
        string="Undeliverable Address",
        readonly=True,
        copy=False,
        help="What we wrote to this address came back. Another address is written to again.",
    )
    address_bounced = fields.Boolean(compute="_compute_address_bounced", export_string_translation=False)

    @api.depends("bounced_email", "partner_email", "partner_id.email")
    def _compute_address_bounced(self):
        for record in self:
            record.address_bounced = bool(
                record.bounced_email and record.bounced_email == record._get_stated_address()
            )

    def _get_letter_refusal(self):
        """Beside what else speaks against it: an address where nothing arrives, or nothing is wanted."""
        refusal = super()._get_letter_refusal()
        if refusal:
            return refusal
        address = self._get_stated_address()
        if address == self.sudo().bounced_email:
            return "bounced"
        if self.env["mail.blacklist"].sudo().search_count([("email", "=", address)], limit=1):
            return "blacklisted"
        return False

    def _message_receive_bounce(self, email, partner):
        """A report on one of our letters came back by the address for bounces."""
        super()._message_receive_bounce(email, partner)
        if self.env.context.get("complaint_mail_failed"):
            addresses = {email_normalize(email or "", strict=False), *partner.mapped("email_normalized")}
            self.filtered(lambda record: record._get_stated_address() in addresses)._mark_undeliverable()

    def _mark_if_named(self, text):
        """Mark the addresses that a report names.

        :param str text: what the report says
        """
        text = str(text or "").lower()
        self.filtered(
            # An address without an end would be found in others.
            lambda record: (
                (address := record._get_stated_address())
                and re.search(rf"(?<![\w.+-]){re.escape(address)}(?![\w-])", text)
            )
        )._mark_undeliverable()

    def _mark_undeliverable(self):
        """Nothing more goes to these addresses; whoever is responsible is to call, once."""
        for record_sudo in self.sudo():
            address = record_sudo._get_stated_address()
            if not address or record_sudo.bounced_email == address:
                continue
            record_sudo.with_context(tracking_disable=True).bounced_email = address
            record_sudo._message_log(
                body=self.env._("Mail to %(address)s comes back: the address does not work.", address=address)
            )
            record_sudo._plan_call_about_address(address)

    def _plan_call_about_address(self, address):
        person = self._get_heir(self.excluded_user_ids)
        if not person:
            return
        translated = self.with_context(lang=person.lang)
        self.with_context(complaint_nobody_follows=True).activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=person.id,
            summary=translated.env._("The e-mail address does not work: call the customer"),
            note=Markup("<p>%s</p>")
            % translated.env._(
                "Mail to %(address)s comes back. Until there is another address, nothing is sent: tell the "
                "customer by phone or by post, and ask for a better address.",
                address=address,
            ),
        )

    def _message_post_after_hook(self, message, msg_values):
        """An address from which mail arrives works again."""
        result = super()._message_post_after_hook(message, msg_values)
        record_sudo = self.sudo()
        if (
            record_sudo.bounced_email
            and message.message_type == "email"
            and email_normalize(message.email_from or "", strict=False) == record_sudo.bounced_email
        ):
            record_sudo.with_context(tracking_disable=True).bounced_email = False
        return result


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    def _log_automatic_mail(self, msg_dict, kind):
        """A report on one of our letters came back as an answer."""
        super()._log_automatic_mail(msg_dict, kind)
        if kind != BOUNCE or _DELAY.search(msg_dict.get("subject") or ""):
            return
        self._mark_if_named(msg_dict.get("body"))
