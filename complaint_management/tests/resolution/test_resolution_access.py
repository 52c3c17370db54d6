"""Who sees and does what with solutions, approvals, remedies, follow-up calls and spot checks (OR-1 to OR-3).

The tables tell it in full. Whatever is refused here is tried once more after a rule was opened, or by
somebody who may, so that a door that leads nowhere proves nothing.
"""
# Functions that are made in a loop here are called in the same round of it.
# ruff: noqa: B023

import json

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.case.test_access_matrix import read_table
from odoo.addons.complaint_management.tests.case.test_side_doors import SECRET
from odoo.addons.complaint_management.tests.resolution.common import FACTS, ResolutionCommon

COMPLAINT, SOLUTION, REMEDY = "complaint.complaint", "complaint.solution", "complaint.remedy"
APPROVAL, FOLLOWUP, INSPECTION = "complaint.approval", "complaint.followup", "complaint.inspection"
#: How an amount of these tests is written in a message.
AMOUNT, WRITTEN = 4711, "4,711"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
RULES = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")

#: Who reads what: c the case, o the remedy of the owner, * these and the solution, its first approval and
#: the other remedy. Who writes: W the words of the proposal, M an amount, L who does the remedy; - nothing.
#:
#: 1st, hand: first contact and handler of the team, hand wrote it; coll: another handler of it; strn: of
#: another team; lead: leader, who agrees second; abov: leader above; mngr, qual, audt; forg: manager of
#: company 2; appr: agrees first, has no complaint group; next: to whom that is passed on; ownr: carries one
#: remedy out, has no group; dept: head of a department that was asked; plan: any employee; ptl: portal
MATRIX = """
situation                |1st |hand|coll|strn|lead|abov|mngr|qual|audt|forg|appr|next|ownr|dept|plan|ptl
draft                    |*   |*WML|*WML|-   |*WML|*WML|*WML|*   |*   |-   |-   |-   |-   |c   |-   |-
waits                    |*   |*WML|*WML|-   |*WML|*WML|*WML|*   |*   |-   |*   |-   |-   |c   |-   |-
waits for the second     |*   |*WML|*WML|-   |*WML|*WML|*WML|*   |*   |-   |*   |-   |-   |c   |-   |-
passed on                |*   |*WML|*WML|-   |*WML|*WML|*WML|*   |*   |-   |-   |*   |-   |c   |-   |-
refused                  |*   |*WML|*WML|-   |*WML|*WML|*WML|*   |*   |-   |*   |-   |-   |c   |-   |-
taken back               |*   |*WML|*WML|-   |*WML|*WML|*WML|*   |*   |-   |-   |-   |-   |c   |-   |-
approved                 |*   |*WML|*WML|-   |*WML|*WML|*WML|*   |*   |-   |*   |-   |-   |c   |-   |-
offered                  |*   |*L  |*L  |-   |*L  |*L  |*L  |*   |*   |-   |*   |-   |-   |c   |-   |-
accepted                 |*   |*L  |*L  |-   |*L  |*L  |*L  |*   |*   |-   |*   |-   |co  |c   |-   |-
done                     |*   |*   |*   |-   |*   |*   |*   |*   |*   |-   |*   |-   |co  |c   |-   |-
cancelled                |*   |*   |*   |-   |*   |*   |*   |*   |*   |-   |*   |-   |-   |c   |-   |-
reassigned               |*   |*L  |*L  |-   |*L  |*L  |*L  |*   |*   |-   |*   |co  |-   |c   |-   |-
withdrawn                |*   |*   |*   |-   |*   |*   |*   |*   |*   |-   |*   |-   |-   |c   |-   |-
accepted, secret         |-   |*L  |-   |-   |*L  |*L  |*L  |*   |*   |-   |*   |-   |co  |c   |-   |-
waits, secret            |-   |*WML|-   |-   |*WML|*WML|*WML|*   |*   |-   |*   |-   |-   |c   |-   |-
accepted, archived       |*   |*L  |*L  |-   |*L  |*L  |*L  |*   |*   |-   |*   |-   |co  |c   |-   |-
waits, other team's      |*   |*WML|*   |*WML|*   |*WML|*WML|*   |*   |-   |*   |-   |-   |c   |-   |-
waits, appr concerned    |*   |*WML|*WML|-   |*WML|*WML|*WML|*   |*   |-   |-   |-   |-   |c   |-   |-
approved, appr concerned |*   |*WML|*WML|-   |*WML|*WML|*WML|*   |*   |-   |-   |-   |-   |c   |-   |-
accepted, owner concerned|*   |*L  |*L  |-   |*L  |*L  |*L  |*   |*   |-   |*   |-   |-   |c   |-   |-
done, owner concerned    |*   |*   |*   |-   |*   |*   |*   |*   |*   |-   |*   |-   |-   |c   |-   |-
accepted, all concerned  |-   |-   |-   |-   |-   |-   |-   |-   |-   |-   |-   |-   |-   |-   |-   |-
waits, appr moved        |*   |*WML|*WML|-   |*WML|*WML|*WML|*   |*   |-   |-   |-   |-   |c   |-   |-
accepted, owner moved    |*   |*L  |*L  |-   |*L  |*L  |*L  |*   |*   |-   |*   |-   |-   |c   |-   |-
accepted, cancelled case |*   |*   |*   |-   |*   |*   |*   |*   |*   |-   |*   |-   |-   |c   |-   |-
"""

#: Access to whole models: r read, w write, c create, d delete; users without a group: internal ones.
MODELS = """
model                        | first| hand | mngr | qual | audit| plain| portl| publ
complaint.solution           | rwc. | rwcd | rwcd | r... | r... | r... | .... | ....
complaint.remedy             | rwc. | rwcd | rwcd | r... | r... | r... | .... | ....
complaint.approval           | r... | r... | r... | r... | r... | r... | .... | ....
complaint.approval.rule      | .... | r... | rwcd | r... | r... | .... | .... | ....
complaint.remedy.type        | r... | r... | rwcd | r... | r... | r... | .... | ....
complaint.followup           | rw.. | rw.. | rw.. | r... | r... | .... | .... | ....
complaint.followup.rule      | r... | r... | rwcd | r... | r... | .... | .... | ....
complaint.inspection         | r... | r... | rw.. | rw.. | r... | .... | .... | ....
complaint.solution.offer     | rwc. | rwc. | rwc. | .... | .... | .... | .... | ....
complaint.solution.answer    | rwc. | rwc. | rwc. | .... | .... | .... | .... | ....
complaint.solution.reason    | rwc. | rwc. | rwc. | rwc. | rwc. | rwc. | .... | ....
complaint.remedy.finish      | rwc. | rwc. | rwc. | rwc. | rwc. | rwc. | .... | ....
complaint.result             | rwc. | rwc. | rwc. | .... | .... | .... | .... | ....
complaint.result.confirmation| rwc. | rwc. | rwc. | .... | .... | .... | .... | ....
complaint.send.back          | rwc. | rwc. | rwc. | .... | .... | .... | .... | ....
complaint.followup.wizard    | rwc. | rwc. | rwc. | .... | .... | .... | .... | ....
complaint.inspection.check   | .... | .... | rwc. | rwc. | .... | .... | .... | ....
complaint.inspection.draw    | .... | .... | rwc. | rwc. | .... | .... | .... | ....
complaint.inspection.draw.line | .... | .... | rwcd | rwcd | .... | .... | .... | ....
"""


