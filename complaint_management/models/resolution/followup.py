from odoo import api, fields, models
from odoo.exceptions import UserError

from .followup_rule import CALLERS, MOMENTS

#: What the user may change while a call is planned: the customer asked to be called on another day.
PLANNED_FIELDS = {"planned_date", "user_id"}
#: A customer who was spoken with is not called again in the same round, nor one who was given up.
FINAL_RESULTS = ("satisfied", "not_satisfied")
#: From where on somebody may ask how it was. Rejected and cancelled complaints have nothing to ask about.
FOLLOWED_STEPS = ("feedback", "follow_up", "closed")
#: Where a planned call can stand; a complaint that leaves these steps is not asked about.
PLANNED_STEPS = ("follow_up", "closed")
#: Where a complaint may go on whose complainant is not satisfied.
REOPEN_STEPS = ("investigation", "solution", "execution")


class ComplaintFollowup(models.Model):
    """One call after the work is done: is the customer satisfied (CL-2)?

    Calls are planned by the moves of the complaint (``followup_planning.py``) and logged with their
    result (``followup_log.py``); each try to reach the customer is a record of its own.
    """

    _name = "complaint.followup"
    _description = "Follow-up Call"
    _inherit = ["complaint.entry"]
    _order = "planned_date, id"
    _rec_names_search = ["complaint_id"]

    team_id = fields.Many2one(related="complaint_id.team_id")
    round = fields.Integer(readonly=True, help="How often the complaint had been reopened by then.")
    attempt = fields.Integer(string="Try", readonly=True, default=1)
    planned_date = fields.Date(string="Planned for", index="btree_not_null")
    user_id = fields.Many2one(
        "res.users",
        string="Caller",
        index="btree_not_null",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("done", "Done"),
            ("given_up", "Given up"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        default="planned",
        readonly=True,
        index=True,
    )
    result = fields.Selection(
        [
            ("satisfied", "Satisfied"),
            ("not_satisfied", "Not satisfied"),
            ("not_reached", "Not reached"),
        ],
        readonly=True,
    )
    note = fields.Text(string="What the Customer Said", readonly=True)
    taken_up = fields.Boolean(readonly=True, help="The complaint was opened again because of this call.")
    reason = fields.Text(
        string="Why Not Taken Up",
        readonly=True,
        help="The customer is not satisfied, and the case stays as it is.",
    )
    done_at = fields.Datetime(string="Logged on", readonly=True)
    done_by_id = fields.Many2one("res.users", string="Logged by", readonly=True)
    by_customer = fields.Boolean(
        string="Answered by the Customer",
        readonly=True,
        help="Nobody had to call: the customer answered on their page.",
    )
    contact_id = fields.Many2one("complaint.contact", readonly=True, index="btree_not_null")
    from_number = fields.Char(
        string="From Complaint", readonly=True, help="The complaint that was merged into this one."
    )

    # copied from the rule, which may change meanwhile
    rule_id = fields.Many2one("complaint.followup.rule", readonly=True, index="btree_not_null")
    moment = fields.Selection(MOMENTS, readonly=True)
    caller = fields.Selection(CALLERS, string="Who Calls", readonly=True)
    tries = fields.Integer(readonly=True)
    days_between = fields.Integer(readonly=True)

    activity_id = fields.Many2one("mail.activity", readonly=True, index="btree_not_null", ondelete="set null")

    # for the caller, who need not open the complaint
    partner_name = fields.Char(related="complaint_id.partner_name")
    partner_phone = fields.Char(related="complaint_id.partner_phone")
    subject = fields.Char(string="About", related="complaint_id.name")
    outcome = fields.Text(string="What the Customer Was Told", related="complaint_id.outcome")
    progress = fields.Char(string="Try No.", compute="_compute_progress")
    may_log = fields.Boolean(compute="_compute_may_log", export_string_translation=False)

    _one_planned = models.UniqueIndex(
        "(complaint_id) WHERE state = 'planned'", "A follow-up call of this complaint is planned already."
    )
    _planned_idx = models.Index("(user_id, planned_date) WHERE state = 'planned'")
    _done_idx = models.Index("(done_at DESC) WHERE done_at IS NOT NULL")

    @api.depends("complaint_id", "attempt")
    def _compute_display_name(self):
        for followup in self:
            # Who may not see the complaint is not shown its name here either.
            followup.display_name = self.env._(
                "Follow-up Call: %(complaint)s", complaint=followup.complaint_id.display_name or ""
            )

    @api.depends("attempt", "tries")
    def _compute_progress(self):
        for followup in self:
            followup.progress = (
                self.env._("%(attempt)s of %(tries)s", attempt=followup.attempt, tries=followup.tries)
                if followup.tries
                else False
            )

    @api.depends("state", "complaint_id")
    @api.depends_context("uid")
    def _compute_may_log(self):
        planned = self.filtered(lambda followup: followup.state == "planned")
        writable = planned.complaint_id.sudo(False)._filtered_access("write")
        for followup in self:
            followup.may_log = followup in planned and followup.complaint_id in writable

    # writing

    def write(self, vals):
        if not self.env.su:
            self._check_written(vals.keys())
        result = super().write(vals)
        if PLANNED_FIELDS & vals.keys():
            self._check_planned()
            self._sync_activities()
        return result

    def _check_written(self, fnames):
        for followup in self:
            allowed = PLANNED_FIELDS if followup.state == "planned" else set()
            refused = set(fnames) - allowed
            if refused:
                raise UserError(
                    self.env._(
                        "%(status)s That is why this was not saved: %(fields)s.",
                        status=followup._get_status_line(),
                        fields=", ".join(
                            self._fields[fname]._description_string(self.env) for fname in sorted(refused)
                        ),
                    )
                )

    def _check_planned(self):
        """A planned call has a day, and a caller who may make it."""
        for followup in self.filtered(lambda followup: followup.state == "planned"):
            if not followup.planned_date:
                raise UserError(self.env._("Choose the day of the call."))
            user = followup.user_id
            if self.env.su or not user:
                continue
            complaint_sudo = followup.sudo().complaint_id
            if user in complaint_sudo.excluded_user_ids:
                raise UserError(
                    self.env._(
                        "%(name)s is concerned by this complaint and cannot call. Choose somebody else.",
                        name=user.name,
                    )
                )
            if not complaint_sudo._filter_writable_by(user):
                raise UserError(
                    self.env._(
                        "%(name)s may not work on this complaint and cannot call. Choose somebody else, or "
                        "hand the complaint over first.",
                        name=user.name,
                    )
                )

    def _get_status_line(self):
        """Return a sentence that says what became of the call, by whom and when."""
        self.ensure_one()
        followup_sudo = self.sudo()
        labels = dict(self._fields["state"]._description_selection(self.env))
        results = dict(self._fields["result"]._description_selection(self.env))
        return self.env._(
            "This follow-up call stands at “%(status)s” since %(moment)s (%(person)s).",
            status=results.get(followup_sudo.result) or labels[followup_sudo.state],
            moment=self.env["ir.qweb.field.datetime"].value_to_html(
                followup_sudo.done_at or followup_sudo.write_date, {"hide_seconds": True}
            ),
            person=followup_sudo.partner_name
            if followup_sudo.by_customer
            else (followup_sudo.done_by_id or followup_sudo.write_uid).name,
        )

    # opening

    def action_log(self):
        """Open the dialog that asks for the result of the call."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log Follow-up Call"),
            "res_model": "complaint.followup.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_complaint_id": self.complaint_id.id,
                "default_followup_id": self.id,
                "dialog_size": "medium",
            },
        }
