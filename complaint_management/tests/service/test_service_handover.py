import base64
from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.service.reception_common import (
    SIGNATURE,
    ReceptionCommon,
    picture,
)
from odoo.addons.complaint_management.tools.service_process import MILESTONES
from odoo.addons.complaint_management.tools.signature import MAX_BYTES, read_signature

NOW = datetime(2026, 3, 2, 8, 0)
REFUSALS = "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestHandover(ReceptionCommon):
    """SV-2, SV-6: the customer signs for what they get back."""

    def new_ready(self, **vals):
        return self.bring_to(self.receive(self.new_order(**vals)), "handover")

    def wizard(self, order, user=None, **vals):
        Signing = self.env["complaint.service.signing"].with_user(user or self.advisor)
        return Signing.create({"order_id": order.id, "kind": "handover", "signature": SIGNATURE, **vals})

    def test_gate(self):
        """SV-6: an order does not close before the customer has signed; an answered question does."""
        order = self.new_ready()
        self.assertRefuses("the customer signs", order.move_to, "closed")
        self.assertIn("the customer signs", order.missing)
        order._hand_over("Zhang San", SIGNATURE)
        self.assertNotIn("the customer signs", order.missing or "")
        question = self.bring_to(self.new_order(type_id=self.consultation.id, asset_id=False), "handover")
        self.assertNotIn("the customer signs", question.missing or "")

    def test_dialog(self):
        """SV-6: the advisor has the customer sign; name and reading stand ready."""
        order = self.new_ready()
        action = order.action_hand_over()
        form = Form.from_action(self.env(user=self.advisor), action)
        self.assertEqual(form.name, self.customer.name)
        form.signature, form.usage_out, form.note = SIGNATURE, 12010, " All is well. "
        form.save().action_apply()
        self.assertRecordValues(
            order,
            [
                {
                    "handed_over_at": NOW,
                    "handed_over_by_id": self.advisor.id,
                    "handover_name": "Zhang San",
                    "handover_note": "All is well.",
                    "unsigned_reason": False,
                    "usage_out": 12010,
                    "step": "handover",
                }
            ],
        )
        self.assertEqual((order.handover_signature, self.car.usage), (SIGNATURE, 12010))

    def test_without_a_signature(self):
        """SV-6: an advisor may hand over without a signature, and says why."""
        order = self.new_ready()
        self.assertRefuses(
            "why there is no signature", self.wizard(order, way="none", unsigned_reason=" ").action_apply
        )
        self.wizard(order, way="none", unsigned_reason="The key was left in the letter box.").action_apply()
        self.assertRecordValues(
            order, [{"unsigned_reason": "The key was left in the letter box.", "handover_signature": False}]
        )
        self.assertNotIn("the customer signs", order.missing or "")

    def test_once(self):
        """SV-6: the first signature stands."""
        order = self.new_ready()
        late = self.wizard(order, name="Li Si")
        order._hand_over("Zhang San", SIGNATURE)
        self.assertRefuses("handed over to Zhang San", late.action_apply)
        self.assertRefuses("already", order.action_hand_over)
        self.assertEqual(order.handover_name, "Zhang San")

    def test_too_early(self):
        """Bad input: what is still in work is not handed over, and it is said where it stands."""
        order = self.receive(self.new_order())
        for step, label in (("reception", "Reception"), ("work", "Work"), ("cancelled", "Cancelled")):
            self.bring_to(order, step)
            self.assertRefuses(f"“{label}”", order.action_hand_over)
            self.assertRefuses(f"“{label}”", order._hand_over, "Zhang San", SIGNATURE)

    def test_input(self):
        """Bad input: no name, no signature, no picture, all of it in one message; nothing of it is kept."""
        order = self.new_ready()
        with self.assertRaises(UserError) as caught:
            order._hand_over(" ", False)
        self.assertIn("Enter the name", str(caught.exception))
        self.assertIn("sign in the field", str(caught.exception))
        for wrong in (b"x", "ä", base64.b64encode(b"GIF89a" + b"0" * 20), base64.b64encode(b"<svg/>"), 7):
            with self.subTest(wrong=wrong):
                self.assertRefuses("no picture of a signature", order._hand_over, "Zhang San", wrong)
        self.assertRefuses("button Hand Over", order.write, {"handed_over_at": NOW})
        self.assertRefuses("button Hand Over", order.write, {"unsigned_reason": "None"})
        self.assertFalse(order.handed_over_at)

    def test_what_a_signature_is(self):
        """Bad input: a signature is a small picture, by what is in it."""
        self.assertEqual(read_signature(SIGNATURE), SIGNATURE)
        self.assertEqual(read_signature("data:image/png;base64," + SIGNATURE.decode()), SIGNATURE)
        self.assertTrue(read_signature(base64.b64encode(picture("JPEG"))))
        for wrong in (
            picture("GIF"),
            picture(size=(2100, 2000)),
            b"%PDF-1.4",
            picture()[:20],
            picture() + b"0" * MAX_BYTES,
        ):
            with self.assertRaises(ValueError):
                read_signature(base64.b64encode(wrong))

    def test_reading_backwards(self):
        """SV-3: at the hand-over it does not show less than at the reception."""
        order = self.new_ready()
        wizard = self.wizard(order, usage_out=11999)
        with self.assertRaises(UserError) as caught:
            wizard.action_apply()
        self.assertIn("12,000", str(caught.exception))
        self.assertFalse(order.handed_over_at)

    def test_limit(self):
        """TL-3: the limit is met by the hand-over, not by the closing."""
        order = self.new_ready()
        for milestone in MILESTONES[:-1]:
            order._reach_milestones([milestone])
        with freeze_time("2026-03-02 09:00:00"):
            order._hand_over("Zhang San", SIGNATURE)
        self.assertEqual(self.limits(order)["hand_over"], datetime(2026, 3, 2, 9, 0))

    def test_reopened(self):
        """SV-6: what is opened again is handed over again; the former signature is kept."""
        order = self.new_ready()
        order.diagnosis = "Worn"
        order._hand_over("Zhang San", SIGNATURE, note="Fine")
        self.bring_to(order, "closed")
        order.sudo().with_context(tracking_disable=True).closed_at = NOW
        with freeze_time("2026-03-05 08:00:00"):
            order.action_reopen("It squeals again.", "work")
        self.assertFalse(
            order.handed_over_at or order.handover_name or order.handover_signature or order.handover_note
        )
        self.assertEqual(order.former_signature_ids.raw, picture())
        self.assertTrue(
            order.message_ids.filtered(lambda message: "had been handed over to Zhang San" in message.body)
        )
        self.bring_to(order, "handover")
        self.assertIn("the customer signs", order.missing)

    @mute_logger(*REFUSALS)
    def test_who(self):
        """OR-1, OR-2, OR-3: advisors of the team hand over; technicians and everybody else do not."""
        order = self.new_ready()
        for user in (
            self.technician_user,
            self.other_advisor,
            self.foreign_manager,
            self.manager,
            self.auditor,
            self.plain_user,
        ):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    order.with_user(user).action_hand_over()
                with self.assertRaises(AccessError):
                    self.wizard(order, user).action_apply()
        secret = self.bring_to(self.excluded_from(self.workshop_manager), "handover")
        for act in (
            secret.with_user(self.workshop_manager).action_hand_over,
            lambda: self.wizard(secret, self.workshop_manager).action_apply(),
        ):
            with self.assertRaises(AccessError):
                act()
        self.wizard(order, self.workshop_manager).action_apply()
        self.assertTrue(order.handed_over_at)

    @mute_logger(*REFUSALS)
    def test_dialog_of_another(self):
        """OR-2: a dialog shows nothing of an order that its user does not read."""
        order = self.excluded_from(self.workshop_manager)
        order.condition = "Secret"
        form = self.env["complaint.service.signing"].with_user(self.workshop_manager)
        with self.assertRaises(AccessError):
            form.with_context(default_order_id=order.id).default_get(["order_id", "kind"])
        spec = {"name": {}, "condition": {}, "loaner_out": {}}
        shown = form.onchange({"order_id": order.id}, ["order_id"], spec)["value"]
        self.assertFalse(any(shown.values()), shown)
        form = form.with_user(self.advisor)
        self.assertEqual(
            form.onchange({"order_id": order.id}, ["order_id"], spec)["value"]["condition"], "Secret"
        )

    def test_lent(self):
        """SV-2: the dialog warns of what is still out."""
        order = self.new_ready()
        loaner = (
            self.env["complaint.service.loaner"]
            .with_user(self.advisor)
            .create({"order_id": order.id, "name": "Phone"})
        )
        self.assertTrue(self.wizard(order).loaner_out)
        loaner.action_return()
        self.assertFalse(self.wizard(order).loaner_out)
