from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.service_process import SERVICE

#: Code of the number sequences.
SEQUENCE_CODE = "complaint.service.order"


class ComplaintServiceOrder(models.Model):
    """An after-sales service order: what is done for a customer, mostly to a thing the customer owns (SV-2).

    The fields that every order has are here; what each step adds to it, its deadlines, money and people are
    the neighbouring files of this folder.
    """

    _name = "complaint.service.order"
    _description = "Service Order"
    _inherit = [
        "complaint.staged",
        "complaint.part",
        "complaint.thread",
        "hr.mixin",
        "mail.activity.mixin",
        "mail.tracking.duration.mixin",
    ]
    _order = "id desc"
    _rec_names_search = ["number", "name", "partner_id.name", "asset_id.name"]
    _check_company_auto = True
    _mail_thread_customer = True
    _track_duration_field = "stage_id"
    _process = SERVICE

    number = fields.Char(readonly=True, copy=False, index="trigram")
    name = fields.Char(string="What Is to Be Done", required=True, index="trigram", tracking=True)
    description = fields.Text(
        string="What the Customer Says", help="The customer's own words, as said or written."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    requested_at = fields.Datetime(
        string="Asked for on", required=True, default=fields.Datetime.now, copy=False, index=True
    )
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], default="0", tracking=True)

    # for whom, and what
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    partner_phone = fields.Char(
        string="Phone", compute="_compute_partner_data", store=True, readonly=False, precompute=True
    )
    partner_email = fields.Char(
        string="E-mail", compute="_compute_partner_data", store=True, readonly=False, precompute=True
    )
    asset_id = fields.Many2one(
        "complaint.asset",
        string="Object",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        domain="['|', ('partner_id', '=', False), ('partner_id', 'child_of', commercial_partner_id)]",
        help="The vehicle, appliance or installation that it is about.",
    )
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    product_id = fields.Many2one(
        "product.product",
        compute="_compute_product_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    type_id = fields.Many2one(
        "complaint.service.type", string="Service", index=True, check_company=True, tracking=True
    )
    kind = fields.Selection(related="type_id.kind", store=True)
    complaint_id = fields.Many2one(
        "complaint.complaint",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        copy=False,
        tracking=True,
        help="The complaint that it settles or came to be.",
    )
    # Whoever works on the order may know that much of the case, and no more.
    complaint_number = fields.Char(related="complaint_id.number", string="Complaint Number")
    department_id = fields.Many2one(related="complaint_id.department_id")

    # who
    team_id = fields.Many2one(
        "complaint.team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Service Advisor",
        default=lambda self: self._default_user_id(),
        index="btree_not_null",
        copy=False,
        check_company=True,
        tracking=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id),"
        " ('id', 'not in', excluded_user_ids)]",
        help="Answers for the order towards the customer.",
    )
    technician_ids = fields.Many2many(
        "hr.employee",
        "complaint_service_order_technician_rel",
        "order_id",
        "employee_id",
        string="Technicians",
        check_company=True,
        copy=False,
        tracking=True,
    )

    # when
    scheduled_start = fields.Datetime(string="Appointment", copy=False, tracking=True, index="btree_not_null")
    scheduled_end = fields.Datetime(
        string="Appointment Ends",
        compute="_compute_scheduled_end",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
    )

    _number_uniq = models.UniqueIndex("(number, company_id)", "This order number exists already.")
    _open_stage_idx = models.Index(
        "(stage_id, scheduled_start, id) WHERE closed_at IS NULL AND active IS TRUE"
    )
    _open_team_idx = models.Index("(team_id, id) WHERE closed_at IS NULL AND active IS TRUE")
    _open_user_idx = models.Index("(user_id, id) WHERE closed_at IS NULL AND active IS TRUE")
    _period_in_order = models.Constraint(
        "CHECK (scheduled_end IS NULL OR scheduled_start IS NULL OR scheduled_end > scheduled_start)",
        "An appointment ends after it begins.",
    )

    @api.model
    def _default_user_id(self):
        """Whoever takes an order in answers for it, where that is their work."""
        user = self.env.user
        advises = user.has_group("complaint_management.group_service_advisor")
        return user if advises and not self.env.su and not self.env.context.get("import_file") else False

    @api.depends("number", "name")
    def _compute_display_name(self):
        for order in self:
            order.display_name = " ".join(part for part in (order.number, order.name) if part)

    @api.depends("partner_id")
    def _compute_partner_data(self):
        """The contact data of the day stays on the order, whatever becomes of the contact."""
        for order in self:
            partner, former = order.partner_id, order._origin.partner_id
            replaced = former and former != partner._origin
            for fname in ("email", "phone"):
                typed = False if replaced else order[f"partner_{fname}"]
                order[f"partner_{fname}"] = partner[fname] or typed

    @api.depends("asset_id")
    def _compute_product_id(self):
        for order in self:
            order.product_id = order.asset_id.product_id or order.product_id

    @api.depends("type_id", "company_id")
    def _compute_team_id(self):
        """Propose the team that usually does such work, else one of the user's that does any."""
        defaults = {}
        for order in self:
            company = order.company_id or self.env.company
            team = order.type_id.team_id or order.team_id
            if not team or team.company_id != company:
                if company not in defaults:
                    defaults[company] = team._get_service_team(company, self.env.user)
                team = defaults[company]
            order.team_id = team

    @api.depends("scheduled_start", "type_id")
    def _compute_scheduled_end(self):
        for order in self:
            start, former = order.scheduled_start, order._origin
            if not start:
                order.scheduled_end = False
            elif former.scheduled_end and former.scheduled_start and former.scheduled_start != start:
                # Moved in a form, not made longer or shorter.
                order.scheduled_end = start + (former.scheduled_end - former.scheduled_start)
            elif not order.scheduled_end or order.scheduled_end <= start:
                order.scheduled_end = fields.Datetime.add(start, hours=order.type_id.duration or 1)

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        company_id = self.default_get(["company_id"]).get("company_id") or self.env.company.id
        sequences = {}
        for vals in vals_list:
            company = vals.get("company_id") or company_id
            if company not in sequences:
                sequences[company] = self._get_number_sequence(company)
            # A number handed in is not taken: only the sequence knows which are free.
            vals["number"] = sequences[company].next_by_id() if sequences[company] else False
        orders = super().create(vals_list)
        orders._check_gates_at_creation()
        return orders

    @api.model
    def _get_number_sequence(self, company_id):
        """Return the sequence that numbers the orders of a company: its own, else the one of all."""
        return (
            self.env["ir.sequence"]
            .sudo()
            .with_company(company_id)
            .search(
                [("code", "=", SEQUENCE_CODE), ("company_id", "in", [company_id, False])],
                order="company_id",
                limit=1,
            )
        )

    def write(self, vals):
        if "number" in vals:
            raise UserError(self.env._("The number of a service order never changes."))
        if not vals.get("scheduled_start") or "scheduled_end" in vals:
            return super().write(vals)
        # Moved by an API or on a calendar, not made longer or shorter.
        start = fields.Datetime.to_datetime(vals["scheduled_start"])
        for length, orders in self.grouped(lambda order: order._get_scheduled_length()).items():
            super(ComplaintServiceOrder, orders).write(
                {**vals, "scheduled_end": start + length} if length else vals
            )
        return True

    def _get_scheduled_length(self):
        """Return how long one order is planned for, as a timedelta; nothing where it is not planned."""
        self.ensure_one()
        return self.scheduled_end and self.scheduled_start and self.scheduled_end - self.scheduled_start

    @api.ondelete(at_uninstall=False)
    def _unlink_except_work(self):
        if any(order.step not in ("appointment", "cancelled") for order in self):
            raise UserError(
                self.env._(
                    "A service order in work is part of the record. Cancel it with a reason, then delete it."
                )
            )
