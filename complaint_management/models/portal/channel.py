from odoo import api, fields, models
from odoo.tools import ormcache


class ComplaintChannel(models.Model):
    _inherit = "complaint.channel"

    acknowledge = fields.Boolean(
        string="Acknowledge by E-mail",
        default=True,
        help="Whoever complains this way gets an e-mail with the number and what happens next.",
    )

    @api.model
    def _cached_fields(self):
        return super()._cached_fields() | {"acknowledge"}

    @api.model
    @ormcache("fname")
    def _get_ids_without(self, fname):
        """Return the ids of the channels whose switch is not set.

        :param str fname: name of the switch
        """
        channels = self.sudo().with_context(active_test=False)
        return frozenset(channels.search([(fname, "=", False)]).ids)
