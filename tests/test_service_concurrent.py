# Part of the complaint management suite. See LICENSE file for full licensing details.
"""SV-2 to SV-8: what two do with a service order or an object at the same moment is done once, or told."""

import base64
from collections import Counter
from datetime import datetime, timedelta

import pytest
from browsers import Browser, new_case, run_at_once, two_browsers, winner_of
from odoo_inside import inside_copy

WORKER = "service_worker.py"
ROUNDS = 4
ORDER, WORKLOG, LOANER = (f"complaint.service.{name}" for name in ("order", "worklog", "loaner"))
ASSET, READING, DUE, WARNING = (f"complaint.asset{name}" for name in ("", ".reading", ".due", ".warning"))
COMPLAINT, SOLUTION, REMEDY = "complaint.complaint", "complaint.solution", "complaint.remedy"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PICTURE = f"data:image/png;base64,{PNG}"
SHOWN = {"display_name": {}}
DAY = timedelta(days=1)
#: Objects that a background job has to look at; more than a batch.
MANY, BATCH = 10, 3
GROUPS = {
    "one": ("group_service_manager",),
    "two": ("group_service_manager",),
    "fitter": ("group_service_technician",),
    "mate": ("group_service_technician",),
    "handler": ("group_complaint_handler",),
    "colleague": ("group_complaint_handler",),
}


@pytest.fixture(scope="module")
def inside(project):
    """Odoo with a workshop and a centre for complaints; no plan or legal limit but those of the tests."""
    with inside_copy(project) as inside:
        with inside.env() as env:
            users = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    [
                        {
                            "name": login.title(),
                            "login": login,
                            "email": f"{login}@example.com",
                            "group_ids": [
                                (6, 0, [env.ref(f"complaint_management.{group}").id for group in groups])
                            ],
                        }
                        for login, groups in GROUPS.items()
                    ]
                )
            )
            inside.users = {user.login: user.id for user in users} | {"customer": False}
            one, two, fitter, mate, handler, colleague = users
            inside.fitter_id, inside.mate_id = (
                env["hr.employee"]
                .create(
                    [
                        {"name": user.name, "user_id": user.id, "complaint_technician": True, "tz": "UTC"}
                        for user in (fitter, mate)
                    ]
                )
                .ids
            )
            inside.workshop_id, inside.team_id = (
                env["complaint.team"]
                .create(
                    [
                        {
                            "name": "Workshop",
                            "service": True,
                            "leader_id": one.id,
                            "member_ids": [(6, 0, (one | two | fitter | mate).ids)],
                        },
                        {
                            "name": "Centre",
                            "leader_id": handler.id,
                            "member_ids": [(6, 0, (handler | colleague).ids)],
                        },
                    ]
                )
                .ids
            )
            inside.type_ids = {
                name: env.ref(f"complaint_management.complaint_service_type_{name}").id
                for name in ("repair", "preventive")
            }
            inside.kind_id = env["complaint.asset.kind"].create({"name": "Car", "usage_unit": "km"}).id
            inside.partner_id = (
                env["res.partner"]
                .create({"name": "Li Si", "phone": "010-62345678", "email": "li.si@example.com"})
                .id
            )
            inside.product_id = (
                env["product.product"]
                .create(
                    {
                        "name": "Brake pad",
                        "type": "consu",
                        "list_price": 500,
                        "invoice_policy": "order",
                        "taxes_id": [(5,)],
                    }
                )
                .id
            )
            inside.fault_id = env["complaint.service.fault"].create({"name": "Brakes squeal"}).id
            inside.mend_id = env["complaint.remedy.type"].create({"name": "Mend", "behaviour": "repair"}).id
            env["complaint.service.plan"].search([]).active = False
            env["complaint.service.watch"].search([]).active = False
            env["complaint.approval.rule"].search([]).active = False
            # The year's counters are open before anybody needs them.
            env[COMPLAINT].create({"name": "First", "team_id": inside.team_id, "active": False})
        new_order(inside)
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


def new_assets(inside, number=1, **vals):
    """Make objects of the customer; return their ids."""
    with inside.env() as env:
        return (
            env[ASSET]
            .create(
                [
                    {
                        "model": "Family car",
                        "kind_id": inside.kind_id,
                        "partner_id": inside.partner_id,
                        **vals,
                    }
                    for _asset in range(number)
                ]
            )
            .ids
        )


