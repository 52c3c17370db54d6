from odoo import models
from odoo.fields import Command


class ComplaintThread(models.AbstractModel):
    """A chatter about a complaint: nobody excluded follows it, is addressed in it or gets its mail (OR-2).

    Record rules do not reach these ways. Who is excluded is said by ``_get_excluded_partners``.
    """

    _name = "complaint.thread"
    _description = "Chatter about a Complaint"
    _inherit = ["mail.thread"]

    def _get_excluded_partners(self):
        """Return the contacts of everybody excluded, whoever asks.

        :return: res.partner
        """
        raise NotImplementedError

    def _filter_readable_by(self, user):
        """Return those of the records that a user may read in any of their companies."""
        theirs = self.with_user(user).with_context(allowed_company_ids=user._get_company_ids())
        return theirs._filtered_access("read").with_env(self.env)

    def _is_readable_by(self, user):
        """Tell whether a user may read the record in any of their companies."""
        return self._filter_readable_by(user) == self

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Who is reminded of a limit need not be told of everything else: activities subscribe otherwise."""
        if self.env.context.get("complaint_nobody_follows"):
            return True
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        excluded = self._get_excluded_partners()
        if excluded and partner_ids:
            partner_ids = [partner_id for partner_id in partner_ids if partner_id not in excluded.ids]
            if not partner_ids:
                return True
        return super()._message_subscribe(partner_ids, subtype_ids, customer_ids)

    def _message_create(self, values_list):
        """Address nobody excluded: whoever a message names as a recipient may read it."""
        excluded = (
            self._get_excluded_partners() if any(vals.get("partner_ids") for vals in values_list) else ()
        )
        if excluded:
            values_list = [
                {
                    **vals,
                    "partner_ids": [pid for pid in vals.get("partner_ids") or [] if pid not in excluded.ids],
                }
                for vals in values_list
            ]
        return super()._message_create(values_list)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        excluded = self._get_excluded_partners() if self else False
        if not excluded:
            return recipients
        addresses = {address for address in excluded.mapped("email_normalized") if address}
        return [
            recipient
            for recipient in recipients
            if recipient["id"] not in excluded.ids and recipient["email_normalized"] not in addresses
        ]

    def _forget_partners(self, partners):
        """Take away what people follow, were addressed by and were notified of in these chatters."""
        self.message_unsubscribe(partners.ids)
        of_threads = [("model", "=", self._name), ("res_id", "in", self.ids)]
        addressed = self.env["mail.message"].sudo().search([*of_threads, ("partner_ids", "in", partners.ids)])
        addressed.write({"partner_ids": [Command.unlink(partner.id) for partner in partners]})
        self.env["mail.notification"].sudo().search(
            [("res_partner_id", "in", partners.ids), ("mail_message_id", "any", of_threads)]
        ).unlink()
