from odoo import fields, models


class ComplaintChannel(models.Model):
    """A way by which complaints arrive (IN-1)."""

    _name = "complaint.channel"
    _description = "Complaint Channel"
    _inherit = ["complaint.cached.name.mixin"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    read_back = fields.Boolean(
        help="What was recorded must be read back to the complainant and confirmed, as for spoken "
        "complaints.",
    )
    anonymous = fields.Boolean(
        help="Complaints may arrive without a name or contact data, as from a comment book.",
    )

    _name_uniq = models.Constraint("UNIQUE (name)", "This channel exists already.")
