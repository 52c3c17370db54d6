# Part of the complaint management suite. See LICENSE file for full licensing details.
"""A real Odoo server on loopback, and one client that asks it as the web client does."""

import json
import socket
import subprocess
import time
from contextlib import contextmanager
from tempfile import TemporaryFile

import requests
from _database import ADDONS_PATH

from devkit.environment import odoo_command, variables
from devkit.paths import ROOT

PATIENCE = 120


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextmanager
def server(database, *options):
    """Run Odoo on a free port; yield its address.

    :param options: more of the command line; they prevail
    """
    port = _free_port()
    command = odoo_command(
        "-d",
        database,
        f"--db-filter=^{database}$",
        f"--addons-path={ADDONS_PATH}",
        "--http-interface=127.0.0.1",
        f"--http-port={port}",
        f"--gevent-port={_free_port()}",
        "--max-cron-threads=0",
        "--workers=0",
        "--log-level=warn",
        *options,
    )
    with TemporaryFile() as log:
        process = subprocess.Popen(command, env=variables(), cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield _await(f"http://127.0.0.1:{port}", process, log)
        finally:
            _stop(process)


def _stop(process):
    """End a server; workers that are in the middle of something are asked a second time."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait(60)


def _await(address, process, log):
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit and process.poll() is None:
        try:
            if requests.get(f"{address}/web/health", timeout=5).ok:
                return address
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.2)
    log.seek(0)
    raise RuntimeError("The server did not start:\n" + log.read().decode(errors="replace")[-2000:])


class Client:
    """One user's browser."""

    def __init__(self, address, database, login, password):
        self.address, self.session = address, requests.Session()
        self.context = {}
        answer = self._post(
            "/web/session/authenticate", {"db": database, "login": login, "password": password}
        )
        self.context = answer["user_context"]

    def _post(self, path, params):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        answer = self.session.post(
            self.address + path, data=body, headers={"Content-Type": "application/json"}, timeout=PATIENCE
        ).json()
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["message"])
        return answer["result"]

    def call(self, model, method, **kwargs):
        """Call a method of a model."""
        kwargs["context"] = self.context
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": [], "kwargs": kwargs},
        )


def requests_per_second(client, calls, seconds=8.0, block=10):
    """Ask in turns, in blocks, and return how many answers a second each kind of call gets.

    :param dict calls: name to (model, method, arguments)
    """
    spent, done = dict.fromkeys(calls, 0.0), dict.fromkeys(calls, 0)
    for model, method, arguments in calls.values():
        for _warm_up in range(3):
            client.call(model, method, **arguments)
    while min(spent.values()) < seconds:
        for name, (model, method, arguments) in calls.items():
            if spent[name] >= seconds:
                continue
            start = time.perf_counter()
            for number in range(block):
                client.call(model, method, **arguments)
                if number and time.perf_counter() - start > seconds / 2:
                    break
            spent[name] += time.perf_counter() - start
            done[name] += number + 1
    return {name: done[name] / spent[name] for name in calls}
