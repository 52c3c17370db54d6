from odoo import api, models
from odoo.tools import ormcache


class ComplaintStage(models.Model):
    _inherit = "complaint.stage"

    @api.model
    def _cached_fields(self):
        return super()._cached_fields() | {"mail_template_id"}

    @api.model
    @ormcache("stage_id")
    def _get_mail_template_id(self, stage_id):
        """Return the id of the mail that goes to whose complaint enters a stage, or False."""
        return self.sudo().browse(stage_id).mail_template_id.id
