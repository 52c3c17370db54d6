from odoo import api, fields, models
from odoo.tools import SQL


class ComplaintTeamTurn(models.Model):
    """When members of a team were given a complaint by the team.

    A turn is one more row, never a changed one. So two workers who assign at once neither wait for each
    other nor fail, which a counter on the team or on the member would make them do: at Odoo's isolation
    level the second to change a row is refused. The worst that can happen is that both, not seeing each
    other's row yet, choose the same member. From then on that member is the latest one for everybody, and
    whoever waits longest is next: nobody is skipped for ever.
    """

    _name = "complaint.team.turn"
    _description = "Turn in a Complaint Team"
    _order = "id desc"

    team_id = fields.Many2one("complaint.team", required=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade", index=True)

    _latest_idx = models.Index("(team_id, user_id, id)")

    @api.model
    def _get_latest(self, user_ids_by_team):
        """Return ``{team id: {user id: number}}``, the higher the later they had their last turn."""
        turns = {team_id: {} for team_id in user_ids_by_team}
        if not any(user_ids_by_team.values()):
            return turns
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT team_id, user_id, max(id) FROM complaint_team_turn"
                " WHERE team_id IN %s AND user_id IN %s GROUP BY team_id, user_id",
                tuple(user_ids_by_team),
                tuple({user_id for user_ids in user_ids_by_team.values() for user_id in user_ids}),
            )
        )
        for team_id, user_id, number in rows:
            turns[team_id][user_id] = number
        return turns

    @api.model
    def _record(self, rosters):
        """Keep the latest turn of everybody who was served.

        :param dict rosters: Roster by team id
        """
        self.sudo().create(
            [
                {"team_id": team_id, "user_id": user_id}
                for team_id, roster in rosters.items()
                for user_id in roster.served
            ]
        )

    @api.autovacuum
    def _gc_turns(self):
        """Only the latest turn of each member decides."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "DELETE FROM complaint_team_turn AS former USING complaint_team_turn AS later"
                " WHERE later.team_id = former.team_id AND later.user_id = former.user_id"
                " AND later.id > former.id"
            )
        )
        self.invalidate_model()
