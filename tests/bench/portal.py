# Part of the complaint management suite. See LICENSE file for full licensing details.
"""What customers' pages cost among 100,000 complaints, beside Odoo's portal tasks, and the form under load.

All complaints, and as many tasks, belong to customers with accounts. Queries are counted inside this
process; answers a second by several browsers at a server with two workers, in turns with the list of tasks.
The form is sent to a copy of the database. The exit status tells whether all targets but those of time are
met, and those of time with ``--strict``: they depend on the machine.
"""

import argparse
import http.client
import io
import json
import random
import re
import secrets
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import _database
import requests
from _fill_portal import LONG, MANY, PASSWORD, SOME
from _harness import Bench, load
from _http import server
from deadline import Report
from PIL import Image

import odoo
from odoo import sql_db
from odoo.api import SUPERUSER_ID

from devkit import databases, ui

sys.path.append(str(Path(__file__).parent.parent))
from story_server import post_office  # noqa: E402

WORKERS = 2
#: Browsers that ask at the same time for pages; for the form it is an option.
BROWSERS = 4
TASKS = "/my/tasks"
#: Found in many of the subjects.
WORD = "order"
SLOWEST = 3.0
NUMBER = re.compile(r'class="o_complaint_number[^>]*>([^<]+)<')
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
DESCRIPTION = "Benchmark {}: the parcel was open when it came."


def sign_in(session, address, database, login):
    """Sign a session of ``requests`` in."""
    params = {"db": database, "login": login, "password": PASSWORD}
    answer = session.post(
        f"{address}/web/session/authenticate",
        data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
        headers={"Content-Type": "application/json"},
        timeout=60,
    ).json()
    if not answer.get("result", {}).get("uid"):
        raise ui.DevError(f"{login} could not sign in.", "Make the database anew: --fresh")


# what is asked for


@dataclass
class Cases:
    """The complaints whose pages are opened."""

    short: int
    long: int
    token: str

    @classmethod
    def find(cls, bench):
        """Take those of the customer with some: one with two messages and the one with many."""
        with bench.transaction(SUPERUSER_ID) as env:
            partner = env["res.users"].browse(bench.uid(SOME)).partner_id
            cases = env["complaint.complaint"].search(
                [("partner_id", "=", partner.id), ("closed_at", "=", False)], order="id"
            )
            newest = env["complaint.complaint"].search(
                [("partner_id", "=", partner.id)], order="id desc", limit=1
            )
            if not cases - newest:
                raise ui.DevError("The customer has too few complaints.", "Make the database anew: --fresh")
            short = (cases - newest)[0]
            return cls(short.id, newest.id, short.access_token)


# queries, inside this process


class Page:
    """A browser without a network: asks the application in this process."""

    def __init__(self, database, login=None):
        from werkzeug.test import Client

        self.client = Client(odoo.http.root)
        if login:
            params = {"db": database, "login": login, "password": PASSWORD}
            body = {"jsonrpc": "2.0", "method": "call", "params": params}
            self._open("/web/session/authenticate", method="POST", json=body)

    def _open(self, path, **request):
        return self.client.open(path, environ_base={"REMOTE_ADDR": "127.0.0.1"}, **request)

    def count(self, path):
        """Return the number of queries for a page that has been opened before."""
        for _time in range(3):
            before = sql_db.sql_counter
            answer = self._open(path)
            queries = sql_db.sql_counter - before
            if answer.status_code != 200:
                raise ui.DevError(f"{path} answers {answer.status}.")
        return queries


