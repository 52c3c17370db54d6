from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.complaint_management.tests.improvement.common import InspectionCommon
from odoo.addons.complaint_management.tests.web_client import read_specification

SENT_BACK = "complaint_management.mail_activity_type_sent_back"


@tagged("post_install", "-at_install")
class TestInspectionCheck(InspectionCommon):
    """CL-3: an inspector who had no part in a case marks it and can send it back."""

    def dialog(self, inspections, user=None, **vals):
        model = (
            self.env["complaint.inspection.check"]
            .with_user(user or self.quality)
            .with_context(active_model="complaint.inspection", active_ids=inspections.ids)
        )
        return model.create(vals)

    def test_pass(self):
        """A good case passes without a word; its chatter says so, and only now."""
        case = self.new_closed()
        inspection = self.inspect(case)
        messages = case.message_ids
        inspection.mark = "4"
        with self.mock_datetime_and_now("2026-03-02 08:00:00"):
            inspection.action_pass()
        self.assertRecordValues(
            inspection,
            [
                {
                    "state": "passed",
                    "mark_value": 4,
                    "sent_back_share": 0,
                    "checked_by_id": self.quality.id,
                    "user_id": self.quality.id,
                }
            ],
        )
        self.assertEqual(str(inspection.checked_at), "2026-03-02 08:00:00")
        added = case.message_ids - messages
        self.assertEqual(added.author_id, self.quality.partner_id)
        self.assertIn("Spot check: Passed. Mark: 4 Good.", added.body)
        self.assertEqual(case.step, "closed")

    def test_missing(self):
        """What is missing is said of all of them at once."""
        cases = self.new_closed(3)
        self.company.complaint_inspection_share = 100
        inspections = self.draw().sorted(lambda inspection: inspection.complaint_id.id)
        inspections[0].mark = "3"
        inspections[1].findings = "Polite"
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            inspections.action_pass()
        self.assertEqual(
            str(caught.exception),
            f"{cases[0].number}:\n- Write down what you found.\n\n"
            f"{cases[1].number}:\n- Give a mark from 1 to 5.\n\n"
            f"{cases[2].number}:\n- Give a mark from 1 to 5.\n- Write down what you found.",
        )
        self.assertEqual(set(inspections.mapped("state")), {"to_check"})
        inspections[2].mark = "5"
        with self.refused(UserError, "Write down what you found"):
            inspections[2].action_pass_with_remarks()
        inspections[2].findings = "  "
        with self.refused(UserError, "Write down what you found"):
            inspections[2].action_pass_with_remarks()
        inspections[2].action_pass()
        self.assertEqual(inspections[2].state, "passed")

    def test_once(self):
        """The second inspector is told who was first."""
        inspection = self.inspect(self.new_closed())
        inspection.write({"mark": "2", "findings": "Nobody called back."})
        inspection.action_pass_with_remarks()
        self.assertEqual(inspection.state, "remarks")
        for act in (
            lambda theirs: theirs.action_pass(),
            lambda theirs: theirs.action_send_back("Call them"),
            lambda theirs: theirs.write({"mark": "5"}),
            lambda theirs: theirs.write({"user_id": self.manager.id}),
            lambda theirs: self.dialog(theirs, self.manager),
        ):
            with self.refused(UserError, "checked already: “Passed with remarks”, by Quality"):
                act(inspection.with_user(self.manager))

    def test_written_by_hand(self):
        """The result comes from the check, what was drawn from the draw."""
        inspection = self.inspect(self.new_closed())
        for vals in (
            {"state": "passed"},
            {"seed": 1},
            {"checked_by_id": self.manager.id},
            {"complaint_id": self.new_closed().id},
            {"mark": "5", "round": 3},
        ):
            for user in (self.quality, self.manager):
                with self.refused(UserError, "stays as it is"):
                    inspection.with_user(user).write(vals)

    # who

    def test_roles(self):
        """Who reads, before and after the check, and who marks; nobody creates or deletes by hand."""
        case = self.new_closed()
        inspection = self.inspect(case)
        table = (
            # user, reads before, marks, reads after
            (self.first_contact, False, False, False),
            (self.handler, False, False, True),
            (self.colleague, False, False, False),
            (self.stranger, False, False, False),
            (self.leader, False, False, False),
            (self.auditor, True, False, True),
            (self.manager, True, True, True),
            (self.quality, True, True, True),
            (self.foreign_manager, False, False, False),
            (self.foreign_quality, False, False, False),
            (self.plain_user, False, False, False),
        )

        def may(user, operation):
            return inspection.with_user(user).has_access(operation)

        for user, before, marks, _after in table:
            with self.subTest(user=user.login):
                self.assertEqual(may(user, "read"), before)
                self.assertEqual(may(user, "write"), marks)
                self.assertFalse(self.Inspection.with_user(user).has_access("create"))
                self.assertFalse(self.Inspection.with_user(user).has_access("unlink"))
                if not marks:
                    with self.assertRaises(UserError), self.env.cr.savepoint():
                        inspection.with_user(user).action_send_back("Because")
        self.assertEqual(case.step, "closed")
        inspection.mark = "5"
        inspection.action_pass()
        for user, _before, _marks, after in table:
            with self.subTest(user=user.login, checked=True):
                self.assertEqual(may(user, "read"), after)
                found = self.Inspection.with_user(user)
                if found.has_access("read"):
                    self.assertEqual(bool(found.search([("id", "=", inspection.id)])), after)

    def test_button_on_the_case(self):
        """Staff see the checks that they may know of; the page of a case never closed asks nothing."""
        case = self.new_closed()
        inspection = self.inspect(case)
        counts = {self.handler: (0, 1), self.quality: (1, 1), self.manager: (1, 1), self.auditor: (1, 1)}
        for user, (before, _after) in counts.items():
            self.assertEqual(case.with_user(user).inspection_count, before, user.login)
        inspection.mark = "5"
        inspection.action_pass()
        self.env.invalidate_all()
        for user, (_before, after) in counts.items():
            self.assertEqual(case.with_user(user).inspection_count, after, user.login)
        self.assertEqual(case.with_user(self.handler).action_open_inspections()["res_id"], inspection.id)
        fresh = self.new_complaint().with_user(self.handler)
        fresh.fetch(["closed_at", "reopen_count"])
        with self.assertQueryCount(0):
            self.assertEqual(fresh.inspection_count, 0)

    def test_own_case(self):
        """Who was responsible or received it cannot check it, and is told why."""
        self.manager.group_ids = [
            Command.link(self.env.ref("complaint_management.group_complaint_quality").id)
        ]
        received = self.new_closed(user=self.manager)
        received.sudo().user_id = self.handler
        answered = self.new_closed()
        answered.sudo().user_id = self.manager
        earlier = self.new_closed()
        earlier.sudo().user_id = self.manager
        earlier.sudo().user_id = self.colleague
        self.company.complaint_inspection_share = 100
        drawn = self.draw().with_user(self.manager)
        for case, reason in (
            (received, "Manager was responsible for"),
            (answered, "Manager was responsible for"),
            (earlier, "Manager was responsible for"),
        ):
            inspection = drawn.filtered(lambda inspection, case=case: inspection.complaint_id == case)
            self.assertRegex(inspection.obstacle, reason)
            for act in (
                lambda theirs: theirs.write({"mark": "5"}),
                lambda theirs: theirs.action_pass(),
                lambda theirs: theirs.action_send_back("Because"),
                lambda theirs: self.dialog(theirs, self.manager),
            ):
                with self.refused(UserError, reason):
                    act(inspection)
            with self.refused(ValidationError, reason):
                inspection.user_id = self.manager
            inspection.user_id = self.second_quality
        for user, reason in ((self.handler, "only Quality and managers"), (self.auditor, "only Quality")):
            with self.refused(ValidationError, reason):
                drawn[0].with_user(self.quality).user_id = user
        self.assertFalse(drawn.with_user(self.quality).filtered("obstacle"))

    def test_received_only(self):
        """Who took the call but never answered for the case does not check it either."""
        case = self.new_closed(received_by_id=self.manager.id, user_id=self.handler.id)
        inspection = self.inspect(case).with_user(self.manager)
        self.assertEqual(inspection.obstacle, f"Manager received {case.number} and cannot check it.")
        with self.refused(UserError, "Leave it to a colleague"):
            inspection.mark = "5"

    def test_excluded_meanwhile(self):
        """OR-2: an inspector who turns out to be concerned loses the check, and sees nothing of it."""
        case = self.new_closed()
        inspection = self.inspect(case)
        employee = self.new_employee(self.quality)
        case.with_user(self.manager).employee_ids = employee
        self.assertFalse(inspection.sudo().user_id)
        self.env.invalidate_all()
        self.assertFalse(self.Inspection.with_user(self.quality).search([("complaint_id", "=", case.id)]))
        with self.assertRaises(AccessError):
            inspection.with_user(self.quality).read(["mark"])
        with self.refused(ValidationError, "Quality is concerned by"):
            inspection.with_user(self.manager).user_id = self.quality
        inspection.with_user(self.manager).write({"mark": "4", "user_id": self.manager.id})
        inspection.with_user(self.manager).action_pass()
        self.assertEqual(inspection.sudo().checked_by_id, self.manager)

    def test_confidential(self):
        """Handlers outside the circle see nothing of a confidential case's check, its own after it."""
        case = self.new_closed()
        case.sudo().confidential = True
        inspection = self.inspect(case)
        inspection.mark = "5"
        inspection.action_pass()
        self.env.invalidate_all()
        self.assertTrue(inspection.with_user(self.handler).has_access("read"))
        self.assertFalse(inspection.with_user(self.colleague).has_access("read"))

    # sending back

    def test_send_back(self):
        """CL-3: the case is opened again with another round, and who answers for it is told."""
        case = self.new_closed()
        inspection = self.inspect(case)
        inspection.write({"mark": "1", "findings": "The heating was never looked at."})
        with self.mock_mail_gateway():
            inspection.action_send_back("Send somebody there", "investigation")
        self.assertRecordValues(
            inspection,
            [
                {
                    "state": "sent_back",
                    "sent_back_reason": "Send somebody there",
                    "checked_by_id": self.quality.id,
                    "sent_back_share": 100.0,
                    "reopened": False,
                }
            ],
        )
        self.assertRecordValues(
            case,
            [{"step": "investigation", "closed_at": False, "reopen_count": 1, "user_id": self.handler.id}],
        )
        self.assertEqual(case.reopen_reason, "Send somebody there")
        activity = case.sudo().activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(SENT_BACK)
        )
        self.assertEqual(activity.user_id, self.handler)
        self.assertIn("Send somebody there", activity.note)
        self.assertIn("The heating was never looked at.", activity.note)
        self.assertIn("Opened again: Send somebody there", "".join(case.message_ids.mapped("body")))
        # The findings stand with the check, not in the chatter that others read.
        self.assertFalse(case.message_ids.filtered(lambda message: "never looked" in message.body))
        # The inspector got no rights beyond it.
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            case.with_user(self.quality).outcome = "Nothing"

    def test_send_back_needs_a_reason(self):
        inspection = self.inspect(self.new_closed())
        inspection.mark = "2"
        for reason in (None, "", " \n"):
            with self.refused(UserError, "Give the reason"):
                inspection.action_send_back(reason)
        inspection.action_send_back("Call them")
        self.assertEqual(inspection.findings, "Call them", "said once, it stands for both")

    def test_sent_back_to_whom(self):
        """An archived or excluded person is not told; the leader is."""
        case = self.new_closed()
        inspection = self.inspect(case)
        case.sudo().user_id.active = False
        inspection.mark = "2"
        inspection.action_send_back("Call them")
        activity = case.sudo().activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(SENT_BACK)
        )
        self.assertEqual(activity.user_id, self.leader)

    def test_task_ends_with_the_case(self):
        """Closed once more, the case leaves nobody with the task to go on with it."""
        case = self.new_closed()
        inspection = self.inspect(case)
        inspection.mark = "2"
        inspection.action_send_back("Call them")
        self.assertTrue(case.sudo()._search_sent_back())
        case.sudo().with_context(tracking_disable=True).move_to("closed")
        self.assertFalse(case.sudo()._search_sent_back())

    def test_reopened_meanwhile(self):
        """Somebody else was first: the check says so, cannot send back twice, and can be finished."""
        case = self.new_closed()
        inspection = self.inspect(case)
        self.assertFalse(inspection.reopened)
        case.with_user(self.handler).action_reopen("They called again")
        self.assertTrue(inspection.reopened)
        inspection.write({"mark": "2", "findings": "Too early closed."})
        with self.refused(UserError, f"Opened again meanwhile: {case.number}"):
            inspection.action_send_back("Because")
        self.assertEqual((case.reopen_count, inspection.state), (1, "to_check"))
        # Closed again, it is another closing.
        case.sudo().with_context(tracking_disable=True).move_to("closed")
        self.assertTrue(inspection.reopened)
        with self.refused(UserError, "Opened again meanwhile"):
            inspection.action_send_back("Because")
        inspection.action_pass_with_remarks()
        self.assertEqual((inspection.state, inspection.reopened), ("remarks", False))

    def fail_unguarded(self, exception, inspection, reason):
        """Send back what cannot be; ``assertRaises`` would undo what the call itself has to undo."""
        try:
            inspection.action_send_back(reason)
        except exception as error:
            return error
        self.fail("It was sent back.")

    def test_refused_by_the_gate(self):
        """A merged case cannot be sent back; nothing is half written, its checks stay with it."""
        target, case = self.new_closed(2)
        inspection = self.inspect(case)
        inspection.write({"mark": "1"})
        target.with_user(self.handler).action_reopen("They called again")
        case.with_user(self.handler).merge_into(target.with_user(self.handler))
        self.assertEqual(inspection.complaint_id, case)
        error = self.fail_unguarded(UserError, inspection, "Look again")
        self.assertIn("merged into another complaint: reopen that one", str(error))
        self.env.invalidate_all()
        self.assertRecordValues(
            inspection, [{"state": "to_check", "findings": False, "checked_by_id": False}]
        )
        self.assertRecordValues(case, [{"step": "closed", "reopen_reason": False, "reopen_count": 0}])
        self.assertFalse(
            case.sudo().activity_ids.filtered(
                lambda activity: activity.activity_type_id == self.env.ref(SENT_BACK)
            )
        )

    def test_broken_half_way(self):
        """Where telling fails, nothing was sent back."""
        case = self.new_closed()
        inspection = self.inspect(case)
        inspection.mark = "1"
        with patch.object(type(inspection), "_tell_responsible", side_effect=RuntimeError):
            self.fail_unguarded(RuntimeError, inspection, "Look again")
        self.env.invalidate_all()
        self.assertEqual((inspection.state, case.step, case.reopen_count), ("to_check", "closed", 0))

    def test_next_round(self):
        """Sent back and closed again in a later month, it can be drawn again, not in the same one."""
        case = self.new_closed()
        inspection = self.inspect(case)
        inspection.mark = "1"
        inspection.action_send_back("Look again")
        case.sudo().move_to("closed")
        case.sudo().closed_at = "2026-02-20 04:00:00"
        with self.refused(UserError, "nothing to draw"):
            self.draw()
        case.sudo().closed_at = "2026-03-20 04:00:00"
        again = self.draw(month="2026-03")
        self.assertRecordValues(again, [{"complaint_id": case.id, "round": 1, "state": "to_check"}])
        self.assertEqual(len(case.inspection_ids), 2)
        again.mark = "5"
        again.action_pass()
        self.assertEqual(inspection.state, "sent_back")

    # dialog

    def test_dialog(self):
        """From the list: one dialog, prefilled, for one or for many."""
        cases = self.new_closed(3)
        self.company.complaint_inspection_share = 100
        inspections = self.draw().sorted(lambda inspection: inspection.complaint_id.id)
        inspections[0].write({"mark": "3", "findings": "Slow"})
        wizard = self.dialog(inspections[0], result="remarks")
        self.assertEqual((wizard.mark, wizard.findings, wizard.count), ("3", "Slow", 1))
        wizard.action_apply()
        self.assertEqual(inspections[0].state, "remarks")
        rest = inspections[1:]
        rest[0].findings = "Polite"
        form = Form(
            self.env["complaint.inspection.check"]
            .with_user(self.quality)
            .with_context(
                active_model="complaint.inspection", active_ids=rest.ids, default_result="sent_back"
            )
        )
        form.mark = "2"
        form.reason = "Ask them whether it is warm now"
        form.step = "feedback"
        form.save().action_apply()
        self.assertEqual(set(rest.mapped("state")), {"sent_back"})
        self.assertEqual(rest.mapped("findings"), ["Polite", "Ask them whether it is warm now"])
        self.assertEqual(set(cases[1:].mapped("step")), {"feedback"})

    # cost

    def test_views_cost(self):
        """List, cards and pivot cost the same with three as with thirty."""
        self.company.complaint_inspection_share = 100
        everybody = [Command.set((self.quality | self.second_quality | self.manager).ids)]
        handlers = (self.handler, self.colleague, self.first_contact)

        def fill(count):
            for number in range(count):
                self.new_closed(user=handlers[number % 3])
            self.draw(user_ids=everybody)

        def cost(view_type):
            costs = []
            for _warm_up_first in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                env = self.env(user=self.quality)
                specification = read_specification(env, "complaint.inspection", view_type)
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                env["complaint.inspection"].web_search_read([], specification, limit=80)
                costs.append(self.env.cr.sql_log_count - before)
            return costs[-1]

        fill(3)
        few = [cost("list"), cost("kanban")]
        fill(27)
        self.assertEqual([cost("list"), cost("kanban")], few)

    def test_figures(self):
        """The average mark and the part sent back, by team."""
        cases = self.new_closed(4)
        self.company.complaint_inspection_share = 100
        inspections = self.draw()
        inspections.write({"findings": "Looked at"})
        for inspection, mark in zip(inspections, "1245", strict=True):
            inspection.mark = mark
        inspections[0].action_send_back("Again")
        inspections[1:].action_pass_with_remarks()
        [(team, mark, share)] = self.Inspection.with_user(self.quality)._read_group(
            [("state", "!=", "to_check"), ("complaint_id", "in", cases.ids)],
            ["team_id"],
            ["mark_value:avg", "sent_back_share:avg"],
        )
        self.assertEqual((team, mark, share), (self.centre, 3.0, 25.0))
