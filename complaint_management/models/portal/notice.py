from odoo import api, fields, models


class ComplaintNotice(models.Model):
    """One letter by machine to a complainant, about one event (IN-10, TL-7, CO-3).

    They are planned in ``complaint_notice.py``; the queue is in ``notice_queue.py``.
    """

    _name = "complaint.notice"
    _description = "Automatic Message to a Complainant"
    _inherit = ["complaint.notice.queue", "complaint.part"]

    _host_field = "complaint_id"
    _cron_xmlid = "complaint_management.ir_cron_notice"

    complaint_id = fields.Many2one(
        "complaint.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    reason = fields.Selection(
        selection_add=[
            ("unconfirmed", "The address was not confirmed"),
            ("merged", "The complaint goes on in another one"),
            ("ended", "The complaint had ended"),
        ]
    )

    _event_uniq = models.UniqueIndex("(complaint_id, event)", "The complainant is told of this already.")
    _due_idx = models.Index("(planned_at, id) WHERE state = 'planned'")

    def _get_about(self, labels):
        label = super()._get_about(labels)
        kind = self._get_kind()
        if kind == "stage":
            stage = self.env["complaint.stage"].browse(self._get_event_id()).exists()
            label = stage.display_name or label
        elif kind == "progress":
            label = f"{label} {self._get_event_id()}"
        number = self._get_former_number()
        return f"{label} ({number})" if number else label

    @api.model
    def _get_labels(self):
        """Return ``{kind of event: what it is called}``."""
        return {
            "received": self.env._("Acknowledgement"),
            "progress": self.env._("Progress notice"),
            "stage": self.env._("Stage"),
            "limit": self.env._("Time limit moved"),
            "handover": self.env._("Handed over"),
            "proposal": self.env._("Proposal to read"),
            "result": self.env._("Result to read"),
            "closed": self.env._("Closed"),
            "missed": self.env._("Call in vain"),
            "confirm": self.env._("Confirmation of the address"),
            "link": self.env._("New link"),
        }

    def _get_former_number(self):
        """Return the number of the complaint that was merged, and had this planned; else an empty text."""
        self.ensure_one()
        return self.event.rpartition("/")[0]
