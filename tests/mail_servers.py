# Part of the complaint management suite. See LICENSE file for full licensing details.
"""A mail provider on loopback: submission by SMTP (aiosmtpd), mailboxes by IMAP (pymap) over Maildirs.

Who submits has to sign in and may send from their own addresses only, as real providers demand; what is
accepted lies in the mailboxes of the recipients before the client is told so.
"""

import email
import email.policy
import imaplib
import logging
import mailbox
import smtplib
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, localtime, make_msgid
from itertools import count
from pathlib import Path

import pytest
from story_server import free_port

aiosmtpd_controller = pytest.importorskip(
    "aiosmtpd.controller", reason="aiosmtpd runs on Python 3.11 and later"
)
aiosmtpd_smtp = pytest.importorskip("aiosmtpd.smtp")
passlib_hash = pytest.importorskip("passlib.hash")
pytest.importorskip("pymap", reason="pymap runs on Python 3.11 and later")

HOST = "127.0.0.1"
PATIENCE = 60
NO_SENDER = "<>"
IMAP_SERVER = Path(__file__).with_name("imap_server.py")
# It warns of an attribute of its own that nothing here uses.
logging.getLogger("mail.log").setLevel(logging.ERROR)
_delivered = count(1)


@dataclass
class Account:
    """A mailbox, with the password for submission and for reading."""

    login: str
    #: A domain whose mail all goes here, whatever the name before the @.
    domain: str = ""
    password: str = field(default="secret of the mailbox", repr=False)

    def owns(self, address):
        """Tell whether mail to an address is for this account, and may be sent from it."""
        address = address.lower()
        return address == self.login or bool(self.domain) and address.endswith(f"@{self.domain}")


class _Smtp(aiosmtpd_smtp.SMTP):
    # Servers at large take longer lines than the standard's thousand.
    line_length_limit = 2**20


class _Controller(aiosmtpd_controller.Controller):
    def factory(self):
        return _Smtp(self.handler, **self.SMTP_kwargs)


class MailSystem:
    """Accounts, and what the SMTP server asks before it takes a mail.

    :param folder: where the mailboxes lie
    """

    def __init__(self, folder):
        self.folder, self.accounts = folder, {}
        self.smtp_port, self.imap_port = free_port(), free_port()
        #: Envelopes that were taken: (who signed in, sender, recipients).
        self.taken = []
        self._arrived = threading.Condition()
        self._controller = self._imap = None
        self._hash = passlib_hash.pbkdf2_sha256.using(rounds=1).hash(Account.password)

    def open_account(self, login, domain=""):
        """Make a mailbox.

        :param str login: its address
        :param str domain: whose mail all goes there
        """
        account = self.accounts[login] = Account(login, domain)
        mailbox.Maildir(self.folder / login, create=True)
        with (self.folder / "pymap-etc-passwd").open("a") as users:
            users.write(f"{login}:x::::{login}:\n")
        with (self.folder / "pymap-etc-shadow").open("a") as passwords:
            passwords.write(f"{login}:{self._hash}:::::::\n")
        return account

    def find_account(self, address):
        """Return the account that gets the mail to an address, or None."""
        return next((account for account in self.accounts.values() if account.owns(address)), None)

    # the SMTP server

    def start_submission(self):
        """Let the SMTP server take mail, on the same port each time."""
        self._controller = _Controller(
            self,
            hostname=HOST,
            port=self.smtp_port,
            server_hostname="mail.example",
            authenticator=self._sign_in,
            auth_require_tls=False,
            enable_SMTPUTF8=True,
            ready_timeout=PATIENCE,
        )
        self._controller.start()

    def stop_submission(self):
        """Let the SMTP server be gone: connections are refused."""
        if self._controller:
            self._controller.stop()
            self._controller = None

    @contextmanager
    def submission_down(self):
        """The SMTP server is away for a while."""
        self.stop_submission()
        try:
            yield
        finally:
            self.start_submission()

    def _sign_in(self, server, session, envelope, mechanism, data):
        account = self.accounts.get(data.login.decode())
        right = bool(account) and account.password == data.password.decode()
        return aiosmtpd_smtp.AuthResult(success=right, handled=False, auth_data=account)

    async def handle_MAIL(self, server, session, envelope, address, options):
        if not session.auth_data:
            return "530 5.7.0 Sign in first"
        # Reports of machines have no sender, so that nobody answers them.
        if address != NO_SENDER and not session.auth_data.owns(address):
            return f"553 5.7.1 {address}: not an address of {session.auth_data.login}"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if not self.find_account(address):
            return f"550 5.1.1 {address}: nobody here has this address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken.append((session.auth_data.login, envelope.mail_from, list(envelope.rcpt_tos)))
        boxes = {self.find_account(address).login: address for address in reversed(envelope.rcpt_tos)}
        for login, address in boxes.items():
            self._deliver(login, address, envelope.mail_from, envelope.content)
        with self._arrived:
            self._arrived.notify_all()
        return "250 2.0.0 OK: delivered"

    def _deliver(self, login, address, sender, content):
        """Put a mail byte for byte into a Maildir, below the lines that any delivery writes above it."""
        number = next(_delivered)
        head = (
            f"Return-Path: <{sender.strip('<>')}>\r\nDelivered-To: {address}\r\n"
            f"Received: by mail.example with ESMTPA id {number:08}; {format_datetime(localtime())}\r\n"
        ).encode()
        name = f"{time.time_ns()}.P{number}.mail"
        draft = self.folder / login / "tmp" / name
        draft.write_bytes(head + content)
        draft.rename(self.folder / login / "new" / name)

    # the IMAP server

    def start_mailboxes(self):
        """Let the mailboxes be read, on the same port each time."""
        for name in ("passwd", "shadow"):
            (self.folder / f"pymap-etc-{name}").touch()
        log_path = self.folder / "imap.log"
        command = [
            *(sys.executable, str(IMAP_SERVER)),
            *("--host", HOST, "--port", str(self.imap_port), "--no-tls"),
            *("maildir", str(self.folder)),
        ]
        with log_path.open("ab") as log:
            self._imap = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit and self._imap.poll() is None:
            try:
                imaplib.IMAP4(HOST, self.imap_port, timeout=1).logout()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("The IMAP server did not start:\n" + log_path.read_text(errors="replace")[-2000:])

    def stop_mailboxes(self):
        """Let the IMAP server be gone: connections are refused."""
        if self._imap:
            self._imap.terminate()
            self._imap.wait(PATIENCE)
            self._imap = None

    @contextmanager
    def mailboxes_down(self):
        """The IMAP server is away for a while."""
        self.stop_mailboxes()
        try:
            yield
        finally:
            self.start_mailboxes()

    # clients

    def submit(self, login, sender, recipients, raw):
        """Hand over a mail as its owner's mail program does.

        :param bytes raw: the mail
        """
        with smtplib.SMTP(HOST, self.smtp_port, timeout=PATIENCE) as client:
            client.login(login, self.accounts[login].password)
            client.sendmail(sender, recipients, raw, ["SMTPUTF8"] if not raw.isascii() else ())

    @contextmanager
    def open_inbox(self, login):
        """Read a mailbox by IMAP."""
        client = imaplib.IMAP4(HOST, self.imap_port, timeout=PATIENCE)
        try:
            client.login(login, self.accounts[login].password)
            client.select()
            yield client
        finally:
            client.logout()

    def read(self, login):
        """Return what lies in a mailbox, in the order in which it came, parsed."""
        with self.open_inbox(login) as inbox:
            if not int(inbox.select()[1][0]):
                return []
            _status, answer = inbox.fetch("1:*", "(BODY.PEEK[])")
        raws = [part[1] for part in answer if isinstance(part, tuple)]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in raws]

    def wait_for(self, login, found, what):
        """Wait until ``found(messages)`` is true of what lies in a mailbox; return its value.

        :param str what: is waited for, said when it does not come
        """
        limit = time.monotonic() + PATIENCE / 4
        while True:
            with self._arrived:
                known = len(self.taken)
            if value := found(self.read(login)):
                return value
            with self._arrived:
                left = limit - time.monotonic()
                if not self._arrived.wait_for(lambda known=known: len(self.taken) > known, max(left, 0)):
                    subjects = [str(message["Subject"]) for message in self.read(login)]
                    raise AssertionError(f"{login} did not get {what}, only {subjects}")

    def count_unread(self, login):
        """Return how many mails nobody has fetched."""
        with self.open_inbox(login) as inbox:
            return len(inbox.search(None, "(UNSEEN)")[1][0].split())

    def lose_flags(self, login):
        """Forget what was read, as after a mailbox was restored or moved."""
        with self.open_inbox(login) as inbox:
            inbox.store("1:*", "-FLAGS", "\\Seen")


