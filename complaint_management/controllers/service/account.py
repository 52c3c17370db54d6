from odoo import http
from odoo.http import request

from ..portal.account import CustomerLists


class CustomerServices(CustomerLists):
    """The customer's list of service orders and of what they own, and the way to it."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_count" in counters:
            values["service_count"] = self._count_rows("complaint.service.portal")
        return values

    def _get_service_sortings(self):
        env = request.env
        return {
            "date": {"label": env._("Newest"), "order": "requested_at desc, id desc"},
            "appointment": {"label": env._("Appointment"), "order": "scheduled_start desc, id desc"},
            "step": {"label": env._("Last Step"), "order": "changed_at desc, id desc"},
        }

    @http.route(
        ["/my/service", "/my/service/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def my_services(self, page=1, **chosen):
        """Show the service orders of the customer, a page at a time."""
        rows, shown = self._get_list_page(
            request.env["complaint.service.portal"],
            "/my/service",
            self._get_service_sortings(),
            ["closed_at", "name", "number", "object_name", "requested_at", "scheduled_start", "waiting"],
            ("number", "name", "description", "object_name"),
            page,
            chosen,
        )
        assets = request.env["complaint.asset.portal"]
        if assets.has_access("read"):
            assets = assets.search([], limit=self._items_per_page)
        company = request.env.user.partner_id.company_id or request.env.user.company_id
        values = {
            "rows": rows._get_rows(),
            "objects": assets._get_rows(),
            "request_open": company.sudo().complaint_service_request_open
            and not request.env.user._is_internal(),
            "page_name": "services",
            **shown,
        }
        return self._render_list("complaint_management.portal_services", values)
