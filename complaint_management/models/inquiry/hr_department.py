from odoo import api, models

#: A change of these may change who answers for a department.
HEAD_FIELDS = {"manager_id", "parent_id", "active", "company_id"}


class HrDepartment(models.Model):
    _inherit = "hr.department"

    def _get_acting_head(self, company, excluded):
        """Return the user who answers for the department, found upwards where its own head cannot.

        :param company: res.company that the user must have
        :param excluded: res.users who may not
        :return: res.users, possibly empty
        """
        department = self.sudo()
        while department:
            user = department.manager_id.user_id
            if (
                department.manager_id.active
                and user.active
                and not user.share
                and user not in excluded
                and company in user.company_ids
            ):
                return user.sudo(False)
            department = department.parent_id
        return self.env["res.users"]

    @api.model_create_multi
    def create(self, vals_list):
        departments = super().create(vals_list)
        if any(vals.get("manager_id") for vals in vals_list):
            self.env.registry.clear_cache()
        return departments

    def write(self, vals):
        result = super().write(vals)
        if HEAD_FIELDS & vals.keys():
            self._heads_changed()
        return result

    def _heads_changed(self):
        """Who heads these departments changed: the record rules of heads and the sheets follow."""
        if not self:
            return
        # Whether somebody is a head at all is part of the rules, which are kept in memory.
        self.env.registry.clear_cache()
        self.env["complaint.dispatch"]._refresh_heads(self)
