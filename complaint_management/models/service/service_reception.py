from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.service_process import SERVICE, Requirement

PHOTOS = "reception_photo_ids"
#: What the customer signs: it stays as it was signed.
SHEET_FIELDS = {"received_at", "condition", "belongings", "usage_in", "no_usage_reason", PHOTOS}
SIGNED_FIELDS = {"reception_signature", "reception_signed_by", "reception_signed_at", "former_signature_ids"}
#: A change of these brings another reading about.
READ_FIELDS = {"asset_id", "received_at", "usage_in"}
#: Clocks of different machines are not the same.
TOLERANCE = timedelta(minutes=5)


class ComplaintServiceOrder(models.Model):
    """The reception sheet: what is handed in, in which condition, with what in it (SV-2)."""

    _inherit = "complaint.service.order"

    received_at = fields.Datetime(string="Received on", copy=False, tracking=True, index="btree_not_null")
    received_by_id = fields.Many2one(
        "res.users",
        string="Taken In by",
        compute="_compute_received_by_id",
        store=True,
        readonly=False,
        copy=False,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    condition = fields.Text(
        copy=False, tracking=True, help="How it looks when it is handed in: damage, dirt, what is missing."
    )
    belongings = fields.Text(
        copy=False, tracking=True, help="What the customer leaves with it: keys, papers, accessories."
    )
    reception_photo_ids = fields.Many2many(
        "ir.attachment",
        "complaint_service_reception_photo_rel",
        "order_id",
        "attachment_id",
        string="Photos at Reception",
        bypass_search_access=True,
        copy=False,
    )
    usage_in = fields.Float(
        string="Reading at Reception",
        copy=False,
        tracking=True,
        help="Mileage, hours of work or cycles, as the object shows them.",
    )
    usage_reason = fields.Char(
        string="Why the Reading Is Lower",
        copy=False,
        tracking=True,
        help="A reading never goes backwards without a reason, such as a new meter.",
    )
    no_usage_reason = fields.Char(
        string="Why There Is No Reading", copy=False, help="For example: the display is dark."
    )
    reception_signature = fields.Binary(
        string="Customer's Signature", readonly=True, copy=False, attachment=True
    )
    reception_signed_by = fields.Char(string="Signed by", readonly=True, copy=False)
    reception_signed_at = fields.Datetime(string="Signed on", readonly=True, copy=False, tracking=True)
    former_signature_ids = fields.Many2many(
        "ir.attachment",
        "complaint_service_former_signature_rel",
        "order_id",
        "attachment_id",
        string="Earlier Signatures",
        readonly=True,
        copy=False,
        bypass_search_access=True,
    )
    usage_unit = fields.Selection(related="asset_id.usage_unit", string="Unit of the Reading")
    asks_reception = fields.Boolean(
        related="type_id.asks_reception", string="Needs a Reception Sheet", export_string_translation=False
    )
    asks_diagnosis = fields.Boolean(
        related="type_id.asks_diagnosis", string="Needs a Diagnosis", export_string_translation=False
    )
    asks_signature = fields.Boolean(
        related="type_id.asks_signature", string="Needs a Signature", export_string_translation=False
    )
    for_advisor = fields.Boolean(compute="_compute_for_advisor", export_string_translation=False)
    usage_lower = fields.Boolean(compute="_compute_usage_lower", export_string_translation=False)

    @api.depends("received_at")
    def _compute_received_by_id(self):
        for order in self:
            if not order.received_at:
                order.received_by_id = False
            elif not order.received_by_id and not self.env.user._is_superuser():
                order.received_by_id = self.env.user
            else:
                order.received_by_id = order.received_by_id

    @api.depends_context("uid")
    def _compute_for_advisor(self):
        self.for_advisor = self.env.user.has_group("complaint_management.group_service_advisor")

    @api.depends("usage_in", "asset_id")
    def _compute_usage_lower(self):
        for order in self:
            order.usage_lower = bool(order.usage_in) and order.usage_in < order.asset_id._origin.usage

    @api.model
    def _get_signature_fields(self):
        return super()._get_signature_fields() | {"reception_signature"}

    @api.constrains("received_at")
    def _check_received_at(self):
        self._check_past("received_at")

    def _check_past(self, fname):
        """Check that what has happened has happened.

        :raises ValidationError: it lies in the future
        """
        latest = fields.Datetime.now() + TOLERANCE
        for order in self:
            if order[fname] and order[fname] > latest:
                raise ValidationError(
                    self.env._(
                        "“%(field)s” of %(order)s lies in the future. Enter when it was; plan ahead with the "
                        "appointment.",
                        field=self._fields[fname]._description_string(self.env),
                        order=order.display_name,
                    )
                )

    # writing

    @api.model
    def _get_kept_fields(self):
        return super()._get_kept_fields() | SIGNED_FIELDS

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.filtered(PHOTOS)._bind_photos(PHOTOS)
        orders._log_usage("usage_in")
        orders._reach_at("receive", "received_at")
        return orders

    def write(self, vals):
        if not self.env.su and SIGNED_FIELDS & vals.keys():
            raise UserError(self.env._("Customers sign the reception sheet with the button Sign."))
        if SHEET_FIELDS & vals.keys():
            self._check_sheet_open(vals)
        photos = self[PHOTOS] if PHOTOS in vals else None
        readings = {order: order._get_read() for order in self} if READ_FIELDS & vals.keys() else {}
        result = super().write(vals)
        if photos is not None:
            self._remove_photos(PHOTOS, photos)
            self._bind_photos(PHOTOS)
        self._renew_readings(readings)
        if vals.get("received_at"):
            self._reach_at("receive", "received_at")
        return result

    def _record_move(self, old_steps):
        # The time kept is that of the event, not of the move behind it.
        self._reach_at("receive", "received_at")
        super()._record_move(old_steps)

    def _reach_at(self, milestone, fname):
        """Reach a milestone at the moment that a field says, as far as it belongs to the present round.

        :param str milestone: name
        :param str fname: a datetime field
        """
        done = self.filtered(
            lambda order: order[fname] and (not order.reopened_at or order[fname] >= order.reopened_at)
        )
        for moment, orders in done.grouped(fname).items():
            orders._reach_milestones([milestone], moment)

    # the gate

    def _gate_fields(self):
        return [*super()._gate_fields(), "condition", "no_usage_reason", "received_at", "usage_in"]

    def _gate_requirements(self):
        return super()._gate_requirements() + [
            Requirement(
                "reception",
                self.env._("Note when it was handed in (button Receive Now)."),
                lambda o: o.received_at or not o.type_id.asks_reception,
            ),
            Requirement(
                "reception",
                self.env._("Describe the condition in which it is handed in."),
                lambda o: (o.condition or "").strip() or not o.type_id.asks_reception,
            ),
            Requirement(
                "reception",
                self.env._("Enter its reading, such as the mileage, or write why there is none."),
                lambda o: (
                    o.usage_in
                    or (o.no_usage_reason or "").strip()
                    or not o.type_id.asks_reception
                    or not o._has_usage()
                ),
            ),
        ]

    def _has_usage(self):
        """Tell whether the object of one order has a reading at all."""
        return (self.asset_id.usage_unit or "none") != "none"

    # acting

    def action_receive_now(self):
        """Take in what a customer has brought, with or without an appointment.

        :raises UserError: one of them was received already, or something is missing for its reception
        """
        self._check_advisor()
        self._refuse_together(self._get_reception_refusal)
        now = fields.Datetime.now()
        walk_ins = self.filtered(lambda order: not order.scheduled_start)
        if walk_ins:
            walk_ins.write({"scheduled_start": now})
        self.write({"received_at": now})
        self.filtered(lambda order: order.step == "appointment").move_to("reception")
        return True

    @api.model
    def _get_reception_refusal(self, order):
        """Return why an order is not received now, or nothing."""
        if order.received_at:
            return self.env._(
                "%(order)s was received on %(date)s already.",
                order=order.display_name,
                date=order._get_shown_moment("received_at"),
            )
        if order.step in SERVICE.ends or not SERVICE.is_before(order.step, "diagnosis"):
            return self.env._(
                "%(order)s is in the step “%(step)s” already: it is not received any more.",
                order=order.display_name,
                step=dict(self._selection_step())[order.step],
            )
        return None

    def _get_shown_moment(self, fname):
        """Return a moment as the user reads it."""
        self.ensure_one()
        moment = fields.Datetime.context_timestamp(self, self[fname])
        return fields.Datetime.to_string(moment.replace(tzinfo=None))[:16]

    # readings

    def _renew_readings(self, before):
        """Enter readings that have changed; none stays with an object that the order is not about.

        :param dict before: what ``_get_read`` said, by order
        """
        changed = self.filtered(lambda order: order in before and before[order] != order._get_read())
        for order in changed:
            former, usage = before[order][:2]
            if former == order.asset_id and (order.usage_in or not usage):
                continue
            readings = former.sudo().reading_ids.filtered(
                lambda reading, order=order: reading.order_id == order
            )
            if former != order.asset_id:
                readings._strike_out(self.env._("The service order is about another object."))
            else:
                readings.filtered(lambda reading: reading.source == "reception")._strike_out(
                    self.env._("It was taken back in the service order.")
                )
        changed._log_usage("usage_in")

    def _get_read(self):
        """Return what was read of what, and when: where that changes, another reading is entered."""
        self.ensure_one()
        return self.asset_id, self.usage_in, self.received_at

    def _log_usage(self, fname):
        """Enter a reading of the order with the object that it is about.

        :param str fname: field of the reading
        """
        for order in self.filtered(lambda order: order[fname] and order.asset_id):
            source = "reception" if fname == "usage_in" else "handover"
            moment = (
                order.received_at if fname == "usage_in" else order.handed_over_at
            ) or fields.Datetime.now()
            order.asset_id._log_reading(
                order[fname], moment, source, order=order, reason=order.usage_reason or None
            )
