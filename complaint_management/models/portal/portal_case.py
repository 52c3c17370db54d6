from odoo import fields, models
from odoo.tools import SQL


class ComplaintPortal(models.Model):
    """A complaint as its customer may know it: portal users read this, and never the complaint itself.

    A row has the id of its complaint. What is not listed here does not exist for a customer, also by a call
    from outside; what the rules do not let through is not listed (DESIGN 4.1).
    """

    _name = "complaint.portal"
    _description = "Complaint as Its Customer Sees It"
    _auto = False
    _order = "received_at desc, id desc"
    _rec_name = "number"
    _depends = {
        "complaint.complaint": [
            "active",
            "closed_at",
            "company_id",
            "confidential",
            "description",
            "duplicate_of_id",
            "name",
            "number",
            "partner_id",
            "received_at",
            "stage_id",
            "date_last_stage_update",
            "wanted_outcome",
        ]
    }

    number = fields.Char(readonly=True)
    name = fields.Char(string="Subject", readonly=True)
    description = fields.Text(string="What Happened", readonly=True)
    wanted_outcome = fields.Text(readonly=True)
    received_at = fields.Datetime(string="Received on", readonly=True)
    closed_at = fields.Datetime(string="Closed on", readonly=True)
    changed_at = fields.Datetime(string="Last Step on", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    status = fields.Char(compute="_compute_status", help="Where it stands, in plain words.")
    # for the rules alone
    confidential = fields.Boolean(groups="base.group_system", readonly=True)
    excluded_user_ids = fields.Many2many(
        "res.users",
        "complaint_complaint_excluded_rel",
        "complaint_id",
        "user_id",
        string="Excluded",
        groups="base.group_system",
        readonly=True,
    )

    @property
    def _table_query(self):
        return SQL(
            """SELECT id, number, name, description, wanted_outcome, received_at, closed_at,
                      date_last_stage_update AS changed_at, partner_id, company_id,
                      confidential
                 FROM complaint_complaint
                WHERE active IS TRUE AND partner_id IS NOT NULL"""
        )

    def _compute_status(self):
        # The words for customers are no secret, the rest of a stage is ours.
        complaints_sudo = self.env["complaint.complaint"].sudo().browse(self.ids)
        for case, complaint_sudo in zip(self, complaints_sudo, strict=True):
            stage = complaint_sudo.stage_id
            case.status = stage.customer_label or stage.name
