from odoo import models

from ...tools import process


class ComplaintLetter(models.Model):
    """The courteous letter that tells why a complaint is not founded (TR-4)."""

    _name = "complaint.complaint"
    _inherit = ["complaint.customer.side", "complaint.complaint"]

    def _get_refusal_of_record(self):
        """Nobody writes to a complaint that goes on in another one."""
        return "merged" if self.duplicate_of_id else super()._get_refusal_of_record()

    def _is_customer_excluded(self, address):
        return self._is_complainant_excluded(address)

    def _is_complainant_excluded(self, address=False):
        self.ensure_one()
        if not self.sudo().employee_ids:
            return False
        return (
            self.sudo().partner_id in self._get_excluded_partners()
            or address in self.sudo()._get_excluded_addresses()
        )

    def _can_be_told(self):
        """Tell whether the complainant can be told by phone or post, where no letter can be mailed."""
        self.ensure_one()
        return bool(
            (self.partner_id or self.partner_phone)
            and not self.duplicate_of_id
            and not self._is_complainant_excluded()
        )

    def _render_letter(self, reason):
        """Return ``{complaint id: (subject, body, language)}`` of the letter, in each customer's language.

        :param str reason: why the complaint is not founded, for the complainant to read
        """
        return self._render_letter_template(
            "complaint_management.mail_template_unfounded", complaint_letter_reason=reason
        )

    def _render_letter_template(self, xmlid, **context):
        """Return ``{complaint id: (subject, body, language)}`` of a letter, in each customer's language.

        :param str xmlid: of the mail template; where it was removed, the letters are empty
        :param context: what the template takes from its context
        """
        template = self.env.ref(xmlid, raise_if_not_found=False)
        if not template:
            return dict.fromkeys(self.ids, ("", "", False))
        # What the letter says of the customer does not depend on what the writer may read of contacts.
        template_sudo = template.sudo().with_context(**context)
        languages = template_sudo._render_lang(self.ids)
        subjects = template_sudo._render_field("subject", self.ids, res_ids_lang=languages)
        bodies = template_sudo._render_field(
            "body_html", self.ids, res_ids_lang=languages, options={"post_process": True}
        )
        return {
            complaint_id: (subjects[complaint_id], bodies[complaint_id], languages[complaint_id])
            for complaint_id in self.ids
        }

    def _reject_with_letter(self, reason, subject=False, body=False):
        """Reject the complaints as unfounded and tell each complainant why (TR-4).

        Who has no address is told by phone or post: whoever is responsible gets it as a task.

        :param str reason: why; kept on the record and read by the complainant
        :param subject: subject of the letter, where somebody edited it; one complaint only
        :param body: the letter, where somebody edited it; one complaint only
        :raises UserError: they cannot be rejected, or not by this user; nobody is written to then
        """
        self.write({"end_reason": reason})
        self.filtered(lambda complaint: complaint.founded != "unfounded").write({"founded": "unfounded"})
        self._check_can_enter("rejected")
        # Before the move, which gives up the limits: the letter is the first answer to many a complainant.
        for complaint_id, letter in self._render_letter(reason).items():
            complaint = self.browse(complaint_id)
            complaint._tell_unfounded(reason, subject or letter[0], body or letter[1], letter[2])
        self.action_reject(reason)

    def _get_end_template(self):
        """Return the mail that the stage of rejected complaints sends by itself, if there is one."""
        self.ensure_one()
        Stage = self.env["complaint.stage"]
        return Stage.browse(Stage._first_of_step("rejected", self.team_id.id)).mail_template_id

    def _check_can_enter(self, step):
        Stage = self.env["complaint.stage"]
        self._check_gates(
            {complaint.id: complaint.step for complaint in self},
            {
                complaint.id: Stage.browse(Stage._first_of_step(step, complaint.team_id.id))
                for complaint in self
            },
        )

    def _tell_unfounded(self, reason, subject, body, lang):
        """Send the letter to one complainant, or have it read out to who has no address."""
        self.ensure_one()
        if self.step in process.ENDS:
            return
        if not self._send_letter(subject, body, lang):
            if self._can_be_told():
                self._plan_telling(body)
            return
        self._log_contact(
            "message",
            "out",
            "explanation",
            self.env._("Letter sent: it is not founded. The reason: %(reason)s", reason=reason),
        )

    def _plan_telling(self, body):
        complaint_sudo = self.sudo()
        person = complaint_sudo._get_heir(complaint_sudo.excluded_user_ids) or self.env.user
        complaint_sudo.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=person.id,
            summary=self.with_context(lang=person.lang).env._(
                "Tell the complainant by phone or post why it is not founded"
            ),
            note=body,
        )
