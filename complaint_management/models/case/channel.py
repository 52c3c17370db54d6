from odoo import api, fields, models
from odoo.tools import ormcache


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

    def _asks(self, fname):
        """Tell whether a switch of the channel is set; the gate asks on every form.

        :param str fname: ``read_back`` or ``anonymous``
        """
        return not self._get_ids_with(fname).isdisjoint(self.ids)

    @api.model
    @ormcache("fname")
    def _get_ids_with(self, fname):
        channels = self.sudo().with_context(active_test=False)
        return frozenset(channels.search([(fname, "=", True)]).ids)

    @api.model
    def _cached_fields(self):
        return super()._cached_fields() | {"read_back", "anonymous"}
