from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tools import float_compare, float_round

#: Findings that go with each kind of party, the usual one first. Only ours can be at fault for us.
FINDINGS = {
    "department": ("our_fault", "misunderstanding"),
    "employee": ("our_fault", "misunderstanding"),
    "customer": ("misunderstanding",),
    "third_party": ("third_party", "misunderstanding"),
}
WHOLE = 100.0


class ComplaintLiability(models.Model):
    """Who answers for which share of what went wrong, and what was found (DI-6).

    Shares have two decimals, so that thirds and sixths cannot come to exactly one hundred (33.33 × 3). Each
    share may be half a hundredth off what was meant; as much as the lines together can be off is forgiven,
    above a hundred and below it, and not a hundredth more.
    """

    _name = "complaint.liability"
    _description = "Liability"
    _inherit = ["complaint.traced.entry"]
    _order = "complaint_id, share desc, id"
    _check_company_auto = True

    _traced_fields = ("party_kind", "department_id", "employee_id", "partner_id", "share", "finding", "note")

    party_kind = fields.Selection(
        [
            ("department", "Department"),
            ("employee", "Employee"),
            ("customer", "Customer"),
            ("third_party", "Third party"),
        ],
        string="Who",
        required=True,
        default="department",
    )
    employee_id = fields.Many2one(
        "hr.employee",
        compute="_compute_employee_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="Becomes an employee concerned: they do not see the complaint any more.",
    )
    department_id = fields.Many2one(
        "hr.department",
        compute="_compute_department_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="Of an employee: where they work.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer or Third Party",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    share = fields.Float(string="Share (%)", digits=(5, 2), required=True, default=WHOLE, aggregator=None)
    finding = fields.Selection(
        [
            ("our_fault", "Our fault"),
            ("misunderstanding", "Misunderstanding"),
            ("third_party", "A third party's fault"),
        ],
        compute="_compute_finding",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    note = fields.Text(string="Why")

    @api.depends("party_kind")
    def _compute_employee_id(self):
        for liability in self:
            liability.employee_id = liability.employee_id if liability.party_kind == "employee" else False

    @api.depends("party_kind", "employee_id")
    def _compute_department_id(self):
        for liability in self:
            if liability.party_kind == "employee":
                liability.department_id = liability.employee_id.department_id or liability.department_id
            elif liability.party_kind == "department":
                liability.department_id = liability.department_id or liability.complaint_id.department_id
            else:
                liability.department_id = False

    @api.depends("party_kind")
    def _compute_partner_id(self):
        for liability in self:
            customer = liability.complaint_id.partner_id
            if liability.party_kind == "customer":
                liability.partner_id = liability.partner_id or customer
            elif liability.party_kind == "third_party" and liability.partner_id != customer:
                liability.partner_id = liability.partner_id
            else:
                liability.partner_id = False

    @api.depends("party_kind")
    def _compute_finding(self):
        for liability in self:
            liability.finding = next(iter(FINDINGS.get(liability.party_kind, ())), False)

    @api.depends("party_kind", "employee_id", "department_id", "partner_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["party_kind"]._description_selection(self.env))
        for liability in self:
            party = liability.employee_id or liability.department_id or liability.partner_id
            # Whoever reads the line reads who it is about.
            liability.display_name = party.sudo().display_name or kinds.get(liability.party_kind)

    @api.constrains("party_kind", "department_id", "employee_id", "partner_id")
    def _check_party(self):
        for liability in self:
            kind = liability.party_kind
            if kind == "department" and not liability.department_id:
                raise ValidationError(self.env._("Choose the department that answers for this share."))
            if kind == "employee" and not liability.employee_id:
                raise ValidationError(self.env._("Choose the employee who answers for this share."))
            if kind == "third_party" and not (liability.partner_id or (liability.note or "").strip()):
                raise ValidationError(self.env._("Choose the third party, or write into the note who it is."))
            if (
                (liability.employee_id and kind != "employee")
                or (liability.department_id and kind not in ("department", "employee"))
                or (liability.partner_id and kind not in ("customer", "third_party"))
            ):
                raise ValidationError(
                    self.env._(
                        "One line says one party: a department, an employee, the customer or a third party. "
                        "Enter the others on lines of their own."
                    )
                )

    @api.constrains("party_kind", "finding")
    def _check_finding(self):
        findings = dict(self._fields["finding"]._description_selection(self.env))
        for liability in self:
            if liability.finding not in FINDINGS[liability.party_kind]:
                raise ValidationError(
                    self.env._(
                        "“%(finding)s” does not go with %(party)s. Choose another finding, or somebody else.",
                        finding=findings.get(liability.finding, ""),
                        party=liability.display_name,
                    )
                )

    @api.constrains("share", "complaint_id")
    def _check_share(self):
        for liability in self:
            if not 0 < liability.share <= WHOLE:
                raise ValidationError(
                    self.env._(
                        "A share is more than 0 and at most 100 percent, not %(share)g.",
                        share=liability.share,
                    )
                )
        groups = self.sudo()._read_group(
            [("complaint_id", "in", self.complaint_id.ids)], ["complaint_id"], ["share:sum", "__count"]
        )
        changed = self.grouped("complaint_id")
        for complaint, total, count in groups:
            if self._compare_to_whole(total, count) > 0:
                left = WHOLE - total + sum(changed[complaint].mapped("share"))
                raise ValidationError(
                    self.env._(
                        "%(complaint)s: the shares come to %(total)g %%, which is more than the whole. "
                        "%(left)g %% is left for what you entered.",
                        complaint=complaint.display_name,
                        total=float_round(total, 2),
                        left=max(float_round(left, 2), 0.0),
                    )
                )

    @api.model
    def _compare_to_whole(self, total, count):
        """Compare a sum of shares with a hundred percent; see the class for what is forgiven.

        :param float total: the sum
        :param int count: of how many shares
        :return: -1, 0 or 1 like :func:`~odoo.tools.float_compare`
        """
        if float_compare(abs(total - WHOLE), count * 0.005, 3) <= 0:
            return 0
        return 1 if total > WHOLE else -1

    @api.model_create_multi
    def create(self, vals_list):
        liabilities = super().create(vals_list)
        liabilities._apply_findings()
        return liabilities

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"complaint_id", "party_kind", "employee_id", "finding"}:
            self._apply_findings()
        return result

    def _apply_findings(self):
        """What was found has consequences for the complaint: who is excluded, and that it is valid (TR-1)."""
        complaints = self.complaint_id
        at_fault = complaints.filtered(
            lambda complaint: complaint.our_fault and complaint.validity != "valid"
        )
        at_fault.write({"validity": "valid"})
        by_employees = {}
        for complaint, liabilities in self.grouped("complaint_id").items():
            found = liabilities.sudo().employee_id - complaint.sudo().employee_ids
            if self.env.user in found.user_id and not self.env.su:
                raise ValidationError(
                    self.env._(
                        "You cannot judge your own share: let a colleague enter it, because you will not see "
                        "this complaint any more."
                    )
                )
            if found:
                by_employees.setdefault(found, []).append(complaint.id)
        for employees, complaint_ids in by_employees.items():
            complaints.browse(complaint_ids).write(
                {"employee_ids": [Command.link(employee.id) for employee in employees]}
            )

    def _get_trace_title(self):
        return self.env._("Liability changed: %(party)s", party=self.display_name)

    def _get_trace_deleted(self):
        return self.env._("Liability deleted")

    def _get_trace_line(self):
        shown = (self.display_name, f"{self.share:g} %", self._get_shown_value("finding"), self.note)
        return " · ".join(part for part in shown if part)
