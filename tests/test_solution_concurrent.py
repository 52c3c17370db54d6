# Part of the complaint management suite. See LICENSE file for full licensing details.
"""SO-3 to SO-5, CL-1 to CL-3: of two at the same moment one wins, and the other is told why."""

import base64
from collections import Counter

import pytest
from browsers import Browser, new_case, run_at_once, two_browsers, winner_of
from odoo_inside import inside_copy

WORKER = "solution_worker.py"
ROUNDS = 8
SOLUTION, APPROVAL, REMEDY = "complaint.solution", "complaint.approval", "complaint.remedy"
COMPLAINT = "complaint.complaint"
APPROVE, GO_ON = "mail_activity_type_approval", "mail_activity_type_solution"
CARRY_OUT = "mail_activity_type_remedy"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(scope="module")
def inside(project):
    """Odoo with a team, and two approvers of a group who have no complaint group."""
    with inside_copy(project) as inside:
        with inside.env() as env:
            Users = env["res.users"].with_context(no_reset_password=True)
            handler_group = env.ref("complaint_management.group_complaint_handler")
            approvers = env["res.groups"].create({"name": "Approvers of solutions"})
            users = Users.create(
                [
                    {
                        "name": login.title(),
                        "login": login,
                        "email": f"{login}@example.com",
                        "group_ids": [(6, 0, groups.ids)],
                    }
                    for login, groups in (
                        ("handler", handler_group),
                        ("colleague", handler_group),
                        ("leader", handler_group),
                        ("superior", handler_group),
                        ("one", env.ref("base.group_user") | approvers),
                        ("two", env.ref("base.group_user") | approvers),
                    )
                ]
            )
            inside.users = {user.login: user.id for user in users}
            handler, colleague, leader, superior = users[:4]
            above = env["complaint.team"].create({"name": "Office", "leader_id": superior.id})
            team = env["complaint.team"].create(
                {
                    "name": "Centre",
                    "parent_id": above.id,
                    "leader_id": leader.id,
                    "member_ids": [(6, 0, (handler | colleague).ids)],
                }
            )
            inside.team_id = team.id
            env["complaint.approval.rule"].search([]).active = False
            env["complaint.approval.rule"].create(
                {"name": "Any of them", "approver": "group", "group_id": approvers.id}
            )
            env["complaint.followup.rule"].search([]).active = False
            # They are told in the test of that.
            env.ref("complaint_management.ir_cron_approval").active = False
            inside.task_id, inside.other_task_id = (
                env["complaint.remedy.type"]
                .create([{"name": name, "has_amount": True} for name in ("Replace", "Mend")])
                .ids
            )
            env.company.complaint_sign_off = "all"
            # The year's counter is open before anybody needs it.
            env[COMPLAINT].create({"name": "First", "team_id": team.id, "active": False})
        yield inside


@pytest.fixture(scope="module")
def browsers(inside):
    """Two processes that are up and waiting."""
    with two_browsers(inside, WORKER) as pair:
        yield pair


@pytest.fixture
def at_once(browsers):
    """Let two do something at the same moment; return how it ended for each."""

    def run(number, *calls):
        return run_at_once(browsers, number, *calls)

    return run


def new_solution(inside, state="submitted"):
    """Bring a solution of a case of its own to a state; return its id."""
    with inside.env("handler") as env:
        solution = env[SOLUTION].create(
            {
                "complaint_id": new_case(env, inside).id,
                "reasonable": "yes",
                "assessment": "It was sold as new.",
                "ground_contract": "Clause 7",
                "remedy_ids": [
                    (0, 0, {"type_id": inside.task_id, "description": "A new one", "amount": 100})
                ],
            }
        )
        if state == "draft":
            return solution.id
        solution.action_submit()
        if state == "submitted":
            return solution.id
        solution.approval_ids.with_user(inside.users["one"]).action_approve()
        if state == "approved":
            return solution.id
        solution.action_offer("call", "We told them.")
        if state == "declined":
            solution.action_decline("Too little.")
        elif state == "accepted":
            solution.action_accept()
        return solution.id


