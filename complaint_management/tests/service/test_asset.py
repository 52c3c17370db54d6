from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user, tagged

from odoo.addons.complaint_management.tests.service.common import ServiceCommon

FIELDS = [
    "id",
    "name",
    "kind_id",
    "partner_id",
    "product_id",
    "serial",
    "purchase_date",
    "reading_ids/date",
    "reading_ids/value",
]


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestAsset(ServiceCommon):
    """What customers own: its states and owners, who reads it, import, views."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vehicle = cls.env.ref("complaint_management.complaint_asset_kind_vehicle")
        cls.device = cls.env.ref("complaint_management.complaint_asset_kind_device")
        cls.product = cls.env["product.product"].create(
            {"name": "Boiler", "complaint_asset_kind_id": cls.device.id}
        )
        cls.buyer, cls.heir = cls.env["res.partner"].create([{"name": "Buyer"}, {"name": "Heir"}])

    def change(self, asset, user=None, **vals):
        Change = self.env["complaint.asset.change"].with_user(user or self.advisor)
        Change.with_context(active_ids=asset.ids).create(vals).action_apply()

    def assertOwners(self, asset, expected):
        owners = asset.owner_ids.sorted("date_from")
        self.assertEqual([(o.partner_id.name, o.date_from, o.date_to) for o in owners], expected)

    def test_defaults(self):
        """SV-3: name and kind follow from the product, else from what is entered."""
        boiler = self.Asset.create({"product_id": self.product.id})
        self.assertRecordValues(boiler, [{"name": "Boiler", "kind_id": self.device.id, "state": "in_use"}])
        self.assertEqual(self.Asset.create({"kind_id": self.vehicle.id}).name, "Vehicle")
        boiler.serial = "b1"
        self.assertEqual(boiler.display_name, "Boiler · B1")
        foreign_kind = self.env["complaint.asset.kind"].create({"name": "K", "company_id": self.company_2.id})
        self.assertRefuses("company", boiler.write, {"kind_id": foreign_kind.id})

    def test_owner_history(self):
        """SV-3: each change of owner is written into the history by itself, without gap or overlap."""
        asset = self.new_asset(purchase_date="2025-05-01")
        self.assertOwners(asset, [("Zhang San", date(2025, 5, 1), False)])
        asset.partner_id = self.buyer
        asset.partner_id = self.heir
        self.assertOwners(
            asset, [("Zhang San", date(2025, 5, 1), date(2026, 3, 2)), ("Heir", date(2026, 3, 2), False)]
        )
        asset.partner_id = self.heir
        asset.partner_id = False
        self.assertOwners(asset, [("Zhang San", date(2025, 5, 1), date(2026, 3, 2))])

    def test_owner_entered(self):
        """SV-3: former owners may be added; two at once are refused with advice."""
        asset = self.new_asset(purchase_date="2025-05-01").with_user(self.advisor)
        Owner = self.env["complaint.asset.owner"].with_user(self.advisor)
        vals = {"asset_id": asset.id, "partner_id": self.buyer.id, "date_from": "2020-01-01"}
        self.assertRefuses("two owners at once", Owner.create, {**vals, "date_to": "2025-05-02"})
        self.assertBreaks("one present owner", Owner, "create", vals)
        former = Owner.create({**vals, "date_to": "2025-05-01"})
        self.assertBreaks("until a day after", former, "write", {"date_to": "2019-01-01"})
        present = asset.owner_ids - former
        self.assertRefuses("two owners at once", present.write, {"date_from": "2025-04-30"})
        self.assertRefuses("entered above", present.write, {"partner_id": self.heir.id})

    def test_sold(self):
        """SV-3: sold to somebody it has a new owner, else it is out of sight; scrapped it keeps its own."""
        asset = self.new_asset(purchase_date="2025-05-01")
        self.change(asset, kind="sell", date="2026-02-01", partner_id=self.buyer.id)
        self.assertRecordValues(asset, [{"state": "in_use", "partner_id": self.buyer.id}])
        self.assertRefuses("has owned", self.change, asset, kind="sell", date="2026-01-31")
        self.assertRefuses("still to come", self.change, asset, kind="sell", date="2026-03-03")
        self.change(asset, kind="sell", date="2026-02-20")
        self.assertRecordValues(asset, [{"state": "sold", "partner_id": False}])
        self.assertOwners(
            asset,
            [
                ("Zhang San", date(2025, 5, 1), date(2026, 2, 1)),
                ("Buyer", date(2026, 2, 1), date(2026, 2, 20)),
            ],
        )
        self.change(asset, kind="back", date="2026-02-25", partner_id=self.heir.id)
        self.assertRecordValues(asset, [{"state": "in_use", "partner_id": self.heir.id}])
        self.assertRefuses("Say why", self.change, asset, kind="scrap")
        self.change(asset, user=self.first_contact, kind="scrap", reason="Burnt out")
        self.assertRecordValues(asset, [{"state": "scrapped", "partner_id": self.heir.id}])
        self.assertIn("Burnt out", asset.message_ids[:1].body + asset.message_ids[1:2].body)
        self.assertRefuses("cannot be sold", self.change, asset, kind="sell")
        with self.assertRaises(AccessError):
            self.change(asset, user=self.technician_user, kind="back")

    def test_deletion(self):
        """SV-3: what was serviced or complained about stays."""
        unused = self.new_asset()
        unused.with_user(self.workshop_manager).unlink()
        self.new_order()
        self.assertRefuses("Archive it instead", self.car.with_user(self.workshop_manager).unlink)
        about = self.new_asset()
        self.new_complaint(asset_id=about.id)
        self.assertRefuses("Archive it instead", about.with_user(self.workshop_manager).unlink)

    def test_access(self):
        """OR-1: advisors and first contact keep objects; technicians and oversight read; others nothing."""
        for user in (self.advisor, self.first_contact):
            asset = self.Asset.with_user(user).create({"model": "Van", "partner_id": self.customer.id})
            asset.purchase_date = "2026-01-01"
            with self.assertRaises(AccessError):
                asset.unlink()
        for user in (self.technician_user, self.auditor, self.quality):
            with self.subTest(user=user.login):
                self.assertEqual(self.car.with_user(user).name, "Family car")
                self.assertTrue(self.vehicle.with_user(user).name)
                with self.assertRaises(AccessError):
                    self.car.with_user(user).name = "Mine"
                with self.assertRaises(AccessError):
                    self.Asset.with_user(user).create({"model": "Van"})
        portal = new_test_user(self.env, "portal_owner", groups="base.group_portal")
        portal.partner_id = self.customer
        for user in (self.plain_user, portal):
            with self.subTest(user=user.login):
                for record in (self.car, self.car.owner_ids, self.vehicle):
                    with self.assertRaises(AccessError):
                        record.with_user(user).read(["id", "display_name"])
        with self.assertRaises(AccessError):
            self.vehicle.with_user(self.advisor).name = "Mine"
        self.vehicle.with_user(self.workshop_manager).name = "Car"

    def test_other_company(self):
        """OR-3: objects, their readings, owners and warranties are their company's; kinds may be shared."""
        asset = self.new_asset(kind_id=self.vehicle.id, serial=False)
        reading = asset._log_reading(5, self.env.cr.now().replace(year=2026, month=3, day=1), "manual")
        line = self.env["complaint.asset.warranty"].create({"asset_id": asset.id, "name": "Goodwill"})
        self.assertEqual(
            asset.with_user(self.foreign_manager).search([("id", "=", asset.id)]), asset.browse()
        )
        for record in (asset, reading, line, asset.owner_ids):
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.with_user(self.foreign_manager).read(["display_name"])
        self.assertTrue(self.vehicle.with_user(self.foreign_manager).name)
        kind = self.env["complaint.asset.kind"].create({"name": "Ours", "company_id": self.company.id})
        with self.assertRaises(AccessError):
            kind.with_user(self.foreign_manager).read(["name"])

    def test_history_by_rules(self):
        """OR-2, SV-3: an object shows the orders and complaints that its reader may read, and no others."""
        employee = self.new_employee(self.handler)
        hidden = self.new_complaint(
            user=self.manager, asset_id=self.car.id, employee_ids=[Command.set(employee.ids)]
        )
        seen = self.new_complaint(asset_id=self.car.id)
        self.new_order()
        mine = self.car.with_user(self.handler)
        self.assertEqual((mine.complaint_ids, mine.complaint_count, mine.order_count), (seen, 1, 0))
        self.assertEqual(self.car.with_user(self.manager).complaint_count, 2)
        self.assertEqual(self.car.with_user(self.advisor).order_count, 1)
        self.assertEqual(mine.complaint_ids.search(mine.action_open_complaints()["domain"]), seen)
        self.assertTrue(hidden)
        with self.assertRaises(AccessError):
            self.car.with_user(self.technician_user).read(["complaint_count"])

    def test_forms(self):
        """OR-1: each role opens the form; technicians change nothing and see no complaints."""
        self.new_complaint(asset_id=self.car.id)
        self.new_order()
        for user in (
            self.technician_user,
            self.advisor,
            self.first_contact,
            self.auditor,
            self.workshop_manager,
        ):
            with self.subTest(user=user.login):
                Form(self.car.with_user(user))
        arch = self.Asset.with_user(self.technician_user).get_views([(False, "form")])["views"]["form"][
            "arch"
        ]
        self.assertNotIn("complaint_ids", arch)

    def test_on_the_fly(self):
        """SV-3: an object is entered while an order or a complaint is; opened, all of it is shown."""
        small = "complaint_management.complaint_asset_view_form_small"
        Asset = self.Asset.with_user(self.first_contact).with_context(
            default_partner_id=self.customer.id, form_view_ref=small
        )
        with Form(Asset, small) as form:
            form.name = "Lift"
            form.kind_id = self.device
        self.assertEqual(form.record.partner_id, self.customer)
        named = Asset.browse(Asset.name_create("Garage door")[0])
        self.assertEqual((named.name, named.partner_id), ("Garage door", self.customer))
        full = self.env.ref("complaint_management.complaint_asset_view_form")
        self.assertEqual(named.get_formview_action()["views"], [(full.id, "form")])

    def test_on_complaint(self):
        """SV-3: the object chosen on a complaint brings its product."""
        boiler = self.new_asset(product_id=self.product.id, serial="B9")
        with Form(self.Complaint.with_user(self.handler)) as form:
            form.name = "Cold"
            form.partner_id = self.customer
            form.channel_id = self.channel
            form.product_id = self.part
            form.asset_id = boiler
            self.assertEqual(form.product_id, self.product)
            form.asset_id = self.car
            self.assertEqual(form.product_id, self.product)
        found = self.Complaint.search([("asset_id", "=", self.car.id)])
        self.assertEqual(found.product_id, self.product)
        found.asset_id = False
        self.assertEqual(found.product_id, self.product)

    def test_partner(self):
        """SV-3: a customer's page counts what the customer and its people own."""
        company = self.env["res.partner"].create({"name": "Cab company", "is_company": True})
        self.buyer.parent_id = company
        self.new_asset(partner_id=self.buyer.id)
        self.new_asset(partner_id=company.id)
        partners = (company | self.buyer | self.heir).with_user(self.advisor)
        self.assertEqual(partners.mapped("complaint_asset_count"), [2, 1, 0])
        self.assertEqual(self.Asset.search_count(partners[0].action_open_assets()["domain"]), 2)
        with self.assertRaises(AccessError):
            company.with_user(self.plain_user).read(["complaint_asset_count"])

    def test_list_cost(self):
        """SV-3: the list costs the same for one object as for many, and so does the form."""
        assets = self.Asset.create(
            [
                {
                    "name": f"Object {i}",
                    "kind_id": self.vehicle.id,
                    "partner_id": self.env["res.partner"].create({"name": f"Owner {i}"}).id,
                    "product_id": self.env["product.product"].create({"name": f"Product {i}"}).id,
                    "reading_ids": [Command.create({"value": 10})],
                }
                for i in range(20)
            ]
        )
        user_assets = self.Asset.with_user(self.advisor)
        views = user_assets.get_views([(False, "list"), (False, "kanban")])["views"]

        def read(records):
            spec = {
                name: {"fields": {"display_name": {}}} if f.type == "many2one" else {} for name, f in listed
            }
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.with_user(self.advisor).web_read(spec)
            return self.env.cr.sql_log_count - before

        for view in views.values():
            listed = [
                (name, field)
                for name, field in self.Asset._fields.items()
                if f'name="{name}"' in view["arch"]
            ]
            read(assets[0])
            self.assertEqual(read(assets[0]), read(assets))

    def import_rows(self, rows, user=None):
        # As the screen does it.
        Asset = self.Asset.with_user(user or self.advisor).with_context(import_file=True)
        return Asset.load(FIELDS, rows)

    def new_row(self, number, **vals):
        row = dict(
            zip(
                FIELDS,
                [
                    f"car_{number}",
                    f"Car {number}",
                    "Vehicle",
                    f"Driver {number % 10}",
                    "Boiler",
                    "",
                    "2025-05-01",
                    "2025-06-01 08:00:00",
                    "1000",
                ],
                strict=True,
            ),
            **vals,
        )
        return [row[name] for name in FIELDS]

    def test_import(self):
        """SV-3: objects come by import with owner, kind and product by name, and readings as lines."""
        self.env["res.partner"].create([{"name": f"Driver {i}"} for i in range(10)])
        rows = []
        for number in range(200):
            rows += [self.new_row(number), [""] * 7 + ["2025-07-01 08:00:00", "2000"]]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = self.import_rows(rows)
        self.env.flush_all()
        queries = self.env.cr.sql_log_count - before
        self.assertFalse(result["messages"], result["messages"][:1])
        assets = self.Asset.browse(result["ids"])
        self.assertEqual((len(assets), len(assets.reading_ids), len(assets.owner_ids)), (200, 400, 200))
        self.assertEqual(set(assets.mapped("usage")), {2000})
        self.assertEqual(assets.kind_id, self.vehicle)
        self.assertEqual(assets.reading_ids[0].source, "import")
        self.assertLess(queries / 200, 12, "looking names up costs some for each row, saving next to nothing")
        for name in ("display_name", "serial"):
            found = self.Asset.with_user(self.advisor).name_search(self.car[name], operator="=")
            self.assertEqual(found, [(self.car.id, self.car.display_name)], "as an export writes it")
        self.assertFalse(self.Asset.name_search(f"{self.car.name} · Another", operator="="))
        again = self.Asset.with_user(self.advisor).load(FIELDS[:2], [["car_0", "Renamed"]])
        self.assertEqual(again["ids"], assets[:1].ids)
        self.assertEqual(assets[0].name, "Renamed")

    def test_import_bad(self):
        """SV-3: rows that cannot be are told with their reason, and then nothing at all is written."""
        self.env["res.partner"].create([{"name": f"Driver {i}"} for i in range(10)])
        number = self.Asset.search_count([])
        for words, vals in {
            "ninth one should be": {"serial": "1M8GDM9A0KP042788"},
            "still to come": {"reading_ids/date": "2030-01-01 08:00:00"},
            "cannot be a reading": {"reading_ids/value": "-5"},
            "Spaceship": {"kind_id": "Spaceship"},
            "Nobody": {"partner_id": "Nobody"},
            "Nothing is counted": {"kind_id": "Device"},
        }.items():
            with self.subTest(words=words):
                rows = [self.new_row(1), self.new_row(2, **vals), self.new_row(3)]
                result = self.import_rows(rows)
                self.assertFalse(result["ids"])
                self.assertIn(words, " ".join(message["message"] for message in result["messages"]))
                self.assertEqual(self.Asset.search_count([]), number)
        twice = [self.new_row(n, serial="1M8GDM9AXKP042788") for n in (1, 2)]
        result = self.import_rows(twice)
        self.assertIn("with this number already", result["messages"][0]["message"])
        self.assertEqual(self.Asset.search_count([]), number)
