from odoo import api, fields, models
from odoo.exceptions import UserError

#: How the complainant confirmed the result, with words to choose by.
CONFIRMATIONS = [
    ("signed", "They sign here"),
    ("paper", "They signed on paper"),
    ("none", "There is no signature"),
]


class ComplaintResult(models.TransientModel):
    """Asks for the result and how the complainant is told: by a letter, or otherwise (CL-1, X-5)."""

    _name = "complaint.result"
    _description = "Report of the Result"

    complaint_id = fields.Many2one(
        "complaint.complaint",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
        ondelete="cascade",
    )
    # Who reported while the dialog was open is not overruled unseen.
    reported_before = fields.Datetime(compute="_compute_reported_before", store=True, readonly=False)
    needs_decision = fields.Boolean(compute="_compute_case")
    decision = fields.Selection(
        selection=lambda self: (
            self.env["complaint.complaint"]._fields["decision"]._description_selection(self.env)
        ),
        compute="_compute_result",
        store=True,
        readonly=False,
    )
    decision_reason = fields.Text(
        string="Reasons",
        compute="_compute_result",
        store=True,
        readonly=False,
        help="The complainant reads them.",
    )
    outcome = fields.Text(
        string="Result",
        compute="_compute_result",
        store=True,
        readonly=False,
        help="What came of it. The complainant reads it.",
    )

    # how they are told
    has_address = fields.Boolean(compute="_compute_case")
    no_letter_reason = fields.Char(compute="_compute_case")
    has_decision_letter = fields.Boolean(compute="_compute_case")
    send_letter = fields.Boolean(string="Send by E-mail", compute="_compute_way", store=True, readonly=False)
    kind = fields.Selection(
        [("call", "Call"), ("visit", "Visit"), ("letter", "Paper letter"), ("message", "Message")],
        string="Told by",
        compute="_compute_way",
        store=True,
        readonly=False,
    )
    date = fields.Datetime(string="When", default=fields.Datetime.now)
    summary = fields.Text(string="What Was Said")
    attach_letter = fields.Boolean(string="Attach Decision Letter", default=True)
    letter_subject = fields.Char(string="Subject", compute="_compute_letter", store=True, readonly=False)
    letter_body = fields.Html(
        string="Letter", compute="_compute_letter", store=True, readonly=False, sanitize="email_outgoing"
    )
    # The letter as it was proposed: what differs from it was written by hand and stays.
    letter_proposed = fields.Html(
        compute="_compute_letter", store=True, readonly=False, sanitize="email_outgoing"
    )

    # how they confirm it, where that is known at once
    confirmation = fields.Selection(CONFIRMATIONS, string="Confirmed by the Complainant")
    confirmed_by = fields.Char(
        string="Who Signs", compute="_compute_confirmed_by", store=True, readonly=False
    )
    signature = fields.Binary(attachment=False)
    confirmation_note = fields.Text(string="Note")
    attachment_ids = fields.Many2many("ir.attachment", string="Signed Paper")

    def _get_case(self):
        """Return the complaint, as far as the user may change it."""
        self.ensure_one()
        return self.complaint_id._origin.sudo(False)._filtered_access("write")

    @api.depends("complaint_id")
    def _compute_case(self):
        for wizard in self:
            complaint = wizard._get_case()
            wizard.needs_decision = bool(complaint) and complaint._needs_solution()
            wizard.has_address = bool(complaint and complaint._get_letter_address())
            wizard.no_letter_reason = bool(complaint) and complaint._get_no_letter_reason()
            wizard.has_decision_letter = bool(complaint and complaint._get_decision_letter())

    @api.depends("complaint_id")
    def _compute_result(self):
        for wizard in self:
            complaint = wizard._get_case()
            decision, reason = complaint._propose_decision() if complaint else (False, False)
            wizard.decision = decision
            wizard.decision_reason = reason
            wizard.outcome = complaint._propose_outcome() if complaint else False

    @api.depends("complaint_id")
    def _compute_reported_before(self):
        for wizard in self:
            wizard.reported_before = wizard._get_case().result_reported_at

    @api.depends("complaint_id")
    def _compute_way(self):
        for wizard in self:
            complaint = wizard._get_case()
            wizard.send_letter = wizard.has_address
            wizard.kind = complaint._get_contact_kinds().get(complaint.channel_id.id, "call")

    @api.depends("complaint_id")
    def _compute_confirmed_by(self):
        for wizard in self:
            wizard.confirmed_by = wizard._get_case().partner_name

    @api.depends("complaint_id", "decision", "decision_reason", "outcome")
    def _compute_letter(self):
        for wizard in self:
            complaint = wizard._get_case()
            if not complaint:
                wizard.letter_subject = wizard.letter_body = wizard.letter_proposed = False
                continue
            if (wizard.letter_body or "") != (wizard.letter_proposed or ""):
                # Written by hand.
                continue
            subject, body, _lang = complaint._render_result_letter(
                wizard.decision, wizard.decision_reason, wizard.outcome
            )
            wizard.letter_subject = wizard.letter_subject or subject
            wizard.letter_body = wizard.letter_proposed = body

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        complaint = self.env["complaint.complaint"].browse(values.get("complaint_id"))
        if complaint:
            # Said when the dialog opens, before anybody writes a letter.
            complaint._check_can_report()
        return values

    def action_apply(self):
        """Report the result, and note how it was confirmed where that is known."""
        self.ensure_one()
        complaint = self.complaint_id
        if complaint.result_reported_at != self.reported_before:
            raise UserError(
                self.env._(
                    "%(name)s has reported the result on %(date)s, after this was opened. Look at it, and "
                    "report it again only if it has changed.",
                    name=complaint.sudo().result_reported_by_id.name or "",
                    date=complaint._get_shown_value("result_reported_at"),
                )
            )
        complaint.action_report_result(
            outcome=self.outcome,
            decision=self.decision,
            reason=self.decision_reason,
            kind="email" if self.send_letter else self.kind,
            date=self.date,
            summary=self.summary,
            subject=self.letter_subject,
            body=self.letter_body,
            attach_letter=self.attach_letter,
        )
        if self.confirmation and not self.send_letter:
            complaint.action_confirm_result(
                self.confirmation,
                self.confirmed_by,
                self.signature,
                self.confirmation_note,
                self.attachment_ids.ids,
            )
        report_sudo = complaint._get_decision_letter()
        if not self.send_letter and self.kind == "letter" and self.attach_letter and report_sudo:
            # To be put into the envelope.
            return {**report_sudo.report_action(complaint, config=False), "close_on_report_download": True}
        return {"type": "ir.actions.act_window_close"}


