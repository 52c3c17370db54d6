from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

#: What the customer pays is the advisor's to say; technicians say what was done and which parts it took.
ADVISOR_FIELDS = {"covered", "discount", "price_unit", "proposed_price", "tax_ids"}
#: What only our own code writes; none of it is of interest to anybody else.
KEPT_FIELDS = {"covered_chosen", "sale_line_id", "unit_cost"}
INNER_FIELDS = KEPT_FIELDS | {"proposed_price"}
#: What a line that was invoiced keeps, as the invoice does.
INVOICED_FIELDS = ADVISOR_FIELDS - INNER_FIELDS | {"kind", "order_id", "product_id"}


class ComplaintServiceLine(models.Model):
    """Labour or a part of a service order (SV-4).

    What is done and who may write it is here. What it costs the customer is in ``service_price.py``, who
    bears it in ``service_coverage.py``, what it costs us in ``service_cost.py``.
    """

    _name = "complaint.service.line"
    _description = "Line of a Service Order"
    _inherit = ["complaint.service.part"]
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    kind = fields.Selection([("labour", "Labour"), ("part", "Part")], required=True, default="labour")
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('sale_ok', '=', True)]",
    )
    name = fields.Char(
        string="Description",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        help="As the customer reads it on the quotation and the invoice.",
    )
    quantity = fields.Float(
        default=1.0, digits="Product Unit", help="Hours planned, or how many of the part."
    )
    uom_id = fields.Many2one(
        "uom.uom", string="Unit", compute="_compute_uom_id", store=True, precompute=True, ondelete="restrict"
    )
    hours_spent = fields.Float(
        compute="_compute_hours_spent", store=True, help="Hours of work that were logged on this line."
    )
    employee_id = fields.Many2one(
        "hr.employee",
        string="Technician",
        index="btree_not_null",
        check_company=True,
        help="Who does this work.",
    )
    lot = fields.Char(string="Lot or Serial Number", help="Of the part that was built in.")
    type_line_id = fields.Many2one(
        "complaint.service.type.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        export_string_translation=False,
    )

    _quantity_not_negative = models.Constraint(
        "CHECK (quantity >= 0)", "A quantity cannot be less than nothing."
    )
    _discount_in_range = models.Constraint(
        "CHECK (discount BETWEEN 0 AND 100)", "A discount is between 0 and 100 %."
    )
    _price_not_negative = models.Constraint(
        "CHECK (price_unit >= 0)", "A price cannot be less than nothing: use the discount."
    )

    @api.depends("product_id")
    def _compute_name(self):
        for line in self:
            line.name = line._get_product_words(line.product_id)

    def _get_product_words(self, product):
        """Return what a product is called in the language of the customer."""
        order_sudo = self.order_id.sudo()
        lang = order_sudo.partner_id.lang or self.env.lang
        return product.with_context(lang=lang, display_default_code=False).display_name or False

    @api.depends("kind", "product_id")
    def _compute_uom_id(self):
        hour = self.env.ref("uom.product_uom_hour", raise_if_not_found=False)
        for line in self:
            unit = line.product_id.uom_id
            # Labour that is sold by the day is planned in hours all the same.
            by_time = line.kind == "labour" and unit and hour and unit._has_common_reference(hour)
            line.uom_id = hour if by_time else unit

    @api.depends("worklog_ids.hours")
    def _compute_hours_spent(self):
        for line in self:
            line.hours_spent = sum(log.hours for log in line.worklog_ids)

    # writing

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            lines._check_open()
            if any(KEPT_FIELDS & vals.keys() for vals in vals_list):
                raise AccessError(self.env._("These values are set by the order itself."))
        lines._check_entered(vals_list)
        lines.order_id._lines_changed()
        return lines

    def write(self, vals):
        if self.env.su and not vals.keys() - INNER_FIELDS:
            return super().write(vals)
        if "order_id" in vals and any(line.order_id.id != vals["order_id"] for line in self):
            # What was offered, sold or logged on it is the order's.
            raise UserError(self.env._("A line stays with its order. Enter it anew in the other one."))
        if not self.env.su:
            if KEPT_FIELDS & vals.keys():
                raise AccessError(self.env._("These values are set by the order itself."))
            self._check_open()
            if ADVISOR_FIELDS & vals.keys():
                self._check_advisor()
        self._check_not_invoiced(vals)
        before = self._get_goodwill()
        orders = self.order_id
        result = super().write(vals)
        self._check_goodwill(before)
        if not self.env.su:
            self._check_open()
        (orders | self.order_id)._lines_changed()
        return result

    def unlink(self):
        if not self.env.su:
            self._check_open()
        self._check_not_invoiced({"quantity": 0})
        orders, sale_lines_sudo = self.order_id, self.sudo().sale_line_id
        result = super().unlink()
        orders._drop_sale_lines(sale_lines_sudo)
        orders._lines_changed()
        return result

    def _check_open(self):
        """Nothing is added to an order that has ended."""
        for order in self.order_id:
            if order.closed_at:
                raise UserError(
                    self.env._(
                        "%(order)s has ended. Reopen it to change its lines.", order=order.display_name
                    )
                )

    def _check_advisor(self):
        if not self.env.user.has_group("complaint_management.group_service_advisor"):
            raise AccessError(
                self.env._("What the customer pays is decided by the service advisor. Ask them to change it.")
            )

    def _check_entered(self, vals_list):
        """Whoever enters a line chooses another bearer or price than the proposed one only as an advisor."""
        chosen, context = self.browse(), self.env.context
        # What the context says is entered as well.
        always = {fname for fname in ADVISOR_FIELDS if f"default_{fname}" in context}
        for line, vals in zip(self, vals_list, strict=True):
            if line._differs_from_proposal(always | vals.keys()):
                chosen |= line
        if chosen and not self.env.su:
            chosen._check_advisor()
        self._keep_choices()
        self._check_goodwill({})

    def _differs_from_proposal(self, entered):
        self.ensure_one()
        return (
            ("covered" in entered and self.covered != self._get_proposed_cover())
            or (
                {"price_unit", "proposed_price"} & entered
                and self.price_unit != self._get_proposed_price()[0]
            )
            or ("discount" in entered and self.discount != self._get_proposed_price()[1])
            or ("tax_ids" in entered and self.tax_ids != self._get_proposed_taxes())
        )

    def _check_not_invoiced(self, vals):
        """A line stays as it was invoiced; a credit note frees it.

        :param dict vals: what is to be written
        :raises UserError: it would no longer be what stands on the invoice
        """
        for line in self.sudo():
            invoiced = line.sale_line_id.qty_invoiced
            if not invoiced:
                continue
            changed = {
                fname for fname in INVOICED_FIELDS & vals.keys() if line._would_change(fname, vals[fname])
            }
            less = "quantity" in vals and line.kind == "part" and vals["quantity"] < invoiced
            less = less or ("quantity" in vals and not line._bills_spent() and vals["quantity"] < invoiced)
            if changed or less:
                raise UserError(
                    self.env._(
                        "“%(line)s” stands on an invoice already. Have a credit note made for it "
                        "first, or add "
                        "another line.",
                        line=line.name,
                    )
                )

    def _would_change(self, fname, value):
        field = self._fields[fname]
        if field.type == "many2many":
            return set(field.convert_to_cache(value, self.new(origin=self))) != set(self[fname].ids)
        return field.convert_to_cache(value, self) != field.convert_to_cache(self[fname], self)


