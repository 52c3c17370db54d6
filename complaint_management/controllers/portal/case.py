import json
from urllib.parse import urlencode

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from ...models.portal.portal_access import LinkOver

CASE = "/my/complaints/<int:complaint_id>"


class CasePage(http.Controller):
    """The page of one complaint for its customer, by account or by link; looking at it stores nothing."""

    @http.route(CASE, type="http", auth="public", website=True, methods=["GET"], readonly=True)
    def case(self, complaint_id, access_token=None, done=None, messages=None, **_query):
        """Show a complaint to its customer."""
        return self._with_case(
            complaint_id,
            access_token,
            lambda complaint, role: self._render_case(
                complaint,
                role,
                access_token,
                whole=messages == "all",
                done=complaint._get_done_text(done),
            ),
        )

    @http.route(
        f"{CASE}/file/<int:file_id>", type="http", auth="public", website=True, methods=["GET"], readonly=True
    )
    def case_file(self, complaint_id, file_id, access_token=None, **_query):
        """Hand out a file that the customer sent or was sent."""

        def hand_out(complaint, _role):
            file = complaint._get_customer_file(file_id)
            if not file:
                return self._refuse("missing", complaint_id)
            stream = request.env["ir.binary"].sudo()._get_stream_from(file)
            response = stream.get_response(as_attachment=True)
            return self._secure(response)

        return self._with_case(complaint_id, access_token, hand_out)

    @http.route(f"{CASE}/renew", type="http", auth="public", website=True, methods=["POST"])
    def case_renew(self, complaint_id, access_token=None, **_post):
        """Mail a new link to the address on file; the answer is the same whatever became of it."""
        try:
            complaint, _role = request.env["complaint.complaint"]._open_for_customer(
                complaint_id, access_token, acting=True
            )
        except LinkOver as over:
            complaint = over.record
        except (AccessError, MissingError):
            complaint = None
        if complaint:
            complaint._renew_by_mail()
        return self._secure(request.render("complaint_management.portal_link_sent"))

    # what the routes of the page share, also those by which customers act

    def _with_case(self, complaint_id, token, handle, acting=False):
        """Open a complaint for whoever asks and answer with what is made of it, else with an error page.

        :param int complaint_id: as it came in the address
        :param str token: as it came in the link or in a form
        :param handle: takes the complaint, as the superuser, and the role; returns the response
        :param bool acting: something is to be changed
        """
        if request.env.user._is_public() and not token:
            query = urlencode({"redirect": f"/my/complaints/{complaint_id}"})
            return self._secure(request.redirect(f"/web/login?{query}"))
        try:
            complaint, role = request.env["complaint.complaint"]._open_for_customer(
                complaint_id, token, acting=acting
            )
        except LinkOver:
            return self._refuse("over", complaint_id, token)
        except AccessError:
            return self._refuse("look", complaint_id, token)
        except MissingError:
            return self._refuse("missing", complaint_id)
        return handle(complaint, role)

    def _render_case(self, complaint, role, token=None, whole=False, status=200, **values):
        """Return the page of a complaint.

        :param str token: as it came in the link or in a form
        :param bool whole: show all messages
        :param values: more for the page: done (what was just done), error (what went wrong), error_act (with
            which form), typed (what was typed there)
        """
        case = complaint._get_portal_page(role, token, **({"limit": None} if whole else {}))
        own = request.env["complaint.complaint"].browse(complaint.id)
        values = {
            "case": case,
            "actions": complaint._get_portal_actions(role),
            "done": False,
            "error": False,
            "error_act": False,
            "typed": {},
            "json": json,
            "backend_url": f"/odoo/complaints/{complaint.id}"
            if role == "staff" and own.has_access("read")
            else False,
            "page_name": "complaint",
            "title": f"{case['number']} · {case['company']}",
            "additional_title": case["number"],
            # Without an account there is nothing to go back to.
            "no_breadcrumbs": request.env.user._is_public(),
            **values,
        }
        return self._secure(request.render("complaint_management.portal_case", values, status=status))

    def _redirect_to_case(self, complaint, role, done=None, anchor=""):
        """Return the answer to a form: back to the page, so that loading it again sends nothing twice.

        :param str done: key of what was just done
        :param str anchor: part of the page to begin at
        """
        url = complaint._get_portal_url(role, done=done, anchor=anchor)
        return self._secure(request.redirect(url, code=303))

    def _refuse(self, why, complaint_id, token=None):
        """Return an error page with advice.

        :param str why: missing, look (they may not act) or over (the link has ended)
        """
        status = {"missing": 404, "look": 403, "over": 410}[why]
        values = {
            "why": why,
            "path": f"/my/complaints/{complaint_id}",
            "token": token,
            "is_public": request.env.user._is_public(),
            "no_breadcrumbs": request.env.user._is_public(),
        }
        return self._secure(request.render("complaint_management.portal_refused", values, status=status))

    @staticmethod
    def _secure(response):
        """Keep pages and links out of caches, search engines, frames and the logs of other sites."""
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
