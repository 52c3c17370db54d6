from odoo import api, fields, models


class ComplaintReason(models.TransientModel):
    """Rejecting as unfounded shows and sends the letter that gives the reason (TR-4)."""

    _inherit = "complaint.reason"

    send_letter = fields.Boolean(
        string="Send a Letter",
        compute="_compute_send_letter",
        store=True,
        readonly=False,
        help="The complainant is told politely, in their language, why the complaint is not founded.",
    )
    has_address = fields.Boolean(compute="_compute_addresses")
    several = fields.Boolean(compute="_compute_addresses")
    without_address = fields.Char(compute="_compute_addresses")
    letter_subject = fields.Char(
        string="Subject", compute="_compute_letter_subject", store=True, readonly=False
    )
    letter_body = fields.Html(
        string="Letter",
        compute="_compute_letter_body",
        store=True,
        readonly=False,
        sanitize="email_outgoing",
    )
    # The letter as it was proposed: what differs from it was written by hand and stays.
    letter_proposed = fields.Html(
        compute="_compute_letter_body", store=True, readonly=False, sanitize="email_outgoing"
    )

    def _get_rejected(self):
        """Return the complaints to be rejected, as far as the user may change them."""
        self.ensure_one()
        if self.kind != "reject":
            return self.env["complaint.complaint"]
        return self.complaint_ids._origin.sudo(False)._filtered_access("write")

    @api.depends("kind", "complaint_ids")
    def _compute_addresses(self):
        for wizard in self:
            complaints = wizard._get_rejected()
            lacking = complaints.filtered(lambda complaint: not complaint._get_letter_address())
            wizard.has_address = bool(complaints - lacking)
            wizard.several = len(complaints) > 1
            wizard.without_address = ", ".join(
                complaint.number for complaint in lacking if complaint._can_be_told()
            )

    @api.depends("kind", "complaint_ids")
    def _compute_send_letter(self):
        for wizard in self:
            complaints = wizard._get_rejected()
            wizard.send_letter = (
                bool(complaints)
                and all(complaint._get_letter_address() for complaint in complaints)
                # One letter is enough: a stage may write to the complainant by itself.
                and not any(complaint._get_end_template() for complaint in complaints)
            )

    @api.depends("kind", "complaint_ids")
    def _compute_letter_subject(self):
        for wizard in self:
            complaint = wizard._get_rejected()
            wizard.letter_subject = (
                complaint._render_letter("")[complaint.id][0] if len(complaint) == 1 else False
            )

    @api.depends("kind", "complaint_ids", "reason")
    def _compute_letter_body(self):
        for wizard in self:
            complaint = wizard._get_rejected()
            if len(complaint) != 1:
                wizard.letter_body = wizard.letter_proposed = False
                continue
            if (wizard.letter_body or "") != (wizard.letter_proposed or ""):
                continue
            letter = complaint._render_letter(wizard.reason)[complaint.id][1]
            wizard.letter_body = wizard.letter_proposed = letter

    def action_apply(self):
        """Apply the reason; where complaints are rejected, their complainants are told."""
        if self.kind != "reject" or not (self.send_letter or (self.without_address and not self.has_address)):
            return super().action_apply()
        edited = not self.several
        self.complaint_ids._reject_with_letter(
            self.reason,
            subject=edited and self.letter_subject,
            body=edited and self.letter_body,
        )
