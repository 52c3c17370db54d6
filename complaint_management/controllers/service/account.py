from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..portal.account import MAX_SEARCH


class CustomerServices(CustomerPortal):
    """The customer's list of service orders and of what they own, and the way to it."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_count" in counters:
            rows = request.env["complaint.service.portal"]
            values["service_count"] = rows.search_count([]) if rows.has_access("read") else 0
        return values

    def _get_service_sortings(self):
        env = request.env
        return {
            "date": {"label": env._("Newest"), "order": "requested_at desc, id desc"},
            "appointment": {"label": env._("Appointment"), "order": "scheduled_start desc, id desc"},
            "step": {"label": env._("Last Step"), "order": "changed_at desc, id desc"},
        }

    def _get_service_filters(self):
        env = request.env
        return {
            "all": {"label": env._("All"), "domain": Domain.TRUE},
            "open": {"label": env._("Open"), "domain": Domain("closed_at", "=", False)},
            "waiting": {"label": env._("Waits for your answer"), "domain": Domain("waiting", "=", True)},
            "ended": {"label": env._("Ended"), "domain": Domain("closed_at", "!=", False)},
        }

    @http.route(
        ["/my/service", "/my/service/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def my_services(self, page=1, sortby=None, filterby=None, search=None, **_query):
        """Show the service orders of the customer, a page at a time."""
        sortings, filters = self._get_service_sortings(), self._get_service_filters()
        sortby = sortby if sortby in sortings else "date"
        filterby = filterby if filterby in filters else "all"
        search = (search or "").replace("\x00", "").strip()[:MAX_SEARCH]
        domain = filters[filterby]["domain"]
        if search:
            names = ("number", "name", "description", "object_name")
            domain &= Domain.OR(Domain(fname, "ilike", search) for fname in names)
        rows, assets = request.env["complaint.service.portal"], request.env["complaint.asset.portal"]
        readable = rows.has_access("read")
        shown = pager(
            url="/my/service",
            url_args={"sortby": sortby, "filterby": filterby, "search": search or None},
            total=rows.search_count(domain) if readable else 0,
            page=page,
            step=self._items_per_page,
        )
        if readable:
            rows = rows.search(
                domain,
                order=sortings[sortby]["order"],
                limit=self._items_per_page,
                offset=shown["offset"],
            )
            assets = assets.search([], limit=self._items_per_page)
        company = request.env.user.partner_id.company_id or request.env.user.company_id
        values = {
            "rows": rows._get_rows(),
            "objects": assets._get_rows(),
            "request_open": company.sudo().complaint_service_request_open
            and not request.env.user._is_internal(),
            "page_name": "services",
            "default_url": "/my/service",
            "pager": shown,
            "search": search,
            "searchbar_sortings": sortings,
            "sortby": sortby,
            "searchbar_filters": filters,
            "filterby": filterby,
            "narrowed": bool(search) or filterby != "all",
        }
        response = request.render("complaint_management.portal_services", values)
        response.headers["Cache-Control"] = "private, no-store"
        return response
