# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Customers who write by mail: from their mail program to the case and back (IN-1, IN-10, CL-2).

Two companies have a mailbox each, for their whole domain; Odoo's scheduler fetches it by IMAP and sends by
authenticated SMTP. Customers have mailboxes of their own.
"""

import email
import email.policy
import re
import time
from base64 import b64encode
from email.utils import make_msgid
from html import unescape

import pytest
import requests
from mail_servers import NO_SENDER, PATIENCE, Correspondent, body_of, mail_system
from odoo_inside import inside_copy
from story_client import Browser, Clock
from story_server import free_port, odoo_server

from devkit.log_guard import complaints_in

COMPLAINT = "complaint.complaint"
#: The jobs that fetch mail and send what waits.
FETCH, SEND = "mail.ir_cron_mail_gateway_action", "mail.ir_cron_mail_scheduler_action"
NORTH, SOUTH = "north.example", "south.example"
SERVICE, PARTS, SOUTH_SERVICE = f"service@{NORTH}", f"parts@{NORTH}", f"service@{SOUTH}"
#: Users, and the company of each.
PEOPLE = {"anna": NORTH, "bo": SOUTH}


# the world


@pytest.fixture(scope="module")
def world(project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mail")
    (folder / "mailboxes").mkdir()
    with mail_system(folder / "mailboxes") as mail, inside_copy(project) as inside:
        for domain in (NORTH, SOUTH):
            mail.open_account(f"post@{domain}", domain)
        port, log_path = free_port(), folder / "odoo.log"
        with inside.env() as env:
            build_companies(env, f"http://127.0.0.1:{port}", mail)
        server = odoo_server(inside.database, port, mail.smtp_port, log_path, "--max-cron-threads=1")
        with server as address:
            world = World(inside, address, mail, log_path)
            world.wait_idle()
            yield world


def build_companies(env, address, mail):
    """Two companies with a domain, a mail server in and out, a team and a handler each."""
    env["ir.config_parameter"].set_param("web.base.url", address)
    env["ir.config_parameter"].set_param("web.base.url.freeze", "True")
    # Nothing else runs by itself, least of all what asks other machines.
    kept = our_jobs(env) | env.ref(FETCH) | env.ref(SEND)
    (env["ir.cron"].search([]) - kept).active = False
    env["complaint.team"].search([]).active = False
    second = env["res.company"].create({"name": "South Appliances"})
    env.company.name = "North Machines"
    for company, domain in ((env.company, NORTH), (second, SOUTH)):
        build_company(env, company, domain, mail)
    member = env["res.users"].search([("login", "=", "anna")])
    env["complaint.team"].create(
        {
            "name": "Spare Parts",
            "company_id": env.company.id,
            "alias_name": "parts",
            "alias_domain_id": env.company.alias_domain_id.id,
            "member_ids": [(6, 0, member.ids)],
        }
    )


def our_jobs(env):
    """Return the jobs of our add-on."""
    found = env["ir.model.data"].search([("model", "=", "ir.cron"), ("module", "=", "complaint_management")])
    return env["ir.cron"].browse(found.mapped("res_id")).filtered("active")


def build_company(env, company, domain, mail):
    company.alias_domain_id = env["mail.alias.domain"].create(
        {"name": domain, "bounce_alias": "bounce", "catchall_alias": "catchall", "default_from": "notice"}
    )
    company.email = f"info@{domain}"
    account = mail.find_account(f"any@{domain}")
    login = {"smtp_user": account.login, "smtp_pass": account.password}
    env["ir.mail_server"].create(
        {
            "name": domain,
            "smtp_host": "127.0.0.1",
            "smtp_port": mail.smtp_port,
            "smtp_encryption": "none",
            "smtp_authentication": "login",
            "from_filter": domain,
            **login,
        }
    )
    incoming = env["fetchmail.server"].create(
        {
            "name": domain,
            "server_type": "imap",
            "server": "127.0.0.1",
            "port": mail.imap_port,
            "is_ssl": False,
            "user": account.login,
            "password": account.password,
        }
    )
    incoming.button_confirm_login()
    login = next(login for login, where in PEOPLE.items() if where == domain)
    groups = env.ref("base.group_user") | env.ref("complaint_management.group_complaint_handler")
    user = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "name": f"{login.title()} Handler",
                "login": login,
                "password": login,
                "email": f"{login}@{domain}",
                "notification_type": "inbox",
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
                "group_ids": [(6, 0, groups.ids)],
            }
        )
    )
    env["complaint.team"].create(
        {
            "name": f"Service {company.name}",
            "company_id": company.id,
            "alias_name": "service",
            "alias_domain_id": company.alias_domain_id.id,
            "member_ids": [(6, 0, user.ids)],
        }
    )


class World:
    """A running Odoo with a scheduler, the mail servers, and who acts on either side."""

    def __init__(self, inside, address, mail, log_path):
        self.inside, self.address, self.mail, self.log_path = inside, address, mail, log_path
        self._browsers = {}

    def customer(self, name, address):
        return Correspondent(self.mail, name, address)

    def call(self, login, method, case_id, *arguments, **named):
        """Call a method of a case as an employee, as the web client does."""
        if login not in self._browsers:
            self._browsers[login] = Browser(self.address, self.inside.database, login, login, Clock())
        kind = "call_button" if method.startswith("action_") else "call_kw"
        return self._browsers[login].call(COMPLAINT, method, [case_id], *arguments, kind=kind, **named)

    def run(self, find_jobs):
        """Have the scheduler run jobs now, and wait until it has nothing left to do.

        :param find_jobs: returns them, given an environment
        """
        with self.inside.env() as env:
            for job in find_jobs(env):
                job._trigger()
        self.wait_idle()

    def fetch(self):
        """Have the scheduler fetch all mail."""
        self.run(lambda env: env.ref(FETCH))

    def run_all(self):
        """Have the scheduler run all jobs, as it does in the course of an hour."""
        self.run(lambda env: our_jobs(env) | env.ref(SEND))

    def wait_idle(self):
        """Wait until no job is due or at work: one at work is due until it has ended."""
        limit, wake = time.monotonic() + PATIENCE, 0
        while time.monotonic() < limit:
            with self.inside.env() as env:
                env.cr.execute(
                    """SELECT cron_name FROM ir_cron WHERE active AND (
                         nextcall <= now() AT TIME ZONE 'utc' OR EXISTS (
                           SELECT FROM ir_cron_trigger
                            WHERE cron_id = ir_cron.id AND call_at <= now() AT TIME ZONE 'utc'))"""
                )
                due = [name for (name,) in env.cr.fetchall()]
                if due and time.monotonic() > wake:
                    # Those that are due by the clock would wait for the scheduler's next minute.
                    env["ir.cron"]._notifydb()
                    wake = time.monotonic() + 1
            if not due:
                return
            time.sleep(0.02)
        raise AssertionError(f"The scheduler did not finish: {due}")

    def cases_of(self, address):
        """Return the cases whose complainant has an address, oldest first."""
        with self.inside.env() as env:
            cases = env[COMPLAINT].search([("email_normalized", "=", address)], order="id")
            return [self._describe(case) for case in cases]

    def the_case_of(self, address):
        """Return the only case of somebody."""
        cases = self.cases_of(address)
        assert len(cases) == 1, [case["number"] for case in cases]
        return cases[0]

    def _describe(self, case):
        said = case.message_ids.filtered(lambda message: message.message_type in ("email", "comment"))
        return {
            "id": case.id,
            "number": case.number,
            "name": case.name,
            "text": case.description,
            "company": case.company_id.name,
            "team": case.team_id.name,
            "step": case.step,
            "stopped": case.clock_stopped,
            "rounds": case.reopen_count,
            "related": case.related_ids.ids,
            "said": [(message.email_from, message.body) for message in said.sorted("id")],
            "files": {file.name: file.raw for file in said.attachment_ids},
        }

    def acknowledged(self, customer, case):
        """Return the acknowledgement that a customer got of a case."""
        return customer.wait_for_letter(case["number"])

    def close(self, login, case):
        """Answer a case on the spot."""
        with self.inside.env() as env:
            category = env["complaint.category"].search([], limit=1).id
        values = {"nature": "inquiry", "category_id": category, "severity": "normal"}
        self.call(login, "action_assign_to_me", case["id"])
        self.call(login, "write", case["id"], values)
        self.call(login, "action_answer_on_the_spot", case["id"], "It was replaced.")
        self.wait_idle()

    def letters_after_everything(self, customer):
        """Return what somebody has got when all that could be sent is sent."""
        self.fetch()
        self.run_all()
        return customer.letters()


# a complaint by mail


def test_complaint_acknowledged(world):
    """IN-1, IN-10: a mail becomes a case; its number and the promise come back from the right company."""
    for domain, company in ((NORTH, "North Machines"), (SOUTH, "South Appliances")):
        customer = world.customer("Zhang San", f"zhang@of-{domain}")
        sent = customer.write(f"service@{domain}", "Cold heating", "It is cold.\n")
        world.fetch()
        case = world.the_case_of(customer.address)
        assert (case["company"], case["name"]) == (company, "Cold heating")
        letter = world.acknowledged(customer, case)
        assert str(letter["Subject"]).startswith(case["number"])
        assert letter["From"].addresses[0].addr_spec.endswith(f"@{domain}")
        assert letter["Reply-To"].addresses[0].addr_spec == f"service@{domain}"
        assert str(letter["Return-Path"]).strip("<>").endswith(f"@{domain}")
        assert [address.addr_spec for address in letter["To"].addresses] == [customer.address]
        assert sent["Message-ID"].strip() in f"{letter['In-Reply-To']} {letter['References']}"
        assert str(letter["Auto-Submitted"]).startswith("auto-")
        assert "Handler" not in f"{letter['From']} {body_of(letter)}"
        assert len(world.letters_after_everything(customer)) == 1


def test_link_without_login(world):
    """The link of the acknowledgement shows the case to whoever has it, without an account."""
    customer = world.customer("Li Si", "li.si@link.example")
    customer.write(SERVICE, "Wrong bill", "Twice the price.\n")
    world.fetch()
    case = world.the_case_of(customer.address)
    letter = world.acknowledged(customer, case)
    page = requests.get(link_of(letter), timeout=PATIENCE)
    assert page.status_code == 200 and "/web/login" not in page.url
    assert case["number"] in page.text and "Wrong bill" in page.text
    stranger = requests.get(link_of(letter).partition("?")[0], timeout=PATIENCE)
    assert "/web/login" in stranger.url and case["number"] not in stranger.text


def link_of(letter):
    """Return the link to the page of the case."""
    links = re.findall(r'href="([^"]*/my/complaints/[^"]*)"', body_of(letter, ("html",)))
    assert links, body_of(letter, ("html",))
    return unescape(links[0])


def test_several_teams(world):
    """A message to three teams of two companies is a case of each, acknowledged by each."""
    customer = world.customer("Wang Wu", "wang@several.example")
    customer.write([SERVICE, PARTS, SOUTH_SERVICE], "Late and broken", "Both.\n")
    world.fetch()
    cases = world.cases_of(customer.address)
    assert sorted(case["team"] for case in cases) == [
        "Service North Machines",
        "Service South Appliances",
        "Spare Parts",
    ]
    for case in cases:
        letter = world.acknowledged(customer, case)
        domain = SOUTH if "South" in case["team"] else NORTH
        assert letter["From"].addresses[0].addr_spec.endswith(f"@{domain}")
    assert len(world.letters_after_everything(customer)) == 3


@pytest.mark.parametrize("known", [True, False], ids=["with an id", "without an id"])
def test_fetched_twice(world, known):
    """Where the mailbox forgets what was read, everything is fetched again: one case, one acknowledgement."""
    customer = world.customer("Zhao Liu", f"zhao{known:d}@twice.example")
    if known:
        customer.write(SERVICE, "Fetched twice", "Once is enough.\n")
    else:
        raw = (
            f"From: {customer.address}\r\nTo: {SERVICE}\r\nSubject: Fetched twice\r\n\r\nOnce is enough.\r\n"
        )
        world.mail.submit(customer.address, customer.address, [SERVICE], raw.encode())
    world.fetch()
    case = world.the_case_of(customer.address)
    world.acknowledged(customer, case)
    world.mail.lose_flags(f"post@{NORTH}")
    assert world.mail.count_unread(f"post@{NORTH}") > 1
    assert len(world.letters_after_everything(customer)) == 1
    assert world.mail.count_unread(f"post@{NORTH}") == 0
    assert len(world.the_case_of(customer.address)["said"]) == len(case["said"])


def test_files(world):
    """IN-11: files arrive byte for byte under their Chinese names, however the mail program writes these."""
    customer = world.customer("陈七", "chen@files.example")
    files = {
        "维修发票 2026年（复印件）.pdf": b"%PDF-1.4\r\n.\r\n..\n\r\x00\xff\xfe" + bytes(range(256)) * 500,
        "照片“一”.jpg": b"\xff\xd8\xff\xe0 broken on purpose \r\n\r\n",
        "通话记录.txt": "第一行\r\n第二行\n".encode("gb18030"),
    }
    kinds = ("application/pdf", "image/jpeg", "application/octet-stream")
    customer.write(
        SERVICE,
        "发票金额不对",
        "请看附件。\n",
        [(name, kind, content) for (name, content), kind in zip(files.items(), kinds, strict=True)],
    )
    name, content = "旧式 邮件程序.bin", bytes(range(255, -1, -1))
    customer.system.submit(customer.address, customer.address, [SERVICE], old_style(customer, name, content))
    world.fetch()
    first, second = sorted(world.cases_of(customer.address), key=lambda case: len(case["name"]), reverse=True)
    assert (first["name"], first["text"].strip()) == ("发票金额不对", "请看附件。")
    assert first["files"] == files
    assert second["files"] == {name: content}


def old_style(customer, name, content):
    """Return a mail as older Chinese programs write it: names of files as encoded words in GB18030."""
    word = f"=?GB18030?B?{b64encode(name.encode('gb18030')).decode()}?="
    lines = (
        f"From: {customer.address}",
        f"To: {SERVICE}",
        f"Message-ID: {make_msgid(domain='files.example')}",
        f"Subject: =?GB18030?B?{b64encode('又一个'.encode('gb18030')).decode()}?=",
        'Content-Type: multipart/mixed; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain; charset=gb18030",
        "Content-Transfer-Encoding: base64",
        "",
        b64encode("附件。".encode("gb18030")).decode(),
        "--b",
        f'Content-Type: application/octet-stream; name="{word}"',
        f'Content-Disposition: attachment; filename="{word}"',
        "Content-Transfer-Encoding: base64",
        "",
        b64encode(content).decode(),
        "--b--",
        "",
    )
    return "\r\n".join(lines).encode()


# replies


def test_reply_ends_pause(world):
    """A reply with a mail program's threading reaches the case and ends the pause (TL-5)."""
    customer = world.customer("Sun Ba", "sun@reply.example")
    customer.write(SERVICE, "Noise", "It is loud.\n")
    world.fetch()
    case = world.the_case_of(customer.address)
    letter = world.acknowledged(customer, case)
    world.call("anna", "action_assign_to_me", case["id"])
    world.call("anna", "action_pause", case["id"], "We asked for a recording")
    assert world.the_case_of(customer.address)["stopped"]
    customer.reply(letter, "Here is the recording.")
    world.fetch()
    now = world.the_case_of(customer.address)
    assert not now["stopped"]
    assert "Here is the recording." in now["said"][-1][1]
    assert len(now["said"]) == len(case["said"]) + 1
    # Nobody is acknowledged twice.
    assert len(world.letters_after_everything(customer)) == 1


