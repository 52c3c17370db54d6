"""Hostile input for the pages of customers: made up at random, and the same at every run."""

import io
import json
import random
import zipfile
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes, urlencode

from odoo.addons.complaint_management.tests.portal.test_upload import picture, png_bomb

#: What a script of theirs would set.
FLAG = "__pwned"
JS = f"top.{FLAG}=1"
#: Fields that do not take any text.
CHECKED = {"email", "phone", "signature", "told", "satisfied"}
#: Stands in a page only where a template of theirs was worked out.
SUM, RESULT = "1337*1337", "1787569"

MARKUP = [
    f"<script>{JS}</script>",
    f"<img src=x onerror={JS}>",
    f'"><img src=x onerror="{JS}">',
    f"'\"></textarea></title></style></script><script>{JS}</script>",
    f"<svg onload={JS}>",
    f'<svg xmlns="http://www.w3.org/2000/svg"><script>{JS}</script></svg>',
    f"<svg><animate onbegin={JS} attributeName=x dur=1s></svg>",
    f'<svg><use href="data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=" onload="{JS}"/></svg>',
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror={JS}&gt;">',
    f'<math href="javascript:{JS}">formula</math>',
    f'<noscript><p title="</noscript><img src=x onerror={JS}>">',
    f"<details open ontoggle={JS}>open</details>",
    f'<iframe srcdoc="<script>{JS}</script>"></iframe>',
    f"<iframe src=javascript:{JS}></iframe>",
    f"<object data=\"data:text/html,<script>{JS}</script>\"></object><embed src='javascript:{JS}'>",
    f"<input autofocus onfocus={JS}>",
    f'" autofocus onfocus="{JS}" x="',
    f'<a href="javascript:{JS}">a refund</a> <a href="java&#9;script:{JS}">another</a>',
    f'<form action="javascript:{JS}"><button formaction="javascript:{JS}">Go</button></form>',
    f'<video><source onerror="{JS}"></video><audio src=x onerror={JS}>',
    f'<meta http-equiv="refresh" content="0;url=javascript:{JS}"><base href="//evil.example.com/">',
    f'<style>*{{background:url("javascript:{JS}")}} @import "javascript:{JS}";</style>',
    f"--><script>{JS}</script><!--",
    f"]]><script>{JS}</script><![CDATA[",
    f"<x contenteditable onblur={JS} style=animation-name:x onanimationstart={JS}>lose focus</x>",
    f"&lt;script&gt;{JS}&lt;/script&gt; &#60;img src=x onerror={JS}&#62;",
    f"[refund](javascript:{JS}) javascript:{JS}",
]
TEMPLATES = [
    f"{{{{{SUM}}}}} ${{{SUM}}} #{{{SUM}}} <%= {SUM} %> {{% print({SUM}) %}}",
    f'<t t-out="{SUM}"/><t t-esc="{SUM}"/><p t-att-title="{SUM}" t-on-click="{SUM}">x</p>',
    f'<t t-call="web.layout"><t t-set="x" t-value="{SUM}" t-out="x"/></t>',
    "{{object.env['res.users'].sudo().search([]).mapped('login')}} {{ object.access_token }}",
    "%(number)s %(name)s %s %d %n {0} {number} {object.env} %",
    "{{''.__class__.__mro__[1].__subclasses__()}} ${T(java.lang.Runtime).getRuntime()} ${jndi:ldap://x}",
]
COMMANDS = [
    "'; DROP TABLE complaint_complaint; --",
    "' OR '1'='1' /* \" ` \\ \\' %_ $$ $1 :a ?",
    "1); select pg_sleep(10)--",
    "=cmd|' /C calc'!A0 +1+1 @SUM(A1) -2 =HYPERLINK(\"http://evil.example.com\")",
    "$(reboot) `id` | cat /etc/passwd; ../../../../etc/passwd \\\\evil\\share",
    "a\r\nBcc: everybody@example.com\r\nContent-Type: text/html\r\n\r\n<b>x</b>",
    "True",
    "None",
    "null",
    "[]",
    "{}",
    "NaN",
    "__import__('os')",
]
#: What is taken out may stand anywhere in a word.
UNSEEN = [
    "\x00",
    "\x00\x00\x00",
    "\x01\x02\x1b[31m\x7f",
    "\x85\x9b",
    "\u202e",
    "\u2066\u2069\u200f",
    "\u200b\u2060",
    "\ufeff",
    "\ufffe\uffff",
    "\ufff9\ufffb",
    "\U000e0041\U000e007f",
]
STRANGE = [
    "👩‍👩‍👧‍👦🏳️‍🌈🇨🇳",
    "𝕳𝖊𝖑𝖑𝖔 𠀀𠮷",
    "Z̴̡̘a̸l̷g̶o̵" + "\u0301" * 60,
    "שלום مرحبا",
    "ﷺ" * 30,
    "ǅ ß ſ ı İ",
    "\ufffd",
    "１２３",
    "不好" * 300,
    "x" * 900,
    "\t \u3000\xa0",
    "\r\r\n\n\n\n\n\v\f\u2028\u2029",
]
#: Bytes that are no text in UTF-8: halves of characters, overlong forms, other encodings.
BYTES = [
    b"\xed\xa0\x80",
    b"\xed\xb0\x80\xed\xa0\x80",
    b"\xc0\x80",
    b"\xff\xfe<\x00s\x00",
    b"\xf4\x90\x80\x80",
    b"\xe4\xbd",
    "投诉".encode("gb18030"),
    "苦情".encode("shift_jis"),
    b"+ADw-script+AD4-",
    b"\x80" * 50,
]
NUMBERS = [
    "-1",
    "0",
    "9" * 30,
    "9" * 5000,
    "2147483648",
    "NaN",
    "inf",
    "1e9",
    "0x10",
    "1.5",
    " 1",
    "1_0",
    "٣",
    "²",
    "",
    "1 OR 1=1",
    "[1]",
    "\x00",
    "1\x00",
    "None",
]
DAYS = [
    "0000-00-00",
    "9999-12-31",
    "1000-01-01",
    "-001-01-01",
    "2026-02-30",
    "2026-13-01",
    "now",
    "1e9",
    "2026-1",
    "٢٠٢٦-٠١-٠١",
    "2026-W01-1",
    "\x002026-01-0",
    "today -7d",
]
TOKENS = [
    b"",
    b"x",
    "错".encode(),
    b"\xff\xfe",
    b"\x00",
    b"%00",
    b"True",
    b"null",
    b"0o9",
    b"0o" + b"9" * 5000,
    b"a.b.c",
    b"..",
    b"a.1.b",
    "a.١.b".encode(),
    b"' OR 1=1 --",
    b"<script>",
    b"A" * 1_000_000,
]
FILE_NAMES = [
    "../../../../etc/passwd",
    "..\\..\\boot.ini",
    "photo.png.html",
    "photo.html.png",
    "photo.png\x00.html",
    "a" * 3000 + ".png",
    "\u202egnp.exe",
    "con.png",
    ".htaccess",
    "",
    " ",
    ".",
    "照片😀.png",
    "a;b\"c'd.png",
    "%00%0d%0aX: y.png",
    "=cmd.png",
    f"<img src=x onerror={JS}>.png",
    f'"><svg onload={JS}>.svg',
    "{{1337*1337}}.png",
    "x.png\r\nX-Evil: 1\r\n",
]


