from odoo import api, fields, models


class ComplaintFollowupWizard(models.TransientModel):
    """Asks what came of a follow-up call."""

    _name = "complaint.followup.wizard"
    _description = "Log a Follow-up Call"

    complaint_id = fields.Many2one("complaint.complaint", required=True)
    followup_id = fields.Many2one("complaint.followup", string="Follow-up Call")
    result = fields.Selection(
        selection=lambda self: (
            self.env["complaint.followup"]._fields["result"]._description_selection(self.env)
        )
    )
    note = fields.Text(string="What the Customer Said")
    take_up = fields.Selection(
        [("yes", "Take it up again"), ("no", "It stays as it is")],
        string="What Happens Now",
        default="yes",
    )
    step = fields.Selection(
        [("investigation", "Investigation"), ("solution", "Solution"), ("execution", "Execution")],
        string="Go on with",
        default="solution",
    )
    reason = fields.Text(string="Why Not")
    # A dialog may name any complaint: only what its user may read is shown.
    partner_name = fields.Char(related="complaint_id.partner_name", related_sudo=False)
    partner_phone = fields.Char(related="complaint_id.partner_phone", related_sudo=False)
    outcome = fields.Text(
        string="What the Customer Was Told", related="complaint_id.outcome", related_sudo=False
    )
    last_try = fields.Boolean(compute="_compute_last_try", export_string_translation=False)
    progress = fields.Char(related="followup_id.progress", related_sudo=False)
    wording = fields.Html(string="What You May Say", compute="_compute_wording")

    @api.depends("followup_id")
    def _compute_last_try(self):
        for wizard in self:
            followup = wizard.followup_id
            wizard.last_try = followup and followup.attempt >= followup.tries

    @api.depends("complaint_id")
    def _compute_wording(self):
        Contact = self.env["complaint.contact"]
        template = Contact._get_wording_template("follow_up")
        complaints = self.complaint_id._origin._filtered_access("read") if template else ()
        said = Contact._render_wording(template, complaints) if complaints else {}
        for wizard in self:
            wizard.wording = said.get(wizard.complaint_id._origin.id)

    def action_apply(self):
        """Log the call; the dialog closes."""
        self.ensure_one()
        self.env["complaint.followup"]._log(
            self.complaint_id,
            self.result,
            self.note,
            taken_up=self.take_up == "yes",
            step=self.step,
            reason=self.reason,
            followup=self.followup_id,
        )
