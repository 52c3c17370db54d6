from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.service.common import APPOINTMENT
from odoo.addons.complaint_management.tests.service.reception_common import (
    SIGNATURE,
    ReceptionCommon,
    picture,
)

NOW = datetime(2026, 3, 2, 8, 0)
REFUSALS = "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestReception(ReceptionCommon):
    """SV-2: what is handed in is described before anybody works on it."""

    def test_receive_now(self):
        """SV-2: who comes without an appointment is received by one button, at this moment."""
        order = self.new_order(scheduled_start=False)
        order.action_receive_now()
        self.assertRecordValues(
            order,
            [
                {
                    "step": "reception",
                    "scheduled_start": NOW,
                    "received_at": NOW,
                    "received_by_id": self.advisor.id,
                }
            ],
        )
        self.assertRefuses("was received on 2026-03-02", order.action_receive_now)

    def test_receive_as_planned(self):
        """SV-2: who comes with an appointment keeps it, however early they are."""
        order = self.new_order(scheduled_start=datetime(2026, 3, 2, 13, 0))
        order.action_receive_now()
        self.assertEqual((order.scheduled_start, order.received_at), (datetime(2026, 3, 2, 13, 0), NOW))
        late = self.new_order()
        late.move_to("reception")
        late.action_receive_now()
        self.assertEqual((late.step, late.received_at), ("reception", NOW), "brought after it was called up")

    def test_receive_lacks_something(self):
        """SV-2: the gate decides about the button too; what it refuses leaves nothing behind."""
        order = self.new_order(type_id=False, scheduled_start=False)
        self.assertRefuses("Choose the kind of service", order.action_receive_now)
        self.assertRecordValues(
            order, [{"step": "appointment", "received_at": False, "scheduled_start": False}]
        )
        self.bring_to(order, "work")
        self.assertRefuses("in the step “Work” already", order.action_receive_now)

    def test_gate(self):
        """SV-2: all that the reception lacks is said in one message, and nothing that is there."""
        order = self.new_order()
        order.move_to("reception")
        with self.assertRaises(UserError) as caught:
            order.move_to("diagnosis")
        for words in ("when it was handed in", "condition in which", "Enter its reading"):
            self.assertIn(words, str(caught.exception))
            self.assertIn(words, order.missing)
        self.receive(order)
        self.assertFalse(order.missing)
        order.move_to("diagnosis")
        self.assertEqual(order.step, "diagnosis")

    def test_gate_of_each(self):
        """SV-2: each of the three is asked for alone; blanks are no words."""
        for vals, words in (
            ({"received_at": False}, "when it was handed in"),
            ({"condition": " \n"}, "condition in which"),
            ({"usage_in": 0}, "Enter its reading"),
            ({"usage_in": 0, "no_usage_reason": " "}, "Enter its reading"),
        ):
            with self.subTest(vals=vals):
                order = self.receive(self.new_order())
                order.write(vals)
                self.assertRefuses(words, order.move_to, "diagnosis")

    def test_gate_without_a_reading(self):
        """SV-2: what has no meter, or a dark one, is received without a reading."""
        order = self.receive(self.new_order(), usage_in=0, no_usage_reason="The display is dark.")
        order.move_to("diagnosis")
        heater = self.new_asset(model="Heater", serial="H-1")
        order = self.receive(self.new_order(asset_id=heater.id), usage_in=0)
        order.move_to("diagnosis")
        self.assertEqual(order.step, "diagnosis")

    def test_no_reception_sheet(self):
        """SV-1: an answer to a question needs no reception sheet."""
        order = self.new_order(type_id=self.consultation.id, asset_id=False)
        order.move_to("diagnosis")
        self.assertEqual(order.step, "diagnosis")

    def test_imported_further_down(self):
        """DESIGN 4.2: what is imported behind the reception shows its sheet."""
        stage = self.env["complaint.service.stage"].search([("step", "=", "diagnosis")], limit=1)
        self.assertRefuses("condition in which", self.new_order, stage_id=stage.id)
        order = self.new_order(
            stage_id=stage.id, condition="Fine", received_at="2026-03-01 10:00:00", usage_in=10
        )
        self.assertEqual((order.step, self.car.usage), ("diagnosis", 10))

    def test_limit(self):
        """TL-3: it is taken in when it is handed in, not when that is written down or the order moves on."""
        moment = datetime(2026, 3, 2, 7, 0)
        order = self.new_order(requested_at="2026-03-02 06:00:00")
        order.received_at = moment
        self.assertEqual(self.limits(order)["receive"], moment)
        at_once = self.new_order(requested_at="2026-03-02 06:00:00", received_at=moment)
        self.assertEqual(self.limits(at_once)["receive"], moment)
        together = self.new_order(requested_at="2026-03-02 06:00:00")
        stage = self.env["complaint.service.stage"].search([("step", "=", "diagnosis")], limit=1)
        together.write({"received_at": moment, "condition": "Fine", "usage_in": 3, "stage_id": stage.id})
        self.assertEqual(self.limits(together)["receive"], moment)

    def test_future(self):
        """Bad input: nothing is handed in tomorrow, and the message says where to plan."""
        order = self.new_order()
        with self.assertRaisesRegex(ValidationError, "plan ahead with the appointment"):
            order.received_at = "2026-03-02 08:06:00"
        order.received_at = "2026-03-02 08:04:00"

    # readings

    def test_reading(self):
        """SV-3: the reading goes to the object; corrected it takes the former one's place."""
        order = self.receive(self.new_order(), usage_in=120000)
        self.assertEqual(self.car.usage, 120000)
        order.usage_in = 12000
        self.assertEqual(self.car.usage, 12000)
        reading = self.car.reading_ids.filtered("active")
        self.assertRecordValues(reading, [{"value": 12000, "date": NOW, "source": "reception"}])
        self.assertEqual(reading.sudo().order_id, order)

    def test_reading_taken_back(self):
        """SV-3: a reading that was emptied on the order counts no more; when it was read is corrected."""
        order = self.receive(self.new_order(), usage_in=120000)
        order.received_at = NOW - timedelta(days=1)
        self.assertRecordValues(
            self.car.reading_ids.filtered("active"), [{"value": 120000, "date": NOW - timedelta(days=1)}]
        )
        order.write({"usage_in": 0, "no_usage_reason": "Read off another car."})
        self.assertFalse(self.car.reading_ids.filtered("active"))
        self.assertEqual((self.car.usage, self.car.usage_date), (0, False))
        order.usage_in = 5
        self.assertEqual(self.car.usage, 5)

    def test_lower_reading(self):
        """SV-3: a reading that is lower than before is refused, but for a reason."""
        self.car._log_reading(50000, datetime(2026, 1, 1), "manual")
        order = self.receive(self.new_order(), usage_in=0)
        with self.assertRaises(UserError) as caught:
            order.usage_in = 49999
        self.assertIn("50,000", str(caught.exception))
        form = Form(order)
        form.usage_in = 50001
        self.assertFalse(form.usage_lower)
        form.usage_in = 49999
        self.assertTrue(form.usage_lower, "the form asks for a reason")
        order.write({"usage_in": 12, "usage_reason": "The meter was replaced."})
        self.assertEqual(self.car.usage, 12)

    def test_other_object(self):
        """SV-3: a reading that was entered for the wrong object moves to the right one."""
        other = self.new_asset(serial="SN-2", kind_id=self.vehicle_kind.id)
        order = self.receive(self.new_order())
        order.asset_id = other
        self.assertEqual((self.car.usage, other.usage), (0, 12000))
        self.assertFalse(self.car.reading_ids.filtered("active"))

    # photos

    def test_photos(self):
        """SV-2: photos belong to the order: who reads it sees them, and nobody else does."""
        photo = self.new_photo()
        order = self.new_order(reception_photo_ids=[Command.set(photo.ids)])
        self.assertRecordValues(
            photo.sudo(),
            [
                {
                    "res_model": order._name,
                    "res_id": order.id,
                    "res_field": "reception_photo_ids",
                    "public": False,
                }
            ],
        )
        self.assertEqual(photo.with_user(self.technician_user).mimetype, "image/png")
        self.assertEqual(order.with_user(self.technician_user).reception_photo_ids, photo)
        for user in (self.other_advisor, self.plain_user, self.foreign_manager):
            with self.subTest(user.login), mute_logger(*REFUSALS), self.assertRaises(AccessError):
                photo.with_user(user).read(["raw"])
        order.reception_photo_ids = [Command.clear()]
        self.assertFalse(photo.sudo().exists())

    def test_photo_uploaded_to_the_order(self):
        """SV-2: a file that the form has put to the order at once is taken, one of a message is copied."""
        order = self.new_order()
        photo = self.new_photo(res_model=order._name, res_id=order.id)
        posted = self.new_photo(res_model=order._name, res_id=order.id)
        order.message_post(body="Look", attachment_ids=posted.ids)
        order.write({"reception_photo_ids": [Command.set((photo | posted).ids)]})
        self.assertEqual(photo.res_field, "reception_photo_ids")
        self.assertFalse(posted.res_field)
        self.assertNotIn(posted, order.reception_photo_ids)
        self.assertEqual(len(order.reception_photo_ids), 2)

    def test_no_photo(self):
        """Bad input: a photo is one by what is in it; all that are none are named."""
        order = self.new_order()
        wrong = (
            self.new_photo(name="page.jpg", content=b"<html><script>alert(1)</script></html>")
            | self.new_photo(name="note.txt", content=b"Just words")
            | self.new_photo(name="half.png", content=picture()[:20])
        )
        with self.assertRaises(UserError) as caught:
            order.reception_photo_ids = [Command.set((wrong | self.new_photo()).ids)]
        for words in ("page.jpg: it is no picture", "note.txt: it is no picture", "half.png: it is damaged"):
            self.assertIn(words, str(caught.exception))
        self.assertNotIn("front.png", str(caught.exception))
        self.assertFalse(order.reception_photo_ids)
        named = self.new_photo(name="../evil.html", content=picture("JPEG"))
        order.reception_photo_ids = [Command.set(named.ids)]
        self.assertEqual((named.name, named.mimetype), ("evil.html.jpg", "image/jpeg"))

    @mute_logger(*REFUSALS)
    def test_photo_of_another(self):
        """OR-2: to name a file is no way to read it."""
        foreign = self.excluded_from(self.other_advisor)
        secret = self.new_photo()
        foreign.reception_photo_ids = [Command.set(secret.ids)]
        own = self.new_order(user=self.other_advisor, team_id=self.other_workshop.id)
        with self.assertRaises(AccessError):
            own.write({"reception_photo_ids": [Command.link(secret.id)]})

    def test_who_changes_photos(self):
        """OR-1: technicians see the photos and leave them as they are."""
        photo = self.new_photo()
        order = self.new_order(reception_photo_ids=[Command.set(photo.ids)])
        as_technician = photo.with_user(self.technician_user)
        for act in (
            lambda: as_technician.write({"raw": picture("JPEG")}),
            lambda: as_technician.write({"name": "other.png"}),
            as_technician.unlink,
            lambda: self.new_photo(
                self.technician_user, res_model=order._name, res_id=order.id, res_field="reception_photo_ids"
            ),
            lambda: order.with_user(self.technician_user).write({"reception_photo_ids": [Command.clear()]}),
        ):
            with self.assertRaises(AccessError):
                act()
        photo.name = "left.png"

    # signature

    def sign(self, order, user=None, **vals):
        wizard = self.env["complaint.service.signing"].with_user(user or self.advisor)
        return wizard.create(
            {"order_id": order.id, "kind": "reception", "name": "Zhang  San", "signature": SIGNATURE, **vals}
        ).action_apply()

    def test_signed_sheet(self):
        """SV-2: what the customer has signed stays as it was signed, until the signature is taken back."""
        order = self.receive(self.new_order())
        self.sign(order)
        self.assertRecordValues(order, [{"reception_signed_by": "Zhang San", "reception_signed_at": NOW}])
        self.assertEqual(order.reception_signature, SIGNATURE)
        for vals in (
            {"condition": "Two scratches"},
            {"belongings": "A coat"},
            {"usage_in": 12001},
            {"received_at": "2026-03-02 07:00:00"},
            {"reception_photo_ids": [Command.set(self.new_photo().ids)]},
        ):
            with self.subTest(vals=vals):
                self.assertRefuses("Zhang San has signed", order.write, vals)
        order.write({"condition": order.condition, "usage_in": 12000, "received_at": "2026-03-02 08:00:00"})
        self.assertRefuses("already", self.sign, order)
        order.action_discard_reception_signature()
        self.assertFalse(order.reception_signature or order.reception_signed_by)
        self.assertEqual(order.former_signature_ids.raw, picture())
        self.assertIn("Zhang San", order.former_signature_ids.name)
        self.assertIn("was taken back", order.message_ids[0].body)
        order.condition = "Two scratches"

    def test_signature_input(self):
        """Bad input: no name, no signature, no picture; and nothing to sign yet."""
        order = self.new_order()
        self.assertRefuses("receive it first", self.sign, order)
        self.receive(order)
        self.assertRefuses("Enter the name", self.sign, order, name=" ")
        self.assertRefuses("sign in the field", self.sign, order, signature=False)
        self.assertRefuses("no picture of a signature", self.sign, order, signature=b"PHNjcmlwdD4=")
        self.assertRefuses("button Sign", order.write, {"reception_signature": SIGNATURE})
        self.assertRefuses("button Sign", order.write, {"reception_signed_by": "Somebody"})
        self.assertFalse(order.reception_signed_at)

    @mute_logger(*REFUSALS)
    def test_signature_file(self):
        """OR-2: no way round the button leads over the file of the signature."""
        order = self.receive(self.new_order())
        with self.assertRaises(AccessError):
            self.new_photo(res_model=order._name, res_id=order.id, res_field="reception_signature")
        self.sign(order)
        file = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", order._name),
                    ("res_id", "=", order.id),
                    ("res_field", "=", "reception_signature"),
                ]
            )
        )
        self.assertTrue(file)
        for user in (self.advisor, self.workshop_manager, self.technician_user):
            for act in (lambda own: own.write({"raw": b"x"}), lambda own: own.unlink()):
                with self.assertRaises(AccessError):
                    act(file.with_user(user))

    # who

    @mute_logger(*REFUSALS)
    def test_who_receives(self):
        """OR-1, OR-2, OR-3: the advisors of the team receive; nobody else, whatever else they may."""
        order = self.new_order()
        for user in (
            self.technician_user,
            self.other_advisor,
            self.foreign_manager,
            self.manager,
            self.auditor,
            self.plain_user,
        ):
            with self.subTest(user.login):
                for act in (
                    order.with_user(user).action_receive_now,
                    lambda user=user: order.with_user(user).write({"condition": "Mine"}),
                    order.with_user(user).action_discard_reception_signature,
                ):
                    with self.assertRaises(AccessError):
                        act()
        self.receive(order)
        for user in (self.technician_user, self.other_advisor, self.plain_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.sign(order, user)
        self.sign(order, self.workshop_manager)

    @mute_logger(*REFUSALS)
    def test_excluded(self):
        """OR-2: the employee concerned by the complaint behind it sees nothing of its reception."""
        order = self.receive(self.excluded_from(self.workshop_manager))
        photo = self.new_photo()
        order.reception_photo_ids = [Command.set(photo.ids)]
        for act in (
            lambda: order.with_user(self.workshop_manager).read(["condition"]),
            lambda: photo.with_user(self.workshop_manager).read(["raw"]),
            lambda: self.sign(order, self.workshop_manager),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_copy(self):
        """SV-2: another order of the same begins with an empty sheet."""
        order = self.receive(self.new_order(), belongings="A coat")
        self.sign(order)
        copied = order.copy()
        self.assertFalse(
            copied.received_at
            or copied.condition
            or copied.belongings
            or copied.usage_in
            or copied.reception_signed_at
        )
        self.assertEqual(copied.received_by_id, self.env["res.users"])

    def test_queries(self):
        """DESIGN 4.3: twenty orders are received by the queries of a few."""
        orders = self.Order.with_user(self.advisor).union(*(self.new_order() for _number in range(24)))
        costs = []
        for number in (2, 20):
            some, orders = orders[:number], orders[number:]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.web_read(
                {"received_at": {}, "condition": {}, "usage_lower": {}, "missing": {}, "loaner_ids": {}}
            )
            costs.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(costs[1], costs[0])

    def test_planned_stays(self):
        """SV-5: the appointment is not moved by the reception."""
        order = self.new_order()
        self.assertEqual(order.scheduled_start, APPOINTMENT)
        with freeze_time("2026-03-02 11:30:00"):
            order.action_receive_now()
        self.assertEqual(order.scheduled_start, APPOINTMENT)
