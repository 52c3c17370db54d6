# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Real work orders and vehicle reports become objects, complaints and orders, and are worked to closing.

The samples are those of ../shared/data; they come in by Odoo's own importer with the mappings of data/import.
The people of a workshop then bring every order to its end, each by what their role may do. What was invoiced
and given away is compared with a computation of its own, to the cent.
"""

import csv
import json
import random
import sys
import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from odoo_inside import import_file, inside_copy

from devkit.paths import ROOT

sys.path.insert(0, str(ROOT / "data" / "import"))
import prepare  # noqa: E402

MACHINES = ("maintenance_work_orders", ("service", "maintenance_work_orders.csv"))
REPORTS = ("nhtsa_vehicles", ("complaints", "nhtsa_vehicles.csv"))
VEHICLES = ("nhtsa_workshop", ("complaints", "nhtsa_vehicles.csv"))
ORDER = "complaint.service.order"
GROUPS = {
    "importer": (
        "complaint_management.group_service_manager",
        "complaint_management.group_complaint_manager",
    ),
    "advisor": ("complaint_management.group_service_advisor",),
    "colleague": ("complaint_management.group_service_advisor",),
    "technician1": ("complaint_management.group_service_technician",),
    "technician2": ("complaint_management.group_service_technician",),
    "technician3": ("complaint_management.group_service_technician",),
    "accountant": ("account.group_account_invoice",),
}
TECHNICIANS = ("technician1", "technician2", "technician3")
#: How many orders somebody works through in a sitting.
BATCH = 60
CENT = Decimal("0.01")
TAX = Decimal("0.19")


def source_of(shared, name, path):
    """Return what a mapping makes of its source."""
    mapping = json.loads((ROOT / "data" / "import" / f"{name}.json").read_text(encoding="utf-8"))
    return prepare.prepare(mapping, prepare.read(shared.joinpath(*path), mapping))


def read_plainly(shared, *path):
    with shared.joinpath(*path).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def inside(project):
    """Odoo with a workshop: two advisors, three technicians, products with a tax, an accountant."""
    with inside_copy(project) as inside:
        with inside.env() as env:
            env.company.write({"complaint_service_agree_limit": 100, "complaint_vin_check": "complete"})
            users = env["res.users"].with_context(no_reset_password=True)
            inside.users = {}
            for login, groups in GROUPS.items():
                user = users.create(
                    {
                        "name": login.title(),
                        "login": login,
                        "email": f"{login}@workshop.example.com",
                        "notification_type": "inbox",
                        "group_ids": [(6, 0, [env.ref(group).id for group in groups])],
                    }
                )
                inside.users[login] = user.id
            inside.employees = {
                login: env["hr.employee"]
                .create({"name": login.title(), "user_id": inside.users[login], "complaint_technician": True})
                .id
                for login in TECHNICIANS
            }
            people = [inside.users[login] for login in ("advisor", "colleague", *TECHNICIANS)]
            inside.team_id = (
                env["complaint.team"]
                .create({"name": "Workshop", "service": True, "member_ids": [(6, 0, people)]})
                .id
            )
            tax = env["account.tax"].create(
                {
                    "name": "19 %",
                    "amount": float(TAX * 100),
                    "type_tax_use": "sale",
                    "company_id": env.company.id,
                }
            )
            hour = env.ref("uom.product_uom_hour")
            products = env["product.product"].create(
                [
                    {
                        "name": "Fitter's hour",
                        "type": "service",
                        "list_price": 67.35,
                        "standard_price": 31.1,
                        "uom_id": hour.id,
                        "taxes_id": [(6, 0, tax.ids)],
                        "invoice_policy": "order",
                    },
                    {
                        "name": "Seal",
                        "type": "consu",
                        "list_price": 12.99,
                        "standard_price": 5.05,
                        "taxes_id": [(6, 0, tax.ids)],
                        "invoice_policy": "order",
                    },
                ]
            )
            inside.labour_id, inside.part_id = products.ids
        yield inside


@pytest.fixture(scope="module")
def imported(inside, shared, tmp_path_factory):
    """What came in: ids by mapping and model, and what it cost."""
    folder = tmp_path_factory.mktemp("prepared")
    found = {}
    for name, path in (MACHINES, REPORTS, VEHICLES):
        for file in source_of(shared, name, path):
            with inside.env("importer") as env:
                before = env.cr.sql_log_count
                result = import_file(
                    env,
                    file.model,
                    file.write(folder).read_bytes(),
                    {**file.options, "tracking_disable": True},
                )
                env.flush_all()
                queries = env.cr.sql_log_count - before
            assert result["messages"] == [], (name, file.model)
            assert len(result["ids"]) == len(file.rows), (name, file.model)
            assert result["fields"] == file.columns, (name, file.model)
            found[name, file.model] = {"ids": result["ids"], "queries": queries / max(len(file.rows), 1)}
    return found


def test_all_lines_arrive(imported, inside, shared):
    """SV-3: each text and each report is an order of its own, on the object that it names."""
    texts = read_plainly(shared, "service", "maintenance_work_orders.csv")
    reports = read_plainly(shared, "complaints", "nhtsa_vehicles.csv")
    assert (len(texts), len(reports)) == (1076, 101)
    with inside.env("importer") as env:
        orders = env[ORDER].browse(imported[MACHINES[0], ORDER]["ids"])
        assert Counter(orders.mapped("description")) == Counter(row["text"] for row in texts)
        assert len(set(orders.mapped("number"))) == len(texts)
        for order, row in zip(orders, texts, strict=True):
            parts = [
                part.rpartition("/")[2]
                for part in row["entity_types"].split(";")
                if part.startswith("PhysicalObject/")
            ]
            assert (order.asset_id.name or False) == (parts[0] if parts else False), row
        repairs = env[ORDER].browse(imported[VEHICLES[0], ORDER]["ids"])
        for order, row in zip(repairs, reports, strict=True):
            complaint = order.complaint_id
            assert complaint.reference == f"NHTSA {row['ODINO']}"
            assert complaint.asset_id == order.asset_id
            # Some people had written that they could not find it.
            number = row["VIN"].strip()
            assert order.asset_id.serial == (
                number if len(number) > 2 and not set(number) & set("IOQ ") else False
            )
            assert order.asset_id.usage_unit == "mi"
            assert row["MAKETXT"] in order.asset_id.name
            assert order.description == row["CDESCR"]
            if row["MILES"]:
                assert order.asset_id.usage == float(row["MILES"])
        assert len(env["complaint.asset"].browse(imported[VEHICLES[0], "complaint.asset"]["ids"])) == 101


class Workshop:
    """The people of the workshop at work, and a ledger of what should come of it, kept beside the product."""

    def __init__(self, inside, seed):
        self.inside = inside
        self.chance = random.Random(seed)
        self.charged = defaultdict(Decimal)
        self.given = defaultdict(Decimal)
        self.seconds = Counter()
        self.slot = 0

    def as_user(self, login, work, ids):
        """Let somebody do something about orders, in a transaction of its own."""
        begun = time.monotonic()
        # What the chatter keeps of each change is the subject of other tests.
        with self.inside.env(login, tracking_disable=True) as env:
            result = work(env[ORDER].browse(ids))
        self.seconds[work.__name__] += time.monotonic() - begun
        return result

    def bring_to_the_end(self, ids):
        """Work off some orders, step by step, each step by who does it."""
        advisor = self.chance.choice(("advisor", "colleague"))
        fitter = self.chance.choice(TECHNICIANS)
        for work in (self.plan, self.receive, self.enter_lines):
            self.as_user(advisor if work != self.plan else "importer", partial_named(work, fitter), ids)
        self.as_user(fitter, self.diagnose, ids)
        self.as_user(advisor, self.agree, ids)
        self.as_user(fitter, self.do_work, ids)
        self.as_user(advisor, self.log_hours(fitter), ids)
        self.as_user(fitter, self.check, ids)
        self.as_user(advisor, self.settle, ids)
        self.as_user("accountant", self.post, ids)
        self.as_user(advisor, self.hand_over, ids)

    # one method per thing that is done

    def plan(self, orders, fitter):
        """An advisor takes them over and agrees on a time with the customer."""
        begin = datetime(2030, 1, 7, 8)
        for order in orders:
            self.slot += 1
            order.write(
                {
                    "team_id": self.inside.team_id,
                    "user_id": self.inside.users["advisor"],
                    "partner_phone": "010-62345678",
                    "technician_ids": [(6, 0, [self.inside.employees[fitter]])],
                    "scheduled_start": begin + timedelta(hours=3 * self.slot),
                }
            )

    def receive(self, orders, _fitter):
        missing = orders.filtered(lambda order: not order.asset_id)
        for order in missing:
            # What no machine was named for is about the site itself.
            order.asset_id = order.env["complaint.asset"].create(
                {"name": f"Site, {order.number}", "partner_id": order.partner_id.id}
            )
        for order in orders:
            if order.type_id.asks_reception:
                order.write({"condition": "As described", "no_usage_reason": "No counter on this one"})
        orders.move_to("reception")
        for order in orders.filtered(lambda order: order.type_id.asks_reception):
            order.action_receive_now()
        orders.move_to("diagnosis")

    def enter_lines(self, orders, _fitter):
        vals_list = []
        for order in orders:
            for kind in self.chance.choice((("labour",), ("labour", "part"), ("labour", "part", "part"))):
                # Each line is whole cents: where Odoo rounds what is less is the subject of other tests.
                quantity = self.chance.choice((0.5, 1, 2.25) if kind == "labour" else (1, 2, 3, 7))
                price = self.chance.choice(
                    (68, 33.2, 109.6, 0.4) if kind == "labour" else (12.99, 33.33, 0.07, 109.95)
                )
                cover = self.chance.choices(
                    ("charged", "warranty", "goodwill", "remedy" if order.complaint_id else "charged"),
                    (6, 2, 1, 2),
                )[0]
                vals_list.append(
                    {
                        "order_id": order.id,
                        "kind": kind,
                        "product_id": self.inside.labour_id if kind == "labour" else self.inside.part_id,
                        "quantity": quantity,
                        "price_unit": price,
                        "covered": cover,
                    }
                )
                value = Decimal(str(quantity)) * Decimal(str(price))
                self.charged[order.id] += value if cover == "charged" else 0
                if cover != "charged":
                    self.given[cover] += value
        orders.env["complaint.service.line"].create(vals_list)

    def diagnose(self, orders):
        for order in orders.filtered(lambda order: order.type_id.asks_diagnosis):
            order.diagnosis = f"Found: {order.name}"
        orders.move_to("quotation")

    def agree(self, orders):
        asked = orders.filtered("agreement_needed")
        asked.action_offer_quotation()
        for order in asked:
            answer = order.env["complaint.service.answer"].create(
                {"order_id": order.id, "kind": "phone", "name": "The owner"}
            )
            answer.action_apply()
        orders.move_to("work")

    def do_work(self, orders):
        for order in orders:
            order.action_start_work()
            order.action_stop_work()
        orders.write({"work_note": "Done as agreed."})

    def log_hours(self, fitter):
        def log_hours(orders):
            moment = datetime.now().replace(microsecond=0) - timedelta(days=30, hours=len(orders))
            labour = orders.line_ids.filtered(lambda line: line.kind == "labour")
            # The advisor enters what stands on the paper sheets: half an hour each, one after the other.
            orders.env["complaint.service.worklog"].create(
                [
                    {
                        "order_id": line.order_id.id,
                        "line_id": line.id,
                        "employee_id": self.inside.employees[fitter],
                        "start": moment + timedelta(seconds=self.next_half_hour() * 1800),
                        "stop": moment + timedelta(seconds=(self.halves + 1) * 1800),
                    }
                    for line in labour
                ]
            )

        return log_hours

    halves = -20000

    def next_half_hour(self):
        self.halves += 1
        return self.halves

    def check(self, orders):
        for order in orders:
            order.action_finish_work()
        checked = orders.filtered(lambda order: order.step == "quality")
        checked.check_ids.write({"passed": "yes"})
        checked.move_to("settlement")

    def settle(self, orders):
        orders.filtered(lambda order: order.settlement_state == "open").action_invoice()

    def post(self, orders):
        orders.sudo()._get_invoices().sudo(False).filtered(lambda move: move.state == "draft").action_post()

    def hand_over(self, orders):
        orders.move_to("handover")
        for order in orders:
            if order.type_id.asks_signature:
                order._hand_over("The owner", False, unsigned_reason="Fetched by a driver")
        orders.move_to("closed")


def partial_named(work, fitter):
    """Fix who works; keep the name under which the time is noted."""

    def run(orders):
        return work(orders, fitter)

    run.__name__ = work.__name__
    return run


@pytest.fixture(scope="module")
def worked(inside, imported):
    """Everything worked to closing."""
    workshop = Workshop(inside, 7)
    for name in (MACHINES[0], VEHICLES[0]):
        ids = imported[name, ORDER]["ids"]
        for at in range(0, len(ids), BATCH):
            workshop.bring_to_the_end(ids[at : at + BATCH])
    return workshop


def test_worked_to_closing(worked, imported, inside, capsys):
    """SV-2: every order has gone all the way, and keeps what each step asked for."""
    with inside.env() as env:
        orders = env[ORDER].browse(
            [*imported[MACHINES[0], ORDER]["ids"], *imported[VEHICLES[0], ORDER]["ids"]]
        )
        assert len(orders) == 1177
        assert Counter(orders.mapped("step")) == {"closed": 1177}
        assert all(orders.mapped("closed_at"))
        assert set(orders.deadline_ids.mapped("state")) <= {"met", "late"}
    with capsys.disabled():
        figures = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in worked.seconds.most_common())
        print(f"\n1,177 orders worked to closing: {figures}")


def test_to_the_cent(worked, imported, inside):
    """SV-4: what was invoiced and what was given away is what the lines say, by a computation of its own."""
    with inside.env() as env:
        orders = env[ORDER].browse(list(worked.charged))
        by_line = env.company.tax_calculation_rounding_method == "round_per_line"
        assert not by_line, "the ledger below rounds taxes once per invoice"
        invoiced = Decimal()
        for order in orders:
            net = worked.charged[order.id]
            gross = net + (net * TAX).quantize(CENT, ROUND_HALF_UP)
            invoices = order._get_invoices()
            total = sum((Decimal(str(move.amount_total)) for move in invoices), Decimal()).quantize(CENT)
            assert total == gross, (order.number, net)
            assert len(invoices) == bool(net)
            assert set(invoices.mapped("state")) <= {"posted"}
            assert Decimal(str(order.amount_untaxed_charged)).quantize(CENT) == net
            invoiced += gross
        moves = env["account.move"].search([("move_type", "=", "out_invoice")])
        assert sum((Decimal(str(move.amount_total)) for move in moves), Decimal()).quantize(CENT) == invoiced
        given = {
            cover: sum(
                (Decimal(str(line.price_subtotal)) for line in orders.line_ids if line.covered == cover),
                Decimal(),
            ).quantize(CENT)
            for cover in ("warranty", "goodwill", "remedy")
        }
        assert given == dict(worked.given)
        assert min(given.values()) > 0


def test_nothing_is_invoiced_twice(worked, inside):
    """SV-4: asked again, no order makes another invoice."""
    from odoo.exceptions import UserError

    ids = worked.chance.sample([order_id for order_id, net in worked.charged.items() if net], 10)
    for order_id in ids:
        with inside.env() as env:
            count = env["account.move"].search_count([])
            with pytest.raises(UserError, match="nothing is left"):
                env[ORDER].browse(order_id).with_user(inside.users["advisor"]).action_invoice()
            assert env["account.move"].search_count([]) == count


def test_costs_reach_the_complaints(worked, imported, inside):
    """SV-8: what the repairs of the reported vehicles cost stands on their complaints."""
    with inside.env() as env:
        repairs = env[ORDER].browse(imported[VEHICLES[0], ORDER]["ids"])
        for order in repairs:
            assert order.complaint_id.service_cost == pytest.approx(order.cost_total, abs=0.005)
        assert sum(repairs.mapped("cost_total")) > 0
