from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import clean_context

from ...tools.mark import Mark

#: On what the judgement of a demand stands (SO-1); at least one of them is written down.
GROUND_FIELDS = ("ground_facts", "ground_contract", "ground_rules", "ground_law")
#: What is proposed, and so what the approvers agree to.
PROPOSAL_FIELDS = {"reasonable", "assessment", *GROUND_FIELDS, "offer", "remedy_ids"}
#: States in which the proposal is still ours, with the customer, and history.
OUR_STATES = ("draft", "submitted", "approved")
ACTIVE_STATES = (*OUR_STATES, "offered", "accepted")


class ComplaintSolution(models.Model):
    """One version of what we propose to the complainant, and what they said to it (SO-1 to SO-4).

    The fields and who may write them are here. Its way through approval is in ``solution_flow.py``, offer
    and answer are in ``solution_answer.py``, who has to agree is in ``approver.py``. What was offered never
    changes any more: another proposal is another version.
    """

    _name = "complaint.solution"
    _description = "Solution"
    _inherit = ["complaint.entry", "complaint.stated"]
    _order = "complaint_id desc, version desc"
    _rec_names_search = ["complaint_id.number", "complaint_id.name"]
    _check_company_auto = True

    version = fields.Integer(readonly=True, copy=False)
    round = fields.Integer(
        readonly=True, copy=False, help="How often the complaint had been reopened when it was proposed."
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "Waits for approval"),
            ("approved", "Approved"),
            ("offered", "Offered"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("withdrawn", "Withdrawn"),
        ],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )

    # is the demand reasonable?
    reasonable = fields.Selection(
        [("yes", "Reasonable"), ("partly", "Partly reasonable"), ("no", "Not reasonable")],
        string="The Demand Is",
        tracking=True,
    )
    assessment = fields.Text(
        string="Our Judgement", tracking=True, help="Why we judge the demand so. The complainant may read it."
    )
    ground_facts = fields.Text(string="Facts", help="What was established, and by which evidence.")
    ground_contract = fields.Text(string="Contract", help="The clause or promise that applies.")
    ground_rules = fields.Text(string="Trade Rules", help="The custom or the rule of the trade that applies.")
    ground_law = fields.Text(string="Law", help="The act and the article that apply.")
    has_ground = fields.Boolean(compute="_compute_has_ground", export_string_translation=False)

    # what is proposed
    offer = fields.Text(
        string="Words to the Complainant",
        tracking=True,
        help="What we tell the complainant about it. The remedies are listed below it.",
    )
    remedy_ids = fields.One2many("complaint.remedy", "solution_id", string="Remedies", copy=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_total = fields.Monetary(
        string="Amount", compute="_compute_amount_total", store=True, aggregator="sum", tracking=True
    )
    customer_currency_id = fields.Many2one(
        "res.currency", string="Customer's Currency", compute="_compute_customer_currency", store=True
    )
    customer_rate = fields.Float(
        digits=0,
        readonly=True,
        copy=False,
        help="The customer's currency for one unit of ours, as it was when the solution was offered.",
    )
    customer_amount = fields.Monetary(
        string="In the Customer's Currency",
        currency_field="customer_currency_id",
        compute="_compute_customer_amount",
    )

    # approval
    author_ids = fields.Many2many(
        "res.users",
        "complaint_solution_author_rel",
        "solution_id",
        "user_id",
        string="Written by",
        readonly=True,
        copy=False,
        context={"active_test": False},
        help="Everybody who had a hand in the proposal: none of them approves it.",
    )
    approval_ids = fields.One2many("complaint.approval", "solution_id", string="Approvals", copy=False)
    request_count = fields.Integer(
        string="Times Submitted",
        readonly=True,
        copy=False,
        help="Agreements to an earlier request do not count.",
    )
    submitted_at = fields.Datetime(string="Submitted on", readonly=True, copy=False)
    proposed_by_id = fields.Many2one("res.users", string="Proposed by", readonly=True, copy=False)
    approved_at = fields.Datetime(string="Approved on", readonly=True, copy=False)
    refusal = fields.Text(
        readonly=True, copy=False, help="Why an approver sent it back, or why it has to be approved again."
    )

    # offer and answer
    offered_at = fields.Datetime(string="Offered on", readonly=True, copy=False)
    offered_by_id = fields.Many2one("res.users", string="Offered by", readonly=True, copy=False)
    answer = fields.Selection(
        [("accepted", "Accepted"), ("declined", "Declined"), ("none", "No answer")],
        readonly=True,
        copy=False,
    )
    answered_at = fields.Datetime(string="Answered on", readonly=True, copy=False)
    answer_by_id = fields.Many2one("res.users", string="Answer Taken by", readonly=True, copy=False)
    answer_reason = fields.Text(
        string="What the Complainant Said",
        readonly=True,
        copy=False,
        help="Why it was declined, and what is wanted.",
    )
    signature = fields.Binary(readonly=True, copy=False, attachment=True)
    signed_by = fields.Char(readonly=True, copy=False)
    signed_on = fields.Datetime(readonly=True, copy=False)
    final = fields.Boolean(
        string="We Stand by It",
        readonly=True,
        copy=False,
        help="The work goes on although it was not accepted.",
    )
    final_reason = fields.Text(string="Why We Stand by It", readonly=True, copy=False)
    withdraw_reason = fields.Text(string="Withdrawn because", readonly=True, copy=False)

    # the case, as those need it who decide about it
    user_id = fields.Many2one(related="complaint_id.user_id", string="Responsible")
    team_id = fields.Many2one(related="complaint_id.team_id", store=True, precompute=True)
    excluded_user_ids = fields.Many2many(related="complaint_id.excluded_user_ids")
    partner_name = fields.Char(related="complaint_id.partner_name", string="Complainant")
    category_id = fields.Many2one(related="complaint_id.category_id")
    severity = fields.Selection(related="complaint_id.severity")
    description = fields.Text(related="complaint_id.description")
    wanted_outcome = fields.Text(related="complaint_id.wanted_outcome")
    for_centre = fields.Boolean(compute="_compute_for_centre", export_string_translation=False)
    asked_of_me = fields.Boolean(
        compute="_compute_asked_of_me",
        search="_search_asked_of_me",
        export_string_translation=False,
        help="The user is or was asked to approve it: the record rules ask for this.",
    )

    _version_idx = models.Index("(complaint_id, version)")

    @api.depends(*GROUND_FIELDS)
    def _compute_has_ground(self):
        for solution in self:
            solution.has_ground = any((solution[fname] or "").strip() for fname in GROUND_FIELDS)

    @api.depends("remedy_ids.amount")
    def _compute_amount_total(self):
        """What the version proposes, whatever becomes of its remedies."""
        for solution in self:
            solution.amount_total = sum(solution.remedy_ids.mapped("amount"))

    @api.depends("complaint_id.partner_id", "complaint_id.sale_order_id")
    def _compute_customer_currency(self):
        """The customer thinks in the currency of the order, or in that of their price list."""
        for solution in self:
            complaint_sudo = solution.complaint_id.sudo()
            partner = complaint_sudo.partner_id.with_company(solution.company_id)
            solution.customer_currency_id = (
                complaint_sudo.sale_order_id.currency_id
                or partner.property_product_pricelist.currency_id
                or solution.company_id.currency_id
            )

    @api.depends("amount_total", "customer_currency_id", "customer_rate")
    def _compute_customer_amount(self):
        for solution in self:
            solution.customer_amount = solution._to_customer_currency(solution.amount_total)

    def _to_customer_currency(self, amount):
        """Return an amount of ours in the customer's currency: at the rate of the offer, or today's.

        :param float amount: in the company's currency
        """
        self.ensure_one()
        currency = self.customer_currency_id or self.currency_id
        if currency == self.currency_id:
            return amount
        return currency.round(amount * (self.customer_rate or self._get_customer_rate()))

    def _get_customer_rate(self):
        self.ensure_one()
        return self.env["res.currency"]._get_conversion_rate(
            self.currency_id, self.customer_currency_id, self.company_id, fields.Date.context_today(self)
        )

    @api.depends("complaint_id")
    @api.depends_context("uid")
    def _compute_for_centre(self):
        writable = self.complaint_id.sudo(False)._filtered_access("write")
        for solution in self:
            solution.for_centre = solution.complaint_id in writable

    @api.depends("version", "complaint_id.number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for solution in self:
            number = solution.complaint_id.sudo().number or ""
            solution.display_name = (
                self.env._("%(complaint)s · version %(version)s", complaint=number, version=solution.version)
                if solution.version
                else self.env._("%(complaint)s · new solution", complaint=number)
            )

    # writing

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._check_written(vals.keys(), PROPOSAL_FIELDS | {"complaint_id"})
            # Defaults of the context would go round that.
            self = self.with_context(clean_context(self.env.context))  # noqa: PLW0642
        vals_list = [dict(vals) for vals in vals_list]
        self._set_versions(vals_list)
        solutions = super().create(vals_list)
        solutions._check_complaint_open()
        solutions._check_only_one()
        return solutions

    @api.model
    def _set_versions(self, vals_list):
        """Count the versions within their complaint, and note in which of its rounds they are made."""
        Complaint = self.env["complaint.complaint"].sudo().with_context(tracking_disable=True)
        counts = {}
        for vals in vals_list:
            complaint = Complaint.browse(vals.get("complaint_id"))
            if complaint:
                counts[complaint] = counts.get(complaint, complaint.solution_count) + 1
                vals |= {"version": counts[complaint], "round": complaint.reopen_count}
        for complaint, count in counts.items():
            complaint.solution_count = count
        # Now: who makes a version of the same complaint at the same moment finds this out here.
        Complaint.union(*counts).flush_recordset(["solution_count"])

    def _check_complaint_open(self):
        for solution in self:
            if solution.complaint_id.closed_at:
                raise UserError(
                    self.env._(
                        "%(complaint)s has ended. Reopen it before you propose a solution.",
                        complaint=solution.complaint_id.display_name,
                    )
                )

    def _check_only_one(self):
        """One proposal at a time: what stands in the customer's hands is not doubled."""
        others = self.search(
            [("complaint_id", "in", self.complaint_id.ids), ("state", "in", ACTIVE_STATES)]
        ).grouped("complaint_id")
        for complaint, solutions in others.items():
            current = solutions.filtered(
                lambda solution, complaint=complaint: solution.round == complaint.reopen_count
            )
            if len(current) > 1:
                raise UserError(
                    self.env._(
                        "%(solution)s is still being worked on. Decline or withdraw it before you make "
                        "another version.",
                        solution=current[-1].display_name,
                    )
                )

    def write(self, vals):
        if not self.env.su:
            # An import by database id names that as well; writing it does nothing.
            fnames = {fname for fname in vals if not fname.startswith(("message_", "activity_"))} - {"id"}
            for solution in self:
                solution._check_written(fnames, solution._get_writable_fields())
        proposing = PROPOSAL_FIELDS & vals.keys()
        if not proposing:
            return super().write(vals)
        # Once for all that is written together, the remedies included.
        whole = self.with_context(complaint_solution_writing=Mark(self.ids))
        result = super(ComplaintSolution, whole).write(vals)
        self._proposal_changed()
        return result

    def _get_writable_fields(self):
        """Return what the user may write now: the proposal, as long as it has not been offered."""
        self.ensure_one()
        return PROPOSAL_FIELDS if self.for_centre and self.state in OUR_STATES else set()

    def _check_side_of_writer(self, labels):
        if not self:
            raise UserError(
                self.env._(
                    "A solution is written first; the rest comes by its buttons: %(fields)s.", fields=labels
                )
            )
        if not self.for_centre:
            raise AccessError(self.env._("Only those who handle the complaint write its solution."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        if any(solution.state != "draft" or solution.approval_ids for solution in self):
            raise UserError(
                self.env._("A solution that was submitted is part of the record. Withdraw it instead.")
            )