def test_answer_of_the_team(world):
    """What an employee writes reaches the customer from the team's address; the answer comes back."""
    customer = world.customer("Zhou Jiu", "zhou@answer.example")
    customer.write(SOUTH_SERVICE, "Rust", "After a week.\n")
    world.fetch()
    case = world.the_case_of(customer.address)
    world.acknowledged(customer, case)
    world.call("bo", "action_assign_to_me", case["id"])
    world.call("bo", "action_create_partner", case["id"])
    partner = world.call("bo", "read", case["id"], ["partner_id"])[0]["partner_id"][0]
    world.call(
        "bo",
        "message_post",
        case["id"],
        body="Please send a photo.",
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
        partner_ids=[partner],
    )
    letter = customer.system.wait_for(
        customer.address,
        lambda letters: next((one for one in letters if "send a photo" in body_of(one, ("html",))), None),
        "the question of the team",
    )
    assert letter["From"].addresses[0].addr_spec.endswith(f"@{SOUTH}")
    assert letter["Reply-To"].addresses[0].addr_spec == SOUTH_SERVICE
    customer.reply(letter, "The photo follows.")
    world.fetch()
    assert "The photo follows." in world.the_case_of(customer.address)["said"][-1][1]


def test_reply_reopens(world):
    """CL-2: within the period a reply opens an ended case again, after it a linked one begins."""
    customer = world.customer("Wu Shi", "wu@again.example")
    customer.write(SERVICE, "Leak", "Water everywhere.\n")
    world.fetch()
    case = world.the_case_of(customer.address)
    letter = world.acknowledged(customer, case)
    world.close("anna", case)
    assert world.the_case_of(customer.address)["step"] == "closed"
    customer.reply(letter, "It leaks again.")
    world.fetch()
    reopened = world.the_case_of(customer.address)
    assert reopened["step"] not in ("closed", "rejected", "cancelled") and reopened["rounds"] == 1
    assert "It leaks again." in reopened["said"][-1][1]
    with world.inside.env("anna") as env:
        env[COMPLAINT].browse(case["id"]).action_cancel("Repaired by a neighbour")
    make_old(world, case["id"])
    customer.reply(letter, "And once more.")
    world.fetch()
    old, new = world.cases_of(customer.address)
    assert (old["id"], old["step"], old["rounds"]) == (case["id"], "cancelled", 1)
    assert not any("And once more." in body for _author, body in old["said"])
    assert "And once more." in new["text"] and new["step"] == "new"
    assert old["id"] in new["related"]
    world.acknowledged(customer, new)


