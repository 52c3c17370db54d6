import re

from markupsafe import Markup

from odoo import models

#: What makes a link the complainant's own: a uuid, as ``complaint_link.py`` makes it, and the proof that
#: somebody reads the mail of an address, as ``form_confirmation.py`` does.
_TOKENS = (
    re.compile(r"(/my/(?:complaints|service)/\d+)\?access_token=[0-9a-fA-F-]{36}"),
    re.compile(r"(/complaint/confirm/\d+)/[0-9a-fA-F]{64}"),
)
#: What a person or a machine wrote for others to read, not what only the record tells.
SAID_TYPES = ("auto_comment", "comment", "email", "email_outgoing")


def without_tokens(text):
    """Return a text in which the links to customers' pages carry no token any more.

    :param text: str or Markup
    """
    if not text or not ("access_token=" in text or "/complaint/confirm/" in text):
        return text
    bare = str(text)
    for token in _TOKENS:
        bare = token.sub(r"\1", bare)
    return type(text)(bare)


class ComplaintCustomerSide(models.AbstractModel):
    """Mail to the customer: its link is theirs alone, and mail programs show it as one conversation.

    With the token anybody is the customer. So it stands in the mail to them and nowhere else: not in the
    chatter that colleagues read, nor in a dialog, nor in what the customer quotes in an answer.
    """

    _inherit = "complaint.customer.side"

    def _message_create(self, values_list):
        return super()._message_create(
            [
                {**values, "body": without_tokens(values["body"])} if values.get("body") else values
                for values in values_list
            ]
        )

    def _notify_by_email_render_layout(self, message, recipients_group, msg_vals=False, render_values=None):
        body = super()._notify_by_email_render_layout(
            message, recipients_group, msg_vals=msg_vals, render_values=render_values
        )
        if len(self) != 1 or not self._is_customer_alone(recipients_group):
            return body
        for path, get_link in self._get_link_pages().items():
            page = f"{self.get_base_url()}{path}"
            if page in body:
                link = get_link()
                # A function, so that nothing in the link is taken for a reference to a group.
                body = re.sub(rf"{re.escape(page)}(?![\w/?-])", lambda _match, link=link: link, str(body))
        return Markup(body)

    def _get_link_pages(self):
        """Return ``{path of a page: what makes the customer's link to it}``."""
        return {self._get_customer_path(): self._get_customer_link}

    def _is_customer_alone(self, recipients_group):
        """Tell whether a mail goes to the customer, and to nobody beside them."""
        ids, addresses = recipients_group["recipients_ids"], recipients_group["recipients_emails"]
        if ids:
            return not addresses and list(ids) == self.sudo().partner_id.ids
        return len(addresses) == 1 and addresses[0] == self._get_stated_address()

    def _notify_by_email_get_base_mail_values(self, message, recipients_data, additional_values=None):
        """What outsiders read refers to what they got before, and never to notes of ours."""
        if not self or message.subtype_id.internal or message.message_type not in SAID_TYPES:
            return super()._notify_by_email_get_base_mail_values(message, recipients_data, additional_values)
        ids = self._get_conversation_ids(message)
        values = dict(additional_values or {})
        if ids:
            values["headers"] = {**(values.get("headers") or {}), "In-Reply-To": ids[-1]}
        values = super()._notify_by_email_get_base_mail_values(message, recipients_data, values)
        return {**values, "references": " ".join([*ids, message.message_id])}

    def _get_conversation_ids(self, message):
        """Return the Message-Ids of the first and the last messages that outsiders read before one."""
        said = [
            ("model", "=", self._name),
            ("res_id", "=", self.id),
            ("id", "<", message.id),
            ("message_type", "in", SAID_TYPES),
            ("subtype_id", "!=", False),
            ("subtype_id.internal", "=", False),
            ("is_internal", "=", False),
            ("message_id", "!=", False),
        ]
        Message = self.env["mail.message"].sudo()
        last = Message.search_fetch(said, ["message_id"], order="id DESC", limit=3)
        first = Message.search_fetch(said, ["message_id"], order="id", limit=1) if len(last) == 3 else last
        return (first | last).sorted("id").mapped("message_id")


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    def _get_link_pages(self):
        return {**super()._get_link_pages(), f"/complaint/confirm/{self.id}": self._get_confirm_link}

    def _render_letter_template(self, xmlid, **context):
        letters = super()._render_letter_template(xmlid, **context)
        return {
            complaint_id: (subject, without_tokens(body), lang)
            for complaint_id, (subject, body, lang) in letters.items()
        }
