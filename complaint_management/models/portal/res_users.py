from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    complaint_sharing_company_ids = fields.Many2many(
        "res.company",
        compute="_compute_complaint_colleague_ids",
        export_string_translation=False,
        help="Our companies whose customers see the complaints of their colleagues.",
    )
    complaint_colleague_ids = fields.Many2many(
        "res.partner",
        compute="_compute_complaint_colleague_ids",
        export_string_translation=False,
        help="Whose complaints the user may see beside the own ones: the record rules ask for this.",
    )

    def _compute_complaint_colleague_ids(self):
        """Everybody of the user's company, where one of our companies shares among colleagues."""
        companies = self.env["res.company"].browse(self.env["res.company"]._get_complaint_sharing_ids())
        for user in self:
            user.complaint_sharing_company_ids = companies
            family = user.sudo().partner_id.commercial_partner_id
            user.complaint_colleague_ids = (
                self.env["res.partner"]
                .sudo()
                .with_context(active_test=False)
                .search([("id", "child_of", family.ids)])
                if companies and family.is_company
                else False
            )
