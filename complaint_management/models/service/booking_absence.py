from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

#: The activity of a service advisor whose order has lost its technician.
ABSENCE = "complaint_management.mail_activity_type_service_absence"


class ResourceCalendarLeaves(models.Model):
    """An absence that is entered later marks what is booked for then, and tells who answers for it (SV-5)."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._mark_bookings()
        return leaves

    def write(self, vals):
        if not vals.keys() & {"date_from", "date_to", "resource_id", "time_type"}:
            return super().write(vals)
        hit = self._find_hit_bookings()
        result = super().write(vals)
        self._mark_bookings()
        hit.order_id._settle_absences()
        return result

    def unlink(self):
        hit = self._find_hit_bookings()
        result = super().unlink()
        hit._forget_conflicts()
        # Whoever was to find another time or technician need not any more.
        hit.order_id._settle_absences()
        return result

    def _mark_bookings(self):
        self.env["complaint.service.booking"]._forget_conflicts()
        self._find_hit_bookings()._tell_absent()

    def _find_hit_bookings(self):
        """Return the bookings to come that fall into these absences, as superuser."""
        Booking = self.env["complaint.service.booking"].sudo()
        leaves_sudo = self.sudo().filtered(lambda leave: leave.resource_id and leave.time_type == "leave")
        if not leaves_sudo:
            return Booking
        now = fields.Datetime.now()
        return Booking.search(
            Domain("employee_id.resource_id", "in", leaves_sudo.resource_id.ids)
            & Domain("stop", ">", max(min(leaves_sudo.mapped("date_from")), now))
            & Domain("start", "<", max(leaves_sudo.mapped("date_to")))
        ).filtered(
            lambda booking: any(
                leave.resource_id == booking.employee_id.resource_id
                and leave.date_from < booking.stop
                and leave.date_to > booking.start
                for leave in leaves_sudo
            )
        )


class ComplaintServiceBooking(models.Model):
    _inherit = "complaint.service.booking"

    @api.model
    def _forget_conflicts(self):
        """What was looked up in this transaction may not hold any more."""
        self.invalidate_model(["conflict", "has_conflict"], flush=False)
        self.env["complaint.service.order"].invalidate_model(["plan_warning"], flush=False)

    def _tell_absent(self):
        """Ask the service advisors for another time or technician, of each order once; as superuser."""
        activity_type = self.env.ref(ABSENCE, raise_if_not_found=False)
        if not self or not activity_type:
            return
        Activity = self.env["mail.activity"].sudo()
        model_id = self.env["ir.model"]._get_id("complaint.service.order")
        told = Activity.search(
            [
                ("res_model", "=", "complaint.service.order"),
                ("res_id", "in", self.order_id.ids),
                ("activity_type_id", "=", activity_type.id),
            ]
        ).mapped("res_id")
        vals_list = []
        for order, bookings in self.grouped("order_id").items():
            advisor = order._get_heir(self.env["res.users"])
            if order.id in told or not advisor:
                continue
            translated = self.with_context(lang=advisor.lang, tz=advisor.tz)
            vals_list.append(
                {
                    "res_model_id": model_id,
                    "res_id": order.id,
                    "activity_type_id": activity_type.id,
                    "user_id": advisor.id,
                    "date_deadline": min(fields.Date.context_today(translated), order.scheduled_start.date()),
                    "summary": translated.env._(
                        "%(names)s absent on %(start)s: choose another time or technician",
                        names=", ".join(bookings.employee_id.mapped("name")),
                        start=format_datetime(translated.env, order.scheduled_start, dt_format="short"),
                    ),
                }
            )
        if vals_list:
            Activity.with_context(complaint_nobody_follows=True).create(vals_list)


class ComplaintServiceOrder(models.Model):
    _inherit = "complaint.service.order"

    def _update_bookings(self, before):
        super()._update_bookings(before)
        if before:
            # Whoever has planned it anew has done what was asked for; it is asked again where it must be.
            self._settle_absences()

    def _settle_absences(self):
        activity_type = self.env.ref(ABSENCE, raise_if_not_found=False)
        if not activity_type:
            return
        activities = (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("activity_type_id", "=", activity_type.id),
                ]
            )
        )
        if not activities:
            return
        orders = self.sudo().browse(set(activities.mapped("res_id")))
        bookings = orders.booking_ids
        absent = bookings._find_conflicts(bookings._get_appointments())
        hit = bookings.filtered(lambda booking: "absent" in absent.get(booking.id, ())).order_id
        activities.filtered(lambda activity: activity.res_id not in hit.ids).unlink()
