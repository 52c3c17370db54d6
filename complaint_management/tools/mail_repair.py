"""Mend mail that Odoo's gateway would garble, lose parts of, or fail on.

The standard library parses strictly and forgives little: a boundary without quotes loses the whole
body, an unknown charset or an attachment of an unheard-of type raises, one broken header line hides
all that follow it. Programs of real people send all of that. What is sound stays as it is.
"""

import base64
import binascii
import hashlib
import quopri
import re
from email import message_from_bytes, policy
from email.utils import getaddresses

import dateutil.parser

from .charset import codec_name, decode, storable

RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "Resent-To", "Resent-Cc")
_ADDRESS_HEADERS = ("From", *RECIPIENT_HEADERS, "Return-Path")
_TEXT_HEADERS = ("Subject", "References", "In-Reply-To", "Message-Id", "Date", "Auto-Submitted", "Precedence")
#: What tells one mail from another: the servers on its way number what they take.
_TELLING_HEADERS = ("Received", "Date", "From", "To", "Cc", "Subject")
_PART_HEADERS = ("Content-Type", "Content-Disposition", "Content-Id", "Content-Transfer-Encoding")
#: What the index of the database takes, with room for what is added to a copy's.
_MAX_ID = 998

#: A header that needs no decoding.
_PLAIN = re.compile(r"(?:(?!=\?)[\t\r\n -~])*")

