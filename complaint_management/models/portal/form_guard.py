import secrets
import time

from odoo import api, models
from odoo.tools import consteq, hmac

#: Nobody who reads a form has filled it in within so many seconds.
SECONDS_TO_FILL = 3
#: Longer than anybody leaves a form open.
SECONDS_OF_FORM = 30 * 24 * 3600
#: A field that people do not see: what is entered there, a machine entered.
TRAP = "homepage"

_SCOPE = "complaint_management.form"


class FormRefused(Exception):
    """What was sent is not taken; nothing of it was stored.

    :param dict errors: name of the field (``""``: the form as a whole) to what is wrong with it
    :param int status: of the answer
    """

    def __init__(self, errors, status=422):
        super().__init__(errors)
        self.errors = errors
        self.status = status


class FormGuard(models.Model):
    """What tells a person who fills in the public form from a machine, and one sending from the next."""

    _inherit = "complaint.complaint"

    @api.model
    def _get_form_token(self):
        """Return what a form carries along: a random name of this form, the moment, and a signature."""
        nonce, moment = secrets.token_hex(16), str(int(time.time()))
        return f"{nonce}.{moment}.{self._sign_form(nonce, moment)}"

    @api.model
    def _sign_form(self, nonce, moment):
        return hmac(self.sudo().env, _SCOPE, (nonce, moment))

    @api.model
    def _check_form_token(self, token):
        """Check what came back of the token of a form.

        :param str token: as it came
        :return: ``(nonce, seconds)``: the name of the form, and how long it was open; ``(None, 0)`` where
            the token is not ours or too old
        """
        parts = token.split(".") if isinstance(token, str) and token.isascii() else ()
        if len(parts) != 3 or not parts[1].isdigit() or len(parts[1]) > 12:
            return None, 0
        nonce, moment, signature = parts
        if not consteq(signature, self._sign_form(nonce, moment)):
            return None, 0
        seconds = int(time.time()) - int(moment)
        # Clocks of two servers may differ a little.
        return (nonce, max(seconds, 0)) if -60 <= seconds <= SECONDS_OF_FORM else (None, 0)

    @api.model
    def _check_person(self, post):
        """Check that a person sent a form; who was taken for a machine only has to send it once more.

        :param dict post: what the form brought
        :return: the name of the form
        :raises FormRefused: it looks like a machine
        """
        nonce, seconds = self._check_form_token(post.get("form_token"))
        if not nonce:
            raise FormRefused({"": self.env._("This page was open for too long. Please send it once more.")})
        if post.get(TRAP):
            raise FormRefused(
                {
                    "": self.env._(
                        "A field was filled in that people do not see; it is empty now. Please send it "
                        "once more."
                    )
                }
            )
        if seconds < SECONDS_TO_FILL:
            raise FormRefused(
                {"": self.env._("That was very quick. Please check what you wrote and send it once more.")}
            )
        return nonce
