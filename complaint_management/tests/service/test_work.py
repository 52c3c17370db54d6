from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .work_common import NOW, WorkCommon, moment


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestWork(WorkCommon):
    """Work begun, interrupted, taken up and done (SV-5), and the gate behind it (SV-2)."""

    def test_start_and_stop(self):
        """SV-5: a clock runs for who presses start; the order moves into the work."""
        order = self.as_technician(self.new_job())
        self.assertEqual((order.work_state, order.running_since), ("none", False))
        self.assertFalse(order.action_start_work())
        self.assertRecordValues(
            order, [{"step": "work", "work_state": "running", "running_since": moment(8)}]
        )
        self.assertFalse(order.with_user(self.advisor).running_since, "the clock of somebody else")
        again = order.action_start_work()
        self.assertIn("already", again["params"]["message"])
        self.assertEqual(len(order.worklog_ids), 1)
        with freeze_time("2026-03-02 09:30:00"):
            self.assertFalse(order.action_stop_work())
            self.assertIn("No clock", order.action_stop_work()["params"]["message"])
        self.assertRecordValues(
            order.worklog_ids,
            [{"employee_id": self.technician.id, "start": moment(8), "stop": moment(9, 30), "hours": 1.5}],
        )
        self.assertRecordValues(order, [{"work_state": "interrupted", "running_since": False}])

    def test_interrupted(self):
        """SV-5: why the work waits is said with a word, and forgotten when somebody goes on."""
        order = self.as_technician(self.new_job())
        order.action_start_work()
        order.action_stop_work()
        order.write({"interruption": "part", "interruption_note": "Left bearing, on Friday"})
        self.assertEqual(order.work_state, "interrupted")
        order.action_start_work()
        self.assertRecordValues(
            order, [{"work_state": "running", "interruption": False, "interruption_note": False}]
        )
        order.action_stop_work()
        order.write({"interruption": "customer", "work_note": "New wheels."})
        order.action_finish_work()
        self.assertRecordValues(order, [{"work_state": "done", "interruption": False}])

    def test_other_clock_stops(self):
        """SV-5: whoever starts on another order is told that the first clock was stopped."""
        first, second = self.new_job(), self.new_job()
        self.as_technician(first).action_start_work()
        with freeze_time("2026-03-02 09:20:00"):
            notice = self.as_technician(second).action_start_work()
        self.assertIn(first.number, notice["params"]["message"])
        self.assertIn("01:20", notice["params"]["message"])
        self.assertEqual(first.worklog_ids.stop, moment(9, 20))
        self.assertRecordValues(first | second, [{"work_state": "interrupted"}, {"work_state": "running"}])
        # An order that was given to somebody else meanwhile.
        second.technician_ids = self.other_technician
        with freeze_time("2026-03-02 10:00:00"):
            notice = self.as_technician(first).action_start_work()
        self.assertIn("another order", notice["params"]["message"])
        self.assertEqual(second.worklog_ids.stop, moment(10))

    def test_forgotten_clock(self):
        """SV-5: a clock that ran over night is stopped, and its owner told to have it corrected."""
        order = self.as_technician(self.new_job())
        order.action_start_work()
        with freeze_time("2026-03-03 08:00:00"):
            notice = order.action_stop_work()
        self.assertIn("really ended", notice["params"]["message"])
        self.assertEqual(order.worklog_ids.hours, 24)

    def test_labour_line(self):
        """SV-5: work is logged on the labour line where it is clear which."""
        order = self.new_job()
        line = self.env["complaint.service.line"].create(
            {"order_id": order.id, "kind": "labour", "product_id": self.labour.id}
        )
        self.as_technician(order).action_start_work()
        self.assertEqual(order.worklog_ids.line_id, line)
        self.as_technician(order).action_stop_work()
        line.copy()
        with freeze_time("2026-03-02 09:00:00"):
            self.as_technician(order).action_start_work()
        self.assertFalse(order.worklog_ids.sorted("start")[-1].line_id)

    def test_diagnosis_first(self):
        """SV-2: as long as nobody knows what is wrong, the clock counts for the diagnosis."""
        self.job.asks_diagnosis = True
        order = self.as_technician(self.new_job())
        order.action_start_work()
        self.assertEqual(order.step, "diagnosis")
        order.action_stop_work()
        order.diagnosis = "The bearing is worn."
        with freeze_time("2026-03-02 09:00:00"):
            order.action_start_work()
        self.assertEqual(order.step, "work")

    def test_gates_before_the_work(self):
        """SV-2: nobody begins what lacks something; all of it is said."""
        order = self.new_job()
        order.sudo().write({"partner_phone": False, "partner_email": False})
        self.assertRefuses("phone number", self.as_technician(order).action_start_work)
        self.assertFalse(order.worklog_ids)
        done = self.new_job_in("settlement", type_id=self.quick.id)
        self.assertRefuses("is done", self.as_technician(done).action_start_work)

    def test_gate_of_the_work(self):
        """SV-2: who did it, what was done, and no clock that runs."""
        order = self.new_job(technician_ids=[Command.clear()])
        order.move_to("work")
        self.log(order, moment(7), False)
        for words in ("Name the technician", "Stop the clocks", "what was done"):
            with self.subTest(words=words):
                self.assertRefuses(words, order.move_to, "quality")
                self.assertIn(words, order.missing)
        order.write({"technician_ids": [Command.set(self.technician.ids)], "work_note": " "})
        self.assertRefuses("what was done", order.move_to, "quality")
        self.assertRefuses("Stop the clocks", order.action_cancel, "Called off.")
        order.work_note = "New wheels."
        order.worklog_ids.stop = moment(8)
        order.move_to("quality")
        self.assertEqual(order.work_state, "done")

    def test_finish(self):
        """SV-2: done means stopped and passed on: to the check, or to settlement where none is asked."""
        checked, quick = self.new_job(), self.new_job(type_id=self.quick.id)
        for order, step in ((checked, "quality"), (quick, "settlement")):
            with self.subTest(step=step):
                order = self.as_technician(order)
                self.assertRefuses("Start the work first", order.action_finish_work)
                order.action_start_work()
                self.assertRefuses("what was done", order.action_finish_work)
                self.assertTrue(order.running_since, "a refusal stops nothing")
                order.work_note = "All of it."
                order.action_finish_work()
                self.assertRecordValues(order, [{"step": step, "work_state": "done", "running_since": False}])

    def test_advisor_works(self):
        """SV-5: in a small workshop the advisor works as well, and becomes the technician where none is."""
        employee = self.new_employee(self.advisor)
        order = self.new_job(technician_ids=[Command.clear()])
        order.action_start_work()
        self.assertEqual(order.technician_ids, employee)
        self.assertEqual(order.worklog_ids.employee_id, employee)

    def test_no_employee(self):
        """SV-5: a user who is nobody's employee record is told what to ask for."""
        self.assertRefuses("linked with your employee", self.new_job().action_start_work)

    def test_roles(self):
        """OR-1, OR-2, OR-3: neither readers nor strangers nor the excluded start a clock."""
        complaint = self.new_complaint()
        order = self.new_job(complaint_id=complaint.id)
        for user in (
            self.handler,
            self.auditor,
            self.quality,
            self.other_technician_user,
            self.foreign_manager,
        ):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                order.with_user(user).action_start_work()
        complaint.employee_ids = self.new_employee(self.workshop_manager)
        with self.assertRaises(AccessError):
            order.with_user(self.workshop_manager).action_start_work()

    def test_complete(self):
        """TL-3: the work is completed when it is left, where no check is asked."""
        self.env["complaint.deadline.policy"].create(
            {
                "name": "Workshop",
                "applies_to": "service",
                "service_type_id": self.quick.id,
                "rule_ids": [Command.create({"milestone": "complete", "duration": 8, "unit": "hours"})],
            }
        )
        order = self.new_job_in("work", type_id=self.quick.id)
        clock = order.deadline_ids.filtered(lambda clock: clock.milestone == "complete")
        self.assertFalse(clock.reached_at)
        with freeze_time("2026-03-02 09:00:00"):
            order.move_to("quality")
        self.assertEqual(clock.reached_at, moment(9))

    def test_order_of_work(self):
        """SV-5: what runs comes first, then today's, then what was left, then what comes."""
        self.env.user.tz = "UTC"
        jobs = {
            name: self.new_job(scheduled_start=start)
            for name, start in {
                "coming": moment(8, day=3),
                "undated": False,
                "today": moment(15),
                "left": moment(8, day=1),
                "running": moment(8, day=4),
            }.items()
        }
        self.as_technician(jobs["running"]).action_start_work()
        orders = self.Order.union(*jobs.values())
        found = self.as_technician(self.Order).search(
            [("id", "in", orders.ids)], order="work_rank, scheduled_start, id"
        )
        ranks = {order: name for name, order in jobs.items()}
        self.assertEqual(
            [ranks[order.with_user(self.advisor)] for order in found],
            ["running", "today", "left", "coming", "undated"],
        )
        self.assertEqual(found.mapped("work_rank"), [0, 1, 2, 3, 4], "found and shown by the same measure")

    def test_address(self):
        """SV-5: the technician reads where to go, in one line."""
        self.customer.write({"street": "1 Long Street", "city": "Springfield"})
        self.assertIn("1 Long Street, Springfield", self.new_job().partner_address)

    def test_queries(self):
        """SV-5: the list of cards costs as many questions for many orders as for one."""
        names = [
            "name",
            "work_state",
            "work_rank",
            "running_since",
            "partner_address",
            "interruption",
            "hours_planned",
            "hours_spent",
        ]

        def cost(number):
            orders = self.Order.union(*(self.new_job() for _number in range(number)))
            for order in orders:
                order.partner_id = self.customer.copy({"name": f"Customer {order.id}"})
            self.env.flush_all()
            self.env.invalidate_all()
            orders = self.as_technician(orders)
            before = self.env.cr.sql_log_count
            orders.read(names)
            return self.env.cr.sql_log_count - before

        cost(1)
        self.assertEqual(cost(1), cost(15))
