from odoo import api, fields, models
from odoo.tools import SQL


class ComplaintNoticeQueue(models.AbstractModel):
    """A queue of letters by machine to customers, each about one event of one record.

    A person gets at most one about each event: the database sees to that, whoever plans it how often. They
    are found when they are due in ``notice_cron.py``, and sent in ``notice_letter.py``. Nobody writes them by
    hand. The host's model is a ``complaint.customer.side``; the queue's has the field :attr:`_host_field` and
    a unique index on it and ``event``.
    """

    _name = "complaint.notice.queue"
    _description = "Automatic Message"
    _order = "planned_at desc, id desc"
    _rec_name = "event"

    #: Name of the field that leads to the record that letters are about.
    _host_field = None
    #: The cron that sends them.
    _cron_xmlid = None

    event = fields.Char(required=True, readonly=True, help="What it tells of; a customer is told of it once.")
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
    reason = fields.Selection(
        [
            ("no_address", "There is no e-mail address"),
            ("robot", "No person reads mail at this address"),
            ("own", "It is an address of ours"),
            ("excluded", "It is the address of the employee concerned"),
            ("blacklisted", "At this address nobody wants mail from us"),
            ("bounced", "Mails to this address do not arrive"),
            ("over", "Things had moved on"),
            ("off", "Switched off in the settings"),
            ("no_template", "The template was removed"),
            ("fault", "It could not be written: see the server's log"),
        ],
        string="Why It Was Not Sent",
        readonly=True,
    )
    address = fields.Char(string="Sent to", readonly=True)
    message_id = fields.Many2one("mail.message", readonly=True, index="btree_not_null", ondelete="set null")
    fault_count = fields.Integer(readonly=True, export_string_translation=False)

    @api.depends("about")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = notice.about

    @api.depends("event")
    def _compute_about(self):
        labels = self._get_labels()
        for notice in self:
            notice.about = notice._get_about(labels)

    def _get_about(self, labels):
        """Return what one letter is called.

        :param dict labels: as ``_get_labels`` returns them
        """
        kind = self._get_kind()
        return labels.get(kind, kind)

    @api.model
    def _get_labels(self):
        """Return ``{kind of event: what it is called}``."""
        return {}

    def _get_host(self):
        """Return the records that these letters are about."""
        return self[self._host_field]

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

    def _skip(self, reason):
        """These are not sent.

        :param str reason: one of the reasons
        """
        self.write({"state": "skipped", "reason": reason})

    # planning

    @api.model
    def _plan(self, plans):
        """Plan letters, with one statement for any number.

        :param plans: list of (host, event, id of the template, moment)
        :return: those that were not planned before, as the superuser
        """
        queue_sudo = self.sudo()
        if not plans:
            return queue_sudo
        now, uid = fields.Datetime.now(), self.env.uid
        queue_sudo.flush_model()
        # Two who plan the same at once: the second one waits for the first, and does nothing.
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO %(table)s
                          (%(host)s, company_id, event, template_id, planned_at, state, fault_count,
                           create_uid, create_date, write_uid, write_date)
                   VALUES %(values)s
                       ON CONFLICT (%(host)s, event) DO NOTHING
                RETURNING id, planned_at""",
                table=SQL.identifier(self._table),
                host=SQL.identifier(self._host_field),
                values=SQL(", ").join(
                    SQL(
                        "(%s, %s, %s, %s, %s, 'planned', 0, %s, %s, %s, %s)",
                        host.id,
                        host.sudo().company_id.id,
                        event,
                        template_id,
                        moment,
                        uid,
                        now,
                        uid,
                        now,
                    )
                    for host, event, template_id, moment in plans
                ),
            )
        )
        if not rows:
            return queue_sudo
        hosts = plans[0][0].union(*(plan[0] for plan in plans))
        hosts.invalidate_recordset(["notice_ids"], flush=False)
        if any(planned_at <= now for _id, planned_at in rows):
            cron_id = self.env["ir.model.data"]._xmlid_to_res_id(self._cron_xmlid, raise_if_not_found=False)
            if cron_id:
                self.env["ir.cron"].sudo().browse(cron_id)._trigger()
        return queue_sudo.browse(row[0] for row in rows)
