"""What heads of departments see and do, who have no complaint group (DI-2, OR-2).

The tables tell it in full: rows are situations of one sheet to the workshop, columns are people.
"""

import json

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.case.test_access_matrix import read_table
from odoo.addons.complaint_management.tests.case.test_side_doors import (
    ADMIN_DOORS,
    COMPLAINT,
    SECRET,
    SideDoorsCommon,
    unprotected,
)
from odoo.addons.complaint_management.tests.inquiry.common import InquiryCommon

SHEET = "complaint.dispatch"
DIALOG = "complaint.dispatch.reason"

#: Who may do what with the case and with the sheet: r read, w write, c create, d delete; - is neither.
#:
#: head: of the workshop, which is asked; above: head of the works, to which it belongs; asked: head of the
#: front office; lab: head of the laboratory, who is first contact of another team, too; member: employee of
#: the workshop; plain: employee of the centre without a group; forgn: head of a department of company 2.
MATRIX = """
situation                  | head | above| asked| lab  | membr| plain| forgn| portl| publ
draft                      | -    | -    | -    | -    | -    | -    | -    | -    | -
sent                       | r rw | -    | -    | -    | -    | -    | -    | -    | -
accepted                   | r rw | -    | -    | -    | -    | -    | -    | -    | -
returned                   | r r  | -    | -    | -    | -    | -    | -    | -    | -
answered                   | r rw | -    | -    | -    | -    | -    | -    | -    | -
signed                     | r r  | -    | -    | -    | -    | -    | -    | -    | -
confirmed                  | r r  | -    | -    | -    | -    | -    | -    | -    | -
withdrawn                  | -    | -    | -    | -    | -    | -    | -    | -    | -
sent, secret               | r rw | -    | -    | -    | -    | -    | -    | -    | -
sent, archived             | r rw | -    | -    | -    | -    | -    | -    | -    | -
sent, office asked too     | r rw | -    | r -  | -    | -    | -    | -    | -    | -
draft, office asked too    | -    | -    | r -  | -    | -    | -    | -    | -    | -
withdrawn, office asked too| -    | -    | r -  | -    | -    | -    | -    | -    | -
sent, office asked in draft| r rw | -    | -    | -    | -    | -    | -    | -    | -
sent, works asked too      | r rw | r -  | -    | -    | -    | -    | -    | -    | -
sent, laboratory asked too | r rw | -    | -    | r r  | -    | -    | -    | -    | -
sent, member is head now   | -    | -    | -    | -    | r rw | -    | -    | -    | -
signed, member is head now | -    | -    | -    | -    | r r  | -    | -    | -    | -
sent, head left            | -    | r rw | -    | -    | -    | -    | -    | -    | -
sent, head cannot sign in  | -    | r rw | -    | -    | -    | -    | -    | -    | -
sent, no head              | -    | r rw | -    | -    | -    | -    | -    | -    | -
sent, head concerned       | -    | r rw | -    | -    | -    | -    | -    | -    | -
signed, head concerned     | -    | r r  | -    | -    | -    | -    | -    | -    | -
sent, both concerned       | -    | -    | -    | -    | -    | -    | -    | -    | -
sent, above concerned      | r rw | -    | -    | -    | -    | -    | -    | -    | -
sent, department archived  | r rw | -    | -    | -    | -    | -    | -    | -    | -
sent, under the office     | r rw | -    | -    | -    | -    | -    | -    | -    | -
no head, under the office  | -    | -    | r rw | -    | -    | -    | -    | -    | -
sent, to the office now    | -    | -    | r rw | -    | -    | -    | -    | -    | -
sent, case cancelled       | -    | -    | -    | -    | -    | -    | -    | -    | -
confirmed, case closed     | r r  | -    | -    | -    | -    | -    | -    | -    | -
company 2's                | -    | -    | -    | -    | -    | -    | r rw | -    | -
"""

#: What every internal user may do with models of ours at all; of all others, nothing.
USER_MODELS = """
model                      | user
complaint.approval         | r...
complaint.complaint        | r...
complaint.dispatch         | rw..
complaint.dispatch.reason  | rwc.
complaint.portal           | r...
complaint.service.portal   | r...
complaint.asset.portal     | r...
complaint.referral         | rwc.
complaint.remedy           | r...
complaint.remedy.finish    | rwc.
complaint.remedy.type      | r...
complaint.solution         | r...
complaint.solution.reason  | rwc.
"""

#: What may be written on a sheet in each state, by its head and by who handles the case.
WRITABLE = {
    "draft": (set(), {"department_id", "question", "question_attachment_ids", "duration"}),
    "sent": (
        {"findings", "measures", "answer_attachment_ids"},
        {"findings", "measures", "answer_attachment_ids", "duration"},
    ),
    "accepted": (
        {"findings", "measures", "answer_attachment_ids"},
        {"findings", "measures", "answer_attachment_ids", "duration"},
    ),
    "returned": (set(), set()),
    "answered": (
        {"findings", "measures", "answer_attachment_ids"},
        {"findings", "measures", "answer_attachment_ids"},
    ),
    "signed": (set(), set()),
    "confirmed": (set(), set()),
    "withdrawn": (set(), set()),
}


