from odoo import api, fields, models


class ComplaintTeam(models.Model):
    """A workshop, a repair desk or a treatment room is a team that carries out service orders."""

    _inherit = "complaint.team"

    # A workshop takes complaints in only where there is nobody else. Teams from before have no value there.
    _intake_order = "service NULLS FIRST, sequence, name, id"

    service = fields.Boolean(
        string="Carries Out Service Orders", index=True, help="It can be chosen on service orders."
    )

    @api.model
    def _cached_fields(self):
        return super()._cached_fields() | {"service"}

    @api.model
    def _get_service_team(self, company, user):
        """Return the team that takes orders of a company in by default: one of the user's, else the first.

        :return: complaint.team, empty where none carries out service orders
        """
        teams = self.sudo().search([("service", "=", True), ("company_id", "=", company.id)])
        own = teams.filtered(lambda team: user in team.access_user_ids)
        return (own or teams)[:1].sudo(False)
