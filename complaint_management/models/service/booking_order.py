from odoo import api, fields, models
from odoo.fields import Domain


class ComplaintServiceOrder(models.Model):
    """What an order says about its technicians and times is kept in line with their bookings."""

    _inherit = "complaint.service.order"

    #: What a change of can change a booking.
    _booking_fields = frozenset(
        {
            "active",
            "allow_overlap",
            "scheduled_end",
            "scheduled_start",
            "stage_id",
            "team_id",
            "technician_ids",
            "type_id",
        }
    )

    booking_ids = fields.One2many("complaint.service.booking", "order_id", string="Bookings", copy=False)
    allow_overlap = fields.Boolean(
        string="At the Same Time as Others",
        copy=False,
        tracking=True,
        help="The technicians may be booked for other orders at this time, as when a machine runs by itself.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._update_bookings({})
        return orders

    def write(self, vals):
        if not self._booking_fields & vals.keys():
            return super().write(vals)
        before = self._get_bookings_sudo()._get_taken()
        result = super().write(vals)
        self._update_bookings(before)
        return result

    def _get_bookings_sudo(self):
        """Return all bookings of the orders, those that take no time as well."""
        Booking = self.env["complaint.service.booking"].sudo().with_context(active_test=False)
        return Booking.search(Domain("order_id", "in", self.ids))

    def _update_bookings(self, before):
        """Make the bookings those of the orders' technicians, and see that nobody is booked twice.

        :param dict before: what was taken before the change, see ``_get_taken``
        """
        bookings = self._get_bookings_sudo()
        of_pair = {(one.order_id.id, one.employee_id.id): one.id for one in bookings}
        orders_sudo = self.sudo().with_context(active_test=False)
        wanted = {(order.id, one.id) for order in orders_sudo for one in order.technician_ids}
        bookings.browse([of_pair[pair] for pair in of_pair.keys() - wanted])._discard()
        added = bookings._enter(
            [
                {"order_id": order_id, "employee_id": employee_id}
                for order_id, employee_id in sorted(wanted - of_pair.keys())
            ]
        )
        bookings = bookings.browse([of_pair[pair] for pair in sorted(of_pair.keys() & wanted)]) | added
        taken = bookings._get_taken()
        changed = [booking_id for booking_id, state in taken.items() if state != before.get(booking_id)]
        bookings.browse(changed)._take()
