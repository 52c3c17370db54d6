from odoo import api, fields, models
from odoo.tools import ormcache


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_link_days = fields.Integer(
        string="Customer Links End",
        default=90,
        help="So many days after a complaint has ended, the link that shows it to the complainant leads "
        "nowhere any more. 0: never.",
    )
    complaint_colleagues_see = fields.Boolean(
        string="Colleagues See Complaints",
        help="Contacts of the same company see each other's complaints in their account; they cannot act on "
        "them.",
    )
    complaint_reopen_days = fields.Integer(
        string="Reply Opens Again",
        default=30,
        help="So many days after a complaint has ended, a reply of the complainant opens it again. Later "
        "ones begin a new complaint.",
    )
    complaint_appeal_days = fields.Integer(
        string="Another Look",
        default=30,
        help="So many days after a complaint has ended, the complainant can ask for another look by somebody "
        "else. 0: never.",
    )
    complaint_progress_days = fields.Integer(
        string="Progress Notice",
        default=5,
        help="After so many working days without a word from us, the complainant is told how it stands. 0: "
        "never.",
    )
    complaint_form_open = fields.Boolean(
        string="Public Form", default=True, help="Anybody can enter a complaint on the page /complaint."
    )
    complaint_form_confirm = fields.Boolean(
        string="Confirm E-mail Addresses",
        help="Who enters a complaint on the public form is asked by e-mail whether it was them.",
    )
    complaint_form_consent = fields.Text(
        string="Consent",
        translate=True,
        help="What the complainant agrees to on the public form. Empty: the usual words.",
    )
    complaint_form_per_address = fields.Integer(
        string="Complaints per Hour and Place",
        default=30,
        help="How many complaints the public form takes in an hour from the same network address. A shop "
        "with one connection for all its visitors needs more. 0: any number.",
    )
    complaint_form_per_contact = fields.Integer(
        string="Complaints per Hour and Contact",
        default=5,
        help="How many complaints the public form takes in an hour from the same e-mail address or phone "
        "number. 0: any number.",
    )
    complaint_file_count = fields.Integer(
        string="Files at Once", default=5, help="How many files a customer can send at once."
    )
    complaint_file_size = fields.Integer(
        string="Megabytes per File", default=10, help="How large a file from a customer may be."
    )

    _complaint_portal_not_negative = models.Constraint(
        "CHECK (complaint_link_days >= 0 AND complaint_reopen_days >= 0 AND complaint_appeal_days >= 0"
        " AND complaint_progress_days >= 0 AND complaint_form_per_address >= 0"
        " AND complaint_form_per_contact >= 0 AND complaint_file_count >= 0"
        " AND complaint_file_size BETWEEN 1 AND 100)",
        "Days and numbers for customers cannot be negative, and a file has between 1 and 100 megabytes.",
    )

    @api.model
    @ormcache()
    def _get_complaint_sharing_ids(self):
        """Return the ids of the companies whose customers see the complaints of their colleagues."""
        return tuple(self.sudo().search([("complaint_colleagues_see", "=", True)]).ids)

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        if any(companies.mapped("complaint_colleagues_see")):
            self.env.registry.clear_cache()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if "complaint_colleagues_see" in vals:
            self.env.registry.clear_cache()
        return result
