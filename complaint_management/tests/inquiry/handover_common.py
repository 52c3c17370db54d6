from contextlib import contextmanager

from odoo.fields import Command

from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon

ACTIVITY = "complaint_management.mail_activity_type_handover"


class HandoverCommon(DeadlineCommon):
    """Two branches below a head office, each with people of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Handover = cls.env["complaint.handover"]
        cls.head = cls._new_user("handler", "head")
        cls.officer = cls._new_user("handler", "officer")
        cls.head_office = cls.env["complaint.team"].create(
            {
                "name": "Head office",
                "sequence": 9,
                "leader_id": cls.head.id,
                "calendar_id": cls.calendar.id,
                "member_ids": [Command.set(cls.officer.ids)],
            }
        )
        cls.clerk = cls._new_user("first_contact", "clerk")
        cls.other_leader = cls._new_user("handler", "other_leader")
        cls.other_team.write(
            {
                "parent_id": cls.head_office.id,
                "leader_id": cls.other_leader.id,
                "member_ids": [Command.link(cls.clerk.id)],
            }
        )
        cls.centre.parent_id = cls.head_office
        cls.centre.max_severity = "urgent"
        cls.unit = cls.env["res.partner"].create({"name": "Heating Works Ltd.", "is_company": True})
        cls.customer.lang = "en_US"

    @contextmanager
    def refused(self, exception, pattern):
        """Something is refused with a message, and undone."""
        with self.assertRaisesRegex(exception, pattern), self.env.cr.savepoint():
            yield
        self.env.invalidate_all()

    def hand_over(self, complaints, kind="person", by=None, reason="It is their building.", **target):
        if kind == "person":
            target.setdefault("user", self.stranger)
        if kind == "team":
            target.setdefault("team", self.other_team)
        if kind == "outside":
            target.setdefault("partner", self.unit)
        return complaints.with_user(by or self.handler)._hand_over(kind, reason, **target)

    def pending(self, complaint):
        return complaint.sudo()._get_pending_handover()

    def reads(self, user, record):
        self.env.invalidate_all()
        record = record.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        found = bool(record.with_context(active_test=False).search([("id", "=", record.id)]))
        self.assertEqual(found, record.has_access("read"), "search and access agree")
        return found

    def told(self, user, since):
        """Return the notifications that a user got since."""
        return self.env["mail.message"].search(
            [
                ("id", ">", since),
                ("message_type", "=", "user_notification"),
                ("partner_ids", "in", user.partner_id.ids),
            ]
        )

    def last_message(self):
        return self.env["mail.message"].search([], order="id desc", limit=1).id

    def handover_activities(self, complaint):
        return complaint.sudo().activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(ACTIVITY)
        )
