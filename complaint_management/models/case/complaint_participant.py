from itertools import chain

from odoo import fields, models
from odoo.tools import email_normalize, email_normalize_all


class ComplaintParticipant(models.Model):
    """Who may write into a complaint by mail."""

    _inherit = "complaint.complaint"

    #: Addresses of those whose complaint it was before, separated by spaces.
    former_addresses = fields.Char(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)

    def write(self, vals):
        if "partner_id" not in vals:
            return super().write(vals)
        # Whose contact was only found later is the same person; the address they gave stays theirs.
        former = {
            complaint: (complaint.partner_id, complaint._get_complainant_addresses())
            for complaint in self.sudo()
            if complaint.partner_id
        }
        result = super().write(vals)
        for complaint, (partner, addresses) in former.items():
            if complaint.partner_id != partner:
                complaint._customer_replaced(partner, addresses)
        return result

    def _customer_replaced(self, former, addresses):
        """It is the complaint of another customer now; areas add what that means to them.

        :param res.partner former: whose it was, one contact
        :param set addresses: those of the former complainant
        """
        self._set_former_addresses(addresses | self._get_former_addresses())

    def merge_into(self, target, keep=None):
        """Whose complaint was merged goes on in the one it went into."""
        complaints_sudo = (self | target).sudo()
        gone, stay = set(), set()
        for complaint_sudo in complaints_sudo:
            gone |= complaint_sudo._get_former_addresses()
            stay |= complaint_sudo._get_complainant_addresses()
        result = super().merge_into(target, keep)
        target_sudo = target.sudo()
        if gone or target_sudo.former_addresses:
            target_sudo._set_former_addresses(gone - stay)
        return result

    def _get_complainant_addresses(self):
        """Return the addresses of the complainant and of whom they speak for."""
        people = self.partner_id | self.on_behalf_of_id
        return {self.email_normalized, *people.mapped("email_normalized")} - {False}

    def _get_former_addresses(self):
        """Return the addresses of those whose complaint it was before, and is not any more."""
        return set((self.sudo().former_addresses or "").split())

    def _set_former_addresses(self, addresses):
        self.ensure_one()
        left = sorted(addresses - self._get_complainant_addresses())
        self.with_context(tracking_disable=True).former_addresses = " ".join(left) or False

    def _is_complainant(self, email_from):
        """Tell whether the sender of a mail is the complainant, whom they speak for, or of their company.

        :param str email_from: the sender as the mail names it
        """
        self.ensure_one()
        address = email_normalize(email_from or "", strict=False)
        if not address:
            return False
        if address in self._get_complainant_addresses():
            return True
        family = (self.partner_id | self.on_behalf_of_id).commercial_partner_id.filtered("is_company")
        if not family:
            return False
        senders = self.env["res.partner"].sudo().search([("email_normalized", "=", address)])
        return bool(senders.commercial_partner_id & family)

    def _is_participant(self, email_from):
        """Tell whether the sender of a mail takes part in this complaint.

        Participants are the complainant, their company's people and whoever they speak for, the
        followers, colleagues who may read the case, and everybody who wrote on it or to whom a mail
        on it was sent. The employee concerned is none, whatever else they are; nor is whose complaint it
        was before the customer was changed, unless they follow it again.

        :param str email_from: the sender as the mail names it
        :return: bool
        """
        self.ensure_one()
        address = email_normalize(email_from or "", strict=False)
        if not address or address in self._get_excluded_addresses():
            return False
        if self._is_complainant(address) or address in self.message_partner_ids.mapped("email_normalized"):
            return True
        colleagues = (
            self.env["res.partner"]
            .search([("email_normalized", "=", address)])
            .user_ids.filtered(lambda user: not user.share)
        )
        if colleagues and address not in email_normalize_all(self.email_cc):
            return any(self._is_readable_by(user) for user in colleagues)
        if address in self._get_former_addresses():
            return False
        return address in email_normalize_all(self.email_cc) or address in self._get_correspondents()

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