_FIELD = re.compile(rb"[!-9;-~]+:")
_OBSOLETE_FIELD = re.compile(rb"([!-9;-~]+)[ \t]+:")
_WORD = re.compile(r"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")
_ADDRESS = re.compile(r"[^\s<>,;:()\[\]\"]+@[^\s<>,;:()\[\]\"]+")
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_BOUNDARY_LINE = re.compile(rb"^--(\S[^\r\n]*?)[ \t]*\r?\n(?=(?:[!-9;-~]+:|\r?\n))", re.MULTILINE)
_FILE_NAME = re.compile(r"\b(?:file)?name\s*=\s*(\"[^\"]*\"|[^;\r\n]*)", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
#: Parts of these kinds are what the standard library can hand out.
_READABLE = frozenset({"text", "application", "image", "audio", "video", "multipart"})


def mend_head(raw):
    """Return a mail whose header lines are all recognised as such.

    A line that is no header would end the header for the parser, so it is made one of no meaning; a
    blank before the colon, once allowed (RFC 5322, 4.5.3), is taken away.

    :param bytes raw: a mail as it was received
    :return: bytes; ``raw`` itself where nothing is wrong
    """
    end = re.search(rb"\r?\n\r?\n", raw)
    head = raw[: end.start()] if end else raw
    lines = head.splitlines(keepends=True)
    mended = []
    for number, line in enumerate(lines):
        if _OBSOLETE_FIELD.match(line):
            mended.append(_OBSOLETE_FIELD.sub(rb"\1:", line, count=1))
        elif (
            _FIELD.match(line)
            or (number == 0 and line.startswith(b"From "))
            or (number and line[:1] in b" \t")
        ):
            mended.append(line)
        elif number:
            mended.append(b"X-Unreadable: " + line)
        else:
            return raw
    return raw if mended == lines else b"".join(mended) + raw[len(head) :]


def _get_raw(message, *names):
    """Return the texts of headers as they stand in the mail, one after the other."""
    wanted = {name.lower() for name in names}
    values = [str(value) for name, value in message.raw_items() if name.lower() in wanted]
    return [storable(_to_bytes(value).decode("utf-8", "replace")) for value in values]


def recipients(message):
    """Return the addresses that a mail names as its recipients, in lower case, however broken it is."""
    values = _get_raw(message, *RECIPIENT_HEADERS)
    return sorted({address.lower() for value in values for address in _ADDRESS.findall(value)})


def message_id(message):
    """Return the id of a mail as it is stored, or None. Longer ones do not fit into the database's index.

    A mail without one gets one that is made of its head: fetched again, it is known as the same.
    """
    value = " ".join(next(iter(_get_raw(message, "Message-Id")), "").split())
    if len(value) > _MAX_ID:
        return f"<{hashlib.sha256(value.encode()).hexdigest()}@long.invalid>"
    if not value and _get_raw(message, "Received"):
        head = "\n".join(_get_raw(message, *_TELLING_HEADERS))
        return f"<{hashlib.sha256(head.encode()).hexdigest()}@none.invalid>"
    return value or None


def references(message):
    """Return the message ids that a mail answers, the newest last."""
    values = _get_raw(message, "References", "In-Reply-To")
    return [reference for value in values for reference in _MESSAGE_ID.findall(value)]


def find_faults(message, thorough=False):
    """Return what has to be done to make a mail readable; nothing is changed yet.

    :param email.message.EmailMessage message: as ``email.policy.SMTP`` parses it
    :param bool thorough: parse every header, also those that look sound
    :return: list of functions without parameters that mend one thing each, to be called in order
    """
    broken = [
        part
        for part in message.walk()
        if part.get_content_maintype() == "multipart" and not part.is_multipart()
    ]
    if broken:
        # What is wrong with the parts shows when they are there.
        return [lambda: _mend_structure(message, broken, thorough)]
    hints = _charsets(message)
    faults = [fault for part in message.walk() for fault in _part_faults(part, part is message, hints)]
    if message_id(message) and not any(_get_raw(message, "Message-Id")):
        # First: it is made of the other headers as they came.
        faults.append(lambda: _mend_header(message, "Message-Id", hints))
    return faults + [
        lambda name=name: _mend_header(message, name, hints)
        for name in (*_ADDRESS_HEADERS, *_TEXT_HEADERS)
        if not _is_readable(message, name, thorough)
    ]


def readable_text(message):
    """Return what can be read of a mail at all, for when everything else has failed."""
    texts = []
    for part in message.walk():
        if part.get_content_maintype() == "text":
            data = part.get_payload(decode=True) or b""
            texts.append(decode(data, None, _charsets(message)))
    return "\n\n".join(texts)


# structure


def _mend_structure(message, broken, thorough):
    for part in broken:
        _split(part)
    for fault in find_faults(message, thorough):
        fault()


def _split(part):
    """Part a multipart whose boundary is missing or wrong; without any it is one text."""
    del part["Content-Transfer-Encoding"]
    data = part.get_payload(decode=True) or b""
    line = _BOUNDARY_LINE.search(data)
    parts = []
    if line:
        boundary = line[1].replace(b'"', b"")
        head = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="%s"\r\n\r\n' % boundary
        whole = message_from_bytes(head + data, policy=policy.SMTP)
        parts = whole.get_payload() if whole.is_multipart() else []
    # The gateway looks for a first part in every delivery report.
    if not parts and (data.strip() or part.get_content_subtype() == "report"):
        parts = [message_from_bytes(b"Content-Type: text/plain\r\n\r\n" + data, policy=policy.SMTP)]
    part.set_payload(parts)


# parts


def _part_faults(part, is_top, hints):
    unreadable = [name for name in _PART_HEADERS if _get_values(part, name) is None]
    if unreadable:
        return [lambda: _mend_part_headers(part, unreadable, is_top, hints)]
    encoding = str(part.get("Content-Transfer-Encoding", "")).lower()
    tidy = re.sub(r"[^a-z0-9-]", "", encoding)
    if tidy != encoding and tidy in ("quoted-printable", "base64", "7bit", "8bit"):
        return [lambda: _mend_encoding(part, tidy, is_top, hints)]
    maintype = part.get_content_maintype()
    if maintype == "multipart":
        return []
    if maintype == "message":
        return [] if _can_be_read(part) else [lambda: _keep_as_file(part, as_bytes(part))]
    if maintype not in _READABLE:
        return [lambda: _keep_as_file(part, part.get_payload(decode=True) or b"")]
    faults = _text_faults(part, is_top, hints) if maintype == "text" else []
    name = _better_file_name(part, hints)
    return faults + ([lambda: _set_file_name(part, name)] if name and not faults else [])


def _mend_part_headers(part, names, is_top, hints):
    name = _raw_file_name(part, hints)
    for header in names:
        del part[header]
    if name:
        _set_file_name(part, name)
    for fault in _part_faults(part, is_top, hints):
        fault()


def _mend_encoding(part, encoding, is_top, hints):
    del part["Content-Transfer-Encoding"]
    part["Content-Transfer-Encoding"] = encoding
    for fault in _part_faults(part, is_top, hints):
        fault()


def _text_faults(part, is_top, hints):
    data = part.get_payload(decode=True) or b""
    label = part.get_param("charset")
    label = label if isinstance(label, str) else None
    subtype = part.get_content_subtype()
    is_file = bool(part.get_filename()) or str(part.get("Content-Disposition", "")).strip().startswith(
        "attachment"
    )
    try:
        # As the gateway reads it.
        text = part.get_content() if label or is_top else data.decode("utf-8", "replace")
    except (LookupError, ValueError):
        text = None
    if is_file or subtype not in ("plain", "html"):
        kept = text is not None and text.encode(codec_name(label) or "utf-8", "replace") == data
        return [] if kept else [lambda: _keep_as_file(part, data)]
    if subtype == "html" and codec_name(label) in (None, "ascii"):
        meta = _META_CHARSET.search(data)
        label = meta[1].decode("ascii", "replace") if meta else label
    wanted = decode(data, label, hints)
    return [] if text == wanted else [lambda: _set_text(part, subtype, wanted)]


def _set_text(part, subtype, text):
    for name in ("Content-Type", "Content-Transfer-Encoding"):
        del part[name]
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    _set_bytes(part, text.encode())


def _keep_as_file(part, data):
    """Keep a part as a file, byte for byte, whatever it says it is."""
    name = part.get_filename()
    for header in ("Content-Type", "Content-Transfer-Encoding"):
        del part[header]
    part["Content-Type"] = "application/octet-stream"
    _set_bytes(part, data)
    if name:
        _set_file_name(part, storable(name))


def _set_bytes(part, data):
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(data).decode("ascii"))


