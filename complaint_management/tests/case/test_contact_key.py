from odoo.tests import BaseCase, tagged

from odoo.addons.complaint_management.tools.contact_key import masked_phone, phone_key

#: Spellings of one subscriber, line by line.
SAME = (
    (
        "+86 138-0013-8000",
        "013800138000",
        "13800138000",
        "0086 138 0013 8000",
        "１３８００１３８０００",
        "(138) 0013.8000",
    ),
    ("010-62345678", "+86 10 6234 5678", "(010) 6234-5678", "010-62345678转801"),
    (
        "010-62345678 ext. 801",
        "010-62345678 分机 12",
        "01062345678x12",
        "010 6234 5678 #12",
        "010-62345678 Extension 5",
    ),
    ("+49 (0)30 1234567", "0049 30 1234567", "030/1234567"),
    ("110-456", "110456"),
)
#: Too short or nothing to compare: they would join strangers.
NOTHING = (False, None, "", "12345", "110", "ext. 123456", "none", "转801", "  ")


@tagged("post_install", "-at_install")
class TestContactKey(BaseCase):
    """One person is found however their number was typed (IN-9)."""

    def test_masked(self):
        """CP-5: who sees it knows their own number again, and nobody can call it."""
        for number, masked in (
            ("13800138000", "138****8000"),
            ("+86 138-0013-8000", "+86 1**-****-8000"),
            ("010-62345678", "010-****5678"),
            ("110456", "****56"),
            ("１３８００１３８０００", "138****8000"),
            ("", ""),
            (False, ""),
        ):
            with self.subTest(number=number):
                self.assertEqual(masked_phone(number), masked)

    def test_spellings_of_one_number(self):
        for spellings in SAME:
            keys = {phone_key(number) for number in spellings}
            with self.subTest(spellings=spellings):
                self.assertEqual(len(keys), 1, keys)
                self.assertNotIn(False, keys)

    def test_different_numbers(self):
        keys = [phone_key(number) for number in ("13800138000", "13800138001", "13900138000", "01062345678")]
        self.assertEqual(len(set(keys)), len(keys), keys)

    def test_short_number(self):
        for number in NOTHING:
            with self.subTest(number=number):
                self.assertIs(phone_key(number), False)
