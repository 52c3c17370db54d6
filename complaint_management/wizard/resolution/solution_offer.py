from odoo import api, fields, models
from odoo.exceptions import UserError


class ComplaintSolutionOffer(models.TransientModel):
    """Offers an approved solution: by a mail that can be edited, or told and noted (SO-4)."""

    _name = "complaint.solution.offer"
    _description = "Offer a Solution"

    solution_id = fields.Many2one("complaint.solution", required=True, ondelete="cascade")
    kind = fields.Selection(
        selection=lambda self: self.env["complaint.contact"]._fields["kind"]._description_selection(self.env),
        string="How",
        compute="_compute_kind",
        store=True,
        readonly=False,
        required=True,
    )
    has_address = fields.Boolean(compute="_compute_has_address")
    send_mail = fields.Boolean(
        string="Send This Mail",
        compute="_compute_letter",
        store=True,
        readonly=False,
        help="Otherwise the message was written elsewhere and is only noted here.",
    )
    mail_subject = fields.Char(string="Subject", compute="_compute_letter", store=True, readonly=False)
    mail_body = fields.Html(
        string="Mail", compute="_compute_letter", store=True, readonly=False, sanitize="email_outgoing"
    )
    lang = fields.Char(compute="_compute_letter", store=True)
    summary = fields.Text(string="What Was Said", compute="_compute_summary", store=True, readonly=False)

    def _get_solution(self):
        """Return the solution as far as the user may read it: a dialog may name any."""
        self.ensure_one()
        return self.solution_id._origin.sudo(False)._filtered_access("read")

    @api.depends("solution_id")
    def _compute_kind(self):
        for wizard in self:
            complaint = wizard._get_solution().complaint_id
            usual = complaint._get_contact_kinds().get(complaint.sudo().channel_id.id, "call")
            wizard.kind = "message" if complaint and complaint._get_letter_address() else usual

    @api.depends("solution_id")
    def _compute_has_address(self):
        for wizard in self:
            complaint = wizard._get_solution().complaint_id
            wizard.has_address = bool(complaint and complaint._get_letter_address())

    @api.depends("solution_id")
    def _compute_letter(self):
        for wizard in self:
            complaint = wizard._get_solution().complaint_id
            wizard.send_mail = wizard.has_address
            letter = ("", "", False)
            if complaint:
                letter = complaint._render_letter_template(
                    "complaint_management.mail_template_proposal",
                    complaint_solution=wizard._get_solution().sudo(),
                )[complaint.id]
            wizard.mail_subject, wizard.mail_body, wizard.lang = letter

    @api.depends("solution_id")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = wizard._get_solution()._get_offer_text()

    def action_offer(self):
        """Offer it; where a mail is chosen, the complainant gets it now."""
        self.ensure_one()
        solution = self.solution_id.sudo(False)
        mailing = self.kind == "message" and self.send_mail
        if mailing and not self.has_address:
            raise UserError(
                self.env._(
                    "There is no e-mail address to write to. Tell the complainant by phone, visit or letter."
                )
            )
        # First: nothing leaves before it is known that it may be offered.
        solution.action_offer(self.kind, self.summary)
        if mailing:
            solution.complaint_id._send_letter(self.mail_subject, self.mail_body, self.lang)
        return {"type": "ir.actions.act_window_close"}
