from odoo import models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def write(self, vals):
        # The exclusion itself follows through the compute; what hangs on it is seen to here.
        Complaint = self.env["complaint.complaint"]
        if vals.get("user_id"):
            Complaint._prepare_exclusion_of(self, self.env["res.users"].browse(vals["user_id"]))
        result = super().write(vals)
        if "user_id" in vals or "resource_id" in vals:
            Complaint._apply_exclusion_of(self)
        return result
