from odoo import SUPERUSER_ID, fields, models
from odoo.tools import SQL

#: What lists need of the complaints behind their rows.
LIST_FIELDS = (
    "company_id",
    "duplicate_of_id",
    "partner_id",
    "partner_name",
    "reopen_count",
    "stage_id",
    "team_id",
)


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
            "confirmation",
            "description",
            "duplicate_of_id",
            "name",
            "number",
            "partner_id",
            "received_at",
            "result_reported_at",
            "stage_id",
            "step",
            "date_last_stage_update",
            "reopen_count",
            "wanted_outcome",
        ],
        "complaint.pause": ["complaint_id", "stop"],
        "complaint.solution": ["complaint_id", "round", "state"],
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
    waiting = fields.Boolean(
        string="Waits for Your Answer", readonly=True, help="We cannot go on before the customer answers."
    )
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
                      confidential,
                      closed_at IS NULL AND (
                          EXISTS (SELECT 1 FROM complaint_pause AS pause
                                   WHERE pause.complaint_id = complaint_complaint.id AND pause.stop IS NULL)
                          OR EXISTS (SELECT 1 FROM complaint_solution AS solution
                                      WHERE solution.complaint_id = complaint_complaint.id
                                            AND solution.state = 'offered'
                                            AND COALESCE(solution.round, 0)
                                                = COALESCE(complaint_complaint.reopen_count, 0))
                          OR (result_reported_at IS NOT NULL AND confirmation IS NULL
                              AND step IN ('execution', 'feedback', 'follow_up'))
                      ) AS waiting
                 FROM complaint_complaint
                WHERE active IS TRUE AND partner_id IS NOT NULL"""
        )

    def _compute_status(self):
        # The words for customers are no secret, the rest of a stage is ours.
        for case, complaint in zip(self, self._get_complaints(), strict=True):
            case.status = complaint._get_customer_status()

    def _get_complaints(self):
        """Return the complaints behind these rows, as the superuser, read as far as lists need them."""
        complaints = self.env["complaint.complaint"].with_user(SUPERUSER_ID).browse(self.ids)
        complaints.fetch(
            [
                "company_id",
                "duplicate_of_id",
                "partner_id",
                "partner_name",
                "reopen_count",
                "stage_id",
                "step",
                "team_id",
            ]
        )
        return complaints

    def _get_rows(self):
        """Return the rows of the customer's list, as plain values in the language of the page."""
        complaints = self._get_complaints()
        promises = complaints._get_promises_by_case()
        # Of which company the viewer is has been checked by the rules.
        viewer = self.env.user.partner_id
        rows = []
        for case, complaint in zip(self, complaints, strict=True):
            promised = promises[complaint]["next"]
            text, overdue = complaint._tell_promise(*promised) if promised else (False, False)
            rows.append(
                {
                    "id": case.id,
                    "number": case.number,
                    "subject": case.name,
                    "status": complaint._get_customer_status(),
                    "received": complaint._tell_date(case.received_at),
                    "ended": complaint._tell_date(case.closed_at),
                    "waiting": case.waiting,
                    # While it is the customer's turn, nothing is promised.
                    "next": not case.waiting and text,
                    "overdue": overdue,
                    "whose": complaint.partner_id != viewer and complaint.partner_name,
                    "url": complaint._get_customer_path(),
                }
            )
        return rows