class HeadCommon(InquiryCommon):
    """Adds a laboratory whose head is first contact of another team, a department of company 2, outsiders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chemist = cls._new_user("first_contact", "chemist")
        cls.other_team.member_ids |= cls.chemist
        cls.employee_of[cls.chemist] = cls.new_employee(cls.chemist)
        cls.laboratory = cls.env["hr.department"].create(
            {"name": "Laboratory", "manager_id": cls.employee_of[cls.chemist].id}
        )
        cls.employee_of[cls.deputy].department_id = cls.workshop
        cls.centre.member_ids |= cls.plain_user
        cls.foreign_head = new_test_user(
            cls.env,
            "foreign_head",
            groups="base.group_user",
            company_id=cls.company_2.id,
            company_ids=[Command.set(cls.company_2.ids)],
        )
        foreigner = cls.new_employee(cls.foreign_head, company_id=cls.company_2.id)
        cls.foreign_workshop = cls.env["hr.department"].create(
            {"name": "Branch", "manager_id": foreigner.id, "company_id": cls.company_2.id}
        )
        cls.portal_user = new_test_user(cls.env, "portal_user", groups="base.group_portal")

    def bring_to(self, sheet, state):
        """Bring a draft to a state as people do."""
        theirs = sheet.with_user(self.foreman)
        steps = {
            "sent": sheet.action_send,
            "accepted": theirs.action_accept,
            "returned": lambda: theirs.action_return("Not ours"),
            "answered": lambda: (theirs.write({"findings": "Stuck."}), theirs.action_answer()),
            "signed": lambda: (theirs.write({"findings": "Stuck."}), theirs.action_sign()),
            "confirmed": sheet.action_confirm,
            "withdrawn": lambda: sheet.action_withdraw("Settled"),
        }
        way = {"draft": (), "sent": ("sent",), "confirmed": ("sent", "signed", "confirmed")}
        for step in way.get(state, ("sent", state)):
            steps[step]()
        self.assertEqual(sheet.state, state)

    def succeeds(self, operation):
        """Tell whether an operation passes; what it changed is undone."""
        try:
            with self.env.cr.savepoint() as savepoint:
                operation()
                self.env.flush_all()
                savepoint.rollback()
        except UserError:  # AccessError and ValidationError are such
            return False
        finally:
            self.env.invalidate_all()
        return True

    def letters(self, record, change, vals):
        """Return what the user of a record may do, by doing it; ``-`` is nothing."""
        operations = {
            "r": lambda: self._read(record),
            "w": lambda: record.write(change),
            "c": lambda: record.create(dict(vals)),
            "d": record.unlink,
        }
        return "".join(letter for letter, run in operations.items() if self.succeeds(run)) or "-"

    def _read(self, record):
        """Read in the two ways there are, which have to agree."""
        self.assertEqual(
            record.with_context(active_test=False).search([("id", "=", record.id)]),
            record._filtered_access("read"),
            f"{record.env.user.login}: what may be read is found",
        )
        record.check_access("read")
        # As a request begins: rules fetch as superuser what would then not be fetched by the user.
        self.env.invalidate_all()
        shown = [
            fname for fname in ("name", "description", "question", "findings") if fname in record._fields
        ]
        record.web_read({fname: {} for fname in ["display_name", *shown]})


@tagged("post_install", "-at_install")
class TestHeadMatrix(HeadCommon):
    """DI-2: heads see exactly the sheets of their department and the cases behind them, read-only."""

    @property
    def columns(self):
        return {
            "head": self.foreman,
            "above": self.director,
            "asked": self.usher,
            "lab": self.chemist,
            "membr": self.deputy,
            "plain": self.plain_user,
            "forgn": self.foreign_head,
            "portl": self.portal_user,
            "publ": self.env.ref("base.public_user"),
        }

    def _set_up(self, situation):
        """Return a sheet in a situation."""
        state, *more = situation.split(", ")
        if state == "company 2's":
            case = self.new_complaint(
                self.foreign_manager,
                company_id=self.company_2.id,
                team_id=self.foreign_team.id,
                category_id=False,
            )
            return self.new_sheet(case, self.foreign_workshop, self.foreign_manager)
        if state == "no head":
            state, more = "sent", ["no head", *more]
        facts = {"nature": "inquiry", "outcome": "Repaired."} if "case closed" in more else {}
        case = self.new_case(confidential="secret" in more, **facts)
        sheet = self.new_sheet(case, send=False)
        self.bring_to(sheet, state)
        concerned = self.employee_of[self.foreman], self.employee_of[self.director]
        also = {
            "office asked too": self.office,
            "works asked too": self.works,
            "laboratory asked too": self.laboratory,
        }
        changes = {
            "archived": lambda: case.sudo().write({"active": False}),
            "office asked in draft": lambda: self.new_sheet(case, self.office, send=False),
            "member is head now": lambda: self.workshop.write(
                {"manager_id": self.employee_of[self.deputy].id}
            ),
            "head left": lambda: concerned[0].write({"active": False}),
            "head cannot sign in": lambda: self.foreman.write({"active": False}),
            "no head": lambda: self.workshop.write({"manager_id": False}),
            "head concerned": lambda: case.write({"employee_ids": [Command.link(concerned[0].id)]}),
            "both concerned": lambda: case.write(
                {"employee_ids": [Command.link(one.id) for one in concerned]}
            ),
            "above concerned": lambda: case.write({"employee_ids": [Command.link(concerned[1].id)]}),
            "department archived": lambda: self.workshop.write({"active": False}),
            "under the office": lambda: self.workshop.write({"parent_id": self.office.id}),
            "to the office now": lambda: self._move(sheet),
            "case cancelled": lambda: case.action_cancel("Entered twice"),
            "case closed": lambda: case.move_to("closed"),
        }
        for change in more:
            if change in also:
                self.new_sheet(case, also[change])
            elif change != "secret":
                changes[change]()
        return sheet

    def _move(self, sheet):
        sheet.with_user(self.foreman).action_return("Ask the office")
        sheet.action_send_again("Right", self.office)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_matrix(self):
        """DI-2, OR-2: situation × person × operation, on the case and on the sheet, as the table says."""
        expected, found = read_table(MATRIX), {}
        for situation, cells in expected.items():
            with self.env.cr.savepoint() as savepoint:
                sheet = self._set_up(situation)
                self.env.flush_all()
                vals = {
                    "complaint_id": sheet.complaint_id.id,
                    "department_id": self.office.id,
                    "question": "Why?",
                }
                found[situation] = {}
                for column in cells:
                    user = self.columns[column]
                    case = self.letters(
                        sheet.complaint_id.with_user(user),
                        {"wanted_outcome": "An apology"},
                        {"name": "Cold", "company_id": user.company_id.id},
                    ).replace("rc", "r")
                    # The first contact enters complaints of the own; that has nothing to do with this one.
                    case = "-" if case == "c" else case
                    theirs = self.letters(sheet.with_user(user), {"findings": "Stuck"}, vals)
                    found[situation][column] = "-" if (case, theirs) == ("-", "-") else f"{case} {theirs}"
                savepoint.rollback()
            self.env.invalidate_all()
            self.env.registry.clear_cache()
        wrong = [
            f"{row} · {column}: {found[row][column]} instead of {cell}"
            for row, cells in expected.items()
            for column, cell in cells.items()
            if found[row][column] != cell
        ]
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def test_models(self):
        """DI-2: of all else that belongs to a case, a head may read nothing and change nothing.

        Solutions and remedies are read by those who are asked to approve or to carry them out, whoever they
        are (tests/resolution/test_resolution_access.py). Of what customers see, everybody reads the own
        complaints, orders and objects alone (tests/portal/test_security_table.py).
        """
        expected = {row: cells["user"] for row, cells in read_table(USER_MODELS).items()}
        found = {}
        for name, model in self.env.items():
            if name.startswith("complaint.") and not model._abstract:
                theirs = model.with_user(self.foreman)
                letters = "".join(
                    letter if theirs.has_access(operation) else "."
                    for letter, operation in zip("rwcd", ("read", "write", "create", "unlink"), strict=True)
                )
                if letters != "....":
                    found[name] = letters
        self.assertEqual(found, expected)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_other_sheets_of_the_case(self):
        """DI-2: the list of sheets, opened from the case, has only one's own."""
        case = self.new_case()
        mine, theirs = self.new_sheet(case), self.new_sheet(case, self.office)
        self.new_sheet(case, self.laboratory, send=False)
        for user, sheets in ((self.foreman, mine), (self.usher, theirs)):
            own = case.with_user(user)
            self.env.invalidate_all()
            self.assertEqual(own.dispatch_ids, sheets, user.login)
            self.env.invalidate_all()
            self.assertEqual(own.web_read({"dispatch_ids": {}})[0]["dispatch_ids"], sheets.ids)
            self.env.invalidate_all()
            self.assertEqual(own.env[SHEET].search([("complaint_id", "=", case.id)]), sheets)
            self.assertEqual(own.env[SHEET].search_count([]), 1)
            self.assertEqual(own.env[SHEET]._read_group([], [], ["__count"]), [(1,)])
            self.assertFalse(own.search([("dispatch_ids.question", "ilike", "zzz")]))
            # Nor is it found by what stands on the others.
            sheets.sudo().findings, ((mine | theirs) - sheets).sudo().findings = "Stuck", SECRET
            self.env.flush_all()
            self.assertFalse(own.search([("dispatch_ids.findings", "ilike", SECRET)]))
            self.assertEqual(own.search([("dispatch_ids.findings", "ilike", "stuck")]), case)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_open_rule_shows_all(self):
        """DI-2: it is the two rules that keep heads to their own sheets and cases."""
        case = self.new_case()
        sheet = self.new_sheet(case, self.office)
        for xmlid, record in (
            ("complaint_rule_department_head", case),
            ("complaint_dispatch_rule_head", sheet),
        ):
            rule = self.env.ref(f"complaint_management.{xmlid}")
            for user in (self.foreman, self.plain_user):
                self.assertFalse(record.with_user(user).has_access("read"))
            rule.domain_force = "[(1, '=', 1)]"
            for user in (self.foreman, self.plain_user):
                self.assertTrue(record.with_user(user).has_access("read"))