def make_old(world, case_id):
    """Let a case have ended long ago."""
    with world.inside.env() as env:
        env.cr.execute(
            """UPDATE complaint_complaint SET received_at = received_at - interval '90 days',
                      closed_at = closed_at - interval '60 days' WHERE id = %s""",
            [case_id],
        )


def test_stranger_quotes_number(world):
    """A stranger who quotes a number, or answers a letter that was passed on to them, gets an own case."""
    customer = world.customer("Zheng Yi", "zheng@quoted.example")
    stranger = world.customer("Mallory", "mallory@elsewhere.example")
    customer.write(SERVICE, "Private matter", "Between us.\n")
    world.fetch()
    case = world.the_case_of(customer.address)
    letter = world.acknowledged(customer, case)
    stranger.write(SERVICE, f"Re: {case['number']}", f"What about {case['number']}?\n")
    stranger.reply(letter, "Tell me all.")
    world.fetch()
    assert len(world.the_case_of(customer.address)["said"]) == len(case["said"])
    new = world.cases_of(stranger.address)
    assert len(new) == 2
    for case_of_stranger in new:
        answer = world.acknowledged(stranger, case_of_stranger)
        assert "Private matter" not in body_of(answer) and "Zheng" not in body_of(answer)
    assert len(world.letters_after_everything(customer)) == 1


