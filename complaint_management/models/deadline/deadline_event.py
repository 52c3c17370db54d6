from odoo import api, fields, models


class ComplaintDeadlineEvent(models.Model):
    """A warning, a passed limit or an escalation that was told to people (TL-6). Kept and counted."""

    _name = "complaint.deadline.event"
    _description = "Warning or Escalation"
    _inherit = ["complaint.deadline.part"]
    _order = "id desc"
    _rec_name = "kind"

    deadline_id = fields.Many2one("complaint.deadline", required=True, index=True, ondelete="cascade")
    complaint_id = fields.Many2one("complaint.complaint", index="btree_not_null", ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True)
    kind = fields.Selection(
        [("warning", "Warning"), ("breach", "Limit passed"), ("escalation", "Escalation")], required=True
    )
    level = fields.Integer(help="0: the warning, 1: the limit, from 2 on the rungs of the escalation.")
    note = fields.Char(string="What to Do Now")
    planned_at = fields.Datetime(required=True)
    done_at = fields.Datetime(required=True, default=fields.Datetime.now)
    user_ids = fields.Many2many(
        "res.users", "complaint_deadline_event_user_rel", "event_id", "user_id", string="Told"
    )

    @api.depends("kind", "deadline_id.display_name")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            event.display_name = f"{kinds.get(event.kind, '')} · {event.deadline_id.display_name}"
