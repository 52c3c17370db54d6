from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """What the scripts of customers' pages say is said in the language of the page, too."""
        return [*super()._get_translation_frontend_modules_name(), "complaint_management"]
