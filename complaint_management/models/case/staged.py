from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ComplaintStaged(models.AbstractModel):
    """A record that goes a fixed way of steps, through stages that companies name; each move passes a gate.

    The host sets :attr:`_process`, defines ``team_id``, ``stage_id`` (as :class:`ComplaintComplaint` does, to
    a model with ``complaint.stage.mixin``) and ``step``, calls :meth:`_check_gates_at_creation` when all of a
    new record is there, and says what is demanded in :meth:`_gate_requirements`. Nothing else decides about a
    move: the board, buttons, imports, the API and crons all come through :meth:`write` (DESIGN 3, 4.2).
    """

    _name = "complaint.staged"
    _description = "Goes through Stages"

    #: The way: odoo.addons.complaint_management.tools.process.Process.
    _process = None
    #: What a change of can bring a record into another stage, directly or through its team.
    _moving_fields = frozenset({"stage_id", "team_id", "company_id"})

    date_last_stage_update = fields.Datetime(
        string="In This Stage Since", default=fields.Datetime.now, readonly=True, copy=False
    )
    next_step = fields.Selection(selection="_selection_step", compute="_compute_missing")
    missing = fields.Html(string="Still Missing", compute="_compute_missing", sanitize=False)

    # stages

    @property
    def _stages(self):
        return self.env[self._fields["stage_id"].comodel_name]

    @api.model
    def _selection_step(self):
        return self._stages._fields["step"]._description_selection(self.env)

    @api.depends("team_id")
    def _compute_stage_id(self):
        """Stand in a stage of the team: the first at creation, then one of the same step as before."""
        Stage = self._stages
        for record in self:
            stage, team_id = record.stage_id, record.team_id.id
            if not stage or not Stage._is_open_to(stage.id, team_id):
                stage = Stage.browse(Stage._first_of_step(stage.step or self._process.steps[0], team_id))
            record.stage_id = stage

    @api.constrains("stage_id")
    def _check_stage_of_team(self):
        # A change of team needs no check: the stage follows the team.
        Stage = self._stages
        for record in self:
            if not record.stage_id:
                raise ValidationError(
                    self.env._("%(record)s always stands in a stage.", record=record.display_name)
                )
            if not Stage._is_open_to(record.stage_id.id, record.team_id.id):
                raise ValidationError(
                    self.env._(
                        "%(record)s cannot enter “%(stage)s”: its team does not use this stage.",
                        record=record.display_name,
                        stage=record.stage_id.display_name,
                    )
                )

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show the columns that everybody uses, and those of the team looked at or of one's own teams."""
        return stages.browse(stages._get_column_ids(self.env.context.get("default_team_id"), self.env.uid))

    # moving

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
        first = self._process.steps[0]
        advanced = self.filtered(lambda record: record.step != first)
        if advanced:
            begun = dict.fromkeys(advanced.ids, first)
            advanced._check_gates(begun)
            advanced._record_move(begun)

    def write(self, vals):
        if not self._moving_fields & vals.keys():
            return super().write(vals)
        old_steps = {record.id: record.step for record in self}
        old_stages = {record.id: record.stage_id for record in self}
        result = super().write(vals)
        moved = self.filtered(lambda record: record.stage_id != old_stages[record.id])
        if moved:
            moved._check_gates(old_steps)
            moved._record_move(old_steps)
            moved._run_stage_actions()
        return result

    def _record_move(self, old_steps):
        """Keep the moments that a move brings about; hosts add theirs.

        :param dict old_steps: step before the move, by id
        """

    def _run_stage_actions(self):
        for stage, records in self.grouped("stage_id").items():
            # Which action runs is the administrator's choice, whoever moves the record.
            action = self.env["ir.actions.server"].sudo().browse(stage._get_server_action_id(stage.id))
            if action:
                action.with_context(
                    active_model=self._name, active_ids=records.ids, active_id=records[:1].id
                ).run()

    def move_to(self, step):
        """Move the records to the first stage of a step, through the gate.

        :param str step: one of the steps of the process
        :raises UserError: unknown step, or something is missing (all of it in one message)
        """
        if step not in self._process.every:
            raise UserError(self.env._("There is no step “%(step)s”.", step=step))
        self._move_each(lambda record: step)
        return True

    def _move_each(self, get_step):
        """Move each record to the first stage of a step of its own, with one message for all that is missing.

        :param get_step: function of a record that returns the step it is to enter
        """
        Stage = self._stages
        moving = self.filtered(lambda record: record.step != get_step(record))
        by_stage = moving.grouped(
            lambda record: Stage.browse(Stage._first_of_step(get_step(record), record.team_id.id))
        )
        if len(by_stage) > 1:
            # One write per stage, but one message for all of them.
            moving._check_gates(
                {record.id: record.step for record in moving},
                {record.id: stage for stage, records in by_stage.items() for record in records},
            )
        for stage, records in by_stage.items():
            records.write({"stage_id": stage.id})

    def action_next_step(self):
        """Move on to the next step that means anything; what is missing is listed in one message."""
        self.filtered("next_step")._move_each(lambda record: record.next_step)

    # the gate

    @api.model
    def _gate_fields(self):
        """Return the names of the fields that the requirements look at, for the list on the form.

        Extended by each area together with :meth:`_gate_requirements`.
        """
        return ["step"]

    @api.model
    def _gate_requirements(self):
        """Return what must be there before a record passes each gate.

        This is the one place for it: an area adds its own with
        ``return super()._gate_requirements() + [Requirement(...)]``.

        :return: list of :class:`~odoo.addons.complaint_management.tools.process.Requirement`
        """
        return []

    def _get_gates(self, old, new):
        """Return the names of the gates that one record passes between two steps.

        :raises ValueError: there is no way between the two steps
        """
        return self._process.gates_between(old, new)

    @api.depends(lambda self: self._gate_fields())
    def _compute_missing(self):
        requirements = self._gate_requirements()
        for record in self:
            record.next_step = record._get_next_step(requirements)
            missing = record._get_missing(record.step, record.next_step, requirements)
            record.missing = (
                Markup("<ul class='mb-0 ps-3'>%s</ul>")
                % Markup().join(Markup("<li>%s</li>") % requirement.message for requirement in missing)
                if missing
                else False
            )

    def _get_next_step(self, requirements=None):
        """Return the step that one record enters next, beyond those in which there is nothing to do for it.

        :param requirements: the list of :meth:`_gate_requirements`, where the caller has it already
        :return: name of a step; False at an end
        """
        step = self.step and self._process.next_step(self.step)
        while step and step not in self._process.ends and self._is_idle_in(step):
            following = self._process.next_step(step)
            # The gate decides: where it asks for something, that is to be done.
            if self._get_missing(step, following, requirements):
                break
            step = following
        return step or False

    def _is_idle_in(self, step):
        """Tell whether one record, as far as its kind goes, has nothing to do in a step.

        :param str step: one of the steps of the process, never an end
        """
        return False

    def _get_missing(self, old, new, requirements=None):
        """Return what one record lacks for the way between two steps.

        :param str old: the step it leaves
        :param str new: the step it enters; a false value means no move
        :param requirements: the list of :meth:`_gate_requirements`, where the caller has it already
        :return: list of Requirement, in the order of the process
        :raises ValueError: there is no way between the two steps
        """
        if not old or not new:
            return []
        gates = self._get_gates(old, new)
        if not gates:
            return []
        if requirements is None:
            requirements = self._gate_requirements()
        return [
            requirement
            for gate in gates
            for requirement in requirements
            if requirement.gate == gate and not requirement.met(self)
        ]

    def _check_gates(self, old_steps, new_stages=None):
        """Refuse moves that lack something, with one message that lists all of it.

        :param dict old_steps: step before the move, by id
        :param dict new_stages: stage to be entered, by id; where it is left out, the one entered
        :raises UserError: something is missing for at least one of the records
        """
        requirements = self._gate_requirements()
        refusals = []
        for record in self:
            stage = new_stages[record.id] if new_stages else record.stage_id
            try:
                missing = record._get_missing(old_steps[record.id], stage.step, requirements)
                lines = [requirement.message for requirement in missing]
            except ValueError:
                lines = [self.env._("It has ended. Reopen it first.")]
            if lines:
                refusals.append(record._get_refusal(stage, lines))
        if refusals:
            raise UserError("\n\n".join(refusals))

    def _get_refusal(self, stage, lines):
        return self.env._(
            "%(record)s cannot move to “%(stage)s” yet:\n%(missing)s",
            record=self.display_name,
            stage=stage.display_name,
            missing="\n".join(f"- {line}" for line in lines),
        )
