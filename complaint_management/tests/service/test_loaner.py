from datetime import datetime

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.service.reception_common import ReceptionCommon

NOW = datetime(2026, 3, 2, 8, 0)
REFUSALS = "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestLoaner(ReceptionCommon):
    """SV-2: what a customer gets on loan while their own is in work, and that it comes back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spare = cls.new_asset(
            model="Small car",
            serial="LOAN-1",
            partner_id=cls.company.partner_id.id,
            kind_id=cls.vehicle_kind.id,
        )
        cls.Loaner = cls.env["complaint.service.loaner"]

    def lend(self, order=None, user=None, **vals):
        values = {"order_id": (order or self.new_order()).id, "asset_id": self.spare.id, **vals}
        return self.Loaner.with_user(user or self.advisor).create(values)

    def test_lend_and_return(self):
        """SV-2: lent now, back by one button; both stand in the history of the order."""
        order = self.new_order()
        loaner = self.lend(order, due_back="2026-03-04 16:00:00")
        self.assertRecordValues(
            loaner,
            [
                {
                    "name": self.spare.display_name,
                    "lent_at": NOW,
                    "state": "out",
                    "partner_id": self.customer.id,
                }
            ],
        )
        self.assertIn("Lent: Small car", order.message_ids[0].body)
        with freeze_time("2026-03-04 12:00:00"):
            loaner.action_return()
        self.assertRecordValues(loaner, [{"returned_at": datetime(2026, 3, 4, 12), "state": "returned"}])
        self.assertIn("Came back: Small car", order.message_ids[0].body)
        with freeze_time("2026-03-05 12:00:00"):
            loaner.action_return()
        self.assertEqual(loaner.returned_at, datetime(2026, 3, 4, 12), "the first moment stands")

    def test_in_the_form(self):
        """SV-2: on the order it is entered in a dialog; things without an own record are just named."""
        with Form(self.new_order()) as form, form.loaner_ids.new() as line:
            line.name = "Spare phone"
        self.assertRecordValues(
            form.record.loaner_ids, [{"name": "Spare phone", "lent_at": NOW, "asset_id": False}]
        )

    def test_states(self):
        """SV-2: what is out and what is overdue can be searched for."""
        out = self.lend(asset_id=False, name="Phone", due_back="2026-03-02 08:00:00")
        endless = self.lend(asset_id=False, name="Heater")
        late = self.lend(
            asset_id=False, name="Ladder", lent_at="2026-03-01 08:00:00", due_back="2026-03-02 07:59:59"
        )
        back = self.lend(asset_id=False, name="Key")
        back.action_return()
        ours = out | endless | late | back
        for states, expected in (
            (["out"], out | endless),
            (["overdue"], late),
            (["returned"], back),
            (["out", "overdue"], out | endless | late),
        ):
            with self.subTest(states=states):
                found = self.Loaner.search([("state", "in", states), ("id", "in", ours.ids)])
                self.assertEqual(found, self.Loaner.browse(sorted(expected.ids)) & found)
                self.assertEqual(set(found.ids), set(expected.ids))
                self.assertEqual(set(found.mapped("state")), set(states))
        self.assertEqual(
            set(self.Loaner.search([("state", "not in", ["returned"]), ("id", "in", ours.ids)]).ids),
            set((out | endless | late).ids),
        )

    def test_lent_once(self):
        """SV-2: nothing is lent to two customers at the same time; who is second reads with whom it is."""
        first = self.lend()
        self.assertRefuses(first.order_id.number, self.lend)
        self.assertRefuses("note first that it came back", self.lend, lent_at="2026-03-01 08:00:00")
        first.action_return()
        second = self.lend()
        self.assertRefuses("Choose another one", first.write, {"returned_at": False})
        second.write({"returned_at": "2026-03-02 08:00:00"})

    def test_lent_once_for_another_team(self):
        """SV-2, OR-3: the other team is told as well, though it does not see the order."""
        self.lend()
        order = self.new_order(user=self.other_advisor, team_id=self.other_workshop.id)
        self.assertRefuses("is lent with order", self.lend, order, self.other_advisor)

    def test_periods_of_the_past(self):
        """SV-2: the past does not overlap either (import)."""
        self.lend(lent_at="2026-02-10 08:00:00", returned_at="2026-02-12 08:00:00")
        self.assertRefuses(
            "is lent with order", self.lend, lent_at="2026-02-11 08:00:00", returned_at="2026-02-15 08:00:00"
        )
        self.lend(lent_at="2026-02-12 08:00:00", returned_at="2026-02-15 08:00:00")

    @mute_logger("odoo.sql_db")
    def test_lent_once_by_the_database(self):
        """SV-2: of two clerks at the same moment the database tells one."""
        first = self.lend()
        other = self.lend(asset_id=False, name="Phone")
        with (
            self.assertRaisesRegex(IntegrityError, "complaint_service_loaner_lent_once"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE complaint_service_loaner SET asset_id = %s WHERE id = %s",
                [first.asset_id.id, other.id],
            )

    def test_whose(self):
        """SV-2: only what belongs to the company is lent, and nothing of another company."""
        self.assertRefuses("not ours to lend", self.lend, asset_id=self.car.id)
        foreign = self.new_asset(
            serial="F-1", partner_id=self.company_2.partner_id.id, company_id=self.company_2.id
        )
        with self.assertRaises(UserError):
            self.lend(asset_id=foreign.id)

    def test_gate(self):
        """SV-2: an order neither closes nor is cancelled while the customer has something of ours."""
        order = self.new_order()
        loaner = self.lend(order)
        self.assertRefuses("has come back", order.action_cancel, "Called off")
        self.bring_to(order, "handover")
        order.sudo().write({"handed_over_at": NOW, "handover_name": "Zhang San"})
        self.assertRefuses("has come back", order.move_to, "closed")
        self.assertIn("has come back", order.missing)
        loaner.action_return()
        self.assertNotIn("has come back", order.missing or "")

    def test_ended(self):
        """Bad input: with an order that has ended nothing is lent."""
        order = self.new_order()
        order.action_cancel("Called off")
        self.assertRefuses("has ended", self.lend, order)

    @mute_logger("odoo.sql_db")
    def test_dates(self):
        """Bad input: nothing comes back before it was lent, or in the future."""
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.lend(returned_at="2026-03-01 08:00:00")
        with self.assertRaisesRegex(ValidationError, "in the future"), self.env.cr.savepoint():
            self.lend(lent_at="2026-03-03 08:00:00")

    def test_readings(self):
        """SV-3: what our own object shows is entered with it, and never goes backwards."""
        loaner = self.lend(usage_out=1000)
        self.assertEqual(self.spare.usage, 1000)
        with freeze_time("2026-03-03 08:00:00"):
            with self.assertRaises(UserError):
                loaner.write({"returned_at": "2026-03-03 08:00:00", "usage_back": 900})
            self.env.invalidate_all()
            loaner.write({"returned_at": "2026-03-03 08:00:00", "usage_back": 1234})
        self.assertEqual(self.spare.usage, 1234)

    @mute_logger(*REFUSALS)
    def test_who(self):
        """OR-1, OR-2, OR-3: advisors lend and take back; who reads the order reads what is lent."""
        loaner = self.lend()
        order = loaner.order_id
        for user in (self.technician_user, self.workshop_manager, self.auditor, self.quality):
            self.assertEqual(loaner.with_user(user).name, self.spare.display_name)
        for user in (self.technician_user, self.auditor, self.other_advisor, self.foreign_manager):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    loaner.with_user(user).action_return()
                with self.assertRaises(AccessError):
                    self.lend(order, user, asset_id=False, name="Phone")
        for user in (self.other_advisor, self.other_technician_user, self.foreign_manager):
            self.assertFalse(self.Loaner.with_user(user).search([("id", "=", loaner.id)]))
        with self.assertRaises(AccessError):
            loaner.unlink()
        secret = self.lend(self.excluded_from(self.workshop_manager), asset_id=False, name="Phone")
        self.assertFalse(self.Loaner.with_user(self.workshop_manager).search([("id", "=", secret.id)]))
        with self.assertRaises(AccessError):
            secret.with_user(self.workshop_manager).read(["name"])

    def test_deleting(self):
        """SV-2: what was entered by mistake is deleted by the manager, what was lent is not."""
        loaner = self.lend()
        loaner.action_return()
        self.assertRefuses("part of the record", loaner.with_user(self.workshop_manager).unlink)
        mistake = self.lend(asset_id=False, name="Phone")
        mistake.with_user(self.workshop_manager).unlink()
        self.assertFalse(mistake.exists())

    def test_queries(self):
        """DESIGN 4.3: the list costs the same with many as with one."""
        loaners = self.Loaner.with_user(self.advisor).union(
            *(self.lend(asset_id=False, name=f"Phone {number}") for number in range(20))
        )
        counts = []
        for some in (loaners[:1], loaners[:1], loaners):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Loaner.with_user(self.advisor).web_search_read(
                [("id", "in", some.ids)],
                {
                    "name": {},
                    "partner_id": {"fields": {"display_name": {}}},
                    "partner_phone": {},
                    "order_id": {"fields": {"display_name": {}}},
                    "state": {},
                },
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