def new_order(inside, step="appointment", price=0, **vals):
    """Make an order in a step, whatever the way there asks for; return its id.

    :param float price: of the part that the customer is charged for; none where it is 0
    """
    with inside.env() as env:
        order = env[ORDER].create(
            {
                "name": "The brakes squeal",
                "partner_id": inside.partner_id,
                "type_id": inside.type_ids["repair"],
                "team_id": inside.workshop_id,
                "user_id": inside.users["one"],
                "nothing_charged": not price,
                **vals,
            }
        )
        if price:
            env["complaint.service.line"].create(
                {"order_id": order.id, "kind": "part", "product_id": inside.product_id, "price_unit": price}
            )
        stage = env["complaint.service.stage"].search([("step", "=", step)], limit=1)
        env.flush_all()
        env.cr.execute(
            "UPDATE complaint_service_order SET stage_id = %s, step = %s WHERE id = %s",
            (stage.id, step, order.id),
        )
        env.invalidate_all()
        order.modified(["stage_id", "step"])
        return order.id


def told(outcomes):
    """Return the index of the one who did it, and what the other one was told.

    The database itself may have said no; then nothing was tried again.
    """
    won = [number for number, outcome in enumerate(outcomes) if "error" not in outcome]
    assert len(won) == 1, outcomes
    loser = outcomes[1 - won[0]]
    assert loser["error"] in ("UserError", "ValidationError", "CustomerRefusal"), outcomes
    return won[0], loser["message"]


def lines(record, text):
    """Return how often something was logged on a record."""
    return len(record.message_ids.filtered(lambda message: text in str(message.body)))


# work


def test_two_devices_two_orders(inside, at_once):
    """SV-5: started on two devices for two orders, one clock runs; the other device says so."""
    for number in range(ROUNDS):
        ids = [new_order(inside, "work", technician_ids=[(4, inside.fitter_id)]) for _order in range(2)]
        won, message = told(at_once(number, *[("fitter", ORDER, "action_start_work", [one]) for one in ids]))
        with inside.env() as env:
            clocks = env[WORKLOG].search([("employee_id", "=", inside.fitter_id), ("stop", "=", False)])
            assert clocks.order_id.ids == [ids[won]]
            assert len(clocks) == 1
            assert "another device" in message
            assert "Load the page again" in message
            clocks._stop_clocks()


def test_two_devices_one_order(inside, at_once):
    """SV-5: started twice for the same order, it is one clock, and both devices know that it runs."""
    for number in range(ROUNDS):
        order_id = new_order(inside, "work", technician_ids=[(4, inside.fitter_id)])
        outcomes = at_once(number, *[("fitter", ORDER, "action_start_work", [order_id])] * 2)
        assert not any("error" in outcome for outcome in outcomes), outcomes
        notices = [outcome["result"]["params"]["message"] for outcome in outcomes if outcome["result"]]
        assert notices == ["Your clock on this order runs already."]
        with inside.env() as env:
            order = env[ORDER].browse(order_id)
            assert (len(order.worklog_ids), order.work_state) == (1, "running")
            order.worklog_ids._stop_clocks()


def test_stop_and_switch(inside, at_once):
    """SV-5: stopped on one device and switched to another order on the other: no time counts twice."""
    for number in range(ROUNDS):
        ids = [new_order(inside, "work", technician_ids=[(4, inside.fitter_id)]) for _order in range(2)]
        with inside.env("fitter") as env:
            env[ORDER].browse(ids[0]).action_start_work()
        outcomes = at_once(
            number,
            ("fitter", ORDER, "action_stop_work", [ids[0]]),
            ("fitter", ORDER, "action_start_work", [ids[1]]),
        )
        assert not any("error" in outcome for outcome in outcomes), outcomes
        with inside.env() as env:
            former, latter = (env[ORDER].browse(one).worklog_ids for one in ids)
            assert (len(former), len(latter)) == (1, 1)
            assert former.stop and former.stop <= latter.start
            assert not latter.stop
            latter._stop_clocks()


def new_shared_job(inside, **vals):
    """Make an order on which the fitter's clock runs, and which the mate may work on too."""
    order_id = new_order(
        inside,
        "work",
        technician_ids=[(6, 0, [inside.fitter_id, inside.mate_id])],
        work_note="New pads",
        **vals,
    )
    with inside.env("fitter") as env:
        env[ORDER].browse(order_id).action_start_work()
    return order_id


def test_one_stops_another_starts(inside, at_once):
    """SV-5: one technician stops as another one starts on the same order: it is seen to be in work."""
    for number in range(ROUNDS):
        order_id = new_shared_job(inside)
        outcomes = at_once(
            number,
            ("fitter", ORDER, "action_stop_work", [order_id]),
            ("mate", ORDER, "action_start_work", [order_id]),
        )
        assert not any("error" in outcome for outcome in outcomes), outcomes
        with inside.env() as env:
            order = env[ORDER].browse(order_id)
            running = order.worklog_ids.filtered(lambda entry: not entry.stop)
            assert running.employee_id.id == inside.mate_id
            assert order.work_state == "running"
            running._stop_clocks()


