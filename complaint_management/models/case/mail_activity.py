from odoo import api, models
from odoo.exceptions import ValidationError


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.constrains("user_id", "res_model_id", "res_id", "active")
    def _check_complaint_exclusion(self):
        """Nobody excluded is assigned an activity, which they could not see (OR-2).

        What they did before they were excluded stays as history.
        """
        assigned = self.filtered(lambda activity: activity.active and activity.user_id)
        for activity, thread_sudo in assigned._get_thread_of().items():
            # What has a chatter beside the complaint knows its excluded users, too.
            if activity.user_id in thread_sudo.excluded_user_ids:
                raise ValidationError(
                    self.env._(
                        "%(name)s is concerned by this complaint and cannot be given work on it. "
                        "Choose somebody else.",
                        name=activity.user_id.name,
                    )
                )
