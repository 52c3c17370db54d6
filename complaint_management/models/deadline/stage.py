from odoo import api, fields, models
from odoo.tools import ormcache


class ComplaintStageMixin(models.AbstractModel):
    _inherit = "complaint.stage.mixin"

    pauses_clock = fields.Boolean(
        string="Clock Stands Still",
        help="What stands here waits for the customer, so its time limits move by as long as it waits.",
    )

    @api.model
    def _cached_fields(self):
        return super()._cached_fields() | {"pauses_clock"}

    @api.model
    @ormcache()
    def _get_pausing_ids(self):
        return frozenset(
            self.sudo().with_context(active_test=False).search([("pauses_clock", "=", True)]).ids
        )
