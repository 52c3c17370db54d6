from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.customer_words import first_line, own_words
from ...tools.mark import Mark
from ..portal.customer_acts import MAX_LINE, MAX_TEXT, SILENT, CustomerRefusal

WROTE_ACTIVITY = "complaint_management.mail_activity_type_customer_wrote"
#: What only the customer's page writes.
CUSTOMER_FIELDS = {"change_asked", "change_asked_at"}


class ComplaintServiceCustomer(models.Model):
    """What the customer of a service order does on their page: answer the quotation, sign for the hand-over,
    ask for another time, write (SV-2, SV-5, SV-6).

    Acts are methods of the order as the superuser, as ``_open_for_customer`` returns it; what they have in
    common is in ``portal/customer_acts.py``.
    """

    _inherit = "complaint.service.order"

    change_asked = fields.Selection(
        [("move", "Another time"), ("cancel", "Cancelling")],
        string="Asked for by the Customer",
        readonly=True,
        copy=False,
        help="What the customer asked for on their page, and nobody has decided about yet.",
    )
    change_asked_at = fields.Datetime(readonly=True, copy=False, export_string_translation=False)

    # what is asked of the customer, and open to them

    def _get_portal_actions(self, role):
        """Return what the page asks of the customer and offers to them, as plain values.

        :param str role: as ``_open_for_customer`` said it; who only looks sees the same without forms
        """
        self.ensure_one()
        return {
            "can_act": role in ("owner", "link"),
            "signer": self._get_customer_name(),
            "max_text": MAX_TEXT,
            "max_line": MAX_LINE,
            "quotation": self._get_shown_quotation(),
            "can_sign": self._can_sign_handover(),
            "change": self._get_shown_change(),
            "reply": self._get_shown_reply(),
        }

    def _is_form_shown(self, act):
        """Tell whether the page shows the form of an act as things stand.

        :param str act: as in the address of the form
        """
        actions = self._get_portal_actions("link")
        open_quotation = actions["quotation"] and actions["quotation"]["can_answer"]
        change = actions["change"] and not actions["change"]["asked_on"]
        return bool(
            {
                "agree": open_quotation,
                "decline": open_quotation,
                "sign": actions["can_sign"],
                "move": change,
                "cancel": change,
                "reply": actions["reply"]["possible"],
            }[act]
        )

    @api.model
    def _get_done_text(self, done):
        texts = {
            "reply": self.env._("Thank you, your message has arrived."),
            "agreed": self.env._("Thank you: you agreed to the quotation. We go to work on it."),
            "declined": self.env._("You declined the quotation. We will get in touch with you."),
            "signed": self.env._("Thank you for your signature."),
            "move": self.env._("It is noted: we look for another time and tell you."),
            "cancel": self.env._("It is noted: you want to cancel. We get in touch with you."),
            "asked": self.env._("Thank you: we check the time that you chose, and confirm it."),
            "asked_call": self.env._("Thank you: we look for a time and get in touch with you."),
        }
        return texts.get(done) or super()._get_done_text(done)

    # the quotation

    def _get_shown_quotation(self):
        """Return the quotation as the customer may see it: while it waits for an answer, and with one."""
        self.ensure_one()
        quotation = self.sudo()._get_quotation(self.env.lang)
        if quotation["state"] in ("none", "changed") or self.step == "cancelled":
            return False
        if self.closed_at and quotation["state"] != "agreed":
            return False
        return {
            "version": quotation["version"],
            "state": quotation["state"],
            "lines": [self._get_told_line(line) for line in quotation["lines"]],
            "amount_untaxed": quotation["amount_untaxed"],
            "amount_tax": quotation["amount_tax"],
            "amount_total": quotation["amount_total"],
            "agreed_amount": quotation["agreed_amount"],
            "can_answer": quotation["can_answer"],
            "offered_on": self._tell_date(quotation["offered_at"]),
            "agreed_on": self._tell_moment(quotation["agreed_at"]),
            "agreed_by": quotation["agreed_by"],
            "decline_reason": quotation["decline_reason"],
        }

    def _check_shown_quotation(self, version):
        """Check that the customer answers to what was shown, and that it waits for an answer.

        :param str version: as it came with the form
        :raises CustomerRefusal: it was answered or changed meanwhile
        """
        shown = self._get_shown_quotation()
        if shown and shown["state"] == "agreed" and shown["version"] == version:
            raise CustomerRefusal(
                self.env._("You have answered it already on %(moment)s.", moment=shown["agreed_on"])
            )
        if not shown or not shown["can_answer"] or shown["version"] != version:
            raise CustomerRefusal(
                self.env._("This quotation has changed. Please look at it again before you answer.")
            )

    def _agree_as_customer(self, version, name, signature):
        """Agree to the quotation with a signature.

        :param str version: of what the page showed
        :param str name: who signs
        :param str signature: picture, as a data URL
        """
        ours = self._begin_customer_act()
        self._check_shown_quotation(version)
        name, picture = self._read_signature(name, signature)
        ours._agree("portal", name, signature=picture, version=version)
        said = ours.env._("%(name)s agreed to the quotation on the customer's page.", name=name)
        ours._tell_responsible(ours.env._("the quotation was agreed to"), said)
        return "agreed"

    def _decline_as_customer(self, version, reason):
        """Decline the quotation; the advisor talks to the customer.

        :param str version: of what the page showed
        :param str reason: why
        """
        ours = self._begin_customer_act()
        self._check_shown_quotation(version)
        reason = self._clean_customer_text(reason, self.env._("Tell us why, please."))
        ours._decline(reason, version=version)
        ours._plan_customer_task(ours.env._("The customer declined the quotation: talk to them"), reason)
        return "declined"

    # the hand-over

    def _can_sign_handover(self):
        """Tell whether the customer can sign for the hand-over now."""
        self.ensure_one()
        return self.step == "handover" and not self.handed_over_at

    def _sign_as_customer(self, name, signature, note=""):
        """Sign that all was handed over.

        :param str name: who signs
        :param str signature: picture, as a data URL
        :param str note: what they want to be written down
        """
        ours = self._begin_customer_act()
        if not self._can_sign_handover():
            raise CustomerRefusal(self.env._("This was signed already, or it is not ready yet."))
        name, picture = self._read_signature(name, signature)
        note = self._clean_customer_text(note)
        ours._hand_over(name, picture, note)
        said = ours.env._("Hand-over signed by %(name)s, on the customer's page.", name=name)
        ours._note_customer_act(said)
        ours._tell_responsible(ours.env._("the hand-over was signed"), f"{said} {note}".strip())
        if note:
            ours._plan_customer_task(ours.env._("The customer wrote a note at the hand-over"), note)
        return "signed"

    # another time, or none

    def _get_shown_change(self):
        """Return whether the customer can ask for another time or cancel, and did so; or False."""
        self.ensure_one()
        if self.step != "appointment":
            return False
        return {
            "asked": self.change_asked or False,
            "asked_on": self._tell_moment(self.change_asked_at),
            "has_time": bool(self.scheduled_start),
        }

    def _ask_for_change(self, kind, words, sure=True):
        """Ask for another time, or that the order be cancelled; the advisor decides and tells.

        :param str kind: move or cancel
        :param str words: which times suit, or why
        :param sure: of a cancelling, the customer said once more that it is meant
        """
        ours = self._begin_customer_act()
        shown = self._get_shown_change()
        if not shown:
            raise CustomerRefusal(self.env._("This cannot be changed here any more: please call us."))
        if shown["asked"]:
            return shown["asked"]
        missing = {"move": self.env._("Tell us which times suit you."), "cancel": None}
        words = self._clean_customer_text(words, missing[kind])
        if not sure:
            raise CustomerRefusal(self.env._("Tick the box to say that you want to cancel."))
        ours.write({"change_asked": kind, "change_asked_at": fields.Datetime.now()})
        summary = {
            "move": ours.env._("The customer asks for another time"),
            "cancel": ours.env._("The customer wants to cancel"),
        }[kind]
        ours._plan_customer_task(summary, words or ours.env._("No reason was given."))
        ours._note_customer_act(f"{summary}. {words}".strip())
        if words:
            ours._post_as_customer(words, silent=True)
        return kind

    # messages

    def _get_shown_reply(self):
        days = self.company_id.complaint_reopen_days
        if self.closed_at and fields.Datetime.now() > fields.Datetime.add(self.closed_at, days=days):
            return {
                "possible": False,
                "why": self.env._(
                    "This ended on %(date)s. If something is wrong, tell us by a complaint, or ask for a new "
                    "appointment.",
                    date=self._tell_date(self.closed_at),
                ),
            }
        return super()._get_shown_reply()

    def _message_post_after_hook(self, message, msg_vals):
        """What the customer writes, by mail or on the page, somebody has to read; what we write answers."""
        result = super()._message_post_after_hook(message, msg_vals)
        if not self:
            return result
        if self._is_word_of_customer(message):
            self._customer_wrote(message)
        elif self._is_outward_contact(message):
            self._reach_milestones(["respond"], message.date)
        return result

    def _is_word_of_customer(self, message):
        """Tell whether a message is what the customer wrote: no note, and nothing of our own."""
        # The gateway and the customer's page post as the superuser.
        if not self.env.su or message.message_type not in ("email", "comment"):
            return False
        if message.is_internal or message.subtype_id.internal or self.id in Mark.of(self.env, SILENT):
            return False
        return self._is_by_customer(message)

    def _is_outward_contact(self, message):
        """Tell whether a message is a person's answer to the customer."""
        if message.message_type not in ("comment", "email", "email_outgoing") or message.subtype_id.internal:
            return False
        author = message.author_id.user_ids[:1]
        if not author or author.share:
            return False
        addressed = message.partner_ids | self.message_partner_ids
        address = self._get_stated_address()
        return self.partner_id in addressed or bool(
            address
            and (
                address in addressed.mapped("email_normalized")
                or address in (message.outgoing_email_to or "")
            )
        )

    def _customer_wrote(self, message):
        """Give one person one to-do, however often the customer writes.

        :param message: mail.message, on this order
        """
        reader = self._get_person_to_tell()
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(WROTE_ACTIVITY, raise_if_not_found=False)
        type_id = type_id or self._default_activity_type().id
        planned = [
            ("res_model", "=", self._name),
            ("res_id", "=", self.id),
            ("activity_type_id", "=", type_id),
            ("user_id", "=", reader.id),
        ]
        if not reader or self.env["mail.activity"].search_count(planned, limit=1):
            return
        self.with_context(lang=reader.lang).activity_schedule(
            activity_type_id=type_id,
            user_id=reader.id,
            summary=first_line(own_words(message.body)),
            automated=True,
        )

    # what only the page writes

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [
                {fname: value for fname, value in vals.items() if fname not in CUSTOMER_FIELDS}
                for vals in vals_list
            ]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and CUSTOMER_FIELDS & vals.keys():
            raise UserError(self.env._("Only the customer does this, on their page."))
        former = {order: order.scheduled_start for order in self} if "scheduled_start" in vals else {}
        result = super().write(vals)
        moved = self.filtered(lambda order: order in former and order.scheduled_start != former[order])
        moved._forget_change()
        return result

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        self.filtered(lambda order: old_steps[order.id] != order.step)._forget_change()

    def _forget_change(self):
        """What the customer asked for was decided: there is another time, or it went on or ended."""
        asked = self.filtered("change_asked").sudo()
        if asked:
            asked.with_context(tracking_disable=True).write({"change_asked": False, "change_asked_at": False})