def dialog(inside, login, solution_id, kind, reason):
    """Open the dialog that asks for a reason; return how its button is pressed."""
    with inside.env(login) as env:
        opened = env["complaint.solution.reason"].create(
            {"solution_id": solution_id, "kind": kind, "reason": reason}
        )
    return "complaint.solution.reason", "action_apply", [opened.id]


def approval_of(inside, solution_id):
    with inside.env() as env:
        return env[SOLUTION].browse(solution_id).approval_ids[-1:].id


def activities(record):
    """Return the types of the open activities of a record, and whose they are."""
    found = record.env["mail.activity"].search([("res_model", "=", record._name), ("res_id", "=", record.id)])
    types = found.activity_type_id.get_external_id()
    return sorted((types[one.activity_type_id.id].split(".")[1], one.user_id.login) for one in found)


def lines(record, text):
    """Return how often something was logged on a record."""
    return len(record.message_ids.filtered(lambda message: text in str(message.body)))


def moment(record, fname):
    return record.env["ir.qweb.field.datetime"].value_to_html(record[fname], {"hide_seconds": True})


def assert_told(message, record, status):
    """The loser is told what became of it, by whom and when."""
    for part in (record.display_name, f"“{status}”", record.changed_by_id.name, moment(record, "changed_at")):
        assert part in message, (part, message)


def assert_clock_runs(solution, waits):
    """The clocks of the case stand exactly while the customer owes an answer, and were stopped once."""
    pauses = solution.complaint_id.pause_ids
    assert len(pauses) == 1, pauses
    assert bool(pauses.stop) is not waits


def test_approve_twice(inside, at_once):
    """SO-3: two of a group approve at the same moment: it is approved once."""
    won = Counter()
    for number in range(ROUNDS):
        solution_id = new_solution(inside)
        approval_id = approval_of(inside, solution_id)
        outcomes = at_once(
            number, *[(login, APPROVAL, "action_approve", [approval_id], login) for login in ("one", "two")]
        )
        winner, message = winner_of(outcomes)
        won[winner] += 1
        with inside.env() as env:
            solution = env[SOLUTION].browse(solution_id)
            approval = solution.approval_ids
            login = ("one", "two")[winner]
            assert (solution.state, approval.state, approval.comment) == ("approved", "approved", login)
            assert approval.approver_id.login == login
            assert lines(solution, "Approved by") == 1
            assert activities(solution) == [(GO_ON, "handler")]
            for part in (solution.display_name, "Approved", login.title(), moment(approval, "decided_at")):
                assert part in message
    assert len(won) == 2, "always the same one was faster; this proves little"


def test_approve_and_refuse(inside, at_once):
    """SO-3: one of the group approves while the other refuses: one of both, and the reason stays with it."""
    for number in range(ROUNDS):
        solution_id = new_solution(inside)
        approval_id = approval_of(inside, solution_id)
        winner, message = winner_of(
            at_once(
                number,
                ("one", APPROVAL, "action_approve", [approval_id]),
                ("two", APPROVAL, "action_refuse", [approval_id], f"Too much {number}"),
            )
        )
        with inside.env() as env:
            solution = env[SOLUTION].browse(solution_id)
            approval = solution.approval_ids
            status = ("approved", "refused")[winner]
            assert (solution.state, approval.state) == (("approved", "draft")[winner], status)
            assert bool(solution.approved_at) is not bool(winner)
            assert lines(solution, f"Too much {number}") == bool(solution.refusal) == winner
            assert lines(solution, "Approved by") == 1 - winner
            assert activities(solution) == [(GO_ON, "handler")]
            for part in (status.title(), ("One", "Two")[winner], moment(approval, "decided_at")):
                assert part in message


