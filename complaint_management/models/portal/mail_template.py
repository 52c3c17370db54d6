from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def unlink(self):
        """Stages forget the mail that they sent: what is in memory of them is not true any more."""
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
