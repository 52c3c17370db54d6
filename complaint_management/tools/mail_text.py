"""The words of an HTML body as a person would write them down."""

import re

from lxml import etree, html

_UNSEEN = frozenset({"script", "style", "head", "title", "meta", "link", "noscript", "template", "object"})
_BLOCKS = frozenset(
    "address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tr ul".split()
)
#: Blocks that stand apart from the next one by an empty line.
_PARAGRAPHS = frozenset("p blockquote table ul ol pre h1 h2 h3".split())


def plain_text(body):
    """Return the text of an HTML body: paragraphs kept, markup, scripts and link targets left out.

    :param body: HTML, also a fragment, or a false value
    :return: str
    """
    if not body or not body.strip():
        return ""
    try:
        root = html.fromstring(f"<div>{body}</div>", parser=html.HTMLParser(huge_tree=True))
    except (ValueError, etree.LxmlError):
        return ""
    writer = _Writer()
    writer.walk(root)
    text = re.sub(r"[ \t\u00a0]*(?:\r\n?|\n)", "\n", "".join(writer.parts))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


class _Writer:
    """Collects the text of a tree, line by line."""

    def __init__(self):
        self.parts = []
        self.preserved = 0

    def walk(self, root):
        # Not recursive: how deep the tree is was the sender's choice.
        for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
            if event == "start":
                self._open(node)
            else:
                if event == "end":
                    self._close(node.tag)
                if node is not root:
                    self._add(node.tail)

    def _open(self, node):
        tag = node.tag
        if tag in _UNSEEN:
            node[:] = []
            return
        self.preserved += tag == "pre"
        if tag == "br":
            self.parts.append("\n")
        elif tag in _BLOCKS:
            self._end_line()
        if tag == "li":
            self.parts.append("- ")
        self._add(node.text)

    def _close(self, tag):
        self.preserved -= tag == "pre"
        if tag in _BLOCKS:
            self._end_line()
        if tag in _PARAGRAPHS:
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append("\t")

    def _end_line(self):
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def _add(self, text):
        if text and not self.preserved:
            text = re.sub(r"[ \t\r\n]+", " ", text)
            if not self.parts or self.parts[-1].endswith("\n"):
                text = text.lstrip(" ")
        if text:
            self.parts.append(text)


# mail that somebody passes on

_FORWARDED_SUBJECT = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|enc|vs|vb|doorst|转发|轉寄|転送)\s*[:：]", re.IGNORECASE
)
_FORWARDED_LINE = re.compile(
    r"^[-_ >]*(?:forwarded message|begin forwarded message|original message|weitergeleitete nachricht|"
    r"ursprüngliche nachricht|message transféré|message d'origine|mensaje reenviado|messaggio inoltrato|"
    r"转发的?邮件|原始邮件|轉寄的?郵件|転送メッセージ)",
    re.IGNORECASE | re.MULTILINE,
)
_FROM_LINE = re.compile(
    r"^[>\s*]*(?:from|von|de|da|van|från|fra|od|от|发件人|發件人|寄件者|寄件人|差出人|보낸 ?사람)"
    r"[\s*]*[:：]\s*(.+)$",
    re.IGNORECASE | re.MULTILINE,
)
_MAILTO = re.compile(r"\[?mailto:([^\]>\s]+)\]?")


def forwarded_senders(subject, text):
    """Return who wrote what somebody passes on, as the text says it, the nearest first.

    :param str subject: of the mail
    :param str text: its plain text
    :return: list of str such as ``Zhang San <zhang.san@example.com>``; empty where nothing is passed on
    """
    if not _FORWARDED_SUBJECT.match(subject) and not _FORWARDED_LINE.search(text):
        return []
    return [_MAILTO.sub(r"<\1>", line).replace("*", "").strip() for line in _FROM_LINE.findall(text)]
