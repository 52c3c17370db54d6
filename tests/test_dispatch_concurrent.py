# Part of the complaint management suite. See LICENSE file for full licensing details.
"""DI-2: who is slower at the same sheet is told what became of it; nothing is lost or half-written."""

from collections import Counter

import pytest
from browsers import new_case, run_at_once, two_browsers, winner_of
from odoo_inside import inside_copy

ROUNDS = 8
SHEET = "complaint.dispatch"
ANSWER = "mail_activity_type_sheet_answer"
CHECK = "mail_activity_type_sheet_check"
SHOWN = {"findings": {}, "state": {}}


@pytest.fixture(scope="module")
def inside(project):
    """Odoo on a database with two teams, and a department whose head has no complaint group."""
    with inside_copy(project) as inside:
        with inside.env() as env:
            Users = env["res.users"].with_context(no_reset_password=True)
            handler_group = env.ref("complaint_management.group_complaint_handler")
            users = Users.create(
                [
                    {
                        "name": login.title(),
                        "login": login,
                        "email": f"{login}@example.com",
                        "group_ids": [(6, 0, group.ids)],
                    }
                    for login, group in (
                        ("handler", handler_group),
                        ("colleague", handler_group),
                        ("other", handler_group),
                        ("foreman", env.ref("base.group_user")),
                    )
                ]
            )
            inside.users = {user.login: user.id for user in users}
            handler, colleague, other, foreman = users
            team, other_team = env["complaint.team"].create(
                [
                    {"name": "Centre", "member_ids": [(6, 0, (handler | colleague).ids)]},
                    {"name": "Branch", "member_ids": [(6, 0, (other | colleague).ids)]},
                ]
            )
            head = env["hr.employee"].create({"name": "Foreman", "user_id": foreman.id})
            department = env["hr.department"].create({"name": "Workshop", "manager_id": head.id})
            inside.team_id, inside.other_team_id = team.id, other_team.id
            inside.department_id = department.id
            # The year's counter is open before anybody needs it.
            env["complaint.complaint"].create({"name": "First", "team_id": team.id, "active": False})
        yield inside


@pytest.fixture(scope="module")
def browsers(inside):
    """Two processes that are up and waiting."""
    with two_browsers(inside, "sheet_worker.py") as pair:
        yield pair


@pytest.fixture
def at_once(browsers):
    """Let two do something at the same moment; return how it ended for each."""

    def run(number, *calls):
        return run_at_once(browsers, number, *calls)

    return run


def new_sheets(inside, count=ROUNDS, findings=None, sign=False):
    """Send sheets of one complaint to the department; return their ids."""
    with inside.env("handler") as env:
        case = new_case(env, inside, user_id=env.uid)
        sheets = env[SHEET].create(
            [
                {"complaint_id": case.id, "department_id": inside.department_id, "question": "Why?"}
                for _number in range(count)
            ]
        )
        sheets.action_send()
        theirs = sheets.with_user(inside.users["foreman"])
        if findings:
            theirs.findings = findings
        if sign:
            theirs.action_sign()
        return sheets.ids


def assert_told(message, sheet, status):
    """The loser is told what became of the sheet, by whom and when."""
    assert sheet.display_name in message
    assert f"“{status}”" in message
    assert sheet.changed_by_id.name in message
    assert (
        sheet.env["ir.qweb.field.datetime"].value_to_html(sheet.changed_at, {"hide_seconds": True}) in message
    )


def open_activities(env, sheet):
    """Return the types of the open activities of a sheet, and whose they are."""
    activities = env["mail.activity"].search([("res_model", "=", SHEET), ("res_id", "=", sheet.id)])
    types = activities.activity_type_id.get_external_id()
    return [(types[one.activity_type_id.id].split(".")[1], one.user_id.login) for one in activities]


def count_lines(sheet, text):
    """Return how often something was logged on the sheet, and on its complaint."""
    return tuple(
        len(record.message_ids.filtered(lambda message: text in str(message.body)))
        for record in (sheet, sheet.complaint_id)
    )


def assert_clocks_agree(sheet):
    """One clock runs while the department has it, or has returned it; none of it runs twice."""
    running = sheet.deadline_ids.filtered(lambda clock: not clock.reached_at and clock.state != "cancelled")
    expected = 1 if sheet.state in ("sent", "accepted", "returned", "answered") else 0
    assert len(running) == expected, (sheet.state, sheet.deadline_ids.mapped("state"))


