import logging

from odoo import api, models

from ...tools.automatic_mail import AUTO_REPLY, automatic_kind

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        """Let through to complaints only what a person wrote, and into a complaint only its participants.

        Every route passes here, that of an alias and that of a reply; neither a bounce nor an
        automatic reply makes a complaint or is answered.
        """
        model, thread_id = route[0], route[1]
        if model == "complaint.complaint":
            kind = automatic_kind(message)
            if kind:
                _logger.info("Mail %s to complaints is automatic (%s): not taken.", message_dict["message_id"], kind)
                if kind == AUTO_REPLY and thread_id:
                    self.env[model].sudo().browse(thread_id).exists()._log_automatic_reply(message_dict)
                return False
            if thread_id:
                complaint_sudo = self.env[model].sudo().browse(thread_id).exists()
                if complaint_sudo and not complaint_sudo._is_participant(message_dict):
                    _logger.info(
                        "Mail %s replies to complaint %s but its sender takes no part in it.",
                        message_dict["message_id"],
                        complaint_sudo.number,
                    )
                    # Not a reply then: the gateway goes on and looks for an alias to take it as new.
                    return ()
        return super()._routing_check_route(message, message_dict, route, raise_exception)
