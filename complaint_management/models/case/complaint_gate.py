from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import process
from ...tools.process import Requirement


class ComplaintGate(models.Model):
    """The one gate between the steps, and what it asks for.

    An area that demands something before a step may be left extends
    :meth:`_gate_requirements`; nothing else decides about a move.
    """

    _inherit = "complaint.complaint"

    next_step = fields.Selection(selection="_selection_step", compute="_compute_missing")
    missing = fields.Html(string="Still Missing", compute="_compute_missing", sanitize=False)

    @api.model
    def _selection_step(self):
        return self.env["complaint.stage"]._fields["step"]._description_selection(self.env)

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

    def _entries_changed(self):
        """Something was entered about the complaints, which may complete what the gate asks for."""

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
        return [
            Requirement(
                "new",
                self.env._("Say who complains: choose a customer or enter a name."),
                lambda c: c.partner_id or c.partner_name or c.channel_id._asks("anonymous"),
            ),
            Requirement(
                "new",
                self.env._("Enter a phone number or an e-mail address of the complainant."),
                lambda c: c.partner_phone or c.partner_email or c.channel_id._asks("anonymous"),
            ),
            Requirement("new", self.env._("Choose the channel it came in by."), lambda c: c.channel_id),
            Requirement(
                "new", self.env._("Write down what happened."), lambda c: (c.description or "").strip()
            ),
            Requirement("new", self.env._("Enter who received the complaint."), lambda c: c.received_by_id),
            Requirement(
                "new",
                self.env._("Read the record back to the complainant and press Read Back."),
                lambda c: c.read_back_at or not c.channel_id._asks("read_back"),
            ),
            Requirement(
                "triage", self.env._("Choose the nature: complaint, inquiry, praise …"), lambda c: c.nature
            ),
            Requirement("triage", self.env._("Choose the category."), lambda c: c.category_id),
            Requirement("triage", self.env._("Choose the severity."), lambda c: c.severity),
            Requirement("dispatch", self.env._("Choose the team that handles it."), lambda c: c.team_id),
            Requirement("dispatch", self.env._("Name the person responsible."), lambda c: c.user_id),
            Requirement(
                "feedback",
                self.env._("Write down the result that was told to the complainant."),
                lambda c: (c.outcome or "").strip(),
            ),
            Requirement(
                "emergency",
                self.env._("Write down what was done at once."),
                lambda c: (c.emergency_action or "").strip(),
            ),
            Requirement(
                "emergency", self.env._("Enter when it was handled."), lambda c: c.emergency_handled_at
            ),
            Requirement(
                "reject",
                self.env._("Give the reason for rejecting it."),
                lambda c: (c.end_reason or "").strip(),
            ),
            Requirement(
                "cancel",
                self.env._("Give the reason for cancelling it."),
                lambda c: (c.end_reason or "").strip() or c.duplicate_of_id,
            ),
            Requirement(
                "reopen",
                self.env._("Give the reason for opening it again (button Reopen)."),
                lambda c: (c.reopen_reason or "").strip(),
            ),
            Requirement(
                "reopen",
                self.env._("It was merged into another complaint: reopen that one."),
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
