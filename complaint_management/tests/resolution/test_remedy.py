from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Date
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.resolution.remedy_common import RemedyCommon
from odoo.addons.complaint_management.tests.web_client import read_specification


@tagged("post_install", "-at_install")
class TestRemedy(RemedyCommon):
    """SO-2, SO-5: what is promised has an owner, a day and an effect, and is ticked off."""

    def test_defaults(self):
        """SO-2: the type proposes owner and effect; the person responsible does what nobody usually does."""
        remedy, mending = self.new_remedy(), self.new_remedy(self.repair)
        self.assertEqual((remedy.user_id, mending.user_id), (self.handler, self.owner))
        self.assertEqual(remedy.expected_effect, "It is warm again.")
        self.assertEqual((remedy.state, remedy.company_id), ("planned", self.company))
        chosen = self.new_remedy(self.repair, user_id=self.colleague.id)
        self.assertEqual(chosen.user_id, self.colleague)
        chosen.type_id = self.task
        self.assertEqual(chosen.user_id, self.colleague, "a chosen owner stays")

    def test_usual_owner_excluded(self):
        """OR-2: who is concerned does not even usually carry out the remedy."""
        complaint = self.new_complaint(
            nature="complaint",
            user_id=self.handler.id,
            employee_ids=[Command.link(self.new_employee(self.owner).id)],
        )
        remedy = self.new_remedy(self.repair, self.new_solution(complaint))
        self.assertEqual(remedy.user_id, self.handler)
        with self.refused(ValidationError, "not concerned"):
            remedy.user_id = self.owner

    def test_owner_is_internal_and_of_the_company(self):
        remedy = self.new_remedy()
        portal = self._create_portal_user()
        for user in (portal, self.foreign_manager):
            with self.refused(ValidationError, "Choose a colleague"):
                remedy.user_id = user

    def test_amount(self):
        with self.refused(ValidationError, "has no amount"):
            self.new_remedy(self.apology, amount=5)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.new_remedy(amount=-1)
            self.env.flush_all()
        remedy = self.new_remedy(amount=20)
        remedy.type_id = self.apology
        self.assertFalse(remedy.amount, "what has no amount loses it")

    def test_faults_are_named_together(self):
        """SO-2: what is missing is said at once, each with what to do."""
        with self.at("2026-03-02 09:00"):
            remedies = self.new_remedy(self.refund) + self.new_remedy(date_due="2026-02-27", amount=3)
            remedies[1].with_context(complaint_solution_writing=True).user_id = False
            faults = remedies._get_faults()
        self.assertEqual(len(faults), 4)
        for pattern in ("enter the amount", "name the invoice", "name somebody", "day has passed"):
            self.assertTrue(any(pattern in fault for fault in faults), pattern)
        remedies.amount = 10
        with self.at("2026-03-02 09:00"):
            self.assertEqual(len(remedies._get_faults()), 3)

    def test_archived_owner_is_a_fault(self):
        remedy = self.new_remedy(self.repair)
        self.assertFalse(remedy._get_faults())
        self.owner.active = False
        self.assertIn("name somebody", remedy._get_faults()[0])

    def test_no_customer_no_compensation(self):
        complaint = self.new_complaint(nature="complaint", partner_id=False, partner_name="Somebody")
        remedy = self.new_remedy(
            self.compensation, self.new_solution(complaint), amount=5, user_id=self.handler.id
        )
        self.assertIn("no customer", remedy._get_faults()[0])

    def test_type_in_use(self):
        self.new_remedy()
        self.task.behaviour = "task"
        with self.refused(UserError, "Archive it"):
            self.task.behaviour = "repair"
        with self.refused(ValidationError, "needs an amount"):
            self.refund.has_amount = False

    # who writes what

    def test_written_by_the_centre_before_the_offer(self):
        remedy = self.new_remedy().with_user(self.handler)
        remedy.write({"amount": 7, "description": "A new valve", "date_due": "2030-01-07"})
        with self.refused(UserError, "Status"):
            remedy.state = "done"
        with self.refused(AccessError, ""):
            remedy.with_user(self.stranger).amount = 8
        with self.refused(AccessError, ""):
            remedy.with_user(self.plain_user).amount = 8
        with self.refused(UserError, "leave out"):
            self.Remedy.with_user(self.handler).create(
                {"solution_id": remedy.solution_id.id, "type_id": self.task.id, "state": "done"}
            )
        remedy.unlink()
        self.assertFalse(remedy.exists())

    def test_frozen_after_the_offer(self):
        remedy = self.new_remedy(amount=7)
        remedy.solution_id.sudo().write({"state": "offered"})
        mine = remedy.with_user(self.handler)
        for vals in ({"amount": 9}, {"description": "Else"}, {"type_id": self.repair.id}):
            with self.refused(UserError, "was not saved"):
                mine.write(vals)
        with self.refused(UserError, "another version"):
            mine.unlink()
        with self.refused(UserError, "another version"):
            self.Remedy.with_user(self.handler).create(
                {"solution_id": remedy.solution_id.id, "type_id": self.task.id}
            )
        mine.write({"user_id": self.colleague.id, "date_due": "2030-01-07"})
        self.assertEqual(remedy.user_id, self.colleague)

    def test_proposal_changed(self):
        """SO-3: another type, amount or list is another proposal; who does it when is not."""
        told = []
        solution_class = self.env.registry["complaint.solution"]
        self.patch(solution_class, "_proposal_changed", lambda records: records and told.append(records.ids))
        remedy = self.new_remedy(amount=7)
        self.assertEqual(told, [remedy.solution_id.ids])
        remedy.write({"amount": 7, "user_id": self.colleague.id, "date_due": "2030-01-07"})
        self.assertEqual(len(told), 1, "nothing of the proposal has changed")
        remedy.amount = 8
        self.assertEqual(len(told), 2)
        remedy.type_id = self.apology
        self.assertEqual(len(told), 3)
        remedy.unlink()
        self.assertEqual(len(told), 4)

    def test_agreed_is_record(self):
        remedy = self.agree(self.new_remedy())
        with self.refused(UserError, "part of the record"):
            remedy.sudo().unlink()

    # carrying out

    def test_agreed(self):
        """SO-5: with the agreement the owner has it among the activities, once."""
        remedies = self.new_remedy(self.repair, count=2, description="Change the valve")
        self.agree(remedies)
        self.assertRecordValues(
            remedies, [{"state": "open", "agreed_at": self.local("2026-03-02 09:00")}] * 2
        )
        for remedy in remedies:
            activity = self.activity_of(remedy)
            self.assertEqual((len(activity), activity.user_id), (1, self.owner))
            self.assertEqual(activity.date_deadline, Date.to_date("2026-03-09"))
            self.assertIn("Change the valve", activity.note)
        self.assertNotIn(self.owner.partner_id, remedies.message_partner_ids)
        remedies._agree(self.local("2026-03-03 09:00"))
        self.assertEqual(remedies[0].agreed_at, self.local("2026-03-02 09:00"), "agreed once")
        self.assertEqual(len(self.activity_of(remedies)), 2)

    def test_owner_ticks_off(self):
        """SO-5: an owner without a complaint group ticks it off; the last one reaches the milestone."""
        remedies = self.agree(self.new_remedy(self.repair, count=2))
        reached = []
        complaint_class = self.env.registry["complaint.complaint"]
        origin = complaint_class._reach_milestones
        self.patch(
            complaint_class,
            "_reach_milestones",
            lambda records, names, moment=None: (
                reached.append((tuple(names), moment)) if "execute" in names else None,
                origin(records, names, moment),
            )[1],
        )
        with self.refused(AccessError, r"owner of the remedy to do \(Fitter\)"):
            remedies[0].with_user(self.auditor).action_done()
        with self.at("2026-03-03 10:00"):
            remedies[0].with_user(self.owner).action_done("New valve put in.")
        self.assertFalse(reached)
        with self.at("2026-03-04 10:00"):
            remedies[1].with_user(self.handler).action_done()
        self.assertEqual(reached, [(("execute",), self.local("2026-03-04 10:00"))])
        self.assertRecordValues(
            remedies,
            [
                {"state": "done", "done_by_id": self.owner.id, "done_note": "New valve put in."},
                {"state": "done", "done_by_id": self.handler.id, "done_note": False},
            ],
        )
        self.assertFalse(self.activity_of(remedies))
        bodies = " ".join(remedies.complaint_id.sudo().message_ids.mapped("body"))
        self.assertIn("New valve put in.", bodies)
        self.assertIn("All that was agreed on is carried out.", bodies)
        with self.refused(UserError, "Look at it again"):
            remedies[0].with_user(self.owner).action_done()

    def test_activity_ticks_off(self):
        """SO-5: whoever marks the activity as done has carried the remedy out."""
        remedies = self.agree(self.new_remedy(self.repair, count=2))
        activity = self.activity_of(remedies[0]).with_user(self.owner).sudo(False)
        activity.action_feedback("New valve put in.")
        self.assertRecordValues(
            remedies,
            [
                {"state": "done", "done_by_id": self.owner.id, "done_note": "New valve put in."},
                {"state": "open", "done_by_id": False, "done_note": False},
            ],
        )
        self.assertFalse(self.activity_of(remedies[0]))

    def test_copied_without_its_owner(self):
        """SO-4: the next version is not held up because the owner has left."""
        remedy, other = self.new_remedy(self.repair), self.new_remedy(user_id=self.colleague.id)
        self.owner.active = False
        copies = self.Remedy.create((remedy + other).copy_data())
        self.assertEqual(copies.mapped("user_id"), self.handler + self.colleague)

    def test_strangers(self):
        remedy = self.agree(self.new_remedy())
        for user in (self.plain_user, self.stranger, self.foreign_manager):
            with self.refused(AccessError, ""):
                remedy.with_user(user).action_done()
        for method in ("action_take_up", "action_make_document"):
            with self.refused(AccessError, ""):
                getattr(remedy.with_user(self.plain_user), method)()
        self.assertEqual(remedy.state, "open")

    def test_cancel_and_take_up(self):
        remedies = self.agree(self.new_remedy(self.repair, count=2))
        one, other = remedies
        with self.refused(UserError, "Give the reason"):
            one.with_user(self.owner).action_cancel(" ")
        with self.at("2026-03-03 10:00"):
            other.action_done()
            one.with_user(self.owner).action_cancel("The customer sold the heating.")
        self.assertEqual((one.state, one.cancel_reason), ("cancelled", "The customer sold the heating."))
        self.assertFalse(self.activity_of(one))
        self.assertEqual(one.sudo().deadline_ids.state, "cancelled")
        self.assertIn("carried out", one.complaint_id.sudo().message_ids[0].body)
        with self.refused(UserError, "stands at “Cancelled”"):
            one.with_user(self.owner).action_take_up()
        with self.at("2026-03-20 10:00"):
            one.with_user(self.handler).action_take_up()
        self.assertEqual((one.state, self.activity_of(one).user_id), ("open", self.owner))
        clocks = one.sudo().deadline_ids.sorted("round")
        self.assertEqual(clocks.mapped("state"), ["cancelled", "running"])
        self.assertEqual(clocks[1].due, self.local("2026-03-27 17:00"), "the day that passed is no promise")

    def test_take_up_asks_for_an_open_case(self):
        remedy = self.new_remedy()
        remedy._drop("Declined.")
        with self.refused(UserError, "never agreed"):
            remedy.with_user(self.handler).action_take_up()
        other = self.agree(self.new_remedy())
        other.complaint_id.with_user(self.handler).action_cancel("Withdrawn.")
        self.assertEqual((other.state, other.cancel_reason), ("cancelled", "Withdrawn."))
        with self.refused(UserError, "Reopen it"):
            other.with_user(self.handler).action_take_up()

    def test_complaint_refused(self):
        """What is not done when a complaint is rejected is dropped; what is done stays."""
        solution = self.new_solution()
        planned, done, to_do = self.new_remedy(solution=solution, count=3)
        self.agree(done + to_do)
        done.action_done()
        solution.complaint_id.with_user(self.handler).action_reject("Not ours.")
        self.assertEqual([r.state for r in (planned, done, to_do)], ["cancelled", "done", "cancelled"])
        self.assertFalse(self.activity_of(to_do))

    # people

    def test_reassigned(self):
        remedy = self.agree(self.new_remedy(self.repair))
        remedy.sudo().message_subscribe(self.owner.partner_id.ids)
        with self.mock_mail_gateway():
            remedy.with_user(self.handler).user_id = self.colleague
        activity = self.activity_of(remedy)
        self.assertEqual((len(activity), activity.user_id), (1, self.colleague))
        notified = self.env["mail.notification"].search(
            [("res_partner_id", "=", self.colleague.partner_id.id)]
        )
        self.assertIn("For you to carry out", "".join(notified.mail_message_id.mapped("subject")))
        self.assertNotIn(self.owner.partner_id, remedy.message_partner_ids)

    def test_owner_archived(self):
        """Work whose owner has left goes to who answers for the case."""
        open_one, planned = self.agree(self.new_remedy(self.repair)), self.new_remedy(self.repair)
        self.owner.active = False
        self.assertEqual((open_one.user_id, planned.user_id), (self.handler, self.owner))
        self.assertEqual(self.activity_of(open_one).user_id, self.handler)
        self.agree(planned)
        self.assertEqual(planned.user_id, self.handler, "replaced when it is agreed at the latest")

    def test_owner_excluded(self):
        """OR-2: who becomes concerned loses the remedy, and what hangs on it, at once."""
        remedies = self.agree(self.new_remedy(user_id=self.colleague.id, count=2))
        remedies[0].sudo().message_subscribe(self.colleague.partner_id.ids)
        complaint = remedies.complaint_id
        complaint.sudo().employee_ids = self.new_employee(self.colleague)
        self.assertEqual(remedies.user_id, self.handler)
        self.assertEqual(self.activity_of(remedies).user_id, self.handler)
        self.assertNotIn(self.colleague.partner_id, remedies.message_partner_ids)
        self.assertFalse(self.Remedy.with_user(self.colleague).search([("id", "in", remedies.ids)]))

    def test_merged(self):
        """Nothing is lost in a merge, and who is concerned by the other complaint does not keep the work."""
        remedy = self.agree(self.new_remedy(user_id=self.colleague.id))
        target = self.new_complaint(
            nature="complaint",
            user_id=self.leader.id,
            employee_ids=[Command.link(self.new_employee(self.colleague).id)],
        )
        source = remedy.complaint_id
        remedy.solution_id.sudo().complaint_id = target
        source.sudo().merge_into(target.sudo())
        self.assertEqual((remedy.complaint_id, remedy.state), (target, "open"))
        self.assertEqual(remedy.user_id, self.leader)

    # apologies

    def test_apology_by_contact(self):
        """DI-6: an apology is made by the contact in which it was made."""
        solution = self.new_solution()
        sorry = self.new_remedy(self.apology, solution)
        other = self.new_remedy(solution=solution)
        self.agree(sorry + other)
        complaint = solution.complaint_id.with_user(self.colleague)
        moment = self.local("2026-03-03 15:00")
        with self.at("2026-03-03 16:00"):
            missed = complaint._log_contact(
                "call", "out", "apology", "Nobody answered.", result="not_reached", date=moment
            )
            complaint._log_contact("call", "out", "progress", "We are on it.", date=moment)
            self.assertEqual(sorry.state, "open")
            missed.sudo().result = "reached"
        self.assertRecordValues(
            sorry, [{"state": "done", "done_at": moment, "done_by_id": self.colleague.id}]
        )
        self.assertEqual(other.state, "open")

    # access and cost

    def test_page_of_the_owner(self):
        """An owner without a complaint group reads what, for whom and until when, and presses Done."""
        remedies = self.agree(self.new_remedy(self.repair, count=2, description="Change the valve"))
        env = self.env(user=self.owner)
        for view in ("form", "list", "kanban"):
            data = remedies.with_env(env).web_read(read_specification(env, "complaint.remedy", view))
            self.assertEqual(data[0]["number"], remedies[0].number)
        self.assertEqual(data[0]["partner_name"], "Zhang San")
        action = self.env.ref("complaint_management.complaint_remedy_done_action")
        dialog = env[action.res_model].with_context(
            default_kind="done", active_model="complaint.remedy", active_ids=remedies.ids
        )
        form = Form(dialog)
        form.note = "New valve put in."
        form.save().action_apply()
        self.assertEqual(set(remedies.mapped("state")), {"done"})
        self.assertEqual(remedies[0].done_by_id, self.owner)
        with self.refused(AccessError, ""):
            remedies[0].with_env(env).write({"done_note": "Something else"})
        remedy = self.agree(self.new_remedy(self.repair))
        wizard = dialog.create({"kind": "cancel", "remedy_ids": remedy.ids, "note": "Sold."})
        wizard.action_apply()
        self.assertEqual(remedy.state, "cancelled")
        with self.refused(AccessError, ""):
            self.env["complaint.remedy.finish"].with_user(self.plain_user).create({"remedy_ids": remedy.ids})

    def test_menu(self):
        """Everybody finds their remedies; all remedies are for those who work on complaints."""
        menus = {
            user: self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            for user in (self.owner, self.handler, self.auditor)
        }
        mine, everything = (
            self.env.ref(f"complaint_management.complaint_menu_remedy{name}").id for name in ("_mine", "")
        )
        self.assertIn(mine, menus[self.owner])
        self.assertNotIn(everything, menus[self.owner])
        self.assertIn(everything, menus[self.handler])
        self.assertIn(everything, menus[self.auditor])

    def test_proposed_in_the_form(self):
        """The dialog of a solution proposes owner and effect while it is being entered."""
        solution = self.new_solution()
        with Form(solution.with_user(self.handler)) as form, form.remedy_ids.new() as line:
            line.type_id = self.task
            self.assertEqual(line.user_id, self.handler)
            line.type_id = self.repair
            self.assertEqual(line.user_id, self.owner)
        self.assertEqual(solution.remedy_ids.user_id, self.owner)

    def test_companies(self):
        remedy = self.agree(self.new_remedy())
        self.assertFalse(self.Remedy.with_user(self.foreign_manager).search([("id", "=", remedy.id)]))
        kind = self.env["complaint.remedy.type"].create({"name": "Theirs", "company_id": self.company_2.id})
        with self.refused(UserError, "company"):
            self.new_remedy(kind)
        self.assertNotIn(kind, self.env["complaint.remedy.type"].with_user(self.handler).search([]))

    def test_list_cost(self):
        """A list of thirty costs as many queries as a list of one."""
        self.agree(self.new_remedy(count=30, amount=5))
        specification = read_specification(self.env(user=self.handler), "complaint.remedy", "list")
        remedies = self.Remedy.search([], limit=30)

        def read(records):
            return self.cost(lambda _number: records.with_user(self.handler).web_read(specification))

        self.assertEqual(read(remedies), read(remedies[:1]))

    def test_agreement_cost(self):
        """Agreeing on twenty remedies costs no query for each of them."""

        def agree(count):
            lots = [self.new_remedy(count=count, user_id=self.owner.id) for _number in range(2)]
            for lot in lots:
                lot.solution_id.sudo().write({"state": "accepted"})
            with self.at("2026-03-02 09:00"):
                return self.cost(lambda number: lots[number]._agree(self.local("2026-03-02 09:00")))

        few, many = agree(1), agree(20)
        self.assertLess(many - few, 20, f"{few} and {many}")
