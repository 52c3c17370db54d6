from odoo import models

from ...tools.signature import read_signature
from .customer_acts import MAX_LINE, CustomerRefusal

#: What the field of the form begins with.
SIGNATURE_PREFIX = "data:image/"


class ComplaintCustomerSide(models.AbstractModel):
    """A name and a signature that a customer gives on a page."""

    _inherit = "complaint.customer.side"

    def _read_signature(self, name, picture):
        """Return ``(name, picture in base64)`` of somebody who signed.

        :param str picture: a data URL, as the form brings it
        :raises CustomerRefusal: one of them is missing, or is none
        """
        name = self._clean_customer_text(name, self.env._("Enter your name."), MAX_LINE)
        picture = picture if isinstance(picture, str) else ""
        if not picture:
            raise CustomerRefusal(self.env._("Sign in the field, please."))
        try:
            if not picture.startswith(SIGNATURE_PREFIX):
                raise ValueError("not drawn on the page")
            return name, read_signature(picture)
        except ValueError as error:
            raise CustomerRefusal(
                self.env._("This is no picture of a signature. Please sign again.")
            ) from error
