import json
import logging
from urllib.parse import urlencode

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from ...models.portal.customer_acts import CustomerRefusal
from ...models.portal.portal_access import LinkOver

_logger = logging.getLogger(__name__)


def secure(response):
    """Keep a page and its links out of caches, search engines, frames and the logs of other sites."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


class CustomerPage:
    """The page of one record for its customer, by account or by link; looking at it stores nothing.

    Controllers say in the attributes whose page it is, and name the routes.
    """

    #: Model with ``complaint.customer.side``.
    _model = None
    #: Where its pages are, for customers and for those who work here.
    _path = None
    _backend_path = None
    _page_name = None
    #: Templates of the page, of its errors, and of the answer to who asks for a link.
    _template = None
    _refused_template = None
    _sent_template = None
    #: What each form does; each returns the key of what the customer is told afterwards.
    _acts = {}
    #: What was typed comes back with an error; files and signatures cannot.
    _typed = ()

    def _with_record(self, record_id, token, handle, acting=False):
        """Open a record for whoever asks and answer with what is made of it, else with an error page.

        :param int record_id: as it came in the address
        :param str token: as it came in the link or in a form
        :param handle: takes the record, as the superuser, and the role; returns the response
        :param bool acting: something is to be changed
        """
        if request.env.user._is_public() and not token:
            query = urlencode({"redirect": f"{self._path}/{record_id}"})
            return secure(request.redirect(f"/web/login?{query}"))
        try:
            record, role = request.env[self._model]._open_for_customer(record_id, token, acting=acting)
        except LinkOver:
            return self._refuse("over", record_id, token)
        except AccessError:
            return self._refuse("look", record_id, token)
        except MissingError:
            return self._refuse("missing", record_id)
        return handle(record, role)

    def _show(self, record_id, token, done, messages):
        return self._with_record(
            record_id,
            token,
            lambda record, role: self._render(
                record, role, token, whole=messages == "all", done=record._get_done_text(done)
            ),
        )

    def _render(self, record, role, token=None, whole=False, status=200, **values):
        """Return the page of a record.

        :param str token: as it came in the link or in a form
        :param bool whole: show all messages
        :param values: more for the page: done (what was just done), error (what went wrong), error_act (with
            which form), typed (what was typed there)
        """
        case = record._get_portal_page(role, token, **({"limit": None} if whole else {}))
        own = request.env[self._model].browse(record.id)
        values = {
            "case": case,
            "actions": record._get_portal_actions(role),
            "done": False,
            "error": False,
            "error_act": False,
            "typed": {},
            "json": json,
            "backend_url": f"{self._backend_path}/{record.id}"
            if role == "staff" and own.has_access("read")
            else False,
            "page_name": self._page_name,
            "title": f"{case['number']} · {case['company']}",
            "additional_title": case["number"],
            # Without an account there is nothing to go back to.
            "no_breadcrumbs": request.env.user._is_public(),
            **values,
        }
        return secure(request.render(self._template, values, status=status))

    def _refuse(self, why, record_id, token=None):
        """Return an error page with advice.

        :param str why: missing, look (they may not act) or over (the link has ended)
        """
        status = {"missing": 404, "look": 403, "over": 410}[why]
        values = {
            "why": why,
            "path": f"{self._path}/{record_id}",
            "token": token,
            "is_public": request.env.user._is_public(),
            "no_breadcrumbs": request.env.user._is_public(),
        }
        return secure(request.render(self._refused_template, values, status=status))

    def _hand_out(self, record_id, file_id, token):
        def hand_out(record, _role):
            file = record._get_customer_file(file_id)
            if not file:
                return self._refuse("missing", record_id)
            stream = request.env["ir.binary"].sudo()._get_stream_from(file)
            return secure(stream.get_response(as_attachment=True))

        return self._with_record(record_id, token, hand_out)

    def _renew(self, record_id, token):
        try:
            record, _role = request.env[self._model]._open_for_customer(record_id, token, acting=True)
        except LinkOver as over:
            record = over.record
        except (AccessError, MissingError):
            record = None
        if record:
            record._renew_by_mail()
        return secure(request.render(self._sent_template))

    def _act(self, record_id, act, token, form):
        return self._with_record(
            record_id,
            token,
            lambda record, role: self._act_on(record, role, act, token, form),
            acting=True,
        )

    def _act_on(self, record, role, act, token, form):
        files = request.httprequest.files.getlist("files") if act == "reply" else ()
        try:
            # Nothing stays of what was refused half-way.
            with request.env.cr.savepoint():
                done = self._acts[act](record, form, files)
        except CustomerRefusal as refusal:
            message = str(refusal)
        except UserError:  # also what the gate and the database refuse
            # Its words are meant for us, and may name what a customer never reads.
            _logger.warning("%s: the customer could not %s", record.number, act, exc_info=True)
            message = request.env._("This is not possible at the moment. Please write to us or call us.")
        else:
            # Back to the page, so that loading it again sends nothing twice.
            return secure(request.redirect(record._get_portal_url(role, done=done), code=303))
        record.env.invalidate_all()
        typed = {name: form[name] for name in self._typed if isinstance(form.get(name), str)}
        # Where the form is gone, the reason stands at the top of the page.
        error_act = record._is_form_shown(act) and act
        return self._render(record, role, token, error=message, error_act=error_act, typed=typed, status=422)
