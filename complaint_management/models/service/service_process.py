from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.service_process import SERVICE, Requirement
from .service_part import check_entered, drop_defaults

#: What only a move may write; otherwise calls from outside would go round the gate.
KEPT_FIELDS = {"step", "closed_at", "reopen_count", "reopened_at", "date_last_stage_update"}


class ComplaintServiceOrder(models.Model):
    """The way of a service order through its steps (``case/staged.py``), how it ends and begins again (SV-2).

    What a step demands is said by the file whose subject it is; here is what every order needs.
    """

    _inherit = "complaint.service.order"

    stage_id = fields.Many2one(
        "complaint.service.stage",
        compute="_compute_stage_id",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        index=True,
        ondelete="restrict",
        tracking=True,
        group_expand="_read_group_stage_ids",
        domain="['|', ('team_ids', '=', False), ('team_ids', '=', team_id)]",
    )
    step = fields.Selection(related="stage_id.step", store=True, precompute=True, index=True)
    closed_at = fields.Datetime(string="Closed on", readonly=True, copy=False, index="btree_not_null")
    end_reason = fields.Text(string="Reason for Cancelling", tracking=True, copy=False)
    reopen_reason = fields.Text(copy=False, readonly=True)
    reopened_at = fields.Datetime(string="Reopened on", readonly=True, copy=False)
    reopen_count = fields.Integer(string="Times Reopened", readonly=True, copy=False)

    @api.model
    def _get_kept_fields(self):
        """Return the names of the fields that nobody enters, in whatever way an order comes.

        Areas add what their buttons write.
        """
        return KEPT_FIELDS

    @api.model_create_multi
    def create(self, vals_list):
        kept = self._get_kept_fields()
        check_entered(self.browse(), vals_list, kept)
        return super(ComplaintServiceOrder, drop_defaults(self, kept)).create(vals_list)

    def write(self, vals):
        if not self.env.su and KEPT_FIELDS & vals.keys():
            labels = [
                self._fields[fname]._description_string(self.env)
                for fname in sorted(KEPT_FIELDS & vals.keys())
            ]
            raise UserError(
                self.env._("Only moves of the order change this: %(fields)s.", fields=", ".join(labels))
            )
        check_entered(self, [vals], self._get_kept_fields())
        return super().write(vals)

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        now = fields.Datetime.now()
        by_vals = {}
        for order in self:
            old, new = old_steps[order.id], order.step
            vals = {"date_last_stage_update": now}
            if new in SERVICE.ends and old not in SERVICE.ends:
                vals |= {"closed_at": now, "reopen_reason": False}
            elif old in SERVICE.ends and new not in SERVICE.ends:
                vals |= {
                    "closed_at": False,
                    "end_reason": False,
                    "reopened_at": now,
                    "reopen_count": order.reopen_count + 1,
                }
            by_vals.setdefault(tuple(vals.items()), []).append(order.id)
        for vals, order_ids in by_vals.items():
            # Not tracked: the move itself is.
            self.browse(order_ids).sudo().with_context(tracking_disable=True).write(dict(vals))

    def _gate_fields(self):
        return [
            *super()._gate_fields(),
            "asset_id",
            "end_reason",
            "partner_email",
            "partner_phone",
            "reopen_reason",
            "scheduled_start",
            "team_id",
            "type_id",
            "user_id",
        ]

    def _gate_requirements(self):
        return super()._gate_requirements() + [
            Requirement("appointment", self.env._("Choose the kind of service."), lambda o: o.type_id),
            Requirement(
                "appointment",
                self.env._("Enter a phone number or an e-mail address of the customer."),
                lambda o: o.partner_phone or o.partner_email,
            ),
            Requirement("appointment", self.env._("Choose the team that does it."), lambda o: o.team_id),
            Requirement("appointment", self.env._("Name the service advisor."), lambda o: o.user_id),
            Requirement(
                "appointment",
                self.env._("Agree on an appointment; who is here already is taken in with Receive Now."),
                lambda o: o.scheduled_start,
            ),
            Requirement(
                "reception",
                self.env._("Say which vehicle, appliance or installation it is about."),
                lambda o: o.asset_id or not o.type_id.asks_asset,
            ),
            Requirement(
                "cancel",
                self.env._("Give the reason for cancelling it."),
                lambda o: (o.end_reason or "").strip(),
            ),
            Requirement(
                "reopen",
                self.env._("Give the reason for opening it again (button Reopen)."),
                lambda o: (o.reopen_reason or "").strip(),
            ),
        ]

    def _refuse_together(self, get_refusal):
        """Refuse what cannot be done for some of the orders, all of it in one message.

        :param get_refusal: function of one order that returns words, or nothing where it can be done
        """
        refusals = [refusal for order in self if (refusal := get_refusal(order))]
        if refusals:
            raise UserError("\n".join(refusals))

    def action_cancel(self, reason):
        """End the orders without the work.

        :param str reason: why; kept on the record
        """
        self.write({"end_reason": reason})
        self.move_to("cancelled")

    def action_reopen(self, reason, step="work"):
        """Take up ended orders again. The number of times is kept.

        :param str reason: why; kept on the record
        :param str step: where the work goes on
        :raises UserError: one of them is still in work, or would not be by then
        """
        if step in SERVICE.ends or any(order.step not in SERVICE.ends for order in self):
            raise UserError(self.env._("Only ended orders can be opened again."))
        self.write({"reopen_reason": reason})
        self.move_to(step)
        self._message_log_batch(
            bodies=dict.fromkeys(self.ids, self.env._("Opened again: %(reason)s", reason=reason))
        )
