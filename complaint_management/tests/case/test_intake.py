from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.complaint_management.tests.case.common import CaseCommon
from odoo.addons.complaint_management.tests.common import GROUP

NOW = "2024-03-05 10:00:00"


@tagged("post_install", "-at_install")
class TestIntakeDefaults(CaseCommon):
    """What a clerk need not type, and where the complaint goes by itself."""

    def _new(self, user, **vals):
        return self.Complaint.with_user(user).create({"name": "The bill is wrong", **vals})

    def test_who_registers_it(self):
        """IN-2, IN-5: received and answered for by whoever registers it, now, as an ordinary complaint."""
        with self.mock_datetime_and_now(NOW):
            complaint = self._new(self.first_contact)
        self.assertRecordValues(
            complaint,
            [
                {
                    "received_by_id": self.first_contact.id,
                    "user_id": self.first_contact.id,
                    "team_id": self.centre.id,
                    "origin_team_id": self.centre.id,
                    "company_id": self.company.id,
                    "nature": "complaint",
                    "severity": "normal",
                    "step": "new",
                    "reopen_count": 0,
                    "emergency": False,
                    "confidential": False,
                }
            ],
        )
        self.assertEqual(str(complaint.received_at), NOW)
        self.assertTrue(complaint.number)

    def test_registered_for_somebody_else(self):
        """IN-8: another department passes it on: who received it first is entered."""
        complaint = self._new(self.handler, received_by_id=self.stranger.id, user_id=self.colleague.id)
        self.assertEqual(complaint.received_by_id, self.stranger)
        self.assertEqual(complaint.user_id, self.colleague)

    def test_team_of_the_user(self):
        """A member's own team, else the company's default team, else its first one."""
        self.assertEqual(self._new(self.stranger).team_id, self.other_team)
        first = self.env["complaint.team"].search([("company_id", "=", self.company.id)], limit=1)
        self.assertEqual(self._new(self.manager).team_id, first)
        self.company.complaint_team_id = self.other_team
        self.assertEqual(self._new(self.manager).team_id, self.other_team)
        self.assertEqual(self._new(self.handler).team_id, self.centre)
        self.assertEqual(self._new(self.foreign_manager).team_id, self.foreign_team)

    def test_team_by_hand(self):
        self.assertEqual(self._new(self.handler, team_id=self.other_team.id).team_id, self.other_team)

    def test_severity_from_the_nearest_category(self):
        """TR-2, TR-3: the usual severity of the category, or of the nearest one above that has one."""
        Category = self.env["complaint.category"]
        top = Category.create({"name": "Product", "severity": "urgent"})
        middle = Category.create({"name": "Defect", "parent_id": top.id})
        low = Category.create({"name": "Scratch", "parent_id": middle.id, "severity": "normal"})
        below = Category.create({"name": "Small scratch", "parent_id": low.id})
        other = Category.create({"name": "Other"})
        for category, severity in ((top, "urgent"), (middle, "urgent"), (low, "normal"), (below, "normal")):
            with self.subTest(category=category.name):
                self.assertEqual(self._new(self.handler, category_id=category.id).severity, severity)
        # A severity that was set stays where no category says otherwise.
        complaint = self._new(self.handler, severity="important")
        complaint.category_id = other
        self.assertEqual(complaint.severity, "important")
        complaint.category_id = middle
        self.assertEqual(complaint.severity, "urgent")
        self.assertEqual(self._new(self.handler, category_id=middle.id, severity="normal").severity, "normal")

    def test_department_and_team_from_the_category(self):
        """TR-2: the category brings the department that has to answer, and routes to its team."""
        department = self.env["hr.department"].create({"name": "Workshop"})
        top = self.env["complaint.category"].create(
            {"name": "Repairs", "department_id": department.id, "team_id": self.other_team.id}
        )
        low = self.env["complaint.category"].create({"name": "Slow repairs", "parent_id": top.id})
        complaint = self._new(self.handler, category_id=low.id)
        self.assertEqual(complaint.department_id, department)
        self.assertEqual(complaint.team_id, self.other_team)
        # A category without a team leaves the complaint where it is.
        complaint.category_id = self.category
        self.assertEqual(complaint.team_id, self.other_team)
        self.assertEqual(complaint.department_id, department)

    def test_form_follows_the_category(self):
        """TR-3: the clerk sees severity and team change while choosing."""
        urgent = self.env["complaint.category"].create(
            {"name": "Incident", "severity": "urgent", "team_id": self.other_team.id}
        )
        form = Form(self.Complaint.with_user(self.handler))
        self.assertEqual((form.severity, form.team_id), ("normal", self.centre))
        form.category_id = urgent
        self.assertEqual((form.severity, form.team_id), ("urgent", self.other_team))

    def test_routing_by_severity(self):
        """TR-3: what exceeds the authority of a team goes to the lowest one above that may handle it."""
        Team = self.env["complaint.team"]
        top = Team.create({"name": "Board", "max_severity": "important"})
        head = Team.create({"name": "Head office", "parent_id": top.id, "max_severity": "important"})
        branch = Team.create({"name": "Branch", "parent_id": head.id, "max_severity": "normal"})
        for severity, team in (("normal", branch), ("important", head), ("urgent", top)):
            with self.subTest(severity=severity):
                self.assertEqual(branch._for_severity(severity), team)
        self.assertEqual(branch._for_severity(False), branch)
        category = self.env["complaint.category"].create({"name": "Local", "team_id": branch.id})
        complaint = self._new(self.handler, category_id=category.id)
        self.assertEqual(complaint.team_id, branch)
        complaint.severity = "important"
        self.assertEqual(complaint.team_id, head)
        self.assertEqual(complaint.origin_team_id, branch)
        # A team that is gone takes nothing over.
        top.active = False
        self.assertEqual(branch._for_severity("urgent"), head)

    def test_another_company(self):
        """OR-3: a complaint goes to a team of its own company, and takes no customer of another."""
        both = new_test_user(
            self.env,
            "both",
            groups=f"{GROUP}manager",
            company_id=self.company.id,
            company_ids=[Command.set((self.company | self.company_2).ids)],
        )
        complaint = self._new(both)
        self.assertEqual(complaint.company_id, self.company)
        complaint.with_context(
            allowed_company_ids=(self.company | self.company_2).ids
        ).company_id = self.company_2
        self.assertEqual(complaint.team_id, self.foreign_team)
        self.assertEqual(complaint.stage_id.step, "new")
        stranger = self.env["res.partner"].create({"name": "Theirs", "company_id": self.company_2.id})
        with self.assertRaises(UserError):
            self._new(self.handler, partner_id=stranger.id)

    def test_several_at_once(self):
        complaints = self.Complaint.with_user(self.handler).create(
            [
                {"name": "One", "category_id": self.category.id},
                {"name": "Two", "partner_id": self.customer.id},
                {"name": "Three", "team_id": self.other_team.id, "user_id": False},
            ]
        )
        self.assertEqual(complaints.mapped("severity"), ["important", "normal", "normal"])
        self.assertEqual(complaints[1].partner_phone, self.customer.phone)
        self.assertEqual(complaints.team_id, self.centre | self.other_team)
        self.assertEqual(len(set(complaints.mapped("number"))), 3)


