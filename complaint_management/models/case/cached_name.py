from odoo import api, models
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
