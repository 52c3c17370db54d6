from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.complaint_management.tests.inquiry.handover_common import HandoverCommon


@tagged("post_install", "-at_install")
class TestReferral(HandoverCommon):
    """IN-8: whoever receives a complaint passes it to the service centre, which registers it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.complaint_team_id = cls.centre
        cls.Referral = cls.env["complaint.referral"].with_user(cls.plain_user)

    def refer(self, user=None, **vals):
        values = {
            "partner_name": "Li Si",
            "partner_phone": "010-62345678",
            "name": "Cold flat",
            "description": "The heating has been off since Monday.",
            **vals,
        }
        referral = self.Referral.with_user(user or self.plain_user).create(values)
        referral.action_submit()
        return self.Complaint.search([("number", "=", referral.number)])

    def test_registered(self):
        """IN-5, IN-8: with the centre, received by the employee, who answers until it is accepted."""
        with self.mock_datetime_and_now(self.local("2026-03-02 09:00")):
            complaint = self.refer(
                partner_email="li.si@example.com", occurred_at=self.local("2026-03-01 10:00")
            )
        self.assertRecordValues(
            complaint,
            [
                {
                    "name": "Cold flat",
                    "partner_name": "Li Si",
                    "partner_phone": "010-62345678",
                    "partner_email": "li.si@example.com",
                    "description": "The heating has been off since Monday.",
                    "occurred_at": self.local("2026-03-01 10:00"),
                    "received_at": self.local("2026-03-02 09:00"),
                    "received_by_id": self.plain_user.id,
                    "user_id": False,
                    "team_id": self.centre.id,
                    "company_id": self.company.id,
                    "offered_team_id": self.centre.id,
                    "channel_id": self.env.ref("complaint_management.complaint_channel_department").id,
                    "step": "new",
                }
            ],
        )
        self.assertTrue(complaint.number)
        self.assertEqual(complaint._get_answerable(), self.plain_user)
        self.assertTrue(complaint.deadline_ids.filtered(lambda clock: clock.state == "running"))
        self.assertRecordValues(
            complaint.handover_ids,
            [
                {
                    "state": "requested",
                    "from_user_id": self.plain_user.id,
                    "from_team_id": False,
                    "to_team_id": self.centre.id,
                }
            ],
        )
        self.assertEqual(self.handover_activities(complaint).user_id, self.leader)

    def test_employee_sees_nothing_of_it(self):
        """IN-8: what they typed is all they see; nothing more than number and outcome comes to them."""
        complaint = self.refer()
        self.assertFalse(self.reads(self.plain_user, complaint))
        for work in (
            lambda: complaint.with_user(self.plain_user).read(["name"]),
            lambda: complaint.with_user(self.plain_user).write({"name": "Mine"}),
            lambda: complaint.handover_ids.with_user(self.plain_user).read(["reason"]),
            lambda: complaint.handover_ids.with_user(self.plain_user).action_accept(),
        ):
            with self.refused(AccessError, ""):
                work()
        self.assertNotIn(self.plain_user.partner_id, complaint.message_partner_ids)
        complaint.message_post(body="Secret finding", subtype_xmlid="mail.mt_note")
        found = (
            self.env["mail.message"]
            .with_user(self.plain_user)
            .search([("model", "=", "complaint.complaint"), ("res_id", "=", complaint.id)])
        )
        self.assertFalse(found.filtered(lambda message: "Secret" in message.body))
        stranger = new_test_user(self.env, "second_plain", groups="base.group_user")
        referral = self.Referral.search([("number", "=", complaint.number)])
        self.assertTrue(referral)
        self.assertFalse(referral.with_user(stranger).search([]))
        with self.refused(AccessError, ""):
            referral.with_user(stranger).read(["description"])

    def test_accepted(self):
        complaint = self.refer()
        since = self.last_message()
        complaint._get_pending_handover().with_user(self.colleague).action_accept()
        self.assertRecordValues(
            complaint, [{"user_id": self.colleague.id, "received_by_id": self.plain_user.id}]
        )
        told = self.told(self.plain_user, since)
        self.assertEqual(len(told), 1)
        self.assertIn(f"{complaint.number} was accepted: Colleague answers for it now.", told.body)
        self.assertFalse(told.model and told.res_id, "on no case, for they may not read it")
        self.assertFalse(complaint.may_hand_back, "who passed it on takes nothing back")

    def test_returned(self):
        """They are told that it came back and who sent it, not what was found."""
        complaint = self.refer()
        since = self.last_message()
        complaint._get_pending_handover().with_user(self.colleague).action_return("A known quarreller.")
        told = self.told(self.plain_user, since)
        self.assertEqual(len(told), 1)
        self.assertIn("returned by Colleague: you still answer for it", told.body)
        self.assertNotIn("quarreller", told.body)
        self.assertEqual(complaint._get_answerable(), self.plain_user)

    def test_assigned(self):
        """Given to somebody by the leader: the employee learns who."""
        complaint = self.refer()
        since = self.last_message()
        complaint.with_user(self.leader).user_id = self.colleague
        self.assertIn("was given to Colleague", self.told(self.plain_user, since).body)
        self.assertEqual(complaint.handover_ids.mapped("state"), ["assigned", "withdrawn"])

    def test_assigning_team(self):
        """IN-5: also where a team assigns by itself, the employee answers until somebody accepts."""
        self.centre.assign_method = "load"
        complaint = self.refer()
        self.assertFalse(complaint.user_id)
        self.assertTrue(complaint.pending_handover_id)

    def test_colleague_with_access(self):
        """Somebody who handles complaints may use the short form, too."""
        complaint = self.refer(user=self.stranger)
        self.assertEqual(complaint.received_by_id, self.stranger)
        self.assertTrue(self.reads(self.stranger, complaint))

    def test_input(self):
        """Everything that is missing is named at once."""
        with self.refused(UserError, "phone number or an e-mail(.|\n)*few words(.|\n)*what happened"):
            self.refer(partner_phone=False, name=" ", description=" ")
        with self.refused(UserError, "“nonsense” is no e-mail"):
            self.refer(partner_phone=False, partner_email="nonsense")
        with self.refused((UserError, ValidationError), "future"):
            self.refer(occurred_at="2999-01-01 00:00:00")
        self.company.complaint_team_id = False
        self.env["complaint.team"].search([("company_id", "=", self.company.id)]).active = False
        with self.refused(UserError, "no service centre"):
            self.refer()

    def test_once(self):
        """A second click makes no second complaint."""
        complaint = self.refer()
        referral = self.Referral.search([("number", "=", complaint.number)])
        with self.refused(UserError, "passed on already"):
            referral.action_submit()

    def test_who(self):
        """Employees only."""
        portal = new_test_user(self.env, "portal_referral", groups="base.group_portal")
        for user in (portal, self.env.ref("base.public_user")):
            with self.refused(AccessError, ""):
                self.refer(user=user)

    def test_second_company(self):
        """It goes to the centre of the company in which the employee works."""
        employee = new_test_user(
            self.env,
            "foreign_plain",
            groups="base.group_user",
            company_id=self.company_2.id,
            company_ids=[(6, 0, self.company_2.ids)],
        )
        complaint = self.refer(user=employee)
        self.assertEqual((complaint.company_id, complaint.team_id), (self.company_2, self.foreign_team))

    def test_form(self):
        with Form(self.Referral, "complaint_management.complaint_referral_view_form") as form:
            form.partner_phone = "010-62345678"
            form.name = "Cold flat"
            form.description = "Off since Monday."
        action = form.record.action_submit()
        self.assertEqual((action["res_model"], action["res_id"]), ("complaint.referral", form.record.id))
        self.assertTrue(form.record.number)