@tagged("post_install", "-at_install")
class TestIntakeCustomer(CaseCommon):
    """The customer found while typing, and the contact data of the day."""

    def _form(self, user=None, **context):
        form = Form(self.Complaint.with_user(user or self.first_contact).with_context(**context))
        form.name = "The bill is wrong"
        return form

    def test_contact_data_of_the_customer(self):
        """IN-2: copied to the record, where it stays whatever becomes of the contact."""
        form = self._form()
        form.partner_id = self.customer
        self.assertEqual(form.partner_phone, "+86 138 0013 8000")
        self.assertEqual(form.partner_email, "zhang.san@example.com")
        complaint = form.save()
        self.assertEqual(complaint.partner_name, "Zhang San")
        self.customer.write({"name": "Zhang San (gone)", "phone": "+86 10 1111 1111", "email": False})
        self.assertRecordValues(
            complaint,
            [
                {
                    "partner_name": "Zhang San",
                    "partner_phone": "+86 138 0013 8000",
                    "partner_email": "zhang.san@example.com",
                }
            ],
        )

    def test_typed_before_the_customer(self):
        """What was typed stays where the customer has nothing else, and completes the contact."""
        bare = self.env["res.partner"].create({"name": "Li Si", "email": "li.si@example.com"})
        form = self._form()
        form.partner_name = "Mr. Li"
        form.partner_phone = "010-62345678"
        form.partner_id = bare
        self.assertEqual(form.partner_phone, "010-62345678")
        self.assertEqual(form.partner_email, "li.si@example.com")
        complaint = form.save()
        self.assertEqual(complaint.partner_name, "Li Si")
        self.assertEqual(bare.phone, "010-62345678")

    def test_given_with_the_customer(self):
        """By import or call from outside, given contact data is not replaced by the contact's."""
        complaint = self.new_complaint(partner_phone="010-62345678", partner_name="Mrs. Zhang")
        self.assertEqual((complaint.partner_phone, complaint.partner_name), ("010-62345678", "Mrs. Zhang"))
        self.assertEqual(complaint.partner_email, "zhang.san@example.com")
        self.assertEqual(self.customer.phone, "+86 138 0013 8000")

    def test_another_customer(self):
        """Another customer brings their own data, and none of the former one's stays."""
        other = self.env["res.partner"].create({"name": "Wang Wu", "email": "wang.wu@example.com"})
        complaint = self.new_complaint()
        with Form(complaint) as form:
            form.partner_id = other
            self.assertEqual(form.partner_email, "wang.wu@example.com")
            self.assertFalse(form.partner_phone)
        self.assertRecordValues(
            complaint,
            [{"partner_name": "Wang Wu", "partner_email": "wang.wu@example.com", "partner_phone": False}],
        )
        complaint.partner_id = False
        self.assertFalse(complaint.partner_name or complaint.partner_email)

    def test_another_customer_by_api(self):
        """Nor does the former customer's number complete the new one's contact."""
        other = self.env["res.partner"].create({"name": "Wang Wu"})
        complaints = self.new_complaint() | self.new_complaint(partner_id=False, partner_phone="010-62345678")
        complaints.write({"partner_id": other.id, "partner_email": "wang.wu@example.com"})
        self.assertEqual(complaints.mapped("partner_name"), ["Wang Wu", "Wang Wu"])
        self.assertEqual(complaints.mapped("partner_phone"), [False, "010-62345678"])
        self.assertRecordValues(other, [{"phone": "010-62345678", "email": "wang.wu@example.com"}])
        # The same customer again is no change.
        complaints[0].partner_phone = "010-11111111"
        complaints[0].partner_id = other
        self.assertEqual(complaints[0].partner_phone, "010-11111111")

    def test_found_by_phone_number(self):
        """IN-9: a known number brings the customer up, however it is typed."""
        for number in ("138-0013-8000", "0086 13800138000", "１３８００１３８０００", "+86 (138) 00138000"):
            with self.subTest(number=number):
                form = self._form()
                form.partner_phone = number
                self.assertEqual(form.partner_id, self.customer)
                self.assertEqual(form.partner_email, "zhang.san@example.com")

    def test_found_by_email(self):
        for address in ("Zhang.San@Example.com", '"Zhang San" <zhang.san@example.com>'):
            with self.subTest(address=address):
                form = self._form()
                form.partner_email = address
                self.assertEqual(form.partner_id, self.customer)

    def test_nobody_found(self):
        """Neither a stranger's number, nor a short one, nor another company's contact."""
        self.env["res.partner"].create(
            {"name": "Theirs", "phone": "+86 139 1111 2222", "company_id": self.company_2.id}
        )
        for number in ("010-99999999", "8000", "110", "139 1111 2222"):
            with self.subTest(number=number):
                form = self._form()
                form.partner_phone = number
                self.assertFalse(form.partner_id)
        form = self._form()
        form.partner_email = "nobody@example.com"
        self.assertFalse(form.partner_id)

    def test_contact_of_another_company(self):
        """OR-3: nor for somebody who sees both companies."""
        both = new_test_user(
            self.env,
            "both",
            groups=f"{GROUP}manager",
            company_id=self.company.id,
            company_ids=[Command.set((self.company | self.company_2).ids)],
        )
        theirs = self.env["res.partner"].create(
            {
                "name": "Theirs",
                "phone": "+86 139 1111 2222",
                "email": "theirs@example.com",
                "company_id": self.company_2.id,
            }
        )
        companies = (self.company | self.company_2).ids
        self.assertTrue(theirs.with_user(both).with_context(allowed_company_ids=companies).has_access("read"))
        for fname, value in (("partner_phone", "139 1111 2222"), ("partner_email", "theirs@example.com")):
            with self.subTest(fname=fname):
                form = self._form(both, allowed_company_ids=companies)
                form[fname] = value
                self.assertFalse(form.partner_id)

    def test_chosen_customer_stays(self):
        """A number that is somebody else's does not replace the customer that was chosen."""
        other = self.env["res.partner"].create({"name": "Wang Wu"})
        form = self._form()
        form.partner_id = other
        form.partner_phone = self.customer.phone
        self.assertEqual(form.partner_id, other)

    def test_searched_by_number_or_address(self):
        """IN-9: the field of the customer finds names, numbers in any spelling, and addresses."""
        Partner = (
            self.env["res.partner"].with_user(self.first_contact).with_context(complaint_partner_search=1)
        )
        for text in (
            "zhang s",
            "138 0013",
            "13800138000",
            "+86 138-0013",
            "0086 138 0013 8000",
            "zhang.san@",
        ):
            with self.subTest(text=text):
                self.assertIn(self.customer.id, [found[0] for found in Partner.name_search(text)])
        for text in ("139 0013", "Flat 13800138000"):
            with self.subTest(text=text):
                self.assertNotIn(self.customer.id, [found[0] for found in Partner.name_search(text)])
        # Elsewhere contacts are searched as everywhere.
        plain = Partner.with_context(complaint_partner_search=False)
        self.assertNotIn(self.customer.id, [found[0] for found in plain.name_search("138-0013")])

    def test_created_in_place(self):
        """A number or an address that is typed as the customer fills the right field of the new contact."""
        Partner = (
            self.env["res.partner"].with_user(self.first_contact).with_context(complaint_partner_search=1)
        )
        for text, expected in (
            ("Wang Wu", {"name": "Wang Wu", "phone": False, "email": False}),
            ("010-62345678", {"name": "010-62345678", "phone": "010-62345678", "email": False}),
            ("wang.wu@example.com", {"name": "wang.wu", "phone": False, "email": "wang.wu@example.com"}),
            ("Hotel 1234567", {"name": "Hotel 1234567", "phone": False, "email": False}),
        ):
            with self.subTest(text=text):
                partner = Partner.browse(Partner.name_create(text)[0])
                self.assertRecordValues(partner, [expected])
        form = self._form()
        form.partner_id = Partner.browse(Partner.name_create("010-77777777")[0])
        self.assertEqual(form.partner_phone, "010-77777777")

    def test_contact_is_completed_once(self):
        """An empty number or address of the contact is filled, one that is there is never replaced."""
        partner = self.env["res.partner"].create({"name": "Li Si"})
        complaint = self.new_complaint(
            self.first_contact, partner_id=partner.id, partner_phone="010-62345678"
        )
        self.assertRecordValues(partner, [{"phone": "010-62345678", "email": False}])
        complaint.write({"partner_email": "li.si@example.com", "partner_phone": "010-99999999"})
        self.assertRecordValues(partner, [{"phone": "010-62345678", "email": "li.si@example.com"}])

    def test_wrong_customer_first(self):
        """A number that came with a customer chosen by mistake is not given to the right one."""
        other = self.env["res.partner"].create({"name": "Wang Wu"})
        form = self._form()
        form.partner_id = self.customer
        form.partner_id = other
        form.save()
        self.assertRecordValues(other, [{"phone": False, "email": False}])

    def test_contact_of_a_user_is_left_alone(self):
        """Nobody changes a user's or the company's own address through a complaint."""
        partners = self.plain_user.partner_id | self.company_2.partner_id
        archived = new_test_user(self.env, "left_us", groups="base.group_user")
        archived.active = False
        partners |= archived.partner_id
        partners.write({"phone": False, "company_id": False})
        for partner in partners:
            with self.subTest(partner=partner.name):
                self.new_complaint(self.manager, partner_id=partner.id, partner_phone="010-62345678")
                self.assertFalse(partner.phone)

    def test_contacts_of_complainants(self):
        """Contacts are made of complainants, or found where they exist; the given data stays."""
        Complaint = self.Complaint.with_user(self.handler)
        complaints = Complaint.create(
            [
                {"name": "By phone", "partner_phone": "138-0013-8000", "partner_name": "Z. S."},
                {"name": "By mail", "partner_email": "ZHANG.SAN@example.com"},
                {"name": "New", "partner_name": "Wang Wu", "partner_phone": "010-77777777"},
                {"name": "Same again", "partner_phone": "01077777777"},
                {"name": "Nothing at all"},
                {"name": "Has one", "partner_id": self.customer.id},
            ]
        )
        complaints.action_create_partner()
        self.assertEqual((complaints[0] | complaints[1] | complaints[5]).partner_id, self.customer)
        self.assertEqual(complaints[2].partner_id.name, "Wang Wu")
        self.assertEqual(complaints[2].partner_id.phone, "010-77777777")
        self.assertEqual(complaints[3].partner_id, complaints[2].partner_id)
        self.assertEqual(complaints[4].partner_id.name, complaints[4].number)

    def test_customer_of_the_order(self):
        """IN-2: the order says who its customer is."""
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        form = self._form()
        form.sale_order_id = order
        self.assertEqual(form.partner_id, self.customer)

    def test_on_behalf(self):
        """IN-2, X-4: the caller speaks for somebody else; both are kept, the caller's data is used."""
        mother = self.env["res.partner"].create({"name": "Mother", "phone": "010-88888888"})
        form = self._form()
        form.partner_id = self.customer
        form.on_behalf_of_id = mother
        complaint = form.save()
        self.assertEqual(complaint.on_behalf_of_id, mother)
        self.assertEqual(complaint.partner_phone, self.customer.phone)

    def test_customer_counters(self):
        """The contact shows its complaints and those of the people below it."""
        company = self.env["res.partner"].create({"name": "Acme", "is_company": True})
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": company.id})
        open_case = self.new_complaint(partner_id=person.id)
        self.new_complaint(partner_id=company.id).action_cancel("Mistake.")
        self.new_complaint()
        partners = (company | person | self.customer).with_user(self.handler)
        self.assertEqual(partners.mapped("complaint_count"), [2, 1, 1])
        self.assertEqual(partners.mapped("complaint_open_count"), [1, 1, 1])
        self.assertEqual(company.with_user(self.handler).complaint_count, 2)
        action = partners[0].action_open_complaints()
        found = self.Complaint.with_user(self.handler).search(action["domain"])
        self.assertEqual(len(found), 2)
        self.assertIn(open_case, found)
        self.assertEqual(action["context"]["default_partner_id"], company.id)
        self.assertEqual(open_case.partner_complaint_count, 1)
        self.assertEqual(
            open_case.action_open_partner_complaints()["domain"], [("partner_id", "child_of", person.ids)]
        )


