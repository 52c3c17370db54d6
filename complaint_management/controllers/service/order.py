import json
import logging
from urllib.parse import urlencode

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from ...models.portal.customer_acts import CustomerRefusal
from ...models.portal.portal_access import LinkOver
from ..portal.case import CasePage
from ..portal.form import max_content_length

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


class ServicePage(http.Controller):
    """The page of one service order for its customer, by account or by link; looking at it stores nothing."""

    @http.route(ORDER, type="http", auth="public", website=True, methods=["GET"], readonly=True)
    def order(self, order_id, access_token=None, done=None, messages=None, **_query):
        """Show a service order to its customer."""
        return self._with_order(
            order_id,
            access_token,
            lambda order, role: self._render_order(
                order, role, access_token, whole=messages == "all", done=order._get_done_text(done)
            ),
        )

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

        def hand_out(order, _role):
            file = order._get_customer_file(file_id)
            if not file:
                return self._refuse_order("missing", order_id)
            stream = request.env["ir.binary"].sudo()._get_stream_from(file)
            return CasePage._secure(stream.get_response(as_attachment=True))

        return self._with_order(order_id, access_token, hand_out)

    @http.route(f"{ORDER}/renew", type="http", auth="public", website=True, methods=["POST"])
    def order_renew(self, order_id, access_token=None, **_post):
        """Mail a new link to the address on file; the answer is the same whatever became of it."""
        try:
            order, _role = request.env["complaint.service.order"]._open_for_customer(
                order_id, access_token, acting=True
            )
        except LinkOver as over:
            order = over.record
        except (AccessError, MissingError):
            order = None
        if order:
            order._renew_by_mail()
        return CasePage._secure(request.render("complaint_management.service_link_sent"))

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
        return self._with_order(
            order_id,
            access_token,
            lambda order, role: self._act(order, role, act, access_token, form),
            acting=True,
        )

    def _act(self, order, role, act, token, form):
        files = request.httprequest.files.getlist("files") if act == "reply" else ()
        try:
            # Nothing stays of what was refused half-way.
            with request.env.cr.savepoint():
                done = ACTS[act](order, form, files)
        except CustomerRefusal as refusal:
            message = str(refusal)
        except UserError:  # also what the gate and the database refuse
            # Its words are meant for us, and may name what a customer never reads.
            _logger.warning("Order %s: the customer could not %s", order.number, act, exc_info=True)
            message = request.env._("This is not possible at the moment. Please write to us or call us.")
        else:
            url = order._get_portal_url(role, done=done)
            return CasePage._secure(request.redirect(url, code=303))
        order.env.invalidate_all()
        typed = {name: form[name] for name in TYPED if isinstance(form.get(name), str)}
        # Where the form is gone, the reason stands at the top of the page.
        error_act = order._is_form_shown(act) and act
        return self._render_order(
            order, role, token, error=message, error_act=error_act, typed=typed, status=422
        )

    # what the routes of the page share

    def _with_order(self, order_id, token, handle, acting=False):
        """Open an order for whoever asks and answer with what is made of it, else with an error page.

        :param int order_id: as it came in the address
        :param str token: as it came in the link or in a form
        :param handle: takes the order, as the superuser, and the role; returns the response
        :param bool acting: something is to be changed
        """
        if request.env.user._is_public() and not token:
            query = urlencode({"redirect": f"/my/service/{order_id}"})
            return CasePage._secure(request.redirect(f"/web/login?{query}"))
        try:
            order, role = request.env["complaint.service.order"]._open_for_customer(
                order_id, token, acting=acting
            )
        except LinkOver:
            return self._refuse_order("over", order_id, token)
        except AccessError:
            return self._refuse_order("look", order_id, token)
        except MissingError:
            return self._refuse_order("missing", order_id)
        return handle(order, role)

    def _render_order(self, order, role, token=None, whole=False, status=200, **values):
        """Return the page of an order.

        :param str token: as it came in the link or in a form
        :param bool whole: show all messages
        :param values: more for the page: done (what was just done), error (what went wrong), error_act (with
            which form), typed (what was typed there)
        """
        case = order._get_portal_page(role, token, **({"limit": None} if whole else {}))
        own = request.env["complaint.service.order"].browse(order.id)
        values = {
            "case": case,
            "actions": order._get_portal_actions(role),
            "done": False,
            "error": False,
            "error_act": False,
            "typed": {},
            "json": json,
            "backend_url": f"/odoo/service-orders/{order.id}"
            if role == "staff" and own.has_access("read")
            else False,
            "page_name": "service",
            "title": f"{case['number']} · {case['company']}",
            "additional_title": case["number"],
            # Without an account there is nothing to go back to.
            "no_breadcrumbs": request.env.user._is_public(),
            **values,
        }
        page = request.render("complaint_management.service_page", values, status=status)
        return CasePage._secure(page)

    def _refuse_order(self, why, order_id, token=None):
        """Return an error page with advice.

        :param str why: missing, look (they may not act) or over (the link has ended)
        """
        status = {"missing": 404, "look": 403, "over": 410}[why]
        values = {
            "why": why,
            "path": f"/my/service/{order_id}",
            "token": token,
            "is_public": request.env.user._is_public(),
            "no_breadcrumbs": request.env.user._is_public(),
        }
        return CasePage._secure(request.render("complaint_management.service_refused", values, status=status))
