"""What a PDF of typst says, read from its bytes: glyphs of the content streams through each font's ToUnicode map."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
# Brackets that close again stand in a string as they are, also within each other.
_LITERAL = rb"\((?:[^()\\]|\\.)*\)"
for _depth in range(6):
    _LITERAL = rb"\((?:[^()\\]|\\.|" + _LITERAL + rb")*\)"
_STRING = _LITERAL + rb"|<[0-9A-Fa-f]*>"
_SHOWN = re.compile(
    rb"/(\w+) [\d.]+ Tf|\[((?:" + _STRING + rb"|[^\[\]()<>])*)\]\s*TJ|(" + _STRING + rb")\s*Tj", re.DOTALL
)


def _objects(data: bytes) -> dict[int, bytes]:
    found = {int(match[1]): match[2] for match in _OBJECT.finditer(data)}
    for body in list(found.values()):
        if b"/Type/ObjStm" in body or b"/Type /ObjStm" in body:
            found |= _packed(body)
    return found


def _packed(body: bytes) -> dict[int, bytes]:
    text = _inflated(body)
    first = int(re.search(rb"/First (\d+)", body)[1])  # type: ignore[index]
    numbers = [int(one) for one in text[:first].split()]
    places = [*numbers[1::2], len(text) - first]
    return {
        number: text[first + places[at] : first + places[at + 1]] for at, number in enumerate(numbers[::2])
    }


def _inflated(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found is not None
    # A line's end before "endstream" may be the data's own last byte.
    return zlib.decompressobj().decompress(found[1]) if b"FlateDecode" in body else found[1]


def _unicode_map(text: bytes) -> dict[int, str]:
    def read(code: bytes) -> str:
        return bytes.fromhex(code.decode()).decode("utf-16-be")

    known: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for glyph, code in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            known[int(glyph, 16)] = read(code)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for low, high, code in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for step in range(int(high, 16) - int(low, 16) + 1):
                known[int(low, 16) + step] = chr(ord(read(code)) + step)
    return known


def _glyphs(text: bytes) -> list[int]:
    if text.startswith(b"<"):
        raw = bytes.fromhex(text[1:-1].decode())
    else:
        raw = re.sub(rb"\\([0-7]{1,3}|.)", _escaped, text[1:-1], flags=re.DOTALL)
    return [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]


def _escaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code.isdigit():
        return bytes([int(code, 8)])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(code, code)


def pdf_text(data: bytes) -> str:
    """Without blanks, in the order of drawing."""
    objects = _objects(data)
    fonts: dict[bytes, dict[int, str]] = {}
    for body in objects.values():
        for listed in re.findall(rb"/Font\s*<<(.*?)>>", body, re.DOTALL):
            for name, number in re.findall(rb"/(\w+) (\d+) 0 R", listed):
                reference = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
                assert reference is not None
                fonts[name] = _unicode_map(_inflated(objects[int(reference[1])]))
    drawn = [body for body in objects.values() if b"stream" in body and b"/Type" not in body]
    return re.sub(r"\s", "", "".join(_said(_inflated(body), fonts) for body in drawn))


def _said(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    font: dict[int, str] = {}
    out = []
    for match in _SHOWN.finditer(content):
        if match[1]:
            font = fonts.get(match[1], {})
            continue
        pieces = re.findall(_STRING, match[2] or match[3], re.DOTALL)
        out += [font.get(glyph, "") for piece in pieces for glyph in _glyphs(piece)]
    return "".join(out)
