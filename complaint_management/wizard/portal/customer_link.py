from odoo import api, fields, models


class ComplaintLinkDialog(models.AbstractModel):
    """Dialog with the link of a customer's page, to be handed to the customer by other ways than by mail.

    Who has the link can act as the customer, so it is noted that it was handed out. It is not stored here.
    """

    _name = "complaint.link.dialog"
    _description = "Link of the Customer's Page"

    #: Name of the field with the record whose page it is.
    _record_field = None

    link = fields.Char(compute="_compute_link")

    @api.depends(lambda self: [self._record_field] if self._record_field else [])
    def _compute_link(self):
        for dialog in self:
            record = dialog[self._record_field]
            record._check_can_share()
            dialog.link = record._get_customer_link()

    @api.model_create_multi
    def create(self, vals_list):
        dialogs = super().create(vals_list)
        records = dialogs[self._record_field]
        records._check_can_share()
        records.sudo()._message_log_batch(
            bodies=dict.fromkeys(records.ids, self.env._("The link of the customer's page was handed out.")),
            author_id=self.env.user.partner_id.id,
        )
        return dialogs

    def action_renew(self):
        """Make the former link useless, and show the new one."""
        self.ensure_one()
        record = self[self._record_field]
        record._check_can_share()
        record.action_renew_link()
        return record.action_copy_link()


class ComplaintCustomerLink(models.TransientModel):
    """Dialog with the link of a complaint's page."""

    _name = "complaint.customer.link"
    _description = "Link of the Customer's Page"
    _inherit = ["complaint.link.dialog"]

    _record_field = "complaint_id"

    complaint_id = fields.Many2one("complaint.complaint", required=True, readonly=True, ondelete="cascade")
