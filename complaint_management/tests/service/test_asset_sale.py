from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, tagged

from odoo.addons.complaint_management.tests.service.common import ServiceCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestAssetSale(ServiceCommon):
    """What is sold and delivered becomes the customer's object, each unit once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.complaint_asset_from_sale = True
        cls.vehicle = cls.env.ref("complaint_management.complaint_asset_kind_vehicle")
        cls.vehicle.warranty_template_ids = [
            Command.create({"name": "Maker's", "kind": "maker", "months": 36})
        ]
        cls.product = cls.env["product.product"].create(
            {"name": "Van", "type": "consu", "complaint_asset_kind_id": cls.vehicle.id}
        )
        cls.seller = new_test_user(
            cls.env, "seller", groups="base.group_user,sales_team.group_sale_salesman_all_leads"
        )

    def sell(self, quantity=3, product=None, **vals):
        order = (
            self.env["sale.order"]
            .with_user(self.seller)
            .create(
                {
                    "partner_id": self.customer.id,
                    "order_line": [
                        Command.create(
                            {"product_id": (product or self.product).id, "product_uom_qty": quantity, **vals}
                        )
                    ],
                }
            )
        )
        order.action_confirm()
        order.date_order = "2026-02-20 10:00:00"
        return order.order_line

    def get_assets(self, line):
        return self.Asset.with_context(active_test=False).search([("sale_line_id", "=", line.id)], order="id")

    def test_delivered(self):
        """SV-3: a delivered unit is entered with owner, dates, order and warranty; its number later."""
        line = self.sell()
        self.assertFalse(self.get_assets(line))
        line.qty_delivered = 1
        self.assertRecordValues(
            self.get_assets(line),
            [
                {
                    "name": "Van",
                    "kind_id": self.vehicle.id,
                    "partner_id": self.customer.id,
                    "product_id": self.product.id,
                    "purchase_date": date(2026, 2, 20),
                    "delivery_date": date(2026, 3, 2),
                    "sale_order_id": line.order_id.id,
                    "serial": False,
                    "state": "in_use",
                    "warranty_end": date(2029, 2, 20),
                }
            ],
        )
        self.assertEqual(self.get_assets(line).owner_ids.partner_id, self.customer)

    def test_each_once(self):
        """SV-3: raised later the rest alone is added; lowered nothing is taken away, and it is said."""
        line = self.sell()
        line.qty_delivered = 1
        first = self.get_assets(line)
        line.qty_delivered = 3
        assets = self.get_assets(line)
        self.assertEqual(len(assets), 3)
        self.assertIn(first, assets)
        assets[0].action_archive()
        messages = line.order_id.message_ids
        line.qty_delivered = 1
        self.assertEqual(self.get_assets(line), assets)
        said = line.order_id.sudo().message_ids - messages
        self.assertIn("1 delivered now, and 3 customer", "".join(said.mapped("body")))
        line.qty_delivered = 3
        self.assertEqual(self.get_assets(line), assets)
        line.qty_delivered = 3
        line.write({"qty_delivered": 4})
        self.assertEqual(len(self.get_assets(line)), 4)

    def test_whole_units(self):
        """SV-3: halves are none; a dozen is twelve."""
        line = self.sell(2)
        line.qty_delivered = 0.6
        self.assertFalse(self.get_assets(line))
        line.qty_delivered = 1.9
        self.assertEqual(len(self.get_assets(line)), 1)
        dozen = self.sell(1, product_uom_id=self.env.ref("uom.product_uom_dozen").id)
        dozen.qty_delivered = 1
        self.assertEqual(len(self.get_assets(dozen)), 12)

    def test_not_wanted(self):
        """SV-3: nothing is entered where the company does not want it or the product is none."""
        line = self.sell(product=self.part)
        line.qty_delivered = 1
        self.assertFalse(self.get_assets(line))
        self.company.complaint_asset_from_sale = False
        line = self.sell()
        line.qty_delivered = 2
        self.assertFalse(self.get_assets(line))
        self.company.complaint_asset_from_sale = True
        line.qty_delivered = 3
        self.assertEqual(len(self.get_assets(line)), 3)

    def test_computed(self):
        """SV-3: where other add-ons compute what was delivered, the objects are there when it is stored."""
        line = self.sell()
        delivered = {}
        with patch.object(
            self.registry["sale.order.line"],
            "_prepare_qty_delivered",
            lambda lines: {one: delivered.get(one.id, one.qty_delivered) for one in lines},
        ):
            for quantity, number in ((1, 1), (3, 3), (2, 3), (3, 3)):
                delivered[line.id] = quantity
                self.env.add_to_compute(line._fields["qty_delivered"], line)
                line.flush_recordset()
                self.env.cr.precommit.run()
                self.assertEqual((line.qty_delivered, len(self.get_assets(line))), (quantity, number))
            delivered[line.id] = 5
            self.env.add_to_compute(line._fields["qty_delivered"], line)
            line.flush_recordset()
            delivered[line.id] = 3
            self.env.add_to_compute(line._fields["qty_delivered"], line)
            line.flush_recordset()
            self.env.cr.precommit.run()
            self.assertEqual(len(self.get_assets(line)), 3, "raised by mistake within one transaction")

    def test_no_own_rights(self):
        """OR-1: who delivers needs no right on objects, and gets none."""
        line = self.sell()
        line.with_user(self.seller).qty_delivered = 1
        asset = self.get_assets(line)
        self.assertEqual(len(asset), 1)
        with self.assertRaises(AccessError):
            asset.with_user(self.seller).read(["name"])

    def test_company(self):
        """OR-3: the setting and the objects are those of the order's company."""
        self.company_2.complaint_asset_from_sale = False
        order = (
            self.env["sale.order"]
            .with_company(self.company_2)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company_2.id,
                    "order_line": [Command.create({"product_id": self.product.id})],
                }
            )
        )
        order.action_confirm()
        order.order_line.qty_delivered = 1
        self.assertFalse(self.get_assets(order.order_line))
        self.company_2.complaint_asset_from_sale = True
        order.order_line.qty_delivered = 2
        self.assertEqual(self.get_assets(order.order_line).company_id, self.company_2)

    def test_buttons(self):
        """SV-3: order and customer lead to the objects."""
        line = self.sell()
        line.qty_delivered = 2
        order = line.order_id.with_user(self.env.user)
        self.assertEqual(order.complaint_asset_count, 2)
        self.assertEqual(self.Asset.search(order.action_open_assets()["domain"]), self.get_assets(line))

    def test_cost(self):
        """SV-3: many units cost as many queries as few."""
        lines = [self.sell(30) for _ in range(3)]

        def deliver(line, quantity):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            line.qty_delivered = quantity
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        deliver(lines[0], 1)
        few, many = deliver(lines[1], 2), deliver(lines[2], 22)
        self.assertLessEqual(many, few + 3, timedelta())
