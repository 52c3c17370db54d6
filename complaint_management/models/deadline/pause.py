from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ComplaintPause(models.Model):
    """An interval in which the clocks of a case stood, because the customer owed an answer (TL-5)."""

    _name = "complaint.pause"
    _description = "Pause of the Clock"
    _inherit = ["complaint.deadline.part"]
    _order = "start desc, id desc"
    _rec_name = "reason"

    complaint_id = fields.Many2one("complaint.complaint", index="btree_not_null", ondelete="cascade")
    start = fields.Datetime(required=True, default=fields.Datetime.now)
    stop = fields.Datetime()
    reason = fields.Char(required=True)
    user_id = fields.Many2one("res.users", string="Stopped by", default=lambda self: self.env.user)
    stage_id = fields.Many2one(
        "complaint.stage",
        string="By Stage",
        index="btree_not_null",
        ondelete="restrict",
        help="The clock stood because the case waited in this stage.",
    )

    _order_of_time = models.Constraint(
        "CHECK (stop IS NULL OR stop >= start)", "A pause ends after it began."
    )

    @api.constrains("start", "stop")
    def _check_not_ahead(self):
        now = fields.Datetime.now()
        for pause in self:
            if (pause.start - now).total_seconds() > 300 or (
                pause.stop and (pause.stop - now).total_seconds() > 300
            ):
                raise ValidationError(
                    self.env._("A pause cannot lie in the future: it ends when work goes on.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        pauses = super().create(vals_list)
        pauses._update_deadlines()
        return pauses

    def write(self, vals):
        result = super().write(vals)
        if {"start", "stop", *self._host_fields} & vals.keys():
            self._update_deadlines()
        return result

    def unlink(self):
        stood = [hosts for hosts, _pauses in self._get_hosts()]
        result = super().unlink()
        for hosts in stood:
            hosts.sudo().deadline_ids._update_times()
        return result

    def _update_deadlines(self):
        for hosts, _pauses in self._get_hosts():
            hosts.sudo().deadline_ids._update_times()
