from dataclasses import dataclass
from datetime import date

from odoo.fields import Command
from odoo.tests import BaseCase, freeze_time, tagged

from odoo.addons.complaint_management.tests.service.common import ServiceCommon
from odoo.addons.complaint_management.tools import warranty


@dataclass
class Term:
    kind: str
    months: int


@tagged("post_install", "-at_install")
class TestWarrantyTool(BaseCase):
    """Periods against tables worked out by hand."""

    def test_last_day(self):
        """SV-3: a period ends with the day of the same number, else with the last day of the month."""
        for event, months, last in (
            (date(2024, 1, 15), 24, date(2026, 1, 15)),
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2024, 1, 31), 1, date(2024, 2, 29)),
            (date(2026, 8, 31), 6, date(2027, 2, 28)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2024, 2, 29), 48, date(2028, 2, 29)),
            (date(2023, 2, 28), 12, date(2024, 2, 28)),
            (date(2026, 4, 30), 1, date(2026, 5, 30)),
            (date(2025, 12, 31), 2, date(2026, 2, 28)),
            (date(1999, 11, 30), 3, date(2000, 2, 29)),
        ):
            with self.subTest(event=event, months=months):
                self.assertEqual(warranty.get_last_day(event, months), last)

    def test_following(self):
        """SV-3: what follows begins with the next day and is a whole number of months."""
        for last, months, first, end in (
            (date(2026, 1, 15), 12, date(2026, 1, 16), date(2027, 1, 15)),
            (date(2027, 2, 28), 6, date(2027, 3, 1), date(2027, 8, 31)),
            (date(2028, 2, 28), 12, date(2028, 2, 29), date(2029, 2, 27)),
            (date(2028, 2, 29), 12, date(2028, 3, 1), date(2029, 2, 28)),
            (date(2026, 12, 31), 1, date(2027, 1, 1), date(2027, 1, 31)),
        ):
            with self.subTest(last=last, months=months):
                self.assertEqual(warranty.get_following(last, months), (first, end))

    def test_plan(self):
        """SV-3: extended ones begin where the first of the maker's ends."""
        terms = [
            Term("extended", 12),
            Term("statutory", 24),
            Term("maker", 36),
            Term("maker", 144),
            Term("maker", 0),
        ]
        self.assertEqual(
            warranty.plan(terms, date(2024, 2, 29)),
            [
                (date(2027, 3, 1), date(2028, 2, 29)),
                (date(2024, 2, 29), date(2026, 2, 28)),
                (date(2024, 2, 29), date(2027, 2, 28)),
                (date(2024, 2, 29), date(2036, 2, 29)),
                (date(2024, 2, 29), None),
            ],
        )
        self.assertEqual(
            warranty.plan([Term("extended", 12)], date(2026, 3, 1)), [(date(2026, 3, 1), date(2027, 3, 1))]
        )

    def test_in_force(self):
        """SV-3: both ends belong to it, and whichever limit comes first ends it."""
        first, last = date(2026, 1, 15), date(2028, 1, 15)
        for day, usage, limit, covered in (
            (date(2026, 1, 14), 0, 0, False),
            (date(2026, 1, 15), 0, 0, True),
            (date(2028, 1, 15), 99999, 0, True),
            (date(2028, 1, 16), 0, 0, False),
            (date(2027, 1, 1), 60000, 60000, True),
            (date(2027, 1, 1), 60000.1, 60000, False),
            (date(2028, 1, 16), 1, 60000, False),
            (date(2027, 1, 1), None, 60000, True),
        ):
            with self.subTest(day=day, usage=usage, limit=limit):
                self.assertIs(warranty.is_in_force(first, last, limit, day, usage), covered)
        self.assertTrue(warranty.is_in_force(first, None, 60000, date(2099, 1, 1), 59999))
        self.assertFalse(warranty.is_in_force(first, None, 60000, date(2026, 2, 1), 60001))


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestAssetWarranty(ServiceCommon):
    """The warranty of objects follows from their kind and what is entered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind = cls.env["complaint.asset.kind"].create(
            {
                "name": "Test car",
                "usage_unit": "km",
                "warranty_template_ids": [
                    Command.create(
                        {"name": "By law", "kind": "statutory", "months": 24, "covers_labour": False}
                    ),
                    Command.create({"name": "Maker's", "kind": "maker", "months": 36, "usage_limit": 60000}),
                    Command.create(
                        {"name": "Longer", "kind": "extended", "months": 12, "covers_parts": False}
                    ),
                ],
            }
        )

    def assertPeriods(self, asset, expected):
        self.assertEqual(
            [(w.name, w.date_start, w.date_end) for w in asset.warranty_ids.sorted("id")], expected
        )

    def test_copied(self):
        """SV-3: an object has its kind's warranties from the purchase on, and its longest end is kept."""
        asset = self.new_asset(kind_id=self.kind.id, purchase_date="2025-08-31", delivery_date="2025-09-10")
        self.assertPeriods(
            asset,
            [
                ("By law", date(2025, 8, 31), date(2027, 8, 31)),
                ("Maker's", date(2025, 8, 31), date(2028, 8, 31)),
                ("Longer", date(2028, 9, 1), date(2029, 8, 31)),
            ],
        )
        self.assertEqual(asset.warranty_end, date(2029, 8, 31))
        self.kind.warranty_template_ids.months = 1
        self.assertEqual(asset.warranty_end, date(2029, 8, 31), "a copy")

    def test_start_later(self):
        """SV-3: it begins with the delivery where no purchase is known; nothing is guessed before."""
        asset = self.new_asset(kind_id=self.kind.id)
        self.assertFalse(asset.warranty_ids or asset.warranty_end)
        asset.delivery_date = "2026-01-10"
        self.assertEqual(asset.warranty_ids[0].date_start, date(2026, 1, 10))
        self.assertEqual(len(asset.warranty_ids), 3)
        lines = asset.warranty_ids
        edited = lines.filtered(lambda line: line.kind == "statutory")
        edited.date_end = "2030-01-01"
        asset.purchase_date = "2026-01-05"
        self.assertEqual(asset.warranty_ids, lines, "moved, not made anew")
        self.assertEqual(
            sorted((line.kind, line.date_start, line.date_end) for line in lines),
            [
                ("extended", date(2029, 1, 6), date(2030, 1, 5)),
                ("maker", date(2026, 1, 5), date(2029, 1, 5)),
                ("statutory", date(2026, 1, 10), date(2030, 1, 1)),
            ],
        )
        asset.write({"purchase_date": False, "delivery_date": False})
        self.assertEqual(asset.warranty_ids, edited, "what people entered stays")

    def test_other_kind(self):
        """SV-3: with another kind come its warranties; what was entered by hand stays."""
        other = self.env["complaint.asset.kind"].create(
            {"name": "Other", "warranty_template_ids": [Command.create({"name": "Ours", "months": 6})]}
        )
        asset = self.new_asset(kind_id=self.kind.id, purchase_date="2026-01-01")
        asset.warranty_ids = [
            Command.create({"name": "Goodwill", "kind": "extended", "date_end": "2031-12-31"})
        ]
        asset.kind_id = other
        self.assertEqual(sorted(asset.warranty_ids.mapped("name")), ["Goodwill", "Ours"])
        self.assertEqual(asset.warranty_end, date(2031, 12, 31))

    def test_extended_proposed(self):
        """SV-3: a warranty sold later begins where the maker's ends, or as entered."""
        asset = self.new_asset(kind_id=self.kind.id, purchase_date="2025-08-31")
        sold, entered = self.env["complaint.asset.warranty"].create(
            [
                {"asset_id": asset.id, "name": "Sold", "date_end": "2031-08-31"},
                {
                    "asset_id": asset.id,
                    "name": "As said",
                    "date_start": "2026-02-01",
                    "date_end": "2027-01-31",
                },
            ]
        )
        self.assertEqual(sold.date_start, date(2028, 9, 1))
        self.assertEqual(entered.date_start, date(2026, 2, 1))
        self.assertBreaks("ends after it begins", sold, "write", {"date_end": "2028-08-01"})

    def test_covered(self):
        """SV-3: labour and parts are covered by what is in force on the day, at the reading of that day."""
        asset = self.new_asset(kind_id=self.kind.id, purchase_date="2025-01-31")
        self.env["complaint.asset.reading"].create(
            [
                {"asset_id": asset.id, "date": "2025-06-01 09:00:00", "value": 20000},
                {"asset_id": asset.id, "date": "2026-02-01 09:00:00", "value": 61000},
            ]
        )
        for kind, day, usage, covered in (
            ("part", date(2025, 1, 30), None, False),
            ("part", date(2025, 1, 31), None, True),
            ("labour", date(2025, 6, 1), None, True),
            ("labour", date(2026, 1, 31), None, True),
            ("labour", date(2026, 2, 1), None, False),  # 61000 km
            ("part", date(2026, 2, 1), None, True),  # by law
            ("part", date(2027, 1, 31), None, True),
            ("part", date(2027, 2, 1), None, False),
            ("labour", date(2026, 2, 1), 59000, True),
            ("labour", date(2025, 6, 1), 70000, False),
            ("labour", date(2028, 1, 31), None, False),
            ("labour", date(2028, 2, 1), None, True),  # extended
            ("part", date(2028, 2, 1), None, False),
            ("labour", date(2029, 1, 31), None, True),
            ("labour", date(2029, 2, 1), None, False),
        ):
            with self.subTest(kind=kind, day=day, usage=usage):
                self.assertIs(asset._is_covered(kind, day, usage), covered)
        names = asset._get_warranties(date(2025, 6, 1), 100).mapped("name")
        self.assertEqual(sorted(names), ["By law", "Maker's"])

    def test_bad_terms(self):
        """SV-3: terms that cannot be are refused with advice."""
        Term = self.env["complaint.asset.warranty.term"]
        vals = {"kind_id": self.kind.id, "name": "Bad"}
        self.assertBreaks("Say when the warranty ends", Term, "create", {**vals, "months": 0})
        self.assertBreaks(
            "labour, parts or both", Term, "create", {**vals, "covers_labour": 0, "covers_parts": 0}
        )
        self.assertBreaks("lasts some months", Term, "create", {**vals, "months": -1, "usage_limit": 10})
        device = self.new_asset(kind_id=self.env.ref("complaint_management.complaint_asset_kind_device").id)
        self.assertRefuses(
            "no reading can end its warranty",
            device.write,
            {"warranty_ids": [Command.create({"name": "Hours", "usage_limit": 100})]},
        )
