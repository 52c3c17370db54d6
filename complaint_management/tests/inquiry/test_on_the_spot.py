from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.inquiry.test_triage import TriageCommon


@tagged("post_install", "-at_install")
class TestWaived(TriageCommon):
    """IN-6: what is answered on the spot is logged, and not inquired into."""

    def test_answered(self):
        """IN-6, CO-1: one contact, outward, with the answer; nobody has to find a cause."""
        complaint = self.new_complaint()
        complaint.action_answer_on_the_spot("The bill was explained.")
        self.assertTrue(complaint.inquiry_waived)
        self.assertFalse(complaint._needs_inquiry())
        self.assertRecordValues(
            complaint.contact_ids,
            [
                {
                    "direction": "out",
                    "purpose": "explanation",
                    "summary": "The bill was explained.",
                    "user_id": self.handler.id,
                    "kind": "call",
                    "channel_id": self.channel.id,
                }
            ],
        )

    def test_kind(self):
        """The kind of contact follows the channel where that says it."""
        for name, kind in (
            ("phone", "call"),
            ("walk_in", "visit"),
            ("email", "message"),
            ("letter", "letter"),
        ):
            channel = self.env.ref(f"complaint_management.complaint_channel_{name}")
            complaint = self.new_complaint(channel_id=channel.id, read_back_at="2024-01-01 00:00:00")
            complaint.action_answer_on_the_spot("Explained.")
            with self.subTest(name):
                self.assertEqual(complaint.contact_ids.kind, kind)

    def test_respond_is_reached(self):
        moment = self.local("2026-03-02 08:50")
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            complaint = self.new_complaint(received_at=self.local("2026-03-02 08:30"))
        with self.mock_datetime_and_now(moment):
            complaint.action_answer_on_the_spot("Explained.")
        self.assertRecordValues(self.clock(complaint, "respond"), [{"reached_at": moment, "state": "met"}])

    def test_refused(self):
        """IN-6: a refusal keeps nothing: no flag, no contact, no answer."""
        complaint = self.new_complaint(description=False)
        with self.assertRaises(UserError):
            complaint.action_answer_on_the_spot("Explained.")
        self.assertRecordValues(
            complaint, [{"inquiry_waived": False, "step": "new", "outcome": False, "contact_ids": []}]
        )

    def test_no_way_round(self):
        """The flag is no way round the gate: neither written nor brought along."""
        complaint = self.new_complaint()
        with self.assertRaisesRegex(UserError, "Answered on the Spot"):
            complaint.inquiry_waived = True
        self.assertFalse(self.new_complaint(inquiry_waived=True).inquiry_waived)
        asked = self.Complaint.with_user(self.handler).with_context(default_inquiry_waived=True)
        self.assertFalse(asked.create({"name": "Cold"}).inquiry_waived)

    def test_imported_history(self):
        """What had ended elsewhere needs no facts; what is closed here does."""
        values = {"stage_id": self.stage("closed").id, "received_at": "2024-01-01 00:00:00"}
        imported = self.new_whole(**values, closed_at="2024-01-09 00:00:00")
        self.assertTrue(imported.inquiry_waived)
        self.assertEqual(str(imported.closed_at), "2024-01-09 00:00:00")
        self.assertFalse(imported.contact_ids)
        self.assertFalse(self.new_whole(closed_at="2024-01-09 00:00:00").inquiry_waived, "it has not ended")
        self.assertFalse(self.new_whole(**values).inquiry_waived, "it is closed here")

    def test_reopening(self):
        """CL-2: a case that is opened again is inquired into; a refused reopening changes nothing."""
        complaint = self.new_complaint()
        complaint.action_answer_on_the_spot("Explained.")
        with self.assertRaises(UserError):
            complaint.action_reopen(" ")
        self.assertTrue(complaint.inquiry_waived)
        complaint.action_reopen("It was not all.")
        self.assertFalse(complaint.inquiry_waived)
        self.assertTrue(complaint._needs_inquiry())

    def test_several_at_once(self):
        """One contact each, and no query of their own for each that is more than the move costs."""
        complaints = self.new_complaint() | self.new_complaint() | self.new_complaint()
        complaints.action_answer_on_the_spot("Explained.")
        self.assertEqual([len(complaint.contact_ids) for complaint in complaints], [1, 1, 1])
        waived = self.Complaint.union(*(self.new_complaint() for _number in range(5)))
        self.env.flush_all()
        self.env.invalidate_all()
        waived.mapped("inquiry_waived")
        with self.assertQueryCount(3):
            waived.sudo()._waive_inquiry()
            self.env.flush_all()
