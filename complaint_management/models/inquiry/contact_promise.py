from datetime import datetime

from odoo import models

PROMISE = "complaint_management.mail_activity_type_promised_contact"


class ComplaintContact(models.Model):
    """What the customer was promised is planned, and done with the next contact of ours."""

    _inherit = "complaint.contact"

    def _settle_promises(self, promising):
        """Close the promises that were kept meanwhile, and plan those that were made.

        Contacts may be written down later than they were, so what counts is the order in which they were.

        :param promising: those of the contacts whose promise is to be planned
        """
        kept = self.filtered(lambda contact: contact._is_answer())
        promising = promising.filtered(
            lambda contact: contact.promised_date and not contact._has_open_promise()
        )
        if not (kept or promising):
            return
        latest = self._get_latest_answers((kept | promising).sudo().complaint_id)
        if kept:
            self._close_promises(latest)
        promising.filtered(
            lambda contact: contact._get_place() >= latest.get(contact.complaint_id.id, (datetime.min, 0))
        )._plan_promises()

    def _has_open_promise(self):
        return self.sudo().activity_id.active

    def _get_place(self):
        """Return the place of the contact in the order of the contacts."""
        return (self.date, self.id)

    def _get_latest_answers(self, complaints):
        """Return ``{complaint id: place}`` of the latest contact of ours that reached the customer."""
        answers_sudo = self.sudo().search_fetch(
            [
                ("complaint_id", "in", complaints.ids),
                ("direction", "=", "out"),
                ("result", "!=", "not_reached"),
            ],
            ["complaint_id", "date"],
            order="date, id",
        )
        return {contact.complaint_id.id: contact._get_place() for contact in answers_sudo}

    def _close_promises(self, latest):
        """Close the open promises of complaints whose customer has heard from us since.

        :param dict latest: what :meth:`_get_latest_answers` returns
        """
        # They were made by colleagues whose work is not the current user's otherwise.
        activities_sudo = (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "complaint.complaint"),
                    ("res_id", "in", list(latest)),
                    ("activity_type_id", "=", self._get_promise_type_id()),
                ]
            )
        )
        if not activities_sudo:
            return
        contacts_sudo = self.sudo().search([("activity_id", "in", activities_sudo.ids)])
        places = {contact.activity_id: contact._get_place() for contact in contacts_sudo}
        # One that was planned by hand is of the moment in which it was.
        kept = activities_sudo.filtered(
            lambda activity: places.get(activity, (activity.create_date, 0)) < latest[activity.res_id]
        )
        if kept:
            kept.with_context(mail_activity_quick_update=True).action_feedback(
                feedback=self.env._("The customer was contacted.")
            )

    def _plan_promises(self):
        """Plan the promised contacts, each for who promised it."""
        if not self or self.env.context.get("mail_activity_automation_skip"):
            return
        model_id = self.env["ir.model"]._get_id("complaint.complaint")
        type_id = self._get_promise_type_id()
        # Who promises to call is reminded of that, and not told of everything else in the case. It may be
        # somebody who cannot change the complaint.
        activities_sudo = (
            self.env["mail.activity"]
            .sudo()
            .with_context(mail_activity_quick_update=True, complaint_nobody_follows=True)
            .create(
                [
                    {
                        "activity_type_id": type_id,
                        "automated": True,
                        "date_deadline": contact_sudo.promised_date,
                        "res_id": contact_sudo.complaint_id.id,
                        "res_model_id": model_id,
                        "summary": contact_sudo.promised_note,
                        "user_id": contact_sudo._get_promise_keeper().id,
                    }
                    for contact_sudo in self.sudo()
                ]
            )
        )
        for contact_sudo, activity_sudo in zip(self.sudo(), activities_sudo, strict=True):
            contact_sudo.activity_id = activity_sudo

    def _get_promise_keeper(self):
        """Return who keeps the promise: who made it, or who takes over where they are gone or concerned."""
        complaint = self.complaint_id
        excluded = complaint.excluded_user_ids
        if self.user_id.active and self.user_id not in excluded:
            return self.user_id
        return complaint._get_heir(excluded | self.user_id)

    def _get_promise_type_id(self):
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(PROMISE)
        return type_id or self.env["complaint.complaint"]._default_activity_type().id

    def _move_promises(self):
        """The promise was changed: so is what was planned."""
        for contact_sudo in self.sudo().filtered(lambda contact: contact._has_open_promise()):
            if contact_sudo.promised_date:
                contact_sudo.activity_id.write(
                    {"date_deadline": contact_sudo.promised_date, "summary": contact_sudo.promised_note}
                )
            else:
                contact_sudo.activity_id.unlink()
