from random import randint

from odoo import fields, models


class ComplaintTag(models.Model):
    """Free label on complaints."""

    _name = "complaint.tag"
    _description = "Complaint Tag"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(default=lambda self: randint(1, 11))

    _name_uniq = models.Constraint("UNIQUE (name)", "This tag exists already.")
