from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.turns import take_turn
from ..case.batch_run import run_batches

#: How many objects are counted anew between two commits.
BATCH = 100
#: What of an order, of an object decides on warnings.
ORDER_FACTS = {
    "active",
    "asset_id",
    "closed_at",
    "days_excluded",
    "fault_id",
    "handed_over_at",
    "ready_told_at",
    "received_at",
    "type_id",
    "usage_in",
    "watch_ignore",
}
ASSET_FACTS = {"company_id", "delivery_date", "kind_id", "purchase_date"}
CRON = "complaint_management.ir_cron_asset_watch"


class ComplaintAsset(models.Model):
    """Legal limits are looked at when something happens to a repair, and when a day of it passes a limit.

    An object in repair knows when its days reach the next level (``watch_next_at``); the cron takes no other.
    """

    _inherit = "complaint.asset"

    watch_next_at = fields.Datetime(
        copy=False, readonly=True, groups="base.group_system", export_string_translation=False
    )

    _watch_next_idx = models.Index("(watch_next_at, id) WHERE watch_next_at IS NOT NULL")

    def write(self, vals):
        result = super().write(vals)
        if ASSET_FACTS & vals.keys():
            self._check_watch()
        return result

    def _check_watch(self):
        """Raise, bring up to date and settle the warnings of these objects.

        The cost does not grow with the number of objects, as far as queries go and nobody has to be told.
        """
        assets = self.sudo().with_context(active_test=False)
        rules = assets.env["complaint.service.watch"]._get_all()
        Warning_sudo = assets.env["complaint.asset.warning"]
        if not assets or (not rules and not Warning_sudo.search_count([], limit=1)):
            return
        # Two repairs of one object at once are counted together.
        take_turn(assets)
        by_asset = assets.with_context(active_test=True)._get_repairs().grouped("asset_id")
        known = Warning_sudo.search([("asset_id", "in", assets.ids)]).grouped(
            lambda warning: (warning.asset_id, warning.rule_id, warning.fault_id)
        )
        nothing, no_orders = Warning_sudo.browse(), assets.env["complaint.service.order"]
        seen, risen, missing = nothing, nothing, []
        for asset in assets:
            orders, moments = by_asset.get(asset, no_orders), []
            applying = [rule for rule in rules if orders and rule._is_for(asset)]
            for rule in applying:
                moments.append(rule._get_next_moment(asset, orders))
                for fault, (value, counted) in rule._measure(asset, orders).items():
                    level = rule._get_level(value)
                    of_key = known.get((asset, rule, fault), nothing)
                    there = of_key.filtered(lambda warning: warning.state == "open")
                    if level and there:
                        seen |= there
                        risen |= there._raise_to(value, level)
                    elif level and not of_key._cover(level, counted[-1:]):
                        missing.append(
                            self._prepare_warning_vals(asset, rule, fault, value, level, counted[-1:])
                        )
            next_at = min((moment for moment in moments if moment), default=False)
            if asset.watch_next_at != next_at:
                asset.watch_next_at = next_at
        opened = nothing.union(*known.values()).filtered(lambda warning: warning.state == "open")
        (opened - seen)._lapse()
        (Warning_sudo.create(missing) | risen)._plan_activities()

    @api.model
    def _prepare_warning_vals(self, asset, rule, fault, value, level, order):
        complaint = order.complaint_id or asset.complaint_ids.filtered(lambda case: not case.closed_at)[:1]
        return {
            "asset_id": asset.id,
            "rule_id": rule.id,
            "fault_id": fault.id,
            "value": value,
            "limit": rule.limit,
            "level": level,
            "passed_at": level == "passed" and fields.Datetime.now(),
            "order_id": order.id,
            "complaint_id": complaint.id,
        }

    @api.model
    def _watch_all_in_repair(self):
        """A limit has changed: the cron looks at all that is in repair now."""
        self.env["complaint.service.order"].flush_model(["asset_id", "received_at", "closed_at"])
        self.env["complaint.asset"].flush_model(["watch_next_at"])
        self.env.execute_query(
            SQL(
                """UPDATE complaint_asset SET watch_next_at = %s
                    WHERE id IN (SELECT asset_id FROM complaint_service_order
                                  WHERE received_at IS NOT NULL AND closed_at IS NULL
                                    AND asset_id IS NOT NULL)
                RETURNING id""",
                fields.Datetime.now(),
            )
        )
        self.env["complaint.asset"].invalidate_model(["watch_next_at"])
        cron = self.env.ref(CRON, raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    # days that pass

    @api.model
    def _cron_watch(self, batch=None):
        """Look at the objects whose days in repair reach a level, with a commit after each batch."""
        run_batches(self.env, self._run_watch, batch or BATCH)

    @api.model
    def _run_watch(self, batch):
        """Work off one batch; return how many objects that were, and how many are left at least."""
        assets = self._take_watched(batch)
        assets._check_watch()
        now = fields.Datetime.now()
        # Whatever is not due any more by now is not taken again and again.
        assets.filtered(
            lambda asset: asset.watch_next_at and asset.watch_next_at <= now
        ).watch_next_at = False
        return len(assets), self.search_count([("watch_next_at", "<=", now)], limit=batch)

    @api.model
    def _take_watched(self, limit):
        """Lock and return the objects whose moment has come, the longest waiting first."""
        self.env.flush_all()
        # Rows that were changed since the transaction began are no fault to be logged.
        self.env.cr.execute(
            SQL(
                """SELECT id FROM complaint_asset WHERE watch_next_at <= %s
                    ORDER BY watch_next_at, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""",
                fields.Datetime.now(),
                limit,
            ),
            log_exceptions=False,
        )
        return self.browse(row[0] for row in self.env.cr.fetchall())


class ComplaintAssetWarning(models.Model):
    _inherit = "complaint.asset.warning"

    def _raise_to(self, value, level):
        """Bring one open warning up to date; return it where it is at a higher level now."""
        self.ensure_one()
        vals, risen = {"value": value}, level == "passed" and self.level == "near"
        if self.level != level:
            vals |= {"level": level, "passed_at": level == "passed" and fields.Datetime.now()}
        if any(self[fname] != new for fname, new in vals.items()):
            self.write(vals)
        return self if risen else self.browse()

    def _cover(self, level, order):
        """Tell whether these, which were handled, say it already: as far, and no further repair since.

        :param str level: that was reached
        :param order: complaint.service.order that was the last to be counted
        """
        # What was settled by itself was looked at by nobody.
        return any(
            warning.handled_by_id
            and (warning.level == "passed" or level == "near")
            and warning.order_id.id == order.id
            for warning in self
        )


class ComplaintServiceOrder(models.Model):
    _inherit = "complaint.service.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._get_watched_assets()._check_watch()
        return orders

    def write(self, vals):
        concerned = ORDER_FACTS & vals.keys()
        assets = self._get_watched_assets() if concerned else False
        result = super().write(vals)
        if concerned:
            (assets | self._get_watched_assets())._check_watch()
        return result

    def _get_watched_assets(self):
        """Return the objects of those orders that are repairs begun, or may be."""
        return self.sudo().filtered(lambda order: order.received_at or order.fault_id).asset_id
