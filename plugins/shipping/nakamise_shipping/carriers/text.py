"""Texts for carriers' printers: CP932, and for some only kanji of JIS level 1 and 2. Nothing is dropped in silence."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib import resources
from typing import Final, Literal

import msgspec

Kanji = Literal["jis_x_0208", "cp932"]
# Commas, quotes and line breaks break what some readers make of CSV; carriers take them out themselves.
_BREAKERS: Final = str.maketrans({",": "、", '"': "”", "\r": " ", "\n": " ", "\t": " "})


class _Characters(msgspec.Struct, frozen=True):
    """``forms`` are the same sign written otherwise, ``variants`` other shapes of a kanji."""

    as_of: str
    forms: dict[str, str]
    variants: dict[str, str]


class Swap(msgspec.Struct, frozen=True):
    """A character that is written as another."""

    before: str
    now: str


class Fitted(msgspec.Struct, frozen=True):
    """``text`` as it goes into the file; ``unknown`` could not be written at all, and are still in it."""

    text: str
    swaps: tuple[Swap, ...]
    unknown: tuple[str, ...]


@lru_cache(maxsize=1)
def _characters() -> _Characters:
    file = resources.files("nakamise_shipping.carriers") / "characters.json"
    return msgspec.json.decode(file.read_bytes(), type=_Characters)


def fitted(text: str, kanji: Kanji) -> Fitted:
    """Each character as it is, else in another form, else as the usual shape of the kanji, else unknown."""
    swaps: dict[str, Swap] = {}
    unknown: dict[str, None] = {}
    out = []
    for char in unicodedata.normalize("NFC", text).translate(_BREAKERS):
        found = _written(char, kanji)
        if found is None:
            unknown[char] = None
        elif found != char:
            swaps[char] = Swap(char, found)
        out.append(found or char)
    return Fitted("".join(out), tuple(swaps.values()), tuple(unknown))


def _written(char: str, kanji: Kanji) -> str | None:
    if is_known(char, kanji):
        return char
    known = _characters()
    compatible = unicodedata.normalize("NFKC", char)
    for other in (known.forms.get(char), known.variants.get(char), compatible):
        if other and all(is_known(one, kanji) for one in other):
            return other
    return None


def is_known(char: str, kanji: Kanji) -> bool:
    """CP932 has kanji beyond level 2 and signs that depend on the machine; Python's shift_jis has neither."""
    if not char.isprintable():
        return False
    try:
        if char.encode("cp932").decode("cp932") != char:
            return False  # the codec takes a look-alike of another standard, such as the wave dash
        if kanji == "jis_x_0208" and len(char.encode("cp932")) == 2 and char not in "￠￡￢∥～－":
            char.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return True


def width(text: str) -> int:
    """In half-width characters, which is what carriers count; of text that CP932 may not know."""
    return len(text.encode("cp932", errors="replace"))


def wrapped(text: str, widths: list[int]) -> list[str] | None:
    """``text`` over fields of these widths, broken before a number or at a space where that is possible; None when
    it is too long."""
    left, out = text.strip(), []
    for room in widths:
        if not left:
            break
        cut = len(left) if width(left) <= room else _cut(left, room)
        out.append(left[:cut].strip())
        left = left[cut:].strip()
    return None if left else out


def _cut(text: str, room: int) -> int:
    """Where to break: at least half of the room is used."""
    most = next(n for n in range(len(text), 0, -1) if width(text[:n]) <= room)
    for n in range(most, 0, -1):
        if width(text[:n]) * 2 < room:
            break
        starts_number = text[n].isdigit() and not _in_number(text[n - 1])
        if text[n].isspace() or text[n - 1].isspace() or starts_number or text[n - 1] in "都道府県市区町村郡":
            return n
    return most


def _in_number(char: str) -> bool:
    return char.isdigit() or char in "-－ー‐"
