from odoo import fields, models


class ComplaintTeam(models.Model):
    _inherit = "complaint.team"

    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        check_company=True,
        help="Time limits in working time count in these hours. Empty: those of the company.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "calendar_id" in vals:
            self.env["complaint.deadline.recompute"]._request(teams=self)
        return result
