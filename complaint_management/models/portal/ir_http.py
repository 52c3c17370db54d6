from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from odoo import models
from odoo.http import SAFE_HTTP_METHODS, Response, request

#: Where the pages of customers begin, whatever their language.
PAGES = ("/complaint", "/my/complaints")


class IrHttp(models.AbstractModel):
    """Answers to what cannot even be read: a page that says what to do, never an error of the server."""

    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        super()._pre_dispatch(rule, args)
        if rule.rule.startswith(PAGES) and request.httprequest.method not in SAFE_HTTP_METHODS:
            # The comparison of tokens knows no other characters, and would fail.
            if not request.httprequest.form.get("csrf_token", "").isascii():
                raise BadRequest("Session expired (invalid CSRF token)")

    @classmethod
    def _handle_error(cls, exception):
        if isinstance(exception, RequestEntityTooLarge) and request.httprequest.path.startswith(PAGES):
            return cls._refuse_too_large()
        return super()._handle_error(exception)

    @classmethod
    def _refuse_too_large(cls):
        """Return the page that says that too much was sent; what was sent is not looked at again."""
        if not request.env.uid:
            cls._auth_method_public()
        cls._frontend_pre_dispatch()
        request.params = dict(request.httprequest.args)
        request.env.cr.rollback()
        page = request.env["ir.ui.view"]._render_template("complaint_management.form_too_large", {})
        response = Response(page, status=413, content_type="text/html;charset=utf-8")
        cls._post_dispatch(response)
        return response
