"""Make harmless what a stranger typed, without changing a word of it.

What is taken out cannot be seen but acts: NUL and control characters, which databases and terminals
stumble over; marks that turn the direction of writing, so that a text reads otherwise than it is; and
characters of no width, which hide words from filters and from people.
"""

import re

#: Where a line ends, however it was written.
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\u0085\v\f]")
#: Unseen characters that act, lone halves of characters, and what is no character at all.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
#: Joiners have no width either, but Persian, Indic scripts and many emoji are not written without them.
_JOINERS = re.compile("[\u200c\u200d]+")
#: Below are Latin letters, digits and signs, which nobody joins.
_FIRST_JOINED = "\u0300"

#: Nobody types more; beyond it a text is not even looked through.
_MAX_RAW = 1_000_000


class TooLong(ValueError):
    """A text is longer than it may be.

    :param int limit: how many characters there may be
    """

    def __init__(self, limit):
        super().__init__(limit)
        self.limit = limit


def clean_text(text, limit):
    """Return a text of several lines without characters that act unseen; tabs become spaces.

    >>> clean_text("It was late.\\r\\nAnd\\x00 cold.  ", 100)
    'It was late.\\nAnd cold.'

    :param text: as it came; what is no text at all counts as empty
    :param int limit: how many characters there may be
    :raises TooLong: there are more
    """
    if not isinstance(text, str):
        return ""
    if len(text) > max(_MAX_RAW, 20 * limit):
        raise TooLong(limit)
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text).replace("\t", "    "))
    text = _JOINERS.sub(_keep_joiner, text)
    text = re.sub(r"\n{4,}", "\n\n\n", re.sub(r"[^\S\n]+$", "", text, flags=re.MULTILINE)).strip()
    if len(text) > limit:
        raise TooLong(limit)
    return text


def clean_line(text, limit):
    """Return a text on one line without characters that act unseen.

    >>> clean_line(" Zhang\\tSan\\u202e \\n", 100)
    'Zhang San'

    :param text: as it came; what is no text at all counts as empty
    :param int limit: how many characters there may be
    :raises TooLong: there are more
    """
    try:
        # Line ends and spaces in a row count for nothing here.
        line = " ".join(clean_text(text, max(_MAX_RAW, limit)).split())
    except TooLong as error:
        raise TooLong(limit) from error
    if len(line) > limit:
        raise TooLong(limit)
    return line


def _keep_joiner(match):
    text, (start, end) = match.string, match.span()
    joined = (
        0 < start
        and end < len(text)
        and not text[start - 1].isspace()
        and not text[end].isspace()
        and min(text[start - 1], text[end]) >= _FIRST_JOINED
    )
    return match[0][0] if joined else ""
