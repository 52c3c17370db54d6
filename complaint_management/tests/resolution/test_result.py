import base64

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.complaint_management.models.resolution.complaint_result import RESULT_FIELDS
from odoo.addons.complaint_management.tests.resolution.result_common import (
    OUTCOME,
    REASON,
    SIGNATURE,
    ResultCommon,
)
from odoo.addons.complaint_management.tests.web_client import read_specification


@tagged("post_install", "-at_install")
class TestResult(ResultCommon):
    """X-5, CL-1: what was decided, when it was told, and what becomes of it."""

    def test_decide(self):
        """X-5: who decided what, when and why."""
        complaint = self.new_done("solution")
        complaint.action_decide("partly", f"  {REASON} \n")
        self.assertRecordValues(
            complaint,
            [{"decision": "partly", "decision_reason": REASON, "decided_by_id": self.handler.id}],
        )
        self.assertTrue(complaint.decided_at)

    def test_decide_refused(self):
        """All that is missing in one message; a decision that does not exist; too early, too late."""
        complaint = self.new_done()
        with self.assertRaises(UserError) as caught:
            complaint.action_decide(False, " \n ")
        self.assertIn("Decide whether the complaint is upheld.", str(caught.exception))
        self.assertIn("Give the reasons", str(caught.exception))
        with self.assertRaisesRegex(UserError, "no decision “maybe”"):
            complaint.action_decide("maybe", REASON)
        with self.assertRaisesRegex(UserError, "not that far yet"):
            self.new_done("investigation").action_decide("upheld", REASON)
        self.move(complaint, "closed")
        with self.assertRaisesRegex(UserError, "has ended"):
            complaint.action_decide("upheld", REASON)
        self.assertFalse(complaint.decision)

    def test_decide_otherwise(self):
        """Decided otherwise, what was told does not hold any more; decided the same again, it does."""
        complaint = self.new_reported()
        complaint.action_confirm_result("signed", "Zhang San", SIGNATURE)
        complaint.action_decide("upheld", REASON)
        self.assertTrue(complaint.result_reported_at and complaint.confirmation)
        complaint.action_decide("partly", REASON)
        self.assertRecordValues(
            complaint, [{"decision": "partly", "result_reported_at": False, "confirmation": False}]
        )
        note = complaint.message_ids.filtered(lambda message: "decided otherwise" in message.body)
        self.assertIn("Zhang San", note.body)
        self.assertIn("Decision: Upheld", note.body)

    def test_not_typed_in(self):
        """CL-1: nobody passes the gate by writing that it was told, in whatever way."""
        complaint = self.new_done()
        values = {
            "decision": "upheld",
            "decision_reason": "x",
            "decided_by_id": self.handler.id,
            "decided_at": "2026-03-02 10:00:00",
            "result_reported_at": "2026-03-02 10:00:00",
            "result_reported_by_id": self.handler.id,
            "confirmation": "none",
            "confirmed_by": "x",
            "confirmed_at": "2026-03-02 10:00:00",
            "confirmation_note": "x",
            "confirmation_signature": SIGNATURE,
            "confirmation_attachment_ids": [Command.clear()],
            "former_confirmation_ids": [Command.clear()],
            "signed_off_by_id": self.manager.id,
            "signed_off_at": "2026-03-02 10:00:00",
        }
        self.assertEqual(values.keys(), RESULT_FIELDS)
        for user in (self.handler, self.manager):
            for fname, value in values.items():
                with self.subTest(fname, user=user.login), self.assertRaisesRegex(UserError, "not typed in"):
                    complaint.with_user(user).web_save({fname: value}, {})
        made = self.new_complaint(self.manager, **{fname: value for fname, value in values.items()})
        defaults = {
            f"default_{fname}": value for fname, value in values.items() if not isinstance(value, list)
        }
        by_default = self.Complaint.with_user(self.manager).with_context(**defaults).create({"name": "x"})
        for complaint in (made, by_default, made.copy()):
            for fname in values:
                self.assertFalse(complaint.sudo()[fname], fname)

    def test_not_copied(self):
        complaint = self.new_reported()
        copied = complaint.copy()
        for fname in RESULT_FIELDS | {"outcome"}:
            self.assertFalse(copied.sudo()[fname], fname)

    def test_outcome_stays_as_told(self):
        """CL-1: what was told stays; what has changed is told again."""
        complaint = self.new_done()
        complaint.outcome = "A first draft."
        complaint.action_report_result(OUTCOME, "upheld", REASON, kind="call")
        with self.assertRaisesRegex(UserError, "stays as it was told"):
            complaint.outcome = "Something else."
        complaint.outcome = OUTCOME
        complaint.action_report_result("Something else.", kind="call")
        self.assertEqual(complaint.outcome, "Something else.")

    def test_new_round(self):
        """CL-2: what was decided, told and signed belongs to its round, and stays in the chatter."""
        complaint = self.new_reported("follow_up", severity="urgent")
        complaint.action_confirm_result("signed", "Zhang San", SIGNATURE)
        complaint.with_user(self.leader).action_sign_off()
        self.move(complaint, "closed")
        self.assertTrue(complaint.result_reported_at and complaint.signed_off_by_id)
        with self.gates_open():
            complaint.action_reopen("It leaks again.", "solution")
        for fname in RESULT_FIELDS - {"former_confirmation_ids"}:
            self.assertFalse(complaint.sudo()[fname], fname)
        self.assertEqual(complaint.outcome, OUTCOME)
        note = complaint.message_ids.filtered(lambda message: "round before" in message.body)
        for words in ("Upheld", "We came too late.", "Zhang San", "Signed on the screen", "Leader", OUTCOME):
            self.assertIn(words, note.body)
        self.assertEqual(complaint.former_confirmation_ids.mapped("datas"), [SIGNATURE])
        self.assertIn("Zhang San", complaint.former_confirmation_ids.name)
        # It may be told and signed once more.
        self.move(complaint, "feedback")
        complaint.action_report_result(decision="partly", reason="Half.", kind="call")
        complaint.action_confirm_result("signed", "Zhang San", SIGNATURE)
        self.assertEqual(len(complaint.former_confirmation_ids), 1)

    def test_new_round_from_follow_up(self):
        """CL-2: a call that found it unsolved begins a round as well."""
        complaint = self.new_reported("follow_up")
        complaint.action_reopen("It leaks again.", "execution")
        self.assertFalse(complaint.decision or complaint.result_reported_at)

    def test_moved_back(self):
        """New facts make another result; carrying out or telling again does not."""
        complaint = self.new_reported("follow_up")
        for step, stays in (("feedback", True), ("execution", True), ("solution", False)):
            self.move(complaint, step)
            with self.subTest(step):
                self.assertEqual(bool(complaint.result_reported_at), stays)
        self.assertEqual(complaint.decision, "upheld")

    def test_merge(self):
        """IN-9: the target goes on with its own result; what the other told stands in its trace."""
        source, target = self.new_reported(), self.new_done("solution", fault=None)
        source.action_confirm_result("signed", "Li Si", SIGNATURE)
        source.merge_into(target)
        self.assertFalse(target.decision or target.result_reported_at or target.confirmation)
        trace = target.message_ids[0].body
        for words in (source.number, "Upheld", "We came too late.", "Li Si", OUTCOME):
            self.assertIn(words, trace)
        self.assertEqual(source.confirmation_signature, SIGNATURE)
        with self.assertRaisesRegex(UserError, target.number):
            source.action_report_result(OUTCOME, "upheld", REASON, kind="call")
        other, target = self.new_done(), self.new_reported()
        other.merge_into(target)
        self.assertEqual((target.decision, target.outcome), ("upheld", OUTCOME))
        self.assertTrue(target.result_reported_at)

    def test_who(self):
        """OR-1, OR-2: those who may change the case, nobody else."""
        employee = self.new_employee(self.stranger)
        complaint = self.new_done(employee_ids=[Command.set(employee.ids)])
        for user in (self.auditor, self.quality, self.stranger, self.plain_user, self.foreign_manager):
            theirs = complaint.with_user(user)
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    theirs.action_decide("upheld", REASON)
                with self.assertRaises(AccessError):
                    theirs.action_report_result(OUTCOME, "upheld", REASON, kind="call")
                with self.assertRaises(AccessError):
                    theirs.action_confirm_result("none", note="x")
        for user in (self.handler, self.colleague, self.leader, self.manager):
            with self.subTest(user.login):
                complaint.with_user(user).action_report_result(
                    f"{OUTCOME} {user.name}", "upheld", REASON, kind="call"
                )
                self.assertEqual(complaint.result_reported_by_id, user)

    def test_figures(self):
        """EW-2: complaints are counted by their decision."""
        complaint = self.new_reported()
        self.env.flush_all()
        row = (
            self.env["complaint.report"].with_user(self.handler).search([("complaint_id", "=", complaint.id)])
        )
        self.assertEqual(row.decision, "upheld")
        complaint.action_decide("partly", REASON)
        self.env.flush_all()
        self.env.invalidate_all()
        groups = self.env["complaint.report"]._read_group(
            [("id", "=", complaint.id)], ["decision"], ["__count"]
        )
        self.assertEqual(groups, [("partly", 1)])

    def test_cost_of_the_page(self):
        """The case page costs the same with a result as without, one query for names apart."""
        complaint = self.new_done("feedback", severity="urgent")
        specification = read_specification(self.env(user=self.handler), "complaint.complaint", "form")

        def cost():
            self.env.flush_all()
            self.env.invalidate_all()
            env = self.env(user=self.handler)
            before = self.env.cr.sql_log_count
            env["complaint.complaint"].browse(complaint.id).web_read(specification)
            return self.env.cr.sql_log_count - before

        cost()
        bare = cost()
        complaint.with_user(self.manager).action_report_result(OUTCOME, "upheld", REASON, kind="call")
        complaint.action_confirm_result("signed", "Zhang San", SIGNATURE)
        self.assertLessEqual(cost(), bare + 1)