def test_approve_and_take_back(inside, at_once):
    """SO-3: one approves what the other takes back at the same moment: one of both, the other is told."""
    ends = Counter()
    for number in range(ROUNDS):
        solution_id = new_solution(inside)
        approval_id = approval_of(inside, solution_id)
        approved, taken = at_once(
            number,
            ("one", APPROVAL, "action_approve", [approval_id]),
            ("handler", *dialog(inside, "handler", solution_id, "take_back", "A typing error")),
        )
        with inside.env() as env:
            solution = env[SOLUTION].browse(solution_id)
            approval = solution.approval_ids
            assert activities(solution) == [(GO_ON, "handler")]
            assert ("error" in approved) is not ("error" in taken)
            if "error" in approved:
                ends["late"] += 1
                assert (solution.state, solution.approved_at) == ("draft", False)
                assert lines(solution, "A typing error") == 1
                # Who is not asked any more does not read it any more, but is told.
                assert approved["error"] == "UserError", approved
                assert_told(approved["message"], solution, "Draft")
                assert (approval.state, approval.approver_id.id) == ("cancelled", False)
                assert lines(solution, "Approved by") == 0
            else:
                ends["early"] += 1
                assert (approval.state, approval.approver_id.login) == ("approved", "one")
                assert solution.state == "approved"
                assert lines(solution, "A typing error") == 0
                assert taken["error"] == "UserError"
                assert_told(taken["message"], solution, "Approved")
    assert len(ends) == 2, ends


@pytest.mark.parametrize("status", ["Withdrawn", "Declined"])
def test_accept_meanwhile(inside, at_once, status):
    """SO-4: the customer's yes is entered while the proposal is withdrawn, or a no is: one of both."""
    won = Counter()
    for number in range(ROUNDS):
        solution_id = new_solution(inside, "offered")
        other = (
            dialog(inside, "colleague", solution_id, "withdraw", "Something better")
            if status == "Withdrawn"
            else (SOLUTION, "action_decline", [solution_id], "No", "call")
        )
        winner, message = winner_of(
            at_once(
                number,
                ("handler", SOLUTION, "action_accept", [solution_id], "Fine", "Li Si", PNG, "call"),
                ("colleague", *other),
            )
        )
        won[winner] += 1
        with inside.env() as env:
            solution = env[SOLUTION].browse(solution_id)
            remedy, calls = solution.remedy_ids, solution.complaint_id.contact_ids
            assert_clock_runs(solution, waits=False)
            if winner == 0:
                assert (solution.state, solution.answer) == ("accepted", "accepted")
                assert solution.signature and solution.signed_by == "Li Si"
                assert (remedy.state, len(calls)) == ("open", 2)
                assert activities(remedy) == [(CARRY_OUT, "handler")]
                assert len(remedy.deadline_ids) <= 1
                assert not solution.withdraw_reason
                assert_told(message, solution, "Accepted")
            else:
                assert solution.state == status.lower()
                assert not solution.signature
                assert solution.answer == ("declined" if status == "Declined" else False)
                assert remedy.state == ("planned" if status == "Declined" else "cancelled")
                assert len(calls) == (2 if status == "Declined" else 1)
                assert activities(remedy) == []
                assert_told(message, solution, status)
            assert lines(solution.complaint_id, "Solution accepted") == 1 - winner
    assert len(won) == 2, "always the same one was faster; this proves little"


def test_submit_twice(inside, at_once):
    """SO-3: pressed in two browsers, it is submitted once."""
    for number in range(4):
        solution_id = new_solution(inside, "draft")
        logins = ("handler", "colleague")
        winner, message = winner_of(
            at_once(number, *[(login, SOLUTION, "action_submit", [solution_id]) for login in logins])
        )
        with inside.env() as env:
            solution = env[SOLUTION].browse(solution_id)
            assert (solution.state, solution.request_count) == ("submitted", 1)
            assert solution.proposed_by_id.login == logins[winner]
            assert solution.approval_ids.mapped("state") == ["waiting"]
            assert activities(solution) == [(APPROVE, "one"), (APPROVE, "two")]
            assert_told(message, solution, "Waits for approval")


