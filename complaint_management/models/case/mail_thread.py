import logging
from ast import literal_eval
from email import message_from_bytes, policy
from xmlrpc.client import Binary

from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize, email_normalize_all

from ...tools.automatic_mail import BOUNCE, automatic_kind
from ...tools.mail_repair import (
    as_bytes,
    find_faults,
    mend_head,
    message_id,
    readable_text,
    recipients,
    references,
)

_logger = logging.getLogger(__name__)

COMPLAINT = "complaint.complaint"


class MailThread(models.AbstractModel):
    """The mail gateway where it takes mail for complaints; mail for anything else passes unchanged."""

    _inherit = "mail.thread"

    @api.model
    def message_process(
        self, model, message, custom_values=None, save_original=False, strip_attachments=False, thread_id=None
    ):
        """Mend the header of mail for complaints, and take a later copy of a message to another team.

        The gateway drops a message that it knows, even where the second copy went to another team's
        address (as blind copies do): that team would never hear of it. This is looked at only when
        something was dropped, so other mail costs nothing more.
        """
        raw = bytes(message.data) if isinstance(message, Binary) else message
        raw = raw.encode() if isinstance(raw, str) else raw
        if model == COMPLAINT:
            self = self.with_context(complaint_gateway=True)
        mended = mend_head(raw)
        if mended is not raw and not self._is_for_complaints(self._parse_bytes(mended)):
            mended = raw
        options = {
            "custom_values": custom_values,
            "save_original": save_original,
            "strip_attachments": strip_attachments,
            "thread_id": thread_id,
        }
        result = super().message_process(model, mended, **options)
        if result is False:
            for alias in self._find_missed_aliases(self._parse_bytes(mended)):
                copied = self.with_context(complaint_copy_for=alias.id)
                result = super(MailThread, copied).message_process(model, mended, **options)
        return result

    # broken mail

    @api.model
    def _parse_bytes(self, raw):
        return message_from_bytes(raw, policy=policy.SMTP)

    @api.model
    def message_parse(self, message, save_original=False):
        """Make broken mail for complaints readable first; a copy for another team gets an id of its own."""
        self._mend_for_complaints(message)
        try:
            values = super().message_parse(message, save_original=save_original)
        except Exception:  # hostile headers make the standard library raise whatever comes up
            if not self._mend_for_complaints(message, thorough=True):
                raise
            values = super().message_parse(message, save_original=save_original)
        alias_id = self.env.context.get("complaint_copy_for")
        if alias_id:
            values["message_id"] = self._get_copy_id(values["message_id"], alias_id)
        return values

    @api.model
    def _mend_for_complaints(self, message, thorough=False):
        """Mend a mail for complaints in place; tell whether anything was."""
        faults = find_faults(message, thorough)
        if not faults or not self._is_for_complaints(message):
            return False
        for mend in faults:
            mend()
        return True

    def _message_parse_extract_payload(self, message, message_dict, save_original=False):
        """Rather an unformatted complaint with the original attached than none at all."""
        try:
            return super()._message_parse_extract_payload(message, message_dict, save_original=save_original)
        except Exception:  # hostile content makes the parsers raise whatever comes up
            if not self._is_for_complaints(message):
                raise
            _logger.warning(
                "Mail %s is broken: its original is kept.", message_dict["message_id"], exc_info=True
            )
        return {
            "body": Markup("<pre>%s</pre>") % readable_text(message),
            "attachments": [self._Attachment("original_email.eml", as_bytes(message), {})],
        }

    # what is for complaints, and whose

    @api.model
    def _find_complaint_aliases(self, message):
        """Return the addresses of teams among a mail's recipients, found as the gateway finds them."""
        addresses = recipients(message)
        if not addresses:
            return self.env["mail.alias"]
        names = [address.partition("@")[0] for address in addresses]
        local = Domain("alias_name", "in", names) & Domain("alias_incoming_local", "=", True)
        named = Domain("alias_full_name", "in", addresses) | local
        return self.env["mail.alias"].sudo().search(Domain("alias_model_id.model", "=", COMPLAINT) & named)

    @api.model
    def _is_for_complaints(self, message):
        """Tell whether a mail goes to a team, or answers a message on a complaint."""
        if self.env.context.get("complaint_gateway") or self._find_complaint_aliases(message):
            return True
        answered = references(message)[-32:]
        domain = [("message_id", "in", answered), ("model", "=", COMPLAINT)]
        return bool(answered and self.env["mail.message"].sudo().search_count(domain, limit=1))

    @api.model
    def _get_copy_id(self, known_id, alias_id):
        return f"{known_id.removesuffix('>')}.copy{alias_id}>"

    @api.model
    def _find_missed_aliases(self, message):
        """Return the addresses of those teams that a known message names and that have no complaint of it.

        :param message: a parsed mail that the gateway dropped for whatever reason
        :return: mail.alias; empty where it was not dropped as a copy of a known message
        """
        aliases, known_id = self._find_complaint_aliases(message), message_id(message)
        if not aliases or not known_id:
            return aliases.browse()
        ids = [known_id, *(self._get_copy_id(known_id, alias.id) for alias in aliases)]
        known = self.env["mail.message"].sudo().search([("message_id", "in", ids)])
        if not known or any(message.message_type != "email" for message in known):
            # What we sent ourselves comes back when somebody has their mail passed on to a team.
            return aliases.browse()
        on_complaints = known.filtered(lambda message: message.model == COMPLAINT)
        complaints = self.env[COMPLAINT].sudo().browse(on_complaints.mapped("res_id")).exists()
        served = (False, *complaints.origin_team_id.ids)
        return aliases.filtered(
            lambda alias: literal_eval(alias.alias_defaults).get("team_id", False) not in served
        )

    @api.model
    def _is_for_copy(self, message, route, alias_id):
        """Tell whether a copy of a known message, meant for one team's address, may take a route."""
        model, thread_id, alias = route[0], route[1], route[4]
        if model != COMPLAINT:
            return False
        if not thread_id or (alias and alias.alias_force_thread_id == thread_id):
            return bool(alias) and alias.id == alias_id
        # The reply is there already.
        domain = [("message_id", "=", message_id(message)), ("model", "=", model), ("res_id", "=", thread_id)]
        return not self.env["mail.message"].sudo().search_count(domain, limit=1)

    # routes

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Drop automatic mail quietly that was fetched for complaints without an alias."""
        try:
            return super().message_route(message, message_dict, model, thread_id, custom_values)
        except ValueError:
            if model == COMPLAINT and automatic_kind(message):
                return []
            raise

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        """Let through to complaints only what a person wrote, and into a complaint only its participants.

        Every route passes here, that of an alias and that of a reply; neither a bounce nor an
        automatic reply makes a complaint or is answered.
        """
        copied_for = self.env.context.get("complaint_copy_for")
        if copied_for and not self._is_for_copy(message, route, copied_for):
            return False
        model, thread_id, alias = route[0], route[1], route[4]
        if model == COMPLAINT:
            complaint_sudo = self.env[model].sudo().browse(thread_id or []).exists()
            kind = automatic_kind(message)
            if kind:
                _logger.info(
                    "Mail %s to complaints is automatic (%s): not taken.", message_dict["message_id"], kind
                )
                complaint_sudo._log_automatic_mail(message_dict, kind)
                return False
            if complaint_sudo and not (alias and alias.alias_force_thread_id == thread_id):
                route = self._check_complaint_reply(message, message_dict, route, complaint_sudo)
                if not route:
                    return route
        return super()._routing_check_route(message, message_dict, route, raise_exception)

    @api.model
    def _check_complaint_reply(self, message, message_dict, route, complaint_sudo):
        """Return the route of a reply to a complaint, or an empty one where its sender takes no part in it.

        With an empty one it is no reply: the gateway goes on and looks for an alias to take it as new.
        """
        sender, successor_sudo = self._get_only_sender(message, message_dict), complaint_sudo.duplicate_of_id
        if not any(case._is_participant(sender) for case in (complaint_sudo, successor_sudo) if case):
            _logger.info(
                "Mail %s replies to complaint %s but its sender takes no part in it.",
                message_dict["message_id"],
                complaint_sudo.number,
            )
            return ()
        # A merged complaint goes on in another one.
        case = successor_sudo or complaint_sudo
        if case._is_complainant(sender):
            # A letter may have been kept as a note; the answer to it is no matter of ours alone.
            message_dict["is_internal"] = False
        parent = self.env["mail.message"].sudo().browse(message_dict.get("parent_id") or [])
        if case._get_former_addresses().intersection(parent.author_id.mapped("email_normalized")):
            # The gateway would send the reply to whoever wrote what it answers.
            message_dict["parent_id"] = False
        return case._prepare_reply_route(message_dict, route)

    @api.model
    def _get_only_sender(self, message, message_dict):
        """Return the sender of a mail; False where it names several, one of which may be borrowed."""
        # As it came: the parsed header leaves out what stands behind the first address.
        headers = [str(value) for name, value in message.raw_items() if name.lower() == "from"]
        return (
            message_dict.get("email_from") if len(set(email_normalize_all(",".join(headers)))) < 2 else False
        )

    # machines

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """A delivery report about a message on a complaint is noted there."""
        super()._routing_handle_bounce(email_message, message_dict)
        # A report in plain words names the mail by its header alone.
        parent = self.env["mail.message"].browse(message_dict.get("parent_id") or [])
        bounced = (message_dict.get("bounced_message") or parent).sudo()
        if bounced.model == COMPLAINT and bounced.res_id:
            complaint_sudo = self.env[COMPLAINT].sudo().browse(bounced.res_id).exists()
            for case in complaint_sudo:
                case._note_automatic_mail(message_dict, BOUNCE)

    @api.model
    def _detect_loop_sender(self, message, message_dict, routes):
        if any(route[0] == COMPLAINT for route in routes or ()):
            self = self.with_context(
                complaint_loop_ids=[route[1] for route in routes if route[0] == COMPLAINT]
            )
        return super()._detect_loop_sender(message, message_dict, routes)

    def _routing_create_bounce_email(self, email_from, body_html, message, **mail_values):
        """Who writes too much is told so once, not with each mail: machines would answer that for ever."""
        thread_ids = self.env.context.get("complaint_loop_ids")
        if thread_ids is not None:
            Complaint = self.env[COMPLAINT].sudo()
            complaint = Complaint.browse(filter(None, thread_ids)).exists()[:1]
            if not complaint:
                domain = Complaint._detect_loop_sender_domain(email_normalize(email_from))
                complaint = Complaint.search(domain, order="id desc", limit=1) if domain else complaint
            if complaint and not complaint._note_loop(email_from):
                return
            if complaint:
                # What answers this is known by the number.
                mail_values["subject"] = f"{complaint.number}: Re: {message.get('subject') or ''}"
                body_html = Markup("%s<p>%s</p>") % (body_html, complaint.number)
        super()._routing_create_bounce_email(email_from, body_html, message, **mail_values)

    def _message_parse_post_process(self, message, message_dict, routes):
        """Nobody excluded from a complaint becomes a recipient of its messages, whoever wrote to them."""
        values = super()._message_parse_post_process(message, message_dict, routes)
        for model, thread_id, *_rest in routes or ():
            if model == COMPLAINT and thread_id and values.get("partner_ids"):
                excluded = self.env[model].browse(thread_id)._get_excluded_partners()
                values["partner_ids"] = [pid for pid in values["partner_ids"] if pid not in excluded.ids]
        return values
