from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache


class ComplaintStageMixin(models.AbstractModel):
    """A column of a board. Companies name their stages; each stands for one fixed step.

    The host says by :attr:`_staged_model` what goes through the stages (``staged.py``), and defines ``step``
    and ``team_ids``, with a table of its own.
    """

    _name = "complaint.stage.mixin"
    _description = "Stage"
    _inherit = ["complaint.cached.name.mixin"]
    _order = "sequence, id"

    #: Name of the model with ``complaint.staged``.
    _staged_model = None

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, help="Order of the columns on the board.")
    fold = fields.Boolean(string="Folded on the board")
    customer_label = fields.Char(
        translate=True,
        help="What the customer reads for this stage, in plain words. Without it the customer reads "
        "the name.",
    )
    mail_template_id = fields.Many2one(
        "mail.template", string="E-mail to the customer", help="Sent by itself on entering this stage."
    )
    server_action_id = fields.Many2one(
        "ir.actions.server",
        string="Automatic action",
        groups="base.group_system",
        help="Run on what enters this stage.",
    )

    @api.constrains("step")
    def _check_step_covered(self):
        """Whatever goes through the stages must find one in every step, whatever its team."""
        shared = self._get_shared()
        missing = set(self.env[self._staged_model]._process.every) - set(shared.mapped("step"))
        if missing and self.env.registry.ready:
            raise ValidationError(self._get_uncovered_message(missing))

    @api.model
    def _get_shared(self):
        """Return the stages that all teams use, whatever the caller's list shows."""
        return self.sudo().with_context(active_test=True).search([("team_ids", "=", False)])

    def _get_uncovered_message(self, steps):
        labels = dict(self._fields["step"]._description_selection(self.env))
        return self.env._(
            "Each step needs at least one stage that all teams use. Without one: %(steps)s.",
            steps=", ".join(labels[step] for step in labels if step in steps),
        )

    @api.model
    def _cached_fields(self):
        return super()._cached_fields() | {"step", "team_ids", "sequence", "active", "server_action_id"}

    def write(self, vals):
        if "step" in vals:
            self._check_step_unused(vals["step"])
            if all(stage.step == vals["step"] for stage in self):
                # Written once more, it would be computed anew for all that stand in the stage.
                vals = {fname: value for fname, value in vals.items() if fname != "step"}
        result = super().write(vals)
        if {"step", "team_ids", "active"} & vals.keys():
            self._check_step_covered()
        return result

    def _check_step_unused(self, step):
        if self.filtered(lambda stage: stage.step != step)._is_used():
            raise ValidationError(
                self.env._(
                    "“%(stage)s” is in use, so its step cannot change. "
                    "Create another stage for the step and use that one.",
                    stage=self[:1].display_name,
                )
            )

    def _is_used(self):
        """Tell whether anything stands in one of these stages, archived records too."""
        staged_sudo = self.env[self._staged_model].sudo().with_context(active_test=False)
        return bool(self and staged_sudo.search_count([("stage_id", "in", self.ids)], limit=1))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self._is_used():
            raise ValidationError(
                self.env._(
                    "“%(stage)s” is in use. Archive it instead of deleting it.", stage=self[:1].display_name
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_last_of_step(self):
        missing = set(self.mapped("step")) - set((self._get_shared() - self).mapped("step"))
        if missing:
            raise ValidationError(self._get_uncovered_message(missing))

    @api.model
    @ormcache("step", "team_id")
    def _first_of_step(self, step, team_id):
        """Return the id of the stage through which a team enters a step.

        :param str step: a step of the process
        :param team_id: id of a team, or False
        :return: id, or False where the step has no stage for the team
        """
        stages = self.sudo().with_context(active_test=True).search([("step", "=", step)])
        own = stages.filtered(lambda stage: team_id and team_id in stage._get_team_ids())
        shared = stages.filtered(lambda stage: not stage._get_team_ids())
        return (own or shared)[:1].id

    @api.model
    @ormcache("stage_id", "team_id")
    def _is_open_to(self, stage_id, team_id):
        """Tell whether a team uses a stage."""
        team_ids = self.sudo().browse(stage_id)._get_team_ids()
        return not team_ids or team_id in team_ids

    @api.model
    @ormcache("stage_id")
    def _get_server_action_id(self, stage_id):
        """Return the id of the action that runs on what enters a stage, or False."""
        return self.sudo().browse(stage_id).server_action_id.id

    @api.model
    @ormcache("team_id", "user_id")
    def _get_column_ids(self, team_id, user_id):
        """Return the ids of the board's columns: those that everybody uses, and some teams' own.

        :param team_id: id of the team looked at, or False for the teams of the user
        """
        own = [("team_ids", "=", team_id)] if team_id else [("team_ids.access_user_ids", "in", user_id)]
        stages = self.sudo().with_context(active_test=True)
        return tuple(stages.search(["|", ("team_ids", "=", False), *own]).ids)

    def _get_team_ids(self):
        """Return the ids of the stage's teams. A stage whose team is archived is not everybody's."""
        return self.with_context(active_test=False).team_ids.ids
