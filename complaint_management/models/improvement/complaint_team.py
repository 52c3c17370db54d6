from odoo import api, fields, models
from odoo.tools import float_compare


class ComplaintTeam(models.Model):
    """How much of a team's work is checked."""

    _inherit = "complaint.team"

    inspection_share = fields.Float(
        string="Spot Checks (%)",
        compute="_compute_inspection_share",
        inverse="_inverse_inspection_share",
        store=True,
        readonly=False,
        precompute=True,
        help="How many of a hundred closed cases are drawn for a spot check. It follows the company's share "
        "until another one is entered here.",
    )
    inspection_share_own = fields.Boolean(export_string_translation=False)
    inspection_drawn_at = fields.Datetime(string="Last Sample Drawn on", readonly=True, copy=False)

    _inspection_share_range = models.Constraint(
        "CHECK (inspection_share BETWEEN 0 AND 100)",
        "The share of spot checks lies between 0 and 100 percent.",
    )

    @api.depends("company_id.complaint_inspection_share")
    def _compute_inspection_share(self):
        for team in self:
            # Read from the record, not computed: a share of the team's own stays.
            if not team.inspection_share_own:
                team.inspection_share = team.company_id.complaint_inspection_share
            else:
                team.inspection_share = team.inspection_share

    def _inverse_inspection_share(self):
        for team in self:
            team.inspection_share_own = bool(
                float_compare(team.inspection_share, team.company_id.complaint_inspection_share, 6)
            )
