from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import process
from ...tools.turns import take_turn


class ComplaintComplaint(models.Model):
    """A complaint and the service orders that settle it, or that it came from (SV-8)."""

    _inherit = "complaint.complaint"

    service_order_id = fields.Many2one(
        "complaint.service.order",
        string="About Service Order",
        index="btree_not_null",
        check_company=True,
        copy=False,
        tracking=True,
        ondelete="set null",
        help="The service order that the complaint is about.",
    )
    service_order_count = fields.Integer(
        string="Number of Service Orders", compute="_compute_service_order_count"
    )

    @api.depends("service_order_ids")
    def _compute_service_order_count(self):
        # From what the page lists anyway.
        for complaint in self:
            complaint.service_order_count = len(complaint.service_order_ids)

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        if any(vals.get("service_order_id") for vals in vals_list):
            complaints.filtered("service_order_id")._link_service_order()
        return complaints

    def write(self, vals):
        result = super().write(vals)
        if vals.get("service_order_id"):
            self._link_service_order()
        return result

    def _link_service_order(self):
        """The order shows the complaint that it came to be, unless it is another one's already.

        :raises AccessError: the user may not read the order
        """
        if not self.env.su:
            # Naming an order opens it to whoever reads the complaint.
            self.service_order_id.check_access("read")
        for complaint in self.sudo():
            order = complaint.service_order_id
            if not order.complaint_id:
                order.complaint_id = complaint

    # from a complaint to an order

    def action_open_service_orders(self):
        """Show the service orders of this complaint."""
        self.ensure_one()
        orders = self.env["complaint.service.order"].with_context(active_test=False)
        orders = orders.search([("complaint_id", "=", self.id)])
        action = {
            "type": "ir.actions.act_window",
            "res_model": "complaint.service.order",
            # Before the name: the extractor of terms takes a tuple after "_(…)" for a second term.
            "domain": [("complaint_id", "=", self.id)],
            "name": self.env._("Service Orders"),
            "context": {"create": False, "active_test": False},
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
        }
        if len(orders) == 1:
            action |= {"views": [(False, "form")], "res_id": orders.id}
        return action

    def _check_can_be_serviced(self):
        self.ensure_one()
        if self.step in process.ENDS:
            raise UserError(
                self.env._(
                    "%(complaint)s has ended. Reopen it before you have something serviced for it.",
                    complaint=self.display_name,
                )
            )
        if not self.partner_id:
            raise UserError(
                self.env._(
                    "%(complaint)s names no customer. Enter one, then make the service order.",
                    complaint=self.number,
                )
            )

    def _prepare_service_order_vals(self, kind):
        """Return what an order of this complaint begins with.

        :param kind: complaint.service.type
        """
        self.ensure_one()
        asset = self.asset_id
        return {
            "name": self.name,
            # The workshop is not among those who may know what a confidential complaint says.
            "description": False if self.confidential else self.description,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "partner_phone": self.partner_phone or self.partner_id.phone,
            "partner_email": self.partner_email or self.partner_id.email,
            "asset_id": asset.id,
            "product_id": (asset.product_id or self.product_id).id,
            "complaint_id": self.id,
            "type_id": kind.id,
            "priority": "1" if self.severity == "urgent" else "0",
        }

    def _make_service_order(self, kind, **vals):
        """Make a service order for this complaint, also where the user has no part in the workshop.

        :param kind: complaint.service.type
        :param vals: values that replace or complete those of the complaint
        :return: complaint.service.order
        :raises UserError: something is missing
        """
        self.ensure_one()
        self.check_access("write")
        # Somebody may be about to merge it into another one, or to end it.
        take_turn(self)
        self._check_can_be_serviced()
        company = self.company_id
        Team = self.env["complaint.team"].sudo()
        team = kind.sudo().team_id.filtered(lambda team: team.company_id == company)
        if not (vals.get("team_id") or team or Team._get_service_team(company, self.env.user)):
            raise UserError(
                self.env._(
                    "No team of %(company)s carries out service orders. Let a manager tick it on a team.",
                    company=company.name,
                )
            )
        user = self.env.user
        advises = user.has_group("complaint_management.group_service_advisor")
        # All that goes in comes from the complaint, or was named here.
        order_sudo = (
            self.env["complaint.service.order"]
            .sudo()
            .with_company(company)
            .with_context(mail_create_nosubscribe=True)
            .create(
                {
                    **self._prepare_service_order_vals(kind),
                    "user_id": user.id if advises and user not in self.excluded_user_ids else False,
                    **vals,
                }
            )
        )
        self.sudo()._message_log(
            body=self.env._("Service order %(order)s was made.", order=order_sudo.number),
            author_id=user.partner_id.id,
        )
        return order_sudo.with_env(self.env)

    # who is concerned

    def _apply_exclusion(self):
        super()._apply_exclusion()
        for complaint in self.sudo().filtered("excluded_user_ids"):
            complaint.with_context(active_test=False).service_order_ids._replace_excluded(
                complaint.excluded_user_ids
            )

    # merging

    @api.model
    def _merge_fields(self):
        return [*super()._merge_fields(), "asset_id", "service_order_id"]

    def _merge_records(self):
        return [*super()._merge_records(), ("complaint.service.order", "complaint_id")]

    def _move_thread(self, target):
        # Before the orders move: nobody works on an order of a complaint that concerns them.
        if target.excluded_user_ids:
            orders = (self | target).with_context(active_test=False).service_order_ids
            orders._replace_excluded(target.excluded_user_ids)
        super()._move_thread(target)


class ComplaintAttached(models.AbstractModel):
    _inherit = "complaint.attached"

    @api.model
    def _get_thread_models(self):
        return super()._get_thread_models() | {"complaint.service.order": "complaint_id"}
