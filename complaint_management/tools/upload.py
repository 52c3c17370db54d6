"""Decide which files are taken from strangers: by what is in them, never by what they call themselves.

Photos, scans, recordings and notes are evidence. What can run in a browser or an office (HTML, SVG, scripts,
archives, office documents) is refused, and so are pictures that are small as a file and huge when shown.
"""

import io
import os.path
import re

from PIL import Image

from .clean_text import TooLong, clean_line

#: Reasons of a refusal.
EMPTY, LARGE, TYPE, BROKEN, PIXELS = "empty", "large", "type", "broken", "pixels"

#: Larger than the pictures of today's telephones, and what a browser can still show.
MAX_PIXELS = 120_000_000
#: Longest name that is kept; the longest that file systems take is 255 bytes.
MAX_NAME = 80

#: MIME type: extensions that belong to it, the usual one first.
TYPES = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"),
    "application/pdf": (".pdf",),
    "audio/mpeg": (".mp3",),
    "audio/mp4": (".m4a",),
    "audio/x-wav": (".wav",),
    "audio/ogg": (".ogg", ".oga", ".opus"),
    "audio/amr": (".amr",),
    "video/mp4": (".mp4", ".m4v", ".3gp"),
    "video/quicktime": (".mov", ".qt"),
    "video/webm": (".webm",),
    "text/plain": (".txt", ".text", ".log"),
}
#: For the attribute ``accept`` of a file field: it helps to choose, and proves nothing.
ACCEPT = ",".join(extension for extensions in TYPES.values() for extension in extensions)

#: Pillow's names. WebP is not among those that Odoo lets it load.
_PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF"}
_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
)
#: Brands of the container of which QuickTime, MPEG-4 and HEIF are kinds (ISO/IEC 14496-12).
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    **dict.fromkeys((b"isom", b"mp41", b"mp42", b"avc1", b"MSNV", b"M4V ", b"dash", b"mmp4"), "video/mp4"),
    b"qt  ": "video/quicktime",
}
#: A frame of MPEG audio: the sync bits, layer III, and a bit rate and a sample rate that exist.
_MPEG_AUDIO = re.compile(rb"\xff[\xfa\xfb\xf2\xf3\xe2\xe3][^\xf0-\xff\x0c-\x0f]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
#: How what a browser would run begins; it looks no further than this (WHATWG MIME Sniffing, 7.1).
_MARKUP = re.compile(
    r"<(?:!doctype|!--|\?xml|html|head|body|script|iframe|svg|style|title|table|object|embed|math|meta|link"
    r"|div|font|img|a|b|br|p|h1)[\s/>]|<\?php|\{\\rtf|^\s*(?:MIME-Version|Content-Type):",
    re.IGNORECASE | re.MULTILINE,
)
_MARKUP_DEPTH = 4096
#: Signs that mean something to a file system or a shell.
_NAME_SIGNS = re.compile(r'[<>:"|?*`$;&\\/{}\[\]%#!^~\x00-\x1f]+')


class UploadRefused(ValueError):
    """A file is not taken.

    :param str reason: one of the constants of this module
    """

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def check_upload(name, content, limit):
    """Check one file from a stranger.

    :param name: as it came
    :param bytes content: the whole file, or at least one byte more than the limit
    :param int limit: how many bytes it may have
    :return: ``(name, mimetype)``: a name without tricks, whose extension says what is in the file
    :raises UploadRefused: it is not taken
    """
    if not content:
        raise UploadRefused(EMPTY)
    if len(content) > limit:
        raise UploadRefused(LARGE)
    mimetype = find_type(content)
    if not mimetype:
        raise UploadRefused(TYPE)
    _check_picture(content, mimetype)
    return clean_name(name, mimetype), mimetype


def find_type(content):
    """Return the type of a file by its content, None where it is none of those that are taken.

    :param bytes content: the file
    """
    for beginning, mimetype in _BEGINNINGS:
        if content.startswith(beginning):
            return mimetype
    if content.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/x-wav"}.get(content[8:12])
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        if brand.startswith((b"3gp", b"iso")):
            return "video/mp4"
        return _BRANDS.get(brand)
    if content[4:8] in (b"moov", b"mdat", b"wide") and len(content) > 16:
        return "video/quicktime"
    if content.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm" if b"webm" in content[:64] else None
    if _MPEG_AUDIO.match(content) and len(content) > 128:
        return "audio/mpeg"
    return "text/plain" if _is_plain_text(content) else None


def clean_name(name, mimetype):
    """Return a file's name without folders and tricks, with an extension that fits its type.

    :param name: as it came
    :param str mimetype: one of :data:`TYPES`
    """
    text = str(name or "")
    try:
        text = clean_line(text[-1000:], 1000)
    except TooLong:  # a tab counts as four
        text = ""
    text = re.split(r"[/\\]", text)[-1]
    stem, extension = os.path.splitext(_NAME_SIGNS.sub("_", text).lstrip(" .=+-@_"))
    if extension.lower() not in TYPES[mimetype]:
        stem, extension = stem + extension, TYPES[mimetype][0]
    stem = stem[:MAX_NAME].rstrip(" .")
    return (stem or "file") + extension.lower()


def _check_picture(content, mimetype):
    try:
        if mimetype in _PICTURES:
            # Reads no more than the head of the file.
            with Image.open(io.BytesIO(content), formats=[_PICTURES[mimetype]]) as picture:
                width, height = picture.size
        elif mimetype == "image/webp":
            width, height = _get_webp_size(content)
        else:
            return
    except Image.DecompressionBombError as error:
        raise UploadRefused(PIXELS) from error
    except Exception as error:  # Pillow raises whatever the broken part of a file makes it raise
        raise UploadRefused(BROKEN) from error
    if width * height > MAX_PIXELS:
        raise UploadRefused(PIXELS)


def _get_webp_size(content):
    """Return width and height as the first chunk of a WebP file says them (RFC 9649, 2.5 to 2.7)."""
    kind, head = content[12:16], content[20:30]
    if len(head) < 10:
        raise ValueError("cut off")
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    raise ValueError("no picture")


def _is_plain_text(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        # Notes from Chinese Windows are in GB18030.
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not _CONTROLS.search(text) and not _MARKUP.search(text[:_MARKUP_DEPTH])
    return False
