from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

#: How many requests are told of between two commits.
BATCH = 1000
#: How many of them one message lists.
SHOWN = 50


class ComplaintApproval(models.Model):
    """Whose turn it is, is told by mail: each request once, all of a person's in one message.

    The mails leave in the background, so that agreeing costs the approver no wait for the next one's mail.
    A request is told of in the transaction that notes that it was: killed before the commit, nothing has
    been said; after it, nothing is left to say. What was decided meanwhile is not told at all.
    """

    _inherit = "complaint.approval"

    told_at = fields.Datetime(readonly=True, copy=False, export_string_translation=False)

    _untold_idx = models.Index("(id) WHERE state = 'waiting' AND told_at IS NULL")

    def _ask(self, people, absent=None):
        super()._ask(people, absent)
        self.sudo().told_at = False
        self._tell_soon()

    @api.model
    def _tell_soon(self):
        """Have the background job run next, not at its usual time."""
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id("complaint_management.ir_cron_approval")
        self.env["ir.cron"].sudo().browse(cron_id)._trigger()

    @api.model
    def _cron_tell(self, batch=BATCH):
        """Tell everybody what waits for them since the last time, with a commit after each batch."""
        cron = self.env["ir.cron"]
        while True:
            try:
                approvals = self._take_untold(batch)
                approvals._tell()
                left = len(approvals) == batch
                if not cron._commit_progress(len(approvals), remaining=int(left)) or not left:
                    return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Somebody has just decided about one of them; the next run tells the rest.
                self.env.cr.rollback()
                return

    @api.model
    def _take_untold(self, limit):
        """Lock and return requests that nobody was told of, those that wait longest first."""
        self.flush_model(["state", "told_at"])
        self.env.cr.execute(
            """SELECT id FROM complaint_approval WHERE state = 'waiting' AND told_at IS NULL
                ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED""",
            [limit],
            log_exceptions=False,
        )
        return self.browse(row[0] for row in self.env.cr.fetchall())

    def _tell(self):
        self.told_at = fields.Datetime.now()
        by_user = {}
        for approval in self:
            for user in approval.approver_ids:
                by_user.setdefault(user, []).append(approval.solution_id.id)
        for user, solution_ids in by_user.items():
            self.env["complaint.solution"].browse(solution_ids).with_context(lang=user.lang)._tell_approver(
                user
            )


class ComplaintSolution(models.Model):
    _inherit = "complaint.solution"

    def _tell_approver(self, user):
        """Send one person one message about the solutions that wait for them.

        Numbers only: the message stays readable for who turns out to be concerned later.
        """
        if len(self) == 1:
            subject = self.env._("%(solution)s waits for your approval", solution=self.display_name)
        else:
            subject = self.env._("%(count)s solutions wait for your approval", count=len(self))
        record = self if len(self) == 1 else self.env["mail.thread"]
        record.with_context(lang=user.lang).message_notify(
            subject=subject,
            body=self.env["ir.qweb"]._render(
                "complaint_management.message_approval_notice", {"solutions": self, "shown": SHOWN}
            ),
            partner_ids=user.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_light",
            # The mails leave by the queue: once, whatever becomes of this process.
            force_send=False,
        )