@tagged("post_install", "-at_install")
class TestHeadWrites(HeadCommon):
    """DI-2: the head writes the answer while it is the department's turn, and nothing else."""

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_fields(self):
        """DI-2: state × field × side: exactly what the table says can be written, by whatever way."""
        skipped = {"id", "display_name", "create_uid", "create_date", "write_uid", "write_date"}
        for state, (of_head, of_centre) in WRITABLE.items():
            with self.env.cr.savepoint() as savepoint:
                sheet = self.new_sheet(self.new_case(), send=False)
                self.bring_to(sheet, state)
                values = {
                    fname: field.convert_to_write(sheet.sudo()[fname], sheet.sudo())
                    for fname, field in sheet._fields.items()
                    if fname not in skipped
                    and not fname.startswith(("message_", "activity_", "my_activity_"))
                }
                self.assertIn("head_id", values)
                for user, expected in ((self.foreman, of_head), (self.handler, of_centre)):
                    own = sheet.with_user(user)
                    found = {
                        fname
                        for fname, value in values.items()
                        if self.succeeds(lambda f=fname, v=value, own=own: own.write({f: v}))
                    }
                    self.assertEqual(found, expected, f"{state}: {user.login}")
                savepoint.rollback()
            self.env.invalidate_all()

    def test_refusal_says_why(self):
        """DI-2: who may read the sheet and writes too late is told what became of it, by whom and when."""
        sheet = self.new_sheet(self.new_case())
        theirs = sheet.with_user(self.foreman)
        with self.assertRaisesRegex(UserError, "“Sent” since .* .Handler.*Question"):
            theirs.question = "What do you want to hear?"
        theirs.action_return("Not ours")
        # The form was open meanwhile; the web client keeps it when a save is refused.
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            theirs.web_save({"findings": "Stuck", "measures": "Loosened"}, {"findings": {}})
        for part in (sheet.display_name, "“Returned” since", "(Foreman)", "Findings, Measures"):
            self.assertIn(part, str(caught.exception))
        self.env.invalidate_all()
        self.assertFalse(sheet.findings or sheet.measures)
        with self.assertRaisesRegex(UserError, "“Returned” since .* .Foreman.*Look at it again"):
            theirs.action_sign()

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_steps(self):
        """DI-2: heads take the steps of the department, nobody else does; those of the centre they do not."""
        centre = {
            "action_send": ("draft",),
            "action_send_again": ("returned", "Again"),
            "action_confirm": ("signed",),
            "action_send_back": ("signed", "What else?"),
            "action_withdraw": ("sent", "Settled"),
        }
        department = {
            "action_accept": ("sent",),
            "action_return": ("sent", "Not ours"),
            "action_sign": ("sent",),
        }
        strangers = self.director | self.usher | self.deputy | self.plain_user | self.quality | self.auditor
        for steps, able, unable in (
            (centre, self.handler, self.foreman),
            (department, self.foreman, self.handler | self.manager),
        ):
            for name, (state, *args) in steps.items():
                sheet = self.new_sheet(self.new_case(), send=False)
                self.bring_to(sheet, state)
                if state == "sent":
                    sheet.findings = "Told by phone"
                for user in unable | strangers:
                    run = getattr(sheet.with_user(user), name)
                    self.assertFalse(
                        self.succeeds(lambda run=run, args=args: run(*args)), f"{name}: {user.login}"
                    )
                run = getattr(sheet.with_user(able), name)
                self.assertTrue(self.succeeds(lambda run=run, args=args: run(*args)), f"{name}: {able.login}")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_no_defaults_go_round_it(self):
        """DI-2: a sheet is born a draft, whatever the context of the request says."""
        context = {
            "default_state": "confirmed",
            "default_signed_by_id": self.foreman.id,
            "default_findings": "Nothing",
            "default_final": True,
        }
        vals = {"complaint_id": self.new_case().id, "department_id": self.office.id, "question": "Why?"}
        Sheet = self.Sheet.with_user(self.handler)
        sheet = Sheet.with_context(**context).create(vals)
        self.assertEqual(
            (sheet.state, sheet.signed_by_id.id, sheet.findings, sheet.final), ("draft", False, False, False)
        )
        with self.assertRaisesRegex(UserError, "leave out Status"):
            Sheet.create({**vals, "state": "signed"})

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_dialog(self):
        """DI-2: the dialog of a step is one's own, and shows nothing of a sheet that one does not read."""
        sheet = self.new_sheet(self.new_case(), question=f"Why {SECRET}?")
        mine = (
            self.env[DIALOG].with_user(self.foreman).create({"dispatch_id": sheet.id, "reason": "Not ours"})
        )
        self.assertIn(SECRET, mine.question)
        for user in (self.usher, self.deputy, self.plain_user, self.director):
            theirs = self.env[DIALOG].with_user(user)
            own = theirs.browse(mine.id)
            operations = {
                "read": lambda own=own: own.read(["reason"]),
                "write": lambda own=own: own.write({"reason": "Mine now"}),
                "apply": lambda own=own: own.action_apply(),
                "create": lambda own=own: own.create({"dispatch_id": sheet.id, "reason": "Not ours"}),
            }
            for name, operation in operations.items():
                self.assertFalse(self.succeeds(operation), f"{name}: {user.login}")
            self.assertFalse(theirs.search([]))
            spec = {
                fname: {} for fname in ("question", "return_reason", "return_count", "department_id", "final")
            }
            with self.assertRaises(AccessError):
                theirs.onchange({"dispatch_id": sheet.id, "kind": "return"}, ["dispatch_id"], spec)
            self.env.invalidate_all()
        other = self.new_sheet(self.new_case(), self.office)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            mine.dispatch_id = other
            self.env.flush_all()
        self.env.invalidate_all()
        for kind in ("send_again", "send_back", "withdraw"):
            mine.kind = kind
            self.assertFalse(self.succeeds(mine.action_apply), kind)
        mine.kind = "return"
        mine.action_apply()
        self.assertEqual((sheet.state, sheet.return_reason), ("returned", "Not ours"))


