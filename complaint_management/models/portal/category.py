from odoo import api, fields, models
from odoo.tools import ormcache


class ComplaintCategory(models.Model):
    _inherit = "complaint.category"

    on_form = fields.Boolean(
        string="Offered to Customers",
        help="Customers can choose it on the public form. A few plain ones are enough: whoever handles the "
        "complaint finds the exact one.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # The main ones are offered, until somebody decides otherwise.
        return super().create([{"on_form": not vals.get("parent_id"), **vals} for vals in vals_list])

    @api.model
    def _cached_fields(self):
        return super()._cached_fields() | {"on_form", "active", "company_id", "parent_id"}


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_form_categories(self):
        """Return what customers of one company can choose, as ``(id, name)`` in their language."""
        self.ensure_one()
        return self._get_cached_form_categories(self.env.lang)

    @ormcache("self.id", "lang")
    def _get_cached_form_categories(self, lang):
        categories = (
            self.env["complaint.category"]
            .sudo()
            .with_context(lang=lang)
            .search([("on_form", "=", True), ("company_id", "in", (False, self.id))])
        )
        return tuple((category.id, category.name) for category in categories)