def test_sign_and_return(inside, at_once):
    """DI-2: the head signs in one browser and returns in the other: one of both happens."""
    won = Counter()
    for number, sheet_id in enumerate(new_sheets(inside, findings="The valve was stuck.")):
        outcomes = at_once(
            number,
            ("foreman", SHEET, "action_sign", [sheet_id]),
            ("foreman", SHEET, "action_return", [sheet_id], f"Not ours {number}"),
        )
        winner, message = winner_of(outcomes)
        won[winner] += 1
        with inside.env() as env:
            sheet = env[SHEET].browse(sheet_id)
            if winner == 0:
                assert (sheet.state, sheet.return_count, sheet.return_reason) == ("signed", 0, False)
                assert (
                    sheet.signed_by_id
                    == sheet.answered_by_id
                    == env["res.users"].browse(inside.users["foreman"])
                )
                assert count_lines(sheet, "answered and signed") == (1, number_signed(sheet))
                assert count_lines(sheet, f"Not ours {number}") == (0, 0)
                assert_told(message, sheet, "Signed")
            else:
                assert (sheet.state, sheet.return_count) == ("returned", 1)
                assert (sheet.signed_at, sheet.answered_at) == (False, False)
                # What was written stays on the sheet.
                assert count_lines(sheet, f"Not ours {number}") == (1, 0)
                assert count_lines(sheet, f"{sheet.display_name} returned") == (1, 1)
                assert count_lines(sheet, "answered and signed")[0] == 0
                assert_told(message, sheet, "Returned")
            assert sheet.findings == "The valve was stuck."
            assert open_activities(env, sheet) == [(CHECK, "handler")]
            assert_clocks_agree(sheet)
    assert sum(won.values()) == ROUNDS
    assert len(won) == 2, "always the same one was faster; this proves little"


def number_signed(sheet):
    """Return how many sheets of the complaint are signed; its chatter has one line for each."""
    return len(sheet.complaint_id.dispatch_ids.filtered(lambda one: one.state == "signed"))


def test_sign_twice(inside, at_once):
    """DI-2: pressed in two browsers, the sheet is signed once."""
    for number, sheet_id in enumerate(new_sheets(inside, 4, findings="The valve was stuck.")):
        outcomes = at_once(number, *[("foreman", SHEET, "action_sign", [sheet_id])] * 2)
        _winner, message = winner_of(outcomes)
        with inside.env() as env:
            sheet = env[SHEET].browse(sheet_id)
            assert count_lines(sheet, "answered and signed")[0] == 1
            assert open_activities(env, sheet) == [(CHECK, "handler")]
            assert_told(message, sheet, "Signed")


def test_return_by_dialog_twice(inside, at_once):
    """DI-2: a return counts once, though two dialogs were open."""
    for number, sheet_id in enumerate(new_sheets(inside, 4)):
        with inside.env("foreman") as env:
            dialogs = env["complaint.dispatch.reason"].create(
                [{"dispatch_id": sheet_id, "kind": "return", "reason": f"Reason {place}"} for place in (0, 1)]
            )
        outcomes = at_once(
            number,
            *[("foreman", "complaint.dispatch.reason", "action_apply", [dialog.id]) for dialog in dialogs],
        )
        winner, message = winner_of(outcomes)
        with inside.env() as env:
            sheet = env[SHEET].browse(sheet_id)
            assert (sheet.return_count, sheet.return_reason) == (1, f"Reason {winner}")
            assert_told(message, sheet, "Returned")


def test_save_and_return(inside, at_once):
    """DI-2: words saved while the sheet goes back are stored whole, or refused and kept by the form."""
    ends = Counter()
    for number, sheet_id in enumerate(new_sheets(inside)):
        saved, returned = at_once(
            number,
            ("foreman", SHEET, "web_save", [sheet_id], {"findings": f"Found {number}"}, SHOWN),
            ("foreman", SHEET, "action_return", [sheet_id], "Not ours"),
        )
        assert "error" not in returned, returned
        with inside.env() as env:
            sheet = env[SHEET].browse(sheet_id)
            assert (sheet.state, sheet.return_count) == ("returned", 1)
            assert count_lines(sheet, "Not ours")[0] == 1
            if "error" in saved:
                ends["refused"] += 1
                assert saved["error"] == "UserError", saved
                assert sheet.findings is False
                assert "Findings" in saved["message"]
                assert_told(saved["message"], sheet, "Returned")
            else:
                ends["stored"] += 1
                assert sheet.findings == f"Found {number}"
    assert len(ends) == 2, f"{ends}: this proves little"


def test_head_and_centre_write(inside, at_once):
    """DI-2: two who write the answer down at once: the later words stand, the earlier are in the chatter."""
    for number, sheet_id in enumerate(new_sheets(inside)):
        texts = {"foreman": f"Head {number}", "colleague": f"Centre {number}"}
        outcomes = at_once(
            number,
            *[
                (login, SHEET, "web_save", [sheet_id], {"findings": text, "measures": f"{text}!"}, SHOWN)
                for login, text in texts.items()
            ],
        )
        assert not any("error" in outcome for outcome in outcomes), outcomes
        assert sorted(outcome["tries"] for outcome in outcomes) == [1, 2]
        with inside.env() as env:
            sheet = env[SHEET].browse(sheet_id)
            first, last = sorted(texts.values(), key=lambda text: text == sheet.findings)
            assert (sheet.findings, sheet.measures) == (last, f"{last}!")
            traces = sheet.message_ids.tracking_value_ids
            assert {first, f"{first}!"} <= set(traces.mapped("old_value_text"))


