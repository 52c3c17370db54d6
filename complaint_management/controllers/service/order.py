import logging

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from ...models.service.service_sheet import SHEETS
from ..portal.form import max_content_length
from ..portal.page import CustomerPage, secure

_logger = logging.getLogger(__name__)

ORDER = "/my/service/<int:order_id>"
#: What each form does; each returns the key of what the customer is told afterwards.
ACTS = {
    "reply": lambda order, form, files: order._reply_as_customer(form.get("message"), files),
    "agree": lambda order, form, files: order._agree_as_customer(
        form.get("version"), form.get("signer"), form.get("signature")
    ),
    "decline": lambda order, form, files: order._decline_as_customer(form.get("version"), form.get("reason")),
    "sign": lambda order, form, files: order._sign_as_customer(
        form.get("signer"), form.get("signature"), form.get("note")
    ),
    "move": lambda order, form, files: order._ask_for_change("move", form.get("wished")),
    "cancel": lambda order, form, files: order._ask_for_change(
        "cancel", form.get("reason"), sure=bool(form.get("sure"))
    ),
}
#: What was typed comes back with an error; files and signatures cannot.
TYPED = ("message", "signer", "reason", "wished", "note")


class ServicePage(CustomerPage, http.Controller):
    """The page of one service order for its customer."""

    _model = "complaint.service.order"
    _path = "/my/service"
    _backend_path = "/odoo/service-orders"
    _page_name = "service"
    _template = "complaint_management.service_page"
    _refused_template = "complaint_management.service_refused"
    _sent_template = "complaint_management.service_link_sent"
    _acts = ACTS
    _typed = TYPED

    @http.route(ORDER, type="http", auth="public", website=True, methods=["GET"], readonly=True)
    def order(self, order_id, access_token=None, done=None, messages=None, **_query):
        """Show a service order to its customer."""
        return self._show(order_id, access_token, done, messages)

    @http.route(
        f"{ORDER}/file/<int:file_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def order_file(self, order_id, file_id, access_token=None, **_query):
        """Hand out a file that the customer sent or was sent."""
        return self._hand_out(order_id, file_id, access_token)

    @http.route(
        f"{ORDER}/sheet/<any({','.join(SHEETS)}):sheet>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def order_sheet(self, order_id, sheet, access_token=None, **_query):
        """Hand out a sheet that the customer signed, as PDF."""
        return self._with_record(
            order_id, access_token, lambda order, role: self._print(order, role, sheet, access_token)
        )

    def _print(self, order, role, sheet, token):
        if sheet not in order._get_customer_sheets():
            return self._refuse("missing", order.id)
        try:
            name, content = order._print_sheet(sheet)
        except UserError:  # the program that makes PDFs is missing or broken
            _logger.warning("%s: the customer got no print", order.number, exc_info=True)
            error = request.env._("The sheet cannot be printed at the moment. Please write to us or call us.")
            return self._render(order, role, token, error=error, status=503)
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Disposition", content_disposition(name)),
        ]
        return secure(request.make_response(content, headers))

    @http.route(f"{ORDER}/renew", type="http", auth="public", website=True, methods=["POST"])
    def order_renew(self, order_id, access_token=None, **_post):
        """Mail a new link to the address on file; the answer is the same whatever became of it."""
        return self._renew(order_id, access_token)

    @http.route(
        f"{ORDER}/<any({','.join(ACTS)}):act>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=max_content_length,
    )
    def order_act(self, order_id, act, access_token=None, **form):
        """Do one thing on the page and lead back to it; what is refused shows the page with the reason."""
        return self._act(order_id, act, access_token, form)