def test_one_finishes_another_starts(inside, at_once):
    """SV-5: an order is passed on, or somebody's clock runs on it; never both."""
    ends = Counter()
    for number in range(ROUNDS):
        order_id = new_shared_job(inside)
        finished, started = outcomes = at_once(
            number,
            ("fitter", ORDER, "action_finish_work", [order_id]),
            ("mate", ORDER, "action_start_work", [order_id]),
        )
        won, message = told(outcomes) if "error" in finished or "error" in started else (2, "")
        ends[won] += 1
        with inside.env() as env:
            order = env[ORDER].browse(order_id)
            running = order.worklog_ids.filtered(lambda entry: not entry.stop)
            if won == 1:
                assert "Stop the clocks that run on it" in message
                # Nothing of it was done: the own clock runs on, too.
                assert (order.step, len(running)) == ("work", 2)
            else:
                # In the quality check, whoever finds more to do may take it up.
                assert order.step in ("quality", "settlement")
                assert order.step == "quality" or not running
            running._stop_clocks()
    assert ends[1], ends


def test_one_fails_a_point_another_passes_on(inside, at_once):
    """SV-6: what is passed on has passed its check, whoever finds something wrong at the same moment."""
    ends = Counter()
    for number in range(ROUNDS):
        order_id = new_order(inside, "quality", technician_ids=[(6, 0, [inside.fitter_id])])
        with inside.env() as env:
            check = env["complaint.service.check"].create({"order_id": order_id, "name": "Horn"})
            check.passed = "yes"
            check_id = check.id
        outcomes = at_once(
            number,
            ("one", ORDER, "move_to", [order_id], "settlement"),
            ("two", "complaint.service.check", "write", [check_id], {"passed": "no", "remark": "Mute"}),
        )
        won, message = told(outcomes)
        ends[won] += 1
        with inside.env() as env:
            order = env[ORDER].browse(order_id)
            if won:
                assert "Put right what failed" in message
                assert (order.step, order.check_ids.passed) == ("quality", "no")
            else:
                assert "is over" in message
                assert (order.step, order.check_ids.passed) == ("settlement", "yes")
    assert ends, ends


def test_hand_over_twice(inside, at_once):
    """SV-2: the customer signs on the page while the advisor has them sign at the desk: signed once."""
    for number in range(ROUNDS):
        order_id = new_order(inside, "handover")
        with inside.env("two") as env:
            dialog = env["complaint.service.signing"].create(
                {"order_id": order_id, "kind": "handover", "name": "Mr Desk", "signature": PNG}
            )
        won, message = told(
            at_once(
                number,
                ("customer", ORDER, "_sign_as_customer", order_id, "Ms Page", PICTURE),
                ("two", "complaint.service.signing", "action_apply", [dialog.id]),
            )
        )
        with inside.env() as env:
            order = env[ORDER].browse(order_id)
            assert order.handover_name == ("Ms Page", "Mr Desk")[won]
            assert base64.b64decode(order.handover_signature) == base64.b64decode(PNG)
            assert "signed already" in message if won else f"to {order.handover_name} on" in message
            assert lines(order, "Hand-over signed by") == 1 - won


def test_hand_over_by_two_advisors(inside, at_once):
    """SV-2: two advisors hand over at once: one did, and the other reads to whom and when."""
    for number in range(ROUNDS):
        order_id = new_order(inside, "handover", asset_id=new_assets(inside)[0])
        calls = []
        for login in ("one", "two"):
            with inside.env(login) as env:
                dialog = env["complaint.service.signing"].create(
                    {
                        "order_id": order_id,
                        "name": f"Given by {login}",
                        "way": "none",
                        "unsigned_reason": "Key in the box",
                        "usage_out": 12000,
                    }
                )
            calls.append((login, "complaint.service.signing", "action_apply", [dialog.id]))
        won, message = winner_of(at_once(number, *calls))
        with inside.env() as env:
            order = env[ORDER].browse(order_id)
            assert order.handover_name == f"Given by {('one', 'two')[won]}"
            assert order.handover_name in message
            assert order.asset_id.reading_ids.mapped("value") == [12000]


def test_lend_twice(inside, at_once):
    """SV-2: one loaner is lent by two advisors at once: the second one is told that it is away."""
    for number in range(ROUNDS):
        with inside.env() as env:
            owner_id = env.company.partner_id.id
        [loaner_id] = new_assets(inside, partner_id=owner_id)
        ids = [new_order(inside, "work") for _order in range(2)]
        won, message = told(
            at_once(
                number,
                *[
                    (login, LOANER, "web_save", [], {"order_id": one, "asset_id": loaner_id}, SHOWN)
                    for login, one in zip(("one", "two"), ids, strict=True)
                ],
            )
        )
        assert "Choose another one" in message
        with inside.env() as env:
            lent = env[LOANER].search([("asset_id", "=", loaner_id)])
            assert lent.order_id.ids == [ids[won]]
            assert [lines(env[ORDER].browse(one), "Lent: ") for one in ids] == [1 - won, won]


