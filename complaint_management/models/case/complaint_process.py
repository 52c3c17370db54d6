from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools import process

#: What a change of can bring a complaint into another stage, directly or through its team.
MOVING_FIELDS = {"stage_id", "team_id", "category_id", "severity", "company_id"}
#: What only a move may write; otherwise calls from outside would go round the gate.
KEPT_FIELDS = {"step", "closed_at", "reopen_count", "backfilled_at"}


class ComplaintProcess(models.Model):
    """The way of a complaint through its steps; every move passes the gate (complaint_gate.py)."""

    _inherit = "complaint.complaint"

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
    date_last_stage_update = fields.Datetime(
        string="In This Stage Since", default=fields.Datetime.now, readonly=True, copy=False
    )
    # Importable, like the moment of reading back; afterwards only moves change it.
    closed_at = fields.Datetime(string="Closed on", copy=False, index="btree_not_null")

    @api.depends("team_id")
    def _compute_stage_id(self):
        """Stand in a stage of the team: the first at creation, then one of the same step as before."""
        Stage = self.env["complaint.stage"]
        for complaint in self:
            stage, team_id = complaint.stage_id, complaint.team_id.id
            if not stage or not Stage._is_open_to(stage.id, team_id):
                stage = Stage.browse(Stage._first_of_step(stage.step or "new", team_id))
            complaint.stage_id = stage

    @api.constrains("stage_id")
    def _check_stage_of_team(self):
        # A change of team needs no check: the stage follows the team.
        Stage = self.env["complaint.stage"]
        for complaint in self:
            if not complaint.stage_id:
                raise ValidationError(self.env._("A complaint always stands in a stage."))
            if not Stage._is_open_to(complaint.stage_id.id, complaint.team_id.id):
                raise ValidationError(
                    self.env._(
                        "%(complaint)s cannot enter “%(stage)s”: its team does not use this stage.",
                        complaint=complaint.display_name,
                        stage=complaint.stage_id.display_name,
                    )
                )

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

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show the columns that everybody uses, and those of the team looked at or of one's own teams."""
        return stages.browse(stages._get_column_ids(self.env.context.get("default_team_id"), self.env.uid))

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            # An empty cell of an import names no stage.
            if not vals.get("stage_id"):
                vals.pop("stage_id", None)
        return super().create(vals_list)

    def _check_gates_at_creation(self):
        """A record that is created further down the way shows what the way asks for (import, API)."""
        advanced = self.filtered(lambda complaint: complaint.step != "new")
        if advanced:
            advanced._check_gates(dict.fromkeys(advanced.ids, "new"))
            advanced._check_closed_at()
            advanced._record_move(dict.fromkeys(advanced.ids, "new"))
        unended = self.filtered(lambda complaint: complaint.closed_at and complaint.step not in process.ENDS)
        if unended:
            super(ComplaintProcess, unended).write({"closed_at": False})

    # moving

    def write(self, vals):
        self._check_kept_fields(vals)
        if not MOVING_FIELDS & vals.keys():
            return super().write(vals)
        old_steps = {complaint.id: complaint.step for complaint in self}
        old_stages = {complaint.id: complaint.stage_id for complaint in self}
        result = super().write(vals)
        moved = self.filtered(lambda complaint: complaint.stage_id != old_stages[complaint.id])
        if moved:
            moved._check_gates(old_steps)
            moved._record_move(old_steps)
            moved._run_stage_actions()
        return result

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

    def _run_stage_actions(self):
        for stage, complaints in self.grouped("stage_id").items():
            # Which action runs is the administrator's choice, whoever moves the complaint.
            action = self.env["ir.actions.server"].sudo().browse(stage._get_server_action_id(stage.id))
            if action:
                action.with_context(
                    active_model=self._name, active_ids=complaints.ids, active_id=complaints[:1].id
                ).run()

    def move_to(self, step):
        """Move the complaints to the first stage of a step, through the gate.

        :param str step: one of the steps of the process
        :raises UserError: unknown step, or something is missing (all of it in one message)
        """
        if step not in (*process.STEPS, *process.REFUSED):
            raise UserError(self.env._("There is no step “%(step)s”.", step=step))
        Stage = self.env["complaint.stage"]
        moving = self.filtered(lambda complaint: complaint.step != step)
        by_stage = moving.grouped(
            lambda complaint: Stage.browse(Stage._first_of_step(step, complaint.team_id.id))
        )
        if len(by_stage) > 1:
            # One write per stage, but one message for all of them.
            moving._check_gates(
                {complaint.id: complaint.step for complaint in moving},
                {complaint.id: stage for stage, complaints in by_stage.items() for complaint in complaints},
            )
        for stage, complaints in by_stage.items():
            complaints.write({"stage_id": stage.id})
        return True

    def action_next_step(self):
        """Move on by one step; what is missing is listed in one message."""
        for step, complaints in self.grouped("next_step").items():
            if step:
                complaints.move_to(step)

    def action_assign_to_me(self):
        """Become the person responsible."""
        self.write({"user_id": self.env.uid})
