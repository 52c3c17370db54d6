from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.common import GROUP, ComplaintCommon

COMPLAINT = "complaint.complaint"
NOT_RESPONSIBLE = "is concerned by this complaint and cannot be responsible for it. Choose somebody else"
NO_WORK = "is concerned by this complaint and cannot be given work on it. Choose somebody else"
LET_A_COLLEAGUE = "You are concerned by this complaint yourself: let a colleague enter it"


class ExclusionCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.handler | cls.colleague | cls.leader).notification_type = "inbox"
        cls.employee = cls.new_employee(cls.handler)
        cls.other_employee = cls.new_employee(cls.first_contact)
        cls.hr_officer = new_test_user(cls.env, "hr_officer", groups="hr.group_hr_user", name="Officer")
        # The colleague answers for it; the handler helps.
        cls.complaint = cls.new_complaint(cls.colleague).sudo()

    def may_read(self, user, complaint=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return (complaint or self.complaint).with_user(user).has_access("read")

    def schedule(self, user, complaint=None, **vals):
        return (complaint or self.complaint).activity_schedule(summary="Call them", user_id=user.id, **vals)

    def assertExcluded(self, user, complaint=None):
        """Nothing leads the user to the complaint any more, by rule or by what was cleared up."""
        complaint = complaint or self.complaint
        self.assertFalse(self.may_read(user, complaint))
        self.assertNotIn(user.partner_id, complaint.message_partner_ids)
        self.assertNotIn(user.partner_id, complaint.message_ids.notification_ids.res_partner_id)
        self.assertNotIn(user.partner_id, complaint.message_ids.partner_ids)
        self.assertNotIn(user, complaint.activity_ids.user_id)
        self.assertNotEqual(complaint.user_id, user)


@tagged("post_install", "-at_install")
class TestExclusion(ExclusionCommon):
    """OR-2: the employee complained about never sees or handles the complaint."""

    # refusing

    def test_responsible_is_refused(self):
        """OR-2: an excluded user cannot be made responsible, however it is tried."""
        self.complaint.employee_ids = self.employee
        complaint = self.complaint.with_user(self.manager)
        with self.assertRaisesRegex(ValidationError, f"Handler {NOT_RESPONSIBLE}"):
            complaint.user_id = self.handler
        with self.assertRaisesRegex(ValidationError, NOT_RESPONSIBLE):
            self.new_complaint(self.manager, user_id=self.handler.id, employee_ids=self.employee.ids)
        with self.assertRaisesRegex(ValidationError, NOT_RESPONSIBLE):
            self.new_complaint(self.manager, user_id=self.handler.id).employee_ids = self.employee

    def test_responsible_is_refused_on_the_form(self):
        """OR-2: the form refuses it like everything else."""
        self.complaint.employee_ids = self.employee
        with Form(self.complaint.with_user(self.manager)) as form:
            form.user_id = self.handler
            with self.assertRaisesRegex(ValidationError, NOT_RESPONSIBLE):
                form.save()
            form.user_id = self.leader
        self.assertEqual(self.complaint.user_id, self.leader)

    def test_responsible_is_refused_at_import(self):
        """OR-2: a row that names an excluded user is reported and not imported."""
        result = self.Complaint.with_user(self.manager).load(
            ["name", "user_id/.id", "employee_ids/.id"],
            [["Rude", str(self.handler.id), str(self.employee.id)]],
        )
        self.assertFalse(result["ids"])
        self.assertRegex(result["messages"][0]["message"], NOT_RESPONSIBLE)

    def test_complaint_about_oneself_is_refused(self):
        """OR-2: who enters a complaint about themselves is told what to do instead."""
        with self.assertRaisesRegex(ValidationError, LET_A_COLLEAGUE):
            self.new_complaint(self.handler, employee_ids=self.employee.ids)
        with self.assertRaisesRegex(ValidationError, LET_A_COLLEAGUE):
            self.new_complaint(self.handler, employee_ids=self.employee.ids, user_id=self.colleague.id)
        with self.assertRaisesRegex(ValidationError, LET_A_COLLEAGUE):
            self.complaint.with_user(self.handler).employee_ids = self.employee
        with self.assertRaisesRegex(ValidationError, LET_A_COLLEAGUE):
            self.new_complaint(self.manager, employee_ids=self.new_employee(self.manager).ids)

    def test_entering_oneself_is_refused(self):
        """OR-2: nor can somebody who only works along write their own name down and be left outside."""
        complaint = self.new_complaint(self.colleague)
        own = self.employee
        with self.assertRaisesRegex(ValidationError, LET_A_COLLEAGUE):
            complaint.with_user(self.handler).employee_ids = own
        complaint.with_user(self.colleague).employee_ids = own
        self.assertIn(self.handler, complaint.excluded_user_ids)

    def test_activity_is_refused(self):
        """OR-2: an excluded user is given no activity, new or moved."""
        self.complaint.employee_ids = self.employee
        with self.assertRaisesRegex(ValidationError, f"Handler {NO_WORK}"):
            self.schedule(self.handler)
        activity = self.schedule(self.colleague)
        with self.assertRaisesRegex(ValidationError, NO_WORK):
            activity.user_id = self.handler
        wizard = self.env["mail.activity.schedule"].create(
            {
                "res_model": COMPLAINT,
                "res_ids": repr(self.complaint.ids),
                "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
                "activity_user_id": self.handler.id,
            }
        )
        with self.assertRaisesRegex(ValidationError, NO_WORK):
            wizard.action_schedule_activities()

    # clearing up

    def test_added_to_a_running_case(self):
        """OR-2: when somebody turns out to be concerned, what they had of the case goes."""
        complaint = self.complaint
        complaint.message_subscribe((self.handler | self.leader).partner_id.ids)
        message = complaint.with_user(self.colleague).message_post(
            body="What do you think?", partner_ids=(self.handler | self.leader).partner_id.ids
        )
        done, waiting = self.schedule(self.handler), self.schedule(self.handler)
        others = self.schedule(self.leader)
        done.with_user(self.handler).action_feedback()
        self.assertTrue(self.may_read(self.handler))
        self.assertIn(self.handler.partner_id, message.notification_ids.res_partner_id)

        complaint.with_user(self.colleague).employee_ids = self.employee

        self.assertExcluded(self.handler)
        self.assertEqual(waiting.user_id, self.colleague, "the work stays, with the person responsible")
        self.assertEqual(done.user_id, self.handler, "who did it before is history")
        self.assertFalse(done.active)
        self.assertEqual(others.user_id, self.leader)
        self.assertIn(self.leader.partner_id, complaint.message_partner_ids)
        self.assertEqual(message.partner_ids, self.leader.partner_id)
        self.assertEqual(message.notification_ids.res_partner_id, self.leader.partner_id)

    def test_work_goes_to_a_leader_where_nobody_is_responsible(self):
        """OR-2: without a person responsible the next leader upwards takes the activities, else nobody."""
        head = self.env["complaint.team"].create({"name": "Head office", "leader_id": self.manager.id})
        self.centre.parent_id = head
        self.complaint.user_id = False
        for leader, heir in (
            (self.leader, self.leader),
            (self.handler, self.manager),
            (self.env["res.users"], self.manager),
        ):
            self.centre.leader_id = leader
            activity = self.schedule(self.handler)
            self.complaint.employee_ids = self.employee
            self.assertEqual(activity.user_id, heir)
            self.complaint.employee_ids = False
        head.leader_id = False
        activity = self.schedule(self.handler)
        self.complaint.employee_ids = self.employee
        self.assertTrue(activity.active)
        self.assertFalse(activity.user_id)

    def test_removed_again(self):
        """OR-2: when it was a mistake, they see it again."""
        self.complaint.employee_ids = self.employee
        self.assertFalse(self.may_read(self.handler))
        self.complaint.with_user(self.colleague).employee_ids = False
        self.assertTrue(self.may_read(self.handler))
        self.assertFalse(self.complaint.excluded_user_ids)
        self.complaint.with_user(self.manager).user_id = self.handler
        self.assertEqual(self.complaint.user_id, self.handler)

    def test_two_employees(self):
        """OR-2: each employee concerned is excluded, and each is on their own."""
        self.complaint.employee_ids = self.employee | self.other_employee
        self.assertExcluded(self.handler)
        self.assertExcluded(self.first_contact)
        self.complaint.employee_ids -= self.employee
        self.assertTrue(self.may_read(self.handler))
        self.assertExcluded(self.first_contact)

    # employees and their users

    def test_user_comes_later(self):
        """OR-2: an employee who gets a user is excluded with it, also from what they are responsible for."""
        employee = self.env["hr.employee"].create({"name": "Newcomer"})
        complaint = self.new_complaint(self.manager, user_id=self.handler.id).sudo()
        self.complaint.employee_ids = complaint.employee_ids = employee
        archived = self.new_complaint(self.colleague, employee_ids=employee.ids, active=False).sudo()
        archived.message_subscribe(self.handler.partner_id.ids)
        self.assertFalse(complaint.excluded_user_ids)
        self.employee.user_id = False
        self.complaint.message_subscribe(self.handler.partner_id.ids)
        activity = self.schedule(self.handler)
        # A personnel officer who sees no complaint is not held up by one.
        employee.with_user(self.hr_officer).user_id = self.handler
        self.env.flush_all()
        self.assertExcluded(self.handler)
        self.assertEqual(activity.user_id, self.colleague)
        self.assertExcluded(self.handler, complaint)
        self.assertEqual(complaint.user_id, self.leader, "the leader of the team takes it over")
        self.assertExcluded(self.handler, archived)

    def test_user_changes(self):
        """OR-2: the exclusion goes with the person, from the old user to the new one."""
        self.complaint.employee_ids = self.employee
        self.complaint.message_subscribe(self.leader.partner_id.ids)
        self.assertTrue(self.may_read(self.leader))
        self.employee.with_user(self.hr_officer).user_id = self.leader
        self.assertExcluded(self.leader)
        self.assertTrue(self.may_read(self.handler))
        self.employee.with_user(self.hr_officer).user_id = False
        self.assertTrue(self.may_read(self.leader))

    def test_user_created_for_an_employee(self):
        """OR-2: the button that makes an employee's user excludes it at once."""
        employee = self.env["hr.employee"].create({"name": "Newcomer"})
        self.complaint.employee_ids = employee
        newcomer = new_test_user(
            self.env, "newcomer", groups=f"{GROUP}manager", create_employee_id=employee.id
        )
        self.assertEqual(employee.user_id, newcomer)
        self.assertExcluded(newcomer)

    def test_archived(self):
        """OR-2: leaving and coming back changes nothing."""
        self.complaint.employee_ids = self.employee
        self.employee.with_context(no_wizard=True).action_archive()
        self.assertExcluded(self.handler)
        self.complaint.write({"wanted_outcome": "An apology"})
        later = self.new_complaint(self.colleague, employee_ids=self.employee.ids).sudo()
        self.assertExcluded(self.handler, later)
        self.handler.active = False
        self.complaint.employee_ids |= self.other_employee
        self.assertIn(self.handler, self.complaint.excluded_user_ids)
        self.handler.active = True
        self.assertExcluded(self.handler)

    def test_two_companies(self):
        """OR-2, OR-3: who works in two companies is excluded in whichever they look."""
        manager = new_test_user(
            self.env,
            "two_companies",
            groups=f"{GROUP}manager",
            company_ids=[Command.set((self.company | self.company_2).ids)],
        )
        employees = {
            company: self.new_employee(manager, company_id=company.id)
            for company in (self.company, self.company_2)
        }
        vals = {"category_id": False, "team_id": self.foreign_team.id, "company_id": self.company_2.id}
        hidden = self.new_complaint(self.foreign_manager, employee_ids=employees[self.company_2].ids, **vals)
        shown = self.new_complaint(self.foreign_manager, **vals)
        self.complaint.employee_ids = employees[self.company]
        here = self.new_complaint(self.colleague)
        self.env.flush_all()
        every = hidden | shown | self.complaint | here
        for companies, expected in (
            (self.company, here),
            (self.company_2, shown),
            (self.company | self.company_2, here | shown),
        ):
            Complaint = self.Complaint.with_user(manager).with_context(allowed_company_ids=companies.ids)
            self.assertEqual(
                Complaint.search([("id", "in", every.ids)]), expected.sorted(), companies.mapped("name")
            )

    # following and being told

    def test_never_follows(self):
        """OR-2: nobody and nothing makes an excluded user a follower."""
        self.complaint.employee_ids = self.employee
        partners = (self.handler | self.leader).partner_id
        self.complaint.with_user(self.colleague).message_subscribe(partners.ids)
        self.env["mail.followers.edit"].with_user(self.colleague).create(
            {"res_model": COMPLAINT, "res_ids": repr(self.complaint.ids), "partner_ids": partners.ids}
        ).edit_followers()
        # As somebody who answers a mail does.
        self.complaint.with_context(mail_post_autofollow=True).message_post(
            body="Look", partner_ids=partners.ids, subtype_xmlid="mail.mt_comment"
        )
        self.assertExcluded(self.handler)
        self.assertIn(self.leader.partner_id, self.complaint.message_partner_ids)

    def test_never_told(self):
        """OR-2: a message reaches its other recipients, never the employee concerned."""
        worker = self.env["hr.employee"].create({"name": "No user", "work_email": "no.user@example.com"})
        self.complaint.employee_ids = self.employee | worker
        partners = (self.handler | self.leader).partner_id | worker.work_contact_id
        self.assertTrue(worker.work_contact_id)
        complaint = self.complaint.with_user(self.colleague)
        self.leader.notification_type = self.handler.notification_type = "email"
        template = self.env["mail.template"].create(
            {
                "name": "Told",
                "model_id": self.env["ir.model"]._get_id(COMPLAINT),
                "subject": "Told",
                "body_html": "<p>Told</p>",
            }
        )
        ways = {
            "posted": lambda: complaint.message_post(
                body="Told",
                partner_ids=partners.ids,
                subtype_xmlid="mail.mt_comment",
                outgoing_email_to="handler@example.com, leader@example.com",
            ),
            "notified": lambda: complaint.message_notify(body="Told", subject="x", partner_ids=partners.ids),
            "template posted": lambda: complaint.message_post_with_source(
                template, partner_ids=partners.ids, subtype_xmlid="mail.mt_comment"
            ),
            "composed": lambda: (
                self.env["mail.compose.message"]
                .with_user(self.colleague)
                .create(
                    {
                        "model": COMPLAINT,
                        "res_ids": repr(complaint.ids),
                        "body": "Told",
                        "partner_ids": partners.ids,
                    }
                )
                ._action_send_mail()
            ),
        }
        self.handler.email = "handler@example.com"
        for way, tell in ways.items():
            with self.subTest(way), self.mock_mail_gateway(), self.mock_mail_app():
                tell()
                notified = self._new_notifs.res_partner_id
                addresses = " ".join(address for mail in self._mails for address in mail["email_to"])
                self.assertIn(self.leader.partner_id, notified)
                self.assertFalse(notified & (partners - self.leader.partner_id))
                self.assertIn(self.leader.email, addresses)
                self.assertNotIn(self.handler.email, addresses)
                self.assertNotIn(worker.work_email, addresses)
                self.assertFalse(self._new_msgs.partner_ids & (partners - self.leader.partner_id))

    def test_scheduled_message_is_not_sent(self):
        """OR-2: what an excluded user had scheduled is not posted in their name any more."""
        Scheduled = self.env["mail.scheduled.message"]
        for user in (self.handler, self.colleague):
            Scheduled.with_user(user).create(
                {
                    "author_id": user.partner_id.id,
                    "model": COMPLAINT,
                    "res_id": self.complaint.id,
                    "body": f"Later, by {user.name}",
                    "scheduled_date": fields.Datetime.add(fields.Datetime.now(), hours=1),
                }
            )
        self.complaint.employee_ids = self.employee
        self.env.flush_all()
        waiting = Scheduled.search([("res_id", "=", self.complaint.id)])
        with mute_logger("odoo.addons.base.models.ir_rule"), self.mock_mail_gateway():
            waiting._post_message(raise_exception=False)
        bodies = " ".join(self.complaint.message_ids.mapped("body"))
        self.assertIn("Later, by Colleague", bodies)
        self.assertNotIn("Later, by Handler", bodies)

    # names

    def test_name_shown_by_others(self):
        """OR-2: a record that points to a complaint shows its number at most to who may not see it."""
        self.complaint.employee_ids = self.employee
        self.env.flush_all()
        name = self.complaint.display_name
        self.assertIn("heating", name)
        for user, shown in (
            (self.colleague, name),
            (self.manager, name),
            (self.stranger, self.complaint.number),
            (self.plain_user, self.complaint.number),
            (self.handler, False),
            # In the name of customers mails are sent.
            (self.env.ref("base.public_user"), name),
            (self.env.ref("base.user_root"), name),
        ):
            self.assertEqual(self.complaint.with_user(user).sudo().display_name, shown, user.login)

    # merging

    def test_merged(self):
        """OR-2, IN-9: whoever is concerned by one of two merged complaints sees neither any more."""
        source = self.new_complaint(self.handler).sudo()
        theirs, mine = self.schedule(self.first_contact, source), self.schedule(self.handler, source)
        done = self.schedule(self.handler, source)
        done.action_feedback()
        source.with_user(self.handler).message_post(
            body="We both know", partner_ids=(self.first_contact | self.leader).partner_id.ids
        )
        self.complaint.employee_ids = self.employee
        self.assertTrue(self.may_read(self.handler, source))
        source.with_user(self.manager).merge_into(self.complaint.with_user(self.manager))
        self.assertExcluded(self.handler)
        self.assertExcluded(self.handler, source)
        self.assertTrue(self.may_read(self.colleague, source))
        self.assertEqual(self.complaint.activity_ids, theirs | mine)
        self.assertEqual(theirs.user_id, self.first_contact)
        self.assertEqual(mine.user_id, self.colleague)
        self.assertEqual(done.user_id, self.handler)
        self.assertEqual(done.res_id, self.complaint.id)

    def test_merged_the_other_way(self):
        """OR-2, IN-9: the same where the employee concerned stands on the complaint that is merged."""
        source = self.new_complaint(self.colleague, employee_ids=self.employee.ids).sudo()
        activity = self.schedule(self.handler)
        self.complaint.message_subscribe(self.handler.partner_id.ids)
        source.with_user(self.manager).merge_into(self.complaint.with_user(self.manager))
        self.assertExcluded(self.handler)
        self.assertExcluded(self.handler, source)
        self.assertEqual(activity.user_id, self.colleague)

    def test_merge_of_what_one_does_not_see(self):
        """OR-2, IN-9: an excluded user merges neither into the complaint nor it into another."""
        other = self.new_complaint(self.handler)
        self.complaint.employee_ids = self.employee
        self.env.flush_all()
        hidden = self.complaint.with_user(self.handler)
        with self.assertRaises(AccessError):
            other.merge_into(hidden)
        with self.assertRaises(AccessError):
            hidden.merge_into(other)
        self.assertFalse(self.complaint.duplicate_of_id | other.sudo().duplicate_of_id)

    # figures

    def test_totals_count_once(self):
        """EW-2: a complaint about two employees with two tags counts under each and once in all."""
        tags = self.env["complaint.tag"].create([{"name": "Tone"}, {"name": "Repeated"}])
        category = self.env["complaint.category"].create({"name": "Conduct"})
        for employees in (self.employee | self.other_employee, self.employee, self.employee.browse()):
            self.new_complaint(
                self.colleague,
                employee_ids=employees.ids,
                tag_ids=tags.ids if employees else False,
                category_id=category.id,
            )
        domain = [("category_id", "=", category.id)]
        Report = self.env["complaint.report"].with_user(self.manager)
        figures = ["__count", "open_count:sum"]

        def counted(*groupby, extra=()):
            groups = Report.formatted_read_group([*domain, *extra], groupby, figures)
            return [(group["__count"], group["open_count:sum"]) for group in groups]

        self.assertEqual(sorted(counted("employee_ids")), [(1, 1), (1, 1), (2, 2)])
        self.assertEqual(sorted(counted("tag_ids")), [(1, 1), (2, 2), (2, 2)])
        self.assertEqual(counted(), [(3, 3)])
        self.assertEqual(counted("category_id"), [(3, 3)])
        self.assertEqual(counted("team_id", extra=[("tag_ids", "in", tags.ids)]), [(2, 2)])
        self.assertEqual(
            counted(extra=["|", ("tag_ids.name", "=", "Tone"), ("employee_ids", "in", self.employee.ids)]),
            [(2, 2)],
        )
        totals = Report.formatted_read_grouping_sets(domain, [["employee_ids"], []], figures)
        self.assertEqual(totals[1][0]["__count"], 3, "the pivot's total")


@tagged("post_install", "-at_install")
class TestConfidential(ExclusionCommon):
    """OR-1: need to know."""

    def test_followers_who_may_not_know_are_dropped(self):
        """OR-1: what becomes confidential is not sent to colleagues any more who may not see it."""
        complaint = self.complaint
        people = self.handler | self.leader | self.manager | self.stranger
        complaint.message_subscribe((people.partner_id | self.customer).ids)
        complaint.with_user(self.colleague).confidential = True
        kept = (self.colleague | self.leader | self.manager).partner_id | self.customer
        self.assertEqual(complaint.message_partner_ids, kept)
        complaint.with_user(self.manager).team_id = self.other_team
        self.assertEqual(complaint.message_partner_ids, kept - self.leader.partner_id)
        complaint.with_user(self.manager).write({"confidential": False, "team_id": self.centre.id})
        complaint.message_subscribe(self.handler.partner_id.ids)
        self.assertIn(self.handler.partner_id, complaint.message_partner_ids)

    def test_passed_on_out_of_sight(self):
        """OR-1: the person responsible hands a confidential case to another, who is told, and is out."""
        complaint = self.new_complaint(self.manager, confidential=True, user_id=self.colleague.id).sudo()
        self.assertTrue(self.may_read(self.colleague, complaint))
        self.assertIn(self.colleague.partner_id, complaint.message_partner_ids)
        with self.mock_mail_gateway(), self.mock_mail_app():
            complaint.with_user(self.colleague).user_id = self.handler
            self.flush_tracking()
        self.assertIn(self.handler.partner_id, self._new_notifs.res_partner_id)
        self.assertTrue(self.may_read(self.handler, complaint))
        self.assertFalse(self.may_read(self.colleague, complaint))
        self.assertNotIn(self.colleague.partner_id, complaint.message_partner_ids)

    def test_follower_of_another_company(self):
        """OR-1, OR-3: nobody is asked about with the companies that somebody else chose."""
        manager = new_test_user(
            self.env,
            "two_companies",
            groups=f"{GROUP}manager",
            company_ids=[Command.set((self.company | self.company_2).ids)],
        )
        self.complaint.message_subscribe((self.leader | self.handler).partner_id.ids)
        both = [self.company_2.id, self.company.id]
        self.complaint.with_user(manager).with_context(allowed_company_ids=both).confidential = True
        self.assertIn(self.leader.partner_id, self.complaint.message_partner_ids)
        self.assertNotIn(self.handler.partner_id, self.complaint.message_partner_ids)

    def test_merged_stays_confidential(self):
        """OR-1, IN-9: what was confidential in one of two merged complaints is it in both."""
        for confidential in (0, 1):
            pair = self.new_complaint(self.colleague) | self.new_complaint(self.colleague)
            pair[confidential].confidential = True
            pair[0].with_user(self.manager).merge_into(pair[1].with_user(self.manager))
            self.assertEqual(pair.sudo().mapped("confidential"), [True, True])
            self.assertFalse(self.may_read(self.handler, pair[0]))
            self.assertFalse(self.may_read(self.handler, pair[1]))
