from odoo import models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"user_id", "active", "resource_id"}:
            self._get_headed_departments()._heads_changed()
        return result

    def unlink(self):
        departments = self._get_headed_departments()
        result = super().unlink()
        departments._heads_changed()
        return result

    def _get_headed_departments(self):
        """Return the departments of which these employees are the managers."""
        Department = self.env["hr.department"].sudo().with_context(active_test=False)
        return Department.search([("manager_id", "in", self.ids)])


class ResourceResource(models.Model):
    """An employee's user is that of the resource, which has a form of its own."""

    _inherit = "resource.resource"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"user_id", "active"}:
            employees = self.env["hr.employee"].sudo().with_context(active_test=False)
            employees.search([("resource_id", "in", self.ids)])._get_headed_departments()._heads_changed()
        return result
