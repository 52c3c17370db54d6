# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Thirty real complaints from receipt to their end, played by different people at their browsers.

Each story is one function, to be read like a play. The people act through a running server, by the calls that
the web client makes (story_client.py); what they can do is in story_player.py. The last test
looks at all stories together: what was kept, who was written to, and that the server's log is clean.
"""

import pytest
from odoo_inside import inside_copy
from story_player import OURS, PEOPLE, Case, Library, World, refused
from story_server import free_port, odoo_server, post_office

from devkit.log_guard import complaints_in

#: The kinds of complaints that are played, in the order of the stories.
PLAYED = []

#: What the letters are about, by what the stories call them.
SUBJECTS = {
    "offer": "our proposal",
    "result": "the result of your complaint",
    "unfounded": "our answer to your complaint",
}


def played(*kinds):
    """Play a story once with a complaint of each of these kinds."""
    numbers = range(len(PLAYED), len(PLAYED) + len(kinds))
    PLAYED.extend(kinds)
    return pytest.mark.parametrize("case", numbers, indirect=True, ids=kinds)


# the company of the stories


@pytest.fixture(scope="module")
def world(project, shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stories")
    with inside_copy(project) as inside, post_office() as post:
        port = free_port()
        with inside.env() as env:
            facts = build_company(env, f"http://127.0.0.1:{port}")
            typed = Library(shared).prepare(env, folder, PLAYED)
            env["complaint.complaint"].search([]).unlink()
            customers = build_customers(env, len(PLAYED), facts)
        log_path = folder / "odoo.log"
        with odoo_server(inside.database, port, post.port, log_path) as address:
            world = World(inside, address, post, facts)
            world.log_path, world.typed, world.invoices = log_path, typed, customers
            yield world


def build_company(env, address):
    """Two teams, people, departments, rules and accounts."""
    env["ir.config_parameter"].set_param("web.base.url", address)
    env["ir.config_parameter"].set_param("web.base.url.freeze", "True")
    env.company.email = "service@example.com"
    Users = env["res.users"].with_context(no_reset_password=True)
    users = {}
    for login, (name, groups) in PEOPLE.items():
        users[login] = Users.create(
            {
                "name": name,
                "login": login,
                "password": login,
                "email": f"{login}@staff.example.com",
                "notification_type": "inbox",
                "group_ids": [(6, 0, [env.ref(xmlid).id for xmlid in ["base.group_user", *groups]])],
            }
        )
    # They read their mail elsewhere.
    (users["dora"] | users["walt"] | users["fiona"]).notification_type = "email"
    employees = {
        login: env["hr.employee"].create({"name": user.name, "user_id": user.id})
        for login, user in users.items()
    }
    Team = env["complaint.team"]
    Team.search([]).active = False
    head_office = Team.create({"name": "Head Office", "leader_id": users["hugo"].id})
    head_office.member_ids = users["hugo"]
    branch = Team.create({"name": "Branch", "leader_id": users["lea"].id, "parent_id": head_office.id})
    branch.member_ids = users["clerk"] | users["anna"] | users["ben"] | users["lea"]
    workshop = env["hr.department"].create({"name": "Workshop", "manager_id": employees["dora"].id})
    Rule = env["complaint.approval.rule"]
    Rule.search([]).active = False
    Rule.create(
        [
            {"name": "Leader", "approver": "leader", "min_amount": 0.01, "sequence": 1},
            {
                "name": "Finance",
                "approver": "user",
                "user_id": users["fiona"].id,
                "min_amount": 1000,
                "sequence": 2,
            },
        ]
    )
    users["fiona"].complaint_substitute_id = users["frank"]
    env.ref(f"{OURS}complaint_remedy_type_repair").user_id = users["walt"]
    cause = env["complaint.cause"].search([], limit=1)
    return {
        "users": {login: user.id for login, user in users.items()},
        "fiona": employees["fiona"].id,
        "branch": branch.id,
        "head_office": head_office.id,
        "workshop": workshop.id,
        "cause": cause.display_name,
    }


def build_customers(env, count, facts):
    """A customer for each complaint, with a posted invoice; return the numbers of the invoices."""
    env.company.account_fiscal_country_id = env.company.country_id = env.ref("base.us")
    income, receivable = env["account.account"].create(
        [
            {"name": "Sales", "code": "ST4000", "account_type": "income"},
            {"name": "Customers", "code": "ST1200", "account_type": "asset_receivable", "reconcile": True},
        ]
    )
    journal = env["account.journal"].create(
        {"name": "Sales", "code": "STS", "type": "sale", "default_account_id": income.id}
    )
    partners = env["res.partner"].create(
        [
            {
                "name": f"Consumer {number}",
                "email": f"consumer{number}@example.com",
                "phone": f"+1 555 {number:04}",
                "property_account_receivable_id": receivable.id,
            }
            for number in range(count)
        ]
    )
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "journal_id": journal.id,
                "invoice_date": "2026-02-02",
                "invoice_line_ids": [
                    (0, 0, {"name": "Service", "price_unit": 5000, "tax_ids": [(6, 0, [])]})
                ],
            }
            for partner in partners
        ]
    )
    invoices.action_post()
    return invoices.mapped("name")


@pytest.fixture
def case(world, request):
    case = Case(world, request.param, world.typed[request.param])
    case.invoice = world.invoices[request.param]
    world.cases.append(case)
    return case


pytestmark = pytest.mark.slow


# the stories


@played("accident", "letter", "late")
def test_founded_with_refund(case):
    """SO-2 to SO-6, CL-1, CL-3: two agree, the invoice is refunded, the result goes by mail, it is closed."""
    case.receive().sort("anna").find_out(ours=True)
    case.propose(
        {"type_id": "Refund", "invoice_number": case.invoice, "amount": 1200},
        {"type_id": "Apology"},
    )
    case.submit().waits_for("lea").approve("lea").waits_for("fiona").approve("fiona").waits_for()
    case.offer().accepted(signed=True)
    case.contact("apology", "We apologised").pay_back(1200)
    case.report("upheld").confirm("signed").close()


@played("vehicle", "words")
def test_accepted_at_the_third_version(case):
    """SO-4: what was declined is kept, and copied into the next version."""
    case.receive().sort("ben").find_out(ours=True)
    case.propose({"type_id": "Apology"}, {"type_id": "Compensation", "amount": 100})
    case.submit().approve("lea").offer().declined("That is too little")
    case.raise_offer(200).submit().approve("lea").offer().declined("Still too little")
    case.raise_offer(300).submit().approve("lea").offer(by="call").accepted()
    case.contact("apology", "We apologised").pay_back(300)
    case.report("partly", by="call").confirm("none").close()


@played("vehicle", "regulator")
def test_sheet_returned_twice(case):
    """DI-2: the department returns the sheet as often as it may; then the centre rules, and it answers."""
    case.receive().sort("anna").ask("Workshop", "Why did it fail?")
    case.returned("Not ours").send_again("It is about your repair")
    case.returned("Still not ours").send_again("The workshop answers")
    assert "Return" not in case.sheet("dora").buttons()
    with refused("Wait until the departments have answered and signed their sheets."):
        case.page("anna").press("To Solution")
    case.answered("A seal was left out").find_out(ours=True)
    case.propose({"type_id": "Return"}, {"type_id": "Apology"}).submit().waits_for()
    case.offer().accepted(kind="message")
    case.contact("apology", "We apologised").carry_out("Return", "anna")
    case.report("upheld").confirm("none").close()


@played("phone", "words")
def test_unfounded(case):
    """TR-4: it is rejected, with a letter that gives the reason."""
    case.receive()
    case.page("anna").press("Assign to Me")
    with refused("It is unfounded: reject it, and tell the complainant the reason."):
        case.page("anna").fill(nature="complaint", founded="unfounded").save()
        case.page("anna").call("action_next_step")
    case.page("anna").press("Reject").fill(reason="The contract says so.").press("Reject Complaint")
    case.end = "rejected"
    case.letters.append("unfounded")


@played("regulator", "letter")
def test_head_office_and_back(case):
    """DI-7, IN-5: out of scope, so head office decides; it comes back with the result and is solved here."""
    case.receive().sort("anna").hand_over("anna", "head", "The contract was made by head office")
    assert "Hand Over" not in case.page("anna").buttons(), "one after the other"
    case.take_over("hugo").hand_back("hugo", "The branch may pay 50").take_over("anna")
    case.find_out(ours=True).propose({"type_id": "Compensation", "amount": 50})
    case.submit().approve("lea").offer().accepted().pay_back(50)
    case.contact("apology", "We apologised").report("upheld").confirm("paper").close()


@played("phone", "fax")
def test_answered_on_the_spot(case):
    """IN-6: the clerk answers at once; nothing is inquired into."""
    case.write_down(known=False)
    dialog = case.page("clerk").press("Answered on the Spot")
    with refused("Missing required fields"):
        dialog.press("Answer and Close")
    dialog.fill(answer="The fee was explained").press("Answer and Close")


@played("accident", "accident")
def test_emergency(case):
    """IN-7: it is handled first; before the result is reported, all that is missing is asked for at once."""
    case.call_in_emergency("The tow truck was sent")
    with refused(
        "Write down what happened.",
        "Read the record back to the complainant and press Read Back.",
        "Say whether the complaint is founded.",
        "Choose the root cause.",
        "Get the solution approved.",
    ):
        case.page("anna").press("To Result Feedback")
    case.back_fill("anna")
    case.propose({"type_id": "Compensation", "amount": 400}).submit().approve("lea").offer(by="call")
    case.accepted(goes_on=False).pay_back(400)
    case.contact("apology", "We apologised").report("upheld").confirm("signed").close()


@played("words", "vehicle")
def test_reopened_after_the_follow_up(case):
    """CL-2: nobody answers, then they are not satisfied: a second round, which they are satisfied with."""
    case.receive().sort("anna").find_out(ours=True)
    case.propose({"type_id": "Apology"}).submit().offer().accepted()
    case.contact("apology", "We apologised").report("upheld").confirm("none").close()
    case.call_back("not_reached")
    case.call_back("not_satisfied", note="It broke again", take_up="yes", step="solution")
    assert case.missing("anna")[0].startswith("Propose a solution")
    case.propose({"type_id": "Compensation", "amount": 250}).submit().approve("lea").offer().accepted()
    case.pay_back(250).report("upheld").confirm("signed").close()
    case.call_back("satisfied")
    case.reopened = 1


@played("words", "letter")
def test_not_our_fault(case):
    """DI-6, CL-1: it is explained, the complaint is not upheld."""
    case.receive().sort("ben").find_out(ours=False)
    case.propose(reasonable="no", offer="We explain how it works.").submit().waits_for()
    case.offer().accepted()
    case.report("not_upheld").confirm("none").close()


@played("fax", "words")
def test_we_stand_by_it(case):
    """SO-4: declined, and the leader makes no better offer; what is ours alone is done all the same."""
    case.receive().sort("anna").find_out(ours=True)
    case.propose({"type_id": "Compensation", "amount": 80}, {"type_id": "Training"}, reasonable="partly")
    case.submit().approve("lea").offer().declined("I want ten times as much")
    dialog = case.solution("anna").press("Stand by It").fill(reason="The contract says so")
    with refused("is decided by a leader of the team or a manager", "Lea Branchleader"):
        dialog.press("Stand by It")
    case.solution("lea").press("Stand by It").fill(reason="The contract says so").press("Stand by It")
    case.page("anna").press("To Execution")
    case.carry_out("Training", "anna").contact("apology", "We apologised")
    case.report("partly").confirm("none").close()
    case.remedies["Compensation"] = "cancelled"


@played("late", "phone")
def test_refused_revised_and_changed(case):
    """SO-3, DESIGN 4.5: a refusal gives the reason; a changed amount is approved again."""
    case.receive().sort("anna").find_out(ours=True)
    case.propose({"type_id": "Compensation", "amount": 1500}).submit().approve("lea")
    case.refuse("fiona", "Too much: at most 900").waits_for()
    assert "Too much: at most 900" in case.solution("anna")["refusal"]
    case.change_amount(800).submit().approve("lea").waits_for()
    case.change_amount(900)
    page = case.solution("anna")
    assert (page["state"], page["refusal"]) == (
        "draft",
        "Changed after it was submitted: it has to be approved again.",
    )
    assert "Offer" not in page.buttons()
    case.submit().approve("lea").offer().accepted().pay_back(900)
    case.contact("apology", "We apologised").report("upheld").confirm("none").close()


@played("vehicle", "late")
def test_substitute_agrees(case):
    """OR-2: the approver is away, so the substitute is asked in her place."""
    case.receive().sort("ben").find_out(ours=True).propose({"type_id": "Compensation", "amount": 2000})
    with case.world.away("fiona"):
        case.submit().approve("lea").waits_for("frank").approve("frank")
    case.offer().accepted().pay_back(2000)
    case.contact("apology", "We apologised").report("upheld").confirm("signed").close()


@played("vehicle", "accident")
def test_owner_without_access_to_complaints(case):
    """SO-5: the workshop finds the repair among its remedies and ticks it off, without any group."""
    case.receive().sort("anna").find_out(ours=True)
    case.propose({"type_id": "Repair", "description": "Change the pump"}, {"type_id": "Apology"}).submit()
    with refused("doesn't have 'read' access"):
        case.page("walt")
    case.offer().accepted(signed=True)
    with refused("Carry out the remedies that were promised"):
        case.page("anna").press("To Result Feedback")
    case.carry_out("Repair", "walt", note="The pump was changed")
    case.contact("apology", "We apologised").report("upheld").confirm("signed").close()


@played("words")
def test_withdrawn_by_the_customer(case):
    """SO-3: the case is cancelled while the proposal waits; nobody is asked any more."""
    case.receive().sort("anna").find_out(ours=True).propose({"type_id": "Compensation", "amount": 1100})
    case.submit().approve("lea").waits_for("fiona")
    case.end_with("Cancel Complaint", "The customer has withdrawn it").waits_for()
    case.end, case.answers, case.remedies = "cancelled", [False], {"Compensation": "cancelled"}


@played("phone")
def test_sent_back_by_a_spot_check(case):
    """CL-3: quality draws it, finds something and sends it back; it is closed once more."""
    case.receive().sort("anna").find_out(ours=True).propose(
        {"type_id": "Apology"}
    ).submit().offer().accepted()
    case.contact("apology", "We apologised").report("upheld").confirm("none").close()
    case.draw_sample("quinn").send_back_from_sample("quinn", "Who decided that?")
    case.page("anna").press("To Solution")
    case.propose({"type_id": "Training"}).submit().offer(by="call").accepted().carry_out("Training", "anna")
    case.report("upheld").confirm("none").close()
    case.reopened = 1


@played("words")
def test_repeat_is_merged(case):
    """IN-9: the same customer calls again about the same; both become one, and nothing is lost."""
    case.receive().sort("anna")
    repeat = case.comes_again("Phone")
    case.merge_with(repeat)
    case.find_out(ours=False).propose(reasonable="no").submit().offer().accepted()
    case.report("not_upheld").confirm("none").close()


# all of them together


def test_account(world):
    """Issue 5: what is left of the thirty stories, who was written to, and what the server's log says."""
    assert len(world.cases) == len(PLAYED) == 30
    with world.inside.env() as env:
        for case in world.cases:
            check_record(env, case)
            check_chatter(case, env["complaint.complaint"].browse(case.id))
            check_activities(env, case)
    for case in world.cases:
        check_letters(world, case)
    outside = {letter.to for letter in world.post.letters} - {case.address for case in world.cases}
    assert outside <= {f"{login}@staff.example.com" for login in PEOPLE}
    log = world.log_path.read_text(encoding="utf-8", errors="replace")
    # Two stories try the door of a case before the owner of its remedy may read it.
    assert [entry for entry in complaints_in(log) if "doesn't have 'read' access" not in entry] == []


