from datetime import date
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.models.service import asset_reminder
from odoo.addons.complaint_management.tests.service.care_common import CareCommon

CRON = "odoo.addons.complaint_management.models.service.asset_reminder"
TEMPLATE = "complaint_management.mail_template_service_due"


class ReminderCommon(CareCommon):
    """The car is due on 1 June 2026: reminders at 9:00 UTC of 2 and 25 May and 1 June."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._init_mail_gateway()
        cls.env["ir.config_parameter"].set_param("mail.default.from", "notifications")

    def setUp(self):
        super().setUp()
        with self.mock_datetime_and_now(fields.Datetime.to_datetime("2026-03-02 08:00:00")):
            self.car.purchase_date = "2025-06-01"
            self.plan = self.new_plan()
            self.refresh()
        self.car_due = self.due()

    def run_cron(self, moment):
        """Run it as Odoo does; return the mails."""
        self.env.flush_all()
        with (
            self.mock_datetime_and_now(fields.Datetime.to_datetime(f"{moment}:00")),
            self.mock_mail_gateway(),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("complaint_management.ir_cron_asset_due").method_direct_trigger()
        self.env.invalidate_all()
        return self._new_mails

    def at(self, moment):
        """Send what is due, in this transaction; return the mails."""
        with (
            self.mock_datetime_and_now(fields.Datetime.to_datetime(f"{moment}:00")),
            self.mock_mail_gateway(),
        ):
            self.Due._run_due(100)
        return self._new_mails

    def settled(self, due=None):
        """Return ``{days: (state, reason)}`` of the present cycle."""
        due = due or self.car_due
        return {
            reminder.days: (reminder.state, reminder.reason)
            for reminder in due.reminder_ids
            if reminder.cycle == due.cycle
        }


@tagged("post_install", "-at_install")
class TestReminder(ReminderCommon):
    """SV-7, CP-4: owners are reminded at set distances, once for each."""

    def test_distances(self):
        """Each distance once, however often the cron runs."""
        self.assertEqual(self.car_due.next_event_at, fields.Datetime.to_datetime("2026-05-02 09:00:00"))
        self.assertFalse(self.run_cron("2026-05-02 08:59"))
        mail = self.run_cron("2026-05-02 09:00")
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertFalse(self.run_cron("2026-05-02 09:00"))
        self.assertFalse(self.run_cron("2026-05-25 08:59"))
        self.assertEqual(len(self.run_cron("2026-05-25 09:30")), 1)
        self.assertEqual(len(self.run_cron("2026-06-01 09:00")), 1)
        self.assertFalse(self.run_cron("2026-06-30 09:00"))
        self.assertFalse(self.car_due.next_event_at)
        self.assertEqual(self.settled(), dict.fromkeys((30, 7, 0), ("sent", False)))
        self.assertEqual(set(self.car_due.reminder_ids.mapped("address")), {"zhang.san@example.com"})

    def test_time_zone(self):
        """At nine in the morning of the company, not of the server."""
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        self.car._refresh_dues()
        self.assertEqual(self.car_due.next_event_at, fields.Datetime.to_datetime("2026-05-02 01:00:00"))

    def test_letter(self):
        """It comes from the company, asks no robot for an answer, and stands in the object's chatter."""
        self.car.message_subscribe(self.advisor.partner_id.ids)
        mail = self.at("2026-05-02 09:00")
        self.assertEqual(len(mail), 1)
        message = mail.mail_message_id
        self.assertEqual((message.model, message.res_id), ("complaint.asset", self.car.id))
        self.assertEqual(message.author_id, self.company.partner_id)
        self.assertIn(self.company.name, mail.email_from)
        self.assertIn("auto-generated", mail.headers)
        self.assertIn("Yearly service", mail.subject)
        self.assertIn("06/01/2026", mail.body_html)
        self.assertEqual(mail.state, "outgoing")
        self.assertFalse(message.notification_ids.res_partner_id & self.advisor.partner_id)

    def test_language(self):
        """CP-4: in the owner's language, with the words of the plan."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.customer.lang = "zh_CN"
        template = self.env.ref(TEMPLATE).copy({"body_html": "<p>Own words</p>"})
        template.with_context(lang="zh_CN").body_html = "<p>您好</p>"
        self.plan.reminder_ids.filtered(lambda line: line.days == 30).mail_template_id = template
        self.plan.with_context(lang="zh_CN").name = "年度保养"
        mail = self.at("2026-05-02 09:00")
        self.assertIn("您好", mail.body_html)
        self.assertIn("年度保养", mail.subject)

    def test_missed(self):
        """After an outage the nearest alone goes out, and nothing is reminded of that was due long ago."""
        self.assertEqual(len(self.run_cron("2026-05-26 09:00")), 1)
        self.assertEqual(self.settled(), {30: ("skipped", "late"), 7: ("sent", False)})
        self.assertFalse(self.run_cron("2026-08-30 09:00"))
        self.assertEqual(self.settled()[0], ("skipped", "long_past"))

    def test_moved(self):
        """A new day within a cycle repeats no distance that was settled."""
        self.run_cron("2026-05-02 09:00")
        with self.mock_datetime_and_now(fields.Datetime.to_datetime("2026-05-03 08:00:00")):
            self.car.purchase_date = "2025-08-01"
        self.assertEqual(self.car_due.next_event_at, fields.Datetime.to_datetime("2026-07-25 09:00:00"))

    def test_order_ends_it(self):
        """SV-7: with an order nobody is reminded; cancelled, only what is still to come."""
        with self.mock_datetime_and_now(fields.Datetime.to_datetime("2026-05-20 08:00:00")):
            order = self.Order.browse(self.car_due.with_user(self.advisor).action_create_order()["res_id"])
        self.assertFalse(self.run_cron("2026-05-26 09:00"))
        self.assertFalse(self.settled())
        with self.mock_datetime_and_now(fields.Datetime.to_datetime("2026-05-26 10:00:00")):
            order.sudo().action_cancel("She has no time.")
        self.assertEqual(self.settled(), dict.fromkeys((30, 7), ("skipped", "ordered")))
        self.assertFalse(self.run_cron("2026-05-26 11:00"))
        self.assertEqual(len(self.run_cron("2026-06-01 09:00")), 1)

    def test_next_cycle(self):
        """After the service all distances come round again."""
        self.run_cron("2026-05-02 09:00")
        with self.mock_datetime_and_now(fields.Datetime.to_datetime("2026-05-10 08:00:00")):
            order = self.new_order(type_id=self.regular.id)
            self.finish(order)
        self.assertEqual((self.car_due.cycle_date, self.car_due.state), (date(2026, 5, 10), "open"))
        self.assertEqual(self.car_due.next_event_at, fields.Datetime.to_datetime("2027-04-10 09:00:00"))
        self.assertEqual(len(self.run_cron("2027-04-10 09:00")), 1)
        self.assertEqual(len(self.car_due.reminder_ids), 2)

    def test_gone(self):
        """None for what was sold, scrapped or archived."""
        self.car.state = "scrapped"
        self.assertFalse(self.run_cron("2026-06-01 09:00"))
        self.assertFalse(self.car_due.reminder_ids)

    def test_not_written_to(self):
        """Who cannot be written to is called; who wants no mail gets none."""
        blacklisted = self.env["mail.blacklist"]
        for reason, vals, called in (
            ("no_address", {"email": False}, True),
            ("robot", {"email": "no-reply@example.com"}, True),
            ("own", {"email": self.company.partner_id.email}, True),
            ("bounced", {"message_bounce": 1}, True),
            ("blacklisted", {}, False),
            ("archived", {"active": False}, False),
            ("no_owner", False, False),
        ):
            with self.subTest(reason), self.env.cr.savepoint() as savepoint:
                if reason == "blacklisted":
                    blacklisted._add(self.customer.email)
                if vals is False:
                    self.car.partner_id = False
                else:
                    self.customer.write(vals)
                self.assertFalse(self.at("2026-05-02 09:00"))
                self.assertEqual(self.settled(), {30: ("skipped", reason)})
                self.assertEqual(bool(self.car.activity_ids), called)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

    def test_call(self):
        """One activity of the team for all distances; it is gone with the order."""
        self.customer.email = False
        self.at("2026-05-02 09:00")
        activity = self.car.activity_ids
        self.assertEqual(activity.user_id, self.workshop_manager, "the leader of the workshop")
        self.assertEqual(activity.date_deadline, date(2026, 6, 1))
        self.assertIn("Yearly service", activity.summary)
        self.at("2026-05-25 09:00")
        self.assertEqual(self.car.activity_ids, activity)
        with self.mock_datetime_and_now(fields.Datetime.to_datetime("2026-05-26 09:00:00")):
            self.car.with_user(self.advisor).action_create_order()
        self.assertFalse(self.car.activity_ids)

    def test_changed_owner(self):
        """The owner of the day is reminded."""
        other = self.env["res.partner"].create({"name": "Li Si", "email": "li.si@example.com"})
        self.car.partner_id = other
        mail = self.at("2026-05-02 09:00")
        self.assertEqual(mail.recipient_ids, other)

    def test_database_refuses_a_second_one(self):
        """Two at once: whoever comes second is refused by the database, not by luck."""
        self.at("2026-05-02 09:00")
        vals = {
            "due_id": self.car_due.id,
            "cycle": self.car_due.cycle,
            "days": 30,
            "planned_at": "2026-05-02 09:00:00",
        }
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.Reminder.create(vals)

    def test_killed(self):
        """The mail and what is noted of it come together: killed before the commit, neither is there."""
        savepoint = self.env.cr.savepoint(flush=True)
        self.assertEqual(len(self.at("2026-05-02 09:00")), 1)
        savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)
        self.assertFalse(self.car_due.reminder_ids)
        self.assertEqual(len(self.at("2026-05-02 09:00")), 1)

    def test_locked(self):
        """What another process works on is left to it, and taken when it is free."""
        query = "FOR UPDATE OF due SKIP LOCKED"
        executed = []
        with (
            patch.object(
                type(self.env.cr), "execute", autospec=True, side_effect=type(self.env.cr).execute
            ) as spy,
        ):
            self.at("2026-05-02 09:00")
            executed = [str(getattr(call.args[1], "code", call.args[1])) for call in spy.call_args_list]
        self.assertTrue(any(query in text for text in executed))

    def test_batches(self):
        """More than a batch is worked off in one run."""
        with self.mock_datetime_and_now(fields.Datetime.to_datetime("2026-03-02 08:00:00")):
            for number in range(4):
                self.new_asset(
                    kind_id=self.vehicles.id, purchase_date="2025-06-01", serial=f"SN-88{number:02}"
                )
        with patch(f"{CRON}.BATCH", 2):
            self.assertEqual(len(self.run_cron("2026-05-02 09:00")), 5)

    def test_faulty(self):
        """A letter with a fault is tried later and then given up; the others go out."""
        with self.mock_datetime_and_now(fields.Datetime.to_datetime("2026-03-02 08:00:00")):
            other = self.new_asset(kind_id=self.vehicles.id, purchase_date="2025-06-01", name="Whole")
        self.env.ref(
            TEMPLATE
        ).body_html = "<p><t t-out=\"1 / (0 if object.asset_id.name == 'Faulty' else 1)\"/></p>"
        self.car.name = "Faulty"
        moment = "2026-05-02 09:00"
        for number in range(asset_reminder.MAX_FAULTS):
            self.assertEqual(self.car_due.fault_count, number)
            with mute_logger(CRON):
                mails = self.run_cron(moment)
            self.assertEqual(mails.mapped("res_id"), [] if number else other.ids)
            moment = fields.Datetime.to_string(self.car_due.next_event_at)[:16]
        self.assertEqual(self.settled(), {30: ("failed", "fault")})
        self.assertEqual(self.car_due.next_event_at, fields.Datetime.to_datetime("2026-05-25 09:00:00"))

    def test_only_what_is_due(self):
        """DESIGN 4.3: the cron reads nothing but what is due."""
        costs = []
        for number in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with self.mock_datetime_and_now(fields.Datetime.to_datetime("2026-04-01 09:00:00")):
                self.assertEqual(self.Due._run_due(100), (0, 0))
            costs.append(self.env.cr.sql_log_count - before)
            with self.mock_datetime_and_now(fields.Datetime.to_datetime("2026-03-02 08:00:00")):
                self.Asset.create(
                    [
                        {
                            "model": f"Taxi {number}",
                            "kind_id": self.vehicles.id,
                            "purchase_date": "2025-06-01",
                        }
                        for number in range(10)
                    ]
                )
        self.assertEqual(*costs)
        self.assertLessEqual(costs[0], 3)
