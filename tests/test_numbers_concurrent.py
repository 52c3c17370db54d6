# Part of the complaint management suite. See LICENSE file for full licensing details.
"""IN-3: numbers stay unique, and nobody is turned away, however many register complaints at once."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from odoo_inside import inside_copy

from devkit.environment import variables
from devkit.paths import ROOT

WRITER = Path(__file__).with_name("number_writer.py")
LOGIN = "number_clerk"
PATIENCE = 300  # seconds that any one thing may take here on a busy machine


@pytest.fixture(scope="module")
def inside(project):
    """Odoo on a database with a clerk in it. No year has a counter yet; each test takes one of its own."""
    with inside_copy(project) as inside:
        with inside.env() as env:
            group = env.ref("complaint_management.group_complaint_first_contact")
            env["res.users"].with_context(no_reset_password=True).create(
                {"name": "Clerk", "login": LOGIN, "group_ids": [(6, 0, group.ids)]}
            )
            sequence = env.company._get_complaint_sequence()
            sequence.prefix = "C-%(range_year)s-"
            sequence.date_range_ids.unlink()
        yield inside


class Writer:
    """One of the programs: number_writer.py in a process of its own."""

    def __init__(self, inside, year, mode, count):
        self.mode = mode
        self.numbers = []
        self.process = subprocess.Popen(
            [sys.executable, str(WRITER), inside.database, LOGIN, mode, str(count), f"{year}-01-01"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**variables(), "PYTHONPATH": str(ROOT)},
        )
        self.lines = (line.strip() for line in self.process.stdout)
        self.errors = []
        self.drain = threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True)
        self.drain.start()

    def wait_ready(self):
        assert next(self.lines, None) == "ready", self.trouble()

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def read(self, count=None):
        """Take in numbers: so many, or all that come until the end."""
        for number in self.lines:
            self.numbers.append(number)
            if len(self.numbers) == count:
                break
        return self.numbers

    def kill(self):
        """End the program at once, as a power cut would; numbers it told before are kept."""
        self.process.kill()
        self.read()
        return self.process.wait(PATIENCE)

    def trouble(self):
        self.process.kill()
        self.drain.join(PATIENCE)
        return "".join(self.errors)

    def finish(self):
        """Take in the rest and return the exit status."""
        self.read()
        self.drain.join(PATIENCE)
        return self.process.wait(PATIENCE)


@pytest.fixture
def writers(inside):
    """Start programs, all up and waiting for :meth:`Writer.go`."""
    started = []

    def start(year, *modes):
        made = [Writer(inside, year, mode, count) for mode, count in modes]
        started.extend(made)
        for writer in made:
            writer.wait_ready()
        return made

    yield start
    for writer in started:
        writer.process.kill()
        writer.process.communicate()


def wait_until(condition, what):
    """Wait for another process or thread; a condition that never comes true fails the test."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"


def waiting(inside):
    """How many of the database's connections wait for a lock."""
    with inside.env() as env:
        env.cr.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'",
            (inside.database,),
        )
        return env.cr.fetchone()[0]


def stored(inside, year):
    """All numbers of a year in the database."""
    with inside.env() as env:
        complaints = env["complaint.complaint"].search([("number", "=like", f"C-{year}-%")])
        return complaints.mapped("number")


def counters(inside, year):
    """How many counters a year has; one is right."""
    with inside.env() as env:
        return env["ir.sequence.date_range"].search_count(
            [
                ("sequence_id", "=", env.company._get_complaint_sequence().id),
                ("date_from", "=", f"{year}-01-01"),
            ]
        )


def expected(count, year):
    return [f"C-{year}-{value:05}" for value in range(1, count + 1)]


@pytest.mark.slow
def test_four_programs_at_the_start_of_a_year(inside, writers, capsys):
    """IN-3: four processes register 500 complaints each; all 2,000 numbers differ, none is missing."""
    team = writers(2010, ("single", 500), ("single", 500), ("single", 500), ("batch", 500))
    begun = time.monotonic()
    for writer in team:
        writer.go()
    readers = [threading.Thread(target=writer.read) for writer in team]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(PATIENCE)
    seconds = time.monotonic() - begun

    for writer in team:
        assert writer.finish() == 0, writer.trouble()
        assert len(writer.numbers) == 500
        assert writer.errors == []
    told = sorted(number for writer in team for number in writer.numbers)
    assert told == expected(2000, 2010)
    assert sorted(stored(inside, 2010)) == told
    # They really did it at once: going up the numbers, the hand changes all the time.
    owner = {number: writer.process.pid for writer in team for number in writer.numbers}
    changes = sum(owner[one] != owner[next_one] for one, next_one in zip(told, told[1:], strict=False))
    assert changes > 100, "the programs ran one after the other; this proves nothing"
    assert counters(inside, 2010) == 1
    with capsys.disabled():
        print(f"\n2,000 complaints by four processes at once: {seconds:.1f} s, {changes} changes of hand")


