from odoo import fields, models


class ComplaintServiceFault(models.Model):
    """What was wrong, by a common name, so that the same fault is known when it comes again (SV-5, X-12)."""

    _name = "complaint.service.fault"
    _description = "Fault"
    _inherit = ["complaint.cached.name.mixin"]
    _order = "name, id"
    _rec_names_search = ["code", "name"]
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        string="Fault Code", index="btree_not_null", help="As the maker or the trade numbers it."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    safety = fields.Boolean(
        string="Safety Fault", help="It endangers people: stricter limits of the watch count for it."
    )
    description = fields.Text(translate=True, help="How it is recognised.")

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0)) WHERE code IS NOT NULL", "There is a fault with this code already."
    )
