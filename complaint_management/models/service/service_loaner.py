from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools.service_process import Requirement
from ...tools.turns import take_turn
from .service_reception import TOLERANCE

LENT_FIELDS = {"order_id", "asset_id", "lent_at"}


class ComplaintServiceLoaner(models.Model):
    """What a customer gets on loan while their own thing is in work (SV-2)."""

    _name = "complaint.service.loaner"
    _description = "Loaner"
    _inherit = ["complaint.service.part"]
    _order = "returned_at desc nulls first, due_back, id desc"
    _check_company_auto = True
    _rec_names_search = ["name", "asset_id.name", "order_id.number"]

    name = fields.Char(
        string="What Is Lent",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    asset_id = fields.Many2one(
        "complaint.asset",
        string="Own Object",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="One of the company's own objects. It is lent to one customer at a time.",
    )
    owner_id = fields.Many2one(related="company_id.partner_id", export_string_translation=False)
    partner_id = fields.Many2one(related="order_id.partner_id")
    partner_phone = fields.Char(related="order_id.partner_phone")
    lent_at = fields.Datetime(
        string="Lent on", required=True, default=fields.Datetime.now, copy=False, index=True
    )
    due_back = fields.Datetime(copy=False)
    returned_at = fields.Datetime(string="Returned on", copy=False)
    usage_out = fields.Float(string="Reading When Lent", copy=False)
    usage_back = fields.Float(string="Reading When Returned", copy=False)
    usage_unit = fields.Selection(related="asset_id.usage_unit", string="Unit of the Reading")
    condition_out = fields.Text(string="Condition When Lent", copy=False)
    condition_back = fields.Text(string="Condition When Returned", copy=False)
    state = fields.Selection(
        [("out", "Out"), ("overdue", "Overdue"), ("returned", "Given back")],
        string="Status",
        compute="_compute_state",
        search="_search_state",
    )

    _lent_once = models.UniqueIndex(
        "(asset_id) WHERE returned_at IS NULL AND asset_id IS NOT NULL",
        "This is lent out already. Choose another one, or note first that it came back.",
    )
    _out_idx = models.Index("(due_back, id) WHERE returned_at IS NULL")
    _period_in_order = models.Constraint(
        "CHECK (COALESCE(returned_at, lent_at) >= lent_at AND COALESCE(due_back, lent_at) >= lent_at)",
        "What is lent comes back after it was lent: look at the dates.",
    )

    @api.depends("asset_id")
    def _compute_name(self):
        for loaner in self:
            loaner.name = loaner.asset_id.display_name or loaner.name

    @api.depends("returned_at", "due_back")
    def _compute_state(self):
        now = fields.Datetime.now()
        for loaner in self:
            if loaner.returned_at:
                loaner.state = "returned"
            else:
                loaner.state = "overdue" if loaner.due_back and loaner.due_back < now else "out"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("due_back", "<", fields.Datetime.now())
        domains = {
            "returned": Domain("returned_at", "!=", False),
            "overdue": Domain("returned_at", "=", False) & late,
            "out": Domain("returned_at", "=", False) & ~late,
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.constrains("asset_id", "company_id")
    def _check_own_asset(self):
        for loaner in self.filtered("asset_id"):
            asset_sudo = loaner.sudo().asset_id
            if asset_sudo.partner_id != loaner.sudo().company_id.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(asset)s is not ours to lend: its owner is not the company. Choose one of the "
                        "company's own objects, or just write what is lent.",
                        asset=asset_sudo.display_name,
                    )
                )

    @api.constrains("asset_id", "lent_at", "returned_at")
    def _check_lent_once(self):
        """Say who has it; that nobody is faster is the work of the index."""
        with_asset = self.filtered("asset_id")
        if not with_asset:
            return
        # Whoever lent it belongs perhaps to another team.
        others_sudo = self.sudo().search([("asset_id", "in", with_asset.asset_id.ids)])
        by_asset = others_sudo.grouped("asset_id")
        for loaner in with_asset.sudo():
            for other in by_asset.get(loaner.asset_id, ()):
                if other != loaner and loaner._overlaps(other):
                    other._refuse_lent()

    @api.model
    def _check_free(self, asset_ids):
        """Check that these objects are not out on loan, before the index says it with fewer words.

        :raises ValidationError: one of them is
        """
        asset_ids = [asset_id for asset_id in asset_ids if asset_id]
        if asset_ids:
            out = self.sudo().search([("asset_id", "in", asset_ids), ("returned_at", "=", False)], limit=1)
            if out:
                out._refuse_lent()

    def _refuse_lent(self):
        self.ensure_one()
        moment = fields.Datetime.context_timestamp(self, self.lent_at).replace(tzinfo=None)
        raise ValidationError(
            self.env._(
                "%(name)s is lent with order %(order)s since %(date)s. Choose another one, or note first "
                "that it came back.",
                name=self.asset_id.display_name,
                order=self.order_id.number,
                date=fields.Datetime.to_string(moment)[:16],
            )
        )

    def _overlaps(self, other):
        begins_before_end = not other.returned_at or self.lent_at < other.returned_at
        return begins_before_end and (not self.returned_at or other.lent_at < self.returned_at)

    @api.constrains("lent_at", "returned_at")
    def _check_past(self):
        latest = fields.Datetime.now() + TOLERANCE
        for loaner in self:
            if max(filter(None, (loaner.lent_at, loaner.returned_at))) > latest:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” cannot be lent or come back in the future: enter it when it happens.",
                        name=loaner.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_free(vals.get("asset_id") for vals in vals_list if not vals.get("returned_at"))
        loaners = super().create(vals_list)
        # Somebody may be about to hand over: nothing goes out with an order that ends.
        take_turn(loaners.order_id)
        loaners._check_orders_open()
        for fname in ("usage_out", "usage_back"):
            loaners._log_usage(fname)
        loaners._tell(lambda loaner: self.env._("Lent: %(name)s", name=loaner.name))
        return loaners

    def write(self, vals):
        if LENT_FIELDS & vals.keys():
            self._check_orders_open()
        if vals.get("asset_id"):
            going = self.filtered(lambda loaner: loaner.asset_id.id != vals["asset_id"])
            if going.filtered(lambda loaner: not vals.get("returned_at", loaner.returned_at)):
                self._check_free([vals["asset_id"]])
        elif "returned_at" in vals and not vals["returned_at"]:
            self._check_free(self.filtered("returned_at").asset_id.ids)
        changed = [fname for fname in ("usage_out", "usage_back") if vals.get(fname)]
        before = {fname: {loaner.id: loaner[fname] for loaner in self} for fname in changed}
        out = self.filtered(lambda loaner: not loaner.returned_at)
        result = super().write(vals)
        if "order_id" in vals:
            self._check_orders_open()
        for fname in changed:
            self.filtered(lambda loaner, f=fname: loaner[f] != before[f][loaner.id])._log_usage(fname)
        out.filtered("returned_at")._tell(lambda loaner: self.env._("Came back: %(name)s", name=loaner.name))
        return result

    def _tell(self, text):
        """Write something about each loaner into the chatter of its order.

        :param text: takes one loaner, returns the sentence
        """
        for order, loaners in self.grouped("order_id").items():
            order._message_log(body=", ".join(text(loaner) for loaner in loaners))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_returned(self):
        if not self.env.su and self.filtered("returned_at"):
            raise UserError(
                self.env._("What was lent and came back is part of the record and is not deleted.")
            )

    def _check_order_access(self):
        """Technicians see what is lent; advisors lend it."""
        super()._check_order_access()
        self.order_id._check_advisor()

    def _check_orders_open(self):
        """Check that something may be lent with these orders.

        :raises UserError: one of them has ended
        """
        for order in self.order_id.filtered("closed_at"):
            raise UserError(
                self.env._("%(order)s has ended: nothing is lent with it any more.", order=order.display_name)
            )

    def _log_usage(self, fname):
        """Enter a reading with our own object that is lent.

        :param str fname: field of the reading
        """
        for loaner in self.filtered(lambda loaner: loaner[fname] and loaner.asset_id):
            moment = (loaner.lent_at if fname == "usage_out" else loaner.returned_at) or fields.Datetime.now()
            source = "handover" if fname == "usage_out" else "reception"
            loaner.asset_id._log_reading(loaner[fname], moment, source, order=loaner.order_id)

    def action_return(self):
        """Note that it has come back."""
        self.filtered(lambda loaner: not loaner.returned_at).write({"returned_at": fields.Datetime.now()})
        return True

    def action_open_order(self):
        """Open the order with which it was lent."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "complaint.service.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }


class ComplaintServiceOrder(models.Model):
    """While the customer has something of ours, the order does not end."""

    _inherit = "complaint.service.order"

    loaner_ids = fields.One2many("complaint.service.loaner", "order_id", string="Loaners", copy=False)

    def _gate_fields(self):
        return [*super()._gate_fields(), "loaner_ids.returned_at"]

    def _gate_requirements(self):
        message = self.env._("Note that what was lent to the customer has come back.")
        return super()._gate_requirements() + [
            Requirement(gate, message, lambda o: all(o.sudo().loaner_ids.mapped("returned_at")))
            for gate in ("handover", "cancel")
        ]
