"""What the tests of the customer's side share: portal users, their complaints, and a client for pages."""

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

from odoo.addons.complaint_management.tests.common import ComplaintCommon

#: Stands in everything internal that ``plant_markers`` fills, and so in no page of a customer.
MARKER = "INTERNALMARK"


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
