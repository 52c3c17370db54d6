from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.complaint_management.tests.case.common import GATE_OF, OUTCOME, WHAT, CaseCommon

NOW = "2024-03-05 10:00:00"


@tagged("post_install", "-at_install")
class TestWizards(CaseCommon):
    """The small windows that ask for the one thing a move needs."""

    def _open(self, name, complaints, user=None, **context):
        """Open a window as the button on the form or the list does."""
        action = self.env["ir.actions.act_window"]._for_xml_id(f"complaint_management.{name}")
        self.assertEqual(action["target"], "new")
        Wizard = self.env[action["res_model"]].with_user(user or self.first_contact)
        return Form(Wizard.with_context(active_ids=complaints.ids, **context))

    def _mine(self, **vals):
        """Return a complaint of the first contact."""
        own = {"received_by_id": self.first_contact.id, "user_id": self.first_contact.id}
        return self.new_whole(user=self.first_contact, **own, **vals)

    def test_answered_on_the_spot(self):
        """IN-6: one window, one sentence, closed."""
        complaint = self._mine(outcome=False)
        form = self._open("complaint_answer_action", complaint)
        form.answer = "Corrected while she waited."
        form.save().action_apply()
        self.assertRecordValues(complaint, [{"step": "closed", "outcome": "Corrected while she waited."}])

    def test_answered_without_a_word(self):
        complaint = self._mine(outcome=False)
        form = self._open("complaint_answer_action", complaint)
        with self.assertRaises(AssertionError):
            form.save()
        form.answer = "   "
        self.assertRefused([OUTCOME], form.save().action_apply)
        self.assertEqual(complaint.step, "new")

    def test_answered_with_an_incomplete_record(self):
        """IN-6: what is missing is listed; the answer is typed again, not half kept."""
        complaint = self._mine(outcome=False, description=False, category_id=False)
        form = self._open("complaint_answer_action", complaint)
        form.answer = "Explained."
        self.assertRefused([WHAT, "Choose the category."], form.save().action_apply)
        self.assertFalse(complaint.outcome)

    def test_emergency(self):
        """IN-7: the window proposes now, and the moment can be set back."""
        complaint = self._mine(description=False)
        with self.mock_datetime_and_now(NOW):
            form = self._open("complaint_emergency_action", complaint)
            self.assertEqual(str(form.handled_at), NOW)
            form.action_taken = "Gas shut off."
            form.handled_at = "2024-03-05 09:30:00"
            form.save().action_apply()
        self.assertRecordValues(
            complaint, [{"step": "execution", "emergency": True, "emergency_action": "Gas shut off."}]
        )
        self.assertEqual(str(complaint.emergency_handled_at), "2024-03-05 09:30:00")
        self.assertEqual(self.shown(complaint.missing), [WHAT])

    def test_reasons(self):
        """TR-4: rejected, cancelled, opened again, each with its reason."""
        for kind, step in (("reject", "rejected"), ("cancel", "cancelled")):
            with self.subTest(kind=kind):
                complaint = self._mine()
                complaint.move_to("triage")
                form = self._open("complaint_reason_action", complaint, default_kind=kind)
                self.assertEqual(form.kind, kind)
                form.reason = "The maker is liable."
                form.save().action_apply()
                self.assertRecordValues(complaint, [{"step": step, "end_reason": "The maker is liable."}])
                form = self._open("complaint_reason_action", complaint, default_kind="reopen")
                form.reason = "It is ours after all."
                form.step = "dispatch"
                form.save().action_apply()
                self.assertRecordValues(
                    complaint,
                    [{"step": "dispatch", "reopen_reason": "It is ours after all.", "reopen_count": 1}],
                )

    def test_reopening_goes_on_with_the_investigation(self):
        complaint = self.new_whole("closed")
        form = self._open("complaint_reason_action", complaint, self.handler, default_kind="reopen")
        self.assertEqual(form.step, "investigation")
        form.reason = "It broke again."
        form.save().action_apply()
        self.assertEqual(complaint.step, "investigation")

    def test_several_at_once(self):
        """From the list: all of them or none."""
        complaints = self._mine() | self._mine()
        form = self._open("complaint_reason_action", complaints, default_kind="cancel")
        form.reason = "Entered twice."
        form.save().action_apply()
        self.assertEqual(complaints.mapped("step"), ["cancelled"] * 2)
        form = self._open("complaint_reason_action", complaints | self._mine(), default_kind="reopen")
        form.reason = "No."
        with self.assertRaises(UserError):
            form.save().action_apply()
        self.assertEqual(complaints.mapped("reopen_count"), [0, 0])

    def test_what_is_not_theirs(self):
        """OR-1: the windows give nobody what the record does not."""
        complaint = self.new_whole()
        for name, values in (
            ("complaint.answer", {"answer": "x"}),
            ("complaint.emergency", {"action_taken": "x"}),
            ("complaint.reason", {"kind": "cancel", "reason": "x"}),
        ):
            for user in (self.first_contact, self.stranger, self.auditor, self.quality, self.plain_user):
                with self.subTest(name=name, user=user.login), self.assertRaises(AccessError):
                    self.env[name].with_user(user).create(
                        {"complaint_ids": complaint.ids, **values}
                    ).action_apply()
        self.assertEqual(complaint.step, "new")

    def test_whole_way(self):
        """From receipt to the end by buttons alone, each step asking for its own only."""
        complaint = self.new_bare(
            self.first_contact,
            received_by_id=self.first_contact.id,
            user_id=self.first_contact.id,
            team_id=self.centre.id,
        )
        for line, gate in GATE_OF.items():
            if line in self.parts and line in self.shown(complaint.missing):
                self.assertEqual(complaint.step, gate)
                complaint.write(self.parts[line][1])
            while not complaint.missing and complaint.next_step:
                complaint.action_next_step()
        self.assertEqual(complaint.step, "closed")
