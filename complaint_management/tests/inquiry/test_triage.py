from contextlib import contextmanager

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon

TYPE = "complaint_management.mail_activity_type_judgement"


class TriageCommon(DeadlineCommon):
    """Complaints in triage, and what was asked and told about them."""

    @classmethod
    def new_complaint(cls, user=None, **vals):
        return super().new_complaint(user, **{"nature": "complaint", **vals})

    def new_triaged(self, user=None, **vals):
        """Return a complaint in triage that nobody has judged."""
        complaint = self.new_complaint(user or self.handler, **vals)
        complaint.move_to("triage")
        return complaint

    def questions(self, complaints):
        """Return the open activities that ask whether complaints are founded."""
        activities = complaints.sudo().activity_ids
        return activities.filtered(lambda activity: activity.activity_type_id == self.env.ref(TYPE))

    def told(self, user, complaint):
        """Return what a user was told personally about a complaint."""
        return self.env["mail.message"].search(
            [
                ("model", "=", "complaint.complaint"),
                ("res_id", "=", complaint.id),
                ("message_type", "=", "user_notification"),
                ("partner_ids", "in", user.partner_id.ids),
                # Odoo tells of assignments by itself.
                ("subject", "not like", "assigned"),
            ]
        )

    @contextmanager
    def refused(self, pattern):
        """Something is refused with a message, and undone."""
        with self.assertRaisesRegex(UserError, pattern), self.env.cr.savepoint():
            yield