@tagged("post_install", "-at_install")
class TestHeadFiles(HeadCommon):
    """DI-2: files of a sheet are read by both sides, and changed by whom and while the words are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.File = cls.env["ir.attachment"]

    def _upload(self, user, name="Report.txt", **vals):
        """Upload a file as the web client does for a form that is not saved yet."""
        return self.File.with_user(user).create({"name": name, "raw": SECRET.encode(), **vals})

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_answer(self):
        """DI-2: what the head adds to the answer, the centre reads, but nobody who cannot read the sheet."""
        sheet = self.new_sheet(self.new_case())
        file = self._upload(self.foreman, res_model=SHEET, res_id=0)
        sheet.with_user(self.foreman).web_save({"answer_attachment_ids": [Command.link(file.id)]}, {})
        for user in (self.foreman, self.handler, self.colleague, self.manager, self.auditor, self.quality):
            self.env.invalidate_all()
            self.assertEqual(file.with_user(user).raw, SECRET.encode(), user.login)
            self.assertEqual(sheet.with_user(user).answer_attachment_ids.mapped("name"), ["Report.txt"])
        for user in (
            self.director,
            self.usher,
            self.deputy,
            self.plain_user,
            self.stranger,
            self.foreign_head,
        ):
            self.assertFalse(file.with_user(user).has_access("read"), user.login)
        # The former head uploaded it, and reads it no more.
        self.workshop.manager_id = self.employee_of[self.deputy]
        self.env.invalidate_all()
        self.assertFalse(file.with_user(self.foreman).has_access("read"))
        self.assertTrue(file.with_user(self.deputy).has_access("read"))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_linking_opens_nothing(self):
        """DI-2, OR-2: who links a file that they may not read does not read it thereby, nor changes it."""
        case = self.new_case()
        sheet = self.new_sheet(case).with_user(self.foreman)
        hidden = {
            "of another case": self._upload(self.handler, res_model=COMPLAINT, res_id=self.new_case().id),
            "of another sheet": self._upload(
                self.handler, res_model=SHEET, res_id=self.new_sheet(case, self.office).id
            ),
            "loose, of somebody": self._upload(self.handler),
        }
        for kind, file in hidden.items():
            before = (file.sudo().name, file.sudo().raw, file.sudo().res_model, file.sudo().res_id)
            commands = {
                "link": [Command.link(file.id)],
                "set": [Command.set(file.ids)],
                "update": [Command.update(file.id, {"name": "Mine", "res_id": sheet.id})],
                "link and update": [Command.link(file.id), Command.update(file.id, {"name": "Mine"})],
                "link and delete": [Command.link(file.id), Command.delete(file.id)],
            }
            for name, command in commands.items():
                with self.subTest(kind, command=name), self.env.cr.savepoint() as savepoint:
                    shown = None
                    try:
                        sheet.write({"answer_attachment_ids": command})
                        self.env.flush_all()
                        self.env.invalidate_all()
                        shown = sheet.web_read(
                            {"answer_attachment_ids": {"fields": {"name": {}, "raw": {}, "datas": {}}}}
                        )
                    except AccessError:
                        self.env.invalidate_all()
                    self.assertNotIn(SECRET, repr(shown))
                    self.assertFalse(file.with_user(self.foreman).has_access("read"))
                    after = file.sudo().exists()
                    self.assertEqual((after.name, after.raw, after.res_model, after.res_id), before)
                    savepoint.rollback()
                self.env.invalidate_all()
        with self.assertRaises(AccessError):
            sheet.answer_attachment_ids = [
                Command.create({"name": "A", "raw": b"A", "res_model": COMPLAINT, "res_id": case.id})
            ]
            self.env.flush_all()

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_files_are_changed_with_the_words(self):
        """DI-2: files of the question stay the centre's; those of an answer stay as they were signed."""
        case = self.new_case()
        asked = self._upload(self.handler, "Photo.jpg")
        sheet = self.new_sheet(case, send=False, question_attachment_ids=[Command.link(asked.id)])
        answered = self._upload(self.foreman)
        changes = {
            "rename": lambda file: file.write({"name": "Other"}),
            "exchange": lambda file: file.write({"raw": b"Other"}),
            "move": lambda file: file.write({"res_id": self.other_sheet.id}),
            "delete": lambda file: file.unlink(),
        }
        self.other_sheet = self.new_sheet(case)

        def changed_by(user, file):
            return {
                name
                for name, change in changes.items()
                if self.succeeds(lambda change=change: change(file.with_user(user)))
            }

        everything = set(changes)
        self.assertEqual(changed_by(self.handler, asked), everything)
        sheet.action_send()
        self.assertEqual(changed_by(self.foreman, asked), set())
        self.assertEqual(changed_by(self.handler, asked), set())
        theirs = sheet.with_user(self.foreman)
        theirs.write({"findings": "Stuck", "answer_attachment_ids": [Command.link(answered.id)]})
        self.assertEqual(changed_by(self.foreman, answered), everything)
        theirs.action_sign()
        for user in (self.foreman, self.handler, self.manager):
            self.assertEqual(changed_by(user, answered), set(), user.login)
            self.assertEqual(changed_by(user, asked), set(), user.login)
        sheet.action_send_back("Which valve?")
        self.assertEqual(changed_by(self.foreman, answered), everything)
        # What somebody sends in the chatter is theirs, as everywhere.
        message = theirs.message_post(body="See here", attachments=[("Plan.txt", b"Plan")])
        self.assertIn("rename", changed_by(self.foreman, message.attachment_ids))