@contextmanager
def mail_system(folder):
    """Run both servers; yield the :class:`MailSystem`. Mailboxes can be opened at any time."""
    system = MailSystem(folder)
    try:
        system.start_submission()
        system.start_mailboxes()
        yield system
    finally:
        system.stop_mailboxes()
        system.stop_submission()


class Correspondent:
    """Somebody with a mail program of their own.

    :param MailSystem system: where their mailbox is
    :param str name: as their mails show it
    """

    def __init__(self, system, name, address):
        self.system, self.name, self.address = system, name, address
        system.open_account(address)

    def write(self, to, subject, text, files=(), **headers):
        """Send a new mail; return it.

        :param to: an address or several
        :param files: (name, type, content) of each
        :param headers: more of them, with ``_`` for ``-``
        """
        to = [to] if isinstance(to, str) else list(to)
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"] = formataddr((self.name, self.address))
        message["To"] = ", ".join(to)
        message["Subject"] = subject
        message["Date"] = format_datetime(localtime())
        message["Message-ID"] = make_msgid(domain=self.address.partition("@")[2])
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        for name, kind, content in files:
            maintype, _slash, subtype = kind.partition("/")
            message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
        self.system.submit(self.address, self.address, to, message.as_bytes())
        return message

    def reply(self, letter, text, to=None, **headers):
        """Answer a letter as mail programs do: to its Reply-To, threaded, with the original below."""
        answered = str(letter["Message-ID"])
        quoted = "\n".join(f"> {line}" for line in body_of(letter).splitlines())
        subject = str(letter["Subject"])
        return self.write(
            to or email.utils.parseaddr(str(letter["Reply-To"] or letter["From"]))[1],
            subject if subject.lower().startswith("re:") else f"Re: {subject}",
            f"{text}\n\n{letter['Date']}, {letter['From']}:\n{quoted}\n",
            In_Reply_To=answered,
            References=f"{letter['References'] or ''} {answered}".strip(),
            **headers,
        )

    def letters(self):
        """Return what lies in their mailbox."""
        return self.system.read(self.address)

    def wait_for_letter(self, *words, after=0):
        """Wait for a letter whose subject has all these words; return it.

        :param int after: so many such letters came before
        """

        def found(messages):
            fitting = [
                message for message in messages if all(word in str(message["Subject"]) for word in words)
            ]
            return fitting[after] if len(fitting) > after else None

        return self.system.wait_for(self.address, found, f"a letter about {words}")


def body_of(message, kinds=("plain", "html")):
    """Return the text of a letter."""
    part = message.get_body(kinds)
    return part.get_content() if part else ""
