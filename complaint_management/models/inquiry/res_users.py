from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    complaint_head = fields.Boolean(
        compute="_compute_complaint_head",
        compute_sudo=True,
        export_string_translation=False,
        help="Manages a department. The record rules ask for sheets only of those who do.",
    )

    def _compute_complaint_head(self):
        managers = (
            self.env["hr.department"]
            .with_context(active_test=False)
            .search([("manager_id.user_id", "in", self.ids)])
            .manager_id
        )
        heads = managers.user_id
        for user in self:
            user.complaint_head = user in heads

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"active", "company_ids", "group_ids"}:
            employees = self.env["hr.employee"].sudo().with_context(active_test=False)
            employees.search([("user_id", "in", self.ids)])._get_headed_departments()._heads_changed()
        return result
