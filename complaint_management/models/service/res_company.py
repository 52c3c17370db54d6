from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_vin_check = fields.Selection(
        [
            ("off", "Never"),
            ("complete", "When all 17 characters are there"),
            ("strict", "Always, and 17 characters are needed"),
        ],
        string="Check Vehicle Numbers",
        default="complete",
        required=True,
        help="Vehicles sold in North America and China have a check digit in their identification number; "
        "many made for Europe have none.",
    )
    complaint_asset_from_sale = fields.Boolean(
        string="Objects from Sales",
        default=True,
        help="When a product that becomes a customer's object is delivered, the object is entered by itself.",
    )
    complaint_service_agree_limit = fields.Monetary(
        string="Work without Asking",
        currency_field="currency_id",
        help="Up to this amount, taxes included, work may begin without the customer's agreement to a "
        "quotation.",
    )
    complaint_service_repeat_days = fields.Integer(
        string="Repeat Repairs",
        default=90,
        help="The same fault of the same object within so many days after the hand-over is a repeat repair. "
        "0: never.",
    )
    complaint_service_request_open = fields.Boolean(
        string="Customers Ask for Appointments",
        default=True,
        help="Customers with an account can ask for an appointment on their pages.",
    )
    complaint_service_slot_minutes = fields.Integer(
        string="Appointments Begin Every", default=30, help="Minutes between two proposed beginnings."
    )
    complaint_service_lead_hours = fields.Integer(
        string="Earliest Appointment", default=24, help="Customers choose none that is nearer than that."
    )
    complaint_service_book_days = fields.Integer(
        string="Latest Appointment", default=30, help="So many days ahead appointments are proposed."
    )

    _complaint_service_slot_positive = models.Constraint(
        "CHECK (complaint_service_slot_minutes > 0)",
        "Appointments begin every so many minutes: enter more than 0.",
    )
