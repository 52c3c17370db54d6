from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError, MissingError


class ComplaintPortalAccess(models.AbstractModel):
    """Who comes to the page of a complaint or an order, and as what (DESIGN 4.1, 4.7)."""

    _inherit = "complaint.customer.side"

    #: Name of the model whose rows are what portal users may read, with the ids of the records behind them.
    _portal_model = None

    @api.model
    def _open_for_customer(self, record_id, token=None, acting=False):
        """Open the page of a record for whoever asks, by their account or by the token of a link.

        The roles: ``owner`` is the customer by account, ``link`` whoever has the right link,
        ``colleague`` somebody of the customer's company, where the company shares, and ``staff`` an
        employee who looks at the page as the customer sees it. The first two may act, the others only look.

        :param int record_id: as it came in the address
        :param str token: as it came in the link, if any
        :param bool acting: something is to be changed
        :return: ``(record, role)``; the record as the superuser, so that what a customer does is
            nobody's who works here
        :raises MissingError: there is no such page for whoever asks, or no such record
        :raises AccessError: they may look but not act
        :raises LinkOver: the link was right and has ended
        """
        user = self.env.user
        record = self.with_user(SUPERUSER_ID).browse(record_id).exists()
        if not record or not record.active or user in record.excluded_user_ids:
            raise MissingError(self.env._("There is no such page."))
        role = self._get_customer_role(record, user, token)
        if not role:
            raise MissingError(self.env._("There is no such page."))
        if acting and role not in ("owner", "link"):
            raise AccessError(self._get_only_look())
        return record, role

    @api.model
    def _get_only_look(self):
        return self.env._("You can look at this page, but only the customer can act here.")

    @api.model
    def _get_customer_role(self, record, user, token):
        own = not user._is_public() and self.env[self._portal_model].search_count(
            [("id", "=", record.id)], limit=1
        )
        if own and record.partner_id == user.partner_id:
            return "owner"
        if own:
            return "colleague"
        if user._is_internal() and self.browse(record.id).has_access("read"):
            return "staff"
        if record._is_token_right(token):
            if record._is_link_over():
                raise LinkOver(record)
            # Who works here does not act as a customer.
            return "staff" if user._is_internal() else "link"
        return None


class LinkOver(Exception):
    """The link was right and has ended.

    :param record: whose link it was, as the superuser
    """

    def __init__(self, record):
        super().__init__(record)
        self.record = record


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    _portal_model = "complaint.portal"

    @api.model
    def _get_only_look(self):
        return self.env._("You can look at this page, but only the complainant can act here.")