@tagged("post_install", "-at_install")
class TestJudgement(TriageCommon):
    """TR-4: founded or not; a doubtful one goes to the head of service to decide."""

    def test_founded_by_hand(self):
        """TR-4: who handles it says that it is founded or unfounded; nobody is asked."""
        complaint = self.new_triaged()
        for founded in ("founded", "unfounded", "founded", False):
            complaint.founded = founded
            self.assertEqual(complaint.founded, founded)
        self.assertFalse(self.questions(complaint))
        complaint.founded = "founded"
        self.assertFalse(complaint.copy().founded, "another case is judged anew")

    def test_leader_is_asked_once(self):
        """TR-4: the leader gets the question, once, however often it is saved."""
        complaint = self.new_triaged()
        complaint.founded = "doubtful"
        complaint.write({"founded": "doubtful", "name": "Again"})
        question = self.questions(complaint)
        self.assertEqual(len(question), 1)
        self.assertEqual(question.user_id, self.leader)
        self.assertIn(self.handler.name, question.summary)
        # Whoever is responsible does not lead.
        complaint = self.new_triaged(user_id=self.colleague.id)
        complaint.founded = "doubtful"
        self.assertEqual(self.questions(complaint).user_id, self.leader)
        found = self.Complaint.search([("founded", "=", "doubtful"), ("closed_at", "=", False)])
        self.assertIn(complaint, found)

    def test_created_as_doubtful(self):
        complaint = self.new_complaint(founded="doubtful")
        self.assertEqual(self.questions(complaint).user_id, self.leader)

    def test_leader_decides(self):
        """TR-4: the decision closes the question and reaches the person responsible once."""
        for action, founded in (("action_judge_founded", "founded"), ("action_judge_unfounded", "unfounded")):
            complaint = self.new_triaged()
            complaint.founded = "doubtful"
            question = self.questions(complaint)
            theirs = complaint.with_user(self.leader)
            self.assertTrue(theirs.may_judge)
            getattr(theirs, action)()
            with self.subTest(founded):
                self.assertEqual(complaint.founded, founded)
                self.assertFalse(self.questions(complaint))
                self.assertFalse(question.active)
                self.assertEqual(question.feedback, founded.title())
                self.assertEqual(len(self.told(self.handler, complaint)), 1)
                self.assertIn(founded.title(), self.told(self.handler, complaint).subject)
                self.assertFalse(theirs.may_judge)

    def test_who_decides(self):
        """OR-1, TR-4: leaders of the team or above and managers; everybody else is told who does."""
        self.centre.parent_id = self.other_team
        self.other_team.leader_id = self.stranger
        complaint = self.new_triaged(user_id=self.colleague.id, received_by_id=self.first_contact.id)
        complaint.founded = "doubtful"
        for user in (self.handler, self.colleague, self.first_contact):
            for founded in ("founded", "unfounded", False):
                with (
                    self.subTest(user=user.login, founded=founded),
                    self.assertRaisesRegex(UserError, "Leader") as caught,
                ):
                    complaint.with_user(user).founded = founded
                self.assertIn(complaint.number, str(caught.exception))
            self.assertFalse(complaint.with_user(user).may_judge)
        for user in (self.auditor, self.quality, self.plain_user, self.foreign_manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                complaint.with_user(user).founded = "founded"
        self.assertEqual(complaint.founded, "doubtful")
        for user in (self.leader, self.stranger, self.manager):
            complaint.sudo().founded = "doubtful"
            with self.subTest(user=user.login):
                self.assertTrue(complaint.with_user(user).may_judge)
                complaint.with_user(user).founded = "founded"
                self.assertEqual(complaint.founded, "founded")

    def test_leader_is_responsible(self):
        """A leader who is responsible is asked and decides; nobody tells them what they did themselves."""
        complaint = self.new_triaged(user_id=self.leader.id)
        complaint.founded = "doubtful"
        self.assertEqual(self.questions(complaint).user_id, self.leader)
        complaint.with_user(self.leader).founded = "founded"
        self.assertFalse(self.told(self.leader, complaint))

    def test_leader_asks(self):
        """The leader who doubts asks the next one; where nobody stands above, it comes back to them."""
        complaint = self.new_triaged(self.leader)
        complaint.founded = "doubtful"
        self.assertEqual(self.questions(complaint).user_id, self.leader)
        self.centre.parent_id = self.other_team
        self.other_team.leader_id = self.manager
        complaint = self.new_triaged(self.leader)
        complaint.founded = "doubtful"
        self.assertEqual(self.questions(complaint).user_id, self.manager)

    def test_excluded_leader(self):
        """OR-2: the leader complained about neither decides nor is asked; the next one is."""
        self.centre.parent_id = self.other_team
        self.other_team.leader_id = self.manager
        complaint = self.new_triaged(employee_ids=self.new_employee(self.leader).ids)
        complaint.founded = "doubtful"
        self.assertEqual(self.questions(complaint).user_id, self.manager)
        with self.assertRaises(AccessError):
            complaint.with_user(self.leader).founded = "founded"

    def test_leader_excluded_later(self):
        """OR-2: the question passes to the next leader, not to the person responsible."""
        self.centre.parent_id = self.other_team
        self.other_team.leader_id = self.manager
        complaint = self.new_triaged()
        complaint.founded = "doubtful"
        complaint.employee_ids = self.new_employee(self.leader)
        self.assertEqual(self.questions(complaint).user_id, self.manager)

    def test_last_leader_excluded_later(self):
        """OR-2: without another leader the managers are told, and nobody excluded keeps the question."""
        complaint = self.new_triaged()
        complaint.founded = "doubtful"
        complaint.employee_ids = self.new_employee(self.leader)
        self.assertFalse(self.questions(complaint))
        self.assertEqual(len(self.told(self.manager, complaint)), 1)
        self.assertFalse(self.told(self.leader, complaint))

    def test_archived_leader(self):
        """A leader who has left is passed over."""
        self.centre.parent_id = self.other_team
        self.other_team.leader_id = self.manager
        self.leader.active = False
        complaint = self.new_triaged()
        complaint.founded = "doubtful"
        self.assertEqual(self.questions(complaint).user_id, self.manager)

    def test_nobody_leads(self):
        """Without a leader the managers are told and decide; a note says so to everybody else."""
        self.centre.leader_id = False
        complaint = self.new_triaged()
        complaint.founded = "doubtful"
        self.assertFalse(self.questions(complaint))
        self.assertEqual(len(self.told(self.manager, complaint)), 1)
        self.assertFalse(self.told(self.foreign_manager, complaint))
        self.assertIn("No leader is there", " ".join(complaint.message_ids.mapped("preview")))
        with self.refused("a manager of complaints"):
            complaint.founded = "founded"
        complaint.with_user(self.manager).founded = "founded"
        self.assertEqual(len(self.told(self.handler, complaint)), 1)

    def test_nobody_at_all(self):
        """Where nobody could ever decide, doubting is refused with advice."""
        self.centre.leader_id = False
        group = self.env.ref("complaint_management.group_complaint_manager")
        managers = group.all_user_ids
        employees = self.env["hr.employee"].search([("user_id", "in", managers.ids)])
        for user in managers - employees.user_id:
            employees |= self.new_employee(user)
        complaint = self.new_triaged(employee_ids=employees.ids)
        with self.refused("Have a leader named"):
            complaint.founded = "doubtful"
        self.assertFalse(complaint.founded)

    def test_cancelled(self):
        """What has ended waits for no decision."""
        complaint = self.new_triaged()
        complaint.founded = "doubtful"
        complaint.action_cancel("Withdrawn.")
        self.assertFalse(self.questions(complaint))
        self.assertEqual(complaint.founded, "doubtful")

    def test_rejecting(self):
        """TR-4: rejected is unfounded, whichever way; a doubtful one only by who decides."""
        for move in (
            lambda complaint: complaint.action_reject("Not ours."),
            lambda complaint: complaint.write(
                {"end_reason": "Not ours.", "stage_id": self.stage("rejected").id}
            ),
        ):
            complaint = self.new_triaged()
            move(complaint)
            self.assertRecordValues(complaint, [{"step": "rejected", "founded": "unfounded"}])
            doubtful = self.new_triaged()
            doubtful.founded = "doubtful"
            with self.refused("Leader"):
                move(doubtful)
            self.assertRecordValues(
                doubtful, [{"step": "triage", "founded": "doubtful", "end_reason": False}]
            )
            move(doubtful.with_user(self.leader))
            self.assertRecordValues(doubtful, [{"step": "rejected", "founded": "unfounded"}])
            self.assertFalse(self.questions(doubtful))
            self.assertEqual(len(self.told(self.handler, doubtful)), 1)

    def test_reopening(self):
        """TR-4, CL-2: a rejected case that is taken up counts as founded; in triage it is judged anew."""
        for step, founded in (("investigation", "founded"), ("triage", False)):
            complaint = self.new_triaged()
            complaint.action_reject("Not ours.")
            complaint.action_reopen("It is ours after all.", step)
            with self.subTest(step):
                self.assertEqual(complaint.founded, founded)

    def test_import(self):
        """A history that was rejected elsewhere was unfounded."""
        complaint = self.new_whole(stage_id=self.stage("rejected").id, end_reason="Not ours.")
        self.assertEqual(complaint.founded, "unfounded")

    def test_merging(self):
        """IN-9: a judgement is kept in a merge, and merging is no way round the leader."""
        target, source = self.new_triaged(), self.new_triaged()
        source.founded = "founded"
        source.merge_into(target)
        self.assertEqual(target.founded, "founded")
        target, source = self.new_triaged(), self.new_triaged()
        source.founded = "founded"
        target.founded = "doubtful"
        with self.refused("Leader"):
            source.merge_into(target, {"founded": source})
        source.merge_into(target)
        self.assertEqual(target.founded, "doubtful")
        self.assertEqual(self.questions(target).user_id, self.leader)

    def test_merging_questions(self):
        """One question is left of two, and none where it is decided."""
        for theirs, left in (("doubtful", 1), (False, 1), ("founded", 0)):
            target, source = self.new_triaged(), self.new_triaged()
            target.founded = theirs
            source.founded = "doubtful"
            source.merge_into(target)
            with self.subTest(theirs):
                self.assertEqual(len(self.questions(target)), left)

    def test_several_at_once(self):
        """One write, one question each."""
        complaints = self.new_triaged() | self.new_triaged() | self.new_triaged()
        complaints.write({"founded": "doubtful"})
        self.assertEqual(len(self.questions(complaints)), 3)
        complaints.with_user(self.manager).write({"founded": "founded"})
        self.assertFalse(self.questions(complaints))
        self.assertEqual([len(self.told(self.handler, complaint)) for complaint in complaints], [1, 1, 1])

    def test_form(self):
        """The field is asked of complaints and criticism only."""
        complaint = self.new_triaged()
        with Form(complaint.with_user(self.handler)) as form:
            self.assertFalse(form._get_modifier("founded", "invisible"))
            form.founded = "founded"
            form.nature = "praise"
            self.assertTrue(form._get_modifier("founded", "invisible"))
        self.assertEqual(complaint.founded, "founded")


@tagged("post_install", "-at_install")
class TestTriageMilestone(TriageCommon):
    """TL-1: the limit of triage is reached when triage is saved, not when the step is left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.received = cls.local("2026-03-02 08:30")

    def new_received(self, **vals):
        with self.mock_datetime_and_now(self.received):
            return self.new_complaint(received_at=self.received, **vals)

    def save(self, complaint, moment, **vals):
        with self.mock_datetime_and_now(self.local(moment)):
            complaint.write(vals)

    def reached(self, complaint):
        return self.clock(complaint, "triage").reached_at

    def judged(self):
        """Return what judges a complaint, where the gate asks for it."""
        return {"founded": "founded", "severity": "urgent"}

    def test_not_at_creation(self):
        """What a category proposed is no triage."""
        self.assertFalse(self.reached(self.new_received()))
        self.assertFalse(self.reached(self.new_received(founded="founded")))

    def test_saved(self):
        """TR-1, TR-3, TR-4: with nature, category, severity and judgement there, at that moment."""
        complaint = self.new_received(category_id=False)
        self.save(complaint, "2026-03-02 09:00", **self.judged())
        self.assertFalse(self.reached(complaint), "the category is missing")
        self.save(complaint, "2026-03-02 09:20", category_id=self.category.id)
        self.assertEqual(self.reached(complaint), self.local("2026-03-02 09:20"))
        self.assertEqual(self.clock(complaint, "triage").state, "met")
        with self.mock_datetime_and_now(self.local("2026-03-02 16:00")):
            complaint.move_to("dispatch")
        self.assertEqual(self.reached(complaint), self.local("2026-03-02 09:20"))

    def test_other_natures(self):
        """TR-1: an inquiry is triaged by its nature, category and severity."""
        complaint = self.new_received()
        self.save(complaint, "2026-03-02 09:00", nature="inquiry")
        self.assertFalse(self.reached(complaint), "it is still being received")
        complaint.move_to("triage")
        self.save(complaint, "2026-03-02 09:10", severity="urgent")
        self.assertEqual(self.reached(complaint), self.local("2026-03-02 09:10"))

    def test_unfounded(self):
        """An unfounded one is judged, though it does not go on."""
        complaint = self.new_received()
        self.save(complaint, "2026-03-02 09:05", founded="doubtful")
        self.assertFalse(self.reached(complaint), "it waits for the leader")
        self.save(complaint.with_user(self.leader), "2026-03-02 09:10", founded="unfounded")
        self.assertEqual(self.reached(complaint), self.local("2026-03-02 09:10"))

    def test_other_values(self):
        """Neither other fields, nor the same values again, nor a recomputation are triage."""
        complaint = self.new_received()
        self.save(complaint, "2026-03-02 09:00", name="Other", confidential=True)
        self.save(complaint, "2026-03-02 09:00", category_id=self.category.id, nature="complaint")
        with self.mock_datetime_and_now(self.local("2026-03-02 09:00")):
            self.env.add_to_compute(complaint._fields["severity"], complaint)
            self.env.flush_all()
        self.assertFalse(self.reached(complaint))

    def test_cost(self):
        """Many cost what few do, and a write of anything else costs nothing more."""
        few = self.Complaint.union(*(self.new_received() for _number in range(2)))
        many = self.Complaint.union(*(self.new_received() for _number in range(12)))
        costs = []
        for complaints in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            complaints.with_context(tracking_disable=True).write({"founded": "founded"})
            self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(costs[1], costs[0] + 1, f"{costs[1]} instead of {costs[0]} queries")
        self.assertTrue(all(self.reached(complaint) for complaint in many))


@tagged("post_install", "-at_install")
class TestTriageViews(TriageCommon):
    """What is looked for in lists."""

    def test_filters(self):
        view = self.env.ref("complaint_management.complaint_view_search")
        arch = self.Complaint.get_view(view.id, "search")["arch"]
        for name in ("waits_for_judgement", "founded", "unfounded", "group_founded"):
            self.assertIn(f'name="{name}"', arch)

    def test_members_of_other_teams(self):
        """A team's own member sees the banner, but no buttons that are not theirs."""
        self.centre.member_ids = [Command.link(self.stranger.id)]
        complaint = self.new_triaged()
        complaint.founded = "doubtful"
        self.assertFalse(complaint.with_user(self.stranger).may_judge)
