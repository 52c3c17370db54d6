from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..case.roles import STAFF

#: Whoever reads customers' objects, as fields want it.
ASSET_READERS = f"complaint_management.group_service_technician,{STAFF}"
#: Between the parts of the name that lists and exports show.
SEPARATOR = " · "


class ComplaintAsset(models.Model):
    """A thing that a customer owns and that is serviced: a vehicle, an appliance, an installation (SV-3).

    Its number, readings, owners, warranty and how it comes from a sale are the neighbouring files.
    """

    _name = "complaint.asset"
    _description = "Customer's Object"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _rec_names_search = ["name", "serial", "partner_id.name"]
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index="trigram",
        tracking=True,
        help="As people call it: the model, a plate number, the place where it stands.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind_id = fields.Many2one(
        "complaint.asset.kind",
        string="Kind of Object",
        compute="_compute_kind_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="It says which number the object bears, what is counted on it and which warranty it has.",
    )
    state = fields.Selection(
        [("in_use", "In use"), ("sold", "Sold"), ("scrapped", "Scrapped")],
        string="Status",
        required=True,
        default="in_use",
        index=True,
        tracking=True,
        help="Sold: its owner gave it away, and nobody knows to whom. Nobody is reminded of what is sold or "
        "scrapped.",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Owned by", index="btree_not_null", check_company=True, tracking=True
    )
    product_id = fields.Many2one("product.product", index="btree_not_null", check_company=True, tracking=True)
    model = fields.Char(help="Make and model, where it is none of our products.")
    purchase_date = fields.Date(tracking=True, help="The warranty begins with it.")
    delivery_date = fields.Date(
        string="Delivered on",
        tracking=True,
        help="The warranty begins with it where the day of the purchase is not known.",
    )
    next_service_date = fields.Date(string="Next Service", copy=False, index="btree_not_null")
    order_ids = fields.One2many("complaint.service.order", "asset_id", string="Service Orders")
    complaint_ids = fields.One2many("complaint.complaint", "asset_id", string="Complaints", groups=STAFF)
    order_count = fields.Integer(string="Number of Service Orders", compute="_compute_order_count")
    complaint_count = fields.Integer(
        string="Number of Complaints", compute="_compute_complaint_count", groups=STAFF
    )

    # The first page of the list.
    _name_idx = models.Index("(name, id) WHERE active IS TRUE")

    @api.depends("product_id", "model")
    def _compute_name(self):
        for asset in self:
            asset.name = (
                asset.name or asset.product_id.display_name or asset.model or asset.kind_id.display_name
            )

    @api.depends("product_id")
    def _compute_kind_id(self):
        for asset in self:
            asset.kind_id = asset.product_id.complaint_asset_kind_id or asset.kind_id

    @api.depends("name", "serial")
    def _compute_display_name(self):
        for asset in self:
            asset.display_name = SEPARATOR.join(part for part in (asset.name, asset.serial) if part)

    def _search_display_name(self, operator, value):
        """Also find objects by all of their name, as an export writes it and an import brings it back."""
        domain = super()._search_display_name(operator, value)
        if operator not in ("=", "in"):
            return domain
        for words in [value] if isinstance(value, str) else value or ():
            name, separator, serial = (words or "").rpartition(SEPARATOR)
            if separator:
                domain |= Domain("name", "=", name) & Domain("serial", "=", serial)
        return domain

    @api.depends("order_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_order_count(self):
        """Count those that the user may read."""
        groups = self.env["complaint.service.order"]._read_group(
            [("asset_id", "in", self.ids)], ["asset_id"], ["__count"]
        )
        counts = {asset.id: count for asset, count in groups}
        for asset in self:
            asset.order_count = counts.get(asset._origin.id, 0)

    @api.depends("complaint_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_complaint_count(self):
        """Count those that the user may read."""
        groups = self.env["complaint.complaint"]._read_group(
            [("asset_id", "in", self.ids)], ["asset_id"], ["__count"]
        )
        counts = {asset.id: count for asset, count in groups}
        for asset in self:
            asset.complaint_count = counts.get(asset._origin.id, 0)

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            self._check_company_of_history()
        return result

    def _check_company_of_history(self):
        """Check that what was done for the objects was done by the company that they are in.

        :raises ValidationError: another company has serviced one of them, or has complaints about it
        """
        for asset in self.sudo().with_context(active_test=False):
            others = (asset.order_ids.company_id | asset.complaint_ids.company_id) - asset.company_id
            if others:
                raise ValidationError(
                    self.env._(
                        "Service orders or complaints of %(company)s are about %(asset)s: it stays there. "
                        "Enter it anew for the other company.",
                        company=others[0].name,
                        asset=asset.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        """What was serviced or complained about is part of the record."""
        for model in ("complaint.service.order", "complaint.complaint"):
            # Those that the user may not read count too.
            Record = self.env[model].sudo().with_context(active_test=False)
            if Record.search_count([("asset_id", "in", self.ids)], limit=1):
                raise UserError(
                    self.env._(
                        "Service orders or complaints are about it. Archive it instead, or mark it as sold "
                        "or scrapped."
                    )
                )

    def get_formview_id(self, access_uid=None):
        """The small form of the dialogs is for entering; who opens an object sees all of it."""
        if self.env.context.get("form_view_ref"):
            return self.env.ref("complaint_management.complaint_asset_view_form").id
        return super().get_formview_id(access_uid=access_uid)

    # in use, sold, scrapped

    def _sell(self, day, partner=None):
        """Enter that the owner gave the objects away.

        :param date day: since when
        :param partner: res.partner that has them now; nothing where nobody knows
        :raises UserError: they are scrapped
        """
        if any(asset.state == "scrapped" for asset in self):
            raise UserError(self.env._("What is scrapped cannot be sold. Take it back into use first."))
        self._change_owner(partner, day)
        self.write({"state": "in_use" if partner else "sold"})

    def _scrap(self, day, reason):
        """Enter that the objects are no more. Their owner stays who it was.

        :param date day: since when
        :param str reason: kept in the chatter
        """
        self.write({"state": "scrapped"})
        text = self.env._(
            "Scrapped on %(day)s: %(reason)s", day=fields.Date.to_string(day), reason=(reason or "").strip()
        )
        self._message_log_batch(bodies=dict.fromkeys(self.ids, text))

    def _take_back(self, day, partner=None, reason=None):
        """Put sold or scrapped objects into use again.

        :param date day: since when the owner has them
        :param partner: res.partner that has them now; nothing where it is who had them last
        :param str reason: kept in the chatter
        """
        if partner:
            self._change_owner(partner, day)
        self.write({"state": "in_use"})
        if (reason or "").strip():
            self._message_log_batch(bodies=dict.fromkeys(self.ids, reason.strip()))

    # what belongs to it

    def action_open_orders(self):
        """Open the service orders of the object."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "complaint_management.complaint_service_order_action"
        )
        action["domain"] = [("asset_id", "=", self.id)]
        action["context"] = {"default_asset_id": self.id, "default_partner_id": self.partner_id.id}
        return action

    def action_open_complaints(self):
        """Open the complaints about the object."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("complaint_management.complaint_action_all")
        action["domain"] = [("asset_id", "=", self.id)]
        action["context"] = {"default_asset_id": self.id, "default_partner_id": self.partner_id.id}
        return action


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    asset_id = fields.Many2one(
        "complaint.asset",
        string="Object",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        help="The vehicle, appliance or installation that the complaint is about.",
    )
    product_id = fields.Many2one(compute="_compute_product_id", store=True, readonly=False, precompute=True)
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")

    @api.depends("asset_id")
    def _compute_product_id(self):
        for complaint in self:
            complaint.product_id = complaint.asset_id.product_id or complaint.product_id
