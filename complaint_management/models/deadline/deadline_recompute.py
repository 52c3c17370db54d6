import logging

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import deadline as tools
from ..case.batch_run import one_by_one, run_batches

_logger = logging.getLogger(__name__)

#: How many clocks are counted anew between two commits.
BATCH = 500


class ComplaintDeadlineRecompute(models.Model):
    """Clocks that are to be counted anew because a calendar, a policy or a rule has changed.

    The change itself only writes one line here; a cron works it off in batches, so that nobody waits.
    """

    _name = "complaint.deadline.recompute"
    _description = "Time Limits to Count Anew"
    _order = "id"
    _rec_name = "create_date"

    applies_to = fields.Char()
    calendar_ids = fields.Many2many("resource.calendar", string="Calendars")
    team_ids = fields.Many2many("complaint.team", string="Teams")
    company_id = fields.Many2one("res.company")
    date_from = fields.Datetime(help="Only clocks that were still running then are concerned.")
    date_to = fields.Datetime(help="Only clocks that had started by then are concerned.")
    last_id = fields.Integer(help="All clocks up to this one are done.")
    total_count = fields.Integer(string="Clocks")
    done_count = fields.Integer(string="Done")
    fault_count = fields.Integer(string="Failed")
    state = fields.Selection(
        [("waiting", "Waiting"), ("done", "Done")], string="Status", default="waiting", required=True
    )

    @api.model
    def _request(
        self, applies_to=None, calendars=None, teams=None, company=None, date_from=None, date_to=None
    ):
        """Ask for clocks to be counted anew in the background; all left out means all open ones.

        :param str applies_to: kind of case
        :param calendars: resource.calendar whose working time has changed
        :param teams: complaint.team that count by another calendar
        :param company: whose clocks alone
        :param datetime date_from: start of the change
        :param datetime date_to: end of the change
        """
        vals = {
            "applies_to": applies_to or False,
            "calendar_ids": [(6, 0, calendars.ids if calendars else [])],
            "team_ids": [(6, 0, teams.ids if teams else [])],
            "company_id": company.id if company else False,
            "date_from": date_from,
            "date_to": date_to,
        }
        requests_sudo = self.sudo()
        # Installing and configuring change many rules one after the other: the same is asked once.
        if not (calendars or teams):
            same = [
                (fname, "=", vals[fname] or False)
                for fname in ("applies_to", "company_id", "date_from", "date_to")
            ]
            waiting = requests_sudo.search([("state", "=", "waiting"), ("last_id", "=", 0), *same])
            if any(not request.calendar_ids and not request.team_ids for request in waiting):
                return
        requests_sudo.create(vals)
        self.env.ref("complaint_management.ir_cron_deadline_recompute").sudo()._trigger()

    def _get_domain(self):
        """Return the domain of the open clocks that are still to be looked at."""
        self.ensure_one()
        domain = Domain("state", "in", tools.OPEN_STATES) & Domain("id", ">", self.last_id)
        if self.applies_to:
            domain &= self.env["complaint.deadline"]._get_kind_domain(self.applies_to)
        if self.calendar_ids:
            domain &= Domain("calendar_id", "in", self.calendar_ids.ids)
        if self.team_ids:
            domain &= self.env["complaint.deadline"]._get_team_domain(self.team_ids)
        if self.company_id:
            domain &= Domain("company_id", "=", self.company_id.id)
        if self.date_to:
            domain &= Domain("start", "<=", self.date_to)
        if self.date_from and self.calendar_ids:
            # What is due before the change stays, unless it waits or is over and warns on.
            domain &= Domain("due", ">=", self.date_from) | Domain("state", "!=", "running")
        return domain

    @api.model
    def _cron_recompute(self, batch=None):
        """Work off what was asked for, with a commit after each batch."""
        run_batches(self.env, self._run_next, batch or BATCH)

    @api.model
    def _run_next(self, batch):
        """Work off one batch; return how many clocks that were, and how many are left at least."""
        request = self.search([("state", "=", "waiting")], limit=1)
        if not request:
            return 0, 0
        before = request.done_count
        left = request._work_off(batch)
        left = left or self.search_count([("state", "=", "waiting")], limit=1)
        # Counted as work even where no clock was concerned: a request was settled.
        return max(request.done_count - before, 1), left

    def _work_off(self, batch):
        """Count one batch anew; return how many clocks are left."""
        self.ensure_one()
        Deadline = self.env["complaint.deadline"]
        if not self.last_id:
            self.total_count = Deadline.search_count(self._get_domain())
        deadlines = Deadline.search(self._get_domain(), order="id", limit=batch)
        if len(deadlines) < batch:
            self.state = "done"
        if deadlines:
            self.last_id = deadlines[-1].id
            self.done_count += len(deadlines)
            self.fault_count += deadlines._recount_safely(whole=not self.calendar_ids)
        return max(self.total_count - self.done_count, int(self.state == "waiting"))

    @api.autovacuum
    def _gc_done(self):
        """Forget after a month what was worked off."""
        self.search(
            [
                ("state", "=", "done"),
                ("write_date", "<", fields.Datetime.subtract(fields.Datetime.now(), months=1)),
            ]
        ).unlink()


class ComplaintDeadline(models.Model):
    """Counting many clocks anew, in the background."""

    _inherit = "complaint.deadline"

    @api.model
    def _get_kind_domain(self, applies_to):
        """Return the domain of the clocks of a kind of case; areas with hosts of their own extend it."""
        return Domain("complaint_id", "!=", False) if applies_to == "complaint" else Domain.FALSE

    @api.model
    def _get_team_domain(self, teams):
        """Return the domain of the clocks of the cases of some teams."""
        return Domain("complaint_id.team_id", "in", teams.ids)

    def _recount_safely(self, whole):
        """Count clocks anew in the background; those of a case that cannot be counted are left as they are.

        :param bool whole: which rule applies may have changed too, not only the working time
        :return: how many cases failed
        """
        faults = 0
        for hosts, deadlines in self._get_hosts():
            failed = one_by_one(
                hosts,
                lambda some, deadlines=deadlines: deadlines.filtered(
                    lambda deadline: deadline._get_host() in some
                )._recount(some, whole),
            )
            for host, fault in failed:
                _logger.warning("The time limits of %s could not be counted anew.", host, exc_info=fault)
            faults += len(failed)
        return faults

    def _recount(self, hosts, whole):
        if whole:
            hosts._refresh_deadlines()
        else:
            self._update_times()


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _complaint_time_changed(self, date_from, date_to, company=None):
        super()._complaint_time_changed(date_from, date_to, company)
        self.env["complaint.deadline.recompute"]._request(
            calendars=self, company=company, date_from=date_from, date_to=date_to
        )
