from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import ormcache


class ComplaintCachedNameMixin(models.AbstractModel):
    """Small vocabularies whose names stand in every list of complaints.

    The names are kept in Odoo's cache, so that a page of complaints does not read them again. Whoever
    changes one clears it, for all workers.
    """

    _name = "complaint.cached.name.mixin"
    _description = "Names in Memory"

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = self._get_cached_names(self.env.lang)
        for record in self:
            # What is not saved yet is not in memory.
            record.display_name = names.get(record.id) or record.name

    @api.model
    @ormcache("lang")
    def _get_cached_names(self, lang):
        """Return the names of all records in a language, by id."""
        records = self.sudo().with_context(active_test=False, lang=lang)
        return {record.id: record.name for record in records.search_fetch([], ["name"])}

    @api.model
    def _cached_fields(self):
        """Return the names of the fields whose change makes what is in memory wrong."""
        return {"name"}

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env[self._name].flush_model()
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._cached_fields() & vals.keys():
            # What follows from the change is to be in the database when it is read into memory again.
            self.env[self._name].flush_model()
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def update_field_translations(self, field_name, translations, source_lang=""):
        result = super().update_field_translations(field_name, translations, source_lang)
        self.env.registry.clear_cache()
        return result


class ComplaintTreeMixin(models.AbstractModel):
    """A vocabulary that is a tree: each is shown and found by its name and the names above it.

    The host sets ``_parent_store`` and ``_complaint_field`` and says which model ``parent_id`` and
    ``child_ids`` lead to: its own.
    """

    _name = "complaint.tree.mixin"
    _description = "Tree of Names in Memory"
    _inherit = ["complaint.cached.name.mixin"]
    _parent_name = "parent_id"
    _rec_names_search = ["complete_name"]

    #: Field of the complaint that holds a record of the tree.
    _complaint_field = None

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", search="_search_complete_name", recursive=True
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    parent_id = fields.Many2one(
        "complaint.tree.mixin", index="btree_not_null", ondelete="restrict", check_company=True
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("complaint.tree.mixin", "parent_id")
    complaint_count = fields.Integer(string="Complaints", compute="_compute_complaint_count")

    @api.depends("name", "parent_id.complete_name")
    @api.depends_context("lang")
    def _compute_complete_name(self):
        names = self._get_cached_names(self.env.lang)
        for record in self:
            # What is not saved yet is not in memory.
            record.complete_name = names.get(record.id) or " / ".join(
                part for part in (record.parent_id.complete_name, record.name) if part
            )

    @api.model
    @ormcache("lang")
    def _get_cached_names(self, lang):
        every = self.sudo().with_context(active_test=False, lang=lang)
        records = every.search_fetch([], ["name", "parent_path"])
        names = {str(record.id): record.name for record in records}
        return {
            record.id: " / ".join(names[part] for part in record.parent_path.split("/") if part)
            for record in records
        }

    @api.model
    def _cached_fields(self):
        return super()._cached_fields() | {"parent_id"}

    def _get_branch(self):
        """Return the records and all those above them, the lower ones of a branch first."""
        above = {
            int(record_id): None
            for record in self
            for record_id in reversed((record.parent_path or "").split("/"))
            if record_id
        }
        return (self | self.browse(above)).with_prefetch(tuple(above))

    @api.depends("complete_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = self._get_cached_names(self.env.lang)
        for record in self:
            # The other field is recursive, so it is computed one by one.
            record.display_name = names.get(record.id) or record.complete_name

    def _search_complete_name(self, operator, value):
        """A record is found by its own name and by the name of any above it."""
        if operator == "in":
            # By the whole path as it is shown, or by its own name.
            shown = self._get_cached_names(self.env.lang)
            matching = [record_id for record_id, name in shown.items() if name in value]
            return Domain("id", "in", matching) | Domain("name", "in", value)
        if operator not in ("ilike", "like", "=ilike", "=like"):
            return NotImplemented
        # Parts of a path stand for records below each other; alone, the text may be anywhere in a name.
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
            [(self._complaint_field, "child_of", self.ids)], [self._complaint_field], ["__count"]
        )
        for record in self:
            path = record.parent_path or "/"
            record.complaint_count = sum(
                count for found, count in groups if (found.parent_path or "").startswith(path)
            )

    def _is_used(self):
        """Tell whether complaints, archived ones included, belong to one of the records or below it."""
        Complaint = self.env["complaint.complaint"].sudo().with_context(active_test=False)
        return bool(Complaint.search_count([(self._complaint_field, "child_of", self.ids)], limit=1))
