from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Whoever has asked why so often has left the matter.
MOST_WHYS = 10


class ComplaintWhy(models.Model):
    """One answer in the chain of whys that leads from what happened to its root cause (DI-5)."""

    _name = "complaint.why"
    _description = "Why"
    _inherit = ["complaint.traced.entry"]
    _order = "complaint_id, sequence, id"
    _check_company_auto = True

    _traced_fields = ("name",)

    sequence = fields.Integer(default=10)
    name = fields.Char(string="Because …", required=True)

    @api.constrains("complaint_id")
    def _check_number(self):
        groups = self.sudo()._read_group(
            [("complaint_id", "in", self.complaint_id.ids)],
            ["complaint_id"],
            having=[("__count", ">", MOST_WHYS)],
        )
        for (complaint,) in groups:
            raise ValidationError(
                self.env._(
                    "%(complaint)s: ten whys are enough. Name the root cause, or put two answers into one.",
                    complaint=complaint.display_name,
                )
            )

    def _get_trace_title(self):
        return self.env._("Why changed")

    def _get_trace_deleted(self):
        return self.env._("Why deleted")
