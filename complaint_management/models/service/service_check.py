from odoo import fields, models


class ComplaintServiceCheck(models.Model):
    """One point of the quality check of a service order (SV-6)."""

    _name = "complaint.service.check"
    _description = "Checked Point"
    _inherit = ["complaint.service.part"]
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    name = fields.Char(string="What Is Checked", required=True)
    passed = fields.Selection([("yes", "Passed"), ("no", "Failed"), ("na", "Does not apply")], string="Result")
    remark = fields.Char()


class ComplaintServiceOrder(models.Model):
    _inherit = "complaint.service.order"

    check_ids = fields.One2many("complaint.service.check", "order_id", string="Quality Check", copy=False)
