import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq


class ComplaintLink(models.Model):
    """The link by which a complainant follows the complaint without an account.

    Not ``portal.mixin``: that one shows the token to everybody who reads the record, and opens the generic
    chatter of portal pages with it, where the names of colleagues stand.
    """

    _inherit = "complaint.complaint"

    access_token = fields.Char(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)
    access_token_date = fields.Datetime(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)

    def _ensure_access_token(self):
        """Give each complaint its token; return it of one complaint, else nothing."""
        for complaint_sudo in self.sudo().filtered(lambda complaint: not complaint.access_token):
            complaint_sudo._renew_access_token()
        return self.sudo().access_token if len(self) == 1 else None

    def _renew_access_token(self):
        """Give each complaint another token: links that were handed out before lead nowhere any more."""
        for complaint_sudo in self.sudo():
            complaint_sudo.with_context(tracking_disable=True).write(
                {"access_token": str(uuid.uuid4()), "access_token_date": fields.Datetime.now()}
            )

    def _get_customer_path(self):
        """Return the path of the complainant's page, without the token."""
        self.ensure_one()
        return f"/my/complaints/{self.id}"

    def _get_customer_link(self, anchor=""):
        """Return the whole link, with the token, that is handed to the complainant and to nobody else.

        :param str anchor: part of the page to begin at
        """
        self.ensure_one()
        anchor = f"#{anchor}" if anchor else ""
        return (
            f"{self.get_base_url()}{self._get_customer_path()}"
            f"?access_token={self._ensure_access_token()}{anchor}"
        )

    def _get_link_end(self):
        """Return when the link of one complaint ends; False while it is open, or where it never does.

        A link that was handed out after the end of the complaint lasts as long again.
        """
        self.ensure_one()
        complaint_sudo = self.sudo()
        days = complaint_sudo.company_id.complaint_link_days
        if not days or not complaint_sudo.closed_at:
            return False
        begun = max(complaint_sudo.closed_at, complaint_sudo.access_token_date or complaint_sudo.closed_at)
        return begun + timedelta(days=days)

    def _is_token_right(self, token):
        """Tell whether a token is that of the complaint, still valid or not.

        :param str token: as it came in a link
        """
        self.ensure_one()
        known = self.sudo().access_token
        return bool(known and token and isinstance(token, str) and token.isascii() and consteq(known, token))

    def _is_link_over(self):
        """Tell whether the link of one complaint has ended."""
        end = self._get_link_end()
        return bool(end and end < fields.Datetime.now())

    def action_renew_link(self):
        """Make the links that were handed out before useless, as when one came into wrong hands."""
        self.check_access("write")
        self._renew_access_token()
        self._message_log_batch(
            bodies=dict.fromkeys(
                self.ids, self.env._("The customer's link was renewed: the earlier one leads nowhere now.")
            )
        )

    def _renew_by_mail(self):
        """Mail the link of one complaint to the address on file; another one, where the former has ended.

        The letter goes to the complainant whoever asks, so the former link ends only if one is written.
        """
        self.ensure_one()
        if self._get_letter_address() and self._send_new_link() and self._is_link_over():
            self._renew_access_token()

    def _customer_replaced(self, former, addresses):
        """Whose complaint it was before follows it no longer."""
        super()._customer_replaced(former, addresses)
        self._renew_access_token()
        self.message_unsubscribe(former.ids)

    @api.model
    def _get_thread_with_access(self, thread_id, *, hash=None, pid=None, token=None, **kwargs):  # noqa: A002
        """The generic chatter of portal pages is shut: it would show the names of colleagues."""
        return super()._get_thread_with_access(thread_id, **kwargs)

    def _check_can_share(self):
        self.check_access("write")
        for complaint in self:
            if complaint.duplicate_of_id:
                raise UserError(
                    self.env._(
                        "%(number)s was merged into %(target)s: hand out the link of that one.",
                        number=complaint.number,
                        target=complaint.sudo().duplicate_of_id.number,
                    )
                )