class ResolutionAccessCommon(ResolutionCommon):
    """One user for each column, and a way to bring a solution to every situation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls._new_user("handler", "boss")
        cls.centre.parent_id = cls.other_team.parent_id = cls.env["complaint.team"].create(
            {"name": "Head office", "leader_id": cls.boss.id}
        )
        cls.approver, cls.next_one, cls.owner = (
            new_test_user(cls.env, login, groups="base.group_user", name=login.title())
            for login in ("approver", "next_one", "owner")
        )
        cls.portal_user = new_test_user(cls.env, "portal_user", groups="base.group_portal")
        cls.columns = {
            "first": cls.first_contact,
            "hand": cls.handler,
            "coll": cls.colleague,
            "strng": cls.stranger,
            "lead": cls.leader,
            "above": cls.boss,
            "mngr": cls.manager,
            "qual": cls.quality,
            "audit": cls.auditor,
            "forgn": cls.foreign_manager,
            "appr": cls.approver,
            "next": cls.next_one,
            "owner": cls.owner,
            "dept": cls.foreman,
            "plain": cls.plain_user,
            "portl": cls.portal_user,
        }
        for user in cls.columns.values():
            if user not in cls.employee_of and not user.share:
                cls.employee_of[user] = cls.new_employee(
                    user, company_id=user.company_id.id, name=f"Employee {user.login}"
                )
        cls.new_rule("Agent", approver="user", user_id=cls.approver.id, sequence=1)
        cls.new_rule("Leader", sequence=2)

    @classmethod
    def new_full_case(cls, **vals):
        """Create a case with a sheet that the workshop answered, ready for a solution."""
        case = cls.new_case(name=f"Case {SECRET}", **vals)
        sheet = cls.new_sheet(case)
        sheet.with_user(cls.foreman).write({"findings": "Stuck."})
        sheet.with_user(cls.foreman).action_sign()
        sheet.action_confirm()
        cls.find_out(case)
        case.move_to("solution")
        return case

    def new_proposal(self, case=None, **vals):
        """Write a solution with a remedy of the owner's, and another one."""
        solution = self.Solution.with_user(self.handler).create(
            {
                "complaint_id": (case or self.new_full_case()).id,
                **FACTS,
                "assessment": f"{SECRET} of the judgement",
                "offer": f"{SECRET} of the offer",
                "remedy_ids": [
                    Command.create(
                        {
                            "type_id": self.taking_back.id,
                            "description": f"{SECRET} of the owner",
                            "user_id": self.owner.id,
                        }
                    ),
                    Command.create(
                        {
                            "type_id": self.compensation.id,
                            "amount": AMOUNT,
                            "description": f"{SECRET} of the other",
                        }
                    ),
                ],
                **vals,
            }
        )
        self.assertTrue(solution.env.user == self.handler)
        return solution

    def bring_to(self, solution, state):
        """Bring a draft to a situation as people do."""
        mine = solution.remedy_ids[:1]
        first = ("submit",)
        way = {
            "draft": (),
            "waits": first,
            "waits for the second": (*first, "agree"),
            "passed on": (*first, "pass on"),
            "refused": (*first, "refuse"),
            "taken back": (*first, "take back"),
            "approved": (*first, "agree", "agree too"),
        }
        for name, steps in (
            ("offered", ("offer",)),
            ("accepted", ("offer", "accept")),
            ("done", ("offer", "accept", "do")),
            ("cancelled", ("offer", "accept", "cancel")),
            ("reassigned", ("offer", "accept", "reassign")),
            ("withdrawn", ("offer", "accept", "withdraw")),
        ):
            way[name] = (*way["approved"], *steps)
        steps = {
            "submit": solution.action_submit,
            "agree": lambda: self.approve(solution, self.approver),
            "agree too": lambda: self.approve(solution, self.leader),
            "refuse": lambda: (
                self.approval_of(solution).with_user(self.approver).action_refuse(f"{SECRET} says no")
            ),
            "take back": lambda: solution.action_withdraw_request(f"{SECRET} taken back"),
            "pass on": lambda: (
                self.approval_of(solution).with_user(self.leader).action_pass_on(self.next_one, "Away")
            ),
            "offer": lambda: self.offer(solution),
            "accept": lambda: solution.action_accept(f"{SECRET} agrees", "Zhang San", PNG),
            "do": lambda: (
                mine.with_user(self.owner).action_done("Done"),
                solution.remedy_ids[1:].action_done("Paid in cash")
                if solution.remedy_ids[1:].wants_document
                else solution.remedy_ids[1:].sudo()._tick_off(fields.Datetime.now()),
            ),
            "cancel": lambda: solution.remedy_ids.action_cancel("Not wanted"),
            "reassign": lambda: mine.write({"user_id": self.next_one.id}),
            "withdraw": lambda: solution.action_withdraw("Something better"),
        }
        for step in way[state]:
            steps[step]()
        return solution

    def approval_of(self, solution):
        """Return the first agreement of the running request, whoever reads it."""
        return solution.sudo().approval_ids.filtered(
            lambda approval: approval.request == solution.sudo().request_count
        )[:1]

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

    def sees(self, record, user, fnames=("display_name",)):
        """Tell whether a user reads a record; the ways to find and to read it have to agree."""
        theirs = record.with_user(user).sudo(False).with_context(active_test=False)
        self.env.invalidate_all()
        try:
            theirs.web_read({fname: {} for fname in fnames})
            read = True
        except AccessError:
            read = False
        self.env.invalidate_all()
        found = theirs.has_access("read") and bool(theirs.browse().search([("id", "=", record.id)]))
        self.assertEqual(found, read, f"{user.login}: {record}")
        return read


