from datetime import datetime, timedelta

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.http import Controller, request, route

from ...models.portal.form_guard import TRAP, FormRefused
from ...models.portal.form_input import LIMITS
from ...tools.upload import ACCEPT

#: Action that a captcha is asked for, where one is configured.
CAPTCHA = "complaint_form"
#: So long the page after a sending is shown again: on the screen at a counter the next one comes soon.
SHOWN_AGAIN = timedelta(minutes=15)
#: The fields in the order of the page; what concerns the form as a whole comes first.
ORDER = [
    "",
    "description",
    "order",
    "files",
    "wanted",
    "category",
    "about",
    "happened_on",
    "place",
    "subject",
    "name",
    "email",
    "phone",
    "consent",
]
#: So many orders are offered, the latest ones.
ORDERS = 50


def max_content_length(_controller):
    """Return the most bytes that a form with files may bring."""
    return request.env["res.company"]._get_form_upload_limit()


class ComplaintForm(Controller):
    """The public form and the form of customers with an account (IN-1).

    Opening a page stores nothing; each sending is checked by ``_take_form``.
    """

    @route(
        ["/complaint", "/complaint/<string:team_key>"],
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
        readonly=True,
    )
    def form(self, team_key=None, **query):
        company, team = self._find_form(team_key)
        if not company:
            return self._render_none()
        return self._render_form(company, team)

    @route(
        ["/complaint", "/complaint/<string:team_key>"],
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        sitemap=False,
        max_content_length=max_content_length,
    )
    def send_form(self, team_key=None, **post):
        company, team = self._find_form(team_key)
        if not company:
            return self._render_none()
        return self._take(post, company, team)

    @route("/complaint/sent", type="http", auth="public", methods=["GET"], website=True, sitemap=False)
    def sent(self, **query):
        complaint_id, moment = request.session.get("complaint_sent") or (False, 0)
        complaint = self._complaints().browse(complaint_id or ()).exists()
        if not complaint or datetime.now() - datetime.fromtimestamp(moment) > SHOWN_AGAIN:
            return request.redirect("/complaint")
        return self._render(
            "complaint_management.form_sent",
            complaint.company_id,
            {"page": complaint._get_sent_page()},
        )

    @route(
        "/complaint/confirm/<int:complaint_id>/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
        readonly=True,
    )
    def confirm(self, complaint_id, token, **query):
        complaint = self._complaints()._open_for_confirmation(complaint_id, token)
        if not complaint:
            return self._render_none()
        page = {
            "number": complaint.number,
            "address": complaint.partner_email,
            "confirmed": complaint.email_confirmed,
            "action": f"/complaint/confirm/{complaint.id}/{token}",
        }
        return self._render("complaint_management.form_confirm", complaint.company_id, {"page": page})

    @route(
        "/complaint/confirm/<int:complaint_id>/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def send_confirmation(self, complaint_id, token, **post):
        complaint = self._complaints()._open_for_confirmation(complaint_id, token)
        if not complaint:
            return self._render_none()
        complaint._confirm_address()
        return request.redirect(f"/complaint/confirm/{complaint.id}/{token}", code=303)

    # customers with an account

    @route("/my/complaints/new", type="http", auth="user", methods=["GET"], website=True, readonly=True)
    def new(self, order=None, **query):
        if request.env.user._is_internal():
            return request.redirect("/complaint")
        typed = request.env["complaint.complaint"]._get_typed({"order": order})
        return self._render_form(self._get_own_company(), self._no_team(), typed=typed)

    @route(
        "/my/complaints/new",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        max_content_length=max_content_length,
    )
    def send_new(self, **post):
        if request.env.user._is_internal():
            return request.redirect("/complaint", code=303)
        return self._take(post, self._get_own_company(), self._no_team())

    # parts of both

    @staticmethod
    def _complaints():
        return request.env["complaint.complaint"].with_user(SUPERUSER_ID)

    @staticmethod
    def _no_team():
        return request.env["complaint.team"].sudo()

    @staticmethod
    def _get_own_company():
        user = request.env.user
        return (user.partner_id.company_id or user.company_id).sudo()

    def _find_form(self, team_key):
        """Return company and team of a public form; no company where there is no open one."""
        Team = self._no_team()
        if team_key:
            team = Team._get_by_web_key(team_key)
            return team.company_id, team
        # The Website app knows whose page it is.
        website = getattr(request, "website", None)
        company = website.company_id.sudo() if website else request.env.company.sudo()
        if not company.complaint_form_open and not website:
            company = company.search([("complaint_form_open", "=", True)], limit=1)
        return company if company.complaint_form_open else company[:0], Team

    @staticmethod
    def _get_customer():
        """Return the contact of a customer with an account; who works here is a stranger to the form."""
        user = request.env.user
        known = not user._is_public() and not user._is_internal()
        return (user.partner_id if known else user.partner_id[:0]).sudo()

    def _get_orders(self, company):
        """Return the orders that the customer may read."""
        orders = request.env["sale.order"]
        if not self._get_customer() or not orders.has_access("read"):
            return orders
        domain = [("state", "in", ("sent", "sale")), ("company_id", "=", company.id)]
        return orders.search(domain, order="date_order desc", limit=ORDERS)

    def _take(self, post, company, team):
        Complaint = request.env["complaint.complaint"]
        files = request.httprequest.files.getlist("files")
        try:
            order = self._read_order(post, company)
            self._check_captcha()
            complaint = Complaint._take_form(
                post, files, company, team, self._get_customer(), order, request.httprequest.remote_addr
            )
        except FormRefused as refusal:
            # What goes out of the transaction is nothing but the page.
            typed = Complaint._get_typed(post)
            # Browsers never send the same files twice by themselves.
            lost_files = any(file.filename for file in files)
            return self._render_form(
                company, team, typed, refusal.errors, refusal.status, lost_files, self._get_token(post)
            )
        request.session["complaint_sent"] = [complaint.id, datetime.now().timestamp()]
        return request.redirect("/complaint/sent", code=303)

    def _read_order(self, post, company):
        if not post.get("order"):
            return request.env["sale.order"].sudo()
        chosen = request.env["complaint.complaint"]._read_id(post["order"])
        order = self._get_orders(company).filtered(lambda order: order.id == chosen)
        if not order:
            raise FormRefused({"order": request.env._("Choose one of your orders, or leave it open.")})
        return order.sudo()

    @staticmethod
    def _check_captcha():
        """Ask the captcha, where one is configured; not by the route, so that nothing typed is lost."""
        try:
            request.env["ir.http"]._verify_request_recaptcha_token(CAPTCHA)
        except UserError as error:
            raise FormRefused({"": str(error)}) from error

    @staticmethod
    def _get_token(post):
        """Keep the token of the form that is shown again, so that sending it again is no second sending."""
        token = post.get("form_token")
        return token if request.env["complaint.complaint"]._check_form_token(token)[0] else None

    def _render_form(self, company, team, typed=None, errors=None, status=200, lost_files=False, token=None):
        Complaint, customer = request.env["complaint.complaint"], self._get_customer()
        errors = {fname: errors[fname] for fname in ORDER if fname in (errors or {})}
        path = request.httprequest.path
        values = {
            "form": company._get_form_page(team, customer, self._get_orders(company)),
            "typed": typed or Complaint._get_typed({}),
            "errors": errors,
            "lost_files": lost_files,
            "limits": LIMITS,
            "accept": ACCEPT,
            "action": "/my/complaints/new" if path.endswith("/my/complaints/new") else self._get_path(team),
            "form_token": token or Complaint._get_form_token(),
            "trap": TRAP,
            "captcha": CAPTCHA,
            "page_name": "complaint_new",
        }
        response = self._render("complaint_management.form_page", company, values, status)
        if status == 429:
            response.headers["Retry-After"] = "1800"
        return response

    def _render_none(self):
        """Return the page that says that there is none, whatever the reason."""
        return self._render("complaint_management.form_none", request.env.company, {}, status=404)

    @staticmethod
    def _get_path(team):
        return f"/complaint/{team.web_key}" if team else "/complaint"

    @staticmethod
    def _render(template, company, values, status=200):
        # Whose form it is says the name and the logo of the page, too.
        response = request.render(template, {"res_company": company.sudo(), **values}, status=status)
        response.flatten()
        response.headers["Cache-Control"] = "no-store"
        return response
