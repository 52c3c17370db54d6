from odoo import models
from odoo.exceptions import UserError


class ComplaintLink(models.Model):
    """The link of a complaint: whose page it opens, and when it leads nowhere any more."""

    _inherit = "complaint.complaint"

    _link_dialog = "complaint.customer.link"
    _link_template = "complaint_management.mail_template_link"

    def _get_customer_path(self):
        self.ensure_one()
        return f"/my/complaints/{self.id}"

    def _customer_replaced(self, former, addresses):
        """Whose complaint it was before follows it no longer."""
        super()._customer_replaced(former, addresses)
        self._renew_access_token()
        self.message_unsubscribe(former.ids)

    def _check_can_share(self):
        super()._check_can_share()
        for complaint in self:
            if complaint.duplicate_of_id:
                raise UserError(
                    self.env._(
                        "%(number)s was merged into %(target)s: hand out the link of that one.",
                        number=complaint.number,
                        target=complaint.sudo().duplicate_of_id.number,
                    )
                )
