from odoo import api, fields, models

from .asset import ASSET_READERS


class ResPartner(models.Model):
    _inherit = "res.partner"

    complaint_asset_count = fields.Integer(
        string="Objects", compute="_compute_complaint_asset_count", groups=ASSET_READERS
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_complaint_asset_count(self):
        """Count for a company also what its people own."""
        groups = self.env["complaint.asset"]._read_group(
            self._get_complaint_domain(), ["partner_id"], ["__count"]
        )
        self.complaint_asset_count = 0
        for partner, count in groups:
            while partner:
                if partner in self:
                    partner.complaint_asset_count += count
                partner = partner.parent_id

    def action_open_assets(self):
        """Open what this contact and everybody below it own."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("complaint_management.complaint_asset_action")
        action["domain"] = [("partner_id", "child_of", self.ids)]
        action["context"] = {"default_partner_id": self.id}
        return action
