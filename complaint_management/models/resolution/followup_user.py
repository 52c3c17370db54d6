from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals and not vals["active"]:
            # Their activities have gone; the customers are to be called all the same.
            planned = self.env["complaint.followup"].sudo()
            planned.search([("user_id", "in", self.ids), ("state", "=", "planned")])._pass_on()
        return result
