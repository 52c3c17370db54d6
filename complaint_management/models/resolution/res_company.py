from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_absent_approver = fields.Selection(
        [("substitute", "Their substitute, else the next level"), ("next_level", "The next level")],
        string="For Absent Approvers",
        default="substitute",
        required=True,
        help="Who is asked to approve a solution while the approver is on time off.",
    )
    complaint_next_instance = fields.Text(
        string="Where to Turn Next",
        translate=True,
        help="Stands in decision letters for those who do not agree: how and until when we look at it again, "
        "and who outside can help. Empty: the usual words.",
    )
    complaint_sign_off = fields.Selection(
        [
            ("nobody", "No complaint"),
            ("urgent", "Urgent complaints"),
            ("important", "Important and urgent complaints"),
            ("all", "All complaints"),
        ],
        string="Signed off by a Leader",
        default="urgent",
        required=True,
        help="Which complaints a leader of the team signs off before they are closed. Questions, praise and "
        "what was answered on the spot need no sign-off.",
    )
