import logging

from odoo import api, fields, models
from odoo.fields import NO_ACCESS
from odoo.tools import SQL

from ..case.batch_run import one_by_one, run_batches
from ..portal.notice_cron import FAULT_WAIT, MAX_FAULTS, wake_mail_queue

_logger = logging.getLogger(__name__)

#: How many due services are worked off between two commits.
BATCH = 100
#: Why a reminder was not sent.
REASONS = [
    ("late", "A nearer reminder went out instead"),
    ("long_past", "It was due too long ago"),
    ("ordered", "There was an order already"),
    ("gone", "The object was sold, scrapped or archived"),
    ("no_owner", "The object has no owner"),
    ("archived", "The contact of its owner was archived"),
    ("no_address", "There is no e-mail address"),
    ("robot", "No person reads mail at this address"),
    ("own", "It is an address of ours"),
    ("blacklisted", "At this address nobody wants mail from us"),
    ("bounced", "Mails to this address do not arrive"),
    ("no_template", "The template was removed"),
    ("fault", "It could not be written: see the server's log"),
]
#: In these cases somebody of the service team reminds the owner otherwise.
BY_PHONE = {"no_address", "robot", "own", "bounced", "no_template"}


class ComplaintAssetReminder(models.Model):
    """One reminder of a due service: of one cycle, at one distance (SV-7, CP-4).

    There is at most one of each: the database sees to that, whoever tries how often. Nobody writes them by
    hand.
    """

    _name = "complaint.asset.reminder"
    _description = "Service Reminder"
    _order = "planned_at desc, id desc"
    _rec_name = "due_id"

    due_id = fields.Many2one(
        "complaint.asset.due", required=True, readonly=True, index=True, ondelete="cascade"
    )
    asset_id = fields.Many2one(
        related="due_id.asset_id", string="Object", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(related="due_id.company_id", store=True, precompute=True)
    cycle = fields.Integer(required=True, readonly=True)
    days = fields.Integer(string="Days Before", required=True, readonly=True)
    due_date = fields.Date(string="Due on", readonly=True)
    planned_at = fields.Datetime(string="Planned for", required=True, readonly=True)
    state = fields.Selection(
        [("planned", "Planned"), ("sent", "Sent"), ("skipped", "Not sent"), ("failed", "Failed")],
        string="Status",
        required=True,
        readonly=True,
        default="planned",
    )
    reason = fields.Selection(REASONS, string="Why It Was Not Sent", readonly=True)
    sent_at = fields.Datetime(string="Sent on", readonly=True)
    address = fields.Char(string="Sent to", readonly=True)
    message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="set null", groups=NO_ACCESS
    )

    _cycle_uniq = models.UniqueIndex("(due_id, cycle, days)", "The owner was reminded of this already.")

    def _settle(self, line):
        """Send it, or note why it is not sent.

        :param line: complaint.service.plan.reminder with the letter
        """
        self.ensure_one()
        due = self.due_id
        reason = due._get_skip_reason(line._get_template())
        if reason:
            self.write({"state": "skipped", "reason": reason})
            if reason in BY_PHONE:
                due._plan_activity()
            return
        message = due._send_reminder(line._get_template())
        self.write(
            {
                "state": "sent",
                "sent_at": fields.Datetime.now(),
                "address": due.partner_id.email_normalized,
                "message_id": message.id,
            }
        )


