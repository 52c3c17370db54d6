# Part of the complaint management suite. See LICENSE file for full licensing details.
"""SV-5: one appointment booked by two clerks for the same technician and hour: one is told."""

from datetime import datetime, timedelta

import pytest
from browsers import run_at_once, two_browsers, winner_of
from odoo_inside import inside_copy

ROUNDS = 8
ORDER, BOOKING, LINE = (
    "complaint.service.order",
    "complaint.service.booking",
    "complaint.service.find.time.line",
)
#: A Monday far enough ahead, whenever this runs.
MONDAY = datetime(2100, 3, 1, 8)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def inside(project):
    """Odoo with a workshop: two advisors and two technicians."""
    with inside_copy(project) as inside:
        with inside.env() as env:
            group = env.ref("complaint_management.group_service_advisor")
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
                        for login in ("one", "two")
                    ]
                )
            )
            inside.users = {user.login: user.id for user in users}
            team = env["complaint.team"].create(
                {"name": "Workshop", "service": True, "member_ids": [(6, 0, users.ids)]}
            )
            inside.team_id = team.id
            inside.type_id = env.ref("complaint_management.complaint_service_type_repair").id
            inside.partner_id = env["res.partner"].create({"name": "Li Si", "phone": "010-62345678"}).id
            inside.employee_id, inside.other_id = (
                env["hr.employee"]
                .create(
                    [
                        {"name": name, "complaint_technician": True, "tz": "UTC"}
                        for name in ("Wang Wei", "Zhao Liu")
                    ]
                )
                .ids
            )
        # The year's counter is open before anybody needs it.
        new_orders(inside, 1)
        yield inside


@pytest.fixture(scope="module")
def browsers(inside):
    """Two processes that are up and waiting."""
    with two_browsers(inside, "sheet_worker.py") as pair:
        yield pair


def new_orders(inside, number, **vals):
    """Make orders that nobody works on yet; return their ids."""
    with inside.env() as env:
        return (
            env[ORDER]
            .create(
                [
                    {
                        "name": "The brakes squeal",
                        "partner_id": inside.partner_id,
                        "type_id": inside.type_id,
                        "team_id": inside.team_id,
                        **vals,
                    }
                    for _order in range(number)
                ]
            )
            .ids
        )


def planned(start, hours=1):
    return {"scheduled_start": str(start), "scheduled_end": str(start + hours * HOUR)}


def booked(inside, order_ids):
    """Return which of some orders have a technician, and how many active bookings there are."""
    with inside.env() as env:
        orders = env[ORDER].browse(order_ids)
        bookings = env[BOOKING].search([("order_id", "in", order_ids)])
        return [bool(order.technician_ids) for order in orders], len(bookings)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_two_clerks_book_one_hour(inside, browsers, number):
    """SV-5: the second clerk is told for what the technician is booked; nothing of theirs stays."""
    start = MONDAY + number * 24 * HOUR
    ids = new_orders(inside, 2)
    calls = [
        (login, ORDER, "write", [order_id], {**planned(start), "technician_ids": [[4, inside.employee_id]]})
        for login, order_id in zip(("one", "two"), ids, strict=True)
    ]
    won, message = winner_of(run_at_once(browsers, number, *calls))
    with inside.env() as env:
        assert env[ORDER].browse(ids[won]).number in message
    assert "Next free" in message
    assert booked(inside, ids) == ([not won, bool(won)], 1)
    with inside.env() as env:
        loser = env[ORDER].browse(ids[1 - won])
        assert not loser.scheduled_start
        assert "arrange" not in loser.deadline_ids.filtered("reached_at").mapped("milestone")


@pytest.mark.parametrize("number", range(4))
def test_two_clerks_in_two_ways(inside, browsers, number):
    """SV-5: the same where one takes a proposed time and the other one drags a booking over it."""
    start = MONDAY + (100 + number) * 24 * HOUR
    [proposed_id] = new_orders(inside, 1)
    [dragged_id] = new_orders(
        inside, 1, technician_ids=[(4, inside.employee_id)], **planned(start + 4 * HOUR)
    )
    with inside.env() as env:
        booking = env[BOOKING].search([("order_id", "=", dragged_id)])
    with inside.env("one") as env:
        line = env[LINE].create(
            {
                "wizard_id": env["complaint.service.find.time"].create({"order_id": proposed_id}).id,
                "start": start,
                "stop": start + HOUR,
                "employee_ids": [(4, inside.employee_id)],
            }
        )
    times = {"start": str(start), "stop": str(start + HOUR)}
    outcomes = run_at_once(
        browsers,
        number,
        ("one", LINE, "action_book", [line.id]),
        ("two", BOOKING, "write", [booking.id], times),
    )
    won, _message = winner_of(outcomes)
    with inside.env() as env:
        moved = env[ORDER].browse(dragged_id).scheduled_start
        assert moved == (start if won else start + 4 * HOUR)
        assert bool(env[ORDER].browse(proposed_id).technician_ids) == (not won)


def test_two_clerks_two_technicians(inside, browsers):
    """SV-5: nobody waits or is told where it is another technician."""
    ids = new_orders(inside, 2)
    calls = [
        (
            login,
            ORDER,
            "write",
            [order_id],
            {**planned(MONDAY + 200 * 24 * HOUR), "technician_ids": [[4, who]]},
        )
        for login, order_id, who in zip(
            ("one", "two"), ids, (inside.employee_id, inside.other_id), strict=True
        )
    ]
    outcomes = run_at_once(browsers, 0, *calls)
    assert [outcome.get("error") for outcome in outcomes] == [None, None], outcomes
    assert booked(inside, ids) == ([True, True], 2)
