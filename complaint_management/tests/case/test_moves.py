from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.complaint_management.tests.case.common import (
    CATEGORY,
    CHANNEL,
    GATE_OF,
    OUTCOME,
    READ_BACK,
    RECEIVER,
    RESPONSIBLE,
    WHAT,
    WHO,
    CaseCommon,
)
from odoo.addons.complaint_management.tools.process import STEPS

NOW = "2024-03-05 10:00:00"
LATER = "2024-03-07 16:30:00"
REOPEN = "Give the reason for opening it again (button Reopen)."
ENDED = "It has ended. Reopen it first."


@tagged("post_install", "-at_install")
class TestOnTheSpot(CaseCommon):
    """What can be answered at once is answered and closed at once, and logged (IN-6)."""

    def test_from_receipt_to_closed(self):
        """IN-6: one action from receipt to closed, with what was said."""
        complaint = self.new_whole(
            user=self.first_contact, outcome=False, received_by_id=self.first_contact.id
        )
        self.flush_tracking()
        with self.mock_datetime_and_now(NOW):
            complaint.action_answer_on_the_spot("The bill was corrected while she waited.")
        self.assertRecordValues(
            complaint,
            [
                {
                    "step": "closed",
                    "outcome": "The bill was corrected while she waited.",
                    "stage_id": self.stage("closed").id,
                    "received_by_id": self.first_contact.id,
                    "reopen_count": 0,
                }
            ],
        )
        self.assertEqual(str(complaint.closed_at), NOW)
        self.assertTrue(complaint.number)
        self.flush_tracking()
        self.env.invalidate_all()
        tracked = complaint.sudo().message_ids.tracking_value_ids.mapped("field_id.name")
        self.assertLessEqual({"stage_id", "outcome"}, set(tracked))

    def test_from_triage(self):
        complaint = self.new_whole("triage", outcome=False)
        complaint.action_answer_on_the_spot("Explained.")
        self.assertEqual(complaint.step, "closed")

    def test_incomplete(self):
        """IN-6, IN-2: everything the record lacks is listed, and the answer is not kept alone."""
        complaint = self.new_bare(channel_id=self.oral_channel.id)
        lines = [line for line in GATE_OF if line not in (CHANNEL, OUTCOME)]
        self.assertRefused(lines, complaint.action_answer_on_the_spot, "Explained.")
        self.assertEqual((complaint.step, complaint.outcome), ("new", False))

    def test_empty_answer(self):
        complaint = self.new_whole(outcome=False)
        self.assertRefused([OUTCOME], complaint.action_answer_on_the_spot, "  ")

    def test_in_work_already(self):
        """Past triage others work on it: no short cut past them."""
        for step in ("dispatch", "execution", "closed"):
            complaint = self.new_whole(step)
            fresh = self.new_whole(outcome=False)
            with self.subTest(step=step), self.assertRaises(UserError) as caught:
                (fresh | complaint).action_answer_on_the_spot("Explained.")
            self.assertIn(complaint.number, str(caught.exception))
            self.assertNotIn(fresh.number, str(caught.exception))
            self.assertEqual((fresh.step, fresh.outcome), ("new", False))