class HeadDoorsCommon(HeadCommon, SideDoorsCommon):
    """The case of the side doors with sheets, evidence and contacts on it, and the doors to the sheets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.heads = cls.foreman | cls.usher | cls.deputy | cls.director
        cls.heads.notification_type = "inbox"
        cls.env.ref("base.group_allow_export").user_ids |= cls.heads

    @classmethod
    def make_sheet(cls, people=(), head=None):
        """Ask the workshop about the case; some people take part in the sheet's chatter."""
        sheet = cls.new_sheet(cls.case, user=cls.colleague, question=f"Why {SECRET}?").sudo()
        cls.sheet = sheet
        cls.sheet_file = cls.env["ir.attachment"].create(
            {"name": f"{SECRET} of sheet.txt", "raw": SECRET.encode(), "res_model": SHEET, "res_id": sheet.id}
        )
        about = {"res_model_id": cls.env["ir.model"]._get_id(SHEET), "res_id": sheet.id}
        cls.sheet_activities = cls.env["mail.activity"]
        for user in people:
            own = sheet.with_user(user)
            own.message_subscribe(user.partner_id.ids)
            own.message_post(
                body=f"{SECRET} of sheet, noted by {user.name}",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                attachments=[(f"{SECRET} of {user.name}.txt", SECRET.encode())],
                partner_ids=[person.partner_id.id for person in people if person != user],
            )
            cls.sheet_activities |= (
                cls.env["mail.activity"]
                .with_user(user)
                .create([{**about, "summary": f"{SECRET} of sheet", "user_id": user.id}])
            )
            cls.env["mail.scheduled.message"].with_user(user).create(
                {
                    "author_id": user.partner_id.id,
                    "model": SHEET,
                    "res_id": sheet.id,
                    "body": SECRET,
                    "scheduled_date": fields.Datetime.add(fields.Datetime.now(), days=1),
                }
            )
        cls.flush_tracking(cls)
        cls.sheet_messages = cls.env["mail.message"].search(
            [("model", "=", SHEET), ("res_id", "=", sheet.id)]
        )
        return sheet

    # ids of cases and sheets are alike

    def _shows_case(self, env, domain):
        found = env["mail.message"]._message_fetch(domain)["messages"]
        return self.case.id in found.filtered(lambda message: message.model == COMPLAINT).mapped("res_id")

    def door_inbox(self, env):
        return self._shows_case(env, [("needaction", "=", True)])

    def door_starred(self, env):
        return self._shows_case(env, [("starred", "=", True)])

    def door_history(self, env):
        env["mail.notification"].sudo().search(
            [("res_partner_id", "=", env.user.partner_id.id)]
        ).is_read = True
        env.flush_all()
        return self._shows_case(env, [("needaction", "=", False)])

    # reading the sheet

    def door_sheet_search(self, env):
        return bool(env[SHEET].search([("id", "=", self.sheet.id)]))

    def door_sheet_count(self, env):
        return bool(env[SHEET].search_count([("question", "ilike", SECRET)]))

    def door_sheet_name_search(self, env):
        return bool(env[SHEET].name_search(self.sheet.number))

    def door_sheet_by_department(self, env):
        return bool(env[SHEET].name_search("Workshop"))

    def door_sheet_read(self, env):
        return SECRET in repr(env[SHEET].browse(self.sheet.id).read(["question"]))

    def door_sheet_web_read(self, env):
        return SECRET in repr(env[SHEET].browse(self.sheet.id).web_read({"question": {}}))

    def door_sheet_related(self, env):
        """What the sheet shows of the case."""
        return SECRET in repr(
            env[SHEET].browse(self.sheet.id).web_read({"complaint_name": {}, "description": {}})
        )

    def door_sheet_export(self, env):
        return SECRET in repr(env[SHEET].browse(self.sheet.id).export_data(["number", "question"]))

    def door_sheet_case_export(self, env):
        return SECRET in repr(env[COMPLAINT].browse(self.case.id).export_data(["dispatch_ids/question"]))

    def door_sheet_group(self, env):
        groups = env[SHEET].formatted_read_group(
            [("complaint_id", "=", self.case.id)], ["department_id"], ["__count"]
        )
        return any(group["__count"] for group in groups)

    def door_sheet_of_case(self, env):
        spec = {"dispatch_ids": {"fields": {"question": {}}}}
        return SECRET in repr(env[COMPLAINT].browse(self.case.id).web_read(spec))

    def door_sheet_finds_case(self, env):
        return self.case.id in env[COMPLAINT].search([("dispatch_ids.question", "ilike", SECRET)]).ids

    def door_sheet_dialog(self, env):
        dialog = env[DIALOG].create({"dispatch_id": self.sheet.id, "reason": "Not ours"})
        return SECRET in dialog.question

    def door_sheet_copy(self, env):
        return SECRET in env[SHEET].browse(self.sheet.id).copy().question

    def door_sheet_activity_view(self, env):
        data = env["mail.activity"].get_activity_data(SHEET, [("id", "=", self.sheet.id)])
        return bool(data["activity_res_ids"] or data["grouped_activities"])

    # the chatter of the sheet

    def door_sheet_messages(self, env):
        found = env["mail.message"].search([("model", "=", SHEET), ("res_id", "=", self.sheet.id)])
        return SECRET in repr(found.read(["body"]))

    def door_sheet_message_each(self, env):
        messages = env["mail.message"].browse(self.sheet_messages.ids)
        return any(message.has_access("read") for message in messages)

    def door_sheet_message_text(self, env):
        return bool(env["mail.message"].search_count([("body", "ilike", f"{SECRET} of sheet")]))

    def door_sheet_thread(self, env):
        thread = env[SHEET].browse(self.sheet.id)
        return SECRET in repr(
            env["mail.message"]._message_fetch(None, thread=thread)["messages"].read(["body"])
        )

    def door_sheet_inbox(self, env):
        found = env["mail.message"]._message_fetch([("needaction", "=", True)])["messages"]
        return self.sheet.id in found.filtered(lambda message: message.model == SHEET).mapped("res_id")

    def door_sheet_notifications(self, env):
        domain = [("mail_message_id", "in", self.sheet_messages.ids)]
        return bool(env["mail.notification"].search(domain))

    def door_sheet_followers(self, env):
        domain = [("res_model", "=", SHEET), ("res_id", "=", self.sheet.id)]
        return bool(env["mail.followers"].search(domain))

    def door_sheet_follower_read(self, env):
        followers = self.sheet.message_follower_ids
        return any(one.has_access("read") for one in env["mail.followers"].browse(followers.ids))

    def door_sheet_activities(self, env):
        domain = [("res_model", "=", SHEET), ("res_id", "=", self.sheet.id)]
        return SECRET in repr(env["mail.activity"].search(domain).read(["summary"]))

    def door_sheet_activity_each(self, env):
        activities = env["mail.activity"].browse(self.sheet_activities.ids)
        return any(activity.has_access("read") for activity in activities)

    def door_sheet_scheduled(self, env):
        domain = [("model", "=", SHEET), ("res_id", "=", self.sheet.id)]
        return SECRET in repr(env["mail.scheduled.message"].search(domain).read(["body"]))

    def door_sheet_file(self, env):
        return SECRET in repr(env["ir.attachment"].browse(self.sheet_file.id).read(["raw"]))

    def door_sheet_files(self, env):
        return bool(env["ir.attachment"].search([("name", "ilike", f"{SECRET} of")]))

    def door_sheet_file_of_message(self, env):
        files = self.sheet_messages.attachment_ids
        return any(file.has_access("read") for file in env["ir.attachment"].browse(files.ids))

    # doing something to the sheet

    def door_sheet_write(self, env):
        return env[SHEET].browse(self.sheet.id).write({"findings": "Nothing"})

    def door_sheet_post(self, env):
        return bool(env[SHEET].browse(self.sheet.id).message_post(body="I was here"))

    def door_sheet_follow(self, env):
        self.sheet.message_unsubscribe(env.user.partner_id.ids)
        env[SHEET].browse(self.sheet.id).message_subscribe(env.user.partner_id.ids)
        return env.user.partner_id in self.sheet.message_partner_ids

    def door_sheet_schedule_activity(self, env):
        return bool(env[SHEET].browse(self.sheet.id).activity_schedule(summary="Look", user_id=env.uid))

    # what else hangs on the case

    def door_part_file(self, env):
        """A file of evidence."""
        return SECRET in repr(env["ir.attachment"].browse(self.evidence_file.id).read(["raw"]))

    def door_part_evidence(self, env):
        return bool(env["complaint.evidence"].search([("complaint_id", "=", self.case.id)]))

    def door_part_contact(self, env):
        return bool(env["complaint.contact"].search([("complaint_id", "=", self.case.id)]))

    def door_part_clock(self, env):
        return bool(env["complaint.deadline"].search([("dispatch_id", "=", self.sheet.id)]))

    def door_part_of_case(self, env):
        spec = {"evidence_ids": {"fields": {"display_name": {}}}, "contact_ids": {"fields": {"summary": {}}}}
        return "Witness" in repr(env[COMPLAINT].browse(self.case.id).web_read(spec))

    def door_part_finds_case(self, env):
        return bool(env[COMPLAINT].search([("contact_ids.summary", "ilike", SECRET)]))

    def make_parts(self):
        self.evidence_file = self.env["ir.attachment"].create({"name": "E.txt", "raw": SECRET.encode()})
        self.env["complaint.evidence"].create(
            {
                "complaint_id": self.case.id,
                "name": "Witness",
                "attachment_ids": [Command.link(self.evidence_file.id)],
            }
        )
        self.evidence_file = self.case.evidence_ids.attachment_ids
        self.env["complaint.contact"].create(
            {
                "complaint_id": self.case.id,
                "kind": "call",
                "direction": "in",
                "purpose": "listening",
                "summary": f"{SECRET} called. Witness.",
            }
        )


