# Part of the complaint management suite. See LICENSE file for full licensing details.
"""DI-1: workers that assign at the same moment neither wait nor fail, and nobody loses a turn for ever."""

import threading

import pytest
from odoo_inside import inside_copy

MEMBERS = 3


@pytest.fixture(scope="module")
def inside(project):
    """Odoo on a database with a team of three that assigns in turn."""
    with inside_copy(project) as inside:
        with inside.env() as env:
            group = env.ref("complaint_management.group_complaint_handler")
            members = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    [
                        {
                            "name": f"Member {number}",
                            "login": f"turn{number}",
                            "group_ids": [(6, 0, group.ids)],
                        }
                        for number in range(MEMBERS)
                    ]
                )
            )
            team = env["complaint.team"].create(
                {"name": "In turn", "assign_method": "turn", "member_ids": [(6, 0, members.ids)]}
            )
            # The year's counter is open before anybody needs it.
            env["complaint.complaint"].create({"name": "First", "team_id": team.id, "active": False})
            inside.team_id, inside.member_ids = team.id, members.ids
        yield inside


@pytest.fixture(autouse=True)
def no_turns(inside):
    with inside.env() as env:
        env["complaint.team.turn"].search([]).unlink()


def come_in(inside, env):
    """Let a complaint come in, and return who got it; waiting for anybody fails the test."""
    env.cr.execute("SET LOCAL lock_timeout = '5s'")
    complaint = env["complaint.complaint"].create({"name": "Cold", "team_id": inside.team_id})
    env.flush_all()
    return complaint.user_id.id


def assert_all_in_turn(inside):
    """Whoever waits longest is next: each member is served within one round."""
    served = []
    for _number in range(MEMBERS):
        with inside.env() as env:
            served.append(come_in(inside, env))
    assert sorted(served) == sorted(inside.member_ids)


def test_two_transactions_at_once(inside):
    with inside.env() as one, inside.env() as two:
        first = come_in(inside, one)
        second = come_in(inside, two)
    # They could not see each other.
    assert first == second == inside.member_ids[0]
    with inside.env() as env:
        assert come_in(inside, env) == inside.member_ids[1]
    assert_all_in_turn(inside)


def test_older_transaction(inside):
    """A transaction that does not see what was committed since it began is not refused."""
    with inside.env() as late:
        late.cr.execute("SELECT count(*) FROM complaint_team_turn")  # the snapshot is taken here
        with inside.env() as env:
            come_in(inside, env)
        assert come_in(inside, late)
    assert_all_in_turn(inside)


def test_cleared_meanwhile(inside):
    """Old turns may be cleared while somebody assigns."""
    for _number in range(2 * MEMBERS):
        with inside.env() as env:
            come_in(inside, env)
    with inside.env() as late:
        late.cr.execute("SELECT count(*) FROM complaint_team_turn")
        with inside.env() as env:
            env["complaint.team.turn"]._gc_turns()
        assert come_in(inside, late) == inside.member_ids[0]
    with inside.env() as env:
        assert env["complaint.team.turn"].search_count([]) == MEMBERS + 1
    assert_all_in_turn(inside)


@pytest.mark.slow
def test_four_workers(inside):
    """240 complaints by four workers: no error, and the shares stay close together."""
    errors = []

    def work():
        try:
            for _number in range(60):
                with inside.env() as env:
                    come_in(inside, env)
        except Exception as error:  # noqa: BLE001 - told by the thread that waits for this one
            errors.append(error)

    with inside.env() as env:
        before = shares(inside, env)
    workers = [threading.Thread(target=work) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(300)
    assert errors == []
    with inside.env() as env:
        served = {user_id: count - before[user_id] for user_id, count in shares(inside, env).items()}
    assert sum(served.values()) == 240
    assert min(served.values()) >= 60, served
    assert_all_in_turn(inside)


def shares(inside, env):
    """How many complaints each member answers for."""
    counts = dict.fromkeys(inside.member_ids, 0)
    groups = env["complaint.complaint"]._read_group(
        [("user_id", "in", inside.member_ids)], ["user_id"], ["__count"]
    )
    return {**counts, **{user.id: count for user, count in groups}}