@tagged("post_install", "-at_install")
class TestResolutionMatrix(ResolutionAccessCommon):
    """OR-1 to OR-3, DI-2: solutions are read by who works on the case, and by who was asked about them."""

    def _set_up(self, situation):
        """Return a solution in a situation."""
        state, *more = situation.split(", ")
        solution = self.new_proposal()
        case = solution.complaint_id.sudo()
        self.bring_to(solution, state)
        employees = self.employee_of
        changes = {
            "secret": lambda: case.write({"confidential": True}),
            "archived": lambda: case.write({"active": False}),
            "other team's": lambda: case.write({"team_id": self.other_team.id}),
            "appr concerned": lambda: self._concern(case, self.approver),
            "owner concerned": lambda: self._concern(case, self.owner),
            "all concerned": lambda: (
                case.write({"user_id": False}),
                self._concern(case, *(user for user in employees if user != self.foreign_manager)),
            ),
            "appr moved": lambda: self._move_out(self.approver),
            "owner moved": lambda: self._move_out(self.owner),
            "cancelled case": lambda: case.action_cancel("Entered twice"),
        }
        for change in more:
            changes[change]()
        return solution

    def _concern(self, case, *users):
        case.write({"employee_ids": [Command.link(self.employee_of[user].id) for user in users]})

    def _move_out(self, user):
        """Somebody goes to the other company."""
        user.write({"company_ids": [Command.set(self.company_2.ids)], "company_id": self.company_2.id})

    def _cell(self, solution, user):
        """Return the letters of what a user may do."""
        # Who wrote it may be out of it by now.
        solution = solution.sudo()
        case, remedies = solution.complaint_id, solution.remedy_ids
        mine, other = remedies.sorted("id")
        approval = self.approval_of(solution)
        letters = "".join(
            letter
            for letter, record, fnames in (
                ("c", case, ("name", "description", "wanted_outcome")),
                (
                    "s",
                    solution,
                    ("offer", "assessment", "amount_total", "state", "description", "partner_name"),
                ),
                ("a", approval, ("state", "amount", "name", "partner_name")),
                ("o", mine, ("description", "amount", "user_id", "partner_phone")),
                ("r", other, ("description", "amount", "user_id", "partner_phone")),
            )
            if record and self.sees(record, user, fnames)
        )
        writes = {
            "W": lambda: solution.with_user(user).sudo(False).write({"offer": "Other words"}),
            "M": lambda: other.with_user(user).sudo(False).write({"amount": AMOUNT + 1}),
            "L": lambda: mine.with_user(user).sudo(False).write({"user_id": self.usher.id}),
        }
        everything = "csaor" if approval else "csor"
        letters = "*" if letters == everything else letters
        return letters + "".join(letter for letter, write in writes.items() if self.succeeds(write)) or "-"

    @mute_logger(*RULES)
    def test_matrix(self):
        """OR-1, OR-2, OR-3, DI-2: situation × person, on each model, as the table says."""
        expected, wrong = read_table(MATRIX), []
        for situation, cells in expected.items():
            with self.env.cr.savepoint() as savepoint:
                solution = self._set_up(situation)
                self.env.flush_all()
                for (column, cell), user in zip(cells.items(), self.columns.values(), strict=True):
                    found = self._cell(solution, user)
                    if found != cell:
                        wrong.append(f"{situation} · {column}: {found} instead of {cell}")
                savepoint.rollback()
            # With it go the companies of those who went to another one.
            self.env.transaction.reset()
            self.env.registry.clear_cache()
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def test_models(self):
        """OR-1, OR-3: what each group may do with each model at all; the customer's account nothing."""
        people = {
            **{
                name: self.columns[name]
                for name in ("first", "hand", "mngr", "qual", "audit", "plain", "portl")
            },
            "publ": self.env.ref("base.public_user"),
        }
        for name, cells in read_table(MODELS).items():
            for column, cell in cells.items():
                theirs = self.env[name].with_user(people[column])
                letters = "".join(
                    letter if theirs.has_access(operation) else "."
                    for letter, operation in zip("rwcd", ("read", "write", "create", "unlink"), strict=True)
                )
                self.assertEqual(letters, cell, f"{name}: {column}")

    def test_table_is_complete(self):
        """OR-1: no model of the areas is forgotten above."""
        areas = (".models.resolution.", ".models.improvement.", ".wizard.resolution.", ".wizard.improvement.")
        ours = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("complaint.")
            and not model._abstract
            and any(
                area in f".{base.__module__}." and "_description" in base.__dict__
                for base in model.__mro__
                for area in areas
            )
        }
        self.assertEqual(ours, set(read_table(MODELS)))

    @mute_logger(*RULES)
    def test_open_rule_shows_all(self):
        """DI-2, OR-3: it is these rules that keep people to what they were asked: opened, they show all."""
        solution = self.bring_to(self.new_proposal(), "accepted")
        mine, other = solution.sudo().remedy_ids.sorted("id")
        approval = self.approval_of(solution)
        for xmlid, record in (
            ("complaint_rule_department_head", solution.complaint_id.sudo()),
            ("complaint_solution_rule_asked", solution),
            ("complaint_approval_rule_asked", approval),
            ("complaint_remedy_rule_asked", mine),
        ):
            self.assertFalse(self.sees(record, self.plain_user))
            self.env.ref(f"complaint_management.{xmlid}").domain_force = "[(1, '=', 1)]"
            self.assertTrue(self.sees(record, self.plain_user), xmlid)
        # Nor does one see the other's remedy, but for the rule of them.
        self.assertTrue(self.sees(other, self.owner))

    @mute_logger(*RULES)
    def test_follow_up_and_checks(self):
        """CL-2, CL-3: calls are read with the case; a spot check by its handler only when it is done."""
        case = self.new_complaint(user_id=self.handler.id, outcome="Repaired.")
        case.move_to("closed")
        followup = self.env[FOLLOWUP].create(
            {"complaint_id": case.id, "user_id": self.colleague.id, "planned_date": fields.Date.today()}
        )
        inspection = self.env[INSPECTION].create(
            {
                "complaint_id": case.id,
                "team_id": self.centre.id,
                "handler_id": self.handler.id,
                "user_id": self.quality.id,
                "period": fields.Date.today().replace(day=1),
            }
        )

        def readers(record):
            return {column for column, user in self.columns.items() if self.sees(record, user)}

        staff = {"first", "hand", "coll", "lead", "above", "mngr", "qual", "audit"}
        self.assertEqual(readers(followup), staff)
        self.assertEqual(readers(inspection), {"mngr", "qual", "audit"})
        inspection.with_user(self.quality).write({"mark": "5"})
        inspection.with_user(self.quality).action_pass()
        self.assertEqual(readers(inspection), {"hand", "mngr", "qual", "audit"})
        case.sudo().write({"confidential": True})
        self.assertEqual(readers(followup), staff - {"first", "coll"})
        people = self.handler | self.colleague | self.quality | self.manager
        case.sudo().user_id = False
        self._concern(case.sudo(), *people)
        self.assertEqual(readers(followup), {"lead", "above", "audit"})
        self.assertEqual(readers(inspection), {"audit"})
        # It is the rule of the complaints that keeps them out, whatever their role in it.
        self.env.ref("complaint_management.complaint_rule_excluded").active = False
        self.assertLessEqual({"qual", "mngr"}, readers(inspection))
        for user in self.columns.values():
            if user not in (self.handler, self.leader, self.boss, self.manager):
                self.assertFalse(
                    self.succeeds(
                        lambda user=user: followup.with_user(user).write({"planned_date": "2030-01-01"})
                    ),
                    user.login,
                )