@tagged("post_install", "-at_install")
class TestEmergency(CaseCommon):
    """Handle first, complete the record afterwards; both moments are kept (IN-7)."""

    def test_with_next_to_nothing(self):
        """IN-7: straight to execution with what was done; the result is told on a whole record only."""
        receiver = {"user_id": self.first_contact.id, "received_by_id": self.first_contact.id}
        complaint = self.new_bare(self.first_contact, name="Smell of gas in the cellar", **receiver)
        with self.mock_datetime_and_now(NOW):
            complaint.action_handle_emergency("Gas shut off, house cleared.")
        self.assertRecordValues(
            complaint,
            [
                {
                    "step": "execution",
                    "emergency": True,
                    "emergency_action": "Gas shut off, house cleared.",
                    "backfilled_at": False,
                    "closed_at": False,
                }
            ],
        )
        self.assertEqual(str(complaint.emergency_handled_at), NOW)
        present = (READ_BACK, RECEIVER, RESPONSIBLE, OUTCOME)
        before_execution = [line for line in GATE_OF if line not in present]
        self.assertEqual(self.shown(complaint.missing), before_execution)
        self.assertRefused(before_execution, complaint.action_next_step)
        self.assertRefused([*before_execution, OUTCOME], complaint.move_to, "closed")

        complaint = complaint.with_user(self.manager)
        for line in (*before_execution, OUTCOME):
            complaint.write(self.parts[line][1])
        with self.mock_datetime_and_now(LATER):
            complaint.action_next_step()
        self.assertEqual(complaint.step, "feedback")
        self.assertEqual(str(complaint.backfilled_at), LATER)
        self.assertEqual(str(complaint.emergency_handled_at), NOW)
        # From then on it is a complaint like others.
        complaint.write({"description": False, "category_id": False})
        complaint.move_to("closed")
        self.assertEqual(str(complaint.backfilled_at), LATER)

    def test_moment_of_the_handling(self):
        """The moment may be one before it was registered."""
        complaint = self.new_whole("triage", received_at="2024-03-05 08:00:00")
        complaint.action_handle_emergency("Lift stopped.", "2024-03-05 07:45:00")
        self.assertEqual(str(complaint.emergency_handled_at), "2024-03-05 07:45:00")
        self.assertEqual(str(complaint.received_at), "2024-03-05 08:00:00")

    def test_without_a_word(self):
        complaint = self.new_bare()
        self.assertRefused(["Write down what was done at once."], complaint.action_handle_emergency, " ")
        self.assertEqual((complaint.step, complaint.emergency), ("new", False))

    def test_form_follows_the_record(self):
        """IN-7: the form lists what has to be completed, and the list shrinks while it is typed."""
        complaint = self.new_whole(description=False, partner_name=False)
        complaint.action_handle_emergency("Lift stopped.")
        with Form(complaint) as form:
            self.assertEqual(self.shown(form.missing), [WHO, WHAT])
            form.partner_name = "Li Si"
            self.assertEqual(self.shown(form.missing), [WHAT])
            form.description = "The lift fell a metre."
            self.assertEqual(self.shown(form.missing), [])
        complaint.action_next_step()
        self.assertTrue(complaint.backfilled_at)

    def test_back_and_forth(self):
        """Moved back, an emergency still reaches the execution without its record, but not further."""
        complaint = self.new_bare()
        complaint.action_handle_emergency("Lift stopped.")
        complaint.move_to("investigation")
        complaint.emergency_action = False
        self.assertEqual(self.shown(complaint.missing), ["Write down what was done at once."])
        complaint.emergency_action = "Lift stopped, engineer called."
        complaint.move_to("execution")
        with self.assertRaises(UserError):
            complaint.move_to("feedback")

    def test_emergency_for_good(self):
        """An emergency cannot be declared none, or its record would never be completed."""
        complaint = self.new_bare()
        complaint.action_handle_emergency("Lift stopped.")
        with self.assertRaises(UserError):
            complaint.emergency = False
        self.assertTrue(complaint.emergency)

    def test_rejected_emergency(self):
        """An end without success asks for its reason only, and completes no record."""
        complaint = self.new_bare()
        complaint.action_handle_emergency("Nothing found.")
        complaint.action_reject("False alarm.")
        self.assertEqual(complaint.step, "rejected")
        self.assertFalse(complaint.backfilled_at)

    def test_ended_complaint(self):
        complaint = self.new_whole("closed")
        self.assertRefused([REOPEN], complaint.action_handle_emergency, "Lift stopped.")
        self.assertFalse(complaint.emergency)


