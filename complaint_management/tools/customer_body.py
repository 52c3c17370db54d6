"""The text of a message as a customer's page shows it. Plain Python, without the ORM.

Messages come from outside and from mail programs: what is kept is named here, all the rest goes. Nothing is
loaded from elsewhere by looking at a page, and no part of a message looks like a part of the page.
"""

import re

from lxml import etree, html
from markupsafe import Markup, escape

#: Tags that stay as they are; what is not named anywhere here leaves its text behind.
KEPT = {
    *("b", "blockquote", "br", "code", "div", "em", "hr", "i", "li", "ol", "p", "pre"),
    *("s", "span", "strong", "sub", "sup", "u", "ul"),
}
#: Tags that become others: the page has its own headings, and mails use tables to arrange things.
BECOMES = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "p"),
    **dict.fromkeys(("table", "caption", "tr", "td", "th"), "div"),
    "strike": "s",
    "del": "s",
}
#: Tags that go with all they contain.
GONE = {
    *("applet", "audio", "base", "button", "canvas", "embed", "form", "frame", "frameset", "head"),
    *("iframe", "img", "input", "link", "map", "math", "meta", "noscript", "object", "option"),
    *("picture", "script", "select", "source", "style", "svg", "template", "textarea", "title"),
    *("track", "video"),
}
SAFE_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s]+", re.IGNORECASE)
#: What opens pages, also in the plain text of a letter.
KEY = re.compile(r"(?:token|hash)=[^&\s\"'<>]*", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
TAG = re.compile(r"<[^>]*>")
#: Longest message that is shown as it was formatted; of a longer one the beginning is shown.
LONGEST = 200_000


def customer_body(body, own_host=None):
    """Return the text of a message, safe to be shown on a page.

    :param str body: HTML of the message
    :param str own_host: for readers who only look on: links to this host go, and keys to pages wherever they
        are; they would open more than these readers are to see
    :return: Markup, empty where there is nothing to read
    """
    body = CONTROL.sub("", body or "")[:LONGEST]
    if own_host:
        body = re.sub(rf"{re.escape(own_host)}[^\s\"'<>]*", own_host, KEY.sub("", body))
    root = _parse(body)
    if root is None:
        text = TAG.sub(" ", body).strip()
        return Markup("<p>%s</p>") % text if text else Markup()
    etree.strip_elements(
        root, etree.Comment, etree.ProcessingInstruction, etree.Entity, *GONE, with_tail=False
    )
    for element in list(root.iter(etree.Element)):
        if element is not root:
            _clean_element(element, own_host)
    # Each tag and attribute that is left was named above.
    return Markup(_inner_html(root)) if root.text_content().strip() else Markup()


def _parse(body):
    """Return the root of a text, or None where a parser finds none: nested too deep, or broken."""
    if not body.strip():
        return None
    try:
        root = html.fragment_fromstring(body, create_parent="div")
    except (etree.LxmlError, ValueError):
        return None
    return root if root.text_content().strip() else None


def _clean_element(element, own_host):
    tag = element.tag
    href = element.get("href")
    direction = element.get("dir")
    element.attrib.clear()
    if direction in ("ltr", "rtl", "auto"):
        element.set("dir", direction)
    if tag == "a" and href and _is_safe_link(href.strip(), own_host):
        element.set("href", href.strip())
        element.set("rel", "noopener noreferrer nofollow")
        element.set("target", "_blank")
    elif tag in BECOMES:
        element.tag = BECOMES[tag]
    elif tag not in KEPT:
        element.drop_tag()


def _is_safe_link(href, own_host):
    if not SAFE_LINK.fullmatch(href):
        return False
    return not (own_host and own_host in href)


def _inner_html(root):
    children = (etree.tostring(child, encoding="unicode", method="html") for child in root)
    return str(escape(root.text or "")) + "".join(children)
