"""What the tests of an order's money share."""

from odoo.fields import Command

from odoo.addons.complaint_management.tests.service.common import ServiceCommon


class MoneyCommon(ServiceCommon):
    """Lines are added with :meth:`add`; nothing is charged where a test adds none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Two of it for one of ours.
        cls.foreign_currency = cls.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2, "company_id": cls.company.id})],
            }
        )

    @classmethod
    def set_up_accounts(cls):
        """Give the company what it takes to make invoices: a country, accounts and a journal of sales."""
        cls.company.account_fiscal_country_id = cls.company.country_id = cls.env.ref("base.be")
        cls.income, cls.receivable = cls.env["account.account"].create(
            [
                {"name": "Sales", "code": "SV4000", "account_type": "income"},
                {
                    "name": "Customers",
                    "code": "SV1200",
                    "account_type": "asset_receivable",
                    "reconcile": True,
                },
            ]
        )
        cls.customer.property_account_receivable_id = cls.receivable
        cls.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", cls.company.id)]
        ).active = False
        cls.env["account.journal"].create(
            {"name": "Sales", "code": "SVS", "type": "sale", "default_account_id": cls.income.id}
        )
        cls.env["account.tax.group"].create({"name": "VAT"})

    def add(self, order, product, user=None, **vals):
        """Add a line as a user (the advisor by default)."""
        Line = self.env["complaint.service.line"].with_user(user or self.advisor)
        return Line.create({"order_id": order.id, "product_id": product.id, **vals})

    def add_many(self, order, count):
        """Add so many lines at once."""
        return (
            self.env["complaint.service.line"]
            .with_user(self.advisor)
            .create(
                [
                    {"order_id": order.id, "product_id": self.part.id, "kind": "part", "quantity": 2}
                    for _number in range(count)
                ]
            )
        )

    def new_tax(self, percent, **vals):
        return self.env["account.tax"].create(
            {
                "name": f"{percent} % {self.env['account.tax'].search_count([])}",
                "amount": percent,
                "type_tax_use": "sale",
                "company_id": self.company.id,
                "country_id": (self.company.account_fiscal_country_id or self.env.ref("base.us")).id,
                **vals,
            }
        )

    def use_pricelist(self, currency=None, percent_price=None):
        """Give the customer a pricelist, with a shown discount where one is said."""
        self.env.ref("base.group_user").implied_ids += self.env.ref(
            "product.group_product_pricelist"
        ) + self.env.ref("sale.group_discount_per_so_line")
        pricelist = self.env["product.pricelist"].create(
            {"name": "Regulars", "currency_id": (currency or self.company.currency_id).id}
        )
        if percent_price:
            pricelist.item_ids = [
                Command.create({"compute_price": "percentage", "percent_price": percent_price})
            ]
        self.customer.property_product_pricelist = pricelist
        return pricelist

    def cover(self, **covers):
        """Give the car a warranty that covers labour, parts or both."""
        self.env["complaint.asset.warranty"].create(
            {
                "asset_id": self.car.id,
                "name": "Maker's warranty",
                "kind": "maker",
                "date_start": "2025-01-01",
                "date_end": "2027-01-01",
                "covers_labour": covers.get("labour", False),
                "covers_parts": covers.get("part", False),
            }
        )

    def count(self, act):
        """Return how many queries an act takes."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        act()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def advance(self, order, step):
        """Bring an order to a step without looking at what others ask for."""
        self.env.flush_all()
        stage = self.env["complaint.service.stage"].search([("step", "=", step)], limit=1)
        self.env.cr.execute(
            "UPDATE complaint_service_order SET stage_id = %s, step = %s WHERE id IN %s",
            (stage.id, step, tuple(order.ids)),
        )
        order.invalidate_recordset()
        order.sudo().modified(["stage_id", "step"])
        return order
