from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formataddr, plaintext2html

from ...tools import upload
from ...tools.clean_text import TooLong, clean_line, clean_text
from ...tools.mark import Mark
from .complaint_reply import SILENT

#: How much a customer can write at once, and how long a name, a phone number or a wished time may be.
MAX_TEXT = 20000
MAX_LINE = 200
#: The same words within so many minutes are a form that was sent twice.
REPEAT_MINUTES = 10


class CustomerRefusal(UserError):
    """What the customer wants is not possible, or lacks something; the words are meant for the customer."""


class ComplaintPortalActions(models.Model):
    """What is expected of the customer and what is open to them, and what everything they do has in common.

    Acts are methods of the complaint as the superuser, as ``_open_for_customer`` returns it: who may act was
    decided there. Each act looks at the state that the page was about; what happens at the same moment waits
    for it. What customers read is in the language of the page, what we read of it in ours.
    """

    _inherit = "complaint.complaint"

    def _get_portal_actions(self, role):
        """Return what the page asks of the customer and offers to them, as plain values.

        :param str role: as ``_open_for_customer`` said it; who only looks sees the same without forms
        """
        self.ensure_one()
        return {
            "can_act": role in ("owner", "link"),
            "signer": self.partner_name or "",
            "max_text": MAX_TEXT,
            "max_line": MAX_LINE,
            "proposal": self._get_shown_proposal(),
            "result": self._get_shown_confirmation(),
            "followup": self._get_shown_followup(),
            "appeal": self._get_shown_appeal(),
            "withdrawal": self._get_shown_withdrawal(),
            "reply": self._get_shown_reply(),
        }

    def _is_form_shown(self, act):
        """Tell whether the page shows the form of an act as things stand.

        :param str act: as in the address of the form
        """
        actions = self._get_portal_actions("link")
        offered = actions["proposal"] and actions["proposal"]["state"] == "offered"
        shown = {
            "accept": offered,
            "decline": offered,
            "call": offered and not actions["proposal"]["call_on"],
            "confirm": actions["result"]
            and (actions["result"]["can_confirm"] or actions["result"]["can_object"]),
            "followup": actions["followup"],
            "appeal": actions["appeal"] and not actions["appeal"]["asked_on"],
            "withdraw": actions["withdrawal"] and not actions["withdrawal"]["asked_on"],
            "reply": actions["reply"]["possible"],
        }
        return bool(shown[act])

    @api.model
    def _get_done_text(self, done):
        texts = {
            "reply": self.env._("Thank you, your message has arrived."),
            "accepted": self.env._("Thank you: you accepted our proposal. We go to work on it now."),
            "declined": self.env._("You declined our proposal. We will get in touch with you."),
            "call": self.env._("It is noted: we will call you."),
            "confirmed": self.env._("Thank you for confirming the result."),
            "objected": self.env._("Thank you for telling us. We look at it again."),
            "followup_well": self.env._("Thank you for telling us. We are glad that all is well."),
            "followup_not": self.env._("Thank you for telling us. We look at it again."),
            "withdrawn": self.env._("Your complaint is withdrawn."),
            "withdrawal_asked": self.env._(
                "Your wish to withdraw the complaint has arrived. As something is under way already, we look "
                "at it first and get in touch with you."
            ),
            "appealed": self.env._(
                "Somebody who did not handle your complaint before will look at it again."
            ),
        }
        return texts.get(done) or super()._get_done_text(done)

    # what all acts share

    def _begin_customer_act(self):
        """Let acts on one complaint come one after the other; return it in the language that we work in.

        The second of two that come at the same moment waits here, is done again and finds the first.
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute("UPDATE complaint_complaint SET write_date = write_date WHERE id = %s", [self.id])
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

    def _is_reopenable(self):
        """Tell whether a word of the customer opens the ended complaint again."""
        self.ensure_one()
        days = self.company_id.complaint_reopen_days
        return bool(
            self.closed_at
            and not self.duplicate_of_id
            and fields.Datetime.now() <= fields.Datetime.add(self.closed_at, days=days)
        )

    def _get_take_up_step(self, steps=("investigation", "triage", "new")):
        """Return the first of some steps in which the work can go on as the record stands.

        :param steps: the wanted one first; the last one asks for nothing
        """
        self.ensure_one()
        requirements = [
            requirement for requirement in self._gate_requirements() if requirement.gate != "reopen"
        ]
        for step in steps[:-1]:
            if not self._get_missing(self.step, step, requirements):
                return step
        return steps[-1]

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
        name = self.partner_name or partner.name or self.env._("Complainant")
        address = partner.email or self.partner_email
        return {"author_id": partner.id, "email_from": formataddr((name, address)) if address else name}

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
        """Post words and files as the customer's; what follows from them is in ``complaint_reply.py``.

        :param files: pairs of name and content
        :param bool silent: they belong to something else that was done, by which people were told already
        """
        self.ensure_one()
        complaint = self
        if silent:
            complaint = self.with_context(**{SILENT: Mark(self.ids)})
            self._go_on_after_reply()
        return complaint.message_post(
            body=plaintext2html(text) if text else "",
            attachments=list(files),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **self._get_customer_author(),
        )

    def _get_shown_reply(self):
        """Return what the form for messages needs, or why there is none."""
        if self.duplicate_of_id:
            return {
                "possible": False,
                "why": self.env._("This complaint goes on together with another one. Please write there."),
            }
        if self.closed_at and not self._is_reopenable():
            return {
                "possible": False,
                "why": self.env._(
                    "This complaint has ended on %(date)s. If something is wrong again, please enter a new "
                    "one.",
                    date=self._tell_date(self.closed_at),
                ),
            }
        return {
            "possible": True,
            "reopens": bool(self.closed_at),
            "file_count": self.company_id.complaint_file_count,
            "file_size": self.company_id.complaint_file_size,
            "accept": upload.ACCEPT,
        }

    def _reply_as_customer(self, text, files=()):
        """Write a message to us, with files.

        :param str text: what was typed
        :param files: as a form brought them, or pairs of name and content
        :raises CustomerRefusal: nothing was written, it is too much, or the complaint has ended
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
