from odoo import fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    complaint_deadline_id = fields.Many2one(
        "complaint.deadline", string="Time Limit", index="btree_not_null", ondelete="set null"
    )