def check_record(env, case):
    """Where it ended, with all versions, answers, agreements, remedies and contacts."""
    complaint = env["complaint.complaint"].browse(case.id)
    assert (complaint.step, complaint.reopen_count) == (case.end, case.reopened), complaint.name
    assert complaint.decision == case.decision
    assert bool(complaint.result_reported_at) == bool(case.decision)
    versions = complaint.solution_ids.sorted("version")
    assert versions.mapped("version") == list(range(1, case.versions + 1))
    assert versions.mapped("answer") == case.answers
    decided = versions.approval_ids.sorted("id").filtered("decided_at")
    assert [
        ("-" if approval.state == "refused" else "") + approval.approver_id.login for approval in decided
    ] == case.approved_by
    assert not versions.approval_ids.filtered(lambda approval: approval.state in ("pending", "waiting"))
    last = versions.filtered(lambda version: version.state != "declined" or version.final)
    assert {remedy.type_id.name: remedy.state for remedy in last.remedy_ids} == case.remedies
    assert "open" not in complaint.remedy_ids.mapped("state")
    agreements = complaint.contact_ids.filtered(lambda contact: contact.purpose == "agreement")
    assert agreements.mapped("direction").count("out") == case.offers
    assert agreements.mapped("direction").count("in") == len(list(filter(None, case.answers)))


