from odoo import api, models


class ComplaintAttached(models.AbstractModel):
    _inherit = "complaint.attached"

    @api.model
    def _get_thread_models(self):
        return super()._get_thread_models() | {
            "complaint.solution": "complaint_id",
            "complaint.remedy": "complaint_id",
        }
