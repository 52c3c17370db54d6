import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..case.batch_run import one_by_one, run_batches

_logger = logging.getLogger(__name__)

#: How many letters are written between two commits.
BATCH = 100
#: After how many failures a letter is given up, and how long each of them makes it wait.
MAX_FAULTS = 5
FAULT_WAIT = timedelta(minutes=10)
QUEUE = "mail.ir_cron_mail_scheduler_action"


def wake_mail_queue(env):
    """Let the mails that were made go out as soon as this is committed."""
    queue_id = env["ir.model.data"]._xmlid_to_res_id(QUEUE, raise_if_not_found=False)
    if queue_id:
        env["ir.cron"].browse(queue_id)._trigger()


class ComplaintNoticeQueue(models.AbstractModel):
    """Letters are found when they are due and written once, whatever happens in between.

    The mail is made in the same transaction in which the letter becomes a sent one. Killed before the
    commit, nothing has happened; after it, nothing is left to do. What another process works on is skipped.
    """

    _inherit = "complaint.notice.queue"

    @api.model
    def _cron_send(self, batch=None):
        """Write the letters that are due, with a commit after each batch."""
        run_batches(self.env, self._run_due, batch or BATCH)

    @api.model
    def _run_due(self, batch):
        """Write one batch; return how many were worked off, and how many are left at least."""
        notices = self._take_due(batch)
        if notices:
            notices._send_due()
        return len(notices), self._count_due(batch)

    @api.model
    def _take_due(self, limit):
        """Lock and return letters that are due and whose record nobody changes, the longest waiting first."""
        self.env.flush_all()
        # Rows that were changed since the transaction began are no fault to be logged.
        self.env.cr.execute(
            SQL(
                """SELECT notice.id
                     FROM %(table)s AS notice
                     JOIN %(host_table)s AS host ON host.id = notice.%(host)s
                    WHERE notice.state = 'planned' AND notice.planned_at <= %(now)s
                    ORDER BY notice.planned_at, notice.id
                    LIMIT %(limit)s
                      FOR UPDATE OF notice SKIP LOCKED
                      FOR NO KEY UPDATE OF host SKIP LOCKED""",
                table=SQL.identifier(self._table),
                host_table=SQL.identifier(self._get_host()._table),
                host=SQL.identifier(self._host_field),
                now=fields.Datetime.now(),
                limit=limit,
            ),
            log_exceptions=False,
        )
        return self.browse(row[0] for row in self.env.cr.fetchall())

    @api.model
    def _count_due(self, limit):
        due = [("state", "=", "planned"), ("planned_at", "<=", fields.Datetime.now())]
        return self.search_count(due, limit=limit)

    def _send_due(self):
        """Write these letters, or say why not; a faulty one stops no other."""
        due = self._postpone()
        for notice in due:
            notice._send_safely()
        if any(notice.state == "sent" for notice in due):
            wake_mail_queue(self.env)

    def _postpone(self):
        """Let those of the due ones wait for which it is too early yet; return the others."""
        return self

    def _send_safely(self):
        for notice, fault in one_by_one(self, lambda notice: notice._send()):
            _logger.warning("%s could not be sent.", notice, exc_info=fault)
            notice._note_fault()

    def _note_fault(self):
        """Wait longer after each failure, and give up after :data:`MAX_FAULTS`."""
        count = self.fault_count + 1
        vals = {"fault_count": count}
        if count < MAX_FAULTS:
            vals["planned_at"] = fields.Datetime.now() + 2**count * FAULT_WAIT
        else:
            _logger.error("%s failed %s times and is given up.", self, count)
            vals |= {"state": "failed", "reason": "fault"}
        self.write(vals)
