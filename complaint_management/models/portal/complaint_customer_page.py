from odoo import models


class ComplaintCustomerPage(models.Model):
    """What those who handle a complaint do about the customer's page: look at it, and hand out its link."""

    _inherit = "complaint.complaint"

    def action_preview_customer(self):
        """Show the page as the customer sees it; nobody acts there but the customer."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": self._get_customer_path(), "target": "new"}

    def action_copy_link(self):
        """Open the dialog with the link, which is noted as handed out."""
        self.ensure_one()
        self._check_can_share()
        dialog = self.env["complaint.customer.link"].create({"complaint_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link of the Customer's Page"),
            "res_model": dialog._name,
            "res_id": dialog.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "medium"},
        }
