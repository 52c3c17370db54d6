"""Vehicle identification numbers and their check digit (requirement SV-3).

The form is that of ISO 3779: 17 characters, none of them I, O or Q. The check digit in position 9 is required
in North America (49 CFR 565.15 (c)) and in China (GB 16735), by the same table of values and weights; in
Europe the position is free.

Plain Python without the ORM.
"""

import re
import unicodedata

LENGTH = 17
#: Position of the check digit, counted from 1 as the standards do.
CHECK_POSITION = 9

_VALUES = {str(digit): digit for digit in range(10)} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True)
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def tidy(text):
    """Return a serial number as it is kept: no blanks around it, one between its parts, capital letters.

    Full-width letters and digits of East Asian keyboards become plain ones.

    :param str text: what was typed, or nothing
    """
    return " ".join(unicodedata.normalize("NFKC", text or "").split()).upper()


def normalize(text):
    """Return a vehicle number as it is kept: tidy, and without what separates its parts on paper.

    :param str text: what was typed, or nothing
    """
    return re.sub(r"[\s*·-]", "", tidy(text))


def get_foreign(vin):
    """Return the characters that no vehicle number holds, each once, in the order of the text.

    :param str vin: normalized number, also an incomplete one
    """
    return [char for char in dict.fromkeys(vin) if char not in _VALUES]


def get_check_digit(vin):
    """Return the check digit that belongs to a number, whatever stands in its place.

    :param str vin: 17 characters; the one in position 9 does not count
    :return: a digit, or X for ten
    :raises ValueError: it has not 17 characters of a vehicle number
    """
    rest = vin[: CHECK_POSITION - 1] + "0" + vin[CHECK_POSITION:]
    if len(vin) != LENGTH or get_foreign(rest):
        raise ValueError(f"not a complete vehicle number: {vin!r}")
    remainder = sum(_VALUES[char] * weight for char, weight in zip(rest, _WEIGHTS, strict=True)) % 11
    return "X" if remainder == 10 else str(remainder)


def has_check_digit(vin):
    """Tell whether a complete number holds the check digit that belongs to it."""
    return vin[CHECK_POSITION - 1 : CHECK_POSITION] == get_check_digit(vin)
