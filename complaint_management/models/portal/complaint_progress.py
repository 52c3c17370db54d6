from odoo import fields, models
from odoo.tools import SQL

from ...tools import process

TEMPLATE = "complaint_management.mail_template_progress"


class ComplaintComplaint(models.Model):
    """So many working days without a word from us, and the complainant is told how it stands (CO-3).

    The notice is planned when a complaint arrives, and looked at when its day has come: if there was word
    meanwhile it waits on from there. So nothing has to be done with each message, and nothing with all open
    complaints.
    """

    _inherit = "complaint.complaint"

    def _plan_progress(self, number=1):
        """Plan the next progress notice of these complaints, counted from now.

        :param int number: which one it is
        """
        self._plan_notices(self._get_progress_plans(number))

    def _get_progress_plans(self, number=1):
        template_id = self.env["ir.model.data"]._xmlid_to_res_id(TEMPLATE, raise_if_not_found=False)
        now, known, plans = fields.Datetime.now(), {}, []
        for complaint in self:
            days = complaint.sudo().company_id.complaint_progress_days
            if template_id and days and complaint.partner_email and not complaint.duplicate_of_id:
                at = complaint._after_working_days(now, days, known)
                plans.append((complaint, f"progress:{number}", template_id, at))
        return plans

    def _get_last_words(self):
        """Return ``{complaint id: when the complainant heard from us last}``; who never did is missing."""
        self.env["complaint.contact"].flush_model()
        self.env["mail.message"].flush_model(["date", "model", "res_id"])
        self.env["mail.notification"].flush_model()
        self.flush_model(["partner_id", "email_normalized"])
        self.env.cr.execute(
            SQL(
                """SELECT complaint_id, max(moment)
                     FROM (
                        SELECT complaint_id, date AS moment
                          FROM complaint_contact
                         WHERE complaint_id IN %(ids)s AND direction = 'out' AND result != 'not_reached'
                     UNION ALL
                        SELECT complaint.id, message.date
                          FROM complaint_complaint AS complaint
                          JOIN mail_message AS message
                               ON message.model = 'complaint.complaint' AND message.res_id = complaint.id
                          JOIN mail_notification AS notification
                               ON notification.mail_message_id = message.id
                              AND (notification.res_partner_id = complaint.partner_id
                                   OR notification.mail_email_address = complaint.email_normalized)
                         WHERE complaint.id IN %(ids)s
                     ) AS words
                 GROUP BY complaint_id""",
                ids=tuple(self.ids),
            )
        )
        return dict(self.env.cr.fetchall())

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        if not self._is_told_by_machine():
            return
        ended, reopened = self.browse(), self.browse()
        for complaint in self:
            old, new = old_steps[complaint.id], complaint.step
            if new in process.ENDS and old not in process.ENDS:
                ended |= complaint
            elif self._is_new_round(old, new):
                reopened |= complaint
        if ended:
            ended._get_planned_progress()._skip("ended")
        if reopened:
            reopened._resume_progress()

    def _get_planned_progress(self):
        notices = self.env["complaint.notice"].sudo()
        of_these = [("complaint_id", "in", self.ids), ("event", "=like", "progress:%")]
        return notices.search([*of_these, ("state", "=", "planned")])

    def _resume_progress(self):
        """Opened again, the complainant is told how it stands as before."""
        notices = self.env["complaint.notice"].sudo()
        earlier = notices.search([("complaint_id", "in", self.ids), ("event", "=like", "progress:%")])
        for complaint in self - earlier.filtered(lambda notice: notice.state == "planned").complaint_id:
            own = earlier.filtered(lambda notice, complaint=complaint: notice.complaint_id == complaint)
            complaint._plan_progress(max((notice._get_event_id() for notice in own), default=0) + 1)


class ComplaintNotice(models.Model):
    _inherit = "complaint.notice"

    def _postpone(self):
        """Let progress notices wait on whose complainant heard from us meanwhile; return the others."""
        progress = self.filtered(lambda notice: notice._get_kind() == "progress")
        open_ones = progress.filtered(lambda notice: not notice.complaint_id.closed_at)
        if not open_ones:
            return super()._postpone()
        now, known, waiting = fields.Datetime.now(), {}, self.browse()
        words = open_ones.complaint_id._get_last_words()
        for notice in open_ones:
            complaint, word = notice.complaint_id, words.get(notice.complaint_id.id)
            if complaint.step == "follow_up":
                # The result was told, and the complainant is called: there is no progress to tell of.
                word = now
            days = complaint.company_id.complaint_progress_days
            at = word and days and complaint._after_working_days(word, days, known)
            if at and at > now:
                notice.planned_at = at
                waiting |= notice
        return self - waiting
