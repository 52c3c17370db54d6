from odoo import models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def write(self, vals):
        former = self.user_id if "user_id" in vals or "resource_id" in vals else self.env["res.users"]
        result = super().write(vals)
        if former:
            # The exclusion itself follows through the compute; what hangs on it is cleaned here.
            self.env["complaint.complaint"]._apply_exclusion_of(self)
        return result