def test_lend_and_cancel(inside, at_once):
    """SV-2: nothing goes out with an order that is being cancelled, and none ends with something out."""
    for number in range(ROUNDS):
        order_id = new_order(inside)
        outcomes = at_once(
            number,
            ("one", LOANER, "web_save", [], {"order_id": order_id, "name": "A bicycle"}, SHOWN),
            ("two", ORDER, "action_cancel", [order_id], "Not wanted"),
        )
        won, message = winner_of(outcomes)
        assert ("nothing is lent" if won else "has come back") in message
        with inside.env() as env:
            order = env[ORDER].browse(order_id)
            assert (order.step == "cancelled", len(order.loaner_ids)) == (bool(won), 1 - won)


# money


def test_invoice_twice(inside, at_once):
    """SV-4: two click Invoice on one order: one invoice, and the other one reads that nothing is left."""
    for number in range(ROUNDS):
        order_id = new_order(inside, "settlement", 500)
        with inside.env() as env:
            env[ORDER].browse(order_id)._agree("phone", "Li Si")
        _won, message = winner_of(
            at_once(number, *[(login, ORDER, "action_invoice", [order_id]) for login in ("one", "two")])
        )
        assert "nothing is left to be invoiced" in message
        with inside.env() as env:
            order = env[ORDER].browse(order_id)
            invoices = env["account.move"].search([("invoice_origin", "=", order.sale_order_id.name)])
            assert len(invoices) == 1
            assert invoices.amount_total == 500
            assert lines(order, "Draft invoice made") == 1


def test_offer_twice(inside, at_once):
    """SV-4: two advisors offer at once: one sales order stands behind it, and the latest version counts."""
    for number in range(ROUNDS):
        order_id = new_order(inside, "quotation", 500)
        outcomes = at_once(
            number, *[(login, ORDER, "action_offer_quotation", [order_id]) for login in ("one", "two")]
        )
        assert not any("error" in outcome for outcome in outcomes), outcomes
        with inside.env() as env:
            order = env[ORDER].browse(order_id)
            sales = env["sale.order"].search([("origin", "=", order.number)])
            assert sales == order.sale_order_id
            assert len(sales.order_line) == 1
            assert (order.quotation_state, order.quotation_version) == ("offered", 2)


def new_quotation(inside):
    """Offer a quotation of 500; return the order's id and the version that the customer sees."""
    order_id = new_order(inside, "quotation", 500)
    with inside.env("one") as env:
        order = env[ORDER].browse(order_id)
        order.action_offer_quotation()
        return order_id, order._get_quotation()["version"]


def test_accept_twice(inside, at_once):
    """SV-2: accepted on two devices, the first signature stands and the second one is told."""
    for number in range(ROUNDS):
        order_id, version = new_quotation(inside)
        names = ("Li Si", "Wang Wu")
        won, message = told(
            at_once(
                number,
                *[
                    ("customer", ORDER, "_agree_as_customer", order_id, version, name, PICTURE)
                    for name in names
                ],
            )
        )
        assert "You have answered it already" in message
        with inside.env() as env:
            order = env[ORDER].browse(order_id)
            assert (order.quotation_state, order.agreed_by) == ("agreed", names[won])
            assert order.sale_order_id.state == "sale"
            assert lines(order, "Agreed by") == 1


def test_accept_and_decline(inside, at_once):
    """SV-2: one accepts on the page while an advisor notes a no by phone: the first answer stands."""
    for number in range(ROUNDS):
        order_id, version = new_quotation(inside)
        with inside.env("two") as env:
            dialog = env["complaint.service.answer"].create(
                {"order_id": order_id, "answer": "declined", "reason": "Too dear"}
            )
        won, message = told(
            at_once(
                number,
                ("customer", ORDER, "_agree_as_customer", order_id, version, "Li Si", PICTURE),
                ("two", "complaint.service.answer", "action_apply", [dialog.id]),
            )
        )
        with inside.env() as env:
            order = env[ORDER].browse(order_id)
            assert order.quotation_state == ("agreed", "declined")[won]
            assert bool(order.agreement_signature) is not bool(won)
            assert (order.decline_reason == "Too dear") is bool(won)
            assert ("has changed" if won else "the customer has answered it") in message


