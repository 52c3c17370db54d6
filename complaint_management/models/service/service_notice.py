from collections import Counter
from datetime import timedelta

from odoo import api, fields, models

from ...tools.service_process import SERVICE

TEMPLATE = "complaint_management.mail_template_service_"
GROUPS = ",".join(
    f"complaint_management.{group}"
    for group in (
        "group_service_advisor",
        "group_complaint_first_contact",
        "group_complaint_auditor",
        "group_complaint_quality",
    )
)
#: So long after the planned end the customer is told that it takes longer.
GRACE = timedelta(minutes=30)
#: In these steps somebody works on it, and the customer waits.
WORK_STEPS = SERVICE.steps[SERVICE.steps.index("reception") : SERVICE.steps.index("settlement")]
#: What is written about an order that has ended.
AFTER_END = {"cancelled", "closed", "link"}
#: These answer a customer who asked for something (TL-3).
ANSWERS = {"confirmed", "rescheduled", "quotation"}


class ComplaintServiceNotice(models.Model):
    """One letter by machine to the customer of a service order, about one event (SV-5).

    They are planned below; the queue is the one that complaints have, see ``portal/notice_queue.py``.
    """

    _name = "complaint.service.notice"
    _description = "Automatic Message about a Service Order"
    _inherit = ["complaint.notice.queue", "complaint.service.part"]

    _host_field = "order_id"
    _cron_xmlid = "complaint_management.ir_cron_service_notice"
    _event_records = {"limit": "complaint_extension_id"}

    order_id = fields.Many2one(readonly=True)
    reason = fields.Selection(selection_add=[("ended", "The order had ended")])

    _event_uniq = models.UniqueIndex("(order_id, event)", "The customer is told of this already.")
    _due_idx = models.Index("(planned_at, id) WHERE state = 'planned'")

    @api.model
    def _get_labels(self):
        return {
            "received": self.env._("Acknowledgement"),
            "confirmed": self.env._("Appointment confirmed"),
            "rescheduled": self.env._("Appointment moved"),
            "quotation": self.env._("Quotation to agree on"),
            "stage": self.env._("Stage"),
            "closed": self.env._("Closed"),
            "cancelled": self.env._("Appointment cancelled"),
            "limit": self.env._("Time limit moved"),
            "delay": self.env._("Takes longer"),
            "link": self.env._("New link"),
        }

    def _get_about(self, labels):
        label = super()._get_about(labels)
        if self._get_kind() == "stage":
            stage = self.env["complaint.service.stage"].browse(self._get_event_id()).exists()
            label = stage.display_name or label
        return label

    def _was_sent(self, message):
        """The customer has heard from us (TL-3)."""
        super()._was_sent(message)
        if self._get_kind() in ANSWERS:
            self.order_id._reach_milestones(["respond"], fields.Datetime.now())

    # whether it still makes sense

    def _is_for_ended(self):
        kind = self._get_kind()
        if kind == "stage":
            stage = self.env["complaint.service.stage"].browse(self._get_event_id()).exists()
            return stage.step in SERVICE.ends
        return kind in AFTER_END

    def _get_skip_reason_of_received(self, order):
        return not order._waits_for_confirmation() and bool(order.scheduled_start) and "over"

    def _get_skip_reason_of_confirmed(self, order):
        return not order._has_agreed_appointment() and "over"

    def _get_skip_reason_of_rescheduled(self, order):
        past = not order.scheduled_start or order.scheduled_start < fields.Datetime.now()
        return past and "over"

    def _get_skip_reason_of_quotation(self, order):
        same = order.quotation_version == self._get_event_id()
        return (not same or order.quotation_state != "offered") and "over"

    def _get_skip_reason_of_stage(self, order):
        # On the board a card is dropped into the wrong column in a moment, and taken back in the next.
        there = order.stage_id.id == self._get_event_id()
        return (not there or order.reopen_count != self._get_event_round()) and "over"

    def _get_skip_reason_of_closed(self, order):
        same = order.step == "closed" and order.reopen_count == self._get_event_id()
        return not same and "over"

    def _get_skip_reason_of_cancelled(self, order):
        same = order.step == "cancelled" and order.reopen_count == self._get_event_id()
        return not same and "over"

    def _get_skip_reason_of_delay(self, order):
        same = order._get_delay_event() == self.event
        return (not same or order.step not in WORK_STEPS or bool(order._get_open_pauses())) and "over"


