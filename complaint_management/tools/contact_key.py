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


def masked_phone(number):
    """Return a phone number that its owner knows again and nobody else can call (CP-5).

    >>> masked_phone("138 0013 8000")
    '138 **** 8000'

    :param number: a phone number as somebody typed it, or a false value
    :return: the same with the digits between the first three and the last four hidden; of a short one all
        but the last two
    """
    text = unicodedata.normalize("NFKC", number or "").strip()
    count = sum(character.isdigit() for character in text)
    head, tail = (3, 4) if count >= 9 else (0, 2)
    shown, seen = [], 0
    for character in text:
        seen += character.isdigit()
        hidden = character.isdigit() and head < seen <= count - tail
        shown.append("*" if hidden else character)
    return "".join(shown)