#: Doors to the case that stand open to a head who answers a sheet of it: all of them only show something.
OPEN_TO_HEAD = {
    *("door_activity_counter", "door_activity_read", "door_board", "door_composer", "door_display_name"),
    *("door_export", "door_file_of_message", "door_file_read", "door_files", "door_files_of_record"),
    *("door_follow", "door_follower_ids", "door_followers", "door_followers_method", "door_followers_read"),
    *("door_formatted_read_group", "door_formatted_read_grouping_sets", "door_inbox_count"),
    *("door_message_count", "door_message_each", "door_message_read", "door_message_text", "door_messages"),
    *("door_messages_by_group", "door_name_search", "door_name_search_number", "door_notification_group"),
    *("door_notification_read", "door_notifications", "door_partner_action", "door_progress_bar"),
    *("door_read", "door_read_group", "door_repeats_by_wording", "door_search", "door_search_archived"),
    *("door_search_count", "door_search_followers", "door_search_message_text", "door_team_count"),
    *("door_template_preview", "door_thread", "door_web_name_search", "door_web_read"),
    "door_web_search_read",
}
#: Of the sheet, only these are shut to its head: they would make another one.
SHEET_SHUT_TO_HEAD = {"door_sheet_copy"}
#: What mail leaves to who wrote it, was addressed in it, or was given it to do.
OWN_MAIL = {
    *("door_activity_counter", "door_inbox_count", "door_message_count", "door_message_text"),
    *("door_messages_by_group", "door_sheet_activities", "door_sheet_activity_each", "door_sheet_inbox"),
    *(
        "door_sheet_message_each",
        "door_sheet_message_text",
        "door_sheet_messages",
        "door_sheet_notifications",
    ),
    *("door_sheet_post", "door_sheet_thread"),
}
#: What closes a complaint waits for the answer.
SHUT_TO_ALL = {"door_wizard_answer"}


