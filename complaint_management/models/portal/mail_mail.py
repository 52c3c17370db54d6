from datetime import timedelta

from odoo import fields, models

#: How long letters by machine wait for a mail server that cannot be reached.
PATIENCE = timedelta(days=3)


class MailMail(models.Model):
    """Nobody sits beside letters by machine to press Retry: they wait for the mail server by themselves."""

    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        result = super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )
        if failure_type == "mail_smtp":
            # The server was not reached at all, so nothing has left.
            self._get_patient_mails().write({"state": "outgoing"})
        return result

    def _get_patient_mails(self):
        """Return those that are letters by machine to customers, and recent."""
        recent = [
            ("message_id", "in", self.mail_message_id.ids),
            ("sent_at", ">", fields.Datetime.now() - PATIENCE),
        ]
        letters = self.env["mail.message"].sudo()
        for model in self.env["complaint.customer.side"]._get_models_told():
            queue_sudo = self.env[self.env[model]._notice_model].sudo()
            letters |= queue_sudo.search(recent).message_id
        return self.filtered(lambda mail: mail.mail_message_id in letters)
