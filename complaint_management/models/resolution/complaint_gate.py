from odoo import api, models

from ...tools.process import Requirement
from .solution import GROUND_FIELDS


class ComplaintComplaint(models.Model):
    """What the gate asks of solution, execution, result and follow-up (SO-1 to SO-6, CL-1 to CL-3)."""

    _inherit = "complaint.complaint"

    @api.model
    def _gate_fields(self):
        return [
            *super()._gate_fields(),
            "reopen_count",
            "solution_ids.round",
            "solution_ids.state",
            "solution_ids.final",
            "solution_ids.reasonable",
            "solution_ids.assessment",
            *(f"solution_ids.{fname}" for fname in GROUND_FIELDS),
            "remedy_ids.state",
            "decision",
            "decision_reason",
            "result_reported_at",
            "confirmation",
            "signed_off_at",
            "followup_ids.state",
        ]

    @api.model
    def _gate_requirements(self):
        return [
            *super()._gate_requirements(),
            # solution
            Requirement(
                "solution",
                self.env._("Propose a solution: say whether the demand is reasonable, and on what ground."),
                lambda c: not c._needs_solution() or c._has_solution("judged"),
            ),
            Requirement(
                "solution",
                self.env._("Get the solution approved."),
                lambda c: not c._needs_solution() or c._has_solution("approved"),
            ),
            Requirement(
                "solution",
                self.env._(
                    "Offer it to the complainant and enter the answer. What was declined is revised, or a "
                    "leader stands by it."
                ),
                lambda c: not c._needs_solution() or c._has_solution("settled"),
            ),
            # execution
            Requirement(
                "execution",
                self.env._("Carry out the remedies that were promised, or cancel them with the reason."),
                lambda c: not c._needs_solution() or "open" not in c.remedy_ids.mapped("state"),
            ),
            # feedback
            Requirement(
                "feedback",
                self.env._("Decide whether the complaint is upheld, and give the reasons."),
                lambda c: not c._needs_solution() or (c.decision and (c.decision_reason or "").strip()),
            ),
            Requirement(
                "feedback",
                self.env._("Report the result to the complainant."),
                lambda c: not c._needs_solution() or c.result_reported_at,
            ),
            # follow-up
            Requirement(
                "follow_up",
                self.env._("Have the complainant confirm the result, or note why there is no signature."),
                lambda c: not c._needs_solution() or c.confirmation,
            ),
            Requirement(
                "follow_up",
                self.env._("A leader of the team has to sign it off."),
                lambda c: not c._needs_solution() or not c._needs_sign_off() or c.signed_off_at,
            ),
            Requirement(
                "follow_up",
                self.env._("Make the follow-up call."),
                lambda c: not c._awaits_followup(),
            ),
        ]

    def _has_solution(self, stage):
        """Tell whether the latest version of this round has come so far.

        :param str stage: ``judged``, ``approved`` or ``settled``
        """
        solution = (
            self._get_round_solutions()
            .filtered(lambda solution: solution.state != "withdrawn")
            .sorted("version")[-1:]
        )
        if stage == "judged":
            return solution.reasonable and (solution.assessment or "").strip() and solution.has_ground
        if stage == "approved":
            return solution and solution.state not in ("draft", "submitted")
        return solution.state == "accepted" or solution.final

    def _was_told(self, purpose):
        """An apology is a remedy as well: done, it was made (DI-6)."""
        if super()._was_told(purpose):
            return True
        return purpose == "apology" and any(
            remedy.state == "done" and remedy.type_id.behaviour == "apology" for remedy in self.remedy_ids
        )
