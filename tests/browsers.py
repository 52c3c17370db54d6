# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Two browsers that act at the same moment: processes of their own, each a worker of the web server."""

import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

from devkit.environment import variables
from devkit.paths import ROOT


class Browser:
    """A worker script in a process of its own, see sheet_worker.py."""

    def __init__(self, inside, worker):
        self.inside = inside
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name(worker)), inside.database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**variables(), "PYTHONPATH": str(ROOT)},
        )
        self.errors = []
        self.drain = threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True)
        self.drain.start()

    def _say(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        assert line, self.trouble()
        return json.loads(line)

    def begin(self, login, model, method, *args):
        """Let it open a transaction in which it will call a method."""
        self.begin_call({"uid": self.inside.users[login], "model": model, "method": method, "args": args})

    def begin_call(self, call):
        self._say(json.dumps(call))
        assert self.hear() == {"begun": True}

    def go(self):
        self._say("go")

    def trouble(self):
        self.process.kill()
        self.drain.join(60)
        return "".join(self.errors)

    def close(self):
        self.process.kill()
        self.process.communicate()


@contextmanager
def two_browsers(inside, worker):
    """Two processes that are up and waiting; they are still at the end.

    :param inside: Odoo on the database that they work on
    :param str worker: script beside this one
    """
    pair = [Browser(inside, worker) for _side in range(2)]
    for browser in pair:
        assert browser.hear() == {"ready": True}
    yield pair
    for browser in pair:
        assert browser.process.poll() is None, browser.trouble()
        browser.close()


def new_case(env, inside, **vals):
    """Make a complaint that nothing is missing of, for which the handler answers.

    :param inside: knows the ``team_id`` and the ``users`` by login
    """
    return env["complaint.complaint"].create(
        {
            "name": "The heating does not work",
            "team_id": inside.team_id,
            "user_id": inside.users["handler"],
            "partner_name": "Li Si",
            "partner_phone": "010-62345678",
            "description": "Cold for days.",
            "nature": "inquiry",
            "severity": "normal",
            "channel_id": env["complaint.channel"].search([("read_back", "=", False)], limit=1).id,
            "category_id": env["complaint.category"].search([], limit=1).id
            or env["complaint.category"].sudo().create({"name": "Repairs"}).id,
            **vals,
        }
    )


def run_at_once(browsers, number, *calls):
    """Let two do something at the same moment; return how it ended for each.

    Half of the rounds are a real race. In the others one is through before the other one, which has begun
    as well and does not see it, comes to its work; so each is the faster one several times.

    :param int number: of the round
    :param calls: for each browser who calls what with what, see :meth:`Browser.begin`
    """
    for browser, call in zip(browsers, calls, strict=True):
        browser.begin(*call)
    first, second = browsers[:: 1 if number % 2 else -1]
    heard = {}
    first.go()
    if number % 4 > 1:
        heard[first] = first.hear()
    second.go()
    heard = {browser: heard.get(browser) or browser.hear() for browser in browsers}
    return [heard[browser] for browser in browsers]


def winner_of(outcomes):
    """Return the index of the one whose call went through, and what the other one was told."""
    won = [number for number, outcome in enumerate(outcomes) if "error" not in outcome]
    assert len(won) == 1, outcomes
    loser = outcomes[1 - won[0]]
    assert loser["error"] == "UserError", outcomes
    # It was on its way already, and had to begin anew; nobody else had to.
    assert (outcomes[won[0]]["tries"], loser["tries"]) == (1, 2), outcomes
    return won[0], loser["message"]