@tagged("post_install", "-at_install")
class TestEnds(CaseCommon):
    """Rejecting, cancelling, opening again."""

    def _end(self, kind):
        return {
            "rejected": lambda complaint, reason: complaint.action_reject(reason),
            "cancelled": lambda complaint, reason: complaint.action_cancel(reason),
        }[kind]

    def test_ends_need_a_reason(self):
        """TR-4: rejected and cancelled with the reason, at any step, whatever the record lacks."""
        lines = {
            "rejected": "Give the reason for rejecting it.",
            "cancelled": "Give the reason for cancelling it.",
        }
        for kind, line in lines.items():
            for step in ("new", "investigation", "follow_up"):
                complaint = self.new_whole(step)
                complaint.description = False
                with self.subTest(kind=kind, step=step):
                    self.assertRefused([line], complaint.move_to, kind)
                    self.assertRefused([line], self._end(kind), complaint, "")
                    self.assertRefused([line], self._end(kind), complaint, " \n")
                    self.assertFalse(complaint.closed_at)
                    with self.mock_datetime_and_now(NOW):
                        self._end(kind)(complaint, "Liability lies with the maker.")
                    self.assertEqual(complaint.step, kind)
                    self.assertEqual(complaint.end_reason, "Liability lies with the maker.")
                    self.assertEqual(str(complaint.closed_at), NOW)

    def test_from_one_end_to_another(self):
        """A closed complaint is neither rejected nor cancelled: it has to be reopened first."""
        for step in ("closed", "rejected", "cancelled"):
            complaint = self.new_whole(end_reason="Because.")
            complaint.move_to(step)
            closed_at = complaint.closed_at
            for other in {"closed", "rejected", "cancelled"} - {step}:
                with self.subTest(step=step, other=other):
                    self.assertRefused([ENDED], complaint.move_to, other)
                    self.assertRefused([ENDED], complaint.write, {"stage_id": self.stage(other).id})
            self.assertRefused(
                [ENDED], self._end("rejected" if step != "rejected" else "cancelled"), complaint, "x"
            )
            self.assertEqual((complaint.step, complaint.closed_at), (step, closed_at))

    def test_end_of_the_same_kind(self):
        """Between two stages of an end nothing is asked for, and the moment of the end stays."""
        other = self.Stage.create({"name": "Filed", "step": "closed", "sequence": 95})
        with self.mock_datetime_and_now(NOW):
            complaint = self.new_whole("closed", received_at="2024-03-01 00:00:00")
        with self.mock_datetime_and_now(LATER):
            complaint.stage_id = other
        self.assertEqual(str(complaint.closed_at), NOW)
        self.assertEqual(complaint.reopen_count, 0)

    def test_reopening(self):
        """CL-2: opened again with a reason; the rounds are counted, the end is taken back."""
        complaint = self.new_whole("closed")
        complaint.with_user(self.colleague).action_reopen("It broke again.", "solution")
        self.flush_tracking()
        self.assertRecordValues(
            complaint,
            [
                {
                    "step": "solution",
                    "reopen_count": 1,
                    "closed_at": False,
                    "reopen_reason": "It broke again.",
                }
            ],
        )
        self.assertIn("Opened again: It broke again.", complaint.message_ids.mapped("preview"))
        complaint.move_to("closed")
        self.assertFalse(complaint.reopen_reason)
        self.assertTrue(complaint.closed_at)
        complaint.action_reopen("And again.")
        self.assertRecordValues(complaint, [{"step": "investigation", "reopen_count": 2, "closed_at": False}])

    def test_reopening_several(self):
        complaints = self.new_whole("closed") | self.new_whole("closed")
        complaints[1].action_reopen("First time.")
        complaints[1].move_to("closed")
        complaints.action_reopen("All of them.")
        self.assertEqual(complaints.mapped("reopen_count"), [1, 2])

    def test_reopening_takes_the_reason_of_the_end_back(self):
        complaint = self.new_whole("investigation")
        complaint.action_reject("Unfounded.")
        complaint.action_reopen("New evidence.")
        self.assertFalse(complaint.end_reason)
        self.assertRefused(["Give the reason for rejecting it."], complaint.move_to, "rejected")

    def test_reopening_needs_a_reason(self):
        """Also where a card is drawn out of the column: the reason of an earlier round does not count."""
        complaint = self.new_whole("closed")
        self.assertRefused([REOPEN], complaint.write, {"stage_id": self.stage("investigation").id})
        self.assertRefused([REOPEN], complaint.move_to, "new")
        self.assertRefused([REOPEN], complaint.action_reopen, "  ")
        complaint.action_reopen("It broke again.")
        complaint.move_to("closed")
        self.assertRefused([REOPEN], complaint.move_to, "investigation")
        self.assertEqual(complaint.reopen_count, 1)

    def test_reopening_a_case_ended_early(self):
        """Who rejected before triage has not done the triage: reopening asks for what lies before."""
        complaint = self.new_bare(team_id=self.centre.id, channel_id=self.channel.id)
        complaint.action_reject("Not ours.")
        new = [line for line, gate in GATE_OF.items() if gate == "new" and line not in (CHANNEL, READ_BACK)]
        self.assertRefused(new, complaint.action_reopen, "It is ours.", "triage")
        self.assertRefused(
            [
                *new,
                "Choose the nature: complaint, inquiry, praise …",
                CATEGORY,
                "Choose the severity.",
                RESPONSIBLE,
            ],
            complaint.action_reopen,
            "It is ours.",
        )
        self.assertEqual((complaint.step, complaint.reopen_count), ("rejected", 0))
        complaint.action_reopen("It is ours.", "new")
        self.assertEqual((complaint.step, complaint.reopen_count), ("new", 1))
        self.assertIn(RECEIVER, new)

    def test_reopening_what_is_open(self):
        complaints = self.new_whole("closed") | self.new_whole("feedback")
        with self.assertRaises(UserError):
            complaints.action_reopen("Why not.")
        self.assertEqual(complaints.mapped("step"), ["closed", "feedback"])

    def test_reopening_to_an_end(self):
        """Nor does a reason stay behind that would open the complaint later without one."""
        complaint = self.new_whole("closed")
        for step in ("closed", "rejected"):
            with self.subTest(step=step), self.assertRaises(UserError):
                complaint.action_reopen("Why not.", step)
        self.assertFalse(complaint.reopen_reason)

    def test_reopening_what_was_merged(self):
        """The work goes on in the complaint it was merged into."""
        target, source = self.new_whole(name="Target"), self.new_whole(name="Source")
        source.merge_into(target)
        self.assertRefused(
            ["It was merged into another complaint: reopen that one."],
            source.action_reopen,
            "Why not.",
            "new",
        )


