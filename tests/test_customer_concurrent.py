# Part of the complaint management suite. See LICENSE file for full licensing details.
"""SO-4, X-2, CO-3: what a customer does twice at once is done once, and the first answer stands."""

import pytest
from browsers import new_case, run_at_once, two_browsers
from odoo_inside import inside_copy

ROUNDS = 4
COMPLAINT, SOLUTION = "complaint.complaint", "complaint.solution"
PICTURE = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def inside(project):
    """Odoo with a team whose handler answers for the complaints, and a leader above it."""
    with inside_copy(project) as inside:
        with inside.env() as env:
            group = env.ref("complaint_management.group_complaint_handler")
            users = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    [
                        {
                            "name": login.title(),
                            "login": login,
                            "email": f"{login}@example.com",
                            "group_ids": [(6, 0, group.ids)],
                        }
                        for login in ("handler", "leader")
                    ]
                )
            )
            inside.users = {user.login: user.id for user in users} | {"customer": False}
            handler, leader = users
            team = env["complaint.team"].create(
                {"name": "Centre", "leader_id": leader.id, "member_ids": [(6, 0, handler.ids)]}
            )
            inside.team_id = team.id
            env["complaint.approval.rule"].search([]).active = False
            env["complaint.followup.rule"].search([]).active = False
            inside.remedy_type_id = env["complaint.remedy.type"].create({"name": "Replace"}).id
            # The year's counter is open before anybody needs it.
            env[COMPLAINT].create({"name": "First", "team_id": team.id, "active": False})
        yield inside


@pytest.fixture(scope="module")
def browsers(inside):
    """Two processes that are up and waiting."""
    with two_browsers(inside, "customer_worker.py") as pair:
        yield pair


def new_offer(inside):
    """Bring a solution of a case of its own to the customer; return the ids of both."""
    with inside.env("handler") as env:
        complaint = new_case(env, inside)
        solution = env[SOLUTION].create(
            {
                "complaint_id": complaint.id,
                "reasonable": "yes",
                "assessment": "It was sold as new.",
                "ground_contract": "Clause 7",
                "remedy_ids": [(0, 0, {"type_id": inside.remedy_type_id, "description": "A new one"})],
            }
        )
        solution.action_submit()
        solution.action_offer("call", "We told them.")
        return complaint.id, solution.id


def at_once(browsers, number, *calls):
    """Let the customer do two things at the same moment.

    :param calls: name of a method and its arguments, the complaint's id first
    :return: results and refusals of both
    """
    return run_at_once(browsers, number, *[("customer", COMPLAINT, method, *args) for method, *args in calls])


def check_one_won(outcomes, words):
    won = [outcome for outcome in outcomes if "error" not in outcome]
    lost = [outcome for outcome in outcomes if "error" in outcome]
    assert (len(won), len(lost)) == (1, 1), outcomes
    assert lost[0]["error"] == "CustomerRefusal", outcomes
    assert words in lost[0]["message"], outcomes
    assert (won[0]["tries"], lost[0]["tries"]) == (1, 2), outcomes
    return won[0]["result"]


def test_accept_and_decline(inside, browsers):
    """SO-4: of two answers at the same moment the first one stands, the other one is told so."""
    for number in range(ROUNDS):
        complaint_id, solution_id = new_offer(inside)
        result = check_one_won(
            at_once(
                browsers,
                number,
                ("_accept_as_customer", complaint_id, solution_id, "Li Si", PICTURE),
                ("_decline_as_customer", complaint_id, solution_id, "Too little"),
            ),
            "You have answered it already on",
        )
        with inside.env() as env:
            solution = env[SOLUTION].browse(solution_id)
            assert solution.state == result
            assert bool(solution.signature) is (result == "accepted")


def test_reply_twice(inside, browsers):
    """CO-3: a double click sends a message once."""
    for number in range(ROUNDS):
        with inside.env("handler") as env:
            complaint_id = new_case(env, inside).id
        outcomes = at_once(browsers, number, *[("_reply_as_customer", complaint_id, "Hello?")] * 2)
        assert [outcome.get("result") for outcome in outcomes] == ["reply"] * 2, outcomes
        with inside.env() as env:
            messages = env[COMPLAINT].browse(complaint_id).message_ids
            assert len([message for message in messages if "Hello?" in str(message.body)]) == 1


def test_appeal_twice(inside, browsers):
    """X-2: another look is asked for once, however often the button is pressed."""
    for number in range(ROUNDS):
        with inside.env("handler") as env:
            complaint = new_case(env, inside)
            complaint.move_to("triage")
            complaint.action_reject("Unfounded")
            complaint_id = complaint.id
        check_one_won(
            at_once(browsers, number, *[("_appeal_as_customer", complaint_id, 0, "Look again")] * 2),
            "You have asked for another look already on",
        )
        with inside.env() as env:
            complaint = env[COMPLAINT].browse(complaint_id)
            assert (complaint.reopen_count, len(complaint.appeal_ids)) == (1, 1)
            assert complaint.user_id.id == inside.users["leader"]


def test_withdraw_and_accept(inside, browsers):
    """SO-4: withdrawn and accepted at the same moment, one of both holds and nothing is left half."""
    for number in range(ROUNDS):
        complaint_id, solution_id = new_offer(inside)
        outcomes = at_once(
            browsers,
            number,
            ("_withdraw_as_customer", complaint_id, "1", "Never mind"),
            ("_accept_as_customer", complaint_id, solution_id, "Li Si", PICTURE),
        )
        with inside.env() as env:
            complaint, solution = env[COMPLAINT].browse(complaint_id), env[SOLUTION].browse(solution_id)
            if outcomes[0].get("result") == "withdrawn":
                assert (complaint.step, solution.state) == ("cancelled", "withdrawn"), outcomes
                assert outcomes[1]["error"] == "CustomerRefusal", outcomes
            else:
                assert outcomes[0].get("result") == "withdrawal_asked", outcomes
                assert (complaint.closed_at, solution.state) == (False, "accepted"), outcomes
