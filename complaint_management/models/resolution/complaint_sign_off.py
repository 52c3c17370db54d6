from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import plaintext2html

from .complaint_result import REPORT_FIELDS

#: Severities that are signed off, by the company's choice.
SIGNED_SEVERITIES = {
    "nobody": (),
    "urgent": ("urgent",),
    "important": ("important", "urgent"),
    "all": ("normal", "important", "urgent"),
}
#: Where a case goes on that was not signed off.
SEND_BACK_STEPS = ("investigation", "solution", "execution", "feedback")
SIGNING_GROUP = "complaint_management.group_complaint_first_contact"


class ComplaintSignOff(models.Model):
    """A leader signs grave cases off before they are closed, or sends them back (CL-3).

    Nobody signs off what they are responsible for themselves. Who is asked is in
    ``complaint_sign_off_request.py``.
    """

    _inherit = "complaint.complaint"

    signed_off_by_id = fields.Many2one(
        "res.users", string="Signed off by", readonly=True, copy=False, tracking=True
    )
    signed_off_at = fields.Datetime(string="Signed off on", readonly=True, copy=False)
    waits_for_sign_off = fields.Boolean(
        compute="_compute_sign_off", search="_search_waits_for_sign_off", export_string_translation=False
    )
    may_sign_off = fields.Boolean(compute="_compute_sign_off", export_string_translation=False)

    def _needs_sign_off(self):
        """Tell whether a leader has to sign the case off before it is closed."""
        self.ensure_one()
        severities = SIGNED_SEVERITIES[self.company_id.sudo().complaint_sign_off or "nobody"]
        return bool(severities) and self.severity in severities and self._needs_inquiry()

    def _waits_for_sign_off(self):
        self.ensure_one()
        return self.step == "follow_up" and not self.signed_off_by_id and self._needs_sign_off()

    @api.depends(
        "step",
        "severity",
        "nature",
        "inquiry_waived",
        "signed_off_by_id",
        "company_id.complaint_sign_off",
        "team_id",
        "user_id",
    )
    @api.depends_context("uid")
    def _compute_sign_off(self):
        for complaint in self:
            complaint.waits_for_sign_off = complaint._waits_for_sign_off()
            complaint.may_sign_off = complaint.step == "follow_up" and complaint._is_signer(self.env.user)

    def _search_waits_for_sign_off(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = Domain.FALSE
        companies = self.env["res.company"].sudo().search([("complaint_sign_off", "!=", "nobody")])
        for choice, chosen in companies.grouped("complaint_sign_off").items():
            waiting |= Domain("company_id", "in", chosen.ids) & Domain(
                "severity", "in", SIGNED_SEVERITIES[choice]
            )
        waiting &= (
            Domain("step", "=", "follow_up")
            & Domain("closed_at", "=", False)
            & Domain("signed_off_by_id", "=", False)
            & Domain("nature", "=", "complaint")
            & Domain("inquiry_waived", "=", False)
        )
        if True not in value:
            return ~waiting
        return Domain.TRUE if False in value else waiting

    # who signs

    def _is_signer(self, user):
        """Tell whether a user signs off: a leader of the team or above, a manager; not who is responsible."""
        self.ensure_one()
        return user != self.sudo().user_id and user.has_group(SIGNING_GROUP) and self._is_judge(user)

    def _get_signer(self):
        """Return the nearest leader who may sign off; empty where there is none."""
        self.ensure_one()
        complaint_sudo = self.sudo()
        leaders = complaint_sudo.with_context(active_test=False).team_id.supervisor_ids
        passed_over = complaint_sudo.excluded_user_ids | complaint_sudo.user_id
        passed_over |= leaders.filtered(
            lambda leader: not leader.active or not leader.has_group(SIGNING_GROUP)
        )
        return complaint_sudo._get_heir(passed_over)

    def _check_may_sign_off(self):
        """Check that the user may sign these cases off, or send them back.

        :raises UserError: they may not, or it is not the time; says who can
        """
        self.check_access("write")
        for complaint in self:
            if complaint.step != "follow_up":
                labels = dict(complaint._selection_step())
                raise UserError(
                    self.env._(
                        "%(complaint)s stands at “%(step)s”. It is signed off or sent back at “%(right)s”.",
                        complaint=complaint.display_name,
                        step=labels.get(complaint.step, ""),
                        right=labels["follow_up"],
                    )
                )
            if not self.env.su and not complaint._is_signer(self.env.user):
                raise UserError(complaint._get_sign_off_refusal())

    def _get_sign_off_refusal(self):
        complaint_sudo = self.sudo()
        leaders = (
            complaint_sudo.team_id.supervisor_ids - complaint_sudo.excluded_user_ids - complaint_sudo.user_id
        ).filtered(lambda leader: leader.has_group(SIGNING_GROUP))
        if leaders:
            return self.env._(
                "%(complaint)s is signed off or sent back by %(leaders)s, or by a manager of complaints; not "
                "by who is responsible for it.",
                complaint=self.display_name,
                leaders=", ".join(leaders.mapped("name")),
            )
        return self.env._(
            "%(complaint)s is signed off or sent back by a manager of complaints; not by who is responsible "
            "for it.",
            complaint=self.display_name,
        )

    # signing off, sending back

    def action_sign_off(self):
        """Sign the case off: it may be closed."""
        self._check_may_sign_off()
        for complaint in self:
            if complaint.signed_off_by_id:
                raise UserError(
                    self.env._(
                        "%(name)s has signed it off on %(date)s already.",
                        name=complaint.sudo().signed_off_by_id.name,
                        date=complaint._get_shown_value("signed_off_at"),
                    )
                )
        self.sudo().write({"signed_off_by_id": self.env.uid, "signed_off_at": fields.Datetime.now()})
        # Now: whoever signs or sends back at the same moment is found before anybody is told.
        self.flush_recordset(["signed_off_by_id"])
        self._search_sign_offs().action_feedback()
        for complaint in self:
            complaint._tell_signed_off()

    def _tell_signed_off(self):
        complaint_sudo = self.sudo()
        person = complaint_sudo.user_id
        if not person or person in complaint_sudo.excluded_user_ids:
            return
        translated = complaint_sudo.with_context(lang=person.lang)
        translated.message_notify(
            subject=translated.env._("Signed off: %(number)s", number=self.number),
            body=translated.env._("%(name)s has signed this case off.", name=self.env.user.name),
            partner_ids=person.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_light",
        )

    def action_send_back(self, reason, step="investigation"):
        """Send the case back instead of signing it off; who is responsible gets it as a task.

        :param str reason: what has to be done again
        :param str step: where the work goes on
        :raises UserError: the reason is missing, the step is none of those before, or the user may not
        """
        self._check_may_sign_off()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why it goes back: who is responsible works by it."))
        if step not in SEND_BACK_STEPS:
            raise UserError(self.env._("Choose the step that it goes back to."))
        self.move_to(step)
        if step != "feedback":
            # Told anew, also where nothing but a promise has to be carried out again.
            self.filtered(lambda complaint: any(complaint[fname] for fname in REPORT_FIELDS))._forget_report(
                self.env._("It was sent back, so the result has to be reported again:")
            )
        self._message_log_batch(
            bodies=dict.fromkeys(self.ids, self.env._("Sent back: %(reason)s", reason=reason))
        )
        for complaint in self:
            complaint._plan_sent_back(reason)

    def _plan_sent_back(self, reason):
        complaint_sudo = self.sudo()
        person = complaint_sudo._get_heir(complaint_sudo.excluded_user_ids) or self.env.user
        complaint_sudo.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=person.id,
            summary=self.with_context(lang=person.lang).env._(
                "Sent back by %(name)s: go on with it", name=self.env.user.name
            ),
            note=plaintext2html(reason),
        )
