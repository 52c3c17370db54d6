import hashlib
import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.service_process import Requirement

#: What only an offer or an answer writes.
AGREEMENT_FIELDS = {
    "agreed_amount",
    "agreed_at",
    "agreed_by",
    "agreement_kind",
    "agreement_signature",
    "decline_reason",
    "offered_at",
    "offered_content",
    "quotation_answer",
    "quotation_version",
    "sale_order_id",
}


class ComplaintServiceOrder(models.Model):
    """What the customer is asked to pay, and what they say to it (SV-2, SV-4).

    A quotation is what the lines of the order say. What was agreed on is an amount: as long as no more than
    that is charged, work goes on; what goes beyond it is agreed first, whenever it is found out. Below the
    company's limit nobody has to be asked.
    """

    _inherit = "complaint.service.order"

    nothing_charged = fields.Boolean(
        string="Nothing Is Charged",
        tracking=True,
        copy=False,
        help="There is neither labour nor a part to enter: the order goes on without lines.",
    )
    quotation_answer = fields.Selection(
        [("offered", "Offered"), ("agreed", "Agreed"), ("declined", "Declined")],
        readonly=True,
        copy=False,
        export_string_translation=False,
    )
    quotation_state = fields.Selection(
        [
            ("none", "Not offered"),
            ("offered", "Offered"),
            ("agreed", "Agreed"),
            ("declined", "Declined"),
            ("changed", "Changed since then"),
        ],
        string="Quotation",
        compute="_compute_quotation_state",
        store=True,
        tracking=True,
    )
    quotation_version = fields.Integer(readonly=True, copy=False)
    quotation_content = fields.Char(
        compute="_compute_quotation_content", store=True, export_string_translation=False
    )
    offered_content = fields.Char(readonly=True, copy=False, export_string_translation=False)
    offered_at = fields.Datetime(string="Offered on", readonly=True, copy=False)
    agreed_amount = fields.Monetary(readonly=True, copy=False, tracking=True, help="Taxes included.")
    agreed_at = fields.Datetime(string="Agreed on", readonly=True, copy=False)
    agreed_by = fields.Char(readonly=True, copy=False, help="Who agreed on the side of the customer.")
    agreement_kind = fields.Selection(
        [("portal", "On the customer's page"), ("paper", "On paper"), ("phone", "By phone")],
        string="How It Was Agreed",
        readonly=True,
        copy=False,
    )
    agreement_signature = fields.Binary(string="Signature", readonly=True, copy=False)
    decline_reason = fields.Text(string="Why It Was Declined", readonly=True, copy=False)
    agreement_needed = fields.Boolean(
        compute="_compute_agreement_needed",
        help="More is charged than the customer has agreed to, or may be charged without asking.",
    )

    @api.depends("line_ids.name", "line_ids.quantity_billed", "line_ids.covered", "line_ids.price_total")
    def _compute_quotation_content(self):
        """What the customer is shown, shortened; it tells whether a page is out of date."""
        for order in self:
            lines = [
                [line.name, line.quantity_billed, line.covered, round(line.price_total, 6)]
                for line in order.line_ids.sorted(lambda line: (line.sequence, line._origin.id or 0))
            ]
            content = json.dumps([order.currency_id.name, lines])
            order.quotation_content = hashlib.sha256(content.encode()).hexdigest()[:16]

    @api.depends(
        "quotation_answer", "quotation_content", "offered_content", "amount_charged", "agreed_amount"
    )
    def _compute_quotation_state(self):
        for order in self:
            state = order.quotation_answer or "none"
            if state == "agreed" and order._exceeds_agreement():
                state = "changed"
            elif state == "offered" and order.quotation_content != order.offered_content:
                state = "changed"
            order.quotation_state = state

    def _exceeds_agreement(self):
        self.ensure_one()
        return self.currency_id.compare_amounts(self.amount_charged, self.agreed_amount) > 0

    @api.depends("quotation_answer", "amount_charged", "agreed_amount", "company_id")
    def _compute_agreement_needed(self):
        for order in self:
            answer, currency = order.quotation_answer, order.currency_id
            if not currency or currency.is_zero(order.amount_charged):
                order.agreement_needed = False
            elif answer == "agreed":
                order.agreement_needed = order._exceeds_agreement() and not order._is_below_limit()
            else:
                # Who said no is not served against their will, however little it costs.
                order.agreement_needed = answer == "declined" or not order._is_below_limit()

    def _is_below_limit(self):
        self.ensure_one()
        limit = self.company_id.sudo().complaint_service_agree_limit
        charged = self._to_company_currency(self.amount_charged)
        return self.company_id.currency_id.compare_amounts(charged, limit) <= 0

    def _gate_fields(self):
        return [*super()._gate_fields(), "agreement_needed", "amount_charged", "line_ids", "nothing_charged"]

    def _gate_requirements(self):
        return super()._gate_requirements() + [
            Requirement(
                "quotation",
                self.env._("Enter labour and parts, or tick “Nothing Is Charged”."),
                lambda o: o.line_ids or o.nothing_charged or not o.type_id.asks_quotation,
            ),
            Requirement(
                "quotation",
                self.env._("Get the customer's agreement to the quotation."),
                lambda o: not o.agreement_needed,
            ),
            Requirement(
                "work",
                self.env._("More is charged than was agreed: get the customer's agreement to it."),
                lambda o: not o.agreement_needed,
            ),
        ]

    def write(self, vals):
        if not self.env.su and AGREEMENT_FIELDS & vals.keys():
            labels = [
                self._fields[fname]._description_string(self.env) for fname in AGREEMENT_FIELDS & vals.keys()
            ]
            raise UserError(
                self.env._(
                    "Only an offer or the customer's answer changes this: %(fields)s.",
                    fields=", ".join(sorted(labels)),
                )
            )
        if not {"partner_id", "pricelist_id"} & vals.keys():
            return super().write(vals)
        before = {order: (order.partner_id, order.currency_id) for order in self}
        result = super().write(vals)
        # Somebody else, or another currency: nobody has agreed to that.
        changed = self.filtered(lambda order: (order.partner_id, order.currency_id) != before[order])
        changed.filtered("quotation_answer")._write_agreement(
            {"quotation_answer": False, "agreed_amount": 0, "agreed_by": False, "agreed_at": False}
        )
        return result

    def _write_agreement(self, vals):
        # Whoever calls this was checked; the fields are kept from everybody else.
        self.sudo().write(vals)

    # offering and answering

    def _check_quotable(self):
        self._refuse_together(self._get_quotation_refusal)

    @api.model
    def _get_quotation_refusal(self, order):
        """Return why there is nothing for a customer to agree on, or nothing."""
        if order.closed_at:
            return self.env._("%(order)s has ended already.", order=order.display_name)
        if order.currency_id.is_zero(order.amount_charged):
            return self.env._(
                "Nothing of %(order)s is charged to the customer, so there is nothing to agree on.",
                order=order.display_name,
            )
        return None

    def action_offer_quotation(self):
        """Offer what is charged now to the customer, who answers on their page, on paper or by phone."""
        self.check_access("write")
        self._check_quotation_advisor()
        self._check_quotable()
        self._offer()
        self._make_sale_order()
        self.sudo()._message_log_batch(
            bodies={
                order.id: order._get_quotation_words(
                    self.env._(
                        "Quotation %(version)s offered: %(amount)s",
                        version=order.quotation_version,
                        amount=order.currency_id.format(order.amount_charged),
                    )
                )
                for order in self
            }
        )
        self._tell_quotation()

    def _offer(self):
        """What is charged now is what the customer is asked about."""
        for order in self:
            order._write_agreement(
                {
                    "quotation_answer": "offered",
                    "quotation_version": order.quotation_version + 1,
                    "offered_content": order.quotation_content,
                    "offered_at": fields.Datetime.now(),
                    "decline_reason": False,
                }
            )

    def _tell_quotation(self):
        """Tell the customer that a quotation waits for their answer; filled by the customer's side."""

    def _check_quotation_advisor(self):
        if self._is_technician_only():
            raise UserError(self.env._("Quotations are the service advisor's: ask them."))

    def _check_answerable(self, kind, version):
        """Check that the customer answers to what is charged, not to what a page showed yesterday."""
        self.ensure_one()
        self._check_quotable()
        if kind != "portal" and version is None:
            return
        if version is not None and str(version) != self._get_quotation_token():
            raise UserError(self.env._("This quotation has changed. Look at it again before you answer."))
        if self.quotation_state == "agreed":
            raise UserError(self.env._("This quotation was agreed already."))
        if kind == "portal" and self.quotation_state != "offered":
            raise UserError(self.env._("There is no quotation that waits for an answer."))

    def _get_quotation_token(self):
        """Return what tells one quotation from another, for a page that answers to it."""
        self.ensure_one()
        return f"{self.quotation_version}-{self.quotation_content}"

    def _agree(self, kind, name, signature=None, version=None):
        """The customer agrees to what is charged now. Callers have checked who says so.

        :param str kind: how: portal, paper or phone
        :param str name: who agreed
        :param signature: picture of the signature, base64
        :param version: of the quotation that they saw (``_get_quotation()["version"]``)
        :raises UserError: there is nothing to agree on, or it has changed since
        """
        self.ensure_one()
        self._check_answerable(kind, version)
        if not (name or "").strip():
            raise UserError(self.env._("Enter who agrees."))
        self._write_agreement(
            {
                "quotation_answer": "agreed",
                "quotation_version": self.quotation_version or 1,
                "agreed_amount": self.amount_charged,
                "agreed_at": fields.Datetime.now(),
                "agreed_by": name.strip(),
                "agreement_kind": kind,
                "agreement_signature": signature or False,
                "decline_reason": False,
            }
        )
        how = dict(self._fields["agreement_kind"]._description_selection(self.env))[kind]
        self._log_quotation(
            self.env._(
                "Agreed by %(name)s (%(how)s): %(amount)s",
                name=name.strip(),
                how=how,
                amount=self.currency_id.format(self.amount_charged),
            ),
            signature,
        )
        self._confirm_sale_order()

    def _decline(self, reason, version=None):
        """The customer does not agree. Callers have checked who says so.

        :param str reason: why
        :param version: of the quotation that they saw
        """
        self.ensure_one()
        self._check_answerable("portal" if version is not None else "phone", version)
        if not (reason or "").strip():
            raise UserError(self.env._("Write down why the customer does not agree."))
        self._write_agreement({"quotation_answer": "declined", "decline_reason": reason.strip()})
        self._log_quotation(self.env._("Quotation declined: %(reason)s", reason=reason.strip()))

    def _log_quotation(self, words, signature=None):
        """Keep what was answered to with its lines; a later agreement overwrites the fields."""
        attachments = self.env["ir.attachment"]
        if signature:
            # Of the order like the message; portal users and advisors may not create it themselves.
            attachments = attachments.sudo().create(
                {
                    "name": f"{self.env._('Signature')} {self._get_quotation()['version']}.png",
                    "datas": signature,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        self.sudo()._message_log(body=self._get_quotation_words(words), attachment_ids=attachments.ids)

    def _get_quotation_words(self, words):
        """Return what is said about the quotation, with its lines, for the chatter."""
        rows = Markup().join(
            # the customer is “You” on their own page, but not in what colleagues read
            Markup("<li>%s</li>")
            % " · ".join(
                [line["name"], line["quantity"], line["total"]]
                + ([line["borne"]] if line["covered"] != "charged" else [])
            )
            for line in self._get_quotation()["lines"]
        )
        return Markup("<p>%s</p><ul>%s</ul>") % (words, rows)


class ComplaintServiceType(models.Model):
    _inherit = "complaint.service.type"

    asks_quotation = fields.Boolean(
        string="Labour and Parts",
        compute="_compute_asks_quotation",
        store=True,
        readonly=False,
        precompute=True,
        help="Before the work, the order says what is done and who bears it.",
    )

    @api.depends("kind")
    def _compute_asks_quotation(self):
        for kind in self:
            kind.asks_quotation = kind.kind not in ("consultation", "care")
