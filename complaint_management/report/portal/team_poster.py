import base64

from odoo import api, models

#: Points of the picture: printed as large as a hand, it stays sharp.
SIZE = 800


class TeamPoster(models.AbstractModel):
    """What customers scan at a counter or a shelf (IN-1)."""

    _name = "report.complaint_management.report_team_poster"
    _description = "Poster of a Team's Public Form"
    _inherit = ["complaint.print"]

    _print_model = "complaint.team"

    @api.model
    def _get_report_values(self, docids, data=None):
        values = super()._get_report_values(docids, data)
        return {**values, "codes": {team.id: self._get_code(team) for team in values["docs"]}}

    @api.model
    def _get_code(self, team):
        """Return the code as part of the page: a print fetches nothing from elsewhere."""
        if not team.form_url:
            return ""
        picture = self.env["ir.actions.report"].barcode("QR", team.form_url, width=SIZE, height=SIZE, quiet=0)
        return f"data:image/png;base64,{base64.b64encode(picture).decode()}"
