from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, formataddr, plaintext2html

from ...tools import upload
from ...tools.clean_text import TooLong, clean_line, clean_text
from ...tools.mark import Mark

#: Context key of a :class:`~...tools.mark.Mark`: what is posted in the customer's name on these records is
#: no reply, as it belongs to something else that was done.
SILENT = "complaint_customer_silent"
#: How much a customer can write at once, and how long a name, a phone number or a wished time may be.
MAX_TEXT = 20000
MAX_LINE = 200
#: The same words within so many minutes are a form that was sent twice.
REPEAT_MINUTES = 10


class CustomerRefusal(UserError):
    """What the customer wants is not possible, or lacks something; the words are meant for the customer."""


class ComplaintCustomerSide(models.AbstractModel):
    """What everything that customers do on their pages has in common.

    Acts are methods of the record as the superuser, as ``_open_for_customer`` returns it: who may act was
    decided there. Each act looks at the state that the page was about; what happens at the same moment waits
    for it. What customers read is in the language of the page, what we read of it in ours.
    """

    _inherit = "complaint.customer.side"

    def _begin_customer_act(self):
        """Let acts on one record come one after the other; return it in the language that we work in.

        The second of two that come at the same moment waits here, is done again and finds the first.
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            SQL("UPDATE %s SET write_date = write_date WHERE id = %s", SQL.identifier(self._table), self.id)
        )
        lang = self.user_id.lang or self.company_id.partner_id.lang or "en_US"
        return self.with_company(self.company_id).with_context(
            lang=lang, tz=self._get_customer_tz(), mail_post_autofollow_author_skip=True
        )

    def _clean_customer_text(self, text, missing=None, limit=MAX_TEXT):
        """Return what a customer wrote, without characters that act unseen.

        :param str missing: what is said where there is nothing; without it nothing is needed
        :raises CustomerRefusal: it is missing, or too long
        """
        clean = clean_line if limit == MAX_LINE else clean_text
        try:
            text = clean(text or "", limit)
        except TooLong as error:
            raise CustomerRefusal(
                self.env._("This is too long: %(limit)s characters are possible.", limit=error.limit)
            ) from error
        if missing and not text:
            raise CustomerRefusal(missing)
        return text

    # what we hear of it

    def _note_customer_act(self, body):
        """Write into the chatter what the customer did."""
        self._message_log(body=body)

    def _get_person_to_tell(self):
        """Return who is told of what the customer does: the person responsible, else a leader."""
        barred = self.excluded_user_ids
        person = self._get_heir(barred)
        while person and not person.active:
            barred |= person
            person = self._get_heir(barred)
        return person

    def _tell_responsible(self, subject, body=""):
        """Tell the person responsible what the customer did; it stands in the chatter already."""
        person = self._get_person_to_tell()
        if person:
            self.message_notify(
                subject=f"{self.number}: {subject}",
                body=body or subject,
                partner_ids=person.partner_id.ids,
                email_layout_xmlid="mail.mail_notification_light",
            )

    def _plan_customer_task(self, summary, note, kind="mail.mail_activity_data_todo"):
        """Give the person responsible something to do about what the customer wants.

        :return: mail.activity
        """
        return self.activity_schedule(
            kind,
            date_deadline=fields.Date.context_today(self),
            user_id=self._get_person_to_tell().id,
            summary=summary,
            note=plaintext2html(note),
        )

    # the customer's words

    def _get_customer_author(self):
        """Return the values of a message that make it the customer's."""
        self.ensure_one()
        partner = self.partner_id
        name = self._get_customer_name() or partner.name or self._get_nameless()
        address = partner.email or self.partner_email
        return {"author_id": partner.id, "email_from": formataddr((name, address)) if address else name}

    @api.model
    def _get_nameless(self):
        """Return what a customer is called of whom no name is known."""
        return self.env._("Customer")

    def _get_shown_reply(self):
        """Return what the form for messages needs; hosts say where there is none, and why."""
        return {
            "possible": True,
            "file_count": self.company_id.complaint_file_count,
            "file_size": self.company_id.complaint_file_size,
            "accept": upload.ACCEPT,
        }

    def _reply_as_customer(self, text, files=()):
        """Write a message to us, with files.

        :param str text: what was typed
        :param files: as a form brought them, or pairs of name and content
        :raises CustomerRefusal: nothing was written, it is too much, or it ended too long ago
        """
        ours = self._begin_customer_act()
        text = self._clean_customer_text(text)
        try:
            files = self._check_customer_files(files)
        except UserError as error:
            raise CustomerRefusal(str(error)) from error
        if not text and not files:
            raise CustomerRefusal(self.env._("Write a message, or choose a file."))
        if self._was_just_sent(text, files):
            return "reply"
        reply = self._get_shown_reply()
        if not reply["possible"]:
            raise CustomerRefusal(reply["why"])
        ours._post_as_customer(text, files)
        return "reply"

    def _was_just_sent(self, text, files=()):
        """Tell whether the customer sent the same words and files a moment ago, by the same form.

        :param files: pairs of name and content
        """
        self.ensure_one()
        since = fields.Datetime.subtract(fields.Datetime.now(), minutes=REPEAT_MINUTES)
        author = self._get_customer_author()
        last = self.env["mail.message"].search(
            [
                ("model", "=", self._name),
                ("res_id", "=", self.id),
                ("message_type", "=", "comment"),
                ("author_id", "=", author["author_id"]),
                ("email_from", "=", author["email_from"]),
                ("date", ">=", since),
            ],
            order="id desc",
            limit=1,
        )
        return bool(last) and (
            last.body == plaintext2html(text)
            and sorted(last.attachment_ids.mapped(lambda file: (file.name, file.file_size)))
            == sorted((name, len(content)) for name, content in files)
        )

    def _post_as_customer(self, text, files=(), silent=False):
        """Post words and files as the customer's; what follows from them says the host.

        :param files: pairs of name and content
        :param bool silent: they belong to something else that was done, by which people were told already
        """
        self.ensure_one()
        record = self
        if silent:
            record = self.with_context(**{SILENT: Mark(self.ids)})
            self._go_on_after_reply()
        return record.message_post(
            body=plaintext2html(text) if text else "",
            attachments=list(files),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **self._get_customer_author(),
        )

    def _go_on_after_reply(self):
        """The customer owes no answer any more."""
