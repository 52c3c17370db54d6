from odoo import api, fields, models


class ComplaintServiceLink(models.TransientModel):
    """Dialog with the link of a service order's page, to be handed out by other ways than by mail.

    Who has the link can act as the customer, so it is noted that it was handed out. It is not stored here.
    """

    _name = "complaint.service.link"
    _description = "Link of the Customer's Page of a Service Order"

    order_id = fields.Many2one("complaint.service.order", required=True, readonly=True, ondelete="cascade")
    link = fields.Char(compute="_compute_link")

    @api.depends("order_id")
    def _compute_link(self):
        for dialog in self:
            dialog.order_id._check_can_share()
            dialog.link = dialog.order_id._get_customer_link()

    @api.model_create_multi
    def create(self, vals_list):
        dialogs = super().create(vals_list)
        orders = dialogs.order_id
        orders._check_can_share()
        orders.sudo()._message_log_batch(
            bodies=dict.fromkeys(orders.ids, self.env._("The link of the customer's page was handed out.")),
            author_id=self.env.user.partner_id.id,
        )
        return dialogs

    def action_renew(self):
        """Make the former link useless, and show the new one."""
        self.ensure_one()
        self.order_id.action_renew_link()
        return self.order_id.action_copy_link()
