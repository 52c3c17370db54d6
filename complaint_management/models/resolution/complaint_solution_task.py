from odoo import api, fields, models

#: What comes next of the latest version in its state; nothing of one that was accepted.
TASKS = {
    "draft": "submit",
    "submitted": "wait",
    "approved": "offer",
    "offered": "answer",
    "declined": "revise",
    "withdrawn": "revise",
}
DIALOGS = {
    "offer": "complaint_management.complaint_solution_offer_action",
    "answer": "complaint_management.complaint_solution_answer_action",
}


class ComplaintComplaint(models.Model):
    """The next thing to do about the solution, one click away on the page of the case."""

    _inherit = "complaint.complaint"

    solution_task = fields.Char(compute="_compute_solution_task", export_string_translation=False)

    def _get_latest_solution(self):
        """Return the latest version of the round the complaint is in."""
        return self._get_round_solutions().sorted("version")[-1:]

    @api.depends(
        "step",
        "nature",
        "inquiry_waived",
        "reopen_count",
        "solution_ids.round",
        "solution_ids.version",
        "solution_ids.state",
        "solution_ids.final",
    )
    def _compute_solution_task(self):
        for complaint in self:
            task = False
            if complaint.step == "solution" and complaint._needs_solution():
                latest = complaint._get_latest_solution()
                if not latest.final:
                    task = TASKS.get(latest.state, False) if latest else "propose"
            complaint.solution_task = task

    def action_solution_task(self):
        """Do what comes next of the solution, or open it where that is somebody else's turn.

        :return: action
        """
        self.ensure_one()
        solution, task = self._get_latest_solution(), self.solution_task
        if not solution:
            return self.action_propose()
        if task in DIALOGS:
            action = self.env["ir.actions.actions"]._for_xml_id(DIALOGS[task])
            return {**action, "context": {"default_solution_id": solution.id}}
        return solution.action_new_version() if task == "revise" else solution.action_open()