class ComplaintServiceOrder(models.Model):
    """An order begins with the price lines of its type."""

    _inherit = "complaint.service.order"

    line_ids = fields.One2many("complaint.service.line", "order_id", string="Labour and Parts", copy=True)

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        default_type = self.env.context.get("default_type_id")
        partner_ids = [vals["partner_id"] for vals in vals_list if vals.get("partner_id")]
        for vals in vals_list:
            kind = self.env["complaint.service.type"].browse(vals.get("type_id", default_type))
            if kind and not vals.get("line_ids"):
                partner = self.env["res.partner"].browse(vals.get("partner_id")).with_prefetch(partner_ids)
                vals["line_ids"] = [Command.create(line) for line in kind.sudo()._prepare_lines(partner)]
        # They are part of the order before its gates are asked, whoever may write lines by hand.
        return super().create(vals_list)

    def write(self, vals):
        if "type_id" not in vals:
            return super().write(vals)
        former = {order: order.type_id for order in self}
        result = super().write(vals)
        changed = self.filtered(lambda order: order.type_id != former[order])
        changed._renew_type_lines()
        return result

    def _renew_type_lines(self):
        """Another kind of service has other lines; what people have added or worked on stays."""
        vals_list = []
        for order in self:
            lines_sudo = order.sudo().line_ids
            stale = lines_sudo.filtered(
                lambda line, kind=order.type_id: (
                    line.type_line_id
                    and line.type_line_id.type_id != kind
                    and not line.hours_spent
                    and not line.sale_line_id.qty_invoiced
                    and line.order_id.quotation_answer != "agreed"
                )
            )
            kept = (lines_sudo - stale).type_line_id
            stale.unlink()
            vals_list += [
                {**vals, "order_id": order.id}
                for vals in order.type_id.sudo()._prepare_lines(order.partner_id, kept)
            ]
        # Which lines a type has was decided by who set it up, not by who chooses it.
        self.env["complaint.service.line"].sudo().create(vals_list)

    def _lines_changed(self):
        """Something about the lines of these orders was changed."""


class ComplaintServiceType(models.Model):
    _inherit = "complaint.service.type"

    def _prepare_lines(self, partner, without=()):
        """Return the values of the lines that an order of this type begins with.

        :param res.partner partner: the customer, in whose language they are
        :param without: lines of the type that are there already
        :return: list of dict
        """
        lang = partner.sudo().lang or self.env.lang
        values = []
        for line in self.with_context(lang=lang).line_ids:
            if line in without:
                continue
            vals = {
                "kind": line.kind,
                "product_id": line.product_id.id,
                "quantity": line.quantity,
                "sequence": line.sequence,
                "type_line_id": line.id,
            }
            if line.name:
                vals["name"] = line.name
            values.append(vals)
        return values
