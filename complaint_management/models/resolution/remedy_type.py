from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: What is carried out by a credit note.
DOCUMENT_BEHAVIOURS = ("refund", "compensation")


class ComplaintRemedyType(models.Model):
    """A kind of remedy that a company offers: apology, repair, refund and so on (SO-2)."""

    _name = "complaint.remedy.type"
    _description = "Remedy Type"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    behaviour = fields.Selection(
        [
            ("task", "The owner does it"),
            ("apology", "Apology"),
            ("repair", "Repair"),
            ("refund", "Refund of an invoice"),
            ("compensation", "Compensation"),
        ],
        string="Carried out by",
        required=True,
        default="task",
        help="Refund: a draft credit note of the invoice that is named. Compensation: a draft credit note of "
        "its own. An apology is ticked off by logging the contact in which it was made.",
    )
    has_amount = fields.Boolean(
        string="With an Amount",
        compute="_compute_has_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="It costs something that is known beforehand and may have to be approved.",
    )
    for_customer = fields.Boolean(
        string="The Customer Agrees to It",
        default=True,
        help="The customer is shown it and accepts it. Off for what is ours alone, such as training.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Usual Owner",
        domain="[('share', '=', False)]",
        help="Who carries it out. Empty: the person responsible for the complaint.",
    )
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        help="Its income account and taxes are those of the compensation. Empty: the account of the sales "
        "journal and no tax.",
    )
    expected_effect = fields.Text(translate=True, help="What it is to bring about, as a first proposal.")
    description = fields.Text(translate=True, help="When this remedy fits, for those who propose it.")
    remedy_count = fields.Integer(string="Remedies", compute="_compute_remedy_count")

    @api.depends("behaviour")
    def _compute_has_amount(self):
        for kind in self:
            kind.has_amount = kind.behaviour in DOCUMENT_BEHAVIOURS or (
                kind.has_amount and kind.behaviour != "apology"
            )

    def _compute_remedy_count(self):
        counts = dict(
            self.env["complaint.remedy"]._read_group([("type_id", "in", self.ids)], ["type_id"], ["__count"])
        )
        for kind in self:
            kind.remedy_count = counts.get(kind, 0)

    @api.constrains("behaviour", "has_amount")
    def _check_has_amount(self):
        for kind in self:
            if kind.behaviour in DOCUMENT_BEHAVIOURS and not kind.has_amount:
                raise ValidationError(
                    self.env._("“%(name)s” makes a credit note, so it needs an amount.", name=kind.name)
                )

    def write(self, vals):
        if "behaviour" in vals:
            self._check_unused(vals["behaviour"])
        return super().write(vals)

    def _check_unused(self, behaviour):
        """What was promised is carried out as it was promised."""
        changed = self.filtered(lambda kind: kind.behaviour != behaviour)
        used = self.env["complaint.remedy"].sudo().search([("type_id", "in", changed.ids)], limit=1).type_id
        if used:
            raise UserError(
                self.env._(
                    "“%(name)s” is in use, so how it is carried out stays as it is. Archive it and create "
                    "another one.",
                    name=used.name,
                )
            )
