"""Read bytes as text when the charset they claim is missing, unknown, too narrow or wrong."""

import codecs
import re

#: Charsets that mail programs name when they mean a wider one (the WHATWG does the same for browsers).
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
    "euc_kr": "cp949",
}
#: Names in use that Python does not know.
_ALIASES = {
    "ansi": "cp1252",
    "unicode-1-1-utf-7": "utf-7",
    "windows-874": "cp874",
    "x-gbk": "gb18030",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-big5": "big5hkscs",
    "ks_c_5601": "cp949",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
}
#: Codecs that are no charset of mail; some of them take very long or give what no database stores.
_REFUSED = frozenset({"idna", "punycode", "unicode_escape", "raw-unicode-escape", "undefined"})
#: What says nothing: every byte is a character, or the name is a mere default.
_VAGUE = frozenset({None, "ascii", "iso8859-1", "cp1252"})

# What PostgreSQL or XML cannot hold, and the halves of characters that no text has.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def codec_name(label):
    """Return Python's name of a charset, or None where the label names none.

    :param label: what a mail says (``GB2312``, ``"utf8"``, ``x-unknown``), or a false value
    """
    label = (label or "").strip(" \t\"'").lower()
    try:
        name = codecs.lookup(_ALIASES.get(label, label)).name
        b" ".decode(name, "ignore")
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if name in _REFUSED else name


def storable(text):
    """Return the text without the characters that neither the database nor HTML can hold."""
    return _UNSTORABLE.sub("", text)


def decode(data, label=None, hints=()):
    """Return bytes as the text that was most probably meant.

    >>> decode("Größe".encode(), "iso-8859-1")
    'Größe'
    >>> decode("朱镕基".encode("gbk"), "gb2312")
    '朱镕基'

    :param bytes data: what was received
    :param str label: the charset it claims
    :param hints: labels that the same mail uses elsewhere
    :return: str; characters that cannot be told are the replacement character
    """
    name = codec_name(label)
    for candidate in _candidates(data, name, hints):
        text = _decode_strictly(data, candidate)
        if text is not None:
            return storable(text)
    return storable(data.decode(_WIDER.get(name, name) or "utf-8", "replace"))


def _candidates(data, name, hints):
    if name in _VAGUE:
        if b"\x1b$" in data or b"\x1b(" in data:
            yield "iso2022_jp_ext"
        # Hardly any other text happens to be UTF-8, so this may overrule the claim.
        yield "utf-8"
        yield from (_WIDER.get(hint, hint) for hint in map(codec_name, hints) if hint not in _VAGUE)
        if name is None and _looks_double_byte(data):
            yield "gb18030"
        yield "cp1252"
        yield "latin-1"
    else:
        yield name
        yield "utf-8"


def _looks_double_byte(data):
    """Tell Chinese from a Western text: its high bytes come in runs, not one here and there."""
    runs = re.findall(rb"[\x80-\xff]+", data)
    return bool(runs) and sum(map(len, runs)) >= 2 * len(runs)


def _decode_strictly(data, name):
    try:
        text = data.decode(name)
        text.encode()
    except (UnicodeError, LookupError):
        return None
    return text
