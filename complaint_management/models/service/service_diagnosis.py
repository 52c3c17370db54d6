from odoo import api, fields, models

from ...tools.service_process import Requirement

#: What technicians find out.
DIAGNOSIS_FIELDS = {"diagnosis", "fault_id", "recommendation"}


class ComplaintServiceOrder(models.Model):
    """The diagnosis: what is wrong, who found it out, what should be done beyond the order (SV-2)."""

    _inherit = "complaint.service.order"

    diagnosis = fields.Text(copy=False, tracking=True, help="What was found out, and why it is so.")
    fault_id = fields.Many2one(
        "complaint.service.fault",
        index="btree_not_null",
        check_company=True,
        copy=False,
        ondelete="restrict",
        tracking=True,
        help="By its common name the same fault is known when it comes again.",
    )
    diagnosed_at = fields.Datetime(
        string="Diagnosed on",
        compute="_compute_diagnosed_at",
        store=True,
        readonly=False,
        copy=False,
    )
    diagnosed_by_id = fields.Many2one(
        "res.users",
        string="Diagnosed by",
        compute="_compute_diagnosed_at",
        store=True,
        readonly=False,
        copy=False,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    recommendation = fields.Text(
        copy=False,
        tracking=True,
        help="Further work that the customer declines or puts off. It is printed on the hand-over sheet.",
    )

    @api.depends("diagnosis")
    def _compute_diagnosed_at(self):
        """The first words of a round count; what is corrected later is seen in the history."""
        for order in self:
            if not (order.diagnosis or "").strip():
                order.diagnosed_at = order.diagnosed_by_id = False
                continue
            anew = order.reopened_at and order.diagnosed_at and order.diagnosed_at < order.reopened_at
            if order.diagnosed_at and not anew:
                order.diagnosed_at = order.diagnosed_at
                order.diagnosed_by_id = order.diagnosed_by_id or self._get_writer()
            else:
                order.diagnosed_at = fields.Datetime.now()
                order.diagnosed_by_id = self._get_writer()

    @api.model
    def _get_writer(self):
        """Return who is writing, empty where it is the system."""
        return self.env["res.users"] if self.env.user._is_superuser() else self.env.user

    @api.constrains("diagnosed_at")
    def _check_diagnosed_at(self):
        self._check_past("diagnosed_at")

    @api.model
    def _technician_fields(self):
        return super()._technician_fields() | DIAGNOSIS_FIELDS

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._reach_at("diagnose", "diagnosed_at")
        return orders

    def write(self, vals):
        result = super().write(vals)
        if {"diagnosis", "diagnosed_at"} & vals.keys():
            self._reach_at("diagnose", "diagnosed_at")
        return result

    def _record_move(self, old_steps):
        self._reach_at("diagnose", "diagnosed_at")
        super()._record_move(old_steps)

    def _gate_fields(self):
        return [*super()._gate_fields(), "diagnosis"]

    def _gate_requirements(self):
        return super()._gate_requirements() + [
            Requirement(
                "diagnosis",
                self.env._("Write down what is wrong (page Diagnosis)."),
                lambda o: (o.diagnosis or "").strip() or not o.type_id.asks_diagnosis,
            ),
        ]