def test_accept_and_change(inside, at_once):
    """SV-2: accepted while the lines are changed, it is what was seen, or has to be looked at again."""
    ends = Counter()
    for number in range(ROUNDS):
        order_id, version = new_quotation(inside)
        with inside.env() as env:
            line_id = env[ORDER].browse(order_id).line_ids.id
        accepted, changed = at_once(
            number,
            ("customer", ORDER, "_agree_as_customer", order_id, version, "Li Si", PICTURE),
            ("two", "complaint.service.line", "write", [line_id], {"price_unit": 900}),
        )
        assert "error" not in changed, changed
        with inside.env() as env:
            order = env[ORDER].browse(order_id)
            assert order.amount_charged == 900
            ends["error" in accepted] += 1
            if "error" in accepted:
                assert accepted["error"] == "CustomerRefusal"
                assert "has changed" in accepted["message"]
                assert (order.agreed_amount, order.agreement_signature) == (0, False)
            else:
                # What they signed was 500; of the rest nobody may think that they agreed.
                assert order.agreed_amount == 500
            assert order.quotation_state == "changed"
            assert order.agreement_needed
    assert len(ends) == 2, ends


# complaints


def new_solution(inside, state="offered"):
    """Bring a repair as the solution of a case of its own to the customer; return its id."""
    with inside.env("handler") as env:
        case = new_case(env, inside, nature="complaint", partner_id=inside.partner_id)
        solution = env[SOLUTION].create(
            {
                "complaint_id": case.id,
                "reasonable": "yes",
                "assessment": "It was sold as new.",
                "ground_contract": "Clause 7",
                "remedy_ids": [(0, 0, {"type_id": inside.mend_id, "description": "Put the brakes right"})],
            }
        )
        solution.action_submit()
        solution.action_offer("call", "We told them.")
        if state == "accepted":
            solution.action_accept()
        return solution.id


def test_remedy_agreed_twice(inside, at_once):
    """SO-5, SV-8: two enter that the customer agrees: one service order carries the repair out."""
    for number in range(ROUNDS):
        solution_id = new_solution(inside)
        winner_of(
            at_once(
                number,
                *[(login, SOLUTION, "action_accept", [solution_id]) for login in ("handler", "colleague")],
            )
        )
        with inside.env() as env:
            solution = env[SOLUTION].browse(solution_id)
            orders = env[ORDER].search([("complaint_id", "=", solution.complaint_id.id)])
            assert len(orders) == 1
            assert solution.remedy_ids.service_order_id == orders


def test_repair_order_tried_again_twice(inside, at_once):
    """SV-8: the button that makes a missing order, pressed by two, makes one; the other reads its number."""
    for number in range(ROUNDS):
        with inside.env() as env:
            env["complaint.team"].browse(inside.workshop_id).service = False
        solution_id = new_solution(inside, "accepted")
        with inside.env() as env:
            env["complaint.team"].browse(inside.workshop_id).service = True
            remedy = env[SOLUTION].browse(solution_id).remedy_ids
            assert remedy.blocked_reason
            remedy_id = remedy.id
        _won, message = winner_of(
            at_once(
                number,
                *[
                    (login, REMEDY, "action_make_repair_order", [remedy_id])
                    for login in ("handler", "colleague")
                ],
            )
        )
        with inside.env() as env:
            remedy = env[REMEDY].browse(remedy_id)
            orders = env[ORDER].search([("complaint_id", "=", remedy.complaint_id.id)])
            assert len(orders) == 1
            assert orders.number in message


@pytest.mark.parametrize("linked", [False, True])
def test_order_becomes_complaint_twice(inside, at_once, linked):
    """SV-8: two advisors turn one order into a complaint: one complaint, and the other reads its number."""
    for number in range(ROUNDS):
        vals = {}
        if linked:
            # It carries out another complaint, so the new one is only about it.
            with inside.env("handler") as env:
                vals["complaint_id"] = new_case(env, inside, partner_id=inside.partner_id).id
        order_id = new_order(inside, "work", **vals)
        calls = []
        for login in ("one", "two"):
            with inside.env(login) as env:
                dialog = env["complaint.service.complaint"].create(
                    {"order_id": order_id, "name": "Bad work", "description": f"Says {login}"}
                )
            calls.append((login, "complaint.service.complaint", "action_make", [dialog.id]))
        outcomes = at_once(number, *calls)
        if linked:
            # There is one already, so nobody makes another without saying so.
            assert [outcome.get("error") for outcome in outcomes] == ["UserError"] * 2
            continue
        _won, message = winner_of(outcomes)
        with inside.env() as env:
            complaint = env[COMPLAINT].search([("service_order_id", "=", order_id)])
            assert len(complaint) == 1
            assert complaint.number in message


def new_merge(inside, login, source_ids, target_id):
    """Open the dialog for merging; return how its button is pressed."""
    with inside.env(login) as env:
        dialog = env["complaint.merge"].create(
            {"complaint_ids": [(6, 0, [*source_ids, target_id])], "target_id": target_id}
        )
    return login, "complaint.merge", "action_merge", [dialog.id]