def test_next_version_twice(inside, at_once):
    """SO-4: two make the next version of a declined one: there is one."""
    for number in range(4):
        solution_id = new_solution(inside, "declined")
        _winner, message = winner_of(
            at_once(
                number,
                *[
                    (login, SOLUTION, "action_new_version", [solution_id])
                    for login in ("handler", "colleague")
                ],
            )
        )
        with inside.env() as env:
            case = env[SOLUTION].browse(solution_id).complaint_id
            versions = case.solution_ids.sorted("version")
            assert versions.mapped("version") == [1, 2]
            assert versions.mapped("state") == ["declined", "draft"]
            assert len(versions[1].remedy_ids) == 1
            assert case.solution_count == 2
            assert versions[1].display_name in message


def test_first_version_twice(inside, at_once):
    """SO-4: two propose a first version at once: the second one is told that there is one."""
    for number in range(4):
        with inside.env("handler") as env:
            case_id = new_case(env, inside).id
        vals = {
            "complaint_id": case_id,
            "remedy_ids": [(0, 0, {"type_id": inside.task_id, "amount": 100})],
        }
        _winner, message = winner_of(
            at_once(
                number,
                *[
                    (login, SOLUTION, "web_save", [], {**vals, "assessment": login}, {"display_name": {}})
                    for login in ("handler", "colleague")
                ],
            )
        )
        with inside.env() as env:
            case = env[COMPLAINT].browse(case_id)
            assert case.solution_ids.mapped("version") == [1]
            assert len(case.remedy_ids) == case.solution_count == 1
            assert case.solution_ids.display_name in message


def test_change_and_submit(inside, at_once):
    """DESIGN 4.5: a remedy is changed while it is submitted or approved: nothing unseen is agreed to."""
    changes = {
        "another type": ("write", {"type_id": "other"}),
        "other words": ("write", {"description": "An old one"}),
        "another amount": ("write", {"amount": 9000}),
    }
    for state, step in (("draft", "submit"), ("submitted", "approve")):
        for name, (method, vals) in changes.items():
            for number in range(4):
                solution_id = new_solution(inside, state)
                with inside.env() as env:
                    remedy_id = env[SOLUTION].browse(solution_id).remedy_ids.id
                vals = {
                    key: inside.other_task_id if value == "other" else value for key, value in vals.items()
                }
                stepping = (
                    ("handler", SOLUTION, "action_submit", [solution_id])
                    if step == "submit"
                    else ("one", APPROVAL, "action_approve", [approval_of(inside, solution_id)])
                )
                stepped, changed = at_once(number, stepping, ("colleague", REMEDY, method, [remedy_id], vals))
                assert "error" not in changed, changed
                with inside.env() as env:
                    solution = env[SOLUTION].browse(solution_id)
                    approval = solution.approval_ids[-1:]
                    if solution.state == "draft":
                        # Changed afterwards: it waits for nobody, and was approved by nobody who saw it.
                        assert not solution.approval_ids.filtered(lambda one: one.state == "waiting"), name
                        assert solution.refusal or state == "draft", name
                    else:
                        # Changed before: this is what was submitted.
                        assert (state, solution.state) == ("draft", "submitted"), name
                        assert stepped["tries"] == 2 or number % 4 > 1, (name, stepped)
                        assert approval.amount == solution.amount_total == vals.get("amount", 100)