# machines


def test_bounces(world):
    """A delivery report of the acknowledgement, to wherever it goes, makes no case and is not answered."""
    customer = world.customer("Feng Er", "feng@bounce.example")
    customer.write(SERVICE, "Bounces", "My mailbox is full.\n")
    world.fetch()
    case = world.the_case_of(customer.address)
    letter = world.acknowledged(customer, case)
    count = count_cases(world)
    for to in (str(letter["Return-Path"]).strip("<>"), SERVICE):
        world.mail.submit(customer.address, NO_SENDER, [to], delivery_report(letter, to, customer.address))
    taken = len(world.mail.taken)
    world.letters_after_everything(customer)
    assert count_cases(world) == count
    assert world.mail.taken[taken:] == []
    assert world.the_case_of(customer.address)["said"] == case["said"]


def count_cases(world):
    with world.inside.env() as env:
        return env[COMPLAINT].with_context(active_test=False).search_count([])


def delivery_report(letter, to, recipient):
    """Return what a mail server writes back when a mailbox is full."""
    lines = (
        "From: Mail Delivery System <mailer-daemon@mail.example>",
        f"To: {to}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Message-ID: {make_msgid(domain='mail.example')}",
        "Auto-Submitted: auto-replied",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="r"',
        "",
        "--r",
        "Content-Type: text/plain",
        "",
        f"<{recipient}>: the mailbox is full",
        "--r",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mail.example",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        "Status: 5.2.2",
        "--r",
        "Content-Type: text/rfc822-headers",
        "",
        f"From: {letter['From']}",
        f"To: {letter['To']}",
        f"Subject: {letter['Subject']}",
        f"Message-ID: {letter['Message-ID']}",
        "--r--",
        "",
    )
    return "\r\n".join(lines).encode()


