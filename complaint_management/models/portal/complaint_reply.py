import logging

from odoo import SUPERUSER_ID, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...tools import process
from ...tools.customer_words import first_line, is_thanks, own_words
from ...tools.mark import Mark
from .customer_acts import SILENT

_logger = logging.getLogger(__name__)

WROTE_ACTIVITY = "complaint_management.mail_activity_type_customer_wrote"
#: Where an ended complaint goes on, and where else if the record lacks what that asks for.
WAY_BACK = ("investigation", "dispatch", "triage", "new")


class ComplaintReply(models.Model):
    """The complainant writes back: by mail or on their page, it is the same (TL-5, CL-2, X-10)."""

    _inherit = "complaint.complaint"

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        if self and self._is_reply_of_complainant(message):
            self._customer_wrote(message)
        return result

    def _is_reply_of_complainant(self, message):
        """Tell whether a message is what the complainant wrote: no note, and nothing of our own."""
        # The gateway and the customer's page post as the superuser; whoever else names the complainant as
        # the author of a message does not reply in their name.
        if not self.env.su or message.message_type not in ("email", "comment"):
            return False
        if message.is_internal or message.subtype_id.internal or self.id in Mark.of(self.env, SILENT):
            return False
        if self._is_by_customer(message):
            return True
        author = message.author_id
        # A colleague whose company complains about itself still writes as a colleague.
        return not (author and self._is_own_user(author)) and self._is_complainant(message.email_from)

    def _takes_replies(self):
        """Tell whether what the complainant writes belongs to this complaint: while it is open, and for
        some days after its end. Later, and where it goes on in another one, it is a matter of its own.
        """
        self.ensure_one()
        complaint_sudo = self.sudo()
        if complaint_sudo.duplicate_of_id or not complaint_sudo.active:
            return False
        return complaint_sudo.step not in process.ENDS or complaint_sudo._is_reopenable()

    def _is_thanks(self, body, attachments, email_from=False):
        """Tell whether a message of the complainant is thanks and no more, and so changes nothing.

        :param body: HTML
        :param attachments: what is attached, which may be evidence
        :param str email_from: the sender
        """
        self.ensure_one()
        names = (self.partner_name, self.partner_id.name, self._split_sender(email_from)[0])
        return not attachments and is_thanks(own_words(body), [name for name in names if name])

    def _customer_wrote(self, message):
        """Do what follows from a message of the complainant: the clock goes on, an ended case opens again,
        and somebody is told. Whatever fails, the message stays.

        :param message: mail.message, on this complaint
        """
        self.ensure_one()
        if self._is_thanks(message.body, message.attachment_ids, message.email_from):
            # It is shown, and the followers are told of it as of any message.
            return
        reader = self._get_reply_reader()
        # What is written here is for colleagues: the language of the customer's page is none of theirs.
        lang = reader.lang or self.company_id.partner_id.lang
        complaint = self.with_user(SUPERUSER_ID).with_context(lang=lang)
        line = first_line(own_words(message.body))
        ended = complaint.step in process.ENDS
        if ended and complaint._takes_replies():
            complaint._reopen_for_reply(line)
        elif not ended:
            complaint._go_on_after_reply()
        if ended or not complaint._is_responsible_there():
            complaint._plan_reading(reader, line)

    def _go_on_after_reply(self):
        """The complainant owes no answer any more, whatever the clock waited for."""
        if self._get_open_pauses():
            self._resume_deadlines()
            self._message_log(body=self.env._("The complainant has written: the clock goes on."))

    def _reopen_for_reply(self, line):
        """Take up an ended case again, as far back as its record allows; the mail is not lost where it
        does not.

        :param str line: the beginning of what the complainant wrote
        """
        reason = self.env._("The complainant wrote again: %(line)s", line=line or "…")
        way = WAY_BACK[WAY_BACK.index("triage" if self.step == "rejected" else "investigation") :]
        try:
            with self.env.cr.savepoint():
                self.action_reopen(reason, self._get_take_up_step(way))
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # Somebody changed it at the same moment: the whole mail is taken once more.
            raise
        except Exception:  # a company's own gates and actions raise whatever they like
            _logger.exception("Complaint %s was not opened again by a reply.", self.number)
            self._message_log(
                body=self.env._("The complainant wrote again, but the case could not be opened by itself.")
            )

    # who is told

    def _is_responsible_there(self):
        """Tell whether somebody hears of a message anyway, because they work on the case or will take it."""
        self.ensure_one()
        if not self.user_id:
            return self.step in ("new", "triage")
        return self.user_id.active and self.user_id not in self.excluded_user_ids

    def _get_reply_reader(self):
        """Return who reads what the complainant wrote: the person responsible, else the nearest leader."""
        self.ensure_one()
        members = self.team_id.member_ids.filtered("active") - self.excluded_user_ids
        return self._get_person_to_tell() or members[:1]

    def _plan_reading(self, reader, line):
        """Give one person one to-do, however often the complainant writes."""
        case = self.duplicate_of_id or self
        if case != self:
            reader = case._get_reply_reader()
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(WROTE_ACTIVITY, raise_if_not_found=False)
        type_id = type_id or self._default_activity_type().id
        planned = [
            ("res_model", "=", self._name),
            ("res_id", "=", case.id),
            ("activity_type_id", "=", type_id),
            ("user_id", "=", reader.id),
        ]
        if not reader or self.env["mail.activity"].search_count(planned, limit=1):
            return
        case.with_context(lang=reader.lang).activity_schedule(
            activity_type_id=type_id, user_id=reader.id, summary=line, automated=True
        )
