from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_service_goodwill_limit = fields.Monetary(
        string="Goodwill by Advisors",
        currency_field="currency_id",
        help="Up to this value of one order, without taxes, service advisors give goodwill "
        "themselves; above it "
        "the workshop manager does. 0: without limit.",
    )
    complaint_service_invoice_gate = fields.Selection(
        [("draft", "The invoice is made"), ("posted", "The invoice is posted")],
        string="Hand-over When",
        default="draft",
        required=True,
        help="What is charged has come so far before an order leaves the settlement.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_service_goodwill_limit = fields.Monetary(
        related="company_id.complaint_service_goodwill_limit",
        currency_field="company_currency_id",
        readonly=False,
    )
    complaint_service_invoice_gate = fields.Selection(
        related="company_id.complaint_service_invoice_gate", readonly=False
    )
