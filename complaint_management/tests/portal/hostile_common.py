"""What the tests with hostile input share: sending it, and looking at what comes back."""

import logging
import unicodedata
from collections import Counter
from contextlib import contextmanager

from lxml import html

from odoo import http

from odoo.addons.complaint_management.tests.portal.action_common import ActionHttpCommon
from odoo.addons.complaint_management.tests.portal.form_common import FormCommon
from odoo.addons.complaint_management.tests.portal.hostile import FLAG, RESULT

#: Counted before and after each request.
TABLES = (
    "complaint_complaint",
    "complaint_form_hit",
    "complaint_notice",
    "ir_attachment",
    "mail_activity",
    "mail_mail",
    "mail_message",
    "res_partner",
    "res_users",
)
#: Parts of an answer that are none of a visitor's business.
INNARDS = ("Traceback (most", "psycopg2", "QWebException", "odoo/addons", "INSERT INTO", "SELECT ", "UPDATE ")
#: What acts unseen, and is taken out.
UNSEEN = (
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
#: Where an address leads, or something is loaded from.
ADDRESSES = {"action", "background", "data", "formaction", "href", "src", "xlink:href"}


class Collected(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.records = []

    def emit(self, record):
        self.records.append(record)


def legible(text):
    """Return what a person sees of a text: without spaces and what has no shape."""
    return "".join(
        sign
        for sign in text
        if not sign.isspace() and unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Cn")
    )


class HostileCommon(FormCommon, ActionHttpCommon):
    """Sends attacks one after the other, each as if it were the first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.answers = Counter()

    def counts(self):
        self.env.flush_all()
        query = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in TABLES)
        self.env.cr.execute(query)
        return dict(self.env.cr.fetchall())

    @contextmanager
    def forgotten(self):
        """Undo afterwards what was done meanwhile."""
        savepoint = self.env.cr.savepoint(flush=True)
        try:
            yield
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    @contextmanager
    def nothing_logged(self):
        """Check that nothing of ours warns, and nothing at all is an error."""
        handler, root = Collected(), logging.getLogger()
        root.addHandler(handler)
        try:
            yield
        finally:
            root.removeHandler(handler)
        said = [
            f"{record.name}: {record.getMessage()}"
            for record in handler.records
            if record.levelno >= logging.ERROR
            or record.name.startswith(("odoo.addons.complaint_management", "odoo.sql_db"))
        ]
        self.assertFalse(said)

    def attack(self, path, attack, base):
        """Send an attack; return the answer, after looking at all that every answer has in common.

        :param dict base: the form, filled in, without the token against forged requests
        """
        base = {"csrf_token": http.Request.csrf_token(self), **base}
        body, kind = attack.encode(base)
        headers = {**attack.headers, **({"Content-Type": kind} if kind else {})}
        headers = {
            name: value.encode("latin-1", "replace") if isinstance(value, str) else value
            for name, value in headers.items()
        }
        with self.nothing_logged():
            response = self.opener.request(
                "POST",
                self.base_url() + path,
                data=body,
                headers=headers,
                cookies=attack.cookies,
                allow_redirects=False,
                timeout=60,
            )
        self.answers[response.status_code] += 1
        self.assertHarmless(response)
        return response

    def assertHarmless(self, response):
        """Check that an answer is a page for people, without innards of ours and anything of theirs."""
        self.assertIn(response.status_code, (200, 303, 400, 403, 404, 405, 410, 413, 415, 422, 429))
        text = response.text
        self.assertFalse([word for word in (*INNARDS, RESULT) if word in text])
        self.assertFalse([name for name in response.headers if "evil" in name.lower()])
        self.assertNotIn("evil", response.headers.get("Location", ""))
        if response.status_code == 303:
            return
        self.assertIn("text/html", response.headers["Content-Type"])
        page = html.document_fromstring(response.content)
        self.assertNothingRuns(page)
        heads = page.xpath("//h1")
        self.assertEqual(len(heads), 1)
        self.assertTrue(heads[0].text_content().strip())
        if response.status_code in (413, 422, 429):
            alerts = " ".join(node.text_content() for node in page.xpath("//*[@role='alert']"))
            self.assertGreater(len(alerts.split()), 4)
        elif response.status_code >= 400:
            # What is wrong, and what to do now.
            said = page.xpath("//*[@id='wrap']")[0].text_content()
            self.assertGreater(len(said.split()), 12, said)

    def assertNothingRuns(self, page):
        """Check that nothing that they sent is more than text.

        :param page: lxml tree
        """
        for node in page.iter():
            if not isinstance(node.tag, str):
                continue
            if node.tag in ("script", "style", "iframe", "object", "embed", "template"):
                self.assertNotIn(FLAG, html.tostring(node, encoding="unicode"))
            for name, value in node.items():
                if name.startswith(("on", "t-")) or name in ("srcdoc", "style", "http-equiv"):
                    self.assertNotIn(FLAG, value, f"<{node.tag} {name}>")
                elif name in ADDRESSES:
                    address = "".join(value.lower().split())
                    self.assertFalse(address.startswith(("javascript:", "data:text", "vbscript:")), value)
                    if name != "href":  # a link that they typed may be followed, nothing is loaded from it
                        self.assertNotIn("//evil", address)
