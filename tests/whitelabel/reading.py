"""Everything that can be read in an answer, a mail or a file, however deep it lies."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Final

import httpx
from PIL import Image

Texts = Iterator[tuple[str, str]]
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_STREAM: Final = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_TEXT: Final = re.compile(r"^(?:text/|message/)|json|javascript|xml|svg|urlencoded|csv")
_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")


def read_answer(answer: httpx.Response) -> Texts:
    """Status line, every header and cookie, the body."""
    yield "reason", answer.reason_phrase
    for name, value in answer.headers.multi_items():
        yield f"header {name}", f"{name}: {value}"
        yield from _encoded(f"header {name}", value)
    yield from read_file("body", answer.content, answer.headers.get("content-type", ""))


def read_file(place: str, data: bytes, content_type: str = "") -> Texts:
    if data.startswith(b"PK\x03\x04"):
        yield from _read_zip(place, data)
    elif data.startswith(b"\x1f\x8b"):
        yield from read_file(f"{place} (gzip)", gzip.decompress(data))
    elif data.startswith(b"%PDF"):
        yield from _read_pdf(place, data)
    elif data.startswith(_PICTURES):
        yield from _read_picture(place, data)
    elif _TEXT.search(content_type) or not content_type:
        text = data.decode("utf-8", "replace")
        yield place, text
        yield from _encoded(place, text)
    else:
        yield from _read_binary(place, data)


def read_mail(data: bytes) -> Texts:
    """The message as it went over the wire, and as its reader's program shows it."""
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    yield from _read_binary("mail", data)
    for part in message.walk():
        for name, value in part.items():
            yield f"mail header {name}", f"{name}: {value}"
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            yield from read_file(f"mail {part.get_content_type()}", content, part.get_content_type())


def _encoded(place: str, text: str) -> Texts:
    """Base64 inside text: the parts of a token, pictures in pages."""
    for match in _BASE64.finditer(text):
        digits = match[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            inside = base64.b64decode(digits + "=" * (-len(digits) % 4))
        except binascii.Error:
            continue
        if inside.startswith(_PICTURES):
            yield from _read_picture(f"{place} (base64)", inside)
        else:
            yield f"{place} (base64)", inside.decode("utf-8", "ignore")


def _read_binary(place: str, data: bytes) -> Texts:
    """In the encodings that file formats write their texts in."""
    yield place, data.decode("utf-8", "ignore")
    for encoding in ("utf-16-be", "utf-16-le"):
        for start in (0, 1):
            yield place, data[start:].decode(encoding, "ignore")


def _read_picture(place: str, data: bytes) -> Texts:
    """Also what the format keeps compressed: PNG texts, EXIF."""
    yield from _read_binary(place, data)
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        for name, value in picture.info.items():
            yield f"{place} {name}", f"{name}: {value!r}"
        for tag, value in picture.getexif().items():
            yield f"{place} EXIF {tag}", str(value)


def _read_pdf(place: str, data: bytes) -> Texts:
    """Producer, Creator and XMP stand outside streams or in compressed ones."""
    yield from _read_binary(f"{place} PDF", data)
    for match in _STREAM.finditer(data):
        try:
            inside = zlib.decompressobj().decompress(match[1])
        except zlib.error:
            continue
        yield from _read_binary(f"{place} PDF stream", inside)


def _read_zip(place: str, data: bytes) -> Texts:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield f"{place} comment", archive.comment.decode("utf-8", "ignore")
        for member in archive.infolist():
            yield f"{place} names", member.filename
            yield f"{place} {member.filename} comment", member.comment.decode("utf-8", "ignore")
            yield from read_file(f"{place} {member.filename}", archive.read(member))