class ComplaintAssetDue(models.Model):
    """Reminders are found when they are due and sent once, whatever happens in between.

    The mail is made in the same transaction in which the reminder becomes a sent one and the next moment is
    written. Killed before the commit, nothing has happened; after it, nothing is left to do. What another
    process works on is skipped.
    """

    _inherit = "complaint.asset.due"

    @api.model
    def _cron_remind(self, batch=None):
        """Send the reminders that are due, with a commit after each batch."""
        run_batches(self.env, self._run_due, batch or BATCH)

    @api.model
    def _run_due(self, batch):
        """Work off one batch; return how many that were, and how many are left at least."""
        dues = self._take_due(batch)
        if dues:
            dues._remind()
        return len(dues), self.search_count([("next_event_at", "<=", fields.Datetime.now())], limit=batch)

    @api.model
    def _take_due(self, limit):
        """Lock and return what is to be reminded of and nobody else changes, the longest waiting first."""
        self.env.flush_all()
        # Rows that were changed since the transaction began are no fault to be logged.
        self.env.cr.execute(
            SQL(
                """SELECT due.id
                     FROM complaint_asset_due AS due
                     JOIN complaint_asset AS asset ON asset.id = due.asset_id
                    WHERE due.next_event_at <= %s
                    ORDER BY due.next_event_at, due.id
                    LIMIT %s
                      FOR UPDATE OF due SKIP LOCKED
                      FOR NO KEY UPDATE OF asset SKIP LOCKED""",
                fields.Datetime.now(),
                limit,
            ),
            log_exceptions=False,
        )
        return self.browse(row[0] for row in self.env.cr.fetchall())

    def _remind(self):
        """Send these reminders, or say why not; a faulty one stops no other."""
        settled = self._get_distances()
        for due in self:
            due._remind_safely(settled[due])
        wake_mail_queue(self.env)

    def _remind_safely(self, settled):
        for due, fault in one_by_one(self, lambda due: due._remind_once(settled)):
            _logger.warning("%s: its owner could not be reminded.", due, exc_info=fault)
            due._note_fault(settled)

    def _remind_once(self, settled):
        """Settle all distances of one record that were reached; one letter goes out for all of them."""
        reminders, nearest = self._create_passed(settled, "late")
        if nearest:
            # Out of several that were missed, the owner reads the nearest alone.
            reminder = reminders.filtered(lambda reminder: reminder.days == nearest.days)
            reminder.write({"state": "planned", "reason": False})
            reminder._settle(nearest)
        self.write(
            {
                "next_event_at": self._get_next_event(settled | set(reminders.mapped("days"))),
                "fault_count": 0,
            }
        )

    def _create_passed(self, settled, reason):
        """Enter the reminders whose time has come, as ones that are not sent.

        :param set settled: distances of this cycle that are settled
        :param str reason: why they are not sent
        :return: complaint.asset.reminder, and the line of the plan that is the nearest of them
        """
        self.ensure_one()
        now, lines = fields.Datetime.now(), self.plan_id.reminder_ids
        passed = lines.filtered(
            lambda line: (
                self.due_date and line.days not in settled and self._get_reminder_time(line.days) <= now
            )
        )
        reminders = self.env["complaint.asset.reminder"].create(
            [
                {
                    "due_id": self.id,
                    "cycle": self.cycle,
                    "days": line.days,
                    "due_date": self.due_date,
                    "planned_at": self._get_reminder_time(line.days),
                    "state": "skipped",
                    "reason": reason,
                }
                for line in passed
            ]
        )
        return reminders, passed.sorted("days")[:1]

    def _skip_passed(self, settled, reason):
        """Nobody is reminded any more at the distances that were reached; return them."""
        return set(self._create_passed(settled, reason)[0].mapped("days"))

    def _note_fault(self, settled):
        """Wait longer after each failure, and give up after :data:`MAX_FAULTS`."""
        count = self.fault_count + 1
        if count < MAX_FAULTS:
            self.write({"fault_count": count, "next_event_at": fields.Datetime.now() + 2**count * FAULT_WAIT})
            return
        _logger.error("The reminder of %s failed %s times and is given up.", self, count)
        reminders, nearest = self._create_passed(settled, "late")
        reminders.filtered(lambda reminder: reminder.days == nearest.days).write(
            {"state": "failed", "reason": "fault"}
        )
        self.write(
            {
                "fault_count": 0,
                "next_event_at": self._get_next_event(settled | set(reminders.mapped("days"))),
            }
        )
