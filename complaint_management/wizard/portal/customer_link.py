from odoo import api, fields, models


class ComplaintCustomerLink(models.TransientModel):
    """Dialog with the link of the customer's page, to be handed to the customer by other ways than by mail.

    Who has the link can act as the customer, so it is noted that it was handed out. It is not stored here.
    """

    _name = "complaint.customer.link"
    _description = "Link of the Customer's Page"

    complaint_id = fields.Many2one("complaint.complaint", required=True, readonly=True, ondelete="cascade")
    link = fields.Char(compute="_compute_link")

    @api.depends("complaint_id")
    def _compute_link(self):
        for dialog in self:
            complaint = dialog.complaint_id
            complaint._check_can_share()
            dialog.link = complaint._get_customer_link()

    @api.model_create_multi
    def create(self, vals_list):
        dialogs = super().create(vals_list)
        complaints = dialogs.complaint_id
        complaints._check_can_share()
        complaints.sudo()._message_log_batch(
            bodies=dict.fromkeys(
                complaints.ids, self.env._("The link of the customer's page was handed out.")
            ),
            author_id=self.env.user.partner_id.id,
        )
        return dialogs

    def action_renew(self):
        """Make the former link useless, and show the new one."""
        self.ensure_one()
        self.complaint_id._check_can_share()
        self.complaint_id.action_renew_link()
        return self.complaint_id.action_copy_link()
