from urllib.parse import urlencode

from odoo import api, models


class ComplaintCustomerSide(models.AbstractModel):
    """The address of a customer's page, as whoever opened it reaches it again."""

    _inherit = "complaint.customer.side"

    def _get_page_token(self, role, token):
        if role == "link":
            return self.sudo().access_token
        # An employee without a right to the case looks at it by the link.
        return token if role == "staff" and self._is_token_right(token) else False

    def _get_portal_url(self, role, done=False, anchor=""):
        """Return the address of the page of one record as whoever opened it reaches it.

        :param str role: as ``_open_for_customer`` says it
        :param str done: key of what was just done
        :param str anchor: part of the page to begin at
        """
        self.ensure_one()
        query = {"access_token": self._get_page_token(role, False), "done": done}
        query = urlencode({key: value for key, value in query.items() if value})
        url = self._get_customer_path()
        return f"{url}{query and '?'}{query}{anchor and '#'}{anchor}"

    @api.model
    def _get_done_text(self, done):
        """Return what the page says after something was done, or False; texts never come from an address.

        :param str done: key, as it came in the address
        """
        return False
