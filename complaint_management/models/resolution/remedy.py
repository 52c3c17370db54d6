from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import clean_context

from ...tools.mark import Mark
from .solution import OUR_STATES

#: What is written while the solution is still ours, and what may change until the remedy is done.
PLAN_FIELDS = {
    "type_id",
    "description",
    "amount",
    "expected_effect",
    "invoice_id",
    "invoice_number",
    "sequence",
    "user_id",
    "date_due",
}
WORK_FIELDS = {"user_id", "date_due"}
#: A change of these is another proposal than the one that was approved.
PROPOSED_FIELDS = {"type_id", "amount", "description"}


class ComplaintRemedy(models.Model):
    """One thing that a solution promises: who does it until when, what it costs (SO-2).

    The fields and who may write them are here. How it is agreed on and carried out is in ``remedy_flow.py``,
    whose work it is in ``remedy_owner.py``, its time limit in ``remedy_deadline.py``, and the credit note in
    ``remedy_document.py``.
    """

    _name = "complaint.remedy"
    _description = "Remedy"
    _inherit = ["complaint.stated"]
    _order = "solution_id desc, sequence, id"
    _rec_names_search = ["complaint_id.number", "type_id.name", "description"]
    _check_company_auto = True

    solution_id = fields.Many2one("complaint.solution", required=True, index=True, ondelete="cascade")
    complaint_id = fields.Many2one(
        related="solution_id.complaint_id", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="solution_id.company_id", store=True, precompute=True)
    sequence = fields.Integer(default=10)
    type_id = fields.Many2one(
        "complaint.remedy.type", required=True, ondelete="restrict", index=True, check_company=True
    )
    behaviour = fields.Selection(related="type_id.behaviour")
    has_amount = fields.Boolean(related="type_id.has_amount")
    for_customer = fields.Boolean(related="type_id.for_customer")
    description = fields.Text(
        string="What Exactly", help="What is done, as the owner and the customer read it."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        compute="_compute_amount", store=True, readonly=False, precompute=True, aggregator="sum"
    )
    customer_currency_id = fields.Many2one(related="solution_id.customer_currency_id")
    customer_amount = fields.Monetary(
        string="In the Customer's Currency",
        currency_field="customer_currency_id",
        compute="_compute_customer_amount",
    )
    date_due = fields.Date(
        string="Until",
        help="The day that is promised. Empty: the limits for remedies say it when the customer accepts.",
    )
    expected_effect = fields.Text(
        compute="_compute_expected_effect",
        store=True,
        readonly=False,
        precompute=True,
        help="What it is to bring about.",
    )
    state = fields.Selection(
        [("planned", "Planned"), ("open", "To do"), ("done", "Done"), ("cancelled", "Cancelled")],
        string="Status",
        required=True,
        default="planned",
        readonly=True,
        copy=False,
        index=True,
    )
    agreed_at = fields.Datetime(
        string="Agreed on", readonly=True, copy=False, help="From here on the limit counts."
    )
    round = fields.Integer(readonly=True, copy=False, help="How often its time limit began anew.")
    done_at = fields.Datetime(string="Done on", readonly=True, copy=False)
    done_by_id = fields.Many2one("res.users", string="Done by", readonly=True, copy=False)
    done_note = fields.Text(string="How It Was Done", copy=False)
    cancel_reason = fields.Text(string="Cancelled because", readonly=True, copy=False)

    # the case, as the owner needs it
    number = fields.Char(related="complaint_id.number", string="Complaint Number")
    complaint_name = fields.Char(related="complaint_id.name", string="Complaint about")
    partner_name = fields.Char(related="complaint_id.partner_name", string="Customer")
    partner_phone = fields.Char(related="complaint_id.partner_phone", string="Customer's Phone")
    case_user_id = fields.Many2one(related="complaint_id.user_id", string="Responsible at the Centre")
    team_id = fields.Many2one(related="complaint_id.team_id", store=True, precompute=True)
    department_id = fields.Many2one(related="complaint_id.department_id")
    excluded_user_ids = fields.Many2many(related="complaint_id.excluded_user_ids")
    solution_state = fields.Selection(related="solution_id.state", string="Solution Is")

    # who looks at it
    for_centre = fields.Boolean(compute="_compute_sides", export_string_translation=False)
    for_owner = fields.Boolean(compute="_compute_sides", export_string_translation=False)
    may_plan = fields.Boolean(compute="_compute_sides", export_string_translation=False)

    _open_idx = models.Index("(user_id, id) WHERE state = 'open'")
    _amount_positive = models.Constraint("CHECK (amount >= 0)", "An amount is not less than nothing.")

    @api.depends("type_id")
    def _compute_amount(self):
        for remedy in self:
            remedy.amount = remedy.amount if remedy.type_id.has_amount else 0

    @api.depends("amount", "solution_id.customer_rate", "customer_currency_id")
    def _compute_customer_amount(self):
        for remedy in self:
            solution = remedy.solution_id
            remedy.customer_amount = solution._to_customer_currency(remedy.amount) if solution else 0

    @api.depends("type_id")
    def _compute_expected_effect(self):
        for remedy in self:
            remedy.expected_effect = remedy.expected_effect or remedy.type_id.expected_effect

    @api.depends("complaint_id", "user_id", "state", "solution_id.state")
    @api.depends_context("uid")
    def _compute_sides(self):
        writable = self.complaint_id.sudo(False)._filtered_access("write")
        for remedy in self:
            # One that is just being entered belongs to a proposal that the user writes.
            new = not remedy._origin
            remedy.for_centre = new or remedy.complaint_id in writable
            remedy.for_owner = remedy.user_id == self.env.user
            remedy.may_plan = remedy.for_centre and (
                new or (remedy.state == "planned" and remedy.solution_id.state in OUR_STATES)
            )

    @api.depends("type_id.name", "complaint_id.number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for remedy in self:
            parts = (remedy.type_id.name, remedy.complaint_id.sudo().number)
            remedy.display_name = " · ".join(part for part in parts if part)

    @api.constrains("type_id", "amount")
    def _check_amount(self):
        for remedy in self:
            if remedy.amount and not remedy.type_id.has_amount:
                raise ValidationError(
                    self.env._(
                        "“%(type)s” has no amount. Leave the amount empty, or choose another remedy.",
                        type=remedy.type_id.name,
                    )
                )

    # writing

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._check_written(vals.keys(), PLAN_FIELDS | {"solution_id"})
            # Defaults of the context would go round that.
            self = self.with_context(clean_context(self.env.context))  # noqa: PLW0642
        remedies = super().create(vals_list)
        if not self.env.su:
            remedies.complaint_id.check_access("write")
            remedies._check_plannable()
        remedies._tell_solution()
        return remedies

    def write(self, vals):
        if not self.env.su:
            # An import by database id names that as well; writing it does nothing.
            fnames = {fname for fname in vals if not fname.startswith(("message_", "activity_"))} - {"id"}
            for remedy in self:
                remedy._check_written(fnames, remedy._get_writable_fields())
        # The day may be what the clock says: then there is nothing to check, and nothing follows it.
        by_clock = set(self.ids) <= Mark.of(self.env, "complaint_clock_moved")
        if vals.get("date_due") and not by_clock:
            self._check_date(fields.Date.to_date(vals["date_due"]))
        proposed = [fname for fname in PROPOSED_FIELDS if fname in vals]
        before = {remedy: [remedy[fname] for fname in proposed] for remedy in self} if proposed else {}
        former = {remedy: (remedy.user_id, remedy.date_due) for remedy in self if remedy.state == "open"}
        result = super().write(vals)
        changed = [
            remedy.id for remedy, values in before.items() if values != [remedy[fname] for fname in proposed]
        ]
        self.browse(changed)._tell_solution()
        if WORK_FIELDS & vals.keys() and not by_clock:
            self._follow_work(former)
        return result

    def _get_writable_fields(self):
        """Return what the user may write now: all of it as long as the solution was not offered."""
        self.ensure_one()
        allowed = set()
        if self.may_plan:
            allowed |= PLAN_FIELDS
        if self.for_centre and self.state in ("planned", "open"):
            # The customer was promised neither who does it nor that nobody falls ill.
            allowed |= WORK_FIELDS
        if self.for_centre and self.state == "open":
            allowed |= {"done_note"}
        return allowed

    def _check_side_of_writer(self, labels):
        if not self:
            raise UserError(
                self.env._(
                    "A remedy is proposed first and carried out then: leave out %(fields)s.", fields=labels
                )
            )
        if not self.for_centre:
            raise AccessError(
                self.env._(
                    "Only those who handle the complaint change its remedies. If %(remedy)s is yours, press "
                    "Done or Cancel.",
                    remedy=self.display_name,
                )
            )

    def _get_status_line(self):
        # What is only planned stands where its solution does.
        return self.solution_id._get_status_line() if self.state == "planned" else super()._get_status_line()

    def _check_plannable(self):
        for remedy in self:
            if remedy.solution_id.state not in OUR_STATES:
                raise UserError(
                    self.env._(
                        "%(status)s Its remedies stay as they are: make another version.",
                        status=remedy.solution_id._get_status_line(),
                    )
                )

    def _check_date(self, day):
        """A promise is not moved into the past; what is only planned is looked at when it is submitted."""
        today = fields.Date.context_today(self)
        for remedy in self:
            if remedy.state == "open" and day < today and day != remedy.date_due:
                raise UserError(
                    self.env._(
                        "%(remedy)s cannot be due before today. Choose today or a later day; what is done "
                        "already is ticked off with Done.",
                        remedy=remedy.display_name,
                    )
                )

    def _tell_solution(self):
        """The solution proposes something else than before."""
        self.solution_id._proposal_changed()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        if any(remedy.state != "planned" for remedy in self):
            raise UserError(
                self.env._("A remedy that was agreed on is part of the record. Cancel it instead.")
            )

    def unlink(self):
        if not self.env.su:
            self.complaint_id.check_access("write")
            self._check_plannable()
        solutions = self.solution_id
        result = super().unlink()
        solutions._proposal_changed()
        return result
