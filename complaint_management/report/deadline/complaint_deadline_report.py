from odoo import fields, models
from odoo.tools import SQL


class ComplaintDeadlineReport(models.Model):
    """Time limits as figures: one row each, with whether it was kept (TL-6, EW-4).

    What still runs counts as neither kept nor missed; a limit that has passed counts as missed at once.
    The row has the id of its clock, and the rules are those of the complaint behind it.
    """

    _name = "complaint.deadline.report"
    _description = "Time Limit Analysis"
    _inherit = ["complaint.part"]
    _auto = False
    _order = "due desc, id desc"
    _rec_name = "complaint_id"
    _depends = {
        "complaint.deadline": [
            "complaint_id",
            "company_id",
            "milestone",
            "state",
            "start",
            "due",
            "reached_at",
            "extension",
            "round",
        ],
        "complaint.complaint": [
            "team_id",
            "user_id",
            "category_id",
            "severity",
            "channel_id",
            "department_id",
        ],
    }

    complaint_id = fields.Many2one("complaint.complaint", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("complaint.team", readonly=True)
    user_id = fields.Many2one("res.users", string="Responsible", readonly=True)
    department_id = fields.Many2one("hr.department", readonly=True)
    category_id = fields.Many2one("complaint.category", readonly=True)
    channel_id = fields.Many2one("complaint.channel", readonly=True)
    severity = fields.Selection(
        selection=lambda self: (
            self.env["complaint.complaint"]._fields["severity"]._description_selection(self.env)
        ),
        readonly=True,
    )
    milestone = fields.Selection(
        selection=lambda self: self.env["complaint.deadline.rule"]._selection_milestone(), readonly=True
    )
    state = fields.Selection(
        selection=lambda self: (
            self.env["complaint.deadline"]._fields["state"]._description_selection(self.env)
        ),
        string="Status",
        readonly=True,
    )
    start = fields.Datetime(readonly=True)
    due = fields.Datetime(readonly=True)
    reached_at = fields.Datetime(readonly=True)
    extended = fields.Boolean(readonly=True)
    kept_share = fields.Float(
        string="In Time (%)",
        readonly=True,
        aggregator="avg",
        help="Share of the limits that were kept among those that have been decided.",
    )
    hours_taken = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Hours of the clock between the start and the milestone.",
    )
    median_hours = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Half of the milestones took no longer than this many hours of the clock.",
    )
    hours_late = fields.Float(
        readonly=True, aggregator="avg", help="How much too late, where it was too late."
    )
    kept_count = fields.Integer(string="Kept", readonly=True)
    missed_count = fields.Integer(string="Missed", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT d.id, d.complaint_id, d.company_id, c.team_id, c.user_id, c.department_id, c.category_id,
                   c.channel_id, c.severity, d.milestone, d.state, d.start, d.due, d.reached_at,
                   d.extension > 0 AS extended,
                   CASE WHEN d.state = 'met' THEN 100.0
                        WHEN d.state IN ('late', 'breached') THEN 0.0 END AS kept_share,
                   EXTRACT(EPOCH FROM d.reached_at - d.start) / 3600 AS hours_taken,
                   EXTRACT(EPOCH FROM d.reached_at - d.start) / 3600 AS median_hours,
                   CASE WHEN d.state = 'late'
                        THEN EXTRACT(EPOCH FROM d.reached_at - d.due) / 3600 END AS hours_late,
                   (d.state = 'met')::int AS kept_count,
                   (d.state IN ('late', 'breached'))::int AS missed_count
              FROM complaint_deadline d
              JOIN complaint_complaint c ON c.id = d.complaint_id
             WHERE d.state != 'cancelled'
            """
        )

    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec == "median_hours:avg":
            # Odoo knows no median; each group's own is computed by PostgreSQL.
            hours = self._field_to_sql(self._table, "median_hours", query)
            return SQL("percentile_cont(0.5) WITHIN GROUP (ORDER BY %s)", hours)
        return super()._read_group_select(aggregate_spec, query)