class ComplaintResultConfirmation(models.TransientModel):
    """Asks how the complainant confirmed the result that was reported (SO-6)."""

    _name = "complaint.result.confirmation"
    _description = "Confirmation of the Result"

    complaint_id = fields.Many2one(
        "complaint.complaint",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
        ondelete="cascade",
    )
    kind = fields.Selection(CONFIRMATIONS, string="Confirmed by", required=True, default="signed")
    confirmed_by = fields.Char(
        string="Who Signs", compute="_compute_confirmed_by", store=True, readonly=False
    )
    signature = fields.Binary(attachment=False)
    note = fields.Text()
    attachment_ids = fields.Many2many("ir.attachment", string="Signed Paper")
    decision = fields.Selection(
        selection=lambda self: (
            self.env["complaint.complaint"]._fields["decision"]._description_selection(self.env)
        ),
        compute="_compute_told",
    )
    outcome = fields.Text(string="Result", compute="_compute_told")

    @api.depends("complaint_id")
    def _compute_confirmed_by(self):
        for wizard in self:
            complaint = wizard.complaint_id._origin.sudo(False)._filtered_access("write")
            wizard.confirmed_by = complaint.partner_name

    @api.depends("complaint_id")
    def _compute_told(self):
        for wizard in self:
            # A dialog may name any complaint: only what its user may read is shown.
            complaint = wizard.complaint_id._origin.sudo(False)._filtered_access("read")
            wizard.decision = complaint.decision
            wizard.outcome = complaint.outcome

    def action_apply(self):
        """Note how the result was confirmed."""
        self.ensure_one()
        self.complaint_id.action_confirm_result(
            self.kind, self.confirmed_by, self.signature, self.note, self.attachment_ids.ids
        )


class ComplaintSendBack(models.TransientModel):
    """Asks why a case is sent back instead of being signed off, and to which step (CL-3)."""

    _name = "complaint.send.back"
    _description = "Sending a Case Back"

    complaint_id = fields.Many2one(
        "complaint.complaint",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
        ondelete="cascade",
    )
    step = fields.Selection(
        [
            ("investigation", "Investigation"),
            ("solution", "Solution"),
            ("execution", "Execution"),
            ("feedback", "Result feedback"),
        ],
        string="Goes on with",
        default="investigation",
        required=True,
    )
    reason = fields.Text(required=True)

    def action_apply(self):
        """Send the case back."""
        self.complaint_id.action_send_back(self.reason, self.step)