@tagged("post_install", "-at_install")
class TestForging(ResolutionAccessCommon):
    """SO-3, SO-4, DESIGN 4.5: states come by their buttons alone; nobody goes round the approval."""

    #: What nobody types in, with a value that would say something.
    def _forged(self, model):
        now = fields.Datetime.now()
        return {
            SOLUTION: {
                "state": "approved",
                "version": 9,
                "round": 9,
                "request_count": 9,
                "approved_at": now,
                "proposed_by_id": self.owner.id,
                "offered_at": now,
                "answer": "accepted",
                "answered_at": now,
                "signature": PNG,
                "signed_by": "Somebody",
                "final": True,
                "customer_rate": 0.01,
                "amount_total": 0,
                "refusal": "No",
                "complaint_id": self.other_case.id,
                "approval_ids": [Command.clear()],
            },
            REMEDY: {
                "state": "done",
                "done_at": now,
                "done_by_id": self.owner.id,
                "agreed_at": now,
                "round": 9,
                "cancel_reason": "No",
                "move_id": False,
                "blocked_reason": "No",
                "solution_id": self.other_solution.id,
                "complaint_id": self.other_case.id,
            },
        }[model]

    def setUp(self):
        super().setUp()
        self.other_solution = self.new_proposal()
        self.other_case = self.other_solution.complaint_id

    def _facts(self, *records):
        """Return all that is stored of records, to compare."""
        self.env.invalidate_all()
        return [
            {
                fname: record.sudo()[fname]
                for fname, field in record._fields.items()
                if field.store
                and field.type not in ("one2many",)
                and fname not in ("write_date", "write_uid", "message_ids")
            }
            for record in records
        ]

    def _refused(self, operation, name, *records):
        """Check that something is refused, and leaves nothing."""
        before = self._facts(*records)
        with self.assertRaises(UserError, msg=name), self.env.cr.savepoint():
            operation()
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._facts(*records), before, name)

    @mute_logger(*RULES)
    def test_written(self):
        """SO-3, SO-4: by write and through the complaint: state × field, all refused."""
        for state in ("draft", "approved", "offered", "accepted"):
            with self.env.cr.savepoint() as savepoint:
                solution = self.bring_to(self.new_proposal(), state)
                case, remedy = solution.complaint_id, solution.remedy_ids[1:]
                for record, line in ((solution, "solution_ids"), (remedy, "remedy_ids")):
                    for fname, value in self._forged(record._name).items():
                        name = f"{state}: {fname}"
                        self._refused(lambda r=record, f=fname, v=value: r.write({f: v}), name, record)
                        self._refused(
                            lambda r=record, f=fname, v=value, n=line: case.write(
                                {n: [Command.update(r.id, {f: v})]}
                            ),
                            f"{name} through the complaint",
                            record,
                        )
                savepoint.rollback()
            self.env.transaction.reset()
        self.assertTrue(self.succeeds(lambda: self.other_solution.write({"offer": "Other words"})))

    @mute_logger(*RULES)
    def test_created(self):
        """SO-3: a version begins as a draft and a remedy planned, whatever is sent along with it."""
        case = self.new_full_case()
        vals = {"complaint_id": case.id, **FACTS}
        line = {"solution_id": self.other_solution.id, "type_id": self.taking_back.id}
        Solution, Remedy = self.Solution.with_user(self.handler), self.env[REMEDY].with_user(self.handler)
        for fname, value in self._forged(SOLUTION).items():
            if fname != "complaint_id":
                self._refused(lambda f=fname, v=value: Solution.create({**vals, f: v}), fname)
                self._refused(
                    lambda f=fname, v=value: case.write({"solution_ids": [Command.create({**FACTS, f: v})]}),
                    f"{fname} through the complaint",
                )
        for fname, value in self._forged(REMEDY).items():
            if fname != "solution_id" and value:
                self._refused(lambda f=fname, v=value: Remedy.create({**line, f: v}), fname)
                self._refused(
                    lambda f=fname, v=value: Solution.create(
                        {**vals, "remedy_ids": [Command.create({"type_id": self.taking_back.id, f: v})]}
                    ),
                    f"{fname} in a solution",
                )
        for model, values in ((Solution, vals), (Remedy, line)):
            forged = {f"default_{fname}": value for fname, value in self._forged(model._name).items()}
            made = model.with_context(**forged).create(values)
            self.assertIn(made.state, ("draft", "planned"))
            for fname in ("approved_at", "offered_at", "final", "done_at", "agreed_at", "signed_by"):
                self.assertFalse(fname in made._fields and made[fname], fname)
            made.sudo().unlink()
        made = self.Complaint.with_user(self.handler).with_context(default_state="approved")
        made = made.create({"name": "Cold", "solution_ids": [Command.create({})]})
        self.assertEqual(made.solution_ids.state, "draft")

    @mute_logger(*RULES)
    def test_imported(self):
        """SO-3: an import is refused the same fields, for new records and for those that exist."""
        solution = self.bring_to(self.new_proposal(), "approved")
        remedy = solution.remedy_ids[1:]
        for record, column, value in (
            (solution, "state", "Offered"),
            (solution, "request_count", "7"),
            (remedy, "state", "Done"),
            (remedy, "round", "7"),
        ):
            before = self._facts(record)
            result = record.browse().load([".id", column], [[str(record.id), value]])
            self.assertFalse(result["ids"], column)
            self.assertIn("not saved", repr(result["messages"]), column)
            self.assertEqual(self._facts(record), before)
        for model in (APPROVAL, INSPECTION):
            result = self.env[model].with_user(self.handler).load(["state"], [["approved"]])
            self.assertFalse(result["ids"], model)
        # What may be typed in may be imported, and then it is approved anew.
        result = remedy.browse().load([".id", "amount"], [[str(remedy.id), "12"]])
        self.assertEqual(result["ids"], remedy.ids, result["messages"])
        self.assertEqual((remedy.amount, solution.state), (12, "draft"))

    @mute_logger(*RULES)
    def test_copies(self):
        """SO-4: a copy is a new draft: nothing that was agreed, answered or done comes with it."""
        solution = self.bring_to(self.new_proposal(), "accepted")
        solution.action_withdraw("Something better")
        self._refused(lambda: solution.copy({"state": "approved"}), "copy", solution)
        copy = solution.copy()
        self.assertEqual(copy.state, "draft")
        self.assertFalse(copy.approval_ids or copy.signature or copy.answer or copy.offered_at)
        self.assertEqual(set(copy.remedy_ids.mapped("state")), {"planned"})
        remedy = copy.remedy_ids[:1]
        self._refused(lambda: remedy.copy({"state": "done"}), "remedy", remedy)
        self.assertFalse(solution.complaint_id.copy().solution_ids)

    @mute_logger(*RULES)
    def test_lines(self):
        """DESIGN 4.5: through the lines of a record nothing else is changed than through the records."""
        solution = self.bring_to(self.new_proposal(), "approved")
        case, remedy = solution.complaint_id, solution.remedy_ids[1:]
        mine = self.other_solution.remedy_ids[:1]
        everything = (solution, *solution.remedy_ids, self.other_solution, *self.other_solution.remedy_ids)
        for name, record, commands in (
            ("take a remedy over", self.other_solution, {"remedy_ids": [Command.link(remedy.id)]}),
            ("give a remedy away", solution, {"remedy_ids": [Command.link(mine.id)]}),
            ("take it over by the case", self.other_case, {"remedy_ids": [Command.link(remedy.id)]}),
            ("set them", self.other_solution, {"remedy_ids": [Command.set(remedy.ids)]}),
            ("take a solution over", self.other_case, {"solution_ids": [Command.link(solution.id)]}),
            ("let a solution go", case, {"solution_ids": [Command.unlink(solution.id)]}),
            ("delete a solution", case, {"solution_ids": [Command.delete(solution.id)]}),
            ("delete all", case, {"solution_ids": [Command.clear()]}),
            ("delete approvals", solution, {"approval_ids": [Command.clear()]}),
            (
                "decide in lines",
                solution,
                {"approval_ids": [Command.update(self.approval_of(solution).id, {"state": "approved"})]},
            ),
            ("plan a call", case, {"followup_ids": [Command.create({"planned_date": "2030-01-01"})]}),
        ):
            self._refused(lambda r=record, c=commands: r.write(c), name, *everything)
        self.assertEqual(solution.state, "approved")

    @mute_logger(*RULES)
    def test_changes_are_approved_anew(self):
        """DESIGN 4.5: whichever way an amount is changed, it is approved anew."""

        def change(remedy):
            return {"amount": AMOUNT * 10}

        ways = {
            "the remedy": lambda s, r: r.write(change(r)),
            "the solution": lambda s, r: s.write({"remedy_ids": [Command.update(r.id, change(r))]}),
            "another solution": lambda s, r: self.other_solution.write(
                {"remedy_ids": [Command.update(r.id, change(r))]}
            ),
            "the complaint": lambda s, r: s.complaint_id.write(
                {"remedy_ids": [Command.update(r.id, change(r))]}
            ),
            "another complaint": lambda s, r: self.other_case.write(
                {"remedy_ids": [Command.update(r.id, change(r))]}
            ),
            "the complaint's solution": lambda s, r: s.complaint_id.write(
                {"solution_ids": [Command.update(s.id, {"remedy_ids": [Command.update(r.id, change(r))]})]}
            ),
            "words in the context": lambda s, r: r.with_context(
                complaint_solution_writing=True, complaint_clock_moved=True
            ).write(change(r)),
            "ids in the context": lambda s, r: r.with_context(complaint_solution_writing=s.ids).write(
                change(r)
            ),
            "words of the solution": lambda s, r: s.with_context(complaint_solution_writing=True).write(
                {"offer": "More"}
            ),
            "the list": lambda s, r: s.web_save({"remedy_ids": [[1, r.id, change(r)]]}, {}),
            "another type": lambda s, r: r.write({"type_id": self.other_type.id}),
            "one more": lambda s, r: r.with_context(complaint_solution_writing=True).create(
                {"solution_id": s.id, "type_id": self.compensation.id, "amount": AMOUNT}
            ),
            "one less": lambda s, r: r.with_context(complaint_solution_writing=True).unlink(),
            "one less by another": lambda s, r: self.other_solution.write(
                {"remedy_ids": [Command.delete(r.id)]}
            ),
        }
        self.other_type = self.env["complaint.remedy.type"].create(
            {"name": "More", "behaviour": "task", "has_amount": True}
        )
        for state in ("waits", "approved"):
            for name, way in ways.items():
                with self.subTest(f"{state}: {name}"), self.env.cr.savepoint() as savepoint:
                    solution = self.bring_to(self.new_proposal(), state)
                    remedy = solution.remedy_ids[1:]
                    way(solution, remedy)
                    self.env.flush_all()
                    self.env.invalidate_all()
                    self.assertEqual(solution.state, "draft", "it has to be approved again")
                    self.assertFalse(self.waiting(solution))
                    with self.assertRaises(UserError):
                        self.offer(solution)
                    savepoint.rollback()
                self.env.transaction.reset()
        solution = self.bring_to(self.new_proposal(), "offered")
        remedy = solution.remedy_ids[1:]
        for name, way in ways.items():
            self._refused(lambda way=way: way(solution, remedy), name, solution, *solution.remedy_ids)

    @mute_logger(*RULES)
    def test_promised_day_does_not_go_back(self):
        """DESIGN 4.5: nor does a word in the context let a day be promised in the past."""
        remedy = self.bring_to(self.new_proposal(), "accepted").remedy_ids[:1]
        yesterday = fields.Date.subtract(fields.Date.today(), days=3)
        for context in ({}, {"complaint_clock_moved": True}, {"complaint_clock_moved": remedy.ids}):
            theirs = remedy.with_context(**context)
            self._refused(lambda theirs=theirs: theirs.write({"date_due": yesterday}), repr(context), remedy)
        remedy.date_due = fields.Date.add(fields.Date.today(), days=3)

    @mute_logger(*RULES)
    def test_deciding(self):
        """SO-3: only who is asked decides, by whichever button or dialog."""
        Dialog = self.env["complaint.solution.reason"]
        for state, able in (("waits", self.approver), ("waits for the second", self.leader)):
            solution = self.bring_to(self.new_proposal(), state)
            approval = solution.sudo().approval_ids.filtered(lambda one: one.state == "waiting")
            ways = {
                "approve": lambda user: approval.with_user(user).action_approve(),
                "refuse": lambda user: approval.with_user(user).action_refuse("No"),
                "button": lambda user: solution.with_user(user).action_approve_mine(),
                "dialog": lambda user: (
                    Dialog.with_user(user)
                    .create({"approval_id": approval.id, "kind": "approve"})
                    .action_apply()
                ),
                "refusing dialog": lambda user: (
                    Dialog.with_user(user)
                    .create({"approval_id": approval.id, "kind": "refuse", "reason": "No"})
                    .action_apply()
                ),
            }
            for name, way in ways.items():
                for user in self.columns.values():
                    self.assertEqual(
                        self.succeeds(lambda way=way, user=user: way(user)),
                        user == able,
                        f"{state}, {name}: {user.login}",
                    )
            judges = self.leader | self.boss | self.manager | able
            for user in self.columns.values():
                self.assertEqual(
                    self.succeeds(
                        lambda user=user: approval.with_user(user).action_pass_on(self.next_one, "Away")
                    ),
                    user in judges,
                    f"{state}, pass on: {user.login}",
                )

    @mute_logger(*RULES)
    def test_proposers_do_not_choose(self):
        """SO-3: who proposed it, as a leader, does not say who agrees to it."""
        solution = self.new_proposal()
        solution.with_user(self.boss).action_submit()
        approval = self.approval_of(solution)
        self.assertEqual(approval.state, "waiting")
        self._refused(
            lambda: approval.with_user(self.boss).action_pass_on(self.next_one, "Away"), "pass on", approval
        )
        approval.with_user(self.manager).action_pass_on(self.next_one, "Away")
        self.assertEqual(self.waiting(solution), self.next_one)

    @mute_logger(*RULES)
    def test_steps_of_the_centre(self):
        """SO-3 to SO-6: those who read without handling the case take none of its steps."""
        steps = {
            "draft": {"action_submit": ()},
            "waits": {"action_withdraw_request": ("Wrong",)},
            "approved": {"action_offer": ("call", "Told")},
            "offered": {"action_accept": (), "action_decline": ("No",), "action_withdraw": ("Wrong",)},
            "withdrawn": {"action_new_version": ()},
        }
        able = {"hand", "coll", "lead", "above", "mngr"}
        for state, methods in steps.items():
            solution = self.bring_to(self.new_proposal(), state)
            for name, args in methods.items():
                found = {
                    column
                    for column, user in self.columns.items()
                    if self.succeeds(lambda n=name, a=args, u=user: getattr(solution.with_user(u), n)(*a))
                }
                self.assertEqual(found, able, f"{state}: {name}")
        remedy = self.bring_to(self.new_proposal(), "accepted").remedy_ids[:1]
        for name, args, people in (
            ("action_done", ("Done",), able | {"owner"}),
            ("action_cancel", ("Not wanted",), able | {"owner"}),
        ):
            found = {
                column
                for column, user in self.columns.items()
                if self.succeeds(
                    lambda n=name, a=args, u=user: getattr(remedy.with_user(u).sudo(False), n)(*a)
                )
            }
            self.assertEqual(found, people, name)


