from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.service_process import MILESTONES, SERVICE, left_by
from .service_type import KINDS

#: A change of these may bring another limit about.
FACTS = {"company_id", "team_id", "type_id", "priority", "requested_at"}


class ComplaintServiceOrder(models.Model):
    """A service order is held to the limits of its milestones (TL-3, SV-2)."""

    _name = "complaint.service.order"
    _inherit = ["complaint.service.order", "complaint.deadline.mixin"]

    _deadline_applies_to = "service"
    _deadline_inverse = "service_order_id"

    deadline_ids = fields.One2many("complaint.deadline", "service_order_id", string="Time Limits", copy=False)
    pause_ids = fields.One2many("complaint.pause", "service_order_id", string="Pauses", copy=False)

    _next_due_idx = models.Index("(next_due, id) WHERE next_due IS NOT NULL AND active IS TRUE")

    def _get_deadline_facts(self):
        return super()._get_deadline_facts() | {
            "team_id": self.team_id.id,
            "service_kind": self.type_id.kind,
            "service_type_id": self.type_id.id,
            "service_urgent": self.priority == "1",
        }

    def _get_deadline_receipt(self):
        return (self.reopen_count and self.reopened_at) or self.requested_at

    def _get_deadline_round(self):
        return self.reopen_count

    def _get_deadline_calendar(self):
        return self.team_id.calendar_id or super()._get_deadline_calendar()

    def _get_milestones_behind(self):
        return MILESTONES if self.step in SERVICE.refused else left_by(self.step)

    def _get_milestone_order(self):
        return MILESTONES

    def _get_deadline_start(self, rule, existing, asked):
        start = super()._get_deadline_start(rule, existing, asked)
        passed = rule.count_from == "event" and rule.start_event in self._get_milestones_behind()
        if not start and passed and rule.start_event not in existing:
            # It never had a clock, such as that of a step that was passed at once: the move has reached it.
            return self.date_last_stage_update
        return start

    def _has_ended_for_deadlines(self):
        return self.step in SERVICE.ends

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._start_deadlines()
        return orders

    def write(self, vals):
        before = {order: order._get_deadline_facts() for order in self} if FACTS & vals.keys() else {}
        result = super().write(vals)
        changed = [
            order.id
            for order, facts in before.items()
            if "requested_at" in vals or order._get_deadline_facts() != facts
        ]
        if changed:
            self.browse(changed)._refresh_deadlines()
        return result

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        moved = self.filtered(lambda order: old_steps[order.id] != order.step)
        reopened = moved.filtered(
            lambda order: old_steps[order.id] in SERVICE.ends and order.step not in SERVICE.ends
        )
        reopened._start_deadlines()
        for step, orders in (moved - reopened).grouped("step").items():
            if step in SERVICE.refused:
                orders._cancel_deadlines()
            else:
                orders._reach_milestones(left_by(step))
            if step in SERVICE.ends:
                orders._resume_deadlines()

    def _run_stage_actions(self):
        pausing = self._stages._get_pausing_ids()
        if pausing:
            self._resume_deadlines([("service_stage_id", "!=", False)])
            for stage, orders in self.grouped("stage_id").items():
                if stage.id in pausing:
                    orders._pause_deadlines(stage.display_name, service_stage_id=stage.id)
        return super()._run_stage_actions()


class ComplaintDeadlinePart(models.AbstractModel):
    _inherit = "complaint.deadline.part"

    _host_fields = ("complaint_id", "dispatch_id", "remedy_id", "service_order_id")


class ComplaintDeadline(models.Model):
    _inherit = "complaint.deadline"

    service_order_id = fields.Many2one("complaint.service.order", index="btree_not_null", ondelete="cascade")

    _service_order_uniq = models.UniqueIndex(
        "(service_order_id, milestone, round) WHERE service_order_id IS NOT NULL",
        "A service order has one clock per milestone.",
    )

    @api.model
    def _get_kind_domain(self, applies_to):
        if applies_to == "service":
            return Domain("service_order_id", "!=", False)
        return super()._get_kind_domain(applies_to)

    @api.model
    def _get_team_domain(self, teams):
        return super()._get_team_domain(teams) | Domain("service_order_id.team_id", "in", teams.ids)


class ComplaintDeadlineEvent(models.Model):
    _inherit = "complaint.deadline.event"

    service_order_id = fields.Many2one("complaint.service.order", index="btree_not_null", ondelete="cascade")


class ComplaintDeadlineExtension(models.Model):
    _inherit = "complaint.deadline.extension"

    service_order_id = fields.Many2one(
        "complaint.service.order", index="btree_not_null", ondelete="cascade", readonly=True
    )


class ComplaintPause(models.Model):
    _inherit = "complaint.pause"

    service_order_id = fields.Many2one("complaint.service.order", index="btree_not_null", ondelete="cascade")
    service_stage_id = fields.Many2one(
        "complaint.service.stage",
        string="By Service Stage",
        index="btree_not_null",
        ondelete="restrict",
        help="The clock stood because the order waited in this stage.",
    )


class ComplaintDeadlinePolicy(models.Model):
    _inherit = "complaint.deadline.policy"

    applies_to = fields.Selection(
        selection_add=[("service", "Service orders")], ondelete={"service": "cascade"}
    )
    service_kind = fields.Selection(KINDS, string="Kind of Service")
    service_type_id = fields.Many2one(
        "complaint.service.type", string="Service", index="btree_not_null", ondelete="cascade"
    )
    service_urgent = fields.Boolean(string="Urgent Ones Only")

    def _get_conditions(self):
        conditions = super()._get_conditions()
        if self.service_kind:
            conditions["service_kind"] = self.service_kind
        if self.service_type_id:
            conditions["service_type_id"] = self.service_type_id.id
        if self.service_urgent:
            conditions["service_urgent"] = True
        return conditions


class ComplaintDeadlineRule(models.Model):
    _inherit = "complaint.deadline.rule"

    @api.model
    def _get_milestones_of(self, applies_to):
        return MILESTONES if applies_to == "service" else super()._get_milestones_of(applies_to)

    @api.model
    def _get_milestone_labels(self):
        return super()._get_milestone_labels() | {
            "arrange": self.env._("Technician arranged"),
            "receive": self.env._("Taken in"),
            "diagnose": self.env._("Diagnosed"),
            "complete": self.env._("Work completed"),
            "hand_over": self.env._("Hand-over done"),
        }
