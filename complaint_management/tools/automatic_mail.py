"""Tell mail that a machine wrote by itself from mail that a person sent.

A complaint is never made from the first kind and it is never answered, or two machines
would talk to each other for ever. Sources: RFC 3834 (Auto-Submitted), RFC 5321 4.5.5 (null
reverse path), RFC 3464 and 6522 (delivery reports), RFC 8098 (disposition notifications) and
the headers that common mail systems set in their place.
"""

import re

BOUNCE = "bounce"
AUTO_REPLY = "auto_reply"

_ROBOT_SENDERS = re.compile(
    r"(?:^|<|\s|\")(?:mailer-daemon|mailerdaemon|mail-daemon|mdaemon|postmaster|mailsystem)(?:@|>|$)",
    re.IGNORECASE,
)
_REPORT_TYPES = frozenset(
    {
        "multipart/report",
        "message/delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
    }
)
_BOUNCE_HEADERS = ("X-Failed-Recipients", "X-Autoreply-Bounce", "Original-Recipient")
_REPLY_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-AutoReply-From", "X-Mail-Autoreply")
_REPLY_PRECEDENCE = frozenset({"auto_reply", "auto-reply", "autoreply"})


def _header(message, name):
    """The header as text; a header too broken to be parsed counts as absent."""
    try:
        return str(message.get(name) or "").strip()
    except Exception:  # the e-mail package raises various errors on hostile headers
        return ""


def _content_types(message):
    try:
        return {part.get_content_type() for part in message.walk()}
    except Exception:
        return {message.get_content_type()}


def automatic_kind(message):
    """Tell what kind of automatic mail a message is.

    :param email.message.EmailMessage message: a parsed mail
    :return: :data:`BOUNCE`, :data:`AUTO_REPLY`, or None for mail of a person
    """
    if _content_types(message) & _REPORT_TYPES:
        return BOUNCE
    if any(_header(message, name) for name in _BOUNCE_HEADERS):
        return BOUNCE
    if _ROBOT_SENDERS.search(_header(message, "From")):
        return BOUNCE
    submitted = _header(message, "Auto-Submitted").lower()
    if submitted.startswith(("auto-replied", "auto-notified")):
        return AUTO_REPLY
    if any(_header(message, name) for name in _REPLY_HEADERS):
        return AUTO_REPLY
    if _header(message, "Precedence").lower() in _REPLY_PRECEDENCE:
        return AUTO_REPLY
    if _header(message, "Return-Path") == "<>":
        return AUTO_REPLY if submitted.startswith("auto-generated") else BOUNCE
    return None

