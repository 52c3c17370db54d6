from odoo import fields, models


class ComplaintStage(models.Model):
    """A column of the board of complaints."""

    _name = "complaint.stage"
    _description = "Complaint Stage"
    _inherit = ["complaint.stage.mixin"]
    _staged_model = "complaint.complaint"

    step = fields.Selection(
        [
            ("new", "Receipt"),
            ("triage", "Triage"),
            ("dispatch", "Dispatch"),
            ("investigation", "Investigation"),
            ("solution", "Solution"),
            ("execution", "Execution"),
            ("feedback", "Result feedback"),
            ("follow_up", "Follow-up"),
            ("closed", "Closed"),
            ("rejected", "Rejected"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        index=True,
        help="The step of the process that this stage stands for. It decides what must be there "
        "before a complaint may pass, and which time limit runs.",
    )
    team_ids = fields.Many2many(
        "complaint.team",
        "complaint_stage_team_rel",
        "stage_id",
        "team_id",
        string="Teams",
        help="Only these teams use the stage. Leave empty for all teams.",
    )
    mail_template_id = fields.Many2one(
        domain="[('model', '=', 'complaint.complaint')]",
        help="Sent by itself when a complaint enters this stage.",
    )
    server_action_id = fields.Many2one(
        domain="[('model_id.model', '=', 'complaint.complaint')]",
        help="Run on the complaints that enter this stage.",
    )