def test_answer_and_return(inside, at_once):
    """DI-2: the centre notes the answer as given while the head returns the sheet: one of both."""
    for number, sheet_id in enumerate(new_sheets(inside, findings="Told by phone.")):
        outcomes = at_once(
            number,
            ("colleague", SHEET, "action_answer", [sheet_id]),
            ("foreman", SHEET, "action_return", [sheet_id], "Not ours"),
        )
        winner, message = winner_of(outcomes)
        with inside.env() as env:
            sheet = env[SHEET].browse(sheet_id)
            assert sheet.state == ("returned" if winner else "answered")
            assert sheet.return_count == winner
            assert open_activities(env, sheet) == [(CHECK, "handler") if winner else (ANSWER, "foreman")]
            assert_told(message, sheet, "Returned" if winner else "Answered")


def test_confirm_and_send_back(inside, at_once):
    """DI-2: one at the centre is content while the other is not: one of both, and one clock."""
    for number, sheet_id in enumerate(new_sheets(inside, findings="The valve was stuck.", sign=True)):
        outcomes = at_once(
            number,
            ("handler", SHEET, "action_confirm", [sheet_id]),
            ("colleague", SHEET, "action_send_back", [sheet_id], "Since when?"),
        )
        winner, message = winner_of(outcomes)
        with inside.env() as env:
            sheet = env[SHEET].browse(sheet_id)
            if winner == 0:
                assert (sheet.state, sheet.send_back_count) == ("confirmed", 0)
                assert open_activities(env, sheet) == []
                assert_told(message, sheet, "Confirmed")
            else:
                assert (sheet.state, sheet.send_back_count) == ("accepted", 1)
                assert (sheet.confirmed_at, sheet.signed_at) == (False, False)
                assert open_activities(env, sheet) == [(ANSWER, "foreman")]
                assert_told(message, sheet, "Accepted")
            assert_clocks_agree(sheet)


def test_sign_and_withdraw(inside, at_once):
    """DI-2: a sheet that is withdrawn is out of the head's sight; what was signed first stays on it."""
    for number, sheet_id in enumerate(new_sheets(inside, findings="The valve was stuck.")):
        signed, withdrawn = at_once(
            number,
            ("foreman", SHEET, "action_sign", [sheet_id]),
            ("handler", SHEET, "action_withdraw", [sheet_id], "Settled"),
        )
        assert "error" not in withdrawn, withdrawn
        with inside.env() as env:
            sheet = env[SHEET].browse(sheet_id)
            assert sheet.state == "withdrawn"
            assert count_lines(sheet, "withdrawn.")[0] == 1
            assert open_activities(env, sheet) == []
            assert_clocks_agree(sheet)
            if "error" in signed:
                assert signed["error"] == "AccessError"
                assert not sheet.signed_at
                assert count_lines(sheet, "answered and signed")[0] == 0
            else:
                assert sheet.signed_at
                assert count_lines(sheet, "answered and signed")[0] == 1


def test_two_dispatchers(inside, at_once):
    """DI-2: two at the centre ask departments about one complaint at once; each sheet has its own number."""
    with inside.env("handler") as env:
        case_id = new_case(env, inside, user_id=env.uid).id
    for number in range(ROUNDS):
        sends = []
        for login in ("handler", "colleague"):
            with inside.env(login) as env:
                dialog = env["complaint.dispatch.send"].create(
                    {
                        "complaint_id": case_id,
                        "department_ids": [(6, 0, [inside.department_id])],
                        "question": f"{login} asks",
                    }
                )
                sends.append((login, "complaint.dispatch.send", "action_send", [dialog.id]))
        outcomes = at_once(number, *sends)
        assert not any("error" in outcome for outcome in outcomes), outcomes
    with inside.env() as env:
        case = env["complaint.complaint"].browse(case_id)
        numbers = case.dispatch_ids.sorted("id").mapped("number")
        assert sorted(numbers, key=len) == [f"{case.number}/{n}" for n in range(1, 2 * ROUNDS + 1)]
        assert case.dispatch_count == 2 * ROUNDS
        assert set(case.dispatch_ids.mapped("state")) == {"sent"}


def test_two_accept_a_handover(inside, at_once):
    """IN-5: two of a team accept the same hand-over at once: one answers for it, the other is told."""
    for number in range(ROUNDS):
        with inside.env("handler") as env:
            case = new_case(env, inside, user_id=env.uid)
            case_id = case.id
            wizard = env["complaint.handover.wizard"].create(
                {
                    "complaint_ids": [(6, 0, case.ids)],
                    "kind": "team",
                    "team_id": inside.other_team_id,
                    "reason": "Theirs",
                }
            )
            wizard.action_apply()
            handover_id = case._get_pending_handover().id
        outcomes = at_once(
            number,
            ("colleague", "complaint.handover", "action_accept", [handover_id]),
            ("other", "complaint.handover", "action_accept", [handover_id]),
        )
        winner, message = winner_of(outcomes)
        with inside.env() as env:
            handover = env["complaint.handover"].browse(handover_id)
            case = env["complaint.complaint"].browse(case_id)
            assert handover.state == "accepted"
            assert case.user_id.login == ("colleague", "other")[winner]
            assert handover.to_user_id == handover.decided_by_id == case.user_id
            assert case.number in message