@tagged("post_install", "-at_install")
class TestHeadDoors(HeadDoorsCommon):
    """DI-2: through the side doors, heads see what their sheets show, and change nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_case(cls.colleague | cls.witness)
        cls.make_sheet([cls.foreman, cls.colleague, cls.witness])
        cls.new_sheet(cls.new_case(), cls.office)
        cls.make_parts(cls)
        # Who answers another sheet was told of that.
        cls.env["mail.notification"].search([("res_partner_id", "=", cls.usher.partner_id.id)]).is_read = True
        cls.env.flush_all()

    def _open_to(self, user):
        return {name for name, door in self.doors.items() if self.passes(door, user)}

    def test_head(self):
        """DI-2: the head sees the case and the sheet, acts on the sheet alone, and sees no other record."""
        sheet_doors = {name for name in self.doors if name.startswith("door_sheet_")}
        self.assertEqual(self._open_to(self.foreman), OPEN_TO_HEAD | sheet_doors - SHEET_SHUT_TO_HEAD)

    def test_others(self):
        """DI-2: heads of other departments, the one above, and employees of the department see nothing."""
        self.assertDoors(False, self.usher | self.director | self.deputy | self.plain_user)

    def test_open(self):
        """DI-2: each door leads somewhere; so the others would have seen something."""
        self.assertDoors(True, self.witness, self._doors_but(SHUT_TO_ALL))
        self.assertDoors(True, self.colleague, self._doors_but(ADMIN_DOORS | SHUT_TO_ALL))

    def test_open_without_rules(self):
        """DI-2: it is the two rules that keep an employee out: without them they see what the head sees."""
        for xmlid in ("complaint_rule_department_head", "complaint_dispatch_rule_head"):
            self.env.ref(f"complaint_management.{xmlid}").domain_force = "[(1, '=', 1)]"
        own = {"door_activity_counter", "door_inbox_count", "door_sheet_inbox"}
        # To write on a sheet one has to be its head, whatever the rules say.
        writing = {"door_sheet_write"}
        found = self._open_to(self.foreman)
        self.assertEqual(found - self._open_to(self.deputy), own | writing)

    def test_former_head(self):
        """DI-2: who is head no more keeps what they wrote and were told; the case is shut to them."""
        for change in (
            lambda: self.workshop.write({"manager_id": self.employee_of[self.deputy].id}),
            lambda: self.sheet.with_user(self.colleague).action_withdraw("Settled"),
        ):
            with self.env.cr.savepoint() as savepoint:
                change()
                self.env.flush_all()
                self.assertEqual(self._open_to(self.foreman), OWN_MAIL)
                savepoint.rollback()
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def test_concerned_head(self):
        """OR-2: a head who turns out to be concerned finds nothing any more, not even what they wrote."""
        self.case.message_subscribe(self.foreman.partner_id.ids)
        self.case.employee_ids |= self.employee_of[self.foreman]
        self.env.flush_all()
        self.assertDoors(False, self.foreman)
        self.assertEqual(self.sheet.head_id, self.director)
        self.assertIn(self.director, self.sheet.activity_ids.user_id)
        sheet_doors = {name for name in self.doors if name.startswith("door_sheet_")}
        # Nobody has written to the one above yet.
        mail = {"door_activity_counter", "door_inbox_count", "door_sheet_inbox"}
        found = self._open_to(self.director)
        self.assertEqual((OPEN_TO_HEAD | sheet_doors) - SHEET_SHUT_TO_HEAD - mail, found - mail)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nothing_goes_out_through_a_head(self):
        """DI-2: nor does a head send mail from the case, plan work on it, or bring others to it."""
        before = self.env["mail.message"].search_count([])
        for mode in ("comment", "mass_mail"):
            composer = (
                self.env["mail.compose.message"]
                .with_user(self.foreman)
                .create(
                    {
                        "model": COMPLAINT,
                        "res_ids": repr(self.case.ids),
                        "composition_mode": mode,
                        "subject": "From me",
                        "body": "Hello",
                        "partner_ids": self.customer.ids,
                    }
                )
            )
            self.assertFalse(self.succeeds(composer.action_send_mail), mode)
        self.assertEqual(self.env["mail.message"].search_count([]), before)
        case = self.case.with_user(self.foreman)
        for name, operation in {
            "subscribe": lambda: case.message_subscribe(self.deputy.partner_id.ids),
            "unsubscribe": lambda: case.message_unsubscribe(self.colleague.partner_id.ids),
            "activity": lambda: case.env["mail.activity"].create(
                {
                    "res_model_id": self.env["ir.model"]._get_id(COMPLAINT),
                    "res_id": case.id,
                    "summary": "Look",
                    "user_id": self.colleague.id,
                }
            ),
            "upload": lambda: case.env["ir.attachment"].create(
                {"name": "A", "raw": b"A", "res_model": COMPLAINT, "res_id": case.id}
            ),
            "delete file": lambda: case.env["ir.attachment"].browse(self.attachment.id).unlink(),
            "update activity": lambda: (
                case.env["mail.activity"]
                .browse(self.activities.filtered("active")[:1].ids)
                .write({"summary": "Nothing"})
            ),
            "done": lambda: (
                case.env["mail.activity"].browse(self.activities.filtered("active")[:1].ids).action_feedback()
            ),
        }.items():
            self.assertFalse(self.succeeds(operation), name)


@tagged("post_install", "-at_install")
class TestExcludedSheetDoors(HeadDoorsCommon):
    """OR-2: the employee concerned finds nothing of the sheets either, whatever their role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_case(cls.people)
        cls.make_sheet(cls.people)
        cls.make_parts(cls)
        cls.concerned = cls.handler | cls.manager | cls.administrator
        cls.sheet_doors = {name: None for name in dir(cls) if name.startswith(("door_sheet_", "door_part_"))}

    def _exclude(self):
        self.case.employee_ids |= self.bystander.union(*(self.employee[user] for user in self.concerned))
        self.env.flush_all()

    def _sheet_doors(self):
        return {name: getattr(self, name) for name in self.sheet_doors}

    def test_shut(self):
        """OR-2: messages, followers, activities and files of the sheet are shut, also those of before."""
        self._exclude()
        self.assertDoors(False, self.concerned, self._sheet_doors())
        self.assertDoors(True, self.witness, self._sheet_doors())

    def test_open_without_rules(self):
        """OR-2: it is the rules, and the clearing up, that shut each door to an excluded manager."""
        with unprotected(self.env):
            self._exclude()
            doors = self._sheet_doors()
            del doors["door_sheet_schedule_activity"]  # a constraint shuts it as well
            self.assertDoors(True, self.administrator, doors)


@tagged("post_install", "-at_install")
class TestHeadChanges(HeadCommon):
    """DI-2: who heads a department is settled anew in the same moment in which one of its facts changes."""

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_takes_effect_at_once(self):
        """DI-2: making somebody head, archiving and the like shows and hides sheet and case at once."""
        newcomer = new_test_user(self.env, "newcomer", groups="base.group_user")
        employee = self.new_employee(newcomer)
        spare = self.env["hr.employee"].create({"name": "Spare"})
        case = self.new_case()
        sheet = self.new_sheet(case)
        foreman = self.employee_of[self.foreman]
        changes = [
            ("plain employee", lambda: None, self.foreman),
            ("made head", lambda: self.workshop.write({"manager_id": employee.id}), newcomer),
            ("employee archived", lambda: employee.write({"active": False}), self.director),
            ("employee back", lambda: employee.write({"active": True}), newcomer),
            ("user archived", lambda: newcomer.write({"active": False}), self.director),
            ("user back", lambda: newcomer.write({"active": True}), newcomer),
            ("user taken away", lambda: employee.write({"user_id": False}), self.director),
            ("user given", lambda: employee.write({"user_id": newcomer.id}), newcomer),
            ("resource's user taken", lambda: employee.resource_id.write({"user_id": False}), self.director),
            ("resource's user given", lambda: employee.resource_id.write({"user_id": newcomer.id}), newcomer),
            (
                "portal user",
                lambda: newcomer.write({"group_ids": [Command.set(self.env.ref("base.group_portal").ids)]}),
                self.director,
            ),
            (
                "internal again",
                lambda: newcomer.write({"group_ids": [Command.set(self.env.ref("base.group_user").ids)]}),
                newcomer,
            ),
            (
                "in another company alone",
                lambda: newcomer.write(
                    {"company_ids": [Command.set(self.company_2.ids)], "company_id": self.company_2.id}
                ),
                self.director,
            ),
            (
                "in both",
                lambda: newcomer.write(
                    {"company_ids": [Command.link(self.company.id)], "company_id": self.company.id}
                ),
                newcomer,
            ),
            ("concerned", lambda: case.write({"employee_ids": [Command.link(employee.id)]}), self.director),
            ("no more", lambda: case.write({"employee_ids": [Command.clear()]}), newcomer),
            ("head without a user", lambda: self.workshop.write({"manager_id": spare.id}), self.director),
            (
                "who gets one",
                lambda: (employee.write({"user_id": False}), spare.write({"user_id": newcomer.id})),
                newcomer,
            ),
            ("and is deleted", lambda: spare.unlink(), self.director),
            ("under the office", lambda: self.workshop.write({"parent_id": self.office.id}), self.usher),
            (
                "whose head changes",
                lambda: self.office.write({"manager_id": self.employee_of[self.deputy].id}),
                self.deputy,
            ),
            ("as before", lambda: self.workshop.write({"manager_id": foreman.id}), self.foreman),
        ]
        people = newcomer | self.foreman | self.director | self.usher | self.deputy
        for name, change, head in changes:
            with self.subTest(name):
                change()
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(sheet.sudo().head_id, head)
                for user in people.filtered(lambda user: user.active and not user.share):
                    for record in (case, sheet):
                        theirs = record.with_user(user)
                        self.assertEqual(
                            bool(theirs.search([("id", "=", record.id)])),
                            user == head,
                            (user.login, record._name),
                        )
                        self.assertEqual(theirs.has_access("read"), user == head)
                planned = sheet.sudo().activity_ids
                self.assertEqual(planned.user_id, head, "the work is theirs as well")

    def test_who_leaves_is_told_no_more(self):
        """DI-2: heads who answer no more follow neither the sheet nor the case."""
        foreman = self.employee_of[self.foreman]
        ways = {
            "another head": lambda sheet: self.workshop.write(
                {"manager_id": self.employee_of[self.deputy].id}
            ),
            "withdrawn": lambda sheet: sheet.action_withdraw("Settled"),
            "case cancelled": lambda sheet: sheet.complaint_id.action_cancel("Entered twice"),
            "another department": lambda sheet: (
                sheet.with_user(self.foreman).action_return("Ask the office"),
                sheet.action_send_again("Right", self.office),
            ),
            "concerned": lambda sheet: sheet.complaint_id.write({"employee_ids": [Command.link(foreman.id)]}),
        }
        for name, leave in ways.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                sheet = self.new_sheet(self.new_case())
                other = self.new_sheet(sheet.complaint_id, self.office) if name != "case cancelled" else None
                for user in self.foreman | self.usher if other else self.foreman:
                    own = (sheet if user == self.foreman else other).with_user(user)
                    own.message_subscribe(user.partner_id.ids)
                    own.complaint_id.message_subscribe(user.partner_id.ids)
                leave(sheet)
                case = sheet.complaint_id.sudo()
                self.env.flush_all()
                self.env.invalidate_all()
                for thread in (case, sheet.sudo()):
                    self.assertNotIn(self.foreman.partner_id, thread.message_partner_ids)
                    message = thread.with_user(self.handler).message_post(
                        body="Said later", message_type="comment", subtype_xmlid="mail.mt_comment"
                    )
                    self.assertNotIn(self.foreman.partner_id, message.sudo().notified_partner_ids)
                if other:
                    self.assertIn(self.usher.partner_id, case.message_partner_ids, "who still answers stays")
                savepoint.rollback()
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def test_staff_pay_nothing(self):
        """DI-2: who heads no department is asked for no sheets: not one more query, nor a longer one."""
        self.new_sheet(self.new_case())
        rule = self.env.ref("complaint_management.complaint_rule_department_head")
        costs = {}
        for active in (True, False):
            rule.active = active
            for user in (self.handler, self.manager, self.plain_user):
                Complaint = self.Complaint.with_user(user)
                Complaint.search([]).mapped("name")
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                Complaint.search([]).mapped("name")
                costs[user, active] = self.cr.sql_log_count - before
                if active:
                    sql = str(Complaint._search(Domain.TRUE).select().code)
                    self.assertNotIn("complaint_dispatch", sql)
        for user in (self.handler, self.manager):
            self.assertEqual(costs[user, True], costs[user, False], user.login)
        self.assertEqual(costs[self.plain_user, True], 0)
        rule.active = True
        sql = str(self.Complaint.with_user(self.foreman)._search(Domain.TRUE).select().code)
        self.assertIn("complaint_dispatch", sql)