@tagged("post_install", "-at_install")
class TestHooks(CaseCommon):
    """A stage may run a server action and send a mail: once for each move."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.solution = cls.stage("solution")

    def _action(self):
        return self.env["ir.actions.server"].create(
            {
                "name": "Note the batch",
                "model_id": self.env["ir.model"]._get_id("complaint.complaint"),
                "state": "code",
                "code": "env['complaint.tag'].create({'name': 'Batch of %s' % records.ids})",
            }
        )

    def _batches(self):
        return self.env["complaint.tag"].search([("name", "=like", "Batch of%")]).mapped("name")

    def test_server_action_once_for_a_batch(self):
        """One run for all complaints of a write, as whoever moves them."""
        self.solution.server_action_id = self._action()
        batch = self.new_whole("investigation") | self.new_whole("triage") | self.new_whole("solution")
        self.env["complaint.tag"].search([("name", "=like", "Batch of%")]).unlink()
        self.env.invalidate_all()
        batch.write({"stage_id": self.solution.id})
        self.assertEqual(self._batches(), [f"Batch of {batch[:2].ids}"])
        batch.write({"stage_id": self.solution.id, "name": "Changed"})
        self.assertEqual(len(self._batches()), 1)

    def test_server_action_of_each_stage(self):
        """Complaints of one call that go to different stages run the action of their own."""
        own = self.Stage.create(
            {
                "name": "Elsewhere",
                "step": "solution",
                "team_ids": self.other_team.ids,
                "server_action_id": self._action().id,
            }
        )
        ours = self.new_whole("investigation")
        theirs = self.new_whole("investigation", self.manager, team_id=self.other_team.id)
        (ours | theirs).with_user(self.manager).move_to("solution")
        self.assertEqual(theirs.stage_id, own)
        self.assertEqual(self._batches(), [f"Batch of {theirs.ids}"])

    def test_no_action_of_a_refused_move(self):
        self.solution.server_action_id = self._action()
        complaint = self.new_whole("triage")
        complaint.nature = False
        with self.assertRaises(UserError):
            complaint.move_to("solution")
        self.assertEqual(self._batches(), [])

    def test_mail_to_the_customer(self):
        """CO-3: the company's text goes out once for each complaint that enters the stage."""
        template = self.env["mail.template"].create(
            {
                "name": "A solution is near",
                "model_id": self.env["ir.model"]._get_id("complaint.complaint"),
                "subject": "Your complaint {{ object.number }}",
                "email_to": "{{ object.partner_email }}",
                "body_html": "<p>We are working out a solution.</p>",
            }
        )
        self.solution.mail_template_id = template
        batch = self.Complaint
        for number in range(3):
            batch |= self.new_whole("triage", partner_email=f"li.si.{number}@example.com")
        self.flush_tracking()
        self.send_notices()
        with self.mock_mail_gateway():
            batch.write({"stage_id": self.solution.id})
            self.flush_tracking()
            self.send_notices()
        self.assertEqual(
            sorted((mail.email_to or mail.recipient_ids.email, mail.subject) for mail in self._new_mails),
            [(complaint.partner_email, f"Your complaint {complaint.number}") for complaint in batch],
        )
        with self.mock_mail_gateway():
            batch.write({"name": "Changed"})
            batch.move_to("execution")
            self.flush_tracking()
            self.send_notices()
        self.assertFalse(self._new_mails)

    def test_every_step_has_a_stage(self):
        """What the product installs leads through all steps."""
        complaint = self.new_whole()
        for step in STEPS[1:]:
            complaint.action_next_step()
            self.assertEqual(complaint.step, step)
        complaint.action_next_step()
        self.assertEqual(complaint.step, "closed")
