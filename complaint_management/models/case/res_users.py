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

    def _get_absent(self, company):
        """Return those of the users who are away now: on approved time off, a leave of their own resource.

        Holidays of everybody are no absence, or nothing would find anybody on them.
        """
        if not self:
            return self
        now = fields.Datetime.now()
        away = (
            self.env["resource.calendar.leaves"]
            .sudo()
            ._search(
                [
                    ("resource_id", "!=", False),
                    ("time_type", "=", "leave"),
                    ("date_from", "<=", now),
                    ("date_to", ">=", now),
                ]
            )
        )
        absent = (
            self.env["resource.resource"]
            .sudo()
            .search_fetch(
                [
                    ("user_id", "in", self.ids),
                    ("company_id", "=", company.id),
                    ("id", "in", away.subselect("resource_id")),
                ],
                ["user_id"],
            )
        )
        return absent.user_id
