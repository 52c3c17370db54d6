from datetime import timedelta

from odoo import api, fields, models

from ...tools.service_process import SERVICE
from ..portal.portal_messages import FIRST_MESSAGES

#: Milestones of which the customer is told by when they are reached.
TOLD_MILESTONES = ("respond", "complete", "hand_over")
#: Steps that some kinds of service leave out, with the field of the kind that asks for them.
ASKED_STEPS = {
    "reception": "asks_reception",
    "diagnosis": "asks_diagnosis",
    "quotation": "asks_quotation",
    "quality": "asks_quality",
}


class ComplaintServicePage(models.Model):
    """What the customer's page shows of a service order: plain values, and no others than these (SV-2, SV-5).

    A page never gets the order itself. So what is not named here is nowhere on it: notes, costs, the
    diagnosis in our words, and who works on it.

    Customers have no rights to orders: who may see the page is asked by ``_open_for_customer``, and what it
    shows is chosen here. That is why the order and what belongs to it are read as the superuser below.
    """

    _inherit = "complaint.service.order"

    def _get_portal_page(self, role, token=False, limit=FIRST_MESSAGES):
        """Return all that the page shows of one order, in the language of the page.

        :param str role: as ``_open_for_customer`` says it
        :param str token: with which the page was opened; goes into addresses and forms where it is needed
        :param int limit: how many messages, the latest; None for all
        :return: dict of texts, lists and dicts of such
        """
        self.ensure_one()
        token = self._get_page_token(role, token)
        return {
            "id": self.id,
            "role": role,
            "token": token,
            "path": self._get_customer_path(),
            "number": self.number,
            "subject": self.name,
            "counterpart": self._get_counterpart(),
            "company": self.company_id.name,
            "customer": self._get_customer_name(),
            "status": self._get_customer_status(),
            "ended": bool(self.closed_at),
            "steps": self._get_customer_steps(),
            "asked": self._tell_date(self.requested_at),
            "closed": self._tell_date(self.closed_at),
            "news": self._get_news(),
            "appointment": self._get_told_appointment(),
            "told": self._get_told(),
            "request_open": self.sudo().company_id.complaint_service_request_open,
            "has_object": self._has_object(),
            "complaint": self._get_told_complaint(role),
            "handover": self._get_told_handover(),
            "sheets": self._get_told_sheets(token),
            **self._get_portal_messages(role, token, limit),
        }

    # where it stands

    def _get_customer_status(self):
        if self.step == "appointment" and not self.scheduled_start:
            return self.env._("We look for a time for you")
        if self.step == "appointment" and self._waits_for_confirmation():
            return self.env._("We check the time that you chose")
        return super()._get_customer_status()

    def _get_customer_steps(self):
        """Return the way of the order as its customer sees it, without what its kind leaves out.

        :return: list of ``{"label", "state": done, now or later}``
        """
        self.ensure_one()
        order_sudo = self.sudo()
        stage, kind, team_id = order_sudo.stage_id, order_sudo.type_id, order_sudo.team_id.id
        Stage = stage.browse()
        if stage.step in SERVICE.refused:
            first = Stage.browse(Stage._first_of_step(SERVICE.steps[0], team_id))
            way, now = [first, stage], 1
        else:
            steps = [
                step
                for step in SERVICE.steps
                if step == stage.step or not kind or kind[ASKED_STEPS.get(step, "id")]
            ]
            now = steps.index(stage.step)
            way = [
                stage if step == stage.step else Stage.browse(Stage._first_of_step(step, team_id))
                for step in steps
            ]
        return self._tell_way(way, now)

    def _get_news(self):
        """Return by when the customer hears or gets what: list of ``{"text", "kind": promise or late}``."""
        self.ensure_one()
        if self.closed_at:
            return []
        promise = self._get_promise()
        if not promise:
            return []
        text, late = self._tell_service_promise(*promise)
        if late:
            text = self.env._("%(text)s We apologise, and are working on it.", text=text)
        return [{"text": text, "kind": "late" if late else "promise"}]

    def _get_promise(self):
        """Return the next date that one order holds for its customer: ``(milestone, datetime)``, or None.

        Before the appointment that one counts, and limits that stand still promise nothing.
        """
        self.ensure_one()
        deadlines = self.sudo().deadline_ids.filtered(
            lambda deadline: (
                deadline.state in ("running", "breached")
                and deadline.milestone in TOLD_MILESTONES
                and deadline.round == self._get_deadline_round()
                # What comes after the work is promised when it is done.
                and (deadline.milestone != "hand_over" or self.step == "handover" and self._has_object())
                and (deadline.milestone != "complete" or self.step != "appointment")
                and (deadline.milestone != "respond" or not self.scheduled_start)
            )
        )
        first = deadlines.sorted("due")[:1]
        return (first.milestone, first.due) if first else None

    def _tell_service_promise(self, milestone, due):
        """Return a sentence on one promised date, and whether it has passed.

        :param str milestone: one of those that customers are told of
        :param due: datetime in UTC
        :return: ``(text, overdue)``
        """
        late = due < fields.Datetime.now()
        moment, date, env = self._tell_moment(due), self._tell_date(due), self.env
        texts = {
            "respond": (
                env._("You hear from us by %(date)s.", date=moment),
                env._("You were to hear from us by %(date)s, and did not.", date=moment),
            ),
            "complete": (
                env._("The work is done by %(date)s.", date=date),
                env._("The work was to be done by %(date)s, and is not.", date=date),
            ),
            "hand_over": (
                env._("You get it back by %(date)s.", date=date),
                env._("You were to get it back by %(date)s.", date=date),
            ),
        }
        return texts[milestone][late], late

    def _get_told_appointment(self):
        """Return the appointment as the customer is told of it, or False."""
        self.ensure_one()
        if not self.scheduled_start or self.step in SERVICE.refused:
            return False
        now = fields.Datetime.now()
        return {
            "moment": self._tell_moment(self.scheduled_start),
            "length": self._tell_length(self._get_scheduled_length() or timedelta()),
            "passed": self.scheduled_start < now,
            "confirmed": not self._waits_for_confirmation(),
        }

    def _tell_length(self, length):
        """Return how long an appointment takes, in words."""
        minutes = round(length.total_seconds() / 60)
        hours, rest = divmod(minutes, 60)
        if not minutes or minutes > 12 * 60:
            # What takes days is not told by the hours of the calendar.
            return False
        if hours and rest:
            return self.env._("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)
        return (
            self.env._("%(hours)s h", hours=hours) if hours else self.env._("%(minutes)s min", minutes=rest)
        )

    def _has_object(self):
        """Tell whether there is something to give back; advice and treatments are over with the work."""
        order_sudo = self.sudo()
        return bool(order_sudo.asset_id or order_sudo.product_id)

    def _get_told(self):
        """Return what it is about, as ``{"label", "text"}`` in the order of the page."""
        order_sudo = self.sudo()
        asset, product = order_sudo.asset_id, order_sudo.product_id.with_context(display_default_code=False)
        told = [
            (self.env._("Service"), order_sudo.type_id.name),
            (self.env._("Object"), asset.name or product.display_name),
            (self.env._("Serial number"), asset.serial),
            (self.env._("What you told us"), self.description),
        ]
        return [{"label": label, "text": text} for label, text in told if text]

    def _get_told_complaint(self, role):
        """Return the complaint behind it: ``{"number", "url"}``, or False.

        Its page is linked only where it is the same customer's.
        """
        complaint = self.sudo().complaint_id
        if not complaint or not complaint.active or complaint.partner_id != self.partner_id:
            return False
        return {"number": complaint.number, "url": complaint._get_sibling_url(role)}

    # the hand-over

    def _get_told_handover(self):
        """Return what the customer gets back: what was done, what was checked, what it costs; or False.

        Only what has reached the hand-over: before, it may still change.
        """
        self.ensure_one()
        if self.step not in ("handover", "closed"):
            return False
        order_sudo = self.sudo()
        quotation = order_sudo._get_quotation(self.env.lang)
        return {
            "lines": [self._get_told_line(line) for line in quotation["lines"]],
            "amount_total": quotation["amount_total"],
            "amount_tax": quotation["amount_tax"],
            "is_free": quotation["is_free"],
            "checks": [
                {
                    "name": check.name,
                    "result": self.env._("In order")
                    if check.passed == "yes"
                    else self.env._("Not needed here"),
                }
                for check in order_sudo.check_ids
                if check.passed in ("yes", "na")
            ],
            "signed_by": order_sudo.handover_name or False,
            "signed_on": self._tell_moment(order_sudo.handed_over_at),
            "note": order_sudo.handover_note or False,
        }

    @api.model
    def _get_told_line(self, line):
        """Return one line of labour or parts as the customer reads it."""
        return {key: line[key] for key in ("name", "quantity", "total", "borne", "covered")}


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    def _get_portal_page(self, role, token=False, limit=FIRST_MESSAGES):
        page = super()._get_portal_page(role, token, limit)
        return {**page, "services": self._get_told_services(role)}

    def _get_told_services(self, role):
        """Return how the work stands that is done because of the complaint: list of plain dicts."""
        self.ensure_one()
        # As above: these are plain values for the customer, who has no rights to orders.
        orders = self.sudo().service_order_ids.filtered(
            lambda order: order.active and order.partner_id == self.partner_id
        )
        return [
            {
                "number": order.number,
                "subject": order.name,
                "status": order._get_customer_status(),
                "appointment": not order.closed_at and order._tell_moment(order.scheduled_start),
                "url": order._get_sibling_url(role),
            }
            for order in orders.sorted("id")
        ]


class ComplaintCustomerSide(models.AbstractModel):
    _inherit = "complaint.customer.side"

    def _get_sibling_url(self, role):
        """Return the address of the page for whoever came by that of another record of the same customer.

        :param str role: with which they came there
        """
        self.ensure_one()
        url = self._get_customer_path()
        if role != "link":
            return url
        # Looking at a page gives out no new key, and who has none cannot follow. Nobody but the superuser
        # reads keys; who came by a link of this customer may have this one too.
        token = self.sudo().access_token
        return f"{url}?access_token={token}" if token and not self._is_link_over() else False
