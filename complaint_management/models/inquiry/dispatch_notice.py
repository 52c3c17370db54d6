from markupsafe import Markup

from odoo import models

ANSWER_ACTIVITY = "complaint_management.mail_activity_type_sheet_answer"
CHECK_ACTIVITY = "complaint_management.mail_activity_type_sheet_check"


class ComplaintDispatch(models.Model):
    """Who is told of a sheet: whoever has to act next has one activity on it, nobody else has any."""

    _inherit = "complaint.dispatch"

    def _sync_activities(self):
        """Bring the planned activities in line with who has to act, many sheets at once."""
        if not self:
            return
        sheets_sudo = self.sudo()
        types = {
            "department": self.env.ref(ANSWER_ACTIVITY),
            "centre": self.env.ref(CHECK_ACTIVITY),
        }
        planned = (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("activity_type_id", "in", [kind.id for kind in types.values()]),
                ]
            )
            .grouped("res_id")
        )
        done, wanted_vals = self.env["mail.activity"].sudo(), []
        for sheet in sheets_sudo:
            user = sheet._get_actor()
            kind = types.get(sheet.turn) if user and sheet.state != "draft" else None
            activities = planned.get(sheet.id, done)
            kept = (
                activities.filtered(lambda activity, kind=kind: activity.activity_type_id == kind)[:1]
                if kind
                else done
            )
            done |= activities - kept
            if kept:
                sheet._bring_up_to_date(kept, user)
            elif kind and not kept:
                wanted_vals.append(sheet._prepare_activity(kind, user))
        if done:
            done.action_feedback()
        if wanted_vals:
            self.env["mail.activity"].sudo().with_context(complaint_nobody_follows=True).create(wanted_vals)

    def _bring_up_to_date(self, activity, user):
        """Let an activity say what is to be done now, and be the user's; write only what differs."""
        text = self._prepare_activity_text(user)
        vals = {"user_id": user.id} if activity.user_id != user else {}
        # The note is kept as HTML; it differs whenever the summary does.
        if activity.summary != text["summary"]:
            vals |= text
        if vals:
            activity.write(vals)

    def _get_actor(self):
        """Return the res.users who has to act now: the head of the department, or somebody at the centre."""
        self.ensure_one()
        if self.turn == "department":
            return self.head_id or self._get_centre_actor()
        return self._get_centre_actor() if self.turn == "centre" else self.env["res.users"]

    def _prepare_activity(self, kind, user):
        return {
            "activity_type_id": kind.id,
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "user_id": user.id,
            "date_deadline": self._get_activity_day(),
            **self._prepare_activity_text(user),
        }

    def _prepare_activity_text(self, user):
        """Return what an activity says is to be done, in the user's language."""
        translated = self.with_context(lang=user.lang)
        if self.state == "returned":
            summary, note = translated.env._("Returned: decide what becomes of it"), self.return_reason
        elif self.turn == "centre":
            summary, note = translated.env._("Answered: confirm it or send it back"), self.findings
        elif not self.head_id:
            summary, note = translated.env._("Nobody can answer for the department"), self.question
        elif self.state == "answered":
            summary, note = translated.env._("Sign the answer"), self.findings
        else:
            summary = translated.env._("Answer and sign the sheet")
            note = self.send_back_reason or self.question
        return {"summary": summary, "note": note}

    def _tell_head(self, subject, body, readable=True):
        """Notify the head of the department of something they have to do nothing about."""
        self.ensure_one()
        head = self.sudo().head_id
        if not head or head == self.env.user or self.state == "draft":
            return
        # On no record where it goes out of sight, so that nothing of it is opened later.
        record = self.sudo() if readable else self.env["mail.thread"]
        record.with_context(lang=head.lang).message_notify(
            subject=subject,
            body=body,
            partner_ids=head.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _log_on_case(self, body, details=""):
        """Write a line into the chatter of the sheet, and of the complaint, where its handlers look.

        :param str body: what happened
        :param str details: what was written on the sheet, for those who read it; heads of other departments
            read the complaint too
        """
        self.ensure_one()
        author_id = self.env.user.partner_id.id
        lines = Markup("<br/>").join([body, *details.splitlines()])
        self.sudo()._message_log(body=lines, author_id=author_id)
        self.complaint_id.sudo()._message_log(body=body, author_id=author_id)
