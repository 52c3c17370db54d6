from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.models.portal.complaint_reply import SILENT
from odoo.addons.complaint_management.tools.mark import Mark

from .reply_common import ReplyCommon

WENT_ON = "The complainant has written: the clock goes on."


@tagged("post_install", "-at_install")
class TestPausesEnd(ReplyCommon):
    """TL-5: the customer owed an answer and gave it."""

    def test_by_hand(self):
        complaint = self.new_answered("triage")
        complaint.with_user(self.handler).action_pause("Photos")
        _made, added = self.reply(complaint, "Here you are.")
        self.assert_added(complaint, added, WENT_ON)
        self.assertTrue(complaint.pause_ids.stop)
        self.assertFalse(complaint.clock_stopped)
        self.assertFalse(self.todos(complaint))

    def test_by_stage(self):
        """The clock goes on although the case still stands in the stage that waits."""
        waiting = self.Stage.create({"name": "Waits", "step": "triage", "sequence": 25, "pauses_clock": True})
        complaint = self.new_answered("triage")
        complaint.with_user(self.handler).action_pause("Photos")
        complaint.with_user(self.handler).stage_id = waiting
        self.assertEqual(complaint.pause_ids.mapped("stop"), [False, False])
        _made, added = self.reply(complaint)
        self.assert_added(complaint, added, WENT_ON)
        self.assertTrue(all(complaint.pause_ids.mapped("stop")))
        self.assertEqual(complaint.stage_id, waiting)

    def test_by_solution(self):
        complaint = self.new_answered("solution")
        solution = self.env["complaint.solution"].create({"complaint_id": complaint.id})
        complaint._pause_deadlines("Answer to the solution", solution_id=solution.id)
        self.reply(complaint, "I do not like it.")
        self.assertTrue(complaint.pause_ids.stop)

    def test_without_pause(self):
        complaint = self.new_answered("triage")
        _made, added = self.reply(complaint)
        self.assert_added(complaint, added)

    def test_not_by_others(self):
        """Neither colleagues nor robots, nor people in copy, give the customer's answer."""
        complaint = self.new_answered("triage", email_cc="law@example.net")
        complaint.with_user(self.handler).action_pause("Photos")
        for values in (
            {"sender": self.colleague.email_formatted},
            {"sender": "law@example.net"},
            {"Auto_Submitted": "auto-replied"},
        ):
            with self.subTest(values):
                made, added = self.reply(complaint, **values)
                self.assertFalse(made)
                self.assertEqual(len(added), 1)
                self.assertFalse(complaint.pause_ids.stop)
        with self.mock_mail_gateway():
            complaint.message_post(
                body="Still?",
                author_id=self.customer.id,
                message_type="comment",
                subtype_xmlid="mail.mt_note",
            )
        self.assertFalse(complaint.pause_ids.stop)

    def test_thanks(self):
        """A bare thank-you is no answer."""
        complaint = self.new_answered("triage")
        complaint.with_user(self.handler).action_pause("Photos")
        _made, added = self.reply(complaint, "谢谢！\n\n> We look into it.")
        self.assert_added(complaint, added)
        self.assertFalse(complaint.pause_ids.stop)

    def test_reply_to_note(self):
        """What the customer writes is never kept as a note, even as the answer to one (a letter may be)."""
        complaint = self.new_answered("triage")
        complaint.with_user(self.handler).action_pause("Photos")
        self.answer = complaint._message_log(body="A letter to an address without a contact")
        _made, added = self.reply(complaint)
        mail = self.assert_added(complaint, added, WENT_ON)
        self.assertFalse(mail.is_internal)
        self.assertEqual(mail.subtype_id, self.env.ref("mail.mt_comment"))


