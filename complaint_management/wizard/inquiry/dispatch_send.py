from odoo import api, fields, models
from odoo.fields import Command


class ComplaintDispatchSend(models.TransientModel):
    """Asks one or several departments about a complaint: one sheet each, sent at once (DI-2)."""

    _name = "complaint.dispatch.send"
    _description = "Ask Departments about a Complaint"

    complaint_id = fields.Many2one("complaint.complaint", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="complaint_id.company_id")
    department_ids = fields.Many2many("hr.department", string="Departments", required=True)
    question = fields.Text(required=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Files", bypass_search_access=True)
    duration = fields.Integer(string="Answer within", compute="_compute_duration", store=True, readonly=False)
    duration_unit = fields.Selection(
        selection=lambda self: (
            self.env["complaint.deadline.rule"]._fields["unit"]._description_selection(self.env)
        ),
        compute="_compute_duration_unit",
    )
    answer_names = fields.Char(string="To Be Answered by", compute="_compute_answer_names")

    @api.depends("complaint_id")
    def _compute_duration(self):
        for wizard in self:
            wizard.duration = wizard.duration or wizard._get_blank_sheet().usual_duration

    @api.depends("complaint_id")
    def _compute_duration_unit(self):
        for wizard in self:
            wizard.duration_unit = wizard._get_blank_sheet().duration_unit

    def _get_blank_sheet(self):
        return self.env["complaint.dispatch"].new({"complaint_id": self.complaint_id.id})

    @api.depends("department_ids", "complaint_id")
    def _compute_answer_names(self):
        for wizard in self:
            excluded, company = wizard.complaint_id.sudo().excluded_user_ids, wizard.company_id
            heads = {
                department: department._get_acting_head(company, excluded).name
                for department in wizard.department_ids
            }
            wizard.answer_names = ", ".join(
                f"{department.name}: {name or self.env._('nobody')}" for department, name in heads.items()
            )

    def action_send(self):
        """Write a sheet for each department and send it."""
        self.ensure_one()
        sheets = self.env["complaint.dispatch"].create(
            [
                {
                    "complaint_id": self.complaint_id.id,
                    "department_id": department.id,
                    "question": self.question,
                    "duration": self.duration,
                }
                for department in self.department_ids
            ]
        )
        for sheet in sheets:
            # Each department has its own copies, which go with its sheet.
            copies = [
                file.copy({"name": file.name, "res_model": sheet._name, "res_id": sheet.id})
                for file in self.attachment_ids
            ]
            if copies:
                sheet.question_attachment_ids = [Command.link(copy.id) for copy in copies]
        sheets.action_send()
        return {"type": "ir.actions.act_window_close"}
