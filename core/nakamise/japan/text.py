"""Japanese input: postal codes, phone numbers, kana, and folding for search."""

from __future__ import annotations

import re
import unicodedata

import jaconv

_DASHES_AND_SPACES = re.compile(r"[\s\-‐‑–—−ー()〒]")
_KANA_NAME = re.compile(r"[ァ-ヺー]+(?: [ァ-ヺー]+)*")


class InvalidText(ValueError):
    """Input of the wrong form; `code` tells a form which message to show."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text!r}")
        self.code = code


def parse_postal_code(text: str) -> str:
    """Seven digits from 「〒１００－０００１」 and the like. Raises InvalidText("postal_code")."""
    digits = _digits(text)
    if not re.fullmatch(r"[0-9]{7}", digits):
        raise InvalidText("postal_code", text)
    return digits


def format_postal_code(digits: str) -> str:
    """`"1000001"` -> `"〒100-0001"`."""
    return f"〒{digits[:3]}-{digits[3:]}"


def parse_phone(text: str) -> str:
    """Ten or eleven digits from 0; +81 becomes 0. Landline, mobile (060 too), 0120, 0570 alike.

    Raises InvalidText("phone").
    """
    digits = _digits(text)
    if digits.startswith("+81"):
        digits = "0" + digits[3:].removeprefix("0")
    if not re.fullmatch(r"0[0-9]{9,10}", digits):
        raise InvalidText("phone", text)
    return digits


def parse_kana_name(text: str) -> str:
    """Full-width katakana from hiragana, half-width or full-width kana; words are parted by one space.

    Raises InvalidText("kana").
    """
    kana = jaconv.hira2kata(" ".join(unicodedata.normalize("NFKC", text).split()))
    if not _KANA_NAME.fullmatch(kana):
        raise InvalidText("kana", text)
    return kana


def fold(text: str) -> str:
    """The form in which search compares: width, case, hiragana and katakana, and runs of spaces do not matter.

    ナイトリペア, ないとりぺあ and half-width ﾅｲﾄﾘﾍﾟｱ fold to the same string. Idempotent.
    """
    wide = unicodedata.normalize("NFKC", text)
    kana = jaconv.hira2kata(wide).casefold()
    return " ".join(unicodedata.normalize("NFKC", kana).split())


def _digits(text: str) -> str:
    return _DASHES_AND_SPACES.sub("", unicodedata.normalize("NFKC", text))
