from odoo import api, models
from odoo.exceptions import AccessError, UserError

#: Who answers for orders towards the customer.
ADVISOR = "complaint_management.group_service_advisor"


class ComplaintServiceOrder(models.Model):
    """What a technician who is no service advisor changes about an order, and how far they move it (OR-1).

    Which orders they see at all is said by the record rules: those that are planned for them.
    """

    _inherit = "complaint.service.order"

    #: Moves by technicians, from step to step; the gate decides beside that.
    _technician_moves = frozenset(
        {
            ("diagnosis", "quotation"),
            # Where the customer need not be asked.
            ("diagnosis", "work"),
            ("work", "quality"),
            ("work", "settlement"),
            ("quality", "settlement"),
        }
    )

    @api.model
    def _technician_fields(self):
        """Return the names of the fields that technicians write; areas add theirs."""
        return {
            "stage_id",
            "diagnosis",
            "fault_id",
            "work_note",
            "interruption",
            "interruption_note",
            "line_ids",
            "check_ids",
            "worklog_ids",
            # what the chatter writes for whoever uses it
            "activity_ids",
            "message_follower_ids",
            "message_ids",
            "message_main_attachment_id",
        }

    def _is_technician_only(self):
        """Tell whether the user works on orders without answering for them."""
        return not self.env.su and not self.env.user.has_group(ADVISOR)

    def write(self, vals):
        if self._is_technician_only():
            self.check_access("write")
            others = vals.keys() - self._technician_fields()
            if others:
                labels = sorted(self._fields[fname]._description_string(self.env) for fname in others)
                raise AccessError(
                    self.env._(
                        "The service advisor changes this: %(fields)s. Tell them in the work note or in a "
                        "message.",
                        fields=", ".join(labels),
                    )
                )
        return super().write(vals)

    def _check_gates(self, old_steps, new_stages=None):
        if self._is_technician_only():
            for order in self:
                old = old_steps[order.id]
                new = (new_stages[order.id] if new_stages else order.stage_id).step
                if old != new and (old, new) not in self._technician_moves:
                    raise UserError(self._get_technician_refusal(order, new))
        return super()._check_gates(old_steps, new_stages)

    def _get_technician_refusal(self, order, step):
        labels = dict(self._fields["step"]._description_selection(self.env))
        return self.env._(
            "The service advisor moves %(order)s to “%(step)s”. Technicians pass on a diagnosis to the "
            "quotation, and finished work to the check.",
            order=order.display_name,
            step=labels.get(step, step),
        )
