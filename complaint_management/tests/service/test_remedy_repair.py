from datetime import date, datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user, tagged

from odoo.addons.complaint_management.tests.service.common import ServiceCommon

NOW = "2026-03-02 08:00:00"


class RepairCommon(ServiceCommon):
    """A complaint with a solution whose remedy is a repair; ``fitter`` owns it and has no group at all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Remedy = cls.env["complaint.remedy"]
        cls.owner = new_test_user(cls.env, "fitter", groups="base.group_user", name="Fitter")
        cls.mend = cls.env["complaint.remedy.type"].create(
            {"name": "Mend", "behaviour": "repair", "user_id": cls.owner.id}
        )
        cls.task = cls.env["complaint.remedy.type"].create({"name": "Call back"})

    def new_remedy(self, kind=None, complaint=None, **vals):
        complaint = complaint or self.new_complaint(
            nature="complaint", user_id=self.handler.id, asset_id=self.car.id
        )
        solution = self.env["complaint.solution"].create({"complaint_id": complaint.id, "reasonable": "yes"})
        return self.Remedy.create(
            {
                "solution_id": solution.id,
                "type_id": (kind or self.mend).id,
                "description": "Put the brakes right",
                **vals,
            }
        )

    def agree(self, *remedies):
        """The handler enters that the customer agrees, on a Monday at eight."""
        for remedy in remedies:
            remedy.solution_id.sudo().write({"state": "accepted"})
            remedy.with_user(self.handler)._agree(datetime(2026, 3, 2, 8))
        return remedies[0]

    def move(self, order, step, user=None):
        """Bring an order to a step, whatever the gates ask for: what is tried here comes after them."""
        with patch.object(type(order), "_gate_requirements", lambda orders: []):
            order.with_user(user or self.advisor).move_to(step)

    def notified(self, record, user):
        """Return the text that a user was notified with about a record."""
        notices = self.env["mail.message"].search(
            [
                ("model", "=", record._name),
                ("res_id", "=", record.id),
                ("message_type", "=", "user_notification"),
                ("partner_ids", "in", user.partner_id.ids),
            ]
        )
        return " ".join(f"{notice.subject} {notice.body}" for notice in notices)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestRemedyRepair(RepairCommon):
    """A repair that was promised is carried out by a service order (SO-5, SV-8)."""

    # the order is made

    def test_agreed(self):
        """SO-5, SV-8: with the agreement there is an order that carries over what the complaint knows."""
        remedy = self.agree(self.new_remedy(date_due="2026-03-20"))
        order = remedy.service_order_id
        complaint = remedy.complaint_id
        self.assertRecordValues(
            order,
            [
                {
                    "name": "Put the brakes right",
                    "description": complaint.description,
                    "partner_id": self.customer.id,
                    "partner_phone": complaint.partner_phone,
                    "partner_email": complaint.partner_email,
                    "asset_id": self.car.id,
                    "complaint_id": complaint.id,
                    "company_id": self.company.id,
                    "type_id": self.repair.id,
                    "team_id": self.workshop.id,
                    "user_id": self.workshop_manager.id,
                    "requested_at": datetime(2026, 3, 2, 8),
                    "remedy_due": date(2026, 3, 20),
                    "for_remedy": True,
                    "step": "appointment",
                }
            ],
        )
        self.assertEqual(complaint.service_order_ids, order)
        self.assertFalse(remedy.blocked_reason)
        self.assertEqual(remedy.activity_ids.user_id, self.owner)
        self.assertIn(order.number, " ".join(complaint.message_ids.mapped("body")))
        self.assertEqual(remedy.with_user(self.owner).service_order_number, order.number)
        self.assertEqual(order.with_user(self.technician_user).sudo(False)._name, order._name)

    def test_workshop_sees_the_day_only(self):
        """OR-1: the workshop knows until when it is promised without reading the remedy."""
        order = self.agree(self.new_remedy(date_due="2026-03-20")).service_order_id
        self.assertEqual(order.with_user(self.advisor).remedy_due, date(2026, 3, 20))
        self.assertTrue(order.with_user(self.advisor).for_remedy)
        with self.assertRaises(AccessError):
            order.with_user(self.advisor).complaint_id.read(["name"])

    def test_other_remedies_have_no_order(self):
        remedy = self.agree(self.new_remedy(self.task))
        self.assertFalse(remedy.service_order_id)
        self.assertFalse(remedy.wants_repair)
        self.assertRefuses("already", remedy.with_user(self.handler).action_make_repair_order)

    def test_named_service(self):
        """SV-1: the remedy type may name another service; long words are cut for the order's name."""
        fetching = self.env["complaint.service.type"].create(
            {
                "name": "Fetching",
                "kind": "roadside",
                "company_id": self.company.id,
                "team_id": self.other_workshop.id,
            }
        )
        self.mend.write({"company_id": self.company.id, "service_type_id": fetching.id})
        text = "Fetch the car " + "from far away " * 20
        order = self.agree(self.new_remedy(description=text + "\nand mend it")).service_order_id
        self.assertEqual((order.type_id, order.team_id), (fetching, self.other_workshop))
        self.assertEqual(len(order.name), 100)
        self.assertTrue(order.name.endswith("…"))
        self.assertIn("and mend it", order.description)
        fetching.active = False
        self.assertEqual(self.mend._get_service_type(self.company).kind, "repair")

    def test_advisor_who_owns_the_remedy(self):
        """SV-2: an advisor who owns the remedy answers for the order."""
        remedy = self.agree(self.new_remedy(user_id=self.other_advisor.id))
        self.assertEqual(remedy.service_order_id.user_id, self.other_advisor)

    def test_confidential(self):
        """OR-2: the workshop does not read what a confidential complaint says."""
        complaint = self.new_complaint(
            nature="complaint", user_id=self.handler.id, confidential=True, asset_id=self.car.id
        )
        order = self.agree(self.new_remedy(complaint=complaint)).service_order_id
        self.assertTrue(order)
        self.assertFalse(order.description)
        self.assertEqual(order.name, "Put the brakes right")

    def test_excluded_leader(self):
        """OR-2: who is concerned neither answers for the order nor hears of it."""
        complaint = self.new_complaint(
            nature="complaint",
            user_id=self.handler.id,
            employee_ids=[Command.set(self.new_employee(self.workshop_manager).ids)],
        )
        order = self.agree(self.new_remedy(complaint=complaint)).service_order_id
        self.assertTrue(order)
        self.assertNotEqual(order.user_id, self.workshop_manager)
        self.assertFalse(self.notified(order, self.workshop_manager))
        self.assertFalse(self.Order.with_user(self.workshop_manager).search([("id", "=", order.id)]))

    def test_lines_are_borne_by_the_remedy(self):
        """SV-4, SV-8: what was promised is not charged: lines of the service and new ones propose it."""
        self.repair.line_ids = [Command.create({"kind": "part", "product_id": self.part.id, "quantity": 2})]
        order = self.agree(self.new_remedy()).service_order_id
        self.env["complaint.service.line"].with_user(self.workshop_manager).create(
            {"order_id": order.id, "kind": "labour", "product_id": self.labour.id}
        )
        self.assertEqual(order.line_ids.mapped("covered"), ["remedy", "remedy"])
        ordinary = self.new_order()
        self.assertNotIn("remedy", ordinary.line_ids.mapped("covered"))

    # it cannot be made

    def test_no_team(self):
        """SO-5: where there is no workshop the agreement stands, with the reason; a button tries again."""
        self.env["complaint.team"].search([]).service = False
        remedy = self.agree(self.new_remedy())
        self.assertEqual(remedy.state, "open")
        self.assertFalse(remedy.service_order_id)
        self.assertIn("No team", remedy.blocked_reason)
        self.assertTrue(remedy.wants_repair)
        activity = remedy.activity_ids
        self.assertEqual(activity.user_id, self.owner)
        self.assertIn("no service order", activity.summary)
        self.assertIn("No team", activity.note)
        mine = remedy.with_user(self.owner)
        mine.action_make_repair_order()
        self.assertIn("No team", remedy.blocked_reason)
        self.workshop.service = True
        mine.action_make_repair_order()
        self.assertEqual(remedy.service_order_id.team_id, self.workshop)
        self.assertFalse(remedy.blocked_reason)
        self.assertFalse(remedy.wants_repair)
        with self.assertRaises(AccessError):
            remedy.with_user(self.stranger).action_make_repair_order()

    def test_no_customer(self):
        """SO-5: without a customer there is no order, and the others are made all the same."""
        nobody = self.new_complaint(nature="complaint", partner_id=False, partner_name="Somebody")
        lacking, remedy = self.new_remedy(complaint=nobody), self.new_remedy()
        (lacking | remedy).solution_id.sudo().write({"state": "accepted"})
        (lacking | remedy).with_user(self.manager)._agree(datetime(2026, 3, 2, 8))
        self.assertIn("names no customer", lacking.blocked_reason)
        self.assertFalse(remedy.blocked_reason)
        self.assertTrue(remedy.service_order_id)
        nobody.partner_id = self.customer
        lacking.with_user(self.manager).action_make_repair_order()
        self.assertTrue(lacking.service_order_id)

    def test_by_hand_without_an_order(self):
        """SO-5: where there is no workshop the owner carries it out and ticks it off, as before."""
        self.env["complaint.team"].search([]).service = False
        remedy = self.agree(self.new_remedy())
        remedy.with_user(self.owner).action_done("Done by the caretaker.")
        self.assertEqual((remedy.state, remedy.blocked_reason), ("done", False))

    # once only

    def test_once(self):
        """SO-5: agreed twice, pressed twice or two at once: there is one order."""
        remedy = self.agree(self.new_remedy())
        order = remedy.service_order_id
        self.agree(remedy)
        self.assertRefuses(order.number, remedy.with_user(self.handler).action_make_repair_order)
        remedy.sudo()._start_repair()
        self.assertEqual(remedy.complaint_id.service_order_ids, order)

    def test_two_at_once(self):
        """SO-5: who waited for the other one finds the order that was made meanwhile."""
        remedy = self.agree(self.new_remedy())
        order = remedy.service_order_id
        self.env.flush_all()
        # What somebody still sees who looked before the other one had made it.
        remedy._fields["service_order_id"]._update_cache(remedy, None)
        remedy.sudo()._make_repair_orders()
        self.assertEqual(remedy.service_order_id, order)
        self.assertEqual(len(remedy.complaint_id.service_order_ids), 1)

    # it is carried out

    def test_closed(self):
        """SO-5, SV-8: the order that is closed ticks the remedy off, with the moment; the gate opens."""
        remedy = self.agree(self.new_remedy())
        order = remedy.service_order_id
        order.user_id = self.advisor
        with freeze_time("2026-03-04 15:00:00"):
            self.move(order, "closed")
        self.assertRecordValues(
            remedy,
            [{"state": "done", "done_at": datetime(2026, 3, 4, 15), "done_by_id": self.advisor.id}],
        )
        self.assertIn(order.number, remedy.done_note)
        self.assertFalse(remedy.activity_ids)
        self.assertFalse(order.remedy_due)
        bodies = " ".join(remedy.complaint_id.message_ids.mapped("body"))
        self.assertIn("All that was agreed on is carried out.", bodies)

    def test_execution_gate(self):
        """SO-5: execution is left when the order is closed, not before."""
        remedy = self.agree(self.new_remedy())
        complaint = remedy.complaint_id
        words = "Carry out the remedies"

        def lacks():
            return [
                requirement.message
                for requirement in complaint._get_missing("execution", "feedback")
                if words in requirement.message
            ]

        self.assertTrue(lacks())
        self.move(remedy.service_order_id, "closed", self.workshop_manager)
        self.assertFalse(lacks())
        self.move(remedy.service_order_id, "work", self.workshop_manager)
        self.assertTrue(lacks())

    def test_by_hand_while_the_order_runs(self):
        """SO-5: nobody ticks off what the workshop has not done."""
        remedy = self.agree(self.new_remedy())
        for user in (self.owner, self.handler):
            self.assertRefuses("not closed yet", remedy.with_user(user).action_done, "Surely done")
        with self.assertRaises(UserError):
            remedy.activity_ids.with_user(self.owner).action_feedback("Surely done")
        self.assertEqual(remedy.state, "open")

    def test_reopened(self):
        """SO-5: the order that is opened again takes the remedy back; closed again, it is done again."""
        remedy = self.agree(self.new_remedy())
        order = remedy.service_order_id
        self.move(order, "closed", self.workshop_manager)
        with patch.object(type(order), "_gate_requirements", lambda orders: []):
            order.with_user(self.workshop_manager).action_reopen("It squeals again.")
        self.assertRecordValues(remedy, [{"state": "open", "done_at": False, "done_note": False}])
        self.assertEqual(remedy.activity_ids.user_id, self.owner)
        self.assertIn("It squeals again.", self.notified(remedy, self.handler))
        self.move(order, "closed", self.workshop_manager)
        self.assertEqual(remedy.state, "done")

    def test_order_cancelled(self):
        """SO-5: without its order the remedy is to do, and who is responsible is told why."""
        remedy = self.agree(self.new_remedy())
        former = remedy.service_order_id
        former.with_user(self.workshop_manager).action_cancel("No parts to be had.")
        self.assertEqual(remedy.state, "open")
        self.assertIn("No parts to be had.", remedy.blocked_reason)
        self.assertIn("No parts to be had.", self.notified(remedy, self.handler))
        self.assertEqual(remedy.activity_ids.user_id, self.owner)
        remedy.with_user(self.handler).action_make_repair_order()
        self.assertNotEqual(remedy.service_order_id, former)
        self.assertFalse(remedy.blocked_reason)
        self.assertEqual(len(remedy.complaint_id.service_order_ids), 2)
        # The former one is nobody's remedy any more.
        with patch.object(type(former), "_gate_requirements", lambda orders: []):
            former.with_user(self.workshop_manager).action_reopen("There are parts again.", "appointment")
        self.move(former, "closed", self.workshop_manager)
        self.assertEqual(remedy.state, "open")

    def test_cancelled_order_reopened(self):
        """SO-5: an order that was cancelled by mistake carries the remedy out all the same."""
        remedy = self.agree(self.new_remedy())
        order = remedy.service_order_id
        order.with_user(self.workshop_manager).action_cancel("By mistake.")
        order.with_user(self.workshop_manager).action_reopen("It was a mistake.", "appointment")
        self.assertFalse(remedy.blocked_reason)
        self.assertFalse(remedy.wants_repair)

    def test_order_deleted(self):
        remedy = self.agree(self.new_remedy())
        order = remedy.service_order_id
        number = order.number
        self.env.flush_all()
        order.with_user(self.workshop_manager).unlink()
        self.assertFalse(remedy.service_order_id)
        self.assertIn(number, remedy.blocked_reason)
        self.assertTrue(remedy.wants_repair)

    # it is given up

    def test_dropped_before_it_began(self):
        """SO-5: a remedy that is dropped ends its order, with the reason; taken up, there is a new one."""
        remedy = self.agree(self.new_remedy())
        former = remedy.service_order_id
        remedy.with_user(self.handler).action_cancel("She bought another car.")
        self.assertEqual((remedy.state, former.step), ("cancelled", "cancelled"))
        self.assertIn("She bought another car.", former.end_reason)
        self.assertFalse(remedy.blocked_reason)
        remedy.with_user(self.handler).action_take_up()
        self.assertNotEqual(remedy.service_order_id, former)
        self.assertEqual(remedy.service_order_id.step, "appointment")

    def test_dropped_in_work(self):
        """SO-5: work that has begun is not thrown away: its advisor is told."""
        remedy = self.agree(self.new_remedy())
        order = remedy.service_order_id
        order.user_id = self.advisor
        self.move(order, "work")
        remedy.with_user(self.handler).action_cancel("She bought another car.")
        self.assertEqual(order.step, "work")
        self.assertIn("She bought another car.", self.notified(order, self.advisor))
        remedy.with_user(self.handler).action_take_up()
        self.assertEqual(remedy.service_order_id, order, "what runs goes on")
        self.move(order, "closed")
        self.assertEqual(remedy.state, "done")

    def test_case_ends(self):
        """SO-5: a complaint that is cancelled ends the order that has not begun."""
        remedy = self.agree(self.new_remedy())
        remedy.complaint_id.with_user(self.handler).action_cancel("She withdraws it.")
        self.assertEqual((remedy.state, remedy.service_order_id.step), ("cancelled", "cancelled"))

    def test_order_stays_with_its_complaint(self):
        order = self.agree(self.new_remedy()).service_order_id
        other = self.new_complaint()
        self.assertRefuses(
            "stays with it", order.with_user(self.workshop_manager).write, {"complaint_id": other.id}
        )

    def test_other_company(self):
        """OR-3: services and teams are those of the complaint's company."""
        foreign = self.env["complaint.service.type"].create(
            {"name": "Foreign repair", "company_id": self.company_2.id}
        )
        with self.assertRaises(UserError):
            self.mend.write({"company_id": self.company.id, "service_type_id": foreign.id})
        remedy = self.new_remedy()
        self.env["complaint.team"].search([("company_id", "=", self.company.id)]).service = False
        self.foreign_team.service = True
        self.assertIn("No team", self.agree(remedy).blocked_reason)

    def test_many(self):
        """DESIGN 4.3: ten remedies cost little more queries each than one."""

        def cost(count):
            remedies = self.Remedy.union(*(self.new_remedy() for _index in range(count)))
            remedies.sudo().write({"state": "open", "agreed_at": NOW})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            remedies.with_user(self.manager).sudo()._make_repair_orders()
            self.env.flush_all()
            self.assertEqual(len(remedies.service_order_id), count)
            return self.env.cr.sql_log_count - before

        cost(1)
        one, ten = cost(1), cost(10)
        self.assertLess((ten - one) / 9, one / 2)

    def test_form(self):
        """SO-5: the page of a remedy opens for its owner, who sees the number and no more."""
        remedy = self.agree(self.new_remedy())
        form = Form(remedy.with_user(self.owner))
        self.assertEqual(form.service_order_number, remedy.service_order_id.number)
        self.assertNotIn("service_order_id", form._view["fields"])
