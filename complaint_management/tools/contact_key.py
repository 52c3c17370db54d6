"""Comparable forms of contact data, so that one person is found however they were typed."""

import re
import unicodedata

#: Digits that tell two subscribers apart: long enough for mobile numbers, short enough
#: to leave country and trunk prefixes (+86, 0086, 0) out.
PHONE_KEY_LENGTH = 9
PHONE_KEY_MINIMUM = 6

_EXTENSION = re.compile(r"(ext\.?|extension|转|分机|#|x)\s*\d+\s*$", re.IGNORECASE)


def phone_key(number):
    """Return the last digits of a phone number, or False where it is too short to compare.

    >>> phone_key("+86 138-0013-8000") == phone_key("013800138000")
    True

    :param number: a phone number as somebody typed it (full-width digits too), or a false value
    :return: str of at most :data:`PHONE_KEY_LENGTH` digits, or False
    """
    if not number:
        return False
    text = unicodedata.normalize("NFKC", number)
    digits = re.sub(r"\D", "", _EXTENSION.sub("", text))
    return digits[-PHONE_KEY_LENGTH:] if len(digits) >= PHONE_KEY_MINIMUM else False
