from odoo import http
from odoo.http import request

from ...models.portal.form_guard import TRAP, FormRefused
from ...models.service.service_request import LIMITS
from ..portal.form import ComplaintForm
from ..portal.page import secure

PATH = "/my/service/new"
#: The fields in the order of the page; what concerns the form as a whole comes first.
FIELDS = ("", "type", "object", "object_name", "words", "slot")


class ServiceRequest(http.Controller):
    """A customer with an account asks for an appointment (SV-7). Looking at free times stores nothing."""

    @http.route(PATH, type="http", auth="user", methods=["GET"], website=True, readonly=True)
    def ask(self, **query):
        """Show the form: first what is to be done, then the free times for it."""
        return self._with_company(
            lambda company: self._render_request(company, self._orders()._get_request_typed(query))
        )

    @http.route(PATH, type="http", auth="user", methods=["POST"], website=True)
    def send(self, **post):
        """Take what was asked for and lead to the page of the order."""
        return self._with_company(lambda company: self._take(company, post))

    @staticmethod
    def _orders():
        return request.env["complaint.service.order"]

    def _with_company(self, handle):
        """Answer for the company whose customer asks; who works here goes elsewhere."""
        if request.env.user._is_internal():
            return secure(request.redirect("/my/service", code=303))
        company = ComplaintForm._get_own_company()
        if not company.complaint_service_request_open:
            page = request.render("complaint_management.service_request_shut", {}, status=404)
            return secure(page)
        return handle(company)

    def _take(self, company, post):
        orders = self._orders()
        try:
            order = orders._take_request(
                post, company, request.env.user.partner_id.sudo(), request.httprequest.remote_addr
            )
        except FormRefused as refusal:
            typed = orders._get_request_typed(post)
            return self._render_request(
                company, typed, refusal.errors, refusal.status, post.get("form_token")
            )
        done = "asked" if order.scheduled_start else "asked_call"
        return secure(request.redirect(order._get_portal_url("owner", done=done), code=303))

    def _render_request(self, company, typed, errors=None, status=200, token=None):
        orders = self._orders()
        guard = request.env["complaint.complaint"]
        # That of the form that is shown again, so that sending it again is no second sending.
        token = token if token and guard._check_form_token(token)[0] else guard._get_form_token()
        values = {
            "page": orders._get_request_page(company, typed),
            "typed": {**typed, "slot": typed["slot"] and typed["slot"].strftime("%Y-%m-%d %H:%M:%S")},
            "errors": {fname: errors[fname] for fname in FIELDS if fname in (errors or {})},
            "limits": LIMITS,
            "form_token": token,
            "trap": TRAP,
            "page_name": "service_new",
        }
        response = request.render("complaint_management.service_request", values, status=status)
        secure(response)
        if status == 429:
            response.headers["Retry-After"] = "1800"
        return response