def test_out_of_office(world):
    """Absence notes, with headers or only with their usual subject, change nothing and get no answer."""
    customer = world.customer("Chen San", "chen@holiday.example")
    customer.write(SERVICE, "Before my holiday", "Look at it, please.\n")
    world.fetch()
    case = world.the_case_of(customer.address)
    letter = world.acknowledged(customer, case)
    world.call("anna", "action_assign_to_me", case["id"])
    world.call("anna", "action_pause", case["id"], "They are away")
    count, said = count_cases(world), world.the_case_of(customer.address)["said"]
    customer.reply(letter, "I am away.", Auto_Submitted="auto-replied")
    customer.reply(letter, "I am away.", X_Autoreply="yes", Precedence="bulk")
    customer.write(
        SERVICE, f"自动回复: {letter['Subject']}", "我在休假。", In_Reply_To=str(letter["Message-ID"])
    )
    assert len(world.letters_after_everything(customer)) == 1
    assert count_cases(world) == count
    now = world.the_case_of(customer.address)
    assert (now["said"], now["stopped"]) == (said, True)


# trouble


def test_broken_mail(world, shared):
    """Whatever broken mail lies in the mailbox: it is fetched once, and what comes after it is read."""
    folders = ("ruby_mail", "django_helpdesk")
    samples = [path for name in folders for path in sorted((shared / "mail" / name).glob("*.eml"))]
    assert len(samples) > 100
    box, before = f"post@{NORTH}", count_cases(world)
    sender = world.customer("Broken", "broken@programs.example")
    for path in samples:
        world.mail.submit(sender.address, sender.address, [SERVICE], path.read_bytes())
    assert world.mail.count_unread(box) == len(samples)
    customer = world.customer("Chu Si", "chu@after.example")
    customer.write(SERVICE, "After all of them", "Am I heard?\n")
    world.fetch()
    assert world.mail.count_unread(box) == 0
    world.acknowledged(customer, world.the_case_of(customer.address))
    ids = ids_of_people(samples)
    with world.inside.env() as env:
        messages = env["mail.message"].search([("message_id", "in", list(ids)), ("model", "=", COMPLAINT)])
        known = set(messages.mapped("message_id"))
    assert [name for sample_id, name in ids.items() if sample_id not in known] == []
    # Some answer others, and some have no id.
    assert count_cases(world) - before > 0.9 * len(ids)


