from odoo import models
from odoo.exceptions import UserError


class ComplaintServiceOrder(models.Model):
    """The customer of a service order: how they are written to, and the link to their page.

    What customers of orders and of complaints have in common is ``complaint.customer.side``.
    """

    _name = "complaint.service.order"
    _inherit = ["complaint.customer.side", "complaint.service.order"]

    _link_dialog = "complaint.service.link"
    _link_template = "complaint_management.mail_template_service_link"

    def _get_customer_path(self):
        self.ensure_one()
        return f"/my/service/{self.id}"

    def _get_customer_language(self):
        """Return the language in which the customer of one order is written to."""
        self.ensure_one()
        order_sudo = self.sudo()
        lang = order_sudo.partner_id.lang or order_sudo.company_id.partner_id.lang
        return lang if lang in dict(self.env["res.lang"].get_installed()) else self.env.lang

    def _get_customer_tz(self):
        """Appointments are kept where the work is done: the time there counts, wherever the customer is."""
        self.ensure_one()
        return self.sudo()._get_deadline_calendar().tz or super()._get_customer_tz()

    def _get_team_address(self):
        """What is sent to the address of a team becomes a complaint, answers to letters of ours too."""
        return False

    def _is_customer_excluded(self, address):
        """The employee concerned by the complaint behind it is not written to as a customer either (OR-2)."""
        order_sudo = self.sudo()
        complaint = order_sudo.complaint_id
        if complaint and complaint._is_customer_excluded(address):
            return True
        excluded = self._get_excluded_partners()
        return order_sudo.partner_id in excluded or address in excluded.mapped("email_normalized")

    def write(self, vals):
        former = {order: order.partner_id for order in self} if "partner_id" in vals else {}
        result = super().write(vals)
        for order, partner in former.items():
            if partner and order.partner_id != partner:
                # Whose order it was before follows it no longer.
                order._renew_access_token()
                order.message_unsubscribe(partner.ids)
        return result

    # what advisors do about it

    def _check_can_share(self):
        super()._check_can_share()
        if self._is_technician_only():
            raise UserError(self.env._("Links are handed out by the service advisor: ask them."))

    def action_renew_link(self):
        """Make the links that were handed out before useless, as when one came into wrong hands."""
        self._check_can_share()
        return super().action_renew_link()
