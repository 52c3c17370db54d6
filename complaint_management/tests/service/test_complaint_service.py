import base64
from datetime import date, datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user, tagged

from odoo.addons.complaint_management.tests.common import GROUP
from odoo.addons.complaint_management.tests.service.common import SERVICE_GROUP, ServiceCommon
from odoo.addons.complaint_management.tests.web_client import read_specification

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestComplaintService(ServiceCommon):
    """A complaint starts a service order, an order becomes a complaint, and each shows the other (SV-8)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.both = new_test_user(
            cls.env,
            "both",
            groups=f"{SERVICE_GROUP}advisor,{GROUP}handler",
            name="Both",
        )
        cls.workshop.member_ids |= cls.both
        cls.centre.member_ids |= cls.both

    def commission(self, user=None, complaint=None, **vals):
        """Fill the dialog in and make the order."""
        complaint = complaint or self.new_complaint(asset_id=self.car.id)
        Wizard = self.env["complaint.service.commission"].with_user(user or self.handler)
        form = Form(Wizard.with_context(default_complaint_id=complaint.id))
        for fname, value in vals.items():
            setattr(form, fname, value)
        action = form.save().action_make()
        return complaint.sudo().service_order_ids, action

    def complain(self, order, user=None, **vals):
        """Fill the dialog in and make the complaint; return it with the dialog and the action."""
        Wizard = self.env["complaint.service.complaint"].with_user(user or self.advisor)
        form = Form(Wizard.with_context(default_order_id=order.id))
        for fname, value in vals.items():
            setattr(form, fname, value)
        wizard = form.save()
        action = wizard.action_make()
        return self.Complaint.search([("number", "=", wizard.sudo().number)]), wizard, action

    def take_photo(self, order):
        order.sudo().reception_photo_ids = [
            Command.create({"name": "scratch.png", "datas": base64.b64encode(base64.b64decode(PNG))})
        ]

    # from a complaint to an order

    def test_commission(self):
        """SV-8: a handler who has no part in the workshop has an order made for the complaint."""
        complaint = self.new_complaint(asset_id=self.car.id, severity="urgent")
        order, action = self.commission(complaint=complaint, wished_at=datetime(2026, 3, 5, 9))
        self.assertRecordValues(
            order,
            [
                {
                    "name": complaint.name,
                    "partner_id": self.customer.id,
                    "partner_phone": complaint.partner_phone,
                    "partner_email": complaint.partner_email,
                    "asset_id": self.car.id,
                    "company_id": self.company.id,
                    "complaint_id": complaint.id,
                    "type_id": self.repair.id,
                    "team_id": self.workshop.id,
                    "user_id": False,
                    "priority": "1",
                    "scheduled_start": False,
                    "step": "appointment",
                }
            ],
        )
        self.assertIn(complaint.description, order.description)
        self.assertIn("Appointment wished: 2026-03-05", order.description)
        self.assertEqual((action["res_model"], action["res_id"]), (order._name, order.id))
        self.assertEqual(complaint.service_order_count, 1)
        self.assertEqual(complaint.action_open_service_orders()["res_id"], order.id)
        self.assertIn(order.number, " ".join(complaint.sudo().message_ids.mapped("body")))
        self.assertEqual(order.with_user(self.advisor).complaint_number, complaint.number)

    def test_commission_by_an_advisor(self):
        """SV-2: who is an advisor as well answers for the order."""
        order, _action = self.commission(self.both)
        self.assertEqual(order.user_id, self.both)

    def test_who_commissions(self):
        """OR-1: whoever may change the complaint; nobody else, not even with the dialog in hand."""
        complaint = self.new_complaint()
        for user in (self.stranger, self.auditor, self.advisor, self.foreign_manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                Wizard = self.env["complaint.service.commission"].with_user(user)
                wizard = Wizard.create(
                    {"complaint_id": complaint.id, "type_id": self.repair.id, "name": "Mend it"}
                )
                wizard.action_make()
        with self.assertRaises(AccessError):
            complaint.with_user(self.first_contact)._make_service_order(self.repair)
        self.assertFalse(complaint.sudo().service_order_ids)

    def test_commission_refused(self):
        """SV-8: what cannot be made says what to do."""
        complaint = self.new_complaint(partner_id=False, partner_name="Somebody", partner_phone="1")
        self.assertRefuses("names no customer", complaint._make_service_order, self.repair)
        complaint = self.new_complaint()
        with self.assertRaisesRegex(UserError, "has passed"):
            self.commission(complaint=complaint, wished_at=datetime(2026, 3, 1, 9))
        self.env["complaint.team"].search([]).service = False
        self.assertRefuses("No team", complaint._make_service_order, self.repair)
        self.workshop.service = True
        complaint.action_cancel("Withdrawn.")
        self.assertRefuses("Reopen it", complaint._make_service_order, self.repair)

    def test_commission_of_a_confidential_complaint(self):
        """OR-2: what a confidential complaint says goes to the workshop only if somebody writes it there."""
        complaint = self.new_complaint(confidential=True)
        order, _action = self.commission(complaint=complaint, asset_id=self.car)
        self.assertFalse(order.description)
        order, _action = self.commission(
            complaint=self.new_complaint(confidential=True), description="Mend the heating"
        )
        self.assertEqual(order.description, "Mend the heating")

    def test_excluded_follow(self):
        """OR-2: who is concerned by the complaint is excluded from its order, now and later."""
        complaint = self.new_complaint(
            employee_ids=[Command.set(self.new_employee(self.workshop_manager).ids)]
        )
        order, _action = self.commission(complaint=complaint)
        self.assertEqual(order.excluded_user_ids, self.workshop_manager)
        self.assertFalse(self.Order.with_user(self.workshop_manager).search([("id", "=", order.id)]))
        order.write({"user_id": self.advisor.id, "technician_ids": [Command.set(self.technician.ids)]})
        complaint.sudo().employee_ids += self.new_employee(self.advisor) | self.technician
        self.assertNotEqual(order.user_id, self.advisor)
        self.assertNotIn(self.technician, order.technician_ids)
        for user in (self.advisor, self.technician_user):
            self.assertFalse(self.Order.with_user(user).search([("id", "=", order.id)]))
            self.assertFalse(order.with_user(user).sudo().display_name)
        self.assertFalse(order.message_partner_ids & self.advisor.partner_id)

    def test_excluded_after_the_work(self):
        """OR-2: who did the work of an ended order did it; but they do not see it any more."""
        order = self.new_order()
        with patch.object(type(order), "_gate_requirements", lambda orders: []):
            order.move_to("closed")
        complaint, _wizard, _action = self.complain(order)
        complaint.employee_ids = self.technician
        self.assertEqual(order.technician_ids, self.technician)
        self.assertFalse(self.Order.with_user(self.technician_user).search([("id", "=", order.id)]))

    def test_hidden_messages(self):
        """OR-2: who is concerned by its complaint reads nothing about an order, not even what they wrote."""
        order = self.new_order()
        message = order.with_user(self.technician_user).message_post(body="The pads are worn")
        mine = self.env["mail.message"].with_user(self.technician_user)
        self.assertTrue(mine.search([("id", "=", message.id)]))
        complaint, _wizard, _action = self.complain(order)
        order.technician_ids = False
        complaint.employee_ids = self.technician
        self.assertFalse(mine.search([("id", "=", message.id)]))

    # from an order to a complaint

    def test_become_complaint(self):
        """SV-8: an order becomes a complaint with everything carried over, linked both ways."""
        order = self.new_order(self.both, product_id=self.part.id, asset_id=self.car.id)
        order.sudo().diagnosis = "The pads are worn."
        self.take_photo(order)
        complaint, _wizard, action = self.complain(
            order, self.both, category_id=self.category, wanted_outcome="A new set"
        )
        self.assertRecordValues(
            complaint,
            [
                {
                    "name": order.name,
                    "partner_id": self.customer.id,
                    "partner_phone": order.partner_phone,
                    "partner_email": order.partner_email,
                    "asset_id": self.car.id,
                    "product_id": self.part.id,
                    "service_order_id": order.id,
                    "company_id": self.company.id,
                    "nature": "complaint",
                    "wanted_outcome": "A new set",
                    "category_id": self.category.id,
                    "channel_id": self.env.ref("complaint_management.complaint_channel_walk_in").id,
                    "received_by_id": self.both.id,
                }
            ],
        )
        self.assertIn("They squeal in the morning.", complaint.description)
        self.assertIn("The pads are worn.", complaint.description)
        self.assertEqual(order.complaint_id, complaint)
        self.assertEqual(order.complaint_ids, complaint)
        self.assertEqual(action["res_id"], complaint.id)
        evidence = complaint.evidence_ids
        self.assertRecordValues(
            evidence,
            [{"kind": "photo", "party": "us", "collected_by_id": self.both.id, "date": date(2026, 3, 2)}],
        )
        self.assertIn(order.number, evidence.source)
        self.assertEqual(evidence.attachment_ids.res_id, evidence.id)
        self.assertEqual(len(order.sudo().reception_photo_ids), 1, "the order keeps its own")
        self.assertEqual(order.with_user(self.both).action_open_complaints()["res_id"], complaint.id)

    def test_pass_on(self):
        """SV-8, IN-8: an advisor without a complaint group passes it on and is told the number alone."""
        order = self.new_order()
        complaint, wizard, action = self.complain(order)
        self.assertEqual(complaint.received_by_id, self.advisor)
        self.assertFalse(complaint.user_id)
        self.assertFalse(complaint.team_id.service, "not the workshop itself")
        self.assertEqual(complaint.pending_handover_id.to_team_id, complaint.team_id)
        self.assertEqual((action["res_model"], action["res_id"]), (wizard._name, wizard.id))
        self.assertEqual(order.with_user(self.advisor).complaint_number, complaint.number)
        with self.assertRaises(AccessError):
            complaint.with_user(self.advisor).read(["name"])
        self.assertRefuses("other hands", order.with_user(self.advisor).action_open_complaints)
        self.assertRefuses("became complaint", wizard.action_make)

    def test_once(self):
        """SV-8: one order, one complaint, unless somebody says that this is another one."""
        order = self.new_order()
        complaint, _wizard, _action = self.complain(order)
        with self.assertRaisesRegex(UserError, complaint.number):
            self.complain(order)
        other, _wizard, _action = self.complain(order, again=True)
        self.assertEqual(order.complaint_ids, complaint | other)
        self.assertEqual(order.complaint_id, complaint, "the first one stays behind it")
        # Whose cache is older than the other one's complaint.
        third = self.new_order()
        self.complain(third)
        third._fields["complaint_id"]._update_cache(third.sudo(), None)
        self.assertRefuses("already", third.with_user(self.advisor)._become_complaint, {})

    def test_who_complains(self):
        """OR-1, OR-3: nobody makes a complaint of an order that they do not read."""
        order = self.new_order()
        for user in (self.other_advisor, self.stranger, self.foreign_manager, self.auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                wizard = (
                    self.env["complaint.service.complaint"]
                    .with_user(user)
                    .create({"order_id": order.id, "name": "Mine", "description": "Mine"})
                )
                wizard.action_make()
        for user in (self.other_advisor, self.stranger, self.foreign_manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                order.with_user(user)._become_complaint({})
        self.assertFalse(order.sudo().complaint_ids)

    def test_form_names_an_order(self):
        """OR-1: naming an order on a complaint opens it to its readers, so one has to read it first."""
        order, other = self.new_order(), self.new_order(self.other_advisor, team_id=self.other_workshop.id)
        complaint = self.new_complaint(self.both, service_order_id=order.id)
        self.assertEqual(order.complaint_id, complaint)
        with self.assertRaises(AccessError):
            complaint.with_user(self.handler).service_order_id = other
        with self.assertRaises(AccessError):
            self.new_complaint(service_order_id=other.id)

    def test_company(self):
        """OR-3: the complaint is of the order's company, whichever company one works in just now."""
        self.both.company_ids |= self.company_2
        order = self.new_order(self.both)
        Wizard = self.env["complaint.service.complaint"].with_user(self.both)
        wizard = Form(
            Wizard.with_context(
                default_order_id=order.id, allowed_company_ids=[self.company_2.id, self.company.id]
            )
        ).save()
        wizard.action_make()
        self.assertEqual(order.complaint_id.company_id, self.company)

    # merging

    def test_merge(self):
        """IN-9: orders, object and the order it is about go on with the complaint that stays."""
        order = self.new_order()
        source, _wizard, _action = self.complain(order)
        source.pending_handover_id.sudo().unlink()
        target = self.new_complaint()
        source.with_user(self.manager).merge_into(target.with_user(self.manager))
        self.assertEqual(target.service_order_ids, order)
        self.assertEqual(target.asset_id, self.car)
        self.assertEqual(target.service_order_id, order)

    def test_merge_keeps(self):
        """IN-9: of two objects the chosen one wins; the other stands in the trace."""
        other_car = self.new_asset(serial="SN-4712", model="Van")
        source = self.new_complaint(asset_id=self.car.id)
        target = self.new_complaint(asset_id=other_car.id)
        source.with_user(self.manager).merge_into(
            target.with_user(self.manager), {"asset_id": source.with_user(self.manager)}
        )
        self.assertEqual(target.asset_id, self.car)
        self.assertIn("Van", " ".join(target.sudo().message_ids.mapped("body")))

    def test_merge_with_somebody_concerned(self):
        """OR-2, IN-9: who is concerned by one of them loses the orders of the other."""
        source = self.new_complaint()
        order, _action = self.commission(complaint=source)
        order.write({"user_id": self.advisor.id, "technician_ids": [Command.set(self.technician.ids)]})
        concerned = self.new_employee(self.advisor) | self.technician
        target = self.new_complaint(employee_ids=[Command.set(concerned.ids)])
        source.with_user(self.manager).merge_into(target.with_user(self.manager))
        self.assertEqual(order.complaint_id, target)
        self.assertFalse(order.technician_ids)
        self.assertNotEqual(order.user_id, self.advisor)

    # what is shown

    def test_pages(self):
        """SV-8: complaint and order show each other."""
        complaint = self.new_complaint(asset_id=self.car.id)
        order, _action = self.commission(complaint=complaint)
        specification = read_specification(self.env(user=self.handler), complaint._name, "form")
        page = complaint.with_user(self.handler).web_read(specification)[0]
        self.assertEqual([line["number"] for line in page["service_order_ids"]], [order.number])
        self.assertEqual(page["service_order_count"], 1)
        form = Form(order.with_user(self.both))
        self.assertEqual(form.complaint_number, complaint.number)

    def test_count(self):
        """OR-1: of the orders each counts those that they may see; many complaints cost no more than one."""
        complaints = self.Complaint
        for _index in range(3):
            complaint = self.new_complaint()
            self.commission(complaint=complaint)
            complaints |= complaint
        self.assertEqual(complaints.with_user(self.handler).mapped("service_order_count"), [1, 1, 1])
        self.env.flush_all()

        def cost(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.with_user(self.handler).mapped("service_order_count")
            return self.env.cr.sql_log_count - before

        self.assertEqual(cost(complaints[:1]), cost(complaints))