def test_done_and_cancelled(inside, at_once):
    """SO-5: one ticks a remedy off while another gives it up: one of both, and the case hears of one."""
    for number in range(ROUNDS):
        solution_id = new_solution(inside, "accepted")
        with inside.env() as env:
            remedy_id = env[SOLUTION].browse(solution_id).remedy_ids.id
        winner, message = winner_of(
            at_once(
                number,
                ("handler", REMEDY, "action_done", [remedy_id], "Brought it"),
                ("colleague", REMEDY, "action_cancel", [remedy_id], "Not wanted"),
            )
        )
        with inside.env() as env:
            remedy = env[REMEDY].browse(remedy_id)
            assert remedy.state == ("done", "cancelled")[winner]
            assert bool(remedy.done_at) is not bool(winner)
            assert bool(remedy.cancel_reason) is bool(winner)
            assert activities(remedy) == []
            assert lines(remedy.complaint_id, "Done: ") == 1 - winner
            assert lines(remedy.complaint_id, "Not carried out: ") == winner
            assert_told(message, remedy, ("Done", "Cancelled")[winner])


def test_owner_and_centre(inside, at_once):
    """SO-5: the owner, who reads only what is to do, is told who gave it up a moment before."""
    ends = Counter()
    for number in range(4):
        solution_id = new_solution(inside, "accepted")
        with inside.env("handler") as env:
            remedy = env[SOLUTION].browse(solution_id).remedy_ids
            remedy.user_id = inside.users["one"]
            remedy_id = remedy.id
        winner, message = winner_of(
            at_once(
                number,
                ("one", REMEDY, "action_done", [remedy_id], "Brought it"),
                ("colleague", REMEDY, "action_cancel", [remedy_id], "Not wanted"),
            )
        )
        ends[winner] += 1
        with inside.env() as env:
            remedy = env[REMEDY].browse(remedy_id)
            assert remedy.state == ("done", "cancelled")[winner]
            assert_told(message, remedy, ("Done", "Cancelled")[winner])
    assert len(ends) == 2, ends


def new_ended(inside, step, **vals):
    with inside.env("handler") as env:
        case = new_case(env, inside, outcome="Repaired.", **vals)
        case.move_to(step)
        return case.id


def test_follow_up_twice(inside, at_once):
    """CL-2: two log the same call at the same moment: it was one call."""
    for number in range(4):
        case_id = new_ended(inside, "closed")
        with inside.env() as env:
            call = env["complaint.followup"].create(
                {
                    "complaint_id": case_id,
                    "user_id": inside.users["handler"],
                    "planned_date": "2030-01-01",
                    "tries": 2,
                    "caller": "responsible",
                }
            )
        logs = []
        for login, result in (("handler", "satisfied"), ("colleague", "not_reached")):
            with inside.env(login) as env:
                dialog = env["complaint.followup.wizard"].create(
                    {"complaint_id": case_id, "followup_id": call.id, "result": result, "note": login}
                )
            logs.append((login, "complaint.followup.wizard", "action_apply", [dialog.id]))
        winner, message = winner_of(at_once(number, *logs))
        with inside.env() as env:
            case = env[COMPLAINT].browse(case_id)
            calls = case.followup_ids.sorted("id")
            login, status = (("handler", "Satisfied"), ("colleague", "Not reached"))[winner]
            assert (calls[0].state, calls[0].note, calls[0].done_by_id.login) == ("done", login, login)
            # One more try is planned where nobody was reached, once.
            assert calls[1:].mapped("state") == ["planned"] * winner
            assert len(case.contact_ids) == 1
            for part in (f"“{status}”", login.title(), moment(calls[0], "done_at")):
                assert part in message


def test_report_twice(inside, at_once):
    """CL-1: two report the result by their dialogs: the customer is told once."""
    for number in range(4):
        case_id = new_ended(inside, "feedback")
        reports = []
        for login in ("handler", "colleague"):
            with inside.env(login) as env:
                dialog = env["complaint.result"].create(
                    {
                        "complaint_id": case_id,
                        "outcome": f"Repaired, says {login}.",
                        "kind": "call",
                        "send_letter": False,
                        "confirmation": "signed",
                        "confirmed_by": login,
                        "signature": PNG,
                    }
                )
            reports.append((login, "complaint.result", "action_apply", [dialog.id]))
        winner, message = winner_of(at_once(number, *reports))
        with inside.env() as env:
            case, login = env[COMPLAINT].browse(case_id), ("handler", "colleague")[winner]
            assert (case.outcome, case.confirmed_by) == (f"Repaired, says {login}.", login)
            assert case.result_reported_by_id.login == login
            assert base64.b64decode(case.confirmation_signature) == base64.b64decode(PNG)
            assert len(case.contact_ids) == 1
            assert not case.former_confirmation_ids
            assert login.title() in message


