from odoo import fields, models


class ComplaintRemedyType(models.Model):
    """A kind of remedy that a company offers: apology, repair, refund and so on (SO-2)."""

    _name = "complaint.remedy.type"
    _description = "Remedy Type"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
