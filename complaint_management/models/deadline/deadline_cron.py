import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..case.batch_run import one_by_one, run_batches

_logger = logging.getLogger(__name__)

#: How many clocks are worked off between two commits.
BATCH = 1000
#: After how many failures a clock is left alone, and how long each of them makes it wait.
MAX_FAULTS = 5
FAULT_WAIT = timedelta(minutes=10)


class ComplaintDeadline(models.Model):
    """The events of clocks: found when they are due, done once, whatever happens in between (TL-6).

    A clock knows when its next event is (``next_event_at``). The cron takes only clocks whose moment has
    come, locks them, does the events and writes the next moment in the same transaction as what the
    people are told. Killed before the commit, nothing has happened; after it, nothing is left to do.
    What another process works on is skipped; a batch that came too late to see its work is done again.
    """

    _inherit = "complaint.deadline"

    @api.model
    def _cron_run_events(self, batch=None):
        """Work off the clocks whose next event is due, with a commit after each batch."""
        run_batches(self.env, self._run_due, batch or BATCH)

    @api.model
    def _run_due(self, batch):
        """Work off one batch; return how many clocks that were, and how many are left at least."""
        taken = self._take_due(batch)
        deadlines = taken._filter_free()
        if deadlines:
            deadlines._run_events_safely()
        if deadlines == taken and len(taken) < batch:
            return len(deadlines), 0
        return len(deadlines), self._count_due(batch)

    @api.model
    def _take_due(self, limit):
        """Lock and return clocks whose event is due, the longest waiting first."""
        self.flush_model(["next_event_at"])
        return self.browse(
            self._lock(
                SQL(
                    """SELECT id FROM complaint_deadline WHERE next_event_at <= %s
                        ORDER BY next_event_at, id LIMIT %s FOR UPDATE SKIP LOCKED""",
                    fields.Datetime.now(),
                    limit,
                )
            )
        )

    def _filter_free(self):
        """Lock the cases too, and return the clocks of those that nobody else is changing."""
        free = self.browse()
        for hosts, deadlines in self._get_hosts():
            hosts.flush_recordset()
            free_ids = self._lock(
                SQL(
                    "SELECT id FROM %s WHERE id IN %s FOR NO KEY UPDATE SKIP LOCKED",
                    SQL.identifier(hosts._table),
                    tuple(hosts.ids),
                )
            )
            free |= deadlines.filtered(
                lambda deadline, free_ids=free_ids: deadline._get_host_id() in free_ids
            )
        return free.sorted(lambda deadline: (deadline.next_event_at, deadline.id))

    @api.model
    def _lock(self, query):
        """Return the ids of the rows that were locked, in their order."""
        # Rows that were changed since the transaction began are no fault to be logged.
        self.env.cr.execute(query, log_exceptions=False)
        return dict.fromkeys(row[0] for row in self.env.cr.fetchall())

    @api.model
    def _count_due(self, limit):
        return self.search_count([("next_event_at", "<=", fields.Datetime.now())], limit=limit)

    def _run_events_safely(self):
        """Run the events of all; where that fails, one by one, so that a faulty one stops no other."""
        for deadline, fault in one_by_one(self, lambda deadlines: deadlines._run_events()):
            _logger.warning("The events of %s failed.", deadline, exc_info=fault)
            deadline._note_fault()

    def _note_fault(self):
        """Wait longer after each failure, and give up after :data:`MAX_FAULTS`."""
        self.ensure_one()
        count = self.fault_count + 1
        if count >= MAX_FAULTS:
            _logger.error("The events of %s failed %s times and are left alone.", self, count)
        self.write(
            {
                "fault_count": count,
                "next_event_at": count < MAX_FAULTS and fields.Datetime.now() + 2**count * FAULT_WAIT,
            }
        )

    def _run_events(self):
        """Do all events of these clocks up to now: log them, mark the clocks, tell people."""
        now = fields.Datetime.now()
        vals_list, planned = [], {}
        # The rungs of all at once: taken one by one they would be read rule by rule.
        self.rule_id.escalation_ids.fetch(["after", "unit", "note"])
        # What the cases say of their limits is written only where it is known to differ.
        for hosts, _deadlines in self._get_hosts():
            hosts.fetch(["next_due", "next_milestone", "deadline_state"])
        for deadline in self:
            events, vals = deadline._plan_events(now)
            planned[deadline] = vals
            vals_list += events
        for deadline, vals in planned.items():
            deadline.update(vals)
        events = self.env["complaint.deadline.event"].create(vals_list)
        events._tell()

    def _plan_events(self, now):
        """Return (values of the events up to a moment, values of the clock after them)."""
        self.ensure_one()
        rungs, level, events = self.rule_id.escalation_ids, self.level, []
        at = self._get_event_time(level, self.due, self.warn_at)
        if level == 0 and not self.warn_at:
            level = 1
        while at and at <= now:
            kind = ("warning", "breach")[level] if level < 2 else "escalation"
            events.append(
                {
                    "deadline_id": self.id,
                    "company_id": self.company_id.id,
                    "kind": kind,
                    "level": level,
                    "note": rungs[level - 2].note if level > 1 else False,
                    "planned_at": at,
                    "done_at": now,
                    **self._prepare_host_vals(),
                }
            )
            level += 1
            at = self._get_event_time(level, self.due, self.warn_at)
        vals = {"level": level, "next_event_at": at, "fault_count": 0}
        if level > 1:
            vals["state"] = "breached"
        return events, vals
