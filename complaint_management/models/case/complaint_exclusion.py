from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command


class ComplaintExclusion(models.Model):
    """The employee complained about never sees or handles the complaint (OR-2), and need to know.

    Reading is refused by record rules. Here is what rules do not reach: who is asked,
    followed, notified and assigned.
    """

    _inherit = "complaint.complaint"

    confidential = fields.Boolean(
        tracking=True,
        help="Only the people responsible, the leaders of the team and the managers see it.",
    )
    excluded_user_ids = fields.Many2many(
        "res.users",
        "complaint_complaint_excluded_rel",
        "complaint_id",
        "user_id",
        string="Excluded",
        compute="_compute_excluded_user_ids",
        store=True,
        context={"active_test": False},
    )

    @api.depends("employee_ids.user_id")
    def _compute_excluded_user_ids(self):
        for complaint in self:
            employees = complaint.employee_ids.with_context(active_test=False)
            users = employees.user_id
            if users != complaint.excluded_user_ids:
                complaint.excluded_user_ids = users

    @api.constrains("employee_ids", "excluded_user_ids", "user_id")
    def _check_excluded_users(self):
        for complaint in self.filtered("employee_ids"):
            excluded = complaint.excluded_user_ids
            if complaint.user_id in excluded:
                raise ValidationError(
                    self.env._(
                        "%(name)s is concerned by this complaint and cannot be responsible for it. "
                        "Choose somebody else.",
                        name=complaint.user_id.name,
                    )
                )
            if self.env.user in excluded and not self.env.su:
                raise ValidationError(
                    self.env._(
                        "You are concerned by this complaint yourself: let a colleague enter it, "
                        "because you will not see it."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        complaints.filtered("excluded_user_ids")._apply_exclusion()
        return complaints

    def write(self, vals):
        result = super().write(vals)
        if "employee_ids" in vals:
            self._apply_exclusion()
        return result

    def _apply_exclusion(self):
        """Take followers, notifications and activities away from excluded users."""
        for complaint in self:
            # They may be users whom the current one does not see.
            complaint_sudo = complaint.sudo()
            users = complaint_sudo.excluded_user_ids
            partners = users.partner_id
            if not partners:
                continue
            complaint_sudo.message_unsubscribe(partners.ids)
            activities = self.env["mail.activity"].sudo().search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", complaint.id),
                    ("user_id", "in", users.ids),
                    ("active", "in", [True, False]),
                ]
            )
            # The work stays, with somebody who may do it.
            heirs = activities.filtered("active")
            activities.filtered(lambda activity: not activity.active).unlink()
            heir = (complaint_sudo.user_id or complaint_sudo.team_id.leader_id) - users
            if heir:
                heirs.write({"user_id": heir.id})
            else:
                heirs.unlink()
            messages = self.env["mail.message"].sudo().search(
                [("model", "=", self._name), ("res_id", "=", complaint.id)]
            )
            messages.notification_ids.filtered(
                lambda notification, partners=partners: notification.res_partner_id in partners
            ).unlink()
            messages.filtered(lambda message, partners=partners: message.partner_ids & partners).write(
                {"partner_ids": [Command.unlink(partner.id) for partner in partners]}
            )

    @api.model
    def _apply_exclusion_of(self, employees):
        """An employee got a user: whom the old complaints exclude changed with it."""
        complaints = self.sudo().search([("employee_ids", "in", employees.ids)])
        complaints._apply_exclusion()

    def _get_excluded_partners(self):
        """Return the contacts of everybody excluded, whoever asks."""
        return self.sudo().excluded_user_ids.partner_id

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        excluded = self._get_excluded_partners()
        if excluded and partner_ids:
            partner_ids = [partner_id for partner_id in partner_ids if partner_id not in excluded.ids]
            if not partner_ids:
                return True
        return super()._message_subscribe(partner_ids, subtype_ids, customer_ids)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        excluded = self._get_excluded_partners() if self else False
        if not excluded:
            return recipients
        return [recipient for recipient in recipients if recipient["id"] not in excluded.ids]
