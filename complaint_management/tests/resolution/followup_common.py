from odoo.fields import Command

from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon

#: Monday, in the hours of the centre.
MONDAY = "2026-03-02 09:00"


class FollowupCommon(DeadlineCommon):
    """Questions that are closed at a local moment, and rules of our own that ask for a call afterwards.

    Questions, because nobody has to find out a cause first: what is tested is what follows.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Followup = cls.env["complaint.followup"]
        cls.Rule = cls.env["complaint.followup.rule"]
        cls.Rule.search([]).active = False
        cls.Policy.search([]).active = False
        cls.customer.lang = "en_US"

    @classmethod
    def new_rule(cls, **vals):
        return cls.Rule.create({"name": "Call", "nature": False, "delay": 2, **vals})

    def at(self, moment):
        """Everything within happens at a local moment."""
        return self.mock_datetime_and_now(self.local(moment))

    def new_told(self, moment=MONDAY, step="feedback", **vals):
        """Create a question whose answer is known, in a step."""
        with self.at(moment):
            complaint = self.new_complaint(
                received_at=self.local(moment), outcome="The valve was replaced.", **vals
            )
            complaint.move_to(step)
        return complaint

    def close(self, complaints, moment=MONDAY, user=None):
        with self.at(moment):
            complaints.with_user(user or self.handler).move_to("closed")
        return self.calls(complaints)

    def new_closed(self, moment=MONDAY, **vals):
        complaint = self.new_told(moment, **vals)
        self.close(complaint, moment)
        return complaint

    def calls(self, complaints):
        """Return all calls of complaints, in the order in which they were planned."""
        return self.Followup.search([("complaint_id", "in", complaints.ids)], order="id")

    def planned(self, complaint):
        return self.calls(complaint).filtered(lambda call: call.state == "planned")

    def activities(self, complaint):
        kind = self.env.ref("complaint_management.mail_activity_type_followup")
        return complaint.sudo().activity_ids.filtered(lambda activity: activity.activity_type_id == kind)

    def log(self, complaint, result="satisfied", note="", moment="2026-03-04 10:00", user=None, **more):
        with self.at(moment):
            return (
                self.Followup.with_user(user or self.handler)
                ._log(complaint.with_user(user or self.handler), result, note, **more)
                .sudo()
            )

    def notes(self, complaint):
        return " ".join(str(body) for body in complaint.sudo().message_ids.mapped("body"))

    @classmethod
    def new_holiday(cls, day):
        return cls.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": cls.calendar.id,
                "company_id": cls.company.id,
                "date_from": cls.local(f"{day} 00:00"),
                "date_to": cls.local(f"{day} 23:59"),
            }
        )

    def member(self, user, team):
        team.member_ids = [Command.link(user.id)]
