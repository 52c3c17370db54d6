from odoo import api, fields, models


class ComplaintTeam(models.Model):
    _inherit = "complaint.team"

    approval_count = fields.Integer(
        string="Solutions Waiting for Me",
        compute="_compute_approval_count",
        help="Solutions for complaints of the team that the user is asked to approve.",
    )

    @api.depends_context("uid")
    def _compute_approval_count(self):
        groups = self.env["complaint.approval"]._read_group(
            [("can_decide", "=", True), ("team_id", "in", self.ids)], ["team_id"], ["__count"]
        )
        counts = {team.id: count for team, count in groups}
        for team in self:
            team.approval_count = counts.get(team.id, 0)

    def action_open_approvals(self):
        """Open the solutions of the team that wait for the user."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "complaint_management.complaint_approval_action_mine"
        )
        action["context"] = {"search_default_mine": 1, "search_default_team_id": self.id}
        return action
