from odoo import fields, models


class ComplaintServiceStage(models.Model):
    """A column of the board of service orders."""

    _name = "complaint.service.stage"
    _description = "Service Stage"
    _inherit = ["complaint.stage.mixin"]
    _staged_model = "complaint.service.order"

    step = fields.Selection(
        [
            ("appointment", "Appointment"),
            ("reception", "Reception"),
            ("diagnosis", "Diagnosis"),
            ("quotation", "Quotation"),
            ("work", "Work"),
            ("quality", "Quality check"),
            ("settlement", "Settlement"),
            ("handover", "Hand-over to the customer"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        index=True,
        help="The step of the process that this stage stands for. It decides what must be there "
        "before an order may pass, and which time limit runs.",
    )
    team_ids = fields.Many2many(
        "complaint.team",
        "complaint_service_stage_team_rel",
        "stage_id",
        "team_id",
        string="Teams",
        help="Only these teams use the stage. Leave empty for all teams.",
    )
    mail_template_id = fields.Many2one(
        domain="[('model', '=', 'complaint.service.order')]",
        help="Sent by itself when an order enters this stage.",
    )
    server_action_id = fields.Many2one(
        domain="[('model_id.model', '=', 'complaint.service.order')]",
        help="Run on the orders that enter this stage.",
    )