def new_cases(inside, number):
    """Make complaints with a service order each; return the ids of both."""
    with inside.env("handler") as env:
        ids = [new_case(env, inside, partner_id=inside.partner_id).id for _case in range(number)]
    return ids, [new_order(inside, "work", complaint_id=case_id) for case_id in ids]


def test_merge_into_two(inside, at_once):
    """IN-9, SV-8: one complaint is merged into two others at once: its order goes along once."""
    for number in range(ROUNDS):
        (source_id, *targets), (order_id, *_others) = new_cases(inside, 3)
        calls = [
            new_merge(inside, login, [source_id], target_id)
            for login, target_id in zip(("handler", "colleague"), targets, strict=True)
        ]
        won, message = winner_of(at_once(number, *calls))
        assert "Merged already" in message
        with inside.env() as env:
            source = env[COMPLAINT].browse(source_id)
            assert source.duplicate_of_id.id == targets[won]
            assert env[ORDER].browse(order_id).complaint_id.id == targets[won]


def test_merge_in_a_row(inside, at_once):
    """IN-9, SV-8: a target is merged away at the same moment: all orders end up with the one that goes on."""
    for number in range(ROUNDS):
        (first, second, third), order_ids = new_cases(inside, 3)
        outcomes = at_once(
            number,
            new_merge(inside, "handler", [first], second),
            new_merge(inside, "colleague", [second], third),
        )
        assert "error" not in outcomes[1], outcomes
        with inside.env() as env:
            cases = env[ORDER].browse(order_ids).complaint_id
            ended = env[COMPLAINT].browse([first, second, third]).filtered("closed_at")
            if "error" in outcomes[0]:
                assert "Choose the complaints they went into" in outcomes[0]["message"]
                assert (cases.ids, ended.ids) == ([first, third], [second])
            else:
                assert (cases.ids, ended.ids) == ([third], [first, second])


def test_merge_and_order(inside, at_once):
    """IN-9, SV-8: an order for a complaint that is just being merged is with the one that goes on."""
    for number in range(ROUNDS):
        (source_id, target_id), _order_ids = new_cases(inside, 2)
        with inside.env("colleague") as env:
            dialog = env["complaint.service.commission"].create(
                {"complaint_id": source_id, "name": "Look at it"}
            )
        merged, ordered = at_once(
            number,
            new_merge(inside, "handler", [source_id], target_id),
            ("colleague", "complaint.service.commission", "action_make", [dialog.id]),
        )
        assert "error" not in merged, merged
        with inside.env() as env:
            left = env[ORDER].search([("complaint_id", "=", source_id)])
            assert not left, (merged, ordered)
            count = env[ORDER].search_count([("complaint_id", "=", target_id)])
            if "error" in ordered:
                assert ordered["error"] == "UserError"
                assert "has ended" in ordered["message"]
            assert count == (2 if "error" in ordered else 3)


# objects


@pytest.mark.parametrize("between", [False, True])
def test_readings_at_once(inside, at_once, between):
    """SV-3: of two readings that do not go together one is refused, also where a later one is there."""
    for number in range(ROUNDS):
        [asset_id] = new_assets(inside)
        known = [("2026-01-01 08:00:00", 1000), *([("2026-03-01 08:00:00", 3000)] if between else [])]
        with inside.env() as env:
            env[READING].create(
                [{"asset_id": asset_id, "date": moment, "value": value} for moment, value in known]
            )
        news = {"one": ("2026-02-01 08:00:00", 2000), "two": ("2026-02-10 08:00:00", 1500)}
        _won, message = told(
            at_once(
                number,
                *[
                    (
                        login,
                        READING,
                        "web_save",
                        [],
                        {"asset_id": asset_id, "date": moment, "value": value},
                        SHOWN,
                    )
                    for login, (moment, value) in news.items()
                ],
            )
        )
        assert "give the reason" in message
        with inside.env() as env:
            series = env[ASSET].browse(asset_id).reading_ids.sorted("date").mapped("value")
            assert series == sorted(series)
            assert len(series) == len(known) + 1


def test_reading_and_strike(inside, at_once):
    """SV-3: two strike the same reading out, with two reasons: the first one stands, the other is told."""
    for number in range(ROUNDS):
        [asset_id] = new_assets(inside)
        with inside.env() as env:
            reading_id = (
                env[READING].create({"asset_id": asset_id, "date": "2026-01-01 08:00:00", "value": 1000}).id
            )
        calls = []
        for login in ("one", "two"):
            with inside.env(login) as env:
                dialog = env["complaint.asset.reading.strike"].create(
                    {"reading_ids": [(6, 0, [reading_id])], "reason": f"Says {login}"}
                )
            calls.append((login, "complaint.asset.reading.strike", "action_apply", [dialog.id]))
        outcomes = at_once(number, *calls)
        with inside.env() as env:
            reading = env[READING].browse(reading_id)
            assert not reading.active
            won, message = told(outcomes)
            assert reading.struck_reason == f"Says {('one', 'two')[won]}"
            assert reading.struck_reason in message


