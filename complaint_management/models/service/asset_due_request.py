import logging

from odoo import api, fields, models
from odoo.fields import Domain

from ..case.batch_run import one_by_one, run_batches

_logger = logging.getLogger(__name__)

#: How many objects are counted anew between two commits.
BATCH = 500


class ComplaintAssetDueRequest(models.Model):
    """A plan has changed: what is due to its objects is counted anew in the background, batch by batch.

    The change itself writes one line here, so nobody waits, however many objects there are.
    """

    _name = "complaint.asset.due.request"
    _description = "Due Services to Count Anew"
    _order = "id"
    _rec_name = "plan_id"

    plan_id = fields.Many2one("complaint.service.plan", required=True, index=True, ondelete="cascade")
    last_id = fields.Integer(help="All objects up to this one are done.")
    done_count = fields.Integer(string="Done")
    fault_count = fields.Integer(string="Failed")
    state = fields.Selection(
        [("waiting", "Waiting"), ("done", "Done")], string="Status", default="waiting", required=True
    )

    _waiting_idx = models.Index("(id) WHERE state = 'waiting'")

    @api.model
    def _request(self, plan):
        """Ask for what is due by a plan to be counted anew.

        :param plan: complaint.service.plan
        """
        requests_sudo = self.sudo()
        same = [("plan_id", "=", plan.id), ("state", "=", "waiting"), ("last_id", "=", 0)]
        if not requests_sudo.search_count(same, limit=1):
            requests_sudo.create({"plan_id": plan.id})
            self.env.ref("complaint_management.ir_cron_asset_due_refresh").sudo()._trigger()

    def _get_domain(self):
        """Return the domain of the objects that are still to be looked at."""
        self.ensure_one()
        concerned = Domain("due_ids", "any", [("plan_id", "=", self.plan_id.id)])
        if self.plan_id.active:
            concerned |= self.plan_id._get_asset_domain()
        return Domain("id", ">", self.last_id) & concerned

    @api.model
    def _cron_refresh(self, batch=None):
        """Work off what was asked for, with a commit after each batch."""
        run_batches(self.env, self._run_next, batch or BATCH)

    @api.model
    def _run_next(self, batch):
        """Work off one batch; return how many objects that were, and whether any are left."""
        request = self.search([("state", "=", "waiting")], limit=1).with_context(active_test=False)
        if not request:
            return 0, 0
        assets = request.env["complaint.asset"].search(request._get_domain(), order="id", limit=batch)
        request.fault_count += assets._refresh_dues_safely()
        if assets:
            request.last_id = assets[-1].id
            request.done_count += len(assets)
        if len(assets) < batch:
            request.state = "done"
        # Counted as work even where no object was concerned: a request was settled.
        return max(len(assets), 1), self.search_count([("state", "=", "waiting")], limit=1)

    @api.autovacuum
    def _gc_done(self):
        """Forget after a month what was worked off."""
        month_ago = fields.Datetime.subtract(fields.Datetime.now(), months=1)
        self.search([("state", "=", "done"), ("write_date", "<", month_ago)]).unlink()


class ComplaintAsset(models.Model):
    _inherit = "complaint.asset"

    def _refresh_dues_safely(self):
        """Count anew what is due, in the background; a faulty object keeps no other from it.

        :return: how many failed
        """
        failed = one_by_one(self, lambda assets: assets._refresh_dues())
        for asset, fault in failed:
            _logger.warning("What is due to %s could not be counted anew.", asset, exc_info=fault)
        return len(failed)