@tagged("post_install", "-at_install")
class TestHeadHttp(HeadDoorsCommon, HttpCase):
    """DI-2: the same over HTTP, as the web client and other programs ask."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_case(cls.colleague)
        cls.make_sheet([cls.foreman, cls.colleague])
        cls.make_parts(cls)
        cls.keys = {
            user: cls.env["res.users.apikeys"]
            .with_user(user)
            ._generate("rpc", "test", fields.Datetime.add(fields.Datetime.now(), hours=6))
            for user in cls.foreman | cls.usher
        }

    def _ask(self, route, **params):
        try:
            return json.dumps(self.make_jsonrpc_request(route, params), ensure_ascii=False)
        except JsonRpcException:
            return ""

    def _json2(self, user, model, method, **params):
        response = self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(params),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.keys[user]}"},
        )
        return response.text if response.ok else ""

    def _try(self, user):
        """Return the routes through which something came or went."""
        self.authenticate(user.login, user.login)
        message = self.messages.filtered(lambda message: message.message_type == "comment")[:1]
        own = self.sheet_messages.filtered(lambda message: message.message_type == "comment")[:1]
        data = {"body": "I was here", "message_type": "comment"}
        case = {"thread_model": COMPLAINT, "thread_id": self.case.id}
        sheet = {"thread_model": SHEET, "thread_id": self.sheet.id}
        react = {"content": "👍", "action": "add"}
        routes = {
            "file of the sheet": SECRET in self.url_open(f"/web/content/{self.sheet_file.id}").text,
            "file of the case": SECRET in self.url_open(f"/web/content/{self.attachment.id}").text,
            "file of evidence": SECRET in self.url_open(f"/web/content/{self.evidence_file.id}").text,
            "thread of the sheet": SECRET in self._ask("/mail/thread/messages", **sheet),
            "thread of the case": SECRET in self._ask("/mail/thread/messages", **case),
            "post on the sheet": "I was here" in self._ask("/mail/message/post", post_data=data, **sheet),
            "post on the case": "I was here" in self._ask("/mail/message/post", post_data=data, **case),
            "react on the sheet": "👍" in self._ask("/mail/message/reaction", message_id=own.id, **react),
            "react on the case": "👍" in self._ask("/mail/message/reaction", message_id=message.id, **react),
            "read the sheet": SECRET
            in self._json2(user, SHEET, "read", ids=self.sheet.ids, fields=["question"]),
            "read the case": SECRET
            in self._json2(user, COMPLAINT, "read", ids=self.case.ids, fields=["name"]),
            "write the answer": self._json2(
                user, SHEET, "write", ids=self.sheet.ids, vals={"findings": "Stuck"}
            ),
            "write the state": self._json2(
                user, SHEET, "write", ids=self.sheet.ids, vals={"state": "signed"}
            ),
            "write the case": self._json2(user, COMPLAINT, "write", ids=self.case.ids, vals={"name": "Mine"}),
            "contacts": self._json2(user, "complaint.contact", "search_read", domain=[]),
            "evidence": self._json2(user, "complaint.evidence", "search_read", domain=[]),
            "analysis": self._json2(user, "complaint.report", "search_read", domain=[]),
            "clocks": self._json2(user, "complaint.deadline", "search_read", domain=[]),
            "a private step": self._json2(
                user, SHEET, "_change", ids=self.sheet.ids, state="signed", vals={}
            ),
            "own sheets": SECRET in self._json2(user, SHEET, "search_read", domain=[], fields=["question"]),
        }
        return {name for name, result in routes.items() if result}

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.http")
    def test_routes(self):
        """DI-2: the head reads case and sheet and writes on the sheet; another head gets nothing."""
        self.assertEqual(self._try(self.usher), set())
        expected = {
            "file of the sheet",
            "file of the case",
            "thread of the sheet",
            "thread of the case",
            "post on the sheet",
            "react on the sheet",
            "read the sheet",
            "read the case",
            "write the answer",
            "own sheets",
        }
        self.assertEqual(self._try(self.foreman), expected)
        self.assertEqual(self.sheet.state, "sent")