def _can_be_read(part):
    try:
        content = part.get_content()
        return not hasattr(content, "as_bytes") or content.as_bytes() is not None
    except Exception:  # the standard library raises whatever comes up
        return False


def as_bytes(message):
    """Return a message as bytes, unfolded where it cannot be folded."""
    for rules in (message.policy, policy.compat32):
        try:
            return message.as_bytes(policy=rules)
        except Exception:  # as above
            continue
    return b""


def _raw_file_name(part, hints):
    for header in ("Content-Disposition", "Content-Type"):
        for name, value in part.raw_items():
            found = _FILE_NAME.search(str(value)) if name.lower() == header.lower() else None
            if found:
                return storable(_decode_words(found[1].strip('" \t'), hints)).strip()
    return None


def _better_file_name(part, hints):
    """Return a file's name where the parser found none or garbled it, else None."""
    name = part.get_filename()
    if name and "\ufffd" not in name and storable(name) == name:
        return None
    better = _raw_file_name(part, hints)
    return better if better and better != name and "\ufffd" not in better else None


def _set_file_name(part, name):
    disposition = "inline" if part.get("Content-Id") else "attachment"
    del part["Content-Disposition"]
    part.add_header("Content-Disposition", disposition, filename=name)


# headers


def _get_values(message, name):
    """Return the texts of a header as the parser reads it, or None where it fails."""
    try:
        return [str(value) for value in message.get_all(name, [])]
    except Exception:  # the standard library raises whatever comes up on hostile headers
        return None


def _is_readable(message, name, thorough):
    raw = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
    if not raw:
        return True
    if name == "Date":
        values = _get_values(message, name)
        return values is not None and all(map(_is_date, values))
    if not thorough and all(_PLAIN.fullmatch(value) and len(value) < _MAX_ID for value in raw):
        return True
    values = _get_values(message, name)
    if values is None or (name == "Message-Id" and any(len(value) > _MAX_ID for value in values)):
        return False
    return all("\ufffd" not in value and storable(value) == value for value in values)


def _is_date(value):
    """Tell whether the gateway can live with a date: it stores what is far off, but cannot read it again."""
    try:
        return 1000 <= dateutil.parser.parse(value, fuzzy=True, ignoretz=True).year < 9999
    except Exception:  # the gateway takes the present moment then
        return True


def _mend_header(message, name, hints):
    raw = " ".join(str(value) for key, value in message.raw_items() if key.lower() == name.lower())
    if name == "Date":
        value = None
    elif name == "Message-Id":
        value = message_id(message)
    elif name in _ADDRESS_HEADERS:
        value = _readable_addresses(raw, hints)
    else:
        value = " ".join(storable(_decode_words(raw, hints)).split())
    del message[name]
    if not value:
        return
    try:
        message[name] = value
        str(message[name])
    except Exception:  # better without this header than without the mail
        del message[name]


def _readable_addresses(raw, hints):
    pairs = [(name, found[0]) for name, address in getaddresses([raw]) if (found := _ADDRESS.search(address))]
    if not pairs:
        pairs = [("", address) for address in _ADDRESS.findall(raw)]
    readable = []
    for name, address in pairs:
        name = re.sub(r'[\\"]', "", " ".join(storable(_decode_words(name, hints)).split()))
        address = storable(_decode_words(address, hints))
        readable.append(f'"{name}" <{address}>' if name else address)
    return ", ".join(readable)


def _decode_words(raw, hints):
    """Decode a header by RFC 2047, where bytes outside of ASCII may stand beside encoded words."""
    text = _BETWEEN_WORDS.sub(r"\1", raw)
    position, pieces = 0, []
    for word in _WORD.finditer(text):
        pieces.append((None, _to_bytes(text[position : word.start()])))
        pieces.append((word[1], _word_bytes(word[2], word[3])))
        position = word.end()
    pieces.append((None, _to_bytes(text[position:])))
    decoded, pending, label = [], b"", None
    for charset, data in pieces:
        if not data:
            continue
        if charset != label:
            # A character may be split over two words of one charset.
            decoded.append(decode(pending, label, hints))
            pending, label = b"", charset
        pending += data
    return "".join([*decoded, decode(pending, label, hints)])


def _to_bytes(text):
    return text.encode("utf-8", "surrogateescape")


def _word_bytes(encoding, content):
    data = _to_bytes(content)
    if encoding in "qQ":
        return quopri.decodestring(data.replace(b"_", b" "), header=True)
    try:
        return binascii.a2b_base64(data.rstrip(b"=") + b"==")
    except binascii.Error:
        return data


def _charsets(message):
    """Return the charsets that a mail names anywhere: what says nothing may be in one of them."""
    labels = [part.get_param("charset") for part in message.walk() if part.get_content_maintype() == "text"]
    for _name, value in message.raw_items():
        labels += [word[1] for word in _WORD.finditer(str(value))]
    return tuple(dict.fromkeys(label for label in labels if isinstance(label, str)))
