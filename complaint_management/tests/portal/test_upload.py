"""Files of customers are judged by what is in them."""

import io
import os
import random
import struct
import zipfile
import zlib

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged

from odoo.addons.complaint_management.tests.common import ComplaintCommon
from odoo.addons.complaint_management.tools import upload

LIMIT = 1024 * 1024
BOX = struct.Struct(">I")


def picture(kind="PNG", size=(8, 8)):
    """Return a small picture."""
    stream = io.BytesIO()
    Image.new("RGB", size, "red").save(stream, kind)
    return stream.getvalue()


def png_bomb(width=60_000, height=60_000):
    """Return the head of a picture that is huge when shown, in a few hundred bytes."""

    def chunk(kind, data):
        return BOX.pack(len(data)) + kind + data + BOX.pack(zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def webp(kind, head):
    return b"RIFF\x20\0\0\0WEBP" + kind + b"\x0a\0\0\0" + head + b"\0" * 10


def container(brand):
    """Return the begin of an ISO container."""
    return BOX.pack(24) + b"ftyp" + brand + b"\0" * 12 + b"\0" * 64


def archive():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as zipped:
        zipped.writestr("a.txt", "a" * 1000)
    return stream.getvalue()


TAKEN = {
    "image/jpeg": picture("JPEG"),
    "image/png": picture("PNG"),
    "image/gif": picture("GIF"),
    "image/webp": webp(b"VP8X", b"\0\0\0\0" + b"\x07\0\0" * 2),
    "image/heic": container(b"heic"),
    "application/pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "audio/mpeg": b"ID3\x04\x00" + b"\0" * 200,
    "audio/mp4": container(b"M4A "),
    "audio/x-wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "audio/ogg": b"OggS\0\x02" + b"\0" * 30,
    "audio/amr": b"#!AMR\n\x3c",
    "video/mp4": container(b"isom"),
    "video/quicktime": container(b"qt  "),
    "video/webm": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82\x84webm",
    "text/plain": "It was late.\n很晚了。\n".encode(),
}
REFUSED = {
    "html": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "html after spaces": b"\n\n   <HTML>",
    "html in utf-16": "<html><script>alert(1)</script>".encode("utf-16"),
    "comment": b"<!-- x --><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "xml": b'<?xml version="1.0"?><a/>',
    "zip and office": archive(),
    "gzip": b"\x1f\x8b\x08\0\0\0\0\0",
    "rar": b"Rar!\x1a\x07\x01\0",
    "7z": b"7z\xbc\xaf\x27\x1c",
    "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100,
    "program": b"MZ\x90\0\x03\0\0\0",
    "elf": b"\x7fELF\x02\x01\x01\0",
    "rtf": b"{\\rtf1\\ansi}",
    "matroska": b"\x1aE\xdf\xa3\x9fB\x82\x88matroska",
    "php": b"<?php system($_GET['c']); ?>",
    "mail": b"MIME-Version: 1.0\nContent-Type: text/html\n\n<b>x</b>",
    "escapes of terminals": b"\x1b[2Jhello",
    "tiff": b"II*\0\x08\0\0\0",
    "bmp": b"BM\x46\0\0\0\0\0\0\0",
    "icon": b"\0\0\x01\0\x01\0",
}


@tagged("post_install", "-at_install")
class TestUpload(BaseCase):
    def _refusal(self, name, content, limit=LIMIT):
        with self.assertRaises(upload.UploadRefused) as caught:
            upload.check_upload(name, content, limit)
        return caught.exception.reason

    def test_taken_by_content(self):
        """IN-11: photos, scans, recordings and notes are taken, whatever they call themselves."""
        self.assertEqual(TAKEN.keys(), upload.TYPES.keys())
        for mimetype, content in TAKEN.items():
            with self.subTest(mimetype=mimetype):
                name, found = upload.check_upload("evidence.exe", content, LIMIT)
                self.assertEqual(found, mimetype)
                self.assertEqual(name, "evidence.exe" + upload.TYPES[mimetype][0])

    def test_refused_by_content(self):
        """What can run somewhere is refused under any name."""
        for kind, content in REFUSED.items():
            for name in ("photo.jpg", "note.txt", "paper.pdf", ""):
                with self.subTest(kind=kind, name=name):
                    self.assertEqual(self._refusal(name, content), upload.TYPE)

    def test_size(self):
        text = b"a" * 100
        self.assertEqual(upload.check_upload("a.txt", text, 100), ("a.txt", "text/plain"))
        self.assertEqual(self._refusal("a.txt", text, 99), upload.LARGE)
        self.assertEqual(self._refusal("a.txt", b""), upload.EMPTY)

    def test_pictures_that_burst(self):
        self.assertEqual(self._refusal("a.png", png_bomb()), upload.PIXELS)
        self.assertEqual(self._refusal("a.png", png_bomb(12_001, 10_001)), upload.PIXELS)
        self.assertEqual(upload.check_upload("a.png", png_bomb(12_000, 10_000), LIMIT)[1], "image/png")
        for kind, head in (
            (b"VP8X", b"\0\0\0\0" + b"\xff\xff\x3f" * 2),
            (b"VP8L", b"\x2f" + b"\xff" * 4 + b"\0" * 5),
            (b"VP8 ", b"\0\0\0\x9d\x01\x2a" + b"\xff\x3f" * 2),
        ):
            with self.subTest(kind=kind):
                self.assertEqual(self._refusal("a.webp", webp(kind, head)), upload.PIXELS)

    def test_pictures_that_are_none(self):
        for content in (
            b"\xff\xd8\xff\xe0" + b"x" * 200,
            b"\x89PNG\r\n\x1a\nxxxx",
            b"GIF89a",
            b"RIFF\0\0\0\0WEBPVP8 ",
        ):
            with self.subTest(content=content[:8]):
                self.assertEqual(self._refusal("a.jpg", content), upload.BROKEN)

    def test_names(self):
        for given, mimetype, kept in (
            ("../../etc/passwd", "text/plain", "passwd.txt"),
            ("C:\\photos\\脏.JPG", "image/jpeg", "脏.jpg"),
            ("invoice.pdf.exe", "application/pdf", "invoice.pdf.exe.pdf"),
            ("=1+1.txt", "text/plain", "1+1.txt"),
            ("\u202egpj.exe", "image/png", "gpj.exe.png"),
            ("a\x00b\r\nSet-Cookie: x.png", "image/png", "ab Set-Cookie_ x.png"),
            ("<img src=x>.gif", "image/gif", "img src=x_.gif"),
            (".htaccess", "text/plain", "htaccess.txt"),
            ("", "application/pdf", "file.pdf"),
            (None, "application/pdf", "file.pdf"),
            ("x" * 5000 + ".png", "image/png", "x" * upload.MAX_NAME + ".png"),
        ):
            with self.subTest(given=given):
                self.assertEqual(upload.clean_name(given, mimetype), kept)

    def test_any_bytes_are_judged(self):
        """Whatever comes, the answer is yes or no; and the name fits the type."""
        rng, beginnings = random.Random(5), [*TAKEN.values(), *REFUSED.values()]
        for index in range(300):
            begin = rng.choice(beginnings)[: rng.randrange(40)]
            content = begin + rng.randbytes(rng.randrange(300))
            with self.subTest(index=index):
                try:
                    name, mimetype = upload.check_upload(f"{index}.html", content, LIMIT)
                except upload.UploadRefused as refusal:
                    self.assertIn(
                        refusal.reason,
                        (upload.EMPTY, upload.LARGE, upload.TYPE, upload.BROKEN, upload.PIXELS),
                    )
                else:
                    self.assertIn(os.path.splitext(name)[1], upload.TYPES[mimetype])


@tagged("post_install", "-at_install")
class TestCustomerFiles(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls.new_complaint()
        cls.company.write({"complaint_file_count": 3, "complaint_file_size": 1})

    def _refusal(self, files):
        with self.assertRaises(UserError) as caught:
            self.complaint._check_customer_files(files)
        return str(caught.exception)

    def test_files_are_ready_to_be_posted(self):
        """IN-11: the files of a customer hang on the message, with the right type."""
        files = self.complaint._check_customer_files(
            [("a.png", picture()), ("a.png", picture("JPEG")), ("a.png", picture()), ("", b"")]
        )
        self.assertEqual([name for name, _content in files], ["a.png", "a.png.jpg", "a (2).png"])
        message = self.complaint.message_post(body="x", attachments=files)
        self.assertEqual(
            sorted(message.attachment_ids.mapped("mimetype")), ["image/jpeg", "image/png", "image/png"]
        )

    def test_refusals_name_the_file(self):
        self.assertIn("“photo.svg”", self._refusal([("photo.svg", REFUSED["svg"])]))
        self.assertIn("empty", self._refusal([("a.png", b"")]))
        self.assertIn("1 MB", self._refusal([("a.png", b"a" * (1024 * 1024 + 1))]))
        self.assertIn("too many pixels", self._refusal([("a.png", png_bomb())]))
        self.assertIn("damaged", self._refusal([("a.jpg", b"\xff\xd8\xff\xe0")]))
        self.assertIn("4 files", self._refusal([("a.png", picture())] * 4))
        self.company.complaint_file_count = 0
        self.assertIn("cannot be sent here", self._refusal([("a.png", picture())]))
        self.assertEqual(self.complaint._check_customer_files([("", b"")]), [])
