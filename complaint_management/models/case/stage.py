from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...tools import process


class ComplaintStage(models.Model):
    """A column of the board. Companies name their stages; each stands for one fixed step."""

    _name = "complaint.stage"
    _description = "Complaint Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, help="Order of the columns on the board.")
    step = fields.Selection(
        [
            ("new", "Receipt"),
            ("triage", "Triage"),
            ("dispatch", "Dispatch"),
            ("investigation", "Investigation"),
            ("solution", "Solution"),
            ("execution", "Execution"),
            ("feedback", "Result feedback"),
            ("follow_up", "Follow-up"),
            ("closed", "Closed"),
            ("rejected", "Rejected"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        index=True,
        help="The step of the process that this stage stands for. It decides what must be there "
        "before a complaint may pass, and which time limit runs.",
    )
    team_ids = fields.Many2many(
        "complaint.team",
        "complaint_stage_team_rel",
        "stage_id",
        "team_id",
        string="Teams",
        help="Only these teams use the stage. Leave empty for all teams.",
    )
    fold = fields.Boolean(string="Folded on the board")
    customer_label = fields.Char(
        translate=True,
        help="What the customer reads for this stage, in plain words. Without it the customer reads the name.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail to the customer",
        domain="[('model', '=', 'complaint.complaint')]",
        help="Sent by itself when a complaint enters this stage.",
    )
    server_action_id = fields.Many2one(
        "ir.actions.server",
        string="Automatic action",
        domain="[('model_id.model', '=', 'complaint.complaint')]",
        groups="base.group_system",
        help="Run on the complaints that enter this stage.",
    )

    @api.constrains("step")
    def _check_step_covered(self):
        """Every complaint must find a stage in every step, whatever its team."""
        shared = self.sudo().search([("team_ids", "=", False)])
        missing = {*process.STEPS, *process.REFUSED} - set(shared.mapped("step"))
        if missing and self.env.registry.ready:
            raise ValidationError(self._get_uncovered_message(missing))

    def _get_uncovered_message(self, steps):
        labels = dict(self._fields["step"]._description_selection(self.env))
        return self.env._(
            "Each step needs at least one stage that all teams use. Without one: %(steps)s.",
            steps=", ".join(labels[step] for step in labels if step in steps),
        )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if "step" in vals:
            self._check_step_unused(vals["step"])
        result = super().write(vals)
        if {"step", "team_ids", "sequence", "active"} & vals.keys():
            self.env.registry.clear_cache()
            self._check_step_covered()
        return result

    def _check_step_unused(self, step):
        changed = self.filtered(lambda stage: stage.step != step)
        if changed and self.env["complaint.complaint"].sudo().search_count(
            [("stage_id", "in", changed.ids)], limit=1
        ):
            raise ValidationError(
                self.env._(
                    "Complaints stand in this stage, so its step cannot change. "
                    "Create another stage for the step and move them there."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_last_of_step(self):
        kept = self.sudo().search([("team_ids", "=", False), ("id", "not in", self.ids)])
        missing = set(self.mapped("step")) - set(kept.mapped("step"))
        if missing:
            raise ValidationError(self._get_uncovered_message(missing))

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    @ormcache("step", "team_id")
    def _first_of_step(self, step, team_id):
        """Return the id of the stage through which a team enters a step.

        :param str step: a step of the process
        :param team_id: id of a team, or False
        :return: id, or False where the step has no stage for the team
        """
        stages = self.sudo().search([("step", "=", step)])
        own = stages.filtered(lambda stage: team_id and team_id in stage.team_ids.ids)
        shared = stages.filtered(lambda stage: not stage.team_ids)
        return (own or shared)[:1].id

    @api.model
    @ormcache("stage_id", "team_id")
    def _is_open_to(self, stage_id, team_id):
        """Tell whether a team uses a stage."""
        team_ids = self.sudo().browse(stage_id).team_ids.ids
        return not team_ids or team_id in team_ids
