from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS, Domain

from ...tools.service_process import SERVICE


class ComplaintServiceOrder(models.Model):
    """The same fault again, soon after it was repaired: a repeat repair (SV-5, SV-7).

    How soon says the company. An order stays one when the earlier order is opened again; it is one no more
    when the earlier one proves to be about something else.
    """

    _inherit = "complaint.service.order"

    # Who reads an order need not read the one before it, not even its name (OR-2).
    repeat_of_id = fields.Many2one(
        "complaint.service.order",
        string="Repeat of",
        compute="_compute_repeat_of_id",
        store=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=NO_ACCESS,
    )
    is_repeat = fields.Boolean(
        string="Repeat Repair",
        compute="_compute_repeat_of_id",
        store=True,
        copy=False,
        index="btree_not_null",
    )
    repeat_note = fields.Char(compute="_compute_repeat_note")

    _fault_idx = models.Index("(asset_id, fault_id) WHERE fault_id IS NOT NULL")

    @api.depends("asset_id", "fault_id", "requested_at", "received_at", "company_id")
    def _compute_repeat_of_id(self):
        earlier = self._find_earlier_repairs()
        for order in self:
            start = order.received_at or order.requested_at
            days = order.company_id.complaint_service_repeat_days
            former = self.browse()
            if start and days > 0 and order.asset_id and order.fault_id:
                done = earlier.get((order.asset_id._origin, order.fault_id._origin), ())
                former = max(
                    (
                        (moment, other.id, other)
                        for moment, other in done
                        if other != order._origin and start - timedelta(days=days) <= moment <= start
                    ),
                    default=(None, None, former),
                )[2]
            order.repeat_of_id = former
            order.is_repeat = bool(former)

    def _find_earlier_repairs(self):
        """Return ``{(asset, fault): [(moment of the hand-over, order)]}`` of what these may repeat."""
        asset_ids, fault_ids = self.asset_id._origin.ids, self.fault_id._origin.ids
        found = {}
        if not asset_ids or not fault_ids:
            return found
        # Whoever may read them: what was repaired before was repaired before.
        orders_sudo = self.sudo().search(
            Domain("asset_id", "in", asset_ids)
            & Domain("fault_id", "in", fault_ids)
            & Domain("step", "not in", tuple(SERVICE.refused))
            & (Domain("handed_over_at", "!=", False) | Domain("step", "=", "closed"))
        )
        for order in orders_sudo:
            moment = order.handed_over_at or order.closed_at
            if moment:
                found.setdefault((order.asset_id, order.fault_id), []).append((moment, order))
        return found

    @api.depends("is_repeat", "asset_id", "fault_id")
    @api.depends_context("uid", "lang")
    def _compute_repeat_note(self):
        readable = self.sudo().repeat_of_id.sudo(False)._filtered_access("read")
        for order, order_sudo in zip(self, self.sudo(), strict=True):
            former = order_sudo.repeat_of_id
            if not former:
                order.repeat_note = False
                continue
            day = fields.Date.to_date(
                fields.Datetime.context_timestamp(
                    self, former.handed_over_at or former.closed_at or former.requested_at
                )
            )
            shown = self.env["ir.qweb.field.date"].value_to_html(day, {})
            if former.sudo(False) in readable:
                order.repeat_note = self.env._(
                    "Repeat repair: the same fault was repaired with %(order)s, handed over on %(day)s.",
                    order=former.number,
                    day=shown,
                )
            else:
                order.repeat_note = self.env._(
                    "Repeat repair: the same fault was repaired before, handed over on %(day)s.", day=shown
                )

    def action_open_repeat_of(self):
        """Open the order in which the same fault was repaired before."""
        self.ensure_one()
        former = self.sudo().repeat_of_id.sudo(False)
        if not former:
            raise UserError(self.env._("It is no repeat repair."))
        former.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": former._name,
            "res_id": former.id,
            "views": [(False, "form")],
        }

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        # Such as imported ones: those after them may have come first.
        orders.filtered("closed_at")._compare_anew()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if {"active", "asset_id", "fault_id"} & vals.keys():
            self._compare_followers()
        elif vals.get("closed_at"):
            self.filtered(lambda order: order.step in SERVICE.refused)._compare_followers()
        if vals.get("handed_over_at") or vals.get("closed_at"):
            self._compare_anew()
        return result

    def _compare_followers(self):
        """Look again at the orders that were found to repeat one of these."""
        if not self:
            return
        followers = self.sudo().search([("repeat_of_id", "in", self.ids)])
        self.env.add_to_compute(self._fields["repeat_of_id"], followers)
        self.env.add_to_compute(self._fields["is_repeat"], followers)

    def _compare_anew(self):
        """Look again at the orders that may repeat one of these."""
        done_sudo = self.sudo().filtered(lambda order: order.asset_id and order.fault_id)
        if not done_sudo:
            return
        others = done_sudo.search(
            [
                ("asset_id", "in", done_sudo.asset_id.ids),
                ("fault_id", "in", done_sudo.fault_id.ids),
                ("is_repeat", "=", False),
                ("id", "not in", done_sudo.ids),
            ]
        )
        self.env.add_to_compute(self._fields["repeat_of_id"], others)
        self.env.add_to_compute(self._fields["is_repeat"], others)