@tagged("post_install", "-at_install")
class TestIntakeRecord(CaseCommon):
    """Who received it, when, and the form itself."""

    def test_first_receiver_is_kept(self):
        """IN-5: the first receiver answers for having received it, whoever handles it."""
        complaint = self.new_whole()
        for value in (self.colleague.id, False):
            with self.subTest(value=value), self.assertRaises(UserError):
                complaint.with_user(self.manager).received_by_id = value
        # Saving the same value again is no change.
        complaint.write({"received_by_id": self.handler.id, "user_id": self.colleague.id})
        self.assertEqual(complaint.received_by_id, self.handler)

    def test_first_taker_of_a_mail(self):
        """IN-5: what nobody received in person is received by whoever takes it first."""
        complaint = self.new_whole(received_by_id=False, user_id=False)
        complaint.with_user(self.colleague).action_assign_to_me()
        self.assertEqual(complaint.user_id | complaint.received_by_id, self.colleague)
        complaint.with_user(self.handler).action_assign_to_me()
        self.assertEqual(complaint.user_id, self.handler)
        self.assertEqual(complaint.received_by_id, self.colleague)

    def test_first_takers_of_several(self):
        received = self.new_whole()
        fresh = self.new_whole(received_by_id=False, user_id=False)
        (received | fresh).write({"user_id": self.colleague.id})
        self.assertEqual((received | fresh).mapped("received_by_id"), self.handler | self.colleague)

    def test_dates(self):
        """Nothing is received in the future, and nothing is complained about before it happened."""
        with self.mock_datetime_and_now(NOW):
            for received, occurred, fine in (
                ("2024-03-05 10:04:00", False, True),
                ("2024-03-05 10:06:00", False, False),
                ("2024-03-06 10:00:00", False, False),
                ("2023-12-31 23:59:59", "2020-01-01 00:00:00", True),
                ("2024-03-05 09:00:00", "2024-03-05 18:00:00", True),
                ("2024-03-05 09:00:00", "2024-03-06 09:00:01", False),
            ):
                with self.subTest(received=received, occurred=occurred):
                    vals = {"received_at": received, "occurred_at": occurred}
                    if fine:
                        self.new_whole(**vals)
                        continue
                    with self.assertRaises(ValidationError):
                        self.new_whole(**vals)
                    complaint = self.new_whole()
                    with self.assertRaises(ValidationError):
                        complaint.write(vals)

    def test_read_back_once(self):
        """IN-4: the first confirmation is the one that counts."""
        complaint = self.new_whole(channel_id=self.oral_channel.id)
        with self.mock_datetime_and_now(NOW):
            complaint.action_read_back()
        complaint.with_user(self.colleague).action_read_back()
        self.assertEqual(complaint.read_back_by_id, self.handler)
        self.assertEqual(str(complaint.read_back_at), NOW)

    def test_read_back_on_the_form(self):
        """IN-4: the form asks for it as soon as a spoken channel is chosen."""
        form = Form(self.Complaint.with_user(self.first_contact))
        self.assertFalse(form.must_read_back)
        form.channel_id = self.oral_channel
        self.assertTrue(form.must_read_back)

    def test_extra_fields_of_the_category(self):
        """TR-2: each category asks for what it needs to know."""
        self.category.properties_definition = [{"name": "vin", "type": "char", "string": "VIN"}]
        plain = self.env["complaint.category"].create({"name": "Plain"})
        form = Form(self.Complaint.with_user(self.handler))
        form.name = "The engine stops"
        form.category_id = self.category
        complaint = form.save()
        complaint.properties = {"vin": "LSVAU2A37N1234567"}
        self.assertEqual(complaint.properties["vin"], "LSVAU2A37N1234567")
        found = self.Complaint.with_user(self.handler).search([("properties.vin", "=", "LSVAU2A37N1234567")])
        self.assertEqual(found, complaint)
        complaint.category_id = plain
        self.assertFalse(dict(complaint.properties))

    def test_quick_create_on_the_board(self):
        """A card is made in a column of the board, with next to nothing."""
        Complaint = self.Complaint.with_user(self.first_contact)
        view = "complaint_management.complaint_view_form_quick_create"
        context = {"default_stage_id": self.stage("new").id, "complaint_partner_search": 1}
        form = Form(Complaint.with_context(**context), view=view)
        form.name = "Noise at night"
        form.partner_id = self.customer
        form.channel_id = self.channel
        complaint = form.save()
        self.assertRecordValues(
            complaint,
            [
                {
                    "stage_id": self.stage("new").id,
                    "team_id": self.centre.id,
                    "partner_phone": self.customer.phone,
                    "user_id": self.first_contact.id,
                }
            ],
        )
        form = Form(Complaint.with_context(default_stage_id=self.stage("investigation").id), view=view)
        form.name = "Noise at night"
        with self.assertRaises(UserError) as caught:
            form.save()
        self.assertIn("Write down what happened.", str(caught.exception))

    def test_whole_form(self):
        """IN-2: what a clerk types during a call is all that receipt asks for."""
        form = Form(self.Complaint.with_user(self.first_contact))
        form.partner_phone = "138 0013 8000"
        form.name = "The heating does not work"
        form.channel_id = self.channel
        form.category_id = self.category
        form.description = "It has been cold for three days."
        complaint = form.save()
        self.assertEqual(complaint.partner_id, self.customer)
        complaint.action_next_step()
        self.assertEqual(complaint.step, "triage")
        complaint.founded = "founded"
        complaint.action_next_step()
        self.assertEqual(complaint.step, "dispatch")

    def test_files_at_intake(self):
        """IN-11: letters and photos hang on the record from the first moment."""
        complaint = self.new_complaint(self.first_contact)
        letter = (
            self.env["ir.attachment"]
            .with_user(self.first_contact)
            .create(
                {"name": "letter.txt", "raw": b"cold", "res_model": complaint._name, "res_id": complaint.id}
            )
        )
        complaint.message_post(body="A photo", attachments=[("photo.txt", b"warm")])
        names = (
            complaint._get_thread_with_access(complaint.id)._get_mail_thread_data_attachments().mapped("name")
        )
        self.assertEqual(set(names), {"letter.txt", "photo.txt"})
        self.assertEqual(letter.with_user(self.colleague).raw, b"cold")

    def test_deletion(self):
        """A complaint in work is part of the record; one entered by mistake is cancelled first."""
        complaint = self.new_whole("investigation", self.manager)
        with self.assertRaises(UserError):
            complaint.unlink()
        complaint.action_cancel("Entered twice.")
        complaint.unlink()
        self.assertFalse(complaint.exists())
        self.new_whole(user=self.manager).unlink()