def ids_of_people(samples):
    """Return ``{id: file}`` of the mails that no machine wrote, as far as they have a sound id."""
    from odoo.addons.complaint_management.tools.automatic_mail import automatic_kind

    found = {}
    for path in samples:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTP)
        sound = re.search(rb"^Message-ID:\s*(<[^<>@\s]+@[^<>@\s]+>)\s*$", path.read_bytes(), re.M | re.I)
        if sound and not automatic_kind(message):
            found[sound[1].decode()] = path.name
    return found


def test_submission_down(world):
    """While the mail server is away nothing is lost; when it is back, each letter leaves once."""
    customers = [world.customer(f"Waiting {number}", f"waiting{number}@down.example") for number in range(3)]
    for customer in customers:
        customer.write(SERVICE, "While it is down", "Hello?\n")
    with world.mail.submission_down():
        world.fetch()
        world.run_all()
        cases = [world.the_case_of(customer.address) for customer in customers]
        assert all(case["number"] for case in cases)
        assert [customer.letters() for customer in customers] == [[], [], []]
    world.run_all()
    for customer, case in zip(customers, cases, strict=True):
        world.acknowledged(customer, case)
    assert [len(world.letters_after_everything(customer)) for customer in customers] == [1, 1, 1]


def test_mailboxes_down(world):
    """While the mailboxes are away nothing is lost, and fetching goes on when they are back."""
    customer = world.customer("Wei Wu", "wei@mailbox.example")
    with world.mail.mailboxes_down():
        customer.write(SERVICE, "Unread", "For now.\n")
        world.fetch()
        assert world.cases_of(customer.address) == []
    world.fetch()
    world.acknowledged(customer, world.the_case_of(customer.address))
    with world.inside.env() as env:
        assert not env["fetchmail.server"].search([("error_date", "!=", False)])


# all of them


def test_all_letters(world):
    """No letter goes where it should not, says who works here, or comes from the wrong company."""
    customers = {login for login in world.mail.accounts if not login.startswith("post@")}
    for login, sender, recipients in world.mail.taken:
        if not login.startswith("post@"):
            continue
        domain = login.partition("@")[2]
        assert sender.endswith(f"@{domain}"), (login, sender)
        assert set(recipients) <= customers, recipients


def test_log(world):
    """The server has nothing to report, but for the mail server that was away."""
    log = world.log_path.read_text(encoding="utf-8", errors="replace")
    assert [entry for entry in complaints_in(log) if "Connection refused" not in entry] == []
