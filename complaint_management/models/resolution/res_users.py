from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    complaint_asked = fields.Boolean(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Was once asked to approve a solution or to carry a remedy out. The record rules look for such "
        "requests only where there can be any.",
    )
    complaint_substitute_id = fields.Many2one(
        "res.users",
        string="Substitute for Approvals",
        domain="[('share', '=', False), ('id', '!=', id)]",
        help="Is asked to approve solutions while you are away.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "complaint_substitute_id"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "complaint_substitute_id"]

    def _note_asked(self):
        """These users have something to decide or to do about a complaint: from now on its rules let them."""
        new = self.sudo().filtered(lambda user: not user.complaint_asked)
        if new:
            new.complaint_asked = True
            # It is part of the rules, which are kept in memory.
            self.env.registry.clear_cache()

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"active", "company_ids", "group_ids"}:
            self.env["complaint.approval"]._replace_unfit([("approver_ids", "in", self.ids)])
        return result
