from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .work_common import NOW, WorkCommon, moment, picture


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCheck(WorkCommon):
    """The checklist of an order, its gate, and the way back to the work (SV-6)."""

    def answer(self, order, **answers):
        """Answer all points of an order as the advisor."""
        order.check_ids.write({"passed": "yes", **answers})

    def upload(self, name="photo.png", content=None, user=None, **vals):
        return (
            self.env["ir.attachment"]
            .with_user(user or self.technician_user)
            .create({"name": name, "raw": picture() if content is None else content, **vals})
        )

    def test_checklist(self):
        """SV-6: an order begins with the checklist of its service, also one that is chosen later."""
        order = self.new_job()
        self.assertRecordValues(
            order.check_ids,
            [
                {"name": "Wheel nuts tightened", "type_check_id": self.nuts.id, "passed": False},
                {"name": "Tyres looked at", "type_check_id": self.tyres.id, "passed": False},
            ],
        )
        self.assertEqual(order.copy().check_ids.mapped("name"), order.check_ids.mapped("name"))
        untyped = self.new_job(type_id=False)
        self.assertFalse(untyped.check_ids)
        untyped.type_id = self.job
        self.assertEqual(untyped.check_ids.mapped("name"), order.check_ids.mapped("name"))

    def test_other_service(self):
        """SV-6: another service brings its points; what was entered or added by hand stays."""
        order = self.new_job()
        order.check_ids[0].passed = "yes"
        order.check_ids = [Command.create({"name": "Radio code", "sequence": 90})]
        other = self.job.copy({"name": "Tyres"})
        other.check_ids[1].name = "Pressure"
        order.type_id = other
        self.assertEqual(
            order.check_ids.sorted("sequence").mapped("name"),
            ["Wheel nuts tightened", "Pressure", "Radio code"],
        )
        self.assertEqual(order.check_ids[0].passed, "yes")
        order.type_id = other
        self.assertEqual(len(order.check_ids), 3, "written once more")

    def test_stamps(self):
        """SV-6: who answered, and when, is kept by itself and cannot be claimed."""
        check = self.new_job().check_ids[0]
        self.as_technician(check).action_pass()
        self.assertRecordValues(
            check, [{"passed": "yes", "checked_by_id": self.technician_user.id, "checked_at": moment(8)}]
        )
        check.action_not_applicable()
        self.assertRecordValues(check, [{"passed": "na", "checked_by_id": self.advisor.id}])
        check.action_unanswer()
        self.assertRecordValues(check, [{"passed": False, "checked_by_id": False, "checked_at": False}])
        self.assertRefuses("kept by itself", check.write, {"checked_by_id": self.technician_user.id})

    def test_remark(self):
        """SV-6: what failed says what is wrong."""
        check = self.new_job().check_ids[0]
        self.assertRefuses("what is wrong", check.write, {"passed": "no"})
        self.assertRefuses("what is wrong", check.write, {"passed": "no", "remark": "  "})
        check.write({"passed": "no", "remark": "One is loose"})
        self.assertRefuses("what is wrong", check.write, {"remark": False})

    def test_gate(self):
        """SV-6: every point is answered and none has failed before anything is settled."""
        order = self.new_job_in("quality")
        self.assertRefuses("Answer every point", order.move_to, "settlement")
        order.check_ids[0].passed = "yes"
        self.assertRefuses("Answer every point", order.move_to, "settlement")
        order.check_ids[1].write({"passed": "no", "remark": "Worn"})
        self.assertRefuses("Put right what failed", order.move_to, "settlement")
        self.assertIn("Put right what failed", order.missing)
        order.check_ids[1].passed = "na"
        order.move_to("settlement")
        self.assertRefuses("is over", order.check_ids[1].write, {"passed": "yes"})
        self.assertRefuses("is over", order.check_ids[1].write, {"remark": "None mounted"})

    def test_no_check_asked(self):
        """SV-6: where the service asks for no check, its list holds nobody up."""
        self.job.asks_quality = False
        self.new_job_in("settlement")

    def test_photo(self):
        """SV-6: where a photo is asked, a point counts with one, or when it does not apply."""
        self.nuts.asks_photo = True
        order = self.new_job_in("quality")
        self.answer(order)
        self.assertRefuses("Take the photos", order.move_to, "settlement")
        nuts = order.check_ids[0]
        nuts.passed = "na"
        self.assertNotIn("Take the photos", order.missing or "")
        nuts.passed = "yes"
        photo = self.upload()
        self.as_technician(nuts).photo_ids = photo
        self.assertRecordValues(photo, [{"res_model": nuts._name, "res_id": nuts.id}])
        self.assertEqual(nuts.photo_count, 1)
        order.move_to("settlement")

    def test_photo_is_a_picture(self):
        """SV-6: a photo is known by its content, and stays as it was taken."""
        check = self.as_technician(self.new_job().check_ids[0])
        for content in (b"<html><script>alert(1)</script></html>", b"Just words", b"%PDF-1.4 a paper", b""):
            with self.subTest(content=content):
                file = self.upload(content=content)
                self.assertRefuses("", check.write, {"photo_ids": [Command.link(file.id)]})
                self.assertFalse(check.photo_ids)
        photo = self.upload(name="photo.html")
        check.photo_ids = photo
        self.assertEqual((photo.name, photo.mimetype), ("photo.html.png", "image/png"))
        with self.assertRaises(AccessError):
            photo.with_user(self.technician_user).write({"raw": b"Just words"})
        check.photo_ids = False
        self.assertFalse(photo.exists())

    def test_photo_of_somebody_else(self):
        """OR-1: a file that belongs to something else is copied, and only by who may read it."""
        order = self.new_job()
        check = order.check_ids[0]
        of_order = self.upload(user=self.advisor, res_model=order._name, res_id=order.id)
        check.photo_ids = of_order
        self.assertNotEqual(check.photo_ids, of_order)
        self.assertEqual(of_order.res_model, order._name)
        secret = self.upload(user=self.handler)
        with self.assertRaises(AccessError):
            self.as_technician(check).photo_ids = [Command.link(secret.id)]
        for user, readable in ((self.technician_user, True), (self.other_technician_user, False)):
            with self.subTest(user=user.login):
                self.assertEqual(check.photo_ids.with_user(user).has_access("read"), readable)

    def test_four_eyes(self):
        """SV-6: by setting, whoever did the work does not check it."""
        self.company.complaint_service_four_eyes = True
        order = self.new_job_in("work", technician_ids=[Command.set(self.technician.ids)])
        self.log(order, moment(6), moment(7))
        order.move_to("quality")
        self.as_technician(order.check_ids).write({"passed": "yes"})
        self.assertRefuses("did not do the work", order.move_to, "settlement")
        self.company.complaint_service_four_eyes = False
        self.assertFalse(order.missing)
        self.company.complaint_service_four_eyes = True
        order.invalidate_recordset(["missing"])
        self.answer(order)
        order.move_to("settlement")

    def test_four_eyes_without_list(self):
        """SV-6: without a list the check is the word of who passes the order on."""
        self.company.complaint_service_four_eyes = True
        self.job.check_ids.unlink()
        order = self.new_job_in("quality")
        self.assertRefuses("did not do the work", self.as_technician(order).move_to, "settlement")
        order.move_to("settlement")

    def test_send_back(self):
        """SV-6: what failed goes back with a reason, is counted, and is checked anew."""
        order = self.new_job_in("work")
        self.assertRefuses("being checked", order.action_send_back, "Loose")
        order.move_to("quality")
        order.check_ids[0].passed = "yes"
        order.check_ids[1].write({"passed": "no", "remark": "Worn on the left"})
        self.assertRefuses("what is still to be done", order.action_send_back, " ")
        self.assertRefuses("button Send Back", order.move_to, "work")
        self.assertRefuses("button Send Back", order.write, {"rework_reason": "Mine"})
        dialog = (
            self.env["complaint.service.reason"]
            .with_user(self.advisor)
            .with_context(active_ids=order.ids, default_kind="send_back")
            .create({"reason": "Take the new ones."})
        )
        self.assertIn("Worn on the left", dialog.failed)
        dialog.action_apply()
        self.assertRecordValues(
            order, [{"step": "work", "rework_count": 1, "rework_reason": "Take the new ones."}]
        )
        self.assertRecordValues(
            order.check_ids,
            [{"passed": "yes", "remark": False}, {"passed": False, "remark": "Worn on the left"}],
        )
        message = order.message_ids.filtered(lambda message: "Take the new ones." in (message.body or ""))
        self.assertIn("Worn on the left", message[:1].body)
        order.move_to("quality")
        self.assertFalse(order.rework_reason)
        self.assertRefuses("button Send Back", order.move_to, "work")
        order.action_send_back("Once more.")
        self.assertEqual(order.rework_count, 2)

    def test_complete(self):
        """TL-3, SV-2: the work is completed when its check has passed."""
        self.env["complaint.deadline.policy"].create(
            {
                "name": "Workshop",
                "applies_to": "service",
                "service_type_id": self.job.id,
                "rule_ids": [Command.create({"milestone": "complete", "duration": 8, "unit": "hours"})],
            }
        )
        order = self.new_job_in("work")
        clock = order.deadline_ids.filtered(lambda clock: clock.milestone == "complete")
        order.check_ids[0].passed = "yes"
        order.move_to("quality")
        self.assertFalse(clock.reached_at)
        with freeze_time("2026-03-02 09:00:00"):
            order.check_ids[1].write({"passed": "no", "remark": "Worn"})
        self.assertFalse(clock.reached_at)
        with freeze_time("2026-03-02 10:00:00"):
            self.as_technician(order.check_ids[1]).action_pass()
        self.assertEqual(clock.reached_at, moment(10))

    def test_complete_before(self):
        """SV-2: what was checked during the work completes it when the work is left."""
        order = self.new_job_in("work")
        self.answer(order)
        self.assertTrue(order._has_passed_check())
        order.move_to("settlement")

    def test_record(self):
        """SV-6: an answered point is part of the record, an open one is not."""
        order = self.new_job()
        order.check_ids[0].passed = "yes"
        self.assertRefuses("part of the record", order.check_ids[0].unlink)
        order.check_ids[1].unlink()
        with self.assertRaises(AccessError):
            self.as_technician(self.new_job().check_ids).unlink()
        order.action_cancel("Called off.")
        self.assertRefuses(
            "is over",
            self.env["complaint.service.check"].with_user(self.advisor).create,
            {"order_id": order.id, "name": "Late"},
        )

    def test_who(self):
        """OR-1, OR-2, OR-3: who reads the order reads its check; readers answer nothing."""
        complaint = self.new_complaint(
            employee_ids=[Command.set(self.new_employee(self.workshop_manager).ids)]
        )
        check = self.new_job(complaint_id=complaint.id).check_ids[0]
        for user in (self.handler, self.auditor, self.quality):
            with self.subTest(user=user.login):
                self.assertEqual(check.with_user(user).name, check.name)
                with self.assertRaises(AccessError):
                    check.with_user(user).action_pass()
        for user in (
            self.workshop_manager,
            self.other_advisor,
            self.other_technician_user,
            self.foreign_manager,
        ):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                check.with_user(user).read(["name"])

    def test_import_of_ended(self):
        """SV-2, SV-6: an order that is imported as ended brings its answers."""
        vals = {
            "stage_id": self.env["complaint.service.stage"]._first_of_step("settlement", self.workshop.id),
            "work_note": "New wheels.",
        }
        self.assertRefuses("Answer every point", self.new_job, **vals)
        order = self.new_job(**vals, check_ids=[Command.create({"name": "Nuts", "passed": "yes"})])
        self.assertEqual(order.check_ids.mapped("name"), ["Nuts"])

    def test_queries(self):
        """SV-6: the checklists of many orders cost as many questions as one."""

        def cost(number):
            orders = self.Order.union(*(self.new_job(type_id=self.quick.id) for _number in range(number)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders._change_checklist()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        def cost_of_job(number):
            orders = self.Order.union(*(self.new_job() for _number in range(number)))
            orders.sudo().check_ids.unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders._change_checklist()
            self.env.flush_all()
            self.assertEqual(len(orders.check_ids), 2 * number)
            return self.env.cr.sql_log_count - before

        for measure in (cost, cost_of_job):
            with self.subTest(measure=measure.__name__):
                measure(1)
                self.assertEqual(measure(1), measure(12))