def test_sign_off_twice(inside, at_once):
    """CL-3: two leaders sign off, or one of them sends it back: nobody is asked for it twice."""
    ends = Counter()
    for number in range(ROUNDS):
        with inside.env() as env:
            case = new_case(env, inside, nature="complaint", founded="founded", outcome="Repaired.")
            # What comes before is no matter here.
            stage = env["complaint.stage"].search([("step", "=", "follow_up")], limit=1)
            env.cr.execute(
                "UPDATE complaint_complaint SET stage_id = %s, step = 'follow_up' WHERE id = %s",
                (stage.id, case.id),
            )
            env.invalidate_all()
            case._refresh_sign_offs()
            case_id = case.id
        back = number % 8 > 3
        other = ("action_send_back", [case_id], "Look again") if back else ("action_sign_off", [case_id])
        outcomes = at_once(
            number, ("leader", COMPLAINT, "action_sign_off", [case_id]), ("superior", COMPLAINT, *other)
        )
        with inside.env() as env:
            case = env[COMPLAINT].browse(case_id)
            asked = [one for one in activities(case) if one[0] == "mail_activity_type_sign_off"]
            assert asked == []
            if back:
                # What was signed off already may still be sent back; what was sent back is not signed off.
                assert "error" not in outcomes[1], outcomes
                assert (case.step, case.signed_off_by_id.id) == ("investigation", False)
                assert lines(case, "Sent back: Look again") == 1
                late = "error" in outcomes[0]
                ends[late] += 1
                assert lines(case, "it has to be signed off again") == 1 - late
                assert not late or case.display_name in outcomes[0]["message"]
            else:
                winner, message = winner_of(outcomes)
                login = ("leader", "superior")[winner]
                assert case.signed_off_by_id.login == login
                assert login.title() in message
                assert case._get_shown_value("signed_off_at") in message
    assert len(ends) == 2, ends


def test_approvers_are_told_once(inside, browsers):
    """SO-3, DESIGN 4.5: two jobs at once, and one killed before its commit: each is told of each once."""
    with inside.env() as env:
        env[APPROVAL].search([("state", "=", "waiting")]).told_at = "2026-01-01 00:00:00"
    ids = [new_solution(inside) for _number in range(7)]

    def told():
        with inside.env() as env:
            solutions = env[SOLUTION].browse(ids)
            counts = Counter()
            messages = env["mail.message"].search(
                [("message_type", "=", "user_notification"), ("body", "ilike", "complaint.solution")]
            )
            for message in messages:
                for solution in solutions:
                    if f'/odoo/complaint.solution/{solution.id}"' in str(message.body):
                        for partner in message.notification_ids.res_partner_id:
                            counts[solution.id, partner.email] += 1
            return counts, solutions.approval_ids.mapped("told_at").count(False)

    killed = Browser(inside, WORKER)
    try:
        assert killed.hear() == {"ready": True}
        killed.begin_call({"tell": 3, "kill": True})
        killed.go()
        assert killed.process.wait(120) == -9
    finally:
        killed.close()
    assert told() == (Counter(), len(ids)), "nothing was said before the commit"
    for number in range(4):
        for browser in browsers:
            browser.begin_call({"tell": 3, "kill": False})
        first, second = browsers[:: 1 if number % 2 else -1]
        first.go()
        if number:
            first.hear()
        second.go()
        for browser in browsers if not number else [second]:
            browser.hear()
    counts, left = told()
    assert left == 0
    assert counts == Counter(
        {(solution_id, f"{login}@example.com"): 1 for solution_id in ids for login in ("one", "two")}
    )
