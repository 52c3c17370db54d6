from odoo import fields, models

from ...tools import process


class ComplaintEmergency(models.Model):
    """An emergency is handled first; its record is completed afterwards, and both moments are kept (IN-7)."""

    _inherit = "complaint.complaint"

    emergency = fields.Boolean(
        readonly=True,
        copy=False,
        tracking=True,
        help="Handled first; the record is completed afterwards.",
    )
    emergency_action = fields.Text(string="What Was Done at Once", copy=False)
    emergency_handled_at = fields.Datetime(string="Handled at", copy=False)
    backfilled_at = fields.Datetime(string="Record Completed", readonly=True, copy=False)

    def action_handle_emergency(self, action_taken, handled_at=None):
        """Handle first, complete the record afterwards (IN-7).

        :param str action_taken: what was done at once
        :param datetime handled_at: when, in UTC; now where it is left out
        """
        self.write(
            {
                "emergency": True,
                "emergency_action": action_taken,
                "emergency_handled_at": handled_at or fields.Datetime.now(),
            }
        )
        self.move_to(process.EMERGENCY_LIMIT)
