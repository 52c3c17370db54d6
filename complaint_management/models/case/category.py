from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache


class ComplaintCategory(models.Model):
    """Subject tree: what complaints are about (TR-2)."""

    _name = "complaint.category"
    _description = "Complaint Category"
    _inherit = ["complaint.cached.name.mixin"]
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
        "complaint.category", index="btree_not_null", ondelete="restrict", check_company=True
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
        names = self._get_cached_names(self.env.lang)
        for category in self:
            # What is not saved yet is not in memory.
            category.complete_name = names.get(category.id) or " / ".join(
                part for part in (category.parent_id.complete_name, category.name) if part
            )

    @api.model
    @ormcache("lang")
    def _get_cached_names(self, lang):
        every = self.sudo().with_context(active_test=False, lang=lang)
        categories = every.search_fetch([], ["name", "parent_path"])
        names = {str(category.id): category.name for category in categories}
        return {
            category.id: " / ".join(names[part] for part in category.parent_path.split("/") if part)
            for category in categories
        }

    @api.model
    def _cached_fields(self):
        return super()._cached_fields() | {"parent_id"}

    def _get_branch(self):
        """Return the categories and all those above them, the lower ones of a branch first."""
        above = {
            int(category_id): None
            for category in self
            for category_id in reversed((category.parent_path or "").split("/"))
            if category_id
        }
        return (self | self.browse(above)).with_prefetch(tuple(above))

    @api.depends("complete_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = self._get_cached_names(self.env.lang)
        for category in self:
            # The other field is recursive, so it is computed one by one.
            category.display_name = names.get(category.id) or category.complete_name

    def _search_complete_name(self, operator, value):
        """A category is found by its own name and by the name of any category above it."""
        if operator == "in":
            # By the whole path as it is shown, or by its own name.
            shown = self._get_cached_names(self.env.lang)
            matching = [category_id for category_id, name in shown.items() if name in value]
            return Domain("id", "in", matching) | Domain("name", "in", value)
        if operator not in ("ilike", "like", "=ilike", "=like"):
            return NotImplemented
        # Parts of a path stand for categories below each other; alone, the text may be anywhere in a name.
        level = Domain("name", operator, value)
        parts = [part.strip() for part in value.split("/")] if isinstance(value, str) else []
        if len(parts) > 1:
            path = Domain.TRUE
            for part in parts:
                above = path if path.is_true() else Domain("parent_id", "any", path)
                path = Domain("name", operator, part) & above
            level |= path
        return Domain("id", "child_of", list(self._search(level)))

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
        Complaint = self.env["complaint.complaint"].sudo().with_context(active_test=False)
        if Complaint.search_count([("category_id", "child_of", self.ids)], limit=1):
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
