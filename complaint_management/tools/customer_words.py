"""What a complainant wrote in a reply themselves, and whether it is no more than thanks.

Both are careful in one direction: what is not understood stays, and counts as more than thanks.
"""

import re

from lxml import etree, html

from .mail_text import plain_text

#: Parts of an HTML body that mail programs mark as quoted or as a signature.
_QUOTED = (
    "//blockquote"
    " | //*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"
    " | //*[contains(concat(' ', @class, ' '), ' gmail_signature ')]"
    " | //*[contains(concat(' ', @class, ' '), ' moz-cite-prefix ')]"
    " | //*[contains(concat(' ', @class, ' '), ' moz-signature ')]"
    " | //*[@id='divRplyFwdMsg']/following-sibling::* | //*[@id='divRplyFwdMsg']"
    " | //*[@data-o-mail-quote or @data-o-mail-quote-container]"
)
#: From such a line on nothing is the writer's own.
_END = re.compile(
    r"""^(?:
        --\s*$ | [-_ ]{2,}\s*(?:original\ message|ursprüngliche\ nachricht|原始邮件|原始郵件)
        | _{10,}\s*$
        | (?:on|am|le|el|il)\ .{4,200}(?:wrote|schrieb|écrit|escribió|scritto)[^\n]{0,80}[:：]\s*$
        | .{0,200}(?:写道|寫道|書きました)\s*[:：]?\s*$
        | (?:from|von|de|发件人|發件人|寄件者|差出人)\s*[:：].*@
        | (?:sent\ from\ my|gesendet\ von\ meinem|envoyé\ de\ mon|get\ outlook\ for)\ .{2,40}$
        | (?:发自|發自|来自)(?:我的|我嘅)?.{0,30}$
    )""",
    re.IGNORECASE | re.VERBOSE,
)

#: Longest text that can be thanks and nothing else.
MAX_THANKS = 120
_THANKS = (
    "thank you so very much|thank you very much|thank you so much|thank you|thanks a lot|thanks so much"
    "|thanks very much|many thanks|thanks|thank u|thankyou|thx|much appreciated|appreciated"
    "|非常感谢|十分感谢|万分感谢|太感谢|再次感谢|感谢|多谢|谢谢|非常感謝|十分感謝|感謝|多謝|謝謝"
    "|ありがとうございました|ありがとうございます|ありがとう|감사합니다|고맙습니다"
    "|vielen herzlichen dank|vielen lieben dank|vielen dank|herzlichen dank|besten dank|danke schön"
    "|danke sehr|dankeschön|danke|merci beaucoup|merci bien|merci|muchas gracias|gracias"
    "|grazie mille|grazie|muito obrigado|muito obrigada|obrigado|obrigada|hartelijk dank|dank je wel"
    "|dank u wel|bedankt|большое спасибо|спасибо|dziękuję"
)
#: What stands beside thanks and says nothing more. Nothing here may be part of a question or a demand.
_BESIDE = (
    "for your help|for your quick help|for your reply|for your answer|for your quick reply|for everything"
    "|for letting me know|once again|again|indeed|ok|okay|great|perfect|well received|hi|hello|dear all"
    "|kind regards|best regards|warm regards|regards|best wishes|sincerely|cheers"
    "|好的|好|收到|收到了|您好|你好|您|你们|你|了|啦|哈|呀|哦|大家|辛苦了|辛苦|麻烦了|麻烦您了|祝好|此致|敬礼"
    "|您的帮助|你们的帮助|您的回复|你们的回复|的帮助|的回复"
    "|für ihre hilfe|für die hilfe|nochmals|mit freundlichen grüßen|viele grüße|freundliche grüße|mfg"
)


def _any_of(phrases):
    # The longest first, or "thanks" would leave "a lot" over.
    return "|".join(
        re.escape(phrase) for phrase in sorted(phrases.casefold().split("|"), key=len, reverse=True)
    )


_WORDS = re.compile(rf"(?P<thanks>{_any_of(_THANKS)})|(?:{_any_of(_BESIDE)})")
#: Signs that carry no meaning; a question mark does.
_SIGNS = re.compile(
    r"[\s.,!;:~…\-—'\"()，。！；：、～·（）]+|[\u2600-\u27bf\ufe0f\u200d]|[\U0001f300-\U0001faff]"
)


def own_words(body):
    """Return what the writer of a message wrote, without what is quoted and without the signature.

    :param body: HTML
    :return: str
    """
    if not body or not body.strip():
        return ""
    try:
        root = html.fromstring(f"<div>{body}</div>", parser=html.HTMLParser(huge_tree=True))
        for node in root.xpath(_QUOTED):
            if node.getparent() is not None:
                node.drop_tree()
        text = plain_text(html.tostring(root, encoding="unicode"))
    except (ValueError, etree.LxmlError):
        text = plain_text(body)
    lines = []
    for line in text.split("\n"):
        if _END.match(line.strip()):
            break
        if not line.lstrip().startswith((">", "＞")):
            lines.append(line)
    return "\n".join(lines).strip()


def first_line(text, limit=120):
    """Return the first line of a text that says anything, cut where it is long."""
    line = next((line.strip() for line in text.split("\n") if line.strip()), "")
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def is_thanks(text, names=()):
    """Tell whether a text is thanks and nothing more.

    :param str text: the writer's own words
    :param names: how the writer signs
    """
    if len(text) > MAX_THANKS:
        return False
    left = " ".join(text.casefold().replace("’", "'").split())
    for name in names:
        for part in {name, *name.split()} if name else ():
            if len(part) > 1:
                left = re.sub(rf"(?<!\w){re.escape(part.casefold())}(?!\w)", " ", left)
    thanked, at = False, 0
    while at < len(left):
        signs, word = _SIGNS.match(left, at), _WORDS.match(left, at)
        if signs:
            at = signs.end()
        elif word and not _goes_on(left, word.end()):
            thanked = thanked or bool(word["thanks"])
            at = word.end()
        else:
            return False
    return thanked


def _goes_on(text, at):
    """Tell whether a Latin or Cyrillic word goes on: "thanksgiving" is not "thanks"."""
    return 0 < at < len(text) and all(
        letter.isalpha() and letter < "\u2e80" for letter in (text[at - 1], text[at])
    )