@pytest.mark.slow
def test_killed_in_the_middle(inside, writers):
    """IN-3: who opens a year, or is busy in it, may be killed; the others go on and nothing repeats."""
    opener, victim, *survivors = writers(2011, ("stay", 3), ("single", 500), ("single", 100), ("batch", 100))
    # The first to open the year is killed inside its transaction, while everybody waits for it.
    opener.go()
    assert opener.read(3) == expected(3, 2011)
    for writer in (victim, *survivors):
        writer.go()
    wait_until(lambda: waiting(inside) == 3, "the other programs wait for the year to be opened")
    assert opener.kill() == -9
    # The second is killed while it writes.
    victim.read(20)
    assert victim.kill() == -9
    assert 20 <= len(victim.numbers) < 500

    for writer in survivors:
        assert writer.finish() == 0, writer.trouble()
        assert len(writer.numbers) == 100
        assert writer.errors == []
    told = [number for writer in (victim, *survivors) for number in writer.numbers]
    kept = stored(inside, 2011)
    assert len(set(kept)) == len(kept)
    assert len(set(told)) == len(told)
    # What was told stays. The last complaint of the victim may be there though it was not told.
    assert set(told) <= set(kept)
    assert len(kept) - len(told) <= 1
    # Nobody gets a number again, the next one comes after all of them.
    with inside.env(LOGIN) as env:
        number = (
            env["complaint.complaint"].create({"name": "Later", "received_at": "2011-06-01 12:00:00"}).number
        )
    assert number > max(kept)


def take(env, year, count=1):
    return env["ir.sequence"]._next_complaint_numbers(env.company, year, count)


class Taker(threading.Thread):
    """Takes numbers in a transaction that began before others did anything."""

    def __init__(self, inside, year, count):
        super().__init__()
        self.inside, self.year, self.count = inside, year, count
        self.begun, self.may_take = threading.Event(), threading.Event()
        self.numbers, self.error = None, None
        self.start()
        assert self.begun.wait(PATIENCE)

    def run(self):
        try:
            with self.inside.env(LOGIN) as env:
                env.cr.execute("SELECT count(*) FROM ir_sequence_date_range")  # the snapshot is taken here
                self.begun.set()
                assert self.may_take.wait(PATIENCE)
                self.numbers = take(env, self.year, self.count)
                # The transaction can still be worked in, and can take more.
                complaint = env["complaint.complaint"].create(
                    {"name": "After the race", "received_at": f"{self.year}-01-01 00:00:00"}
                )
                self.numbers.append(complaint.number)
        except Exception as error:  # noqa: BLE001 - told by the thread that waits for this one
            self.error = error
        finally:
            self.begun.set()

    def finish(self):
        self.join(PATIENCE)
        assert not self.is_alive()
        assert self.error is None, repr(self.error)
        return self.numbers


def test_year_opened_by_two_at_the_same_moment(inside):
    """IN-3: the second waits for the first and then takes from the first one's counter."""
    taker = Taker(inside, 2012, 2)
    with inside.env(LOGIN) as env:
        assert take(env, 2012, 2) == expected(2, 2012)
        taker.may_take.set()
        wait_until(lambda: waiting(inside) == 1, "the second wants to open the year as well")
        assert taker.numbers is None
    assert taker.finish() == expected(5, 2012)[2:]
    assert counters(inside, 2012) == 1


def test_year_opened_and_given_up_at_the_same_moment(inside):
    """IN-3: where the first one's transaction fails, the second opens the year itself."""
    taker = Taker(inside, 2013, 2)
    with pytest.raises(ZeroDivisionError), inside.env(LOGIN) as env:
        assert take(env, 2013, 2) == expected(2, 2013)
        taker.may_take.set()
        wait_until(lambda: waiting(inside) == 1, "the second wants to open the year as well")
        raise ZeroDivisionError
    assert taker.finish() == expected(3, 2013)
    with inside.env(LOGIN) as env:
        assert take(env, 2013) == ["C-2013-00004"]


def test_year_opened_after_the_transaction_began(inside):
    """IN-3: a counter that a transaction cannot see yet is used all the same."""
    taker = Taker(inside, 2014, 2)
    with inside.env(LOGIN) as env:
        assert take(env, 2014, 2) == expected(2, 2014)
    taker.may_take.set()
    assert taker.finish() == expected(5, 2014)[2:]


def test_years_do_not_wait_for_each_other(inside):
    """IN-3: an import of last year's complaints that is still running holds nobody up this year."""
    with inside.env(LOGIN) as importing:
        assert take(importing, 2015) == ["C-2015-00001"]
        with inside.env(LOGIN) as env:
            env.cr.execute("SET LOCAL lock_timeout = '1s'")
            assert take(env, 2016) == ["C-2016-00001"]
