from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.service_process import SERVICE


class ComplaintServiceOrder(models.Model):
    """What becomes of a service order becomes of the remedy that it carries out (SO-5)."""

    _inherit = "complaint.service.order"

    remedy_ids = fields.One2many(
        "complaint.remedy",
        "service_order_id",
        string="Remedies",
        readonly=True,
        copy=False,
        help="What was promised to a complainant, and is carried out by this order.",
    )
    # The workshop reads no remedies; it has to know this much.
    for_remedy = fields.Boolean(string="Carries Out a Remedy", compute="_compute_remedy", compute_sudo=True)
    remedy_due = fields.Date(
        string="Promised until",
        compute="_compute_remedy",
        compute_sudo=True,
        help="The day until which the complainant was promised it.",
    )

    @api.depends("remedy_ids.date_due", "remedy_ids.state")
    def _compute_remedy(self):
        for order in self:
            # There is one at most.
            remedy = order.remedy_ids[:1]
            order.for_remedy = bool(remedy)
            order.remedy_due = remedy.date_due if remedy.state == "open" else False

    def _is_remedy(self):
        # What a complainant was promised is not charged, unless somebody decides so.
        return bool(self.sudo().remedy_ids) or super()._is_remedy()

    def _search_repair_remedies(self, states):
        return (
            self.env["complaint.remedy"]
            .sudo()
            .search([("service_order_id", "in", self.ids), ("state", "in", states)])
        )

    def write(self, vals):
        if "complaint_id" in vals and not self.env.su:
            for remedy in self._search_repair_remedies(["planned", "open", "done"]):
                if remedy.complaint_id.id != vals["complaint_id"]:
                    raise UserError(
                        self.env._(
                            "%(order)s carries out what was promised in %(complaint)s and stays with it.",
                            order=remedy.service_order_id.number,
                            complaint=remedy.complaint_id.number,
                        )
                    )
        return super().write(vals)

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        moved = self.filtered(lambda order: old_steps[order.id] != order.step)
        moved.filtered(lambda order: order.step == "closed")._tick_remedies_off()
        moved.filtered(lambda order: order.step in SERVICE.refused)._release_remedies()
        moved.filtered(
            lambda order: old_steps[order.id] in SERVICE.ends and order.step not in SERVICE.ends
        )._take_remedies_back()

    def _tick_remedies_off(self):
        remedies = self._search_repair_remedies(["open"])
        for order, done in remedies.grouped("service_order_id").items():
            done._tick_off(
                order.closed_at, self.env._("Service order %(order)s is closed.", order=order.number)
            )

    def _release_remedies(self):
        remedies = self._search_repair_remedies(["open"])
        for order, blocked in remedies.grouped("service_order_id").items():
            blocked._block_repair(
                self.env._(
                    "Service order %(order)s was cancelled: %(reason)s",
                    order=order.number,
                    reason=order.end_reason or "",
                ).strip()
            )

    def _take_remedies_back(self):
        for order, remedies in self._search_repair_remedies(["done"]).grouped("service_order_id").items():
            reason = self.env._(
                "Service order %(order)s was opened again: %(reason)s",
                order=order.number,
                reason=order.reopen_reason or "",
            ).strip()
            remedies._take_back(reason)
            remedies._tell_responsible(self.env._("A remedy is to be carried out again"), reason)
        # One that waited for another order has its own again.
        waiting = self._search_repair_remedies(["open"]).filtered("blocked_reason")
        waiting.blocked_reason = False
        waiting._sync_activities()

    def _remedy_dropped(self, reason):
        """What they carry out was given up: those that have not begun end, of others the advisor is told."""
        running = self.sudo().filtered(lambda order: order.step not in SERVICE.ends)
        for order in running:
            told = self.env._("The remedy is not carried out: %(reason)s", reason=reason)
            if order.step == "appointment":
                order.action_cancel(told)
                continue
            order._message_log(body=told, author_id=self.env.user.partner_id.id)
            order._tell_advisor(
                self.env._("What this order carries out was called off"),
                self.env._(
                    "%(told)s Work has begun: agree with the customer whether it goes on, or cancel the "
                    "order.",
                    told=told,
                ),
            )

    def _tell_advisor(self, subject, body):
        """Notify who answers for the order, or who would take over."""
        self.ensure_one()
        user = self._get_heir(self.env["res.users"])
        if user and user != self.env.user:
            self.with_context(lang=user.lang).message_notify(
                subject=f"{subject}: {self.display_name}",
                body=body,
                partner_ids=user.partner_id.ids,
                email_layout_xmlid="mail.mail_notification_light",
            )

    def unlink(self):
        remedies = self._search_repair_remedies(["open"])
        numbers = {remedy: remedy.service_order_id.number for remedy in remedies}
        result = super().unlink()
        # Links that the database has emptied.
        remedies.invalidate_recordset(["service_order_id", "service_order_number", "service_order_step"])
        for remedy, number in numbers.items():
            remedy._block_repair(self.env._("Service order %(order)s was deleted.", order=number))
        return result
