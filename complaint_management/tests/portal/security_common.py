"""Asking as everybody of the security table, and searching every answer."""

from contextlib import contextmanager
from urllib.parse import urlsplit

from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.portal.planted import PlantedCommon, find_words

SHOWING = ("GET", "HEAD")
#: They write down what is refused.
QUIET = (
    "odoo.http",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.complaint_management.controllers.portal.page",
)


class SecurityCommon(PlantedCommon):
    """Asks as each of those in the table, and searches every answer for the markers."""

    def setUp(self):
        super().setUp()
        self.asked = 0

    def user_of(self, line):
        name = line["user"]
        return getattr(self, name) if name else None

    def token_of(self, kind, state="open"):
        """Return a token of a kind, for the complaint in a state."""
        if not kind:
            return None
        case = self.cases[state]
        return {
            "right": lambda: self.token(case),
            "wrong": lambda: "00000000-0000-4000-8000-000000000000",
            "foreign": lambda: self.token(self.foreign),
            "former": lambda: self.former_tokens[state],
            "odd": lambda: "ключ",
        }[kind]()

    @contextmanager
    def being(self, line):
        """Be somebody of the table, with what the company has set for them."""
        self.company.complaint_colleagues_see = line["colleagues see"] == "yes"
        self.env.flush_all()
        self.log_in(self.user_of(line))
        yield self.user_of(line)
        self.company.complaint_colleagues_see = False

    # asking

    def ask(self, method, path, user, token=None, data=None, csrf=True):
        """Send a request and return the answer as the table writes it; nothing internal is in it."""
        self.log_in(user)
        before = None if method in SHOWING else self.fingerprint()
        with mute_logger(*QUIET), self.statements() as statements:
            if method in SHOWING:
                response = self.get(path, user, token, method=method)
            else:
                response = self.post(path, data, user, token, csrf=csrf)
        self.asked += 1
        self.response = response
        self.assertNoMarker(response, user)
        stored = method not in SHOWING and self.fingerprint() != before
        if method in SHOWING:
            written = [line for line in statements if line.lower().startswith(("insert", "update", "delete"))]
            self.assertFalse(written, f"{method} {path}")
        return f"{self.read_answer(response, path)}{'+' * stored}"

    @contextmanager
    def undone(self):
        """Take back whatever is stored meanwhile."""
        self.env.flush_all()
        savepoint = self.cr.savepoint()
        yield
        self.env.invalidate_all()
        savepoint.close(rollback=True)
        self.env.invalidate_all()

    def fingerprint(self):
        """Return something that is another one after anything was stored."""
        self.env.flush_all()
        self.cr.execute(self.fingerprint_query)
        return self.cr.fetchall()

    @property
    def fingerprint_query(self):
        cls = type(self)
        if not hasattr(cls, "_fingerprint_query"):
            self.cr.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'complaint\\_%'")
            tables = [row[0] for row in self.cr.fetchall()]
            tables += [
                "mail_message",
                "mail_mail",
                "mail_activity",
                "mail_followers",
                "ir_attachment",
                "res_partner",
            ]
            cls._fingerprint_query = " UNION ALL ".join(
                f"SELECT '{table}', count(*), sum(hashtext(line::text)) FROM {table} AS line"
                for table in tables
            )
        return cls._fingerprint_query

    def read_answer(self, response, path):
        """Return an answer as the table writes it."""
        if response.status_code not in (301, 302, 303):
            return str(response.status_code)
        target = urlsplit(response.headers["Location"]).path.lstrip("/")
        for begin, word in (
            ("web/login", "login"),
            ("my/complaints/", "page"),
            ("complaint/sent", "sent"),
            ("complaint/confirm/", "confirm"),
            ("complaint", "form"),
        ):
            if target.startswith(begin):
                return word
        return f"{response.status_code} {target}"

    def assertNoMarker(self, response, user=None, message=""):
        """Check that nothing internal is in an answer, but the name of whoever reads it."""
        text = f"{response.text}\n{response.headers}"
        if user and user in self.staff:
            for own in (user.name, user.email, user.partner_id.phone):
                text = text.replace(own, "")
        found = find_words(text)
        if found:
            place = text.lower().index(found[0])
            self.fail(f"{message} {response.url} shows: {text[max(place - 300, 0) : place + 200]}")

    # what is sent

    def form_of(self, case):
        """Return the fields of all forms of the page together, filled in."""
        case = case.sudo()
        return {
            "message": "Hello",
            "solution": str(case._get_shown_solution().id or ""),
            "signer": "Zhang San",
            "signature": self.signature,
            "reason": "Because",
            "phone": "010-62345678",
            "told": case._get_report_mark(),
            "words": "It leaks.",
            "satisfied": "yes",
            "followup": str(case._get_open_followup().id or ""),
            "sure": "1",
            "round": str(case.reopen_count),
        }
