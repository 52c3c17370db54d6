from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, tagged

from odoo.addons.complaint_management.tests.service.common import ServiceCommon
from odoo.addons.complaint_management.tools import vin

#: Valid numbers with where they were published.
PUBLISHED = {
    "1G4AH59H45G118341": "49 CFR 565, sample calculation in the table of check digits",
    "1J9RP1A36A1644345": "NHTSA, outline for new manufacturers: sum 314, remainder 6",
    "1M8GDM9AXKP042788": "widely used worked example: remainder 10, so X",
    "11111111111111111": "the usual test number: the sum is 89, which leaves 1",
}
#: A number as vehicles made for Europe have it: Z in the place of the check digit.
EUROPEAN = "WP0ZZZ99ZTS392124"


@tagged("post_install", "-at_install")
class TestVinTool(BaseCase):
    """The published algorithm, and how numbers are written."""

    def test_published(self):
        """SV-3: the check digit of published numbers comes out."""
        for number, source in PUBLISHED.items():
            with self.subTest(source=source):
                self.assertEqual(vin.get_check_digit(number), number[8])
                self.assertTrue(vin.has_check_digit(number))

    def test_by_hand(self):
        """SV-3: the products of the sample in 49 CFR 565 add up to 411, which leaves 4 by 11."""
        products = [8, 49, 24, 5, 32, 15, 18, 80, 0, 45, 56, 7, 6, 40, 12, 12, 2]
        self.assertEqual((sum(products), sum(products) % 11), (411, 4))
        self.assertEqual(vin.get_check_digit("1G4AH59H?5G118341".replace("?", "0")), "4")

    def test_values(self):
        """SV-3: each letter has its value in 49 CFR 565; in the first place it counts eightfold."""
        table = "A1 B2 C3 D4 E5 F6 G7 H8 J1 K2 L3 M4 N5 P7 R9 S2 T3 U4 V5 W6 X7 Y8 Z9"
        for letter, value in table.split():
            with self.subTest(letter=letter):
                # Sixteen ones make 81 without the first place.
                remainder = (81 + 8 * int(value)) % 11
                digit = "X" if remainder == 10 else str(remainder)
                self.assertEqual(vin.get_check_digit(letter + "1" * 16), digit)

    def test_each_position_counts(self):
        """SV-3: one wrong character is noticed wherever it stands, but between characters of one value."""
        number = "1M8GDM9AXKP042788"
        for position in range(17):
            wrong = "5" if number[position] not in "5ENVW" else "6"
            mistyped = number[:position] + wrong + number[position + 1 :]
            with self.subTest(position=position + 1):
                self.assertFalse(vin.has_check_digit(mistyped))

    def test_not_european(self):
        """SV-3: numbers made for Europe have another character in its place."""
        self.assertFalse(vin.has_check_digit(EUROPEAN))

    def test_foreign(self):
        """SV-3: I, O and Q are no characters of a vehicle number, nor is anything but letters and digits."""
        self.assertEqual(vin.get_foreign("1IM8OGQ/O"), ["I", "O", "Q", "/"])
        self.assertEqual(vin.get_foreign("1M8GDM9AXKP042788"), [])
        for wrong in ("1M8GDM9AXKP04278O", "1M8GDM9AXKP04278", "1M8GDM9AXKP0427888", ""):
            with self.subTest(number=wrong), self.assertRaises(ValueError):
                vin.get_check_digit(wrong)

    def test_written(self):
        """SV-3: blanks, dashes, small and full-width letters are ways of writing one number."""
        for text in (
            " 1m8gdm9a xkp0 42788 ",
            "1M8-GDM9AX-KP042788",
            "*1M8GDM9AXKP042788*",
            "１Ｍ８GDM9AXKP042788",
        ):
            with self.subTest(text=text):
                self.assertEqual(vin.normalize(text), "1M8GDM9AXKP042788")
        self.assertEqual(vin.tidy("  sn - 47\t11 "), "SN - 47 11")
        self.assertEqual((vin.tidy(None), vin.normalize(False)), ("", ""))


