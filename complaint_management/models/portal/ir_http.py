import re

from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from odoo import models
from odoo.http import SAFE_HTTP_METHODS, Response, request

#: The addresses of customers' pages, in whatever language.
_PAGES = re.compile(r"(?:/[a-z]{2,3}(?:_[A-Za-z@]+)?)?/(?:complaint|my/complaints|my/service)(?:/|$)")
#: A number in an address that is longer than Python reads one.
_ENDLESS = re.compile(r"(?<=/)\d{1000,}(?=/|$)")


class IrHttp(models.AbstractModel):
    """Answers to what cannot even be read: a page that says what to do, never an error of the server."""

    _inherit = "ir.http"

    @classmethod
    def _match(cls, path_info):
        try:
            return super()._match(path_info)
        except ValueError:
            if not _PAGES.match(path_info):
                raise
            # What is no number leads nowhere.
            return super()._match(_ENDLESS.sub("-", path_info))

    @classmethod
    def _serve_fallback(cls):
        path = request.httprequest.path
        # The database knows no such character, and no file has it in its address.
        return None if "\x00" in path and _PAGES.match(path) else super()._serve_fallback()

    @classmethod
    def _dispatch(cls, endpoint):
        if _PAGES.match(request.httprequest.path):
            # A field of this name would be taken for what Python calls the method on.
            request.params.pop("self", None)
        return super()._dispatch(endpoint)

    @classmethod
    def _pre_dispatch(cls, rule, args):
        super()._pre_dispatch(rule, args)
        if _PAGES.match(rule.rule) and request.httprequest.method not in SAFE_HTTP_METHODS:
            # The comparison of tokens knows no other characters, and would fail.
            if not request.httprequest.form.get("csrf_token", "").isascii():
                raise BadRequest("Session expired (invalid CSRF token)")

    @classmethod
    def _handle_error(cls, exception):
        if _PAGES.match(request.httprequest.path):
            if isinstance(exception, RequestEntityTooLarge):
                return cls._refuse_unread("complaint_management.form_too_large", 413)
            if isinstance(exception, BadRequest):
                return cls._refuse_unread("complaint_management.form_unread", 400)
        return super()._handle_error(exception)

    @classmethod
    def _refuse_unread(cls, template, status):
        """Return a page that says why nothing was taken; what was sent is not looked at again."""
        if not request.env.uid:
            cls._auth_method_public()
        cls._frontend_pre_dispatch()
        request.params = dict(request.httprequest.args)
        request.env.cr.rollback()
        page = request.env["ir.ui.view"]._render_template(template, {})
        response = Response(page, status=status, content_type="text/html;charset=utf-8")
        cls._post_dispatch(response)
        return response
