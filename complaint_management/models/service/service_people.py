from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ComplaintServiceOrder(models.Model):
    """Who works on an order and who must not: the employee concerned by the complaint behind it (OR-2).

    Reading is refused by record rules; here is what they do not reach, and what they compare with.
    """

    _inherit = "complaint.service.order"

    technician_user_ids = fields.Many2many(
        "res.users",
        "complaint_service_order_technician_user_rel",
        "order_id",
        "user_id",
        string="Technicians' Users",
        compute="_compute_technician_user_ids",
        store=True,
        context={"active_test": False},
        export_string_translation=False,
    )
    excluded_user_ids = fields.Many2many(
        "res.users",
        "complaint_service_order_excluded_rel",
        "order_id",
        "user_id",
        string="Excluded",
        compute="_compute_excluded_user_ids",
        store=True,
        context={"active_test": False},
    )

    @api.depends("technician_ids.user_id")
    def _compute_technician_user_ids(self):
        by_users = {}
        for order in self:
            users = order.technician_ids.with_context(active_test=False).user_id
            if users != order.technician_user_ids:
                by_users[users] = by_users.get(users, self.browse()) | order
        for users, orders in by_users.items():
            orders.technician_user_ids = users

    @api.depends("complaint_id.excluded_user_ids")
    def _compute_excluded_user_ids(self):
        for order in self:
            users = order.complaint_id.excluded_user_ids
            if users != order.excluded_user_ids:
                order.excluded_user_ids = users

    @api.constrains("user_id", "technician_ids", "complaint_id")
    def _check_excluded_users(self):
        for order in self:
            for user in (order.user_id | order.technician_user_ids) & order.excluded_user_ids:
                raise ValidationError(
                    self.env._(
                        "%(name)s is concerned by the complaint behind %(order)s and cannot work on it. "
                        "Choose somebody else.",
                        name=user.name,
                        order=order.number,
                    )
                )

    def _message_auto_subscribe(self, updated_values, followers_existing_policy="skip"):
        """Who takes orders in follows them already: that is not looked up for each of many."""
        created = followers_existing_policy == "update" and not self.env.context.get(
            "mail_create_nosubscribe"
        )
        if created and updated_values.get("user_id") == self.env.uid:
            return True
        return super()._message_auto_subscribe(updated_values, followers_existing_policy)

    def _get_excluded_partners(self):
        return self.sudo().excluded_user_ids.with_context(active_test=False).partner_id

    def _get_heir(self, users):
        """Return who takes over from users who may not do the work: the advisor, else a leader or manager.

        :param res.users users: who may not
        :return: res.users, empty where there is nobody
        """
        self.ensure_one()
        order_sudo = self.sudo()
        barred = users | order_sudo.excluded_user_ids
        company = order_sudo.company_id
        candidates = [order_sudo.user_id]
        team = order_sudo.team_id
        while team:
            candidates.append(team.leader_id)
            team = team.parent_id
        group = self.env.ref("complaint_management.group_service_manager").sudo()
        candidates += [user for user in group.all_user_ids.sorted("id") if company in user.company_ids]
        return next(
            (
                user
                for user in candidates
                if user
                and user not in barred
                and user.active
                and not user.share
                and company in user.company_ids
            ),
            self.env["res.users"],
        )


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    service_order_ids = fields.One2many(
        "complaint.service.order", "complaint_id", string="Service Orders", copy=False
    )

    def _get_threads(self):
        return [*super()._get_threads(), self.service_order_ids]
