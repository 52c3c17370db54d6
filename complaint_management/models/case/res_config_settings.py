from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_team_id = fields.Many2one(related="company_id.complaint_team_id", readonly=False)
    complaint_repeat_days = fields.Integer(related="company_id.complaint_repeat_days", readonly=False)

    def action_open_complaint_sequence(self):
        """Open the counter behind the complaint numbers of the company."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "ir.sequence",
            "res_id": self.company_id._get_complaint_sequence().id,
            "view_mode": "form",
        }