@tagged("post_install", "-at_install")
class TestConfirmation(ResultCommon):
    """SO-6: the customer confirms the result with a signature, or it is written down why not."""

    def test_signed(self):
        complaint = self.new_reported()
        complaint.action_confirm_result("signed", " Zhang San ", SIGNATURE)
        self.assertRecordValues(
            complaint,
            [{"confirmation": "signed", "confirmed_by": "Zhang San", "confirmation_signature": SIGNATURE}],
        )
        self.assertTrue(complaint.confirmed_at)

    def test_missing(self):
        """Bad input is refused with what is missing, and nothing is kept of it."""
        complaint = self.new_reported()
        page = base64.b64encode(b"<svg onload='alert(1)'/>")
        for arguments, words in (
            (("signed", "Zhang San"), "sign on the screen"),
            (("signed", " ", SIGNATURE), "Enter who signed"),
            (("signed", "Zhang San", page), "no picture"),
            (("signed", "Zhang San", "%%%"), "no picture"),
            (("paper", "Zhang San"), "Add a picture of the signed paper"),
            (("paper", "", False, "In the folder"), "Enter who signed"),
            (("none",), "why there is no signature"),
            (("none", "Zhang San", False, " \n"), "why there is no signature"),
            (("maybe", "Zhang San"), "Say how"),
        ):
            with self.subTest(arguments), self.assertRaisesRegex(UserError, words):
                complaint.action_confirm_result(*arguments)
        self.assertFalse(complaint.confirmation)

    def test_before_the_report(self):
        with self.assertRaisesRegex(UserError, "report it first"):
            self.new_done().action_confirm_result("none", note="Refused")

    def test_refusal_then_signature(self):
        """Who refused may sign later; what is signed is not signed again."""
        complaint = self.new_reported()
        complaint.action_confirm_result("none", note="Did not want to sign.")
        self.assertRecordValues(
            complaint,
            [{"confirmation": "none", "confirmation_note": "Did not want to sign.", "confirmed_by": False}],
        )
        complaint.action_confirm_result("signed", "Zhang San", SIGNATURE)
        self.assertFalse(complaint.confirmation_note)
        with self.assertRaisesRegex(UserError, "Zhang San has confirmed"):
            complaint.with_user(self.colleague).action_confirm_result("none", note="x")
        self.assertEqual(complaint.confirmation, "signed")

    def test_paper(self):
        """The scan is private to those who work on complaints: it belongs to its field."""
        complaint = self.new_reported()
        File = self.env["ir.attachment"].with_user(self.handler)
        scan = File.create({"name": "scan.png", "datas": SIGNATURE, "res_model": "complaint.result"})
        bound = File.create(
            {"name": "old.png", "datas": SIGNATURE, "res_model": complaint._name, "res_id": complaint.id}
        )
        complaint.action_confirm_result("paper", "Zhang San", attachment_ids=(scan | bound).ids)
        self.assertEqual(complaint.confirmation_attachment_ids.mapped("name"), ["scan.png", "old.png"])
        files = complaint.sudo().confirmation_attachment_ids
        self.assertNotIn(bound, files, "a file of the complaint stays where it was")
        self.assertEqual(
            files.mapped(lambda file: (file.res_model, file.res_id, file.res_field)),
            [(complaint._name, complaint.id, "confirmation_attachment_ids")] * 2,
        )
        self.env.invalidate_all()
        for user in (self.handler, self.colleague, self.auditor):
            self.assertTrue(files.with_user(user).mapped("datas"), user.login)
        for user in (self.plain_user, self.foreign_manager, self.stranger):
            self.env.invalidate_all()
            with self.subTest(user.login), self.assertRaises(AccessError):
                files.with_user(user).mapped("datas")

    def test_files_of_others(self):
        """To link a file is no right to read it."""
        complaint = self.new_reported()
        file = self.env["ir.attachment"].with_user(self.manager).create({"name": "pay.txt", "raw": b"secret"})
        with self.assertRaises(AccessError):
            complaint.action_confirm_result("paper", "Zhang San", attachment_ids=file.ids)

    def test_department_head(self):
        """DI-2: who only answers a sheet sees the decision, not the signature nor the note."""
        head = new_test_user(self.env, "head", groups="base.group_user")
        department = self.env["hr.department"].create(
            {"name": "Works", "manager_id": self.new_employee(head).id}
        )
        complaint = self.new_done("dispatch")
        sheet = (
            self.env["complaint.dispatch"]
            .with_user(self.handler)
            .create({"complaint_id": complaint.id, "department_id": department.id, "question": "Why?"})
        )
        sheet.action_send()
        self.move(complaint, "feedback")
        complaint.action_report_result(OUTCOME, "upheld", REASON, kind="call")
        complaint.action_confirm_result("signed", "Zhang San", SIGNATURE)
        theirs = complaint.with_user(head)
        self.assertEqual(theirs.read(["decision", "confirmation"])[0]["decision"], "upheld")
        for fname in ("confirmation_signature", "confirmation_note", "confirmation_attachment_ids"):
            with self.subTest(fname), self.assertRaises(AccessError):
                theirs.read([fname])
        files = (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_id", "=", complaint.id), ("res_field", "=", "confirmation_signature")])
        )
        self.assertTrue(files)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            files.with_user(head).read(["datas"])

    def test_dialog(self):
        """One click from the page, with the name filled in."""
        complaint = self.new_reported()
        form = self.open(complaint, model="complaint.result.confirmation")
        self.assertEqual(form.confirmed_by, "Zhang San")
        form.kind = "none"
        form.note = "Is abroad."
        form.save().action_apply()
        self.assertEqual((complaint.confirmation, complaint.confirmation_note), ("none", "Is abroad."))
        action = complaint.action_open_confirmation()
        arch = complaint.get_views([action["views"][0]])["views"]["form"]["arch"]
        self.assertIn("confirmation_signature", arch)
