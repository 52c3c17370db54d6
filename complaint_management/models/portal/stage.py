from odoo import api, models
from odoo.tools import ormcache


class ComplaintStageMixin(models.AbstractModel):
    _inherit = "complaint.stage.mixin"

    @api.model
    def _cached_fields(self):
        return super()._cached_fields() | {"mail_template_id"}

    @api.model
    @ormcache("stage_id")
    def _get_mail_template_id(self, stage_id):
        """Return the id of the mail that a customer gets when a stage is entered, or False."""
        return self.sudo().browse(stage_id).mail_template_id.id
