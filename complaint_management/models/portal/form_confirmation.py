from odoo import api, fields, models
from odoo.tools import consteq, hmac

_SCOPE = "complaint_management.form.confirm"


class FormConfirmation(models.Model):
    """Asking whoever entered an e-mail address on the public form whether it was them.

    The complaint is there at once, whatever they answer: only no other letter goes to the address.
    """

    _inherit = "complaint.complaint"

    email_confirmed = fields.Boolean(
        string="E-mail Address Confirmed",
        default=True,
        copy=False,
        help="Who entered the complaint on the public form answered the mail that asked for it. Until then "
        "nothing else is written to the address by machine.",
    )

    _email_unconfirmed_idx = models.Index("(id) WHERE email_confirmed IS NOT TRUE")

    def _ask_for_confirmation(self):
        """Ask by e-mail where the setting says so."""
        for complaint in self.filtered(lambda complaint: not complaint.email_confirmed):
            complaint._notify_customer("confirm", "complaint_management.mail_template_confirm")

    def _get_confirm_token(self):
        """Return what proves that somebody reads the mail of the address; another address, another token."""
        self.ensure_one()
        complaint_sudo = self.sudo()
        return hmac(complaint_sudo.env, _SCOPE, (complaint_sudo.id, complaint_sudo.email_normalized))

    def _get_confirm_link(self):
        """Return the link that goes to the address, and nowhere else."""
        self.ensure_one()
        return f"{self.get_base_url()}/complaint/confirm/{self.id}/{self._get_confirm_token()}"

    @api.model
    def _open_for_confirmation(self, complaint_id, token):
        """Return the complaint whose address is to be confirmed, as the superuser; none by a wrong link.

        :param int complaint_id: as it came in the address
        :param str token: likewise
        """
        complaint = self.sudo().browse(complaint_id).exists()
        is_right = (
            complaint
            and complaint.active
            and complaint.email_normalized
            and token.isascii()
            and consteq(token, complaint._get_confirm_token())
        )
        return complaint if is_right else self.sudo().browse()

    def _confirm_address(self):
        """The complainant confirmed: the acknowledgement goes out, and a known contact is linked.

        What is planned at this moment is in ``complaint_notice.py``.
        """
        for complaint in self.filtered(lambda complaint: not complaint.email_confirmed):
            complaint.email_confirmed = True
            partner = self.env["res.partner"] if complaint.partner_id else complaint._find_partner(["email"])
            if partner and not self._is_own_user(partner):
                complaint.partner_id = partner
            complaint._message_log(body=self.env._("The complainant confirmed the e-mail address."))
