"""Parcel carriers: formats of their tracking numbers and their tracking pages."""

from __future__ import annotations

import enum
import re
import unicodedata
from urllib.parse import quote

_HYPHENS_AND_SPACES = re.compile(r"[\s\-‐‑–—−ー]")
_OTHER = re.compile(r"[0-9A-Z]{4,40}")


class Carrier(enum.StrEnum):
    YAMATO = "yamato"
    SAGAWA = "sagawa"
    JAPAN_POST = "japan_post"
    OTHER = "other"


class InvalidTrackingNumber(ValueError):
    """The carrier gives out no such number."""

    def __init__(self, carrier: Carrier, number: str) -> None:
        super().__init__(f"{number!r} is no tracking number of {carrier}")
        self.carrier = carrier
        self.number = number


_TRACKING_PAGES = {
    Carrier.YAMATO: "https://member.kms.kuronekoyamato.co.jp/parcel/detail?pno={number}",
    Carrier.SAGAWA: "https://k2k.sagawa-exp.co.jp/p/web/okurijosearch.do?okurijoNo={number}",
    Carrier.JAPAN_POST: (
        "https://trackings.post.japanpost.jp/services/srv/search/direct?reqCodeNo1={number}&locale=ja"
    ),
}


def parse_tracking_number(carrier: Carrier, text: str) -> str:
    """The number without hyphens and in half-width. Raises InvalidTrackingNumber."""
    number = _HYPHENS_AND_SPACES.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not number.isascii() or not _CHECKS[carrier](number):
        raise InvalidTrackingNumber(carrier, text)
    return number


def tracking_url(carrier: Carrier, number: str) -> str | None:
    """The carrier's page for a parsed `number`; None for a carrier that we do not know."""
    page = _TRACKING_PAGES.get(carrier)
    return page.format(number=quote(number, safe="")) if page else None


def _is_yamato(number: str) -> bool:
    """12 digits; the last is the first eleven modulo 7."""
    return bool(re.fullmatch(r"\d{12}", number)) and int(number[:11]) % 7 == int(number[11])


def _is_sagawa(number: str) -> bool:
    return bool(re.fullmatch(r"\d{10}|\d{12}", number))


def _is_japan_post(number: str) -> bool:
    """11 or 12 digits inland; UPU S10 (two letters, nine digits, two letters) abroad."""
    if re.fullmatch(r"\d{11,12}", number):
        return True
    return bool(re.fullmatch(r"[A-Z]{2}\d{9}[A-Z]{2}", number)) and _s10_check(number[2:10]) == int(
        number[10]
    )


def _s10_check(serial: str) -> int:
    weights = (8, 6, 4, 2, 3, 5, 9, 7)
    check = 11 - sum(int(digit) * weight for digit, weight in zip(serial, weights, strict=True)) % 11
    return {10: 0, 11: 5}.get(check, check)


def _is_other(number: str) -> bool:
    return bool(_OTHER.fullmatch(number))


_CHECKS = {
    Carrier.YAMATO: _is_yamato,
    Carrier.SAGAWA: _is_sagawa,
    Carrier.JAPAN_POST: _is_japan_post,
    Carrier.OTHER: _is_other,
}
