import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import consteq

#: How many new links a customer gets in a day.
LINKS_A_DAY = 3


class ComplaintCustomerSide(models.AbstractModel):
    """The link by which a customer follows a complaint or an order without an account.

    Not ``portal.mixin``: that one shows the token to everybody who reads the record, and opens the generic
    chatter of portal pages with it, where the names of colleagues stand.
    """

    _inherit = "complaint.customer.side"

    #: Name of the model of the dialog that shows the link, one with ``complaint.link.dialog``.
    _link_dialog = None

    access_token = fields.Char(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)
    access_token_date = fields.Datetime(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)

    def _ensure_access_token(self):
        """Give each record its token; return it of one record, else nothing."""
        for record_sudo in self.sudo().filtered(lambda record: not record.access_token):
            record_sudo._renew_access_token()
        return self.sudo().access_token if len(self) == 1 else None

    def _renew_access_token(self):
        """Give each record another token: links that were handed out before lead nowhere any more."""
        for record_sudo in self.sudo():
            record_sudo.with_context(tracking_disable=True).write(
                {"access_token": str(uuid.uuid4()), "access_token_date": fields.Datetime.now()}
            )

    def _get_customer_path(self):
        """Return the path of the customer's page, without the token."""
        raise NotImplementedError

    def _get_customer_link(self, anchor=""):
        """Return the whole link, with the token, that is handed to the customer and to nobody else.

        :param str anchor: part of the page to begin at
        """
        self.ensure_one()
        anchor = f"#{anchor}" if anchor else ""
        return (
            f"{self.get_base_url()}{self._get_customer_path()}"
            f"?access_token={self._ensure_access_token()}{anchor}"
        )

    def _get_link_end(self):
        """Return when the link of one record ends; False while it is open, or where it never does.

        A link that was handed out after the end lasts as long again.
        """
        self.ensure_one()
        record_sudo = self.sudo()
        days = record_sudo.company_id.complaint_link_days
        if not days or not record_sudo.closed_at:
            return False
        begun = max(record_sudo.closed_at, record_sudo.access_token_date or record_sudo.closed_at)
        return begun + timedelta(days=days)

    def _is_token_right(self, token):
        """Tell whether a token is that of the complaint, still valid or not.

        :param str token: as it came in a link
        """
        self.ensure_one()
        known = self.sudo().access_token
        return bool(known and token and isinstance(token, str) and token.isascii() and consteq(known, token))

    def _is_link_over(self):
        """Tell whether the link of one record has ended."""
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

    def action_preview_customer(self):
        """Show the page as the customer sees it; nobody acts there but the customer."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": self._get_customer_path(), "target": "new"}

    def action_copy_link(self):
        """Open the dialog with the link, which is noted as handed out."""
        self.ensure_one()
        self._check_can_share()
        Dialog = self.env[self._link_dialog]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link of the Customer's Page"),
            "res_model": Dialog._name,
            "res_id": Dialog.create({Dialog._record_field: self.id}).id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "medium"},
        }

    def _check_can_share(self):
        """Check that the user may hand out the link: whoever has it can act as the customer.

        :raises UserError: they may not, or it would be the wrong one
        """
        self.check_access("write")

    def _renew_by_mail(self):
        """Mail the link of one record to the address on file; another one, where the former has ended.

        The letter goes to the customer whoever asks, so the former link ends only if one is written.
        """
        self.ensure_one()
        if self._get_letter_address() and self._send_new_link() and self._is_link_over():
            self._renew_access_token()

    @api.model
    def _get_thread_with_access(self, thread_id, *, hash=None, pid=None, token=None, **kwargs):  # noqa: A002
        """The generic chatter of portal pages is shut: it would show the names of colleagues."""
        return super()._get_thread_with_access(thread_id, **kwargs)

    def _send_new_link(self):
        """Mail a new link to the address on file, at most so many a day.

        :return: whether one is under way
        """
        self.ensure_one()
        links = self._get_notices([("event", "=like", "link:%")])
        since = fields.Datetime.now() - timedelta(days=1)
        if len(links.filtered(lambda link: link.create_date > since)) >= LINKS_A_DAY:
            return False
        # Who asks twice at once gets one: both are the same event.
        number = max((link._get_event_id() for link in links), default=0) + 1
        return bool(self._notify_customer(f"link:{number}", self._link_template))
