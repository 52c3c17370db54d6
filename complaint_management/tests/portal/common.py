"""What the tests of the customer's side share: portal users, their complaints, and a client for pages."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo import http
from odoo.fields import Command
from odoo.sql_db import Cursor
from odoo.tests import HttpCase, new_test_user

from odoo.addons.complaint_management.tests.common import ComplaintCommon

#: Stands in everything internal that ``plant_markers`` fills, and so in no page of a customer.
MARKER = "INTERNALMARK"
#: What is chosen and counted there cannot hold it; these are its words.
INTERNAL_WORDS = (MARKER, "Habitual", "habitual", "To vent", "4711.47", "4,711.47")


class PortalCommon(ComplaintCommon, HttpCase):
    """Customers with and without an account, and requests as any of them.

    ``owner_user`` and ``mate_user`` belong to the same company contact (``firm``), ``other_user`` is a
    customer who has nothing to do with them; ``customer`` of the base class has no account.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firm, cls.other_firm = cls.env["res.partner"].create(
            [{"name": "Grain Trading", "is_company": True}, {"name": "Steel Works", "is_company": True}]
        )
        cls.owner_user = cls.new_portal_user("owner", parent_id=cls.firm.id)
        cls.mate_user = cls.new_portal_user("mate", parent_id=cls.firm.id)
        cls.other_user = cls.new_portal_user("other", parent_id=cls.other_firm.id)
        cls.owner = cls.owner_user.partner_id
        cls.mate = cls.mate_user.partner_id
        cls.other = cls.other_user.partner_id

    def setUp(self):
        super().setUp()
        self._client = None

    @classmethod
    def new_portal_user(cls, name, company=None, **partner_vals):
        """Create a customer with an account.

        :param str name: short name; the login is ``portal_<name>``, the address ``<name>@example.com``
        :param company: res.company of the account, by default the main one
        """
        company = company or cls.company
        partner = cls.env["res.partner"].create(
            {"name": f"Customer {name.title()}", "email": f"{name}@example.com", **partner_vals}
        )
        return new_test_user(
            cls.env,
            f"portal_{name}",
            groups="base.group_portal",
            partner_id=partner.id,
            email=partner.email,
            name=partner.name,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def new_case_of(cls, partner, user=None, **vals):
        """Create a complaint of a customer, entered by a user (handler by default)."""
        return cls.new_complaint(user=user, partner_id=partner.id, **vals)

    @staticmethod
    def link(complaint, path=""):
        """Return the path of the customer's page with the token, as a link in a letter has it.

        :param str path: what follows the number, such as ``/file/1``
        """
        complaint = complaint.sudo()
        return f"{complaint._get_customer_path()}{path}?access_token={complaint._ensure_access_token()}"

    @staticmethod
    def token(complaint):
        """Return the token of a complaint."""
        return complaint.sudo()._ensure_access_token()

    # what no customer ever reads

    @classmethod
    def plant_markers(cls, case):
        """Write the marker into everything of a complaint that is none of its customer's business.

        Whoever works here is called by it, too. The complaint stays open, nothing has been told yet.
        """
        env = cls.env
        note = {"body": f"{MARKER} note", "subtype_xmlid": "mail.mt_note"}
        for user in cls.first_contact | cls.handler | cls.colleague | cls.leader | cls.manager:
            user.name = f"{MARKER} {user.login}"
        department = env["hr.department"].create({"name": f"{MARKER} department"})
        cls.category.name = f"{MARKER} category"
        case = case.with_env(env)
        case.write(
            {
                "category_id": cls.category.id,
                "department_id": department.id,
                "tag_ids": [Command.create({"name": f"{MARKER} tag"})],
                "reference": f"{MARKER} reference",
                "complainant_kind": "habitual",
                "complainant_seeks": "vent",
                "cause_id": env["complaint.cause"].create({"name": f"{MARKER} cause"}).id,
                "cause_note": f"{MARKER} cause",
                "decision": "upheld",
                "decision_reason": f"{MARKER} reasons that were not told yet",
                "outcome": f"{MARKER} result that was not told yet",
                "employee_ids": [
                    Command.create({"name": f"{MARKER} employee", "user_id": cls.plain_user.id})
                ],
                "user_id": cls.handler.id,
            }
        )
        own = {"complaint_id": case.id}
        env["complaint.evidence"].create(
            {
                **own,
                "name": f"{MARKER} evidence",
                "kind": "photo",
                "source": MARKER,
                "description": MARKER,
                "attachment_ids": [Command.create({"name": f"{MARKER}.txt", "raw": MARKER.encode()})],
            }
        )
        env["complaint.liability"].create(
            {
                **own,
                "party_kind": "department",
                "department_id": department.id,
                "share": 100,
                "finding": "our_fault",
                "note": f"{MARKER} liability",
            }
        )
        remedy = {"type_id": env.ref("complaint_management.complaint_remedy_type_compensation").id}
        solution = env["complaint.solution"].create(
            {
                **own,
                "reasonable": "yes",
                "assessment": f"{MARKER} assessment",
                "ground_facts": f"{MARKER} facts",
                "offer": f"{MARKER} offer that was not made yet",
                "remedy_ids": [Command.create({**remedy, "amount": 4711.47, "description": MARKER})],
            }
        )
        env["complaint.approval"].create(
            {"solution_id": solution.id, "name": f"{MARKER} approval", "comment": f"{MARKER} comment"}
        )
        env["complaint.contact"].create(
            {**own, "kind": "call", "direction": "out", "summary": f"{MARKER} call", "result": "reached"}
        )
        case.with_user(cls.handler).message_post(
            **note, attachments=[(f"{MARKER} note.txt", MARKER.encode())], author_id=cls.handler.partner_id.id
        )
        # Colleagues write to each other in the same chatter, and the kind of message is the same.
        case.with_user(cls.handler).message_post(
            body=f"{MARKER} between colleagues",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=cls.colleague.partner_id.ids,
            attachments=[(f"{MARKER} comment.txt", MARKER.encode())],
        )
        case.activity_schedule(
            "mail.mail_activity_data_todo", user_id=cls.handler.id, summary=f"{MARKER} task", note=MARKER
        )
        env.flush_all()

    def assertNothingInternal(self, response, message=""):
        """Check that nothing that ``plant_markers`` planted is in a response.

        Whoever works here finds their own name in the head of each page: their main part counts.
        """
        text = response.text
        if self._client and self.env["res.users"].browse(self._client)._is_internal():
            text = text.partition('id="wrap"')[2]
        found = [word for word in INTERNAL_WORDS if word in text or word in str(response.headers)]
        self.assertFalse(found, f"{message} {response.url}: {response.status_code}")

    # requests

    def log_in(self, user=None):
        """Be somebody: a user, or the public."""
        client = user.id if user else False
        if self._client != client:
            self.authenticate(user.login if user else None, user.login if user else None)
            self._client = client

    def get(self, path, user=None, token=None, method="GET", **kwargs):
        """Open a page, without following where it sends to.

        :param str path: with or without a query
        :param user: whoever asks; nobody: the public
        :param str token: is added to the query
        :return: the response
        """
        self.log_in(user)
        params = {"access_token": token} if token else None
        return self.url_open(path, params=params, method=method, allow_redirects=False, **kwargs)

    def post(self, path, data=None, user=None, token=None, csrf=True, files=None, **kwargs):
        """Send a form, without following where it sends to.

        :param str path: where to
        :param dict data: the fields
        :param user: whoever sends it; nobody: the public
        :param str token: goes as the field ``access_token``
        :param bool csrf: send the right token against forged requests, or none
        :param files: as ``requests`` takes them
        :return: the response
        """
        self.log_in(user)
        data = dict(data or {})
        if token:
            data["access_token"] = token
        if csrf:
            data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(path, data=data, files=files, method="POST", allow_redirects=False, **kwargs)

    @contextmanager
    def statements(self):
        """Collect the SQL statements that are run meanwhile, in whichever thread."""
        collected, execute = [], Cursor.execute

        def collect(cursor, query, *args, **kwargs):
            collected.append(str(getattr(query, "code", query)).strip())
            return execute(cursor, query, *args, **kwargs)

        # What was done before is written before, also what was left to the end.
        self.cr.flush()
        with patch.object(Cursor, "execute", collect):
            yield collected

    @contextmanager
    def assertNothingStored(self):
        """Check that nothing is written to the database meanwhile."""
        with self.statements() as statements:
            yield
        writing = [
            statement
            for statement in statements
            if statement.lower().startswith(("insert", "update", "delete", "select nextval"))
        ]
        self.assertFalse(writing, "something was stored")
        self.assertTrue(statements, "nothing was asked at all")
