from odoo import api, models
from odoo.tools import email_normalize

from ...tools.automatic_mail import is_unread_address


class ComplaintCustomerSide(models.AbstractModel):
    """What a customer is written about and sees of: a complaint, a service order.

    Here is who may be written to; what else customers of both are told and shown is added in ``portal/``.
    The host is a chatter and has ``partner_id``, ``partner_email``, ``partner_phone``, ``company_id`` and
    ``team_id``. It names this model before its own, so that what is said here goes before the chatter's.
    """

    _name = "complaint.customer.side"
    _description = "Seen by a Customer"
    _inherit = ["mail.thread"]

    @api.model
    def _get_models_told(self):
        """Return the names of the models whose customers are written to."""
        return [
            name
            for name in self.pool.descendants(["complaint.customer.side"], "_inherit")
            if not self.pool[name]._abstract
        ]

    def _get_letter_address(self):
        """Return the address to which the customer is written, or False.

        This is the one place where it is decided, for letters by people as for those by machine.
        """
        self.ensure_one()
        return False if self._get_letter_refusal() else self._get_stated_address()

    def _get_stated_address(self):
        """Return the customer's address as it stands on the record, whether or not it is written to."""
        self.ensure_one()
        record_sudo = self.sudo()
        return email_normalize(record_sudo.partner_id.email or record_sudo.partner_email or "", strict=False)

    def _get_letter_refusal(self):
        """Return why the customer is not written to, as a word, or False.

        Nobody writes to the employee concerned, to a machine or to ourselves.
        """
        self.ensure_one()
        record_sudo, address = self.sudo(), self._get_stated_address()
        if not address:
            return "no_address"
        refusal = record_sudo._get_refusal_of_record()
        if refusal:
            return refusal
        if record_sudo._is_customer_excluded(address):
            return "excluded"
        return self._get_address_refusal(address, record_sudo.company_id)

    @api.model
    def _get_address_refusal(self, address, company):
        """Return why a letter to an address reaches no customer, as a word, or False.

        :param str address: normalized
        :param res.company company: whose letter it is
        """
        if not address:
            return "no_address"
        if is_unread_address(address):
            return "robot"
        if address == company.partner_id.email_normalized:
            return "own"
        return "own" if self.env["mail.alias.domain"].sudo()._find_aliases([address]) else False

    def _get_refusal_of_record(self):
        """Return why nobody is written to about this record at all, as a word, or False."""
        return False

    def _is_customer_excluded(self, address):
        """Tell whether the customer is the employee concerned, at a normalized address.

        :param str address: as it stands on the record
        """
        return False

    def _send_letter(self, subject, body, lang, **message):
        """Send a letter to the customer of one record and keep it in the chatter.

        :param str lang: language of the customer
        :param message: more of the message, such as its attachments
        :return: whether there is somebody who can be written to
        """
        self.ensure_one()
        address, record_sudo = self._get_letter_address(), self.sudo()
        if not address:
            return False
        customer = record_sudo.partner_id
        # An address without a contact stays one.
        to = {"partner_ids": customer.ids} if customer.email else {"outgoing_email_to": address}
        record_sudo.message_post(
            subject=subject,
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            email_layout_xmlid="mail.mail_notification_light",
            # The letter ends with the name already.
            email_add_signature=False,
            force_email_lang=lang,
            **to,
            **message,
        )
        return True
