from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize


class ComplaintReferral(models.TransientModel):
    """By this form any employee passes a complaint to the service centre (IN-8).

    They need no access to complaints, and get none: what they typed is all that they see. Until the centre
    accepts, they answer for it as its first receiver (IN-5).
    """

    _name = "complaint.referral"
    _description = "Pass a Complaint On"

    partner_name = fields.Char(string="Who Complains")
    partner_phone = fields.Char(string="Phone")
    partner_email = fields.Char(string="E-mail")
    name = fields.Char(string="What It Is About", required=True)
    description = fields.Text(string="What Happened", required=True)
    occurred_at = fields.Datetime(string="When")
    number = fields.Char(readonly=True)

    def action_submit(self):
        """Register the complaint with the service centre, and show its number."""
        self.ensure_one()
        if self.number:
            raise UserError(
                self.env._("This complaint was passed on already, as %(number)s.", number=self.number)
            )
        self._check_input()
        company, user = self.env.company, self.env.user
        # The employee has no access to complaints; all that goes in was checked and is listed here.
        complaints_sudo = (
            self.env["complaint.complaint"]
            .sudo()
            .with_company(company)
            .with_context(complaint_passed_on=True, mail_create_nosubscribe=True)
        )
        team = self.env["complaint.team"].sudo()._get_default_team(company, user)
        if not team:
            raise UserError(
                self.env._(
                    "There is no service centre in %(company)s yet. Ask a manager.", company=company.name
                )
            )
        complaint_sudo = complaints_sudo.create(self._prepare_complaint_vals(company, team))
        complaint_sudo.with_context(complaint_passed_on=False)._pass_on_to_centre()
        self.number = complaint_sudo.number
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Passed On"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [[self.env.ref("complaint_management.complaint_referral_view_form").id, "form"]],
            "target": "new",
        }

    def _check_input(self):
        missing = []
        if not (self.partner_phone or "").strip() and not (self.partner_email or "").strip():
            missing.append(self.env._("Enter a phone number or an e-mail address of the complainant."))
        elif (self.partner_email or "").strip() and not email_normalize(self.partner_email):
            missing.append(self.env._("“%(email)s” is no e-mail address.", email=self.partner_email))
        if not (self.name or "").strip():
            missing.append(self.env._("Say in a few words what it is about."))
        if not (self.description or "").strip():
            missing.append(self.env._("Write down what happened."))
        if self.occurred_at and self.occurred_at > fields.Datetime.now():
            missing.append(self.env._("It cannot happen in the future: check when it was."))
        if missing:
            raise UserError("\n".join(missing))

    def _prepare_complaint_vals(self, company, team):
        channel = self.env.ref("complaint_management.complaint_channel_department", raise_if_not_found=False)
        return {
            "name": self.name.strip(),
            "description": self.description.strip(),
            "partner_name": (self.partner_name or "").strip() or False,
            "partner_phone": (self.partner_phone or "").strip() or False,
            "partner_email": (self.partner_email or "").strip() or False,
            "occurred_at": self.occurred_at,
            "channel_id": channel and channel.id,
            "company_id": company.id,
            "team_id": team.id,
            "received_by_id": self.env.uid,
            "user_id": False,
        }
