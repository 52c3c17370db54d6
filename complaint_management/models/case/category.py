from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ComplaintCategory(models.Model):
    """Subject tree: what complaints are about (TR-2)."""

    _name = "complaint.category"
    _description = "Complaint Category"
    _parent_store = True
    _parent_name = "parent_id"
    _rec_names_search = ["complete_name"]
    _order = "parent_path, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", search="_search_complete_name", recursive=True
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    parent_id = fields.Many2one(
        "complaint.category", string="Parent", index="btree_not_null", ondelete="restrict", check_company=True
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("complaint.category", "parent_id", string="Subcategories")
    severity = fields.Selection(
        [("normal", "Normal"), ("important", "Important"), ("urgent", "Urgent")],
        string="Usual Severity",
        help="Proposed for complaints of this category. Empty: as the parent.",
    )
    team_id = fields.Many2one(
        "complaint.team",
        string="Team",
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
    complaint_count = fields.Integer(string="Complaints", compute="_compute_complaint_count")

    @api.depends("name", "parent_id.complete_name")
    @api.depends_context("lang")
    def _compute_complete_name(self):
        for category, name in self._get_complete_names():
            category.complete_name = name

    def _get_complete_names(self):
        """Return pairs of a category and its name after those of all above it."""
        names = {ancestor.id: ancestor.name or "" for ancestor in self._get_branch()}
        for category in self:
            path = (category.parent_path or "").split("/")
            complete = " / ".join(names[int(category_id)] for category_id in path if category_id)
            yield category, complete or category.name

    def _get_branch(self):
        """Return the categories and all those above them, the lower ones of a branch first."""
        above = {
            int(category_id): None
            for category in self
            for category_id in reversed((category.parent_path or "").split("/"))
            if category_id
        }
        return (self | self.browse(above)).with_prefetch((*above, *self._prefetch_ids))

    @api.depends("complete_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        # Not of the other field, which is recursive and so computed one by one.
        for category, name in self._get_complete_names():
            category.display_name = name

    def _search_complete_name(self, operator, value):
        """A category is found by its own name and by the name of any category above it."""
        if operator not in ("ilike", "like", "=ilike", "=like", "in"):
            return NotImplemented
        return [("id", "child_of", self._search([("name", operator, value)]))]

    def _compute_complaint_count(self):
        groups = self.env["complaint.complaint"]._read_group(
            [("category_id", "child_of", self.ids)], ["category_id"], ["__count"]
        )
        for category in self:
            path = category.parent_path or "/"
            category.complaint_count = sum(
                count for found, count in groups if (found.parent_path or "").startswith(path)
            )

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A category cannot stand below itself."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env["complaint.complaint"].sudo().search_count([("category_id", "child_of", self.ids)], limit=1):
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
        branch = self.with_company(company)._get_branch()
        return next((category[fname] for category in branch if category[fname]), self.browse()[fname])