@tagged("post_install", "-at_install")
class TestDialogs(ResolutionAccessCommon):
    """OR-2, OR-3: a dialog, or a form under way, may name any record; it shows and does what its user may."""

    def _named(self, case, solution):
        """Return ``{dialog: (values that name the records, buttons)}``."""
        approval, remedy = self.approval_of(solution), solution.sudo().remedy_ids[:1]
        of_case, of_solution = {"complaint_id": case.id}, {"solution_id": solution.id}
        return {
            "complaint.solution.offer": (
                {**of_solution, "kind": "call", "summary": "Told"},
                ["action_offer"],
            ),
            "complaint.solution.answer": ({**of_solution, "words": "Yes"}, ["action_apply"]),
            "complaint.solution.reason": (
                {**of_solution, "approval_id": approval.id, "kind": "withdraw", "reason": "No"},
                ["action_apply"],
            ),
            "complaint.remedy.finish": (
                {"remedy_ids": [Command.set(remedy.ids)], "kind": "cancel", "note": "No"},
                ["action_apply"],
            ),
            "complaint.result": ({**of_case, "decision": "upheld", "kind": "call"}, ["action_apply"]),
            "complaint.result.confirmation": ({**of_case, "kind": "none", "note": "No"}, ["action_apply"]),
            "complaint.send.back": ({**of_case, "reason": "No"}, ["action_apply"]),
            "complaint.followup.wizard": ({**of_case, "result": "satisfied"}, ["action_apply"]),
        }

    def _told(self, operation):
        """Return what an operation shows, as text; nothing where it is refused. It is undone."""
        shown = ""
        # As a request begins: nothing is in memory that the user would have to fetch.
        self.env.flush_all()
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint() as savepoint:
                shown = repr(operation())
                savepoint.rollback()
        except UserError:
            pass
        self.env.invalidate_all()
        return shown

    def _leaks(self, text, case):
        return [word for word in (SECRET, WRITTEN, str(AMOUNT), case.partner_name) if word in text]

    @mute_logger(*RULES)
    def test_any_record_named(self):
        """OR-2, OR-3: who does not read a case puts its id into a dialog, and learns nothing."""
        solution = self.bring_to(self.new_proposal(), "offered")
        case = solution.complaint_id.sudo()
        case.write({"partner_id": False, "partner_name": "Ouyang Nana", "outcome": SECRET})
        self._concern(case, self.first_contact, self.quality)
        strangers = self.stranger | self.first_contact | self.quality | self.owner | self.plain_user
        seen = set()
        for name, (vals, buttons) in self._named(case, solution).items():
            spec = {
                fname: {"fields": {"display_name": {}}} if field.type == "many2one" else {}
                for fname, field in self.env[name]._fields.items()
            }
            ways = {
                "create": lambda user, name=name, vals=vals, spec=spec: (
                    self.env[name].with_user(user).create(vals).web_read(spec)
                ),
                "onchange": lambda user, name=name, vals=vals, spec=spec: (
                    self.env[name].with_user(user).onchange(vals, list(vals), spec)
                ),
                "default": lambda user, name=name, vals=vals, spec=spec: (
                    self.env[name]
                    .with_user(user)
                    .with_context(**{f"default_{key}": value for key, value in vals.items()})
                    .onchange({}, [], spec)
                ),
            }
            for way, run in ways.items():
                for user in strangers | self.foreign_manager:
                    told = self._told(lambda run=run, user=user: run(user))
                    self.assertFalse(self._leaks(told, case), f"{name}, {way}: {user.login}")
                if self._leaks(self._told(lambda run=run: run(self.handler)), case):
                    seen.add(name)
            for button in buttons:
                for user in strangers | self.foreign_manager | self.auditor:
                    self.assertFalse(
                        self.succeeds(
                            lambda name=name, vals=vals, user=user, button=button: getattr(
                                self.env[name].with_user(user).create(vals), button
                            )()
                        ),
                        f"{name}: {user.login}",
                    )
        # Those who may are shown what stands there, so the others would have been.
        self.assertLessEqual(
            {"complaint.solution.offer", "complaint.solution.answer", "complaint.followup.wizard"}, seen
        )
        dialog = self.env["complaint.solution.reason"].with_user(self.handler)
        self.assertTrue(
            self.succeeds(
                lambda: dialog.create(
                    {"solution_id": solution.id, "kind": "withdraw", "reason": "No"}
                ).action_apply()
            )
        )

    def _concern(self, case, *users):
        case.write({"employee_ids": [Command.link(self.employee_of[user].id) for user in users]})

    @mute_logger(*RULES)
    def test_dialogs_are_own(self):
        """OR-3: what stands in somebody's open dialog, a signature or a letter, is theirs alone."""
        solution = self.bring_to(self.new_proposal(), "offered")
        case = solution.complaint_id.sudo()
        for name, (vals, _buttons) in self._named(case, solution).items():
            mine = self.env[name].with_user(self.handler).create(vals)
            for user in self.colleague | self.manager | self.owner:
                theirs = self.env[name].with_user(user).browse(mine.id)
                self.assertFalse(self._told(lambda theirs=theirs: theirs.read()), f"{name}: {user.login}")
                self.assertFalse(self.succeeds(lambda theirs=theirs, vals=vals: theirs.write(vals)), name)
                if theirs.has_access("read") or self.env[name].with_user(user).browse().has_access("read"):
                    self.assertFalse(theirs.search([("id", "=", mine.id)]), name)
            self.assertTrue(mine.read(["create_uid"]))
            own = self.env["ir.rule"].search([("model_id.model", "=", name), ("name", "like", "own dialogs")])
            own.active = False
            self.assertTrue(
                self.env[name].with_user(self.colleague).browse(mine.id).read(["create_uid"]), name
            )

    @mute_logger(*RULES)
    def test_forms_under_way(self):
        """OR-2, OR-3: nor does a form that is not saved show what stands on a record that it names."""
        solution = self.bring_to(self.new_proposal(), "approved")
        case = solution.complaint_id.sudo()
        case.write({"partner_id": False, "partner_name": "Ouyang Nana", "description": SECRET})
        self._concern(case, self.first_contact)
        # Numbers are known to those who work with another case; what is told of it is not.
        words = {
            "description": {},
            "partner_name": {},
            "wanted_outcome": {},
            "team_id": {},
            "amount_total": {},
        }
        line = {"partner_name": {}, "partner_phone": {}, "complaint_name": {}}
        forms = {
            "solution": (SOLUTION, {"complaint_id": case.id}, words),
            "remedy": (REMEDY, {"solution_id": solution.id}, line),
            "remedy of a new solution": (REMEDY, {"solution_id": {"complaint_id": case.id}}, line),
            "line": (
                SOLUTION,
                {"remedy_ids": [[0, "virtual_1", {"solution_id": solution.id}]]},
                {"remedy_ids": {"fields": line}},
            ),
            "line of a case": (
                COMPLAINT,
                {"solution_ids": [[0, "virtual_1", {"complaint_id": case.id}]]},
                {"solution_ids": {"fields": words}},
            ),
        }
        for name, (model, vals, spec) in forms.items():
            for way, context, sent in (
                ("sent", {}, vals),
                ("default", {f"default_{key}": value for key, value in vals.items()}, {}),
            ):
                for user, shown in (
                    (self.handler, way == "sent" and not name.startswith("line")),
                    (self.stranger, False),
                    (self.first_contact, False),
                    (self.foreign_manager, False),
                ):
                    told = self._told(
                        lambda user=user, model=model, context=context, sent=sent, spec=spec: (
                            self.env[model]
                            .with_user(user)
                            .with_context(**context)
                            .onchange(dict(sent), list(sent), spec)
                        )
                    )
                    leaks = self._leaks(told, case)
                    if shown:
                        self.assertTrue(leaks, f"{name}, {way}: the handler sees it")
                    elif user != self.handler:
                        self.assertFalse(leaks, f"{name}, {way}: {user.login}")


