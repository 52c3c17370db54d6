from markupsafe import Markup

from odoo import fields, models
from odoo.tools.mail import generate_tracking_message_id

from odoo.addons.mail.tools.discuss import Store

ICONS = {"call": "fa-phone", "message": "fa-comment", "visit": "fa-handshake-o", "letter": "fa-envelope"}


class ComplaintContact(models.Model):
    """A contact stands in the chatter's time line as an internal note, which nobody is told of by mail.

    What was written once stays readable: a change is added to the note, with who made it and when.
    """

    _inherit = "complaint.contact"

    def _get_note_fields(self):
        """Return the names of the fields that the note shows."""
        return {
            "channel_id",
            "date",
            "direction",
            "kind",
            "partner_name",
            "promised_date",
            "promised_note",
            "purpose",
            "result",
            "summary",
        }

    def _render_notes(self):
        """Return ``{contact: Markup}``: each contact as its note says it, without what it said before."""
        # The author may be somebody whom the current user does not see.
        contacts_sudo, qweb = self.sudo(), self.env["ir.qweb"]
        labels = {
            fname: dict(self._fields[fname]._description_selection(self.env))
            for fname in ("kind", "direction", "purpose", "result")
        }
        return {
            contact: qweb._render(
                "complaint_management.message_contact",
                {
                    "contact": contact_sudo,
                    "icon": ICONS[contact_sudo.kind],
                    "heading": " · ".join(
                        labels[fname][contact_sudo[fname]] for fname in labels if contact_sudo[fname]
                    ),
                    "moment": self._format_moment(contact_sudo.date),
                    "lines": contact_sudo.summary.strip().splitlines(),
                    "entered_by": contact_sudo.create_uid - contact_sudo.user_id,
                },
                minimal_qcontext=True,
            )
            for contact, contact_sudo in zip(self, contacts_sudo, strict=True)
        }

    def _format_moment(self, moment):
        return f"{fields.Datetime.context_timestamp(self, moment):%Y-%m-%d %H:%M}"

    def _post_notes(self):
        """Write the contacts into the chatter, all in one go."""
        if not self:
            return
        bodies = self._render_notes()
        note_id = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note")
        values_list = []
        for contact_sudo, body in zip(self.sudo(), bodies.values(), strict=True):
            author = contact_sudo.user_id.partner_id
            values_list.append(
                {
                    "author_id": author.id,
                    "body": body + (contact_sudo.history or Markup()),
                    "date": contact_sudo.date,
                    "email_add_signature": False,
                    "email_from": author.email_formatted,
                    "is_internal": True,
                    "message_id": generate_tracking_message_id("complaint-contact"),
                    "message_type": "notification",
                    "model": "complaint.complaint",
                    "record_alias_domain_id": False,
                    "record_company_id": False,
                    "reply_to": author.email_formatted,
                    "res_id": contact_sudo.complaint_id.id,
                    "subtype_id": note_id,
                }
            )
        # Who may read a complaint may log what the customer said.
        messages_sudo = self.env["complaint.complaint"].sudo()._message_create(values_list)
        for contact_sudo, message_sudo in zip(self.sudo(), messages_sudo, strict=True):
            contact_sudo.message_id = message_sudo

    def _rewrite_notes(self, before):
        """Let the notes say what the contacts say now, and below it what they said before.

        :param dict before: what :meth:`_render_notes` returned before the change
        """
        after = self._render_notes()
        changed = self.filtered(lambda contact: after[contact] != before[contact])
        moment = self._format_moment(fields.Datetime.now())
        for contact_sudo in changed.sudo():
            contact = contact_sudo.with_env(self.env)
            contact_sudo.history = self.env["ir.qweb"]._render(
                "complaint_management.message_contact_before",
                {"user": self.env.user, "moment": moment, "before": before[contact]},
                minimal_qcontext=True,
            ) + (contact_sudo.history or Markup())
            message_sudo = contact_sudo.message_id
            if message_sudo:
                message_sudo.write({"body": after[contact] + contact_sudo.history, "date": contact_sudo.date})
                Store(bus_channel=message_sudo._bus_channel()).add(message_sudo, ["body", "date"]).bus_send()
        # Somebody removed the line from the time line.
        changed.filtered(lambda contact: not contact.sudo().message_id)._post_notes()
