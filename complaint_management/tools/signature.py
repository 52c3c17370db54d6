"""What a drawn signature is: a small picture, by what is in it.

Plain Python without the ORM.
"""

import base64
import binascii
import io

from PIL import Image

from . import upload

#: A drawn signature is a small picture.
MAX_BYTES = 500 * 1024
MAX_PIXELS = 4_000_000
TYPES = ("image/png", "image/jpeg")


def read_signature(content):
    """Return the picture of a signature, checked by its content.

    :param content: picture in base64 (text or bytes), or as a data URL
    :return: the picture in base64, as bytes
    :raises ValueError: it is no picture that could be one
    """
    if isinstance(content, str):
        content = content.encode("ascii", "replace")
    if not isinstance(content, bytes):
        raise ValueError("neither text nor bytes")
    if content.startswith(b"data:"):
        content = content.partition(b",")[2]
    if len(content) > 4 * MAX_BYTES // 3 + 4:
        raise ValueError("too large")
    try:
        raw = base64.b64decode(content, validate=True)
        _name, mimetype = upload.check_upload("signature.png", raw, MAX_BYTES)
    except (binascii.Error, upload.UploadRefused) as error:
        raise ValueError("no picture") from error
    if mimetype not in TYPES:
        raise ValueError("no picture")
    width, height = Image.open(io.BytesIO(raw)).size
    if width * height > MAX_PIXELS:
        raise ValueError("too large")
    return base64.b64encode(raw)
