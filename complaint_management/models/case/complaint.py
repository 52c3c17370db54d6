from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.contact_key import phone_key


class ComplaintComplaint(models.Model):
    """A complaint: the record card (IN-2) and what every step adds to it.

    The fields that make up the card are here; the process with its gate, intake, repeats,
    exclusion and mail are the neighbouring files of this folder.
    """

    _name = "complaint.complaint"
    _description = "Complaint"
    _inherit = [
        "complaint.staged",
        "complaint.thread",
        "hr.mixin",
        "mail.thread.cc",
        "mail.activity.mixin",
        "mail.tracking.duration.mixin",
    ]
    _order = "received_at desc, id desc"
    _rec_names_search = ["number", "name", "partner_name"]
    _check_company_auto = True
    _mail_post_access = "read"
    _mail_thread_customer = True
    _primary_email = "partner_email"
    _track_duration_field = "stage_id"

    number = fields.Char(
        readonly=True, copy=False, index="trigram", help="Given once, per company and year; never reused."
    )
    name = fields.Char(string="Subject", required=True, index="trigram", tracking=True)
    description = fields.Text(
        string="What Happened", index="trigram", help="The complainant's own words, as said or written."
    )
    active = fields.Boolean(default=True)
    reference = fields.Char(
        string="Other Reference",
        index="btree_not_null",
        copy=False,
        help="The number of this case elsewhere: a hotline, a regulator, the customer's own.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, tracking=True
    )

    # who complains
    partner_id = fields.Many2one(
        "res.partner", string="Customer", index="btree_not_null", check_company=True, tracking=True
    )
    partner_name = fields.Char(
        string="Complainant",
        compute="_compute_partner_data",
        store=True,
        readonly=False,
        precompute=True,
        index="trigram",
    )
    partner_email = fields.Char(
        string="E-mail", compute="_compute_partner_data", store=True, readonly=False, precompute=True
    )
    partner_phone = fields.Char(
        string="Phone",
        compute="_compute_partner_data",
        store=True,
        readonly=False,
        precompute=True,
        index="trigram",
    )
    email_normalized = fields.Char(
        compute="_compute_contact_keys",
        store=True,
        precompute=True,
        index="btree_not_null",
        export_string_translation=False,
    )
    phone_key = fields.Char(
        compute="_compute_contact_keys",
        store=True,
        precompute=True,
        index="btree_not_null",
        export_string_translation=False,
    )
    on_behalf_of_id = fields.Many2one(
        "res.partner",
        string="On Behalf of",
        index="btree_not_null",
        check_company=True,
        help="For whom the complainant speaks, when it is not for themselves.",
    )
    complainant_kind = fields.Selection(
        [("problem", "Problem-driven"), ("potential", "Potential"), ("habitual", "Habitual")],
        help="Internal note that guides the tone. The customer never sees it.",
    )
    complainant_seeks = fields.Selection(
        [
            ("respect", "Respect"),
            ("vent", "To vent"),
            ("compensation", "Compensation"),
            ("solution", "A solution"),
        ],
        string="Seeks",
        help="Internal note that guides the tone. The customer never sees it.",
    )

    # what it is about
    category_id = fields.Many2one(
        "complaint.category", index="btree_not_null", check_company=True, tracking=True
    )
    properties = fields.Properties("Extra Fields", definition="category_id.properties_definition", copy=True)
    tag_ids = fields.Many2many(
        "complaint.tag", "complaint_complaint_tag_rel", "complaint_id", "tag_id", string="Tags"
    )
    product_id = fields.Many2one(
        "product.product", string="Product or Service", index="btree_not_null", check_company=True
    )
    sale_order_id = fields.Many2one(
        "sale.order", string="Order", index="btree_not_null", check_company=True, tracking=True
    )
    department_id = fields.Many2one(
        "hr.department",
        compute="_compute_department_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    employee_ids = fields.Many2many(
        "hr.employee",
        "complaint_complaint_employee_rel",
        "complaint_id",
        "employee_id",
        string="Employees Concerned",
        check_company=True,
        context={"active_test": False},
        help="They never see this complaint, nor anything that belongs to it.",
    )
    occurred_at = fields.Datetime(string="When It Happened")
    occurred_place = fields.Char(string="Where It Happened")
    wanted_outcome = fields.Text(help="What would put it right, in the complainant's view.")

    # how it came in
    channel_id = fields.Many2one("complaint.channel", index="btree_not_null")
    received_at = fields.Datetime(
        string="Received on", required=True, default=fields.Datetime.now, copy=False, tracking=True
    )
    received_by_id = fields.Many2one(
        "res.users",
        string="Received by",
        default=lambda self: self._default_user_id(),
        index="btree_not_null",
        copy=False,
        help="Who received the complaint first. This is kept for good.",
    )
    # Not read-only here but in the views: histories of other systems bring theirs along, and Odoo imports
    # no read-only field.
    read_back_by_id = fields.Many2one("res.users", string="Read Back by", copy=False)
    read_back_at = fields.Datetime(string="Read Back", copy=False)

    # judgement
    nature = fields.Selection(
        [
            ("complaint", "Complaint"),
            ("inquiry", "Inquiry"),
            ("suggestion", "Suggestion"),
            ("criticism", "Criticism"),
            ("praise", "Praise"),
        ],
        default="complaint",
        tracking=True,
    )
    validity = fields.Selection(
        [
            ("valid", "Valid"),
            ("help", "Communicative: asks for help"),
            ("information", "Communicative: asks for information"),
            ("venting", "Communicative: vents"),
        ],
        tracking=True,
        help="Valid: our liability is established. Communicative: the complainant needs an ear, help "
        "or an answer.",
    )
    severity = fields.Selection(
        [("normal", "Normal"), ("important", "Important"), ("urgent", "Urgent")],
        compute="_compute_severity",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )

    # who answers
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
    origin_team_id = fields.Many2one(
        "complaint.team",
        string="Received by Team",
        compute="_compute_origin_team_id",
        store=True,
        precompute=True,
        copy=False,
        index="btree_not_null",
        help="The team that took the complaint in. It can follow the complaint wherever it goes.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self._default_user_id(),
        index="btree_not_null",
        copy=False,
        check_company=True,
        tracking=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id),"
        " ('id', 'not in', excluded_user_ids)]",
    )

    _received_idx = models.Index("(received_at DESC, id DESC)")
    # The open ones, by each thing that the record rules and the usual filters ask for.
    _open_company_idx = models.Index(
        "(company_id, received_at DESC, id DESC) WHERE closed_at IS NULL AND active IS TRUE"
    )
    _open_stage_idx = models.Index(
        "(stage_id, received_at DESC, id DESC) INCLUDE (severity, company_id)"
        " WHERE closed_at IS NULL AND active IS TRUE"
    )
    # A board reads each of its columns.
    _open_user_idx = models.Index("(user_id, stage_id, received_at DESC, id DESC) WHERE closed_at IS NULL")
    _open_team_idx = models.Index(
        "(team_id, received_at DESC, id DESC) INCLUDE (severity, user_id, company_id)"
        " WHERE closed_at IS NULL AND active IS TRUE"
    )
    _open_origin_team_idx = models.Index("(origin_team_id) WHERE closed_at IS NULL")
    _open_receiver_idx = models.Index("(received_by_id) WHERE closed_at IS NULL")
    _number_uniq = models.UniqueIndex("(number)", "This complaint number exists already.")

    #: What the record rules, tracking and the time in a stage look at; read along, it needs no query of
    #: its own.
    _fields_read_along = (
        "company_id",
        "confidential",
        "create_date",
        "origin_team_id",
        "properties",
        "received_by_id",
        "team_id",
        "user_id",
    )

    #: Users whose names are read together.
    _people_fields = ("user_id", "received_by_id", "read_back_by_id")

    @api.model
    def _default_user_id(self):
        """Who registers a complaint answers for it until somebody takes it over (IN-5)."""
        if self.env.context.get("import_file") or self.env.user.share or self.env.su:
            return self.env["res.users"]
        return self.env.user

    @api.depends("number", "name")
    def _compute_display_name(self):
        for complaint in self:
            parts = (complaint.number, complaint.name)
            complaint.display_name = " ".join(part for part in parts if part)

    @api.depends("partner_id")
    def _compute_partner_data(self):
        """The contact data of the day stays on the complaint, whatever becomes of the contact."""
        for complaint in self:
            partner, former = complaint.partner_id, complaint._origin.partner_id
            replaced = former and former != partner._origin
            for fname in ("name", "email", "phone"):
                # What was typed before the customer was found stays; another customer's data does not.
                typed = False if replaced else complaint[f"partner_{fname}"]
                complaint[f"partner_{fname}"] = partner[fname] or typed

    @api.depends("partner_email", "partner_phone")
    def _compute_contact_keys(self):
        normalize = self.env["res.partner"]._normalize_complaint_email
        for complaint in self:
            complaint.email_normalized = normalize(complaint.partner_email)
            complaint.phone_key = phone_key(complaint.partner_phone)

    def _get_category_defaults(self, fname):
        """Yield each complaint with what its category proposes for a field; each category is asked once."""
        by_company = self.grouped(lambda complaint: complaint.company_id or self.env.company)
        for company, complaints in by_company.items():
            categories = complaints.category_id
            # Those above them are read for all together.
            categories.with_company(company)._get_branch().mapped(fname)
            defaults = {category: category._get_default(fname, company) for category in categories}
            for complaint in complaints:
                yield complaint, defaults.get(complaint.category_id)

    @api.depends("category_id")
    def _compute_severity(self):
        for complaint, usual in self._get_category_defaults("severity"):
            complaint.severity = usual or complaint.severity or "normal"

    @api.depends("category_id")
    def _compute_department_id(self):
        for complaint, usual in self._get_category_defaults("department_id"):
            complaint.department_id = usual or complaint.department_id

    @api.depends("company_id", "category_id", "severity")
    def _compute_team_id(self):
        """Route by category, then upwards to a team that may handle the severity (TR-3)."""
        defaults = {}
        for complaint, usual in self._get_category_defaults("team_id"):
            company = complaint.company_id or self.env.company
            team = usual or complaint.team_id
            if not team or team.company_id != company:
                if company not in defaults:
                    defaults[company] = team._get_default_team(company, self.env.user)
                team = defaults[company]
            complaint.team_id = team._for_severity(complaint.severity)

    @api.depends("team_id")
    def _compute_origin_team_id(self):
        for complaint in self:
            complaint.origin_team_id = complaint.origin_team_id or complaint.team_id

    @api.constrains("received_at", "occurred_at")
    def _check_received_at(self):
        now = fields.Datetime.now()
        for complaint in self:
            # Clocks of other machines run a little ahead.
            if (complaint.received_at - now).total_seconds() > 300:
                raise ValidationError(self.env._("A complaint cannot be received in the future."))
            if complaint.occurred_at and (complaint.occurred_at - complaint.received_at).days >= 1:
                raise ValidationError(
                    self.env._("It cannot have happened after it was complained about: check both dates.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        self._set_numbers(vals_list)
        # Followers are added once for all, not one complaint after the other.
        later = self.with_context(complaint_subscribe_later=True)
        complaints = super(ComplaintComplaint, later).create(vals_list).with_env(self.env)
        complaints._fill_partner()
        complaints._subscribe_responsible()
        complaints._check_gates_at_creation()
        return complaints

    def write(self, vals):
        if "number" in vals:
            raise UserError(self.env._("The number of a complaint never changes."))
        if "received_by_id" in vals:
            self._check_first_receiver(vals["received_by_id"])
        if not {"company_id", "category_id", "severity"} & vals.keys():
            return super().write(vals)
        for unchanged, complaints in self.grouped(lambda complaint: complaint._get_unchanged(vals)).items():
            super(ComplaintComplaint, complaints).write(
                {fname: value for fname, value in vals.items() if fname not in unchanged}
            )
        return True

    def _get_unchanged(self, vals):
        """Return the names of what is written again unchanged (by an import, an API).

        Writing these would route the complaint anew, which nobody asked for.
        """
        self.ensure_one()
        unchanged = frozenset(
            fname
            for fname in ("company_id", "category_id", "severity")
            if fname in vals
            and (vals[fname] or False) == self._fields[fname].convert_to_write(self[fname], self)
        )
        if "category_id" in vals.keys() - unchanged:
            # The new category proposes a severity; here it was chosen to stay as it is.
            unchanged -= {"severity"}
        return unchanged

    def _check_first_receiver(self, user_id):
        if any(complaint.received_by_id.id not in (False, user_id) for complaint in self):
            raise UserError(self.env._("Who received a complaint first is kept for good."))

    @api.model
    @api.readonly
    def web_search_read(self, domain, specification, offset=0, limit=None, order=None, count_limit=None):
        # Reading after the search, not within it: so the query that reads checks the record rules,
        # and nobody has to check them record by record.
        complaints = self.search(domain, offset=offset, limit=limit, order=order)
        values_list = complaints.web_read(specification)
        return self._format_web_search_read_results(domain, values_list, offset, limit, count_limit)

    def _read_format(self, fnames, load="_classic_read"):
        self._fetch_people(fnames)
        return super()._read_format(fnames, load)

    def _fetch_people(self, fnames):
        """Read the people whom several fields name together, not field by field."""
        people = [fname for fname in self._people_fields if fname in fnames]
        contacts = [fname for fname in ("partner_id", "on_behalf_of_id") if fname in fnames]
        if len(people) + len(contacts) > 1:
            # Whoever sees a complaint sees these names.
            complaints_sudo = self.sudo()
            partners = self.env["res.partner"].sudo().union(*(complaints_sudo[fname] for fname in contacts))
            users = self.env["res.users"].sudo().union(*(complaints_sudo[fname] for fname in people))
            (partners | users.partner_id).mapped("name")

    def _fetch_query(self, query, fields):
        if any(field.column_type for field in fields):
            fields = [*fields, *(self._fields[fname] for fname in self._fields_read_along)]
        return super()._fetch_query(query, fields)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "name" in (default or {}):
            return vals_list
        for complaint, vals in zip(self, vals_list, strict=True):
            vals["name"] = self.env._("%(subject)s (copy)", subject=complaint.name)
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_work(self):
        if any(complaint.step not in ("new", "cancelled") for complaint in self):
            raise UserError(
                self.env._(
                    "A complaint in work is part of the record. Cancel it with a reason, then delete it."
                )
            )