class ComplaintServiceOrder(models.Model):
    """What the customer of a service order is told by machine, and when it is planned (SV-5, SV-7)."""

    _inherit = "complaint.service.order"

    _notice_model = "complaint.service.notice"

    notice_ids = fields.One2many(
        "complaint.service.notice", "order_id", string="Automatic Messages", copy=False, groups=GROUPS
    )

    def _get_open_pauses(self):
        return self.sudo().pause_ids.filtered(lambda pause: not pause.stop)

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        if orders._is_told_by_machine():
            open_ones = orders.filtered(lambda order: order.active and not order.closed_at)
            open_ones._plan_notices(open_ones._get_confirmation_plans() + open_ones._get_stage_plans())
        return orders

    def write(self, vals):
        agreed = {order: order._has_agreed_appointment() for order in self}
        starts = {order: order.scheduled_start for order in self}
        ends = {order: order.scheduled_end for order in self}
        result = super().write(vals)
        if self._is_told_by_machine():
            newly = self.filtered(lambda order: not agreed[order] and order._has_agreed_appointment())
            newly._plan_notices(newly._get_confirmation_plans())
            # Who was told of a time that was given up is told of the new one as of one that was moved.
            again = newly.filtered(lambda order: not starts[order])._get_told_before()
            if again:
                again._tell_rescheduled(dict.fromkeys(again.ids, False))
            self.filtered(lambda order: order.scheduled_end != ends[order])._plan_delays()
        return result

    # the appointment

    def _has_agreed_appointment(self):
        """Tell whether there is an appointment to come that nobody has to confirm any more."""
        self.ensure_one()
        return bool(
            self.step == "appointment"
            and self.scheduled_start
            and self.scheduled_start > fields.Datetime.now()
            and not self._waits_for_confirmation()
        )

    def _get_told_before(self):
        """Return those of the orders whose customer had another appointment confirmed, in the same round."""
        notices = self._get_notices([("event", "=like", "confirmed:%"), ("state", "!=", "planned")])
        told = notices.filtered(lambda notice: notice._get_event_round() == notice.order_id.reopen_count)
        return self & told.order_id.with_env(self.env)

    def _get_confirmation_plans(self):
        template_id = self.env["ir.model.data"]._xmlid_to_res_id(
            f"{TEMPLATE}confirmed", raise_if_not_found=False
        )
        now = fields.Datetime.now()
        return [
            (order, f"confirmed:{order.reopen_count}", template_id, now)
            for order in self
            if template_id and order.partner_email and order._has_agreed_appointment()
        ]

    def _tell_rescheduled(self, old_starts):
        """The customer is told of the other time, once: of several in a row the last one (SV-5)."""
        super()._tell_rescheduled(old_starts)
        if not self._is_told_by_machine():
            return
        now = fields.Datetime.now()
        moved = self.filtered(
            lambda order: order.scheduled_start > now and not order._waits_for_confirmation()
        )
        notices = moved._get_notices([("event", "=like", "rescheduled:%")])
        unsent = moved._get_notices([("event", "=like", "confirmed:%"), ("state", "=", "planned")])
        notices.filtered(lambda notice: notice.state == "planned")._skip("over")
        # A confirmation that has not gone out yet tells the time that holds.
        told = Counter(notice.order_id.id for notice in notices)
        (moved - unsent.order_id)._notify_customer(
            lambda order: f"rescheduled:{told[order.id] + 1}", f"{TEMPLATE}rescheduled"
        )

    # delays

    def _tell_limit_moved(self, extension):
        """Tell the customer in their language when the limit moved to, and why (TL-7, SV-5)."""
        self.ensure_one()
        self._notify_customer(f"limit:{extension.id}", f"{TEMPLATE}limit_moved")

    def _get_delay_event(self):
        """Return the name of the event that one order takes longer than until its planned end."""
        self.ensure_one()
        end = self.scheduled_end
        return f"delay:{self.reopen_count}:{end:%Y%m%d%H%M}" if end else False

    def _plan_delays(self):
        """Have the customers told when the planned end has passed and the work goes on."""
        now = fields.Datetime.now()
        template_id = self.env["ir.model.data"]._xmlid_to_res_id(f"{TEMPLATE}delay", raise_if_not_found=False)
        self._plan_notices(
            [
                (order, order._get_delay_event(), template_id, order.scheduled_end + GRACE)
                for order in self
                if template_id
                and order.partner_email
                and order.step in WORK_STEPS
                and order.scheduled_end
                and order.scheduled_end > now
            ]
        )

    def _record_move(self, old_steps):
        # Before what the customer asked for counts as decided.
        told = self.filtered(lambda order: old_steps[order.id] == "appointment" and order._expects_us())
        super()._record_move(old_steps)
        if self._is_told_by_machine():
            self.filtered(lambda order: old_steps[order.id] not in WORK_STEPS)._plan_delays()
            told._tell_cancelled()

    # that it does not take place

    def _expects_us(self):
        """Tell whether the customer counts on an appointment, or waits for an answer to what they asked."""
        self.ensure_one()
        if self.change_asked or not self.scheduled_start:
            return bool(self.change_asked or self.asked_online)
        return self.scheduled_start > fields.Datetime.now()

    def _tell_cancelled(self):
        """The customer is told that the appointment does not take place, also where they asked for that: on
        their page they only ask, and wait for an answer.
        """
        # Where the company chose a letter for the stage, that one tells it.
        cancelled = self.filtered(
            lambda order: order.step == "cancelled" and not order.stage_id.sudo().mail_template_id
        )
        # Who has not been told of the appointment need not be told that there is none.
        unsent = cancelled._get_notices([("event", "=like", "confirmed:%"), ("state", "=", "planned")])
        untold = unsent.order_id.filtered(lambda order: not order.asked_online)
        (cancelled - untold)._notify_customer(
            lambda order: f"cancelled:{order.reopen_count}", f"{TEMPLATE}cancelled"
        )

    # the quotation

    def _tell_quotation(self):
        super()._tell_quotation()
        if self._is_told_by_machine():
            self._notify_customer(
                lambda order: f"quotation:{order.quotation_version}", f"{TEMPLATE}quotation"
            )

    # at each step that a company chooses

    def _run_stage_actions(self):
        result = super()._run_stage_actions()
        if self._is_told_by_machine():
            self._plan_notices(self._get_stage_plans())
        return result

    def _get_stage_plans(self):
        """Return the letters that the stages of these orders send."""
        now, plans = fields.Datetime.now(), []
        for order in self:
            stage = order.stage_id
            template_id = stage._get_mail_template_id(stage.id)
            if not template_id or not order.partner_email:
                continue
            event = "closed" if order.step == "closed" else f"stage:{stage.id}"
            plans.append((order, f"{event}:{order.reopen_count}", template_id, now))
        return plans