@tagged("post_install", "-at_install")
class TestOpensAgain(ReplyCommon):
    """CL-2, X-10: an ended case begins another round by a reply."""

    def assert_reopened(self, complaint, step, **values):
        made, added = self.reply(complaint, **values)
        self.assertFalse(made)
        self.assert_added(complaint, added, "The complainant wrote again: It is broken again.")
        self.assertEqual((complaint.step, complaint.reopen_count), (step, 1))
        self.assertFalse(complaint.closed_at)
        self.assertEqual(complaint.reopen_reason, "The complainant wrote again: It is broken again.")

    def test_closed(self):
        """The person responsible gets one to-do, however often the customer writes."""
        complaint = self.new_answered("closed")
        self.assert_reopened(complaint, "investigation")
        todo = self.todos(complaint)
        self.assertEqual((todo.user_id, todo.summary), (self.handler, "It is broken again."))
        self.reply(complaint, "And again.")
        self.assertEqual(self.todos(complaint), todo)
        self.assertEqual(complaint.reopen_count, 1)

    def test_rejected(self):
        """Whether it is founded is judged anew."""
        complaint = self.new_answered("rejected")
        self.assert_reopened(complaint, "triage")
        self.assertFalse(complaint.founded)

    def test_withdrawn(self):
        complaint = self.new_answered("cancelled")
        self.assert_reopened(complaint, "new" if not complaint.user_id else "investigation")

    def test_lacking_facts(self):
        """What was taken over from elsewhere without its facts goes back as far as it has to."""
        complaint = self.new_answered("closed")
        complaint.write({"category_id": False, "user_id": False})
        self.assert_reopened(complaint, "triage")
        complaint = self.new_answered("closed")
        self.flush_tracking()
        self.env.cr.execute(
            "UPDATE complaint_complaint SET received_by_id = NULL, channel_id = NULL WHERE id = %s",
            [complaint.id],
        )
        complaint.invalidate_recordset()
        self.assert_reopened(complaint, "new")

    def test_colleague_of_customer(self):
        """Somebody else of the customer's company answers for them."""
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.customer.parent_id = firm
        self.env["res.partner"].create({"name": "Boss", "email": "boss@firm.example", "parent_id": firm.id})
        self.assert_reopened(self.new_answered("closed"), "investigation", sender="boss@firm.example")

    def test_not_by_others(self):
        complaint = self.new_answered("closed", email_cc="law@example.net")
        for values in (
            {"sender": self.colleague.email_formatted},
            {"sender": "law@example.net"},
            {"Auto_Submitted": "auto-replied"},
            {"body": "Thank you very much!\nZhang San\n\nOn Monday, Centre wrote:\n> Repaired."},
        ):
            with self.subTest(values):
                made, added = self.reply(complaint, **values)
                self.assertFalse(made)
                self.assertEqual(len(added), 1)
                self.assertEqual(complaint.step, "closed")
        self.assertFalse(self.todos(complaint))

    def test_thanks_are_told(self):
        complaint = self.new_answered("closed")
        self.assertIn(self.handler.partner_id, complaint.message_partner_ids)
        _made, added = self.reply(complaint, "Thanks!")
        self.assertIn(self.handler.partner_id, added.notified_partner_ids)

    def test_thanks_with_file(self):
        """What is attached may be evidence."""
        complaint = self.new_answered("closed")
        raw = (
            f"From: zhang.san@example.com\nTo: {self.address}\nSubject: Re: x\nMIME-Version: 1.0\n"
            f"In-Reply-To: {self.answer.message_id}\n"
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nThanks\n"
            "--b\nContent-Type: image/png; name=a.png\n\nno picture\n--b--\n"
        ).encode()
        self.assertFalse(self.receive(raw))
        self.assertEqual(complaint.step, "investigation")

    def test_on_the_page(self):
        """zammad #1322: what is written on the page counts like a mail."""
        for author in (
            {"author_id": self.customer.id},
            {"author_id": False, "email_from": "zhang.san@example.com"},
        ):
            with self.subTest(author):
                complaint = self.new_answered("closed")
                with self.mock_mail_gateway():
                    complaint.message_post(
                        body="It is broken again.",
                        message_type="comment",
                        subtype_xmlid="mail.mt_comment",
                        **author,
                    )
                self.assertEqual((complaint.step, complaint.reopen_count), ("investigation", 1))
                self.assertEqual(self.todos(complaint).user_id, self.handler)

    def test_without_address(self):
        """Who came by the link alone has neither contact nor address, only a name."""
        complaint = self.new_whole("closed", partner_name="Li Si").with_user(self.user_root).sudo()
        with self.mock_mail_gateway():
            complaint._post_as_customer("It is broken again.")
        self.assertEqual(complaint.step, "investigation")

    def test_in_the_customers_name(self):
        """Who may read a case but not change it cannot open it by posting in the customer's name."""
        complaint = self.new_answered("closed")
        for user in (self.auditor, self.handler):
            with self.mock_mail_gateway():
                complaint.with_user(user).sudo(False).message_post(
                    body="Open it!",
                    author_id=self.customer.id,
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                )
            self.assertEqual(complaint.step, "closed")

    def test_silent(self):
        """What our own code posts in the customer's name for something else is no reply; a flag is none."""
        complaint = self.new_answered("closed")
        values = {"body": "Signed", "author_id": self.customer.id, "message_type": "comment"}
        values["subtype_xmlid"] = "mail.mt_comment"
        with self.mock_mail_gateway():
            complaint.with_context(**{SILENT: Mark([complaint.id])}).message_post(**values)
            self.assertEqual(complaint.step, "closed")
            complaint.with_context(**{SILENT: [complaint.id]}).message_post(**values)
        self.assertEqual(complaint.step, "investigation")

    def test_nobody_responsible(self):
        """The leader is told where nobody is left: archived, concerned by it, or never named."""
        for vals in ({"user_id": False}, {"archived": True}, {"concerned": True}):
            with self.subTest(vals):
                complaint = self.new_answered("closed")
                if "user_id" in vals:
                    complaint.user_id = False
                if "archived" in vals:
                    self.handler.active = False
                if "concerned" in vals:
                    self.handler.active = True
                    complaint.user_id = self.colleague
                    employee = self.new_employee(self.colleague)
                    self.env.cr.execute(
                        "INSERT INTO complaint_complaint_excluded_rel VALUES (%s, %s)",
                        [complaint.id, self.colleague.id],
                    )
                    complaint.invalidate_recordset()
                    self.assertTrue(employee)
                self.reply(complaint)
                self.assertNotEqual(complaint.step, "closed")
                self.assertEqual(self.todos(complaint).user_id, self.leader)

    def test_no_leader(self):
        self.centre.leader_id = False
        complaint = self.new_answered("closed")
        complaint.user_id = False
        self.reply(complaint)
        self.assertIn(self.todos(complaint).user_id, self.centre.member_ids)

    def test_failing_action(self):
        """Whatever a company's stage does, the mail is there and somebody is told."""
        self.env["ir.actions.server"].create(
            {
                "name": "Fails",
                "model_id": self.env["ir.model"]._get_id("complaint.complaint"),
                "state": "code",
                "code": "raise UserError('No!')",
            }
        )
        action = self.env["ir.actions.server"].search([("name", "=", "Fails")])
        self.stage("investigation").server_action_id = action
        complaint = self.new_answered("closed")
        with mute_logger("odoo.addons.complaint_management.models.portal.complaint_reply"):
            _made, added = self.reply(complaint)
        self.assert_added(complaint, added, "could not be opened by itself")
        self.assertEqual((complaint.step, complaint.reopen_count), ("closed", 0))
        self.assertEqual(self.todos(complaint).user_id, self.handler)

    def test_merged(self):
        """A merged one stays as it is; the reply goes where the work goes on."""
        complaint, target = self.new_answered(), self.new_answered()
        complaint.with_user(self.manager).merge_into(target.with_user(self.manager))
        self.flush_tracking()
        self.assertEqual(complaint.step, "cancelled")
        target.with_user(self.handler).action_pause("Photos")
        self.answer = complaint._message_log(body="Written after the merge")
        made, added = self.reply(complaint)
        self.assertFalse(made)
        self.assertFalse(added)
        self.assertEqual(complaint.step, "cancelled")
        self.assertIn(
            "It is broken again.", target.message_ids.filtered(lambda m: m.message_type == "email").body
        )
        self.assertTrue(target.pause_ids.stop)
        with self.mock_mail_gateway():
            complaint.message_post(
                body="By an old page",
                author_id=self.customer.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        self.assertEqual(complaint.step, "cancelled")
        self.assertEqual(self.todos(target).user_id, self.handler)


@tagged("post_install", "-at_install")
class TestTold(ReplyCommon):
    """A reply to a case at work reaches somebody."""

    def test_responsible(self):
        for step in ("feedback", "follow_up"):
            complaint = self.new_answered(step)
            _made, added = self.reply(complaint)
            self.assertIn(self.handler.partner_id, added.notified_partner_ids)
            self.assertFalse(self.todos(complaint))
            self.assertEqual(complaint.step, step)

    def test_nobody(self):
        for step in ("feedback", "follow_up"):
            complaint = self.new_answered(step)
            complaint.user_id = False
            self.reply(complaint)
            self.reply(complaint, "Hello?")
            self.assertEqual(self.todos(complaint).user_id, self.leader)
            self.assertEqual(complaint.step, step)

    def test_new(self):
        """What nobody has taken yet is looked at anyway."""
        complaint = self.new_answered()
        complaint.user_id = False
        self.reply(complaint)
        self.assertFalse(self.todos(complaint))

    def test_first_message(self):
        """The mail that makes a complaint is no reply to it, and stops no pause."""
        self.Stage.create({"name": "Waits", "step": "new", "sequence": -1, "pauses_clock": True})
        made = self.receive(self.compose())
        self.assertEqual(made.pause_ids.mapped("stop"), [False])
        self.assertEqual(len(made.message_ids), 1)

    def test_language(self):
        """What is noted is for colleagues, whatever language the customer's page has."""
        self.env["res.lang"]._activate_lang("zh_CN")
        complaint = self.new_answered("closed")
        with self.mock_mail_gateway():
            complaint.with_context(lang="zh_CN").message_post(
                body="又坏了",
                author_id=self.customer.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        self.assertEqual(complaint.reopen_reason, "The complainant wrote again: 又坏了")

    def test_cost(self):
        """A reply costs the same with one and with two hundred messages on the case."""
        costs = []
        for count in (1, 1, 200):
            complaint = self.new_answered("closed")
            with self.mock_mail_gateway():
                for number in range(count):
                    complaint._message_log(body=f"Note {number}")
            raw = self.compose(In_Reply_To=self.answer.message_id, body="Broken again.")
            gateway = self.env["mail.thread"].with_user(self.user_root)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with self.mock_mail_gateway():
                gateway.message_process(None, raw)
                self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - before)
            self.assertEqual(complaint.step, "investigation")
        self.assertEqual(costs[1], costs[2])


@tagged("post_install", "-at_install")
class TestLateReply(ReplyCommon):
    """CL-2, IN-9: long after the end a mail begins another complaint, linked with the old one."""

    def assert_follows(self, complaint, **values):
        team, end, count = complaint.team_id, complaint.closed_at, complaint.reopen_count
        made, added = self.reply(complaint, **values)
        self.assertEqual(len(made), 1)
        self.assertEqual((made.team_id, made.company_id), (team, complaint.company_id))
        self.assertEqual(made.related_ids, complaint)
        self.assertEqual(complaint.related_ids, made)
        self.assertEqual(len(added), 1)
        self.assertIn(made.number, added.body)
        self.assertEqual((complaint.closed_at, complaint.reopen_count), (end, count))
        self.assertFalse(self.todos(complaint) | self.todos(made))
        return made

    def test_period(self):
        """Within the period it opens again, after it a new one begins."""
        self.company.complaint_reopen_days = 30
        complaint = self.new_answered("closed")
        self.age(complaint, 29)
        self.assertTrue(complaint._takes_replies())
        self.reply(complaint)
        self.assertEqual(complaint.step, "investigation")
        complaint = self.new_answered("closed")
        self.age(complaint, 31)
        self.assertFalse(complaint._takes_replies())
        made = self.assert_follows(complaint)
        self.assertEqual(complaint.step, "closed")
        self.assertEqual(made.partner_id, self.customer)
        self.assertIn("It is broken again.", made.description)
        self.assertFalse(made.message_ids.parent_id)

    def test_never(self):
        """With no days at all every reply begins a new one."""
        self.company.complaint_reopen_days = 0
        complaint = self.new_answered("closed")
        self.age(complaint, 1)
        self.assert_follows(complaint)

    def test_same_team(self):
        """Whatever address it was sent to, also where the team has none."""
        complaint = self.new_answered("closed")
        self.age(complaint, 100)
        self.assert_follows(complaint, to=self.other_address)
        complaint = self.new_answered("closed")
        self.age(complaint, 100)
        self.centre.alias_name = False
        self.assert_follows(complaint, to=self.catchall)

    def test_archived_team(self):
        complaint = self.new_answered("closed")
        self.age(complaint, 100)
        self.centre.active = False
        made, _added = self.reply(complaint)
        self.assertTrue(made.team_id.active)
        self.assertEqual(made.company_id, complaint.company_id)

    def test_archived_case(self):
        """What was put away takes no mail that nobody would see."""
        complaint = self.new_answered("triage")
        complaint.active = False
        made, _added = self.reply(complaint, "Thanks")
        self.assertEqual(made.with_context(active_test=False).related_ids, complaint)

    def test_exclusion_goes_along(self):
        """Whoever must not see the old case does not see what quotes it (OR-2)."""
        complaint = self.new_answered("closed")
        employee = self.new_employee(self.colleague)
        complaint.write({"confidential": True, "employee_ids": [Command.set(employee.ids)]})
        self.flush_tracking()
        self.age(complaint, 100)
        made = self.assert_follows(complaint)
        self.assertTrue(made.confidential)
        self.assertEqual(made.employee_ids, employee)
        self.assertFalse(made.with_user(self.colleague).has_access("read"))

    def test_thanks(self):
        """Thanks begin nothing, however late."""
        complaint = self.new_answered("closed")
        self.age(complaint, 100)
        made, added = self.reply(complaint, "Thank you!")
        self.assertFalse(made)
        self.assert_added(complaint, added)
        self.assertEqual(complaint.step, "closed")

    def test_colleague(self):
        """Colleagues add to the old case as long as they like."""
        complaint = self.new_answered("closed")
        self.age(complaint, 100)
        made, added = self.reply(complaint, sender=self.handler.email_formatted)
        self.assertFalse(made)
        self.assertEqual(len(added), 1)

    def test_twice(self):
        """The same late mail delivered again, also to another team, makes nothing more."""
        complaint = self.new_answered("closed")
        self.age(complaint, 100)
        raw = self.compose(In_Reply_To=self.answer.message_id, to=f"{self.address}, {self.other_address}")
        self.assertEqual(len(self.receive(raw)), 1)
        self.assertFalse(self.receive(raw))
        self.assertFalse(self.receive(f"Delivered-To: {self.foreign_address}\n".encode() + raw))

    def test_on_the_page(self):
        """A page that was open when the period ended: it is shown, and somebody is told."""
        complaint = self.new_answered("closed")
        self.age(complaint, 100)
        with self.mock_mail_gateway():
            complaint.message_post(
                body="Again.",
                author_id=self.customer.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        self.assertEqual(complaint.step, "closed")
        self.assertEqual(self.todos(complaint).user_id, self.handler)

    def test_number_in_subject(self):
        complaint = self.new_answered("closed")
        self.age(complaint, 100)
        made = self.receive(self.compose(subject=f"Again: {complaint.number}"))
        self.assertEqual(made.related_ids, complaint)
