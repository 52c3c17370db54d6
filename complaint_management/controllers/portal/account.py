from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

#: Longest text that is searched for.
MAX_SEARCH = 200


class CustomerLists(CustomerPortal):
    """What the customer's lists of complaints and of service orders have in common."""

    def _count_rows(self, model):
        rows = request.env[model]
        return rows.search_count([]) if rows.has_access("read") else 0

    def _get_list_filters(self):
        env = request.env
        return {
            "all": {"label": env._("All"), "domain": Domain.TRUE},
            "open": {"label": env._("Open"), "domain": Domain("closed_at", "=", False)},
            "waiting": {"label": env._("Waits for your answer"), "domain": Domain("waiting", "=", True)},
            "ended": {"label": env._("Ended"), "domain": Domain("closed_at", "!=", False)},
        }

    def _get_list_page(self, rows, url, sortings, fnames, searched, page, chosen):
        """Return the rows of one page of a list, and what its template needs beside them.

        :param rows: empty recordset of the model of the list
        :param str url: where the list is
        :param dict sortings: the first one counts where none is chosen
        :param fnames: names of the fields that the list shows
        :param searched: names of the fields that are searched
        :param int page: which page
        :param dict chosen: sorting, filter and what is searched for, as they came in the address
        """
        sortby, filterby, search = (chosen.get(name) for name in ("sortby", "filterby", "search"))
        filters = self._get_list_filters()
        sortby = sortby if sortby in sortings else next(iter(sortings))
        filterby = filterby if filterby in filters else "all"
        search = (search or "").replace("\x00", "").strip()[:MAX_SEARCH]
        domain = filters[filterby]["domain"]
        if search:
            domain &= Domain.OR(Domain(fname, "ilike", search) for fname in searched)
        readable = rows.has_access("read")
        shown = pager(
            url=url,
            url_args={"sortby": sortby, "filterby": filterby, "search": search or None},
            total=rows.search_count(domain) if readable else 0,
            page=page,
            step=self._items_per_page,
        )
        if readable:
            rows = rows.search_fetch(
                domain,
                fnames,
                order=sortings[sortby]["order"],
                limit=self._items_per_page,
                offset=shown["offset"],
            )
        return rows, {
            "default_url": url,
            "pager": shown,
            "search": search,
            "searchbar_sortings": sortings,
            "sortby": sortby,
            "searchbar_filters": filters,
            "filterby": filterby,
            "narrowed": bool(search) or filterby != "all",
        }

    def _render_list(self, template, values):
        response = request.render(template, values)
        response.headers["Cache-Control"] = "private, no-store"
        return response


class CustomerComplaints(CustomerLists):
    """The customer's list of complaints, and the way to it."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "complaint_count" in counters:
            values["complaint_count"] = self._count_rows("complaint.portal")
        return values

    def _get_complaint_sortings(self):
        env = request.env
        return {
            "date": {"label": env._("Newest"), "order": "received_at desc, id desc"},
            "step": {"label": env._("Last Step"), "order": "changed_at desc, id desc"},
            "subject": {"label": env._("Subject"), "order": "name, id desc"},
        }

    @http.route(
        ["/my/complaints", "/my/complaints/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def my_complaints(self, page=1, **chosen):
        """Show the complaints of the customer, a page at a time."""
        cases, shown = self._get_list_page(
            request.env["complaint.portal"],
            "/my/complaints",
            self._get_complaint_sortings(),
            ["closed_at", "name", "number", "received_at", "waiting"],
            ("number", "name", "description"),
            page,
            chosen,
        )
        values = {"rows": cases._get_rows(), "page_name": "complaints", **shown}
        return self._render_list("complaint_management.portal_complaints", values)
