"""What strangers type is made harmless without changing a word."""

import random
import unicodedata

from odoo.tests import BaseCase, tagged

from odoo.addons.complaint_management.tools.clean_text import TooLong, clean_line, clean_text

#: Letters, signs and everything that acts unseen.
ALPHABET = [
    *"aZ09 .,-=+@<>&'\"\n\t\r",
    *"äßçéñ漢字。，أبййहिन्दी",
    *"😀👨👩",
    *map(chr, range(0x00, 0x20)),
    *map(chr, range(0x7F, 0xA1)),
    *map(chr, range(0x2000, 0x2070)),
    *map(chr, (0xAD, 0x061C, 0x180E, 0x3164, 0xFEFF, 0xFFFE, 0xFFFF, 0xD800, 0xDFFF, 0xE0041, 0xFFFD)),
]
ACTING = {"Cc", "Cf", "Cs", "Cn"}


@tagged("post_install", "-at_install")
class TestCleanText(BaseCase):
    def _random_texts(self, count=400):
        rng = random.Random(11)
        for _index in range(count):
            yield "".join(rng.choices(ALPHABET, k=rng.randrange(60)))

    def test_nothing_acts_unseen(self):
        """IN-11: no control, direction or zero-width character is left, whatever came."""
        for raw in self._random_texts():
            with self.subTest(raw=raw):
                text = clean_text(raw, 1000)
                left = {char for char in text if unicodedata.category(char) in ACTING}
                self.assertLessEqual(left, {"\n", "\u200c", "\u200d"})
                text.encode()
                self.assertNotIn("\n", clean_line(raw, 1000))

    def test_cleaning_twice_changes_nothing(self):
        for raw in self._random_texts():
            with self.subTest(raw=raw):
                text = clean_text(raw, 1000)
                self.assertEqual(clean_text(text, 1000), text)
                line = clean_line(raw, 1000)
                self.assertEqual(clean_line(line, 1000), line)

    def test_visible_characters_stay_in_order(self):
        """What can be seen is kept, all of it and in its order."""
        for raw in self._random_texts():
            with self.subTest(raw=raw):
                visible = [
                    char
                    for char in raw
                    if not char.isspace()
                    and unicodedata.category(char) not in ACTING
                    and char not in "\u3164\u034f"
                ]
                text = clean_text(raw, 1000)
                self.assertEqual(
                    [char for char in text if not char.isspace() and char not in "\u200c\u200d"], visible
                )

    def test_joiners_stay_where_writing_needs_them(self):
        family = "👨\u200d👩\u200d👧"
        persian = "می\u200cخواهم"
        self.assertEqual(clean_line(family, 50), family)
        self.assertEqual(clean_line(persian, 50), persian)
        self.assertEqual(clean_line("pass\u200dword \u200c", 50), "password")
        self.assertEqual(clean_line("字\u200d\u200d\u200d字", 50), "字\u200d字")

    def test_lines(self):
        self.assertEqual(clean_text("a\r\nb\rc\u2028d", 50), "a\nb\nc\nd")
        self.assertEqual(clean_text("a  \n\n\n\n\n\nb", 50), "a\n\n\nb")
        self.assertEqual(clean_line("  a \t b\n c ", 50), "a b c")

    def test_limits(self):
        self.assertEqual(clean_text("x" * 10, 10), "x" * 10)
        for raw in ("x" * 11, "x" * 10_000_000):
            for clean in (clean_text, clean_line):
                with (
                    self.subTest(length=len(raw), clean=clean.__name__),
                    self.assertRaises(TooLong) as caught,
                ):
                    clean(raw, 10)
                self.assertEqual(caught.exception.limit, 10)
        # What is taken out does not count.
        self.assertEqual(clean_text("x\x00" * 10, 10), "x" * 10)

    def test_no_text(self):
        for raw in (None, False, b"bytes", 5, ["a"]):
            with self.subTest(raw=raw):
                self.assertEqual(clean_text(raw, 10), "")
                self.assertEqual(clean_line(raw, 10), "")
