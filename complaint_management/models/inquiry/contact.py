from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

#: What only the record itself writes, or nobody any more.
KEPT_FIELDS = {"activity_id", "company_id", "complaint_id", "history", "message_id", "user_id"}
#: Channels by which people write to each other; the rest of the kinds name theirs.
WRITTEN_CHANNELS = ("chat", "email", "portal", "social", "web")
CHANNEL_OF_KIND = {"call": "phone", "visit": "walk_in", "letter": "letter", "message": "email"}
#: What may be a true moment: clocks of other machines run a little ahead.
TOLERANCE = timedelta(minutes=5)


class ComplaintContact(models.Model):
    """One contact with the customer: how, who, when, and what was said (CO-1).

    Whoever reads a complaint may log a contact on it, for it may be a colleague who takes the call.
    Afterwards only its author and managers change it (record rules), and nobody deletes it. Its line in the
    chatter is in ``contact_note.py``, the promise of a next contact in ``contact_promise.py``.
    """

    _name = "complaint.contact"
    _description = "Contact with the Customer"
    _inherit = ["complaint.part"]
    _order = "date desc, id desc"
    _rec_names_search = ["complaint_id", "partner_name", "summary"]
    _check_company_auto = True

    complaint_id = fields.Many2one("complaint.complaint", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="complaint_id.company_id", store=True, precompute=True)
    kind = fields.Selection(
        [("call", "Call"), ("message", "Message"), ("visit", "Visit"), ("letter", "Paper letter")],
        required=True,
        default="call",
    )
    direction = fields.Selection(
        [("out", "Outgoing"), ("in", "Incoming")],
        required=True,
        default="out",
        help="Outgoing: we contacted the customer. Incoming: the customer contacted us.",
    )
    channel_id = fields.Many2one(
        "complaint.channel",
        string="Contact Channel",
        compute="_compute_channel_id",
        store=True,
        readonly=False,
        precompute=True,
        # What somebody may not read is not proposed to them either.
        compute_sudo=False,
        index="btree_not_null",
    )
    partner_name = fields.Char(
        string="Spoken with",
        compute="_compute_partner_name",
        store=True,
        readonly=False,
        precompute=True,
        compute_sudo=False,
        help="Whom the contact was with, where it was not the complainant.",
    )
    date = fields.Datetime(
        required=True, default=fields.Datetime.now, help="When it was, not when it is written down."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Contact by",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Whose contact it was.",
    )
    purpose = fields.Selection(
        [
            ("opening", "Opening"),
            ("listening", "Listening"),
            ("apology", "Apology"),
            ("explanation", "Explanation"),
            ("agreement", "Agreement"),
            ("progress", "Progress"),
            ("closing", "Closing"),
            ("other", "Other"),
        ]
    )
    summary = fields.Text(string="What Was Said", required=True)
    result = fields.Selection(
        [("reached", "Reached"), ("message_left", "Message left"), ("not_reached", "Not reached")],
        string="Reached?",
        required=True,
        default="reached",
    )
    promised_date = fields.Date(
        string="Next Contact Promised for", help="On that day an activity reminds of it."
    )
    promised_note = fields.Char(string="What Was Promised")
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    message_id = fields.Many2one(
        "mail.message", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    history = fields.Html(string="Former Wording", readonly=True, copy=False)
    may_change = fields.Boolean(compute="_compute_may_change", export_string_translation=False)

    @api.depends("kind", "date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for contact in self:
            # Many moments are shown at once: no formatting that looks anything up.
            moment = contact.date and fields.Datetime.context_timestamp(contact, contact.date)
            contact.display_name = (
                f"{kinds.get(contact.kind, '')} {moment:%Y-%m-%d %H:%M}" if moment else False
            )

    @api.depends("kind")
    def _compute_channel_id(self):
        Channel, data = self.env["complaint.channel"], self.env["ir.model.data"]
        ids = {
            name: data._xmlid_to_res_id(f"complaint_management.complaint_channel_{name}")
            for name in {*WRITTEN_CHANNELS, *CHANNEL_OF_KIND.values()}
        }
        # A company may have removed or archived what comes with the add-on.
        known = Channel.browse(channel_id for channel_id in ids.values() if channel_id).filtered("active")
        written = {ids[name] for name in WRITTEN_CHANNELS}
        for contact in self:
            channel = contact.complaint_id.channel_id
            if contact.kind != "message" or channel.id not in written:
                channel = Channel.browse(ids.get(CHANNEL_OF_KIND.get(contact.kind)))
            contact.channel_id = channel & known

    @api.depends("complaint_id")
    def _compute_partner_name(self):
        for contact in self:
            # Whom it was with stays, also when the complaint is merged into another one.
            contact.partner_name = contact.partner_name or contact.complaint_id.partner_name

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_may_change(self):
        manager = self._is_manager()
        for contact in self:
            contact.may_change = manager or contact.user_id == self.env.user

    def _is_manager(self):
        return self.env.user.has_group("complaint_management.group_complaint_manager")

    @api.constrains("date", "promised_date")
    def _check_dates(self):
        latest = fields.Datetime.now() + TOLERANCE
        for contact in self:
            if contact.date > latest:
                raise ValidationError(
                    self.env._(
                        "A contact is logged once it has been. For one that is still to come, enter the day "
                        "that was promised."
                    )
                )
            # It is another day somewhere.
            if contact.promised_date and contact.promised_date < (contact.date - timedelta(days=1)).date():
                raise ValidationError(
                    self.env._("The next contact cannot be promised for a day before this one.")
                )

    @api.constrains("summary")
    def _check_summary(self):
        if any(not contact.summary.strip() for contact in self):
            raise ValidationError(self.env._("Write down what was said, or that nobody answered."))

    # logging

    @api.model_create_multi
    def create(self, vals_list):
        own = {"activity_id": False, "history": False, "message_id": False}
        contacts = super().create([{**vals, **own} for vals in vals_list])
        contacts._check_author()
        contacts._check_not_merged()
        contacts._post_notes()
        contacts._reach_respond()
        contacts._settle_promises(contacts)
        return contacts

    def write(self, vals):
        if not self.env.su and KEPT_FIELDS & vals.keys():
            raise UserError(
                self.env._(
                    "Which complaint a contact belongs to and whose it was never changes. Log another "
                    "contact instead."
                )
            )
        if not self._get_note_fields() & vals.keys():
            return super().write(vals)
        before = self._render_notes()
        promised = self.grouped(lambda contact: (contact.promised_date, contact.promised_note))
        result = super().write(vals)
        self._rewrite_notes(before)
        if {"date", "direction", "result"} & vals.keys():
            self._reach_respond()
        promising = self.browse().union(
            *(
                contacts.filtered(
                    lambda contact, promise=promise: (contact.promised_date, contact.promised_note) != promise
                )
                for promise, contacts in promised.items()
            )
        )
        promising._move_promises()
        self._settle_promises(promising)
        return result

    def _check_author(self):
        """Nobody puts words into a colleague's mouth; managers take over what others noted elsewhere."""
        if self.env.su or self._is_manager():
            return
        if self.user_id - self.env.user:
            raise AccessError(
                self.env._(
                    "Everybody logs the contacts that they had themselves; a manager can enter one of "
                    "somebody else."
                )
            )

    def _check_not_merged(self):
        for complaint_sudo in self.sudo().complaint_id:
            if complaint_sudo.duplicate_of_id:
                raise UserError(
                    self.env._(
                        "%(number)s was merged into %(target)s. Log the contact there.",
                        number=complaint_sudo.number,
                        target=complaint_sudo.duplicate_of_id.number,
                    )
                )

    def _is_answer(self):
        """Tell whether the customer heard from us: reached, or left a message."""
        self.ensure_one()
        return self.direction == "out" and self.result != "not_reached"

    def _reach_respond(self):
        """The first contact of ours that reached the customer is the response, at its own moment (TL-3)."""
        by_moment = {}
        answers_sudo = self.sudo().filtered(lambda contact: contact._is_answer())
        for complaint_sudo, contacts in answers_sudo.grouped("complaint_id").items():
            # What was before the receipt, or before it was opened again, answers nothing. The moment of
            # receipt is often that of the same call.
            receipt = complaint_sudo._get_deadline_receipt()
            moments = [contact.date for contact in contacts if contact.date >= receipt - TOLERANCE]
            if moments:
                by_moment.setdefault(max(receipt, min(moments)), []).append(complaint_sudo.id)
        complaints_sudo = answers_sudo.complaint_id
        for moment, complaint_ids in by_moment.items():
            answered = complaints_sudo.browse(complaint_ids).with_prefetch(complaints_sudo.ids)
            answered._reach_milestones(["respond"], moment)

    # opening

    def action_open(self):
        """Open the contact in a dialog, to complete or correct it."""
        self.ensure_one()
        return {
            "name": self.env._("Contact with the Customer"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref("complaint_management.complaint_contact_view_form_log").id, "form")],
            "target": "new",
        }