def test_order_of_a_due_service_twice(inside, at_once):
    """SV-7: two make the order of a service that is due: it is one, and both are shown it."""
    for number in range(ROUNDS):
        [due_id] = new_dues(inside, 1)
        outcomes = at_once(
            number, *[(login, DUE, "action_create_order", [due_id]) for login in ("one", "two")]
        )
        assert not any("error" in outcome for outcome in outcomes), outcomes
        shown = {outcome["result"]["res_id"] for outcome in outcomes}
        assert len(shown) == 1
        with inside.env() as env:
            due = env[DUE].browse(due_id)
            assert due.state == "ordered"
            assert env[ORDER].search([("asset_id", "=", due.asset_id.id)]).ids == [*shown]


def test_plan_and_order(inside, browsers):
    """SV-7: a plan is applied in the background while an order of its object is made: nobody is told."""
    for number in range(ROUNDS):
        with inside.env() as env:
            env["complaint.service.plan"].search([]).active = False
        [asset_id] = new_assets(inside, purchase_date=str(datetime.now().date() - 300 * DAY))
        with inside.env() as env:
            env["complaint.asset.due.request"].search([]).unlink()
            plan_id = new_plan(env, inside).id
        job, advisor = browsers
        advisor.begin(
            "one",
            ORDER,
            "web_save",
            [],
            {
                "name": "Service",
                "partner_id": inside.partner_id,
                "asset_id": asset_id,
                "type_id": inside.type_ids["preventive"],
                "team_id": inside.workshop_id,
            },
            SHOWN,
        )
        job.begin_call({"job": ["complaint.asset.due.request", "_cron_refresh"], "size": 5, "kill": False})
        first, second = browsers[:: 1 if number % 2 else -1]
        first.go()
        heard = {}
        if number > 1:
            heard[first] = first.hear()
        second.go()
        for browser in browsers:
            heard.setdefault(browser, None)
            heard[browser] = heard[browser] or browser.hear()
        assert "error" not in heard[advisor], heard[advisor]
        with inside.env() as env:
            due = env[DUE].search([("asset_id", "=", asset_id), ("plan_id", "=", plan_id)])
            assert due.mapped("state") == ["ordered"]
            request = env["complaint.asset.due.request"].search([("plan_id", "=", plan_id)])
            assert (request.state, request.fault_count) == ("done", 0)


def test_two_repairs_at_once(inside, at_once):
    """SV-7: two repairs of one object that pass the limit only together raise the warning."""
    with inside.env() as env:
        rule = new_rule(env, measure="same_fault_count", limit=1, warn_share=100)
    for number in range(ROUNDS):
        [asset_id] = new_assets(inside)
        ids = [
            new_order(inside, "diagnosis", asset_id=asset_id, received_at="2026-01-01 08:00:00")
            for _order in range(2)
        ]
        outcomes = at_once(
            number,
            *[
                (login, ORDER, "write", [one], {"fault_id": inside.fault_id})
                for login, one in zip(("one", "two"), ids, strict=True)
            ],
        )
        assert not any("error" in outcome for outcome in outcomes), outcomes
        with inside.env() as env:
            warning = env[WARNING].search([("asset_id", "=", asset_id)])
            assert warning.mapped("level") == ["passed"]
            assert warning.value == 2
            assert len(env["mail.activity"].search([("complaint_warning_id", "in", warning.ids)])) == 1
    with inside.env() as env:
        rule.with_env(env).active = False


def test_handle_warning_twice(inside, at_once):
    """SV-7: two managers settle one warning: one did, and the other is told."""
    with inside.env() as env:
        rule_id = new_rule(env, measure="same_fault_count", limit=5, warn_share=1).id
    for number in range(ROUNDS):
        [asset_id] = new_assets(inside)
        new_order(
            inside,
            "diagnosis",
            asset_id=asset_id,
            fault_id=inside.fault_id,
            received_at="2026-01-01 08:00:00",
        )
        with inside.env() as env:
            warning = env[WARNING].search([("asset_id", "=", asset_id)])
            assert warning.state == "open"
            warning.note = "Called them"
        won, message = winner_of(
            at_once(number, *[(login, WARNING, "action_handle", [warning.id]) for login in ("one", "two")])
        )
        assert "was handled already" in message
        with inside.env() as env:
            assert env[WARNING].browse(warning.id).handled_by_id.login == ("one", "two")[won]
    with inside.env() as env:
        env["complaint.service.watch"].browse(rule_id).active = False


