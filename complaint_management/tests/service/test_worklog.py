from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .work_common import NOW, WorkCommon, moment


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestWorklog(WorkCommon):
    """Time spent on orders (SV-5): what is logged, by whom, and what the database itself refuses."""

    def test_hours(self):
        """SV-5: hours planned and spent, of the order and of its labour line."""
        order = self.new_job()
        self.assertEqual(order.hours_planned, 2, "what the service usually takes")
        line = self.env["complaint.service.line"].create(
            {"order_id": order.id, "kind": "labour", "product_id": self.labour.id, "quantity": 1.5}
        )
        self.env["complaint.service.line"].create(
            {"order_id": order.id, "kind": "part", "product_id": self.part.id, "quantity": 4}
        )
        self.assertEqual(order.hours_planned, 1.5)
        entry = self.log(order, moment(6), moment(6, 45), line_id=line.id)
        self.log(order, moment(7), moment(8))
        self.log(order, moment(8), False, employee=self.other_technician)
        self.assertEqual((entry.hours, line.hours_spent, order.hours_spent), (0.75, 0.75, 1.75))
        entry.stop = moment(7)
        self.assertEqual((entry.hours, line.hours_spent, order.hours_spent), (1, 1, 2))

    def test_line_of_another_order(self):
        """SV-5: work is logged on a labour line of its own order."""
        order, other = self.new_job(), self.new_job()
        part, labour = self.env["complaint.service.line"].create(
            [
                {"order_id": order.id, "kind": "part", "product_id": self.part.id},
                {"order_id": other.id, "kind": "labour", "product_id": self.labour.id},
            ]
        )
        for line in (part, labour):
            with self.subTest(line=line.kind):
                self.assertRefuses("labour line", self.log, order, moment(6), moment(7), line_id=line.id)

    def test_times(self):
        """SV-5: nothing is logged ahead, nothing ends before it begins."""
        order = self.new_job()
        self.assertRefuses("future", self.log, order, moment(8, 1), False)
        self.assertRefuses("future", self.log, order, moment(7), moment(8, 1))
        self.assertRefuses("ends after", self.log, order, moment(7), moment(6))
        entry = self.log(order, moment(7), moment(8))
        self.assertRefuses("future", entry.write, {"stop": moment(9)})
        self.assertRefuses("ends after", entry.write, {"stop": moment(6)})

    def test_one_thing_at_a_time(self):
        """SV-5: one employee's work never overlaps; another's may, and what touches does."""
        order, other = self.new_job(), self.new_job()
        entry = self.log(order, moment(6), moment(7))
        self.assertRefuses(order.number, self.log, other, moment(6, 30), moment(7, 30))
        self.assertRefuses(order.number, self.log, other, moment(5), moment(8))
        self.assertRefuses(order.number, self.log, other, moment(6, 59), False)
        self.log(other, moment(6), moment(7), employee=self.other_technician)
        later = self.log(other, moment(7), moment(8))
        self.log(other, moment(6, 30), moment(6, 30))
        self.assertRefuses(order.number, later.write, {"start": moment(6, 30)})
        self.assertRefuses(other.number, entry.write, {"stop": moment(7, 1)})
        self.assertRefuses(order.number, later.write, {"start": moment(6), "stop": moment(6, 30)})
        entry.write({"start": moment(6, 30), "stop": moment(7)})
        with self.assertRaises(UserError) as caught:
            self.Worklog.create(
                [
                    {"order_id": order.id, "employee_id": self.technician.id, "start": start, "stop": stop}
                    for start, stop in ((moment(4), moment(5)), (moment(4, 30), moment(6)))
                ]
            )
        self.assertIn("two of these", str(caught.exception))

    def test_another_order_is_not_named(self):
        """OR-1: what somebody else's order is called is not told to who may not read it."""
        secret = self.new_order(
            self.other_advisor, team_id=self.other_workshop.id, technician_ids=[Command.clear()]
        )
        self.log(secret, moment(6), moment(7), user=self.env.user)
        order = self.new_job()
        self.assertRefuses("another order", self.log, order, moment(6), moment(7))

    @mute_logger("odoo.sql_db")
    def test_database_refuses(self):
        """SV-5: two devices at once: the database itself knows one clock, and one thing at a time."""
        order = self.new_job()
        entry = self.log(order, moment(6), False)
        self.env.flush_all()
        insert = (
            "INSERT INTO complaint_service_worklog (order_id, employee_id, company_id, start, stop)"
            " SELECT order_id, employee_id, company_id, %s, %s FROM complaint_service_worklog WHERE id = %s"
        )
        for start, stop in ((moment(5), None), (moment(6, 30), moment(7))):
            with self.subTest(stop=stop), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.env.cr.execute(insert, (start, stop, entry.id))
        with self.env.cr.savepoint():
            self.env.cr.execute(insert, (moment(5), moment(6), entry.id))

    def test_own_work_on_the_same_day(self):
        """OR-1: technicians log and correct their own work of the day; advisors correct it afterwards."""
        order = self.new_job(technician_ids=[Command.set((self.technician | self.other_technician).ids)])
        entry = self.log(order, moment(6), moment(7), user=self.technician_user)
        own = self.as_technician(entry)
        own.stop = moment(7, 30)
        self.assertRefuses("your own work only", own.write, {"employee_id": self.other_technician.id})
        self.assertRefuses(
            "your own work only",
            self.log,
            order,
            moment(7),
            moment(8),
            employee=self.other_technician,
            user=self.technician_user,
        )
        self.assertRefuses(
            "your own work only", entry.with_user(self.other_technician_user).write, {"stop": moment(7)}
        )
        self.assertRefuses(
            "on the same day", self.log, order, moment(6, day=1), moment(7, day=1), user=self.technician_user
        )
        self.assertRefuses("on the same day", own.write, {"start": moment(6, day=1)})
        with self.assertRaises(AccessError):
            own.unlink()
        with freeze_time("2026-03-03 08:00:00"):
            self.assertRefuses("on the same day", own.write, {"stop": moment(7)})
            entry.with_user(self.advisor).stop = moment(7)
            self.assertEqual(entry.hours, 1)

    def test_day_of_the_user(self):
        """SV-5: the day is the technician's own, not that of the server."""
        self.technician_user.tz = "Asia/Shanghai"
        order = self.new_job()
        # 00:30 of 3 March in Shanghai.
        with freeze_time("2026-03-02 16:30:00"):
            self.assertRefuses(
                "on the same day",
                self.as_technician(self.Worklog).with_context(tz="Asia/Shanghai").create,
                {"order_id": order.id, "start": moment(15), "stop": moment(15, 30)},
            )

    def test_correction_is_traced(self):
        """TR-1: what was changed about work that was done stands in the order's chatter."""
        order = self.new_job()
        entry = self.log(order, moment(6), moment(7))
        before = order.message_ids
        entry.note = "Nuts"
        self.assertEqual(order.message_ids, before)
        entry.stop = moment(6, 30)
        body = (order.message_ids - before).body
        self.assertIn("Work log corrected", body)
        self.assertIn(self.technician.name, body)

    def test_ended_order(self):
        """OR-1: on an order that has ended the advisor enters work, not the technician."""
        order = self.new_job()
        order.action_cancel("Called off.")
        self.assertRefuses("has ended", self.log, order, moment(6), moment(7), user=self.technician_user)
        self.assertEqual(self.log(order, moment(6), moment(7)).hours, 1)

    def test_who_reads(self):
        """OR-1, OR-2, OR-3: who reads the order reads its work, nobody else does."""
        complaint = self.new_complaint(
            employee_ids=[Command.set(self.new_employee(self.workshop_manager).ids)]
        )
        entry = self.log(self.new_job(complaint_id=complaint.id), moment(6), moment(7))
        for user in (self.advisor, self.technician_user, self.handler, self.auditor, self.quality):
            with self.subTest(user=user.login):
                self.assertEqual(self.Worklog.with_user(user).search([("id", "=", entry.id)]), entry)
        for user in (
            self.workshop_manager,
            self.other_advisor,
            self.other_technician_user,
            self.foreign_manager,
        ):
            with self.subTest(user=user.login):
                self.assertFalse(self.Worklog.with_user(user).search([("id", "=", entry.id)]))
                with self.assertRaises(AccessError):
                    entry.with_user(user).write({"note": "Mine"})
        for user in (self.handler, self.auditor, self.quality, self.plain_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                entry.with_user(user).write({"note": "Mine"})

    def test_other_company(self):
        """OR-3: an employee of another company does not work on this one's orders."""
        foreigner = self.env["hr.employee"].create({"name": "Foreigner", "company_id": self.company_2.id})
        with self.assertRaises(UserError):
            self.log(self.new_job(), moment(6), moment(7), employee=foreigner, user=self.env.user)

    def test_record(self):
        """SV-5: logged work keeps its order; managers delete an entry that never was."""
        order = self.new_job()
        entry = self.log(order, moment(6), moment(7))
        with self.assertRaises(AccessError):
            entry.unlink()
        self.assertRefuses("Archive it", order.with_user(self.workshop_manager).unlink)
        entry.with_user(self.workshop_manager).unlink()
        self.assertEqual(order.hours_spent, 0)

    def test_queries(self):
        """SV-5: many entries cost as many questions as one."""

        def cost(numbers):
            orders = self.Order.union(*(self.new_job() for _number in numbers))
            employees = self.env["hr.employee"].create([{"name": f"Worker {number}"} for number in numbers])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Worklog.create(
                [
                    {"order_id": order.id, "employee_id": employee.id, "start": moment(6), "stop": moment(7)}
                    for order, employee in zip(orders, employees, strict=True)
                ]
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        cost(range(1))
        self.assertEqual(cost(range(1)), cost(range(12)))
