import base64
import io

from PIL import Image

from odoo import models

from ...tools import upload
from ..resolution.complaint_confirmation import SIGNATURE_TYPES
from .customer_acts import MAX_LINE, CustomerRefusal

#: A drawn signature is a small picture.
MAX_SIGNATURE = 500 * 1024
MAX_PIXELS = 4_000_000
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
        head, _comma, content = picture.partition(",")
        refusal = self.env._("This is no picture of a signature. Please sign again.")
        if not head.startswith(SIGNATURE_PREFIX) or len(content) > 4 * MAX_SIGNATURE // 3 + 4:
            raise CustomerRefusal(refusal)
        try:
            raw = base64.b64decode(content, validate=True)
            _name, mimetype = upload.check_upload("signature.png", raw, MAX_SIGNATURE)
        except (ValueError, upload.UploadRefused) as error:
            raise CustomerRefusal(refusal) from error
        if mimetype not in SIGNATURE_TYPES:
            raise CustomerRefusal(refusal)
        width, height = Image.open(io.BytesIO(raw)).size
        if width * height > MAX_PIXELS:
            raise CustomerRefusal(refusal)
        return name, base64.b64encode(raw)