# background jobs


def new_plan(env, inside):
    return env["complaint.service.plan"].create(
        {
            "name": "Yearly service",
            "type_id": inside.type_ids["preventive"],
            "kind_id": inside.kind_id,
            "every_months": 12,
        }
    )


def new_rule(env, **vals):
    return env["complaint.service.watch"].create({"name": "Limit", **vals})


def new_dues(inside, number):
    """Make objects whose yearly service is due in some days, so that the first letter is; return the dues."""
    with inside.env() as env:
        env["complaint.service.plan"].search([]).active = False
        partners = env["res.partner"].create(
            [{"name": f"Owner {one}", "email": f"owner{one}@example.com"} for one in range(number)]
        )
        plan = new_plan(env, inside)
        assets = env[ASSET].create(
            [
                {
                    "model": "Family car",
                    "kind_id": inside.kind_id,
                    "partner_id": partner.id,
                    "purchase_date": datetime.now().date() - 350 * DAY,
                }
                for partner in partners
            ]
        )
        return assets.due_ids.filtered(lambda due: due.plan_id == plan).ids


def work_off(inside, browsers, job, untouched):
    """Let a job be killed, and then two servers run it at once, twice.

    :param job: model and method
    :param untouched: called after the kill, and told how it is
    """
    killed = Browser(inside, WORKER)
    try:
        assert killed.hear() == {"ready": True}
        killed.begin_call({"job": job, "size": BATCH, "kill": True})
        killed.go()
        assert killed.process.wait(120) == -9
    finally:
        killed.close()
    untouched()
    done = Counter()
    for number in range(2):
        for browser in browsers:
            browser.begin_call({"job": job, "size": BATCH, "kill": False})
        for browser in browsers[:: 1 - 2 * number]:
            browser.go()
        for place, browser in enumerate(browsers):
            done[place] += browser.hear()["done"]
    return done


def test_reminders(inside, browsers):
    """SV-7, CP-4: killed before the commit and run by two at once, each owner is reminded once."""
    ids = new_dues(inside, MANY)
    with inside.env() as env:
        # What the other tests have left is no matter here.
        env[DUE].search([("id", "not in", ids)]).next_event_at = False

    def letters():
        with inside.env() as env:
            dues = env[DUE].browse(ids)
            messages = env["mail.message"].search(
                [
                    ("model", "=", ASSET),
                    ("res_id", "in", dues.asset_id.ids),
                    ("message_type", "=", "auto_comment"),
                ]
            )
            mails = env["mail.mail"].search([("mail_message_id", "in", messages.ids)])
            return (
                Counter(mail.recipient_ids.email for mail in mails),
                Counter(dues.reminder_ids.mapped("state")),
                len(messages),
            )

    def untouched():
        assert letters() == (Counter(), Counter(), 0)

    done = work_off(inside, browsers, [DUE, "_cron_remind"], untouched)
    addresses, states, count = letters()
    assert states == {"sent": MANY}
    assert count == MANY
    assert addresses.total() == len(addresses) == MANY
    assert done.total() == MANY, "one was worked off twice"
    with inside.env() as env:
        dues = env[DUE].browse(ids)
        assert set(dues.mapped("fault_count")) == {0}
        assert all(due.next_event_at > datetime.now() for due in dues)


def test_watch(inside, browsers):
    """SV-7: killed before the commit and run by two at once, each warning is raised and told once."""
    ids = new_assets(inside, MANY)
    for asset_id in ids:
        new_order(inside, "work", asset_id=asset_id, received_at=str(datetime.now() - 40 * DAY)[:19])

    with inside.env() as env:
        env[ASSET].search([]).watch_next_at = False
        # From now on it counts; whatever is in repair is looked at by the cron.
        new_rule(env, measure="days_in_repair", limit=30)
        others = env[ASSET].search([("watch_next_at", "!=", False), ("id", "not in", ids)])
        others.watch_next_at = False

    def warnings():
        with inside.env() as env:
            found = env[WARNING].search([("asset_id", "in", ids)])
            tasks = env["mail.activity"].search([("complaint_warning_id", "in", found.ids)])
            left = env[ASSET].search_count([("id", "in", ids), ("watch_next_at", "<=", datetime.now())])
            return Counter(found.asset_id.ids), Counter(tasks.mapped("res_id")), len(found), len(tasks), left

    def untouched():
        assert warnings() == (Counter(), Counter(), 0, 0, MANY)

    done = work_off(inside, browsers, [ASSET, "_cron_watch"], untouched)
    once = Counter(ids)
    assert warnings() == (once, once, MANY, MANY, 0)
    assert done.total() == MANY, "one was worked off twice"
