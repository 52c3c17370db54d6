from odoo import fields, models


class ResUsers(models.Model):
    """Whose complaints a user sees, by team: what the record rules compare with.

    The rules name the teams by id instead of looking into the teams of each complaint, so that a
    list of many complaints is served by plain indexes and checked without a query. The teams clear the
    rules' cache when their people change.
    """

    _inherit = "res.users"

    complaint_team_ids = fields.Many2many(
        "complaint.team",
        "complaint_team_access_rel",
        "user_id",
        "team_id",
        string="Complaint Teams",
        readonly=True,
        copy=False,
        context={"active_test": False},
    )
    complaint_supervised_team_ids = fields.Many2many(
        "complaint.team",
        "complaint_team_supervisor_rel",
        "user_id",
        "team_id",
        string="Supervised Complaint Teams",
        readonly=True,
        copy=False,
        context={"active_test": False},
    )
