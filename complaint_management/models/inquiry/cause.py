from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ComplaintCause(models.Model):
    """Tree of root causes: why what was complained about came to pass (DI-5)."""

    _name = "complaint.cause"
    _description = "Root Cause"
    _inherit = ["complaint.tree.mixin"]
    _parent_store = True
    _order = "sequence, parent_path, id"
    _check_company_auto = True

    _complaint_field = "cause_id"

    parent_id = fields.Many2one("complaint.cause")
    child_ids = fields.One2many("complaint.cause", string="Causes Below")
    sequence = fields.Integer(compute="_compute_sequence", store=True, readonly=False, precompute=True)

    @api.depends("parent_id")
    def _compute_sequence(self):
        """A new cause stands behind the one above it, where no order is said."""
        for cause in self:
            cause.sequence = cause.parent_id.sequence or cause.sequence or 1000

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A cause cannot stand below itself."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self._is_used():
            raise ValidationError(
                self.env._("Complaints have this cause. Archive the cause instead of deleting it.")
            )
