from odoo import api, models


class ComplaintAttached(models.AbstractModel):
    _inherit = "complaint.attached"

    @api.model
    def _get_thread_models(self):
        return super()._get_thread_models() | {"complaint.dispatch": "complaint_id"}


class MailComposeMessage(models.TransientModel):
    """Many mails at once are sent, and written into chatters, by who may write there at all."""

    _inherit = "mail.compose.message"

    def _action_send_mail_mass_mail(self, res_ids, auto_commit=False):
        if self.model in self.env["mail.message"]._get_thread_models():
            threads = self.env[self.model].browse(res_ids)
            # Odoo asks no more than reading.
            threads.check_access(threads._mail_post_access)
        return super()._action_send_mail_mass_mail(res_ids, auto_commit=auto_commit)
