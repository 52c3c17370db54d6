from odoo import api, fields, models

from ...tools import process


class ComplaintAppeal(models.Model):
    """The customer was not content and asked for another look; somebody else decides (X-2).

    Each appeal opens a round of its own. Rows are made from the customer's page and stay as they are; what
    became of it is written when the round ends.
    """

    _name = "complaint.appeal"
    _description = "Appeal"
    _inherit = ["complaint.part"]
    _order = "appealed_at desc, id desc"
    _rec_name = "complaint_id"

    complaint_id = fields.Many2one(
        "complaint.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True, precompute=True)
    round = fields.Integer(readonly=True, help="The round in which it is looked at again.")
    appealed_at = fields.Datetime(string="Asked on", required=True, readonly=True)
    reason = fields.Text(required=True, readonly=True, help="What the complainant is not content with.")
    former_user_ids = fields.Many2many(
        "res.users",
        "complaint_appeal_former_user_rel",
        "appeal_id",
        "user_id",
        string="Handled It Before",
        readonly=True,
        context={"active_test": False},
        help="They were responsible or decided before, and cannot be responsible now.",
    )
    from_team_id = fields.Many2one("complaint.team", string="Team Before", readonly=True)
    to_team_id = fields.Many2one("complaint.team", string="Team That Looks Again", readonly=True)
    user_id = fields.Many2one("res.users", string="Given to", readonly=True)
    from_number = fields.Char(
        string="From Complaint", readonly=True, help="The complaint that was merged into this one."
    )

    # what became of it
    ended_at = fields.Datetime(string="Ended on", readonly=True)
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    decision = fields.Selection(
        [
            ("upheld", "Upheld"),
            ("partly", "Partly upheld"),
            ("not_upheld", "Not upheld"),
            ("rejected", "Rejected"),
            ("cancelled", "Cancelled"),
            ("closed", "Closed without a decision"),
        ],
        string="What Became of It",
        readonly=True,
    )

    _once_a_round = models.UniqueIndex(
        "(complaint_id, round) WHERE from_number IS NULL", "Another look was asked for already."
    )

    def _end(self):
        """Write down what became of these appeals: their rounds have ended."""
        now, user = fields.Datetime.now(), self.env.user
        for appeal in self:
            complaint = appeal.complaint_id
            decided = complaint.step == "closed" and complaint.decision
            by = complaint.user_id if user._is_superuser() else user
            appeal.write(
                {
                    "ended_at": now,
                    "decided_by_id": (complaint.decided_by_id if decided else by).id,
                    "decision": decided or complaint.step,
                }
            )

    @api.depends("round", "complaint_id")
    def _compute_display_name(self):
        for appeal in self:
            appeal.display_name = self.env._(
                "Appeal: %(complaint)s", complaint=appeal.complaint_id.display_name or ""
            )


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        # Opened again later by somebody here, it is an ordinary round.
        over = self.filtered(
            lambda complaint: (
                complaint.sudo().appeal_id
                and complaint._is_new_round(old_steps[complaint.id], complaint.step)
                and complaint.sudo().appeal_id.round != complaint.reopen_count
            )
        )
        if over:
            over.sudo().with_context(tracking_disable=True).write({"appeal_id": False})
        ended = self.sudo().filtered(
            lambda complaint: (
                complaint.appeal_id
                and complaint.step in process.ENDS
                and old_steps[complaint.id] not in process.ENDS
                and complaint.appeal_id.round == complaint.reopen_count
                # What was merged goes on in the other one.
                and complaint.appeal_id.complaint_id == complaint
            )
        )
        ended.appeal_id._end()
