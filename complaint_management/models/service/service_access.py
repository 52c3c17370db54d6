from odoo import SUPERUSER_ID, fields, models
from odoo.tools import SQL, format_date

#: What lists need of the orders behind their rows.
LIST_FIELDS = (
    "asset_id",
    "company_id",
    "partner_id",
    "scheduled_start",
    "stage_id",
    "step",
    "team_id",
)


class ComplaintServicePortal(models.Model):
    """A service order as its customer may know it: portal users read this, and never the order itself.

    A row has the id of its order. What is not listed here does not exist for a customer, also by a call from
    outside; what the rules do not let through is not listed (DESIGN 4.1).
    """

    _name = "complaint.service.portal"
    _description = "Service Order as Its Customer Sees It"
    _auto = False
    _order = "requested_at desc, id desc"
    _rec_name = "number"
    _depends = {
        "complaint.service.order": [
            "active",
            "asset_id",
            "closed_at",
            "company_id",
            "complaint_id",
            "date_last_stage_update",
            "description",
            "handed_over_at",
            "name",
            "number",
            "partner_id",
            "quotation_state",
            "requested_at",
            "scheduled_start",
            "step",
            "type_id",
        ],
        "complaint.asset": ["name"],
        "complaint.complaint": ["confidential"],
        "complaint.service.type": ["asks_signature"],
    }

    number = fields.Char(readonly=True)
    name = fields.Char(string="What Is to Be Done", readonly=True)
    description = fields.Text(string="What You Told Us", readonly=True)
    object_name = fields.Char(string="Object", readonly=True)
    requested_at = fields.Datetime(string="Asked for on", readonly=True)
    closed_at = fields.Datetime(string="Closed on", readonly=True)
    changed_at = fields.Datetime(string="Last Step on", readonly=True)
    scheduled_start = fields.Datetime(string="Appointment", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    waiting = fields.Boolean(
        string="Waits for Your Answer", readonly=True, help="We cannot go on before the customer answers."
    )
    # for the rules alone
    confidential = fields.Boolean(groups="base.group_system", readonly=True)
    excluded_user_ids = fields.Many2many(
        "res.users",
        "complaint_service_order_excluded_rel",
        "order_id",
        "user_id",
        string="Excluded",
        groups="base.group_system",
        readonly=True,
    )

    @property
    def _table_query(self):
        return SQL(
            """SELECT service.id, service.number, service.name, service.description,
                      asset.name AS object_name, service.requested_at, service.closed_at,
                      service.date_last_stage_update AS changed_at, service.scheduled_start,
                      service.partner_id, service.company_id,
                      COALESCE(complaint.confidential, FALSE) AS confidential,
                      service.closed_at IS NULL AND (
                          service.quotation_state = 'offered'
                          OR (service.step = 'handover' AND service.handed_over_at IS NULL
                              AND kind.asks_signature IS TRUE)
                      ) AS waiting
                 FROM complaint_service_order AS service
            LEFT JOIN complaint_asset AS asset ON asset.id = service.asset_id
            LEFT JOIN complaint_service_type AS kind ON kind.id = service.type_id
            LEFT JOIN complaint_complaint AS complaint ON complaint.id = service.complaint_id
                WHERE service.active IS TRUE AND service.partner_id IS NOT NULL"""
        )

    def _get_orders(self):
        """Return the orders behind these rows, as the superuser, read as far as lists need them."""
        orders = self.env["complaint.service.order"].with_user(SUPERUSER_ID).browse(self.ids)
        orders.fetch(LIST_FIELDS)
        return orders

    def _get_rows(self):
        """Return the rows of the customer's list, as plain values in the language of the page."""
        orders, viewer = self._get_orders(), self.env.user.partner_id
        return [
            {
                "id": row.id,
                "number": row.number,
                "subject": row.name,
                "object": row.object_name or False,
                "status": order._get_customer_status(),
                "appointment": False if row.closed_at else order._tell_moment(row.scheduled_start),
                "asked": order._tell_date(row.requested_at),
                "ended": order._tell_date(row.closed_at),
                "waiting": row.waiting,
                "whose": order.partner_id != viewer and order.partner_id.name,
                "url": order._get_customer_path(),
            }
            for row, order in zip(self, orders, strict=True)
        ]


class ComplaintAssetPortal(models.Model):
    """A thing that a customer owns, as the customer may know it, and when it is due for service (SV-7)."""

    _name = "complaint.asset.portal"
    _description = "Object as Its Owner Sees It"
    _auto = False
    _order = "next_service_date, name, id"
    _depends = {
        "complaint.asset": [
            "active",
            "company_id",
            "name",
            "next_service_date",
            "partner_id",
            "serial",
            "state",
            "warranty_end",
        ]
    }

    name = fields.Char(readonly=True)
    serial = fields.Char(string="Serial Number or VIN", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Owned by", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    next_service_date = fields.Date(string="Next Service Due", readonly=True)
    warranty_end = fields.Date(readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """SELECT id, name, serial, partner_id, company_id, next_service_date, warranty_end
                 FROM complaint_asset
                WHERE active IS TRUE AND partner_id IS NOT NULL AND state = 'in_use'"""
        )

    def _get_rows(self):
        """Return what the customer's page shows of these, as plain values in the language of the page."""
        today = fields.Date.context_today(self)
        return [
            {
                "id": asset.id,
                "name": asset.name,
                "serial": asset.serial or False,
                "next": asset.next_service_date
                and format_date(self.env, asset.next_service_date, date_format="long"),
                "due": bool(asset.next_service_date and asset.next_service_date < today),
                "warranty": asset.warranty_end
                and asset.warranty_end >= today
                and format_date(self.env, asset.warranty_end, date_format="long"),
                "url": f"/my/service/new?object={asset.id}",
            }
            for asset in self
        ]


class ComplaintServiceOrder(models.Model):
    _inherit = "complaint.service.order"

    _portal_model = "complaint.service.portal"
