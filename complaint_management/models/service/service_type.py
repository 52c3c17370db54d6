from odoo import api, fields, models

#: What a service is about (SV-1).
KINDS = [
    ("basic", "Basic service"),
    ("repair", "Repair"),
    ("preventive", "Preventive service"),
    ("care", "Customer care"),
    ("roadside", "Roadside or on-site rescue"),
    ("consultation", "Consultation"),
]


class ComplaintServiceType(models.Model):
    """A kind of service that a company offers, with all that an order of it begins with (SV-1)."""

    _name = "complaint.service.type"
    _description = "Service Type"
    _inherit = ["complaint.cached.name.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    kind = fields.Selection(KINDS, required=True, default="repair")
    duration = fields.Float(
        string="Usual Working Time", default=1.0, help="Hours of work that are planned for one order."
    )
    team_id = fields.Many2one(
        "complaint.team",
        string="Usual Team",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        help="Which team does it. Empty: the team of whoever takes the order in.",
    )
    check_ids = fields.One2many("complaint.service.type.check", "type_id", string="Checklist", copy=True)
    line_ids = fields.One2many("complaint.service.type.line", "type_id", string="Price Lines", copy=True)
    description = fields.Text(translate=True, help="What the customer reads about it when choosing.")
    customer_bookable = fields.Boolean(
        string="Customers Can Ask for It", default=True, help="Offered on the customer's page."
    )
    # what orders of this type have to show
    asks_asset = fields.Boolean(
        string="About One Object",
        default=True,
        help="The order names the vehicle, appliance or installation.",
    )
    asks_reception = fields.Boolean(
        string="Reception Sheet",
        compute="_compute_asks",
        store=True,
        readonly=False,
        precompute=True,
        help="What is handed in is described before the work: condition, belongings, reading.",
    )
    asks_diagnosis = fields.Boolean(
        string="Diagnosis", compute="_compute_asks", store=True, readonly=False, precompute=True
    )
    asks_quality = fields.Boolean(
        string="Quality Check",
        default=True,
        help="Somebody checks the work by the checklist before it is handed over.",
    )
    asks_signature = fields.Boolean(
        string="Signed Hand-over",
        compute="_compute_asks",
        store=True,
        readonly=False,
        precompute=True,
        help="The customer signs for what is handed over.",
    )

    _duration_positive = models.Constraint(
        "CHECK (duration > 0)", "A service takes some time: enter the hours."
    )

    @api.depends("kind")
    def _compute_asks(self):
        """Propose what is usual: an answered question is neither received nor signed for."""
        for kind in self:
            kind.asks_reception = kind.kind in ("basic", "repair", "preventive")
            kind.asks_diagnosis = kind.kind in ("repair", "roadside")
            kind.asks_signature = kind.kind not in ("consultation", "care")


class ComplaintServiceTypeCheck(models.Model):
    """One point of the checklist that orders of a type begin with (SV-6)."""

    _name = "complaint.service.type.check"
    _description = "Point of a Checklist"
    _order = "sequence, id"

    type_id = fields.Many2one("complaint.service.type", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="What Is Checked", required=True, translate=True)
    asks_photo = fields.Boolean(string="With a Photo")
    company_id = fields.Many2one(related="type_id.company_id", store=True)


class ComplaintServiceTypeLine(models.Model):
    """Labour or a part that orders of a type begin with (SV-1, SV-4)."""

    _name = "complaint.service.type.line"
    _description = "Price Line of a Service Type"
    _order = "sequence, id"
    _check_company_auto = True

    type_id = fields.Many2one("complaint.service.type", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="type_id.company_id", store=True)
    kind = fields.Selection([("labour", "Labour"), ("part", "Part")], required=True, default="labour")
    product_id = fields.Many2one(
        "product.product", required=True, index="btree_not_null", check_company=True, ondelete="restrict"
    )
    name = fields.Char(
        string="Description", translate=True, help="What is written on the order. Empty: the product's name."
    )
    quantity = fields.Float(
        default=1.0, digits="Product Unit", help="Hours of labour, or how many of the part."
    )

    _quantity_positive = models.Constraint("CHECK (quantity > 0)", "A quantity is more than nothing.")
