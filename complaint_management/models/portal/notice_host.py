from odoo import api, fields, models


class ComplaintCustomerSide(models.AbstractModel):
    """What a customer is told by machine (IN-10, TL-7, CO-3).

    Planning costs one statement for any number of records, and does nothing about what was planned before.
    What is known to be due at once wakes the cron.
    """

    _inherit = "complaint.customer.side"

    #: Name of the queue of the letters, a model with ``complaint.notice.queue``.
    _notice_model = None

    def _notify_customer(self, event, template, at=None):
        """Plan one letter by machine to each customer about an event; nobody gets two about the same.

        :param str event: what it is about, as ``received`` or ``limit:12``; or a function of the record
        :param template: mail.template, or its xmlid; nothing is planned where it was removed
        :param at: when it goes out; now, where it is left out
        :return: the letters that were planned, as the superuser
        """
        if isinstance(template, str):
            template_id = self.env["ir.model.data"]._xmlid_to_res_id(template, raise_if_not_found=False)
        else:
            template_id = template.id
        moment = at or fields.Datetime.now()
        return self._plan_notices(
            [
                (record, event(record) if callable(event) else event, template_id, moment)
                for record in self
                if template_id
            ]
        )

    @api.model
    def _plan_notices(self, plans):
        """Plan letters.

        :param plans: list of (record, event, id of the template, moment)
        :return: those that were not planned before, as the superuser
        """
        return self.env[self._notice_model]._plan(plans)

    def _get_notices(self, domain=()):
        """Return the letters of these records, as the superuser.

        :param domain: which of them
        """
        queue_sudo = self.env[self._notice_model].sudo()
        return queue_sudo.search([(queue_sudo._host_field, "in", self.ids), *domain])

    def _is_told_by_machine(self):
        """Tell whether anything is written by itself just now; imports and what is taken over is silent."""
        context = self.env.context
        silent = ("tracking_disable", "import_file", "install_mode")
        return not any(context.get(key) for key in silent)
