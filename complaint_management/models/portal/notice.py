from odoo import api, fields, models

#: Why a planned letter was not sent.
REASONS = [
    ("no_address", "There is no e-mail address"),
    ("robot", "No person reads mail at this address"),
    ("own", "It is an address of ours"),
    ("excluded", "It is the address of the employee concerned"),
    ("blacklisted", "At this address nobody wants mail from us"),
    ("bounced", "Mails to this address do not arrive"),
    ("unconfirmed", "The address was not confirmed"),
    ("merged", "The complaint goes on in another one"),
    ("ended", "The complaint had ended"),
    ("over", "Things had moved on"),
    ("off", "Switched off in the settings"),
    ("no_template", "The template was removed"),
    ("fault", "It could not be written: see the server's log"),
]
#: What the template of an event takes from its context: the id that ends the event's name.
EVENT_RECORDS = {
    "limit": "complaint_extension_id",
    "handover": "complaint_handover_id",
    "missed": "complaint_followup_id",
    "proposal": "complaint_solution_id",
}


class ComplaintNotice(models.Model):
    """One letter by machine to a complainant, about one event (IN-10, TL-7, CO-3).

    A person gets at most one about each event: the database sees to that, whoever plans it how often. They
    are planned in ``complaint_notice.py``, found when they are due in ``notice_cron.py``, and sent in
    ``notice_letter.py``. Nobody writes them by hand.
    """

    _name = "complaint.notice"
    _description = "Automatic Message to a Complainant"
    _inherit = ["complaint.part"]
    _order = "planned_at desc, id desc"
    _rec_name = "event"

    complaint_id = fields.Many2one(
        "complaint.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    event = fields.Char(
        required=True, readonly=True, help="What it tells of; a complainant is told of it once."
    )
    about = fields.Char(compute="_compute_about")
    template_id = fields.Many2one("mail.template", readonly=True, index="btree_not_null", ondelete="set null")
    planned_at = fields.Datetime(string="Planned for", required=True, readonly=True)
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("sent", "Sent"),
            ("skipped", "Not sent"),
            ("failed", "Failed"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="planned",
    )
    sent_at = fields.Datetime(string="Sent on", readonly=True)
    reason = fields.Selection(REASONS, string="Why Not", readonly=True)
    address = fields.Char(string="Sent to", readonly=True)
    message_id = fields.Many2one("mail.message", readonly=True, index="btree_not_null", ondelete="set null")
    fault_count = fields.Integer(readonly=True, export_string_translation=False)

    _event_uniq = models.UniqueIndex("(complaint_id, event)", "The complainant is told of this already.")
    _due_idx = models.Index("(planned_at, id) WHERE state = 'planned'")

    @api.depends("event")
    def _compute_about(self):
        labels = self._get_labels()
        for notice in self:
            kind = notice._get_kind()
            label = labels.get(kind, kind)
            if kind == "stage":
                stage = self.env["complaint.stage"].browse(notice._get_event_id()).exists()
                label = stage.display_name or label
            elif kind == "progress":
                label = f"{label} {notice._get_event_id()}"
            number = notice._get_former_number()
            notice.about = f"{label} ({number})" if number else label

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

    @api.depends("about")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = notice.about

    # the name of an event: what it is, and of which record

    def _get_kind(self):
        """Return what kind of event it is about, such as ``received``."""
        self.ensure_one()
        return self.event.rpartition("/")[2].partition(":")[0]

    def _get_event_id(self):
        """Return the number that follows the kind: an id or a count; 0 where there is none."""
        self.ensure_one()
        number = self.event.rpartition("/")[2].partition(":")[2].partition(":")[0]
        return int(number) if number.isdecimal() else 0

    def _get_event_round(self):
        """Return the round of the complaint that the event belongs to, where its name tells it."""
        self.ensure_one()
        number = self.event.rpartition(":")[2]
        return int(number) if number.isdecimal() else 0

    def _get_former_number(self):
        """Return the number of the complaint that was merged, and had this planned; else an empty text."""
        self.ensure_one()
        return self.event.rpartition("/")[0]

    def _skip(self, reason):
        """These are not sent.

        :param str reason: one of the reasons
        """
        self.write({"state": "skipped", "reason": reason})
