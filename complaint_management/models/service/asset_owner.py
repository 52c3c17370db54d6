from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date


class ComplaintAssetOwner(models.Model):
    """Who owned an object from when to when. The present owner's line is written by itself (SV-3)."""

    _name = "complaint.asset.owner"
    _description = "Owner of an Object"
    _order = "date_from desc, id desc"
    _rec_name = "partner_id"
    _check_company_auto = True

    asset_id = fields.Many2one(
        "complaint.asset", string="Object", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="asset_id.company_id", store=True, precompute=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Owned by", required=True, index=True, ondelete="restrict", check_company=True
    )
    date_from = fields.Date(
        string="Owner since", required=True, default=lambda self: fields.Date.context_today(self)
    )
    date_to = fields.Date(
        string="Owner until", help="The day on which the next one had it. Empty: owns it now."
    )

    _period_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "Somebody owns an object until a day after the first.",
    )
    _one_present = models.UniqueIndex(
        "(asset_id) WHERE date_to IS NULL",
        "An object has one present owner: enter until when the other had it.",
    )

    @api.constrains("asset_id", "partner_id", "date_from", "date_to")
    def _check_periods(self):
        # All owners of an object count, also those whom the user may not read.
        owners = self.sudo().search([("asset_id", "in", self.asset_id.ids)], order="date_from, date_to, id")
        for asset, series in owners.grouped("asset_id").items():
            for former, latter in zip(series, series[1:], strict=False):
                if not former.date_to or former.date_to > latter.date_from:
                    raise ValidationError(
                        self.env._(
                            "%(asset)s had two owners at once: %(former)s from %(from)s and %(latter)s from "
                            "%(to)s. Enter until when the first one had it.",
                            **{
                                "asset": asset.display_name,
                                "former": former.partner_id.display_name,
                                "from": format_date(self.env, former.date_from),
                                "latter": latter.partner_id.display_name,
                                "to": format_date(self.env, latter.date_from),
                            },
                        )
                    )
            present = series.filtered(lambda owner: not owner.date_to)
            if present and present.partner_id != asset.partner_id:
                raise ValidationError(
                    self.env._(
                        "The present owner of %(asset)s is entered above. Say until when %(name)s had it.",
                        asset=asset.display_name,
                        name=present.partner_id.display_name,
                    )
                )


class ComplaintAsset(models.Model):
    _inherit = "complaint.asset"

    owner_ids = fields.One2many("complaint.asset.owner", "asset_id", string="Owners", copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        assets = super().create(vals_list)
        assets._record_owners()
        return assets

    def write(self, vals):
        former = {asset: asset.partner_id for asset in self} if "partner_id" in vals else {}
        result = super().write(vals)
        changed = [asset.id for asset, partner in former.items() if asset.partner_id != partner]
        if changed:
            self.browse(changed)._record_owners(fields.Date.context_today(self))
        return result

    def _change_owner(self, partner, day):
        """Enter who owns the objects from a day on.

        :param partner: res.partner, empty or nothing where nobody knows
        :param date day: the first day
        :raises UserError: the present owner has had one of them only since a later day
        """
        self.with_context(complaint_owner_since=day).write({"partner_id": partner.id if partner else False})

    def _record_owners(self, today=None):
        """Write the owners of the objects into their history.

        :param date today: since when, where they changed; without it they are new
        """
        today = self.env.context.get("complaint_owner_since") or today
        # The history follows from the object, which was written as the user: who may change the one need not
        # be let into the other, nor into a customer who had it before.
        owners_sudo = self.env["complaint.asset.owner"].sudo()
        history = owners_sudo.search([("asset_id", "in", self.ids)], order="date_from, id").grouped(
            "asset_id"
        )
        vals_list = []
        for asset in self.sudo():
            series = history.get(asset, owners_sudo)
            present = series.filtered(lambda owner: not owner.date_to)
            if present and present.partner_id == asset.partner_id:
                continue
            day = today or max(
                [
                    asset.purchase_date or fields.Date.context_today(self),
                    *series.filtered("date_to").mapped("date_to"),
                ]
            )
            if present:
                asset._end_ownership(present, day)
            if asset.partner_id:
                vals_list.append({"asset_id": asset.id, "partner_id": asset.partner_id.id, "date_from": day})
        owners_sudo.create(vals_list)

    def _end_ownership(self, present, day):
        self.ensure_one()
        if day < present.date_from:
            raise UserError(
                self.env._(
                    "%(name)s has owned %(asset)s since %(day)s: choose a later day, or correct the one on "
                    "the page Owners first.",
                    name=present.partner_id.display_name,
                    asset=self.display_name,
                    day=format_date(self.env, present.date_from),
                )
            )
        if day == present.date_from:
            # Entered and corrected on one day: nobody owned it in between.
            present.unlink()
        else:
            present.date_to = day
