from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools import process
from ...tools.process import Requirement

#: What a change of can bring a complaint into another stage, directly or through its team.
MOVING_FIELDS = {"stage_id", "team_id", "category_id", "severity", "company_id"}
#: What only a move may write; otherwise calls from outside would go round the gate.
KEPT_FIELDS = {"step", "closed_at", "reopen_count", "backfilled_at"}


class ComplaintProcess(models.Model):
    """The way of a complaint through its steps, and the one gate that guards it.

    An area that demands something before a step may be left extends
    :meth:`_gate_requirements`; nothing else decides about a move.
    """

    _inherit = "complaint.complaint"

    stage_id = fields.Many2one(
        "complaint.stage",
        string="Stage",
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
    closed_at = fields.Datetime(string="Closed", readonly=True, copy=False, index="btree_not_null")
    outcome = fields.Text(
        string="Result", tracking=True, copy=False, help="What came of it, as it was told to the complainant."
    )
    end_reason = fields.Text(
        string="Reason", tracking=True, copy=False, help="Why the complaint was rejected or cancelled."
    )
    reopen_reason = fields.Text(copy=False, readonly=True)
    reopen_count = fields.Integer(string="Times Reopened", readonly=True, copy=False)
    emergency = fields.Boolean(
        readonly=True,
        copy=False,
        tracking=True,
        help="Handled first; the record is completed afterwards.",
    )
    emergency_action = fields.Text(string="What Was Done at Once", copy=False)
    emergency_handled_at = fields.Datetime(string="Handled at", copy=False)
    backfilled_at = fields.Datetime(string="Record Completed", readonly=True, copy=False)
    next_step = fields.Selection(selection="_selection_step", compute="_compute_missing")
    missing = fields.Html(string="Still Missing", compute="_compute_missing", sanitize=False)

    must_read_back = fields.Boolean(compute="_compute_must_read_back")

    @api.depends("channel_id.read_back", "read_back_at")
    def _compute_must_read_back(self):
        for complaint in self:
            complaint.must_read_back = complaint.channel_id.read_back and not complaint.read_back_at

    @api.model
    def _selection_step(self):
        return self.env["complaint.stage"]._fields["step"]._description_selection(self.env)

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

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show the columns that everybody uses, and those of the team looked at or of one's own teams."""
        team_id = self.env.context.get("default_team_id")
        own = [("team_ids", "=", team_id)] if team_id else [("team_ids.access_user_ids", "in", self.env.uid)]
        return stages.search(["|", ("team_ids", "=", False), *own])

    # what the next gate asks for

    @api.depends(lambda self: self._gate_fields())
    def _compute_missing(self):
        requirements = self._gate_requirements()
        for complaint in self:
            complaint.next_step = process.next_step(complaint.step) if complaint.step else False
            missing = complaint._get_missing(complaint.step, complaint.next_step, requirements)
            complaint.missing = (
                Markup("<ul class='mb-0 ps-3'>%s</ul>")
                % Markup().join(Markup("<li>%s</li>") % requirement.message for requirement in missing)
                if missing
                else False
            )

    @api.model
    def _gate_fields(self):
        """Return the names of the fields that the requirements look at, for the list on the form.

        Extended by each area together with :meth:`_gate_requirements`.
        """
        return [
            "step",
            "emergency",
            "backfilled_at",
            "partner_id",
            "partner_name",
            "partner_email",
            "partner_phone",
            "channel_id",
            "description",
            "received_by_id",
            "read_back_at",
            "nature",
            "category_id",
            "severity",
            "team_id",
            "user_id",
            "outcome",
            "emergency_action",
            "emergency_handled_at",
        ]

    @api.model
    def _gate_requirements(self):
        """Return what must be there before a complaint passes each gate.

        This is the one place for it: an area adds its own with
        ``return super()._gate_requirements() + [Requirement(...)]``.

        :return: list of :class:`~odoo.addons.complaint_management.tools.process.Requirement`
        """
        _ = self.env._
        return [
            Requirement(
                "new",
                _("Say who complains: choose a customer or enter a name."),
                lambda c: c.partner_id or c.partner_name or c.channel_id.anonymous,
            ),
            Requirement(
                "new",
                _("Enter a phone number or an e-mail address of the complainant."),
                lambda c: c.partner_phone or c.partner_email or c.channel_id.anonymous,
            ),
            Requirement("new", _("Choose the channel it came in by."), lambda c: c.channel_id),
            Requirement("new", _("Write down what happened."), lambda c: (c.description or "").strip()),
            Requirement("new", _("Enter who received the complaint."), lambda c: c.received_by_id),
            Requirement(
                "new",
                _("Read the record back to the complainant and press Read Back."),
                lambda c: c.read_back_at or not c.channel_id.read_back,
            ),
            Requirement("triage", _("Choose the nature: complaint, inquiry, praise …"), lambda c: c.nature),
            Requirement("triage", _("Choose the category."), lambda c: c.category_id),
            Requirement("triage", _("Choose the severity."), lambda c: c.severity),
            Requirement("dispatch", _("Choose the team that handles it."), lambda c: c.team_id),
            Requirement("dispatch", _("Name the person responsible."), lambda c: c.user_id),
            Requirement(
                "feedback",
                _("Write down the result that was told to the complainant."),
                lambda c: (c.outcome or "").strip(),
            ),
            Requirement(
                "emergency",
                _("Write down what was done at once."),
                lambda c: (c.emergency_action or "").strip(),
            ),
            Requirement("emergency", _("Enter when it was handled."), lambda c: c.emergency_handled_at),
            Requirement(
                "reject",
                _("Give the reason for rejecting it."),
                lambda c: (c.end_reason or "").strip(),
            ),
            Requirement(
                "cancel",
                _("Give the reason for cancelling it."),
                lambda c: (c.end_reason or "").strip() or c.duplicate_of_id,
            ),
            Requirement(
                "reopen",
                _("Give the reason for opening it again (button Reopen)."),
                lambda c: (c.reopen_reason or "").strip(),
            ),
            Requirement(
                "reopen",
                _("It was merged into another complaint: reopen that one."),
                lambda c: not c.duplicate_of_id,
            ),
        ]

    def _get_missing(self, old, new, requirements=None):
        """Return what one complaint lacks for the way between two steps.

        :param str old: the step it leaves
        :param str new: the step it enters; a false value means no move
        :param requirements: the list of :meth:`_gate_requirements`, where the caller has it already
        :return: list of Requirement, in the order of the process
        :raises ValueError: there is no way between the two steps
        """
        if not old or not new:
            return []
        gates = process.gates_between(old, new, self.emergency and not self.backfilled_at)
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

        :param dict old_steps: step before the move, by complaint id
        :param dict new_stages: stage to be entered, by complaint id; where it is left out, the one entered
        :raises UserError: something is missing for at least one of the complaints
        """
        requirements = self._gate_requirements()
        refusals = []
        for complaint in self:
            stage = new_stages[complaint.id] if new_stages else complaint.stage_id
            try:
                missing = complaint._get_missing(old_steps[complaint.id], stage.step, requirements)
                lines = [requirement.message for requirement in missing]
            except ValueError:
                lines = [self.env._("It has ended. Reopen it first.")]
            if lines:
                refusals.append(complaint._get_refusal(stage, lines))
        if refusals:
            raise UserError("\n\n".join(refusals))

    def _get_refusal(self, stage, lines):
        return self.env._(
            "%(complaint)s cannot move to “%(stage)s” yet:\n%(missing)s",
            complaint=self.display_name,
            stage=stage.display_name,
            missing="\n".join(f"- {line}" for line in lines),
        )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            # The step is the stage's, and an empty cell of an import names no stage.
            vals.pop("step", None)
            if not vals.get("stage_id"):
                vals.pop("stage_id", None)
        return super().create(vals_list)

    def _check_gates_at_creation(self):
        """A record that is created further down the way shows what the way asks for (import, API)."""
        advanced = self.filtered(lambda complaint: complaint.step != "new")
        if advanced:
            advanced._check_gates(dict.fromkeys(advanced.ids, "new"))
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
            elif old in process.ENDS and new not in process.ENDS:
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

    def _run_stage_actions(self):
        for stage, complaints in self.grouped("stage_id").items():
            # Which action runs is the administrator's choice, whoever moves the complaint.
            action = stage.sudo().server_action_id
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

    def action_read_back(self):
        """The record was read back to the complainant and confirmed (IN-4)."""
        self.filtered(lambda complaint: not complaint.read_back_at).write(
            {"read_back_by_id": self.env.uid, "read_back_at": fields.Datetime.now()}
        )

    def action_assign_to_me(self):
        """Become the person responsible."""
        self.write({"user_id": self.env.uid})

    def action_answer_on_the_spot(self, answer):
        """Answer at once: from receipt to closed, still logged (IN-6).

        :param str answer: what the complainant was told
        :raises UserError: the record lacks something that closing asks for
        """
        for complaint in self:
            if complaint.step not in ("new", "triage"):
                raise UserError(
                    self.env._("%(complaint)s is in work already.", complaint=complaint.display_name)
                )
        self.write({"outcome": answer})
        self.move_to("closed")

    def action_handle_emergency(self, action_taken, handled_at=None):
        """Handle first, complete the record afterwards (IN-7).

        :param str action_taken: what was done at once
        :param datetime handled_at: when, in UTC; now where it is left out
        """
        self.write(
            {
                "emergency": True,
                "emergency_action": action_taken,
                "emergency_handled_at": handled_at or fields.Datetime.now(),
            }
        )
        self.move_to(process.EMERGENCY_LIMIT)

    def action_reject(self, reason):
        """End the complaint as unfounded.

        :param str reason: why; kept on the record
        """
        self.write({"end_reason": reason})
        self.move_to("rejected")

    def action_cancel(self, reason):
        """End the complaint because it was withdrawn, entered by mistake or merged.

        :param str reason: why; kept on the record
        """
        self.write({"end_reason": reason})
        self.move_to("cancelled")

    def action_reopen(self, reason, step="investigation"):
        """Take up an ended complaint again. The number of times is kept.

        :param str reason: why; kept on the record
        :param str step: where the work goes on
        :raises UserError: one of them is still open
        """
        if any(complaint.step not in process.ENDS for complaint in self):
            raise UserError(self.env._("Only ended complaints can be reopened."))
        self.write({"reopen_reason": reason})
        self.move_to(step)
        self._message_log_batch(
            bodies={
                complaint.id: self.env._("Opened again: %(reason)s", reason=reason) for complaint in self
            }
        )
