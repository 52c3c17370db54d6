from odoo import http

from .page import CustomerPage

CASE = "/my/complaints/<int:complaint_id>"


class CasePage(CustomerPage, http.Controller):
    """The page of one complaint for its customer."""

    _model = "complaint.complaint"
    _path = "/my/complaints"
    _backend_path = "/odoo/complaints"
    _page_name = "complaint"
    _template = "complaint_management.portal_case"
    _refused_template = "complaint_management.portal_refused"
    _sent_template = "complaint_management.portal_link_sent"

    @http.route(CASE, type="http", auth="public", website=True, methods=["GET"], readonly=True)
    def case(self, complaint_id, access_token=None, done=None, messages=None, **_query):
        """Show a complaint to its customer."""
        return self._show(complaint_id, access_token, done, messages)

    @http.route(
        f"{CASE}/file/<int:file_id>", type="http", auth="public", website=True, methods=["GET"], readonly=True
    )
    def case_file(self, complaint_id, file_id, access_token=None, **_query):
        """Hand out a file that the customer sent or was sent."""
        return self._hand_out(complaint_id, file_id, access_token)

    @http.route(f"{CASE}/renew", type="http", auth="public", website=True, methods=["POST"])
    def case_renew(self, complaint_id, access_token=None, **_post):
        """Mail a new link to the address on file; the answer is the same whatever became of it."""
        return self._renew(complaint_id, access_token)
