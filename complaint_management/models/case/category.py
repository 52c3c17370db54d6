from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ComplaintCategory(models.Model):
    """Subject tree: what complaints are about (TR-2)."""

    _name = "complaint.category"
    _description = "Complaint Category"
    _inherit = ["complaint.tree.mixin"]
    _parent_store = True
    _order = "parent_path, id"
    _check_company_auto = True

    _complaint_field = "category_id"

    parent_id = fields.Many2one("complaint.category")
    child_ids = fields.One2many("complaint.category", string="Subcategories")
    severity = fields.Selection(
        [("normal", "Normal"), ("important", "Important"), ("urgent", "Urgent")],
        string="Usual Severity",
        help="Proposed for complaints of this category. Empty: as the parent.",
    )
    team_id = fields.Many2one(
        "complaint.team",
        company_dependent=True,
        check_company=True,
        help="Complaints of this category are routed here. Empty: as the parent.",
    )
    department_id = fields.Many2one(
        "hr.department",
        string="Department Concerned",
        company_dependent=True,
        check_company=True,
        help="The department that usually has to answer. Empty: as the parent.",
    )
    properties_definition = fields.PropertiesDefinition(string="Extra Fields")

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A category cannot stand below itself."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self._is_used():
            raise ValidationError(
                self.env._("Complaints belong to this category. Archive the category instead of deleting it.")
            )

    def _get_default(self, fname, company):
        """Return the value of a default, taken from the nearest category upwards that has one.

        Shared categories route to another team and department in each company.

        :param str fname: ``severity``, ``team_id`` or ``department_id``
        :param res.company company: for which company
        :return: the field's value, false where no category of the branch sets it
        """
        for category in self.with_company(company)._get_branch():
            value = category[fname]
            # A team that is gone takes no complaints.
            if value and (fname != "team_id" or value.active):
                return value
        return self.browse()[fname]
