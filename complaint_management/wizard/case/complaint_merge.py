from odoo import api, fields, models
from odoo.fields import Command


class ComplaintMerge(models.TransientModel):
    """Shows what complaints differ in, side by side, and merges them into one."""

    _name = "complaint.merge"
    _description = "Merge Complaints"

    complaint_ids = fields.Many2many("complaint.complaint", string="Complaints", required=True)
    target_id = fields.Many2one(
        "complaint.complaint",
        string="Keep",
        required=True,
        domain="[('id', 'in', complaint_ids)]",
        help="This complaint goes on. The others are cancelled and point to it.",
    )
    line_ids = fields.One2many(
        "complaint.merge.line", "merge_id", compute="_compute_line_ids", store=True, readonly=False
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "complaint_ids" in fields and self.env.context.get("active_model") == "complaint.complaint":
            complaints = self.env["complaint.complaint"].browse(self.env.context.get("active_ids", []))
            values["complaint_ids"] = [Command.set(complaints.ids)]
            # The older record is the one that others refer to already.
            still_open = complaints.filtered(lambda complaint: not complaint.closed_at) or complaints
            values["target_id"] = still_open.sorted(lambda complaint: (complaint.received_at, complaint.id))[
                :1
            ].id
        return values

    @api.depends("complaint_ids", "target_id")
    def _compute_line_ids(self):
        for merge in self:
            complaints = merge.complaint_ids._origin
            target = merge.target_id._origin or complaints[:1]
            commands = [Command.clear()]
            for fname in complaints._merge_fields():
                shown = {complaint: complaint._get_shown_value(fname) for complaint in complaints}
                if len(set(shown.values())) < 2:
                    continue
                filled = next((complaint for complaint in target | complaints if shown[complaint]), target)
                commands.append(
                    Command.create(
                        {
                            "field_name": fname,
                            "label": complaints._fields[fname]._description_string(self.env),
                            "comparison": "\n".join(
                                f"{complaint.number}: {shown[complaint] or '–'}"
                                for complaint in target | complaints
                            ),
                            "keep_from_id": filled.id,
                        }
                    )
                )
            merge.line_ids = commands

    def action_merge(self):
        keep = {line.field_name: line.keep_from_id for line in self.line_ids}
        target = (self.complaint_ids - self.target_id).merge_into(self.target_id, keep)
        return {
            "type": "ir.actions.act_window",
            "res_model": "complaint.complaint",
            "res_id": target.id,
            "view_mode": "form",
        }


class ComplaintMergeLine(models.TransientModel):
    """One field in which the complaints differ, with the value of each."""

    _name = "complaint.merge.line"
    _description = "Field to Choose When Merging"

    merge_id = fields.Many2one("complaint.merge", required=True, ondelete="cascade", index=True)
    complaint_ids = fields.Many2many(related="merge_id.complaint_ids")
    field_name = fields.Char(required=True)
    label = fields.Char(string="Field")
    comparison = fields.Text(string="Values Side by Side")
    keep_from_id = fields.Many2one(
        "complaint.complaint", string="Take from", required=True, domain="[('id', 'in', complaint_ids)]"
    )