class ResolutionDoorsCommon(ResolutionAccessCommon):
    """An accepted solution with everything on it, and the ways to it beside its own form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_allow_export").user_ids |= (
            cls.foreman | cls.owner | cls.handler | cls.colleague
        )

    def make(self):
        self.solution = self.bring_to(self.new_proposal(), "accepted")
        self.case = self.solution.complaint_id.sudo()
        self.remedy = self.solution.sudo().remedy_ids.sorted("id")[1:]
        for record in (self.solution, self.remedy.with_user(self.handler)):
            record.message_post(
                body=f"{SECRET} of {record._name}",
                attachments=[(f"{SECRET}.txt", SECRET.encode())],
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            record.activity_schedule(summary=f"{SECRET} of {record._name}", user_id=self.colleague.id)
        self.env.flush_all()
        self.env.invalidate_all()

    @property
    def doors(self):
        """Return ``{name: function of an environment that tells whether something came through}``."""
        doors = {}
        for record, fname in ((self.solution.sudo(), "offer"), (self.remedy, "description")):
            name, ids = record._name, record.ids
            line = {SOLUTION: "solution_ids", REMEDY: "remedy_ids"}[name]
            of_record = [("res_model", "=", name), ("res_id", "in", ids)]
            of_message = [("model", "=", name), ("res_id", "in", ids)]
            sudo = record.env
            messages = sudo["mail.message"].search(of_message).ids
            # Asked for by id, those of fields are found as well: the signature.
            files = sudo["ir.attachment"].search([*of_record, ("id", "!=", 0)]).ids
            activities = sudo["mail.activity"].search(of_record).ids
            case_id = self.case.id
            doors |= {
                f"{name} {key}": door
                for key, door in {
                    "search": lambda env, n=name, i=ids: env[n].search([("id", "in", i)]),
                    "count": lambda env, n=name, f=fname: env[n].search_count([(f, "ilike", SECRET)]),
                    "name search": lambda env, n=name, c=self.case.number: env[n].name_search(c),
                    "read": lambda env, n=name, i=ids, f=fname: env[n].browse(i).read([f]),
                    "amounts": lambda env, n=name, i=ids: env[n].browse(i).web_read({"create_uid": {}}),
                    "export": lambda env, n=name, i=ids, f=fname: env[n].browse(i).export_data([f])["datas"],
                    "group": lambda env, n=name, i=ids: env[n]._read_group(
                        [("id", "in", i)], [], ["__count"]
                    )[0][0],
                    "formatted group": lambda env, n=name, i=ids: env[n].formatted_read_group(
                        [("id", "in", i)], ["state"], ["__count"]
                    ),
                    "of the case": lambda env, x=line, f=fname, i=ids: [
                        one
                        for one in env[COMPLAINT].browse(case_id).web_read({x: {"fields": {f: {}}}})[0][x]
                        if one["id"] in i
                    ],
                    "export of the case": lambda env, x=line, f=fname, w=record[fname]: (
                        w in repr(env[COMPLAINT].browse(case_id).export_data([f"{x}/{f}"]))
                    ),
                    "finds the case": lambda env, x=line, i=ids: env[COMPLAINT].search(
                        [(f"{x}.id", "in", i)]
                    ),
                    "finds by words": lambda env, x=line, f=fname, w=record[fname]: env[COMPLAINT].search(
                        [(f"{x}.{f}", "ilike", w)]
                    ),
                    "messages": lambda env, d=of_message: env["mail.message"].search(d),
                    "message text": lambda env, n=name: env["mail.message"].search(
                        [("body", "ilike", f"{SECRET} of {n}")]
                    ),
                    "each message": lambda env, m=messages: any(
                        one.has_access("read") for one in env["mail.message"].browse(m)
                    ),
                    "thread": lambda env, n=name, i=ids: env["mail.message"]._message_fetch(
                        None, thread=env[n].browse(i)
                    )["messages"],
                    "followers": lambda env, d=of_record: env["mail.followers"].search(d),
                    "activities": lambda env, d=of_record: env["mail.activity"].search(d),
                    "each activity": lambda env, a=activities: any(
                        one.has_access("read") for one in env["mail.activity"].browse(a)
                    ),
                    "files": lambda env, n=name: env["ir.attachment"].search(
                        [("res_model", "=", n), ("name", "ilike", SECRET)]
                    ),
                    "each file": lambda env, a=files: any(
                        one.has_access("read") for one in env["ir.attachment"].browse(a)
                    ),
                    "post": lambda env, n=name, i=ids: env[n].browse(i).message_post(body="I was here"),
                    "follow": lambda env, n=name, i=ids: (
                        env[n].browse(i).message_subscribe(env.user.partner_id.ids)
                    ),
                    "compose": lambda env, n=name, i=ids: (
                        env["mail.compose.message"]
                        .create(
                            {"model": n, "res_ids": repr(i), "body": "Hello", "composition_mode": "comment"}
                        )
                        .action_send_mail()
                    ),
                }.items()
            }
        approvals = self.solution.sudo().approval_ids.ids
        doors["approvals search"] = lambda env: env[APPROVAL].search([("id", "in", approvals)])
        doors["approvals read"] = lambda env: env[APPROVAL].browse(approvals).read(["amount"])
        doors["signature"] = lambda env: env[SOLUTION].browse(self.solution.id).signature
        return doors

    @mute_logger(*RULES)
    def opened(self, user):
        """Return the names of the doors that a user gets through; what happened behind them is undone."""
        names = set()
        for name, door in self.doors.items():
            self.env.flush_all()
            self.env.invalidate_all()
            try:
                with self.env.cr.savepoint() as savepoint:
                    if door(self.env(user=user, context={})):
                        names.add(name)
                    savepoint.rollback()
            except UserError:
                pass
            finally:
                self.env.invalidate_all()
        return names


@tagged("post_install", "-at_install")
class TestResolutionDoors(ResolutionDoorsCommon):
    """DI-2, OR-2: the side doors to solutions and remedies, for those who know of the case."""

    def test_department_head(self):
        """DI-2: who answered a sheet sees no solution, remedy, approval or amount, by whatever door."""
        self.make()
        self.assertEqual(self.opened(self.foreman), set())
        self.assertEqual(self.opened(self.plain_user) | self.opened(self.stranger), set())
        # Those who work on the case get through each of them, but for what tells nothing when done.
        silent = {f"{name} {key}" for name in (SOLUTION, REMEDY) for key in ("compose",)}
        self.assertEqual(set(self.doors) - self.opened(self.handler) - silent, set())

    def test_chatter_of_the_case(self):
        """DI-2: what our own steps write into the chatter of the case tells no amount."""
        self.make()
        self.solution.remedy_ids[:1].with_user(self.owner).action_done("Brought it")
        self.solution.action_withdraw("Something better")
        self.flush_tracking()
        theirs = self.case.with_user(self.foreman)
        said = " ".join(str(message.body) for message in theirs.message_ids)
        values = self.env["mail.tracking.value"].search(
            [("mail_message_id", "in", self.case.message_ids.ids)]
        )
        said += repr(values.mapped("new_value_char")) + repr(values.mapped("new_value_text"))
        for line in ("Solution offered", "Solution accepted", "Done: ", "Solution withdrawn"):
            self.assertIn(line, said)
        for word in (WRITTEN, str(AMOUNT), f"{SECRET} of"):
            self.assertNotIn(word, said)

    def test_concerned(self):
        """OR-2: the colleague who turns out to be concerned finds nothing any more."""
        self.make()
        self.assertTrue(self.opened(self.colleague))
        self.case.employee_ids |= self.employee_of[self.colleague] | self.employee_of[self.owner]
        self.env.flush_all()
        self.assertEqual(self.opened(self.colleague) | self.opened(self.owner), set())
        self.assertTrue(self.opened(self.handler))


@tagged("post_install", "-at_install")
class TestResolutionHttp(ResolutionDoorsCommon, HttpCase):
    """DI-2, OR-2: the same over HTTP: files, prints, and calls of the web client."""

    def _try(self, user):
        """Return the routes through which something came."""
        self.authenticate(user.login, user.login)
        remedy, solution = self.remedy, self.solution
        agreement = "complaint_management.report_solution_agreement"

        def call(model, method, *args, **kwargs):
            params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
            try:
                return json.dumps(
                    self.make_jsonrpc_request(f"/web/dataset/call_kw/{model}/{method}", params),
                    ensure_ascii=False,
                )
            except JsonRpcException:
                return ""

        def page(route):
            response = self.url_open(route)
            return response.text if response.ok else ""

        routes = {
            "signature": self.url_open(f"/web/content/{SOLUTION}/{solution.id}/signature").content[:4]
            == b"\x89PNG",
            "print": SECRET in page(f"/report/html/{agreement}/{solution.id}"),
            "read": SECRET in call(SOLUTION, "read", solution.ids, ["offer"]),
            "remedy": SECRET in call(REMEDY, "read", remedy.ids, ["description"]),
            "list": SECRET in call(REMEDY, "search_read", [], ["description"]),
            "through the case": SECRET
            in call(COMPLAINT, "web_read", self.case.ids, {"solution_ids": {"fields": {"offer": {}}}}),
            # Without a thread, a route shows all messages that one may read; the case's are no matter here.
            "thread": f"{SECRET} of complaint."
            in json.dumps(self._thread(SOLUTION, solution.id)) + json.dumps(self._thread(REMEDY, remedy.id)),
        }
        return {name for name, came in routes.items() if came}

    def _thread(self, model, record_id):
        try:
            return self.make_jsonrpc_request(
                "/mail/thread/messages", {"thread_model": model, "thread_id": record_id}
            )
        except JsonRpcException:
            return {}

    @mute_logger(*RULES, "odoo.http")
    def test_routes(self):
        """DI-2, OR-2: heads, strangers and customers get nothing; the handler gets each of them."""
        self.make()
        for user in (self.foreman, self.stranger, self.plain_user, self.portal_user):
            self.assertEqual(self._try(user), set(), user.login)
        self.assertEqual(
            self._try(self.handler),
            {"signature", "print", "read", "remedy", "list", "through the case", "thread"},
        )
