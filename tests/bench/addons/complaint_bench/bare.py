from odoo import fields, models


class ComplaintBenchBare(models.Model):
    """The least that a record with a chatter, a person and a stage can be."""

    _name = "complaint.bench.bare"
    _description = "Bare Record"
    _inherit = ["mail.thread"]
    _order = "id desc"

    name = fields.Char(required=True, tracking=True)
    description = fields.Text()
    user_id = fields.Many2one("res.users", index=True, default=lambda self: self.env.user, tracking=True)
    stage_id = fields.Many2one("complaint.stage", index=True, tracking=True)
