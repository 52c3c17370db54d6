from odoo import fields, models
from odoo.tools import SQL


class ComplaintReport(models.Model):
    """Complaints as figures: one row each, with what they can be grouped by (EW-2).

    The many2many fields read the complaint's own tables, because a row has the id of its
    complaint: grouping by employee counts a complaint under each of its employees.
    """

    _name = "complaint.report"
    _description = "Complaint Analysis"
    _auto = False
    _order = "received_at desc, id desc"
    _rec_name = "number"
    _depends = {
        "complaint.complaint": [
            "number",
            "company_id",
            "team_id",
            "origin_team_id",
            "user_id",
            "received_by_id",
            "partner_id",
            "category_id",
            "channel_id",
            "product_id",
            "department_id",
            "severity",
            "nature",
            "validity",
            "stage_id",
            "step",
            "received_at",
            "closed_at",
            "reopen_count",
            "confidential",
            "emergency",
            "active",
        ]
    }

    number = fields.Char(readonly=True)
    complaint_id = fields.Many2one("complaint.complaint", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("complaint.team", readonly=True)
    origin_team_id = fields.Many2one("complaint.team", string="Received by Team", readonly=True)
    user_id = fields.Many2one("res.users", string="Responsible", readonly=True)
    received_by_id = fields.Many2one("res.users", string="Received by", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    category_id = fields.Many2one("complaint.category", readonly=True)
    channel_id = fields.Many2one("complaint.channel", readonly=True)
    product_id = fields.Many2one("product.product", string="Product or Service", readonly=True)
    department_id = fields.Many2one("hr.department", readonly=True)
    employee_ids = fields.Many2many(
        "hr.employee",
        "complaint_complaint_employee_rel",
        "complaint_id",
        "employee_id",
        string="Employee Concerned",
        readonly=True,
    )
    tag_ids = fields.Many2many(
        "complaint.tag", "complaint_complaint_tag_rel", "complaint_id", "tag_id", string="Tags", readonly=True
    )
    excluded_user_ids = fields.Many2many(
        "res.users",
        "complaint_complaint_excluded_rel",
        "complaint_id",
        "user_id",
        string="Excluded",
        readonly=True,
    )
    severity = fields.Selection(
        selection=lambda self: (
            self.env["complaint.complaint"]._fields["severity"]._description_selection(self.env)
        ),
        readonly=True,
    )
    nature = fields.Selection(
        selection=lambda self: (
            self.env["complaint.complaint"]._fields["nature"]._description_selection(self.env)
        ),
        readonly=True,
    )
    validity = fields.Selection(
        selection=lambda self: (
            self.env["complaint.complaint"]._fields["validity"]._description_selection(self.env)
        ),
        readonly=True,
    )
    stage_id = fields.Many2one("complaint.stage", readonly=True)
    step = fields.Selection(
        selection=lambda self: self.env["complaint.stage"]._fields["step"]._description_selection(self.env),
        readonly=True,
    )
    received_at = fields.Datetime(string="Received on", readonly=True)
    closed_at = fields.Datetime(string="Closed on", readonly=True)
    confidential = fields.Boolean(readonly=True)
    emergency = fields.Boolean(readonly=True)
    active = fields.Boolean(readonly=True)
    handling_days = fields.Float(
        string="Days to Close",
        readonly=True,
        aggregator="avg",
        help="Days of the calendar between receipt and end.",
    )
    open_count = fields.Integer(string="Open Cases", readonly=True)
    closed_count = fields.Integer(string="Closed Cases", readonly=True)
    rejected_count = fields.Integer(string="Rejected Cases", readonly=True)
    reopen_count = fields.Integer(string="Times Reopened", readonly=True)

    @property
    def _table_query(self):
        return SQL("SELECT %s FROM complaint_complaint c", self._select())

    def _select(self):
        return SQL(
            """
            c.id, c.id AS complaint_id, c.number, c.company_id, c.team_id, c.origin_team_id, c.user_id,
            c.received_by_id, c.partner_id, c.category_id, c.channel_id, c.product_id, c.department_id,
            c.severity, c.nature, c.validity, c.stage_id, c.step, c.received_at, c.closed_at,
            c.confidential, c.emergency, c.active, c.reopen_count,
            EXTRACT(EPOCH FROM c.closed_at - c.received_at) / 86400 AS handling_days,
            (c.closed_at IS NULL)::int AS open_count,
            (c.step = 'closed')::int AS closed_count,
            (c.step = 'rejected')::int AS rejected_count
            """
        )
