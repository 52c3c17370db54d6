from odoo import api, fields, models
from odoo.exceptions import UserError

#: Who enters complaints; others pass them on to the service centre.
ENTERING_GROUP = "complaint_management.group_complaint_first_contact"


class ComplaintServiceCommission(models.TransientModel):
    """Makes a service order for a complaint, also where who handles it has no part in the workshop (SV-8)."""

    _name = "complaint.service.commission"
    _description = "Service Order for a Complaint"
    _check_company_auto = True

    complaint_id = fields.Many2one("complaint.complaint", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="complaint_id.company_id")
    partner_id = fields.Many2one(related="complaint_id.partner_id")
    type_id = fields.Many2one(
        "complaint.service.type",
        string="Service",
        required=True,
        check_company=True,
        domain="[('company_id', 'in', (False, company_id))]",
        default=lambda self: self.env["complaint.service.type"].search([("kind", "=", "repair")], limit=1),
    )
    asset_id = fields.Many2one(
        "complaint.asset",
        string="Object",
        compute="_compute_words",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('company_id', '=', company_id), '|', ('partner_id', '=', False),"
        " ('partner_id', 'child_of', partner_id)]",
    )
    name = fields.Char(
        string="What Is to Be Done", compute="_compute_words", store=True, readonly=False, required=True
    )
    description = fields.Text(
        string="What the Customer Says",
        compute="_compute_words",
        store=True,
        readonly=False,
        help="The workshop reads this, whether or not it reads the complaint.",
    )
    wished_at = fields.Datetime(
        string="Appointment Wished",
        help="When it suits the customer. The workshop agrees on the appointment.",
    )
    urgent = fields.Boolean(compute="_compute_words", store=True, readonly=False)

    @api.depends("complaint_id")
    def _compute_words(self):
        for wizard in self:
            complaint = wizard.complaint_id
            wizard.name = complaint.name
            wizard.asset_id = complaint.asset_id
            wizard.description = False if complaint.confidential else complaint.description
            wizard.urgent = complaint.severity == "urgent"

    def _check_named(self):
        """Nobody opens a complaint to the workshop, or to themselves, that they may not change."""
        self.complaint_id.check_access("write")
        self.asset_id.check_access("read")

    def action_make(self):
        """Make the order; open it where the user may see it."""
        self.ensure_one()
        self._check_named()
        if self.wished_at and self.wished_at < fields.Datetime.now():
            raise UserError(self.env._("The appointment wished for has passed. Enter a later one."))
        order = self.complaint_id._make_service_order(
            self.type_id,
            name=self.name,
            asset_id=self.asset_id.id,
            product_id=(self.asset_id.product_id or self.complaint_id.product_id).id,
            description=self._get_words(),
            priority="1" if self.urgent else "0",
        )
        if not order.has_access("read"):
            return {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.act_window",
            "res_model": "complaint.service.order",
            "res_id": order.id,
            "views": [(False, "form")],
        }

    def _get_words(self):
        wish = ""
        if self.wished_at:
            # In the time of the workshop, where the order is read.
            zone = self.sudo().company_id.resource_calendar_id.tz or self.env.user.tz or "UTC"
            moment = fields.Datetime.context_timestamp(self.with_context(tz=zone), self.wished_at)
            wish = self.env._("Appointment wished: %(moment)s", moment=f"{moment:%Y-%m-%d %H:%M}")
        return "\n\n".join(part for part in ((self.description or "").strip(), wish) if part) or False


class ComplaintServiceComplaint(models.TransientModel):
    """Turns a service order into a complaint, with everything carried over (SV-8).

    Who may not enter complaints passes it on to the service centre, as any colleague does with the form for
    it (IN-8): the number is all that is shown of it then.
    """

    _name = "complaint.service.complaint"
    _description = "Complaint about a Service Order"

    order_id = fields.Many2one("complaint.service.order", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="order_id.company_id")
    name = fields.Char(
        string="What It Is About", compute="_compute_words", store=True, readonly=False, required=True
    )
    description = fields.Text(
        string="What Happened", compute="_compute_words", store=True, readonly=False, required=True
    )
    category_id = fields.Many2one(
        "complaint.category",
        domain="[('company_id', 'in', (False, company_id))]",
        groups=ENTERING_GROUP,
    )
    nature = fields.Selection(
        selection=lambda self: (
            self.env["complaint.complaint"]._fields["nature"]._description_selection(self.env)
        ),
        required=True,
        default="complaint",
    )
    channel_id = fields.Many2one(
        "complaint.channel",
        groups=ENTERING_GROUP,
        default=lambda self: self._default_channel_id(),
        help="How the customer told us.",
    )
    wanted_outcome = fields.Text(help="What would put it right, in the customer's view.")
    known_numbers = fields.Char(string="Complaints There Are", compute="_compute_known")
    again = fields.Boolean(string="This is another complaint")
    photo_count = fields.Integer(string="Photos Taken Over", compute="_compute_known")
    passes_on = fields.Boolean(compute="_compute_passes_on", export_string_translation=False)
    number = fields.Char(readonly=True)

    @api.model
    def _default_channel_id(self):
        # Who is with the vehicle or in the flat tells it there.
        return self.env.ref("complaint_management.complaint_channel_walk_in", raise_if_not_found=False)

    @api.depends("order_id")
    def _compute_words(self):
        for wizard in self:
            order = wizard.order_id
            wizard.name = order.name
            wizard.description = order._get_complaint_text() if order else False

    @api.depends("order_id")
    def _compute_known(self):
        for wizard in self:
            # Only whoever reads the order comes here; of complaints the number alone is said.
            order = wizard.order_id._origin
            order = order._filtered_access("read")
            known = order._get_known_complaints()
            wizard.known_numbers = ", ".join(known.mapped("number")) or False
            wizard.photo_count = len(order._get_photos()) if order else 0

    @api.depends_context("uid")
    def _compute_passes_on(self):
        passes_on = not self.env["complaint.complaint"].has_access("create")
        for wizard in self:
            wizard.passes_on = passes_on

    def action_make(self):
        """Register the complaint; open it, or show its number to who may not see it."""
        self.ensure_one()
        if self.number:
            raise UserError(self.env._("This became complaint %(number)s already.", number=self.number))
        words = {fname: (self[fname] or "").strip() for fname in ("name", "description", "wanted_outcome")}
        if not words["name"] or not words["description"]:
            raise UserError(self.env._("Say in a few words what it is about, and what happened."))
        vals = {**words, "nature": self.nature, **self._get_judgement()}
        complaint_sudo = self.order_id._become_complaint(vals, again=self.again)
        complaint = complaint_sudo.with_env(self.env)
        self.number = complaint_sudo.number
        if complaint.has_access("read"):
            return {
                "type": "ir.actions.act_window",
                "res_model": "complaint.complaint",
                "res_id": complaint.id,
                "views": [(False, "form")],
            }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Passed On"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _get_judgement(self):
        """Return what only people who know complaints say about one."""
        if self.passes_on:
            channel = self.sudo()._default_channel_id()
            return {"channel_id": channel and channel.id}
        return {"category_id": self.category_id.id, "channel_id": self.channel_id.id}