def measure_queries(report, bench, cases):
    """Count the queries of pages with few and with many rows and messages."""
    many, some = (Page(bench.database, login) for login in (MANY, SOME))
    public = Page(bench.database)
    rows = f"{databases.psql(count_of(bench, SOME), bench.database)[0][0]} rows"
    lists = {
        "list": "/my/complaints",
        "list, searched": f"/my/complaints?search={WORD}",
        "list, open ones": "/my/complaints?filterby=open",
    }
    for label, path in lists.items():
        few, full = some.count(path), many.count(path)
        report.add(f"{label}: queries", full, "", None, f"80 rows; {few} with {rows}")
        report.add("  more than with few rows", full - few, "", 0)
    first, late = many.count("/my/complaints"), many.count("/my/complaints/page/20")
    report.add("list, page 20: queries more than page 1", late - first, "", 0)
    tasks = some.count(TASKS), many.count(TASKS)
    report.add("Odoo's list of tasks: queries", tasks[1], "", None, f"80 rows; {tasks[0]} with {rows}")
    short, full = some.count(f"/my/complaints/{cases.short}"), some.count(f"/my/complaints/{cases.long}")
    report.add("case page: queries", full, "", None, f"{LONG} messages; {short} with 2")
    report.add("  more than with 2 messages", full - short, "", 0)
    by_link = public.count(f"/my/complaints/{cases.short}?access_token={cases.token}")
    report.add("case page by link: queries", by_link, "")


def count_of(bench, login):
    """Return the query that counts a customer's complaints."""
    return f"""SELECT count(*) FROM complaint_complaint c JOIN res_users u ON u.partner_id = c.partner_id
                WHERE u.id = {bench.uid(login)}"""


# requests a second