def archive_bomb(mebibytes=20):
    """Return a small archive that is large when unpacked."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("[Content_Types].xml", b"\0" * (mebibytes * 1024 * 1024))
    return stream.getvalue()


SVG = f'<svg xmlns="http://www.w3.org/2000/svg"><script>{JS}</script></svg>'.encode()
#: What files hold, and whether they are taken.
CONTENTS = {
    "picture": (picture(), True),
    "text": ("It was cold.\n很冷。".encode(), True),
    "picture and page": (picture("GIF") + f"<script>{JS}</script>".encode(), True),
    "document and page": (b"%PDF-1.4\n" + MARKUP[0].encode(), True),
    "svg": (SVG, False),
    "svg in utf-16": (SVG.decode().encode("utf-16"), False),
    "page": (f"<html><script>{JS}</script></html>".encode(), False),
    "page after a mark": (b"\xef\xbb\xbf  \n" + MARKUP[0].encode(), False),
    "archive bomb": (archive_bomb(), False),
    "pixel bomb": (png_bomb(), False),
    "broken picture": (picture()[:20], False),
    "empty": (b"", False),
    "program": (b"MZ\x90\0\3\0\0\0" + bytes(range(256)), False),
    "script": (b"#!/bin/sh\x00\nrm -rf /", False),
    "noise": (random.Random(6).randbytes(5000), False),
}
MIMETYPES = [
    "image/png",
    "image/svg+xml",
    "text/html",
    "x",
    "",
    "multipart/mixed; boundary=x",
    "a/b; charset=\xff",
]


@dataclass
class Attack:
    """One request: what it changes of a form that is filled in well.

    ``fields`` replaces fields, ``files`` are (name, content), ``body`` replaces all of it.
    """

    name: str
    fields: dict = field(default_factory=dict)
    files: list = field(default_factory=list)
    headers: dict = field(default_factory=dict)
    cookies: dict = field(default_factory=dict)
    query: bytes = b""
    multipart: bool = False
    body: bytes | None = None
    content_type: str | None = None
    #: What was typed are characters, so that it must come back as such.
    legible: bool = True
    #: Name of the field in which the files come; of another one, its text is left out.
    file_field: str = "files"

    def encode(self, base):
        """Return the body and its type.

        :param dict base: the fields of the form, filled in
        """
        if self.body is not None:
            return self.body, self.content_type
        fields = {**base, **self.fields}
        if self.files:
            fields.pop(self.file_field, None)
        if self.multipart or self.files:
            boundary = "----boundary"
            body = b"".join(
                part
                for name, value in self._pairs(fields)
                for part in (
                    f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode(),
                    _bytes(value),
                    b"\r\n",
                )
            )
            for index, (name, content) in enumerate(self.files):
                head = f'--{boundary}\r\nContent-Disposition: form-data; name="{self.file_field}"; '
                head += f'filename="{name}"\r\n'
                body += head.encode()
                body += f"Content-Type: {MIMETYPES[index % len(MIMETYPES)]}\r\n\r\n".encode("latin-1")
                body += content + b"\r\n"
            kind = self.content_type or f"multipart/form-data; boundary={boundary}"
            return body + f"--{boundary}--\r\n".encode(), kind
        body = "&".join(
            f"{quote_from_bytes(name.encode())}={quote_from_bytes(_bytes(value))}"
            for name, value in self._pairs(fields)
        )
        return body.encode(), self.content_type or "application/x-www-form-urlencoded"

    @staticmethod
    def _pairs(fields):
        return [
            (name, item)
            for name, value in fields.items()
            for item in (value if isinstance(value, list) else [value])
        ]


def _bytes(value):
    return value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass")


class Hostile:
    """Makes attacks on one form after the other, the same ones for the same seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self):
        """Return something hostile that a person could paste into a field."""
        choose = self.random.choice
        parts = [
            choose(choose((MARKUP, MARKUP, TEMPLATES, COMMANDS, STRANGE))) for _n in range(choose((1, 1, 2)))
        ]
        text = " ".join(parts)
        if self.random.random() < 0.4:
            cut = self.random.randrange(len(text) + 1)
            text = text[:cut] + choose(UNSEEN) + text[cut:]
        return text

    def attacks(self, texts, numbers=(), tokens=("csrf_token",), days=(), files=False, count=100):
        """Return so many attacks on a form.

        :param texts: its fields for text
        :param numbers: its fields for the number of a record
        :param tokens: its fields for tokens
        :param days: its fields for dates
        :param bool files: it takes files
        """
        kinds = [self.texts] * 10 + [
            self.odd_bytes,
            self.shape,
            self.shape,
            self.head,
            self.head,
            self.no_form,
        ]
        kinds += [self.token] * 2 + [self.number] * 3 * bool(numbers) + [self.day] * 2 * bool(days)
        kinds += [self.file] * 5 * bool(files)
        self._texts, self._numbers, self._tokens, self._days = texts, numbers, tokens, days
        # The kinds in turn, so that each is there however few there are.
        return [kinds[number % len(kinds)](number // len(kinds)) for number in range(count)]

    # kinds

    def texts(self, _turn):
        if self.random.random() < 0.6:
            chosen = [name for name in self._texts if name not in CHECKED]
        else:
            chosen = self.random.sample(self._texts, self.random.randint(1, len(self._texts)))
        return Attack("text", {name: self.text() for name in chosen}, multipart=self.random.random() < 0.3)

    def odd_bytes(self, turn):
        name = self.random.choice(self._texts)
        return Attack(
            "bytes",
            {name: b"Cold " + BYTES[turn % len(BYTES)] + b" days"},
            multipart=bool(turn % 2),
            content_type=None if turn % 3 else "application/x-www-form-urlencoded; charset=utf-7",
            legible=False,
        )

    def number(self, turn):
        return Attack(
            "number", {self.random.choice(self._numbers): NUMBERS[turn * 7 % len(NUMBERS)]}, legible=False
        )

    def day(self, turn):
        return Attack("day", {self.random.choice(self._days): DAYS[turn % len(DAYS)]}, legible=False)

    def token(self, turn):
        # The last ones, of a million characters, come once.
        return Attack(
            "token", {self.random.choice(self._tokens): TOKENS[turn * 5 % len(TOKENS)]}, legible=False
        )

    def file(self, turn):
        kinds = list(CONTENTS)
        files = []
        for number in range(self.random.choice((1, 1, 1, 2, 12))):
            content = CONTENTS[kinds[(turn + number) % len(kinds)]][0]
            files.append((FILE_NAMES[(turn * 3 + number) % len(FILE_NAMES)], content))
        return Attack("file", files=files)

    def shape(self, turn):
        """Fields where none, several or something else are expected."""
        text, every = self.random.choice(self._texts), [*self._texts, *self._numbers, *self._tokens]
        shapes = [
            Attack("twice", {name: ["One", "Two <b>"] for name in self._texts}),
            Attack("array", {f"{text}[]": "x", f"{text}[0][a]": "y", text: "Cold"}),
            Attack("nothing", {name: "" for name in every}),
            Attack("spaces only", {name: " \u200b\u3000\n" for name in self._texts}),
            Attack(
                "names of ours",
                {
                    "self": "x",
                    "cls": "x",
                    "request": "x",
                    "context": "{}",
                    "uid": "1",
                    "id": "1",
                    "args": "x",
                    "kwargs": "x",
                    "post": "x",
                    "form": "x",
                    "act": "accept",
                    "complaint_id": "1",
                    "team_key": "x",
                    "user_id": "2",
                    "company_id": "2",
                    "partner_id": "1",
                    "stage_id": "3",
                    "state": "closed",
                    "access_token ": "x",
                    "__class__": "x",
                    "": "x",
                },
            ),
            Attack("many fields", {f"field{number}": "x" for number in range(10_000)}),
            Attack("many parts", {f"field{number}": "x" for number in range(10_000)}, multipart=True),
            Attack("file for a field", files=[("a.txt", b"x")], legible=False),
            Attack("name of a field", {f"<img src=x onerror={JS}>": "x", "a" * 100_000: "y", "é\x00": "z"}),
            Attack("long text", {text: "Cold. " * 30_000}),
            Attack("long line", {text: "x" * 1_500_000}),
            Attack("endless text", {text: "x" * 9_000_000}),
            Attack("more than is read", {text: "x" * 11_000_000}),
            Attack("more in a part", {text: "x" * 11_000_000}, multipart=True),
        ]
        shape = shapes[turn % len(shapes)]
        if shape.files:
            shape.file_field = every[turn // len(shapes) % len(every)]
        return shape

    def no_form(self, turn):
        """Something else than a form, or half of one."""
        part = b'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\nCold\r\n'
        bodies = [
            (json.dumps({"jsonrpc": "2.0", "params": {"description": "x"}}).encode(), "application/json"),
            (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "text/xml"),
            (b"description=x", "text/plain"),
            (b"description=x", None),
            (b"description=x", "\xff/\xfe; ;;="),
            (part, "multipart/form-data; boundary=x"),
            (part, "multipart/form-data"),
            (part, "multipart/form-data; boundary=" + "y" * 5000),
            (part + b"--x", 'multipart/form-data; boundary="x'),
            (
                b'--x\r\nContent-Disposition: form-data; name="files"; filename="a',
                "multipart/form-data; boundary=x",
            ),
            (
                b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--\r\n",
                "multipart/form-data; boundary=x",
            ),
            (b"--x\r\n" + b"A: b\r\n" * 50_000, "multipart/form-data; boundary=x"),
            (b"%%%&&&===%zz%u1234;;", "application/x-www-form-urlencoded"),
            (b"", "application/x-www-form-urlencoded"),
            (b"\x00" * 1000, "application/octet-stream"),
            (random.Random(turn).randbytes(3000), "multipart/form-data; boundary=x"),
        ]
        body, kind = bodies[turn % len(bodies)]
        return Attack("no form", body=body, content_type=kind, legible=False)

    def head(self, turn):
        """What a request says beside its form; the form itself is in order."""
        heads = [
            Attack("language", headers={"Accept-Language": "zz-ZZ;q=9, ../../etc, *;q=nan, " + "x-" * 2000}),
            Attack("language of ours", headers={"Accept-Language": "' OR 1=1 --,<script>"}),
            Attack(
                "forwarded",
                headers={
                    "X-Forwarded-For": "' OR 1=1--, ::, 999.1.1.1",
                    "X-Forwarded-Host": "evil.example.com",
                },
            ),
            Attack("program", headers={"User-Agent": MARKUP[0] * 50, "Referer": f"javascript:{JS}"}),
            Attack("origin", headers={"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
            Attack(
                "accepts",
                headers={
                    "Accept": "application/json;q=x,\xff",
                    "Accept-Encoding": "bomb",
                    "Range": "bytes=0-,-1",
                },
            ),
            Attack(
                "method", headers={"X-HTTP-Method-Override": "DELETE", "X-Requested-With": "XMLHttpRequest"}
            ),
            Attack("cookies", cookies={f"cookie{number}": "x" * 900 for number in range(40)}),
            Attack("language cookie", cookies={"frontend_lang": "../../<script>"}),
            Attack(
                "zone cookie", cookies={"tz": "../../etc/passwd", "cids": "1-x,-9", "color_scheme": "<x>"}
            ),
            Attack("zone cookie of nowhere", cookies={"tz": "Mars/Phobos", "cids": "999999999999"}),
            Attack("bytes in a cookie", headers={"X-Odoo": "\xff\xfe"}, cookies={"tz": "\xe9\xff"}),
        ]
        return heads[turn % len(heads)]


def queries(seed, names, count):
    """Return so many hostile queries of an address, percent-encoded.

    :param names: parameters that the page knows
    """
    hostile, made = Hostile(seed), []
    for number in range(count):
        name = names[number % len(names)]
        value = (
            hostile.text().encode(),
            BYTES[number % len(BYTES)],
            NUMBERS[number % len(NUMBERS)].encode(),
        )[number % 3]
        query = f"{name}={quote_from_bytes(value)}"
        if number % 5 == 0:
            query += "&" + urlencode({f"{name}[]": "x", "self": "1", "": "", "lang": "zz", "<x>": "y"})
        made.append(query)
    return made
