"""What the tests of the public form share: filling it in, and counting what is there."""

import time

from lxml import html

from odoo.addons.complaint_management.models.portal.form_guard import SECONDS_TO_FILL
from odoo.addons.complaint_management.tests.portal.common import PortalCommon

STORED = ("complaint.complaint", "ir.attachment", "mail.message", "res.partner", "complaint.form.hit")


class FormCommon(PortalCommon):
    """Fills in the public form as people do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "complaint_form_open": True,
                "complaint_form_per_address": 0,
                "complaint_form_per_contact": 0,
            }
        )
        cls.centre.web_key = "centre"

    def form_token(self, seconds=60, nonce=None):
        """Return the token of a form that was opened a while ago."""
        nonce = nonce or self.Complaint._get_form_token().split(".")[0]
        moment = str(int(time.time()) - seconds)
        return f"{nonce}.{moment}.{self.Complaint._sign_form(nonce, moment)}"

    def filled(self, **values):
        """Return what a form brings that a stranger filled in; None takes a field out."""
        values = {
            "description": "The heating does not work.\nIt has been cold for three days.",
            "name": "Li Si",
            "email": "li.si@example.com",
            "consent": "1",
            "form_token": self.form_token(SECONDS_TO_FILL + 1),
            **values,
        }
        return {fname: value for fname, value in values.items() if value is not None}

    def send(self, path="/complaint/centre", user=None, files=None, **values):
        """Send the form; an answer of 303 leads to the page after it."""
        return self.post(path, self.filled(**values), user=user, files=files)

    def sent(self, path="/complaint/centre", user=None, files=None, **values):
        """Send the form and return the complaint."""
        before = self.Complaint.search([], order="id desc", limit=1)
        response = self.send(path, user, files, **values)
        self.assertEqual(response.status_code, 303, self.errors(response))
        self.assertTrue(
            response.headers["Location"].endswith("/complaint/sent"), response.headers["Location"]
        )
        complaint = self.Complaint.search([("id", ">", before.id or 0)])
        self.assertEqual(len(complaint), 1)
        return complaint

    def refused(self, status=422, path="/complaint/centre", user=None, files=None, **values):
        """Send the form, check that it is refused and nothing stored; return the page."""
        before = self.counts()
        response = self.send(path, user, files, **values)
        self.assertEqual(response.status_code, status, response.text[:2000])
        self.assertEqual(self.counts(), before)
        return response

    def counts(self):
        """Return how many records there are that a sending makes."""
        self.env.flush_all()
        return {
            model: self.env[model].with_context(active_test=False).sudo().search_count([]) for model in STORED
        }

    @staticmethod
    def page(response):
        """Return the tree of a page."""
        return html.fromstring(response.content.decode())

    def errors(self, response):
        """Return what the page says is wrong, by field."""
        return {
            node.get("id", "").removeprefix("complaint_").removesuffix("_error"): node.text_content().strip()
            for node in self.page(response).xpath("//*[contains(@class, 'o_complaint_error')]")
            if node.text_content().strip()
        }

    def alert(self, response):
        """Return the list at the top of the page."""
        nodes = self.page(response).xpath("//*[@id='complaint_errors']")
        return " ".join(nodes[0].text_content().split()) if nodes else ""

    def value(self, response, fname):
        """Return what stands in a field of the page."""
        node = self.page(response).xpath(f"//*[@name='{fname}']")[0]
        if node.tag == "select":
            return (node.xpath("option[@selected]/@value") or [""])[0]
        return node.text if node.tag == "textarea" else node.get("value")
