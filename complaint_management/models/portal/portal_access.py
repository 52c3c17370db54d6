from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError, MissingError


class ComplaintPortalAccess(models.Model):
    """Who comes to the page of a complaint, and as what (DESIGN 4.1, 4.7)."""

    _inherit = "complaint.complaint"

    @api.model
    def _open_for_customer(self, complaint_id, token=None, acting=False):
        """Open the page of a complaint for whoever asks, by their account or by the token of a link.

        The roles: ``owner`` is the complainant by account, ``link`` whoever has the right link,
        ``colleague`` somebody of the complainant's company, where the company shares, and ``staff`` an
        employee who looks at the page as the customer sees it. The first two may act, the others only look.

        :param int complaint_id: as it came in the address
        :param str token: as it came in the link, if any
        :param bool acting: something is to be changed
        :return: ``(complaint, role)``; the complaint as the superuser, so that what a customer does is
            nobody's who works here
        :raises MissingError: there is no such page for whoever asks, or no such complaint
        :raises AccessError: they may look but not act
        :raises LinkOver: the link was right and has ended
        """
        user = self.env.user
        complaint = self.with_user(SUPERUSER_ID).browse(complaint_id).exists()
        if not complaint or not complaint.active or user in complaint.excluded_user_ids:
            raise MissingError(self.env._("There is no such page."))
        role = self._get_customer_role(complaint, user, token)
        if not role:
            raise MissingError(self.env._("There is no such page."))
        if acting and role not in ("owner", "link"):
            raise AccessError(self.env._("You can look at this page, but only the complainant can act here."))
        return complaint, role

    @api.model
    def _get_customer_role(self, complaint, user, token):
        own = not user._is_public() and self.env["complaint.portal"].search_count(
            [("id", "=", complaint.id)], limit=1
        )
        if own and complaint.partner_id == user.partner_id:
            return "owner"
        if own:
            return "colleague"
        if user._is_internal() and self.browse(complaint.id).has_access("read"):
            return "staff"
        if complaint._is_token_right(token):
            if complaint._is_link_over():
                raise LinkOver(complaint)
            # Who works here does not act as a customer.
            return "staff" if user._is_internal() else "link"
        return None


class LinkOver(Exception):
    """The link was right and has ended.

    :param complaint: complaint.complaint, as the superuser
    """

    def __init__(self, complaint):
        super().__init__(complaint)
        self.complaint = complaint