@tagged("post_install", "-at_install")
class TestAssetSerial(ServiceCommon):
    """Numbers of objects: written in one way, none twice, vehicle numbers checked as the company wants."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vehicle = cls.env.ref("complaint_management.complaint_asset_kind_vehicle")
        cls.device = cls.env.ref("complaint_management.complaint_asset_kind_device")
        cls.product = cls.env["product.product"].create({"name": "Boiler"})

    def new_vehicle(self, serial, **vals):
        return self.new_asset(kind_id=self.vehicle.id, serial=serial, **vals)

    def test_normalised(self):
        """SV-3: a number is kept in one way, whether created, changed or given another kind."""
        car = self.new_vehicle(" 1m8gdm9a xkp042788")
        self.assertRecordValues(car, [{"serial": "1M8GDM9AXKP042788", "serial_complete": True}])
        car.serial = "1g4ah59h-45g118341 "
        self.assertEqual(car.serial, "1G4AH59H45G118341")
        boiler = self.new_asset(kind_id=self.device.id, serial=" 1m8gdm9a  xkp042788 ")
        self.assertEqual(boiler.serial, "1M8GDM9A XKP042788", "blanks may belong to other numbers")
        boiler.kind_id = self.vehicle
        self.assertEqual(boiler.serial, "1M8GDM9AXKP042788")
        boiler.serial = "  "
        self.assertFalse(boiler.serial)

    def test_vin_messages(self):
        """SV-3: what is wrong with a vehicle number is said, and what to do."""
        self.company.complaint_vin_check = "complete"
        for number, words in {
            "1M8GDM9AXKP04278O": "it holds O.",
            "1M8GDM9AXKP0427888": "it has 18 characters",
            "1M8GDM9A0KP042788": "the ninth one should be X",
            EUROPEAN: "tick “No Check Digit”",
        }.items():
            with self.subTest(number=number):
                self.assertRefuses(words, self.new_vehicle, number)
        self.assertRefuses("it holds O.", self.new_vehicle, "1M8GDO9")

    def test_vin_switch(self):
        """SV-3: the company says whether vehicle numbers are checked, and how strictly."""
        incomplete = "1FTFW1E5XKF"
        self.company.complaint_vin_check = "off"
        self.new_vehicle("OLD TIMER QIO")
        self.company.complaint_vin_check = "complete"
        self.assertFalse(self.new_vehicle(incomplete).serial_complete)
        with self.assertRaises(ValidationError):
            self.new_vehicle(EUROPEAN)
        self.assertTrue(self.new_vehicle(EUROPEAN, serial_unchecked=True).serial_complete)
        self.company.complaint_vin_check = "strict"
        self.assertRefuses("has 11 of the 17", self.new_vehicle, incomplete)
        self.assertRefuses("is not right", self.new_vehicle, "WP0ZZZ99ZTS392125", serial_unchecked=True)
        self.new_vehicle("1M8GDM9AXKP042788")

    def test_tick_taken_away(self):
        """SV-3: without the tick the number is checked again."""
        car = self.new_vehicle(EUROPEAN, serial_unchecked=True)
        self.assertRefuses("may not be right", car.write, {"serial_unchecked": False})

    def assertTaken(self, **vals):
        self.assertBreaks("with this number already", self.Asset, "create", {"name": "Twice", **vals})

    def test_each_once(self):
        """SV-3: a number is one object's of a product; a vehicle number one vehicle's of the company."""
        vals = {"kind_id": self.device.id, "serial": "b 1"}
        other = self.env["product.product"].create({"name": "Pump"})
        self.new_asset(**vals, product_id=self.product.id)
        self.assertTaken(**vals, product_id=self.product.id)
        self.new_asset(**vals, product_id=other.id)
        self.new_asset(**vals, model="Other make")
        self.assertTaken(**vals, model="OTHER make")
        self.new_vehicle("1M8GDM9AXKP042788", product_id=other.id)
        self.assertTaken(kind_id=self.vehicle.id, serial="1m8gdm9a xkp042788", product_id=self.product.id)

    def test_each_once_later(self):
        """SV-3: archived and scrapped ones keep their number; other companies have their own."""
        car = self.new_vehicle("1M8GDM9AXKP042788", active=False, state="scrapped")
        self.assertTaken(kind_id=self.vehicle.id, serial=car.serial)
        self.new_vehicle(car.serial, company_id=self.company_2.id)
        copies = self.new_vehicle("1FTFW1E5XKF") | self.new_vehicle("1FTFW1E5XKF")
        self.assertEqual(len(copies), 2, "a part of a number says nothing about one vehicle")
        self.assertFalse(car.copy().serial)
