from urllib.parse import urlsplit

from odoo import models
from odoo.fields import Domain
from odoo.tools import email_normalize, email_normalize_all, formatLang

from ...tools.customer_body import customer_body

#: What people write and what is sent by machine to somebody; not what is noted or tracked.
SHOWN_TYPES = ("comment", "email", "email_outgoing", "auto_comment")
#: So many messages a page shows at first, the latest of them.
FIRST_MESSAGES = 50
#: What is read of a file's record; its content is not.
FILE_FIELDS = ["name", "mimetype", "file_size", "type"]


class ComplaintPortalMessages(models.AbstractModel):
    """What the customer wrote or was sent: these messages and files they may read, and no others.

    It does not matter who follows the record or which kind of message it is: what colleagues wrote to each
    other is not the customer's, nor what was written to a customer who was entered here before (IN-1).
    """

    _inherit = "complaint.customer.side"

    def _get_customer_messages(self, domain=Domain.TRUE, limit=None):
        """Return the messages that the customer may read, the oldest first.

        :param domain: which of them
        :param int limit: so many, the latest
        :return: mail.message, as the superuser
        """
        self.ensure_one()
        partner, address, name = self._get_customer_keys()
        theirs = Domain.FALSE
        if partner:
            theirs |= (
                Domain("author_id", "=", partner.id)
                | Domain("partner_ids", "in", partner.ids)
                | Domain("notification_ids.res_partner_id", "in", partner.ids)
            )
        if address:
            written = Domain("email_from", "ilike", address)
            theirs |= Domain("outgoing_email_to", "ilike", address)
            theirs |= written if not partner else Domain("author_id", "=", False) & written
        elif name:
            theirs |= Domain("author_id", "=", False) & Domain("email_from", "=", name)
        messages = (
            self.env["mail.message"]
            .sudo()
            .search_fetch(
                Domain("model", "=", self._name)
                & Domain("res_id", "=", self.id)
                & Domain("message_type", "in", SHOWN_TYPES)
                & Domain("is_internal", "=", False)
                & Domain("subtype_id.internal", "=", False)
                & Domain("subtype_id", "!=", False)
                & theirs
                & domain,
                ["author_id", "body", "date", "email_from", "outgoing_email_to", "subject"],
                order="date desc, id desc",
                limit=limit,
            )
        )
        return messages.filtered(self._is_customer_message)[::-1]

    def _get_customer_keys(self):
        """Return contact, address and name by which the customer's messages are known.

        The name counts for those who came by a link alone, without contact and address.
        """
        return self.sudo().partner_id, self._get_stated_address(), False

    def _is_customer_message(self, message):
        """Tell whether a message found by its addresses is really to or from the customer.

        Searching finds an address also within a longer one.
        """
        partner, address, _name = self._get_customer_keys()
        if self._is_by_customer(message):
            return True
        if partner and (partner in message.partner_ids or partner in message.notified_partner_ids):
            return True
        return bool(address) and address in email_normalize_all(message.outgoing_email_to or "")

    def _is_by_customer(self, message):
        """Tell whether the customer wrote a message."""
        partner, address, name = self._get_customer_keys()
        if partner and message.author_id:
            return message.author_id == partner
        if address:
            return email_normalize(message.email_from or "", strict=False) == address
        return bool(name) and not message.author_id and message.email_from == name

    def _get_customer_name(self):
        """Return the customer's name as it stands on the record."""
        return self.sudo().partner_id.name or ""

    def _get_customer_file(self, file_id):
        """Return one file of the messages that the customer may read.

        :param int file_id: as it came in the address
        :return: ir.attachment as the superuser; empty where it is not theirs
        """
        self.ensure_one()
        messages = self._get_customer_messages(Domain("attachment_ids", "in", [file_id]))
        return messages.attachment_ids.filtered(lambda file: file.id == file_id and file.type == "binary")

    def _get_portal_messages(self, role, token=False, limit=FIRST_MESSAGES):
        """Return what the page shows of the messages, as plain values in the language of the page.

        :param str role: as ``_open_for_customer`` says it
        :param str token: goes into the addresses of the files
        :param int limit: so many, the latest; None for all
        :return: ``{"messages": list, "earlier": bool, "own_files": list}``
        """
        self.ensure_one()
        messages = self._get_customer_messages(limit=limit and limit + 1)
        earlier = bool(limit) and len(messages) > limit
        if earlier:
            messages = messages[-limit:]
        messages.attachment_ids.fetch(FILE_FIELDS)
        # Links in letters to the customer open more than whoever looks on may see.
        onlooker = role not in ("owner", "link")
        own_host = urlsplit(self.get_base_url()).netloc if onlooker else None
        shown, own_files = [], []
        for message in messages:
            mine = self._is_by_customer(message)
            files = [self._get_portal_file(file, token) for file in message.attachment_ids.sorted("id")]
            files = [file for file in files if file]
            body = customer_body(message.body, own_host)
            if not body and not files:
                continue
            shown.append(
                {
                    "id": message.id,
                    "mine": mine,
                    "author": self._get_portal_author(message, mine, role),
                    "date": self._tell_moment(message.date),
                    # What the page is headed with need not be said with each message.
                    "subject": False if self.name in (message.subject or "") else message.subject,
                    "body": body,
                    "files": files,
                }
            )
            if mine:
                own_files += files
        return {"messages": shown, "earlier": earlier, "own_files": own_files}

    def _get_portal_author(self, message, mine, role):
        """Return who wrote a message, as the page names them: never a person who works here."""
        if mine:
            return self._get_customer_name() if role == "colleague" else self.env._("You")
        author = message.author_id
        # Also of those who have left; letters by machine come from the company.
        users = author.with_context(active_test=False).user_ids
        if author == self.sudo().company_id.partner_id or any(not user.share for user in users):
            return self._get_counterpart()
        return self.env._("Another person")

    def _get_portal_file(self, file, token):
        if file.type != "binary":
            return None
        query = f"?access_token={token}" if token else ""
        return {
            "id": file.id,
            "name": file.name,
            "size": self._tell_size(file.file_size or 0),
            "url": f"{self._get_customer_path()}/file/{file.id}{query}",
        }

    def _tell_size(self, size):
        """Return the size of a file as people know it from their other programs.

        :param int size: in bytes
        """
        if size < 1024 * 1024:
            return self.env._("%(size)s KB", size=max(round(size / 1024), 1))
        return self.env._("%(size)s MB", size=formatLang(self.env, size / 1024 / 1024, digits=1))

    def _get_counterpart(self):
        """Return who answers the customer: the team, never a person (CO-3)."""
        self.ensure_one()
        record_sudo = self.sudo()
        return record_sudo.team_id.display_name or record_sudo.company_id.name


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    def _get_customer_name(self):
        return self.sudo().partner_name

    def _get_customer_keys(self):
        complaint_sudo = self.sudo()
        partner, address = complaint_sudo.partner_id, complaint_sudo.email_normalized
        return partner, address, not partner and not address and complaint_sudo.partner_name
