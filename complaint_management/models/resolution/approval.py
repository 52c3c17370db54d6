from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .approval_rule import APPROVERS

#: States in which an approver is or was asked, and so reads what they decide about.
ASKED_STATES = ("waiting", "approved", "refused")


class ComplaintApproval(models.Model):
    """One agreement that a solution needs, copied from its rule when it was submitted (SO-3).

    They are given one after the other. Who is asked is found when it is their turn; who is told, and how,
    is in ``approval_notice.py``.
    """

    _name = "complaint.approval"
    _description = "Approval"
    _inherit = ["complaint.part"]
    _order = "solution_id desc, request, sequence, id"

    solution_id = fields.Many2one("complaint.solution", required=True, index=True, ondelete="cascade")
    complaint_id = fields.Many2one(
        related="solution_id.complaint_id", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="solution_id.company_id", store=True, precompute=True)
    request = fields.Integer(readonly=True, help="Which of the requests for this solution it belongs to.")
    sequence = fields.Integer(readonly=True)
    name = fields.Char(
        string="Asked for by", readonly=True, help="The rule, as it was when it was submitted."
    )
    state = fields.Selection(
        [
            ("pending", "Not yet asked"),
            ("waiting", "Waiting"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("cancelled", "Not needed"),
        ],
        string="Status",
        required=True,
        default="pending",
        readonly=True,
    )

    # the copy of the rule
    kind = fields.Selection(APPROVERS, string="Who Agrees", readonly=True)
    named_user_id = fields.Many2one("res.users", readonly=True, index="btree_not_null", ondelete="restrict")
    group_id = fields.Many2one("res.groups", readonly=True, ondelete="set null")
    level = fields.Integer(readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(readonly=True, help="What the solution cost when it was submitted.")

    # who
    approver_ids = fields.Many2many(
        "res.users",
        "complaint_approval_user_rel",
        "approval_id",
        "user_id",
        string="Approvers",
        readonly=True,
        context={"active_test": False},
        help="Each of them may agree.",
    )
    approver_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    absent_ids = fields.Many2many(
        "res.users",
        "complaint_approval_absent_rel",
        "approval_id",
        "user_id",
        string="In Place of",
        readonly=True,
        context={"active_test": False},
    )
    asked_at = fields.Datetime(string="Asked on", readonly=True)
    decided_at = fields.Datetime(string="Decided on", readonly=True)
    comment = fields.Text(readonly=True)
    can_decide = fields.Boolean(
        string="Waits for Me",
        compute="_compute_can_decide",
        search="_search_can_decide",
        export_string_translation=False,
    )

    # what it is about, for the list
    partner_name = fields.Char(related="complaint_id.partner_name", string="Complainant")
    complaint_name = fields.Char(related="complaint_id.name", string="Complaint about")
    severity = fields.Selection(related="complaint_id.severity")
    remedy_summary = fields.Char(string="What We Propose", compute="_compute_remedy_summary")
    team_id = fields.Many2one(related="solution_id.team_id", store=True, precompute=True)
    proposed_by_id = fields.Many2one(related="solution_id.proposed_by_id")

    # Among all that was ever decided, few wait.
    _waiting_idx = models.Index("(asked_at, id) WHERE state = 'waiting'")
    _waiting_team_idx = models.Index("(team_id) WHERE state = 'waiting'")

    @api.depends("name", "solution_id.display_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for approval in self:
            parts = (approval.solution_id.sudo().display_name, approval.name)
            approval.display_name = " · ".join(part for part in parts if part)

    @api.depends("solution_id.remedy_ids.type_id")
    @api.depends_context("lang")
    def _compute_remedy_summary(self):
        """Return the kinds of remedies, so that the list says what is agreed to."""
        for approval in self:
            approval.remedy_summary = ", ".join(approval.solution_id.remedy_ids.type_id.mapped("name"))

    @api.depends("state", "approver_ids")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        for approval in self:
            approval.can_decide = approval.state == "waiting" and self.env.uid in approval.approver_ids.ids

    def _search_can_decide(self, operator, value):
        if operator != "in":
            return NotImplemented
        mine = fields.Domain("state", "=", "waiting") & fields.Domain("approver_ids", "in", [self.env.uid])
        domain = fields.Domain.FALSE
        if True in value:
            domain |= mine
        if False in value:
            domain |= ~mine
        return domain

    def action_open_solution(self):
        """Open what is to be decided about."""
        return self.solution_id.action_open()

    # deciding

    def action_approve(self, comment=False):
        """Agree; the next approver is asked, or the solution is approved.

        :param str comment: kept with the agreement
        :raises AccessError: the user is not asked
        :raises UserError: it has been decided meanwhile; says by whom and when
        """
        self._check_turn()
        for approval in self:
            approval._decide("approved", comment)
            approval.solution_id._ask_next()

    def action_refuse(self, comment):
        """Refuse: the proposal goes back to who made it.

        :param str comment: why
        """
        self._check_turn()
        if not (comment or "").strip():
            raise UserError(self.env._("Give the reason: the proposer has to know what to change."))
        for approval in self:
            approval._decide("refused", comment)
            approval.solution_id._refused(approval)

    def _check_turn(self):
        self.sudo().solution_id.sudo(False)._check_still_asked()
        self.check_access("read")
        for approval in self:
            if approval.state != "waiting":
                raise UserError(approval._get_status_line())
            if not approval.can_decide:
                raise AccessError(
                    self.env._(
                        "This is for %(names)s to decide.",
                        names=", ".join(approval.sudo().approver_ids.mapped("name")),
                    )
                )

    def _get_status_line(self):
        """Return a sentence that says what became of the request, by whom and when."""
        self.ensure_one()
        approval_sudo = self.sudo()
        if self.state in ("approved", "refused"):
            labels = dict(self._fields["state"]._description_selection(self.env))
            return self.env._(
                "%(solution)s: %(status)s by %(person)s on %(moment)s already.",
                solution=approval_sudo.solution_id.display_name,
                status=labels[self.state],
                person=approval_sudo.approver_id.name,
                moment=self.env["ir.qweb.field.datetime"].value_to_html(
                    self.decided_at, {"hide_seconds": True}
                ),
            )
        if self.state == "pending":
            return self.env._(
                "%(solution)s: others have to agree first.", solution=approval_sudo.solution_id.display_name
            )
        return self.env._(
            "%(status)s Your decision is not needed any more.",
            status=approval_sudo.solution_id._get_status_line(),
        )

    def _decide(self, state, comment):
        self.ensure_one()
        self.sudo().write(
            {
                "state": state,
                "approver_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
                "comment": comment or False,
            }
        )
        # Now, not at the end: whoever was faster is found before anybody is told.
        self.flush_recordset(["state"])

    def action_pass_on(self, user, reason):
        """Ask somebody else, because who was asked cannot decide in time.

        :param user: res.users, fit to agree to it
        :param str reason: why; kept in the chatter
        :raises AccessError: only who leads the team, a manager, or who was asked passes it on
        """
        self.ensure_one()
        self.check_access("read")
        complaint = self.complaint_id
        if self.state != "waiting":
            raise UserError(self._get_status_line())
        # Who proposed it does not choose who agrees to it.
        user_is_proposer = self.env.user in self.solution_id._get_proposers()
        may_choose = complaint._is_judge(self.env.user) and not user_is_proposer
        if not (self.can_decide or may_choose):
            raise AccessError(
                self.env._("Only who was asked, a leader of the team or a manager can ask somebody else.")
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Give the reason."))
        solution_sudo = self.solution_id.sudo()
        if not solution_sudo._get_fit(user):
            raise UserError(
                self.env._(
                    "%(name)s cannot agree to it: they proposed it, are concerned by the complaint, or do "
                    "not work in this company.",
                    name=user.name,
                )
            )
        former = self.sudo().approver_ids
        self._ask(user, former)
        solution_sudo._log(
            self.env._(
                "%(former)s passed on to %(name)s: %(reason)s",
                former=", ".join(former.mapped("name")),
                name=user.name,
                reason=reason,
            )
        )
        solution_sudo._sync_activities()

    def _ask(self, people, absent=None):
        """It is the turn of these people.

        :param people: res.users
        :param absent: res.users in whose place they stand
        """
        self.ensure_one()
        people._note_asked()
        self.sudo().write(
            {
                "state": "waiting",
                "asked_at": fields.Datetime.now(),
                "approver_ids": [fields.Command.set(people.ids)],
                "absent_ids": [fields.Command.set(absent.ids)] if absent else [],
            }
        )

    @api.model
    def _replace_unfit(self, domain):
        """People cannot decide any more (left, concerned): ask the next ones instead.

        :param domain: of the waiting requests to look at
        """
        for approval in self.sudo().search([("state", "=", "waiting"), *domain]):
            solution = approval.solution_id
            fit = solution._get_fit(approval.approver_ids)
            if fit == approval.approver_ids:
                continue
            if fit:
                approval.approver_ids = fit
            else:
                solution._ask_again(approval)
            solution._sync_activities()


class ComplaintSolution(models.Model):
    _inherit = "complaint.solution"

    waits_for_me = fields.Boolean(compute="_compute_waits_for_me", export_string_translation=False)
    is_latest = fields.Boolean(compute="_compute_is_latest", export_string_translation=False)

    @api.depends("approval_ids.state", "approval_ids.approver_ids")
    @api.depends_context("uid")
    def _compute_waits_for_me(self):
        for solution in self:
            solution.waits_for_me = any(solution.approval_ids.mapped("can_decide"))

    @api.depends("complaint_id.solution_count", "version")
    def _compute_is_latest(self):
        for solution in self:
            solution.is_latest = solution.version == solution.complaint_id.sudo().solution_count

    def action_approve_mine(self):
        """Agree to what waits for the user, if it is what they saw.

        :raises UserError: it was changed and submitted again meanwhile, or decided
        """
        seen = self.env.context.get("complaint_request_seen")
        if seen is not None and seen != self.request_count:
            raise UserError(
                self.env._(
                    "%(solution)s was changed and submitted again meanwhile. Look at it again.",
                    solution=self.display_name,
                )
            )
        self._get_waiting_for_me().action_approve()

    def action_refuse_mine(self):
        """Open the dialog that asks why the user refuses."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "complaint_management.complaint_approval_refuse_action"
        )
        action["context"] = {"default_approval_id": self._get_waiting_for_me().id, "default_kind": "refuse"}
        return action

    def _check_still_asked(self):
        """Tell those who were asked before, and read it no longer, what became of it.

        :raises UserError: says by whom and when
        """
        user = self.env.user
        for solution_sudo in (self - self._filtered_access("read")).sudo():
            approvals = solution_sudo.approval_ids
            if (
                user in approvals.approver_ids | approvals.absent_ids
                and user not in solution_sudo.excluded_user_ids
                and solution_sudo.company_id in self.env.companies
            ):
                raise UserError(
                    self.env._(
                        "%(status)s Your decision is not needed any more.",
                        status=solution_sudo._get_status_line(),
                    )
                )

    def _get_waiting_for_me(self):
        self.ensure_one()
        self._check_still_asked()
        waiting = self.approval_ids.filtered("can_decide")
        if not waiting:
            # Somebody was faster, or it was taken back.
            raise UserError(self.env._("%(status)s Look at it again.", status=self._get_status_line()))
        return waiting

    @api.model
    def _get_my_approvals(self):
        return fields.Domain("approver_ids", "in", [self.env.uid]) & fields.Domain(
            "state", "in", ASKED_STATES
        )

    @api.depends("approval_ids.approver_ids", "approval_ids.state")
    @api.depends_context("uid")
    def _compute_asked_of_me(self):
        groups = (
            self.env["complaint.approval"]
            .sudo()
            ._read_group(
                self._get_my_approvals() & fields.Domain("solution_id", "in", self.ids), ["solution_id"]
            )
        )
        asked = {solution.id for (solution,) in groups}
        for solution in self:
            solution.asked_of_me = solution._origin.id in asked

    def _search_asked_of_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        asked = (
            self.env["complaint.approval"].sudo()._search(self._get_my_approvals()).subselect("solution_id")
        )
        domain = fields.Domain.FALSE
        if True in value:
            domain |= fields.Domain("id", "in", asked)
        if False in value:
            domain |= fields.Domain("id", "not in", asked)
        return domain