def check_chatter(case, complaint):
    """The chatter tells of each offer and each answer, and of the way to the end."""
    bodies = " ".join(complaint.message_ids.mapped("body"))
    told = [f"Solution {answer}: version {n}." for n, answer in enumerate(case.answers, 1) if answer]
    assert [line for line in told if line not in bodies] == []
    moves = complaint.message_ids.tracking_value_ids.filtered(lambda value: value.field_id.name == "stage_id")
    assert moves.sorted("id")[-1].new_value_char == complaint.stage_id.name


def check_letters(world, case):
    """The complainant got what the story says, in its order, and nothing else."""
    letters = world.letters_to(case.address)
    assert [letter.subject.split(": ")[1] for letter in letters] == [SUBJECTS[kind] for kind in case.letters]
    assert all(letter.subject.startswith(case.number) for letter in letters)
    for kind, letter in zip(case.letters, letters, strict=True):
        assert letter.files == ([f"Decision Letter {case.number}.pdf"] if kind == "result" else [])


def check_activities(env, case):
    """Nobody is left with work on a case that has ended, but for the call that is planned after it."""
    complaint = env["complaint.complaint"].browse(case.id)
    left = env["mail.activity"]
    for records in (complaint, complaint.solution_ids, complaint.remedy_ids, complaint.dispatch_ids):
        left |= left.search([("res_model", "=", records._name), ("res_id", "in", records.ids)])
    planned = complaint.followup_ids.filtered(lambda followup: followup.state == "planned")
    assert left == planned.activity_id, left.mapped("summary")
