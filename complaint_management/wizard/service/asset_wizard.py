from odoo import api, fields, models
from odoo.exceptions import UserError


class ComplaintAssetChange(models.TransientModel):
    """Asks for what has to be known when an object is sold, scrapped or comes back (SV-3)."""

    _name = "complaint.asset.change"
    _description = "Sell, Scrap or Take Back an Object"

    asset_ids = fields.Many2many(
        "complaint.asset",
        string="Objects",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    kind = fields.Selection(
        [("sell", "Sold"), ("scrap", "Scrapped"), ("back", "In use again")], required=True, default="sell"
    )
    date = fields.Date(required=True, default=fields.Date.context_today, string="Since")
    partner_id = fields.Many2one(
        "res.partner", string="New Owner", help="Empty where nobody knows: then it is sold out of sight."
    )
    reason = fields.Char()
    open_order_count = fields.Integer(string="Open Service Orders", compute="_compute_open_order_count")

    @api.depends("asset_ids")
    def _compute_open_order_count(self):
        for change in self:
            change.open_order_count = self.env["complaint.service.order"].search_count(
                [("asset_id", "in", change.asset_ids.ids), ("closed_at", "=", False)]
            )

    def action_apply(self):
        """Do it.

        :raises UserError: something is missing, or the day is still to come
        """
        self.ensure_one()
        if self.date > fields.Date.context_today(self):
            raise UserError(self.env._("That day is still to come. Enter it when it has happened."))
        reason = (self.reason or "").strip()
        if self.kind == "sell":
            self.asset_ids._sell(self.date, self.partner_id)
        elif self.kind == "back":
            self.asset_ids._take_back(self.date, self.partner_id, reason)
        elif reason:
            self.asset_ids._scrap(self.date, reason)
        else:
            raise UserError(self.env._("Say why it is scrapped."))


class ComplaintAssetReadingStrike(models.TransientModel):
    """Asks for the reason without which no reading is struck out."""

    _name = "complaint.asset.reading.strike"
    _description = "Strike out a Reading"

    reading_ids = fields.Many2many(
        "complaint.asset.reading", required=True, default=lambda self: self.env.context.get("active_ids")
    )
    reason = fields.Char(required=True)

    def action_apply(self):
        """Do it."""
        # Also one that somebody has struck out meanwhile: who did it too has to know.
        self.with_context(active_test=False).reading_ids._strike_out(self.reason)
