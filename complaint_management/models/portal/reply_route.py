"""Where a complainant's mail goes that is not simply the answer to a message of ours."""

import re

from odoo import api, models
from odoo.fields import Command, Domain

from ...tools.mail_text import plain_text
from ...tools.mark import Mark
from .customer_acts import SILENT
from .customer_mail import without_tokens

COMPLAINT = "complaint.complaint"
#: Among the values for a new complaint: id of the ended one that its mail replies to.
EARLIER = "complaint_earlier_id"
#: A link to the customer's page, as it stands in a quoted letter.
_LINK = re.compile(r"/my/complaints/(\d{1,9})\?access_token=([0-9a-f-]{36})")
#: Among how many complaints of one sender a quoted one is looked for.
MAX_QUOTED = 200


class ComplaintReplyRoute(models.Model):
    _inherit = "complaint.complaint"

    def _prepare_reply_route(self, msg_dict, route):
        """A reply that comes long after the end begins a complaint of its own, linked with this one.

        So the old one stays as it was counted, and the new one has its own clocks (CL-2, IN-9). Thanks begin
        nothing.
        """
        route = super()._prepare_reply_route(msg_dict, route)
        sender = msg_dict.get("email_from")
        if self._takes_replies() or not self._is_complainant(sender):
            return route
        if self.active and self._is_thanks(msg_dict.get("body"), msg_dict.get("attachments"), sender):
            return route
        if self.env.context.get("complaint_copy_for"):
            # It began one already, of which this is a copy.
            return False
        return route[0], 0, self._prepare_later_vals(), *route[3:]

    def _prepare_later_vals(self):
        """Return the values of a complaint that follows this one: whoever must not see this one does not
        see what quotes it.
        """
        self.ensure_one()
        values = {
            "company_id": self.company_id.id,
            "confidential": self.confidential,
            EARLIER: self.id,
        }
        if self.team_id.active:
            values["team_id"] = self.team_id.id
        if self.employee_ids:
            values["employee_ids"] = [Command.set(self.employee_ids.ids)]
        return values

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """The mail that makes a complaint is no reply to it, but may be a late one to another."""
        custom_values = dict(custom_values or {})
        earlier = self.sudo().browse(custom_values.pop(EARLIER, None) or []).exists()
        # What it quotes of our letters may hold the link of another complaint.
        msg_dict["body"] = without_tokens(msg_dict.get("body"))
        complaint = super().message_new(msg_dict, custom_values)
        silent = Mark.of(self.env, SILENT) | set(complaint.ids)
        return complaint.with_context(**{SILENT: Mark(silent), EARLIER: Mark(earlier.ids)})

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        # Not before: a note that says so would come before the mail itself.
        earlier = self.browse(Mark.of(self.env, EARLIER))
        if self and earlier and message.message_type == "email":
            self.with_context(**{EARLIER: Mark()}).action_link_related(earlier)
        return result

    @api.model
    def _find_quoted(self, sender, msg_dict, company):
        """Return the complaint that a mail of its complainant quotes, the latest of several.

        A machine that answers a letter of ours with a mail of its own would else make one complaint after
        the other. Only the complainant's own address counts: numbers are easily guessed.

        :param str sender: the sender, where the mail names one alone
        :param dict msg_dict: the mail as the gateway reads it
        :param company: whose address it was sent to
        """
        address = self.env["res.partner"]._normalize_complaint_email(sender)
        if not address:
            return self.browse()
        body = (msg_dict.get("body") or "").replace("&amp;", "&")
        own = Domain("email_normalized", "=", address)
        if msg_dict.get("author_id"):
            own |= Domain("partner_id", "=", msg_dict["author_id"])
        cases = self.sudo().search_fetch(
            own & Domain("company_id", "=", company.id),
            ["mail_loop_at", "number", "received_at"],
            order="id desc",
            limit=MAX_QUOTED,
        )
        if not cases:
            return cases
        tokens = {int(complaint_id): token for complaint_id, token in _LINK.findall(body)}
        subject = msg_dict.get("subject") or ""
        recent = cases._filter_recent()
        text = plain_text(body) if recent else ""
        for case in cases:
            if (
                self._names_number(subject, case.number)
                or (case.id in tokens and case._is_token_right(tokens[case.id]))
                # Who is written to for the first time answers within minutes, if it is a machine.
                or (case in recent and self._names_number(text, case.number))
            ):
                return case
        return cases.browse()

    def _filter_recent(self):
        """Return those that were made as lately as the gateway looks back for loops, or found in one."""
        since = self._get_loop_begin()
        return self.filtered(
            lambda complaint: (
                complaint.received_at >= since or (complaint.mail_loop_at and complaint.mail_loop_at >= since)
            )
        )

    @api.model
    def _names_number(self, text, number):
        if not number or number not in text:
            return False
        return bool(re.search(rf"(?<![0-9A-Za-z]){re.escape(number)}(?![0-9A-Za-z])", text))


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """What would begin a complaint and quotes one of the same complainant is a reply to that one."""
        routes = super().message_route(message, message_dict, model, thread_id, custom_values)
        if not any(self._begins_complaint(route) for route in routes or ()):
            return routes
        sender, found = self._get_only_sender(message, message_dict), {}
        for route in routes:
            taken = self._take_quoted_route(sender, message, message_dict, route)
            if taken:
                # Two teams that the mail was addressed to need not have it twice in one complaint.
                key = (taken[0], taken[1], taken[2].get(EARLIER)) if taken is not route else id(route)
                found.setdefault(key, taken)
        return list(found.values())

    @api.model
    def _begins_complaint(self, route):
        return route[0] == COMPLAINT and not route[1] and not (route[2] or {}).get(EARLIER)

    @api.model
    def _take_quoted_route(self, sender, message, message_dict, route):
        """Return a route, or the one into the complaint that the mail quotes; empty where it is there."""
        if not self._begins_complaint(route):
            return route
        model, _thread_id, values, user_id, alias = route
        values = values or {}
        team = self.env["complaint.team"].sudo().browse(values.get("team_id") or [])
        company = team.company_id or self.env["res.company"].browse(values.get("company_id") or [])
        case = self.env[COMPLAINT]._find_quoted(sender, message_dict, company or self.env.company)
        if not case:
            return route
        quoted = model, case.id, values, user_id, alias
        copied_for = self.env.context.get("complaint_copy_for")
        if copied_for and not self._is_for_copy(message, quoted, copied_for):
            return ()
        # Not a new complaint under an alias that gives its own values.
        return self._check_complaint_reply(message, message_dict, quoted, case) or route
