from odoo import fields, models

from ..case.roles import STAFF


class ComplaintComplaint(models.Model):
    """The contacts that were had about a complaint."""

    _inherit = "complaint.complaint"

    contact_ids = fields.One2many(
        "complaint.contact",
        "complaint_id",
        string="Contacts",
        copy=False,
        groups=STAFF,
    )

    def _log_contact(self, kind, direction, purpose, summary, **vals):
        """Log the same contact on each of these complaints.

        The caller has checked that the user may do what the contact was had for; it is the user's contact
        also where this runs as superuser.

        :param str kind: call, message, visit or letter
        :param str direction: ``out`` or ``in``
        :param str purpose: what it was for, see the field
        :param str summary: what was said
        :param vals: more values of the contact
        :return: complaint.contact
        """
        contacts = (
            self.env["complaint.contact"]
            .sudo()
            .create(
                [
                    {
                        "kind": kind,
                        "direction": direction,
                        "purpose": purpose,
                        "summary": summary,
                        "user_id": self.env.uid,
                        **vals,
                        "complaint_id": complaint.id,
                    }
                    for complaint in self
                ]
            )
        )
        return contacts.with_env(self.env)

    def _merge_records(self):
        return super()._merge_records() + [("complaint.contact", "complaint_id")]

    def merge_into(self, target, keep=None):
        result = super().merge_into(target, keep)
        # The customer who heard from us about one of them heard from us.
        target.sudo().contact_ids._reach_respond()
        return result