class Browsers:
    """Several browsers of one customer, that ask at the same time."""

    def __init__(self, address, database, login=None, count=BROWSERS):
        where = urlsplit(address)
        self.host, self.port = where.hostname, where.port
        session = requests.Session()
        if login:
            sign_in(session, address, database, login)
        self.cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
        self.count = count

    def get(self, path):
        """Open one page; return its text."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        return self._ask(connection, path)

    def _ask(self, connection, path):
        connection.request("GET", path, headers={"Cookie": self.cookie, "Accept-Language": "en"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise ui.DevError(f"{path} answers {answer.status}.")
        return text.decode()

    def rate(self, path, seconds):
        """Ask for a page for so long; return the answers a second."""
        done, faults, start = [0] * self.count, [], time.perf_counter()

        def ask(number):
            try:
                connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
                while time.perf_counter() - start < seconds:
                    self._ask(connection, path)
                    done[number] += 1
            except Exception as fault:  # in a thread it would be lost
                faults.append(fault)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(self.count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]
        return sum(done) / (time.perf_counter() - start)


def measure_rates(report, database, cases, rounds, seconds):
    """Compare pages with the list of tasks of the same customer."""
    with server(database, f"--workers={WORKERS}") as address:
        many, some, public = (Browsers(address, database, login) for login in (MANY, SOME, None))
        works = {
            "list, 80 rows": (many, "/my/complaints", many, TASKS),
            "list, 80 rows, searched": (
                many,
                f"/my/complaints?search={WORD}",
                many,
                f"{TASKS}?search={WORD}&search_in=name",
            ),
            "list, 80 rows, page 20": (many, "/my/complaints/page/20", many, f"{TASKS}/page/20"),
            "list, some rows": (some, "/my/complaints", some, TASKS),
            "case page, 2 messages": (some, f"/my/complaints/{cases.short}", some, TASKS),
            f"case page, {LONG} messages": (some, f"/my/complaints/{cases.long}", some, TASKS),
            "case page by link": (
                public,
                f"/my/complaints/{cases.short}?access_token={cases.token}",
                some,
                TASKS,
            ),
        }
        for label, (browsers, path, others, other_path) in works.items():
            shown = None
            if label.startswith("list"):
                shown = same_rows(browsers.get(path), others.get(other_path))
            for warm_up in range(2):
                browsers.rate(path, 0.5 + warm_up)
                others.rate(other_path, 0.5 + warm_up)
            ours, theirs = [], []
            for number in range(rounds):
                turns = [(ours, browsers, path), (theirs, others, other_path)]
                for taken, who, where in turns if number % 2 else reversed(turns):
                    taken.append(who.rate(where, seconds))
            times = statistics.median(own / task for own, task in zip(ours, theirs, strict=True))
            rates = statistics.median(ours), statistics.median(theirs)
            detail = "{:.1f} a second, the list of tasks {:.1f}".format(*rates)
            detail += f", {shown} rows each" if shown else ""
            # The table shows what must not exceed its target: so it is their rate by ours.
            report.add(f"{label}: rate of tasks × ours", 1 / times, "", 1.0, detail, timed=True)


def same_rows(ours, theirs):
    """Check that both lists show the same number of rows; return it."""
    rows = [
        len(set(re.findall(rf"/my/{kind}/(\d+)", text)))
        for kind, text in (("complaints", ours), ("tasks?", theirs))
    ]
    if not rows[0] or rows[0] != rows[1]:
        raise ui.DevError(f"{rows[0]} complaints beside {rows[1]} tasks.", "Make the database anew: --fresh")
    return rows[0]


# the form


@dataclass
class Sendings:
    """What the clients of the form did."""

    seconds: list = field(default_factory=list)
    opened: list = field(default_factory=list)
    #: What each sending was about, and the number that the page named.
    numbers: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)


def make_tokens(bench, count):
    """Make what forms carry along that were opened a minute ago: nobody waits here while people write."""
    with bench.transaction(SUPERUSER_ID) as env:
        Complaint, moment = env["complaint.complaint"], str(int(time.time()) - 60)
        nonces = [secrets.token_hex(16) for _number in range(count)]
        return [f"{nonce}.{moment}.{Complaint._sign_form(nonce, moment)}" for nonce in nonces]


def make_photo():
    """Return a photo of some hundred kilobytes."""
    pixels = random.Random(1).randbytes(640 * 480 * 3)
    stream = io.BytesIO()
    Image.frombytes("RGB", (640, 480), pixels).save(stream, "JPEG", quality=60)
    return stream.getvalue()


def send_forms(address, client, tokens, until, photo, sendings):
    """Send one form after the other, as one person with a browser; every third one with a photo."""
    session, number = requests.Session(), 0
    while time.perf_counter() < until:
        mark = f"{client}-{number}"
        try:
            start = time.perf_counter()
            page = session.get(f"{address}/complaint", timeout=60)
            page.raise_for_status()
            sendings.opened.append(time.perf_counter() - start)
            values = {
                "csrf_token": CSRF.search(page.text)[1],
                "form_token": tokens.pop(),
                "description": DESCRIPTION.format(mark),
                "name": f"Sender {mark}",
                "email": f"sender{mark}@form.example",
                "consent": "1",
            }
            files = {"files": ("photo.jpg", photo, "image/jpeg")} if number % 3 == 0 else None
            start = time.perf_counter()
            answer = session.post(f"{address}/complaint", data=values, files=files, timeout=60)
            sendings.seconds.append(time.perf_counter() - start)
            found = NUMBER.search(answer.text)
            if answer.status_code != 200 or not found:
                sendings.faults.append(f"{mark}: {answer.status_code} {answer.url}")
            else:
                sendings.numbers[mark] = found[1].strip()
        except (requests.RequestException, TypeError, IndexError) as fault:
            sendings.faults.append(f"{mark}: {fault!r}")
        number += 1


@contextmanager
def copy_of(database):
    """Yield a copy of a database in which only our jobs run, dropped at the end."""
    name = f"{database}_form"
    databases.drop(name)
    # What is connected cannot be copied.
    sql_db.close_db(database)
    databases.copy(database, name)
    try:
        databases.psql(
            """UPDATE ir_cron SET active = FALSE WHERE id NOT IN (
                 SELECT res_id FROM ir_model_data WHERE model = 'ir.cron'
                    AND (module = 'complaint_management' OR name = 'ir_cron_mail_scheduler_action'))""",
            name,
        )
        yield name
    finally:
        databases.drop(name)


def measure_form(report, bench, clients, seconds):
    """Have many send the form as fast as they can, and compare what they were told with what is stored."""
    tokens, photo, sendings = make_tokens(bench, clients * seconds * 5), make_photo(), Sendings()
    with copy_of(bench.database) as database, post_office() as post:
        options = (
            f"--workers={WORKERS}",
            "--max-cron-threads=1",
            "--smtp=127.0.0.1",
            f"--smtp-port={post.port}",
        )
        with server(database, *options) as address:
            requests.get(f"{address}/complaint", timeout=60).raise_for_status()
            until = time.perf_counter() + seconds
            threads = [
                threading.Thread(target=send_forms, args=(address, number, tokens, until, photo, sendings))
                for number in range(clients)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        stored = databases.psql(
            "SELECT substring(description FROM 'Benchmark ([0-9-]+)'), number FROM complaint_complaint"
            " WHERE description LIKE 'Benchmark %'",
            database,
        )
        planned = databases.psql(
            "SELECT count(*), count(*) FILTER (WHERE n.state = 'sent') FROM complaint_notice n"
            " JOIN complaint_complaint c ON c.id = n.complaint_id"
            " WHERE n.event = 'received' AND c.description LIKE 'Benchmark %'",
            database,
        )[0]
        planned, acknowledged = map(int, planned)
    for fault in sendings.faults[:5]:
        print(f"  {fault}", flush=True)
    sent, slowest = len(sendings.seconds), sorted(sendings.seconds)[int(len(sendings.seconds) * 0.95)]
    detail = f"{sent / seconds:.1f} a second by {clients} clients, each form opened before"
    report.add(f"form, {seconds} s: sent", sent, "", None, detail)
    report.add("  errors", len(sendings.faults), "", 0)
    lost = set(sendings.numbers.items()) - {tuple(row) for row in stored}
    report.add("  lost, or stored under another number than was said", len(lost), "", 0)
    report.add("  stored twice", len(stored) - len({mark for mark, _number in stored}), "", 0)
    report.add("  sharing a number", len(stored) - len({number for _mark, number in stored}), "", 0)
    detail = f"{acknowledged} written by the end, {len(post.letters)} of them out"
    report.add("  without an acknowledgement planned", len(stored) - planned, "", 0, detail)
    medians = f"median {statistics.median(sendings.seconds):.2f} s, slowest {max(sendings.seconds):.2f} s"
    report.add("  slowest twentieth", slowest, "s", SLOWEST, medians, timed=True)


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench portal", description=__doc__.split("\n")[0])
    parser.add_argument("--complaints", type=int, default=100_000, help="how many (default: 100,000)")
    parser.add_argument("--fresh", action="store_true", help="make the database anew")
    parser.add_argument("--as-they-are", action="store_true", help="do not load changed add-ons anew")
    parser.add_argument("--rounds", type=int, default=7, help="how often each rate is taken (default: 7)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each time (default: 2)")
    parser.add_argument("--clients", type=int, default=20, help="who send the form at once (default: 20)")
    parser.add_argument("--sending", type=int, default=60, help="for how many seconds (default: 60)")
    parser.add_argument("--strict", action="store_true", help="fail for targets of time, too")
    parser.add_argument("--only", help="queries, rates or form")
    return parser.parse_args(arguments)


def _have(options):
    """Have the database, a copy of one that holds the complaints and the tasks; return its name."""
    here, what = Path(__file__), "customers"
    database = _database.name_of(options.complaints, what)
    if options.as_they_are:
        return database

    def fill_complaints(database):
        filler = here.with_name("_fill.py")
        subprocess.run([sys.executable, filler, database, str(options.complaints)], check=True)

    def fill(database):
        subprocess.run([sys.executable, here.with_name("_fill_portal.py"), database], check=True)

    template = None
    if options.fresh or database not in databases.names():
        template = _database.have(options.complaints, fill_complaints)
    return _database.have(options.complaints, fill, options.fresh, what, template)


def main(arguments):
    """Run the benchmark; return the exit status."""
    options = _parse(arguments)
    bench = Bench(_have(options))
    cases = Cases.find(bench)
    print(f"{options.complaints:,} complaints, all of customers with accounts; {load()}.", flush=True)
    report = Report()
    works = {
        "queries": partial(measure_queries, report, bench, cases),
        "rates": partial(measure_rates, report, bench.database, cases, options.rounds, options.seconds),
        "form": partial(measure_form, report, bench, options.clients, options.sending),
    }
    for name, work in works.items():
        if options.only in (None, name):
            work()
    report.print()
    print(f"At the end: {load()}.", flush=True)
    return int(bool(report.missed or (options.strict and report.slow)))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ui.DevError as fault:
        sys.exit("\n".join((fault.what, *fault.remedies)))
