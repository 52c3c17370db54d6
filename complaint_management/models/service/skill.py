from odoo import fields, models


class ComplaintServiceSkill(models.Model):
    """What somebody has to be able to do, or be licensed for, to carry out a service (SV-5)."""

    _name = "complaint.service.skill"
    _description = "Skill of a Technician"
    _inherit = ["complaint.cached.name.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")


class ComplaintServiceType(models.Model):
    _inherit = "complaint.service.type"

    skill_ids = fields.Many2many(
        "complaint.service.skill",
        string="Skills Needed",
        check_company=True,
        help="Only technicians who have all of them are proposed.",
    )
