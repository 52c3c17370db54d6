# Part of the complaint management suite. See LICENSE file for full licensing details.
"""What the stories are played on: an Odoo server and a mail server, both on loopback."""

import email
import email.policy
import re
import socket
import socketserver
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from devkit.environment import odoo_command, variables
from devkit.paths import ROOT

PATIENCE = 120


@dataclass
class Letter:
    """A mail as it left Odoo: to whom it was handed, and what it says."""

    to: str
    message: object

    @property
    def subject(self):
        return str(self.message["Subject"])

    @property
    def text(self):
        return self.message.get_body(("html", "plain")).get_content()

    @property
    def files(self):
        return [part.get_filename() for part in self.message.iter_attachments()]


class _Dialogue(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs to get rid of its mail."""

    def handle(self):
        self._say("220 here")
        recipients = []
        for line in iter(self.rfile.readline, b""):
            verb = line[:4].upper()
            if verb == b"RCPT":
                recipients.append(re.search(rb"<(.*?)>", line)[1].decode().lower())
            elif verb == b"DATA":
                self._say("354 go on")
                message = email.message_from_bytes(self._read_message(), policy=email.policy.default)
                self.server.letters += [Letter(to, message) for to in recipients]
                recipients = []
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 fine")

    def _say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def _read_message(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)


class _Post(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def post_office():
    """A mail server that keeps what it gets; yields it, with ``port`` and ``letters``."""
    with _Post(("127.0.0.1", 0), _Dialogue) as server:
        server.letters, server.port = [], server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextmanager
def odoo_server(database, port, smtp_port, log_path, *options):
    """Run Odoo; yield its address. Its log is in a file, to be read afterwards.

    :param options: more of the command line; they prevail
    """
    command = odoo_command(
        "-d",
        database,
        f"--db-filter=^{database}$",
        "--http-interface=127.0.0.1",
        f"--http-port={port}",
        "--max-cron-threads=0",
        "--workers=0",
        "--smtp=127.0.0.1",
        f"--smtp-port={smtp_port}",
        "--log-level=warn",
        *options,
    )
    address = f"http://127.0.0.1:{port}"
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, env=variables(), cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            _await(address, process, log_path)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _await(address, process, log_path):
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit and process.poll() is None:
        try:
            if requests.get(f"{address}/web/health", timeout=5).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
    raise RuntimeError("The server did not start:\n" + log_path.read_text(errors="replace")[-2000:])
