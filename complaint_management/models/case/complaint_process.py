from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools import process

#: What only a move may write; otherwise calls from outside would go round the gate.
KEPT_FIELDS = {"step", "closed_at", "reopen_count", "backfilled_at"}


class ComplaintProcess(models.Model):
    """The way of a complaint through its steps (``staged.py``); what moves keep, and what only they write."""

    _inherit = "complaint.complaint"

    _process = process.COMPLAINT
    # The team follows the category and the severity.
    _moving_fields = frozenset({"stage_id", "team_id", "category_id", "severity", "company_id"})

    stage_id = fields.Many2one(
        "complaint.stage",
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
    step = fields.Selection(related="stage_id.step", store=True, precompute=True)
    # Importable, like the moment of reading back; afterwards only moves change it.
    closed_at = fields.Datetime(string="Closed on", copy=False, index="btree_not_null")

    def _check_closed_at(self):
        """What was closed elsewhere brings a moment along that can be true."""
        tolerance = timedelta(minutes=5)  # clocks of other machines run a little ahead
        now = fields.Datetime.now()
        for complaint in self.filtered("closed_at"):
            if not complaint.received_at - tolerance <= complaint.closed_at <= now + tolerance:
                raise ValidationError(
                    self.env._(
                        "%(complaint)s cannot have been closed before it was received, or in the future.",
                        complaint=complaint.display_name,
                    )
                )

    def _check_gates_at_creation(self):
        super()._check_gates_at_creation()
        self.filtered(lambda complaint: complaint.step != "new")._check_closed_at()
        unended = self.filtered(lambda complaint: complaint.closed_at and complaint.step not in process.ENDS)
        if unended:
            super(ComplaintProcess, unended).write({"closed_at": False})

    # moving

    def write(self, vals):
        self._check_kept_fields(vals)
        return super().write(vals)

    def _check_kept_fields(self, vals):
        if self.env.su:
            return
        kept = KEPT_FIELDS & vals.keys()
        if "emergency" in vals and not vals["emergency"] and any(complaint.emergency for complaint in self):
            # The record would never have to be completed.
            kept.add("emergency")
        if kept:
            labels = [self._fields[fname]._description_string(self.env) for fname in sorted(kept)]
            raise UserError(
                self.env._("Only moves of the complaint change this: %(fields)s.", fields=", ".join(labels))
            )

    def _record_move(self, old_steps):
        """Keep the moments and counts that a move brings about."""
        now = fields.Datetime.now()
        by_vals = {}
        for complaint in self:
            old, new = old_steps[complaint.id], complaint.step
            vals = {"date_last_stage_update": now}
            if new in process.ENDS and old not in process.ENDS:
                # A case that is taken over from elsewhere as ended brings its own moment.
                vals["closed_at"] = complaint.closed_at or now
                vals["reopen_reason"] = False
            elif self._is_new_round(old, new):
                vals["closed_at"] = False
                vals["end_reason"] = False
                vals["reopen_count"] = complaint.reopen_count + 1
            if (
                complaint.emergency
                and not complaint.backfilled_at
                and new in process.STEPS[process.STEPS.index(process.EMERGENCY_LIMIT) + 1 :]
            ):
                vals["backfilled_at"] = now
            by_vals.setdefault(tuple(vals.items()), []).append(complaint.id)
        for vals, complaint_ids in by_vals.items():
            # Nothing of this is tracked or followed, the move itself is.
            complaints = self.browse(complaint_ids).with_context(tracking_disable=True)
            super(ComplaintProcess, complaints).write(dict(vals))

    @api.model
    def _is_new_round(self, old, new):
        """Tell whether a move takes a complaint up again: after its end, or after a call from follow-up.

        :param str old: step that was left
        :param str new: step that was entered
        """
        if new in process.ENDS:
            return False
        return old in process.ENDS or (old == "follow_up" and self.env.context.get("complaint_new_round"))

    def action_assign_to_me(self):
        """Become the person responsible."""
        self.write({"user_id": self.env.uid})
