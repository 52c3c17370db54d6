from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.complaint_management.tests.common import GROUP
from odoo.addons.complaint_management.tests.inquiry.handover_common import HandoverCommon


@tagged("post_install", "-at_install")
class TestHandover(HandoverCommon):
    """IN-5: whoever holds a complaint answers for it until somebody has accepted the hand-over."""

    def test_accepted_by_person(self):
        complaint = self.new_complaint()
        before = self.last_message()
        handover = self.hand_over(complaint)
        self.assertRecordValues(
            complaint.sudo(),
            [
                {
                    "user_id": self.handler.id,
                    "team_id": self.centre.id,
                    "offered_user_id": self.stranger.id,
                    "offered_team_id": False,
                    "pending_handover_id": handover.id,
                }
            ],
        )
        self.assertEqual(complaint._get_answerable(), self.handler)
        self.assertEqual(complaint._get_pending_handover(), handover)
        self.assertEqual(len(self.told(self.stranger, before)), 1, "asked once")
        self.assertIn("It is their building.", self.told(self.stranger, before).body)
        activity = self.handover_activities(complaint)
        self.assertEqual(activity.user_id, self.stranger)
        self.assertIn(f"/odoo/handovers/{handover.id}", activity.note)
        self.assertNotIn(self.stranger.partner_id, complaint.sudo().message_partner_ids)
        since = self.last_message()
        handover.with_user(self.stranger).action_accept()
        self.assertRecordValues(
            complaint.sudo(),
            [
                {
                    "user_id": self.stranger.id,
                    "team_id": self.other_team.id,
                    "received_by_id": self.handler.id,
                    "origin_team_id": self.centre.id,
                    "offered_user_id": False,
                    "pending_handover_id": False,
                }
            ],
        )
        self.assertRecordValues(
            handover,
            [
                {
                    "state": "accepted",
                    "from_user_id": self.handler.id,
                    "from_team_id": self.centre.id,
                    "to_user_id": self.stranger.id,
                    "to_team_id": self.other_team.id,
                    "decided_by_id": self.stranger.id,
                }
            ],
        )
        self.assertFalse(self.handover_activities(complaint), "done")
        told = self.told(self.handler, since)
        self.assertEqual(len(told), 1, "the former holder is told once")
        self.assertIn("Stranger answers for it now", told.body)
        self.assertEqual(len(complaint.sudo().handover_ids), 1, "no row of an assignment beside it")

    def test_chatter_names_each_event(self):
        complaint = self.new_complaint()
        self.hand_over(complaint).with_user(self.stranger).action_return("Not our building.")
        self.hand_over(complaint).with_user(self.handler).action_withdraw()
        self.hand_over(complaint).with_user(self.stranger).action_accept()
        bodies = " ".join(complaint.sudo().message_ids.mapped("body"))
        for line in (
            "Until it is accepted, Handler answers for it.",
            "It is their building.",
            "Handler still answers for it.",
            "Not our building.",
            "The hand-over to Stranger was withdrawn.",
            "Stranger answers for it now.",
        ):
            self.assertIn(line, bodies)

    def test_accepted_by_member_of_team(self):
        """Whoever of the team accepts is responsible; the leader was asked."""
        complaint = self.new_complaint()
        handover = self.hand_over(complaint, "team")
        self.assertEqual(self.handover_activities(complaint).user_id, self.other_leader)
        self.assertRecordValues(
            complaint.sudo(), [{"offered_user_id": False, "offered_team_id": self.other_team.id}]
        )
        handover.with_user(self.stranger).action_accept()
        self.assertEqual(
            (complaint.sudo().user_id, complaint.sudo().team_id), (self.stranger, self.other_team)
        )
        self.assertEqual(handover.to_user_id, self.stranger)
        self.assertFalse(self.handover_activities(complaint))

    def test_returned(self):
        """A return needs a reason; the former holder reads it and goes on."""
        complaint = self.new_complaint()
        handover = self.hand_over(complaint)
        with self.refused(UserError, "why you return it"):
            handover.with_user(self.stranger).action_return("  ")
        since = self.last_message()
        handover.with_user(self.stranger).action_return("Not our building.")
        self.assertRecordValues(
            handover,
            [
                {
                    "state": "returned",
                    "return_reason": "Not our building.",
                    "decided_by_id": self.stranger.id,
                }
            ],
        )
        self.assertRecordValues(
            complaint.sudo(),
            [{"user_id": self.handler.id, "team_id": self.centre.id, "offered_user_id": False}],
        )
        told = self.told(self.handler, since)
        self.assertEqual(len(told), 1)
        self.assertIn("Not our building.", told.body)
        self.assertFalse(self.reads(self.stranger, complaint))
        with self.refused(UserError, "the hand-over is decided"):
            handover.with_user(self.manager).action_accept()
        self.assertTrue(
            self.hand_over(complaint, user=self.stranger), "returned, never held: may be asked again"
        )

    def test_withdrawn(self):
        complaint = self.new_complaint()
        handover = self.hand_over(complaint)
        for user in (self.stranger, self.clerk, self.auditor, self.quality, self.plain_user):
            with self.subTest(user.login), self.refused(AccessError, ""):
                handover.with_user(user).action_withdraw()
        handover.with_user(self.handler).action_withdraw()
        self.assertEqual((handover.state, complaint.user_id), ("withdrawn", self.handler))
        self.assertFalse(self.handover_activities(complaint))
        self.assertFalse(self.reads(self.stranger, complaint))
        for user in (self.leader, self.head, self.manager):
            with self.subTest(user.login):
                self.hand_over(complaint).with_user(user).action_withdraw()
                self.assertFalse(self.pending(complaint))

    def test_who_accepts_a_person(self):
        """Who is asked, or a manager in their name; nobody else."""
        complaint = self.new_complaint()
        handover = self.hand_over(complaint)
        others = (
            self.handler,
            self.colleague,
            self.leader,
            self.clerk,
            self.other_leader,
            self.auditor,
            self.quality,
            self.plain_user,
            self.foreign_manager,
        )
        for user in others:
            with self.subTest(user.login), self.refused(AccessError, ""):
                handover.with_user(user).action_accept()
            with self.subTest(user.login), self.refused(AccessError, ""):
                handover.with_user(user).action_return("No.")
        handover.with_user(self.manager).action_accept()
        self.assertEqual(complaint.sudo().user_id, self.stranger)

    def test_who_accepts_for_a_team(self):
        """Handlers of the team, its leaders up to the top, and managers; not who only takes calls."""
        for user in (self.stranger, self.other_leader, self.head, self.manager):
            complaint = self.new_complaint()
            handover = self.hand_over(complaint, "team")
            self.assertTrue(handover.with_user(user).may_accept)
            handover.with_user(user).action_accept()
            self.assertEqual(complaint.sudo().user_id, user)
        complaint = self.new_complaint()
        handover = self.hand_over(complaint, "team")
        for user in (self.handler, self.colleague, self.leader, self.clerk, self.auditor, self.quality):
            with self.subTest(user.login), self.refused(AccessError, "can accept it|"):
                handover.with_user(user).action_accept()
        self.assertEqual(self.pending(complaint), handover)

    def test_who_hands_over(self):
        """Whoever may change the complaint."""
        complaint = self.new_complaint()
        for user in (self.first_contact, self.stranger, self.auditor, self.quality, self.foreign_manager):
            with self.subTest(user.login), self.refused(AccessError, ""):
                self.hand_over(complaint, by=user)
        handover = self.hand_over(complaint, by=self.leader)
        self.assertRecordValues(
            handover, [{"from_user_id": self.handler.id, "requested_by_id": self.leader.id}]
        )

    def test_one_at_a_time(self):
        complaint = self.new_complaint()
        self.hand_over(complaint)
        with self.refused(UserError, "to Stranger already.*Withdraw"):
            self.hand_over(complaint, "team")

    def test_input(self):
        """Bad input is refused with advice."""
        complaint = self.new_complaint()
        archived = self._new_user("handler", "archived")
        archived.active = False
        for pattern, vals in {
            "Say why": {"reason": " "},
            "answers for it already": {"user": self.handler},
            "Choose the person": {"user": self.env["res.users"]},
            "Choose the team": {"kind": "team", "team": self.env["complaint.team"]},
            "Choose the outside": {"kind": "outside", "partner": self.env["res.partner"]},
            "in the hands of Centre already": {"kind": "team", "team": self.centre},
            "does not handle complaints": {"user": self.plain_user},
            "does not handle complaints \\(": {"user": archived},
            "no access to the company": {"user": self.foreign_manager},
            "of this company": {"kind": "team", "team": self.foreign_team},
            "result that goes back": {"kind": "back"},
            "did not come by a hand-over": {"kind": "back", "result": "Paid."},
        }.items():
            with self.subTest(pattern), self.refused(UserError, pattern):
                self.hand_over(complaint, **vals)
        self.centre.parent_id = False
        for kind in ("parent", "head"):
            with self.refused(UserError, "No team stands above"):
                self.hand_over(complaint, kind)
        complaint.action_cancel("Entered twice")
        with self.refused(UserError, "has ended"):
            self.hand_over(complaint)

    def test_record_access(self):
        """Who is asked reads it, and no more, until it is decided."""
        complaint = self.new_complaint()
        outside = (self.stranger, self.clerk, self.other_leader)
        for user in outside:
            self.assertFalse(self.reads(user, complaint))
        handover = self.hand_over(complaint)
        self.assertTrue(self.reads(self.stranger, complaint))
        self.assertTrue(self.reads(self.stranger, handover))
        self.assertFalse(self.reads(self.clerk, complaint))
        self.assertFalse(self.reads(self.clerk, handover))
        with self.refused(AccessError, ""):
            complaint.with_user(self.stranger).write({"name": "Mine"})
        handover.with_user(self.handler).action_withdraw()
        self.hand_over(complaint, "team")
        for user in (*outside, self.head):
            with self.subTest(user.login):
                self.assertTrue(self.reads(user, complaint))
        self.assertFalse(self.reads(self.officer, complaint), "member of the team above")
        self.pending(complaint).with_user(self.other_leader).action_return("No.")
        for user in outside:
            with self.subTest(user.login):
                self.assertFalse(self.reads(user, complaint))

    def test_confidential(self):
        """OR-2: of a confidential complaint the team's leaders are told, not its members."""
        complaint = self.new_complaint(confidential=True)
        handover = self.hand_over(complaint, "team")
        self.assertFalse(self.reads(self.stranger, complaint))
        self.assertTrue(self.reads(self.other_leader, complaint))
        with self.refused(AccessError, ""):
            handover.with_user(self.stranger).action_accept()
        handover.with_user(self.other_leader).action_accept()
        self.assertEqual(complaint.sudo().user_id, self.other_leader)
        personal = self.new_complaint(confidential=True)
        self.hand_over(personal)
        self.assertTrue(self.reads(self.stranger, personal))

    def test_offers_are_not_written_by_hand(self):
        """Nobody lets others read a complaint by writing who it is offered to."""
        complaint = self.new_complaint()
        for vals in ({"offered_user_id": self.stranger.id}, {"offered_team_id": self.other_team.id}):
            with self.refused(UserError, "Hand Over"):
                complaint.with_user(self.manager).write(vals)
            created = self.new_complaint(**vals)
            self.assertFalse(self.reads(self.stranger, created))
            fname, value = next(iter(vals.items()))
            by_default = self.Complaint.with_user(self.handler).with_context(**{f"default_{fname}": value})
            created = by_default.create({"name": "Cold", "team_id": self.centre.id})
            self.assertFalse(self.reads(self.stranger, created))
        handover = self.hand_over(complaint)
        for user in (self.handler, self.manager, self.stranger):
            for vals in ({"state": "accepted"}, {"reason": "x"}):
                with self.refused(AccessError, ""):
                    handover.with_user(user).write(vals)
            with self.refused(AccessError, ""):
                handover.with_user(user).unlink()
            with self.refused(AccessError, ""):
                self.Handover.with_user(user).create({"complaint_id": complaint.id})

    def test_excluded(self):
        """OR-2: the employee concerned is neither asked nor accepts."""
        employee = self.new_employee(self.stranger)
        complaint = self.new_complaint(employee_ids=employee.ids)
        with self.refused(UserError, "Stranger is concerned"):
            self.hand_over(complaint)
        handover = self.hand_over(complaint, "team")
        self.assertFalse(self.reads(self.stranger, complaint))
        with self.refused(AccessError, ""):
            handover.with_user(self.stranger).action_accept()

    def test_concerned_meanwhile(self):
        """OR-2: whoever becomes concerned while asked is asked no more; the holder still answers."""
        complaint = self.new_complaint()
        handover = self.hand_over(complaint)
        complaint.employee_ids = self.new_employee(self.stranger)
        self.assertEqual(handover.state, "withdrawn")
        self.assertFalse(self.handover_activities(complaint))
        self.assertFalse(self.reads(self.stranger, complaint))
        self.assertEqual(complaint._get_answerable(), self.handler)

    def test_leader_concerned_meanwhile(self):
        """OR-2: a team stays asked, by the next leader above."""
        complaint = self.new_complaint()
        handover = self.hand_over(complaint, "team")
        complaint.employee_ids = self.new_employee(self.other_leader)
        self.assertEqual(handover.state, "requested")
        self.assertEqual(self.handover_activities(complaint).user_id, self.head)
        with self.refused(AccessError, ""):
            handover.with_user(self.other_leader).action_accept()

    def test_user_of_employee_concerned_meanwhile(self):
        """OR-2: also where the employee concerned only now becomes the user asked."""
        employee = self.env["hr.employee"].create({"name": "Stranger"})
        complaint = self.new_complaint(employee_ids=employee.ids)
        handover = self.hand_over(complaint)
        employee.user_id = self.stranger
        self.assertEqual(handover.state, "withdrawn")

    def test_archived_meanwhile(self):
        """Nobody accepts in the name of who has left; the holder still answers."""
        complaint = self.new_complaint()
        handover = self.hand_over(complaint)
        self.stranger.active = False
        with self.refused(UserError, "Stranger does not handle.*choose somebody else. Handler still answers"):
            handover.with_user(self.manager).action_accept()
        self.assertEqual(complaint.user_id, self.handler)
        team = self.new_complaint()
        handover = self.hand_over(team, "team")
        self.other_team.active = False
        with self.refused(UserError, "Other team does not handle"):
            handover.with_user(self.manager).action_accept()

    def test_company_lost_meanwhile(self):
        complaint = self.new_complaint()
        handover = self.hand_over(complaint)
        self.stranger.write(
            {"company_ids": [Command.set(self.company_2.ids)], "company_id": self.company_2.id}
        )
        with self.refused(AccessError, ""):
            handover.with_user(self.stranger).action_accept()
        with self.refused(UserError, "no access to the company"):
            handover.with_user(self.manager).action_accept()

    def test_two_companies(self):
        """A manager of the other company neither sees nor accepts it."""
        both = new_test_user(
            self.env,
            "both",
            groups=f"{GROUP}manager",
            company_id=self.company.id,
            company_ids=[Command.set((self.company | self.company_2).ids)],
        )
        complaint = self.new_complaint()
        handover = self.hand_over(complaint, "team")
        self.assertFalse(self.reads(self.foreign_manager, handover))
        elsewhere = handover.with_user(both).with_context(allowed_company_ids=self.company_2.ids)
        with self.refused(AccessError, ""):
            elsewhere.action_accept()
        handover.with_user(both).with_context(allowed_company_ids=self.company.ids).action_accept()
        self.assertEqual(complaint.sudo().user_id, both)

    # the chain

    def test_chain_stopped(self):
        """A chain that goes round is stopped, with the way out; a leader above both decides."""
        complaint = self.new_complaint()
        self.hand_over(complaint).with_user(self.stranger).action_accept()
        with self.refused(UserError, "Handler → Stranger. Handler had it before. Ask a leader above both"):
            self.hand_over(complaint, user=self.handler, by=self.stranger)
        with self.refused(UserError, "Centre had it before"):
            self.hand_over(complaint, "team", team=self.centre, by=self.stranger)
        complaint.with_user(self.head).write({"user_id": self.handler.id, "team_id": self.centre.id})
        self.assertEqual(complaint.sudo().user_id, self.handler)
        self.assertEqual(complaint.sudo().handover_ids[:1].state, "assigned")
        with self.refused(UserError, "Handler → Stranger → Handler. Stranger had it before"):
            self.hand_over(complaint)

    def test_chain_stopped_at_acceptance(self):
        """Nor does a complaint come back through a team."""
        self.head_office.member_ids |= self.handler
        complaint = self.new_complaint()
        self.hand_over(complaint).with_user(self.stranger).action_accept()
        handover = self.hand_over(complaint, "parent", by=self.stranger)
        with self.refused(UserError, "Handler had it before"):
            handover.with_user(self.handler).action_accept()
        handover.with_user(self.officer).action_accept()

    def test_chain_of_another_round(self):
        """Since it was opened again, nobody has held it."""
        complaint = self.new_complaint()
        self.hand_over(complaint).with_user(self.stranger).action_accept()
        complaint.with_user(self.stranger).action_cancel("Settled.")
        complaint.with_user(self.stranger).action_reopen("It is cold again.", "triage")
        self.hand_over(complaint, user=self.handler, by=self.stranger).with_user(self.handler).action_accept()
        self.assertEqual(complaint.user_id, self.handler)

    def test_up_and_back(self):
        """DI-7: what exceeds a branch goes up to head office and comes back with its result."""
        complaint = self.new_complaint()
        self.assertFalse(complaint.may_hand_back)
        handover = self.hand_over(complaint, "head", reason="More than we may promise.")
        self.assertEqual(handover.to_team_id, self.head_office)
        self.assertEqual(self.handover_activities(complaint).user_id, self.head)
        handover.with_user(self.officer).action_accept()
        theirs = complaint.with_user(self.officer)
        self.assertEqual((theirs.user_id, theirs.team_id), (self.officer, self.head_office))
        self.assertTrue(theirs.may_hand_back)
        with self.refused(UserError, "result"):
            theirs._hand_over("back", "Decided.", result=" ")
        back = theirs._hand_over("back", "Decided.", result="A new boiler, at our cost.")
        self.assertEqual((back.to_user_id, back.to_team_id), (self.handler, self.centre))
        self.assertIn("A new boiler", theirs.handover_notice)
        self.assertEqual(complaint.sudo().user_id, self.officer, "until it is accepted")
        back.with_user(self.handler).action_accept()
        self.assertEqual((complaint.user_id, complaint.team_id), (self.handler, self.centre))
        self.assertEqual(back.result, "A new boiler, at our cost.")
        self.assertIn("A new boiler", " ".join(complaint.message_ids.mapped("body")))
        self.env.invalidate_all()
        self.assertFalse(complaint.may_hand_back, "what came back is not sent to and fro")
        with self.refused(UserError, "had it before"):
            self.hand_over(complaint, "head")

    def test_back_to_somebody_who_left(self):
        """DI-7: then it goes back to the team."""
        complaint = self.new_complaint()
        self.hand_over(complaint, "parent").with_user(self.officer).action_accept()
        self.handler.active = False
        back = complaint.with_user(self.officer)._hand_over("back", "Decided.", result="Paid.")
        self.assertRecordValues(back, [{"to_user_id": False, "to_team_id": self.centre.id}])
        back.with_user(self.colleague).action_accept()
        self.assertEqual(complaint.sudo().user_id, self.colleague)

    def test_archived_team_above(self):
        """The next one that works takes it."""
        top = self.env["complaint.team"].create({"name": "Group"})
        self.head_office.write({"parent_id": top.id, "active": False})
        complaint = self.new_complaint()
        handover = self.hand_over(complaint, "parent")
        self.assertEqual(handover.to_team_id, top)
        self.assertFalse(self.handover_activities(complaint), "it has no leader: the list shows it")

    # direct changes

    def test_assigned_over(self):
        """A leader may decide at any time; the chain keeps it, and what waited is void."""
        complaint = self.new_complaint()
        handover = self.hand_over(complaint)
        since = self.last_message()
        complaint.with_user(self.leader).user_id = self.colleague
        self.assertEqual(handover.state, "withdrawn")
        self.assertFalse(self.reads(self.stranger, complaint))
        row = complaint.sudo().handover_ids - handover
        self.assertRecordValues(
            row,
            [
                {
                    "state": "assigned",
                    "from_user_id": self.handler.id,
                    "to_user_id": self.colleague.id,
                    "from_team_id": self.centre.id,
                    "to_team_id": self.centre.id,
                    "decided_by_id": self.leader.id,
                }
            ],
        )
        self.assertEqual(len(self.told(self.handler, since)), 1)
        self.assertIn("Colleague", self.told(self.handler, since).body)
        complaint.with_user(self.leader).user_id = self.colleague
        self.assertEqual(len(complaint.sudo().handover_ids), 2, "no change, no row")

    def test_first_person_is_no_hand_over(self):
        complaint = self.new_complaint(user_id=False)
        complaint.user_id = self.colleague
        self.assertFalse(complaint.handover_ids)
        complaint.user_id = False
        self.assertRecordValues(
            complaint.handover_ids, [{"from_user_id": self.colleague.id, "to_user_id": False}]
        )

    def test_assign_to_me_accepts(self):
        """Who takes what was offered to them has accepted it."""
        complaint = self.new_complaint()
        handover = self.hand_over(complaint, "team")
        complaint.with_user(self.stranger).action_assign_to_me()
        self.assertEqual((handover.state, complaint.sudo().user_id), ("accepted", self.stranger))
        other = self.new_complaint()
        handover = self.hand_over(other)
        other.with_user(self.manager).action_assign_to_me()
        self.assertEqual((handover.state, other.sudo().user_id), ("withdrawn", self.manager))

    def test_ended_and_merged(self):
        """What has ended or was merged waits for nobody; the chain of both is kept."""
        complaint = self.new_complaint()
        handover = self.hand_over(complaint)
        complaint.action_cancel("Withdrawn by the customer")
        self.assertEqual(handover.state, "withdrawn")
        self.assertFalse(self.pending(complaint))
        source, target = self.new_complaint(), self.new_complaint()
        waiting, kept = self.hand_over(source), self.hand_over(target, user=self.officer)
        source.merge_into(target)
        self.assertEqual((waiting.state, kept.state), ("withdrawn", "requested"))
        self.assertFalse(self.pending(source))
        self.assertEqual(target.sudo().handover_ids, kept | waiting)
        self.assertEqual(self.handover_activities(target).user_id, self.officer)

    def test_merged_chain(self):
        """Who held the merged one did not hold the one that goes on."""
        source, target = self.new_complaint(), self.new_complaint()
        source.user_id = self.colleague
        source.merge_into(target)
        self.assertEqual(target.handover_ids.from_user_id, self.handler)
        self.assertFalse(target.may_hand_back)
        self.assertTrue(self.hand_over(target, user=self.colleague))

    # outside

    def test_outside(self):
        """TR-5: registered, and ended once the unit has confirmed; the customer is told."""
        complaint = self.new_complaint()
        handover = self.hand_over(complaint, "outside", out_of_scope=True)
        self.assertFalse(handover.may_accept)
        self.assertTrue(handover.with_user(self.handler).may_confirm)
        with self.refused(AccessError, ""):
            handover.with_user(self.manager).action_accept()
        with self.refused(AccessError, ""):
            handover.with_user(self.first_contact).action_confirm()
        self.send_notices()
        with self.mock_mail_gateway():
            handover.with_user(self.handler).action_confirm()
            self.send_notices()
        self.assertRecordValues(
            complaint,
            [
                {
                    "step": "cancelled",
                    "end_reason": "Handed over to Heating Works Ltd.: It is their building.",
                    "user_id": self.handler.id,
                }
            ],
        )
        self.assertEqual(handover.state, "accepted")
        mail = self._new_mails.filtered(lambda mail: self.customer in mail.recipient_ids)
        self.assertEqual(len(mail), 1)
        self.assertIn(complaint.number, mail.subject)
        self.assertIn("Heating Works Ltd.", mail.body_html)
        self.assertNotIn("It is their building.", mail.body_html)
        self.assertFalse(
            [clock for clock in complaint.sudo().deadline_ids if clock.state in ("running", "paused")]
        )

    def test_outside_refused(self):
        complaint = self.new_complaint()
        handover = self.hand_over(complaint, "outside", out_of_scope=True)
        handover.with_user(self.handler).action_return("They say it is ours.")
        self.assertEqual((handover.state, complaint.step), ("returned", "new"))

    def test_out_of_scope_inside(self):
        """TR-5: the customer learns which team helps, when it has accepted, and no colleague's name."""
        complaint = self.new_complaint()
        self.send_notices()
        with self.mock_mail_gateway():
            handover = self.hand_over(complaint, out_of_scope=True)
            self.assertFalse(self._new_mails.filtered(lambda mail: self.customer in mail.recipient_ids))
            handover.with_user(self.stranger).action_accept()
            self.send_notices()
        mail = self._new_mails.filtered(lambda mail: self.customer in mail.recipient_ids)
        self.assertEqual(len(mail), 1)
        self.assertIn("Other team", mail.body_html)
        self.assertNotIn("Stranger", mail.body_html)
        within = self.new_complaint()
        self.send_notices()
        with self.mock_mail_gateway():
            self.hand_over(within).with_user(self.stranger).action_accept()
            self.send_notices()
        self.assertFalse(self._new_mails.filtered(lambda mail: self.customer in mail.recipient_ids))

    def test_out_of_scope_in_their_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("complaint_management.mail_template_out_of_scope")
        template.with_context(lang="fr_FR").subject = "Votre plainte {{ object.number }}"
        self.customer.lang = "fr_FR"
        complaint = self.new_complaint()
        self.send_notices()
        with self.mock_mail_gateway():
            self.hand_over(complaint, out_of_scope=True).with_user(self.stranger).action_accept()
            self.send_notices()
        mail = self._new_mails.filtered(lambda mail: self.customer in mail.recipient_ids)
        self.assertEqual(mail.subject, f"Votre plainte {complaint.number}")

    def test_out_of_scope_without_contact(self):
        """TR-5: an address without a contact is written to; without an address somebody calls."""
        anonymous = {"partner_id": False, "partner_name": "Li Si"}
        complaint = self.new_complaint(partner_email="li.si@example.com", **anonymous)
        partners = self.env["res.partner"].search_count([])
        self.send_notices()
        with self.mock_mail_gateway():
            self.hand_over(complaint, out_of_scope=True).with_user(self.stranger).action_accept()
            self.send_notices()
        self.assertEqual(
            len(self._new_mails.filtered(lambda mail: "li.si@example.com" in (mail.email_to or ""))), 1
        )
        self.assertEqual(self.env["res.partner"].search_count([]), partners)
        by_phone = self.new_complaint(partner_phone="010-62345678", **anonymous)
        self.hand_over(by_phone, out_of_scope=True).with_user(self.stranger).action_accept()
        activity = by_phone.sudo().activity_ids
        self.assertEqual(activity.user_id, self.stranger)
        self.assertIn("Li Si", activity.note)
        self.assertIn("Other team", activity.note)

    # time

    def test_who_answers_and_which_clocks_run(self):
        """IN-5, TL-1: after each event somebody answers for it, and the clocks go on as they were."""
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_complaint(received_at=self.local("2026-03-02 08:30"))
            complaint.move_to("triage")
        facts = sorted(
            (clock.milestone, clock.start, clock.due, clock.state) for clock in complaint.sudo().deadline_ids
        )
        self.assertTrue([fact for fact in facts if fact[3] == "running"])

        def offer(**vals):
            return lambda: self.hand_over(complaint, by=complaint.sudo().user_id, **vals)

        def decide(user, action, *args):
            return lambda: getattr(self.pending(complaint).with_user(user), action)(*args)

        # moment, event, who answers, team, state of the latest row
        events = [
            ("09:00", offer(), self.handler, self.centre, "requested"),
            ("09:10", decide(self.stranger, "action_return", "No."), self.handler, self.centre, "returned"),
            ("09:20", offer(kind="team"), self.handler, self.centre, "requested"),
            ("09:30", decide(self.handler, "action_withdraw"), self.handler, self.centre, "withdrawn"),
            ("09:40", offer(kind="head"), self.handler, self.centre, "requested"),
            ("09:50", decide(self.officer, "action_accept"), self.officer, self.head_office, "accepted"),
            ("10:00", offer(kind="back", result="Pay."), self.officer, self.head_office, "requested"),
            ("10:10", decide(self.handler, "action_accept"), self.handler, self.centre, "accepted"),
            (
                "10:20",
                lambda: complaint.with_user(self.leader).write({"user_id": self.colleague.id}),
                self.colleague,
                self.centre,
                "assigned",
            ),
            ("10:25", offer(kind="outside"), self.colleague, self.centre, "requested"),
        ]
        for moment, event, answerable, team, state in events:
            with self.subTest(moment), self.mock_datetime_and_now(self.local(f"2026-03-02 {moment}")):
                event()
                self.env.flush_all()
                self.env.invalidate_all()
                complaint_sudo = complaint.sudo()
                self.assertEqual(complaint_sudo._get_answerable(), answerable)
                self.assertEqual(complaint_sudo.team_id, team)
                self.assertEqual(complaint_sudo.handover_ids[:1].state, state)
                self.assertEqual(complaint_sudo.received_by_id, self.handler)
                self.assertEqual(complaint_sudo.step, "triage")
                self.assertEqual(
                    sorted((c.milestone, c.start, c.due, c.state) for c in complaint_sudo.deadline_ids),
                    facts,
                )
                last = complaint_sudo.handover_ids[:1]
                self.assertEqual(
                    last.requested_at if state == "requested" else last.decided_at,
                    self.local(f"2026-03-02 {moment}"),
                )
        with self.mock_datetime_and_now(self.local("2026-03-02 10:29")):
            self.pending(complaint).with_user(self.colleague).action_confirm()
        self.assertEqual(complaint.sudo().step, "cancelled")
        self.assertEqual(
            {clock.state for clock in complaint.sudo().deadline_ids if not clock.reached_at}, {"cancelled"}
        )

    # dialogs

    def test_dialog(self):
        """The dialog offers colleagues who may take it, and hands over."""
        complaint = self.new_complaint(employee_ids=self.new_employee(self.colleague).ids)
        action = self.env.ref("complaint_management.complaint_handover_wizard_action")
        wizard = self.env[action.res_model].with_user(self.handler).with_context(active_ids=complaint.ids)
        with Form(wizard) as form:
            form.kind = "head"
            self.assertEqual(form.target, "Head office")
            form.kind = "person"
            form.user_id = self.stranger
            form.reason = "Their building."
        dialog = form.record
        domain = self.env["complaint.handover.wizard"].fields_get(["user_id"])["user_id"]["domain"]
        values = {"company_id": self.company.id, "barred_user_ids": dialog.barred_user_ids.ids}
        offered = self.env["res.users"].with_user(self.handler).search(self._evaluate(domain, values))
        self.assertIn(self.stranger, offered)
        for user in (self.handler, self.colleague, self.plain_user, self.auditor, self.foreign_manager):
            self.assertNotIn(user, offered)
        dialog.action_apply()
        self.assertRecordValues(
            self.pending(complaint), [{"to_user_id": self.stranger.id, "reason": "Their building."}]
        )

    def _evaluate(self, domain, values):
        return safe_eval(domain, values)

    def test_dialog_back(self):
        complaint = self.new_complaint()
        self.hand_over(complaint, "parent").with_user(self.officer).action_accept()
        wizard = self.env["complaint.handover.wizard"].with_user(self.officer)
        with Form(wizard.with_context(active_ids=complaint.ids, default_back=True)) as form:
            self.assertEqual(form.target, "Handler")
            form.result = "Paid."
        form.record.action_apply()
        self.assertRecordValues(self.pending(complaint), [{"kind": "back", "result": "Paid."}])

    def test_return_dialog(self):
        """Who does not see it any more is led to what else waits for them."""
        complaint = self.new_complaint()
        self.hand_over(complaint)
        theirs = complaint.with_user(self.stranger)
        self.assertTrue(theirs.may_accept_handover)
        self.assertFalse(theirs.may_withdraw_handover)
        action = theirs.action_return_handover()
        dialog = (
            self.env[action["res_model"]]
            .with_user(self.stranger)
            .with_context(**action["context"])
            .create({"reason": "No."})
        )
        self.assertEqual(dialog.action_apply()["res_model"], "complaint.handover")
        self.assertFalse(self.pending(complaint))

    def test_banner_buttons(self):
        complaint = self.new_complaint()
        self.hand_over(complaint)
        self.assertEqual(
            complaint.handover_notice,
            "Handed over to Stranger by Handler, waits to be accepted: It is their building.",
        )
        complaint.action_withdraw_handover()
        self.assertFalse(complaint.handover_notice)
        self.hand_over(complaint)
        complaint.with_user(self.stranger).action_accept_handover()
        self.assertEqual(complaint.sudo().user_id, self.stranger)
        self.hand_over(complaint, "outside", by=self.stranger)
        complaint.with_user(self.stranger).action_confirm_handover()
        self.assertEqual(complaint.sudo().step, "cancelled")

    def test_waiting_list(self):
        """What waits for me or my teams."""
        mine, teams, foreign = (self.new_complaint() for _number in range(3))
        self.hand_over(mine)
        self.hand_over(teams, "team")
        self.hand_over(foreign, user=self.officer)
        view = self.env.ref("complaint_management.complaint_handover_view_search")
        domain = self._evaluate(
            view._get_combined_arch().xpath("//filter[@name='for_me']")[0].get("domain"),
            {"uid": self.stranger.id},
        )
        found = self.Handover.with_user(self.stranger).search(domain)
        self.assertEqual(found.complaint_id, mine | teams)

    # many

    def test_many(self):
        """Many at once are one message to each."""
        complaints = self.new_complaint() | self.new_complaint() | self.new_complaint()
        since = self.last_message()
        handovers = self.hand_over(complaints)
        self.assertEqual(len(self.told(self.stranger, since)), 1)
        self.assertEqual(len(self.handover_activities(complaints)), 3)
        since = self.last_message()
        handovers.with_user(self.stranger).action_accept()
        self.assertEqual(complaints.sudo().user_id, self.stranger)
        self.assertEqual(len(self.told(self.handler, since)), 1)

    def _count(self, work):
        """Return the queries of some work, with what is read once in memory already."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_cost_of_assigning(self):
        """The row of an assignment costs a constant, however many are assigned."""

        def cost(count, recorded):
            complaints = self.Complaint.concat(*(self.new_complaint() for _number in range(count)))
            if not recorded:
                # As before there were rows: nobody looks.
                complaints = complaints.with_context(complaint_handing_over=True)
            theirs = complaints.with_user(self.leader)
            return self._count(lambda: theirs.write({"user_id": self.colleague.id}))

        for count in (1, 2):
            # What is read once on a server is in memory then.
            cost(count, True)
        for count in (1, 20):
            with self.subTest(count=count):
                self.assertLessEqual(cost(count, True) - cost(count, False), 2)

    def test_cost_of_handing_over(self):
        """Asking about many costs what asking about one does."""

        def cost(count):
            complaints = self.Complaint.concat(*(self.new_complaint() for _number in range(count)))
            return self._count(lambda: self.hand_over(complaints))

        for count in (1, 2):
            cost(count)
        self.assertEqual(cost(20), cost(2))

    def test_cost_of_list(self):
        """A page of hand-overs costs the same with one as with many."""
        complaints = self.Complaint.concat(*(self.new_complaint() for _number in range(12)))
        handovers = self.hand_over(complaints)
        fnames = [
            "complaint_id",
            "from_user_id",
            "target",
            "may_accept",
            "may_confirm",
            "may_withdraw",
            "state",
        ]

        def cost(count):
            theirs = handovers[:count].with_user(self.stranger)
            return self._count(lambda: theirs.read(fnames))

        cost(1)
        self.assertEqual(cost(12), cost(1))
