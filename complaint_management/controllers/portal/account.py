from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

#: Longest text that is searched for.
MAX_SEARCH = 200


class CustomerComplaints(CustomerPortal):
    """The customer's list of complaints, and the way to it."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "complaint_count" in counters:
            cases = request.env["complaint.portal"]
            values["complaint_count"] = cases.search_count([]) if cases.has_access("read") else 0
        return values

    def _get_complaint_sortings(self):
        env = request.env
        return {
            "date": {"label": env._("Newest"), "order": "received_at desc, id desc"},
            "step": {"label": env._("Last Step"), "order": "changed_at desc, id desc"},
            "subject": {"label": env._("Subject"), "order": "name, id desc"},
        }

    def _get_complaint_filters(self):
        env = request.env
        return {
            "all": {"label": env._("All"), "domain": Domain.TRUE},
            "open": {"label": env._("Open"), "domain": Domain("closed_at", "=", False)},
            "waiting": {"label": env._("Waits for your answer"), "domain": Domain("waiting", "=", True)},
            "ended": {"label": env._("Ended"), "domain": Domain("closed_at", "!=", False)},
        }

    @http.route(
        ["/my/complaints", "/my/complaints/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def my_complaints(self, page=1, sortby=None, filterby=None, search=None, **_query):
        """Show the complaints of the customer, a page at a time."""
        sortings, filters = self._get_complaint_sortings(), self._get_complaint_filters()
        sortby = sortby if sortby in sortings else "date"
        filterby = filterby if filterby in filters else "all"
        search = (search or "").replace("\x00", "").strip()[:MAX_SEARCH]
        domain = filters[filterby]["domain"]
        if search:
            domain &= Domain.OR(Domain(fname, "ilike", search) for fname in ("number", "name", "description"))
        cases = request.env["complaint.portal"]
        readable = cases.has_access("read")
        shown = pager(
            url="/my/complaints",
            url_args={"sortby": sortby, "filterby": filterby, "search": search or None},
            total=cases.search_count(domain) if readable else 0,
            page=page,
            step=self._items_per_page,
        )
        if readable:
            cases = cases.search_fetch(
                domain,
                ["closed_at", "name", "number", "received_at", "waiting"],
                order=sortings[sortby]["order"],
                limit=self._items_per_page,
                offset=shown["offset"],
            )
        values = {
            "rows": cases._get_rows(),
            "page_name": "complaints",
            "default_url": "/my/complaints",
            "pager": shown,
            "search": search,
            "searchbar_sortings": sortings,
            "sortby": sortby,
            "searchbar_filters": filters,
            "filterby": filterby,
            "narrowed": bool(search) or filterby != "all",
        }
        response = request.render("complaint_management.portal_complaints", values)
        response.headers["Cache-Control"] = "private, no-store"
        return response
